/* The explorer played without a terminal. What may stand in a cell is written here once more and by other means than the
 * cleaner's: libc's idea of widths and a list of what must never be seen. */
#include "support/stage.h"

#include "base/time.h"
#include "base/utf8.h"
#include "collect/demo.h"
#include "term/input.h"
#include "view/view.h"

#include <assert.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <wchar.h>

#define DRAWS_AT_ONCE 2000 /* who asks for more, for work that it can do by itself, never ends */

static void on_change(void *ctx)
{
	((struct stage *)ctx)->changed = true;
}

static void set_the_world(void)
{
	setenv("TZ", "UTC", 1);
	tzset();
	if (!setlocale(LC_CTYPE, "C.UTF-8")) {
		fprintf(stderr, "there is no locale C.UTF-8\n");
		abort();
	}
}

static void open_source(struct stage *s, const char *path)
{
	struct errinfo e = {0};

	set_the_world();
	*s = (struct stage){.loop = loop_new()};
	s->explorer = explorer_new(s->loop);
	if ((access(path, F_OK) != 0 ? explorer_await_file : explorer_add_file)(s->explorer, path,
	                                                                        &e) != ERR_OK) {
		fprintf(stderr, "%s\n", e.msg);
		abort();
	}
	explorer_on_change(s->explorer, on_change, s);
}

static void open_app(struct stage *s, const char *source, int rows, int cols)
{
	s->app = app_new(s->explorer, source);
	app_set_clock(s->app, STAGE_NOW);
	app_on_change(s->app, on_change, s);
	app_resize(s->app, rows, cols);
}

void stage_open(struct stage *s, const char *path, const char *source, int rows, int cols)
{
	open_source(s, path);
	explorer_load(s->explorer);
	open_app(s, source, rows, cols);
	stage_settle(s);
}

void stage_open_live(struct stage *s, const char *path, const char *source, int rows, int cols)
{
	open_source(s, path);
	explorer_start(s->explorer, true);
	s->live = true;
	open_app(s, source, rows, cols);
	stage_draw(s);
}

void stage_close(struct stage *s)
{
	explorer_on_change(s->explorer, NULL, NULL);
	app_free(s->app);
	explorer_free(s->explorer);
	loop_free(s->loop);
}

void stage_draw(struct stage *s)
{
	int draws = 0;

	do {
		assert(draws++ < DRAWS_AT_ONCE);
		s->surface = app_draw(s->app, &s->cursor_row, &s->cursor_col);
		stage_check_cells(s->surface);
	} while (app_draw_again(s->app) == VIEW_AT_ONCE);
}

void stage_settle(struct stage *s)
{
	if (s->live) {
		stage_draw(s);
		return;
	}
	do {
		s->changed = false;
		stage_draw(s);
		while (loop_step(s->loop, true))
			;
	} while (s->changed);
}

bool stage_shows(const struct stage *s, const char *text)
{
	struct buf screen = {0};
	bool found;

	surface_dump(s->surface, false, &screen);
	found = str_find(buf_str(&screen), str_of(text), 0, false) != SIZE_MAX;
	buf_free(&screen);
	return found;
}

void stage_await(struct stage *s, uint32_t events)
{
	while (explorer_events(s->explorer)->n < events)
		loop_step(s->loop, true);
	stage_draw(s);
	while (stage_shows(s, "loading ...") || app_draw_again(s->app) > 0) {
		loop_step(s->loop, false);
		stage_draw(s);
	}
}

static void press(struct stage *s, uint32_t key)
{
	app_key(s->app, key, STR_EMPTY);
	stage_settle(s);
}

static void press_word(struct stage *s, struct str word)
{
	uint32_t key = key_named(word);

	if (key != 0) {
		press(s, key);
		return;
	}
	for (size_t at = 0; at < word.n;) {
		int32_t code = utf8_next(word, &at);

		assert(code > 0);
		press(s, (uint32_t)code);
	}
}

void stage_keys(struct stage *s, const char *script)
{
	while (*script != '\0') {
		size_t n = strcspn(script, " ");

		if (n > 0)
			press_word(s, (struct str){script, n});
		script += n + (script[n] == ' ');
	}
}

void stage_write_demo(const char *path)
{
	struct demo *demo = demo_new(STAGE_NOW, 1);
	FILE *file = fopen(path, "w");

	assert(file != NULL);
	for (size_t i = 0; i < demo_count(demo); i++) {
		struct str line = demo_event(demo, i)->line;

		fwrite(line.p, 1, line.n, file);
		fputc('\n', file);
	}
	fclose(file);
	demo_free(demo);
}

/* ---- cells ----------------------------------------------------------------------------------------------------------- */

static void refuse(const struct surface *s, int row, int col, const char *why)
{
	const struct cell *cell = &s->cells[row * s->cols + col];

	fprintf(stderr, "cell %d,%d of %dx%d %s:", row, col, s->rows, s->cols, why);
	for (const char *p = cell->text; *p != '\0'; p++)
		fprintf(stderr, " %02X", (unsigned char)*p);
	fputc('\n', stderr);
	abort();
}

static bool is_forbidden(uint32_t code)
{
	static const uint32_t ranges[][2] = {
		{0x00, 0x1F},       {0x7F, 0x9F},       {0xAD, 0xAD},         {0x34F, 0x34F},
		{0x61C, 0x61C},     {0x115F, 0x1160},   {0x17B4, 0x17B5},     {0x180B, 0x180F},
		{0x200B, 0x200F},   {0x2028, 0x202E},   {0x2060, 0x206F},     {0x3164, 0x3164},
		{0xD800, 0xDFFF},   {0xE000, 0xF8FF},   {0xFDD0, 0xFDEF},     {0xFE00, 0xFE0F},
		{0xFEFF, 0xFEFF},   {0xFFA0, 0xFFA0},   {0xFFF0, 0xFFFB},     {0xFFFE, 0xFFFF},
		{0x1D173, 0x1D17A}, {0xE0000, 0xFFFFF}, {0x100000, 0x10FFFF},
	};

	for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++)
		if (code >= ranges[i][0] && code <= ranges[i][1])
			return true;
	return false;
}

/* Columns of a cell's text; marks are how many characters follow its first. */
static int columns_of(const struct surface *s, int row, int col, int *marks)
{
	struct str text = str_of(s->cells[row * s->cols + col].text);
	int columns = 0;

	*marks = -1;
	for (size_t at = 0; at < text.n; ++*marks) {
		int32_t code = utf8_next(text, &at);
		int width;

		if (code < 0)
			refuse(s, row, col, "is not UTF-8");
		if (is_forbidden((uint32_t)code))
			refuse(s, row, col, "acts or hides");
		width = wcwidth((wchar_t)code);
		if (width < 0)
			refuse(s, row, col, "does not print");
		if (width == 0 && *marks < 0)
			refuse(s, row, col, "begins with a mark");
		columns += width;
	}
	return columns;
}

static void check_row(const struct surface *s, int row)
{
	int col = 0;

	while (col < s->cols) {
		int marks, columns = columns_of(s, row, col, &marks);

		if (columns < 1 || columns > 2 || marks > 4)
			refuse(s, row, col, "is not of one or two columns with four marks");
		if (columns == 2 &&
		    (col + 1 == s->cols || s->cells[row * s->cols + col + 1].text[0]))
			refuse(s, row, col, "is wide and has no room");
		col += columns;
	}
}

void stage_check_cells(const struct surface *s)
{
	for (int row = 0; row < s->rows; row++)
		check_row(s, row);
}
