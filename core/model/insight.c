/* One pass over the tree from its end, which counts calls below each node and finds what stands out by itself; one from its
 * beginning, which finds the span that each call belongs to; one by start, which follows the agents; and one over the calls
 * from the last, for what answered. Ties are broken by the order of the tree, which is the same in any order of arrival. */
#include "model/insight.h"

#include "base/hash.h"
#include "base/mem.h"
#include "base/slice.h"

#include <assert.h>

enum phase { PHASE_BELOW, PHASE_HOLDERS, PHASE_FOLLOW, PHASE_ANSWERS, PHASE_LOOPS, PHASE_DONE };

/* By node, and one for the trace: what happened last below it that belongs to it. */
struct holder {
	uint32_t call; /* number, or INSIGHT_NONE: the last, if no tool was called since */
	uint32_t tool; /* event of the last, if it failed, or EVENT_NONE */
};

struct agent {
	uint32_t holder, model, name;
	uint32_t first, last; /* numbers of calls */
};

struct insight_build {
	struct insight found;
	const struct model *model;
	const struct events *events;
	const struct tree *tree;
	const struct alike *alike;
	uint32_t trace;
	enum phase phase;
	uint32_t next;
	uint32_t *
		holder; /* by node: calls below it, itself included; then the node it belongs to, or TREE_ROOT */
	struct holder *holders;
	struct agent *agents;
	uint32_t n_agents, cap_agents, cap_calls;
	struct hash_index index; /* of agents */
	uint32_t error_node;
	int64_t error_end; /* TIME_NONE: not known */
	bool worked, went_on, answered;
};

static const struct event *event_of(const struct insight_build *b, uint32_t node)
{
	return events_get(b->events, b->tree->nodes[node].event);
}

static bool is_call(const struct event *e)
{
	return event_kind(e) <= EVENT_EMBEDDING;
}

/* ---- by itself ------------------------------------------------------------------------------ */

static int64_t end_or_last(const struct events *events, uint32_t event)
{
	int64_t end = events_end(events, event);

	return end == TIME_NONE ? INT64_MAX : end;
}

/* A failure that something below it explains is none of its own. Nodes come from the last to the first: of the same end
 * what is further down counts. */
static void take_error(struct insight_build *b, uint32_t node)
{
	const struct tree_node *n = &b->tree->nodes[node];
	struct insight *f = &b->found;

	if (!(event_of(b, node)->flags & EVENT_ERROR) || n->errors > 1)
		return;
	f->errors++;
	if (f->error != EVENT_NONE &&
	    end_or_last(b->events, n->event) >= end_or_last(b->events, f->error))
		return;
	f->error = n->event;
	b->error_node = node;
	b->error_end = events_end(b->events, n->event);
}

static void take_dearest(struct insight_build *b, uint32_t event)
{
	int64_t cost = events_get(b->events, event)->cost;
	uint32_t *best = &b->found.dearest;

	if (cost == EVENT_NO_COST || cost <= 0)
		return;
	if (*best == EVENT_NONE || cost >= events_get(b->events, *best)->cost)
		*best = event;
}

static void take_longest(struct insight_build *b, uint32_t event)
{
	int64_t latency = events_latency(b->events, event);
	uint32_t *best = &b->found.longest;

	if (latency == EVENT_UNKNOWN || latency <= 0)
		return;
	if (*best == EVENT_NONE || latency >= events_latency(b->events, *best))
		*best = event;
}

static void take_time(struct insight_build *b, uint32_t event)
{
	int64_t start = events_start(b->events, event), end = events_end(b->events, event);
	struct insight *f = &b->found;

	if (start != TIME_NONE && (f->start == TIME_NONE || start < f->start))
		f->start = start;
	if (end != TIME_NONE && (f->end == TIME_NONE || end > f->end))
		f->end = end;
}

static bool look_below(struct insight_build *b, struct slice *slice)
{
	for (; b->next > 0; b->next--) {
		uint32_t node = b->next - 1, parent = b->tree->nodes[node].parent;
		uint32_t event = b->tree->nodes[node].event;
		const struct event *e = event_of(b, node);

		if (slice_over(slice))
			return false;
		b->holder[node] += is_call(e);
		if (parent != TREE_ROOT)
			b->holder[parent] += b->holder[node];
		take_time(b, event);
		take_error(b, node);
		if (is_call(e))
			take_dearest(b, event);
		else if (e->flags & EVENT_TOOL || b->tree->nodes[node].subtree == 1)
			take_longest(b, event);
	}
	return true;
}

/* A node stands after its parent, whose holder is known then. */
static bool find_holders(struct insight_build *b, struct slice *slice)
{
	for (; b->next < b->tree->n; b->next++) {
		uint32_t parent = b->tree->nodes[b->next].parent;

		if (slice_over(slice))
			return false;
		if (b->holder[b->next] < 2)
			b->holder[b->next] = parent == TREE_ROOT ? TREE_ROOT : b->holder[parent];
		else
			b->holder[b->next] = b->next;
		b->holders[b->next] = (struct holder){INSIGHT_NONE, EVENT_NONE};
	}
	return true;
}

/* ---- agents --------------------------------------------------------------------------------- */

static bool is_same_agent(const void *ctx, uint32_t number, const void *key)
{
	const struct agent *a = &((const struct insight_build *)ctx)->agents[number], *k = key;

	return a->holder == k->holder && a->model == k->model && a->name == k->name;
}

static struct agent *agent_of(struct insight_build *b, uint32_t holder, const struct event *e)
{
	const uint32_t words[] = {holder, e->model, e->name};
	uint64_t hash = hash64((struct str){(const char *)words, sizeof(words)});
	struct agent key = {holder, e->model, e->name, INSIGHT_NONE, INSIGHT_NONE};
	uint32_t number = hash_index_find(&b->index, hash, is_same_agent, b, &key);

	if (number != HASH_NONE)
		return &b->agents[number];
	if (b->n_agents == b->cap_agents) {
		b->cap_agents = b->cap_agents ? b->cap_agents * 2 : 4;
		b->agents = mem_resize(b->agents, b->cap_agents, sizeof(*b->agents));
	}
	hash_index_add(&b->index, hash, b->n_agents);
	b->agents[b->n_agents] = key;
	return &b->agents[b->n_agents++];
}

static struct insight_call *add_call(struct insight_build *b, uint32_t event)
{
	struct insight *f = &b->found;

	if (f->calls == NULL || f->n_calls == b->cap_calls) {
		b->cap_calls = b->cap_calls ? b->cap_calls * 2 : 16;
		f->calls = mem_resize(f->calls, b->cap_calls, sizeof(*f->calls));
	}
	f->calls[f->n_calls] = (struct insight_call){event, INSIGHT_NONE, EVENT_NONE, false};
	return &f->calls[f->n_calls++];
}

static void compare_prompts(struct insight_build *b, const struct agent *a)
{
	struct insight *f = &b->found;
	uint32_t call = a->last;
	int64_t prompt = events_prompt(b->events, f->calls[call].event);

	if (prompt > 0 && (f->widest == INSIGHT_NONE ||
	                   prompt > events_prompt(b->events, f->calls[f->widest].event))) {
		f->widest = call;
		f->narrow = a->first;
	}
	if (insight_lost(f, b->events, call) >
	    (f->lost == INSIGHT_NONE ? 0 : insight_lost(f, b->events, f->lost)))
		f->lost = call;
}

static void follow_generation(struct insight_build *b, uint32_t event, uint32_t at)
{
	uint32_t number = b->found.n_calls;
	struct agent *a = agent_of(b, at, events_get(b->events, event));
	struct insight_call *call = add_call(b, event);
	struct holder *h = &b->holders[at == TREE_ROOT ? b->tree->n : at];

	call->before = a->last;
	/* Unless it is another's that asked for the tool. */
	if (h->call == INSIGHT_NONE || a->last != INSIGHT_NONE)
		call->failed = h->tool;
	if (a->first == INSIGHT_NONE)
		a->first = number;
	a->last = number;
	h->call = number;
	compare_prompts(b, a);
}

/* What the last call before a tool gave was no answer. Of several tools the last one speaks. */
static void follow_tool(struct insight_build *b, uint32_t event, uint32_t at)
{
	struct holder *h = &b->holders[at == TREE_ROOT ? b->tree->n : at];

	if (h->call != INSIGHT_NONE)
		b->found.calls[h->call].goes_on = true;
	h->call = INSIGHT_NONE;
	h->tool = events_get(b->events, event)->flags & EVENT_ERROR ? event : EVENT_NONE;
}

static bool is_after_error(const struct insight_build *b, uint32_t event)
{
	int64_t start = events_start(b->events, event);

	if (event == b->found.error || start == TIME_NONE || b->error_end == TIME_NONE)
		return false;
	return start >= b->error_end - INSIGHT_SLACK;
}

static void follow_error(struct insight_build *b, uint32_t event)
{
	const struct event *e = events_get(b->events, event);
	const struct event *error = events_get(b->events, b->found.error);
	bool same = event_kind(e) == event_kind(error) && e->name == error->name &&
	            (is_call(e) ? e->model == error->model : e->name != 0);

	if (b->worked || !is_after_error(b, event))
		return;
	b->went_on |= !same;
	if (!same)
		return;
	b->found.tries++;
	b->worked = !(e->flags & (EVENT_ERROR | EVENT_RUNNING));
}

static bool follow(struct insight_build *b, struct slice *slice)
{
	for (; b->next < b->tree->n; b->next++) {
		uint32_t node = b->tree->by_start[b->next];
		uint32_t event = b->tree->nodes[node].event;
		const struct event *e = event_of(b, node);

		if (slice_over(slice))
			return false;
		if (event_kind(e) == EVENT_GENERATION)
			follow_generation(b, event, b->holder[node]);
		else if (event_kind(e) == EVENT_EMBEDDING)
			add_call(b, event);
		else if (e->flags & EVENT_TOOL)
			follow_tool(b, event, b->holder[node]);
		if (b->found.error != EVENT_NONE)
			follow_error(b, event);
	}
	return true;
}

/* ---- answers -------------------------------------------------------------------------------- */

static struct str stop_reason(const struct events *events, uint32_t event)
{
	int64_t reason;

	if (!events_extra(events, event, EVENT_STOP_REASON, &reason))
		return STR_EMPTY;
	return strings_get(&events->strings, (uint32_t)reason);
}

static bool is_one_of(struct str text, const char *const *list)
{
	for (; *list != NULL; list++)
		if (str_eq(text, str_of(*list)))
			return true;
	return false;
}

/* As providers and SDKs call it. */
static bool calls_tools(struct str reason)
{
	static const char *const reasons[] = {
		"tool_use",      "tool_calls", "tool-calls", "tool_call",
		"function_call", "TOOL_CALL",  "TOOL_USE",   NULL};

	return is_one_of(reason, reasons);
}

static bool is_cut(struct str reason)
{
	static const char *const reasons[] = {
		"length", "max_tokens", "MAX_TOKENS", "max_output_tokens", "incomplete", NULL};

	return is_one_of(reason, reasons);
}

static bool answers(const struct events *events, const struct insight_call *call)
{
	const struct event *e = events_get(events, call->event);

	return event_kind(e) == EVENT_GENERATION && !call->goes_on &&
	       !(e->flags & (EVENT_ERROR | EVENT_RUNNING)) && e->flags & EVENT_HAS_OUTPUT &&
	       !calls_tools(stop_reason(events, call->event));
}

static bool find_answers(struct insight_build *b, struct slice *slice)
{
	struct insight *f = &b->found;

	for (; b->next > 0; b->next--) {
		struct insight_call *call = &f->calls[b->next - 1];

		assert(f->calls != NULL);
		if (slice_over(slice))
			return false;
		if (!answers(b->events, call)) {
			call->failed = EVENT_NONE;
			continue;
		}
		if (!b->answered && is_cut(stop_reason(b->events, call->event)))
			f->cut = call->event;
		b->answered = true;
		if (f->answer == EVENT_NONE && f->error != EVENT_NONE &&
		    is_after_error(b, call->event))
			f->answer = call->event;
	}
	return true;
}

/* ---- loops ---------------------------------------------------------------------------------- */

static bool find_loops(struct insight_build *b, struct slice *slice)
{
	struct insight *f = &b->found;

	for (; b->next < b->alike->n; b->next++) {
		const struct alike_repeat *r = &b->alike->repeats[b->next];

		if (slice_over(slice))
			return false;
		if (r->calls < ALIKE_LOOP || (f->looped != EVENT_NONE && r->calls <= f->loop.calls))
			continue;
		f->loop = *r;
		f->looped = b->tree->nodes[r->first].event;
	}
	return true;
}

/* ---- all of it ------------------------------------------------------------------------------ */

static void conclude(struct insight_build *b)
{
	struct insight *f = &b->found;
	uint32_t own = model_trace(b->model, b->trace)->explicit_event;

	if (own != EVENT_NONE)
		take_time(b, own);
	if (f->error == EVENT_NONE && own != EVENT_NONE &&
	    events_get(b->events, own)->flags & EVENT_ERROR) {
		f->error = own;
		f->errors = 1;
	}
	if (b->worked)
		f->after = INSIGHT_WORKED;
	else if (f->answer != EVENT_NONE)
		f->after = INSIGHT_ANSWERED;
	else if (model_trace(b->model, b->trace)->totals.running > 0)
		f->after = INSIGHT_RUNNING;
	else if (b->went_on)
		f->after = INSIGHT_WENT_ON;
}

void insight_init(struct insight *s)
{
	*s = (struct insight){.error = EVENT_NONE,
	                      .answer = EVENT_NONE,
	                      .cut = EVENT_NONE,
	                      .looped = EVENT_NONE,
	                      .dearest = EVENT_NONE,
	                      .longest = EVENT_NONE,
	                      .tries = 1,
	                      .lost = INSIGHT_NONE,
	                      .widest = INSIGHT_NONE,
	                      .narrow = INSIGHT_NONE,
	                      .start = TIME_NONE,
	                      .end = TIME_NONE};
}

struct insight_build *insight_start(const struct model *m, uint32_t trace, const struct tree *t,
                                    const struct alike *alike)
{
	struct insight_build *b = mem_zero(1, sizeof(*b));

	b->model = m;
	b->events = model_events(m);
	b->trace = trace;
	b->tree = t;
	b->alike = alike;
	b->next = t->n;
	b->holder = mem_zero(t->n, sizeof(*b->holder));
	b->holders = mem_alloc(t->n + (size_t)1, sizeof(*b->holders));
	b->holders[t->n] = (struct holder){INSIGHT_NONE, EVENT_NONE};
	b->error_end = TIME_NONE;
	insight_init(&b->found);
	return b;
}

static bool run(struct insight_build *b, struct slice *slice)
{
	switch (b->phase) {
	case PHASE_BELOW:
		return look_below(b, slice);
	case PHASE_HOLDERS:
		return find_holders(b, slice);
	case PHASE_FOLLOW:
		return follow(b, slice);
	case PHASE_ANSWERS:
		return find_answers(b, slice);
	case PHASE_LOOPS:
		return find_loops(b, slice);
	case PHASE_DONE:
		break;
	}
	return true;
}

bool insight_step(struct insight_build *b, int64_t until)
{
	struct slice slice = {.until = until};

	while (b->phase != PHASE_DONE) {
		if (!run(b, &slice))
			return false;
		b->phase++;
		b->next = b->phase == PHASE_ANSWERS ? b->found.n_calls : 0;
		if (b->phase == PHASE_DONE)
			conclude(b);
	}
	return true;
}

void insight_drop(struct insight_build *b)
{
	if (b == NULL)
		return;
	insight_free(&b->found);
	mem_free(b->holder);
	mem_free(b->holders);
	mem_free(b->agents);
	hash_index_free(&b->index);
	mem_free(b);
}

void insight_take(struct insight_build *b, struct insight *out)
{
	*out = b->found;
	insight_init(&b->found);
	insight_drop(b);
}

void insight_find(struct insight *out, const struct model *m, uint32_t trace, const struct tree *t)
{
	struct insight_build *b;
	struct alike alike;

	alike_find(&alike, t, model_events(m));
	b = insight_start(m, trace, t, &alike);
	while (!insight_step(b, SLICE_WHOLE))
		;
	insight_take(b, out);
	alike_free(&alike);
}

void insight_free(struct insight *s)
{
	mem_free(s->calls);
	insight_init(s);
}

/* ---- asking --------------------------------------------------------------------------------- */

uint32_t insight_call_of(const struct insight *s, const struct events *events, uint32_t event)
{
	uint32_t low = 0, high = s->n_calls;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (s->calls[middle].event == event)
			return middle;
		if (events_compare_start(events, s->calls[middle].event, event) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return INSIGHT_NONE;
}

int64_t insight_growth(const struct insight *s, const struct events *events, uint32_t call)
{
	uint32_t before = s->calls[call].before;
	int64_t now = events_prompt(events, s->calls[call].event), then, growth;

	then = before == INSIGHT_NONE ? EVENT_UNKNOWN
	                              : events_prompt(events, s->calls[before].event);
	if (now < 0 || then < 0 || __builtin_sub_overflow(now, then, &growth))
		return EVENT_UNKNOWN;
	return growth;
}

bool insight_jumped(const struct insight *s, const struct events *events, uint32_t call)
{
	int64_t growth = insight_growth(s, events, call);

	return growth >= INSIGHT_JUMP &&
	       growth >= events_prompt(events, s->calls[s->calls[call].before].event) / 2;
}

int insight_cached(const struct events *events, uint32_t event)
{
	int64_t prompt = events_prompt(events, event), cached = events_cache_read(events, event);

	if (prompt <= 0 || cached < 0)
		return -1;
	return cached >= prompt ? 100 : (int)((double)cached * 100 / (double)prompt);
}

int64_t insight_lost_between(const struct events *events, uint32_t before, uint32_t event)
{
	int64_t lost;

	if (insight_cached(events, event) < 0 ||
	    insight_cached(events, before) - insight_cached(events, event) < INSIGHT_FALL)
		return 0;
	lost = events_cache_read(events, before) - events_cache_read(events, event);
	return lost > 0 ? lost : 0;
}

int64_t insight_lost(const struct insight *s, const struct events *events, uint32_t call)
{
	uint32_t before = s->calls[call].before;

	if (before == INSIGHT_NONE)
		return 0;
	return insight_lost_between(events, s->calls[before].event, s->calls[call].event);
}
