/* Reads the grammar. It is a descent by precedence: in span() children and descendants, then OR, then what stands side by
 * side, then not, then one thing. Groups of one are their member, and groups within groups of their kind are taken apart, so
 * that one meaning has one tree.
 *
 * Invariants: whatever returns false has said why (r->state, r->e). Depth is bounded by FILTER_MAX_DEPTH, since only
 * parentheses go deeper.
 *
 * Left to others: letters and texts (filter_text.c), values (filter_value.c). */
#include "query/filter_internal.h"

static struct str shown(struct str s)
{
	return str_sub(s, 0, FILTER_SHOWN);
}

/* ---- nodes ----------------------------------------------------------------------------------- */

struct siblings {
	struct filter_node *first, *last;
};

static struct filter_node *node_new(struct filter_reader *r, enum filter_kind kind, size_t at)
{
	struct filter_node *n = arena_alloc(&r->f->arena, sizeof(*n));

	n->kind = kind;
	n->at = (uint32_t)at;
	n->length = (uint32_t)(r->at - at);
	return n;
}

static bool ends_here(const struct filter_reader *r, struct filter_node *n)
{
	n->length = (uint32_t)(r->at - n->at);
	return true;
}

static void link_node(struct siblings *s, struct filter_node *n)
{
	if (s->last)
		s->last->next = n;
	else
		s->first = n;
	s->last = n;
}

/* Members of a group of the same kind become members of this one. */
static void add_member(struct filter_reader *r, struct siblings *s, enum filter_kind kind,
                       struct filter_node *n)
{
	if (n->kind != kind) {
		link_node(s, n);
		return;
	}
	for (const struct filter_node *member = n->first; member; member = member->next) {
		struct filter_node *copy = node_new(r, member->kind, member->at);

		*copy = *member;
		copy->next = NULL;
		link_node(s, copy);
	}
}

static struct filter_node *group_of(struct filter_reader *r, const struct siblings *s,
                                    enum filter_kind kind)
{
	struct filter_node *n;

	if (s->first == s->last)
		return s->first;
	n = node_new(r, kind, s->first->at);
	n->first = s->first;
	n->length = s->last->at + s->last->length - s->first->at;
	return n;
}

/* ---- one thing ------------------------------------------------------------------------------- */

static bool read_inner(struct filter_reader *r, struct filter_node **out);
static bool read_not(struct filter_reader *r, struct filter_node **out);

static const char *const words[] = {"sort",  "limit", "by",   "same",  "trace(", "session(",
                                    "span(", "any(",  "all(", "none(", "count("};
#define N_WORDS (sizeof(words) / sizeof(words[0]))

const char *filter_word(size_t i)
{
	return i < N_WORDS ? words[i] : NULL;
}

static bool unknown_field(struct filter_reader *r, size_t at, struct str name)
{
	const struct field *nearest = field_nearest(name);
	const char *best = nearest ? nearest->name : NULL;
	size_t least = nearest ? field_distance(name, best) : SIZE_MAX;

	for (size_t i = 0; i < FILTER_SCOPES_AT; i++) {
		size_t distance = field_distance(name, words[i]);

		if (distance < least) {
			least = distance;
			best = words[i];
		}
	}
	if (best)
		return filter_wrong(
			r, at, "no field \"%.*s\": did you mean %s? (quote a text with a colon)",
			STR_ARG(shown(name)), best);
	return filter_wrong(r, at, "no field \"%.*s\": quote a text with a colon",
	                    STR_ARG(shown(name)));
}

static bool add_text(struct filter_reader *r, size_t at, struct filter_value v,
                     struct filter_node **out)
{
	struct filter_node *n = node_new(r, FILTER_TERM, at);

	n->field = &fields[FIELD_ANYTHING];
	n->role = r->role;
	r->role = FIELD_ROLE_ANY;
	*out = n;
	return filter_set_value(r, n, &v);
}

static bool at_end_of_term(struct filter_reader *r, const char *what)
{
	int c = filter_peek(r);

	return c < 0 || c == ')' || filter_is_blank(c) ||
	       filter_wrong(r, r->at, "a blank has to stand behind %s", what);
}

/* Until the parenthesis that closes this one. */
static bool read_group(struct filter_reader *r, bool in_span, struct filter_node **out)
{
	bool outer = r->in_span;

	if (r->depth == FILTER_MAX_DEPTH)
		return filter_over(r, r->at, "parentheses too deep in each other");
	r->depth++;
	r->at++;
	r->in_span = in_span;
	if (!read_inner(r, out))
		return false;
	r->in_span = outer;
	r->depth--;
	if (filter_peek(r) < 0)
		return filter_wants(r, "a ) has to follow");
	if (*out == NULL)
		return filter_wrong(r, r->at, "nothing stands between the parentheses");
	r->at++;
	return true;
}

static bool read_count(struct filter_reader *r, size_t from, struct filter_node **out)
{
	struct filter_node *child = NULL, *n;

	if (!read_group(r, false, &child))
		return false;
	n = node_new(r, FILTER_COUNT, from);
	n->first = child;
	*out = n;
	if (filter_peek(r) != ':')
		return filter_wants(r, "a number has to follow count(...), as in count(...):>5");
	r->at++;
	return filter_read_values(r, n) && ends_here(r, n);
}

static bool read_scope(struct filter_reader *r, size_t from, struct str name,
                       struct filter_node **out)
{
	struct str with = str_sub(r->text, from, name.n + 1);
	struct filter_node *child = NULL, *n;
	size_t i = FILTER_SCOPES_AT;

	while (i < N_WORDS && !str_eq(with, str_of(words[i])))
		i++;
	if (i == N_WORDS)
		return filter_wrong(
			r, from,
			"no scope \"%.*s\": trace, session, span, any, all, none and count "
			"are; quote a text with a parenthesis in it",
			STR_ARG(shown(name)));
	if (i == N_WORDS - 1)
		return read_count(r, from, out);
	if (!read_group(r, i - FILTER_SCOPES_AT == SCOPE_SPAN, &child))
		return false;
	n = node_new(r, FILTER_SCOPE, from);
	n->scope = (enum filter_scope)(i - FILTER_SCOPES_AT);
	n->first = child;
	*out = n;
	return at_end_of_term(r, "a scope");
}

/* ---- words before a colon -------------------------------------------------------------------- */

/* The one word behind sort: and by:. */
static bool read_key(struct filter_reader *r, const char *what, struct str *out)
{
	if (r->depth > 0)
		return filter_wrong(r, r->at, "%s: stands outside of parentheses", what);
	if (out->n > 0)
		return filter_wrong(r, r->at, "%s: stands there twice", what);
	if (filter_peek(r) == '"')
		return filter_take_quoted(r, out) && at_end_of_term(r, "a quote");
	*out = filter_take_bare(r, filter_ends_value);
	if (out->n == 0)
		return filter_wants(r, "%s: wants a name", what);
	return at_end_of_term(r, "a name");
}

static bool read_sort(struct filter_reader *r)
{
	struct filter *f = r->f;

	f->sort_at = (uint32_t)r->at;
	if (!read_key(r, "sort", &f->sort))
		return false;
	f->descending = str_ends(f->sort, STR("-desc"));
	if (f->descending)
		f->sort.n -= 5;
	return f->sort.n > 0 || filter_wrong(r, f->sort_at, "sort: wants a name before -desc");
}

static bool read_by(struct filter_reader *r)
{
	r->f->by_at = (uint32_t)r->at;
	return read_key(r, "by", &r->f->by);
}

static bool read_limit(struct filter_reader *r)
{
	struct filter_node *n = node_new(r, FILTER_COUNT, r->at);
	size_t from = r->at;

	if (r->depth > 0)
		return filter_wrong(r, from, "limit: stands outside of parentheses");
	if (r->f->limit > 0)
		return filter_wrong(r, from, "limit: stands there twice");
	if (!filter_read_values(r, n))
		return false;
	if (n->n_values != 1 || n->values->test != TEST_VALUE || n->values->low < 1 ||
	    n->values->low > UINT32_MAX)
		return filter_wrong(r, from, "limit: wants one whole number from 1 on");
	r->f->limit = (uint32_t)n->values->low;
	r->f->limit_at = (uint32_t)from;
	return true;
}

const struct field *filter_field_of(struct str *name)
{
	const struct field *field = field_named(*name);

	if (field)
		return field;
	field = str_starts(*name, STR("@")) ? &fields[FIELD_PROPERTY] : &fields[FIELD_PERSON];
	if (!str_starts(*name, str_of(field->name)))
		return NULL;
	*name = str_sub(*name, strlen(field->name), SIZE_MAX);
	return field;
}

static bool read_same(struct filter_reader *r, size_t from, struct filter_node **out)
{
	struct filter_node *n = node_new(r, FILTER_TERM, from);
	size_t at = r->at;
	struct str typed = filter_take_bare(r, filter_ends_word), name = typed;
	struct buf text = {0};
	bool ok;

	if (typed.n == 0)
		return filter_wants(r, "same: wants a field");
	n->field = filter_field_of(&name);
	if (n->field == NULL)
		return unknown_field(r, at, typed);
	if (n->field->number >= FIELD_PROPERTY)
		n->name = name;
	if (r->how->same == NULL)
		return filter_wrong(r, from,
		                    "same: is of the row under a cursor, and here is none");
	*out = n;
	ok = r->how->same(r->how->ctx, n->field, n->name, &text) && text.n > 0;
	if (!ok)
		filter_wrong(r, at, "the row has no %.*s", STR_ARG(shown(typed)));
	else
		ok = filter_plain_value(r, n, arena_copy(&r->f->arena, buf_str(&text)), at);
	buf_free(&text);
	return ok && at_end_of_term(r, "a field");
}

static bool at_end_of_and(const struct filter_reader *r)
{
	int c = filter_peek(r);

	return c < 0 || c == ')' || c == '>' || filter_at_word(r, STR("OR"));
}

static bool is_bound_text(const struct filter_node *n)
{
	if (n && n->kind == FILTER_NOT)
		n = n->first;
	return n && n->kind == FILTER_TERM && n->field->number == FIELD_ANYTHING;
}

static bool read_role(struct filter_reader *r, size_t from, struct filter_node **out)
{
	struct filter_node *n = node_new(r, FILTER_TERM, from);
	size_t at = r->at;

	n->field = &fields[FIELD_ROLE];
	if (r->role != FIELD_ROLE_ANY)
		return filter_wrong(r, from, "a text has to follow the role before");
	if (!filter_read_values(r, n))
		return false;
	if (n->n_values > 1)
		return filter_wrong(r, at, "one role a text: (role:user a OR role:tool a)");
	filter_skip_blanks(r);
	at = r->at;
	if (at_end_of_and(r))
		return filter_wants(r, "a text has to follow the role");
	r->role = (enum field_role)(field_word(n->field, n->values->text) + 1);
	if (!read_not(r, out))
		return false;
	return (r->role == FIELD_ROLE_ANY && is_bound_text(*out)) ||
	       filter_wrong(r, at, "a text has to follow the role");
}

/* A term of a field, after its colon. */
static bool read_field(struct filter_reader *r, size_t from, const struct field *field,
                       struct str name, struct filter_node **out)
{
	struct filter_node *n = node_new(r, FILTER_TERM, from);

	n->field = field;
	if (field->number >= FIELD_PROPERTY) {
		if (name.n == 0)
			return filter_wrong(r, from, "%s wants the name of a property",
			                    field->name);
		n->name = arena_copy(&r->f->arena, name);
	}
	*out = n;
	return filter_read_values(r, n) && ends_here(r, n);
}

/* At the colon behind a name. */
static bool read_named(struct filter_reader *r, size_t from, struct str name,
                       struct filter_node **out)
{
	struct str rest = name;
	const struct field *field = filter_field_of(&rest);

	r->at++;
	if (field && field->number == FIELD_ROLE)
		return read_role(r, from, out);
	if (field)
		return read_field(r, from, field, rest, out);
	if (str_eq(name, STR("sort")))
		return read_sort(r);
	if (str_eq(name, STR("by")))
		return read_by(r);
	if (str_eq(name, STR("limit")))
		return read_limit(r);
	if (str_eq(name, STR("same")))
		return read_same(r, from, out);
	return unknown_field(r, from, name);
}

/* The quoted or bare name of a property, and its term. */
static bool read_property(struct filter_reader *r, size_t from, const struct field *field,
                          struct filter_node **out)
{
	struct str name;

	if (filter_peek(r) == '"') {
		if (!filter_take_quoted(r, &name))
			return false;
	} else {
		name = filter_take_bare(r, filter_ends_word);
	}
	if (filter_peek(r) != ':')
		return filter_wants(r, "%s wants a name, a colon and a value", field->name);
	r->at++;
	return read_field(r, from, field, name, out);
}

/* ---- one thing, and what it is among --------------------------------------------------------- */

static bool read_quoted(struct filter_reader *r, struct filter_node **out)
{
	struct filter_value v = {.test = TEST_VALUE};
	size_t from = r->at;

	if (!filter_take_quoted(r, &v.text))
		return false;
	if (filter_peek(r) == ':')
		return read_named(r, from, v.text, out);
	return at_end_of_term(r, "a quote") && add_text(r, from, v, out);
}

static bool read_word(struct filter_reader *r, struct filter_node **out)
{
	size_t from = r->at;
	struct filter_value v = {.text = filter_take_bare(r, filter_ends_word)};
	int c = filter_peek(r);

	if (c == ':' && v.text.n == 0)
		return filter_wrong(r, from, "the name of a field stands before a colon");
	if (c == ':')
		return read_named(r, from, v.text, out);
	if (c == '(')
		return read_scope(r, from, v.text, out);
	if (c == '"' && str_eq(v.text, str_of(fields[FIELD_PERSON].name)))
		return read_property(r, from, &fields[FIELD_PERSON], out);
	if (c == '"')
		return filter_wrong(r, r->at,
		                    "quotes stand around the whole text; one within it is \\\"");
	if (str_eq(v.text, STR("AND")) || str_eq(v.text, STR("NOT")))
		return filter_wrong(r, from,
		                    "%.*s stands behind another; quote a text that is %.*s",
		                    STR_ARG(v.text), STR_ARG(v.text));
	return add_text(r, from, v, out);
}

static bool read_special(struct filter_reader *r, struct filter_node **out,
                         bool take(struct filter_reader *, struct filter_value *))
{
	struct filter_value v = {0};
	size_t from = r->at;

	return take(r, &v) && at_end_of_term(r, "a text") && add_text(r, from, v, out);
}

static bool take_fuzzy_word(struct filter_reader *r, struct filter_value *out)
{
	if (!filter_take_fuzzy(r, filter_ends_word, out))
		return false;
	return filter_peek(r) != ':' ||
	       filter_wrong(r, r->at, "~ stands before the value: name:~text");
}

/* *out stays NULL where there is nothing to be judged by: sort:cost. */
static bool read_one(struct filter_reader *r, struct filter_node **out)
{
	size_t from = r->at;

	switch (filter_peek(r)) {
	case '(':
		return read_group(r, r->in_span, out) && at_end_of_term(r, "a )");
	case '"':
		return read_quoted(r, out);
	case '/':
		return read_special(r, out, filter_take_regex);
	case '~':
		return read_special(r, out, take_fuzzy_word);
	case '@':
		r->at++;
		return read_property(r, from, &fields[FIELD_PROPERTY], out);
	case '-':
	case '!':
		return filter_wrong(r, from,
		                    "not is said twice; quote a text that begins with - or !");
	default:
		return read_word(r, out);
	}
}

static bool read_not(struct filter_reader *r, struct filter_node **out)
{
	struct filter_node *inner = NULL;
	size_t from = r->at;

	if (filter_at_word(r, STR("NOT"))) {
		r->at += 3;
		filter_skip_blanks(r);
	} else if (filter_peek(r) == '-' || filter_peek(r) == '!') {
		r->at++;
	} else {
		return read_one(r, out);
	}
	if (at_end_of_and(r) || filter_is_blank(filter_peek(r)))
		return filter_wants(r, "what must not be has to follow");
	if (!read_one(r, &inner))
		return false;
	if (inner == NULL)
		return filter_wrong(r, from, "sort:, by: and limit: have no opposite");
	*out = node_new(r, FILTER_NOT, from);
	(*out)->first = inner;
	return true;
}

/* Not before anything and after nothing; AND may be said as well. */
static bool skip_and(struct filter_reader *r, bool is_first)
{
	if (!filter_at_word(r, STR("AND")))
		return true;
	if (is_first)
		return filter_wrong(r, r->at,
		                    "nothing stands before AND; quote a text that is AND");
	r->at += 3;
	filter_skip_blanks(r);
	return !at_end_of_and(r) || filter_wants(r, "something has to follow AND");
}

/* NULL: nothing to be judged by stands there. */
static bool read_and(struct filter_reader *r, struct filter_node **out)
{
	struct siblings members = {0};

	for (bool is_first = true;; is_first = false) {
		struct filter_node *n = NULL;

		filter_skip_blanks(r);
		if (at_end_of_and(r))
			break;
		if (!skip_and(r, is_first) || !read_not(r, &n))
			return false;
		if (n)
			add_member(r, &members, FILTER_AND, n);
	}
	*out = group_of(r, &members, FILTER_AND);
	return true;
}

static bool read_or(struct filter_reader *r, struct filter_node **out)
{
	struct siblings members = {0};
	struct filter_node *n;

	if (!read_and(r, &n))
		return false;
	while (filter_at_word(r, STR("OR"))) {
		if (n == NULL)
			return filter_wrong(r, r->at,
			                    "nothing stands before OR; quote a text that is OR");
		add_member(r, &members, FILTER_OR, n);
		r->at += 2;
		if (!read_and(r, &n))
			return false;
		if (n == NULL && !filter_at_word(r, STR("OR")))
			return filter_wants(r, "an alternative has to follow OR");
	}
	if (n)
		add_member(r, &members, FILTER_OR, n);
	*out = group_of(r, &members, FILTER_OR);
	return true;
}

/* A > B >> C is what C says below what is below A. */
static bool read_inner(struct filter_reader *r, struct filter_node **out)
{
	struct filter_node *below = NULL, *n;

	if (!read_or(r, out))
		return false;
	while (filter_peek(r) == '>') {
		if (!r->in_span)
			return filter_wrong(
				r, r->at,
				"> stands within span(...) alone; quote a text with > in it");
		if (*out == NULL)
			return filter_wrong(r, r->at, "nothing stands before >");
		n = node_new(r, FILTER_CHILD, (*out)->at);
		r->at++;
		if (filter_peek(r) == '>') {
			n->kind = FILTER_DESCENDANT;
			r->at++;
		}
		if (!read_or(r, &below))
			return false;
		if (below == NULL)
			return filter_wants(r, "what is below has to follow >");
		(*out)->next = below;
		n->first = *out;
		n->length = below->at + below->length - n->at;
		*out = n;
	}
	return true;
}

bool filter_read(struct filter_reader *r)
{
	struct filter_node *root = NULL;

	if (!read_inner(r, &root))
		return false;
	if (filter_peek(r) == ')')
		return filter_wrong(r, r->at, "a ) without its (");
	r->f->root = root;
	return true;
}
