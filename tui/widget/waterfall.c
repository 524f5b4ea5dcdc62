/* Folds and the cursor in a trace's tree; waterfall_build.c makes the rows, waterfall_find.c finds, waterfall_draw.c draws.
 *
 * Invariants once built: rows[0] is the trace; unless flat, the others rise by node number, and the largest one at or below a
 * hidden node is the fold that hides it. The cursor is an event; list.cursor is the row it stands in, also after a view
 * moved the list itself (then the event follows with the next action or rebuilding). No step recurses. */
#include "widget/waterfall.h"

#include "base/mem.h"
#include "widget/waterfall_internal.h"

#include <string.h>

#define NAME_SCROLL     4
#define NAME_SCROLL_MAX 4096

void waterfall_init(struct waterfall *w, uint32_t trace)
{
	*w = (struct waterfall){.trace = trace,
	                        .cursor_event = EVENT_NONE,
	                        .dearest = EVENT_NONE,
	                        .fold_depth = UINT32_MAX};
	insight_init(&w->insight);
}

void waterfall_fini(struct waterfall *w)
{
	waterfall_build_drop(w->build);
	waterfall_drop_path(w);
	insight_free(&w->insight);
	tree_free(&w->tree);
	alike_free(&w->alike);
	mem_free(w->open_repeats.words);
	mem_free(w->rows);
	mem_free(w->errors.at);
	mem_free(w->flat_errors.at);
	mem_free(w->turned);
	buf_free(&w->sought.needle);
	waterfall_init(w, MODEL_NONE);
}

/* ---- folds ---------------------------------------------------------------------------------------- */

static bool is_folded(const struct waterfall *w, const struct tree *t, uint32_t node)
{
	uint32_t event = t->nodes[node].event;
	bool turned = event / 8 < w->turned_bytes && (w->turned[event / 8] >> (event % 8) & 1);

	return turned != (t->nodes[node].depth >= w->fold_depth);
}

static void set_folded(struct waterfall *w, uint32_t node, bool folded)
{
	uint32_t event = w->tree.nodes[node].event, bytes = event / 8 + 1;

	if (folded == is_folded(w, &w->tree, node))
		return;
	if (bytes > w->turned_bytes) {
		bytes += bytes / 2;
		w->turned = mem_resize(w->turned, bytes, 1);
		memset(w->turned + w->turned_bytes, 0, bytes - w->turned_bytes);
		w->turned_bytes = bytes;
	}
	w->turned[event / 8] ^= (uint8_t)(1u << (event % 8));
}

static bool has_children(const struct tree *t, uint32_t node)
{
	return t->nodes[node].subtree > 1;
}

bool waterfall_shut(const struct waterfall *w, const struct tree *t, uint32_t node)
{
	return has_children(t, node) && is_folded(w, t, node);
}

bool waterfall_hides(const struct waterfall *w, uint32_t node)
{
	if (w->flat)
		return false;
	if (node == WATERFALL_ROOT)
		return w->root_folded && w->tree.n > 0;
	return waterfall_shut(w, &w->tree, node);
}

/* Levels that are seen, from 1. */
static void fold_level(struct waterfall *w, int levels)
{
	w->fold_depth = levels > 1 ? (uint32_t)levels - 1 : 0;
	w->root_folded = false;
	if (w->turned_bytes > 0)
		memset(w->turned, 0, w->turned_bytes);
}

struct folds {
	uint32_t trace, depth, turned; /* bytes of that */
	bool root, flat, repeats;
};

bool waterfall_can_fold(enum action action)
{
	switch (action) {
	case ACTION_LEFT:
	case ACTION_OPEN:
	case ACTION_FOLD_TOGGLE:
	case ACTION_FOLD_NONE:
	case ACTION_FOLD_ALL:
	case ACTION_FOLD_LEVEL:
	case ACTION_FLAT:
	case ACTION_FOLD_REPEATS:
		return true;
	default:
		return false;
	}
}

/* The bits of both kinds stand behind. */
void waterfall_folds(const struct waterfall *w, struct buf *out)
{
	struct folds f;

	memset(&f, 0, sizeof(f)); /* two that are the same are so byte for byte */
	f.trace = w->trace;
	f.depth = w->fold_depth;
	f.root = w->root_folded;
	f.flat = w->flat;
	f.turned = w->turned_bytes;
	f.repeats = w->folds_repeats;
	buf_append(out, (struct str){(const char *)&f, sizeof(f)});
	buf_append(out, (struct str){(const char *)w->turned, w->turned_bytes});
	buf_append(out, (struct str){(const char *)w->open_repeats.words,
	                             w->open_repeats.n * sizeof(*w->open_repeats.words)});
}

static void refold_repeats(struct waterfall *w, bool fold, struct str open)
{
	waterfall_fold_repeats(w, fold);
	bits_reach(&w->open_repeats, (uint32_t)open.n * 8);
	if (open.n > 0)
		memcpy(w->open_repeats.words, open.p, open.n);
}

bool waterfall_refold(struct waterfall *w, const struct model *m, struct str folds)
{
	struct folds f;

	memcpy(&f, folds.p, sizeof(f));
	if (f.trace != w->trace)
		return false;
	folds = str_sub(folds, sizeof(f), SIZE_MAX);
	w->fold_depth = f.depth;
	w->root_folded = f.root;
	w->flat = f.flat;
	refold_repeats(w, f.repeats, str_sub(folds, f.turned, SIZE_MAX));
	folds = str_sub(folds, 0, f.turned);
	if (folds.n > w->turned_bytes) {
		w->turned = mem_resize(w->turned, folds.n, 1);
		w->turned_bytes = (uint32_t)folds.n;
	}
	if (w->turned_bytes > 0)
		memset(w->turned, 0, w->turned_bytes);
	if (folds.n > 0)
		memcpy(w->turned, folds.p, folds.n);
	if (w->rows != NULL)
		waterfall_rebuild_rows(w, m, waterfall_cursor_node(w), false);
	return true;
}

/* ---- rows ------------------------------------------------------------------------------------------ */

bool waterfall_own_error(const struct waterfall *w, const struct model *m)
{
	uint32_t event = model_trace(m, w->trace)->explicit_event;

	return event != EVENT_NONE && events_get(model_events(m), event)->flags & EVENT_ERROR;
}

uint32_t waterfall_event(const struct waterfall *w, uint64_t row)
{
	if (row >= w->n_rows || w->rows[row] == WATERFALL_ROOT)
		return EVENT_NONE;
	return w->tree.nodes[w->rows[row]].event;
}

uint32_t waterfall_node(const struct waterfall *w, const struct model *m, uint32_t event)
{
	uint32_t rank = tree_rank(&w->tree, model_events(m), event);

	return rank == TREE_ROOT ? WATERFALL_ROOT : w->tree.by_start[rank];
}

uint32_t waterfall_place(const struct waterfall *w, const struct model *m, uint32_t node)
{
	if (node == WATERFALL_ROOT)
		return 0;
	return 1 +
	       (w->flat ? tree_rank(&w->tree, model_events(m), w->tree.nodes[node].event) : node);
}

uint32_t waterfall_node_at(const struct waterfall *w, uint64_t place)
{
	if (place == 0)
		return WATERFALL_ROOT;
	return w->flat ? w->tree.by_start[place - 1] : (uint32_t)(place - 1);
}

uint32_t waterfall_row(const struct waterfall *w, const struct model *m, uint32_t node)
{
	uint32_t low = 0;

	if (w->flat || node == WATERFALL_ROOT)
		return waterfall_place(w, m, node);
	node = waterfall_stand_in(w, node);
	for (uint32_t high = w->n_rows; high - low > 1;) {
		uint32_t middle = low + (high - low) / 2;

		if (w->rows[middle] <= node)
			low = middle;
		else
			high = middle;
	}
	return low;
}

uint64_t waterfall_row_of(const struct waterfall *w, const struct model *m, uint32_t event)
{
	return waterfall_row(w, m, waterfall_node(w, m, event));
}

void waterfall_take_cursor(struct waterfall *w)
{
	w->cursor_event = waterfall_event(w, w->list.cursor);
}

uint32_t waterfall_cursor_node(const struct waterfall *w)
{
	return w->list.cursor < w->n_rows ? w->rows[w->list.cursor] : WATERFALL_ROOT;
}

/* ---- going ----------------------------------------------------------------------------------------- */

void waterfall_go_to_node(struct waterfall *w, const struct model *m, uint32_t node)
{
	bool hidden = node != WATERFALL_ROOT && w->root_folded && !w->flat;
	uint32_t at = node;

	if (hidden)
		w->root_folded = false;
	hidden = waterfall_open_repeats(w, node) || hidden;
	while (!w->flat && at != WATERFALL_ROOT && w->tree.nodes[at].parent != TREE_ROOT) {
		at = w->tree.nodes[at].parent;
		hidden = hidden || waterfall_hides(w, at);
		set_folded(w, at, false);
	}
	if (hidden || w->rows_stale) {
		waterfall_rebuild_rows(w, m, node, true);
		return;
	}
	list_go(&w->list, waterfall_row(w, m, node));
	waterfall_take_cursor(w);
}

uint32_t waterfall_cursor(const struct waterfall *w)
{
	return w->cursor_event;
}

bool waterfall_go(struct waterfall *w, struct model *m, uint32_t event)
{
	uint32_t node = waterfall_node(w, m, event);

	/* Only for an event that is not there yet: a person may have frozen the tree. */
	if (!w->rows || (event != EVENT_NONE && node == WATERFALL_ROOT)) {
		waterfall_update(w, m, true);
		node = waterfall_node(w, m, event);
	}
	if (!w->rows || (event != EVENT_NONE && node == WATERFALL_ROOT))
		return false;
	waterfall_go_to_node(w, m, node);
	return true;
}

/* Place of an error, the trace's own first. */
static uint64_t error_place(const struct waterfall *w, bool own, uint32_t error)
{
	if (error < own)
		return 0;
	return (uint64_t)(w->flat ? &w->flat_errors : &w->errors)->at[error - own] + 1;
}

static bool go_error(struct waterfall *w, const struct model *m, int direction)
{
	bool own = waterfall_own_error(w, m);
	uint32_t count = w->errors.n + own, low = 0, high = count, place;

	if (!w->rows || count == 0)
		return false;
	place = waterfall_place(w, m, waterfall_cursor_node(w));
	/* How many come before, or stand at the cursor if the next one is wanted. */
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (error_place(w, own, middle) < (uint64_t)place + (direction > 0))
			low = middle + 1;
		else
			high = middle;
	}
	if (count == 1 && error_place(w, own, 0) == place)
		w->sought.said = "there is no other";
	else if (direction > 0 ? low == count : low == 0)
		w->sought.said = direction > 0 ? "wrapped to the top" : "wrapped to the bottom";
	low = (direction > 0 ? low : low + count - 1) % count;
	waterfall_go_to_node(w, m, waterfall_node_at(w, error_place(w, own, low)));
	return true;
}

void waterfall_say(struct waterfall *w, struct buf *message)
{
	if (w->sought.said != NULL)
		buf_puts(message, w->sought.said);
	w->sought.said = NULL;
}

/* ---- names ----------------------------------------------------------------------------------------- */

void waterfall_label(const struct events *events, uint32_t event, struct buf *out)
{
	const struct event *e = events_get(events, event);
	struct str model = events_model(events, event), provider = events_provider(events, event);
	static const char *const kinds[EVENT_KINDS] = {
		"Generation", "Embedding", "Span",       "Trace",
		"Metric",     "Feedback",  "Evaluation", "Event",
	};

	if (e->name != 0) {
		buf_append(out, events_name(events, event));
	} else if (event_kind(e) <= EVENT_EMBEDDING && model.n > 0) {
		buf_append(out, model);
		if (provider.n > 0) {
			buf_puts(out, " (");
			buf_append(out, provider);
			buf_add(out, ')');
		}
	} else {
		buf_puts(out, kinds[event_kind(e)]);
	}
}

/* ---- actions --------------------------------------------------------------------------------------- */

static void set_fold(struct waterfall *w, const struct model *m, uint32_t node, bool folded)
{
	if (node == WATERFALL_ROOT)
		w->root_folded = folded;
	else
		set_folded(w, node, folded);
	waterfall_rebuild_rows(w, m, waterfall_cursor_node(w), false);
}

/* Of a node without children the one around it folds. */
static void toggle_fold(struct waterfall *w, const struct model *m)
{
	uint32_t node = waterfall_cursor_node(w);

	if (w->flat)
		return;
	if (node != WATERFALL_ROOT && !has_children(&w->tree, node)) {
		node = w->tree.nodes[node].parent;
		if (node == TREE_ROOT)
			return;
	}
	set_fold(w, m, node, !waterfall_hides(w, node));
}

static bool go_left(struct waterfall *w, const struct model *m)
{
	uint32_t node = waterfall_cursor_node(w);

	if (node == WATERFALL_ROOT)
		return false;
	if (waterfall_turn_repeat(w, node, false)) {
		waterfall_rebuild_rows(w, m, node, false);
		return true;
	}
	if (!w->flat && has_children(&w->tree, node) && !is_folded(w, &w->tree, node)) {
		set_fold(w, m, node, true);
		return true;
	}
	node = w->tree.nodes[node].parent;
	waterfall_go_to_node(w, m, node == TREE_ROOT ? WATERFALL_ROOT : node);
	return true;
}

static bool fold_act(struct waterfall *w, const struct model *m, enum action action, int argument)
{
	switch (action) {
	case ACTION_LEFT:
		return go_left(w, m);
	case ACTION_OPEN:
		if (waterfall_turn_repeat(w, waterfall_cursor_node(w), true)) {
			waterfall_rebuild_rows(w, m, waterfall_cursor_node(w), false);
			return true;
		}
		if (!waterfall_hides(w, waterfall_cursor_node(w)))
			return false;
		set_fold(w, m, waterfall_cursor_node(w), false);
		return true;
	case ACTION_FOLD_TOGGLE:
		toggle_fold(w, m);
		return true;
	case ACTION_FOLD_NONE:
	case ACTION_FOLD_ALL:
	case ACTION_FOLD_LEVEL:
		fold_level(w, action == ACTION_FOLD_NONE  ? INT32_MAX
		              : action == ACTION_FOLD_ALL ? 1
		                                          : argument);
		waterfall_rebuild_rows(w, m, waterfall_cursor_node(w), false);
		return true;
	case ACTION_FOLD_REPEATS:
		waterfall_fold_repeats(w, !w->folds_repeats);
		waterfall_rebuild_rows(w, m, waterfall_cursor_node(w), false);
		return true;
	case ACTION_FLAT:
		w->flat = !w->flat;
		waterfall_rebuild_rows(w, m, waterfall_cursor_node(w), false);
		return true;
	default:
		return false;
	}
}

static void scroll_names(struct waterfall *w, int columns)
{
	w->name_scroll += columns;
	if (w->name_scroll < 0)
		w->name_scroll = 0;
	if (w->name_scroll > NAME_SCROLL_MAX)
		w->name_scroll = NAME_SCROLL_MAX;
}

bool waterfall_act(struct waterfall *w, struct model *m, enum action action, int argument)
{
	w->sought.missed = false;
	if (search_cancel(&w->sought.search) && action == ACTION_CANCEL)
		return true;
	if (!w->rows)
		waterfall_update(w, m, true);
	if (!w->rows) /* nothing to move in yet */
		return list_act(&w->list, action);
	waterfall_take_cursor(w);
	if (list_act(&w->list, action)) {
		waterfall_take_cursor(w);
		return true;
	}
	switch (action) {
	case ACTION_NONE:
		return true;
	case ACTION_NEXT_ERROR:
	case ACTION_PREVIOUS_ERROR:
		return go_error(w, m, action == ACTION_NEXT_ERROR ? 1 : -1);
	case ACTION_NEXT_SAME_NAME:
	case ACTION_PREVIOUS_SAME_NAME:
		return waterfall_find_namesake(w, m, action == ACTION_NEXT_SAME_NAME ? 1 : -1);
	case ACTION_NEXT_SLOW:
	case ACTION_PREVIOUS_SLOW:
		return waterfall_find_slow(w, m, action == ACTION_NEXT_SLOW ? 1 : -1);
	case ACTION_DEAREST:
		return waterfall_find_dearest(w, m);
	case ACTION_PATH:
		waterfall_turn_path(w, m);
		return true;
	case ACTION_CLOCK:
		w->clock = !w->clock;
		return true;
	case ACTION_SCROLL_LEFT:
	case ACTION_SCROLL_RIGHT:
		scroll_names(w, action == ACTION_SCROLL_LEFT ? -NAME_SCROLL : NAME_SCROLL);
		return true;
	default:
		return fold_act(w, m, action, argument);
	}
}
