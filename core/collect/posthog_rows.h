/* PostHog's answers turned into journal lines. Input is hostile: any bytes may come. Values are the
 * bytes that were sent, never reprinted through a double; a column that a server does not know is
 * absent, not 0. No state, any thread.
 *
 * Beside events there are two kinds of lines that are no events, so that a list can stand before its
 * traces are fetched: `$listed_trace` and `$listed_session`, whose properties are
 *
 *   $ai_trace_id or $ai_session_id (a trace's may have both), $ai_span_name, first_time, last_time
 *   (RFC 3339), generations, embeddings, spans, metrics, feedbacks, traces (of a session: its traces;
 *   of a trace: its $ai_trace events), errors, unpriced (generations and embeddings without a cost),
 *   $ai_input_tokens, $ai_output_tokens, $ai_cache_read_input_tokens, $ai_cache_creation_input_tokens,
 *   $ai_reasoning_tokens, $ai_total_cost_usd (sums; absent if no event had one), $ai_latency (seconds,
 *   by PostHog's newest rule), opened (true: every event of the trace was written before this line),
 *   events (with opened: how many those were, if it was asked alone), bodies ("gone": older than 30 days; "later": too big,
 *   fetched one by one)
 *
 * with the user as distinct_id, and as timestamp and received_at the moment of asking. Without any
 * count it says only that there is such a thing: its totals are on their way. */
#ifndef COLLECT_POSTHOG_ROWS_H
#define COLLECT_POSTHOG_ROWS_H

#include "base/buf.h"
#include "base/err.h"

/* A row of a list, for the next page and for the totals. */
struct posthog_row {
	struct str id;      /* in ids below */
	int64_t time;       /* first (trace) or last (session) timestamp */
	struct str session; /* of a trace, in ids; empty: none */
	int64_t last;       /* last timestamp; TIME_NONE if the answer does not say */
};
struct posthog_rows {
	struct posthog_row *rows;
	uint32_t n; /* at most the limit */
	bool more;  /* one more came than was wanted */
	struct buf ids;
};
void posthog_rows_free(struct posthog_rows *r);

/* All append to lines, or give ERR_PARSE with a sentence (then lines is as it was). A row that makes no
 * sense costs no other: it is left out, and *e says how many were, though the result is ERR_OK. e is
 * not touched if there is nothing to say. now: microseconds. */

/* Of posthog_query_traces (or _sessions): listed lines without counts. limit as in the page. *rows need
 * not be initialised; free it, also after an error. */
enum err posthog_read_traces(struct str answer, uint32_t limit, int64_t now, struct buf *lines,
                             struct posthog_rows *rows, struct errinfo *e) MUST_USE;
enum err posthog_read_sessions(struct str answer, uint32_t limit, int64_t now, struct buf *lines,
                               struct posthog_rows *rows, struct errinfo *e) MUST_USE;
/* Of posthog_query_find: the traces, with their sessions; no lines. */
enum err posthog_read_find(struct str answer, struct posthog_rows *rows,
                           struct errinfo *e) MUST_USE;
/* Of the totals: listed lines with counts. */
enum err posthog_read_trace_totals(struct str answer, int64_t now, struct buf *lines,
                                   struct errinfo *e) MUST_USE;
enum err posthog_read_session_totals(struct str answer, int64_t now, struct buf *lines,
                                     struct errinfo *e) MUST_USE;
/* What was found of one trace. */
struct posthog_found {
	uint32_t events;      /* lines written */
	int64_t last_time;    /* of the last row; TIME_NONE: no row had one */
	struct buf last_uuid; /* of the last row, for the next page */
	bool more;
	bool has_bodies;   /* some generation or embedding had input or output */
	struct buf traces; /* of rows that have a column trace_id: each once, with a NUL behind */
	/* Of a TraceQuery: the line of a $ai_trace event made of what LLMTrace says, for where the real one is
	 * not to be had; its uuid is made from the trace's id. Empty if it says nothing. */
	struct buf folded;
};
void posthog_found_free(struct posthog_found *found); /* what it holds */
/* Both fill *found anew: free what it holds before, but it need not be initialised.
 *
 * Of a TraceQuery: its events, each with the trace's user, since theirs is not sent. PostHog folds the
 * $ai_trace event away: what LLMTrace says of it (name, states, session, user) is in folded when it
 * holds states or a name that no event bears. No trace in it: events 0. */
enum err posthog_read_trace(struct str answer, struct str trace, int64_t now, struct buf *lines,
                            struct posthog_found *found, struct errinfo *e) MUST_USE;
/* Of posthog_query_events and _body: properties may be an object or a JSON text; heavy columns that are
 * there go back into them under their property names and win, other columns of posthog.ai_events only
 * fill in what the properties lack. An event without a uuid or a name is left out. */
enum err posthog_read_events(struct str answer, uint32_t limit, int64_t now, struct buf *lines,
                             struct posthog_found *found, struct errinfo *e) MUST_USE;
/* Of the live stream: the JSON of one message. */
enum err posthog_read_live(struct str message, int64_t now, struct buf *lines,
                           struct errinfo *e) MUST_USE;
/* The line that says that all of a trace was fetched: so many events, POSTHOG_UNCOUNTED if that is not known. */
#define POSTHOG_UNCOUNTED UINT32_MAX
void posthog_write_opened(struct str trace, const char *bodies, uint32_t events, int64_t now,
                          struct buf *lines);

#endif
