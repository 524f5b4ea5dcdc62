/* One event on its way from its line into the batch, and what its line is asked. Private to core/index. */
#ifndef INDEX_DRAFT_H
#define INDEX_DRAFT_H

#include "cost/cost.h"
#include "cost/prices_memo.h"
#include "index/properties.h"
#include "index/record.h"
#include "index/value.h"

struct record_reader {
	struct json_keys *members, *properties, *listed, *usage;
	struct value_reader values;
	struct prices_memo *memo;
	struct buf decoded;   /* properties that came as a JSON string */
	struct buf arguments; /* of a tool, without white space */
	struct json_slice member[MEMBERS];
	struct json_slice property[PROPERTIES]; /* only of those that were found */
	uint64_t found;                         /* a bit for each property */
};
_Static_assert(PROPERTIES <= 64, "a bit for each");

struct draft {
	struct record_reader *reader;
	struct events *batch;
	struct str doc;        /* the event's JSON, which reader->member points into */
	struct str properties; /* what reader->property points into: doc, or the decoded string */
	struct event event;
	uint32_t uuid, session, framework;
	uint32_t suspect; /* enum event_suspect bits */
	struct event_extras extras;
};

#define DRAFT_BIT(which) (UINT64_C(1) << (which))
/* Whether one of several was found, null or not. */
static inline bool draft_found(const struct draft *d, uint64_t bits)
{
	return (d->reader->found & bits) != 0;
}

/* All from one to another, as they stand in the table. */
#define DRAFT_BITS(from, to) ((DRAFT_BIT(to) - DRAFT_BIT(from)) | DRAFT_BIT(to))
#define DRAFT_TOKENS         DRAFT_BITS(PROPERTY_INPUT_TOKENS, PROPERTY_CACHE_EXCLUSIVE)
#define DRAFT_COSTS          DRAFT_BITS(PROPERTY_COST_INPUT, PROPERTY_COST_TOTAL)
#define DRAFT_RARE           DRAFT_BITS(PROPERTY_USAGE, PROPERTY_PRICE_SEARCH)

static inline struct json_slice draft_property(const struct draft *d, enum property which)
{
	if (!draft_found(d, DRAFT_BIT(which)))
		return (struct json_slice){0};
	return d->reader->property[which];
}

static inline bool draft_has(const struct draft *d, enum property which)
{
	return draft_found(d, DRAFT_BIT(which)) && !value_absent(d->reader->property[which]);
}

/* Good until the next. */
static inline struct str draft_text(struct draft *d, enum property which)
{
	if (!draft_found(d, DRAFT_BIT(which)))
		return STR_EMPTY;
	return value_text(&d->reader->values, d->properties, d->reader->property[which]);
}

/* A number in the batch's strings. */
static inline uint32_t draft_string(struct draft *d, enum property which)
{
	return draft_has(d, which) ? strings_add(&d->batch->strings, draft_text(d, which)) : 0;
}

/* Numbers in the batch's ids. */
uint32_t draft_id(struct draft *d, enum property which);
uint32_t draft_user(struct draft *d);
/* TIME_NONE, EVENT_UNKNOWN and EVENT_NO_COST: not sent, or a value that cannot be, which becomes a doubt. */
int64_t draft_timestamp(struct draft *d);
int64_t draft_duration(struct draft *d, enum property which, enum event_suspect doubt);
int64_t draft_tokens(struct draft *d, enum property which);
int64_t draft_amount(struct draft *d, enum property which);
int64_t draft_count(struct draft *d, int64_t count); /* COST_UNKNOWN if it is absurd */

/* Finds the members of an event's JSON, and starts with it. batch may be NULL for who adds nothing to it. */
enum json_fault draft_skim(struct record_reader *r, struct str doc, enum json_type *top,
                           struct json_report *report);
void draft_start(struct draft *d, struct record_reader *r, struct events *batch, struct str doc);
/* Properties that are a JSON string holding an object; anything else that is none counts as none. */
void draft_decode_properties(struct draft *d);

/* All but the texts, which out leaves empty. */
void draft_read_usage(struct draft *d, struct cost_usage *out);
void draft_read_raw_usage(struct draft *d, struct cost_usage *out); /* $ai_usage alone */
/* The cost and its parts, by what draft_read_usage gave; the record's model and framework are known by then. Others than
 * generations and embeddings have those that were sent, which no sum counts (PostHog's rule). */
void draft_price(struct draft *d, struct cost_usage *u);
static inline bool draft_is_charged(const struct draft *d)
{
	return event_is_call(&d->event);
}

/* Adds the event that the reader's slices are of, whose `event` is a string. */
void record_event(struct record_reader *r, struct events *batch, uint64_t place, struct str doc,
                  bool irregular, struct record_counts *counts);
/* Adds what a `$listed_trace` or `$listed_session` line says; nothing if it does not say of which. */
void draft_read_listing(struct draft *d, uint64_t place, bool is_session);

#endif
