/* gzip and zlib bodies, piece by piece. libcurl could do it, but takes a stream that stops in its middle
 * for whole, and any encoding it was built with, asked for or not. */
#include "collect/http_internal.h"

#include <strings.h>

#define PIECE           ((size_t)16 << 10) /* bytes handed on at a time */
#define ANY_ZLIB_HEADER (15 + 32)          /* the largest window; gzip or zlib */

bool http_inflate_start(struct http_inflate *in, const char *encoding)
{
	if (*encoding == '\0' || strcasecmp(encoding, "identity") == 0)
		return true;
	if (strcasecmp(encoding, "gzip") != 0 && strcasecmp(encoding, "x-gzip") != 0 &&
	    strcasecmp(encoding, "deflate") != 0)
		return false;
	in->on = inflateInit2(&in->z, ANY_ZLIB_HEADER) == Z_OK;
	return in->on;
}

/* One piece of output; false when the bytes make no sense. */
static bool inflate_piece(struct http_inflate *in, char *out, size_t *n)
{
	int state;

	/* gzip allows several streams, one after the other. */
	if (in->whole && inflateReset(&in->z) != Z_OK)
		return false;
	in->whole = false;
	in->z.next_out = (Bytef *)out;
	in->z.avail_out = (uInt)PIECE;
	state = inflate(&in->z, Z_NO_FLUSH);
	*n = PIECE - in->z.avail_out;
	in->whole = state == Z_STREAM_END;
	return state == Z_OK || state == Z_STREAM_END || state == Z_BUF_ERROR;
}

bool http_inflate_feed(struct http_inflate *in, struct str bytes,
                       bool (*take)(void *ctx, struct str bytes), void *ctx)
{
	char out[PIECE];
	size_t n;

	if (!in->on)
		return take(ctx, bytes);
	in->z.next_in = (Bytef *)(uintptr_t)bytes.p; /* only read */
	in->z.avail_in = (uInt)bytes.n;
	do {
		if (!inflate_piece(in, out, &n)) {
			in->broken = true;
			return false;
		}
		if (n > 0 && !take(ctx, (struct str){out, n}))
			return false;
	} while (in->z.avail_in > 0 || (n == PIECE && !in->whole));
	return true;
}

void http_inflate_end(struct http_inflate *in)
{
	if (in->on)
		inflateEnd(&in->z);
	*in = (struct http_inflate){0};
}
