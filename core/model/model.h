/* Sessions, traces and their totals, kept up as events and listings arrive. Loop thread only.
 * Numbers, not pointers, cross borders: a trace's number never changes, nor does a session's.
 *
 * A trace or session is shown as a listing has it while that knows of more of its events than have
 * arrived (index/listing.h; by the kinds that listings count), or while there is nothing else of it;
 * else as its events say. Its events are never other than those that arrived: a listed trace may
 * have none. */
#ifndef MODEL_MODEL_H
#define MODEL_MODEL_H

#include "index/events.h"

#define MODEL_NONE UINT32_MAX

/* Sums over events. Unknown stays apart from 0: a sum whose `_known` count is 0 is unknown. Tokens
 * and cost count generations and embeddings only (PostHog's rule). */
struct totals {
	money cost_reported, cost_estimated;                       /* USD * 1e12 */
	int64_t input, output, cache_read, cache_write, reasoning; /* tokens, as sent */
	/* events that had them */
	uint32_t input_known, output_known, cache_read_known, cache_write_known, reasoning_known;
	/* generations and embeddings by where their cost comes from; one whose cost is incomplete is among both of the last */
	uint32_t reported, estimated, unpriced;
	uint32_t kinds[EVENT_KINDS];
	uint32_t events; /* all of them */
	uint32_t errors;
	uint32_t running;
	uint32_t suspect;
};
void totals_add(struct totals *t, const struct totals *more);
void totals_add_event(struct totals *t, const struct events *events, uint32_t event);
bool totals_cost(const struct totals *t, money *out); /* false: unknown */
/* Whether there is anything that costs, known or not. */
static inline bool totals_has_calls(const struct totals *t)
{
	return t->reported > 0 || t->estimated > 0 || t->unpriced > 0;
}

struct trace {
	uint32_t id;   /* number in ids */
	uint32_t name; /* string: the earliest $ai_trace's name, else that of the earliest event
	                  that has one; 0 none */
	uint32_t user; /* id: the $ai_trace event's distinct id, else that of the earliest event */
	uint32_t session;        /* number of a session, or MODEL_NONE */
	uint32_t explicit_event; /* the earliest $ai_trace event, or EVENT_NONE: then the trace is a
	                            pseudo-trace */
	uint32_t first_event;    /* head of its events in order of arrival: see model_next_event;
	                            EVENT_NONE if none has arrived */
	int64_t first_time, last_time; /* of its timestamps; TIME_NONE if none is known */
	int64_t start, end;            /* earliest start, latest end; TIME_NONE; of a listed one the
	                                  timestamps too, as far as its events are not here */
	int64_t latency; /* microseconds by PostHog's newest rule (the $ai_trace's, else the
	                    generations' sum if only they have one, else the sum of the top level);
	                    EVENT_UNKNOWN */
	int64_t opened; /* microseconds: when all of its events had been fetched; TIME_NONE: never */
	uint32_t version; /* changes with every change to the trace */
	uint32_t origins; /* bits 1 << number of those that its events or listings are from */
	uint8_t bodies;   /* enum bodies */
	bool personless;
	bool listed;  /* shown as a listing has it: totals may be of more events than are here */
	bool counted; /* false: no totals are known yet, nor a latency; all of them are 0 */
	struct totals totals;
};

struct session {
	uint32_t id;
	uint32_t user;         /* of its earliest trace; 0 none */
	uint32_t traces;       /* of a listed one those too that are not here */
	uint32_t first_trace;  /* see model_next_trace; MODEL_NONE if none is here */
	uint32_t latest_trace; /* of those that are here, the one of the last timestamp */
	uint32_t version;      /* is another whenever what is shown of it may be */
	uint32_t origins;      /* likewise; of a large one also those whose events left it */
	int64_t first_time, last_time;
	int64_t latency; /* sum of its traces' latencies; EVENT_UNKNOWN if none has one */
	bool listed;     /* shown as a listing has it */
	bool counted; /* false: totals and latency are unknown or leave traces out; if it is listed,
	                 traces is unknown too */
	struct totals totals;
};
/* Whether there is such a thing (any more): one without events that no listing names is none. */
static inline bool trace_exists(const struct trace *t)
{
	return t->totals.events > 0 || t->listed;
}
static inline bool session_exists(const struct session *s)
{
	return s->traces > 0 || s->listed;
}

struct model;
struct model *model_new(struct events *events); /* borrowed */
void model_free(struct model *m);
void model_add(struct model *m, uint32_t event); /* events in any order; each once */
/* Likewise. Of several about one thing the newest that was fetched counts; one without counts never
 * replaces one with. */
void model_add_listing(struct model *m, uint32_t listing);

const struct events *model_events(const struct model *m);
/* Ever seen; one that lost all its events to duplicates elsewhere and is not listed does not exist
 * any more, and finding it gives MODEL_NONE. */
uint32_t model_trace_count(const struct model *m);
/* Pointers to traces, sessions and totals last as long as the model; ask again after model_add or
 * model_add_listing for what is true then. */
const struct trace *model_trace(const struct model *m, uint32_t trace);
/* MODEL_NONE: the event has no trace id. */
uint32_t model_trace_of(const struct model *m, uint32_t event);
uint32_t model_find_trace(const struct model *m, uint32_t id); /* by number in ids; MODEL_NONE */
/* Ever seen; one that lost all its traces and is not listed does not exist any more. */
uint32_t model_session_count(const struct model *m);
/* Sums are brought up to date first. */
const struct session *model_session(struct model *m, uint32_t session);
uint32_t model_session_id(const struct model *m, uint32_t session); /* as it is: no sums are made */
uint32_t model_find_session(const struct model *m, uint32_t id);
/* EVENT_NONE and MODEL_NONE at the end. Duplicates that lost are not among a trace's events. */
uint32_t model_next_event(const struct model *m, uint32_t event);
uint32_t model_next_trace(const struct model *m,
                          uint32_t trace); /* of the same session, in no order */
/* True for an event that lost against another of the same uuid (the last by origin, journal number
 * and offset wins). */
bool model_superseded(const struct model *m, uint32_t event);
/* The event that stands for a uuid (number in ids); EVENT_NONE. */
uint32_t model_event_of_uuid(const struct model *m, uint32_t uuid);
uint64_t model_duplicates(const struct model *m);
/* Over every event, those without a trace id too, and over what listings know of more: the sum of
 * what all traces show. */
const struct totals *model_totals(const struct model *m);
int64_t model_first_time(const struct model *m); /* of timestamps, listed ones too; TIME_NONE */
int64_t model_last_time(const struct model *m);
uint32_t model_version(const struct model *m); /* changes with every change */
size_t model_bytes(const struct model *m);

#endif
