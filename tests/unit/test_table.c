/* Lists whose rows are built in the smallest slices there are: what stands on the screen meanwhile, and where the cursor is
 * afterwards. */
#include "view/table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#define ROWS 24
#define COLS 80

struct bench {
	char path[64];
	FILE *file;
	uint32_t written;
	struct loop *loop;
	struct world world;
	struct surface surface;
	struct view *view;
	struct table *table; /* the same */
};

/* Every event has a trace and a user of its own, and one of 200 models and sessions. */
static void append(struct bench *b, uint32_t n)
{
	for (uint32_t end = b->written + n; b->written < end; b->written++)
		fprintf(b->file,
		        "{\"uuid\":\"u%u\",\"event\":\"$ai_generation\",\"distinct_id\":\"n%u\","
		        "\"timestamp\":%u,\"properties\":{\"$ai_trace_id\":\"t%u\","
		        "\"$ai_session_id\":\"s%u\",\"$ai_model\":\"m%u\",\"$ai_latency\":%u,"
		        "\"$ai_total_cost_usd\":0.%03u}}\n",
		        b->written, b->written, 1700000000 + b->written, b->written,
		        b->written % 200, b->written % 200, b->written * 7919 % 1000,
		        1 + b->written * 31 % 997);
	fflush(b->file);
}

static void take_in(struct bench *b)
{
	explorer_check(b->world.explorer);
	while (explorer_events(b->world.explorer)->n < b->written)
		loop_step(b->loop, true);
}

static void open_bench(struct bench *b, enum rows_kind kind, uint32_t events)
{
	struct errinfo e = {0};
	struct query q;

	*b = (struct bench){.path = "/tmp/tracehog-table-XXXXXX", .loop = loop_new()};
	b->file = fdopen(mkstemp(b->path), "w");
	append(b, events);
	b->world = (struct world){.explorer = explorer_new(b->loop),
	                          .source = "table",
	                          .follow = true,
	                          .since = TIME_NONE,
	                          .until = TIME_NONE};
	assert_int_equal(explorer_add_file(b->world.explorer, b->path, &e), ERR_OK);
	explorer_start(b->world.explorer, true);
	take_in(b);
	surface_init(&b->surface, ROWS, COLS);
	query_init(&q, kind);
	b->view = view_table_new(&b->world, &q);
	b->table = (struct table *)b->view;
	b->table->slice = 0;
}

static void close_bench(struct bench *b)
{
	b->view->class->free(b->view);
	surface_fini(&b->surface);
	buf_free(&b->world.message);
	explorer_free(b->world.explorer);
	loop_free(b->loop);
	fclose(b->file);
	unlink(b->path);
}

static void draw(struct bench *b)
{
	b->view->class->draw(b->view, &b->surface, surface_area(&b->surface));
}

static bool is_cut_short(const struct bench *b)
{
	return b->view->draw_again_us == VIEW_AT_ONCE;
}

static unsigned draw_to_the_end(struct bench *b)
{
	unsigned draws = 0;

	do {
		draw(b);
		draws++;
	} while (is_cut_short(b));
	return draws;
}

static bool says(void (*say)(struct view *v, struct buf *out), struct bench *b, const char *what)
{
	struct buf text = {0};
	bool does;

	say(b->view, &text);
	does = str_find(buf_str(&text), str_of(what), 0, false) != SIZE_MAX;
	buf_free(&text);
	return does;
}

static bool shows(struct bench *b, const char *what)
{
	struct buf text = {0};
	bool does;

	surface_dump(&b->surface, false, &text);
	does = str_find(buf_str(&text), str_of(what), 0, false) != SIZE_MAX;
	buf_free(&text);
	return does;
}

static bool act(struct bench *b, enum action action)
{
	return b->view->class->act(b->view, action, 0);
}

/* ---- the first rows -------------------------------------------------------------------------------------------------- */

static void the_first_rows_are_counted(void **state)
{
	static const enum action keys[] = {ACTION_DOWN, ACTION_LAST, ACTION_OPEN, ACTION_NEXT_ERROR,
	                                   ACTION_FIRST};
	struct bench b;

	(void)state;
	for (int kind = 0; kind < ROWS_KINDS; kind++) {
		if (kind == ROWS_SPANS || kind == ROWS_TOOLS || kind == ROWS_GROUPS ||
		    kind == ROWS_PARTS || kind == ROWS_ERRORS)
			continue;
		open_bench(&b, (enum rows_kind)kind, 1500);
		draw(&b);
		assert_true(is_cut_short(&b));
		assert_true(shows(&b, "counting "));
		assert_true(says(b.view->class->status, &b, "counting "));
		assert_true(says(b.view->class->head, &b, "? "));
		for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
			act(&b, keys[i]);
		assert_int_equal(b.world.wish.kind, WISH_NONE);
		assert_true(draw_to_the_end(&b) > 3);
		assert_false(shows(&b, "counting"));
		assert_false(says(b.view->class->status, &b, "counting"));
		assert_int_equal(b.table->rows.n,
		                 kind == ROWS_MODELS || kind == ROWS_SESSIONS ? 200 : 1500);
		close_bench(&b);
	}
}

static void a_list_is_left_before_it_is_there(void **state)
{
	struct bench b;

	(void)state;
	open_bench(&b, ROWS_MODELS, 500);
	draw(&b);
	assert_true(is_cut_short(&b));
	close_bench(&b);
}

/* ---- another order --------------------------------------------------------------------------------------------------- */

static void the_former_order_stays_until_the_next_is_there(void **state)
{
	struct bench b;
	uint32_t id;

	(void)state;
	open_bench(&b, ROWS_GENERATIONS, 1500);
	draw_to_the_end(&b);
	for (int i = 0; i < 4; i++)
		act(&b, ACTION_DOWN);
	assert_int_equal(table_current(b.table), 1495);
	while (b.table->query.sort != rows_column(ROWS_GENERATIONS, STR("cost_usd")))
		act(&b, ACTION_SORT_RIGHT);
	draw(&b);
	assert_true(is_cut_short(&b));
	assert_true(says(b.view->class->status, &b, "counting "));
	assert_true(says(b.view->class->head, &b, "1,500 generations"));
	assert_int_equal(table_current(b.table), 1495);
	act(&b, ACTION_DOWN);
	id = table_current(b.table);
	assert_int_equal(id, 1494);
	draw_to_the_end(&b);
	assert_int_equal(table_current(b.table), id);
	assert_int_not_equal(b.table->rows.at[0], 1499);
	close_bench(&b);
}

/* Even where the order is back to the newest first, and the cursor was on the first row. */
static void the_cursor_stays_on_its_event_in_any_order(void **state)
{
	struct bench b;
	uint32_t id;

	(void)state;
	open_bench(&b, ROWS_GENERATIONS, 500);
	draw_to_the_end(&b);
	while (b.table->query.sort != rows_column(ROWS_GENERATIONS, STR("cost_usd")))
		act(&b, ACTION_SORT_RIGHT);
	draw_to_the_end(&b);
	act(&b, ACTION_FIRST);
	id = table_current(b.table);
	assert_int_not_equal(id, 499);
	while (b.table->query.sort != rows_column_at(ROWS_GENERATIONS, 1))
		act(&b, ACTION_SORT_LEFT);
	draw_to_the_end(&b);
	assert_int_equal(b.table->rows.at[0], 499);
	assert_int_equal(table_current(b.table), id);
	assert_int_equal(b.table->waiting, 0);
	close_bench(&b);
}

static void the_last_order_asked_for_counts(void **state)
{
	struct bench b;

	(void)state;
	open_bench(&b, ROWS_GENERATIONS, 1500);
	draw_to_the_end(&b);
	act(&b, ACTION_SORT_RIGHT);
	draw(&b);
	act(&b, ACTION_SORT_LEFT);
	act(&b, ACTION_SORT_INVERT);
	draw_to_the_end(&b);
	assert_int_equal(b.table->rows.at[0], 0);
	assert_int_equal(b.table->rows.at[1499], 1499);
	assert_int_equal(table_current(b.table), 1499);
	close_bench(&b);
}

/* ---- rows that arrive ------------------------------------------------------------------------------------------------ */

/* Until all that is in the model is in the list. */
static void draw_until_current(struct bench *b)
{
	do {
		b->table->build_after = 0;
		draw_to_the_end(b);
		loop_step(b->loop, false); /* a worker may have put rows in order */
	} while (b->table->rows.events < b->written);
}

static void the_cursor_stays_on_the_newest(void **state)
{
	struct bench b;

	(void)state;
	open_bench(&b, ROWS_GENERATIONS, 1000);
	draw_until_current(&b);
	assert_int_equal(table_current(b.table), 999);
	append(&b, 500);
	take_in(&b);
	draw_until_current(&b);
	assert_int_equal(table_current(b.table), 1499);
	assert_int_equal(b.table->waiting, 0);
	close_bench(&b);
}

static void the_cursor_stays_on_its_event(void **state)
{
	struct bench b;

	(void)state;
	open_bench(&b, ROWS_GENERATIONS, 1000);
	draw_until_current(&b);
	act(&b, ACTION_DOWN);
	act(&b, ACTION_DOWN);
	append(&b, 500);
	take_in(&b);
	b.table->build_after = 0;
	draw(&b);
	assert_true(is_cut_short(&b));
	assert_false(says(b.view->class->status, &b, "counting"));
	assert_true(says(b.view->class->head, &b, "1,000 generations"));
	act(&b, ACTION_UP);
	append(&b, 100);
	take_in(&b);
	draw_until_current(&b);
	assert_int_equal(table_current(b.table), 998);
	assert_int_equal(b.table->waiting, 600);
	assert_int_equal(b.table->rows.n, 1600);
	close_bench(&b);
}

static bool find(struct bench *b, const char *needle)
{
	return b->view->class->find(b->view, str_of(needle), 1);
}

static void a_search_goes_on_in_draws(void **state)
{
	struct bench b;

	(void)state;
	open_bench(&b, ROWS_GENERATIONS, 1000);
	draw_until_current(&b);
	assert_true(find(&b, "m77"));
	assert_int_equal(table_current(b.table), 999);
	assert_true(says(b.view->class->status, &b, "searching 6 %"));
	draw_to_the_end(&b);
	assert_int_equal(table_current(b.table), 877);
	assert_false(says(b.view->class->status, &b, "searching"));
	/* What it does not find it says, and leaves the cursor. */
	assert_true(find(&b, "nowhere"));
	assert_int_equal(b.world.message.n, 0);
	draw_to_the_end(&b);
	assert_string_equal(buf_text(&b.world.message), "not found: nowhere");
	assert_int_equal(table_current(b.table), 877);
	buf_clear(&b.world.message);
	assert_true(act(&b, ACTION_NEXT_ERROR));
	assert_int_equal(b.world.message.n, 0);
	draw_to_the_end(&b);
	assert_string_equal(buf_text(&b.world.message), "no row here has an error");
	close_bench(&b);
}

static void a_key_ends_a_search(void **state)
{
	struct bench b;

	(void)state;
	open_bench(&b, ROWS_GENERATIONS, 1000);
	draw_until_current(&b);
	assert_true(find(&b, "m77"));
	assert_true(act(&b, ACTION_CANCEL));
	draw_to_the_end(&b);
	assert_int_equal(table_current(b.table), 999);
	assert_false(act(&b, ACTION_CANCEL));
	assert_true(find(&b, "m77"));
	assert_true(act(&b, ACTION_DOWN));
	draw_to_the_end(&b);
	assert_int_equal(table_current(b.table), 998);
	close_bench(&b);
}

static void frozen_rows_stay(void **state)
{
	struct bench b;

	(void)state;
	open_bench(&b, ROWS_GENERATIONS, 1000);
	draw_until_current(&b);
	append(&b, 500);
	take_in(&b);
	b.table->build_after = 0;
	draw(&b);
	assert_true(is_cut_short(&b));
	b.world.follow = false;
	draw_to_the_end(&b);
	assert_int_equal(b.table->rows.n, 1000);
	act(&b, ACTION_SORT_INVERT);
	draw_to_the_end(&b);
	assert_int_equal(b.table->rows.n, 1500);
	b.world.follow = true;
	act(&b, ACTION_SORT_INVERT);
	append(&b, 10);
	take_in(&b);
	draw_until_current(&b);
	assert_int_equal(b.table->rows.n, 1510);
	close_bench(&b);
}

/* ---- jumps, marks, values ---------------------------------------------------------------------------------------------- */

static void jump(struct bench *b, enum action action)
{
	assert_true(act(b, action));
	draw_to_the_end(b);
}

static int64_t cost_at(struct bench *b, uint32_t event)
{
	return events_get(explorer_events(b->world.explorer), event)->cost;
}

static void the_dearest_one_after_the_other(void **state)
{
	struct bench b;
	int64_t last = INT64_MAX;
	uint32_t first;

	(void)state;
	open_bench(&b, ROWS_GENERATIONS, 500);
	draw_until_current(&b);
	assert_true(act(&b, ACTION_DEAREST));
	assert_true(says(b.view->class->status, &b, "searching"));
	draw_to_the_end(&b);
	first = table_current(b.table);
	for (uint32_t i = 0; i < 500; i++) {
		assert_true(cost_at(&b, table_current(b.table)) <= last);
		last = cost_at(&b, table_current(b.table));
		jump(&b, ACTION_DEAREST);
	}
	assert_int_equal(table_current(b.table), first);
	close_bench(&b);
}

static void append_slow(struct bench *b, const char *model)
{
	fprintf(b->file,
	        "{\"uuid\":\"u%u\",\"event\":\"$ai_generation\",\"timestamp\":%u,"
	        "\"properties\":{\"$ai_trace_id\":\"slow\",\"$ai_model\":\"%s\","
	        "\"$ai_latency\":5000}}\n",
	        b->written, 1700000000 + b->written, model);
	b->written++;
	fflush(b->file);
}

static void what_took_unusually_long(void **state)
{
	struct bench b;
	uint32_t found;

	(void)state;
	open_bench(&b, ROWS_GENERATIONS, 1000);
	draw_until_current(&b);
	jump(&b, ACTION_NEXT_SLOW);
	assert_non_null(strstr(buf_text(&b.world.message), "no row here took longer"));
	buf_clear(&b.world.message);
	append(&b, 4000);
	append_slow(&b, "m7");
	append(&b, 100);
	append_slow(&b, "m190");
	take_in(&b);
	draw_until_current(&b);
	jump(&b, ACTION_NEXT_SLOW);
	found = table_current(b.table);
	assert_true(found == 5000 || found == 5101);
	assert_true(slow_event(b.world.slow, found));
	jump(&b, ACTION_NEXT_SLOW);
	assert_true(slow_event(b.world.slow, table_current(b.table)));
	assert_int_not_equal(table_current(b.table), found);
	jump(&b, ACTION_PREVIOUS_SLOW);
	assert_int_equal(table_current(b.table), found);
	/* There are two: who goes past the end one way comes back past it. */
	assert_true(b.world.message.n == 0 ||
	            strcmp(buf_text(&b.world.message), "wrapped to the topwrapped to the bottom") ==
	                    0);
	slow_free(b.world.slow);
	close_bench(&b);
}

static void the_same_name(void **state)
{
	struct bench b;

	(void)state;
	open_bench(&b, ROWS_GENERATIONS, 1000);
	draw_until_current(&b);
	jump(&b, ACTION_NEXT_SAME_NAME);
	assert_int_equal(table_current(b.table), 799); /* of the same model: they have no names */
	jump(&b, ACTION_PREVIOUS_SAME_NAME);
	jump(&b, ACTION_PREVIOUS_SAME_NAME);
	assert_int_equal(table_current(b.table), 199);
	close_bench(&b);
}

static void marks_stay_on_their_events(void **state)
{
	struct bench b;

	(void)state;
	open_bench(&b, ROWS_GENERATIONS, 100);
	draw_until_current(&b);
	act(&b, ACTION_MARK);
	act(&b, ACTION_MARK);
	assert_int_equal(table_current(b.table), 97);
	assert_true(says(b.view->class->status, &b, "2 marked"));
	append(&b, 50);
	take_in(&b);
	draw_until_current(&b);
	assert_true(marks_has(&b.world.marks, ROWS_SPANS, 99));
	assert_true(marks_has(&b.world.marks, ROWS_GENERATIONS, 98));
	act(&b, ACTION_DIFF_MARK);
	assert_int_equal(b.world.wish.kind, WISH_DIFF);
	assert_int_equal(b.world.wish.number, 99);
	assert_int_equal(b.world.wish.event, 98);
	assert_int_equal(marks_count(&b.world.marks, ROWS_GENERATIONS), 0);
	act(&b, ACTION_MARK);
	assert_true(act(&b, ACTION_CANCEL));
	assert_false(act(&b, ACTION_CANCEL));
	assert_int_equal(b.world.marks.n, 0);
	marks_fini(&b.world.marks);
	close_bench(&b);
}

static void values_are_counted_in_draws(void **state)
{
	struct bench b;

	(void)state;
	open_bench(&b, ROWS_GENERATIONS, 2000);
	draw_until_current(&b);
	while (b.table->query.sort != rows_column(ROWS_GENERATIONS, STR("model")))
		act(&b, ACTION_SORT_RIGHT);
	draw_until_current(&b);
	act(&b, ACTION_FREQUENCY);
	draw(&b);
	assert_true(is_cut_short(&b));
	assert_true(shows(&b, "model: counting 3 %"));
	append(&b, 100); /* rows stay while they are counted */
	take_in(&b);
	assert_true(draw_to_the_end(&b) > 10);
	assert_true(shows(&b, "model: 200 values in 2,000 rows"));
	assert_true(shows(&b, "m99"));
	assert_true(shows(&b, "10   0.5%"));
	assert_true(act(&b, ACTION_OPEN));
	assert_int_equal(b.world.wish.kind, WISH_KEEP);
	assert_string_equal(buf_text(&b.world.term), "model:m99");
	draw_until_current(&b);
	assert_false(shows(&b, "values in"));
	buf_free(&b.world.term);
	close_bench(&b);
}

static void the_other_list_and_back(void **state)
{
	struct bench b;

	(void)state;
	open_bench(&b, ROWS_GENERATIONS, 100);
	draw_until_current(&b);
	act(&b, ACTION_SORT_INVERT);
	act(&b, ACTION_TOGGLE);
	draw_until_current(&b);
	assert_int_equal(b.table->rows.n, 0);
	assert_true(shows(&b, "no spans here"));
	act(&b, ACTION_TOGGLE);
	draw_until_current(&b);
	assert_int_equal(b.table->rows.n, 100);
	assert_int_equal(b.table->rows.at[0], 99);
	close_bench(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_rows_are_counted),
		cmocka_unit_test(a_list_is_left_before_it_is_there),
		cmocka_unit_test(the_former_order_stays_until_the_next_is_there),
		cmocka_unit_test(the_cursor_stays_on_its_event_in_any_order),
		cmocka_unit_test(the_last_order_asked_for_counts),
		cmocka_unit_test(the_cursor_stays_on_the_newest),
		cmocka_unit_test(the_cursor_stays_on_its_event),
		cmocka_unit_test(a_search_goes_on_in_draws),
		cmocka_unit_test(a_key_ends_a_search),
		cmocka_unit_test(frozen_rows_stay),
		cmocka_unit_test(the_dearest_one_after_the_other),
		cmocka_unit_test(what_took_unusually_long),
		cmocka_unit_test(the_same_name),
		cmocka_unit_test(marks_stay_on_their_events),
		cmocka_unit_test(values_are_counted_in_draws),
		cmocka_unit_test(the_other_list_and_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
