/* See standin_groups.h. */
#include "standin_groups.h"

#include <stdlib.h>
#include <string.h>

static const char *const kinds[] = {"$ai_generation", "$ai_embedding", "$ai_span",
                                    "$ai_metric",     "$ai_feedback",  "$ai_trace"};
/* ---- events ---- */

int kind_of(const cJSON *event)
{
	for (int i = 0; i < KINDS; i++)
		if (strcmp(text(get(event, "event")), kinds[i]) == 0)
			return i;
	return KINDS;
}

bool is_ai(const cJSON *event)
{
	return strncmp(text(get(event, "event")), "$ai_", 4) == 0;
}

static const char *label(const cJSON *event)
{
	const char *name = property_text(event, "$ai_span_name");

	return *name != '\0' ? name : property_text(event, "$ai_trace_name");
}

static bool failed(const cJSON *event)
{
	const cJSON *flag = property(event, "$ai_is_error"), *error = property(event, "$ai_error");

	return cJSON_IsTrue(flag) || (cJSON_IsString(error) && *text(error) != '\0') ||
	       cJSON_IsObject(error);
}

/* ---- grouping ---- */

/* Where the id is, or where it is to be. */
static size_t slot_of(const struct groups *all, const char *id)
{
	uint64_t hash = UINT64_C(14695981039346656037);
	size_t slot;

	for (const char *at = id; *at != '\0'; at++)
		hash = (hash ^ (unsigned char)*at) * UINT64_C(1099511628211);
	slot = (size_t)(hash >> 20) % all->n_slots;
	while (all->slots[slot] != 0 && strcmp(all->at[all->slots[slot] - 1].id, id) != 0)
		slot = (slot + 1) % all->n_slots;
	return slot;
}

static void make_slots(struct groups *all)
{
	free(all->slots);
	all->n_slots = all->n * 4 + 64;
	all->slots = calloc(all->n_slots, sizeof(*all->slots));
	for (size_t i = 0; i < all->n; i++)
		all->slots[slot_of(all, all->at[i].id)] = i + 1;
}

void traces_free(struct groups *all)
{
	free(all->at);
	free(all->slots);
}

struct group *group_of(struct groups *all, const char *id)
{
	size_t slot;

	if (all->n_slots < all->n * 2 + 1)
		make_slots(all);
	slot = slot_of(all, id);
	if (all->slots[slot] != 0)
		return &all->at[all->slots[slot] - 1];
	all->slots[slot] = all->n + 1;
	all->at = realloc(all->at, (all->n + 1) * sizeof(*all->at));
	all->at[all->n] = (struct group){.id = id,
	                                 .name = "",
	                                 .session = "",
	                                 .user = "",
	                                 .first = INT64_MAX,
	                                 .last = INT64_MIN,
	                                 .named = INT64_MAX,
	                                 .explicit_at = INT64_MAX,
	                                 .in_session = INT64_MAX};
	return &all->at[all->n++];
}

static void add(struct sum *sum, const cJSON *number)
{
	if (!cJSON_IsNumber(number))
		return;
	sum->value += number->valuedouble;
	sum->known++;
}

static void add_calls(struct group *g, const cJSON *event)
{
	add(&g->input, property(event, "$ai_input_tokens"));
	add(&g->output, property(event, "$ai_output_tokens"));
	add(&g->reads, property(event, "$ai_cache_read_input_tokens"));
	add(&g->writes, property(event, "$ai_cache_creation_input_tokens"));
	add(&g->reasoning, property(event, "$ai_reasoning_tokens"));
	add(&g->cost, property(event, "$ai_total_cost_usd"));
	g->unpriced += !cJSON_IsNumber(property(event, "$ai_total_cost_usd"));
}

static void add_latency(struct group *g, const cJSON *event, int kind)
{
	const cJSON *latency = property(event, "$ai_latency");
	const char *parent = property_text(event, "$ai_parent_id");
	double seconds = cJSON_IsNumber(latency) ? latency->valuedouble : 0;

	if (kind == TRACE && seconds > g->trace_latency.value)
		g->trace_latency = (struct sum){seconds, 1};
	if (kind == GENERATION && seconds > 0)
		add(&g->generation_latency, latency);
	g->other_latencies += kind != GENERATION && seconds > 0;
	if (*parent == '\0' || strcmp(parent, g->id) == 0)
		add(&g->top_latency, latency);
}

static void add_names(struct group *g, const cJSON *event, int kind)
{
	int64_t t = when(event), order = kind == TRACE ? t - INT64_C(4000000000000000) : t;

	if (*label(event) != '\0' && order < g->named) {
		g->named = order;
		g->name = label(event);
	}
	if (*property_text(event, "$ai_session_id") != '\0' && t < g->in_session) {
		g->in_session = t;
		g->session = property_text(event, "$ai_session_id");
	}
	if (order < g->explicit_at) {
		g->explicit_at = order;
		g->user = text(get(event, "distinct_id"));
	}
}

static void add_event(struct group *g, const cJSON *event)
{
	int kind = kind_of(event);
	int64_t t = when(event);

	g->first = t < g->first ? t : g->first;
	g->last = t > g->last ? t : g->last;
	g->counts[kind]++;
	g->errors += failed(event);
	if (kind == GENERATION || kind == EMBEDDING)
		add_calls(g, event);
	add_latency(g, event, kind);
	add_names(g, event, kind);
}

struct groups traces_of(const struct standin *s, int64_t since, int64_t until)
{
	struct groups all = {0};

	for (size_t i = 0; i < s->n_events; i++) {
		const cJSON *event = s->events[i];
		const char *trace = property_text(event, "$ai_trace_id");

		if (kind_of(event) < KINDS && *trace != '\0' && when(event) >= since &&
		    when(event) < until)
			add_event(group_of(&all, trace), event);
	}
	return all;
}

static struct sum latency_of(const struct group *g)
{
	if (g->trace_latency.known)
		return g->trace_latency;
	if (g->other_latencies == 0 && g->generation_latency.known)
		return g->generation_latency;
	return g->top_latency;
}

static void join(struct sum *to, struct sum from)
{
	to->value += from.value;
	to->known += from.known;
}

static void add_trace(struct group *session, const struct group *t)
{
	if (t->first < session->first)
		session->user = t->user;
	session->first = t->first < session->first ? t->first : session->first;
	session->last = t->last > session->last ? t->last : session->last;
	for (int i = 0; i < KINDS; i++)
		session->counts[i] += t->counts[i];
	session->errors += t->errors;
	session->unpriced += t->unpriced;
	session->members++;
	join(&session->input, t->input);
	join(&session->output, t->output);
	join(&session->reads, t->reads);
	join(&session->writes, t->writes);
	join(&session->reasoning, t->reasoning);
	join(&session->cost, t->cost);
	join(&session->latency, latency_of(t));
}

struct groups sessions_of(const struct groups *traces)
{
	struct groups all = {0};

	for (size_t i = 0; i < traces->n; i++)
		if (*traces->at[i].session != '\0')
			add_trace(group_of(&all, traces->at[i].session), &traces->at[i]);
	return all;
}

int by_first(const void *left, const void *right)
{
	const struct group *a = left, *b = right;

	return a->first != b->first ? (a->first < b->first ? 1 : -1) : strcmp(b->id, a->id);
}

int by_last(const void *left, const void *right)
{
	const struct group *a = left, *b = right;

	return a->last != b->last ? (a->last < b->last ? 1 : -1) : strcmp(b->id, a->id);
}
