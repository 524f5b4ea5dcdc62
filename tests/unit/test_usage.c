/* What a call says of its use and costs: every property in every form, and what $ai_usage holds. */
#include "base/buf.h"
#include "index/record.h"
#include "index/usage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct record_reader *reader;

static int setup(void **state)
{
	(void)state;
	reader = record_reader_new();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	record_reader_free(reader);
	return 0;
}

static bool read_event(const char *event, const char *properties, struct cost_usage *u,
                       struct buf *texts)
{
	struct buf line = {0};
	bool read;

	buf_printf(&line, "{\"event\":\"%s\",\"properties\":{%s}}", event, properties);
	read = usage_read(reader, buf_str(&line), texts, u);
	buf_free(&line); /* whoever still points into it is found out */
	return read;
}

/* ---- numbers ---- */

/* What one property of a generation becomes, the texts aside. */
static int64_t number_of(const char *property, const char *sent, size_t at)
{
	struct cost_usage u;
	struct buf texts = {0}, properties = {0};
	int64_t number;

	buf_printf(&properties, "\"%s\":%s", property, sent);
	assert_true(read_event("$ai_generation", buf_text(&properties), &u, &texts));
	memcpy(&number, (const char *)&u + at, sizeof(number));
	buf_free(&properties);
	buf_free(&texts);
	return number;
}

#define AT(member) offsetof(struct cost_usage, member)
static const struct {
	const char *property;
	size_t at;
} counts[] = {
	{"$ai_input_tokens", AT(input)},
	{"$ai_output_tokens", AT(output)},
	{"$ai_cache_read_input_tokens", AT(cache_read)},
	{"$ai_cache_creation_input_tokens", AT(cache_write)},
	{"$ai_cache_creation_5m_input_tokens", AT(cache_write_5m)},
	{"$ai_cache_creation_1h_input_tokens", AT(cache_write_1h)},
	{"$ai_reasoning_tokens", AT(reasoning)},
	{"$ai_audio_input_tokens", AT(audio_input)},
	{"$ai_image_input_tokens", AT(image_input)},
	{"$ai_cache_read_audio_tokens", AT(cache_read_audio)},
	{"$ai_text_output_tokens", AT(text_output)},
	{"$ai_audio_output_tokens", AT(audio_output)},
	{"$ai_image_output_tokens", AT(image_output)},
	{"$ai_request_count", AT(requests)},
	{"$ai_web_search_count", AT(searches)},
};

static void test_counts(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		const char *name = counts[i].property;
		size_t at = counts[i].at;

		assert_int_equal(number_of(name, "7", at), 7);
		assert_int_equal(number_of(name, "0", at), 0);
		assert_int_equal(number_of(name, "\"12\"", at), 12);
		assert_int_equal(number_of(name, "1.2e3", at), 1200);
		assert_int_equal(number_of(name, "{\"total\":9}", at), 9);
		assert_int_equal(number_of(name, "1000000000000", at), COST_COUNT_MAX);
		assert_true(number_of(name, "1000000000001", at) == COST_UNKNOWN);
		assert_true(number_of(name, "-1", at) == COST_UNKNOWN);
		assert_true(number_of(name, "0.5", at) == COST_UNKNOWN);
		assert_true(number_of(name, "1e300", at) == COST_UNKNOWN);
		assert_true(number_of(name, "\"NaN\"", at) == COST_UNKNOWN);
		assert_true(number_of(name, "\"Infinity\"", at) == COST_UNKNOWN);
		assert_true(number_of(name, "null", at) == COST_UNKNOWN);
		assert_true(number_of(name, "[7]", at) == COST_UNKNOWN);
		assert_true(number_of(name, "true", at) == COST_UNKNOWN);
	}
}

static const struct {
	const char *property;
	size_t at;
} amounts[] = {
	{"$ai_input_cost_usd", AT(sent_input)},     {"$ai_output_cost_usd", AT(sent_output)},
	{"$ai_request_cost_usd", AT(sent_request)}, {"$ai_web_search_cost_usd", AT(sent_search)},
	{"$ai_total_cost_usd", AT(sent_total)},
};

static void test_amounts(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(amounts) / sizeof(amounts[0]); i++) {
		const char *name = amounts[i].property;
		size_t at = amounts[i].at;

		assert_true(number_of(name, "0.000001", at) == 1000000);
		assert_true(number_of(name, "\"2.5e-1\"", at) == 250000000000);
		assert_true(number_of(name, "0", at) == 0);
		assert_true(number_of(name, "-1", at) == -1000000000000);
		assert_true(number_of(name, "1e300", at) == COST_UNKNOWN);
		assert_true(number_of(name, "\"NaN\"", at) == COST_UNKNOWN);
		assert_true(number_of(name, "\"\"", at) == COST_UNKNOWN);
	}
}

static const struct {
	const char *property;
	enum price_of of;
} own_prices[] = {
	{"$ai_input_token_price", PRICE_PROMPT},
	{"$ai_output_token_price", PRICE_COMPLETION},
	{"$ai_cache_read_token_price", PRICE_CACHE_READ},
	{"$ai_cache_write_token_price", PRICE_CACHE_WRITE},
	{"$ai_cache_write_1h_token_price", PRICE_CACHE_WRITE_1H},
	{"$ai_request_price", PRICE_REQUEST},
	{"$ai_web_search_price", PRICE_WEB_SEARCH},
};

static void test_own_prices(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(own_prices) / sizeof(own_prices[0]); i++) {
		const char *name = own_prices[i].property;
		size_t at = AT(own_price) + own_prices[i].of * sizeof(int64_t);

		assert_true(number_of(name, "0.0000025", at) == 2500000000000);
		assert_true(number_of(name, "2.5e-6", at) == 2500000000000);
		assert_true(number_of(name, "\"0.01\"", at) == 10000000000000000);
		assert_true(number_of(name, "0", at) == 0);
		assert_true(number_of(name, "9", at) == 9000000000000000000);
		assert_true(number_of(name, "10", at) == PRICE_NONE);
		assert_true(number_of(name, "-0.1", at) == PRICE_NONE);
		assert_true(number_of(name, "\"cheap\"", at) == PRICE_NONE);
	}
}

static void test_exclusive(void **state)
{
	static const struct {
		const char *sent;
		bool known, exclusive;
	} cases[] = {
		{"true", true, true},       {"false", true, false}, {"null", false, false},
		{"\"true\"", false, false}, {"1", false, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct cost_usage u;
		struct buf texts = {0}, sent = {0};

		buf_printf(&sent, "\"$ai_cache_reporting_exclusive\":%s", cases[i].sent);
		assert_true(read_event("$ai_generation", buf_text(&sent), &u, &texts));
		assert_int_equal(u.exclusive_known, cases[i].known);
		assert_int_equal(u.exclusive, cases[i].exclusive);
		buf_free(&sent);
		buf_free(&texts);
	}
}

/* ---- texts and lines ---- */

static void is_text(struct str got, const char *want)
{
	if (!str_eq(got, str_of(want)))
		fail_msg("%.*s, not %s", STR_ARG(got), want);
}

static void test_texts(void **state)
{
	struct cost_usage u;
	struct buf texts = {0};

	(void)state;
	assert_true(read_event("$ai_embedding",
	                       "\"$ai_model\":\"openai\\/GPT-4o\",\"$ai_provider\":\"a\\u0062c\","
	                       "\"$ai_framework\":\"vercel\",\"$ai_service_tier\":\"fl\\u0065x\"",
	                       &u, &texts));
	is_text(u.model, "openai/GPT-4o");
	is_text(u.provider, "abc");
	is_text(u.framework, "vercel");
	is_text(u.service_tier, "flex");
	assert_true(read_event("$ai_generation", "\"$ai_provider\":\"x\"", &u, &texts));
	is_text(u.model, "");
	is_text(u.provider, "x");
	is_text(u.framework, "");
	is_text(u.service_tier, "");
	buf_free(&texts);
}

static void test_lines(void **state)
{
	static const char *const not_charged[] = {
		"",
		"{",
		"[]",
		"7",
		"{\"event\":\"$ai_span\",\"properties\":{\"$ai_input_tokens\":1}}",
		"{\"properties\":{\"$ai_input_tokens\":1}}",
		"{\"event\":[\"$ai_generation\"]}",
		"{\"event\":\"$ai_generation\"} x"};
	struct cost_usage u;
	struct buf texts = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(not_charged) / sizeof(not_charged[0]); i++) {
		assert_false(usage_read(reader, str_of(not_charged[i]), &texts, &u));
		assert_true(u.input == COST_UNKNOWN && u.model.n == 0);
	}
	assert_true(usage_read(reader,
	                       STR("{\"event\":\"$ai_generation\",\"properties\":"
	                           "\"{\\\"$ai_model\\\":\\\"m\\\",\\\"$ai_input_tokens\\\":5}\"}"),
	                       &texts, &u));
	assert_int_equal(u.input, 5);
	is_text(u.model, "m");
	assert_true(usage_read(reader, STR("{\"event\":\"$ai_generation\"}"), &texts, &u));
	assert_true(u.input == COST_UNKNOWN);
	buf_free(&texts);
}

/* ---- $ai_usage ---- */

/* The counts that it can tell, in this order; -1 for an unknown one. */
static void raw_is(const char *usage, int64_t write_5m, int64_t write_1h, int64_t audio,
                   int64_t image, int64_t cached_audio, int64_t text_out, int64_t image_out)
{
	struct cost_usage u;
	struct buf texts = {0}, properties = {0}, got = {0}, want = {0};

	buf_printf(&properties, "\"$ai_usage\":%s", usage);
	assert_true(read_event("$ai_generation", buf_text(&properties), &u, &texts));
#define SHOW(value) (long long)((value) == COST_UNKNOWN ? -1 : (value))
	buf_printf(&got, "%lld %lld %lld %lld %lld %lld %lld", SHOW(u.cache_write_5m),
	           SHOW(u.cache_write_1h), SHOW(u.audio_input), SHOW(u.image_input),
	           SHOW(u.cache_read_audio), SHOW(u.text_output), SHOW(u.image_output));
	buf_printf(&want, "%lld %lld %lld %lld %lld %lld %lld", (long long)write_5m,
	           (long long)write_1h, (long long)audio, (long long)image, (long long)cached_audio,
	           (long long)text_out, (long long)image_out);
	if (!str_eq(buf_str(&got), buf_str(&want)))
		fail_msg("%s: %s, not %s", usage, buf_text(&got), buf_text(&want));
	buf_free(&properties);
	buf_free(&texts);
	buf_free(&got);
	buf_free(&want);
}

#define OPENAI                                              \
	"{\"prompt_tokens_details\":{\"audio_tokens\":200," \
	"\"cached_tokens_details\":{\"audio_tokens\":50}}}"
#define GEMINI                                                                    \
	"{\"promptTokensDetails\":[{\"modality\":\"AUDIO\",\"tokenCount\":750},"  \
	"{\"modality\":\"TEXT\",\"tokenCount\":598},"                             \
	"{\"modality\":\"Image\",\"tokenCount\":3}],"                             \
	"\"candidatesTokensDetails\":[{\"modality\":\"IMAGE\",\"tokenCount\":9}," \
	"{\"modality\":\"TEXT\",\"tokenCount\":0}],"                              \
	"\"cacheTokensDetails\":[{\"modality\":\"AUDIO\",\"tokenCount\":40}]}"
#define ANTHROPIC                                               \
	"{\"cache_creation\":{\"ephemeral_5m_input_tokens\":0," \
	"\"ephemeral_1h_input_tokens\":44}}"
#define BEDROCK                                                                           \
	"{\"bedrock\":{\"usage\":{\"cacheDetails\":[{\"inputTokens\":10,\"ttl\":\"5m\"}," \
	"{\"inputTokens\":20,\"ttl\":\"T1H\"},{\"inputTokens\":30,\"ttl\":\"t5m\"},"      \
	"{\"inputTokens\":40,\"ttl\":\"2h\"}]}}}"

static void test_raw_usage(void **state)
{
	(void)state;
	raw_is(OPENAI, -1, -1, 200, -1, 50, -1, -1);
	raw_is(GEMINI, -1, -1, 750, 3, 40, 0, 9);
	raw_is("{\"prompt_tokens_details\":[{\"modality\":\"audio\",\"token_count\":5}],"
	       "\"candidates_tokens_details\":{\"imageTokens\":6,\"textTokens\":7},"
	       "\"cache_tokens_details\":{\"audioTokens\":8}}",
	       -1, -1, 5, -1, 8, 7, 6);
	raw_is("{\"outputTokenDetails\":{\"textTokens\":3,\"imageTokens\":0}}", -1, -1, -1, -1, -1,
	       3, -1);
	raw_is(ANTHROPIC, 0, 44, -1, -1, -1, -1, -1);
	raw_is("{\"providerMetadata\":" BEDROCK "}", 40, 20, -1, -1, -1, -1, -1);
}

static void test_wrapped_usage(void **state)
{
	(void)state;
	raw_is("{\"usage\":{\"raw\":" OPENAI "}}", -1, -1, 200, -1, 50, -1, -1);
	raw_is("{\"rawResponse\":{\"usageMetadata\":" GEMINI "}}", -1, -1, 750, 3, 40, 0, 9);
	raw_is("{\"providerMetadata\":{\"google\":" GEMINI "}}", -1, -1, 750, 3, 40, 0, 9);
	raw_is("{\"providerMetadata\":{\"anthropic\":{\"usage\":" ANTHROPIC "}}}", 0, 44, -1, -1,
	       -1, -1, -1);
	raw_is("{\"rawUsage\":{\"usage\":{\"raw\":" OPENAI "}}}", -1, -1, 200, -1, 50, -1, -1);
	raw_is("{\"rawUsage\":{\"rawResponse\":{\"usageMetadata\":" GEMINI "}}}", -1, -1, 750, 3,
	       40, 0, 9);
	raw_is("{\"rawUsage\":{\"providerMetadata\":" BEDROCK "}}", 40, 20, -1, -1, -1, -1, -1);
}

static void test_odd_usage(void **state)
{
	static const char *const nothing[] = {
		"null",
		"7",
		"\"{\\\"cache_creation\\\":{}}\"",
		"[]",
		"{}",
		"{\"cache_creation\":[1]}",
		"{\"cache_creation\":{\"ephemeral_5m_input_tokens\":\"5\"}}",
		"{\"cache_creation\":{\"ephemeral_5m_input_tokens\":-5}}",
		"{\"cache_creation\":{\"ephemeral_5m_input_tokens\":1e13}}",
		"{\"prompt_tokens_details\":{\"audio_tokens\":0}}",
		"{\"promptTokensDetails\":[7,null,[],{},{\"modality\":\"AUDIO\"}]}",
		"{\"promptTokensDetails\":[{\"tokenCount\":5},{\"modality\":5,\"tokenCount\":5}]}",
		"{\"providerMetadata\":{\"bedrock\":{\"usage\":{\"cacheDetails\":{}}}}}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(nothing) / sizeof(nothing[0]); i++)
		raw_is(nothing[i], -1, -1, -1, -1, -1, -1, -1);
	raw_is("{\"rawUsage\":{\"rawUsage\":" ANTHROPIC "}}", -1, -1, -1, -1, -1, -1, -1);
}

/* However long a list of modalities is, an event is read in bounded time: its first few count. */
static void test_long_details(void **state)
{
	struct buf usage = {0};

	(void)state;
	buf_puts(&usage, "{\"promptTokensDetails\":[");
	for (int i = 1; i <= 1000; i++)
		buf_printf(&usage, "%s{\"modality\":\"AUDIO\",\"tokenCount\":%d}", i > 1 ? "," : "",
		           i);
	buf_puts(&usage, "]}");
	raw_is(buf_text(&usage), -1, -1, 64, -1, -1, -1, -1);
	buf_free(&usage);
}

static void test_raw_usage_wins(void **state)
{
	struct cost_usage u;
	struct buf texts = {0};

	(void)state;
	assert_true(read_event("$ai_generation",
	                       "\"$ai_cache_creation_1h_input_tokens\":1,"
	                       "\"$ai_audio_input_tokens\":3,\"$ai_input_tokens\":9,"
	                       "\"$ai_usage\":" ANTHROPIC,
	                       &u, &texts));
	assert_int_equal(u.cache_write_5m, 0);
	assert_int_equal(u.cache_write_1h, 44);
	assert_int_equal(u.audio_input, 3);
	assert_int_equal(u.input, 9);
	buf_free(&texts);
}

/* ---- a whole working ---- */

static void test_working(void **state)
{
	struct prices *p = prices_new();
	struct errinfo e = {0};
	struct cost_working w;

	(void)state;
	assert_int_equal(prices_add(p, PRICES_OWN,
	                            STR("model\tprompt\tcompletion\nmine\t0.000002\t0.00001\n"),
	                            &e),
	                 ERR_OK);
	assert_true(cost_working_read(
		&w, p,
		STR("{\"event\":\"$ai_generation\",\"properties\":{\"$ai_model\":\"mine\","
	            "\"$ai_input_tokens\":1000,\"$ai_output_tokens\":100,"
	            "\"$ai_reasoning_tokens\":-1}}")));
	assert_int_equal(w.cost.source, COST_ESTIMATED);
	assert_true(w.cost.total == 3000000000); /* 1000 x 0.000002 + 100 x 0.00001 = 0.003 */
	assert_int_equal(w.cause, CAUSE_NONE);
	assert_int_equal(w.suspect, SUSPECT_TOKENS);
	assert_int_equal(w.cost.choice.match, MATCH_OWN);
	cost_working_free(&w);
	assert_false(cost_working_read(&w, p, STR("{\"event\":\"$ai_span\"}")));
	cost_working_free(&w);
	prices_free(p);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_counts),       TEST(test_amounts),        TEST(test_own_prices),
		TEST(test_exclusive),    TEST(test_texts),          TEST(test_lines),
		TEST(test_raw_usage),    TEST(test_wrapped_usage),  TEST(test_odd_usage),
		TEST(test_long_details), TEST(test_raw_usage_wins), TEST(test_working),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
