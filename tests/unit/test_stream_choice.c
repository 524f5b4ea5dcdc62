/* Streams: which files have to be streamed, and which are read in place. */
#include "collect/stream.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

static bool is_streamed(struct str bytes)
{
	char path[] = "/tmp/choice-XXXXXX";
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes.p, bytes.n), (ssize_t)bytes.n);
	close(fd);
	fd = stream_open_file(path);
	if (fd >= 0)
		close(fd);
	unlink(path);
	return fd >= 0;
}

static void test_in_place(void **state)
{
	(void)state;
	assert_false(is_streamed(STR("{\"event\":\"x\"}\n")));
	assert_false(is_streamed(STR_EMPTY));
	/* The first line of a file that grows. */
	assert_false(is_streamed(STR("{\"event\":\"$ai_sp")));
	assert_false(is_streamed((struct str){"\xFF\xFE{\0", 4}));
	assert_int_equal(stream_open_file("/tmp"), -1);
	assert_int_equal(stream_open_file("/nowhere/at/all"), -1);
}

static void test_streamed(void **state)
{
	(void)state;
	assert_true(is_streamed(STR("\x1f\x8b\x08")));
	assert_true(is_streamed(STR("\x28\xb5\x2f\xfd")));
	assert_true(is_streamed(STR("[\n{\"event\":\"x\"}]")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_in_place),
		cmocka_unit_test(test_streamed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
