/* What workers add up, a unit of events at a time: each event once while its record is at hand, into the parts that the unit has. At
 * the unit's end these join the parts of all, and what percentiles and different ones are found by stands by part, in places that the
 * unit alone has. */
#include "query/breakdown_internal.h"

#include "base/mem.h"
#include "query/match.h"

#include <string.h>

#define SOME  4096u /* events */
#define AHEAD 16u   /* events: so many are placed while memory answers */

static const struct breakdown_part no_figures = {
	.latency = {EVENT_UNKNOWN, EVENT_UNKNOWN, EVENT_UNKNOWN, EVENT_UNKNOWN, EVENT_UNKNOWN},
	.first_token_p50 = EVENT_UNKNOWN,
	.first_token_p95 = EVENT_UNKNOWN,
	.first = TIME_NONE,
	.last = TIME_NONE};

/* ---- parts by key ---- */

static bool same_key(const void *ctx, uint32_t number, const void *key)
{
	const struct breakdown_table *t = ctx;

	return t->list[number].part.key == *(const uint32_t *)key;
}

/* Of this key, which that event has. */
static uint32_t part_of_key(const struct breakdown *b, struct breakdown_table *t, uint32_t key,
                            uint32_t event)
{
	uint32_t hash = hash_pair(b->seed, key, 0);
	uint32_t part = hash_index_find(&t->index, hash, same_key, t, &key);

	if (part != HASH_NONE)
		return part;
	if (t->n == t->cap) {
		t->cap = t->cap ? t->cap * 2 : 16;
		t->list = mem_resize(t->list, t->cap, sizeof(*t->list));
	}
	t->list[t->n] = (struct breakdown_sums){.part = no_figures, .first_event = event};
	t->list[t->n].part.key = key;
	hash_index_add(&t->index, hash, t->n);
	return t->n++;
}

static uint32_t part_in_room(const struct breakdown *b, struct breakdown_room *room, uint32_t key,
                             uint32_t event)
{
	struct breakdown_known *known = &room->known[key % BREAKDOWN_KNOWN];

	if (known->part == 0 || known->key != key)
		*known = (struct breakdown_known){key,
		                                  part_of_key(b, &room->table, key, event) + 1};
	return known->part - 1;
}

/* ---- sums ---- */

static uint32_t key_of(const struct breakdown *b, uint32_t at)
{
	const struct split *split = b->query.split;

	if (b->keys != NULL)
		return b->keys[at];
	return split != NULL ? split_record_key(split, &b->records, at) : SPLIT_NONE;
}

static bool is_in(const struct breakdown *b, uint32_t at)
{
	const struct breakdown_query *q = &b->query;

	return !bits_get(&b->left_out, at) &&
	       match_time(q->since, q->until, events_get(&b->snapshot, at)->time);
}

static bool is_call(const struct breakdown *b, const struct event *e)
{
	return event_is_call(e) || (b->query.split != NULL && split_times_all(b->query.split));
}

static void add_tokens(struct breakdown_part *p, const struct events *t, uint32_t event)
{
	int64_t cached, prompt;

	if (events_get(t, event)->cache_read == EVENT_ABSENT32)
		return;
	cached = events_cache_read(t, event);
	prompt = events_prompt(t, event);
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

static int64_t first_token_of(const struct events *t, uint32_t event)
{
	int64_t value;

	return events_extra(t, event, EVENT_FIRST_TOKEN, &value) ? value : EVENT_UNKNOWN;
}

static void add_event(const struct breakdown *b, struct breakdown_part *p,
                      struct breakdown_chosen *c)
{
	const struct event *e = events_get(&b->snapshot, c->event);
	bool call = is_call(b, e);

	totals_add_event(&p->totals, &b->snapshot, c->event);
	add_time(p, e->time);
	add_tokens(p, &b->snapshot, c->event);
	p->calls += call;
	p->failed += call && (e->flags & EVENT_ERROR);
	if (e->flags & EVENT_SUSPECT) {
		p->suspect_calls += event_is_call(e);
		p->suspect_spans += event_kind(e) == EVENT_SPAN;
	}
	c->trace = e->trace;
	c->user = e->flags & EVENT_PERSONLESS ? 0 : e->user;
	c->latency = call ? events_widened(&b->snapshot, c->event, e->latency, EVENT_WIDE_LATENCY)
	                  : EVENT_UNKNOWN;
	c->first_token = call ? first_token_of(&b->snapshot, c->event) : EVENT_UNKNOWN;
}

/* Events that have a part in it, and their keys; gives how many they are. */
static uint32_t choose(const struct breakdown *b, struct breakdown_chosen *chosen, uint32_t from,
                       uint32_t end)
{
	uint32_t n = 0;

	for (uint32_t at = from; at < end; at++) {
		if (b->choosy && !is_in(b, at))
			continue;
		/* Which have is as good as chance: no branch. */
		chosen[n].event = at;
		chosen[n].key = key_of(b, at);
		n += chosen[n].key != SPLIT_OUT;
	}
	return n;
}

/* Few enough that their records stay at hand from one pass to the next. */
static void add_some(const struct breakdown *b, struct breakdown_room *room, uint32_t from,
                     uint32_t end)
{
	struct breakdown_chosen *c = &room->chosen[room->n_chosen];

	room->n_chosen += choose(b, c, from, end);
	for (; c < &room->chosen[room->n_chosen]; c++) {
		c->part = part_in_room(b, room, c->key, c->event);
		add_event(b, &room->table.list[c->part].part, c);
	}
}

static void add_unit(const struct breakdown *b, struct breakdown_room *room, uint32_t from,
                     uint32_t end)
{
	room->table.n = room->n_chosen = 0;
	hash_index_clear(&room->table.index);
	memset(room->known, 0, sizeof(room->known));
	for (; from < end && !atomic_load(&b->off); from += SOME)
		add_some(b, room, from, end - from < SOME ? end : from + SOME);
}

/* ---- places ---- */

/* The events of a part one behind the other. */
static struct breakdown_run *place_unit(struct breakdown *b, const struct breakdown_room *room)
{
	const struct breakdown_table *t = &room->table;
	struct breakdown_run *runs = mem_zero((size_t)t->n + 1, sizeof(*runs));
	uint32_t start = atomic_fetch_add(&b->n_places, room->n_chosen);

	for (uint32_t i = 0; i < t->n; i++) {
		runs[i].start = start;
		start += t->list[i].part.totals.events;
	}
	for (uint32_t i = 0; i < room->n_chosen; i++) {
		const struct breakdown_chosen *c = &room->chosen[i];
		uint32_t place = runs[c->part].start + runs[c->part].n++;

		/* Numbers of traces are all over a large array. */
		if (i + AHEAD < room->n_chosen)
			__builtin_prefetch(&b->traces[c[AHEAD].trace]);
		b->whose[place] = (struct breakdown_whose){b->traces[c->trace], c->user};
		b->latencies[place] = c->latency;
		b->first_tokens[place] = c->first_token;
	}
	return runs;
}

/* ---- all units together ---- */

static void join(struct breakdown_part *to, const struct breakdown_part *from)
{
	totals_add(&to->totals, &from->totals);
	to->calls += from->calls;
	to->failed += from->failed;
	to->suspect_calls += from->suspect_calls;
	to->suspect_spans += from->suspect_spans;
	to->prompt += from->prompt;
	to->cached += from->cached;
	add_time(to, from->first);
	add_time(to, from->last);
}

static void join_unit(struct breakdown *b, const struct breakdown_table *unit,
                      struct breakdown_run *runs)
{
	for (uint32_t i = 0; i < unit->n; i++) {
		const struct breakdown_sums *from = &unit->list[i];
		uint32_t part = part_of_key(b, &b->table, from->part.key, from->first_event);
		struct breakdown_sums *to = &b->table.list[part];

		join(&to->part, &from->part);
		if (from->first_event < to->first_event)
			to->first_event = from->first_event;
		runs[i].next = to->runs;
		to->runs = &runs[i];
	}
}

void breakdown_add(void *ctx, uint32_t unit)
{
	struct breakdown *b = ctx;
	struct breakdown_room *room = breakdown_enter(b);
	uint32_t from = unit * BREAKDOWN_UNIT,
		 end = b->n_events - from < BREAKDOWN_UNIT ? b->n_events : from + BREAKDOWN_UNIT;

	add_unit(b, room, from, end);
	if (!atomic_load(&b->off)) {
		b->units[unit] = place_unit(b, room);
		pthread_mutex_lock(&b->lock);
		join_unit(b, &room->table, b->units[unit]);
		pthread_mutex_unlock(&b->lock);
	}
	breakdown_leave(b, room);
}
