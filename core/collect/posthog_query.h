/* What tracehog asks PostHog's query API for: bodies of POST /api/projects/ID/query/. One function a
 * question, no state.
 *
 * The HogQL is plain, so that every server version takes it and a person can read it: SELECT over
 * `events` and `posthog.ai_events`, nested or WITH; no JOIN, no window functions, no OFFSET (PostHog
 * refuses it for personal keys); `timestamp` is compared in each WHERE on `events`; everything that
 * comes from outside, ids and times too, is a {placeholder} filled by `values`; LIMIT is at most 5001;
 * `name` is "tracehog:...". Every body has refresh force_blocking and the client_query_id given.
 *
 * All append to body. Texts may hold any bytes; what is no UTF-8 goes out as U+FFFD. Any thread. */
#ifndef COLLECT_POSTHOG_QUERY_H
#define COLLECT_POSTHOG_QUERY_H

#include "base/buf.h"
#include "base/time.h"

#define POSTHOG_MAX_ROWS     5000
#define POSTHOG_MAX_TRACES   100 /* of one question for their events */
#define POSTHOG_MAX_EXPLICIT 100 /* rows of posthog_query_trace_event */
#define POSTHOG_MAX_FOUND    20  /* rows of posthog_query_find */

struct posthog_filter; /* posthog_filter.h */

/* A page of a list. Times are microseconds since 1970. */
struct posthog_page {
	int64_t since, until; /* since <= t < until; both are always given */
	/* Behind this row, in falling order of (time, id); before_id empty: the first page. */
	int64_t before_time;
	struct str before_id;
	uint32_t
		limit; /* rows wanted, 1..POSTHOG_MAX_ROWS: one more is asked for, to know of more */
	struct str session; /* traces: only this session's; empty: all */
	/* Only rows that it lets through, made for such rows; NULL: all. Their events in the page's time are what it
	 * looks at. */
	const struct posthog_filter *filter;
};

/* tracehog:traces. Columns: trace_id, first_time and last_time (min and max timestamp), in order of (first_time, trace_id)
 * falling, with keyset paging by HAVING; of the six trace-shaping event names, trace id not empty; plus
 * what is free to take along: last_time, name, session_id, user (CLI.md's rules). */
void posthog_query_traces(struct buf *body, const struct posthog_page *page, const char *query_id);
/* tracehog:trace-totals for n ids (at most POSTHOG_MAX_ROWS), over all their events from 10 minutes before `since` to `until`.
 * Columns: see posthog_rows.h. */
void posthog_query_trace_totals(struct buf *body, const struct str *ids, size_t n, int64_t since,
                                int64_t until, const char *query_id);
/* tracehog:sessions and tracehog:session-totals likewise, the totals from `since` on; a session's time is its last timestamp, and
 * a trace belongs to the session of its earliest event that names one. The totals read every trace of
 * the time given, since a session need not be named on each event: keep it narrow. */
void posthog_query_sessions(struct buf *body, const struct posthog_page *page,
                            const char *query_id);
void posthog_query_session_totals(struct buf *body, const struct str *ids, size_t n, int64_t since,
                                  int64_t until, const char *query_id);
/* tracehog:generations (and embeddings) and tracehog:spans: events, as posthog_query_events has them, by (timestamp, uuid)
 * falling. */
void posthog_query_generations(struct buf *body, const struct posthog_page *page,
                               const char *query_id);
void posthog_query_spans(struct buf *body, const struct posthog_page *page, const char *query_id);
/* tracehog:people for n distinct ids. Columns: user, person (email, else name of the person's properties; NULL: neither). */
void posthog_query_people(struct buf *body, const struct str *ids, size_t n, int64_t since,
                          int64_t until, const char *query_id);
/* tracehog:trace, a TraceQuery. */
void posthog_query_trace(struct buf *body, struct str trace, int64_t since, int64_t until,
                         const char *query_id);
/* Every event of a trace, by (timestamp, uuid) rising, in pages behind (after_time, after_uuid; empty:
 * from the start), page->limit rows. What stands where: */
enum posthog_table {
	POSTHOG_AI_EVENTS,       /* posthog.ai_events with the heavy columns: 30 days */
	POSTHOG_AI_EVENTS_LIGHT, /* the same without them */
	POSTHOG_EVENTS, /* events: older servers, older data; bodies are not there on new servers */
};
struct posthog_events_page {
	struct str trace;         /* empty: of all traces (POSTHOG_EVENTS only), or of these: */
	const struct str *traces; /* POSTHOG_AI_EVENTS only */
	size_t n_traces;          /* at most POSTHOG_MAX_TRACES */
	int64_t since, until;
	int64_t after_time;
	struct str after_uuid;
	uint32_t limit;
};
/* tracehog:trace-ai-events, -light, tracehog:trace-events; with no trace tracehog:events, with several tracehog:traces-ai-events, which
 * has a column trace_id. */
void posthog_query_events(struct buf *body, enum posthog_table table,
                          const struct posthog_events_page *page, const char *query_id);
/* tracehog:trace-event: the $ai_trace events of a trace, which a TraceQuery leaves out, with their states
 * from POSTHOG_AI_EVENTS, or from POSTHOG_EVENTS; at most POSTHOG_MAX_EXPLICIT. */
void posthog_query_trace_event(struct buf *body, enum posthog_table table, struct str trace,
                               int64_t since, int64_t until, const char *query_id);
/* tracehog:body: the heavy columns of one event, from posthog.ai_events. */
void posthog_query_body(struct buf *body, struct str trace, struct str uuid, int64_t since,
                        int64_t until, const char *query_id);
/* tracehog:find: what an id belongs to. Columns: trace_id, session_id, first_time, last_time (of the
 * whole trace); a row for each trace that has an event whose uuid, span id, generation id, session id or
 * trace id is `id`, or (prefix) begins with it; newest first, at most POSTHOG_MAX_FOUND. */
void posthog_query_find(struct buf *body, struct str id, bool prefix, int64_t since, int64_t until,
                        const char *query_id);

/* A question that is put together elsewhere, by the rules above; over since <= t < until, which the SELECT on events is to have. */
struct posthog_question {
	const char *name; /* "tracehog:..." */
	/* HogQL up to the end of the WHERE on events, where the filter stands, and what follows, without LIMIT. */
	const char *start, *end;
	int64_t since, until;
	const struct posthog_filter *filter; /* NULL: none */
	const struct posthog_value *values;  /* of the placeholders {v0}, {v1}... */
	uint32_t n_values;
	size_t limit;
};
void posthog_query_question(struct buf *body, const struct posthog_question *q,
                            const char *query_id);

/* tracehog:hogql, what a person wrote: it goes as it is, without values, and the rules above are theirs to keep. */
void posthog_query_hogql(struct buf *body, struct str query, const char *query_id);

#endif
