/* Cells with roles. Invariants: every cell holds clean text of exactly the columns it takes; "" stands
 * only right of a wide character, and a wide character always has its "" beside it, so half of one never
 * remains. What would fall outside of the area or the surface is left out. What roles look like is the
 * theme's, how cells reach a terminal is term/'s. */
#include "draw/surface.h"
#include "base/clean.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "draw/width.h"

#include <assert.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Text is cleaned only as far as it can show: a column takes a base and 4 marks of 4 bytes each, and up to
 * 10 bytes around them (joiner, style, skin tone) that the cleaner leaves out. */
#define BYTES_A_COLUMN 32
#define FORMATTED      512 /* bytes that surface_printf keeps */

void surface_init(struct surface *s, int rows, int cols)
{
	memset(s, 0, sizeof(*s));
	surface_resize(s, rows, cols);
}

void surface_resize(struct surface *s, int rows, int cols)
{
	size_t count;

	mem_free(s->cells);
	s->rows = rows > 0 ? rows : 0;
	s->cols = cols > 0 ? cols : 0;
	count = (size_t)s->rows * (size_t)s->cols;
	s->cells = mem_zero(count ? count : 1, sizeof(*s->cells));
	surface_clear(s);
}

void surface_fini(struct surface *s)
{
	mem_free(s->cells);
	buf_free(&s->scratch);
	memset(s, 0, sizeof(*s));
}

static void cell_set(struct cell *cell, struct str text, enum role role)
{
	assert(text.n < CELL_TEXT);
	memset(cell, 0, sizeof(*cell));
	memcpy(cell->text, text.p, text.n);
	cell->role = (uint8_t)role;
}

void surface_clear(struct surface *s)
{
	size_t count = (size_t)s->rows * (size_t)s->cols;

	for (size_t i = 0; i < count; i++)
		cell_set(&s->cells[i], STR(" "), ROLE_TEXT);
}

struct area surface_area(const struct surface *s)
{
	return (struct area){0, 0, s->rows, s->cols};
}

/* A stretch of one row, already inside of the surface. */
struct stretch {
	struct cell *line; /* column 0 of the surface */
	int cols;          /* of the surface */
	int64_t at;        /* the next column; may be left of from */
	int64_t from, end; /* what may be written */
};

static int64_t smaller(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static int64_t larger(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/* False if nothing of it can be seen. */
static bool stretch_of(struct surface *s, struct area a, int row, int col, int width,
                       struct stretch *out)
{
	int64_t line = (int64_t)a.row + row;

	if (row < 0 || row >= a.rows || line < 0 || line >= s->rows || width <= 0)
		return false;
	out->line = s->cells + line * s->cols;
	out->cols = s->cols;
	out->at = (int64_t)a.col + col;
	out->from = larger(a.col, 0);
	out->end = smaller(s->cols, smaller((int64_t)a.col + a.cols, out->at + width));
	return out->from < out->end && out->at < out->end;
}

static bool is_right_half(const struct stretch *st, int64_t col)
{
	return col < st->cols && !st->line[col].text[0];
}

/* Blanks what would remain of wide characters that lose a half to columns from..end. */
static void blank_halves(struct stretch *st, int64_t from, int64_t end)
{
	if (is_right_half(st, from))
		cell_set(&st->line[from - 1], STR(" "), (enum role)st->line[from - 1].role);
	if (is_right_half(st, end))
		cell_set(&st->line[end], STR(" "), (enum role)st->line[end].role);
}

/* False if it does not fit any more. */
static bool put_cell(struct stretch *st, struct str text, int width, enum role role)
{
	int64_t at = st->at;

	if (at + width > st->end)
		return false;
	st->at += width;
	if (at < st->from)
		return true;
	blank_halves(st, at, at + width);
	cell_set(&st->line[at], text, role);
	if (width == 2)
		cell_set(&st->line[at + 1], STR_EMPTY, role);
	return true;
}

static bool put_cluster(struct stretch *st, struct str cluster, enum role role)
{
	char spelled[WIDTH_SPELLED];
	int width = width_cluster(cluster);

	if (width > 0 && cluster.n < CELL_TEXT)
		return put_cell(st, cluster, width, role);
	width = width_spell(cluster, spelled);
	for (int i = 0; i < width; i++)
		if (!put_cell(st, (struct str){spelled + i, 1}, 1, role))
			return false;
	return true;
}

/* Gives the columns used. */
static int put_clean(struct stretch *st, enum role role, struct str clean)
{
	int64_t start = st->at;

	for (size_t at = 0; at < clean.n;)
		if (!put_cluster(st, utf8_cluster(clean, &at), role))
			break;
	return (int)(st->at - start);
}

static size_t bytes_for(int64_t columns)
{
	return (size_t)(columns + 2) * BYTES_A_COLUMN;
}

int surface_put(struct surface *s, struct area a, int row, int col, int width, enum role role,
                struct str text)
{
	struct stretch st;

	if (!stretch_of(s, a, row, col, width, &st))
		return 0;
	buf_clear(&s->scratch);
	clean_append(&s->scratch, str_sub(text, 0, bytes_for(st.end - st.at)), 0);
	return put_clean(&st, role, buf_str(&s->scratch));
}

static int width_from(struct area a, int col)
{
	return (int)smaller((int64_t)a.cols - col, INT32_MAX);
}

int surface_puts(struct surface *s, struct area a, int row, int col, enum role role,
                 const char *text)
{
	return surface_put(s, a, row, col, width_from(a, col), role, str_of(text));
}

int surface_printf(struct surface *s, struct area a, int row, int col, enum role role,
                   const char *fmt, ...)
{
	char text[FORMATTED];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	return surface_puts(s, a, row, col, role, text);
}

/* The end of text that can show in so many columns, from the start of a character. */
static struct str tail_of(struct str text, int64_t columns)
{
	size_t from = text.n - (size_t)smaller((int64_t)text.n, (int64_t)bytes_for(columns));

	while (from > 0 && from < text.n && ((unsigned char)text.p[from] & 0xC0) == 0x80)
		from++;
	return str_sub(text, from, text.n);
}

int surface_put_right(struct surface *s, struct area a, int row, int col, int width, enum role role,
                      struct str text)
{
	struct stretch st;
	struct str clean;
	size_t at = 0;
	int columns;

	if (!stretch_of(s, a, row, col, width, &st))
		return 0;
	buf_clear(&s->scratch);
	clean_append(&s->scratch, tail_of(text, width), 0);
	clean = buf_str(&s->scratch);
	columns = width_text(clean);
	while (columns > width) {
		size_t start = at;

		utf8_cluster(clean, &at);
		columns -= width_text(str_sub(clean, start, at - start));
	}
	st.at += width - columns;
	return put_clean(&st, role, str_sub(clean, at, clean.n));
}

/* Whole characters only, of one column each. */
static void fill_with(struct surface *s, struct area a, int row, int col, int width, enum role role,
                      struct str text)
{
	struct stretch st;

	if (!stretch_of(s, a, row, col, width, &st))
		return;
	st.at = larger(st.at, st.from);
	while (put_cell(&st, text, 1, role))
		;
}

void surface_fill(struct surface *s, struct area a, int row, int col, int width, enum role role,
                  char c)
{
	assert(c >= ' ' && c <= '~');
	fill_with(s, a, row, col, width, role, (struct str){&c, 1});
}

void surface_rule(struct surface *s, struct area a, int row, int col, int width, enum role role)
{
	fill_with(s, a, row, col, width, role, str_of(glyph(GLYPH_HLINE)));
}

void surface_paint(struct surface *s, struct area a, int row, int col, int width, enum role on)
{
	struct stretch st;
	int64_t at;

	if (!stretch_of(s, a, row, col, width, &st))
		return;
	/* A wide character is painted whole. */
	at = larger(st.at, st.from);
	if (is_right_half(&st, at))
		at--;
	if (is_right_half(&st, st.end))
		st.end++;
	for (; at < st.end; at++)
		st.line[at].on = (uint8_t)on;
}

void surface_scrollbar(struct surface *s, struct area a, int col, uint64_t top, uint64_t total)
{
	uint64_t rows = a.rows > 0 ? (uint64_t)a.rows : 0;
	uint64_t size, start, last;

	if (rows == 0 || total <= rows)
		return;
	last = total - rows;
	if (top > last)
		top = last;
	size = (uint64_t)((unsigned __int128)rows * rows / total);
	size = size ? size : 1;
	start = (uint64_t)((unsigned __int128)top * (rows - size) / last);
	/* Only rows that are on the surface, however large the area says it is. */
	for (int row = a.row < 0 ? a.row == INT_MIN ? INT_MAX : -a.row : 0;
	     row < a.rows && (int64_t)a.row + row < s->rows; row++) {
		bool thumb = (uint64_t)row >= start && (uint64_t)row < start + size;

		surface_put(s, a, row, col, 1, ROLE_SCROLL,
		            str_of(glyph(thumb ? GLYPH_THUMB : GLYPH_VLINE)));
	}
}

static enum role shown_role(const struct cell *cell)
{
	return (enum role)(cell->on ? cell->on : cell->role);
}

static char role_letter(enum role role)
{
	static const char letters[] = ".abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

	_Static_assert(ROLE_COUNT < sizeof(letters), "a letter for every role");
	return letters[role];
}

static void dump_text(const struct cell *line, int cols, struct buf *out)
{
	size_t start = out->n;

	for (int col = 0; col < cols; col++)
		buf_puts(out, line[col].text);
	while (out->n > start && out->p[out->n - 1] == ' ')
		out->n--;
	buf_add(out, '\n');
}

static void dump_roles(const struct cell *line, int cols, struct buf *out)
{
	int end = cols;

	while (end > 0 && shown_role(&line[end - 1]) == ROLE_TEXT &&
	       strcmp(line[end - 1].text, " ") == 0)
		end--;
	for (int col = 0; col < end; col++)
		buf_add(out, role_letter(shown_role(&line[col])));
	buf_add(out, '\n');
}

static void dump_legend(const struct surface *s, struct buf *out)
{
	bool used[ROLE_COUNT] = {false};
	size_t count = (size_t)s->rows * (size_t)s->cols;

	for (size_t i = 0; i < count; i++)
		used[shown_role(&s->cells[i])] = true;
	for (enum role role = 0; role < ROLE_COUNT; role++)
		if (used[role])
			buf_printf(out, "%c %s\n", role_letter(role), role_name(role));
}

void surface_dump(const struct surface *s, bool roles, struct buf *out)
{
	for (int row = 0; row < s->rows; row++)
		dump_text(s->cells + (int64_t)row * s->cols, s->cols, out);
	if (!roles)
		return;
	for (int row = 0; row < s->rows; row++)
		dump_roles(s->cells + (int64_t)row * s->cols, s->cols, out);
	dump_legend(s, out);
}
