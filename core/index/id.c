/* Ids packed into 16 bytes. The two highest bits of byte 8 are where a UUID keeps its variant; they
 * tell the forms apart, so that no two texts of different forms can meet:
 *
 *	10  a canonical UUID: lower case, dashes, version 1 to 8, variant 10
 *	00  a text of up to 15 bytes: its length in the low bits of byte 8, its bytes in the other
 *	    fifteen, zeros behind them; the empty text is all zeros
 *	01  16 lower-case hex digits (OpenTelemetry spans): bytes 0 to 7, zeros behind them
 *	11  any other text: 126 bits of its hash
 *
 * Every event has several, so digits are read eight at a time. */
#include "index/id.h"

#include "base/hash.h"

#include <string.h>

#define SHORT_MAX 15u
#define HEX_SIZE  16u
#define UUID_SIZE 36u

_Static_assert(ID_ROOM >= UUID_SIZE, "the longest text that is packed");

/* ---- packing ---- */

#define EVERY_BYTE UINT64_C(0x0101010101010101)

static uint64_t little_endian(uint64_t word)
{
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	word = __builtin_bswap64(word);
#endif
	return word;
}

static uint64_t eight_bytes(const char *p)
{
	uint64_t word;

	memcpy(&word, p, sizeof(word));
	return little_endian(word);
}

static uint64_t four_bytes(const char *p)
{
	uint32_t word;

	memcpy(&word, p, sizeof(word));
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	word = __builtin_bswap32(word);
#endif
	return word;
}

/* Four bytes from eight lower-case hex digits; *wrong becomes other than 0 if one is none. A value
 * is right if the digit that it has is the one that was read. */
static uint64_t read_hex(uint64_t digits, uint64_t *wrong)
{
	uint64_t letters = digits >> 6 & EVERY_BYTE;
	uint64_t v = (digits & (EVERY_BYTE * 15)) + letters * 9;

	letters = (v + EVERY_BYTE * 6) >> 4 & EVERY_BYTE;
	*wrong |= (v + EVERY_BYTE * '0' + letters * ('a' - 10 - '0')) ^ digits;
	*wrong |= v & (EVERY_BYTE * 0xF0);
	v = (v << 4 | v >> 8) & UINT64_C(0x00FF00FF00FF00FF);
	v = (v | v >> 8) & UINT64_C(0x0000FFFF0000FFFF);
	return (uint32_t)(v | v >> 16);
}

static void put_word(uint8_t *into, uint64_t word)
{
	word = little_endian(word);
	memcpy(into, &word, sizeof(word));
}

static bool pack_uuid(struct id *id, const char *p)
{
	uint64_t wrong = 0, high, low;

	if (p[8] != '-' || p[13] != '-' || p[18] != '-' || p[23] != '-')
		return false;
	if (p[14] < '1' || p[14] > '8')
		return false;
	high = read_hex(eight_bytes(p), &wrong);
	high |= read_hex(four_bytes(p + 9) | four_bytes(p + 14) << 32, &wrong) << 32;
	low = read_hex(four_bytes(p + 19) | four_bytes(p + 24) << 32, &wrong);
	low |= read_hex(eight_bytes(p + 28), &wrong) << 32;
	put_word(id->bytes, high);
	put_word(id->bytes + ID_TAG, low);
	return wrong == 0 && id_form(id) == ID_UUID;
}

static bool pack_hex(struct id *id, const char *p)
{
	uint64_t wrong = 0, high = read_hex(eight_bytes(p), &wrong);

	high |= read_hex(eight_bytes(p + 8), &wrong) << 32;
	put_word(id->bytes, high);
	put_word(id->bytes + ID_TAG, ID_HEX);
	return wrong == 0;
}

static void pack_short(struct id *id, struct str text)
{
	size_t before = text.n < ID_TAG ? text.n : ID_TAG;

	*id = (struct id){{0}};
	memcpy(id->bytes, text.p, before);
	memcpy(id->bytes + ID_TAG + 1, text.p + before, text.n - before);
	id->bytes[ID_TAG] = (uint8_t)(ID_SHORT | text.n);
}

static void pack_hash(struct id *id, struct str text)
{
	hash128(text, id->bytes);
	id->bytes[ID_TAG] |= ID_HASH;
}

void id_pack(struct id *id, struct str text)
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

struct str id_text(const struct id *id, char room[ID_ROOM])
{
	size_t n;

	switch (id_form(id)) {
	case ID_UUID:
		unpack_uuid(id, room);
		return (struct str){room, UUID_SIZE};
	case ID_HEX:
		return (struct str){room, write_hex(id->bytes, HEX_SIZE / 2, room)};
	case ID_HASH:
		return STR_EMPTY;
	case ID_SHORT:
		break;
	}
	n = id->bytes[ID_TAG];
	memcpy(room, id->bytes, ID_TAG);
	memcpy(room + ID_TAG, id->bytes + ID_TAG + 1, SHORT_MAX - ID_TAG);
	return (struct str){room, n};
}
