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

/* Who judges the filter of a list. */
struct posthog_pushed {
	enum posthog_judge {
		POSTHOG_JUDGES_NOTHING, /* there is no filter */
		POSTHOG_JUDGES,         /* and has answered */
		POSTHOG_IS_ASKED,
		POSTHOG_JUDGES_NONE, /* of it: all is judged here */
		POSTHOG_REFUSES,     /* likewise, since it knows some word of it not */
		POSTHOG_IS_SILENT,   /* likewise, since it does not answer */
	} judge;
	struct str here; /* what of it is judged here; not clean; until the next posthog_push */
	int64_t took;    /* microseconds from asking to the answer */
	uint32_t rows;   /* that came, which the rest is judged over */
	bool more;       /* of them there are */
};
void posthog_read_pushed(const struct posthog *p, enum posthog_list list,
                         struct posthog_pushed *out);
/* What the list was asked last, for a person to paste (posthog_paste.h). */
void posthog_pushed_text(const struct posthog *p, enum posthog_list list, struct buf *out);

#endif
