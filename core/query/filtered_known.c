/* What the tests of records look up by number, made on the loop in slices: whether a text passes, which ids are meant. While a
 * job reads these tables nothing here runs. */
#include "base/mem.h"
#include "query/filtered_internal.h"

/* ---- texts ---- */

static uint32_t count_of(const struct filtered *d, const struct table *t)
{
	switch (t->of) {
	case TABLE_STRINGS:
		return d->events->strings.n;
	case TABLE_MODELS:
	case TABLE_PROVIDERS:
		return d->events->n_models;
	case TABLE_JOURNALS:
		return d->events->n_journals;
	default:
		return d->events->ids.n;
	}
}

static struct str text_of(struct filtered *d, const struct table *t, uint32_t number)
{
	const struct strings *strings = &d->events->strings;
	const struct model_pair *models = d->events->models;

	switch (t->of) {
	case TABLE_STRINGS:
		return strings_get(strings, number);
	case TABLE_MODELS:
		return strings_get(strings, models[number].model);
	case TABLE_PROVIDERS:
		return strings_get(strings, models[number].provider);
	default:
		buf_clear(&d->scratch);
		ids_text(&d->events->ids, number, &d->scratch);
		return buf_str(&d->scratch);
	}
}

/* True of one that is a value, or that begins with one that is no id. */
static bool id_holds(struct table *t, struct str id)
{
	bool holds = false;

	for (uint32_t i = 0; i < t->node->n_values; i++) {
		const struct filter_value *v = &t->node->values[i];
		bool whole = id.n == v->text.n;

		if (v->test != TEST_VALUE || !str_starts(id, v->text))
			continue;
		t->n_ids += whole && !t->is_id[i];
		t->is_id[i] |= whole;
		holds |= whole || !t->is_id[i];
	}
	return holds;
}

static bool journal_holds(struct filtered *d, struct table *t, uint32_t number)
{
	uint32_t origin = events_origin(d->events, (uint64_t)number << 48);

	return source_passes(t->tests, t->n_tests, origin,
	                     str_of(d->with.source(d->with.ctx, number)));
}

static bool text_holds(struct filtered *d, struct table *t, uint32_t number)
{
	struct str text;

	if (t->of == TABLE_JOURNALS)
		return journal_holds(d, t, number);
	if (number == 0)
		return false;
	text = text_of(d, t, number);
	if (t->is_id != NULL && id_holds(t, text))
		return true;
	for (uint32_t i = 0; i < t->n_tests; i++)
		if (text_test_holds(&t->tests[i], text, t->whole))
			return true;
	return false;
}

static void judge(struct filtered *d, struct table *t, uint32_t number)
{
	if (t->holds[number] == 0)
		t->holds[number] = text_holds(d, t, number) ? 2 : 1;
}

/* Ids are judged as events name them: most ids are none of users. */
static void judge_ids(struct filtered *d, struct table *t, uint32_t event)
{
	const struct event *e = events_get(d->events, event);

	switch (t->of) {
	case TABLE_USERS:
		judge(d, t, e->user);
		break;
	case TABLE_TRACES:
		judge(d, t, e->trace);
		break;
	case TABLE_SESSIONS:
		judge(d, t, events_session(d->events, event));
		break;
	default:
		judge(d, t, e->span);
		judge(d, t, events_uuid(d->events, event));
		judge(d, t, events_span_sent(d->events, event));
	}
}

/* The first ones are zero without being touched: there may be many. */
static void reach(struct table *t, uint32_t count)
{
	if (count > t->cap) {
		t->cap = count + count / 4 + 64;
		t->holds = t->holds == NULL ? mem_zero(t->cap, 1) : mem_resize(t->holds, t->cap, 1);
	}
	if (count > t->n && t->n > 0)
		memset(t->holds + t->n, 0, count - t->n);
	t->n = count;
}

static bool fill_table(struct filtered *d, struct table *t, struct slice *slice)
{
	bool by_event = t->of >= TABLE_USERS;
	uint32_t count = by_event ? d->n[FILTERED_EVENTS] : count_of(d, t);

	reach(t, count_of(d, t));
	for (; t->at < count; t->at++) {
		if (slice_over(slice))
			return false;
		if (by_event)
			judge_ids(d, t, t->at);
		else
			judge(d, t, t->at);
	}
	return true;
}

/* ---- ids ---- */

/* Listings name traces and sessions of which there is no event. */
static bool judge_rows(struct filtered *d, struct table *t, struct slice *slice)
{
	enum filtered_of of = t->of == TABLE_TRACES ? FILTERED_TRACES : FILTERED_SESSIONS;

	if (t->of != TABLE_TRACES && t->of != TABLE_SESSIONS)
		return true;
	for (; t->row < d->n[of]; t->row++) {
		if (slice_over(slice))
			return false;
		judge(d, t,
		      of == FILTERED_TRACES ? model_trace(d->model, t->row)->id
		                            : model_session(d->model, t->row)->id);
	}
	return true;
}

/* A row's own source is told by the names alone, without a table. */
static bool is_said_by(const struct plan *p, const struct table *t)
{
	return p->kind == PLAN_OWN &&
	       (p->test.table == t ||
	        (t->of == TABLE_JOURNALS && p->node->field->number == FIELD_SOURCE));
}

/* What was said by ids that began so before, or before there was a source of that name. */
static void judge_anew(struct filtered *d, const struct table *t)
{
	d->n_records = 0;
	for (uint32_t i = 0; i < d->n_order; i++) {
		struct plan *p = d->order[i];

		if (!is_said_by(p, t) || p->n_final == 0)
			continue;
		memset(p->final, 0, p->n_final * sizeof(*p->final));
		p->seen_model = UINT32_MAX;
	}
}

/* What begins with a value that has turned out to be an id holds no more. */
static bool settle(struct filtered *d, struct table *t, struct slice *slice)
{
	if (t->is_id == NULL || t->n_ids == t->seen_ids)
		return true;
	for (; t->settled < t->n; t->settled++) {
		if (slice_over(slice))
			return false;
		if (t->holds[t->settled] == 2 && !text_holds(d, t, t->settled))
			t->holds[t->settled] = 1;
	}
	t->settled = 0;
	t->seen_ids = t->n_ids;
	judge_anew(d, t);
	return true;
}

/* ---- sources ---- */

void known_name_sources(struct filtered *d)
{
	for (struct table *t = d->tables; t != NULL; t = t->next) {
		if (t->of != TABLE_JOURNALS || t->n == 0)
			continue;
		memset(t->holds, 0, t->n);
		t->at = 0;
		judge_anew(d, t);
	}
}

/* ---- all of it ---- */

bool known_step(struct filtered *d, struct slice *slice)
{
	for (struct table *t = d->tables; t != NULL; t = t->next)
		if (!fill_table(d, t, slice) || !judge_rows(d, t, slice) || !settle(d, t, slice))
			return false;
	if (d->slow == NULL)
		return true;
	slow_begin(d->slow);
	return slow_step(d->slow, slice);
}

void known_fini(struct filtered *d)
{
	for (struct table *t = d->tables; t != NULL; t = t->next) {
		for (uint32_t i = 0; i < t->n_tests; i++)
			text_test_fini(&t->tests[i]);
		mem_free(t->holds);
	}
	slow_free(d->slow);
}
