/* Why a call read less of its prompt from a cache than the call before it: where both prompts part, and the time between them.
 * The call before is explorer_previous, or where no message is shared the latest one with its model and name. */
#ifndef EXPLORER_MISS_H
#define EXPLORER_MISS_H

#include "explorer.h"

#define MISS_DROPPED \
	(5 * 60 * TIME_SECOND) /* providers keep a prefix this long unless told otherwise */

enum miss_state {
	MISS_NONE,    /* nothing was lost, or that is not known */
	MISS_LOADING, /* the call before is looked for, or compared */
	MISS_KNOWN,
	MISS_WITHHELD, /* one of the prompts is not in its event */
	MISS_FAILED,   /* one of them cannot be read: see error */
};
struct cache_miss {
	uint32_t event;
	enum miss_state state;
	struct errinfo error;
	/* But for MISS_NONE, and MISS_LOADING while before is EVENT_NONE: */
	uint32_t before, number;     /* the call before, and its explorer_call_number */
	int percent, percent_before; /* of each prompt read from the cache */
	int64_t tokens;              /* missed of the share that the call before read */
	int64_t idle;                /* from its end to the start, microseconds; EVENT_UNKNOWN */
	/* MISS_KNOWN: */
	enum cache_break at;
	struct buf path;
	uint64_t byte;
	/* private */
	struct explorer *explorer;
	const struct compared *compared; /* or NULL */
};

void cache_miss_init(struct cache_miss *m);
/* Brings m up to date: to be called until it loads no more, when the explorer says that something has changed. Loop thread; a
 * worker reads and compares. Another event than before starts anew. */
void cache_miss_ask(struct cache_miss *m, struct explorer *x, uint32_t event);
void cache_miss_end(struct cache_miss *m); /* before the explorer goes; and as new */

#endif
