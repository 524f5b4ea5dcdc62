/* What PostHog adds up of a range, split as query/split.h splits events: the question, and its answer row by row. Any thread, but
 * for what is told to a split: loop thread.
 *
 * It adds up what was sent as we do: calls are generations and embeddings, tokens and costs are theirs alone, a number is taken as
 * a filter takes it (posthog_filter.h), percentiles are nearest rank over every latency, what is different is counted exactly.
 * What we work out ourselves it cannot know: costs that were not sent (unpriced there), the session of a trace whose event
 * does not name it, what is suspect. An empty value is none. */
#ifndef COLLECT_POSTHOG_FIGURES_H
#define COLLECT_POSTHOG_FIGURES_H

#include "collect/hogql_result.h"
#include "collect/posthog_filter.h"
#include "query/breakdown.h"

struct posthog_figures {
	const struct split *split; /* NULL: all of it is one part */
	uint32_t slices;           /* of a split by time */
	int64_t since, until;
	const struct posthog_filter *filter; /* of events, which says all of it; NULL: all events */
	uint32_t limit;                      /* parts, the dearest first */
	/* Each group of $groups that an event is in is a part; the split is told their names (posthog_read_group). */
	bool each_group;
	/* Pages of all parts of a split by values, in the order of these: those behind `after`, and at the very end what has
	 * no value. */
	bool by_value;
	struct str after; /* empty: the first page */
};

/* tracehog:figures. One row more than the limit is asked for, to know of more. False: PostHog cannot split so. */
bool posthog_query_figures(struct buf *body, const struct posthog_figures *f, const char *query_id);
/* tracehog:figures-parts: how many parts there are, in one row. */
bool posthog_query_figures_parts(struct buf *body, const struct posthog_figures *f,
                                 const char *query_id);
/* Row `row` of the answer as a part; its value is told to the split (split_tell; NULL: none). False: it is no such row. */
bool posthog_read_figures(const struct hogql_result *answer, uint32_t row, struct split *split,
                          struct breakdown_part *out);
/* What the split was told of a group: its type and its key, which are parts of `told`. False: it is none. */
bool posthog_read_group(struct str told, struct str *type, struct str *key);
/* tracehog:figures-events: how many events there are, split or not. */
void posthog_query_figures_events(struct buf *body, const struct posthog_figures *f,
                                  const char *query_id);
/* Of the last two. False: the answer is no such number. */
bool posthog_read_figures_count(const struct hogql_result *answer, uint32_t *out);

#endif
