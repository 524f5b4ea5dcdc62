/* What stands out in a trace: what failed first and what came of it, where money and time went, how the prompts of each agent
 * grew and what of them a cache had. Told by what is in memory of its events, the same for the same events: no payload is
 * read, no model asked. Worked out in steps on the loop thread when somebody looks.
 *
 * The calls of one agent are those of the same model and name below the same span: the nearest one that has several calls
 * below it, so that a span of its own round each call does not part them. */
#ifndef MODEL_INSIGHT_H
#define MODEL_INSIGHT_H

#include "model/alike.h"

#define INSIGHT_NONE UINT32_MAX
/* Events are stamped when they are sent, a little after what they tell of: by so much, in microseconds, what followed may seem
 * to have begun before. */
#define INSIGHT_SLACK (TIME_SECOND / 10)

/* What came after the first failure. */
enum insight_after {
	INSIGHT_NOTHING,
	INSIGHT_RUNNING,  /* something in the trace still runs */
	INSIGHT_WENT_ON,  /* something, but no answer */
	INSIGHT_ANSWERED, /* a call answered: `answer` */
	INSIGHT_WORKED,   /* the same was tried again and worked: `tries` */
};

/* A generation or embedding. */
struct insight_call {
	uint32_t event;
	uint32_t before; /* number of the agent's generation before it, or INSIGHT_NONE */
	uint32_t
		failed; /* the last tool before it, which failed, and yet it answered; EVENT_NONE */
	bool goes_on;   /* it did not answer: a tool of its agent was called after it */
};

struct insight {
	/* Of what failed with nothing failing below it, what ended first; EVENT_NONE. Its tries: what has its kind and
	 * name from then on, itself included, up to the one that worked. */
	uint32_t error, errors, tries;
	enum insight_after after;
	uint32_t answer; /* event of the last call that answered after that; EVENT_NONE */
	uint32_t
		cut; /* the last answer of the trace, if the limit of tokens cut it off; EVENT_NONE */
	uint32_t
		looped; /* first call of the loop with the most calls (model/alike.h); EVENT_NONE */
	struct alike_repeat loop;
	uint32_t dearest;   /* call with the highest cost above 0; EVENT_NONE */
	uint32_t longest;   /* span with nothing below it, or tool, that took longest; EVENT_NONE */
	uint32_t lost;      /* number of the call that lost most of its cache, or INSIGHT_NONE */
	uint32_t widest;    /* number of the call with the longest prompt, or INSIGHT_NONE */
	uint32_t narrow;    /* number of the first call of the same agent */
	int64_t start, end; /* of the nodes and the $ai_trace event, microseconds; TIME_NONE */
	struct insight_call *calls; /* by start: the number of a call, from 1, is its place and 1 */
	uint32_t n_calls;
};

/* The tree, and what is alike in it, are borrowed until it was taken or dropped, and stay as they are. */
struct insight_build *insight_start(const struct model *m, uint32_t trace, const struct tree *t,
                                    const struct alike *alike);
bool insight_step(struct insight_build *b, int64_t until); /* base/slice.h; true: it is done */
void insight_take(struct insight_build *b, struct insight *out); /* of one that is done; frees it */
void insight_drop(struct insight_build *b);                      /* NULL is allowed */
void insight_find(struct insight *out, const struct model *m, uint32_t trace, const struct tree *t);
void insight_init(struct insight *s); /* nothing stands out */
void insight_free(struct insight *s); /* and as new */

/* Number of the call that an event is, or INSIGHT_NONE. */
uint32_t insight_call_of(const struct insight *s, const struct events *events, uint32_t event);
/* Tokens that the prompt is longer than the agent's before; EVENT_UNKNOWN. */
int64_t insight_growth(const struct insight *s, const struct events *events, uint32_t call);
/* Whether it grew by half at least, and by INSIGHT_JUMP tokens. */
#define INSIGHT_JUMP 1000
bool insight_jumped(const struct insight *s, const struct events *events, uint32_t call);
/* Share of the prompt that a cache had, in percent; -1: not known. */
int insight_cached(const struct events *events, uint32_t event);
/* Tokens that the call before read from a cache and this one did not, where the share fell by INSIGHT_FALL points; else 0. */
#define INSIGHT_FALL 20
int64_t insight_lost(const struct insight *s, const struct events *events, uint32_t call);
/* The same of two events. */
int64_t insight_lost_between(const struct events *events, uint32_t before, uint32_t event);

#endif
