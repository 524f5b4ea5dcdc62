/* What of PostHog's API is tried again and when: in a command, and in the explorer. */
#include "base/time.h"
#include "support/api_bench.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define THROTTLED "{\"type\":\"throttled_error\",\"detail\":\"Request was throttled.\"}"

/* Answers request i of a one-shot command and says whether it ends the query. */
static void ends_at_once(struct api_bench *test, unsigned i, int status, const char *body,
                         enum posthog_trouble trouble)
{
	struct api_ask *a = api_bench_ask(test, false);

	api_bench_until_requests(test, i + 1);
	api_bench_answer(test, i, status, body);
	api_bench_until_answered(test, a);
	assert_int_equal(a->trouble, trouble);
	assert_int_equal(api_bench_status(test).trouble, trouble);
	assert_int_equal(api_bench_status(test).wait_until, 0);
	api_bench_settle(test);
	api_bench_until_requests(test, i + 1);
}

static void check_never_again(struct api_bench *test)
{
	ends_at_once(test, 0, 400, "{\"detail\":\"OFFSET is refused\"}", POSTHOG_BAD_QUERY);
	assert_non_null(strstr(test->asks[0].why, "OFFSET is refused"));
	ends_at_once(test, 1, 401, "{\"detail\":\"" API_BENCH_KEY " is not good\"}",
	             POSTHOG_NOT_ALLOWED);
	ends_at_once(test, 2, 403, "{\"detail\":\"API key missing required scope 'query:read'\"}",
	             POSTHOG_NOT_ALLOWED);
	ends_at_once(test, 3, 404, "{\"detail\":\"Not found.\"}", POSTHOG_NOT_FOUND);
	ends_at_once(test, 4, 200, "<html>Sign in</html>", POSTHOG_AWAY);
	ends_at_once(test, 5, 200, "[]", POSTHOG_AWAY);
	ends_at_once(test, 6, 200, "{\"error\":\"no\"}", POSTHOG_BAD_QUERY);
}

static void test_never_again_once(void **state)
{
	api_bench_open_once(*state, 1);
	check_never_again(*state);
}

static void test_never_again_patient(void **state)
{
	api_bench_open_patient(*state, 1);
	check_never_again(*state);
}

/* The same query comes a second time, and its answer is the last word. */
static void again_once(struct api_bench *test, int status, const char *headers, const char *body,
                       enum posthog_trouble trouble)
{
	unsigned from = manual_server_count(test->server);
	struct api_ask *a = api_bench_ask(test, false);

	api_bench_until_requests(test, from + 1);
	manual_server_answer(test->server, from, status, headers, body);
	api_bench_until_requests(test, from + 2);
	assert_true(api_bench_is_of(test, from + 1, a));
	assert_int_equal(a->answers, 0);
	manual_server_answer(test->server, from + 1, status, headers, body);
	api_bench_until_answered(test, a);
	assert_int_equal(a->trouble, trouble);
	api_bench_settle(test);
	api_bench_until_requests(test, from + 2);
}

static void test_once_more_once(void **state)
{
	struct api_bench *test = *state;

	api_bench_open_once(test, 1);
	again_once(test, 429, "", THROTTLED, POSTHOG_LIMITED);
	again_once(test, 429, "Retry-After: 0\r\n", THROTTLED, POSTHOG_LIMITED);
	again_once(test, 429, "Retry-After: 60\r\n", THROTTLED, POSTHOG_LIMITED);
	again_once(test, 500, "", "{\"detail\":\"A server error occurred.\"}", POSTHOG_AWAY);
	again_once(test, 502, "", "<html>Bad Gateway</html>", POSTHOG_AWAY);
	again_once(test, 504, "Content-Type: text/html\r\n", "", POSTHOG_AWAY);
	again_once(test, 503, "Retry-After: 1\r\n", "", POSTHOG_AWAY);
}

static void test_once_then_good(void **state)
{
	struct api_bench *test = *state;
	struct api_ask *a;

	api_bench_open_once(test, 1);
	a = api_bench_ask(test, false);
	api_bench_until_requests(test, 1);
	api_bench_answer(test, 0, 500, "");
	api_bench_until_requests(test, 2);
	api_bench_answer(test, 1, 200, "{\"results\":[]}");
	api_bench_until_answered(test, a);
	assert_int_equal(a->trouble, POSTHOG_FINE);
	assert_int_equal(api_bench_status(test).trouble, POSTHOG_FINE);
}

static void test_cut_and_dead_once_more(void **state)
{
	struct api_bench *test = *state;
	struct api_ask *a;

	api_bench_open_once(test, 1);
	a = api_bench_ask(test, false);
	api_bench_until_requests(test, 1);
	manual_server_give(test->server, 0, STR("HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{"));
	manual_server_close(test->server, 0);
	api_bench_until_requests(test, 2);
	manual_server_close(test->server, 1);
	api_bench_until_answered(test, a);
	assert_int_equal(a->trouble, POSTHOG_AWAY);
	api_bench_settle(test);
	api_bench_until_requests(test, 2);
}

static void test_slow_once_more(void **state)
{
	struct api_bench *test = *state;
	struct api_ask *a;

	api_bench_open(test, (struct posthog_api_options){.project = API_BENCH_PROJECT,
	                                                  .pace_ms = 1,
	                                                  .try_ms = 30,
	                                                  .total_ms = API_BENCH_FOREVER});
	a = api_bench_ask(test, false);
	api_bench_until_answered(test, a);
	assert_int_equal(a->trouble, POSTHOG_AWAY);
	assert_int_equal(api_bench_status(test).requests, 2);
}

/* A command waits for no more than a minute, and sends nothing that would be refused as well. */
static void test_long_retry_after_once(void **state)
{
	struct api_bench *test = *state;
	struct api_ask *asks[4];

	api_bench_open_once(test, API_BENCH_FOREVER);
	for (unsigned i = 0; i < 4; i++)
		asks[i] = api_bench_ask(test, false);
	api_bench_until_requests(test, 2);
	manual_server_answer(test->server, 0, 429, "Retry-After: 61\r\n", THROTTLED);
	api_bench_until_answered(test, asks[2]);
	api_bench_until_answered(test, asks[3]);
	assert_int_equal(asks[3]->trouble, POSTHOG_LIMITED);
	api_bench_answer(test, 1, 200, "{}");
	api_bench_until_answered(test, asks[0]);
	api_bench_until_answered(test, asks[1]);
	assert_int_equal(asks[0]->trouble + asks[1]->trouble, POSTHOG_LIMITED);
	api_bench_settle(test);
	api_bench_until_requests(test, 2);
}

/* Whatever the other side does: here it does nothing. */
static void test_total_time_once(void **state)
{
	struct api_bench *test = *state;
	struct api_ask *asks[3];

	api_bench_open(test,
	               (struct posthog_api_options){.project = API_BENCH_PROJECT, .total_ms = 100});
	for (unsigned i = 0; i < 3; i++)
		asks[i] = api_bench_ask(test, false);
	for (unsigned i = 0; i < 3; i++) {
		api_bench_until_answered(test, asks[i]);
		assert_int_equal(asks[i]->trouble, POSTHOG_AWAY);
	}
	assert_int_equal(api_bench_status(test).in_flight, 0);
	asks[0] = api_bench_ask(test, false);
	api_bench_until_answered(test, asks[0]);
	assert_int_equal(asks[0]->trouble, POSTHOG_AWAY);
}

/* A query that cannot be sent, since nobody found the project, ends as well. */
static void test_total_time_without_project(void **state)
{
	struct api_bench *test = *state;
	struct api_ask *a;

	api_bench_open(test, (struct posthog_api_options){.total_ms = 50});
	a = api_bench_ask(test, false);
	api_bench_until_answered(test, a);
	assert_int_equal(a->trouble, POSTHOG_AWAY);
	assert_non_null(strstr(a->why, "took too long"));
	api_bench_until_requests(test, 0);
}

/* A wait that would end after the end is not begun. */
static void test_wait_beyond_total_time(void **state)
{
	struct api_bench *test = *state;
	struct api_ask *a;

	api_bench_open(test, (struct posthog_api_options){.project = API_BENCH_PROJECT,
	                                                  .pace_ms = 1000000,
	                                                  .total_ms = 50000});
	a = api_bench_ask(test, false);
	api_bench_until_requests(test, 1);
	manual_server_answer(test->server, 0, 429, "Retry-After: 60\r\n", THROTTLED);
	api_bench_until_answered(test, a);
	assert_int_equal(a->trouble, POSTHOG_LIMITED);
}

/* How long the API means to wait after request i, counted from before its answer, so at least the pause;
 * 0 if the wait was over before it could be seen. */
static int64_t wait_after(struct api_bench *test, unsigned i, int status, const char *headers)
{
	int64_t before = time_monotonic(), until = 0;

	manual_server_answer(test->server, i, status, headers, "");
	while (until == 0 && manual_server_count(test->server) == i + 1) {
		api_bench_turn(test, before);
		until = api_bench_status(test).wait_until;
	}
	return until > 0 ? until - before : 0;
}

static void test_patient_without_end(void **state)
{
	struct api_bench *test = *state;
	struct api_ask *a;
	int64_t wait;

	api_bench_open_patient(test, 1);
	a = api_bench_ask(test, false);
	for (unsigned i = 0; i < 12; i++) {
		api_bench_until_requests(test, i + 1);
		assert_true(api_bench_is_of(test, i, a));
		assert_int_equal(a->answers, 0);
		wait = wait_after(test, i, i % 2 ? 500 : 429, i % 3 ? "" : "Retry-After: 0\r\n");
		assert_true(wait == 0 || wait >= (i < 4 ? 1000 << i : 15000));
	}
	api_bench_until_requests(test, 13);
	assert_int_equal(api_bench_status(test).trouble, POSTHOG_AWAY);
	api_bench_answer(test, 12, 200, "{}");
	api_bench_until_answered(test, a);
	assert_int_equal(a->trouble, POSTHOG_FINE);
	assert_int_equal(api_bench_status(test).trouble, POSTHOG_FINE);
}

/* What comes of Retry-After, in units; the pace is such that the test is over before a wait is. */
static int64_t units_waited(struct api_bench *test, unsigned i, int status, const char *headers)
{
	int64_t before, units;

	api_bench_until_requests(test, i + 1);
	before = time_monotonic();
	manual_server_answer(test->server, i, status, headers, "");
	for (int64_t from = before; api_bench_status(test).wait_until == 0;)
		api_bench_turn(test, from);
	units = (api_bench_status(test).wait_until - before) / (TIME_SECOND * 3600);
	assert_int_equal(api_bench_status(test).limited, status == 429);
	assert_int_equal(api_bench_status(test).queued, test->count);
	return units;
}

static int64_t patient_units(struct api_bench *test, int status, const char *headers)
{
	int64_t units;

	api_bench_open_patient(test, 3600 * 1000);
	api_bench_ask(test, false);
	units = units_waited(test, manual_server_count(test->server), status, headers);
	posthog_api_free(test->api);
	test->api = NULL;
	test->count = 0;
	return units;
}

static void test_retry_after_patient(void **state)
{
	struct api_bench *test = *state;
	int64_t own;

	assert_int_equal(patient_units(test, 429, "Retry-After: 17\r\n"), 17);
	assert_int_equal(patient_units(test, 503, "Retry-After: 17\r\n"), 17);
	assert_int_equal(patient_units(test, 429, "Retry-After: 300\r\n"), 300);
	assert_int_equal(patient_units(test, 429, "Retry-After: 86400\r\n"), 300);
	own = patient_units(test, 429, "");
	assert_true(own == 1 || own == 2);
	own = patient_units(test, 429, "Retry-After: 0\r\n");
	assert_true(own == 1 || own == 2);
	own = patient_units(test, 500, "");
	assert_true(own == 1 || own == 2);
}

/* Nothing but cancels while it waits. The cancel that comes goes the same way as a query would. */
static void test_nothing_while_waiting(void **state)
{
	struct api_bench *test = *state;
	struct api_ask *first, *second;

	api_bench_open_patient(test, API_BENCH_FOREVER / 400);
	first = api_bench_ask(test, false);
	second = api_bench_ask(test, false);
	api_bench_until_requests(test, 2);
	if (api_bench_is_of(test, 0, second)) {
		second = first;
		first = &test->asks[1];
	}
	api_bench_answer(test, 0, 429, THROTTLED);
	for (int64_t from = time_monotonic(); !api_bench_status(test).limited;)
		api_bench_turn(test, from);
	api_bench_ask(test, true);
	api_bench_ask_path(test, "/api/projects/7/");
	api_bench_cancel(test, second);
	api_bench_until_requests(test, 3);
	assert_true(api_bench_is_cancel_of(test, 2, second));
	api_bench_answer(test, 2, 204, "");
	api_bench_settle(test);
	api_bench_until_requests(test, 3);
	assert_int_equal(api_bench_status(test).queued, 3);
	assert_int_equal(api_bench_status(test).in_flight, 0);
	assert_int_equal(first->answers, 0);
}

/* Both fail; both come again, in their order and before what was asked later. */
static void test_keeps_its_turn(void **state)
{
	struct api_bench *test = *state;
	struct api_ask *asks[3];

	api_bench_open_patient(test, 1);
	for (unsigned i = 0; i < 2; i++)
		asks[i] = api_bench_ask(test, false);
	api_bench_until_requests(test, 2);
	asks[2] = api_bench_ask(test, false);
	api_bench_answer(test, 0, 503, "");
	api_bench_until_requests(test, 3);
	assert_false(api_bench_is_of(test, 2, asks[2]));
	api_bench_answer(test, 1, 200, "{}");
	api_bench_answer(test, 2, 200, "{}");
	api_bench_until_requests(test, 4);
	assert_true(api_bench_is_of(test, 3, asks[2]));
}

/* One query that always fails makes the others wait its turn's pause, not its own. */
static void test_one_that_always_fails(void **state)
{
	struct api_bench *test = *state;
	struct api_ask *bad, *good;

	api_bench_open_patient(test, 1);
	bad = api_bench_ask(test, false);
	for (unsigned i = 0; i < 10; i++) {
		api_bench_until_requests(test, 2 * i + 1);
		assert_true(api_bench_is_of(test, 2 * i, bad));
		good = api_bench_ask(test, false);
		api_bench_until_requests(test, 2 * i + 2);
		assert_true(api_bench_is_of(test, 2 * i + 1, good));
		api_bench_answer(test, 2 * i + 1, 200, "{}");
		api_bench_until_answered(test, good);
		api_bench_answer(test, 2 * i, 500, "");
		for (int64_t from = time_monotonic();
		     api_bench_status(test).trouble != POSTHOG_AWAY;)
			api_bench_turn(test, from);
		assert_true(api_bench_status(test).wait_until - time_monotonic() <= 2000);
	}
	assert_int_equal(bad->answers, 0);
}

/* ---- 202 ----------------------------------------------------------------------------------------- */

static bool is_poll_of(struct api_bench *test, unsigned i, const struct api_ask *a)
{
	char line[120];

	snprintf(line, sizeof(line), "GET /api/projects/7/query/%s/ HTTP/1.1\r\n", a->query_id);
	return manual_server_begins(test->server, i, line);
}

static void test_running_query_is_polled(void **state)
{
	struct api_bench *test = *state;
	struct api_ask *a;

	api_bench_open_once(test, 1);
	a = api_bench_ask(test, false);
	api_bench_until_requests(test, 1);
	api_bench_answer(test, 0, 202, "{\"query_status\":{\"complete\":false}}");
	api_bench_until_requests(test, 2);
	assert_true(is_poll_of(test, 1, a));
	api_bench_answer(test, 1, 202, "{\"query_status\":{\"complete\":false}}");
	api_bench_until_requests(test, 3);
	assert_true(is_poll_of(test, 2, a));
	api_bench_answer(test, 2, 200,
	                 "{\"query_status\":{\"complete\":true,\"results\":{\"results\":[1]}}}");
	api_bench_until_answered(test, a);
	assert_int_equal(a->trouble, POSTHOG_FINE);
	assert_string_equal(buf_text(&a->body), "{\"results\":[1]}");
}

static void test_running_without_end(void **state)
{
	struct api_bench *test = *state;
	struct api_ask *a, *path;

	api_bench_open_patient(test, 1);
	a = api_bench_ask(test, false);
	for (unsigned i = 0; i <= 40; i++) {
		api_bench_until_requests(test, i + 1);
		api_bench_answer(test, i, 202, "{}");
	}
	api_bench_until_answered(test, a);
	assert_int_equal(a->trouble, POSTHOG_AWAY);
	path = api_bench_ask_path(test, "/api/projects/7/");
	api_bench_until_requests(test, 42);
	api_bench_answer(test, 41, 202, "{}");
	api_bench_until_answered(test, path);
	assert_int_equal(path->trouble, POSTHOG_AWAY);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, api_bench_enter, api_bench_leave)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_never_again_once),
		TEST(test_never_again_patient),
		TEST(test_once_more_once),
		TEST(test_once_then_good),
		TEST(test_cut_and_dead_once_more),
		TEST(test_slow_once_more),
		TEST(test_long_retry_after_once),
		TEST(test_total_time_once),
		TEST(test_total_time_without_project),
		TEST(test_wait_beyond_total_time),
		TEST(test_patient_without_end),
		TEST(test_retry_after_patient),
		TEST(test_nothing_while_waiting),
		TEST(test_keeps_its_turn),
		TEST(test_one_that_always_fails),
		TEST(test_running_query_is_polled),
		TEST(test_running_without_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
