/* The loader: bad lines and their places, growth, truncation, replacement, endless lines. */
#include "support/loader_bench.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define PATIENCE_MS 20000
#define CANCELS     200

static void test_empty_file(void **state)
{
	struct loader_bench *b = *state;

	loader_bench_load(b, 0);
	assert_int_equal(loader_status(b->loader)->state, LOADER_DONE);
	assert_int_equal(b->table.n, 0);
	loader_bench_append(b, "\xEF\xBB\xBF");
	loader_check(b->loader);
	loader_bench_wait(b);
	loader_bench_append(b, "{\"event\":\"$ai_span\"}\n");
	loader_check(b->loader);
	loader_bench_wait(b);
	assert_int_equal(b->table.n, 1);
	assert_int_equal(loader_status(b->loader)->counts.bad_lines, 0);
	loader_bench_close(b);
}

static void test_bad_lines(void **state)
{
	struct loader_bench *b = *state;
	const struct bad_line *bad;
	struct buf text = {0};

	buf_puts(
		&text,
		"\n\r\n{\"event\":\"$ai_span\"}\n{\"event\":}\r\n{\"event\":\"$ai_span\",\"uuid\":\"\x01\"}\n");
	for (int i = 0; i < 1500; i++)
		buf_puts(&text, "[1]\n");
	loader_bench_write(b, O_TRUNC, buf_str(&text));
	loader_bench_load(b, 100);
	assert_int_equal(loader_status(b->loader)->counts.bad_lines, 1501);
	assert_int_equal(loader_status(b->loader)->counts.irregular, 1);
	assert_int_equal(loader_status(b->loader)->n_bad, LOADER_BAD_LINES_KEPT);
	bad = loader_status(b->loader)->bad;
	assert_int_equal(bad[0].line, 4);
	assert_int_equal(bad[0].offset, 24);
	assert_int_equal(bad[0].length, 11);
	assert_int_equal(bad[0].pos, 9);
	assert_false(bad[0].irregular);
	assert_int_equal(bad[1].line, 5);
	assert_true(bad[1].irregular);
	assert_int_equal(bad[999].line, 1003);
	assert_string_equal(bad[999].why, "no event in it");
	loader_bench_close(b);
	buf_free(&text);
}

static void test_utf16(void **state)
{
	struct loader_bench *b = *state;

	loader_bench_write(b, O_TRUNC, (struct str){"\xFF\xFE{\0}\0", 6});
	loader_bench_load(b, 0);
	assert_int_equal(loader_status(b->loader)->state, LOADER_FAILED);
	assert_non_null(strstr(loader_status(b->loader)->error.msg,
	                       "UTF-16, not UTF-8: convert it first: "));
	assert_int_equal(loader_status(b->loader)->counts.lines, 0);
	loader_bench_close(b);
}

static void test_last_line_waits(void **state)
{
	struct loader_bench *b = *state;

	loader_bench_append(b, "{\"event\":\"$ai_span\"}\n{\"event\":\"$ai_sp");
	loader_bench_load(b, 0);
	assert_int_equal(b->table.n, 1);
	assert_int_equal(loader_status(b->loader)->pending, 16);
	assert_int_equal(loader_status(b->loader)->counts.lines, 1);
	loader_bench_append(b, "an\"}");
	loader_check(b->loader);
	loader_bench_wait(b);
	assert_int_equal(b->table.n, 2);
	assert_int_equal(loader_status(b->loader)->pending, 0);
	loader_bench_append(b, "\n{]\n");
	loader_check(b->loader);
	loader_bench_wait(b);
	assert_int_equal(loader_status(b->loader)->counts.lines, 3);
	assert_int_equal(loader_status(b->loader)->bad[0].line, 3);
	loader_bench_append(b, "12");
	loader_check(b->loader);
	loader_bench_wait(b);
	assert_int_equal(loader_status(b->loader)->pending, 2); /* it may become 123 */
	loader_bench_close(b);
}

/* A long line that comes in many small parts is waited for without being read over and over. */
static void test_long_line_in_parts(void **state)
{
	struct loader_bench *b = *state;
	struct buf part = {0};

	buf_pad(&part, 'y', 30000);
	loader_bench_append(b, "{\"event\":\"$ai_span\",\"uuid\":\"u\",\"x\":\"");
	loader_bench_load(b, 10000);
	for (int i = 0; i < 10; i++) {
		loader_bench_write(b, O_APPEND, buf_str(&part));
		loader_check(b->loader);
		loader_bench_wait(b);
		assert_int_equal(b->table.n, 0);
		assert_int_equal(loader_status(b->loader)->pending, 36 + 30000 * (i + 1));
	}
	loader_bench_append(b, "\"} ");
	loader_check(b->loader);
	loader_bench_wait(b);
	assert_int_equal(b->table.n, 1);
	assert_int_equal(events_get(&b->table, 0)->length, 36 + 300000 + 2);
	loader_bench_append(b, "\n{\"event\":\"$ai_span\"}\n");
	loader_check(b->loader);
	loader_bench_wait(b);
	assert_int_equal(b->table.n, 2);
	assert_int_equal(loader_status(b->loader)->counts.lines, 2);
	loader_bench_close(b);
	buf_free(&part);
}

static void test_endless_line(void **state)
{
	struct loader_bench *b = *state;
	const struct loader_status *s;

	loader_bench_append(b, "{\"event\":\"$ai_span\"}\n");
	assert_int_equal(truncate(b->path, (off_t)(JOURNAL_MAX_LINE + (1 << 20))), 0);
	loader_bench_load(b, 0);
	s = loader_status(b->loader);
	assert_int_equal(s->state, LOADER_DONE);
	assert_int_equal(s->too_long, 1);
	assert_int_equal(s->pending, 0);
	loader_bench_append(b, "still the same\n{\"event\":\"$ai_span\"}\n{]\n");
	loader_check(b->loader);
	loader_bench_wait(b);
	assert_int_equal(s->too_long, 1);
	assert_int_equal(s->counts.lines, 4);
	assert_int_equal(s->counts.bad_lines, 2);
	assert_int_equal(b->table.n, 2);
	assert_int_equal(s->bad[0].line, 2);
	assert_string_equal(s->bad[0].why, "over 256 MiB");
	assert_int_equal(s->bad[1].line, 4);
	loader_bench_close(b);
}

static void test_shrunk_and_gone(void **state)
{
	struct loader_bench *b = *state;

	loader_bench_append(b, "{\"event\":\"$ai_span\"}\n{\"event\":\"$ai_span\"}\n");
	loader_bench_load(b, 0);
	assert_int_equal(truncate(b->path, 21), 0);
	b->changes = 0;
	loader_check(b->loader);
	assert_int_equal(loader_status(b->loader)->state, LOADER_SHRUNK);
	assert_int_equal(b->changes, 1);
	loader_bench_append(b, "{\"event\":\"$ai_span\"}\n{\"event\":\"$ai_span\"}\n");
	loader_check(b->loader);
	assert_int_equal(b->table.n, 2);
	loader_bench_close(b);
	loader_bench_load(b, 0);
	unlink(b->path);
	loader_check(b->loader);
	assert_int_equal(loader_status(b->loader)->state, LOADER_GONE);
	loader_bench_close(b);
}

static void test_read_error(void **state)
{
	struct loader_bench *b = *state;
	int file = open("/dev/null", O_RDONLY);

	close(file); /* the lowest free one, which the journal gets */
	loader_bench_append(b, "{\"event\":\"$ai_span\"}\n");
	loader_bench_open(b);
	close(file);
	loader_start(b->loader, false);
	loader_bench_wait(b);
	assert_int_equal(loader_status(b->loader)->state, LOADER_FAILED);
	assert_int_equal(loader_status(b->loader)->error.code, ERR_IO);
	assert_non_null(strstr(loader_status(b->loader)->error.msg, b->path));
	loader_bench_close(b);
}

static void on_late(void *ctx)
{
	struct loader_bench *b = ctx;

	b->late = true;
	loop_stop(b->loop);
}

static void wait_added(struct loader_bench *b, uint32_t wanted)
{
	struct loop_timer *timer = loop_timer_new(b->loop, on_late, b);

	b->wanted = wanted;
	loop_timer_start(timer, PATIENCE_MS, 0);
	while (b->added < wanted && !b->late)
		loop_run(b->loop);
	loop_timer_free(timer);
	assert_int_equal(b->added, wanted);
}

static void test_follows(void **state)
{
	struct loader_bench *b = *state;

	loader_bench_append(b, "{\"event\":\"$ai_span\"}\n");
	loader_bench_open(b);
	loader_start(b->loader, true);
	wait_added(b, 1);
	loader_bench_append(b, "{\"event\":\"$ai_span\"}\n{\"event\":");
	wait_added(b, 2);
	loader_bench_append(b, "\"$ai_span\"}\n{\"event\":\"$ai_span\"}\n");
	wait_added(b, 4);
	assert_int_equal(loader_status(b->loader)->counts.lines, 4);
	loader_bench_close(b);
}

/* Freed in the middle of loading. */
static void test_gives_up(void **state)
{
	struct loader_bench *b = *state;
	struct buf text = {0};

	for (int i = 0; i < 20000; i++)
		buf_puts(&text, "{\"event\":\"$ai_span\"}\n");
	loader_bench_write(b, O_TRUNC, buf_str(&text));
	loader_bench_open(b);
	loader_set_piece(b->loader, 10000);
	loader_start(b->loader, true);
	for (int i = 0; i < 5; i++)
		loop_step(b->loop, true);
	loader_bench_close(b);
	buf_free(&text);
}

/* Cancelled at any moment: while the end is loaded, while the rest is, while the file grows. Under the
 * thread sanitizer this shows what workers and loop share. */
static void cancel_somewhere(struct loader_bench *b)
{
	int turns = rand() % 40;

	loader_bench_open(b);
	loader_set_piece(b->loader, 500 + (uint64_t)rand() % 20000);
	if (rand() % 2 && loader_load_end(b->loader))
		while (!loader_status(b->loader)->end_loaded && turns-- > 0)
			loop_step(b->loop, true);
	if (turns > 0)
		loader_start(b->loader, rand() % 2);
	while (turns-- > 0) {
		loop_step(b->loop, false);
		if (rand() % 8 == 0)
			loader_bench_append(b, "{\"event\":\"$ai_span\"}\n");
		if (rand() % 8 == 0)
			loader_check(b->loader);
	}
	loader_bench_close(b);
}

static void test_random_cancels(void **state)
{
	struct loader_bench *b = *state;
	struct buf text = {0};

	for (int i = 0; i < 5000; i++)
		buf_printf(&text, "{\"event\":\"$ai_span\",\"uuid\":\"u%d\"}\n", i);
	srand(5);
	for (int round = 0; round < CANCELS; round++) {
		loader_bench_write(b, O_TRUNC, buf_str(&text));
		cancel_somewhere(b);
	}
	buf_free(&text);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, loader_bench_enter, loader_bench_leave)
	const struct CMUnitTest tests[] = {
		TEST(test_empty_file),      TEST(test_bad_lines),          TEST(test_utf16),
		TEST(test_last_line_waits), TEST(test_long_line_in_parts), TEST(test_endless_line),
		TEST(test_shrunk_and_gone), TEST(test_read_error),         TEST(test_follows),
		TEST(test_gives_up),        TEST(test_random_cancels),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
