/* Which rows a list has, by number: of a trace, session or event; in r->groups of what is added up. Private to build.c. */
#ifndef QUERY_CHOOSE_H
#define QUERY_CHOOSE_H

#include "query/rows.h"

typedef bool choose_fits(const struct rows *r, uint32_t number);
choose_fits *choose_by(enum rows_kind kind);
uint32_t choose_count(const struct rows *r); /* numbers to choose from: 0..this-1 */

#endif
