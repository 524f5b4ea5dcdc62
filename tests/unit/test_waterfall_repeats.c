/* Calls of a tool with the same arguments in a trace's tree: folded into one row, opened again, marked. */
#include "base/time.h"
#include "support/events_fixture.h"
#include "widget/waterfall.h"

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define SCREEN 65536
#define START  (INT64_C(1764000000) * TIME_SECOND)
#define MS     INT64_C(1000)
#define CENT   INT64_C(10000000000)

struct sample {
	struct fixture f;
	struct waterfall w;
};

static char screen[SCREEN];

static const char *draw(struct sample *t, int rows, int cols, bool cursor)
{
	struct surface s;
	struct buf out = {0};

	surface_init(&s, rows, cols);
	while (waterfall_update(&t->w, t->f.model, true) == 1)
		;
	waterfall_draw(&t->w, t->f.model, &s, surface_area(&s), cursor);
	surface_dump(&s, false, &out);
	assert_true(out.n < SCREEN);
	memcpy(screen, buf_text(&out), out.n + 1);
	buf_free(&out);
	surface_fini(&s);
	return screen;
}

static void wrong_line(const char *text, int row, size_t n, const char *expected)
{
	char *got = strndup(text, n);

	print_error("%s\n", screen);
	fail_msg("row %d is\n\"%s\"\nand not\n\"%s\"", row, got, expected);
}

/* A row of what was drawn last. */
static void expect_row(int row, const char *expected)
{
	const char *at = screen;
	size_t n;

	for (int i = 0; i < row; i++)
		at = strchr(at, '\n') + 1;
	n = (size_t)(strchr(at, '\n') - at);
	if (n != strlen(expected) || memcmp(at, expected, n) != 0)
		wrong_line(at, row, n, expected);
}

static int setup(void **state)
{
	struct sample *t = calloc(1, sizeof(*t));

	fixture_init(&t->f);
	waterfall_init(&t->w, MODEL_NONE);
	*state = t;
	return 0;
}

static int teardown(void **state)
{
	struct sample *t = *state;

	waterfall_fini(&t->w);
	fixture_fini(&t->f);
	free(t);
	return 0;
}

static bool act(struct sample *t, enum action action, int argument)
{
	return waterfall_act(&t->w, t->f.model, action, argument);
}

struct loop_sample {
	uint32_t trace, agent, call[4], think[4];
};

static uint32_t add_call(struct sample *t, const char *uuid, double at, uint32_t flags)
{
	uint32_t event = FIXTURE_ADD(&t->f, .kind = EVENT_SPAN, .uuid = uuid, .trace = "r",
	                             .span = uuid, .parent = "root", .name = "update",
	                             .time = START + (int64_t)(at * 1000) * MS, .latency = 500 * MS,
	                             .flags = EVENT_TOOL | flags);

	events_set_extra(&t->f.events, EVENT_ARGUMENTS, 7);
	return event;
}

static void add_loop(struct sample *t, struct loop_sample *l)
{
	l->agent = FIXTURE_ADD(&t->f, .kind = EVENT_SPAN, .uuid = "r0", .trace = "r",
	                       .span = "root", .name = "agent", .time = START + 9000 * MS,
	                       .latency = 9000 * MS);
	l->trace = model_trace_of(t->f.model, l->agent);
	for (int i = 0; i < 4; i++) {
		static const char *const ids[][2] = {
			{"r1", "r2"}, {"r3", "r4"}, {"r5", "r6"}, {"r7", "r8"}};

		l->think[i] = FIXTURE_ADD(&t->f, .kind = EVENT_GENERATION, .uuid = ids[i][0],
		                          .trace = "r", .parent = "root", .model = "gpt-5",
		                          .time = START + (1000 + i * 2000) * MS,
		                          .latency = 500 * MS, .cost = CENT);
		if (i < 3)
			l->call[i] = add_call(t, ids[i][1], 2 + i * 2, i == 1 ? EVENT_ERROR : 0);
	}
	waterfall_init(&t->w, l->trace);
}

static void repeats_fold_into_one_row(void **state)
{
	struct sample *t = *state;
	struct loop_sample l;
	struct buf before = {0};

	add_loop(t, &l);
	draw(t, 14, 80, true);
	assert_int_equal(t->w.n_rows, 9);
	expect_row(
		6,
		"     T update !                    0.5s                     ###                !");
	expect_row(8, "     T update x3 same args         0.5s                            ##");
	waterfall_folds(&t->w, &before);
	assert_true(waterfall_go(&t->w, t->f.model, l.call[2]));
	assert_true(act(t, ACTION_FOLD_REPEATS, 0));
	draw(t, 14, 80, true);
	/* The agent, the first generation, the three calls, the last generation. */
	assert_int_equal(t->w.n_rows, 5);
	assert_int_equal(waterfall_cursor(&t->w), l.call[0]);
	expect_row(
		4,
		">    > T update x3 1 err           2.5s    $0.02      ###############          !");
	assert_int_equal(waterfall_row_of(&t->w, t->f.model, l.think[2]), 3);
	assert_int_equal(waterfall_row_of(&t->w, t->f.model, l.think[3]), 4);
	/* An error that it hides opens it, and so does Enter. */
	assert_true(act(t, ACTION_NEXT_ERROR, 0));
	assert_int_equal(waterfall_cursor(&t->w), l.call[1]);
	assert_int_equal(t->w.n_rows, 9);
	waterfall_go(&t->w, t->f.model, l.call[0]);
	assert_true(act(t, ACTION_LEFT, 0));
	assert_int_equal(t->w.n_rows, 5);
	assert_true(act(t, ACTION_OPEN, 0));
	assert_int_equal(t->w.n_rows, 9);
	assert_int_equal(waterfall_cursor(&t->w), l.call[0]);
	act(t, ACTION_FOLD_REPEATS, 0);
	act(t, ACTION_FOLD_REPEATS, 0);
	assert_int_equal(t->w.n_rows, 5);
	assert_true(waterfall_refold(&t->w, t->f.model, buf_str(&before)));
	assert_int_equal(t->w.n_rows, 9);
	buf_free(&before);
}

/* What is found in a call that is folded away opens it; a flat list has all of them. */
static void repeats_open_on_the_way(void **state)
{
	struct sample *t = *state;
	struct loop_sample l;

	add_loop(t, &l);
	draw(t, 14, 80, true);
	act(t, ACTION_FOLD_REPEATS, 0);
	assert_true(waterfall_go(&t->w, t->f.model, l.think[1]));
	assert_int_equal(t->w.n_rows, 9);
	assert_int_equal(waterfall_cursor(&t->w), l.think[1]);
	act(t, ACTION_FOLD_REPEATS, 0);
	act(t, ACTION_FOLD_REPEATS, 0);
	act(t, ACTION_FLAT, 0);
	draw(t, 14, 80, true);
	assert_int_equal(t->w.n_rows, 9);
	act(t, ACTION_FLAT, 0);
	/* One more, as it arrives. */
	add_call(t, "r9", 8.5, 0);
	draw(t, 14, 80, true);
	assert_int_equal(t->w.n_rows, 4);
	assert_non_null(strstr(screen, "x4 1 err"));
}

/* Errors that a person folded away under one of the calls are told beside those of the others. */
static void folded_errors_are_told(void **state)
{
	struct sample *t = *state;
	struct loop_sample l;

	add_loop(t, &l);
	FIXTURE_ADD(&t->f, .kind = EVENT_SPAN, .uuid = "r9", .trace = "r", .parent = "r2",
	            .name = "ask", .time = START + 1900 * MS, .latency = 100 * MS,
	            .flags = EVENT_ERROR);
	FIXTURE_ADD(&t->f, .kind = EVENT_SPAN, .uuid = "ra", .trace = "r", .parent = "r6",
	            .name = "ask", .time = START + 5900 * MS, .latency = 100 * MS,
	            .flags = EVENT_ERROR);
	draw(t, 16, 100, true);
	assert_true(waterfall_go(&t->w, t->f.model, l.call[2]));
	assert_true(act(t, ACTION_LEFT, 0));
	draw(t, 16, 100, true);
	assert_non_null(strstr(screen, "update +1 1 err x3 "));
	/* Of those that are folded into the first, too. */
	assert_true(waterfall_go(&t->w, t->f.model, l.call[0]));
	assert_true(act(t, ACTION_LEFT, 0));
	assert_true(act(t, ACTION_FOLD_REPEATS, 0));
	draw(t, 16, 100, true);
	assert_non_null(strstr(screen, "update +1 1 err x3 3 err"));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(repeats_fold_into_one_row),
		TEST(repeats_open_on_the_way),
		TEST(folded_errors_are_told),
	};

	setlocale(LC_ALL, "C");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
