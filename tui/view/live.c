/* Live: the traces that came last, oldest first, each as the waterfall it has grown to; new ones come in below.
 *
 * The cursor is on a trace or an event, not on a row: what slots in above it does not move it on the screen. While it stands
 * on the last row it stays on the last; away from it, what comes is counted. Nothing that is on the screen is dropped.
 *
 * Lines of a program's standard error (of `tracehog run`) stand dim after the traces that had begun before them. */
#include "view/live.h"
#include "base/mem.h"
#include "base/time.h"
#include "base/utf8.h"
#include "draw/format.h"

#define TIME_COLUMNS  9                  /* "22:14:01 " */
#define RATE_SPAN     (60 * TIME_SECOND) /* rates are of the last minute */
#define RATE_EVENTS   20000              /* looked at for them, at most */
#define RATE_COLS     7                  /* of a cost */
#define REFRESH_SHARE 10                 /* one part in ten of the time may go into trees */

static void rebuild(struct live_view *l, bool follow)
{
	int64_t before = time_monotonic(), now;

	live_rebuild(l, follow);
	now = time_monotonic();
	if (follow) {
		l->version = model_version(live_model(l));
		l->n_logs = model_events(live_model(l))->n_logs;
	}
	l->refresh_after = before + (now - before) * REFRESH_SHARE;
}

/* Frozen (F, a breakpoint): what is shown stays while the journal goes on. */
static void refresh(struct live_view *l)
{
	bool changed = l->version != model_version(live_model(l)) ||
	               l->n_logs != model_events(live_model(l))->n_logs;
	bool follow = l->version == 0 || (l->view.world->follow && l->stood == EVENT_NONE);
	int64_t now = time_monotonic();

	l->view.draw_again_us = 0;
	if (l->unfinished == 0 && (!changed || !follow))
		return;
	if (l->unfinished != VIEW_AT_ONCE && now < l->refresh_after) {
		l->view.draw_again_us = l->refresh_after - now;
		return;
	}
	rebuild(l, follow);
	l->view.draw_again_us = l->unfinished;
}

/* ---- finding ------------------------------------------------------------------------------------------------------- */

static bool is_error(struct live_view *l, struct live_place p)
{
	return p.event != EVENT_NONE &&
	       (events_get(model_events(live_model(l)), p.event)->flags & EVENT_ERROR);
}

static bool holds_needle(struct live_view *l, struct live_place p)
{
	const struct events *e = model_events(live_model(l));
	struct buf label = {0};
	size_t matched;
	bool holds;

	if (p.log != LIVE_NO_LOG)
		events_log_text(e, p.log, &label);
	else if (p.event != EVENT_NONE)
		waterfall_label(e, p.event, &label);
	else
		buf_append(&label,
		           strings_get(&e->strings, model_trace(live_model(l), p.trace)->name));
	holds = utf8_find(buf_str(&label), buf_str(&l->needle), 0, &matched) != SIZE_MAX;
	buf_free(&label);
	return holds;
}

static bool is_wanted(void *ctx, uint64_t row)
{
	struct live_view *l = ctx;
	struct live_place p;

	if (row >= l->list.count)
		return false;
	p = live_place_at(l, row);
	return l->needle.n > 0 ? holds_needle(l, p) : is_error(l, p);
}

static enum search_state look(struct live_view *l)
{
	enum search_state state = search_more(&l->search, SEARCH_SLICE, is_wanted, l);
	const char *wrapped = search_wrapped(&l->search);

	if (state == SEARCH_FOUND)
		list_go(&l->list, l->search.at);
	if (state == SEARCH_FOUND && wrapped != NULL)
		buf_puts(&l->view.world->message, wrapped);
	return state;
}

static enum search_state find(struct live_view *l, struct str needle, int direction)
{
	buf_clear(&l->needle);
	buf_append(&l->needle, needle);
	search_begin(&l->search, l->list.cursor, l->list.count, direction);
	return look(l);
}

static void say_none(struct live_view *l)
{
	if (l->needle.n > 0)
		buf_printf(&l->view.world->message, "not found: %s", buf_text(&l->needle));
	else
		buf_puts(&l->view.world->message, "no error here");
}

static bool live_find(struct view *v, struct str needle, int direction)
{
	return needle.n > 0 && find((struct live_view *)v, needle, direction) != SEARCH_NONE;
}

static void find_more(struct live_view *l)
{
	if (search_goes_on(&l->search) && look(l) == SEARCH_NONE)
		say_none(l);
	if (search_goes_on(&l->search))
		l->view.draw_again_us = VIEW_AT_ONCE;
}

/* Whether any went on. */
static bool cancel_searches(struct live_view *l)
{
	bool any = search_cancel(&l->search);

	for (uint32_t i = 0; i < l->n_blocks; i++)
		any |= search_cancel(&l->blocks[i].waterfall.sought.search);
	return any;
}

/* ---- drawing ------------------------------------------------------------------------------------------------------- */

static int64_t time_of(struct live_view *l, struct live_place p)
{
	struct model *m = live_model(l);

	if (p.log != LIVE_NO_LOG)
		return model_events(m)->logs[p.log].time;
	if (p.trace == MODEL_NONE)
		return TIME_NONE;
	return p.event == EVENT_NONE ? model_trace(m, p.trace)->start
	                             : events_start(model_events(m), p.event);
}

static void draw_times(struct live_view *l, struct surface *s, struct area a)
{
	struct buf text = {0};

	for (int row = 0; row < a.rows && l->list.top + (uint64_t)row < l->list.count; row++) {
		buf_clear(&text);
		time_append_clock(&text, time_of(l, live_place_at(l, l->list.top + (uint64_t)row)));
		surface_put(s, a, row, 1, TIME_COLUMNS - 1, ROLE_TIME, buf_str(&text));
	}
	buf_free(&text);
}

static void draw_logs(struct live_view *l, struct surface *s, struct area a, uint32_t log)
{
	struct buf text = {0};

	for (int row = 0; row < a.rows; row++) {
		buf_clear(&text);
		buf_puts(&text, "| ");
		events_log_text(model_events(live_model(l)), log + (uint32_t)row, &text);
		surface_put(s, a, row, 1, a.cols - 2, ROLE_DIM, buf_str(&text));
	}
	buf_free(&text);
}

static void draw_blocks(struct live_view *l, struct surface *s, struct area a)
{
	uint64_t row = l->list.top, end = row + (uint64_t)a.rows;

	while (row < end && row < l->list.count) {
		const struct live_block *b = live_block_at(l, row);
		uint64_t block_end = b->first + live_block_rows(b);
		struct area part = {a.row + (int)(row - l->list.top), a.col + TIME_COLUMNS, 0,
		                    a.cols - TIME_COLUMNS};

		part.rows = (int)((block_end < end ? block_end : end) - row);
		if (b->logs > 0)
			draw_logs(l, s, part, b->log + (uint32_t)(row - b->first));
		else
			waterfall_draw_rows(&b->waterfall, live_model(l), s, part, row - b->first);
		row = block_end;
	}
}

static void draw_cursor(struct live_view *l, struct surface *s, struct area a)
{
	int row = (int)(l->list.cursor - l->list.top);

	surface_puts(s, a, row, 0, ROLE_MARKER, ">");
	surface_paint(s, a, row, 0, a.cols - 1, ROLE_CURSOR);
}

static void draw_list(struct live_view *l, struct surface *s, struct area a)
{
	struct area title = {a.row, a.col + TIME_COLUMNS, 1, a.cols - TIME_COLUMNS};
	struct area body = {a.row + 1, a.col, a.rows - 1, a.cols};

	surface_fill(s, a, 0, 0, a.cols, ROLE_COLUMN, ' ');
	surface_puts(s, a, 0, 1, ROLE_COLUMN, "TIME");
	waterfall_draw_titles(s, title);
	if (body.rows < 1)
		return;
	list_set(&l->list, l->list.count, body.rows);
	if (l->list.count == 0) {
		surface_puts(s, body, 1, 3, ROLE_DIM,
		             l->filter.filtered == NULL
		                     ? "nothing has come yet"
		                     : "no traces pass the filter: f changes it, u takes it back");
		return;
	}
	draw_times(l, s, body);
	draw_blocks(l, s, body);
	draw_cursor(l, s, body);
	surface_scrollbar(s, body, body.cols - 1, l->list.top, l->list.count);
}

/* Lines of a log may stand here before the first event. */
static bool is_empty(const struct live_view *l)
{
	return l->list.count == 0 && view_is_waiting(l->view.world);
}

static void live_draw(struct view *v, struct surface *s, struct area a)
{
	struct live_view *l = (struct live_view *)v;
	struct live_place on;
	struct panes p;

	live_break_follow(l);
	refresh(l);
	live_filter_follow(l);
	if (live_filter_step(l))
		live_refilter(l);
	for (uint32_t i = 0; i < l->n_blocks; i++)
		waterfall_say(&l->blocks[i].waterfall, &v->world->message);
	/* One slice a draw: the trees' comes first. */
	if (v->draw_again_us != VIEW_AT_ONCE)
		find_more(l);
	if (is_empty(l)) {
		l->detail_visible = false;
		view_welcome_draw(s, a, v->world->intake);
		return;
	}
	p = view_panes(s, a, 62, 60, l->zoomed, l->detail_focused);
	l->detail_visible = p.second.rows > 0 && p.second.cols > 0;
	if (l->detail_visible)
		p.second = live_break_draw(l, s, p.second, true);
	else
		p.first = live_break_draw(l, s, p.first, false);
	if (p.first.rows > 0)
		draw_list(l, s, p.first);
	on = live_place_at(l, l->list.cursor);
	if (l->list.count == 0)
		on.event = l->stood;
	if (!l->detail_visible || (on.trace == MODEL_NONE && on.event == EVENT_NONE))
		return;
	if (on.event == EVENT_NONE)
		detail_pane_trace(&l->detail, on.trace);
	else
		detail_pane_event(&l->detail, on.event);
	detail_pane_draw(&l->detail, v->world->explorer, s, p.second, l->detail_focused);
}

/* ---- acting -------------------------------------------------------------------------------------------------------- */

/* After an action on its tree: the cursor is where it is there. */
static void show_block(struct live_view *l, struct live_block *b)
{
	struct live_place on = {b->waterfall.trace, waterfall_cursor(&b->waterfall), LIVE_NO_LOG};

	if (b->waterfall.build != NULL || search_goes_on(&b->waterfall.sought.search))
		l->unfinished = VIEW_AT_ONCE;
	l->list.count = live_number_rows(l);
	list_go(&l->list, live_row_of(l, on));
}

/* Folds and moves inside one trace belong to the block: it is told where the cursor is, and says where it is afterwards. */
static bool act_on_block(struct live_view *l, enum action action, int argument)
{
	struct live_block *b = live_block_at(l, l->list.cursor);
	struct live_place on = live_place_at(l, l->list.cursor);
	bool done;

	if (b == NULL || b->logs > 0 || on.trace == MODEL_NONE ||
	    !waterfall_go(&b->waterfall, live_model(l), on.event))
		return false;
	done = view_act_on_tree(&l->view, &b->waterfall, action, argument);
	show_block(l, b);
	return done;
}

static void live_undo(struct view *v, const struct undo *step)
{
	struct live_view *l = (struct live_view *)v;

	for (uint32_t i = 0; i < l->n_blocks; i++)
		if (l->blocks[i].logs == 0 &&
		    waterfall_refold(&l->blocks[i].waterfall, live_model(l), buf_str(&step->text)))
			show_block(l, &l->blocks[i]);
}
static void open_row(struct live_view *l)
{
	struct live_place on = live_place_at(l, l->list.cursor);

	if (on.trace != MODEL_NONE)
		l->view.world->wish = (struct wish){WISH_TRACE, on.trace, on.event};
}

static bool act_on_detail(struct live_view *l, enum action action)
{
	switch (action) {
	case ACTION_PREVIEW_DOWN:
	case ACTION_PREVIEW_UP:
	case ACTION_NEXT_TAB:
	case ACTION_PREVIOUS_TAB:
	case ACTION_WRAP:
		if (!view_has_pane(l->view.world, l->detail_visible, l->zoomed))
			return true;
		return detail_pane_act(&l->detail, view_scrolls(action), 0);
	default:
		return l->detail_focused && l->detail_visible &&
		       detail_pane_act(&l->detail, action, 0);
	}
}

static bool act_on_rows(struct live_view *l, enum action action, int argument)
{
	switch (action) {
	case ACTION_OPEN:
		open_row(l);
		return true;
	case ACTION_NEXT_ERROR:
	case ACTION_PREVIOUS_ERROR:
		if (find(l, STR_EMPTY, action == ACTION_NEXT_ERROR ? 1 : -1) == SEARCH_NONE)
			say_none(l);
		return true;
	case ACTION_DEAREST:
	case ACTION_NEXT_SAME_NAME:
	case ACTION_PREVIOUS_SAME_NAME:
	case ACTION_FOLD_TOGGLE:
	case ACTION_FOLD_NONE:
	case ACTION_FOLD_ALL:
	case ACTION_FOLD_LEVEL:
		return act_on_block(l, action, argument);
	default:
		if (!list_act(&l->list, action))
			return false;
		if (l->list.cursor + 1 >= l->list.count)
			l->waiting = 0;
		return true;
	}
}

static bool bookmark(struct live_view *l, enum action action)
{
	struct live_place on = live_place_at(l, l->list.cursor);

	if (on.event == EVENT_NONE)
		return view_bookmark(l->view.world, action, BOOKMARK_TRACE, on.trace);
	return view_bookmark(l->view.world, action, BOOKMARK_EVENT, on.event);
}

static bool live_act(struct view *v, enum action action, int argument)
{
	struct live_view *l = (struct live_view *)v;

	if (cancel_searches(l) && action == ACTION_CANCEL)
		return true;
	switch (action) {
	case ACTION_NEXT_PANE:
	case ACTION_PREVIOUS_PANE:
		l->detail_focused = !l->detail_focused;
		return true;
	case ACTION_ZOOM:
		l->zoomed = !l->zoomed;
		return true;
	case ACTION_RELOAD:
		rebuild(l, true);
		return true;
	case ACTION_BOOKMARK:
	case ACTION_REMOVE:
		return bookmark(l, action);
	case ACTION_DIFF:
	case ACTION_DIFF_MARK:
		return view_diff(l->view.world, action, live_place_at(l, l->list.cursor).event);
	default:
		return live_break_act(l, action) || act_on_detail(l, action) ||
		       act_on_rows(l, action, argument);
	}
}

/* ---- head, status -------------------------------------------------------------------------------------------------- */

static uint32_t by_arrival(uint32_t rank, struct explorer_counts early, struct explorer_counts late)
{
	uint32_t older = late.events - early.events;

	if (rank >= late.events)
		return rank;
	return rank >= older ? rank - older : rank + early.events;
}

static void add_call(struct totals *t, const struct event *e)
{
	struct value cost = value_of_event_cost(e);

	t->unpriced += cost.partial;
	if (cost.type == VALUE_UNKNOWN)
		return;
	t->estimated += cost.estimate;
	t->reported += !cost.estimate;
	t->cost_reported += cost.number;
}

/* Events and money of the last minute, by their own timestamps. */
static void append_rates(struct live_view *l, struct buf *out)
{
	const struct events *e = model_events(live_model(l));
	int64_t since = l->view.world->now - RATE_SPAN;
	uint32_t events = 0, looked = 0;
	struct explorer_counts early, late;
	struct totals sum = {0};
	struct value cost;

	explorer_arrival(l->view.world->explorer, &early, &late);
	for (uint32_t rank = e->n; rank-- > 0 && looked < RATE_EVENTS; looked++) {
		uint32_t at = by_arrival(rank, early, late);
		const struct event *r = events_get(e, at);
		if (r->time == TIME_NONE || r->time < since || model_superseded(live_model(l), at))
			continue;
		events++;
		if (event_kind(r) <= EVENT_EMBEDDING)
			add_call(&sum, r);
	}
	format_count(out, events);
	buf_puts(out, " ev/min  ");
	cost = value_of_cost(&sum);
	if (totals_has_calls(&sum))
		format_value(out, &cost, RATE_COLS, 0);
	else
		format_money(out, 0);
	buf_puts(out, "/min");
}

static const char *mode(const struct live_view *l)
{
	if (l->stood != EVENT_NONE)
		return "BREAK";
	return l->view.world->follow ? "FOLLOW" : "FROZEN";
}

static void live_head(struct view *v, struct buf *out)
{
	struct live_view *l = (struct live_view *)v;
	const struct totals *t = model_totals(live_model(l));
	bool asks = v->world->filter.n > 0 || v->world->breaks != NULL;

	/* What comes first is left out first where there is no room. */
	if (!asks)
		buf_printf(out, "%s  ", mode(l));
	append_rates(l, out);
	if (t->running > 0)
		buf_printf(out, "  %u running", t->running);
	if (asks)
		buf_printf(out, "  %s  ", mode(l));
	live_filter_head(l, out);
	live_break_head(l, out);
}

static void live_status(struct view *v, struct buf *out)
{
	struct live_view *l = (struct live_view *)v;

	search_status(&l->search, out);
	if (!live_break_status(l, out) && l->waiting > 0)
		buf_printf(out, "+%llu new (G)  ", (unsigned long long)l->waiting);
	if (!v->world->follow)
		buf_puts(out, "frozen (F)  ");
	list_position(&l->list, out);
	buf_puts(out, "  e error  Tab detail  Enter open");
}

static void live_command(struct view *v, struct buf *out)
{
	/* tail judges events, which are others than those of the traces that pass. */
	if (v->world->filter.n == 0)
		buf_puts(out, "tracehog tail");
}

static void live_go(struct view *v, uint64_t number, bool percent)
{
	struct live_view *l = (struct live_view *)v;

	list_go(&l->list, view_place(number, percent, l->list.count));
	if (l->list.cursor + 1 >= l->list.count)
		l->waiting = 0;
}

static bool live_copy(struct view *v, enum copy_what what, struct buf *out)
{
	struct live_view *l = (struct live_view *)v;
	struct live_place on = live_place_at(l, l->list.cursor);

	if (is_empty(l))
		return view_welcome_copy(v->world, what, out);
	if (on.log != LIVE_NO_LOG) {
		if (what == COPY_SMART)
			events_log_text(model_events(live_model(l)), on.log, out);
		return out->n > 0;
	}
	if (on.trace == MODEL_NONE)
		return false;
	if ((what == COPY_SMART || what == COPY_SHOWN) && l->detail_focused && l->detail_visible)
		return view_copied(v->world, detail_copy_tab(&l->detail, v->world->explorer, out),
		                   out);
	if (on.event == EVENT_NONE)
		return view_copy_trace(v->world, on.trace, what, out);
	return view_copy_event(v->world, on.event, what, out);
}

static void live_terms(struct view *v, struct terms *out)
{
	struct live_view *l = (struct live_view *)v;
	struct live_place on = live_place_at(l, l->list.cursor);

	if (on.trace != MODEL_NONE && on.event != EVENT_NONE)
		terms_of_event(out, live_model(l), on.event);
	else if (on.trace != MODEL_NONE)
		terms_of_trace(out, live_model(l), on.trace);
}

static void live_free(struct view *v)
{
	struct live_view *l = (struct live_view *)v;

	undo_forget(&v->world->undos, v);
	live_rows_free(l);
	view_filter_free(&l->filter);
	buf_free(&l->refused);
	buf_free(&l->needle);
	detail_pane_fini(&l->detail);
	mem_free(l);
}

static const struct view_class live_class = {
	.title = "Live",
	.free = live_free,
	.draw = live_draw,
	.act = live_act,
	.find = live_find,
	.head = live_head,
	.status = live_status,
	.command = live_command,
	.go = live_go,
	.copy = live_copy,
	.terms = live_terms,
	.passed = live_passed,
	.undo = live_undo,
};

struct view *view_live_new(struct world *w)
{
	struct live_view *l = mem_zero(1, sizeof(*l));

	l->view = (struct view){.class = &live_class, .world = w, .title = "Live"};
	l->stood = EVENT_NONE;
	detail_pane_init(&l->detail);
	return &l->view;
}
