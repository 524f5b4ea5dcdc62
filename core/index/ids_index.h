/* Which numbers may have an id, by its hash. Takes 5 to 10 bytes an id, and a look-up mostly touches one cache line.
 * Private to core/index. Zero-initialise to start. */
#ifndef INDEX_IDS_INDEX_H
#define INDEX_IDS_INDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ids_index {
	struct ids_bucket *buckets;
	void *memory;  /* that they are in */
	unsigned bits; /* there are 2^bits of them */
	uint32_t used;
	struct ids_bucket
		*old; /* while it grows: half as many, of which `moved` are in buckets too */
	void *old_memory;
	uint32_t moved;
};
typedef bool ids_index_same(const void *ctx, uint32_t number, const void *key);
typedef uint32_t ids_index_hash(const void *ctx, uint32_t number);

/* The number (never 0) for which same holds, 0 if there is none. The hash is 32 good bits. */
uint32_t ids_index_find(const struct ids_index *x, uint32_t hash, ids_index_same *same,
                        const void *ctx, const void *key);
/* Adds a number that is not there yet: the next one, from 1 on. hash_of gives the hash of those from before, for growing. */
void ids_index_add(struct ids_index *x, uint32_t hash, uint32_t number, ids_index_hash *hash_of,
                   const void *ctx);
/* Has memory fetched for a look-up or an addition to come. */
void ids_index_fetch(const struct ids_index *x, uint32_t hash);
size_t ids_index_bytes(const struct ids_index *x);
void ids_index_free(struct ids_index *x);

#endif
