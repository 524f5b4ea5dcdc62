/* What posthog_filter*.c share. Nobody else includes it. */
#ifndef COLLECT_POSTHOG_FILTER_INTERNAL_H
#define COLLECT_POSTHOG_FILTER_INTERNAL_H

#include "collect/posthog_filter.h"

/* How far a condition is that of the filter. */
enum pushed {
	PUSHED_NOT,
	PUSHED_MORE, /* it lets more through */
	PUSHED_EXACTLY,
};

/* A filter that is being written. */
struct pushing {
	struct posthog_filter *out;
	uint32_t n_facts;
};

/* All append to `to`, and what they append is never NULL at PostHog. What is not PUSHED_* may have appended something, and
 * added values: see push_back. */
typedef enum pushed push_fn(struct pushing *w, struct buf *to, const struct filter_node *n);

struct push_mark {
	size_t sql, facts;
	uint32_t n_values, n_facts;
};
struct push_mark push_mark(const struct pushing *w, const struct buf *to);
void push_back(struct pushing *w, struct buf *to, const struct push_mark *mark);

/* Placeholders. */
void push_text(struct pushing *w, struct buf *to, struct str text);
void push_number(struct pushing *w, struct buf *to, money value, int scale); /* value / 10^scale */

/* ---- values against expressions, posthog_filter_value.c ---- */

/* Any of n's values against a text that is NULL where there is none; whole: a plain value is all of it. */
enum pushed push_texts(struct pushing *w, struct buf *to, const struct filter_node *n,
                       const char *expression, bool whole);
enum pushed push_pattern(struct pushing *w, struct buf *to, const struct filter_value *v,
                         const char *expression, bool whole);
enum pushed push_ids(struct pushing *w, struct buf *to, const struct filter_node *n,
                     const char *const *columns);

/* What a number at PostHog is to one of a filter. */
struct measure {
	int scale;     /* digits behind the point that are kept here */
	bool rounds;   /* there may be more of them there */
	bool positive; /* below 0 it counts as absent */
	bool sums;     /* a sum of doubles, judged again here */
};
/* Any of n's values that are numbers, or its presence, which sums do not tell. PUSHED_NOT: it has none. */
enum pushed push_numbers(struct pushing *w, struct buf *to, const struct filter_node *n,
                         const char *expression, const struct measure *m);
push_fn push_property; /* @name, and fields that stand for names of properties */

/* ---- terms of events, posthog_filter_event.c ---- */

push_fn push_event_term;
push_fn push_listed_name; /* that an event gives a row of a list: of any event, as posthog_query.c has it */
#define PUSH_ERROR "(ifNull(properties.$ai_is_error = 'true', 0) OR " PUSH_HAS_ERROR ")"
#define PUSH_HAS_ERROR \
	"JSONExtractRaw(properties, '$ai_error') NOT IN ('', 'null', '\"\"', 'false', '{}', '[]')"
#define PUSH_TOOL \
	"(event = '$ai_span' AND ifNull(properties.$ai_span_type IN ('tool', 'mcp_tools'), 0))"
/* Whether it is one of an amount; others count as not sent. */
#define PUSH_IS_AMOUNT(name)                                                          \
	"ifNull(toFloat(properties." name ") > -9000000 AND toFloat(properties." name \
	") < 9000000, 0)"
#define PUSH_CALL "event IN ('$ai_generation', '$ai_embedding')"
/* A count that is whole and not below 0, else NULL. */
#define PUSH_COUNT(name)                                                                        \
	"if(toFloat(properties." name ") >= 0 AND toFloat(properties." name                     \
	") <= 1000000000000 AND floor(toFloat(properties." name ")) = toFloat(properties." name \
	"), toFloat(properties." name "), NULL)"

#endif
