/* Sources that are named: as many as can be told apart, and those that come while the others are read. */
#include "collect/posthog.h"
#include "explorer_internal.h"
#include "explorer_pushed.h"
#include "support/filter_bench.h"
#include "support/manual_server.h"

#include "base/time.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define PATIENCE (20 * TIME_SECOND)

struct bench {
	struct loop *loop;
	struct loop_timer *tick; /* so that waiting for something that never comes ends */
	struct explorer *explorer;
	char folder[64], path[80], later[96];
};

static void nothing(void *ctx)
{
	(void)ctx;
}

static int enter(void **state)
{
	struct bench *b = calloc(1, sizeof(*b));

	snprintf(b->folder, sizeof(b->folder), "/tmp/origins-XXXXXX");
	assert_non_null(mkdtemp(b->folder));
	snprintf(b->path, sizeof(b->path), "%s/a", b->folder);
	snprintf(b->later, sizeof(b->later), "%s/b.ndjson", b->path);
	b->loop = loop_new();
	b->tick = loop_timer_new(b->loop, nothing, NULL);
	loop_timer_start(b->tick, 20, 20);
	b->explorer = explorer_new(b->loop);
	*state = b;
	return 0;
}

static int leave(void **state)
{
	struct bench *b = *state;

	explorer_free(b->explorer);
	loop_timer_free(b->tick);
	loop_free(b->loop);
	unlink(b->later);
	if (unlink(b->path) != 0)
		rmdir(b->path);
	rmdir(b->folder);
	free(b);
	return 0;
}

static void put(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(fclose(f), 0);
}

static void wait_events(struct bench *b, uint32_t n)
{
	int64_t end = time_monotonic() + PATIENCE;

	while (explorer_events(b->explorer)->n < n) {
		assert_true(time_monotonic() < end);
		loop_step(b->loop, true);
	}
}

static void begin(struct bench *b, unsigned number)
{
	char name[16];

	snprintf(name, sizeof(name), "j%u", number);
	(void)explorer_begin_origin(b->explorer, name);
}

/* What would be read as part of another source is refused. */
static void one_folder_an_origin(void **state)
{
	struct posthog_options options = {.host = "http://127.0.0.1:1", .project = 7};
	struct bench *b = *state;
	struct errinfo e = {0};

	for (unsigned i = 0; i < EVENTS_ORIGINS; i++) {
		begin(b, i);
		assert_int_equal(explorer_add_folder(b->explorer, b->path, &e), ERR_OK);
	}
	begin(b, EVENTS_ORIGINS);
	assert_int_equal(explorer_add_folder(b->explorer, b->path, &e), ERR_LIMIT);
	assert_non_null(strstr(e.msg, b->path));
	assert_int_equal(explorer_add_posthog(b->explorer, &options, &e), ERR_LIMIT);
	assert_non_null(strstr(e.msg, "posthog:"));
	assert_int_equal(explorer_origin_count(b->explorer), EVENTS_ORIGINS);
}

/* One that has to be streamed is read at once, though nothing else changes. */
static void reads_a_late_stream(void **state)
{
	struct bench *b = *state;

	explorer_start(b->explorer, true);
	put(b->path, "[\n{\"event\":\"$ai_span\"},{\"event\":\"$ai_span\"}]");
	assert_int_equal(explorer_add_file(b->explorer, b->path, NULL), ERR_OK);
	wait_events(b, 2);
}

/* A folder that could not be read the first time is the same folder the next time. */
static void tries_a_folder_again(void **state)
{
	struct bench *b = *state;
	struct origin *origin;
	struct errinfo e = {0};

	put(b->path, "");
	assert_int_equal(explorer_add_folder(b->explorer, b->path, &e), ERR_IO);
	unlink(b->path);
	assert_int_equal(mkdir(b->path, 0700), 0);
	origin = explorer_origins(b->explorer)->list[0];
	assert_int_equal(origin_add_folder(origin, b->path, &e), ERR_OK);
	explorer_start(b->explorer, false);
	put(b->later, "{\"event\":\"$ai_span\"}\n");
	explorer_check(b->explorer);
	wait_events(b, 1);
}

/* ---- what PostHog says ---- */

static void answer(struct bench *b, struct manual_server *server, const char *asked,
                   const char *body)
{
	int64_t end = time_monotonic() + PATIENCE;

	for (;;) {
		for (unsigned i = 0; i < manual_server_count(server); i++)
			if (manual_server_waits(server, i) &&
			    str_find(manual_server_request(server, i), str_of(asked), 0, false) !=
			            SIZE_MAX) {
				manual_server_answer(server, i, 200, "", body);
				return;
			}
		assert_true(time_monotonic() < end);
		loop_step(b->loop, true);
	}
}

#define NO_ROWS "{\"results\":[]}"
#define LISTED                                                                       \
	"{\"results\":[[\"t0\",\"2026-09-22T22:00:00Z\",\"2026-09-22T23:00:00Z\"]]," \
	"\"columns\":[\"trace_id\",\"first_time\",\"last_time\"]}"

/* Until the trace is listed by all of these origins. */
static void wait_traces(struct bench *b, uint32_t origins)
{
	const struct model *m = explorer_model(b->explorer);
	int64_t end = time_monotonic() + PATIENCE;

	while (model_trace_count(m) == 0 || !model_trace(m, 0)->listed ||
	       model_trace(m, 0)->origins != origins) {
		assert_true(time_monotonic() < end);
		loop_step(b->loop, true);
	}
}

static void wait_word(struct bench *b, enum filtered_word word)
{
	int64_t end = time_monotonic() + PATIENCE;

	while (explorer_judged(b->explorer, FILTERED_TRACES, 0) != word) {
		assert_true(time_monotonic() < end);
		loop_step(b->loop, true);
	}
}

/* Until so much is said for the filter. */
static void wait_said(struct bench *b, uint32_t said)
{
	int64_t end = time_monotonic() + PATIENCE;

	while (explorer_said(b->explorer, FILTERED_TRACES) < said) {
		assert_true(time_monotonic() < end);
		loop_step(b->loop, true);
	}
}

static void expect_status(const struct bench *b, const char *begins)
{
	struct buf status = {0};

	explorer_pushed_status(b->explorer, ROWS_TRACES, &status);
	if (begins[0] == '\0' ? status.n > 0 : !str_starts(buf_str(&status), str_of(begins)))
		fail_msg("%s is not %s", buf_text(&status), begins);
	buf_free(&status);
}

/* A project that lists the trace t0. */
static struct manual_server *add_project(struct bench *b, unsigned number, uint32_t project)
{
	struct manual_server *server = manual_server_new(b->loop);
	struct posthog_options options = {.host = manual_server_url(server),
	                                  .key = STR("phx_of_the_tests"),
	                                  .project = project,
	                                  .patient = true};

	begin(b, number);
	assert_int_equal(explorer_add_posthog(b->explorer, &options, NULL), ERR_OK);
	answer(b, server, "GET /api/projects/", "{\"id\":7,\"name\":\"Hogs\"}");
	answer(b, server, "tracehog:traces", LISTED);
	answer(b, server, "tracehog:sessions", NO_ROWS);
	return server;
}

/* A trace that two projects list is out when neither names it under a filter, and in when one does. */
static void no_is_said_by_all(void **state)
{
	struct bench *b = *state;
	struct filter *filter = filter_bench_parse("model:gpt"),
		      *other = filter_bench_parse("model:claude");
	struct manual_server *one, *two;
	uint32_t said;

	explorer_start(b->explorer, false);
	one = add_project(b, 0, 7);
	two = add_project(b, 1, 8);
	wait_traces(b, 3);
	assert_int_equal(explorer_judged(b->explorer, FILTERED_TRACES, 0), FILTERED_LOOK);
	expect_status(b, "");
	explorer_push_filter(b->explorer, ROWS_TRACES, filter, NULL);
	expect_status(b, "server ...");
	said = explorer_said(b->explorer, FILTERED_TRACES);
	/* Both begin their pages anew, and one of them has one. */
	answer(b, one, "tracehog:traces", NO_ROWS);
	wait_said(b, said + 3);
	assert_int_equal(explorer_judged(b->explorer, FILTERED_TRACES, 0), FILTERED_LOOK);
	expect_status(b, "server ...");
	answer(b, two, "tracehog:traces", NO_ROWS);
	wait_word(b, FILTERED_NO);
	explorer_push_filter(b->explorer, ROWS_TRACES, other, NULL);
	answer(b, one, "tracehog:traces", NO_ROWS);
	answer(b, two, "tracehog:traces", LISTED);
	wait_word(b, FILTERED_YES);
	filter_free(filter);
	filter_free(other);
	explorer_free(b->explorer);
	b->explorer = NULL;
	manual_server_free(one);
	manual_server_free(two);
}

/* Nobody is asked for a name that no question can have, and nothing waits for an answer. */
static void no_person_has_such_a_name(void **state)
{
	struct bench *b = *state;
	struct manual_server *server = manual_server_new(b->loop);
	struct posthog_options options = {.host = manual_server_url(server),
	                                  .key = STR("phx_of_the_tests"),
	                                  .project = 7,
	                                  .patient = true};
	int64_t end = time_monotonic() + PATIENCE;
	struct property *c;

	put(b->path, "{\"event\":\"$ai_span\",\"distinct_id\":\"u\","
	             "\"timestamp\":\"2026-09-22T22:00:00Z\"}\n");
	begin(b, 0);
	assert_int_equal(explorer_add_posthog(b->explorer, &options, NULL), ERR_OK);
	assert_int_equal(explorer_add_file(b->explorer, b->path, NULL), ERR_OK);
	explorer_start(b->explorer, false);
	wait_events(b, 1);
	assert_non_null(explorer_origin_posthog(b->explorer, 0));
	c = properties_column(explorer_properties(b->explorer), PROPERTY_OF_PERSON, STR("\xff"));
	while (!property_done(c)) {
		assert_true(time_monotonic() < end);
		loop_step(b->loop, true);
	}
	explorer_free(b->explorer);
	b->explorer = NULL;
	manual_server_free(server);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, enter, leave)
	const struct CMUnitTest tests[] = {
		TEST(one_folder_an_origin),      TEST(reads_a_late_stream),
		TEST(tries_a_folder_again),      TEST(no_is_said_by_all),
		TEST(no_person_has_such_a_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
