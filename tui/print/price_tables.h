/* Which tables of prices events are priced by, and how old they are. */
#ifndef PRINT_PRICE_TABLES_H
#define PRINT_PRICE_TABLES_H

#include "base/buf.h"
#include "cost/prices.h"

#define PRICE_TABLES_DAYS 90 /* an older table may be wrong by now */

/* A line: "prices   built in 2026-11-21, 1,234 rows   own 3 rows"; where the newest of those that are dated is too old at `now`
 * (microseconds) it says so, and what to do. Nothing unless that is so, or all is true. */
void price_tables_text(struct buf *out, const struct prices *p, int64_t now, bool all);

#endif
