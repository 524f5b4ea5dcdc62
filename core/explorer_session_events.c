/* Which events of a trace a worker reads for a turn, and what stands in memory of it. */
#include "explorer_session_internal.h"

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

#define EVENTS_MAX 20000u /* of a trace that are looked at */
#define ITEMS_MAX  400u   /* of them that are read */

static void add_item(struct turn_reading *r, const struct events *t, uint32_t event,
                     enum said_as as)
{
	const struct event *e = events_get(t, event);
	struct str name = as == SAID_TOOL ? events_name(t, event) : STR_EMPTY;

	if (r->n == r->cap) {
		r->cap = r->cap ? r->cap * 2 : 8;
		r->items = mem_resize(r->items, r->cap, sizeof(*r->items));
	}
	r->items[r->n++] = (struct turn_item){.place = explorer_place(t, event),
	                                      .event = event,
	                                      .as = (uint8_t)as,
	                                      .kind = (uint8_t)event_kind(e),
	                                      .failed = (e->flags & EVENT_ERROR) != 0,
	                                      .name = r->names.n,
	                                      .name_length = name.n};
	buf_append(&r->names, name);
}

/* What failed first: rather a part than the trace as a whole. */
static bool fails_before(const struct events *t, uint32_t a, uint32_t b)
{
	bool trace_a, trace_b;

	if (b == EVENT_NONE)
		return true;
	trace_a = event_kind(events_get(t, a)) == EVENT_TRACE;
	trace_b = event_kind(events_get(t, b)) == EVENT_TRACE;
	return trace_a != trace_b ? trace_b : events_compare_start(t, a, b) < 0;
}

static void say_failed(struct buf *out, const struct events *t, uint32_t event)
{
	int64_t status;
	struct str name;

	if (event == EVENT_NONE)
		return;
	name = events_name(t, event);
	buf_append(out, name.n > 0 ? name : events_model(t, event));
	if (!events_extra(t, event, EVENT_HTTP_STATUS, &status))
		return;
	buf_puts(out, out->n > 0 ? " " : "");
	buf_printf(out, "%lld", (long long)status);
}

/* A call, the span of a tool, or what was said about the trace. */
static bool item_of(const struct event *e, enum said_as *as)
{
	switch (event_kind(e)) {
	case EVENT_GENERATION:
		*as = SAID_MESSAGE;
		return true;
	case EVENT_SPAN:
		*as = SAID_TOOL;
		return (e->flags & EVENT_TOOL) != 0;
	case EVENT_FEEDBACK:
		*as = SAID_FEEDBACK;
		return true;
	case EVENT_EVALUATION:
		*as = SAID_SCORE;
		return true;
	case EVENT_METRIC:
		*as = SAID_METRIC;
		return true;
	default:
		return false;
	}
}

static bool has_state(const struct events *t, uint32_t event)
{
	return event != EVENT_NONE &&
	       (events_get(t, event)->flags & (EVENT_HAS_INPUT | EVENT_HAS_OUTPUT)) != 0;
}

/* Of a trace without calls: what it says itself, else what its spans do. */
static void add_states(struct turn_reading *r, const struct model *m, uint32_t trace)
{
	const struct events *t = model_events(m);
	uint32_t own = model_trace(m, trace)->explicit_event, looked = 0;
	uint32_t at = model_trace(m, trace)->first_event;

	if (has_state(t, own)) {
		add_item(r, t, own, SAID_STATE);
		return;
	}
	for (; at != EVENT_NONE && looked < EVENTS_MAX; at = model_next_event(m, at), looked++)
		if (event_kind(events_get(t, at)) == EVENT_SPAN &&
		    !(events_get(t, at)->flags & EVENT_TOOL) && has_state(t, at))
			add_item(r, t, at, SAID_STATE);
}

static int by_start(const void *a, const void *b, void *ctx)
{
	const struct turn_item *x = a, *y = b;
	bool about_x = x->as > SAID_ERROR, about_y = y->as > SAID_ERROR;

	return about_x != about_y ? about_x - about_y
	                          : events_compare_start(ctx, x->event, y->event);
}

/* How it begins and how it ends says most. */
static void leave_out(struct turn_reading *r)
{
	size_t half = ITEMS_MAX / 2;

	if (r->n <= ITEMS_MAX)
		return;
	r->out->left_out = (uint32_t)(r->n - ITEMS_MAX);
	memmove(r->items + half, r->items + r->n - half, half * sizeof(*r->items));
	r->n = ITEMS_MAX;
}

void turn_settle(struct turn_reading *r, const struct model *m, uint32_t trace)
{
	const struct events *t = model_events(m);
	uint32_t failed = EVENT_NONE, calls = 0, looked = 0;
	uint32_t at = model_trace(m, trace)->first_event;
	enum said_as as;

	for (; at != EVENT_NONE && looked < EVENTS_MAX; at = model_next_event(m, at), looked++) {
		const struct event *e = events_get(t, at);

		calls += event_kind(e) == EVENT_GENERATION;
		if ((e->flags & EVENT_ERROR) && fails_before(t, at, failed))
			failed = at;
		if (item_of(e, &as))
			add_item(r, t, at, as);
	}
	if (calls == 0)
		add_states(r, m, trace);
	say_failed(&r->out->failed, t, failed);
	if (r->n > 0)
		qsort_r(r->items, r->n, sizeof(*r->items), by_start, (void *)t);
	leave_out(r);
	for (size_t i = 0; i < r->n; i++)
		r->bytes += r->items[i].as == SAID_TOOL ? 0 : r->items[i].place.length;
}
