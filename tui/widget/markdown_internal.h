/* What markdown*.c share: where lines go, and the table that is being gathered. Nobody else includes it. */
#ifndef WIDGET_MARKDOWN_INTERNAL_H
#define WIDGET_MARKDOWN_INTERNAL_H

#include "widget/reader_run.h"

/* Puts lines into the indent and behind the margins of the quotes and lists that are open. */
struct markdown;
void markdown_line(struct markdown *m, const struct reader_run *r);
int markdown_columns(const struct markdown *m); /* for such a line */

enum markdown_align {
	MARKDOWN_LEFT,
	MARKDOWN_CENTER,
	MARKDOWN_RIGHT,
};
struct markdown_cell {
	struct str text; /* clean; in the table's arena, as the spans are */
	struct reader_span *spans;
	uint32_t n_spans;
	int columns;
	uint8_t align; /* enum markdown_align */
};
struct markdown_table {
	struct markdown_cell *cells; /* row by row, the titles first */
	uint32_t n, cap, columns;
	struct arena arena;
};
void markdown_table_add(struct markdown_table *t, const struct reader_run *r,
                        enum markdown_align align);
/* In aligned columns, or, where there is no room for them, a line a cell. */
void markdown_table_lay(const struct markdown_table *t, struct markdown *m);
void markdown_table_free(struct markdown_table *t);

#endif
