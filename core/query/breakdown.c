/* Four stages, of which the first is the loop's and the others are workers':
 *
 *   map       what workers must not look at, in slices: which trace is in which session, which events lost or were filtered out,
 *             values of properties
 *   add       units of BREAKDOWN_UNIT events into parts, and the parts of the units together
 *   measure   parts by each of three measures: percentiles of both times, different traces
 *   order     which is the dearest; and what is no longer of use is let go of
 *
 * Workers read a copy of the event table's outline: full chunks never change, and of the one that still grows a copy is made. */
#include "query/breakdown_internal.h"

#include "base/mem.h"
#include "query/filtered.h"

#include <string.h>

#define GROUPS 256u /* that parts are measured in, so that workers end at about the same time */

/* ---- rooms of workers ---- */

struct breakdown_room *breakdown_enter(struct breakdown *b)
{
	struct breakdown_room *room;

	pthread_mutex_lock(&b->lock);
	room = b->rooms;
	b->rooms = room->next;
	pthread_mutex_unlock(&b->lock);
	return room;
}

void breakdown_leave(struct breakdown *b, struct breakdown_room *room)
{
	pthread_mutex_lock(&b->lock);
	room->next = b->rooms;
	b->rooms = room;
	pthread_mutex_unlock(&b->lock);
}

static void make_rooms(struct breakdown *b)
{
	for (unsigned i = loop_workers(); i > 0; i--) {
		struct breakdown_room *room = mem_zero(1, sizeof(*room));

		for (unsigned edge = 0; edge < BREAKDOWN_BINS - 1; edge++)
			for (unsigned exponent = 0; exponent < 64; exponent++)
				room->first_bins[exponent] += (uint64_t)breakdown_edges[edge] <
				                              UINT64_C(1) << exponent;
		breakdown_leave(b, room);
	}
}

static void free_rooms(struct breakdown *b)
{
	while (b->rooms != NULL) {
		struct breakdown_room *room = b->rooms;

		b->rooms = room->next;
		hash_index_free(&room->table.index);
		mem_free(room->table.list);
		mem_free(room->traces.words);
		mem_free(room->sessions.words);
		mem_free(room->users.words);
		mem_free(room->values);
		mem_free(room);
	}
}

/* ---- map: on the loop ---- */

static bool map_sessions(struct breakdown *b, struct slice *slice)
{
	for (; b->session_at < b->n_sessions; b->session_at++) {
		if (slice_over(slice))
			return false;
		b->session_ids[b->session_at + 1] = model_session_id(b->query.model, b->session_at);
	}
	return true;
}

static bool map_traces(struct breakdown *b, struct slice *slice)
{
	for (; b->trace_at < b->n_traces; b->trace_at++) {
		const struct trace *t = model_trace(b->query.model, b->trace_at);

		if (slice_over(slice))
			return false;
		if (t->id <= b->n_ids)
			b->traces[t->id] = b->trace_at + 1;
		if (t->session < b->n_sessions)
			b->sessions[b->trace_at + 1] = t->session + 1;
	}
	return true;
}

static bool is_left_out(const struct breakdown_query *q, uint32_t event)
{
	return (q->filter != NULL && !filtered_has(q->filter, event)) ||
	       model_superseded(q->model, event);
}

static bool map_events(struct breakdown *b, struct slice *slice)
{
	bool some_out = b->query.filter != NULL || model_duplicates(b->query.model) > 0;

	b->choosy = some_out || b->query.since != TIME_NONE || b->query.until != TIME_NONE;
	if (!some_out && b->keys == NULL)
		return true;
	bits_reach(&b->left_out, b->n_events);
	for (; b->event_at < b->n_events; b->event_at++) {
		if (slice_over(slice))
			return false;
		if (some_out && is_left_out(&b->query, b->event_at))
			bits_set(&b->left_out, b->event_at, true);
		else if (b->keys != NULL)
			b->keys[b->event_at] = split_key(b->query.split, b->event_at);
	}
	return true;
}

/* What workers read of the table; of the chunk that grows and its extras there are copies. */
static void take_snapshot(struct breakdown *b)
{
	const struct events *t = model_events(b->query.model);
	struct events *s = &b->snapshot;
	uint32_t last = (t->n - 1) / EVENTS_CHUNK;
	struct event_chunk *copy;

	s->n = t->n;
	s->models = mem_alloc(t->n_models, sizeof(*s->models));
	memcpy(s->models, t->models, t->n_models * sizeof(*s->models));
	s->chunks = t->chunks;
	s->chunks.list = mem_alloc(last + 1, sizeof(void *));
	memcpy(s->chunks.list, t->chunks.list, (last + 1) * sizeof(void *));
	copy = mem_alloc(1, sizeof(*copy));
	memcpy(copy, t->chunks.list[last], sizeof(*copy));
	copy->extras = mem_alloc(copy->n_extras + 1, 1);
	memcpy(copy->extras, ((const struct event_chunk *)t->chunks.list[last])->extras,
	       copy->n_extras);
	b->growing = copy;
	s->chunks.list[last] = copy;
}

/* ---- from stage to stage: on the loop ---- */

static void on_stage_done(void *ctx);

static void start_workers(struct breakdown *b, uint32_t n, parallel_fn *unit)
{
	b->work = parallel_start(b->loop, n, unit, on_stage_done, b);
}

static void start_adding(struct breakdown *b)
{
	size_t n = b->n_events;

	b->n_units = b->n_events / BREAKDOWN_UNIT + (b->n_events % BREAKDOWN_UNIT != 0);
	b->units = mem_zero((size_t)b->n_units + 1, sizeof(*b->units));
	b->whose = mem_alloc(n + 1, sizeof(*b->whose));
	b->latencies = mem_alloc(n + 1, sizeof(*b->latencies));
	b->first_tokens = mem_alloc(n + 1, sizeof(*b->first_tokens));
	mem_ask_large(b->whose, n * sizeof(*b->whose));
	mem_ask_large(b->latencies, n * sizeof(*b->latencies));
	mem_ask_large(b->first_tokens, n * sizeof(*b->first_tokens));
	make_rooms(b);
	start_workers(b, b->n_units, breakdown_add);
}

static void start_measuring(struct breakdown *b)
{
	uint32_t n = b->table.n;

	b->group = n / GROUPS + 1;
	start_workers(b, (n / b->group + (n % b->group != 0)) * BREAKDOWN_MEASURES,
	              breakdown_measure);
}

static void next_stage(struct breakdown *b)
{
	switch (++b->stage) {
	case STAGE_ADD:
		start_adding(b);
		break;
	case STAGE_MEASURE:
		start_measuring(b);
		break;
	case STAGE_ORDER:
		start_workers(b, 1, breakdown_order);
		break;
	default:
		break;
	}
}

static void on_stage_done(void *ctx)
{
	struct breakdown *b = ctx;

	parallel_stop(b->work);
	b->work = NULL;
	next_stage(b);
	if (b->stage == STAGE_DONE && b->changed != NULL)
		b->changed(b->ctx);
}

/* ---- all of it ---- */

static void make_maps(struct breakdown *b)
{
	const struct breakdown_query *q = &b->query;

	b->n_ids = model_events(q->model)->ids.n;
	b->n_traces = model_trace_count(q->model);
	b->n_sessions = model_session_count(q->model);
	b->traces = mem_zero((size_t)b->n_ids + 1, sizeof(*b->traces));
	mem_ask_large(b->traces, ((size_t)b->n_ids + 1) * sizeof(*b->traces));
	b->sessions = mem_zero((size_t)b->n_traces + 1, sizeof(*b->sessions));
	b->session_ids = mem_zero((size_t)b->n_sessions + 1, sizeof(*b->session_ids));
	b->records = (struct split_records){.events = &b->snapshot,
	                                    .traces = b->traces,
	                                    .sessions = b->sessions,
	                                    .session_ids = b->session_ids};
	if (q->split != NULL && !split_is_of_records(q->split))
		b->keys = mem_alloc((size_t)b->n_events + 1, sizeof(*b->keys));
}

struct breakdown *breakdown_new(struct loop *loop, const struct breakdown_query *query,
                                loop_fn *changed, void *ctx)
{
	struct breakdown *b = mem_zero(1, sizeof(*b));
	const struct events *t = model_events(query->model);
	struct str name;

	b->loop = loop;
	b->query = *query;
	b->changed = changed;
	b->ctx = ctx;
	b->version = model_version(query->model);
	b->filter_version = query->filter ? filtered_version(query->filter) : 0;
	b->ready = query->split == NULL || split_ready(query->split);
	b->by_time = query->split != NULL && split_field(query->split, &name) == NULL;
	b->n_events = t->n;
	b->seed = hash_pair_seed();
	pthread_mutex_init(&b->lock, NULL);
	if (t->n > 0)
		take_snapshot(b);
	make_maps(b);
	return b;
}

struct breakdown *breakdown_told(const struct breakdown_query *query,
                                 const struct breakdown_part *parts, uint32_t n, bool whole)
{
	struct breakdown *b = mem_zero(1, sizeof(*b));
	struct str name;

	b->query = *query;
	b->told = true;
	b->by_time = query->split != NULL && split_field(query->split, &name) == NULL;
	pthread_mutex_init(&b->lock, NULL);
	b->table.list = mem_alloc((size_t)n + 1, sizeof(*b->table.list));
	for (uint32_t i = 0; i < n; i++)
		b->table.list[i] = (struct breakdown_sums){.part = parts[i], .first_event = i};
	b->table.n = n;
	breakdown_order(b, 0);
	b->priced = b->priced && whole;
	b->stage = STAGE_DONE;
	return b;
}

void breakdown_free_means(struct breakdown *b)
{
	for (uint32_t i = 0; i < b->n_units; i++)
		mem_free(b->units[i]);
	b->n_units = 0;
	mem_free(b->units);
	mem_free(b->whose);
	mem_free(b->latencies);
	mem_free(b->first_tokens);
	mem_free(b->traces);
	mem_free(b->sessions);
	mem_free(b->session_ids);
	mem_free(b->left_out.words);
	mem_free(b->keys);
	b->units = NULL;
	b->whose = NULL;
	b->latencies = b->first_tokens = NULL;
	b->traces = b->sessions = b->session_ids = b->keys = NULL;
	b->left_out = (struct bits){0};
	free_rooms(b);
	hash_index_free(&b->table.index);
}

void breakdown_free(struct breakdown *b)
{
	if (b == NULL)
		return;
	atomic_store(&b->off, true);
	parallel_stop(b->work);
	breakdown_free_means(b);
	mem_free(b->snapshot.chunks.list);
	mem_free(b->snapshot.models);
	if (b->growing != NULL)
		mem_free(b->growing->extras);
	mem_free(b->growing);
	mem_free(b->table.list);
	mem_free(b->order);
	pthread_mutex_destroy(&b->lock);
	mem_free(b);
}

bool breakdown_step(struct breakdown *b, int64_t until)
{
	struct slice slice = {.until = until};

	if (b->stage != STAGE_MAP)
		return true;
	if (!map_sessions(b, &slice) || !map_traces(b, &slice) || !map_events(b, &slice))
		return false;
	next_stage(b);
	return true;
}

bool breakdown_done(const struct breakdown *b)
{
	return b->stage == STAGE_DONE;
}

void breakdown_wait(struct breakdown *b)
{
	while (!breakdown_step(b, SLICE_WHOLE) || !breakdown_done(b))
		if (!loop_step(b->loop, true))
			return;
}

unsigned breakdown_percent(const struct breakdown *b)
{
	static const unsigned percents[] = {0, 30, 70, 95, 100};
	uint64_t all = (uint64_t)b->n_sessions + b->n_traces + b->n_events;
	uint64_t mapped = (uint64_t)b->session_at + b->trace_at + b->event_at;

	if (b->stage == STAGE_MAP && all > 0)
		return (unsigned)(mapped * percents[STAGE_ADD] / all);
	return percents[b->stage];
}

uint32_t breakdown_count(const struct breakdown *b)
{
	return b->table.n;
}

bool breakdown_cost(const struct breakdown *b, money *out)
{
	*out = b->cost;
	return b->priced;
}

const struct breakdown_part *breakdown_part(const struct breakdown *b, uint32_t place)
{
	return &b->table.list[b->order[place]].part;
}

bool breakdown_is_current(const struct breakdown *b)
{
	const struct breakdown_query *q = &b->query;

	if (b->told)
		return true;
	return b->version == model_version(q->model) &&
	       (q->filter == NULL || b->filter_version == filtered_version(q->filter)) &&
	       b->ready == (q->split == NULL || split_ready(q->split));
}
