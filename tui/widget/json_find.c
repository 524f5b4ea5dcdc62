/* Finding in JSON, folded or not: lines of strings, keys, and values that are no strings. Line after line until SLICE has passed;
 * then the rest waits for the next drawing.
 *
 * A node is looked into as its key (line KEY; with it numbers and words), then the lines of its string by the byte where each
 * begins. What stands in a string that unfolded to JSON is a document of its own, so its string has no lines. */
#include "widget/json_view_internal.h"

#include "base/clean.h"
#include "base/time.h"
#include "draw/width.h"
#include "widget/search.h"

#define SLICE 4000 /* microseconds */
#define KEY   SIZE_MAX

/* ---- a line ------------------------------------------------------------------------------------------------------ */

static bool matches(struct json_view *v)
{
	size_t length;

	return match_find(v->match, buf_str(&v->line), 0, &length) != SIZE_MAX;
}

static bool key_matches(struct json_view *v, struct json_place p)
{
	const struct json_node *node = json_node_of(v, p);

	if (node->key_off > 0) {
		struct buf key = {0};
		bool found;

		json_key(&v->docs[p.doc].tree, p.node, &key);
		buf_clear(&v->line);
		clean_append(&v->line, buf_str(&key), 0);
		buf_free(&key);
		found = matches(v);
		if (found)
			return true;
	}
	if (node->value.type == JSON_STRING || node->value.type >= JSON_ARRAY)
		return false;
	buf_clear(&v->line);
	buf_append(&v->line, json_raw(&v->docs[p.doc].tree, p.node));
	return matches(v);
}

/* The raw text that has lines. */
static struct str lines_of(const struct json_view *v, struct json_place p)
{
	if (json_node_of(v, p)->value.type != JSON_STRING ||
	    (json_is_open(v, p) && json_string_of(v, p) == NULL))
		return STR_EMPTY;
	return json_raw(&v->docs[p.doc].tree, p.node);
}

static bool line_matches(struct json_view *v, struct str raw, size_t *at)
{
	buf_clear(&v->line);
	json_line(raw, at, &v->line);
	return matches(v);
}

/* ---- going there ------------------------------------------------------------------------------------------------- */

/* The row of an unfolded string in which its line has what is looked for. */
static uint32_t row_of_line(struct json_view *v, struct json_place p, size_t line)
{
	const struct json_string *t = json_string_of(v, p);
	size_t length, at = line, found;
	uint32_t row = 0;

	line_matches(v, json_raw(&v->docs[p.doc].tree, p.node), &at);
	found = match_find(v->match, buf_str(&v->line), 0, &length);
	while (row < t->n && t->rows[row].line < line)
		row++;
	found += row < t->n ? t->rows[row].from : 0;
	while (row + 1 < t->n && t->rows[row + 1].line == line && t->rows[row + 1].from <= found)
		row++;
	return row + 1;
}

/* Looks on in the JSON that a string holds; false if it holds none. */
static bool enter(struct json_view *v, struct json_place p)
{
	struct json_place inner = p;

	if (!json_holds_json(v, p) || !json_set_open(v, p, true) || json_string_of(v, p) != NULL)
		return false;
	json_walk(v, &inner, 1);
	v->seek_left += v->docs[inner.doc].tree.n;
	if (v->seek_direction < 0)
		inner.node = v->docs[inner.doc].tree.n - 1;
	v->seek = inner;
	v->seek_line = KEY;
	v->seek_before = SIZE_MAX;
	return true;
}

static void go_to_hit(struct json_view *v, struct json_place p, size_t line)
{
	v->seek_left = 0;
	v->has_hit = true;
	v->hit = p;
	v->hit_line = line;
	json_reveal(v, p);
	json_go(v, p);
	if (line == KEY || (!json_is_open(v, p) && json_fits(v, p)))
		return;
	json_set_open(v, p, true);
	json_lay_to(v, p, line + 1, true);
}

/* ---- laying out -------------------------------------------------------------------------------------------------- */

void json_lay_to(struct json_view *v, struct json_place p, size_t bytes, bool to_hit)
{
	v->laying.at = (struct json_place){.doc = p.doc, .node = p.node};
	v->laying.to = bytes;
	v->laying.under_way = true;
	v->laying.to_hit = to_hit;
}

static void lay_on(struct json_view *v)
{
	struct json_place at = v->laying.at;
	const struct json_string *t = json_string_of(v, at);
	size_t all = json_raw(&v->docs[at.doc].tree, at.node).n;

	if (t != NULL && t->laid < v->laying.to && t->laid < all && !t->clean.full) {
		json_string_grow(v, at, 1);
		return;
	}
	v->laying.under_way = false;
	if (t != NULL && v->laying.to_hit) {
		at.row = row_of_line(v, at, v->hit_line);
		json_go(v, at);
	}
}

/* ---- the search -------------------------------------------------------------------------------------------------- */

static void next_node(struct json_view *v, int direction)
{
	if (!json_walk(v, &v->seek, direction)) {
		v->seek = (struct json_place){0};
		v->wrapped = true;
		/* Back from the first node to the last. */
		if (direction < 0)
			v->seek.node = v->docs[0].tree.n - 1;
	}
	v->seek_line = KEY;
	v->seek_before = SIZE_MAX;
	v->seek_last = KEY;
	if (v->seek_left > 0)
		v->seek_left--;
}

/* Gives whether the search has ended. */
static bool found_at(struct json_view *v, size_t line)
{
	if (line != KEY && !json_is_open(v, v->seek) && enter(v, v->seek))
		return false;
	go_to_hit(v, v->seek, line);
	return true;
}

static bool seek_on(struct json_view *v)
{
	struct str raw = lines_of(v, v->seek);
	size_t at = v->seek_line;

	if (at == KEY) {
		v->seek_line = 0;
		return key_matches(v, v->seek) && found_at(v, KEY);
	}
	if (at >= raw.n) {
		next_node(v, 1);
		return v->seek_left == 0;
	}
	if (line_matches(v, raw, &v->seek_line))
		return found_at(v, at);
	return false;
}

/* Lines are looked through from the first on; the last one that matches before seek_before is the one. */
static bool seek_back(struct json_view *v)
{
	struct str raw = lines_of(v, v->seek);
	size_t at = v->seek_line == KEY ? 0 : v->seek_line;

	if (at < raw.n && at < v->seek_before) {
		v->seek_line = at;
		if (line_matches(v, raw, &v->seek_line))
			v->seek_last = at;
		return false;
	}
	if (v->seek_last != KEY)
		return found_at(v, v->seek_last);
	if (v->seek_before > 0 && key_matches(v, v->seek))
		return found_at(v, KEY);
	next_node(v, -1);
	return v->seek_left == 0;
}

/* Behind the last hit while the cursor is on it, else behind the cursor. */
static void start(struct json_view *v, int direction)
{
	bool on_hit = v->has_hit && v->cursor.doc == v->hit.doc && v->cursor.node == v->hit.node;
	struct str raw;

	v->seek = (struct json_place){.doc = v->cursor.doc, .node = v->cursor.node};
	v->seek_direction = direction;
	v->wrapped = false;
	v->seek_line = v->seek_last = KEY;
	v->seek_before = SIZE_MAX;
	v->seek_left = 2;
	for (uint32_t i = 0; i < v->n_docs; i++)
		v->seek_left += v->docs[i].tree.n;
	if (!on_hit && v->cursor.node == 0 && direction > 0)
		return;
	raw = lines_of(v, v->seek);
	if (!on_hit || v->hit_line == KEY) {
		if (direction < 0)
			next_node(v, -1);
		else
			v->seek_line = on_hit ? 0 : raw.n;
		return;
	}
	v->seek_line = v->hit_line;
	if (direction > 0) {
		line_matches(v, raw, &v->seek_line);
	} else {
		v->seek_before = v->hit_line;
		v->seek_line = 0;
		/* The key comes before the first line. */
		if (v->hit_line == 0)
			v->seek_before = 1, v->seek_line = 1;
	}
}

/* Whether it would have to unfold for a line of it to be seen, or its key. */
static bool is_folded(struct json_view *v, struct json_place p, bool key)
{
	for (struct json_place up = p; json_up(v, up, &up);)
		if (!json_is_open(v, up))
			return true;
	return !key && !json_is_open(v, p) && !json_fits(v, p);
}

static void count_hit(struct json_view *v, bool key)
{
	v->counting.lines++;
	v->counting.folded += is_folded(v, v->count, key);
}

static void count_on(struct json_view *v)
{
	struct str raw = lines_of(v, v->count);

	if (v->count_line == KEY) {
		v->count_line = 0;
		if (key_matches(v, v->count))
			count_hit(v, true);
		return;
	}
	if (v->count_line < raw.n) {
		if (line_matches(v, raw, &v->count_line))
			count_hit(v, false);
		return;
	}
	v->counted = !json_walk(v, &v->count, 1);
	v->count_line = KEY;
	if (v->counted) {
		v->found = v->counting;
		v->known = true;
	}
}

void json_find_more(struct json_view *v)
{
	int64_t until = time_monotonic() + SLICE;
	bool ended = false;

	if (v->n_docs == 0)
		return;
	while (v->match != NULL && v->seek_left > 0 && !ended && time_monotonic() < until)
		ended = v->seek_direction > 0 ? seek_on(v) : seek_back(v);
	while (v->laying.under_way && time_monotonic() < until)
		lay_on(v);
	if (!v->numbered)
		json_renumber(v);
	while (v->match != NULL && v->seek_left == 0 && !v->counted && time_monotonic() < until)
		count_on(v);
}

void json_find_forget(struct json_view *v)
{
	v->has_hit = v->known = false;
	v->laying.under_way = false;
	v->seek_left = 0;
	v->found = (struct json_hits){0};
	json_find_recount(v);
}

void json_find_recount(struct json_view *v)
{
	v->counted = false;
	v->counting = (struct json_hits){0};
	v->count = (struct json_place){0};
	v->count_line = KEY;
}

static bool take(struct json_view *v, struct str typed)
{
	if (v->match != NULL && str_eq(typed, buf_str(&v->typed)))
		return true;
	match_free(v->match);
	v->match = NULL;
	v->error = (struct errinfo){0};
	json_find_forget(v);
	buf_clear(&v->typed);
	buf_append(&v->typed, typed);
	return typed.n > 0 && match_new(&v->match, typed, &v->error) == ERR_OK;
}

bool json_view_find(struct json_view *v, struct str typed, int direction)
{
	if (!take(v, typed) || v->n_docs == 0)
		return false;
	if (v->counted && v->found.lines == 0)
		return false;
	start(v, direction);
	json_find_more(v);
	return v->has_hit || json_view_busy(v) || v->found.lines > 0;
}

bool json_view_busy(const struct json_view *v)
{
	if (v->n_docs == 0)
		return false;
	return v->laying.under_way || (v->match != NULL && (v->seek_left > 0 || !v->counted));
}

void json_view_find_status(const struct json_view *v, struct buf *out)
{
	if (v->match == NULL || v->n_docs == 0)
		return;
	if (v->seek_left > 0 && !v->has_hit)
		buf_puts(out, "searching ...");
	else if (!v->known)
		search_say_found(out, v->counting.lines > 0 ? v->counting.lines : v->has_hit, 0,
		                 false);
	else
		search_say_found(out, v->found.lines, v->found.folded, true);
	if (v->has_hit && v->wrapped)
		search_say_wrapped(out, v->seek_direction);
	if (match_gave_up(v->match))
		buf_puts(out, ", given up where it takes too long");
}

void json_find_paint(struct json_view *v, struct surface *s, struct area a, int row, int column,
                     int width, struct str clean)
{
	size_t length, at = v->match != NULL ? match_find(v->match, clean, 0, &length) : SIZE_MAX;

	while (at != SIZE_MAX) {
		int from = width_text(str_sub(clean, 0, at));
		int columns = width_text(str_sub(clean, at, length));

		if (from >= width)
			return;
		columns = columns < width - from ? columns : width - from;
		surface_paint(s, a, row, column + from, columns, ROLE_MATCH);
		at = match_find(v->match, clean, at + length, &length);
	}
}
