/* Compressed bytes in memory to what they hold: gzip, deflate, zstd and lz64.
 *
 * Invariant: *out never grows over the limit and a little; that is checked while inflating, so that
 * a bomb costs its limit and no more. Memory besides: 40 kB; with zstd up to 8 MiB, with
 * lz64 8 bytes a code.
 *
 * Left to others: what comes in pieces (stream_inflate.c), base64 and forms (payload.c). */
#include "collect/payload_internal.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

#define PIECE      ((size_t)64 << 10) /* bytes inflated at once */
#define WINDOW_LOG 23                 /* 8 MiB: the most that RFC 9659 allows in HTTP */

int payload_refuse(struct errinfo *e, int status, const char *fmt, ...)
{
	char text[sizeof(e->msg)];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	err_set(e, status == 413 || status == 503 ? ERR_LIMIT : ERR_PARSE, "%s", text);
	return status;
}

/* ---- names ---- */

static const struct {
	const char *name;
	enum payload_coding coding;
} codings[] = {
	{"", PAYLOAD_AS_IS},       {"identity", PAYLOAD_AS_IS},  {"base64", PAYLOAD_AS_IS},
	{"b64", PAYLOAD_AS_IS},    {"gzip", PAYLOAD_GZIP},       {"x-gzip", PAYLOAD_GZIP},
	{"gzip-js", PAYLOAD_GZIP}, {"deflate", PAYLOAD_DEFLATE}, {"zstd", PAYLOAD_ZSTD},
	{"lz64", PAYLOAD_LZ64},    {"lz-string", PAYLOAD_LZ64},
};

static bool same_word(struct str text, const char *word)
{
	return text.n == strlen(word) &&
	       (text.n == 0 || str_find(text, str_of(word), 0, true) == 0);
}

bool payload_coding_of(struct str name, enum payload_coding *coding)
{
	*coding = PAYLOAD_AS_IS;
	for (size_t i = 0; i < sizeof(codings) / sizeof(codings[0]); i++) {
		if (!same_word(str_trim(name), codings[i].name))
			continue;
		*coding = codings[i].coding;
		return true;
	}
	return false;
}

/* ---- what bytes show ---- */

bool payload_is_gzip(struct str bytes)
{
	return str_starts(bytes, STR("\x1f\x8b\x08"));
}

bool payload_is_json(struct str bytes)
{
	struct str text = str_trim(bytes);

	if (str_starts(text, STR("\xEF\xBB\xBF")))
		text = str_sub(text, 3, SIZE_MAX);
	return text.n > 0 && (text.p[0] == '{' || text.p[0] == '[');
}

/* zlib's header says 8 in its low half. Bare, that were a block as it is with a bit set that every
 * encoder clears. */
static bool has_zlib_header(struct str bytes)
{
	return bytes.n > 0 && (bytes.p[0] & 0x0F) == 8;
}

/* ---- inflating ---- */

/* Each gives ERR_OK, ERR_PARSE for what makes no sense or ends early, ERR_LIMIT for too much. */

static enum err run_zlib(z_stream *stream, bool gzip, size_t max, struct buf *out)
{
	int rc = Z_OK;

	while (rc == Z_OK) {
		if (!buf_reserve(out, PIECE))
			return ERR_LIMIT;
		stream->next_out = (Bytef *)out->p + out->n;
		stream->avail_out = (uInt)PIECE;
		rc = inflate(stream, Z_NO_FLUSH);
		out->n += PIECE - stream->avail_out;
		if (out->n > max)
			return ERR_LIMIT;
		/* Further members may follow; anything else behind the first is ignored. */
		if (rc == Z_STREAM_END && gzip &&
		    payload_is_gzip((struct str){(const char *)stream->next_in, stream->avail_in}))
			rc = inflateReset(stream);
	}
	return rc == Z_STREAM_END ? ERR_OK : ERR_PARSE;
}

static enum err inflate_zlib(struct str in, int window_bits, size_t max, struct buf *out)
{
	z_stream stream = {.next_in = (z_const Bytef *)(uintptr_t)in.p, .avail_in = (uInt)in.n};
	enum err rc;

	if (inflateInit2(&stream, window_bits) != Z_OK)
		return ERR_IO;
	rc = run_zlib(&stream, window_bits > MAX_WBITS, max, out);
	inflateEnd(&stream);
	return rc;
}

static enum err run_zstd(ZSTD_DStream *stream, struct str in, size_t max, struct buf *out)
{
	ZSTD_inBuffer input = {in.p, in.n, 0};
	size_t state = 0, before;

	do {
		ZSTD_outBuffer output;

		if (!buf_reserve(out, PIECE))
			return ERR_LIMIT;
		output = (ZSTD_outBuffer){out->p + out->n, PIECE, 0};
		before = input.pos;
		state = ZSTD_decompressStream(stream, &output, &input);
		out->n += output.pos;
		if (out->n > max)
			return ERR_LIMIT;
		if (ZSTD_isError(state) || (input.pos == before && output.pos == 0))
			return ERR_PARSE;
	} while (state != 0 || input.pos < input.size);
	return ERR_OK;
}

static enum err inflate_zstd(struct str in, size_t max, struct buf *out)
{
	ZSTD_DStream *stream = ZSTD_createDStream();
	enum err rc = ERR_IO;

	if (stream &&
	    !ZSTD_isError(ZSTD_DCtx_setParameter(stream, ZSTD_d_windowLogMax, WINDOW_LOG)))
		rc = run_zstd(stream, in, max, out);
	ZSTD_freeDStream(stream);
	return rc;
}

static enum err inflate_as(enum payload_coding coding, struct str in, size_t max, struct buf *out)
{
	buf_clear(out);
	out->max = max + 2 * PIECE;
	if (coding == PAYLOAD_ZSTD)
		return inflate_zstd(in, max, out);
	if (coding == PAYLOAD_LZ64)
		return payload_inflate_lz64(in, max, out);
	if (coding == PAYLOAD_GZIP)
		return inflate_zlib(in, 16 + MAX_WBITS, max, out);
	return inflate_zlib(in, has_zlib_header(in) ? MAX_WBITS : -MAX_WBITS, max, out);
}

static int refuse_inflated(enum err rc, enum payload_coding coding, const char *what,
                           struct errinfo *e)
{
	static const char *const names[] = {
		[PAYLOAD_GZIP] = "GZIP",
		[PAYLOAD_DEFLATE] = "DEFLATE",
		[PAYLOAD_ZSTD] = "ZSTD",
		[PAYLOAD_LZ64] = "LZ64",
	};

	if (rc == ERR_IO)
		return payload_refuse(e, 503, "transient error, please retry");
	if (rc == ERR_LIMIT)
		return payload_refuse(
			e, 413, "maximum event size exceeded: the %s is too large when inflated",
			what);
	return payload_refuse(e, 400, "failed to decode request: invalid %s data in the %s",
	                      names[coding], what);
}

int payload_inflate(enum payload_coding coding, const char *what, size_t max, struct buf *out,
                    struct str *bytes, struct errinfo *e)
{
	enum err rc;

	if (payload_is_gzip(*bytes))
		coding = PAYLOAD_GZIP;
	if (coding == PAYLOAD_AS_IS || bytes->n == 0)
		return 0;
	rc = inflate_as(coding, *bytes, max, out);
	if (rc == ERR_OK)
		*bytes = buf_str(out);
	/* A proxy may have inflated it and left the label. */
	else if (rc != ERR_PARSE || !payload_is_json(*bytes))
		return refuse_inflated(rc, coding, what, e);
	return 0;
}

int capture_inflate(const struct capture_request *r, struct buf *out, struct str *bytes,
                    struct errinfo *e)
{
	enum payload_coding coding;

	*bytes = r->body;
	if (r->body.n > CAPTURE_MAX_WIRE)
		return payload_refuse(e, 413, "maximum event size exceeded: the body is too large");
	if (!payload_coding_of(r->content_encoding, &coding))
		return payload_refuse(e, 415, "unsupported content encoding: %.*s",
		                      STR_ARG(str_sub(r->content_encoding, 0, 64)));
	return payload_inflate(coding, "body", CAPTURE_MAX_INFLATED, out, bytes, e);
}
