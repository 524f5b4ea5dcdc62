/* stats --by FIELD: the figures of each value, as a table or in the document of stats. */
#ifndef PRINT_STATS_BY_H
#define PRINT_STATS_BY_H

#include "explorer_figures.h"
#include "print/options.h"
#include "query/filter.h"
#include "json/writer.h"

struct stats_by;
/* What --by, or by: of the filter (NULL: none), asks for, with the options that only go with it; *out is NULL if it is not asked. Gives
 * EXIT_OK, or EXIT_BAD_USAGE with what is wrong on stderr. */
int stats_by_of_options(struct stats_by **out, const struct options *o, const struct filter *f);
void stats_by_free(struct stats_by *by); /* NULL is allowed */

/* Of what is asked, but for its `by`; with turns of the loop. */
void stats_by_build(struct stats_by *by, struct explorer *x, const struct figures_query *what);
const struct figures *stats_by_figures(const struct stats_by *by); /* once built */
/* Before the explorer goes. NULL is allowed. */
void stats_by_clear(struct stats_by *by);
/* The key "by" of the document: a member for each value, "" for events that have none; what is unknown is left out. */
void stats_by_json(const struct stats_by *by, struct json_writer *w);
/* Any other format: a row for each value. */
void stats_by_print(const struct stats_by *by, enum output_format format);

#endif
