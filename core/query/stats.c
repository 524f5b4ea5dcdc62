/* One pass over the events: sums, marks on the traces, sessions and users that were met, and
 * the latencies, of which exact percentiles are taken at the end. */
#include "query/stats.h"
#include "base/mem.h"
#include "query/filtered.h"
#include "query/match.h"
#include "query/sort.h"

#include <stdlib.h>

#define NO_MODEL UINT32_MAX

struct values {
	int64_t *list;
	size_t n, cap;
};

struct counting {
	struct stats *stats;
	struct model *model;
	const struct events *events;
	uint8_t *users, *traces; /* met yet, by number of their id */
	uint8_t *sessions;       /* met yet, by number */
	uint32_t *of_name;       /* string number -> stats->models, or NO_MODEL */
	uint32_t cap_models;
	struct values generations, trace_latencies;
};

static void values_add(struct values *v, int64_t value)
{
	if (value == EVENT_UNKNOWN)
		return;
	if (v->n == v->cap) {
		v->cap = v->cap ? v->cap * 2 : 256;
		v->list = mem_resize(v->list, v->cap, sizeof(*v->list));
	}
	v->list[v->n++] = value;
}

static struct stats_latency values_take(struct values *v)
{
	struct stats_latency l = {EVENT_UNKNOWN, EVENT_UNKNOWN, EVENT_UNKNOWN, EVENT_UNKNOWN,
	                          EVENT_UNKNOWN};

	sort_values(v->list, v->n);
	if (v->n > 0)
		l = (struct stats_latency){percentile(v->list, v->n, 50),
		                           percentile(v->list, v->n, 90),
		                           percentile(v->list, v->n, 95),
		                           percentile(v->list, v->n, 99), v->list[v->n - 1]};
	mem_free(v->list);
	return l;
}

static bool first_met(uint8_t *met, uint32_t number)
{
	bool first = !met[number];

	met[number] = 1;
	return first;
}

/* Most events are of a trace that was met: they cost no look-up. */
static void count_trace(struct counting *c, uint32_t at, uint32_t id)
{
	const struct trace *t;
	uint32_t number;

	if (id == 0 || !first_met(c->traces, id))
		return;
	number = model_trace_of(c->model, at);
	if (number == MODEL_NONE)
		return;
	t = model_trace(c->model, number);
	c->stats->traces++;
	values_add(&c->trace_latencies, t->latency);
	if (t->session != MODEL_NONE)
		c->stats->sessions += first_met(c->sessions, t->session);
}

static struct stats_model *model_of_name(struct counting *c, uint32_t name)
{
	struct stats *s = c->stats;

	if (c->of_name[name] == NO_MODEL) {
		if (s->n_models == c->cap_models) {
			c->cap_models = c->cap_models ? c->cap_models * 2 : 16;
			s->models = mem_resize(s->models, c->cap_models, sizeof(*s->models));
		}
		c->of_name[name] = s->n_models;
		s->models[s->n_models++] = (struct stats_model){
			.name = strings_get(&c->events->strings, name)};
	}
	return &s->models[c->of_name[name]];
}

/* Into its model's totals, or into those of events that have no model: add_models joins them. */
static void count_values(struct counting *c, const struct event *e, uint32_t at)
{
	struct totals *totals = &c->stats->totals;
	uint32_t name = 0;

	if (event_is_call(e))
		name = c->events->models[e->model].model;
	if (name != 0) {
		struct stats_model *m = model_of_name(c, name);

		m->events++;
		totals = &m->totals;
	}
	totals_add_event(totals, c->events, at);
}

static void add_models(struct stats *s)
{
	for (uint32_t i = 0; i < s->n_models; i++)
		totals_add(&s->totals, &s->models[i].totals);
}

static void count_time(struct stats *s, int64_t time)
{
	if (time == TIME_NONE)
		return;
	if (s->first == TIME_NONE || time < s->first)
		s->first = time;
	if (time > s->last)
		s->last = time;
}

static void count_event(struct counting *c, uint32_t at)
{
	const struct event *e = events_get(c->events, at);

	count_values(c, e, at);
	count_time(c->stats, e->time);
	count_trace(c, at, e->trace);
	if (e->user != 0 && !(e->flags & EVENT_PERSONLESS))
		c->stats->users += first_met(c->users, e->user);
	if (event_kind(e) == EVENT_GENERATION)
		values_add(&c->generations, events_latency(c->events, at));
}

static int compare_models(const void *a, const void *b)
{
	return str_cmp(((const struct stats_model *)a)->name,
	               ((const struct stats_model *)b)->name);
}

static void start(struct counting *c)
{
	size_t names = (size_t)c->events->strings.n + 1;

	c->users = mem_zero((size_t)c->events->ids.n + 1, 1);
	c->traces = mem_zero((size_t)c->events->ids.n + 1, 1);
	c->sessions = mem_zero((size_t)model_session_count(c->model) + 1, 1);
	c->of_name = mem_alloc(names, sizeof(*c->of_name));
	for (size_t i = 0; i < names; i++)
		c->of_name[i] = NO_MODEL;
}

void stats_build(struct stats *s, struct model *m, int64_t since, int64_t until,
                 const struct filtered *filter)
{
	struct counting c = {.stats = s, .model = m, .events = model_events(m)};

	*s = (struct stats){
		.first = TIME_NONE, .last = TIME_NONE, .duplicates = model_duplicates(m)};
	start(&c);
	for (uint32_t at = 0; at < c.events->n; at++)
		if (!model_superseded(m, at) && (filter == NULL || filtered_has(filter, at)) &&
		    match_time(since, until, events_get(c.events, at)->time))
			count_event(&c, at);
	add_models(s);
	s->generation = values_take(&c.generations);
	s->trace = values_take(&c.trace_latencies);
	if (s->n_models > 0)
		qsort(s->models, s->n_models, sizeof(*s->models), compare_models);
	mem_free(c.users);
	mem_free(c.traces);
	mem_free(c.sessions);
	mem_free(c.of_name);
}

void stats_free(struct stats *s)
{
	mem_free(s->models);
	s->models = NULL;
	s->n_models = 0;
}
