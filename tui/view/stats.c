/* The screen of figures: what everything adds up to, a plot of it over time, the parts that it is split into. Enter on any of them goes
 * to the rows that it is made of, by a term more in the filter. Which figures there are is stats_figures.c's, how they are seen
 * stats_draw.c's, stats_table.c's and stats_panel.c's. */
#include "view/stats.h"

#include "base/mem.h"
#include "draw/format.h"

#define BIT(what) (1u << (what))
#define WHY_COLS  60 /* of why figures are not of all there is */

/* ---- to the rows behind a figure ---------------------------------------------------------------------------------------- */

static void open_rows(struct stats_view *v, enum rows_kind kind)
{
	v->view.world->wish = (struct wish){WISH_ROWS, kind, EVENT_NONE};
}

/* Parts of tools and names may be of spans. */
static enum rows_kind kind_of(const struct breakdown_part *p)
{
	const uint32_t *kinds = p->totals.kinds;

	return kinds[EVENT_SPAN] > kinds[EVENT_GENERATION] + kinds[EVENT_EMBEDDING]
	               ? ROWS_SPANS
	               : ROWS_GENERATIONS;
}

/* The term of the part under the cursor, and a word more. False: there is no part. */
static bool say_part(struct stats_view *v, const char *more)
{
	struct buf *term = &v->view.world->term;
	const struct breakdown_part *p = stats_part(v);

	buf_clear(term);
	if (p == NULL)
		return false;
	figures_append_term(v->shown.of[STATS_PARTS], p, term);
	buf_puts(term, term->n > 0 && *more != '\0' ? " " : "");
	buf_puts(term, more);
	return true;
}

static void open_part(struct stats_view *v, const char *more)
{
	if (say_part(v, more))
		open_rows(v, kind_of(stats_part(v)));
}

static void open_slot(struct stats_view *v)
{
	const struct breakdown_part slot = {.key = (uint32_t)v->slot + 1};
	struct buf *term = &v->view.world->term;

	buf_clear(term);
	if (stats_breakdown(v, STATS_TIMES) == NULL)
		return;
	figures_append_term(v->shown.of[STATS_TIMES], &slot, term);
	open_rows(v, ROWS_GENERATIONS);
}

static void open_line(struct stats_view *v)
{
	struct buf *term = &v->view.world->term;

	buf_clear(term);
	if (stats_panel_term(v, term))
		open_rows(v, stats_panel_is_of_spans(v) ? ROWS_SPANS : ROWS_GENERATIONS);
}

static void open_focused(struct stats_view *v)
{
	if (v->focus == STATS_PLOT)
		open_slot(v);
	else if (v->focus == STATS_PANEL)
		open_line(v);
	else
		open_part(v, "");
}

/* A part has one value: there is nothing to pick from. */
static void keep(struct stats_view *v, bool exclude)
{
	struct world *w = v->view.world;
	struct buf term = {0};

	if (!say_part(v, "") || w->term.n == 0) {
		buf_puts(&w->message, "nothing here to filter by");
		return;
	}
	if (exclude) {
		buf_append(&term, buf_str(&w->term));
		buf_clear(&w->term);
		buf_printf(&w->term, "-(%s)", buf_text(&term));
		buf_free(&term);
	}
	w->wish.kind = WISH_KEEP;
}

/* ---- keys ---------------------------------------------------------------------------------------------------------------- */

static void turn_focus(struct stats_view *v, int direction)
{
	static const int panes = STATS_PANEL + 1;

	v->focus = (enum stats_focus)(((int)v->focus + panes + direction) % panes);
	v->menu = false;
}

static void turn_figure(struct stats_view *v, int direction)
{
	v->figure = (v->figure + STATS_FIGURES + (unsigned)direction) % STATS_FIGURES;
}

static bool move_slot(struct stats_view *v, int by)
{
	int last = v->shown.slots.n - 1, to = v->slot + by;

	v->slot = to < 0 || last < 0 ? 0 : to > last ? last : to;
	return true;
}

static bool act_on_plot(struct stats_view *v, enum action action, int argument)
{
	switch (action) {
	case ACTION_LEFT:
		return move_slot(v, -1);
	case ACTION_OPEN:
		return argument == 'l' && move_slot(v, 1);
	case ACTION_SCROLL_LEFT:
	case ACTION_SCROLL_RIGHT:
		return move_slot(v, action == ACTION_SCROLL_LEFT ? -10 : 10);
	case ACTION_FIRST:
	case ACTION_LAST:
		return move_slot(v, action == ACTION_FIRST ? -v->slot : v->shown.slots.n);
	default:
		return false;
	}
}

static bool scroll_panel(struct stats_view *v, enum action action)
{
	return !view_has_pane(v->view.world, v->panel_visible, v->zoomed) ||
	       list_act(&v->panel, view_scrolls(action));
}

static bool act_on_focus(struct stats_view *v, enum action action, int argument)
{
	if (v->focus == STATS_PLOT && act_on_plot(v, action, argument))
		return true;
	return v->focus == STATS_PANEL && list_act(&v->panel, action);
}

static bool open_by_key(struct stats_view *v, enum action action, int argument)
{
	switch (action) {
	case ACTION_OPEN:
		open_focused(v);
		return true;
	case ACTION_NEXT_ERROR:
		open_part(v, "is:error");
		return true;
	case ACTION_NEXT_SLOW:
		open_part(v, "is:slow");
		return true;
	case ACTION_DEAREST:
		open_part(v, "sort:cost-desc");
		return true;
	case ACTION_PICK:
		keep(v, argument == ',');
		return true;
	case ACTION_BY:
	case ACTION_FREQUENCY:
		v->view.world->wish.kind = WISH_BY;
		return true;
	default:
		return false;
	}
}

static bool stats_act(struct view *view, enum action action, int argument)
{
	struct stats_view *v = (struct stats_view *)view;

	if (search_cancel(&v->search) && action == ACTION_CANCEL)
		return true;
	if (v->menu || (v->focus == STATS_TABLE && action == ACTION_MARK))
		return stats_table_act(v, action == ACTION_MARK ? ACTION_PAGE_DOWN : action);
	if (act_on_focus(v, action, argument) || open_by_key(v, action, argument))
		return true;
	switch (action) {
	case ACTION_NEXT_PANE:
	case ACTION_PREVIOUS_PANE:
		turn_focus(v, action == ACTION_NEXT_PANE ? 1 : -1);
		return true;
	case ACTION_NEXT_TAB:
	case ACTION_PREVIOUS_TAB:
		turn_figure(v, action == ACTION_NEXT_TAB ? 1 : -1);
		return true;
	case ACTION_ZOOM:
		v->zoomed = !v->zoomed;
		return true;
	case ACTION_PREVIEW_DOWN:
	case ACTION_PREVIEW_UP:
		return scroll_panel(v, action);
	case ACTION_RELOAD:
		explorer_want_events(view->world->explorer);
		v->asked = true;
		return true;
	default:
		return stats_table_act(v, action);
	}
}

/* ---- what the frame says --------------------------------------------------------------------------------------------------- */

static void stats_head(struct view *view, struct buf *out)
{
	struct stats_view *v = (struct stats_view *)view;
	struct str filter = buf_str(&view->world->filter);
	struct value text = {.type = VALUE_TEXT, .text = stats_by(v)};

	buf_puts(out, "by:");
	format_value(out, &text, view->head_cols / 3 > 0 ? view->head_cols / 3 : 1, 0);
	buf_puts(out, v->refused.n > 0 ? "   f: not here: " : "   f: ");
	text.text = filter.n > 0 ? filter : STR("(none)");
	format_value(out, &text, view->head_cols / 3 > 0 ? view->head_cols / 3 : 1, 0);
}

/* Where they are from, if not all of it is here. */
static void say_where(const struct stats_view *v, struct buf *out)
{
	struct figures_status status = {0};
	struct value why = {.type = VALUE_TEXT};

	if (v->shown.of[STATS_PARTS] == NULL)
		return;
	figures_read_status(v->shown.of[STATS_PARTS], &status);
	why.text = str_of(status.why.msg);
	if (status.from == FIGURES_SERVER && status.took >= 0)
		buf_printf(out, "server %lld ms  ", (long long)status.took / 1000);
	if (status.from == FIGURES_SERVER && status.left_out > 0)
		buf_printf(out, "%s+%u more parts  ", status.at_least ? "at least " : "",
		           status.left_out);
	if (status.from != FIGURES_PARTLY)
		return;
	if (status.why.code != ERR_OK)
		format_value(out, &why, WHY_COLS, 0);
	buf_puts(out, status.why.code != ERR_OK ? "  " : "of what was fetched (R fetches all)  ");
}

static void stats_status(struct view *view, struct buf *out)
{
	struct stats_view *v = (struct stats_view *)view;

	search_status(&v->search, out);
	if (v->asked || !v->has_shown)
		buf_printf(out, "counting %u %%  ", v->has_next ? stats_percent(v) : 0);
	if (!view->world->follow)
		buf_puts(out, "frozen (F)  ");
	if (v->focus == STATS_PLOT && v->shown.slots.n > 0)
		stats_slot_text(v, out);
	else if (v->focus == STATS_PANEL)
		list_position(&v->panel, out);
	else
		list_position(&v->list, out);
	buf_puts(out, "  ");
	say_where(v, out);
	if (v->sort != NULL)
		buf_printf(out, "by %s%s", v->sort->name, v->ascending ? "" : ", falling");
}

static void stats_command(struct view *view, struct buf *out)
{
	struct stats_view *v = (struct stats_view *)view;
	const struct filter *f = v->filters != NULL ? v->filters->passing.filter : NULL;

	if (v->refused.n > 0 || view_filter_asks_here(f))
		return;
	buf_puts(out, "tracehog stats");
	if (f == NULL || f->by.n == 0) {
		buf_puts(out, " --by ");
		view_quote(out, stats_by(v));
	}
	if (v->sort != NULL && (f == NULL || f->sort.n == 0))
		buf_printf(out, " --sort %s%s", v->sort->name, v->ascending ? "" : "-desc");
	if (view->world->filter.n > 0) {
		buf_puts(out, " -f ");
		view_quote(out, buf_str(&view->world->filter));
	}
}

static bool stats_passed(struct view *view, struct buf *out, struct errinfo *e)
{
	struct stats_view *v = (struct stats_view *)view;
	const struct breakdown *b = stats_breakdown(v, STATS_TOTAL);

	if (v->refused.n > 0) {
		*e = v->error;
		return false;
	}
	if (v->asked || !v->has_shown) {
		buf_puts(out, "...");
		return true;
	}
	format_count(out, b != NULL && breakdown_count(b) > 0 ? breakdown_part(b, 0)->calls : 0);
	buf_puts(out, " calls");
	return true;
}

/* ---- the class --------------------------------------------------------------------------------------------------------------- */

static void stats_view_draw(struct view *view, struct surface *s, struct area a)
{
	struct stats_view *v = (struct stats_view *)view;

	if (view_is_waiting(view->world)) {
		view->draw_again_us = 0;
		view_welcome_draw(s, a, view->world->intake);
		return;
	}
	stats_measure(v, a);
	stats_follow(v);
	if (stats_find_more(v))
		view->draw_again_us = VIEW_AT_ONCE;
	stats_draw(v, s, a);
}

static void stats_go(struct view *view, uint64_t number, bool percent)
{
	struct stats_view *v = (struct stats_view *)view;

	list_go(&v->list, view_place(number, percent, v->rows.n));
}

static bool stats_copy(struct view *view, enum copy_what what, struct buf *out)
{
	struct stats_view *v = (struct stats_view *)view;

	if (view_is_waiting(view->world))
		return view_welcome_copy(view->world, what, out);
	if (stats_part(v) == NULL)
		return what == COPY_OFFERED;
	if (what == COPY_OFFERED)
		view->world->offered |= BIT(COPY_SMART);
	if (what != COPY_SMART)
		return what == COPY_OFFERED;
	view->world->copied = "figures";
	return view_copy_values(view->world, &v->rows, (uint32_t)v->list.cursor, out);
}

static void stats_typed(struct view *view, struct str text)
{
	struct stats_view *v = (struct stats_view *)view;
	struct errinfo e = {0};

	text = str_trim(text);
	if (text.n == 0)
		return;
	if (split_check(text, &e) != ERR_OK)
		buf_puts(&view->world->message, e.msg);
	else if (v->said_by.n > 0)
		buf_puts(&view->world->message, "the filter says by: what these are split by");
	else
		stats_split(v, text);
}

static void stats_undo(struct view *view, const struct undo *step)
{
	struct stats_view *v = (struct stats_view *)view;

	v->sort = step->sort;
	v->ascending = step->ascending;
	stats_resort(v);
}

static void stats_view_free(struct view *view)
{
	struct stats_view *v = (struct stats_view *)view;

	undo_forget(&view->world->undos, view);
	stats_forget(v);
	buf_free(&v->by);
	buf_free(&v->said_by);
	buf_free(&v->refused);
	buf_free(&v->needle);
	mem_free(v);
}

static const struct view_class stats_class = {
	.title = "Stats",
	.free = stats_view_free,
	.draw = stats_view_draw,
	.act = stats_act,
	.find = stats_find,
	.head = stats_head,
	.status = stats_status,
	.command = stats_command,
	.go = stats_go,
	.copy = stats_copy,
	.typed = stats_typed,
	.passed = stats_passed,
	.undo = stats_undo,
};

struct view *view_stats_new(struct world *w)
{
	struct stats_view *v = mem_zero(1, sizeof(*v));

	v->view = (struct view){.class = &stats_class, .world = w, .title = stats_class.title};
	v->range = (struct stats_range){.since = TIME_NONE, .until = TIME_NONE};
	v->asked = true;
	buf_puts(&v->by, "model");
	return &v->view;
}
