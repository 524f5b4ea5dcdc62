/* A query in HogQL that a person wrote, asked of a PostHog project: one at a time, tried twice, cancelled on the server too. No LIMIT
 * is put to it: PostHog then gives 100 rows and says whether there are more. Loop thread. */
#ifndef COLLECT_POSTHOG_HOGQL_H
#define COLLECT_POSTHOG_HOGQL_H

#include "collect/hogql_result.h"
#include "collect/posthog.h"

enum hogql_state {
	HOGQL_NONE, /* nothing was asked */
	HOGQL_RUNNING,
	HOGQL_DONE,
	HOGQL_FAILED,
	HOGQL_CANCELLED,
};

struct hogql {
	/* to be read */
	enum hogql_state state; /* of the last query */
	struct buf query;
	int64_t began; /* monotonic microseconds */
	int64_t took;  /* microseconds from asking to the answer; HOGQL_DONE and HOGQL_FAILED */
	enum posthog_trouble trouble; /* HOGQL_FAILED: */
	/* Whole sentence; of POSTHOG_BAD_QUERY pos is the byte of query that PostHog means, or ERR_NO_POS. Not clean. */
	struct errinfo why;
	struct buf said; /* of a refused query what PostHog said of it; not clean; may be empty */
	/* Of the last query that succeeded, also while a later one runs or has failed; NULL: none has. When it is replaced
	 * it is dropped: whose worker looks at it shares it. */
	struct hogql_result *result;
	uint32_t version; /* other results have another one */
	/* private */
	struct posthog *posthog;
	struct ask *ask;
	struct hogql_read *reading;
	loop_fn *changed;
	void *ctx;
};

/* posthog is borrowed and has to be there until hogql_free. changed(ctx) when the state is another one, never from within. */
struct hogql *hogql_new(struct posthog *p, loop_fn *changed, void *ctx);
void hogql_free(struct hogql *h); /* cancels; NULL is allowed */
/* In place of one that is running. Any bytes. */
void hogql_ask(struct hogql *h, struct str query);
/* Likewise a body of posthog_query.h with the id that is in it, for a question of the program's own: query is empty then. */
void hogql_send(struct hogql *h, const struct buf *body, const char *query_id);
bool hogql_cancel(struct hogql *h); /* false: nothing is running */

#endif
