/* Finds a session, trace, span, generation or event by any of its ids or a unique prefix, or by
 * last, last~N, last:error. */
#ifndef QUERY_LOOKUP_H
#define QUERY_LOOKUP_H

#include "model/model.h"

enum lookup_kind {
	LOOKUP_SESSION,
	LOOKUP_TRACE,
	LOOKUP_EVENT,
};
struct lookup {
	enum lookup_kind kind;
	uint32_t number; /* of the session, trace or event */
};

/* An exact id wins over a prefix; a trace over a span of the same id, a span over a session
 * (CLI.md). Of several events with one span id it is the earliest; the span id of a $ai_trace event
 * names its trace. `last` is the trace with the newest first event, last~N the Nth before it,
 * last:error the newest with an error. ERR_NOT_FOUND, or ERR_AMBIGUOUS naming some of what it fits.
 * FILE:LINE names are not looked up here. */
enum err lookup_find(struct lookup *out, struct model *m, struct str text,
                     struct errinfo *e) MUST_USE;

#endif
