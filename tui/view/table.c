/* Lists: traces, sessions, generations, users, models. One screen for all kinds, made from the columns of query/rows.h.
 *
 * Invariants: the cursor is on a thing (a trace, a session, an event, a user, a model pair), never on a row number: when rows
 * are built again it stays where it is on the screen. While it stands on the newest row of a list that shows the newest first,
 * it stays on the newest. Rows are built in slices, a draw each, and those from before stay until the new ones are there; again
 * at most a tenth of the time: so that a key answers while a gigabyte loads.
 * What the pane beside the list shows is left to table_pane.c. */
#include "view/table.h"

#include "draw/width.h"
#include "query/errors.h"
#include "query/memberships.h"

#define BUILD_SHARE     10    /* one part in ten of the time may go into building rows */
#define BUILD_AGAIN_MIN 50000 /* microseconds */
#define BUILD_SLICE     4000  /* microseconds that a draw may take for it */
#define WIDE            150   /* columns from which the list takes the larger part */

uint32_t table_id_at(const struct table *t, uint64_t row)
{
	const struct rows *r = &t->rows;

	if (row >= r->n)
		return MODEL_NONE;
	return r->groups != NULL ? r->groups[r->at[row]].key : r->at[row];
}

uint32_t table_current(const struct table *t)
{
	return table_id_at(t, t->list.cursor);
}

/* Looked for from where the cursor is: rows seldom go far. */
uint64_t table_row_of(const struct table *t, uint32_t id)
{
	uint64_t n = t->rows.n, from = t->list.cursor < n ? t->list.cursor : n;

	for (uint64_t away = 0; from + away < n || away < from; away++) {
		if (from + away < n && table_id_at(t, from + away) == id)
			return from + away;
		if (away < from && table_id_at(t, from - away - 1) == id)
			return from - away - 1;
	}
	return UINT64_MAX;
}

static bool newest_first(const struct table *t)
{
	return !t->query.ascending && t->rows.groups == NULL &&
	       table_sorted_by(t) == rows_own_column(t->query.kind);
}

/* While a file is loaded whose end came first, all that comes is older. */
static bool is_older_coming(const struct table *t)
{
	struct explorer_counts early, late;

	explorer_arrival(t->view.world->explorer, &early, &late);
	return late.events > 0 && late.events == explorer_events(t->view.world->explorer)->n;
}

/* The cursor back on what it was on; rows that came above it push nothing on the screen. */
static void keep_cursor(struct table *t, uint32_t id, bool at_newest)
{
	uint64_t row;

	t->list.count = t->rows.n;
	if (at_newest || id == MODEL_NONE) {
		list_set(&t->list, t->rows.n, t->list.height);
		return;
	}
	row = t->rows.watched_id != id        ? table_row_of(t, id)
	      : t->rows.watched != UINT32_MAX ? t->rows.watched
	                                      : UINT64_MAX;
	if (row != UINT64_MAX) {
		if (newest_first(t) && row > t->list.cursor && !is_older_coming(t))
			t->waiting += row - t->list.cursor;
		list_place(&t->list, row);
	}
	list_set(&t->list, t->rows.n, t->list.height);
}

static void sum_rows(struct table *t)
{
	struct model *m = explorer_model(t->view.world->explorer);
	const struct query *q = &t->query;

	t->sum = (struct totals){0};
	if (q->since != TIME_NONE || q->until != TIME_NONE || q->filter != NULL)
		totals_add(&t->sum, &t->rows.sum);
	else if (q->session != MODEL_NONE)
		totals_add(&t->sum, &model_session(m, q->session)->totals);
	else if (q->kind == ROWS_TRACES)
		totals_add(&t->sum, model_totals(m));
}

static void take_next(struct table *t)
{
	uint32_t id = table_current(t);
	bool at_newest = newest_first(t) && t->list.cursor == 0 && t->view.world->follow;
	struct rows before = t->rows;

	rows_take(t->next, &t->rows);
	t->next = NULL;
	rows_free(&before);
	sum_rows(t);
	keep_cursor(t, id, at_newest && !t->turned);
	if (t->list.cursor == 0 || t->turned)
		t->waiting = 0;
	t->asked = t->turned = false;
	/* Facts of a group are of the range and the filter; PostHog may speak of a user later. */
	if (t->rows.groups != NULL && t->rows.n > 0)
		t->pane.waiting = true;
	t->built = time_monotonic();
	t->build_after = t->built + t->spent * BUILD_SHARE;
	if (t->build_after < t->built + BUILD_AGAIN_MIN)
		t->build_after = t->built + BUILD_AGAIN_MIN;
}

/* Grows as properties are read that rows are chosen or sorted by. */
static uint32_t table_known(const struct table *t)
{
	const struct property *sort = t->query.sort != NULL ? column_property(t->query.sort) : NULL;
	uint32_t known = sort != NULL ? property_known(sort) : 0;

	if (t->query.kind == ROWS_GROUPS || t->query.group != 0)
		known += property_known(memberships_property(t->query.memberships));
	if (t->query.errors != NULL)
		known += errors_known(t->query.errors);
	return known;
}

/* A slice of it, so that no key waits for a list. */
static void build_on(struct table *t)
{
	struct model *m = explorer_model(t->view.world->explorer);
	int64_t before = time_monotonic();
	bool done;

	if (t->next == NULL) {
		t->next = rows_start(m, &t->query, table_filter_begin(t));
		rows_on_workers(t->next, explorer_loop(t->view.world->explorer), table_changed, t);
		t->version = model_version(m);
		t->known = table_known(t);
		t->spent = 0;
	}
	rows_watch(t->next, table_current(t));
	done = rows_step(t->next, before + t->slice);
	t->spent += time_monotonic() - before;
	if (done)
		take_next(t);
	else
		t->view.draw_again_us = rows_waits(t->next) ? VIEW_LOOK : VIEW_AT_ONCE;
}

void table_changed(void *table)
{
	const struct world *w = ((const struct table *)table)->view.world;

	if (w->redraw != NULL)
		w->redraw(w->redraw_ctx);
}

/* The rows are built anew; until then those that are there stay. */
void table_ask(struct table *t)
{
	rows_drop(t->next);
	t->next = NULL;
	t->asked = true;
}

static void follow_range(struct table *t)
{
	const struct world *w = t->view.world;

	if (t->query.since == w->since && t->query.until == w->until)
		return;
	t->query.since = w->since;
	t->query.until = w->until;
	table_ask(t);
}

/* Of a list that comes page by page: the row that is a screen below the cursor is wanted. */
static void want_rows(struct table *t)
{
	uint64_t row = t->list.cursor + 2 * (uint64_t)t->list.height;
	struct model *m = explorer_model(t->view.world->explorer);
	int64_t time = TIME_NONE;

	/* Until the rows are those that came nobody knows how many there are. */
	if (t->query.session != MODEL_NONE || !newest_first(t) || t->view.draw_again_us != 0)
		return;
	/* Where PostHog was not told of whom they are a page may have none. */
	if (table_is_of_events(t) && table_is_narrowed(t) && t->within == NULL)
		return;
	if (row < t->rows.n && table_is_of_events(t))
		time = events_get(explorer_events(t->view.world->explorer), t->rows.at[row])->time;
	if (row < t->rows.n && t->query.kind == ROWS_TRACES)
		time = model_trace(m, t->rows.at[row])->first_time;
	if (row < t->rows.n && t->query.kind == ROWS_SESSIONS)
		time = model_session(m, t->rows.at[row])->last_time;
	explorer_want_rows(t->view.world->explorer, t->query.kind, time);
}

/* Frozen rows (F) are left as they are. */
static void refresh(struct table *t)
{
	struct world *w = t->view.world;
	int64_t now = time_monotonic();

	t->view.draw_again_us = 0;
	follow_range(t);
	table_filter_follow(t);
	table_figures_follow(t);
	if (!w->follow && t->built != 0 && !t->asked && t->filter_settled)
		return;
	if (!table_filter_step(t))
		return;
	if (t->built == 0 || t->asked) {
		build_on(t);
		return;
	}
	if (!table_filter_changed(t) &&
	    (!w->follow ||
	     (t->next == NULL && t->version == model_version(explorer_model(w->explorer)) &&
	      t->known == table_known(t))))
		return;
	/* What comes into an empty list is waited for. */
	if (t->next != NULL || now >= t->build_after || t->rows.n == 0)
		build_on(t);
	else if (t->view.draw_again_us == 0)
		t->view.draw_again_us = t->build_after - now;
}

bool table_is_of_events(const struct table *t)
{
	return t->query.kind == ROWS_GENERATIONS || t->query.kind == ROWS_SPANS;
}

bool table_counting(const struct table *t, unsigned *percent)
{
	if (t->built != 0 && !t->asked)
		return false;
	*percent = t->next != NULL ? rows_percent(t->next) : 0;
	return true;
}

static void draw_menu(struct table *t, struct surface *s, struct area a)
{
	switch (t->menu) {
	case TABLE_SORT:
		table_sort_menu_draw(t, s, a);
		break;
	case TABLE_CHOOSE:
		table_choose_draw(t, s, a);
		break;
	case TABLE_FREQUENCY:
		table_frequency_draw(t, s, a);
		break;
	case TABLE_NO_MENU:
		break;
	}
}

static void table_draw(struct view *v, struct surface *s, struct area a)
{
	struct table *t = (struct table *)v;
	struct panes p;

	table_columns_update(t);
	t->cols = a.cols;
	/* Rows stay while their values are counted. */
	if (table_frequency_more(t))
		t->view.draw_again_us = VIEW_AT_ONCE;
	else
		refresh(t);
	/* One slice a draw: the list's comes first. */
	if (t->view.draw_again_us != VIEW_AT_ONCE && table_find_more(t))
		t->view.draw_again_us = VIEW_AT_ONCE;
	want_rows(t);
	if (view_is_waiting(v->world) && t->menu == TABLE_NO_MENU) {
		t->pane_visible = false;
		view_welcome_draw(s, a, v->world->intake);
		return;
	}
	p = view_panes(s, a, 62, a.cols < WIDE ? 55 : 60, t->zoomed, t->pane_focused);
	t->pane_visible = p.second.rows > 0 && p.second.cols > 0;
	if (p.first.rows > 0)
		table_draw_list(t, s, p.first);
	if (t->pane_visible)
		table_pane_draw(t, s, p.second, p.side_by_side);
	draw_menu(t, s, p.first.rows > 0 ? p.first : a);
	if (t->pane.waiting && t->pane_visible && t->view.draw_again_us == 0)
		t->view.draw_again_us = BUILD_AGAIN_MIN;
}

/* ---- acting -------------------------------------------------------------------------------------------------------- */

/* right: by a key that goes to the right, which leads from a session to its traces. */
static void open_row(struct table *t, bool right)
{
	static const enum wish_kind wishes[ROWS_KINDS] = {
		[ROWS_TRACES] = WISH_TRACE,      [ROWS_SESSIONS] = WISH_SESSION,
		[ROWS_GENERATIONS] = WISH_TRACE, [ROWS_SPANS] = WISH_TRACE,
		[ROWS_USERS] = WISH_USER,        [ROWS_MODELS] = WISH_MODEL,
		[ROWS_TOOLS] = WISH_TOOL,        [ROWS_GROUPS] = WISH_GROUP,
		[ROWS_ERRORS] = WISH_ERROR,
	};
	struct world *w = t->view.world;
	uint32_t id = table_current(t);

	if (id == MODEL_NONE)
		return;
	w->wish = (struct wish){wishes[t->query.kind], id, EVENT_NONE};
	if (right && t->query.kind == ROWS_SESSIONS)
		w->wish.kind = WISH_TURNS;
	if (!table_is_of_events(t))
		return;
	w->wish.number = model_trace_of(explorer_model(w->explorer), id);
	w->wish.event = id;
	if (w->wish.number == MODEL_NONE)
		w->wish.kind = WISH_EVENT;
}

static bool diff(struct table *t, enum action action)
{
	if (table_is_of_events(t))
		return view_diff(t->view.world, action, table_current(t));
	if (t->query.kind == ROWS_TRACES && action == ACTION_DIFF_MARK)
		return view_compare(t->view.world, table_current(t));
	buf_printf(&t->view.world->message, "%s compares two generations%s",
	           action == ACTION_DIFF ? "D" : "d",
	           t->query.kind == ROWS_TRACES ? "; d two traces"
	                                        : ": mark them in 3, or in a tree");
	return true;
}

static bool act_on_list(struct table *t, enum action action)
{
	if (t->pane_focused && t->pane_visible && table_pane_act(t, action))
		return true;
	if (list_act(&t->list, action)) {
		if (action == ACTION_FIRST || t->list.cursor == 0)
			t->waiting = 0;
		return true;
	}
	if (action == ACTION_NEXT_TAB || action == ACTION_PREVIOUS_TAB) {
		if (!table_is_of_events(t))
			return false;
	} else if (action != ACTION_PREVIEW_DOWN && action != ACTION_PREVIEW_UP) {
		return false;
	}
	/* The pane is scrolled while the list has the focus. */
	return !view_has_pane(t->view.world, t->pane_visible, t->zoomed) ||
	       table_pane_act(t, view_scrolls(action));
}

/* Again, and for lists of events all of them. */
static void fetch(struct table *t)
{
	const struct world *w = t->view.world;

	if (t->query.kind == ROWS_TRACES || t->query.kind == ROWS_SESSIONS)
		explorer_set_window(w->explorer, w->since, w->until);
	else
		explorer_want_events(w->explorer);
}

static bool act_in_menu(struct table *t, enum action action)
{
	switch (t->menu) {
	case TABLE_SORT:
		return table_sort_menu_act(t, action);
	case TABLE_CHOOSE:
		return table_choose_act(t, action);
	case TABLE_FREQUENCY:
		return table_frequency_act(t, action);
	case TABLE_NO_MENU:
		break;
	}
	return false;
}

/* A key that means nothing in a menu closes it and does what it does without one: false. What opened the menu, or closes
 * things, only closes it. */
static bool menu_act(struct table *t, enum action action)
{
	static const enum action opens[] = {[TABLE_SORT] = ACTION_SORT,
	                                    [TABLE_CHOOSE] = ACTION_COLUMNS,
	                                    [TABLE_FREQUENCY] = ACTION_FREQUENCY};
	bool only_closes = action == opens[t->menu] || action == ACTION_CANCEL ||
	                   action == ACTION_CLOSE || action == ACTION_LEFT;

	if (act_in_menu(t, action))
		return true;
	table_frequency_close(t);
	t->menu = TABLE_NO_MENU;
	return only_closes;
}

static bool act_on_columns(struct table *t, enum action action)
{
	if (action == ACTION_COLUMNS)
		table_choose_open(t);
	else if (action == ACTION_FREQUENCY)
		table_frequency_open(t);
	else
		return false;
	return true;
}

static bool table_act(struct view *v, enum action action, int argument)
{
	struct table *t = (struct table *)v;

	if (search_cancel(&t->search) && action == ACTION_CANCEL)
		return true;
	if (t->menu != TABLE_NO_MENU && menu_act(t, action))
		return true;
	switch (action) {
	case ACTION_OPEN:
		open_row(t, argument == 'l');
		return true;
	case ACTION_DIFF:
	case ACTION_DIFF_MARK:
		return diff(t, action);
	case ACTION_REPLAY:
		return view_replay(t->view.world,
		                   table_is_of_events(t) ? table_current(t) : EVENT_NONE);
	case ACTION_NEXT_PANE:
	case ACTION_PREVIOUS_PANE:
		t->pane_focused = !t->pane_focused;
		return true;
	case ACTION_ZOOM:
		t->zoomed = !t->zoomed;
		return true;
	case ACTION_TOGGLE:
		return table_toggle(t);
	case ACTION_RELOAD:
		fetch(t);
		table_filter_renew(t);
		table_ask(t);
		return true;
	default:
		if (table_mark_act(t, action) || act_on_list(t, action) || table_jump(t, action))
			return true;
		return act_on_columns(t, action) || table_sort_act(t, action);
	}
}

/* ---- the class ---------------------------------------------------------------------------------------------------- */

static void table_go(struct view *v, uint64_t number, bool percent)
{
	struct table *t = (struct table *)v;

	list_go(&t->list, view_place(number, percent, t->rows.n));
	if (t->list.cursor == 0)
		t->waiting = 0;
}

static bool table_copy(struct view *v, enum copy_what what, struct buf *out)
{
	if (view_is_waiting(v->world))
		return view_welcome_copy(v->world, what, out);
	return table_copy_row((struct table *)v, what, out);
}

static void table_free(struct view *v)
{
	struct table *t = (struct table *)v;

	rows_drop(t->next);
	t->next = NULL;
	rows_free(&t->rows);
	table_figures_drop(t);
	view_filter_free(&t->typed);
	view_filter_free(&t->kept);
	filter_free(t->within);
	buf_free(&t->refused);
	undo_forget(&v->world->undos, v);
	buf_free(&t->sought.needle);
	table_pane_fini(t);
	table_frequency_close(t);
	table_columns_fini(t);
	table_choose_fini(t);
	mem_free(t);
}

static const struct view_class table_class = {
	.title = "Rows",
	.free = table_free,
	.draw = table_draw,
	.act = table_act,
	.find = table_find,
	.head = table_head,
	.status = table_status,
	.command = table_command,
	.go = table_go,
	.copy = table_copy,
	.typed = table_typed,
	.terms = table_terms,
	.passed = table_passed,
	.undo = table_undo,
};

static void show_kind(struct table *t, enum rows_kind kind)
{
	static const char *const titles[ROWS_KINDS] = {
		"Traces", "Sessions", "Generations", "Spans",  "Users",
		"Models", "Tools",    "Groups",      "Errors",
	};

	t->view.title = t->query.error != 0 ? "Events" : titles[kind];
	t->query.kind = kind;
	if (kind == ROWS_GROUPS)
		t->query.memberships = explorer_memberships(t->view.world->explorer);
	if (kind != ROWS_ERRORS)
		return;
	t->query.errors = explorer_errors(t->view.world->explorer);
	errors_begin(explorer_errors(t->view.world->explorer));
}

bool table_toggle(struct table *t)
{
	static const enum rows_kind others[ROWS_KINDS] = {
		[ROWS_GENERATIONS] = ROWS_SPANS,
		[ROWS_SPANS] = ROWS_GENERATIONS,
		[ROWS_USERS] = ROWS_GROUPS,
		[ROWS_GROUPS] = ROWS_USERS,
	};
	enum rows_kind other = others[t->query.kind];

	/* Spans have no model, tools are spans, and an error is of any kind of event. */
	if (other == ROWS_TRACES || t->query.model_pair != 0 || t->query.tool != MODEL_NONE ||
	    t->query.error != 0)
		return false;
	search_cancel(&t->search);
	undo_forget(&t->view.world->undos, &t->view);
	rows_drop(t->next);
	rows_free(&t->rows);
	t->next = NULL;
	table_figures_drop(t);
	t->built = 0;
	t->query.sort = NULL;
	t->query.ascending = false;
	t->list = t->menu_list = (struct list){0};
	t->waiting = 0;
	t->sought.dearest = t->pane.shown = MODEL_NONE;
	show_kind(t, other);
	return true;
}

struct view *view_table_new(struct world *w, const struct query *q)
{
	struct table *t = mem_zero(1, sizeof(*t));

	t->view = (struct view){.class = &table_class, .world = w};
	t->query = *q;
	t->slice = BUILD_SLICE;
	t->sought.dearest = MODEL_NONE;
	show_kind(t, q->kind);
	table_pane_init(t);
	return &t->view;
}
