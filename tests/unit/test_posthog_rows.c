/* PostHog's answers, in the shapes that it sends, as journal lines; and what those lines then say. */
#include "collect/posthog_rows.h"
#include "support/record_bench.h"
#include "json/tree.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define NOW      INT64_C(1795262400000000)
#define RECEIVED "\"received_at\":\"2026-11-21T12:00:00.000000Z\"}"
#define LISTED   "\"timestamp\":\"2026-11-21T12:00:00.000000Z\",\"properties\":{"
#define AT_TEN   INT64_C(1795255200000000) /* 2026-11-21T10:00:00Z */

struct rows_bench {
	struct buf json, lines;
	struct errinfo e;
	struct posthog_rows rows;
	struct posthog_found found;
};

static int enter(void **state)
{
	static struct rows_bench bench;

	bench = (struct rows_bench){0};
	*state = &bench;
	return 0;
}

static int leave(void **state)
{
	struct rows_bench *b = *state;

	buf_free(&b->json);
	buf_free(&b->lines);
	posthog_found_free(&b->found);
	posthog_rows_free(&b->rows);
	return 0;
}

static struct str file(struct rows_bench *b, const char *name)
{
	char path[64], piece[4096];
	FILE *f;
	size_t n;

	snprintf(path, sizeof(path), "data/posthog/%s.json", name);
	f = fopen(path, "rb");
	if (!f)
		fail_msg("no %s", path);
	buf_clear(&b->json);
	while ((n = fread(piece, 1, sizeof(piece), f)) > 0)
		buf_append(&b->json, (struct str){piece, n});
	fclose(f);
	return buf_str(&b->json);
}

/* The nth line, without its end; empty if there is none. */
static struct str nth(const struct rows_bench *b, size_t n)
{
	struct str rest = buf_str(&b->lines);

	for (;; n--) {
		size_t end = str_find(rest, STR("\n"), 0, false);

		if (end == SIZE_MAX)
			return STR_EMPTY;
		if (n == 0)
			return str_sub(rest, 0, end);
		rest = str_sub(rest, end + 1, SIZE_MAX);
	}
}

static void line_is(const struct rows_bench *b, size_t n, const char *expected)
{
	struct str line = nth(b, n);

	if (!str_eq(line, str_of(expected)))
		fail_msg("line %zu is\n%.*s\nand not\n%s", n, STR_ARG(line), expected);
}

static void no_line(const struct rows_bench *b, size_t n)
{
	assert_int_equal(nth(b, n).n, 0);
}

static bool line_has(const struct rows_bench *b, size_t n, const char *part)
{
	return str_find(nth(b, n), str_of(part), 0, false) != SIZE_MAX;
}

static void is(struct str text, const char *expected)
{
	if (!str_eq(text, str_of(expected)))
		fail_msg("%.*s and not %s", STR_ARG(text), expected);
}

/* ---- lists ---- */

static void test_traces(void **state)
{
	struct rows_bench *b = *state;

	assert_int_equal(posthog_read_traces(file(b, "traces"), 3, NOW, &b->lines, &b->rows, &b->e),
	                 ERR_OK);
	line_is(b, 0,
	        "{\"event\":\"$listed_trace\",\"distinct_id\":\"user@example.com\"," LISTED
	        "\"$ai_trace_id\":\"t-3\",\"$ai_session_id\":\"s-1\","
	        "\"$ai_span_name\":\"plan \\\"A\\\" \\u00e9\\ud83d\\ude00\","
	        "\"first_time\":\"2026-11-21T11:00:00.000003Z\"}," RECEIVED);
	line_is(b, 1,
	        "{\"event\":\"$listed_trace\",\"distinct_id\":42," LISTED
	        "\"$ai_trace_id\":\"t-\\u002d2\",\"first_time\":\"2026-11-21T10:00:00.000002Z\"},"
	        "" RECEIVED);
	line_is(b, 2,
	        "{\"event\":\"$listed_trace\"," LISTED "\"$ai_trace_id\":\"t-1\","
	        "\"first_time\":\"2026-11-21T10:00:00.500000Z\"}," RECEIVED);
	no_line(b, 3);
	assert_string_equal(b->e.msg, "");
	assert_int_equal(b->rows.n, 3);
	assert_true(b->rows.more);
	is(b->rows.rows[0].id, "t-3");
	is(b->rows.rows[1].id, "t--2");
	is(b->rows.rows[2].id, "t-1");
	assert_true(b->rows.rows[0].time == AT_TEN + 3600 * TIME_SECOND + 3);
	assert_true(b->rows.rows[1].time == AT_TEN + 2);
	assert_true(b->rows.rows[2].time == AT_TEN + TIME_SECOND / 2);
}

/* Lists tell of a row what its totals depend on; finding writes no lines. */
static void test_find(void **state)
{
	struct rows_bench *b = *state;

	assert_int_equal(
		posthog_read_find(
			STR("{\"columns\":[\"trace_id\",\"session_id\",\"first_time\",\"last_time\"],"
	                    "\"results\":[[\"t-1\",\"s-\\u0031\",\"2026-11-21T10:00:00Z\","
	                    "\"2026-11-21T10:00:01Z\"],[\"t-2\",null,\"2026-11-21T10:00:00Z\",null]]}"),
			&b->rows, &b->e),
		ERR_OK);
	assert_int_equal(b->rows.n, 2);
	is(b->rows.rows[0].id, "t-1");
	is(b->rows.rows[0].session, "s-1");
	assert_true(b->rows.rows[0].time == AT_TEN);
	assert_true(b->rows.rows[0].last == AT_TEN + TIME_SECOND);
	is(b->rows.rows[1].session, "");
	assert_true(b->rows.rows[1].last == TIME_NONE);
}

static void test_last_page(void **state)
{
	struct rows_bench *b = *state;

	assert_int_equal(posthog_read_traces(file(b, "traces"), 4, NOW, &b->lines, &b->rows, &b->e),
	                 ERR_OK);
	assert_int_equal(b->rows.n, 4);
	assert_false(b->rows.more);
}

/* Rows without an id, without a time, too short, or no rows at all cost no other. */
static void test_sessions(void **state)
{
	struct rows_bench *b = *state;

	assert_int_equal(
		posthog_read_sessions(file(b, "sessions"), 9, NOW, &b->lines, &b->rows, &b->e),
		ERR_OK);
	line_is(b, 0,
	        "{\"event\":\"$listed_session\",\"distinct_id\":\"u-1\"," LISTED
	        "\"$ai_session_id\":\"s-1\",\"last_time\":\"2026-11-21T11:00:00.000000Z\"},"
	        "" RECEIVED);
	line_is(b, 1,
	        "{\"event\":\"$listed_session\"," LISTED
	        "\"$ai_session_id\":\"s-3\",\"last_time\":\"2026-11-21T06:00:00.000000Z\"},"
	        "" RECEIVED);
	no_line(b, 2);
	assert_int_equal(b->rows.n, 2);
	is(b->rows.rows[1].id, "s-3");
	assert_true(b->rows.rows[1].last == b->rows.rows[1].time);
	assert_string_equal(b->e.msg, "4 of the rows from PostHog made no sense: left out");
}

/* ---- totals ---- */

static void test_trace_totals(void **state)
{
	struct rows_bench *b = *state;

	assert_int_equal(posthog_read_trace_totals(file(b, "trace_totals"), NOW, &b->lines, &b->e),
	                 ERR_OK);
	/* A $ai_trace event's latency wins; numbers are the bytes that were sent. */
	line_is(b, 0,
	        "{\"event\":\"$listed_trace\",\"distinct_id\":\"u\"," LISTED
	        "\"$ai_trace_id\":\"t-1\",\"$ai_session_id\":\"s\",\"$ai_span_name\":\"n\","
	        "\"first_time\":\"2026-11-21T10:00:00.000000Z\","
	        "\"last_time\":\"2026-11-21T10:00:09.500000Z\","
	        "\"generations\":2,\"embeddings\":1,\"spans\":3,\"metrics\":0,\"feedbacks\":0,"
	        "\"traces\":1,\"errors\":1,\"unpriced\":0,\"$ai_input_tokens\":1234.0,"
	        "\"$ai_output_tokens\":18446744073709551617,\"$ai_cache_creation_input_tokens\":0,"
	        "\"$ai_total_cost_usd\":1.2345678901234567890e-05,\"$ai_latency\":30.5},"
	        "" RECEIVED);
	/* Only generations have one: their sum. Else what stands at the top. */
	assert_true(line_has(b, 1, ",\"unpriced\":2,\"$ai_latency\":7.25}"));
	assert_true(line_has(b, 2, ",\"unpriced\":1,\"$ai_latency\":3.125}"));
	/* What is no number is unknown. */
	line_is(b, 3,
	        "{\"event\":\"$listed_trace\"," LISTED
	        "\"$ai_trace_id\":\"t-4\",\"traces\":-0,\"errors\":1e999,\"unpriced\":0.0},"
	        "" RECEIVED);
	no_line(b, 4);
}

static void test_session_totals(void **state)
{
	struct rows_bench *b = *state;

	assert_int_equal(
		posthog_read_session_totals(file(b, "session_totals"), NOW, &b->lines, &b->e),
		ERR_OK);
	line_is(b, 0,
	        "{\"event\":\"$listed_session\",\"distinct_id\":\"u\"," LISTED
	        "\"$ai_session_id\":\"s-1\",\"first_time\":\"2026-11-21T10:00:00.000000Z\","
	        "\"last_time\":\"2026-11-21T10:00:09.500000Z\",\"generations\":5,\"traces\":2,"
	        "\"errors\":1,\"$ai_total_cost_usd\":0.75,\"$ai_latency\":12.5}," RECEIVED);
	no_line(b, 1);
}

/* ---- a trace ---- */

static void test_trace(void **state)
{
	struct rows_bench *b = *state;

	assert_int_equal(posthog_read_trace(file(b, "trace_newest"), STR("t-1"), NOW, &b->lines,
	                                    &b->found, &b->e),
	                 ERR_OK);
	line_is(b, 0,
	        "{\"uuid\":\"0199aaaa-0000-7000-8000-000000000001\",\"event\":\"$ai_generation\","
	        "\"distinct_id\":\"u-1\",\"timestamp\":\"2026-11-21T10:00:01.5+00:00\","
	        "\"properties\":{\"$ai_trace_id\":\"t-1\",\"$ai_span_id\":\"g-1\","
	        "\"$ai_model\":\"gpt-5\",\"$ai_input_tokens\":900719925474,"
	        "\"$ai_output_tokens\":34,\"$ai_total_cost_usd\":0.012345678901,"
	        "\"$ai_latency\":1.25,\"token\":\"phc_***\","
	        "\"$current_url\":\"https://x/?k=phc_***\","
	        "\"$ai_input\":[{\"role\":\"user\",\"content\":\"lone \\ud800 surrogate,\\nlines\"}],"
	        "\"$ai_output_choices\":[{\"role\":\"assistant\",\"content\":\"ok\"}]}," RECEIVED);
	line_is(b, 1,
	        "{\"uuid\":\"0199aaaa-0000-7000-8000-000000000002\",\"event\":\"$ai_span\","
	        "\"distinct_id\":\"u-1\",\"timestamp\":\"2026-11-21T10:00:02.5+00:00\","
	        "\"properties\":{\"$ai_trace_id\":\"t-1\",\"$ai_span_name\":\"lookup\","
	        "\"$ai_parent_id\":\"t-1\",\"$ai_latency\":0.5}," RECEIVED);
	no_line(b, 2);
	/* What PostHog folded away, under a uuid that is the same every time. */
	is(buf_str(&b->found.folded),
	   "{\"uuid\":\"56270919-43b2-8601-9c00-99f7781ee802\",\"event\":\"$ai_trace\","
	   "\"distinct_id\":\"u-1\",\"timestamp\":\"2026-11-21T10:00:00.250000+00:00\","
	   "\"properties\":{\"$ai_trace_id\":\"t-1\",\"$ai_session_id\":\"s-1\","
	   "\"$ai_span_name\":\"support agent\","
	   "\"$ai_input_state\":{\"messages\":[{\"role\":\"user\",\"content\":\"h\\u00e9\"}]},"
	   "\"$ai_output_state\":\"done, not JSON {\"}," RECEIVED "\n");
	assert_int_equal(b->found.events, 2);
	assert_true(b->found.has_bodies);
	assert_true(b->found.last_time == AT_TEN + 5 * TIME_SECOND / 2);
	is(buf_str(&b->found.last_uuid), "0199aaaa-0000-7000-8000-000000000002");
	assert_string_equal(b->e.msg, "3 of the rows from PostHog made no sense: left out");
}

/* Older servers send persons and no states; a name that an event bears makes no $ai_trace event. */
static void test_trace_of_an_older_server(void **state)
{
	struct rows_bench *b = *state;

	assert_int_equal(posthog_read_trace(file(b, "trace_older"), STR("t-1"), NOW, &b->lines,
	                                    &b->found, &b->e),
	                 ERR_OK);
	assert_int_equal(b->found.events, 1);
	assert_false(b->found.has_bodies);
	assert_true(
		line_has(b, 0, "\"distinct_id\":\"old-user\",\"timestamp\":\"2025-03-01T10:00"));
	no_line(b, 1);
}

static void test_trace_that_is_not_there(void **state)
{
	struct rows_bench *b = *state;

	assert_int_equal(posthog_read_trace(file(b, "trace_older"), STR("t-2"), NOW, &b->lines,
	                                    &b->found, &b->e),
	                 ERR_OK);
	assert_int_equal(b->found.events, 0);
	assert_int_equal(b->lines.n, 0);
	assert_int_equal(posthog_read_trace(STR("{\"results\":[]}"), STR("t-2"), NOW, &b->lines,
	                                    &b->found, &b->e),
	                 ERR_OK);
	assert_int_equal(b->found.events, 0);
}

/* ---- events ---- */

static void test_ai_events(void **state)
{
	static const char traces[] = "ignored\0t-1"; /* each once */
	struct rows_bench *b = *state;

	assert_int_equal(
		posthog_read_events(file(b, "ai_events"), 9, NOW, &b->lines, &b->found, &b->e),
		ERR_OK);
	/* Heavy columns are JSON where they hold some; properties win over the other columns. */
	line_is(b, 0,
	        "{\"uuid\":\"0199aaaa-0000-7000-8000-000000000001\",\"event\":\"$ai_generation\","
	        "\"distinct_id\":\"u-1\",\"timestamp\":\"2026-11-21T10:00:00.000001+00:00\","
	        "\"properties\":{\"$ai_trace_id\":\"t-1\",\"$ai_latency\":1.5,\"a\":{\"b\":[1, 2]},"
	        "\"$ai_model\":\"from properties\","
	        "\"$ai_input\":[{\"role\":\"user\",\"content\":\"a\\nb\"}],"
	        "\"$ai_output_choices\":\"{broken\",\"$ai_tools\":[],\"$ai_total_tokens\":12,"
	        "\"$ai_is_error\":true}," RECEIVED);
	line_is(b, 1,
	        "{\"uuid\":\"0199aaaa-0000-7000-8000-000000000002\",\"event\":\"$ai_span\","
	        "\"distinct_id\":\"u-1\",\"timestamp\":\"2026-11-21T10:00:00.000002+00:00\","
	        "\"properties\":{\"$ai_input_state\":\"a text\",\"$ai_output_state\":3.50,"
	        "\"$ai_trace_id\":\"t-1\",\"$ai_model\":\"m\",\"$ai_latency\":0.25,"
	        "\"$ai_is_error\":0}," RECEIVED);
	line_is(b, 2,
	        "{\"uuid\":\"0199AAAA-0000-7000-8000-000000000003\",\"event\":\"$ai_embedding\","
	        "\"timestamp\":\"2026-11-21T10:00:00.000003+00:00\","
	        "\"properties\":{\"$ai_trace_id\":\"t-1\",\"$ai_is_error\":0}," RECEIVED);
	assert_true(line_has(b, 3, "\"properties\":\"no object\","));
	no_line(b, 4);
	assert_int_equal(b->found.events, 4);
	assert_int_equal(b->found.traces.n, sizeof(traces));
	assert_memory_equal(b->found.traces.p, traces, sizeof(traces));
	assert_true(b->found.has_bodies);
	assert_false(b->found.more);
	assert_true(b->found.last_time == AT_TEN + 4);
	is(buf_str(&b->found.last_uuid), "0199aaaa-0000-7000-8000-000000000004");
	assert_string_equal(b->e.msg, "2 of the rows from PostHog made no sense: left out");
}

static void test_page_of_events(void **state)
{
	struct rows_bench *b = *state;

	assert_int_equal(
		posthog_read_events(file(b, "ai_events"), 2, NOW, &b->lines, &b->found, &b->e),
		ERR_OK);
	assert_int_equal(b->found.events, 2);
	assert_true(b->found.more);
	assert_true(b->found.last_time == AT_TEN + 2);
	is(buf_str(&b->found.last_uuid), "0199aaaa-0000-7000-8000-000000000002");
}

static void test_live(void **state)
{
	struct rows_bench *b = *state;

	assert_int_equal(posthog_read_live(file(b, "live"), NOW, &b->lines, &b->e), ERR_OK);
	line_is(b, 0,
	        "{\"uuid\":\"0199aaaa-0000-7000-8000-000000000001\",\"event\":\"$ai_generation\","
	        "\"distinct_id\":\"u-1\",\"timestamp\":\"2026-11-21T10:00:00.123Z\","
	        "\"properties\":{\"$ai_trace_id\":\"t-1\",\"$ai_input_tokens\":5,"
	        "\"$ai_latency\":null,\"token\":\"phc_***\"}," RECEIVED);
	no_line(b, 1);
}

/* What goes back into a property is the property that it was. */
static void test_heavy_column_wins(void **state)
{
	struct rows_bench *b = *state;

	assert_int_equal(
		posthog_read_events(
			STR("{\"columns\":[\"uuid\",\"event\",\"properties\",\"input\",\"output\"],"
	                    "\"results\":[[\"0199aaaa-0000-7000-8000-000000000001\",\"$ai_span\","
	                    "{\"$ai_input\":\"old\",\"$ai_output\":\"kept\"},\"[1]\",\"\"]]}"),
			9, NOW, &b->lines, &b->found, &b->e),
		ERR_OK);
	assert_true(line_has(b, 0, "\"properties\":{\"$ai_output\":\"kept\",\"$ai_input\":[1]}"));
	assert_true(b->found.last_time == TIME_NONE);
}

/* ---- what the lines say ---- */

static void test_records(void **state)
{
	struct rows_bench *b;
	void *rows, *records = *state;
	struct bench *reader = records;
	const struct event *e;

	enter(&rows);
	b = rows;
	assert_int_equal(posthog_read_trace(file(b, "trace_newest"), STR("t-1"), NOW, &b->lines,
	                                    &b->found, &b->e),
	                 ERR_OK);
	for (size_t i = 0; i < 2; i++) {
		bench_read(reader, nth(b, i));
		assert_true(reader->good);
	}
	bench_read(reader, str_trim(buf_str(&b->found.folded)));
	assert_true(reader->good);
	e = events_get(&reader->batch, 0);
	assert_int_equal(event_kind(e), EVENT_GENERATION);
	bench_id_is(reader, e->trace, "t-1");
	bench_id_is(reader, e->span, "g-1");
	bench_id_is(reader, e->user, "u-1");
	assert_true(e->time == AT_TEN + 3 * TIME_SECOND / 2);
	assert_true(e->latency == 1250000);
	assert_true(e->cost == INT64_C(12345678901));
	assert_int_equal(e->output, 34);
	assert_true(bench_extra(reader, EVENT_WIDE_INPUT) == INT64_C(900719925474));
	e = events_get(&reader->batch, 1);
	assert_int_equal(event_kind(e), EVENT_SPAN);
	bench_id_is(reader, e->parent, "t-1");
	e = events_get(&reader->batch, 2);
	assert_int_equal(event_kind(e), EVENT_TRACE);
	assert_true(e->flags & EVENT_HAS_INPUT);
	assert_true(e->flags & EVENT_HAS_OUTPUT);
	leave(&rows);
}

/* ---- hostile ---- */

static void test_senseless_answers(void **state)
{
	static const struct {
		const char *json, *why;
	} answers[] = {
		{"", "its JSON"},
		{"<html>", "its JSON"},
		{"{\"results\":[[\"t-1\",", "its JSON"},
		{"[]", "no results in it"},
		{"{\"results\":null,\"error\":\"no\"}", "no results in it"},
		{"{\"results\":{},\"columns\":[\"trace_id\"]}", "no results in it"},
		{"{\"results\":[[1]]}", "no columns in it"},
		{"{\"results\":[[1]],\"columns\":{}}", "no columns in it"},
	};
	struct rows_bench *b = *state;

	buf_puts(&b->lines, "before\n");
	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		struct str json = str_of(answers[i].json);

		assert_int_equal(posthog_read_traces(json, 9, NOW, &b->lines, &b->rows, &b->e),
		                 ERR_PARSE);
		assert_non_null(strstr(b->e.msg, answers[i].why));
		assert_null(b->rows.rows);
		assert_int_equal(posthog_read_trace_totals(json, NOW, &b->lines, &b->e), ERR_PARSE);
		assert_int_equal(posthog_read_events(json, 9, NOW, &b->lines, &b->found, &b->e),
		                 ERR_PARSE);
		assert_int_equal(posthog_read_live(json, NOW, &b->lines, &b->e), ERR_PARSE);
	}
	is(buf_str(&b->lines), "before\n");
}

/* Cut anywhere, an answer is no answer: what is written is all of it or nothing. */
static void test_cut_answers(void **state)
{
	struct rows_bench *b = *state;
	struct str whole = str_trim(file(b, "trace_newest"));

	for (size_t n = 0; n < whole.n; n++)
		assert_int_equal(posthog_read_trace(str_sub(whole, 0, n), STR("t-1"), NOW,
		                                    &b->lines, &b->found, &b->e),
		                 ERR_PARSE);
	assert_int_equal(b->lines.n, 0);
}

/* One event too deep for any reader is told as such, and costs no other. */
static void test_too_deep(void **state)
{
	struct rows_bench *b = *state;
	struct buf answer = {0};

	buf_puts(&answer, "{\"columns\":[\"uuid\",\"event\",\"properties\"],\"results\":["
	                  "[\"0199aaaa-0000-7000-8000-000000000001\",\"$ai_span\",{\"a\":");
	buf_pad(&answer, '[', 2000);
	buf_pad(&answer, ']', 2000);
	buf_puts(&answer, "}],[\"0199aaaa-0000-7000-8000-000000000002\",\"$ai_span\",{\"b\":1}],"
	                  "[\"0199aaaa-0000-7000-8000-000000000003\",\"$ai_span\",{\"b\":01}]]}");
	assert_int_equal(posthog_read_events(buf_str(&answer), 9, NOW, &b->lines, &b->found, &b->e),
	                 ERR_OK);
	assert_int_equal(b->found.events, 2);
	for (size_t i = 0; i < 2; i++) {
		struct json_report report;
		struct json_tree tree;

		assert_int_equal(json_tree_parse(&tree, nth(b, i), &report),
		                 i == 0 ? ERR_LIMIT : ERR_OK);
		assert_int_equal(report.fault, i == 0 ? JSON_TOO_DEEP : JSON_OK);
		json_tree_free(&tree);
	}
	assert_string_equal(b->e.msg, "1 of the rows from PostHog made no sense: left out");
	buf_free(&answer);
}

static void test_opened(void **state)
{
	struct rows_bench *b = *state;

	posthog_write_opened(STR("t \"1\"\n"), NULL, 17, NOW, &b->lines);
	posthog_write_opened(STR("t-2"), "gone", 0, NOW, &b->lines);
	line_is(b, 0,
	        "{\"event\":\"$listed_trace\"," LISTED
	        "\"$ai_trace_id\":\"t \\\"1\\\"\\n\",\"opened\":true,\"events\":17}," RECEIVED);
	line_is(b, 1,
	        "{\"event\":\"$listed_trace\"," LISTED
	        "\"$ai_trace_id\":\"t-2\",\"opened\":true,\"events\":0,\"bodies\":\"gone\"},"
	        "" RECEIVED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_traces, enter, leave),
		cmocka_unit_test_setup_teardown(test_last_page, enter, leave),
		cmocka_unit_test_setup_teardown(test_find, enter, leave),
		cmocka_unit_test_setup_teardown(test_sessions, enter, leave),
		cmocka_unit_test_setup_teardown(test_trace_totals, enter, leave),
		cmocka_unit_test_setup_teardown(test_session_totals, enter, leave),
		cmocka_unit_test_setup_teardown(test_trace, enter, leave),
		cmocka_unit_test_setup_teardown(test_trace_of_an_older_server, enter, leave),
		cmocka_unit_test_setup_teardown(test_trace_that_is_not_there, enter, leave),
		cmocka_unit_test_setup_teardown(test_ai_events, enter, leave),
		cmocka_unit_test_setup_teardown(test_page_of_events, enter, leave),
		cmocka_unit_test_setup_teardown(test_live, enter, leave),
		cmocka_unit_test_setup_teardown(test_heavy_column_wins, enter, leave),
		cmocka_unit_test_setup_teardown(test_records, bench_enter, bench_leave),
		cmocka_unit_test_setup_teardown(test_senseless_answers, enter, leave),
		cmocka_unit_test_setup_teardown(test_cut_answers, enter, leave),
		cmocka_unit_test_setup_teardown(test_too_deep, enter, leave),
		cmocka_unit_test_setup_teardown(test_opened, enter, leave),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
