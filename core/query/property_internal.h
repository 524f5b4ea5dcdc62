/* Private to core/query/property*.c: what a column holds, and what a worker makes of a range of events. */
#ifndef QUERY_PROPERTY_INTERNAL_H
#define QUERY_PROPERTY_INTERNAL_H

#include "base/arena.h"
#include "base/chunks.h"
#include "base/hash.h"
#include "query/property.h"

#include <stdatomic.h>

/* Different values, numbered from 1 on. */
struct property_entry {
	struct property_value value; /* but for its number */
	struct str text;
};
#define PROPERTY_SET_CHUNK 256u
struct property_set {
	struct chunks entries;
	uint32_t n;
	struct hash_index index;
	struct arena texts;
};
void property_set_init(struct property_set *s);
void property_set_fini(struct property_set *s);
uint32_t property_set_add(struct property_set *s, const struct property_entry *v); /* copied */
const struct property_entry *property_set_get(const struct property_set *s, uint32_t number);

/* Takes named values out of events. Any thread, one at a time. */
struct property_wanted {
	enum property_of of;
	struct str name;
};
#define PROPERTY_WANTED_MAX 64u
struct property_reader;
/* At most PROPERTY_WANTED_MAX; their names must stay alive. */
struct property_reader *property_reader_new(const struct property_wanted *wanted, uint32_t n);
void property_reader_free(struct property_reader *r);
/* Looks at an event's JSON, which must stay alive; false if it is none. */
bool property_reader_open(struct property_reader *r, struct str event);
/* Its value under a name, by number; the text is good until the next call. */
void property_reader_value(struct property_reader *r, uint32_t which, struct property_entry *out);
/* The same as JSON as it was sent; empty if there is none. */
struct str property_reader_json(struct property_reader *r, uint32_t which);

/* Where an event's JSON stands. */
struct property_source {
	const struct journal *journal;
	uint64_t offset;
	uint32_t length;
};
struct property_range {
	/* asked for */
	const struct property_source *sources;
	const struct property_wanted *wanted;
	uint32_t n, n_wanted;
	const atomic_bool *cancelled;
	/* found */
	struct property_set *sets; /* one for each name */
	uint32_t *numbers;         /* n for each name, by set; 0: absent */
	uint32_t failed;           /* events */
	struct errinfo error;      /* of the first of them */
};
/* Any thread. */
void property_range_read(struct property_range *range);

#endif
