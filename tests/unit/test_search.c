/* Looking through places in the smallest slices there are. */
#include "widget/search.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

struct places {
	uint64_t wanted;
	uint64_t seen, last;
};

static bool holds(void *ctx, uint64_t place)
{
	struct places *p = ctx;

	p->seen++;
	p->last = place;
	return place == p->wanted;
}

static void goes_round_to_where_it_began(void **state)
{
	struct places p = {.wanted = 3};
	struct search s;

	(void)state;
	search_begin(&s, 3, 10, 1);
	assert_int_equal(search_more(&s, 0, holds, &p), SEARCH_FOUND);
	assert_int_equal(p.seen, 10);
	search_begin(&s, 4, 10, 1);
	assert_int_equal(search_more(&s, 0, holds, &p), SEARCH_FOUND);
	assert_int_equal(s.at, 3);
	assert_int_equal(p.seen, 19);
	search_begin(&s, 4, 10, -1);
	assert_int_equal(search_more(&s, 0, holds, &p), SEARCH_FOUND);
	assert_int_equal(p.seen, 20);
	p = (struct places){.wanted = 10};
	search_begin(&s, 0, 10, -1);
	assert_int_equal(search_more(&s, 0, holds, &p), SEARCH_NONE);
	assert_int_equal(p.seen, 10);
	assert_int_equal(p.last, 0);
	search_begin(&s, 0, 0, 1);
	assert_int_equal(search_more(&s, 0, holds, &p), SEARCH_NONE);
	assert_int_equal(p.seen, 10);
}

static void assert_status(const struct search *s, const char *expected)
{
	struct buf text = {0};

	search_status(s, &text);
	assert_string_equal(buf_text(&text), expected);
	buf_free(&text);
}

static void goes_on_where_it_was_cut_short(void **state)
{
	struct places p = {.wanted = 700};
	struct search s;
	unsigned slices = 1;

	(void)state;
	search_begin(&s, 0, 1000, 1);
	assert_status(&s, "searching 0 %  ");
	while (search_more(&s, 0, holds, &p) == SEARCH_GOES_ON) {
		assert_true(search_goes_on(&s));
		slices++;
		if (p.seen >= 500 && p.seen < 510)
			assert_status(&s, "searching 50 %  ");
	}
	assert_int_equal(s.at, 700);
	assert_int_equal(p.seen, 700);
	assert_true(slices > 10);
	assert_false(search_goes_on(&s));
	assert_status(&s, "");
}

static void is_cancelled(void **state)
{
	struct places p = {.wanted = 700};
	struct search s;

	(void)state;
	search_begin(&s, 0, 1000, 1);
	assert_int_equal(search_more(&s, 0, holds, &p), SEARCH_GOES_ON);
	assert_true(search_cancel(&s));
	assert_false(search_cancel(&s));
	assert_false(search_goes_on(&s));
	assert_status(&s, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(goes_round_to_where_it_began),
		cmocka_unit_test(goes_on_where_it_was_cut_short),
		cmocka_unit_test(is_cancelled),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
