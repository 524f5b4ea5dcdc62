/* The critical path in the tree that is seen: found in slices once it is asked for, and anew for each new tree. */
#include "base/slice.h"
#include "widget/waterfall_internal.h"

bool waterfall_path_goes_on(const struct waterfall *w)
{
	return w->shows_path && !w->path_found && w->rows != NULL;
}

void waterfall_drop_path(struct waterfall *w)
{
	insight_path_drop(w->path_build);
	insight_path_free(&w->path);
	w->path_build = NULL;
	w->path_found = false;
}

void waterfall_find_path(struct waterfall *w, const struct model *m)
{
	int64_t until = w->tree.n <= WATERFALL_SMALL ? SLICE_WHOLE
	                                             : time_monotonic() + WATERFALL_SLICE;

	if (w->path_build == NULL)
		w->path_build = insight_path_start(model_events(m), &w->tree);
	if (!insight_path_step(w->path_build, until))
		return;
	insight_path_take(w->path_build, &w->path);
	w->path_build = NULL;
	w->path_found = true;
}

void waterfall_turn_path(struct waterfall *w, const struct model *m)
{
	w->shows_path = !w->shows_path;
	if (waterfall_path_goes_on(w))
		waterfall_find_path(w, m);
}
