/* What PostHog knows of the persons of events under one name: the question, and its answer row by row. No state, any thread.
 *
 * A person's properties are those that an event had when it came, or those of now, as the project is set up. So it is events that
 * are asked about. */
#ifndef COLLECT_POSTHOG_PERSON_H
#define COLLECT_POSTHOG_PERSON_H

#include "collect/hogql_result.h"

#define POSTHOG_PERSONS 1024u /* events of a question */

/* tracehog:person, of n events by their uuids, over since <= t < until (microseconds). name is UTF-8. */
void posthog_query_person(struct buf *body, struct str name, const struct str *uuids, size_t n,
                          int64_t since, int64_t until, const char *query_id);
struct posthog_person {
	struct buf uuid; /* cleared before; free both */
	/* An event that sets what is known under the name, as JSON: {"$set":{"plan":"pro"}}; null where there is nothing. */
	struct buf told;
};
/* One row an event. False: it is no such row. */
bool posthog_read_person(const struct hogql_result *answer, uint32_t row,
                         struct posthog_person *out);

#endif
