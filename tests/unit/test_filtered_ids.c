/* What ids mean to a filter: whole ones and beginnings, also of what comes later. */
#include "support/events_fixture.h"
#include "support/filter_bench.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define EVENT(kind, uuid, time, properties)                                                  \
	"{\"event\":\"$ai_" kind "\",\"uuid\":\"" uuid "\",\"timestamp\":\"2026-11-22T" time \
	"Z\",\"distinct_id\":\"anna\",\"properties\":{" properties "}}\n"
#define TRACE(trace) "\"$ai_trace_id\":\"" trace "\""

static const char id_lines[] = EVENT(
	"span", "x1", "10:00:00",
	TRACE("t10") ",\"$ai_span_id\":\"ab1\",\"$ai_session_id\":\"s10\"")
	EVENT("span", "x2", "10:00:10",
              TRACE("t11") ",\"$ai_span_id\":\"ab2\",\"$ai_session_id\":\"s11\"")
		EVENT("span", "ab", "10:00:20",
                      TRACE("t1") ",\"$ai_span_id\":\"t10\",\"$ai_session_id\":\"s1\"")
			EVENT("span", "x4", "10:00:30",
                              TRACE("ab") ",\"$ai_span_id\":\"ab3\","
                                          "\"$ai_session_id\":\"anna\"");

/* After each line, what is kept up, and what a new filter says. */
static void check_ids(enum filtered_of of, const char *text, const char *const expected[4])
{
	struct filter *filter = filter_bench_parse(text);
	struct filter_bench b;
	struct filtered *d;

	filter_bench_open(&b, str_of(id_lines));
	d = filter_bench_new(&b, filter, of);
	for (unsigned i = 0; i < 4; i++) {
		struct buf passing = {0};

		filter_bench_feed(&b);
		filtered_wait(d);
		filter_bench_passing(&b, d, of, &passing);
		if (strcmp(buf_text(&passing), expected[i]) != 0)
			fail_msg("%s, after %u: %s instead of %s", text, i, buf_text(&passing),
			         expected[i]);
		filter_bench_expect(&b, of, text, expected[i]);
		buf_free(&passing);
	}
	filtered_free(d);
	filter_bench_close(&b);
	filter_free(filter);
}

/* A beginning of several means them all; what is all of an id means that one, also when it comes later, and whatever else is
 * called so: a user, a trace. */
static void ids_that_come(void **state)
{
	static const struct {
		enum filtered_of of;
		const char *text, *expected[4];
	} cases[] = {
		{FILTERED_EVENTS, "id:ab", {"0", "0 1", "2", "2"}},
		{FILTERED_EVENTS, "-id:ab", {"", "", "0 1", "0 1 3"}},
		{FILTERED_EVENTS, "id:ab1,ab", {"0", "0 1", "0 2", "0 2"}},
		{FILTERED_EVENTS, "id:anna", {"", "", "", ""}},
		{FILTERED_EVENTS, "id:a", {"0", "0 1", "0 1 2", "0 1 2 3"}},
		{FILTERED_EVENTS, "id:t1", {"", "", "2", "2"}},
		{FILTERED_EVENTS, "trace:t1", {"0", "0 1", "2", "2"}},
		{FILTERED_EVENTS, "trace:t", {"0", "0 1", "0 1 2", "0 1 2"}},
		{FILTERED_EVENTS, "trace:x", {"", "", "", ""}},
		{FILTERED_EVENTS, "session:s1", {"0", "0 1", "2", "2"}},
		{FILTERED_EVENTS, "session:an", {"", "", "", "3"}},
		{FILTERED_EVENTS, "trace(id:ab)", {"0", "0 1", "2", "2"}},
		{FILTERED_TRACES, "id:t1", {"0", "0 1", "2", "2"}},
		{FILTERED_TRACES, "trace:t1,t11", {"0", "0 1", "1 2", "1 2"}},
		{FILTERED_TRACES, "-trace:t1", {"", "", "0 1", "0 1 3"}},
		{FILTERED_TRACES, "session:s1", {"0", "0 1", "2", "2"}},
		{FILTERED_TRACES, "id:ab1", {"", "", "", ""}},
		{FILTERED_TRACES, "id:a", {"", "", "", "3"}},
		{FILTERED_SESSIONS, "id:s1", {"0", "0 1", "2", "2"}},
		{FILTERED_SESSIONS, "session:s", {"0", "0 1", "0 1 2", "0 1 2"}},
		{FILTERED_SESSIONS, "trace:t1", {"0", "0 1", "2", "2"}},
		{FILTERED_SESSIONS, "any(id:ab)", {"0", "0 1", "2", "2"}},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		check_ids(cases[i].of, cases[i].text, cases[i].expected);
}

#define IDS 20000u

/* However many there are, nothing looks at all of them at once. */
static void ids_in_steps(void **state)
{
	struct filter *filter = filter_bench_parse("id:b-1 -trace:t-7");
	struct loop *loop = loop_new();
	struct filtered_context with;
	struct filtered *d;
	struct fixture f;
	unsigned steps = 0;
	char id[16], trace[16];

	(void)state;
	fixture_init(&f);
	for (unsigned i = 0; i < IDS; i++) {
		snprintf(id, sizeof(id), "%c-%u", i % 2 ? 'a' : 'b', i);
		snprintf(trace, sizeof(trace), "t-%u", i % 100);
		FIXTURE_ADD(&f, .kind = EVENT_SPAN, .span = id, .trace = trace);
	}
	with = (struct filtered_context){.loop = loop, .model = f.model};
	assert_int_equal(filtered_new(&d, filter, FILTERED_EVENTS, &with, NULL), ERR_OK);
	while (!filtered_step(d, 0))
		steps++;
	assert_true(steps >= IDS / 64);
	/* b-1, b-10, b-12... */
	assert_int_equal(filtered_count(d), 5555);
	filtered_free(d);
	fixture_fini(&f);
	loop_free(loop);
	filter_free(filter);
}

/* A value that becomes the name of a source, with events or without, means that source alone from then on. */
static void sources_that_come(void **state)
{
	static const enum filtered_of of[] = {FILTERED_EVENTS, FILTERED_TRACES, FILTERED_SESSIONS};
	struct filter *filter = filter_bench_parse("source:app");
	struct filter_bench b;

	(void)state;
	for (size_t i = 0; i < sizeof(of) / sizeof(of[0]); i++) {
		struct filtered *d;

		filter_bench_open(&b, str_of(id_lines));
		b.events.origins[b.events.n_origins++] = "app-old";
		d = filter_bench_new(&b, filter, of[i]);
		filter_bench_feed_all(&b);
		filtered_wait(d);
		assert_int_equal(filtered_count(d), 4);
		b.events.origins[b.events.n_origins++] = "app";
		filtered_wait(d);
		assert_int_equal(filtered_count(d), 0);
		filtered_free(d);
		filter_bench_close(&b);
	}
	filter_free(filter);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ids_that_come),
		cmocka_unit_test(ids_in_steps),
		cmocka_unit_test(sources_that_come),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
