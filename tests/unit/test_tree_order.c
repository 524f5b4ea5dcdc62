/* Random events, most of them troublesome: whatever the order of arrival, and whoever looks in
 * between, the model says the same. */
#include "base/slice.h"
#include "support/tree_check.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define SETS         400
#define PERMUTATIONS 6
#define MOST         24u

static uint64_t next_random(uint64_t *state)
{
	/* splitmix64 */
	uint64_t z = *state += UINT64_C(0x9E3779B97F4A7C15);

	z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
	z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
	return z ^ z >> 31;
}

static void shuffle(uint32_t *order, uint32_t n, uint64_t *random)
{
	for (uint32_t i = n; i > 1; i--) {
		uint32_t other = (uint32_t)(next_random(random) % i), kept = order[i - 1];

		order[i - 1] = order[other];
		order[other] = kept;
	}
}

/* Looks at everything now and then, so that both ways of counting are taken: at once, and late. */
static struct buf arrive(const uint8_t *bytes, const uint32_t *order, uint32_t n, uint64_t *random)
{
	struct events events;
	struct buf out = {0};
	struct model *m;

	events_init(&events);
	m = model_new(&events);
	for (uint32_t i = 0; i < n; i++) {
		struct sample s = sample_decode(bytes + order[i] * SAMPLE_BYTES, order[i]);

		model_add(m, sample_add(&events, &s));
		if (next_random(random) % 4 == 0)
			check_model(m);
		if (next_random(random) % 4 == 0)
			sample_dump(&out, m);
		buf_clear(&out);
	}
	check_model(m);
	sample_dump(&out, m);
	model_free(m);
	events_fini(&events);
	return out;
}

static void any_order_of_arrival_gives_the_same(void **state)
{
	uint64_t random = 20260101;

	(void)state;
	for (int set = 0; set < SETS; set++) {
		uint8_t bytes[MOST * SAMPLE_BYTES];
		uint32_t order[MOST], n = (uint32_t)(next_random(&random) % MOST + 1);
		struct buf expected;

		for (size_t i = 0; i < sizeof(bytes); i++)
			bytes[i] = (uint8_t)next_random(&random);
		for (uint32_t i = 0; i < n; i++)
			order[i] = i;
		expected = arrive(bytes, order, n, &random);
		for (int i = 0; i < PERMUTATIONS; i++) {
			struct buf given;

			shuffle(order, n, &random);
			given = arrive(bytes, order, n, &random);
			assert_string_equal(buf_text(&given), buf_text(&expected));
			buf_free(&given);
		}
		buf_free(&expected);
	}
}

/* Every order of five events, not just some. */
static void all_orders_of_five(void **state)
{
	uint64_t random = 7;

	(void)state;
	for (int set = 0; set < 25; set++) {
		uint8_t bytes[5 * SAMPLE_BYTES];
		struct buf expected = {0};

		for (size_t i = 0; i < sizeof(bytes); i++)
			bytes[i] = (uint8_t)next_random(&random);
		for (uint32_t code = 0; code < 120; code++) {
			uint32_t order[5] = {0, 1, 2, 3, 4}, rest = code;
			struct buf given;

			for (uint32_t i = 5; i > 1; rest /= i, i--) {
				uint32_t kept = order[i - 1];

				order[i - 1] = order[rest % i];
				order[rest % i] = kept;
			}
			given = arrive(bytes, order, 5, &random);
			if (code == 0)
				buf_append(&expected, buf_str(&given));
			assert_string_equal(buf_text(&given), buf_text(&expected));
			buf_free(&given);
		}
		buf_free(&expected);
	}
}

#define LONG 10000u

/* A chain whose last link may lead back to the first, arriving shuffled. */
static struct tree long_chain(bool closed, uint64_t seed, struct events *events, struct model **m)
{
	static uint32_t order[LONG];

	for (uint32_t i = 0; i < LONG; i++)
		order[i] = i;
	shuffle(order, LONG, &seed);
	events_init(events);
	*m = model_new(events);
	for (uint32_t i = 0; i < LONG; i++) {
		uint32_t at = order[i];
		char span[16], parent[16];

		snprintf(span, sizeof(span), "n%u", at);
		snprintf(parent, sizeof(parent), "n%u", at ? at - 1 : LONG - 1);
		model_add(*m, sample_add(events, &(struct sample){
							 .kind = EVENT_SPAN,
							 .trace = "T",
							 .span = span,
							 .parent = at || closed ? parent : NULL,
							 .has_time = true,
							 .time = at == 6000 ? -1.0 : (double)at,
							 .has_cost = at == LONG - 1,
							 .cost = 5,
							 .place = at,
						 }));
	}
	struct tree t;
	tree_build(&t, *m, 0);
	return t;
}

static void a_chain_of_ten_thousand(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 3; seed++) {
		struct events events;
		struct model *m;
		struct tree t = long_chain(false, seed, &events, &m);

		assert_int_equal(t.n, LONG);
		for (uint32_t i = 0; i < LONG; i++) {
			assert_int_equal(t.nodes[i].depth, i);
			assert_int_equal(events_get(&events, t.nodes[i].event)->place, i);
			assert_int_equal(t.nodes[i].mark, TREE_LINKED);
			assert_true(t.nodes[i].sum.cost == 5);
		}
		tree_free(&t);
		model_free(m);
		events_fini(&events);
	}
}

static void a_cycle_of_ten_thousand(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 3; seed++) {
		struct events events;
		struct model *m;
		struct tree t = long_chain(true, seed, &events, &m);

		assert_int_equal(t.n, LONG);
		for (uint32_t i = 0; i < LONG; i++) {
			assert_int_equal(t.nodes[i].depth, i);
			assert_int_equal(events_get(&events, t.nodes[i].event)->place,
			                 (i + 6000) % LONG);
			assert_int_equal(t.nodes[i].mark, i ? TREE_LINKED : TREE_CYCLE);
		}
		tree_free(&t);
		model_free(m);
		events_fini(&events);
	}
}

static void same_tree(const struct tree *a, const struct tree *b)
{
	assert_int_equal(a->n, b->n);
	for (uint32_t i = 0; i < a->n; i++) {
		assert_int_equal(a->nodes[i].event, b->nodes[i].event);
		assert_int_equal(a->nodes[i].parent, b->nodes[i].parent);
		assert_int_equal(a->nodes[i].mark, b->nodes[i].mark);
		assert_int_equal(a->nodes[i].subtree, b->nodes[i].subtree);
		assert_int_equal(a->by_start[i], b->by_start[i]);
	}
}

/* With no time at all a step does some items of each phase, and never a whole one of so many. */
static void built_in_steps_it_is_the_same(void **state)
{
	(void)state;
	for (int closed = 0; closed <= 1; closed++) {
		struct events events;
		struct model *m;
		struct tree whole = long_chain(closed, 4, &events, &m), t;
		struct tree_build *b = tree_start(m, 0);
		unsigned steps = 1;

		while (!tree_step(b, 0))
			steps++;
		tree_take(b, &t);
		assert_in_range(steps, 15 * LONG / SLICE_ITEMS, 50 * LONG / SLICE_ITEMS);
		same_tree(&t, &whole);
		tree_free(&whole);
		tree_free(&t);
		model_free(m);
		events_fini(&events);
	}
}

static struct sample late(uint32_t i)
{
	/* Half of them take the place of one that is there, half are new. */
	static const char *const uuids[] = {"u0", "u1", "u2", "u3", NULL};

	return (struct sample){
		.kind = EVENT_SPAN,
		.trace = "T",
		.span = i % 3 ? "n5" : "late",
		.uuid = uuids[i % 5],
		.parent = i % 2 ? "n7" : "missing",
		.place = LONG + i,
	};
}

/* What came meanwhile may be in it or not; it holds together, and the next one has it all. */
static void events_come_between_steps(void **state)
{
	struct events events;
	struct model *m;
	struct tree t = long_chain(false, 5, &events, &m);
	struct tree_build *b = tree_start(m, 0);
	uint32_t version = model_trace(m, 0)->version, came = 0;

	(void)state;
	tree_free(&t);
	while (!tree_step(b, 0)) {
		struct sample s = late(came++);

		if (came < 400)
			model_add(m, sample_add(&events, &s));
		if (came % 50 == 0)
			(void)model_trace(m, 0);
	}
	tree_take(b, &t);
	assert_in_range(t.n, LONG, LONG + 400);
	for (uint32_t i = 0; i < t.n; i++) {
		assert_in_range(t.nodes[i].subtree, 1, t.n - i);
		assert_int_equal(tree_rank(&t, &events, t.nodes[t.by_start[i]].event), i);
	}
	assert_true(t.nodes[0].subtree > 0);
	assert_int_not_equal(model_trace(m, 0)->version, version);
	assert_int_equal(tree_rank(&t, &events, events.n), TREE_ROOT);
	tree_free(&t);
	tree_build(&t, m, 0);
	assert_int_equal(t.n, LONG + 400 - 1 - model_duplicates(m));
	tree_free(&t);
	/* One that nobody waits for any longer. */
	b = tree_start(m, 0);
	for (int i = 0; i < 300; i++)
		assert_false(tree_step(b, 0));
	tree_drop(b);
	tree_drop(NULL);
	model_free(m);
	events_fini(&events);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_order_of_arrival_gives_the_same),
		cmocka_unit_test(all_orders_of_five),
		cmocka_unit_test(a_chain_of_ten_thousand),
		cmocka_unit_test(a_cycle_of_ten_thousand),
		cmocka_unit_test(built_in_steps_it_is_the_same),
		cmocka_unit_test(events_come_between_steps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
