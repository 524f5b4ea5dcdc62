/* Streamed JSON: what is open is one byte a level, everything else is in the output already.
 *
 * Invariants: the output is valid JSON and valid UTF-8 whatever the text was, as long as the calls
 * are in a sensible order (asserted). A line break stands in it only where `pretty` or the caller
 * put it, so that one value is one line.
 *
 * Escapes lose nothing: a reader gets the same characters back, but for invalid UTF-8, which JSON
 * cannot carry. */
#include "json/writer.h"

#include "base/utf8.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

#define FLUSH_AT   65536 /* bytes */
#define INDENT_MAX 64    /* blanks: deep trees would be nothing but blanks */

enum level {
	LEVEL_OBJECT = 1,
	LEVEL_FILLED = 2, /* has a member or element */
};

/* Characters that are not seen but act on what is around them: Unicode's
 * Default_Ignorable_Code_Point (bidi controls, zero-width characters, variation selectors, fillers,
 * tags), line and paragraph separators, interlinear annotation, format controls of hieroglyphs and
 * musical notation. DEL and C1 are the first range. */
static const struct {
	int32_t from, to;
} invisible[] = {
	{0x7F, 0x9F},       {0xAD, 0xAD},       {0x34F, 0x34F},     {0x61C, 0x61C},
	{0x115F, 0x1160},   {0x17B4, 0x17B5},   {0x180B, 0x180F},   {0x200B, 0x200F},
	{0x2028, 0x202E},   {0x2060, 0x206F},   {0x3164, 0x3164},   {0xFE00, 0xFE0F},
	{0xFEFF, 0xFEFF},   {0xFFA0, 0xFFA0},   {0xFFF0, 0xFFFB},   {0x13430, 0x1343F},
	{0x1BCA0, 0x1BCA3}, {0x1D173, 0x1D17A}, {0xE0000, 0xE0FFF},
};

static bool is_invisible(int32_t code)
{
	size_t low = 0, high = sizeof(invisible) / sizeof(invisible[0]);

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (code > invisible[middle].to)
			low = middle + 1;
		else
			high = middle;
	}
	return low < sizeof(invisible) / sizeof(invisible[0]) && code >= invisible[low].from;
}

/* ---- output ---- */

static void flush(struct json_writer *w)
{
	if (!w->flush || w->out->n == 0)
		return;
	w->flush(w->ctx, buf_str(w->out));
	buf_clear(w->out);
}

static void flush_if_full(struct json_writer *w)
{
	if (w->out->n >= FLUSH_AT)
		flush(w);
}

static void new_line(struct json_writer *w)
{
	if (!w->pretty)
		return;
	buf_add(w->out, '\n');
	buf_pad(w->out, ' ', w->stack.n < INDENT_MAX / 2 ? w->stack.n * 2 : INDENT_MAX);
}

static unsigned char *innermost(struct json_writer *w)
{
	return w->stack.n ? (unsigned char *)&w->stack.p[w->stack.n - 1] : NULL;
}

/* The comma and line break before a key or an element. */
static void separate(struct json_writer *w)
{
	unsigned char *level = innermost(w);

	flush_if_full(w);
	if (!level)
		return;
	if (*level & LEVEL_FILLED)
		buf_add(w->out, ',');
	*level |= LEVEL_FILLED;
	new_line(w);
}

static void before_value(struct json_writer *w)
{
	const unsigned char *level = innermost(w);

	(void)level;
	assert(w->after_key == (level && *level & LEVEL_OBJECT));
	if (!w->after_key)
		separate(w);
	w->after_key = false;
}

static void begin(struct json_writer *w, char bracket, enum level level)
{
	before_value(w);
	buf_add(w->out, bracket);
	buf_add(&w->stack, (char)level);
}

static void end(struct json_writer *w, char bracket, enum level kind)
{
	unsigned char level;

	assert(w->stack.n > 0 && !w->after_key);
	level = *innermost(w);
	assert((level & LEVEL_OBJECT) == kind);
	(void)kind;
	w->stack.n--;
	if (level & LEVEL_FILLED)
		new_line(w);
	buf_add(w->out, bracket);
	flush_if_full(w);
}

void json_begin_object(struct json_writer *w)
{
	begin(w, '{', LEVEL_OBJECT);
}

void json_end_object(struct json_writer *w)
{
	end(w, '}', LEVEL_OBJECT);
}

void json_begin_array(struct json_writer *w)
{
	begin(w, '[', 0);
}

void json_end_array(struct json_writer *w)
{
	end(w, ']', 0);
}

/* ---- text ---- */

static void escape_unit(struct buf *out, unsigned unit)
{
	buf_printf(out, "\\u%04x", unit);
}

static void escape_control(struct buf *out, unsigned char byte)
{
	static const char bytes[] = "\b\f\n\r\t", letters[] = "bfnrt";
	const char *found = byte ? strchr(bytes, byte) : NULL;

	if (found) {
		buf_add(out, '\\');
		buf_add(out, letters[found - bytes]);
	} else {
		escape_unit(out, byte);
	}
}

static void append_character(struct buf *out, struct str text, size_t *at)
{
	size_t start = *at;
	int32_t code = utf8_next(text, at);

	if (code < 0) {
		utf8_append(out, 0xFFFD);
	} else if (!is_invisible(code)) {
		buf_append(out, str_sub(text, start, *at - start));
	} else if (code < 0x10000) {
		escape_unit(out, (unsigned)code);
	} else {
		escape_unit(out, 0xD800 + ((unsigned)(code - 0x10000) >> 10));
		escape_unit(out, 0xDC00 + ((unsigned)code & 0x3FF));
	}
}

static bool is_printable_ascii(char c)
{
	return c >= 0x20 && c < 0x7F;
}

static size_t plain_run(struct str text, size_t at)
{
	while (at < text.n && is_printable_ascii(text.p[at]) && text.p[at] != '"' &&
	       text.p[at] != '\\')
		at++;
	return at;
}

static void append_escaped(struct json_writer *w, struct str text)
{
	for (size_t at = 0; at < text.n;) {
		size_t next = plain_run(text, at);
		unsigned char byte;

		buf_append(w->out, str_sub(text, at, next - at));
		flush_if_full(w);
		at = next;
		if (at == text.n)
			break;
		byte = (unsigned char)text.p[at];
		if (byte < 0x20) {
			escape_control(w->out, byte);
			at++;
		} else if (byte < 0x7F) {
			buf_add(w->out, '\\');
			buf_add(w->out, text.p[at++]);
		} else {
			append_character(w->out, text, &at);
		}
	}
}

static void append_quoted(struct json_writer *w, struct str text)
{
	buf_add(w->out, '"');
	append_escaped(w, text);
	buf_add(w->out, '"');
}

void json_write_key(struct json_writer *w, const char *key)
{
	json_write_key_text(w, str_of(key));
}

void json_write_key_text(struct json_writer *w, struct str key)
{
	const unsigned char *level = innermost(w);

	assert(level && *level & LEVEL_OBJECT && !w->after_key);
	(void)level;
	separate(w);
	append_quoted(w, key);
	buf_puts(w->out, w->pretty ? ": " : ":");
	w->after_key = true;
}

void json_write_text(struct json_writer *w, struct str text)
{
	before_value(w);
	append_quoted(w, text);
	flush_if_full(w);
}

/* ---- the other values ---- */

void json_write_int(struct json_writer *w, int64_t value)
{
	before_value(w);
	buf_printf(w->out, "%" PRId64, value);
}

void json_write_decimal(struct json_writer *w, money value, int scale)
{
	before_value(w);
	decimal_append(w->out, value, scale);
}

void json_write_bool(struct json_writer *w, bool value)
{
	before_value(w);
	buf_puts(w->out, value ? "true" : "false");
}

void json_write_null(struct json_writer *w)
{
	before_value(w);
	buf_puts(w->out, "null");
}

/* What is between the quotes passes with its escapes as they stand. */
static size_t copy_string(struct json_writer *w, struct str json, size_t at)
{
	while (at < json.n && json.p[at] != '"') {
		size_t run = plain_run(json, at);
		unsigned char byte;

		buf_append(w->out, str_sub(json, at, run - at));
		flush_if_full(w);
		at = run;
		if (at == json.n || json.p[at] == '"')
			break;
		byte = (unsigned char)json.p[at];
		if (byte == '\\') {
			buf_append(w->out, str_sub(json, at, 2));
			at += 2;
		} else if (byte < 0x20) {
			escape_control(w->out, byte);
			at++;
		} else {
			append_character(w->out, json, &at);
		}
	}
	if (at < json.n)
		buf_add(w->out, '"');
	return at + 1;
}

void json_write_raw(struct json_writer *w, struct str json)
{
	size_t at = 0;

	before_value(w);
	while (at < json.n) {
		size_t start = at;

		while (at < json.n && json.p[at] != '"' && json.p[at] >= 0x20)
			at++;
		buf_append(w->out, str_sub(json, start, at - start));
		if (at == json.n)
			break;
		if (json.p[at] == '"') {
			buf_add(w->out, '"');
			at = copy_string(w, json, at + 1);
		} else {
			at++; /* line breaks and tabs between values: an output is one line */
		}
		flush_if_full(w);
	}
}

void json_writer_end(struct json_writer *w)
{
	assert(w->stack.n == 0);
	buf_free(&w->stack);
	flush(w);
}
