/* Sorting by 64 bits, digit by digit, at once: for workers. */
#ifndef QUERY_RADIX_H
#define QUERY_RADIX_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct radix_item {
	uint64_t key;
	uint32_t row;
};
/* Rising and stable. Both have n items; gives the one that holds them sorted, the other holds anything. NULL: `off` was set
 * meanwhile. Any thread. */
struct radix_item *radix_sort(struct radix_item *items, struct radix_item *other, size_t n,
                              const atomic_bool *off);

#endif
