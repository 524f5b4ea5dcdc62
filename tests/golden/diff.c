/* What changed from one call to another, on the screen: D, d, side by side and inline. golden/diff_NAME_COLSxROWS.txt holds each;
 * UPDATE=1 writes them anew. Then what means harm is compared with what means harm. */
#include "support/golden.h"
#include "support/hostile.h"
#include "support/scenes.h"
#include "support/stage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CALLS "data/diff.ndjson"
#define REAL  "data/real_events.ndjson"

static const struct scene scenes[] = {
	{"previous", "SLT", "3 g j D"},
	{"next_change", "SL", "3 g j D } } } }"},
	{"messages", "SL", "3 g j D G"},
	{"unfolded", "SL", "3 g j D zR G"},
	{"side_by_side", "S", "3 g j D S G"},
	{"inline", "L", "3 g j D S"},
	{"none", "S", "3 g D"},
	{"marked", "SL", "3 g j j d g d"},
	{"marked_end", "S", "3 g j j d g d G"},
	{"found", "S", "3 g j D /delivered Enter"},
	{"event", "S", "3 g j Enter Enter D"},
	{"from_trace", "S", "Enter j j D"},
};
#define SCENES (sizeof(scenes) / sizeof(scenes[0]))

static void play(void **state)
{
	const struct scene_take *t = *state;
	struct buf screen = {0};

	scene_play(t, CALLS, CALLS, "", true, &screen);
	golden_compare(t->name, buf_str(&screen));
	buf_free(&screen);
}

static void keys_say_what_they_do(void **state)
{
	struct stage s;

	(void)state;
	stage_open(&s, CALLS, CALLS, 24, 80);
	stage_keys(&s, "3 g d");
	assert_true(stage_shows(&s, "marked #5; d on another one compares"));
	stage_keys(&s, "d");
	assert_true(stage_shows(&s, "no longer marked"));
	stage_keys(&s, "D");
	assert_true(stage_shows(&s, "No earlier call of this trace begins with the same message"));
	stage_keys(&s, "q 1 D");
	assert_true(stage_shows(&s, "D compares two generations; d two traces"));
	stage_close(&s);
	stage_open(&s, REAL, REAL, 24, 80);
	stage_keys(&s, "3 /text-embedding Enter D");
	assert_true(stage_shows(&s, "not a generation: there is no call to compare"));
	stage_close(&s);
}

/* A view that is left while its calls are read, and one of each kind under the other. */
static void views_come_and_go(void **state)
{
	struct stage s;

	(void)state;
	stage_open(&s, CALLS, CALLS, 24, 80);
	for (int i = 0; i < 5; i++) {
		app_key(s.app, '3', STR_EMPTY);
		app_key(s.app, 'D', STR_EMPTY);
		app_key(s.app, 'q', STR_EMPTY);
	}
	stage_keys(&s, "3 g j D S D S d q d 1 Enter j j D S zR zM } { G g");
	app_resize(s.app, 5, 11);
	stage_keys(&s, "G g S S");
	app_resize(s.app, 48, 160);
	stage_keys(&s, "G g /zzz Enter n");
	stage_close(&s);
}

/* Every text in every place of two calls, before and after. */
static void write_hostile(FILE *f)
{
	for (size_t i = 0; i < hostile_count(); i++) {
		const char *a = hostile_text(i), *b = hostile_text((i + 1) % hostile_count());

		for (int side = 0; side < 2; side++)
			fprintf(f,
			        "{\"event\":\"$ai_generation\",\"timestamp\":\"2026-11-01T00:00:%02d."
			        "%03zuZ\",\"properties\":{\"$ai_trace_id\":\"t%zu\",\"$ai_model\":\"%s\","
			        "\"$ai_tools\":[{\"name\":\"%s\",\"input_schema\":{\"%s\":\"%s\"}}],"
			        "\"$ai_model_parameters\":\"{\\\"a\\\":%d\",\"$ai_input\":["
			        "{\"role\":\"user\",\"content\":\"same\"},"
			        "{\"role\":\"%s\",\"content\":\"words that stay %s and stay\"},"
			        "{\"role\":\"user\",\"content\":\"%s\"}]}}\n",
			        side, i % 1000, i, side ? a : b, a, b, side ? a : b, side,
			        side ? a : "user", side ? b : a, side ? a : b);
	}
}

static void what_means_harm_is_compared(void **state)
{
	char path[] = "/tmp/tracehog-diff-XXXXXX";
	int fd = mkstemp(path);
	FILE *f = fdopen(fd, "w");
	struct stage s;

	(void)state;
	assert_non_null(f);
	write_hostile(f);
	assert_int_equal(fclose(f), 0);
	stage_open(&s, path, "harm", 24, 80);
	for (size_t i = 0; i < 2 * hostile_count(); i += 2) {
		char row[32];

		snprintf(row, sizeof(row), "3 :%zu Enter", i + 1);
		stage_keys(&s, row);
		stage_keys(&s, "D G S G");
		app_resize(s.app, i % 4 ? 48 : 24, i % 4 ? 160 : 80);
		stage_keys(&s, "g zR G q");
	}
	stage_close(&s);
	unlink(path);
}

int main(int argc, char **argv)
{
	static struct CMUnitTest tests[SCENE_TAKES + 4];
	size_t n = scenes_add(scenes, SCENES, "diff", play, tests);

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	tests[n++] = (struct CMUnitTest){"keys_say_what_they_do", keys_say_what_they_do, NULL, NULL,
	                                 NULL};
	tests[n++] = (struct CMUnitTest){"views_come_and_go", views_come_and_go, NULL, NULL, NULL};
	tests[n++] = (struct CMUnitTest){"what_means_harm_is_compared", what_means_harm_is_compared,
	                                 NULL, NULL, NULL};
	return _cmocka_run_group_tests("diff", tests, n, NULL, NULL);
}
