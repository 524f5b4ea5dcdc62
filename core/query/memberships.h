/* Which groups an event is in: the members of its property $groups, {"company": "acme"}, each a type and a key. Numbers are given
 * as groups are met, and stay. Loop thread. */
#ifndef QUERY_MEMBERSHIPS_H
#define QUERY_MEMBERSHIPS_H

#include "query/property.h"

struct memberships;
struct memberships *memberships_new(struct properties *p); /* borrowed */
void memberships_free(struct memberships *m);              /* NULL is allowed */

/* Numbers, from 1, good until the next call; none where nothing is known of the event yet, or its groups are over PROPERTY_MAX bytes
 * of JSON, or no object. A value that is empty or no text, number or boolean is no group. */
const uint32_t *memberships_of(struct memberships *m, uint32_t event, uint32_t *n);
bool memberships_has(struct memberships *m, uint32_t event, uint32_t group);
/* The number of a group that somebody else met; 0: its type or key makes it none. */
uint32_t memberships_add(struct memberships *m, struct str type, struct str key);
struct str memberships_type(const struct memberships *m, uint32_t group);
struct str memberships_key(const struct memberships *m, uint32_t group);
uint32_t memberships_count(const struct memberships *m); /* groups met so far */
const struct property *memberships_property(const struct memberships *m);

#endif
