/* Figures of events, split by what they have in common (split.h): what each model costs, how slow each hour was. The loop looks up, in
 * slices, what only it may; workers do the rest over a snapshot. Loop thread. */
#ifndef QUERY_BREAKDOWN_H
#define QUERY_BREAKDOWN_H

#include "base/loop.h"
#include "query/split.h"
#include "query/stats.h"

struct filtered;
struct breakdown_query {
	struct model *model;
	struct split *
		split; /* borrowed, not changed meanwhile; NULL: all events are one part, of key SPLIT_NONE */
	const struct filtered *filter; /* of events, borrowed; NULL: all pass */
	int64_t since, until;          /* since <= timestamp < until; TIME_NONE: no bound */
};

/* Latencies are counted between rising edges, in microseconds: bin i has those from edge i - 1 on and below edge i; the first has all
 * below, the last all from the last edge on. */
#define BREAKDOWN_BINS 18
extern const int64_t breakdown_edges[BREAKDOWN_BINS - 1];

struct breakdown_part {
	uint32_t key; /* of the split; SPLIT_NONE: those that have no such value */
	uint32_t traces, sessions, users; /* different ones, as stats.h counts them */
	uint32_t
		calls; /* generations and embeddings, or whatever the split times: see split_times_all */
	uint32_t failed; /* of these, with an error */
	uint32_t suspect_calls,
		suspect_spans; /* generations and embeddings, spans: with values that cannot be */
	struct totals totals;  /* of all its events */
	/* Tokens of the prompts of which it is known how much was read from a cache, and how much that was. */
	money prompt, cached;
	struct stats_latency latency; /* of its calls */
	uint32_t bins[BREAKDOWN_BINS];
	int64_t first_token_p50, first_token_p95; /* microseconds, nearest rank; EVENT_UNKNOWN */
	int64_t first, last;                      /* timestamps; TIME_NONE */
};

struct breakdown;
/* Begins with what there is now; what lost against a duplicate is left out. changed(ctx) (may be NULL) on the loop's thread when there is something for
 * breakdown_step to do again. All that query names outlives it. */
struct breakdown *breakdown_new(struct loop *loop, const struct breakdown_query *query,
                                loop_fn *changed, void *ctx);
/* Parts that others have added up; it is done, and stays current. Copied; their order is that of parts that cost the same. whole:
 * there are no others. */
struct breakdown *breakdown_told(const struct breakdown_query *query,
                                 const struct breakdown_part *parts, uint32_t n, bool whole);
void breakdown_free(struct breakdown *b); /* also while workers are at it; NULL is allowed */
/* Goes on until that time_monotonic, or a little beyond. True: there is nothing more to do now: it is done, or workers are at it. */
bool breakdown_step(struct breakdown *b, int64_t until);
bool breakdown_done(const struct breakdown *b);
void breakdown_wait(struct breakdown *b); /* for commands: runs the loop until it is done */
unsigned breakdown_percent(const struct breakdown *b); /* about how much is done */
/* When done: how many parts there are, and each of them: the dearest first, then by calls, then in the order in which they came; those
 * by time in the order of time. Last as long as b. */
uint32_t breakdown_count(const struct breakdown *b);
/* What all of them cost; false: no part has a known cost, or there are others that were not told. */
bool breakdown_cost(const struct breakdown *b, money *out);
const struct breakdown_part *breakdown_part(const struct breakdown *b, uint32_t place);
/* False when the model, the filter or the values of the split are others than those it was made of: it may be made anew. */
bool breakdown_is_current(const struct breakdown *b);

#endif
