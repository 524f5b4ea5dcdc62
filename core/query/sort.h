/* Sorting by keys that were computed once, and percentiles; both in steps (base/slice.h). */
#ifndef QUERY_SORT_H
#define QUERY_SORT_H

#include "base/decimal.h"
#include "base/slice.h"

/* What a row sorts by. */
struct sort_key {
	money number;
	uint32_t row;
	uint32_t text; /* sort_job.c's: number of its text, from 1; 0: it is a number */
	bool known;
};
typedef int sort_compare(const void *ctx, const struct sort_key *a, const struct sort_key *b);

/* Rising, with the unknown last. ctx is not used. */
int sort_by_number(const void *ctx, const struct sort_key *a, const struct sort_key *b);

/* A sort that can be left and gone on with. */
struct sorting {
	struct sort_key *keys; /* sorted when sorting_step says so; then to be read */
	size_t n;
	/* private */
	sort_compare *compare;
	const void *ctx;
	struct digits *digits; /* of numbers, before anything is merged */
	struct sort_key *other;
	size_t *ends; /* of the runs */
	size_t n_runs, cap_runs;
	size_t at, run, left, right; /* where it stands */
	unsigned levels;             /* of merging */
	bool merging, in_digits;     /* sorted by number, but for what is alike */
};
/* Stable: what compares equal stays as it stands. keys are taken over. What compare looks at must not
 * change until it is done. */
void sorting_start(struct sorting *s, struct sort_key *keys, size_t n, sort_compare *compare,
                   const void *ctx);
/* The same where compare goes by the number first, as sort_by_number does, and by more only where that is alike. */
void sorting_start_numbers(struct sorting *s, struct sort_key *keys, size_t n,
                           sort_compare *compare, const void *ctx);
bool sorting_step(struct sorting *s, struct slice *slice); /* true: done */
unsigned sorting_percent(const struct sorting *s);         /* about how much is done */
void sorting_free(struct sorting *s);                      /* the keys too */
/* The same in steps, since giving much memory back takes its time. True: done. */
bool sorting_drain(struct sorting *s, struct slice *slice);

/* Rising, at once. */
void sort_values(int64_t *values, size_t n);
/* Where the nearest-rank percentile stands among n sorted values: that of the smallest with at least
 * p percent at or below it. n > 0. */
size_t percentile_rank(size_t n, unsigned percent);

/* The value of one rank without sorting the others. */
struct selection {
	int64_t *values; /* borrowed, put into another order */
	size_t rank;
	/* private */
	int64_t low, high, left, right, pivot;
	uint64_t seed;
	bool parting;
};
void selection_start(struct selection *s, int64_t *values, size_t n, size_t rank); /* rank < n */
/* True: done, and the value is values[rank]. */
bool selection_step(struct selection *s, struct slice *slice);

#endif
