/* Finding in a trace's tree, in slices: text, what has the same name, what took unusually long, the dearest calls. Every node is looked at, also in folds. */
#include "base/utf8.h"
#include "widget/waterfall_internal.h"

/* ---- what is looked for ---------------------------------------------------------------------------- */

/* Names and ids on lines of one text: a needle holds no newline. */
static void add_text(const struct waterfall *w, const struct model *m, uint32_t node,
                     struct buf *text)
{
	const struct events *events = model_events(m);

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
}

static bool is_namesake(const struct waterfall *w, const struct model *m, uint32_t node)
{
	const struct event *to, *e;

	if (node == WATERFALL_ROOT || w->tree.nodes[node].event == w->sought.event)
		return false;
	to = events_get(model_events(m), w->sought.event);
	e = events_get(model_events(m), w->tree.nodes[node].event);
	return e->name == to->name && event_kind(e) == event_kind(to) &&
	       (e->name != 0 || e->model == to->model);
}

/* Dearer, or as dear and earlier in the tree. */
static bool before(const struct waterfall_call *a, const struct waterfall_call *b)
{
	return b->node == WATERFALL_ROOT ||
	       (a->cost != b->cost ? a->cost > b->cost : a->node < b->node);
}

static void weigh(struct waterfall *w, const struct model *m, uint32_t node)
{
	struct waterfall_sought *sought = &w->sought;
	struct waterfall_call at = {.node = node};
	const struct event *e;

	if (node == WATERFALL_ROOT)
		return;
	e = events_get(model_events(m), w->tree.nodes[node].event);
	at.cost = e->cost;
	if (event_kind(e) == EVENT_SPAN || e->cost == EVENT_NO_COST)
		return;
	if (before(&at, &sought->first))
		sought->first = at;
	if (sought->last.node != WATERFALL_ROOT && before(&sought->last, &at) &&
	    before(&at, &sought->next))
		sought->next = at;
}

/* ---- looking --------------------------------------------------------------------------------------- */

struct finding {
	struct waterfall *w;
	const struct model *m;
	struct buf text;
};

static bool is_sought(void *ctx, uint64_t place)
{
	struct finding *f = ctx;
	uint32_t node = waterfall_node_at(f->w, place);
	size_t length;

	switch (f->w->sought.what) {
	case SOUGHT_TEXT:
		buf_clear(&f->text);
		add_text(f->w, f->m, node, &f->text);
		return utf8_find(buf_str(&f->text), buf_str(&f->w->sought.needle), 0, &length) !=
		       SIZE_MAX;
	case SOUGHT_NAMESAKE:
		return is_namesake(f->w, f->m, node);
	case SOUGHT_SLOW:
		return node != WATERFALL_ROOT &&
		       slow_event(f->w->slow, f->w->tree.nodes[node].event);
	case SOUGHT_DEAREST:
		weigh(f->w, f->m, node);
		break;
	}
	return false;
}

/* After the last of them comes the first again. */
static enum search_state take_dearest(struct waterfall *w, const struct model *m)
{
	const struct waterfall_sought *sought = &w->sought;
	uint32_t node = sought->next.node != WATERFALL_ROOT ? sought->next.node
	                                                    : sought->first.node;

	if (node == WATERFALL_ROOT)
		return SEARCH_NONE;
	if (sought->last.node != WATERFALL_ROOT && sought->next.node == WATERFALL_ROOT)
		w->sought.said = sought->last.node == node ? "no other call here has a price"
		                                           : "the dearest again";
	waterfall_go_to_node(w, m, node);
	w->dearest = w->tree.nodes[node].event;
	return SEARCH_FOUND;
}

static enum search_state look(struct waterfall *w, const struct model *m)
{
	struct finding f = {w, m, {0}};
	struct search *search = &w->sought.search;
	struct slice slice = {.until = time_monotonic() + SEARCH_SLICE};
	enum search_state state;

	if (w->sought.what == SOUGHT_SLOW && !slow_step(w->slow, &slice))
		return SEARCH_GOES_ON;
	state = search_more(search, SEARCH_SLICE, is_sought, &f);
	buf_free(&f.text);
	if (state == SEARCH_FOUND) {
		w->sought.said = search_wrapped(search);
		waterfall_go_to_node(w, m, waterfall_node_at(w, search->at));
	}
	if (state == SEARCH_NONE && w->sought.what == SOUGHT_DEAREST)
		state = take_dearest(w, m);
	return state;
}

static void begin(struct waterfall *w, const struct model *m, int direction)
{
	static const struct waterfall_call none = {WATERFALL_ROOT, 0};
	uint64_t from = waterfall_place(w, m, waterfall_cursor_node(w));
	struct waterfall_sought *sought = &w->sought;

	sought->missed = false;
	sought->last = sought->next = sought->first = none;
	if (w->cursor_event != EVENT_NONE && w->cursor_event == w->dearest) {
		sought->last.node = waterfall_cursor_node(w);
		sought->last.cost = events_get(model_events(m), w->cursor_event)->cost;
	}
	search_begin(&sought->search, from, (uint64_t)w->tree.n + 1, direction);
}

void waterfall_find_again(struct waterfall *w, const struct model *m)
{
	if (search_goes_on(&w->sought.search))
		begin(w, m, w->sought.search.direction);
}

void waterfall_find_more(struct waterfall *w, const struct model *m)
{
	w->sought.missed = look(w, m) == SEARCH_NONE;
}

bool waterfall_find_namesake(struct waterfall *w, const struct model *m, int direction)
{
	if (w->cursor_event == EVENT_NONE)
		return false;
	w->sought.what = SOUGHT_NAMESAKE;
	w->sought.event = w->cursor_event;
	begin(w, m, direction);
	return look(w, m) != SEARCH_NONE;
}

bool waterfall_find_slow(struct waterfall *w, const struct model *m, int direction)
{
	if (w->slow == NULL)
		return false;
	slow_begin(w->slow);
	w->sought.what = SOUGHT_SLOW;
	begin(w, m, direction);
	return look(w, m) != SEARCH_NONE;
}

bool waterfall_find_dearest(struct waterfall *w, const struct model *m)
{
	w->sought.what = SOUGHT_DEAREST;
	begin(w, m, 1);
	return look(w, m) != SEARCH_NONE;
}

bool waterfall_find(struct waterfall *w, struct model *m, struct str needle, int direction)
{
	if (needle.n == 0)
		return false;
	if (!w->rows)
		waterfall_update(w, m, true);
	if (!w->rows)
		return false;
	w->sought.what = SOUGHT_TEXT;
	buf_clear(&w->sought.needle);
	buf_append(&w->sought.needle, needle);
	begin(w, m, direction);
	return look(w, m) != SEARCH_NONE;
}
