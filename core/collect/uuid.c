/* UUIDs: read, made (RFC 9562, version 7), written. */
#include "collect/uuid.h"

#include "base/hash.h"

#include <sys/random.h>
#include <time.h>

static int digit(char c)
{
	unsigned byte = (unsigned char)c;

	/* Whether it is a letter or a number cannot be predicted, so nothing branches on it. */
	if ((byte - '0' > 9) & ((byte | 0x20) - 'a' > 5))
		return -1;
	return (int)((byte & 0x0F) + 9 * (byte >> 6));
}

static bool dash_before(size_t byte)
{
	return byte == 4 || byte == 6 || byte == 8 || byte == 10;
}

bool uuid_parse(struct str text, uint8_t out[UUID_BYTES])
{
	bool dashes = text.n == 36;
	size_t at = 0;

	if (!dashes && text.n != 32)
		return false;
	for (size_t i = 0; i < UUID_BYTES; i++) {
		int high, low;

		if (dashes && dash_before(i) && text.p[at++] != '-')
			return false;
		high = digit(text.p[at++]);
		low = digit(text.p[at++]);
		if (high < 0 || low < 0)
			return false;
		out[i] = (uint8_t)(high << 4 | low);
	}
	return true;
}

static void fill(uint8_t out[UUID_BYTES])
{
	struct timespec now = {0};

	if (getrandom(out, UUID_BYTES, 0) == UUID_BYTES)
		return;
	/* Interrupted or forbidden: the seeded hash of the moment is different enough. */
	clock_gettime(CLOCK_REALTIME, &now);
	hash128((struct str){(const char *)&now, sizeof(now)}, out);
}

void uuid_make(int64_t now, uint8_t out[UUID_BYTES])
{
	uint64_t milliseconds = now > 0 ? (uint64_t)now / 1000 : 0;

	fill(out);
	for (int i = 0; i < 6; i++)
		out[i] = (uint8_t)(milliseconds >> (40 - 8 * i));
	out[6] = (uint8_t)(0x70 | (out[6] & 0x0F));
	out[8] = (uint8_t)(0x80 | (out[8] & 0x3F));
}

void uuid_append(struct buf *out, const uint8_t uuid[UUID_BYTES])
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < UUID_BYTES; i++) {
		if (dash_before(i))
			buf_add(out, '-');
		buf_add(out, digits[uuid[i] >> 4]);
		buf_add(out, digits[uuid[i] & 0x0F]);
	}
}
