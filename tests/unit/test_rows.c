/* Lists: which rows, in what order, and what their columns say. */
#include "query/rows.h"
#include "support/events_fixture.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define SECOND INT64_C(1000000)
#define USD    INT64_C(1000000000000)

static void expect_text(const struct rows *r, uint32_t row, const char *name, const char *expected)
{
	const struct column *c = rows_column(r->query.kind, str_of(name));
	struct buf scratch = {0};
	struct value v;

	assert_non_null(c);
	assert_true(row < r->n);
	c->get(r, row, &v, &scratch);
	if (!expected) {
		assert_int_equal(v.type, VALUE_UNKNOWN);
	} else {
		assert_int_equal(v.type, VALUE_TEXT);
		assert_int_equal(v.text.n, strlen(expected));
		assert_memory_equal(v.text.p, expected, v.text.n);
	}
	buf_free(&scratch);
}

static struct value value_of(const struct rows *r, uint32_t row, const char *name)
{
	const struct column *c = rows_column(r->query.kind, str_of(name));
	struct buf scratch = {0};
	struct value v;

	assert_non_null(c);
	assert_true(row < r->n);
	c->get(r, row, &v, &scratch);
	assert_true(v.type == VALUE_UNKNOWN || v.type == c->type);
	assert_int_not_equal(v.type, VALUE_TEXT);
	buf_free(&scratch);
	return v;
}

#define UNKNOWN INT64_MIN
static void expect_number(const struct rows *r, uint32_t row, const char *name, int64_t expected)
{
	struct value v = value_of(r, row, name);

	if (expected == UNKNOWN) {
		assert_int_equal(v.type, VALUE_UNKNOWN);
		return;
	}
	assert_int_not_equal(v.type, VALUE_UNKNOWN);
	assert_true(v.number == expected);
}

static void build(struct rows *r, struct fixture *f, enum rows_kind kind)
{
	struct query q;

	query_init(&q, kind);
	rows_build(r, f->model, &q);
}

/* The texts of a column, row by row, with blanks between. */
static void expect_column(const struct rows *r, const char *name, const char *expected)
{
	const struct column *c = rows_column(r->query.kind, str_of(name));
	struct buf all = {0}, scratch = {0};

	assert_non_null(c);
	for (uint32_t row = 0; row < r->n; row++) {
		struct value v;

		c->get(r, row, &v, &scratch);
		buf_puts(&all, row ? " " : "");
		buf_append(&all, v.type == VALUE_TEXT ? v.text : STR("-"));
	}
	assert_string_equal(buf_text(&all), expected);
	buf_free(&all);
	buf_free(&scratch);
}

/* ---- columns --------------------------------------------------------------- */

static void expect_keys(enum rows_kind kind, const char *expected)
{
	size_t n;
	const struct column *c = rows_columns(kind, &n);
	struct buf names = {0};

	for (size_t i = 0; i < n; i++)
		buf_printf(&names, "%s%s", i ? " " : "", c[i].name);
	assert_true(str_starts(buf_str(&names), str_of(expected)));
	buf_free(&names);
}

static void columns_start_with_the_contract(void **state)
{
	static const char event[] =
		"uuid event time start_time trace_id session_id span_id parent_id name model "
		"provider user status latency_s ttft_s input_tokens output_tokens "
		"cache_read_tokens cache_write_tokens reasoning_tokens cost_usd cost_source error ";

	(void)state;
	expect_keys(ROWS_TRACES,
	            "trace_id name start_time end_time session_id user generations events errors "
	            "input_tokens output_tokens cost_usd latency_s ");
	expect_keys(ROWS_SESSIONS, "session_id user traces generations errors cost_usd latency_s "
	                           "first_time last_time ");
	expect_keys(ROWS_GENERATIONS, event);
	expect_keys(ROWS_SPANS, event);
	expect_keys(ROWS_USERS, "user traces sessions generations errors input_tokens "
	                        "output_tokens cost_usd last_time ");
	expect_keys(ROWS_MODELS, "model provider generations errors input_tokens output_tokens "
	                         "cost_usd p50_s p95_s ttft_p50_s ");
}

static void columns_are_whole(void **state)
{
	(void)state;
	for (int kind = 0; kind < ROWS_KINDS; kind++) {
		unsigned places = 0, priorities = 0;
		size_t n;
		const struct column *c = rows_columns((enum rows_kind)kind, &n);

		for (size_t i = 0; i < n; i++) {
			assert_ptr_equal(rows_column((enum rows_kind)kind, str_of(c[i].name)),
			                 &c[i]);
			assert_true(strlen(c[i].help) > 0 && !strchr(c[i].help, '\n'));
			assert_true(c[i].width >= strlen(c[i].title));
			assert_int_equal(c[i].place == 0, c[i].priority == 0);
			places += c[i].place != 0;
		}
		for (unsigned place = 1; place <= places; place++) {
			assert_non_null(rows_column_at((enum rows_kind)kind, place));
			priorities |= 1u << rows_column_at((enum rows_kind)kind, place)->priority;
		}
		/* Every priority from 1 on is given once. */
		assert_int_equal(priorities, (2u << places) - 2);
		assert_null(rows_column_at((enum rows_kind)kind, places + 1));
		assert_null(rows_column_at((enum rows_kind)kind, 0));
	}
	assert_null(rows_column(ROWS_TRACES, STR("cost")));
}

static void kinds_have_names(void **state)
{
	enum rows_kind kind;

	(void)state;
	for (int i = 0; i < ROWS_KINDS; i++) {
		assert_true(rows_kind_of(str_of(rows_kind_name((enum rows_kind)i)), &kind));
		assert_int_equal(kind, i);
	}
	assert_false(rows_kind_of(STR("trace"), &kind));
	assert_false(rows_kind_of(STR(""), &kind));
}

static void an_event_shows_what_was_sent(void **state)
{
	struct fixture f;
	struct rows r;

	(void)state;
	fixture_init(&f);
	FIXTURE_ADD(&f, .kind = EVENT_GENERATION, .uuid = "e1", .trace = "t1", .session = "s1",
	            .span = "sp1", .parent = "t1", .user = "anna", .name = "ask", .model = "gpt-5",
	            .provider = "openai", .time = 10 * SECOND, .latency = 2 * SECOND,
	            .first_token = SECOND / 2, .input = 100, .output = -1, .cost = USD / 4);
	build(&r, &f, ROWS_GENERATIONS);
	assert_int_equal(r.n, 1);
	expect_text(&r, 0, "uuid", "e1");
	expect_text(&r, 0, "event", "$ai_generation");
	expect_number(&r, 0, "time", 10 * SECOND);
	expect_number(&r, 0, "start_time", 8 * SECOND);
	expect_text(&r, 0, "trace_id", "t1");
	expect_text(&r, 0, "session_id", "s1");
	expect_text(&r, 0, "span_id", "sp1");
	expect_text(&r, 0, "parent_id", "t1");
	expect_text(&r, 0, "name", "ask");
	expect_text(&r, 0, "model", "gpt-5");
	expect_text(&r, 0, "provider", "openai");
	expect_text(&r, 0, "user", "anna");
	expect_text(&r, 0, "status", "ok");
	expect_number(&r, 0, "latency_s", 2 * SECOND);
	expect_number(&r, 0, "ttft_s", SECOND / 2);
	expect_number(&r, 0, "input_tokens", 100);
	expect_number(&r, 0, "output_tokens", 0);
	expect_number(&r, 0, "total_tokens", 100);
	expect_number(&r, 0, "cache_read_tokens", UNKNOWN);
	expect_number(&r, 0, "cost_usd", USD / 4);
	expect_text(&r, 0, "cost_source", "reported");
	expect_text(&r, 0, "error", NULL);
	rows_free(&r);
	fixture_fini(&f);
}

static void an_event_without_anything_is_unknown(void **state)
{
	struct fixture f;
	struct rows r;
	size_t n;
	const struct column *c = rows_columns(ROWS_SPANS, &n);

	(void)state;
	fixture_init(&f);
	FIXTURE_ADD(&f, .kind = EVENT_SPAN);
	build(&r, &f, ROWS_SPANS);
	for (size_t i = 0; i < n; i++) {
		struct buf scratch = {0};
		struct value v;
		bool known = strcmp(c[i].name, "event") == 0 || strcmp(c[i].name, "status") == 0;

		c[i].get(&r, 0, &v, &scratch);
		assert_int_equal(v.type != VALUE_UNKNOWN, known);
		assert_false(v.error || v.partial || v.estimate);
		buf_free(&scratch);
	}
	rows_free(&r);
	fixture_fini(&f);
}

static void status_and_source_of_cost(void **state)
{
	struct fixture f;
	struct rows r;

	(void)state;
	fixture_init(&f);
	FIXTURE_ADD(&f, .kind = EVENT_GENERATION, .time = 4, .flags = EVENT_ERROR | EVENT_RUNNING);
	FIXTURE_ADD(&f, .kind = EVENT_GENERATION, .time = 3, .flags = EVENT_RUNNING, .cost = -1);
	FIXTURE_ADD(&f, .kind = EVENT_EMBEDDING, .time = 2, .flags = EVENT_COST_ESTIMATED,
	            .cost = 5);
	FIXTURE_ADD(&f, .kind = EVENT_EMBEDDING, .time = 1);
	build(&r, &f, ROWS_GENERATIONS);
	expect_column(&r, "status", "error running ok ok");
	expect_column(&r, "cost_source", "unpriced reported estimated unpriced");
	expect_number(&r, 0, "cost_usd", UNKNOWN);
	expect_number(&r, 1, "cost_usd", 0);
	assert_false(value_of(&r, 1, "cost_usd").estimate);
	assert_true(value_of(&r, 2, "cost_usd").estimate);
	rows_free(&r);
	fixture_fini(&f);
}

static void error_text_comes_from_the_journal(void **state)
{
	static const char line[] = "{\"properties\":{\"$ai_error\":\"no \\u00e9lan\"}}";
	const char *start = strstr(line, "\"no");
	char path[] = "/tmp/test_rows_XXXXXX";
	struct event e = {.time = 1, .cost = EVENT_NO_COST, .flags = EVENT_ERROR};
	struct journal *journal;
	struct fixture f;
	struct rows r;
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(write(fd, line, strlen(line)), strlen(line));
	close(fd);
	fixture_init(&f);
	assert_int_equal(journal_open(&journal, path, NULL), ERR_OK);
	events_add_journal(&f.events, journal);
	e.length = (uint32_t)strlen(line);
	model_add(f.model, events_add(&f.events, &e, 0, 0));
	events_set_extra(&f.events, EVENT_ERROR_TEXT,
	                 (start - line) << 32 | (int64_t)strlen("\"no \\u00e9lan\""));
	build(&r, &f, ROWS_GENERATIONS);
	expect_text(&r, 0, "error", "no \xc3\xa9lan");
	rows_free(&r);
	fixture_fini(&f);
	journal_close(journal);
	unlink(path);
}

static void the_session_of_an_event_is_its_own_or_its_traces(void **state)
{
	struct fixture f;
	struct rows r;

	(void)state;
	fixture_init(&f);
	FIXTURE_ADD(&f, .kind = EVENT_GENERATION, .trace = "t", .session = "own", .time = 1);
	FIXTURE_ADD(&f, .kind = EVENT_GENERATION, .trace = "t", .time = 2);
	FIXTURE_ADD(&f, .kind = EVENT_GENERATION, .session = "alone", .time = 3);
	FIXTURE_ADD(&f, .kind = EVENT_GENERATION, .trace = "u", .time = 4);
	build(&r, &f, ROWS_GENERATIONS);
	expect_column(&r, "session_id", "- alone own own");
	rows_free(&r);
	fixture_fini(&f);
}

static void a_trace_adds_up(void **state)
{
	struct fixture f;
	struct rows r;

	(void)state;
	fixture_init(&f);
	FIXTURE_ADD(&f, .kind = EVENT_GENERATION, .trace = "t", .session = "s", .user = "anna",
	            .time = 10 * SECOND, .latency = 3 * SECOND, .input = 7, .cost = USD);
	FIXTURE_ADD(&f, .kind = EVENT_GENERATION, .trace = "t", .time = 20 * SECOND,
	            .latency = SECOND, .output = 5, .flags = EVENT_ERROR);
	FIXTURE_ADD(&f, .kind = EVENT_SPAN, .trace = "t", .name = "step", .time = 21 * SECOND);
	build(&r, &f, ROWS_TRACES);
	assert_int_equal(r.n, 1);
	expect_text(&r, 0, "trace_id", "t");
	expect_text(&r, 0, "session_id", "s");
	expect_text(&r, 0, "user", "anna");
	expect_text(&r, 0, "name", "step");
	expect_number(&r, 0, "start_time", 7 * SECOND);
	expect_number(&r, 0, "end_time", 21 * SECOND);
	expect_number(&r, 0, "wall_s", 14 * SECOND);
	expect_number(&r, 0, "latency_s", 4 * SECOND);
	expect_number(&r, 0, "generations", 2);
	expect_number(&r, 0, "events", 3);
	expect_number(&r, 0, "spans", 1);
	expect_number(&r, 0, "embeddings", 0);
	expect_number(&r, 0, "errors", 1);
	assert_true(value_of(&r, 0, "errors").error);
	expect_number(&r, 0, "explicit", 0);
	expect_number(&r, 0, "input_tokens", 7);
	expect_number(&r, 0, "output_tokens", 5);
	expect_number(&r, 0, "total_tokens", 12);
	expect_number(&r, 0, "cache_read_tokens", UNKNOWN);
	expect_number(&r, 0, "cost_usd", USD);
	assert_true(value_of(&r, 0, "cost_usd").partial);
	assert_false(value_of(&r, 0, "cost_usd").estimate);
	rows_free(&r);
	build(&r, &f, ROWS_SESSIONS);
	expect_text(&r, 0, "session_id", "s");
	expect_text(&r, 0, "user", "anna");
	expect_number(&r, 0, "traces", 1);
	expect_number(&r, 0, "generations", 2);
	expect_number(&r, 0, "latency_s", 4 * SECOND);
	expect_number(&r, 0, "first_time", 10 * SECOND);
	expect_number(&r, 0, "last_time", 21 * SECOND);
	expect_number(&r, 0, "span_s", 11 * SECOND);
	expect_number(&r, 0, "total_tokens", 12);
	expect_number(&r, 0, "cost_usd", USD);
	rows_free(&r);
	fixture_fini(&f);
}

static void unknown_sums_are_not_zero(void **state)
{
	struct fixture f;
	struct rows r;

	(void)state;
	fixture_init(&f);
	FIXTURE_ADD(&f, .kind = EVENT_GENERATION, .trace = "t", .user = "anna");
	for (int kind = 0; kind < ROWS_KINDS; kind++) {
		if (kind == ROWS_SESSIONS || kind == ROWS_SPANS)
			continue;
		build(&r, &f, (enum rows_kind)kind);
		assert_int_equal(r.n, 1);
		expect_number(&r, 0, "input_tokens", UNKNOWN);
		expect_number(&r, 0, "output_tokens", UNKNOWN);
		expect_number(&r, 0, "total_tokens", UNKNOWN);
		expect_number(&r, 0, "cost_usd", UNKNOWN);
		rows_free(&r);
	}
	build(&r, &f, ROWS_TRACES);
	expect_number(&r, 0, "start_time", UNKNOWN);
	expect_number(&r, 0, "wall_s", UNKNOWN);
	expect_number(&r, 0, "latency_s", UNKNOWN);
	rows_free(&r);
	fixture_fini(&f);
}

static void a_trace_that_runs_has_part_of_its_latency(void **state)
{
	struct fixture f;
	struct rows r;

	(void)state;
	fixture_init(&f);
	FIXTURE_ADD(&f, .kind = EVENT_GENERATION, .trace = "t", .time = 9, .latency = 4);
	build(&r, &f, ROWS_TRACES);
	assert_false(value_of(&r, 0, "latency_s").partial);
	rows_free(&r);
	FIXTURE_ADD(&f, .kind = EVENT_GENERATION, .trace = "t", .time = 10, .flags = EVENT_RUNNING);
	build(&r, &f, ROWS_TRACES);
	expect_number(&r, 0, "latency_s", 4);
	assert_true(value_of(&r, 0, "latency_s").partial);
	assert_true(value_of(&r, 0, "wall_s").partial);
	rows_free(&r);
	fixture_fini(&f);
}

static void money_is_wider_than_64_bits(void **state)
{
	struct fixture f;
	struct query q;
	struct rows r;

	(void)state;
	fixture_init(&f);
	FIXTURE_ADD(&f, .trace = "one", .cost = INT64_MAX);
	for (int i = 0; i < 3; i++)
		FIXTURE_ADD(&f, .trace = "three", .cost = INT64_MAX);
	FIXTURE_ADD(&f, .trace = "zero", .cost = -1);
	query_init(&q, ROWS_TRACES);
	q.sort = rows_column(ROWS_TRACES, STR("cost_usd"));
	rows_build(&r, f.model, &q);
	expect_column(&r, "trace_id", "three one zero");
	assert_true(value_of(&r, 0, "cost_usd").number == (money)INT64_MAX * 3);
	rows_free(&r);
	fixture_fini(&f);
}

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
	build(&r, &f, ROWS_SPANS);
	expect_column(&r, "uuid", "f c b a - - e d");
	expect_text(&r, 4, "name", "second");
	expect_text(&r, 5, "name", "first");
	rows_free(&r);
	build(&r, &f, ROWS_TRACES);
	expect_column(&r, "trace_id", "t3 t2 t1 t5 t4");
	rows_free(&r);
	build(&r, &f, ROWS_SESSIONS);
	expect_column(&r, "session_id", "x z y");
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
	expect_column(&r, "trace_id", expected);
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
	expect_column(&r, "trace_id", "c b");
	assert_int_equal(r.total, 3);
	rows_free(&r);
	q.sort = rows_column(ROWS_TRACES, STR("cost_usd"));
	rows_build(&r, f.model, &q);
	expect_column(&r, "trace_id", "b c");
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
	expect_column(&r, column, expected);
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
	build(&r, &f, ROWS_GENERATIONS);
	expect_column(&r, "name", "new");
	rows_free(&r);
	build(&r, &f, ROWS_TRACES);
	expect_column(&r, "trace_id", "kept");
	rows_free(&r);
	build(&r, &f, ROWS_SESSIONS);
	expect_column(&r, "session_id", "kept");
	rows_free(&r);
	build(&r, &f, ROWS_USERS);
	expect_column(&r, "user", "kept");
	rows_free(&r);
	build(&r, &f, ROWS_MODELS);
	expect_column(&r, "model", "kept");
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
		build(&r, &f, (enum rows_kind)kind);
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
	build(&r, &f, ROWS_USERS);
	expect_column(&r, "user", "bob anna zoe (anonymous)");
	expect_number(&r, 0, "cost_usd", 50);
	expect_number(&r, 0, "errors", 1);
	expect_number(&r, 0, "traces", 1);
	expect_number(&r, 0, "sessions", 1);
	expect_number(&r, 1, "traces", 3);
	expect_number(&r, 1, "sessions", 1);
	expect_number(&r, 1, "generations", 2);
	expect_number(&r, 1, "input_tokens", 3);
	expect_number(&r, 1, "output_tokens", 4);
	expect_number(&r, 1, "last_time", 7);
	assert_true(value_of(&r, 1, "cost_usd").partial);
	expect_number(&r, 2, "cost_usd", UNKNOWN);
	expect_number(&r, 2, "traces", 0);
	expect_number(&r, 2, "last_time", UNKNOWN);
	expect_number(&r, 3, "traces", 2);
	expect_number(&r, 3, "sessions", 1);
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
	build(&r, &f, ROWS_MODELS);
	expect_column(&r, "model", "e m - m");
	expect_column(&r, "provider", "- q - p");
	expect_number(&r, 0, "generations", 0);
	expect_number(&r, 0, "embeddings", 1);
	expect_number(&r, 0, "p50_s", UNKNOWN);
	expect_number(&r, 1, "p50_s", 5);
	expect_number(&r, 1, "ttft_p50_s", 2);
	expect_number(&r, 1, "cost_usd", 2);
	expect_number(&r, 3, "generations", 20);
	expect_number(&r, 3, "input_tokens", 20);
	expect_number(&r, 3, "p50_s", 10);
	expect_number(&r, 3, "p95_s", 19);
	expect_number(&r, 3, "ttft_p50_s", UNKNOWN);
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
		cmocka_unit_test(columns_start_with_the_contract),
		cmocka_unit_test(columns_are_whole),
		cmocka_unit_test(kinds_have_names),
		cmocka_unit_test(an_event_shows_what_was_sent),
		cmocka_unit_test(an_event_without_anything_is_unknown),
		cmocka_unit_test(status_and_source_of_cost),
		cmocka_unit_test(error_text_comes_from_the_journal),
		cmocka_unit_test(the_session_of_an_event_is_its_own_or_its_traces),
		cmocka_unit_test(a_trace_adds_up),
		cmocka_unit_test(unknown_sums_are_not_zero),
		cmocka_unit_test(a_trace_that_runs_has_part_of_its_latency),
		cmocka_unit_test(money_is_wider_than_64_bits),
		cmocka_unit_test(own_order),
		cmocka_unit_test(sorting_by_columns),
		cmocka_unit_test(sorting_is_stable),
		cmocka_unit_test(a_limit_cuts_after_sorting),
		cmocka_unit_test(kinds_keep_to_themselves),
		cmocka_unit_test(a_range_of_time),
		cmocka_unit_test(restricted_to_a_session_trace_or_user),
		cmocka_unit_test(errors_only),
		cmocka_unit_test(superseded_events_never_show),
		cmocka_unit_test(nothing_gives_no_rows),
		cmocka_unit_test(users),
		cmocka_unit_test(models),
		cmocka_unit_test(percentiles_are_nearest_rank),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
