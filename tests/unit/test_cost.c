/* What one call costs: tests/data/cost/cases.tsv, each worked by hand there. What holds of any call is test_cost_laws.c's. */
#include "support/cost_words.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define CASES     "data/cost/cases.tsv"
#define CASES_MIN 190

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
	struct str what = cost_words_field(&line, '\t');
	struct cost_usage u;
	struct buf got = {0}, expected = {0};
	struct cost c;

	cost_usage_init(&u);
	u.model = cost_words_field(&line, '\t');
	u.provider = cost_words_field(&line, '\t');
	cost_words_say(&u, cost_words_field(&line, '\t'));
	buf_append(&expected, cost_words_field(&line, '\t'));
	buf_add(&expected, ' ');
	buf_append(&expected, cost_words_field(&line, '\t'));
	cost_words_compute(&c, p, &u);
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

static void test_cases(void **state)
{
	struct prices *p = cost_words_prices();
	struct buf text = {0};
	struct str rest = cost_words_file(CASES, &text);
	unsigned n = 0;

	(void)state;
	while (rest.n > 0) {
		struct str line = cost_words_field(&rest, '\n');

		if (line.n == 0 || line.p[0] == '#')
			continue;
		check_case(p, line);
		n++;
	}
	assert_true(n >= CASES_MIN);
	buf_free(&text);
	prices_free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
