/* lz-string's base64 form, which browsers sent before they had gzip: ?compression=lz64.
 *
 * A stream of codes, their lowest bit first, which grow by a bit whenever there are twice as many.
 * Each names a phrase that was there before, or brings a new character, a unit of UTF-16; either
 * makes a new phrase of the last one and the character behind it. So a phrase is a place in what has
 * come out, and costs 8 bytes, however long it is.
 *
 * Units become UTF-8 one by one. The halves of a pair may meet only in what has come out, so they
 * are joined at the end; half of a pair alone becomes U+FFFD. */
#include "collect/payload_internal.h"

#include "base/base64.h"
#include "base/utf8.h"

#include <string.h>

#define HALF 3 /* bytes of half a pair, written as if it were a character */

enum { CODE_BYTE, CODE_UNIT, CODE_END, CODES };

struct phrase {
	uint32_t at, n; /* bytes of what has come out */
};

struct reader {
	struct str in;
	size_t at;
	unsigned digit, bit; /* bits of the digit from this one on are not read; 0: none is left */
	unsigned width;      /* bits of a code */
	uint32_t codes;      /* that have a meaning */
	struct buf phrases;  /* of the codes from CODES on */
	struct buf *out;
};

/* ---- bits ---- */

static bool next_digit(struct reader *r)
{
	int digit = BASE64_BLANK;

	while (digit == BASE64_BLANK && r->at < r->in.n)
		digit = base64_digit(r->in.p[r->at++]);
	if (digit < 0 || digit >= BASE64_PADDING)
		return false;
	r->digit = (unsigned)digit;
	r->bit = 1 << 5;
	return true;
}

/* False if the text ends before, or goes on with what is no digit. */
static bool read_bits(struct reader *r, unsigned count, uint32_t *value)
{
	*value = 0;
	for (unsigned i = 0; i < count; i++) {
		if (r->bit == 0 && !next_digit(r))
			return false;
		if (r->digit & r->bit)
			*value |= UINT32_C(1) << i;
		r->bit >>= 1;
	}
	return true;
}

/* ---- phrases ---- */

static void add_phrase(struct reader *r, struct phrase phrase)
{
	buf_append(&r->phrases, (struct str){(const char *)&phrase, sizeof(phrase)});
	r->codes++;
	if (r->codes == UINT32_C(1) << r->width)
		r->width++;
}

/* A phrase, and the first character of the one at `next`, which stands behind it. */
static struct phrase longer(const struct reader *r, struct phrase phrase, uint32_t next)
{
	unsigned char first = (unsigned char)r->out->p[next];

	phrase.n += first < 0x80 ? 1 : first < 0xE0 ? 2 : 3;
	return phrase;
}

static bool read_character(struct reader *r, uint32_t code, struct phrase *phrase)
{
	uint32_t unit;

	if (!read_bits(r, code == CODE_BYTE ? 8 : 16, &unit))
		return false;
	phrase->at = (uint32_t)r->out->n;
	if (unit >= 0xD800 && unit < 0xE000) {
		buf_add(r->out, '\xED');
		buf_add(r->out, (char)(0x80 | (unit >> 6 & 0x3F)));
		buf_add(r->out, (char)(0x80 | (unit & 0x3F)));
	} else {
		utf8_append(r->out, unit);
	}
	phrase->n = (uint32_t)r->out->n - phrase->at;
	add_phrase(r, *phrase);
	return true;
}

/* The phrase of a code; last is the one before, which a code that has no meaning yet repeats. */
static bool find_phrase(const struct reader *r, uint32_t code, struct phrase last,
                        struct phrase *phrase)
{
	const struct phrase *phrases = (const void *)r->phrases.p;

	if (code < r->codes)
		*phrase = phrases[code - CODES];
	else if (code == r->codes && last.n > 0)
		*phrase = longer(r, last, last.at);
	else
		return false;
	return true;
}

/* Byte by byte, since a phrase may reach into its own copy. */
static bool copy_phrase(struct reader *r, struct phrase *phrase)
{
	uint32_t from = phrase->at;

	if (!buf_reserve(r->out, phrase->n))
		return false;
	phrase->at = (uint32_t)r->out->n;
	for (uint32_t i = 0; i < phrase->n; i++)
		r->out->p[r->out->n++] = r->out->p[from + i];
	return true;
}

static enum err read_phrase(struct reader *r, uint32_t code, struct phrase last,
                            struct phrase *phrase)
{
	if (code < CODE_END)
		return read_character(r, code, phrase) ? ERR_OK : ERR_PARSE;
	if (!find_phrase(r, code, last, phrase))
		return ERR_PARSE;
	return copy_phrase(r, phrase) ? ERR_OK : ERR_LIMIT;
}

static enum err read_phrases(struct reader *r, size_t max)
{
	struct phrase last = {0}, phrase;
	uint32_t code;

	while (read_bits(r, r->width, &code)) {
		enum err rc;

		if (code == CODE_END)
			return ERR_OK;
		rc = read_phrase(r, code, last, &phrase);
		if (rc != ERR_OK)
			return rc;
		if (r->out->n > max)
			return ERR_LIMIT;
		if (last.n > 0)
			add_phrase(r, longer(r, last, phrase.at));
		last = phrase;
	}
	return ERR_PARSE;
}

/* ---- pairs ---- */

/* The half of a pair that stands at the offset; 0: none does. */
static uint32_t half_at(const struct buf *out, size_t at)
{
	const unsigned char *p = (const unsigned char *)out->p + at;

	if (out->n < HALF || at > out->n - HALF || p[0] != 0xED || p[1] < 0xA0)
		return 0;
	return UINT32_C(0xD000) | (p[1] & UINT32_C(0x3F)) << 6 | (p[2] & UINT32_C(0x3F));
}

/* What is put is never longer than what stood there. */
static size_t put_pair(char *p, uint32_t high, uint32_t low)
{
	uint32_t code = 0x10000 + ((high & 0x3FF) << 10 | (low & 0x3FF));

	p[0] = (char)(0xF0 | code >> 18);
	p[1] = (char)(0x80 | (code >> 12 & 0x3F));
	p[2] = (char)(0x80 | (code >> 6 & 0x3F));
	p[3] = (char)(0x80 | (code & 0x3F));
	return 4;
}

static void join_pairs(struct buf *out)
{
	size_t n = 0;

	for (size_t at = 0; at < out->n;) {
		uint32_t high = half_at(out, at), low;

		if (high == 0) {
			out->p[n++] = out->p[at++];
			continue;
		}
		at += HALF;
		low = half_at(out, at);
		if (high < 0xDC00 && low >= 0xDC00) {
			n += put_pair(out->p + n, high, low);
			at += HALF;
		} else {
			memcpy(out->p + n, "\xEF\xBF\xBD", HALF);
			n += HALF;
		}
	}
	out->n = n;
}

enum err payload_inflate_lz64(struct str in, size_t max, struct buf *out)
{
	struct reader r = {.in = in, .width = 2, .codes = CODES, .out = out};
	enum err rc = read_phrases(&r, max);

	buf_free(&r.phrases);
	if (rc == ERR_OK)
		join_pairs(out);
	return rc;
}
