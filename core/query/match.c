/* What a query restricts: time, session, trace, user, model, tool, group and error. Whether there is an error is not looked at here:
 * lists keep rows with errors, of which only a part may be errors. */
#include "query/match.h"
#include "query/errors.h"
#include "query/filtered.h"
#include "query/memberships.h"

bool match_filter(const struct rows *r, uint32_t number)
{
	return r->query.filter == NULL || filtered_has(r->query.filter, number);
}

bool match_trace(const struct rows *r, uint32_t trace)
{
	const struct query *q = &r->query;

	if (q->trace != MODEL_NONE && q->trace != trace)
		return false;
	return q->session == MODEL_NONE || model_trace(r->model, trace)->session == q->session;
}

/* Whether an event without a trace was sent with the query's session. */
static bool matches_alone(const struct rows *r, uint32_t event)
{
	const struct query *q = &r->query;

	if (q->trace != MODEL_NONE)
		return false;
	return q->session == MODEL_NONE || events_session(model_events(r->model), event) ==
	                                           model_session(r->model, q->session)->id;
}

/* A tool's spans; what a user's row is made of; what is in a group, or has an error. */
static bool matches_row(const struct query *q, uint32_t event, const struct event *e)
{
	if (q->anonymous && e->user != 0 && !(e->flags & EVENT_PERSONLESS))
		return false;
	if (q->group != 0 && !memberships_has(q->memberships, event, q->group))
		return false;
	if (q->error != 0 && errors_of(q->errors, event) != q->error)
		return false;
	return q->tool == MODEL_NONE || (e->name == q->tool && (e->flags & EVENT_TOOL));
}

bool match_event(const struct rows *r, uint32_t event)
{
	const struct event *e = events_get(model_events(r->model), event);
	const struct query *q = &r->query;
	uint32_t trace;

	if (!match_time(q->since, q->until, e->time) || (q->user != 0 && e->user != q->user) ||
	    (q->model_pair != 0 && e->model != q->model_pair) || !matches_row(q, event, e) ||
	    !match_filter(r, event) || model_superseded(r->model, event))
		return false;
	if (q->trace == MODEL_NONE && q->session == MODEL_NONE)
		return true;
	trace = model_trace_of(r->model, event);
	return trace == MODEL_NONE ? matches_alone(r, event) : match_trace(r, trace);
}
