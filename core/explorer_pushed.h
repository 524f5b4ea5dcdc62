/* Filters of a PostHog source's lists, judged where the events are. They do nothing, and know nothing, where there is no such
 * source. Loop thread. */
#ifndef EXPLORER_PUSHED_H
#define EXPLORER_PUSHED_H

#include "collect/posthog.h"
#include "explorer.h"
#include "query/filtered.h"

/* The list is of what passes, as far as PostHog can tell; unless it is already it is asked anew, in a moment, so that of what is
 * typed quickly only the end is asked. f NULL, or one that says nothing: of all. Generations and spans are listed only with
 * a filter that PostHog can judge something of, and while not all events are here; what adds up is no such list. within (may be
 * NULL): what all rows of a list of events belong to, of which nothing is said: who lists them knows. The last filter
 * counts, whoever lists such rows: who draws them pushes it again. */
void explorer_push_filter(struct explorer *x, enum rows_kind kind, const struct filter *f,
                          const struct filter *within);
/* Whether the rows of that kind that pass are here as far as the pages go (explorer_has_more), though not all events are. */
bool explorer_is_pushed(const struct explorer *x, enum rows_kind kind);
/* Where the rows of that kind are judged: "server 38 ms" (the slowest project), "server + local over 1,200+: refund", "local only:
 * refund"; projects that judge nothing are named where others do. Nothing where there is no filter. Not clean. */
void explorer_pushed_status(const struct explorer *x, enum rows_kind kind, struct buf *out);
/* The list that PostHog has of such rows; false: none. */
bool explorer_list_of(enum rows_kind kind, enum posthog_list *out);
/* For struct filtered_context. Whenever explorer_said changes there are other answers: a filter is to be made anew. */
bool explorer_judges(const struct explorer *x, const struct filter_node *node, enum filtered_of of);
enum filtered_word explorer_judged(struct explorer *x, enum filtered_of of, uint32_t number);
uint32_t explorer_said(const struct explorer *x, enum filtered_of of);

#endif
