/* A session as one conversation. Its traces, in the order of their first timestamps, are its turns, and each turn says what no
 * turn before it has said: what was sent again is known by its text, and by how often the call has it. Part of explorer.h's
 * interface, loop thread only. */
#ifndef EXPLORER_SESSION_H
#define EXPLORER_SESSION_H

#include "explorer.h"

/* What a part of a turn is. */
enum said_as {
	SAID_MESSAGE, /* what a call was sent, or what it answered */
	SAID_BEFORE, /* sent with the turn's first call, ahead of what the user says in it: prompts, and a history that no turn has */
	SAID_AGAIN,  /* what the user says, and turn `first` has said already */
	SAID_TOOL,  /* no message: a tool's span (name, failed), where no message tells of a tool */
	SAID_STATE, /* input or output of a trace or span, where there is no call */
	SAID_ERROR, /* why a call failed */
	SAID_FEEDBACK, /* these three in a line of text; they stand last */
	SAID_SCORE,
	SAID_METRIC,
};
struct said {
	uint32_t event; /* that it stands in */
	uint32_t first;
	uint64_t cut; /* bytes that were left out of its texts */
	uint8_t as;   /* enum said_as */
};

#define TURN_PARTS 500               /* that are kept of a turn */
#define TURN_BYTES ((size_t)1 << 20) /* of their texts; of a single one a quarter of it */

struct turn {
	struct messages messages; /* its parts; texts as sent: clean them before showing */
	struct said *said;        /* of each part */
	uint32_t left_out;        /* parts, and events, beyond what is kept of a turn */
	uint32_t unread;          /* events that could not be read */
	struct errinfo error;     /* why, of the last of them */
	struct buf failed; /* name of the earliest that failed, and its status: "refund_tool 500" */
};

struct session_chat;
/* To be ended before explorer_free and explorer_forget. */
struct session_chat *explorer_session_chat(struct explorer *x, uint32_t session);
void session_chat_end(struct session_chat *c); /* NULL is allowed */

/* Brings the list of turns up to date, and looks for what is to be read in turns, for some milliseconds at most, and has workers
 * read turns [first, end), from `from` on first, then others while there is room for them: those outside of the range may be
 * dropped. PostHog is asked for turns [from, to) if they are not here. Gives microseconds after which it wants to be called again
 * though nothing changed; 0: never. */
int64_t session_chat_show(struct session_chat *c, uint32_t first, uint32_t end, uint32_t from,
                          uint32_t to);
/* No further turns, and nothing more in those that were read. */
void session_chat_freeze(struct session_chat *c, bool frozen);
bool session_chat_is_listed(const struct session_chat *c); /* how many turns there are is known */
uint32_t session_chat_turns(const struct session_chat *c);
uint32_t session_chat_trace(const struct session_chat *c, uint32_t turn);
/* NULL: it is not read yet. Valid until the next turn of the loop. */
const struct turn *session_chat_turn(const struct session_chat *c, uint32_t turn);
/* Another one when other turns are in the range last asked for, or something else is read of them. */
uint32_t session_chat_version(const struct session_chat *c);

/* Looks for the next turn that has what was typed (base/match.h), also in those that are not read yet: from a turn on in a
 * direction (1 or -1), round the end, as many turns as there are. A `from` that is no turn is beyond the end, or the beginning. */
enum session_find_state {
	SESSION_FIND_NOTHING, /* is looked for */
	SESSION_FIND_GOES_ON,
	SESSION_FIND_FOUND,   /* in `turn` */
	SESSION_FIND_NOWHERE, /* or it is no expression: error */
};
struct session_found {
	enum session_find_state state;
	uint32_t turn;   /* that was found, or is looked at next */
	uint32_t looked; /* at so many */
	bool wrapped;    /* past the end, or the beginning */
	struct errinfo error;
};
void session_chat_find(struct session_chat *c, struct str typed, uint32_t from, int direction);
void session_chat_find_end(struct session_chat *c);
const struct session_found *session_chat_found(const struct session_chat *c);

#endif
