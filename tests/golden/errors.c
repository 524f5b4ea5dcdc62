/* The list of errors: what they say, where each happened; on data/errors.ndjson, which has errors of every kind of event, of objects,
 * tracebacks, without a text, and hostile ones. golden/errors_NAME_COLSxROWS.txt holds each; UPDATE=1 writes them anew. */
#include "support/golden.h"
#include "support/scenes.h"

static const struct scene scenes[] = {
	{"list", "SLTA", "5 g"},
	{"opened", "SLT", "5 g Enter"},
	{"opened_of_any_kind", "S", "5 G k k Enter"},
	{"opened_trace", "S", "5 g Enter Enter"},
	{"opened_no_toggle", "S", "5 g Enter t"},
	{"last_first", "S", "5 > g"},
	{"filtered", "S", "f user:u_ben Enter 5"},
	{"keep", "SL", "5 g ."},
	{"kept", "SL", "5 g . e"},
	{"excluded", "S", "5 g , e"},
	{"found", "S", "5 g / refundable Enter"},
	{"next", "S", "5 g e"},
	{"example", "S", "5 C G k k k k k Enter Esc"},
};
#define SCENES (sizeof(scenes) / sizeof(scenes[0]))

static void play(void **state)
{
	const struct scene_take *t = *state;
	struct buf screen = {0};

	scene_play(t, "data/errors.ndjson", "errors.ndjson", "", true, &screen);
	golden_compare(t->name, buf_str(&screen));
	buf_free(&screen);
}

int main(void)
{
	static struct CMUnitTest tests[SCENE_TAKES];
	size_t n = scenes_add(scenes, SCENES, "errors", play, tests);

	return _cmocka_run_group_tests("errors", tests, n, NULL, NULL);
}
