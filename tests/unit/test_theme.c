/* Themes: parsing, finding, and what is left of them at a depth. */
#include "base/buf.h"
#include "draw/theme.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static void parse(struct theme *t, const char *text)
{
	struct errinfo e = {0};

	if (theme_parse(t, "test", str_of(text), &e) != ERR_OK)
		fail_msg("%s", e.msg);
}

static void assert_style(struct theme_style s, int fg, int bg, unsigned attributes)
{
	assert_int_equal(s.fg, fg);
	assert_int_equal(s.bg, bg);
	assert_int_equal(s.attributes, attributes);
}

static void colours_and_attributes(void **state)
{
	struct theme t;

	(void)state;
	parse(&t, "# comment\n\n  # another\r\n"
	          "text=red\n"
	          " dim = bright_blue on 236 bold underline\r\n"
	          "strong = on default reverse\n"
	          "head = #ff0000 on #080808 dim italic\n"
	          "rule =\n"
	          "name = bold cyan\n"
	          "cost = 255 on 0");
	assert_string_equal(t.name, "test");
	assert_style(t.styles[ROLE_TEXT], 1, THEME_DEFAULT, 0);
	assert_style(t.styles[ROLE_DIM], 12, 236, THEME_BOLD | THEME_UNDERLINE);
	assert_style(t.styles[ROLE_STRONG], THEME_DEFAULT, THEME_DEFAULT, THEME_REVERSE);
	assert_style(t.styles[ROLE_HEAD], 196, 232, THEME_DIM | THEME_ITALIC);
	assert_style(t.styles[ROLE_RULE], THEME_DEFAULT, THEME_DEFAULT, 0);
	assert_style(t.styles[ROLE_NAME], 6, THEME_DEFAULT, THEME_BOLD);
	assert_style(t.styles[ROLE_COST], 255, 0, 0);
	assert_style(t.styles[ROLE_MATCH], THEME_DEFAULT, THEME_DEFAULT, 0);
}

static void assert_wrong(const char *text, const char *says)
{
	struct theme t;
	struct errinfo e = {0};

	assert_int_equal(theme_parse(&t, "test", str_of(text), &e), ERR_PARSE);
	if (!strstr(e.msg, says))
		fail_msg("%s, not %s", e.msg, says);
}

static void mistakes_name_their_line(void **state)
{
	(void)state;
	assert_wrong("text = red\ncursr = blue", "line 2: no such role: cursr");
	assert_wrong("text red", "line 1: no \"role = style\"");
	assert_wrong("= red", "no such role");
	assert_wrong("text = redd", "redd");
	assert_wrong("text = red green", "green");
	assert_wrong("text = red on blue on green", ": on");
	assert_wrong("text = red on", ": on");
	assert_wrong("text = on bold", "bold");
	assert_wrong("text = 256", "256");
	assert_wrong("text = -1", "-1");
	assert_wrong("text = 99999999999999999999", "9999");
	assert_wrong("text = #12345", "#12345");
	assert_wrong("text = #12345g", "#12345g");
	assert_wrong("text = bright_default", "bright_default");
}

static void fewer_colours(void **state)
{
	struct theme t;

	(void)state;
	parse(&t,
	      "text = 196\ndim = 240\nname = 240 on 236\ncost = bright_black\nhead = 15 on 21 bold");
	assert_style(theme_style(&t, ROLE_TEXT, 0, DEPTH_256), 196, THEME_DEFAULT, 0);
	assert_style(theme_style(&t, ROLE_TEXT, 0, DEPTH_16), 9, THEME_DEFAULT, 0);
	/* Grey on the terminal's own background may be its background. */
	assert_style(theme_style(&t, ROLE_DIM, 0, DEPTH_16), THEME_DEFAULT, THEME_DEFAULT,
	             THEME_DIM);
	assert_style(theme_style(&t, ROLE_NAME, 0, DEPTH_16), 8, 0, 0);
	assert_style(theme_style(&t, ROLE_COST, 0, DEPTH_16), 8, THEME_DEFAULT, 0);
	assert_style(theme_style(&t, ROLE_HEAD, 0, DEPTH_16), 15, 4, THEME_BOLD);
	assert_style(theme_style(&t, ROLE_HEAD, 0, DEPTH_MONO), THEME_DEFAULT, THEME_DEFAULT,
	             THEME_BOLD);
}

static void what_matters_stays_in_mono(void **state)
{
	struct theme t;

	(void)state;
	parse(&t, "cursor = black on white\nerror = red\nmatch = yellow\nhead = white on blue\n"
	          "status = cyan\nkey = green");
	assert_style(theme_style(&t, ROLE_CURSOR, 0, DEPTH_MONO), -1, -1, THEME_REVERSE);
	assert_style(theme_style(&t, ROLE_ERROR, 0, DEPTH_MONO), -1, -1, THEME_BOLD);
	assert_style(theme_style(&t, ROLE_MATCH, 0, DEPTH_MONO), -1, -1,
	             THEME_UNDERLINE | THEME_REVERSE);
	assert_style(theme_style(&t, ROLE_HEAD, 0, DEPTH_MONO), -1, -1, THEME_REVERSE);
	assert_style(theme_style(&t, ROLE_STATUS, 0, DEPTH_MONO), -1, -1, THEME_REVERSE);
	assert_style(theme_style(&t, ROLE_KEY, 0, DEPTH_MONO), -1, -1, THEME_BOLD);
	assert_style(theme_style(&t, ROLE_NAME, 0, DEPTH_MONO), -1, -1, 0);
	assert_style(theme_style(&t, ROLE_ERROR, ROLE_CURSOR, DEPTH_MONO), -1, -1,
	             THEME_BOLD | THEME_REVERSE);
}

static void paint(void **state)
{
	struct theme t;

	(void)state;
	parse(&t, "cursor = reverse\nmatch = black on yellow\nprompt = green\n"
	          "error = red bold\nhead = reverse dim\nname = cyan on blue");
	assert_style(theme_style(&t, ROLE_ERROR, ROLE_CURSOR, DEPTH_16), -1, -1,
	             THEME_BOLD | THEME_REVERSE);
	assert_style(theme_style(&t, ROLE_ERROR, ROLE_MATCH, DEPTH_16), 0, 3, 0);
	assert_style(theme_style(&t, ROLE_HEAD, ROLE_MATCH, DEPTH_16), 0, 3, 0);
	assert_style(theme_style(&t, ROLE_NAME, ROLE_PROMPT, DEPTH_16), 2, 4, 0);
	assert_style(theme_style(&t, ROLE_NAME, ROLE_RULE, DEPTH_16), 6, 4, 0);
}

static void builtins(void **state)
{
	struct theme t;
	struct errinfo e = {0};

	(void)state;
	assert_true(theme_builtins_count >= 2);
	for (size_t i = 0; i < theme_builtins_count; i++)
		if (theme_load(&t, theme_builtins[i].name, &e) != ERR_OK)
			fail_msg("%s", e.msg);
	assert_int_equal(theme_load(&t, "default", NULL), ERR_OK);
	for (enum role role = 0; role < ROLE_COUNT; role++) {
		/* 16 colours, the terminal's own background, no grey on it. */
		assert_in_range(t.styles[role].fg + 1, 0, 16);
		assert_true(t.styles[role].fg != 8 || t.styles[role].bg != THEME_DEFAULT);
		assert_true(t.styles[role].fg != 0 || t.styles[role].bg != THEME_DEFAULT);
	}
	assert_int_equal(theme_load(&t, "mono", NULL), ERR_OK);
	for (enum role role = 0; role < ROLE_COUNT; role++)
		assert_true(t.styles[role].fg == THEME_DEFAULT &&
		            t.styles[role].bg == THEME_DEFAULT);
	assert_int_equal(theme_load(&t, "nope", &e), ERR_NOT_FOUND);
	assert_non_null(strstr(e.msg, "default"));
	assert_int_equal(theme_load(&t, "../default", &e), ERR_USAGE);
	assert_int_equal(theme_load(&t, "", &e), ERR_USAGE);
}

static void write_file(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static void own_themes_come_first(void **state)
{
	char folder[] = "/tmp/tracehog-theme-XXXXXX";
	struct buf path = {0};
	struct errinfo e = {0};
	struct theme t;

	(void)state;
	assert_non_null(mkdtemp(folder));
	setenv("XDG_CONFIG_HOME", folder, 1);
	buf_printf(&path, "%s/tracehog", folder);
	mkdir(buf_text(&path), 0700);
	buf_puts(&path, "/themes");
	mkdir(buf_text(&path), 0700);
	buf_puts(&path, "/default.theme");
	write_file(buf_text(&path), "text = red\n");
	assert_int_equal(theme_load(&t, "default", &e), ERR_OK);
	assert_int_equal(t.styles[ROLE_TEXT].fg, 1);
	assert_int_equal(theme_load(&t, "mono", &e), ERR_OK);
	write_file(buf_text(&path), "text = nonsense\n");
	assert_int_equal(theme_load(&t, "default", &e), ERR_PARSE);
	assert_non_null(strstr(e.msg, "line 1"));
	unlink(buf_text(&path));
	mkdir(buf_text(&path), 0700);
	assert_int_equal(theme_load(&t, "default", &e), ERR_IO);
	rmdir(buf_text(&path));
	path.n -= strlen("/default.theme");
	path.p[path.n] = '\0';
	rmdir(buf_text(&path));
	path.n -= strlen("/themes");
	path.p[path.n] = '\0';
	rmdir(buf_text(&path));
	rmdir(folder);
	unsetenv("XDG_CONFIG_HOME");
	buf_free(&path);
}

static void roles_have_names(void **state)
{
	(void)state;
	for (enum role role = 0; role < ROLE_COUNT; role++) {
		assert_non_null(role_name(role));
		for (enum role other = 0; other < role; other++)
			assert_string_not_equal(role_name(role), role_name(other));
	}
	assert_string_equal(role_name(ROLE_BAR_ERROR), "bar_error");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(colours_and_attributes),
		cmocka_unit_test(mistakes_name_their_line),
		cmocka_unit_test(fewer_colours),
		cmocka_unit_test(what_matters_stays_in_mono),
		cmocka_unit_test(paint),
		cmocka_unit_test(builtins),
		cmocka_unit_test(own_themes_come_first),
		cmocka_unit_test(roles_have_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
