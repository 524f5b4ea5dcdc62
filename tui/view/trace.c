/* One trace: its tree with the waterfall, and the detail of what the cursor is on.
 * The cursor is on an event, so it stays when parents arrive late and rows move. */
#include "base/mem.h"
#include "base/slice.h"
#include "draw/format.h"
#include "draw/width.h"
#include "view/view.h"
#include "widget/detail.h"
#include "widget/insight_text.h"
#include "widget/waterfall.h"

#define VERDICT_ROWS 12   /* from here on what is to be said of the trace has a row of its own */
#define FACTS_COLS   120  /* and where it goes, too */
#define SLOW_US      4000 /* of a frame, for what is unusually slow */

struct trace_view {
	struct view view;
	uint32_t trace;
	uint32_t pointed; /* the event that the detail shows */
	uint32_t wanted;  /* event to stand on once its node is there, or EVENT_NONE */
	struct waterfall waterfall;
	struct detail_pane detail;
	bool detail_focused, zoomed, detail_visible;
	struct buf title; /* the trace's name, which may come late */
};

static struct model *model_of(struct trace_view *t)
{
	return explorer_model(t->view.world->explorer);
}

static void point_detail(struct trace_view *t)
{
	uint32_t event = waterfall_cursor(&t->waterfall);

	if (event == EVENT_NONE)
		detail_pane_trace(&t->detail, t->trace);
	else
		detail_pane_event(&t->detail, event);
	if (event != EVENT_NONE && event != t->pointed)
		explorer_want_body(t->view.world->explorer, event);
	t->pointed = event;
}

static void name_self(struct trace_view *t)
{
	struct str name = strings_get(&model_events(model_of(t))->strings,
	                              model_trace(model_of(t), t->trace)->name);

	buf_clear(&t->title);
	buf_append(&t->title, name.n > 0 ? name : STR("Trace"));
	t->view.title = buf_text(&t->title);
}

static bool is_bookmarked(struct trace_view *t, uint32_t event)
{
	return event == EVENT_NONE
	               ? view_bookmarked(t->view.world, BOOKMARK_TRACE, t->trace) != NULL
	               : view_bookmarked(t->view.world, BOOKMARK_EVENT, event) != NULL;
}

/* Stars before what is bookmarked, a plus before what d marked; the cursor stands over them. */
static void draw_tree(struct trace_view *t, struct surface *s, struct area a)
{
	struct waterfall *w = &t->waterfall;

	waterfall_draw(w, model_of(t), s, a, true);
	for (int i = 1; i < a.rows && w->list.top + (uint64_t)i <= w->n_rows; i++) {
		uint64_t row = w->list.top + (uint64_t)i - 1;
		uint32_t event = waterfall_event(w, row);

		if (row == w->list.cursor)
			continue;
		if (is_bookmarked(t, event))
			surface_puts(s, a, i, 0, ROLE_MARKER, "*");
		else if (event != EVENT_NONE &&
		         marks_has(&t->view.world->marks, ROWS_GENERATIONS, event))
			surface_puts(s, a, i, 0, ROLE_MARKER, "+");
	}
}

/* What went wrong, and where there is room where money and time went. Gives what is left of the area. */
static struct area draw_verdict(struct trace_view *t, struct surface *s, struct area a)
{
	const struct insight *found = &t->waterfall.insight;
	struct buf verdict = {0}, facts = {0};
	int used = 0, room;

	insight_verdict(&verdict, model_events(model_of(t)), found);
	if (a.cols >= FACTS_COLS)
		insight_facts(&facts, model_of(t), t->trace, found);
	if (a.rows >= VERDICT_ROWS && verdict.n + facts.n > 0) {
		if (verdict.n > 0)
			used = 1 + surface_puts(s, a, 0, 1, ROLE_ERROR, "! ");
		view_put_clipped(s, a, 0, used, a.cols - used - 1, ROLE_WARNING, buf_str(&verdict));
		used += width_text(buf_str(&verdict)) + (verdict.n > 0 ? 2 : 1);
		room = a.cols - used - 1;
		if (width_text(buf_str(&facts)) <= room)
			surface_put(s, a, 0, used, room, ROLE_DIM, buf_str(&facts));
		a.row++;
		a.rows--;
	}
	buf_free(&verdict);
	buf_free(&facts);
	return a;
}

/* Measured once a screen: what comes is held against that. */
static void measure_slow(struct trace_view *t)
{
	struct slow *slow = view_slow(t->view.world);
	struct slice slice = {.until = time_monotonic() + SLOW_US};

	if (t->view.draw_again_us == VIEW_AT_ONCE)
		return;
	if (t->waterfall.slow == NULL)
		slow_begin(slow);
	t->waterfall.slow = slow;
	if (!slow_step(slow, &slice))
		t->view.draw_again_us = VIEW_AT_ONCE;
}

static void trace_draw(struct view *v, struct surface *s, struct area a)
{
	struct trace_view *t = (struct trace_view *)v;
	struct panes p;

	name_self(t);
	v->draw_again_us = waterfall_update(&t->waterfall, model_of(t), v->world->follow);
	measure_slow(t);
	a = draw_verdict(t, s, a);
	p = view_panes(s, a, 55, 60, t->zoomed, t->detail_focused);
	if (t->wanted != EVENT_NONE && waterfall_go(&t->waterfall, model_of(t), t->wanted))
		t->wanted = EVENT_NONE;
	waterfall_say(&t->waterfall, &v->world->message);
	t->detail_visible = p.second.rows > 0 && p.second.cols > 0;
	if (p.first.rows > 0)
		draw_tree(t, s, p.first);
	point_detail(t);
	if (t->detail_visible)
		detail_pane_draw(&t->detail, v->world->explorer, s, p.second, t->detail_focused);
	if (t->detail_visible && detail_pane_busy(&t->detail))
		v->draw_again_us = VIEW_AT_ONCE;
}

static void open_event(struct trace_view *t)
{
	uint32_t event = waterfall_cursor(&t->waterfall);

	if (event == EVENT_NONE)
		event = model_trace(model_of(t), t->trace)->explicit_event;
	if (event == EVENT_NONE)
		buf_puts(&t->view.world->message,
		         "this trace has no $ai_trace event of its own to open");
	else
		t->view.world->wish = (struct wish){WISH_EVENT, t->trace, event};
}

static bool act_on_detail(struct trace_view *t, enum action action)
{
	switch (action) {
	case ACTION_PREVIEW_DOWN:
	case ACTION_PREVIEW_UP:
	case ACTION_NEXT_TAB:
	case ACTION_PREVIOUS_TAB:
	case ACTION_WRAP:
		if (!view_has_pane(t->view.world, t->detail_visible, t->zoomed))
			return true;
		return detail_pane_act(&t->detail, view_scrolls(action), 0);
	default:
		return false;
	}
}

/* What was looked for and is not there. */
static bool say_none(struct trace_view *t, enum action action)
{
	const char *none = NULL;

	if (action == ACTION_NEXT_ERROR || action == ACTION_PREVIOUS_ERROR)
		none = "no error in this trace";
	if (action == ACTION_NEXT_SLOW || action == ACTION_PREVIOUS_SLOW)
		none = "nothing in this trace took longer than 95 % of its name";
	if (action == ACTION_DEAREST)
		none = "no call of this trace has a price";
	if (action == ACTION_NEXT_SAME_NAME || action == ACTION_PREVIOUS_SAME_NAME)
		none = "nothing else in this trace has this name";
	if (none != NULL)
		buf_puts(&t->view.world->message, none);
	return none != NULL;
}

static bool act_on_tree(struct trace_view *t, enum action action, int argument)
{
	if (view_act_on_tree(&t->view, &t->waterfall, action, argument))
		return true;
	if (action == ACTION_OPEN) {
		open_event(t);
		return true;
	}
	if (action == ACTION_LEFT) {
		t->view.world->wish.kind = WISH_CLOSE;
		return true;
	}
	return say_none(t, action);
}

static bool bookmark(struct trace_view *t, enum action action)
{
	uint32_t event = waterfall_cursor(&t->waterfall);

	if (event == EVENT_NONE)
		return view_bookmark(t->view.world, action, BOOKMARK_TRACE, t->trace);
	return view_bookmark(t->view.world, action, BOOKMARK_EVENT, event);
}

static bool trace_act(struct view *v, enum action action, int argument)
{
	struct trace_view *t = (struct trace_view *)v;

	switch (action) {
	case ACTION_NEXT_PANE:
	case ACTION_PREVIOUS_PANE:
		t->detail_focused = !t->detail_focused;
		return true;
	case ACTION_DIFF:
	case ACTION_DIFF_MARK:
		return view_diff(v->world, action, waterfall_cursor(&t->waterfall));
	case ACTION_REPLAY:
		return view_replay(v->world, waterfall_cursor(&t->waterfall));
	case ACTION_BOOKMARK:
	case ACTION_REMOVE:
		return bookmark(t, action);
	case ACTION_ZOOM:
		t->zoomed = !t->zoomed;
		return true;
	case ACTION_RELOAD:
		waterfall_update(&t->waterfall, model_of(t), true);
		explorer_want_trace(v->world->explorer, t->trace, true);
		return true;
	default:
		break;
	}
	if (act_on_detail(t, action))
		return true;
	if (t->detail_focused && t->detail_visible) {
		if (action == ACTION_OPEN && detail_pane_call(&t->detail) != EVENT_NONE) {
			v->world->wish = (struct wish){WISH_COST, t->trace,
			                               detail_pane_call(&t->detail)};
			return true;
		}
		if (detail_pane_act(&t->detail, action, argument))
			return true;
		if (action == ACTION_LEFT) {
			t->detail_focused = false;
			return true;
		}
	}
	return act_on_tree(t, action, argument);
}

static bool find_in_detail(struct trace_view *t, struct str needle, int direction)
{
	bool found = detail_pane_find(&t->detail, needle, direction);

	buf_append(&t->view.world->message, detail_pane_find_error(&t->detail));
	return found || t->view.world->message.n > 0;
}

static bool trace_find(struct view *v, struct str needle, int direction)
{
	struct trace_view *t = (struct trace_view *)v;

	if (t->detail_focused && t->detail_visible)
		return find_in_detail(t, needle, direction);
	return waterfall_find(&t->waterfall, model_of(t), needle, direction);
}

static void trace_head(struct view *v, struct buf *out)
{
	struct trace_view *t = (struct trace_view *)v;
	const struct trace *tr = model_trace(model_of(t), t->trace);
	const struct events *e = explorer_events(v->world->explorer);
	struct value cost = value_of_cost(&tr->totals);

	view_short_id(out, &e->ids, tr->id);
	if (tr->latency != EVENT_UNKNOWN) {
		buf_puts(out, "  ");
		format_seconds(out, tr->latency);
	}
	if (totals_has_calls(&tr->totals)) {
		buf_puts(out, "  ");
		format_value(out, &cost, 0, 0);
	}
	if (tr->totals.input_known + tr->totals.output_known > 0) {
		buf_puts(out, "  ");
		format_tokens(out, tr->totals.input + tr->totals.output);
		buf_puts(out, " tok");
	}
	if (tr->totals.errors > 0)
		buf_printf(out, "  %u err", tr->totals.errors);
}

/* Of the call that the cursor is on; while the critical path is shown, of that. */
static void insight_status(struct trace_view *t, struct buf *out)
{
	const struct waterfall *w = &t->waterfall;
	const struct events *events = model_events(model_of(t));
	uint32_t event = waterfall_cursor(w), call = INSIGHT_NONE;
	struct buf text = {0};

	if (w->shows_path && w->path_found) {
		buf_puts(out, "  ");
		insight_path_text(out, &w->path, w->tree.n);
		return;
	}
	if (event != EVENT_NONE)
		call = insight_call_of(&w->insight, events, event);
	if (call == INSIGHT_NONE)
		return;
	insight_failed_text(&text, events, &w->insight, call);
	buf_puts(&text, text.n > 0 ? "  " : "");
	insight_call_text(&text, events, &w->insight, call);
	if (text.n > 0)
		buf_printf(out, "  %s", buf_text(&text));
	buf_free(&text);
}

static void trace_status(struct view *v, struct buf *out)
{
	struct trace_view *t = (struct trace_view *)v;
	const struct trace *tr = model_trace(model_of(t), t->trace);
	uint32_t event;

	if (!v->world->follow)
		buf_puts(out, "frozen (F)  ");
	view_age(v->world, tr->opened, out);
	if (tr->bodies == BODIES_GONE)
		buf_puts(out, "over 30 days old: PostHog has no inputs and outputs  ");
	if (t->detail_focused) {
		buf_puts(out, "detail ");
		detail_pane_status(&t->detail, out);
	} else {
		buf_puts(out, "tree ");
		list_position(&t->waterfall.list, out);
		insight_status(t, out);
	}
	if (tr->totals.unpriced > 0)
		buf_printf(out, "  %u unpriced", tr->totals.unpriced);
	event = waterfall_cursor(&t->waterfall);
	if (event == EVENT_NONE)
		view_bookmark_status(v->world, BOOKMARK_TRACE, t->trace, out);
	else
		view_bookmark_status(v->world, BOOKMARK_EVENT, event, out);
	buf_printf(out, "  e error  $ dearest  Tab %s  Enter open",
	           t->detail_focused ? "tree" : "detail");
}

static void trace_command(struct view *v, struct buf *out)
{
	struct trace_view *t = (struct trace_view *)v;
	struct buf id = {0};

	ids_text(&explorer_events(v->world->explorer)->ids, model_trace(model_of(t), t->trace)->id,
	         &id);
	buf_puts(out, "tracehog tree ");
	view_quote_id(out, buf_str(&id));
	buf_free(&id);
}

static void trace_go(struct view *v, uint64_t number, bool percent)
{
	struct trace_view *t = (struct trace_view *)v;
	struct list *l = &t->waterfall.list;

	if (t->detail_focused && t->detail_visible) {
		detail_pane_go(&t->detail, number, percent);
		return;
	}
	list_go(l, view_place(number, percent, l->count));
	/* The waterfall keeps its cursor by event: a move that goes nowhere makes it look at the row. */
	waterfall_act(&t->waterfall, model_of(t), ACTION_NONE, 0);
}

static bool trace_copy(struct view *v, enum copy_what what, struct buf *out)
{
	struct trace_view *t = (struct trace_view *)v;
	uint32_t event = waterfall_cursor(&t->waterfall);

	if (t->detail_focused && t->detail_visible &&
	    view_copy_value(v->world, &t->detail, what, out))
		return true;
	if ((what == COPY_SMART || what == COPY_SHOWN) && t->detail_focused && t->detail_visible)
		return view_copied(v->world, detail_copy_tab(&t->detail, v->world->explorer, out),
		                   out);
	if (what == COPY_SMART && t->waterfall.shows_path && t->waterfall.path_found) {
		insight_path_lines(out, model_events(model_of(t)), &t->waterfall.tree,
		                   &t->waterfall.path);
		v->world->copied = "critical path";
		return out->n > 0;
	}
	if (event == EVENT_NONE)
		return view_copy_trace(v->world, t->trace, what, out);
	return view_copy_event(v->world, event, what, out);
}

static void trace_terms(struct view *v, struct terms *out)
{
	struct trace_view *t = (struct trace_view *)v;
	uint32_t event = waterfall_cursor(&t->waterfall);

	if (event != EVENT_NONE)
		terms_of_event(out, model_of(t), event);
	else
		terms_of_trace(out, model_of(t), t->trace);
}

static void trace_undo(struct view *v, const struct undo *step)
{
	struct trace_view *t = (struct trace_view *)v;

	waterfall_refold(&t->waterfall, model_of(t), buf_str(&step->text));
}

static void trace_free(struct view *v)
{
	struct trace_view *t = (struct trace_view *)v;

	undo_forget(&v->world->undos, v);
	buf_free(&t->title);
	waterfall_fini(&t->waterfall);
	detail_pane_fini(&t->detail);
	mem_free(t);
}

static const struct view_class trace_class = {
	.title = "Trace",
	.free = trace_free,
	.draw = trace_draw,
	.act = trace_act,
	.find = trace_find,
	.head = trace_head,
	.status = trace_status,
	.command = trace_command,
	.go = trace_go,
	.copy = trace_copy,
	.terms = trace_terms,
	.undo = trace_undo,
};

struct view *view_trace_new(struct world *w, uint32_t trace, uint32_t event)
{
	struct trace_view *t = mem_zero(1, sizeof(*t));

	t->view = (struct view){.class = &trace_class, .world = w, .title = "Trace"};
	t->trace = trace;
	t->wanted = event;
	waterfall_init(&t->waterfall, trace);
	detail_pane_init(&t->detail);
	return &t->view;
}
