/* The columns of a list of sessions. */
#include "query/columns.h"

static const struct session *session_at(const struct rows *r, uint32_t row)
{
	return model_session(r->model, r->at[row]);
}

static void get_id(const struct rows *r, uint32_t row, struct value *out, struct buf *scratch)
{
	*out = columns_id(r, session_at(r, row)->id, scratch);
}

static void get_user(const struct rows *r, uint32_t row, struct value *out, struct buf *scratch)
{
	*out = columns_id(r, session_at(r, row)->user, scratch);
}

static void get_traces(const struct rows *r, uint32_t row, struct value *out, struct buf *scratch)
{
	const struct session *s = session_at(r, row);

	(void)scratch;
	*out = columns_value(VALUE_COUNT, s->listed && !s->counted ? COLUMNS_UNKNOWN : s->traces);
}

static void get_latency(const struct rows *r, uint32_t row, struct value *out, struct buf *scratch)
{
	const struct session *s = session_at(r, row);

	(void)scratch;
	*out = columns_value(VALUE_SECONDS, s->counted ? s->latency : COLUMNS_UNKNOWN);
	out->partial = out->type != VALUE_UNKNOWN && s->totals.running > 0;
}

static void get_first(const struct rows *r, uint32_t row, struct value *out, struct buf *scratch)
{
	(void)scratch;
	*out = columns_value(VALUE_TIME, session_at(r, row)->first_time);
}

static void get_last(const struct rows *r, uint32_t row, struct value *out, struct buf *scratch)
{
	(void)scratch;
	*out = columns_value(VALUE_TIME, session_at(r, row)->last_time);
}

static void get_span(const struct rows *r, uint32_t row, struct value *out, struct buf *scratch)
{
	const struct session *s = session_at(r, row);

	(void)scratch;
	*out = columns_value(VALUE_SECONDS, COLUMNS_UNKNOWN);
	if (s->first_time == TIME_NONE || s->last_time == TIME_NONE)
		return;
	*out = (struct value){.type = VALUE_SECONDS, .number = (money)s->last_time - s->first_time};
	out->partial = s->totals.running > 0;
}

static const struct column list[] = {
	{"session_id", "SESSION", "id of the session, as sent", VALUE_TEXT, 12, 0, 0, get_id},
	{"user", "USER", "distinct id of its earliest trace", VALUE_TEXT, 12, 2, 2, get_user},
	{"traces", "TRN", "turns: its traces", VALUE_COUNT, 3, 5, 3, get_traces},
	{"generations", "GEN", "generations in it", VALUE_COUNT, 3, 0, 0, columns_generations},
	{"errors", "ER", "events with an error", VALUE_COUNT, 2, 3, 4, columns_errors},
	{"cost_usd", "COST", "cost of its generations and embeddings", VALUE_MONEY, 9, 4, 5,
         columns_cost},
	{"latency_s", "LAT", "sum of its traces' latencies", VALUE_SECONDS, 6, 0, 0, get_latency},
	{"first_time", "FIRST", "timestamp of its first event", VALUE_TIME, 8, 0, 0, get_first},
	{"last_time", "LAST", "timestamp of its last event", VALUE_TIME, 8, 1, 1, get_last},
	{"span_s", "SPAN", "from its first event to its last", VALUE_SECONDS, 6, 6, 6, get_span},
	{"input_tokens", "IN", "input tokens as sent", VALUE_TOKENS, 5, 0, 0, columns_input},
	{"output_tokens", "OUT", "output tokens as sent", VALUE_TOKENS, 5, 0, 0, columns_output},
	{"total_tokens", "TOK", "input and output tokens as sent", VALUE_TOKENS, 5, 7, 7,
         columns_tokens},
	{"cost_source", "PRICED", "reported, estimated or unpriced", VALUE_TEXT, 9, 0, 0,
         columns_cost_source},
	{"unpriced_events", "UNPR", "calls that the cost leaves out", VALUE_COUNT, 4, 0, 0,
         columns_unpriced},
	{"source", "SRC", "which of several sources it is from", VALUE_TEXT, 6, 0, 0,
         columns_source},
};
const struct columns columns_session = COLUMNS(list);
