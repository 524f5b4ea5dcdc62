/* Calls of a trace that are alike: which, what they cost, and what a fold may leave out; held against a naive look at random
 * traces. */
#include "model/alike.h"

#include "base/mem.h"
#include "support/model_sample.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

struct fixture {
	struct events events;
	struct model *model;
	uint64_t place;
	struct tree tree;
	struct alike alike;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	events_init(&f->events);
	f->model = model_new(&f->events);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	alike_free(&f->alike);
	tree_free(&f->tree);
	model_free(f->model);
	events_fini(&f->events);
	free(f);
	return 0;
}

/* arguments 0: not known. */
static uint32_t add(struct fixture *f, struct sample s, int64_t arguments)
{
	uint32_t event;

	s.trace = "T";
	s.has_time = true;
	s.place = f->place++;
	event = sample_add(&f->events, &s);
	if (arguments != 0)
		events_set_extra(&f->events, EVENT_ARGUMENTS, arguments);
	model_add(f->model, event);
	return event;
}

#define TOOL(f, tool, args, parent_id, at, ...)    \
	add(f,                                     \
	    (struct sample){.kind = EVENT_SPAN,    \
	                    .flags = EVENT_TOOL,   \
	                    .name = (tool),        \
	                    .parent = (parent_id), \
	                    .time = (at),          \
	                    __VA_ARGS__},          \
	    args)
#define CALL(f, id, parent_id, at, ...)               \
	add(f,                                        \
	    (struct sample){.kind = EVENT_GENERATION, \
	                    .span = (id),             \
	                    .parent = (parent_id),    \
	                    .time = (at),             \
	                    __VA_ARGS__},             \
	    0)

/* In steps of no time. */
static void find(struct fixture *f)
{
	struct alike_build *b;
	int steps = 0;

	tree_build(&f->tree, f->model, 0);
	b = alike_start(&f->tree, &f->events);
	while (!alike_step(b, 0))
		assert_true(++steps < 1000000);
	alike_take(b, &f->alike);
}

static uint32_t node_of(const struct fixture *f, uint32_t event)
{
	return f->tree.by_start[tree_rank(&f->tree, &f->events, event)];
}

/* Which call it is of a repeat; 0: of none. */
static uint32_t number_of(const struct fixture *f, uint32_t event)
{
	uint32_t node = node_of(f, event);

	return f->alike.nodes[node].repeat == ALIKE_NONE ? 0 : f->alike.nodes[node].number;
}

static void in_a_row(void **state)
{
	struct fixture *f = *state;
	uint32_t g1 = CALL(f, "g1", NULL, 1, .has_cost = true, .cost = 1);
	uint32_t t1 = TOOL(f, "update", 7, "g1", 2, .has_latency = true, .latency = 0.5);
	uint32_t g2 = CALL(f, "g2", NULL, 3, .has_cost = true, .cost = 10);
	uint32_t t2 = add(f,
	                  (struct sample){.kind = EVENT_SPAN,
	                                  .flags = EVENT_TOOL | EVENT_ERROR,
	                                  .name = "update",
	                                  .parent = "g2",
	                                  .time = 4,
	                                  .has_latency = true,
	                                  .latency = 0.5},
	                  7);
	uint32_t g3 = CALL(f, "g3", NULL, 5, .has_cost = true, .cost = 100);
	uint32_t t3 = TOOL(f, "update", 7, "g3", 6, .has_latency = true, .latency = 0.5);
	uint32_t g4 = CALL(f, "g4", NULL, 7, .has_cost = true, .cost = 1000);
	const struct alike_repeat *r;

	find(f);
	assert_int_equal(f->alike.n, 1);
	r = alike_repeat_of(&f->alike, node_of(f, t2));
	assert_ptr_equal(r, &f->alike.repeats[0]);
	assert_int_equal(r->first, node_of(f, t1));
	assert_int_equal(r->calls, 3);
	assert_int_equal(r->errors, 1);
	assert_int_equal(r->sum.cost, 110); /* neither the generation before nor the one after */
	assert_int_equal(r->sum.latency, 3 * TIME_SECOND / 2);
	assert_int_equal(number_of(f, t1), 1);
	assert_int_equal(number_of(f, t3), 3);
	assert_int_equal(number_of(f, g2), 2);
	assert_int_equal(number_of(f, g3), 3);
	assert_int_equal(number_of(f, g1), 0);
	assert_int_equal(number_of(f, g4), 0);
	assert_null(alike_repeat_of(&f->alike, node_of(f, g4)));
	assert_false(alike_is_more(&f->alike, node_of(f, t1)));
	assert_true(alike_is_more(&f->alike, node_of(f, g2)));
}

static void something_between(void **state)
{
	struct fixture *f = *state;
	uint32_t poll1 = TOOL(f, "poll", 1, "a", 1, 0);
	uint32_t wait1 = TOOL(f, "wait", 2, "a", 2, 0);
	uint32_t poll2 = TOOL(f, "poll", 1, "a", 3, 0);
	uint32_t wait2 = TOOL(f, "wait", 3, "a", 4, 0); /* with other arguments */
	uint32_t other = TOOL(f, "poll", 1, "b", 5, 0); /* elsewhere, not in a row */

	add(f, (struct sample){.kind = EVENT_SPAN, .span = "a", .time = 0.5}, 0);
	add(f, (struct sample){.kind = EVENT_SPAN, .span = "b", .time = 0.6}, 0);
	find(f);
	assert_int_equal(f->alike.n, 1);
	assert_int_equal(number_of(f, poll1), 1);
	assert_int_equal(number_of(f, poll2), 2);
	assert_int_equal(number_of(f, wait1), 0);
	assert_int_equal(number_of(f, wait2), 0);
	assert_int_equal(number_of(f, other), 0);
}

static void unknown_is_like_nothing(void **state)
{
	struct fixture *f = *state;

	TOOL(f, "a", 0, NULL, 1, 0);
	TOOL(f, "a", 0, NULL, 2, 0);
	TOOL(f, NULL, 5, NULL, 3, 0);
	TOOL(f, NULL, 5, NULL, 4, 0);
	TOOL(f, "b", 5, NULL, 5, 0);
	TOOL(f, "c", 5, NULL, 6, 0);
	add(f, (struct sample){.kind = EVENT_SPAN, .name = "d", .time = 7}, 5); /* no tool */
	add(f, (struct sample){.kind = EVENT_SPAN, .name = "d", .time = 8}, 5);
	find(f);
	assert_int_equal(f->alike.n, 0);
}

static void within_itself(void **state)
{
	struct fixture *f = *state;
	uint32_t outer = TOOL(f, "a", 5, NULL, 1, .span = "outer");
	uint32_t inner = TOOL(f, "a", 5, "outer", 2, 0);
	uint32_t next = TOOL(f, "a", 5, NULL, 3, 0);

	find(f);
	assert_int_equal(f->alike.n, 1);
	assert_true(number_of(f, outer) + number_of(f, inner) + number_of(f, next) == 3);
	assert_int_equal(number_of(f, next), 2);
}

/* A generation below which something else stands is not left out. */
static void generation_stays(void **state)
{
	struct fixture *f = *state;
	uint32_t g, t;

	TOOL(f, "a", 5, NULL, 1, 0);
	g = CALL(f, "g", NULL, 2, 0);
	t = TOOL(f, "a", 5, "g", 3, 0);
	add(f, (struct sample){.kind = EVENT_SPAN, .parent = "g", .time = 4}, 0);
	find(f);
	assert_int_equal(f->alike.n, 1);
	assert_int_equal(number_of(f, g), 0);
	assert_int_equal(number_of(f, t), 2);
}

/* What a sub-agent did below a call is in the sum of that call, and led to no other. */
static void below_a_call(void **state)
{
	struct fixture *f = *state;
	uint32_t t1 = TOOL(f, "agent", 5, NULL, 1, .span = "t1"), sub1, t2, g2;
	const struct alike_repeat *r;

	sub1 = CALL(f, NULL, "t1", 2, .flags = EVENT_ERROR, .has_cost = true, .cost = 100);
	g2 = CALL(f, NULL, NULL, 3, .has_cost = true, .cost = 1);
	t2 = TOOL(f, "agent", 5, NULL, 4, .span = "t2");
	CALL(f, NULL, "t2", 5, .has_cost = true, .cost = 100);
	find(f);
	r = alike_repeat_of(&f->alike, node_of(f, t1));
	assert_int_equal(r->calls, 2);
	assert_int_equal(r->sum.cost, 201);
	assert_int_equal(r->errors, 1);
	assert_int_equal(number_of(f, t2), 2);
	assert_int_equal(number_of(f, g2), 2);
	assert_int_equal(number_of(f, sub1), 0);
}

static void agents_side_by_side(void **state)
{
	struct fixture *f = *state;
	uint32_t t1, own, other, t2;

	add(f, (struct sample){.kind = EVENT_SPAN, .span = "a", .time = 0.1}, 0);
	add(f, (struct sample){.kind = EVENT_SPAN, .span = "b", .time = 0.2}, 0);
	t1 = TOOL(f, "look", 5, "a", 1, 0);
	own = CALL(f, NULL, "a", 2, .has_cost = true, .cost = 1);
	other = CALL(f, NULL, "b", 3, .has_cost = true, .cost = 100);
	TOOL(f, "write", 6, "b", 4, 0);
	t2 = TOOL(f, "look", 5, "a", 5, 0);
	find(f);
	assert_int_equal(alike_repeat_of(&f->alike, node_of(f, t1))->sum.cost, 1);
	assert_int_equal(number_of(f, t2), 2);
	assert_int_equal(number_of(f, own), 2);
	assert_int_equal(number_of(f, other), 0);
}

/* As some write it: a span for what the model said, one for the tools it asked for. */
static void spans_of_their_own(void **state)
{
	struct fixture *f = *state;
	uint32_t t1, g2;

	for (int i = 0; i < 4; i++)
		add(f,
		    (struct sample){.kind = EVENT_SPAN,
		                    .span = (const char *[]){"s1", "s2", "s3", "s4"}[i],
		                    .time = i},
		    0);
	CALL(f, NULL, "s1", 0.1, .has_cost = true, .cost = 100);
	t1 = TOOL(f, "look", 5, "s2", 1.1, 0);
	g2 = CALL(f, NULL, "s3", 2.1, .has_cost = true, .cost = 1);
	TOOL(f, "look", 5, "s4", 3.1, 0);
	find(f);
	assert_int_equal(alike_repeat_of(&f->alike, node_of(f, t1))->sum.cost, 1);
	assert_int_equal(number_of(f, g2), 2);
}

static void empty(void **state)
{
	struct fixture *f = *state;
	struct alike_build *b;

	alike_find(&f->alike, &f->tree, &f->events);
	assert_int_equal(f->alike.n, 0);
	b = alike_start(&f->tree, &f->events);
	alike_drop(b);
	alike_drop(NULL);
}

/* ---- random traces ---- */

#define MANY 60

struct naive {
	uint32_t group, number;
};

static bool is_tool(const struct fixture *f, uint32_t node)
{
	return events_get(&f->events, f->tree.nodes[node].event)->flags & EVENT_TOOL;
}

static bool are_alike(const struct fixture *f, uint32_t a, uint32_t b)
{
	uint32_t x = f->tree.nodes[a].event, y = f->tree.nodes[b].event;
	int64_t one, other;

	return events_get(&f->events, x)->name == events_get(&f->events, y)->name &&
	       events_extra(&f->events, x, EVENT_ARGUMENTS, &one) &&
	       events_extra(&f->events, y, EVENT_ARGUMENTS, &other) && one == other;
}

/* The last tool before it that is alike and has the same parent, or that it came right after. No tool stands below another
 * here. */
static uint32_t look_back(const struct fixture *f, uint32_t rank)
{
	uint32_t node = f->tree.by_start[rank], last = ALIKE_NONE;

	for (uint32_t i = 0; i < rank; i++) {
		uint32_t other = f->tree.by_start[i];

		if (is_tool(f, other) && are_alike(f, node, other) &&
		    f->tree.nodes[node].parent == f->tree.nodes[other].parent)
			return other;
		if (is_tool(f, other))
			last = other;
	}
	return last != ALIKE_NONE && are_alike(f, node, last) ? last : ALIKE_NONE;
}

static void look_naively(const struct fixture *f, struct naive *out)
{
	uint32_t groups = 0;

	for (uint32_t i = 0; i < f->tree.n; i++) {
		uint32_t node = f->tree.by_start[i], like;

		if (!is_tool(f, node))
			continue;
		like = look_back(f, i);
		out[node] = (struct naive){like == ALIKE_NONE ? groups++ : out[like].group, 1};
		for (uint32_t j = 0; j < i; j++)
			out[node].number += is_tool(f, f->tree.by_start[j]) &&
			                    out[f->tree.by_start[j]].group == out[node].group;
	}
}

static void check(struct fixture *f)
{
	struct naive naive[MANY];

	look_naively(f, naive);
	for (uint32_t a = 0; a < f->tree.n; a++) {
		uint32_t calls = 0;

		if (!is_tool(f, a))
			continue;
		for (uint32_t b = 0; b < f->tree.n; b++)
			calls += is_tool(f, b) && naive[b].group == naive[a].group;
		assert_int_equal(f->alike.nodes[a].repeat == ALIKE_NONE, calls < 2);
		if (calls < 2)
			continue;
		assert_int_equal(f->alike.nodes[a].number, naive[a].number);
		assert_int_equal(alike_repeat_of(&f->alike, a)->calls, calls);
		for (uint32_t b = 0; b < f->tree.n; b++)
			if (is_tool(f, b) && f->alike.nodes[b].repeat != ALIKE_NONE)
				assert_int_equal(f->alike.nodes[a].repeat ==
				                         f->alike.nodes[b].repeat,
				                 naive[a].group == naive[b].group);
	}
}

static void random_traces(void **state)
{
	static const char *const parents[] = {"p", "q", NULL}, *const names[] = {"x", "y", "z"};
	uint32_t seed = 1;

	for (uint32_t round = 0; round < 200; round++) {
		struct fixture *f;

		teardown(state);
		setup(state);
		f = *state;
		add(f, (struct sample){.kind = EVENT_SPAN, .span = "p", .time = -2}, 0);
		add(f, (struct sample){.kind = EVENT_SPAN, .span = "q", .time = -1}, 0);
		for (int i = 2; i < MANY; i++) {
			uint32_t bits = (seed = seed * 1664525 + 1013904223) >> 8;

			if (bits % 5 == 0)
				CALL(f, NULL, parents[bits / 8 % 3], bits / 64 % 40, 0);
			else
				TOOL(f, names[bits / 16 % (round % 3 + 1)], bits / 32 % 3 + 1,
				     parents[bits / 512 % 3], bits / 64 % 40, 0);
		}
		find(f);
		check(f);
	}
}

/* ---- what they cost, in random trees ---- */

static bool is_generation(const struct fixture *f, uint32_t node)
{
	return event_kind(events_get(&f->events, f->tree.nodes[node].event)) == EVENT_GENERATION;
}

/* Whether a generation, or a tool, stands below a node and below no tool below it. */
static bool has_below(const struct fixture *f, uint32_t top,
                      bool (*is)(const struct fixture *, uint32_t))
{
	for (uint32_t node = top + 1; node < top + f->tree.nodes[top].subtree; node++) {
		uint32_t above = f->tree.nodes[node].parent;

		while (above != top && !is_tool(f, above))
			above = f->tree.nodes[above].parent;
		if (above == top && is(f, node))
			return true;
	}
	return false;
}

static uint32_t holder_of(const struct fixture *f, uint32_t node)
{
	for (node = f->tree.nodes[node].parent; node != TREE_ROOT;
	     node = f->tree.nodes[node].parent)
		if (is_tool(f, node) || (!is_generation(f, node) && has_below(f, node, is_tool) &&
		                         has_below(f, node, is_generation)))
			break;
	return node;
}

/* The tool that a generation led to, or TREE_ROOT. */
static uint32_t led_to(const struct fixture *f, uint32_t node)
{
	uint32_t rank = tree_rank(&f->tree, &f->events, f->tree.nodes[node].event);

	while (++rank < f->tree.n) {
		uint32_t other = f->tree.by_start[rank];

		if (is_tool(f, other) && holder_of(f, other) == holder_of(f, node))
			return other;
	}
	return TREE_ROOT;
}

static bool is_call_of(const struct fixture *f, uint32_t node, uint32_t repeat)
{
	return is_tool(f, node) && f->alike.nodes[node].repeat == repeat;
}

enum belongs { NOT_AT_ALL, BELOW_A_GENERATION, BELONGS };

/* Whether it stands in a call of the repeat, itself included, or led to one that is not the first. What stands below a generation
 * is in no sum of those above (model/tree.h), but for its errors. */
static enum belongs belongs(const struct fixture *f, uint32_t node, uint32_t repeat)
{
	enum belongs in_call = NOT_AT_ALL, so_far = BELONGS;
	uint32_t to;

	for (uint32_t at = node; at != TREE_ROOT; at = f->tree.nodes[at].parent) {
		if (is_call_of(f, at, repeat))
			in_call = so_far;
		if (at != node && is_generation(f, at))
			so_far = BELOW_A_GENERATION;
	}
	if (in_call != NOT_AT_ALL || !is_generation(f, node))
		return in_call;
	to = led_to(f, node);
	return to != TREE_ROOT && is_call_of(f, to, repeat) && alike_is_more(&f->alike, to)
	               ? BELONGS
	               : NOT_AT_ALL;
}

/* Generations alone carry costs. */
static void check_sums(const struct fixture *f)
{
	for (uint32_t i = 0; i < f->alike.n; i++) {
		money cost = 0;
		uint32_t errors = 0;

		for (uint32_t node = 0; node < f->tree.n; node++) {
			const struct event *e = events_get(&f->events, f->tree.nodes[node].event);
			enum belongs how = belongs(f, node, i);

			if (how == BELONGS && is_generation(f, node))
				cost += f->tree.nodes[node].sum.cost;
			if (how != NOT_AT_ALL)
				errors += (e->flags & EVENT_ERROR) != 0;
		}
		assert_int_equal(f->alike.repeats[i].sum.cost, cost);
		assert_int_equal(f->alike.repeats[i].errors, errors);
	}
}

/* Every second one is a tool; any of them stands below one before it, or nowhere. */
static void random_trees(void **state)
{
	uint32_t seed = 7, repeats = 0;

	for (uint32_t round = 0; round < 300; round++) {
		struct fixture *f;
		char ids[MANY][16];

		teardown(state);
		setup(state);
		f = *state;
		for (int i = 0; i < MANY; i++) {
			uint32_t bits = (seed = seed * 1664525 + 1013904223) >> 8;
			struct sample s = {.kind = EVENT_SPAN, .span = ids[i], .time = bits % 50};
			uint32_t kind = bits / 64 % 4, above = bits / 256 % (MANY / 4);

			snprintf(ids[i], sizeof(ids[i]), "n%d", i);
			if (above < (uint32_t)i)
				s.parent = ids[above];
			if (kind < 2) {
				s.flags = EVENT_TOOL;
				s.name = "x";
			} else if (kind == 2) {
				s.kind = EVENT_GENERATION;
				s.has_cost = true;
				s.cost = bits % 1009 + 1;
			}
			s.flags |= bits / 4096 % 3 == 0 ? EVENT_ERROR : 0;
			add(f, s, kind < 2 ? bits / 16384 % 3 + 1 : 0);
		}
		find(f);
		check_sums(f);
		repeats += f->alike.n;
	}
	assert_true(repeats > 300);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(in_a_row),      TEST(something_between),   TEST(unknown_is_like_nothing),
		TEST(within_itself), TEST(generation_stays),    TEST(empty),
		TEST(below_a_call),  TEST(agents_side_by_side), TEST(spans_of_their_own),
		TEST(random_traces), TEST(random_trees),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
