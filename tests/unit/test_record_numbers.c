/* Lines into records: tokens, times and money in every form they are sent in. */
#include "support/record_bench.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* ---- numbers ---- */

static void tokens(struct bench *b, const char *sent, int64_t want, uint32_t doubts)
{
	char properties[512];

	snprintf(properties, sizeof(properties), "\"$ai_input_tokens\":%s", sent);
	bench_generation(b, properties);
	assert_true(events_input(&b->batch, 0) == want);
	assert_int_equal(bench_suspect(b), doubts);
}

static void test_tokens(void **state)
{
	struct bench *b = *state;

	tokens(b, "0", 0, 0);
	tokens(b, "1200", 1200, 0);
	tokens(b, "\"12\"", 12, 0);
	tokens(b, "\" 12 \"", 12, 0);
	tokens(b, "\"\\u0031\"", 1, 0);
	tokens(b, "12.0", 12, 0);
	tokens(b, "1.2e3", 1200, 0);
	tokens(b, "1.25e+2", 125, 0);
	tokens(b, "1200e-2", 12, 0);
	tokens(b, "-0", 0, 0);
	tokens(b, "0e999999999999999999999", 0, 0);
	tokens(b, "null", EVENT_UNKNOWN, 0);
	tokens(b, "\"\"", EVENT_UNKNOWN, 0);
	tokens(b, "{\"total\":7,\"noCache\":1,\"cacheRead\":6}", 7, 0);
	tokens(b, "{\"total\":\"7\"}", 7, 0);
	tokens(b, "{\"total\":null}", EVENT_UNKNOWN, 0);
	tokens(b, "4294967293", 4294967293, 0);
	tokens(b, "4294967294", 4294967294, 0);
	tokens(b, "4294967295", 4294967295, 0);
	tokens(b, "1000000000000", 1000000000000, 0);
}

static void test_tokens_that_cannot_be(void **state)
{
	static const char *const wrong[] = {"-1",
	                                    "1.5",
	                                    "0.4",
	                                    "1.25e1",
	                                    "1e-1",
	                                    "1e-99999999999999999999999",
	                                    "1000000000001",
	                                    "9007199254740993",
	                                    "9223372036854775807",
	                                    "9223372036854775808",
	                                    "1e999",
	                                    "\"many\"",
	                                    "\"1x\"",
	                                    "\"01\"",
	                                    "true",
	                                    "[1]",
	                                    "{}",
	                                    "{\"total\":{\"total\":1}}",
	                                    "{\"total\":-1}"};
	struct bench *b = *state;

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		tokens(b, wrong[i], EVENT_UNKNOWN, SUSPECT_TOKENS);
}

static void test_all_token_fields(void **state)
{
	struct bench *b = *state;

	bench_generation(b, "\"$ai_input_tokens\":1,\"$ai_output_tokens\":\"5000000000\","
	                    "\"$ai_cache_read_input_tokens\":6000000000,"
	                    "\"$ai_cache_creation_input_tokens\":4,\"$ai_reasoning_tokens\":0");
	assert_int_equal(events_input(&b->batch, 0), 1);
	assert_int_equal(events_output(&b->batch, 0), 5000000000);
	assert_int_equal(events_cache_read(&b->batch, 0), 6000000000);
	assert_int_equal(bench_extra(b, EVENT_CACHE_WRITE), 4);
	assert_int_equal(bench_extra(b, EVENT_REASONING), 0);
}

static void latency(struct bench *b, const char *sent, int64_t want, uint32_t doubts)
{
	char properties[512];

	snprintf(properties, sizeof(properties), "\"$ai_latency\":%s", sent);
	bench_generation(b, properties);
	assert_true(events_latency(&b->batch, 0) == want);
	assert_int_equal(bench_suspect(b), doubts);
}

static void test_latency(void **state)
{
	struct bench *b = *state;

	latency(b, "1.5", 1500000, 0);
	latency(b, "\"0.0000015\"", 2, 0);
	latency(b, "0", 0, 0);
	latency(b, "3600", 3600000000, 0);
	latency(b, "3600.000001", 3600000001, SUSPECT_LATENCY);
	latency(b, "1e6", 1000000000000, SUSPECT_LATENCY);
	latency(b, "-1", EVENT_UNKNOWN, SUSPECT_LATENCY);
	latency(b, "1e300", EVENT_UNKNOWN, SUSPECT_LATENCY);
	latency(b, "\"soon\"", EVENT_UNKNOWN, SUSPECT_LATENCY);
	latency(b, "null", EVENT_UNKNOWN, 0);
	bench_generation(b, "\"$ai_latency\":0.5");
	assert_int_equal(events_start(&b->batch, 0), events_get(&b->batch, 0)->time - 500000);
	bench_generation(b, "\"$ai_latency\":0.5,\"$ai_ingestion_source\":\"otel\"");
	assert_int_equal(events_start(&b->batch, 0), events_get(&b->batch, 0)->time);
}

static void first_token(struct bench *b, const char *properties, int64_t want, uint32_t doubts)
{
	bench_generation(b, properties);
	assert_true(bench_extra(b, EVENT_FIRST_TOKEN) == want);
	assert_int_equal(bench_suspect(b), doubts);
	assert_int_equal((events_get(&b->batch, 0)->flags & EVENT_STREAM) != 0,
	                 want != EVENT_UNKNOWN);
}

static void test_first_token(void **state)
{
	struct bench *b = *state;

	first_token(b, "\"$ai_time_to_first_token\":0.25", 250000, 0);
	first_token(b, "\"$ai_time_to_first_token\":\"10\",\"$ai_latency\":1", 10000000, 0);
	first_token(b, "\"$ai_time_to_first_token\":10.1,\"$ai_latency\":1", 10100000,
	            SUSPECT_FIRST_TOKEN);
	first_token(b, "\"$ai_time_to_first_token\":10,\"$ai_latency\":0", 10000000, 0);
	first_token(b, "\"$ai_time_to_first_token\":-1", EVENT_UNKNOWN, SUSPECT_FIRST_TOKEN);
	first_token(b, "\"$ai_time_to_first_token\":null", EVENT_UNKNOWN, 0);
}

#define ONE_SIDE (EVENT_COST_ESTIMATED | EVENT_COST_INCOMPLETE)
static void cost(struct bench *b, const char *properties, const char *want, uint32_t flags,
                 uint32_t doubts)
{
	const struct event *e = bench_generation(b, properties);
	struct buf out = {0};

	if (!want)
		assert_true(e->cost == EVENT_NO_COST);
	else
		money_append(&out, e->cost);
	assert_string_equal(buf_text(&out), want ? want : "");
	assert_int_equal(e->flags & (ONE_SIDE | EVENT_COST_MISMATCH), flags);
	assert_int_equal(bench_suspect(b), doubts);
	buf_free(&out);
}

static void test_cost(void **state)
{
	struct bench *b = *state;

	cost(b, "\"$ai_total_cost_usd\":0.1", "0.1", 0, 0);
	cost(b, "\"$ai_total_cost_usd\":\"1e-12\",\"$ai_input_cost_usd\":5", "0.000000000001", 0,
	     0);
	cost(b, "\"$ai_total_cost_usd\":0,\"$ai_input_cost_usd\":5", "0", 0, 0);
	cost(b, "\"$ai_input_cost_usd\":0.1,\"$ai_output_cost_usd\":\"0.2\"", "0.3", 0, 0);
	assert_true(bench_extra(b, EVENT_COST_INPUT) == 100000000000);
	assert_true(bench_extra(b, EVENT_COST_OUTPUT) == 200000000000);
	cost(b,
	     "\"$ai_input_cost_usd\":1,\"$ai_output_cost_usd\":2,\"$ai_request_cost_usd\":4,"
	     "\"$ai_web_search_cost_usd\":8",
	     "15", 0, 0);
	assert_true(bench_extra(b, EVENT_COST_REQUEST) == 4000000000000);
	assert_true(bench_extra(b, EVENT_COST_SEARCH) == 8000000000000);
	cost(b, "\"$ai_input_cost_usd\":1,\"$ai_request_cost_usd\":4", "5", ONE_SIDE, 0);
	cost(b, "\"$ai_output_cost_usd\":2", "2", ONE_SIDE, 0);
	cost(b, "\"$ai_request_cost_usd\":4", "4", ONE_SIDE, 0);
	cost(b, "\"$ai_total_cost_usd\":null", NULL, 0, 0);
	cost(b, "\"$ai_total_cost_usd\":\"free\"", NULL, 0, SUSPECT_COST);
	cost(b, "\"$ai_total_cost_usd\":1e300,\"$ai_output_cost_usd\":2", "2", ONE_SIDE,
	     SUSPECT_COST);
	cost(b, "\"$ai_total_cost_usd\":-3", "-3", 0, SUSPECT_COST);
	cost(b, "\"$ai_input_cost_usd\":9e6,\"$ai_output_cost_usd\":9e6", NULL, 0, SUSPECT_COST);
	cost(b, "\"$ai_total_cost_usd\":-9223372.036854775808", NULL, 0, SUSPECT_COST);
	cost(b, "", NULL, 0, 0);
}

static void time_is(struct bench *b, const char *sent, int64_t want)
{
	char text[256];

	snprintf(text, sizeof(text), "{\"event\":\"$ai_span\",\"timestamp\":%s}", sent);
	bench_line(b, text);
	assert_true(events_get(&b->batch, 0)->time == want);
	assert_int_equal(bench_suspect(b), want == TIME_NONE ? SUSPECT_TIME : 0);
}

/* The reader remembers days: after any other time, each one is what it is by itself. */
static void times_of_one_day(void **state)
{
	static const char *const texts[] = {
		"2026-01-31T00:00:00.000Z",    "2026-01-31T23:59:59.999Z",
		"2026-01-31T23:59:59.999999Z", "2026-01-31T14:05:06.07Z",
		"2026-01-31T24:00:00.000Z",    "2026-01-31T12:60:00.000Z",
		"2026-01-31T23:59:60.000Z",    "2026-01-31T12:00:0x.000Z",
		"2026-01-31T12:00:00.0x0Z",    "2026-01-31T12:00:00.123456+01:00",
		"2026-01-31 12:00:00.250Z",    "2026-02-31T12:00:00.000Z",
		"2026-02-28T12:00:00.000Z",    "0000-01-01T00:00:00.000Z",
		"9999-12-31T23:59:59.999999Z",
	};
	enum { COUNT = sizeof(texts) / sizeof(texts[0]) };
	struct bench *b = *state;

	for (size_t i = 0; i < COUNT * COUNT; i++) {
		const char *pair[] = {texts[i / COUNT], texts[i % COUNT]};

		for (size_t j = 0; j < 2; j++) {
			char quoted[64];

			snprintf(quoted, sizeof(quoted), "\"%s\"", pair[j]);
			time_is(b, quoted, time_parse(str_of(pair[j])));
		}
	}
}

static void test_time(void **state)
{
	struct bench *b = *state;

	time_is(b, "\"2026-01-01T00:00:01.5Z\"", 1767225601500000);
	time_is(b, "\"2026\\u002d01-01T00:00:01Z\"", 1767225601000000);
	time_is(b, "1767225601500", 1767225601500000);
	time_is(b, "\"then\"", TIME_NONE);
	time_is(b, "null", TIME_NONE);
	time_is(b, "[2026]", TIME_NONE);
	bench_line(b, "{\"event\":\"$ai_span\"}");
	assert_int_equal(bench_suspect(b), SUSPECT_TIME);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, bench_enter, bench_leave)
	const struct CMUnitTest tests[] = {
		TEST(test_tokens),  TEST(test_tokens_that_cannot_be), TEST(test_all_token_fields),
		TEST(test_latency), TEST(test_first_token),           TEST(test_cost),
		TEST(test_time),    TEST(times_of_one_day),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
