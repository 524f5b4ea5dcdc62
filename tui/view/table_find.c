/* Finding in a list: text in what a row shows, and rows with an error. Goes on in drawings until it has come round. */
#include "view/table.h"

static bool holds_text(struct table *t, uint64_t row, struct str needle)
{
	size_t n, matched;
	const struct column *c = rows_columns(t->query.kind, &n);
	struct str asked, answered;
	struct buf scratch = {0};
	bool holds = false;

	for (size_t i = 0; i < n && !holds; i++) {
		struct value v = {0};
		/* The error's text would have to be read from the journal for every row. */
		if (c[i].type != VALUE_TEXT || strcmp(c[i].name, "error") == 0)
			continue;
		buf_clear(&scratch);
		c[i].get(&t->rows, (uint32_t)row, &v, &scratch);
		holds = v.type == VALUE_TEXT && utf8_find(v.text, needle, 0, &matched) != SIZE_MAX;
	}
	if (!holds && table_has_preview(t) && table_preview(t, row, &asked, &answered))
		holds = utf8_find(asked, needle, 0, &matched) != SIZE_MAX ||
		        utf8_find(answered, needle, 0, &matched) != SIZE_MAX;
	buf_free(&scratch);
	return holds;
}

static bool is_wanted(void *ctx, uint64_t row)
{
	struct table *t = ctx;

	if (row >= t->rows.n)
		return false;
	return t->needle.n > 0 ? holds_text(t, row, buf_str(&t->needle))
	                       : table_row_has_error(t, row);
}

static enum search_state look(struct table *t)
{
	enum search_state state = search_more(&t->search, t->slice, is_wanted, t);

	if (state == SEARCH_FOUND)
		list_go(&t->list, t->search.at);
	return state;
}

bool table_find(struct view *v, struct str needle, int direction)
{
	struct table *t = (struct table *)v;

	buf_clear(&t->needle);
	buf_append(&t->needle, needle);
	search_begin(&t->search, t->list.cursor, t->rows.n, direction);
	return needle.n > 0 && look(t) != SEARCH_NONE;
}

static void say_none(struct table *t)
{
	if (t->needle.n > 0)
		buf_printf(&t->view.world->message, "not found: %s", buf_text(&t->needle));
	else
		buf_puts(&t->view.world->message, "no row here has an error");
}

void table_next_error(struct table *t, int direction)
{
	buf_clear(&t->needle);
	search_begin(&t->search, t->list.cursor, t->rows.n, direction);
	if (look(t) == SEARCH_NONE)
		say_none(t);
}

bool table_find_more(struct table *t)
{
	if (search_goes_on(&t->search) && look(t) == SEARCH_NONE)
		say_none(t);
	return search_goes_on(&t->search);
}
