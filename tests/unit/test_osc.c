/* Control sequences as they leave for the terminal: their wrappers, and the notice with any text in it. */
#include "term/osc.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void set_environment(const char *term, const char *tmux, const char *sty)
{
	setenv("TERM", term, 1);
	setenv("TMUX", tmux, 1);
	setenv("STY", sty, 1);
	unsetenv("TERM_PROGRAM");
}

static void expect_notice(struct str text, const char *expected)
{
	struct buf out = {0};

	osc_append_notice(&out, text);
	assert_string_equal(buf_text(&out), expected);
	buf_free(&out);
}

static void a_notice_takes_the_way_there_is(void **state)
{
	(void)state;
	set_environment("xterm-256color", "", "");
	expect_notice(STR("error hit"), "\033]9;error hit\033\\");
	set_environment("tmux-256color", "/tmp/tmux,1,0", "");
	expect_notice(STR("error hit"), "\033Ptmux;\033\033]9;error hit\033\033\\\033\\");
	set_environment("screen", "", "1.pts");
	expect_notice(STR("error hit"), "\033P\033]9;error hit\a\033\\");
}

/* Such a terminal would print it. */
static void some_are_sent_none(void **state)
{
	(void)state;
	set_environment("linux", "", "");
	expect_notice(STR("x"), "");
	set_environment("vt100", "", "");
	expect_notice(STR("x"), "");
	set_environment("linux", "/tmp/tmux,1,0", "");
	expect_notice(STR("x"), "\033Ptmux;\033\033]9;x\033\033\\\033\\");
}

static void no_text_ends_it_or_begins_another(void **state)
{
	struct buf out = {0}, text = {0};

	(void)state;
	set_environment("xterm", "", "");
	for (int byte = 0; byte < 256; byte++)
		buf_add(&text, (char)byte);
	buf_puts(&text, "\033]52;c;aGFybQ==\a\033\\\xc2\x9c\xe2\x80\xae");
	for (size_t from = 0; from < text.n; from += 20) {
		buf_clear(&out);
		osc_append_notice(&out, str_sub(buf_str(&text), from, 20));
		assert_true(str_starts(buf_str(&out), STR("\033]9;")));
		assert_true(str_ends(buf_str(&out), STR("\033\\")));
		for (size_t i = 1; i + 2 < out.n; i++) {
			assert_true((unsigned char)out.p[i] >= ' ');
			assert_int_not_equal(out.p[i], 0x7f);
		}
		assert_int_equal(str_find(buf_str(&out), STR("\xc2\x9c"), 0, false), SIZE_MAX);
	}
	buf_free(&out);
	buf_free(&text);
}

static void a_long_text_is_cut_between_characters(void **state)
{
	struct buf out = {0}, text = {0};

	(void)state;
	set_environment("xterm", "", "");
	for (int i = 0; i < 1000; i++)
		buf_puts(&text, "\xe7\xbf\xbb");
	osc_append_notice(&out, buf_str(&text));
	assert_int_equal(out.n, strlen("\033]9;\033\\") + OSC_NOTICE_MAX / 3 * 3);
	buf_free(&out);
	buf_free(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_notice_takes_the_way_there_is),
		cmocka_unit_test(some_are_sent_none),
		cmocka_unit_test(no_text_ends_it_or_begins_another),
		cmocka_unit_test(a_long_text_is_cut_between_characters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
