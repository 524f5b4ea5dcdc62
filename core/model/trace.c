/* The sums of one trace. While events only arrive they are added to; once one has left, the trace
 * is dirty and its events are counted from scratch when somebody looks. Every "earliest" goes by
 * model_compare_time, so that the order of arrival never shows. Nothing here knows the tree. */
#include "base/mem.h"
#include "model/model_internal.h"

/* Makes *best the earlier of itself and event; true if it changed. */
static bool take_earlier(const struct model *m, uint32_t *best, uint32_t event)
{
	if (*best != EVENT_NONE && model_compare_time(m->events, *best, event) <= 0)
		return false;
	*best = event;
	return true;
}

/* True without a look at either event: mostly *best is the earliest of all, whose time is known. */
static inline bool stays(const struct trace_entry *t, uint32_t best, int64_t time)
{
	return best == t->earliest && time > t->shown.first_time &&
	       t->shown.first_time != TIME_NONE;
}

/* True if one of the earliest events is another now. */
static bool take_earliest(const struct model *m, struct trace_entry *t, uint32_t event,
                          const struct event *e)
{
	bool changed = false;

	if (event_kind(e) == EVENT_TRACE)
		changed |= take_earlier(m, &t->shown.explicit_event, event);
	if (e->name && !stays(t, t->named, e->time))
		changed |= take_earlier(m, &t->named, event);
	if (!stays(t, t->in_session, e->time) && events_session(m->events, event))
		changed |= take_earlier(m, &t->in_session, event);
	if (!stays(t, t->earliest, e->time))
		changed |= take_earlier(m, &t->earliest, event);
	return changed;
}

/* PostHog counts the latency of these six event names alone. */
static void count_latency(struct trace_entry *t, const struct event *e, int64_t latency)
{
	enum event_kind kind = event_kind(e);

	if (kind > EVENT_FEEDBACK || latency == EVENT_UNKNOWN)
		return;
	t->latency_known = true;
	if (latency <= 0)
		return;
	if (kind == EVENT_TRACE) {
		if (latency > t->explicit_latency)
			t->explicit_latency = latency;
		return;
	}
	if (kind == EVENT_GENERATION)
		t->generation_latency = totals_add_clamped(t->generation_latency, latency);
	else
		t->other_latencies++;
	if (!e->parent || e->parent == t->shown.id)
		t->top_latency = totals_add_clamped(t->top_latency, latency);
}

static int64_t latency_of(const struct trace_entry *t)
{
	if (!t->latency_known)
		return EVENT_UNKNOWN;
	if (t->explicit_latency > 0)
		return t->explicit_latency;
	return t->other_latencies ? t->top_latency : t->generation_latency;
}

/* True if one of the earliest events is another now. */
static bool add_event(const struct model *m, struct trace_entry *t, uint32_t event,
                      const struct event_values *v)
{
	const struct event *e = events_get(m->events, event);
	bool changed = take_earliest(m, t, event, e);

	totals_count(&t->shown.totals, v);
	t->shown.origins |= 1u << events_origin(m->events, e->place);
	count_latency(t, e, events_latency(m->events, event));
	model_range_add(&t->shown.first_time, &t->shown.last_time, e->time, e->time);
	model_range_add(&t->shown.start, &t->shown.end, events_start(m->events, event),
	                events_end(m->events, event));
	return changed;
}

/* Name, user and session: whatever follows from the earliest events. */
static void derive(struct model *m, uint32_t trace)
{
	struct trace_entry *t = trace_at(m, trace);
	struct listed_facts listed = listed_facts(m, t);
	const struct event *owner = NULL;
	uint32_t session = 0;

	t->shown.name = 0;
	if (t->shown.explicit_event != EVENT_NONE) {
		owner = events_get(m->events, t->shown.explicit_event);
		t->shown.name = owner->name;
	}
	if (!t->shown.name && t->named != EVENT_NONE)
		t->shown.name = events_get(m->events, t->named)->name;
	if ((!owner || !owner->user) && t->earliest != EVENT_NONE)
		owner = events_get(m->events, t->earliest);
	t->shown.user = owner ? owner->user : 0;
	t->shown.personless = owner && owner->flags & EVENT_PERSONLESS;
	if (!t->shown.name)
		t->shown.name = listed.name;
	if (!t->shown.user)
		t->shown.user = listed.user;
	if (t->in_session != EVENT_NONE)
		session = events_session(m->events, t->in_session);
	if (!session || (listed.session && listed_knows_more(m, t)))
		session = listed.session;
	session_move(m, trace, session_of_id(m, session));
}

void trace_count(struct model *m, uint32_t trace, uint32_t event, const struct event_values *v)
{
	struct trace_entry *t = trace_at(m, trace);

	t->shown.version++;
	if (t->dirty)
		return;
	session_spoil(m, trace);
	/* What a listing says may be shown no longer. */
	if (add_event(m, t, event, v) || t->listed != MODEL_NONE)
		derive(m, trace);
	t->shown.latency = latency_of(t);
	listed_spoil(m, t);
}

void trace_relist(struct model *m, uint32_t trace)
{
	if (trace_at(m, trace)->dirty)
		return; /* trace_settle does it */
	derive(m, trace);
}

static void queue(struct model *m, uint32_t trace)
{
	if (m->n_pending == m->cap_pending) {
		m->cap_pending = m->cap_pending ? m->cap_pending * 2 : 16;
		m->pending = mem_resize(m->pending, m->cap_pending, sizeof(*m->pending));
	}
	m->pending[m->n_pending++] = trace;
}

void trace_spoil(struct model *m, uint32_t trace)
{
	struct trace_entry *t = trace_at(m, trace);

	session_spoil(m, trace);
	t->shown.version++;
	t->dirty = true;
	if (!t->queued)
		queue(m, trace);
	t->queued = true;
	listed_spoil(m, t);
}

/* As new but for what others hold: its id, its list of events, its place in a session. */
static void clear(struct trace_entry *t)
{
	t->explicit_latency = t->generation_latency = t->top_latency = 0;
	t->other_latencies = 0;
	t->latency_known = false;
	t->earliest = t->named = t->in_session = t->shown.explicit_event = EVENT_NONE;
	t->shown.first_time = t->shown.last_time = t->shown.start = t->shown.end = TIME_NONE;
	t->shown.totals = (struct totals){0};
}

/* Counts the events that are left and takes the others out of the list. */
void trace_settle(struct model *m, uint32_t trace)
{
	struct trace_entry *t = trace_at(m, trace);
	uint32_t next, kept = EVENT_NONE;

	if (!t->dirty)
		return;
	clear(t);
	t->shown.origins = listed_origins(m, t);
	next = t->shown.first_event;
	t->shown.first_event = EVENT_NONE;
	while (next != EVENT_NONE) {
		uint32_t event = next;
		struct event_values v;

		next = m->links[event];
		if (is_superseded(m, event))
			continue;
		if (kept == EVENT_NONE)
			t->shown.first_event = event;
		else
			m->links[kept] = event;
		kept = event;
		event_values_read(&v, m->events, event);
		add_event(m, t, event, &v);
	}
	if (kept != EVENT_NONE)
		m->links[kept] = EVENT_NONE;
	t->last_event = kept;
	t->dirty = false;
	t->shown.latency = latency_of(t);
	derive(m, trace);
	listed_spoil(m, t);
}
