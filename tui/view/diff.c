/* What changed from one call to another: D the call before, d two that were marked. Rows are made and added a few milliseconds
 * at a time, since texts may be of any size. */
#include "base/mem.h"
#include "base/slice.h"
#include "draw/format.h"
#include "explorer_replay.h"
#include "view/view.h"
#include "widget/diff_lay.h"

#define SIDE_BY_SIDE_COLUMNS 120
#define BUILD_US             3000 /* of a frame */

/* Which call of its trace: counted anew when the trace has changed. */
struct numbered {
	uint32_t event, version, number;
};

struct diff_view {
	struct view view;
	uint32_t before, after; /* before EVENT_NONE: not known yet, or there is none */
	struct buf
		answer; /* what it is compared with, if that stands in no source: after is before then */
	bool previous;         /* the call before was asked for */
	bool none;             /* and there is none */
	struct errinfo unread; /* unless it could not be read */
	const struct compared *compared;
	struct diff diff;
	bool started, done; /* making rows */
	struct reader reader;
	uint32_t shown; /* rows in the reader */
	uint32_t fold;  /* its last fold's piece, and 1 */
	uint32_t changes;
	bool side_by_side, chosen; /* chosen: by a key, whatever the width */
	struct reader_place place; /* to come back to once it is laid out again */
	struct buf copy;           /* what is copied, as far as it is told */
	uint32_t told;             /* rows */
	bool telling;              /* it was asked for since the last drawing, and goes on */
	struct numbered numbers[2];
};

/* ---- making it ------------------------------------------------------------------------------- */

static void find_previous(struct diff_view *d)
{
	const struct previous *p;

	if (!d->previous || d->none || d->before != EVENT_NONE)
		return;
	p = explorer_previous(d->view.world->explorer, d->after);
	if (p == NULL)
		return;
	d->before = p->event;
	d->none = p->event == EVENT_NONE;
	d->unread = p->error;
}

static void start(struct diff_view *d)
{
	struct explorer *x = d->view.world->explorer;

	find_previous(d);
	if (d->before == EVENT_NONE)
		return;
	if (d->compared == NULL) {
		explorer_want_body(x, d->before);
		d->compared = d->answer.n > 0
		                      ? explorer_compare_answer(x, d->before, buf_str(&d->answer))
		                      : explorer_compare(x, d->before, d->after);
	}
	if (d->compared->state != DETAIL_READY || d->started)
		return;
	diff_init(&d->diff, explorer_events(x), d->compared, !d->previous);
	d->started = true;
}

static void show_rows(struct diff_view *d)
{
	for (; d->shown < d->diff.n; d->shown++) {
		const struct diff_row *row = &d->diff.rows[d->shown];
		uint32_t piece = diff_lay_row(&d->reader, row, d->fold, d->side_by_side);

		if (row->shape == DIFF_FOLD)
			d->fold = piece + 1;
		d->changes += row->begins;
	}
}

static void build(struct diff_view *d)
{
	struct slice slice = {.until = time_monotonic() + BUILD_US};

	if (!d->started)
		return;
	while (!d->done && !slice_over(&slice)) {
		d->done = !diff_step(&d->diff);
		show_rows(d);
	}
	if (d->done && d->place.piece > 0) {
		d->reader.top = d->place;
		d->place = (struct reader_place){0};
	}
}

/* From the rows there are, as after a change of the layout. */
static void lay_again(struct diff_view *d)
{
	d->place = d->reader.top;
	reader_clear(&d->reader);
	diff_fini(&d->diff);
	buf_clear(&d->copy);
	d->told = d->shown = d->fold = d->changes = 0;
	d->started = d->done = false;
}

static void choose_layout(struct diff_view *d, int columns)
{
	bool side_by_side = columns >= SIDE_BY_SIDE_COLUMNS;

	if (d->chosen || d->side_by_side == side_by_side)
		return;
	d->side_by_side = side_by_side;
	lay_again(d);
}

static bool has_failed(const struct diff_view *d)
{
	return d->compared != NULL && d->compared->state == DETAIL_FAILED;
}

/* ---- drawing --------------------------------------------------------------------------------- */

static void say(struct surface *s, struct area a, enum role role, const char *text)
{
	struct reader r;

	reader_init(&r);
	reader_add(&r, role, 0, ROLE_TEXT, STR_EMPTY, str_of(text));
	reader_draw(&r, s, a);
	reader_fini(&r);
}

static void diff_draw(struct view *v, struct surface *s, struct area a)
{
	struct diff_view *d = (struct diff_view *)v;

	choose_layout(d, a.cols);
	start(d);
	build(d);
	v->draw_again_us = 0;
	if (d->none && d->unread.code != ERR_OK)
		say(s, a, ROLE_ERROR, d->unread.msg);
	else if (d->none)
		say(s, a, ROLE_DIM,
		    "No earlier call of this trace begins with the same message: there is nothing to "
		    "compare it with.\nd marks a call, d on another one compares the two.");
	else if (d->before == EVENT_NONE)
		say(s, a, ROLE_DIM, "Looking for the call before ...");
	else if (has_failed(d))
		say(s, a, ROLE_ERROR, d->compared->error.msg);
	else if (d->compared->state == DETAIL_LOADING)
		say(s, a, ROLE_DIM, "Reading both calls ...");
	else
		reader_draw(&d->reader, s, a);
	if ((d->started && !d->done) || d->telling || reader_busy(&d->reader))
		v->draw_again_us = VIEW_AT_ONCE;
	d->telling = false;
}

/* ---- keys ------------------------------------------------------------------------------------ */

static bool diff_act(struct view *v, enum action action, int argument)
{
	struct diff_view *d = (struct diff_view *)v;

	(void)argument;
	switch (action) {
	case ACTION_SIDE_BY_SIDE:
		d->side_by_side = !d->side_by_side;
		d->chosen = true;
		lay_again(d);
		return true;
	case ACTION_DIFF:
	case ACTION_DIFF_MARK:
		return view_diff(v->world, action, d->after);
	case ACTION_LEFT:
		if (!reader_act(&d->reader, action))
			v->world->wish.kind = WISH_CLOSE;
		return true;
	default:
		return reader_act(&d->reader, action);
	}
}

static bool diff_find(struct view *v, struct str needle, int direction)
{
	struct diff_view *d = (struct diff_view *)v;
	bool found = reader_find(&d->reader, needle, direction);

	buf_puts(&v->world->message, d->reader.error.msg);
	return found || v->world->message.n > 0;
}

static void diff_go(struct view *v, uint64_t number, bool percent)
{
	reader_go(&((struct diff_view *)v)->reader, number, percent);
}

/* ---- around it ------------------------------------------------------------------------------- */

static uint32_t number_of(struct diff_view *d, struct numbered *n, uint32_t event)
{
	struct explorer *x = d->view.world->explorer;
	uint32_t trace = model_trace_of(explorer_model(x), event);
	uint32_t version = trace == MODEL_NONE ? 0 : model_trace(explorer_model(x), trace)->version;

	if (n->number == 0 || n->event != event || n->version != version)
		*n = (struct numbered){event, version, explorer_call_number(x, event)};
	return n->number;
}

static void add_call(struct diff_view *d, struct numbered *n, uint32_t event, struct buf *out)
{
	const struct events *t = explorer_events(d->view.world->explorer);
	uint32_t number = number_of(d, n, event), id = events_uuid(t, event);

	if (number > 0)
		buf_printf(out, "#%u", number);
	else
		view_short_id(out, &t->ids, id != 0 ? id : events_node_id(t, event));
}

/* Of two traces each is named. */
static void diff_head(struct view *v, struct buf *out)
{
	struct diff_view *d = (struct diff_view *)v;
	const struct events *t = explorer_events(v->world->explorer);
	uint32_t after = events_get(t, d->after)->trace, before = after;

	if (d->answer.n > 0) {
		add_call(d, &d->numbers[0], d->before, out);
		buf_puts(out, " -> sent again");
		return;
	}

	if (d->before != EVENT_NONE) {
		before = events_get(t, d->before)->trace;
		add_call(d, &d->numbers[0], d->before, out);
		if (before != after && before != 0) {
			buf_puts(out, " of ");
			view_short_id(out, &t->ids, before);
		}
		buf_puts(out, " -> ");
	}
	add_call(d, &d->numbers[1], d->after, out);
	if (after == 0)
		return;
	buf_puts(out, before != after ? " of " : "  trace ");
	view_short_id(out, &t->ids, after);
}

static void diff_status(struct view *v, struct buf *out)
{
	struct diff_view *d = (struct diff_view *)v;

	reader_find_status(&d->reader, out);
	buf_puts(out, out->n > 0 ? "  " : "");
	if (!d->started)
		return;
	format_count(out, d->changes);
	buf_printf(out, "%s change%s  %d%%  { } change  S %s", d->done ? "" : "+",
	           d->changes == 1 ? "" : "s", reader_percent(&d->reader),
	           d->side_by_side ? "inline" : "side by side");
}

static void id_of(struct diff_view *d, uint32_t event, struct buf *out)
{
	const struct events *t = explorer_events(d->view.world->explorer);
	uint32_t id = events_uuid(t, event);

	ids_text(&t->ids, id != 0 ? id : events_node_id(t, event), out);
}

static void diff_command(struct view *v, struct buf *out)
{
	struct diff_view *d = (struct diff_view *)v;
	struct buf before = {0}, after = {0};

	if (d->answer.n > 0)
		return;
	if (d->before != EVENT_NONE)
		id_of(d, d->before, &before);
	id_of(d, d->after, &after);
	if (after.n > 0 && (d->previous || before.n > 0)) {
		bool dashes = str_starts(buf_str(&before), STR("-")) ||
		              str_starts(buf_str(&after), STR("-"));

		buf_puts(out, d->previous ? "tracehog diff --previous " : "tracehog diff ");
		buf_puts(out, dashes ? "-- " : "");
		if (!d->previous) {
			view_quote(out, buf_str(&before));
			buf_add(out, ' ');
		}
		view_quote(out, buf_str(&after));
	}
	buf_free(&before);
	buf_free(&after);
}

/* A few milliseconds' worth of rows; says whether all are told. */
static bool tell(struct diff_view *d)
{
	struct slice slice = {.until = time_monotonic() + BUILD_US};

	for (; d->told < d->diff.n && !slice_over(&slice); d->told++)
		if (!d->diff.rows[d->told].inside)
			diff_row_append(&d->diff.rows[d->told], &d->copy);
	d->telling = d->told < d->diff.n;
	return !d->telling;
}

static bool diff_copy(struct view *v, enum copy_what what, struct buf *out)
{
	struct diff_view *d = (struct diff_view *)v;

	if (what != COPY_SMART && what != COPY_SHOWN)
		return view_copy_event(v->world, d->after, what, out);
	/* Half a difference is none. */
	v->world->reading = !d->none && !has_failed(d) && (!d->done || !tell(d));
	if (v->world->reading || d->copy.n == 0)
		return false;
	v->world->copied = "difference";
	buf_append(out, buf_str(&d->copy));
	buf_free(&d->copy);
	d->told = 0;
	return true;
}

static void diff_free(struct view *v)
{
	struct diff_view *d = (struct diff_view *)v;

	buf_free(&d->copy);
	buf_free(&d->answer);
	reader_fini(&d->reader);
	diff_fini(&d->diff);
	explorer_compare_end(v->world->explorer, d->compared);
	mem_free(v);
}

static const struct view_class diff_class = {
	.title = "Diff",
	.free = diff_free,
	.draw = diff_draw,
	.act = diff_act,
	.find = diff_find,
	.head = diff_head,
	.status = diff_status,
	.command = diff_command,
	.go = diff_go,
	.copy = diff_copy,
};

struct view *view_diff_new(struct world *w, uint32_t before, uint32_t after)
{
	struct diff_view *d = mem_zero(1, sizeof(*d));

	d->view = (struct view){.class = &diff_class, .world = w, .title = diff_class.title};
	d->before = before;
	d->after = after;
	d->previous = before == EVENT_NONE;
	reader_init(&d->reader);
	d->reader.label_width = DIFF_LABELS;
	d->reader.marks = true;
	return &d->view;
}

struct view *view_diff_answer_new(struct world *w, uint32_t event, struct str answer)
{
	struct view *v = view_diff_new(w, event, event);

	buf_append(&((struct diff_view *)v)->answer, answer);
	return v;
}
