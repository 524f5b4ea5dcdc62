/* The clipboard: which ways the environment gives, in which order; the exact bytes of control sequences; programs that take the
 * text, refuse it or hang; the file. The programs are shell scripts by the real ones' names. */
#include "term/clipboard.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[] = "/tmp/tracehog-clipboard-XXXXXX";

/* ---- the environment ------------------------------------------------------------------------------------------------ */

static void set_environment(const char *const *variables)
{
	static const char *const all[] = {
		"TMUX",    "STY",  "SSH_CONNECTION", "SSH_TTY",     "WAYLAND_DISPLAY",
		"DISPLAY", "TERM", "TERM_PROGRAM",   "VTE_VERSION",
	};
	char name[64];

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		unsetenv(all[i]);
	for (; *variables != NULL; variables++) {
		size_t n = strcspn(*variables, "=");

		assert_true(n < sizeof(name));
		memcpy(name, *variables, n);
		name[n] = '\0';
		setenv(name, *variables + n + 1, 1);
	}
}

static const char letters[CLIPBOARD_WAYS] = {
	[CLIPBOARD_TMUX] = 't',    [CLIPBOARD_OSC] = 'o',        [CLIPBOARD_OSC_TMUX] = 'p',
	[CLIPBOARD_WL_COPY] = 'w', [CLIPBOARD_OSC_SCREEN] = 's', [CLIPBOARD_XCLIP] = 'x',
	[CLIPBOARD_XSEL] = 'e',    [CLIPBOARD_PBCOPY] = 'b',     [CLIPBOARD_FILE] = 'f',
};

static void the_environment_gives_the_order(void **state)
{
	static const struct {
		const char *variables[8];
		size_t bytes;
		const char *ways;
	} cases[] = {
		{{"TERM=xterm-256color"}, 10, "of"},
		{{"TERM=xterm", "WAYLAND_DISPLAY=wayland-0", "DISPLAY=:0"}, 10, "owxef"},
		{{"TERM=xterm", "DISPLAY=:0"}, 74994, "oxef"},
		{{"TERM=xterm", "DISPLAY=:0"}, 74995, "xeof"},
		{{"TERM=xterm", "DISPLAY=:0", "VTE_VERSION=7006"}, 10, "xeof"},
		{{"TERM=xterm", "DISPLAY=localhost:10.0", "SSH_TTY=/dev/pts/1"}, 10, "of"},
		{{"TERM=xterm", "WAYLAND_DISPLAY=w", "SSH_CONNECTION=::1 1 ::1 2"}, 80000, "of"},
		{{"TERM=tmux-256color", "TMUX=/tmp/t,1,0"}, 10, "tpf"},
		{{"TERM=screen", "TMUX=/tmp/t,1,0", "STY=1.a", "DISPLAY=:0"}, 10, "tpxef"},
		{{"TERM=tmux", "TMUX=/tmp/t,1,0", "DISPLAY=:0"}, 80000, "txepf"},
		{{"TERM=screen.xterm", "STY=1.pts-0.host"}, 10, "sf"},
		{{"TERM=screen"}, 10, "of"}, /* tmux behind ssh */
		{{"TERM=linux"}, 10, "f"},
		{{"TERM=vt220", "DISPLAY=:0"}, 10, "xef"},
		{{"TERM=xterm-256color", "TERM_PROGRAM=Apple_Terminal"}, 10, "bf"},
		{{"TERM=xterm", "TMUX=", "DISPLAY="}, 10, "of"},
		{{"TERM=xterm"}, 524288, "of"},
		{{"TERM=xterm", "DISPLAY=:0"}, 524289, "xef"},
		{{"TMUX=/tmp/t,1,0"}, 524289, "tf"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		enum clipboard_way ways[CLIPBOARD_WAYS];
		char got[CLIPBOARD_WAYS + 1] = "";
		size_t n;

		set_environment(cases[i].variables);
		n = clipboard_ways(cases[i].bytes, ways);
		assert_true(n <= CLIPBOARD_WAYS);
		for (size_t k = 0; k < n; k++)
			got[k] = letters[ways[k]];
		if (strcmp(got, cases[i].ways) != 0)
			fail_msg("case %zu: %s, not %s", i, got, cases[i].ways);
	}
}

/* ---- control sequences ----------------------------------------------------------------------------------------------- */

static void expect_escape(enum clipboard_way way, struct str text, const char *expected)
{
	struct buf out = {0};

	clipboard_escape(&out, way, text);
	assert_string_equal(buf_text(&out), expected);
	assert_int_equal(out.n, strlen(expected));
	buf_free(&out);
}

static void sequences_are_exact(void **state)
{
	static const char bytes[] = "\0\033]\377"; /* what acts on terminals does not get out */

	(void)state;
	expect_escape(CLIPBOARD_OSC, STR(""), "\033]52;c;\033\\");
	expect_escape(CLIPBOARD_OSC, STR("f"), "\033]52;c;Zg==\033\\");
	expect_escape(CLIPBOARD_OSC, STR("fo"), "\033]52;c;Zm8=\033\\");
	expect_escape(CLIPBOARD_OSC, STR("foobar"), "\033]52;c;Zm9vYmFy\033\\");
	expect_escape(CLIPBOARD_OSC, (struct str){bytes, 4}, "\033]52;c;ABtd/w==\033\\");
	expect_escape(CLIPBOARD_OSC_TMUX, STR("f"), "\033Ptmux;\033\033]52;c;Zg==\033\033\\\033\\");
	expect_escape(CLIPBOARD_OSC_SCREEN, STR("f"), "\033P\033]52;c;Zg==\a\033\\");
}

/* Without the wrappers a long text is whole again, and no piece is longer than any screen takes. */
static void screen_gets_pieces(void **state)
{
	struct buf text = {0}, wrapped = {0}, plain = {0}, joined = {0};
	struct str rest;

	(void)state;
	for (int i = 0; i < 5000; i++)
		buf_add(&text, (char)(i * 7));
	clipboard_escape(&plain, CLIPBOARD_OSC, buf_str(&text));
	clipboard_escape(&wrapped, CLIPBOARD_OSC_SCREEN, buf_str(&text));
	for (rest = buf_str(&wrapped); rest.n > 0;) {
		size_t end = str_find(rest, STR("\033\\"), 0, false);

		assert_true(str_starts(rest, STR("\033P")));
		assert_in_range(end, 3, 254);
		buf_append(&joined, str_sub(rest, 2, end - 2));
		rest = str_sub(rest, end + 2, SIZE_MAX);
	}
	assert_int_equal(joined.p[joined.n - 1], '\a');
	assert_int_equal(joined.n, plain.n - 1);
	assert_memory_equal(joined.p, plain.p, joined.n - 1);
	buf_free(&text);
	buf_free(&wrapped);
	buf_free(&plain);
	buf_free(&joined);
}

/* ---- trying ---------------------------------------------------------------------------------------------------------- */

struct board {
	struct loop *loop;
	struct clipboard *clipboard;
	struct buf sent, said;
	int times; /* something was said */
	bool deaf; /* the terminal takes nothing */
};

static bool on_send(void *ctx, struct str bytes)
{
	struct board *b = ctx;

	if (!b->deaf)
		buf_append(&b->sent, bytes);
	return !b->deaf;
}

static void on_said(void *ctx, const char *line)
{
	struct board *b = ctx;

	buf_clear(&b->said);
	buf_puts(&b->said, line);
	b->times++;
}

static void open_board(struct board *b, const char *const *variables)
{
	char path[128];

	set_environment(variables);
	snprintf(path, sizeof(path), "%s:/usr/bin:/bin", folder);
	setenv("PATH", path, 1);
	snprintf(path, sizeof(path), "%s/state", folder);
	setenv("XDG_STATE_HOME", path, 1);
	signal(SIGPIPE, SIG_IGN);
	*b = (struct board){.loop = loop_new()};
	b->clipboard = clipboard_new(b->loop, on_send, on_said, b);
}

static void close_board(struct board *b)
{
	clipboard_free(b->clipboard);
	loop_free(b->loop);
	buf_free(&b->sent);
	buf_free(&b->said);
}

static void put(struct board *b, struct str text)
{
	int before = b->times;

	clipboard_put(b->clipboard, text, "advice");
	while (b->times == before && loop_step(b->loop, true))
		;
	assert_int_equal(b->times, before + 1);
}

static void path_of(const char *name, char *out, size_t size)
{
	snprintf(out, size, "%s/%s", folder, name);
}

/* A program of that name, for as long as the test runs. */
static void program(const char *name, const char *script)
{
	char path[128];
	FILE *file;

	path_of(name, path, sizeof(path));
	file = fopen(path, "w");
	assert_non_null(file);
	fprintf(file, "#!/bin/sh\ncd %s\n%s\n", folder, script);
	fclose(file);
	chmod(path, 0700);
}

static void no_program(const char *name)
{
	char path[128];

	path_of(name, path, sizeof(path));
	unlink(path);
}

static void expect_file(const char *name, struct str text)
{
	char path[160], bytes[256];
	FILE *file;
	size_t n;

	path_of(name, path, sizeof(path));
	file = fopen(path, "r");
	if (file == NULL)
		fail_msg("%s: %s", path, strerror(errno));
	n = fread(bytes, 1, sizeof(bytes), file);
	fclose(file);
	assert_true(str_eq((struct str){bytes, n}, text));
	unlink(path);
}

static void tmux_takes_it(void **state)
{
	static const char *const inside[] = {"TMUX=/tmp/t,1,0", "TERM=tmux", NULL};
	struct board b;

	(void)state;
	open_board(&b, inside);
	program("tmux", "echo $* >words; cat >got");
	put(&b, STR("a\n\033b"));
	assert_string_equal(buf_text(&b.said), "copied 4 B advice via tmux load-buffer -w");
	expect_file("words", STR("load-buffer -w -\n"));
	expect_file("got", STR("a\n\033b"));
	assert_int_equal(b.sent.n, 0);
	no_program("tmux");
	close_board(&b);
}

static void what_fails_gives_way(void **state)
{
	static const char *const inside[] = {"TMUX=/tmp/t,1,0", "DISPLAY=:0", NULL};
	struct board b;

	(void)state;
	open_board(&b, inside);
	program("tmux", "exit 1");
	program("xclip", "exit 1");
	program("xsel", "echo $* >words; cat >got");
	put(&b, STR("f"));
	assert_string_equal(buf_text(&b.said), "copied 1 B advice via OSC 52 (tmux)");
	assert_string_equal(buf_text(&b.sent), "\033Ptmux;\033\033]52;c;Zg==\033\033\\\033\\");
	b.deaf = true;
	put(&b, STR("f"));
	assert_string_equal(buf_text(&b.said), "copied 1 B advice via xsel");
	expect_file("words", STR("-b -i\n"));
	expect_file("got", STR("f"));
	no_program("tmux");
	no_program("xclip");
	no_program("xsel");
	close_board(&b);
}

/* It is killed: the outcome is the same however long that takes. */
static void what_hangs_gives_way(void **state)
{
	static const char *const display[] = {"TERM=linux", "WAYLAND_DISPLAY=w", "DISPLAY=:0",
	                                      NULL};
	struct board b;

	(void)state;
	open_board(&b, display);
	program("wl-copy", "exec sleep 1000");
	program("xclip", "cat >got");
	put(&b, STR("text"));
	assert_string_equal(buf_text(&b.said), "copied 4 B advice via xclip");
	expect_file("got", STR("text"));
	no_program("wl-copy");
	no_program("xclip");
	close_board(&b);
}

static void a_newer_text_takes_its_place(void **state)
{
	static const char *const inside[] = {"TMUX=/tmp/t,1,0", NULL};
	struct board b;

	(void)state;
	open_board(&b, inside);
	program("tmux", "cat >got; test \"$(cat got)\" = new || exec sleep 1000");
	clipboard_put(b.clipboard, STR("old"), "advice");
	put(&b, STR("new"));
	assert_string_equal(buf_text(&b.said), "copied 3 B advice via tmux load-buffer -w");
	assert_int_equal(b.times, 1);
	expect_file("got", STR("new"));
	no_program("tmux");
	close_board(&b);
}

static void it_may_end_while_a_program_runs(void **state)
{
	static const char *const inside[] = {"TMUX=/tmp/t,1,0", NULL};
	struct board b;

	(void)state;
	open_board(&b, inside);
	program("tmux", "cat >/dev/null; sleep 0.05");
	clipboard_put(b.clipboard, STR("text"), "advice");
	close_board(&b);
	no_program("tmux");
}

static void long_texts_are_told(void **state)
{
	static const char *const plain[] = {"TERM=xterm", NULL};
	static const char *const gnome[] = {"TERM=xterm", "VTE_VERSION=7006", NULL};
	struct buf text = {0};
	struct board b;

	(void)state;
	open_board(&b, plain);
	buf_pad(&text, 'x', 80000);
	put(&b, buf_str(&text));
	assert_string_equal(buf_text(&b.said),
	                    "copied 80 kB advice via OSC 52: many terminals refuse over 75 kB");
	set_environment(gnome);
	put(&b, STR("f"));
	assert_string_equal(buf_text(&b.said),
	                    "copied 1 B advice via OSC 52: GNOME's terminals may refuse it");
	buf_clear(&b.sent);
	buf_pad(&text, 'x', CLIPBOARD_MAX);
	put(&b, buf_str(&text));
	assert_string_equal(buf_text(&b.said), "8.5 MB are too much to copy: 8.4 MB at most");
	assert_int_equal(b.sent.n, 0);
	buf_free(&text);
	close_board(&b);
}

static void expect_mode(const char *name, mode_t mode)
{
	char path[160];
	struct stat s;

	path_of(name, path, sizeof(path));
	assert_int_equal(stat(path, &s), 0);
	assert_int_equal(s.st_mode & 0777, mode);
}

static void a_file_is_the_last_way(void **state)
{
	static const char *const console[] = {"TERM=linux", NULL};
	char expected[160], path[160];
	struct board b;

	(void)state;
	open_board(&b, console);
	put(&b, STR("first"));
	snprintf(
		expected, sizeof(expected),
		"copied 5 B advice to %s/state/tracehog/copied.txt: this terminal has no clipboard for us",
		folder);
	assert_string_equal(buf_text(&b.said), expected);
	expect_mode("state", 0700);
	expect_mode("state/tracehog", 0700);
	expect_mode("state/tracehog/copied.txt", 0600);
	path_of("state/tracehog/copied.txt", path, sizeof(path));
	/* A link is replaced, not followed. */
	unlink(path);
	assert_int_equal(symlink("../../victim", path), 0);
	put(&b, STR("second"));
	expect_file("state/tracehog/copied.txt", STR("second"));
	path_of("victim", path, sizeof(path));
	assert_int_equal(access(path, F_OK), -1);
	setenv("XDG_STATE_HOME", "/dev/null", 1);
	put(&b, STR("third"));
	assert_string_equal(buf_text(&b.said),
	                    "no way to copy: /dev/null/tracehog/copied.txt: Not a directory");
	close_board(&b);
}

/* ---- */

static int enter(void **state)
{
	(void)state;
	return mkdtemp(folder) != NULL ? 0 : -1;
}

static int leave(void **state)
{
	char path[160];

	(void)state;
	path_of("state/tracehog", path, sizeof(path));
	rmdir(path);
	path_of("state", path, sizeof(path));
	rmdir(path);
	path_of("got", path, sizeof(path));
	unlink(path);
	return rmdir(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_environment_gives_the_order),
		cmocka_unit_test(sequences_are_exact),
		cmocka_unit_test(screen_gets_pieces),
		cmocka_unit_test(tmux_takes_it),
		cmocka_unit_test(what_fails_gives_way),
		cmocka_unit_test(what_hangs_gives_way),
		cmocka_unit_test(a_newer_text_takes_its_place),
		cmocka_unit_test(it_may_end_while_a_program_runs),
		cmocka_unit_test(long_texts_are_told),
		cmocka_unit_test(a_file_is_the_last_way),
	};

	return cmocka_run_group_tests(tests, enter, leave);
}
