/* The list of bookmarks, the newest first, also of what is not loaded. */
#include "view/view.h"

#include "base/mem.h"
#include "base/utf8.h"
#include "draw/format.h"
#include "widget/list.h"
#include "widget/search.h"

#define KIND_COLS 8
#define NAME_COLS 20
#define TIME_COLS 11 /* "11-21 22:14" */
#define WIDE      70 /* columns from which the time is shown */

struct bookmarks_view {
	struct view view;
	struct list list;
};

static const struct bookmark *current(const struct bookmarks_view *v)
{
	const struct bookmarks *all = v->view.world->bookmarks;

	if (all == NULL || v->list.cursor >= bookmarks_count(all))
		return NULL;
	return bookmarks_at(all, (uint32_t)v->list.cursor);
}

/* Its trace, session or event, the id of a user; MODEL_NONE: it is not loaded. */
static uint32_t number_of(const struct bookmarks_view *v, const struct bookmark *b)
{
	struct model *m = explorer_model(v->view.world->explorer);

	if (b->number == 0)
		return MODEL_NONE;
	switch (b->of) {
	case BOOKMARK_TRACE:
		return model_find_trace(m, b->number);
	case BOOKMARK_SESSION:
		return model_find_session(m, b->number);
	case BOOKMARK_USER:
		return b->number;
	default:
		return model_event_of_uuid(m, b->number);
	}
}

static void draw_row(struct bookmarks_view *v, struct surface *s, struct area a, int row,
                     const struct bookmark *b)
{
	struct buf note = {0};
	struct value time = {.type = VALUE_TIME, .number = b->time};
	bool here = number_of(v, b) != MODEL_NONE;
	int end = a.cols - 1, at = 3;

	view_put_clipped(s, a, row, at, KIND_COLS - 1, here ? ROLE_TEXT : ROLE_DIM,
	                 str_of(bookmark_of_name(b->of)));
	at += KIND_COLS;
	view_put_clipped(s, a, row, at, NAME_COLS - 1, here ? ROLE_NAME : ROLE_DIM,
	                 b->name.n > 0 ? b->name : b->id);
	at += NAME_COLS;
	if (a.cols >= WIDE) {
		end -= TIME_COLS + 1;
		format_value(&note, &time, TIME_COLS, v->view.world->now);
		surface_put(s, a, row, end + 1, TIME_COLS, ROLE_TIME, buf_str(&note));
		buf_clear(&note);
	}
	buf_puts(&note, here ? "" : "(not loaded here) ");
	buf_append(&note, b->note);
	view_put_clipped(s, a, row, at, end - at, here ? ROLE_TEXT : ROLE_DIM, buf_str(&note));
	buf_free(&note);
}

static void draw(struct view *view, struct surface *s, struct area a)
{
	struct bookmarks_view *v = (struct bookmarks_view *)view;
	struct bookmarks *all = view->world->bookmarks;
	struct area body = {a.row + 1, a.col, a.rows - 1, a.cols};
	uint32_t n = all != NULL ? bookmarks_count(all) : 0;

	surface_fill(s, a, 0, 0, a.cols, ROLE_COLUMN, ' ');
	surface_puts(s, a, 0, 3, ROLE_COLUMN, "WHAT");
	surface_puts(s, a, 0, 3 + KIND_COLS, ROLE_COLUMN, "NAME");
	surface_puts(s, a, 0, 3 + KIND_COLS + NAME_COLS, ROLE_COLUMN, "NOTE");
	if (a.cols >= WIDE)
		surface_puts(s, a, 0, a.cols - 1 - TIME_COLS, ROLE_COLUMN, "SET");
	list_set(&v->list, n, body.rows);
	if (n == 0)
		surface_puts(s, a, 2, 3, ROLE_DIM, "no bookmarks yet: M on a row sets one");
	else
		bookmarks_resolve(all, &explorer_events(view->world->explorer)->ids);
	for (int i = 0; i < body.rows && v->list.top + (uint64_t)i < n; i++) {
		uint32_t at = (uint32_t)v->list.top + (uint32_t)i;

		draw_row(v, s, body, i, bookmarks_at(all, at));
		if (at != v->list.cursor)
			continue;
		surface_puts(s, body, i, 0, ROLE_MARKER, ">");
		surface_paint(s, body, i, 0, body.cols - 1, ROLE_CURSOR);
	}
	surface_scrollbar(s, body, body.cols - 1, v->list.top, n);
}

static void open_bookmark(struct bookmarks_view *v, const struct bookmark *b)
{
	static const enum wish_kind wishes[BOOKMARK_KINDS] = {[BOOKMARK_TRACE] = WISH_TRACE,
	                                                      [BOOKMARK_SESSION] = WISH_SESSION,
	                                                      [BOOKMARK_EVENT] = WISH_TRACE,
	                                                      [BOOKMARK_USER] = WISH_USER};
	struct world *w = v->view.world;
	uint32_t number = number_of(v, b);

	if (number == MODEL_NONE) {
		buf_puts(&w->message, "not loaded here: open the source that it is in");
		return;
	}
	w->wish = (struct wish){wishes[b->of], number, EVENT_NONE};
	if (b->of == BOOKMARK_EVENT) {
		w->wish.number = model_trace_of(explorer_model(w->explorer), number);
		w->wish.event = number;
	}
	if (w->wish.number == MODEL_NONE)
		w->wish.kind = WISH_EVENT;
}

static bool act(struct view *view, enum action action, int argument)
{
	struct bookmarks_view *v = (struct bookmarks_view *)view;
	const struct bookmark *b = current(v);

	(void)argument;
	if (b == NULL && (action == ACTION_OPEN || action == ACTION_BOOKMARK)) {
		buf_puts(&view->world->message, "no bookmark here");
		return true;
	}
	switch (action) {
	case ACTION_OPEN:
		open_bookmark(v, b);
		return true;
	case ACTION_BOOKMARK:
		view_ask_note(view->world, b);
		return true;
	case ACTION_REMOVE:
		view_unbookmark(view->world, b);
		return true;
	case ACTION_LEFT:
	case ACTION_BOOKMARKS:
		view->world->wish.kind = WISH_CLOSE;
		return true;
	default:
		return list_act(&v->list, action);
	}
}

struct sought {
	const struct bookmarks *all;
	struct str needle;
};

static bool holds(void *ctx, uint64_t place)
{
	const struct sought *sought = ctx;
	const struct bookmark *b = bookmarks_at(sought->all, (uint32_t)place);
	size_t matched;

	return utf8_find(b->note, sought->needle, 0, &matched) != SIZE_MAX ||
	       utf8_find(b->name, sought->needle, 0, &matched) != SIZE_MAX ||
	       utf8_find(b->id, sought->needle, 0, &matched) != SIZE_MAX;
}

static bool find(struct view *view, struct str needle, int direction)
{
	struct bookmarks_view *v = (struct bookmarks_view *)view;
	const struct bookmarks *all = view->world->bookmarks;
	uint32_t n = all != NULL ? bookmarks_count(all) : 0;
	struct sought sought = {all, needle};
	struct search search;
	const char *wrapped;

	search_begin(&search, v->list.cursor, n, direction);
	/* There are never more of them than a slice of time is enough for. */
	if (needle.n == 0 || search_more(&search, INT32_MAX, holds, &sought) != SEARCH_FOUND)
		return false;
	list_go(&v->list, search.at);
	wrapped = search_wrapped(&search);
	if (wrapped != NULL)
		buf_puts(&view->world->message, wrapped);
	return true;
}

static void head(struct view *view, struct buf *out)
{
	uint32_t n = view->world->bookmarks != NULL ? bookmarks_count(view->world->bookmarks) : 0;

	format_count(out, n);
	buf_puts(out, n == 1 ? " bookmark" : " bookmarks");
}

static void status(struct view *view, struct buf *out)
{
	list_position(&((struct bookmarks_view *)view)->list, out);
	buf_puts(out, "  Enter opens  M changes the note  X removes");
}

static void command(struct view *view, struct buf *out)
{
	(void)view;
	(void)out;
}

static void go(struct view *view, uint64_t number, bool percent)
{
	struct list *l = &((struct bookmarks_view *)view)->list;

	list_go(l, view_place(number, percent, l->count));
}

static bool copy(struct view *view, enum copy_what what, struct buf *out)
{
	const struct bookmark *b = current((struct bookmarks_view *)view);

	if (b == NULL || (what != COPY_ID && what != COPY_SMART))
		return false;
	buf_append(out, what == COPY_SMART && b->note.n > 0 ? b->note : b->id);
	return true;
}

static void free_view(struct view *view)
{
	mem_free(view);
}

static const struct view_class bookmarks_class = {
	.title = "Bookmarks",
	.free = free_view,
	.draw = draw,
	.act = act,
	.find = find,
	.head = head,
	.status = status,
	.command = command,
	.go = go,
	.copy = copy,
};

struct view *view_bookmarks_new(struct world *w)
{
	struct bookmarks_view *v = mem_zero(1, sizeof(*v));

	v->view = (struct view){.class = &bookmarks_class, .world = w, .title = "Bookmarks"};
	return &v->view;
}
