/* The filter of the live screen: a trace that it does not let through has no rows, nor have log lines while there is one, of which
 * it can say nothing. It judges traces, as the list of them does; what comes is judged as it comes. */
#include "view/live.h"

#include "base/clean.h"
#include "base/time.h"
#include "draw/format.h"

#define SLICE 4000 /* microseconds of a draw */

static void take(struct live_view *l, struct str wanted)
{
	struct view_filter made;
	struct world *w = l->view.world;
	struct errinfo *e = &l->filter_error;

	l->filter_renewed = true;
	if (!view_filter_read(&made, w, wanted, e) ||
	    !view_filter_begin(&made, w, FILTERED_TRACES, e)) {
		buf_clear(&l->refused);
		buf_append(&l->refused, wanted);
		if (!w->typing)
			buf_printf(&w->message, "the filter is not for this list: %s", e->msg);
		return;
	}
	view_filter_free(&l->filter);
	l->filter = made;
}

void live_filter_follow(struct live_view *l)
{
	struct str wanted = buf_str(&l->view.world->filter);

	if (l->refused.n > 0 && str_eq(buf_str(&l->refused), wanted))
		return;
	buf_clear(&l->refused);
	if (!str_eq(buf_str(&l->filter.text), wanted))
		take(l, wanted);
}

bool live_filter_step(struct live_view *l)
{
	struct filtered *d = l->filter.filtered;
	bool changed = l->filter_renewed;

	l->filter_renewed = false;
	if (d == NULL)
		return changed;
	if (!filtered_step(d, time_monotonic() + SLICE))
		l->view.draw_again_us = VIEW_AT_ONCE;
	else if (!filtered_done(d) && l->view.draw_again_us == 0)
		l->view.draw_again_us = VIEW_LOOK;
	changed |= l->filter_version != filtered_version(d);
	l->filter_version = filtered_version(d);
	return changed;
}

bool live_passes(const struct live_view *l, const struct live_block *b)
{
	const struct filtered *d = l->filter.filtered;

	return d == NULL || (b->logs == 0 && filtered_has(d, b->waterfall.trace));
}

static void append_count(const struct live_view *l, struct buf *out)
{
	const struct filtered *d = l->filter.filtered;
	uint32_t traces = 0, passing = 0;

	for (uint32_t i = 0; i < l->n_blocks; i++) {
		traces += l->blocks[i].logs == 0;
		passing += l->blocks[i].logs == 0 && live_passes(l, &l->blocks[i]);
	}
	buf_puts(out, d != NULL && !filtered_done(d) ? ">= " : "");
	format_count(out, passing);
	buf_puts(out, " of ");
	format_count(out, traces);
	buf_puts(out, " traces");
}

bool live_passed(struct view *v, struct buf *out, struct errinfo *e)
{
	const struct live_view *l = (const struct live_view *)v;

	if (l->refused.n > 0) {
		*e = l->filter_error;
		return false;
	}
	append_count(l, out);
	return true;
}

void live_filter_head(const struct live_view *l, struct buf *out)
{
	const struct world *w = l->view.world;
	struct value text = {.type = VALUE_TEXT, .text = buf_str(&w->filter)};

	if (w->filter.n == 0)
		return;
	buf_puts(out, l->refused.n > 0 ? "f: not here: " : "f: ");
	format_value(out, &text, l->view.head_cols / 3, w->now);
	buf_puts(out, "  ");
	append_count(l, out);
}
