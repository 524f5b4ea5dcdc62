/* Walking over JSON text by its brackets and quotes alone.
 *
 * The lexer checks; this finds out where things begin and end, also in what the lexer refuses for
 * its depth, with memory that does not grow with the text. So one hostile event costs neither the
 * others of its batch nor a tree of a gigabyte.
 *
 * Invariant: at <= end, and every call moves forward or ends the walk. */
#include "collect/raw.h"

#include "json/lexer.h"

#include <endian.h>
#include <string.h>

#define SHORT_STRING 64 /* bytes for which a call costs more than it saves */

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static const char *skip_blanks(const char *p, const char *end)
{
	while (p < end && is_blank(*p))
		p++;
	return p;
}

/* Whether an odd number of backslashes stands before p: the character at p is then escaped. */
static bool is_escaped(const char *p, const char *start)
{
	const char *q = p;

	while (q > start && q[-1] == '\\')
		q--;
	return (p - q) % 2 != 0;
}

/* The first quote or backslash at or after p, or end. Eight bytes at once, the first one lowest: a
 * byte that is zero borrows when one is taken away, so the lowest top bit marks the first match
 * (above it a borrow may mark others). */
static const char *find_mark(const char *p, const char *end)
{
	const uint64_t ones = UINT64_C(0x0101010101010101);

	for (; end - p >= 8; p += 8) {
		uint64_t word, quotes, backslashes, marks;

		memcpy(&word, p, sizeof(word));
		word = le64toh(word);
		quotes = word ^ (ones * '"');
		backslashes = word ^ (ones * '\\');
		marks = ((quotes - ones) & ~quotes) | ((backslashes - ones) & ~backslashes);
		if (marks & (ones * 0x80))
			return p + __builtin_ctzll(marks & (ones * 0x80)) / 8;
	}
	while (p < end && *p != '"' && *p != '\\')
		p++;
	return p;
}

/* From an opening quote to behind the closing one, or NULL. Strings are where the bytes are. */
static const char *string_end(const char *p, const char *end)
{
	const char *start = ++p;

	/* Most strings are keys and ids. */
	p = find_mark(p, end - p > SHORT_STRING ? p + SHORT_STRING : end);
	while (p < end && (*p == '"' || (p = memchr(p, '"', (size_t)(end - p))) != NULL)) {
		if (!is_escaped(p, start))
			return p + 1;
		p++;
	}
	return NULL;
}

static const char *composite_end(const char *p, const char *end)
{
	size_t depth = 0;

	while (p < end) {
		char c = *p;

		if (c == '"') {
			p = string_end(p, end);
			if (!p)
				return NULL;
			continue;
		}
		p++;
		if (c == '{' || c == '[')
			depth++;
		else if ((c == '}' || c == ']') && --depth == 0)
			return p;
	}
	return NULL;
}

static const char *value_end(const char *p, const char *end)
{
	const char *start = p;

	if (p == end)
		return NULL;
	if (*p == '"')
		return string_end(p, end);
	if (*p == '{' || *p == '[')
		return composite_end(p, end);
	while (p < end && !is_blank(*p) && *p != ',' && *p != ']' && *p != '}')
		p++;
	return p > start ? p : NULL;
}

bool raw_open(struct raw_walk *w, struct str json)
{
	struct str text = str_trim(json);

	*w = (struct raw_walk){.first = true};
	if (text.n == 0 || (text.p[0] != '{' && text.p[0] != '['))
		return false;
	w->object = text.p[0] == '{';
	w->at = text.p + 1;
	w->end = text.p + text.n;
	return true;
}

static const char *read_key(const char *p, const char *end, struct str *key)
{
	const char *behind = p < end && *p == '"' ? string_end(p, end) : NULL;

	if (!behind)
		return NULL;
	*key = (struct str){p + 1, (size_t)(behind - p) - 2};
	p = skip_blanks(behind, end);
	return p < end && *p == ':' ? skip_blanks(p + 1, end) : NULL;
}

/* At the closing bracket. */
static void finish(struct raw_walk *w, const char *bracket)
{
	w->at = w->inside ? bracket + 1 : w->end;
	if (!w->inside && skip_blanks(bracket + 1, w->end) != w->end)
		w->broken = true;
}

bool raw_key(struct raw_walk *w, struct str *key)
{
	const char *p = skip_blanks(w->at, w->end);

	*key = STR_EMPTY;
	if (p < w->end && *p == (w->object ? '}' : ']')) {
		finish(w, p);
		return false;
	}
	w->at = w->end;
	w->broken = true; /* until the whole member was seen */
	if (!w->first) {
		if (p == w->end || *p != ',')
			return false;
		p = skip_blanks(p + 1, w->end);
	}
	if (w->object)
		p = read_key(p, w->end, key);
	if (!p)
		return false;
	w->at = p;
	return true;
}

/* The value begins at `at` and ends before `behind`, or has no end. */
static bool take_value(struct raw_walk *w, const char *behind, struct str *value)
{
	const char *start = w->at;

	w->at = w->end;
	if (!behind)
		return false;
	*value = (struct str){start, (size_t)(behind - start)};
	w->at = behind;
	w->first = false;
	w->broken = false;
	return true;
}

bool raw_value(struct raw_walk *w, struct str *value)
{
	return take_value(w, value_end(w->at, w->end), value);
}

bool raw_next(struct raw_walk *w, struct str *key, struct str *value)
{
	return raw_key(w, key) && raw_value(w, value);
}

void raw_enter(const struct raw_walk *w, struct raw_walk *inside, bool checked)
{
	const char *p = w->at;
	bool opens = p < w->end && (*p == '{' || *p == '[');

	*inside = (struct raw_walk){.at = w->end, .end = w->end, .inside = true};
	if (!opens || !checked)
		inside->behind = value_end(p, w->end);
	if (!opens || (!checked && !inside->behind))
		return;
	inside->object = *p == '{';
	inside->first = true;
	inside->at = p + 1;
	if (inside->behind)
		inside->end = inside->behind;
}

bool raw_leave(struct raw_walk *w, const struct raw_walk *inside, struct str *value)
{
	const char *behind = inside->broken ? NULL : inside->at;

	return take_value(w, inside->behind ? inside->behind : behind, value);
}

bool raw_key_is(struct str key, struct str name)
{
	struct buf text = {0};
	bool same;

	/* A key that begins otherwise is another one, unless an escape begins it. */
	if (key.n == 0 || name.n == 0 || (key.p[0] != name.p[0] && key.p[0] != '\\'))
		return key.n == 0 && name.n == 0;
	if (key.n == name.n)
		return memcmp(key.p, name.p, key.n) == 0;
	if (key.n < name.n || key.n / 6 > name.n || !memchr(key.p, '\\', key.n))
		return false;
	json_unescape(&text, key);
	same = str_eq(buf_str(&text), name);
	buf_free(&text);
	return same;
}

struct str raw_inside(struct str value)
{
	if (value.n < 2 || value.p[0] != '"')
		return STR_EMPTY;
	return str_sub(value, 1, value.n - 2);
}

/* The first line end at or after p, or end. */
static const char *line_end(const char *p, const char *end)
{
	const char *feed = memchr(p, '\n', (size_t)(end - p));
	const char *turn = memchr(p, '\r', (size_t)((feed ? feed : end) - p));

	return turn ? turn : feed ? feed : end;
}

void raw_append(struct buf *out, struct str text)
{
	bool in_string = false;
	const char *p = text.p, *end = text.p + text.n;

	if (line_end(p, end) == end) {
		buf_append(out, text);
		return;
	}
	for (; p < end; p++) {
		if (*p == '\n' || *p == '\r') {
			buf_puts(out, !in_string ? " " : *p == '\n' ? "\\n" : "\\r");
			continue;
		}
		if (*p == '"')
			in_string = !in_string;
		buf_add(out, *p);
		/* An escaped quote ends nothing. */
		if (in_string && *p == '\\' && p + 1 < end && p[1] != '\n' && p[1] != '\r')
			buf_add(out, *++p);
	}
}

/* How many bytes at p are one of the words that Python and JavaScript write for what JSON cannot
 * say; 0 if none. */
static size_t no_number(struct str text)
{
	static const struct str words[] = {{"NaN", 3}, {"Infinity", 8}, {"-Infinity", 9}};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (str_starts(text, words[i]))
			return words[i].n;
	return 0;
}

bool raw_repair(struct buf *out, struct str json)
{
	const char *p = json.p, *end = json.p + json.n, *copied = json.p;
	size_t before = out->n;

	while (p < end) {
		size_t n;

		if (*p == '"') {
			p = string_end(p, end);
			if (!p)
				break;
			continue;
		}
		n = *p == 'N' || *p == 'I' || *p == '-'
		            ? no_number((struct str){p, (size_t)(end - p)})
		            : 0;
		if (n == 0) {
			p++;
			continue;
		}
		buf_append(out, (struct str){copied, (size_t)(p - copied)});
		buf_puts(out, "null");
		p += n;
		copied = p;
	}
	if (copied == json.p || out->full) {
		out->n = before;
		return false;
	}
	buf_append(out, (struct str){copied, (size_t)(end - copied)});
	return !out->full;
}
