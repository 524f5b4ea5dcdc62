/* Seeded XXH3, and an open-addressing index (linear probing) of numbers. A slot keeps 32 bits of
 * the hash, so that probing and growing never look at the keys. The seed is the one piece of
 * process-wide state, decided once and never changed after that. XXH3 is compiled in: most texts
 * are so short that a call would cost as much as their hash.
 *
 * An index that is full grows bit by bit, since moving millions at once would hold the screen: the
 * old slots stay as they are and are looked at too, and every addition copies a few of them, until
 * all are in the new ones. Free slots are zero, so that the new ones cost nothing at first. */
#include "base/hash.h"
#include "base/mem.h"

#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#define FIRST_SLOTS 16u
#define MOVED_ONCE  8u /* old slots that an addition copies: all are, long before the next growth */

struct hash_slot {
	uint32_t taken; /* number + 1; 0: free */
	uint32_t hash;
};

static pthread_once_t seed_once = PTHREAD_ONCE_INIT;
static atomic_bool seed_decided;
static bool seed_given;
static uint64_t seed;

static uint64_t random_seed(void)
{
	struct timespec now = {0};
	uint64_t value;

	if (getrandom(&value, sizeof(value), GRND_NONBLOCK) == (ssize_t)sizeof(value))
		return value;
	/* No randomness (an old kernel at boot): hard to guess is better than constant. */
	clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t)now.tv_nsec * UINT64_C(0x9E3779B97F4A7C15) ^ (uint64_t)now.tv_sec ^
	       (uint64_t)getpid() << 32 ^ (uint64_t)(uintptr_t)&now;
}

static void decide_seed(void)
{
	if (!seed_given)
		seed = random_seed();
	atomic_store_explicit(&seed_decided, true, memory_order_release);
}

void hash_set_seed(uint64_t value)
{
	seed_given = true;
	seed = value;
	pthread_once(&seed_once, decide_seed);
}

static void need_seed(void)
{
	if (!atomic_load_explicit(&seed_decided, memory_order_acquire))
		pthread_once(&seed_once, decide_seed);
}

uint64_t hash64(struct str s)
{
	need_seed();
	return XXH3_64bits_withSeed(s.n ? s.p : "", s.n, seed);
}

void hash128(struct str s, uint8_t out[16])
{
	XXH128_canonical_t canonical;

	need_seed();
	XXH128_canonicalFromHash(&canonical, XXH3_128bits_withSeed(s.n ? s.p : "", s.n, seed));
	memcpy(out, canonical.digest, 16);
}

void hash128_lasting(struct str s, uint8_t out[16])
{
	XXH128_canonical_t canonical;

	XXH128_canonicalFromHash(&canonical, XXH3_128bits(s.n ? s.p : "", s.n));
	memcpy(out, canonical.digest, 16);
}

struct hash_pair_seed hash_pair_seed(void)
{
	return (struct hash_pair_seed){hash64(STR("first")), hash64(STR("second"))};
}

static uint32_t short_hash(uint64_t hash)
{
	return (uint32_t)(hash ^ hash >> 32);
}

static uint32_t find(const struct hash_slot *slots, uint32_t mask, uint32_t want, hash_same *same,
                     const void *ctx, const void *key)
{
	for (uint32_t i = want & mask; slots[i].taken; i = (i + 1) & mask)
		if (slots[i].hash == want && same(ctx, slots[i].taken - 1, key))
			return slots[i].taken - 1;
	return HASH_NONE;
}

uint32_t hash_index_find(const struct hash_index *h, uint64_t hash, hash_same *same,
                         const void *ctx, const void *key)
{
	uint32_t want = short_hash(hash), number = HASH_NONE;

	if (h->slots)
		number = find(h->slots, h->mask, want, same, ctx, key);
	if (number == HASH_NONE && h->old)
		number = find(h->old, h->mask / 2, want, same, ctx, key);
	return number;
}

void hash_index_fetch(const struct hash_index *h, uint64_t hash)
{
	uint32_t want = short_hash(hash);

	if (h->slots)
		__builtin_prefetch(&h->slots[want & h->mask]);
	if (h->old)
		__builtin_prefetch(&h->old[want & h->mask / 2]);
}

static void put(struct hash_index *h, struct hash_slot slot)
{
	uint32_t i = slot.hash & h->mask;

	while (h->slots[i].taken)
		i = (i + 1) & h->mask;
	h->slots[i] = slot;
}

static size_t slot_count(const struct hash_index *h)
{
	return h->slots ? (size_t)h->mask + 1 : 0;
}

static void grow(struct hash_index *h)
{
	size_t count = h->slots ? slot_count(h) * 2 : FIRST_SLOTS;

	assert(!h->old);
	if (count > (size_t)1 << 32)
		abort(); /* numbers are 32 bits and unique: cannot happen */
	h->old = h->slots;
	h->moved = 0;
	h->slots = mem_zero(count, sizeof(*h->slots));
	h->mask = (uint32_t)(count - 1);
}

static void drop_old(struct hash_index *h)
{
	mem_free(h->old);
	h->old = NULL;
}

static void move_some(struct hash_index *h)
{
	for (uint32_t i = 0; i < MOVED_ONCE; i++, h->moved++) {
		if (h->old[h->moved].taken)
			put(h, h->old[h->moved]);
		if (h->moved == h->mask / 2) {
			drop_old(h);
			return;
		}
	}
}

void hash_index_add(struct hash_index *h, uint64_t hash, uint32_t number)
{
	if (((size_t)h->used + 1) * 4 > slot_count(h) * 3)
		grow(h);
	if (h->old)
		move_some(h);
	put(h, (struct hash_slot){number + 1, short_hash(hash)});
	h->used++;
}

size_t hash_index_bytes(const struct hash_index *h)
{
	size_t count = slot_count(h);

	return (h->old ? count + count / 2 : count) * sizeof(*h->slots);
}

void hash_index_clear(struct hash_index *h)
{
	drop_old(h);
	if (h->slots)
		memset(h->slots, 0, slot_count(h) * sizeof(*h->slots));
	h->used = 0;
}

void hash_index_free(struct hash_index *h)
{
	drop_old(h);
	mem_free(h->slots);
	*h = (struct hash_index){0};
}
