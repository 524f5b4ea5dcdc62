/* Values of the filter language: what may stand after a field's colon. What a bare text is follows from the field's type: a
 * number with its unit, a range, a time, one of some words, a wildcard, or the text itself. */
#include "query/filter_internal.h"

#include "base/match.h"
#include "base/mem.h"
#include "base/utf8.h"

#define DAY (86400 * TIME_SECOND)

/* ---- what a field takes ---------------------------------------------------------------------- */

/* Of a count, which has no field. */
static const struct field counted = {FIELD_ANYTHING, "count(...)", FIELD_COUNT, NULL, ""};

static const struct field *field_of_values(const struct filter_node *n)
{
	return n->kind == FILTER_TERM ? n->field : &counted;
}

static bool takes_numbers(const struct field *f)
{
	return f->type == FIELD_MONEY || f->type == FIELD_COUNT || f->type == FIELD_SECONDS ||
	       f->type == FIELD_PERCENT || f->type == FIELD_NUMBER || f->type == FIELD_VALUE;
}

static bool takes_texts(const struct field *f)
{
	return f->type == FIELD_TEXT || f->type == FIELD_ID || f->type == FIELD_VALUE ||
	       (f->type == FIELD_WORD && f->words == NULL) || f->number == FIELD_IN ||
	       f->number == FIELD_OUT;
}

/* ---- numbers --------------------------------------------------------------------------------- */

/* The longer suffix first; what it is worth in the field's unit. */
static const struct {
	enum field_type type;
	const char *suffix;
	int64_t times;
} units[] = {
	{FIELD_MONEY, "", 1},
	{FIELD_COUNT, "k", 1000},
	{FIELD_COUNT, "M", 1000000},
	{FIELD_COUNT, "", 1},
	{FIELD_SECONDS, "ms", TIME_SECOND / 1000},
	{FIELD_SECONDS, "s", TIME_SECOND},
	{FIELD_SECONDS, "m", 60 * TIME_SECOND},
	{FIELD_SECONDS, "h", 3600 * TIME_SECOND},
	{FIELD_SECONDS, "", TIME_SECOND},
	{FIELD_PERCENT, "%", 1},
	{FIELD_PERCENT, "", 1},
	{FIELD_NUMBER, "k", 1000},
	{FIELD_NUMBER, "M", 1000000},
	{FIELD_NUMBER, "", 1},
	{FIELD_VALUE, "kB", 1000},
	{FIELD_VALUE, "MB", 1000000},
	{FIELD_VALUE, "k", 1000},
	{FIELD_VALUE, "M", 1000000},
	{FIELD_VALUE, "", 1},
};
/* Of a property, which says itself whether it counts seconds or milliseconds. */
static const struct {
	const char *suffix;
	int64_t times; /* milliseconds */
} time_units[] = {{"ms", 1}, {"s", 1000}, {"m", 60000}, {"h", 3600000}};

static const char *known_numbers(enum field_type type)
{
	switch (type) {
	case FIELD_MONEY:
		return "an amount such as 0.05 or $0.05";
	case FIELD_COUNT:
		return "a count such as 1200, 12k or 1.5M";
	case FIELD_SECONDS:
		return "a time such as 350ms, 2s, 1.5m or 1h";
	case FIELD_PERCENT:
		return "a share such as 61 or 61%";
	case FIELD_VALUE:
		return "a number such as 3, 12k, $0.05, 350ms, 2s, 1.5m or 1h";
	default:
		return "a number";
	}
}

/* A number without its unit, times what that is worth. */
static bool multiple_of(struct str text, int64_t times, money *out)
{
	char digits[64] = "0";

	if (str_starts(text, STR(".")) && text.n < sizeof(digits) - 1) {
		memcpy(digits + 1, text.p, text.n);
		text = (struct str){digits, text.n + 1};
	}
	/* What may stand around a number in JSON is nothing that is typed. */
	return str_trim(text).n == text.n && money_parse(text, out) == ERR_OK &&
	       !__builtin_mul_overflow(*out, times, out);
}

/* A number and its unit to the field's unit. */
static bool number_of(enum field_type type, struct str text, money *out)
{
	const money one = INT64_C(1000000000000);
	size_t i = 0;

	if (type == FIELD_MONEY && str_starts(text, STR("$")))
		text = str_sub(text, 1, SIZE_MAX);
	while (units[i].type != type || !str_ends(text, str_of(units[i].suffix)))
		i++;
	text.n -= strlen(units[i].suffix);
	if (!multiple_of(text, units[i].times, out) || (type == FIELD_COUNT && *out % one != 0))
		return false;
	if (type == FIELD_COUNT || type == FIELD_SECONDS)
		*out /= one;
	return true;
}

/* latency_ms, durationMs; not items. */
static bool counts_milliseconds(struct str name)
{
	if (str_ends(name, STR("Ms")) || str_eq(name, STR("ms")))
		return true;
	return name.n > 2 && str_ends(name, STR("ms")) &&
	       ((unsigned char)name.p[name.n - 3] | 0x20u) - 'a' > 25u;
}

static bool property_number(struct str text, bool milliseconds, money *out)
{
	for (size_t i = 0; i < sizeof(time_units) / sizeof(time_units[0]); i++) {
		struct str suffix = str_of(time_units[i].suffix);

		if (!str_ends(text, suffix))
			continue;
		if (!multiple_of(str_sub(text, 0, text.n - suffix.n), time_units[i].times, out))
			return false;
		*out /= milliseconds ? 1 : 1000;
		return true;
	}
	return number_of(str_starts(text, STR("$")) ? FIELD_MONEY : FIELD_VALUE, text, out);
}

static bool is_number(const struct field *f, struct str text, bool milliseconds, money *out)
{
	if (f->type == FIELD_VALUE)
		return property_number(text, milliseconds, out);
	return takes_numbers(f) && number_of(f->type, text, out);
}

bool filter_is_number(const struct field *f, struct str text)
{
	money unused;

	return is_number(f, text, false, &unused);
}

/* What has just been refused may become right: "1." and "14:" at the end of the text. */
static bool may_go_on(struct filter_reader *r, struct str text)
{
	if (r->at == r->text.n && strchr(".:-$", text.p[text.n - 1]))
		r->state = FILTER_INCOMPLETE;
	return false;
}

static bool no_number(struct filter_reader *r, const struct field *f, struct str text, size_t at)
{
	filter_wrong(r, at, "\"%.*s\" is not %s", STR_ARG(str_sub(text, 0, FILTER_SHOWN)),
	             known_numbers(f->type));
	return may_go_on(r, text);
}

/* ---- times ----------------------------------------------------------------------------------- */

/* How long what is told lasts: a day, a minute, a second; an age or a fraction is a moment. */
static int64_t lasts(struct str text)
{
	size_t colon = str_find(text, STR(":"), 0, false);
	struct str rest = colon == SIZE_MAX ? STR_EMPTY : str_sub(text, colon + 1, SIZE_MAX);

	if (colon == SIZE_MAX)
		return str_eq(text, STR("today")) || str_eq(text, STR("yesterday")) || text.n == 10
		               ? DAY
		               : 1;
	if (str_find(rest, STR("."), 0, false) != SIZE_MAX)
		return 1;
	/* 14:00 and 14:00Z, but not 14:00:00. */
	return rest.n > 2 && rest.p[2] == ':' ? TIME_SECOND : 60 * TIME_SECOND;
}

static bool time_of(struct filter_reader *r, struct str text, size_t at, money *out)
{
	int64_t t = time_parse_range(text, r->how->now);

	*out = t;
	if (t != TIME_NONE)
		return true;
	filter_wrong(
		r, at,
		"\"%.*s\" is no time: 2h, 14:00, today, yesterday, 2026-11-20 and 2026-11-20T10:00 are",
		STR_ARG(str_sub(text, 0, FILTER_SHOWN)));
	return may_go_on(r, text);
}

static bool read_time(struct filter_reader *r, const struct field *f, struct filter_value *v,
                      size_t at)
{
	if (!time_of(r, v->text, at, &v->low))
		return false;
	v->test = TEST_RANGE;
	v->is_number = true;
	v->has_low = f->number != FIELD_UNTIL;
	v->has_high = v->without_high = f->number != FIELD_SINCE;
	v->high = f->number == FIELD_AT ? v->low + lasts(v->text) : v->low;
	return true;
}

/* ---- ranges ---------------------------------------------------------------------------------- */

static bool read_bound(struct filter_reader *r, const struct field *f, struct str text, size_t at,
                       bool *has, money *out)
{
	*has = text.n > 0;
	if (text.n == 0)
		return true;
	if (f->type == FIELD_TIME)
		return time_of(r, text, at, out);
	return is_number(f, text, r->milliseconds, out) || no_number(r, f, text, at);
}

/* Both ends belong to it, but of times the later one. at: of low, at + low.n + 2 of high. */
static bool read_range(struct filter_reader *r, const struct field *f, struct filter_value *v,
                       struct str low, size_t at, struct str high, size_t high_at)
{
	if (!read_bound(r, f, low, at, &v->has_low, &v->low) ||
	    !read_bound(r, f, high, high_at, &v->has_high, &v->high))
		return false;
	if (!v->has_low && !v->has_high)
		return filter_wrong(r, at, "a range wants a beginning or an end");
	if (v->has_low && v->has_high && v->low > v->high)
		return filter_wrong(r, at, "the range ends before it begins");
	v->test = TEST_RANGE;
	v->is_number = true;
	v->without_high = f->type == FIELD_TIME && v->has_high;
	return true;
}

static bool takes_ranges(struct filter_reader *r, const struct field *f, size_t at)
{
	if (f->type == FIELD_TIME)
		return filter_wrong(r, at, "%s: takes a time as it is", f->name);
	return takes_numbers(f) ||
	       filter_wrong(r, at, "%s: is not compared by size; quote a text that begins so",
	                    f->name);
}

static bool read_comparison(struct filter_reader *r, const struct field *f, struct filter_value *v)
{
	size_t from = r->at, at;
	bool above = filter_peek(r) == '>', with;
	struct str text;

	if (!takes_ranges(r, f, from))
		return false;
	r->at++;
	with = filter_peek(r) == '=';
	r->at += with;
	at = r->at;
	text = filter_take_bare(r, filter_ends_value);
	if (text.n == 0)
		return filter_wants(r, "%s has to follow", known_numbers(f->type));
	v->text = str_sub(r->text, from, r->at - from);
	v->without_low = above && !with;
	v->without_high = !above && !with;
	v->test = TEST_RANGE;
	v->is_number = true;
	return above ? read_bound(r, f, text, at, &v->has_low, &v->low)
	             : read_bound(r, f, text, at, &v->has_high, &v->high);
}

static bool ends_bound(int c)
{
	return filter_ends_value(c) || c == ']';
}

static struct str take_bound(struct filter_reader *r, size_t *at)
{
	struct str text;

	filter_skip_blanks(r);
	*at = r->at;
	text = filter_take_bare(r, ends_bound);
	filter_skip_blanks(r);
	return text;
}

/* [a TO b], of which a * is an open end. It is kept as a..b. */
static bool read_brackets(struct filter_reader *r, const struct field *f, struct filter_value *v)
{
	size_t from = r->at++, low_at, high_at;
	struct str low = take_bound(r, &low_at), high, to;
	struct buf text = {0};

	if (f->number != FIELD_AT && !takes_ranges(r, f, from))
		return false;
	to = take_bound(r, &high_at);
	if (low.n == 0 || !str_eq(to, STR("TO"))) {
		r->at = low.n > 0 ? high_at : low_at;
		return filter_wants(r, "a range is [a TO b]");
	}
	high = take_bound(r, &high_at);
	if (high.n == 0 || filter_peek(r) != ']')
		return filter_wants(r, "a range is [a TO b]");
	r->at++;
	low = str_eq(low, STR("*")) ? STR_EMPTY : low;
	high = str_eq(high, STR("*")) ? STR_EMPTY : high;
	buf_append(&text, low);
	buf_puts(&text, "..");
	buf_append(&text, high);
	v->text = arena_copy(&r->f->arena, buf_str(&text));
	buf_free(&text);
	return read_range(r, f, v, low, low_at, high, high_at);
}

/* ---- bare texts ------------------------------------------------------------------------------ */

/* Where the two points of a range stand; SIZE_MAX if it is none, as in version:1..x or @release:1..x. */
static size_t points_of(const struct field *f, struct str text)
{
	size_t at = str_find(text, STR(".."), 0, false);
	struct str low = str_sub(text, 0, at),
		   high = str_sub(text, at == SIZE_MAX ? at : at + 2, SIZE_MAX);

	if (at == SIZE_MAX || f->number == FIELD_SINCE || f->number == FIELD_UNTIL ||
	    (f->number != FIELD_AT && !takes_numbers(f)))
		return SIZE_MAX;
	if (!takes_texts(f))
		return at;
	return (low.n + high.n > 0) && (low.n == 0 || filter_is_number(f, low)) &&
	                       (high.n == 0 || filter_is_number(f, high))
	               ? at
	               : SIZE_MAX;
}

static bool read_one_of(struct filter_reader *r, const struct field *f, struct str text, size_t at)
{
	struct buf known = {0};
	const char *best = NULL;
	size_t least = SIZE_MAX;

	if (field_word(f, text) >= 0)
		return true;
	for (size_t i = 0; f->words[i]; i++) {
		size_t distance = field_distance(text, f->words[i]);

		buf_printf(&known, "%s%s", i > 0 ? ", " : "", f->words[i]);
		if (distance < least) {
			least = distance;
			best = f->words[i];
		}
	}
	text = str_sub(text, 0, FILTER_SHOWN);
	if (best)
		filter_wrong(r, at, "%s: knows no \"%.*s\": did you mean %s?", f->name,
		             STR_ARG(text), best);
	else
		filter_wrong(r, at, "%s: knows no \"%.*s\": it is %s", f->name, STR_ARG(text),
		             buf_text(&known));
	/* The beginning of a word, and still at it. */
	if (least == 0 && r->at == r->text.n)
		r->state = FILTER_INCOMPLETE;
	buf_free(&known);
	return false;
}

/* What the text is as a number, where it is one. */
static bool add_number(const struct filter_reader *r, const struct field *f, struct filter_value *v)
{
	if (v->test == TEST_VALUE && is_number(f, v->text, r->milliseconds, &v->low)) {
		v->is_number = v->has_low = v->has_high = true;
		v->high = v->low;
	}
	return true;
}

/* A text in which nothing is special but what its field's type makes of it. */
static bool read_plain(struct filter_reader *r, const struct field *f, struct filter_value *v,
                       size_t at)
{
	v->test = TEST_VALUE;
	if (f->type == FIELD_TIME)
		return read_time(r, f, v, at);
	if (f->words)
		return read_one_of(r, f, v->text, at);
	if (!takes_numbers(f) || takes_texts(f))
		return true;
	return (add_number(r, f, v) && v->is_number) || no_number(r, f, v->text, at);
}

static bool read_bare(struct filter_reader *r, const struct field *f, struct filter_value *v)
{
	size_t at = r->at, points;

	v->text = filter_take_bare(r, filter_ends_value);
	if (v->text.n == 0)
		return filter_wants(r, "%s%s wants a value", f->name,
		                    f->type == FIELD_VALUE ? "" : ":");
	points = points_of(f, v->text);
	if (points != SIZE_MAX)
		return read_range(r, f, v, str_sub(v->text, 0, points), at,
		                  str_sub(v->text, points + 2, SIZE_MAX), at + points + 2);
	if (takes_texts(f) && str_find(v->text, STR("*"), 0, false) != SIZE_MAX) {
		v->test = TEST_WILDCARD;
		return true;
	}
	return read_plain(r, f, v, at) && add_number(r, f, v);
}

static bool read_value(struct filter_reader *r, const struct field *f, struct filter_value *v)
{
	size_t at = r->at;
	int c = filter_peek(r);

	if (c == '"')
		return filter_take_quoted(r, &v->text) && read_plain(r, f, v, at);
	if (c == '>' || c == '<')
		return read_comparison(r, f, v);
	if (c == '[')
		return read_brackets(r, f, v);
	if ((c != '/' && c != '~') || !takes_texts(f))
		return read_bare(r, f, v);
	return c == '/' ? filter_take_regex(r, v) : filter_take_fuzzy(r, filter_ends_value, v);
}

/* ---- lists ----------------------------------------------------------------------------------- */

static bool add_value(struct filter_reader *r, struct filter_value *v)
{
	if (v->test == TEST_VALUE || v->test == TEST_WILDCARD || v->test == TEST_FUZZY)
		v->fold = !utf8_has_capital(v->text);
	else if (v->test == TEST_REGEX)
		v->fold = v->fold || !match_has_capital(v->text);
	if (r->n_values == r->cap_values) {
		r->cap_values = r->cap_values > 0 ? r->cap_values * 2 : 8;
		r->values = mem_resize(r->values, r->cap_values, sizeof(*r->values));
	}
	r->values[r->n_values++] = *v;
	return filter_count_terms(r, 1);
}

/* The values that were added become the node's. */
static void keep_values(struct filter_reader *r, struct filter_node *n)
{
	size_t bytes = r->n_values * sizeof(*r->values);
	struct filter_value *values = arena_alloc(&r->f->arena, bytes);

	memcpy(values, r->values, bytes);
	n->values = values;
	n->n_values = r->n_values;
	r->n_values = 0;
}

bool filter_set_value(struct filter_reader *r, struct filter_node *n, struct filter_value *v)
{
	if (!add_value(r, v))
		return false;
	keep_values(r, n);
	return true;
}

bool filter_plain_value(struct filter_reader *r, struct filter_node *n, struct str text, size_t at)
{
	struct filter_value v = {.text = text};

	r->milliseconds = counts_milliseconds(n->name);
	return read_plain(r, n->field, &v, at) && add_number(r, n->field, &v) &&
	       filter_set_value(r, n, &v);
}

static bool read_and_add(struct filter_reader *r, const struct field *f)
{
	struct filter_value v = {0};

	return read_value(r, f, &v) && add_value(r, &v);
}

/* (a OR b) */
static bool read_alternatives(struct filter_reader *r, const struct field *f)
{
	struct str word;
	size_t at;

	r->at++;
	for (;;) {
		filter_skip_blanks(r);
		if (!read_and_add(r, f))
			return false;
		filter_skip_blanks(r);
		if (filter_peek(r) == ')')
			break;
		at = r->at;
		word = filter_take_bare(r, filter_ends_value);
		if (!str_eq(word, STR("OR"))) {
			r->at = at;
			return filter_wants(r, "OR or ) has to follow a value");
		}
	}
	r->at++;
	return true;
}

static bool read_list(struct filter_reader *r, const struct field *f)
{
	while (read_and_add(r, f)) {
		if (filter_peek(r) != ',')
			return true;
		r->at++;
	}
	return false;
}

static bool read_all(struct filter_reader *r, const struct field *f)
{
	struct filter_value present = {.test = TEST_PRESENT};
	struct str here = str_sub(r->text, r->at, 2);

	if (filter_peek(r) == '(')
		return read_alternatives(r, f);
	if (str_starts(here, STR("*")) && f->type != FIELD_TIME && f->words == NULL &&
	    f != &counted && (here.n == 1 || filter_ends_value((unsigned char)here.p[1]))) {
		r->at++;
		return add_value(r, &present);
	}
	return read_list(r, f);
}

bool filter_read_values(struct filter_reader *r, struct filter_node *n)
{
	const struct field *f = field_of_values(n);
	size_t from = r->at;
	int c;

	r->milliseconds = counts_milliseconds(n->name);
	if (!read_all(r, f))
		return false;
	c = filter_peek(r);
	if (c >= 0 && c != ')' && !filter_is_blank(c))
		return filter_wrong(r, r->at,
		                    "a blank has to stand behind a value; quote one that holds %c",
		                    c);
	if (r->n_values > 1 && (f->number == FIELD_SINCE || f->number == FIELD_UNTIL))
		return filter_wrong(r, from, "%s: takes one time", f->name);
	keep_values(r, n);
	return true;
}

bool filter_reads_bare(const struct field *f, const struct filter_value *v)
{
	if (v->text.n == 0 || strchr("[/~<", v->text.p[0]) || !utf8_valid(v->text))
		return false;
	for (size_t i = 0; i < v->text.n; i++)
		if (filter_ends_value((unsigned char)v->text.p[i]) ||
		    (unsigned char)v->text.p[i] < ' ' || v->text.p[i] == 0x7f)
			return false;
	if (!takes_texts(f))
		return true;
	return str_find(v->text, STR("*"), 0, false) == SIZE_MAX &&
	       points_of(f, v->text) == SIZE_MAX && filter_is_number(f, v->text) == v->is_number;
}
