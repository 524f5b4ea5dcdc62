/* What loops cost, by tool: of which traces, calls and times, in however short steps. */
#include "query/loops.h"

#include "support/filter_bench.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#define ONE_USD INT64_C(1000000000000) /* as money is counted */

#define EVENT(kind, time, trace, properties)                                                       \
	"{\"uuid\":\"" trace time "\",\"event\":\"$ai_" kind "\",\"timestamp\":\"2026-03-01T" time \
	"Z\",\"properties\":{\"$ai_trace_id\":\"" trace "\"" properties "}}\n"
#define TOOL(time, trace, name, more)                                 \
	EVENT("span", time, trace,                                    \
	      ",\"$ai_span_type\":\"tool\",\"$ai_span_name\":\"" name \
	      "\",\"$ai_input_state\":{\"a\":1}" more)
#define CALL(time, trace, cost) EVENT("generation", time, trace, ",\"$ai_total_cost_usd\":" cost)

/* t1: what led to the second and third of three, t2: to two of four alike, of which one has no price; t3: no loop; t4: no money. */
static const char lines[] = CALL("10:00:00", "t1", "1") TOOL("10:00:01", "t1", "ask", "") CALL(
	"10:00:02", "t1", "2") TOOL("10:00:03", "t1", "ask", "") CALL("10:00:04", "t1", "4")
	TOOL("10:00:05", "t1", "ask", "") CALL("10:00:06", "t1", "8")
		TOOL("11:00:01", "t2", "ask", "") CALL("11:00:02", "t2", "16") TOOL(
			"11:00:03", "t2", "ask", "") EVENT("generation", "11:00:04", "t2",
                                                           ",\"$ai_model\":\"nobody-knows\"")
			TOOL("11:00:05", "t2", "ask", "") TOOL("11:00:07", "t2", "ask", "")
				TOOL("12:00:01", "t3", "ask", "") CALL("12:00:02", "t3", "32")
					TOOL("12:00:03", "t3", "ask", "")
						TOOL("13:00:01", "t4", "tell", "")
							TOOL("13:00:02", "t4", "tell", "")
								TOOL("13:00:03", "t4", "tell", "");

/* A loop of a tool within each call of another loop of it, with a USD each. */
#define OUTER(n)                                                                                  \
	"{\"uuid\":\"o" n "\",\"event\":\"$ai_span\",\"timestamp\":\"2026-03-01T10:0" n ":00Z\"," \
	"\"properties\":{\"$ai_trace_id\":\"t5\",\"$ai_span_id\":\"o" n                           \
	"\",\"$ai_span_type\":\"tool\",\"$ai_span_name\":\"task\",\"$ai_input_state\":{\"a\":1}}}\n"
#define INNER(n, m)                                                                                  \
	"{\"uuid\":\"i" n m "\",\"event\":\"$ai_span\",\"timestamp\":\"2026-03-01T10:0" n ":0" m     \
	"Z\","                                                                                       \
	"\"properties\":{\"$ai_trace_id\":\"t5\",\"$ai_parent_id\":\"o" n                            \
	"\",\"$ai_span_id\":\"i" n m                                                                 \
	"\",\"$ai_span_type\":\"tool\",\"$ai_span_name\":\"task\",\"$ai_input_state\":{\"a\":2}}}\n" \
	"{\"uuid\":\"g" n m "\",\"event\":\"$ai_generation\",\"timestamp\":\"2026-03-01T10:0" n      \
	":0" m "Z\",\"properties\":{\"$ai_trace_id\":\"t5\",\"$ai_parent_id\":\"i" n m               \
	"\",\"$ai_total_cost_usd\":1}}\n"
#define WITH_LOOP(n) OUTER(n) INNER(n, "1") INNER(n, "2") INNER(n, "3")
static const char nested[] = WITH_LOOP("1") WITH_LOOP("2") WITH_LOOP("3");

/* Before the loop of t4 begins. */
#define LARGE_SPANS 25000
#define SPAN                                                      \
	"{\"uuid\":\"s%d\",\"event\":\"$ai_span\","               \
	"\"timestamp\":\"2026-03-01T09:00:00Z\",\"properties\":{" \
	"\"$ai_trace_id\":\"t4\",\"$ai_span_id\":\"i%d\"}}\n"

/* A breakdown of the same calls, and what its keys mean. */
struct parts {
	struct split *split;
	struct breakdown *breakdown;
};

static struct parts split_calls(struct filter_bench *b, struct filtered *calls, const char *by)
{
	struct parts p;
	struct breakdown_query q = {
		.model = b->model, .filter = calls, .since = TIME_NONE, .until = TIME_NONE};

	assert_int_equal(split_new(&p.split, str_of(by), b->model, b->properties, NULL), ERR_OK);
	q.split = p.split;
	p.breakdown = breakdown_new(b->loop, &q, NULL, NULL);
	breakdown_wait(p.breakdown);
	return p;
}

static void free_parts(struct parts p)
{
	breakdown_free(p.breakdown);
	split_free(p.split);
}

/* "ask 22+1, tell 0": in USD, and how many have no price. */
static void append_costs(const struct loop_costs *c, struct parts tools, struct buf *out)
{
	for (uint32_t i = 0; i < breakdown_count(tools.breakdown); i++) {
		uint32_t key = breakdown_part(tools.breakdown, i)->key;
		const struct tree_sum *sum = loop_costs_of(c, key);

		buf_puts(out, i > 0 ? ", " : "");
		split_text(tools.split, key, out);
		if (sum == NULL)
			buf_puts(out, " -");
		else
			buf_printf(out, " %d+%u", (int)(sum->cost / ONE_USD), sum->unpriced);
	}
}

struct sums_bench {
	struct filter *filter;
	struct filter_bench b;
	struct filtered *calls;
	struct parts traces, tools;
	struct loop_costs *costs;
};

static void open_sums(struct sums_bench *s, struct str events, const char *text, int64_t since,
                      int64_t until)
{
	s->filter = filter_bench_parse(text);
	filter_bench_open(&s->b, events);
	filter_bench_feed_all(&s->b);
	s->calls = filter_bench_new(&s->b, s->filter, FILTERED_EVENTS);
	filtered_wait(s->calls);
	s->traces = split_calls(&s->b, s->calls, "trace");
	s->tools = split_calls(&s->b, s->calls, "tool");
	s->costs = loop_costs_new(&(struct loop_costs_of){.model = s->b.model,
	                                                  .calls = s->calls,
	                                                  .since = since,
	                                                  .until = until,
	                                                  .traces = s->traces.breakdown,
	                                                  .by_trace = s->traces.split,
	                                                  .by_tool = s->tools.split});
}

static void close_sums(struct sums_bench *s)
{
	loop_costs_free(s->costs);
	free_parts(s->traces);
	free_parts(s->tools);
	filtered_free(s->calls);
	filter_bench_close(&s->b);
	filter_free(s->filter);
}

static void check_of(struct str events, const char *text, int64_t since, int64_t until,
                     const char *expected)
{
	struct sums_bench s;
	struct buf said = {0};

	open_sums(&s, events, text, since, until);
	while (!loop_costs_step(s.costs, 0))
		continue;
	append_costs(s.costs, s.tools, &said);
	assert_string_equal(buf_text(&said), expected);
	close_sums(&s);
	buf_free(&said);
}

static void check(const char *text, int64_t since, int64_t until, const char *expected)
{
	check_of(STR(lines), text, since, until, expected);
}

static void a_loop_within_a_loop_is_not_added_twice(void **state)
{
	(void)state;
	check_of(STR(nested), "is:loop", TIME_NONE, TIME_NONE, "task 9+0");
	check_of(STR(nested), "is:loop @$ai_span_id:/^(o2|i12)$/", TIME_NONE, TIME_NONE,
	         "task 9+0");
	check_of(STR(nested), "is:loop id:i12", TIME_NONE, TIME_NONE, "task 3+0");
}

static void by_tool(void **state)
{
	(void)state;
	check("is:loop", TIME_NONE, TIME_NONE, "ask 22+1, tell 0+0");
}

/* One call of a loop that passes brings all of it. */
static void filtered_calls(void **state)
{
	(void)state;
	check("is:loop trace:t1", TIME_NONE, TIME_NONE, "ask 6+0");
	check("is:loop at:2026-03-01T11:00:05Z", TIME_NONE, TIME_NONE, "ask 16+1");
}

static void range(void **state)
{
	int64_t ten = INT64_C(1772359200000000), hour = 3600 * TIME_SECOND;

	(void)state;
	check("is:loop", ten, ten + hour, "ask 6+0, tell -");
	check("is:loop", ten + 5 * TIME_SECOND, ten + hour, "ask 6+0, tell -");
	check("is:loop", ten + hour, ten + 2 * hour, "ask 16+1, tell -");
}

/* What was made of a large trace is not freed at once: steps follow the one in which the last loop was added. */
static void large_trace(void **state)
{
	struct buf text = {0};
	struct sums_bench s;
	uint32_t tell;
	int more = 0;

	(void)state;
	for (int i = 0; i < LARGE_SPANS; i++)
		buf_printf(&text, SPAN, i, i);
	buf_puts(&text, lines);
	open_sums(&s, buf_str(&text), "is:loop", TIME_NONE, TIME_NONE);
	tell = breakdown_part(s.tools.breakdown, 1)->key;
	while (!loop_costs_step(s.costs, 0))
		more += loop_costs_of(s.costs, tell) != NULL;
	assert_true(more > 0);
	close_sums(&s);
	buf_free(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(by_tool),
		cmocka_unit_test(a_loop_within_a_loop_is_not_added_twice),
		cmocka_unit_test(filtered_calls),
		cmocka_unit_test(range),
		cmocka_unit_test(large_trace),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
