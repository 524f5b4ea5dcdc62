/* Makes the tree of a trace from its events. Nodes are first sorted by start and then known by
 * their rank, so that every tie is broken by the rank and nothing depends on the order of arrival.
 * The phases: sort, look parents up, break cycles, list children, walk depth first, sum up from the
 * last node to the first, let go of what it was made with. Links are arrays of ranks; nothing recurses, and each phase can stop
 * after any small item, since a trace may have a million nodes.
 *
 * Invariant: of the model only the list of the trace's events is read, and only while they are
 * collected; what is read of an event never changes. So the model may grow between two steps.
 *
 * Where a parent comes from: none, or the trace id, or (if no node has that id) the $ai_span_id of
 * a $ai_trace event is the trace itself; the trace's children stand at the top, or below the trunk,
 * a node whose id is the trace id. */
#include "model/tree.h"
#include "base/leftovers.h"
#include "base/mem.h"
#include "base/slice.h"
#include "model/model_internal.h"
#include "model/tree_sort.h"

#include <assert.h>

#define NONE UINT32_MAX

enum phase {
	PHASE_COLLECT,
	PHASE_SORT_NODES,
	PHASE_SORT_ATTACHED,
	PHASE_IDS,
	PHASE_ALIASES,
	PHASE_PARENTS,
	PHASE_CYCLES,
	PHASE_TRUNK,
	PHASE_CHILDREN,
	PHASE_WALK,
	PHASE_SUM,
	PHASE_ATTACHED,
	PHASE_LET_GO,
	PHASE_DONE,
};

struct tree_build {
	struct tree tree; /* being made */
	const struct model *model;
	const struct events *events;
	uint32_t trace_id, own_event; /* of the trace */
	enum phase phase;
	uint32_t next; /* of what the phase goes through */
	struct tree_keys nodes, attached, explicit_events;
	struct tree_sorting sorting;
	uint32_t trunk;          /* rank of the node that stands for the trace, or NONE */
	uint32_t named;          /* the parent that the trunk names, or NONE; then those above it */
	uint32_t *parent;        /* by rank: rank of the parent, or NONE at the top */
	uint32_t *sibling;       /* by rank: next sibling */
	uint32_t *child;         /* by rank: first child */
	uint32_t first;          /* first of the top */
	uint32_t *place;         /* by rank: number in the tree */
	uint8_t *mark;           /* by rank: enum tree_mark */
	uint32_t *walk;          /* by rank: the walk it was seen in, from 1 */
	uint32_t at;             /* where a walk is, or NONE */
	uint32_t on_cycle;       /* where a walk met itself, or NONE */
	uint32_t earliest;       /* on that cycle */
	bool climbing;           /* below `at` everything has its place */
	struct hash_index by_id; /* rank of the earliest node of an id */
	struct hash_index
		aliases; /* $ai_trace events by their span id, numbers in explicit_events */
	struct leftovers leftovers;
};

/* ---- which events ----------------------------------------------------------------------- */

/* Of the events that are here, whatever a listing knows. */
static bool collect(struct tree_build *b, struct slice *slice)
{
	for (; b->next != EVENT_NONE; b->next = model_next_event(b->model, b->next)) {
		const struct event *e = events_get(b->events, b->next);

		if (slice_over(slice))
			return false;
		if (event_kind(e) <= EVENT_SPAN) {
			tree_keys_add(&b->nodes, events_start(b->events, b->next), b->next);
			continue;
		}
		if (event_kind(e) == EVENT_TRACE)
			tree_keys_add(&b->explicit_events, e->time, b->next);
		if (b->next != b->own_event)
			tree_keys_add(&b->attached, e->time, b->next);
	}
	return true;
}

/* ---- ids -------------------------------------------------------------------------------- */

static uint32_t node_event(const struct tree_build *b, uint32_t rank)
{
	return b->nodes.list[rank].event;
}

static uint32_t node_id(const struct tree_build *b, uint32_t rank)
{
	return events_node_id(b->events, node_event(b, rank));
}

static bool same_node(const void *ctx, uint32_t number, const void *key)
{
	return node_id(ctx, number) == *(const uint32_t *)key;
}

static bool same_alias(const void *ctx, uint32_t number, const void *key)
{
	const struct tree_build *b = ctx;
	uint32_t event = b->explicit_events.list[number].event;

	return events_get(b->events, event)->span == *(const uint32_t *)key;
}

static uint32_t find_node(const struct tree_build *b, uint32_t id)
{
	return hash_index_find(&b->by_id, number_hash(id), same_node, b, &id);
}

static bool is_alias(const struct tree_build *b, uint32_t id)
{
	return hash_index_find(&b->aliases, number_hash(id), same_alias, b, &id) != HASH_NONE;
}

/* Ranks rise with the start, so the node that is entered for an id is its earliest. */
static bool index_ids(struct tree_build *b, struct slice *slice)
{
	for (; b->next < b->nodes.n; b->next++) {
		uint32_t id = node_id(b, b->next);

		if (slice_over(slice))
			return false;
		if (id && find_node(b, id) == HASH_NONE)
			hash_index_add(&b->by_id, number_hash(id), b->next);
	}
	return true;
}

static bool index_aliases(struct tree_build *b, struct slice *slice)
{
	for (; b->next < b->explicit_events.n; b->next++) {
		uint32_t id = events_get(b->events, b->explicit_events.list[b->next].event)->span;

		if (slice_over(slice))
			return false;
		if (id && !is_alias(b, id))
			hash_index_add(&b->aliases, number_hash(id), b->next);
	}
	return true;
}

/* ---- parents ---------------------------------------------------------------------------- */

static void look_parent_up(struct tree_build *b, uint32_t rank)
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

static bool look_parents_up(struct tree_build *b, struct slice *slice)
{
	for (; b->next < b->nodes.n; b->next++) {
		if (slice_over(slice))
			return false;
		b->child[b->next] = NONE;
		look_parent_up(b, b->next);
	}
	return true;
}

/* Once round the cycle from where the walk met itself. */
static void go_round(struct tree_build *b)
{
	if (b->at == b->on_cycle) {
		b->parent[b->earliest] = NONE;
		b->mark[b->earliest] = TREE_CYCLE;
		b->on_cycle = b->at = NONE;
		return;
	}
	if (b->at < b->earliest)
		b->earliest = b->at;
	b->at = b->parent[b->at];
}

static void walk_up(struct tree_build *b)
{
	uint32_t at = b->at, walk = b->next + 1;

	b->at = b->parent[at];
	if (b->walk[at] == 0) {
		b->walk[at] = walk;
	} else if (b->walk[at] == walk) {
		b->on_cycle = b->earliest = at;
	} else {
		b->at = NONE;
	}
}

/* Walks up from every node until a node that was walked over before. If it was in the same walk, it
 * is on a cycle. */
static bool break_cycles(struct tree_build *b, struct slice *slice)
{
	while (b->next < b->nodes.n) {
		if (slice_over(slice))
			return false;
		if (b->on_cycle != NONE)
			go_round(b);
		else if (b->at != NONE)
			walk_up(b);
		else if (++b->next < b->nodes.n)
			b->at = b->next;
	}
	return true;
}

static void begin_breaking_cycles(struct tree_build *b)
{
	if (b->trunk != NONE) {
		b->named = b->parent[b->trunk];
		b->parent[b->trunk] = NONE;
	}
	b->walk = mem_zero(b->nodes.n, sizeof(*b->walk));
	b->at = b->nodes.n > 0 ? 0 : NONE;
}

/* The trunk stands at the top whatever it names as its parent; if that stands below it, they made a
 * cycle. */
static bool place_trunk(struct tree_build *b, struct slice *slice)
{
	for (; b->named != NONE && b->named != b->trunk; b->named = b->parent[b->named])
		if (slice_over(slice))
			return false;
	if (b->named != NONE)
		b->mark[b->trunk] = TREE_CYCLE;
	return true;
}

/* ---- order ------------------------------------------------------------------------------ */

/* From the last to the first, each put in front of its siblings; the trunk comes in front of all.
 */
static bool list_children(struct tree_build *b, struct slice *slice)
{
	for (; b->next > 0; b->next--) {
		uint32_t rank = b->next - 1, parent = b->parent[rank];
		uint32_t *head = parent == NONE ? &b->first : &b->child[parent];

		if (slice_over(slice))
			return false;
		if (rank == b->trunk)
			continue;
		b->sibling[rank] = *head;
		*head = rank;
	}
	if (b->trunk != NONE) {
		b->sibling[b->trunk] = b->first;
		b->first = b->trunk;
	}
	return true;
}

static void place_node(struct tree_build *b, uint32_t rank)
{
	struct tree *t = &b->tree;
	struct tree_node *node = &t->nodes[t->n];
	uint32_t parent = b->parent[rank];

	node->event = node_event(b, rank);
	node->parent = parent == NONE ? TREE_ROOT : b->place[parent];
	node->depth = parent == NONE ? 0 : t->nodes[node->parent].depth + 1;
	node->mark = b->mark[rank];
	node->last = b->sibling[rank] == NONE;
	b->place[rank] = t->n++;
}

static bool walk_down(struct tree_build *b, struct slice *slice)
{
	while (b->at != NONE) {
		if (slice_over(slice))
			return false;
		if (!b->climbing)
			place_node(b, b->at);
		if (!b->climbing && b->child[b->at] != NONE) {
			b->at = b->child[b->at];
			continue;
		}
		b->climbing = b->sibling[b->at] == NONE;
		b->at = b->climbing ? b->parent[b->at] : b->sibling[b->at];
	}
	assert(b->tree.n == b->nodes.n);
	return true;
}

static bool sum_up(struct tree_build *b, struct slice *slice)
{
	for (; b->next > 0; b->next--) {
		if (slice_over(slice))
			return false;
		tree_sum_node(&b->tree, b->events, b->next - 1);
	}
	return true;
}

static bool list_attached(struct tree_build *b, struct slice *slice)
{
	for (; b->next < b->attached.n; b->next++) {
		if (slice_over(slice))
			return false;
		b->tree.attached[b->next] = b->attached.list[b->next].event;
	}
	b->tree.n_attached = b->attached.n;
	return true;
}

/* ---- what it was made with -------------------------------------------------------------- */

static void let_keys_go(struct tree_build *b, struct tree_keys *keys)
{
	leftovers_add(&b->leftovers, keys->list, keys->cap * sizeof(*keys->list));
	*keys = (struct tree_keys){0};
}

static void let_ranks_go(struct tree_build *b, uint32_t **list, uint32_t n)
{
	leftovers_add(&b->leftovers, *list, n * sizeof(**list));
	*list = NULL;
}

static void begin_letting_go(struct tree_build *b)
{
	uint32_t n = b->nodes.n;

	b->tree.by_start = b->place;
	b->place = NULL;
	let_keys_go(b, &b->nodes);
	let_keys_go(b, &b->attached);
	let_keys_go(b, &b->explicit_events);
	let_ranks_go(b, &b->parent, n);
	let_ranks_go(b, &b->sibling, n);
	let_ranks_go(b, &b->child, n);
	let_ranks_go(b, &b->walk, n);
	leftovers_add(&b->leftovers, b->mark, n);
	b->mark = NULL;
	leftovers_add_index(&b->leftovers, &b->by_id);
	leftovers_add_index(&b->leftovers, &b->aliases);
}

/* ---- all of it -------------------------------------------------------------------------- */

static uint32_t *ranks(const struct tree_build *b)
{
	return mem_alloc(b->nodes.n, sizeof(uint32_t));
}

static void begin_linking(struct tree_build *b)
{
	b->trunk = find_node(b, b->trace_id);
	b->parent = ranks(b);
	b->child = ranks(b);
	b->mark = mem_zero(b->nodes.n, sizeof(*b->mark));
}

static void begin_listing(struct tree_build *b)
{
	b->sibling = ranks(b);
	b->next = b->nodes.n;
}

static void begin_walking(struct tree_build *b)
{
	b->tree.nodes = mem_zero(b->nodes.n, sizeof(*b->tree.nodes));
	b->place = ranks(b);
	b->at = b->first;
}

static void begin(struct tree_build *b, enum phase phase)
{
	b->phase = phase;
	b->next = 0;
	switch (phase) {
	case PHASE_SORT_NODES:
		tree_sorting_begin(&b->sorting, b->events, &b->nodes, events_compare_start);
		break;
	case PHASE_SORT_ATTACHED:
		tree_sorting_begin(&b->sorting, b->events, &b->attached, model_compare_time);
		break;
	case PHASE_PARENTS:
		begin_linking(b);
		break;
	case PHASE_CYCLES:
		begin_breaking_cycles(b);
		break;
	case PHASE_CHILDREN:
		begin_listing(b);
		break;
	case PHASE_WALK:
		begin_walking(b);
		break;
	case PHASE_SUM:
		b->next = b->tree.n;
		break;
	case PHASE_ATTACHED:
		b->tree.attached = mem_alloc(b->attached.n, sizeof(*b->tree.attached));
		break;
	case PHASE_LET_GO:
		begin_letting_go(b);
		break;
	default:
		break;
	}
}

static bool run(struct tree_build *b, struct slice *slice)
{
	switch (b->phase) {
	case PHASE_COLLECT:
		return collect(b, slice);
	case PHASE_SORT_NODES:
		return tree_sorting_step(&b->sorting, &b->nodes, slice);
	case PHASE_SORT_ATTACHED:
		return tree_sorting_step(&b->sorting, &b->attached, slice);
	case PHASE_IDS:
		return index_ids(b, slice);
	case PHASE_ALIASES:
		return index_aliases(b, slice);
	case PHASE_PARENTS:
		return look_parents_up(b, slice);
	case PHASE_CYCLES:
		return break_cycles(b, slice);
	case PHASE_TRUNK:
		return place_trunk(b, slice);
	case PHASE_CHILDREN:
		return list_children(b, slice);
	case PHASE_WALK:
		return walk_down(b, slice);
	case PHASE_SUM:
		return sum_up(b, slice);
	case PHASE_ATTACHED:
		return list_attached(b, slice);
	case PHASE_LET_GO:
		return leftovers_free(&b->leftovers, slice);
	case PHASE_DONE:
		break;
	}
	return true;
}

struct tree_build *tree_start(const struct model *m, uint32_t trace)
{
	const struct trace *shown = model_trace(m, trace);
	const struct trace *here = &trace_at(m, trace)->shown;
	struct tree_build *b = mem_zero(1, sizeof(*b));

	b->model = m;
	b->events = model_events(m);
	b->trace_id = shown->id;
	b->own_event = here->explicit_event;
	b->next = here->first_event;
	b->trunk = b->named = b->first = b->at = b->on_cycle = NONE;
	return b;
}

bool tree_step(struct tree_build *b, int64_t until)
{
	struct slice slice = {.until = until};

	while (b->phase != PHASE_DONE) {
		if (!run(b, &slice))
			return false;
		begin(b, b->phase + 1);
	}
	return true;
}

/* By phases, which take about as long as each other, once there are many nodes. */
unsigned tree_percent(const struct tree_build *b)
{
	return (unsigned)b->phase * 100 / PHASE_DONE;
}

void tree_drop(struct tree_build *b)
{
	if (b == NULL)
		return;
	tree_free(&b->tree);
	mem_free(b->nodes.list);
	mem_free(b->attached.list);
	mem_free(b->explicit_events.list);
	tree_sorting_free(&b->sorting);
	mem_free(b->parent);
	mem_free(b->sibling);
	mem_free(b->child);
	mem_free(b->place);
	mem_free(b->mark);
	mem_free(b->walk);
	hash_index_free(&b->by_id);
	hash_index_free(&b->aliases);
	leftovers_free(&b->leftovers, &(struct slice){.until = SLICE_WHOLE});
	mem_free(b);
}

void tree_take(struct tree_build *b, struct tree *t)
{
	*t = b->tree;
	b->tree = (struct tree){0};
	tree_drop(b);
}

void tree_build(struct tree *t, const struct model *m, uint32_t trace)
{
	struct tree_build *b = tree_start(m, trace);

	while (!tree_step(b, SLICE_WHOLE))
		;
	tree_take(b, t);
}

uint32_t tree_rank(const struct tree *t, const struct events *events, uint32_t event)
{
	uint32_t low = 0, high = t->n;

	if (event >= events->n)
		return TREE_ROOT;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		uint32_t other = t->nodes[t->by_start[middle]].event;

		if (other == event)
			return middle;
		if (events_compare_start(events, other, event) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return TREE_ROOT;
}

void tree_free(struct tree *t)
{
	mem_free(t->nodes);
	mem_free(t->by_start);
	mem_free(t->attached);
	*t = (struct tree){0};
}

void tree_let_go(struct tree *t, struct leftovers *l)
{
	leftovers_add(l, t->nodes, t->n * sizeof(*t->nodes));
	leftovers_add(l, t->by_start, t->n * sizeof(*t->by_start));
	leftovers_add(l, t->attached, t->n_attached * sizeof(*t->attached));
	*t = (struct tree){0};
}
