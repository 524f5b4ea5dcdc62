/* What a call lost of its cache: what that cost, and how it is told. */
#include "base/mem.h"
#include "widget/detail_internal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* ---- what it cost ---- */

#define DOLLAR  INT64_C(1000000000000)
#define A_TOKEN INT64_C(1000000000000) /* $1 a million, in USD * 1e18 */

/* $10 a million of fresh input, $1 read, $12 written. */
static struct cost_usage usage(int64_t input, int64_t read, int64_t written, bool exclusive)
{
	struct cost_usage u;

	cost_usage_init(&u);
	u.own_price[PRICE_PROMPT] = 10 * A_TOKEN;
	u.own_price[PRICE_COMPLETION] = 40 * A_TOKEN;
	u.own_price[PRICE_CACHE_READ] = A_TOKEN;
	u.own_price[PRICE_CACHE_WRITE] = 12 * A_TOKEN;
	u.input = input;
	u.output = 100;
	u.cache_read = read;
	u.cache_write = written;
	u.exclusive_known = true;
	u.exclusive = exclusive;
	return u;
}

static money missed(const struct cost_usage *u, int64_t tokens)
{
	struct cost c;
	money more = -1;

	cost_compute(&c, u, &(struct price_choice){0});
	assert_true(cost_cache_missed(&c, u, tokens, &more));
	return more;
}

static void costs(void **state)
{
	struct cost_usage u;

	(void)state;
	u = usage(11204, 0, COST_UNKNOWN, false);
	assert_true(missed(&u, 9412) == 9412 * 9 * DOLLAR / 1000000);
	u.sent_total = 5; /* whatever was sent */
	assert_true(missed(&u, 9412) == 9412 * 9 * DOLLAR / 1000000);
	u = usage(11204, 404, 0, true);
	assert_true(missed(&u, 9000) == 9000 * 9 * DOLLAR / 1000000);
	/* Written anew: what is read is not. */
	u = usage(10, 0, 9000, true);
	assert_true(missed(&u, 9000) == 9000 * 11 * DOLLAR / 1000000);
	u = usage(1010, 0, 9000, true);
	assert_true(missed(&u, 10000) == (9000 * 11 + 1000 * 9) * DOLLAR / 1000000);
	assert_true(missed(&u, 0) == 0);
}

static void no_costs(void **state)
{
	struct cost_usage u = usage(COST_UNKNOWN, 0, 0, false);
	struct cost c;
	money more;

	(void)state;
	cost_compute(&c, &u, &(struct price_choice){0});
	assert_false(cost_cache_missed(&c, &u, 10, &more));
	u = usage(100, 0, 0, false);
	u.own_price[PRICE_PROMPT] = PRICE_NONE;
	cost_compute(&c, &u, &(struct price_choice){0});
	assert_false(cost_cache_missed(&c, &u, 10, &more));
	u = usage(100, 0, 0, false);
	cost_compute(&c, &u, &(struct price_choice){0});
	assert_false(cost_cache_missed(&c, &u, -1, &more));
	assert_false(cost_cache_missed(&c, &u, INT64_MAX, &more));
}

/* ---- how it is told ---- */

static void texts(void **state)
{
	static const struct {
		enum miss_state state;
		enum cache_break at;
		const char *path;
		int64_t idle;
		const char *text;
	} cases[] = {
		{MISS_KNOWN, BREAK_TOOLS, "tools[3].parameters", 2 * TIME_SECOND,
	         "prefix broke at tools[3].parameters, byte 6,811; not time (2.0s)"},
		{MISS_KNOWN, BREAK_MODEL, "model", 2 * TIME_SECOND,
	         "prefix broke at model; not time (2.0s)"},
		{MISS_KNOWN, BREAK_SYSTEM, "system", 430 * TIME_SECOND,
	         "prefix broke at system, byte 6,811; or time (7m10 without use)"},
		{MISS_KNOWN, BREAK_MESSAGE, "message 12", EVENT_UNKNOWN,
	         "prefix broke at message 12, byte 6,811; the time between is not known"},
		{MISS_KNOWN, BREAK_NONE, "", 430 * TIME_SECOND,
	         "same prefix: it was probably dropped after 7m10 without use"},
		{MISS_KNOWN, BREAK_NONE, "", MISS_DROPPED, "same prefix; not time (5m00)"},
		{MISS_KNOWN, BREAK_NONE, "", -1, "same prefix; #3 had not ended"},
		{MISS_KNOWN, BREAK_NONE, "", EVENT_UNKNOWN,
	         "same prefix; the time between is not known"},
		{MISS_LOADING, BREAK_NONE, "", 0, "comparing with #3 ..."},
		{MISS_FAILED, BREAK_NONE, "", 0, "the journal is gone"},
		{MISS_WITHHELD, BREAK_NONE, "", 0,
	         "the prompts are not in the events, so nothing tells why"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct cache_miss m = {.state = cases[i].state,
		                       .error = {.msg = "the journal is gone"},
		                       .number = 3,
		                       .percent_before = 84,
		                       .idle = cases[i].idle,
		                       .at = cases[i].at,
		                       .byte = 6811};
		struct buf out = {0};

		buf_puts(&m.path, cases[i].path);
		detail_miss_text(&out, &m);
		assert_true(str_starts(buf_str(&out), STR("0% (#3 was 84%): ")));
		assert_string_equal(buf_text(&out) + 17, cases[i].text);
		buf_free(&out);
		buf_free(&m.path);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(costs),
		cmocka_unit_test(no_costs),
		cmocka_unit_test(texts),
	};

	return cmocka_run_group_tests_name("miss", tests, NULL, NULL);
}
