/* Lists of a PostHog project, page by page: which rows there are, then the totals of those that are
 * not known as they are now. A page asks for what is behind the last row of the one before. */
#include "collect/posthog_internal.h"

#include "base/mem.h"

#define TOTALS_AT_ONCE 200u /* ids of one question */
#define FOUND_AT_ONCE  20u  /* traces that are opened because something of their id was asked for */

/* ---- totals ---- */

static enum err read_totals(struct ask *a, struct errinfo *e)
{
	return a->list == POSTHOG_TRACES
	               ? posthog_read_trace_totals(buf_str(&a->answer), a->now, &a->lines, e)
	               : posthog_read_session_totals(buf_str(&a->answer), a->now, &a->lines, e);
}

static void ask_totals(struct posthog *p, enum posthog_list list, const struct str *ids, size_t n,
                       int64_t since, int64_t until, bool for_tail)
{
	while (n > 0) {
		struct ask *a = ask_new(p, ASK_TOTALS, read_totals, ask_end);
		size_t some = n < TOTALS_AT_ONCE ? n : TOTALS_AT_ONCE;
		char query_id[POSTHOG_QUERY_ID];
		struct buf body = {0};

		a->list = list;
		a->for_tail = for_tail;
		posthog_query_id(query_id);
		if (list == POSTHOG_TRACES)
			posthog_query_trace_totals(&body, ids, some, since, until, query_id);
		else
			posthog_query_session_totals(&body, ids, some, since, until, query_id);
		ask_send(a, &body, query_id);
		ids += some;
		n -= some;
	}
}

void posthog_totals(struct posthog *p, const struct str *traces, size_t n, int64_t since,
                    int64_t until)
{
	ask_totals(p, POSTHOG_TRACES, traces, n, since, until, true);
}

/* Of the rows whose totals are not there yet, or are older than the row's last event. */
static void ask_missing_totals(struct posthog *p, enum posthog_list list,
                               const struct posthog_rows *rows, int64_t since, int64_t until)
{
	struct str *ids = mem_alloc(rows->n + 1, sizeof(*ids));
	size_t n = 0;
	int64_t first = until;

	for (uint32_t i = 0; i < rows->n; i++) {
		const struct posthog_row *row = &rows->rows[i];

		if (row->last != TIME_NONE &&
		    p->reader.has_totals(p->reader.ctx, list, row->id, row->last))
			continue;
		ids[n++] = row->id;
		if (row->time < first)
			first = row->time;
	}
	/* A trace's totals reach back to its first event; what a session has before the list's
	 * beginning is not counted. */
	ask_totals(p, list, ids, n, list == POSTHOG_TRACES ? first : since, until, false);
	mem_free(ids);
}

/* ---- pages ---- */

static bool is_of_events(const struct ask *a)
{
	return a->list == POSTHOG_GENERATIONS || a->list == POSTHOG_SPANS;
}

static void write_page(const struct ask *a, const struct posthog_page *page, struct buf *body,
                       const char *query_id)
{
	switch (a->list) {
	case POSTHOG_TRACES:
		posthog_query_traces(body, page, query_id);
		break;
	case POSTHOG_SESSIONS:
		posthog_query_sessions(body, page, query_id);
		break;
	case POSTHOG_GENERATIONS:
		posthog_query_generations(body, page, query_id);
		break;
	default:
		posthog_query_spans(body, page, query_id);
	}
}

static void send_page(struct ask *a)
{
	struct list_state *list = &a->posthog->lists[a->list];
	struct posthog_page page = {.since = a->since, .until = a->until};
	char query_id[POSTHOG_QUERY_ID];
	struct buf body = {0};

	a->limit = a->rows_left < POSTHOG_PAGE_ALL ? a->rows_left : POSTHOG_PAGE_ALL;
	a->limit = a->limit >> a->shrunk > 0 ? a->limit >> a->shrunk : 1;
	page.limit = a->limit;
	/* Of a session's traces nothing is remembered: they are listed to their end by one ask. */
	page.session = buf_str(&a->id);
	if (a->id.n > 0) {
		page.before_id = buf_str(&a->uuid);
		page.before_time = a->page.last_time;
	} else if (list->last.n > 0) {
		page.before_id = buf_str(&list->last);
		page.before_time = list->frontier;
	}
	if (a->id.n == 0)
		page.filter = pushed_ask(a->posthog, a->list);
	posthog_query_id(query_id);
	write_page(a, &page, &body, query_id);
	if (a->id.n == 0)
		pushed_keep(a->posthog, a->list, &body);
	ask_send(a, &body, query_id);
}

/* What a page ends with, and how much it has. */
struct page_end {
	struct str id; /* empty: it has no row */
	int64_t time;
	uint32_t n;
	bool more;
};

static struct page_end end_of(const struct ask *a)
{
	const struct posthog_row *last = a->rows.n > 0 ? &a->rows.rows[a->rows.n - 1] : NULL;

	if (is_of_events(a))
		return (struct page_end){buf_str(&a->page.last_uuid), a->page.last_time,
		                         a->page.events, a->page.more};
	return (struct page_end){last ? last->id : STR_EMPTY, last ? last->time : TIME_NONE,
	                         a->rows.n, a->rows.more};
}

/* Whether a page ends behind the one before. */
static bool goes_on(const struct ask *a, const struct page_end *end)
{
	const struct list_state *list = &a->posthog->lists[a->list];
	struct str before = buf_str(a->id.n > 0 ? &a->uuid : &list->last);
	int64_t time = a->id.n > 0 ? a->page.last_time : list->frontier;

	if (end->id.n == 0)
		return !end->more;
	return before.n == 0 || end->time < time ||
	       (end->time == time && str_cmp(end->id, before) < 0);
}

static void note_page(struct ask *a, const struct page_end *end)
{
	struct list_state *list = &a->posthog->lists[a->list];
	struct buf *id = a->id.n > 0 ? &a->uuid : &list->last;

	if (end->id.n > 0) {
		buf_clear(id);
		buf_append(id, end->id);
	}
	if (a->id.n > 0) {
		a->page.last_time = end->id.n > 0 ? end->time : a->page.last_time;
		return;
	}
	if (end->id.n > 0)
		list->frontier = end->time;
	list->more = end->more;
	pushed_answer(a->posthog, a->list, &a->rows, end->n, end->more);
	a->posthog->listed_at = time_now();
}

static enum err read_list(struct ask *a, struct errinfo *e)
{
	struct str answer = buf_str(&a->answer);

	if (is_of_events(a)) {
		posthog_found_free(&a->page);
		return posthog_read_events(answer, a->limit, a->now, &a->lines, &a->page, e);
	}
	return a->list == POSTHOG_TRACES
	               ? posthog_read_traces(answer, a->limit, a->now, &a->lines, &a->rows, e)
	               : posthog_read_sessions(answer, a->limit, a->now, &a->lines, &a->rows, e);
}

static void use_list(struct ask *a)
{
	struct page_end end = end_of(a);

	if (!goes_on(a, &end)) {
		ask_fail_in_circles(a);
		return;
	}
	note_page(a, &end);
	if (!is_of_events(a))
		ask_missing_totals(a->posthog, a->list, &a->rows, a->since, a->until);
	a->rows_left -= end.n < a->rows_left ? end.n : a->rows_left;
	if (end.more && a->rows_left > 0)
		send_page(a);
	else
		ask_end(a);
}

/* Without its filter a list of events would be of all there are: who wants those asks for them. */
static void refuse_events(struct ask *a, enum posthog_trouble trouble, const struct errinfo *why)
{
	/* Older servers send inputs and outputs along. */
	if (trouble == POSTHOG_TOO_BIG && a->limit > 1) {
		a->shrunk++;
		send_page(a);
	} else if (pushed_refuse(a->posthog, a->list, trouble)) {
		ask_end(a);
	} else {
		ask_fail(a, trouble, why);
	}
}

/* Without the filter it is another list, which begins at its start. */
static void refuse_list(struct ask *a, enum posthog_trouble trouble, const struct errinfo *why)
{
	struct list_state *list = &a->posthog->lists[a->list];

	if (is_of_events(a)) {
		refuse_events(a, trouble, why);
		return;
	}
	if (a->id.n > 0 || !pushed_refuse(a->posthog, a->list, trouble)) {
		ask_fail(a, trouble, why);
		return;
	}
	list->frontier = TIME_NONE;
	buf_clear(&list->last);
	send_page(a);
}

static struct ask *list_under_way(struct posthog *p, enum posthog_list list)
{
	for (struct ask *a = p->asks; a; a = a->next)
		if (a->kind == ASK_LIST && a->list == list && a->id.n == 0)
			return a;
	return NULL;
}

static struct ask *new_list(struct posthog *p, enum posthog_list list, int64_t since, int64_t until,
                            uint32_t rows)
{
	struct ask *a = ask_new(p, ASK_LIST, read_list, use_list);

	a->refused = refuse_list;
	a->list = list;
	a->known = !is_of_events(a);
	a->since = since;
	a->until = until;
	a->rows_left = rows;
	return a;
}

void posthog_list_stop(struct posthog *p, enum posthog_list list)
{
	struct ask *a = list_under_way(p, list);

	if (a)
		ask_end(a);
	p->lists[list].more = false;
}

void posthog_list(struct posthog *p, enum posthog_list list, int64_t since, int64_t until,
                  uint32_t rows)
{
	struct list_state *state = &p->lists[list];

	posthog_list_stop(p, list);
	state->asked = true;
	state->since = since;
	state->until = until;
	state->frontier = TIME_NONE;
	buf_clear(&state->last);
	pushed_begin(p, list);
	send_page(new_list(p, list, since, until, rows ? rows : POSTHOG_PAGE));
}

void posthog_more(struct posthog *p, enum posthog_list list)
{
	const struct list_state *state = &p->lists[list];

	if (!state->asked || !state->more || list_under_way(p, list))
		return;
	send_page(new_list(p, list, state->since, state->until, POSTHOG_PAGE));
}

void posthog_list_session(struct posthog *p, struct str session, int64_t since, int64_t until)
{
	struct ask *a;

	if (session.n == 0 || ask_find(p, ASK_LIST, session))
		return;
	a = new_list(p, POSTHOG_TRACES, since, until, UINT32_MAX);
	buf_append(&a->id, session);
	send_page(a);
}

/* ---- finding ---- */

static void send_find(struct ask *a, bool prefix)
{
	char query_id[POSTHOG_QUERY_ID];
	struct buf body = {0};

	a->step = prefix;
	posthog_query_id(query_id);
	posthog_query_find(&body, buf_str(&a->id), prefix, a->since, a->until, query_id);
	ask_send(a, &body, query_id);
}

static void open_found(struct ask *a, const struct posthog_rows *rows)
{
	for (uint32_t i = 0; i < rows->n && i < FOUND_AT_ONCE; i++)
		posthog_trace(a->posthog, rows->rows[i].id, rows->rows[i].time, rows->rows[i].last);
}

static enum err read_found(struct ask *a, struct errinfo *e)
{
	return posthog_read_find(buf_str(&a->answer), &a->rows, e);
}

static void use_found(struct ask *a)
{
	if (a->rows.n == 0 && a->step == 0) {
		send_find(a, true);
		return;
	}
	open_found(a, &a->rows);
	ask_end(a);
}

void posthog_find(struct posthog *p, struct str id, int64_t since, int64_t until)
{
	struct ask *a;

	if (id.n == 0 || ask_find(p, ASK_FIND, id))
		return;
	a = ask_new(p, ASK_FIND, read_found, use_found);
	a->since = since;
	a->until = until;
	a->urgent = true;
	buf_append(&a->id, id);
	send_find(a, false);
}
