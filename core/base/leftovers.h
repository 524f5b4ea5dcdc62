/* Memory that is given back in steps (base/slice.h): of what is large the system lets go page by page, which takes its time. */
#ifndef BASE_LEFTOVERS_H
#define BASE_LEFTOVERS_H

#include "base/hash.h"
#include "base/slice.h"

#include <stddef.h>

#define LEFTOVERS 12u

/* Zeroed it is empty. */
struct leftovers {
	void *list[LEFTOVERS];
	size_t bytes[LEFTOVERS];
	unsigned n;
};
void leftovers_add(struct leftovers *l, void *p, size_t bytes); /* takes p over; NULL is allowed */
void leftovers_add_index(struct leftovers *l, struct hash_index *h); /* leaves it empty */
bool leftovers_free(struct leftovers *l, struct slice *slice);       /* true: all of it */

#endif
