/* What workers make of the events of a breakdown: sums, exact percentiles, order. */
#include "query/breakdown_internal.h"

#include "base/bits.h"
#include "base/mem.h"
#include "query/sort.h"

#include <stdlib.h>

#define AHEAD 16u /* events: so many are added up while memory answers */

const int64_t breakdown_edges[BREAKDOWN_BINS - 1] = {
	10000,     20000,     50000,     100000,     200000,    500000,
	1000000,   2000000,   5000000,   10000000,   20000000,  50000000,
	100000000, 200000000, 500000000, 1000000000, 2000000000};

const struct breakdown_part breakdown_no_figures = {
	.latency = {EVENT_UNKNOWN, EVENT_UNKNOWN, EVENT_UNKNOWN, EVENT_UNKNOWN, EVENT_UNKNOWN},
	.first_token_p50 = EVENT_UNKNOWN,
	.first_token_p95 = EVENT_UNKNOWN,
	.first = TIME_NONE,
	.last = TIME_NONE};

/* ---- place: one worker ---- */

void breakdown_place(void *ctx, uint32_t unit)
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
	return event_is_call(e) || (b->query.split != NULL && split_times_all(b->query.split));
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

/* The events of a part lie apart: memory is asked for what is wanted soon. */
static void ask_ahead(const struct breakdown *b, uint32_t place)
{
	const struct event_chunk *chunk;
	uint32_t at;

	if (b->n_in - place <= AHEAD)
		return;
	at = b->order[place + AHEAD];
	chunk = events_chunk(&b->snapshot, at);
	at %= EVENTS_CHUNK;
	__builtin_prefetch(&chunk->events[at]);
	__builtin_prefetch(&chunk->events[at].model);
	__builtin_prefetch(&chunk->extras_at[at]);
	at = b->order[place + AHEAD / 2];
	chunk = events_chunk(&b->snapshot, at);
	__builtin_prefetch(&chunk->extras[chunk->extras_at[at % EVENTS_CHUNK]]);
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
	b->whose[place].trace = e->trace;
	b->whose[place].user = e->flags & EVENT_PERSONLESS ? 0 : e->user;
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
static struct breakdown_part *sums_of(struct breakdown *b, struct breakdown_unit *u, uint32_t part,
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

void breakdown_add(void *ctx, uint32_t unit)
{
	struct breakdown *b = ctx;
	struct breakdown_unit *u = &b->units[unit];
	uint32_t from = unit * BREAKDOWN_UNIT,
		 end = b->n_in - from < BREAKDOWN_UNIT ? b->n_in : from + BREAKDOWN_UNIT;

	*u = (struct breakdown_unit){breakdown_no_figures, breakdown_no_figures, BREAKDOWN_NO_PART,
	                             BREAKDOWN_NO_PART};
	for (uint32_t part = part_at(b, from); from < end; part++) {
		uint32_t to = b->starts[part + 1] < end ? b->starts[part + 1] : end;
		struct breakdown_part *sums = sums_of(b, u, part, from, to);

		for (; from < to; from++) {
			ask_ahead(b, from);
			add_event(b, sums, from);
		}
	}
}

void breakdown_join(struct breakdown *b)
{
	for (uint32_t i = 0; i < b->n_units; i++) {
		const struct breakdown_unit *u = &b->units[i];

		if (u->head_part != BREAKDOWN_NO_PART)
			join(&b->parts[u->head_part], &u->head);
		if (u->tail_part != BREAKDOWN_NO_PART)
			join(&b->parts[u->tail_part], &u->tail);
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

/* What a part has met, by number: bits, since ids are many and a part has few of them. */
struct met {
	struct bits traces, sessions, users;
};

static void reach(struct met *met, const struct breakdown *b)
{
	bits_reach(&met->traces, b->n_ids + 1);
	bits_reach(&met->sessions, b->n_sessions + 1);
	bits_reach(&met->users, b->n_ids + 1);
}

static bool first_met(struct bits *met, uint32_t number)
{
	if (number == 0 || bits_get(met, number))
		return false;
	bits_set(met, number, true);
	return true;
}

/* Of a small part bit by bit: there may be as many of these as there are events. */
static void forget(struct breakdown *b, uint32_t part, struct met *met)
{
	uint32_t start = b->starts[part], end = b->starts[part + 1];

	if (end - start > met->traces.n) {
		bits_clear(&met->traces);
		bits_clear(&met->sessions);
		bits_clear(&met->users);
		return;
	}
	for (uint32_t i = start; i < end; i++) {
		const struct breakdown_whose *w = &b->whose[i];

		bits_set(&met->traces, w->trace, false);
		bits_set(&met->sessions, b->session_of[w->trace], false);
		bits_set(&met->users, w->user, false);
	}
}

static void count_different(struct breakdown *b, uint32_t part, struct met *met)
{
	struct breakdown_part *p = &b->parts[part];

	p->traces = 0;
	for (uint32_t i = b->starts[part]; i < b->starts[part + 1]; i++) {
		const struct breakdown_whose *w = &b->whose[i];

		if (first_met(&met->traces, w->trace)) {
			p->traces++;
			p->sessions += first_met(&met->sessions, b->session_of[w->trace]);
		}
		p->users += first_met(&met->users, w->user);
	}
	forget(b, part, met);
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

void breakdown_measure(void *ctx, uint32_t stretch)
{
	struct breakdown *b = ctx;
	uint32_t end = first_of(b, stretch + 1);
	struct met met = {0};

	reach(&met, b);
	for (uint32_t part = first_of(b, stretch); part < end; part++) {
		measure_values(b, part);
		count_different(b, part, &met);
	}
	mem_free(met.traces.words);
	mem_free(met.sessions.words);
	mem_free(met.users.words);
}

/* ---- order: one worker ---- */

static int compare_ranks(const void *a, const void *b)
{
	const struct breakdown_rank *x = a, *y = b;

	if (x->cost != y->cost)
		return x->cost > y->cost ? -1 : 1;
	if (x->calls != y->calls)
		return x->calls > y->calls ? -1 : 1;
	return x->part < y->part ? -1 : 1;
}

static struct breakdown_rank rank_of(const struct breakdown *b, uint32_t part)
{
	const struct breakdown_part *p = &b->parts[part];
	struct breakdown_rank r = {.part = part};

	if (b->by_time)
		r.cost = -(money)p->key;
	else if (!totals_cost(&p->totals, &r.cost))
		r.cost = -1;
	r.calls = p->calls;
	return r;
}

static void add_cost(struct breakdown *b, const struct totals *t)
{
	money cost;

	if (!totals_cost(t, &cost))
		return;
	b->cost += cost;
	b->priced = true;
}

void breakdown_free_means(struct breakdown *b)
{
	mem_free(b->of_event);
	mem_free(b->session_of);
	mem_free(b->order);
	mem_free(b->whose);
	mem_free(b->starts);
	mem_free(b->latencies);
	mem_free(b->first_tokens);
	mem_free(b->units);
	b->of_event = b->session_of = b->order = b->starts = NULL;
	b->latencies = b->first_tokens = NULL;
	b->whose = NULL;
	b->units = NULL;
}

void breakdown_order(void *ctx, uint32_t unit)
{
	struct breakdown *b = ctx;

	(void)unit;
	b->ranks = mem_alloc((size_t)b->n_parts + 1, sizeof(*b->ranks));
	for (uint32_t i = 0; i < b->n_parts; i++) {
		b->ranks[i] = rank_of(b, i);
		add_cost(b, &b->parts[i].totals);
	}
	qsort(b->ranks, b->n_parts, sizeof(*b->ranks), compare_ranks);
	breakdown_free_means(b);
}
