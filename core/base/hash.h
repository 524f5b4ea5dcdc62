/* Seeded hashing and one open-addressing index of numbers by key. */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include "base/str.h"

/* xxHash (XXH3), seeded once a process from the system's randomness, so that hostile ids cannot
 * pile up. */
uint64_t hash64(struct str s);
void hash128(struct str s, uint8_t out[16]);
/* Without the seed, so the same in every process and for good: for ids that are kept, not for indexes. */
void hash128_lasting(struct str s, uint8_t out[16]);
/* Of 16 bytes as two words: a fraction of hash64's cost. For keys that are compared in full whenever
 * their hashes meet. The seed is the process's, from hash_pair_seed. */
struct hash_pair_seed {
	uint64_t a, b;
};
struct hash_pair_seed hash_pair_seed(void);
static inline uint32_t hash_pair(struct hash_pair_seed seed, uint64_t a, uint64_t b)
{
	unsigned __int128 product = (unsigned __int128)(a ^ seed.a) * (b ^ seed.b);
	uint64_t hash = (uint64_t)product ^ (uint64_t)(product >> 64);

	return (uint32_t)(hash ^ hash >> 32);
}
/* Fixed seed, for tests that need the same layout twice. Before first use only. */
void hash_set_seed(uint64_t seed);

/* Maps keys to numbers; the keys themselves live with the caller. Zero-initialise to start.
 * Takes 8 bytes a slot and is at most 3/4 full; an addition never takes long. Not safe for several
 * writers. */
struct hash_index {
	struct hash_slot *slots;
	uint32_t mask, used;
	struct hash_slot *old; /* while it grows: half as many, of which `moved` are in slots too */
	uint32_t moved;
};
typedef bool hash_same(const void *ctx, uint32_t number, const void *key);

#define HASH_NONE UINT32_MAX
/* The number stored under key, or HASH_NONE. same(ctx, number, key) compares for real. */
uint32_t hash_index_find(const struct hash_index *h, uint64_t hash, hash_same *same,
                         const void *ctx, const void *key);
/* Has memory fetched for a look-up to come. */
void hash_index_fetch(const struct hash_index *h, uint64_t hash);
/* Adds number (must not be there yet). */
void hash_index_add(struct hash_index *h, uint64_t hash, uint32_t number);
size_t hash_index_bytes(const struct hash_index *h);
void hash_index_clear(struct hash_index *h); /* empty again, memory kept */
void hash_index_free(struct hash_index *h);

#endif
