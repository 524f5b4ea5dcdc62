/* Heights, bars and slots of time, exactly. */
#include "base/time.h"
#include "draw/plot.h"

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#define NOON INT64_C(1763726400000000) /* 2025-11-21 12:00 UTC */
#define HOUR (3600 * TIME_SECOND)
#define DAY  (24 * HOUR)
#define MOST ((money)1 << 126)

static void assert_row(struct surface *s, const char *want)
{
	struct buf out = {0};

	surface_dump(s, false, &out);
	assert_string_equal(buf_text(&out), want);
	buf_free(&out);
	surface_clear(s);
}

static struct value count(money number)
{
	return (struct value){.type = VALUE_COUNT, .number = number};
}

/* What is more than 0 never looks like 0, and what is unknown is blank. */
static void tells_little_nothing_and_unknown_apart(void **state)
{
	const struct value values[] = {count(0),    count(1), {.type = VALUE_UNKNOWN},
	                               count(1000), count(7), count(-5)};
	struct surface s;

	(void)state;
	surface_init(&s, 1, 10);
	surface_clear(&s);
	plot_spark(&s, surface_area(&s), 0, 0, ROLE_COST, values, 6);
	assert_int_equal(s.cells[0].role, ROLE_DIM);
	assert_int_equal(s.cells[1].role, ROLE_COST);
	assert_row(&s, "▁▂ █▂▁\n");
	surface_fini(&s);
}

static void draws_numbers_of_any_size(void **state)
{
	const struct value values[] = {count(MOST), count(MOST / 2), count(1), count(-MOST)};
	struct surface s;

	(void)state;
	surface_init(&s, 1, 10);
	surface_clear(&s);
	plot_spark(&s, surface_area(&s), 0, 0, ROLE_COST, values, 4);
	assert_row(&s, "█▅▂▁\n");
	plot_bar(&s, surface_area(&s), 0, 0, 4, ROLE_BAR, MOST / 2, MOST);
	assert_row(&s, "██\n");
	surface_fini(&s);
}

static void bars_go_by_eighths(void **state)
{
	struct surface s;

	(void)state;
	surface_init(&s, 1, 10);
	surface_clear(&s);
	plot_bar(&s, surface_area(&s), 0, 0, 2, ROLE_BAR, 0, 16);
	assert_row(&s, "\n");
	plot_bar(&s, surface_area(&s), 0, 0, 2, ROLE_BAR, 1, 1000000);
	assert_row(&s, "▏\n");
	plot_bar(&s, surface_area(&s), 0, 0, 2, ROLE_BAR, 11, 16);
	assert_row(&s, "█▍\n");
	plot_bar(&s, surface_area(&s), 0, 0, 2, ROLE_BAR, 99, 16);
	assert_row(&s, "██\n");
	plot_bar(&s, surface_area(&s), 0, 0, 0, ROLE_BAR, 99, 16);
	plot_bar(&s, surface_area(&s), 0, 0, 3, ROLE_BAR, 5, 0);
	assert_row(&s, "\n");
	surface_fini(&s);
}

/* ---- slots ---- */

static void assert_slots(int64_t since, int64_t until, int most, int64_t first, int64_t length)
{
	struct plot_slots slots;

	plot_slots(&slots, since, until, most);
	assert_int_equal(slots.since, first);
	assert_int_equal(plot_slot_time(&slots, 1) - slots.since, length);
	assert_in_range(slots.n, 1, most);
	assert_true(slots.since <= since && slots.until >= until);
}

static void slots_begin_at_round_times(void **state)
{
	(void)state;
	assert_slots(NOON, NOON + DAY, 60, NOON, HOUR / 2);
	assert_slots(NOON + 1, NOON + DAY, 24, NOON, HOUR);
	assert_slots(NOON + 61 * TIME_SECOND, NOON + HOUR, 13, NOON, HOUR / 12);
	assert_slots(NOON, NOON + 30 * DAY, 40, NOON - DAY / 2, DAY);
	assert_slots(NOON, NOON, 5, NOON, TIME_SECOND);
	assert_slots(NOON + 5, NOON + 5, 1, NOON, TIME_SECOND);
}

/* From the first to the last moment there is, and in one slot. */
static void slots_hold_any_time(void **state)
{
	static const int64_t last = INT64_C(253402300799) * TIME_SECOND;
	struct plot_slots slots;

	(void)state;
	for (int most = 1; most < 200; most++) {
		for (int64_t span = 1; span < last; span *= 3) {
			plot_slots(&slots, NOON - 7, NOON - 7 + span, most);
			assert_in_range(slots.n, 1, most);
			assert_true(slots.since <= NOON - 7);
			assert_true(slots.until >= NOON - 7 + span);
			assert_true(plot_slot_time(&slots, slots.n) == slots.until || slots.n == 1);
		}
		plot_slots(&slots, TIME_EARLIEST, last, most);
		assert_in_range(slots.n, 1, most);
		assert_true(slots.since <= TIME_EARLIEST && slots.until >= last);
	}
}

static void slots_of_days_begin_at_local_midnight(void **state)
{
	(void)state;
	setenv("TZ", "XST-5:30", 1);
	tzset();
	assert_slots(NOON, NOON + 10 * DAY, 20, NOON - 17 * HOUR - HOUR / 2, DAY);
	setenv("TZ", "UTC", 1);
	tzset();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_little_nothing_and_unknown_apart),
		cmocka_unit_test(draws_numbers_of_any_size),
		cmocka_unit_test(bars_go_by_eighths),
		cmocka_unit_test(slots_begin_at_round_times),
		cmocka_unit_test(slots_hold_any_time),
		cmocka_unit_test(slots_of_days_begin_at_local_midnight),
	};

	setlocale(LC_ALL, "C.UTF-8");
	setenv("TZ", "UTC", 1);
	tzset();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
