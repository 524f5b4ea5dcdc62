/* The order of a list: which column it goes by, chosen from a menu of all of them or from those on the screen. */
#include "view/table.h"

const struct column *table_sorted_by(const struct table *t)
{
	return t->query.sort != NULL ? t->query.sort : rows_own_column(t->query.kind);
}

static void resort(struct table *t, const struct column *c)
{
	table_sort_remember(t);
	t->query.sort = c;
	t->turned = true;
	table_ask(t);
}

/* < and >: the sort column to the left or right, in the order of the screen. */
static void sort_beside(struct table *t, int direction)
{
	size_t at = 0;

	if (table_column_at(t, table_sorted_by(t), &at)) {
		do
			at += (size_t)direction;
		while (at < t->columns.n && t->columns.list[at] == NULL);
	}
	if (at < t->columns.n && t->columns.list[at] != NULL)
		resort(t, t->columns.list[at]);
	else
		buf_printf(&t->view.world->message,
		           "no column to the %s of %s to sort by (s lists all)",
		           direction > 0 ? "right" : "left", table_sorted_by(t)->name);
}

static void invert(struct table *t)
{
	resort(t, table_sorted_by(t));
	t->query.ascending = !t->query.ascending;
}

static void open_menu(struct table *t)
{
	const struct column *c[TABLE_ALL];
	size_t n = table_columns_all(t, c);

	t->menu = TABLE_SORT;
	for (size_t i = 0; i < n; i++)
		if (c[i] == table_sorted_by(t))
			t->menu_list.cursor = i;
}

bool table_sort_act(struct table *t, enum action action)
{
	switch (action) {
	case ACTION_SORT:
		open_menu(t);
		return true;
	case ACTION_SORT_INVERT:
		invert(t);
		return true;
	case ACTION_SORT_LEFT:
		sort_beside(t, -1);
		return true;
	case ACTION_SORT_RIGHT:
		sort_beside(t, 1);
		return true;
	default:
		return false;
	}
}

bool table_sort_menu_act(struct table *t, enum action action)
{
	const struct column *c[TABLE_ALL];

	table_columns_all(t, c);
	if (list_act(&t->menu_list, action == ACTION_MARK ? ACTION_PAGE_DOWN : action))
		return true;
	if (action == ACTION_SORT_INVERT) {
		invert(t);
		return true;
	}
	if (action != ACTION_OPEN)
		return false;
	resort(t, c[t->menu_list.cursor]);
	t->menu = TABLE_NO_MENU;
	return true;
}

void table_menu_draw(struct table *t, struct surface *s, struct area a, const char *title,
                     const char *title_short, uint64_t n, table_menu_row *draw, const void *ctx)
{
	struct area box = {a.row + 1, a.col, a.rows - 1, a.cols - 1};

	list_set(&t->menu_list, n, box.rows - 1);
	surface_fill(s, box, 0, 0, box.cols, ROLE_PROMPT, ' ');
	surface_puts(s, box, 0, 1, ROLE_PROMPT, box.cols < 60 ? title_short : title);
	for (int i = 1; i < box.rows; i++) {
		uint64_t at = t->menu_list.top + (uint64_t)i - 1;

		surface_fill(s, box, i, 0, box.cols, ROLE_TEXT, ' ');
		if (at >= n)
			continue;
		draw(s, box, i, ctx, at);
		if (at != t->menu_list.cursor)
			continue;
		surface_puts(s, box, i, 1, ROLE_MARKER, ">");
		surface_paint(s, box, i, 0, box.cols, ROLE_CURSOR);
	}
	surface_scrollbar(s, (struct area){box.row + 1, box.col, box.rows - 1, box.cols + 1},
	                  box.cols, t->menu_list.top, n);
}

static void draw_sort(struct surface *s, struct area box, int row, const void *ctx, uint64_t at)
{
	const struct column *const *c = ctx;

	surface_puts(s, box, row, 3, ROLE_NAME, c[at]->name);
	surface_puts(s, box, row, 24, ROLE_DIM, c[at]->help);
}

void table_sort_menu_draw(struct table *t, struct surface *s, struct area a)
{
	const struct column *c[TABLE_ALL];
	size_t n = table_columns_all(t, c);

	table_menu_draw(t, s, a, "sort by  (Enter chooses, I inverts, Esc leaves it)",
	                "sort by  (Enter, I inverts, Esc)", n, draw_sort, c);
}
