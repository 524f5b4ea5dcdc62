/* What a call took, in a line: time, tokens, money; and how one that was sent again differs in it. */
#ifndef DRAW_MEASURES_H
#define DRAW_MEASURES_H

#include "collect/replay.h"
#include "index/events.h"
#include "index/usage.h"
#include "query/rows.h"

struct measures {
	int64_t latency, first; /* microseconds; EVENT_UNKNOWN. first: until the first token */
	int64_t input, cache_read, output; /* tokens as sent; EVENT_UNKNOWN */
	struct value cost;
};
void measures_of_event(struct measures *out, const struct events *t, uint32_t event);
/* Of what says no more than its use and cost; NULL: nothing is known. */
void measures_of_working(struct measures *out, const struct cost_working *w);
/* cost NULL: not worked out yet, or it has none. */
void measures_of_answer(struct measures *out, const struct replay_state *r,
                        const struct cost_working *cost);
/* Appends "1.2s (ttft 0.4s)  812 in 96 out  ~$0.0021". */
void measures_append(struct buf *out, const struct measures *m);
/* Appends what differs, of what is known of both: "-2.2s  +4 out  ~-$0.0012"; "as long and as dear" if nothing does. */
void measures_append_change(struct buf *out, const struct measures *before,
                            const struct measures *after);

#endif
