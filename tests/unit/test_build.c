/* Rows built in steps, by workers, and kept up, are those that are built at once; whatever comes in between. */
#include "query/sort.h"
#include "support/rows_check.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static uint32_t random_below(uint32_t *seed, uint32_t n)
{
	*seed = *seed * 1664525 + 1013904223;
	return (*seed >> 8) % n;
}

/* Few of each, so that times tie and events supersede others, of other traces too. */
static void add_some(struct fixture *f, uint32_t *seed, uint32_t n)
{
	static const enum event_kind kinds[] = {EVENT_GENERATION, EVENT_GENERATION, EVENT_SPAN,
	                                        EVENT_EMBEDDING, EVENT_TRACE};

	for (uint32_t i = 0; i < n; i++) {
		char uuid[] = "u...", trace[] = "t..", session[] = "s..", user[] = "n.",
		     model[] = "m.";

		for (int at = 1; at < 4; at++)
			uuid[at] = (char)('a' + random_below(seed, 26));
		trace[1] = (char)('a' + random_below(seed, 26));
		trace[2] = (char)('a' + random_below(seed, 10));
		session[1] = (char)('a' + random_below(seed, 26));
		session[2] = (char)('a' + random_below(seed, 9));
		user[1] = (char)('a' + random_below(seed, 12));
		model[1] = (char)('a' + random_below(seed, 6));
		FIXTURE_ADD(f, .kind = kinds[random_below(seed, 5)], .uuid = uuid, .name = model,
		            .trace = random_below(seed, 20) ? trace : NULL,
		            .session = random_below(seed, 3) ? session : NULL, .user = user,
		            .model = model, .time = random_below(seed, 900),
		            .latency = random_below(seed, 3000),
		            .first_token = random_below(seed, 300), .cost = random_below(seed, 50),
		            .input = random_below(seed, 9),
		            .flags = (random_below(seed, 9) ? 0 : EVENT_ERROR) |
		                     (random_below(seed, 3) ? 0 : EVENT_TOOL));
	}
}

static void expect_same_group(const struct group *a, const struct group *b)
{
	assert_int_equal(a->key, b->key);
	assert_int_equal(a->traces, b->traces);
	assert_int_equal(a->sessions, b->sessions);
	assert_int_equal(a->totals.events, b->totals.events);
	assert_int_equal(a->totals.input, b->totals.input);
	assert_true(a->totals.cost_reported == b->totals.cost_reported);
	assert_int_equal(a->last_time, b->last_time);
	assert_int_equal(a->latency, b->latency);
	assert_int_equal(a->p50, b->p50);
	assert_int_equal(a->p95, b->p95);
	assert_int_equal(a->first_token_p50, b->first_token_p50);
}

static void expect_as_at_once(const struct rows *r, struct fixture *f)
{
	struct rows whole;

	rows_build(&whole, f->model, &r->query);
	assert_int_equal(r->n, whole.n);
	assert_int_equal(r->total, whole.total);
	assert_int_equal(r->sum.events, whole.sum.events);
	assert_true(r->sum.cost_reported == whole.sum.cost_reported);
	for (uint32_t row = 0; row < r->n; row++) {
		if (whole.groups == NULL)
			assert_int_equal(r->at[row], whole.at[row]);
		else
			expect_same_group(&r->groups[r->at[row]], &whole.groups[whole.at[row]]);
	}
	rows_free(&whole);
}

/* With as little time as there is; how many steps it took. Events come in between, `more` times. */
static unsigned build_in_steps(struct rows *r, struct fixture *f, const struct query *q,
                               const struct rows *former, unsigned more, uint32_t *seed)
{
	struct rows_build *b = rows_start(f->model, q, former);
	unsigned steps = 1, percent = 0;

	while (!rows_step(b, 0)) {
		assert_true(rows_percent(b) >= percent && rows_percent(b) < 100);
		percent = rows_percent(b);
		if (steps++ <= more)
			add_some(f, seed, 40);
	}
	assert_int_equal(rows_percent(b), 100);
	rows_take(b, r);
	return steps;
}

/* As a screen does: again and again, each from the rows before, until nothing came meanwhile. */
static void expect_kept_up(struct fixture *f, const struct query *q, uint32_t *seed)
{
	struct rows rows[2];
	struct rows *now = &rows[0], *next = &rows[1], *was;

	assert_true(build_in_steps(now, f, q, NULL, 5, seed) > 2);
	for (int round = 0; round < 6; round++) {
		build_in_steps(next, f, q, now, round < 5 ? 3 : 0, seed);
		rows_free(now);
		was = now;
		now = next;
		next = was;
	}
	assert_true(now->n > 0);
	expect_as_at_once(now, f);
	rows_free(now);
}

static void every_kind(void **state)
{
	struct fixture f;
	struct query q;
	uint32_t seed = 1;

	(void)state;
	for (int kind = 0; kind < ROWS_GROUPS; kind++) {
		fixture_init(&f);
		add_some(&f, &seed, 1500);
		query_init(&q, (enum rows_kind)kind);
		expect_kept_up(&f, &q, &seed);
		q.errors_only = true;
		expect_kept_up(&f, &q, &seed);
		q.errors_only = false;
		q.since = 100;
		q.until = 700;
		expect_kept_up(&f, &q, &seed);
		fixture_fini(&f);
	}
}

static void every_column(void **state)
{
	struct fixture f;
	struct query q;
	uint32_t seed = 2;

	(void)state;
	fixture_init(&f);
	add_some(&f, &seed, 700);
	for (int kind = 0; kind < ROWS_GROUPS; kind++) {
		size_t n;
		const struct column *columns = rows_columns((enum rows_kind)kind, &n);

		query_init(&q, (enum rows_kind)kind);
		for (size_t i = 0; i < n; i++) {
			q.sort = &columns[i];
			q.ascending = i % 2 == 0;
			q.limit = i % 3 ? 0 : 7;
			expect_kept_up(&f, &q, &seed);
		}
	}
	fixture_fini(&f);
}

/* The query of every kept-up list, changed in one thing. */
static bool change(struct query *q, const struct fixture *f, int which)
{
	switch (which) {
	case 0:
		q->kind = ROWS_SPANS;
		return true;
	case 1:
		q->since = 500;
		return true;
	case 2:
		q->until = 400;
		return true;
	case 3:
		q->errors_only = true;
		return true;
	case 4:
		q->user = ids_find(&f->events.ids, STR("nc"));
		return true;
	case 5:
		q->model_pair = 1;
		return true;
	case 6:
		q->trace = model_find_trace(f->model, ids_find(&f->events.ids, STR("tbb")));
		return true;
	case 7:
		q->session = model_find_session(f->model, ids_find(&f->events.ids, STR("scc")));
		return true;
	case 8:
		q->limit = 5;
		return true;
	case 9:
		q->sort = rows_column(ROWS_GENERATIONS, STR("cost_usd"));
		return true;
	default:
		return false;
	}
}

/* Rows of another query are no beginning. */
static void another_query_starts_anew(void **state)
{
	struct fixture f;
	struct query plain, q;
	struct rows former, changed, back;
	uint32_t seed = 3;

	(void)state;
	fixture_init(&f);
	add_some(&f, &seed, 2000);
	query_init(&plain, ROWS_GENERATIONS);
	rows_build(&former, f.model, &plain);
	for (int which = 0; q = plain, change(&q, &f, which); which++) {
		build_in_steps(&changed, &f, &q, &former, 0, &seed);
		assert_true(changed.n > 0);
		expect_as_at_once(&changed, &f);
		build_in_steps(&back, &f, &plain, &changed, 0, &seed);
		expect_as_at_once(&back, &f);
		rows_free(&back);
		rows_free(&changed);
	}
	rows_free(&former);
	fixture_fini(&f);
}

/* ---- sorted by workers ------------------------------------------------------------------------------------------------ */

#define MANY 6000 /* events, so that there are enough rows of every kind for a worker */

/* Traces and sessions of a few events each. */
static void add_many(struct fixture *f, uint32_t *seed, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		char uuid[16], trace[16], session[16];

		snprintf(uuid, sizeof(uuid), "u%u", random_below(seed, 30000));
		snprintf(trace, sizeof(trace), "t%u", random_below(seed, 5000));
		snprintf(session, sizeof(session), "s%u", random_below(seed, 5000));
		FIXTURE_ADD(f, .kind = random_below(seed, 2) ? EVENT_GENERATION : EVENT_SPAN,
		            .uuid = uuid, .name = uuid + (random_below(seed, 2) ? 1 : 3),
		            .trace = trace, .session = session,
		            .model = random_below(seed, 2) ? "a" : "b",
		            .time = random_below(seed, 900), .latency = random_below(seed, 300),
		            .cost = random_below(seed, 50));
	}
}

static void note(void *ctx)
{
	*(bool *)ctx = true;
}

/* As a screen does: again from what there is, until nothing has come meanwhile. Events come while a worker sorts, `rounds`
 * times. True: a worker did. */
static bool settle(struct rows *r, struct fixture *f, struct loop *loop, const struct query *q,
                   unsigned rounds, uint32_t *seed)
{
	bool worked = false;

	for (unsigned round = 0; r->at == NULL || r->version != model_version(f->model) ||
	                         r->query.sort != q->sort || round <= rounds;
	     round++) {
		struct rows_build *b = rows_start(f->model, q, r->at != NULL ? r : NULL);
		bool told = false;
		struct rows next;

		rows_on_workers(b, loop, note, &told);
		while (!rows_step(b, 0)) {
			if (!rows_waits(b))
				continue;
			if (round < rounds)
				add_many(f, seed, 30);
			while (rows_waits(b))
				loop_step(loop, true);
			assert_true(told);
			worked = true;
		}
		rows_take(b, &next);
		rows_free(r);
		*r = next;
	}
	return worked;
}

/* From one order to another, with events that arrive, change what is there, and replace others, while it is sorted. */
static void by_workers(void **state)
{
	static const enum rows_kind kinds[] = {ROWS_TRACES, ROWS_SESSIONS, ROWS_GENERATIONS,
	                                       ROWS_SPANS};
	struct loop *loop = loop_new();
	uint32_t seed = 6;

	(void)state;
	for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++) {
		struct rows r = {0};
		struct fixture f;
		struct query q;
		size_t n;
		const struct column *columns = rows_columns(kinds[k], &n);

		fixture_init(&f);
		add_many(&f, &seed, MANY);
		query_init(&q, kinds[k]);
		q.since = 10;
		for (size_t i = 0; i < n; i++) {
			q.sort = i % 5 == 4 ? NULL : &columns[i];
			q.ascending = i % 2 == 0;
			q.limit = i % 3 ? 0 : 7;
			assert_int_equal(settle(&r, &f, loop, &q, (unsigned)i % 3, &seed),
			                 q.sort != NULL);
			expect_as_at_once(&r, &f);
		}
		assert_true(r.total > 2048);
		rows_free(&r);
		fixture_fini(&f);
	}
	loop_free(loop);
}

/* While a worker has their values, and after the events. */
static void dropped_while_sorted(void **state)
{
	uint32_t seed = 7;

	(void)state;
	for (unsigned turns = 0; turns < 3; turns++) {
		struct loop *loop = loop_new();
		bool told = false;
		struct rows_build *b;
		struct fixture f;
		struct query q;

		fixture_init(&f);
		add_many(&f, &seed, MANY);
		query_init(&q, ROWS_GENERATIONS);
		q.sort = rows_column(q.kind, STR("name"));
		b = rows_start(f.model, &q, NULL);
		rows_on_workers(b, loop, note, &told);
		while (!rows_waits(b))
			assert_false(rows_step(b, 0));
		assert_false(rows_step(b, INT64_MAX));
		rows_drop(b);
		fixture_fini(&f);
		for (unsigned i = 0; i < turns; i++)
			loop_step(loop, true);
		assert_false(told);
		loop_free(loop);
	}
}

static void dropped_on_the_way(void **state)
{
	struct fixture f;
	struct query q;
	uint32_t seed = 4;

	(void)state;
	fixture_init(&f);
	add_some(&f, &seed, 600);
	for (int kind = 0; kind < ROWS_GROUPS; kind++) {
		query_init(&q, (enum rows_kind)kind);
		q.sort = rows_column_at((enum rows_kind)kind, 1);
		for (unsigned steps = 0;; steps++) {
			struct rows_build *b = rows_start(f.model, &q, NULL);
			bool done = false;

			for (unsigned i = 0; i < steps && !done; i++)
				done = rows_step(b, 0);
			rows_drop(b);
			if (done)
				break;
		}
	}
	rows_drop(NULL);
	fixture_fini(&f);
}

/* ---- selection ------------------------------------------------------------- */

static void fill(int64_t *values, size_t n, int shape, uint32_t *seed)
{
	for (size_t i = 0; i < n; i++)
		switch (shape) {
		case 0:
			values[i] = (int64_t)i;
			break;
		case 1:
			values[i] = -(int64_t)i;
			break;
		case 2:
			values[i] = 7;
			break;
		case 3:
			values[i] = random_below(seed, 5);
			break;
		default:
			values[i] = (int64_t)random_below(seed, 1 << 20) - (1 << 19);
		}
}

static void a_rank_is_what_sorting_gives(void **state)
{
	static const unsigned percents[] = {0, 1, 50, 95, 99, 100};
	static int64_t values[1000], sorted[1000];
	uint32_t seed = 5;

	(void)state;
	for (size_t n = 1; n <= 1000; n += n < 9 ? 1 : 61)
		for (int shape = 0; shape < 5; shape++)
			for (size_t p = 0; p < 6; p++) {
				struct selection s;

				fill(values, n, shape, &seed);
				memcpy(sorted, values, n * sizeof(*values));
				sort_values(sorted, n);
				selection_start(&s, values, n, percentile_rank(n, percents[p]));
				while (!selection_step(&s, &(struct slice){.until = 0}))
					;
				assert_int_equal(values[s.rank],
				                 percentile(sorted, n, percents[p]));
			}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kind),
		cmocka_unit_test(every_column),
		cmocka_unit_test(another_query_starts_anew),
		cmocka_unit_test(by_workers),
		cmocka_unit_test(dropped_while_sorted),
		cmocka_unit_test(dropped_on_the_way),
		cmocka_unit_test(a_rank_is_what_sorting_gives),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
