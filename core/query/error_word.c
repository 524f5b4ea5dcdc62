/* What a single word of an error's text is: an id, a number, a part of a name. A word is letters, digits, _ and anything beyond
 * ASCII, with - . @ ~ between them. */
#include "query/error_word.h"

#define PREFIXED_MIN 6u /* bytes behind req_ that make an id */
#define HEX_MIN      8u
#define DIGITS_MAX   5u /* of a run of digits that is part of a name; a date may have eight */

struct letters {
	size_t n, digits, lower, upper, hex;
	size_t turns; /* from a digit to a letter, or back */
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_lower(char c)
{
	return c >= 'a' && c <= 'z';
}

static bool is_upper(char c)
{
	return c >= 'A' && c <= 'Z';
}

bool error_is_hex(char c)
{
	return is_digit(c) || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f');
}

bool error_in_word(char c)
{
	return is_digit(c) || is_lower(c) || is_upper(c) || c == '_' || (unsigned char)c >= 0x80;
}

static bool joins(char c)
{
	return c == '-' || c == '.' || c == '@' || c == '~';
}

size_t error_word_end(struct str text, size_t at)
{
	for (; at < text.n; at++) {
		char c = text.p[at];
		char next = at + 1 < text.n ? text.p[at + 1] : ' ';

		if (!error_in_word(c) && c != '*' &&
		    !(joins(c) && (error_in_word(next) || next == '*')))
			break;
	}
	return at;
}

static struct letters count(struct str s)
{
	struct letters l = {.n = s.n};

	for (size_t i = 0; i < s.n; i++) {
		l.digits += is_digit(s.p[i]);
		l.lower += is_lower(s.p[i]);
		l.upper += is_upper(s.p[i]);
		l.hex += error_is_hex(s.p[i]);
		l.turns += i > 0 && is_digit(s.p[i]) != is_digit(s.p[i - 1]);
	}
	return l;
}

/* ---- ids ---- */

/* A piece of a word, between - and the like. */
static bool is_id_piece(struct str piece)
{
	struct letters l = count(piece);

	if (l.hex == l.n && l.n >= HEX_MIN && l.digits > 0 && l.digits < l.n)
		return true;
	if (l.hex == l.n && l.n >= 2 * HEX_MIN && l.digits < l.n)
		return true;
	if (l.n >= 10 && l.digits >= 2 && l.turns >= 3)
		return true;
	return l.n >= 20 && l.digits > 0 && l.lower > 0 && l.upper > 0 && l.turns >= 2;
}

static struct str next_piece(struct str *rest)
{
	size_t end = 0;
	struct str piece;

	while (end < rest->n && !joins(rest->p[end]) && rest->p[end] != '_')
		end++;
	piece = str_sub(*rest, 0, end);
	*rest = str_sub(*rest, end + 1, SIZE_MAX);
	return piece;
}

/* 8-4-4-4-12 hex digits, anywhere. */
static bool has_uuid(struct str word)
{
	static const size_t lengths[] = {8, 4, 4, 4, 12};
	size_t at = 0;

	while (word.n > 0) {
		struct str piece = next_piece(&word);

		if (piece.n != lengths[at] || count(piece).hex != piece.n)
			at = piece.n == lengths[0] && count(piece).hex == piece.n ? 1 : 0;
		else if (++at == sizeof(lengths) / sizeof(lengths[0]))
			return true;
	}
	return false;
}

/* req_..., call_...: short ones, too. */
static bool has_prefix(struct str word)
{
	static const char *const prefixes[] = {
		"req",  "request", "call",  "toolu", "chatcmpl", "cmpl", "msg",     "resp",
		"rs",   "fc",      "ws",    "org",   "proj",     "user", "run",     "thread",
		"asst", "file",    "batch", "step",  "sess",     "vs",   "ftjob",   "gen",
		"sk",   "pk",      "key",   "item",  "cus",      "evt",  "srvtoolu"};
	struct str rest = word, prefix = next_piece(&rest);
	struct letters l = count(rest);

	if (l.n < PREFIXED_MIN || prefix.n == word.n)
		return false;
	if (str_eq(prefix, STR("sk")) || str_eq(prefix, STR("pk")))
		return true;
	if (l.digits == 0 ? l.lower == 0 || l.upper < 2 : l.turns < 1 && l.digits < l.n)
		return false;
	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++)
		if (str_eq(prefix, str_of(prefixes[i])))
			return true;
	return false;
}

static bool is_mail(struct str word)
{
	size_t at = str_find(word, STR("@"), 0, false);

	return at != SIZE_MAX && at > 0 && str_find(word, STR("."), at, false) != SIZE_MAX;
}

bool error_is_id(struct str word)
{
	struct str rest = word;

	/* sk-***abcd: what was masked. */
	if (str_find(word, STR("***"), 0, false) != SIZE_MAX)
		return true;
	if (has_uuid(word) || has_prefix(word) || is_mail(word))
		return true;
	while (rest.n > 0)
		if (is_id_piece(next_piece(&rest)))
			return true;
	return false;
}

/* ---- numbers ---- */

static size_t digits_end(struct str s, size_t at)
{
	while (at < s.n && is_digit(s.p[at]))
		at++;
	return at;
}

static size_t letters_end(struct str s, size_t at)
{
	while (at < s.n && (is_lower(s.p[at]) || is_upper(s.p[at])))
		at++;
	return at;
}

static bool is_time_unit(struct str s)
{
	static const char *const units[] = {"d", "h",   "hr",   "hrs", "m",  "min", "mins",
	                                    "s", "sec", "secs", "ms",  "us", "ns"};

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (str_eq(s, str_of(units[i])))
			return true;
	return false;
}

/* 7m12s, 340ms, 1.5s */
static bool is_duration(struct str word)
{
	size_t at = 0, end;

	while (at < word.n) {
		end = digits_end(word, at);
		if (end == at)
			return false;
		if (end + 1 < word.n && word.p[end] == '.' && is_digit(word.p[end + 1]))
			end = digits_end(word, end + 1);
		at = letters_end(word, end);
		if (!is_time_unit(str_sub(word, end, at - end)))
			return false;
	}
	return word.n > 0;
}

/* Only digits and what joins them: 1.2.3, 555-1234. */
static bool is_plain_number(struct str word, size_t *end)
{
	*end = 0;
	while (*end < word.n &&
	       (is_digit(word.p[*end]) || joins(word.p[*end]) || word.p[*end] == '_'))
		++*end;
	return *end == word.n;
}

bool error_fold_number(struct str word, struct buf *out)
{
	struct str unit;
	size_t end;

	if (word.n == 0 || !is_digit(word.p[0]))
		return false;
	if (is_plain_number(word, &end)) {
		buf_add(out, 'N');
		return true;
	}
	if (is_duration(word)) {
		buf_puts(out, "Ns");
		return true;
	}
	unit = str_sub(word, end, SIZE_MAX);
	if (unit.n > 3 || letters_end(unit, 0) != unit.n || !is_digit(word.p[end - 1]))
		return false;
	/* 1e6, 1E+9 */
	buf_add(out, 'N');
	buf_append(out, unit);
	return true;
}

/* ---- names ---- */

/* 20241022 */
static bool is_date(struct str digits)
{
	return digits.n == 8 && (str_starts(digits, STR("19")) || str_starts(digits, STR("20"))) &&
	       digits.p[4] <= '1' && digits.p[6] <= '3';
}

/* messages.4.content: a place in a list. Not gpt-3.5, python3.11. */
static bool is_index(struct str word, size_t at, size_t end)
{
	return end > at && at > 1 && word.p[at - 1] == '.' && !is_digit(word.p[at - 2]) &&
	       (end == word.n || word.p[end] == '.');
}

void error_fold_name(struct str word, struct buf *out)
{
	for (size_t at = 0, end; at < word.n; at = end) {
		struct str digits;

		end = digits_end(word, at);
		digits = str_sub(word, at, end - at);
		if ((digits.n > DIGITS_MAX && !is_date(digits)) || is_index(word, at, end))
			buf_add(out, 'N');
		else if (digits.n > 0)
			buf_append(out, digits);
		else
			buf_add(out, word.p[end++]);
	}
}
