/* What workers add up, a unit of events at a time: each event once while its record is at hand, into the parts that the unit has. At
 * the unit's end these join the parts of all, and what percentiles and different ones are found by stands by part.
 *
 * Invariant: a unit writes the places between its first event and its last, and no other does. */
#include "query/breakdown_internal.h"

#include "base/mem.h"
#include "query/match.h"

#include <string.h>

#define AHEAD 16u /* events: so many are placed while memory answers */

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
	const struct breakdown_query *q = &b->query;

	if (bits_get(&b->left_out, at) ||
	    !match_time(q->since, q->until, events_get(&b->snapshot, at)->time))
		return SPLIT_OUT;
	if (q->split == NULL)
		return SPLIT_NONE;
	return b->keys != NULL ? b->keys[at] : split_record_key(q->split, &b->records, at);
}

static bool is_call(const struct breakdown *b, const struct event *e)
{
	return event_is_call(e) || (b->query.split != NULL && split_times_all(b->query.split));
}

static void add_tokens(struct breakdown_part *p, const struct events *t, uint32_t event)
{
	int64_t cached = events_cache_read(t, event), prompt;

	if (cached < 0)
		return;
	prompt = events_prompt(t, event);
	if (prompt < 0)
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

static void add_event(const struct breakdown *b, struct breakdown_part *p, uint32_t event)
{
	const struct event *e = events_get(&b->snapshot, event);
	bool call = is_call(b, e);

	totals_add_event(&p->totals, &b->snapshot, event);
	add_time(p, e->time);
	add_tokens(p, &b->snapshot, event);
	p->calls += call;
	p->failed += call && (e->flags & EVENT_ERROR);
	if (e->flags & EVENT_SUSPECT) {
		p->suspect_calls += event_is_call(e);
		p->suspect_spans += event_kind(e) == EVENT_SPAN;
	}
}

/* Events that have a part in it, and their keys. */
static uint32_t choose(const struct breakdown *b, struct breakdown_chosen *chosen, uint32_t from,
                       uint32_t end)
{
	uint32_t n = 0;

	for (uint32_t at = from; at < end; at++) {
		/* Whether it has is as good as chance: no branch. */
		chosen[n].event = at;
		chosen[n].key = key_of(b, at);
		n += chosen[n].key != SPLIT_OUT;
	}
	return n;
}

static void add_unit(const struct breakdown *b, struct breakdown_room *room, uint32_t from,
                     uint32_t end)
{
	struct breakdown_table *t = &room->table;

	t->n = 0;
	hash_index_clear(&t->index);
	memset(room->known, 0, sizeof(room->known));
	room->n_chosen = choose(b, room->chosen, from, end);
	for (uint32_t i = 0; i < room->n_chosen; i++) {
		struct breakdown_chosen *c = &room->chosen[i];

		c->part = part_in_room(b, room, c->key, c->event);
		add_event(b, &t->list[c->part].part, c->event);
	}
}

/* ---- places ---- */

static int64_t first_token_of(const struct events *t, uint32_t event)
{
	int64_t value;

	return events_extra(t, event, EVENT_FIRST_TOKEN, &value) ? value : EVENT_UNKNOWN;
}

static void write_place(struct breakdown *b, uint32_t place, uint32_t event)
{
	const struct event *e = events_get(&b->snapshot, event);
	bool call = is_call(b, e);

	b->whose[place].trace = b->traces[e->trace];
	b->whose[place].user = e->flags & EVENT_PERSONLESS ? 0 : e->user;
	b->latencies[place] = call ? events_latency(&b->snapshot, event) : EVENT_UNKNOWN;
	b->first_tokens[place] = call ? first_token_of(&b->snapshot, event) : EVENT_UNKNOWN;
}

/* Numbers of traces are all over a large array: memory is asked for what is wanted soon. */
static void ask_ahead(const struct breakdown *b, uint32_t event)
{
	__builtin_prefetch(&b->traces[events_get(&b->snapshot, event)->trace]);
}

/* The events of a part one behind the other. */
static struct breakdown_run *place_unit(struct breakdown *b, const struct breakdown_room *room,
                                        uint32_t from)
{
	const struct breakdown_table *t = &room->table;
	struct breakdown_run *runs = mem_zero((size_t)t->n + 1, sizeof(*runs));
	uint32_t start = from;

	for (uint32_t i = 0; i < t->n; i++) {
		runs[i].start = start;
		start += t->list[i].part.totals.events;
	}
	for (uint32_t i = 0; i < room->n_chosen; i++) {
		const struct breakdown_chosen *c = &room->chosen[i];
		struct breakdown_run *run = &runs[c->part];

		if (i + AHEAD < room->n_chosen)
			ask_ahead(b, c[AHEAD].event);
		write_place(b, run->start + run->n++, c->event);
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
	b->units[unit] = place_unit(b, room, from);
	pthread_mutex_lock(&b->lock);
	join_unit(b, &room->table, b->units[unit]);
	pthread_mutex_unlock(&b->lock);
	breakdown_leave(b, room);
}
