/* Looking through numbered places for one that has what is wanted, as far as a slice of time goes; the rest with the next drawing,
 * so that no key has to wait. Whose places they are says which it is, and goes there. */
#ifndef WIDGET_SEARCH_H
#define WIDGET_SEARCH_H

#include "base/buf.h"

struct search {
	uint64_t at; /* the place that was looked at last */
	uint64_t left, count;
	uint64_t rest; /* left, when it was found */
	uint64_t from;
	int direction; /* 1 or -1 */
	bool wrapped;  /* it went past the end, or the beginning */
};

enum search_state { SEARCH_GOES_ON, SEARCH_FOUND, SEARCH_NONE };

/* From the place after `from`, round the end, to `from` itself. count: places there are. */
void search_begin(struct search *s, uint64_t from, uint64_t count, int direction);
/* SEARCH_FOUND: s->at is the place, and the search is over. A place that is asked for may be gone if there are fewer than when it
 * began. slice: microseconds; some places are always looked at, so that it comes to its end. */
enum search_state search_more(struct search *s, int64_t slice,
                              bool (*holds)(void *ctx, uint64_t place), void *ctx);
void search_resume(struct search *s); /* after SEARCH_FOUND: as if that place did not hold it */
bool search_goes_on(const struct search *s);
bool search_cancel(struct search *s); /* whether it went on */
/* Of what was found: "wrapped to the top", "wrapped to the bottom"; that it is the place where the search began; NULL: neither. */
const char *search_wrapped(const struct search *s);
/* "searching 40 %  " while it goes on, else nothing. */
void search_status(const struct search *s, struct buf *out);

/* What was found in a text: "3 lines found, 2 in folds (n N)", "not found"; not all looked through: ">=3 lines found (n N)". */
void search_say_found(struct buf *out, uint64_t lines, uint64_t folded, bool all);
/* Behind it: ", wrapped to the top". */
void search_say_wrapped(struct buf *out, int direction);

#define SEARCH_SLICE 4000 /* microseconds that a draw may take */

#endif
