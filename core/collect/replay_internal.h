/* Private to core/collect/replay*.c: a call that was sent again. */
#ifndef COLLECT_REPLAY_INTERNAL_H
#define COLLECT_REPLAY_INTERNAL_H

#include "collect/posthog_stream.h"
#include "collect/replay.h"

struct replay {
	struct http_call *call; /* NULL: over */
	struct replay_state state;
	struct answer answer;
	struct posthog_sse sse;
	struct buf body, key, host; /* host: the origin, for messages */
	struct buf events;          /* what came: a list that is not closed, or the document */
	struct buf head;            /* the first bytes of the answer */
	const char *provider;       /* or NULL */
	struct buf model;           /* of the request; the body may name another one */
	uint64_t messages;          /* of the stream */
	uint64_t bad_message;       /* the first that is no JSON, from 1; 0: none */
	bool known, document;       /* known: what the answer is */
	int64_t began;
	int64_t (*clock)(void);
	void (*came)(void *ctx);
	void (*done)(void *ctx);
	void *ctx;
};

#endif
