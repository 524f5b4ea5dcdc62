/* Filters of the lists that PostHog projects have: to each project goes what it can judge, a moment after it was typed, and its
 * word is asked for where the events are not here. */
#include "explorer_pushed.h"
#include "collect/posthog_pushed.h"
#include "explorer_remote.h"

#define TYPED_MS 250 /* a filter that stays so long is asked for */

static void ask_filtered(void *ctx)
{
	struct remote *r = ctx;

	for (int list = 0; list < POSTHOG_LISTS; list++) {
		if (r->refilter[list])
			posthog_list(r->posthog, (enum posthog_list)list, r->since, remote_until(r),
			             0);
		r->refilter[list] = false;
	}
}

/* f within another; what PostHog cannot judge of f it can within still. */
static void make_within(struct posthog_filter *p, const struct filter *f,
                        const struct filter *within, enum filtered_of of)
{
	struct filter_node root = {.kind = FILTER_AND}, outer = *within->root, inner;
	const struct filter both = {.root = &root};

	root.first = &outer;
	outer.next = NULL;
	if (f->root != NULL && f->root->kind == FILTER_AND) {
		outer.next = f->root->first;
	} else if (f->root != NULL) {
		inner = *f->root;
		inner.next = NULL;
		outer.next = &inner;
	}
	posthog_filter_make(p, &both, of);
	if (p->where.n > 0)
		return;
	posthog_filter_make(p, within, of);
	buf_clear(&p->here);
	filter_print(f, &p->here);
}

static void push_filter(struct remote *r, enum posthog_list list, const struct filter *f,
                        const struct filter *within)
{
	struct posthog_filter p = {0};
	bool of_events = posthog_list_of(list) == FILTERED_EVENTS, asks;

	if (within != NULL && within->root != NULL)
		make_within(&p, f, within, posthog_list_of(list));
	else
		posthog_filter_make(&p, f, posthog_list_of(list));
	asks = !of_events || (p.where.n > 0 && !remote_has_all(r));
	if (!posthog_push(r->posthog, list, &p))
		return;
	r->refilter[list] = asks;
	if (!asks)
		return;
	if (!r->typed)
		r->typed = loop_timer_new(explorer_loop(r->explorer), ask_filtered, r);
	loop_timer_start(r->typed, TYPED_MS, 0);
}

bool explorer_list_of(enum rows_kind kind, enum posthog_list *out)
{
	static const enum rows_kind kinds[POSTHOG_LISTS] = {
		[POSTHOG_TRACES] = ROWS_TRACES,
		[POSTHOG_SESSIONS] = ROWS_SESSIONS,
		[POSTHOG_GENERATIONS] = ROWS_GENERATIONS,
		[POSTHOG_SPANS] = ROWS_SPANS,
	};
	int list = 0;

	while (list < POSTHOG_LISTS && kinds[list] != kind)
		list++;
	*out = list < POSTHOG_LISTS ? (enum posthog_list)list : POSTHOG_TRACES;
	return list < POSTHOG_LISTS;
}

void explorer_push_filter(struct explorer *x, enum rows_kind kind, const struct filter *f,
                          const struct filter *within)
{
	static const struct filter nothing;
	enum posthog_list list;

	if (!explorer_list_of(kind, &list))
		return;
	for (struct remote *r = explorer_remote(x); r != NULL; r = remote_next(r))
		push_filter(r, list, f ? f : &nothing, within);
}

bool explorer_is_pushed(const struct explorer *x, enum rows_kind kind)
{
	const struct remote *r = explorer_remote(x);
	enum posthog_list list;

	if (r == NULL || !explorer_list_of(kind, &list))
		return false;
	while (r != NULL && (posthog_is_pushed(r->posthog, list) || remote_has_all(r)))
		r = remote_next(r);
	return r == NULL;
}

/* ---- where it is judged ---- */

static const char *why_here(enum posthog_judge judge)
{
	switch (judge) {
	case POSTHOG_REFUSES:
		return "PostHog refused the filter";
	case POSTHOG_IS_SILENT:
		return "PostHog did not answer";
	default:
		return NULL;
	}
}

static bool is_there(enum posthog_judge judge)
{
	return judge == POSTHOG_JUDGES || judge == POSTHOG_IS_ASKED;
}

/* Of the projects that judge it or are asked to; false: none. */
static bool sum_up(const struct explorer *x, enum posthog_list list, struct posthog_pushed *all)
{
	bool any = false;

	for (const struct remote *r = explorer_remote(x); r != NULL; r = remote_next(r)) {
		struct posthog_pushed one;

		posthog_read_pushed(r->posthog, list, &one);
		if (!is_there(one.judge))
			continue;
		if (!any)
			*all = (struct posthog_pushed){.judge = POSTHOG_JUDGES, .here = one.here};
		any = true;
		all->judge = one.judge == POSTHOG_IS_ASKED ? one.judge : all->judge;
		all->took = one.took > all->took ? one.took : all->took;
		all->rows += one.rows;
		all->more |= one.more;
	}
	return any;
}

static void append_there(const struct posthog_pushed *all, struct buf *out)
{
	if (all->judge == POSTHOG_IS_ASKED) {
		buf_puts(out, "server ...");
	} else if (all->here.n == 0) {
		buf_printf(out, "server %lld ms", (long long)(all->took / 1000));
	} else {
		buf_printf(out, "server + local over %u%s: ", all->rows, all->more ? "+" : "");
		buf_append(out, all->here);
	}
}

/* A project that judges nothing; named: others do, or for another reason do not. */
static void append_here(const struct remote *r, const struct posthog_pushed *one, bool named,
                        struct buf *out)
{
	const char *why = why_here(one->judge);

	buf_puts(out, out->n > 0 ? "  " : "");
	if (named)
		buf_printf(out, "%s ", r->origin->name);
	buf_puts(out, "local only: ");
	if (why != NULL)
		buf_puts(out, why);
	else
		buf_append(out, one->here);
}

void explorer_pushed_status(const struct explorer *x, enum rows_kind kind, struct buf *out)
{
	const struct remote *first = explorer_remote(x);
	struct posthog_pushed all, one;
	enum posthog_list list;

	if (first == NULL || !explorer_list_of(kind, &list))
		return;
	if (sum_up(x, list, &all))
		append_there(&all, out);
	for (const struct remote *r = first; r != NULL; r = remote_next(r)) {
		posthog_read_pushed(r->posthog, list, &one);
		/* What cannot be said in HogQL no project judges: that is said once. */
		if (one.judge == POSTHOG_JUDGES_NOTHING || is_there(one.judge) ||
		    (one.judge == POSTHOG_JUDGES_NONE && r != first))
			continue;
		append_here(r, &one, why_here(one.judge) != NULL && remote_next(first) != NULL,
		            out);
	}
}

/* ---- what is said ---- */

bool explorer_judges(const struct explorer *x, const struct filter_node *node, enum filtered_of of)
{
	return explorer_remote(x) && posthog_filter_is_exact(node, of);
}

static enum posthog_list list_of_rows(enum filtered_of of)
{
	return of == FILTERED_TRACES ? POSTHOG_TRACES : POSTHOG_SESSIONS;
}

/* One says yes for all; no is only said by every origin that the row is from: a file says nothing. */
static enum filtered_word word_of(const struct explorer *x, enum filtered_of of, uint32_t origins,
                                  struct str id)
{
	uint32_t silent = origins;

	for (const struct remote *r = explorer_remote(x); r != NULL; r = remote_next(r)) {
		enum posthog_word word = remote_is_from(r, origins)
		                                 ? posthog_says(r->posthog, list_of_rows(of), id)
		                                 : POSTHOG_SAYS_NOTHING;

		if (word == POSTHOG_SAYS_YES)
			return FILTERED_YES;
		if (word == POSTHOG_SAYS_NO)
			silent &= ~(1u << r->origin->number);
	}
	return silent == 0 ? FILTERED_NO : FILTERED_LOOK;
}

/* Of a row whose events are all here nobody knows more. */
enum filtered_word explorer_judged(struct explorer *x, enum filtered_of of, uint32_t number)
{
	struct model *m = explorer_model(x);
	bool trace = of == FILTERED_TRACES;
	struct buf id = {0};
	uint32_t origins;
	enum filtered_word word;

	if (!explorer_remote(x) ||
	    !(trace ? model_trace(m, number)->listed : model_session(m, number)->listed))
		return FILTERED_LOOK;
	origins = trace ? model_trace(m, number)->origins : model_session(m, number)->origins;
	ids_text(&explorer_events(x)->ids,
	         trace ? model_trace(m, number)->id : model_session(m, number)->id, &id);
	word = word_of(x, of, origins, buf_str(&id));
	buf_free(&id);
	return word;
}

uint32_t explorer_said(const struct explorer *x, enum filtered_of of)
{
	uint32_t said = 0;

	/* Events come with all that they are judged by. */
	if (of == FILTERED_EVENTS)
		return 0;
	for (const struct remote *r = explorer_remote(x); r != NULL; r = remote_next(r))
		said += posthog_said(r->posthog, list_of_rows(of));
	return said;
}
