/* Sorting by keys that were computed once, and percentiles. */
#ifndef QUERY_SORT_H
#define QUERY_SORT_H

#include "base/decimal.h"

/* What a row sorts by. The text is borrowed. */
struct sort_key {
	union {
		money number;
		struct str text;
	} by;
	uint32_t row;
	bool known;
};
typedef int sort_compare(const void *ctx, const struct sort_key *a, const struct sort_key *b);

/* Stable: what compares equal stays as it stands. */
void sort_keys(struct sort_key *keys, size_t n, sort_compare *compare, const void *ctx);
/* Rising, with the unknown last. ctx is not used. */
int sort_by_number(const void *ctx, const struct sort_key *a, const struct sort_key *b);
int sort_by_text(const void *ctx, const struct sort_key *a, const struct sort_key *b);
/* Falling, with the unknown last. */
int sort_by_text_falling(const void *ctx, const struct sort_key *a, const struct sort_key *b);

/* Rising. */
void sort_values(int64_t *values, size_t n);

#endif
