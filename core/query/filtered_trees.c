/* What is said of an event by its place in the tree of its trace: of its parent, its ancestors, how many are below it, how
 * deep it stands, whether it is one of a loop. A tree is made only of a trace in which it matters and could hold. The events of a trace that are no nodes
 * have no place, but the trace itself, which is its first $ai_trace event: it is the parent of what stands at the top. */
#include "base/mem.h"
#include "model/alike.h"
#include "query/filtered_internal.h"

enum walk_phase {
	WALK_LOOK, /* whether a tree is wanted */
	WALK_BUILD,
	WALK_GATHER, /* what is said of the nodes, from the top */
	WALK_NODES,
	WALK_OTHERS,
};

struct gathered { /* of a node: by PLAN_BELOW of all before it, by the others of its ancestors */
	uint32_t yes, open;
};

struct tree_walk {
	enum walk_phase phase;
	uint32_t version, item, at;
	bool wanted, possible, open;
	struct tree_build *build;
	struct tree tree;
	struct gathered *sums;
	/* Of PLAN_LOOP. */
	uint32_t tools; /* that were seen */
	struct alike_build *finding;
	struct alike alike;
};

static void begin_walk(struct tree_walk *w)
{
	tree_drop(w->build);
	tree_free(&w->tree);
	mem_free(w->sums);
	alike_drop(w->finding);
	alike_free(&w->alike);
	*w = (struct tree_walk){.item = WALK_FRESH};
}

void trees_drop(struct filtered *d)
{
	if (d->trees != NULL)
		begin_walk(d->trees);
	mem_free(d->trees);
	d->trees = NULL;
}

static bool needs_other(const struct plan *p)
{
	return p->looks != NULL;
}

/* ---- whether ---- */

/* Of what is said by the tree alone, nearly every trace has some. */
static bool could_hold(struct filtered *d, const struct plan *p, uint32_t event)
{
	if (needs_other(p))
		return verdict_of(&p->looks->top->v, event) != VERDICT_NO;
	if (p->kind != PLAN_LOOP)
		return true;
	d->trees->tools += (events_get(d->events, event)->flags & EVENT_TOOL) != 0;
	return d->trees->tools >= ALIKE_LOOP;
}

static bool look(struct filtered *d, struct plan *p, struct slice *slice)
{
	struct tree_walk *w = d->trees;

	if (w->item == WALK_FRESH)
		w->item = model_trace(d->model, p->at)->first_event;
	for (; w->item != EVENT_NONE; w->item = model_next_event(d->model, w->item)) {
		if (slice_over(slice))
			return false;
		w->wanted |= bits_get(&p->in->want, w->item);
		w->possible |= could_hold(d, p, w->item);
		if (w->wanted && w->possible)
			break;
	}
	w->item = WALK_FRESH;
	return true;
}

/* ---- what ---- */

static struct gathered told(const struct plan *p, uint32_t event)
{
	enum verdict v = event == EVENT_NONE ? VERDICT_NO : verdict_of(&p->looks->top->v, event);

	return (struct gathered){v == VERDICT_YES, v == VERDICT_OPEN};
}

static uint32_t parent_of(struct filtered *d, const struct plan *p, const struct tree_node *node)
{
	if (node->parent != TREE_ROOT)
		return d->trees->tree.nodes[node->parent].event;
	return node->mark == TREE_LINKED ? model_trace(d->model, p->at)->explicit_event
	                                 : EVENT_NONE;
}

static void gather_node(struct filtered *d, const struct plan *p, uint32_t at)
{
	struct tree_walk *w = d->trees;
	const struct tree_node *node = &w->tree.nodes[at];
	struct gathered one, *sums = w->sums;

	if (p->kind == PLAN_BELOW) {
		one = told(p, node->event);
		sums[at + 1] = (struct gathered){sums[at].yes + one.yes, sums[at].open + one.open};
		return;
	}
	one = told(p, parent_of(d, p, node));
	if (p->kind == PLAN_ANCESTOR && node->parent != TREE_ROOT) {
		one.yes |= sums[node->parent].yes;
		one.open |= sums[node->parent].open;
	}
	sums[at] = one;
}

static enum verdict count_verdict(const struct plan *p, uint32_t yes, uint32_t open)
{
	if (open > 0)
		return VERDICT_OPEN;
	return ranges_have(&p->ranges, yes) ? VERDICT_YES : VERDICT_NO;
}

static enum verdict loop_verdict(struct filtered *d, uint32_t at)
{
	const struct alike *a = &d->trees->alike;
	const struct alike_repeat *repeat = alike_repeat_of(a, at);
	uint32_t event = d->trees->tree.nodes[at].event;

	if (repeat == NULL || !(events_get(d->events, event)->flags & EVENT_TOOL))
		return VERDICT_NO;
	return (d->with.loops_once_made ? a->nodes[at].number : repeat->calls) >= ALIKE_LOOP
	               ? VERDICT_YES
	               : VERDICT_NO;
}

static enum verdict node_verdict(struct filtered *d, const struct plan *p, uint32_t at)
{
	const struct tree_walk *w = d->trees;
	const struct tree_node *node = &w->tree.nodes[at];
	const struct gathered *sums = w->sums;
	uint32_t end = at + node->subtree;

	switch (p->kind) {
	case PLAN_DEPTH:
		return ranges_have(&p->ranges, node->depth) ? VERDICT_YES : VERDICT_NO;
	case PLAN_ORPHAN:
		return node->mark == TREE_ORPHAN ? VERDICT_YES : VERDICT_NO;
	case PLAN_LOOP:
		return loop_verdict(d, at);
	case PLAN_BELOW:
		return count_verdict(p, sums[end].yes - sums[at + 1].yes,
		                     sums[end].open - sums[at + 1].open);
	default:
		if (sums[at].yes > 0)
			return VERDICT_YES;
		return sums[at].open > 0 ? VERDICT_OPEN : VERDICT_NO;
	}
}

static enum verdict other_verdict(const struct plan *p, const struct tree_walk *w, uint32_t kind)
{
	uint32_t n = w->tree.n;

	if (p->kind != PLAN_BELOW)
		return VERDICT_NO;
	if (kind != EVENT_TRACE || w->sums == NULL)
		return count_verdict(p, 0, 0);
	return count_verdict(p, w->sums[n].yes, w->sums[n].open);
}

static void tell(struct tree_walk *w, struct plan *p, uint32_t event, enum verdict v)
{
	filtered_set(p, event, v);
	w->open |= v == VERDICT_OPEN;
}

static bool tell_nodes(struct filtered *d, struct plan *p, struct slice *slice)
{
	struct tree_walk *w = d->trees;

	for (; w->at < w->tree.n; w->at++) {
		if (slice_over(slice))
			return false;
		tell(w, p, w->tree.nodes[w->at].event, node_verdict(d, p, w->at));
	}
	return true;
}

/* All of them where there is no tree. */
static bool tell_others(struct filtered *d, struct plan *p, struct slice *slice)
{
	struct tree_walk *w = d->trees;

	if (w->item == WALK_FRESH)
		w->item = model_trace(d->model, p->at)->first_event;
	for (; w->item != EVENT_NONE; w->item = model_next_event(d->model, w->item)) {
		enum event_kind kind = event_kind(events_get(d->events, w->item));

		if (slice_over(slice))
			return false;
		if (kind > EVENT_SPAN || !w->possible)
			tell(w, p, w->item, other_verdict(p, w, kind));
	}
	return true;
}

/* ---- a trace ---- */

static bool find_alike(struct filtered *d, struct slice *slice)
{
	struct tree_walk *w = d->trees;

	if (w->finding == NULL)
		w->finding = alike_start(&w->tree, d->events);
	if (!alike_step(w->finding, slice->until))
		return false;
	alike_take(w->finding, &w->alike);
	w->finding = NULL;
	return true;
}

static bool gather(struct filtered *d, struct plan *p, struct slice *slice)
{
	struct tree_walk *w = d->trees;

	if (p->kind == PLAN_LOOP)
		return find_alike(d, slice);
	if (!needs_other(p))
		return true;
	if (w->sums == NULL)
		w->sums = mem_zero((size_t)w->tree.n + 1, sizeof(*w->sums));
	for (; w->at < w->tree.n; w->at++) {
		if (slice_over(slice))
			return false;
		gather_node(d, p, w->at);
	}
	return true;
}

static bool build(struct filtered *d, const struct plan *p, struct slice *slice)
{
	struct tree_walk *w = d->trees;

	if (w->build == NULL)
		w->build = tree_start(d->model, p->at);
	if (!tree_step(w->build, slice->until))
		return false;
	tree_take(w->build, &w->tree);
	w->build = NULL;
	return true;
}

static bool run(struct filtered *d, struct plan *p, struct slice *slice)
{
	switch (d->trees->phase) {
	case WALK_LOOK:
		return look(d, p, slice);
	case WALK_BUILD:
		return build(d, p, slice);
	case WALK_GATHER:
		return gather(d, p, slice);
	case WALK_NODES:
		return tell_nodes(d, p, slice);
	case WALK_OTHERS:
		break;
	}
	return tell_others(d, p, slice);
}

static bool do_trace(struct filtered *d, struct plan *p, struct slice *slice)
{
	struct tree_walk *w = d->trees;
	uint32_t version = model_trace(d->model, p->at)->version + 1;

	if (w->version != version) {
		begin_walk(w);
		w->version = version;
	}
	while (run(d, p, slice)) {
		w->at = 0;
		if (w->phase == WALK_OTHERS) {
			p->final[p->at] = version * 2 + w->open;
			return true;
		}
		if (w->phase == WALK_LOOK && !w->wanted)
			return true;
		w->phase = w->phase == WALK_LOOK && !w->possible ? WALK_OTHERS : w->phase + 1;
	}
	return false;
}

static bool do_traces(struct filtered *d, struct plan *p, struct slice *slice)
{
	for (; p->at < d->n[FILTERED_TRACES]; p->at++) {
		if (slice_over(slice))
			return false;
		if (p->final[p->at] == (model_trace(d->model, p->at)->version + 1) * 2)
			continue;
		if (!do_trace(d, p, slice))
			return false;
		begin_walk(d->trees);
	}
	return true;
}

static bool do_loose(struct filtered *d, struct plan *p, struct slice *slice)
{
	for (; p->low < d->n[FILTERED_EVENTS]; p->low++) {
		if (slice_over(slice))
			return false;
		if (events_get(d->events, p->low)->trace == 0)
			filtered_set(p, p->low,
			             p->kind == PLAN_BELOW ? count_verdict(p, 0, 0) : VERDICT_NO);
	}
	return true;
}

static bool forget_trace(struct filtered *d, struct plan *p, struct slice *slice)
{
	if (p->item == WALK_FRESH)
		p->item = model_trace(d->model, p->at)->first_event;
	for (; p->item != EVENT_NONE; p->item = model_next_event(d->model, p->item)) {
		if (slice_over(slice))
			return false;
		filtered_set(p, p->item, VERDICT_OPEN);
	}
	p->item = WALK_FRESH;
	p->final[p->at] = 0;
	return true;
}

/* All of them where what they look at has flipped. */
bool trees_forget(struct filtered *d, struct plan *p, struct slice *slice)
{
	bool all = p->looks != NULL && p->seen_flips != p->looks->top->flips;

	if (!p->busy && !all && p->seen_model == d->model_version)
		return true;
	if (!p->busy) {
		p->busy = true;
		p->at = 0;
		p->item = WALK_FRESH;
	}
	for (; p->at < d->n[FILTERED_TRACES] && p->at < p->n_final; p->at++) {
		uint32_t told = p->final[p->at] / 2;

		if (slice_over(slice))
			return false;
		if (told == 0 || (!all && told == model_trace(d->model, p->at)->version + 1))
			continue;
		if (!forget_trace(d, p, slice))
			return false;
	}
	p->busy = false;
	p->seen_flips = p->looks != NULL ? p->looks->top->flips : 0;
	p->seen_version = UINT32_MAX;
	return true;
}

bool trees_update(struct filtered *d, struct plan *p, struct slice *slice)
{
	uint32_t seen = p->looks != NULL ? p->looks->top->version : 0;

	if (!p->busy && p->seen_model == d->model_version && p->seen_version == seen)
		return true;
	if (!p->busy) {
		p->busy = true;
		p->at = 0;
		p->seen_model = d->model_version;
		p->seen_version = seen;
		filtered_reach_rows(p, d->n[FILTERED_TRACES]);
		if (d->trees == NULL)
			d->trees = mem_zero(1, sizeof(*d->trees));
		begin_walk(d->trees);
	}
	if (!do_loose(d, p, slice) || !do_traces(d, p, slice))
		return false;
	p->busy = false;
	return true;
}
