/* Seeded XXH3, and an open-addressing index (linear probing) of numbers. A slot keeps 32 bits of
 * the hash, so that probing and growing never look at the keys; HASH_NONE as a number marks a
 * free slot. The seed is the one piece of process-wide state, decided once and never changed
 * after that. */
#include "base/hash.h"
#include "base/mem.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>
#include <xxhash.h>

#define FIRST_SLOTS 16u

struct hash_slot {
	uint32_t number, hash;
};

static pthread_once_t seed_once = PTHREAD_ONCE_INIT;
static bool seed_given;
static uint64_t seed;

static void decide_seed(void)
{
	struct timespec now = {0};

	if (seed_given)
		return;
	if (getrandom(&seed, sizeof(seed), GRND_NONBLOCK) == (ssize_t)sizeof(seed))
		return;
	/* No randomness (an old kernel at boot): hard to guess is better than constant. */
	clock_gettime(CLOCK_REALTIME, &now);
	seed = (uint64_t)now.tv_nsec * UINT64_C(0x9E3779B97F4A7C15) ^ (uint64_t)now.tv_sec ^
	       (uint64_t)getpid() << 32 ^ (uint64_t)(uintptr_t)&now;
}

void hash_set_seed(uint64_t value)
{
	seed_given = true;
	seed = value;
	pthread_once(&seed_once, decide_seed);
}

uint64_t hash64(struct str s)
{
	pthread_once(&seed_once, decide_seed);
	return XXH3_64bits_withSeed(s.n ? s.p : "", s.n, seed);
}

void hash128(struct str s, uint8_t out[16])
{
	XXH128_canonical_t canonical;

	pthread_once(&seed_once, decide_seed);
	XXH128_canonicalFromHash(&canonical, XXH3_128bits_withSeed(s.n ? s.p : "", s.n, seed));
	memcpy(out, canonical.digest, 16);
}

static uint32_t short_hash(uint64_t hash)
{
	return (uint32_t)(hash ^ hash >> 32);
}

uint32_t hash_index_find(const struct hash_index *h, uint64_t hash, hash_same *same,
                         const void *ctx, const void *key)
{
	uint32_t want = short_hash(hash);

	if (!h->slots)
		return HASH_NONE;
	for (uint32_t i = want & h->mask;; i = (i + 1) & h->mask) {
		const struct hash_slot *slot = &h->slots[i];

		if (slot->number == HASH_NONE)
			return HASH_NONE;
		if (slot->hash == want && same(ctx, slot->number, key))
			return slot->number;
	}
}

static void put(struct hash_index *h, struct hash_slot slot)
{
	uint32_t i = slot.hash & h->mask;

	while (h->slots[i].number != HASH_NONE)
		i = (i + 1) & h->mask;
	h->slots[i] = slot;
}

static size_t slot_count(const struct hash_index *h)
{
	return h->slots ? (size_t)h->mask + 1 : 0;
}

static void grow(struct hash_index *h)
{
	struct hash_index old = *h;
	size_t count = old.slots ? slot_count(&old) * 2 : FIRST_SLOTS;

	if (count > (size_t)1 << 32)
		abort(); /* numbers are 32 bits and unique: cannot happen */
	h->slots = mem_alloc(count, sizeof(*h->slots));
	h->mask = (uint32_t)(count - 1);
	memset(h->slots, 0xff, count * sizeof(*h->slots));
	for (size_t i = 0; i < slot_count(&old); i++)
		if (old.slots[i].number != HASH_NONE)
			put(h, old.slots[i]);
	mem_free(old.slots);
}

void hash_index_add(struct hash_index *h, uint64_t hash, uint32_t number)
{
	if (((size_t)h->used + 1) * 4 > slot_count(h) * 3)
		grow(h);
	put(h, (struct hash_slot){number, short_hash(hash)});
	h->used++;
}

size_t hash_index_bytes(const struct hash_index *h)
{
	return slot_count(h) * sizeof(*h->slots);
}

void hash_index_clear(struct hash_index *h)
{
	if (h->slots)
		memset(h->slots, 0xff, slot_count(h) * sizeof(*h->slots));
	h->used = 0;
}

void hash_index_free(struct hash_index *h)
{
	mem_free(h->slots);
	*h = (struct hash_index){0};
}
