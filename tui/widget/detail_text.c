/* The properties of an event as they were sent. */
#include "draw/format.h"
#include "widget/detail_internal.h"

#include <string.h>

#define VALUE_BYTES  2000
#define NAME_COLUMNS 29

/* Cuts at most so many bytes off text, between characters. */
static struct str cut(struct str text, size_t bytes)
{
	if (text.n <= bytes)
		return text;
	while (bytes > 0 && ((unsigned char)text.p[bytes] & 0xC0) == 0x80)
		bytes--;
	return str_sub(text, 0, bytes);
}

static void add_more(struct reader *r, size_t bytes, const char *where)
{
	struct buf line = {0};

	buf_puts(&line, "... +");
	format_bytes(&line, bytes);
	buf_puts(&line, where);
	reader_add(r, ROLE_DIM, 0, ROLE_TEXT, STR_EMPTY, buf_str(&line));
	buf_free(&line);
}

/* The start of a string's raw text, not ending inside an escape. */
static struct str cut_raw(struct str raw, size_t bytes)
{
	size_t at = 0;

	while (at < raw.n && at < bytes) {
		bool escape = raw.p[at] == '\\' && at + 1 < raw.n;

		at += !escape ? 1 : raw.p[at + 1] == 'u' ? 6 : 2;
	}
	return cut(raw, at < raw.n ? at : raw.n);
}

static void value_text(const struct json_tree *t, uint32_t at, struct str raw, struct buf *out)
{
	if (json_type_of(t, at) == JSON_STRING)
		json_unescape(out, raw);
	else
		buf_append(out, raw);
}

static void add_property(struct reader *r, const struct json_tree *t, uint32_t at)
{
	struct str raw = json_raw(t, at), shown;
	struct buf name = {0}, value = {0};

	shown = json_type_of(t, at) == JSON_STRING ? cut_raw(raw, VALUE_BYTES)
	                                           : cut(raw, VALUE_BYTES);
	json_key(t, at, &name);
	buf_puts(&value, "= ");
	value_text(t, at, shown, &value);
	if (name.n >= NAME_COLUMNS - 1) {
		reader_add_across(r, ROLE_LABEL, buf_str(&name));
		buf_clear(&name);
	}
	reader_add(r, json_type_of(t, at) == JSON_NULL ? ROLE_UNKNOWN : ROLE_TEXT, 0, ROLE_LABEL,
	           buf_str(&name), buf_str(&value));
	if (shown.n < raw.n)
		add_more(r, raw.n - shown.n, " (Raw)");
	buf_free(&name);
	buf_free(&value);
}

static bool is_payload(const struct json_tree *t, uint32_t at)
{
	static const char *const names[] = {
		"$ai_input", "$ai_output_choices", "$ai_output",
		"$ai_tools", "$ai_input_state",    "$ai_output_state",
	};
	struct str key = str_sub(t->doc, t->nodes[at].key_off, t->nodes[at].key_len);

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (str_eq(key, str_of(names[i])))
			return true;
	return false;
}

static void add_members(struct reader *r, const struct json_tree *t, uint32_t object, bool payload)
{
	for (uint32_t at = json_first(t, object); at != JSON_NO_NODE; at = json_next(t, object, at))
		if (is_payload(t, at) == payload)
			add_property(r, t, at);
}

void detail_add_properties(struct reader *r, const struct detail *d)
{
	const struct json_tree *t = &d->tree;
	uint32_t own = json_member(t, 0, STR("properties"));

	r->label_width = NAME_COLUMNS;
	for (uint32_t at = json_first(t, 0); at != JSON_NO_NODE; at = json_next(t, 0, at))
		if (at != own || d->properties == JSON_NO_NODE)
			add_property(r, t, at);
	if (d->properties == JSON_NO_NODE)
		return;
	reader_add_across(r, ROLE_RULE, STR("---- properties ----"));
	add_members(r, detail_properties(d), d->properties, false);
	add_members(r, detail_properties(d), d->properties, true);
}
