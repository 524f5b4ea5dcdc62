/* A block is made smaller from its end until it is small. */
#include "base/leftovers.h"

#include "base/mem.h"

#include <assert.h>

#define PIECE ((size_t)1 << 20) /* bytes: some tens of microseconds */

void leftovers_add(struct leftovers *l, void *p, size_t bytes)
{
	if (p == NULL)
		return;
	assert(l->n < LEFTOVERS);
	l->list[l->n] = p;
	l->bytes[l->n++] = bytes;
}

void leftovers_add_index(struct leftovers *l, struct hash_index *h)
{
	struct hash_index slots = {.slots = h->slots, .mask = h->mask};

	leftovers_add(l, h->slots, hash_index_bytes(&slots));
	h->slots = NULL;
	hash_index_free(h);
}

bool leftovers_free(struct leftovers *l, struct slice *slice)
{
	for (; l->n > 0; l->n--) {
		void **last = &l->list[l->n - 1];
		size_t *bytes = &l->bytes[l->n - 1];

		for (; *bytes > PIECE; slice_was_large(slice)) {
			if (slice_over(slice))
				return false;
			*bytes -= PIECE;
			*last = mem_resize(*last, *bytes, 1);
		}
		mem_free(*last);
	}
	return true;
}
