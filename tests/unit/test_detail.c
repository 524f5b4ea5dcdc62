/* What a pane shows of events and traces, drawn on a surface. */
#include "base/mem.h"
#include "base/time.h"
#include "widget/detail.h"
#include "widget/json_text.h"

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define DEADLINE (10 * TIME_SECOND)
#define CALLS    14000
#define TOOLS    12000

struct bench {
	struct loop *loop;
	struct loop_timer *tick; /* so that waiting for something that never comes ends */
	struct explorer *explorer;
	struct detail_pane pane;
	struct buf screen;
	char path[64];
};

static const char journal[] =
	"{\"event\":\"$ai_generation\",\"uuid\":\"00000000-0000-0000-0000-000000000001\",\"timestamp\":"
	"\"2026-11-21T22:14:03.000Z\",\"properties\":{\"$ai_trace_id\":\"t1\",\"$ai_span_id\":\"g1\","
	"\"$ai_parent_id\":\"root\",\"$ai_model\":\"gpt-5\",\"$ai_provider\":\"openai\",\"$ai_latency\":2,"
	"\"$ai_time_to_first_token\":0.5,\"$ai_input_tokens\":11204,\"$ai_output_tokens\":131,"
	"\"$ai_cache_read_input_tokens\":9400,\"$ai_reasoning_tokens\":64,"
	"\"$ai_total_cost_usd\":0.121,\"$ai_input_cost_usd\":0.112,\"$ai_output_cost_usd\":0.009,"
	"\"$ai_stop_reason\":\"stop\",\"$ai_http_status\":200,\"env\":\"prod\",\"a_property_with_a_very_long_name\":null,"
	"\"$ai_input\":[{\"role\":\"system\",\"content\":\"Be kind.\"},"
	"{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"refund\\norder 8841\\u001b[31m\"},"
	"{\"type\":\"text\",\"text\":\"now\"},{\"type\":\"strange\",\"x\":[1,{}]},"
	"{\"type\":\"image_url\",\"image_url\":{\"url\":\"https://e.example/a.png\"}}]},"
	"{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{\"id\":\"c1\",\"type\":\"function\","
	"\"function\":{\"name\":\"refund_tool\",\"arguments\":\"{ \\\"order\\\": 8841 }\"}}]},"
	"{\"role\":\"tool\",\"tool_call_id\":\"c1\",\"content\":\"{\\\"error\\\":\\\"timeout\\\",\\\"retry_after\\\":30,\\\"trace\\\":\\\"a long one\\\",\\\"more\\\":[]}\"}],"
	"\"$ai_output_choices\":[{\"role\":\"assistant\",\"content\":[{\"type\":\"thinking\",\"thinking\":\"hm\"},"
	"{\"type\":\"text\",\"text\":\"Done.\"}]}]}}\n"
	"{\"event\":\"$ai_generation\",\"uuid\":\"00000000-0000-0000-0000-000000000002\",\"timestamp\":"
	"\"2026-11-21T22:14:05.000Z\",\"properties\":{\"$ai_trace_id\":\"t1\",\"$ai_span_id\":\"g2\","
	"\"$ai_model\":\"nobody-knows-this\",\"$ai_latency\":4000,\"$ai_is_error\":true,\"$ai_http_status\":500,"
	"\"$ai_error\":\"it broke\",\"$ai_input\":null,\"$ai_output_choices\":null}}\n"
	"{\"event\":\"$ai_span\",\"uuid\":\"00000000-0000-0000-0000-000000000003\",\"timestamp\":"
	"\"2026-11-21T22:14:05.000Z\",\"properties\":{\"$ai_trace_id\":\"t1\",\"$ai_span_id\":\"s1\","
	"\"$ai_span_name\":\"quiet\",\"$ai_latency\":1}}\n"
	"{\"event\":\"$ai_metric\",\"uuid\":\"00000000-0000-0000-0000-000000000004\",\"timestamp\":"
	"\"2026-11-21T22:14:06.000Z\",\"properties\":{\"$ai_trace_id\":\"t1\",\"$ai_metric_name\":\"helpful\","
	"\"$ai_metric_value\":0.2}}\n"
	"{\"event\":\"$ai_feedback\",\"uuid\":\"00000000-0000-0000-0000-000000000005\",\"timestamp\":"
	"\"2026-11-21T22:14:06.000Z\",\"properties\":{\"$ai_trace_id\":\"t1\",\"$ai_feedback_text\":\"it lied to me\"}}\n"
	"{\"event\":\"$ai_evaluation\",\"uuid\":\"00000000-0000-0000-0000-000000000006\",\"timestamp\":"
	"\"2026-11-21T22:14:06.000Z\",\"properties\":{\"$ai_trace_id\":\"t1\",\"$ai_evaluation_name\":\"judge\","
	"\"$ai_evaluation_result\":false,\"$ai_evaluation_reasoning\":\"no refund\"}}\n";

static void nothing(void *ctx)
{
	(void)ctx;
}

static void write_journal(struct bench *b, struct str text)
{
	int fd;

	snprintf(b->path, sizeof(b->path), "/tmp/test_detail.XXXXXX");
	fd = mkstemp(b->path);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text.p, text.n), (ssize_t)text.n);
	close(fd);
}

static void open_journal(struct bench *b, struct str text)
{
	struct errinfo e;

	write_journal(b, text);
	b->loop = loop_new();
	b->tick = loop_timer_new(b->loop, nothing, NULL);
	loop_timer_start(b->tick, 20, 20);
	b->explorer = explorer_new(b->loop);
	assert_int_equal(explorer_add_file(b->explorer, b->path, &e), ERR_OK);
	explorer_start(b->explorer, false);
	explorer_load(b->explorer);
	detail_pane_init(&b->pane);
}

static int setup(void **state)
{
	struct bench *b = mem_zero(1, sizeof(*b));

	open_journal(b, STR(journal));
	*state = b;
	return 0;
}

static void close_journal(struct bench *b)
{
	detail_pane_fini(&b->pane);
	explorer_free(b->explorer);
	loop_timer_free(b->tick);
	loop_free(b->loop);
	buf_free(&b->screen);
	unlink(b->path);
}

static int teardown(void **state)
{
	close_journal(*state);
	mem_free(*state);
	return 0;
}

static const char *draw_once(struct bench *b, int rows, int cols, bool roles)
{
	struct surface s;

	surface_init(&s, rows, cols);
	buf_clear(&b->screen);
	detail_pane_draw(&b->pane, b->explorer, &s, surface_area(&s), true);
	surface_dump(&s, roles, &b->screen);
	surface_fini(&s);
	return buf_text(&b->screen);
}

/* Draws until the payload is there. */
static const char *draw(struct bench *b, int rows, int cols)
{
	int64_t end = time_monotonic() + DEADLINE;

	draw_once(b, rows, cols, false);
	while (b->pane.shown == DETAIL_LOADING) {
		assert_true(time_monotonic() < end);
		loop_step(b->loop, true);
		draw_once(b, rows, cols, false);
	}
	return draw_once(b, rows, cols, false);
}

static void expect_in(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("\"%s\" is not in\n%s", part, text);
}

static void expect_not_in(const char *text, const char *part)
{
	if (strstr(text, part))
		fail_msg("\"%s\" is in\n%s", part, text);
}

static void a_conversation(void **state)
{
	struct bench *b = *state;
	const char *text;

	detail_pane_event(&b->pane, 0);
	text = draw_once(b, 10, 80, false);
	expect_in(text, "loading ...");
	expect_in(text, "11,204 in (cache 9,400"); /* facts are there at once */
	text = draw(b, 36, 80);
	expect_not_in(text, "loading");
	expect_in(text, "-[ Chat ]-- In -- Out -- Tools --");
	expect_in(text,
	          "-- Raw  gpt-5 (open~----\n"
	          "> generation  gpt-5 (openai)  ok HTTP 200\n"
	          "  2026-11-21 22:14:01  2.0s  first token 0.5s  stream  11,204 in (cache 9,400\n"
	          "  read) -> 131 out (64 reasoning)  $0.121 (in $0.112, of it cache ~$0.001175,\n"
	          "  out $0.009)  stop stop\n"
	          "  span g1  parent root  uuid 00000000-0000-0000-0000-000000000001\n"
	          "  ---- input ----\n"
	          "  system   Be kind.\n"
	          "  user     refund\n"
	          "           order 8841\\x1B[31m\n"
	          "           now\n"
	          "           {\n"
	          "             \"type\": \"strange\",\n"
	          "             \"x\": [\n"
	          "               1,\n"
	          "               {}\n"
	          "             ]\n"
	          "           }\n"
	          "           [image  https://e.example/a.png]\n"
	          "  call     refund_tool(order=8841)\n"
	          "  tool     refund_tool(order=8841)\n"
	          "             { error: \"timeout\", retry_after: 30, ");
	expect_in(text, "  ---- output ---- 131 tok ----\n"
	                "  think    hm\n"
	                "  asst     Done.\n"
	                "  stop     stop  ttft 0.5s  87 tok/s  cache 83%\n");
}

static void errors_and_what_was_withheld(void **state)
{
	struct bench *b = *state;
	const char *text;

	detail_pane_event(&b->pane, 1);
	text = draw(b, 20, 80);
	expect_in(text, "generation  nobody-knows-this  ! error HTTP 500\n");
	expect_in(text, "1h07  $?\n");
	expect_in(text, "suspect: latency negative or over an hour: kept as sent\n");
	expect_in(text, "  error !  it broke\n           HTTP 500\n");
	expect_in(text, "input withheld: privacy mode\n");
	expect_in(text, "output withheld: privacy mode\n");
	expect_in(draw_once(b, 20, 80, true), " error\n");
	detail_pane_event(&b->pane, 2);
	text = draw(b, 20, 80);
	expect_in(text, "span  quiet  ok\n");
	expect_in(text, "no input\n");
	expect_in(text, "no output\n");
	expect_not_in(text, "$");
}

static void turn_to(struct bench *b, enum detail_tab tab)
{
	while (b->pane.tab != tab)
		assert_true(detail_pane_act(&b->pane, ACTION_NEXT_TAB, 0));
}

static void properties_stand_in_groups_as_they_were_sent(void **state)
{
	struct bench *b = *state;
	const char *text;

	detail_pane_event(&b->pane, 0);
	turn_to(b, DETAIL_PROPERTIES);
	text = draw(b, 80, 100);
	expect_in(text, "- JSON --[ Props ]-- Cost -- Raw --");
	expect_in(text, "ids and names\n  event                        $ai_generation\n");
	expect_in(text, "\n  $ai_trace_id                 t1\n");
	expect_in(text, "\n  cost\n  $ai_total_cost_usd           0.121\n");
	expect_in(text, "\n  timestamp                    2026-11-21T22:14:03.000Z\n");
	expect_in(text, "\n  custom\n  env                          prod\n");
	expect_in(text,
	          "\n  a_property_with_a_very_long_name\n                               null\n");
	assert_true(strstr(text, "\n  $ai_input  ") > strstr(text, "\n  env  "));
	expect_in(text, " B, 4 elements\n");
}

static void one_side_is_shown_as_it_was_sent(void **state)
{
	struct bench *b = *state;
	const char *text;

	detail_pane_event(&b->pane, 0);
	turn_to(b, DETAIL_IN);
	text = draw(b, 40, 100);
	expect_in(text, " Chat --[ In ]-- Out --");
	expect_in(text, "\n> system     Be kind.\n  user       refund\n");
	expect_in(text, "order 8841\\x1B[31m\n");
	expect_in(text, "tool_call refund_tool (c1)\n");
	expect_in(text, "{ \"order\": 8841 }\n");
	expect_not_in(text, "Done.");
	turn_to(b, DETAIL_OUT);
	text = draw(b, 40, 100);
	expect_in(text, "reasoning\n");
	expect_in(text, "Done.");
	expect_not_in(text, "Be kind.");
	detail_pane_event(&b->pane, 1);
	expect_in(draw(b, 20, 80), "output withheld: privacy mode\n");
	detail_pane_event(&b->pane, 2);
	expect_in(draw(b, 20, 80), "no output\n");
}

static void the_raw_line_is_what_stands_in_the_journal(void **state)
{
	struct bench *b = *state;
	const char *text;

	detail_pane_event(&b->pane, 0);
	turn_to(b, DETAIL_RAW);
	text = draw(b, 80, 100);
	expect_in(text, "Cost --[ Raw ]--");
	expect_in(text, "\n{\"event\":\"$ai_generation\",\"uuid\"");
	expect_in(text, "8841\\u001b[31m");
	assert_true(detail_pane_act(&b->pane, ACTION_NEXT_TAB, 0));
	assert_int_equal(b->pane.tab, DETAIL_CHAT);
	assert_true(detail_pane_act(&b->pane, ACTION_PREVIOUS_TAB, 0));
	assert_int_equal(b->pane.tab, DETAIL_RAW);
}

/* Wide, narrow, and where the tabs from the one that is shown on are all there is room for. */
static void the_tab_line_gives_way(void **state)
{
	struct bench *b = *state;

	detail_pane_event(&b->pane, 0);
	turn_to(b, DETAIL_PROPERTIES);
	expect_in(draw(b, 5, 80), " Chat -- In -- Out -- Tools -- JSON --[ Props ]-- Cost -- Raw ");
	expect_in(draw(b, 5, 40), "Chat In Out Tools JSON [Props] Cost Raw");
	assert_memory_equal(draw(b, 5, 12), "[Props] Cost", 12);
}

static void the_position_stays_while_the_thing_does(void **state)
{
	struct bench *b = *state;
	uint32_t top;

	detail_pane_event(&b->pane, 0);
	draw(b, 10, 80);
	assert_true(detail_pane_act(&b->pane, ACTION_PAGE_DOWN, 0));
	top = b->pane.reader.top.piece;
	assert_true(top > 4);
	detail_pane_event(&b->pane, 0);
	b->pane.stale = true;
	draw(b, 10, 80);
	assert_int_equal(b->pane.reader.top.piece, top);
	detail_pane_event(&b->pane, 1);
	assert_int_equal(b->pane.reader.top.piece, 0);
	detail_pane_trace(&b->pane, 0);
	draw(b, 10, 80);
	detail_pane_event(&b->pane, EVENT_NONE);
	assert_string_equal(draw_once(b, 2, 20, false), "\n\n");
}

/* Every event of a trace that is still going on tells its facts anew. */
static void folds_stay_while_a_trace_grows(void **state)
{
	struct bench b = {0};
	struct buf line = {0};

	(void)state;
	buf_puts(&line,
	         "{\"event\":\"$ai_trace\",\"timestamp\":\"2026-11-21T22:14:03Z\",\"properties\":{"
	         "\"$ai_trace_id\":\"t\",\"$ai_input_state\":[{\"role\":\"user\",\"content\":\"");
	for (int i = 0; i < 400; i++)
		buf_printf(&line, "word%d ", i);
	buf_puts(&line, "\"}],\"$ai_output_state\":\"done\"}}\n");
	buf_puts(&line, "{\"event\":\"$ai_feedback\",\"timestamp\":\"2026-11-21T22:14:06.000Z\","
	                "\"properties\":{\"$ai_trace_id\":\"t\",\"$ai_feedback_text\":\"no\"}}\n");
	open_journal(&b, buf_str(&line));
	detail_pane_trace(&b.pane, 0);
	expect_in(draw(&b, 60, 80), "word399");
	detail_pane_act(&b.pane, ACTION_FOLD_ALL, 0);
	expect_not_in(draw(&b, 60, 80), "word399");
	b.pane.trace_version--;
	expect_not_in(draw(&b, 60, 80), "word399");
	assert_int_equal(b.pane.trace_version, 2);
	close_journal(&b);
	buf_free(&line);
}

static void a_trace_with_what_is_attached(void **state)
{
	struct bench *b = *state;
	const char *text;

	detail_pane_trace(&b->pane, 0);
	text = draw(b, 14, 80);
	expect_in(text, "! 1 error\n");
	expect_in(text, "latency 1h07  wall 1h07  $0.121 + 1 unpriced  11,204 in\n");
	expect_in(text,
	          "2 generations  1 span  1 metric  1 feedback text  1 evaluation  1 suspect\n");
	expect_in(text, "id t1  no $ai_trace event: made from its parts\n");
	expect_in(text, "metric   helpful = 0.2\n");
	expect_in(text, "feedback it lied to me\n");
	expect_in(text, "score    judge false  no refund\n");
	turn_to(b, DETAIL_PROPERTIES);
	expect_in(draw(b, 14, 80), "\nno $ai_trace event: made from its parts\n");
}

static void a_journal_that_changed_is_told(void **state)
{
	struct bench *b = *state;

	assert_int_equal(truncate(b->path, 10), 0);
	detail_pane_event(&b->pane, 0);
	draw(b, 14, 80);
	assert_int_equal(b->pane.shown, DETAIL_FAILED);
	expect_in(draw_once(b, 14, 80, true), " error\n");
	expect_in(draw_once(b, 14, 80, false), "11,204 in");
}

static void any_size_is_drawn(void **state)
{
	struct bench *b = *state;

	for (uint32_t event = 0; event < 3; event++) {
		detail_pane_event(&b->pane, event);
		for (int tab = 0; tab < DETAIL_TABS; tab++) {
			draw(b, 5, 30);
			for (int cols = 0; cols < 50; cols += 3)
				draw_once(b, cols % 5, cols, true);
			detail_pane_act(&b->pane, ACTION_NEXT_TAB, 0);
		}
	}
}

/* A long text shows its first rows in the conversation, and is whole in the raw line. */
static void long_texts_say_how_much_is_hidden(void **state)
{
	struct bench b = {0};
	struct buf line = {0};

	(void)state;
	buf_puts(&line, "{\"event\":\"$ai_generation\",\"timestamp\":\"2026-11-21T22:14:03Z\","
	                "\"properties\":{\"$ai_trace_id\":\"t\",\"$ai_input\":\"");
	for (int i = 0; i < 100000; i++)
		buf_puts(&line, "\xc3\xa4\\u00e4");
	buf_puts(&line, " end\"}}\n");
	open_journal(&b, buf_str(&line));
	detail_pane_event(&b.pane, 0);
	draw(&b, 20, 80);
	detail_pane_act(&b.pane, ACTION_LAST, 0);
	expect_in(draw(&b, 20, 80), "... +398 kB (Enter)");
	expect_not_in(draw(&b, 20, 80), "\\x");
	turn_to(&b, DETAIL_IN);
	draw(&b, 60, 80);
	detail_pane_act(&b.pane, ACTION_LAST, 0);
	expect_in(draw(&b, 60, 80), " end");
	turn_to(&b, DETAIL_RAW);
	draw(&b, 20, 80);
	assert_true(detail_pane_find(&b.pane, STR(" end"), 1));
	while (detail_pane_busy(&b.pane))
		draw_once(&b, 20, 80, false);
	expect_in(draw(&b, 20, 80), " end");
	close_journal(&b);
	buf_free(&line);
}

/* Asking each tool about each call, or each group about each property, would take longer than anybody waits. */
static void many_tools_calls_and_properties(void **state)
{
	struct bench b = {0};
	struct buf line = {0};

	(void)state;
	buf_puts(&line, "{\"event\":\"$ai_generation\",\"timestamp\":\"2026-11-21T22:14:03Z\","
	                "\"properties\":{\"$ai_trace_id\":\"t\",\"$ai_output_choices\":[{\"role\":"
	                "\"assistant\",\"tool_calls\":[");
	for (int i = 0; i < CALLS; i++)
		buf_printf(&line, "%s{\"function\":{\"name\":\"f%d\"}}", i > 0 ? "," : "", i % 7);
	buf_puts(&line, "]}],\"$ai_tools\":[");
	for (int i = TOOLS; i > 0; i--)
		buf_printf(&line, "{\"name\":\"f%d\"}%s", i, i > 1 ? "," : "");
	buf_puts(&line, "],");
	for (int i = 0; i < TOOLS; i++)
		buf_printf(&line, "\"p%d\":%d,", i, i);
	buf_puts(&line, "\"end\":1}}\n");
	open_journal(&b, buf_str(&line));
	detail_pane_event(&b.pane, 0);
	turn_to(&b, DETAIL_TOOLS);
	expect_in(draw(&b, 6, 80), "\n> 12000 offered, 6 of them called");
	expect_in(draw(&b, 6, 80), "\n  !     f0  called, and not among the definitions");
	detail_pane_act(&b.pane, ACTION_LAST, 0);
	expect_in(draw(&b, 8, 80), "\n  x2000 f1");
	turn_to(&b, DETAIL_PROPERTIES);
	detail_pane_act(&b.pane, ACTION_LAST, 0);
	draw(&b, 8, 80);
	detail_pane_act(&b.pane, ACTION_LAST, 0);
	expect_in(draw(&b, 8, 80), "\n  end                          1");
	close_journal(&b);
	buf_free(&line);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_conversation, setup, teardown),
		cmocka_unit_test_setup_teardown(errors_and_what_was_withheld, setup, teardown),
		cmocka_unit_test_setup_teardown(properties_stand_in_groups_as_they_were_sent, setup,
	                                        teardown),
		cmocka_unit_test_setup_teardown(one_side_is_shown_as_it_was_sent, setup, teardown),
		cmocka_unit_test_setup_teardown(the_raw_line_is_what_stands_in_the_journal, setup,
	                                        teardown),
		cmocka_unit_test_setup_teardown(the_tab_line_gives_way, setup, teardown),
		cmocka_unit_test_setup_teardown(the_position_stays_while_the_thing_does, setup,
	                                        teardown),
		cmocka_unit_test_setup_teardown(a_trace_with_what_is_attached, setup, teardown),
		cmocka_unit_test_setup_teardown(a_journal_that_changed_is_told, setup, teardown),
		cmocka_unit_test_setup_teardown(any_size_is_drawn, setup, teardown),
		cmocka_unit_test(long_texts_say_how_much_is_hidden),
		cmocka_unit_test(folds_stay_while_a_trace_grows),
		cmocka_unit_test(many_tools_calls_and_properties),
	};

	setenv("TZ", "UTC", 1);
	setlocale(LC_ALL, "C.UTF-8");
	glyph_set_ascii(true);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
