/* Values of a filter against expressions of HogQL: texts as LIKE has them, numbers as doubles, properties of any type. */
#include "collect/posthog_filter_internal.h"

#include "base/utf8.h"

#include <ctype.h>
#include <string.h>

#define LARGEST INT64_C(9000000000000) /* seconds and USD above it are none */

/* ---- texts ---- */

/* What is special to LIKE loses that. Of letters that ILIKE may fold in another way any will do. */
static bool append_plain(struct buf *out, struct str text, bool fold)
{
	bool same = true;

	for (size_t at = 0; at < text.n;) {
		size_t start = at;
		int32_t code = utf8_next(text, &at);

		if (fold && code >= 0x80) {
			buf_add(out, '_');
			same = false;
			continue;
		}
		if (code == '\\' || code == '%' || code == '_')
			buf_add(out, '\\');
		buf_append(out, str_sub(text, start, at - start));
	}
	return same;
}

static bool append_wildcard(struct buf *out, struct str text, bool fold)
{
	bool same = true;

	while (text.n > 0) {
		size_t star = str_find(text, STR("*"), 0, false);

		same &= append_plain(out, str_sub(text, 0, star), fold);
		if (star == SIZE_MAX)
			break;
		buf_add(out, '%');
		text = str_sub(text, star + 1, SIZE_MAX);
	}
	return same;
}

/* An expression that is but a text. */
struct literal {
	struct buf text;
	bool whole; /* ^...\z; else it may stand anywhere */
	bool fold;
};

static bool skip(struct str *s, struct str start)
{
	bool starts = str_starts(*s, start);

	if (starts)
		*s = str_sub(*s, start.n, SIZE_MAX);
	return starts;
}

/* False: it is more. */
static bool read_literal(struct literal *out, const struct filter_value *v)
{
	struct str e = v->text;
	bool of_case, begins;

	of_case = skip(&e, STR("(?-i)"));
	begins = skip(&e, STR("^"));
	of_case |= skip(&e, STR("(?-i)"));
	out->fold = v->fold && !of_case;
	out->whole = begins && str_ends(e, STR("\\z"));
	if (out->whole)
		e.n -= 2;
	for (size_t i = 0; i < e.n; i++) {
		char c = e.p[i];

		if (c == '$' && i + 1 == e.n)
			break;
		if (c == '\\' && (++i == e.n || !ispunct((unsigned char)e.p[i])))
			return false;
		if (c != '\\' && strchr("^$.|?*+()[]{}", c) != NULL)
			return false;
		buf_add(&out->text, e.p[i]);
	}
	return out->text.n > 0;
}

static enum pushed push_expression(struct pushing *w, struct buf *to, const struct filter_value *v,
                                   const char *expression)
{
	struct filter_value plain = {.test = TEST_VALUE};
	struct literal literal = {0};
	enum pushed got = PUSHED_NOT;

	if (read_literal(&literal, v)) {
		plain.text = buf_str(&literal.text);
		plain.fold = literal.fold;
		got = push_pattern(w, to, &plain, expression, literal.whole);
	}
	buf_free(&literal.text);
	return got == PUSHED_EXACTLY && !literal.whole ? PUSHED_MORE : got;
}

static bool append_pattern(struct buf *out, const struct filter_value *v, bool whole)
{
	bool same;

	if (v->test == TEST_WILDCARD)
		return append_wildcard(out, v->text, v->fold);
	if (!whole)
		buf_add(out, '%');
	same = append_plain(out, v->text, v->fold);
	if (!whole)
		buf_add(out, '%');
	return same;
}

enum pushed push_pattern(struct pushing *w, struct buf *to, const struct filter_value *v,
                         const char *expression, bool whole)
{
	struct buf pattern = {0};
	bool same;

	if (v->test == TEST_PRESENT) {
		buf_printf(to, "ifNull(%s, '') != ''", expression);
		return PUSHED_EXACTLY;
	}
	if (v->test == TEST_REGEX)
		return push_expression(w, to, v, expression);
	if ((v->test != TEST_VALUE && v->test != TEST_WILDCARD) || !utf8_valid(v->text))
		return PUSHED_NOT;
	same = append_pattern(&pattern, v, whole);
	buf_printf(to, "ifNull(%s %s ", expression, v->fold ? "ILIKE" : "LIKE");
	push_text(w, to, buf_str(&pattern));
	buf_puts(to, ", 0)");
	buf_free(&pattern);
	return same ? PUSHED_EXACTLY : PUSHED_MORE;
}

enum pushed push_texts(struct pushing *w, struct buf *to, const struct filter_node *n,
                       const char *expression, bool whole)
{
	enum pushed all = PUSHED_EXACTLY;

	buf_add(to, '(');
	for (uint32_t i = 0; i < n->n_values; i++) {
		enum pushed one;

		buf_puts(to, i > 0 ? " OR " : "");
		one = push_pattern(w, to, &n->values[i], expression, whole);
		all = one < all ? one : all;
	}
	buf_add(to, ')');
	return all;
}

/* A value that is no id means all that begin so; which ids there are is not known there. */
static enum pushed push_id(struct pushing *w, struct buf *to, const struct filter_value *v,
                           const char *column)
{
	if (v->test == TEST_PRESENT) {
		buf_printf(to, "ifNull(%s, '') != ''", column);
		return PUSHED_EXACTLY;
	}
	if (v->test != TEST_VALUE || !utf8_valid(v->text) || v->text.n == 0)
		return PUSHED_NOT;
	buf_printf(to, "startsWith(ifNull(%s, ''), ", column);
	push_text(w, to, v->text);
	buf_add(to, ')');
	return PUSHED_MORE;
}

enum pushed push_ids(struct pushing *w, struct buf *to, const struct filter_node *n,
                     const char *const *columns)
{
	enum pushed all = PUSHED_EXACTLY;
	bool first = true;

	buf_add(to, '(');
	for (uint32_t i = 0; i < n->n_values; i++) {
		for (size_t k = 0; columns[k] != NULL; k++, first = false) {
			enum pushed one;

			buf_puts(to, first ? "" : " OR ");
			one = push_id(w, to, &n->values[i], columns[k]);
			all = one < all ? one : all;
		}
	}
	buf_add(to, ')');
	return all;
}

/* ---- numbers ---- */

struct bound {
	bool there, without;
	money value;
};

/* Where a bound lies that is rounded as numbers are here: half of the last digit away. */
static money moved(money value, const struct measure *m, bool up)
{
	money by = m->rounds ? 5 : 0, size = value < 0 ? -value : value;

	if (m->sums)
		by += size / 100000000; /* 1e-9 of it, in tenths */
	return value * 10 + (up ? by : -by);
}

static void push_bound(struct pushing *w, struct buf *to, const char *expression,
                       const struct bound *b, bool low, const struct measure *m)
{
	bool up = m->sums ? !low : low == b->without;

	buf_printf(to, "%s %c%s ", expression, low ? '>' : '<', b->without && !m->sums ? "" : "=");
	push_number(w, to, moved(b->value, m, up), m->scale + 1);
}

static money largest(const struct measure *m)
{
	money value = LARGEST;

	for (int i = 0; i < m->scale; i++)
		value *= 10;
	return value;
}

static void push_bounds(struct pushing *w, struct buf *to, const char *expression,
                        const struct bound *low, const struct bound *high, const struct measure *m)
{
	buf_add(to, '(');
	if (low->there)
		push_bound(w, to, expression, low, true, m);
	if (low->there && high->there)
		buf_puts(to, " AND ");
	if (high->there)
		push_bound(w, to, expression, high, false, m);
	buf_add(to, ')');
}

/* Of what is no sum both bounds are always said: infinities are no numbers here. */
static void push_range(struct pushing *w, struct buf *to, const struct filter_value *v,
                       const char *expression, const struct measure *m)
{
	bool present = v->test == TEST_PRESENT;
	struct bound low = {v->has_low && !present, v->without_low, v->low};
	struct bound high = {v->has_high && !present, v->without_high, v->high};

	if (!m->sums && (!low.there || (m->positive && low.value < 0)))
		low = (struct bound){true, false, m->positive ? 0 : -largest(m)};
	if (!m->sums && !high.there)
		high = (struct bound){true, false, largest(m)};
	push_bounds(w, to, expression, &low, &high, m);
}

static bool is_number(const struct filter_value *v)
{
	return v->test == TEST_PRESENT || v->test == TEST_RANGE ||
	       (v->test == TEST_VALUE && v->is_number);
}

enum pushed push_numbers(struct pushing *w, struct buf *to, const struct filter_node *n,
                         const char *expression, const struct measure *m)
{
	uint32_t numbers = 0;

	buf_puts(to, "ifNull(");
	for (uint32_t i = 0; i < n->n_values; i++) {
		if (!is_number(&n->values[i]))
			continue;
		buf_puts(to, numbers++ > 0 ? " OR " : "");
		push_range(w, to, &n->values[i], expression, m);
	}
	buf_puts(to, ", 0)");
	if (numbers == 0)
		return PUSHED_NOT;
	return m->sums ? PUSHED_MORE : PUSHED_EXACTLY;
}

/* ---- properties ---- */

/* One name of a property: what it is in HogQL, and expressions of it. */
struct named {
	const char *of;  /* whose */
	struct buf keys; /* behind `properties, ` */
	struct buf raw, text, plain, number;
};

static void named_free(struct named *p)
{
	buf_free(&p->keys);
	buf_free(&p->raw);
	buf_free(&p->text);
	buf_free(&p->plain);
	buf_free(&p->number);
}

/* truth: true and false are 1 and 0. */
static void named_fill(struct named *p, bool truth)
{
	const char *keys = buf_text(&p->keys);

	buf_printf(&p->raw, "JSONExtractRaw(%s, %s)", p->of, keys);
	buf_printf(&p->text, "nullIf(JSONExtractString(%s, %s), '')", p->of, keys);
	/* Of what is no text its JSON. */
	buf_printf(&p->plain, "coalesce(%s, nullIf(%s, '\"\"'))", buf_text(&p->text),
	           buf_text(&p->raw));
	buf_printf(&p->number, "toFloat(%s)", buf_text(&p->plain));
	if (!truth)
		return;
	buf_clear(&p->number);
	buf_printf(&p->number, "if(%s IN ('true', 'false'), if(%s = 'true', 1, 0), toFloat(%s))",
	           buf_text(&p->raw), buf_text(&p->raw), buf_text(&p->plain));
}

/* A plain value of @name: in a text, in the JSON of an object or list, or it is the boolean. */
static enum pushed push_value(struct pushing *w, struct buf *to, struct named *p,
                              const struct filter_value *v)
{
	bool truth = str_eq(v->text, STR("true")) || str_eq(v->text, STR("false"));
	enum pushed got;

	if (v->test == TEST_WILDCARD || v->test == TEST_REGEX)
		return push_pattern(w, to, v, buf_text(&p->plain), true);
	got = push_pattern(w, to, v, buf_text(&p->text), false);
	if (got == PUSHED_NOT)
		return PUSHED_NOT;
	buf_printf(to, " OR ((startsWith(%s, '{') OR startsWith(%s, '[')) AND ", buf_text(&p->raw),
	           buf_text(&p->raw));
	(void)push_pattern(w, to, v, buf_text(&p->raw), false);
	buf_add(to, ')');
	if (truth)
		buf_printf(to, " OR %s = '%s'", buf_text(&p->raw),
		           v->text.p[0] == 't' ? "true" : "false");
	return got;
}

/* One value of the property of one name, which the event has. */
static enum pushed push_tests(struct pushing *w, struct buf *to, struct named *p,
                              const struct filter_node *n, const struct filter_value *v)
{
	static const struct measure any = {.scale = 12, .rounds = true};
	const struct filter_node one = {.values = v, .n_values = 1};
	enum field_type type = n->field->type;
	bool number = v->test == TEST_RANGE || (v->test == TEST_VALUE && v->is_number);
	enum pushed got = PUSHED_EXACTLY;

	if (v->test == TEST_PRESENT) {
		buf_puts(to, "1 = 1");
		return PUSHED_EXACTLY;
	}
	if (number)
		(void)push_numbers(w, to, &one, buf_text(&p->number), &any);
	if (type == FIELD_NUMBER || v->test == TEST_RANGE)
		return number ? got : PUSHED_NOT;
	buf_puts(to, number ? " OR " : "");
	if (type == FIELD_VALUE)
		return push_value(w, to, p, v);
	return push_pattern(w, to, v, buf_text(&p->plain), false);
}

static enum pushed push_named(struct pushing *w, struct buf *to, struct named *p,
                              const struct filter_node *n)
{
	enum pushed all = PUSHED_EXACTLY;

	named_fill(p, n->field->type == FIELD_NUMBER);
	buf_printf(to, "(%s NOT IN ('', 'null') AND (", buf_text(&p->raw));
	for (uint32_t i = 0; i < n->n_values; i++) {
		enum pushed one;

		buf_puts(to, i > 0 ? " OR " : "");
		one = push_tests(w, to, p, n, &n->values[i]);
		all = one < all ? one : all;
	}
	buf_puts(to, "))");
	return all;
}

/* The names in their order: of the second one where the first is absent. Those with dots are paths, too. */
struct names {
	const char *of[PROPERTY_NAMES];
	uint32_t n;
};

static void put_keys(struct buf *out, const char *name, bool path)
{
	buf_add(out, '\'');
	for (const char *at = name; *at != '\0'; at++) {
		if (*at == '.' && path)
			buf_puts(out, "', '");
		else
			buf_add(out, *at);
	}
	buf_add(out, '\'');
}

static enum pushed push_names(struct pushing *w, struct buf *to, const struct filter_node *n,
                              const struct names *names)
{
	enum pushed all = PUSHED_EXACTLY;
	struct buf absent = {0};

	buf_add(to, '(');
	for (uint32_t i = 0; i < names->n * 2; i++) {
		const char *name = names->of[i / 2];
		struct named p = {.of = "properties"};
		enum pushed one;

		if (i % 2 == 1 && strchr(name, '.') == NULL)
			continue;
		put_keys(&p.keys, name, i % 2 == 1);
		buf_printf(to, "%s(%s", i > 0 ? " OR " : "", buf_text(&absent));
		one = push_named(w, to, &p, n);
		buf_add(to, ')');
		buf_printf(&absent, "%s IN ('', 'null') AND ", buf_text(&p.raw));
		all = one < all ? one : all;
		named_free(&p);
	}
	buf_add(to, ')');
	buf_free(&absent);
	return all;
}

enum pushed push_property(struct pushing *w, struct buf *to, const struct filter_node *n)
{
	bool of_person = n->field->number == FIELD_PERSON;
	struct named p = {.of = of_person ? "ifNull(person.properties, '')" : "properties"};
	struct names names;
	struct str name;
	enum pushed got;

	names.n = property_names_of(n->field->number, names.of);
	if (names.n > 0)
		return push_names(w, to, n, &names);
	name = n->name;
	if (!of_person && skip(&name, STR("$groups.")))
		buf_puts(&p.keys, "'$groups', ");
	/* What has a dot may be a path, through objects that came as texts; but $groups is an object. */
	if ((n->field->number != FIELD_PROPERTY && !of_person) || !utf8_valid(name) ||
	    str_find(name, STR("."), 0, false) != SIZE_MAX) {
		named_free(&p);
		return PUSHED_NOT;
	}
	push_text(w, &p.keys, name);
	got = push_named(w, to, &p, n);
	named_free(&p);
	return got;
}
