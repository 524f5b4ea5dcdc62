/* A breakpoint: a filter that is asked of what arrives. Of `a OR b` each alternative is asked by itself, so that it can be said
 * which one held. One that speaks of traces alone, trace(...), session(...), count(...), is asked of the traces of what arrives,
 * and hits once a trace, at the event that came to it last; any other is asked of each event that arrives, and hits once an event.
 * is:loop hits at the call that makes a loop, and at those that go on with it.
 * What arrives again, of the same uuid, does not hit again; nor does what came before, whatever becomes of it. Until all that was
 * there is judged (filtered_judged), it is not known which traces passed before: one that was there and passes by what comes
 * in that time never hits; a new one does. Loop thread. */
#ifndef QUERY_BREAKPOINT_H
#define QUERY_BREAKPOINT_H

#include "query/filtered.h"

#define BREAKPOINT_ALTERNATIVES 16u /* of more the filter is asked as a whole */

struct breakpoint_hit {
	uint32_t event;
	uint32_t alternative; /* the first that held; see breakpoint_alternative */
};

/* Events that are there are not new, nor are those of a time before since (TIME_NONE: all that arrive are). f is borrowed until
 * breakpoint_free. ERR_USAGE: it cannot be asked of events; pos is the byte of f's text. */
struct breakpoint;
enum err breakpoint_new(struct breakpoint **out, const struct filter *f, int64_t since,
                        const struct filtered_context *with, struct errinfo *e) MUST_USE;
void breakpoint_free(struct breakpoint *b); /* NULL is allowed */

/* As filtered_step: false means that there is more that can be done now. */
bool breakpoint_step(struct breakpoint *b, int64_t until);
/* Hits so far; they stay where they are, by arrival as far as they are found together. at < count. */
uint32_t breakpoint_count(const struct breakpoint *b);
struct breakpoint_hit breakpoint_hit(const struct breakpoint *b, uint32_t at);
/* Its text as it was written; borrowed from f. */
struct str breakpoint_alternative(const struct breakpoint *b, uint32_t alternative);

#endif
