/* Private to core/query/breakdown*.c: what the loop begins and workers go on with. */
#ifndef QUERY_BREAKDOWN_INTERNAL_H
#define QUERY_BREAKDOWN_INTERNAL_H

#include "base/parallel.h"
#include "base/slice.h"
#include "query/breakdown.h"

#define BREAKDOWN_UNIT 16384u /* events that are added up at a time: about a millisecond */

enum breakdown_stage {
	STAGE_ASSIGN,
	STAGE_PLACE,
	STAGE_ADD,
	STAGE_MEASURE,
	STAGE_ORDER,
	STAGE_DONE
};

/* What a unit has of the parts that it begins and ends within. */
struct breakdown_unit {
	struct breakdown_part head, tail;
	uint32_t head_part, tail_part; /* BREAKDOWN_NO_PART: there is none */
};
#define BREAKDOWN_NO_PART UINT32_MAX

/* What different ones are counted by, beside each other since all of it is looked through. */
struct breakdown_whose {
	uint32_t trace, user; /* numbers in ids; 0: none */
};

/* What parts are put in order by. */
struct breakdown_rank {
	money cost;
	uint32_t calls, part;
};

struct breakdown {
	struct loop *loop;
	struct breakdown_query query;
	loop_fn *changed;
	void *ctx;
	uint32_t version, filter_version; /* that it is made of */

	bool ready, by_time, told;
	enum breakdown_stage stage;
	struct parallel *work;       /* NULL: workers have nothing to do */
	uint32_t at, n_events, n_in; /* events; those that have a part in it */
	uint32_t *of_key, n_keys;    /* part, from 1 */
	uint32_t *of_event;          /* likewise; 0: none */
	struct events snapshot;      /* chunks alone */
	uint32_t n_ids, n_sessions;
	uint32_t *session_of, next_trace; /* by a trace's id: number of its session, from 1 */
	struct event_chunk *growing;      /* a copy */

	struct breakdown_part *parts; /* `traces` counts events until they are measured */
	uint32_t n_parts, cap_parts;
	uint32_t *starts, *order;
	struct breakdown_whose *whose; /* by place, as latencies are */
	int64_t *latencies, *first_tokens;
	struct breakdown_unit *units;
	uint32_t n_units, n_stretches;
	struct breakdown_rank *ranks; /* what comes of it */
	money cost;
	bool priced; /* anything is, and cost is of all of them */
};

extern const struct breakdown_part breakdown_no_figures;

/* breakdown_work.c: the stages of workers; ctx is a struct breakdown. */
void breakdown_place(void *ctx, uint32_t unit);
void breakdown_add(void *ctx, uint32_t unit);
void breakdown_join(struct breakdown *b); /* after all were added: what lies across units */
void breakdown_measure(void *ctx, uint32_t stretch);
void breakdown_order(void *ctx, uint32_t unit);
void breakdown_free_means(struct breakdown *b); /* what is of no use when it is done */

#endif
