/* What a filter lets through: each word and field on events made for it. */
#include "query/rows.h"
#include "support/events_fixture.h"
#include "support/filter_bench.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define EVENT(kind, uuid, time, properties)                                                  \
	"{\"event\":\"$ai_" kind "\",\"uuid\":\"" uuid "\",\"timestamp\":\"2026-11-22T" time \
	"Z\",\"distinct_id\":\"anna\",\"properties\":{" properties "}}\n"
#define TRACE(trace) "\"$ai_trace_id\":\"" trace "\""

static void check(const char *lines, enum filtered_of of, const char *const expected[][2])
{
	struct filter_bench b;

	filter_bench_open(&b, str_of(lines));
	filter_bench_feed_all(&b);
	for (size_t i = 0; expected[i][0] != NULL; i++)
		filter_bench_expect(&b, of, expected[i][0], expected[i][1]);
	filter_bench_close(&b);
}

static const char record_lines[] = EVENT(
	"generation", "u0", "10:00:00",
	TRACE("t0") ",\"$ai_model\":\"gpt-5-mini\",\"$ai_provider\":\"openai\","
		    "\"$ai_latency\":2.5,\"$ai_input_tokens\":100,"
		    "\"$ai_output_tokens\":50,\"$ai_total_cost_usd\":0.05,"
		    "\"$ai_cache_read_input_tokens\":25,\"$ai_stop_reason\":\"stop\","
		    "\"$ai_span_id\":\"s0\",\"$ai_span_name\":\"ask\","
		    "\"$ai_http_status\":200")
	EVENT("generation", "u1", "10:00:10",
              TRACE("t0") ",\"$ai_model\":\"claude\",\"$ai_provider\":\"anthropic\","
                          "\"$ai_is_error\":true,\"$ai_error\":\"Timed out\","
                          "\"$ai_latency\":9000000,\"$ai_http_status\":529,"
                          "\"$ai_input_tokens\":8000000000,"
                          "\"$ai_stop_reason\":\"max_tokens\","
                          "\"$ai_reasoning_tokens\":7,"
                          "\"$ai_time_to_first_token\":0.5")
		EVENT("span", "u2", "10:00:20",
                      TRACE("t1") ",\"$ai_span_name\":\"search\","
                                  "\"$ai_span_type\":\"tool\",\"$ai_latency\":1,"
                                  "\"$ai_output_state\":\"found\"")
			EVENT("embedding", "u3", "10:00:30", TRACE("t1") ",\"$ai_input\":null")
				EVENT("trace", "u4", "10:01:00",
                                      TRACE("t1") ",\"$ai_trace_name\":\"Lookup\"")
					EVENT("metric", "u5", "10:02:00",
                                              "\"$ai_metric_name\":\"x\"")
						EVENT("feedback", "u6", "10:03:00", TRACE("t1"));
static const char *const record_expected[][2] = {
	{"", "0 1 2 3 4 5 6"},
	{"model:gpt", "0"},
	{"model:GPT", ""},
	{"model:*mini", "0"},
	{"model:gpt,claude", "0 1"},
	{"-model:*", "2 3 4 5 6"},
	{"provider:openai", "0"},
	{"provider:open", ""},
	{"name:ask", "0"},
	{"name:/^s/", "2"},
	{"user:ann", "0 1 2 3 4 5 6"},
	{"latency:>2s", "0 1"},
	{"latency:2.5s", "0"},
	{"latency:1..2.5", "0 2"},
	{"-latency:>2s", "2 3 4 5 6"},
	{"latency:>100h", "1"},
	{"tokens:>100", "0 1"},
	{"tokens:150", "0"},
	{"in:8000000000", "1"},
	{"out:50", "0"},
	{"cost:$0.05", "0"},
	{"cost:<1", "0"},
	{"cache:>0", "0"},
	{"cache%:25", "0"},
	{"reasoning:7", "1"},
	{"ttft:500ms", "1"},
	{"tps:20", "0"},
	{"code:500..599", "1"},
	{"finish:stop", "0"},
	{"status:ok", "0 2 4 5 6"},
	{"status:error", "1"},
	{"is:error", "1"},
	{"is:running", "3"},
	{"is:done", "0 1 2 4 5 6"},
	{"is:cached", "0"},
	{"is:uncached", "1"},
	{"is:truncated", "1"},
	{"is:priced", "0"},
	{"is:unpriced", "1 3"},
	{"is:streamed", "1"},
	{"is:private", "3"},
	{"is:suspect", "1"},
	{"is:pseudo", "0 1"},
	{"kind:generation", "0 1"},
	{"kind:span", "2"},
	{"kind:tool", "2"},
	{"kind:embedding", "3"},
	{"kind:trace", "4"},
	{"kind:metric", "5"},
	{"kind:feedback", "6"},
	{"has:feedback", "6"},
	{"has:embedding", "3"},
	{"id:u1", "1"},
	{"id:s0", "0"},
	{"id:none", ""},
	{"trace:t0", "0 1"},
	{"trace:*", "0 1 2 3 4 6"},
	{"since:2026-11-22T10:01:00Z", "4 5 6"},
	{"until:2026-11-22T10:00:10Z", "0"},
	{"source:filter-", "0 1 2 3 4 5 6"},
	{"is:error OR kind:span", "1 2"},
	{"(is:error OR kind:span) latency:<2s", "2"},
	{"trace(is:error)", "0 1"},
	{"trace(-is:error)", "0 1 2 3 4 6"},
	{"-trace(is:error)", "2 3 4 5 6"},
	{"trace(none(is:error))", "2 3 4 6"},
	{"trace(all(kind:generation))", "0 1"},
	{"trace(any(kind:tool) any(kind:feedback))", "2 3 4 6"},
	{"trace(count(kind:generation):2)", "0 1"},
	{NULL, NULL},
};

static void records(void **state)
{
	(void)state;
	check(record_lines, FILTERED_EVENTS, record_expected);
}

static const char property_lines[] = EVENT("span", "u0", "10:00:00",
                                           "\"ok\":true,\"latency_ms\":2500,\"cost\":0.75")
	EVENT("span", "u1", "10:00:10",
              "\"ok\":1,\"latency_ms\":150,\"cost\":\"0.25\",\"$ai_temperature\":\"1.0\"")
		EVENT("span", "u2", "10:00:20",
                      "\"ok\":false,\"size\":12000,\"took\":90,\"$ai_temperature\":\"1.5\"")
			EVENT("span", "u3", "10:00:30",
                              "\"ok\":\"true\",\"took\":\"2m\",\"$ai_temperature\":\"1 or so\"")
				EVENT("evaluation", "u4", "10:00:40",
                                      "\"$ai_evaluation_result\":true");
static const char *const property_expected[][2] = {
	{"@ok:1", "1"},
	{"@ok:>0", "1"},
	{"@ok:<5", "1"},
	{"@ok:true", "0 3"},
	{"@ok:false", "2"},
	{"@ok:f*", "2"},
	{"@ok:fal", ""},
	{"-@ok:true", "1 2 4"},
	{"@latency_ms:>2s", "0"},
	{"@latency_ms:100ms..1s", "1"},
	{"@cost:>$0.5", "0"},
	{"@cost:$0.25", "1"},
	{"@size:>10k", "2"},
	{"@took:>1m", "2"},
	{"@took:<2m", "2"},
	{"@took:1.5m", "2"},
	{"@took:2m", "3"},
	{"score:1", "4"},
	{"temp:1", "1"},
	{"temp:1.5", "2"},
	{"temp:*", "1 2 3"},
	{"score:>0.5", "4"},
	{NULL, NULL},
};

static void properties(void **state)
{
	(void)state;
	check(property_lines, FILTERED_EVENTS, property_expected);
}

static const char payload_lines[] = EVENT(
	"generation", "u0", "10:00:00",
	TRACE("t0") ",\"$ai_input\":[{\"role\":\"user\",\"content\":[{\"type\":"
		    "\"image_url\",\"image_url\":{\"url\":\"http://x/y.png\"}}]}],"
		    "\"env\":\"prod\",\"$ai_reasoning_tokens\":5")
	EVENT("generation", "u1", "10:00:10",
              TRACE("t0") ",\"$ai_input\":[{\"role\":\"system\",\"content\":\"Be "
                          "kind\"},{\"role\":\"user\",\"content\":\"weather in "
                          "Kyoto\"}],\"$ai_output_choices\":[{\"role\":"
                          "\"assistant\",\"tool_calls\":[{\"id\":\"c1\",\"type\":"
                          "\"function\",\"function\":{\"name\":\"get_weather\","
                          "\"arguments\":\"{\\\"city\\\":\\\"Kyoto\\\"}\"}}]}]")
		EVENT("span", "u2", "10:00:20",
                      TRACE("t1") ",\"$ai_span_name\":\"get_time\","
                                  "\"$ai_span_type\":\"tool\"")
			EVENT("span", "u3", "10:00:30",
                              TRACE("t1") ",\"$ai_error\":\"no such zone\","
                                          "\"$set\":{\"plan\":\"pro\"},"
                                          "\"retries\":3");
static const char *const payload_expected[][2] = {
	{"has:image", "0"},
	{"has:tool", "1 2"},
	{"has:reasoning", "0"},
	{"kyoto", "1"},
	{"Kyoto -get_weather", ""},
	{"in:weather", "1"},
	{"out:get_weather", "1"},
	{"out:kind", ""},
	{"system:kind", "1"},
	{"role:user weather", "1"},
	{"role:system weather", ""},
	{"tool.args:kyoto", "1"},
	{"tool:get_weather", "1"},
	{"tool:get_*", "1 2"},
	{"tool:*", "1 2"},
	{"error:zone", "3"},
	{"error:*", "3"},
	{"/ky[a-z]to/", "1"},
	{"@retries:>2", "3"},
	{"@retries:3", "3"},
	{"-@retries:*", "0 1 2"},
	{"person.plan:pro", "3"},
	{"env:prod OR error:zone", "0 3"},
	{"trace(kyoto)", "0 1"},
	{"trace(any(kyoto) any(has:image))", "0 1"},
	{"trace(kyoto has:image)", ""},
	{NULL, NULL},
};

/* Parts of messages, and what stands in them. */
static void payloads(void **state)
{
	(void)state;
	check(payload_lines, FILTERED_EVENTS, payload_expected);
}

/* What cannot be asked says why, and where. */
static void mistakes(void **state)
{
	static const char lines[] = EVENT("span", "uu1", "10:00:00", TRACE("t0"))
		EVENT("span", "uu2", "10:00:00", TRACE("t0"));
	static const struct {
		const char *text;
		uint64_t at;
	} wrong[] = {
		{"kind:span is:marked", 10},
		{"has:note", 0},
	};
	struct filter_bench b;

	(void)state;
	filter_bench_open(&b, str_of(lines));
	filter_bench_feed_all(&b);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct filter_reading how = {.now = 0};
		struct filtered_context with = filter_bench_context(&b);
		struct filtered *d;
		struct filter *f;
		struct errinfo e = {0};

		assert_int_equal(filter_parse(&f, str_of(wrong[i].text), &how, &e), FILTER_VALID);
		assert_int_equal(filtered_new(&d, f, FILTERED_EVENTS, &with, &e), ERR_USAGE);
		assert_null(d);
		assert_int_equal(e.pos, wrong[i].at);
		assert_int_not_equal(e.msg[0], 0);
		filter_free(f);
	}
	filter_bench_close(&b);
}

/* What cannot be read is said, of properties as of texts. */
static void unreadable(void **state)
{
	static const char *const texts[] = {"@n:1", "-@n:1", "anna", "@n:1 OR @m:*"};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct filter *filter = filter_bench_parse(texts[i]);
		struct errinfo why = {0};
		struct filter_bench b;
		struct filtered *d;

		filter_bench_open(&b, STR(EVENT("span", "u0", "10:00:00", "\"n\":1")
		                                  EVENT("span", "u1", "10:00:00", "\"n\":1")));
		filter_bench_feed_all(&b);
		assert_int_equal(truncate(b.path, 20), 0);
		d = filter_bench_new(&b, filter, FILTERED_EVENTS);
		filtered_wait(d);
		assert_int_equal(filtered_failed(d, &why), 2);
		assert_int_equal(why.code, ERR_IO);
		assert_non_null(strstr(why.msg, b.path));
		filtered_free(d);
		filter_bench_close(&b);
		filter_free(filter);
	}
}

/* ---- tokens and texts of one side ------------------------------------------ */

static const char side_lines[] = EVENT("generation", "u0", "10:00:00",
                                       TRACE("t0") ",\"$ai_input_tokens\":60")
	EVENT("generation", "u1", "10:00:10", TRACE("t0") ",\"$ai_input_tokens\":40")
		EVENT("generation", "u2", "10:00:20",
                      TRACE("t1") ",\"$ai_input_tokens\":5,"
                                  "\"$ai_input\":\"a refund\"");
static const char *const side_expected[][2] = {
	{"in:100", "0"},          {"in:60", ""},      {"in:refund", "1"},
	{"in:100,refund", "0 1"}, {"in:*", "0 1"},    {"in:refund,60", "1"},
	{"in:refund,100", "0 1"}, {"in:none,5", "1"}, {NULL, NULL},
};

/* Tokens of a trace are its own, texts any event's. */
static void sides_of_rows(void **state)
{
	(void)state;
	check(side_lines, FILTERED_TRACES, side_expected);
}

/* ---- expressions that give up ---------------------------------------------- */

#define SLOW "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab"

static const char slow_lines[] = EVENT("span", "u0", "10:00:00",
                                       TRACE("t0") ",\"$ai_span_name\":\"" SLOW "\","
                                                   "\"s\":\"" SLOW "\"")
	EVENT("trace", "u1", "10:00:10", TRACE("t0") ",\"$ai_trace_name\":\"" SLOW "\"");

static void check_given_up(enum filtered_of of, const char *text)
{
	struct filter *filter = filter_bench_parse(text);
	struct errinfo why = {0};
	struct filter_bench b;
	struct filtered *d;

	filter_bench_open(&b, str_of(slow_lines));
	filter_bench_feed_all(&b);
	d = filter_bench_new(&b, filter, of);
	filtered_wait(d);
	assert_int_equal(filtered_count(d), 0);
	assert_true(filtered_failed(d, &why) > 0);
	assert_int_equal(why.code, ERR_LIMIT);
	filtered_free(d);
	filter_bench_close(&b);
	filter_free(filter);
}

/* It holds of nothing, and that is said. */
static void given_up(void **state)
{
	(void)state;
	check_given_up(FILTERED_EVENTS, "@s:/(a|a|a)+[cd]/");
	check_given_up(FILTERED_EVENTS, "name:/(a|a|a)+[cd]/");
	check_given_up(FILTERED_TRACES, "name:/(a|a|a)+[cd]/");
}

#define SLOW_SPAN(uuid)                                           \
	EVENT("span", uuid, "10:00:00",                           \
	      TRACE("t0") ",\"$ai_span_name\":\"" SLOW uuid "\"," \
	                  "\"s\":\"" SLOW uuid "\"")

/* It takes long, so no step goes on after it. */
static void given_up_one_by_one(void **state)
{
	static const char lines[] = SLOW_SPAN("u0") SLOW_SPAN("u1") SLOW_SPAN("u2");
	struct filter *filter = filter_bench_parse("name:/(a|a|a)+[cd]/");
	struct filter_bench b;
	struct filtered *d;

	(void)state;
	filter_bench_open(&b, str_of(lines));
	filter_bench_feed_all(&b);
	d = filter_bench_new(&b, filter, FILTERED_EVENTS);
	for (uint32_t i = 1; i <= 3; i++) {
		assert_false(filtered_step(d, 0));
		assert_int_equal(filtered_failed(d, NULL), i);
	}
	filtered_wait(d);
	assert_int_equal(filtered_failed(d, NULL), 3);
	filtered_free(d);
	filter_bench_close(&b);
	filter_free(filter);
}

static void a_little_of_texts_in_every_step(void **state)
{
	struct filter *filter = filter_bench_parse("kyoto -get_weather OR zone OR trace(kyoto)");
	struct filter_bench b;
	struct filtered *d;
	unsigned steps = 0;

	(void)state;
	filter_bench_open(&b, str_of(payload_lines));
	filter_bench_feed_all(&b);
	d = filter_bench_new(&b, filter, FILTERED_EVENTS);
	while (!filtered_done(d)) {
		if (filtered_step(d, 0))
			loop_step(b.loop, true);
		assert_true(++steps < 1000);
	}
	assert_int_equal(filtered_count(d), 3);
	filtered_free(d);
	filter_bench_close(&b);
	filter_free(filter);
}

#define UPDATE(uuid, time, trace, arguments)                                                           \
	EVENT("span", uuid, time,                                                                      \
	      TRACE(trace) ",\"$ai_span_type\":\"tool\",\"$ai_span_name\":\"update\",\"$ai_span_id\":" \
	                   "\"s-" uuid "\",\"$ai_input_state\":" arguments)

static const char loop_lines[] =
	/* 0 */ EVENT("trace", "u0", "10:00:00", TRACE("t0"))
	/* 1 */ UPDATE("u1", "10:00:01", "t0", "{\"a\":1}")
	/* 2 */ UPDATE("u2", "10:00:02", "t0", "{\"a\": 1}")
	/* 3 */ EVENT("generation", "u3", "10:00:02", TRACE("t0"))
	/* 4 */ UPDATE("u4", "10:00:04", "t0", "{\"a\":2}")
	/* 5 */ UPDATE("u5", "10:00:01", "t1", "{\"a\":1}")
	/* 6 */ UPDATE("u6", "10:00:02", "t1", "{\"a\":1}")
	/* 7 */ UPDATE("u7", "10:00:02", "t0", "{ \"a\":1}");
static const char *const loop_events[][2] = {
	{"is:loop", "1 2 7"},      {"-is:loop", "0 3 4 5 6"},
	{"is:loop id:u2", "2"},    {"trace(is:loop)", "0 1 2 3 4 7"},
	{"count(is:loop):3", "0"}, {NULL, NULL}};
static const char *const loop_traces[][2] = {
	{"is:loop", "0"}, {"-is:loop", "1"}, {"count(is:loop):>=3", "0"}, {NULL, NULL}};

static void loops(void **state)
{
	(void)state;
	check(loop_lines, FILTERED_EVENTS, loop_events);
	check(loop_lines, FILTERED_TRACES, loop_traces);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(records),
		cmocka_unit_test(payloads),
		cmocka_unit_test(properties),
		cmocka_unit_test(unreadable),
		cmocka_unit_test(loops),
		cmocka_unit_test(given_up),
		cmocka_unit_test(given_up_one_by_one),
		cmocka_unit_test(sides_of_rows),
		cmocka_unit_test(mistakes),
		cmocka_unit_test(a_little_of_texts_in_every_step),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
