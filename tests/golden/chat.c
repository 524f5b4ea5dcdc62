/* Conversations as they are told: golden/chat_NAME_COLSxROWS.txt holds each; UPDATE=1 writes them anew. */
#include "base/clean.h"
#include "support/golden.h"
#include "support/stage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>

#define JOURNAL "data/chat.ndjson"

struct scene {
	const char *name, *sizes, *keys;
};

static const struct scene scenes[] = {
	{"folded", "SLT", "/fourth Enter Enter Enter"},
	{"folded_end", "SL", "/fourth Enter Enter Enter G"},
	{"folded_all", "SL", "/fourth Enter Enter Enter V"},
	{"folded_user", "SL", "/fourth Enter Enter Enter V V"},
	{"folded_as_sent", "SL", "/fourth Enter Enter Enter r G"},
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

/* By letter; after an A all is ASCII. */
static const struct {
	int rows, cols;
} sizes[] = {['S'] = {24, 80}, ['L'] = {48, 160}, ['T'] = {10, 40}, ['A'] = {40, 120}};

struct take {
	const struct scene *scene;
	char letter, name[80];
};

static void play(void **state)
{
	const struct take *t = *state;
	struct stage s;
	struct buf screen = {0};

	clean_set_ascii(t->letter == 'A');
	stage_open(&s, JOURNAL, JOURNAL, sizes[(unsigned char)t->letter].rows,
	           sizes[(unsigned char)t->letter].cols);
	stage_keys(&s, "3");
	stage_keys(&s, t->scene->keys);
	surface_dump(s.surface, true, &screen);
	golden_compare(t->name, buf_str(&screen));
	buf_free(&screen);
	stage_close(&s);
	clean_set_ascii(false);
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
			stage_keys(&s, "zR Ctrl-D } } { r G zM V i o");
		}
		stage_keys(&s, "q q 3 j Enter Enter");
	}
	stage_close(&s);
}

int main(void)
{
	static struct take takes[SCENES * 4];
	static struct CMUnitTest tests[SCENES * 4 + 1];
	size_t n = 0;

	for (size_t i = 0; i < SCENES; i++) {
		for (const char *letter = scenes[i].sizes; *letter != '\0'; letter++) {
			struct take *t = &takes[n];

			t->scene = &scenes[i];
			t->letter = *letter;
			snprintf(t->name, sizeof(t->name), "chat_%s_%dx%d", scenes[i].name,
			         sizes[(unsigned char)*letter].cols,
			         sizes[(unsigned char)*letter].rows);
			tests[n++] = (struct CMUnitTest){t->name, play, NULL, NULL, t};
		}
	}
	tests[n++] = (struct CMUnitTest){"every_size", every_size, NULL, NULL, NULL};
	return _cmocka_run_group_tests("chat", tests, n, NULL, NULL);
}
