#include "explorer_miss.h"

#include "model/insight.h"

void cache_miss_init(struct cache_miss *m)
{
	*m = (struct cache_miss){.event = EVENT_NONE, .before = EVENT_NONE};
}

void cache_miss_end(struct cache_miss *m)
{
	if (m->compared != NULL)
		explorer_compare_end(m->explorer, m->compared);
	buf_free(&m->path);
	cache_miss_init(m);
}

static int64_t idle_between(const struct events *events, uint32_t before, uint32_t event)
{
	int64_t end = events_end(events, before), start = events_start(events, event), idle;

	if (end == TIME_NONE || start == TIME_NONE || __builtin_sub_overflow(start, end, &idle))
		return EVENT_UNKNOWN;
	return idle;
}

/* What it would have read more, had it read the same share. */
static int64_t missed_tokens(const struct events *events, uint32_t before, uint32_t event)
{
	double share = (double)events_cache_read(events, before) /
	               (double)events_prompt(events, before);
	int64_t prompt = events_prompt(events, event);
	int64_t expected = share < 1 ? (int64_t)((double)prompt * share) : prompt;

	return expected - events_cache_read(events, event);
}

static void compare(struct cache_miss *m, const struct previous *previous)
{
	const struct events *events = explorer_events(m->explorer);
	uint32_t before = previous->event != EVENT_NONE ? previous->event : previous->alike;

	m->state = MISS_NONE;
	if (before == EVENT_NONE || insight_lost_between(events, before, m->event) == 0)
		return;
	m->state = MISS_LOADING;
	m->before = before;
	m->number = explorer_call_number(m->explorer, before);
	m->percent = insight_cached(events, m->event);
	m->percent_before = insight_cached(events, before);
	m->tokens = missed_tokens(events, before, m->event);
	m->idle = idle_between(events, before, m->event);
	m->compared = explorer_compare(m->explorer, before, m->event);
}

static void start(struct cache_miss *m, struct explorer *x, uint32_t event)
{
	const struct events *events = explorer_events(x);

	cache_miss_end(m);
	m->event = event;
	m->explorer = x;
	if (event_kind(events_get(events, event)) == EVENT_GENERATION &&
	    insight_cached(events, event) >= 0)
		m->state = MISS_LOADING;
}

/* Both events are large: only what is told is kept of them. */
static void take(struct cache_miss *m)
{
	const struct comparison *c = &m->compared->comparison;

	if (m->compared->state == DETAIL_LOADING)
		return;
	if (m->compared->state == DETAIL_FAILED) {
		m->state = MISS_FAILED;
		m->error = m->compared->error;
	} else if (c->n_inputs_before == 0 || c->n_inputs_after == 0) {
		m->state = MISS_WITHHELD;
	} else {
		m->state = MISS_KNOWN;
		m->at = c->cache.at;
		m->byte = c->cache.byte;
		buf_append(&m->path, c->cache.path);
	}
	explorer_compare_end(m->explorer, m->compared);
	m->compared = NULL;
}

void cache_miss_ask(struct cache_miss *m, struct explorer *x, uint32_t event)
{
	const struct previous *previous;

	if (m->event != event || m->explorer != x)
		start(m, x, event);
	if (m->state != MISS_LOADING)
		return;
	if (m->compared == NULL) {
		previous = explorer_previous(x, event);
		if (previous != NULL)
			compare(m, previous);
	}
	if (m->compared != NULL)
		take(m);
}
