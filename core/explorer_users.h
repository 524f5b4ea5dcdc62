/* Users and groups of a PostHog project whose events are not all here: rows of what PostHog added up, and who the users are. Loop
 * thread. */
#ifndef EXPLORER_USERS_H
#define EXPLORER_USERS_H

#include "explorer_figures.h"

bool explorer_adds_up(enum rows_kind kind); /* ROWS_USERS and ROWS_GROUPS */
/* What is to be asked for rows of such a kind; the rest of the query is the caller's. */
struct figures_query explorer_added_up(enum rows_kind kind);
/* What such figures, which are done, are as rows of that kind (query.given); gives how many. Their numbers are those of ids of the
 * event table, or of explorer_memberships, which get those that no event here has. *out is the caller's, to be freed with
 * mem_free. */
uint32_t explorer_given(struct explorer *x, enum rows_kind kind, const struct figures *f,
                        struct group **out);

/* Who those of them are that PostHog knows by email or name: PEOPLE_AT_ONCE of them a question, one after the other. */
#define PEOPLE_AT_ONCE 1000u
struct people;
/* rows are borrowed until people_free. changed(ctx) (may be NULL) when there is something to take, never from within. */
struct people *people_new(struct explorer *x, struct group *rows, uint32_t n, int64_t since,
                          int64_t until, loop_fn *changed, void *ctx);
void people_free(struct people *p); /* calls off what is under way; NULL is allowed */
bool people_take(struct people *p); /* true: some more of the rows have got a person */
void people_wait(
	struct people *p); /* for commands: runs the loop until there is nothing more to come */

#endif
