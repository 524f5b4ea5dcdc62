/* Values that a trace or a session has of its own: what its list shows, and what a listing knows of one whose events are not
 * here. What is not known passes no comparison. */
#include "query/filtered_internal.h"

/* What the two have in common. */
struct row {
	const struct totals *totals;
	bool counted;
	uint32_t id, user, origins;
	int64_t latency, time, start, end;
};

static struct row row_of(struct filtered *d, const struct plan *p, uint32_t at)
{
	const struct session *s;
	const struct trace *t;

	if (p->of == FILTERED_SESSIONS) {
		s = model_session(d->model, at);
		return (struct row){
			&s->totals,   s->counted,    s->id,
			s->user,      s->origins,    s->counted ? s->latency : EVENT_UNKNOWN,
			s->last_time, s->first_time, s->last_time};
	}
	t = model_trace(d->model, at);
	return (struct row){&t->totals, t->counted,    t->id,    t->user, t->origins,
	                    t->latency, t->first_time, t->start, t->end};
}

/* ---- numbers ---- */

static int64_t cost_of(const struct row *r)
{
	money cost;

	if (!totals_cost(r->totals, &cost))
		return EVENT_UNKNOWN;
	return cost < INT64_MAX ? (int64_t)cost : INT64_MAX;
}

static int64_t tokens_of(const struct totals *t)
{
	if (t->input_known == 0 && t->output_known == 0)
		return EVENT_UNKNOWN;
	return t->input > INT64_MAX - t->output ? INT64_MAX : t->input + t->output;
}

static int64_t counted_number(const struct plan *p, const struct row *r)
{
	const struct totals *t = r->totals;

	switch (p->node->field->number) {
	case FIELD_COST:
		return cost_of(r);
	case FIELD_TOKENS:
		return tokens_of(t);
	case FIELD_IN:
		return t->input_known ? t->input : EVENT_UNKNOWN;
	case FIELD_OUT:
		return t->output_known ? t->output : EVENT_UNKNOWN;
	case FIELD_CACHE:
		return t->cache_read_known ? t->cache_read : EVENT_UNKNOWN;
	case FIELD_REASONING:
		return t->reasoning_known ? t->reasoning : EVENT_UNKNOWN;
	case FIELD_GENS:
		return t->kinds[EVENT_GENERATION];
	default:
		return t->errors;
	}
}

static int64_t number_of(const struct plan *p, const struct row *r)
{
	switch (p->node->field->number) {
	case FIELD_LATENCY:
		return r->latency;
	case FIELD_SINCE:
	case FIELD_UNTIL:
		return r->time;
	default:
		return r->counted ? counted_number(p, r) : EVENT_UNKNOWN;
	}
}

/* ---- words ---- */

static bool is_pseudo(struct filtered *d, uint32_t trace)
{
	const struct trace *t = model_trace(d->model, trace);

	return t->explicit_event == EVENT_NONE && t->counted && t->totals.kinds[EVENT_TRACE] == 0;
}

static bool is_holds(struct filtered *d, const struct plan *p, const struct row *r, uint32_t at)
{
	if (p->asked == IS_PSEUDO)
		return is_pseudo(d, at);
	if (!r->counted)
		return false;
	if (p->asked == IS_ERROR)
		return r->totals->errors > 0;
	return (r->totals->running > 0) == (p->asked == IS_RUNNING);
}

static bool status_holds(const struct plan *p, const struct row *r)
{
	struct str word = str_of(p->node->field->words[p->asked]);

	if (!r->counted)
		return false;
	if (str_eq(word, STR("error")))
		return r->totals->errors > 0;
	if (r->totals->errors > 0)
		return false;
	return (r->totals->running > 0) == str_eq(word, STR("running"));
}

/* ---- texts ---- */

static bool text_holds(struct plan *p, struct str text)
{
	for (uint32_t i = 0; i < p->n_tests; i++)
		if (text_test_holds(&p->tests[i], text, false))
			return true;
	return false;
}

static bool user_holds(struct filtered *d, struct plan *p, uint32_t id)
{
	if (id == 0)
		return false;
	buf_clear(&d->scratch);
	ids_text(&d->events->ids, id, &d->scratch);
	return text_holds(p, buf_str(&d->scratch));
}

static bool origins_hold(struct plan *p, uint32_t origins)
{
	for (uint32_t i = 0; i < EVENTS_ORIGINS; i++)
		if ((origins >> i & 1) != 0 && source_passes(p->tests, p->n_tests, i, STR_EMPTY))
			return true;
	return false;
}

static uint32_t session_id(struct filtered *d, const struct plan *p, uint32_t at)
{
	uint32_t session = p->of == FILTERED_SESSIONS ? at : model_trace(d->model, at)->session;

	return session == MODEL_NONE ? 0 : model_session(d->model, session)->id;
}

bool own_holds(struct filtered *d, struct plan *p, uint32_t at)
{
	struct row r = row_of(d, p, at);

	switch (p->node->field->number) {
	case FIELD_IS:
		return is_holds(d, p, &r, at);
	case FIELD_STATUS:
		return status_holds(p, &r);
	case FIELD_THING_ID:
	case FIELD_TRACE:
		return table_has(p->test.table, r.id);
	case FIELD_SESSION:
		return table_has(p->test.table, session_id(d, p, at));
	case FIELD_USER:
		return user_holds(d, p, r.user);
	case FIELD_NAME:
		return text_holds(
			p, strings_get(&d->events->strings, model_trace(d->model, at)->name));
	case FIELD_SOURCE:
		return origins_hold(p, r.origins);
	case FIELD_AT:
		return ranges_meet(&p->ranges, r.start, r.end);
	default:
		return ranges_have(&p->ranges, number_of(p, &r));
	}
}
