/* What events cost once they are read: by the tables, where no cost was sent. */
#include "cost/prices_memo.h"
#include "support/record_bench.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* u is 0.000001 USD, 1000000 of an event's amounts. */
#define U INT64_C(1000000)

static struct prices *prices;

static int setup(void **state)
{
	(void)state;
	prices = prices_new();
	return prices_add(prices, PRICES_OWN,
	                  STR("model\tprompt\tcompletion\tcache_read\tcache_write\trequest\n"
	                      "plain\t0.000002\t0.00001\t0.0000005\t0.000003\t\n"
	                      "by-request\t0.000002\t0.00001\t\t\t0.01\n"
	                      "half\t0.000002\t\t\t\t\n"
	                      "dear\t9\t9\t9\t9\t\n"),
	                  NULL) == ERR_OK
	               ? 0
	               : -1;
}

static int teardown(void **state)
{
	(void)state;
	prices_free(prices);
	return 0;
}

#define MODEL(name) "\"$ai_model\":\"" name "\","
#define TOKENS      "\"$ai_input_tokens\":1000,\"$ai_output_tokens\":100"
#define PRICED                                                                \
	(EVENT_COST_ESTIMATED | EVENT_COST_INCOMPLETE | EVENT_COST_MISMATCH | \
	 0xfu * EVENT_COST_INPUT_COMPUTED)

static const struct event *read_event(struct bench *b, const char *name, const char *properties)
{
	static char text[8192];

	events_fini(&b->batch);
	events_init(&b->batch);
	b->batch.prices = prices;
	b->counts = (struct record_counts){0};
	snprintf(text, sizeof(text),
	         "{\"event\":\"%s\",\"timestamp\":\"2026-01-01T00:00:01Z\",\"properties\":{%s}}",
	         name, properties);
	bench_read(b, str_of(text));
	assert_true(b->good);
	return events_get(&b->batch, 0);
}

static void costs(struct bench *b, const char *properties, int64_t cost, uint32_t flags)
{
	const struct event *e = read_event(b, "$ai_generation", properties);

	if (e->cost != cost || (e->flags & PRICED) != flags)
		fail_msg("%s: %lld, flags %x, not %lld, %x", properties, (long long)e->cost,
		         e->flags & PRICED, (long long)cost, flags);
}

#define INPUT_HERE  EVENT_COST_INPUT_COMPUTED
#define OUTPUT_HERE EVENT_COST_OUTPUT_COMPUTED
#define BOTH_HERE   (INPUT_HERE | OUTPUT_HERE)

static void test_nothing_sent(void **state)
{
	struct bench *b = *state;

	/* 1000 x 2u + 100 x 10u */
	costs(b, MODEL("plain") TOKENS, 3000 * U, EVENT_COST_ESTIMATED | BOTH_HERE);
	assert_int_equal(bench_extra(b, EVENT_COST_INPUT), 2000 * U);
	assert_int_equal(bench_extra(b, EVENT_COST_OUTPUT), 1000 * U);
	assert_true(bench_extra(b, EVENT_COST_REQUEST) == EVENT_UNKNOWN);
	assert_true(bench_extra(b, EVENT_COST_CACHE) == EVENT_UNKNOWN);
	/* ... of which 400 were read from the cache, and 200 written: 400 x 2u + 400 x 0.5u + 200 x 3u */
	costs(b,
	      MODEL("plain") TOKENS ",\"$ai_cache_read_input_tokens\":400,"
	                            "\"$ai_cache_creation_input_tokens\":200",
	      2600 * U, EVENT_COST_ESTIMATED | BOTH_HERE);
	assert_int_equal(bench_extra(b, EVENT_COST_INPUT), 1600 * U);
	assert_int_equal(bench_extra(b, EVENT_COST_CACHE), 800 * U);
	/* ... and a request of 0.01 */
	costs(b, MODEL("by-request") TOKENS, 13000 * U,
	      EVENT_COST_ESTIMATED | BOTH_HERE | EVENT_COST_REQUEST_COMPUTED);
	assert_int_equal(bench_extra(b, EVENT_COST_REQUEST), 10000 * U);
	costs(b, MODEL("plain") "\"$ai_input_tokens\":0", 0, EVENT_COST_ESTIMATED | INPUT_HERE);
	costs(b, MODEL("plain") "\"$ai_latency\":1", EVENT_NO_COST, 0);
}

static void test_no_price(void **state)
{
	struct bench *b = *state;

	costs(b, MODEL("none-such-zyx") TOKENS, EVENT_NO_COST, 0);
	costs(b, TOKENS, EVENT_NO_COST, 0);
	costs(b, MODEL("") TOKENS, EVENT_NO_COST, 0);
	/* One side is known, the other has no price. */
	costs(b, MODEL("half") TOKENS, 2000 * U,
	      EVENT_COST_ESTIMATED | EVENT_COST_INCOMPLETE | INPUT_HERE);
	costs(b, MODEL("none-such-zyx") TOKENS ",\"$ai_output_cost_usd\":0.5", 500000 * U,
	      EVENT_COST_ESTIMATED | EVENT_COST_INCOMPLETE);
	assert_int_equal(bench_extra(b, EVENT_COST_OUTPUT), 500000 * U);
}

static void test_sent(void **state)
{
	struct bench *b = *state;

	costs(b, MODEL("plain") TOKENS ",\"$ai_total_cost_usd\":0.003", 3000 * U, BOTH_HERE);
	assert_int_equal(bench_extra(b, EVENT_COST_INPUT), 2000 * U);
	/* 1 % is agreement, more is not. */
	costs(b, MODEL("plain") TOKENS ",\"$ai_total_cost_usd\":0.00303", 3030 * U, BOTH_HERE);
	costs(b, MODEL("plain") TOKENS ",\"$ai_total_cost_usd\":0.00304", 3040 * U,
	      BOTH_HERE | EVENT_COST_MISMATCH);
	costs(b, MODEL("plain") TOKENS ",\"$ai_input_cost_usd\":0.5,\"$ai_output_cost_usd\":0.001",
	      501000 * U, EVENT_COST_MISMATCH);
	assert_int_equal(bench_extra(b, EVENT_COST_INPUT), 500000 * U);
	/* One side was sent, the other is computed. */
	costs(b, MODEL("plain") TOKENS ",\"$ai_input_cost_usd\":0.5", 501000 * U,
	      EVENT_COST_ESTIMATED | OUTPUT_HERE);
	assert_int_equal(bench_extra(b, EVENT_COST_OUTPUT), 1000 * U);
	costs(b, MODEL("none-such-zyx") TOKENS ",\"$ai_total_cost_usd\":0.5", 500000 * U, 0);
}

/* Prices that came with the event count without any table. */
static void test_own_prices(void **state)
{
	struct bench *b = *state;

	costs(b, TOKENS ",\"$ai_input_token_price\":0.001,\"$ai_output_token_price\":\"0.01\"",
	      2000000 * U, EVENT_COST_ESTIMATED | BOTH_HERE);
	costs(b, MODEL("plain") TOKENS ",\"$ai_input_token_price\":0.001", 3000 * U,
	      EVENT_COST_ESTIMATED | BOTH_HERE);
}

static void test_other_events(void **state)
{
	struct bench *b = *state;
	const struct event *e = read_event(b, "$ai_embedding", MODEL("plain") TOKENS);

	assert_int_equal(e->cost, 3000 * U);
	e = read_event(b, "$ai_span", MODEL("plain") TOKENS);
	assert_true(e->cost == EVENT_NO_COST);
	e = read_event(b, "$ai_span",
	               TOKENS ",\"$ai_input_token_price\":1,\"$ai_output_token_price\":1");
	assert_true(e->cost == EVENT_NO_COST);
	e = read_event(b, "$ai_span", MODEL("plain") TOKENS ",\"$ai_total_cost_usd\":0.5");
	assert_int_equal(e->cost, 500000 * U);
	assert_int_equal(e->flags & PRICED, 0);
}

static void test_what_cannot_be(void **state)
{
	struct bench *b = *state;

	/* 10^12 tokens at USD 9: more than the record holds. */
	costs(b, MODEL("dear") "\"$ai_input_tokens\":1000000000000", EVENT_NO_COST, 0);
	assert_int_equal(bench_suspect(b), SUSPECT_COST);
	costs(b, MODEL("plain") "\"$ai_input_tokens\":1e13,\"$ai_output_tokens\":100", 1000 * U,
	      EVENT_COST_ESTIMATED | OUTPUT_HERE);
	assert_int_equal(bench_suspect(b), SUSPECT_TOKENS);
	costs(b, MODEL("plain") "\"$ai_input_tokens\":-5,\"$ai_output_tokens\":\"NaN\"",
	      EVENT_NO_COST, 0);
	assert_int_equal(bench_suspect(b), SUSPECT_TOKENS);
	/* More was read from the cache than there is, where it is said to be within: 400 x 0.5u */
	costs(b,
	      MODEL("plain") "\"$ai_input_tokens\":100,\"$ai_cache_read_input_tokens\":400,"
	                     "\"$ai_cache_reporting_exclusive\":false",
	      200 * U, EVENT_COST_ESTIMATED | INPUT_HERE);
	assert_int_equal(bench_suspect(b), SUSPECT_TOKENS);
	costs(b, MODEL("plain") TOKENS ",\"$ai_input_token_price\":-1", 3000 * U,
	      EVENT_COST_ESTIMATED | BOTH_HERE);
	assert_int_equal(bench_suspect(b), SUSPECT_COST);
}

/* Escapes, and models that differ only in what else counts. */
static void test_texts(void **state)
{
	struct bench *b = *state;

	costs(b, "\"$ai_model\":\"pl\\u0061in\"," TOKENS, 3000 * U,
	      EVENT_COST_ESTIMATED | BOTH_HERE);
	costs(b, MODEL("PLAIN") TOKENS, 3000 * U, EVENT_COST_ESTIMATED | BOTH_HERE);
	costs(b, MODEL("plain") "\"$ai_provider\":\"a\\tb\"," TOKENS, 3000 * U,
	      EVENT_COST_ESTIMATED | BOTH_HERE);
}

#define CACHE "\"$ai_input_tokens\":1000,\"$ai_cache_read_input_tokens\":100"

static void stands_beside(struct bench *b, const char *name, const char *properties, uint32_t flags)
{
	assert_int_equal(read_event(b, name, properties)->flags & EVENT_CACHE_EXCLUSIVE, flags);
}

/* Nobody who shows how much was cached has to know whose tokens are counted how. */
static void test_where_the_cache_stands(void **state)
{
	struct bench *b = *state;
	const char *call = "$ai_generation";

	stands_beside(b, call, MODEL("plain") CACHE, 0);
	stands_beside(b, call, MODEL("claude-x") CACHE, EVENT_CACHE_EXCLUSIVE);
	stands_beside(b, call, "\"$ai_provider\":\"anthropic\"," CACHE, EVENT_CACHE_EXCLUSIVE);
	/* More than there is to read. */
	stands_beside(b, call, "\"$ai_cache_creation_input_tokens\":901," CACHE,
	              EVENT_CACHE_EXCLUSIVE);
	stands_beside(b, call, "\"$ai_cache_creation_input_tokens\":900," CACHE, 0);
	/* What was sent counts before all that. */
	stands_beside(b, call, MODEL("claude-x") "\"$ai_cache_reporting_exclusive\":false," CACHE,
	              0);
	stands_beside(b, "$ai_span", MODEL("claude-x") CACHE, 0);
}

/* ---- what is remembered ---- */

static void same_choice(struct prices_memo *m, const char *model, const char *provider,
                        const char *tier, int64_t tokens)
{
	struct price_choice want;
	const struct price_choice *got;

	prices_find(prices, str_of(model), str_of(provider), str_of(tier), tokens, &want);
	for (int time = 0; time < 2; time++) {
		got = prices_memo_find(m, prices, str_of(model), str_of(provider), str_of(tier),
		                       tokens);
		assert_ptr_equal(got->row, want.row);
		assert_ptr_equal(got->posthog, want.posthog);
		assert_int_equal(got->match, want.match);
	}
}

static void test_memo(void **state)
{
	struct prices_memo *m = prices_memo_new();
	struct prices *others = prices_new();
	char name[64];

	(void)state;
	same_choice(m, "plain", "", "", 0);
	same_choice(m, "slain", "", "", 0);
	same_choice(m, "plain", "", "", 0);
	same_choice(m, "gpt-4o", "openai", "", 0);
	same_choice(m, "gpt-4o", "azure", "", 0);
	same_choice(m, "gpt-5", "openai", "flex", 0);
	same_choice(m, "gpt-5", "openai", "", 0);
	same_choice(m, "gemini-2.5-pro-preview", "google", "", 200000);
	same_choice(m, "gemini-2.5-pro-preview", "google", "", 200001);
	same_choice(m, "", "", "", PRICE_NONE);
	/* However many names come by, it forgets some instead of growing, and is right. */
	for (int i = 0; i < 10000; i++) {
		snprintf(name, sizeof(name), "made-up-%d", i);
		(void)prices_memo_find(m, prices, str_of(name), STR_EMPTY, STR_EMPTY, 0);
	}
	same_choice(m, "plain", "", "", 0);
	assert_null(prices_memo_find(m, others, STR("plain"), STR_EMPTY, STR_EMPTY, 0)->row);
	same_choice(m, "plain", "", "", 0);
	prices_free(others);
	prices_memo_free(m);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, bench_enter, bench_leave)
	const struct CMUnitTest tests[] = {
		TEST(test_nothing_sent),
		TEST(test_no_price),
		TEST(test_sent),
		TEST(test_own_prices),
		TEST(test_other_events),
		TEST(test_what_cannot_be),
		TEST(test_texts),
		TEST(test_where_the_cache_stands),
		cmocka_unit_test(test_memo),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
