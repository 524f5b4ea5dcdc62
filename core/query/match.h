/* Whether an event or a trace is one that a query asks for. */
#ifndef QUERY_MATCH_H
#define QUERY_MATCH_H

#include "query/rows.h"

/* since <= time < until; TIME_NONE as a bound is none. */
static inline bool match_time(int64_t since, int64_t until, int64_t time)
{
	if (since == TIME_NONE && until == TIME_NONE)
		return true;
	return time != TIME_NONE && time >= since && (until == TIME_NONE || time < until);
}
/* By r->query's time, session, trace, user, model, tool, group and error. What lost against a duplicate never
 * matches. */
bool match_event(const struct rows *r, uint32_t event);
/* By r->query's filter; number: of a row, or of an event that rows are made of. */
bool match_filter(const struct rows *r, uint32_t number);
/* By r->query's session and trace. */
bool match_trace(const struct rows *r, uint32_t trace);

#endif
