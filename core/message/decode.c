/* JSON in strings, whole or cut off, and what Python prints in its place.
 *
 * SDKs cut what is too long and add "... [truncated]". What is whole of such JSON is read: it is
 * cut back to the end of its last value, a text that breaks off ends where it does, and the
 * brackets are closed. */
#include "message/decode.h"

#include <string.h>

#include "base/mem.h"
#include "message/repr.h"

#define STRINGS_MAX 3  /* strings in strings */
#define ENDING_MAX  64 /* bytes of "... [truncated]" and the like */

/* ---- what may be a document ---- */

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '.';
}

/* Class(name=... or name=value. */
static bool may_be_repr(struct str raw)
{
	size_t n = 0;

	while (n < raw.n && is_letter(raw.p[n]))
		n++;
	if (n == 0 || n + 1 >= raw.n)
		return false;
	return raw.p[n] == '=' || (raw.p[n] == '(' && raw.p[raw.n - 1] == ')');
}

/* Before anything is unescaped: prompts are long, and few are documents. */
static bool may_be_document(struct str raw)
{
	raw = str_trim(raw);
	if (raw.n < 2)
		return false;
	if (raw.p[0] == '\\')
		return str_starts(raw, STR("\\\"")) && str_ends(raw, STR("\\\""));
	if (raw.p[0] != '[' && raw.p[0] != '{')
		return may_be_repr(raw);
	return raw.p[raw.n - 1] == (raw.p[0] == '[' ? ']' : '}') ||
	       strchr("\\[{", raw.p[1]) != NULL;
}

/* ---- what was cut off ---- */

struct cut {
	struct str text;
	char open[JSON_MAX_DEPTH]; /* brackets */
	size_t depth;
	size_t whole;   /* bytes up to the end of the last value */
	bool in_string; /* that value is a text that breaks off */
	bool key;       /* the next string is a name */
	bool word;      /* in a number, or in true, false, null */
};

/* The end of what is whole of a text that breaks off at `end`: no half escape. */
static size_t before_escape(struct str text, size_t from, size_t end)
{
	size_t at = end, slashes = 0;

	while (at > from && end - at < 6 && text.p[at - 1] != '\\')
		at--;
	while (at - slashes > from && text.p[at - slashes - 1] == '\\')
		slashes++;
	if (slashes % 2 == 0 || (at < end && text.p[at] != 'u') || end - at > 4)
		return end;
	return at - 1;
}

/* Reads the string at i; gives the byte after it, or the end of the text. */
static size_t pass_string(struct cut *c, size_t i)
{
	size_t from = i + 1, end = from;

	while (end < c->text.n && c->text.p[end] != '"')
		end += c->text.p[end] == '\\' ? 2 : 1;
	if (end < c->text.n) {
		c->whole = c->key ? c->whole : end + 1;
		return end + 1;
	}
	if (!c->key) {
		c->whole = before_escape(c->text, from, c->text.n);
		c->in_string = true;
	}
	return c->text.n;
}

static bool pass_bracket(struct cut *c, size_t i)
{
	char b = c->text.p[i];

	c->whole = i + 1;
	c->key = b == '{';
	if (b == '[' || b == '{') {
		if (c->depth == sizeof(c->open))
			return false;
		c->open[c->depth++] = b == '[' ? ']' : '}';
		return true;
	}
	return c->depth > 0 && c->open[--c->depth] == b;
}

static bool find_cut(struct cut *c)
{
	size_t i = 0;

	while (i < c->text.n) {
		char b = c->text.p[i];

		if (b == '"') {
			i = pass_string(c, i);
			continue;
		}
		if (b == ',') {
			c->whole = c->word ? i : c->whole;
			c->key = c->depth > 0 && c->open[c->depth - 1] == '}';
		}
		if (b == ':')
			c->key = false;
		if (strchr("[]{}", b) && b != '\0' && !pass_bracket(c, i))
			return false;
		c->word = b > ' ' && !strchr("[]{},:", b);
		i++;
	}
	return c->depth > 0;
}

/* ---- documents ---- */

static bool parse(struct decoded *d, struct json_report *report)
{
	return json_tree_parse(&d->tree, buf_str(&d->text), report) == ERR_OK;
}

/* The text after `end` is what the sender put where it cut. */
static bool read_cut(struct decoded *d, size_t end)
{
	struct cut c = {.text = str_sub(buf_str(&d->text), 0, end)};
	struct json_report report;

	if (!find_cut(&c))
		return false;
	buf_append(&d->rest, str_sub(buf_str(&d->text), c.whole, d->text.n - c.whole));
	d->text.n = c.whole;
	buf_puts(&d->text, c.in_string ? "\"" : "");
	while (c.depth > 0)
		buf_add(&d->text, c.open[--c.depth]);
	d->cut = true;
	return parse(d, &report) && d->tree.n > 1;
}

static bool read_repr(struct decoded *d)
{
	struct json_report report;
	struct buf json = {0};
	bool read = repr_to_json(&json, buf_str(&d->text));

	buf_free(&d->text);
	d->text = json;
	return read && parse(d, &report);
}

static bool was_cut(const struct json_report *report, struct str text)
{
	size_t from = text.n > ENDING_MAX ? text.n - ENDING_MAX : 0;

	if (report->fault == JSON_ENDS_EARLY)
		return true;
	return report->pos >= from && (str_find(text, STR("..."), from, false) != SIZE_MAX ||
	                               str_find(text, STR("truncated"), from, true) != SIZE_MAX);
}

static bool read_text(struct decoded *d)
{
	struct json_report report;
	struct str text = buf_str(&d->text);

	if (parse(d, &report))
		return true;
	if (!was_cut(&report, text))
		return read_repr(d);
	return read_cut(d, report.fault == JSON_ENDS_EARLY ? text.n : report.pos);
}

static struct decoded *decode_once(struct place at)
{
	struct decoded *d;

	if (place_type(at) != JSON_STRING || !may_be_document(json_raw(at.tree, at.at)))
		return NULL;
	d = mem_zero(1, sizeof(*d));
	json_text(at.tree, at.at, &d->text);
	if (read_text(d))
		return d;
	decoded_free(d);
	return NULL;
}

struct decoded *decoded_new(struct place at)
{
	struct decoded *d = decode_once(at);

	for (int i = 1; d && json_type_of(&d->tree, 0) == JSON_STRING; i++) {
		struct decoded *outer = d;

		d = i < STRINGS_MAX ? decode_once((struct place){&outer->tree, 0}) : NULL;
		decoded_free(outer);
	}
	return d;
}

void decoded_free(struct decoded *d)
{
	if (!d)
		return;
	json_tree_free(&d->tree);
	buf_free(&d->rest);
	buf_free(&d->text);
	mem_free(d);
}
