/* Columns of text. */
#include "base/utf8.h"
#include "draw/width.h"

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void clusters(void **state)
{
	(void)state;
	assert_int_equal(width_cluster(STR("a")), 1);
	assert_int_equal(width_cluster(STR(" ")), 1);
	assert_int_equal(width_cluster(STR("\u7FFB")), 2);
	assert_int_equal(width_cluster(STR("\U0001F600")), 2);
	assert_int_equal(width_cluster(STR("e\u0301\u0302")), 1);
	assert_int_equal(width_cluster(STR("\n")), 0);
	assert_int_equal(width_cluster(STR("\t")), 0);
	assert_int_equal(width_cluster(STR("\x7F")), 0);
	assert_int_equal(width_cluster(STR("\u0301")), 0);
	assert_int_equal(width_cluster(STR("\u200B")), 0);
	assert_int_equal(width_cluster(STR("\xFF")), 0);
	assert_int_equal(width_cluster(STR_EMPTY), 0);
}

static void refused_is_spelled(void **state)
{
	char out[WIDTH_SPELLED];

	(void)state;
	assert_int_equal(width_spell(STR("\u0301"), out), 7);
	assert_string_equal(out, "\\u{301}");
	assert_int_equal(width_spell(STR("\u200B\U0010FFFF"), out), 18);
	assert_string_equal(out, "\\u{200B}\\u{10FFFF}");
	assert_int_equal(width_text(STR("a\u200Bb")), 10);
	/* More than there is room for is left out whole. */
	assert_int_equal(
		width_spell(STR("\U0010FFFF\U0010FFFF\U0010FFFF\U0010FFFF\U0010FFFF\U0010FFFF"
	                        "\U0010FFFF"),
	                    out),
		60);
}

static void texts(void **state)
{
	int used;

	(void)state;
	assert_int_equal(width_text(STR_EMPTY), 0);
	assert_int_equal(width_text(STR("hello")), 5);
	assert_int_equal(width_text(STR("\u7FFB\u8A33 e\u0301!")), 7);
	assert_int_equal(width_fit(STR("hello"), 3, &used), 3);
	assert_int_equal(used, 3);
	assert_int_equal(width_fit(STR("hello"), 9, &used), 5);
	assert_int_equal(used, 5);
	assert_int_equal(width_fit(STR("a\u7FFB\u8A33"), 4, &used), 4);
	assert_int_equal(used, 3);
	assert_int_equal(width_fit(STR("ae\u0301b"), 2, &used), 4);
	assert_int_equal(used, 2);
	assert_int_equal(width_fit(STR("hello"), 0, &used), 0);
	assert_int_equal(width_fit(STR("hello"), -1, &used), 0);
	assert_int_equal(used, 0);
}

static void assert_wrapped(const char *text, int width, const char *want)
{
	struct str rest = str_of(text);
	struct buf lines = {0};

	while (rest.n > 0) {
		size_t next, end = width_wrap(rest, width, &next);

		assert_true(next > 0 && end <= next && next <= rest.n);
		buf_append(&lines, str_sub(rest, 0, end));
		buf_add(&lines, '/');
		rest = str_sub(rest, next, rest.n);
	}
	assert_string_equal(buf_text(&lines), want);
	buf_free(&lines);
}

static void wrapping(void **state)
{
	(void)state;
	assert_wrapped("hello", 5, "hello/");
	assert_wrapped("hello world", 5, "hello/world/");
	assert_wrapped("hello world", 7, "hello/world/");
	assert_wrapped("hello   world", 6, "hello/world/");
	assert_wrapped("hello", 2, "he/ll/o/");
	assert_wrapped("a long word", 4, "a/long/word/");
	assert_wrapped("  indented", 6, "  inde/nted/");
	assert_wrapped("          ", 4, "    /");
	assert_wrapped("\u7FFB\u8A33", 3, "\u7FFB/\u8A33/");
	assert_wrapped("\u7FFB\u8A33", 1, "\u7FFB/\u8A33/");
	assert_wrapped("ab", 0, "a/b/");
	assert_wrapped("e\u0301e\u0301", 1, "e\u0301/e\u0301/");
}

/* What is said of a text is the sum of what is said of its clusters, whatever curses is given. */
static void sums(void **state)
{
	struct buf b = {0};
	int sum = 0;

	(void)state;
	for (uint32_t code = ' '; code < 0x20000; code++)
		if (code < 0xD800 || code > 0xDFFF)
			utf8_append(&b, code);
	for (size_t at = 0; at < b.n;) {
		char out[WIDTH_SPELLED];
		struct str cluster = utf8_cluster(buf_str(&b), &at);
		int width = width_cluster(cluster);

		assert_in_range(width, 0, 2);
		sum += width ? width : width_spell(cluster, out);
	}
	assert_int_equal(width_text(buf_str(&b)), sum);
	buf_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(clusters), cmocka_unit_test(refused_is_spelled),
		cmocka_unit_test(texts),    cmocka_unit_test(wrapping),
		cmocka_unit_test(sums),
	};

	setlocale(LC_ALL, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
