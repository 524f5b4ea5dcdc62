/* The table of prices: what is read of it, and which of its rows is for a model. */
#include "base/buf.h"
#include "base/decimal.h"
#include "cost/prices.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct price_choice find(const struct prices *p, const char *model, const char *provider)
{
	struct price_choice c;

	prices_find(p, str_of(model), str_of(provider), STR_EMPTY, 0, &c);
	return c;
}

static void expect_text(struct str text, const char *expected)
{
	struct buf b = {0};

	buf_append(&b, text);
	assert_string_equal(buf_text(&b), expected);
	buf_free(&b);
}

/* ---- models of the built-in table -------------------------------------------------------------- */

struct matched {
	const char *model, *provider;
	const char *row, *by; /* its name and provider; NULL: no row */
	enum price_match match;
};

static const struct matched cases[] = {
	/* the name itself, in any case */
	{"openai/gpt-4o", "", "openai/gpt-4o", "openrouter", MATCH_EXACT},
	{"OpenAI/GPT-4o", "", "openai/gpt-4o", "openrouter", MATCH_EXACT},
	{"gpt-4o", "openai", "gpt-4o", "openai", MATCH_EXACT},
	/* PostHog's own rows come first, also for what stands after the last slash */
	{"gpt-4.5", "openai", "gpt-4.5", "posthog-manual", MATCH_MANUAL},
	{"openai/text-embedding-3-small", "openai", "text-embedding-3-small", "posthog-manual",
         MATCH_MANUAL},
	{"claude-2", "anthropic", "claude-2", "posthog-manual", MATCH_MANUAL},
	/* a date at the end */
	{"gpt-5-2025-08-07", "openai", "gpt-5", "openai", MATCH_DATED},
	{"claude-sonnet-4-5-20250929", "anthropic", "claude-sonnet-4-5", "anthropic", MATCH_DATED},
	{"claude-sonnet-4-5@20250929", "google-vertex", "anthropic/claude-sonnet-4.5", "openrouter",
         MATCH_DATED},
	{"gpt-4.1-mini-2025-04-14", "openai", "gpt-4.1-mini", "openai", MATCH_DATED},
	/* dots and dashes are the same inside a name */
	{"anthropic/claude-3-7-sonnet-thinking-x", "anthropic", "anthropic/claude-3.7-sonnet",
         "openrouter", MATCH_INSIDE},
	/* a provider's own prices of a name that another row has */
	{"openai/o3-mini", "azure", "o3-mini", "azure", MATCH_EXACT},
	{"openai/o3-mini", "azure_openai", "o3-mini", "azure", MATCH_EXACT},
	{"openai/gpt-4o-mini", "nobody", "openai/gpt-4o-mini", "openrouter", MATCH_EXACT},
	/* Bedrock: inference profiles and ARNs */
	{"us.anthropic.claude-sonnet-4-5-20250929-v1:0", "bedrock",
         "regional.anthropic.claude-sonnet-4-5-20250929-v1:0", "aws", MATCH_EXACT},
	{"arn:aws:bedrock:eu-west-1:1:inference-profile/eu.anthropic.claude-3-5-haiku-20241022-v1:0",
         "aws", "regional.anthropic.claude-3-5-haiku-20241022-v1:0", "aws", MATCH_EXACT},
	/* nothing */
	{"", "openai", NULL, NULL, MATCH_NONE},
	{"my-own-tune", "", NULL, NULL, MATCH_NONE},
	{"local-llama-of-mine", "ollama", NULL, NULL, MATCH_NONE},
};

static void test_models(void **state)
{
	struct prices *p = prices_new();

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct matched *c = &cases[i];
		struct price_choice choice = find(p, c->model, c->provider);

		if (choice.match != c->match || (choice.row == NULL) != (c->row == NULL))
			fail_msg("%s: match %d, line %u", c->model, (int)choice.match,
			         choice.row != NULL ? choice.row->line : 0);
		if (c->row == NULL || choice.row == NULL)
			continue;
		expect_text(choice.row->model, c->row);
		expect_text(choice.row->provider, c->by);
	}
	prices_free(p);
}

/* Where a date is left on, a longer name of another model stands in what comes of it. */
static void test_posthog_is_told_apart(void **state)
{
	struct prices *p = prices_new();
	struct price_choice c = find(p, "gpt-5-2025-08-07", "openai");

	(void)state;
	assert_non_null(c.posthog);
	assert_ptr_not_equal(c.posthog, c.row);
	expect_text(c.posthog->model, "gpt-5.2");
	prices_free(p);
}

static void test_a_long_prompt_has_its_row(void **state)
{
	struct prices *p = prices_new();
	struct price_choice c;

	(void)state;
	prices_find(p, STR("google/gemini-2.5-pro-preview"), STR("google"), STR_EMPTY, 200001, &c);
	expect_text(c.row->model, "gemini-2.5-pro-preview:large");
	prices_find(p, STR("google/gemini-2.5-pro-preview"), STR("google"), STR_EMPTY, 200000, &c);
	expect_text(c.row->model, "gemini-2.5-pro");
	prices_free(p);
}

/* ---- tables --------------------------------------------------------------------------------------- */

static void test_own_rows_win(void **state)
{
	struct prices *p = prices_new();
	struct price_choice c;

	(void)state;
	assert_int_equal(prices_add(p, PRICES_OWN,
	                            STR("# mine, 2026-11-01\nmodel\tprompt\tcompletion\n"
	                                "gpt-4o\t0.000001\t0.000002\n"),
	                            NULL),
	                 ERR_OK);
	c = find(p, "openai/gpt-4o", "openai");
	assert_int_equal(c.match, MATCH_OWN);
	assert_int_equal(c.row->table, PRICES_OWN);
	assert_int_equal(c.row->price[PRICE_PROMPT], 1000000000000);
	assert_int_equal(c.row->price[PRICE_CACHE_READ], PRICE_NONE);
	assert_int_equal(c.posthog->table, PRICES_BUILTIN);
	expect_text(prices_date(p, PRICES_OWN), "2026-11-01");
	/* A longer name of the built-in table is no less right for it. */
	c = find(p, "gpt-4o-mini", "openai");
	assert_int_equal(c.row->table, PRICES_BUILTIN);
	prices_free(p);
}

static void test_every_digit_of_a_price(void **state)
{
	struct prices *p = prices_new();
	struct price_choice c;

	(void)state;
	assert_int_equal(prices_add(p, PRICES_OWN,
	                            STR("provider\tmodel\tprompt\tx\r\n\tm\t1.23456789e-7\t?\r\n"),
	                            NULL),
	                 ERR_OK);
	c = find(p, "M", "");
	assert_int_equal(c.row->price[PRICE_PROMPT], 123456789000);
	prices_free(p);
}

static void test_tiers(void **state)
{
	struct prices *p = prices_new();
	struct price_choice c;

	(void)state;
	assert_int_equal(prices_add(p, PRICES_OWN,
	                            STR("model\tprompt\ttiers\nm\t0.000001\tprompt>300=0.000003; "
	                                "prompt>200=0.000002;completion>200=0.000009\n"),
	                            NULL),
	                 ERR_OK);
	c = find(p, "m", "");
	assert_int_equal(price_at(c.row, PRICE_PROMPT, 200), 1000000000000);
	assert_int_equal(price_at(c.row, PRICE_PROMPT, 201), 2000000000000);
	assert_int_equal(price_at(c.row, PRICE_PROMPT, 301), 3000000000000);
	assert_int_equal(price_at(c.row, PRICE_COMPLETION, 301), 9000000000000);
	assert_int_equal(price_at(c.row, PRICE_COMPLETION, 0), PRICE_NONE);
	prices_free(p);
}

static void test_tiers_twice(void **state)
{
	struct prices *p = prices_new();
	struct price_choice c;

	(void)state;
	assert_int_equal(prices_add(p, PRICES_OWN,
	                            STR("model\tprompt\ttiers\ttiers\n"
	                                "m\t0.000001\tprompt>100=0.000002\tprompt>300=0.000003\n"),
	                            NULL),
	                 ERR_OK);
	c = find(p, "m", "");
	assert_int_equal(c.row->n_tiers, 1);
	assert_int_equal(price_at(c.row, PRICE_PROMPT, 300), 1000000000000);
	assert_int_equal(price_at(c.row, PRICE_PROMPT, 301), 3000000000000);
	prices_free(p);
}

static const struct {
	const char *text;
	uint64_t line;
} wrong[] = {
	{"prompt\tcompletion\n", 1},
	{"model\tprompt\nm\tcheap\n", 2},
	{"# remark\nmodel\tprompt\n\nm\t-1\n", 4},
	{"model\tprompt\nm\t1e30\n", 2},
	{"model\tprompt\nm\tNaN\n", 2},
	{"model\tprompt\nm\n", 2},
	{"model\tprompt\n\t0.1\n", 2},
	{"model\tprompt\ttiers\nm\t0.1\tprompt=3\n", 2},
	{"model\tprompt\ttiers\nm\t0.1\twords>3=1\n", 2},
	{"model\tprompt\ttiers\nm\t0.1\tprompt>-3=1\n", 2},
};

static void test_a_wrong_table_is_none(void **state)
{
	struct prices *p = prices_new();
	size_t before = prices_count(p);

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct errinfo e = {0};

		assert_int_equal(prices_add(p, PRICES_OWN, str_of(wrong[i].text), &e), ERR_PARSE);
		if (e.pos != wrong[i].line)
			fail_msg("case %zu: line %d: %s", i, (int)e.pos, e.msg);
		assert_int_equal(prices_count(p), before);
	}
	prices_free(p);
}

static void test_the_table_is_dated(void **state)
{
	struct prices *p = prices_new();

	(void)state;
	assert_int_equal(prices_count(p), 1052);
	expect_text(prices_date(p, PRICES_BUILTIN), "2026-11-21");
	prices_free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_models),
		cmocka_unit_test(test_posthog_is_told_apart),
		cmocka_unit_test(test_a_long_prompt_has_its_row),
		cmocka_unit_test(test_own_rows_win),
		cmocka_unit_test(test_every_digit_of_a_price),
		cmocka_unit_test(test_tiers),
		cmocka_unit_test(test_tiers_twice),
		cmocka_unit_test(test_a_wrong_table_is_none),
		cmocka_unit_test(test_the_table_is_dated),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
