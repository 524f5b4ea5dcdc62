/* The tree of one trace, made when somebody looks: nodes in the order they are drawn. The same for
 * the same events whatever the order of their arrival. No recursion: a chain of 10,000 is a loop.
 */
#ifndef MODEL_TREE_H
#define MODEL_TREE_H

#include "base/leftovers.h"
#include "model/model.h"

enum tree_mark {
	TREE_LINKED,
	TREE_ORPHAN, /* its parent is not there: stands among the roots, in start order */
	TREE_CYCLE,  /* the earliest node on a cycle of parents: made a root */
	TREE_SELF,   /* its own parent: made a root */
};

/* What PostHog shows for a node (its aggregate): the node's own value where it carries one, else
 * the sum of its children's; a generation or embedding never sums its children. */
struct tree_sum {
	money cost;
	int64_t latency, input, output;
	bool cost_known, latency_known, input_known, output_known, cost_estimated;
	uint32_t
		unpriced; /* generations and embeddings in what was summed that lack a cost, or a part of it */
};

void tree_sum_add(struct tree_sum *to, const struct tree_sum *more);

struct tree_node {
	uint32_t event;
	uint32_t parent;  /* node number, or TREE_ROOT */
	uint32_t subtree; /* nodes below and including this one: its next sibling is at + subtree */
	uint32_t depth;   /* 0 at the top */
	uint32_t errors;  /* events with an error in the subtree */
	enum tree_mark mark;
	bool last; /* last of its siblings */
	struct tree_sum sum;
};

#define TREE_ROOT UINT32_MAX

struct tree {
	struct tree_node *nodes; /* generations, embeddings, spans, depth first */
	uint32_t n;
	uint32_t *by_start; /* node numbers by start, then uuid */
	uint32_t *attached; /* metric, feedback, evaluation and other events, and $ai_trace events
	                       after the first, by time */
	uint32_t n_attached;
};

/* Node ids, parents, orphans, cycles, several nodes of one id: CLI.md, last section. The $ai_trace
 * events are the root itself: their $ai_span_id stands for the trace, and so does the trace id. A
 * trace of which nothing but a listing is known has an empty tree. */
void tree_build(struct tree *t, const struct model *m, uint32_t trace);
/* The same in steps, on the loop thread; the model may change between two of them. Of events that
 * came or left meanwhile some may be in the tree and others not: if the trace has another version
 * than at tree_start, start again. */
struct tree_build *tree_start(const struct model *m, uint32_t trace);
bool tree_step(struct tree_build *b, int64_t until); /* base/slice.h; true: it is done */
unsigned tree_percent(const struct tree_build *b);
void tree_take(struct tree_build *b, struct tree *t); /* of one that is done; frees it */
void tree_drop(struct tree_build *b);                 /* NULL is allowed */
/* Where an event stands in by_start, or TREE_ROOT if it is no node. */
uint32_t tree_rank(const struct tree *t, const struct events *events, uint32_t event);
void tree_free(struct tree *t);
void tree_let_go(struct tree *t, struct leftovers *l); /* the same in steps: adds three */

#endif
