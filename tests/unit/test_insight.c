/* What is said of a trace: what failed and what came of it, where money and time went, what its end hangs on; and that nothing is
 * said where nothing is wrong. */
#include "widget/insight_text.h"

#include "support/model_sample.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define CENT INT64_C(10000000000) /* 1e-12 USD */

struct fixture {
	struct events events;
	struct model *model;
	struct tree tree;
	struct insight insight;
	struct buf text;
	uint64_t place;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	events_init(&f->events);
	f->model = model_new(&f->events);
	*state = f;
	return 0;
}

static void forget(struct fixture *f)
{
	tree_free(&f->tree);
	insight_free(&f->insight);
	buf_clear(&f->text);
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	forget(f);
	buf_free(&f->text);
	model_free(f->model);
	events_fini(&f->events);
	free(f);
	return 0;
}

/* From `at` on for `seconds`; stop: the stop reason, NULL for none. */
static uint32_t put(struct fixture *f, struct sample s, double at, double seconds, const char *stop)
{
	uint32_t event;

	s.trace = "T";
	s.has_time = s.has_latency = true;
	s.time = 100 + at + seconds;
	s.latency = seconds;
	s.place = f->place++;
	event = sample_add(&f->events, &s);
	if (stop != NULL)
		events_set_extra(&f->events, EVENT_STOP_REASON,
		                 strings_add(&f->events.strings, str_of(stop)));
	model_add(f->model, event);
	return event;
}

#define CALL_OF(f, named, flag, at, seconds, stop, ...)                                       \
	put(f,                                                                                \
	    (struct sample){                                                                  \
		    .kind = EVENT_GENERATION, .name = (named), .flags = (flag), __VA_ARGS__}, \
	    at, seconds, stop)
#define CALL(f, at, seconds, stop, ...) \
	CALL_OF(f, "gpt", EVENT_HAS_OUTPUT, at, seconds, stop, __VA_ARGS__)
#define TOOL(f, named, at, seconds, failed)                                                \
	put(f,                                                                             \
	    (struct sample){.kind = EVENT_SPAN,                                            \
	                    .name = (named),                                               \
	                    .flags = (uint32_t)EVENT_TOOL | ((failed) ? EVENT_ERROR : 0)}, \
	    at, seconds, NULL)

static uint32_t trace_of(const struct fixture *f)
{
	return model_find_trace(f->model, ids_find(&f->events.ids, STR("T")));
}

/* In steps of no time. */
static void look(struct fixture *f)
{
	struct insight_build *b;
	struct alike alike;
	int steps = 0;

	forget(f);
	tree_build(&f->tree, f->model, trace_of(f));
	alike_find(&alike, &f->tree, &f->events);
	b = insight_start(f->model, trace_of(f), &f->tree, &alike);
	while (!insight_step(b, 0))
		assert_true(++steps < 1000000);
	insight_take(b, &f->insight);
	alike_free(&alike);
}

static const char *verdict(struct fixture *f)
{
	look(f);
	insight_verdict(&f->text, &f->events, &f->insight);
	return buf_text(&f->text);
}

static const char *facts(struct fixture *f)
{
	look(f);
	insight_facts(&f->text, f->model, trace_of(f), &f->insight);
	return buf_text(&f->text);
}

/* ---- the verdict ---------------------------------------------------------------------------- */

static void says_nothing(void **state)
{
	struct fixture *f = *state;

	CALL(f, 0, 1, "tool_calls", .trace = "T");
	TOOL(f, "search_orders", 1, 0.5, false);
	CALL(f, 1.5, 1, "stop", .trace = "T");
	assert_string_equal(verdict(f), "");
	assert_int_equal(f->insight.n_calls, 2);
	assert_int_equal(f->insight.calls[1].failed, EVENT_NONE);
}

static void answered_without_it(void **state)
{
	struct fixture *f = *state;
	uint32_t tool, answer;

	CALL(f, 0, 1.8, "tool_calls", .trace = "T");
	tool = TOOL(f, "refund_tool", 1.8, 6.1, true);
	answer = CALL(f, 7.9, 2, "stop", .trace = "T");
	assert_string_equal(verdict(f), "refund_tool failed at +7.9s, then answered without it");
	assert_int_equal(f->insight.answer, answer);
	assert_int_equal(f->insight.calls[1].failed, tool);
	buf_clear(&f->text);
	insight_failed_text(&f->text, &f->events, &f->insight, 1);
	assert_string_equal(buf_text(&f->text), "! answered after refund_tool failed");
}

static void http_status(void **state)
{
	struct fixture *f = *state;
	struct sample s = {.kind = EVENT_SPAN,
	                   .name = "refund_tool",
	                   .trace = "T",
	                   .flags = (uint32_t)EVENT_TOOL | EVENT_ERROR,
	                   .has_time = true,
	                   .time = 3};
	uint32_t event = sample_add(&f->events, &s);

	events_set_extra(&f->events, EVENT_HTTP_STATUS, 500);
	model_add(f->model, event);
	assert_string_equal(verdict(f), "refund_tool HTTP 500 at +0ms, nothing came after it");
}

/* A tool that is asked for is no answer, whether the stop reason says so or the tool that follows. */
static void no_answer(void **state)
{
	struct fixture *f = *state;

	TOOL(f, "lookup", 0, 1, true);
	CALL(f, 1, 1, "tool_use", .trace = "T");
	assert_string_equal(verdict(f), "lookup failed at +1.0s, no answer came after it");
	CALL(f, 2, 1, NULL, .trace = "T");
	TOOL(f, "other", 3, 1, false);
	assert_string_equal(verdict(f), "lookup failed at +1.0s, no answer came after it");
	CALL(f, 4, 1, NULL, .trace = "T");
	assert_string_equal(verdict(f), "lookup failed at +1.0s, then answered without it");
	assert_int_equal(f->insight.calls[2].failed, EVENT_NONE);
}

static void tried_again(void **state)
{
	struct fixture *f = *state;

	TOOL(f, "lookup", 0, 1, true);
	TOOL(f, "lookup", 1, 1, true);
	CALL(f, 2, 1, "stop", .trace = "T");
	assert_string_equal(verdict(f),
	                    "lookup failed at +1.0s, 2 tries, then answered without it");
	TOOL(f, "lookup", 3, 1, false);
	TOOL(f, "lookup", 4, 1, false);
	assert_string_equal(verdict(f), "lookup failed at +1.0s, worked on try 3");
	TOOL(f, "mail", 5, 1, true);
	assert_string_equal(verdict(f), "lookup failed at +1.0s, worked on try 3 (+1 other error)");
}

static void a_call_failed(void **state)
{
	struct fixture *f = *state;

	CALL_OF(f, "gpt", EVENT_ERROR, 0, 1, NULL, .trace = "T");
	CALL_OF(f, "spare", EVENT_HAS_OUTPUT, 1, 1, "stop", .trace = "T");
	assert_string_equal(verdict(f), "gpt failed at +1.0s, then spare #2 answered");
}

/* What failed below explains what failed above it. */
static void the_cause(void **state)
{
	struct fixture *f = *state;

	put(f,
	    (struct sample){.kind = EVENT_SPAN, .name = "agent", .span = "a", .flags = EVENT_ERROR},
	    0, 5, NULL);
	put(f,
	    (struct sample){.kind = EVENT_SPAN,
	                    .name = "tool",
	                    .parent = "a",
	                    .flags = (uint32_t)EVENT_TOOL | EVENT_ERROR},
	    1, 4, NULL);
	assert_string_equal(verdict(f), "tool failed at +5.0s, nothing came after it");
	put(f, (struct sample){.kind = EVENT_TRACE, .name = "t", .flags = EVENT_ERROR}, 0, 5, NULL);
	assert_string_equal(verdict(f), "tool failed at +5.0s, nothing came after it");
}

static void the_trace_alone(void **state)
{
	struct fixture *f = *state;

	CALL(f, 0, 1, "stop", .trace = "T");
	put(f, (struct sample){.kind = EVENT_TRACE, .name = "t", .flags = EVENT_ERROR}, 0, 5, NULL);
	assert_string_equal(verdict(f), "the trace failed, none of its spans did");
}

static void cut_off(void **state)
{
	struct fixture *f = *state;

	CALL(f, 0, 1, "length", .trace = "T");
	assert_string_equal(verdict(f), "gpt #1 was cut off at its limit of tokens");
	CALL(f, 2, 1, "stop", .trace = "T");
	assert_string_equal(verdict(f), "");
}

static void same_tool(struct fixture *f, double at, int64_t arguments, bool failed)
{
	struct sample s = {.kind = EVENT_SPAN,
	                   .trace = "T",
	                   .name = "update_address",
	                   .flags = (uint32_t)EVENT_TOOL | (failed ? EVENT_ERROR : 0),
	                   .has_time = true,
	                   .time = 101 + at,
	                   .has_latency = true,
	                   .latency = 1,
	                   .place = f->place++};
	uint32_t event = sample_add(&f->events, &s);

	events_set_extra(&f->events, EVENT_ARGUMENTS, arguments);
	model_add(f->model, event);
}

static void loops(void **state)
{
	struct fixture *f = *state;

	same_tool(f, 0, 7, false);
	same_tool(f, 1, 7, false);
	assert_string_equal(verdict(f), "");
	same_tool(f, 2, 7, false);
	assert_string_equal(verdict(f), "update_address x3 same arguments, 3.0s");
	TOOL(f, "mail", 3, 1, true);
	assert_string_equal(verdict(f), "mail failed at +4.0s, nothing came after it; "
	                                "update_address x3 same arguments, 3.0s");
}

/* Tries of what failed are told once. */
static void a_loop_that_fails(void **state)
{
	struct fixture *f = *state;

	for (int i = 0; i < 3; i++)
		same_tool(f, i, 7, true);
	assert_string_equal(verdict(f),
	                    "update_address failed at +1.0s, 3 tries, nothing came after it");
}

static void running(void **state)
{
	struct fixture *f = *state;

	TOOL(f, "lookup", 0, 1, true);
	CALL_OF(f, "gpt", EVENT_RUNNING, 1, 1, NULL, .trace = "T");
	assert_string_equal(verdict(f), "lookup failed at +1.0s, still running");
}

/* Names mean harm, times are missing or turn, parents go in circles: it ends, and what it says is clean. */
static void hostile(void **state)
{
	struct fixture *f = *state;
	struct sample s = {
		.trace = "T",
		.kind = EVENT_SPAN,
		.name = "\x1b]0;owned\a\n\xe2\x80\xae and a name that goes on and on and on",
		.span = "a",
		.parent = "b",
		.flags = (uint32_t)EVENT_TOOL | EVENT_ERROR};

	model_add(f->model, sample_add(&f->events, &s));
	s.span = "b";
	s.parent = "a";
	s.place = 1;
	model_add(f->model, sample_add(&f->events, &s));
	verdict(f);
	assert_true(f->text.n > 0 && f->text.n < 200);
	for (size_t i = 0; i < f->text.n; i++)
		assert_true((unsigned char)f->text.p[i] >= ' ' && f->text.p[i] != 0x7f);
	assert_null(strstr(buf_text(&f->text), "\xe2\x80\xae"));
}

/* ---- the facts ------------------------------------------------------------------------------ */

static void where_it_went(void **state)
{
	struct fixture *f = *state;

	CALL(f, 0, 1, "tool_calls", .has_cost = true, .cost = 2 * CENT, .has_input = true,
	     .input = 3000, .has_cache_read = true, .cache_read = 2520);
	TOOL(f, "search", 1, 0.5, false);
	TOOL(f, "refund_tool", 1.5, 6, false);
	CALL(f, 7.5, 2.5, "stop", .has_cost = true, .cost = 6 * CENT, .has_input = true,
	     .input = 11200, .has_cache_read = true);
	assert_string_equal(facts(f), "hot gpt #2 $0.06 (75%)  wait refund_tool 6.0s (60%)  "
	                              "ctx 3.0k>11k  cache 84% > 0% on #2");
	buf_clear(&f->text);
	insight_call_text(&f->text, &f->events, &f->insight, 1);
	assert_string_equal(buf_text(&f->text), "in 11k (+8.2k, a jump)  cache 0% (#1 84%)");
	buf_clear(&f->text);
	insight_call_text(&f->text, &f->events, &f->insight, 0);
	assert_string_equal(buf_text(&f->text), "");
	assert_int_equal(insight_lost(&f->insight, &f->events, 1), 2520);
}

/* Two agents of the same model: each is held against itself, with or without a span of its own round each call. */
static void agents(void **state)
{
	static const char *const spans[][2] = {{"x", NULL}, {"x1", "x"}, {"x2", "x"},
	                                       {"y", "x"},  {"y1", "y"}, {"y2", "y"}};
	struct fixture *f = *state;

	for (int i = 0; i < 6; i++)
		put(f,
		    (struct sample){.kind = EVENT_SPAN, .span = spans[i][0], .parent = spans[i][1]},
		    i, 20 - 2 * i, NULL);
	CALL(f, 10, 1, NULL, .parent = "x1", .has_input = true, .input = 100);
	CALL(f, 11, 1, NULL, .parent = "y", .has_input = true, .input = 5000);
	CALL(f, 12, 1, NULL, .parent = "x2", .has_input = true, .input = 160);
	CALL(f, 13, 1, NULL, .parent = "y", .has_input = true, .input = 5001);
	CALL_OF(f, "title", EVENT_HAS_OUTPUT, 14, 1, NULL, .parent = "y", .has_input = true,
	        .input = 9);
	look(f);
	assert_int_equal(f->insight.calls[2].before, 0);
	assert_int_equal(f->insight.calls[3].before, 1);
	assert_int_equal(f->insight.calls[4].before, INSIGHT_NONE);
	assert_int_equal(insight_growth(&f->insight, &f->events, 2), 60);
	assert_int_equal(insight_growth(&f->insight, &f->events, 3), 1);
	assert_int_equal(insight_growth(&f->insight, &f->events, 4), EVENT_UNKNOWN);
	assert_false(insight_jumped(&f->insight, &f->events, 2));
}

/* ---- the critical path ---------------------------------------------------------------------- */

static struct insight_path path_of(struct fixture *f)
{
	struct insight_path_build *b;
	struct insight_path p;
	int steps = 0;

	look(f);
	b = insight_path_start(&f->events, &f->tree);
	while (!insight_path_step(b, 0))
		assert_true(++steps < 1000000);
	insight_path_take(b, &p);
	return p;
}

static void path_is(struct fixture *f, const char *expected)
{
	struct insight_path p = path_of(f);

	buf_clear(&f->text);
	for (uint32_t i = 0; i < f->tree.n; i++)
		if (bits_get(&p.nodes, i))
			buf_append(&f->text, events_name(&f->events, f->tree.nodes[i].event));
	assert_string_equal(buf_text(&f->text), expected);
	insight_path_free(&p);
}

#define SPAN(f, id, under, at, seconds)                                                            \
	put(f, (struct sample){.kind = EVENT_SPAN, .name = (id), .span = (id), .parent = (under)}, \
	    at, seconds, NULL)

static void path(void **state)
{
	struct fixture *f = *state;
	struct insight_path p;

	SPAN(f, "a", NULL, 0, 10);
	SPAN(f, "b", "a", 0, 4);
	SPAN(f, "c", "a", 1, 2);
	SPAN(f, "d", "a", 4, 5.5);
	SPAN(f, "e", "d", 4.5, 2);
	SPAN(f, "f", "d", 4.5, 5);
	path_is(f, "abdf");
	p = path_of(f);
	buf_clear(&f->text);
	insight_path_text(&f->text, &p, f->tree.n);
	assert_string_equal(buf_text(&f->text), "critical path 4 of 6 spans, 10.0s of 10.0s");
	buf_clear(&f->text);
	insight_path_lines(&f->text, &f->events, &f->tree, &p);
	assert_string_equal(buf_text(&f->text), "+0ms    10.0s   a\n"
	                                        "+0ms    4.0s      b\n"
	                                        "+4.0s   5.5s      d\n"
	                                        "+4.5s   5.0s        f\n");
	insight_path_free(&p);
}

/* A parent that does not wait leads to its child; stamps that come late part nothing; what runs beside is left out. */
static void path_of_rough_times(void **state)
{
	struct fixture *f = *state;

	SPAN(f, "a", NULL, 0, 1);
	SPAN(f, "b", "a", 0.5, 9);
	path_is(f, "ab");
	SPAN(f, "c", "b", 0.5, 4.05);
	SPAN(f, "d", "b", 4.5, 5);
	SPAN(f, "e", "b", 4.3, 0.6);
	path_is(f, "abcd");
}

static void path_of_nothing(void **state)
{
	struct fixture *f = *state;
	struct sample s = {.trace = "T", .kind = EVENT_SPAN, .name = "x"};
	struct insight_path p;

	model_add(f->model, sample_add(&f->events, &s));
	p = path_of(f);
	assert_int_equal(p.n, 0);
	assert_int_equal(p.whole, 0);
	insight_path_free(&p);
}

/* Whatever events there are: it ends, and stays in bounds. Nothing on the path lies outside of the whole. */
static void any_events(void **state)
{
	struct fixture *f = *state;
	uint32_t seed = 1;

	for (uint32_t i = 0; i < 400; i++) {
		uint8_t bytes[SAMPLE_BYTES];
		struct sample s;
		struct insight_path p;

		for (size_t j = 0; j < sizeof(bytes); j++) {
			seed = seed * 1664525 + 1013904223;
			bytes[j] = (uint8_t)(seed >> 24);
		}
		s = sample_decode(bytes, i);
		s.trace = "T";
		model_add(f->model, sample_add(&f->events, &s));
		if (i % 20 != 19)
			continue;
		p = path_of(f);
		assert_true(p.n <= f->tree.n && p.covered <= p.whole);
		insight_path_free(&p);
		verdict(f);
		facts(f);
	}
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(says_nothing), TEST(answered_without_it), TEST(http_status),
		TEST(no_answer),    TEST(tried_again),         TEST(a_call_failed),
		TEST(the_cause),    TEST(the_trace_alone),     TEST(cut_off),
		TEST(loops),        TEST(a_loop_that_fails),   TEST(running),
		TEST(hostile),      TEST(where_it_went),       TEST(agents),
		TEST(path),         TEST(path_of_rough_times), TEST(path_of_nothing),
		TEST(any_events),
	};
#undef TEST
	return cmocka_run_group_tests(tests, NULL, NULL);
}
