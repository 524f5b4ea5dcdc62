/* A lexer that can stop at any byte.
 *
 * Invariants: `place` says all about what may come next; inside a string, after_string is the place
 * behind it. A mark that stands before its byte sets `told`, so that the next call passes it.
 *
 * Left to others: what numbers and words say, UTF-8 (lexer.c). */
#include "json/scanner.h"

#include <string.h>

enum {
	BEFORE_VALUE,
	AFTER_ARRAY,  /* behind [ */
	AFTER_OBJECT, /* behind { */
	BEFORE_KEY,
	AFTER_KEY,
	AFTER_VALUE,
	IN_STRING,
	IN_ESCAPE, /* behind a backslash */
	IN_HEX,    /* of \uXXXX, `digits` are missing */
	IN_BARE,   /* a number or a word */
	TOO_DEEP,
	BROKEN,
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool is_bare(char c)
{
	return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '-' ||
	       c == '+' || c == '.';
}

static bool is_hex(char c)
{
	return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f');
}

static bool in_object(const struct json_scanner *s)
{
	return s->depth > 0 && (s->objects[(s->depth - 1) / 64] >> ((s->depth - 1) % 64) & 1);
}

/* ---- strings ---- */

static const char *skip_hex(struct json_scanner *s, const char *p, const char *end)
{
	while (p < end && s->digits > 0 && is_hex(*p)) {
		p++;
		s->digits--;
	}
	if (s->digits == 0)
		s->place = IN_STRING;
	else if (p < end)
		s->place = BROKEN;
	return p;
}

/* One byte behind a backslash. */
static const char *skip_escape(struct json_scanner *s, const char *p)
{
	if (*p == '\0' || strchr("\"\\/bfnrtu", *p) == NULL) {
		s->place = BROKEN;
		return p;
	}
	s->place = *p == 'u' ? IN_HEX : IN_STRING;
	s->digits = 4;
	return p + 1;
}

/* To behind the closing quote, to an escape that is none, or as far as there is something. */
static const char *skip_string(struct json_scanner *s, const char *p, const char *end)
{
	const char *quote = NULL;

	while (p < end && s->place != BROKEN) {
		const char *slash;

		if (s->place != IN_STRING) {
			p = s->place == IN_HEX ? skip_hex(s, p, end) : skip_escape(s, p);
			continue;
		}
		/* Sought once, not again behind every backslash. */
		if (!quote || quote < p)
			quote = memchr(p, '"', (size_t)(end - p));
		if (!quote)
			quote = end;
		slash = memchr(p, '\\', (size_t)(quote - p));
		if (!slash) {
			if (quote == end)
				return end;
			s->place = s->after_string;
			return quote + 1;
		}
		s->place = IN_ESCAPE;
		p = slash + 1;
	}
	return p;
}

/* ---- structure ---- */

static void open_level(struct json_scanner *s, char bracket)
{
	uint64_t bit = UINT64_C(1) << (s->depth % 64);

	if (s->depth == SCANNER_MAX_DEPTH) {
		s->deeper = 1;
		s->place = TOO_DEEP;
		return;
	}
	if (bracket == '{')
		s->objects[s->depth / 64] |= bit;
	else
		s->objects[s->depth / 64] &= ~bit;
	s->depth++;
	s->place = bracket == '{' ? AFTER_OBJECT : AFTER_ARRAY;
}

static bool can_begin(char c)
{
	return c == '{' || c == '[' || c == '"' || c == '-' || (c >= '0' && c <= '9') || c == 't' ||
	       c == 'f' || c == 'n';
}

static void begin_value(struct json_scanner *s, char c)
{
	if (c == '{' || c == '[') {
		open_level(s, c);
	} else if (c == '"') {
		s->place = IN_STRING;
		s->after_string = AFTER_VALUE;
	} else {
		s->place = IN_BARE;
	}
}

static void begin_key(struct json_scanner *s)
{
	s->place = IN_STRING;
	s->after_string = AFTER_KEY;
}

static enum scanner_mark close_level(struct json_scanner *s, char c)
{
	if (s->depth == 0 || c != (in_object(s) ? '}' : ']'))
		return SCANNER_FAULT;
	s->depth--;
	s->place = AFTER_VALUE;
	s->level = s->depth;
	return s->level <= s->watch ? SCANNER_END : SCANNER_MORE;
}

/* One byte behind a value. */
static enum scanner_mark after_value(struct json_scanner *s, char c)
{
	if (s->depth == 0 || c != ',')
		return close_level(s, c);
	s->place = in_object(s) ? BEFORE_KEY : BEFORE_VALUE;
	return SCANNER_MORE;
}

/* A byte with which a value or key begins: told of first, and passed the next time. */
static enum scanner_mark begin(struct json_scanner *s, char c, bool key, bool *stay)
{
	if (!key && !can_begin(c))
		return SCANNER_FAULT;
	*stay = !s->told && s->depth <= s->watch;
	s->told = *stay;
	s->level = s->depth;
	if (*stay)
		return key ? SCANNER_KEY : SCANNER_BEGIN;
	if (key)
		begin_key(s);
	else
		begin_value(s, c);
	return SCANNER_MORE;
}

static enum scanner_mark take_deep(struct json_scanner *s, char c)
{
	if (c == '"') {
		s->place = IN_STRING;
		s->after_string = TOO_DEEP;
	} else if (c == '{' || c == '[') {
		s->deeper++;
	} else if ((c == '}' || c == ']') && --s->deeper == 0) {
		s->place = AFTER_VALUE;
	}
	return SCANNER_MORE;
}

/* One byte that is no blank, outside strings. stay: it is not passed. */
static enum scanner_mark take(struct json_scanner *s, char c, bool *stay)
{
	switch (s->place) {
	case AFTER_ARRAY:
		if (c == ']')
			return close_level(s, c);
		return begin(s, c, false, stay);
	case BEFORE_VALUE:
		return begin(s, c, false, stay);
	case AFTER_OBJECT:
		if (c == '}')
			return close_level(s, c);
		return c == '"' ? begin(s, c, true, stay) : SCANNER_FAULT;
	case BEFORE_KEY:
		return c == '"' ? begin(s, c, true, stay) : SCANNER_FAULT;
	case AFTER_KEY:
		s->place = BEFORE_VALUE;
		return c == ':' ? SCANNER_MORE : SCANNER_FAULT;
	case TOO_DEEP:
		return take_deep(s, c);
	default:
		return after_value(s, c);
	}
}

/* A string has ended. */
static enum scanner_mark end_string(struct json_scanner *s)
{
	s->level = s->depth;
	if (s->place == TOO_DEEP || s->depth > s->watch)
		return SCANNER_MORE;
	return s->place == AFTER_KEY ? SCANNER_KEY_END : SCANNER_END;
}

static bool in_string(const struct json_scanner *s)
{
	return s->place == IN_STRING || s->place == IN_ESCAPE || s->place == IN_HEX;
}

/* From inside a string. */
static enum scanner_mark pass_string(struct json_scanner *s, const char **p, const char *end)
{
	*p = skip_string(s, *p, end);
	if (s->place == BROKEN)
		return SCANNER_FAULT;
	return in_string(s) ? SCANNER_MORE : end_string(s);
}

static enum scanner_mark pass_bare(struct json_scanner *s, const char **p, const char *end)
{
	while (*p < end && is_bare(**p))
		++*p;
	if (*p == end)
		return SCANNER_MORE;
	s->place = AFTER_VALUE;
	s->level = s->depth;
	return s->depth <= s->watch ? SCANNER_END : SCANNER_MORE;
}

size_t json_scan(struct json_scanner *s, struct str piece, enum scanner_mark *mark)
{
	const char *p = piece.p, *end = piece.p + piece.n;

	*mark = SCANNER_MORE;
	while (p < end && *mark == SCANNER_MORE) {
		bool stay = false;

		if (in_string(s)) {
			*mark = pass_string(s, &p, end);
		} else if (s->place == IN_BARE) {
			*mark = pass_bare(s, &p, end);
		} else if (is_blank(*p)) {
			p++;
		} else {
			*mark = take(s, *p, &stay);
			p += !stay && *mark != SCANNER_FAULT;
		}
	}
	return (size_t)(p - piece.p);
}
