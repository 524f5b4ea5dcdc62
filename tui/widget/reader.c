/* Paragraphs on a surface. Rows are counted once per width; the row starts of one paragraph (the one last looked into) are
 * kept, so that scrolling within a paragraph of megabytes is arithmetic, and drawing costs what is seen.
 *
 * Invariants: texts are clean and hold no newline and no tab; every paragraph has at least one row. The position may be
 * anything between calls (a view may set it): it is brought into range where it is used. Finding and drawing are
 * reader_show.c's. */
#include "widget/reader.h"

#include "base/clean.h"
#include "base/mem.h"
#include "draw/width.h"
#include "widget/reader_internal.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define TAB_COLUMNS    8
#define SCROLL_COLUMNS 8
#define NEVER_DRAWN    80 /* columns before the first drawing */
#define NONE           UINT32_MAX
#define FORMATTED      1024 /* bytes that reader_addf keeps */

/* ---- text --------------------------------------------------------------------------------------- */

void reader_init(struct reader *r)
{
	*r = (struct reader){.wrap = true, .starts_of = NONE};
}

static void forget_rows(struct reader *r)
{
	mem_free(r->first_row);
	r->first_row = NULL;
	r->starts_of = NONE;
	r->hits_known = false;
}

void reader_fini(struct reader *r)
{
	forget_rows(r);
	mem_free(r->starts);
	mem_free(r->lines);
	arena_free(&r->arena);
	buf_free(&r->needle);
	*r = (struct reader){.starts_of = NONE};
}

void reader_clear(struct reader *r)
{
	forget_rows(r);
	arena_free(&r->arena);
	r->n = r->top = r->top_row = 0;
	r->left = 0;
	r->rows_width = 0;
	r->has_hit = false;
}

static void clean_with_tabs(struct buf *out, struct str line)
{
	size_t from = 0, tab;
	int columns = 0;

	while ((tab = str_find(line, STR("\t"), from, false)) != SIZE_MAX) {
		size_t start = out->n;
		int blanks;

		clean_append(out, str_sub(line, from, tab - from), 0);
		columns += width_text(str_sub(buf_str(out), start, out->n - start));
		blanks = TAB_COLUMNS - columns % TAB_COLUMNS;
		buf_pad(out, ' ', (size_t)blanks);
		columns = 0;
		from = tab + 1;
	}
	clean_append(out, str_sub(line, from, line.n), 0);
}

static struct str keep_clean(struct reader *r, struct str line)
{
	struct buf clean = {0};
	struct str kept;

	clean_with_tabs(&clean, line);
	kept = arena_copy(&r->arena, buf_str(&clean));
	buf_free(&clean);
	return kept;
}

static struct reader_line *new_line(struct reader *r, enum role role, struct str text)
{
	struct reader_line *l;

	if (r->n == r->cap) {
		r->cap = r->cap ? r->cap * 2 : 64;
		r->lines = mem_resize(r->lines, r->cap, sizeof(*r->lines));
	}
	/* Line ends of Windows are no text. */
	if (str_ends(text, STR("\r")))
		text.n--;
	l = &r->lines[r->n++];
	*l = (struct reader_line){.role = (uint8_t)role, .text = keep_clean(r, text)};
	return l;
}

void reader_add(struct reader *r, enum role role, int indent, enum role label_role,
                struct str label, struct str text)
{
	size_t from = 0, end;

	forget_rows(r);
	do {
		struct reader_line *l;

		end = str_find(text, STR("\n"), from, false);
		end = end == SIZE_MAX ? text.n : end;
		l = new_line(r, role, str_sub(text, from, end - from));
		l->indent = (uint8_t)(indent < 0 ? 0 : indent > UINT8_MAX ? UINT8_MAX : indent);
		l->label_role = (uint8_t)label_role;
		l->label = from == 0 ? keep_clean(r, label) : STR_EMPTY;
		from = end + 1;
	} while (from < text.n);
}

void reader_addf(struct reader *r, enum role role, int indent, const char *fmt, ...)
{
	char text[FORMATTED];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	reader_add(r, role, indent, ROLE_TEXT, STR_EMPTY, str_of(text));
}

void reader_add_across(struct reader *r, enum role role, struct str text)
{
	uint32_t from = r->n;

	reader_add(r, role, 0, ROLE_TEXT, STR_EMPTY, text);
	for (; from < r->n; from++)
		r->lines[from].across = true;
}

/* ---- rows ----------------------------------------------------------------------------------------- */

/* Columns of the label column; it gives way when there is little room. */
int reader_labels(const struct reader *r)
{
	return r->rows_labels < r->rows_width / 2 ? r->rows_labels : r->rows_width / 2;
}

int reader_text_column(const struct reader *r, const struct reader_line *l)
{
	int column = (l->across ? 0 : reader_labels(r)) + l->indent;

	return column < r->rows_width * 3 / 4 ? column : r->rows_width * 3 / 4;
}

int reader_text_width(const struct reader *r, const struct reader_line *l)
{
	int width = r->rows_width - reader_text_column(r, l);

	return width > 0 ? width : 1;
}

static uint32_t count_rows(const struct reader *r, const struct reader_line *l)
{
	int width = reader_text_width(r, l);
	uint32_t rows = 0;
	size_t at = 0, next;

	if (!r->wrap)
		return 1;
	do {
		width_wrap(str_sub(l->text, at, l->text.n - at), width, &next);
		at += next;
		rows++;
	} while (at < l->text.n);
	return rows;
}

static void find_starts(struct reader *r, uint32_t line)
{
	const struct reader_line *l = &r->lines[line];
	int width = reader_text_width(r, l);
	size_t at = 0, next;

	if (r->starts_of == line)
		return;
	r->starts_of = line;
	r->n_starts = 0;
	do {
		if (r->n_starts == r->cap_starts) {
			r->cap_starts = r->cap_starts ? r->cap_starts * 2 : 64;
			r->starts = mem_resize(r->starts, r->cap_starts, sizeof(*r->starts));
		}
		r->starts[r->n_starts++] = (uint32_t)at;
		width_wrap(str_sub(l->text, at, l->text.n - at), width, &next);
		at += next;
	} while (r->wrap && at < l->text.n);
}

/* Byte at which a row of a paragraph starts; rows past the last are the last. */
size_t reader_row_start(struct reader *r, uint32_t line, uint32_t row)
{
	if (!r->wrap || row == 0)
		return 0;
	find_starts(r, line);
	return r->starts[row < r->n_starts ? row : r->n_starts - 1];
}

uint32_t reader_row_of_byte(struct reader *r, uint32_t line, size_t at)
{
	uint32_t low = 0, high;

	if (!r->wrap || at == 0)
		return 0;
	find_starts(r, line);
	for (high = r->n_starts; high - low > 1;) {
		uint32_t middle = low + (high - low) / 2;

		if (r->starts[middle] <= at)
			low = middle;
		else
			high = middle;
	}
	return low;
}

uint32_t reader_rows(const struct reader *r)
{
	return r->first_row[r->n];
}

uint32_t reader_top(const struct reader *r)
{
	uint32_t top = r->top < r->n ? r->top : r->n - 1;
	uint32_t rows = r->first_row[top + 1] - r->first_row[top];

	return r->first_row[top] + (r->top_row < rows ? r->top_row : rows - 1);
}

/* Puts a row (of all) at the top, but no empty rows below the text while there are rows above. */
void reader_set_top(struct reader *r, uint64_t row)
{
	uint32_t height = r->height > 0 ? (uint32_t)r->height : 1;
	uint32_t last = reader_rows(r) > height ? reader_rows(r) - height : 0;
	uint32_t low = 0;

	if (row > last)
		row = last;
	for (uint32_t high = r->n; high - low > 1;) {
		uint32_t middle = low + (high - low) / 2;

		if (r->first_row[middle] <= row)
			low = middle;
		else
			high = middle;
	}
	r->top = low;
	r->top_row = (uint32_t)row - r->first_row[low];
}

static void count_all(struct reader *r)
{
	uint64_t rows = 0;

	r->first_row = mem_alloc((size_t)r->n + 1, sizeof(*r->first_row));
	for (uint32_t i = 0; i < r->n; i++) {
		r->first_row[i] = (uint32_t)rows;
		rows += count_rows(r, &r->lines[i]);
		/* 2^32 rows are more than memory holds text for. */
		assert(rows < NONE);
	}
	r->first_row[r->n] = (uint32_t)rows;
}

/* Makes rows for so many columns; the text that was first stays first. */
static void lay_out(struct reader *r, int columns)
{
	bool same = r->rows_width == columns && r->rows_labels == r->label_width;
	size_t at = 0;

	if (same && r->first_row)
		return;
	if (r->top >= r->n)
		r->top = r->n > 0 ? r->n - 1 : 0;
	if (r->n > 0 && !same && r->rows_width > 0)
		at = reader_row_start(r, r->top, r->top_row);
	same = same || r->rows_width <= 0;
	mem_free(r->first_row);
	r->starts_of = NONE;
	r->rows_width = columns;
	r->rows_labels = r->label_width;
	count_all(r);
	if (r->n > 0 && !same)
		r->top_row = reader_row_of_byte(r, r->top, at);
}

void reader_lay_out(struct reader *r)
{
	int columns = (r->width > 0 ? r->width : NEVER_DRAWN) - 1;

	lay_out(r, columns > 0 ? columns : 1);
}

/* ---- moving ---------------------------------------------------------------------------------------- */

static void move(struct reader *r, int64_t rows)
{
	int64_t row;

	reader_lay_out(r);
	if (r->n == 0)
		return;
	row = (int64_t)reader_top(r) + rows;
	reader_set_top(r, row > 0 ? (uint64_t)row : 0);
}

static void toggle_wrap(struct reader *r)
{
	size_t at;

	reader_lay_out(r);
	at = r->n > 0 ? reader_row_start(r, r->top, r->top_row) : 0;
	r->wrap = !r->wrap;
	r->left = 0;
	forget_rows(r);
	reader_lay_out(r);
	if (r->n > 0)
		r->top_row = reader_row_of_byte(r, r->top, at);
}

static void scroll_sideways(struct reader *r, int columns)
{
	size_t longest = 0;

	for (uint32_t i = 0; i < r->n; i++)
		longest = r->lines[i].text.n > longest ? r->lines[i].text.n : longest;
	r->left += columns;
	/* Clean text takes at most a column a byte. */
	if (r->left > 0 && (size_t)r->left >= longest)
		r->left -= columns;
	if (r->left < 0)
		r->left = 0;
}

bool reader_act(struct reader *r, enum action action)
{
	int64_t page = r->height > 1 ? r->height - 1 : 1;
	int64_t half = r->height > 1 ? r->height / 2 : 1;

	switch (action) {
	case ACTION_DOWN:
	case ACTION_UP:
		move(r, action == ACTION_DOWN ? 1 : -1);
		return true;
	case ACTION_PAGE_DOWN:
	case ACTION_PAGE_UP:
		move(r, action == ACTION_PAGE_DOWN ? page : -page);
		return true;
	case ACTION_HALF_DOWN:
	case ACTION_HALF_UP:
		move(r, action == ACTION_HALF_DOWN ? half : -half);
		return true;
	case ACTION_FIRST:
	case ACTION_LAST:
		move(r, action == ACTION_FIRST ? -(int64_t)NONE : NONE);
		return true;
	case ACTION_WRAP:
		toggle_wrap(r);
		return true;
	case ACTION_SCROLL_LEFT:
	case ACTION_SCROLL_RIGHT:
		if (!r->wrap)
			scroll_sideways(r, action == ACTION_SCROLL_LEFT ? -SCROLL_COLUMNS
			                                                : SCROLL_COLUMNS);
		return !r->wrap;
	default:
		return false;
	}
}

void reader_copy(const struct reader *r, struct buf *out)
{
	for (uint32_t i = 0; i < r->n; i++) {
		const struct reader_line *l = &r->lines[i];

		buf_append(out, l->label);
		buf_puts(out, l->label.n > 0 && l->text.n > 0 ? " " : "");
		buf_pad(out, ' ', l->indent);
		buf_append(out, l->text);
		buf_add(out, '\n');
	}
}

void reader_go(struct reader *r, uint32_t line)
{
	r->top = line < r->n ? line : r->n > 0 ? r->n - 1 : 0;
	r->top_row = 0;
}

int reader_percent(const struct reader *r)
{
	uint64_t last;

	if (!r->first_row || r->n == 0)
		return 100;
	last = (uint64_t)reader_top(r) + (r->height > 0 ? (uint64_t)r->height : 0);
	return last >= reader_rows(r) ? 100 : (int)(last * 100 / reader_rows(r));
}
