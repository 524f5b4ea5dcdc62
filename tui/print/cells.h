/* Rows as text: columns of rows and of properties, and a table of them in every format. Text formats show the columns of the
 * screen and the ids that `show` takes; JSON and the separated formats have every column. */
#ifndef PRINT_CELLS_H
#define PRINT_CELLS_H

#include "explorer.h"
#include "print/options.h"
#include "query/property.h"

struct cells_column {
	struct str name;          /* as in --json: "cost_usd", "@release", "person.plan" */
	const struct column *own; /* NULL: a property's values */
	enum property_of of;      /* of that name */
	struct str property_name;
	struct property *property; /* from cells_read on */
};
#define CELLS_COLUMNS_MAX 64
struct cells {
	const struct rows *rows;
	struct cells_column columns[CELLS_COLUMNS_MAX];
	size_t n;
};

/* The column of that name, which is borrowed: a name of a column, a field of the filter language, @NAME or person.NAME, quoted
 * if need be. ERR_USAGE with one sentence that begins with option ("--fields: ", or ""). */
enum err cells_find(struct cells_column *out, enum rows_kind kind, const char *option,
                    struct str name, struct errinfo *e) MUST_USE;
/* Columns by a comma-separated list, which is borrowed, of such names; quoted if one has a comma. ERR_USAGE likewise. */
enum err cells_choose(struct cells *c, enum rows_kind kind, const char *fields,
                      struct errinfo *e) MUST_USE;
/* The kind's own: all of them, or those of a screen and its id, which stands last, where it may be clipped. */
void cells_choose_own(struct cells *c, enum rows_kind kind, bool all);
/* Where there are several sources their column stands second: for who has chosen no columns. */
void cells_tell_sources(struct cells *c, const struct model *m, enum rows_kind kind);
/* Reads what n columns need that are of properties, with turns of the loop. Before rows are sorted by them, and before the
 * functions below. Columns that are asked for before are read together with them. False: some events' are not known, which is
 * said. */
void cells_ask(struct cells_column *columns, size_t n, struct explorer *x);
bool cells_read(struct cells_column *columns, size_t n, struct explorer *x);

void cells_print(const struct cells *c, enum output_format format);

#endif
