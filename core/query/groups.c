/* Adds events up by user, by model, by tool, by group or by error. One pass over the events finds the group of each and sums;
 * a second one goes session by session and trace by trace, so that distinct ones are counted without
 * a table of pairs; a third finds exact percentiles of the latencies of models and tools. What all that took
 * is given back in steps, too.
 *
 * The passes may be left anywhere while the model changes. So they go by numbers of things that were
 * there at the start and by lists of their own, in which 0 is none and n is the thing n - 1. */
#include "query/groups.h"
#include "base/mem.h"
#include "query/errors_sum.h"
#include "query/match.h"
#include "query/memberships.h"
#include "query/samples.h"
#include "query/sort.h"

#include <string.h>

#define DRAINED 262144u /* numbers that are let go of at a time */

enum pass { PASS_SUM, PASS_LINK, PASS_COUNT, PASS_MEASURE, PASS_DRAIN, PASS_DONE };

/* The measures of a group, by turns. */
enum measure { MEASURE_P50, MEASURE_P95, MEASURE_FIRST_TOKEN, MEASURES };

struct grouping {
	struct rows *rows;
	const struct events *events;
	enum pass pass;
	uint32_t n_events, n_traces, n_sessions;
	uint32_t at, cap;
	uint32_t *of_key, n_keys;                 /* group */
	uint32_t *of_event;                       /* likewise */
	uint32_t *first_event, *next_event;       /* of a trace */
	uint32_t *first_trace, *next_trace;       /* of a session; [n_sessions]: of none */
	uint32_t *seen_trace, *seen_session;      /* by group: the last one counted */
	uint32_t session, trace, event, in_trace; /* where the second pass stands */
	struct samples latencies, first_tokens;
	struct errors_sum *errors; /* NULL: of other kinds */
	enum measure measure;
	bool selecting;
	struct selection selection;
	uint32_t drained; /* numbers of the list that is being let go of */
};

static size_t count_keys(const struct rows *r)
{
	const struct events *t = model_events(r->model);

	switch (r->query.kind) {
	case ROWS_USERS:
		return t->ids.n;
	case ROWS_TOOLS:
		return t->strings.n;
	case ROWS_GROUPS:
	case ROWS_ERRORS:
		return 0; /* as they are met */
	default:
		return t->n_models;
	}
}

static void take_given(struct grouping *g)
{
	struct rows *r = g->rows;
	size_t n = r->query.n_given;

	r->n_groups = r->query.n_given;
	r->groups = mem_alloc(n + 1, sizeof(*r->groups));
	memcpy(r->groups, r->query.given, n * sizeof(*r->groups));
	g->pass = PASS_DONE;
}

struct grouping *groups_start(struct rows *r)
{
	struct grouping *g = mem_zero(1, sizeof(*g));
	const struct events *t = model_events(r->model);

	g->rows = r;
	if (r->query.given != NULL) {
		take_given(g);
		return g;
	}
	g->events = t;
	g->n_events = t->n;
	g->n_traces = model_trace_count(r->model);
	g->n_keys = (uint32_t)count_keys(r) + 1;
	g->of_key = mem_zero(g->n_keys, sizeof(uint32_t));
	g->of_event = mem_alloc((size_t)t->n + 1, sizeof(uint32_t));
	g->next_event = mem_alloc((size_t)t->n + 1, sizeof(uint32_t));
	g->first_event = mem_zero((size_t)g->n_traces + 1, sizeof(uint32_t));
	if (r->query.kind == ROWS_ERRORS)
		g->errors = errors_sum_new();
	return g;
}

static void next_pass(struct grouping *g)
{
	g->pass++;
	g->at = 0;
}

/* ---- sums ------------------------------------------------------------------ */

/* False if the event belongs to no group. */
static bool key_of(const struct rows *r, uint32_t at, uint32_t *key)
{
	const struct event *e = events_get(model_events(r->model), at);

	switch (r->query.kind) {
	case ROWS_USERS:
		*key = e->flags & EVENT_PERSONLESS ? 0 : e->user;
		return true;
	case ROWS_TOOLS:
		*key = e->name;
		return (e->flags & EVENT_TOOL) != 0;
	case ROWS_ERRORS:
		*key = r->query.errors != NULL ? errors_of(r->query.errors, at) : 0;
		return *key != 0;
	default:
		*key = e->model;
		return event_is_call(e);
	}
}

static void make_room(struct grouping *g, uint32_t key)
{
	uint32_t n = key >= g->n_keys * 2 ? key + 1 : g->n_keys * 2;

	if (key < g->n_keys)
		return;
	g->of_key = mem_resize(g->of_key, n, sizeof(*g->of_key));
	memset(g->of_key + g->n_keys, 0, (n - g->n_keys) * sizeof(*g->of_key));
	g->n_keys = n;
}

static uint32_t group_of(struct grouping *g, uint32_t key)
{
	struct rows *r = g->rows;

	make_room(g, key);

	if (g->of_key[key] != 0)
		return g->of_key[key] - 1;
	if (r->n_groups == g->cap) {
		g->cap = g->cap ? g->cap * 2 : 16;
		r->groups = mem_resize(r->groups, g->cap, sizeof(*r->groups));
	}
	r->groups[r->n_groups] = (struct group){
		.key = key,
		.last_time = TIME_NONE,
		.latency = EVENT_UNKNOWN,
		.p50 = EVENT_UNKNOWN,
		.p95 = EVENT_UNKNOWN,
		.first_token_p50 = EVENT_UNKNOWN,
		.error = {.first_time = TIME_NONE, .newest = EVENT_NONE}};
	g->of_key[key] = ++r->n_groups;
	return r->n_groups - 1;
}

static const uint32_t *groups_of_event(const struct grouping *g, uint32_t at, uint32_t *n)
{
	struct memberships *m = g->rows->query.memberships;

	return m != NULL ? memberships_of(m, at, n) : NULL;
}

static void link_event(struct grouping *g, uint32_t at, uint32_t group)
{
	uint32_t trace = model_trace_of(g->rows->model, at);

	g->of_event[at] = group;
	if (trace == MODEL_NONE)
		return;
	g->next_event[at] = g->first_event[trace];
	g->first_event[trace] = at + 1;
}

/* Kinds whose latencies are measured. */
static bool has_latencies(const struct grouping *g)
{
	return g->rows->query.kind == ROWS_MODELS || g->rows->query.kind == ROWS_TOOLS;
}

static void add_latency(struct group *group, int64_t latency)
{
	int64_t sum = group->latency == EVENT_UNKNOWN ? 0 : group->latency;

	if (__builtin_add_overflow(sum, latency, &group->latency))
		group->latency = latency < 0 ? INT64_MIN + 1 : INT64_MAX;
}

static void sample_event(struct grouping *g, uint32_t at, uint32_t group)
{
	int64_t latency = events_latency(g->events, at), first_token;

	if (latency != EVENT_UNKNOWN) {
		samples_add(&g->latencies, group, latency);
		add_latency(&g->rows->groups[group], latency);
	}
	if (events_extra(g->events, at, EVENT_FIRST_TOKEN, &first_token) &&
	    first_token != EVENT_UNKNOWN)
		samples_add(&g->first_tokens, group, first_token);
}

static uint32_t add_event(struct grouping *g, uint32_t at, uint32_t key)
{
	const struct event *e = events_get(g->events, at);
	uint32_t number = group_of(g, key);
	struct group *group = &g->rows->groups[number];

	totals_add_event(&group->totals, g->events, at);
	if (e->time > group->last_time)
		group->last_time = e->time;
	return number;
}

/* To each of its groups; number 0 stands for all of them. */
static void add_to_groups(struct grouping *g, uint32_t at)
{
	uint32_t n = 0;
	const uint32_t *keys = groups_of_event(g, at, &n);

	if (n == 0 || !match_event(g->rows, at))
		return;
	for (uint32_t i = 0; i < n; i++)
		add_event(g, at, keys[i]);
	link_event(g, at, 0);
}

static void sum_event(struct grouping *g, uint32_t at)
{
	uint32_t key, number;

	if (g->rows->query.kind == ROWS_GROUPS) {
		add_to_groups(g, at);
		return;
	}
	if (!key_of(g->rows, at, &key) || !match_event(g->rows, at))
		return;
	number = add_event(g, at, key);
	link_event(g, at, number);
	if (has_latencies(g))
		sample_event(g, at, number);
	if (g->errors != NULL)
		errors_sum_add(g->errors, &g->rows->groups[number], number, g->rows, at);
}

static bool sum_events(struct grouping *g, struct slice *slice)
{
	for (; g->at < g->n_events; g->at++) {
		if (slice_over(slice))
			return false;
		sum_event(g, g->at);
	}
	next_pass(g);
	g->n_sessions = model_session_count(g->rows->model);
	g->first_trace = mem_zero((size_t)g->n_sessions + 1, sizeof(uint32_t));
	g->next_trace = mem_alloc((size_t)g->n_traces + 1, sizeof(uint32_t));
	return true;
}

/* ---- distinct traces and sessions ------------------------------------------ */

static bool link_traces(struct grouping *g, struct slice *slice)
{
	for (; g->at < g->n_traces; g->at++) {
		uint32_t session;

		if (slice_over(slice))
			return false;
		if (g->first_event[g->at] == 0)
			continue;
		session = model_trace(g->rows->model, g->at)->session;
		if (session >= g->n_sessions)
			session = g->n_sessions;
		g->next_trace[g->at] = g->first_trace[session];
		g->first_trace[session] = g->at + 1;
	}
	next_pass(g);
	g->seen_trace = mem_zero((size_t)g->rows->n_groups + 1, sizeof(uint32_t));
	g->seen_session = mem_zero((size_t)g->rows->n_groups + 1, sizeof(uint32_t));
	return true;
}

/* Traces of a session come one after the other, and so do a trace's events: what a group saw last
 * tells whether it sees this one again. */
static void count_in(struct grouping *g, uint32_t number)
{
	uint32_t session = g->session;

	if (g->seen_trace[number] == g->in_trace)
		return;
	g->seen_trace[number] = g->in_trace;
	g->rows->groups[number].traces++;
	if (session > g->n_sessions || g->seen_session[number] == session)
		return;
	g->seen_session[number] = session;
	g->rows->groups[number].sessions++;
}

static void count_event(struct grouping *g, uint32_t at)
{
	uint32_t n = 0;
	const uint32_t *keys;

	if (g->rows->query.kind != ROWS_GROUPS) {
		count_in(g, g->of_event[at]);
		return;
	}
	keys = groups_of_event(g, at, &n);
	for (uint32_t i = 0; i < n; i++)
		count_in(g, g->of_key[keys[i]] - 1);
}

/* The next event, trace or session of the walk; false at its end. */
static bool walk(struct grouping *g)
{
	if (g->event != 0) {
		count_event(g, g->event - 1);
		g->event = g->next_event[g->event - 1];
	} else if (g->trace != 0) {
		g->in_trace = g->trace;
		g->event = g->first_event[g->trace - 1];
		g->trace = g->next_trace[g->trace - 1];
	} else if (g->session <= g->n_sessions) {
		g->trace = g->first_trace[g->session++];
	} else {
		return false;
	}
	return true;
}

static bool count_distinct(struct grouping *g, struct slice *slice)
{
	do {
		if (slice_over(slice))
			return false;
	} while (walk(g));
	next_pass(g);
	if (!has_latencies(g))
		g->pass = PASS_DRAIN;
	return true;
}

/* ---- percentiles ----------------------------------------------------------- */

static int64_t *measured(const struct grouping *g)
{
	struct group *group = &g->rows->groups[g->at];

	switch (g->measure) {
	case MEASURE_P50:
		return &group->p50;
	case MEASURE_P95:
		return &group->p95;
	default:
		return &group->first_token_p50;
	}
}

/* False if the group has no such values. */
static bool begin_selection(struct grouping *g)
{
	size_t n;
	int64_t *values = samples_of(
		g->measure == MEASURE_FIRST_TOKEN ? &g->first_tokens : &g->latencies, g->at, &n);

	if (n == 0)
		return false;
	selection_start(&g->selection, values, n,
	                percentile_rank(n, g->measure == MEASURE_P95 ? 95 : 50));
	return true;
}

static bool measure_group(struct grouping *g, struct slice *slice)
{
	for (; g->measure < MEASURES; g->measure++) {
		if (slice_over(slice))
			return false;
		if (!g->selecting)
			g->selecting = begin_selection(g);
		if (!g->selecting)
			continue;
		if (!selection_step(&g->selection, slice))
			return false;
		*measured(g) = g->selection.values[g->selection.rank];
		g->selecting = false;
	}
	g->measure = MEASURE_P50;
	return true;
}

static bool measure(struct grouping *g, struct slice *slice)
{
	if (!samples_step(&g->latencies, g->rows->n_groups, slice) ||
	    !samples_step(&g->first_tokens, g->rows->n_groups, slice))
		return false;
	for (; g->at < g->rows->n_groups; g->at++)
		if (!measure_group(g, slice))
			return false;
	next_pass(g);
	return true;
}

/* ---- letting go ------------------------------------------------------------ */

/* Of n numbers, but for the last few. */
static bool drain_list(struct grouping *g, uint32_t **list, uint32_t n, struct slice *slice)
{
	for (; n - g->drained > DRAINED; g->drained += DRAINED) {
		if (slice_over(slice))
			return false;
		*list = mem_resize(*list, n - g->drained - DRAINED, sizeof(**list));
		slice_was_large(slice);
	}
	g->drained = 0;
	g->at++;
	return true;
}

static bool drain(struct grouping *g, struct slice *slice)
{
	const struct {
		uint32_t **list;
		uint32_t n;
	} lists[] = {{&g->of_key, g->n_keys},
	             {&g->of_event, g->n_events + 1},
	             {&g->next_event, g->n_events + 1},
	             {&g->first_event, g->n_traces + 1},
	             {&g->next_trace, g->n_traces + 1}};

	if (!samples_drain(&g->latencies, slice) || !samples_drain(&g->first_tokens, slice))
		return false;
	while (g->at < sizeof(lists) / sizeof(lists[0]))
		if (!drain_list(g, lists[g->at].list, lists[g->at].n, slice))
			return false;
	return true;
}

/* ---- all of it ------------------------------------------------------------- */

static bool run_pass(struct grouping *g, struct slice *slice)
{
	switch (g->pass) {
	case PASS_SUM:
		return sum_events(g, slice);
	case PASS_LINK:
		return link_traces(g, slice);
	case PASS_COUNT:
		return count_distinct(g, slice);
	case PASS_MEASURE:
		return measure(g, slice);
	case PASS_DRAIN:
		if (drain(g, slice))
			next_pass(g);
		return g->pass == PASS_DONE;
	case PASS_DONE:
		break;
	}
	return true;
}

bool groups_step(struct grouping *g, struct slice *slice)
{
	while (g->pass != PASS_DONE)
		if (!run_pass(g, slice))
			return false;
	return true;
}

static unsigned part(uint32_t at, uint32_t of, unsigned percent)
{
	return of ? (unsigned)((uint64_t)at * percent / of) : percent;
}

unsigned groups_percent(const struct grouping *g)
{
	switch (g->pass) {
	case PASS_SUM:
		return part(g->at, g->n_events, 60);
	case PASS_LINK:
		return 60;
	case PASS_COUNT:
		return 60 + part(g->session, g->n_sessions + 1, 20);
	case PASS_MEASURE:
		return 80 + part(g->at, g->rows->n_groups, 20);
	case PASS_DRAIN:
	case PASS_DONE:
		break;
	}
	return 100;
}

void groups_free(struct grouping *g)
{
	if (g == NULL)
		return;
	mem_free(g->of_key);
	mem_free(g->of_event);
	mem_free(g->first_event);
	mem_free(g->next_event);
	mem_free(g->first_trace);
	mem_free(g->next_trace);
	mem_free(g->seen_trace);
	mem_free(g->seen_session);
	samples_fini(&g->latencies);
	samples_fini(&g->first_tokens);
	errors_sum_free(g->errors);
	mem_free(g);
}
