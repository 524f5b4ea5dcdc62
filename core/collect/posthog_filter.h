/* Filters where the events are: what PostHog can judge of a filter, as HogQL. Any thread.
 *
 * What is pushed means the same there as here, or lets more through: within since..until it never loses a row. `here` says
 * what it leaves to us; who lists events judges all of them once more. Everything that was typed is a {placeholder} with a
 * value, names of properties too (JSONExtractString takes them as texts), so that nothing of it can be HogQL.
 *
 * Properties of persons are those that PostHog gives an event there; here they are asked for by event (posthog_person.h).
 *
 * What differs at PostHog. A property is a text or NULL: what is absent, empty or of another type fails every comparison, as
 * here, since each condition stands within ifNull(..., 0). Numbers are doubles; bounds of decimals leave room for half of the
 * last digit that we keep. Case is ignored as ILIKE does it, so that of letters beyond ASCII it takes any. Not looked
 * into: objects that came as a JSON string, numbers with blanks around them, counts of the form {"total": n}, and of a
 * property what stands behind PROPERTY_MAX bytes is found there and not here.
 *
 * Of a trace a condition on events is a fact: how many of its events it holds of; so are sums. Of a session facts are added
 * up. What sums are is known here of every row that is listed, so they are pushed with room for rounding and judged again.
 *
 * Facts (gens:>=5, none(), all(), sums) are of the events that totals are of: of a session those within the list's since..until, of a
 * trace from ten minutes before, where it may have begun. */
#ifndef COLLECT_POSTHOG_FILTER_H
#define COLLECT_POSTHOG_FILTER_H

#include "base/buf.h"
#include "query/filtered.h"

struct posthog_value {
	bool is_number;  /* text is one of JSON's, or a list of texts in JSON */
	struct buf text; /* valid UTF-8 */
};

/* Zeroed before first use. */
struct posthog_filter {
	enum filtered_of of;
	struct buf
		facts; /* of traces and sessions: columns c0, c1... of a SELECT by trace, each ",\n  ... AS cN" */
	struct buf where; /* about an event's columns, or about facts; empty: nothing is pushed */
	struct posthog_value *values; /* of the placeholders {f0}, {f1}... in both */
	uint32_t n_values;
	bool needs_events; /* of rows: some of `here` is of events, which have to be here for it */
	/* The part of the filter, in its own language, that is not judged there exactly; empty: none. */
	struct buf here;
};

void posthog_filter_make(struct posthog_filter *out, const struct filter *f, enum filtered_of of);
void posthog_filter_free(struct posthog_filter *p); /* and ready for another */
/* Whether PostHog's verdict on a node says all that there is to know. */
bool posthog_filter_is_exact(const struct filter_node *node, enum filtered_of of);

#endif
