/* Private to core/explorer_session*.c: what a worker is told of a turn, and what it knows of the others. */
#ifndef EXPLORER_SESSION_INTERNAL_H
#define EXPLORER_SESSION_INTERNAL_H

#include "base/hash.h"
#include "base/match.h"
#include "explorer_internal.h"
#include "explorer_session.h"

/* An event of a turn, and what it becomes: a call's as is SAID_MESSAGE. */
struct turn_item {
	struct place_of_event place;
	uint32_t event;
	uint8_t as;   /* enum said_as */
	uint8_t kind; /* enum event_kind */
	bool failed;
	size_t name, name_length; /* in the reading's names; of SAID_TOOL */
};

/* A turn that is read: what stood in memory of it, and what a worker made of that. */
struct turn_reading {
	uint32_t turn;
	uint32_t version; /* of its trace */
	bool note;        /* nothing is wanted but that it is known what it says */
	bool done, hit;   /* hit: it has what is looked for */
	struct turn_item *items;
	size_t n, cap;
	struct buf names;
	uint64_t bytes; /* of its events */
	struct turn *out;
	const struct turn
		*kept; /* it was read before, and is only to be looked through; NULL: it was not */
};

/* Of some events the first and the last, in the order of their starts, and after them what was said about the trace. */
#define TURN_PICKED 400u
struct turn_picked {
	uint32_t at[TURN_PICKED];
	uint32_t n;
	uint32_t left_out; /* between them */
};
/* A reading that is being told the events of its trace, and what of it failed. */
struct turn_settling {
	struct turn_reading *reading; /* borrowed; its `out` is there, and empty */
	uint32_t trace;
	uint32_t next;   /* event that is looked at next; EVENT_NONE */
	uint32_t failed; /* EVENT_NONE */
	bool calls;      /* there are any */
	struct turn_picked said;
	struct turn_picked states; /* of spans; what a trace without calls has to say */
};
/* Loop thread. turn_settle looks at *looks events at most, and takes from that those it looked at; false: there are more, which
 * may have become others by the next call. */
void turn_settle_begin(struct turn_settling *s, struct turn_reading *r, const struct model *m,
                       uint32_t trace);
bool turn_settle(struct turn_settling *s, const struct model *m, uint32_t *looks) MUST_USE;
void turn_reading_fini(struct turn_reading *r);
void turn_free(struct turn *t); /* NULL is allowed */
size_t turn_bytes(const struct turn *t);

/* Something that was said: which turn was the first to say it. */
struct said_known;
struct session_known {
	struct said_known *list;
	uint32_t n, cap;
	struct hash_index index;
	uint32_t reading, call;
	uint32_t *
		stale; /* turns that were read, of which an earlier one turned out to have something */
	uint32_t n_stale, cap_stale;
	struct buf scratch;
};
void session_known_clear(struct session_known *k);
void session_known_free(struct session_known *k);

/* Any thread, one at a time. */
void turn_read(struct session_known *k, struct turn_reading *r);
bool turn_has(struct session_known *k, const struct turn *t, struct match *m);

#endif
