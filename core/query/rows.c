/* Chooses the rows of a list and sorts them. First come the rows that fit, then the kind's own
 * order (which is total), then a stable sort by the column asked for, then the limit. What a
 * row shows is left to the tables in columns_*.c, restricting to match.c, adding up to
 * groups.c. */
#include "query/rows.h"
#include "base/mem.h"
#include "query/columns.h"
#include "query/groups.h"
#include "query/match.h"
#include "query/sort.h"

static const struct {
	const char *name;
	const struct columns *columns;
} kinds[ROWS_KINDS] = {
	[ROWS_TRACES] = {"traces", &columns_trace},
	[ROWS_SESSIONS] = {"sessions", &columns_session},
	[ROWS_GENERATIONS] = {"generations", &columns_event},
	[ROWS_SPANS] = {"spans", &columns_event},
	[ROWS_USERS] = {"users", &columns_user},
	[ROWS_MODELS] = {"models", &columns_model},
};

const struct column *rows_columns(enum rows_kind kind, size_t *count)
{
	*count = kinds[kind].columns->n;
	return kinds[kind].columns->list;
}

const struct column *rows_column(enum rows_kind kind, struct str name)
{
	const struct columns *c = kinds[kind].columns;

	for (size_t i = 0; i < c->n; i++)
		if (str_eq(str_of(c->list[i].name), name))
			return &c->list[i];
	return NULL;
}

const struct column *rows_column_at(enum rows_kind kind, unsigned place)
{
	const struct columns *c = kinds[kind].columns;

	for (size_t i = 0; i < c->n; i++)
		if (place != 0 && c->list[i].place == place)
			return &c->list[i];
	return NULL;
}

const char *rows_kind_name(enum rows_kind kind)
{
	return kinds[kind].name;
}

bool rows_kind_of(struct str name, enum rows_kind *out)
{
	for (int kind = 0; kind < ROWS_KINDS; kind++)
		if (str_eq(str_of(kinds[kind].name), name)) {
			*out = (enum rows_kind)kind;
			return true;
		}
	return false;
}

void query_init(struct query *q, enum rows_kind kind)
{
	*q = (struct query){.kind = kind,
	                    .since = TIME_NONE,
	                    .until = TIME_NONE,
	                    .session = MODEL_NONE,
	                    .trace = MODEL_NONE};
}

static bool fits_errors(const struct rows *r, const struct totals *t)
{
	return !r->query.errors_only || t->errors > 0;
}

static bool fits_trace(const struct rows *r, uint32_t trace)
{
	const struct trace *t = model_trace(r->model, trace);

	return trace_exists(t) && fits_errors(r, &t->totals) && match_trace(r, trace) &&
	       match_time(r->query.since, r->query.until, t->first_time) &&
	       (r->query.user == 0 || t->user == r->query.user);
}

static bool fits_session(const struct rows *r, uint32_t session)
{
	const struct session *s = model_session(r->model, session);
	const struct query *q = &r->query;

	if (!session_exists(s) || !fits_errors(r, &s->totals) ||
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
	enum event_kind kind = event_kind(e);

	if (r->query.errors_only && !(e->flags & EVENT_ERROR))
		return false;
	if (r->query.kind == ROWS_SPANS ? kind != EVENT_SPAN
	                                : kind != EVENT_GENERATION && kind != EVENT_EMBEDDING)
		return false;
	return match_event(r, event);
}

static bool fits_group(const struct rows *r, uint32_t group)
{
	return fits_errors(r, &r->groups[group].totals);
}

typedef bool fits(const struct rows *r, uint32_t number);

/* The newest of what arrived first: mostly that is nearly the order wanted. */
static void choose(struct rows *r, uint32_t count, fits *fit)
{
	uint32_t cap = 0;

	for (uint32_t number = count; number-- > 0;) {
		if (!fit(r, number))
			continue;
		if (r->n == cap) {
			cap = cap ? cap * 2 : 64;
			r->at = mem_resize(r->at, cap, sizeof(*r->at));
		}
		r->at[r->n++] = number;
	}
	r->total = r->n;
}

static void choose_rows(struct rows *r)
{
	switch (r->query.kind) {
	case ROWS_TRACES:
		choose(r, model_trace_count(r->model), fits_trace);
		break;
	case ROWS_SESSIONS:
		choose(r, model_session_count(r->model), fits_session);
		break;
	case ROWS_USERS:
	case ROWS_MODELS:
		groups_build(r);
		choose(r, r->n_groups, fits_group);
		break;
	default:
		choose(r, model_events(r->model)->n, fits_event);
	}
}

/* ---- the kind's own order -------------------------------------------------- */

static int64_t own_time(const struct rows *r, uint32_t number)
{
	switch (r->query.kind) {
	case ROWS_TRACES:
		return model_trace(r->model, number)->first_time;
	case ROWS_SESSIONS:
		return model_session(r->model, number)->last_time;
	default:
		return events_get(model_events(r->model), number)->time;
	}
}

static bool is_grouped(const struct rows *r)
{
	return r->query.kind == ROWS_USERS || r->query.kind == ROWS_MODELS;
}

/* Negative numbers, since keys rise. */
static struct sort_key own_key(const struct rows *r, uint32_t number)
{
	struct sort_key key = {.row = number};
	int64_t time;

	if (is_grouped(r)) {
		key.known = totals_cost(&r->groups[number].totals, &key.by.number);
	} else {
		time = own_time(r, number);
		key.known = time != TIME_NONE;
		key.by.number = time;
	}
	if (key.known)
		key.by.number = -key.by.number;
	return key;
}

static int compare_events(const struct events *t, uint32_t a, uint32_t b)
{
	uint32_t left = events_uuid(t, a), right = events_uuid(t, b);
	uint64_t place_a = events_get(t, a)->place, place_b = events_get(t, b)->place;

	if (left != right)
		return left && right ? ids_compare(&t->ids, right, left)
		                     : (left == 0) - (right == 0);
	return (place_a < place_b) - (place_a > place_b);
}

static int compare_models(const struct events *t, uint32_t a, uint32_t b)
{
	struct model_pair left = t->models[a], right = t->models[b];
	int order = str_cmp(strings_get(&t->strings, left.model),
	                    strings_get(&t->strings, right.model));

	if (order)
		return order;
	return str_cmp(strings_get(&t->strings, left.provider),
	               strings_get(&t->strings, right.provider));
}

static int compare_ids(const struct rows *r, uint32_t a, uint32_t b)
{
	const struct events *t = model_events(r->model);

	switch (r->query.kind) {
	case ROWS_TRACES:
		return ids_compare(&t->ids, model_trace(r->model, b)->id,
		                   model_trace(r->model, a)->id);
	case ROWS_SESSIONS:
		return ids_compare(&t->ids, model_session(r->model, b)->id,
		                   model_session(r->model, a)->id);
	case ROWS_USERS:
		return ids_compare(&t->ids, r->groups[a].key, r->groups[b].key);
	case ROWS_MODELS:
		return compare_models(t, r->groups[a].key, r->groups[b].key);
	default:
		return compare_events(t, a, b);
	}
}

static int compare_own(const void *ctx, const struct sort_key *a, const struct sort_key *b)
{
	int order = sort_by_number(NULL, a, b);

	return order ? order : compare_ids(ctx, a->row, b->row);
}

/* ---- by a column ----------------------------------------------------------- */

static struct sort_key column_key(const struct rows *r, uint32_t row, struct buf *scratch,
                                  struct arena *texts)
{
	struct sort_key key = {.row = r->at[row]};
	struct value value;

	r->query.sort->get(r, row, &value, scratch);
	key.known = value.type != VALUE_UNKNOWN;
	if (value.type != VALUE_TEXT)
		key.by.number = r->query.ascending ? value.number : -value.number;
	else
		key.by.text = value.text.p == scratch->p ? arena_copy(texts, value.text)
		                                         : value.text;
	return key;
}

static sort_compare *column_compare(const struct query *q)
{
	if (q->sort->type != VALUE_TEXT)
		return sort_by_number;
	return q->ascending ? sort_by_text : sort_by_text_falling;
}

static void take(struct rows *r, const struct sort_key *keys)
{
	for (uint32_t row = 0; row < r->n; row++)
		r->at[row] = keys[row].row;
}

static void order_rows(struct rows *r)
{
	struct sort_key *keys = mem_alloc((size_t)r->n + 1, sizeof(*keys));
	struct arena texts = {0};
	struct buf scratch = {0};

	for (uint32_t row = 0; row < r->n; row++)
		keys[row] = own_key(r, r->at[row]);
	sort_keys(keys, r->n, compare_own, r);
	take(r, keys);
	if (r->query.sort) {
		for (uint32_t row = 0; row < r->n; row++)
			keys[row] = column_key(r, row, &scratch, &texts);
		sort_keys(keys, r->n, column_compare(&r->query), NULL);
		take(r, keys);
	}
	arena_free(&texts);
	buf_free(&scratch);
	mem_free(keys);
}

void rows_build(struct rows *r, struct model *m, const struct query *q)
{
	*r = (struct rows){.query = *q, .model = m};
	choose_rows(r);
	order_rows(r);
	if (q->limit != 0 && r->n > q->limit)
		r->n = q->limit;
}

void rows_free(struct rows *r)
{
	mem_free(r->at);
	mem_free(r->groups);
	r->at = NULL;
	r->groups = NULL;
	r->n = r->total = r->n_groups = 0;
}
