/* Rows, folds and the cursor of a trace's tree; waterfall_draw.c draws them.
 *
 * Invariants once built: rows[0] is the trace; unless flat, the others rise by node number, and the largest one at or below a
 * hidden node is the fold that hides it. The cursor is an event; list.cursor is the row it stands in, also after a view
 * moved the list itself (then the event follows with the next action or rebuilding). No step recurses. */
#include "widget/waterfall.h"

#include "base/mem.h"
#include "base/utf8.h"
#include "widget/waterfall_internal.h"

#include <stdlib.h>
#include <string.h>

#define NAME_SCROLL     4
#define NAME_SCROLL_MAX 4096

void waterfall_init(struct waterfall *w, uint32_t trace)
{
	*w = (struct waterfall){.trace = trace, .cursor_event = EVENT_NONE, .dearest = EVENT_NONE};
}

void waterfall_fini(struct waterfall *w)
{
	tree_free(&w->tree);
	mem_free(w->rows);
	mem_free(w->error_rows);
	mem_free(w->folded);
	waterfall_init(w, MODEL_NONE);
}

/* ---- folds ---------------------------------------------------------------------------------------- */

static bool is_folded(const struct waterfall *w, uint32_t node)
{
	uint32_t event = w->tree.nodes[node].event;

	return event / 8 < w->folded_bytes && (w->folded[event / 8] >> (event % 8) & 1);
}

static void set_folded(struct waterfall *w, uint32_t node, bool folded)
{
	uint32_t event = w->tree.nodes[node].event, bytes = event / 8 + 1;

	if (bytes > w->folded_bytes) {
		if (!folded)
			return;
		bytes += bytes / 2;
		w->folded = mem_resize(w->folded, bytes, 1);
		memset(w->folded + w->folded_bytes, 0, bytes - w->folded_bytes);
		w->folded_bytes = bytes;
	}
	if (folded)
		w->folded[event / 8] |= (uint8_t)(1u << (event % 8));
	else
		w->folded[event / 8] &= (uint8_t) ~(1u << (event % 8));
}

static bool has_children(const struct waterfall *w, uint32_t node)
{
	return w->tree.nodes[node].subtree > 1;
}

bool waterfall_hides(const struct waterfall *w, uint32_t node)
{
	if (w->flat)
		return false;
	if (node == WATERFALL_ROOT)
		return w->root_folded && w->tree.n > 0;
	return has_children(w, node) && is_folded(w, node);
}

/* Levels that are seen, from 1. */
static void fold_level(struct waterfall *w, int levels)
{
	uint32_t deepest = levels > 1 ? (uint32_t)levels - 1 : 0;

	w->root_folded = false;
	for (uint32_t i = 0; i < w->tree.n; i++)
		set_folded(w, i, has_children(w, i) && w->tree.nodes[i].depth >= deepest);
}

/* ---- rows ------------------------------------------------------------------------------------------ */

static int by_start(const void *a, const void *b, void *ctx)
{
	const struct waterfall *w = ((const void **)ctx)[0];
	const struct events *events = ((const void **)ctx)[1];

	return events_compare_start(events, w->tree.nodes[*(const uint32_t *)a].event,
	                            w->tree.nodes[*(const uint32_t *)b].event);
}

static void list_flat(struct waterfall *w, const struct model *m)
{
	const void *ctx[2] = {w, model_events(m)};

	for (uint32_t i = 0; i < w->tree.n; i++)
		w->rows[w->n_rows++] = i;
	qsort_r(w->rows + 1, w->tree.n, sizeof(*w->rows), by_start, ctx);
}

static bool own_error(const struct waterfall *w, const struct model *m, uint32_t node)
{
	uint32_t event = node == WATERFALL_ROOT ? model_trace(m, w->trace)->explicit_event
	                                        : w->tree.nodes[node].event;

	return event != EVENT_NONE && events_get(model_events(m), event)->flags & EVENT_ERROR;
}

static bool shows_error(const struct waterfall *w, const struct model *m, uint32_t node)
{
	if (waterfall_hides(w, node))
		return node == WATERFALL_ROOT ? model_trace(m, w->trace)->totals.errors > 0
		                              : w->tree.nodes[node].errors > 0;
	return own_error(w, m, node);
}

static void build_rows(struct waterfall *w, const struct model *m)
{
	w->rows = mem_resize(w->rows, (size_t)w->tree.n + 1, sizeof(*w->rows));
	w->error_rows = mem_resize(w->error_rows, (size_t)w->tree.n + 1, sizeof(*w->error_rows));
	w->n_error_rows = 0;
	w->n_rows = 1;
	w->rows[0] = WATERFALL_ROOT;
	if (w->flat)
		list_flat(w, m);
	else if (!w->root_folded)
		for (uint32_t i = 0; i < w->tree.n;
		     i += waterfall_hides(w, i) ? w->tree.nodes[i].subtree : 1)
			w->rows[w->n_rows++] = i;
	for (uint32_t row = 0; row < w->n_rows; row++)
		if (shows_error(w, m, w->rows[row]))
			w->error_rows[w->n_error_rows++] = row;
}

uint32_t waterfall_event(const struct waterfall *w, uint64_t row)
{
	if (row >= w->n_rows || w->rows[row] == WATERFALL_ROOT)
		return EVENT_NONE;
	return w->tree.nodes[w->rows[row]].event;
}

static uint32_t node_of_event(const struct waterfall *w, uint32_t event)
{
	for (uint32_t i = 0; event != EVENT_NONE && i < w->tree.n; i++)
		if (w->tree.nodes[i].event == event)
			return i;
	return WATERFALL_ROOT;
}

/* The row of a node, or of the fold that hides it. */
static uint32_t row_of_node(const struct waterfall *w, uint32_t node)
{
	uint32_t low = 0;

	if (node == WATERFALL_ROOT)
		return 0;
	for (uint32_t i = 1; w->flat && i < w->n_rows; i++)
		if (w->rows[i] == node)
			return i;
	for (uint32_t high = w->n_rows; high - low > 1;) {
		uint32_t middle = low + (high - low) / 2;

		if (w->rows[middle] <= node)
			low = middle;
		else
			high = middle;
	}
	return low;
}

static void take_cursor(struct waterfall *w)
{
	w->cursor_event = waterfall_event(w, w->list.cursor);
}

static uint32_t cursor_node(const struct waterfall *w)
{
	return w->list.cursor < w->n_rows ? w->rows[w->list.cursor] : WATERFALL_ROOT;
}

/* After a fold: the cursor stays on its node, or goes to the fold that now hides it. */
static void rebuild_rows(struct waterfall *w, const struct model *m)
{
	uint32_t node = cursor_node(w);

	build_rows(w, m);
	w->list.count = w->n_rows;
	list_place(&w->list, row_of_node(w, node));
	take_cursor(w);
}

static void widen(struct waterfall *w, const struct events *e, uint32_t event)
{
	int64_t start = events_start(e, event), end = events_end(e, event);

	if (start != TIME_NONE && (w->start == TIME_NONE || start < w->start))
		w->start = start;
	if (end != TIME_NONE && (w->end == TIME_NONE || end > w->end))
		w->end = end;
}

static void measure_time(struct waterfall *w, const struct model *m)
{
	uint32_t own = model_trace(m, w->trace)->explicit_event;

	w->start = w->end = TIME_NONE;
	for (uint32_t i = 0; i < w->tree.n; i++)
		widen(w, model_events(m), w->tree.nodes[i].event);
	if (own != EVENT_NONE)
		widen(w, model_events(m), own);
}

void waterfall_update(struct waterfall *w, struct model *m)
{
	uint32_t version, event, node;

	if (w->trace == MODEL_NONE)
		return;
	version = model_trace(m, w->trace)->version;
	if (w->rows && w->version == version)
		return;
	if (w->rows)
		take_cursor(w);
	event = w->cursor_event;
	tree_free(&w->tree);
	tree_build(&w->tree, m, w->trace);
	w->version = version;
	measure_time(w, m);
	build_rows(w, m);
	node = node_of_event(w, event);
	w->list.count = w->n_rows;
	/* An event that is gone leaves the cursor where it was. */
	list_place(&w->list, event != EVENT_NONE && node == WATERFALL_ROOT ? w->list.cursor
	                                                                   : row_of_node(w, node));
	take_cursor(w);
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
	if (hidden)
		rebuild_rows(w, m);
	list_go(&w->list, row_of_node(w, node));
	take_cursor(w);
}

uint32_t waterfall_cursor(const struct waterfall *w)
{
	return w->cursor_event;
}

bool waterfall_go(struct waterfall *w, struct model *m, uint32_t event)
{
	uint32_t node = node_of_event(w, event);

	/* Only for an event that is not there yet: a person may have frozen the tree. */
	if (!w->rows || (event != EVENT_NONE && node == WATERFALL_ROOT)) {
		waterfall_update(w, m);
		node = node_of_event(w, event);
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
	uint32_t node = cursor_node(w);

	if (!w->rows)
		return false;
	at = w->flat ? w->list.cursor : node == WATERFALL_ROOT ? 0 : (uint64_t)node + 1;
	for (uint64_t i = 0; i < count; i++) {
		at = (direction > 0 ? at + 1 : at + count - 1) % count;
		node = at == 0 ? WATERFALL_ROOT : w->flat ? w->rows[at] : (uint32_t)at - 1;
		if (test(w, m, node, ctx)) {
			go_to_node(w, m, node);
			return true;
		}
	}
	return false;
}

static bool is_error(const struct waterfall *w, const struct model *m, uint32_t node,
                     const void *ctx)
{
	(void)ctx;
	return own_error(w, m, node);
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
		waterfall_update(w, m);
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
	rebuild_rows(w, m);
}

/* Of a node without children the one around it folds. */
static void toggle_fold(struct waterfall *w, const struct model *m)
{
	uint32_t node = cursor_node(w);

	if (w->flat)
		return;
	if (node != WATERFALL_ROOT && !has_children(w, node)) {
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
	if (!w->flat && has_children(w, node) && !is_folded(w, node)) {
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
		rebuild_rows(w, m);
		return true;
	case ACTION_FLAT:
		w->flat = !w->flat;
		rebuild_rows(w, m);
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
		waterfall_update(w, m);
	if (!w->rows)
		return false;
	take_cursor(w);
	if (list_act(&w->list, action)) {
		take_cursor(w);
		return true;
	}
	switch (action) {
	case ACTION_NONE:
		return true;
	case ACTION_NEXT_ERROR:
	case ACTION_PREVIOUS_ERROR:
		return go_next(w, m, action == ACTION_NEXT_ERROR ? 1 : -1, is_error, NULL);
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
