/* The parser of the live stream, over any cut of the bytes. */
#include "collect/posthog_stream.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void collect(void *ctx, struct str data)
{
	struct buf *out = ctx;

	buf_add(out, '<');
	buf_append(out, data);
	buf_add(out, '>');
}

static void feed_cut(struct str bytes, size_t first, size_t second, const char *expected)
{
	struct buf out = {0};
	struct posthog_sse s = {.message = collect, .ctx = &out};

	posthog_sse_feed(&s, str_sub(bytes, 0, first));
	posthog_sse_feed(&s, str_sub(bytes, first, second - first));
	posthog_sse_feed(&s, str_sub(bytes, second, SIZE_MAX));
	if (strcmp(buf_text(&out), expected) != 0)
		fail_msg("cut at %zu and %zu: got %s, not %s", first, second, buf_text(&out),
		         expected);
	assert_int_equal(s.skipped, 0);
	posthog_sse_free(&s);
	buf_free(&out);
}

static void gives(struct str bytes, const char *expected)
{
	for (size_t first = 0; first <= bytes.n; first++) {
		for (size_t second = first; second <= bytes.n; second++)
			feed_cut(bytes, first, second, expected);
	}
}

static void test_messages(void **state)
{
	(void)state;
	gives(STR(""), "");
	gives(STR("data: {\"a\":1}\n\n"), "<{\"a\":1}>");
	gives(STR("data: 1\n\ndata: 2\n\n"), "<1><2>");
	gives(STR("data:1\n\ndata:  2\n\n"), "<1>< 2>");
	gives(STR("data: 1\n"), "");
	gives(STR("data: 1"), "");
	gives(STR("\n\n\n"), "");
}

static void test_line_ends(void **state)
{
	(void)state;
	gives(STR("data: 1\r\rdata: 2\r\r"), "<1><2>");
	gives(STR("data: 1\r\n\r\ndata: 2\r\n\r\n"), "<1><2>");
	gives(STR("data: 1\r\n\ndata: 2\n\rdata: 3\r\r\n"), "<1><2><3>");
	gives(STR("data: 1\n\r\ndata: 2\r\n\r"), "<1><2>");
}

static void test_several_data_lines(void **state)
{
	(void)state;
	gives(STR("data: 1\ndata:\ndata: 2\n\n"), "<1\n\n2>");
	gives(STR("data: 1\r\ndata: 2\r\n\r\n"), "<1\n2>");
	gives(STR("data: 1\rdata: 2\n\n"), "<1\n2>");
	gives(STR("data\n\n"), "<>");
	gives(STR("data:\n\n"), "<>");
	gives(STR("data\ndata\n\n"), "<\n>");
}

static void test_other_fields(void **state)
{
	(void)state;
	gives(STR(": a comment\n\ndata: 1\n:\n\n"), "<1>");
	gives(STR("event: x\nid: 7\nretry: 1\ndata: 1\n\n"), "<1>");
	gives(STR("event: x\n\nid: 7\n\n"), "");
	gives(STR("data2: 1\n data: 2\nDATA: 3\ndat: 4\nda\n\n"), "");
	gives(STR("data: a: b\n\n"), "<a: b>");
}

static void test_byte_order_mark(void **state)
{
	(void)state;
	gives(STR("\xEF\xBB\xBF"
	          "data: 1\n\n\xEF\xBB\xBF"
	          "data: 2\n\n"),
	      "<1>");
	gives(STR("\n\xEF\xBB\xBF"
	          "data: 1\n\n"),
	      "");
	gives(STR("\xEF\xBB"
	          "data: 1\n\n"),
	      "");
}

static void test_any_bytes(void **state)
{
	struct buf out = {0};
	struct posthog_sse s = {.message = collect, .ctx = &out};

	(void)state;
	posthog_sse_feed(&s, STR("data: \0\xFF\x1B[31m\n\n"));
	assert_true(str_eq(buf_str(&out), STR("<\0\xFF\x1B[31m>")));
	posthog_sse_free(&s);
	buf_free(&out);
}

struct count {
	unsigned messages;
	size_t last;
};

static void count(void *ctx, struct str data)
{
	struct count *c = ctx;

	c->messages++;
	c->last = data.n;
}

/* A data line whose text has n bytes, in pieces of about piece bytes, and its end. */
static void feed_data(struct posthog_sse *s, size_t n, size_t piece)
{
	struct buf bytes = {0};

	buf_puts(&bytes, "data:");
	buf_pad(&bytes, 'x', n);
	buf_add(&bytes, '\n');
	for (size_t at = 0; at < bytes.n; at += piece)
		posthog_sse_feed(s, str_sub(buf_str(&bytes), at, piece));
	buf_free(&bytes);
}

static void check_long_lines(size_t piece)
{
	struct count c = {0};
	struct posthog_sse s = {.message = count, .ctx = &c};
	size_t longest = POSTHOG_STREAM_LINE - strlen("data:");

	feed_data(&s, longest, piece);
	posthog_sse_feed(&s, STR("\n"));
	assert_int_equal(c.messages, 1);
	assert_int_equal(c.last, longest);
	assert_int_equal(s.skipped, 0);
	/* One byte more: the message goes, and what belongs to it. */
	posthog_sse_feed(&s, STR("data: before\n"));
	feed_data(&s, longest + 1, piece);
	posthog_sse_feed(&s, STR("data: behind\n\n"));
	assert_int_equal(c.messages, 1);
	assert_int_equal(s.skipped, 1);
	posthog_sse_feed(&s, STR("data: next\n\n"));
	assert_int_equal(c.messages, 2);
	assert_int_equal(c.last, 4);
	posthog_sse_free(&s);
	assert_int_equal(s.skipped, 1);
}

static void test_long_lines(void **state)
{
	(void)state;
	check_long_lines((size_t)1 << 14);
	check_long_lines(SIZE_MAX / 2);
}

static void test_long_line_that_is_no_data(void **state)
{
	struct count c = {0};
	struct posthog_sse s = {.message = count, .ctx = &c};
	struct buf line = {0};

	(void)state;
	buf_puts(&line, "\xEF\xBB\xBF:");
	buf_pad(&line, 'x', POSTHOG_STREAM_LINE);
	posthog_sse_feed(&s, buf_str(&line));
	posthog_sse_feed(&s, STR("\ndata: 1\n"));
	posthog_sse_feed(&s, str_sub(buf_str(&line), 3, SIZE_MAX));
	posthog_sse_feed(&s, STR("\n\n"));
	assert_int_equal(c.messages, 1);
	assert_int_equal(s.skipped, 2);
	/* The same behind a mark, but data: the message is lost. */
	posthog_sse_free(&s);
	memcpy(line.p + 3, "data:", 5);
	posthog_sse_feed(&s, buf_str(&line));
	posthog_sse_feed(&s, STR("\ndata: 2\n\n"));
	assert_int_equal(c.messages, 1);
	assert_int_equal(s.skipped, 3);
	posthog_sse_free(&s);
	buf_free(&line);
}

static void test_long_in_sum(void **state)
{
	struct count c = {0};
	struct posthog_sse s = {.message = count, .ctx = &c};
	size_t half = POSTHOG_STREAM_LINE / 2;

	(void)state;
	feed_data(&s, half, SIZE_MAX / 2);
	feed_data(&s, half - 1, SIZE_MAX / 2);
	posthog_sse_feed(&s, STR("\n"));
	assert_int_equal(c.messages, 1);
	assert_int_equal(c.last, POSTHOG_STREAM_LINE);
	/* With the line end between them one byte more; what comes behind is not counted again. */
	feed_data(&s, half, SIZE_MAX / 2);
	feed_data(&s, half, SIZE_MAX / 2);
	posthog_sse_feed(&s, STR("\n"));
	assert_int_equal(c.messages, 1);
	assert_int_equal(s.skipped, 1);
	feed_data(&s, half, SIZE_MAX / 2);
	feed_data(&s, half, SIZE_MAX / 2);
	feed_data(&s, half, SIZE_MAX / 2);
	posthog_sse_feed(&s, STR("\n"));
	assert_int_equal(c.messages, 1);
	assert_int_equal(s.skipped, 2);
	assert_true(s.line.cap + s.data.cap < POSTHOG_STREAM_LINE); /* given back */
	posthog_sse_free(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_messages),
		cmocka_unit_test(test_line_ends),
		cmocka_unit_test(test_several_data_lines),
		cmocka_unit_test(test_other_fields),
		cmocka_unit_test(test_byte_order_mark),
		cmocka_unit_test(test_any_bytes),
		cmocka_unit_test(test_long_lines),
		cmocka_unit_test(test_long_line_that_is_no_data),
		cmocka_unit_test(test_long_in_sum),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
