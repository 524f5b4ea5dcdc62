/* Finds what an id or its prefix names. First the numbers of the ids that fit are marked, then
 * one walk in order of precedence collects the things that bear a marked id: traces;
 * generations, embeddings and spans, and other events, by span id; $ai_trace events by span
 * id, which stands for their trace; events by uuid; sessions. An id names one thing, the first
 * that bears it in this order, and of several events the earliest. A thing with two ids that
 * fit is one thing. */
#include "query/lookup.h"
#include "base/mem.h"
#include "query/rows.h"

#define NAMED    3  /* things that an ambiguous prefix's message names */
#define TEXT_MAX 60 /* bytes of an id in a message */

struct found {
	uint32_t id;
	struct lookup what;
};

struct search {
	struct model *model;
	const struct events *events;
	uint8_t *marked; /* by number of an id */
	struct found found[NAMED + 1];
	uint32_t n;
};

static struct found *found_by_id(struct search *s, uint32_t id)
{
	for (uint32_t i = 0; i < s->n; i++)
		if (s->found[i].id == id)
			return &s->found[i];
	return NULL;
}

static void add(struct search *s, uint32_t id, enum lookup_kind kind, uint32_t number)
{
	if (s->n > NAMED || found_by_id(s, id))
		return;
	for (uint32_t i = 0; i < s->n; i++)
		if (s->found[i].what.kind == kind && s->found[i].what.number == number)
			return;
	s->found[s->n++] = (struct found){id, {kind, number}};
}

static void search_traces(struct search *s)
{
	for (uint32_t at = 0; at < model_trace_count(s->model); at++) {
		const struct trace *t = model_trace(s->model, at);

		if (s->marked[t->id] && trace_exists(t))
			add(s, t->id, LOOKUP_TRACE, at);
	}
}

static bool is_node(const struct event *e)
{
	return event_kind(e) <= EVENT_SPAN;
}

static bool is_better(const struct search *s, uint32_t event, uint32_t than)
{
	bool node = is_node(events_get(s->events, event));

	if (node != is_node(events_get(s->events, than)))
		return node;
	return events_compare_start(s->events, event, than) < 0;
}

static void found_span(struct search *s, uint32_t id, uint32_t event)
{
	struct found *known = found_by_id(s, id);

	if (!known)
		add(s, id, LOOKUP_EVENT, event);
	else if (known->what.kind == LOOKUP_EVENT && is_better(s, event, known->what.number))
		known->what.number = event;
}

/* By the node's id, and by $ai_span_id where that is another one. */
static void search_spans(struct search *s)
{
	for (uint32_t at = 0; at < s->events->n; at++) {
		const struct event *e = events_get(s->events, at);
		uint32_t sent = events_span_sent(s->events, at);

		if ((!s->marked[e->span] && !s->marked[sent]) || event_kind(e) == EVENT_TRACE ||
		    model_superseded(s->model, at))
			continue;
		if (s->marked[e->span])
			found_span(s, e->span, at);
		if (s->marked[sent] && sent != e->span)
			found_span(s, sent, at);
	}
}

static void search_trace_spans(struct search *s)
{
	for (uint32_t at = 0; at < s->events->n; at++) {
		const struct event *e = events_get(s->events, at);
		uint32_t trace;

		if (!s->marked[e->span] || event_kind(e) != EVENT_TRACE ||
		    model_superseded(s->model, at))
			continue;
		trace = model_trace_of(s->model, at);
		if (trace == MODEL_NONE)
			add(s, e->span, LOOKUP_EVENT, at);
		else
			add(s, e->span, LOOKUP_TRACE, trace);
	}
}

static void search_uuids(struct search *s)
{
	for (uint32_t at = 0; at < s->events->n; at++) {
		uint32_t uuid = events_uuid(s->events, at);

		if (s->marked[uuid] && !model_superseded(s->model, at))
			add(s, uuid, LOOKUP_EVENT, at);
	}
}

static void search_sessions(struct search *s)
{
	for (uint32_t at = 0; at < model_session_count(s->model); at++) {
		const struct session *session = model_session(s->model, at);

		if (s->marked[session->id] && session_exists(session))
			add(s, session->id, LOOKUP_SESSION, at);
	}
}

static void search(struct search *s)
{
	s->n = 0;
	search_traces(s);
	search_spans(s);
	search_trace_spans(s);
	search_uuids(s);
	search_sessions(s);
}

static void mark_prefix(struct search *s, struct str prefix)
{
	struct buf text = {0};

	for (uint32_t id = 1; id < s->events->ids.n; id++) {
		buf_clear(&text);
		ids_text(&s->events->ids, id, &text);
		s->marked[id] = str_starts(buf_str(&text), prefix);
	}
	buf_free(&text);
}

/* The exact id if it names anything, else the prefix. */
static void search_text(struct search *s, struct str text)
{
	uint32_t exact = ids_find(&s->events->ids, text);

	if (text.n == 0)
		return;
	s->marked = mem_zero((size_t)s->events->ids.n + 1, 1);
	if (exact != 0) {
		s->marked[exact] = 1;
		search(s);
	}
	if (s->n == 0) {
		mark_prefix(s, text);
		search(s);
	}
	mem_free(s->marked);
}

static enum err not_found(struct errinfo *e, struct str text)
{
	struct str shown = str_sub(text, 0, TEXT_MAX);

	return err_set(e, ERR_NOT_FOUND, "nothing has this id: %.*s", STR_ARG(shown));
}

static enum err ambiguous(const struct search *s, struct errinfo *e, struct str text)
{
	static const char *const kinds[] = {"session", "trace", "event"};
	struct str shown = str_sub(text, 0, TEXT_MAX), list;
	struct buf names = {0}, id = {0};

	for (uint32_t i = 0; i < s->n && i < NAMED; i++) {
		buf_clear(&id);
		ids_text(&s->events->ids, s->found[i].id, &id);
		buf_printf(&names, "%s%s ", i ? ", " : "", kinds[s->found[i].what.kind]);
		buf_append(&names, str_sub(buf_str(&id), 0, TEXT_MAX));
	}
	if (s->n > NAMED)
		buf_puts(&names, ", ...");
	list = buf_str(&names);
	err_set(e, ERR_AMBIGUOUS, "ambiguous id: %.*s: give more of one: %.*s", STR_ARG(shown),
	        STR_ARG(list));
	buf_free(&names);
	buf_free(&id);
	return ERR_AMBIGUOUS;
}

/* ---- last, last~N, last:error ---------------------------------------------- */

static bool is_last(struct str text, struct query *q, int64_t *back)
{
	const struct str counted = STR("last~");

	query_init(q, ROWS_TRACES);
	*back = 0;
	q->errors_only = str_eq(text, STR("last:error"));
	if (q->errors_only || str_eq(text, STR("last")))
		return true;
	return str_starts(text, counted) && str_to_i64(str_sub(text, counted.n, text.n), back) &&
	       *back >= 0;
}

static enum err find_last(struct lookup *out, struct model *m, const struct query *q, int64_t back,
                          struct errinfo *e)
{
	struct rows r;
	enum err err = ERR_OK;

	rows_build(&r, m, q);
	if (back < r.n)
		*out = (struct lookup){LOOKUP_TRACE, r.at[back]};
	else if (q->errors_only)
		err = err_set(e, ERR_NOT_FOUND, "no trace has an error");
	else
		err = err_set(e, ERR_NOT_FOUND, "no trace stands that far back: there are %lu",
		              (unsigned long)r.n);
	rows_free(&r);
	return err;
}

enum err lookup_find(struct lookup *out, struct model *m, struct str text, struct errinfo *e)
{
	struct search s = {.model = m, .events = model_events(m)};
	struct query q;
	int64_t back;

	if (is_last(text, &q, &back))
		return find_last(out, m, &q, back, e);
	search_text(&s, text);
	if (s.n > 1)
		return ambiguous(&s, e, text);
	if (s.n == 0)
		return not_found(e, text);
	*out = s.found[0].what;
	return ERR_OK;
}
