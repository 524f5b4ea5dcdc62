/* What is pushed to PostHog against what a list shows: its names, and what holds until it has answered. The filters themselves
 * are compared by test_posthog_filter.c. */
#include "collect/posthog_pushed.h"

#include "collect/posthog_query.h"
#include "posthog/standin_sql.h"
#include "support/filter_bench.h"
#include "support/source_bench.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#define TRACES "\"name\":\"tracehog:traces\""
#define ONE_ROW                                                                      \
	"{\"results\":[[\"t0\",\"2026-09-22T22:00:00Z\",\"2026-09-22T23:00:00Z\"]]," \
	"\"columns\":[\"trace_id\",\"first_time\",\"last_time\"]}"
#define NOWHERE "00000000-0000-4000-8000-000000000000"

static void make(struct posthog_filter *out, const char *text)
{
	struct filter *f = filter_bench_parse(text);

	posthog_filter_make(out, f, FILTERED_TRACES);
	filter_free(f);
}

/* ---- names ---- */

/* Whether a filter lets the trace of an event through. */
static bool lets_through(const char *event, const char *text)
{
	cJSON *events[] = {cJSON_Parse(event)}, *json, *query;
	struct standin there = {.events = events, .n_events = 1};
	struct posthog_filter p = {0};
	struct posthog_page page = {.until = INT64_C(4000000000000000), .limit = 1, .filter = &p};
	struct buf body = {0};
	const char *wrong;
	struct where *w;
	bool passes;

	make(&p, text);
	posthog_query_traces(&body, &page, NOWHERE);
	json = cJSON_ParseWithLength(body.p, body.n);
	query = cJSON_GetObjectItemCaseSensitive(json, "query");
	w = where_new(&there,
	              cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(query, "query")),
	              cJSON_GetObjectItemCaseSensitive(query, "values"), &wrong);
	assert_non_null(w);
	passes = where_id(w, "t");
	where_free(w);
	cJSON_Delete(json);
	cJSON_Delete(events[0]);
	buf_free(&body);
	posthog_filter_free(&p);
	return passes;
}

/* What a list calls a trace may be on any event of it. */
static void test_names(void **state)
{
#define NAMED(kind, names)                                                               \
	"{\"event\":\"" kind "\",\"timestamp\":\"2026-11-22T10:00:00Z\",\"properties\":" \
	"{\"$ai_trace_id\":\"t\"," names "}}"
	static const char *const named[] = {
		NAMED("$ai_trace", "\"$ai_trace_name\":\"checkout\""),
		NAMED("$ai_generation", "\"$ai_trace_name\":\"checkout\""),
		NAMED("$ai_generation", "\"$ai_span_name\":\"\",\"$ai_trace_name\":\"checkout\""),
		NAMED("$ai_generation", "\"$ai_span_name\":\"checkout\",\"$ai_trace_name\":\"x\""),
	};

	(void)state;
	for (size_t i = 0; i < sizeof(named) / sizeof(named[0]); i++) {
		assert_true(lets_through(named[i], "name:checkout"));
		assert_false(lets_through(named[i], "name:other"));
	}
	/* Of an event it is no name. */
	assert_true(lets_through(named[0], "any(name:checkout)"));
	assert_false(lets_through(named[1], "any(name:checkout)"));
#undef NAMED
}

/* ---- until it has answered ---- */

static enum posthog_word says(struct source_bench *test, const char *trace)
{
	return posthog_says(test->posthog, POSTHOG_TRACES, str_of(trace));
}

static void list(struct source_bench *test)
{
	posthog_list(test->posthog, POSTHOG_TRACES, SOURCE_BENCH_SINCE, SOURCE_BENCH_UNTIL, 0);
}

static enum posthog_judge judge(struct source_bench *test)
{
	struct posthog_pushed pushed;

	posthog_read_pushed(test->posthog, POSTHOG_TRACES, &pushed);
	return pushed.judge;
}

/* Then nothing is said, so that what is here is judged here. */
static void test_no_answer(void **state)
{
	struct source_bench *test = *state;
	struct posthog_filter p = {0};

	source_bench_open_ready(test);
	test->totals_known = true;
	make(&p, "model:gpt");
	assert_true(posthog_push(test->posthog, POSTHOG_TRACES, &p));
	list(test);
	assert_int_equal(says(test, "t0"), POSTHOG_SAYS_NOTHING);
	assert_int_equal(judge(test), POSTHOG_IS_ASKED);
	source_bench_answer(test, TRACES, 200, ONE_ROW);
	source_bench_until_idle(test);
	assert_int_equal(judge(test), POSTHOG_JUDGES);
	assert_int_equal(says(test, "t0"), POSTHOG_SAYS_YES);
	assert_int_equal(says(test, "t1"), POSTHOG_SAYS_NO);
	list(test);
	source_bench_answer(test, TRACES, 403, "{\"detail\":\"no\"}");
	source_bench_until_idle(test);
	assert_int_not_equal(posthog_last_trouble(test->posthog, NULL), POSTHOG_FINE);
	assert_int_equal(says(test, "t0"), POSTHOG_SAYS_NOTHING);
	assert_int_equal(says(test, "t1"), POSTHOG_SAYS_NOTHING);
	assert_int_equal(judge(test), POSTHOG_IS_SILENT);
	posthog_filter_free(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test_setup_teardown(test_no_answer, source_bench_enter,
	                                        source_bench_leave),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
