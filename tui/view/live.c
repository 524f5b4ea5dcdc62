/* Live: the traces that came last, oldest first, each as the waterfall it has grown to; new ones come in below.
 *
 * The cursor is on a trace or an event, not on a row: what slots in above it does not move it on the screen. While it stands
 * on the last row it stays on the last; away from it, what comes is counted. Nothing that is on the screen is dropped. */
#include "base/mem.h"
#include "base/time.h"
#include "base/utf8.h"
#include "draw/format.h"
#include "view/view.h"
#include "widget/detail.h"
#include "widget/list.h"
#include "widget/waterfall.h"

#include <string.h>

#define LIVE_TRACES   100
#define TIME_COLUMNS  9                  /* "22:14:01 " */
#define RATE_SPAN     (60 * TIME_SECOND) /* rates are of the last minute */
#define RATE_EVENTS   20000              /* looked at for them, at most */
#define REFRESH_SHARE 10                 /* one part in ten of the time may go into trees */

struct block {
	struct waterfall waterfall;
	uint64_t first; /* number of its first row */
};

struct live_view {
	struct view view;
	struct block *blocks; /* by arrival of their traces */
	uint32_t n_blocks, cap_blocks;
	uint32_t next_trace; /* the first that has no block yet */
	struct list list;    /* over the rows of all blocks */
	uint64_t waiting;    /* rows that came below the cursor and were not looked at */
	uint32_t version;    /* of the model that the blocks show */
	int64_t refresh_after;
	struct detail_pane detail;
	bool detail_focused, zoomed, detail_visible;
};

static struct model *model_of(struct live_view *l)
{
	return explorer_model(l->view.world->explorer);
}

/* ---- rows ---------------------------------------------------------------------------------------------------------- */

static struct block *block_at(const struct live_view *l, uint64_t row)
{
	uint32_t low = 0, high = l->n_blocks;

	while (high - low > 1) {
		uint32_t middle = low + (high - low) / 2;
		if (l->blocks[middle].first <= row)
			low = middle;
		else
			high = middle;
	}
	return low < l->n_blocks ? &l->blocks[low] : NULL;
}

struct place {
	uint32_t trace, event; /* MODEL_NONE: nowhere; EVENT_NONE: the trace's own row */
};

static struct place place_at(const struct live_view *l, uint64_t row)
{
	const struct block *b = block_at(l, row);

	if (b == NULL || row >= l->list.count)
		return (struct place){MODEL_NONE, EVENT_NONE};
	return (struct place){b->waterfall.trace, waterfall_event(&b->waterfall, row - b->first)};
}

static uint64_t row_in_block(const struct block *b, uint32_t event)
{
	for (uint64_t row = 0; row < b->waterfall.n_rows; row++)
		if (waterfall_event(&b->waterfall, row) == event)
			return b->first + row;
	return b->first;
}

static uint64_t row_of(const struct live_view *l, struct place p)
{
	for (uint32_t i = 0; i < l->n_blocks; i++)
		if (l->blocks[i].waterfall.trace == p.trace)
			return row_in_block(&l->blocks[i], p.event);
	return UINT64_MAX;
}

static void add_block(struct live_view *l, uint32_t trace)
{
	if (l->n_blocks == l->cap_blocks) {
		l->cap_blocks = l->cap_blocks ? l->cap_blocks * 2 : LIVE_TRACES;
		l->blocks = mem_resize(l->blocks, l->cap_blocks, sizeof(*l->blocks));
	}
	l->blocks[l->n_blocks] = (struct block){0};
	waterfall_init(&l->blocks[l->n_blocks++].waterfall, trace);
}

static void take_new_traces(struct live_view *l)
{
	uint32_t n = model_trace_count(model_of(l));

	if (n - l->next_trace > LIVE_TRACES)
		l->next_trace = n - LIVE_TRACES;
	for (; l->next_trace < n; l->next_trace++)
		add_block(l, l->next_trace);
}

/* The oldest beyond the limit that end above the screen. */
static void drop_old(struct live_view *l)
{
	uint32_t drop = 0;

	while (l->n_blocks - drop > LIVE_TRACES && drop + 1 < l->n_blocks &&
	       l->blocks[drop + 1].first <= l->list.top)
		waterfall_fini(&l->blocks[drop++].waterfall);
	if (drop == 0)
		return;
	l->n_blocks -= drop;
	memmove(l->blocks, l->blocks + drop, l->n_blocks * sizeof(*l->blocks));
}

static uint64_t number_rows(struct live_view *l)
{
	uint64_t rows = 0;

	for (uint32_t i = 0; i < l->n_blocks; i++) {
		waterfall_update(&l->blocks[i].waterfall, model_of(l));
		l->blocks[i].first = rows;
		rows += l->blocks[i].waterfall.n_rows;
	}
	return rows;
}

static void rebuild(struct live_view *l)
{
	struct place on = place_at(l, l->list.cursor);
	bool at_end = l->list.count == 0 || l->list.cursor + 1 >= l->list.count;
	uint64_t before = l->list.count, rows, row;

	drop_old(l);
	take_new_traces(l);
	rows = number_rows(l);
	l->list.count = rows;
	if (at_end) {
		l->waiting = 0;
		list_go(&l->list, rows);
		return;
	}
	l->waiting += rows > before ? rows - before : 0;
	row = row_of(l, on);
	if (row != UINT64_MAX)
		list_place(&l->list, row);
}

/* Frozen (F): what is shown stays while the journal goes on. */
static void refresh(struct live_view *l)
{
	struct world *w = l->view.world;
	int64_t now = time_monotonic();

	l->view.draw_again_us = 0;
	if (l->version == model_version(model_of(l)) || (l->version != 0 && !w->follow))
		return;
	if (now < l->refresh_after) {
		l->view.draw_again_us = l->refresh_after - now;
		return;
	}
	rebuild(l);
	l->version = model_version(model_of(l));
	l->refresh_after = now + (time_monotonic() - now) * REFRESH_SHARE;
}

/* ---- drawing ------------------------------------------------------------------------------------------------------- */

static int64_t time_of(struct live_view *l, struct place p)
{
	struct model *m = model_of(l);

	return p.event == EVENT_NONE ? model_trace(m, p.trace)->start
	                             : events_start(model_events(m), p.event);
}

static void draw_times(struct live_view *l, struct surface *s, struct area a)
{
	struct buf text = {0};

	for (int row = 0; row < a.rows && l->list.top + (uint64_t)row < l->list.count; row++) {
		buf_clear(&text);
		time_append_clock(&text, time_of(l, place_at(l, l->list.top + (uint64_t)row)));
		surface_put(s, a, row, 1, TIME_COLUMNS - 1, ROLE_TIME, buf_str(&text));
	}
	buf_free(&text);
}

static void draw_blocks(struct live_view *l, struct surface *s, struct area a)
{
	uint64_t row = l->list.top, end = row + (uint64_t)a.rows;

	while (row < end && row < l->list.count) {
		const struct block *b = block_at(l, row);
		uint64_t block_end = b->first + b->waterfall.n_rows;
		struct area part = {a.row + (int)(row - l->list.top), a.col + TIME_COLUMNS, 0,
		                    a.cols - TIME_COLUMNS};

		part.rows = (int)((block_end < end ? block_end : end) - row);
		waterfall_draw_rows(&b->waterfall, model_of(l), s, part, row - b->first);
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
		surface_puts(s, body, 1, 3, ROLE_DIM, "nothing has come yet");
		return;
	}
	draw_times(l, s, body);
	draw_blocks(l, s, body);
	draw_cursor(l, s, body);
	surface_scrollbar(s, body, body.cols - 1, l->list.top, l->list.count);
}

static void live_draw(struct view *v, struct surface *s, struct area a)
{
	struct live_view *l = (struct live_view *)v;
	struct panes p = view_panes(s, a, 62, 60, l->zoomed, l->detail_focused);
	struct place on;

	refresh(l);
	l->detail_visible = p.second.rows > 0 && p.second.cols > 0;
	if (p.first.rows > 0)
		draw_list(l, s, p.first);
	on = place_at(l, l->list.cursor);
	if (!l->detail_visible || on.trace == MODEL_NONE)
		return;
	if (on.event == EVENT_NONE)
		detail_pane_trace(&l->detail, on.trace);
	else
		detail_pane_event(&l->detail, on.event);
	detail_pane_draw(&l->detail, v->world->explorer, s, p.second, l->detail_focused);
}

/* ---- acting -------------------------------------------------------------------------------------------------------- */

static bool next_error(struct live_view *l, int direction)
{
	const struct events *e = model_events(model_of(l));
	uint64_t n = l->list.count;

	for (uint64_t step = 1; step <= n; step++) {
		uint64_t row = (l->list.cursor + (direction > 0 ? step : n - step)) % n;
		uint32_t event = place_at(l, row).event;
		if (event != EVENT_NONE && (events_get(e, event)->flags & EVENT_ERROR)) {
			list_go(&l->list, row);
			return true;
		}
	}
	return false;
}

/* Folds belong to the block: it is told where the cursor is, and says where it is afterwards. */
static bool act_on_block(struct live_view *l, enum action action, int argument)
{
	struct block *b = block_at(l, l->list.cursor);
	struct place on = place_at(l, l->list.cursor);
	bool done;

	if (b == NULL || !waterfall_go(&b->waterfall, model_of(l), on.event))
		return false;
	done = waterfall_act(&b->waterfall, model_of(l), action, argument);
	on.event = waterfall_cursor(&b->waterfall);
	l->list.count = number_rows(l);
	list_go(&l->list, row_of(l, on));
	return done;
}

static void open_row(struct live_view *l)
{
	struct place on = place_at(l, l->list.cursor);

	if (on.trace != MODEL_NONE)
		l->view.world->wish = (struct wish){WISH_TRACE, on.trace, on.event};
}

static bool act_on_detail(struct live_view *l, enum action action)
{
	switch (action) {
	case ACTION_PREVIEW_DOWN:
		return detail_pane_act(&l->detail, ACTION_DOWN);
	case ACTION_PREVIEW_UP:
		return detail_pane_act(&l->detail, ACTION_UP);
	case ACTION_NEXT_TAB:
	case ACTION_PREVIOUS_TAB:
	case ACTION_WRAP:
		return detail_pane_act(&l->detail, action);
	default:
		return l->detail_focused && l->detail_visible &&
		       detail_pane_act(&l->detail, action);
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
		if (!next_error(l, action == ACTION_NEXT_ERROR ? 1 : -1))
			buf_puts(&l->view.world->message, "no error here");
		return true;
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

static bool live_act(struct view *v, enum action action, int argument)
{
	struct live_view *l = (struct live_view *)v;

	switch (action) {
	case ACTION_NEXT_PANE:
	case ACTION_PREVIOUS_PANE:
		l->detail_focused = !l->detail_focused;
		return true;
	case ACTION_ZOOM:
		l->zoomed = !l->zoomed;
		return true;
	default:
		return act_on_detail(l, action) || act_on_rows(l, action, argument);
	}
}

static bool live_find(struct view *v, struct str needle, int direction)
{
	struct live_view *l = (struct live_view *)v;
	const struct events *e = model_events(model_of(l));
	uint64_t n = l->list.count;
	struct buf label = {0};
	size_t matched;

	for (uint64_t step = 1; step <= n; step++) {
		uint64_t row = (l->list.cursor + (direction > 0 ? step : n - step)) % n;
		struct place p = place_at(l, row);
		buf_clear(&label);
		if (p.event != EVENT_NONE)
			waterfall_label(e, p.event, &label);
		else
			buf_append(&label, strings_get(&e->strings,
			                               model_trace(model_of(l), p.trace)->name));
		if (utf8_find(buf_str(&label), needle, 0, &matched) == SIZE_MAX)
			continue;
		list_go(&l->list, row);
		buf_free(&label);
		return true;
	}
	buf_free(&label);
	return false;
}

/* ---- head, status -------------------------------------------------------------------------------------------------- */

/* Events and money of the last minute, by their own timestamps. */
static void append_rates(struct live_view *l, struct buf *out)
{
	const struct events *e = model_events(model_of(l));
	int64_t since = l->view.world->now - RATE_SPAN;
	uint32_t events = 0, looked = 0;
	money cost = 0;

	for (uint32_t at = e->n; at-- > 0 && looked < RATE_EVENTS; looked++) {
		const struct event *r = events_get(e, at);
		if (r->time == TIME_NONE || r->time < since || model_superseded(model_of(l), at))
			continue;
		events++;
		if (r->cost != EVENT_NO_COST && event_kind(r) <= EVENT_EMBEDDING)
			cost += r->cost;
	}
	format_count(out, events);
	buf_puts(out, " ev/min  ");
	format_money(out, cost);
	buf_puts(out, "/min");
}

static void live_head(struct view *v, struct buf *out)
{
	struct live_view *l = (struct live_view *)v;
	const struct totals *t = model_totals(model_of(l));

	buf_puts(out, v->world->follow ? "FOLLOW  " : "FROZEN  ");
	append_rates(l, out);
	if (t->running > 0)
		buf_printf(out, "  %u running", t->running);
}

static void live_status(struct view *v, struct buf *out)
{
	struct live_view *l = (struct live_view *)v;

	if (l->waiting > 0)
		buf_printf(out, "+%llu new (G)  ", (unsigned long long)l->waiting);
	if (!v->world->follow)
		buf_puts(out, "frozen (F)  ");
	list_position(&l->list, out);
	buf_puts(out, "  e error  Tab detail  Enter open");
}

static void live_command(struct view *v, struct buf *out)
{
	(void)v;
	buf_puts(out, "tracehog tail");
}

static void live_free(struct view *v)
{
	struct live_view *l = (struct live_view *)v;

	for (uint32_t i = 0; i < l->n_blocks; i++)
		waterfall_fini(&l->blocks[i].waterfall);
	mem_free(l->blocks);
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
};

struct view *view_live_new(struct world *w)
{
	struct live_view *l = mem_zero(1, sizeof(*l));

	l->view = (struct view){.class = &live_class, .world = w, .title = "Live"};
	detail_pane_init(&l->detail);
	return &l->view;
}
