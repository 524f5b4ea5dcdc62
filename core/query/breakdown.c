/* Four stages, of which the first is the loop's and the others are workers':
 *
 *   assign    which part each event is in, in slices
 *   place     the events of a part one behind the other, in the order in which they came
 *   add       units of BREAKDOWN_UNIT events: sums into the parts that lie within, and into two partial ones at the unit's ends
 *   measure   a stretch of parts for each worker: exact percentiles, different traces
 *   order     which is the dearest; and what is no longer of use is let go of
 *
 * Workers read a copy of the event table's outline: full chunks never change, and of the one that still grows a copy is made.
 *
 * Invariant: part p's events are order[starts[p]..starts[p + 1]), and their latencies stand at the same places in latencies. */
#include "query/breakdown_internal.h"

#include "base/mem.h"
#include "query/filtered.h"
#include "query/match.h"

#include <string.h>

/* ---- assign: on the loop ---- */

static uint32_t part_of_key(struct breakdown *b, uint32_t key)
{
	if (key >= b->n_keys) {
		uint32_t n = key >= b->n_keys * 2 ? key + 1 : b->n_keys * 2;

		b->of_key = mem_resize(b->of_key, n, sizeof(*b->of_key));
		memset(b->of_key + b->n_keys, 0, (n - b->n_keys) * sizeof(*b->of_key));
		b->n_keys = n;
	}
	if (b->of_key[key] != 0)
		return b->of_key[key];
	if (b->n_parts == b->cap_parts) {
		b->cap_parts = b->cap_parts ? b->cap_parts * 2 : 16;
		b->parts = mem_resize(b->parts, b->cap_parts, sizeof(*b->parts));
	}
	b->parts[b->n_parts] = breakdown_no_figures;
	b->parts[b->n_parts].key = key;
	b->of_key[key] = ++b->n_parts;
	return b->n_parts;
}

static bool takes_part(const struct breakdown *b, uint32_t at)
{
	const struct breakdown_query *q = &b->query;

	return (q->filter == NULL || filtered_has(q->filter, at)) &&
	       match_time(q->since, q->until, events_get(&b->snapshot, at)->time) &&
	       !model_superseded(q->model, at);
}

static void assign_event(struct breakdown *b, uint32_t at)
{
	uint32_t key = SPLIT_NONE, part;

	b->of_event[at] = 0;
	if (!takes_part(b, at))
		return;
	if (b->query.split != NULL)
		key = split_key(b->query.split, at);
	if (key == SPLIT_OUT)
		return;
	part = part_of_key(b, key);
	b->of_event[at] = part;
	b->parts[part - 1].traces++;
	b->n_in++;
}

/* Workers must not look at the model. */
static bool map_sessions(struct breakdown *b, struct slice *slice)
{
	const struct model *m = b->query.model;

	for (; b->next_trace < model_trace_count(m); b->next_trace++) {
		const struct trace *t = model_trace(m, b->next_trace);

		if (slice_over(slice))
			return false;
		if (t->id <= b->n_ids && t->session < b->n_sessions)
			b->session_of[t->id] = t->session + 1;
	}
	return true;
}

static bool assign(struct breakdown *b, struct slice *slice)
{
	if (!map_sessions(b, slice))
		return false;
	for (; b->at < b->n_events; b->at++) {
		if (slice_over(slice))
			return false;
		assign_event(b, b->at);
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

static void start_placing(struct breakdown *b)
{
	size_t n = (size_t)b->n_in + 1;

	b->starts = mem_alloc((size_t)b->n_parts + 1, sizeof(*b->starts));
	b->order = mem_alloc(n, sizeof(*b->order));
	b->whose = mem_alloc(n, sizeof(*b->whose));
	b->latencies = mem_alloc(n, sizeof(*b->latencies));
	b->first_tokens = mem_alloc(n, sizeof(*b->first_tokens));
	mem_ask_large(b->whose, n * sizeof(*b->whose));
	mem_ask_large(b->latencies, n * sizeof(*b->latencies));
	mem_ask_large(b->first_tokens, n * sizeof(*b->first_tokens));
	start_workers(b, 1, breakdown_place);
}

static void start_adding(struct breakdown *b)
{
	b->n_units = b->n_in / BREAKDOWN_UNIT + (b->n_in % BREAKDOWN_UNIT != 0);
	b->units = mem_alloc((size_t)b->n_units + 1, sizeof(*b->units));
	start_workers(b, b->n_units, breakdown_add);
}

static void start_measuring(struct breakdown *b)
{
	breakdown_join(b);
	b->n_stretches = b->n_in == 0 ? 0 : 2 * loop_workers();
	start_workers(b, b->n_stretches, breakdown_measure);
}

static void next_stage(struct breakdown *b)
{
	switch (++b->stage) {
	case STAGE_PLACE:
		start_placing(b);
		break;
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
	b->n_ids = t->ids.n;
	b->n_sessions = model_session_count(query->model);
	b->session_of = mem_zero((size_t)b->n_ids + 1, sizeof(*b->session_of));
	b->of_event = mem_alloc((size_t)t->n + 1, sizeof(*b->of_event));
	if (t->n > 0)
		take_snapshot(b);
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
	b->parts = mem_alloc((size_t)n + 1, sizeof(*b->parts));
	if (n > 0)
		memcpy(b->parts, parts, n * sizeof(*parts));
	b->n_parts = n;
	breakdown_order(b, 0);
	b->priced = b->priced && whole;
	b->stage = STAGE_DONE;
	return b;
}

void breakdown_free(struct breakdown *b)
{
	if (b == NULL)
		return;
	parallel_stop(b->work);
	breakdown_free_means(b);
	mem_free(b->of_key);
	mem_free(b->snapshot.chunks.list);
	if (b->growing != NULL)
		mem_free(b->growing->extras);
	mem_free(b->growing);
	mem_free(b->parts);
	mem_free(b->ranks);
	mem_free(b);
}

bool breakdown_step(struct breakdown *b, int64_t until)
{
	struct slice slice = {.until = until};

	if (b->stage == STAGE_ASSIGN && !assign(b, &slice))
		return false;
	if (b->stage == STAGE_ASSIGN)
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
	static const unsigned percents[] = {0, 30, 45, 80, 95, 100};
	unsigned part = 0;

	if (b->stage == STAGE_ASSIGN && b->n_events > 0)
		part = (unsigned)((uint64_t)b->at * 30 / b->n_events);
	return percents[b->stage] + part;
}

uint32_t breakdown_count(const struct breakdown *b)
{
	return b->n_parts;
}

bool breakdown_cost(const struct breakdown *b, money *out)
{
	*out = b->cost;
	return b->priced;
}

const struct breakdown_part *breakdown_part(const struct breakdown *b, uint32_t place)
{
	return &b->parts[b->ranks[place].part];
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
