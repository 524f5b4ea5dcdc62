/* PostHog's API against a server that answers when the test says so: how many requests are in flight, in
 * which order, what a cancel does, and that the key goes nowhere but into its header. What is tried
 * again: test_posthog_retry.c. */
#include "base/time.h"
#include "support/api_bench.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* ---- order --------------------------------------------------------------------------------------- */

static void test_query(void **state)
{
	struct api_bench *test = *state;
	struct api_ask *a;
	struct str request;

	api_bench_open_once(test, 1);
	a = api_bench_ask(test, false);
	api_bench_until_requests(test, 1);
	assert_true(api_bench_is_of(test, 0, a));
	request = manual_server_request(test->server, 0);
	assert_true(str_find(request, STR("\r\nContent-Type: application/json\r\n"), 0, false) !=
	            SIZE_MAX);
	assert_int_equal(api_bench_status(test).in_flight, 1);
	api_bench_answer(test, 0, 200, "{\"results\":[]}");
	api_bench_until_answered(test, a);
	assert_int_equal(a->trouble, POSTHOG_FINE);
	assert_string_equal(buf_text(&a->body), "{\"results\":[]}");
	assert_int_equal(api_bench_status(test).in_flight, 0);
	assert_int_equal(api_bench_status(test).requests, 1);
	assert_int_equal(api_bench_status(test).bytes, strlen("{\"results\":[]}"));
	assert_true(test->changes > 0);
}

static void test_two_in_flight_in_order(void **state)
{
	struct api_bench *test = *state;
	struct api_ask *asks[12];

	api_bench_open_once(test, 1);
	for (unsigned i = 0; i < 12; i++)
		asks[i] = api_bench_ask(test, false);
	assert_int_equal(api_bench_status(test).queued, 12);
	for (unsigned i = 0; i < 12; i++) {
		api_bench_until_requests(test, i + 2 < 12 ? i + 2 : 12);
		api_bench_settle(test);
		assert_int_equal(api_bench_status(test).in_flight, i + 2 <= 12 ? 2 : 1);
		api_bench_answer(test, i, 200, "{}");
		api_bench_until_answered(test, test->asks + i);
	}
	/* The first two go on two connections, so only those may change places. */
	assert_true(api_bench_is_of(test, 0, asks[0]) || api_bench_is_of(test, 0, asks[1]));
	for (unsigned i = 2; i < 12; i++)
		assert_true(api_bench_is_of(test, i, asks[i]));
	assert_int_equal(manual_server_most(test->server), 2);
}

static void test_urgent_first(void **state)
{
	struct api_bench *test = *state;
	struct api_ask *plain, *urgent[2], *path;

	api_bench_open_once(test, 1);
	api_bench_ask(test, false);
	api_bench_ask(test, false);
	api_bench_until_requests(test, 2);
	plain = api_bench_ask(test, false);
	path = api_bench_ask_path(test, "/api/projects/7/");
	urgent[0] = api_bench_ask(test, true);
	urgent[1] = api_bench_ask(test, true);
	api_bench_answer(test, 0, 200, "{}");
	api_bench_until_requests(test, 3);
	assert_true(api_bench_is_of(test, 2, urgent[0]));
	api_bench_answer(test, 1, 200, "{}");
	api_bench_until_requests(test, 4);
	assert_true(api_bench_is_of(test, 3, urgent[1]));
	api_bench_answer(test, 2, 200, "{}");
	api_bench_until_requests(test, 5);
	assert_true(api_bench_is_of(test, 4, plain));
	api_bench_answer(test, 3, 200, "{}");
	api_bench_until_requests(test, 6);
	assert_true(manual_server_begins(test->server, 5, "GET /api/projects/7/ HTTP/1.1\r\n"));
	api_bench_answer(test, 5, 200, "{\"id\":7}");
	api_bench_until_answered(test, path);
	assert_string_equal(buf_text(&path->body), "{\"id\":7}");
}

static void test_waits_for_project(void **state)
{
	struct api_bench *test = *state;
	struct api_ask *query, *path;

	api_bench_open(test, (struct posthog_api_options){.patient = true});
	query = api_bench_ask(test, true);
	path = api_bench_ask_path(test, "/api/projects/@current/");
	api_bench_until_requests(test, 1);
	api_bench_settle(test);
	api_bench_until_requests(test, 1);
	assert_true(
		manual_server_begins(test->server, 0, "GET /api/projects/@current/ HTTP/1.1\r\n"));
	api_bench_answer(test, 0, 200, "{\"id\":7}");
	api_bench_until_answered(test, path);
	api_bench_settle(test);
	api_bench_until_requests(test, 1);
	posthog_api_set_project(test->api, API_BENCH_PROJECT);
	api_bench_until_requests(test, 2);
	assert_true(api_bench_is_of(test, 1, query));
}

static void ask_more(struct api_ask *a)
{
	api_bench_ask(a->test, false);
}

static void test_done_may_ask_and_cancel(void **state)
{
	struct api_bench *test = *state;
	struct api_ask *a;

	api_bench_open_once(test, 1);
	a = api_bench_ask(test, false);
	a->then = ask_more;
	api_bench_until_requests(test, 1);
	api_bench_answer(test, 0, 200, "{}");
	api_bench_until_requests(test, 2);
	assert_true(api_bench_is_of(test, 1, &test->asks[1]));
}

/* ---- cancelling ---------------------------------------------------------------------------------- */

static void test_cancel_in_flight(void **state)
{
	struct api_bench *test = *state;
	struct api_ask *asks[4];

	api_bench_open_once(test, 1);
	asks[0] = api_bench_ask(test, false);
	api_bench_until_requests(test, 1);
	for (unsigned i = 1; i < 4; i++)
		asks[i] = api_bench_ask(test, false);
	api_bench_until_requests(test, 2);
	api_bench_cancel(test, asks[0]);
	api_bench_cancel(test, asks[1]);
	/* One cancel at a time, before all that waits; a query has the other place. */
	api_bench_until_requests(test, 4);
	api_bench_settle(test);
	api_bench_until_requests(test, 4);
	assert_false(manual_server_waits(test->server, 0));
	assert_false(manual_server_waits(test->server, 1));
	assert_true(api_bench_is_cancel_of(test, 2, asks[0]) ||
	            api_bench_is_cancel_of(test, 3, asks[0]));
	assert_true(api_bench_is_of(test, 2, asks[2]) || api_bench_is_of(test, 3, asks[2]));
	api_bench_answer(test, api_bench_is_cancel_of(test, 2, asks[0]) ? 2 : 3, 500, "");
	api_bench_until_requests(test, 5);
	assert_true(api_bench_is_cancel_of(test, 4, asks[1]));
	api_bench_answer(test, 4, 404, "");
	api_bench_until_requests(test, 6);
	assert_true(api_bench_is_of(test, 5, asks[3]));
	assert_int_equal(asks[0]->answers + asks[1]->answers, 0);
	assert_int_equal(api_bench_status(test).trouble, POSTHOG_FINE);
}

static void test_cancel_of_what_waits(void **state)
{
	struct api_bench *test = *state;
	struct api_ask *asks[4];

	api_bench_open_once(test, 1);
	for (unsigned i = 0; i < 4; i++)
		asks[i] = api_bench_ask(test, false);
	api_bench_until_requests(test, 2);
	api_bench_cancel(test, asks[2]);
	api_bench_answer(test, 0, 200, "{}");
	api_bench_until_requests(test, 3);
	assert_true(api_bench_is_of(test, 2, asks[3]));
	assert_int_equal(asks[2]->answers, 0);
}

/* A GET is not a query: nothing is cancelled on the server. */
static void test_cancel_of_a_get(void **state)
{
	struct api_bench *test = *state;
	struct api_ask *path, *query;

	api_bench_open_once(test, 1);
	path = api_bench_ask_path(test, "/api/projects/7/");
	api_bench_until_requests(test, 1);
	api_bench_cancel(test, path);
	query = api_bench_ask(test, false);
	api_bench_until_requests(test, 2);
	assert_true(api_bench_is_of(test, 1, query));
	api_bench_settle(test);
	api_bench_until_requests(test, 2);
}

/* PostHog has nothing of it to cancel; a cancel would go out while it waits. */
static void test_cancel_of_what_is_tried_again(void **state)
{
	struct api_bench *test = *state;
	struct api_ask *a;

	api_bench_open_patient(test, API_BENCH_FOREVER / 400);
	a = api_bench_ask(test, false);
	api_bench_until_requests(test, 1);
	api_bench_answer(test, 0, 429, "");
	for (int64_t from = time_monotonic(); !api_bench_status(test).limited;)
		api_bench_turn(test, from);
	api_bench_cancel(test, a);
	assert_int_equal(api_bench_status(test).queued, 0);
	api_bench_settle(test);
	api_bench_until_requests(test, 1);
}

static void cancel_itself_and_next(struct api_ask *a)
{
	posthog_api_cancel(a->call);
	posthog_api_cancel(a[1].call);
}

static void test_cancel_within_done(void **state)
{
	struct api_bench *test = *state;
	struct api_ask *a;

	api_bench_open_once(test, 1);
	a = api_bench_ask(test, false);
	a->then = cancel_itself_and_next;
	api_bench_until_requests(test, 1);
	api_bench_ask(test, false);
	api_bench_until_requests(test, 2);
	api_bench_answer(test, 0, 200, "{}");
	api_bench_until_answered(test, a);
	api_bench_until_requests(test, 3);
	assert_true(api_bench_is_cancel_of(test, 2, &test->asks[1]));
	assert_int_equal(test->asks[1].answers, 0);
}

static void test_many_cancels(void **state)
{
	struct api_bench *test = *state;

	api_bench_open_once(test, 1);
	for (unsigned i = 0; i < 30; i++) {
		struct api_ask *a = api_bench_ask(test, true);

		for (int64_t from = time_monotonic(); api_bench_status(test).queued > 0;)
			api_bench_turn(test, from);
		api_bench_cancel(test, a);
	}
	api_bench_settle(test);
	assert_int_equal(api_bench_status(test).in_flight, 1);
}

static void test_free_in_flight(void **state)
{
	struct api_bench *test = *state;

	api_bench_open_patient(test, 1);
	api_bench_ask(test, false);
	api_bench_ask(test, false);
	api_bench_ask(test, false);
	api_bench_until_requests(test, 2);
	api_bench_cancel(test, &test->asks[0]);
	posthog_api_free(test->api);
	test->api = NULL;
	api_bench_settle(test);
	assert_int_equal(test->asks[1].answers + test->asks[2].answers, 0);
	posthog_api_free(NULL);
}

/* ---- hosts --------------------------------------------------------------------------------------- */

static void nothing(void *ctx)
{
	(void)ctx;
}

static void test_hosts(void **state)
{
	static const char *const bad[] = {"",
	                                  "us.posthog.com",
	                                  "http://us.posthog.com",
	                                  "ftp://us.posthog.com",
	                                  "https://",
	                                  "https://user:word@us.posthog.com",
	                                  "https://us.posthog.com/project/1",
	                                  "http://127.0.0.1.example.org"};
	struct api_bench *test = *state;
	struct posthog_api_options options = {.key = STR(API_BENCH_KEY)};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct errinfo e = {0};

		options.host = bad[i];
		if (posthog_api_new(&test->api, test->loop, &options, nothing, NULL, &e) !=
		    ERR_USAGE)
			fail_msg("%s", bad[i]);
		assert_null(test->api);
		assert_true(e.msg[0] != '\0');
	}
	options.host = "https://us.posthog.com/";
	assert_int_equal(posthog_api_new(&test->api, test->loop, &options, nothing, NULL, NULL),
	                 ERR_OK);
}

static void test_redirect(void **state)
{
	struct api_bench *test = *state;
	struct api_ask *a;

	api_bench_open_patient(test, 1);
	a = api_bench_ask(test, false);
	api_bench_until_requests(test, 1);
	manual_server_answer(test->server, 0, 302, "Location: https://evil.example.org/\r\n", "");
	api_bench_until_answered(test, a);
	assert_int_equal(a->trouble, POSTHOG_AWAY);
	assert_non_null(strstr(a->why, "evil.example.org"));
}

static void test_query_ids(void **state)
{
	char one[POSTHOG_QUERY_ID], two[POSTHOG_QUERY_ID];

	(void)state;
	posthog_query_id(one);
	posthog_query_id(two);
	assert_int_equal(strlen(one), 36);
	assert_string_not_equal(one, two);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, api_bench_enter, api_bench_leave)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_query),
		TEST(test_two_in_flight_in_order),
		TEST(test_urgent_first),
		TEST(test_waits_for_project),
		TEST(test_done_may_ask_and_cancel),
		TEST(test_cancel_in_flight),
		TEST(test_cancel_of_what_waits),
		TEST(test_cancel_of_a_get),
		TEST(test_cancel_of_what_is_tried_again),
		TEST(test_cancel_within_done),
		TEST(test_many_cancels),
		TEST(test_free_in_flight),
		TEST(test_hosts),
		TEST(test_redirect),
		TEST(test_query_ids),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
