/* Users of a PostHog project whose events are not all here: rows of what PostHog added up, and who they are. Loop thread. */
#ifndef EXPLORER_USERS_H
#define EXPLORER_USERS_H

#include "explorer_figures.h"

/* What figures by "user", which are done, are as rows of ROWS_USERS (query.given); gives how many. Their numbers are those of ids of
 * the event table, which gets those that no event here has. *out is the caller's, to be freed with mem_free. */
uint32_t explorer_users(struct explorer *x, const struct figures *f, struct group **out);

/* Who those of them are that PostHog knows by email or name: a question for the first PEOPLE_MAX. */
#define PEOPLE_MAX 200u
struct people;
/* rows are borrowed until people_free. changed(ctx) (may be NULL) when there is something to take, never from within. */
struct people *people_new(struct explorer *x, struct group *rows, uint32_t n, int64_t since,
                          int64_t until, loop_fn *changed, void *ctx);
void people_free(struct people *p); /* calls off what is under way; NULL is allowed */
bool people_take(struct people *p); /* true, once: some of the rows have got a person */
void people_wait(
	struct people *p); /* for commands: runs the loop until there is nothing more to come */

#endif
