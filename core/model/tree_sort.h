/* Events of a trace in the order of a time, sorted in steps. Private to core/model. */
#ifndef MODEL_TREE_SORT_H
#define MODEL_TREE_SORT_H

#include "base/leftovers.h"
#include "index/events.h"

struct tree_key {
	int64_t time; /* what is sorted by; unknown last */
	uint32_t event;
};

/* Zeroed it is empty; list is freed with mem_free. */
struct tree_keys {
	struct tree_key *list;
	uint32_t n, cap;
};
void tree_keys_add(struct tree_keys *keys, int64_t time, uint32_t event); /* TIME_NONE: unknown */

/* Of those of the same time. */
typedef int tree_key_order(const struct events *events, uint32_t a, uint32_t b);

struct tree_sorting {
	const struct events *events;
	struct tree_key *to;
	tree_key_order *order;
	uint64_t width, pair; /* of the runs that are merged; where the two begin */
	uint64_t a, b, out;   /* next of each, and where it goes */
	struct leftovers leftovers;
};
void tree_sorting_begin(struct tree_sorting *s, const struct events *events,
                        const struct tree_keys *keys, tree_key_order *order);
/* The same keys as at the beginning. True: they are sorted. */
bool tree_sorting_step(struct tree_sorting *s, struct tree_keys *keys, struct slice *slice);
void tree_sorting_free(struct tree_sorting *s);

#endif
