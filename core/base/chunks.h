/* Chunks of one size that never move, for tables that only grow. */
#ifndef BASE_CHUNKS_H
#define BASE_CHUNKS_H

#include <stddef.h>
#include <stdint.h>

struct chunks {
	void **list;
	uint32_t n, cap;
	size_t size; /* bytes of each: at most CHUNKS_LARGE */
};
#define CHUNKS_LARGE ((size_t)2 << 20)

/* Zero but for the size to start. Adds one, which holds anything; never NULL. */
void *chunks_add(struct chunks *c);
void chunks_cut(struct chunks *c, uint32_t n); /* frees all but the first n, or a few more */
size_t chunks_bytes(const struct chunks *c);
void chunks_free(struct chunks *c);

#endif
