/* The explorer played without a terminal: a journal, keys by their names, and the screens that come of it. The moment is always
 * STAGE_NOW, the time zone UTC, characters UTF-8. */
#ifndef SUPPORT_STAGE_H
#define SUPPORT_STAGE_H

#include "command/app.h"

#define STAGE_NOW INT64_C(1795385700000000) /* 2026-11-22T22:15:00Z */

struct stage {
	struct loop *loop;
	struct explorer *explorer;
	struct app *app;
	const struct surface *surface; /* as of the last draw */
	int cursor_row, cursor_col;    /* of the terminal; row -1: hidden */
	bool changed, live;
};

/* Loads the whole file; one that is not there is waited for. source is what a person is said to have written. */
void stage_open(struct stage *s, const char *path, const char *source, int rows, int cols);
/* Shows it while nothing has been loaded yet, and goes on following the file. */
void stage_open_live(struct stage *s, const char *path, const char *source, int rows, int cols);
void stage_close(struct stage *s);
void stage_draw(struct stage *s); /* again while a view says that work was cut short */
bool stage_shows(const struct stage *s, const char *text); /* as of the last draw */
/* Draws until nothing more arrives; a live one, which may always get more, but once. */
void stage_settle(struct stage *s);
/* Of a live one: until so many events are there, and no screen has more to draw of them. */
void stage_await(struct stage *s, uint32_t events);
/* Blank-separated names of keys ("j", "Ctrl-D", "Enter"); a longer word that names none is typed. Settles after each. */
void stage_keys(struct stage *s, const char *script);
/* The file's sample, as the demo plays it to its end at STAGE_NOW. */
void stage_write_demo(const char *path);

/* Aborts with a sentence if a cell holds what acts on a terminal, hides, or is not as wide as it claims to be. */
void stage_check_cells(const struct surface *s);

#endif
