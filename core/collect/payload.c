/* From a request to the bytes of its JSON, by the recipe of PostHog's capture service.
 *
 * SDKs label what they send badly: posthog-js sends gzip as text/plain with no label at all, curl
 * sends JSON as a form, base64 comes once or twice with '+' turned into ' '. So the bytes are looked
 * at, and the labels are believed only where the bytes say nothing.
 *
 * Invariant: no buffer grows over CAPTURE_MAX_INFLATED and a little; the cap is checked while
 * inflating. Layers are peeled at most MAX_LAYERS times.
 *
 * Left to others: what the JSON means (flatten.c). */
#include "collect/capture.h"

#include <string.h>
#include <zlib.h>

#define MAX_LAYERS 4
#define PIECE      ((size_t)64 << 10) /* bytes inflated at once */

static const char no_gzip[] = "failed to decode request: invalid GZIP data";

static int refuse(struct errinfo *e, int status, enum err code, const char *text)
{
	err_set(e, code, "%s", text);
	return status;
}

/* ---- what we can undo ---- */

/* Names as they stand in Content-Encoding and in ?compression=. */
static const struct {
	const char *name;
	bool gzip, known;
} encodings[] = {
	{"", false, true},         {"identity", false, true}, {"gzip", true, true},
	{"x-gzip", true, true},    {"gzip-js", true, true},   {"base64", false, true},
	{"b64", false, true},      {"br", false, false},      {"zstd", false, false},
	{"deflate", false, false}, {"lz64", false, false},    {"lz-string", false, false},
};

static bool same_word(struct str text, const char *word)
{
	return text.n == strlen(word) &&
	       (text.n == 0 || str_find(text, str_of(word), 0, true) == 0);
}

/* 0 or 415. A compression hint that nobody knows is ignored, as the server does; a header is not. */
static int read_encoding(struct str name, bool header, bool *gzip, struct errinfo *e)
{
	struct str word = str_trim(name);

	for (size_t i = 0; i < sizeof(encodings) / sizeof(encodings[0]); i++) {
		if (!same_word(word, encodings[i].name))
			continue;
		*gzip = *gzip || encodings[i].gzip;
		if (encodings[i].known)
			return 0;
		header = true;
	}
	if (!header)
		return 0;
	err_set(e, ERR_PARSE, "unsupported content encoding: %.*s", STR_ARG(str_sub(word, 0, 64)));
	return 415;
}

/* ---- gzip ---- */

static bool is_gzip(struct str bytes)
{
	return str_starts(bytes, STR("\x1f\x8b\x08"));
}

/* Runs the stream over its input; Z_STREAM_END, or what went wrong; Z_MEM_ERROR for too much. */
static int inflate_into(z_stream *stream, struct buf *out)
{
	int rc = Z_OK;

	while (rc == Z_OK) {
		if (!buf_reserve(out, PIECE))
			return Z_MEM_ERROR;
		stream->next_out = (Bytef *)out->p + out->n;
		stream->avail_out = (uInt)PIECE;
		rc = inflate(stream, Z_NO_FLUSH);
		out->n += PIECE - stream->avail_out;
		if (out->n > CAPTURE_MAX_INFLATED)
			return Z_MEM_ERROR;
		/* Further members may follow; anything else behind the first is ignored. */
		if (rc == Z_STREAM_END && stream->avail_in > 2 &&
		    is_gzip((struct str){(const char *)stream->next_in, stream->avail_in}))
			rc = inflateReset(stream);
	}
	return rc;
}

static int gunzip(struct str in, struct buf *out, struct errinfo *e)
{
	z_stream stream = {0};
	int rc;

	buf_clear(out);
	out->max = CAPTURE_MAX_INFLATED + 2 * PIECE;
	stream.next_in = (z_const Bytef *)(uintptr_t)in.p;
	stream.avail_in = (uInt)in.n;
	if (inflateInit2(&stream, 16 + MAX_WBITS) != Z_OK)
		return refuse(e, 503, ERR_LIMIT, "transient error, please retry");
	rc = inflate_into(&stream, out);
	inflateEnd(&stream);
	if (rc == Z_MEM_ERROR)
		return refuse(e, 413, ERR_LIMIT,
		              "maximum event size exceeded: the body is too large when inflated");
	if (rc != Z_STREAM_END)
		return refuse(e, 400, ERR_PARSE, no_gzip);
	return 0;
}

/* ---- base64 ---- */

/* 0 to 63; 64 is padding, 65 is nothing, -1 cannot stand in base64. */
static int sextet(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	switch (c) {
	case '+':
	case '-':
	case ' ': /* what forms make of '+' */
		return 62;
	case '/':
	case '_':
		return 63;
	case '=':
		return 64;
	case '\r':
	case '\n':
	case '\t':
		return 65;
	default:
		return -1;
	}
}

/* Whether the whole of text is base64. */
static bool is_base64(struct str text)
{
	size_t digits = 0, padding = 0;

	if (str_trim(text).n == 0) /* blanks could be pluses */
		return false;
	for (size_t i = 0; i < text.n; i++) {
		int value = sextet(text.p[i]);

		if (value < 0 || (value < 64 && padding > 0))
			return false;
		digits += value < 64;
		padding += value == 64;
	}
	return digits > 1 && digits % 4 != 1 && padding <= 2 &&
	       (padding == 0 || (digits + padding) % 4 == 0);
}

static void base64_append(struct buf *out, struct str text)
{
	uint32_t bits = 0;
	int count = 0;

	buf_reserve(out, text.n / 4 * 3 + 3);
	for (size_t i = 0; i < text.n; i++) {
		int value = sextet(text.p[i]);

		if (value > 63)
			continue;
		bits = bits << 6 | (uint32_t)value;
		count += 6;
		if (count < 8)
			continue;
		count -= 8;
		buf_add(out, (char)(bits >> count & 0xFF));
	}
}

/* ---- forms ---- */

static int hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* A '%' that begins no escape stands for itself. */
static void percent_append(struct buf *out, struct str text)
{
	for (size_t i = 0; i < text.n; i++) {
		bool escape = text.p[i] == '%' && text.n - i > 2 && hex(text.p[i + 1]) >= 0 &&
		              hex(text.p[i + 2]) >= 0;

		if (escape) {
			buf_add(out, (char)(hex(text.p[i + 1]) << 4 | hex(text.p[i + 2])));
			i += 2;
		} else {
			buf_add(out, text.p[i] == '+' ? ' ' : text.p[i]);
		}
	}
}

bool capture_field(struct str form, struct str name, struct buf *out)
{
	while (form.n > 0) {
		size_t end = str_find(form, STR("&"), 0, false);
		struct str pair = str_sub(form, 0, end);
		bool here = str_starts(pair, name) && pair.n > name.n && pair.p[name.n] == '=';

		if (here) {
			percent_append(out, str_sub(pair, name.n + 1, SIZE_MAX));
			return true;
		}
		form = end == SIZE_MAX ? STR_EMPTY : str_sub(form, end + 1, SIZE_MAX);
	}
	return false;
}

static bool looks_like_json(struct str bytes)
{
	struct str text = str_trim(bytes);

	if (str_starts(text, STR("\xEF\xBB\xBF")))
		text = str_sub(text, 3, SIZE_MAX);
	return text.n > 0 && (text.p[0] == '{' || text.p[0] == '[');
}

static bool is_form(const struct capture_request *r)
{
	struct str form = STR("application/x-www-form-urlencoded");

	/* curl labels whatever it sends as a form. */
	if (looks_like_json(r->body) || is_gzip(r->body))
		return false;
	return str_find(str_sub(r->content_type, 0, form.n), form, 0, true) == 0 ||
	       str_starts(r->body, STR("data="));
}

/* ---- the recipe ---- */

/* Where the payload stands and what is said about it. */
static int find_payload(const struct capture_request *r, struct buf *decoded, struct str *payload,
                        bool *gzip, struct errinfo *e)
{
	struct buf hint = {0};
	bool in_query = capture_field(r->query, STR("data"), decoded);
	bool form = !in_query && is_form(r);
	int status = 0;

	if (!in_query)
		status = read_encoding(r->content_encoding, true, gzip, e);
	if (!capture_field(r->query, STR("compression"), &hint) && form)
		capture_field(r->body, STR("compression"), &hint);
	if (status == 0)
		status = read_encoding(buf_str(&hint), false, gzip, e);
	buf_free(&hint);
	*payload = in_query || (form && capture_field(r->body, STR("data"), decoded))
	                   ? buf_str(decoded)
	                   : r->body;
	return status;
}

/* Takes off gzip and base64 until neither is left. *text lies in r, in *out or in *spare. */
static int peel(struct buf *out, struct buf *spare, struct str *text, bool gzip, struct errinfo *e)
{
	for (int layer = 0; layer < MAX_LAYERS; layer++) {
		struct buf *into = text->p == out->p ? spare : out;

		if (is_gzip(*text)) {
			int status = gunzip(*text, into, e);

			if (status != 0)
				return status;
			gzip = false;
		} else if (is_base64(*text)) {
			buf_clear(into);
			base64_append(into, *text);
		} else {
			break;
		}
		*text = buf_str(into);
	}
	if (gzip && !looks_like_json(*text))
		return refuse(e, 400, ERR_PARSE, no_gzip);
	return 0;
}

int capture_decode(const struct capture_request *r, struct buf *out, struct str *json,
                   struct errinfo *e)
{
	struct buf spare = {0};
	struct str text;
	bool gzip = false;
	int status;

	*json = STR_EMPTY;
	if (r->body.n > CAPTURE_MAX_WIRE)
		return refuse(e, 413, ERR_LIMIT,
		              "maximum event size exceeded: the body is too large");
	buf_clear(out);
	status = find_payload(r, out, &text, &gzip, e);
	if (status == 0 && str_trim(text).n == 0)
		status = refuse(e, 400, ERR_PARSE, "request missing data payload");
	if (status == 0)
		status = peel(out, &spare, &text, gzip, e);
	if (text.n > 0 && text.p == spare.p) {
		struct buf swapped = *out;

		*out = spare;
		spare = swapped;
	}
	buf_free(&spare);
	if (status == 0 && text.n == 0)
		status = refuse(e, 400, ERR_PARSE, "request holds no event");
	if (status != 0)
		return status;
	if (str_starts(text, STR("\xEF\xBB\xBF")))
		text = str_sub(text, 3, SIZE_MAX);
	*json = text;
	return 0;
}
