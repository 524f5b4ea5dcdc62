/* Calls of a tool with the same arguments (model/alike.h), folded into the row of the first of them: which rows that leaves out, and
 * what is said and drawn of such a row.
 *
 * Invariant: what is left out is a call or a generation with all that stands below it; the row it is folded into comes before it
 * and may be hidden itself, by a fold or within another repeat. */
#include "base/mem.h"
#include "widget/waterfall_internal.h"

static bool is_open(const struct waterfall *w, const struct tree *t, const struct alike_repeat *r)
{
	return bits_get(&w->open_repeats, t->nodes[r->first].event);
}

bool waterfall_leaves_out(const struct waterfall *w, const struct tree *t, const struct alike *a,
                          uint32_t node)
{
	return w->folds_repeats && !w->flat && alike_is_more(a, node) &&
	       !is_open(w, t, alike_repeat_of(a, node));
}

const struct alike_repeat *waterfall_repeat(const struct waterfall *w, uint32_t node)
{
	const struct alike_repeat *r;

	if (node == WATERFALL_ROOT || !w->folds_repeats || w->flat)
		return NULL;
	r = alike_repeat_of(&w->alike, node);
	return r != NULL && r->first == node && !is_open(w, &w->tree, r) ? r : NULL;
}

/* Each time round it goes on further up in the list, so it ends. */
uint32_t waterfall_stand_in(const struct waterfall *w, uint32_t node)
{
	uint32_t shown = node;

	for (uint32_t at = node; at != WATERFALL_ROOT; at = w->tree.nodes[at].parent)
		if (waterfall_leaves_out(w, &w->tree, &w->alike, at))
			shown = at = alike_repeat_of(&w->alike, at)->first;
	return shown;
}

static void set_open(struct waterfall *w, uint32_t node, bool open)
{
	uint32_t event = w->tree.nodes[alike_repeat_of(&w->alike, node)->first].event;

	if (!open && !bits_get(&w->open_repeats, event))
		return;
	bits_reach(&w->open_repeats, event + 1);
	bits_set(&w->open_repeats, event, open);
}

bool waterfall_open_repeats(struct waterfall *w, uint32_t node)
{
	bool opened = false;

	for (uint32_t at = node; at != WATERFALL_ROOT; at = w->tree.nodes[at].parent)
		if (waterfall_leaves_out(w, &w->tree, &w->alike, at)) {
			set_open(w, at, true);
			opened = true;
		}
	return opened;
}

bool waterfall_turn_repeat(struct waterfall *w, uint32_t node, bool open)
{
	const struct alike_repeat *r;

	if (node == WATERFALL_ROOT || !w->folds_repeats || w->flat)
		return false;
	r = alike_repeat_of(&w->alike, node);
	if (r == NULL || r->first != node || is_open(w, &w->tree, r) == open)
		return false;
	set_open(w, node, open);
	return true;
}

void waterfall_fold_repeats(struct waterfall *w, bool fold)
{
	w->folds_repeats = fold;
	bits_clear(&w->open_repeats);
}

/* Of a row that others are folded into how many there are, of any other which call it is, from the one on that makes a loop. */
uint32_t waterfall_repeats(const struct waterfall *w, uint32_t node)
{
	const struct alike_repeat *r = waterfall_repeat(w, node);

	if (r != NULL)
		return r->calls;
	if (alike_repeat_of(&w->alike, node) == NULL || w->alike.nodes[node].number < ALIKE_LOOP)
		return 0;
	return w->alike.nodes[node].number;
}

uint32_t waterfall_same_before(const struct waterfall *w, const struct model *m, uint32_t event)
{
	uint32_t rank = tree_rank(&w->tree, model_events(m), event), node;

	if (rank == TREE_ROOT)
		return 0;
	node = w->tree.by_start[rank];
	return alike_repeat_of(&w->alike, node) != NULL ? w->alike.nodes[node].number - 1 : 0;
}
