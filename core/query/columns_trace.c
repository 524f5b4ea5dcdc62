/* The columns of a list of traces. */
#include "query/columns.h"

static const struct trace *trace_at(const struct rows *r, uint32_t row)
{
	return model_trace(r->model, r->at[row]);
}

static void get_id(const struct rows *r, uint32_t row, struct value *out, struct buf *scratch)
{
	*out = columns_id(r, trace_at(r, row)->id, scratch);
}

static void get_name(const struct rows *r, uint32_t row, struct value *out, struct buf *scratch)
{
	(void)scratch;
	*out = columns_text(strings_get(&model_events(r->model)->strings, trace_at(r, row)->name));
}

static void get_start(const struct rows *r, uint32_t row, struct value *out, struct buf *scratch)
{
	(void)scratch;
	*out = columns_value(VALUE_TIME, trace_at(r, row)->start);
}

static void get_end(const struct rows *r, uint32_t row, struct value *out, struct buf *scratch)
{
	(void)scratch;
	*out = columns_value(VALUE_TIME, trace_at(r, row)->end);
}

static void get_session(const struct rows *r, uint32_t row, struct value *out, struct buf *scratch)
{
	uint32_t session = trace_at(r, row)->session;
	uint32_t id = session == MODEL_NONE ? 0 : model_session(r->model, session)->id;

	*out = columns_id(r, id, scratch);
}

static void get_user(const struct rows *r, uint32_t row, struct value *out, struct buf *scratch)
{
	*out = columns_id(r, trace_at(r, row)->user, scratch);
}

static void get_latency(const struct rows *r, uint32_t row, struct value *out, struct buf *scratch)
{
	const struct trace *t = trace_at(r, row);

	(void)scratch;
	*out = columns_value(VALUE_SECONDS, t->latency);
	out->partial = out->type != VALUE_UNKNOWN && t->totals.running > 0;
}

static void get_explicit(const struct rows *r, uint32_t row, struct value *out, struct buf *scratch)
{
	const struct trace *t = trace_at(r, row);
	bool sent = t->explicit_event != EVENT_NONE || t->totals.kinds[EVENT_TRACE] > 0;

	(void)scratch;
	*out = columns_value(VALUE_BOOL, t->counted ? sent : COLUMNS_UNKNOWN);
}

static void get_wall(const struct rows *r, uint32_t row, struct value *out, struct buf *scratch)
{
	const struct trace *t = trace_at(r, row);

	(void)scratch;
	*out = columns_value(VALUE_SECONDS, COLUMNS_UNKNOWN);
	/* Of a listed one there are timestamps alone, mostly of ends. */
	if (t->start == TIME_NONE || t->end == TIME_NONE || t->listed)
		return;
	*out = (struct value){.type = VALUE_SECONDS, .number = (money)t->end - t->start};
	out->partial = t->totals.running > 0;
}

static const struct column list[] = {
	{"trace_id", "TRACE", "id of the trace, as sent", VALUE_TEXT, 12, 0, 0, get_id},
	{"name", "NAME", "name of the trace", VALUE_TEXT, 14, 2, 2, get_name},
	{"start_time", "TIME", "start of its earliest event", VALUE_TIME, 8, 1, 1, get_start},
	{"end_time", "END", "end of its latest event", VALUE_TIME, 8, 0, 0, get_end},
	{"session_id", "SESSION", "session it belongs to", VALUE_TEXT, 12, 0, 0, get_session},
	{"user", "USER", "distinct id of who caused it", VALUE_TEXT, 12, 8, 3, get_user},
	{"generations", "GEN", "generations in it", VALUE_COUNT, 3, 6, 4, columns_generations},
	{"events", "EVENTS", "events in it, of any kind", VALUE_COUNT, 6, 0, 0, columns_events},
	{"errors", "ER", "events with an error", VALUE_COUNT, 2, 3, 5, columns_errors},
	{"input_tokens", "IN", "input tokens as sent", VALUE_TOKENS, 5, 0, 0, columns_input},
	{"output_tokens", "OUT", "output tokens as sent", VALUE_TOKENS, 5, 0, 0, columns_output},
	{"cost_usd", "COST", "cost of its generations and embeddings", VALUE_MONEY, 9, 4, 8,
         columns_cost},
	{"latency_s", "LAT", "latency, by PostHog's rule", VALUE_SECONDS, 6, 5, 7, get_latency},
	{"explicit", "EXPL", "whether a $ai_trace event was sent", VALUE_BOOL, 4, 0, 0,
         get_explicit},
	{"wall_s", "WALL", "from the earliest start to the latest end", VALUE_SECONDS, 6, 0, 0,
         get_wall},
	{"cache_read_tokens", "CACHE", "input tokens read from a cache", VALUE_TOKENS, 5, 0, 0,
         columns_cache_read},
	{"total_tokens", "TOK", "input and output tokens as sent", VALUE_TOKENS, 5, 7, 6,
         columns_tokens},
	{"embeddings", "EMB", "embeddings in it", VALUE_COUNT, 3, 0, 0, columns_embeddings},
	{"spans", "SPANS", "spans in it", VALUE_COUNT, 5, 0, 0, columns_spans},
	{"cost_source", "PRICED", "reported, estimated or unpriced", VALUE_TEXT, 9, 0, 0,
         columns_cost_source},
	{"unpriced_events", "UNPR", "calls that the cost leaves out", VALUE_COUNT, 4, 0, 0,
         columns_unpriced},
	{"source", "SRC", "which of several sources it is from", VALUE_TEXT, 6, 0, 0,
         columns_source},
};
const struct columns columns_trace = COLUMNS(list);
