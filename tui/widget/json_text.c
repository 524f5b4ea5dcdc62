/* Lays JSON out again. The text is checked first, so the walk over its bytes needs to know strings and brackets only;
 * strings and numbers stay as they were sent. */
#include "widget/json_text.h"

#include "json/tree.h"

static bool is_json(struct str text)
{
	struct json_tree tree;
	struct json_report report;
	bool ok = json_tree_parse(&tree, text, &report) == ERR_OK;

	json_tree_free(&tree);
	return ok;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* The byte after the string that starts at `at`. */
static size_t string_end(struct str text, size_t at)
{
	for (at++; at < text.n && text.p[at] != '"'; at++)
		at += text.p[at] == '\\';
	return at < text.n ? at + 1 : text.n;
}

static size_t skip_blanks(struct str text, size_t at)
{
	while (at < text.n && is_blank(text.p[at]))
		at++;
	return at;
}

static void new_line(struct buf *out, size_t depth)
{
	buf_add(out, '\n');
	buf_pad(out, ' ', depth * 2);
}

/* Brackets with nothing in them stay together. Gives the byte after what was laid out. */
static size_t lay_bracket(struct buf *out, struct str text, size_t at, size_t *depth)
{
	char c = text.p[at];
	size_t next = skip_blanks(text, at + 1);

	if (c == '}' || c == ']') {
		*depth -= *depth > 0;
		new_line(out, *depth);
		buf_add(out, c);
		return at + 1;
	}
	buf_add(out, c);
	if (next < text.n && (text.p[next] == '}' || text.p[next] == ']')) {
		buf_add(out, text.p[next]);
		return next + 1;
	}
	new_line(out, ++*depth);
	return next;
}

bool json_text_pretty(struct buf *out, struct str text)
{
	size_t at = 0, depth = 0;

	if (!is_json(text)) {
		buf_append(out, text);
		return false;
	}
	while (at < text.n) {
		char c = text.p[at];
		size_t end = at + 1;

		if (c == '{' || c == '[' || c == '}' || c == ']') {
			end = lay_bracket(out, text, at, &depth);
		} else if (c == '"') {
			end = string_end(text, at);
			buf_append(out, str_sub(text, at, end - at));
		} else if (!is_blank(c)) {
			buf_add(out, c);
			if (c == ':')
				buf_add(out, ' ');
			else if (c == ',')
				new_line(out, depth);
		}
		at = end;
	}
	return true;
}

bool json_text_compact(struct buf *out, struct str text)
{
	size_t at = 0;

	if (!is_json(text)) {
		buf_append(out, text);
		return false;
	}
	while (at < text.n) {
		size_t end = text.p[at] == '"' ? string_end(text, at) : at + 1;

		if (!is_blank(text.p[at]))
			buf_append(out, str_sub(text, at, end - at));
		at = end;
	}
	return true;
}
