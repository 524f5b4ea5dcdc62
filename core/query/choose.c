/* Errors are looked at here, all other restrictions of a query in match.c. */
#include "query/choose.h"

#include "query/breakdown.h"
#include "query/match.h"

static bool fits_errors(const struct rows *r, const struct totals *t)
{
	return !r->query.errors_only || t->errors > 0;
}

static bool fits_trace(const struct rows *r, uint32_t trace)
{
	const struct trace *t = model_trace(r->model, trace);

	return trace_exists(t) && fits_errors(r, &t->totals) && match_trace(r, trace) &&
	       match_filter(r, trace) &&
	       match_time(r->query.since, r->query.until, t->first_time) &&
	       (r->query.user == 0 || t->user == r->query.user);
}

static bool fits_session(const struct rows *r, uint32_t session)
{
	const struct session *s = model_session(r->model, session);
	const struct query *q = &r->query;

	if (!session_exists(s) || !fits_errors(r, &s->totals) || !match_filter(r, session) ||
	    !match_time(q->since, q->until, s->last_time))
		return false;
	if (q->trace != MODEL_NONE && model_trace(r->model, q->trace)->session != session)
		return false;
	return (q->session == MODEL_NONE || q->session == session) &&
	       (q->user == 0 || q->user == s->user);
}

static bool fits_event(const struct rows *r, uint32_t event)
{
	const struct event *e = events_get(model_events(r->model), event);

	if (r->query.errors_only && !(e->flags & EVENT_ERROR))
		return false;
	/* An error may be of any kind of event. */
	if (r->query.error != 0)
		return match_event(r, event);
	if (r->query.kind == ROWS_SPANS ? event_kind(e) != EVENT_SPAN : !event_is_call(e))
		return false;
	return match_event(r, event);
}

static bool fits_group(const struct rows *r, uint32_t group)
{
	return fits_errors(r, &r->groups[group].totals);
}

static bool fits_part(const struct rows *r, uint32_t part)
{
	return fits_errors(r, &breakdown_part(r->query.breakdown, part)->totals);
}

choose_fits *choose_by(enum rows_kind kind)
{
	if (kind == ROWS_PARTS)
		return fits_part;
	if (kind == ROWS_TRACES)
		return fits_trace;
	if (kind == ROWS_SESSIONS)
		return fits_session;
	return rows_add_up(kind) ? fits_group : fits_event;
}

uint32_t choose_count(const struct rows *r)
{
	if (r->query.kind == ROWS_PARTS)
		return r->query.breakdown ? breakdown_count(r->query.breakdown) : 0;
	if (r->query.kind == ROWS_TRACES)
		return model_trace_count(r->model);
	if (r->query.kind == ROWS_SESSIONS)
		return model_session_count(r->model);
	return rows_add_up(r->query.kind) ? r->n_groups : r->events;
}
