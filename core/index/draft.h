/* One event on its way from its line into the batch, and what its line is asked. Private to core/index. */
#ifndef INDEX_DRAFT_H
#define INDEX_DRAFT_H

#include "index/properties.h"
#include "index/record.h"
#include "index/value.h"

struct record_reader {
	struct json_keys *members, *properties;
	struct value_reader values;
	struct buf decoded; /* properties that came as a JSON string */
	struct json_slice member[MEMBERS], property[PROPERTIES];
};

struct draft {
	struct record_reader *reader;
	struct events *batch;
	struct str doc;        /* the event's JSON, which reader->member points into */
	struct str properties; /* what reader->property points into: doc, or the decoded string */
	struct event event;
	uint32_t uuid, session;
	uint32_t suspect; /* enum event_suspect bits */
	struct event_extras extras;
};

static inline struct json_slice draft_property(const struct draft *d, enum property which)
{
	return d->reader->property[which];
}

static inline bool draft_has(const struct draft *d, enum property which)
{
	return !value_absent(draft_property(d, which));
}

/* Good until the next. */
static inline struct str draft_text(struct draft *d, enum property which)
{
	return value_text(&d->reader->values, d->properties, draft_property(d, which));
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

/* Adds what a `$listed_trace` or `$listed_session` line says; nothing if it does not say of which. */
void draft_read_listing(struct draft *d, uint64_t place, bool is_session);

#endif
