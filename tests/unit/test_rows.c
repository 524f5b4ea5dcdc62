/* Lists: which rows, in what order, and groups. */
#include "support/rows_check.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* ---- order ----------------------------------------------------------------- */

static void own_order(void **state)
{
	struct fixture f;
	struct rows r;

	(void)state;
	fixture_init(&f);
	FIXTURE_ADD(&f, .kind = EVENT_SPAN, .uuid = "b", .trace = "t1", .session = "x", .time = 5);
	FIXTURE_ADD(&f, .kind = EVENT_SPAN, .uuid = "c", .trace = "t3", .session = "y", .time = 5);
	FIXTURE_ADD(&f, .kind = EVENT_SPAN, .uuid = "a", .trace = "t2", .session = "z", .time = 5);
	FIXTURE_ADD(&f, .kind = EVENT_SPAN, .uuid = "d", .trace = "t4", .session = "x");
	FIXTURE_ADD(&f, .kind = EVENT_SPAN, .uuid = "e", .trace = "t5", .session = "y", .time = 4);
	FIXTURE_ADD(&f, .kind = EVENT_SPAN, .uuid = "f", .trace = "t1", .time = 9);
	FIXTURE_ADD(&f, .kind = EVENT_SPAN, .name = "first", .time = 5);
	FIXTURE_ADD(&f, .kind = EVENT_SPAN, .name = "second", .time = 5);
	rows_build_all(&r, &f, ROWS_SPANS);
	rows_expect_column(&r, "uuid", "f c b a - - e d");
	rows_expect_text(&r, 4, "name", "second");
	rows_expect_text(&r, 5, "name", "first");
	rows_free(&r);
	rows_build_all(&r, &f, ROWS_TRACES);
	rows_expect_column(&r, "trace_id", "t3 t2 t1 t5 t4");
	rows_free(&r);
	rows_build_all(&r, &f, ROWS_SESSIONS);
	rows_expect_column(&r, "session_id", "x z y");
	rows_free(&r);
	fixture_fini(&f);
}

static void sorted(struct rows *r, struct fixture *f, const char *name, bool ascending)
{
	struct query q;

	query_init(&q, ROWS_TRACES);
	q.sort = rows_column(ROWS_TRACES, str_of(name));
	q.ascending = ascending;
	assert_non_null(q.sort);
	rows_build(r, f->model, &q);
}

static void expect_sorted(struct fixture *f, const char *name, bool ascending, const char *expected)
{
	struct rows r;

	sorted(&r, f, name, ascending);
	rows_expect_column(&r, "trace_id", expected);
	rows_free(&r);
}

static void sorting_by_columns(void **state)
{
	struct fixture f;

	(void)state;
	fixture_init(&f);
	FIXTURE_ADD(&f, .trace = "a", .time = 1, .cost = 300, .user = "zoe", .name = "n");
	FIXTURE_ADD(&f, .trace = "b", .time = 2, .cost = -1, .user = "anna", .name = "n");
	FIXTURE_ADD(&f, .trace = "c", .time = 3);
	FIXTURE_ADD(&f, .trace = "d", .time = 4, .cost = 20, .user = "Anna", .name = "m");
	FIXTURE_ADD(&f, .trace = "e", .time = 5, .cost = 20,
	            .user = "annabel-of-more-than-fifteen-bytes", .name = "n");
	expect_sorted(&f, "cost_usd", false, "a e d b c");
	expect_sorted(&f, "cost_usd", true, "b e d a c");
	expect_sorted(&f, "user", true, "d b e a c");
	expect_sorted(&f, "user", false, "a e b d c");
	expect_sorted(&f, "name", true, "d e b a c");
	expect_sorted(&f, "name", false, "e b a d c");
	expect_sorted(&f, "start_time", true, "a b c d e");
	expect_sorted(&f, "errors", true, "e d c b a");
	fixture_fini(&f);
}

/* Many rows, with many ties, against the definition. */
static void sorting_is_stable(void **state)
{
	struct fixture f;
	struct rows r;

	(void)state;
	fixture_init(&f);
	for (uint32_t i = 0; i < 1000; i++) {
		char trace[8] = {'t', (char)('a' + i / 100), (char)('a' + i / 10 % 10),
		                 (char)('a' + i % 10)};

		FIXTURE_ADD(&f, .trace = trace, .time = 1 + i * 7919 % 1000,
		            .cost = 1 + i * 31 % 17);
	}
	for (int ascending = 0; ascending < 2; ascending++) {
		sorted(&r, &f, "cost_usd", ascending);
		assert_int_equal(r.n, 1000);
		for (uint32_t row = 1; row < r.n; row++) {
			const struct trace *a = model_trace(f.model, r.at[row - 1]);
			const struct trace *b = model_trace(f.model, r.at[row]);
			money cost_a = a->totals.cost_reported, cost_b = b->totals.cost_reported;

			assert_true(ascending ? cost_a <= cost_b : cost_a >= cost_b);
			if (cost_a == cost_b)
				assert_true(a->first_time > b->first_time);
		}
		rows_free(&r);
	}
	fixture_fini(&f);
}

static void a_limit_cuts_after_sorting(void **state)
{
	struct fixture f;
	struct query q;
	struct rows r;

	(void)state;
	fixture_init(&f);
	FIXTURE_ADD(&f, .trace = "a", .time = 1, .cost = 1);
	FIXTURE_ADD(&f, .trace = "b", .time = 2, .cost = 9);
	FIXTURE_ADD(&f, .trace = "c", .time = 3, .cost = 5);
	query_init(&q, ROWS_TRACES);
	q.limit = 2;
	rows_build(&r, f.model, &q);
	rows_expect_column(&r, "trace_id", "c b");
	assert_int_equal(r.total, 3);
	rows_free(&r);
	q.sort = rows_column(ROWS_TRACES, STR("cost_usd"));
	rows_build(&r, f.model, &q);
	rows_expect_column(&r, "trace_id", "b c");
	rows_free(&r);
	q.limit = 9;
	rows_build(&r, f.model, &q);
	assert_int_equal(r.n, 3);
	rows_free(&r);
	fixture_fini(&f);
}

/* ---- which rows ------------------------------------------------------------ */

static void expect_rows(struct fixture *f, struct query *q, enum rows_kind kind, const char *column,
                        const char *expected)
{
	struct rows r;

	q->kind = kind;
	rows_build(&r, f->model, q);
	rows_expect_column(&r, column, expected);
	rows_free(&r);
}

static void kinds_keep_to_themselves(void **state)
{
	struct fixture f;
	struct query q;

	(void)state;
	fixture_init(&f);
	for (int kind = 0; kind < EVENT_KINDS; kind++)
		FIXTURE_ADD(&f, .kind = (enum event_kind)kind, .time = 1 + kind);
	query_init(&q, ROWS_TRACES);
	expect_rows(&f, &q, ROWS_GENERATIONS, "event", "$ai_embedding $ai_generation");
	expect_rows(&f, &q, ROWS_SPANS, "event", "$ai_span");
	fixture_fini(&f);
}

static void a_range_of_time(void **state)
{
	struct fixture f;
	struct query q;

	(void)state;
	fixture_init(&f);
	FIXTURE_ADD(&f, .uuid = "1", .trace = "a", .session = "x", .user = "anna", .time = 10);
	FIXTURE_ADD(&f, .uuid = "2", .trace = "a", .user = "bob", .time = 20);
	FIXTURE_ADD(&f, .uuid = "3", .trace = "b", .session = "y", .user = "bob", .time = 30);
	FIXTURE_ADD(&f, .uuid = "4", .trace = "c", .session = "z", .user = "cleo");
	query_init(&q, ROWS_TRACES);
	q.since = 20;
	expect_rows(&f, &q, ROWS_GENERATIONS, "uuid", "3 2");
	expect_rows(&f, &q, ROWS_TRACES, "trace_id", "b");
	expect_rows(&f, &q, ROWS_SESSIONS, "session_id", "y x");
	expect_rows(&f, &q, ROWS_USERS, "user", "bob");
	q.until = 30;
	expect_rows(&f, &q, ROWS_GENERATIONS, "uuid", "2");
	expect_rows(&f, &q, ROWS_SESSIONS, "session_id", "x");
	q.since = TIME_NONE;
	expect_rows(&f, &q, ROWS_GENERATIONS, "uuid", "2 1");
	expect_rows(&f, &q, ROWS_TRACES, "trace_id", "a");
	q.until = TIME_NONE;
	expect_rows(&f, &q, ROWS_GENERATIONS, "uuid", "3 2 1 4");
	fixture_fini(&f);
}

static void a_range_has_a_sum(void **state)
{
	struct fixture f;
	struct query q;
	struct rows r;

	(void)state;
	fixture_init(&f);
	FIXTURE_ADD(&f, .trace = "a", .time = 10, .cost = 3);
	FIXTURE_ADD(&f, .trace = "b", .time = 20, .cost = 40);
	FIXTURE_ADD(&f, .trace = "b", .time = 21, .cost = 500);
	FIXTURE_ADD(&f, .trace = "c", .time = 30, .cost = 6000);
	query_init(&q, ROWS_TRACES);
	q.since = 20;
	q.limit = 1;
	rows_build(&r, f.model, &q);
	assert_int_equal(r.n, 1);
	assert_int_equal(r.sum.events, 3);
	assert_true(r.sum.cost_reported == 6540);
	rows_free(&r);
	fixture_fini(&f);
}

static void restricted_to_a_session_trace_or_user(void **state)
{
	struct fixture f;
	struct query q;

	(void)state;
	fixture_init(&f);
	FIXTURE_ADD(&f, .uuid = "1", .trace = "a", .session = "x", .user = "anna", .time = 1);
	FIXTURE_ADD(&f, .uuid = "2", .trace = "a", .user = "bob", .time = 2);
	FIXTURE_ADD(&f, .uuid = "3", .trace = "b", .session = "y", .user = "bob", .time = 3);
	FIXTURE_ADD(&f, .uuid = "4", .session = "x", .user = "cleo", .time = 4);
	FIXTURE_ADD(&f, .uuid = "5", .time = 5);
	query_init(&q, ROWS_TRACES);
	q.session = model_find_session(f.model, ids_find(&f.events.ids, STR("x")));
	assert_int_not_equal(q.session, MODEL_NONE);
	expect_rows(&f, &q, ROWS_GENERATIONS, "uuid", "4 2 1");
	expect_rows(&f, &q, ROWS_TRACES, "trace_id", "a");
	expect_rows(&f, &q, ROWS_SESSIONS, "session_id", "x");
	expect_rows(&f, &q, ROWS_USERS, "user", "anna bob cleo");
	q.session = MODEL_NONE;
	q.trace = model_find_trace(f.model, ids_find(&f.events.ids, STR("b")));
	expect_rows(&f, &q, ROWS_GENERATIONS, "uuid", "3");
	expect_rows(&f, &q, ROWS_TRACES, "trace_id", "b");
	expect_rows(&f, &q, ROWS_SESSIONS, "session_id", "y");
	q.trace = MODEL_NONE;
	q.user = ids_find(&f.events.ids, STR("bob"));
	expect_rows(&f, &q, ROWS_GENERATIONS, "uuid", "3 2");
	expect_rows(&f, &q, ROWS_TRACES, "trace_id", "b");
	expect_rows(&f, &q, ROWS_SESSIONS, "session_id", "y");
	expect_rows(&f, &q, ROWS_USERS, "user", "bob");
	fixture_fini(&f);
}

static void restricted_to_a_model(void **state)
{
	struct fixture f;
	struct query q;

	(void)state;
	fixture_init(&f);
	FIXTURE_ADD(&f, .uuid = "1", .model = "m", .provider = "p", .time = 1);
	FIXTURE_ADD(&f, .uuid = "2", .model = "m", .provider = "q", .time = 2);
	FIXTURE_ADD(&f, .uuid = "3", .time = 3);
	query_init(&q, ROWS_TRACES);
	expect_rows(&f, &q, ROWS_GENERATIONS, "uuid", "3 2 1");
	q.model_pair = events_get(&f.events, 1)->model;
	expect_rows(&f, &q, ROWS_GENERATIONS, "uuid", "2");
	expect_rows(&f, &q, ROWS_MODELS, "provider", "q");
	fixture_fini(&f);
}

static void errors_only(void **state)
{
	struct fixture f;
	struct query q;

	(void)state;
	fixture_init(&f);
	FIXTURE_ADD(&f, .uuid = "1", .trace = "a", .session = "x", .user = "anna", .model = "m",
	            .time = 1, .flags = EVENT_ERROR);
	FIXTURE_ADD(&f, .uuid = "2", .trace = "a", .time = 2, .user = "bob");
	FIXTURE_ADD(&f, .uuid = "3", .trace = "b", .session = "y", .model = "n", .time = 3);
	query_init(&q, ROWS_TRACES);
	q.errors_only = true;
	expect_rows(&f, &q, ROWS_GENERATIONS, "uuid", "1");
	expect_rows(&f, &q, ROWS_TRACES, "trace_id", "a");
	expect_rows(&f, &q, ROWS_SESSIONS, "session_id", "x");
	expect_rows(&f, &q, ROWS_USERS, "user", "anna");
	expect_rows(&f, &q, ROWS_MODELS, "model", "m");
	fixture_fini(&f);
}

static void superseded_events_never_show(void **state)
{
	struct fixture f;
	struct rows r;

	(void)state;
	fixture_init(&f);
	FIXTURE_ADD(&f, .uuid = "1", .trace = "gone", .session = "gone", .user = "gone",
	            .name = "old", .model = "gone", .cost = 5, .time = 9);
	FIXTURE_ADD(&f, .uuid = "1", .trace = "kept", .session = "kept", .user = "kept",
	            .name = "new", .model = "kept", .cost = 6, .time = 8);
	rows_build_all(&r, &f, ROWS_GENERATIONS);
	rows_expect_column(&r, "name", "new");
	rows_free(&r);
	rows_build_all(&r, &f, ROWS_TRACES);
	rows_expect_column(&r, "trace_id", "kept");
	rows_free(&r);
	rows_build_all(&r, &f, ROWS_SESSIONS);
	rows_expect_column(&r, "session_id", "kept");
	rows_free(&r);
	rows_build_all(&r, &f, ROWS_USERS);
	rows_expect_column(&r, "user", "kept");
	rows_free(&r);
	rows_build_all(&r, &f, ROWS_MODELS);
	rows_expect_column(&r, "model", "kept");
	rows_free(&r);
	fixture_fini(&f);
}

static void nothing_gives_no_rows(void **state)
{
	struct fixture f;
	struct rows r;

	(void)state;
	fixture_init(&f);
	for (int kind = 0; kind < ROWS_KINDS; kind++) {
		rows_build_all(&r, &f, (enum rows_kind)kind);
		assert_int_equal(r.n, 0);
		assert_int_equal(r.total, 0);
		rows_free(&r);
	}
	fixture_fini(&f);
}

/* ---- groups ---------------------------------------------------------------- */

static void users(void **state)
{
	struct fixture f;
	struct rows r;

	(void)state;
	fixture_init(&f);
	FIXTURE_ADD(&f, .trace = "a", .session = "x", .user = "anna", .cost = 10, .input = 3,
	            .time = 1);
	FIXTURE_ADD(&f, .trace = "b", .session = "x", .user = "anna", .output = 4, .time = 7);
	FIXTURE_ADD(&f, .trace = "a", .user = "bob", .cost = 50, .time = 3, .flags = EVENT_ERROR);
	FIXTURE_ADD(&f, .trace = "a", .user = "anna", .kind = EVENT_SPAN, .time = 2);
	FIXTURE_ADD(&f, .trace = "c", .user = "anna", .kind = EVENT_SPAN, .time = 5);
	FIXTURE_ADD(&f, .trace = "d", .session = "y", .user = "p1", .flags = EVENT_PERSONLESS);
	FIXTURE_ADD(&f, .trace = "e", .session = "y", .user = "p2", .flags = EVENT_PERSONLESS);
	FIXTURE_ADD(&f, .user = "zoe");
	rows_build_all(&r, &f, ROWS_USERS);
	rows_expect_column(&r, "user", "bob anna zoe (anonymous)");
	rows_expect_number(&r, 0, "cost_usd", 50);
	rows_expect_number(&r, 0, "errors", 1);
	rows_expect_number(&r, 0, "traces", 1);
	rows_expect_number(&r, 0, "sessions", 1);
	rows_expect_number(&r, 1, "traces", 3);
	rows_expect_number(&r, 1, "sessions", 1);
	rows_expect_number(&r, 1, "generations", 2);
	rows_expect_number(&r, 1, "input_tokens", 3);
	rows_expect_number(&r, 1, "output_tokens", 4);
	rows_expect_number(&r, 1, "last_time", 7);
	assert_true(rows_value_of(&r, 1, "cost_usd").partial);
	rows_expect_number(&r, 2, "cost_usd", ROWS_UNKNOWN);
	rows_expect_number(&r, 2, "traces", 0);
	rows_expect_number(&r, 2, "last_time", ROWS_UNKNOWN);
	rows_expect_number(&r, 3, "traces", 2);
	rows_expect_number(&r, 3, "sessions", 1);
	assert_int_equal(r.groups[r.at[3]].key, 0);
	rows_free(&r);
	fixture_fini(&f);
}

static void models(void **state)
{
	struct fixture f;
	struct rows r;

	(void)state;
	fixture_init(&f);
	for (int64_t i = 1; i <= 20; i++)
		FIXTURE_ADD(&f, .model = "m", .provider = "p", .latency = 21 - i, .input = 1);
	FIXTURE_ADD(&f, .model = "m", .provider = "q", .cost = 1, .latency = 5, .first_token = 9);
	FIXTURE_ADD(&f, .model = "m", .provider = "q", .cost = 1, .first_token = 2);
	FIXTURE_ADD(&f, .model = "e", .kind = EVENT_EMBEDDING, .cost = 7);
	FIXTURE_ADD(&f, .model = "span's own", .kind = EVENT_SPAN, .cost = 70);
	FIXTURE_ADD(&f, .input = 2);
	rows_build_all(&r, &f, ROWS_MODELS);
	rows_expect_column(&r, "model", "e m - m");
	rows_expect_column(&r, "provider", "- q - p");
	rows_expect_number(&r, 0, "generations", 0);
	rows_expect_number(&r, 0, "embeddings", 1);
	rows_expect_number(&r, 0, "p50_s", ROWS_UNKNOWN);
	rows_expect_number(&r, 1, "p50_s", 5);
	rows_expect_number(&r, 1, "ttft_p50_s", 2);
	rows_expect_number(&r, 1, "cost_usd", 2);
	rows_expect_number(&r, 3, "generations", 20);
	rows_expect_number(&r, 3, "input_tokens", 20);
	rows_expect_number(&r, 3, "p50_s", 10);
	rows_expect_number(&r, 3, "p95_s", 19);
	rows_expect_number(&r, 3, "ttft_p50_s", ROWS_UNKNOWN);
	rows_free(&r);
	fixture_fini(&f);
}

static void percentiles_are_nearest_rank(void **state)
{
	static const int64_t values[] = {15, 20, 35, 40, 50};
	static const int64_t one[] = {7};

	(void)state;
	assert_int_equal(percentile(values, 5, 0), 15);
	assert_int_equal(percentile(values, 5, 5), 15);
	assert_int_equal(percentile(values, 5, 20), 15);
	assert_int_equal(percentile(values, 5, 30), 20);
	assert_int_equal(percentile(values, 5, 40), 20);
	assert_int_equal(percentile(values, 5, 50), 35);
	assert_int_equal(percentile(values, 5, 99), 50);
	assert_int_equal(percentile(values, 5, 100), 50);
	assert_int_equal(percentile(one, 1, 50), 7);
	assert_int_equal(percentile(one, 1, 99), 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(own_order),
		cmocka_unit_test(sorting_by_columns),
		cmocka_unit_test(sorting_is_stable),
		cmocka_unit_test(a_limit_cuts_after_sorting),
		cmocka_unit_test(kinds_keep_to_themselves),
		cmocka_unit_test(a_range_of_time),
		cmocka_unit_test(a_range_has_a_sum),
		cmocka_unit_test(restricted_to_a_session_trace_or_user),
		cmocka_unit_test(restricted_to_a_model),
		cmocka_unit_test(errors_only),
		cmocka_unit_test(superseded_events_never_show),
		cmocka_unit_test(nothing_gives_no_rows),
		cmocka_unit_test(users),
		cmocka_unit_test(models),
		cmocka_unit_test(percentiles_are_nearest_rank),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
