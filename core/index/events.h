/* The event table: records in chunks that never move or change once added, so that workers can read a snapshot of them
 * while the loop adds more. A batch (what one worker made of one piece of a journal) has the same shape with its own
 * numbers, which events_merge translates. */
#ifndef INDEX_EVENTS_H
#define INDEX_EVENTS_H

#include "index/event.h"
#include "index/extras.h"
#include "index/ids.h"
#include "index/listing.h"
#include "index/strings.h"
#include "journal/journal.h"

#include <assert.h>

struct model_pair { /* both numbers in strings; 0 absent */
	uint32_t model, provider;
};

/* A line that a program under `tracehog run` wrote to its standard error: a $log event. Not an event of the
 * table: shown between events, counted with the other kinds. */
struct event_log {
	int64_t time;
	uint64_t place; /* as in struct event */
	uint32_t length;
	uint32_t text_at, text_length; /* raw JSON of its text, from the event's start */
	uint32_t before;               /* events there were when it came */
	bool plain;                    /* that is no JSON string, but the text itself */
};

#define EVENTS_MODELS_MET 32u /* a power of two */
#define EVENTS_ORIGINS    32u /* one bit each in struct trace and struct session */
#define EVENTS_CHUNK      4096u
struct event_chunk { /* what getters read; an event's number / EVENTS_CHUNK is its chunk's */
	struct event events[EVENTS_CHUNK];
	uint32_t uuids[EVENTS_CHUNK], sessions[EVENTS_CHUNK];
	uint32_t extras_at[EVENTS_CHUNK]; /* in extras; 0: none */
	uint8_t *extras;                  /* see extras.h */
	uint32_t n_extras, cap_extras;    /* bytes */
};

struct events {
	struct ids ids;
	struct strings strings;
	struct chunks chunks;
	uint32_t n;                /* events; numbers are 0..n-1 in the order of adding */
	struct model_pair *models; /* [0] is {0, 0} */
	uint32_t n_models, cap_models;
	struct hash_index model_index;
	uint32_t models_met[EVENTS_MODELS_MET]; /* numbers of pairs met lately */
	struct event_log *logs;                 /* in order of arrival */
	uint32_t n_logs, cap_logs;
	struct event_listing *listings; /* in order of arrival */
	uint32_t n_listings, cap_listings;
	struct journal **journals; /* borrowed, by number */
	uint32_t n_journals;
	/* What a person named: a file, a folder, a project, in that order; where each journal is from, by its number. */
	const char *origins[EVENTS_ORIGINS]; /* names, borrowed */
	uint32_t n_origins;
	uint8_t *journal_origins;
	const struct prices *prices; /* borrowed; NULL: events cost what was sent with them */
};

void events_init(struct events *t);
/* A batch, for events_merge alone: its ids are loose (index/ids.h). */
void events_init_batch(struct events *batch);
void events_fini(struct events *t);
/* A batch without events and ids again; most of its memory is kept for the next. */
void events_clear(struct events *batch);
/* Gives the journal its number, which decides which duplicate wins among those of one origin. It is from the first origin
 * until events_set_origin, which comes before any event of it. */
uint32_t events_add_journal(struct events *t, struct journal *j);
void events_set_origin(struct events *t, uint32_t journal, uint32_t origin);
static inline uint32_t events_origin(const struct events *t, uint64_t place)
{
	return t->journal_origins != NULL ? t->journal_origins[place >> 48] : 0;
}

/* Adds one event. uuid and session are numbers in t->ids (0 absent). Extras follow with events_set_extras, or one by one,
 * before the next events_add. Gives its number. */
uint32_t events_add(struct events *t, const struct event *e, uint32_t uuid, uint32_t session);
/* Of the event added last. */
void events_set_extras(struct events *t, const struct event_extras *x);
void events_set_extra(struct events *t, enum event_field field, int64_t value);
uint32_t events_add_model(struct events *t, struct model_pair pair);

/* `before` is set here. */
void events_add_log(struct events *t, const struct event_log *log);
/* Its text, unescaped. Reads the journal; nothing if it cannot be read. */
void events_log_text(const struct events *t, uint32_t log, struct buf *out);

void events_add_listing(struct events *t, const struct event_listing *listing);

static inline const struct event_chunk *events_chunk(const struct events *t, uint32_t at)
{
	assert(at < t->n);
	return t->chunks.list[at / EVENTS_CHUNK];
}
static inline const struct event *events_get(const struct events *t, uint32_t at)
{
	return &events_chunk(t, at)->events[at % EVENTS_CHUNK];
}
static inline uint32_t events_uuid(const struct events *t, uint32_t at)
{
	return events_chunk(t, at)->uuids[at % EVENTS_CHUNK];
}
static inline uint32_t events_session(const struct events *t, uint32_t at)
{
	return events_chunk(t, at)->sessions[at % EVENTS_CHUNK];
}
bool events_extra(const struct events *t, uint32_t at, enum event_field field, int64_t *out);

/* $ai_span_id as sent, a number in ids; 0 if it was not. */
uint32_t events_span_sent(const struct events *t, uint32_t at);

/* A value of the record, the wide one if it says so; EVENT_UNKNOWN if absent. */
int64_t events_wide(const struct events *t, uint32_t at, uint32_t value, enum event_field wide);
static inline int64_t events_widened(const struct events *t, uint32_t at, uint32_t value,
                                     enum event_field wide)
{
	return value < EVENT_WIDE32 ? value : events_wide(t, at, value, wide);
}
/* Microseconds, tokens; EVENT_UNKNOWN. */
static inline int64_t events_latency(const struct events *t, uint32_t at)
{
	return events_widened(t, at, events_get(t, at)->latency, EVENT_WIDE_LATENCY);
}
static inline int64_t events_input(const struct events *t, uint32_t at)
{
	return events_widened(t, at, events_get(t, at)->input, EVENT_WIDE_INPUT);
}
static inline int64_t events_output(const struct events *t, uint32_t at)
{
	return events_widened(t, at, events_get(t, at)->output, EVENT_WIDE_OUTPUT);
}
static inline int64_t events_cache_read(const struct events *t, uint32_t at)
{
	return events_widened(t, at, events_get(t, at)->cache_read, EVENT_WIDE_CACHE_READ);
}
/* Tokens of the whole prompt: the input, and what was read from a cache or written to it where that stands beside it (said
 * so, or more than the input). EVENT_UNKNOWN if the input is not known. */
int64_t events_prompt(const struct events *t, uint32_t at);
/* timestamp - latency, but the timestamp itself for OpenTelemetry (PostHog stamps the end of a call); TIME_EARLIEST if it
 * would be before that. TIME_NONE if unknown. */
int64_t events_start(const struct events *t, uint32_t at);
int64_t events_end(const struct events *t,
                   uint32_t at); /* start + latency; the start if the latency is unknown */
/* Number of the node's id: $ai_generation_id, else $ai_span_id, else the uuid; 0 if it has none at all. */
uint32_t events_node_id(const struct events *t, uint32_t at);
struct str events_model(const struct events *t, uint32_t at); /* empty if absent */
struct str events_provider(const struct events *t, uint32_t at);
struct str events_name(const struct events *t, uint32_t at);
/* The order of siblings and of several nodes of one id: by start (unknown last), then uuid text, then place. */
int events_compare_start(const struct events *t, uint32_t a, uint32_t b);

/* Appends the event's JSON, or a part of it, from its journal. ERR_IO if it cannot be read any more. */
enum err events_read(const struct events *t, uint32_t at, struct buf *out,
                     struct errinfo *e) MUST_USE;
enum err events_read_part(const struct events *t, uint32_t at, uint32_t offset, uint32_t length,
                          struct buf *out, struct errinfo *e) MUST_USE;
/* The error's text, unescaped, or "" (an object's JSON as sent). Reads the journal. */
void events_error_text(const struct events *t, uint32_t at, struct buf *out);

/* Adds batch's events from number *at on, then its listings, translating its ids and strings, until all are in (gives
 * true) or about `budget` of them were added. map is kept between calls of one batch and freed at its end. */
struct events_map {
	uint32_t *ids, *strings, *models;
	uint32_t n_ids; /* known */
	uint32_t next, next_listing;
};
bool events_merge(struct events *t, const struct events *batch, struct events_map *map,
                  uint32_t budget);
void events_map_free(struct events_map *map);

size_t events_bytes(const struct events *t); /* memory held */

#endif
