/* Tables: columns as wide as their widest cell, where the lines have room for them; else every cell on a line of its own behind
 * its column's title, which can be read at any width. */
#include "widget/markdown_internal.h"

#include "base/mem.h"
#include "draw/width.h"

#include <string.h>

#define BETWEEN 3 /* columns: " | " */

void markdown_table_add(struct markdown_table *t, const struct reader_run *r,
                        enum markdown_align align)
{
	struct markdown_cell *cell;

	if (t->n == t->cap) {
		t->cap = t->cap ? t->cap * 2 : 16;
		t->cells = mem_resize(t->cells, t->cap, sizeof(*t->cells));
	}
	cell = &t->cells[t->n++];
	*cell = (struct markdown_cell){.text = arena_copy(&t->arena, buf_str(&r->text)),
	                               .n_spans = r->n,
	                               .align = (uint8_t)align};
	cell->columns = width_text(cell->text);
	if (r->n == 0)
		return;
	cell->spans = arena_alloc(&t->arena, r->n * sizeof(*cell->spans));
	memcpy(cell->spans, r->spans, r->n * sizeof(*cell->spans));
}

void markdown_table_free(struct markdown_table *t)
{
	mem_free(t->cells);
	arena_free(&t->arena);
	*t = (struct markdown_table){0};
}

static void add_cell(struct reader_run *line, const struct markdown_cell *cell)
{
	size_t at = 0;

	for (uint32_t i = 0; i < cell->n_spans; i++) {
		reader_run_add(line, (enum role)cell->spans[i].role,
		               str_sub(cell->text, at, cell->spans[i].end - at));
		at = cell->spans[i].end;
	}
}

static void add_blanks(struct reader_run *line, int n)
{
	static const char blanks[] = "                ";

	for (; n > 0; n -= (int)sizeof(blanks) - 1)
		reader_run_add(line, ROLE_TEXT, str_sub(STR(blanks), 0, (size_t)n));
}

/* ---- in columns ------------------------------------------------------------------------------------- */

static int column_width(const struct markdown_table *t, uint32_t column)
{
	int widest = 1;

	for (uint32_t i = column; i < t->n; i += t->columns)
		widest = t->cells[i].columns > widest ? t->cells[i].columns : widest;
	return widest;
}

static void lay_row(const struct markdown_cell *row, const int *widths, uint32_t columns,
                    struct markdown *m, struct reader_run *line)
{
	reader_run_clear(line);
	for (uint32_t i = 0; i < columns; i++) {
		int room = widths[i] - row[i].columns;
		int before = row[i].align == MARKDOWN_RIGHT    ? room
		             : row[i].align == MARKDOWN_CENTER ? room / 2
		                                               : 0;

		if (i > 0)
			reader_run_add(line, ROLE_RULE, STR(" | "));
		add_blanks(line, before);
		add_cell(line, &row[i]);
		if (i + 1 < columns)
			add_blanks(line, room - before);
	}
	markdown_line(m, line);
}

static void lay_rule(const int *widths, uint32_t columns, struct markdown *m,
                     struct reader_run *line)
{
	struct buf rule = {0};

	for (uint32_t i = 0; i < columns; i++) {
		buf_puts(&rule, i > 0 ? "-+-" : "");
		buf_pad(&rule, '-', (size_t)widths[i]);
	}
	reader_run_clear(line);
	reader_run_add(line, ROLE_RULE, buf_str(&rule));
	markdown_line(m, line);
	buf_free(&rule);
}

static void lay_columns(const struct markdown_table *t, const int *widths, struct markdown *m,
                        struct reader_run *line)
{
	for (uint32_t at = 0; at < t->n; at += t->columns) {
		lay_row(&t->cells[at], widths, t->columns, m, line);
		if (at == 0)
			lay_rule(widths, t->columns, m, line);
	}
}

/* ---- cell by cell ----------------------------------------------------------------------------------- */

static void lay_cell(const struct markdown_cell *title, const struct markdown_cell *cell,
                     struct markdown *m, struct reader_run *line)
{
	reader_run_clear(line);
	add_cell(line, title);
	if (cell != NULL) {
		reader_run_add(line, ROLE_TEXT, STR(": "));
		add_cell(line, cell);
	}
	markdown_line(m, line);
}

static void lay_cells(const struct markdown_table *t, struct markdown *m, struct reader_run *line)
{
	bool rows = t->n > t->columns;

	reader_run_clear(line);
	reader_run_add(line, ROLE_DIM, STR("(a table too wide for here, cell by cell)"));
	markdown_line(m, line);
	for (uint32_t at = rows ? t->columns : 0; at < t->n; at += t->columns) {
		for (uint32_t i = 0; i < t->columns; i++)
			lay_cell(&t->cells[i], rows ? &t->cells[at + i] : NULL, m, line);
		reader_run_clear(line);
		if (at + t->columns < t->n)
			markdown_line(m, line);
	}
}

void markdown_table_lay(const struct markdown_table *t, struct markdown *m)
{
	int *widths = mem_zero(t->columns, sizeof(*widths));
	struct reader_run line = {0};
	int64_t all = -BETWEEN;

	for (uint32_t i = 0; i < t->columns; i++) {
		widths[i] = column_width(t, i);
		all += widths[i] + BETWEEN;
	}
	if (all <= markdown_columns(m))
		lay_columns(t, widths, m, &line);
	else
		lay_cells(t, m, &line);
	reader_run_free(&line);
	mem_free(widths);
}
