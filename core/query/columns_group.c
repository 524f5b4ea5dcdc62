/* The columns of the lists of users, of models, of tools and of groups. */
#include "query/columns.h"
#include "query/memberships.h"

static void get_user(const struct rows *r, uint32_t row, struct value *out, struct buf *scratch)
{
	uint32_t id = columns_group(r, row)->key;

	*out = id ? columns_id(r, id, scratch) : columns_text(STR("(anonymous)"));
}

static void get_person(const struct rows *r, uint32_t row, struct value *out, struct buf *scratch)
{
	uint32_t id = columns_group(r, row)->person;

	*out = id ? columns_id(r, id, scratch) : columns_text(STR_EMPTY);
}

static void get_traces(const struct rows *r, uint32_t row, struct value *out, struct buf *scratch)
{
	(void)scratch;
	*out = columns_count(columns_group(r, row)->traces);
}

static void get_sessions(const struct rows *r, uint32_t row, struct value *out, struct buf *scratch)
{
	(void)scratch;
	*out = columns_count(columns_group(r, row)->sessions);
}

static void get_last(const struct rows *r, uint32_t row, struct value *out, struct buf *scratch)
{
	(void)scratch;
	*out = columns_value(VALUE_TIME, columns_group(r, row)->last_time);
}

static const struct column users[] = {
	{"user", "USER", "distinct id; events without a person profile are one row", VALUE_TEXT, 16,
         1, 1, get_user},
	{"traces", "TRN", "traces with an event of theirs", VALUE_COUNT, 5, 5, 3, get_traces},
	{"sessions", "SES", "sessions of those traces", VALUE_COUNT, 5, 6, 4, get_sessions},
	{"generations", "GEN", "their generations", VALUE_COUNT, 5, 7, 5, columns_generations},
	{"errors", "ER", "events with an error", VALUE_COUNT, 3, 3, 6, columns_errors},
	{"input_tokens", "IN", "input tokens as sent", VALUE_TOKENS, 5, 8, 7, columns_input},
	{"output_tokens", "OUT", "output tokens as sent", VALUE_TOKENS, 5, 9, 8, columns_output},
	{"cost_usd", "COST", "cost of their generations and embeddings", VALUE_MONEY, 9, 2, 9,
         columns_cost},
	{"last_time", "LAST", "timestamp of their last event", VALUE_TIME, 8, 4, 2, get_last},
	{"total_tokens", "TOK", "input and output tokens as sent", VALUE_TOKENS, 5, 0, 0,
         columns_tokens},
	{"embeddings", "EMB", "their embeddings", VALUE_COUNT, 3, 0, 0, columns_embeddings},
	{"cost_source", "PRICED", "reported, estimated or unpriced", VALUE_TEXT, 9, 0, 0,
         columns_cost_source},
	{"unpriced_events", "UNPR", "calls that the cost leaves out", VALUE_COUNT, 4, 0, 0,
         columns_unpriced},
	{"person", "PERSON", "email or name of the person, where PostHog adds users up", VALUE_TEXT,
         20, 0, 0, get_person},
};
const struct columns columns_user = COLUMNS(users);

static struct model_pair pair_at(const struct rows *r, uint32_t row)
{
	return model_events(r->model)->models[columns_group(r, row)->key];
}

static void get_model(const struct rows *r, uint32_t row, struct value *out, struct buf *scratch)
{
	(void)scratch;
	*out = columns_text(strings_get(&model_events(r->model)->strings, pair_at(r, row).model));
}

static void get_provider(const struct rows *r, uint32_t row, struct value *out, struct buf *scratch)
{
	(void)scratch;
	*out = columns_text(
		strings_get(&model_events(r->model)->strings, pair_at(r, row).provider));
}

static void get_p50(const struct rows *r, uint32_t row, struct value *out, struct buf *scratch)
{
	(void)scratch;
	*out = columns_value(VALUE_SECONDS, columns_group(r, row)->p50);
}

static void get_p95(const struct rows *r, uint32_t row, struct value *out, struct buf *scratch)
{
	(void)scratch;
	*out = columns_value(VALUE_SECONDS, columns_group(r, row)->p95);
}

static void get_first_token(const struct rows *r, uint32_t row, struct value *out,
                            struct buf *scratch)
{
	(void)scratch;
	*out = columns_value(VALUE_SECONDS, columns_group(r, row)->first_token_p50);
}

static const struct column models[] = {
	{"model", "MODEL", "name of the model, as sent", VALUE_TEXT, 18, 1, 1, get_model},
	{"provider", "PROVIDER", "who served it", VALUE_TEXT, 10, 7, 2, get_provider},
	{"generations", "GEN", "its generations", VALUE_COUNT, 6, 4, 3, columns_generations},
	{"errors", "ER", "calls with an error", VALUE_COUNT, 3, 3, 4, columns_errors},
	{"input_tokens", "IN", "input tokens as sent", VALUE_TOKENS, 5, 8, 5, columns_input},
	{"output_tokens", "OUT", "output tokens as sent", VALUE_TOKENS, 5, 9, 6, columns_output},
	{"cost_usd", "COST", "cost of its calls", VALUE_MONEY, 9, 2, 10, columns_cost},
	{"p50_s", "P50", "median latency", VALUE_SECONDS, 6, 5, 7, get_p50},
	{"p95_s", "P95", "latency that 95 % of the calls keep within", VALUE_SECONDS, 6, 6, 8,
         get_p95},
	{"ttft_p50_s", "TTFT", "median time to the first token", VALUE_SECONDS, 6, 10, 9,
         get_first_token},
	{"total_tokens", "TOK", "input and output tokens as sent", VALUE_TOKENS, 5, 0, 0,
         columns_tokens},
	{"embeddings", "EMB", "its embeddings", VALUE_COUNT, 6, 0, 0, columns_embeddings},
	{"cost_source", "PRICED", "reported, estimated or unpriced", VALUE_TEXT, 9, 0, 0,
         columns_cost_source},
	{"unpriced_events", "UNPR", "calls that the cost leaves out", VALUE_COUNT, 4, 0, 0,
         columns_unpriced},
};
const struct columns columns_model = COLUMNS(models);

static void get_tool(const struct rows *r, uint32_t row, struct value *out, struct buf *scratch)
{
	(void)scratch;
	*out = columns_text(
		strings_get(&model_events(r->model)->strings, columns_group(r, row)->key));
}

#define ONE INT64_C(1000000000000)

static void get_error_share(const struct rows *r, uint32_t row, struct value *out,
                            struct buf *scratch)
{
	const struct totals *t = columns_totals(r, row);

	(void)scratch;
	*out = (struct value){.type = VALUE_PERCENT,
	                      .number = (money)t->errors * 100 * ONE / t->events,
	                      .error = t->errors > 0};
}

static void get_sum(const struct rows *r, uint32_t row, struct value *out, struct buf *scratch)
{
	(void)scratch;
	*out = columns_value(VALUE_SECONDS, columns_group(r, row)->latency);
}

static const struct column tools[] = {
	{"tool", "TOOL", "name of the tool, as its spans have it", VALUE_TEXT, 18, 1, 1, get_tool},
	{"calls", "CALLS", "its spans", VALUE_COUNT, 6, 4, 2, columns_spans},
	{"errors", "ER", "calls with an error", VALUE_COUNT, 3, 2, 3, columns_errors},
	{"error_percent", "ER%", "calls with an error, of a hundred", VALUE_PERCENT, 4, 6, 4,
         get_error_share},
	{"p50_s", "P50", "median latency", VALUE_SECONDS, 6, 7, 5, get_p50},
	{"p95_s", "P95", "latency that 95 % of the calls keep within", VALUE_SECONDS, 6, 5, 6,
         get_p95},
	{"total_s", "TOTAL", "sum of the latencies", VALUE_SECONDS, 6, 3, 7, get_sum},
	{"last_time", "LAST", "timestamp of its last call", VALUE_TIME, 8, 8, 8, get_last},
	{"traces", "TRN", "traces with a call of it", VALUE_COUNT, 5, 0, 0, get_traces},
	{"sessions", "SES", "sessions of those traces", VALUE_COUNT, 5, 0, 0, get_sessions},
};
const struct columns columns_tool = COLUMNS(tools);

static void get_type(const struct rows *r, uint32_t row, struct value *out, struct buf *scratch)
{
	(void)scratch;
	*out = columns_text(memberships_type(r->query.memberships, columns_group(r, row)->key));
}

static void get_key(const struct rows *r, uint32_t row, struct value *out, struct buf *scratch)
{
	(void)scratch;
	*out = columns_text(memberships_key(r->query.memberships, columns_group(r, row)->key));
}

static void get_group(const struct rows *r, uint32_t row, struct value *out, struct buf *scratch)
{
	uint32_t key = columns_group(r, row)->key;

	buf_clear(scratch);
	buf_append(scratch, memberships_type(r->query.memberships, key));
	buf_add(scratch, ':');
	buf_append(scratch, memberships_key(r->query.memberships, key));
	*out = columns_text(buf_str(scratch));
}

static const struct column memberships[] = {
	{"group", "GROUP", "a type and a key of $groups", VALUE_TEXT, 22, 1, 1, get_group},
	{"traces", "TRN", "traces with an event in it", VALUE_COUNT, 5, 5, 3, get_traces},
	{"sessions", "SES", "sessions of those traces", VALUE_COUNT, 5, 6, 4, get_sessions},
	{"generations", "GEN", "its generations", VALUE_COUNT, 5, 7, 5, columns_generations},
	{"errors", "ER", "events with an error", VALUE_COUNT, 3, 3, 6, columns_errors},
	{"input_tokens", "IN", "input tokens as sent", VALUE_TOKENS, 5, 8, 7, columns_input},
	{"output_tokens", "OUT", "output tokens as sent", VALUE_TOKENS, 5, 9, 8, columns_output},
	{"cost_usd", "COST", "cost of its generations and embeddings", VALUE_MONEY, 9, 2, 9,
         columns_cost},
	{"last_time", "LAST", "timestamp of its last event", VALUE_TIME, 8, 4, 2, get_last},
	{"total_tokens", "TOK", "input and output tokens as sent", VALUE_TOKENS, 5, 0, 0,
         columns_tokens},
	{"type", "TYPE", "the type alone", VALUE_TEXT, 10, 0, 0, get_type},
	{"key", "KEY", "the key alone", VALUE_TEXT, 12, 0, 0, get_key},
	{"cost_source", "PRICED", "reported, estimated or unpriced", VALUE_TEXT, 9, 0, 0,
         columns_cost_source},
	{"unpriced_events", "UNPR", "calls that the cost leaves out", VALUE_COUNT, 4, 0, 0,
         columns_unpriced},
};
const struct columns columns_membership = COLUMNS(memberships);
