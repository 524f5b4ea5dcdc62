/* What the screen of a query shows: the query, with a caret where PostHog says that it is wrong, and below it the last result. Of a
 * value no more is looked at than there is room for. */
#include "view/hogql.h"

#include "base/clean.h"
#include "base/time.h"
#include "draw/format.h"
#include "draw/width.h"

#include <string.h>

#define GUTTER    2
#define WIDEST    40 /* columns of a value while others stand beside it */
#define NARROWEST 4
#define PART      8 /* columns that a column at the edge is worth to be shown in */
#define SAID_ROWS 3
#define SHOWN(col) \
	((size_t)(col)*6 + 16) /* bytes of a value as sent that so many columns may take */

/* ---- the query ---- */

/* On one line, every byte at its place. */
static void one_line(struct buf *out, struct str query)
{
	buf_append(out, query);
	for (size_t i = 0; i < out->n; i++)
		if (strchr("\n\r\t", out->p[i]) != NULL && out->p[i] != '\0')
			out->p[i] = ' ';
}

/* Gives the column of the byte at `at`, which is in sight. */
static int put_query(struct surface *s, struct area row, struct str query, size_t at)
{
	struct buf line = {0}, before = {0}, behind = {0};
	int column, room = row.cols - 2;

	one_line(&line, query);
	clean_append(&before, str_sub(buf_str(&line), 0, at), 0);
	clean_append(&behind, str_sub(buf_str(&line), at, SIZE_MAX), 0);
	column = width_text(buf_str(&before));
	if (column < room) {
		surface_put(s, row, 0, 1, room, ROLE_CODE, buf_str(&before));
	} else {
		column = room / 2;
		surface_put_right(s, row, 0, 1, column, ROLE_CODE, buf_str(&before));
		surface_puts(s, row, 0, 1, ROLE_CODE, glyph(GLYPH_CLIP));
	}
	view_put_clipped(s, row, 0, 1 + column, room - column, ROLE_CODE, buf_str(&behind));
	buf_free(&line);
	buf_free(&before);
	buf_free(&behind);
	return 1 + column;
}

/* Gives the rows that it took. */
static int put_wrapped(struct surface *s, struct area a, enum role role, struct str said)
{
	struct buf clean = {0};
	struct str text;
	int row = 0;

	clean_append(&clean, said, 0);
	text = buf_str(&clean);
	for (; text.n > 0 && row < a.rows; row++) {
		size_t next = text.n, end = text.n;

		if (row + 1 < a.rows)
			end = width_wrap(text, a.cols - 2, &next);
		view_put_clipped(s, a, row, 1, a.cols - 2, role, str_sub(text, 0, end));
		text = str_sub(text, next, SIZE_MAX);
	}
	buf_free(&clean);
	return row;
}

static int draw_failure(struct hogql_view *v, struct surface *s, struct area a)
{
	const struct hogql *h = v->hogql;
	bool placed = h->why.pos != ERR_NO_POS;
	int column = put_query(s, a, buf_str(&h->query), placed ? (size_t)h->why.pos : 0);
	int used = 1;

	if (placed)
		surface_puts(s, a, used++, column, ROLE_WARNING, "^");
	a.row += used;
	a.rows = a.rows - used < SAID_ROWS ? a.rows - used : SAID_ROWS;
	return used + put_wrapped(s, a, ROLE_ERROR,
	                          h->said.n > 0 ? buf_str(&h->said) : str_of(h->why.msg));
}

/* Gives the rows that it took. */
static int draw_query(struct hogql_view *v, struct surface *s, struct area a)
{
	const struct hogql *h = v->hogql;

	if (h->state == HOGQL_FAILED)
		return draw_failure(v, s, a);
	put_query(s, a, buf_str(&h->query), 0);
	return 1;
}

/* ---- the table ---- */

static int title_width(const struct hogql_column *c)
{
	struct buf clean = {0};
	int width;

	clean_append(&clean, str_sub(c->name, 0, SHOWN(WIDEST)), 0);
	width = width_text(buf_str(&clean));
	buf_free(&clean);
	return width;
}

/* With a place for the mark of the order. */
static int column_width(const struct hogql_view *v, uint32_t column)
{
	const struct hogql_column *c = &v->hogql->result->columns[column];
	int width = title_width(c) + (v->order != NULL && v->sorted == column);

	if ((int)(c->longest < WIDEST ? c->longest : WIDEST) > width)
		width = c->longest < WIDEST ? (int)c->longest : WIDEST;
	return width < NARROWEST ? NARROWEST : width > WIDEST ? WIDEST : width;
}

/* The columns from `left` on that have room, whole. */
static uint32_t columns_in(const struct hogql_view *v, uint32_t left, int room)
{
	uint32_t n = 0;

	for (uint32_t i = left; i < v->hogql->result->n_columns; i++, n++) {
		room -= column_width(v, i) + (i > left);
		if (room < 0)
			break;
	}
	return n;
}

/* Scrolls as little as brings the column under the cursor into sight. */
static void bring_into_sight(struct hogql_view *v)
{
	if (v->column < v->left)
		v->left = v->column;
	while (v->left < v->column && v->column >= v->left + columns_in(v, v->left, v->room))
		v->left++;
	v->seen = columns_in(v, v->left, v->room);
	v->seen = v->seen > 0 ? v->seen : 1;
}

void hogql_scroll(struct hogql_view *v, bool right)
{
	uint32_t last = v->hogql->result->n_columns - 1, next = v->left + v->seen;

	if (right) {
		v->column = next < last ? next : last;
		v->left = next < last ? next : v->left;
		return;
	}
	v->column = v->left > 0 ? v->left - 1 : 0;
	v->left = v->column;
	while (v->left > 0 && v->left - 1 + columns_in(v, v->left - 1, v->room) > v->column)
		v->left--;
	v->column = v->left;
}

static void put_title(const struct hogql_view *v, struct surface *s, struct area a, int col,
                      int width, uint32_t column)
{
	const struct hogql_column *c = &v->hogql->result->columns[column];
	struct buf title = {0};

	clean_append(&title, str_sub(c->name, 0, SHOWN(WIDEST)), 0);
	if (v->order != NULL && v->sorted == column)
		buf_add(&title, v->falling ? 'v' : '^');
	if (c->numeric && width_text(buf_str(&title)) <= width)
		surface_put_right(s, a, 0, col, width, ROLE_COLUMN, buf_str(&title));
	else
		view_put_clipped(s, a, 0, col, width, ROLE_COLUMN, buf_str(&title));
	if (column == v->column)
		surface_paint(s, a, 0, col, width, ROLE_CURSOR);
	buf_free(&title);
}

/* Whether all of it is seen. */
static bool put_value(const struct hogql_view *v, struct surface *s, struct area a, int row,
                      int col, int width, uint32_t column, uint32_t of)
{
	const struct hogql_result *r = v->hogql->result;
	struct buf raw = {0}, clean = {0};
	bool null = hogql_type(r, of, column) == JSON_NULL, fits;
	enum role role = null ? ROLE_UNKNOWN : ROLE_TEXT;

	hogql_text_start(r, of, column, SHOWN(width), &raw);
	clean_append(&clean, null ? STR("-") : buf_str(&raw), 0);
	fits = width_text(buf_str(&clean)) <= width;
	if (fits && r->columns[column].numeric)
		surface_put_right(s, a, row, col, width, role, buf_str(&clean));
	else
		view_put_clipped(s, a, row, col, width, role, buf_str(&clean));
	buf_free(&raw);
	buf_free(&clean);
	return fits;
}

static void draw_column(struct hogql_view *v, struct surface *s, struct area a, int col, int width,
                        uint32_t column)
{
	struct area body = {a.row + 1, a.col, a.rows - 1, a.cols};

	put_title(v, s, a, col, width, column);
	for (int i = 0; i < body.rows && v->list.top + (uint64_t)i < v->list.count; i++) {
		uint64_t place = v->list.top + (uint64_t)i;
		bool fits = put_value(v, s, body, i, col, width, column, hogql_row(v, place));

		if (place != v->list.cursor || column != v->column)
			continue;
		v->clipped = !fits;
		surface_paint(s, body, i, col, width, ROLE_CURSOR);
	}
}

static void draw_table(struct hogql_view *v, struct surface *s, struct area a)
{
	const struct hogql_result *r = v->hogql->result;
	int end = a.cols - 1, col = GUTTER;

	v->room = end - GUTTER;
	bring_into_sight(v);
	for (uint32_t i = v->left; i < r->n_columns; i++) {
		bool last = i + 1 == r->n_columns;
		int width = column_width(v, i);

		/* What stands last has what is left, if its values can use it. */
		if (last && (int)(r->columns[i].longest < INT16_MAX ? r->columns[i].longest
		                                                    : INT16_MAX) > width)
			width = end - col;
		if (width > end - col)
			width = end - col;
		if (i > v->left && width < PART && width < column_width(v, i))
			break;
		draw_column(v, s, a, col, width, i);
		col += width + 1;
	}
	surface_puts(s, (struct area){a.row + 1, a.col, a.rows - 1, a.cols},
	             (int)(v->list.cursor - v->list.top), 0, ROLE_MARKER, ">");
	surface_scrollbar(s, (struct area){a.row + 1, a.col, a.rows - 1, a.cols}, end, v->list.top,
	                  v->list.count);
}

static void draw_none(struct hogql_view *v, struct surface *s, struct area a)
{
	const struct hogql *h = v->hogql;

	if (h->result != NULL)
		surface_puts(s, a, 1, 2, ROLE_DIM, "no rows");
	else if (h->state == HOGQL_RUNNING)
		surface_puts(s, a, 1, 2, ROLE_DIM, "PostHog is at it (Esc cancels)");
	else if (h->state == HOGQL_CANCELLED)
		surface_puts(s, a, 1, 2, ROLE_DIM, "cancelled: R asks again, e changes the query");
}

void hogql_draw(struct hogql_view *v, struct surface *s, struct area a)
{
	const struct hogql_result *r = v->hogql->result;
	int used = draw_query(v, s, a);

	a.row += used;
	a.rows -= used;
	v->clipped = false;
	if (a.rows < 1)
		return;
	surface_fill(s, a, 0, 0, a.cols, ROLE_COLUMN, ' ');
	list_set(&v->list, r != NULL ? r->rows : 0, a.rows - 1);
	if (r != NULL && r->rows > 0)
		draw_table(v, s, a);
	else
		draw_none(v, s, a);
}
