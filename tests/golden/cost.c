/* What the Cost tab says of calls whose costs were sent, guessed at, wrong or unknown. golden/cost_NAME_COLSxROWS.txt holds each;
 * UPDATE=1 writes them anew. */
#include "support/golden.h"
#include "support/scenes.h"
#include "support/stage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <unistd.h>

#define HARM "\\u001b[31mtea\\u202epot\\u0000"

/* A call of one trace, the later the higher its number. */
#define EVENT(number, name, more) CALL(number, name, "root", more)
#define INNER(number, name, more) CALL(number, name, "inner", more)
#define CALL(number, name, parent, more)                                                           \
	"{\"uuid\":\"0192d5a0-0000-7000-8000-0000000000" number "\",\"event\":\"$ai_generation\"," \
	"\"distinct_id\":\"u_anna\",\"timestamp\":\"2026-11-22T22:14:" number                      \
	".000Z\",\"properties\":{"                                                                 \
	"\"$ai_trace_id\":\"t1\",\"$ai_session_id\":\"s1\",\"$ai_parent_id\":\"" parent            \
	"\",\"$ai_span_id\":\"g" number "\",\"$ai_span_name\":\"" name "\",\"$ai_latency\":0.5,"   \
	"\"$ai_input\":[{\"role\":\"user\",\"content\":\"how much\"}]," more "}}\n"
#define GPT_5 "\"$ai_model\":\"gpt-5\",\"$ai_provider\":\"openai\","

#define SPAN(number, name, parent)                                                           \
	"{\"uuid\":\"0192d5a0-0000-7000-8000-0000000000" number "\",\"event\":\"$ai_span\"," \
	"\"distinct_id\":\"u_anna\",\"timestamp\":\"2026-11-22T22:14:" number                \
	".500Z\",\"properties\":{"                                                           \
	"\"$ai_trace_id\":\"t1\",\"$ai_session_id\":\"s1\",\"$ai_parent_id\":\"" parent      \
	"\",\"$ai_span_id\":\"" name "\",\"$ai_span_name\":\"" name "\",\"$ai_latency\":9}}\n"

static const char events[] = SPAN("22", "root", "t1") SPAN("23", "inner", "root")
	SPAN("24", "empty", "root")
	/* 1,804 fresh and 9,400 cached of 11,204, and 131: 0.002255 + 0.001175 + 0.00131 */
	EVENT("21", "right",
              GPT_5
              "\"$ai_input_tokens\":11204,\"$ai_cache_read_input_tokens\":9400,\"$ai_output_tokens\":131,"
              "\"$ai_input_cost_usd\":0.00343,\"$ai_output_cost_usd\":0.00131,\"$ai_total_cost_usd\":0.00474")
	/* 11,204 at the price of fresh input: 0.014005 */
	EVENT("20", "cache_as_fresh",
              GPT_5
              "\"$ai_input_tokens\":11204,\"$ai_cache_read_input_tokens\":9400,\"$ai_output_tokens\":131,"
              "\"$ai_input_cost_usd\":0.014005,\"$ai_output_cost_usd\":0.00131,\"$ai_total_cost_usd\":0.015315")
		EVENT("19", "unknown",
                      "\"$ai_model\":\"" HARM
                      "-9b\",\"$ai_provider\":\"local\",\"$ai_input_tokens\":1200,\"$ai_output_tokens\":80")
			EVENT("18", "writes",
                              "\"$ai_model\":\"claude-sonnet-4-5\",\"$ai_provider\":\"anthropic\",\"$ai_input_tokens\":210,"
                              "\"$ai_cache_read_input_tokens\":18200,\"$ai_cache_creation_input_tokens\":2100,\"$ai_output_tokens\":640")
				EVENT("17", "dated_and_wrong",
                                      "\"$ai_model\":\"gpt-5-2025-08-07\",\"$ai_provider\":\"openai\",\"$ai_input_tokens\":-5,"
                                      "\"$ai_cache_read_input_tokens\":12,\"$ai_output_tokens\":60,\"$ai_total_cost_usd\":0.9")
					EVENT("16", "long",
                                              "\"$ai_model\":\"gemini-2.5-pro\",\"$ai_provider\":\"gemini\",\"$ai_input_tokens\":231000,\"$ai_output_tokens\":60")
						EVENT("15", "own_prices",
                                                      "\"$ai_model\":\"teapot-9b\",\"$ai_input_tokens\":1200,\"$ai_output_tokens\":80,"
                                                      "\"$ai_input_token_price\":0.0000002,\"$ai_output_token_price\":0.0000008")
							INNER("14", "below",
                                                              GPT_5 "\"$ai_total_cost_usd\":0.25")
								INNER("13", "below_too",
                                                                      GPT_5
                                                                      "\"$ai_total_cost_usd\":0.05");

static const struct scene scenes[] = {
	{"right", "SLTA", ""},
	{"cache_as_fresh", "SLT", "<"},
	{"unknown", "SLT", "< <"},
	{"writes", "ST", "< < <"},
	{"dated_and_wrong", "SL", "< < < <"},
	{"long", "S", "< < < < <"},
	{"own_prices", "S", "< < < < < <"},
	{"found", "ST", "/saved Enter"},
};
static const struct scene sums[] = {
	{"of_trace", "SLA", "[ ["},
	{"of_trace_alone", "T", "Tab [ ["},
	{"of_trace_chosen", "S", "[ [ Tab j j"},
	{"of_trace_opened", "S", "[ [ Tab j Enter"},
	{"of_span_without_calls", "S", "/empty Enter [ ["},
	{"of_span", "SL", "/inner Enter [ ["},
	{"of_span_opened", "ST", "/inner Enter Enter $ j Enter"},
	{"by_key", "S", "$ Enter $"},
};
#define SUMS   (sizeof(sums) / sizeof(sums[0]))
#define SCENES (sizeof(scenes) / sizeof(scenes[0]))

static char path[] = "/tmp/tracehog-cost-XXXXXX";

static void play_from(const struct scene_take *t, const char *before)
{
	struct buf screen = {0};

	scene_play(t, path, "calls.ndjson", before, true, &screen);
	golden_compare(t->name, buf_str(&screen));
	buf_free(&screen);
}

static void play(void **state)
{
	play_from(*state, "3 Enter Enter [ [");
}

static void play_sum(void **state)
{
	play_from(*state, "1 Enter");
}

/* Every call at every size: stage_draw looks at each cell. */
static void every_size(void **state)
{
	struct stage s;

	(void)state;
	stage_open(&s, path, "calls.ndjson", 24, 80);
	stage_keys(&s, "3 Enter Enter [ [");
	for (int call = 0; call < 9; call++) {
		for (int cols = 40; cols < 200; cols += 13) {
			app_resize(s.app, 8 + cols % 17, cols);
			stage_settle(&s);
			stage_keys(&s, "Ctrl-D j");
		}
		stage_keys(&s, "/e Enter n zw <");
	}
	stage_keys(&s, "1 Enter [ [ Tab");
	for (int cols = 40; cols < 200; cols += 13) {
		app_resize(s.app, 8 + cols % 17, cols);
		stage_settle(&s);
		stage_keys(&s, "j j k Enter q");
	}
	stage_close(&s);
}

static int enter(void **state)
{
	int fd = mkstemp(path);

	(void)state;
	/* The place of one's own prices is told. */
	setenv("XDG_CONFIG_HOME", "/nowhere/config", 1);
	if (fd < 0 || write(fd, events, sizeof(events) - 1) != (ssize_t)sizeof(events) - 1)
		return -1;
	return close(fd);
}

static int leave(void **state)
{
	(void)state;
	return unlink(path);
}

int main(int argc, char **argv)
{
	static struct CMUnitTest tests[SCENE_TAKES + 1];
	size_t n = scenes_add(scenes, SCENES, "cost", play, tests);

	n += scenes_add(sums, SUMS, "cost", play_sum, tests + n);
	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	tests[n++] = (struct CMUnitTest){"every_size", every_size, NULL, NULL, NULL};
	return _cmocka_run_group_tests("cost", tests, n, enter, leave);
}
