/* Ids packed into 16 bytes. The two highest bits of byte 8 are where a UUID keeps its variant; they
 * tell the forms apart, so that no two texts of different forms can meet:
 *
 *	10  a canonical UUID: lower case, dashes, version 1 to 8, variant 10
 *	00  a text of up to 15 bytes: its length in the low bits of byte 8, its bytes in the other
 *	    fifteen, zeros behind them; the empty text is all zeros
 *	01  16 lower-case hex digits (OpenTelemetry spans): bytes 0 to 7, zeros behind them
 *	11  any other text: 126 bits of its hash; the text stands in `texts`
 *
 * Invariants: list[0] is all zeros and stands in no index; texts are sorted by number, since
 * numbers only rise. The seed of the hash is the process's: packed ids are good for one run. */
#include "index/ids.h"

#include "base/mem.h"

#include <string.h>

#define FIRST_IDS 32u
#define MANY_IDS  65536u /* from which on the list grows in smaller steps */
#define TAG       8      /* the byte that tells the forms apart */
#define SHORT_MAX 15u
#define HEX_SIZE  16u
#define UUID_SIZE 36u

enum form { FORM_SHORT = 0x00, FORM_HEX = 0x40, FORM_UUID = 0x80, FORM_HASH = 0xC0 };
#define FORM_MASK 0xC0

struct id_text {
	uint32_t number;
	struct str text;
};

static enum form form_of(const struct id *id)
{
	return (enum form)(id->bytes[TAG] & FORM_MASK);
}

/* ---- packing ---- */

#define EVERY_BYTE UINT64_C(0x0101010101010101)

/* The values of eight lower-case hex digits, each in its byte; false if one is none. A value is
 * right if the digit that it has is the one that was read. */
static bool digit_values(const char *p, uint64_t *values)
{
	uint64_t digits, v, letters, back;

	memcpy(&digits, p, sizeof(digits));
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	digits = __builtin_bswap64(digits);
#endif
	letters = digits >> 6 & EVERY_BYTE;
	v = (digits & (EVERY_BYTE * 15)) + letters * 9;
	letters = (v + EVERY_BYTE * 6) >> 4 & EVERY_BYTE;
	back = v + EVERY_BYTE * '0' + letters * ('a' - 10 - '0');
	*values = v;
	return back == digits && (v & (EVERY_BYTE * 0xF0)) == 0;
}

/* Four bytes from eight digits. */
static bool read_hex(const char *p, uint8_t *into)
{
	uint64_t v;
	bool good = digit_values(p, &v);

	v = (v << 4 | v >> 8) & UINT64_C(0x00FF00FF00FF00FF);
	v = (v | v >> 8) & UINT64_C(0x0000FFFF0000FFFF);
	v |= v >> 16;
	for (int i = 0; i < 4; i++)
		into[i] = (uint8_t)(v >> (8 * i));
	return good;
}

static bool pack_uuid(struct id *id, const char *p)
{
	uint8_t *b = id->bytes;
	char middle[8] = {p[9], p[10], p[11], p[12], p[14], p[15], p[16], p[17]};
	char behind[8] = {p[19], p[20], p[21], p[22], p[24], p[25], p[26], p[27]};

	if (p[8] != '-' || p[13] != '-' || p[18] != '-' || p[23] != '-')
		return false;
	if (p[14] < '1' || p[14] > '8')
		return false;
	return read_hex(p, b) && read_hex(middle, b + 4) && read_hex(behind, b + 8) &&
	       read_hex(p + 28, b + 12) && form_of(id) == FORM_UUID;
}

static bool pack_hex(struct id *id, const char *p)
{
	memset(id->bytes + TAG, 0, sizeof(id->bytes) - TAG);
	id->bytes[TAG] = FORM_HEX;
	return read_hex(p, id->bytes) && read_hex(p + 8, id->bytes + 4);
}

static void pack_short(struct id *id, struct str text)
{
	size_t before = text.n < TAG ? text.n : TAG;

	*id = (struct id){{0}};
	memcpy(id->bytes, text.p, before);
	memcpy(id->bytes + TAG + 1, text.p + before, text.n - before);
	id->bytes[TAG] = (uint8_t)(FORM_SHORT | text.n);
}

static void pack_hash(struct id *id, struct str text)
{
	hash128(text, id->bytes);
	id->bytes[TAG] |= FORM_HASH;
}

static void pack(struct id *id, struct str text)
{
	if (text.n == UUID_SIZE && pack_uuid(id, text.p))
		return;
	if (text.n <= SHORT_MAX) {
		pack_short(id, text);
		return;
	}
	if (text.n == HEX_SIZE && pack_hex(id, text.p))
		return;
	pack_hash(id, text);
}

/* ---- unpacking ---- */

static size_t write_hex(const uint8_t *from, size_t n, char *into)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < n; i++) {
		into[2 * i] = digits[from[i] >> 4];
		into[2 * i + 1] = digits[from[i] & 15];
	}
	return 2 * n;
}

static void unpack_uuid(const struct id *id, char *into)
{
	static const uint8_t groups[] = {4, 2, 2, 2, 6};
	const uint8_t *from = id->bytes;

	for (size_t i = 0; i < sizeof(groups); i++) {
		if (i > 0)
			*into++ = '-';
		into += write_hex(from, groups[i], into);
		from += groups[i];
	}
}

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
static struct str text_of(const struct ids *t, uint32_t number, char room[UUID_SIZE])
{
	const struct id *id = &t->list[number < t->n ? number : 0];
	size_t n;

	switch (form_of(id)) {
	case FORM_UUID:
		unpack_uuid(id, room);
		return (struct str){room, UUID_SIZE};
	case FORM_HEX:
		return (struct str){room, write_hex(id->bytes, HEX_SIZE / 2, room)};
	case FORM_HASH:
		return long_text(t, number);
	case FORM_SHORT:
		break;
	}
	n = id->bytes[TAG];
	memcpy(room, id->bytes, TAG);
	memcpy(room + TAG, id->bytes + TAG + 1, SHORT_MAX - TAG);
	return (struct str){room, n};
}

/* ---- the table ---- */

void ids_init(struct ids *t)
{
	*t = (struct ids){.n = 1, .cap = FIRST_IDS};
	t->list = mem_alloc(t->cap, sizeof(*t->list));
	t->list[0] = (struct id){{0}};
}

void ids_fini(struct ids *t)
{
	mem_free(t->list);
	mem_free(t->texts);
	hash_index_free(&t->index);
	arena_free(&t->arena);
	*t = (struct ids){0};
}

void ids_clear(struct ids *t)
{
	t->n = 1;
	t->n_texts = 0;
	hash_index_clear(&t->index);
	arena_free(&t->arena);
}

static bool same_id(const void *ctx, uint32_t number, const void *key)
{
	const struct ids *t = ctx;

	return memcmp(&t->list[number], key, sizeof(struct id)) == 0;
}

static uint64_t hash_of(const struct id *id)
{
	return hash64((struct str){(const char *)id->bytes, sizeof(id->bytes)});
}

static void keep_text(struct ids *t, uint32_t number, struct str text)
{
	if (t->n_texts == t->cap_texts) {
		t->cap_texts = t->cap_texts ? t->cap_texts + t->cap_texts / 2 : FIRST_IDS;
		t->texts = mem_resize(t->texts, t->cap_texts, sizeof(*t->texts));
	}
	t->texts[t->n_texts++] = (struct id_text){number, arena_copy(&t->arena, text)};
}

/* text is looked at only for hashed ids. */
static uint32_t add_packed(struct ids *t, const struct id *id, struct str text)
{
	uint64_t hash = hash_of(id);
	uint32_t number = hash_index_find(&t->index, hash, same_id, t, id);

	if (number != HASH_NONE)
		return number;
	if (t->n == t->cap) {
		t->cap += t->cap < MANY_IDS ? t->cap / 2 : t->cap / 4;
		t->list = mem_resize(t->list, t->cap, sizeof(*t->list));
	}
	number = t->n++;
	t->list[number] = *id;
	if (form_of(id) == FORM_HASH)
		keep_text(t, number, text);
	hash_index_add(&t->index, hash, number);
	return number;
}

uint32_t ids_add(struct ids *t, struct str text)
{
	struct id id;

	if (text.n == 0)
		return 0;
	pack(&id, text);
	return add_packed(t, &id, text);
}

uint32_t ids_add_from(struct ids *t, const struct ids *from, uint32_t number)
{
	const struct id *id = &from->list[number];

	if (number == 0)
		return 0;
	return add_packed(t, id, form_of(id) == FORM_HASH ? long_text(from, number) : STR_EMPTY);
}

uint32_t ids_find(const struct ids *t, struct str text)
{
	struct id id;
	uint32_t number;

	if (text.n == 0)
		return 0;
	pack(&id, text);
	number = hash_index_find(&t->index, hash_of(&id), same_id, t, &id);
	return number == HASH_NONE ? 0 : number;
}

bool ids_is_uuid(const struct ids *t, uint32_t number)
{
	return number < t->n && form_of(&t->list[number]) == FORM_UUID;
}

void ids_text(const struct ids *t, uint32_t number, struct buf *out)
{
	char room[UUID_SIZE];

	buf_append(out, text_of(t, number, room));
}

int ids_compare(const struct ids *t, uint32_t a, uint32_t b)
{
	char room_a[UUID_SIZE], room_b[UUID_SIZE];

	if (a == b)
		return 0;
	if (a == 0 || b == 0)
		return a == 0 ? 1 : -1;
	/* The digits of two canonical ones stand in the order of their bytes. */
	if (form_of(&t->list[a]) == FORM_UUID && form_of(&t->list[b]) == FORM_UUID)
		return memcmp(&t->list[a], &t->list[b], sizeof(struct id));
	return str_cmp(text_of(t, a, room_a), text_of(t, b, room_b));
}

size_t ids_bytes(const struct ids *t)
{
	return t->cap * sizeof(*t->list) + t->cap_texts * sizeof(*t->texts) +
	       hash_index_bytes(&t->index) + t->arena.bytes;
}
