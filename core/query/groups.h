/* Rows made by adding up: users and models. */
#ifndef QUERY_GROUPS_H
#define QUERY_GROUPS_H

#include "query/rows.h"

/* Fills r->groups from the events that match r->query (errors_only is not looked at). */
void groups_build(struct rows *r);

#endif
