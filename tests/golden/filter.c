/* The filter: its line, what Tab offers, keeping and excluding, and lists that it lets little through of.
 * golden/filter_NAME_COLSxROWS.txt holds each; UPDATE=1 writes them anew. */
#include "support/golden.h"
#include "support/scenes.h"
#include "support/stage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define REAL "data/real_events.ndjson"

static const struct scene scenes[] = {
	{"open", "TSL", "f"},
	{"typed", "TSLA", "f is:error"},
	{"wrong", "TSL", "f lat:5"},
	{"wrong_far", "TS", "f model:gpt-5 Space user:anna Space is:error Space has:pic Space x"},
	{"wrong_keeps_rows", "S", "f is:error Space )"},
	{"incomplete", "TS", "f latency:"},
	{"wrong_stays", "S", "f latency:2x Enter"},
	{"no_such_order", "S", "f sort:cst"},
	{"kept", "TSL", "f is:error Enter"},
	{"long", "TSL",
         "f -name:title_gen Space -model:gemini Space -user:nobody Space latency:>1ms Enter"},
	{"nothing_passes", "S", "f zzzz Enter"},
	{"cleared", "S", "f is:error Enter f Ctrl-U Enter"},
	{"left", "S", "f is:error Enter f x y Esc"},
	{"left_by_ctrl_c", "S", "f is:error Enter f x y Ctrl-C"},
	{"ordered", "S", "f sort:latency-desc Space limit:3 Enter"},
	{"ordered_by_property", "S", "3 f sort:@$ai_input_tokens-desc Enter"},
	{"property_orders_no_sums", "S", "4 f sort:@$ai_lib"},
	{"order_back", "S", "f sort:latency-desc Enter f Ctrl-U Enter"},
	{"not_for_this_list", "S", "3 f sort:ttft-desc Enter 1"},
	{"generations", "SL", "f is:error Enter 3"},
	{"sessions", "S", "f is:error Enter 2"},
	{"users", "S", "f is:error Enter 4"},
	{"one_of_a_session", "S", "2 l"},
	{"in_a_trace", "S", "Enter f is:error"},
	{"wrong_in_a_trace", "S", "Enter f is:err"},
	{"fields", "TSL", "f co Tab"},
	{"fields_shared", "S", "f too Tab"},
	{"field_alone", "S", "f lat Tab"},
	{"words", "S", "f is: Tab"},
	{"values", "TSL", "f model: Tab"},
	{"values_next", "S", "f model: Tab Tab Tab"},
	{"values_down", "S", "f model: Tab Down Down Up"},
	{"values_last", "T", "f model: Tab Shift-Tab"},
	{"properties", "TSL", "f @ Tab"},
	{"properties_next", "S", "f @ Tab Down Down"},
	{"properties_none", "S", "f @zzz Tab"},
	{"values_begun", "S", "f user:USER_M Tab"},
	{"values_of_property", "S", "f @$ai_framework: Tab"},
	{"keep", "TSL", "3 j ."},
	{"kept_like_it", "S", "3 j . m"},
	{"excluded", "S", "3 , m"},
	{"kept_error", "S", "3 e . e"},
	{"kept_with_or", "S", "f is:error Space OR Space model:gpt Enter 3 . u"},
	{"live", "TSL", "7 f is:error Enter"},
	{"live_left", "S", "7 f is:error Enter f Ctrl-U Enter"},
	{"live_nothing_passes", "S", "7 f zzzz Enter"},
	{"live_typed", "S", "7 f is:error"},
	{"kept_twice", "S", "3 e . e . e"},
	{"pick_turned", "S", "3 j . ,"},
	{"pick_unknown_key", "S", "3 j . z"},
	{"keep_in_tree", "S", "j j j Enter j . m"},
	{"keep_in_event", "S", "3 j Enter Enter , m"},
	{"keep_nothing", "S", "0 ."},
	{"same_of_nothing", "S", "3 f zzzz Enter f Ctrl-U same:model"},
	{"same", "S", "3 f same:model Space is:error Enter"},
	{"undone", "S", "f is:error Enter . u u"},
	{"order_undone", "S", "3 > > u"},
	{"nothing_to_undo", "S", "u"},
	{"before", "S", "f is:error Enter f Ctrl-U Up"},
	{"found_before", "S", "f is:error Enter f Ctrl-U model:gpt Enter f Ctrl-U iro Ctrl-R"},
	{"by_command", "S", ": filter Space is:error Enter"},
	{"wrong_command", "S", ": filter Space lat:5 Enter"},
	{"commands", "S", ": Tab"},
	{"command_filter", "S", ": filter Space is:er Tab"},
	{"nothing_to_save", "S", ": save Space x Enter"},
	{"save_wants_a_name", "S", ": save Enter"},
	{"of_marks", "M", "Space f is:marked Enter"},
	{"open_wants_an_id", "S", ": open Enter"},
};
#define SCENES (sizeof(scenes) / sizeof(scenes[0]))

static void play(void **state)
{
	const struct scene_take *t = *state;
	struct buf screen = {0};

	scene_play(t, REAL, REAL, "", true, &screen);
	golden_compare(t->name, buf_str(&screen));
	buf_free(&screen);
}

int main(void)
{
	static struct CMUnitTest tests[SCENE_TAKES];
	size_t n = scenes_add(scenes, SCENES, "filter", play, tests);

	return _cmocka_run_group_tests("filter", tests, n, NULL, NULL);
}
