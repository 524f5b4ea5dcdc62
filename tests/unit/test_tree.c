/* The shape of a trace's tree, its marks and sums, one rule a test. */
#include "support/model_sample.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

struct fixture {
	struct events events;
	struct model *model;
	struct tree tree;
	uint64_t place;
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

	tree_free(&f->tree);
	model_free(f->model);
	events_fini(&f->events);
	free(f);
	return 0;
}

static void add(struct fixture *f, struct sample s)
{
	s.trace = "T";
	s.place = f->place++;
	model_add(f->model, sample_add(&f->events, &s));
}

/* SPAN(f, "id", "parent", start, ...) */
#define EVENT(f, k, i, p, at, ...)               \
	add(f, (struct sample){.kind = (k),      \
	                       .span = (i),      \
	                       .parent = (p),    \
	                       .has_time = true, \
	                       .time = (at),     \
	                       __VA_ARGS__})
#define SPAN(f, i, p, ...)       EVENT(f, EVENT_SPAN, i, p, __VA_ARGS__)
#define GENERATION(f, i, p, ...) EVENT(f, EVENT_GENERATION, i, p, __VA_ARGS__)
#define COST(amount)             .has_cost = true, .cost = (amount)
#define TOOK(seconds)            .has_latency = true, .latency = (seconds)

/* The tree in brackets: "a(b c(d)) !e", with ! orphan, @ cycle, * self. */
static void sketch(const struct tree *t, const struct events *events, struct buf *out)
{
	uint32_t open = 0;

	for (uint32_t i = 0; i < t->n; i++) {
		const struct tree_node *node = &t->nodes[i];

		if (i)
			buf_puts(out, node->depth > t->nodes[i - 1].depth ? "(" : "");
		if (i && node->depth > t->nodes[i - 1].depth)
			open++;
		for (; open > node->depth; open--)
			buf_add(out, ')');
		if (i && node->depth <= t->nodes[i - 1].depth)
			buf_add(out, ' ');
		if (node->mark != TREE_LINKED)
			buf_add(out, " !@*"[node->mark]);
		ids_text(&events->ids, events_node_id(events, node->event), out);
	}
	for (; open > 0; open--)
		buf_add(out, ')');
}

static void assert_tree(struct fixture *f, const char *expected)
{
	struct buf out = {0};

	tree_free(&f->tree);
	tree_build(&f->tree, f->model, 0);
	sketch(&f->tree, &f->events, &out);
	assert_string_equal(buf_text(&out), expected);
	buf_free(&out);
}

static const struct tree_node *node(const struct fixture *f, const char *id)
{
	for (uint32_t i = 0; i < f->tree.n; i++)
		if (events_node_id(&f->events, f->tree.nodes[i].event) ==
		    ids_find(&f->events.ids, str_of(id)))
			return &f->tree.nodes[i];
	fail_msg("no node %s", id);
	return NULL;
}

static void children_come_before_their_parents(void **state)
{
	struct fixture *f = *state;

	GENERATION(f, "d", "c", 3);
	SPAN(f, "c", "a", 2);
	SPAN(f, "b", "a", 1);
	SPAN(f, "a", NULL, 0);
	SPAN(f, "e", "T", 5);
	assert_tree(f, "a(b c(d)) e");
	assert_int_equal(node(f, "a")->subtree, 4);
	assert_int_equal(node(f, "d")->depth, 2);
	assert_int_equal(node(f, "d")->parent, 2);
	assert_int_equal(node(f, "e")->parent, TREE_ROOT);
	assert_false(node(f, "a")->last);
	assert_false(node(f, "b")->last);
	assert_true(node(f, "c")->last);
	assert_true(node(f, "e")->last);
}

static void siblings_go_by_start_then_uuid(void **state)
{
	struct fixture *f = *state;

	SPAN(f, NULL, NULL, 5, .uuid = "late");
	SPAN(f, NULL, NULL, 8, .uuid = "early", TOOK(6));
	SPAN(f, NULL, NULL, 3, .uuid = "b");
	SPAN(f, NULL, NULL, 4, .uuid = "a", TOOK(1));
	SPAN(f, NULL, NULL, 2, .uuid = "c", TOOK(2), .flags = EVENT_OTEL);
	add(f, (struct sample){.kind = EVENT_SPAN, .uuid = "never"});
	assert_tree(f, "c early a b late never");
}

static void a_node_may_be_named_by_its_uuid(void **state)
{
	struct fixture *f = *state;

	GENERATION(f, NULL, NULL, 1, .uuid = "00000000-0000-4000-8000-000000000001");
	SPAN(f, "b", "00000000-0000-4000-8000-000000000001", 2);
	assert_tree(f, "00000000-0000-4000-8000-000000000001(b)");
}

static void orphans_stand_among_the_roots(void **state)
{
	struct fixture *f = *state;

	SPAN(f, "a", NULL, 1);
	SPAN(f, "b", "lost", 2);
	SPAN(f, "x", "b", 2.5);
	SPAN(f, "c", NULL, 3);
	assert_tree(f, "a !b(x) c");
	SPAN(f, "lost", "a", 4);
	assert_tree(f, "a(lost(b(x))) c");
}

static void its_own_parent(void **state)
{
	struct fixture *f = *state;

	SPAN(f, "b", NULL, 2);
	SPAN(f, "a", "a", 1);
	SPAN(f, "c", "a", 3);
	assert_tree(f, "*a(c) b");
}

static void the_earliest_on_a_cycle_is_its_root(void **state)
{
	struct fixture *f = *state;

	SPAN(f, "a", "c", 2);
	SPAN(f, "b", "a", 5);
	SPAN(f, "c", "b", 3);
	SPAN(f, "hanging", "b", 1); /* earlier than the cycle, but not on it */
	SPAN(f, "below", "hanging", 0);
	SPAN(f, "other", NULL, 4);
	assert_tree(f, "@a(b(hanging(below) c)) other");
}

static void two_cycles(void **state)
{
	struct fixture *f = *state;

	SPAN(f, "a", "b", 1);
	SPAN(f, "b", "a", 2);
	SPAN(f, "c", "d", 0);
	SPAN(f, "d", "c", 3);
	assert_tree(f, "@c(d) @a(b)");
}

static void several_nodes_of_one_id(void **state)
{
	struct fixture *f = *state;

	SPAN(f, "x", NULL, 5, .uuid = "u5");
	SPAN(f, "x", NULL, 1, .uuid = "u1");
	SPAN(f, "c", "x", 6);
	assert_tree(f, "x(c) x");
	SPAN(f, "x", NULL, 0, .uuid = "u0");
	assert_tree(f, "x(c) x x");
	assert_int_equal(events_get(&f->events, f->tree.nodes[0].event)->time, 0);
}

static void equal_starts_of_one_id_go_by_uuid(void **state)
{
	struct fixture *f = *state;

	SPAN(f, "x", NULL, 1, .uuid = "u2", COST(2));
	SPAN(f, "x", NULL, 1, .uuid = "u1", COST(1));
	SPAN(f, "c", "x", 6);
	assert_tree(f, "x(c) x");
	assert_int_equal(events_get(&f->events, f->tree.nodes[0].event)->cost, 1);
}

static void a_superseded_event_is_not_in_the_tree(void **state)
{
	struct fixture *f = *state;

	SPAN(f, "a", NULL, 1, .uuid = "u1");
	SPAN(f, "b", NULL, 2, .uuid = "u1");
	SPAN(f, "c", "a", 3);
	assert_tree(f, "b !c");
}

static void the_trace_event_is_the_root(void **state)
{
	struct fixture *f = *state;

	EVENT(f, EVENT_TRACE, "run", NULL, 9, .uuid = "t1");
	EVENT(f, EVENT_TRACE, "run-2", NULL, 10, .uuid = "t2");
	SPAN(f, "a", "run", 1);
	SPAN(f, "b", "T", 2);
	SPAN(f, "c", NULL, 3);
	SPAN(f, "d", "run-2", 4);
	SPAN(f, "e", "t1", 5);
	assert_tree(f, "a b c d !e");
	assert_int_equal(f->tree.n_attached, 1);
	assert_int_equal(events_get(&f->events, f->tree.attached[0])->time, 10 * TIME_SECOND);
}

static void a_node_of_the_trace_events_id_takes_its_children(void **state)
{
	struct fixture *f = *state;

	EVENT(f, EVENT_TRACE, "run", NULL, 9);
	SPAN(f, "b", "T", 1);
	SPAN(f, "run", "T", 2);
	SPAN(f, "a", "run", 3);
	assert_tree(f, "b run(a)");
}

static void a_node_of_the_traces_id_stands_first(void **state)
{
	struct fixture *f = *state;

	SPAN(f, "a", NULL, 1);
	SPAN(f, "b", "T", 3);
	SPAN(f, "c", "lost", 0);
	GENERATION(f, "T", NULL, 5);
	SPAN(f, "T", "T", 6, .uuid = "second");
	SPAN(f, "d", "a", 2);
	assert_tree(f, "T(a(d) b T) !c");
	assert_int_equal(f->tree.nodes[0].subtree, 5);
	assert_false(f->tree.nodes[0].last);
}

static void the_traces_node_is_not_its_own_parent(void **state)
{
	struct fixture *f = *state;

	SPAN(f, "T", "T", 5);
	SPAN(f, "a", "T", 1);
	assert_tree(f, "T(a)");
}

static void the_traces_node_below_its_child(void **state)
{
	struct fixture *f = *state;

	SPAN(f, "T", "a", 5);
	SPAN(f, "a", NULL, 1);
	assert_tree(f, "@T(a)");
	SPAN(f, "a", "lost", 0);
	assert_tree(f, "T(a) !a");
}

static void the_traces_node_below_a_cycle(void **state)
{
	struct fixture *f = *state;

	SPAN(f, "T", "a", 5);
	SPAN(f, "a", "b", 1);
	SPAN(f, "b", "a", 2);
	SPAN(f, "c", NULL, 3);
	assert_tree(f, "T(c) @a(b)");
}

static void what_is_no_node_is_attached_by_time(void **state)
{
	struct fixture *f = *state;

	add(f, (struct sample){.kind = EVENT_METRIC});
	EVENT(f, EVENT_OTHER_AI, "a", NULL, 5);
	EVENT(f, EVENT_FEEDBACK, NULL, NULL, 2);
	EVENT(f, EVENT_EVALUATION, NULL, "x", 3);
	SPAN(f, "x", "a", 1);
	assert_tree(f, "!x");
	assert_int_equal(f->tree.n_attached, 4);
	static const enum event_kind order[] = {EVENT_FEEDBACK, EVENT_EVALUATION, EVENT_OTHER_AI,
	                                        EVENT_METRIC};
	for (uint32_t i = 0; i < 4; i++)
		assert_int_equal(event_kind(events_get(&f->events, f->tree.attached[i])), order[i]);
}

static void a_span_sums_what_it_does_not_carry(void **state)
{
	struct fixture *f = *state;
	const struct tree_sum *s;

	SPAN(f, "a", NULL, 0, TOOK(9));
	SPAN(f, "b", "a", 1);
	GENERATION(f, "c", "b", 2, COST(10), TOOK(2), .has_input = true, .input = 100);
	GENERATION(f, "d", "b", 3, COST(5), TOOK(3),
	           .flags = EVENT_COST_ESTIMATED | EVENT_COST_INCOMPLETE);
	GENERATION(f, "e", "b", 4, .flags = EVENT_ERROR);
	SPAN(f, "f", "a", 5);
	assert_tree(f, "a(b(c d e) f)");
	s = &node(f, "b")->sum;
	assert_true(s->cost_known && s->cost == 15 && s->cost_estimated);
	assert_true(s->latency_known && s->latency == 5 * TIME_SECOND);
	assert_true(s->input_known && s->input == 100 && !s->output_known);
	assert_int_equal(s->unpriced, 2);
	assert_int_equal(node(f, "d")->sum.unpriced, 1);
	s = &node(f, "a")->sum;
	assert_true(s->cost == 15 && s->latency == 9 * TIME_SECOND && s->unpriced == 2);
	assert_int_equal(node(f, "a")->errors, 1);
	assert_int_equal(node(f, "d")->errors, 0);
	s = &node(f, "f")->sum;
	assert_false(s->cost_known || s->latency_known || s->input_known || s->unpriced);
}

static void a_generation_never_sums_its_children(void **state)
{
	struct fixture *f = *state;

	SPAN(f, "a", NULL, 0);
	GENERATION(f, "b", "a", 1);
	GENERATION(f, "c", "b", 2, COST(5), TOOK(3), .flags = EVENT_ERROR);
	assert_tree(f, "a(b(c))");
	assert_false(node(f, "b")->sum.cost_known || node(f, "b")->sum.latency_known);
	assert_int_equal(node(f, "b")->sum.unpriced, 1);
	assert_int_equal(node(f, "b")->errors, 1);
	assert_false(node(f, "a")->sum.cost_known);
	assert_int_equal(node(f, "a")->sum.unpriced, 1);
	EVENT(f, EVENT_EMBEDDING, "d", "a", 3);
	SPAN(f, "e", "a", 4, COST(0));
	GENERATION(f, "g", "e", 5);
	assert_tree(f, "a(b(c) d e(g))");
	assert_true(node(f, "e")->sum.cost_known && node(f, "e")->sum.unpriced == 0);
	assert_true(node(f, "a")->sum.cost_known && node(f, "a")->sum.cost == 0);
	assert_int_equal(node(f, "a")->sum.unpriced, 2);
}

#define MANY 200000u

static void many_children_of_one_parent(void **state)
{
	struct fixture *f = *state;
	char uuid[40];

	SPAN(f, "a", NULL, -1);
	for (uint32_t i = 0; i < MANY; i++) {
		snprintf(uuid, sizeof(uuid), "00000000-0000-4000-8000-%012x", MANY - 1 - i);
		add(f, (struct sample){
			       .kind = EVENT_GENERATION, .parent = "a", .uuid = uuid, COST(2)});
	}
	tree_build(&f->tree, f->model, 0);
	assert_int_equal(f->tree.n, MANY + 1);
	assert_true(f->tree.nodes[0].sum.cost == 2 * MANY);
	assert_int_equal(events_get(&f->events, f->tree.nodes[1].event)->place, MANY);
	assert_true(f->tree.nodes[MANY].last);
}

static void an_empty_trace(void **state)
{
	struct fixture *f = *state;

	SPAN(f, "a", NULL, 1, .uuid = "u");
	model_add(f->model,
	          sample_add(&f->events,
	                     &(struct sample){.trace = "other", .uuid = "u", .place = 5}));
	assert_tree(f, "");
	assert_int_equal(f->tree.n_attached, 0);
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(children_come_before_their_parents),
		TEST(siblings_go_by_start_then_uuid),
		TEST(a_node_may_be_named_by_its_uuid),
		TEST(orphans_stand_among_the_roots),
		TEST(its_own_parent),
		TEST(the_earliest_on_a_cycle_is_its_root),
		TEST(two_cycles),
		TEST(several_nodes_of_one_id),
		TEST(equal_starts_of_one_id_go_by_uuid),
		TEST(a_superseded_event_is_not_in_the_tree),
		TEST(the_trace_event_is_the_root),
		TEST(a_node_of_the_trace_events_id_takes_its_children),
		TEST(a_node_of_the_traces_id_stands_first),
		TEST(the_traces_node_is_not_its_own_parent),
		TEST(the_traces_node_below_its_child),
		TEST(the_traces_node_below_a_cycle),
		TEST(what_is_no_node_is_attached_by_time),
		TEST(a_span_sums_what_it_does_not_carry),
		TEST(a_generation_never_sums_its_children),
		TEST(many_children_of_one_parent),
		TEST(an_empty_trace),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
