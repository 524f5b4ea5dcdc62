/* Two traces beside each other: d on two that are marked in a list. Their parts are paired by kind and name, in order; whether the
 * outputs of a pair are the same is read as its row is seen, one after the other.
 *
 * Invariant: what is shown is whole and stays until the next is, which is made when one of the traces has changed. */
#include "view/compare.h"

#include "base/mem.h"
#include "base/slice.h"
#include "base/utf8.h"
#include "widget/waterfall.h"

#include <string.h>

#define SIDE_BY_SIDE_COLUMNS 120
#define BUILD_US             3000 /* of a frame */

static struct model *model_of(const struct compare_view *c)
{
	return explorer_model(c->view.world->explorer);
}

/* ---- making it ---- */

static void state_fini(struct compare_view *c, struct compare_state *s)
{
	tree_drop(s->building);
	for (int side = 0; side < 2; side++) {
		tree_free(&s->trees[side]);
		mem_free(s->keys[side].keys);
	}
	explorer_pair_end(c->view.world->explorer, s->paired);
	mem_free(s->rows);
	*s = (struct compare_state){0};
}

static bool make_tree(struct compare_view *c, struct compare_state *s, struct slice *slice)
{
	uint32_t trace = c->traces[s->side];

	if (s->keys[s->side].keys != NULL) /* they are made of it */
		return true;
	if (s->building == NULL) {
		s->versions[s->side] = model_trace(model_of(c), trace)->version;
		s->building = tree_start(model_of(c), trace);
	}
	if (!tree_step(s->building, slice->until))
		return false;
	tree_take(s->building, &s->trees[s->side]);
	s->building = NULL;
	return true;
}

static bool make_keys(struct compare_view *c, struct compare_state *s, struct slice *slice)
{
	const struct events *events = model_events(model_of(c));
	const struct tree *t = &s->trees[s->side];
	struct alike_sequence *k = &s->keys[s->side];

	if (k->keys == NULL)
		k->keys = mem_alloc((size_t)t->n + 1, sizeof(*k->keys));
	for (; k->n < t->n; k->n++) {
		if (slice_over(slice))
			return false;
		k->keys[k->n] = alike_key(events, t->nodes[k->n].event);
	}
	return true;
}

static bool has_output(const struct compare_view *c, const struct compare_state *s,
                       const struct compare_row *row)
{
	const struct events *t = model_events(model_of(c));
	uint32_t flags = 0;

	for (int side = 0; side < 2; side++) {
		if (row->nodes[side] == ALIKE_NONE)
			return false;
		flags |= events_get(t, s->trees[side].nodes[row->nodes[side]].event)->flags;
	}
	return flags & EVENT_HAS_OUTPUT;
}

static void make_row(struct compare_view *c, struct compare_state *s)
{
	const struct alike_pair *pair = &s->paired->pairs.list[s->n];
	struct compare_row *row = &s->rows[s->n++];

	*row = (struct compare_row){.nodes = {pair->at[0], pair->at[1]}};
	if (row->nodes[0] == ALIKE_NONE)
		s->only[1]++;
	else if (row->nodes[1] == ALIKE_NONE)
		s->only[0]++;
	else
		row->differences = (uint8_t)alike_differences(
			model_events(model_of(c)), s->trees[0].nodes[row->nodes[0]].event,
			s->trees[1].nodes[row->nodes[1]].event);
	s->same += !compare_is_change(row);
	s->unread += !compare_is_change(row) && has_output(c, s, row);
}

static bool make_rows(struct compare_view *c, struct compare_state *s, struct slice *slice)
{
	if (s->paired == NULL) {
		s->paired = explorer_pair_up(c->view.world->explorer, s->keys);
		s->keys[0] = s->keys[1] = (struct alike_sequence){0};
	}
	if (!s->paired->ready)
		return false;
	if (s->rows == NULL)
		s->rows = mem_alloc((size_t)s->paired->pairs.n + 1, sizeof(*s->rows));
	while (s->n < s->paired->pairs.n) {
		if (slice_over(slice))
			return false;
		make_row(c, s);
	}
	return true;
}

static bool make(struct compare_view *c, struct compare_state *s, struct slice *slice)
{
	for (; s->side < 2; s->side++)
		if (!make_tree(c, s, slice) || !make_keys(c, s, slice))
			return false;
	return make_rows(c, s, slice);
}

/* ---- keeping it ---- */

static bool is_outdated(const struct compare_view *c)
{
	return !c->shown.ready ||
	       (c->view.world->follow &&
	        (model_trace(model_of(c), c->traces[0])->version != c->shown.versions[0] ||
	         model_trace(model_of(c), c->traces[1])->version != c->shown.versions[1]));
}

static void stop_reading(struct compare_view *c)
{
	explorer_compare_end(c->view.world->explorer, c->compared);
	c->compared = NULL;
}

/* Whether it went on. */
static bool stop_search(struct compare_view *c)
{
	bool awaited = c->awaits;

	c->awaits = false;
	return search_cancel(&c->search) || awaited;
}

static void keep_cursor(struct compare_view *c, const uint32_t events[2])
{
	for (uint32_t row = 0; row < c->shown.n; row++)
		for (int side = 0; side < 2; side++)
			if (events[side] != EVENT_NONE &&
			    compare_event(c, row, side) == events[side]) {
				list_place(&c->list, row);
				return;
			}
}

static void show_next(struct compare_view *c)
{
	uint32_t events[2] = {EVENT_NONE, EVENT_NONE};

	for (int side = 0; side < 2 && c->list.cursor < c->shown.n; side++)
		events[side] = compare_event(c, c->list.cursor, side);
	stop_reading(c);
	state_fini(c, &c->shown);
	c->shown = c->next;
	c->next = (struct compare_state){0};
	c->shown.ready = true;
	c->making = false;
	c->list.count = c->shown.n;
	c->told = 0;
	buf_clear(&c->copy);
	stop_search(c);
	keep_cursor(c, events);
}

static void update(struct compare_view *c)
{
	struct slice slice = {.until = time_monotonic() + BUILD_US};

	if (!c->making && !is_outdated(c))
		return;
	c->making = true;
	if (make(c, &c->next, &slice))
		show_next(c);
	else if (c->next.paired == NULL || c->next.paired->ready)
		c->view.draw_again_us = VIEW_AT_ONCE;
}

/* ---- outputs ---- */

static void take_output(struct compare_view *c)
{
	struct compare_row *row = &c->shown.rows[c->reading];
	const struct comparison *k = &c->compared->comparison;
	bool was_same = !compare_is_change(row);

	row->output = OUTPUT_UNREADABLE;
	if (c->compared->state == DETAIL_READY)
		row->output = comparison_count(k->outputs, k->n_outputs, CHANGE_NONE) ==
		                              k->n_outputs
		                      ? OUTPUT_SAME
		                      : OUTPUT_DIFFERS;
	c->shown.same -= was_same && compare_is_change(row);
	c->shown.unread -= was_same && row->output != OUTPUT_UNREADABLE;
	stop_reading(c);
}

static bool is_unread(const struct compare_view *c, uint64_t row)
{
	return compare_at(c, row)->output == OUTPUT_UNKNOWN &&
	       has_output(c, &c->shown, compare_at(c, row));
}

/* Of the row that is waited for, else of those that are seen, one at a time. */
static void read_outputs(struct compare_view *c)
{
	struct explorer *x = c->view.world->explorer;
	uint64_t seen = c->list.height > 0 ? (uint64_t)c->list.height : 0;
	uint64_t row = c->awaits ? c->search.at : c->list.top;
	uint64_t end = c->awaits ? row + 1 : row + seen;

	for (; c->compared == NULL && row < end && row < c->shown.n; row++) {
		if (!is_unread(c, row))
			continue;
		c->reading = (uint32_t)row;
		c->compared = explorer_compare(x, compare_event(c, row, 0),
		                               compare_event(c, row, 1));
	}
}

/* ---- finding ---- */

static bool row_holds(void *ctx, uint64_t row)
{
	struct compare_view *c = ctx;
	struct buf text = {0};
	size_t length;
	bool found = false;

	for (int side = 0; side < 2 && !found; side++) {
		uint32_t event = compare_event(c, row, side);

		if (event == EVENT_NONE)
			continue;
		buf_clear(&text);
		waterfall_label(model_events(model_of(c)), event, &text);
		found = utf8_find(buf_str(&text), buf_str(&c->needle), 0, &length) != SIZE_MAX;
	}
	buf_free(&text);
	return found;
}

/* For all that is known. */
static bool row_may_change(void *ctx, uint64_t row)
{
	return compare_is_change(compare_at(ctx, row)) || is_unread(ctx, row);
}

static void go_to_found(struct compare_view *c)
{
	const char *wrapped = search_wrapped(&c->search);

	list_go(&c->list, c->search.at);
	buf_puts(&c->view.world->message, wrapped != NULL ? wrapped : "");
}

static void go_on(struct compare_view *c)
{
	bool text = c->needle.n > 0;
	enum search_state state = search_more(&c->search, BUILD_US,
	                                      text ? row_holds : row_may_change, c);

	if (state == SEARCH_GOES_ON) {
		c->view.draw_again_us = VIEW_AT_ONCE;
		return;
	}
	if (state == SEARCH_NONE) {
		buf_puts(&c->view.world->message, text ? "nothing found"
		                                  : c->shown.unread > 0
		                                          ? "no other change in what was read"
		                                          : "no other change");
		return;
	}
	c->awaits = !text && !compare_is_change(compare_at(c, c->search.at));
	if (!c->awaits)
		go_to_found(c);
}

/* What the search has come to is read. */
static void go_on_when_read(struct compare_view *c)
{
	if (!c->awaits || is_unread(c, c->search.at))
		return;
	c->awaits = false;
	if (compare_is_change(compare_at(c, c->search.at))) {
		go_to_found(c);
	} else {
		search_resume(&c->search);
		go_on(c);
	}
}

static void begin_search(struct compare_view *c, struct str needle, int direction)
{
	stop_search(c);
	buf_clear(&c->needle);
	buf_append(&c->needle, needle);
	search_begin(&c->search, c->list.cursor, c->shown.n, direction);
	go_on(c);
}

static bool compare_find(struct view *v, struct str needle, int direction)
{
	struct compare_view *c = (struct compare_view *)v;

	if (needle.n == 0 || c->shown.n == 0)
		return false;
	begin_search(c, needle, direction);
	return true;
}

/* ---- keys ---- */

static void open_row(struct compare_view *c)
{
	struct world *w = c->view.world;
	const struct events *t = model_events(model_of(c));
	uint32_t events[2];

	if (c->list.cursor >= c->shown.n)
		return;
	for (int side = 0; side < 2; side++)
		events[side] = compare_event(c, c->list.cursor, side);
	if (events[0] == EVENT_NONE || events[1] == EVENT_NONE) {
		int side = events[0] == EVENT_NONE;

		w->wish = (struct wish){WISH_EVENT, c->traces[side], events[side]};
	} else if (event_kind(events_get(t, events[0])) <= EVENT_SPAN) {
		w->wish = (struct wish){WISH_DIFF, events[0], events[1]};
	}
}

static bool compare_act(struct view *v, enum action action, int argument)
{
	struct compare_view *c = (struct compare_view *)v;

	(void)argument;
	if (stop_search(c) && action == ACTION_CANCEL)
		return true;
	switch (action) {
	case ACTION_SIDE_BY_SIDE:
		c->side_by_side = !c->side_by_side;
		c->chosen = true;
		return true;
	case ACTION_NEXT_MESSAGE:
	case ACTION_PREVIOUS_MESSAGE:
		if (c->shown.n > 0)
			begin_search(c, STR_EMPTY, action == ACTION_NEXT_MESSAGE ? 1 : -1);
		return true;
	case ACTION_OPEN:
		open_row(c);
		return true;
	case ACTION_LEFT:
		v->world->wish.kind = WISH_CLOSE;
		return true;
	case ACTION_RELOAD:
		explorer_want_traces(v->world->explorer, c->traces, 2, true);
		return true;
	default:
		return list_act(&c->list, action);
	}
}

static void compare_go(struct view *v, uint64_t number, bool percent)
{
	struct list *l = &((struct compare_view *)v)->list;

	list_go(l, view_place(number, percent, l->count));
}

/* ---- around it ---- */

static void view_draw(struct view *v, struct surface *s, struct area a)
{
	struct compare_view *c = (struct compare_view *)v;

	v->draw_again_us = 0;
	if (!c->chosen)
		c->side_by_side = a.cols >= SIDE_BY_SIDE_COLUMNS;
	update(c);
	if (search_goes_on(&c->search))
		go_on(c);
	if (c->compared != NULL && c->compared->state != DETAIL_LOADING)
		take_output(c);
	go_on_when_read(c);
	compare_draw(c, s, a);
	if (c->shown.ready)
		read_outputs(c);
	if (c->telling)
		v->draw_again_us = VIEW_AT_ONCE;
	c->telling = false;
}

static void compare_head(struct view *v, struct buf *out)
{
	struct compare_view *c = (struct compare_view *)v;
	const struct ids *ids = &explorer_events(v->world->explorer)->ids;

	view_short_id(out, ids, model_trace(model_of(c), c->traces[0])->id);
	buf_puts(out, " -> ");
	view_short_id(out, ids, model_trace(model_of(c), c->traces[1])->id);
}

static void compare_status(struct view *v, struct buf *out)
{
	struct compare_view *c = (struct compare_view *)v;

	if (!c->shown.ready)
		return;
	search_status(&c->search, out);
	if (c->awaits)
		buf_printf(out, "reading %llu/%u (Esc)  ", (unsigned long long)c->search.at + 1,
		           c->shown.n);
	list_position(&c->list, out);
	buf_puts(out, "  ");
	compare_tell_counts(c, out);
	buf_printf(out, "  { } change  S %s  Enter diff",
	           c->side_by_side ? "inline" : "side by side");
}

static void compare_command(struct view *v, struct buf *out)
{
	struct compare_view *c = (struct compare_view *)v;
	struct buf ids[2] = {{0}, {0}};

	for (int side = 0; side < 2; side++)
		ids_text(&explorer_events(v->world->explorer)->ids,
		         model_trace(model_of(c), c->traces[side])->id, &ids[side]);
	buf_puts(out, "tracehog diff ");
	if (str_starts(buf_str(&ids[0]), STR("-")) || str_starts(buf_str(&ids[1]), STR("-")))
		buf_puts(out, "-- ");
	view_quote(out, buf_str(&ids[0]));
	buf_add(out, ' ');
	view_quote(out, buf_str(&ids[1]));
	buf_free(&ids[0]);
	buf_free(&ids[1]);
}

/* A few milliseconds' worth of rows; says whether all are told. */
static bool tell(struct compare_view *c)
{
	struct slice slice = {.until = time_monotonic() + BUILD_US};

	if (c->told == 0 && c->copy.n == 0) {
		compare_tell_totals(c, 0, &c->copy);
		compare_tell_totals(c, 1, &c->copy);
	}
	for (; c->told < c->shown.n && !slice_over(&slice); c->told++)
		compare_tell(c, c->told, &c->copy);
	c->telling = c->told < c->shown.n;
	return !c->telling;
}

static bool compare_copy(struct view *v, enum copy_what what, struct buf *out)
{
	struct compare_view *c = (struct compare_view *)v;
	uint32_t event;

	if (!c->shown.ready)
		return false;
	if (what == COPY_SMART || what == COPY_SHOWN || what == COPY_TRANSCRIPT) {
		v->world->reading = !tell(c);
		if (v->world->reading)
			return false;
		v->world->copied = "comparison";
		buf_append(out, buf_str(&c->copy));
		buf_clear(&c->copy);
		c->told = 0;
		return true;
	}
	if (c->list.cursor >= c->shown.n)
		return false;
	event = compare_event(c, c->list.cursor, 1);
	return view_copy_event(v->world,
	                       event != EVENT_NONE ? event : compare_event(c, c->list.cursor, 0),
	                       what, out);
}

static void compare_free(struct view *v)
{
	struct compare_view *c = (struct compare_view *)v;

	stop_reading(c);
	state_fini(c, &c->shown);
	state_fini(c, &c->next);
	buf_free(&c->needle);
	buf_free(&c->copy);
	mem_free(c);
}

static const struct view_class compare_class = {
	.title = "Compare",
	.free = compare_free,
	.draw = view_draw,
	.act = compare_act,
	.find = compare_find,
	.head = compare_head,
	.status = compare_status,
	.command = compare_command,
	.go = compare_go,
	.copy = compare_copy,
};

struct view *view_compare_new(struct world *w, uint32_t before, uint32_t after)
{
	struct compare_view *c = mem_zero(1, sizeof(*c));

	c->view = (struct view){.class = &compare_class, .world = w, .title = compare_class.title};
	c->traces[0] = before;
	c->traces[1] = after;
	explorer_want_traces(w->explorer, c->traces, 2, false);
	return &c->view;
}

/* ---- which two ---- */

bool view_compare(struct world *w, uint32_t trace)
{
	uint32_t traces[2] = {MODEL_NONE, trace}, n = 0;

	for (uint32_t i = 0; i < w->marks.n; i++) {
		if (w->marks.list[i].kind != ROWS_TRACES)
			continue;
		if (n < 2)
			traces[n] = w->marks.list[i].id;
		n++;
	}
	if (n > 2) {
		buf_printf(&w->message, "%u traces are marked: two can be compared (Esc clears)",
		           n);
	} else if (n == 2 || (n == 1 && trace != MODEL_NONE && traces[0] != trace)) {
		w->wish = (struct wish){WISH_COMPARE, traces[0], traces[1]};
		marks_clear(&w->marks, ROWS_TRACES);
	} else if (trace != MODEL_NONE) {
		buf_puts(&w->message, marks_turn(&w->marks, ROWS_TRACES, trace)
		                              ? "marked; d on another trace compares"
		                              : "no longer marked");
	}
	return true;
}
