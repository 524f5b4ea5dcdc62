/* The end of the last source, loaded ahead of all else. It is waited for, so that its numbers are the first ones without
 * a gap; all is in when that source is, which is loaded last. */
#include "explorer_internal.h"

void arrival_begin(struct arrival *a, struct loader *last)
{
	if (loader_load_end(last))
		a->last = last;
}

bool arrival_is_waiting(const struct arrival *a)
{
	return a->last != NULL && !a->end_loaded;
}

static struct explorer_counts counts(const struct model *m)
{
	return (struct explorer_counts){.events = model_events(m)->n,
	                                .traces = model_trace_count(m),
	                                .logs = model_events(m)->n_logs};
}

void arrival_update(struct arrival *a, const struct model *m)
{
	const struct loader_status *status;

	if (a->last == NULL || a->all_loaded)
		return;
	status = loader_status(a->last);
	if (!a->end_loaded && (status->end_loaded || status->state != LOADER_LOADING)) {
		a->end_loaded = true;
		a->early = counts(m);
	}
	if (status->loaded_once) {
		a->all_loaded = true;
		a->late = counts(m);
	}
}

void arrival_read(const struct arrival *a, const struct model *m, struct explorer_counts *early,
                  struct explorer_counts *late)
{
	*early = a->early;
	*late = a->end_loaded && !a->all_loaded ? counts(m) : a->late;
}
