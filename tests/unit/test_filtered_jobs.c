/* What a filter lets through while jobs run and events come, and rows of it. */
#include "query/rows.h"
#include "support/events_fixture.h"
#include "support/filter_bench.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* ---- jobs ------------------------------------------------------------------ */

#define MANY 60000u

static void add_many(struct fixture *f, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		FIXTURE_ADD(f, .kind = i % 3 ? EVENT_GENERATION : EVENT_SPAN,
		            .model = i % 2 ? "gpt-5" : "claude", .time = i + 1,
		            .latency = 500000 + i % 4000 * 1000, .first_token = i % 5 ? 0 : 1000,
		            .output = i % 7, .flags = i % 11 ? 0 : EVENT_ERROR);
}

static uint32_t count_plainly(const struct fixture *f)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < f->events.n; i++) {
		const struct event *e = events_get(&f->events, i);
		int64_t first;

		count += str_eq(events_model(&f->events, i), STR("gpt-5")) &&
		         !(e->flags & EVENT_ERROR) && events_latency(&f->events, i) > 2000000 &&
		         events_extra(&f->events, i, EVENT_FIRST_TOKEN, &first);
	}
	return count;
}

static struct filtered *over(struct fixture *f, struct loop *loop, const struct filter *filter)
{
	struct filtered_context with = {.loop = loop, .model = f->model};
	struct filtered *d;

	assert_int_equal(filtered_new(&d, filter, FILTERED_EVENTS, &with, NULL), ERR_OK);
	return d;
}

/* Events come while jobs read those that were there. */
static void while_events_come(void **state)
{
	struct filter *filter = filter_bench_parse("model:gpt-5 -is:error latency:>2s ttft:*");
	struct loop *loop = loop_new();
	struct filtered *d;
	struct fixture f;

	(void)state;
	fixture_init(&f);
	add_many(&f, MANY);
	d = over(&f, loop, filter);
	assert_true(filtered_step(d, INT64_MAX));
	assert_false(filtered_done(d));
	for (unsigned i = 0; i < 20; i++) {
		add_many(&f, 1000);
		filtered_step(d, 0);
		loop_step(loop, false);
	}
	filtered_wait(d);
	assert_true(filtered_done(d));
	assert_int_equal(filtered_percent(d), 100);
	assert_int_equal(filtered_count(d), count_plainly(&f));
	assert_true(filtered_count(d) > 0);
	filtered_free(d);
	fixture_fini(&f);
	loop_free(loop);
	filter_free(filter);
}

/* However late it is, every step does something: of records, texts, and what comes of them. */
static void a_little_in_every_step(void **state)
{
	struct filter *filter = filter_bench_parse("model:gpt-5 latency:>2s");
	struct loop *loop = loop_new();
	struct filtered *d;
	struct fixture f;
	unsigned steps = 0;

	(void)state;
	fixture_init(&f);
	add_many(&f, 5000);
	d = over(&f, loop, filter);
	while (!filtered_step(d, 0))
		assert_true(++steps < 1000);
	assert_true(filtered_done(d));
	assert_true(steps > 10);
	filtered_free(d);
	fixture_fini(&f);
	loop_free(loop);
	filter_free(filter);
}

/* Freed with its jobs at work or waiting, and the events after it. */
static void freed_at_work(void **state)
{
	struct filter *filter = filter_bench_parse("model:gpt-5 ttft:*");

	(void)state;
	for (unsigned turns = 0; turns < 3; turns++) {
		struct loop *loop = loop_new();
		struct filtered *d;
		struct fixture f;

		fixture_init(&f);
		add_many(&f, MANY);
		d = over(&f, loop, filter);
		filtered_step(d, INT64_MAX);
		assert_false(filtered_done(d));
		filtered_free(d);
		fixture_fini(&f);
		for (unsigned i = 0; i < turns; i++)
			loop_step(loop, true);
		loop_free(loop);
	}
	filter_free(filter);
}

/* ---- rows ------------------------------------------------------------------ */

static void rows_of_a_filter(void **state)
{
	struct filter *filter = filter_bench_parse("model:gpt-5 latency:>2s");
	struct loop *loop = loop_new();
	struct filtered *d;
	struct fixture f;
	struct query q;
	struct rows r;

	(void)state;
	fixture_init(&f);
	add_many(&f, 3000);
	d = over(&f, loop, filter);
	filtered_wait(d);
	query_init(&q, ROWS_GENERATIONS);
	q.filter = d;
	rows_build(&r, f.model, &q);
	assert_true(r.n > 0 && r.n < filtered_count(d)); /* spans pass, too */
	for (uint32_t i = 0; i < r.n; i++)
		assert_true(filtered_has(d, r.at[i]));
	rows_free(&r);
	query_init(&q, ROWS_MODELS);
	q.filter = d;
	rows_build(&r, f.model, &q);
	assert_int_equal(r.n, 1);
	rows_free(&r);
	filtered_free(d);
	fixture_fini(&f);
	loop_free(loop);
	filter_free(filter);
}

/* Rows that were kept up are those that are made anew. */
static void expect_kept_up(struct fixture *f, const struct query *q, struct rows *former)
{
	struct rows_build *b = rows_start(f->model, q, former);
	struct rows kept, anew;

	while (!rows_step(b, INT64_MAX))
		;
	rows_take(b, &kept);
	rows_build(&anew, f->model, q);
	assert_int_equal(kept.n, anew.n);
	assert_memory_equal(kept.at, anew.at, anew.n * sizeof(*anew.at));
	rows_free(&anew);
	rows_free(former);
	*former = kept;
}

static void rows_kept_up(void **state)
{
	struct filter *filter = filter_bench_parse("model:gpt-5 -trace(is:error)");
	struct loop *loop = loop_new();
	struct filtered *d;
	struct fixture f;
	struct query q;
	struct rows r;

	(void)state;
	fixture_init(&f);
	add_many(&f, 500);
	d = over(&f, loop, filter);
	query_init(&q, ROWS_GENERATIONS);
	q.filter = d;
	rows_build(&r, f.model, &q);
	assert_int_equal(r.n, 0); /* nothing is judged yet */
	filtered_wait(d);
	expect_kept_up(&f, &q, &r);
	assert_true(r.n > 0);
	for (unsigned i = 0; i < 12; i++) {
		FIXTURE_ADD(&f, .kind = EVENT_GENERATION, .model = "gpt-5", .time = 7 + i,
		            .trace = i % 2 ? "odd" : "even", .flags = i == 8 ? EVENT_ERROR : 0);
		if (i % 3 > 0)
			filtered_wait(d);
		expect_kept_up(&f, &q, &r);
	}
	rows_free(&r);
	filtered_free(d);
	fixture_fini(&f);
	loop_free(loop);
	filter_free(filter);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_little_in_every_step), cmocka_unit_test(while_events_come),
		cmocka_unit_test(freed_at_work),          cmocka_unit_test(rows_of_a_filter),
		cmocka_unit_test(rows_kept_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
