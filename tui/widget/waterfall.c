/* Folds, the cursor and finding in a trace's tree; waterfall_build.c makes the rows, waterfall_draw.c draws them.
 *
 * Invariants once built: rows[0] is the trace; unless flat, the others rise by node number, and the largest one at or below a
 * hidden node is the fold that hides it. The cursor is an event; list.cursor is the row it stands in, also after a view
 * moved the list itself (then the event follows with the next action or rebuilding). No step recurses. */
#include "widget/waterfall.h"

#include "base/mem.h"
#include "base/utf8.h"
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
}

void waterfall_fini(struct waterfall *w)
{
	waterfall_build_drop(w->build);
	tree_free(&w->tree);
	mem_free(w->rows);
	mem_free(w->errors.at);
	mem_free(w->flat_errors.at);
	mem_free(w->turned);
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

/* From 0 at the trace, among the rows with every fold open. */
static uint32_t place_of(const struct waterfall *w, const struct model *m, uint32_t node)
{
	if (node == WATERFALL_ROOT)
		return 0;
	return 1 +
	       (w->flat ? tree_rank(&w->tree, model_events(m), w->tree.nodes[node].event) : node);
}

static uint32_t node_at(const struct waterfall *w, uint64_t place)
{
	if (place == 0)
		return WATERFALL_ROOT;
	return w->flat ? w->tree.by_start[place - 1] : (uint32_t)(place - 1);
}

uint32_t waterfall_row(const struct waterfall *w, const struct model *m, uint32_t node)
{
	uint32_t low = 0;

	if (w->flat || node == WATERFALL_ROOT)
		return place_of(w, m, node);
	for (uint32_t high = w->n_rows; high - low > 1;) {
		uint32_t middle = low + (high - low) / 2;

		if (w->rows[middle] <= node)
			low = middle;
		else
			high = middle;
	}
	return low;
}

void waterfall_take_cursor(struct waterfall *w)
{
	w->cursor_event = waterfall_event(w, w->list.cursor);
}

static uint32_t cursor_node(const struct waterfall *w)
{
	return w->list.cursor < w->n_rows ? w->rows[w->list.cursor] : WATERFALL_ROOT;
}

/* ---- going ----------------------------------------------------------------------------------------- */

static void go_to_node(struct waterfall *w, const struct model *m, uint32_t node)
{
	bool hidden = node != WATERFALL_ROOT && w->root_folded && !w->flat;
	uint32_t at = node;

	if (hidden)
		w->root_folded = false;
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
	go_to_node(w, m, node);
	return true;
}

typedef bool node_test(const struct waterfall *w, const struct model *m, uint32_t node,
                       const void *ctx);

/* The next node that passes, in the order of the rows with every fold open; round, and to the cursor itself at last. */
static bool go_next(struct waterfall *w, const struct model *m, int direction, node_test *test,
                    const void *ctx)
{
	uint64_t count = (uint64_t)w->tree.n + 1, at;

	if (!w->rows)
		return false;
	at = place_of(w, m, cursor_node(w));
	for (uint64_t i = 0; i < count; i++) {
		uint32_t node;

		at = (direction > 0 ? at + 1 : at + count - 1) % count;
		node = node_at(w, at);
		if (test(w, m, node, ctx)) {
			go_to_node(w, m, node);
			return true;
		}
	}
	return false;
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
	place = place_of(w, m, cursor_node(w));
	/* How many come before, or stand at the cursor if the next one is wanted. */
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (error_place(w, own, middle) < (uint64_t)place + (direction > 0))
			low = middle + 1;
		else
			high = middle;
	}
	low = (direction > 0 ? low : low + count - 1) % count;
	go_to_node(w, m, node_at(w, error_place(w, own, low)));
	return true;
}

static bool is_namesake(const struct waterfall *w, const struct model *m, uint32_t node,
                        const void *ctx)
{
	const struct event *to = ctx, *e;

	if (node == WATERFALL_ROOT)
		return false;
	e = events_get(model_events(m), w->tree.nodes[node].event);
	return e->name == to->name && event_kind(e) == event_kind(to) &&
	       (e->name != 0 || e->model == to->model);
}

static bool go_namesake(struct waterfall *w, const struct model *m, int direction)
{
	uint32_t event = w->cursor_event;

	if (event == EVENT_NONE)
		return false;
	return go_next(w, m, direction, is_namesake, events_get(model_events(m), event)) &&
	       w->cursor_event != event;
}

struct found {
	uint32_t node;
	int64_t cost;
};

/* Dearer, or as dear and earlier in the tree. */
static bool before(const struct found *a, const struct found *b)
{
	return a->cost != b->cost ? a->cost > b->cost : a->node < b->node;
}

/* The dearest call that comes after `last` in the order of cost; all of them do if last is NULL. */
static bool dearest_after(const struct waterfall *w, const struct events *events,
                          const struct found *last, struct found *out)
{
	out->node = WATERFALL_ROOT;
	for (uint32_t i = 0; i < w->tree.n; i++) {
		const struct event *e = events_get(events, w->tree.nodes[i].event);
		struct found at = {i, e->cost};

		if (event_kind(e) == EVENT_SPAN || e->cost == EVENT_NO_COST ||
		    (last && !before(last, &at)))
			continue;
		if (out->node == WATERFALL_ROOT || before(&at, out))
			*out = at;
	}
	return out->node != WATERFALL_ROOT;
}

static bool go_dearest(struct waterfall *w, const struct model *m)
{
	const struct events *events = model_events(m);
	struct found last = {cursor_node(w), 0}, next;
	bool again = w->cursor_event != EVENT_NONE && w->cursor_event == w->dearest;

	if (again)
		last.cost = events_get(events, w->cursor_event)->cost;
	if (!dearest_after(w, events, again ? &last : NULL, &next) &&
	    !dearest_after(w, events, NULL, &next))
		return false;
	go_to_node(w, m, next.node);
	w->dearest = w->cursor_event;
	return true;
}

/* ---- finding --------------------------------------------------------------------------------------- */

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

struct search {
	struct str needle;
	struct buf *text;
};

/* Names and ids on lines of one text: a needle holds no newline. */
static bool has_needle(const struct waterfall *w, const struct model *m, uint32_t node,
                       const void *ctx)
{
	const struct events *events = model_events(m);
	const struct search *search = ctx;
	struct buf *text = search->text;
	size_t length;

	buf_clear(text);
	if (node == WATERFALL_ROOT) {
		const struct trace *trace = model_trace(m, w->trace);

		buf_append(text, strings_get(&events->strings, trace->name));
		buf_add(text, '\n');
		ids_text(&events->ids, trace->id, text);
	} else {
		uint32_t event = w->tree.nodes[node].event;

		waterfall_label(events, event, text);
		buf_add(text, '\n');
		buf_append(text, events_model(events, event));
		buf_add(text, '\n');
		ids_text(&events->ids, events_node_id(events, event), text);
		buf_add(text, '\n');
		ids_text(&events->ids, events_uuid(events, event), text);
	}
	return utf8_find(buf_str(text), search->needle, 0, &length) != SIZE_MAX;
}

bool waterfall_find(struct waterfall *w, struct model *m, struct str needle, int direction)
{
	struct buf text = {0};
	struct search search = {needle, &text};
	bool found;

	if (needle.n == 0)
		return false;
	if (!w->rows)
		waterfall_update(w, m, true);
	found = go_next(w, m, direction, has_needle, &search);
	buf_free(&text);
	return found;
}

/* ---- actions --------------------------------------------------------------------------------------- */

static void set_fold(struct waterfall *w, const struct model *m, uint32_t node, bool folded)
{
	if (node == WATERFALL_ROOT)
		w->root_folded = folded;
	else
		set_folded(w, node, folded);
	waterfall_rebuild_rows(w, m, cursor_node(w), false);
}

/* Of a node without children the one around it folds. */
static void toggle_fold(struct waterfall *w, const struct model *m)
{
	uint32_t node = cursor_node(w);

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
	uint32_t node = cursor_node(w);

	if (node == WATERFALL_ROOT)
		return false;
	if (!w->flat && has_children(&w->tree, node) && !is_folded(w, &w->tree, node)) {
		set_fold(w, m, node, true);
		return true;
	}
	node = w->tree.nodes[node].parent;
	go_to_node(w, m, node == TREE_ROOT ? WATERFALL_ROOT : node);
	return true;
}

static bool fold_act(struct waterfall *w, const struct model *m, enum action action, int argument)
{
	switch (action) {
	case ACTION_LEFT:
		return go_left(w, m);
	case ACTION_OPEN:
		if (!waterfall_hides(w, cursor_node(w)))
			return false;
		set_fold(w, m, cursor_node(w), false);
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
		waterfall_rebuild_rows(w, m, cursor_node(w), false);
		return true;
	case ACTION_FLAT:
		w->flat = !w->flat;
		waterfall_rebuild_rows(w, m, cursor_node(w), false);
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
		return go_namesake(w, m, action == ACTION_NEXT_SAME_NAME ? 1 : -1);
	case ACTION_DEAREST:
		return go_dearest(w, m);
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
