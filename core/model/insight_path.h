/* The critical path of a trace: the spans that the time of its end hangs on. From the end back to the beginning it is what
 * ended last before what is on it already; in each of these the same again. Worked out in steps on the loop thread. */
#ifndef MODEL_INSIGHT_PATH_H
#define MODEL_INSIGHT_PATH_H

#include "base/bits.h"
#include "model/tree.h"

struct insight_path {
	struct bits nodes; /* of the tree */
	uint32_t n;        /* of them */
	int64_t covered,
		whole; /* microseconds: when one of them ran; from the first start to the last end */
};

/* The tree is borrowed until it was taken or dropped, and stays as it is. */
struct insight_path_build *insight_path_start(const struct events *events, const struct tree *t);
bool insight_path_step(struct insight_path_build *b,
                       int64_t until); /* base/slice.h; true: it is done */
void insight_path_take(struct insight_path_build *b, struct insight_path *out); /* frees it */
void insight_path_drop(struct insight_path_build *b); /* NULL is allowed */
void insight_path_free(struct insight_path *p);

#endif
