/* What must hold for every tree and trace, checked against the events by the plainest means. Aborts
 * with a sentence. */
#ifndef SUPPORT_TREE_CHECK_H
#define SUPPORT_TREE_CHECK_H

#include "support/model_sample.h"

#define CHECK(condition)                                                                 \
	do {                                                                             \
		if (!(condition)) {                                                      \
			fprintf(stderr, "%s:%d: %s does not hold\n", __FILE__, __LINE__, \
			        #condition);                                             \
			abort();                                                         \
		}                                                                        \
	} while (0)

/* Lost against an event of the same uuid that stands later. */
static inline bool check_lost(const struct events *t, uint32_t event)
{
	uint32_t uuid = events_uuid(t, event);

	for (uint32_t other = 0; uuid && other < t->n; other++)
		if (events_uuid(t, other) == uuid &&
		    events_get(t, other)->place > events_get(t, event)->place)
			return true;
	return false;
}

static inline bool check_is_node(const struct event *e)
{
	return event_kind(e) == EVENT_GENERATION || event_kind(e) == EVENT_EMBEDDING ||
	       event_kind(e) == EVENT_SPAN;
}

static inline uint32_t check_count(const struct tree *t, uint32_t event)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < t->n; i++)
		count += t->nodes[i].event == event;
	for (uint32_t i = 0; i < t->n_attached; i++)
		count += t->attached[i] == event;
	return count;
}

/* Every event once, and only the trace's. */
static inline void check_members(const struct tree *t, const struct model *m, uint32_t trace)
{
	const struct events *events = model_events(m);
	const struct trace *shown = model_trace(m, trace);
	uint32_t nodes = 0, all = 0;

	for (uint32_t event = 0; event < events->n; event++) {
		const struct event *e = events_get(events, event);
		bool member = e->trace == shown->id && !check_lost(events, event) &&
		              event != shown->explicit_event;

		CHECK(check_count(t, event) == member);
		CHECK(model_superseded(m, event) == check_lost(events, event));
		nodes += member && check_is_node(e);
		all += member;
	}
	CHECK(t->n == nodes && t->n_attached == all - nodes);
	for (uint32_t i = 0; i < t->n; i++)
		CHECK(check_is_node(events_get(events, t->nodes[i].event)));
}

static inline bool check_is_alias(const struct model *m, uint32_t trace, uint32_t id)
{
	const struct events *events = model_events(m);
	uint32_t event = model_trace(m, trace)->first_event;

	for (; event != EVENT_NONE; event = model_next_event(m, event)) {
		const struct event *e = events_get(events, event);

		if (event_kind(e) == EVENT_TRACE && e->span == id)
			return true;
	}
	return false;
}

static inline bool check_has_node(const struct tree *t, const struct events *events, uint32_t id)
{
	for (uint32_t i = 0; i < t->n; i++)
		if (events_node_id(events, t->nodes[i].event) == id)
			return true;
	return false;
}

/* The mark says why a node is where it is. */
static inline void check_mark(const struct tree *t, const struct model *m, uint32_t trace,
                              uint32_t at)
{
	const struct events *events = model_events(m);
	const struct tree_node *node = &t->nodes[at];
	uint32_t trace_id = model_trace(m, trace)->id;
	uint32_t id = events_node_id(events, node->event);
	uint32_t wanted = events_get(events, node->event)->parent;
	uint32_t above = node->parent == TREE_ROOT
	                         ? trace_id
	                         : events_node_id(events, t->nodes[node->parent].event);
	bool known = check_has_node(t, events, wanted);
	bool to_trace = !wanted || wanted == trace_id ||
	                (!known && check_is_alias(m, trace, wanted));

	if (node->mark != TREE_LINKED)
		CHECK(node->parent == TREE_ROOT);
	if (node->mark == TREE_SELF)
		CHECK(wanted == id && wanted != trace_id);
	else if (node->mark == TREE_ORPHAN)
		CHECK(!to_trace && !known);
	else if (node->mark == TREE_CYCLE)
		CHECK(known && (!to_trace || id == trace_id));
	else if (at > 0 || id != trace_id)
		CHECK(to_trace ? above == trace_id : above == wanted);
	if (node->parent == TREE_ROOT && node->mark == TREE_LINKED && at > 0)
		CHECK(!check_has_node(t, events, trace_id));
}

/* Depth first, siblings in order. */
static inline void check_shape(const struct tree *t, const struct model *m, uint32_t trace)
{
	const struct events *events = model_events(m);
	uint32_t trace_id = model_trace(m, trace)->id;

	for (uint32_t i = 0; i < t->n; i++) {
		const struct tree_node *node = &t->nodes[i];
		uint32_t next = i + node->subtree;
		uint32_t end = node->parent == TREE_ROOT
		                       ? t->n
		                       : node->parent + t->nodes[node->parent].subtree;

		CHECK(node->subtree >= 1 && next <= end);
		CHECK(node->parent == TREE_ROOT
		              ? node->depth == 0
		              : node->parent < i &&
		                        node->depth == t->nodes[node->parent].depth + 1);
		CHECK(node->last == (next == end));
		if (node->last)
			continue;
		CHECK(t->nodes[next].parent == node->parent);
		if (i > 0 || events_node_id(events, node->event) != trace_id)
			CHECK(events_compare_start(events, node->event, t->nodes[next].event) < 0);
	}
}

static inline void check_value(bool known, int64_t sum, int64_t own, bool charged, bool below_known,
                               int64_t below)
{
	if (own != EVENT_UNKNOWN)
		CHECK(known && sum == own);
	else if (charged)
		CHECK(!known && sum == 0);
	else
		CHECK(known == below_known && sum == below);
}

static inline int64_t check_add(int64_t a, int64_t b)
{
	return a > INT64_MAX - b ? INT64_MAX : a + b;
}

static inline void check_sum(const struct tree *t, const struct events *events, uint32_t at)
{
	const struct tree_node *node = &t->nodes[at];
	const struct event *e = events_get(events, node->event);
	const struct tree_sum *s = &node->sum;
	struct tree_sum below = {0};
	uint32_t errors = (e->flags & EVENT_ERROR) != 0;
	bool charged = event_kind(e) != EVENT_SPAN;

	for (uint32_t i = at + 1; i < at + node->subtree; i += t->nodes[i].subtree) {
		const struct tree_sum *child = &t->nodes[i].sum;

		CHECK(t->nodes[i].parent == at);
		errors += t->nodes[i].errors;
		below.cost += child->cost;
		below.cost_known |= child->cost_known;
		below.unpriced += child->unpriced;
		below.latency = check_add(below.latency, child->latency);
		below.latency_known |= child->latency_known;
		below.input = check_add(below.input, child->input);
		below.input_known |= child->input_known;
		below.output = check_add(below.output, child->output);
		below.output_known |= child->output_known;
	}
	CHECK(node->errors == errors);
	check_value(s->cost_known, (int64_t)s->cost, e->cost, charged, below.cost_known,
	            (int64_t)below.cost);
	check_value(s->latency_known, s->latency, events_latency(events, node->event), charged,
	            below.latency_known, below.latency);
	check_value(s->input_known, s->input, events_input(events, node->event), charged,
	            below.input_known, below.input);
	check_value(s->output_known, s->output, events_output(events, node->event), charged,
	            below.output_known, below.output);
	if (e->cost != EVENT_NO_COST)
		CHECK(s->unpriced == ((e->flags & EVENT_COST_INCOMPLETE) != 0));
	else
		CHECK(s->unpriced == (charged ? 1 : below.unpriced));
}

static inline int64_t check_latency(const struct model *m, const struct trace *shown)
{
	const struct events *events = model_events(m);
	int64_t longest = 0, generations = 0, top = 0;
	bool known = false, others = false;

	for (uint32_t event = 0; event < events->n; event++) {
		const struct event *e = events_get(events, event);
		int64_t latency = events_latency(events, event);

		if (e->trace != shown->id || check_lost(events, event) ||
		    latency == EVENT_UNKNOWN || event_kind(e) == EVENT_EVALUATION ||
		    event_kind(e) == EVENT_OTHER_AI)
			continue;
		known = true;
		if (event_kind(e) == EVENT_TRACE)
			longest = latency > longest ? latency : longest;
		else if (!e->parent || e->parent == shown->id)
			top += latency;
		if (event_kind(e) == EVENT_GENERATION)
			generations += latency;
		else if (event_kind(e) != EVENT_TRACE && latency > 0)
			others = true;
	}
	if (!known)
		return EVENT_UNKNOWN;
	if (longest > 0)
		return longest;
	return others ? top : generations;
}

/* The totals against a plain sum over the events. */
static inline void check_totals(const struct model *m, const struct totals *shown,
                                uint32_t trace_id)
{
	const struct events *events = model_events(m);
	struct totals t = {0};
	struct buf expected = {0}, given = {0};

	for (uint32_t event = 0; event < events->n; event++)
		if ((!trace_id || events_get(events, event)->trace == trace_id) &&
		    !check_lost(events, event))
			totals_add_event(&t, events, event);
	sample_dump_totals(&expected, &t);
	sample_dump_totals(&given, shown);
	CHECK(str_eq(buf_str(&expected), buf_str(&given)));
	buf_free(&expected);
	buf_free(&given);
}

static inline void check_tree(const struct model *m, uint32_t trace)
{
	const struct trace *shown = model_trace(m, trace);
	struct tree t;

	check_totals(m, &shown->totals, shown->id);
	CHECK(shown->latency == check_latency(m, shown));
	tree_build(&t, m, trace);
	check_members(&t, m, trace);
	check_shape(&t, m, trace);
	for (uint32_t i = 0; i < t.n; i++) {
		check_mark(&t, m, trace, i);
		check_sum(&t, model_events(m), i);
	}
	tree_free(&t);
}

static inline void check_model(struct model *m)
{
	check_totals(m, model_totals(m), 0);
	for (uint32_t trace = 0; trace < model_trace_count(m); trace++)
		check_tree(m, trace);
}

#endif
