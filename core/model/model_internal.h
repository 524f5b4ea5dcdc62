/* What the files of this folder share. Nobody else includes it. */
#ifndef MODEL_MODEL_INTERNAL_H
#define MODEL_MODEL_INTERNAL_H

#include "model/model.h"

/* What totals need of one event, read once and counted into several totals. EVENT_UNKNOWN and
 * EVENT_NO_COST: not sent. */
struct event_values {
	uint32_t flags;
	int64_t cost, input, output, cache_read, cache_write, reasoning;
};
void event_values_read(struct event_values *v, const struct events *events, uint32_t event);
void totals_count(struct totals *t, const struct event_values *v);
/* Takes an event out again. False if a sum had reached its limit and so cannot be taken back: count
 * anew. */
bool totals_discount(struct totals *t, const struct event_values *v) MUST_USE;
/* Stops at INT64_MAX, so that for values >= 0 the order of adding does not matter. */
int64_t totals_add_clamped(int64_t a, int64_t b);

/* What several totals differ by. Money is wide enough that no sum of them overflows. */
struct totals_difference {
	money cost_reported, cost_estimated, input, output, cache_read, cache_write, reasoning;
	int64_t input_known, output_known, cache_read_known, cache_write_known, reasoning_known;
	int64_t reported, estimated, unpriced, events, errors, running, suspect;
	int64_t kinds[EVENT_KINDS];
};
void totals_differ(struct totals_difference *d, const struct totals *by, int sign); /* 1, -1 */
/* Sums that fit no field stop at its limits. */
void totals_with(struct totals *out, const struct totals *t, const struct totals_difference *d);

struct trace_entry {
	struct trace
		shown; /* by its events alone, but for session, opened and bodies; name and user
	                       are a listing's if no event has them */
	int64_t explicit_latency;   /* the longest of the $ai_trace events */
	int64_t generation_latency; /* sum over generations */
	int64_t top_latency;        /* sum over events without parent or directly below the trace */
	uint32_t other_latencies;   /* events with a latency > 0 that are neither generation nor
	                               $ai_trace */
	uint32_t last_event;        /* tail of its list */
	uint32_t earliest, named,
		in_session;      /* first event of all, with a name, with a session; EVENT_NONE */
	uint32_t next, previous; /* traces of the same session; MODEL_NONE */
	uint32_t listed;         /* number of its listed_trace; MODEL_NONE */
	bool latency_known;
	bool dirty;  /* an event left: shown waits for trace_settle */
	bool queued; /* stands in model.pending */
	bool summed; /* is in the sums that its session keeps */
};

/* Numbers of listings; MODEL_NONE. */
struct listed_lines {
	uint32_t counted, plain; /* the best with and the best without counts */
};

/* A trace that some listing named. */
struct listed_trace {
	struct trace shown; /* if `shows`, and not stale */
	uint32_t trace;
	uint32_t told;    /* the newest line about opening or bodies; MODEL_NONE */
	uint32_t origins; /* of its lines */
	struct listed_lines lines;
	struct totals given, hidden; /* if `gives`: what model.listed has more and less of it */
	bool gives;
	bool shows;  /* the listing knows more than the events do */
	bool stale;  /* shown and shows wait for somebody to look */
	bool queued; /* stands in model.changed */
};

struct session_sums; /* session.c */
struct session_entry {
	struct session shown;
	struct listed_lines lines;
	uint32_t origins;          /* of its lines */
	struct session_sums *sums; /* NULL: they are made of all its traces */
	uint32_t held;             /* traces */
	bool dirty;                /* shown waits for somebody to look */
};

/* Items in blocks that never move. */
struct model_pool {
	void **blocks;
	uint32_t n, n_blocks;
	size_t item; /* bytes */
};

/* Traces met lately: events come in traces, or traces by turns. */
#define KNOWN_TRACES 256u
struct known_trace {
	uint32_t id, trace; /* id 0: none */
};

struct model {
	const struct events *events;
	uint32_t *links;     /* by event: the next of its trace */
	uint8_t *superseded; /* by event: one bit */
	uint32_t cap_events; /* of both */
	uint32_t *by_uuid;   /* by id: the event that stands for it; EVENT_NONE */
	uint32_t cap_ids;
	struct model_pool traces, sessions, listed_traces;
	uint32_t large_sessions; /* that keep their sums */
	struct hash_index trace_index, session_index;
	struct known_trace known[KNOWN_TRACES]; /* by the lower bits of id; what trace_index says */
	uint32_t expected; /* events up to which memory was asked for their traces */
	uint32_t *pending; /* dirty traces */
	uint32_t n_pending, cap_pending;
	uint32_t *changed; /* listed traces of which `listed` may hold what was true before */
	uint32_t n_changed, cap_changed;
	struct totals totals; /* of events */
	struct totals_difference listed;
	struct totals totals_listed; /* both */
	int64_t first_time, last_time;
	int64_t listed_first, listed_last; /* as listings say; TIME_NONE */
	bool dirty;                        /* totals and times must be counted anew */
	uint32_t version;
	uint32_t seen; /* one more than the highest event number */
	uint64_t duplicates;
};

#define POOL_BITS 8
static inline void *model_pool_at(const struct model_pool *p, uint32_t at)
{
	return (char *)p->blocks[at >> POOL_BITS] + (at & ((1u << POOL_BITS) - 1)) * p->item;
}
void *model_pool_add(struct model_pool *p); /* zeroed */
size_t model_pool_bytes(const struct model_pool *p);
void model_pool_free(struct model_pool *p);

static inline uint64_t number_hash(uint32_t number)
{
	return number * UINT64_C(0x9E3779B97F4A7C15);
}
static inline struct trace_entry *trace_at(const struct model *m, uint32_t trace)
{
	return model_pool_at(&m->traces, trace);
}
static inline struct session_entry *session_at(const struct model *m, uint32_t session)
{
	return model_pool_at(&m->sessions, session);
}
static inline bool is_superseded(const struct model *m, uint32_t event)
{
	return m->superseded[event / 8] >> (event % 8) & 1;
}

/* Extends a range of times; TIME_NONE, the least of all, is no time. */
static inline void model_range_add(int64_t *first, int64_t *last, int64_t from, int64_t to)
{
	if (from != TIME_NONE && (*first == TIME_NONE || from < *first))
		*first = from;
	if (to > *last)
		*last = to;
}
/* By timestamp (none last), then uuid text, then place. */
int model_compare_time(const struct events *events, uint32_t a, uint32_t b);

uint32_t trace_new(struct model *m, uint32_t id);
uint32_t trace_of_id_or_new(struct model *m, uint32_t id); /* not 0 */
void trace_relist(struct model *m, uint32_t trace);        /* a listing of it came */
/* Counts an event that is in the trace's list already. */
void trace_count(struct model *m, uint32_t trace, uint32_t event, const struct event_values *v);
void trace_spoil(struct model *m, uint32_t trace); /* an event of it was superseded */
void trace_settle(struct model *m, uint32_t trace);

void session_move(struct model *m, uint32_t trace,
                  uint32_t session);                  /* MODEL_NONE: out of its session */
uint32_t session_of_id(struct model *m, uint32_t id); /* finds or makes it; 0 gives MODEL_NONE */
/* To be called before anything changes that a trace shows: it leaves the sums of its session. */
void session_spoil(struct model *m, uint32_t trace);
size_t session_bytes(const struct model *m);
void session_free_all(struct model *m);

/* Beside counts; 0 and TIME_NONE: no listing says it. */
struct listed_facts {
	uint32_t name, user, session;
	int64_t first_time, last_time;
};
struct listed_facts listed_facts(const struct model *m, const struct trace_entry *t);
uint32_t listed_origins(const struct model *m, const struct trace_entry *t);
/* True if a listing is to be shown instead of what was counted. The trace must not be dirty. */
bool listed_knows_more(const struct model *m, const struct trace_entry *t);
/* What the world sees of a trace that is not dirty. */
const struct trace *trace_shown(const struct model *m, uint32_t trace);
void listed_spoil(struct model *m, const struct trace_entry *t); /* its events changed */
/* Makes of a sum over traces what is shown. */
void listed_session(const struct model *m, const struct session_entry *entry, struct session *s);
/* Of all events and listings; m->totals must be up to date. */
const struct totals *listed_totals(const struct model *m);

struct tree;
/* Fills sum, subtree and errors of a node. From the last node to the first. */
void tree_sum_node(struct tree *t, const struct events *events, uint32_t at);

#endif
