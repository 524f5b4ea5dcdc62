/* Sessions: which traces they hold, kept at once, and their sums, made when somebody asks and
 * something changed. A session stays when its last trace leaves it, without traces.
 *
 * A small session is summed over all of its traces. A large one keeps its sums: a trace leaves them
 * before it changes, and enters them again when somebody looks, or when many wait for that. Those
 * that are not in them stand first in its list. Its earliest and its latest trace are looked for
 * anew only when the one that was it became later, or earlier, or went away. */
#include "base/mem.h"
#include "model/model_internal.h"

#define LARGE     64u /* traces */
#define LOOSE_MAX 64u /* traces of a large session that wait to enter its sums */

/* What traces add up to, in any order. */
struct session_sums {
	struct totals_difference totals;
	money latency;
	uint32_t traces, loose; /* that are in it, and that are not */
	uint32_t uncounted, with_latency;
	uint32_t origins;
	uint32_t earliest, latest; /* traces; MODEL_NONE */
	/* Of these two when they entered. */
	int64_t first_time, last_time;
	uint32_t first_event;
	bool first_listed;
	bool ends_lost; /* earliest and latest must be looked for */
};
static const struct session_sums no_sums = {.earliest = MODEL_NONE,
                                            .latest = MODEL_NONE,
                                            .first_time = TIME_NONE,
                                            .last_time = TIME_NONE};

/* ---- which traces ---- */

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

static void unlink_trace(struct session_entry *s, struct model *m, struct trace_entry *t)
{
	if (t->previous == MODEL_NONE)
		s->shown.first_trace = t->next;
	else
		trace_at(m, t->previous)->next = t->next;
	if (t->next != MODEL_NONE)
		trace_at(m, t->next)->previous = t->previous;
	t->next = t->previous = MODEL_NONE;
}

static void link_first(struct session_entry *s, struct model *m, uint32_t trace)
{
	struct trace_entry *t = trace_at(m, trace);

	t->next = s->shown.first_trace;
	if (t->next != MODEL_NONE)
		trace_at(m, t->next)->previous = trace;
	s->shown.first_trace = trace;
}

/* It has left the sums: what it shows may be another already. */
static void leave(struct model *m, uint32_t trace)
{
	struct trace_entry *t = trace_at(m, trace);
	struct session_entry *s = session_at(m, t->shown.session);

	unlink_trace(s, m, t);
	s->held--;
	s->dirty = true;
	if (s->sums == NULL)
		return;
	s->sums->loose--;
	if (trace == s->sums->earliest || trace == s->sums->latest)
		s->sums->ends_lost = true;
}

static void join(struct model *m, uint32_t trace, uint32_t session)
{
	struct session_entry *s = session_at(m, session);

	link_first(s, m, trace);
	s->held++;
	s->dirty = true;
	if (s->sums != NULL) {
		s->sums->loose++;
	} else if (s->held == LARGE) {
		s->sums = mem_alloc(1, sizeof(*s->sums));
		*s->sums = no_sums;
		s->sums->loose = LARGE;
		m->large_sessions++;
	}
}

void session_move(struct model *m, uint32_t trace, uint32_t session)
{
	struct trace_entry *t = trace_at(m, trace);

	if (t->shown.session == session)
		return;
	if (t->shown.session != MODEL_NONE)
		leave(m, trace);
	t->shown.session = session;
	if (session != MODEL_NONE)
		join(m, trace, session);
}

/* ---- sums ---- */

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

/* The traces are compared by number where time cannot: a number never changes. */
static bool is_later(const struct model *m, uint32_t a, uint32_t b)
{
	int64_t x = trace_shown(m, a)->last_time, y = trace_shown(m, b)->last_time;

	return x != y ? x > y : a > b;
}

static void take_ends(const struct model *m, struct session_sums *sums, uint32_t trace)
{
	if (sums->earliest == MODEL_NONE || is_earlier(m, trace, sums->earliest))
		sums->earliest = trace;
	if (sums->latest == MODEL_NONE || is_later(m, trace, sums->latest))
		sums->latest = trace;
}

static void add_trace(struct session_sums *sums, const struct trace *t, int sign)
{
	totals_differ(&sums->totals, &t->totals, sign);
	sums->origins |= t->origins;
	sums->traces += (uint32_t)sign;
	if (!t->counted)
		sums->uncounted += (uint32_t)sign;
	if (t->latency == EVENT_UNKNOWN)
		return;
	sums->with_latency += (uint32_t)sign;
	sums->latency += (money)t->latency * sign;
}

/* Whether the earliest trace is later than when it entered, and so another may be the earliest. */
static bool earliest_moved(const struct model *m, const struct session_sums *sums)
{
	const struct trace *t = trace_shown(m, sums->earliest);
	uint32_t event = trace_at(m, sums->earliest)->earliest;

	if (t->first_time != sums->first_time)
		return t->first_time == TIME_NONE ||
		       (sums->first_time != TIME_NONE && t->first_time > sums->first_time);
	if (t->listed || sums->first_listed)
		return t->listed && !sums->first_listed;
	/* A duplicate of that event has its place: no third one is between them. */
	if (events_uuid(m->events, event) == events_uuid(m->events, sums->first_event))
		return false;
	return model_compare_time(m->events, event, sums->first_event) > 0;
}

static bool ends_moved(const struct model *m, const struct session_sums *sums)
{
	return sums->ends_lost || (sums->earliest != MODEL_NONE && earliest_moved(m, sums)) ||
	       (sums->latest != MODEL_NONE &&
	        trace_shown(m, sums->latest)->last_time < sums->last_time);
}

static void remember_ends(const struct model *m, struct session_sums *sums)
{
	const struct trace *first;

	sums->ends_lost = false;
	if (sums->earliest == MODEL_NONE)
		return;
	first = trace_shown(m, sums->earliest);
	sums->first_time = first->first_time;
	sums->first_listed = first->listed;
	sums->first_event = trace_at(m, sums->earliest)->earliest;
	sums->last_time = trace_shown(m, sums->latest)->last_time;
}

/* All traces enter that are not in the sums; none of the session is dirty. */
static void gather(const struct model *m, const struct session_entry *s, struct session_sums *sums)
{
	bool moved = ends_moved(m, sums);
	uint32_t at = s->shown.first_trace;

	for (; at != MODEL_NONE && !trace_at(m, at)->summed; at = trace_at(m, at)->next) {
		trace_at(m, at)->summed = s->sums != NULL;
		add_trace(sums, trace_shown(m, at), 1);
		if (!moved)
			take_ends(m, sums, at);
	}
	if (moved) {
		sums->earliest = sums->latest = MODEL_NONE;
		sums->first_time = sums->last_time = TIME_NONE;
		for (at = s->shown.first_trace; at != MODEL_NONE; at = trace_at(m, at)->next)
			take_ends(m, sums, at);
	}
	sums->loose = 0;
	remember_ends(m, sums);
}

void session_spoil(struct model *m, uint32_t trace)
{
	struct trace_entry *t = trace_at(m, trace);
	struct session_entry *s;

	if (t->shown.session == MODEL_NONE)
		return;
	s = session_at(m, t->shown.session);
	s->dirty = true;
	if (!t->summed)
		return;
	/* A look takes no longer for what nobody looked at. */
	if (s->sums->loose >= LOOSE_MAX && m->n_pending == 0)
		gather(m, s, s->sums);
	add_trace(s->sums, trace_shown(m, trace), -1);
	t->summed = false;
	s->sums->loose++;
	unlink_trace(s, m, t);
	link_first(s, m, trace);
}

static void show(const struct model *m, struct session *s, const struct session_sums *sums)
{
	static const struct totals none;

	*s = (struct session){.id = s->id,
	                      .version = s->version + 1,
	                      .first_trace = s->first_trace,
	                      .latest_trace = sums->latest,
	                      .traces = sums->traces,
	                      .origins = sums->origins,
	                      .first_time = sums->first_time,
	                      .last_time = sums->last_time,
	                      .latency = EVENT_UNKNOWN,
	                      .counted = sums->uncounted == 0};
	totals_with(&s->totals, &none, &sums->totals);
	if (sums->with_latency > 0)
		s->latency = sums->latency < INT64_MAX ? (int64_t)sums->latency : INT64_MAX;
	if (sums->earliest != MODEL_NONE)
		s->user = trace_shown(m, sums->earliest)->user;
}

static void sum(const struct model *m, struct session_entry *s)
{
	struct session_sums all = no_sums, *sums = s->sums != NULL ? s->sums : &all;

	gather(m, s, sums);
	show(m, &s->shown, sums);
	listed_session(m, s, &s->shown);
}

size_t session_bytes(const struct model *m)
{
	return model_pool_bytes(&m->sessions) + m->large_sessions * sizeof(struct session_sums);
}

void session_free_all(struct model *m)
{
	for (uint32_t i = 0; i < m->sessions.n; i++)
		mem_free(session_at(m, i)->sums);
	model_pool_free(&m->sessions);
}

/* ---- looking ---- */

uint32_t model_session_count(const struct model *m)
{
	return settled(m)->sessions.n;
}

const struct session *model_session(struct model *m, uint32_t session)
{
	struct session_entry *s = session_at(settled(m), session);

	if (s->dirty)
		sum(m, s);
	s->dirty = false;
	return &s->shown;
}

uint32_t model_session_id(const struct model *m, uint32_t session)
{
	return session_at(m, session)->shown.id;
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
