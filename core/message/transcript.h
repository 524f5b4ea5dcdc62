/* A conversation as text: plain, or Markdown. Texts stand as they were sent: clean them before showing. Any thread. */
#ifndef MESSAGE_TRANSCRIPT_H
#define MESSAGE_TRANSCRIPT_H

#include "base/hash.h"
#include "message/tools.h"

enum transcript_form {
	TRANSCRIPT_PLAIN,
	TRANSCRIPT_MARKDOWN,
};

/* Of one call, or of several one after the other: what a call sent again of those before is one line. Zero-initialise,
 * then set out, form and states; free with transcript_free, which leaves out as it is. */
struct transcript {
	struct buf *out;
	enum transcript_form form;
	bool states; /* texts are the state of a span, which nobody said */
	/* private: the parts that were written, by their texts */
	struct transcript_part *said;
	uint32_t n_said, cap_said, calls;
	struct hash_index index;
};

/* Of a call, of which title says what it is ("gpt-5 2026-11-22T22:15:00Z"; empty: no headline) and error what went wrong
 * (empty: nothing). */
void transcript_call(struct transcript *t, struct str title, const struct messages *m,
                     struct str error);
void transcript_tools(struct transcript *t,
                      const struct tools *tools); /* name and description each */
void transcript_free(struct transcript *t);

/* Single things out of a conversation, one below the other. Nothing is appended where there is none. */
/* What was said or asked for on a side; not what was thought. */
void transcript_side(struct buf *out, const struct messages *m, enum part_side side);
/* The arguments of the calls that the output makes, else of those of the input's last message that makes any; with their
 * names if they are several. */
void transcript_arguments(struct buf *out, const struct messages *m);
/* The results in the input that came last, since the last call before them; else those of the output. */
void transcript_results(struct buf *out, const struct messages *m);
void transcript_system(struct buf *out, const struct messages *m);

#endif
