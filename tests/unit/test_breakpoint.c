/* What a breakpoint hits of events that are fed one by one, after some that were there before. */
#include "query/breakpoint.h"

#include "base/slice.h"
#include "support/filter_bench.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define EVENT(kind, uuid, trace, properties)                                  \
	"{\"event\":\"$ai_" kind "\",\"uuid\":\"" uuid                        \
	"\",\"timestamp\":\"2026-11-22T10:00:00Z\",\"distinct_id\":\"anna\"," \
	"\"properties\":{\"$ai_trace_id\":\"" trace "\"" properties "}}\n"
#define ERROR ",\"$ai_is_error\":true"
#define FETCH \
	",\"$ai_span_type\":\"tool\",\"$ai_span_name\":\"web_fetch\",\"$ai_parent_id\":\"root\""
#define COST(n)  ",\"$ai_total_cost_usd\":" #n
#define SAYS(it) ",\"$ai_output_choices\":\"" it "\""

struct watch {
	struct filter_bench bench;
	struct filter *filter;
	struct breakpoint *point;
};

static void step(struct watch *w)
{
	while (!breakpoint_step(w->point, SLICE_WHOLE))
		;
	/* What workers have found. */
	while (loop_step(w->bench.loop, true))
		while (!breakpoint_step(w->point, SLICE_WHOLE))
			;
	while (!breakpoint_step(w->point, SLICE_WHOLE))
		;
}

/* So many of the lines are there before it is set; nothing is looked at yet. */
static void set_watch(struct watch *w, const char *lines, unsigned before, const char *filter,
                      int64_t since)
{
	struct filtered_context with;
	struct errinfo e = {0};

	filter_bench_open(&w->bench, str_of(lines));
	for (unsigned i = 0; i < before; i++)
		filter_bench_feed(&w->bench);
	with = filter_bench_context(&w->bench);
	w->filter = filter_bench_parse(filter);
	if (breakpoint_new(&w->point, w->filter, since, &with, &e) != ERR_OK)
		fail_msg("%s: %s", filter, e.msg);
}

static void open_watch(struct watch *w, const char *lines, unsigned before, const char *filter,
                       int64_t since)
{
	set_watch(w, lines, before, filter, since);
	step(w);
}

static void close_watch(struct watch *w)
{
	breakpoint_free(w->point);
	filter_free(w->filter);
	filter_bench_close(&w->bench);
}

/* "3 5/1": events, and where it is not the first the alternative that held. */
static void expect_hits(struct watch *w, const char *filter, const char *expected)
{
	struct buf hits = {0};

	for (uint32_t i = 0; i < breakpoint_count(w->point); i++) {
		struct breakpoint_hit hit = breakpoint_hit(w->point, i);

		buf_printf(&hits, "%s%u", i > 0 ? " " : "", hit.event);
		if (hit.alternative > 0)
			buf_printf(&hits, "/%u", hit.alternative);
	}
	if (strcmp(buf_text(&hits), expected) != 0)
		fail_msg("%s: hits <%s>, not <%s>", filter, buf_text(&hits), expected);
	buf_free(&hits);
}

/* One by one, then all that remain at once: the same hits come of both. */
static void check(const char *lines, unsigned before, const char *filter, const char *expected)
{
	for (int together = 0; together < 2; together++) {
		struct watch w;
		bool more = true;

		open_watch(&w, lines, before, filter, TIME_NONE);
		while (more) {
			more = filter_bench_feed(&w.bench);
			if (!together || !more)
				step(&w);
		}
		step(&w);
		expect_hits(&w, filter, expected);
		close_watch(&w);
	}
}

/* ---- events ---------------------------------------------------------------------------------------------------------- */

static const char calls[] =
	/* 0 */ EVENT("generation", "u0", "a", ERROR)
	/* 1 */ EVENT("generation", "u1", "a", COST(0.1))
	/* 2 */ EVENT("generation", "u2", "a", ERROR)
	/* 3 */ EVENT("generation", "u3", "b", COST(0.6))
	/* 4 */ EVENT("generation", "u4", "b", ERROR COST(0.7))
	/* 5 */ EVENT("generation", "u5", "b", SAYS("refund it"));

static void what_arrives_hits(void **state)
{
	(void)state;
	check(calls, 2, "is:error", "2 4");
	check(calls, 2, "cost:>0.50", "3 4");
	check(calls, 2, "is:error OR cost:>0.50", "2 3/1 4");
	check(calls, 2, "is:error cost:>0.50", "4");
	check(calls, 2, "(is:error OR cost:>0.50) trace:b", "3 4");
	check(calls, 2, "refund", "5");
	check(calls, 2, "model:none", "");
}

static void what_was_there_does_not(void **state)
{
	(void)state;
	check(calls, 6, "is:error OR cost:>0.1", "");
	check(calls, 5, "is:error", "");
}

/* Of a source that is asked for what is old as well. */
static void what_is_older_than_the_time_does_not(void **state)
{
	struct watch w;

	(void)state;
	open_watch(&w, calls, 0, "is:error", time_parse(STR("2026-11-22T10:00:00Z")));
	filter_bench_feed_all(&w.bench);
	step(&w);
	expect_hits(&w, "of that time", "0 2 4");
	close_watch(&w);
	open_watch(&w, calls, 0, "is:error", time_parse(STR("2026-11-22T10:00:01Z")));
	filter_bench_feed_all(&w.bench);
	step(&w);
	expect_hits(&w, "older", "");
	close_watch(&w);
}

static const char again[] =
	/* 0 */ EVENT("generation", "u0", "a", ERROR)
	/* 1 */ EVENT("generation", "u1", "a", ERROR)
	/* 2 */ EVENT("generation", "u0", "a", ERROR)
	/* 3 */ EVENT("generation", "u1", "a", ERROR)
	/* 4 */ EVENT("generation", "u2", "a", "")
	/* 5 */ EVENT("generation", "u2", "a", ERROR);

static void duplicates_do_not_hit_again(void **state)
{
	struct watch w;

	(void)state;
	/* u0 was there, u1 hits the first time, u2 only as it is sent again. */
	open_watch(&w, again, 1, "is:error", TIME_NONE);
	while (filter_bench_feed(&w.bench))
		step(&w);
	step(&w);
	expect_hits(&w, "is:error", "1 5");
	close_watch(&w);
	/* Of those that come together the last stands for all. */
	open_watch(&w, again, 1, "is:error", TIME_NONE);
	filter_bench_feed_all(&w.bench);
	step(&w);
	expect_hits(&w, "is:error at once", "3 5");
	close_watch(&w);
}

/* ---- traces ---------------------------------------------------------------------------------------------------------- */

static const char fetches[] =
	/* 0 */ EVENT("span", "f0", "a", FETCH)
	/* 1 */ EVENT("span", "f1", "a", FETCH)
	/* 2 */ EVENT("span", "f2", "b", FETCH)
	/* 3 */ EVENT("span", "f3", "a", FETCH)
	/* 4 */ EVENT("span", "f4", "a", FETCH)
	/* 5 */ EVENT("span", "f5", "b", FETCH)
	/* 6 */ EVENT("span", "r", "a", ",\"$ai_span_id\":\"root\",\"$ai_span_name\":\"agent\"")
	/* 7 */ EVENT("generation", "g", "a", ERROR)
	/* 8 */ EVENT("generation", "h", "a", ERROR);

static void one_by_one(const char *lines, unsigned before, const char *filter, const char *expected)
{
	struct watch w;

	open_watch(&w, lines, before, filter, TIME_NONE);
	while (filter_bench_feed(&w.bench))
		step(&w);
	step(&w);
	expect_hits(&w, filter, expected);
	close_watch(&w);
}

static void a_trace_hits_once(void **state)
{
	(void)state;
	one_by_one(fetches, 2, "count(tool:web_fetch):>2", "3");
	one_by_one(fetches, 2, "count(tool:web_fetch):>1", "5"); /* a did so before */
	one_by_one(fetches, 2, "trace(is:error)", "7");
	one_by_one(fetches, 0, "trace(any(tool:web_fetch) any(is:error))", "7");
	one_by_one(fetches, 2, "trace(is:error) OR is:error", "7 8/1");
	one_by_one(fetches, 2, "is:error trace(any(tool:web_fetch))", "7 8");
}

/* So many of the lines have come when what was there before is looked at, the others come one by one. */
static void late_look(unsigned before, unsigned come, const char *filter, const char *expected)
{
	struct watch w;

	set_watch(&w, fetches, before, filter, TIME_NONE);
	for (unsigned i = before; i < come; i++)
		filter_bench_feed(&w.bench);
	step(&w);
	while (filter_bench_feed(&w.bench))
		step(&w);
	step(&w);
	expect_hits(&w, filter, expected);
	close_watch(&w);
}

static void a_trace_that_passed_before_its_turn_does_not_hit(void **state)
{
	(void)state;
	late_look(2, 4, "count(tool:web_fetch):>1", "5"); /* a passed, and 3 came to it */
	late_look(2, 4, "trace(tool:web_fetch)", "2");    /* b is new */
	late_look(2, 4, "trace(is:error)", "7");
	late_look(2, 6, "count(tool:web_fetch):>1 OR trace(is:error)", "5 7/1");
	late_look(2, 8, "trace(is:error)", ""); /* may have passed before 7 */
}

/* What was above it hits once, however late it comes. */
static void a_late_parent_hits_once(void **state)
{
	(void)state;
	one_by_one(fetches, 2, "name:agent", "6");
	one_by_one(fetches, 2, "name:agent count(tool:web_fetch):>3", "6");
	one_by_one(fetches, 2, "span(name:agent > tool:web_fetch)", "3 4");
}

/* ---- what cannot be asked -------------------------------------------------------------------------------------------- */

static void refuse(const char *text, uint64_t pos, const char *why)
{
	struct watch w = {0};
	struct filtered_context with;
	struct errinfo e = {0};

	filter_bench_open(&w.bench, str_of(calls));
	with = filter_bench_context(&w.bench);
	w.filter = filter_bench_parse(text);
	assert_int_equal(breakpoint_new(&w.point, w.filter, TIME_NONE, &with, &e), ERR_USAGE);
	assert_string_equal(e.msg, why);
	assert_int_equal(e.pos, pos);
	close_watch(&w);
}

static void what_is_of_lists_is_refused(void **state)
{
	(void)state;
	refuse("is:error sort:cost", 14, "sort: orders lists, and a breakpoint has none");
	refuse("is:error limit:3", 15, "limit: cuts lists, and a breakpoint has none");
	refuse("by:model is:error", 3, "by: groups lists, and a breakpoint has none");
	refuse("", 0, "nothing to wait for");
	refuse("is:error OR is:marked", 12,
	       "only the explorer knows what is starred, marked or new");
}

static void alternatives_have_their_text(void **state)
{
	struct watch w;

	(void)state;
	open_watch(&w, calls, 0, " is:error  OR cost:>$0.50 ", TIME_NONE);
	assert_true(str_eq(breakpoint_alternative(w.point, 0), STR("is:error")));
	assert_true(str_eq(breakpoint_alternative(w.point, 1), STR("cost:>$0.50")));
	close_watch(&w);
}

/* As many as there may be, and one more: then it is asked as a whole. */
static void many_alternatives(void **state)
{
	struct buf text = {0};

	(void)state;
	for (unsigned i = 0; i < BREAKPOINT_ALTERNATIVES - 1; i++)
		buf_printf(&text, "model:m%u OR ", i);
	buf_puts(&text, "is:error");
	check(calls, 2, buf_text(&text), "2/15 4/15");
	buf_puts(&text, " OR model:more");
	check(calls, 2, buf_text(&text), "2 4");
	buf_free(&text);
}

#define UPDATE ",\"$ai_span_type\":\"tool\",\"$ai_span_name\":\"update\",\"$ai_input_state\":[1]"

/* Not at those that were no loop yet. */
static void a_loop_hits_when_it_is_one(void **state)
{
	static const char lines[] = EVENT("span", "u0", "a", UPDATE)
		EVENT("span", "u1", "b", UPDATE) EVENT("span", "u2", "a", UPDATE)
			EVENT("generation", "u3", "a", "") EVENT("span", "u4", "a", UPDATE)
				EVENT("generation", "u5", "a", "") EVENT("span", "u6", "a", UPDATE);

	(void)state;
	check(lines, 0, "is:loop", "4 6");
	check(lines, 3, "is:loop", "4 6");
	check(lines, 5, "is:loop", "6");
	check(lines, 0, "trace(is:loop) is:loop", "4 6");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_arrives_hits),
		cmocka_unit_test(what_was_there_does_not),
		cmocka_unit_test(what_is_older_than_the_time_does_not),
		cmocka_unit_test(duplicates_do_not_hit_again),
		cmocka_unit_test(a_trace_hits_once),
		cmocka_unit_test(a_trace_that_passed_before_its_turn_does_not_hit),
		cmocka_unit_test(a_late_parent_hits_once),
		cmocka_unit_test(a_loop_hits_when_it_is_one),
		cmocka_unit_test(what_is_of_lists_is_refused),
		cmocka_unit_test(alternatives_have_their_text),
		cmocka_unit_test(many_alternatives),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
