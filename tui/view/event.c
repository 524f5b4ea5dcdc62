/* One event on the full screen: its conversation, properties, raw line; < and > go to the call before and after. */
#include "base/mem.h"
#include "draw/format.h"
#include "view/view.h"
#include "widget/detail.h"

struct event_view {
	struct view view;
	uint32_t event;
	struct detail_pane detail;
	/* Which call of its trace it is, by start, from 1; counted when the trace has changed. */
	uint32_t call, calls;
	uint32_t counted, counted_at; /* for this event, at this version of its trace */
};

static void event_draw(struct view *v, struct surface *s, struct area a)
{
	struct event_view *e = (struct event_view *)v;

	detail_pane_event(&e->detail, e->event);
	detail_pane_draw(&e->detail, v->world->explorer, s, a, true);
	v->draw_again_us = detail_pane_busy(&e->detail) ? VIEW_AT_ONCE : 0;
}

static bool is_call(const struct events *t, uint32_t event)
{
	return event_is_call(events_get(t, event));
}

/* The call of the same trace that started next before or after this event. */
static uint32_t neighbour(struct event_view *e, int direction)
{
	struct model *m = explorer_model(e->view.world->explorer);
	const struct events *t = model_events(m);
	uint32_t trace = model_trace_of(m, e->event), best = EVENT_NONE, at;

	if (trace == MODEL_NONE)
		return EVENT_NONE;
	for (at = model_trace(m, trace)->first_event; at != EVENT_NONE;
	     at = model_next_event(m, at)) {
		if (!is_call(t, at) || events_compare_start(t, at, e->event) * direction <= 0)
			continue;
		if (best == EVENT_NONE || events_compare_start(t, at, best) * direction < 0)
			best = at;
	}
	return best;
}

static bool say_no_key(struct event_view *e)
{
	if (detail_pane_is_tree(&e->detail))
		buf_puts(&e->view.world->message, "this key stands nowhere else");
	return detail_pane_is_tree(&e->detail);
}

static bool event_act(struct view *v, enum action action, int argument)
{
	struct event_view *e = (struct event_view *)v;
	uint32_t next;

	switch (action) {
	case ACTION_DEAREST:
		detail_pane_turn(&e->detail, DETAIL_COST);
		return true;
	case ACTION_OPEN:
		next = detail_pane_call(&e->detail);
		if (next == EVENT_NONE)
			return detail_pane_act(&e->detail, action, argument);
		v->world->wish = (struct wish){WISH_COST, MODEL_NONE, next};
		return true;
	case ACTION_SORT_LEFT:
	case ACTION_SORT_RIGHT:
		next = neighbour(e, action == ACTION_SORT_RIGHT ? 1 : -1);
		if (next == EVENT_NONE)
			buf_puts(&v->world->message, "no other call of the trace on that side");
		else
			e->event = next;
		return true;
	case ACTION_DIFF:
	case ACTION_DIFF_MARK:
		return view_diff(v->world, action, e->event);
	case ACTION_REPLAY:
		return view_replay(v->world, e->event);
	case ACTION_BOOKMARK:
	case ACTION_REMOVE:
		return view_bookmark(v->world, action, BOOKMARK_EVENT, e->event);
	case ACTION_LEFT:
		if (!detail_pane_act(&e->detail, action, argument))
			v->world->wish.kind = WISH_CLOSE;
		return true;
	case ACTION_SAME_KEY:
		return detail_pane_act(&e->detail, action, argument) || say_no_key(e);
	case ACTION_PREVIEW_DOWN:
		return detail_pane_act(&e->detail, ACTION_DOWN, 0);
	case ACTION_PREVIEW_UP:
		return detail_pane_act(&e->detail, ACTION_UP, 0);
	case ACTION_NEXT_PANE:
		return detail_pane_act(&e->detail, ACTION_NEXT_TAB, 0);
	case ACTION_PREVIOUS_PANE:
		return detail_pane_act(&e->detail, ACTION_PREVIOUS_TAB, 0);
	default:
		return detail_pane_act(&e->detail, action, argument);
	}
}

static bool event_find(struct view *v, struct str needle, int direction)
{
	struct event_view *e = (struct event_view *)v;
	bool found = detail_pane_find(&e->detail, needle, direction);

	/* Why there is nothing to look for is said in place of "not found". */
	buf_append(&v->world->message, detail_pane_find_error(&e->detail));
	return found || v->world->message.n > 0;
}

static void count_calls(struct event_view *e)
{
	struct model *m = explorer_model(e->view.world->explorer);
	const struct events *t = model_events(m);
	uint32_t trace = model_trace_of(m, e->event), at;

	if (trace == MODEL_NONE ||
	    (e->counted == e->event && e->counted_at == model_trace(m, trace)->version))
		return;
	e->counted = e->event;
	e->counted_at = model_trace(m, trace)->version;
	e->call = is_call(t, e->event);
	e->calls = 0;
	for (at = model_trace(m, trace)->first_event; at != EVENT_NONE;
	     at = model_next_event(m, at)) {
		e->calls += is_call(t, at);
		e->call += is_call(t, at) && events_compare_start(t, at, e->event) < 0;
	}
}

static void event_head(struct view *v, struct buf *out)
{
	struct event_view *e = (struct event_view *)v;
	const struct events *t = explorer_events(v->world->explorer);
	uint32_t trace = events_get(t, e->event)->trace;

	detail_pane_mode(&e->detail, out);
	count_calls(e);
	if (is_call(t, e->event) && e->calls > 0)
		buf_printf(out, "call %u of %u  ", e->call, e->calls);
	if (trace != 0) {
		buf_puts(out, "trace ");
		view_short_id(out, &t->ids, trace);
	}
}

static void event_status(struct view *v, struct buf *out)
{
	struct event_view *e = (struct event_view *)v;

	detail_pane_status(&e->detail, out);
	if (e->detail.tab == DETAIL_CHAT)
		buf_puts(out, "  { } message  i input  o output  V r");
	buf_puts(out, "  [ ] tab  < > other call");
}

static void event_command(struct view *v, struct buf *out)
{
	struct event_view *e = (struct event_view *)v;
	const struct events *t = explorer_events(v->world->explorer);
	uint32_t id = events_uuid(t, e->event);
	struct buf text = {0};

	ids_text(&t->ids, id != 0 ? id : events_node_id(t, e->event), &text);
	if (text.n > 0) {
		buf_puts(out, "tracehog show ");
		view_quote_id(out, buf_str(&text));
	}
	buf_free(&text);
}

static void event_go(struct view *v, uint64_t number, bool percent)
{
	detail_pane_go(&((struct event_view *)v)->detail, number, percent);
}

static bool event_copy(struct view *v, enum copy_what what, struct buf *out)
{
	struct event_view *e = (struct event_view *)v;

	if (view_copy_value(v->world, &e->detail, what, out))
		return true;
	if (what != COPY_SMART && what != COPY_SHOWN)
		return view_copy_event(v->world, e->event, what, out);
	return view_copied(v->world, detail_copy_tab(&e->detail, v->world->explorer, out), out);
}

static void event_terms(struct view *v, struct terms *out)
{
	terms_of_event(out, explorer_model(v->world->explorer), ((struct event_view *)v)->event);
}

static void event_free(struct view *v)
{
	detail_pane_fini(&((struct event_view *)v)->detail);
	mem_free(v);
}

static const struct view_class event_class = {
	.title = "Event",
	.free = event_free,
	.draw = event_draw,
	.act = event_act,
	.find = event_find,
	.head = event_head,
	.status = event_status,
	.command = event_command,
	.go = event_go,
	.copy = event_copy,
	.terms = event_terms,
};

struct view *view_event_new(struct world *w, uint32_t event)
{
	struct event_view *e = mem_zero(1, sizeof(*e));
	static const char *const titles[EVENT_KINDS] = {
		"Generation", "Embedding", "Span",       "Trace event",
		"Metric",     "Feedback",  "Evaluation", "Event",
	};

	e->view = (struct view){.class = &event_class, .world = w};
	e->view.title = titles[event_kind(events_get(explorer_events(w->explorer), event))];
	e->event = event;
	e->counted = EVENT_NONE;
	detail_pane_init(&e->detail);
	return &e->view;
}

struct view *view_cost_new(struct world *w, uint32_t event)
{
	struct view *v = view_event_new(w, event);

	detail_pane_turn(&((struct event_view *)v)->detail, DETAIL_COST);
	return v;
}
