/* Why a reported cost is not the one computed: every mistake by its arithmetic, and what is none. u is 0.000001 USD; prices are
 * those of tests/data/cost/prices.tsv. */
#include "support/cost_words.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const struct {
	const char *words;
	enum cost_cause cause;
} causes[] = {
	/* They agree: 1000 x 2u + 100 x 10u = 0.003; a hundredth of it is 0.00003. */
	{"plain openai input=1000 output=100 total=0.003", CAUSE_NONE},
	{"plain openai input=1000 output=100 total=0.00303", CAUSE_NONE},
	{"plain openai input=1000 output=100 total=0.00298", CAUSE_NONE},
	{"plain openai input=1000 output=100 sent_input=0.002 sent_output=0.001", CAUSE_NONE},
	{"plain openai input=1000 output=100 total=0.003031", CAUSE_OTHER},
	/* There is nothing to compare. */
	{"plain openai input=1000 output=100", CAUSE_NONE},
	{"plain openai total=0.003", CAUSE_NONE},
	{"plain openai input=1000 output=100 sent_input=0.5", CAUSE_NONE},
	/* Of the output nothing is known: it may cost the rest, but not less than nothing. */
	{"plain openai input=1000 total=0.003", CAUSE_NONE},
	{"plain openai input=1000 total=0.0015", CAUSE_OTHER},
	/* No price: reported or not. */
	{"no-such-model openai input=1000 output=100 total=0.003", CAUSE_UNKNOWN_MODEL},
	{"no-such-model openai input=1000 output=100", CAUSE_UNKNOWN_MODEL},
	{"no-such-model openai input=1000 output=100 price_prompt=0.000002 "
         "price_completion=0.00001 total=0.003",
         CAUSE_NONE},

	/* Within: 600 x 2u + 400 x 0.5u = 0.0014. All of it fresh: 1000 x 2u. */
	{"cached openai input=1000 output=0 cache_read=400 total=0.002", CAUSE_CACHE_AS_FRESH},
	{"cached openai input=1000 output=100 cache_read=400 sent_input=0.002 sent_output=0.001",
         CAUSE_CACHE_AS_FRESH},
	/* Beside: 1000 x 4u + 400 x 0.4u = 0.00416. Fresh: 1400 x 4u. */
	{"claude-x anthropic input=1000 output=0 cache_read=400 total=0.0056",
         CAUSE_CACHE_AS_FRESH},
	/* Writes too: 1000 x 4u + 400 x 0.4u + 200 x 5u = 0.00516. Fresh: 1600 x 4u. */
	{"claude-x anthropic input=1000 output=0 cache_read=400 cache_write=200 total=0.0064",
         CAUSE_CACHE_AS_FRESH},

	/* 0.0014 as above; the whole input fresh, and reads beside it: 1000 x 2u + 400 x 0.5u. */
	{"cached openai input=1000 output=0 cache_read=400 total=0.0022", CAUSE_CACHE_TWICE},
	/* 0.00416 as above; reads in the input, too: 1400 x 4u + 400 x 0.4u. */
	{"claude-x anthropic input=1000 output=0 cache_read=400 total=0.00576", CAUSE_CACHE_TWICE},
	/* 0.00516 as above; both in the input, too: 1600 x 4u + 400 x 0.4u + 200 x 5u. */
	{"claude-x anthropic input=1000 output=0 cache_read=400 cache_write=200 total=0.00756",
         CAUSE_CACHE_TWICE},
	{"claude-x anthropic input=1000 output=100 cache_read=400 sent_input=0.00576 "
         "sent_output=0.002",
         CAUSE_CACHE_TWICE},

	/* Taken off an input that they are beside: (1000 - 400) x 4u + 400 x 0.4u. */
	{"claude-x anthropic input=1000 output=0 cache_read=400 total=0.00256",
         CAUSE_CACHE_TAKEN_OFF},
	/* The same below zero: (100 - 400) x 4u + 400 x 0.4u. */
	{"claude-x anthropic input=100 output=0 cache_read=400 total=-0.00104",
         CAUSE_CACHE_TAKEN_OFF},
	/* Writes as well: (1000 - 400 - 200) x 4u + 400 x 0.4u + 200 x 5u. */
	{"claude-x anthropic input=1000 output=0 cache_read=400 cache_write=200 total=0.00276",
         CAUSE_CACHE_TAKEN_OFF},

	/* 1000 x 4u + 400 x 5u = 0.006. Writes for nothing: 1000 x 4u; as fresh: 1400 x 4u. */
	{"claude-x anthropic input=1000 output=0 cache_write=400 total=0.004",
         CAUSE_CACHE_WRITE_MISSING},
	{"claude-x anthropic input=1000 output=0 cache_write=400 total=0.0056",
         CAUSE_CACHE_WRITE_MISSING},
	/* 1000 x 4u + 100 x 5u + 200 x 8u = 0.0061. As fresh: 1300 x 4u. */
	{"claude-x anthropic input=1000 output=0 cache_write_5m=100 cache_write_1h=200 "
         "total=0.0052",
         CAUSE_CACHE_WRITE_MISSING},

	/* (100 + 60) x 8u = 0.00128. Without: 100 x 8u. */
	{"gemini-3-x google input=0 output=100 reasoning=60 total=0.0008", CAUSE_REASONING_MISSING},
	/* Within: 100 x 10u = 0.001. Without: (100 - 60) x 10u. */
	{"plain openai input=0 output=100 reasoning=60 total=0.0004", CAUSE_REASONING_MISSING},
	{"plain openai input=1000 output=100 reasoning=60 sent_input=0.002 sent_output=0.0004",
         CAUSE_REASONING_MISSING},
	/* Twice: (100 + 60) x 10u; (100 + 60 + 60) x 8u. */
	{"plain openai input=0 output=100 reasoning=60 total=0.0016", CAUSE_REASONING_TWICE},
	{"gemini-3-x google input=0 output=100 reasoning=60 total=0.00176", CAUSE_REASONING_TWICE},

	/* Both sides by one factor: 0.002 and 0.001, times 2, by a tenth less. */
	{"plain openai input=1000 output=100 sent_input=0.004 sent_output=0.002",
         CAUSE_PRICE_CHANGED},
	{"plain openai input=1000 output=100 sent_input=0.0018 sent_output=0.0009",
         CAUSE_PRICE_CHANGED},
	/* Taken off twice an input that they are in: (1000 - 800) x 2u + 400 x 0.5u. */
	{"cached openai input=1000 output=0 cache_read=400 total=0.0006", CAUSE_OTHER},
	/* By two factors, and by one that only a total tells of. */
	{"plain openai input=1000 output=100 sent_input=0.004 sent_output=0.009", CAUSE_OTHER},
	{"plain openai input=1000 output=100 total=0.006", CAUSE_OTHER},
	{"plain openai input=1000 output=100 total=0", CAUSE_OTHER},
	/* The total would fit cache tokens paid twice, but it is the output that differs: 0.001 + 0.0008. */
	{"cached openai input=1000 output=100 cache_read=400 sent_input=0.0014 sent_output=0.0018",
         CAUSE_OTHER},
};

static void test_causes(void **state)
{
	struct prices *p = cost_words_prices();

	(void)state;
	for (size_t i = 0; i < sizeof(causes) / sizeof(causes[0]); i++) {
		struct str words = str_of(causes[i].words);
		enum cost_cause cause;
		struct cost_usage u;
		struct cost c;

		cost_usage_init(&u);
		u.model = cost_words_field(&words, ' ');
		u.provider = cost_words_field(&words, ' ');
		cost_words_say(&u, words);
		cost_words_compute(&c, p, &u);
		cause = cost_cause(&c, &u);
		if (cause != causes[i].cause)
			fail_msg("%s: %s", causes[i].words, cost_cause_text(cause));
		if (cause != CAUSE_UNKNOWN_MODEL)
			assert_int_equal(cost_differs(&c), cause != CAUSE_NONE);
	}
	prices_free(p);
}

static void test_each_has_its_words(void **state)
{
	(void)state;
	assert_string_equal(cost_cause_text(CAUSE_NONE), "");
	for (int cause = CAUSE_NONE + 1; cause <= CAUSE_OTHER; cause++)
		for (int other = CAUSE_NONE; other < cause; other++)
			assert_string_not_equal(cost_cause_text((enum cost_cause)cause),
			                        cost_cause_text((enum cost_cause)other));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_causes),
		cmocka_unit_test(test_each_has_its_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
