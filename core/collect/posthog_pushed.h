/* The filters that a PostHog source's lists have, and what was said of them. Loop thread. */
#ifndef COLLECT_POSTHOG_PUSHED_H
#define COLLECT_POSTHOG_PUSHED_H

#include "collect/posthog.h"
#include "collect/posthog_filter.h"

enum filtered_of posthog_list_of(enum posthog_list list); /* what its filters are about */
/* From the next first page on the list has this filter, which is of its rows. Takes what is in f. False: it is the one that it
 * has, and nothing needs to be asked. */
bool posthog_push(struct posthog *p, enum posthog_list list, struct posthog_filter *f);
/* Whether what the list was asked last had its filter, and PostHog answered. */
bool posthog_is_pushed(const struct posthog *p, enum posthog_list list);

/* PostHog knows some word of the filter not, and was asked without; lists of events end there. */
bool posthog_has_refused(const struct posthog *p, enum posthog_list list);

enum posthog_word {
	POSTHOG_SAYS_NOTHING, /* it was not asked, has not answered, cannot be reached, or refused */
	POSTHOG_SAYS_NO,      /* also: not on the pages so far */
	POSTHOG_SAYS_YES,
};
/* Of a trace or session of that list, as far as the pages go that came. */
enum posthog_word posthog_says(const struct posthog *p, enum posthog_list list, struct str id);
uint32_t posthog_said(const struct posthog *p, enum posthog_list list); /* other after each page */

/* "server 38 ms", "server + local over 1,200+: refund", "local only: refund"; nothing where there is no filter. Not
 * clean. */
void posthog_pushed_status(const struct posthog *p, enum posthog_list list, struct buf *out);
/* What the list was asked last, for a person to paste (posthog_paste.h). */
void posthog_pushed_text(const struct posthog *p, enum posthog_list list, struct buf *out);

#endif
