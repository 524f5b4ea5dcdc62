/* Letters, texts and mistakes of a filter that is being read. */
#include "query/filter_internal.h"

#include "base/match.h"

#include <stdarg.h>
#include <stdio.h>

/* ---- mistakes -------------------------------------------------------------------------------- */

static __attribute__((format(printf, 4, 0))) bool fail(struct filter_reader *r,
                                                       enum filter_state state, size_t at,
                                                       const char *fmt, va_list args)
{
	char text[sizeof(r->e->msg)];

	r->state = state;
	if (vsnprintf(text, sizeof(text), fmt, args) < 0)
		text[0] = '\0';
	err_set(r->e, ERR_USAGE, "%s", text);
	if (r->e)
		r->e->pos = at;
	return false;
}

bool filter_wrong(struct filter_reader *r, size_t at, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	fail(r, FILTER_WRONG, at, fmt, args);
	va_end(args);
	return false;
}

bool filter_wants(struct filter_reader *r, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	fail(r, r->at == r->text.n ? FILTER_INCOMPLETE : FILTER_WRONG, r->at, fmt, args);
	va_end(args);
	return false;
}

bool filter_over(struct filter_reader *r, size_t at, const char *what)
{
	filter_wrong(r, at, "%s", what);
	if (r->e)
		r->e->code = ERR_LIMIT;
	return false;
}

bool filter_count_terms(struct filter_reader *r, uint32_t n)
{
	r->terms += n;
	return r->terms <= FILTER_MAX_TERMS ||
	       filter_over(r, r->at, "more terms than can be asked at once");
}

/* ---- letters and texts ----------------------------------------------------------------------- */

static int byte_at(const struct filter_reader *r, size_t at)
{
	return at < r->text.n ? (unsigned char)r->text.p[at] : -1;
}

int filter_peek(const struct filter_reader *r)
{
	return byte_at(r, r->at);
}

bool filter_is_blank(int c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

void filter_skip_blanks(struct filter_reader *r)
{
	while (filter_is_blank(filter_peek(r)))
		r->at++;
}

bool filter_ends_word(int c)
{
	return c < 0 || filter_is_blank(c) || c == '(' || c == ')' || c == '"' || c == ':' ||
	       c == '>';
}

bool filter_ends_value(int c)
{
	return c < 0 || filter_is_blank(c) || c == '(' || c == ')' || c == '"' || c == ',' ||
	       c == '>';
}

bool filter_at_word(const struct filter_reader *r, struct str word)
{
	return str_eq(str_sub(r->text, r->at, word.n), word) &&
	       filter_ends_word(byte_at(r, r->at + word.n));
}

struct str filter_take_bare(struct filter_reader *r, bool ends(int))
{
	size_t from = r->at;

	while (!ends(filter_peek(r)))
		r->at++;
	return str_sub(r->text, from, r->at - from);
}

static int hex_digit(int c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* What a backslash and what follows it stand for; a backslash before anything else is one. */
static char take_escaped(struct filter_reader *r)
{
	int c = byte_at(r, r->at + 1);
	int high = hex_digit(byte_at(r, r->at + 2)), low = hex_digit(byte_at(r, r->at + 3));

	r->at += 2;
	switch (c) {
	case 'n':
		return '\n';
	case 'r':
		return '\r';
	case 't':
		return '\t';
	case '"':
	case '\\':
		return (char)c;
	case 'x':
		if (high >= 0 && low >= 0) {
			r->at += 2;
			return (char)(high * 16 + low);
		}
		break;
	default:
		break;
	}
	r->at--;
	return '\\';
}

bool filter_take_quoted(struct filter_reader *r, struct str *out)
{
	size_t from = r->at++;
	struct buf text = {0};
	int c;

	while ((c = filter_peek(r)) >= 0 && c != '"') {
		if (c == '\\')
			buf_add(&text, take_escaped(r));
		else
			buf_add(&text, r->text.p[r->at++]);
	}
	*out = arena_copy(&r->f->arena, buf_str(&text));
	buf_free(&text);
	if (c < 0)
		return filter_wants(r, "a quote has to be closed");
	r->at++;
	return out->n > 0 || filter_wrong(r, from, "nothing stands between the quotes");
}

/* Whether what stands from there on, up to here, is an expression: with its slashes and its i. */
static bool check_regex(struct filter_reader *r, size_t from)
{
	struct errinfo why = {0};
	struct match *m;

	if (match_new(&m, str_sub(r->text, from, r->at - from), &why) != ERR_OK)
		return filter_wrong(r, why.pos != ERR_NO_POS ? from + (size_t)why.pos : from, "%s",
		                    why.msg);
	match_free(m);
	return true;
}

bool filter_take_regex(struct filter_reader *r, struct filter_value *out)
{
	size_t from = r->at++;
	int c;

	for (; (c = filter_peek(r)) >= 0 && c != '/' && c != '\n'; r->at++)
		if (c == '\\' && byte_at(r, r->at + 1) > '\n')
			r->at++;
	if (c != '/')
		return filter_wants(
			r,
			"a regular expression ends with a slash; quote a text that begins with one");
	if (r->at == from + 1)
		return filter_wrong(r, from, "nothing stands between the slashes");
	out->test = TEST_REGEX;
	out->text = str_sub(r->text, from + 1, r->at - from - 1);
	r->at++;
	out->fold = filter_peek(r) == 'i';
	r->at += out->fold;
	return check_regex(r, from);
}

bool filter_take_fuzzy(struct filter_reader *r, bool ends(int), struct filter_value *out)
{
	r->at++;
	out->test = TEST_FUZZY;
	if (filter_peek(r) == '"')
		return filter_take_quoted(r, &out->text);
	out->text = filter_take_bare(r, ends);
	return out->text.n > 0 || filter_wants(r, "a text has to follow ~");
}
