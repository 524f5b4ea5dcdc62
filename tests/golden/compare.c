/* Two traces beside each other: d on two of a list, inline and side by side, and calls that repeat folded in their trees.
 * golden/compare_NAME_COLSxROWS.txt holds each; UPDATE=1 writes them anew. */
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
#include <string.h>

#define LOOPS "data/loops.ndjson"

static const struct scene scenes[] = {
	{"traces", "SMLT", "G d k d"},
	{"next_change", "S", "G d k d } } }"},
	{"side_by_side", "S", "G d k d S"},
	{"inline", "L", "G d k d S"},
	{"reversed", "S", "g Space j j d"},
	{"of_a_pair", "S", "G d k d j Enter"},
	{"of_one", "S", "G d k d j j j j j Enter"},
	{"found", "S", "G d k d /search_user Enter"},
	{"repeats", "SML", "Enter zR zr"},
	{"repeats_open", "S", "Enter zR zr j j j Enter"},
	{"repeats_narrow", "T", "Enter zR zr"},
	{"loops", "S", "Enter zR"},
};
#define SCENES (sizeof(scenes) / sizeof(scenes[0]))

static void play(void **state)
{
	const struct scene_take *t = *state;
	struct buf screen = {0};

	scene_play(t, LOOPS, LOOPS, "", true, &screen);
	golden_compare(t->name, buf_str(&screen));
	buf_free(&screen);
}

static void keys_say_what_they_do(void **state)
{
	struct stage s;

	(void)state;
	stage_open(&s, LOOPS, LOOPS, 24, 80);
	stage_keys(&s, "g d");
	assert_true(stage_shows(&s, "marked; d on another trace compares"));
	stage_keys(&s, "d");
	assert_true(stage_shows(&s, "no longer marked"));
	stage_keys(&s, "g Space Space Space d");
	assert_true(stage_shows(&s, "3 traces are marked: two can be compared"));
	stage_keys(&s, "Esc G d k d");
	assert_true(stage_shows(&s, "3 same"));
	assert_true(stage_shows(&s, "2 only before, 1 only after"));
	stage_keys(&s, "/nowhere Enter");
	assert_true(stage_shows(&s, "nothing found"));
	stage_keys(&s, "q");
	assert_true(stage_shows(&s, "Traces"));
	stage_close(&s);
}

/* So many parts that a worker pairs them; one trace has every tenth part more. */
static void write_large(FILE *f)
{
	for (int side = 0; side < 2; side++)
		for (int i = 0; i < 1500; i++)
			if (side == 1 || i % 10 > 0)
				fprintf(f,
				        "{\"event\":\"$ai_span\",\"timestamp\":\"2026-11-01T00:%02d:"
				        "%02d.%03dZ\",\"properties\":{\"$ai_trace_id\":\"t%d\","
				        "\"$ai_span_name\":\"step %d\"}}\n",
				        side, i / 1000, i % 1000, side, i % 50);
}

static void large_ones(void **state)
{
	char path[] = "/tmp/tracehog-compare-XXXXXX";
	FILE *f = fdopen(mkstemp(path), "w");
	struct stage s;

	(void)state;
	assert_non_null(f);
	write_large(f);
	assert_int_equal(fclose(f), 0);
	stage_open(&s, path, "large", 24, 80);
	stage_keys(&s, "g Space");
	/* Left while it is worked out. */
	app_key(s.app, 'd', STR_EMPTY);
	app_key(s.app, 'q', STR_EMPTY);
	stage_keys(&s, "g d j d");
	assert_true(stage_shows(&s, "150 only before") || stage_shows(&s, "150 only after"));
	stage_keys(&s, "G } { g } S } Enter q");
	app_resize(s.app, 5, 11);
	stage_keys(&s, "G g S");
	app_resize(s.app, 48, 160);
	stage_keys(&s, "G g S");
	stage_close(&s);
	remove(path);
}

#define STEPS 60

/* Steps that are alike but for what two of them gave. */
static void write_outputs(FILE *f)
{
	for (int side = 0; side < 2; side++)
		for (int i = 0; i < STEPS; i++)
			fprintf(f,
			        "{\"event\":\"$ai_span\",\"timestamp\":\"2026-11-01T00:%02d:%02dZ\","
			        "\"properties\":{\"$ai_trace_id\":\"t%d\",\"$ai_span_name\":\"step "
			        "%d\",\"$ai_output_state\":\"%s\"}}\n",
			        side, i, side, i,
			        side == 1 && (i == 41 || i == 50) ? "other" : "done");
}

/* What is not on the screen counts neither as the same nor as changed before it is read, and is read for who looks for a change. */
static void outputs_that_are_not_read(void **state)
{
	char path[] = "/tmp/tracehog-compare-XXXXXX";
	FILE *f = fdopen(mkstemp(path), "w");
	struct stage s;

	(void)state;
	assert_non_null(f);
	write_outputs(f);
	assert_int_equal(fclose(f), 0);
	stage_open(&s, path, "outputs", 24, 80);
	stage_keys(&s, "g d j d");
	assert_true(stage_shows(&s, " not read"));
	assert_false(stage_shows(&s, "60 same"));
	assert_false(stage_shows(&s, "changed"));
	stage_keys(&s, "}");
	assert_true(stage_shows(&s, ">~ step 41"));
	stage_keys(&s, "} }");
	assert_true(stage_shows(&s, ">~ step 41"));
	assert_true(stage_shows(&s, "wrapped to the top"));
	stage_keys(&s, "g");
	assert_true(stage_shows(&s, "58 same, 2 changed"));
	stage_keys(&s, "{");
	assert_true(stage_shows(&s, ">~ step 50"));
	stage_close(&s);
	remove(path);
}

int main(void)
{
	struct CMUnitTest tests[SCENE_TAKES] = {cmocka_unit_test(keys_say_what_they_do),
	                                        cmocka_unit_test(large_ones),
	                                        cmocka_unit_test(outputs_that_are_not_read)};
	size_t n = 3 + scenes_add(scenes, SCENES, "compare", play, tests + 3);

	return _cmocka_run_group_tests("compare", tests, n, NULL, NULL);
}
