/* The parts that figures are split into, a row each: which columns have room, how they are sorted, what is found among them. */
#include "view/stats.h"

#include "base/clean.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "draw/format.h"
#include "draw/width.h"

#include <string.h>

#define GUTTER      3
#define VALUE_MIN   18 /* columns of what a part is called */
#define NARROW      60 /* columns under which it makes do with */
#define VALUE_BRIEF 12
#define VALUE_MAX   40
#define BAR_MIN     4 /* of the bar beside what a part costs of all */
#define BAR_MAX     16
#define ONE         INT64_C(1000000000000)

struct layout {
	const struct column *columns[STATS_COLUMNS];
	size_t n;
	int value, bar; /* columns; bar 0: none */
};

/* ---- columns ----------------------------------------------------------------------------------------------------------- */

static int columns_total(unsigned priority, int value)
{
	const struct column *c;
	int total = -1;

	for (unsigned place = 1; (c = rows_column_at(ROWS_PARTS, place)) != NULL; place++)
		if (c->priority <= priority)
			total += (place == 1 ? value : c->width) + 1;
	return total;
}

static void lay_out(struct layout *l, int room)
{
	const struct column *c;
	unsigned priority = STATS_COLUMNS;
	int value = room < NARROW ? VALUE_BRIEF : VALUE_MIN;

	while (priority > 1 && columns_total(priority, value) > room)
		priority--;
	room -= columns_total(priority, value) - value;
	*l = (struct layout){.value = room < VALUE_MAX ? room : VALUE_MAX};
	room -= l->value + 1;
	l->bar = room < BAR_MIN ? 0 : room < BAR_MAX ? room : BAR_MAX;
	for (unsigned place = 1; (c = rows_column_at(ROWS_PARTS, place)) != NULL; place++)
		if (c->priority <= priority && l->n < STATS_COLUMNS)
			l->columns[l->n++] = c;
}

static int width_of(const struct layout *l, size_t i)
{
	return i == 0 ? l->value : l->columns[i]->width;
}

static bool has_bar(const struct layout *l, size_t i)
{
	return l->bar > 0 && strcmp(l->columns[i]->name, "cost_percent") == 0;
}

/* ---- drawing ----------------------------------------------------------------------------------------------------------- */

/* What parts have in common is the title of what tells them apart. */
static void append_title(const struct stats_view *v, const struct column *c, bool first,
                         struct buf *out)
{
	struct str by = stats_by(v);

	if (!first) {
		buf_puts(out, c->title);
		return;
	}
	for (size_t i = 0; i < by.n; i++) {
		bool small = by.p[i] >= 'a' && by.p[i] <= 'z' && by.p[0] != '@' &&
		             str_find(by, STR("."), 0, false) == SIZE_MAX;

		buf_add(out, small ? (char)(by.p[i] - 'a' + 'A') : by.p[i]);
	}
}

static void draw_titles(const struct stats_view *v, struct surface *s, struct area a,
                        const struct layout *l)
{
	int col = GUTTER;
	struct buf title = {0};

	for (size_t i = 0; i < l->n; i++) {
		int width = width_of(l, i);

		buf_clear(&title);
		append_title(v, l->columns[i], i == 0, &title);
		if (v->sort == l->columns[i] && (int)title.n < width)
			buf_add(&title, v->ascending ? '^' : 'v');
		else if (v->sort == l->columns[i])
			surface_puts(s, a, 0, col - 1, ROLE_COLUMN, v->ascending ? "^" : "v");
		if (i == 0)
			view_put_clipped(s, a, 0, col, width, ROLE_COLUMN, buf_str(&title));
		else
			surface_put_right(s, a, 0, col, width, ROLE_COLUMN, buf_str(&title));
		col += width + 1 + (has_bar(l, i) ? l->bar + 1 : 0);
	}
	buf_free(&title);
}

static void draw_value(const struct stats_view *v, struct surface *s, struct area a, int row,
                       int col, int width, const struct value *value, bool first)
{
	struct buf text = {0};
	enum role role;

	if (first && value->type == VALUE_UNKNOWN) {
		surface_put(s, a, row, col, width, ROLE_DIM, STR("(none)"));
		return;
	}
	role = format_value(&text, value, width, v->view.world->now);
	if (first)
		surface_put(s, a, row, col, width, ROLE_NAME, buf_str(&text));
	else
		surface_put_right(s, a, row, col, width, role, buf_str(&text));
	buf_free(&text);
}

static void draw_row(const struct stats_view *v, struct surface *s, struct area a, int row,
                     const struct layout *l, uint32_t at)
{
	int col = GUTTER;
	struct buf scratch = {0};

	for (size_t i = 0; i < l->n; i++) {
		struct value value = {0};
		int width = width_of(l, i);

		l->columns[i]->get(&v->rows, at, &value, &scratch);
		draw_value(v, s, a, row, col, width, &value, i == 0);
		col += width + 1;
		if (!has_bar(l, i))
			continue;
		if (value.type == VALUE_PERCENT)
			plot_bar(s, a, row, col, l->bar, ROLE_BAR, value.number, 100 * ONE);
		col += l->bar + 1;
	}
	buf_free(&scratch);
}

static void draw_empty(const struct stats_view *v, struct surface *s, struct area a)
{
	const struct world *w = v->view.world;
	struct buf text = {0};

	if (!v->has_shown)
		buf_printf(&text, "counting %u %%", v->has_next ? stats_percent(v) : 0);
	else if (explorer_loading(w->explorer))
		buf_puts(&text, "loading ...");
	else if (v->refused.n > 0)
		buf_puts(&text, "the filter is not for this screen: f changes it, u takes it back");
	else if (w->filter.n > 0)
		buf_puts(&text, "nothing passes the filter: f changes it, u takes it back");
	else if (explorer_is_partial(w->explorer))
		buf_puts(&text, "nothing here yet: R fetches");
	else if (stats_breakdown(v, STATS_TOTAL) == NULL ||
	         breakdown_count(stats_breakdown(v, STATS_TOTAL)) == 0)
		buf_puts(&text, "no events here");
	else
		buf_puts(&text, "no events here that have a part in this (b: by something else)");
	view_put_clipped(s, a, 0, GUTTER, a.cols - GUTTER, ROLE_DIM, buf_str(&text));
	buf_free(&text);
}

/* ---- sorting ----------------------------------------------------------------------------------------------------------- */

static const struct column *sorted_by(const struct stats_view *v)
{
	return v->sort != NULL ? v->sort : rows_own_column(ROWS_PARTS);
}

static void resort(struct stats_view *v, const struct column *c, bool ascending)
{
	undo_push(&v->view.world->undos, (struct undo){.what = UNDO_SORT,
	                                               .view = &v->view,
	                                               .sort = v->sort,
	                                               .ascending = v->ascending});
	v->sort = c;
	v->ascending = ascending;
	stats_resort(v);
}

/* In the order of the screen. */
static void sort_beside(struct stats_view *v, int direction)
{
	const struct column *own = sorted_by(v);
	unsigned place = own != NULL ? own->place : 0;
	const struct column *c = rows_column_at(ROWS_PARTS, place + (unsigned)direction);

	if (c != NULL && place + (unsigned)direction > 0)
		resort(v, c, v->ascending);
	else
		buf_printf(&v->view.world->message, "no column to the %s (s lists all)",
		           direction > 0 ? "right" : "left");
}

static void open_menu(struct stats_view *v)
{
	size_t n;
	const struct column *c = rows_columns(ROWS_PARTS, &n);

	v->menu = true;
	v->menu_list = (struct list){.count = n};
	for (size_t i = 0; i < n; i++)
		if (&c[i] == sorted_by(v))
			v->menu_list.cursor = i;
}

static bool menu_act(struct stats_view *v, enum action action)
{
	size_t n;

	if (list_act(&v->menu_list, action == ACTION_MARK ? ACTION_PAGE_DOWN : action))
		return true;
	v->menu = action == ACTION_SORT_INVERT;
	if (action == ACTION_SORT_INVERT)
		resort(v, sorted_by(v), !v->ascending);
	else if (action == ACTION_OPEN)
		resort(v, rows_columns(ROWS_PARTS, &n) + v->menu_list.cursor, v->ascending);
	else
		return action == ACTION_SORT || action == ACTION_CANCEL || action == ACTION_CLOSE ||
		       action == ACTION_LEFT;
	return true;
}

static void draw_menu(struct stats_view *v, struct surface *s, struct area a)
{
	size_t n;
	const struct column *c = rows_columns(ROWS_PARTS, &n);

	surface_fill(s, a, 0, 0, a.cols, ROLE_PROMPT, ' ');
	view_put_clipped(s, a, 0, 1, a.cols - 2, ROLE_PROMPT,
	                 STR("sort by  (Enter chooses, I inverts, Esc leaves it)"));
	list_set(&v->menu_list, n, a.rows - 1);
	for (int i = 1; i < a.rows; i++) {
		uint64_t at = v->menu_list.top + (uint64_t)i - 1;

		surface_fill(s, a, i, 0, a.cols, ROLE_TEXT, ' ');
		if (at >= n)
			continue;
		surface_puts(s, a, i, 3, ROLE_NAME, c[at].name);
		surface_puts(s, a, i, 24, ROLE_DIM, c[at].help);
		if (at != v->menu_list.cursor)
			continue;
		surface_puts(s, a, i, 1, ROLE_MARKER, ">");
		surface_paint(s, a, i, 0, a.cols, ROLE_CURSOR);
	}
}

/* ---- finding ----------------------------------------------------------------------------------------------------------- */

static bool holds(void *ctx, uint64_t place)
{
	const struct stats_view *v = ctx;
	struct buf text = {0};
	size_t matched;
	bool found;

	stats_part_text(v, place, &text);
	found = utf8_find(buf_str(&text), buf_str(&v->needle), 0, &matched) != SIZE_MAX;
	buf_free(&text);
	return found;
}

static enum search_state look(struct stats_view *v)
{
	enum search_state state = search_more(&v->search, SEARCH_SLICE, holds, v);
	const char *wrapped = search_wrapped(&v->search);

	if (state != SEARCH_FOUND)
		return state;
	list_go(&v->list, v->search.at);
	if (wrapped != NULL)
		buf_puts(&v->view.world->message, wrapped);
	return state;
}

bool stats_find(struct view *view, struct str needle, int direction)
{
	struct stats_view *v = (struct stats_view *)view;

	if (v->rows.n == 0 || needle.n == 0)
		return false;
	buf_clear(&v->needle);
	buf_append(&v->needle, needle);
	search_begin(&v->search, v->list.cursor, v->rows.n, direction);
	return look(v) != SEARCH_NONE;
}

bool stats_find_more(struct stats_view *v)
{
	if (v->search.count != v->rows.n)
		search_cancel(&v->search);
	if (search_goes_on(&v->search) && look(v) == SEARCH_NONE)
		buf_printf(&v->view.world->message, "not found: %s", buf_text(&v->needle));
	return search_goes_on(&v->search);
}

/* ---- all of it --------------------------------------------------------------------------------------------------------- */

void stats_draw_table(struct stats_view *v, struct surface *s, struct area a)
{
	struct area body = {a.row + 1, a.col, a.rows - 1, a.cols};
	struct layout l;

	if (v->menu) {
		draw_menu(v, s, a);
		return;
	}
	lay_out(&l, a.cols - 1 - GUTTER);
	surface_fill(s, a, 0, 0, a.cols, ROLE_COLUMN, ' ');
	draw_titles(v, s, a, &l);
	list_set(&v->list, v->rows.n, body.rows);
	if (v->rows.n == 0)
		draw_empty(v, s, body);
	for (int i = 0; i < body.rows && v->list.top + (uint64_t)i < v->rows.n; i++) {
		uint64_t row = v->list.top + (uint64_t)i;

		draw_row(v, s, body, i, &l, (uint32_t)row);
		if (breakdown_part(v->rows.query.breakdown, v->rows.at[row])->failed > 0)
			surface_puts(s, body, i, 1, ROLE_ERROR, "!");
		if (row != v->list.cursor)
			continue;
		surface_puts(s, body, i, 0, ROLE_MARKER, ">");
		if (v->focus == STATS_TABLE)
			surface_paint(s, body, i, 0, body.cols - 1, ROLE_CURSOR);
	}
	surface_scrollbar(s, body, body.cols - 1, v->list.top, v->rows.n);
}

bool stats_table_act(struct stats_view *v, enum action action)
{
	if (v->menu && menu_act(v, action))
		return true;
	v->menu = false;
	switch (action) {
	case ACTION_SORT:
		open_menu(v);
		return true;
	case ACTION_SORT_INVERT:
		resort(v, sorted_by(v), !v->ascending);
		return true;
	case ACTION_SORT_LEFT:
	case ACTION_SORT_RIGHT:
		sort_beside(v, action == ACTION_SORT_LEFT ? -1 : 1);
		return true;
	default:
		return v->focus == STATS_TABLE && list_act(&v->list, action);
	}
}
