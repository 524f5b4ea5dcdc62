/* Private to explorer_posthog.c and explorer_pushed.c: what the explorer keeps of a PostHog project. Loop thread. */
#ifndef EXPLORER_REMOTE_H
#define EXPLORER_REMOTE_H

#include "base/bits.h"
#include "collect/posthog.h"
#include "explorer_internal.h"

#define STALE_MAX 100u /* traces whose totals are asked for at once */

/* A trace whose totals are to be asked for anew. */
struct stale {
	uint32_t trace;
	int64_t arrived; /* its last event; monotonic */
};

struct remote {
	struct explorer *explorer;
	struct origin *origin;
	struct posthog *posthog;
	int64_t since, until; /* what lists cover; until TIME_NONE: now */
	bool reading;         /* the folder was added */
	bool tailing;
	struct bits has; /* uuids of its events, by id */
	bool all;        /* every event of the window was asked for */
	struct stale stale[STALE_MAX];
	uint32_t n_stale;
	int64_t refreshed; /* when totals were last asked for anew; monotonic */
	/* Lists whose filter is another, and is to be asked for. */
	bool refilter[POSTHOG_LISTS];
	struct loop_timer *typed;
};

/* Whether something that has these origins is from the project. */
bool remote_is_from(const struct remote *r, uint32_t origins);
int64_t remote_until(const struct remote *r); /* what lists cover ends there; never TIME_NONE */
bool remote_has_all(const struct remote *r);  /* all events of the window are here */

#endif
