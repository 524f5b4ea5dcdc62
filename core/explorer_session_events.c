/* Which events of a trace a worker reads for a turn, and what stands in memory of it.
 *
 * Every event is looked at, however many there are, in as many stretches as that takes; those that are read are picked on the
 * way. The list of a trace's events may change in between: one that lost against a duplicate still leads to those after it, and
 * then the trace has another version, so that the turn is read again. */
#include "explorer_session_internal.h"

#include "base/mem.h"

#include <string.h>

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

/* ---- picking ------------------------------------------------------------------------------------------------------ */

/* What was said about the trace stands last. */
static bool stands_before(const struct events *t, uint32_t a, uint32_t b)
{
	enum said_as as_a, as_b;
	bool about_a = item_of(events_get(t, a), &as_a) && as_a > SAID_ERROR;
	bool about_b = item_of(events_get(t, b), &as_b) && as_b > SAID_ERROR;

	return about_a != about_b ? about_b : events_compare_start(t, a, b) < 0;
}

/* Where it belongs in at[low, high). Most events arrive in their order. */
static uint32_t find_place(const struct turn_picked *p, const struct events *t, uint32_t event,
                           uint32_t low, uint32_t high)
{
	if (low < high && stands_before(t, p->at[high - 1], event))
		return high;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (stands_before(t, p->at[middle], event))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* How it begins and how it ends says most: of too many one in the middle goes. */
static void pick(struct turn_picked *p, const struct events *t, uint32_t event)
{
	const uint32_t half = TURN_PICKED / 2;
	uint32_t place;

	if (p->n < TURN_PICKED) {
		place = find_place(p, t, event, 0, p->n);
		memmove(p->at + place + 1, p->at + place, (p->n++ - place) * sizeof(*p->at));
		p->at[place] = event;
		return;
	}
	p->left_out++;
	if (stands_before(t, event, p->at[half - 1])) {
		place = find_place(p, t, event, 0, half - 1);
		memmove(p->at + place + 1, p->at + place, (half - 1 - place) * sizeof(*p->at));
		p->at[place] = event;
	} else if (stands_before(t, p->at[half], event)) {
		place = find_place(p, t, event, half + 1, TURN_PICKED);
		memmove(p->at + half, p->at + half + 1, (place - 1 - half) * sizeof(*p->at));
		p->at[place - 1] = event;
	}
}

/* Of a trace without calls: what it says itself, else what its spans do. */
static void pick_states(struct turn_settling *s, const struct model *m)
{
	const struct events *t = model_events(m);
	uint32_t own = model_trace(m, s->trace)->explicit_event;

	if (has_state(t, own)) {
		pick(&s->said, t, own);
		return;
	}
	for (uint32_t i = 0; i < s->states.n; i++)
		pick(&s->said, t, s->states.at[i]);
	s->said.left_out += s->states.left_out;
}

/* ---- settling ----------------------------------------------------------------------------------------------------- */

static void look_at(struct turn_settling *s, const struct events *t, uint32_t at)
{
	const struct event *e = events_get(t, at);
	enum said_as as;

	s->calls |= event_kind(e) == EVENT_GENERATION;
	if ((e->flags & EVENT_ERROR) && fails_before(t, at, s->failed))
		s->failed = at;
	if (item_of(e, &as))
		pick(&s->said, t, at);
	else if (!s->calls && event_kind(e) == EVENT_SPAN && has_state(t, at))
		pick(&s->states, t, at);
}

static void finish(struct turn_settling *s, const struct model *m)
{
	const struct events *t = model_events(m);
	struct turn_reading *r = s->reading;
	enum said_as as;

	if (!s->calls)
		pick_states(s, m);
	say_failed(&r->out->failed, t, s->failed);
	r->out->left_out = s->said.left_out;
	for (uint32_t i = 0; i < s->said.n; i++) {
		uint32_t event = s->said.at[i];

		add_item(r, t, event, item_of(events_get(t, event), &as) ? as : SAID_STATE);
	}
	for (size_t i = 0; i < r->n; i++)
		r->bytes += r->items[i].as == SAID_TOOL ? 0 : r->items[i].place.length;
}

void turn_settle_begin(struct turn_settling *s, struct turn_reading *r, const struct model *m,
                       uint32_t trace)
{
	s->reading = r;
	s->trace = trace;
	s->next = model_trace(m, trace)->first_event;
	s->failed = EVENT_NONE;
	s->calls = false;
	s->said.n = s->said.left_out = 0;
	s->states.n = s->states.left_out = 0;
	r->version = model_trace(m, trace)->version;
}

bool turn_settle(struct turn_settling *s, const struct model *m, uint32_t *looks)
{
	for (; s->next != EVENT_NONE && *looks > 0; (*looks)--) {
		look_at(s, model_events(m), s->next);
		s->next = model_next_event(m, s->next);
	}
	if (s->next != EVENT_NONE)
		return false;
	finish(s, m);
	return true;
}
