/* Extras: any set of values comes back from its bytes. */
#include "index/extras.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define ROUNDS 20000

static int64_t random_value(void)
{
	static const int64_t edges[] = {0,         1,         127, 128,        16383,     16384,
	                                INT64_MAX, INT64_MIN, -1,  UINT32_MAX, INT32_MAX, 200};
	uint64_t value = (uint64_t)rand() << 33 ^ (uint64_t)rand() << 11 ^ (uint64_t)rand();

	if (rand() % 3 == 0)
		return edges[(size_t)rand() % (sizeof(edges) / sizeof(edges[0]))];
	return (int64_t)(value >> rand() % 64);
}

static int64_t kept(int field, int64_t value)
{
	bool cut = extras_is_amount(field) && (value < 0 || value >= EXTRAS_LARGE);

	return cut ? value & ~INT64_C(7) : value;
}

static void check(const struct event_extras *x)
{
	uint8_t bytes[EXTRAS_MAX + 1];
	struct event_extras back;
	size_t n;

	memset(bytes, 0xff, sizeof(bytes)); /* what stands behind is none of them */
	n = extras_write(x, bytes);
	assert_in_range(n, 1, EXTRAS_MAX);
	extras_read(&back, bytes);
	assert_int_equal(back.has, x->has);
	for (int field = 0; field < EVENT_FIELDS; field++) {
		int64_t value = 7;
		bool has = x->has >> field & 1;

		assert_int_equal(extras_find(bytes, (enum event_field)field, &value), has);
		assert_true(value == (has ? kept(field, x->value[field]) : 7));
		if (has)
			assert_true(back.value[field] == kept(field, x->value[field]));
	}
}

static void any_set_comes_back(void **state)
{
	struct event_extras x;

	(void)state;
	srand(9);
	for (int round = 0; round < ROUNDS; round++) {
		int share = 1 + rand() % 8;

		x.has = 0;
		for (int field = 0; field < EVENT_FIELDS; field++)
			if (rand() % share == 0)
				extras_set(&x, (enum event_field)field, random_value());
		check(&x);
	}
}

static void amounts_are_short(void **state)
{
	static const struct {
		int64_t amount;
		size_t bytes;
	} cases[] = {{0, 1},           {2500000000, 3}, /* 2500 millions */
	             {17620000, 3},    {1000000000000, 1}, {999, 2}, {EXTRAS_LARGE - 1, 9},
	             {EXTRAS_LARGE, 9}};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct event_extras x = {0};
		uint8_t bytes[EXTRAS_MAX];

		extras_set(&x, EVENT_COST_INPUT, cases[i].amount);
		assert_int_equal(extras_write(&x, bytes), cases[i].bytes + 1);
		check(&x);
	}
}

static void the_largest_fit(void **state)
{
	struct event_extras x = {0};
	uint8_t none = 1;

	(void)state;
	assert_int_equal(extras_write(&x, &none), 1);
	assert_int_equal(none, 0);
	for (int field = 0; field < EVENT_FIELDS; field++)
		extras_set(&x, (enum event_field)field, -1);
	check(&x);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_set_comes_back),
		cmocka_unit_test(amounts_are_short),
		cmocka_unit_test(the_largest_fit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
