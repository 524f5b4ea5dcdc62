/* The JSON lexer: RFC 8259 over raw bytes, every byte checked, and the skimmer that runs on it.
 *
 * How it works. json_lexer_next reads one value, or one closing bracket, with all that must stand
 * before it (comma, key, colon), and reports it as an event: a slice of the document, nothing is
 * copied. There is no recursion; what is open is one bit a level (object or array), JSON_MAX_DEPTH
 * bits in all. `watch` says how deep the caller looks: values deeper than that pass through the
 * same checks without leaving the loop. So json_skim, which watches one or two levels, and
 * json_tree_parse, which watches all of them, cannot differ in what they accept.
 *
 * Where a fault is. Its position is the length of the longest prefix that could still become a
 * document; the byte there is the first one that cannot stand. A text that is such a prefix as a
 * whole ends early, and the position is its end.
 *
 * Where the time goes. Almost all bytes of an event are inside long strings, so plain_run is the
 * loop that counts: eight bytes a turn, stopping exactly at the first quote, backslash, control
 * byte or non-ASCII byte. A wider one (SSE2, AVX2, NEON) can take its place without anything else
 * changing. Next come the members of small events: one key look-up each (keys.c).
 *
 * Irregularities (raw control bytes, invalid UTF-8, lone surrogates) are noted and passed over:
 * real events carry them, and an explorer must show what was sent.
 *
 * Invariants: start <= at <= end, and no byte at or behind `end` is read. depth <= JSON_MAX_DEPTH.
 * Bits of `objects` at or above depth mean nothing. A scan_ function takes the byte where its thing
 * starts and returns the byte behind it, or NULL with the fault reported.
 *
 * Left to others: what names mean (index), undoing escapes (text.c), key sets (keys.c). */
#include "json/lexer_internal.h"

#include <assert.h>
#include <string.h>

_Static_assert(JSON_MAX_DEPTH % 64 == 0, "a whole number of words, one bit a level");

const char *json_fault_text(enum json_fault fault)
{
	switch (fault) {
	case JSON_OK:
		return "is whole";
	case JSON_EMPTY:
		return "is empty";
	case JSON_NOT_JSON:
		return "is not JSON";
	case JSON_UNEXPECTED:
		return "has a byte that cannot stand there";
	case JSON_ENDS_EARLY:
		return "ends inside a value";
	case JSON_BAD_NUMBER:
		return "has a malformed number";
	case JSON_BAD_LITERAL:
		return "has a word that is not true, false or null";
	case JSON_BAD_ESCAPE:
		return "has a malformed escape in a string";
	case JSON_TOO_DEEP:
		return "is nested too deep";
	case JSON_TRAILING:
		return "has text after the value";
	}
	return "is faulty";
}

/* ---- reports ---- */

static const uint8_t *fault(struct json_lexer *lexer, enum json_fault reason, const uint8_t *at)
{
	lexer->report.fault = reason;
	lexer->report.pos = (size_t)(at - lexer->start);
	return NULL;
}

static enum json_event fault_event(struct json_lexer *lexer, enum json_fault reason,
                                   const uint8_t *at)
{
	fault(lexer, reason, at);
	return JSON_EVENT_FAULT;
}

/* The byte at `at` is wrong, unless there is none: then what was before is fine so far. */
static const uint8_t *fault_or_end(struct json_lexer *lexer, enum json_fault reason,
                                   const uint8_t *at)
{
	return fault(lexer, at == lexer->end ? JSON_ENDS_EARLY : reason, at);
}

static void note(struct json_lexer *lexer, enum json_irregular what, const uint8_t *at)
{
	if (lexer->report.irregular == 0)
		lexer->report.pos = (size_t)(at - lexer->start);
	lexer->report.irregular |= what;
}

/* ---- strings ---- */

/* Eight bytes, the first one lowest. */
static uint64_t load_word(const uint8_t *p)
{
	uint64_t word;

	memcpy(&word, p, sizeof(word));
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	word = __builtin_bswap64(word);
#endif
	return word;
}

static bool is_plain(uint8_t byte)
{
	return byte >= 0x20 && byte < 0x80 && byte != '"' && byte != '\\';
}

/* The first byte at or after p that is not plain ASCII inside a string, or end.
 *
 * The sum is done on eight bytes at once. Below 0x80, byte - 1 has its top bit set only for 0, so
 * (word ^ quotes) - ones marks the quotes, and likewise the backslashes; byte - 0x20 marks the
 * control bytes; the word itself marks what is not ASCII. A borrow can only mark bytes above one
 * that is marked rightly, and the lowest mark is the one that is used. */
static const uint8_t *plain_run(const uint8_t *p, const uint8_t *end)
{
	const uint64_t ones = UINT64_C(0x0101010101010101);

	while (end - p >= 8) {
		uint64_t word = load_word(p);
		uint64_t quotes = (word ^ (ones * '"')) - ones;
		uint64_t backslashes = (word ^ (ones * '\\')) - ones;
		uint64_t controls = word - ones * 0x20;
		uint64_t marks = (quotes | backslashes | controls | word) & (ones * 0x80);

		if (marks != 0)
			return p + __builtin_ctzll(marks) / 8;
		p += 8;
	}
	while (p < end && is_plain(*p))
		p++;
	return p;
}

/* The byte behind the well-formed character at p (RFC 3629, section 4), or NULL. *p is not ASCII.
 * */
static const uint8_t *character_end(const uint8_t *p, const uint8_t *end)
{
	uint8_t lead = p[0], low = 0x80, high = 0xBF; /* low to high: what the second byte may be */
	ptrdiff_t length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;

	if (lead < 0xC2 || lead > 0xF4 || end - p < length)
		return NULL;
	if (lead == 0xE0)
		low = 0xA0; /* below: overlong */
	else if (lead == 0xED)
		high = 0x9F; /* above: surrogates */
	else if (lead == 0xF0)
		low = 0x90; /* below: overlong */
	else if (lead == 0xF4)
		high = 0x8F; /* above: beyond U+10FFFF */
	if (p[1] < low || p[1] > high)
		return NULL;
	for (ptrdiff_t i = 2; i < length; i++)
		if ((p[i] & 0xC0) != 0x80)
			return NULL;
	return p + length;
}

static const uint8_t *scan_non_ascii(struct json_lexer *lexer, const uint8_t *p)
{
	while (p < lexer->end && *p >= 0x80) {
		const uint8_t *behind = character_end(p, lexer->end);

		if (!behind) {
			note(lexer, JSON_BAD_UTF8, p);
			behind = p + 1;
		}
		p = behind;
	}
	return p;
}

static int hex_digit(uint8_t byte)
{
	if (byte >= '0' && byte <= '9')
		return byte - '0';
	byte |= 0x20;
	return byte >= 'a' && byte <= 'f' ? byte - 'a' + 10 : -1;
}

/* The four digits of \uXXXX. */
static const uint8_t *scan_hex(struct json_lexer *lexer, const uint8_t *p, unsigned *code)
{
	*code = 0;
	for (int i = 0; i < 4; i++, p++) {
		int digit = p < lexer->end ? hex_digit(*p) : -1;

		if (digit < 0)
			return fault_or_end(lexer, JSON_BAD_ESCAPE, p);
		*code = *code << 4 | (unsigned)digit;
	}
	return p;
}

/* Whether p stands at \uDC00 to \uDFFF, whole. */
static bool is_low_surrogate(const uint8_t *p, const uint8_t *end)
{
	return end - p >= 6 && p[0] == '\\' && p[1] == 'u' && (p[2] | 0x20) == 'd' &&
	       hex_digit(p[3]) >= 0xC && hex_digit(p[4]) >= 0 && hex_digit(p[5]) >= 0;
}

static const uint8_t *scan_escape(struct json_lexer *lexer, const uint8_t *backslash)
{
	const uint8_t *p = backslash + 1;
	unsigned code;

	if (p == lexer->end)
		return fault(lexer, JSON_ENDS_EARLY, p);
	switch (*p) {
	case '"':
	case '\\':
	case '/':
	case 'b':
	case 'f':
	case 'n':
	case 'r':
	case 't':
		return p + 1;
	case 'u':
		break;
	default:
		return fault(lexer, JSON_BAD_ESCAPE, p);
	}
	p = scan_hex(lexer, p + 1, &code);
	if (!p || code < 0xD800 || code > 0xDFFF)
		return p;
	if (code < 0xDC00 && is_low_surrogate(p, lexer->end))
		return p + 6;
	note(lexer, JSON_LONE_SURROGATE, backslash);
	return p;
}

/* From the opening quote to behind the closing one; *slice becomes what stands between. */
static const uint8_t *scan_string(struct json_lexer *lexer, const uint8_t *quote,
                                  struct json_slice *slice)
{
	const uint8_t *p = quote + 1;
	bool escaped = false;

	for (;;) {
		p = plain_run(p, lexer->end);
		if (p == lexer->end)
			return fault(lexer, JSON_ENDS_EARLY, p);
		if (*p == '"')
			break;
		if (*p == '\\') {
			escaped = true;
			p = scan_escape(lexer, p);
			if (!p)
				return NULL;
		} else if (*p >= 0x80) {
			p = scan_non_ascii(lexer, p);
		} else {
			note(lexer, JSON_RAW_CONTROL, p++);
		}
	}
	slice->type = JSON_STRING;
	slice->escaped = escaped;
	slice->off = (uint32_t)(quote + 1 - lexer->start);
	slice->len = (uint32_t)(p - quote - 1);
	return p + 1;
}

/* ---- the other scalars ---- */

static bool is_digit(const uint8_t *p, const uint8_t *end)
{
	return p < end && *p >= '0' && *p <= '9';
}

/* One digit at least. */
static const uint8_t *scan_digits(struct json_lexer *lexer, const uint8_t *p)
{
	if (!is_digit(p, lexer->end))
		return fault_or_end(lexer, JSON_BAD_NUMBER, p);
	while (is_digit(p, lexer->end))
		p++;
	return p;
}

static const uint8_t *scan_exponent(struct json_lexer *lexer, const uint8_t *p)
{
	if (p < lexer->end && (*p == '+' || *p == '-'))
		p++;
	return scan_digits(lexer, p);
}

static const uint8_t *scan_number(struct json_lexer *lexer, const uint8_t *p)
{
	const uint8_t *end = lexer->end;
	const uint8_t *whole = *p == '-' ? p + 1 : p;

	p = scan_digits(lexer, whole);
	if (!p)
		return NULL;
	if (*whole == '0' && p - whole > 1)
		return fault(lexer, JSON_BAD_NUMBER, whole + 1);
	if (p < end && *p == '.')
		p = scan_digits(lexer, p + 1);
	if (p && p < end && (*p | 0x20) == 'e')
		p = scan_exponent(lexer, p + 1);
	return p;
}

static const uint8_t *scan_literal(struct json_lexer *lexer, const uint8_t *p, const char *word)
{
	for (; *word; word++, p++)
		if (p == lexer->end || *p != (uint8_t)*word)
			return fault_or_end(lexer, JSON_BAD_LITERAL, p);
	return p;
}

/* No value starts at p. */
static const uint8_t *fault_no_value(struct json_lexer *lexer, const uint8_t *p)
{
	uint8_t letter = *p | 0x20;

	if (lexer->depth == 0)
		return fault(lexer, JSON_NOT_JSON, p);
	if (letter >= 'a' && letter <= 'z') /* NaN, None, undefined */
		return fault(lexer, JSON_BAD_LITERAL, p);
	return fault(lexer, JSON_UNEXPECTED, p);
}

static const uint8_t *scan_bare_scalar(struct json_lexer *lexer, const uint8_t *p)
{
	const uint8_t *start = p;
	uint8_t type = JSON_NUMBER;

	switch (*p) {
	case 't':
		type = JSON_TRUE;
		p = scan_literal(lexer, p, "true");
		break;
	case 'f':
		type = JSON_FALSE;
		p = scan_literal(lexer, p, "false");
		break;
	case 'n':
		type = JSON_NULL;
		p = scan_literal(lexer, p, "null");
		break;
	default:
		if (*p != '-' && !is_digit(p, lexer->end))
			return fault_no_value(lexer, p);
		p = scan_number(lexer, p);
	}
	if (p)
		lexer->value = (struct json_slice){.off = (uint32_t)(start - lexer->start),
		                                   .len = (uint32_t)(p - start),
		                                   .type = type};
	return p;
}

/* ---- structure ---- */

static const uint8_t *skip_blanks(const uint8_t *p, const uint8_t *end)
{
	while (p < end && (*p == ' ' || *p == '\t' || *p == '\n' || *p == '\r'))
		p++;
	return p;
}

static enum json_event open_level(struct json_lexer *lexer, const uint8_t *bracket)
{
	unsigned level = lexer->depth;
	uint64_t bit = UINT64_C(1) << (level % 64);

	if (level == JSON_MAX_DEPTH)
		return fault_event(lexer, JSON_TOO_DEEP, bracket);
	lexer->in_object = *bracket == '{';
	if (lexer->in_object)
		lexer->objects[level / 64] |= bit;
	else
		lexer->objects[level / 64] &= ~bit;
	lexer->depth = level + 1;
	lexer->value = (struct json_slice){.off = (uint32_t)(bracket - lexer->start),
	                                   .type = lexer->in_object ? JSON_OBJECT : JSON_ARRAY};
	lexer->place = JSON_AFTER_OPEN;
	lexer->at = bracket + 1;
	return JSON_EVENT_OPEN;
}

static enum json_event close_level(struct json_lexer *lexer, const uint8_t *bracket)
{
	unsigned around = --lexer->depth;

	lexer->in_object = around > 0 &&
	                   (lexer->objects[(around - 1) / 64] >> ((around - 1) % 64) & 1);
	lexer->place = JSON_AFTER_VALUE;
	lexer->at = bracket + 1;
	return JSON_EVENT_CLOSE;
}

/* From the key's quote to the first byte of the value. */
static const uint8_t *scan_key(struct json_lexer *lexer, const uint8_t *p)
{
	if (p == lexer->end || *p != '"')
		return fault_or_end(lexer, JSON_UNEXPECTED, p);
	p = scan_string(lexer, p, &lexer->key);
	if (!p)
		return NULL;
	p = skip_blanks(p, lexer->end);
	if (p == lexer->end || *p != ':')
		return fault_or_end(lexer, JSON_UNEXPECTED, p);
	return skip_blanks(p + 1, lexer->end);
}

static enum json_event read_value(struct json_lexer *lexer, const uint8_t *p)
{
	if (p == lexer->end)
		return fault_event(lexer, JSON_ENDS_EARLY, p);
	if (*p == '{' || *p == '[')
		return open_level(lexer, p);
	p = *p == '"' ? scan_string(lexer, p, &lexer->value) : scan_bare_scalar(lexer, p);
	if (!p)
		return JSON_EVENT_FAULT;
	lexer->place = JSON_AFTER_VALUE;
	lexer->at = p;
	return JSON_EVENT_SCALAR;
}

/* The next value or closing bracket, with what must stand before it. */
static enum json_event step(struct json_lexer *lexer)
{
	const uint8_t *end = lexer->end;
	const uint8_t *p = skip_blanks(lexer->at, end);

	if (lexer->depth == 0 && lexer->place == JSON_AFTER_VALUE)
		return p == end ? JSON_EVENT_END : fault_event(lexer, JSON_TRAILING, p);
	if (p == end)
		return fault_event(lexer, lexer->depth == 0 ? JSON_EMPTY : JSON_ENDS_EARLY, p);
	if (lexer->depth > 0 && *p == (lexer->in_object ? '}' : ']'))
		return close_level(lexer, p);
	if (lexer->place == JSON_AFTER_VALUE) {
		if (*p != ',')
			return fault_event(lexer, JSON_UNEXPECTED, p);
		p = skip_blanks(p + 1, end);
	}
	if (lexer->in_object) {
		p = scan_key(lexer, p);
		if (!p)
			return JSON_EVENT_FAULT;
	}
	return read_value(lexer, p);
}

void json_lexer_start(struct json_lexer *lexer, struct str doc, unsigned watch)
{
	assert(doc.n <= UINT32_MAX);
	/* The bits in `objects` are written before they are read. */
	lexer->start = (const uint8_t *)doc.p;
	lexer->at = lexer->start;
	lexer->end = doc.n > 0 ? lexer->start + doc.n : lexer->start;
	lexer->depth = 0;
	lexer->watch = watch;
	lexer->place = JSON_BEFORE_VALUE;
	lexer->in_object = false;
	lexer->key = (struct json_slice){0};
	lexer->value = (struct json_slice){0};
	lexer->report = (struct json_report){0};
}

enum json_event json_lexer_next(struct json_lexer *lexer)
{
	for (;;) {
		enum json_event event = step(lexer);
		unsigned around = event == JSON_EVENT_OPEN ? lexer->depth - 1 : lexer->depth;

		if (around <= lexer->watch || event == JSON_EVENT_FAULT)
			return event;
	}
}

/* ---- the skimmer ---- */

struct skim {
	struct json_lexer lexer;
	const struct json_want *want;
	struct json_slice *outer_out, *inner_out;
	struct json_slice
		*open[2]; /* outputs whose objects or arrays are being read, by level - 1 */
};

static void clear(struct json_slice *out, const struct json_keys *keys)
{
	memset(out, 0, json_keys_count(keys) * sizeof(*out));
}

/* Where the value that was just reported belongs, or NULL. `level` is how many objects are around
 * it: the second level is watched only inside the member whose members are wanted. */
static struct json_slice *output_for(struct skim *skim, unsigned level)
{
	const struct json_want *want = skim->want;
	struct json_slice key = skim->lexer.key;
	struct str name = {(const char *)skim->lexer.start + key.off, key.len};
	size_t number = json_keys_find(level == 1 ? want->outer : want->inner, name, key.escaped);

	if (number == JSON_NO_KEY)
		return NULL;
	if (level == 2)
		return &skim->inner_out[number];
	if (want->inner && number == want->inner_at)
		clear(skim->inner_out, want->inner); /* of an earlier member of the same name */
	return &skim->outer_out[number];
}

static struct json_slice *skim_value(struct skim *skim, unsigned level)
{
	struct json_slice *out = level > 0 ? output_for(skim, level) : NULL;

	if (out)
		*out = skim->lexer.value;
	return out;
}

static void skim_open(struct skim *skim, unsigned level)
{
	const struct json_want *want = skim->want;
	bool object = skim->lexer.value.type == JSON_OBJECT;
	struct json_slice *out = skim_value(skim, level);

	if (level == 0) {
		skim->lexer.watch = object ? 1 : 0;
		return;
	}
	skim->open[level - 1] = out;
	if (level == 1 && object && want->inner && out == &skim->outer_out[want->inner_at])
		skim->lexer.watch = 2;
}

/* The length of an object or array is known only here. */
static void skim_close(struct skim *skim, unsigned level)
{
	struct json_slice *out = level > 0 ? skim->open[level - 1] : NULL;

	if (out)
		out->len = json_lexer_offset(&skim->lexer) - out->off;
	if (level == 1)
		skim->lexer.watch = 1;
}

enum json_fault json_skim(struct str doc, const struct json_want *want,
                          struct json_slice *outer_out, struct json_slice *inner_out,
                          enum json_type *top, struct json_report *report)
{
	struct skim skim = {.want = want, .outer_out = outer_out, .inner_out = inner_out};
	struct json_lexer *lexer = &skim.lexer;
	enum json_event event;

	clear(outer_out, want->outer);
	if (want->inner)
		clear(inner_out, want->inner);
	json_lexer_start(lexer, doc, 0);
	event = json_lexer_next(lexer);
	*top = event == JSON_EVENT_FAULT ? JSON_ABSENT : (enum json_type)lexer->value.type;
	while (event != JSON_EVENT_END && event != JSON_EVENT_FAULT) {
		if (event == JSON_EVENT_SCALAR)
			skim_value(&skim, lexer->depth);
		else if (event == JSON_EVENT_OPEN)
			skim_open(&skim, lexer->depth - 1);
		else
			skim_close(&skim, lexer->depth);
		event = json_lexer_next(lexer);
	}
	*report = lexer->report;
	return report->fault;
}
