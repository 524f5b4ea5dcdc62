/* The tabs of one call that has a little of everything, and bytes that mean harm. golden/tab_NAME_COLSxROWS.txt holds each;
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
#include <string.h>
#include <unistd.h>

#define HARM "\\u001b[31mred \\u202etfel\\u200b\\u0000 \xff"

static const char event[] =
	"{\"uuid\":\"0192d5a0-0000-7000-8000-000000000001\",\"event\":\"$ai_generation\","
	"\"distinct_id\":\"u_anna\",\"timestamp\":\"2026-11-22T22:14:03.000Z\",\"properties\":{"
	"\"$ai_trace_id\":\"t1\",\"$ai_span_id\":\"g4\",\"$ai_model\":\"gpt-5\",\"$ai_provider\":\"openai\","
	"\"$ai_model_parameters\":{\"temperature\":0.20,\"max_tokens\":512},"
	"\"$ai_base_url\":\"https://api.openai.com/v1\",\"$ai_latency\":2.10,\"$ai_time_to_first_token\":0.6,"
	"\"$ai_input_tokens\":11204,\"$ai_output_tokens\":131,\"$ai_total_cost_usd\":0.1210,"
	"\"$ai_stop_reason\":\"tool_calls\",\"$ai_http_status\":200,\"$ai_lib\":\"posthog-ai\",\"$os\":\"Linux\","
	"\"$ai_something_new\":[1,{\"deep\":[]}],"
	"\"env\":\"prod\",\"harm " HARM "\":\"" HARM "\",\"nothing\":null,"
	"\"notes\":\"first line\\nsecond line, which is a good deal longer than what there is room for in a row of a "
	"narrow terminal\\n\\tan indented one\",\"a_property_with_a_name_that_is_too_long_for_its_column\":1e400,"
	"\"$ai_input\":[{\"role\":\"system\",\"content\":\"You are Acme's support agent.\"},"
	"{\"role\":\"user\",\"content\":\"refund order 8841, " HARM "\"},"
	"{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{\"id\":\"call_1\",\"type\":\"function\","
	"\"function\":{\"name\":\"refund_tool\",\"arguments\":\"{\\\"order\\\":8841,\\\"why\\\":\\\"broken\\\"}\"}}]},"
	"{\"role\":\"tool\",\"tool_call_id\":\"call_1\",\"content\":\"{\\\"error\\\":\\\"timeout\\\",\\\"retry_after\\\":30}\"},"
	"{\"role\":\"user\",\"content\":\"please just refund it\"}],"
	"\"$ai_output_choices\":[{\"role\":\"assistant\",\"content\":\"I will look.\",\"tool_calls\":[{\"id\":\"call_2\","
	"\"type\":\"function\",\"function\":{\"name\":\"search_orders\",\"arguments\":\"{\\\"order\\\": 8841}\"}},"
	"{\"id\":\"call_3\",\"type\":\"function\",\"function\":{\"name\":\"unknown_tool\",\"arguments\":\"not json\"}}]}],"
	"\"$ai_tools\":[{\"type\":\"function\",\"function\":{\"name\":\"search_orders\",\"description\":\"Looks an order up.\","
	"\"parameters\":{\"type\":\"object\",\"properties\":{\"order\":{\"type\":\"integer\"}},\"required\":[\"order\"]}}},"
	"{\"type\":\"function\",\"function\":{\"name\":\"refund_tool\",\"description\":\"Gives the money back.\\n" HARM
	"\","
	"\"parameters\":{\"type\":\"object\",\"properties\":{\"order\":{\"type\":\"integer\"},\"timeout_s\":{\"type\":"
	"\"integer\",\"default\":30}}}}},{\"name\":\"no_schema\"}]}}\n";

static const struct scene scenes[] = {
	{"in", "SL", "]"},
	{"out", "SL", "] ]"},
	{"tools", "SLT", "] ] ]"},
	{"tools_unfolded", "SL", "] ] ] zR"},
	{"json", "SLT", "] ] ] ]"},
	{"json_unfolded", "SL", "] ] ] ] zR"},
	{"json_level", "S", "] ] ] ] z1"},
	{"json_string", "SL", "] ] ] ] /notes Enter Enter"},
	{"json_inner", "SL", "] ] ] ] zR /retry_after Enter"},
	{"json_found", "SLT", "] ] ] ] /8841 Enter n n"},
	{"json_menu", "S", "] ] ] ] G y"},
	{"properties", "SLT", "[ [ ["},
	{"properties_end", "S", "[ [ [ G"},
	{"properties_unfolded", "L", "[ [ [ zR"},
	{"raw", "SL", "["},
	{"raw_found", "ST", "[ /refund_tool Enter n"},
	{"raw_unwrapped", "S", "[ zw L L L"},
	{"bad_expression", "S", "[ //(/ Enter"},
};
#define SCENES (sizeof(scenes) / sizeof(scenes[0]))

static char path[] = "/tmp/tracehog-tabs-XXXXXX";

static void play(void **state)
{
	const struct scene_take *t = *state;
	struct buf screen = {0};

	scene_play(t, path, "call.ndjson", "3 Enter Enter", true, &screen);
	golden_compare(t->name, buf_str(&screen));
	buf_free(&screen);
}

/* Every tab at every size: stage_draw looks at each cell. */
static void every_size(void **state)
{
	struct stage s;

	(void)state;
	stage_open(&s, path, "call.ndjson", 24, 80);
	stage_keys(&s, "3 Enter Enter");
	for (int tab = 0; tab < 8; tab++) {
		stage_keys(&s, "] zR");
		for (int cols = 40; cols < 200; cols += 13) {
			app_resize(s.app, 8 + cols % 17, cols);
			stage_settle(&s);
			stage_keys(&s, "Ctrl-D j");
		}
		stage_keys(&s, "zM z2 /e Enter n n N");
	}
	stage_close(&s);
}

static int enter(void **state)
{
	int fd = mkstemp(path);

	(void)state;
	if (fd < 0 || write(fd, event, sizeof(event) - 1) != (ssize_t)sizeof(event) - 1)
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
	size_t n = scenes_add(scenes, SCENES, "tab", play, tests);

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	tests[n++] = (struct CMUnitTest){"every_size", every_size, NULL, NULL, NULL};
	return _cmocka_run_group_tests("tabs", tests, n, enter, leave);
}
