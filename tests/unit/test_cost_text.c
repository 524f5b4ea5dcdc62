/* The working of a cost in words, worked by hand against a table of its own. */
#include "draw/cost_text.h"

#include "base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define USD INT64_C(1000000000000)

static const char table[] =
	"# dated 2026-11-20\n"
	"model\tprompt\tcompletion\tcache_read\tcache_write\tweb_search\ttiers\n"
	"kettle-9\t0.00001\t0.00007\t0.000001\t\t0.01\tprompt>1000=0.00002;completion>1000=0.00014\n"
	"input-only\t0.00001\t\t\t\t\t\n";

/* With the house tables out of reach of the names here. */
static char *said(const struct cost_usage *u)
{
	struct prices *p = prices_new();
	struct cost_working w = {.usage = *u};
	struct price_choice choice;
	struct errinfo e;
	struct buf out = {0};
	char *text;

	assert_int_equal(prices_add(p, PRICES_OWN, STR(table), &e), ERR_OK);
	prices_find(p, u->model, u->provider, u->service_tier, cost_prompt_tokens(u), &choice);
	cost_compute(&w.cost, u, &choice);
	w.cause = cost_cause(&w.cost, u);
	cost_text_plain(&out, p, &w);
	text = mem_copy_text(buf_text(&out), out.n);
	buf_free(&out);
	prices_free(p);
	return text;
}

static void assert_says(const struct cost_usage *u, const char *want)
{
	char *text = said(u);

	if (strstr(text, want) == NULL)
		fail_msg("not in it:\n%s\n---- but:\n%s", want, text);
	mem_free(text);
}

static void assert_never(const struct cost_usage *u, const char *want)
{
	char *text = said(u);

	if (strstr(text, want) != NULL)
		fail_msg("in it: %s\n----\n%s", want, text);
	mem_free(text);
}

static struct cost_usage usage(const char *model, int64_t input, int64_t output)
{
	struct cost_usage u;

	cost_usage_init(&u);
	u.model = str_of(model);
	u.input = input;
	u.output = output;
	return u;
}

/* 804 x 0.00001 + 200 x 0.000001 + 131 x 0.00007 = 0.00804 + 0.0002 + 0.00917 = 0.01741. */
static struct cost_usage cached(void)
{
	struct cost_usage u = usage("kettle-9", 804 + 196, 131);

	u.cache_read = 196;
	return u;
}

static void all_of_it(void **state)
{
	struct cost_usage u = cached();
	char *text;

	(void)state;
	u.cache_read = 200;
	u.input = 1000;
	u.sent_total = 17370000000;
	u.sent_input = 8200000000;
	u.sent_output = 9170000000;
	text = said(&u);
	assert_string_equal(
		text,
		"$0.01737 reported, $0.01737 recomputed: ok\n"
		"\n"
		"fresh input  800 x $10.00/M = $0.008\n"
		"cache read   200 x  $1.00/M = $0.0002\n"
		"output       131 x $70.00/M = $0.00917\n"
		"\n"
		"             recomputed  reported\n"
		"input           $0.0082   $0.0082\n"
		"output         $0.00917  $0.00917\n"
		"total          $0.01737  $0.01737\n"
		"\n"
		"prices       kettle-9 (line 3 of the own table, 2026-11-20)\n"
		"found as     your own row of this name\n"
		"PostHog      has no price for it\n"
		"counting     cache tokens are in the input (inclusive), as most count\n"
		"cache        20% of the prompt read from it: $0.0018 saved against fresh input\n");
	mem_free(text);
}

static void differences(void **state)
{
	struct cost_usage u = cached();

	(void)state;
	/* All input as fresh: 1000 x 0.00001 + 0.00917 = 0.01917; 0.01917 / 0.017406 - 1 = 10.1 %. */
	u.sent_total = 19170000000;
	assert_says(&u, "$0.01917 reported, $0.017406 recomputed: reported is 10% more\n"
	                "cause        cache read paid as fresh input\n");
	u.sent_total = 17406000000 + 87030000;
	assert_says(&u, "recomputed: ok, reported is 0.5% more\n");
	u.sent_total = 8703000000;
	assert_says(&u, "reported is 50% less\n");
	u.sent_total = USD;
	assert_says(&u, "reported is 57 times as much\ncause        no known cause\n");
	u.sent_total = 0;
	assert_says(&u, "$0.00 reported, $0.017406 recomputed: reported is 100% less\n");
}

static void estimates(void **state)
{
	struct cost_usage u = cached();

	(void)state;
	assert_says(&u, "~$0.017406 estimated: no cost was sent, this is computed\n");
	assert_says(&u, "\n              computed\n");
	assert_never(&u, "reported");
	u.sent_input = 8000000000;
	assert_says(&u, "~$0.01717 estimated: in part as it was sent, the rest computed\n");
	assert_says(&u, "output         $0.00917         -\n");
}

static void unknown_model(void **state)
{
	struct cost_usage u = usage("no-such-\x1b[31murn", 1200, 80);

	(void)state;
	assert_says(&u, "$? no cost was sent, and none can be computed\n");
	assert_says(&u, "input        1,200 x $? = $?\noutput       80 x $? = $?\n");
	assert_says(&u,
	            "prices       none for no-such-\x1b[31murn\n"
	            "             `tracehog prices update` fetches newer prices; your own stand "
	            "in ");
	assert_says(&u, "/tracehog/prices.tsv\n");
	assert_never(&u, "$0");
	u.sent_input = USD / 100;
	assert_says(&u, ">=~$0.01 estimated: what is $? below is left out\n");
	u.sent_total = USD / 50;
	assert_says(&u, "$0.02 reported, $? recomputed\n");
	u = usage("", 1200, 80);
	assert_says(&u, "the event names no model\n");
	assert_never(&u, "prices update");
}

static void missing_parts(void **state)
{
	struct cost_usage u = usage("input-only", 100, 80);

	(void)state;
	assert_says(&u, "fresh input  100 x $10.00/M = $0.001\noutput       80 x $? = $?\n");
	u = usage("kettle-9", COST_UNKNOWN, COST_UNKNOWN);
	assert_says(&u, "tokens       none: the event says of no tokens that have a price\n");
}

static void searches_and_tiers(void **state)
{
	struct cost_usage u = usage("kettle-9", 1001, 10);

	(void)state;
	u.searches = 3;
	u.service_tier = STR("flex");
	assert_says(&u, "fresh input  1,001 x  $20.00/M = $0.02002\n"
	                "output          10 x $140.00/M = $0.0014\n"
	                "web searches     3 x     $0.01 = $0.03\n");
	assert_says(&u, "total        $0.05142\n");
	assert_says(&u, "tier         prices above 1,000 prompt tokens: there are 1,001\n");
	assert_says(&u, "service tier flex\n");
	u.input = 1000;
	assert_never(&u, "prices above");
}

static void own_prices(void **state)
{
	struct cost_usage u = usage("no-such-urn", 1000, 100);

	(void)state;
	u.own_price[PRICE_PROMPT] = INT64_C(200000000000);
	u.own_price[PRICE_COMPLETION] = INT64_C(800000000000);
	assert_says(&u, "fresh input  1,000 x $0.20/M = $0.0002\n");
	assert_says(&u, "prices       sent with the event ($ai_input_token_price and its like)\n");
	assert_never(&u, "PostHog");
	assert_never(&u, "prices update");
}

static void counting(void **state)
{
	struct cost_usage u = usage("kettle-9", 100, 10);

	(void)state;
	u.cache_read = 300;
	assert_says(&u,
	            "counting     cache tokens stand beside the input (exclusive), a guess: there "
	            "are more of them than of input\n");
	assert_says(&u, "cache        75% of the prompt read from it: $0.0027 saved");
	u.exclusive_known = u.exclusive = true;
	assert_says(&u, "(exclusive), as $ai_cache_reporting_exclusive says\n");
	/* Anthropic's writes are 1.25 times as dear as fresh input: 40 x 0.0000125 - 40 x 0.00001 = 0.0001. */
	u.exclusive_known = false;
	u.provider = STR("anthropic");
	u.cache_write = 40;
	assert_says(&u,
	            "cache write   40 x $12.50/M = $0.0005  (no price of its own: 125% of fresh "
	            "input)\n");
	assert_says(&u, "(exclusive), as Anthropic counts\n");
	assert_says(&u, "saved against fresh input; writing took $0.0001 more\n");
	u.cache_read = 0;
	assert_says(&u, "cache        0% of the prompt read from it; writing took $0.0001 more\n");
}

static char *said_of_line(const char *properties)
{
	struct prices *p = prices_new();
	struct cost_working w;
	struct buf line = {0}, out = {0};
	char *text;

	buf_printf(&line, "{\"event\":\"$ai_generation\",\"properties\":{%s}}", properties);
	assert_true(cost_working_read(&w, p, buf_str(&line)));
	cost_text_plain(&out, p, &w);
	text = mem_copy_text(buf_text(&out), out.n);
	cost_working_free(&w);
	prices_free(p);
	buf_free(&line);
	buf_free(&out);
	return text;
}

static void suspects(void **state)
{
	static const char *const lines[][2] = {
		{"\"$ai_input_tokens\":-5,\"$ai_output_tokens\":\"many\",\"$ai_total_cost_usd\":-1",
	         "suspect      $ai_input_tokens, $ai_output_tokens, $ai_total_cost_usd: no count, or an "
	         "amount below $0\n"},
		{"\"$ai_web_search_count\":0.5", "suspect      $ai_web_search_count: no count"},
		{"\"$ai_input_token_price\":\"dear\"",
	         "suspect      $ai_input_token_price: no count"},
		{"\"$ai_model\":\"gpt-5\",\"$ai_input_tokens\":100,\"$ai_cache_read_input_tokens\":300,"
	         "\"$ai_cache_reporting_exclusive\":false",
	         "suspect      the parts are more than the whole: the rest counts as none\n"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		char *text = said_of_line(lines[i][0]);

		if (strstr(text, lines[i][1]) == NULL)
			fail_msg("not in it:\n%s\n---- but:\n%s", lines[i][1], text);
		mem_free(text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_of_it),     cmocka_unit_test(differences),
		cmocka_unit_test(estimates),     cmocka_unit_test(unknown_model),
		cmocka_unit_test(missing_parts), cmocka_unit_test(searches_and_tiers),
		cmocka_unit_test(own_prices),    cmocka_unit_test(counting),
		cmocka_unit_test(suspects),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
