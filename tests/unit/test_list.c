/* Cursor and window of a list. */
#include "base/buf.h"
#include "widget/list.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void expect(const struct list *l, uint64_t cursor, uint64_t top)
{
	assert_int_equal(l->cursor, cursor);
	assert_int_equal(l->top, top);
}

static void expect_position(const struct list *l, const char *expected)
{
	struct buf out = {0};

	list_position(l, &out);
	assert_string_equal(buf_text(&out), expected);
	buf_free(&out);
}

static void every_movement_works(void **state)
{
	struct list l = {0};

	(void)state;
	list_set(&l, 100, 10);
	expect_position(&l, "1-10/100");
	assert_true(list_act(&l, ACTION_DOWN));
	expect(&l, 1, 0);
	list_act(&l, ACTION_UP);
	list_act(&l, ACTION_UP);
	expect(&l, 0, 0);
	list_act(&l, ACTION_PAGE_DOWN);
	expect(&l, 9, 9);
	list_act(&l, ACTION_HALF_DOWN);
	expect(&l, 14, 14);
	list_act(&l, ACTION_HALF_UP);
	list_act(&l, ACTION_PAGE_UP);
	expect(&l, 0, 0);
	list_act(&l, ACTION_LAST);
	expect(&l, 99, 90);
	expect_position(&l, "91-100/100");
	list_act(&l, ACTION_PAGE_DOWN);
	list_act(&l, ACTION_DOWN);
	expect(&l, 99, 90);
	list_act(&l, ACTION_FIRST);
	expect(&l, 0, 0);
	assert_false(list_act(&l, ACTION_OPEN));
	assert_false(list_act(&l, ACTION_NONE));
}

static void scrolling_is_as_little_as_needed(void **state)
{
	struct list l = {0};

	(void)state;
	list_set(&l, 100, 10);
	list_go(&l, 50);
	expect(&l, 50, 41);
	list_go(&l, 45);
	expect(&l, 45, 41);
	list_go(&l, 12);
	expect(&l, 12, 12);
	list_go(&l, 1000);
	expect(&l, 99, 90);
}

static void rows_that_move_leave_the_screen_still(void **state)
{
	struct list l = {0};

	(void)state;
	list_set(&l, 100, 10);
	list_go(&l, 54);
	list_go(&l, 50);
	expect(&l, 50, 45);
	list_set(&l, 120, 10);
	list_place(&l, 70);
	expect(&l, 70, 65);
	list_place(&l, 2);
	expect(&l, 2, 0);
}

static void counts_and_heights_that_shrink(void **state)
{
	struct list l = {0};

	(void)state;
	list_set(&l, 100, 10);
	list_act(&l, ACTION_LAST);
	list_set(&l, 20, 10);
	expect(&l, 19, 10);
	list_set(&l, 20, 30);
	expect(&l, 19, 0);
	list_set(&l, 20, 1);
	expect(&l, 19, 19);
	list_set(&l, 0, 10);
	expect(&l, 0, 0);
	expect_position(&l, "0/0");
	for (enum action action = ACTION_NONE; action < ACTION_COUNT; action++)
		list_act(&l, action);
	expect(&l, 0, 0);
	list_set(&l, 3, 0);
	list_act(&l, ACTION_PAGE_DOWN);
	expect(&l, 1, 1);
	expect_position(&l, "2-2/3");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_movement_works),
		cmocka_unit_test(scrolling_is_as_little_as_needed),
		cmocka_unit_test(rows_that_move_leave_the_screen_still),
		cmocka_unit_test(counts_and_heights_that_shrink),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
