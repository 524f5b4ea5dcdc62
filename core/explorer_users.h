/* Users of a PostHog project whose events are not all here: rows of what PostHog added up. Loop thread. */
#ifndef EXPLORER_USERS_H
#define EXPLORER_USERS_H

#include "explorer_figures.h"

/* What figures by "user", which are done, are as rows of ROWS_USERS (query.given); gives how many. Their numbers are those of ids of
 * the event table, which gets those that no event here has. *out is the caller's, to be freed with mem_free. */
uint32_t explorer_users(struct explorer *x, const struct figures *f, struct group **out);

#endif
