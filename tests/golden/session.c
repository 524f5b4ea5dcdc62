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
#include <stdio.h>
#include <stdlib.h>

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
	{"traces_without_menu", "S", "l s ] ]"},
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

/* "b" has the earlier events of a trace, which takes it out of "a". */
static void write_turn(FILE *f, const char *session, int minute, int turn)
{
	fprintf(f,
	        "{\"event\":\"$ai_generation\",\"timestamp\":\"2026-11-01T10:%02d:00Z\","
	        "\"properties\":{\"$ai_trace_id\":\"t%d\",\"$ai_session_id\":\"%s\","
	        "\"$ai_input\":\"asked\",\"$ai_output_choices\":\"answered\"}}\n",
	        minute, turn, session);
	fflush(f);
}

/* While one reads at the end of it. */
static void turns_that_leave(void **state)
{
	char path[] = "/tmp/tracehog-session-XXXXXX";
	FILE *f = fdopen(mkstemp(path), "w");
	struct stage s;

	(void)state;
	assert_non_null(f);
	for (int turn = 0; turn < 3; turn++)
		write_turn(f, "a", 30 + turn, turn);
	stage_open_live(&s, path, "live", 24, 80);
	stage_await(&s, 3);
	stage_keys(&s, "2 Enter");
	stage_await(&s, 3);
	stage_keys(&s, "G");
	assert_true(stage_shows(&s, "turn 3/3"));
	write_turn(f, "b", 10, 2);
	stage_await(&s, 4);
	assert_true(stage_shows(&s, "/2"));
	write_turn(f, "b", 11, 1);
	write_turn(f, "b", 12, 0);
	stage_await(&s, 6);
	assert_true(stage_shows(&s, "no turn of it is here"));
	stage_keys(&s, "j k } { G g e E > < D r zR zM Enter /asked Enter n l j Enter h y Esc");
	assert_true(stage_shows(&s, "no turn of it is here"));
	stage_close(&s);
	fclose(f);
	remove(path);
}

int main(void)
{
	static struct CMUnitTest tests[SCENE_TAKES + 2];
	size_t n = scenes_add(scenes, SCENES, "turns", play, tests);

	tests[n++] = (struct CMUnitTest){"every_size", every_size, NULL, NULL, NULL};
	tests[n++] = (struct CMUnitTest){"turns_that_leave", turns_that_leave, NULL, NULL, NULL};
	return _cmocka_run_group_tests("session", tests, n, NULL, NULL);
}
