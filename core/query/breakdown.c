/* Four stages, of which the first is the loop's and the others are workers':
 *
 *   assign    which part each event is in, in slices
 *   place     the events of a part one behind the other, in the order in which they came
 *   add       units of UNIT events: sums into the parts that lie within, and into two partial ones at the unit's ends
 *   measure   a stretch of parts for each worker: exact percentiles, different traces
 *   order     which is the dearest; and what is no longer of use is let go of
 *
 * Workers read a copy of the event table's outline: full chunks never change, and of the one that still grows a copy is made.
 *
 * Invariant: part p's events are order[starts[p]..starts[p + 1]), and their latencies stand at the same places in latencies. */
#include "query/breakdown.h"

#include "base/mem.h"
#include "base/parallel.h"
#include "query/filtered.h"
#include "query/match.h"
#include "query/sort.h"

#include <stdlib.h>
#include <string.h>

#define UNIT 16384u /* events that are added up at a time: about a millisecond */

const int64_t breakdown_edges[BREAKDOWN_BINS - 1] = {
	10000,     20000,     50000,     100000,     200000,    500000,
	1000000,   2000000,   5000000,   10000000,   20000000,  50000000,
	100000000, 200000000, 500000000, 1000000000, 2000000000};

enum stage { STAGE_ASSIGN, STAGE_PLACE, STAGE_ADD, STAGE_MEASURE, STAGE_ORDER, STAGE_DONE };

/* A unit begins or ends within a part: what it has of the first and of the last one. */
struct unit {
	struct breakdown_part head, tail;
	uint32_t head_part, tail_part; /* NO_PART: there is none */
};
#define NO_PART UINT32_MAX

/* What parts are put in order by. */
struct rank {
	money cost;
	uint32_t calls, part;
};

struct breakdown {
	struct loop *loop;
	struct breakdown_query query;
	loop_fn *changed;
	void *ctx;
	uint32_t version, filter_version; /* that it is made of */

	bool ready, by_time;
	enum stage stage;
	struct parallel *work;       /* NULL: workers have nothing to do */
	uint32_t at, n_events, n_in; /* events; those that have a part in it */
	uint32_t *of_key, n_keys;    /* part, from 1 */
	uint32_t *of_event;          /* likewise; 0: none */
	struct events snapshot;      /* chunks alone */
	uint32_t n_ids;
	struct event_chunk *growing; /* a copy */

	struct breakdown_part *parts; /* `traces` counts events until they are measured */
	uint32_t n_parts, cap_parts;
	uint32_t *starts, *order;
	int64_t *latencies, *first_tokens;
	struct unit *units;
	uint32_t n_units, n_stretches;
	struct rank *ranks; /* what comes of it */
};

static const struct breakdown_part no_figures = {
	.latency = {EVENT_UNKNOWN, EVENT_UNKNOWN, EVENT_UNKNOWN, EVENT_UNKNOWN, EVENT_UNKNOWN},
	.first_token_p50 = EVENT_UNKNOWN,
	.first_token_p95 = EVENT_UNKNOWN,
	.first = TIME_NONE,
	.last = TIME_NONE};

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
	b->parts[b->n_parts] = no_figures;
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

static bool assign(struct breakdown *b, struct slice *slice)
{
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

/* ---- place: one worker ---- */

static void place(void *ctx, uint32_t unit)
{
	struct breakdown *b = ctx;
	uint32_t *next = mem_alloc((size_t)b->n_parts + 1, sizeof(*next)), at = 0;

	(void)unit;
	for (uint32_t i = 0; i < b->n_parts; i++) {
		b->starts[i] = next[i] = at;
		at += b->parts[i].traces;
	}
	b->starts[b->n_parts] = at;
	for (uint32_t i = 0; i < b->n_events; i++)
		if (b->of_event[i] != 0)
			b->order[next[b->of_event[i] - 1]++] = i;
	mem_free(next);
}

/* ---- add: all workers ---- */

static int64_t first_token_of(const struct breakdown *b, uint32_t event)
{
	int64_t value;

	return events_extra(&b->snapshot, event, EVENT_FIRST_TOKEN, &value) ? value : EVENT_UNKNOWN;
}

static bool is_call(const struct breakdown *b, const struct event *e)
{
	enum event_kind kind = event_kind(e);

	return kind == EVENT_GENERATION || kind == EVENT_EMBEDDING ||
	       (b->query.split != NULL && split_times_all(b->query.split));
}

static void add_tokens(struct breakdown_part *p, const struct events *t, uint32_t event)
{
	int64_t cached = events_cache_read(t, event), prompt = events_prompt(t, event);

	if (cached < 0 || prompt < 0)
		return;
	p->prompt += prompt;
	p->cached += cached;
}

static void add_time(struct breakdown_part *p, int64_t time)
{
	if (time == TIME_NONE)
		return;
	if (p->first == TIME_NONE || time < p->first)
		p->first = time;
	if (p->last == TIME_NONE || time > p->last)
		p->last = time;
}

static void add_event(struct breakdown *b, struct breakdown_part *p, uint32_t place)
{
	uint32_t event = b->order[place];
	const struct event *e = events_get(&b->snapshot, event);
	bool call = is_call(b, e);

	totals_add_event(&p->totals, &b->snapshot, event);
	add_time(p, e->time);
	add_tokens(p, &b->snapshot, event);
	p->calls += call;
	p->failed += call && (e->flags & EVENT_ERROR);
	b->latencies[place] = call ? events_latency(&b->snapshot, event) : EVENT_UNKNOWN;
	b->first_tokens[place] = call ? first_token_of(b, event) : EVENT_UNKNOWN;
}

static void join(struct breakdown_part *to, const struct breakdown_part *from)
{
	totals_add(&to->totals, &from->totals);
	to->calls += from->calls;
	to->failed += from->failed;
	to->prompt += from->prompt;
	to->cached += from->cached;
	add_time(to, from->first);
	add_time(to, from->last);
}

/* The part that has this place; none is empty. */
static uint32_t part_at(const struct breakdown *b, uint32_t place)
{
	uint32_t low = 0, high = b->n_parts;

	while (high - low > 1) {
		uint32_t middle = low + (high - low) / 2;

		if (b->starts[middle] <= place)
			low = middle;
		else
			high = middle;
	}
	return low;
}

/* Where the sums of a part go, of which the places from..to are this unit's. */
static struct breakdown_part *sums_of(struct breakdown *b, struct unit *u, uint32_t part,
                                      uint32_t from, uint32_t to)
{
	if (from > b->starts[part]) {
		u->head_part = part;
		return &u->head;
	}
	if (to < b->starts[part + 1]) {
		u->tail_part = part;
		return &u->tail;
	}
	return &b->parts[part];
}

static void add(void *ctx, uint32_t unit)
{
	struct breakdown *b = ctx;
	struct unit *u = &b->units[unit];
	uint32_t from = unit * UNIT, end = b->n_in - from < UNIT ? b->n_in : from + UNIT;

	*u = (struct unit){no_figures, no_figures, NO_PART, NO_PART};
	for (uint32_t part = part_at(b, from); from < end; part++) {
		uint32_t to = b->starts[part + 1] < end ? b->starts[part + 1] : end;
		struct breakdown_part *sums = sums_of(b, u, part, from, to);

		for (; from < to; from++)
			add_event(b, sums, from);
	}
}

/* ---- measure: all workers ---- */

/* Known ones first; gives how many there are. */
static size_t known_first(int64_t *values, size_t n)
{
	size_t known = 0;

	for (size_t i = 0; i < n; i++)
		if (values[i] != EVENT_UNKNOWN)
			values[known++] = values[i];
	return known;
}

/* Values of rising ranks: what stands before the last one found is not looked at again. */
static int64_t select_percent(int64_t *values, size_t n, unsigned percent, size_t *from)
{
	struct slice whole = {.until = SLICE_WHOLE};
	struct selection s;
	size_t rank = percentile_rank(n, percent);

	selection_start(&s, values + *from, n - *from, rank - *from);
	selection_step(&s, &whole);
	*from = rank;
	return values[rank];
}

static int64_t largest(const int64_t *values, size_t n)
{
	int64_t most = values[0];

	for (size_t i = 1; i < n; i++)
		if (values[i] > most)
			most = values[i];
	return most;
}

static void count_bins(struct breakdown_part *p, const int64_t *values, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		unsigned bin = 0;

		while (bin < BREAKDOWN_BINS - 1 && values[i] >= breakdown_edges[bin])
			bin++;
		p->bins[bin]++;
	}
}

static void measure_values(struct breakdown *b, uint32_t part)
{
	struct breakdown_part *p = &b->parts[part];
	uint32_t start = b->starts[part], n = b->starts[part + 1] - start;
	int64_t *latencies = b->latencies + start, *first_tokens = b->first_tokens + start;
	size_t known = known_first(latencies, n), from = 0;

	count_bins(p, latencies, known);
	if (known > 0) {
		p->latency.p50 = select_percent(latencies, known, 50, &from);
		p->latency.p90 = select_percent(latencies, known, 90, &from);
		p->latency.p95 = select_percent(latencies, known, 95, &from);
		p->latency.p99 = select_percent(latencies, known, 99, &from);
		p->latency.max = largest(latencies + from, known - from);
	}
	known = known_first(first_tokens, n);
	from = 0;
	if (known > 0) {
		p->first_token_p50 = select_percent(first_tokens, known, 50, &from);
		p->first_token_p95 = select_percent(first_tokens, known, 95, &from);
	}
}

/* seen: by trace the last part, from 1, that has met it. */
static void count_traces(struct breakdown *b, uint32_t part, uint32_t *seen)
{
	struct breakdown_part *p = &b->parts[part];

	p->traces = 0;
	for (uint32_t i = b->starts[part]; i < b->starts[part + 1]; i++) {
		uint32_t trace = events_get(&b->snapshot, b->order[i])->trace;

		if (trace == 0 || seen[trace] == part + 1)
			continue;
		seen[trace] = part + 1;
		p->traces++;
	}
}

/* The first part of a stretch: that in which its share of the events begins. */
static uint32_t first_of(const struct breakdown *b, uint32_t stretch)
{
	uint32_t place = (uint32_t)((uint64_t)b->n_in * stretch / b->n_stretches);
	uint32_t part = part_at(b, place);

	if (stretch == b->n_stretches)
		return b->n_parts;
	return b->starts[part] < place ? part + 1 : part;
}

static void measure(void *ctx, uint32_t stretch)
{
	struct breakdown *b = ctx;
	uint32_t end = first_of(b, stretch + 1);
	uint32_t *seen = mem_zero((size_t)b->n_ids + 1, sizeof(*seen));

	for (uint32_t part = first_of(b, stretch); part < end; part++) {
		measure_values(b, part);
		count_traces(b, part, seen);
	}
	mem_free(seen);
}

/* ---- order: one worker ---- */

static int compare_ranks(const void *a, const void *b)
{
	const struct rank *x = a, *y = b;

	if (x->cost != y->cost)
		return x->cost > y->cost ? -1 : 1;
	if (x->calls != y->calls)
		return x->calls > y->calls ? -1 : 1;
	return x->part < y->part ? -1 : 1;
}

static struct rank rank_of(const struct breakdown *b, uint32_t part)
{
	const struct breakdown_part *p = &b->parts[part];
	struct rank r = {.part = part};

	if (b->by_time)
		r.cost = -(money)p->key;
	else if (!totals_cost(&p->totals, &r.cost))
		r.cost = -1;
	r.calls = p->calls;
	return r;
}

static void free_means(struct breakdown *b)
{
	mem_free(b->of_event);
	mem_free(b->order);
	mem_free(b->starts);
	mem_free(b->latencies);
	mem_free(b->first_tokens);
	mem_free(b->units);
	b->of_event = b->order = b->starts = NULL;
	b->latencies = b->first_tokens = NULL;
	b->units = NULL;
}

static void order(void *ctx, uint32_t unit)
{
	struct breakdown *b = ctx;

	(void)unit;
	b->ranks = mem_alloc((size_t)b->n_parts + 1, sizeof(*b->ranks));
	for (uint32_t i = 0; i < b->n_parts; i++)
		b->ranks[i] = rank_of(b, i);
	qsort(b->ranks, b->n_parts, sizeof(*b->ranks), compare_ranks);
	free_means(b);
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
	b->latencies = mem_alloc(n, sizeof(*b->latencies));
	b->first_tokens = mem_alloc(n, sizeof(*b->first_tokens));
	mem_ask_large(b->latencies, n * sizeof(*b->latencies));
	mem_ask_large(b->first_tokens, n * sizeof(*b->first_tokens));
	start_workers(b, 1, place);
}

static void start_adding(struct breakdown *b)
{
	b->n_units = b->n_in / UNIT + (b->n_in % UNIT != 0);
	b->units = mem_alloc((size_t)b->n_units + 1, sizeof(*b->units));
	start_workers(b, b->n_units, add);
}

static void join_units(struct breakdown *b)
{
	for (uint32_t i = 0; i < b->n_units; i++) {
		const struct unit *u = &b->units[i];

		if (u->head_part != NO_PART)
			join(&b->parts[u->head_part], &u->head);
		if (u->tail_part != NO_PART)
			join(&b->parts[u->tail_part], &u->tail);
	}
}

static void start_measuring(struct breakdown *b)
{
	join_units(b);
	b->n_stretches = b->n_in == 0 ? 0 : 2 * loop_workers();
	start_workers(b, b->n_stretches, measure);
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
		start_workers(b, 1, order);
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
	b->of_event = mem_alloc((size_t)t->n + 1, sizeof(*b->of_event));
	if (t->n > 0)
		take_snapshot(b);
	return b;
}

void breakdown_free(struct breakdown *b)
{
	if (b == NULL)
		return;
	parallel_stop(b->work);
	free_means(b);
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

const struct breakdown_part *breakdown_part(const struct breakdown *b, uint32_t place)
{
	return &b->parts[b->ranks[place].part];
}

bool breakdown_is_current(const struct breakdown *b)
{
	const struct breakdown_query *q = &b->query;

	return b->version == model_version(q->model) &&
	       (q->filter == NULL || b->filter_version == filtered_version(q->filter)) &&
	       b->ready == (q->split == NULL || split_ready(q->split));
}
