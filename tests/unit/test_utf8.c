/* UTF-8 and the cleaner. */
#include "base/clean.h"
#include "base/utf8.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void assert_clean_n(struct str text, unsigned flags, const char *want)
{
	struct buf b = {0}, again = {0};

	clean_append(&b, text, flags);
	assert_string_equal(buf_text(&b), want);
	clean_append(&again, buf_str(&b), flags);
	assert_string_equal(buf_text(&again), want);
	buf_free(&b);
	buf_free(&again);
}

static void assert_clean(const char *text, const char *want)
{
	assert_clean_n(str_of(text), 0, want);
}

static void assert_code(uint32_t code, const char *want)
{
	struct buf b = {0};

	utf8_append(&b, code);
	assert_clean_n(buf_str(&b), 0, want);
	buf_free(&b);
}

/* Every code of a range by itself becomes \u{HEX}. */
static void assert_spelled(uint32_t from, uint32_t to)
{
	char want[16];

	for (uint32_t code = from; code <= to; code++) {
		snprintf(want, sizeof(want), "\\u{%X}", code);
		assert_code(code, want);
	}
}

static void decodes_every_character(void **state)
{
	struct buf b = {0};

	(void)state;
	for (uint32_t code = 0; code <= 0x10FFFF; code++) {
		size_t at = 0;

		if (code == 0xD800)
			code = 0xE000;
		buf_clear(&b);
		utf8_append(&b, code);
		if (utf8_next(buf_str(&b), &at) != (int32_t)code || at != b.n)
			fail_msg("U+%X", code);
		/* Cut short it is nothing. */
		at = 0;
		if (b.n > 1 && (utf8_next(str_sub(buf_str(&b), 0, b.n - 1), &at) != -1 || at != 1))
			fail_msg("cut U+%X", code);
	}
	buf_free(&b);
}

static void refuses_malformed_bytes(void **state)
{
	static const char *const bad[] = {"\x80",
	                                  "\xBF",
	                                  "\xC0\x80",
	                                  "\xC1\xBF",
	                                  "\xE0\x80\x80",
	                                  "\xE0\x9F\xBF",
	                                  "\xED\xA0\x80",
	                                  "\xED\xBF\xBF",
	                                  "\xF0\x80\x80\x80",
	                                  "\xF0\x8F\xBF\xBF",
	                                  "\xF4\x90\x80\x80",
	                                  "\xF5\x80\x80\x80",
	                                  "\xF8\x88\x80\x80\x80",
	                                  "\xFE",
	                                  "\xFF",
	                                  "\xC3",
	                                  "\xC3(",
	                                  "\xE2\x82",
	                                  "\xE2(\xA1",
	                                  "\xF0\x9F\x98",
	                                  "\xF0(\x8C\xBC"};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		size_t at = 0;

		if (utf8_next(str_of(bad[i]), &at) != -1 || at != 1)
			fail_msg("case %zu", i);
		assert_false(utf8_valid(str_of(bad[i])));
	}
	assert_true(utf8_valid(STR("a\0\xC3\xA9\xF0\x9F\x98\x80")));
	assert_true(utf8_valid(STR_EMPTY));
}

static void plain_text_stays(void **state)
{
	char line[101], want[110];

	(void)state;
	assert_clean("", "");
	assert_clean("hello \\n ~ world", "hello \\n ~ world");
	assert_clean("na\xC3\xAFve \xE4\xB8\xAD\xE6\x96\x87 \xD0\x96 \xE2\x82\xAC \xE2\x94\x80",
	             "na\xC3\xAFve \xE4\xB8\xAD\xE6\x96\x87 \xD0\x96 \xE2\x82\xAC \xE2\x94\x80");
	/* A bad byte at any place of a long run. */
	for (size_t i = 0; i < 80; i++) {
		memset(line, 'x', 100);
		line[100] = '\0';
		line[i] = '\x1b';
		memcpy(want, line, i);
		memcpy(want + i, "\\x1B", 4);
		memcpy(want + i + 4, line + i + 1, sizeof(line) - i - 1);
		assert_clean(line, want);
	}
}

static void controls_are_spelled(void **state)
{
	char want[8];

	(void)state;
	for (unsigned byte = 0; byte < 0x100; byte++) {
		char raw = (char)byte;

		if (byte >= 0x20 && byte < 0x7F)
			continue;
		snprintf(want, sizeof(want), "\\x%02X", byte);
		if (byte == '\n' || byte == '\r' || byte == '\t')
			memcpy(want, byte == '\n' ? "\\n" : byte == '\r' ? "\\r" : "\\t", 3);
		assert_clean_n((struct str){&raw, 1}, 0, want);
		if (byte >= 0x80 && byte < 0xA0)
			assert_code(byte, want);
	}
	assert_clean("\x1b]0;title\x07\x1b[2J", "\\x1B]0;title\\x07\\x1B[2J");
	assert_clean("\xC2\x9B"
	             "31m",
	             "\\x9B31m");
	assert_clean_n(STR("a\0b"), 0, "a\\x00b");
}

static void lines_and_tabs_stay_when_asked(void **state)
{
	(void)state;
	assert_clean_n(STR("a\n\tb\r\n"), CLEAN_LINES, "a\n\\tb\\r\n");
	assert_clean_n(STR("a\n\tb\r\n"), CLEAN_TABS, "a\\n\tb\\r\\n");
	assert_clean_n(STR("\x0b\x0c\xC2\x85\xE2\x80\xA8"), CLEAN_LINES | CLEAN_TABS,
	               "\\x0B\\x0C\\x85\\u{2028}");
}

static void malformed_is_spelled(void **state)
{
	(void)state;
	assert_clean("\xC0\x9B", "\\xC0\\x9B"); /* an overlong ESC */
	assert_clean("\xE0\x80\x9B", "\\xE0\\x80\\x9B");
	assert_clean("\xED\xA0\xBD\xED\xB8\x80", /* CESU-8 */
	             "\\xED\\xA0\\xBD\\xED\\xB8\\x80");
	assert_clean("\xF4\x90\x80\x80", "\\xF4\\x90\\x80\\x80");
	assert_clean("a\xE2\x82", "a\\xE2\\x82");
	assert_clean("\xE2\x82"
	             "b",
	             "\\xE2\\x82"
	             "b");
}

static void invisible_is_spelled(void **state)
{
	(void)state;
	assert_spelled(0x202A, 0x202E); /* bidi */
	assert_spelled(0x2066, 0x2069);
	assert_spelled(0x200B, 0x200F); /* zero widths, marks of direction */
	assert_spelled(0x061C, 0x061C);
	assert_spelled(0x2060, 0x206F); /* word joiner, invisible operators */
	assert_spelled(0xFEFF, 0xFEFF);
	assert_spelled(0x00AD, 0x00AD); /* soft hyphen */
	assert_spelled(0x034F, 0x034F); /* grapheme joiner */
	assert_spelled(0x115F, 0x1160); /* Hangul fillers */
	assert_spelled(0x3164, 0x3164);
	assert_spelled(0xFFA0, 0xFFA0);
	assert_spelled(0x17B4, 0x17B5);
	assert_spelled(0x180B, 0x180F); /* Mongolian selectors */
	assert_spelled(0xFE00, 0xFE0F); /* variation selectors */
	assert_spelled(0xE0100, 0xE01EF);
	assert_spelled(0xE0000, 0xE007F); /* tags */
	assert_spelled(0xFFF9, 0xFFFB);   /* interlinear annotation */
	assert_spelled(0x1D173, 0x1D17A); /* musical format */
	assert_spelled(0x2028, 0x2029);
	assert_clean("adm\xE2\x80\xAEnimda", "adm\\u{202E}nimda");
	assert_clean("pay\xE2\x80\x8Bpal", "pay\\u{200B}pal");
	assert_clean("a\xEF\xB8\x80", "a\\u{FE00}");
}

static void unassigned_is_spelled(void **state)
{
	(void)state;
	assert_spelled(0xE000, 0xE010); /* private use */
	assert_spelled(0xF8FF, 0xF8FF);
	assert_spelled(0xF0000, 0xF0001);
	assert_spelled(0x10FFFD, 0x10FFFF);
	assert_spelled(0xFDD0, 0xFDEF); /* noncharacters */
	assert_spelled(0xFFFE, 0xFFFF);
	assert_spelled(0x1FFFE, 0x1FFFF);
	assert_spelled(0x0378, 0x0379);
	assert_spelled(0x2065, 0x2065);
	assert_spelled(0xE0080, 0xE0080);
}

#define ACUTE "\xCC\x81"

static void marks_are_bounded(void **state)
{
	(void)state;
	assert_clean("e" ACUTE "x", "e" ACUTE "x");
	assert_clean("e" ACUTE ACUTE ACUTE ACUTE, "e" ACUTE ACUTE ACUTE ACUTE);
	assert_clean("e" ACUTE ACUTE ACUTE ACUTE ACUTE ACUTE "x",
	             "e" ACUTE ACUTE ACUTE ACUTE "\\u{301}\\u{301}x");
	assert_clean("\xE4\xB8\xAD" ACUTE, "\xE4\xB8\xAD" ACUTE);
	/* Devanagari: a vowel sign with a cell of its own, then a mark on that. */
	assert_clean("\xE0\xA4\x95\xE0\xA4\xBE\xE0\xA4\x82",
	             "\xE0\xA4\x95\xE0\xA4\xBE\xE0\xA4\x82");
}

static void lone_marks_are_spelled(void **state)
{
	(void)state;
	assert_clean(ACUTE "e", "\\u{301}e");
	assert_clean(" " ACUTE, " \\u{301}");
	assert_clean("\xC2\xA0" ACUTE, "\xC2\xA0\\u{301}");
	assert_clean("\n" ACUTE, "\\n\\u{301}");
	assert_clean_n(STR("a\n" ACUTE), CLEAN_LINES, "a\n\\u{301}");
	assert_clean("\xE2\x80\x8B" ACUTE, "\\u{200B}\\u{301}");
	assert_clean("\x1b" ACUTE, "\\x1B\\u{301}");
	assert_clean("\xE2\x83\xA3", "\\u{20E3}");
	assert_clean("\xE0\xA4\xBE", "\\u{93E}");
}

static void hangul_joins_its_like(void **state)
{
	(void)state;
	assert_clean("\xE1\x84\x92\xE1\x85\xA1\xE1\x86\xAB",
	             "\xE1\x84\x92\xE1\x85\xA1\xE1\x86\xAB");
	assert_clean("\xED\x95\x98\xE1\x86\xAB", "\xED\x95\x98\xE1\x86\xAB");
	assert_clean("a\xE1\x85\xA1", "a\\u{1161}");
	assert_clean("\xE1\x86\xAB", "\\u{11AB}");
}

#define ZWJ    "\xE2\x80\x8D"
#define VS15   "\xEF\xB8\x8E"
#define VS16   "\xEF\xB8\x8F"
#define WOMAN  "\xF0\x9F\x91\xA9"
#define GIRL   "\xF0\x9F\x91\xA7"
#define HEART  "\xE2\x9D\xA4"
#define FIRE   "\xF0\x9F\x94\xA5"
#define THUMB  "\xF0\x9F\x91\x8D"
#define TONE   "\xF0\x9F\x8F\xBD"
#define KEYCAP "\xE2\x83\xA3"

static void emoji_become_rows_of_bases(void **state)
{
	(void)state;
	assert_clean(WOMAN ZWJ GIRL, WOMAN GIRL);
	assert_clean(HEART VS16, HEART);
	assert_clean(HEART VS15 "x", HEART "x");
	assert_clean(HEART VS16 ZWJ FIRE "!", HEART FIRE "!");
	assert_clean(THUMB TONE, THUMB);
	assert_clean(WOMAN TONE ZWJ HEART VS16 ZWJ WOMAN TONE, WOMAN HEART WOMAN);
	assert_clean("1" VS16 KEYCAP, "1" KEYCAP);
	assert_clean("ab#" VS16 KEYCAP, "ab#" KEYCAP);
	assert_clean("\xF0\x9F\x87\xA9\xF0\x9F\x87\xAA",
	             "\xF0\x9F\x87\xA9\xF0\x9F\x87\xAA"); /* a flag */
	assert_clean("\xC2\xA9" VS16, "\xC2\xA9");
}

static void emoji_parts_elsewhere_are_spelled(void **state)
{
	(void)state;
	assert_clean(TONE, "\\u{1F3FD}");
	assert_clean("a" ZWJ "b", "a\\u{200D}b");
	assert_clean("a" VS16, "a\\u{FE0F}");
	assert_clean("1" VS16, "1\\u{FE0F}");
	assert_clean("a" VS16 KEYCAP, "a\\u{FE0F}\\u{20E3}");
	assert_clean(WOMAN ZWJ, WOMAN "\\u{200D}");
	assert_clean(WOMAN ZWJ "x", WOMAN "\\u{200D}x");
	assert_clean(WOMAN ZWJ ZWJ GIRL, WOMAN "\\u{200D}\\u{200D}" GIRL);
	/* Selectors in a row carry hidden bytes. */
	assert_clean(HEART VS16 VS15 VS16, HEART "\\u{FE0E}\\u{FE0F}");
	assert_clean(HEART "\xF3\xA0\x84\x80", HEART "\\u{E0100}");
	assert_clean(THUMB TONE TONE, THUMB "\\u{1F3FD}");
	/* The flag of England hides its letters in tags. */
	assert_clean("\xF0\x9F\x8F\xB4\xF3\xA0\x81\xA7\xF3\xA0\x81\xBF",
	             "\xF0\x9F\x8F\xB4\\u{E0067}\\u{E007F}");
}

static void ascii_mode_spells_everything(void **state)
{
	(void)state;
	assert_false(clean_ascii());
	clean_set_ascii(true);
	assert_clean("e" ACUTE " \xC3\xA9 " HEART VS16 ZWJ FIRE,
	             "e\\u{301} \\u{E9} \\u{2764}\\u{FE0F}\\u{200D}\\u{1F525}");
	assert_clean("\x80\xC2\x80", "\\x80\\x80");
	clean_set_ascii(false);
}

static void a_full_buffer_ends_cleaning(void **state)
{
	struct buf b = {.max = 6};

	(void)state;
	clean_append(&b, STR("abcdefgh"), 0);
	assert_string_equal(buf_text(&b), "abcdef");
	assert_true(b.full);
	buf_clear(&b);
	clean_append(&b,
	             STR("abcd\x1b"
	                 "xy"),
	             0); /* no piece of \x1B, nothing after it */
	assert_string_equal(buf_text(&b), "abcd");
	assert_true(b.full);
	buf_free(&b);
}

/* What a surface takes for granted. */
static void assert_harmless(struct str text)
{
	int marks = 0;
	bool base = false;

	for (size_t at = 0; at < text.n;) {
		int32_t code = utf8_next(text, &at);

		assert_true(code >= 0x20 && (code < 0x7F || code >= 0xA0));
		assert_false(code >= 0x200B && code <= 0x200F);
		assert_false(code >= 0x2028 && code <= 0x202E);
		assert_false(code >= 0x2060 && code <= 0x206F);
		assert_false(code >= 0xFE00 && code <= 0xFE0F);
		assert_false(code >= 0xE000 && code <= 0xF8FF);
		assert_false(code >= 0xE0000);
		marks = utf8_stacks((uint32_t)code) ? marks + 1 : 0;
		assert_true(marks <= 4 && (marks == 0 || base));
		base = true;
	}
}

/* Random rows of what the rules are about. */
static void random_text_is_harmless(void **state)
{
	static const char *const pieces[] = {"a",
	                                     "1",
	                                     " ",
	                                     "\n",
	                                     "\x1b",
	                                     "\x9b",
	                                     "\xC2\x9B",
	                                     ACUTE,
	                                     ACUTE ACUTE,
	                                     ZWJ,
	                                     VS16,
	                                     VS15,
	                                     TONE,
	                                     WOMAN,
	                                     HEART,
	                                     KEYCAP,
	                                     "\xE1\x84\x92",
	                                     "\xE1\x85\xA1",
	                                     "\xE1\x86\xAB",
	                                     "\xE0\xA4\x95",
	                                     "\xE0\xA4\xBE",
	                                     "\xE2\x80\xAE",
	                                     "\xF3\xA0\x81\xA7",
	                                     "\xE2",
	                                     "\xF0\x9F",
	                                     "\xE4\xB8\xAD",
	                                     "\xC2\xA0",
	                                     "\xF0\x9F\x87\xA9",
	                                     "\xEE\x80\x80",
	                                     "\xD8\x80",
	                                     "\xE2\x80\x8B"};
	size_t count = sizeof(pieces) / sizeof(pieces[0]);
	struct buf text = {0}, once = {0}, twice = {0};
	uint32_t random = 12345;

	(void)state;
	for (int round = 0; round < 30000; round++) {
		buf_clear(&text);
		buf_clear(&once);
		buf_clear(&twice);
		for (int i = 0; i < 10; i++) {
			random = random * 1664525 + 1013904223;
			buf_puts(&text, pieces[(random >> 8) % count]);
		}
		clean_append(&once, buf_str(&text), 0);
		assert_harmless(buf_str(&once));
		clean_append(&twice, buf_str(&once), 0);
		assert_string_equal(buf_text(&twice), buf_text(&once));
	}
	buf_free(&text);
	buf_free(&once);
	buf_free(&twice);
}

static void assert_clusters(const char *text, const char *want)
{
	struct buf b = {0};

	for (size_t at = 0; at < strlen(text);) {
		buf_append(&b, utf8_cluster(str_of(text), &at));
		buf_add(&b, '|');
	}
	assert_string_equal(buf_text(&b), want);
	buf_free(&b);
}

static void clusters_are_cells(void **state)
{
	(void)state;
	assert_clusters("ab", "a|b|");
	assert_clusters("e" ACUTE ACUTE "x" ACUTE, "e" ACUTE ACUTE "|x" ACUTE "|");
	assert_clusters("\xE4\xB8\xAD\xE6\x96\x87", "\xE4\xB8\xAD|\xE6\x96\x87|");
	assert_clusters("\xE1\x84\x92\xE1\x85\xA1\xE1\x86\xAB"
	                "b",
	                "\xE1\x84\x92\xE1\x85\xA1\xE1\x86\xAB|b|");
	assert_clusters("\xE0\xA4\x95\xE0\xA4\xBE", "\xE0\xA4\x95|\xE0\xA4\xBE|");
	assert_clusters("\xC3(\xFF", "\xC3|(|\xFF|");
}

static void assert_finds(const char *hay, const char *needle, size_t from, size_t want,
                         size_t length)
{
	size_t len = 99;
	size_t at = utf8_find(str_of(hay), str_of(needle), from, &len);

	if (at != want || (want != SIZE_MAX && len != length))
		fail_msg("%s in %s: %zu, %zu bytes", needle, hay, at, len);
}

static void finds_with_smart_case(void **state)
{
	(void)state;
	assert_finds("Hello World", "world", 0, 6, 5);
	assert_finds("Hello world", "World", 0, SIZE_MAX, 0);
	assert_finds("hello Hello", "Hello", 0, 6, 5);
	assert_finds("aXaX", "ax", 1, 2, 2);
	assert_finds("aaab", "aab", 0, 1, 3);
	assert_finds("\xC3\x89t\xC3\xA9", "\xC3\xA9t", 0, 0, 3);
	assert_finds("x\xC3\xA9", "\xC3\x89", 0, SIZE_MAX, 0); /* a capital wants a capital */
	assert_finds("300 \xE2\x84\xAA", "k", 0, 4, 3);        /* the Kelvin sign */
	assert_finds("\xCE\xA3\xCF\x82", "\xCF\x83\xCF\x83", 0, 0, 4); /* sigma, final sigma */
	assert_finds("abc", "", 1, 1, 0);
	assert_finds("abc", "abcd", 0, SIZE_MAX, 0);
	assert_finds("abc", "c", 9, SIZE_MAX, 0);
	assert_finds("\xFF\xFE"
	             "a",
	             "\xFE"
	             "a",
	             0, 1, 2);
	assert_finds("\xFF", "\xFE", 0, SIZE_MAX, 0);
	assert_int_equal(utf8_fold(0x1E9E), 0xDF);
	assert_int_equal(utf8_fold('A'), 'a');
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(decodes_every_character),
		cmocka_unit_test(refuses_malformed_bytes),
		cmocka_unit_test(plain_text_stays),
		cmocka_unit_test(controls_are_spelled),
		cmocka_unit_test(lines_and_tabs_stay_when_asked),
		cmocka_unit_test(malformed_is_spelled),
		cmocka_unit_test(invisible_is_spelled),
		cmocka_unit_test(unassigned_is_spelled),
		cmocka_unit_test(marks_are_bounded),
		cmocka_unit_test(lone_marks_are_spelled),
		cmocka_unit_test(hangul_joins_its_like),
		cmocka_unit_test(emoji_become_rows_of_bases),
		cmocka_unit_test(emoji_parts_elsewhere_are_spelled),
		cmocka_unit_test(ascii_mode_spells_everything),
		cmocka_unit_test(a_full_buffer_ends_cleaning),
		cmocka_unit_test(random_text_is_harmless),
		cmocka_unit_test(clusters_are_cells),
		cmocka_unit_test(finds_with_smart_case),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
