/* Sets of member names for the skimmer: an open-addressing table over a name's length and its first
 * and last eight bytes, so that a member nobody wants costs a few instructions and one probe.
 * Beside it, for each name the one that followed it last: see json_keys_guess.
 *
 * Invariants: at most a quarter of the slots is used, so every probe ends; a slot holds a name's
 * number + 1, or 0. The names are the program's own, never from outside: no seed is needed, since a
 * hostile key can at worst walk the longest row of neighbours in a table that is the same for
 * everybody. */
#include "json/lexer_internal.h"

#include "base/mem.h"

#include <assert.h>
#include <string.h>

struct json_key {
	struct str name;
	uint64_t first, last; /* see words_of */
};

static uint64_t load8(const char *p)
{
	uint64_t word;

	memcpy(&word, p, sizeof(word));
	return word;
}

static uint32_t load4(const char *p)
{
	uint32_t word;

	memcpy(&word, p, sizeof(word));
	return word;
}

/* The first and the last eight bytes, overlapping in between; of a name under eight bytes all of
 * it. */
static inline struct json_key words_of(struct str name)
{
	struct json_key key = {.name = name};

	if (name.n >= 8) {
		key.first = load8(name.p);
		key.last = load8(name.p + name.n - 8);
	} else if (name.n >= 4) {
		key.first = load4(name.p);
		key.last = load4(name.p + name.n - 4);
	} else {
		for (size_t i = 0; i < name.n; i++)
			key.first = key.first << 8 | (uint8_t)name.p[i];
	}
	return key;
}

static inline size_t slot_of(const struct json_keys *keys, const struct json_key *key)
{
	/* Odd constants from splitmix64: any would do that mixes low bits into the high ones. */
	uint64_t mixed = key->first ^ key->last * UINT64_C(0xBF58476D1CE4E5B9) ^ key->name.n;

	return (size_t)(mixed * UINT64_C(0x9E3779B97F4A7C15) >> keys->shift);
}

/* What lies between the first and the last eight bytes. */
static bool same_middle(struct str a, struct str b)
{
	if (a.n <= 16)
		return true;
	if (a.n > 32)
		return memcmp(a.p + 8, b.p + 8, a.n - 16) == 0;
	return load8(a.p + 8) == load8(b.p + 8) && load8(a.p + a.n - 16) == load8(b.p + b.n - 16);
}

static inline bool same(const struct json_key *a, const struct json_key *b)
{
	return a->name.n == b->name.n && a->first == b->first && a->last == b->last &&
	       same_middle(a->name, b->name);
}

/* A name that a document cannot have as it is has to be looked up. */
static void set_bytes(struct json_key_bytes *bytes, struct str name)
{
	uint8_t mask[JSON_KEY_GUESSED] = {0};

	if (name.n > JSON_KEY_GUESSED || memchr(name.p, '"', name.n) ||
	    memchr(name.p, '\\', name.n))
		return;
	memset(mask, 0xff, name.n);
	memcpy(bytes->masks, mask, sizeof(mask));
	memcpy(bytes->words, name.p, name.n);
	bytes->n = name.n;
}

struct json_keys *json_keys_new(const struct str *names, size_t count)
{
	struct json_keys *keys = mem_zero(1, sizeof(*keys));
	unsigned bits = 4;

	assert(count <= JSON_KEYS_MAX);
	while ((size_t)1 << bits < count * 4)
		bits++;
	keys->count = count;
	keys->shift = 64 - bits;
	keys->mask = ((size_t)1 << bits) - 1;
	keys->slots = mem_zero(keys->mask + 1, 1);
	keys->names = mem_zero(count + 1, sizeof(*keys->names));
	keys->bytes = mem_zero(count + 1, sizeof(*keys->bytes));
	for (size_t i = 0; i < count; i++) {
		struct json_key key = words_of(names[i]);
		size_t slot = slot_of(keys, &key);

		while (keys->slots[slot] != 0)
			slot = (slot + 1) & keys->mask;
		keys->slots[slot] = (uint8_t)(i + 1);
		keys->names[i] = key;
		set_bytes(&keys->bytes[i + 1], names[i]);
		if (key.name.n > keys->longest)
			keys->longest = key.name.n;
	}
	return keys;
}

void json_keys_free(struct json_keys *k)
{
	if (!k)
		return;
	mem_free(k->slots);
	mem_free(k->names);
	mem_free(k->bytes);
	mem_free(k);
}

static inline size_t find(const struct json_keys *keys, struct str name)
{
	struct json_key key = words_of(name);

	for (size_t slot = slot_of(keys, &key); keys->slots[slot]; slot = (slot + 1) & keys->mask) {
		size_t number = keys->slots[slot] - 1u;

		if (same(&keys->names[number], &key))
			return number;
	}
	return JSON_NO_KEY;
}

static __attribute__((noinline)) size_t find_escaped(const struct json_keys *keys, struct str raw)
{
	struct buf name = {0};
	size_t number;

	if (raw.n > keys->longest * 6) /* \uXXXX is the longest way to write a byte */
		return JSON_NO_KEY;
	json_unescape(&name, raw);
	number = find(keys, buf_str(&name));
	buf_free(&name);
	return number;
}

size_t json_keys_find(const struct json_keys *keys, struct str raw, bool escaped)
{
	return escaped ? find_escaped(keys, raw) : find(keys, raw);
}
