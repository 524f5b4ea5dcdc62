/* The own order of every kind of rows (see rows_build). Private to build.c. */
#ifndef QUERY_OWN_ORDER_H
#define QUERY_OWN_ORDER_H

#include "query/rows.h"
#include "query/sort.h"

/* Of a trace, session, event or group by its number. It lasts, whatever the model does. */
struct sort_key own_key(const struct rows *r, uint32_t number);
/* By number first; total. ctx is the rows. */
int own_compare(const void *ctx, const struct sort_key *a, const struct sort_key *b);

#endif
