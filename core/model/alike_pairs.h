/* Which parts of two traces are the same: those of the same kind and name, in the order of both, as many as can be. What is in
 * one alone stands by itself. */
#ifndef MODEL_ALIKE_PAIRS_H
#define MODEL_ALIKE_PAIRS_H

#include "index/events.h"

#define ALIKE_NONE UINT32_MAX

/* The parts of a trace, in whatever order they are compared. */
struct alike_sequence {
	uint64_t *keys; /* alike_key of each */
	uint32_t n;
};
struct alike_pair {
	uint32_t at[2]; /* places in the one and the other; ALIKE_NONE: it is in one alone */
};
struct alike_pairs {
	struct alike_pair *
		list; /* rising on both sides; between two pairs what is in the first alone comes first */
	uint32_t n;
};

/* Its kind and its name; a call is not told by its model, which may be what was changed. */
uint64_t alike_key(const struct events *t, uint32_t event);
/* Time as sequence_common takes (message/sequence.h). Any thread. */
void alike_pair_up(struct alike_pairs *out, const struct alike_sequence sides[2]);
void alike_pairs_free(struct alike_pairs *p);

/* In what two events differ, of themselves alone. Of latencies only what matters counts: half as long again, by 100 ms. */
enum alike_difference {
	ALIKE_LATENCY = 1 << 0,
	ALIKE_TOKENS = 1 << 1, /* of input or output */
	ALIKE_COST = 1 << 2,
	ALIKE_ERROR = 1 << 3, /* one failed, or with another status */
	ALIKE_MODEL = 1 << 4,
};
unsigned alike_differences(const struct events *t, uint32_t a, uint32_t b);

#endif
