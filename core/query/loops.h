/* What loops cost: calls of a tool that are ALIKE_LOOP or more and alike (model/alike.h), and the generations that led to them, added up by
 * tool. The trees that this takes are made of those traces alone that have any. Loop thread. */
#ifndef QUERY_LOOPS_H
#define QUERY_LOOPS_H

#include "model/tree.h"
#include "query/breakdown.h"
#include "query/filtered.h"

/* Which loops, all borrowed until loop_costs_free. */
struct loop_costs_of {
	struct model *model;
	const struct filtered *calls; /* events, is:loop among what is asked of them; it is done */
	int64_t since, until; /* of those calls; a loop counts with one of them, and then whole */
	const struct breakdown *traces; /* that they are in, done, and */
	const struct split *by_trace;   /* what its keys mean */
	struct split *by_tool;
};
struct loop_costs;
struct loop_costs *loop_costs_new(const struct loop_costs_of *of);
void loop_costs_free(struct loop_costs *c); /* NULL is allowed */
/* base/slice.h; true: it is done. */
bool loop_costs_step(struct loop_costs *c, int64_t until);
/* Of the loops of a tool, by its key of by_tool; NULL: it has none, or that is not known yet. */
const struct tree_sum *loop_costs_of(const struct loop_costs *c, uint32_t tool);

#endif
