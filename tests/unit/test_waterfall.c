/* A trace's tree on a surface: rows, bars, folds, and a cursor that stays on its event. */
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
	uint32_t agent, first, search, second, refund, guard, embed, orphan, last;
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

static void add_sample(struct sample *t)
{
	struct fixture *f = &t->f;

	t->agent = FIXTURE_ADD(f, .kind = EVENT_SPAN, .uuid = "u0", .trace = "t", .span = "agent",
	                       .name = "agent", .time = START + 12400 * MS, .latency = 12400 * MS);
	t->first = FIXTURE_ADD(f, .kind = EVENT_GENERATION, .uuid = "u1", .trace = "t",
	                       .span = "g1", .parent = "agent", .model = "gpt-5",
	                       .provider = "openai", .time = START + 1100 * MS,
	                       .latency = 1100 * MS, .first_token = 600 * MS, .cost = 2 * CENT,
	                       .input = 1000, .output = 50);
	events_set_extra(&f->events, EVENT_HTTP_STATUS, 200);
	t->search = FIXTURE_ADD(f, .kind = EVENT_SPAN, .uuid = "u2", .trace = "t", .span = "s1",
	                        .parent = "agent", .name = "search_orders",
	                        .time = START + 1500 * MS, .latency = 400 * MS,
	                        .flags = EVENT_TOOL);
	t->second = FIXTURE_ADD(f, .kind = EVENT_GENERATION, .uuid = "u3", .trace = "t",
	                        .span = "g2", .parent = "agent", .model = "gpt-5",
	                        .provider = "openai", .time = START + 2800 * MS,
	                        .latency = 1300 * MS, .input = 3000, .output = 50);
	t->refund = FIXTURE_ADD(f, .kind = EVENT_SPAN, .uuid = "u4", .trace = "t", .span = "s2",
	                        .parent = "agent", .name = "refund_tool", .time = START + 9000 * MS,
	                        .latency = 6200 * MS, .flags = EVENT_TOOL | EVENT_ERROR);
	events_set_extra(&f->events, EVENT_HTTP_STATUS, 500);
	t->guard = FIXTURE_ADD(f, .kind = EVENT_SPAN, .uuid = "u5", .trace = "t", .span = "s3",
	                       .parent = "agent", .name = "guardrail", .time = START + 10000 * MS,
	                       .latency = 600 * MS);
	t->embed = FIXTURE_ADD(f, .kind = EVENT_EMBEDDING, .uuid = "u6", .trace = "t", .span = "e1",
	                       .parent = "s3", .model = "emb-3", .cost = CENT / 100, .input = 310,
	                       .time = START + 9500 * MS, .latency = 100 * MS);
	t->orphan = FIXTURE_ADD(f, .kind = EVENT_SPAN, .uuid = "u7", .trace = "t", .span = "s4",
	                        .parent = "nowhere", .name = "log", .time = START + 12000 * MS);
	t->last = FIXTURE_ADD(f, .kind = EVENT_GENERATION, .uuid = "u8", .trace = "t", .span = "g3",
	                      .parent = "agent", .name = "answer", .model = "gpt-5",
	                      .time = START + 11000 * MS, .flags = EVENT_RUNNING | EVENT_OTEL);
	FIXTURE_ADD(f, .kind = EVENT_TRACE, .uuid = "u9", .trace = "t", .name = "support",
	            .time = START + 12400 * MS, .latency = 12400 * MS);
}

static int setup(void **state)
{
	struct sample *t = calloc(1, sizeof(*t));

	fixture_init(&t->f);
	add_sample(t);
	waterfall_init(&t->w, 0);
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

static void rows_numbers_and_bars(void **state)
{
	struct sample *t = *state;

	draw(t, 14, 80, true);
	expect_row(
		0,
		" SPAN                               DUR     COST 0s          5s           12.4s");
	expect_row(
		1,
		">v support                       12.4s+  >=$0.02 =============================>");
	expect_row(
		2,
		"   v agent                        12.4s  >=$0.02 ==============================");
	expect_row(3, "     * gpt-5 (openai)              1.1s    $0.02 -==");
	expect_row(4, "     T search_orders               0.4s            ##");
	expect_row(5, "     * gpt-5 (openai)              1.3s       $?    ====");
	expect_row(
		6,
		"     T refund_tool !500            6.2s                ################        !");
	expect_row(7, "     v guardrail                   0.6s  $0.0001                       ===");
	expect_row(8, "       E emb-3                     0.1s  $0.0001                       =");
	expect_row(
		9,
		"     * answer                     1.4s+       $?                           ===>");
	expect_row(
		10,
		"   ? - log                            -                                       |");
	expect_row(11, "");
	draw(t, 14, 80, false);
	expect_row(
		1,
		" v support                       12.4s+  >=$0.02 =============================>");
	act(t, ACTION_CLOCK, 0);
	draw(t, 14, 80, true);
	expect_row(
		0,
		" SPAN                               DUR     COST 16:00:00    16:00:05  16:00:12");
}

static void columns_go_when_it_is_narrow(void **state)
{
	struct sample *t = *state;

	draw(t, 13, 160, true);
	assert_non_null(strstr(screen, "     IN    C% 0s "));
	draw(t, 13, 52, true);
	expect_row(0, " SPAN                 DUR     COST 0s         12.4s");
	expect_row(6, "     T refu~ !500    6.2s             #########    !");
	draw(t, 13, 40, true);
	expect_row(6, "     T refund_to~ !500    6.2s         !");
	draw(t, 13, 30, true);
	expect_row(6, "     T refund_t~ !500    6.2s!");
	draw(t, 13, 20, true);
	expect_row(6, "     T refund~ !500!");
	for (int cols = 0; cols < 60; cols++)
		for (int rows = 0; rows < 5; rows++)
			draw(t, rows, cols, true);
}

static void cache_share(void **state)
{
	struct sample *t = *state;
	struct fixture *f = &t->f;
	struct event e = *events_get(&f->events, t->first);

	e.trace = ids_add(&f->events.ids, STR("t2"));
	e.cache_read = 250;
	events_add(&f->events, &e, 0, 0);
	model_add(f->model, f->events.n - 1);
	e.flags |= EVENT_CACHE_EXCLUSIVE;
	e.time++;
	events_add(&f->events, &e, 0, 0);
	model_add(f->model, f->events.n - 1);
	waterfall_fini(&t->w);
	waterfall_init(&t->w, 1);
	draw(t, 6, 160, true);
	assert_non_null(strstr(screen, "1.0k   25% "));
	assert_non_null(strstr(screen, "1.0k   20% "));
}

static void folds(void **state)
{
	struct sample *t = *state;

	draw(t, 14, 80, true);
	act(t, ACTION_FOLD_ALL, 0);
	draw(t, 14, 80, true);
	expect_row(
		2,
		"   > agent +7 1 err               12.4s  >=$0.02 ==============================!");
	assert_int_equal(t->w.n_rows, 3);
	act(t, ACTION_FOLD_LEVEL, 2);
	assert_int_equal(t->w.n_rows, 9);
	act(t, ACTION_FOLD_NONE, 0);
	assert_int_equal(t->w.n_rows, 10);
	/* Left folds, then goes to the parent, and has nothing to do at the root. */
	waterfall_go(&t->w, t->f.model, t->embed);
	assert_true(act(t, ACTION_LEFT, 0));
	assert_int_equal(waterfall_cursor(&t->w), t->guard);
	assert_true(act(t, ACTION_LEFT, 0));
	assert_int_equal(t->w.n_rows, 9);
	assert_true(act(t, ACTION_OPEN, 0));
	assert_false(act(t, ACTION_OPEN, 0));
	act(t, ACTION_LEFT, 0);
	act(t, ACTION_LEFT, 0);
	assert_int_equal(waterfall_cursor(&t->w), t->agent);
	act(t, ACTION_LEFT, 0);
	act(t, ACTION_LEFT, 0);
	assert_int_equal(waterfall_cursor(&t->w), EVENT_NONE);
	assert_false(act(t, ACTION_LEFT, 0));
	/* The trace itself. */
	assert_true(act(t, ACTION_FOLD_TOGGLE, 0));
	assert_int_equal(t->w.n_rows, 1);
	draw(t, 14, 80, true);
	expect_row(
		1,
		">> support +9 1 err              12.4s+  >=$0.02 =============================>!");
	/* Going somewhere opens what is in the way, a fold takes the cursor. */
	assert_true(waterfall_go(&t->w, t->f.model, t->embed));
	assert_int_equal(waterfall_cursor(&t->w), t->embed);
	act(t, ACTION_FOLD_ALL, 0);
	assert_int_equal(waterfall_cursor(&t->w), t->agent);
	assert_false(waterfall_go(&t->w, t->f.model, 4000));
	act(t, ACTION_FOLD_NONE, 0);
	waterfall_go(&t->w, t->f.model, t->embed);
	act(t, ACTION_FOLD_TOGGLE, 0);
	assert_int_equal(waterfall_cursor(&t->w), t->guard);
}

static void jumps(void **state)
{
	struct sample *t = *state;

	act(t, ACTION_FOLD_ALL, 0);
	assert_true(act(t, ACTION_NEXT_ERROR, 0));
	assert_int_equal(waterfall_cursor(&t->w), t->refund);
	assert_true(act(t, ACTION_PREVIOUS_ERROR, 0));
	assert_int_equal(waterfall_cursor(&t->w), t->refund);
	assert_true(act(t, ACTION_DEAREST, 0));
	assert_int_equal(waterfall_cursor(&t->w), t->first);
	assert_true(act(t, ACTION_DEAREST, 0));
	assert_int_equal(waterfall_cursor(&t->w), t->embed);
	assert_true(act(t, ACTION_DEAREST, 0));
	assert_int_equal(waterfall_cursor(&t->w), t->first);
	assert_true(act(t, ACTION_NEXT_SAME_NAME, 0));
	assert_int_equal(waterfall_cursor(&t->w), t->second);
	assert_true(act(t, ACTION_NEXT_SAME_NAME, 0));
	assert_int_equal(waterfall_cursor(&t->w), t->first);
	act(t, ACTION_FOLD_ALL, 0);
	assert_true(waterfall_find(&t->w, t->f.model, STR("emb-"), 1));
	assert_int_equal(waterfall_cursor(&t->w), t->embed);
	assert_true(waterfall_find(&t->w, t->f.model, STR("u4"), -1));
	assert_int_equal(waterfall_cursor(&t->w), t->refund);
	assert_true(waterfall_find(&t->w, t->f.model, STR("OPENAI"), 1) == false);
	assert_true(waterfall_find(&t->w, t->f.model, STR("support"), 1));
	assert_int_equal(waterfall_cursor(&t->w), EVENT_NONE);
	assert_false(waterfall_find(&t->w, t->f.model, STR("nowhere"), 1));
	assert_false(act(t, ACTION_NEXT_SAME_NAME, 0));
}

static void flat_is_by_start(void **state)
{
	struct sample *t = *state;

	waterfall_go(&t->w, t->f.model, t->embed);
	act(t, ACTION_FOLD_ALL, 0);
	assert_true(act(t, ACTION_FLAT, 0));
	assert_int_equal(t->w.n_rows, 10);
	assert_int_equal(waterfall_cursor(&t->w), t->agent);
	draw(t, 12, 80, true);
	expect_row(
		2,
		">  - agent                        12.4s  >=$0.02 ==============================");
	expect_row(3, "   * gpt-5 (openai)                1.1s    $0.02 -==");
	expect_row(
		10,
		"   ? - log                            -                                       |");
	assert_true(act(t, ACTION_NEXT_ERROR, 0));
	assert_int_equal(waterfall_cursor(&t->w), t->refund);
	act(t, ACTION_LEFT, 0);
	assert_int_equal(waterfall_cursor(&t->w), t->agent);
	act(t, ACTION_FLAT, 0);
	assert_int_equal(t->w.n_rows, 3);
	assert_int_equal(waterfall_cursor(&t->w), t->agent);
}

static void the_cursor_stays_on_its_event(void **state)
{
	struct sample *t = *state;
	uint64_t row;

	draw(t, 14, 80, true);
	waterfall_go(&t->w, t->f.model, t->second);
	row = t->w.list.cursor;
	FIXTURE_ADD(&t->f, .kind = EVENT_SPAN, .trace = "t", .parent = "agent", .name = "early",
	            .time = START + 10, .latency = 5);
	draw(t, 14, 80, true);
	assert_int_equal(waterfall_cursor(&t->w), t->second);
	assert_int_equal(t->w.list.cursor, row + 1);
	/* A view moved the list itself. */
	list_go(&t->w.list, 1);
	act(t, ACTION_NONE, 0);
	assert_int_equal(waterfall_cursor(&t->w), t->agent);
	assert_true(act(t, ACTION_DOWN, 0));
	assert_int_not_equal(waterfall_cursor(&t->w), t->agent);
	assert_true(act(t, ACTION_LAST, 0));
	assert_int_equal(waterfall_cursor(&t->w), t->orphan);
	assert_true(act(t, ACTION_FIRST, 0));
	assert_int_equal(waterfall_cursor(&t->w), EVENT_NONE);
}

static void long_names_scroll(void **state)
{
	struct sample *t = *state;

	FIXTURE_ADD(&t->f, .kind = EVENT_SPAN, .trace = "t", .time = START + 13000 * MS,
	            .name = "a name of many words \x1b[31m \xe7\xbf\xbb\xe7\xbf\xbb to its end");
	draw(t, 14, 80, true);
	expect_row(
		11,
		"   - a name of many words \\x1B~       -                                       |");
	act(t, ACTION_SCROLL_RIGHT, 0);
	act(t, ACTION_SCROLL_RIGHT, 0);
	draw(t, 14, 80, true);
	expect_row(
		11,
		"   - ~ many words \\x1B[31m \xe7\xbf\xbb ~       -                                       |");
	act(t, ACTION_SCROLL_LEFT, 0);
	act(t, ACTION_SCROLL_LEFT, 0);
	act(t, ACTION_SCROLL_LEFT, 0);
	assert_int_equal(t->w.name_scroll, 0);
}

#define CHAIN 10000

static void a_deep_chain_stays_readable(void **state)
{
	struct sample *t = *state;
	char id[2][16];

	waterfall_fini(&t->w);
	for (int i = 0; i < CHAIN; i++) {
		snprintf(id[i % 2], sizeof(id[0]), "n%d", i);
		FIXTURE_ADD(&t->f, .kind = EVENT_SPAN, .trace = "deep", .span = id[i % 2],
		            .parent = i ? id[(i + 1) % 2] : NULL, .name = "step",
		            .time = START + i * MS);
	}
	waterfall_init(&t->w, 1);
	draw(t, 14, 80, true);
	expect_row(
		9,
		" ..8            v step                -          |                             |");
	expect_row(
		10,
		" ..9            v step                -          |                             |");
	act(t, ACTION_LAST, 0);
	draw(t, 14, 80, true);
	assert_non_null(strstr(screen, ">..10000        - step"));
	act(t, ACTION_FOLD_LEVEL, 3);
	assert_int_equal(t->w.n_rows, 4);
	assert_int_equal(t->w.list.cursor, 3);
	draw(t, 14, 80, true);
	assert_non_null(strstr(screen, "> step +9997 "));
}

static void strange_times_are_drawn(void **state)
{
	struct sample *t = *state;

	waterfall_fini(&t->w);
	FIXTURE_ADD(&t->f, .kind = EVENT_SPAN, .trace = "odd", .time = INT64_MAX, .latency = 1);
	FIXTURE_ADD(&t->f, .kind = EVENT_SPAN, .trace = "odd", .time = -INT64_MAX,
	            .latency = INT64_MAX);
	FIXTURE_ADD(&t->f, .kind = EVENT_GENERATION, .trace = "odd", .time = 5,
	            .first_token = INT64_MAX, .flags = EVENT_RUNNING);
	FIXTURE_ADD(&t->f, .kind = EVENT_GENERATION, .trace = "odd", .span = "x", .parent = "x");
	waterfall_init(&t->w, 1);
	draw(t, 8, 80, true);
	assert_non_null(strstr(screen, " @ * Generation "));
	act(t, ACTION_CLOCK, 0);
	draw(t, 8, 80, true);
	FIXTURE_ADD(&t->f, .kind = EVENT_SPAN, .trace = "timeless");
	waterfall_fini(&t->w);
	waterfall_init(&t->w, 2);
	draw(t, 8, 80, true);
	expect_row(0, " SPAN                               DUR     COST");
	expect_row(2, "   - Span                             -          -");
}

/* A third of a million nodes: the cost of a frame is that of its rows. */
static void many_nodes(void **state)
{
	struct sample *t = *state;
	int64_t built, drawn;
	char id[24];

	waterfall_fini(&t->w);
	for (int i = 0; i < 300000; i++) {
		snprintf(id, sizeof(id), "m%d", i);
		FIXTURE_ADD(&t->f, .kind = EVENT_SPAN, .trace = "many", .span = id,
		            .parent = i % 100 ? NULL : "m0", .name = "s", .time = START + i * 7);
	}
	waterfall_init(&t->w, 1);
	built = time_monotonic();
	draw(t, 40, 100, true);
	drawn = time_monotonic();
	for (int i = 0; i < 200; i++) {
		act(t, ACTION_PAGE_DOWN, 0);
		draw(t, 40, 100, true);
	}
	if (getenv("TIMES"))
		print_message("built in %lld ms, a frame takes %lld us\n",
		              (long long)(drawn - built) / 1000,
		              (long long)(time_monotonic() - drawn) / 200);
	drawn = time_monotonic();
	act(t, ACTION_FOLD_ALL, 0);
	draw(t, 40, 100, true);
	/* The trace, and what stands at the top with what it hides. */
	assert_int_equal(t->w.n_rows, 300001 - 2999);
	act(t, ACTION_FOLD_NONE, 0);
	act(t, ACTION_FLAT, 0);
	draw(t, 40, 100, true);
	if (getenv("TIMES"))
		print_message("folds and flat %lld ms\n",
		              (long long)(time_monotonic() - drawn) / 1000);
	assert_int_equal(t->w.n_rows, 300001);
	act(t, ACTION_LAST, 0);
	assert_int_equal(waterfall_cursor(&t->w), t->f.events.n - 1);
}

static void add_many(struct sample *t, uint32_t events)
{
	waterfall_fini(&t->w);
	for (uint32_t i = 0; i < events; i++)
		FIXTURE_ADD(&t->f, .kind = EVENT_GENERATION, .trace = "long", .time = START + i,
		            .name = i % 50000 == 40000 ? "rare" : "usual", .cost = 1 + i % 30011);
	waterfall_init(&t->w, 1);
	while (waterfall_update(&t->w, t->f.model, true) != 0)
		;
}

static uint32_t goes_to(struct sample *t)
{
	while (waterfall_update(&t->w, t->f.model, true) != 0)
		;
	return waterfall_cursor(&t->w);
}

static void a_search_goes_on_in_updates(void **state)
{
	struct sample *t = *state;
	uint32_t first = t->f.events.n;

	add_many(t, 100000);
	assert_true(waterfall_find(&t->w, t->f.model, STR("rare"), 1));
	assert_int_equal(goes_to(t), first + 40000);
	assert_true(act(t, ACTION_NEXT_SAME_NAME, 0));
	assert_int_equal(goes_to(t), first + 90000);
	assert_true(waterfall_find(&t->w, t->f.model, STR("rare"), -1));
	assert_int_equal(goes_to(t), first + 40000);
	for (uint32_t i = 0; i < 3; i++) {
		assert_true(act(t, ACTION_DEAREST, 0));
		assert_int_equal(goes_to(t), first + 30010 + i * 30011);
	}
}

static void a_search_is_ended_by_a_key(void **state)
{
	struct sample *t = *state;
	uint32_t first = t->f.events.n;

	add_many(t, 100000);
	act(t, ACTION_DOWN, 0);
	search_begin(&t->w.sought.search, 1, 100001, 1);
	assert_true(act(t, ACTION_CANCEL, 0));
	assert_false(act(t, ACTION_CANCEL, 0));
	assert_int_equal(goes_to(t), first);
	assert_true(waterfall_find(&t->w, t->f.model, STR("rare"), 1));
	act(t, ACTION_FIRST, 0);
	assert_int_equal(goes_to(t), EVENT_NONE);
}

/* Keys while a tree is built: what is seen stays usable, and where the cursor is to go it goes once that is there. */
static void keys_while_it_is_built(void **state)
{
	struct sample *t = *state;
	uint32_t first = t->f.events.n, deepest;
	char id[24], parent[24];

	waterfall_fini(&t->w);
	for (int i = 0; i < 100000; i++) {
		snprintf(id, sizeof(id), "k%d", i);
		snprintf(parent, sizeof(parent), "k%d", i - i % 4 + (i % 4 ? i % 4 - 1 : 0));
		FIXTURE_ADD(&t->f, .kind = EVENT_SPAN, .trace = "keys", .span = id,
		            .parent = i % 4 ? parent : NULL, .name = "k", .time = START + i,
		            .flags = i == 3 || i == 77779 ? EVENT_ERROR : 0);
	}
	waterfall_init(&t->w, 1);
	deepest = first + 77779;
	assert_int_equal(waterfall_update(&t->w, t->f.model, true), 1);
	assert_false(waterfall_go(&t->w, t->f.model, deepest));
	draw(t, 10, 80, true);
	act(t, ACTION_FOLD_ALL, 0);
	draw(t, 10, 80, true);
	assert_int_equal(t->w.n_rows, 25001);
	assert_true(act(t, ACTION_NEXT_ERROR, 0));
	draw(t, 10, 80, true);
	assert_true(act(t, ACTION_NEXT_ERROR, 0));
	draw(t, 10, 80, true);
	assert_int_equal(waterfall_cursor(&t->w), deepest);
	assert_true(act(t, ACTION_NEXT_ERROR, 0));
	draw(t, 10, 80, true);
	assert_int_equal(waterfall_cursor(&t->w), first + 3);
	/* A new event, and the list folded and flat before its tree is there. */
	FIXTURE_ADD(&t->f, .kind = EVENT_SPAN, .trace = "keys", .parent = "k3", .name = "late",
	            .time = START - 1);
	t->w.build_after = 0;
	assert_int_equal(waterfall_update(&t->w, t->f.model, true), 1);
	assert_true(waterfall_go(&t->w, t->f.model, deepest));
	assert_int_equal(waterfall_cursor(&t->w), deepest);
	act(t, ACTION_FLAT, 0);
	act(t, ACTION_FOLD_ALL, 0);
	draw(t, 10, 80, true);
	assert_int_equal(t->w.tree.n, 100001);
	assert_int_equal(t->w.n_rows, 100002);
	assert_int_equal(waterfall_cursor(&t->w), deepest);
	act(t, ACTION_FLAT, 0);
	draw(t, 10, 80, true);
	assert_int_equal(t->w.n_rows, 25001);
	assert_int_equal(waterfall_cursor(&t->w), deepest - 3);
	/* A tree that changes is not built again and again. */
	FIXTURE_ADD(&t->f, .kind = EVENT_SPAN, .trace = "keys", .name = "later");
	t->w.build_after = INT64_MAX;
	assert_true(waterfall_update(&t->w, t->f.model, true) > 1);
	assert_int_equal(t->w.tree.n, 100001);
	/* And one that nobody looks at any longer goes with what was begun. */
	t->w.build_after = 0;
	assert_int_equal(waterfall_update(&t->w, t->f.model, true), 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(rows_numbers_and_bars),
		TEST(columns_go_when_it_is_narrow),
		TEST(cache_share),
		TEST(folds),
		TEST(jumps),
		TEST(flat_is_by_start),
		TEST(the_cursor_stays_on_its_event),
		TEST(long_names_scroll),
		TEST(a_deep_chain_stays_readable),
		TEST(strange_times_are_drawn),
		TEST(many_nodes),
		TEST(a_search_goes_on_in_updates),
		TEST(a_search_is_ended_by_a_key),
		TEST(keys_while_it_is_built),
	};

	setenv("TZ", "UTC", 1);
	setlocale(LC_ALL, "C.UTF-8");
	glyph_set_ascii(true);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
