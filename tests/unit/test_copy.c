/* What every screen gives to the clipboard: texts as they were sent, ids, command lines; and how that is said. */
#include "base/buf.h"
#include "support/stage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define UUID(n) "00000000-0000-4000-8000-00000000000" n
#define EVENT(kind, n, trace)                                                           \
	"{\"uuid\":\"" UUID(n) "\",\"event\":\"$ai_" kind "\",\"distinct_id\":\"ann\"," \
			       "\"timestamp\":\"2026-11-22T10:0" n                      \
			       ":00Z\",\"properties\":{\"$ai_trace_id\":\"" trace "\","

/* clang-format off */
static const char journal[] =
	EVENT("generation", "1", "talk")
	"\"$ai_session_id\":\"s1\",\"$ai_span_id\":\"g1\",\"$ai_parent_id\":\"p1\",\"$ai_model\":\"m1\","
	"\"$ai_input_tokens\":1234,\"$ai_total_cost_usd\":0.001234567,\"$ai_input\":["
	"{\"role\":\"system\",\"content\":\"Be kind.\"},{\"role\":\"user\",\"content\":\"one\\ntwo\\u001b[31m\"},"
	"{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{\"id\":\"c\",\"type\":\"function\","
	"\"function\":{\"name\":\"look\",\"arguments\":\"{ \\\"a\\\": 1 }\"}}]},"
	"{\"role\":\"tool\",\"tool_call_id\":\"c\",\"content\":\"seen\"}],"
	"\"$ai_output_choices\":[{\"role\":\"assistant\",\"content\":["
	"{\"type\":\"thinking\",\"thinking\":\"hm\"},{\"type\":\"text\",\"text\":\"three\"}]}]}}\n"
	EVENT("span", "2", "talk")
	"\"$ai_span_id\":\"p1\",\"$ai_span_name\":\"step\",\"$ai_input_state\":{\"q\":1},"
	"\"$ai_output_state\":{\"r\": [2]}}}\n"
	EVENT("generation", "3", "fails")
	"\"$ai_model\":\"m2\",\"$ai_is_error\":true,\"$ai_error\":\"boom\",\"$ai_input\":\"why\"}}\n"
	EVENT("generation", "4", "calls")
	"\"$ai_model\":\"m1\",\"$ai_input\":null,\"$ai_output_choices\":[{\"role\":\"assistant\",\"content\":null,"
	"\"tool_calls\":[{\"id\":\"c\",\"type\":\"function\",\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}}]}]}}\n"
	EVENT("metric", "9", "bare")
	"\"$ai_metric_name\":\"m\",\"$ai_metric_value\":1}}\n";
/* clang-format on */

struct bench {
	struct stage stage;
	char path[64];
	struct buf text;
	char what[32];
	int times;
};

static void on_copy(void *ctx, struct str text, const char *what)
{
	struct bench *b = ctx;

	buf_clear(&b->text);
	buf_append(&b->text, text);
	snprintf(b->what, sizeof(b->what), "%s", what);
	b->times++;
}

static void open_bench(struct bench *b, struct str events)
{
	int fd;

	*b = (struct bench){.path = "/tmp/tracehog-copy-XXXXXX"};
	fd = mkstemp(b->path);
	assert_int_equal(write(fd, events.p, events.n), (ssize_t)events.n);
	close(fd);
	stage_open(&b->stage, b->path, "my file.ndjson", 24, 80);
	app_on_copy(b->stage.app, on_copy, b);
}

static void close_bench(struct bench *b)
{
	stage_close(&b->stage);
	unlink(b->path);
	buf_free(&b->text);
}

static void expect(struct bench *b, const char *keys, const char *what, const char *text)
{
	int before = b->times;

	stage_keys(&b->stage, keys);
	if (b->times != before + 1)
		fail_msg("%s: copied %d times", keys, b->times - before);
	assert_string_equal(buf_text(&b->text), text);
	assert_string_equal(b->what, what);
}

static bool status_has(struct bench *b, const char *text)
{
	struct buf screen = {0};
	bool has;

	surface_dump(b->stage.surface, false, &screen);
	has = str_find(buf_str(&screen), str_of(text), 0, false) != SIZE_MAX;
	buf_free(&screen);
	return has;
}

static void expect_nothing(struct bench *b, const char *keys, const char *said)
{
	int before = b->times;

	stage_keys(&b->stage, keys);
	assert_int_equal(b->times, before);
	if (!status_has(b, said))
		fail_msg("%s: nobody says %s", keys, said);
}

/* ---- screens ------------------------------------------------------------------------------------------------------- */

static void lists_copy_the_row(void **state)
{
	struct bench b;

	(void)state;
	open_bench(&b, STR(journal));
	expect(&b, "G yy", "text", "user: one\ntwo\x1b[31m\n\nassistant: three");
	expect(&b, "yi", "id", "talk");
	expect(&b, "yC", "command line", "tracehog ls traces 'my file.ndjson'");
	expect(&b, "k yy", "text", "user: why\n\nerror: boom");
	expect(&b, "k yy", "text", "f({})");
	expect(&b, "3 g yy", "text", "f({})");
	expect(&b, "yi", "id", UUID("4"));
	expect(&b, "4 yi", "id", "ann");
	expect(&b, "8 yi", "id", "m1");
	expect(&b, "2 yi", "id", "s1");
	close_bench(&b);
}

/* Pasted into a shell, a control byte is a key: what ends a bracketed paste, and a Ctrl-C, would run the rest. */
static void ids_that_mean_harm_are_spelled(void **state)
{
	/* clang-format off */
	static const char events[] =
		EVENT("span", "1", "a'\\u001b[201~\\u0003\\nreboot\\n7\\\\\\u202e") "\"x\":1}}\n"
		EVENT("span", "2", "--config=x y") "\"x\":1}}\n"
		EVENT("span", "3", "not -- y") "\"x\":1}}\n";
	/* clang-format on */
	struct bench b;

	(void)state;
	open_bench(&b, STR(events));
	expect(&b, "G Enter yC", "command line",
	       "tracehog tree $'a\\'\\033[201~\\003\\012reboot\\0127\\\\\\342\\200\\256' "
	       "'my file.ndjson'");
	expect(&b, "h g j Enter yC", "command line",
	       "tracehog tree -- '--config=x y' 'my file.ndjson'");
	app_set_options(b.stage.app, STR(" --host x"));
	expect(&b, "yC", "command line",
	       "tracehog tree --host x -- '--config=x y' 'my file.ndjson'");
	expect(&b, "h g Enter yC", "command line",
	       "tracehog tree 'not -- y' 'my file.ndjson' --host x");
	close_bench(&b);
}

static void what_has_no_text_gives_its_values(void **state)
{
	struct bench b;

	(void)state;
	open_bench(&b, STR(journal));
	stage_keys(&b.stage, "g yy");
	assert_string_equal(b.what, "row");
	assert_true(str_starts(buf_str(&b.text), STR("trace_id: bare\n")));
	stage_keys(&b.stage, "8 yy");
	assert_string_equal(b.what, "row");
	assert_true(str_starts(buf_str(&b.text), STR("model: m1\n")));
	/* Not as a screen rounds. */
	stage_keys(&b.stage, "2 yy");
	assert_non_null(strstr(buf_text(&b.text), "\ninput_tokens: 1234\n"));
	assert_non_null(strstr(buf_text(&b.text), "\ncost_usd: $0.001234567\n"));
	assert_null(strstr(buf_text(&b.text), "user_id"));
	close_bench(&b);
}

static void a_tree_copies_the_node(void **state)
{
	struct bench b;

	(void)state;
	open_bench(&b, STR(journal));
	expect(&b, "G Enter yi", "id", "talk");
	expect(&b, "yC", "command line", "tracehog tree talk 'my file.ndjson'");
	expect(&b, "yy", "text", "user: one\ntwo\x1b[31m\n\nassistant: three");
	expect(&b, "j yy", "text", "{\"r\": [2]}");
	expect(&b, "yi", "id", UUID("2"));
	expect(&b, "j yi", "id", UUID("1"));
	/* The pane that has the focus decides. */
	expect(&b, "k Tab yy", "text",
	       "---- input ----\n{\"q\":1}\n---- output ----\n{\"r\": [2]}\n");
	close_bench(&b);
}

static void an_event_copies_its_tab(void **state)
{
	struct bench b;

	(void)state;
	open_bench(&b, STR(journal));
	expect(&b, "G Enter j j Enter yy", "text",
	       "---- input ----\n"
	       "system: Be kind.\n"
	       "user: one\ntwo\x1b[31m\n"
	       "call: look({ \"a\": 1 })\n"
	       "tool: look -> seen\n"
	       "---- output ----\n"
	       "reasoning: hm\n"
	       "assistant: three\n");
	expect(&b, "yi", "id", UUID("1"));
	expect(&b, "yC", "command line", "tracehog show " UUID("1") " 'my file.ndjson'");
	expect(&b, "] yy", "text", "Be kind.\none\ntwo\x1b[31m\nlook({ \"a\": 1 })\nseen");
	expect(&b, "] yy", "text", "three");
	stage_keys(&b.stage, "] ] yy");
	assert_true(str_starts(buf_str(&b.text), STR("{\n  \"uuid\": \"")));
	stage_keys(&b.stage, "] yy");
	assert_true(str_starts(buf_str(&b.text), STR("{\n  \"$ai_trace_id\": \"talk\",\n")));
	stage_keys(&b.stage, "] ] yy");
	assert_true(str_starts(str_of(journal), buf_str(&b.text)));
	assert_true(str_ends(buf_str(&b.text), STR("}}")));
	close_bench(&b);
}

static void every_kind_is_copied(void **state)
{
	struct bench b;

	(void)state;
	open_bench(&b, STR(journal));
	expect(&b, "G ym", "Markdown",
	       "## m1  2026-11-22T10:01:00.000000Z\n\n### system\n\nBe kind.\n\n"
	       "### user\n\none\ntwo\x1b[31m\n\n### assistant calls look\n\n"
	       "```json\n{ \"a\": 1 }\n```\n\n### tool look\n\n```\nseen\n```\n\n"
	       "### assistant (reasoning)\n\nhm\n\n### assistant\n\nthree\n\n");
	stage_keys(&b.stage, "yj");
	assert_true(str_starts(STR(journal), buf_str(&b.text)));
	assert_int_equal(b.text.n, str_find(STR(journal), STR("{\"uuid\":\"" UUID("3")), 0, false));
	expect(&b, "k yt", "transcript",
	       "==== m2  2026-11-22T10:03:00.000000Z ====\n---- input ----\nuser: why\n"
	       "---- output ----\nerror: boom\n");
	expect_nothing(&b, "ya", "no tool arguments to copy here");
	expect(&b, "3 g j j ya", "arguments", "{ \"a\": 1 }");
	expect(&b, "yr", "tool result", "seen");
	expect(&b, "ys", "system prompt", "Be kind.");
	expect_nothing(&b, "yc", "the event names no provider");
	expect_nothing(&b, "g yc", "withheld");
	close_bench(&b);
}

static void the_live_view_copies_the_row(void **state)
{
	struct bench b;

	(void)state;
	open_bench(&b, STR(journal));
	expect(&b, "7 g yi", "id", "talk");
	expect(&b, "yy", "text", "user: one\ntwo\x1b[31m\n\nassistant: three");
	expect(&b, "j yy", "text", "{\"r\": [2]}");
	expect(&b, "yC", "command line", "tracehog tail 'my file.ndjson'");
	close_bench(&b);
}

static void a_log_line_is_copied(void **state)
{
	struct bench b;

	(void)state;
	open_bench(&b, STR("{\"event\":\"$log\",\"uuid\":\"" UUID(
			       "7") "\",\"distinct_id\":\"x\","
	                            "\"timestamp\":\"2026-11-22T10:00:00Z\","
	                            "\"properties\":{\"text\":\"a \\u001b line\"}}\n"));
	expect(&b, "7 yy", "text", "a \x1b line");
	expect_nothing(&b, "yi", "no id to copy here");
	close_bench(&b);
}

static void sources_copy_paths(void **state)
{
	struct buf place = {0};
	struct bench b;

	(void)state;
	open_bench(&b, STR("{\"event\":\n"));
	expect(&b, "0 yi", "path", b.path);
	buf_printf(&place, "%s:1", b.path);
	expect(&b, "yy", "place", buf_text(&place));
	/* The line itself, as it stands. */
	stage_keys(&b.stage, "Enter yy");
	assert_string_equal(buf_text(&b.text), "{\"event\":");
	buf_free(&place);
	close_bench(&b);
}

static void help_copies_nothing(void **state)
{
	struct bench b;

	(void)state;
	open_bench(&b, STR(journal));
	expect_nothing(&b, "? yy", "no text to copy here");
	expect_nothing(&b, "yi", "no id to copy here");
	expect_nothing(&b, "yC", "no command line to copy here");
	expect_nothing(&b, "y", "y-");
	expect_nothing(&b, "z", "no key yz");
	app_on_copy(b.stage.app, NULL, NULL);
	expect_nothing(&b, "q yi", "there is no clipboard here");
	close_bench(&b);
}

/* ---- reading first --------------------------------------------------------------------------------------------------- */

/* Longer than what a pane shows of a part. */
static void append_long(struct buf *out, struct buf *text)
{
	buf_puts(
		out,
		"{\"uuid\":\"" UUID(
			"5") "\",\"event\":\"$ai_generation\",\"distinct_id\":\"ann\",\"timestamp\":\"2026-11-22T11:00:00Z\","
			     "\"properties\":{\"$ai_trace_id\":\"long\",\"$ai_output_choices\":\"");
	for (int i = 0; i < 50000; i++)
		buf_printf(text, "%d words ", i);
	buf_add(text, '.');
	buf_append(out, buf_str(text));
	buf_puts(out, "\"}}\n");
}

static void a_long_text_is_read_and_whole(void **state)
{
	struct buf events = {0}, text = {0};
	struct bench b;

	(void)state;
	append_long(&events, &text);
	open_bench(&b, buf_str(&events));
	/* Keys alone: nothing is read before the loop turns. */
	app_key(b.stage.app, '2', STR_EMPTY);
	app_key(b.stage.app, '1', STR_EMPTY);
	app_key(b.stage.app, 'y', STR_EMPTY);
	app_key(b.stage.app, 'y', STR_EMPTY);
	stage_draw(&b.stage);
	assert_int_equal(b.times, 0);
	assert_true(status_has(&b, "reading what is to be copied"));
	stage_settle(&b.stage);
	assert_int_equal(b.times, 1);
	assert_true(str_eq(buf_str(&b.text), buf_str(&text)));
	assert_false(status_has(&b, "reading what is to be copied"));
	close_bench(&b);
	buf_free(&events);
	buf_free(&text);
}

/* The payload is there: laying it out again would hold the next key. */
static void a_tab_is_laid_out_by_a_worker(void **state)
{
	static const char *const tabs[] = {"3 Enter Enter ] ] ] ]", "]"};
	struct buf events = {0}, text = {0};
	struct bench b;

	(void)state;
	append_long(&events, &text);
	open_bench(&b, buf_str(&events));
	for (int i = 0; i < 2; i++) {
		stage_keys(&b.stage, tabs[i]);
		app_key(b.stage.app, 'y', STR_EMPTY);
		app_key(b.stage.app, 'y', STR_EMPTY);
		assert_int_equal(b.times, i);
		stage_settle(&b.stage);
		assert_int_equal(b.times, i + 1);
		assert_true(str_find(buf_str(&b.text), buf_str(&text), 0, false) != SIZE_MAX);
		assert_true(str_starts(buf_str(&b.text), STR("{\n  \"")));
	}
	close_bench(&b);
	buf_free(&events);
	buf_free(&text);
}

static void a_difference_is_copied_when_it_is_there(void **state)
{
	static const char calls[] =
		"{\"event\":\"$ai_generation\",\"timestamp\":\"2026-11-22T11:00:00Z\",\"properties\":{"
		"\"$ai_trace_id\":\"t\",\"$ai_input\":[{\"role\":\"user\",\"content\":\"one\"}]}}\n"
		"{\"event\":\"$ai_generation\",\"timestamp\":\"2026-11-22T11:00:01Z\",\"properties\":{"
		"\"$ai_trace_id\":\"t\",\"$ai_input\":[{\"role\":\"user\",\"content\":\"one\"},"
		"{\"role\":\"user\",\"content\":\"two\"}]}}\n";
	struct buf first = {0};
	struct bench b;

	(void)state;
	open_bench(&b, STR(calls));
	stage_keys(&b.stage, "3 g");
	app_key(b.stage.app, 'D', STR_EMPTY);
	app_key(b.stage.app, 'y', STR_EMPTY);
	app_key(b.stage.app, 'y', STR_EMPTY);
	assert_int_equal(b.times, 0);
	stage_settle(&b.stage);
	assert_int_equal(b.times, 1);
	assert_string_equal(b.what, "difference");
	assert_true(str_ends(buf_str(&b.text), STR("+ user       two\n")));
	buf_append(&first, buf_str(&b.text));
	expect(&b, "yy", "difference", buf_text(&first));
	buf_free(&first);
	/* Nothing to compare it with, nothing to wait for. */
	expect_nothing(&b, "q G D yy", "no text to copy here");
	close_bench(&b);
}

static void the_next_key_calls_it_off(void **state)
{
	struct buf events = {0}, text = {0};
	struct bench b;

	(void)state;
	append_long(&events, &text);
	open_bench(&b, buf_str(&events));
	app_key(b.stage.app, 'y', STR_EMPTY);
	app_key(b.stage.app, 'y', STR_EMPTY);
	app_key(b.stage.app, 'j', STR_EMPTY);
	stage_settle(&b.stage);
	assert_int_equal(b.times, 0);
	close_bench(&b);
	buf_free(&events);
	buf_free(&text);
}

static void what_cannot_be_read_is_said(void **state)
{
	struct bench b;

	(void)state;
	open_bench(&b, STR(journal));
	assert_int_equal(truncate(b.path, 10), 0);
	/* What the list shows has been read before. */
	stage_keys(&b.stage, "3 G yy");
	stage_keys(&b.stage, "k yy");
	assert_int_equal(b.times, 0);
	/* In the status line too, not in the pane alone. */
	assert_true(status_has(&b, "\n ends before what was read earlier: "));
	close_bench(&b);
}

/* ---- advice --------------------------------------------------------------------------------------------------------- */

static const char advice[] =
	"# Python\n"
	"Posthog(\"phc_local\", host=\"http://127.0.0.1:8765\", flush_at=1)\n"
	"\n# Node\n"
	"new PostHog(\"phc_local\", {host: \"http://127.0.0.1:8765\", flushAt: 1})\n"
	"\n# Browser\n"
	"posthog.init(\"phc_local\", {api_host: \"http://127.0.0.1:8765\"})\n"
	"\n# Go\n"
	"posthog.Config{Endpoint: \"http://127.0.0.1:8765\", BatchSize: 1}\n"
	"\n# Ruby\n"
	"PostHog::Client.new(api_key:\"phc_local\", host:\"http://127.0.0.1:8765\")\n"
	"\n# PHP\n"
	"PostHog::init(\"phc_local\", [\"host\" => \"http://127.0.0.1:8765\"])\n"
	"# flush_at=1 and flushAt: 1 send each event at once; others wait.\n"
	"# posthog-node reads no environment variable: give it the host.\n"
	"\n# Try\n"
	"curl http://127.0.0.1:8765/batch/ -H 'Content-Type: application/json' -d "
	"'{\"batch\":[{\"event\":\"$ai_generation\",\"distinct_id\":\"me\",\"properties\":{"
	"\"$ai_trace_id\":\"first\",\"$ai_model\":\"none\",\"$ai_input\":\"Hello?\","
	"\"$ai_output_choices\":[{\"role\":\"assistant\",\"content\":\"Hello!\"}]"
	"}}],\"api_key\":\"phc_local\"}'\n"
	"\n# Or\n"
	"tracehog run -- CMD\n"
	"# runs CMD with POSTHOG_HOST and OTEL_EXPORTER_OTLP_ENDPOINT set.\n";

static void an_empty_list_copies_its_advice(void **state)
{
	struct intake intake = {.name = "local:8765", .url = "http://127.0.0.1:8765"};
	struct bench b;

	(void)state;
	open_bench(&b, STR_EMPTY);
	expect_nothing(&b, "yy", "no text to copy here");
	app_set_intake(b.stage.app, &intake);
	expect(&b, "yy", "advice", advice);
	expect(&b, "yi", "address", "http://127.0.0.1:8765");
	expect(&b, "7 yy", "advice", advice);
	expect(&b, "2 yy", "advice", advice);
	intake.url[0] = '\0';
	app_set_intake(b.stage.app, &intake);
	expect_nothing(&b, "yy", "no text to copy here");
	close_bench(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lists_copy_the_row),
		cmocka_unit_test(ids_that_mean_harm_are_spelled),
		cmocka_unit_test(what_has_no_text_gives_its_values),
		cmocka_unit_test(a_tree_copies_the_node),
		cmocka_unit_test(an_event_copies_its_tab),
		cmocka_unit_test(every_kind_is_copied),
		cmocka_unit_test(the_live_view_copies_the_row),
		cmocka_unit_test(a_log_line_is_copied),
		cmocka_unit_test(sources_copy_paths),
		cmocka_unit_test(help_copies_nothing),
		cmocka_unit_test(a_long_text_is_read_and_whole),
		cmocka_unit_test(a_tab_is_laid_out_by_a_worker),
		cmocka_unit_test(a_difference_is_copied_when_it_is_there),
		cmocka_unit_test(the_next_key_calls_it_off),
		cmocka_unit_test(what_cannot_be_read_is_said),
		cmocka_unit_test(an_empty_list_copies_its_advice),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
