/* One pass over the text, word by word. At each place what is longest known comes first: a URL, a time, an address, a quotation,
 * and then a word of any kind (error_word.c). All else is copied as it stands. */
#include "query/error_text.h"

#include "base/utf8.h"
#include "query/error_word.h"

#define QUOTED_MAX 48u /* bytes of a quotation that is kept */
#define BLOB_MIN   32u /* bytes of base64 */

struct folding {
	struct str text;
	size_t at;
	struct buf *out, token;
	size_t start; /* of the form in out */
	bool gap;     /* blanks came before */
	bool status;  /* a number that comes now is an HTTP status */
	bool full;
	size_t closes;    /* the quotation that was kept last */
	char unclosed[4]; /* quotes that do not come again */
	unsigned found;
};

/* ---- writing ---- */

/* Whole tokens: a part of one might be folded differently. */
static void put(struct folding *f, struct str token)
{
	size_t n = f->out->n - f->start;
	bool blank = f->gap && n > 0;

	f->gap = false;
	if (f->full || n + token.n + blank > ERROR_FORM_MAX) {
		f->full = true;
		return;
	}
	if (blank)
		buf_add(f->out, ' ');
	buf_append(f->out, token);
}

static void put_instead(struct folding *f, const char *token, size_t end)
{
	put(f, str_of(token));
	f->at = end;
	f->status = false;
}

/* What is no UTF-8 becomes U+FFFD. */
static void put_word(struct folding *f, struct str word)
{
	buf_clear(&f->token);
	for (size_t at = 0; at < word.n;) {
		int32_t code = utf8_next(word, &at);

		utf8_append(&f->token, code < 0 ? 0xfffd : (uint32_t)code);
	}
	put(f, buf_str(&f->token));
}

/* ---- looking ---- */

static char char_at(const struct folding *f, size_t at)
{
	return at < f->text.n ? f->text.p[at] : ' ';
}

static bool digit_at(const struct folding *f, size_t at)
{
	char c = char_at(f, at);

	return c >= '0' && c <= '9';
}

/* No word goes on there. */
static bool ends_at(const struct folding *f, size_t at)
{
	return !error_in_word(char_at(f, at)) && error_word_end(f->text, at) == at;
}

/* d: a digit; -: - or /; T: T or a blank; all else itself. The end, or 0. */
static size_t matches(const struct folding *f, size_t at, const char *shape)
{
	for (; *shape != '\0'; shape++, at++) {
		char c = char_at(f, at);
		bool fits = *shape == 'd'   ? digit_at(f, at)
		            : *shape == '-' ? c == '-' || c == '/'
		            : *shape == 'T' ? c == 'T' || c == ' '
		                            : c == *shape;

		if (at >= f->text.n || !fits)
			return 0;
	}
	return at;
}

static size_t longer(const struct folding *f, size_t at, const char *shape)
{
	size_t end = matches(f, at, shape);

	return end != 0 ? end : at;
}

/* ---- times ---- */

static size_t fraction_end(const struct folding *f, size_t at)
{
	if ((char_at(f, at) != '.' && char_at(f, at) != ',') || !digit_at(f, at + 1))
		return at;
	for (at++; digit_at(f, at); at++)
		;
	return at;
}

static size_t zone_end(const struct folding *f, size_t at)
{
	size_t end;

	if (char_at(f, at) == 'Z')
		return at + 1;
	if (char_at(f, at) != '+' && char_at(f, at) != '-')
		return at;
	end = matches(f, at + 1, "dd:dd");
	end = end != 0 ? end : matches(f, at + 1, "dddd");
	return end != 0 ? end : at;
}

/* 2026-11-20, with a time of day; 22:14:01.5 */
static bool take_time(struct folding *f)
{
	size_t date = matches(f, f->at, "dddd-dd-dd"), end = date, clock;

	if (date != 0) {
		clock = matches(f, date, "Tdd:dd");
		clock = clock != 0 ? longer(f, clock, ":dd") : 0;
	} else {
		clock = matches(f, f->at, "dd:dd:dd");
	}
	if (clock != 0)
		end = zone_end(f, fraction_end(f, clock));
	if (end == 0 || !ends_at(f, end))
		return false;
	put_instead(f, "TIME", end);
	return true;
}

/* ---- addresses ---- */

static size_t digits_end(const struct folding *f, size_t at, size_t most)
{
	size_t end = at;

	while (end < at + most && digit_at(f, end))
		end++;
	return end;
}

static size_t port_end(const struct folding *f, size_t at)
{
	size_t end = char_at(f, at) == ':' ? digits_end(f, at + 1, 5) : at;

	return end > at + 1 ? end : at;
}

/* 127.0.0.1, with a port; 0: it is none. */
static size_t ip4_end(const struct folding *f, size_t at)
{
	for (int part = 0; part < 4; part++) {
		size_t end = digits_end(f, at, 3);

		if (end == at || (part < 3 && char_at(f, end) != '.'))
			return 0;
		at = part < 3 ? end + 1 : end;
	}
	at = port_end(f, at);
	return ends_at(f, at) ? at : 0;
}

/* ::1, fe80::1, and with a port as Node writes it; 0: it is none. */
static size_t ip6_end(const struct folding *f, size_t at)
{
	size_t end = at, group = 0, colons = 0, digits = 0;
	bool open = false;

	for (; error_is_hex(char_at(f, end)) || char_at(f, end) == ':'; end++) {
		bool colon = char_at(f, end) == ':';

		group = colon ? 0 : group + 1;
		colons += colon;
		digits += digit_at(f, end);
		open |= colon && char_at(f, end + 1) == ':';
		if (group > 5)
			return 0;
	}
	while (end > at && char_at(f, end - 1) == ':' && !open) {
		end--;
		colons--;
	}
	return digits > 0 && (colons >= 3 || (open && colons >= 2)) && ends_at(f, end) ? end : 0;
}

/* 0x7f3a2b */
static size_t pointer_end(const struct folding *f, size_t at)
{
	size_t end = at + 2;

	if (char_at(f, at) != '0' || (char_at(f, at + 1) | 0x20) != 'x')
		return 0;
	while (error_is_hex(char_at(f, end)))
		end++;
	return end > at + 2 && ends_at(f, end) ? end : 0;
}

static bool take_address(struct folding *f)
{
	bool bracket = char_at(f, f->at) == '[';
	size_t end = 0;

	if (bracket) {
		end = ip6_end(f, f->at + 1);
		end = end != 0 && char_at(f, end) == ']' ? port_end(f, end + 1) : 0;
	}
	if (!bracket)
		end = ip4_end(f, f->at);
	if (end == 0 && !bracket)
		end = ip6_end(f, f->at);
	if (end == 0 && !bracket)
		end = pointer_end(f, f->at);
	if (end == 0)
		return false;
	put_instead(f, "ADDR", end);
	return true;
}

/* ---- quotations and encoded bytes ---- */

/* The closing quote; SIZE_MAX: there is none. */
static size_t quote_end(const struct folding *f, char quote)
{
	for (size_t end = f->at + 1; end < f->text.n; end++) {
		if (f->text.p[end] == '\\')
			end++;
		else if (f->text.p[end] == quote && !error_in_word(char_at(f, end + 1)))
			return end;
	}
	return SIZE_MAX;
}

/* Of what is printed as an argument, Error('...'), it is the message itself; likewise of what is quoted as a whole. */
static bool is_long_quotation(const struct folding *f, size_t end)
{
	return end - f->at - 1 > QUOTED_MAX && error_word_end(f->text, f->at + 1) != end &&
	       f->out->n > f->start && char_at(f, f->at - 1) != '(';
}

static bool take_quotation(struct folding *f)
{
	char quote = f->text.p[f->at];
	char folded[] = {quote, '.', '.', '.', quote, '\0'};
	size_t end;

	if ((quote != '"' && quote != '\'' && quote != '`') || f->at == f->closes ||
	    strchr(f->unclosed, quote) != NULL)
		return false;
	end = quote_end(f, quote);
	if (end == SIZE_MAX) {
		f->unclosed[strlen(f->unclosed)] = quote;
		return false;
	}
	f->closes = end;
	if (is_long_quotation(f, end))
		put_instead(f, folded, end + 1);
	return f->at > end;
}

static bool joins_blob(char c)
{
	return c != '\0' && strchr("+/=_-", c) != NULL;
}

static bool take_blob(struct folding *f)
{
	size_t end = f->at, run = 0, longest = 0;
	bool lower = false, upper = false, digit = false;

	/* What is none from its beginning on is none from within. */
	if (f->at > 0 && joins_blob(f->text.p[f->at - 1]))
		return false;
	for (; end < f->text.n; end++) {
		char c = f->text.p[end];
		bool plain = error_in_word(c) && (unsigned char)c < 0x80 && c != '_';

		if (!plain && !joins_blob(c))
			break;
		run = plain ? run + 1 : 0;
		longest = run > longest ? run : longest;
		lower |= c >= 'a' && c <= 'z';
		upper |= c >= 'A' && c <= 'Z';
		digit |= c >= '0' && c <= '9';
	}
	if (end - f->at < BLOB_MIN || longest < BLOB_MIN / 2 || !lower || !upper || !digit ||
	    !ends_at(f, end))
		return false;
	put_instead(f, "ID", end);
	return true;
}

/* ---- words ---- */

static bool eq_any_case(struct str a, const char *b)
{
	return a.n == strlen(b) && str_find(a, str_of(b), 0, true) == 0;
}

/* After such a word a number may be a status. */
static bool announces_status(struct str word)
{
	static const char *const words[] = {"code",        "status",      "http",       "error",
	                                    "status_code", "http_status", "statuscode", "response"};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (eq_any_case(word, words[i]))
			return true;
	return false;
}

/* 429 Too Many Requests */
static bool names_status(const struct folding *f, size_t at)
{
	static const char *const reasons[] = {"too many requests", "bad request",
	                                      "internal server",   "unauthorized",
	                                      "not found",         "service unavailable",
	                                      "forbidden",         "bad gateway",
	                                      "gateway time",      "payload too large",
	                                      "client error",      "server error",
	                                      "overloaded",        "unprocessable entity",
	                                      "request timeout",   "conflict",
	                                      "payment required",  "resource_exhausted",
	                                      "unavailable",       "deadline exceeded"};
	struct str rest = str_sub(f->text, at, 32);

	while (rest.n > 0 && memchr(" :-(", rest.p[0], 4) != NULL)
		rest = str_sub(rest, 1, SIZE_MAX);
	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++)
		if (str_find(rest, str_of(reasons[i]), 0, true) == 0)
			return true;
	return false;
}

/* Three digits are kept where they say how a request ended. */
static bool take_status(struct folding *f, struct str word)
{
	int64_t number;
	bool first = f->out->n == f->start;

	if (word.n != 3 || !str_to_i64(word, &number) || number < 100 || number > 599)
		return false;
	if (!f->status && !(first && number >= 400) && !names_status(f, f->at + word.n))
		return false;
	if (f->found == 0 && number >= 400)
		f->found = (unsigned)number;
	put(f, word);
	return true;
}

static void take_word(struct folding *f, size_t end)
{
	struct str word = str_sub(f->text, f->at, end - f->at);
	bool after_slash = f->status && f->at > 0 && char_at(f, f->at - 1) == '/';

	buf_clear(&f->token);
	if (error_is_id(word)) {
		put(f, STR("ID"));
	} else if (!take_status(f, word)) {
		struct buf folded = {0};

		if (!error_fold_number(word, &folded))
			error_fold_name(word, &folded);
		put_word(f, buf_str(&folded));
		buf_free(&folded);
	}
	/* HTTP/1.1 429 */
	f->status = announces_status(word) || after_slash;
	f->at = end;
}

/* Thousands: 30,000. */
static size_t number_end(const struct folding *f, size_t end)
{
	while (digit_at(f, f->at) && char_at(f, end) == ',' && digit_at(f, end - 1) &&
	       digit_at(f, end + 1))
		end = error_word_end(f->text, end + 1);
	return end;
}

static bool is_thousands(struct str word)
{
	for (size_t i = 0; i < word.n; i++)
		if ((word.p[i] < '0' || word.p[i] > '9') && word.p[i] != ',' && word.p[i] != '.')
			return false;
	return word.n > 0;
}

static bool take_thousands(struct folding *f)
{
	size_t end = number_end(f, error_word_end(f->text, f->at));

	if (!digit_at(f, f->at) || memchr(f->text.p + f->at, ',', end - f->at) == NULL ||
	    !is_thousands(str_sub(f->text, f->at, end - f->at)))
		return false;
	put_instead(f, "N", end);
	return true;
}

/* ---- URLs ---- */

static size_t url_end(struct str text, size_t at)
{
	while (at < text.n && (unsigned char)text.p[at] > ' ' && text.p[at] != 0x7f &&
	       memchr("\"'<>`|\\()[]{},", text.p[at], 14) == NULL)
		at++;
	while (at > 0 && memchr(".;:!?", text.p[at - 1], 5) != NULL)
		at--;
	return at;
}

/* Without the name and password that stand before a host. */
static size_t host_at(struct str url, size_t at)
{
	for (size_t i = at; i < url.n && memchr("/?#", url.p[i], 3) == NULL; i++)
		if (url.p[i] == '@')
			at = i + 1;
	return at;
}

static void put_path(struct folding *f, struct str url)
{
	while (f->at < url.n && url.p[f->at] != '?' && url.p[f->at] != '#') {
		size_t end = error_word_end(url, f->at);

		f->status = false;
		if (end > f->at && error_in_word(url.p[f->at]))
			take_word(f, end);
		else
			put(f, str_sub(url, f->at++, 1));
	}
}

/* The scheme is at f->at. The query is left out: it is of one request. */
static void take_url(struct folding *f, size_t scheme)
{
	struct str text = f->text;
	struct str url = str_sub(text, 0, url_end(text, scheme));
	size_t host = host_at(url, scheme), end;

	put(f, str_sub(url, f->at, scheme - f->at));
	f->text = url;
	f->at = host;
	end = ip4_end(f, host);
	if (end != 0)
		put_instead(f, "ADDR", end);
	put_path(f, url);
	f->text = text;
	f->at = url.n;
	f->status = false;
}

/* Behind https://; 0: there is no URL. */
static size_t scheme_end(const struct folding *f)
{
	size_t at = f->at;

	while (((char_at(f, at) | 0x20) >= 'a' && (char_at(f, at) | 0x20) <= 'z') ||
	       (at > f->at && (digit_at(f, at) || char_at(f, at) == '+')))
		at++;
	if (at == f->at || !str_starts(str_sub(f->text, at, 3), STR("://")) ||
	    url_end(f->text, at + 3) <= at + 3)
		return 0;
	return at + 3;
}

/* ---- all of it ---- */

/* ESC [ 31 m */
static void skip_colour(struct folding *f)
{
	f->at += 2;
	while (digit_at(f, f->at) || char_at(f, f->at) == ';')
		f->at++;
	f->at += f->at < f->text.n;
}

static void take_char(struct folding *f)
{
	char c = f->text.p[f->at];

	if (c == '\x1b' && char_at(f, f->at + 1) == '[') {
		skip_colour(f);
		return;
	}

	if ((unsigned char)c <= ' ' || c == 0x7f) {
		f->gap = true;
		f->at++;
		return;
	}
	if (memchr(".,;!?", c, 5) != NULL)
		f->status = false;
	put(f, str_sub(f->text, f->at++, 1));
}

static void take_next(struct folding *f)
{
	bool within = f->at > 0 && error_in_word(f->text.p[f->at - 1]);
	size_t scheme = within ? 0 : scheme_end(f);

	if (scheme != 0) {
		take_url(f, scheme);
		return;
	}
	if (!within && (take_time(f) || take_address(f) || take_quotation(f) || take_blob(f) ||
	                take_thousands(f)))
		return;
	if (error_in_word(f->text.p[f->at]) || f->text.p[f->at] == '*')
		take_word(f, error_word_end(f->text, f->at));
	else
		take_char(f);
}

void error_fold(struct str text, struct buf *out, unsigned *status)
{
	struct folding f = {.text = text, .out = out, .start = out->n, .closes = SIZE_MAX};

	while (f.at < text.n && !f.full)
		take_next(&f);
	*status = f.found;
	buf_free(&f.token);
}
