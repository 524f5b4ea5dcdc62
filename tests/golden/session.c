/* A session as one conversation: golden/turns_NAME_COLSxROWS.txt holds each; UPDATE=1 writes them anew. Its turns: a plain one and
 * one beside it that is sent the same, tools that end well and that fail, what was said about a turn, words that are said again,
 * a turn without a user, one that failed, tools and states without calls, no messages, withheld ones, and harmful ones. */
#include "support/golden.h"
#include "support/scenes.h"
#include "support/stage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define JOURNAL "data/session.ndjson"

static const struct scene scenes[] = {
	{"chat", "SMLT", ""},
	{"chat_ascii", "A", "G"},
	{"end", "SMLT", "G"},
	{"error", "ST", "e"},
	{"error_wrapped", "S", "e e E E"},
	{"tools_unfolded", "SL", ":4 Enter } } Enter"},
	{"unfolded", "L", "zR"},
	{"folded", "M", "zM"},
	{"folds_kept", "S", "Enter ] q g } Enter G g"},
	{"as_sent", "S", "r"},
	{"found", "SM", "/invoice Enter"},
	{"found_in_fold", "S", "/ledger Enter n"},
	{"no_expression", "S", "/ /(/ Enter"},
	{"next", "S", "> > >"},
	{"place", "S", ":8 Enter"},
	{"diff", "SL", ":5 Enter D"},
	{"diff_none", "S", "D"},
	{"traces", "SLTA", "l"},
	{"traces_and_back", "S", "e l j Enter q ["},
	{"copy_menu", "S", "y"},
};
#define SCENES (sizeof(scenes) / sizeof(scenes[0]))

static void play(void **state)
{
	const struct scene_take *t = *state;
	struct buf screen = {0};

	scene_play(t, JOURNAL, JOURNAL, "2 Enter", true, &screen);
	golden_compare(t->name, buf_str(&screen));
	buf_free(&screen);
}

/* At every size: stage_draw looks at each cell. */
static void every_size(void **state)
{
	struct stage s;

	(void)state;
	stage_open(&s, JOURNAL, JOURNAL, 24, 80);
	stage_keys(&s, "2 Enter");
	for (int cols = 1; cols < 200; cols += 23) {
		app_resize(s.app, 1 + cols % 17, cols);
		stage_settle(&s);
		stage_keys(
			&s,
			"zR Ctrl-D } } { r G zM > e E < Enter zw L H G j k g l G Tab ] Tab s h 2 Enter");
	}
	stage_close(&s);
}

int main(void)
{
	static struct CMUnitTest tests[SCENE_TAKES + 1];
	size_t n = scenes_add(scenes, SCENES, "turns", play, tests);

	tests[n++] = (struct CMUnitTest){"every_size", every_size, NULL, NULL, NULL};
	return _cmocka_run_group_tests("session", tests, n, NULL, NULL);
}
