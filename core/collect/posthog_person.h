/* What PostHog knows of persons under one name: the question, and its answer row by row. No state, any thread.
 *
 * A person's properties are those that an event had when it came, or those of now, as the project is set up. So a row is of a user, a
 * value, and the times between which events had it. */
#ifndef COLLECT_POSTHOG_PERSON_H
#define COLLECT_POSTHOG_PERSON_H

#include "collect/hogql_result.h"

#define POSTHOG_PERSONS 500u /* users of a question */

/* tracehog:person, of n distinct ids over since <= t < until (microseconds). False: the name is no UTF-8. */
bool posthog_query_person(struct buf *body, struct str name, const struct str *ids, size_t n,
                          int64_t since, int64_t until, const char *query_id);
struct posthog_person {
	struct buf user; /* cleared before; free both */
	/* An event that sets what is known under the name, as JSON: {"$set":{"plan":"pro"}}; null where there is nothing. */
	struct buf told;
	int64_t first, last; /* timestamps */
};
/* Rows of a user come one after the other. False: it is no such row. */
bool posthog_read_person(const struct hogql_result *answer, uint32_t row,
                         struct posthog_person *out);

#endif
