/* The filters that a PostHog source's lists have, and what was said of them. Loop thread. */
#ifndef COLLECT_POSTHOG_PUSHED_H
#define COLLECT_POSTHOG_PUSHED_H

#include "collect/posthog.h"
#include "collect/posthog_filter.h"

/* From the next first page on the list of p->of has this filter; of events, the next posthog_events. Takes what is in f.
 * False: it is the one that it has, and nothing needs to be asked. */
bool posthog_push(struct posthog *p, struct posthog_filter *f);

/* PostHog knows some word of the filter not, and was asked without. */
bool posthog_has_refused(const struct posthog *p, enum filtered_of of);

enum posthog_word {
	POSTHOG_SAYS_NOTHING, /* it was not asked, has not answered, cannot be reached, or refused */
	POSTHOG_SAYS_NO,      /* also: not on the pages so far */
	POSTHOG_SAYS_YES,
};
/* Of a trace or session, as far as the pages go that came. */
enum posthog_word posthog_says(const struct posthog *p, enum filtered_of of, struct str id);
uint32_t posthog_said(const struct posthog *p, enum filtered_of of); /* other after each page */

/* "server 38 ms", "server + local over 1,200+: refund", "local only: refund"; nothing where there is no filter. Not
 * clean. */
void posthog_pushed_status(const struct posthog *p, enum filtered_of of, struct buf *out);
/* What the list was asked last, for a person to paste (posthog_paste.h). */
void posthog_pushed_text(const struct posthog *p, enum filtered_of of, struct buf *out);

#endif
