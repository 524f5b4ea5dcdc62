/* Builds the tree of a waterfall and its rows, in slices: first the tree, then its time line and errors, what stands out in it, then the rows. What is
 * seen stays until all of it is there. Small trees are built whole, so that a key has its effect at once. */
#include "base/mem.h"
#include "base/slice.h"
#include "widget/waterfall_internal.h"

#define BUILD_SHARE 10 /* one part in ten of the time may go into a large tree that changes */
#define AT_ONCE     1

enum phase { PHASE_TREE, PHASE_MEASURE, PHASE_ALIKE, PHASE_INSIGHT, PHASE_ROWS, PHASE_DONE };

struct waterfall_build {
	enum phase phase;
	struct tree_build *nodes; /* until the tree is there */
	struct tree tree;         /* the new one; not used if only the rows are new */
	bool renews;              /* there is a new one */
	uint32_t version;         /* of the trace that the tree is of */
	uint32_t next;            /* node that the phase has come to */
	int64_t start, end;       /* of the time line */
	struct waterfall_places errors, flat_errors;
	struct insight_build *looking; /* until the insight is there */
	struct insight insight;
	struct alike_build *comparing; /* until alike is there */
	struct alike alike;
	uint32_t *rows, n_rows;
	bool moves,
		goes; /* the cursor is to be on `target` (an event, or EVENT_NONE); as a movement */
	uint32_t target;
	int64_t spent;
};

static struct tree *tree_of(struct waterfall *w)
{
	return w->build->renews ? &w->build->tree : &w->tree;
}

void waterfall_build_drop(struct waterfall_build *b)
{
	if (b == NULL)
		return;
	tree_drop(b->nodes);
	insight_drop(b->looking);
	insight_free(&b->insight);
	alike_drop(b->comparing);
	alike_free(&b->alike);
	tree_free(&b->tree);
	mem_free(b->errors.at);
	mem_free(b->flat_errors.at);
	mem_free(b->rows);
	mem_free(b);
}

/* ---- time line and errors -------------------------------------------------------------------------------- */

static void widen(struct waterfall_build *b, const struct events *e, uint32_t event)
{
	int64_t start = events_start(e, event), end = events_end(e, event);

	if (start != TIME_NONE && (b->start == TIME_NONE || start < b->start))
		b->start = start;
	if (end != TIME_NONE && (b->end == TIME_NONE || end > b->end))
		b->end = end;
}

static void add_error(struct waterfall_places *p, const struct waterfall_build *b,
                      const struct events *e, uint32_t node)
{
	if (!(events_get(e, b->tree.nodes[node].event)->flags & EVENT_ERROR))
		return;
	if (p->n == p->cap) {
		p->cap = p->cap ? p->cap * 2 : 16;
		p->at = mem_resize(p->at, p->cap, sizeof(*p->at));
	}
	p->at[p->n++] = b->next;
}

static bool measure(struct waterfall_build *b, const struct events *e, struct slice *slice)
{
	for (; b->next < b->tree.n; b->next++) {
		if (slice_over(slice))
			return false;
		widen(b, e, b->tree.nodes[b->next].event);
		add_error(&b->errors, b, e, b->next);
		add_error(&b->flat_errors, b, e, b->tree.by_start[b->next]);
	}
	return true;
}

/* ---- rows ------------------------------------------------------------------------------------------------ */

static void begin_rows(struct waterfall *w)
{
	struct waterfall_build *b = w->build;

	b->phase = PHASE_ROWS;
	b->next = 0;
	if (b->rows == NULL)
		b->rows = mem_alloc((size_t)tree_of(w)->n + 1, sizeof(*b->rows));
	b->rows[0] = WATERFALL_ROOT;
	b->n_rows = 1;
}

static bool list_rows(struct waterfall *w, struct slice *slice)
{
	struct waterfall_build *b = w->build;
	const struct tree *t = tree_of(w);
	const struct alike *a = b->renews ? &b->alike : &w->alike;

	if (w->root_folded && !w->flat)
		return true;
	while (b->next < t->n) {
		uint32_t at = b->next;

		if (slice_over(slice))
			return false;
		if (waterfall_leaves_out(w, t, a, at)) {
			b->next += t->nodes[at].subtree;
			continue;
		}
		b->rows[b->n_rows++] = w->flat ? t->by_start[at] : at;
		b->next += !w->flat && waterfall_shut(w, t, at) ? t->nodes[at].subtree : 1;
	}
	return true;
}

/* ---- all of it ------------------------------------------------------------------------------------------- */

static void take_tree(struct waterfall *w, const struct model *m)
{
	struct waterfall_build *b = w->build;
	uint32_t own = model_trace(m, w->trace)->explicit_event;

	if (own != EVENT_NONE)
		widen(b, model_events(m), own);
	waterfall_drop_path(w);
	tree_free(&w->tree);
	insight_free(&w->insight);
	w->tree = b->tree;
	w->insight = b->insight;
	b->tree = (struct tree){0};
	insight_init(&b->insight);
	alike_free(&w->alike);
	w->alike = b->alike;
	b->alike = (struct alike){0};
	mem_free(w->errors.at);
	mem_free(w->flat_errors.at);
	w->errors = b->errors;
	w->flat_errors = b->flat_errors;
	b->errors = b->flat_errors = (struct waterfall_places){0};
	w->start = b->start;
	w->end = b->end;
	w->version = b->version;
}

/* An event that is gone leaves the cursor where it was. */
static void place_cursor(struct waterfall *w, const struct model *m, uint32_t event, bool goes)
{
	uint32_t node = waterfall_node(w, m, event);
	bool gone = event != EVENT_NONE && node == WATERFALL_ROOT;
	uint64_t row = gone ? w->list.cursor : waterfall_row(w, m, node);

	w->list.count = w->n_rows;
	if (goes)
		list_go(&w->list, row);
	else
		list_place(&w->list, row);
	waterfall_take_cursor(w);
}

static void finish(struct waterfall *w, const struct model *m)
{
	struct waterfall_build *b = w->build;
	uint32_t event;

	if (w->rows)
		waterfall_take_cursor(w);
	event = b->moves ? b->target : w->cursor_event;
	if (b->renews)
		take_tree(w, m);
	mem_free(w->rows);
	w->rows = b->rows;
	w->n_rows = b->n_rows;
	b->rows = NULL;
	w->build = NULL;
	w->rows_stale = false;
	place_cursor(w, m, event, b->moves && b->goes);
	if (b->renews)
		waterfall_find_again(w, m);
	if (b->renews && w->tree.n > WATERFALL_SMALL)
		w->build_after = time_monotonic() + b->spent * BUILD_SHARE;
	waterfall_build_drop(b);
}

static bool run(struct waterfall *w, const struct model *m, struct slice *slice)
{
	struct waterfall_build *b = w->build;

	switch (b->phase) {
	case PHASE_TREE:
		if (!tree_step(b->nodes, slice->until))
			return false;
		tree_take(b->nodes, &b->tree);
		b->nodes = NULL;
		b->phase = PHASE_MEASURE;
		return true;
	case PHASE_MEASURE:
		if (!measure(b, model_events(m), slice))
			return false;
		b->comparing = alike_start(&b->tree, model_events(m));
		b->phase = PHASE_ALIKE;
		return true;
	case PHASE_ALIKE:
		if (!alike_step(b->comparing, slice->until))
			return false;
		alike_take(b->comparing, &b->alike);
		b->comparing = NULL;
		b->looking = insight_start(m, w->trace, &b->tree, &b->alike);
		b->phase = PHASE_INSIGHT;
		return true;
	case PHASE_INSIGHT:
		if (!insight_step(b->looking, slice->until))
			return false;
		insight_take(b->looking, &b->insight);
		b->looking = NULL;
		begin_rows(w);
		return true;
	case PHASE_ROWS:
		if (!list_rows(w, slice))
			return false;
		b->phase = PHASE_DONE;
		return true;
	case PHASE_DONE:
		break;
	}
	return true;
}

/* False: work is left. */
static bool step(struct waterfall *w, const struct model *m, int64_t until)
{
	struct slice slice = {.until = until};
	int64_t before = time_monotonic();

	while (w->build->phase != PHASE_DONE)
		if (!run(w, m, &slice)) {
			w->build->spent += time_monotonic() - before;
			return false;
		}
	w->build->spent += time_monotonic() - before;
	finish(w, m);
	return true;
}

static int64_t slice_end(const struct waterfall *w, const struct model *m)
{
	uint32_t events = model_trace(m, w->trace)->totals.events;

	return events <= WATERFALL_SMALL && w->tree.n <= WATERFALL_SMALL
	               ? SLICE_WHOLE
	               : time_monotonic() + WATERFALL_SLICE;
}

static void begin_tree(struct waterfall *w, const struct model *m)
{
	struct waterfall_build *b = mem_zero(1, sizeof(*b));

	insight_init(&b->insight);
	b->renews = true;
	b->version = model_trace(m, w->trace)->version;
	b->nodes = tree_start(m, w->trace);
	b->start = b->end = TIME_NONE;
	w->build = b;
}

void waterfall_rebuild_rows(struct waterfall *w, const struct model *m, uint32_t node, bool goes)
{
	struct waterfall_build *b = w->build;

	w->rows_stale = true;
	if (b == NULL) {
		b = w->build = mem_zero(1, sizeof(*b));
		b->phase = PHASE_ROWS;
	}
	b->moves = true;
	b->goes = goes;
	b->target = node == WATERFALL_ROOT ? EVENT_NONE : w->tree.nodes[node].event;
	if (b->phase >= PHASE_ROWS)
		begin_rows(w);
	step(w, m, slice_end(w, m));
}

static int64_t update_tree(struct waterfall *w, struct model *m, bool follow)
{
	const struct trace *t = model_trace(m, w->trace);
	int64_t now;

	if (w->build == NULL) {
		if (w->rows && (!follow || w->version == t->version))
			return 0;
		now = w->build_after ? time_monotonic() : 0;
		if (w->rows && now < w->build_after)
			return w->build_after - now;
		begin_tree(w, m);
	}
	return step(w, m, slice_end(w, m)) ? 0 : AT_ONCE;
}

int64_t waterfall_update(struct waterfall *w, struct model *m, bool follow)
{
	int64_t again = w->trace == MODEL_NONE ? 0 : update_tree(w, m, follow);

	/* One slice at a time: the tree's comes first. */
	if (again != AT_ONCE && waterfall_path_goes_on(w)) {
		waterfall_find_path(w, m);
		again = waterfall_path_goes_on(w) || search_goes_on(&w->sought.search) ? AT_ONCE
		                                                                       : again;
		return again;
	}
	if (again == AT_ONCE || !search_goes_on(&w->sought.search))
		return again;
	waterfall_find_more(w, m);
	return search_goes_on(&w->sought.search) ? AT_ONCE : again;
}

void waterfall_complete(struct waterfall *w, struct model *m)
{
	if (w->trace == MODEL_NONE)
		return;
	if (w->build == NULL)
		begin_tree(w, m);
	step(w, m, SLICE_WHOLE);
}

unsigned waterfall_percent(const struct waterfall *w)
{
	const struct waterfall_build *b = w->build;

	if (b == NULL)
		return 0;
	return b->phase == PHASE_TREE ? tree_percent(b->nodes) * 9 / 10 : 95;
}
