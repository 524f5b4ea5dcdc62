/* A rectangle of cells with roles. Views draw here; term/ hands it to curses; tests dump it. Everything that is put
 * on a surface passes the cleaner first, so nothing on it can act on a terminal. */
#ifndef DRAW_SURFACE_H
#define DRAW_SURFACE_H

#include "base/buf.h"
#include "draw/role.h"

#define CELL_TEXT 24 /* bytes: a base character, up to 4 marks, and a NUL */

struct cell {
	char text[CELL_TEXT]; /* UTF-8; "" for the right half of a wide character */
	uint8_t role;         /* enum role */
	uint8_t on;           /* role painted over it (ROLE_CURSOR, ROLE_MATCH), or 0 */
};

struct surface {
	struct cell *cells; /* row by row */
	int rows, cols;
	struct buf scratch;
};

struct area {
	int row, col, rows, cols;
};

void surface_init(struct surface *s, int rows, int cols);   /* both may be 0 */
void surface_resize(struct surface *s, int rows, int cols); /* contents are lost */
void surface_fini(struct surface *s);
void surface_clear(struct surface *s);
struct area surface_area(const struct surface *s);

/* Puts text (any bytes) at row, col of a, in at most width columns and inside a; a wide character that does not fit is left
 * out. Newlines and tabs are shown escaped. Gives the columns used. Anything outside is ignored. */
int surface_put(struct surface *s, struct area a, int row, int col, int width, enum role role,
                struct str text);
int surface_puts(struct surface *s, struct area a, int row, int col, enum role role,
                 const char *text);
int surface_printf(struct surface *s, struct area a, int row, int col, enum role role,
                   const char *fmt, ...) PRINTF_LIKE(6, 7);
/* The same, set against the right end of the width columns that start at col; what is too long loses its left part. */
int surface_put_right(struct surface *s, struct area a, int row, int col, int width, enum role role,
                      struct str text);
/* width times one ASCII character. */
void surface_fill(struct surface *s, struct area a, int row, int col, int width, enum role role,
                  char c);
/* A horizontal line of GLYPH_HLINE. */
void surface_rule(struct surface *s, struct area a, int row, int col, int width, enum role role);
/* Paints a role over cells without changing their text (cursor row, matches). */
void surface_paint(struct surface *s, struct area a, int row, int col, int width, enum role on);
/* A vertical scroll bar in column col of a: which of `total` rows from `top` are seen in a.rows. No bar if all are. */
void surface_scrollbar(struct surface *s, struct area a, int col, uint64_t top, uint64_t total);

/* Rows of text without trailing blanks; with roles, a second block of the same shape with one letter a cell and a legend
 * of the letters used follows. For tests. */
void surface_dump(const struct surface *s, bool roles, struct buf *out);

/* Glyphs: Unicode forms where the locale is UTF-8 and glyphs are not set to ASCII, else ASCII. UTF-8 text, one column each. */
enum glyph {
	GLYPH_VLINE,  /* | */
	GLYPH_HLINE,  /* - */
	GLYPH_OPEN,   /* v  an unfolded node */
	GLYPH_CLOSED, /* >  a folded node */
	GLYPH_BRANCH, /* +  tree branch */
	GLYPH_LAST,   /* `  last branch */
	GLYPH_BAR,    /* =  */
	GLYPH_WAIT,   /* -  */
	GLYPH_TOOL,   /* #  */
	GLYPH_THUMB,  /* #  scroll bar's thumb */
	GLYPH_CLIP,   /* ~  here something is cut */
	GLYPH_LEVEL, /* .:-=+*##  a cell filled from below by 1 to 8 eighths, one after the other */
	GLYPH_LEVEL_END = GLYPH_LEVEL + 8,
	GLYPH_PART = GLYPH_LEVEL_END, /* ---====#  the same from the left */
	GLYPH_PART_END = GLYPH_PART + 8,
	GLYPH_COUNT = GLYPH_PART_END,
};
const char *glyph(enum glyph g);
void glyph_set_ascii(
	bool ascii); /* once at start; default false, and always in an ASCII locale (clean_ascii) */

#endif
