/* Filters of a PostHog source's lists, judged where the events are. They do nothing, and know nothing, where there is no such
 * source. Loop thread. */
#ifndef EXPLORER_PUSHED_H
#define EXPLORER_PUSHED_H

#include "explorer.h"
#include "query/filtered.h"

/* The list is of what passes, as far as PostHog can tell; unless it is already it is asked anew, in a moment, so that of what is
 * typed quickly only the end is asked. f NULL, or one that says nothing: of all. Lists of events stay as they are until
 * they are fetched. */
void explorer_push_filter(struct explorer *x, enum filtered_of of, const struct filter *f);
/* For struct filtered_context. Whenever explorer_said changes there are other answers: a filter is to be made anew. */
bool explorer_judges(const struct explorer *x, const struct filter_node *node, enum filtered_of of);
enum filtered_word explorer_judged(struct explorer *x, enum filtered_of of, uint32_t number);
uint32_t explorer_said(const struct explorer *x, enum filtered_of of);

#endif
