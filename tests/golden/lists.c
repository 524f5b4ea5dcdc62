/* What lists can do besides showing rows: marks, jumps, columns, frequencies, bookmarks; on the demo.
 * golden/list_NAME_COLSxROWS.txt holds each; UPDATE=1 writes them anew. */
#include "support/golden.h"
#include "support/scenes.h"
#include "support/stage.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct scene scenes[] = {
	{"marked", "SLTA", "3 g Space j Space"},
	{"marks_cleared", "S", "3 g Space j Space Esc"},
	{"marked_compared", "S", "3 g Space Space d"},
	{"marked_traces_compared", "S", "1 Space Space d"},
	{"menu_left_by_a_key", "S", "1 s 3"},
	{"menu_closed_by_its_key", "S", "1 s s"},
	{"no_column_beside", "S", "1 <"},
	{"pane_hidden", "S", "1 Z J"},
	{"pane_without_room", "T", "1 Tab Tab J"},
	{"wrapped", "S", "1 g E"},
	{"wrapped_in_trace", "S", "1 e Enter g E"},
	{"dearest_again", "S", "8 $ $ $ $ $ $ $"},
	{"of_model", "ST", "8 j Enter"},
	{"of_model_filtered", "S", "f latency:>1ms Space OR Space tokens:>1 Enter 8 j Enter"},
	{"fold_undone", "S", "1 e Enter g j za zM u"},
	{"folds_undone", "S", "1 e Enter g j za zM u u zl u"},
	{"fold_undone_live", "S", "7 k k za u"},
	{"slow", "S", "3 g w"},
	{"slow_none", "S", "1 w"},
	{"slow_not_here", "S", "2 w"},
	{"dearest", "S", "1 $"},
	{"dearest_next", "S", "1 $ $ $"},
	{"dearest_none", "S", "9 $"},
	{"same_name", "S", "1 g j j o"},
	{"same_user", "S", "2 g o"},
	{"same_name_none", "S", "8 g o"},
	{"slow_in_trace", "S", "3 g w Enter g w"},
	{"spans", "SLT", "3 t"},
	{"spans_and_back", "S", "3 t t"},
	{"spans_of_user", "S", "4 j Enter t"},
	{"groups", "SLTA", "4 t"},
	{"group_opened", "S", "4 t Enter"},
	{"toggle_not_here", "S", "1 t"},
	{"frequency", "SLTA", "3 #"},
	{"frequency_of_model", "S", "3 > > #"},
	{"frequency_of_next", "S", "3 # > >"},
	{"frequency_of_cost", "S", "1 s j j j j j j j j j j j Enter # j"},
	{"frequency_of_property", "S", "3 C G k Enter release Enter Esc s G Enter #"},
	{"frequency_kept", "S", "3 # j Enter"},
	{"frequency_left", "S", "3 # Esc"},
	{"frequency_none", "S", "9 #"},
	{"columns_menu", "SLTA", "1 C j"},
	{"columns_menu_end", "S", "3 C G"},
	{"columns_of_users", "S", "4 C G"},
	{"column_hidden", "SL", "1 C j j Enter Esc"},
	{"column_moved", "S", "1 C j > > > Esc"},
	{"column_asked_hidden", "S", "1 C j j j Space Esc"},
	{"columns_reset", "S", "1 C j Enter Enter Enter G Enter Esc"},
	{"column_typed", "SL", "3 C G k Enter $lib Enter Esc"},
	{"column_typed_badly", "S", "3 C G k Enter a,b Enter"},
	{"column_of_person", "S", "1 C G k Enter person.email Enter Esc"},
	{"column_sorted", "S", "1 C G k Enter $lib Enter Esc > > > > > > > >"},
	{"column_in_sort_menu", "S", "3 C G k Enter $lib Enter Esc s G"},
	{"bookmark_note", "ST", "1 g j M"},
	{"bookmarked", "SLTA", "1 g j M why? Enter j M Enter k"},
	{"bookmarked_in_trace", "SL", "1 g j Enter M whole Enter j M call Enter k"},
	{"bookmarks", "SLTA", "1 g j M why? Enter 2 M Enter 3 g j M slow Space call Enter '"},
	{"bookmarks_none", "S", "'"},
	{"bookmarks_none_opened", "S", "' Enter"},
	{"bookmark_removed", "S", "1 g M a Enter j M b Enter ' X"},
	{"bookmark_back", "S", "3 g M a Enter j M b Enter ' X u"},
	{"bookmark_note_back", "S", "3 g M a Enter M b Enter u"},
	{"bookmark_not_set", "S", "3 g M a Enter u"},
	{"bookmark_opened", "S", "3 g j j M Enter 1 ' Enter"},
	{"bookmark_not_here", "S", "8 M"},
	{"bookmarked_user", "S", "4 g M fan Enter j k"},
	{"bookmarked_user_opened", "S", "4 g M fan Enter 1 ' Enter"},
	{"column_of_sums", "S", "4 C G k Enter"},
};
#define SCENES (sizeof(scenes) / sizeof(scenes[0]))

static char path[] = "/tmp/tracehog-lists-XXXXXX";

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
	size_t n = scenes_add(scenes, SCENES, "list", play, tests);

	return _cmocka_run_group_tests("lists", tests, n, enter, leave);
}
