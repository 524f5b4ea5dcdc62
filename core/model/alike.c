/* Walks in steps. By start: every call that is like none before makes a group. Up the tree and down again: whose generations led
 * to whose calls. By start, backwards: generations join the call that they led to. Down the tree: sums. Groups of a single call
 * are dropped. From the last node to the first, so that children come before parents: generations below which something else
 * stands are let go of. What takes much memory is filled and freed in steps, too.
 *
 * Invariants: which calls are alike is told by their place in the tree and in time alone, never by the order of arrival. What
 * stands below a call of a group is in that call's sum, and is not added to the group again. */
#include "model/alike.h"

#include "base/leftovers.h"
#include "base/mem.h"
#include "model/model_internal.h"

enum phase {
	PHASE_FILL,
	PHASE_CALLS,
	PHASE_BELOW,
	PHASE_HOLDERS,
	PHASE_GENERATIONS,
	PHASE_SUMS,
	PHASE_NUMBER,
	PHASE_RENUMBER,
	PHASE_LET_GO,
	PHASE_DONE
};

/* What stands below a node, itself included, but not below a tool. */
enum {
	BELOW_GENERATION = 1,
	BELOW_TOOL = 2,
	BELOW_BOTH = BELOW_GENERATION | BELOW_TOOL,
	BELOW_STAYS = 4, /* something that is not left out, below a tool too */
};

struct group {
	struct alike_repeat repeat;
	uint32_t number; /* among those that stay, or ALIKE_NONE */
	uint32_t end;    /* node after those below the calls that were summed */
};

struct alike_build {
	const struct tree *tree;
	const struct events *events;
	struct alike alike; /* repeats are made from groups at the end */
	enum phase phase;
	uint32_t next;
	struct group *groups;
	uint32_t n_groups, cap_groups;
	struct hash_index first_calls; /* nodes: the first of their name, arguments and parent */
	uint32_t tool;                 /* node of the tool before, or ALIKE_NONE */
	uint8_t *below;                /* by node */
	uint32_t *holder;              /* by node; of what none holds as many as there are nodes */
	uint32_t *tool_after;          /* by holder: node, or ALIKE_NONE */
	struct leftovers leftovers;
};

struct call {
	uint32_t name, parent;
	int64_t arguments;
};

/* ---- which are alike ---- */

/* False: nothing can be like it. */
static bool read_call(const struct alike_build *b, uint32_t node, struct call *call)
{
	uint32_t event = b->tree->nodes[node].event;

	call->name = events_get(b->events, event)->name;
	call->parent = b->tree->nodes[node].parent;
	return call->name != 0 && events_extra(b->events, event, EVENT_ARGUMENTS, &call->arguments);
}

static bool is_same_but_parent(const struct alike_build *b, uint32_t node, const struct call *call)
{
	struct call other;

	return read_call(b, node, &other) && other.name == call->name &&
	       other.arguments == call->arguments;
}

static bool is_same(const void *ctx, uint32_t node, const void *key)
{
	const struct alike_build *b = ctx;
	const struct call *call = key;

	return b->tree->nodes[node].parent == call->parent && is_same_but_parent(b, node, call);
}

static uint64_t hash_of(const struct call *call)
{
	const uint64_t words[] = {call->name, call->parent, (uint64_t)call->arguments};

	return hash64((struct str){(const char *)words, sizeof(words)});
}

/* The group that a call belongs to, or ALIKE_NONE. What a call calls itself is no repeat of it. */
static uint32_t find_group(const struct alike_build *b, uint32_t node, const struct call *call)
{
	uint32_t like = hash_index_find(&b->first_calls, hash_of(call), is_same, b, call), last;

	if (like == HASH_NONE && b->tool != ALIKE_NONE && is_same_but_parent(b, b->tool, call))
		like = b->tool;
	if (like == HASH_NONE)
		return ALIKE_NONE;
	last = b->groups[b->alike.nodes[like].repeat].repeat.last;
	if (node > last && node - last < b->tree->nodes[last].subtree)
		return ALIKE_NONE;
	return b->alike.nodes[like].repeat;
}

static uint32_t add_group(struct alike_build *b, uint32_t node)
{
	if (b->n_groups == b->cap_groups) {
		b->cap_groups = b->cap_groups ? b->cap_groups * 2 : 16;
		b->groups = mem_resize(b->groups, b->cap_groups, sizeof(*b->groups));
	}
	b->groups[b->n_groups] = (struct group){.repeat.first = node, .number = ALIKE_NONE};
	return b->n_groups++;
}

static void take_call(struct alike_build *b, uint32_t node)
{
	struct call call;
	uint32_t group;

	if (!read_call(b, node, &call))
		return;
	group = find_group(b, node, &call);
	if (group == ALIKE_NONE)
		group = add_group(b, node);
	b->alike.nodes[node] = (struct alike_node){group, ++b->groups[group].repeat.calls};
	b->groups[group].repeat.last = node;
	if (hash_index_find(&b->first_calls, hash_of(&call), is_same, b, &call) == HASH_NONE)
		hash_index_add(&b->first_calls, hash_of(&call), node);
}

static uint32_t flags_of(const struct alike_build *b, uint32_t node)
{
	return events_get(b->events, b->tree->nodes[node].event)->flags;
}

static bool group_calls(struct alike_build *b, struct slice *slice)
{
	for (; b->next < b->tree->n; b->next++) {
		uint32_t node = b->tree->by_start[b->next];

		if (slice_over(slice))
			return false;
		if (!(flags_of(b, node) & EVENT_TOOL))
			continue;
		take_call(b, node);
		b->tool = node;
	}
	return true;
}

/* ---- which generations led to them ---- */

static bool is_generation(uint32_t flags)
{
	return !(flags & EVENT_TOOL) && (flags & EVENT_KIND_MASK) == EVENT_GENERATION;
}

static bool look_below(struct alike_build *b, struct slice *slice)
{
	for (; b->next < b->tree->n; b->next++) {
		uint32_t node = b->tree->n - 1 - b->next, parent = b->tree->nodes[node].parent;
		uint32_t flags = flags_of(b, node);

		if (slice_over(slice))
			return false;
		if (flags & EVENT_TOOL)
			b->below[node] = BELOW_TOOL;
		else if (is_generation(flags))
			b->below[node] |= BELOW_GENERATION;
		if (parent != TREE_ROOT)
			b->below[parent] |= b->below[node];
	}
	return true;
}

static bool holds(const struct alike_build *b, uint32_t node)
{
	uint32_t flags = flags_of(b, node);

	return flags & EVENT_TOOL || (!is_generation(flags) && b->below[node] == BELOW_BOTH);
}

static bool find_holders(struct alike_build *b, struct slice *slice)
{
	for (; b->next < b->tree->n; b->next++) {
		uint32_t parent = b->tree->nodes[b->next].parent;

		if (slice_over(slice))
			return false;
		if (parent == TREE_ROOT)
			b->holder[b->next] = b->tree->n;
		else
			b->holder[b->next] = holds(b, parent) ? parent : b->holder[parent];
	}
	return true;
}

static bool group_generations(struct alike_build *b, struct slice *slice)
{
	for (; b->next < b->tree->n; b->next++) {
		uint32_t node = b->tree->by_start[b->tree->n - 1 - b->next];
		uint32_t flags = flags_of(b, node), *after = &b->tool_after[b->holder[node]];

		if (slice_over(slice))
			return false;
		if (flags & EVENT_TOOL)
			*after = node;
		else if (is_generation(flags) && *after != ALIKE_NONE &&
		         alike_is_more(&b->alike, *after))
			b->alike.nodes[node] = b->alike.nodes[*after];
	}
	return true;
}

/* ---- what they cost ---- */

static void add_to_group(const struct alike_build *b, struct group *group, uint32_t node)
{
	const struct tree_node *n = &b->tree->nodes[node];
	const struct event *e = events_get(b->events, n->event);

	tree_sum_add(&group->repeat.sum, &n->sum);
	group->repeat.errors += event_kind(e) == EVENT_SPAN ? n->errors
	                                                    : (e->flags & EVENT_ERROR) != 0;
	if (e->flags & EVENT_TOOL)
		group->end = node + n->subtree;
}

static bool sum_groups(struct alike_build *b, struct slice *slice)
{
	for (; b->next < b->tree->n; b->next++) {
		uint32_t group = b->alike.nodes[b->next].repeat;

		if (slice_over(slice))
			return false;
		if (group != ALIKE_NONE && b->next >= b->groups[group].end)
			add_to_group(b, &b->groups[group], b->next);
	}
	return true;
}

/* ---- which stay ---- */

static bool number_groups(struct alike_build *b, struct slice *slice)
{
	struct alike *a = &b->alike;

	if (a->repeats == NULL)
		a->repeats = mem_alloc(b->n_groups, sizeof(*a->repeats));
	for (; b->next < b->n_groups; b->next++) {
		struct group *group = &b->groups[b->next];

		if (slice_over(slice))
			return false;
		if (group->repeat.calls < 2)
			continue;
		group->number = a->n;
		a->repeats[a->n++] = group->repeat;
	}
	return true;
}

static void renumber_node(struct alike_build *b, uint32_t at)
{
	const struct tree_node *node = &b->tree->nodes[at];
	struct alike_node *alike = &b->alike.nodes[at];
	bool is_call = flags_of(b, at) & EVENT_TOOL;

	if (alike->repeat != ALIKE_NONE)
		alike->repeat = b->groups[alike->repeat].number;
	if (!is_call && b->below[at] & BELOW_STAYS)
		alike->repeat = ALIKE_NONE;
	if (!alike_is_more(&b->alike, at) && node->parent != TREE_ROOT)
		b->below[node->parent] |= BELOW_STAYS;
}

static bool renumber_nodes(struct alike_build *b, struct slice *slice)
{
	for (; b->next < b->tree->n; b->next++) {
		if (slice_over(slice))
			return false;
		renumber_node(b, b->tree->n - 1 - b->next);
	}
	return true;
}

/* ---- all of it ---- */

static bool fill_nodes(struct alike_build *b, struct slice *slice)
{
	for (; b->next < b->tree->n; b->next++) {
		if (slice_over(slice))
			return false;
		b->alike.nodes[b->next] = (struct alike_node){ALIKE_NONE, ALIKE_NONE};
		b->tool_after[b->next] = ALIKE_NONE;
	}
	return true;
}

static void begin_letting_go(struct alike_build *b)
{
	uint32_t n = b->tree->n;

	leftovers_add(&b->leftovers, b->groups, b->cap_groups * sizeof(*b->groups));
	leftovers_add(&b->leftovers, b->below, n * sizeof(*b->below));
	leftovers_add(&b->leftovers, b->holder, n * sizeof(*b->holder));
	leftovers_add(&b->leftovers, b->tool_after, n * sizeof(*b->tool_after));
	leftovers_add_index(&b->leftovers, &b->first_calls);
	b->groups = NULL;
	b->below = NULL;
	b->holder = b->tool_after = NULL;
}

static bool let_go(struct alike_build *b, struct slice *slice)
{
	if (b->below != NULL)
		begin_letting_go(b);
	return leftovers_free(&b->leftovers, slice);
}

struct alike_build *alike_start(const struct tree *t, const struct events *events)
{
	struct alike_build *b = mem_zero(1, sizeof(*b));

	b->tree = t;
	b->events = events;
	b->tool = ALIKE_NONE;
	b->alike.nodes = mem_alloc(t->n, sizeof(*b->alike.nodes));
	b->alike.n_nodes = t->n;
	b->below = mem_zero(t->n, 1);
	b->holder = mem_alloc(t->n, sizeof(*b->holder));
	b->tool_after = mem_alloc(t->n + (size_t)1, sizeof(*b->tool_after));
	b->tool_after[t->n] = ALIKE_NONE;
	return b;
}

bool alike_step(struct alike_build *b, int64_t until)
{
	static bool (*const phases[])(struct alike_build *, struct slice *) = {
		[PHASE_FILL] = fill_nodes,
		[PHASE_CALLS] = group_calls,
		[PHASE_BELOW] = look_below,
		[PHASE_HOLDERS] = find_holders,
		[PHASE_GENERATIONS] = group_generations,
		[PHASE_SUMS] = sum_groups,
		[PHASE_NUMBER] = number_groups,
		[PHASE_RENUMBER] = renumber_nodes,
		[PHASE_LET_GO] = let_go,
	};
	struct slice slice = {.until = until};

	for (; b->phase != PHASE_DONE; b->phase++, b->next = 0)
		if (!phases[b->phase](b, &slice))
			return false;
	return true;
}

void alike_take(struct alike_build *b, struct alike *out)
{
	*out = b->alike;
	b->alike = (struct alike){0};
	alike_drop(b);
}

void alike_drop(struct alike_build *b)
{
	if (b == NULL)
		return;
	alike_free(&b->alike);
	mem_free(b->groups);
	mem_free(b->below);
	mem_free(b->holder);
	mem_free(b->tool_after);
	hash_index_free(&b->first_calls);
	leftovers_free(&b->leftovers, &(struct slice){.until = SLICE_WHOLE});
	mem_free(b);
}

void alike_find(struct alike *a, const struct tree *t, const struct events *events)
{
	struct alike_build *b = alike_start(t, events);

	while (!alike_step(b, SLICE_WHOLE)) {
	}
	alike_take(b, a);
}

void alike_free(struct alike *a)
{
	mem_free(a->repeats);
	mem_free(a->nodes);
	*a = (struct alike){0};
}

void alike_let_go(struct alike *a, struct leftovers *l)
{
	leftovers_add(l, a->repeats, a->n * sizeof(*a->repeats));
	leftovers_add(l, a->nodes, a->n_nodes * sizeof(*a->nodes));
	*a = (struct alike){0};
}
