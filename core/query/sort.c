/* A stable merge sort of decorated keys, from the bottom up: what stands in order already is one run,
 * shorter runs are made by insertion; then runs are merged in pairs, to and fro between two arrays.
 * Rows mostly come nearly in order, and then there are few runs; numbers that do not are sort_digits.c's.
 * Which key a row has is the caller's matter. */
#include "query/sort.h"
#include "base/mem.h"
#include "query/rows.h"
#include "query/sort_digits.h"

#include <stdlib.h>
#include <string.h>

#define RUN     ((size_t)12)    /* a run is no shorter, but for the last */
#define ALIKE   ((size_t)64)    /* as many of one number are merged */
#define DRAINED ((size_t)65536) /* keys that are let go of at a time */

/* ---- runs ------------------------------------------------------------------ */

void sorting_start(struct sorting *s, struct sort_key *keys, size_t n, sort_compare *compare,
                   const void *ctx)
{
	*s = (struct sorting){.keys = keys, .n = n, .compare = compare, .ctx = ctx};
	if (compare == sort_by_number)
		s->digits = digits_start(n);
}

void sorting_start_numbers(struct sorting *s, struct sort_key *keys, size_t n,
                           sort_compare *compare, const void *ctx)
{
	sorting_start(s, keys, n, compare, ctx);
	if (s->digits == NULL)
		s->digits = digits_start(n);
}

static void end_run(struct sorting *s)
{
	if (s->n_runs == s->cap_runs) {
		s->cap_runs = s->cap_runs ? s->cap_runs * 2 : 16;
		s->ends = mem_resize(s->ends, s->cap_runs, sizeof(*s->ends));
	}
	s->ends[s->n_runs++] = s->at;
	s->left = s->at;
}

static void insert(const struct sorting *s)
{
	struct sort_key key = s->keys[s->at];
	size_t at = s->at;

	for (; at > s->left && s->compare(s->ctx, &s->keys[at - 1], &key) > 0; at--)
		s->keys[at] = s->keys[at - 1];
	s->keys[at] = key;
}

/* What is out of order after digits has the number of the one before: it goes no further back than they reach. */
static bool is_near(const struct sorting *s)
{
	return s->at - s->left < RUN ||
	       (s->in_digits &&
	        (s->at - s->left < ALIKE ||
	         sort_by_number(NULL, &s->keys[s->at - ALIKE], &s->keys[s->at]) != 0));
}

/* The run that grows is left..at. */
static bool find_runs(struct sorting *s, struct slice *slice)
{
	for (; s->at < s->n; s->at++) {
		if (slice_over(slice))
			return false;
		if (s->at == s->left ||
		    s->compare(s->ctx, &s->keys[s->at - 1], &s->keys[s->at]) <= 0)
			continue;
		if (is_near(s))
			insert(s);
		else
			end_run(s);
	}
	end_run(s);
	return true;
}

/* ---- merging --------------------------------------------------------------- */

static size_t end_of(const struct sorting *s, size_t run)
{
	return run < s->n_runs ? s->ends[run] : s->n;
}

static void begin_pair(struct sorting *s)
{
	s->left = s->run ? s->ends[s->run - 1] : 0;
	s->right = end_of(s, s->run);
	s->at = s->left;
}

static void begin_merging(struct sorting *s)
{
	s->merging = true;
	s->run = 0;
	if (s->n_runs > 1 && s->other == NULL)
		s->other = mem_alloc(s->n, sizeof(*s->other));
	begin_pair(s);
}

/* Runs `run` and the next, of which the last may have none. */
static bool merge_pair(struct sorting *s, struct slice *slice)
{
	size_t middle = end_of(s, s->run), end = end_of(s, s->run + 1);
	const struct sort_key *from = s->keys;

	while (s->at < end) {
		bool right = s->left == middle;

		if (slice_over(slice))
			return false;
		if (!right && s->right < end)
			right = s->compare(s->ctx, &from[s->left], &from[s->right]) > 0;
		s->other[s->at++] = from[right ? s->right++ : s->left++];
	}
	return true;
}

/* Half as many runs are left. Not before the end of a level: its pairs are found by the list. */
static void end_level(struct sorting *s)
{
	struct sort_key *from = s->keys;
	size_t runs = 0;

	for (size_t run = 0; run < s->n_runs; run += 2)
		s->ends[runs++] = end_of(s, run + 1);
	s->n_runs = runs;
	s->keys = s->other;
	s->other = from;
	begin_merging(s);
}

static unsigned levels_of(size_t runs)
{
	unsigned levels = 0;

	for (; runs > 1; runs = (runs + 1) / 2)
		levels++;
	return levels;
}

/* True: sorted. False: go on, or the slice is over if there are digits still. */
static bool sort_digits(struct sorting *s, struct slice *slice)
{
	enum digits_end end = digits_step(s->digits, &s->keys, &s->other, slice);

	if (end == DIGITS_MORE)
		return false;
	digits_free(s->digits);
	s->digits = NULL;
	s->in_digits = end == DIGITS_SORTED;
	s->merging = s->in_digits && s->compare == sort_by_number;
	return s->merging;
}

bool sorting_step(struct sorting *s, struct slice *slice)
{
	if (s->digits != NULL && !sort_digits(s, slice) && s->digits != NULL)
		return false;
	if (!s->merging) {
		if (!find_runs(s, slice))
			return false;
		s->levels = levels_of(s->n_runs);
		begin_merging(s);
	}
	while (s->n_runs > 1) {
		if (!merge_pair(s, slice))
			return false;
		s->run += 2;
		if (s->run < s->n_runs)
			begin_pair(s);
		else
			end_level(s);
	}
	return true;
}

unsigned sorting_percent(const struct sorting *s)
{
	unsigned left = levels_of(s->n_runs), part = s->n ? (unsigned)(s->at * 70 / s->n) : 70;

	if (s->digits != NULL)
		return digits_percent(s->digits) * 9 / 10;
	if (s->in_digits)
		return s->merging && left == 0 ? 100 : 95;
	if (!s->merging)
		return part * 3 / 7;
	return left ? 30 + (70 * (s->levels - left) + part) / s->levels : 100;
}

void sorting_free(struct sorting *s)
{
	digits_free(s->digits);
	mem_free(s->keys);
	mem_free(s->other);
	mem_free(s->ends);
	*s = (struct sorting){0};
}

bool sorting_drain(struct sorting *s, struct slice *slice)
{
	while (s->n > DRAINED) {
		s->n -= DRAINED;
		s->keys = mem_resize(s->keys, s->n, sizeof(*s->keys));
		if (s->other != NULL)
			s->other = mem_resize(s->other, s->n, sizeof(*s->other));
		if (slice->until != SLICE_WHOLE && time_monotonic() >= slice->until)
			return false;
	}
	sorting_free(s);
	return true;
}

/* ---- comparing ------------------------------------------------------------- */

int sort_by_number(const void *ctx, const struct sort_key *a, const struct sort_key *b)
{
	(void)ctx;
	if (!a->known || !b->known)
		return b->known - a->known;
	return (a->number > b->number) - (a->number < b->number);
}

/* ---- values ---------------------------------------------------------------- */

static int compare_values(const void *left, const void *right)
{
	int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;

	return (a > b) - (a < b);
}

#define MANY_VALUES 1024u /* from here on they are sorted byte by byte */
#define BYTES       sizeof(int64_t)

/* The lowest byte is number 0; of the highest, the sign is turned so that negative ones come first. */
static unsigned byte_of(int64_t value, unsigned which)
{
	return ((uint64_t)value ^ UINT64_C(1) << 63) >> which * 8 & 0xFF;
}

static void place_by_byte(const int64_t *from, int64_t *into, size_t n, unsigned which,
                          const size_t counts[256])
{
	size_t at[256], sum = 0;

	for (unsigned byte = 0; byte < 256; byte++) {
		at[byte] = sum;
		sum += counts[byte];
	}
	for (size_t i = 0; i < n; i++)
		into[at[byte_of(from[i], which)]++] = from[i];
}

/* From the lowest byte to the highest, but for those that all values have alike: of a latency, most
 * bytes are zero. */
static void sort_many(int64_t *values, size_t n)
{
	size_t counts[BYTES][256] = {{0}};
	int64_t *other = mem_alloc(n, sizeof(*other)), *from = values, *into = other;

	for (size_t i = 0; i < n; i++)
		for (unsigned which = 0; which < BYTES; which++)
			counts[which][byte_of(values[i], which)]++;
	for (unsigned which = 0; which < BYTES; which++) {
		int64_t *placed = into;

		if (counts[which][byte_of(values[0], which)] == n)
			continue;
		place_by_byte(from, into, n, which, counts[which]);
		into = from;
		from = placed;
	}
	if (from != values)
		memcpy(values, from, n * sizeof(*values));
	mem_free(other);
}

void sort_values(int64_t *values, size_t n)
{
	if (n >= MANY_VALUES)
		sort_many(values, n);
	else if (n > 1)
		qsort(values, n, sizeof(*values), compare_values);
}

size_t percentile_rank(size_t n, unsigned percent)
{
	size_t rank = (n * percent + 99) / 100;

	if (rank < 1)
		rank = 1;
	return (rank < n ? rank : n) - 1;
}

int64_t percentile(const int64_t *sorted, size_t n, unsigned percent)
{
	return sorted[percentile_rank(n, percent)];
}
