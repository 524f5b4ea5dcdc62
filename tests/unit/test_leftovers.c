/* Memory that is given back in steps. */
#include "base/leftovers.h"
#include "base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define LARGE ((size_t)5 << 20)

static unsigned steps(struct leftovers *l, int64_t until)
{
	unsigned n = 1;

	while (!leftovers_free(l, &(struct slice){.until = until}))
		n++;
	return n;
}

static void large_ones_in_steps(void **state)
{
	struct leftovers l = {0};
	char *large = mem_alloc(LARGE, 1);

	(void)state;
	memset(large, 1, LARGE);
	leftovers_add(&l, mem_alloc(8, 1), 8);
	leftovers_add(&l, large, LARGE);
	leftovers_add(&l, NULL, 4);
	assert_true(steps(&l, 0) >= 4);
	assert_int_equal(l.n, 0);
	assert_int_equal(steps(&l, 0), 1);
}

static void all_at_once(void **state)
{
	struct leftovers l = {0};

	(void)state;
	leftovers_add(&l, mem_alloc(LARGE, 1), LARGE);
	leftovers_add(&l, mem_alloc(LARGE, 1), LARGE);
	assert_int_equal(steps(&l, SLICE_WHOLE), 1);
	assert_int_equal(l.n, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(large_ones_in_steps),
		cmocka_unit_test(all_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
