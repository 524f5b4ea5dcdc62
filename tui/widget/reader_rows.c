/* Places in a text: rows of lines of pieces. Everything is counted from the place that is shown, row by row, so moving costs what
 * is moved over; only the scroll bar and the percentage ask for all, and get an estimate where counting would mean looking at
 * more than EXACT_BYTES.
 *
 * The row starts of the line that was looked into last are kept: scrolling in one long line is arithmetic. */
#include "widget/reader_internal.h"

#include "base/mem.h"
#include "draw/width.h"

#include <string.h>

#define EXACT_BYTES (64u << 10) /* a text up to this size is counted as a whole */
#define EXACT_LINES 4096u       /* so is a piece of so many lines */
#define SAMPLE      1024u       /* bytes by which the rows of a piece are estimated */
#define NEVER_DRAWN 80          /* columns before the first drawing */
#define MARK_WIDTH  2
#define GUTTER_FROM 60 /* columns from which there is room for all of the gutter */

/* ---- columns --------------------------------------------------------------------------------------- */

int reader_label_column(const struct reader *r)
{
	return r->marks ? MARK_WIDTH : 0;
}

int reader_gutter(const struct reader *r)
{
	return r->rows_width < GUTTER_FROM && r->rows_gutter > 0 ? r->gutter_least : r->rows_gutter;
}

/* Columns of the label column; it gives way when there is little room. */
int reader_labels(const struct reader *r)
{
	return r->rows_labels < r->rows_width / 2 ? r->rows_labels : r->rows_width / 2;
}

int reader_text_column(const struct reader *r, const struct reader_piece *p, int indent)
{
	int before = p->across ? 0 : reader_gutter(r) + reader_labels(r);
	int column = before + p->indent + indent;

	column = column < r->rows_width * 3 / 4 ? column : r->rows_width * 3 / 4;
	column += reader_label_column(r);
	/* Of text there is always something to be seen. */
	return column < r->rows_width ? column : r->rows_width - 1;
}

int reader_text_width(const struct reader *r, const struct reader_piece *p, int indent)
{
	int width = r->rows_width - reader_text_column(r, p, indent);

	return width > 0 ? width : 1;
}

/* ---- rows of a line -------------------------------------------------------------------------------- */

uint32_t reader_line_rows(struct reader *r, uint32_t piece, uint32_t line)
{
	struct reader_lines *l = reader_lines_of(r, piece);
	struct reader_line *at = &l->at[line];
	struct str text;
	size_t from = 0, next;
	int width;

	if (!r->wrap)
		return 1;
	if (at->rows > 0)
		return at->rows;
	text = reader_line_text(l, line);
	width = reader_text_width(r, &r->pieces[piece], at->indent);
	do {
		width_wrap(str_sub(text, from, text.n - from), width, &next);
		from += next;
		at->rows++;
	} while (from < text.n);
	return at->rows;
}

static void find_starts(struct reader *r, uint32_t piece, uint32_t line)
{
	struct reader_lines *l = reader_lines_of(r, piece);
	struct str text = reader_line_text(l, line);
	int width = reader_text_width(r, &r->pieces[piece], l->at[line].indent);
	size_t at = 0, next;

	if (r->starts_piece == piece && r->starts_of == line)
		return;
	r->starts_piece = piece;
	r->starts_of = line;
	r->n_starts = 0;
	do {
		if (r->n_starts == r->cap_starts) {
			r->cap_starts = r->cap_starts ? r->cap_starts * 2 : 64;
			r->starts = mem_resize(r->starts, r->cap_starts, sizeof(*r->starts));
		}
		r->starts[r->n_starts++] = (uint32_t)at;
		width_wrap(str_sub(text, at, text.n - at), width, &next);
		at += next;
	} while (r->wrap && at < text.n);
}

size_t reader_row_start(struct reader *r, struct reader_place p)
{
	if (!r->wrap || p.row == 0)
		return 0;
	find_starts(r, p.piece, p.line);
	return r->starts[p.row < r->n_starts ? p.row : r->n_starts - 1];
}

uint32_t reader_row_of_byte(struct reader *r, uint32_t piece, uint32_t line, size_t at)
{
	uint32_t low = 0, high;

	if (!r->wrap || at == 0)
		return 0;
	find_starts(r, piece, line);
	for (high = r->n_starts; high - low > 1;) {
		uint32_t middle = low + (high - low) / 2;

		if (r->starts[middle] <= at)
			low = middle;
		else
			high = middle;
	}
	return low;
}

/* ---- pieces that are shown ------------------------------------------------------------------------- */

uint32_t reader_head(const struct reader *r, uint32_t piece)
{
	uint32_t of = r->pieces[piece].of;

	return of > 0 ? of - 1 : piece;
}

/* The piece that hides this one while it is folded: the one that it goes on from, else its group's. */
static uint32_t hider_of(const struct reader *r, uint32_t piece)
{
	const struct reader_piece *p = &r->pieces[piece];
	uint32_t head = reader_head(r, piece);

	if (head != piece && r->pieces[head].fold == READER_SELF && !r->pieces[head].open)
		return head;
	return p->group > 0 && !r->pieces[p->group - 1].open ? p->group - 1 : READER_NONE;
}

bool reader_hidden(const struct reader *r, uint32_t piece)
{
	return hider_of(r, piece) != READER_NONE;
}

static uint32_t next_shown(const struct reader *r, uint32_t piece, int direction)
{
	do {
		if (direction < 0 ? piece == 0 : piece + 1 >= r->n)
			return READER_NONE;
		piece += direction < 0 ? UINT32_MAX : 1;
	} while (reader_hidden(r, piece));
	return piece;
}

static struct reader_place last_row(struct reader *r, uint32_t piece, uint32_t line)
{
	return (struct reader_place){piece, line, reader_line_rows(r, piece, line) - 1};
}

static bool step_down(struct reader *r, struct reader_place *p)
{
	uint32_t piece;

	if (p->row + 1 < reader_line_rows(r, p->piece, p->line)) {
		p->row++;
		return true;
	}
	if (p->line + 1 < reader_lines_of(r, p->piece)->n) {
		*p = (struct reader_place){p->piece, p->line + 1, 0};
		return true;
	}
	piece = next_shown(r, p->piece, 1);
	if (piece == READER_NONE)
		return false;
	*p = (struct reader_place){.piece = piece};
	return true;
}

static bool step_up(struct reader *r, struct reader_place *p)
{
	uint32_t piece;

	if (p->row > 0) {
		p->row--;
		return true;
	}
	if (p->line > 0) {
		*p = last_row(r, p->piece, p->line - 1);
		return true;
	}
	piece = next_shown(r, p->piece, -1);
	if (piece == READER_NONE)
		return false;
	*p = last_row(r, piece, reader_lines_of(r, piece)->n - 1);
	return true;
}

bool reader_step(struct reader *r, struct reader_place *p, int direction)
{
	return direction > 0 ? step_down(r, p) : step_up(r, p);
}

bool reader_settle(struct reader *r, struct reader_place *p)
{
	uint32_t rows, lines;

	if (r->n == 0)
		return false;
	if (p->piece >= r->n)
		*p = (struct reader_place){r->n - 1, READER_NONE, READER_NONE};
	/* What is hidden is where the line is that hides it. */
	for (uint32_t by; (by = hider_of(r, p->piece)) != READER_NONE;)
		*p = (struct reader_place){.piece = by};
	lines = reader_lines_of(r, p->piece)->n;
	if (p->line >= lines) {
		p->line = lines - 1;
		p->row = READER_NONE;
	}
	rows = reader_line_rows(r, p->piece, p->line);
	if (p->row >= rows)
		p->row = rows - 1;
	return true;
}

void reader_settle_top(struct reader *r)
{
	struct reader_place at = r->top;
	int rows = 1;

	if (!reader_settle(r, &r->top))
		return;
	at = r->top;
	while (rows < r->height && step_down(r, &at))
		rows++;
	for (; rows < r->height && step_up(r, &r->top); rows++)
		;
}

int reader_compare(struct reader_place a, struct reader_place b)
{
	if (a.piece != b.piece)
		return a.piece < b.piece ? -1 : 1;
	if (a.line != b.line)
		return a.line < b.line ? -1 : 1;
	return (a.row > b.row) - (a.row < b.row);
}

/* ---- all rows -------------------------------------------------------------------------------------- */

/* As if every byte were a column, nothing laid out in another way than it came, and all of it as its start is. */
static uint32_t estimate(const struct reader *r, const struct reader_piece *p)
{
	size_t width = (size_t)reader_text_width(r, p, 0), at = 0;
	uint64_t rows = 0;

	if (p->fold == READER_SELF && !p->open)
		return p->folded != NULL || p->summary.n > 0 ? 1 : p->preview + 1u;
	do {
		const char *newline = at < p->own ? memchr(p->text.p + at, '\n', p->own - at)
		                                  : NULL;
		size_t end = newline != NULL ? (size_t)(newline - p->text.p) : p->own;

		rows += r->wrap && end > at ? (end - at + width - 1) / width : 1;
		at = end + 1;
	} while (at < p->own && at < SAMPLE);
	rows = at < p->own ? rows * p->own / at : rows;
	return rows < READER_NONE / 2 ? (uint32_t)rows : READER_NONE / 2;
}

static uint32_t count_rows(struct reader *r, uint32_t piece)
{
	struct reader_piece *p = &r->pieces[piece];

	if (p->rows > 0 && (p->exact || p->laid_for == 0))
		return p->rows;
	p->exact = p->laid_for != 0 || r->bytes <= EXACT_BYTES;
	if (!p->exact || reader_lines_of(r, piece)->n > EXACT_LINES)
		return p->rows = estimate(r, p);
	p->rows = 0;
	for (uint32_t i = 0; i < p->lines.n; i++)
		p->rows += reader_line_rows(r, piece, i);
	return p->rows;
}

/* Rows of the top's piece before it. */
static uint64_t rows_inside(struct reader *r)
{
	const struct reader_lines *l = reader_lines_of(r, r->top.piece);
	uint64_t rows = r->top.row;

	if (l->n > EXACT_LINES)
		return rows + (uint64_t)count_rows(r, r->top.piece) * r->top.line / l->n;
	for (uint32_t i = 0; i < r->top.line; i++)
		rows += reader_line_rows(r, r->top.piece, i);
	return rows;
}

void reader_extent(struct reader *r, uint64_t *above, uint64_t *all)
{
	*above = *all = 0;
	for (uint32_t i = 0; i < r->n; i++) {
		if (reader_hidden(r, i))
			continue;
		if (i == r->top.piece)
			*above = *all + rows_inside(r);
		*all += count_rows(r, i);
	}
}

/* ---- laying out ------------------------------------------------------------------------------------ */

void reader_set_open(struct reader *r, uint32_t piece, bool open)
{
	struct reader_piece *p = &r->pieces[piece];

	if (p->open == open)
		return;
	p->open = open;
	if (p->fold == READER_SELF)
		reader_drop(p);
	if (r->has_hit && r->hit.piece == piece)
		r->has_hit = false;
	r->starts_piece = READER_NONE;
}

static void forget_rows(struct reader *r)
{
	r->starts_piece = READER_NONE;
	for (uint32_t i = 0; i < r->n; i++)
		r->pieces[i].rows = 0;
}

static void take_columns(struct reader *r, int columns)
{
	r->rows_width = columns;
	r->rows_labels = r->label_width;
	r->rows_gutter = r->gutter_width;
	forget_rows(r);
}

/* Makes rows for so many columns; the text that was first stays first. */
void reader_lay_out(struct reader *r)
{
	int columns = (r->width > 0 ? r->width : NEVER_DRAWN) - 1;
	size_t at;

	columns = columns > 0 ? columns : 1;
	if (r->rows_width == columns && r->rows_labels == r->label_width &&
	    r->rows_gutter == r->gutter_width)
		return;
	if (r->rows_width <= 0 || r->n == 0) {
		take_columns(r, columns);
		return;
	}
	reader_settle(r, &r->top);
	at = reader_row_start(r, r->top);
	take_columns(r, columns);
	r->top.row = 0;
	reader_find_again(r);
	if (reader_settle(r, &r->top))
		r->top.row = reader_row_of_byte(r, r->top.piece, r->top.line, at);
}
