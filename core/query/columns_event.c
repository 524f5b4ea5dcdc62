/* The columns of the lists of generations and of spans: one table, since both are events. */
#include "query/columns.h"

static const struct events *table(const struct rows *r)
{
	return model_events(r->model);
}

static const struct event *event_at(const struct rows *r, uint32_t row)
{
	return events_get(table(r), r->at[row]);
}

static struct value extra(const struct rows *r, uint32_t row, enum event_field field,
                          enum value_type type)
{
	int64_t number;

	if (!events_extra(table(r), r->at[row], field, &number))
		number = EVENT_UNKNOWN;
	return columns_value(type, number);
}

static void get_uuid(const struct rows *r, uint32_t row, struct value *out, struct buf *scratch)
{
	*out = columns_id(r, events_uuid(table(r), r->at[row]), scratch);
}

static void get_event(const struct rows *r, uint32_t row, struct value *out, struct buf *scratch)
{
	enum event_kind kind = event_kind(event_at(r, row));
	int64_t name;

	(void)scratch;
	if (kind != EVENT_OTHER_AI)
		*out = columns_text(event_kind_name(kind));
	else if (events_extra(table(r), r->at[row], EVENT_NAME, &name))
		*out = columns_text(strings_get(&table(r)->strings, (uint32_t)name));
	else
		*out = columns_value(VALUE_TEXT, COLUMNS_UNKNOWN);
}

static void get_time(const struct rows *r, uint32_t row, struct value *out, struct buf *scratch)
{
	(void)scratch;
	*out = columns_value(VALUE_TIME, event_at(r, row)->time);
}

static void get_start(const struct rows *r, uint32_t row, struct value *out, struct buf *scratch)
{
	(void)scratch;
	*out = columns_value(VALUE_TIME, events_start(table(r), r->at[row]));
}

static void get_trace(const struct rows *r, uint32_t row, struct value *out, struct buf *scratch)
{
	*out = columns_id(r, event_at(r, row)->trace, scratch);
}

static void get_session(const struct rows *r, uint32_t row, struct value *out, struct buf *scratch)
{
	uint32_t id = events_session(table(r), r->at[row]);
	uint32_t trace = id ? MODEL_NONE : model_trace_of(r->model, r->at[row]);
	uint32_t session = trace == MODEL_NONE ? MODEL_NONE : model_trace(r->model, trace)->session;

	if (session != MODEL_NONE)
		id = model_session(r->model, session)->id;
	*out = columns_id(r, id, scratch);
}

static void get_span(const struct rows *r, uint32_t row, struct value *out, struct buf *scratch)
{
	*out = columns_id(r, events_span_sent(table(r), r->at[row]), scratch);
}

static void get_parent(const struct rows *r, uint32_t row, struct value *out, struct buf *scratch)
{
	*out = columns_id(r, event_at(r, row)->parent, scratch);
}

static void get_name(const struct rows *r, uint32_t row, struct value *out, struct buf *scratch)
{
	(void)scratch;
	*out = columns_text(events_name(table(r), r->at[row]));
}

static void get_model(const struct rows *r, uint32_t row, struct value *out, struct buf *scratch)
{
	(void)scratch;
	*out = columns_text(events_model(table(r), r->at[row]));
}

static void get_provider(const struct rows *r, uint32_t row, struct value *out, struct buf *scratch)
{
	(void)scratch;
	*out = columns_text(events_provider(table(r), r->at[row]));
}

static void get_user(const struct rows *r, uint32_t row, struct value *out, struct buf *scratch)
{
	*out = columns_id(r, event_at(r, row)->user, scratch);
}

static void get_status(const struct rows *r, uint32_t row, struct value *out, struct buf *scratch)
{
	uint32_t flags = event_at(r, row)->flags;

	(void)scratch;
	if (flags & EVENT_ERROR)
		*out = columns_text(STR("error"));
	else if (flags & EVENT_RUNNING)
		*out = columns_text(STR("running"));
	else
		*out = columns_text(STR("ok"));
	out->error = flags & EVENT_ERROR;
}

static void get_latency(const struct rows *r, uint32_t row, struct value *out, struct buf *scratch)
{
	(void)scratch;
	*out = columns_value(VALUE_SECONDS, events_latency(table(r), r->at[row]));
}

static void get_first_token(const struct rows *r, uint32_t row, struct value *out,
                            struct buf *scratch)
{
	(void)scratch;
	*out = extra(r, row, EVENT_FIRST_TOKEN, VALUE_SECONDS);
}

static void get_input(const struct rows *r, uint32_t row, struct value *out, struct buf *scratch)
{
	(void)scratch;
	*out = columns_value(VALUE_TOKENS, events_input(table(r), r->at[row]));
}

static void get_output(const struct rows *r, uint32_t row, struct value *out, struct buf *scratch)
{
	(void)scratch;
	*out = columns_value(VALUE_TOKENS, events_output(table(r), r->at[row]));
}

static void get_cache_read(const struct rows *r, uint32_t row, struct value *out,
                           struct buf *scratch)
{
	(void)scratch;
	*out = columns_value(VALUE_TOKENS, events_cache_read(table(r), r->at[row]));
}

static void get_cache_write(const struct rows *r, uint32_t row, struct value *out,
                            struct buf *scratch)
{
	(void)scratch;
	*out = extra(r, row, EVENT_CACHE_WRITE, VALUE_TOKENS);
}

static void get_reasoning(const struct rows *r, uint32_t row, struct value *out,
                          struct buf *scratch)
{
	(void)scratch;
	*out = extra(r, row, EVENT_REASONING, VALUE_TOKENS);
}

static void get_total(const struct rows *r, uint32_t row, struct value *out, struct buf *scratch)
{
	struct value output;

	get_input(r, row, out, scratch);
	get_output(r, row, &output, scratch);
	if (out->type == VALUE_UNKNOWN)
		*out = output;
	else if (output.type != VALUE_UNKNOWN)
		out->number += output.number;
}

static void get_cost(const struct rows *r, uint32_t row, struct value *out, struct buf *scratch)
{
	(void)scratch;
	*out = value_of_event_cost(event_at(r, row));
}

static void get_cost_source(const struct rows *r, uint32_t row, struct value *out,
                            struct buf *scratch)
{
	const struct event *e = event_at(r, row);

	(void)scratch;
	if (e->cost != EVENT_NO_COST)
		*out = columns_text(e->flags & EVENT_COST_ESTIMATED ? STR("estimated")
		                                                    : STR("reported"));
	else if (event_is_call(e))
		*out = columns_text(STR("unpriced"));
	else
		*out = columns_value(VALUE_TEXT, COLUMNS_UNKNOWN);
}

static void get_part(const struct rows *r, uint32_t row, enum event_field part, struct value *out)
{
	*out = extra(r, row, part, VALUE_MONEY);
	out->estimate = out->type == VALUE_MONEY && event_cost_computed(event_at(r, row), part);
}

static void get_input_cost(const struct rows *r, uint32_t row, struct value *out,
                           struct buf *scratch)
{
	(void)scratch;
	get_part(r, row, EVENT_COST_INPUT, out);
}

static void get_cache_cost(const struct rows *r, uint32_t row, struct value *out,
                           struct buf *scratch)
{
	(void)scratch;
	get_part(r, row, EVENT_COST_CACHE, out);
}

static void get_output_cost(const struct rows *r, uint32_t row, struct value *out,
                            struct buf *scratch)
{
	(void)scratch;
	get_part(r, row, EVENT_COST_OUTPUT, out);
}

static void get_error(const struct rows *r, uint32_t row, struct value *out, struct buf *scratch)
{
	buf_clear(scratch);
	if (event_at(r, row)->flags & EVENT_ERROR)
		events_error_text(table(r), r->at[row], scratch);
	*out = columns_text(buf_str(scratch));
	out->error = out->type == VALUE_TEXT;
}

static const struct column list[] = {
	{"uuid", "UUID", "uuid of the event", VALUE_TEXT, 36, 0, 0, get_uuid},
	{"event", "EVENT", "name of the event, as sent", VALUE_TEXT, 14, 0, 0, get_event},
	{"time", "TIME", "timestamp of the event", VALUE_TIME, 8, 1, 1, get_time},
	{"start_time", "START", "when it started", VALUE_TIME, 8, 0, 0, get_start},
	{"trace_id", "TRACE", "trace it belongs to", VALUE_TEXT, 12, 0, 0, get_trace},
	{"session_id", "SESSION", "its session, else its trace's", VALUE_TEXT, 12, 0, 0,
         get_session},
	{"span_id", "SPAN", "id of the span, as sent", VALUE_TEXT, 12, 0, 0, get_span},
	{"parent_id", "PARENT", "id of its parent, as sent", VALUE_TEXT, 12, 0, 0, get_parent},
	{"name", "NAME", "name of the span", VALUE_TEXT, 14, 2, 2, get_name},
	{"model", "MODEL", "name of the model, as sent", VALUE_TEXT, 12, 6, 3, get_model},
	{"provider", "PROVIDER", "who served it", VALUE_TEXT, 10, 0, 0, get_provider},
	{"user", "USER", "distinct id of who caused it", VALUE_TEXT, 12, 9, 4, get_user},
	{"status", "STATUS", "ok, error or running", VALUE_TEXT, 7, 4, 5, get_status},
	{"latency_s", "LAT", "how long it took", VALUE_SECONDS, 6, 5, 10, get_latency},
	{"ttft_s", "TTFT", "time to the first token", VALUE_SECONDS, 6, 10, 9, get_first_token},
	{"input_tokens", "IN", "input tokens as sent", VALUE_TOKENS, 5, 7, 6, get_input},
	{"output_tokens", "OUT", "output tokens as sent", VALUE_TOKENS, 5, 8, 7, get_output},
	{"cache_read_tokens", "CACHE", "input tokens read from a cache", VALUE_TOKENS, 5, 11, 8,
         get_cache_read},
	{"cache_write_tokens", "CWRITE", "tokens written to a cache", VALUE_TOKENS, 6, 0, 0,
         get_cache_write},
	{"reasoning_tokens", "THINK", "reasoning tokens", VALUE_TOKENS, 5, 0, 0, get_reasoning},
	{"cost_usd", "COST", "what it cost", VALUE_MONEY, 9, 3, 11, get_cost},
	{"cost_source", "PRICED", "reported, estimated or unpriced", VALUE_TEXT, 9, 0, 0,
         get_cost_source},
	{"error", "ERROR", "text of the error", VALUE_TEXT, 24, 12, 12, get_error},
	{"total_tokens", "TOK", "input and output tokens as sent", VALUE_TOKENS, 5, 0, 0,
         get_total},
	{"input_cost_usd", "IN$", "what the input cost, of it the cache", VALUE_MONEY, 9, 0, 0,
         get_input_cost},
	{"cache_cost_usd", "CACHE$", "of that, what a cache's reads and writes cost", VALUE_MONEY,
         9, 0, 0, get_cache_cost},
	{"output_cost_usd", "OUT$", "what the output cost", VALUE_MONEY, 9, 0, 0, get_output_cost},
	{"source", "SRC", "which of several sources it is from", VALUE_TEXT, 6, 0, 0,
         columns_source},
};
const struct columns columns_event = COLUMNS(list);
