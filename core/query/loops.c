/* What loops cost, trace by trace. Which traces have any a breakdown has found; how a tree is made and searched for what is alike
 * is left to model/. */
#include "query/loops.h"

#include "base/leftovers.h"
#include "base/mem.h"
#include "model/alike.h"
#include "query/match.h"

#include <string.h>

/* Of a repeat that counts `calls` becomes one of these, which is fewer than any repeat has. */
#define TO_ADD 0u
#define ADDED  1u

struct tool {
	struct tree_sum sum;
	uint32_t loops; /* in it */
	uint32_t place; /* of the trace in which nodes before `end` stand in calls that count */
	uint32_t end;
};

struct loop_costs {
	struct loop_costs_of of;
	uint32_t place; /* of the trace among of.traces */
	uint32_t trace; /* MODEL_NONE: it has not begun */
	uint32_t version;
	struct tree_build *building;
	struct alike_build *finding;
	struct tree tree;
	struct alike alike;
	bool marked; /* which loops count is known */
	uint32_t node;
	struct tool *tools; /* by key */
	uint32_t n_tools;
	struct leftovers leftovers; /* of the trace before */
};

/* ---- a trace ---- */

static void leave(struct loop_costs *c)
{
	alike_drop(c->finding);
	alike_let_go(&c->alike, &c->leftovers);
	tree_drop(c->building);
	tree_let_go(&c->tree, &c->leftovers);
	c->finding = NULL;
	c->building = NULL;
	c->marked = false;
	c->node = 0;
	c->trace = MODEL_NONE;
}

static void enter(struct loop_costs *c)
{
	const struct ids *ids = &model_events(c->of.model)->ids;
	struct buf id = {0};

	split_text(c->of.by_trace, breakdown_part(c->of.traces, c->place)->key, &id);
	c->trace = model_find_trace(c->of.model, ids_find(ids, buf_str(&id)));
	buf_free(&id);
	if (c->trace == MODEL_NONE)
		return;
	c->version = model_trace(c->of.model, c->trace)->version;
	c->building = tree_start(c->of.model, c->trace);
}

/* A tree that its trace outgrew while it was made may have half of what came. */
static bool build(struct loop_costs *c, int64_t until)
{
	if (c->building != NULL && c->version != model_trace(c->of.model, c->trace)->version) {
		leave(c);
		enter(c);
	}
	if (c->building == NULL)
		return true;
	if (!tree_step(c->building, until))
		return false;
	tree_take(c->building, &c->tree);
	c->building = NULL;
	c->finding = alike_start(&c->tree, model_events(c->of.model));
	return true;
}

static bool find(struct loop_costs *c, int64_t until)
{
	if (c->finding == NULL)
		return true;
	if (!alike_step(c->finding, until))
		return false;
	alike_take(c->finding, &c->alike);
	c->finding = NULL;
	return true;
}

/* ---- its loops ---- */

static bool counts(const struct loop_costs *c, uint32_t event)
{
	return match_time(c->of.since, c->of.until,
	                  events_get(model_events(c->of.model), event)->time) &&
	       filtered_has(c->of.calls, event);
}

static struct tool *reach(struct loop_costs *c, uint32_t tool)
{
	uint32_t n = c->n_tools;

	if (tool >= n) {
		c->n_tools = tool + 1;
		c->tools = mem_resize(c->tools, c->n_tools, sizeof(*c->tools));
		memset(&c->tools[n], 0, (c->n_tools - n) * sizeof(*c->tools));
	}
	return &c->tools[tool];
}

static bool mark_loops(struct loop_costs *c, struct slice *slice)
{
	for (; !c->marked && c->node < c->tree.n; c->node++) {
		uint32_t repeat = c->alike.nodes[c->node].repeat;

		if (slice_over(slice))
			return false;
		if (repeat != ALIKE_NONE && c->alike.repeats[repeat].calls >= ALIKE_LOOP &&
		    counts(c, c->tree.nodes[c->node].event))
			c->alike.repeats[repeat].calls = TO_ADD;
	}
	if (!c->marked)
		c->node = 0;
	c->marked = true;
	return true;
}

/* What stands below a call is in its loop's sum: a loop of the same tool that begins there is not added once more. */
static void add_call(struct loop_costs *c, struct alike_repeat *loop, const struct tree_node *node)
{
	uint32_t key = split_key(c->of.by_tool, node->event);
	struct tool *tool;

	if (key == SPLIT_OUT)
		return;
	tool = reach(c, key);
	if (tool->place == c->place && c->node < tool->end)
		return;
	if (loop->calls == TO_ADD) {
		tree_sum_add(&tool->sum, &loop->sum);
		tool->loops++;
		loop->calls = ADDED;
	}
	tool->place = c->place;
	tool->end = c->node + node->subtree;
}

static bool add_loops(struct loop_costs *c, struct slice *slice)
{
	for (; c->node < c->tree.n; c->node++) {
		uint32_t repeat = c->alike.nodes[c->node].repeat;

		if (slice_over(slice))
			return false;
		if (repeat != ALIKE_NONE && c->alike.repeats[repeat].calls <= ADDED)
			add_call(c, &c->alike.repeats[repeat], &c->tree.nodes[c->node]);
	}
	return true;
}

/* ---- all of them ---- */

struct loop_costs *loop_costs_new(const struct loop_costs_of *of)
{
	struct loop_costs *c = mem_zero(1, sizeof(*c));

	c->of = *of;
	c->trace = MODEL_NONE;
	return c;
}

void loop_costs_free(struct loop_costs *c)
{
	if (c == NULL)
		return;
	leave(c);
	leftovers_free(&c->leftovers, &(struct slice){.until = SLICE_WHOLE});
	mem_free(c->tools);
	mem_free(c);
}

bool loop_costs_step(struct loop_costs *c, int64_t until)
{
	struct slice slice = {.until = until};

	for (; c->place < breakdown_count(c->of.traces); c->place++) {
		if (slice_over(&slice))
			return false;
		if (!leftovers_free(&c->leftovers, &slice))
			return false;
		if (c->trace == MODEL_NONE)
			enter(c);
		if (c->trace == MODEL_NONE)
			continue;
		if (!build(c, until) || !find(c, until) || !mark_loops(c, &slice) ||
		    !add_loops(c, &slice))
			return false;
		slice_was_large(&slice);
		leave(c);
	}
	return leftovers_free(&c->leftovers, &slice);
}

const struct tree_sum *loop_costs_of(const struct loop_costs *c, uint32_t tool)
{
	return c != NULL && tool < c->n_tools && c->tools[tool].loops > 0 ? &c->tools[tool].sum
	                                                                  : NULL;
}
