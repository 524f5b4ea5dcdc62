/* Takes events in, finds duplicates, and answers questions about what is there.
 *
 * Each event with a trace id stands in its trace's list, linked by event number in order of
 * arrival. A superseded event may still stand there: readers step over it, and the next
 * trace_settle takes it out. What an event adds is counted at once; when one leaves, its trace is
 * only marked, and counted anew when somebody looks. That is why readers of a const model may
 * change it: they bring caches up to date, nothing that anybody could have seen before.
 *
 * Sums of a trace are trace.c's, of a session session.c's. */
#include "base/mem.h"
#include "model/model_internal.h"

#include <string.h>

#define STEP_MAX   (UINT32_C(1) << 18) /* numbers: filling more at once would hold the screen */
#define EXPECTED   16u                 /* events whose traces are fetched into the cache ahead */
#define CACHE_LINE 64u

struct model *model_new(struct events *events)
{
	struct model *m = mem_zero(1, sizeof(*m));

	m->events = events;
	m->traces.item = sizeof(struct trace_entry);
	m->sessions.item = sizeof(struct session_entry);
	m->listed_traces.item = sizeof(struct listed_trace);
	m->first_time = m->last_time = TIME_NONE;
	m->listed_first = m->listed_last = TIME_NONE;
	return m;
}

void model_free(struct model *m)
{
	if (!m)
		return;
	model_pool_free(&m->traces);
	session_free_all(m);
	model_pool_free(&m->listed_traces);
	hash_index_free(&m->trace_index);
	hash_index_free(&m->session_index);
	mem_free(m->links);
	mem_free(m->superseded);
	mem_free(m->by_uuid);
	mem_free(m->pending);
	mem_free(m->changed);
	mem_free(m);
}

int model_compare_time(const struct events *events, uint32_t a, uint32_t b)
{
	const struct event *x = events_get(events, a), *y = events_get(events, b);
	int order;

	if (x->time != y->time) {
		if (x->time == TIME_NONE || y->time == TIME_NONE)
			return x->time == TIME_NONE ? 1 : -1;
		return x->time < y->time ? -1 : 1;
	}
	order = ids_compare(&events->ids, events_uuid(events, a), events_uuid(events, b));
	if (order)
		return order;
	return (x->place > y->place) - (x->place < y->place);
}

static uint32_t grown(uint32_t cap, uint32_t needed)
{
	uint32_t step = cap / 2 < STEP_MAX ? cap / 2 : STEP_MAX;
	uint64_t larger = (uint64_t)cap + step + 1024;

	if (larger > UINT32_MAX)
		larger = UINT32_MAX;
	return larger < needed ? needed : (uint32_t)larger;
}

static void reserve_event(struct model *m, uint32_t event)
{
	uint32_t cap;

	if (event >= m->seen)
		m->seen = event + 1;
	if (event < m->cap_events)
		return;
	cap = grown(m->cap_events, event + 1);
	m->links = mem_resize(m->links, cap, sizeof(*m->links));
	m->superseded = mem_resize(m->superseded, (size_t)cap / 8 + 1, 1);
	memset(m->links + m->cap_events, 0xff, (cap - m->cap_events) * sizeof(*m->links));
	if (m->cap_events == 0)
		m->superseded[0] = 0;
	memset(m->superseded + m->cap_events / 8 + 1, 0, (size_t)cap / 8 - m->cap_events / 8);
	m->cap_events = cap;
}

static void reserve_uuid(struct model *m, uint32_t id)
{
	uint32_t cap;

	if (id < m->cap_ids)
		return;
	cap = grown(m->cap_ids, id + 1);
	m->by_uuid = mem_resize(m->by_uuid, cap, sizeof(*m->by_uuid));
	memset(m->by_uuid + m->cap_ids, 0xff, (cap - m->cap_ids) * sizeof(*m->by_uuid));
	m->cap_ids = cap;
}

static bool same_trace(const void *ctx, uint32_t number, const void *key)
{
	const struct trace_entry *t = trace_at(ctx, number);

	return t->shown.id == *(const uint32_t *)key;
}

static uint32_t trace_of_id(const struct model *m, uint32_t id)
{
	struct known_trace *known = &((struct model *)m)->known[id % KNOWN_TRACES];
	uint32_t trace;

	if (id == 0)
		return MODEL_NONE;
	if (known->id == id)
		return known->trace;
	trace = hash_index_find(&m->trace_index, number_hash(id), same_trace, m, &id);
	if (trace != MODEL_NONE)
		*known = (struct known_trace){id, trace};
	return trace;
}

uint32_t trace_new(struct model *m, uint32_t id)
{
	uint32_t number = m->traces.n;
	struct trace_entry *t = model_pool_add(&m->traces);

	t->shown.id = id;
	t->shown.session = MODEL_NONE;
	t->shown.first_event = t->last_event = EVENT_NONE;
	t->shown.explicit_event = t->earliest = t->named = t->in_session = EVENT_NONE;
	t->shown.first_time = t->shown.last_time = t->shown.start = t->shown.end = TIME_NONE;
	t->shown.latency = EVENT_UNKNOWN;
	t->shown.opened = TIME_NONE;
	t->shown.counted = true;
	t->next = t->previous = t->listed = MODEL_NONE;
	hash_index_add(&m->trace_index, number_hash(id), number);
	return number;
}

uint32_t trace_of_id_or_new(struct model *m, uint32_t id)
{
	uint32_t trace = trace_of_id(m, id);

	return trace == MODEL_NONE ? trace_new(m, id) : trace;
}

static void supersede(struct model *m, uint32_t event)
{
	m->superseded[event / 8] |= (uint8_t)(1u << event % 8);
}

/* Takes out an event that counted until now, since `by` replaces it. */
static void drop(struct model *m, uint32_t event, uint32_t by)
{
	const struct event *e = events_get(m->events, event);
	struct event_values v;

	supersede(m, event);
	event_values_read(&v, m->events, event);
	/* Most duplicates are resent events of the same time: then both ends stay where they are.
	 */
	bool ends_move = e->time != events_get(m->events, by)->time &&
	                 (e->time == m->first_time || e->time == m->last_time);
	if (!totals_discount(&m->totals, &v) || ends_move)
		m->dirty = true;
	if (e->trace)
		trace_spoil(m, trace_of_id(m, e->trace));
}

/* By the order in which sources were named, whenever a journal of theirs came. */
static bool is_after(const struct model *m, uint64_t a, uint64_t b)
{
	uint32_t x = events_origin(m->events, a), y = events_origin(m->events, b);

	return x != y ? x > y : a > b;
}

/* False if the event lost against one of its uuid that is here. */
static bool win(struct model *m, uint32_t event)
{
	const struct event *e = events_get(m->events, event);
	uint32_t uuid = events_uuid(m->events, event), other;

	if (!uuid || e->flags & EVENT_NO_UUID)
		return true;
	reserve_uuid(m, uuid);
	other = m->by_uuid[uuid];
	if (other != EVENT_NONE) {
		m->duplicates++;
		if (!is_after(m, e->place, events_get(m->events, other)->place)) {
			supersede(m, event);
			return false;
		}
		drop(m, other, event);
	}
	m->by_uuid[uuid] = event;
	return true;
}

static void link_event(struct model *m, uint32_t trace, uint32_t event)
{
	struct trace_entry *t = trace_at(m, trace);

	if (t->last_event == EVENT_NONE)
		t->shown.first_event = event;
	else
		m->links[t->last_event] = event;
	t->last_event = event;
}

static uint32_t ahead(const struct model *m, uint32_t event, uint32_t by)
{
	uint32_t left = m->events->n - event;

	return event + (left < by ? left : by);
}

/* Traces of the next events, as far as those are here: a trace met long ago is not in the cache,
 * and fetching several at a time takes no longer than one. First where they are, then themselves. */
static void expect_traces(struct model *m, uint32_t event)
{
	uint32_t end = ahead(m, event, EXPECTED), far = ahead(m, event, 2 * EXPECTED);

	if (m->expected < event)
		m->expected = event;
	for (uint32_t at = m->expected + EXPECTED; at < far; at++)
		hash_index_fetch(&m->trace_index, number_hash(events_get(m->events, at)->trace));
	for (; m->expected < end; m->expected++) {
		uint32_t trace = trace_of_id(m, events_get(m->events, m->expected)->trace);
		const char *entry;

		if (trace == MODEL_NONE)
			continue;
		entry = (const char *)trace_at(m, trace);
		for (size_t at = 0; at < sizeof(struct trace_entry); at += CACHE_LINE)
			__builtin_prefetch(entry + at, 1);
	}
}

void model_add(struct model *m, uint32_t event)
{
	const struct event *e = events_get(m->events, event);
	struct event_values v;

	m->version++;
	reserve_event(m, event);
	expect_traces(m, event);
	if (!win(m, event))
		return;
	event_values_read(&v, m->events, event);
	totals_count(&m->totals, &v);
	model_range_add(&m->first_time, &m->last_time, e->time, e->time);
	if (!e->trace)
		return;
	uint32_t trace = trace_of_id_or_new(m, e->trace);
	link_event(m, trace, event);
	trace_count(m, trace, event, &v);
}

static void settle_whole(const struct model *shown)
{
	struct model *m = (struct model *)shown;

	if (!m->dirty)
		return;
	m->totals = (struct totals){0};
	m->first_time = m->last_time = TIME_NONE;
	for (uint32_t event = 0; event < m->seen; event++) {
		int64_t time = events_get(m->events, event)->time;

		if (is_superseded(m, event))
			continue;
		totals_add_event(&m->totals, m->events, event);
		model_range_add(&m->first_time, &m->last_time, time, time);
	}
	m->dirty = false;
}

const struct events *model_events(const struct model *m)
{
	return m->events;
}

uint32_t model_trace_count(const struct model *m)
{
	return m->traces.n;
}

const struct trace *model_trace(const struct model *m, uint32_t trace)
{
	trace_settle((struct model *)m, trace);
	return trace_shown(m, trace);
}

uint32_t model_trace_of(const struct model *m, uint32_t event)
{
	return trace_of_id(m, events_get(m->events, event)->trace);
}

uint32_t model_find_trace(const struct model *m, uint32_t id)
{
	uint32_t trace = trace_of_id(m, id);

	if (trace == MODEL_NONE || !trace_exists(model_trace(m, trace)))
		return MODEL_NONE;
	return trace;
}

uint32_t model_next_event(const struct model *m, uint32_t event)
{
	do
		event = m->links[event];
	while (event != EVENT_NONE && is_superseded(m, event));
	return event;
}

bool model_superseded(const struct model *m, uint32_t event)
{
	return event < m->seen && is_superseded(m, event);
}

uint32_t model_event_of_uuid(const struct model *m, uint32_t uuid)
{
	return uuid < m->cap_ids ? m->by_uuid[uuid] : EVENT_NONE;
}

uint64_t model_duplicates(const struct model *m)
{
	return m->duplicates;
}

const struct totals *model_totals(const struct model *m)
{
	settle_whole(m);
	return listed_totals(m);
}

int64_t model_first_time(const struct model *m)
{
	int64_t first, last = TIME_NONE;

	settle_whole(m);
	first = m->first_time;
	model_range_add(&first, &last, m->listed_first, TIME_NONE);
	return first;
}

int64_t model_last_time(const struct model *m)
{
	settle_whole(m);
	return m->last_time > m->listed_last ? m->last_time : m->listed_last;
}

uint32_t model_version(const struct model *m)
{
	return m->version;
}

size_t model_bytes(const struct model *m)
{
	return sizeof(*m) + m->cap_events * sizeof(*m->links) + m->cap_events / 8 +
	       m->cap_ids * sizeof(*m->by_uuid) + model_pool_bytes(&m->traces) + session_bytes(m) +
	       model_pool_bytes(&m->listed_traces) + m->cap_changed * sizeof(*m->changed) +
	       hash_index_bytes(&m->trace_index) + hash_index_bytes(&m->session_index) +
	       m->cap_pending * sizeof(*m->pending);
}
