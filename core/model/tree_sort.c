/* A merge sort from the bottom up, item by item: its worst case is its usual case. */
#include "model/tree_sort.h"

#include "base/mem.h"

void tree_keys_add(struct tree_keys *keys, int64_t time, uint32_t event)
{
	if (keys->n == keys->cap) {
		keys->cap = keys->cap ? keys->cap * 2 : 16;
		keys->list = mem_resize(keys->list, keys->cap, sizeof(*keys->list));
	}
	keys->list[keys->n++] = (struct tree_key){time == TIME_NONE ? INT64_MAX : time, event};
}

static void merge_from(struct tree_sorting *s, uint64_t pair)
{
	s->pair = s->a = s->out = pair;
	s->b = pair + s->width;
}

void tree_sorting_begin(struct tree_sorting *s, const struct events *events,
                        const struct tree_keys *keys, tree_key_order *order)
{
	*s = (struct tree_sorting){.events = events,
	                           .to = mem_alloc(keys->n, sizeof(struct tree_key)),
	                           .order = order,
	                           .width = 1};
	merge_from(s, 0);
}

static bool second_is_next(const struct tree_sorting *s, const struct tree_key *from,
                           uint64_t middle, uint64_t end)
{
	if (s->a >= middle || s->b >= end)
		return s->a >= middle;
	if (from[s->a].time != from[s->b].time)
		return from[s->a].time > from[s->b].time;
	return s->order(s->events, from[s->a].event, from[s->b].event) > 0;
}

static void begin_next_round(struct tree_sorting *s, struct tree_keys *keys)
{
	struct tree_key *swapped = keys->list;

	keys->list = s->to;
	s->to = swapped;
	keys->cap = keys->n;
	s->width *= 2;
	merge_from(s, 0);
}

bool tree_sorting_step(struct tree_sorting *s, struct tree_keys *keys, struct slice *slice)
{
	while (s->width < keys->n) {
		uint64_t middle = s->pair + s->width < keys->n ? s->pair + s->width : keys->n;
		uint64_t end = middle + s->width < keys->n ? middle + s->width : keys->n;

		for (; s->out < end; s->out++) {
			if (slice_over(slice))
				return false;
			s->to[s->out] =
				keys->list[second_is_next(s, keys->list, middle, end) ? s->b++
			                                                              : s->a++];
		}
		if (end < keys->n)
			merge_from(s, end);
		else
			begin_next_round(s, keys);
	}
	if (s->to != NULL)
		leftovers_add(&s->leftovers, s->to, keys->n * sizeof(*s->to));
	s->to = NULL;
	return leftovers_free(&s->leftovers, slice);
}

void tree_sorting_free(struct tree_sorting *s)
{
	mem_free(s->to);
	leftovers_free(&s->leftovers, &(struct slice){.until = SLICE_WHOLE});
}
