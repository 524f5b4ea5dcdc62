/* Lines into records: what is an event, ids, names, flags. */
#include "support/record_bench.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static uint32_t flags(struct bench *b, const char *properties)
{
	return bench_generation(b, properties)->flags &
	       ~(uint32_t)(EVENT_KIND_MASK | EVENT_RUNNING);
}

/* ---- lines ---- */

static void test_place(void **state)
{
	struct bench *b = *state;
	const char *text = " \t{\"event\":\"$ai_span\"} \r";

	bench_line(b, text);
	assert_true(b->good);
	assert_int_equal(event_journal(events_get(&b->batch, 0)), BENCH_JOURNAL);
	assert_int_equal(event_offset(events_get(&b->batch, 0)), BENCH_OFFSET + 2);
	assert_int_equal(events_get(&b->batch, 0)->length, 20);
	assert_int_equal(b->counts.lines, 1);
}

static void test_blank_lines(void **state)
{
	struct bench *b = *state;

	bench_line(b, " \t\r");
	assert_true(b->good);
	bench_line(b, "");
	assert_true(b->good);
	assert_int_equal(b->counts.lines + b->counts.bad_lines + b->batch.n, 0);
}

static void bad(struct bench *b, const char *text, enum json_fault fault, size_t pos)
{
	bench_line(b, text);
	assert_false(b->good);
	assert_int_equal(b->report.fault, fault);
	assert_int_equal(b->report.pos, pos);
	assert_int_equal(b->why != NULL, fault == JSON_OK);
	assert_int_equal(b->counts.lines, 1);
	assert_int_equal(b->counts.bad_lines, 1);
	assert_int_equal(b->batch.n, 0);
}

static void test_bad_lines(void **state)
{
	struct bench *b = *state;

	bad(b, "nonsense", JSON_BAD_LITERAL, 1);
	bad(b, " {\"event\":\"$ai_span\"", JSON_ENDS_EARLY, 20);
	bad(b, "{\"event\":\"$ai_span\",\"properties\":{\"$ai_input_tokens\":}}", JSON_UNEXPECTED,
	    53);
	bad(b, "{\"event\":\"$ai_span\"} x", JSON_TRAILING, 21);
	bad(b, "{\"event\":\"$ai_span\",\"x\":NaN}", JSON_BAD_LITERAL, 24);
	bad(b, "[1,2,3]", JSON_OK, 0);
	bad(b, " []", JSON_OK, 1);
	bad(b, "{}", JSON_OK, 0);
	bad(b, "5", JSON_OK, 0);
	bad(b, "{\"event\":5}", JSON_OK, 0);
	bad(b, "{\"event\":null,\"batch\":[]}", JSON_OK, 0);
	bad(b, "{\"batch\":[{\"evnt\":1}]}", JSON_OK, 0);
	assert_string_equal(b->why, "no event in it");
}

static void test_other_events(void **state)
{
	struct bench *b = *state;

	bench_line(b, "{\"event\":\"$identify\"}");
	assert_true(b->good);
	bench_line(b, "{\"event\":\"\"}");
	assert_true(b->good);
	assert_int_equal(b->counts.other_events, 1);
	assert_int_equal(b->counts.lines, 1);
	assert_int_equal(b->batch.n, 0);
}

static void test_arrays_and_batches(void **state)
{
	struct bench *b = *state;
	const char *text =
		"{\"api_key\":\"k\",\"batch\": [ {\"event\":\"$ai_span\",\"uuid\":\"]\\\"[\"},"
		"7 , \"a,]\",{\"event\":\"x\"},{\"event\":\"$ai_trace\"}]}";
	const struct event *e;

	bench_line(b, text);
	assert_true(b->good);
	assert_int_equal(b->counts.lines, 5);
	assert_int_equal(b->counts.bad_lines, 2);
	assert_int_equal(b->counts.other_events, 1);
	assert_string_equal(b->why, "an element is no event");
	assert_int_equal(text[b->report.pos], '7');
	assert_int_equal(b->batch.n, 2);
	e = events_get(&b->batch, 0);
	assert_memory_equal(text + event_offset(e) - BENCH_OFFSET, "{\"event\":\"$ai_span\"", 19);
	assert_int_equal(text[event_offset(e) - BENCH_OFFSET + e->length - 1], '}');
	bench_id_is(b, events_uuid(&b->batch, 0), "]\"[");
	e = events_get(&b->batch, 1);
	assert_int_equal(e->length, strlen("{\"event\":\"$ai_trace\"}"));
	assert_memory_equal(text + event_offset(e) - BENCH_OFFSET, "{\"event\":\"$ai_trace\"}",
	                    e->length);
	bench_line(b, " [{\"event\":\"$ai_span\"}] ");
	assert_true(b->good);
	assert_null(b->why);
	assert_int_equal(event_offset(events_get(&b->batch, 0)), BENCH_OFFSET + 2);
	/* An event may have a member of that name. */
	bench_line(b, "{\"event\":\"$ai_span\",\"batch\":[1]}");
	assert_int_equal(b->batch.n, 1);
	assert_int_equal(b->counts.bad_lines, 0);
}

static void test_irregular(void **state)
{
	struct bench *b = *state;

	bench_line(b, "{\"event\":\"$ai_span\",\"uuid\":\"\\ud800\"}");
	assert_true(b->good);
	assert_int_equal(b->report.irregular, JSON_LONE_SURROGATE);
	assert_int_equal(b->counts.irregular, 1);
	assert_true(events_get(&b->batch, 0)->flags & EVENT_IRREGULAR);
	/* Only the element that is. */
	bench_line(b, "[{\"event\":\"$ai_span\"},{\"event\":\"$ai_span\",\"x\":\"\xff\"}]");
	assert_int_equal(b->counts.irregular, 1);
	assert_false(events_get(&b->batch, 0)->flags & EVENT_IRREGULAR);
	assert_true(events_get(&b->batch, 1)->flags & EVENT_IRREGULAR);
	assert_int_equal(b->report.irregular, JSON_BAD_UTF8);
}

static void test_kinds(void **state)
{
	struct bench *b = *state;

	for (int kind = 0; kind < EVENT_OTHER_AI; kind++) {
		struct str name = event_kind_name((enum event_kind)kind);

		assert_int_equal(event_kind(bench_event(b, name.p, "")), kind);
		assert_true(bench_extra(b, EVENT_NAME) == EVENT_UNKNOWN);
	}
	assert_int_equal(event_kind(bench_event(b, "$ai_tag", "")), EVENT_OTHER_AI);
	bench_extra_is(b, EVENT_NAME, "$ai_tag");
	assert_int_equal(event_kind(bench_event(b, "\\u0024ai_span", "")), EVENT_SPAN);
}

/* ---- ids ---- */

static void test_ids(void **state)
{
	struct bench *b = *state;
	const struct event *e = bench_generation(
		b, "\"$ai_trace_id\":42,\"$ai_session_id\":true,\"$ai_span_id\":\"s\\u0041\","
		   "\"$ai_parent_id\":null");

	bench_id_is(b, events_uuid(&b->batch, 0), "u");
	bench_id_is(b, events_session(&b->batch, 0), "true");
	bench_id_is(b, e->trace, "42");
	bench_id_is(b, e->span, "sA");
	bench_id_is(b, e->user, "me");
	assert_int_equal(e->parent, 0);
	assert_int_equal(bench_suspect(b), 0);
	e = bench_generation(
		b, "\"$ai_span_id\":\"s\",\"$ai_generation_id\":\"g\",\"$ai_trace_id\":\"\"");
	bench_id_is(b, e->span, "g");
	bench_id_is(b, events_span_sent(&b->batch, 0), "s");
	assert_int_equal(e->trace, 0);
	bench_id_is(b, bench_generation(b, "\"$ai_generation_id\":\"g\"")->span, "g");
	assert_int_equal(events_span_sent(&b->batch, 0), 0);
	e = bench_generation(b, "\"$ai_span_id\":\"s\",\"$ai_generation_id\":null");
	bench_id_is(b, e->span, "s");
	/* The last one wins. */
	e = bench_generation(b, "\"$ai_span_id\":\"a\",\"$ai_span_id\":\"b\"");
	bench_id_is(b, e->span, "b");
}

/* What `tracehog run` keeps of a program's standard error: no event, but not lost either. */
static void test_log_lines(void **state)
{
	struct bench *b = *state;
	struct events table;
	struct events_map map = {0};

	bench_line(b, "{\"event\":\"$ai_span\",\"uuid\":\"1\"}");
	bench_read(b, STR("{\"event\":\"$log\",\"timestamp\":\"2026-01-01T00:00:01Z\","
	                  "\"properties\":{\"text\":\"a\\nb\"}}"));
	bench_read(b, STR("{\"event\":\"$log\",\"properties\":{\"text\":7}}"));
	assert_int_equal(b->counts.other_events, 2);
	assert_int_equal(b->batch.n, 1);
	assert_int_equal(b->batch.n_logs, 1);
	assert_int_equal(b->batch.logs[0].before, 1);
	assert_true(b->batch.logs[0].time == time_parse(STR("2026-01-01T00:00:01Z")));
	assert_int_equal(b->batch.logs[0].text_length, 4);
	events_init(&table);
	for (int i = 0; i < 2; i++)
		assert_true(events_merge(&table, &b->batch, &map, 10));
	assert_int_equal(table.n_logs, 2);
	assert_int_equal(table.logs[1].before, 2);
	events_fini(&table);
}

static void test_suspect_ids(void **state)
{
	struct bench *b = *state;
	char properties[512], id[256];

	bench_id_is(b, bench_generation(b, "\"$ai_trace_id\":{\"a\": 1}")->trace, "{\"a\": 1}");
	assert_int_equal(bench_suspect(b), SUSPECT_ID);
	bench_id_is(b, bench_generation(b, "\"$ai_parent_id\":\"a b\"")->parent, "a b");
	assert_int_equal(bench_suspect(b), SUSPECT_ID);
	bench_generation(b, "\"$ai_session_id\":\"\xc3\xa4\"");
	assert_int_equal(bench_suspect(b), SUSPECT_ID);
	bench_generation(b, "\"$ai_session_id\":\"azAZ09-_~.@()!':|\"");
	assert_int_equal(bench_suspect(b), 0);
	for (int n = 200; n < 202; n++) {
		memset(id, 'x', sizeof(id));
		id[n] = '\0';
		snprintf(properties, sizeof(properties), "\"$ai_trace_id\":\"%s\"", id);
		bench_id_is(b, bench_generation(b, properties)->trace, id);
		assert_int_equal(bench_suspect(b), n == 200 ? 0 : SUSPECT_ID);
	}
}

static void user_is(struct bench *b, const char *text, const char *user)
{
	bench_line(b, text);
	bench_id_is(b, events_get(&b->batch, 0)->user, user);
}

static void test_users_and_uuids(void **state)
{
	struct bench *b = *state;

	user_is(b, "{\"event\":\"$ai_span\",\"distinct_id\":7}", "7");
	user_is(b, "{\"event\":\"$ai_span\",\"distinct_id\":\"\",\"$distinct_id\":{\"a\":1}}",
	        "{\"a\":1}");
	user_is(b, "{\"event\":\"$ai_span\",\"properties\":{\"distinct_id\":\"p\"}}", "p");
	user_is(b, "{\"event\":\"$ai_span\"}", "");
	assert_true(events_get(&b->batch, 0)->flags & EVENT_NO_UUID);
	bench_line(b, "{\"event\":\"$ai_span\",\"uuid\":\"\"}");
	assert_true(events_get(&b->batch, 0)->flags & EVENT_NO_UUID);
	bench_line(b, "{\"event\":\"$ai_span\",\"uuid\":1}");
	assert_false(events_get(&b->batch, 0)->flags & EVENT_NO_UUID);
	/* NUL and what comes behind it are part of a text. */
	bench_line(b, "{\"event\":\"$ai_span\",\"uuid\":\"a\\u0000b\"}");
	assert_int_equal(ids_find(&b->batch.ids, (struct str){"a\0b", 3}),
	                 events_uuid(&b->batch, 0));
}

static void test_encoded_properties(void **state)
{
	struct bench *b = *state;
	const struct event *e;

	bench_line(
		b,
		"{\"event\":\"$ai_generation\",\"properties\":"
		"\"{\\\"$ai_input_tokens\\\":5,\\\"$ai_trace_id\\\":\\\"t\\\\u0031\\\",\\\"$ai_error\\\":\\\"x\\\"}\"}");
	assert_true(b->good);
	e = events_get(&b->batch, 0);
	assert_int_equal(e->input, 5);
	bench_id_is(b, e->trace, "t1");
	assert_true(e->flags & EVENT_ERROR);
	assert_true(bench_extra(b, EVENT_ERROR_TEXT) == EVENT_UNKNOWN);
	bench_line(b,
	           "{\"event\":\"$ai_generation\",\"properties\":\"{\\\"$ai_input_tokens\\\":5\"}");
	assert_true(b->good);
	assert_int_equal(events_get(&b->batch, 0)->input, EVENT_ABSENT32);
	bench_line(b, "{\"event\":\"$ai_generation\",\"properties\":[{\"$ai_input_tokens\":5}]}");
	assert_true(b->good);
	assert_int_equal(events_get(&b->batch, 0)->input, EVENT_ABSENT32);
}

/* ---- names and flags ---- */

static void name_is(struct bench *b, const char *event_name, const char *properties,
                    const char *name)
{
	bench_event(b, event_name, properties);
	assert_true(str_eq(events_name(&b->batch, 0), str_of(name)));
}

static void test_names(void **state)
{
	struct bench *b = *state;

	name_is(b, "$ai_span", "\"$ai_span_name\":\"a\\tb\"", "a\tb");
	name_is(b, "$ai_span", "\"$ai_trace_name\":\"t\"", "");
	name_is(b, "$ai_trace", "\"$ai_trace_name\":\"t\",\"$ai_span_name\":\"\"", "t");
	name_is(b, "$ai_trace", "\"$ai_trace_name\":\"t\",\"$ai_span_name\":\"s\"", "s");
	bench_generation(
		b, "\"$ai_model\":\"m\",\"$ai_provider\":\"p\",\"$lib\":\"l\",\"$ai_framework\":"
		   "\"f\",\"$ai_stop_reason\":\"stop\",\"$ai_span_type\":\"agent\","
		   "\"$ai_http_status\":\"200\"");
	assert_true(str_eq(events_model(&b->batch, 0), STR("m")));
	assert_true(str_eq(events_provider(&b->batch, 0), STR("p")));
	bench_extra_is(b, EVENT_LIBRARY, "l");
	bench_extra_is(b, EVENT_FRAMEWORK, "f");
	bench_extra_is(b, EVENT_STOP_REASON, "stop");
	bench_extra_is(b, EVENT_SPAN_TYPE, "agent");
	assert_int_equal(bench_extra(b, EVENT_HTTP_STATUS), 200);
	bench_generation(b, "\"$ai_lib\":\"posthog-ai\",\"$lib\":\"l\",\"$ai_http_status\":\"?\"");
	bench_extra_is(b, EVENT_LIBRARY, "posthog-ai");
	assert_true(bench_extra(b, EVENT_HTTP_STATUS) == EVENT_UNKNOWN);
	assert_int_equal(events_get(&b->batch, 0)->model, 0);
}

static void error_is(struct bench *b, const char *properties, const char *raw)
{
	const struct event *e = bench_generation(b, properties);
	int64_t place = bench_extra(b, EVENT_ERROR_TEXT);
	char text[512];

	assert_int_equal((e->flags & EVENT_ERROR) != 0, raw != NULL);
	assert_int_equal(place != EVENT_UNKNOWN, raw && *raw);
	if (place == EVENT_UNKNOWN)
		return;
	snprintf(text, sizeof(text),
	         "{\"uuid\":\"u\",\"event\":\"$ai_generation\",\"distinct_id\":\"me\","
	         "\"timestamp\":\"2026-01-01T00:00:01Z\",\"properties\":{%s}}",
	         properties);
	assert_int_equal(place & 0xffffffff, strlen(raw));
	assert_memory_equal(text + (place >> 32), raw, strlen(raw));
}

static void test_errors(void **state)
{
	struct bench *b = *state;

	error_is(b, "\"$ai_is_error\":true", "");
	error_is(b, "\"$ai_is_error\":\"true\"", "");
	error_is(b, "\"$ai_is_error\":false", NULL);
	error_is(b, "\"$ai_is_error\":1", NULL);
	error_is(b, "\"$ai_is_error\":false,\"$ai_error\":\"boom\"", "\"boom\"");
	error_is(b, "\"$ai_error\":{\"a\":1}", "{\"a\":1}");
	error_is(b, "\"$ai_error\":true", "true");
	error_is(b, "\"$ai_error\":\"\"", NULL);
	error_is(b, "\"$ai_error\":{ }", NULL);
	error_is(b, "\"$ai_error\":[]", NULL);
	error_is(b, "\"$ai_error\":null", NULL);
	error_is(b, "\"$ai_error\":false", NULL);
}

static void test_flags(void **state)
{
	struct bench *b = *state;

	assert_int_equal(flags(b, ""), 0);
	assert_int_equal(flags(b, "\"$ai_input\":[]"), EVENT_HAS_INPUT);
	assert_int_equal(flags(b, "\"$ai_input_state\":\"x\""), EVENT_HAS_INPUT);
	assert_int_equal(flags(b, "\"$ai_output\":1"), EVENT_HAS_OUTPUT);
	assert_int_equal(flags(b, "\"$ai_output_state\":{}"), EVENT_HAS_OUTPUT);
	assert_int_equal(flags(b, "\"$ai_input\":null,\"$ai_output_choices\":[1]"),
	                 EVENT_PRIVATE | EVENT_HAS_OUTPUT);
	assert_int_equal(flags(b, "\"$ai_output_choices\":null"), EVENT_PRIVATE);
	assert_false(bench_event(b, "$ai_embedding", "\"$ai_output_choices\":null")->flags &
	             EVENT_PRIVATE);
	assert_true(bench_event(b, "$ai_embedding", "\"$ai_input\":null")->flags & EVENT_PRIVATE);
	assert_int_equal(flags(b, "\"$ai_tools\":[{}]"), EVENT_HAS_TOOLS);
	assert_int_equal(flags(b, "\"$ai_tools\":[ ]"), 0);
	assert_int_equal(flags(b, "\"$ai_tools\":null"), 0);
	assert_int_equal(flags(b, "\"$process_person_profile\":false"), EVENT_PERSONLESS);
	assert_int_equal(flags(b, "\"$process_person_profile\":\"false\""), EVENT_PERSONLESS);
	assert_int_equal(flags(b, "\"$process_person_profile\":true"), 0);
	assert_int_equal(flags(b, "\"$ai_cache_reporting_exclusive\":true"), EVENT_CACHE_EXCLUSIVE);
	assert_int_equal(flags(b, "\"$ai_cache_reporting_exclusive\":false"), 0);
	assert_int_equal(flags(b, "\"$ai_cache_reporting_exclusive\":\"yes\""), 0);
	assert_int_equal(flags(b, "\"$ai_ingestion_source\":\"otel\""), EVENT_OTEL);
	assert_int_equal(flags(b, "\"$ai_stream\":true"), EVENT_STREAM);
	assert_int_equal(flags(b, "\"$ai_model_parameters\":{\"n\":1,\"stream\":true}"),
	                 EVENT_STREAM);
	assert_int_equal(flags(b, "\"$ai_model_parameters\":{\"streaming\":true}"), EVENT_STREAM);
	assert_int_equal(flags(b, "\"$ai_model_parameters\":{\"stream\":false}"), 0);
	assert_int_equal(flags(b, "\"$ai_model_parameters\":{\"a\":{\"stream\":true}}"), 0);
	assert_int_equal(flags(b, "\"$ai_model_parameters\":null"), 0);
}

static int64_t arguments(struct bench *b, const char *properties)
{
	bench_event(b, "$ai_span", properties);
	return bench_extra(b, EVENT_ARGUMENTS);
}

#define TOOL_WITH(members) "\"$ai_span_type\":\"tool\"," members

static void test_arguments(void **state)
{
	struct bench *b = *state;
	int64_t one = arguments(b, TOOL_WITH("\"$ai_input_state\":{\"a\":\"x y\",\"b\":[1,2]}"));
	struct buf large = {0};

	assert_true(one >= 0);
	assert_int_equal(
		one,
		arguments(b, TOOL_WITH("\"$ai_input_state\" : { \"a\": \"x y\", \"b\":[1, 2] }")));
	assert_int_not_equal(
		one, arguments(b, TOOL_WITH("\"$ai_input_state\":{\"a\":\"xy\",\"b\":[1,2]}")));
	assert_int_not_equal(
		one, arguments(b, TOOL_WITH("\"$ai_input_state\":{\"a\":\"x y\",\"b\":[12]}")));
	assert_int_equal(arguments(b, TOOL_WITH("\"$ai_input\":[1]")),
	                 arguments(b, TOOL_WITH("\"$ai_input_state\":[1]")));
	assert_int_equal(arguments(b, TOOL_WITH("\"$ai_input_state\":null")), EVENT_UNKNOWN);
	assert_int_equal(arguments(b, TOOL_WITH("\"n\":1")), EVENT_UNKNOWN);
	assert_int_equal(arguments(b, "\"$ai_input_state\":{}"), EVENT_UNKNOWN);
	buf_puts(&large, TOOL_WITH("\"$ai_input_state\":[ \""));
	buf_pad(&large, 'x', 100000);
	buf_puts(&large, "\"]");
	assert_true(arguments(b, buf_text(&large)) >= 0);
	buf_free(&large);
}

static void test_tools_and_running(void **state)
{
	struct bench *b = *state;

	assert_true(bench_event(b, "$ai_span", "\"$ai_span_type\":\"tool\"")->flags & EVENT_TOOL);
	assert_true(bench_event(b, "$ai_span", "\"$ai_span_type\":\"mcp_tools\"")->flags &
	            EVENT_TOOL);
	assert_false(bench_event(b, "$ai_span", "\"$ai_span_type\":\"agent\"")->flags & EVENT_TOOL);
	assert_false(bench_generation(b, "\"$ai_span_type\":\"tool\"")->flags & EVENT_TOOL);
	assert_true(bench_generation(b, "\"$ai_input\":1")->flags & EVENT_RUNNING);
	assert_true(bench_event(b, "$ai_span", "")->flags & EVENT_RUNNING);
	assert_false(bench_event(b, "$ai_trace", "")->flags & EVENT_RUNNING);
	assert_false(bench_event(b, "$ai_metric", "")->flags & EVENT_RUNNING);
	assert_false(bench_generation(b, "\"$ai_latency\":0")->flags & EVENT_RUNNING);
	assert_false(bench_generation(b, "\"$ai_output\":1")->flags & EVENT_RUNNING);
	assert_false(bench_generation(b, "\"$ai_error\":\"x\"")->flags & EVENT_RUNNING);
	assert_false(bench_generation(b, "\"$ai_stop_reason\":\"x\"")->flags & EVENT_RUNNING);
	assert_false(bench_generation(b, "\"$ai_http_status\":0")->flags & EVENT_RUNNING);
}

/* ---- what real programs sent ---- */

static void add_money(money *sum, int64_t value)
{
	if (value != EVENT_NO_COST)
		*sum += value;
}

static void test_real_events(void **state)
{
	struct bench *b = *state;
	uint64_t kinds[EVENT_KINDS] = {0}, input = 0, output = 0, read = 0, reasoning = 0,
		 errors = 0;
	FILE *f = fopen("data/real_events.ndjson", "r");
	money given = 0;
	char *text = NULL;
	size_t cap = 0;
	ssize_t n;

	assert_non_null(f);
	while ((n = getline(&text, &cap, f)) > 0) {
		bench_read(b, (struct str){text, (size_t)n});
		assert_true(b->good);
	}
	free(text);
	fclose(f);
	for (uint32_t i = 0; i < b->batch.n; i++) {
		const struct event *e = events_get(&b->batch, i);
		int64_t value;

		kinds[event_kind(e)]++;
		errors += (e->flags & EVENT_ERROR) != 0;
		if (event_kind(e) > EVENT_EMBEDDING)
			continue;
		input += e->input < EVENT_WIDE32 ? e->input : 0;
		output += e->output < EVENT_WIDE32 ? e->output : 0;
		read += e->cache_read < EVENT_WIDE32 ? e->cache_read : 0;
		if (events_extra(&b->batch, i, EVENT_REASONING, &value))
			reasoning += (uint64_t)value;
		add_money(&given, e->cost);
	}
	assert_int_equal(b->counts.lines, 137);
	assert_int_equal(b->counts.other_events, 4);
	assert_int_equal(b->counts.bad_lines + b->counts.irregular, 0);
	assert_int_equal(kinds[EVENT_GENERATION], 104);
	assert_int_equal(kinds[EVENT_EMBEDDING], 4);
	assert_int_equal(kinds[EVENT_SPAN], 12);
	assert_int_equal(kinds[EVENT_TRACE], 4);
	assert_int_equal(kinds[EVENT_METRIC], 6);
	assert_int_equal(kinds[EVENT_FEEDBACK], 3);
	assert_int_equal(input, 18873);
	assert_int_equal(output, 4969);
	assert_int_equal(read, 1493);
	assert_int_equal(reasoning, 224);
	assert_int_equal(errors, 5);
	/* 0.18107206 was sent; one event has prices of its own: 1000 x 1u + 200 x 2u + 0.01 + 2 x 0.005. */
	assert_true(given == 181072060000 + 21400000000);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, bench_enter, bench_leave)
	const struct CMUnitTest tests[] = {
		TEST(test_place),
		TEST(test_blank_lines),
		TEST(test_bad_lines),
		TEST(test_other_events),
		TEST(test_arrays_and_batches),
		TEST(test_irregular),
		TEST(test_kinds),
		TEST(test_ids),
		TEST(test_log_lines),
		TEST(test_suspect_ids),
		TEST(test_users_and_uuids),
		TEST(test_encoded_properties),
		TEST(test_names),
		TEST(test_errors),
		TEST(test_flags),
		TEST(test_arguments),
		TEST(test_tools_and_running),
		TEST(test_real_events),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
