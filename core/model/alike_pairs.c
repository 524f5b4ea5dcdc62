/* Longest common subsequences are sequence.c's; here they become pairs, and pairs differences. */
#include "model/alike_pairs.h"

#include "base/mem.h"
#include "message/sequence.h"

#define LATENCY_LEAST (TIME_SECOND / 10)

uint64_t alike_key(const struct events *t, uint32_t event)
{
	const struct event *e = events_get(t, event);

	return (uint64_t)(e->flags & (EVENT_KIND_MASK | EVENT_TOOL)) << 32 | e->name;
}

void alike_pair_up(struct alike_pairs *out, const struct alike_sequence sides[2])
{
	uint32_t n = sides[0].n, m = sides[1].n, i = 0, j = 0;
	bool *in_a = mem_zero(n + (size_t)1, 1), *in_b = mem_zero(m + (size_t)1, 1);

	*out = (struct alike_pairs){.list = mem_alloc((size_t)n + m, sizeof(*out->list))};
	sequence_common(sides[0].keys, n, sides[1].keys, m, in_a, in_b);
	while (i < n || j < m) {
		struct alike_pair *pair = &out->list[out->n++];
		bool first = i < n && !in_a[i], second = !first && j < m && !in_b[j];

		pair->at[0] = second ? ALIKE_NONE : i++;
		pair->at[1] = first ? ALIKE_NONE : j++;
	}
	mem_free(in_a);
	mem_free(in_b);
}

void alike_pairs_free(struct alike_pairs *p)
{
	mem_free(p->list);
	*p = (struct alike_pairs){0};
}

static bool latencies_differ(int64_t a, int64_t b)
{
	int64_t less = a < b ? a : b, more = a < b ? b : a;

	if (a == EVENT_UNKNOWN || b == EVENT_UNKNOWN)
		return a != b;
	return more - less >= LATENCY_LEAST && more - less >= less / 2;
}

static bool errors_differ(const struct events *t, uint32_t a, uint32_t b)
{
	int64_t one = EVENT_UNKNOWN, other = EVENT_UNKNOWN;

	if ((events_get(t, a)->flags ^ events_get(t, b)->flags) & EVENT_ERROR)
		return true;
	if (!(events_get(t, a)->flags & EVENT_ERROR))
		return false;
	events_extra(t, a, EVENT_HTTP_STATUS, &one);
	events_extra(t, b, EVENT_HTTP_STATUS, &other);
	return one != other;
}

unsigned alike_differences(const struct events *t, uint32_t a, uint32_t b)
{
	const struct event *x = events_get(t, a), *y = events_get(t, b);
	bool tokens = events_input(t, a) != events_input(t, b) ||
	              events_output(t, a) != events_output(t, b);

	return (latencies_differ(events_latency(t, a), events_latency(t, b)) ? ALIKE_LATENCY : 0) |
	       (tokens ? ALIKE_TOKENS : 0) | (x->cost != y->cost ? ALIKE_COST : 0) |
	       (errors_differ(t, a, b) ? ALIKE_ERROR : 0) |
	       (x->model != y->model ? ALIKE_MODEL : 0);
}
