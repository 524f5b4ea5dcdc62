/* What workers measure of parts that are added up: exact percentiles, how many calls took how long, different traces; and the order of
 * the parts. */
#include "query/breakdown_internal.h"

#include "base/mem.h"
#include "query/sort.h"

#include <string.h>

#define FEW         1024u /* events: their values are not worth counting in buckets */
#define PERCENTILES 4u    /* of one column at most */
#define PIECE       2000 /* microseconds of sorting until a worker looks whether it was called off */

const int64_t breakdown_edges[BREAKDOWN_BINS - 1] = {
	10000,     20000,     50000,     100000,     200000,    500000,
	1000000,   2000000,   5000000,   10000000,   20000000,  50000000,
	100000000, 200000000, 500000000, 1000000000, 2000000000};

/* ---- percentiles ---- */

/* Rises with the value; negative ones are in the first. */
static unsigned bucket_of(int64_t value)
{
	unsigned exponent;

	if (value < 64)
		return value < 0 ? 0 : (unsigned)value;
	exponent = 63 - (unsigned)__builtin_clzll((uint64_t)value);
	return (exponent - 5) * 64 + (unsigned)(value >> (exponent - 6) & 63);
}

/* Gives how many values are known. */
static size_t fill_buckets(const struct breakdown *b, struct breakdown_room *room,
                           const struct breakdown_sums *s, const int64_t *column)
{
	size_t known = 0;

	memset(room->counts, 0, sizeof(room->counts));
	for (const struct breakdown_run *run = s->runs; run && !atomic_load(&b->off);
	     run = run->next)
		for (uint32_t i = run->start; i < run->start + run->n; i++) {
			if (column[i] == EVENT_UNKNOWN)
				continue;
			room->counts[bucket_of(column[i])]++;
			known++;
		}
	return known;
}

/* The buckets that the wanted ranks are in; makes them ranks among the values of these buckets alone. Gives how many these are. */
static size_t choose_buckets(struct breakdown_room *room, size_t *ranks, unsigned n)
{
	size_t below = 0, wanted = 0;
	unsigned bucket = 0;

	memset(room->wanted, 0, sizeof(room->wanted));
	for (unsigned i = 0; i < n; i++) {
		for (; below + room->counts[bucket] <= ranks[i]; bucket++) {
			below += room->counts[bucket];
			wanted += room->wanted[bucket] ? room->counts[bucket] : 0;
		}
		room->wanted[bucket] = true;
		ranks[i] = ranks[i] - below + wanted;
	}
	return wanted + room->counts[bucket];
}

static void reserve(struct breakdown_room *room, size_t n)
{
	if (n <= room->cap_values)
		return;
	room->cap_values = n > 2 * room->cap_values ? n : 2 * room->cap_values;
	room->values = mem_resize(room->values, room->cap_values, sizeof(*room->values));
}

/* What is known, or of it what is in wanted buckets, at most n, into the room; gives how many there are. */
static size_t gather(const struct breakdown *b, struct breakdown_room *room,
                     const struct breakdown_sums *s, const int64_t *column, bool wanted, size_t n)
{
	size_t at = 0;

	reserve(room, n + 1);
	for (const struct breakdown_run *run = s->runs; run && !atomic_load(&b->off);
	     run = run->next)
		for (uint32_t i = run->start; i < run->start + run->n; i++) {
			/* Most are not wanted, and which is as good as chance: no branch. */
			room->values[at] = column[i];
			at += (column[i] != EVENT_UNKNOWN) &
			      (!wanted || room->wanted[bucket_of(column[i])]);
		}
	return at;
}

/* What stands before the rank found last is not looked at again. */
static void select_ranks(int64_t *values, size_t n, const size_t *ranks, unsigned n_ranks,
                         int64_t *out)
{
	struct slice whole = {.until = SLICE_WHOLE};
	struct selection s;
	size_t from = 0;

	for (unsigned i = 0; i < n_ranks; i++) {
		selection_start(&s, values + from, n - from, ranks[i] - from);
		selection_step(&s, &whole);
		from = ranks[i];
		out[i] = values[from];
	}
}

/* Of rising percents. Of many values only those are looked at whose bucket has a wanted rank. False: none is known. */
static bool find_percentiles(const struct breakdown *b, struct breakdown_room *room,
                             const struct breakdown_sums *s, const int64_t *column,
                             const unsigned *percents, unsigned n, int64_t *out)
{
	uint32_t events = s->part.totals.events;
	bool many = events > FEW;
	size_t known = many ? fill_buckets(b, room, s, column)
	                    : gather(b, room, s, column, false, events);
	size_t ranks[PERCENTILES], kept = known;

	if (known == 0)
		return false;
	for (unsigned i = 0; i < n; i++)
		ranks[i] = percentile_rank(known, percents[i]);
	if (many) {
		kept = choose_buckets(room, ranks, n);
		kept = gather(b, room, s, column, true, kept);
	}
	if (atomic_load(&b->off))
		return false;
	select_ranks(room->values, kept, ranks, n, out);
	return true;
}

/* ---- measures of a part ---- */

/* There is one edge at most from a power of 2 to the next. */
static unsigned bin_of(const struct breakdown_room *room, int64_t latency)
{
	unsigned bin;

	if (latency < 1)
		return 0;
	bin = room->first_bins[63 - __builtin_clzll((uint64_t)latency)];
	return bin + (bin < BREAKDOWN_BINS - 1 && latency >= breakdown_edges[bin]);
}

static void count_bins(struct breakdown *b, struct breakdown_room *room, struct breakdown_sums *s)
{
	struct breakdown_part *p = &s->part;

	for (const struct breakdown_run *run = s->runs; run && !atomic_load(&b->off);
	     run = run->next)
		for (uint32_t i = run->start; i < run->start + run->n; i++) {
			int64_t latency = b->latencies[i];

			if (latency == EVENT_UNKNOWN)
				continue;
			p->bins[bin_of(room, latency)]++;
			if (latency > p->latency.max)
				p->latency.max = latency;
		}
}

static void measure_latency(struct breakdown *b, struct breakdown_room *room,
                            struct breakdown_sums *s)
{
	static const unsigned percents[] = {50, 90, 95, 99};
	struct stats_latency *l = &s->part.latency;
	int64_t values[4];

	count_bins(b, room, s);
	if (!find_percentiles(b, room, s, b->latencies, percents, 4, values))
		return;
	l->p50 = values[0];
	l->p90 = values[1];
	l->p95 = values[2];
	l->p99 = values[3];
}

static void measure_first_token(struct breakdown *b, struct breakdown_room *room,
                                struct breakdown_sums *s)
{
	static const unsigned percents[] = {50, 95};
	int64_t values[2];

	if (!find_percentiles(b, room, s, b->first_tokens, percents, 2, values))
		return;
	s->part.first_token_p50 = values[0];
	s->part.first_token_p95 = values[1];
}

static bool first_met(struct bits *met, uint32_t number)
{
	if (number == 0 || bits_get(met, number))
		return false;
	bits_set(met, number, true);
	return true;
}

/* Of a small part bit by bit: there may be as many of these as there are events. */
static void forget(struct breakdown *b, struct breakdown_room *room, const struct breakdown_sums *s)
{
	if (s->part.totals.events > room->users.n) {
		bits_clear(&room->traces);
		bits_clear(&room->sessions);
		bits_clear(&room->users);
		return;
	}
	for (const struct breakdown_run *run = s->runs; run; run = run->next)
		for (uint32_t i = run->start; i < run->start + run->n; i++) {
			const struct breakdown_whose *w = &b->whose[i];

			bits_set(&room->traces, w->trace, false);
			bits_set(&room->sessions, b->sessions[w->trace], false);
			bits_set(&room->users, w->user, false);
		}
}

static void count_different(struct breakdown *b, struct breakdown_room *room,
                            struct breakdown_sums *s)
{
	struct breakdown_part *p = &s->part;

	bits_reach(&room->traces, b->n_traces + 1);
	bits_reach(&room->sessions, b->n_sessions + 1);
	bits_reach(&room->users, b->n_ids + 1);
	for (const struct breakdown_run *run = s->runs; run && !atomic_load(&b->off);
	     run = run->next)
		for (uint32_t i = run->start; i < run->start + run->n; i++) {
			const struct breakdown_whose *w = &b->whose[i];

			if (first_met(&room->traces, w->trace)) {
				p->traces++;
				p->sessions += first_met(&room->sessions, b->sessions[w->trace]);
			}
			p->users += first_met(&room->users, w->user);
		}
	forget(b, room, s);
}

void breakdown_measure(void *ctx, uint32_t unit)
{
	static void (*const measures[BREAKDOWN_MEASURES])(
		struct breakdown *, struct breakdown_room *,
		struct breakdown_sums *) = {measure_latency, measure_first_token, count_different};
	struct breakdown *b = ctx;
	struct breakdown_room *room = breakdown_enter(b);
	uint32_t from = unit / BREAKDOWN_MEASURES * b->group,
		 end = b->table.n - from < b->group ? b->table.n : from + b->group;

	for (uint32_t part = from; part < end; part++)
		measures[unit % BREAKDOWN_MEASURES](b, room, &b->table.list[part]);
	breakdown_leave(b, room);
}

/* ---- order: one worker ---- */

/* Where parts cost the same. */
struct tie {
	uint32_t calls, first_event;
};

static int compare_parts(const void *ties, const struct sort_key *a, const struct sort_key *b)
{
	const struct tie *x = (const struct tie *)ties + a->row;
	const struct tie *y = (const struct tie *)ties + b->row;
	int order = sort_by_number(NULL, a, b);

	if (order != 0)
		return order;
	if (x->calls != y->calls)
		return x->calls > y->calls ? -1 : 1;
	return (x->first_event > y->first_event) - (x->first_event < y->first_event);
}

static struct sort_key key_of(const struct breakdown *b, uint32_t part)
{
	const struct breakdown_part *p = &b->table.list[part].part;
	struct sort_key key = {.row = part, .known = true};

	if (b->by_time) {
		key.number = p->key;
		return key;
	}
	key.known = totals_cost(&p->totals, &key.number);
	key.number = -key.number;
	return key;
}

static void add_cost(struct breakdown *b, const struct totals *t)
{
	money cost;

	if (!totals_cost(t, &cost))
		return;
	b->cost += cost;
	b->priced = true;
}

static uint32_t *order_of(const struct sort_key *keys, uint32_t n)
{
	uint32_t *order = mem_alloc((size_t)n + 1, sizeof(*order));

	for (uint32_t i = 0; i < n; i++)
		order[i] = keys[i].row;
	return order;
}

void breakdown_order(void *ctx, uint32_t unit)
{
	struct breakdown *b = ctx;
	uint32_t n = b->table.n;
	struct sort_key *keys = mem_alloc((size_t)n + 1, sizeof(*keys));
	struct tie *ties = mem_alloc((size_t)n + 1, sizeof(*ties));
	struct sorting s;
	bool done = false;

	(void)unit;
	for (uint32_t i = 0; i < n && !atomic_load(&b->off); i++) {
		const struct breakdown_sums *sums = &b->table.list[i];

		keys[i] = key_of(b, i);
		ties[i] = (struct tie){sums->part.calls, sums->first_event};
		add_cost(b, &sums->part.totals);
	}
	sorting_start_numbers(&s, keys, n, compare_parts, ties);
	while (!done && !atomic_load(&b->off))
		done = sorting_step(&s, &(struct slice){.until = time_monotonic() + PIECE});
	if (done)
		b->order = order_of(s.keys, n);
	sorting_free(&s);
	mem_free(ties);
	breakdown_free_means(b);
}
