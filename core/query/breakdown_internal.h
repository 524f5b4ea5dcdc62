/* Private to core/query/breakdown*.c: what the loop begins and workers go on with. */
#ifndef QUERY_BREAKDOWN_INTERNAL_H
#define QUERY_BREAKDOWN_INTERNAL_H

#include "base/bits.h"
#include "base/hash.h"
#include "base/parallel.h"
#include "base/slice.h"
#include "query/breakdown.h"

#include <pthread.h>
#include <stdatomic.h>

#define BREAKDOWN_UNIT 32768u /* events that are added up at a time: one or two milliseconds */

enum breakdown_stage { STAGE_MAP, STAGE_ADD, STAGE_MEASURE, STAGE_ORDER, STAGE_DONE };

/* The events of a part in one unit: places from start on. */
struct breakdown_run {
	struct breakdown_run *next; /* of the same part in another unit, in no order */
	uint32_t start, n;
};

/* A part as far as it is added up, and where its events are. */
struct breakdown_sums {
	struct breakdown_part part;
	uint32_t first_event; /* the lowest number */
	struct breakdown_run *runs;
};

/* Parts by their key. */
struct breakdown_table {
	struct breakdown_sums *list;
	uint32_t n, cap;
	struct hash_index index;
};

/* What different ones are counted by, beside each other since all of it is looked through; 0: none. */
struct breakdown_whose {
	uint32_t trace, user; /* the model's number + 1; a number in ids */
};

/* Values are counted in buckets, that of a value from 2^e on by its highest seven bits: as wide as a 64th of it. */
#define BREAKDOWN_BUCKETS (58u * 64)

/* An event that has a part in it. */
struct breakdown_chosen {
	uint32_t event, key, part; /* in the unit's table */
	uint32_t trace, user;      /* numbers in ids; 0: none */
	int64_t latency, first_token;
};

/* Parts met lately: most events are of one of a few. */
#define BREAKDOWN_KNOWN 1024u
struct breakdown_known {
	uint32_t key, part; /* in the unit's table, from 1; 0: none */
};

/* What a worker needs room for, while it is at a unit. */
struct breakdown_room {
	struct breakdown_room *next;
	struct breakdown_table table;                  /* of the unit */
	struct breakdown_known known[BREAKDOWN_KNOWN]; /* by lower bits of the key */
	struct breakdown_chosen chosen[BREAKDOWN_UNIT];
	uint32_t n_chosen;
	struct bits traces, sessions, users; /* that a part has met, by number; empty in between */
	unsigned first_bins[64];             /* by the exponent of 2: how many edges are below */
	uint32_t counts[BREAKDOWN_BUCKETS];
	bool wanted[BREAKDOWN_BUCKETS];
	int64_t *values;
	size_t cap_values;
};

struct breakdown {
	struct loop *loop;
	struct breakdown_query query;
	loop_fn *changed;
	void *ctx;
	uint32_t version, filter_version; /* that it is made of */

	bool ready, by_time, told;
	enum breakdown_stage stage;
	struct parallel *work; /* NULL: workers have nothing to do */
	atomic_bool off;       /* what they do is not wanted any more */

	/* What the loop makes for workers, who must not look at the model. */
	uint32_t n_events, n_ids, n_traces, n_sessions;
	uint32_t session_at, trace_at, event_at;   /* the next to be looked at */
	struct events snapshot;                    /* chunks and models alone */
	struct event_chunk *growing;               /* a copy */
	uint32_t *traces, *sessions, *session_ids; /* see struct split_records */
	struct split_records records;
	struct bits
		left_out; /* by event: lost against a duplicate, or filtered out; empty: none is */
	bool choosy;      /* not all events are in: those left out, and those of other times */
	uint32_t *keys;   /* by event, of values that no record has; NULL: records have them */

	struct hash_pair_seed seed;
	pthread_mutex_t lock;         /* around rooms and table while workers are at it */
	struct breakdown_room *rooms; /* nobody is in */
	struct breakdown_table table;
	/* By place: those of a unit stand together, in it those of a part, and behind n_places there is nothing. */
	atomic_uint n_places;
	struct breakdown_whose *whose;
	int64_t *latencies, *first_tokens;
	struct breakdown_run **units; /* the runs of each, by place in the unit's table */
	uint32_t n_units, group;      /* parts that are measured at a time */
	uint32_t *order;              /* what comes of it: numbers of parts */
	money cost;
	bool priced; /* anything is, and cost is of all of them */
};

/* breakdown_add.c, breakdown_measure.c: the stages of workers; ctx is a struct breakdown. */
void breakdown_add(void *ctx, uint32_t unit);
#define BREAKDOWN_MEASURES 3u
void breakdown_measure(void *ctx, uint32_t unit); /* a group by one of the measures */
void breakdown_order(void *ctx, uint32_t unit);

/* breakdown.c: a room that nobody is in. */
struct breakdown_room *breakdown_enter(struct breakdown *b);
void breakdown_leave(struct breakdown *b, struct breakdown_room *room);
void breakdown_free_means(struct breakdown *b); /* what is of no use when it is done */

#endif
