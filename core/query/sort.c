/* A stable merge sort of decorated keys, from the bottom up: runs of a few keys are made by
 * insertion, then merged to and fro between two arrays. Rows mostly come nearly in order, so
 * that order is looked for first. Which key a row has is the caller's matter. */
#include "query/sort.h"
#include "base/mem.h"
#include "query/rows.h"

#include <stdlib.h>
#include <string.h>

#define RUN ((size_t)12)

struct sorter {
	sort_compare *compare;
	const void *ctx;
};

static bool in_order(const struct sorter *s, const struct sort_key *keys, size_t n)
{
	for (size_t i = 1; i < n; i++)
		if (s->compare(s->ctx, &keys[i - 1], &keys[i]) > 0)
			return false;
	return true;
}

static void insert_run(const struct sorter *s, struct sort_key *keys, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		struct sort_key key = keys[i];
		size_t at = i;

		for (; at > 0 && s->compare(s->ctx, &keys[at - 1], &key) > 0; at--)
			keys[at] = keys[at - 1];
		keys[at] = key;
	}
}

/* Merges from[0..middle) and from[middle..n) into `into`. */
static void merge(const struct sorter *s, const struct sort_key *from, size_t middle, size_t n,
                  struct sort_key *into)
{
	size_t left = 0, right = middle;

	if (middle >= n || s->compare(s->ctx, &from[middle - 1], &from[middle]) <= 0) {
		memcpy(into, from, n * sizeof(*from));
		return;
	}
	while (left < middle && right < n) {
		bool take_right = s->compare(s->ctx, &from[left], &from[right]) > 0;

		*into++ = take_right ? from[right++] : from[left++];
	}
	memcpy(into, from + left, (middle - left) * sizeof(*from));
	memcpy(into + (middle - left), from + right, (n - right) * sizeof(*from));
}

void sort_keys(struct sort_key *keys, size_t n, sort_compare *compare, const void *ctx)
{
	const struct sorter s = {compare, ctx};
	struct sort_key *other, *from = keys, *into;

	if (in_order(&s, keys, n))
		return;
	other = into = mem_alloc(n, sizeof(*keys));
	for (size_t at = 0; at < n; at += RUN)
		insert_run(&s, keys + at, n - at < RUN ? n - at : RUN);
	for (size_t width = RUN; width < n; width *= 2) {
		struct sort_key *done = into;

		for (size_t at = 0; at < n; at += 2 * width) {
			size_t rest = n - at;

			merge(&s, from + at, rest < width ? rest : width,
			      rest < 2 * width ? rest : 2 * width, into + at);
		}
		into = from;
		from = done;
	}
	if (from != keys)
		memcpy(keys, from, n * sizeof(*keys));
	mem_free(other);
}

int sort_by_number(const void *ctx, const struct sort_key *a, const struct sort_key *b)
{
	(void)ctx;
	if (!a->known || !b->known)
		return b->known - a->known;
	return (a->by.number > b->by.number) - (a->by.number < b->by.number);
}

int sort_by_text(const void *ctx, const struct sort_key *a, const struct sort_key *b)
{
	(void)ctx;
	if (!a->known || !b->known)
		return b->known - a->known;
	return str_cmp(a->by.text, b->by.text);
}

int sort_by_text_falling(const void *ctx, const struct sort_key *a, const struct sort_key *b)
{
	if (!a->known || !b->known)
		return b->known - a->known;
	return sort_by_text(ctx, b, a);
}

static int compare_values(const void *left, const void *right)
{
	int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;

	return (a > b) - (a < b);
}

void sort_values(int64_t *values, size_t n)
{
	if (n > 1)
		qsort(values, n, sizeof(*values), compare_values);
}

int64_t percentile(const int64_t *sorted, size_t n, unsigned percent)
{
	size_t rank = (n * percent + 99) / 100;

	if (rank < 1)
		rank = 1;
	return sorted[(rank < n ? rank : n) - 1];
}
