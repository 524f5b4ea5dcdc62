/* Which tables of prices there are, and whether they are too old. */
#include "base/time.h"
#include "print/price_tables.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define A_DAY (24 * 3600 * TIME_SECOND)
#define ROWS  "model\tprovider\tprompt\nm\t\t0.000001\n"

/* So many days after a date. */
static int64_t days_after(struct str date, int64_t days)
{
	char text[] = "2026-11-21T00:00:00Z";

	memcpy(text, date.p, date.n);
	return time_parse(str_of(text)) + days * A_DAY;
}

static void assert_text(const struct prices *p, int64_t now, bool all, const char *part,
                        bool expected)
{
	struct buf out = {0};

	price_tables_text(&out, p, now, all);
	assert_int_equal(str_find(buf_str(&out), str_of(part), 0, false) != SIZE_MAX, expected);
	if (!expected)
		assert_true(all || out.n == 0);
	buf_free(&out);
}

static void old_tables_are_told(void **state)
{
	struct prices *p = prices_new();
	struct str date = prices_date(p, PRICES_BUILTIN);
	struct errinfo e;

	(void)state;
	assert_int_equal(date.n, strlen("2026-11-21"));
	assert_text(p, days_after(date, 90), false, "old", false);
	assert_text(p, days_after(date, 91), false, "91 days old: `tracehog prices update`", true);
	assert_text(p, days_after(date, 5), true, "prices   built in ", true);
	assert_text(p, days_after(date, 5), true, "days old", false);
	/* A clock that is behind makes nothing old. */
	assert_text(p, days_after(date, -5), false, "old", false);
	/* One that is newer, and rows without a date. */
	assert_int_equal(prices_add(p, PRICES_FETCHED, STR("# of 2099-01-01\n" ROWS), &e), ERR_OK);
	assert_int_equal(prices_add(p, PRICES_OWN, STR(ROWS), &e), ERR_OK);
	assert_text(p, days_after(STR("2099-01-01"), 90), true, "fetched 2099-01-01, 1 row", true);
	assert_text(p, days_after(STR("2099-01-01"), 90), true, "own 1 row", true);
	assert_text(p, days_after(STR("2099-01-01"), 90), false, "old", false);
	assert_text(p, days_after(STR("2099-01-01"), 100), false, "100 days old", true);
	prices_free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(old_tables_are_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
