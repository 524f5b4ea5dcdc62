/* tracehog ls WHAT: rows in every format. */
#ifndef PRINT_LS_H
#define PRINT_LS_H

#include "print/options.h"
#include "query/rows.h"

int print_ls(struct options *o); /* gives the exit code */
/* The rows of a query as a text table on standard output. */
void print_rows_table(struct model *m, const struct query *q);

#endif
