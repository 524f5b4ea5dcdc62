/* Calls of a trace that are alike: the same tool (EVENT_TOOL, by its name) with the same arguments (EVENT_ARGUMENTS), begun one
 * right after the other, no other tool between them, or below the same parent. Two of them or more are a repeat, ALIKE_LOOP of
 * them a loop. What was withheld, or is not here yet, is like nothing else.
 *
 * A generation led to the tool that was called next by the same: both stand below the same tool, or else in the same span that has
 * generations and tools below it, the nearest such span, or else the trace. So it is never one of another agent, nor one below a
 * call. Worked out in steps on the loop thread when somebody looks. */
#ifndef MODEL_ALIKE_H
#define MODEL_ALIKE_H

#include "model/alike_pairs.h"
#include "model/tree.h"

#define ALIKE_LOOP 3u /* calls */

struct alike_repeat {
	uint32_t first, last; /* nodes of the calls that began first and last */
	uint32_t calls;       /* 2 or more */
	uint32_t errors; /* in them, and in the generations that led to all but the first of them */
	struct tree_sum
		sum; /* of the same, and of each but once: what stands below a call is in the call's */
};

/* Of a node: which call of a repeat it is. All but the first are what a list may fold away, with what stands below them. So are
 * the generations that led to them, which have their numbers, but for those below which something else stands. */
struct alike_node {
	uint32_t repeat; /* number, or ALIKE_NONE */
	uint32_t number; /* of the call, from 1, by start */
};

struct alike {
	struct alike_repeat *repeats; /* by the start of their first calls */
	uint32_t n;
	struct alike_node *nodes; /* as many as the tree has */
	uint32_t n_nodes;
};

/* All of a tree at once, which stays as it is meanwhile. */
void alike_find(struct alike *a, const struct tree *t, const struct events *events);
/* The same in steps; tree and events are borrowed until it was taken or dropped. */
struct alike_build *alike_start(const struct tree *t, const struct events *events);
bool alike_step(struct alike_build *b, int64_t until);     /* base/slice.h; true: it is done */
void alike_take(struct alike_build *b, struct alike *out); /* of one that is done; frees it */
void alike_drop(struct alike_build *b);                    /* NULL is allowed */
void alike_free(struct alike *a);
void alike_let_go(struct alike *a, struct leftovers *l); /* the same in steps: adds two */

static inline const struct alike_repeat *alike_repeat_of(const struct alike *a, uint32_t node)
{
	return a->nodes[node].repeat == ALIKE_NONE ? NULL : &a->repeats[a->nodes[node].repeat];
}
/* Whether the node is a call, or led to one, that a fold leaves out. */
static inline bool alike_is_more(const struct alike *a, uint32_t node)
{
	return a->nodes[node].repeat != ALIKE_NONE && a->nodes[node].number > 1;
}

#endif
