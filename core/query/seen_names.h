/* The names of the properties that an event has, for completion. Private to seen.c. */
#ifndef QUERY_SEEN_NAMES_H
#define QUERY_SEEN_NAMES_H

#include "index/events.h"

#define SEEN_NAMES_MAX 256u         /* of one event */
#define SEEN_EVENT_MAX (256u << 10) /* bytes of an event that is looked into */

/* Reads the event and adds its names to `names`: those of its properties, or of the person that it sets. Gives how many there are,
 * each once; their numbers are in found. None of an event that cannot be read, or is too large. */
uint32_t seen_names_of(const struct events *t, uint32_t event, bool of_person,
                       struct strings *names, uint32_t found[SEEN_NAMES_MAX]);

#endif
