/* The time ranges that T offers, and what can be taken of them, on the demo.
 * golden/range_NAME_COLSxROWS.txt holds each; UPDATE=1 writes them anew. */
#include "support/golden.h"
#include "support/scenes.h"
#include "support/stage.h"

#include <stdlib.h>
#include <unistd.h>

static const struct scene scenes[] = {
	{"open", "STLA", "1 T"},
	{"chosen", "STLA", "1 T j j j"},
	{"slice", "ST", "1 T h h"},
	{"slices", "STLA", "1 T h h Space h h h"},
	{"slices_taken", "S", "1 T h h Space h h h Enter"},
	{"slices_undone", "S", "1 T h h Space h h h Enter u"},
	{"highest", "S", "1 T Tab"},
	{"error", "S", "1 T e e E Right g l"},
	{"last", "T", "1 T G"},
	{"slices_left", "S", "1 T h Space h Esc"},
	{"closed", "S", "1 T h Esc Esc"},
	{"zoomed_twice", "S", "1 T h h h Enter T"},
	{"chosen_taken", "S", "1 T j Enter"},
	{"shifted", "S", "1 T j Enter ("},
	{"shifted_of_all", "S", "1 T G Enter ("},
	{"typed", "ST", "1 T 2026-11-22"},
	{"typed_slices", "S", "1 T 2026-11-22 Tab Left Left"},
	{"typed_badly", "S", "1 T 20x"},
	{"typed_badly_taken", "S", "1 T 20x Enter"},
	{"until_alone", "S", "1 T all..2026-11-22T21:00 Enter"},
	{"filtered", "S", "f is:error Enter T"},
	{"filtered_by_what_is_no_event", "S", "f is:marked Enter T"},
	{"in_a_trace", "S", "1 Enter T j"},
	{"none", "S", "1 T 1m"},
};
#define SCENES (sizeof(scenes) / sizeof(scenes[0]))

static char path[] = "/tmp/tracehog-ranges-XXXXXX";

static void play(void **state)
{
	const struct scene_take *t = *state;
	struct buf screen = {0};

	scene_play(t, path, "demo.ndjson", "", true, &screen);
	golden_compare(t->name, buf_str(&screen));
	buf_free(&screen);
}

static int enter(void **state)
{
	int fd = mkstemp(path);

	(void)state;
	if (fd < 0)
		return -1;
	close(fd);
	stage_write_demo(path);
	return 0;
}

static int leave(void **state)
{
	(void)state;
	return unlink(path);
}

int main(void)
{
	static struct CMUnitTest tests[SCENE_TAKES];
	size_t n = scenes_add(scenes, SCENES, "range", play, tests);

	return _cmocka_run_group_tests("ranges", tests, n, enter, leave);
}
