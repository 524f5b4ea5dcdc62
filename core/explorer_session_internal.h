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
/* The events of a trace, and what of it failed. r->out is there, and empty. Loop thread. */
void turn_settle(struct turn_reading *r, const struct model *m, uint32_t trace);
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
