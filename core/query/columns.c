/* Values, and the columns over totals that traces, sessions, users and models have in common.
 * Unknown never becomes 0: a sum that no event contributed to is unknown. */
#include "query/columns.h"
#include "model/tree.h"
#include "query/breakdown.h"

struct value columns_value(enum value_type type, int64_t number)
{
	if (number == COLUMNS_UNKNOWN)
		return (struct value){.type = VALUE_UNKNOWN};
	return (struct value){.type = type, .number = number};
}

struct value columns_count(int64_t number)
{
	return (struct value){.type = VALUE_COUNT, .number = number};
}

struct value columns_text(struct str text)
{
	if (text.n == 0)
		return (struct value){.type = VALUE_UNKNOWN};
	return (struct value){.type = VALUE_TEXT, .text = text};
}

struct value columns_id(const struct rows *r, uint32_t id, struct buf *scratch)
{
	buf_clear(scratch);
	if (id != 0)
		ids_text(&model_events(r->model)->ids, id, scratch);
	return columns_text(buf_str(scratch));
}

const struct group *columns_group(const struct rows *r, uint32_t row)
{
	return &r->groups[r->at[row]];
}

const struct totals *columns_totals(const struct rows *r, uint32_t row)
{
	switch (r->query.kind) {
	case ROWS_TRACES:
		return &model_trace(r->model, r->at[row])->totals;
	case ROWS_SESSIONS:
		return &model_session(r->model, r->at[row])->totals;
	case ROWS_PARTS:
		return &breakdown_part(r->query.breakdown, r->at[row])->totals;
	default:
		return &columns_group(r, row)->totals;
	}
}

bool columns_counted(const struct rows *r, uint32_t row)
{
	switch (r->query.kind) {
	case ROWS_TRACES:
		return model_trace(r->model, r->at[row])->counted;
	case ROWS_SESSIONS:
		return model_session(r->model, r->at[row])->counted;
	default:
		return true;
	}
}

static struct value total(const struct rows *r, uint32_t row, uint32_t number)
{
	if (!columns_counted(r, row))
		return (struct value){.type = VALUE_UNKNOWN};
	return columns_count(number);
}

void columns_generations(const struct rows *r, uint32_t row, struct value *out, struct buf *scratch)
{
	(void)scratch;
	*out = total(r, row, columns_totals(r, row)->kinds[EVENT_GENERATION]);
}

void columns_embeddings(const struct rows *r, uint32_t row, struct value *out, struct buf *scratch)
{
	(void)scratch;
	*out = total(r, row, columns_totals(r, row)->kinds[EVENT_EMBEDDING]);
}

void columns_spans(const struct rows *r, uint32_t row, struct value *out, struct buf *scratch)
{
	(void)scratch;
	*out = total(r, row, columns_totals(r, row)->kinds[EVENT_SPAN]);
}

void columns_events(const struct rows *r, uint32_t row, struct value *out, struct buf *scratch)
{
	(void)scratch;
	*out = total(r, row, columns_totals(r, row)->events);
}

void columns_errors(const struct rows *r, uint32_t row, struct value *out, struct buf *scratch)
{
	(void)scratch;
	*out = total(r, row, columns_totals(r, row)->errors);
	out->error = out->number > 0;
}

static struct value tokens(const struct rows *r, uint32_t row, int64_t sum, uint32_t known)
{
	known = columns_counted(r, row) ? known : 0;
	return columns_value(VALUE_TOKENS, known ? sum : COLUMNS_UNKNOWN);
}

void columns_input(const struct rows *r, uint32_t row, struct value *out, struct buf *scratch)
{
	const struct totals *t = columns_totals(r, row);

	(void)scratch;
	*out = tokens(r, row, t->input, t->input_known);
}

void columns_output(const struct rows *r, uint32_t row, struct value *out, struct buf *scratch)
{
	const struct totals *t = columns_totals(r, row);

	(void)scratch;
	*out = tokens(r, row, t->output, t->output_known);
}

void columns_cache_read(const struct rows *r, uint32_t row, struct value *out, struct buf *scratch)
{
	const struct totals *t = columns_totals(r, row);

	(void)scratch;
	*out = tokens(r, row, t->cache_read, t->cache_read_known);
}

void columns_tokens(const struct rows *r, uint32_t row, struct value *out, struct buf *scratch)
{
	const struct totals *t = columns_totals(r, row);

	(void)scratch;
	*out = tokens(r, row, 0, t->input_known | t->output_known);
	if (out->type == VALUE_TOKENS)
		out->number = (money)(t->input_known ? t->input : 0) +
		              (t->output_known ? t->output : 0);
}

/* ---- costs ---- */

struct value value_of_cost(const struct totals *t)
{
	struct value v = {.partial = t->unpriced > 0, .estimate = t->estimated > 0};

	if (totals_cost(t, &v.number))
		v.type = VALUE_MONEY;
	return v;
}

struct value value_of_known_cost(const struct totals *t, bool counted)
{
	struct value v = value_of_cost(t);

	v.partial |= !counted;
	return v;
}

struct value value_of_sum_cost(const struct tree_sum *s)
{
	return (struct value){.type = s->cost_known ? VALUE_MONEY : VALUE_UNKNOWN,
	                      .number = s->cost_known ? s->cost : 0,
	                      .estimate = s->cost_known && s->cost_estimated,
	                      .partial = s->unpriced > 0};
}

struct value value_of_event_cost(const struct event *e)
{
	bool called = event_is_call(e);
	struct value v = columns_value(VALUE_MONEY, e->cost);

	v.estimate = v.type == VALUE_MONEY && (e->flags & EVENT_COST_ESTIMATED);
	v.partial = called && (v.type == VALUE_UNKNOWN || (e->flags & EVENT_COST_INCOMPLETE));
	return v;
}

void columns_cost(const struct rows *r, uint32_t row, struct value *out, struct buf *scratch)
{
	(void)scratch;
	*out = (struct value){.type = VALUE_UNKNOWN};
	if (columns_counted(r, row))
		*out = value_of_cost(columns_totals(r, row));
}

void columns_cost_source(const struct rows *r, uint32_t row, struct value *out, struct buf *scratch)
{
	struct value cost;

	columns_cost(r, row, &cost, scratch);
	if (cost.type == VALUE_MONEY)
		*out = columns_text(cost.estimate ? STR("estimated") : STR("reported"));
	else
		*out = columns_text(cost.partial ? STR("unpriced") : STR_EMPTY);
}

void columns_unpriced(const struct rows *r, uint32_t row, struct value *out, struct buf *scratch)
{
	(void)scratch;
	*out = total(r, row, columns_totals(r, row)->unpriced);
}

/* ---- where it is from ---- */

void columns_source(const struct rows *r, uint32_t row, struct value *out, struct buf *scratch)
{
	const struct events *events = model_events(r->model);
	uint32_t origins = rows_origins(r, row);

	buf_clear(scratch);
	for (uint32_t i = 0; i < events->n_origins; i++)
		if ((origins >> i & 1) != 0)
			buf_printf(scratch, "%s%s", scratch->n > 0 ? "+" : "", events->origins[i]);
	*out = columns_text(buf_str(scratch));
}
