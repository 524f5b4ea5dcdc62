/* The calls of a trace, or below a span: what they cost together, and the dearest of them. Worked out in steps on
 * the loop thread when somebody looks. */
#ifndef MODEL_CALLS_H
#define MODEL_CALLS_H

#include "model/tree.h"

enum calls_of {
	CALLS_OF_TRACE,
	CALLS_OF_SPAN, /* its event: the calls of its subtree */
};

#define CALLS_DEAREST 20
struct calls {
	struct totals totals; /* of generations and embeddings alone */
	uint32_t dearest[CALLS_DEAREST],
		n_dearest; /* with a cost above 0, dearest first; of the same the earliest */
};

/* What arrives while it is worked out may be missing: where the trace has another version at the end, start again. */
struct calls_build *calls_start(struct model *m, enum calls_of of, uint32_t number);
bool calls_step(struct calls_build *b, int64_t until);     /* base/slice.h; true: it is done */
void calls_take(struct calls_build *b, struct calls *out); /* of one that is done; frees it */
void calls_drop(struct calls_build *b);                    /* NULL is allowed */

#endif
