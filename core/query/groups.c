/* Adds events up by user or by model. One pass over the events finds the group of each and
 * sums; a second one goes trace by trace and session by session, so that distinct ones are
 * counted without a table of pairs; a third collects the latencies of models for exact
 * percentiles. */
#include "query/groups.h"
#include "base/mem.h"
#include "query/match.h"
#include "query/sort.h"

#include <string.h>

#define NO_GROUP UINT32_MAX

struct grouping {
	struct rows *rows;
	const struct events *events;
	uint32_t *of_event; /* group of each event, or NO_GROUP */
	uint32_t *of_key;
	uint32_t cap;
	uint32_t *seen_trace, *seen_session; /* by group: the last one counted */
};

/* Microseconds, or EVENT_UNKNOWN. */
typedef int64_t event_value(const struct events *t, uint32_t at);

/* False if the event belongs to no group. */
static bool key_of(const struct rows *r, const struct event *e, uint32_t *key)
{
	enum event_kind kind = event_kind(e);

	if (r->query.kind == ROWS_USERS) {
		*key = e->flags & EVENT_PERSONLESS ? 0 : e->user;
		return true;
	}
	*key = e->model;
	return kind == EVENT_GENERATION || kind == EVENT_EMBEDDING;
}

static uint32_t group_of(struct grouping *g, uint32_t key)
{
	struct rows *r = g->rows;

	if (g->of_key[key] != NO_GROUP)
		return g->of_key[key];
	if (r->n_groups == g->cap) {
		g->cap = g->cap ? g->cap * 2 : 16;
		r->groups = mem_resize(r->groups, g->cap, sizeof(*r->groups));
	}
	r->groups[r->n_groups] = (struct group){.key = key,
	                                        .last_time = TIME_NONE,
	                                        .p50 = EVENT_UNKNOWN,
	                                        .p95 = EVENT_UNKNOWN,
	                                        .first_token_p50 = EVENT_UNKNOWN};
	return g->of_key[key] = r->n_groups++;
}

static void sum_events(struct grouping *g)
{
	for (uint32_t at = 0; at < g->events->n; at++) {
		const struct event *e = events_get(g->events, at);
		struct group *group;
		uint32_t key;

		g->of_event[at] = NO_GROUP;
		if (!key_of(g->rows, e, &key) || !match_event(g->rows, at))
			continue;
		g->of_event[at] = group_of(g, key);
		group = &g->rows->groups[g->of_event[at]];
		totals_add_event(&group->totals, g->events, at);
		if (e->time > group->last_time)
			group->last_time = e->time;
	}
}

/* Traces of a session come one after the other, and so do a trace's events: what a group saw last
 * tells whether it sees this one again. */
static void count_trace(struct grouping *g, uint32_t trace)
{
	const struct model *m = g->rows->model;
	const struct trace *t = model_trace(m, trace);

	for (uint32_t at = t->first_event; at != EVENT_NONE; at = model_next_event(m, at)) {
		uint32_t number = at < g->events->n ? g->of_event[at] : NO_GROUP;

		if (number == NO_GROUP || g->seen_trace[number] == trace)
			continue;
		g->seen_trace[number] = trace;
		g->rows->groups[number].traces++;
		if (t->session == MODEL_NONE || g->seen_session[number] == t->session)
			continue;
		g->seen_session[number] = t->session;
		g->rows->groups[number].sessions++;
	}
}

static void count_distinct(struct grouping *g)
{
	struct model *m = g->rows->model;
	size_t bytes = g->rows->n_groups * sizeof(uint32_t);

	g->seen_trace = mem_alloc(g->rows->n_groups + 1, sizeof(uint32_t));
	g->seen_session = mem_alloc(g->rows->n_groups + 1, sizeof(uint32_t));
	memset(g->seen_trace, 0xff, bytes);
	memset(g->seen_session, 0xff, bytes);
	for (uint32_t s = 0; s < model_session_count(m); s++) {
		uint32_t trace = model_session(m, s)->first_trace;

		for (; trace != MODEL_NONE; trace = model_next_trace(m, trace))
			count_trace(g, trace);
	}
	for (uint32_t trace = 0; trace < model_trace_count(m); trace++)
		if (model_trace(m, trace)->session == MODEL_NONE)
			count_trace(g, trace);
	mem_free(g->seen_trace);
	mem_free(g->seen_session);
}

static int64_t first_token(const struct events *t, uint32_t at)
{
	int64_t value;

	return events_extra(t, at, EVENT_FIRST_TOKEN, &value) ? value : EVENT_UNKNOWN;
}

/* The known values of each group in a row of their own: group g's are values[start[g]..start[g
 * + 1]). */
static int64_t *collect(const struct grouping *g, event_value *value, size_t *start)
{
	size_t *next = mem_zero(g->rows->n_groups + 1, sizeof(*next));
	int64_t *values;

	for (uint32_t at = 0; at < g->events->n; at++)
		if (g->of_event[at] != NO_GROUP && value(g->events, at) != EVENT_UNKNOWN)
			next[g->of_event[at]]++;
	start[0] = 0;
	for (uint32_t i = 0; i < g->rows->n_groups; i++) {
		start[i + 1] = start[i] + next[i];
		next[i] = start[i];
	}
	values = mem_alloc(start[g->rows->n_groups] + 1, sizeof(*values));
	for (uint32_t at = 0; at < g->events->n; at++)
		if (g->of_event[at] != NO_GROUP && value(g->events, at) != EVENT_UNKNOWN)
			values[next[g->of_event[at]]++] = value(g->events, at);
	mem_free(next);
	return values;
}

static void measure(struct grouping *g)
{
	size_t *start = mem_alloc((size_t)g->rows->n_groups + 1, sizeof(*start));
	int64_t *values = collect(g, events_latency, start);

	for (uint32_t i = 0; i < g->rows->n_groups; i++) {
		size_t n = start[i + 1] - start[i];

		sort_values(values + start[i], n);
		if (n == 0)
			continue;
		g->rows->groups[i].p50 = percentile(values + start[i], n, 50);
		g->rows->groups[i].p95 = percentile(values + start[i], n, 95);
	}
	mem_free(values);
	values = collect(g, first_token, start);
	for (uint32_t i = 0; i < g->rows->n_groups; i++) {
		size_t n = start[i + 1] - start[i];

		sort_values(values + start[i], n);
		if (n > 0)
			g->rows->groups[i].first_token_p50 = percentile(values + start[i], n, 50);
	}
	mem_free(values);
	mem_free(start);
}

void groups_build(struct rows *r)
{
	const struct events *events = model_events(r->model);
	size_t keys = r->query.kind == ROWS_USERS ? events->ids.n : events->n_models;
	struct grouping g = {.rows = r, .events = events};

	g.of_event = mem_alloc((size_t)events->n + 1, sizeof(uint32_t));
	g.of_key = mem_alloc(keys + 1, sizeof(uint32_t));
	memset(g.of_key, 0xff, (keys + 1) * sizeof(uint32_t));
	sum_events(&g);
	count_distinct(&g);
	if (r->query.kind == ROWS_MODELS)
		measure(&g);
	mem_free(g.of_event);
	mem_free(g.of_key);
}
