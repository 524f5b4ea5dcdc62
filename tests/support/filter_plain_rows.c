/* What filters say of events, traces and sessions, looked at one by one. */
#include "base/utf8.h"
#include "support/filter_plain.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static bool scoped(const struct plain *p, const struct filter_node *n, enum filtered_of of,
                   uint32_t row);
static bool row_scope(const struct plain *p, const struct filter_node *n, enum filtered_of of,
                      uint32_t row);

static bool count_fits(const struct filter_node *n, uint32_t count)
{
	for (uint32_t i = 0; i < n->n_values; i++)
		if (plain_number_fits(&n->values[i], count, 1))
			return true;
	return false;
}

bool plain_of_event(const struct plain *p, const struct filter_node *n, uint32_t event)
{
	uint32_t trace = plain_trace_of(p, event), count = 0, above;
	bool orphan;

	switch (n->kind) {
	case FILTER_AND:
		for (n = n->first; n != NULL; n = n->next)
			if (!plain_of_event(p, n, event))
				return false;
		return true;
	case FILTER_OR:
		for (n = n->first; n != NULL; n = n->next)
			if (plain_of_event(p, n, event))
				return true;
		return false;
	case FILTER_NOT:
		return !plain_of_event(p, n->first, event);
	case FILTER_SCOPE:
		if (n->scope == SCOPE_SPAN)
			return plain_of_event(p, n->first, event);
		if (trace == MODEL_NONE)
			return false;
		if (n->scope == SCOPE_SESSION) {
			trace = model_trace(p->b->model, trace)->session;
			return trace != MODEL_NONE && scoped(p, n->first, FILTERED_SESSIONS, trace);
		}
		return row_scope(p, n, FILTERED_TRACES, trace);
	case FILTER_CHILD:
		above = plain_parent_of(p, event, &orphan);
		return above != EVENT_NONE && plain_of_event(p, n->first, above) &&
		       plain_of_event(p, n->first->next, event);
	case FILTER_DESCENDANT:
		for (above = plain_parent_of(p, event, &orphan); above != EVENT_NONE;
		     above = plain_parent_of(p, above, &orphan))
			if (plain_of_event(p, n->first, above))
				return plain_of_event(p, n->first->next, event);
		return false;
	case FILTER_COUNT:
		for (uint32_t i = 0; i < p->n; i++)
			count += plain_is_below(p, i, event) && plain_of_event(p, n->first, i);
		return count_fits(n, count);
	case FILTER_TERM:
		break;
	}
	return plain_term_of_event(p, n, event);
}

static uint32_t count_in(const struct plain *p, const struct filter_node *n, enum filtered_of of,
                         uint32_t row, uint32_t *all)
{
	uint32_t count = 0;

	*all = 0;
	for (uint32_t i = 0; i < p->n; i++) {
		*all += plain_is_in(p, of, row, i);
		count += plain_is_in(p, of, row, i) && plain_of_event(p, n, i);
	}
	return count;
}

static bool row_scope(const struct plain *p, const struct filter_node *n, enum filtered_of of,
                      uint32_t row)
{
	uint32_t all, count, session;

	switch (n->scope) {
	case SCOPE_ANY:
	case SCOPE_SPAN:
		return count_in(p, n->first, of, row, &all) > 0;
	case SCOPE_NONE:
		return count_in(p, n->first, of, row, &all) == 0;
	case SCOPE_ALL:
		count = count_in(p, n->first, of, row, &all);
		return all > 0 && count == all;
	case SCOPE_TRACE:
		if (of == FILTERED_TRACES)
			return scoped(p, n->first, of, row);
		for (uint32_t i = 0; i < model_trace_count(p->b->model); i++)
			if (model_trace(p->b->model, i)->session == row &&
			    scoped(p, n->first, FILTERED_TRACES, i))
				return true;
		return false;
	default:
		session = of == FILTERED_SESSIONS ? row : model_trace(p->b->model, row)->session;
		return session != MODEL_NONE && scoped(p, n->first, FILTERED_SESSIONS, session);
	}
}

static bool is_of_rows(const struct filter_node *n)
{
	if (n->kind == FILTER_COUNT || (n->kind == FILTER_SCOPE && n->scope != SCOPE_SPAN))
		return true;
	if (n->kind != FILTER_AND && n->kind != FILTER_OR && n->kind != FILTER_NOT)
		return false;
	for (n = n->first; n != NULL; n = n->next)
		if (is_of_rows(n))
			return true;
	return false;
}

typedef bool row_fn(const struct plain *p, const struct filter_node *n, enum filtered_of of,
                    uint32_t row);

static bool logic(const struct plain *p, const struct filter_node *n, enum filtered_of of,
                  uint32_t row, row_fn *each)
{
	bool is_and = n->kind == FILTER_AND;

	if (n->kind == FILTER_NOT)
		return !each(p, n->first, of, row);
	for (n = n->first; n != NULL; n = n->next)
		if (each(p, n, of, row) != is_and)
			return !is_and;
	return is_and;
}

static bool scoped(const struct plain *p, const struct filter_node *n, enum filtered_of of,
                   uint32_t row)
{
	uint32_t all;

	if (!is_of_rows(n))
		return count_in(p, n, of, row, &all) > 0;
	if (n->kind == FILTER_SCOPE)
		return row_scope(p, n, of, row);
	if (n->kind == FILTER_COUNT)
		return count_fits(n, count_in(p, n->first, of, row, &all));
	return logic(p, n, of, row, scoped);
}

/* Sums as the lists show them. */
static double row_sum(const struct plain *p, enum filtered_of of, uint32_t row, const char *name)
{
	double sum = (double)NAN;

	for (uint32_t i = 0; i < p->n; i++)
		if (plain_is_in(p, of, row, i) && plain_is_call(p, i))
			sum = plain_sum_of(sum, plain_number_of(p, i, name));
	return sum;
}

static double row_count(const struct plain *p, const struct filter_node *n, enum filtered_of of,
                        uint32_t row)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < p->n; i++)
		count += plain_is_in(p, of, row, i) && plain_counts(p, n, i);
	return count;
}

static double model_number(int64_t number, double unit)
{
	return number == EVENT_UNKNOWN ? (double)NAN : (double)number / unit;
}

static double row_number(const struct plain *p, const struct filter_node *n, enum filtered_of of,
                         uint32_t row)
{
	struct model *m = p->b->model;
	bool of_trace = of == FILTERED_TRACES;

	switch (n->field->number) {
	case FIELD_COST:
		return row_sum(p, of, row, "$ai_total_cost_usd");
	case FIELD_TOKENS:
		return plain_sum_of(row_sum(p, of, row, "$ai_input_tokens"),
		                    row_sum(p, of, row, "$ai_output_tokens"));
	case FIELD_CACHE:
		return row_sum(p, of, row, "$ai_cache_read_input_tokens");
	case FIELD_REASONING:
		return row_sum(p, of, row, "$ai_reasoning_tokens");
	case FIELD_IN:
		return row_sum(p, of, row, "$ai_input_tokens");
	case FIELD_OUT:
		return row_sum(p, of, row, "$ai_output_tokens");
	case FIELD_LATENCY:
		return model_number(of_trace ? model_trace(m, row)->latency
		                             : model_session(m, row)->latency,
		                    1e6);
	case FIELD_SINCE:
	case FIELD_UNTIL:
		return model_number(of_trace ? model_trace(m, row)->first_time
		                             : model_session(m, row)->last_time,
		                    1);
	default:
		return row_count(p, n, of, row);
	}
}

static bool any_event(const struct plain *p, const struct filter_node *n, enum filtered_of of,
                      uint32_t row)
{
	uint32_t all;

	return count_in(p, n, of, row, &all) > 0;
}

static bool row_word(const struct plain *p, const struct filter_node *n, enum filtered_of of,
                     uint32_t row)
{
	bool error = false, running = false;

	for (uint32_t i = 0; i < p->n; i++) {
		error |= plain_is_in(p, of, row, i) && plain_is_error(p, i);
		running |= plain_is_in(p, of, row, i) && plain_is_running(p, i);
	}
	for (uint32_t i = 0; i < n->n_values; i++) {
		int word = field_word(n->field, n->values[i].text);

		if (n->field->number == FIELD_STATUS
		            ? (word == 1 ? error : !error && running == (word == 2))
		            : word == IS_DONE && !running)
			return true;
	}
	/* Too few traces have one name for one of them to be slow. */
	if (n->field->number == FIELD_STATUS || str_eq(n->values[0].text, STR("done")) ||
	    str_eq(n->values[0].text, STR("slow")))
		return false;
	return any_event(p, n, of, row);
}

static bool row_id(const struct plain *p, const struct filter_node *n, enum field_number of,
                   uint32_t id)
{
	struct buf text = {0};
	bool fits;

	plain_id_text(p, id, &text);
	fits = of == FIELD_USER ? plain_any_text(n, buf_text(&text))
	                        : plain_id_fits(p, n, of, buf_text(&text));
	buf_free(&text);
	return fits;
}

static bool row_text(const struct plain *p, const struct filter_node *n, enum filtered_of of,
                     uint32_t row)
{
	struct model *m = p->b->model;
	bool of_trace = of == FILTERED_TRACES;
	uint32_t session = of_trace ? model_trace(m, row)->session : row;

	switch (n->field->number) {
	case FIELD_USER:
		return row_id(p, n, FIELD_USER,
		              of_trace ? model_trace(m, row)->user : model_session(m, row)->user);
	case FIELD_SESSION:
		return session != MODEL_NONE &&
		       row_id(p, n, FIELD_SESSION, model_session(m, session)->id);
	case FIELD_NAME:
		return plain_any_text(
			n, strings_get(&p->b->events.strings, model_trace(m, row)->name).p);
	default:
		return row_id(p, n, of_trace ? FIELD_TRACE : FIELD_SESSION,
		              of_trace ? model_trace(m, row)->id : model_session(m, row)->id);
	}
}

/* Times of traces and sessions are the model's matter. */
static bool row_at(const struct plain *p, const struct filter_node *n, enum filtered_of of,
                   uint32_t row)
{
	struct model *m = p->b->model;
	bool of_trace = of == FILTERED_TRACES;
	int64_t start = of_trace ? model_trace(m, row)->start : model_session(m, row)->first_time;
	int64_t end = of_trace ? model_trace(m, row)->end : model_session(m, row)->last_time;

	return start != TIME_NONE && end >= n->values->low && start < n->values->high;
}

bool plain_of_row(const struct plain *p, const struct filter_node *n, enum filtered_of of,
                  uint32_t row)
{
	bool of_trace = of == FILTERED_TRACES;

	if (n->kind == FILTER_AND || n->kind == FILTER_OR || n->kind == FILTER_NOT)
		return logic(p, n, of, row, plain_of_row);
	if (n->kind != FILTER_TERM)
		return scoped(p, n, of, row);
	switch (n->field->number) {
	case FIELD_IN:
	case FIELD_OUT:
		if (n->values[0].test != TEST_PRESENT && !n->values[0].is_number)
			return any_event(p, n, of, row);
		/* fallthrough */
	case FIELD_COST:
	case FIELD_TOKENS:
	case FIELD_CACHE:
	case FIELD_REASONING:
	case FIELD_LATENCY:
	case FIELD_GENS:
	case FIELD_TOOLS:
	case FIELD_ERRORS:
	case FIELD_SINCE:
	case FIELD_UNTIL:
		return plain_any_number(n, row_number(p, n, of, row));
	case FIELD_IS:
	case FIELD_STATUS:
		return row_word(p, n, of, row);
	case FIELD_AT:
		return row_at(p, n, of, row);
	case FIELD_NAME:
	case FIELD_TRACE:
		return of_trace ? row_text(p, n, of, row) : any_event(p, n, of, row);
	case FIELD_USER:
	case FIELD_SESSION:
	case FIELD_THING_ID:
		return row_text(p, n, of, row);
	default:
		return any_event(p, n, of, row);
	}
}
