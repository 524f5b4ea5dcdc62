/* Cells with roles: nothing hostile, nothing half, nothing outside. */
#include "base/clean.h"
#include "base/utf8.h"
#include "draw/surface.h"
#include "draw/width.h"

#include <limits.h>
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Every row has text of exactly its columns, halves come in pairs, and all of it is clean. */
static void assert_sound(const struct surface *s)
{
	for (int i = 0; i < s->rows * s->cols; i++) {
		const struct cell *cell = &s->cells[i];
		bool half = !cell->text[0], last = i % s->cols == s->cols - 1;
		bool wide = !last && !s->cells[i + 1].text[0];
		struct buf again = {0};

		assert_true(!half || (i % s->cols > 0 && s->cells[i - 1].text[0]));
		assert_true(cell->role < ROLE_COUNT && cell->on < ROLE_COUNT);
		if (half)
			continue;
		assert_int_equal(width_cluster(str_of(cell->text)), wide ? 2 : 1);
		clean_append(&again, str_of(cell->text), 0);
		assert_string_equal(buf_text(&again), cell->text);
		buf_free(&again);
	}
}

static void assert_dump(const struct surface *s, bool roles, const char *want)
{
	struct buf out = {0};

	assert_sound(s);
	surface_dump(s, roles, &out);
	assert_string_equal(buf_text(&out), want);
	buf_free(&out);
}

static void assert_put(const char *text, int cols, int used, const char *want)
{
	struct surface s;

	surface_init(&s, 1, cols);
	assert_int_equal(surface_puts(&s, surface_area(&s), 0, 0, ROLE_TEXT, text), used);
	assert_dump(&s, false, want);
	surface_fini(&s);
}

static void puts_clean_text(void **state)
{
	(void)state;
	assert_put("hello", 8, 5, "hello\n");
	assert_put("hello", 3, 3, "hel\n");
	assert_put("a\033[31mb", 20, 10, "a\\x1B[31mb\n");
	assert_put("a\nb\tc", 20, 7, "a\\nb\\tc\n");
	assert_put("\xC2\x9B\u202E\xFF", 20, 16, "\\x9B\\u{202E}\\xFF\n");
	assert_put("e\u0301\u0302x", 4, 2, "e\u0301\u0302x\n");
	assert_put("\u7FFB\u8A33x", 5, 5, "\u7FFB\u8A33x\n");
	assert_put("\u7FFB\u8A33x", 3, 2, "\u7FFB\n");
	assert_put("\u7FFB", 1, 0, "\n");
	/* Known to Unicode, but nothing that wcwidth gives a column. */
	assert_put("\u0301", 20, 7, "\\u{301}\n");
}

static void huge_text_costs_little(void **state)
{
	struct buf text = {0};
	struct surface s;

	(void)state;
	surface_init(&s, 1, 10);
	buf_pad(&text, 'x', 10000000);
	assert_int_equal(
		surface_put(&s, surface_area(&s), 0, 0, INT_MAX, ROLE_TEXT, buf_str(&text)), 10);
	surface_put_right(&s, surface_area(&s), 0, 0, 10, ROLE_TEXT, buf_str(&text));
	assert_true(s.scratch.cap < 100000);
	/* Each of these is the most bytes that one column can take. */
	buf_clear(&text);
	for (int i = 0; i < 20; i++)
		buf_puts(&text, "\U0001F469\U0001F3FD\uFE0F\u200D");
	assert_int_equal(surface_put(&s, surface_area(&s), 0, 0, 10, ROLE_TEXT, buf_str(&text)),
	                 10);
	assert_string_equal(s.cells[8].text, "\U0001F469");
	buf_free(&text);
	surface_fini(&s);
}

static void no_half_remains(void **state)
{
	struct surface s;
	struct area a;

	(void)state;
	surface_init(&s, 1, 6);
	a = surface_area(&s);
	surface_puts(&s, a, 0, 0, ROLE_TEXT, "\u7FFB\u8A33\u3057");
	surface_puts(&s, a, 0, 1, ROLE_TEXT, "|");
	assert_dump(&s, false, " |\u8A33\u3057\n");
	surface_puts(&s, a, 0, 4, ROLE_TEXT, "|");
	assert_dump(&s, false, " |\u8A33|\n");
	surface_puts(&s, a, 0, 1, ROLE_TEXT, "\u3066");
	assert_dump(&s, false, " \u3066 |\n");
	surface_fill(&s, a, 0, 2, 1, ROLE_TEXT, '.');
	assert_dump(&s, false, "  . |\n");
	surface_fini(&s);
}

static void areas_clip(void **state)
{
	struct surface s;
	struct area a = {1, 2, 1, 4};

	(void)state;
	surface_init(&s, 3, 8);
	surface_puts(&s, a, 0, 0, ROLE_TEXT, "abcdef");
	surface_puts(&s, a, 1, 0, ROLE_TEXT, "outside");
	surface_puts(&s, a, -1, 0, ROLE_TEXT, "outside");
	assert_dump(&s, false, "\n  abcd\n\n");
	assert_int_equal(surface_puts(&s, a, 0, -2, ROLE_TEXT, "uvwxyz"), 6);
	assert_dump(&s, false, "\n  wxyz\n\n");
	assert_int_equal(surface_puts(&s, a, 0, 4, ROLE_TEXT, "no"), 0);
	assert_int_equal(surface_put(&s, a, 0, 1, 2, ROLE_TEXT, STR("123")), 2);
	assert_int_equal(surface_put(&s, a, 0, 1, 0, ROLE_TEXT, STR("123")), 0);
	assert_dump(&s, false, "\n  w12z\n\n");
	surface_puts(&s, (struct area){0, 6, 3, 100}, 2, 0, ROLE_TEXT, "right");
	surface_puts(&s, (struct area){-1, -3, 100, 100}, 1, 0, ROLE_TEXT, "abcd");
	assert_dump(&s, false, "d\n  w12z\n      ri\n");
	surface_fini(&s);
}

static void right_and_rules(void **state)
{
	struct surface s;
	struct area a;

	(void)state;
	surface_init(&s, 4, 10);
	a = surface_area(&s);
	assert_int_equal(surface_put_right(&s, a, 0, 1, 8, ROLE_COST, STR("$0.18")), 5);
	surface_put_right(&s, a, 1, 1, 4, ROLE_COST, STR("$0.184"));
	surface_put_right(&s, a, 2, 0, 3, ROLE_COST, STR("\u7FFB\u8A33"));
	surface_rule(&s, a, 3, 2, 3, ROLE_RULE);
	surface_printf(&s, a, 3, 6, ROLE_TEXT, "%d\n", 7);
	assert_dump(&s, false, "    $0.18\n .184\n \u8A33\n  --- 7\\n\n");
	surface_fini(&s);
}

static void roles_and_paint(void **state)
{
	struct surface s;
	struct area a;

	(void)state;
	surface_init(&s, 2, 6);
	a = surface_area(&s);
	surface_puts(&s, a, 0, 0, ROLE_ERROR, "ab");
	surface_puts(&s, a, 1, 0, ROLE_NAME, "\u7FFB\u8A33");
	surface_paint(&s, a, 0, 1, 2, ROLE_CURSOR);
	/* Wide characters are painted whole. */
	surface_paint(&s, a, 1, 1, 2, ROLE_MATCH);
	assert_dump(&s, true, "ab\n\u7FFB\u8A33\nlkk\nMMMM\n. text\nk cursor\nl error\nM match\n");
	/* What is put anew is no longer painted. */
	surface_puts(&s, a, 0, 1, ROLE_ERROR, "c");
	assert_int_equal(s.cells[1].on, 0);
	surface_fini(&s);
}

static void assert_bar(int rows, uint64_t top, uint64_t total, const char *want)
{
	struct surface s;

	surface_init(&s, rows, 1);
	surface_scrollbar(&s, surface_area(&s), 0, top, total);
	assert_dump(&s, false, want);
	surface_fini(&s);
}

static void scroll_bars(void **state)
{
	(void)state;
	assert_bar(4, 0, 4, "\n\n\n\n");
	assert_bar(4, 0, 5, "#\n#\n#\n|\n");
	assert_bar(4, 1, 5, "|\n#\n#\n#\n");
	assert_bar(4, 0, 1000, "#\n|\n|\n|\n");
	assert_bar(4, 996, 1000, "|\n|\n|\n#\n");
	assert_bar(4, UINT64_MAX, UINT64_MAX, "|\n|\n|\n#\n");
	assert_bar(1, 5, 10, "#\n");
	assert_bar(0, 5, 10, "");
}

static void ascii_locale(void **state)
{
	(void)state;
	clean_set_ascii(true);
	assert_put("\u7FFBe\u0301", 20, 16, "\\u{7FFB}e\\u{301}\n");
	assert_string_equal(glyph(GLYPH_CLIP), "~");
	clean_set_ascii(false);
}

static void glyphs(void **state)
{
	(void)state;
	for (int ascii = 0; ascii < 2; ascii++) {
		glyph_set_ascii(ascii);
		for (enum glyph g = 0; g < GLYPH_COUNT; g++) {
			assert_int_equal(width_text(str_of(glyph(g))), 1);
			assert_true(!ascii || strlen(glyph(g)) == 1);
		}
	}
	glyph_set_ascii(false);
	assert_string_equal(glyph(GLYPH_VLINE), "\u2502");
	glyph_set_ascii(true);
}

static int any_number(unsigned *seed)
{
	static const int odd[] = {0, 1, -1, INT_MAX, INT_MIN, 1000000, INT_MAX - 1};

	return rand_r(seed) % 4 ? rand_r(seed) % 12 - 3 : odd[rand_r(seed) % 7];
}

static void draw_anything(struct surface *s, unsigned *seed)
{
	static const char *const texts[] = {
		"hello", "\u7FFB\u8A33\u3057\u3066",         "\xFF\033\n",
		"",      "e\u0301\u0302\u0303\u0304\u0305x", "\u200B\u7FFB"};
	struct area a = {any_number(seed), any_number(seed), any_number(seed), any_number(seed)};
	int row = any_number(seed), col = any_number(seed), width = any_number(seed);
	struct str text = str_of(texts[rand_r(seed) % 6]);

	if (rand_r(seed) % 2)
		a = surface_area(s);
	switch (rand_r(seed) % 7) {
	case 0:
		surface_put(s, a, row, col, width, ROLE_NAME, text);
		break;
	case 1:
		surface_put_right(s, a, row, col, width, ROLE_COST, text);
		break;
	case 2:
		surface_fill(s, a, row, col, width, ROLE_HEAD, '.');
		break;
	case 3:
		surface_rule(s, a, row, col, width, ROLE_RULE);
		break;
	case 4:
		surface_paint(s, a, row, col, width, ROLE_CURSOR);
		break;
	case 5:
		surface_scrollbar(s, a, col, (uint64_t)(unsigned)row, (uint64_t)(unsigned)width);
		break;
	default:
		surface_puts(s, a, row, col, ROLE_NAME, text.p);
	}
}

static void always_sound(void **state)
{
	unsigned seed = 1;

	(void)state;
	for (int i = 0; i < 3000; i++) {
		struct surface s;

		surface_init(&s, rand_r(&seed) % 5, rand_r(&seed) % 9);
		for (int n = 0; n < 20; n++)
			draw_anything(&s, &seed);
		assert_sound(&s);
		surface_resize(&s, rand_r(&seed) % 3 - 1, rand_r(&seed) % 3);
		draw_anything(&s, &seed);
		assert_sound(&s);
		surface_fini(&s);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(puts_clean_text), cmocka_unit_test(huge_text_costs_little),
		cmocka_unit_test(no_half_remains), cmocka_unit_test(areas_clip),
		cmocka_unit_test(right_and_rules), cmocka_unit_test(roles_and_paint),
		cmocka_unit_test(scroll_bars),     cmocka_unit_test(ascii_locale),
		cmocka_unit_test(glyphs),          cmocka_unit_test(always_sound),
	};

	setlocale(LC_ALL, "C.UTF-8");
	glyph_set_ascii(true);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
