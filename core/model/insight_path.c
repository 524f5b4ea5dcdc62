/* What is below a span counts as its own time, so that a parent that does not wait for its children, or whose time is not
 * known, still leads to them: such ranges first, from the last node to the first. Then, for each node on the path, its children
 * in a heap by their end: only as many are taken out as it takes to come back to its start.
 *
 * Invariant: a node is put on the path, and into `open`, at most once, when its parent is looked at. */
#include "model/insight_path.h"

#include "base/mem.h"
#include "base/slice.h"
#include "model/insight.h"

struct range {
	int64_t start, end; /* microseconds; TIME_NONE: not known */
};

enum phase { PHASE_RANGES, PHASE_GATHER, PHASE_HEAP, PHASE_PICK, PHASE_DONE };

struct open_node {
	uint32_t node;
	int64_t until; /* what of it counts */
};

struct insight_path_build {
	struct insight_path path;
	const struct events *events;
	const struct tree *tree;
	enum phase phase;
	uint32_t next;
	struct range *ranges; /* by node */
	struct range whole;
	struct open_node *open; /* on the path, children not looked at yet */
	uint32_t n_open, cap_open;
	uint32_t parent,
		end;     /* whose children are looked at, TREE_ROOT: the trace's; behind its last */
	int64_t until;   /* of it */
	int64_t reached; /* what is on the path begins here */
	uint32_t *heap;  /* those children; the one that ends last comes first */
	uint32_t n_heap, cap_heap;
};

/* ---- ranges --------------------------------------------------------------------------------- */

static void widen(struct range *to, struct range more)
{
	if (more.start == TIME_NONE || more.end == TIME_NONE)
		return;
	if (to->start == TIME_NONE || more.start < to->start)
		to->start = more.start;
	if (to->end == TIME_NONE || more.end > to->end)
		to->end = more.end;
}

static bool find_ranges(struct insight_path_build *b, struct slice *slice)
{
	for (; b->next > 0; b->next--) {
		const struct tree_node *node = &b->tree->nodes[b->next - 1];
		struct range *own = &b->ranges[b->next - 1];

		if (slice_over(slice))
			return false;
		/* The last child of a node comes first. */
		if (node->subtree == 1)
			*own = (struct range){TIME_NONE, TIME_NONE};
		if (node->last && node->parent != TREE_ROOT)
			b->ranges[node->parent] = (struct range){TIME_NONE, TIME_NONE};
		widen(own, (struct range){events_start(b->events, node->event),
		                          events_end(b->events, node->event)});
		widen(node->parent == TREE_ROOT ? &b->whole : &b->ranges[node->parent], *own);
	}
	return true;
}

/* ---- children ------------------------------------------------------------------------------- */

/* Of the same end what began first leaves less to explain. */
static bool is_later(const struct insight_path_build *b, uint32_t a, uint32_t c)
{
	const struct range *x = &b->ranges[a], *y = &b->ranges[c];
	int64_t x_end = x->end < b->until ? x->end : b->until;
	int64_t y_end = y->end < b->until ? y->end : b->until;

	if (x_end != y_end)
		return x_end > y_end;
	return x->start != y->start ? x->start < y->start : a < c;
}

static void sift_down(struct insight_path_build *b, uint32_t at)
{
	for (uint32_t child; (child = 2 * at + 1) < b->n_heap; at = child) {
		uint32_t moved = b->heap[at];

		if (child + 1 < b->n_heap && is_later(b, b->heap[child + 1], b->heap[child]))
			child++;
		if (!is_later(b, b->heap[child], moved))
			return;
		b->heap[at] = b->heap[child];
		b->heap[child] = moved;
	}
}

static bool gather(struct insight_path_build *b, struct slice *slice)
{
	for (; b->next < b->end; b->next += b->tree->nodes[b->next].subtree) {
		const struct range *r = &b->ranges[b->next];

		if (slice_over(slice))
			return false;
		if (r->start == TIME_NONE || r->start >= r->end || r->start >= b->until)
			continue;
		if (b->n_heap == b->cap_heap) {
			b->cap_heap = b->cap_heap ? b->cap_heap * 2 : 16;
			b->heap = mem_resize(b->heap, b->cap_heap, sizeof(*b->heap));
		}
		b->heap[b->n_heap++] = b->next;
	}
	b->next = b->n_heap / 2;
	return true;
}

static bool make_heap(struct insight_path_build *b, struct slice *slice)
{
	for (; b->next > 0; b->next--) {
		if (slice_over(slice))
			return false;
		sift_down(b, b->next - 1);
	}
	return true;
}

/* ---- the path ------------------------------------------------------------------------------- */

static void take_node(struct insight_path_build *b, uint32_t node, int64_t end)
{
	bits_set(&b->path.nodes, node, true);
	b->path.n++;
	if (b->parent == TREE_ROOT)
		b->path.covered += end - b->ranges[node].start;
	if (b->n_open == b->cap_open) {
		b->cap_open = b->cap_open ? b->cap_open * 2 : 16;
		b->open = mem_resize(b->open, b->cap_open, sizeof(*b->open));
	}
	b->open[b->n_open++] = (struct open_node){node, end};
}

/* One that ran on while what is on the path ran did not hold that up. */
static void weigh(struct insight_path_build *b, uint32_t node)
{
	const struct range *r = &b->ranges[node];
	int64_t end = r->end < b->until ? r->end : b->until;
	int64_t overlap = end - b->reached;

	if (r->start >= b->reached)
		return;
	if (overlap > 0 && (overlap > INSIGHT_SLACK || overlap > (end - r->start) / 2))
		return;
	take_node(b, node, end < b->reached ? end : b->reached);
	b->reached = r->start;
}

static bool pick(struct insight_path_build *b, struct slice *slice)
{
	while (b->n_heap > 0) {
		uint32_t node = b->heap[0];

		if (slice_over(slice))
			return false;
		b->heap[0] = b->heap[--b->n_heap];
		sift_down(b, 0);
		weigh(b, node);
	}
	return true;
}

static void look_at(struct insight_path_build *b, uint32_t node, int64_t until)
{
	b->parent = node;
	b->next = node == TREE_ROOT ? 0 : node + 1;
	b->end = node == TREE_ROOT ? b->tree->n : node + b->tree->nodes[node].subtree;
	b->until = b->reached = until;
	b->phase = PHASE_GATHER;
}

static void look_at_next(struct insight_path_build *b)
{
	struct open_node open;

	b->phase = PHASE_DONE;
	if (b->n_open == 0)
		return;
	open = b->open[--b->n_open];
	look_at(b, open.node, open.until);
}

/* ---- all of it ------------------------------------------------------------------------------ */

struct insight_path_build *insight_path_start(const struct events *events, const struct tree *t)
{
	struct insight_path_build *b = mem_zero(1, sizeof(*b));

	b->events = events;
	b->tree = t;
	b->next = t->n;
	b->ranges = mem_alloc(t->n, sizeof(*b->ranges));
	b->whole = (struct range){TIME_NONE, TIME_NONE};
	bits_reach(&b->path.nodes, t->n);
	return b;
}

static bool run(struct insight_path_build *b, struct slice *slice)
{
	switch (b->phase) {
	case PHASE_RANGES:
		return find_ranges(b, slice);
	case PHASE_GATHER:
		return gather(b, slice);
	case PHASE_HEAP:
		return make_heap(b, slice);
	case PHASE_PICK:
		return pick(b, slice);
	case PHASE_DONE:
		break;
	}
	return true;
}

static void go_on(struct insight_path_build *b)
{
	if (b->phase == PHASE_RANGES && b->whole.start != TIME_NONE)
		look_at(b, TREE_ROOT, b->whole.end);
	else if (b->phase == PHASE_GATHER || b->phase == PHASE_HEAP)
		b->phase++;
	else
		look_at_next(b);
}

bool insight_path_step(struct insight_path_build *b, int64_t until)
{
	struct slice slice = {.until = until};

	while (b->phase != PHASE_DONE) {
		if (slice_over(&slice) || !run(b, &slice))
			return false;
		go_on(b);
	}
	if (b->whole.start != TIME_NONE)
		b->path.whole = b->whole.end - b->whole.start;
	return true;
}

void insight_path_drop(struct insight_path_build *b)
{
	if (b == NULL)
		return;
	insight_path_free(&b->path);
	mem_free(b->ranges);
	mem_free(b->open);
	mem_free(b->heap);
	mem_free(b);
}

void insight_path_take(struct insight_path_build *b, struct insight_path *out)
{
	*out = b->path;
	b->path.nodes = (struct bits){0};
	insight_path_drop(b);
}

void insight_path_free(struct insight_path *p)
{
	mem_free(p->nodes.words);
	*p = (struct insight_path){0};
}
