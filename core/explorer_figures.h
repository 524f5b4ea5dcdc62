/* What a range adds up to, split by a field or into slices of time: worked out of the events that are here, or, of a PostHog
 * project whose events of that range were not all fetched, added up by PostHog. Either way it is a breakdown, so that lists of
 * ROWS_PARTS and their columns show it. Loop thread.
 *
 * What PostHog adds up is of what was sent: costs that we would work out are unpriced there, nothing is suspect, `running` is 0,
 * and there is no longest part of an unknown many: of more than FIGURES_PARTS the dearest are given and the others counted,
 * until somebody wants them, if they are not too many.
 * Percentiles are nearest rank in both; a number that PostHog keeps as a text which is no number is none. */
#ifndef EXPLORER_FIGURES_H
#define EXPLORER_FIGURES_H

#include "explorer.h"
#include "query/breakdown.h"
#include "query/filtered.h"

#define FIGURES_PARTS 1000u   /* that PostHog is asked for */
#define FIGURES_MOST  100000u /* page by page */
#define FIGURES_LATER 10000u  /* that figures_want_all asks for at most */

struct figures_query {
	/* What it is split by (split.h); empty: by time, or into nothing. Copied. */
	struct str by;
	uint32_t slices; /* equal parts of since..until, which both are given; 0: not by time */
	/* Events that pass, judged here (of events; NULL: all), and the filter that it judges by, for PostHog (NULL: all).
	 * Both are borrowed until figures_free; filtered is stepped by who has it. */
	struct filtered *filtered;
	const struct filter *filter;
	int64_t since, until; /* since <= timestamp < until; TIME_NONE: no bound */
	bool here;            /* of what is here alone: PostHog is not asked */
	/* Not split by a value: each group of $groups that an event is in is a part, and what the split says of it is for
	 * posthog_read_group. `by` is "@$groups". PostHog alone is asked: without it there are no figures. */
	bool each_group;
	bool all; /* PostHog is asked for all parts at once, up to FIGURES_MOST */
};

enum figures_from {
	FIGURES_HERE, /* all events of the range are here */
	FIGURES_PARTLY, /* of those that are here: others of the range were not fetched, and PostHog does not say */
	FIGURES_SERVER, /* PostHog added them up */
};

struct figures_status {
	enum figures_from from; /* what there is, or is being made */
	bool done;              /* figures_breakdown has all of it */
	unsigned percent;       /* about how much is done */
	int64_t took; /* FIGURES_SERVER: microseconds from asking to the answer; -1: no answer yet */
	/* FIGURES_SERVER: parts that are not among those given; at_least: they were not counted, and may be more. */
	uint32_t left_out;
	bool at_least;
	bool by_value; /* FIGURES_SERVER: those given are not the dearest, but the first by value */
	bool can_want_all; /* figures_want_all would ask for what was left out */
	bool fetching;     /* FIGURES_SERVER: what was left out is on its way */
	/* FIGURES_SERVER: answers that were made a breakdown. Another count is another breakdown; another address
	 * need not be. */
	unsigned told;
	/* Of FIGURES_PARTLY why PostHog does not say, of FIGURES_SERVER why it does not say what was left out: its trouble,
	 * or what of the filter it cannot judge; empty: it was not asked. Not clean. */
	enum posthog_trouble trouble;
	struct errinfo why;
};

struct figures;
/* Begins; NULL with ERR_USAGE in e: `by` says nothing that can be split by (split_check). changed(ctx) (may be NULL) on the
 * loop's thread when there is something to step or to show, never from within; what explorer_on_change tells is such a
 * reason, too. */
struct figures *figures_new(struct explorer *x, const struct figures_query *query, loop_fn *changed,
                            void *ctx, struct errinfo *e) MUST_USE;
void figures_free(struct figures *f); /* calls off what is under way; NULL is allowed */
/* Goes on until that time_monotonic, or a little beyond. True: there is nothing more to do now. */
bool figures_step(struct figures *f, int64_t until);
void figures_wait(struct figures *f); /* for commands: runs the loop until it is done */
/* What was left out is asked for, page by page; until all of it is there figures_breakdown stays. Once: not
 * again after it failed, nor where they were not counted or are more than FIGURES_LATER. */
void figures_want_all(struct figures *f);
void figures_read_status(const struct figures *f, struct figures_status *out);
/* For struct query of ROWS_PARTS: done, or NULL. Until figures_free, or the next figures_step while it is not done or all are
 * wanted. */
const struct breakdown *figures_breakdown(const struct figures *f);
/* What the keys of its parts mean; NULL where there is but one part. */
struct split *figures_split(const struct figures *f);
/* False: events, the filter's answers or what was fetched are others than it was made of: it may be made anew. What PostHog
 * added up is current until the range is fetched: who wants it newer asks again. */
bool figures_is_current(const struct figures *f);

/* For commands: runs the loop until PostHog has told how many events of the range there are that pass. False: there is no project
 * whose word it is, or the filter is not judged there, or it does not answer. */
bool figures_count_events(struct explorer *x, const struct figures_query *query, uint64_t *out);

/* Appends the terms of the filter language that say a part and no other: "model:gpt-5", where others contain the value or may do
 * so "model:/^gpt-5$/", "-model:*" of those without, of a slice "since:... until:...". False: nothing can say it (it is all there is). */
bool figures_append_term(const struct figures *f, const struct breakdown_part *part,
                         struct buf *out);

#endif
