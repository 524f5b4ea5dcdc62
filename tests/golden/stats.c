/* The screen of figures: its panes, what each of them leads to, the filter, on the demo; on events that mean harm, on loops, and on none.
 * golden/stats_NAME_COLSxROWS.txt holds each; UPDATE=1 writes them anew. */
#include "support/golden.h"
#include "support/scenes.h"
#include "support/stage.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const struct scene scenes[] = {
	{"open", "TSML", "6"},
	{"open_ascii", "A", "6"},
	{"plot", "TSA", "6 Tab Right Right l h"},
	{"plot_end", "S", "6 Tab G Right"},
	{"slot_opened", "S", "6 Tab G h Enter"},
	{"figure", "SL", "6 ] ] ]"},
	{"figure_before", "S", "6 ["},
	{"panel", "TS", "6 Shift-Tab"},
	{"panel_line_opened", "L", "6 Shift-Tab G k k Enter"},
	{"panel_scrolled", "L", "6 J J K"},
	{"panel_not_seen", "T", "6 J"},
	{"zoomed", "S", "6 Tab Z"},
	{"part_opened", "S", "6 j Enter"},
	{"part_back", "S", "6 j Enter q"},
	{"errors_of_part", "S", "6 e"},
	{"dearest_of_part", "S", "6 $"},
	{"kept", "S", "6 j ."},
	{"excluded", "S", "6 ,"},
	{"by", "TS", "6 b"},
	{"by_names", "S", "6 b @ Tab"},
	{"by_tool", "SL", "6 b tool Enter"},
	{"by_property", "S", "6 b @release Enter"},
	{"by_property_opened", "S", "6 b @release Enter j Enter"},
	{"by_user", "S", "6 b user Enter"},
	{"by_unknown", "S", "6 b modle Enter"},
	{"by_in_filter", "S", "6 f by:provider Enter b user Enter"},
	{"sorted", "S", "6 > >"},
	{"sorted_up", "S", "6 > I"},
	{"sort_menu", "S", "6 s j j"},
	{"sort_undone", "S", "6 > > u"},
	{"filter_typed", "S", "6 f is:err"},
	{"filter_wrong", "S", "6 f sort:nothing Enter"},
	{"filtered", "S", "6 f is:error Enter"},
	{"nothing_passes", "S", "6 f zzzz Enter"},
	{"found", "S", "6 / mini Enter"},
	{"range", "S", "6 T 2026-11-22 Enter"},
	{"range_without_any", "S", "6 Tab T all..2020-01-01 Enter T all Enter ]"},
	{"frozen", "S", "6 F"},
	{"copy_menu", "S", "6 y"},
};
#define SCENES (sizeof(scenes) / sizeof(scenes[0]))

static const struct scene hostile[] = {
	{"hostile", "TSLA", "6"},
	{"hostile_by_user", "SL", "6 b user Enter"},
	{"hostile_by_name", "SA", "6 b name Enter"},
	{"hostile_opened", "S", "6 b name Enter Enter"},
	{"hostile_suspect_calls", "L", "6 Shift-Tab G k k Enter"},
	{"hostile_suspect_spans", "L", "6 Shift-Tab G k Enter"},
};
#define HOSTILE (sizeof(hostile) / sizeof(hostile[0]))

static const struct scene empty[] = {
	{"empty", "TSL", "6"},
	{"empty_keys", "S", "6 Tab Enter Tab Enter Shift-Tab Shift-Tab Enter . e ] I"},
};
#define EMPTY (sizeof(empty) / sizeof(empty[0]))

static const struct scene loops[] = {
	{"loops", "L", "6 Shift-Tab G"},
	{"loops_opened", "L", "6 Shift-Tab G Enter"},
};
#define LOOPS (sizeof(loops) / sizeof(loops[0]))

static char demo[] = "/tmp/tracehog-stats-XXXXXX";

static void compare(const struct scene_take *t, const char *path, const char *source)
{
	struct buf screen = {0};

	scene_play(t, path, source, "", true, &screen);
	golden_compare(t->name, buf_str(&screen));
	buf_free(&screen);
}

static void play(void **state)
{
	compare(*state, demo, "demo.ndjson");
}

static void play_hostile(void **state)
{
	compare(*state, "data/hostile.ndjson", "hostile.ndjson");
}

static void play_loops(void **state)
{
	compare(*state, "data/loops.ndjson", "loops.ndjson");
}

static void play_empty(void **state)
{
	compare(*state, "/dev/null", "empty.ndjson");
}

static int enter(void **state)
{
	int fd = mkstemp(demo);

	(void)state;
	if (fd < 0)
		return -1;
	close(fd);
	stage_write_demo(demo);
	return 0;
}

static int leave(void **state)
{
	(void)state;
	return unlink(demo);
}

int main(void)
{
	static struct CMUnitTest tests[SCENE_TAKES];
	size_t n = scenes_add(scenes, SCENES, "stats", play, tests);

	n += scenes_add(hostile, HOSTILE, "stats", play_hostile, tests + n);
	n += scenes_add(loops, LOOPS, "stats", play_loops, tests + n);
	n += scenes_add(empty, EMPTY, "stats", play_empty, tests + n);
	return _cmocka_run_group_tests("stats", tests, n, enter, leave);
}
