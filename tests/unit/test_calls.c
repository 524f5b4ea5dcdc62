/* What the calls of a trace or below a span cost together, and which were the dearest. */
#include "model/calls.h"

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

	model_free(f->model);
	events_fini(&f->events);
	free(f);
	return 0;
}

static uint32_t add(struct fixture *f, struct sample s)
{
	uint32_t event;

	s.trace = "T";
	s.has_time = true;
	s.place = f->place++;
	event = sample_add(&f->events, &s);
	model_add(f->model, event);
	return event;
}

/* A step of no time at a time. */
static struct calls count(struct fixture *f, enum calls_of of, uint32_t number)
{
	struct calls_build *b = calls_start(f->model, of, number);
	struct calls calls;
	int steps = 0;

	while (!calls_step(b, 0))
		assert_true(++steps < 1000000);
	calls_take(b, &calls);
	return calls;
}

#define CALL(f, id, parent_id, at, usd, ...)             \
	add(f, (struct sample){.kind = EVENT_GENERATION, \
	                       .span = (id),             \
	                       .parent = (parent_id),    \
	                       .time = (at),             \
	                       .has_cost = true,         \
	                       .cost = (usd),            \
	                       __VA_ARGS__})

static void trace_and_span(void **state)
{
	struct fixture *f = *state;
	uint32_t outer = add(f, (struct sample){.kind = EVENT_SPAN, .span = "outer", .time = 1});
	uint32_t inner = add(
		f,
		(struct sample){.kind = EVENT_SPAN, .span = "inner", .parent = "outer", .time = 2});
	uint32_t a = CALL(f, "a", "inner", 3, 70, 0);
	uint32_t b = CALL(f, "b", "inner", 4, 90, .flags = EVENT_COST_ESTIMATED);
	uint32_t c = CALL(f, "c", "outer", 5, 500, 0);
	uint32_t d = CALL(f, "d", "T", 6, 40, 0);
	struct calls calls;

	add(f,
	    (struct sample){.kind = EVENT_GENERATION, .span = "e", .parent = "inner", .time = 7});
	CALL(f, "free", "inner", 8, 0, 0);

	calls = count(f, CALLS_OF_TRACE, model_trace_of(f->model, a));
	assert_int_equal(calls.n_dearest, 4);
	assert_int_equal(calls.dearest[0], c);
	assert_int_equal(calls.dearest[1], b);
	assert_int_equal(calls.dearest[2], a);
	assert_int_equal(calls.dearest[3], d);
	assert_int_equal(calls.totals.cost_reported, 70 + 500 + 40);
	assert_int_equal(calls.totals.cost_estimated, 90);
	assert_int_equal(calls.totals.reported, 4);
	assert_int_equal(calls.totals.estimated, 1);
	assert_int_equal(calls.totals.unpriced, 1);

	calls = count(f, CALLS_OF_SPAN, inner);
	assert_int_equal(calls.n_dearest, 2);
	assert_int_equal(calls.dearest[0], b);
	assert_int_equal(calls.totals.cost_reported, 70);
	assert_int_equal(calls.totals.reported, 2);
	assert_int_equal(calls.totals.unpriced, 1);
	assert_int_equal(calls.totals.kinds[EVENT_SPAN], 0);

	calls = count(f, CALLS_OF_SPAN, outer);
	assert_int_equal(calls.n_dearest, 3);
	assert_int_equal(calls.totals.cost_reported, 570);
}

/* Of many the right ones are kept, whatever the order they come in; of the same cost the earliest. */
static void many(void **state)
{
	struct fixture *f = *state;
	struct calls calls;
	uint32_t event = EVENT_NONE;

	for (int i = 0; i < 1000; i++)
		event = CALL(f, NULL, NULL, i, (i * 7919) % 1000 / 2, 0);
	calls = count(f, CALLS_OF_TRACE, model_trace_of(f->model, event));
	assert_int_equal(calls.n_dearest, CALLS_DEAREST);
	for (uint32_t i = 0; i < calls.n_dearest; i++) {
		const struct event *e = events_get(&f->events, calls.dearest[i]);

		assert_int_equal(e->cost, 499 - i / 2);
		if (i % 2 == 1)
			assert_true(e->time > events_get(&f->events, calls.dearest[i - 1])->time);
	}
	assert_int_equal(calls.totals.cost_reported, 2 * (499 * 500 / 2));
}

static void nothing(void **state)
{
	struct fixture *f = *state;
	uint32_t span = add(f, (struct sample){.kind = EVENT_SPAN, .span = "alone", .time = 1});
	struct calls calls = count(f, CALLS_OF_SPAN, span);

	assert_int_equal(calls.n_dearest, 0);
	assert_int_equal(calls.totals.events, 0);
	calls_drop(NULL);
	calls_drop(calls_start(f->model, CALLS_OF_SPAN, span));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(trace_and_span, setup, teardown),
		cmocka_unit_test_setup_teardown(many, setup, teardown),
		cmocka_unit_test_setup_teardown(nothing, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
