/* Drawing what is seen of a text, and finding in it. Rows are reader.c's. */
#include "widget/reader.h"

#include "base/utf8.h"
#include "draw/width.h"
#include "widget/reader_internal.h"

/* ---- finding --------------------------------------------------------------------------------------- */

static bool holds(const struct reader *r, uint32_t line)
{
	size_t length;

	return utf8_find(r->lines[line].text, buf_str(&r->needle), 0, &length) != SIZE_MAX;
}

static void count_hits(struct reader *r)
{
	if (r->hits_known)
		return;
	r->hits = 0;
	r->hits_known = true;
	for (uint32_t i = 0; r->needle.n > 0 && i < r->n; i++)
		r->hits += holds(r, i);
}

static size_t find_last(struct str text, struct str needle, size_t before)
{
	size_t last = SIZE_MAX, length, at = utf8_find(text, needle, 0, &length);

	while (at < before) {
		last = at;
		at = utf8_find(text, needle, at + length, &length);
	}
	return last;
}

struct place {
	uint32_t line;
	size_t at;
};

/* Where to look from: the row after the last hit while it is in sight, or before it; else the first row seen. */
static struct place find_from(struct reader *r, int direction)
{
	uint32_t top = reader_top(r), row, line = r->hit_line;
	uint64_t seen;

	if (!r->has_hit)
		return (struct place){r->top, reader_row_start(r, r->top, r->top_row)};
	row = reader_row_of_byte(r, line, r->hit_at);
	seen = (uint64_t)r->first_row[line] + row;
	if (seen < top || seen >= (uint64_t)top + (uint64_t)r->height)
		return (struct place){r->top, reader_row_start(r, r->top, r->top_row)};
	if (!r->wrap)
		return (struct place){line, r->hit_at + (direction > 0)};
	if (direction < 0)
		return (struct place){line, reader_row_start(r, line, row)};
	if (row + 1 < r->first_row[line + 1] - r->first_row[line])
		return (struct place){line, reader_row_start(r, line, row + 1)};
	return (struct place){(line + 1) % r->n, 0};
}

static void find_on(struct reader *r, struct place from, int direction)
{
	struct str needle = buf_str(&r->needle);

	/* The first paragraph comes twice: its other part is last. */
	for (uint32_t i = 0; i <= r->n; i++) {
		uint32_t line = (uint32_t)(((uint64_t)from.line + (direction > 0 ? i : r->n - i)) %
		                           r->n);
		struct str text = r->lines[line].text;
		size_t at, length;

		if (direction > 0)
			at = utf8_find(text, needle, i == 0 ? from.at : 0, &length);
		else
			at = find_last(text, needle, i == 0 ? from.at : SIZE_MAX);
		if (at == SIZE_MAX)
			continue;
		r->hit_line = line;
		r->hit_at = at;
		return;
	}
}

/* Scrolls, if needed, so that the hit stands in the upper part of what is seen. */
static void show_hit(struct reader *r)
{
	struct str text = r->lines[r->hit_line].text;
	uint32_t row = r->first_row[r->hit_line] + reader_row_of_byte(r, r->hit_line, r->hit_at);
	uint32_t top = reader_top(r), above = r->height > 0 ? (uint32_t)r->height / 3 : 0;
	int width = reader_text_width(r, &r->lines[r->hit_line]), column;

	if (row < top || row - top >= (uint32_t)(r->height > 0 ? r->height : 1))
		reader_set_top(r, row > above ? row - above : 0);
	if (r->wrap)
		return;
	column = width_text(str_sub(text, 0, r->hit_at));
	if (column < r->left || column - r->left > width * 3 / 4)
		r->left = column > width / 2 ? column - width / 2 : 0;
}

bool reader_find(struct reader *r, struct str needle, int direction)
{
	if (!str_eq(needle, buf_str(&r->needle))) {
		buf_clear(&r->needle);
		buf_append(&r->needle, needle);
		r->hits_known = false;
		r->has_hit = false;
	}
	count_hits(r);
	if (r->hits == 0)
		return false;
	reader_lay_out(r);
	reader_set_top(r, reader_top(r));
	find_on(r, find_from(r, direction), direction);
	r->has_hit = true;
	show_hit(r);
	return true;
}

uint32_t reader_hits(const struct reader *r)
{
	return r->hits_known ? r->hits : 0;
}

/* ---- drawing --------------------------------------------------------------------------------------- */

/* One row of text on the surface: bytes from..end of a paragraph at a column. */
struct stretch {
	struct str text;
	size_t from, end;
	int row, column;
};

/* Where to look for matches that may begin before the row or end after it. */
static size_t window_start(const struct reader *r, const struct stretch *t)
{
	size_t at = t->from > r->needle.n * 4 ? t->from - r->needle.n * 4 : 0;

	while (at > 0 && ((unsigned char)t->text.p[at] & 0xC0) == 0x80)
		at--;
	return at;
}

static void paint_matches(const struct reader *r, struct surface *s, struct area a,
                          const struct stretch *t)
{
	struct str needle = buf_str(&r->needle);
	/* A folded character may be longer than the one looked for. */
	struct str window = str_sub(t->text, 0, t->end + needle.n * 4);
	size_t length, at = window_start(r, t);

	if (needle.n == 0)
		return;
	at = utf8_find(window, needle, at, &length);
	while (at != SIZE_MAX && at < t->end) {
		size_t from = at > t->from ? at : t->from;
		size_t end = at + length < t->end ? at + length : t->end;

		if (end > from)
			surface_paint(s, a, t->row,
			              t->column +
			                      width_text(str_sub(t->text, t->from, from - t->from)),
			              width_text(str_sub(t->text, from, end - from)), ROLE_MATCH);
		at = utf8_find(window, needle, at + length, &length);
	}
}

static void put_stretch(struct reader *r, struct surface *s, struct area a,
                        const struct reader_line *l, const struct stretch *t)
{
	surface_put(s, a, t->row, t->column, r->rows_width - t->column, l->role,
	            str_sub(t->text, t->from, t->end - t->from));
	paint_matches(r, s, a, t);
}

/* A paragraph on one row, from column `left` on, what is cut marked on both sides. */
static void draw_unwrapped(struct reader *r, struct surface *s, struct area a, int row,
                           const struct reader_line *l)
{
	struct stretch t = {.text = l->text, .row = row, .column = reader_text_column(r, l)};
	int width = reader_text_width(r, l), used = 0, start = t.column;
	struct str rest;

	t.from = width_fit(l->text, r->left, &used);
	if (used < r->left && t.from < l->text.n) {
		size_t from = t.from;

		/* Half a character stands left of the edge. */
		utf8_cluster(l->text, &t.from);
		used += width_text(str_sub(l->text, from, t.from - from));
		t.column += used - r->left;
	}
	rest = str_sub(l->text, t.from, l->text.n - t.from);
	t.end = t.from + width_fit(rest, start + width - t.column, &used);
	put_stretch(r, s, a, l, &t);
	if (t.end < l->text.n)
		surface_puts(s, a, row, start + width - 1, ROLE_MARKER, glyph(GLYPH_CLIP));
	if (t.from > 0)
		surface_puts(s, a, row, start, ROLE_MARKER, glyph(GLYPH_CLIP));
}

/* Gives the byte where the next row starts. */
static size_t draw_wrapped(struct reader *r, struct surface *s, struct area a, int row,
                           const struct reader_line *l, size_t at)
{
	struct stretch t = {l->text, at, at, row, reader_text_column(r, l)};
	size_t next;

	t.end += width_wrap(str_sub(l->text, at, l->text.n - at), reader_text_width(r, l), &next);
	put_stretch(r, s, a, l, &t);
	return at + next;
}

static void draw_rows(struct reader *r, struct surface *s, struct area a)
{
	uint32_t line = r->top;
	size_t at = reader_row_start(r, r->top, r->top_row);

	for (int row = 0; row < a.rows && line < r->n; row++) {
		const struct reader_line *l = &r->lines[line];

		if (at == 0 && l->label.n > 0)
			surface_put(s, a, row, 0, reader_labels(r) - 1, l->label_role, l->label);
		if (r->wrap)
			at = draw_wrapped(r, s, a, row, l, at);
		else
			draw_unwrapped(r, s, a, row, l);
		if (!r->wrap || at >= l->text.n) {
			line++;
			at = 0;
		}
	}
}

void reader_draw(struct reader *r, struct surface *s, struct area a)
{
	r->height = a.rows;
	r->width = a.cols;
	if (a.rows < 1 || a.cols < 2)
		return;
	reader_lay_out(r);
	count_hits(r);
	if (r->n == 0)
		return;
	reader_set_top(r, reader_top(r));
	draw_rows(r, s, a);
	surface_scrollbar(s, a, a.cols - 1, reader_top(r), reader_rows(r));
}
