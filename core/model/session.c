/* Sessions: which traces they hold, kept at once, and their sums, made when somebody asks and
 * something changed. A session stays when its last trace leaves it, without traces. */
#include "base/mem.h"
#include "model/model_internal.h"

static bool same_session(const void *ctx, uint32_t number, const void *key)
{
	const struct session_entry *s = session_at(ctx, number);

	return s->shown.id == *(const uint32_t *)key;
}

static uint32_t find(const struct model *m, uint32_t id)
{
	return hash_index_find(&m->session_index, number_hash(id), same_session, m, &id);
}

uint32_t session_of_id(struct model *m, uint32_t id)
{
	uint32_t number;

	if (id == 0)
		return MODEL_NONE;
	number = find(m, id);
	if (number != HASH_NONE)
		return number;
	number = m->sessions.n;
	struct session_entry *s = model_pool_add(&m->sessions);
	s->shown.id = id;
	s->shown.first_trace = MODEL_NONE;
	s->lines = (struct listed_lines){MODEL_NONE, MODEL_NONE};
	s->dirty = true;
	hash_index_add(&m->session_index, number_hash(id), number);
	return number;
}

static void leave(struct model *m, struct trace_entry *t)
{
	struct session_entry *s = session_at(m, t->shown.session);

	if (t->previous == MODEL_NONE)
		s->shown.first_trace = t->next;
	else
		trace_at(m, t->previous)->next = t->next;
	if (t->next != MODEL_NONE)
		trace_at(m, t->next)->previous = t->previous;
	t->next = t->previous = MODEL_NONE;
	s->dirty = true;
}

static void join(struct model *m, uint32_t trace, uint32_t session)
{
	struct trace_entry *t = trace_at(m, trace);
	struct session_entry *s = session_at(m, session);

	t->next = s->shown.first_trace;
	if (t->next != MODEL_NONE)
		trace_at(m, t->next)->previous = trace;
	s->shown.first_trace = trace;
	s->dirty = true;
}

void session_move(struct model *m, uint32_t trace, uint32_t session)
{
	struct trace_entry *t = trace_at(m, trace);

	if (t->shown.session == session)
		return;
	if (t->shown.session != MODEL_NONE)
		leave(m, t);
	t->shown.session = session;
	if (session != MODEL_NONE)
		join(m, trace, session);
}

/* A dirty trace may belong to another session than it says, so all are settled before any session
 * is looked at. */
static struct model *settled(const struct model *shown)
{
	struct model *m = (struct model *)shown;

	while (m->n_pending) {
		uint32_t trace = m->pending[--m->n_pending];

		trace_at(m, trace)->queued = false;
		trace_settle(m, trace);
	}
	return m;
}

/* By its earliest event; a listed one, of which that may not be here, comes after. */
static bool is_earlier(const struct model *m, uint32_t a, uint32_t b)
{
	const struct trace *x = trace_shown(m, a), *y = trace_shown(m, b);

	if (x->first_time != y->first_time)
		return y->first_time == TIME_NONE ||
		       (x->first_time != TIME_NONE && x->first_time < y->first_time);
	if (x->listed != y->listed)
		return y->listed;
	if (x->listed)
		return ids_compare(&m->events->ids, x->id, y->id) < 0;
	return model_compare_time(m->events, trace_at(m, a)->earliest, trace_at(m, b)->earliest) <
	       0;
}

static void sum(const struct model *m, struct session *s)
{
	uint32_t first_trace = s->first_trace, id = s->id, earliest = MODEL_NONE;

	*s = (struct session){.id = id,
	                      .first_trace = first_trace,
	                      .first_time = TIME_NONE,
	                      .last_time = TIME_NONE,
	                      .latency = EVENT_UNKNOWN,
	                      .counted = true};
	for (uint32_t at = first_trace; at != MODEL_NONE; at = trace_at(m, at)->next) {
		const struct trace *t = trace_shown(m, at);

		s->traces++;
		s->counted &= t->counted;
		totals_add(&s->totals, &t->totals);
		model_range_add(&s->first_time, &s->last_time, t->first_time, t->last_time);
		if (t->latency != EVENT_UNKNOWN)
			s->latency = totals_add_clamped(
				s->latency == EVENT_UNKNOWN ? 0 : s->latency, t->latency);
		if (earliest == MODEL_NONE || is_earlier(m, at, earliest))
			earliest = at;
	}
	s->user = earliest == MODEL_NONE ? 0 : trace_shown(m, earliest)->user;
}

uint32_t model_session_count(const struct model *m)
{
	return settled(m)->sessions.n;
}

const struct session *model_session(struct model *m, uint32_t session)
{
	struct session_entry *s = session_at(settled(m), session);

	if (s->dirty) {
		sum(m, &s->shown);
		listed_session(m, s, &s->shown);
	}
	s->dirty = false;
	return &s->shown;
}

uint32_t model_find_session(const struct model *m, uint32_t id)
{
	uint32_t session = id ? find(settled(m), id) : MODEL_NONE;

	if (session == MODEL_NONE || !session_exists(model_session((struct model *)m, session)))
		return MODEL_NONE;
	return session;
}

uint32_t model_next_trace(const struct model *m, uint32_t trace)
{
	return trace_at(settled(m), trace)->next;
}
