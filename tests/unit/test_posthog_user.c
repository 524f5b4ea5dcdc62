/* The events of one user, asked beside whatever else is. */
#include "support/source_bench.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define SINCE SOURCE_BENCH_SINCE /* 2026-09-21T14:13:20Z */
#define UNTIL SOURCE_BENCH_UNTIL

/* Another time takes the place of the one before; "until now" moving on is no other. */
static void test_other_time(void **state)
{
	struct source_bench *test = *state;

	source_bench_open_ready(test);
	posthog_user(test->posthog, STR("anna"), SINCE, UNTIL);
	source_bench_wait(test, "2026-09-21T14:13:20");
	posthog_user(test->posthog, STR("anna"), SINCE, UNTIL + 1);
	posthog_user(test->posthog, STR("bob"), SINCE, UNTIL);
	assert_int_equal(source_bench_status(test).waiting, 2);
	posthog_user(test->posthog, STR("anna"), SINCE - POSTHOG_DAY, UNTIL);
	assert_int_equal(source_bench_status(test).waiting, 2);
	source_bench_wait(test, "2026-09-20T14:13:20");
	posthog_cancel(test->posthog);
	source_bench_settle(test);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_other_time, source_bench_enter,
	                                        source_bench_leave),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
