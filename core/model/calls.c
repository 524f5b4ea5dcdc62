/* One walk over events: those of a trace, or a span's part of the tree, which stands together there. The dearest are kept in
 * order, so that nothing grows with the number of calls. */
#include "model/calls.h"

#include "base/mem.h"
#include "base/slice.h"

struct calls_build {
	struct model *model;
	enum calls_of of;
	uint32_t number;
	struct calls calls;
	uint32_t event; /* of a trace: next */
	struct tree_build *building;
	struct tree tree;
	uint32_t node, end; /* of the tree: next, and behind the last */
};

struct calls_build *calls_start(struct model *m, enum calls_of of, uint32_t number)
{
	struct calls_build *b = mem_zero(1, sizeof(*b));

	b->model = m;
	b->of = of;
	b->number = number;
	b->event = EVENT_NONE;
	if (of == CALLS_OF_TRACE)
		b->event = model_trace(m, number)->first_event;
	else if (model_trace_of(m, number) != MODEL_NONE)
		b->building = tree_start(m, model_trace_of(m, number));
	return b;
}

/* ---- one call ------------------------------------------------------------------------------------------------------ */

static bool is_dearer(const struct events *t, uint32_t a, uint32_t b)
{
	int64_t x = events_get(t, a)->cost, y = events_get(t, b)->cost;

	return x != y ? x > y : events_compare_start(t, a, b) < 0;
}

static void keep_dearest(struct calls *c, const struct events *t, uint32_t event)
{
	int64_t cost = events_get(t, event)->cost;
	uint32_t at = c->n_dearest;

	if (cost == EVENT_NO_COST || cost <= 0)
		return;
	if (at == CALLS_DEAREST && !is_dearer(t, event, c->dearest[at - 1]))
		return;
	if (at < CALLS_DEAREST)
		c->n_dearest++;
	else
		at--;
	for (; at > 0 && is_dearer(t, event, c->dearest[at - 1]); at--)
		c->dearest[at] = c->dearest[at - 1];
	c->dearest[at] = event;
}

static void take_event(struct calls *c, const struct events *t, uint32_t event)
{
	if (event_kind(events_get(t, event)) > EVENT_EMBEDDING)
		return;
	totals_add_event(&c->totals, t, event);
	keep_dearest(c, t, event);
}

/* ---- walking ------------------------------------------------------------------------------------------------------- */

static uint32_t next_event(struct calls_build *b)
{
	uint32_t event = b->event;

	if (event != EVENT_NONE)
		b->event = model_next_event(b->model, event);
	return event;
}

static uint32_t next_node(struct calls_build *b)
{
	return b->node < b->end ? b->tree.nodes[b->node++].event : EVENT_NONE;
}

static bool make_tree(struct calls_build *b, int64_t until)
{
	uint32_t rank;

	if (b->building == NULL)
		return true;
	if (!tree_step(b->building, until))
		return false;
	tree_take(b->building, &b->tree);
	b->building = NULL;
	rank = tree_rank(&b->tree, model_events(b->model), b->number);
	if (rank == TREE_ROOT)
		return true;
	b->node = b->tree.by_start[rank];
	b->end = b->node + b->tree.nodes[b->node].subtree;
	return true;
}

bool calls_step(struct calls_build *b, int64_t until)
{
	const struct events *t = model_events(b->model);
	struct slice slice = {.until = until};

	if (!make_tree(b, until))
		return false;
	while (!slice_over(&slice)) {
		uint32_t event = b->of == CALLS_OF_SPAN ? next_node(b) : next_event(b);

		if (event == EVENT_NONE)
			return true;
		take_event(&b->calls, t, event);
	}
	return false;
}

void calls_take(struct calls_build *b, struct calls *out)
{
	*out = b->calls;
	calls_drop(b);
}

void calls_drop(struct calls_build *b)
{
	if (b == NULL)
		return;
	tree_drop(b->building);
	tree_free(&b->tree);
	mem_free(b);
}
