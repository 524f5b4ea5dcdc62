/* What means harm in every field, through every screen: after each key stage_draw looks at every cell. Here it is seen to that
 * every row of every list, every trace and every tab of its events comes by, and every text through every prompt. */
#include "support/hostile.h"
#include "support/stage.h"

#include "base/clean.h"
#include "base/utf8.h"
#include "term/input.h"
#include "json/lexer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NAME "evil\x1b]0;PWNED\x07\xe2\x80\xae\xff\n.ndjson"

static char folder[64] = "/tmp/tracehog-hostile-XXXXXX";

static const struct {
	int rows, cols;
} sizes[] = {{24, 80}, {40, 120}, {10, 40}, {48, 160}, {8, 61}, {1, 1}};
#define SIZES (sizeof(sizes) / sizeof(sizes[0]))

static void path_of(const char *name, char out[96])
{
	snprintf(out, 96, "%s/%s", folder, name);
}

static void open_at(struct stage *s, const char *name, int rows, int cols)
{
	char path[96];

	path_of(name, path);
	stage_open(s, path, NAME, rows, cols);
}

/* ---- rows ------------------------------------------------------------------------------------------------------------ */

/* Keys until the screen does not change any more. */
static void press_to_end(struct stage *s, const char *keys)
{
	struct buf before = {0}, now = {0};

	do {
		buf_clear(&before);
		buf_append(&before, buf_str(&now));
		stage_keys(s, keys);
		buf_clear(&now);
		surface_dump(s->surface, true, &now);
	} while (!str_eq(buf_str(&before), buf_str(&now)));
	buf_free(&before);
	buf_free(&now);
}

/* The whole of every list. */
static void every_row(void **state)
{
	static const char *const lists[] = {"1", "2", "3", "4", "7", "8", "0"};
	struct stage s;

	(void)state;
	open_at(&s, "all.ndjson", 24, 80);
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		for (size_t j = 0; j < SIZES; j++) {
			stage_keys(&s, lists[i]);
			app_resize(s.app, sizes[j].rows, sizes[j].cols);
			stage_keys(&s, "g");
			press_to_end(&s, j == 2 ? "Ctrl-D" : "Ctrl-F");
		}
		stage_keys(&s, "L L L H s Esc I Z Z");
	}
	stage_close(&s);
}

/* What opens from every row of the lists that open into others, and the raw lines of what was wrong. */
static void every_row_opened(void **state)
{
	static const char *const lists[] = {"2", "3", "4", "8", "0"};
	struct stage s;

	(void)state;
	open_at(&s, "own.ndjson", 24, 100);
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		stage_keys(&s, lists[i]);
		stage_keys(&s, "g");
		for (size_t n = 0; n < 2 * hostile_count(); n++)
			stage_keys(&s, "Enter G Tab Tab h j");
		stage_keys(&s, lists[i]);
	}
	stage_close(&s);
}

/* ---- traces ---------------------------------------------------------------------------------------------------------- */

/* Every event of the trace and its tabs, beside the tree and on a screen of their own, as far as they go. */
static void look_through_trace(struct stage *s)
{
	stage_keys(s, "Enter zR zl zl zt");
	for (int event = 0; event < 9; event++)
		stage_keys(s, "] J ] J ] j Enter G ] G ] G zR q");
	stage_keys(s, "q");
}

static void every_trace(void **state)
{
	struct stage s;

	(void)state;
	open_at(&s, "own.ndjson", 24, 80);
	for (size_t i = 0; i < hostile_count(); i++) {
		app_resize(s.app, sizes[i % 3].rows, sizes[i % 3].cols);
		look_through_trace(&s);
		assert_int_equal(app_need(s.app), APP_NOTHING);
		stage_keys(&s, "j");
	}
	stage_close(&s);
}

/* ---- what is typed, pasted and said ------------------------------------------------------------------------------------ */

static void paste(struct stage *s, struct str text)
{
	app_key(s->app, KEY_PASTE, text);
	stage_settle(s);
}

/* As text, not as JSON spells it. */
static struct str text_of(struct buf *out, size_t i)
{
	buf_clear(out);
	json_unescape(out, str_of(hostile_text(i)));
	return buf_str(out);
}

static void ask(struct stage *s, const char *prompt, struct str text)
{
	stage_keys(s, prompt);
	paste(s, text);
	stage_keys(s, "Left Left Home Delete Right End Ctrl-W");
	paste(s, text);
	paste(s, text);
	stage_keys(s, "Enter Esc");
	stage_keys(s, prompt);
	stage_keys(s, "Up Left Up Home Esc n N");
}

static void every_prompt(void **state)
{
	struct buf text = {0};
	struct stage s;

	(void)state;
	open_at(&s, "own.ndjson", 24, 80);
	for (size_t i = 0; i < hostile_count(); i++) {
		struct str t = text_of(&text, i);

		app_resize(s.app, sizes[i % 3].rows, sizes[i % 3].cols);
		ask(&s, "/", t);
		ask(&s, ":", t);
		ask(&s, "T", t);
		app_say(s.app, buf_text(&text));
		stage_settle(&s);
		stage_keys(&s, "j");
	}
	buf_free(&text);
	stage_close(&s);
}

/* ---- where characters are bytes ------------------------------------------------------------------------------------------ */

static void check_ascii(const struct surface *s)
{
	for (int i = 0; i < s->rows * s->cols; i++)
		for (const char *p = s->cells[i].text; *p != '\0'; p++)
			assert_in_range(*p, ' ', '~');
}

static void ascii(void **state)
{
	static const char *const ways[] = {"1", "2", "3",       "4",     "7",
	                                   "8", "0", "1 Enter", "Enter", "] ]"};
	struct stage s;

	(void)state;
	clean_set_ascii(true);
	open_at(&s, "own.ndjson", 24, 80);
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		stage_keys(&s, ways[i]);
		for (size_t n = 0; n < 2 * hostile_count(); n++) {
			stage_keys(&s, "j");
			check_ascii(s.surface);
		}
	}
	stage_close(&s);
	clean_set_ascii(false);
}

/* ---- */

static void write_file(const char *name, bool list)
{
	FILE *strings = fopen("data/blns.ndjson", "r"), *out;
	char path[96];

	path_of(name, path);
	out = fopen(path, "w");
	assert_non_null(out);
	assert_non_null(strings);
	hostile_write(out);
	if (list)
		hostile_write_list(out, strings);
	fclose(strings);
	fclose(out);
}

static int enter(void **state)
{
	(void)state;
	if (mkdtemp(folder) == NULL)
		return -1;
	write_file("own.ndjson", false);
	write_file("all.ndjson", true);
	return 0;
}

static int leave(void **state)
{
	char path[96];

	(void)state;
	path_of("own.ndjson", path);
	unlink(path);
	path_of("all.ndjson", path);
	unlink(path);
	return rmdir(folder);
}

int main(int argc, char **argv)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_row),   cmocka_unit_test(every_row_opened),
		cmocka_unit_test(every_trace), cmocka_unit_test(every_prompt),
		cmocka_unit_test(ascii),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, enter, leave);
}
