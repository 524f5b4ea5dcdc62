/* What is said of a source: its state, how far it is. */
#include "draw/source_text.h"

#include "base/time.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define GB UINT64_C(1000000000)

static void assert_stream(struct stream_status s, const char *expected)
{
	struct buf text = {0};

	source_stream_text(&text, &s);
	assert_string_equal(buf_text(&text), expected);
	buf_free(&text);
}

static void test_streams(void **state)
{
	int64_t began = 5 * TIME_SECOND;

	(void)state;
	assert_stream((struct stream_status){.taken = GB,
	                                     .size = 4 * GB,
	                                     .written = 3 * GB,
	                                     .began = began,
	                                     .last = began + 10 * TIME_SECOND},
	              "25% of 4.0 GB read   100 MB/s   30.0s left   temporary journal 3.0 GB");
	/* Too early for a rate. */
	assert_stream((struct stream_status){.taken = GB,
	                                     .size = 4 * GB,
	                                     .began = began,
	                                     .last = began + TIME_SECOND / 10},
	              "25% of 4.0 GB read   temporary journal 0 B");
	/* Nobody knows how much there is. */
	assert_stream((struct stream_status){.taken = 2 * GB,
	                                     .written = GB,
	                                     .began = began,
	                                     .last = began + 10 * TIME_SECOND},
	              "2.0 GB read   200 MB/s   temporary journal 1.0 GB");
	assert_stream((struct stream_status){.taken = 2 * GB,
	                                     .written = GB,
	                                     .began = began,
	                                     .last = began + 10 * TIME_SECOND,
	                                     .ended = true},
	              "2.0 GB read, then it ended   temporary journal 1.0 GB");
	/* It has grown since it was opened. */
	assert_stream((struct stream_status){.taken = 2 * GB, .size = GB, .ended = true},
	              "2.0 GB read   temporary journal 0 B");
}

/* What may count twice is told, once it is read again. */
static void test_truncated(void **state)
{
	struct loader_status s = {.state = LOADER_SHRUNK, .since = 0};
	struct buf text = {0};

	(void)state;
	assert_int_equal(source_state_text(&text, &s, 3), ROLE_WARNING);
	assert_null(strstr(buf_text(&text), "uuid"));
	s.succeeded = true;
	buf_clear(&text);
	(void)source_state_text(&text, &s, 0);
	assert_null(strstr(buf_text(&text), "uuid"));
	buf_clear(&text);
	(void)source_state_text(&text, &s, 3);
	assert_non_null(strstr(buf_text(&text), "read again from its start; without a uuid were 3 "
	                                        "events: those in it again count twice"));
	buf_free(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_streams),
		cmocka_unit_test(test_truncated),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
