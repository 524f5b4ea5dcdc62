/* gzip and zstd by their first bytes, inflated piece by piece: a bomb costs no memory here, and who takes the pieces
 * says when there are too many. Left to others: limits, what the bytes mean. */
#include "collect/stream_internal.h"

#include "base/mem.h"

#include <string.h>
#include <zstd_errors.h>

#define PIECE      ((size_t)128 << 10) /* bytes handed on at a time */
#define GZIP_ONLY  (15 + 16)           /* the largest window; a gzip header */
#define WINDOW_LOG 27                  /* 128 MiB, as `zstd --long` has it: a frame's memory */

static const struct {
	enum stream_format format;
	char magic[STREAM_MAGIC_BYTES];
	char mask[STREAM_MAGIC_BYTES];
} formats[] = {
	{STREAM_GZIP, "\x1f\x8b", "\xff\xff"},
	{STREAM_ZSTD, "\x28\xb5\x2f\xfd", "\xff\xff\xff\xff"},
	{STREAM_ZSTD, "\x50\x2a\x4d\x18", "\xf0\xff\xff\xff"}, /* a skippable frame */
};

enum stream_format stream_format_of(struct str beginning)
{
	bool open = false;

	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		size_t at = 0, n = strnlen(formats[i].mask, STREAM_MAGIC_BYTES);

		while (at < n && at < beginning.n &&
		       (beginning.p[at] & formats[i].mask[at]) == formats[i].magic[at])
			at++;
		if (at == n)
			return formats[i].format;
		open |= at == beginning.n;
	}
	return open ? STREAM_UNDECIDED : STREAM_PLAIN;
}

static enum err start(struct stream_inflate *in, struct errinfo *e)
{
	bool fine = true;

	in->between = true;
	if (in->format == STREAM_GZIP) {
		fine = inflateInit2(&in->z, GZIP_ONLY) == Z_OK;
	} else if (in->format == STREAM_ZSTD) {
		in->zstd = ZSTD_createDStream();
		fine = in->zstd != NULL && !ZSTD_isError(ZSTD_DCtx_setParameter(
						   in->zstd, ZSTD_d_windowLogMax, WINDOW_LOG));
	}
	if (!fine)
		return err_set(e, ERR_IO, "no memory to inflate it");
	in->out = in->format == STREAM_PLAIN ? NULL : mem_alloc(1, PIECE);
	return ERR_OK;
}

static enum err hand_on(struct stream_inflate *in, size_t n, struct errinfo *e)
{
	return n > 0 ? in->take(in->ctx, (struct str){in->out, n}, e) : ERR_OK;
}

/* ---- gzip ------------------------------------------------------------------------------------ */

/* Between members: NULs fill archives up. Gives false when none of the bytes begins a member. */
static bool next_member(struct stream_inflate *in, struct str *bytes)
{
	while (bytes->n > 0 && in->taken > 0 && bytes->p[0] == '\0') {
		*bytes = str_sub(*bytes, 1, SIZE_MAX);
		in->taken++;
	}
	if (bytes->n == 0)
		return false;
	return inflateReset(&in->z) == Z_OK;
}

static enum err something_else(const char *format, struct errinfo *e)
{
	return err_set(e, ERR_PARSE, "something else follows its %s data", format);
}

static enum err feed_gzip(struct stream_inflate *in, struct str bytes, struct errinfo *e)
{
	enum err err = ERR_OK;
	bool full = false;
	int state;

	while (err == ERR_OK && (bytes.n > 0 || full)) {
		if (in->between && !next_member(in, &bytes))
			break;
		if (in->between && in->taken > 0 && bytes.p[0] != formats[0].magic[0])
			return something_else("gzip", e);
		in->z.next_in = (Bytef *)(uintptr_t)bytes.p; /* only read */
		in->z.avail_in = (uInt)bytes.n;
		in->z.next_out = (Bytef *)in->out;
		in->z.avail_out = (uInt)PIECE;
		state = inflate(&in->z, Z_NO_FLUSH);
		in->taken += bytes.n - in->z.avail_in;
		bytes = str_sub(bytes, bytes.n - in->z.avail_in, SIZE_MAX);
		in->between = state == Z_STREAM_END;
		full = in->z.avail_out == 0 && !in->between;
		err = hand_on(in, PIECE - in->z.avail_out, e);
		if (err == ERR_OK && state != Z_OK && state != Z_STREAM_END && state != Z_BUF_ERROR)
			err = err_set(e, ERR_PARSE, "broken gzip data (%s)",
			              in->z.msg != NULL ? in->z.msg : "no memory");
	}
	return err;
}

/* ---- zstd ------------------------------------------------------------------------------------ */

static enum err zstd_error(size_t state, struct errinfo *e)
{
	switch (ZSTD_getErrorCode(state)) {
	case ZSTD_error_prefix_unknown: /* the first one is known */
		return something_else("zstd", e);
	case ZSTD_error_frameParameter_windowTooLarge:
		return err_set(e, ERR_LIMIT,
		               "its zstd data needs over %d MiB of memory: decompress it first",
		               1 << (WINDOW_LOG - 20));
	default:
		return err_set(e, ERR_PARSE, "broken zstd data (%s)", ZSTD_getErrorName(state));
	}
}

static enum err feed_zstd(struct stream_inflate *in, struct str bytes, struct errinfo *e)
{
	ZSTD_inBuffer input = {bytes.p, bytes.n, 0};
	enum err err = ERR_OK;
	bool full = false;

	while (err == ERR_OK && (input.pos < input.size || full)) {
		ZSTD_outBuffer output = {in->out, PIECE, 0};
		size_t before = input.pos;
		size_t state = ZSTD_decompressStream(in->zstd, &output, &input);

		in->taken += input.pos - before;
		in->between = state == 0;
		full = output.pos == PIECE && state != 0;
		err = hand_on(in, output.pos, e);
		if (err == ERR_OK && ZSTD_isError(state))
			err = zstd_error(state, e);
	}
	return err;
}

/* ---- either ---------------------------------------------------------------------------------- */

static enum err feed(struct stream_inflate *in, struct str bytes, struct errinfo *e)
{
	if (in->format == STREAM_GZIP)
		return feed_gzip(in, bytes, e);
	if (in->format == STREAM_ZSTD)
		return feed_zstd(in, bytes, e);
	in->taken += bytes.n;
	return bytes.n > 0 ? in->take(in->ctx, bytes, e) : ERR_OK;
}

static enum err decide(struct stream_inflate *in, enum stream_format format, struct errinfo *e)
{
	enum err err;

	in->format = format;
	err = start(in, e);
	return err == ERR_OK ? feed(in, (struct str){in->head, in->n_head}, e) : err;
}

enum err stream_inflate_feed(struct stream_inflate *in, struct str bytes, struct errinfo *e)
{
	while (in->format == STREAM_UNDECIDED && bytes.n > 0) {
		enum stream_format format;

		in->head[in->n_head++] = bytes.p[0];
		bytes = str_sub(bytes, 1, SIZE_MAX);
		format = stream_format_of((struct str){in->head, in->n_head});
		if (format != STREAM_UNDECIDED) {
			enum err err = decide(in, format, e);
			if (err != ERR_OK)
				return err;
		}
	}
	return feed(in, bytes, e);
}

enum err stream_inflate_end(struct stream_inflate *in, struct errinfo *e)
{
	if (in->format == STREAM_UNDECIDED)
		return decide(in, STREAM_PLAIN, e);
	if (in->format != STREAM_PLAIN && !in->between)
		return err_set(e, ERR_PARSE, "the %s data ends in its middle",
		               in->format == STREAM_GZIP ? "gzip" : "zstd");
	return ERR_OK;
}

void stream_inflate_free(struct stream_inflate *in)
{
	if (in->format == STREAM_GZIP)
		inflateEnd(&in->z);
	ZSTD_freeDStream(in->zstd);
	mem_free(in->out);
	*in = (struct stream_inflate){.take = in->take, .ctx = in->ctx};
}
