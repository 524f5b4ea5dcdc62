/* A table of buckets, each of 8 slots of 32 bits within a cache line, filled from its first slot on;
 * what finds its bucket full goes into the next. With 2^bits buckets, a slot is
 *
 *	1 bit            the number is not in the bucket of its hash
 *	28 - bits bits   the hash's, above those that tell the bucket
 *	bits + 3 bits    the number; 0: the slot is free
 *
 * so that more ids make numbers wider by as many bits as the bucket's place says more of the hash.
 * A slot in its own bucket keeps 28 bits of the hash; only for the few others growing has to ask.
 *
 * Growing is bit by bit, since moving millions at once would hold the screen: the old buckets stay
 * as they are and are looked at too, and every addition copies one of them, until all are in the
 * new ones. Free slots are zero, so that the new ones cost nothing at first. */
#include "index/ids_index.h"

#include "base/mem.h"

#include <assert.h>
#include <stdlib.h>

#define SLOTS     8u
#define SLOT_BITS 3u
#define FULL      6u /* slots a bucket, on the average, before it grows */
#define HASH_BITS 28u
#define MOVED     (UINT32_C(1) << 31)
#define STEP_BITS 3u /* that it grows by at most, since what is expected may not come: */
#define LAST_BITS 5u /* the same when so much of it is here that the step is the last */

struct ids_bucket {
	_Alignas(SLOTS * sizeof(uint32_t)) uint32_t slots[SLOTS];
};

static struct ids_bucket *new_buckets(unsigned bits, void **memory)
{
	/* Zeroed memory that nobody touched costs nothing, so it is aligned by hand. */
	uintptr_t line = sizeof(struct ids_bucket);

	*memory = mem_zero(((size_t)1 << bits) + 1, sizeof(struct ids_bucket));
	mem_ask_large(*memory, sizeof(struct ids_bucket) << bits);
	return (struct ids_bucket *)(((uintptr_t)*memory + line - 1) & ~(line - 1));
}

static uint32_t low_bits(uint32_t value, unsigned bits)
{
	return value & ((UINT32_C(1) << bits) - 1);
}

/* Where the numbers of a table end and hashes begin. */
static unsigned number_bits(unsigned bits)
{
	return bits + SLOT_BITS;
}

/* A slot with this hash in its own bucket, without a number. */
static uint32_t hash_slot(unsigned bits, uint32_t hash)
{
	return low_bits(hash, HASH_BITS) >> bits << number_bits(bits);
}

/* ---- looking up ---- */

/* All slots at once: a walk to the first that fits or is free would end where no processor foresees. */
static bool has_hash(const struct ids_bucket *bucket, uint32_t want, uint32_t mask)
{
	uint32_t found = 0;

	for (unsigned i = 0; i < SLOTS; i++)
		found |= ((bucket->slots[i] ^ want) & mask) == 0;
	return found;
}

static unsigned count_taken(const struct ids_bucket *bucket)
{
	unsigned taken = 0;

	for (unsigned i = 0; i < SLOTS; i++)
		taken += bucket->slots[i] != 0;
	return taken;
}

static uint32_t find_in(const struct ids_bucket *bucket, const struct ids_index_keys *keys,
                        uint32_t want, uint32_t mask, const void *key)
{
	for (unsigned i = 0; i < SLOTS && bucket->slots[i]; i++) {
		uint32_t number = bucket->slots[i] & ~mask;

		if (((bucket->slots[i] ^ want) & mask) == 0 && keys->same(keys->ctx, number, key))
			return number;
	}
	return 0;
}

/* *last becomes the bucket where the search ended: if nothing was found, the one with a free slot. */
static uint32_t find(struct ids_bucket *buckets, unsigned bits, const struct ids_index_keys *keys,
                     uint32_t hash, const void *key, struct ids_bucket **last)
{
	uint32_t want = hash_slot(bits, hash), mask = UINT32_MAX << number_bits(bits);
	uint32_t at = low_bits(hash, bits), number;

	for (;;) {
		*last = &buckets[at];
		if (has_hash(*last, want, mask)) {
			number = find_in(*last, keys, want, mask, key);
			if (number != 0)
				return number;
		}
		if (!(*last)->slots[SLOTS - 1])
			return 0;
		at = low_bits(at + 1, bits);
		want |= MOVED;
	}
}

uint32_t ids_index_find(const struct ids_index *x, const struct ids_index_keys *keys, uint32_t hash,
                        const void *key)
{
	struct ids_bucket *last;
	uint32_t number = 0;

	if (x->buckets)
		number = find(x->buckets, x->bits, keys, hash, key, &last);
	if (number == 0 && x->old)
		number = find(x->old, x->old_bits, keys, hash, key, &last);
	return number;
}

void ids_index_fetch(const struct ids_index *x, uint32_t hash)
{
	if (x->buckets)
		__builtin_prefetch(&x->buckets[low_bits(hash, x->bits)]);
	if (x->old)
		__builtin_prefetch(&x->old[low_bits(hash, x->old_bits)]);
}

/* ---- adding ---- */

static void put(struct ids_index *x, uint32_t hash, uint32_t number)
{
	uint32_t slot = hash_slot(x->bits, hash) | number, at = low_bits(hash, x->bits);

	while (x->buckets[at].slots[SLOTS - 1]) {
		at = low_bits(at + 1, x->bits);
		slot |= MOVED;
	}
	x->buckets[at].slots[count_taken(&x->buckets[at])] = slot;
}

static bool is_full(unsigned bits, uint64_t ids)
{
	return ids > (uint64_t)FULL << bits;
}

void ids_index_expect(struct ids_index *x, uint32_t ids)
{
	x->expected = ids;
}

static void grow(struct ids_index *x)
{
	unsigned bits = x->buckets ? x->bits + 1 : 0;
	unsigned most = x->bits +
	                (is_full(x->bits + LAST_BITS, x->expected) ? STEP_BITS : LAST_BITS);

	assert(!x->old);
	if (bits == HASH_BITS)
		abort(); /* 800 million ids: had no memory long before */
	while (x->buckets && bits < most && bits < HASH_BITS - 1 && is_full(bits, x->expected))
		bits++;
	x->old = x->buckets;
	x->old_memory = x->memory;
	x->old_bits = x->bits;
	x->moved = 0;
	x->bits = bits;
	x->buckets = new_buckets(bits, &x->memory);
}

static void drop_old(struct ids_index *x)
{
	mem_free(x->old_memory);
	x->old = x->old_memory = NULL;
}

/* Copies an old bucket. The lowest bits of hash that a slot keeps tell in which of several its number is
 * now, and become the number's highest; they are 0, since numbers were narrower when it was added. */
static void move_one(struct ids_index *x, const struct ids_index_keys *keys)
{
	unsigned shift = number_bits(x->old_bits), n_others = 0;
	uint32_t side_bits = low_bits(UINT32_MAX, x->bits - x->old_bits) << shift;
	const uint32_t *slots = x->old[x->moved].slots;
	uint32_t others[SLOTS];

	for (unsigned i = 0; i < SLOTS && slots[i]; i++) {
		uint32_t side = (slots[i] & side_bits) >> shift;
		struct ids_bucket *into = &x->buckets[x->moved + (side << x->old_bits)];
		unsigned taken = count_taken(into);

		if (slots[i] & MOVED || taken == SLOTS)
			others[n_others++] = low_bits(slots[i], shift);
		else
			into->slots[taken] = slots[i] & ~side_bits;
	}
	for (unsigned i = 0; i < n_others; i++)
		put(x, keys->hash(keys->ctx, others[i]), others[i]);
	if (++x->moved == UINT32_C(1) << x->old_bits)
		drop_old(x);
}

uint32_t ids_index_add(struct ids_index *x, const struct ids_index_keys *keys, uint32_t hash,
                       const void *key, uint32_t number)
{
	struct ids_bucket *home, *last;
	uint32_t found;

	assert(number == x->used + 1);
	if (!x->buckets || is_full(x->bits, number))
		grow(x);
	if (x->old) {
		found = find(x->old, x->old_bits, keys, hash, key, &last);
		if (found != 0)
			return found;
		move_one(x, keys);
	}
	found = find(x->buckets, x->bits, keys, hash, key, &last);
	if (found != 0)
		return found;
	home = &x->buckets[low_bits(hash, x->bits)];
	last->slots[count_taken(last)] = hash_slot(x->bits, hash) | number |
	                                 (last == home ? 0 : MOVED);
	x->used++;
	return number;
}

size_t ids_index_bytes(const struct ids_index *x)
{
	size_t bytes = x->buckets ? sizeof(struct ids_bucket) << x->bits : 0;

	return x->old ? bytes + (sizeof(struct ids_bucket) << x->old_bits) : bytes;
}

void ids_index_free(struct ids_index *x)
{
	drop_old(x);
	mem_free(x->memory);
	*x = (struct ids_index){0};
}
