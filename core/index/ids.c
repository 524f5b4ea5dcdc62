/* Ids by number, and numbers by id. Most ids are met once (the uuid of an event, its span) or again
 * soon after, and a look-up among millions of them costs a wait for memory. So a worker's table is
 * loose: it remembers ids by a small array that fits the cache. And ids that are merged come many
 * at a time, so that the waits are for all of them at once.
 *
 * Invariants: number 0 is all zeros and stands in no index; chunks but the last are full; texts are
 * sorted by number, since numbers only rise. */
#include "index/ids.h"

#include "base/mem.h"
#include "index/id.h"

#include <string.h>

#define CHUNK_IDS   4096u
#define KEPT_CHUNKS 4u /* of a table that is cleared */
#define FIRST_TEXTS 32u
#define RECENT      4096u /* ids that a loose table remembers at most */
#define RUN         64u   /* ids that are looked up together */

_Static_assert(CHUNK_IDS % RUN == 0, "a run is within a chunk");

struct ids_chunk {
	struct id ids[CHUNK_IDS];
};

struct id_text {
	uint32_t number;
	struct str text;
};

static struct id *id_at(const struct ids *t, uint32_t number)
{
	struct ids_chunk *chunk = t->chunks.list[number / CHUNK_IDS];

	return &chunk->ids[number % CHUNK_IDS];
}

/* ---- texts ---- */

static struct str long_text(const struct ids *t, uint32_t number)
{
	uint32_t low = 0, high = t->n_texts;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (t->texts[middle].number < number)
			low = middle + 1;
		else
			high = middle;
	}
	return low < t->n_texts ? t->texts[low].text : STR_EMPTY;
}

/* The text, in `room` unless it is a long one. */
static struct str text_of(const struct ids *t, uint32_t number, char room[ID_ROOM])
{
	const struct id *id = id_at(t, number < t->n ? number : 0);

	return id_form(id) == ID_HASH ? long_text(t, number) : id_text(id, room);
}

static void keep_text(struct ids *t, uint32_t number, struct str text)
{
	if (t->n_texts == t->cap_texts) {
		t->cap_texts = t->cap_texts ? t->cap_texts + t->cap_texts / 2 : FIRST_TEXTS;
		t->texts = mem_resize(t->texts, t->cap_texts, sizeof(*t->texts));
	}
	t->texts[t->n_texts++] = (struct id_text){number, arena_copy(&t->arena, text)};
}

/* ---- the table ---- */

static uint32_t append(struct ids *t, const struct id *id, struct str text)
{
	uint32_t number = t->n;

	if (number == t->chunks.n * CHUNK_IDS)
		chunks_add(&t->chunks);
	*id_at(t, number) = *id;
	if (id_form(id) == ID_HASH)
		keep_text(t, number, text);
	t->n++;
	return number;
}

void ids_init(struct ids *t)
{
	*t = (struct ids){.seed = hash_pair_seed(), .chunks.size = sizeof(struct ids_chunk)};
	append(t, &(struct id){{0}}, STR_EMPTY);
}

void ids_init_loose(struct ids *t)
{
	ids_init(t);
	t->recent = mem_zero(RECENT, sizeof(*t->recent));
}

void ids_fini(struct ids *t)
{
	chunks_free(&t->chunks);
	mem_free(t->recent);
	mem_free(t->texts);
	ids_index_free(&t->index);
	arena_free(&t->arena);
	*t = (struct ids){0};
}

void ids_clear(struct ids *t)
{
	chunks_cut(&t->chunks, KEPT_CHUNKS);
	t->n = 1;
	t->n_texts = 0;
	if (t->recent)
		memset(t->recent, 0, RECENT * sizeof(*t->recent));
	ids_index_free(&t->index);
	arena_free(&t->arena);
}

static uint64_t word_of(const struct id *id, unsigned which)
{
	uint64_t word;

	memcpy(&word, id->bytes + which * sizeof(word), sizeof(word));
	return word;
}

static uint32_t hash_of(const struct ids *t, const struct id *id)
{
	return hash_pair(t->seed, word_of(id, 0), word_of(id, 1));
}

static uint32_t hash_at(const void *ctx, uint32_t number)
{
	return hash_of(ctx, id_at(ctx, number));
}

static bool is_same(const struct id *a, const struct id *b)
{
	return word_of(a, 0) == word_of(b, 0) && word_of(a, 1) == word_of(b, 1);
}

static bool same_id(const void *ctx, uint32_t number, const void *key)
{
	return is_same(id_at(ctx, number), key);
}

static struct ids_index_keys keys_of(const struct ids *t)
{
	return (struct ids_index_keys){same_id, hash_at, t};
}

/* text is looked at only for hashed ids. */
static uint32_t add_packed(struct ids *t, const struct ids_index_keys *keys, const struct id *id,
                           uint32_t hash, struct str text)
{
	uint32_t number = ids_index_add(&t->index, keys, hash, id, t->n);

	return number == t->n ? append(t, id, text) : number;
}

static inline uint32_t add_loosely(struct ids *t, const struct id *id, struct str text)
{
	uint32_t *recent = &t->recent[hash_of(t, id) % RECENT];

	if (*recent == 0 || !is_same(id_at(t, *recent), id))
		*recent = append(t, id, text);
	return *recent;
}

static __attribute__((noinline)) uint32_t add_for_good(struct ids *t, const struct id *id,
                                                       struct str text)
{
	struct ids_index_keys keys = keys_of(t);

	return add_packed(t, &keys, id, hash_of(t, id), text);
}

static bool is_digits(const struct id *id)
{
	return id_form(id) == ID_UUID || id_form(id) == ID_HEX;
}

uint32_t ids_add_sent(struct ids *t, struct str text, bool *digits)
{
	struct id id;

	*digits = false;
	if (text.n == 0)
		return 0;
	id_pack(&id, text);
	*digits = is_digits(&id);
	return t->recent ? add_loosely(t, &id, text) : add_for_good(t, &id, text);
}

uint32_t ids_add(struct ids *t, struct str text)
{
	bool digits;

	return ids_add_sent(t, text, &digits);
}

uint32_t ids_append(struct ids *t, struct str text)
{
	struct id id;

	if (!t->recent)
		return ids_add(t, text);
	if (text.n == 0)
		return 0;
	id_pack(&id, text);
	return append(t, &id, text);
}

/* Two walks: the first asks memory for what the second looks at. */
static void add_run(struct ids *t, const struct ids *from, uint32_t first, uint32_t n,
                    uint32_t *out)
{
	const struct ids_index_keys keys = keys_of(t);
	const struct id *ids = id_at(from, first);
	uint32_t hashes[RUN];

	for (uint32_t i = 0; i < n; i++) {
		hashes[i] = hash_of(t, &ids[i]);
		ids_index_fetch(&t->index, hashes[i]);
	}
	for (uint32_t i = 0; i < n; i++) {
		struct str text = STR_EMPTY;

		if (id_form(&ids[i]) == ID_HASH)
			text = long_text(from, first + i);
		out[i] = add_packed(t, &keys, &ids[i], hashes[i], text);
	}
}

void ids_add_from(struct ids *t, const struct ids *from, uint32_t first, uint32_t n, uint32_t *out)
{
	uint32_t end = first + n, run;

	if (n > 0 && first == 0) { /* the absent one */
		*out++ = 0;
		first++;
	}
	for (; first < end; first += run, out += run) {
		run = RUN - first % RUN; /* so that it is within a chunk */
		run = run < end - first ? run : end - first;
		add_run(t, from, first, run, out);
	}
}

void ids_expect(struct ids *t, uint32_t first, uint64_t done, uint64_t left)
{
	double of_a_byte = done > 0 ? (double)(t->n - first) / (double)done : 0;
	double all = t->n + of_a_byte * (double)left;

	ids_index_expect(&t->index, all < UINT32_MAX ? (uint32_t)all : UINT32_MAX);
}

uint32_t ids_find(const struct ids *t, struct str text)
{
	struct ids_index_keys keys = keys_of(t);
	struct id id;

	if (text.n == 0)
		return 0;
	id_pack(&id, text);
	return ids_index_find(&t->index, &keys, hash_of(t, &id), &id);
}

void ids_text(const struct ids *t, uint32_t number, struct buf *out)
{
	char room[ID_ROOM];

	buf_append(out, text_of(t, number, room));
}

int ids_compare(const struct ids *t, uint32_t a, uint32_t b)
{
	char room_a[ID_ROOM], room_b[ID_ROOM];

	if (a == b)
		return 0;
	if (a == 0 || b == 0)
		return a == 0 ? 1 : -1;
	/* The digits of two canonical ones stand in the order of their bytes. */
	if (id_form(id_at(t, a)) == ID_UUID && id_form(id_at(t, b)) == ID_UUID)
		return memcmp(id_at(t, a), id_at(t, b), sizeof(struct id));
	return str_cmp(text_of(t, a, room_a), text_of(t, b, room_b));
}

size_t ids_bytes(const struct ids *t)
{
	return chunks_bytes(&t->chunks) + (t->recent ? RECENT * sizeof(*t->recent) : 0) +
	       t->cap_texts * sizeof(*t->texts) + ids_index_bytes(&t->index) + t->arena.bytes;
}
