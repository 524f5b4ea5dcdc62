/* How much of what a call's input cost each of its parts stands for: an estimate, since nobody tells it. The tokens of the
 * prompt are taken to be spread over the bytes of its texts, in the order in which providers build it: the tools, then the
 * messages. What was read from or written to a cache is its beginning. */
#ifndef MESSAGE_SHARES_H
#define MESSAGE_SHARES_H

#include "message/message.h"
#include "message/tools.h"

/* What of the prompt's tokens the cache had, and what of its cost they were, 0 to 1 each; both 0 where that is not known. */
struct shares_cache {
	double tokens, cost;
};

struct shares {
	double *ends; /* by the end of each part: what all up to there cost, tools too; 0 to 1 */
	uint32_t
		n; /* parts of the input, which stand first in struct messages; 0: it says nothing */
	double tools; /* what they cost, before the first part */
};

/* Any thread. */
void shares_read(struct shares *s, const struct messages *m, const struct tools *t,
                 struct shares_cache cache);
void shares_free(struct shares *s);

/* Per cent of the parts from..end (end is not one of them), of the tools, or of several of those together. Rounded so that
 * neighbours add up to what they are together, and all of it to 100. */
int shares_percent(const struct shares *s, uint32_t from, uint32_t end);
int shares_tools_percent(const struct shares *s);
/* Whether they stand for anything at all, be it less than what a per cent shows. */
bool shares_any(const struct shares *s, uint32_t from, uint32_t end);

#endif
