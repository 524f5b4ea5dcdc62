/* What the Cost tab says of a call that lost of its cache: because something in its prompt changed, because of time, or who knows why.
 * golden/miss_NAME_COLSxROWS.txt holds each; UPDATE=1 writes them anew. */
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

/* A call of a trace of its own name, of 11,204 tokens. */
#define CALL(trace, number, time, model, cached, tools, input)                                     \
	"{\"uuid\":\"0192d5a0-0000-7000-8000-0000000000" number "\",\"event\":\"$ai_generation\"," \
	"\"timestamp\":\"2026-11-22T21:" time "Z\",\"properties\":{\"$ai_trace_id\":\"" trace      \
	"\",\"$ai_model\":\"" model "\",\"$ai_span_name\":\"" trace "\",\"$ai_latency\":1,"        \
	"\"$ai_input_tokens\":11204,\"$ai_output_tokens\":131,"                                    \
	"\"$ai_cache_read_input_tokens\":" cached ",\"$ai_tools\":[" tools                         \
	"],\"$ai_input\":[" input "]}}\n"
#define TOOL(type)                                                                                    \
	"{\"type\":\"function\",\"function\":{\"name\":\"refund_tool\",\"description\":\"Refunds.\"," \
	"\"parameters\":{\"type\":\"object\",\"properties\":{\"order\":{\"type\":\"" type             \
	"\"}}}}}"
#define TEXT(role, text) "{\"role\":\"" role "\",\"content\":\"" text "\"}"
#define SYSTEM           TEXT("system", "You are Acme's support agent.")
#define USER             TEXT("user", "refund order 8841")
#define MORE             "," TEXT("assistant", "I will look.") "," TEXT("user", "please do")

static const char events[] = CALL("tools", "11", "14:01.000", "gpt-5", "9412", TOOL("string"),
                                  SYSTEM "," USER) CALL("tools", "12", "14:04.000", "gpt-5", "0",
                                                        TOOL("integer"), SYSTEM "," USER MORE)
	CALL("time", "21", "20:01.000", "gpt-5", "9412", TOOL("string"), SYSTEM "," USER) CALL(
		"time", "22", "27:12.000", "gpt-5", "0", TOOL("string"), SYSTEM "," USER MORE)
		CALL("system", "31", "30:01.000", "a-model-of-ours", "9412", TOOL("string"),
                     TEXT("system", "It is 22:30:01.") "," USER)
			CALL("system", "32", "30:07.000", "a-model-of-ours", "1000", TOOL("string"),
                             TEXT("system", "It is 22:30:07.") "," USER MORE)
				CALL("withheld", "41", "40:01.000", "gpt-5", "9412", "", "")
					CALL("withheld", "42", "40:02.500", "gpt-5", "0", "", USER);

static const struct scene scenes[] = {
	{"tools", "SLA", "/tools Enter Enter Enter [ ["},
	{"tools_end", "T", "/tools Enter Enter Enter [ [ G"},
	{"time", "S", "/time Enter Enter Enter [ ["},
	{"system", "S", "/system Enter Enter Enter [ ["},
	{"withheld", "S", "Enter Enter [ ["},
};
#define SCENES (sizeof(scenes) / sizeof(scenes[0]))

static char path[] = "/tmp/tracehog-miss-XXXXXX";

static void play(void **state)
{
	const struct scene_take *t = *state;
	struct buf screen = {0};

	scene_play(t, path, "calls.ndjson", "3", true, &screen);
	golden_compare(t->name, buf_str(&screen));
	buf_free(&screen);
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
	static struct CMUnitTest tests[SCENE_TAKES];
	size_t n = scenes_add(scenes, SCENES, "miss", play, tests);

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return _cmocka_run_group_tests("miss", tests, n, enter, leave);
}
