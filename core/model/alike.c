/* Walks in steps. By start: every call that is like none before makes a group. By start, backwards: generations join the call that
 * they led to. Groups of a single call are dropped. From the last node to the first, so that children come before parents:
 * generations below which something else stands are let go of. What takes much memory is filled and freed in steps, too.
 *
 * Invariant: which calls are alike is told by their place in the tree and in time alone, never by the order of arrival. */
#include "model/alike.h"

#include "base/mem.h"
#include "base/slice.h"
#include "model/model_internal.h"

#define LET_GO 65536 /* groups that are freed at once */

enum phase {
	PHASE_FILL,
	PHASE_CALLS,
	PHASE_GENERATIONS,
	PHASE_NUMBER,
	PHASE_RENUMBER,
	PHASE_LET_GO,
	PHASE_DONE
};

struct group {
	struct alike_repeat repeat;
	uint32_t number; /* among those that stay, or ALIKE_NONE */
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
	uint32_t tool;                 /* node of the tool before, of that after; or ALIKE_NONE */
	uint8_t *stays;                /* by node: something below it is not left out */
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

/* A call of its group, or a generation that led to it. */
static void join(struct alike_build *b, uint32_t group, uint32_t node, uint32_t number)
{
	const struct tree_node *n = &b->tree->nodes[node];
	struct alike_repeat *repeat = &b->groups[group].repeat;
	const struct event *e = events_get(b->events, n->event);

	b->alike.nodes[node] = (struct alike_node){group, number};
	tree_sum_add(&repeat->sum, &n->sum);
	repeat->errors += event_kind(e) == EVENT_SPAN ? n->errors : (e->flags & EVENT_ERROR) != 0;
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
	join(b, group, node, ++b->groups[group].repeat.calls);
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
	b->tool = ALIKE_NONE;
	hash_index_free(&b->first_calls);
	slice_was_large(slice);
	return true;
}

static bool group_generations(struct alike_build *b, struct slice *slice)
{
	for (; b->next < b->tree->n; b->next++) {
		uint32_t node = b->tree->by_start[b->tree->n - 1 - b->next];
		uint32_t flags = flags_of(b, node);

		if (slice_over(slice))
			return false;
		if (flags & EVENT_TOOL)
			b->tool = node;
		else if ((flags & EVENT_KIND_MASK) == EVENT_GENERATION && b->tool != ALIKE_NONE &&
		         alike_is_more(&b->alike, b->tool))
			join(b, b->alike.nodes[b->tool].repeat, node,
			     b->alike.nodes[b->tool].number);
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
	if (!is_call && b->stays[at])
		alike->repeat = ALIKE_NONE;
	if (!alike_is_more(&b->alike, at) && node->parent != TREE_ROOT)
		b->stays[node->parent] = 1;
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
	}
	return true;
}

/* The system takes its time over much memory that is freed at once. */
static bool let_go(struct alike_build *b, struct slice *slice)
{
	for (; b->cap_groups > LET_GO; b->cap_groups -= LET_GO) {
		if (slice_over(slice))
			return false;
		b->groups = mem_resize(b->groups, b->cap_groups - LET_GO, sizeof(*b->groups));
		slice_was_large(slice);
	}
	return true;
}

struct alike_build *alike_start(const struct tree *t, const struct events *events)
{
	struct alike_build *b = mem_zero(1, sizeof(*b));

	b->tree = t;
	b->events = events;
	b->tool = ALIKE_NONE;
	b->alike.nodes = mem_alloc(t->n, sizeof(*b->alike.nodes));
	b->stays = mem_zero(t->n, 1);
	return b;
}

bool alike_step(struct alike_build *b, int64_t until)
{
	static bool (*const phases[])(struct alike_build *, struct slice *) = {
		[PHASE_FILL] = fill_nodes,
		[PHASE_CALLS] = group_calls,
		[PHASE_GENERATIONS] = group_generations,
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
	mem_free(b->stays);
	hash_index_free(&b->first_calls);
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
