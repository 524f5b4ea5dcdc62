/* Drawing what is seen of a text. Places are reader_rows.c's. */
#include "widget/reader.h"

#include "base/utf8.h"
#include "draw/width.h"
#include "widget/reader_internal.h"

#define KEPT_BYTES \
	16384u /* lines of a piece up to this size stay laid out when it leaves the screen */

/* One row of text on the surface: bytes from..end of a line at a column. */
struct stretch {
	const struct reader_line *line;
	struct str text;
	size_t from, end;
	int row, column;
};

static int columns_of(const struct stretch *t, size_t from, size_t end)
{
	return width_text(str_sub(t->text, from, end - from));
}

static void paint_matches(struct reader *r, struct surface *s, struct area a,
                          const struct stretch *t)
{
	size_t length, at = r->match != NULL ? match_find(r->match, t->text, 0, &length) : SIZE_MAX;

	while (at != SIZE_MAX && at < t->end) {
		size_t from = at > t->from ? at : t->from;
		size_t end = at + length < t->end ? at + length : t->end;

		if (end > from)
			surface_paint(s, a, t->row, t->column + columns_of(t, t->from, from),
			              columns_of(t, from, end), ROLE_MATCH);
		at = match_find(r->match, t->text, at + length, &length);
	}
}

static void put_part(struct reader *r, struct surface *s, struct area a, const struct stretch *t,
                     size_t from, size_t end, enum role role)
{
	int column;

	if (end <= from)
		return;
	column = t->column + columns_of(t, t->from, from);
	surface_put(s, a, t->row, column, r->rows_width - column, role,
	            str_sub(t->text, from, end - from));
}

static void put_stretch(struct reader *r, struct surface *s, struct area a, const struct stretch *t)
{
	size_t at = t->from;

	for (uint32_t i = 0; i < t->line->n_spans && at < t->end; i++) {
		size_t end = t->line->spans[i].end < t->end ? t->line->spans[i].end : t->end;

		if (end <= at)
			continue;
		put_part(r, s, a, t, at, end, (enum role)t->line->spans[i].role);
		at = end;
	}
	put_part(r, s, a, t, at, t->end, (enum role)t->line->role);
	paint_matches(r, s, a, t);
}

/* A line on one row, from column `left` on, what is cut marked on both sides. */
static void draw_unwrapped(struct reader *r, struct surface *s, struct area a, struct stretch *t,
                           int width)
{
	int used = 0, start = t->column;
	struct str rest;

	t->from = width_fit(t->text, r->left, &used);
	if (used < r->left && t->from < t->text.n) {
		size_t from = t->from;

		/* Half a character stands left of the edge. */
		utf8_cluster(t->text, &t->from);
		used += columns_of(t, from, t->from);
		t->column += used - r->left;
	}
	rest = str_sub(t->text, t->from, t->text.n - t->from);
	t->end = t->from + width_fit(rest, start + width - t->column, &used);
	put_stretch(r, s, a, t);
	if (t->end < t->text.n)
		surface_puts(s, a, t->row, start + width - 1, ROLE_MARKER, glyph(GLYPH_CLIP));
	if (t->from > 0)
		surface_puts(s, a, t->row, start, ROLE_MARKER, glyph(GLYPH_CLIP));
}

static void draw_margin(struct reader *r, struct surface *s, struct area a, const struct stretch *t,
                        const struct reader_piece *p, bool first)
{
	const struct reader_margin *margin = t->line->margin;
	int column = reader_text_column(r, p, 0);

	if (margin != NULL)
		surface_put(s, a, t->row, column, t->column - column, (enum role)margin->role,
		            first ? margin->first : margin->rest);
}

static void draw_row(struct reader *r, struct surface *s, struct area a, int row,
                     struct reader_place at)
{
	const struct reader_piece *p = &r->pieces[at.piece];
	struct reader_lines *l = reader_lines_of(r, at.piece);
	struct stretch t = {.line = &l->at[at.line], .row = row};
	int width = reader_text_width(r, p, t.line->indent), labels = reader_label_column(r);
	size_t next;
	bool first;

	t.text = reader_line_text(l, at.line);
	t.column = reader_text_column(r, p, t.line->indent);
	first = at.line == 0 && at.row == 0 && p->of == 0;
	if (first)
		surface_put(s, a, row, labels, reader_gutter(r) - 1, ROLE_ESTIMATE, p->gutter);
	surface_put(s, a, row, labels + (p->across ? 0 : reader_gutter(r)), reader_labels(r) - 1,
	            (enum role)p->label_role, first ? p->label : p->mark);
	if (first && r->marks && at.piece == r->current)
		surface_puts(s, a, row, 0, ROLE_MARKER, ">");
	draw_margin(r, s, a, &t, p, at.row == 0);
	if (!r->wrap) {
		draw_unwrapped(r, s, a, &t, width);
		return;
	}
	t.from = reader_row_start(r, at);
	t.end = t.from + width_wrap(str_sub(t.text, t.from, t.text.n - t.from), width, &next);
	put_stretch(r, s, a, &t);
}

/* Large pieces that are out of sight let their lines go. */
static void drop_unseen(struct reader *r, uint32_t first, uint32_t last)
{
	for (uint32_t i = 0; i < r->n; i++) {
		struct reader_piece *p = &r->pieces[i];

		if (p->laid_for != 0 && p->own > KEPT_BYTES &&
		    (i < first || i > last || reader_hidden(r, i))) {
			uint32_t rows = p->rows;

			reader_drop(p);
			p->rows = rows;
		}
	}
}

/* Keys that fold act on what is seen. */
static void choose_current(struct reader *r, uint32_t first, uint32_t last)
{
	if (r->current >= first && r->current <= last && !reader_hidden(r, r->current))
		return;
	for (r->current = first; r->current < last; r->current++) {
		const struct reader_piece *p = &r->pieces[r->current];

		if (!reader_hidden(r, r->current) && (p->fold != READER_FIXED || p->begins))
			return;
	}
}

void reader_draw(struct reader *r, struct surface *s, struct area a)
{
	uint64_t above, all;
	struct reader_place at;
	uint32_t first;

	r->height = a.rows;
	r->width = a.cols;
	if (a.rows < 1 || a.cols < 2)
		return;
	reader_lay_out(r);
	reader_go_on(r);
	reader_find_more(r);
	reader_settle_top(r);
	if (r->n == 0)
		return;
	first = r->top.piece;
	at = r->top;
	for (int row = 1; row < a.rows && reader_step(r, &at, 1); row++)
		;
	choose_current(r, first, at.piece);
	at = r->top;
	for (int row = 0; row < a.rows; row++) {
		draw_row(r, s, a, row, at);
		if (!reader_step(r, &at, 1))
			break;
	}
	reader_extent(r, &above, &all);
	surface_scrollbar(s, a, a.cols - 1, above, all);
	drop_unseen(r, first, at.piece);
}
