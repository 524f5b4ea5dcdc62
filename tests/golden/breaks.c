/* The live screen at a breakpoint, as events arrive one after the other. golden/break_NAME_COLSxROWS.txt holds each; UPDATE=1
 * writes them anew. */
#include "base/clean.h"
#include "support/golden.h"
#include "support/scenes.h"
#include "support/stage.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PROPERTIES(trace, id, name)                                                 \
	"\"distinct_id\":\"u_dee\",\"properties\":{\"$ai_trace_id\":\"" trace "\"," \
	"\"$ai_span_id\":\"" id "\",\"$ai_span_name\":\"" name "\""
#define EVENT(kind, n, time, trace, name, properties)                                              \
	"{\"event\":\"$ai_" kind "\",\"uuid\":\"00000000-0000-4000-8000-00000000000" #n "\","      \
	"\"timestamp\":\"2026-11-22T22:14:" time "Z\"," PROPERTIES(trace, "s" #n, name) properties \
		"}}\n"
#define CALL(n, time, trace, properties) \
	EVENT("generation", n, time, trace, "gpt-5", ",\"$ai_latency\":1" properties)
#define TOOL                                                                                \
	",\"$ai_span_type\":\"tool\",\"$ai_latency\":0.2,\"$ai_input_state\":{\"user\":17," \
	"\"street\":\"Main 1\",\"postcode\":\"1234\"}"
#define CONFLICT \
	",\"$ai_is_error\":true,\"$ai_http_status\":409,\"$ai_error\":\"conflict \\u001b[31m\""

#define REFUND                                                                                      \
	"{\"role\":\"assistant\",\"tool_calls\":[{\"id\":\"1\",\"type\":\"function\",\"function\":" \
	"{\"name\":\"refund\",\"arguments\":\"{\\\"order\\\":8841}\"}}]}"

/* What is there, and what arrives: a batch at every + of a scene's keys. */
static const char before[] = CALL(0, "50", "first", "")
	EVENT("span", 1, "51", "first", "update_address", TOOL CONFLICT);
static const struct {
	const char *lines;
	uint32_t events; /* with those before */
} batches[] = {
	{CALL(2, "52", "first", "") EVENT("span", 3, "54", "first", "update_address", TOOL CONFLICT)
                 CALL(4, "55", "first", ",\"$ai_output_choices\":[" REFUND "]"),
         5},
	{CALL(5, "57", "second", ",\"$ai_total_cost_usd\":0.75")
                 EVENT("span", 6, "58", "second", "refund_tool", TOOL CONFLICT)
                         CALL(7, "59", "second", ""),
         8},
};
#define BATCHES (sizeof(batches) / sizeof(batches[0]))

#define EITHER "7 B is:error Space OR Space cost:>0.50 Enter "
static const struct scene scenes[] = {
	{"typed", "TSL", "7 B is:error"},
	{"wrong", "TS", "7 B lat:5"},
	{"of_lists", "S", "7 B is:error Space limit:3 Enter"},
	{"completed", "S", "7 B is:er Tab"},
	{"set", "TSL", EITHER},
	{"set_elsewhere", "S", "' :break Space is:error Enter"},
	{"cleared", "S", "7 B is:error Enter B Ctrl-U Enter"},
	{"hit", "TSML", EITHER "+ +"},
	{"hit_ascii", "A", EITHER "+ +"},
	{"hit_next", "TSL", EITHER "+ + Space"},
	{"hit_last", "S", EITHER "+ + Space Space"},
	{"gone_on", "TS", EITHER "+ + Space Space Space"},
	{"let_go", "S", EITHER "+ + F"},
	{"call", "SL", "7 B cost:>9 Space OR Space id:s4 Enter +"},
	{"trace", "S", "7 B count(tool:refund_tool):>0 Enter + +"},
	{"moved", "S", "7 B is:error Enter + + g"},
	{"filtered_out", "S", "7 f user:nobody Enter B is:error Enter +"},
	{"elsewhere", "TS", "' :break Space is:error Enter + +"},
	{"elsewhere_gone_to", "S", "' :break Space is:error Enter + + 7 +"},
	{"in_a_trace", "S", "7 Enter :break Space is:error Enter +"},
	{"cleared_when_hit", "S", "7 B is:error Enter + + B Ctrl-U Enter"},
};
#define SCENES (sizeof(scenes) / sizeof(scenes[0]))

/* Nothing more arrives after the last batch. */
static void arrive(struct stage *s, int fd, size_t batch)
{
	if (batch < BATCHES)
		assert_int_equal(write(fd, batches[batch].lines, strlen(batches[batch].lines)),
		                 strlen(batches[batch].lines));
	stage_await(s, batches[batch < BATCHES ? batch : BATCHES - 1].events);
}

static void play_keys(struct stage *s, int fd, const char *keys)
{
	size_t batch = 0;

	while (*keys != '\0') {
		size_t n = strcspn(keys, "+");
		char part[200];

		assert_true(n < sizeof(part));
		memcpy(part, keys, n);
		part[n] = '\0';
		stage_keys(s, part);
		keys += n;
		if (*keys == '+') {
			arrive(s, fd, batch++);
			keys++;
		}
	}
	stage_await(s, 0);
}

static void play(void **state)
{
	const struct scene_take *t = *state;
	char path[] = "/tmp/tracehog-breaks-XXXXXX";
	int fd = mkstemp(path), rows, cols;
	struct buf screen = {0};
	struct stage s;

	assert_int_equal(write(fd, before, strlen(before)), strlen(before));
	scene_size(t, &rows, &cols);
	stage_open_live(&s, path, "agent.ndjson", rows, cols);
	while (explorer_loading(s.explorer))
		loop_step(s.loop, true);
	stage_await(&s, 2);
	play_keys(&s, fd, t->scene->keys);
	surface_dump(s.surface, true, &screen);
	golden_compare(t->name, buf_str(&screen));
	buf_free(&screen);
	stage_close(&s);
	clean_set_ascii(false);
	close(fd);
	unlink(path);
}

int main(void)
{
	static struct CMUnitTest tests[SCENE_TAKES];
	size_t n = scenes_add(scenes, SCENES, "break", play, tests);

	return _cmocka_run_group_tests("breaks", tests, n, NULL, NULL);
}
