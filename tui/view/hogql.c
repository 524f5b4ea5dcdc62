/* The screen of a query in HogQL: what is asked, where it is wrong, and its result as a table with a cursor on rows and columns. Enter on
 * an id opens what it is of, on anything else it shows the row with whole values. Drawing is hogql_draw.c's, what takes its time
 * hogql_jobs.c's, typing a query the program's. */
#include "view/hogql.h"

#include "base/clean.h"
#include "base/mem.h"
#include "base/time.h"
#include "base/utf8.h"
#include "collect/uuid.h"
#include "draw/format.h"
#include "json/pretty.h"
#include "json/writer.h"

#include <string.h>

#define WHOLE_BYTES ((size_t)1 << 20) /* of a row that are shown */
#define LABEL_COLS  20
#define SECOND      TIME_SECOND

uint32_t hogql_row(const struct hogql_view *v, uint64_t place)
{
	return v->order != NULL ? v->order[place] : (uint32_t)place;
}

static struct hogql_result *result(const struct hogql_view *v)
{
	return v->hogql->result;
}

static bool has_rows(const struct hogql_view *v)
{
	return result(v) != NULL && result(v)->rows > 0;
}

static uint32_t current(const struct hogql_view *v)
{
	return hogql_row(v, v->list.cursor);
}

/* Another result has come: what was about the one before is no place in it. */
static void begin(struct hogql_view *v)
{
	hogql_stop_jobs(v);
	mem_free(v->order);
	v->order = NULL;
	v->version = v->hogql->version;
	v->list = (struct list){.count = result(v)->rows, .height = v->list.height};
	v->column = v->left = 0;
	v->row_shown = false;
	search_cancel(&v->search);
}

/* ---- ids ---- */

static bool is_id(const struct hogql_view *v)
{
	static const char *const names[] = {"trace_id", "session_id", "$ai_trace_id",
	                                    "$ai_session_id", "uuid"};
	const struct hogql_result *r = result(v);
	struct str name = r->columns[v->column].name;
	struct str text = hogql_json(r, current(v), v->column);
	uint8_t uuid[UUID_BYTES];

	if (hogql_type(r, current(v), v->column) != JSON_STRING || text.n <= 2)
		return false;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (str_eq(name, str_of(names[i])))
			return true;
	return uuid_parse(str_sub(text, 1, text.n - 2), uuid);
}

static void copy_value(const struct hogql_view *v, struct buf *out)
{
	hogql_text(result(v), current(v), v->column, out);
}

static void open_id(struct hogql_view *v)
{
	struct world *w = v->view.world;

	buf_clear(&w->term);
	copy_value(v, &w->term);
	w->wish.kind = WISH_ID;
}

/* ---- one row ---- */

/* Of what is too long it is said how much is left out. */
static void add_value(struct hogql_view *v, uint32_t column, size_t *room)
{
	const struct hogql_result *r = result(v);
	struct str json = hogql_json(r, current(v), column);
	enum json_type type = hogql_type(r, current(v), column);
	struct buf text = {0};
	struct str name = r->columns[column].name;
	bool whole = json.n <= *room;

	if (whole && (type == JSON_ARRAY || type == JSON_OBJECT))
		json_pretty(&text, json);
	else
		hogql_text_start(r, current(v), column, *room, &text);
	*room -= whole ? json.n : *room;
	if (name.n > LABEL_COLS - 2) {
		reader_add_across(&v->reader, ROLE_LABEL, name);
		name = STR_EMPTY;
	}
	reader_add(&v->reader, type == JSON_NULL ? ROLE_UNKNOWN : ROLE_TEXT, 0, ROLE_LABEL, name,
	           type == JSON_NULL ? STR("-") : buf_str(&text));
	if (!whole)
		reader_addf(&v->reader, ROLE_DIM, 0, "... of %zu bytes (yy copies all)", json.n);
	buf_free(&text);
}

static int label_width(const struct hogql_result *r)
{
	size_t most = 0;

	for (uint32_t i = 0; i < r->n_columns; i++)
		most = r->columns[i].name.n > most ? r->columns[i].name.n : most;
	return most < LABEL_COLS ? (int)most + 2 : LABEL_COLS;
}

/* The value under the cursor comes first. */
static void show_row(struct hogql_view *v)
{
	size_t room = WHOLE_BYTES;

	reader_clear(&v->reader);
	v->reader.label_width = label_width(result(v));
	add_value(v, v->column, &room);
	for (uint32_t i = 0; i < result(v)->n_columns; i++)
		if (i != v->column)
			add_value(v, i, &room);
	v->row_shown = true;
}

static bool row_act(struct hogql_view *v, enum action action)
{
	if (action == ACTION_LEFT || action == ACTION_CLOSE || action == ACTION_CANCEL ||
	    action == ACTION_NEXT_PANE || action == ACTION_PREVIOUS_PANE) {
		v->row_shown = false;
		return true;
	}
	return action == ACTION_OPEN || reader_act(&v->reader, action);
}

/* ---- keys ---- */

static void ask_again(struct hogql_view *v)
{
	struct buf query = {0};

	buf_append(&query, buf_str(&v->hogql->query));
	hogql_ask(v->hogql, buf_str(&query));
	buf_free(&query);
}

static void edit(struct hogql_view *v)
{
	struct world *w = v->view.world;

	buf_clear(&w->term);
	buf_append(&w->term, buf_str(&v->hogql->query));
	w->wish.kind = WISH_HOGQL;
}

static bool cancel(struct hogql_view *v)
{
	if (hogql_cancel(v->hogql)) {
		buf_puts(&v->view.world->message, "cancelled: R asks again");
		return true;
	}
	return search_cancel(&v->search);
}

/* Of a column that is sorted by: falling, then as it was sent. */
static void sort(struct hogql_view *v)
{
	if (v->order == NULL || v->sorted != v->column)
		hogql_sort(v, v->column, false);
	else if (!v->falling)
		hogql_sort(v, v->column, true);
	else
		hogql_unsort(v);
}

static void move_column(struct hogql_view *v, int64_t by)
{
	int64_t to = (int64_t)v->column + by, last = (int64_t)result(v)->n_columns - 1;

	v->column = (uint32_t)(to < 0 ? 0 : to > last ? last : to);
}

static bool act_on_table(struct hogql_view *v, enum action action, int argument)
{
	switch (action) {
	case ACTION_OPEN:
		if (argument == 'l')
			move_column(v, 1);
		else if (is_id(v))
			open_id(v);
		else
			show_row(v);
		return true;
	case ACTION_NEXT_PANE:
	case ACTION_PREVIOUS_PANE:
		show_row(v);
		return true;
	case ACTION_LEFT:
		move_column(v, -1);
		return true;
	case ACTION_SCROLL_LEFT:
	case ACTION_SCROLL_RIGHT:
		hogql_scroll(v, action == ACTION_SCROLL_RIGHT);
		return true;
	case ACTION_SORT:
		sort(v);
		return true;
	case ACTION_SORT_INVERT:
		hogql_sort(v, v->order != NULL ? v->sorted : v->column,
		           v->order == NULL || !v->falling);
		return true;
	case ACTION_SORT_LEFT:
	case ACTION_SORT_RIGHT:
		move_column(v, action == ACTION_SORT_LEFT ? -1 : 1);
		hogql_sort(v, v->column, v->falling);
		return true;
	case ACTION_MARK:
		return list_act(&v->list, ACTION_PAGE_DOWN);
	default:
		return list_act(&v->list, action);
	}
}

static bool hogql_act(struct view *view, enum action action, int argument)
{
	struct hogql_view *v = (struct hogql_view *)view;

	if (v->row_shown)
		return row_act(v, action);
	switch (action) {
	case ACTION_RELOAD:
		ask_again(v);
		return true;
	case ACTION_NEXT_ERROR:
		edit(v);
		return true;
	case ACTION_CANCEL:
		return cancel(v);
	case ACTION_LEFT:
	case ACTION_OPEN:
		return !has_rows(v) || act_on_table(v, action, argument);
	default:
		return has_rows(v) && act_on_table(v, action, argument);
	}
}

/* ---- finding ---- */

static bool holds(void *ctx, uint64_t place)
{
	struct hogql_view *v = ctx;
	const struct hogql_result *r = result(v);
	uint32_t row = hogql_row(v, place / r->n_columns);
	uint32_t column = (uint32_t)(place % r->n_columns);
	struct str json = hogql_json(r, row, column);
	struct buf text = {0};
	size_t matched;
	bool found;

	if (hogql_type(r, row, column) == JSON_STRING && memchr(json.p, '\\', json.n) != NULL) {
		hogql_text(r, row, column, &text);
		json = buf_str(&text);
	}
	found = utf8_find(json, buf_str(&v->needle), 0, &matched) != SIZE_MAX;
	buf_free(&text);
	return found;
}

static enum search_state look(struct hogql_view *v)
{
	enum search_state state = search_more(&v->search, SEARCH_SLICE, holds, v);
	const char *wrapped = search_wrapped(&v->search);

	if (state != SEARCH_FOUND)
		return state;
	list_go(&v->list, v->search.at / result(v)->n_columns);
	v->column = (uint32_t)(v->search.at % result(v)->n_columns);
	if (wrapped != NULL)
		buf_puts(&v->view.world->message, wrapped);
	return state;
}

static bool hogql_find(struct view *view, struct str needle, int direction)
{
	struct hogql_view *v = (struct hogql_view *)view;

	if (v->row_shown)
		return reader_find(&v->reader, needle, direction);
	if (!has_rows(v) || needle.n == 0)
		return false;
	buf_clear(&v->needle);
	buf_append(&v->needle, needle);
	search_begin(&v->search, v->list.cursor * result(v)->n_columns + v->column,
	             (uint64_t)result(v)->rows * result(v)->n_columns, direction);
	return look(v) != SEARCH_NONE;
}

/* ---- drawing ---- */

static void hogql_view_draw(struct view *view, struct surface *s, struct area a)
{
	struct hogql_view *v = (struct hogql_view *)view;

	if (search_goes_on(&v->search) && look(v) == SEARCH_NONE)
		buf_printf(&view->world->message, "not found: %s", buf_text(&v->needle));
	view->draw_again_us = search_goes_on(&v->search)         ? VIEW_AT_ONCE
	                      : v->hogql->state == HOGQL_RUNNING ? SECOND
	                                                         : 0;
	if (v->row_shown)
		reader_draw(&v->reader, s, a);
	else
		hogql_draw(v, s, a);
}

static void append_sizes(const struct hogql_view *v, struct buf *out)
{
	const struct hogql_result *r = result(v);

	format_count(out, r->rows);
	buf_puts(out, r->rows == 1 ? " row  " : " rows  ");
	format_count(out, r->n_columns);
	buf_puts(out, r->n_columns == 1 ? " column" : " columns");
	if (r->left_out > 0) {
		buf_puts(out, "  ");
		format_count(out, r->left_out);
		buf_puts(out, " made no sense");
	}
}

static void hogql_head(struct view *view, struct buf *out)
{
	struct hogql_view *v = (struct hogql_view *)view;
	const struct hogql *h = v->hogql;

	if (h->state == HOGQL_RUNNING) {
		buf_puts(out, "running ");
		format_seconds(out, (time_monotonic() - h->began) / SECOND * SECOND);
		buf_puts(out, "  ");
	}
	if (result(v) == NULL)
		return;
	if (h->state != HOGQL_DONE)
		buf_puts(out, "before: ");
	append_sizes(v, out);
	if (h->state == HOGQL_DONE) {
		buf_puts(out, "  ");
		format_count(out, h->took / 1000);
		buf_puts(out, " ms");
	}
	if (result(v)->more)
		buf_puts(out, "  more: add LIMIT");
}

static void append_place(const struct hogql_view *v, struct buf *out)
{
	const struct hogql_column *c = &result(v)->columns[v->column];

	list_position(&v->list, out);
	buf_printf(out, "  column %u/%u", v->column + 1, result(v)->n_columns);
	if (c->type.n > 0) {
		buf_add(out, ' ');
		clean_append(out, str_sub(c->type, 0, 40), 0);
	}
	buf_puts(out, "  ");
	if (v->left + v->seen < result(v)->n_columns)
		buf_printf(out, "L: %u more  ", result(v)->n_columns - v->left - v->seen);
	if (v->clipped) {
		format_bytes(out, hogql_json(result(v), current(v), v->column).n);
		buf_puts(out, is_id(v) ? " (Tab shows all)  " : " (Enter shows all)  ");
	}
}

static void hogql_status(struct view *view, struct buf *out)
{
	struct hogql_view *v = (struct hogql_view *)view;

	if (v->row_shown) {
		buf_printf(out, "row %llu  %d%%  ", (unsigned long long)v->list.cursor + 1,
		           reader_percent(&v->reader));
		reader_find_status(&v->reader, out);
		return;
	}
	if (has_rows(v))
		append_place(v, out);
	search_status(&v->search, out);
	buf_puts(out, v->sorting != NULL ? "sorting  " : "");
	buf_puts(out, "e query");
	buf_puts(out, has_rows(v) ? "  s sort" : "");
}

static void hogql_command(struct view *view, struct buf *out)
{
	buf_puts(out, "tracehog hogql ");
	view_quote_id(out, buf_str(&((struct hogql_view *)view)->hogql->query));
}

static void hogql_go(struct view *view, uint64_t number, bool percent)
{
	struct hogql_view *v = (struct hogql_view *)view;

	if (v->row_shown)
		reader_go(&v->reader, number, percent);
	else
		list_go(&v->list, view_place(number, percent, v->list.count));
}

/* ---- copying ---- */

static void copy_row(const struct hogql_view *v, struct buf *out)
{
	const struct hogql_result *r = result(v);
	struct json_writer w = {.out = out};

	json_begin_object(&w);
	for (uint32_t i = 0; i < r->n_columns; i++) {
		json_write_key_text(&w, r->columns[i].key);
		json_write_raw(&w, hogql_json(r, current(v), i));
	}
	json_end_object(&w);
	json_writer_end(&w);
	v->view.world->copied = "row";
}

#define BIT(what) (1u << (what))

static bool copy_of_rows(struct hogql_view *v, enum copy_what what, struct buf *out)
{
	struct world *w = v->view.world;

	switch (what) {
	case COPY_OFFERED:
		w->offered |= BIT(COPY_SMART) | BIT(COPY_JSON) | BIT(COPY_TABLE);
		w->offered |= is_id(v) ? BIT(COPY_ID) : 0;
		return true;
	case COPY_SMART:
	case COPY_ID:
		if (what == COPY_ID && !is_id(v))
			return false;
		w->copied = what == COPY_ID ? NULL : "value";
		copy_value(v, out);
		return out->n > 0;
	case COPY_JSON:
		copy_row(v, out);
		return true;
	case COPY_TABLE:
	case COPY_SHOWN:
		w->copied = "table";
		return hogql_export(v, out);
	default:
		return false;
	}
}

static bool hogql_copy(struct view *view, enum copy_what what, struct buf *out)
{
	struct hogql_view *v = (struct hogql_view *)view;

	if (what == COPY_OFFERED)
		view->world->offered |= BIT(COPY_HOGQL);
	if (what == COPY_HOGQL) {
		buf_append(out, buf_str(&v->hogql->query));
		return true;
	}
	if (has_rows(v))
		return copy_of_rows(v, what, out);
	return what == COPY_OFFERED;
}

/* ---- beginning and end ---- */

static void hogql_view_free(struct view *view)
{
	struct hogql_view *v = (struct hogql_view *)view;

	hogql_stop_jobs(v);
	hogql_free(v->hogql);
	mem_free(v->order);
	buf_free(&v->needle);
	reader_fini(&v->reader);
	mem_free(v);
}

static void on_change(void *ctx)
{
	struct hogql_view *v = ctx;
	struct world *w = v->view.world;

	if (v->version != v->hogql->version)
		begin(v);
	if (w->redraw != NULL)
		w->redraw(w->redraw_ctx);
}

static void hogql_typed(struct view *view, struct str query)
{
	hogql_ask(((struct hogql_view *)view)->hogql, query);
}

static const struct view_class hogql_class = {
	.title = "HogQL",
	.free = hogql_view_free,
	.draw = hogql_view_draw,
	.act = hogql_act,
	.find = hogql_find,
	.head = hogql_head,
	.status = hogql_status,
	.command = hogql_command,
	.go = hogql_go,
	.copy = hogql_copy,
	.typed = hogql_typed,
};

struct view *view_hogql_new(struct world *w, struct str query)
{
	struct hogql_view *v = mem_zero(1, sizeof(*v));

	v->view = (struct view){.class = &hogql_class, .world = w, .title = "HogQL"};
	v->hogql = hogql_new(explorer_posthog(w->explorer), on_change, v);
	reader_init(&v->reader);
	hogql_ask(v->hogql, query);
	return &v->view;
}

bool view_hogql_ask(struct view *v, struct str query)
{
	if (v == NULL || v->class != &hogql_class)
		return false;
	hogql_typed(v, query);
	return true;
}
