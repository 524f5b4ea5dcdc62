/* What a generation or embedding says of its use and costs: the properties that its price goes by, read into the terms of
 * cost/cost.h. Which property wins and what a value that cannot be means stands in usage.c and nowhere else; the rules are
 * PostHog's. */
#ifndef INDEX_USAGE_H
#define INDEX_USAGE_H

#include "base/buf.h"
#include "cost/cost.h"
#include "index/event.h"

struct record_reader;

/* Reads one event's JSON, as it stands in the journal. texts is cleared, and keeps what out's texts point to. The reader's
 * tables are used, nothing of it is kept. False if it is no generation or embedding, or no JSON: out is as cost_usage_init
 * leaves it. */
bool usage_read(struct record_reader *r, struct str line, struct buf *texts,
                struct cost_usage *out);

/* The working of an event's cost for who shows it: usage_read, prices_find and cost_compute in one. prices is borrowed and
 * must outlive it. w need not be initialised; false, as usage_read. Free it in any case. */
struct cost_working {
	struct cost_usage usage;
	struct cost cost;
	enum cost_cause cause;
	uint32_t suspect; /* enum event_suspect: values that were left out, or are doubtful */
	uint64_t
		doubted; /* which: bits 1 << enum property, as far as they are not inside $ai_usage */
	struct buf texts;
};
bool cost_working_read(struct cost_working *w, const struct prices *prices, struct str line);
/* Appends the names of the properties that are doubtful: "$ai_input_tokens, $ai_total_cost_usd". Nothing if there are none, or
 * if it is something inside $ai_usage. */
void cost_working_doubts(const struct cost_working *w, struct buf *out);
void cost_working_free(struct cost_working *w);

#endif
