/* What part of a prompt's cost each message stands for. Every figure is worked by hand, in the comment beside it. */
#include "message/shares.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define PARTS_MAX 8
#define TEXT_MAX  1000

static char letters[TEXT_MAX];

/* A call with a tool of so many bytes, and parts of so many each (0: the end); then an answer, which counts for nothing. */
struct sample {
	struct part parts[PARTS_MAX];
	struct tool tool;
	struct messages messages;
	struct tools tools;
	struct shares shares;
};

static void read_sample(struct sample *s, size_t tool, const size_t *parts,
                        struct shares_cache cache)
{
	uint32_t n = 0;

	*s = (struct sample){0};
	for (; parts[n] > 0; n++)
		s->parts[n] = (struct part){
			.side = SIDE_INPUT, .message = n, .text = {letters, parts[n]}};
	s->parts[n] = (struct part){.side = SIDE_OUTPUT, .message = n, .text = {letters, 500}};
	s->tool.json = (struct str){letters, tool};
	s->tools = (struct tools){.list = &s->tool, .n = tool > 0};
	s->messages = (struct messages){.parts = s->parts, .n = n + 1};
	shares_read(&s->shares, &s->messages, &s->tools, cache);
	assert_int_equal(s->shares.n, n);
}

static void assert_percents(const struct sample *s, int tools, const int *parts)
{
	int sum = tools;

	assert_int_equal(shares_tools_percent(&s->shares), tools);
	for (uint32_t i = 0; i < s->shares.n; i++) {
		assert_int_equal(shares_percent(&s->shares, i, i + 1), parts[i]);
		sum += parts[i];
	}
	assert_int_equal(sum, 100);
}

static void by_bytes(void **state)
{
	struct sample s;

	/* 1,000 bytes in all */
	(void)state;
	read_sample(&s, 100, (size_t[]){300, 500, 100, 0}, (struct shares_cache){0});
	assert_percents(&s, 10, (int[]){30, 50, 10});
	assert_int_equal(shares_percent(&s.shares, 0, 2), 80);
	shares_free(&s.shares);
	/* A third each: up to the ends of 33.33, 66.67 and 100 per cent, so 33, 67 - 33, 100 - 67. */
	read_sample(&s, 0, (size_t[]){200, 200, 200, 0}, (struct shares_cache){0});
	assert_percents(&s, 0, (int[]){33, 34, 33});
	assert_false(s.shares.tools > 0);
	shares_free(&s.shares);
}

/* The prompt has 10,000 tokens, of which the cache had the first 6,000 at $1.00 a million: $0.006; the other 4,000 were fresh,
 * at $10.00: $0.04. So of $0.046 the cache is 13.04 per cent.
 *
 *   tools    bytes 0-10 %     all cached   10/60 of 13.04                       =  2.17 %
 *   first    bytes 10-40 %    all cached   30/60 of 13.04                       =  6.52 %, up to 8.70 %
 *   second   bytes 40-90 %    cached to 60 20/60 of 13.04, then 30/40 of 86.96  = 69.57 %, up to 78.26 %
 *   third    bytes 90-100 %   fresh        10/40 of 86.96                       = 21.74 %, up to 100 % */
static void what_was_cached_costs_less(void **state)
{
	const double expected[] = {0.086957, 0.782609, 1};
	struct sample s;

	(void)state;
	read_sample(&s, 100, (size_t[]){300, 500, 100, 0},
	            (struct shares_cache){0.6, 0.006 / 0.046});
	assert_true(fabs(s.shares.tools - 0.021739) < 1e-6);
	for (size_t i = 0; i < 3; i++)
		assert_true(fabs(s.shares.ends[i] - expected[i]) < 1e-6);
	assert_percents(&s, 2, (int[]){7, 69, 22});
	shares_free(&s.shares);
	/* All of it was cached: as if nothing was. */
	read_sample(&s, 100, (size_t[]){300, 500, 100, 0}, (struct shares_cache){1, 1});
	assert_percents(&s, 10, (int[]){30, 50, 10});
	shares_free(&s.shares);
}

static void what_rounds_to_nothing_is_something(void **state)
{
	struct sample s;

	(void)state;
	read_sample(&s, 0, (size_t[]){998, 2, 0}, (struct shares_cache){0});
	assert_percents(&s, 0, (int[]){100, 0});
	assert_true(shares_any(&s.shares, 1, 2));
	shares_free(&s.shares);
}

static void nothing_has_no_shares(void **state)
{
	struct sample s;

	(void)state;
	read_sample(&s, 0, (size_t[]){0}, (struct shares_cache){0});
	assert_false(s.shares.tools > 0);
	shares_free(&s.shares);
	read_sample(&s, 700, (size_t[]){0}, (struct shares_cache){0});
	assert_int_equal(shares_tools_percent(&s.shares), 100);
	shares_free(&s.shares);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(by_bytes),
		cmocka_unit_test(what_was_cached_costs_less),
		cmocka_unit_test(what_rounds_to_nothing_is_something),
		cmocka_unit_test(nothing_has_no_shares),
	};

	memset(letters, 'a', sizeof(letters));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
