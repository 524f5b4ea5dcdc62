/* What holds of any call, said by random ones: of every count, price and amount something, and of each now and then something
 * that cannot be. */
#include "index/usage.h"
#include "support/cost_words.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define CALLS 20000

static uint64_t seed = 88172645463325252u;

static uint64_t random_number(uint64_t below)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed % below;
}

static bool chance(unsigned percent)
{
	return random_number(100) < percent;
}

/* ---- random calls ---------------------------------------------------------------------------- */

static const size_t counts[] = {
	offsetof(struct cost_usage, input),          offsetof(struct cost_usage, output),
	offsetof(struct cost_usage, cache_read),     offsetof(struct cost_usage, cache_write),
	offsetof(struct cost_usage, cache_write_5m), offsetof(struct cost_usage, cache_write_1h),
	offsetof(struct cost_usage, reasoning),      offsetof(struct cost_usage, audio_input),
	offsetof(struct cost_usage, image_input),    offsetof(struct cost_usage, cache_read_audio),
	offsetof(struct cost_usage, text_output),    offsetof(struct cost_usage, audio_output),
	offsetof(struct cost_usage, image_output),   offsetof(struct cost_usage, requests),
	offsetof(struct cost_usage, searches),
};
static const size_t amounts[] = {
	offsetof(struct cost_usage, sent_input),   offsetof(struct cost_usage, sent_output),
	offsetof(struct cost_usage, sent_request), offsetof(struct cost_usage, sent_search),
	offsetof(struct cost_usage, sent_total),
};
#define COUNTS  (sizeof(counts) / sizeof(counts[0]))
#define AMOUNTS (sizeof(amounts) / sizeof(amounts[0]))

static int64_t *at(struct cost_usage *u, size_t offset)
{
	return (int64_t *)(void *)((char *)u + offset);
}

static int64_t random_count(void)
{
	static const int64_t odd[] = {
		0, -1, COST_COUNT_MAX, COST_COUNT_MAX + 1, INT64_MAX, INT64_MIN + 1,
	};

	if (chance(5))
		return odd[random_number(sizeof(odd) / sizeof(odd[0]))];
	return (int64_t)random_number(chance(80) ? 100000 : 2000000000);
}

static void random_texts(struct cost_usage *u)
{
	static const char *const models[] = {
		"plain",       "cached", "claude-x", "claude-bare",   "claude-tiers",
		"media",       "calls",  "tiers",    "steps",         "gemini-3-x",
		"prompt-only", "tiny",   "gpt-4o",   "no-such-model",
	};
	static const char *const providers[] = {"openai", "anthropic", "gateway", "google", ""};

	u->model = str_of(models[random_number(sizeof(models) / sizeof(models[0]))]);
	u->provider = str_of(providers[random_number(sizeof(providers) / sizeof(providers[0]))]);
	u->framework = chance(10) ? STR("vercel") : STR_EMPTY;
	u->service_tier = chance(10) ? STR("flex") : STR_EMPTY;
	u->exclusive_known = chance(20);
	u->exclusive = chance(50);
}

static void random_usage(struct cost_usage *u, bool sent)
{
	cost_usage_init(u);
	random_texts(u);
	for (size_t i = 0; i < COUNTS; i++)
		if (chance(40))
			*at(u, counts[i]) = random_count();
	for (size_t i = 0; sent && i < AMOUNTS; i++)
		if (chance(30))
			*at(u, amounts[i]) = (int64_t)random_number(INT64_MAX) - INT64_MAX / 4;
	for (int of = 0; chance(15) && of < PRICES; of++)
		u->own_price[of] = chance(80) ? (int64_t)random_number(INT64_MAX) : -1;
}

/* ---- sums --------------------------------------------------------------------------------------- */

static money sum_of(const struct cost *c, int first, int last)
{
	money sum = 0;

	for (int line = first; line <= last; line++)
		if (c->parts[line].count != COST_UNKNOWN)
			sum += c->parts[line].amount;
	return sum;
}

/* Each is its count times its price, to the last digit, and cannot have overflown. */
static void check_parts(const struct cost *c)
{
	for (int line = 0; line < COST_LINES; line++) {
		const struct cost_part *part = &c->parts[line];
		money exact, off;

		if (part->count == COST_UNKNOWN)
			continue;
		assert_true(part->count >= 0 && part->price >= 0);
		exact = (money)part->count * part->price;
		off = part->amount * 1000000 - exact;
		assert_true(off > -500000 && off <= 500000);
	}
}

static void test_parts_are_the_sum(void **state)
{
	struct prices *p = cost_words_prices();

	(void)state;
	for (int i = 0; i < CALLS; i++) {
		struct cost_usage u;
		struct cost c;

		random_usage(&u, false);
		cost_words_compute(&c, p, &u);
		check_parts(&c);
		assert_true(c.computed_input == sum_of(&c, COST_TEXT_INPUT, COST_IMAGE_INPUT));
		assert_true(c.computed_output == sum_of(&c, COST_TEXT_OUTPUT, COST_IMAGE_OUTPUT));
		assert_true(c.computed_total == sum_of(&c, 0, COST_LINES - 1));
		assert_true(c.total == c.computed_total);
		assert_int_equal(c.source, c.computed ? COST_ESTIMATED : COST_UNPRICED);
	}
	prices_free(p);
}

/* ---- what was sent ------------------------------------------------------------------------------ */

static money or_nothing(int64_t amount)
{
	return amount == COST_UNKNOWN ? 0 : amount;
}

static void test_reported_stays_reported(void **state)
{
	struct prices *p = cost_words_prices();

	(void)state;
	for (int i = 0; i < CALLS; i++) {
		struct cost_usage u;
		struct cost c;
		bool sides;

		random_usage(&u, true);
		cost_words_compute(&c, p, &u);
		check_parts(&c);
		(void)cost_cause(&c, &u); /* nothing overflows there */
		sides = u.sent_input != COST_UNKNOWN && u.sent_output != COST_UNKNOWN;
		assert_int_equal(c.source == COST_REPORTED, sides || u.sent_total != COST_UNKNOWN);
		if (u.sent_total != COST_UNKNOWN)
			assert_true(c.total == u.sent_total);
		else if (sides)
			assert_true(c.total == (money)u.sent_input + u.sent_output +
			                               or_nothing(u.sent_request) +
			                               or_nothing(u.sent_search));
	}
	prices_free(p);
}

static void test_the_largest_of_all(void **state)
{
	struct price_choice none = {0};
	struct cost_usage u;
	struct cost c;

	(void)state;
	cost_usage_init(&u);
	u.model = STR("gemini-3-x");
	for (size_t i = 0; i < COUNTS; i++)
		*at(&u, counts[i]) = COST_COUNT_MAX;
	for (int of = 0; of < PRICES; of++)
		u.own_price[of] = INT64_MAX;
	u.sent_input = u.sent_output = u.sent_request = u.sent_search = INT64_MAX;
	cost_compute(&c, &u, &none);
	check_parts(&c);
	assert_true(c.total == (money)INT64_MAX * 4);
	assert_true(c.computed_total > c.total);
	assert_int_equal(cost_cause(&c, &u), CAUSE_OTHER);
	u.sent_total = INT64_MIN + 1;
	cost_compute(&c, &u, &none);
	assert_true(c.total == u.sent_total && c.suspect);
	assert_int_equal(cost_cause(&c, &u), CAUSE_OTHER);
}

/* ---- what is not known ---------------------------------------------------------------------------- */

static bool any_part(const struct cost *c, int first, int last)
{
	for (int line = first; line <= last; line++)
		if (c->parts[line].count != COST_UNKNOWN)
			return true;
	return false;
}

static void test_unknown_stays_unknown(void **state)
{
	struct prices *p = cost_words_prices();

	(void)state;
	for (int i = 0; i < CALLS; i++) {
		struct cost_usage u;
		struct cost c;

		random_usage(&u, false);
		for (size_t count = 0; count < COUNTS; count++)
			if (count != 1 && *at(&u, counts[count]) != COST_UNKNOWN)
				*at(&u, counts[count]) = chance(50) ? COST_UNKNOWN : -1;
		cost_words_compute(&c, p, &u);
		assert_false(any_part(&c, COST_TEXT_INPUT, COST_IMAGE_INPUT));
		u.output = COST_UNKNOWN;
		cost_words_compute(&c, p, &u);
		assert_false(any_part(&c, COST_TEXT_OUTPUT, COST_IMAGE_OUTPUT));
		u.model = STR("no-such-model");
		u.own_price[PRICE_PROMPT] = PRICE_NONE;
		u.output = 1000;
		cost_words_compute(&c, p, &u);
		assert_int_equal(c.source, COST_UNPRICED);
		assert_true(c.total == 0 && !c.computed);
	}
	prices_free(p);
}

/* ---- more and less ----------------------------------------------------------------------------------- */

static money computed(const struct prices *p, const struct cost_usage *u)
{
	struct cost c;

	cost_words_compute(&c, p, u);
	return c.computed_total;
}

/* Beside each other, so that more of one is not less of another; higher tiers cost more in these tables. */
static void test_more_tokens_never_cost_less(void **state)
{
	struct prices *p = cost_words_prices();

	(void)state;
	for (int i = 0; i < CALLS; i++) {
		struct cost_usage u;
		int64_t *count;
		money before;

		random_usage(&u, false);
		u.exclusive = u.exclusive_known = true;
		u.cache_read_audio = u.audio_input = u.image_input = COST_UNKNOWN;
		u.audio_output = u.image_output = COST_UNKNOWN;
		count = at(&u, counts[random_number(COUNTS)]);
		if (*count < 0 || *count >= COST_COUNT_MAX / 2)
			continue;
		before = computed(p, &u);
		*count += (int64_t)random_number(1000000);
		assert_true(computed(p, &u) >= before);
	}
	prices_free(p);
}

static void test_a_cached_token_costs_no_more(void **state)
{
	static const char *const models[] = {"plain", "cached", "claude-x", "claude-bare"};
	struct prices *p = cost_words_prices();

	(void)state;
	for (int i = 0; i < CALLS; i++) {
		struct cost_usage u;
		money fresh;

		cost_usage_init(&u);
		u.model = str_of(models[random_number(4)]);
		u.output = (int64_t)random_number(1000);
		u.exclusive_known = true;
		u.exclusive = chance(50);
		u.input = (int64_t)random_number(100000);
		fresh = computed(p, &u);
		u.cache_read = (int64_t)random_number((uint64_t)u.input + 1);
		if (u.exclusive)
			u.input -= u.cache_read;
		assert_true(computed(p, &u) <= fresh);
	}
	prices_free(p);
}

/* ---- the order of properties ----------------------------------------------------------------------------- */

static const char *const properties[] = {
	"\"$ai_model\":\"claude-x\"",
	"\"$ai_provider\":\"gateway\"",
	"\"$ai_framework\":\"vercel\"",
	"\"$ai_input_tokens\":\"9000\"",
	"\"$ai_output_tokens\":100",
	"\"$ai_cache_read_input_tokens\":4000",
	"\"$ai_cache_creation_input_tokens\":1000",
	"\"$ai_usage\":{\"cache_creation\":{\"ephemeral_5m_input_tokens\":400,"
	"\"ephemeral_1h_input_tokens\":600}}",
	"\"$ai_audio_input_tokens\":10",
	"\"$ai_web_search_cost_usd\":0.25",
};
#define PROPERTIES_SAID (sizeof(properties) / sizeof(properties[0]))

static void append_event(struct buf *out, const size_t order[PROPERTIES_SAID])
{
	buf_puts(out, "{\"event\":\"$ai_generation\",\"properties\":{");
	for (size_t i = 0; i < PROPERTIES_SAID; i++)
		buf_printf(out, "%s%s", i > 0 ? "," : "", properties[order[i]]);
	buf_puts(out, "}}");
}

static void shuffle(size_t order[PROPERTIES_SAID])
{
	for (size_t i = PROPERTIES_SAID; i > 1; i--) {
		size_t other = random_number(i), kept = order[i - 1];

		order[i - 1] = order[other];
		order[other] = kept;
	}
}

static void test_order_does_not_matter(void **state)
{
	struct prices *p = cost_words_prices();
	size_t order[PROPERTIES_SAID];

	(void)state;
	for (size_t i = 0; i < PROPERTIES_SAID; i++)
		order[i] = i;
	for (int i = 0; i < 500; i++) {
		struct cost_working w;
		struct buf line = {0};

		append_event(&line, order);
		assert_true(cost_working_read(&w, p, buf_str(&line)));
		/* 3990 x 4u + 4000 x 0.4u + 400 x 5u + 600 x 8u + 10 x 4u + 100 x 20u + 0.25 */
		assert_true(w.cost.total == 276400000000);
		assert_int_equal(w.cost.source, COST_ESTIMATED);
		cost_working_free(&w);
		buf_free(&line);
		shuffle(order);
	}
	prices_free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parts_are_the_sum),
		cmocka_unit_test(test_reported_stays_reported),
		cmocka_unit_test(test_the_largest_of_all),
		cmocka_unit_test(test_unknown_stays_unknown),
		cmocka_unit_test(test_more_tokens_never_cost_less),
		cmocka_unit_test(test_a_cached_token_costs_no_more),
		cmocka_unit_test(test_order_does_not_matter),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
