/* What a listing said about a trace or a session whose events are elsewhere (collect/posthog_rows.h
 * has the lines): no event of the table, never counted as one. */
#ifndef INDEX_LISTING_H
#define INDEX_LISTING_H

#include "index/event.h"

enum bodies { /* where inputs and outputs are that are not in the journal */
	      BODIES_HERE,
	      BODIES_GONE,  /* too old: nobody has them any more */
	      BODIES_LATER, /* too big: fetched one by one */
};

#define LISTING_KINDS (EVENT_FEEDBACK + 1) /* the kinds of events that listings count */

struct event_listing {
	uint64_t place;                /* as in struct event */
	int64_t fetched;               /* when it was asked for, microseconds; TIME_NONE */
	int64_t first_time, last_time; /* of timestamps; TIME_NONE */
	int64_t latency;               /* microseconds; EVENT_UNKNOWN */
	int64_t input, output, cache_read, cache_write, reasoning; /* tokens; EVENT_UNKNOWN */
	int64_t cost;                                              /* USD * 1e12; EVENT_NO_COST */
	uint32_t trace, session;       /* numbers in ids; of a session's the trace is 0 */
	uint32_t user, name;           /* id, string; 0 none */
	uint32_t kinds[LISTING_KINDS]; /* events; of a session EVENT_TRACE counts its traces */
	uint32_t errors, unpriced;     /* unpriced: generations and embeddings without a cost */
	bool is_session;
	bool counted;   /* every count was there and can be: else kinds, errors, unpriced are 0 and
	                 tokens, cost and latency unknown */
	bool opened;    /* every event of the trace was written before this line */
	uint8_t bodies; /* enum bodies */
};

#endif
