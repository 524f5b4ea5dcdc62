/* Rows that are added up of events: tools; and lists restricted to what such a row is made of. */
#include "support/rows_check.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define SECOND INT64_C(1000000)
#define ONE    INT64_C(1000000000000)

static void add_call(struct fixture *f, const char *name, int64_t seconds, uint32_t flags)
{
	FIXTURE_ADD(f, .kind = EVENT_SPAN, .name = name, .time = 100 * SECOND + seconds,
	            .latency = seconds * SECOND, .trace = "t", .flags = EVENT_TOOL | flags);
}

static void fill(struct fixture *f)
{
	fixture_init(f);
	add_call(f, "search", 1, 0);
	add_call(f, "search", 3, EVENT_ERROR);
	add_call(f, "search", 2, 0);
	add_call(f, "refund", 9, 0);
	add_call(f, NULL, 0, 0);
	FIXTURE_ADD(f, .kind = EVENT_SPAN, .name = "search", .trace = "t", .latency = 50 * SECOND);
	FIXTURE_ADD(f, .kind = EVENT_GENERATION, .name = "search", .trace = "t");
}

static void tools_are_spans_that_are_calls(void **state)
{
	struct fixture f;
	struct rows r;

	(void)state;
	fill(&f);
	rows_build_all(&r, &f, ROWS_TOOLS);
	rows_expect_column(&r, "tool", "refund search -");
	rows_expect_number(&r, 0, "calls", 1);
	rows_expect_number(&r, 0, "error_percent", 0);
	rows_expect_number(&r, 1, "calls", 3);
	rows_expect_number(&r, 1, "errors", 1);
	rows_expect_number(&r, 1, "error_percent", 100 * ONE / 3);
	rows_expect_number(&r, 1, "p50_s", 2 * SECOND);
	rows_expect_number(&r, 1, "p95_s", 3 * SECOND);
	rows_expect_number(&r, 1, "total_s", 6 * SECOND);
	rows_expect_number(&r, 1, "last_time", 100 * SECOND + 3);
	rows_expect_number(&r, 1, "traces", 1);
	rows_expect_number(&r, 2, "total_s", ROWS_UNKNOWN);
	rows_free(&r);
	fixture_fini(&f);
}

static uint32_t rows_of_tool(struct fixture *f, uint32_t tool)
{
	struct query q;
	struct rows r;
	uint32_t n;

	query_init(&q, ROWS_SPANS);
	q.tool = tool;
	rows_build(&r, f->model, &q);
	n = r.n;
	rows_free(&r);
	return n;
}

static void a_tool_has_as_many_spans_as_calls(void **state)
{
	struct fixture f;

	(void)state;
	fill(&f);
	assert_int_equal(rows_of_tool(&f, strings_find(&f.events.strings, STR("search"))), 3);
	assert_int_equal(rows_of_tool(&f, strings_find(&f.events.strings, STR("refund"))), 1);
	assert_int_equal(rows_of_tool(&f, 0), 1);
	assert_int_equal(rows_of_tool(&f, MODEL_NONE), 6);
	fixture_fini(&f);
}

static void who_is_anonymous(void **state)
{
	struct fixture f;
	struct query q;
	struct rows r;

	(void)state;
	fixture_init(&f);
	FIXTURE_ADD(&f, .uuid = "1", .user = "anna", .time = 1);
	FIXTURE_ADD(&f, .uuid = "2", .user = "device", .time = 2, .flags = EVENT_PERSONLESS);
	FIXTURE_ADD(&f, .uuid = "3", .time = 3);
	query_init(&q, ROWS_GENERATIONS);
	q.anonymous = true;
	rows_build(&r, f.model, &q);
	rows_expect_column(&r, "uuid", "3 2");
	rows_free(&r);
	rows_build_all(&r, &f, ROWS_USERS);
	rows_expect_column(&r, "user", "anna (anonymous)");
	rows_expect_number(&r, 1, "generations", 2);
	rows_free(&r);
	fixture_fini(&f);
}

/* In the smallest steps; the row where it says that the id is. */
static uint32_t watch(struct fixture *f, const struct query *q, const struct rows *former,
                      struct rows *r, uint32_t id)
{
	struct rows_build *b = rows_start(f->model, q, former);

	rows_watch(b, MODEL_NONE - 1); /* another one is wanted before it is too late */
	rows_watch(b, id);
	while (!rows_step(b, 0))
		;
	rows_watch(b, 7); /* it is too late */
	rows_take(b, r);
	assert_int_equal(r->watched_id, id);
	return r->watched;
}

static void a_row_is_watched(void **state)
{
	struct fixture f;
	struct query q;
	struct rows r, next;

	(void)state;
	fixture_init(&f);
	for (int i = 0; i < 1000; i++)
		FIXTURE_ADD(&f, .time = i + 1, .cost = 1 + i * 7 % 1000, .latency = 1);
	query_init(&q, ROWS_GENERATIONS);
	assert_int_equal(watch(&f, &q, NULL, &r, 400), 599);
	assert_int_equal(watch(&f, &q, NULL, &next, 1000), UINT32_MAX);
	rows_free(&next);
	FIXTURE_ADD(&f, .time = 5000);
	assert_int_equal(watch(&f, &q, &r, &next, 400), 600);
	rows_free(&next);
	q.sort = rows_column(ROWS_GENERATIONS, STR("cost_usd"));
	q.ascending = true;
	assert_int_equal(watch(&f, &q, NULL, &next, 143), 1);
	assert_int_equal(next.at[1], 143);
	rows_free(&next);
	q.limit = 1;
	assert_int_equal(watch(&f, &q, NULL, &next, 143), UINT32_MAX);
	rows_free(&next);
	query_init(&q, ROWS_MODELS);
	assert_int_equal(watch(&f, &q, NULL, &next, 0), 0);
	rows_free(&next);
	rows_free(&r);
	fixture_fini(&f);
}

/* In place of what the events add up to, and in the same order. */
static void users_as_they_are_given(void **state)
{
	struct fixture f;
	struct query q;
	struct rows r, next;
	struct group given[3] = {{.traces = 5, .last_time = 7}, {.traces = 2}, {.traces = 3}};

	(void)state;
	fixture_init(&f);
	FIXTURE_ADD(&f, .user = "anna", .time = 1, .cost = 9);
	rows_build_all(&r, &f, ROWS_USERS);
	given[1].key = ids_add(&f.events.ids, STR("bob"));
	given[1].totals = (struct totals){.reported = 1, .cost_reported = 3};
	given[2].key = ids_add(&f.events.ids, STR("cleo"));
	given[2].totals = (struct totals){.reported = 1, .cost_reported = 4};
	query_init(&q, ROWS_USERS);
	q.given = given;
	q.n_given = 3;
	assert_int_equal(watch(&f, &q, &r, &next, given[2].key), 0);
	rows_expect_column(&next, "user", "cleo bob (anonymous)");
	rows_expect_number(&next, 0, "cost_usd", 4);
	rows_expect_number(&next, 2, "traces", 5);
	rows_expect_number(&next, 2, "last_time", 7);
	rows_free(&next);
	q.n_given = 0;
	rows_build(&next, f.model, &q);
	assert_int_equal(next.n, 0);
	rows_free(&next);
	rows_free(&r);
	fixture_fini(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tools_are_spans_that_are_calls),
		cmocka_unit_test(a_tool_has_as_many_spans_as_calls),
		cmocka_unit_test(who_is_anonymous),
		cmocka_unit_test(a_row_is_watched),
		cmocka_unit_test(users_as_they_are_given),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
