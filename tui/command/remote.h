/* What the frame says of PostHog projects: how they are reached, what is under way, what went wrong; of several each by its name.
 * Nothing where there is none. */
#ifndef COMMAND_REMOTE_H
#define COMMAND_REMOTE_H

#include "explorer.h"

/* "posthog:12 Acme": not clean. False: it is not all that is open. */
bool remote_name(const struct explorer *x, struct buf *out);
/* For the head line: "stream", "polling", "connecting", "offline, as of 2h05 ago", "not allowed", with two blanks behind it. */
void remote_head(const struct explorer *x, struct buf *out);
/* For the status line: "fetching rows (Esc cancels)", "rate limited, next in 12 s". Gives after how many
 * microseconds it says something else; 0: when something changes. */
int64_t remote_status(const struct explorer *x, struct buf *out);
/* What must not be overlooked: not clean. False: nothing. */
bool remote_alarm(const struct explorer *x, struct buf *out);

#endif
