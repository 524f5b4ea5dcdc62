/* The PostHog source as a whole: what is asked when, what is written of the answers, and how what fails
 * is told. Its parts have tests of their own (test_posthog_api.c, _query.c, _rows.c, _stream.c). */
#include "base/time.h"
#include "support/source_bench.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#define SINCE SOURCE_BENCH_SINCE
#define UNTIL SOURCE_BENCH_UNTIL

#define TRACES       "\"name\":\"tracehog:traces\""
#define TRACE_TOTALS "\"name\":\"tracehog:trace-totals\""
#define SESSIONS     "\"name\":\"tracehog:sessions\""
#define TRACE        "\"name\":\"tracehog:trace\""
#define AI_EVENTS    "\"name\":\"tracehog:trace-ai-events\""
#define LIGHT        "\"name\":\"tracehog:trace-ai-events-light\""
#define EXPLICIT     "\"name\":\"tracehog:trace-event\""
#define OLD_EVENTS   "\"name\":\"tracehog:trace-events\""
#define EVENTS       "\"name\":\"tracehog:events\""
#define FIND         "\"name\":\"tracehog:find\""
#define PROJECT      "GET /api/projects/@current/"

#define LIST_COLUMNS  "\"columns\":[\"trace_id\",\"first_time\",\"last_time\"]"
#define EVENT_COLUMNS "\"columns\":[\"uuid\",\"event\",\"timestamp\",\"properties\"]"
#define NO_ROWS       "{\"results\":[]}"
#define REFUSED       "{\"type\":\"validation_error\",\"detail\":\"no such thing\"}"

/* Rows of traces t<from>, t<from + 1> ..., each a second older than the one before. */
static void add_traces(struct buf *out, unsigned from, unsigned n)
{
	buf_puts(out, "{\"results\":[");
	for (unsigned i = from; i < from + n; i++)
		buf_printf(out,
		           "%s[\"t%u\",\"2026-09-22T%02u:%02u:%02uZ\",\"2026-09-22T23:00:00Z\"]",
		           i > from ? "," : "", i, 22 - i / 3600, 59 - i / 60 % 60, 59 - i % 60);
	buf_puts(out, "]," LIST_COLUMNS "}");
}

static void answer_traces(struct source_bench *test, unsigned from, unsigned n)
{
	struct buf body = {0};

	add_traces(&body, from, n);
	source_bench_answer(test, TRACES, 200, buf_text(&body));
	buf_free(&body);
}

/* Rows of events numbered from `from`, one a second. */
static void answer_events(struct source_bench *test, const char *name, unsigned from, unsigned n)
{
	struct buf body = {0};

	buf_puts(&body, "{\"results\":[");
	for (unsigned i = from; i < from + n; i++)
		buf_printf(&body,
		           "%s[\"0190a1b2-0000-7000-8000-%012u\",\"$ai_span\","
		           "\"2026-09-22T10:%02u:%02uZ\",{\"$ai_trace_id\":\"t\"}]",
		           i > from ? "," : "", i, i / 60, i % 60);
	buf_puts(&body, "]," EVENT_COLUMNS "}");
	source_bench_answer(test, name, 200, buf_text(&body));
	buf_free(&body);
}

static unsigned count(const char *text, const char *what)
{
	unsigned n = 0;

	for (; (text = strstr(text, what)); text++)
		n++;
	return n;
}

static enum posthog_trouble trouble(struct source_bench *test)
{
	return posthog_last_trouble(test->posthog, NULL);
}

/* ---- the project ---- */

static void test_key_refused(void **state)
{
	struct source_bench *test = *state;

	source_bench_open(test, (struct posthog_options){.patient = true});
	posthog_list(test->posthog, POSTHOG_TRACES, SINCE, UNTIL, 0);
	source_bench_answer(test, PROJECT, 401, "{\"detail\":\"Invalid\"}");
	/* What waited for the project fails with it. */
	source_bench_until_idle(test);
	assert_int_equal(trouble(test), POSTHOG_NOT_ALLOWED);
	/* And whoever asks again asks for it again. */
	posthog_list(test->posthog, POSTHOG_TRACES, SINCE, UNTIL, 0);
	source_bench_answer(test, PROJECT, 200, "{\"id\":7}");
	answer_traces(test, 0, 0);
	source_bench_until_idle(test);
	assert_int_equal(trouble(test), POSTHOG_FINE);
	assert_false(source_bench_status(test).offline);
}

static void test_other_project(void **state)
{
	struct source_bench *test = *state;
	struct errinfo why;

	source_bench_open(test, (struct posthog_options){.project = 7, .patient = true});
	source_bench_answer(test, "GET /api/projects/7/", 200, "{\"id\":8,\"name\":\"Others\"}");
	source_bench_until_idle(test);
	assert_int_equal(posthog_last_trouble(test->posthog, &why), POSTHOG_AWAY);
	posthog_list(test->posthog, POSTHOG_TRACES, SINCE, UNTIL, 0);
	source_bench_wait(test, "POST /api/projects/7/query/");
	assert_int_equal(source_bench_status(test).project, 7);
	assert_string_equal(source_bench_status(test).name, "");
}

static void test_note(void **state)
{
	struct source_bench *test = *state;
	struct stat about;
	char path[200];

	/* A project that was named says nothing of the key's own. */
	source_bench_open_ready(test);
	snprintf(path, sizeof(path), "%s/../project", posthog_folder(test->posthog));
	assert_int_not_equal(stat(path, &about), 0);
	source_bench_close(test);
	source_bench_open(test, (struct posthog_options){.patient = true});
	source_bench_answer(test, PROJECT, 200, "{\"id\":9}");
	source_bench_until_idle(test);
	assert_int_equal(stat(path, &about), 0);
	assert_int_equal(about.st_mode & 0777, 0600);
	source_bench_close(test);
	/* Without PostHog that one is shown. */
	source_bench_open(test, (struct posthog_options){.patient = true});
	assert_null(posthog_folder(test->posthog));
	source_bench_answer(test, PROJECT, 502, "");
	source_bench_wait(test, PROJECT);
	assert_true(source_bench_status(test).offline);
	assert_int_equal(source_bench_status(test).project, 9);
	assert_string_equal(strrchr(posthog_folder(test->posthog), '/'), "/9");
	/* Then it answers, and the key is another's. */
	source_bench_answer(test, PROJECT, 200, "{\"id\":10}");
	source_bench_until_idle(test);
	assert_int_equal(trouble(test), POSTHOG_BAD_QUERY);
	assert_int_equal(source_bench_status(test).project, 9);
}

static void test_back_again(void **state)
{
	struct source_bench *test = *state;

	source_bench_open(test, (struct posthog_options){.patient = true});
	source_bench_answer(test, PROJECT, 200, "{\"id\":9}");
	source_bench_until_idle(test);
	source_bench_close(test);
	source_bench_open(test, (struct posthog_options){.patient = true, .pace_ms = 10000});
	posthog_set_tail(test->posthog, true);
	posthog_list(test->posthog, POSTHOG_TRACES, SINCE, UNTIL, 0);
	source_bench_answer(test, PROJECT, 200, "{\"id\":9}");
	/* What waited is asked, and the tail begins. */
	answer_traces(test, 0, 1);
	source_bench_wait(test, EVENTS);
	assert_false(source_bench_status(test).offline);
	assert_int_equal(source_bench_status(test).tail, POSTHOG_TAIL_POLLING);
	posthog_set_tail(test->posthog, false);
	assert_int_equal(source_bench_status(test).tail, POSTHOG_TAIL_OFF);
}

/* ---- lists ---- */

static void test_list(void **state)
{
	struct source_bench *test = *state;
	struct posthog_status s;

	source_bench_open_ready(test);
	posthog_list(test->posthog, POSTHOG_TRACES, SINCE, UNTIL, 0);
	answer_traces(test, 0, 101);
	/* Rows stand before their totals are here. */
	source_bench_wait(test, TRACE_TOTALS);
	assert_int_equal(count(source_bench_lines(test), "$listed_trace"), 100);
	s = source_bench_status(test);
	assert_true(s.more[POSTHOG_TRACES]);
	assert_false(s.listing[POSTHOG_TRACES]);
	source_bench_answer(test, TRACE_TOTALS, 200,
	                    "{\"results\":[[\"t0\",3]],\"columns\":[\"trace_id\",\"spans\"]}");
	source_bench_until_idle(test);
	assert_non_null(strstr(source_bench_lines(test), "\"spans\":3"));
	/* The next page is behind the last row; what has its totals is not asked for them. */
	test->totals_known = true;
	posthog_more(test->posthog, POSTHOG_TRACES);
	source_bench_wait(test, "\"before_id\":\"t99\"");
	posthog_more(test->posthog, POSTHOG_TRACES);
	answer_traces(test, 100, 3);
	source_bench_until_idle(test);
	assert_int_equal(count(source_bench_lines(test), "$listed_trace"), 104);
	assert_false(source_bench_status(test).more[POSTHOG_TRACES]);
	posthog_more(test->posthog, POSTHOG_TRACES);
	assert_int_equal(source_bench_status(test).waiting, 0);
}

static void test_list_all(void **state)
{
	struct source_bench *test = *state;

	source_bench_open_ready(test);
	test->totals_known = true;
	posthog_list(test->posthog, POSTHOG_TRACES, SINCE, UNTIL, UINT32_MAX);
	answer_traces(test, 0, 1001);
	source_bench_wait(test, "\"before_id\":\"t999\"");
	answer_traces(test, 1000, 5);
	source_bench_until_idle(test);
	assert_int_equal(count(source_bench_lines(test), "$listed_trace"), 1005);
}

static void test_list_some(void **state)
{
	struct source_bench *test = *state;
	unsigned before;

	source_bench_open_ready(test);
	test->totals_known = true;
	before = test->changed;
	posthog_list(test->posthog, POSTHOG_TRACES, SINCE, UNTIL, 3);
	/* It is said later that something changed: who asks may be drawing. */
	assert_int_equal(test->changed, before);
	source_bench_wait(test, "LIMIT 4");
	assert_true(test->changed > before);
	answer_traces(test, 0, 4);
	source_bench_until_idle(test);
	assert_int_equal(count(source_bench_lines(test), "$listed_trace"), 3);
}

/* A server that always has more, and always the same, is not asked for ever. */
static void test_list_in_circles(void **state)
{
	struct source_bench *test = *state;

	source_bench_open_ready(test);
	test->totals_known = true;
	posthog_list(test->posthog, POSTHOG_TRACES, SINCE, UNTIL, UINT32_MAX);
	answer_traces(test, 0, 1001);
	answer_traces(test, 0, 1001);
	source_bench_until_idle(test);
	assert_int_equal(trouble(test), POSTHOG_AWAY);
	assert_false(source_bench_status(test).more[POSTHOG_TRACES]);
}

static void test_list_of_nothing(void **state)
{
	struct source_bench *test = *state;
	struct buf body = {0};

	source_bench_open_ready(test);
	buf_puts(&body, "{\"results\":[[]");
	for (int i = 0; i < 100; i++)
		buf_puts(&body, ",[\"\",\"\",\"\"]");
	buf_puts(&body, "]," LIST_COLUMNS "}");
	posthog_list(test->posthog, POSTHOG_TRACES, SINCE, UNTIL, 0);
	source_bench_answer(test, TRACES, 200, buf_text(&body));
	source_bench_until_idle(test);
	assert_false(source_bench_status(test).more[POSTHOG_TRACES]);
	buf_free(&body);
}

/* A page that failed or was cancelled is not wanted again by itself. */
static void test_list_stops(void **state)
{
	struct source_bench *test = *state;

	source_bench_open_ready(test);
	test->totals_known = true;
	posthog_list(test->posthog, POSTHOG_TRACES, SINCE, UNTIL, 0);
	answer_traces(test, 0, 101);
	source_bench_until_idle(test);
	posthog_more(test->posthog, POSTHOG_TRACES);
	source_bench_answer(test, TRACES, 400, REFUSED);
	source_bench_until_idle(test);
	assert_int_equal(trouble(test), POSTHOG_BAD_QUERY);
	assert_false(source_bench_status(test).more[POSTHOG_TRACES]);
	posthog_forget(test->posthog);
	assert_int_equal(trouble(test), POSTHOG_FINE);
	posthog_list(test->posthog, POSTHOG_TRACES, SINCE, UNTIL, 0);
	answer_traces(test, 0, 101);
	source_bench_until_idle(test);
	posthog_more(test->posthog, POSTHOG_TRACES);
	source_bench_wait(test, TRACES);
	assert_true(posthog_cancel(test->posthog));
	assert_false(posthog_cancel(test->posthog));
	source_bench_wait(test, "DELETE /api/projects/7/query/");
	assert_false(source_bench_status(test).more[POSTHOG_TRACES]);
	assert_int_equal(source_bench_status(test).waiting, 0);
}

/* A command says so, whatever comes after it. */
static void test_failure_stays(void **state)
{
	struct source_bench *test = *state;

	source_bench_open(test, (struct posthog_options){.project = 7});
	source_bench_answer(test, "GET /api/projects/7/", 200, "{\"id\":7}");
	posthog_list(test->posthog, POSTHOG_TRACES, SINCE, UNTIL, UINT32_MAX);
	answer_traces(test, 0, 2);
	source_bench_answer(test, TRACE_TOTALS, 400, REFUSED);
	source_bench_until_idle(test);
	assert_int_equal(trouble(test), POSTHOG_BAD_QUERY);
	posthog_list(test->posthog, POSTHOG_SESSIONS, SINCE, UNTIL, 0);
	source_bench_answer(test, SESSIONS, 200, NO_ROWS);
	source_bench_until_idle(test);
	assert_int_equal(trouble(test), POSTHOG_BAD_QUERY);
}

static void test_session(void **state)
{
	struct source_bench *test = *state;

	source_bench_open_ready(test);
	test->totals_known = true;
	posthog_list_session(test->posthog, STR("s"), SINCE, UNTIL);
	posthog_list_session(test->posthog, STR("s"), SINCE, UNTIL);
	assert_int_equal(source_bench_status(test).waiting, 1);
	source_bench_wait(test, "\"session\":\"s\"");
	answer_traces(test, 0, 1001);
	source_bench_wait(test, "\"before_id\":\"t999\"");
	answer_traces(test, 1000, 1);
	source_bench_until_idle(test);
	/* The list of all has not begun. */
	assert_int_equal(source_bench_status(test).frontier[POSTHOG_TRACES], TIME_NONE);
}

/* ---- traces ---- */

static void test_trace_by_query(void **state)
{
	struct source_bench *test = *state;

	source_bench_open_ready(test);
	posthog_trace(test->posthog, STR("t"), SINCE, UNTIL);
	posthog_trace(test->posthog, STR("t"), SINCE, UNTIL);
	assert_int_equal(source_bench_status(test).opening, 1);
	source_bench_answer(
		test, TRACE, 200,
		"{\"results\":[{\"id\":\"t\",\"events\":[{\"id\":\"0190a1b2-0000-7000-8000-"
		"000000000001\",\"event\":\"$ai_span\",\"createdAt\":\"2026-09-22T10:00:00Z\","
		"\"properties\":{\"$ai_trace_id\":\"t\"}}]}]}");
	/* The $ai_trace event that a TraceQuery leaves out. */
	source_bench_answer(test, EXPLICIT, 200,
	                    "{\"columns\":[\"uuid\",\"event\",\"timestamp\",\"properties\"],"
	                    "\"results\":[[\"0190a1b2-0000-7000-8000-000000000002\",\"$ai_trace\","
	                    "\"2026-09-22T10:00:00Z\",\"{\\\"$ai_trace_id\\\":\\\"t\\\"}\"]]}");
	source_bench_until_idle(test);
	assert_int_equal(count(source_bench_lines(test), "\"event\":\"$ai_trace\""), 1);
	assert_int_equal(count(source_bench_lines(test), "\"opened\":true,\"events\":2"), 1);
}

/* Where it is nowhere to be had, it is made of what the TraceQuery says. */
static void test_trace_event_nowhere(void **state)
{
	struct source_bench *test = *state;

	source_bench_open_ready(test);
	posthog_trace(test->posthog, STR("t"), SINCE, UNTIL);
	source_bench_answer(
		test, TRACE, 200,
		"{\"results\":[{\"id\":\"t\",\"traceName\":\"n\",\"inputState\":{\"q\":1},"
		"\"createdAt\":\"2026-09-22T10:00:00Z\",\"events\":[{\"id\":\"0190a1b2-0000-7000-8000-"
		"000000000001\",\"event\":\"$ai_span\",\"createdAt\":\"2026-09-22T10:00:00Z\","
		"\"properties\":{\"$ai_trace_id\":\"t\"}}]}]}");
	source_bench_answer(test, EXPLICIT, 400, REFUSED);
	source_bench_answer(test, EXPLICIT, 200, "{\"columns\":[],\"results\":[]}");
	source_bench_until_idle(test);
	assert_int_equal(count(source_bench_lines(test), "\"$ai_input_state\":{\"q\":1}"), 1);
	assert_int_equal(count(source_bench_lines(test), "\"opened\":true,\"events\":2"), 1);
}

static void test_trace_step_by_step(void **state)
{
	struct source_bench *test = *state;
	struct buf url = {0};

	source_bench_open_ready(test);
	posthog_trace(test->posthog, STR("t"), SINCE, UNTIL);
	source_bench_answer(test, TRACE, 400, REFUSED);
	source_bench_answer(test, AI_EVENTS, 400, REFUSED);
	/* Two pages. */
	answer_events(test, OLD_EVENTS, 0, 1001);
	source_bench_wait(test, "\"after_uuid\":\"0190a1b2-0000-7000-8000-000000000999\"");
	answer_events(test, OLD_EVENTS, 1000, 2);
	source_bench_until_idle(test);
	assert_int_equal(trouble(test), POSTHOG_FINE);
	assert_int_equal(count(source_bench_lines(test), "\"opened\":true,\"events\":1002"), 1);
	/* The server is an older one. */
	posthog_trace_url(test->posthog, STR("a/../b\n"), &url);
	assert_non_null(strstr(buf_text(&url), "/project/7/llm-analytics/traces/a%2F..%2Fb%0A"));
	buf_free(&url);
}

static void test_trace_nowhere(void **state)
{
	struct source_bench *test = *state;

	source_bench_open_ready(test);
	posthog_trace(test->posthog, STR("t"), SINCE, UNTIL);
	source_bench_answer(test, TRACE, 200, NO_ROWS);
	source_bench_answer(test, AI_EVENTS, 200, NO_ROWS);
	source_bench_answer(test, OLD_EVENTS, 200, NO_ROWS);
	source_bench_until_idle(test);
	assert_int_equal(trouble(test), POSTHOG_NOT_FOUND);
	assert_string_equal(source_bench_lines(test), "");
}

/* Pages of rows that make no sense come to an end, too. */
static void test_trace_in_circles(void **state)
{
	struct source_bench *test = *state;
	struct buf body = {0};

	source_bench_open_ready(test);
	buf_puts(&body, "{\"results\":[[]");
	for (int i = 0; i < 1000; i++)
		buf_puts(&body, ",[]");
	buf_puts(&body, "]," EVENT_COLUMNS "}");
	posthog_trace(test->posthog, STR("t"), SINCE, UNTIL);
	source_bench_answer(test, TRACE, 200, NO_ROWS);
	source_bench_answer(test, AI_EVENTS, 200, buf_text(&body));
	source_bench_until_idle(test);
	assert_int_equal(trouble(test), POSTHOG_AWAY);
	/* It was not opened. */
	assert_string_equal(source_bench_lines(test), "");
	buf_free(&body);
}

/* The least that HTTP takes for too big: a long header. */
static void answer_too_big(struct source_bench *test, const char *name)
{
	unsigned i = source_bench_wait(test, name);
	struct buf header = {0};

	buf_puts(&header, "HTTP/1.1 200 OK\r\n");
	for (int n = 0; n < 1000; n++)
		buf_printf(&header, "X-%d: %080d\r\n", n, 0);
	buf_puts(&header, "Content-Length: 2\r\n\r\n{}");
	manual_server_give(test->server, i, buf_str(&header));
	manual_server_close(test->server, i);
	buf_free(&header);
}

static void test_trace_too_big(void **state)
{
	struct source_bench *test = *state;

	source_bench_open_ready(test);
	posthog_trace(test->posthog, STR("t"), SINCE, UNTIL);
	answer_too_big(test, TRACE);
	answer_events(test, LIGHT, 0, 2);
	source_bench_until_idle(test);
	assert_int_equal(count(source_bench_lines(test), "\"bodies\":\"later\""), 1);
	/* Its inputs and outputs come one by one. */
	posthog_body(test->posthog, STR("t"), STR("0190a1b2-0000-7000-8000-000000000001"), SINCE);
	source_bench_answer(test, "\"name\":\"tracehog:body\"", 200,
	                    "{\"results\":[[\"0190a1b2-0000-7000-8000-000000000001\","
	                    "\"$ai_generation\",\"2026-09-22T10:00:01Z\",{},\"hello\"]],"
	                    "\"columns\":[\"uuid\",\"event\",\"timestamp\",\"properties\","
	                    "\"input\"]}");
	source_bench_until_idle(test);
	assert_non_null(strstr(source_bench_lines(test), "\"$ai_input\":\"hello\""));
}

/* Where there is no posthog.ai_events, it comes in small pages. */
static void test_old_trace_too_big(void **state)
{
	struct source_bench *test = *state;

	source_bench_open_ready(test);
	posthog_trace(test->posthog, STR("t"), SINCE, UNTIL);
	answer_too_big(test, TRACE);
	source_bench_answer(test, LIGHT, 400, REFUSED);
	source_bench_wait(test, "LIMIT 1001");
	answer_too_big(test, OLD_EVENTS);
	source_bench_wait(test, "LIMIT 501");
	answer_events(test, OLD_EVENTS, 0, 501);
	source_bench_wait(test, "\"after_uuid\":\"0190a1b2-0000-7000-8000-000000000499\"");
	for (unsigned limit = 500; limit > 0; limit /= 2)
		answer_too_big(test, OLD_EVENTS);
	source_bench_until_idle(test);
	assert_int_equal(trouble(test), POSTHOG_TOO_BIG);
	assert_null(strstr(source_bench_lines(test), "opened"));
}

static void test_bodies_at_once(void **state)
{
	struct source_bench *test = *state;
	char uuid[40];

	source_bench_open_ready(test);
	for (unsigned i = 0; i < 50; i++) {
		snprintf(uuid, sizeof(uuid), "0190a1b2-0000-7000-8000-%012u", i);
		posthog_body(test->posthog, STR("t"), str_of(uuid), SINCE);
	}
	assert_int_equal(source_bench_status(test).waiting, 4);
	source_bench_wait(test, "0190a1b2-0000-7000-8000-000000000046");
}

static void test_close_amidst(void **state)
{
	struct source_bench *test = *state;

	source_bench_open_ready(test);
	posthog_set_tail(test->posthog, true);
	posthog_list(test->posthog, POSTHOG_TRACES, SINCE, UNTIL, UINT32_MAX);
	answer_traces(test, 0, 1001);
	/* The answer is with a worker at some turn of these. */
	for (int64_t from = time_monotonic(); time_monotonic() - from < TIME_SECOND / 100;)
		loop_step(test->loop, false);
	posthog_trace(test->posthog, STR("t"), SINCE, UNTIL);
	source_bench_close(test);
}

/* ---- every event ---- */

static void test_events(void **state)
{
	struct source_bench *test = *state;

	source_bench_open_ready(test);
	assert_false(source_bench_status(test).all);
	test->known[test->known_count++] = STR("0190a1b2-0000-7000-8000-000000000001");
	posthog_events(test->posthog, SINCE, UNTIL);
	posthog_events(test->posthog, SINCE, UNTIL);
	assert_int_equal(source_bench_status(test).waiting, 1);
	answer_events(test, EVENTS, 0, 3);
	source_bench_until_idle(test);
	/* The one that is there is not written again. */
	assert_int_equal(count(source_bench_lines(test), "$ai_span"), 2);
	assert_null(strstr(source_bench_lines(test), "000000000001"));
	assert_true(source_bench_status(test).all);
	/* Of another time they are not here, before they are. */
	posthog_events(test->posthog, SINCE - POSTHOG_DAY, UNTIL);
	source_bench_wait(test, EVENTS);
	posthog_cancel(test->posthog);
	source_bench_settle(test);
	assert_false(source_bench_status(test).all);
}

static void test_find(void **state)
{
	struct source_bench *test = *state;

	source_bench_open_ready(test);
	posthog_find(test->posthog, STR("abc"), SINCE, UNTIL);
	source_bench_answer(test, FIND, 200, NO_ROWS);
	/* No id, but the beginning of some. */
	source_bench_answer(test, FIND, 200,
	                    "{\"results\":[[\"t\",\"2026-09-22T10:00:00Z\","
	                    "\"2026-09-22T10:01:00Z\"]]," LIST_COLUMNS "}");
	source_bench_wait(test, TRACE);
	posthog_cancel(test->posthog);
	assert_int_equal(source_bench_status(test).waiting, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, source_bench_enter, source_bench_leave)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_key_refused),
		TEST(test_other_project),
		TEST(test_note),
		TEST(test_back_again),
		TEST(test_list),
		TEST(test_list_all),
		TEST(test_list_some),
		TEST(test_list_in_circles),
		TEST(test_list_of_nothing),
		TEST(test_list_stops),
		TEST(test_failure_stays),
		TEST(test_session),
		TEST(test_trace_by_query),
		TEST(test_trace_event_nowhere),
		TEST(test_trace_step_by_step),
		TEST(test_trace_nowhere),
		TEST(test_trace_in_circles),
		TEST(test_trace_too_big),
		TEST(test_old_trace_too_big),
		TEST(test_bodies_at_once),
		TEST(test_close_amidst),
		TEST(test_events),
		TEST(test_find),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
