/* The breakpoint of the explorer: what is waited for, and the hit that the live screen stands still at. What hits meanwhile waits.
 * Loop thread. */
#ifndef VIEW_VIEW_BREAKS_H
#define VIEW_VIEW_BREAKS_H

#include "query/breakpoint.h"
#include "view/view_filter.h"

struct breaks {
	struct view_filter filter; /* what it was read from */
	struct breakpoint *point;  /* NULL: what is there is being loaded */
	uint32_t seen;             /* hits that were stood at */
	bool held;                 /* the last of them is */
};

/* From now on, or from when all is loaded that is there; w is borrowed. NULL: it cannot be waited for, and e says why, pos is a
 * byte of text. */
struct breaks *breaks_new(struct world *w, struct str text, struct errinfo *e);
void breaks_free(struct breaks *b); /* NULL is allowed */
/* Looks at what arrived, until that time_monotonic: gives how many hits are new. The first of them is stood at, unless another
 * one is. *rests: see breakpoint_step. */
uint32_t breaks_step(struct breaks *b, struct world *w, int64_t until, bool *rests);
struct breakpoint_hit breaks_hit(const struct breaks *b); /* that is stood at */
uint32_t breaks_waiting(const struct breaks *b);          /* hits that wait */
/* To the next hit, or, if none waits, to none. */
void breaks_go_on(struct breaks *b);
void breaks_let_go(struct breaks *b); /* of all of them */
/* Appends "is:error hit: update_address 409" of the hit that is stood at; not clean. */
void breaks_say(const struct breaks *b, const struct events *events, struct buf *out);

#endif
