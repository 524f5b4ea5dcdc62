/* The columns of what events are split into. */
#include "query/breakdown.h"
#include "query/columns.h"

#define ONE INT64_C(1000000000000)

static const struct breakdown_part *part_at(const struct rows *r, uint32_t row)
{
	return breakdown_part(r->query.breakdown, r->at[row]);
}

static void get_value(const struct rows *r, uint32_t row, struct value *out, struct buf *scratch)
{
	uint32_t key = part_at(r, row)->key;

	buf_clear(scratch);
	if (r->query.split != NULL)
		split_text(r->query.split, key, scratch);
	*out = columns_text(buf_str(scratch));
}

static void get_calls(const struct rows *r, uint32_t row, struct value *out, struct buf *scratch)
{
	(void)scratch;
	*out = columns_count(part_at(r, row)->calls);
}

static void get_failed(const struct rows *r, uint32_t row, struct value *out, struct buf *scratch)
{
	(void)scratch;
	*out = columns_count(part_at(r, row)->failed);
	out->error = out->number > 0;
}

static struct value share(money part, money whole)
{
	if (whole <= 0)
		return (struct value){.type = VALUE_UNKNOWN};
	return (struct value){.type = VALUE_PERCENT, .number = part * 100 * ONE / whole};
}

static void get_failed_share(const struct rows *r, uint32_t row, struct value *out,
                             struct buf *scratch)
{
	const struct breakdown_part *p = part_at(r, row);

	(void)scratch;
	*out = share(p->failed, p->calls);
	out->error = p->failed > 0;
}

static void get_cost_share(const struct rows *r, uint32_t row, struct value *out,
                           struct buf *scratch)
{
	money cost, all;

	(void)scratch;
	*out = (struct value){.type = VALUE_UNKNOWN};
	if (totals_cost(columns_totals(r, row), &cost) && breakdown_cost(r->query.breakdown, &all))
		*out = share(cost, all);
}

static void get_cost_of_call(const struct rows *r, uint32_t row, struct value *out,
                             struct buf *scratch)
{
	const struct totals *t = columns_totals(r, row);
	uint32_t priced = t->reported + t->estimated;

	(void)scratch;
	*out = value_of_cost(t);
	if (out->type == VALUE_MONEY)
		out->number /= priced;
}

static void get_cached_share(const struct rows *r, uint32_t row, struct value *out,
                             struct buf *scratch)
{
	const struct breakdown_part *p = part_at(r, row);

	(void)scratch;
	*out = share(p->cached, p->prompt);
}

static void get_traces(const struct rows *r, uint32_t row, struct value *out, struct buf *scratch)
{
	(void)scratch;
	*out = columns_count(part_at(r, row)->traces);
}

static void get_sessions(const struct rows *r, uint32_t row, struct value *out, struct buf *scratch)
{
	(void)scratch;
	*out = columns_count(part_at(r, row)->sessions);
}

static void get_users(const struct rows *r, uint32_t row, struct value *out, struct buf *scratch)
{
	(void)scratch;
	*out = columns_count(part_at(r, row)->users);
}

#define GETTER(name, type, what)                                                \
	static void name(const struct rows *r, uint32_t row, struct value *out, \
	                 struct buf *scratch)                                   \
	{                                                                       \
		(void)scratch;                                                  \
		*out = columns_value(type, part_at(r, row)->what);              \
	}
GETTER(get_p50, VALUE_SECONDS, latency.p50)
GETTER(get_p90, VALUE_SECONDS, latency.p90)
GETTER(get_p95, VALUE_SECONDS, latency.p95)
GETTER(get_p99, VALUE_SECONDS, latency.p99)
GETTER(get_max, VALUE_SECONDS, latency.max)
GETTER(get_first_token_p50, VALUE_SECONDS, first_token_p50)
GETTER(get_first_token_p95, VALUE_SECONDS, first_token_p95)
GETTER(get_first, VALUE_TIME, first)
GETTER(get_last, VALUE_TIME, last)

static const struct column parts[] = {
	{"value", "VALUE", "what its events have in common", VALUE_TEXT, 20, 1, 1, get_value},
	{"calls", "CALLS", "its generations and embeddings; of tools, names and kinds all events",
         VALUE_COUNT, 6, 3, 2, get_calls},
	{"cost_usd", "COST", "what its calls cost", VALUE_MONEY, 9, 2, 3, columns_cost},
	{"cost_percent", "SHARE", "of what all of them cost", VALUE_PERCENT, 5, 4, 4,
         get_cost_share},
	{"input_tokens", "IN", "input tokens as sent", VALUE_TOKENS, 5, 7, 5, columns_input},
	{"output_tokens", "OUT", "output tokens as sent", VALUE_TOKENS, 5, 8, 6, columns_output},
	{"cache_percent", "CACHE", "of the prompts' tokens, those read from a cache", VALUE_PERCENT,
         5, 9, 7, get_cached_share},
	{"p50_s", "P50", "median latency of its calls", VALUE_SECONDS, 6, 10, 8, get_p50},
	{"p90_s", "P90", "latency that 90 % of its calls keep within", VALUE_SECONDS, 6, 0, 0,
         get_p90},
	{"p95_s", "P95", "latency that 95 % of its calls keep within", VALUE_SECONDS, 6, 5, 9,
         get_p95},
	{"p99_s", "P99", "latency that 99 % of its calls keep within", VALUE_SECONDS, 6, 11, 10,
         get_p99},
	{"max_s", "MAX", "the longest of its calls", VALUE_SECONDS, 6, 0, 0, get_max},
	{"ttft_p50_s", "TTFT", "median time to the first token", VALUE_SECONDS, 6, 12, 11,
         get_first_token_p50},
	{"ttft_p95_s", "TTFT95", "time to the first token that 95 % keep within", VALUE_SECONDS, 6,
         0, 0, get_first_token_p95},
	{"error_percent", "ER%", "its calls with an error, of a hundred", VALUE_PERCENT, 5, 6, 12,
         get_failed_share},
	{"failed", "FAILED", "its calls with an error", VALUE_COUNT, 6, 0, 0, get_failed},
	{"cost_per_call_usd", "$/CALL", "what a call of it costs on average", VALUE_MONEY, 9, 13,
         13, get_cost_of_call},
	{"traces", "TRACES", "different traces", VALUE_COUNT, 6, 14, 14, get_traces},
	{"sessions", "SESS", "different sessions of these traces", VALUE_COUNT, 6, 0, 0,
         get_sessions},
	{"users", "USERS", "different users", VALUE_COUNT, 6, 0, 0, get_users},
	{"events", "EVENTS", "all its events", VALUE_COUNT, 6, 0, 0, columns_events},
	{"errors", "ER", "its events with an error", VALUE_COUNT, 4, 0, 0, columns_errors},
	{"cache_read_tokens", "CREAD", "tokens read from a cache", VALUE_TOKENS, 5, 0, 0,
         columns_cache_read},
	{"total_tokens", "TOK", "input and output tokens as sent", VALUE_TOKENS, 5, 0, 0,
         columns_tokens},
	{"cost_source", "PRICED", "reported, estimated or unpriced", VALUE_TEXT, 9, 0, 0,
         columns_cost_source},
	{"unpriced_events", "UNPR", "calls that the cost leaves out", VALUE_COUNT, 4, 0, 0,
         columns_unpriced},
	{"first_time", "FIRST", "timestamp of its first event", VALUE_TIME, 8, 0, 0, get_first},
	{"last_time", "LAST", "timestamp of its last event", VALUE_TIME, 8, 15, 15, get_last},
};
const struct columns columns_part = COLUMNS(parts);
