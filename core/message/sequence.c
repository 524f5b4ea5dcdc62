/* Longest common subsequences by Myers' greedy algorithm ("An O(ND) Difference Algorithm", 1986), kept linear.
 *
 * Ends that are equal are set at once, and what the other list does not have at all is left out before. What remains is
 * searched in stretches: when `edits` edits do not reach the end, the path that came furthest is taken and the search goes on
 * from there. So a list of any size takes no more than (n + m) * edits steps. */
#include "message/sequence.h"

#include "base/mem.h"

#include <assert.h>
#include <stdlib.h>

#define EDITS_MAX 512
#define EDITS_MIN 16
#define STEPS     (UINT32_C(1) << 28) /* in all, of very large lists */

/* What takes part in the search, by its place in the list as given. */
struct list {
	const uint64_t *all;
	uint32_t *at;
	int32_t n;
	bool *in;
};

/* Row d of the trace has the furthest x of the diagonals -d, -d + 2, ... d. */
struct search {
	struct list a, b;
	int32_t *trace;
	int32_t edits;
};

static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static uint64_t *sorted(const uint64_t *list, uint32_t n)
{
	uint64_t *copy = mem_alloc(n, sizeof(*copy));

	for (uint32_t i = 0; i < n; i++)
		copy[i] = list[i];
	qsort(copy, n, sizeof(*copy), compare);
	return copy;
}

/* Of list from..end what the other one has. */
static void list_fill(struct list *l, uint32_t from, uint32_t end, const uint64_t *other,
                      uint32_t n)
{
	uint64_t *has = sorted(other, n);

	l->at = mem_alloc(end - from, sizeof(*l->at));
	for (uint32_t i = from; i < end; i++)
		if (bsearch(&l->all[i], has, n, sizeof(*has), compare))
			l->at[l->n++] = i;
	mem_free(has);
}

static uint64_t value(const struct list *l, int32_t i)
{
	return l->all[l->at[i]];
}

static int32_t *row(const struct search *s, int32_t edits)
{
	return s->trace + (size_t)edits * ((size_t)edits + 1) / 2;
}

/* Whether the furthest path on diagonal k comes from k + 1, by leaving out one of b. */
static bool goes_down(const int32_t *before, int32_t edits, int32_t k)
{
	int32_t at = (k + edits) / 2; /* of k + 1 in the row before */

	return k == -edits || (k != edits && before[at - 1] < before[at]);
}

static int32_t step(const int32_t *before, int32_t edits, int32_t k)
{
	int32_t at = (k + edits) / 2;

	return goes_down(before, edits, k) ? before[at] : before[at - 1] + 1;
}

static void mark(struct search *s, int32_t x, int32_t y)
{
	s->a.in[s->a.at[x]] = true;
	s->b.in[s->b.at[y]] = true;
}

/* From the point back to where the stretch began. */
static void walk_back(struct search *s, int32_t x, int32_t y, int32_t x0, int32_t y0, int32_t edits)
{
	for (; edits > 0; edits--) {
		const int32_t *before = row(s, edits - 1);
		int32_t k = (x - x0) - (y - y0);
		bool down = goes_down(before, edits, k);
		int32_t from = x0 + step(before, edits, k); /* where its run of equal ones begins */

		for (; x > from; x--, y--)
			mark(s, x - 1, y - 1);
		if (down)
			y--;
		else
			x--;
	}
	for (; x > x0; x--, y--)
		mark(s, x - 1, y - 1);
}

/* Searches on from (*x, *y), and moves both to where that came to. */
static void stretch(struct search *s, int32_t *x, int32_t *y)
{
	int32_t x0 = *x, y0 = *y, best = -1, best_k = 0;
	int32_t n = s->a.n - x0, m = s->b.n - y0;

	for (int32_t d = 0; d <= s->edits; d++) {
		int32_t *now = row(s, d);

		best = -1;
		for (int32_t k = -d; k <= d; k += 2) {
			int32_t at = d > 0 ? step(row(s, d - 1), d, k) : 0;

			while (at < n && at - k < m &&
			       value(&s->a, x0 + at) == value(&s->b, y0 + at - k))
				at++;
			now[(k + d) / 2] = at;
			if (at <= n && at - k <= m && 2 * at - k > best) {
				best = 2 * at - k;
				best_k = k;
			}
		}
		if (best != n + m && d < s->edits)
			continue;
		assert(best > 0);
		*x = x0 + (best + best_k) / 2;
		*y = y0 + (best - best_k) / 2;
		walk_back(s, *x, *y, x0, y0, d);
		return;
	}
}

static void search(struct search *s)
{
	uint32_t all = (uint32_t)s->a.n + (uint32_t)s->b.n;
	uint32_t edits = all > 0 ? STEPS / all : 0;
	int32_t x = 0, y = 0;

	if (edits > EDITS_MAX)
		edits = EDITS_MAX;
	if (edits > all)
		edits = all;
	s->edits = (int32_t)(edits > EDITS_MIN ? edits : EDITS_MIN);
	s->trace = mem_alloc(((size_t)s->edits + 1) * ((size_t)s->edits + 2) / 2,
	                     sizeof(*s->trace));
	while (x < s->a.n && y < s->b.n)
		stretch(s, &x, &y);
	mem_free(s->trace);
}

void sequence_common(const uint64_t *a, uint32_t n, const uint64_t *b, uint32_t m, bool *in_a,
                     bool *in_b)
{
	struct search s = {.a = {.all = a, .in = in_a}, .b = {.all = b, .in = in_b}};
	uint32_t from = 0;

	while (from < n && from < m && a[from] == b[from]) {
		in_a[from] = in_b[from] = true;
		from++;
	}
	while (n > from && m > from && a[n - 1] == b[m - 1])
		in_a[--n] = in_b[--m] = true;
	if (n == from || m == from)
		return;
	list_fill(&s.a, from, n, b + from, m - from);
	list_fill(&s.b, from, m, a + from, n - from);
	search(&s);
	mem_free(s.a.at);
	mem_free(s.b.at);
}
