/* Prints a filter as it can be typed, plainly: no parenthesis, quote or list that it could do without. */
#include "query/filter_internal.h"

#include "base/match.h"
#include "base/utf8.h"

/* How tightly a node holds its parts together; what holds less tightly than its place asks for stands in parentheses. */
enum tightness {
	HOLDS_PATH, /* A > B */
	HOLDS_OR,
	HOLDS_AND,
	HOLDS_NOT, /* a second one in a row is no text that can be read */
	HOLDS_ONE,
};

static enum tightness tightness_of(const struct filter_node *n)
{
	switch (n->kind) {
	case FILTER_CHILD:
	case FILTER_DESCENDANT:
		return HOLDS_PATH;
	case FILTER_OR:
		return HOLDS_OR;
	case FILTER_AND:
		return HOLDS_AND;
	case FILTER_NOT:
		return HOLDS_NOT;
	default:
		return HOLDS_ONE;
	}
}

static void print_byte(struct buf *out, unsigned char c)
{
	if (c == '"' || c == '\\')
		buf_printf(out, "\\%c", c);
	else if (c == '\n')
		buf_puts(out, "\\n");
	else if (c == '\r')
		buf_puts(out, "\\r");
	else if (c == '\t')
		buf_puts(out, "\\t");
	else
		buf_printf(out, "\\x%02x", c);
}

/* On one line, and in valid UTF-8. */
static void print_quoted(struct buf *out, struct str text)
{
	buf_add(out, '"');
	for (size_t at = 0; at < text.n;) {
		size_t from = at;
		int32_t code = utf8_next(text, &at);

		if (code < ' ' || code == '"' || code == '\\' || code == 0x7f)
			print_byte(out, (unsigned char)text.p[from]);
		else
			buf_append(out, str_sub(text, from, at - from));
	}
	buf_add(out, '"');
}

static bool is_plain(struct str text, bool ends(int))
{
	if (text.n == 0 || !utf8_valid(text))
		return false;
	for (size_t i = 0; i < text.n; i++)
		if (ends((unsigned char)text.p[i]) || (unsigned char)text.p[i] < ' ' ||
		    text.p[i] == 0x7f)
			return false;
	return true;
}

static void print_name(struct buf *out, struct str name)
{
	if (is_plain(name, filter_ends_word))
		buf_append(out, name);
	else
		print_quoted(out, name);
}

/* Whether a text without a field can do without quotes. */
static bool is_bare_word(struct str text)
{
	return is_plain(text, filter_ends_word) && !strchr("-!~/@", text.p[0]) &&
	       !str_eq(text, STR("OR")) && !str_eq(text, STR("AND")) && !str_eq(text, STR("NOT"));
}

static void print_value(struct buf *out, const struct field *field, const struct filter_value *v)
{
	bool word = field->number == FIELD_ANYTHING, bare;

	switch (v->test) {
	case TEST_PRESENT:
		buf_add(out, '*');
		return;
	case TEST_REGEX:
		buf_add(out, '/');
		buf_append(out, v->text);
		buf_puts(out, v->fold && match_has_capital(v->text) ? "/i" : "/");
		return;
	case TEST_FUZZY:
		buf_add(out, '~');
		bare = is_plain(v->text, word ? filter_ends_word : filter_ends_value);
		break;
	case TEST_WILDCARD:
		bare = true;
		break;
	case TEST_RANGE:
		bare = field->type != FIELD_TIME || is_plain(v->text, filter_ends_value);
		break;
	default:
		bare = word ? is_bare_word(v->text) : filter_reads_bare(field, v);
		break;
	}
	if (bare)
		buf_append(out, v->text);
	else
		print_quoted(out, v->text);
}

static void print_values(struct buf *out, const struct field *field, const struct filter_node *n)
{
	for (uint32_t i = 0; i < n->n_values; i++) {
		if (i > 0)
			buf_add(out, ',');
		print_value(out, field, &n->values[i]);
	}
}

static void print_field(struct buf *out, const struct field *field, struct str name)
{
	if (field->number == FIELD_ANYTHING)
		return;
	buf_puts(out, field->name);
	if (field->number >= FIELD_PROPERTY)
		print_name(out, name);
	buf_add(out, ':');
}

static void print_term(struct buf *out, const struct filter_node *n)
{
	if (n->role != FIELD_ROLE_ANY)
		buf_printf(out, "role:%s ", fields[FIELD_ROLE].words[n->role - 1]);
	print_field(out, n->field, n->name);
	print_values(out, n->field, n);
}

static void print_node(struct buf *out, const struct filter_node *n, enum tightness least);

static void print_members(struct buf *out, const struct filter_node *n, const char *between,
                          enum tightness least)
{
	for (const struct filter_node *member = n->first; member; member = member->next) {
		if (member != n->first)
			buf_puts(out, between);
		print_node(out, member, least);
	}
}

static void print_kind(struct buf *out, const struct filter_node *n)
{
	switch (n->kind) {
	case FILTER_AND:
		print_members(out, n, " ", HOLDS_NOT);
		break;
	case FILTER_OR:
		print_members(out, n, " OR ", HOLDS_AND);
		break;
	case FILTER_NOT:
		buf_add(out, '-');
		print_node(out, n->first, HOLDS_ONE);
		break;
	case FILTER_SCOPE:
		buf_puts(out, filter_word(FILTER_SCOPES_AT + n->scope));
		print_node(out, n->first, HOLDS_PATH);
		buf_add(out, ')');
		break;
	case FILTER_CHILD:
		print_node(out, n->first, HOLDS_PATH);
		buf_puts(out, " > ");
		print_node(out, n->first->next, HOLDS_OR);
		break;
	case FILTER_DESCENDANT:
		print_node(out, n->first, HOLDS_PATH);
		buf_puts(out, " >> ");
		print_node(out, n->first->next, HOLDS_OR);
		break;
	case FILTER_COUNT:
		buf_puts(out, "count(");
		print_node(out, n->first, HOLDS_PATH);
		buf_puts(out, "):");
		print_values(out, &fields[FIELD_TOOLS], n);
		break;
	case FILTER_TERM:
		print_term(out, n);
		break;
	}
}

static void print_node(struct buf *out, const struct filter_node *n, enum tightness least)
{
	bool closed = tightness_of(n) >= least;

	if (!closed)
		buf_add(out, '(');
	print_kind(out, n);
	if (!closed)
		buf_add(out, ')');
}

static void print_key(struct buf *out, const char *what, struct str key, const char *suffix)
{
	struct str end = str_of(suffix);

	if (key.n == 0)
		return;
	buf_printf(out, "%s%s:", out->n > 0 ? " " : "", what);
	if (is_plain(key, filter_ends_value)) {
		buf_append(out, key);
		buf_append(out, end);
	} else {
		struct buf whole = {0};

		buf_append(&whole, key);
		buf_append(&whole, end);
		print_quoted(out, buf_str(&whole));
		buf_free(&whole);
	}
}

void filter_print(const struct filter *f, struct buf *out)
{
	if (f->root)
		print_node(out, f->root, HOLDS_PATH);
	print_key(out, "sort", f->sort, f->descending ? "-desc" : "");
	print_key(out, "by", f->by, "");
	if (f->limit > 0)
		buf_printf(out, "%slimit:%u", out->n > 0 ? " " : "", f->limit);
}

void filter_append_term(struct buf *out, const struct field *field, struct str name,
                        struct str value)
{
	struct filter_value v = {.test = TEST_VALUE, .text = value};

	v.is_number = filter_is_number(field, value);
	print_field(out, field, name);
	print_value(out, field, &v);
}
