/* Interned texts. A text's bytes live in an arena and never move. Number 0 is the empty text and
 * stands in no index, so that it costs no look-up. Models, providers, libraries come again with
 * every event: a few words of those met lately are kept, so that most texts are not even hashed. */
#include "index/strings.h"

#include "base/mem.h"

#include <string.h>

#define FIRST_STRINGS 16u

_Static_assert((RECENT_STRINGS & (RECENT_STRINGS - 1)) == 0, "a power of two");

void strings_init(struct strings *t)
{
	*t = (struct strings){.n = 1, .cap = FIRST_STRINGS};
	t->list = mem_alloc(t->cap, sizeof(*t->list));
	t->list[0] = STR_EMPTY;
}

void strings_fini(struct strings *t)
{
	mem_free(t->list);
	hash_index_free(&t->index);
	arena_free(&t->arena);
	*t = (struct strings){0};
}

void strings_clear(struct strings *t)
{
	t->n = 1;
	hash_index_clear(&t->index);
	memset(t->recent, 0, sizeof(t->recent));
	arena_free(&t->arena);
}

static bool same_string(const void *ctx, uint32_t number, const void *key)
{
	const struct strings *t = ctx;

	return str_eq(t->list[number], *(const struct str *)key);
}

uint32_t strings_find(const struct strings *t, struct str text)
{
	uint32_t number;

	if (text.n == 0)
		return 0;
	number = hash_index_find(&t->index, hash64(text), same_string, t, &text);
	return number == HASH_NONE ? 0 : number;
}

static uint32_t find_or_add(struct strings *t, struct str text)
{
	uint64_t hash = hash64(text);
	uint32_t number = hash_index_find(&t->index, hash, same_string, t, &text);

	if (number != HASH_NONE)
		return number;
	if (t->n == t->cap) {
		t->cap += t->cap / 2;
		t->list = mem_resize(t->list, t->cap, sizeof(*t->list));
	}
	number = t->n++;
	t->list[number] = arena_copy(&t->arena, text);
	hash_index_add(&t->index, hash, number);
	return number;
}

/* ---- met lately ---- */

/* The two words overlap in a text under sixteen bytes, and of one under eight tell all of it. */
static struct recent_string words_of(struct str text)
{
	struct recent_string words = {.n = text.n};
	uint32_t half;

	if (text.n >= sizeof(words.first)) {
		memcpy(&words.first, text.p, sizeof(words.first));
		memcpy(&words.last, text.p + text.n - sizeof(words.last), sizeof(words.last));
	} else if (text.n >= sizeof(half)) {
		memcpy(&half, text.p, sizeof(half));
		words.first = half;
		memcpy(&half, text.p + text.n - sizeof(half), sizeof(half));
		words.last = half;
	} else {
		for (size_t i = 0; i < text.n; i++)
			words.first = words.first << 8 | (uint8_t)text.p[i];
	}
	return words;
}

static struct recent_string *place_of(struct strings *t, const struct recent_string *words)
{
	uint64_t mixed = (words->first ^ words->last * 3 ^ words->n) * UINT64_C(0x9E3779B97F4A7C15);

	return &t->recent[mixed >> 32 & (RECENT_STRINGS - 1)];
}

static bool is_recent(const struct strings *t, const struct recent_string *recent,
                      const struct recent_string *words, struct str text)
{
	if (recent->first != words->first || recent->last != words->last || recent->n != words->n)
		return false;
	return text.n <= 2 * sizeof(words->first) ||
	       memcmp(t->list[recent->number].p, text.p, text.n) == 0;
}

uint32_t strings_add(struct strings *t, struct str text)
{
	struct recent_string words, *recent;

	if (text.n == 0)
		return 0;
	words = words_of(text);
	recent = place_of(t, &words);
	if (!is_recent(t, recent, &words, text)) {
		*recent = words;
		recent->number = find_or_add(t, text);
	}
	return recent->number;
}

/* ---- reading ---- */

struct str strings_get(const struct strings *t, uint32_t number)
{
	return number < t->n ? t->list[number] : STR_EMPTY;
}

size_t strings_bytes(const struct strings *t)
{
	return t->cap * sizeof(*t->list) + hash_index_bytes(&t->index) + t->arena.bytes;
}
