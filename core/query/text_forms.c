/* From a text to bytes, in two steps.
 *
 * Rows. Where the text has ASCII that no encoder touches, a row of it is looked for as it stands. Else one of its characters
 * is, in each way in which it is written: as UTF-8, \u00e9, \xe9, half of a surrogate pair, \U0001f600. Without case, in the
 * ways of all that folds to it; those of one length make one row with loose bits.
 *
 * What is around a row. The rest of the run is compared character by character, in any of these ways and with any number of
 * backslashes before each: how deep JSON is nested need not be known then. Neither the text's own backslashes nor those
 * among the bytes are compared. So a little more passes than holds the text, and never less.
 *
 * Runs. A text breaks where what stands together when it has been decoded may stand apart in the bytes: at line ends, which
 * join texts, and at what JSON is made of, since Python's repr is read as JSON. What that makes anew (true of True) is not
 * found in it.
 *
 * Left to others: whether it is there, and where (text_confirm.c). */
#include "query/text_forms.h"

#include "base/mem.h"
#include "base/utf8.h"

#include <stdio.h>

#define INVALID_BYTE 0x110000u /* added to a byte that is no character */
#define BREAK        UINT32_MAX

/* ---- what encoders leave alone ---- */

static bool breaks(uint32_t code)
{
	return code > 0 && code < 0x80 && strchr("\n\":,{}[]", (int)code) != NULL;
}

/* What folds to i, k or s is not always one byte. */
static bool is_plain(uint32_t code, bool fold)
{
	if (code < 0x20 || code >= 0x7F || strchr("\\\"'/<>&+=`", (int)code) || breaks(code))
		return false;
	return !fold || !strchr("iks", (int)code);
}

static bool is_letter(uint32_t code)
{
	return (code | 0x20) >= 'a' && (code | 0x20) <= 'z';
}

static uint32_t next_code(struct str s, size_t *at, bool fold)
{
	size_t start = *at;
	int32_t code = utf8_next(s, at);

	if (code < 0)
		return INVALID_BYTE + (unsigned char)s.p[start];
	return fold ? utf8_fold((uint32_t)code) : (uint32_t)code;
}

/* ---- the text ---- */

struct codes {
	uint32_t *list;
	bool *apart; /* a backslash stood before it */
	uint32_t n;
};

/* Without backslashes; BREAK between runs. Blanks beside a break may be there in one form and not in the other. */
static struct codes read_codes(struct str text, bool fold)
{
	struct codes c = {mem_alloc(text.n + 1, sizeof(*c.list)), mem_zero(text.n + 1, 1), 0};

	for (size_t at = 0; at < text.n;) {
		uint32_t code = next_code(text, &at, fold);

		if (code == '\\')
			c.apart[c.n] = true;
		else
			c.list[c.n++] = breaks(code) ? BREAK : code;
	}
	for (uint32_t i = 1; i < c.n; i++) {
		if (c.list[i] == ' ' && c.list[i - 1] == BREAK)
			c.list[i] = BREAK;
	}
	for (uint32_t i = c.n; i-- > 1;) {
		if (c.list[i - 1] == ' ' && c.list[i] == BREAK)
			c.list[i - 1] = BREAK;
	}
	return c;
}

/* ---- a row as it stands ---- */

static unsigned rarity(const struct find_bytes *row)
{
	return row->n < 2 ? row->rarity[0] : row->rarity[0] + row->rarity[1];
}

static struct find_bytes plain_row(struct codes c, uint32_t from, bool fold)
{
	struct find_bytes row = {0};

	for (uint32_t i = from; i < c.n && row.n < FIND_BYTES_MAX; i++) {
		if (!is_plain(c.list[i], fold) || (i > from && c.apart[i]))
			break;
		find_bytes_add(&row, (uint8_t)c.list[i], fold && is_letter(c.list[i]) ? 0x20 : 0);
	}
	return row;
}

static void take_plain_row(struct text_forms *f, struct codes c)
{
	for (uint32_t i = 0; i < c.n; i++) {
		struct find_bytes row = plain_row(c, i, f->fold);

		if (row.n > 0 && (f->n_rows == 0 || rarity(&row) > rarity(&f->rows[0]))) {
			f->rows[0] = row;
			f->n_rows = f->n_as_said = 1;
			f->from = i;
			f->to = i + row.n;
		}
		i += row.n > 0 ? row.n - 1u : 0;
	}
}

/* ---- the ways to write one character ---- */

enum way { WAY_UTF8, WAY_UNIT = 4, WAY_BYTE, WAY_LONG, WAYS }; /* WAY_UTF8 + bytes - 1 */

struct ways {
	struct find_bytes row[WAYS]; /* n is 0 where there is none */
};

/* One row of what is written in one way and length. */
static void add_way(struct find_bytes *row, struct str bytes, bool hex)
{
	struct find_bytes before = *row;

	*row = (struct find_bytes){0};
	for (size_t i = 0; i < bytes.n; i++) {
		uint8_t byte = (uint8_t)bytes.p[i];
		uint8_t loose = hex && i > 0 && byte >= 'a' ? 0x20 : 0;

		if (before.n > 0)
			loose |= before.loose[i] |
			         (uint8_t)((before.wanted[i] ^ byte) & ~before.loose[i]);
		find_bytes_add(row, byte, loose);
	}
}

static void add_escape(struct find_bytes *row, char letter, int digits, uint32_t code)
{
	char text[16];
	int n = snprintf(text, sizeof(text), "%c%0*x", letter, digits, (unsigned)code);

	add_way(row, (struct str){text, (size_t)n}, true);
}

static void add_ways(struct ways *w, uint32_t code)
{
	struct buf utf8 = {0};
	char byte = (char)(code & 0xFF);

	if (code >= INVALID_BYTE) {
		add_way(&w->row[WAY_UTF8], (struct str){&byte, 1}, false);
		return;
	}
	utf8_append(&utf8, code);
	add_way(&w->row[WAY_UTF8 + utf8.n - 1], buf_str(&utf8), false);
	buf_free(&utf8);
	if (is_letter(code))
		return;
	if (code >= 0x10000)
		add_escape(&w->row[WAY_LONG], 'U', 8, code);
	else if (code >= 0x7F && code < 0x100)
		add_escape(&w->row[WAY_BYTE], 'x', 2, code);
	add_escape(&w->row[WAY_UNIT], 'u', 4, code < 0x10000 ? code : 0xDC00 + (code & 0x3FF));
}

/* Outside of these and of ASCII nothing folds to anything else. */
static const struct {
	uint32_t first, end;
} folding[] = {
	{0x80, 0x3000}, {0xA000, 0xAC00}, {0xF900, 0x12000}, {0x16000, 0x17000}, {0x1E000, 0x1F000},
};

static struct ways ways_of(uint32_t code, bool fold)
{
	struct ways w = {0};

	add_ways(&w, code);
	if (fold && is_letter(code))
		add_ways(&w, code ^ 0x20);
	for (size_t i = 0; i < sizeof(folding) / sizeof(folding[0]) && fold; i++) {
		for (uint32_t other = folding[i].first; other < folding[i].end; other++) {
			if (other != code && utf8_fold(other) == code)
				add_ways(&w, other);
		}
	}
	return w;
}

/* The character that is written anyhow: no ASCII if there is another. NULL: there are but control characters. */
static const uint32_t *anyhow(struct codes c)
{
	const uint32_t *best = NULL;

	for (uint32_t i = 0; i < c.n; i++) {
		if (c.list[i] >= 0x20 && c.list[i] != BREAK &&
		    (!best || (*best < 0x80 && c.list[i] > *best)))
			best = &c.list[i];
	}
	return best;
}

static void take_ways(struct text_forms *f, struct codes c, const uint32_t *code)
{
	struct ways w = ways_of(*code, f->fold);

	f->n_rows = f->n_as_said = 0;
	f->from = (uint32_t)(code - c.list);
	f->to = f->from + 1;
	for (size_t i = 0; i < WAYS; i++) {
		if (w.row[i].n == 0)
			continue;
		f->rows[f->n_rows++] = w.row[i];
		f->n_as_said += i < WAY_UNIT;
	}
}

/* ---- the forms ---- */

/* Only the run around the rows is kept. */
static void take_run(struct text_forms *f, struct codes c)
{
	uint32_t start = f->from, end = f->to;

	while (start > 0 && c.list[start - 1] != BREAK)
		start--;
	while (end < c.n && c.list[end] != BREAK)
		end++;
	f->whole = start == 0 && end == c.n;
	for (uint32_t i = 0; i <= c.n; i++)
		f->whole = f->whole && !c.apart[i];
	memmove(c.list, c.list + start, (end - start) * sizeof(*c.list));
	f->codes = c.list;
	f->n = end - start;
	f->from -= start;
	f->to -= start;
}

bool text_forms_init(struct text_forms *f, struct str text, bool fold)
{
	struct codes c = read_codes(text, fold);
	const uint32_t *code = anyhow(c);

	*f = (struct text_forms){.fold = fold};
	take_plain_row(f, c);
	/* One byte of ASCII stands nearly everywhere. */
	if (code && (f->n_rows == 0 || (f->rows[0].n == 1 && *code >= 0x80)))
		take_ways(f, c, code);
	if (f->n_rows == 0)
		mem_free(c.list);
	else
		take_run(f, c);
	mem_free(c.apart);
	return f->n_rows > 0;
}

void text_forms_fini(struct text_forms *f)
{
	mem_free(f->codes);
	*f = (struct text_forms){0};
}

/* ---- escapes ---- */

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* So many digits at `at`; UINT32_MAX if they are not there. */
static uint32_t hex_at(struct str raw, size_t at, size_t digits)
{
	uint32_t value = 0;

	if (at > raw.n || raw.n - at < digits)
		return UINT32_MAX;
	for (size_t i = at; i < at + digits; i++) {
		int digit = hex_digit(raw.p[i]);

		if (digit < 0)
			return UINT32_MAX;
		value = value << 4 | (uint32_t)digit;
	}
	return value;
}

static bool is_half(uint32_t unit, uint32_t first)
{
	return unit >= first && unit < first + 0x400;
}

static uint32_t pair(uint32_t high, uint32_t low)
{
	return 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00);
}

static uint32_t folded(uint32_t code, bool fold)
{
	return fold && code < 0x110000 ? utf8_fold(code) : code;
}

/* The control character that a letter behind a backslash stands for. */
static bool is_short(char letter, uint32_t code)
{
	static const char letters[] = "bfnrtav", codes[] = "\b\f\n\r\t\a\v";
	const char *at = letter ? strchr(letters, letter) : NULL;

	return at && (uint32_t)codes[at - letters] == code;
}

static size_t past_slashes(struct str raw, size_t at)
{
	while (at < raw.n && raw.p[at] == '\\')
		at++;
	return at;
}

static size_t before_slashes(struct str raw, size_t at)
{
	while (at > 0 && raw.p[at - 1] == '\\')
		at--;
	return at;
}

/* The letter of an escape with so many digits stands before `end`: where, or SIZE_MAX. */
static size_t letter_before(struct str raw, size_t end, char letter, size_t digits)
{
	size_t at = end - digits - 1;

	if (end < digits + 2 || raw.p[at] != letter || raw.p[at - 1] != '\\')
		return SIZE_MAX;
	return at;
}

/* ---- what stands behind a row ---- */

/* Behind the backslashes of an escape. */
static bool pass_escape(struct str raw, size_t *at, uint32_t wanted, bool fold)
{
	char letter = raw.p[*at];
	size_t digits = letter == 'u' ? 4 : letter == 'x' ? 2 : letter == 'U' ? 8 : 0;
	uint32_t code = digits > 0 ? hex_at(raw, *at + 1, digits) : UINT32_MAX;
	size_t next = *at + 1 + digits;

	if (letter == 'u' && is_half(code, 0xD800)) {
		size_t low = past_slashes(raw, next);
		uint32_t unit = low < raw.n && raw.p[low] == 'u' ? hex_at(raw, low + 1, 4) : 0;

		if (is_half(unit, 0xDC00)) {
			code = pair(code, unit);
			next = low + 5;
		}
	}
	*at = next;
	return is_short(letter, wanted) || folded(code, fold) == wanted;
}

static bool pass(struct str raw, size_t *at, uint32_t wanted, bool fold)
{
	size_t start = past_slashes(raw, *at), next = start;
	bool escaped = start > *at;

	if (start == raw.n)
		return false;
	*at = start;
	if (next_code(raw, &next, fold) != wanted)
		return escaped && pass_escape(raw, at, wanted, fold);
	*at = next;
	return true;
}

/* ---- and before it ---- */

static size_t character_before(struct str raw, size_t end)
{
	for (size_t length = 2; length <= 4 && length <= end && (raw.p[end - 1] & 0x80); length++) {
		size_t next = end - length;

		if (utf8_next(raw, &next) >= 0 && next == end)
			return end - length;
	}
	return end - 1;
}

/* The character whose second half is written at `at`. */
static size_t pair_start(struct str raw, size_t at, uint32_t low, uint32_t *code)
{
	size_t high = letter_before(raw, before_slashes(raw, at), 'u', 4);
	uint32_t unit = high == SIZE_MAX ? 0 : hex_at(raw, high + 1, 4);

	if (!is_half(unit, 0xD800))
		return at;
	*code = pair(unit, low);
	return high;
}

static bool back_escape(struct str raw, size_t *at, uint32_t wanted, bool fold)
{
	static const struct {
		char letter;
		uint8_t digits;
	} escapes[] = {{'u', 4}, {'x', 2}, {'U', 8}};
	size_t end = *at;

	if (end >= 2 && raw.p[end - 2] == '\\' && is_short(raw.p[end - 1], wanted)) {
		*at = end - 1;
		return true;
	}
	for (size_t i = 0; i < 3; i++) {
		size_t letter = letter_before(raw, end, escapes[i].letter, escapes[i].digits);
		uint32_t code;

		if (letter == SIZE_MAX)
			continue;
		code = hex_at(raw, letter + 1, escapes[i].digits);
		if (i == 0 && is_half(code, 0xDC00))
			letter = pair_start(raw, letter, code, &code);
		*at = letter;
		return folded(code, fold) == wanted;
	}
	return false;
}

static bool back(struct str raw, size_t *at, uint32_t wanted, bool fold)
{
	size_t end = before_slashes(raw, *at), start, next;

	if (end == 0)
		return false;
	start = next = character_before(raw, end);
	*at = end;
	if (next_code(raw, &next, fold) != wanted)
		return back_escape(raw, at, wanted, fold);
	*at = start;
	return true;
}

/* ---- hits ---- */

/* Whether the rest of the run is around the row from `from` to `to`, which are moved to its ends. */
static bool is_around(const struct text_forms *f, struct str raw, size_t *from, size_t *to)
{
	uint32_t code = f->codes[f->from];

	for (uint32_t i = f->to; i < f->n; i++) {
		if (!pass(raw, to, f->codes[i], f->fold))
			return false;
	}
	/* Of a pair the row is the second half. */
	if (code >= 0x10000 && code < INVALID_BYTE && raw.p[*from] == 'u') {
		uint32_t low = hex_at(raw, *from + 1, 4), whole = 0;

		*from = pair_start(raw, *from, low, &whole);
		if (folded(whole, f->fold) != code)
			return false;
	}
	for (uint32_t i = f->from; i-- > 0;) {
		if (!back(raw, from, f->codes[i], f->fold))
			return false;
	}
	return true;
}

static struct text_hit find_row(const struct text_hits *h, const struct find_bytes *row, size_t at)
{
	while ((at = find_bytes(row, h->raw, at)) != SIZE_MAX) {
		struct text_hit hit = {at, at, at + row->n};

		if (is_around(h->forms, h->raw, &hit.from, &hit.to))
			return hit;
		at++;
	}
	return (struct text_hit){SIZE_MAX, 0, 0};
}

size_t text_hits_next(struct text_hits *h, size_t from)
{
	size_t best = SIZE_MAX;

	for (unsigned i = 0; i < h->forms->n_rows; i++) {
		struct text_hit *hit = &h->next[i];

		if (!h->begun || hit->row < from)
			*hit = find_row(h, &h->forms->rows[i], from);
		if (hit->row < best) {
			best = hit->row;
			h->from = hit->from;
			h->to = hit->to;
			h->as_said = i < h->forms->n_as_said;
		}
	}
	h->begun = true;
	return best;
}

/* Whether an escape of the string that begins at `start` goes on at `at`. */
static bool is_in_escape(struct str raw, size_t start, size_t at)
{
	size_t slash = at;

	/* The longest one is that of a unit. */
	for (; slash > start && raw.p[slash - 1] != '\\'; slash--) {
		if (at - slash == 4)
			return false;
	}
	/* Of two backslashes the second is the first one's. */
	return (slash - before_slashes(raw, slash)) % 2 != 0 &&
	       (slash == at || raw.p[slash] == 'u');
}

bool text_hits_is_literal(const struct text_hits *h, size_t start)
{
	return h->forms->whole && h->as_said &&
	       !memchr(h->raw.p + h->from, '\\', h->to - h->from) &&
	       !is_in_escape(h->raw, start, h->from);
}
