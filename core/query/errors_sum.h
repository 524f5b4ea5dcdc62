/* What the events of an error add up to beside their totals: whom it happened to, with which models. For groups.c alone. */
#ifndef QUERY_ERRORS_SUM_H
#define QUERY_ERRORS_SUM_H

#include "query/errors.h"
#include "query/rows.h"

struct errors_sum;
struct errors_sum *errors_sum_new(void);
void errors_sum_free(struct errors_sum *s); /* NULL is allowed */
/* To the group of that number; event has its error. */
void errors_sum_add(struct errors_sum *s, struct group *group, uint32_t number,
                    const struct rows *r, uint32_t event);

#endif
