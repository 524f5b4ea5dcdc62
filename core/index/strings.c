/* Interned texts. A text is hashed once a look-up; its bytes live in an arena and never move.
 * Number 0 is the empty text and stands in no index, so that it costs no look-up. */
#include "index/strings.h"

#include "base/mem.h"

#define FIRST_STRINGS 16u

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

uint32_t strings_add(struct strings *t, struct str text)
{
	uint64_t hash;
	uint32_t number;

	if (text.n == 0)
		return 0;
	hash = hash64(text);
	number = hash_index_find(&t->index, hash, same_string, t, &text);
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

struct str strings_get(const struct strings *t, uint32_t number)
{
	return number < t->n ? t->list[number] : STR_EMPTY;
}

size_t strings_bytes(const struct strings *t)
{
	return t->cap * sizeof(*t->list) + hash_index_bytes(&t->index) + t->arena.bytes;
}
