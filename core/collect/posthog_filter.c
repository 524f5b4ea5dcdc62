/* A filter's tree to a condition. What of an AND cannot be said is left out, and then more passes; of OR all has to be said,
 * of NOT exactly, since what lets more through lets less through there.
 *
 * Of events nothing is asked of PostHog if any part looks beyond an event (at its trace, its session, what is below it, or
 * all of a name): those others have to be here to be looked at. */
#include "collect/posthog_filter_internal.h"

#include "base/mem.h"

/* ---- values ---- */

static struct buf *add_value(struct pushing *w, struct buf *to, bool is_number)
{
	struct posthog_filter *p = w->out;
	struct posthog_value *v;

	p->values = mem_resize(p->values, p->n_values + 1u, sizeof(*p->values));
	v = &p->values[p->n_values];
	*v = (struct posthog_value){.is_number = is_number};
	buf_printf(to, "{f%u}", p->n_values++);
	return &v->text;
}

void push_text(struct pushing *w, struct buf *to, struct str text)
{
	buf_append(add_value(w, to, false), text);
}

void push_number(struct pushing *w, struct buf *to, money value, int scale)
{
	decimal_append(add_value(w, to, true), value, scale);
}

static void drop_values(struct posthog_filter *p, uint32_t n)
{
	while (p->n_values > n)
		buf_free(&p->values[--p->n_values].text);
}

struct push_mark push_mark(const struct pushing *w, const struct buf *to)
{
	return (struct push_mark){to->n, w->out->facts.n, w->out->n_values, w->n_facts};
}

static void cut(struct buf *b, size_t n)
{
	if (b->n > n)
		b->p[b->n = n] = '\0';
}

void push_back(struct pushing *w, struct buf *to, const struct push_mark *mark)
{
	cut(to, mark->sql);
	cut(&w->out->facts, mark->facts);
	drop_values(w->out, mark->n_values);
	w->n_facts = mark->n_facts;
}

/* ---- logic ---- */

static enum pushed push_not(struct pushing *w, struct buf *to, const struct filter_node *n,
                            push_fn *each)
{
	enum pushed got;

	buf_puts(to, "(NOT ");
	got = each(w, to, n);
	buf_add(to, ')');
	return got == PUSHED_EXACTLY ? got : PUSHED_NOT;
}

static enum pushed push_all(struct pushing *w, struct buf *to, const struct filter_node *n,
                            push_fn *each)
{
	enum pushed all = PUSHED_EXACTLY;
	bool first = true;

	buf_add(to, '(');
	for (const struct filter_node *at = n->first; at != NULL; at = at->next) {
		struct push_mark mark = push_mark(w, to);
		enum pushed got;

		buf_puts(to, first ? "" : " AND ");
		got = each(w, to, at);
		all = got == PUSHED_EXACTLY ? all : PUSHED_MORE;
		if (got == PUSHED_NOT)
			push_back(w, to, &mark);
		else
			first = false;
	}
	buf_add(to, ')');
	return first ? PUSHED_NOT : all;
}

static enum pushed push_any(struct pushing *w, struct buf *to, const struct filter_node *n,
                            push_fn *each)
{
	enum pushed all = PUSHED_EXACTLY;

	buf_add(to, '(');
	for (const struct filter_node *at = n->first; at != NULL; at = at->next) {
		enum pushed got;

		buf_puts(to, at == n->first ? "" : " OR ");
		got = each(w, to, at);
		all = got < all ? got : all;
	}
	buf_add(to, ')');
	return all;
}

static enum pushed push_logic(struct pushing *w, struct buf *to, const struct filter_node *n,
                              push_fn *each)
{
	if (n->kind == FILTER_NOT)
		return push_not(w, to, n->first, each);
	return n->kind == FILTER_AND ? push_all(w, to, n, each) : push_any(w, to, n, each);
}

static bool is_logic(const struct filter_node *n)
{
	return n->kind == FILTER_AND || n->kind == FILTER_OR || n->kind == FILTER_NOT;
}

/* ---- of events ---- */

static enum pushed push_event(struct pushing *w, struct buf *to, const struct filter_node *n)
{
	if (is_logic(n))
		return push_logic(w, to, n, push_event);
	if (n->kind == FILTER_SCOPE && n->scope == SCOPE_SPAN)
		return push_event(w, to, n->first);
	return n->kind == FILTER_TERM ? push_event_term(w, to, n) : PUSHED_NOT;
}

static bool word_looks_beyond(const struct filter_node *n)
{
	for (uint32_t i = 0; i < n->n_values; i++) {
		int word = field_word(n->field, n->values[i].text);

		if (word == IS_SLOW || word == IS_LOOP || word == IS_ORPHAN || word == IS_PSEUDO)
			return true;
	}
	return false;
}

static bool term_looks_beyond(const struct filter_node *n)
{
	switch (n->field->number) {
	case FIELD_SESSION:
	case FIELD_DEPTH:
	case FIELD_GENS:
	case FIELD_TOOLS:
	case FIELD_ERRORS:
		return true;
	case FIELD_IS:
		return word_looks_beyond(n);
	default:
		return false;
	}
}

static bool looks_beyond(const struct filter_node *n)
{
	if (n->kind == FILTER_TERM)
		return term_looks_beyond(n);
	if (!is_logic(n) && (n->kind != FILTER_SCOPE || n->scope != SCOPE_SPAN))
		return true;
	for (const struct filter_node *at = n->first; at != NULL; at = at->next)
		if (looks_beyond(at))
			return true;
	return false;
}

/* ---- of traces and sessions ---- */

/* A column of the SELECT by trace, and what a row makes of it. */
static void push_fact(struct pushing *w, struct buf *to, const char *aggregate)
{
	uint32_t number = w->n_facts++;

	buf_printf(&w->out->facts, ",\n  %s AS c%u", aggregate, number);
	buf_printf(to, w->out->of == FILTERED_SESSIONS ? "sum(c%u)" : "c%u", number);
}

/* How many of its events it holds of; `to` gets the number. */
static enum pushed push_count(struct pushing *w, struct buf *to, const struct filter_node *n,
                              push_fn *each)
{
	struct buf fact = {0};
	enum pushed got;

	buf_puts(&fact, "countIf(");
	got = each(w, &fact, n);
	buf_add(&fact, ')');
	if (got != PUSHED_NOT)
		push_fact(w, to, buf_text(&fact));
	buf_free(&fact);
	return got;
}

static enum pushed push_some(struct pushing *w, struct buf *to, const struct filter_node *n,
                             push_fn *each)
{
	enum pushed got = push_count(w, to, n, each);

	buf_puts(to, " > 0");
	return got;
}

static enum pushed any_event(struct pushing *w, struct buf *to, const struct filter_node *n)
{
	return push_some(w, to, n, push_event);
}

static enum pushed not_event(struct pushing *w, struct buf *to, const struct filter_node *n)
{
	return push_not(w, to, n, push_event);
}

static enum pushed no_event(struct pushing *w, struct buf *to, const struct filter_node *n,
                            push_fn *each)
{
	enum pushed got = push_count(w, to, n, each);

	buf_puts(to, " = 0");
	return got == PUSHED_EXACTLY ? got : PUSHED_NOT;
}

/* How many, against the values of n. */
static enum pushed push_counted(struct pushing *w, struct buf *to, const struct filter_node *n,
                                const char *condition)
{
	static const struct measure count = {.positive = true};
	struct buf fact = {0}, number = {0};
	enum pushed got;

	buf_printf(&fact, "countIf(%s)", condition);
	push_fact(w, &number, buf_text(&fact));
	got = push_numbers(w, to, n, buf_text(&number), &count);
	buf_free(&fact);
	buf_free(&number);
	return got;
}

static enum pushed push_counts(struct pushing *w, struct buf *to, const struct filter_node *n)
{
	struct buf condition = {0};
	enum pushed got = push_event(w, &condition, n->first), counted = PUSHED_NOT;

	if (got == PUSHED_EXACTLY)
		counted = push_counted(w, to, n, buf_text(&condition));
	buf_free(&condition);
	return counted;
}

/* Whether it says something of a whole row; else it is of one event. */
static bool is_of_rows(const struct filter_node *n)
{
	if (n->kind == FILTER_COUNT || (n->kind == FILTER_SCOPE && n->scope != SCOPE_SPAN))
		return true;
	for (const struct filter_node *at = n->first; is_logic(n) && at != NULL; at = at->next)
		if (is_of_rows(at))
			return true;
	return false;
}

static push_fn push_scoped;

static enum pushed push_scope(struct pushing *w, struct buf *to, const struct filter_node *n)
{
	bool of_session = w->out->of == FILTERED_SESSIONS;

	switch (n->scope) {
	case SCOPE_ANY:
	case SCOPE_SPAN:
		return any_event(w, to, n->first);
	case SCOPE_NONE:
		return no_event(w, to, n->first, push_event);
	case SCOPE_ALL:
		return no_event(w, to, n->first, not_event);
	case SCOPE_TRACE:
		/* Of a session: of any one of its traces. */
		if (of_session)
			return is_of_rows(n->first) ? PUSHED_NOT : any_event(w, to, n->first);
		return push_scoped(w, to, n->first);
	case SCOPE_SESSION:
		return of_session ? push_scoped(w, to, n->first) : PUSHED_NOT;
	}
	return PUSHED_NOT;
}

/* Within trace() and session(). */
static enum pushed push_scoped(struct pushing *w, struct buf *to, const struct filter_node *n)
{
	if (!is_of_rows(n))
		return any_event(w, to, n);
	if (n->kind == FILTER_SCOPE)
		return push_scope(w, to, n);
	return n->kind == FILTER_COUNT ? push_counts(w, to, n) : push_logic(w, to, n, push_scoped);
}

/* ---- what a row has of its own ---- */

static enum pushed push_sum(struct pushing *w, struct buf *to, const struct filter_node *n,
                            const char *aggregate, int scale)
{
	const struct measure sums = {.scale = scale, .rounds = true, .sums = true};
	struct buf number = {0};
	enum pushed got;

	for (uint32_t i = 0; i < n->n_values; i++)
		if (!n->values[i].has_low && !n->values[i].has_high)
			return PUSHED_NOT;
	push_fact(w, &number, aggregate);
	got = push_numbers(w, to, n, buf_text(&number), &sums);
	buf_free(&number);
	return got;
}

/* Of a call; 0 where nothing is known. */
#define SUM(name) "sumIf(ifNull(" PUSH_COUNT(name) ", 0), " PUSH_CALL ")"

static enum pushed push_sums(struct pushing *w, struct buf *to, const struct filter_node *n)
{
	switch (n->field->number) {
	case FIELD_COST:
		return push_sum(w, to, n,
		                "sumIf(toFloat(properties.$ai_total_cost_usd), " PUSH_CALL
		                " AND " PUSH_IS_AMOUNT("$ai_total_cost_usd") ")",
		                12);
	case FIELD_IN:
		return push_sum(w, to, n, SUM("$ai_input_tokens"), 0);
	case FIELD_OUT:
		return push_sum(w, to, n, SUM("$ai_output_tokens"), 0);
	case FIELD_CACHE:
		return push_sum(w, to, n, SUM("$ai_cache_read_input_tokens"), 0);
	case FIELD_REASONING:
		return push_sum(w, to, n, SUM("$ai_reasoning_tokens"), 0);
	default:
		return push_sum(w, to, n, SUM("$ai_input_tokens") " + " SUM("$ai_output_tokens"),
		                0);
	}
}

/* By whatever rule a row has its latency, it is no more than those of all its events. */
static enum pushed push_latency(struct pushing *w, struct buf *to, const struct filter_node *n)
{
	struct filter_value at_least;
	enum pushed got = PUSHED_MORE;

	buf_add(to, '(');
	for (uint32_t i = 0; i < n->n_values && got != PUSHED_NOT; i++) {
		struct filter_node one = *n;

		at_least = n->values[i];
		at_least.has_high = false;
		one.values = &at_least;
		one.n_values = 1;
		buf_puts(to, i > 0 ? " OR " : "");
		got = push_sum(w, to, &one,
		               "sumIf(toFloat(properties.$ai_latency), "
		               "ifNull(toFloat(properties.$ai_latency) > 0 AND "
		               "toFloat(properties.$ai_latency) <= 9000000000000, 0))",
		               6);
	}
	buf_add(to, ')');
	return got;
}

/* A name, user or id of the row is that of one of its events; a time is within those of its events. */
static enum pushed push_own_text(struct pushing *w, struct buf *to, const struct filter_node *n)
{
	bool is_name = n->field->number == FIELD_NAME;
	enum pushed got = push_some(w, to, n, is_name ? push_listed_name : push_event);

	return got == PUSHED_NOT ? got : PUSHED_MORE;
}

static enum pushed trace_id(struct pushing *w, struct buf *to, const struct filter_node *n)
{
	static const char *const columns[] = {"properties.$ai_trace_id", NULL};

	return push_ids(w, to, n, columns);
}

static enum pushed session_id(struct pushing *w, struct buf *to, const struct filter_node *n)
{
	static const char *const columns[] = {"properties.$ai_session_id", NULL};

	return push_ids(w, to, n, columns);
}

static bool is_error(const struct filter_node *n)
{
	return n->n_values == 1 && str_eq(n->values[0].text, STR("error"));
}

static enum pushed push_row_term(struct pushing *w, struct buf *to, const struct filter_node *n)
{
	bool of_session = w->out->of == FILTERED_SESSIONS;

	switch (n->field->number) {
	case FIELD_THING_ID:
		return push_some(w, to, n, of_session ? session_id : trace_id);
	case FIELD_TRACE:
		return push_some(w, to, n, trace_id);
	case FIELD_SESSION:
		return push_some(w, to, n, session_id);
	case FIELD_NAME:
	case FIELD_USER:
	case FIELD_SINCE:
	case FIELD_UNTIL:
		return push_own_text(w, to, n);
	case FIELD_COST:
	case FIELD_TOKENS:
	case FIELD_IN:
	case FIELD_OUT:
	case FIELD_CACHE:
	case FIELD_REASONING:
		return push_sums(w, to, n);
	case FIELD_GENS:
		return push_counted(w, to, n, "event = '$ai_generation'");
	case FIELD_TOOLS:
		return push_counted(w, to, n, PUSH_TOOL);
	case FIELD_ERRORS:
		return push_counted(w, to, n, PUSH_ERROR);
	case FIELD_LATENCY:
		return push_latency(w, to, n);
	case FIELD_STATUS:
		return is_error(n) ? any_event(w, to, n) : PUSHED_NOT;
	default:
		return any_event(w, to, n);
	}
}

static enum pushed push_row(struct pushing *w, struct buf *to, const struct filter_node *n)
{
	if (is_logic(n))
		return push_logic(w, to, n, push_row);
	if (n->kind == FILTER_SCOPE)
		return push_scope(w, to, n);
	if (n->kind == FILTER_COUNT)
		return push_counts(w, to, n);
	return n->kind == FILTER_TERM ? push_row_term(w, to, n) : PUSHED_NOT;
}

/* ---- all of it ---- */

static enum pushed push_part(struct pushing *w, struct buf *to, const struct filter_node *n)
{
	return w->out->of == FILTERED_EVENTS ? push_event(w, to, n) : push_row(w, to, n);
}

static void keep_here(struct posthog_filter *p, const struct filter_node *n)
{
	struct filter_node alone = *n;
	struct filter f = {.root = &alone};

	alone.next = NULL;
	buf_puts(&p->here, p->here.n > 0 ? " " : "");
	if (n->kind == FILTER_OR)
		buf_add(&p->here, '(');
	filter_print(&f, &p->here);
	if (n->kind == FILTER_OR)
		buf_add(&p->here, ')');
}

/* Whether what is listed of a row tells it. */
static bool is_listed_term(const struct filter_node *n, enum filtered_of of)
{
	switch (n->field->number) {
	case FIELD_NAME:
	case FIELD_TRACE:
		return of == FILTERED_TRACES;
	case FIELD_IN:
	case FIELD_OUT:
		return n->values[0].test == TEST_PRESENT || n->values[0].is_number;
	case FIELD_THING_ID:
	case FIELD_SESSION:
	case FIELD_USER:
	case FIELD_COST:
	case FIELD_TOKENS:
	case FIELD_CACHE:
	case FIELD_REASONING:
	case FIELD_LATENCY:
	case FIELD_GENS:
	case FIELD_ERRORS:
	case FIELD_SINCE:
	case FIELD_UNTIL:
		return true;
	default:
		return false;
	}
}

static bool is_listed(const struct filter_node *n, enum filtered_of of)
{
	if (!is_logic(n))
		return n->kind == FILTER_TERM && is_listed_term(n, of);
	for (const struct filter_node *at = n->first; at != NULL; at = at->next)
		if (!is_listed(at, of))
			return false;
	return true;
}

static void push_one(struct pushing *w, const struct filter_node *n)
{
	struct posthog_filter *p = w->out;
	struct push_mark mark = push_mark(w, &p->where);
	enum pushed got;

	buf_puts(&p->where, p->where.n > 0 ? "\n  AND " : "");
	got = push_part(w, &p->where, n);
	if (got == PUSHED_NOT)
		push_back(w, &p->where, &mark);
	if (got == PUSHED_EXACTLY)
		return;
	keep_here(p, n);
	p->needs_events |= !is_listed(n, p->of);
}

void posthog_filter_make(struct posthog_filter *out, const struct filter *f, enum filtered_of of)
{
	const struct filter_node *root = f->root;
	struct pushing w = {.out = out};

	posthog_filter_free(out);
	out->of = of;
	if (root == NULL)
		return;
	if (of == FILTERED_EVENTS && looks_beyond(root)) {
		keep_here(out, root);
		return;
	}
	if (root->kind != FILTER_AND) {
		push_one(&w, root);
		return;
	}
	for (const struct filter_node *at = root->first; at != NULL; at = at->next)
		push_one(&w, at);
}

void posthog_filter_free(struct posthog_filter *p)
{
	drop_values(p, 0);
	mem_free(p->values);
	buf_free(&p->facts);
	buf_free(&p->where);
	buf_free(&p->here);
	*p = (struct posthog_filter){0};
}

bool posthog_filter_is_exact(const struct filter_node *node, enum filtered_of of)
{
	struct posthog_filter unused = {.of = of};
	struct pushing w = {.out = &unused};
	struct buf sql = {0};
	bool exact = push_part(&w, &sql, node) == PUSHED_EXACTLY;

	buf_free(&sql);
	posthog_filter_free(&unused);
	return exact;
}
