/* Any bytes as a compressed stream: what comes out does not depend on where the pieces are cut, and never is more than is
 * taken.
 *
 * Input: one byte that starts the choice of pieces, then the stream. Where it is broken, one of the two may notice earlier:
 * libzstd takes a frame that it has whole another way. */
#include "collect/stream_internal.h"
#include "fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

#define MOST ((size_t)1 << 20) /* bytes taken */

static void check(bool holds)
{
	if (!holds)
		abort();
}

static enum err collect(void *ctx, struct str bytes, struct errinfo *e)
{
	struct buf *out = ctx;

	check(bytes.n > 0);
	buf_append(out, str_sub(bytes, 0, MOST - out->n));
	return out->n < MOST ? ERR_OK : err_set(e, ERR_LIMIT, "too much");
}

/* step 0: at once. */
static enum err inflate_all(struct str bytes, uint32_t step, struct buf *out)
{
	struct stream_inflate in = {.take = collect, .ctx = out};
	struct errinfo e = {0};
	enum err err = ERR_OK;
	size_t size = bytes.n;

	while (bytes.n > 0 && err == ERR_OK) {
		size_t n = step > 0 ? (step >> 16) % 24 + 1 : bytes.n;
		/* On the heap and as long as it is, so that a read past its end is seen. */
		char *piece;

		n = n < bytes.n ? n : bytes.n;
		piece = malloc(n);
		check(piece != NULL);
		memcpy(piece, bytes.p, n);
		err = stream_inflate_feed(&in, (struct str){piece, n}, &e);
		free(piece);
		bytes = str_sub(bytes, n, SIZE_MAX);
		step = step > 0 ? step * 1103515245 + 12345 : 0;
	}
	if (err == ERR_OK)
		err = stream_inflate_end(&in, &e);
	check(in.taken <= size);
	check(err == ERR_OK || e.msg[0] != '\0');
	stream_inflate_free(&in);
	return err;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf whole = {0}, pieces = {0};
	struct str stream;
	enum err one, other;

	if (size < 2)
		return 0;
	stream = (struct str){(const char *)data + 1, size - 1};
	one = inflate_all(stream, 0, &whole);
	other = inflate_all(stream, data[0] + 1u, &pieces);
	if (one == ERR_OK && other == ERR_OK)
		check(str_eq(buf_str(&whole), buf_str(&pieces)));
	else
		check(str_starts(buf_str(&whole), buf_str(&pieces)) ||
		      str_starts(buf_str(&pieces), buf_str(&whole)));
	buf_free(&whole);
	buf_free(&pieces);
	return 0;
}
