#include "support/cost_words.h"

#include "base/decimal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define PRICES_OF_CASES "data/cost/prices.tsv"

struct str cost_words_file(const char *path, struct buf *out)
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

struct str cost_words_field(struct str *rest, char mark)
{
	const char *end = rest->n > 0 ? memchr(rest->p, mark, rest->n) : NULL;
	struct str field = *rest;

	if (end != NULL)
		field.n = (size_t)(end - rest->p);
	*rest = str_sub(*rest, field.n + 1, SIZE_MAX);
	return field;
}

struct prices *cost_words_prices(void)
{
	struct prices *p = prices_new();
	struct errinfo e = {0};
	struct buf text = {0};

	/* As if they had been fetched: they come before those built in, and go by provider. */
	if (prices_add(p, PRICES_FETCHED, cost_words_file(PRICES_OF_CASES, &text), &e) != ERR_OK)
		fail_msg("%s", e.msg);
	buf_free(&text);
	return p;
}

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
	struct str name = cost_words_field(&word, '=');

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

void cost_words_say(struct cost_usage *u, struct str words)
{
	while (words.n > 0)
		say(u, cost_words_field(&words, ' '));
}

void cost_words_compute(struct cost *out, const struct prices *p, const struct cost_usage *u)
{
	struct price_choice choice;

	prices_find(p, u->model, u->provider, u->service_tier, cost_prompt_tokens(u), &choice);
	cost_compute(out, u, &choice);
}
