/* Rows made by adding up: users, models, tools, groups and errors. In steps (base/slice.h). */
#ifndef QUERY_GROUPS_H
#define QUERY_GROUPS_H

#include "base/slice.h"
#include "query/rows.h"

/* Fills r->groups from the events that match r->query (errors_only is not looked at; of what is given nothing is) and that there are
 * now. What comes between two steps is left out, but may be seen in parts if it changes what was there:
 * then ask for them again. r is borrowed until the end. */
struct grouping;
struct grouping *groups_start(struct rows *r);
bool groups_step(struct grouping *g, struct slice *slice); /* true: done */
unsigned groups_percent(const struct grouping *g);         /* about how much is done */
void groups_free(struct grouping *g);                      /* NULL is allowed */

#endif
