/* Rows that a person marks, counted in the status line and shown by a plus; and those that are bookmarked, shown by a star. */
#include "view/table.h"

static void mark(struct table *t)
{
	uint32_t id = table_current(t);

	if (id == MODEL_NONE)
		return;
	marks_turn(&t->view.world->marks, t->query.kind, id);
	list_act(&t->list, ACTION_DOWN);
}

static bool can_be_bookmarked(const struct table *t, enum bookmark_of *of)
{
	*of = BOOKMARK_EVENT;
	if (t->query.kind == ROWS_TRACES)
		*of = BOOKMARK_TRACE;
	if (t->query.kind == ROWS_SESSIONS)
		*of = BOOKMARK_SESSION;
	if (t->query.kind == ROWS_USERS)
		*of = BOOKMARK_USER;
	return *of != BOOKMARK_EVENT || table_is_of_events(t);
}

bool table_is_bookmarked(const struct table *t, uint64_t row)
{
	enum bookmark_of of;

	return can_be_bookmarked(t, &of) &&
	       view_bookmarked(t->view.world, of, table_id_at(t, row)) != NULL;
}

void table_bookmark_status(const struct table *t, struct buf *out)
{
	enum bookmark_of of;

	if (can_be_bookmarked(t, &of))
		view_bookmark_status(t->view.world, of, table_current(t), out);
}

bool table_mark_act(struct table *t, enum action action)
{
	enum bookmark_of of;
	uint32_t cleared;

	if (action == ACTION_BOOKMARK || action == ACTION_REMOVE) {
		if (can_be_bookmarked(t, &of))
			return view_bookmark(t->view.world, action, of, table_current(t));
		buf_puts(&t->view.world->message,
		         "traces, sessions, users, generations and spans can be bookmarked");
		return true;
	}
	/* A page of text there. */
	if (t->pane_focused && t->pane_visible)
		return false;
	if (action == ACTION_MARK) {
		mark(t);
		return true;
	}
	if (action != ACTION_CANCEL)
		return false;
	cleared = marks_clear(&t->view.world->marks, t->query.kind);
	if (cleared > 0)
		buf_printf(&t->view.world->message, "%u no longer marked", cleared);
	return cleared > 0;
}
