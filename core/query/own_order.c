/* By a time or an amount, then by ids or names, so that no two rows are alike. */
#include "query/own_order.h"

#include "query/errors.h"
#include "query/memberships.h"

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

static bool own_number(const struct rows *r, uint32_t group, money *out)
{
	if (r->query.kind == ROWS_ERRORS) {
		*out = r->groups[group].totals.events;
		return true;
	}
	if (r->query.kind != ROWS_TOOLS)
		return totals_cost(&r->groups[group].totals, out);
	*out = r->groups[group].latency;
	return r->groups[group].latency != EVENT_UNKNOWN;
}

/* Negative numbers, since keys rise. */
struct sort_key own_key(const struct rows *r, uint32_t number)
{
	struct sort_key key = {.row = number};
	int64_t time;

	if (r->query.kind == ROWS_PARTS) {
		return (struct sort_key){.row = number, .number = number, .known = true};
	} else if (rows_add_up(r->query.kind)) {
		key.known = own_number(r, number, &key.number);
	} else {
		time = own_time(r, number);
		key.known = time != TIME_NONE;
		key.number = time;
	}
	if (key.known)
		key.number = -key.number;
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

static int compare_groups(const struct memberships *m, uint32_t a, uint32_t b)
{
	int order = str_cmp(memberships_type(m, a), memberships_type(m, b));

	return order ? order : str_cmp(memberships_key(m, a), memberships_key(m, b));
}

/* The one that came last first. */
static int compare_errors(const struct rows *r, const struct group *a, const struct group *b)
{
	int order = (a->last_time < b->last_time) - (a->last_time > b->last_time);

	return order ? order
	             : str_cmp(errors_text(r->query.errors, a->key),
	                       errors_text(r->query.errors, b->key));
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
	case ROWS_GROUPS:
		return compare_groups(r->query.memberships, r->groups[a].key, r->groups[b].key);
	case ROWS_TOOLS:
		return str_cmp(strings_get(&t->strings, r->groups[a].key),
		               strings_get(&t->strings, r->groups[b].key));
	case ROWS_ERRORS:
		return compare_errors(r, &r->groups[a], &r->groups[b]);
	default:
		return compare_events(t, a, b);
	}
}

int own_compare(const void *ctx, const struct sort_key *a, const struct sort_key *b)
{
	int order = sort_by_number(NULL, a, b);

	return order ? order : compare_ids(ctx, a->row, b->row);
}
