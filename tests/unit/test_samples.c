/* Values brought together by group, and given back, in the smallest steps. */
#include "query/samples.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define GROUPS 7u
#define MANY   200000u

/* Group 5 has none; the others have values of every size. */
static uint32_t group_of(uint32_t i)
{
	uint32_t group = (i * 2654435761u >> 16) % (GROUPS - 1);

	return group == 5 ? 6 : group;
}

static int64_t value_of(uint32_t i)
{
	return (int64_t)(i % 1000) * (i % 2 ? -1 : 1) * INT64_C(1000000007);
}

static void add(struct samples *s, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		samples_add(s, group_of(i), value_of(i));
}

static unsigned place(struct samples *s)
{
	struct slice slice = {.until = 0};
	unsigned steps = 1;

	for (; !samples_step(s, GROUPS, &slice); steps++)
		slice = (struct slice){.until = 0};
	return steps;
}

static void expect_group(const struct samples *s, uint32_t group, uint32_t all)
{
	size_t n, at = 0;
	int64_t *values = samples_of(s, group, &n);

	for (uint32_t i = 0; i < all; i++) {
		if (group_of(i) != group)
			continue;
		assert_true(at < n);
		assert_int_equal(values[at++], value_of(i));
	}
	assert_int_equal(at, n);
}

/* Within a group they keep their order. */
static void by_group(void **state)
{
	static const uint32_t counts[] = {0, 1, 63, 4095, 4096, 4097, 20000};

	(void)state;
	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		struct samples s = {0};

		add(&s, counts[i]);
		assert_true(place(&s) >= counts[i] / SLICE_ITEMS);
		for (uint32_t group = 0; group < GROUPS; group++)
			expect_group(&s, group, counts[i]);
		samples_fini(&s);
	}
}

/* What was added stays where it is, since moving much of it takes long; and it goes bit by bit. */
static void in_steps(void **state)
{
	struct slice slice = {.until = 0};
	struct samples s = {0};
	unsigned steps = 1;
	const void *first;

	(void)state;
	add(&s, MANY);
	first = s.list.list[0];
	add(&s, MANY);
	assert_ptr_equal(first, s.list.list[0]);
	place(&s);
	for (; !samples_drain(&s, &slice); steps++)
		slice = (struct slice){.until = 0};
	assert_true(steps > 3);
	assert_null(s.values);
	assert_int_equal(s.n, 0);
	/* And again, before they were placed. */
	add(&s, MANY);
	while (!samples_drain(&s, &slice))
		;
	assert_int_equal(s.n, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(by_group),
		cmocka_unit_test(in_steps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
