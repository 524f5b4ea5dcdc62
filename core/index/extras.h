/* The sparse extras of one event (enum event_field) as bytes: most are small numbers, and most events have the same few.
 * Private to core/index. */
#ifndef INDEX_EXTRAS_H
#define INDEX_EXTRAS_H

#include "index/event.h"

struct event_extras {
	uint32_t has; /* bit f: field f is there */
	int64_t value[EVENT_FIELDS];
};
_Static_assert(EVENT_FIELDS <= 32, "a bit for every field");

static inline void extras_set(struct event_extras *x, enum event_field field, int64_t value)
{
	x->has |= UINT32_C(1) << field;
	x->value[field] = value;
}

#define EXTRAS_MAX (5 + 10 * EVENT_FIELDS) /* bytes that are written at most */
/* Gives the number of bytes; a single 0 if there is none. */
size_t extras_write(const struct event_extras *x, uint8_t *into);
void extras_read(struct event_extras *x, const uint8_t *from);
bool extras_find(const uint8_t *from, enum event_field field, int64_t *out);

#endif
