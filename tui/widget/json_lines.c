/* The strings of a JSON view as lines: taken from the raw text piece by piece, so that one of many megabytes is never undone as
 * a whole, and wrapped for as much of it as somebody went to. */
#include "widget/json_view_internal.h"

#include "base/clean.h"
#include "base/mem.h"
#include "draw/width.h"

#include <string.h>

#define LINE_BYTES 32768u       /* a line that is longer is several */
#define LAID_BYTES (256u << 10) /* of a string are laid out at a time */
#define CHECKED    4096         /* bytes of a string that is parsed to see whether it holds JSON */
#define TAB        "    "
#define INDENT     2
#define GUTTER     4 /* the cursor's mark and the fold's */
#define SMALLEST   8 /* columns that a value has at least */

/* ---- lines ------------------------------------------------------------------------------------------------------- */

/* Where the line from `at` on ends; *next is behind its \n. */
static size_t line_end(struct str raw, size_t at, size_t *next)
{
	size_t limit = raw.n - at > LINE_BYTES ? at + LINE_BYTES : raw.n, end = at;

	while (end < limit) {
		const char *found = memchr(raw.p + end, '\\', limit - end);
		size_t escape = found != NULL ? (size_t)(found - raw.p) : limit;

		if (escape >= limit)
			break;
		if (escape + 1 < raw.n && raw.p[escape + 1] == 'n') {
			*next = escape + 2;
			return escape;
		}
		end = escape + (escape + 1 < raw.n && raw.p[escape + 1] == 'u' ? 6 : 2);
	}
	end = end < limit ? limit : end < raw.n ? end : raw.n;
	while (end < raw.n && end > at + 1 && ((unsigned char)raw.p[end] & 0xC0) == 0x80)
		end--;
	*next = end;
	return end;
}

static void append_clean(struct buf *out, struct str text)
{
	size_t from = 0, tab;

	if (str_ends(text, STR("\r")))
		text.n--;
	for (; (tab = str_find(text, STR("\t"), from, false)) != SIZE_MAX; from = tab + 1) {
		clean_append(out, str_sub(text, from, tab - from), 0);
		buf_puts(out, TAB);
	}
	clean_append(out, str_sub(text, from, text.n), 0);
}

bool json_line(struct str raw, size_t *at, struct buf *out)
{
	struct buf text = {0};
	size_t next, end = line_end(raw, *at, &next);
	struct str line = str_sub(raw, *at, end - *at);

	if (memchr(line.p, '\\', line.n) == NULL) {
		append_clean(out, line);
	} else {
		json_unescape(&text, line);
		append_clean(out, buf_str(&text));
		buf_free(&text);
	}
	*at = next;
	return next < raw.n;
}

/* ---- in the node's row ------------------------------------------------------------------------------------------- */

int json_indent(const struct json_view *v, uint32_t depth)
{
	int deepest = v->columns / 3;

	return (int)depth < deepest / INDENT ? (int)depth * INDENT : deepest;
}

int json_value_room(const struct json_view *v, uint32_t depth, int key_columns)
{
	int room = v->columns - GUTTER - json_indent(v, depth) - key_columns;

	return room > SMALLEST ? room : SMALLEST;
}

void json_label(struct json_view *v, struct json_place p, uint32_t depth, struct buf *out)
{
	const struct json_node *node = json_node_of(v, p);
	struct json_place up;
	struct buf key = {0};

	if (!json_up(v, p, &up))
		return;
	/* An array's: up may be the string that the array stands in. */
	if (node->key_off == 0) {
		buf_printf(out, "%u", json_index(v, p, depth));
		return;
	}
	json_key(&v->docs[p.doc].tree, p.node, &key);
	if (key.n == 0)
		buf_puts(out, "\"\"");
	clean_append(out, buf_str(&key), 0);
	buf_free(&key);
}

int json_key_columns(struct json_view *v, struct json_place p, uint32_t depth)
{
	struct buf key = {0};
	int columns, most = v->columns / 2;

	json_label(v, p, depth, &key);
	columns = key.n > 0 ? width_text(buf_str(&key)) + 2 : 0;
	buf_free(&key);
	return columns < most ? columns : most;
}

bool json_fits(struct json_view *v, struct json_place p)
{
	uint32_t depth = json_depth(v, p);
	int room = json_value_room(v, depth, json_key_columns(v, p, depth)) - 2;
	struct str raw = json_raw(&v->docs[p.doc].tree, p.node);
	struct buf text = {0};
	size_t at = 0;
	bool fits;

	/* A character takes six bytes at most for a column. */
	if (raw.n > (size_t)room * 6)
		return false;
	fits = raw.n == 0 || !json_line(raw, &at, &text);
	fits = fits && width_text(buf_str(&text)) <= room;
	buf_free(&text);
	return fits;
}

bool json_holds_json(const struct json_view *v, struct json_place p)
{
	const struct json_node *node = json_node_of(v, p);
	struct str raw = str_trim(json_raw(&v->docs[p.doc].tree, p.node));
	struct buf text = {0};
	struct json_tree tree;
	struct json_report report;
	bool holds;

	if (node->value.type != JSON_STRING || raw.n < 2 ||
	    !((raw.p[0] == '{' && raw.p[raw.n - 1] == '}') ||
	      (raw.p[0] == '[' && raw.p[raw.n - 1] == ']')))
		return false;
	if (raw.n > CHECKED)
		return true;
	json_unescape(&text, raw);
	holds = json_tree_parse(&tree, buf_str(&text), &report) == ERR_OK &&
	        tree.nodes[0].count > 0;
	json_tree_free(&tree);
	buf_free(&text);
	return holds;
}

/* ---- below it ---------------------------------------------------------------------------------------------------- */

struct json_string *json_string_of(const struct json_view *v, struct json_place p)
{
	for (uint32_t i = 0; i < v->n_texts; i++)
		if (v->texts[i].node == p.node && v->texts[i].doc == p.doc)
			return &v->texts[i];
	return NULL;
}

void json_string_free(struct json_string *t)
{
	buf_free(&t->clean);
	mem_free(t->rows);
	*t = (struct json_string){0};
}

uint32_t json_string_rows(const struct json_view *v, const struct json_string *t)
{
	return t->n + (t->laid < json_raw(&v->docs[t->doc].tree, t->node).n);
}

static void add_row(struct json_string *t, size_t from, size_t n, size_t line)
{
	if (t->n == t->cap) {
		t->cap = t->cap ? t->cap * 2 : 16;
		t->rows = mem_resize(t->rows, t->cap, sizeof(*t->rows));
	}
	t->rows[t->n++] = (struct json_row){(uint32_t)from, (uint32_t)n, (uint32_t)line};
}

/* Wraps the clean text from a byte on. */
static void wrap(struct json_string *t, size_t from, size_t line, int width)
{
	size_t next;

	do {
		struct str rest = str_sub(buf_str(&t->clean), from, t->clean.n);

		add_row(t, from, width_wrap(rest, width, &next), line);
		from += next;
	} while (from < t->clean.n);
}

uint32_t json_string_lay(struct json_view *v, struct json_string *t, size_t bytes)
{
	struct json_place p = {.doc = t->doc, .node = t->node};
	struct str raw = json_raw(&v->docs[t->doc].tree, t->node);
	uint32_t before = t->laid > 0 ? json_string_rows(v, t) : 0;
	int width = json_value_room(v, json_depth(v, p) + 1, 0);

	bytes = bytes < SIZE_MAX - LAID_BYTES ? bytes + LAID_BYTES : SIZE_MAX;
	while (t->laid < raw.n && t->laid < bytes && !t->clean.full) {
		size_t from = t->clean.n, line = t->laid;

		json_line(raw, &t->laid, &t->clean);
		wrap(t, from, line, width);
	}
	return json_string_rows(v, t) - before;
}
