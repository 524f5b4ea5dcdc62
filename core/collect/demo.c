/* The demo's events in order of arrival, and the player that sends them.
 *
 * Invariants: events are sorted by arrival, then as they were told; lines live in the demo's
 * arena. The player sends each line once and in order.
 *
 * Left to others: what happens in the demo (demo_story.c and the story), and how it is sent. */
#include "collect/demo.h"

#include "base/loop.h"
#include "base/mem.h"
#include "base/time.h"
#include "collect/demo_story.h"
#include "collect/sender.h"

#include <assert.h>
#include <stdlib.h>

/* ---- events ---- */

struct told {
	struct demo_event event;
	int64_t arrival; /* microseconds from the start, before it negative */
	size_t order;
};

struct demo {
	struct arena arena;
	struct told *told;
	size_t n, cap;
};

void demo_add(struct demo *d, int64_t arrival_us, struct str line)
{
	if (d->n == d->cap) {
		d->cap = d->cap ? d->cap * 2 : 256;
		d->told = mem_resize(d->told, d->cap, sizeof *d->told);
	}
	d->told[d->n] = (struct told){
		.event = {.after_us = arrival_us > 0 ? arrival_us : 0,
	                  .line = arena_copy(&d->arena, line)},
		.arrival = arrival_us,
		.order = d->n,
	};
	d->n++;
}

static int by_arrival(const void *left, const void *right)
{
	const struct told *a = left, *b = right;
	if (a->arrival != b->arrival)
		return a->arrival < b->arrival ? -1 : 1;
	return a->order < b->order ? -1 : 1;
}

struct demo *demo_new(int64_t now_us, uint64_t seed)
{
	struct demo *d = mem_zero(1, sizeof *d);
	story_tell(d, now_us, seed);
	qsort(d->told, d->n, sizeof *d->told, by_arrival);
	return d;
}

void demo_free(struct demo *d)
{
	if (!d)
		return;
	mem_free(d->told);
	arena_free(&d->arena);
	mem_free(d);
}

size_t demo_count(const struct demo *d)
{
	return d->n;
}

const struct demo_event *demo_event(const struct demo *d, size_t at)
{
	assert(at < d->n);
	return &d->told[at].event;
}

/* ---- the player ---- */

struct demo_player {
	const struct demo *demo;
	struct sender *to;
	struct loop_timer *timer;
	size_t next;
	int64_t start; /* monotonic microseconds */
};

static void send_due(struct demo_player *p, int64_t played_us)
{
	while (p->next < p->demo->n && p->demo->told[p->next].event.after_us <= played_us)
		sender_add(p->to, p->demo->told[p->next++].event.line);
}

static void play(void *ctx)
{
	struct demo_player *p = ctx;
	int64_t played_us = time_monotonic() - p->start, left;
	send_due(p, played_us);
	if (demo_player_done(p))
		return;
	left = p->demo->told[p->next].event.after_us - played_us;
	loop_timer_start(p->timer, (uint64_t)(left + 999) / 1000, 0);
}

struct demo_player *demo_player_new(struct loop *l, const struct demo *d, struct sender *to)
{
	struct demo_player *p = mem_zero(1, sizeof *p);
	p->demo = d;
	p->to = to;
	p->start = time_monotonic();
	p->timer = loop_timer_new(l, play, p);
	play(p);
	return p;
}

void demo_player_free(struct demo_player *p)
{
	if (!p)
		return;
	loop_timer_free(p->timer);
	mem_free(p);
}

void demo_player_rush(struct demo_player *p)
{
	loop_timer_stop(p->timer);
	send_due(p, INT64_MAX);
}

bool demo_player_done(const struct demo_player *p)
{
	return p->next == p->demo->n;
}
