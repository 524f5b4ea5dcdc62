/* What each node of a tree shows: its own values, or its children's. Nodes stand depth first, so
 * from the last to the first every child is done before its parent. */
#include "model/model_internal.h"
#include "model/tree.h"

static void add_known(int64_t *sum, bool *known, int64_t more, bool more_known)
{
	if (!more_known)
		return;
	*sum = totals_add_clamped(*sum, more);
	*known = true;
}

void tree_sum_add(struct tree_sum *to, const struct tree_sum *more)
{
	if (more->cost_known) {
		to->cost += more->cost;
		to->cost_known = true;
		to->cost_estimated |= more->cost_estimated;
	}
	to->unpriced += more->unpriced;
	add_known(&to->latency, &to->latency_known, more->latency, more->latency_known);
	add_known(&to->input, &to->input_known, more->input, more->input_known);
	add_known(&to->output, &to->output_known, more->output, more->output_known);
}

static void own_value(int64_t *sum, bool *known, int64_t value)
{
	if (value == EVENT_UNKNOWN)
		return;
	*sum = value;
	*known = true;
}

/* sum holds what the children add up to and gets what the node shows. */
static void finish_sum(struct tree_sum *sum, const struct events *events, uint32_t event)
{
	const struct event *e = events_get(events, event);
	bool charged = event_kind(e) != EVENT_SPAN;

	if (charged)
		*sum = (struct tree_sum){.unpriced = e->cost == EVENT_NO_COST};
	if (e->cost != EVENT_NO_COST) {
		sum->cost = e->cost;
		sum->cost_known = true;
		sum->cost_estimated = e->flags & EVENT_COST_ESTIMATED;
		sum->unpriced = (e->flags & EVENT_COST_INCOMPLETE) != 0;
	}
	own_value(&sum->latency, &sum->latency_known, events_latency(events, event));
	own_value(&sum->input, &sum->input_known, events_input(events, event));
	own_value(&sum->output, &sum->output_known, events_output(events, event));
}

void tree_sum_node(struct tree *t, const struct events *events, uint32_t at)
{
	struct tree_node *node = &t->nodes[at], *parent;

	node->subtree++;
	node->errors += (events_get(events, node->event)->flags & EVENT_ERROR) != 0;
	finish_sum(&node->sum, events, node->event);
	if (node->parent == TREE_ROOT)
		return;
	parent = &t->nodes[node->parent];
	parent->subtree += node->subtree;
	parent->errors += node->errors;
	tree_sum_add(&parent->sum, &node->sum);
}
