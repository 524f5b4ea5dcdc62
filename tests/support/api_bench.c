/* The answers are noted in the asks; a pulse keeps the loop turning. */
#include "support/api_bench.h"

#include "base/time.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define QUERY   "POST /api/projects/7/query/ HTTP/1.1\r\n"
#define GIVE_UP (20 * TIME_SECOND)

static void nothing(void *ctx)
{
	(void)ctx;
}

int api_bench_enter(void **state)
{
	struct api_bench *test = calloc(1, sizeof(*test));

	test->loop = loop_new();
	test->pulse = loop_timer_new(test->loop, nothing, NULL);
	loop_timer_start(test->pulse, 5, 5);
	test->server = manual_server_new(test->loop);
	*state = test;
	return 0;
}

int api_bench_leave(void **state)
{
	struct api_bench *test = *state;

	for (unsigned i = 0; i < manual_server_count(test->server); i++) {
		struct str request = manual_server_request(test->server, i);

		/* Every request, and nothing but its header, bears the key. */
		assert_int_equal(str_find(request, STR(API_BENCH_KEY), 0, false),
		                 str_find(request,
		                          STR("\r\nAuthorization: Bearer " API_BENCH_KEY "\r\n"), 0,
		                          false) +
		                         strlen("\r\nAuthorization: Bearer "));
	}
	assert_true(manual_server_most(test->server) <= POSTHOG_IN_FLIGHT);
	posthog_api_free(test->api);
	for (unsigned i = 0; i < test->count; i++)
		buf_free(&test->asks[i].body);
	manual_server_free(test->server);
	loop_free(test->loop);
	free(test);
	return 0;
}

static void on_changed(void *ctx)
{
	struct api_bench *test = ctx;

	assert_false(test->within);
	test->changes++;
}

void api_bench_open(struct api_bench *test, struct posthog_api_options options)
{
	struct errinfo e = {0};

	options.host = manual_server_url(test->server);
	options.key = STR(API_BENCH_KEY);
	assert_int_equal(posthog_api_new(&test->api, test->loop, &options, on_changed, test, &e),
	                 ERR_OK);
}

void api_bench_open_patient(struct api_bench *test, uint32_t pace_ms)
{
	api_bench_open(test, (struct posthog_api_options){.project = API_BENCH_PROJECT,
	                                                  .patient = true,
	                                                  .pace_ms = pace_ms});
}

void api_bench_open_once(struct api_bench *test, uint32_t pace_ms)
{
	api_bench_open(test, (struct posthog_api_options){.project = API_BENCH_PROJECT,
	                                                  .pace_ms = pace_ms,
	                                                  .total_ms = API_BENCH_FOREVER});
}

static void on_done(void *ctx, const struct posthog_answer *answer)
{
	struct api_ask *a = ctx;

	assert_false(a->test->within);
	a->answers++;
	a->trouble = answer->trouble;
	buf_append(&a->body, answer->body);
	memcpy(a->why, answer->why.msg, sizeof(a->why));
	assert_null(strstr(a->why, API_BENCH_KEY));
	assert_true((answer->trouble == POSTHOG_FINE) == (a->why[0] == '\0'));
	if (a->then)
		a->then(a);
}

struct api_ask *api_bench_ask(struct api_bench *test, bool urgent)
{
	struct api_ask *a = &test->asks[test->count++];
	struct buf body = {0};

	assert_true(test->count <= API_BENCH_ASKS);
	a->test = test;
	posthog_query_id(a->query_id);
	buf_printf(&body, "{\"client_query_id\":\"%s\"}", a->query_id);
	test->within = true;
	a->call = posthog_api_query(test->api, buf_str(&body), a->query_id, urgent, on_done, a);
	test->within = false;
	buf_free(&body);
	return a;
}

struct api_ask *api_bench_ask_path(struct api_bench *test, const char *path)
{
	struct api_ask *a = &test->asks[test->count++];

	a->test = test;
	test->within = true;
	a->call = posthog_api_get(test->api, path, on_done, a);
	test->within = false;
	return a;
}

void api_bench_cancel(struct api_bench *test, struct api_ask *a)
{
	test->within = true;
	posthog_api_cancel(a->call);
	test->within = false;
}

void api_bench_turn(struct api_bench *test, int64_t from)
{
	assert_true(time_monotonic() - from < GIVE_UP);
	loop_step(test->loop, true);
}

void api_bench_until_requests(struct api_bench *test, unsigned count)
{
	for (int64_t from = time_monotonic(); manual_server_count(test->server) < count;)
		api_bench_turn(test, from);
	assert_int_equal(manual_server_count(test->server), count);
}

void api_bench_until_answered(struct api_bench *test, const struct api_ask *a)
{
	for (int64_t from = time_monotonic(); a->answers == 0;)
		api_bench_turn(test, from);
	assert_int_equal(a->answers, 1);
}

/* What is on its way arrives. */
void api_bench_settle(struct api_bench *test)
{
	for (int i = 0; i < 20; i++)
		loop_step(test->loop, true);
}

struct posthog_api_status api_bench_status(const struct api_bench *test)
{
	struct posthog_api_status status;

	posthog_api_status(test->api, &status);
	return status;
}

bool api_bench_is_of(struct api_bench *test, unsigned i, const struct api_ask *a)
{
	return manual_server_begins(test->server, i, QUERY) &&
	       str_find(manual_server_request(test->server, i), str_of(a->query_id), 0, false) !=
	               SIZE_MAX;
}

bool api_bench_is_cancel_of(struct api_bench *test, unsigned i, const struct api_ask *a)
{
	char line[120];

	snprintf(line, sizeof(line), "DELETE /api/projects/7/query/%s/ HTTP/1.1\r\n", a->query_id);
	return manual_server_begins(test->server, i, line);
}

void api_bench_answer(struct api_bench *test, unsigned i, int status, const char *body)
{
	manual_server_answer(test->server, i, status, "", body);
}
