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
	uint32_t expected; /* see ids_index_expect */
	struct ids_bucket
		*old; /* while it grows: 2^old_bits, of which `moved` are in buckets too */
	void *old_memory;
	unsigned old_bits;
	uint32_t moved;
};
/* What the index asks about the ids that its numbers stand for. Hashes are 32 good bits. */
struct ids_index_keys {
	bool (*same)(const void *ctx, uint32_t number, const void *key);
	uint32_t (*hash)(const void *ctx, uint32_t number);
	const void *ctx;
};

/* The number (never 0) of a key; 0 if there is none. */
uint32_t ids_index_find(const struct ids_index *x, const struct ids_index_keys *keys, uint32_t hash,
                        const void *key);
/* The same, but of a key that is not there number becomes its own and is given. Numbers are added in their order, from 1
 * on. */
uint32_t ids_index_add(struct ids_index *x, const struct ids_index_keys *keys, uint32_t hash,
                       const void *key, uint32_t number);
/* How many ids there will be, as far as is known: it grows in fewer and larger steps then. */
void ids_index_expect(struct ids_index *x, uint32_t ids);
/* Has memory fetched for a look-up or an addition to come. */
void ids_index_fetch(const struct ids_index *x, uint32_t hash);
size_t ids_index_bytes(const struct ids_index *x);
void ids_index_free(struct ids_index *x);

#endif
