/* Conversations as they are told: golden/chat_NAME_COLSxROWS.txt holds each; UPDATE=1 writes them anew. */
#include "support/golden.h"
#include "support/scenes.h"
#include "support/stage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define JOURNAL "data/chat.ndjson"

static const struct scene scenes[] = {
	{"folded", "SLT", "/fourth Enter Enter Enter"},
	{"folded_end", "SL", "/fourth Enter Enter Enter G"},
	{"folded_all", "SL", "/fourth Enter Enter Enter V"},
	{"folded_user", "SL", "/fourth Enter Enter Enter V V"},
	{"folded_as_sent", "SL", "/fourth Enter Enter Enter r G"},
	{"shares", "SLT", "/fourth Enter Enter Enter z$ V }"},
	{"shares_folded", "SL", "/fourth Enter Enter Enter z$"},
	{"shares_user", "S", "/fourth Enter Enter Enter z$ V V"},
	{"unfolded", "L", "/fourth Enter Enter Enter zR"},
	{"result_unfolded", "S", "/fourth Enter Enter Enter } } } } j j j j j zR Ctrl-D"},
	{"calls", "SL", "/second Enter Enter Enter V"},
	{"anthropic", "SLT", "/claude Enter Enter Enter"},
	{"privacy", "SL", "/private Enter Enter Enter"},
	{"error_object", "SLT", "/limited Enter Enter Enter"},
	{"error_traceback", "SL", "/crashed Enter Enter Enter"},
	{"error_stack", "S", "/crashed Enter Enter Enter zR"},
	{"error_repr", "S", "/printed Enter Enter Enter"},
	{"markdown", "SLT", "/marked Enter Enter Enter"},
	{"markdown_end", "ST", "/marked Enter Enter Enter G"},
	{"markdown_as_sent", "S", "/marked Enter Enter Enter r"},
	{"markdown_ascii", "A", "/marked Enter Enter Enter"},
	{"json", "SL", "/nested Enter Enter Enter"},
	{"harmful", "SLT", "/harmful Enter Enter Enter"},
	{"harmful_ascii", "A", "/harmful Enter Enter Enter zR"},
};
#define SCENES (sizeof(scenes) / sizeof(scenes[0]))

static void play(void **state)
{
	const struct scene_take *t = *state;
	struct buf screen = {0};

	scene_play(t, JOURNAL, JOURNAL, "3", true, &screen);
	golden_compare(t->name, buf_str(&screen));
	buf_free(&screen);
}

/* Every conversation, folded and unfolded, at every size: stage_draw looks at each cell. */
static void every_size(void **state)
{
	struct stage s;

	(void)state;
	stage_open(&s, JOURNAL, JOURNAL, 24, 80);
	stage_keys(&s, "3 g Enter Enter");
	for (int call = 0; call < 12; call++) {
		for (int cols = 40; cols < 200; cols += 23) {
			app_resize(s.app, 8 + cols % 17, cols);
			stage_settle(&s);
			stage_keys(&s, "zR Ctrl-D } } { r G zM V i o z$ } G");
		}
		stage_keys(&s, "q q 3 j Enter Enter");
	}
	stage_close(&s);
}

int main(void)
{
	static struct CMUnitTest tests[SCENE_TAKES + 1];
	size_t n = scenes_add(scenes, SCENES, "chat", play, tests);

	tests[n++] = (struct CMUnitTest){"every_size", every_size, NULL, NULL, NULL};
	return _cmocka_run_group_tests("chat", tests, n, NULL, NULL);
}
