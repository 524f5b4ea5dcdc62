/* What the files of the detail pane share: each adds a part of the text to a reader. Nobody else includes it. */
#ifndef WIDGET_DETAIL_INTERNAL_H
#define WIDGET_DETAIL_INTERNAL_H

#include "widget/detail.h"

/* A few dense lines: what is in memory of an event. */
void detail_add_facts(struct reader *r, const struct events *events, uint32_t event);
/* Totals, session, user, and the scores and feedback that belong to the trace (read at once, few of them). */
void detail_add_trace(struct reader *r, struct model *m, uint32_t trace);
/* Why there is none of the trace's own. Static text. */
struct str detail_no_event(const struct trace *t);

/* Tags of pieces, for reader_go_tag. */
enum detail_tag {
	DETAIL_TAG_NONE,
	DETAIL_TAG_USER,   /* a user message of the input: the last is what i goes to */
	DETAIL_TAG_OUTPUT, /* the rule above the output */
};
/* The conversation of an event, or its states. The pieces borrow the texts of d, which has to be held (explorer_detail_hold) for
 * as long as they are in r, and is ready. While explorer_previous gives NULL for a generation nothing is said about the call
 * before it: to be added anew when it is known. Likewise while
 * explorer_repeats gives NULL, or other counts, with a gutter. */
struct chat_how {
	enum chat_preset preset;
	bool as_sent; /* texts are neither rendered nor laid out */
	bool gutter;  /* each message's share of the input's cost stands before it */
};
void detail_add_chat(struct reader *r, struct explorer *x, const struct detail *d,
                     struct chat_how how);
/* That there is no input, or output; something withheld is not nothing. */
void detail_add_none(struct reader *r, const char *side, bool withheld);
/* The other tabs of a payload that is ready and held: the pieces borrow its texts. */
void detail_add_side(struct reader *r, const struct detail *d, enum part_side side);
void detail_add_tools(struct reader *r, const struct detail *d);
void detail_add_properties(struct reader *r, const struct detail *d);
void detail_add_cost(struct reader *r, struct explorer *x, const struct detail *d);
/* Behind it, of a call that lost of its cache: why, and what that cost. */
void detail_add_miss(struct reader *r, const struct cache_miss *m, const struct detail *d);
/* "0% (#3 was 84%): prefix broke at tools[3].parameters, byte 6,811; not time (2.0s)": not clean. */
void detail_miss_text(struct buf *out, const struct cache_miss *m);
/* What the calls of the pane's trace or span cost together, from d->sum. */
void detail_add_sum(struct detail_pane *d, struct model *m);
bool detail_has_sum(const struct detail_pane *d, const struct events *events); /* it is no call */
/* Counts them for some milliseconds. True: the text is to be made anew. */
bool detail_sum_step(struct detail_pane *d, struct model *m);
void detail_sum_drop(struct detail_pane *d);
void detail_sum_go(struct detail_pane *d, uint32_t call); /* the cursor, if it is one of them */
/* The cursor from one of the dearest to another; false if it does not move. */
bool detail_sum_act(struct detail_pane *d, enum action action);
void detail_add_raw(struct reader *r, const struct detail *d);

/* Two blanks between facts. */
void detail_gap(struct buf *line);
void detail_add_line(struct reader *r, enum role role, struct buf *line); /* and empties it */

#endif
