/* What one call costs: tests/data/cost/cases.tsv, each worked by hand there; and what holds of any call. */
#include "base/buf.h"
#include "cost/cost.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define CASES           "data/cost/cases.tsv"
#define PRICES_OF_CASES "data/cost/prices.tsv"
#define CASES_MIN       190

static struct str read_whole(const char *path, struct buf *out)
{
	FILE *f = fopen(path, "rb");
	char piece[4096];
	size_t n;

	assert_non_null(f);
	while ((n = fread(piece, 1, sizeof(piece), f)) > 0)
		buf_append(out, (struct str){piece, n});
	assert_int_equal(fclose(f), 0);
	return buf_str(out);
}

static struct str next_field(struct str *rest, char mark)
{
	const char *end = rest->n > 0 ? memchr(rest->p, mark, rest->n) : NULL;
	struct str field = *rest;

	if (end != NULL)
		field.n = (size_t)(end - rest->p);
	*rest = str_sub(*rest, field.n + 1, SIZE_MAX);
	return field;
}

/* ---- cases ------------------------------------------------------------------------------- */

#define COUNT(name)                                         \
	{                                                   \
#name, offsetof(struct cost_usage, name), 0 \
	}
#define AMOUNT(text, name)                                           \
	{                                                            \
		text, offsetof(struct cost_usage, name), MONEY_SCALE \
	}
#define PRICE(text, of)                                                                            \
	{                                                                                          \
		text, offsetof(struct cost_usage, own_price) + (of) * sizeof(int64_t), PRICE_SCALE \
	}
static const struct {
	const char *name;
	size_t at;
	int scale;
} numbers[] = {
	COUNT(input),
	COUNT(output),
	COUNT(cache_read),
	COUNT(cache_write),
	COUNT(cache_write_5m),
	COUNT(cache_write_1h),
	COUNT(reasoning),
	COUNT(audio_input),
	COUNT(image_input),
	COUNT(cache_read_audio),
	COUNT(text_output),
	COUNT(audio_output),
	COUNT(image_output),
	COUNT(requests),
	COUNT(searches),
	AMOUNT("total", sent_total),
	AMOUNT("sent_input", sent_input),
	AMOUNT("sent_output", sent_output),
	AMOUNT("sent_request", sent_request),
	AMOUNT("sent_search", sent_search),
	PRICE("price_prompt", PRICE_PROMPT),
	PRICE("price_completion", PRICE_COMPLETION),
	PRICE("price_cache_read", PRICE_CACHE_READ),
	PRICE("price_cache_write", PRICE_CACHE_WRITE),
	PRICE("price_cache_write_1h", PRICE_CACHE_WRITE_1H),
	PRICE("price_request", PRICE_REQUEST),
	PRICE("price_web_search", PRICE_WEB_SEARCH),
};

static void say_number(struct cost_usage *u, struct str name, struct str value)
{
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		if (str_eq(name, str_of(numbers[i].name))) {
			int64_t number;

			assert_int_equal(decimal_parse(value, numbers[i].scale, &number), ERR_OK);
			memcpy((char *)u + numbers[i].at, &number, sizeof(number));
			return;
		}
	fail_msg("no such word: %.*s", STR_ARG(name));
}

static void say(struct cost_usage *u, struct str word)
{
	struct str name = next_field(&word, '=');

	if (str_eq(name, STR("exclusive"))) {
		u->exclusive_known = true;
		u->exclusive = str_eq(word, STR("1"));
	} else if (str_eq(name, STR("framework"))) {
		u->framework = word;
	} else if (str_eq(name, STR("tier"))) {
		u->service_tier = word;
	} else {
		say_number(u, name, word);
	}
}

static const char *source_name(enum cost_source source)
{
	static const char *const names[] = {
		[COST_REPORTED] = "reported",
		[COST_ESTIMATED] = "estimated",
		[COST_UNPRICED] = "unpriced",
	};

	return names[source];
}

/* The parts are the sum, whatever the case is about. */
static void check_parts(const struct cost *c)
{
	money sum = 0;

	for (int line = 0; line < COST_LINES; line++)
		if (c->parts[line].count != COST_UNKNOWN) {
			assert_true(c->parts[line].count >= 0 && c->parts[line].amount >= 0);
			sum += c->parts[line].amount;
		}
	assert_true(sum == c->computed_total);
}

static void check_case(const struct prices *p, struct str line)
{
	struct str what = next_field(&line, '\t');
	struct price_choice choice;
	struct cost_usage u;
	struct buf got = {0}, expected = {0};
	struct cost c;
	struct str words;

	cost_usage_init(&u);
	u.model = next_field(&line, '\t');
	u.provider = next_field(&line, '\t');
	words = next_field(&line, '\t');
	while (words.n > 0)
		say(&u, next_field(&words, ' '));
	buf_append(&expected, next_field(&line, '\t'));
	buf_add(&expected, ' ');
	buf_append(&expected, next_field(&line, '\t'));
	prices_find(p, u.model, u.provider, u.service_tier, cost_prompt_tokens(&u), &choice);
	cost_compute(&c, &u, &choice);
	buf_printf(&got, "%s%s%s ", source_name(c.source), c.suspect ? ", suspect" : "",
	           c.incomplete ? ", incomplete" : "");
	if (c.source == COST_UNPRICED)
		buf_puts(&got, "-");
	else
		money_append(&got, c.total);
	if (!str_eq(buf_str(&got), buf_str(&expected)))
		fail_msg("%.*s: %s, not %s", STR_ARG(what), buf_text(&got), buf_text(&expected));
	check_parts(&c);
	buf_free(&got);
	buf_free(&expected);
}

static struct prices *prices_of_cases(void)
{
	struct prices *p = prices_new();
	struct errinfo e = {0};
	struct buf text = {0};

	/* As if they had been fetched: a person's own rows are not looked for inside other names. */
	if (prices_add(p, PRICES_FETCHED, read_whole(PRICES_OF_CASES, &text), &e) != ERR_OK)
		fail_msg("%s", e.msg);
	buf_free(&text);
	return p;
}

static void test_cases(void **state)
{
	struct prices *p = prices_of_cases();
	struct buf text = {0};
	struct str rest = read_whole(CASES, &text);
	unsigned n = 0;

	(void)state;
	while (rest.n > 0) {
		struct str line = next_field(&rest, '\n');

		if (line.n == 0 || line.p[0] == '#')
			continue;
		check_case(p, line);
		n++;
	}
	assert_true(n >= CASES_MIN);
	buf_free(&text);
	prices_free(p);
}

/* ---- what holds of any call ---------------------------------------------------------------- */

static uint64_t random_number(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

static money computed(const struct prices *p, const struct cost_usage *u)
{
	struct price_choice choice;
	struct cost c;

	prices_find(p, u->model, u->provider, STR_EMPTY, cost_prompt_tokens(u), &choice);
	cost_compute(&c, u, &choice);
	check_parts(&c);
	return c.computed_total;
}

static void test_a_cached_token_costs_no_more(void **state)
{
	static const char *const models[] = {"plain", "cached", "claude-x", "claude-bare"};
	struct prices *p = prices_of_cases();
	uint64_t seed = 88172645463325252u;

	(void)state;
	for (int i = 0; i < 4000; i++) {
		struct cost_usage u;
		int64_t input = (int64_t)(random_number(&seed) % 100000);
		int64_t read = (int64_t)(random_number(&seed) % (uint64_t)(input + 1));
		money fresh;

		cost_usage_init(&u);
		u.model = str_of(models[random_number(&seed) % 4]);
		u.output = (int64_t)(random_number(&seed) % 1000);
		u.exclusive_known = true;
		u.exclusive = random_number(&seed) % 2;
		u.input = input;
		fresh = computed(p, &u);
		u.cache_read = read;
		if (u.exclusive)
			u.input -= read;
		assert_true(computed(p, &u) <= fresh);
	}
	prices_free(p);
}

/* ---- why sums differ -------------------------------------------------------------------------- */

static enum cost_cause cause_of(const struct prices *p, struct str words)
{
	struct price_choice choice;
	struct cost_usage u;
	struct cost c;

	cost_usage_init(&u);
	u.model = next_field(&words, ' ');
	u.provider = next_field(&words, ' ');
	while (words.n > 0)
		say(&u, next_field(&words, ' '));
	prices_find(p, u.model, u.provider, STR_EMPTY, cost_prompt_tokens(&u), &choice);
	cost_compute(&c, &u, &choice);
	return cost_cause(&c, &u);
}

static const struct {
	const char *words;
	enum cost_cause cause;
} causes[] = {
	/* 1000 x 2u + 100 x 10u = 0.003 */
	{"plain openai input=1000 output=100 total=0.003", CAUSE_NONE},
	{"plain openai input=1000 output=100 total=0.00302", CAUSE_NONE},
	{"plain openai input=1000 output=100", CAUSE_NONE},
	{"nothing-of-the-kind openai input=1000 output=100 total=0.003", CAUSE_UNKNOWN_MODEL},
	/* 600 x 2u + 400 x 0.5u = 0.0014 */
	{"cached openai input=1000 output=0 cache_read=400 total=0.002", CAUSE_CACHE_AS_FRESH},
	{"cached openai input=1000 output=0 cache_read=400 total=0.0022", CAUSE_CACHE_TWICE},
	/* 1000 x 4u + 400 x 5u = 0.006 */
	{"claude-x anthropic input=1000 output=0 cache_write=400 total=0.004",
         CAUSE_CACHE_WRITE_MISSING},
	{"claude-x anthropic input=1000 output=0 cache_write=400 total=0.0056",
         CAUSE_CACHE_WRITE_MISSING},
	/* 100 x 8u + 60 x 8u = 0.00128 */
	{"gemini-3-x google input=0 output=100 reasoning=60 total=0.0008", CAUSE_REASONING_MISSING},
	/* 100 x 10u = 0.001 */
	{"plain openai input=0 output=100 reasoning=60 total=0.0016", CAUSE_REASONING_TWICE},
	{"plain openai input=1000 output=100 sent_input=0.004 sent_output=0.002",
         CAUSE_PRICE_CHANGED},
	{"plain openai input=1000 output=100 sent_input=0.004 sent_output=0.009", CAUSE_OTHER},
};

static void test_causes(void **state)
{
	struct prices *p = prices_of_cases();

	(void)state;
	for (size_t i = 0; i < sizeof(causes) / sizeof(causes[0]); i++) {
		enum cost_cause cause = cause_of(p, str_of(causes[i].words));

		if (cause != causes[i].cause)
			fail_msg("%s: %s", causes[i].words, cost_cause_text(cause));
	}
	prices_free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_a_cached_token_costs_no_more),
		cmocka_unit_test(test_causes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
