/* Makes the tree of a trace from its events. Nodes are first sorted by start and then known by
 * their rank, so that every tie is broken by the rank and nothing depends on the order of arrival.
 * The steps: sort, look parents up, break cycles, list children, walk depth first, sum up from the
 * last node to the first. Links are arrays of ranks; no step recurses.
 *
 * Where a parent comes from: none, or the trace id, or (if no node has that id) the $ai_span_id of
 * a $ai_trace event is the trace itself; the trace's children stand at the top, or below the trunk,
 * a node whose id is the trace id. */
#include "model/tree.h"
#include "base/mem.h"
#include "model/model_internal.h"

#include <assert.h>

#define NONE UINT32_MAX

struct key {
	int64_t time; /* what is sorted by; unknown last */
	uint32_t event;
};

typedef int key_order(const struct events *events, uint32_t a, uint32_t b);

struct keys {
	struct key *list;
	uint32_t n;
};

struct builder {
	const struct events *events;
	uint32_t trace_id;
	struct keys nodes, attached, explicit_events;
	uint32_t trunk;          /* rank of the node that stands for the trace, or NONE */
	uint32_t *parent;        /* by rank: rank of the parent, or NONE at the top */
	uint32_t *next;          /* by rank: next sibling */
	uint32_t *child;         /* by rank: first child */
	uint32_t first;          /* first of the top */
	uint32_t *place;         /* by rank: number in the tree */
	enum tree_mark *mark;    /* by rank */
	struct hash_index by_id; /* rank of the earliest node of an id */
	struct hash_index
		aliases; /* $ai_trace events by their span id, numbers in explicit_events */
};

static void merge(const struct events *events, key_order *order, const struct key *a,
                  const struct key *a_end, const struct key *b, const struct key *b_end,
                  struct key *out)
{
	while (a < a_end && b < b_end) {
		bool later = a->time != b->time ? a->time > b->time
		                                : order(events, a->event, b->event) > 0;

		*out++ = later ? *b++ : *a++;
	}
	while (a < a_end)
		*out++ = *a++;
	while (b < b_end)
		*out++ = *b++;
}

/* A merge sort from the bottom up: its worst case is its usual case, and it needs no recursion. */
static void sort(const struct events *events, key_order *order, struct keys *keys)
{
	size_t n = keys->n;
	struct key *from = keys->list, *to = mem_alloc(n, sizeof(*to)), *swapped;

	for (size_t width = 1; width < n; width *= 2) {
		for (size_t at = 0; at < n; at += 2 * width) {
			size_t middle = at + width < n ? at + width : n;
			size_t end = at + 2 * width < n ? at + 2 * width : n;

			merge(events, order, from + at, from + middle, from + middle, from + end,
			      to + at);
		}
		swapped = from;
		from = to;
		to = swapped;
	}
	keys->list = from;
	mem_free(to);
}

static void add_key(struct keys *keys, int64_t time, uint32_t event)
{
	keys->list[keys->n++] = (struct key){time == TIME_NONE ? INT64_MAX : time, event};
}

/* Of the events that are here, whatever a listing knows. */
static void collect(struct builder *b, const struct model *m, const struct trace *t)
{
	size_t count = t->totals.events;

	b->nodes.list = mem_alloc(count, sizeof(struct key));
	b->attached.list = mem_alloc(count, sizeof(struct key));
	b->explicit_events.list = mem_alloc(t->totals.kinds[EVENT_TRACE], sizeof(struct key));
	for (uint32_t event = t->first_event; event != EVENT_NONE;
	     event = model_next_event(m, event)) {
		const struct event *e = events_get(b->events, event);

		if (event_kind(e) <= EVENT_SPAN) {
			add_key(&b->nodes, events_start(b->events, event), event);
			continue;
		}
		if (event_kind(e) == EVENT_TRACE)
			add_key(&b->explicit_events, e->time, event);
		if (event != t->explicit_event)
			add_key(&b->attached, e->time, event);
	}
	sort(b->events, events_compare_start, &b->nodes);
	sort(b->events, model_compare_time, &b->attached);
}

static uint32_t node_event(const struct builder *b, uint32_t rank)
{
	return b->nodes.list[rank].event;
}

static uint32_t node_id(const struct builder *b, uint32_t rank)
{
	return events_node_id(b->events, node_event(b, rank));
}

static bool same_node(const void *ctx, uint32_t number, const void *key)
{
	return node_id(ctx, number) == *(const uint32_t *)key;
}

static bool same_alias(const void *ctx, uint32_t number, const void *key)
{
	const struct builder *b = ctx;
	uint32_t event = b->explicit_events.list[number].event;

	return events_get(b->events, event)->span == *(const uint32_t *)key;
}

static uint32_t find_node(const struct builder *b, uint32_t id)
{
	return hash_index_find(&b->by_id, number_hash(id), same_node, b, &id);
}

static bool is_alias(const struct builder *b, uint32_t id)
{
	return hash_index_find(&b->aliases, number_hash(id), same_alias, b, &id) != HASH_NONE;
}

/* Ranks rise with the start, so the node that is entered for an id is its earliest. */
static void index_ids(struct builder *b)
{
	for (uint32_t rank = 0; rank < b->nodes.n; rank++) {
		uint32_t id = node_id(b, rank);

		if (id && find_node(b, id) == HASH_NONE)
			hash_index_add(&b->by_id, number_hash(id), rank);
	}
	for (uint32_t i = 0; i < b->explicit_events.n; i++) {
		uint32_t id = events_get(b->events, b->explicit_events.list[i].event)->span;

		if (id && !is_alias(b, id))
			hash_index_add(&b->aliases, number_hash(id), i);
	}
	b->trunk = find_node(b, b->trace_id);
}

static void look_parent_up(struct builder *b, uint32_t rank)
{
	uint32_t id = events_get(b->events, node_event(b, rank))->parent;
	uint32_t found;

	b->parent[rank] = rank == b->trunk ? NONE : b->trunk;
	if (!id || id == b->trace_id)
		return;
	if (id == node_id(b, rank)) {
		b->parent[rank] = NONE;
		b->mark[rank] = TREE_SELF;
		return;
	}
	found = find_node(b, id);
	if (found == HASH_NONE && is_alias(b, id))
		return;
	b->parent[rank] = found == HASH_NONE ? NONE : found;
	if (found == HASH_NONE)
		b->mark[rank] = TREE_ORPHAN;
}

static uint32_t earliest_on_cycle(const struct builder *b, uint32_t on_cycle)
{
	uint32_t earliest = on_cycle;

	for (uint32_t at = b->parent[on_cycle]; at != on_cycle; at = b->parent[at])
		if (at < earliest)
			earliest = at;
	return earliest;
}

/* Walks up from every node until a node that was walked over before. If it was in the same walk, it
 * is on a cycle. */
static void break_cycles(struct builder *b)
{
	uint32_t *walk = mem_zero(b->nodes.n,
	                          sizeof(*walk)); /* by rank: the walk it was seen in, from 1 */

	for (uint32_t rank = 0; rank < b->nodes.n; rank++) {
		uint32_t at = rank, root;

		while (at != NONE && !walk[at]) {
			walk[at] = rank + 1;
			at = b->parent[at];
		}
		if (at == NONE || walk[at] != rank + 1)
			continue;
		root = earliest_on_cycle(b, at);
		b->parent[root] = NONE;
		b->mark[root] = TREE_CYCLE;
	}
	mem_free(walk);
}

/* The trunk stands at the top whatever it names as its parent; if that stands below it, they made a
 * cycle. */
static void place_trunk(struct builder *b, uint32_t named)
{
	while (named != NONE && named != b->trunk)
		named = b->parent[named];
	if (named != NONE)
		b->mark[b->trunk] = TREE_CYCLE;
}

static void link_nodes(struct builder *b)
{
	uint32_t named = NONE;

	for (uint32_t rank = 0; rank < b->nodes.n; rank++)
		look_parent_up(b, rank);
	if (b->trunk != NONE) {
		named = b->parent[b->trunk];
		b->parent[b->trunk] = NONE;
	}
	break_cycles(b);
	if (named != NONE)
		place_trunk(b, named);
}

/* From the last to the first, each put in front of its siblings; the trunk comes in front of all.
 */
static void list_children(struct builder *b)
{
	b->first = NONE;
	for (uint32_t rank = 0; rank < b->nodes.n; rank++)
		b->child[rank] = NONE;
	for (uint32_t rank = b->nodes.n; rank-- > 0;) {
		uint32_t parent = b->parent[rank];
		uint32_t *head = parent == NONE ? &b->first : &b->child[parent];

		if (rank == b->trunk)
			continue;
		b->next[rank] = *head;
		*head = rank;
	}
	if (b->trunk != NONE) {
		b->next[b->trunk] = b->first;
		b->first = b->trunk;
	}
}

static uint32_t next_rank(const struct builder *b, uint32_t rank)
{
	if (b->child[rank] != NONE)
		return b->child[rank];
	while (b->next[rank] == NONE) {
		rank = b->parent[rank];
		if (rank == NONE)
			return NONE;
	}
	return b->next[rank];
}

static void walk_down(struct builder *b, struct tree *t)
{
	for (uint32_t rank = b->first; rank != NONE; rank = next_rank(b, rank)) {
		struct tree_node *node = &t->nodes[t->n];
		uint32_t parent = b->parent[rank];

		node->event = node_event(b, rank);
		node->parent = parent == NONE ? TREE_ROOT : b->place[parent];
		node->depth = parent == NONE ? 0 : t->nodes[node->parent].depth + 1;
		node->mark = b->mark[rank];
		node->last = b->next[rank] == NONE;
		b->place[rank] = t->n++;
	}
	assert(t->n == b->nodes.n);
}

static void arrange(struct builder *b, struct tree *t)
{
	uint32_t n = b->nodes.n;

	b->parent = mem_alloc(n, sizeof(*b->parent));
	b->next = mem_alloc(n, sizeof(*b->next));
	b->child = mem_alloc(n, sizeof(*b->child));
	b->place = mem_alloc(n, sizeof(*b->place));
	b->mark = mem_zero(n, sizeof(*b->mark));
	index_ids(b);
	link_nodes(b);
	list_children(b);
	walk_down(b, t);
	mem_free(b->parent);
	mem_free(b->next);
	mem_free(b->child);
	mem_free(b->place);
	mem_free(b->mark);
	hash_index_free(&b->by_id);
	hash_index_free(&b->aliases);
}

void tree_build(struct tree *t, const struct model *m, uint32_t trace)
{
	const struct trace *shown = model_trace(m, trace);
	struct builder b = {.events = model_events(m), .trace_id = shown->id};

	*t = (struct tree){0};
	collect(&b, m, &trace_at(m, trace)->shown);
	t->nodes = mem_zero(b.nodes.n, sizeof(*t->nodes));
	arrange(&b, t);
	tree_sum_up(t, b.events);
	t->attached = mem_alloc(b.attached.n, sizeof(*t->attached));
	for (uint32_t i = 0; i < b.attached.n; i++)
		t->attached[t->n_attached++] = b.attached.list[i].event;
	mem_free(b.nodes.list);
	mem_free(b.attached.list);
	mem_free(b.explicit_events.list);
}

void tree_free(struct tree *t)
{
	mem_free(t->nodes);
	mem_free(t->attached);
	*t = (struct tree){0};
}
