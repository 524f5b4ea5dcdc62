/* What the columns of rows say. */
#include "support/rows_check.h"

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
	expect_keys(ROWS_ERRORS, "error count first_time last_time models users traces example ");
	expect_keys(ROWS_TOOLS, "tool calls errors error_percent p50_s p95_s total_s last_time ");
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
	rows_build_all(&r, &f, ROWS_GENERATIONS);
	assert_int_equal(r.n, 1);
	rows_expect_text(&r, 0, "uuid", "e1");
	rows_expect_text(&r, 0, "event", "$ai_generation");
	rows_expect_number(&r, 0, "time", 10 * SECOND);
	rows_expect_number(&r, 0, "start_time", 8 * SECOND);
	rows_expect_text(&r, 0, "trace_id", "t1");
	rows_expect_text(&r, 0, "session_id", "s1");
	rows_expect_text(&r, 0, "span_id", "sp1");
	rows_expect_text(&r, 0, "parent_id", "t1");
	rows_expect_text(&r, 0, "name", "ask");
	rows_expect_text(&r, 0, "model", "gpt-5");
	rows_expect_text(&r, 0, "provider", "openai");
	rows_expect_text(&r, 0, "user", "anna");
	rows_expect_text(&r, 0, "status", "ok");
	rows_expect_number(&r, 0, "latency_s", 2 * SECOND);
	rows_expect_number(&r, 0, "ttft_s", SECOND / 2);
	rows_expect_number(&r, 0, "input_tokens", 100);
	rows_expect_number(&r, 0, "output_tokens", 0);
	rows_expect_number(&r, 0, "total_tokens", 100);
	rows_expect_number(&r, 0, "cache_read_tokens", ROWS_UNKNOWN);
	rows_expect_number(&r, 0, "cost_usd", USD / 4);
	rows_expect_text(&r, 0, "cost_source", "reported");
	rows_expect_text(&r, 0, "error", NULL);
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
	rows_build_all(&r, &f, ROWS_SPANS);
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
	rows_build_all(&r, &f, ROWS_GENERATIONS);
	rows_expect_column(&r, "status", "error running ok ok");
	rows_expect_column(&r, "cost_source", "unpriced reported estimated unpriced");
	rows_expect_number(&r, 0, "cost_usd", ROWS_UNKNOWN);
	rows_expect_number(&r, 1, "cost_usd", 0);
	assert_false(rows_value_of(&r, 1, "cost_usd").estimate);
	assert_true(rows_value_of(&r, 2, "cost_usd").estimate);
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
	rows_build_all(&r, &f, ROWS_GENERATIONS);
	rows_expect_text(&r, 0, "error", "no \xc3\xa9lan");
	rows_free(&r);
	fixture_fini(&f);
	journal_close(journal);
	unlink(path);
}

static void total_tokens_are_those_known(void **state)
{
	struct fixture f;
	struct rows r;

	(void)state;
	fixture_init(&f);
	FIXTURE_ADD(&f, .time = 3, .input = 5);
	FIXTURE_ADD(&f, .time = 2, .output = 6);
	FIXTURE_ADD(&f, .time = 1, .input = INT64_MAX, .output = INT64_MAX);
	rows_build_all(&r, &f, ROWS_GENERATIONS);
	rows_expect_number(&r, 0, "total_tokens", 5);
	rows_expect_number(&r, 1, "total_tokens", 6);
	assert_true(rows_value_of(&r, 2, "total_tokens").number == (money)INT64_MAX * 2);
	rows_free(&r);
	fixture_fini(&f);
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
	FIXTURE_ADD(&f, .kind = EVENT_GENERATION, .trace = "t", .session = "other", .time = 5);
	rows_build_all(&r, &f, ROWS_GENERATIONS);
	rows_expect_column(&r, "session_id", "other - alone own own");
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
	rows_build_all(&r, &f, ROWS_TRACES);
	assert_int_equal(r.n, 1);
	rows_expect_text(&r, 0, "trace_id", "t");
	rows_expect_text(&r, 0, "session_id", "s");
	rows_expect_text(&r, 0, "user", "anna");
	rows_expect_text(&r, 0, "name", "step");
	rows_expect_number(&r, 0, "start_time", 7 * SECOND);
	rows_expect_number(&r, 0, "end_time", 21 * SECOND);
	rows_expect_number(&r, 0, "wall_s", 14 * SECOND);
	rows_expect_number(&r, 0, "latency_s", 4 * SECOND);
	rows_expect_number(&r, 0, "generations", 2);
	rows_expect_number(&r, 0, "events", 3);
	rows_expect_number(&r, 0, "spans", 1);
	rows_expect_number(&r, 0, "embeddings", 0);
	rows_expect_number(&r, 0, "errors", 1);
	assert_true(rows_value_of(&r, 0, "errors").error);
	rows_expect_number(&r, 0, "explicit", 0);
	rows_expect_number(&r, 0, "input_tokens", 7);
	rows_expect_number(&r, 0, "output_tokens", 5);
	rows_expect_number(&r, 0, "total_tokens", 12);
	rows_expect_number(&r, 0, "cache_read_tokens", ROWS_UNKNOWN);
	rows_expect_number(&r, 0, "cost_usd", USD);
	assert_true(rows_value_of(&r, 0, "cost_usd").partial);
	assert_false(rows_value_of(&r, 0, "cost_usd").estimate);
	rows_free(&r);
	rows_build_all(&r, &f, ROWS_SESSIONS);
	rows_expect_text(&r, 0, "session_id", "s");
	rows_expect_text(&r, 0, "user", "anna");
	rows_expect_number(&r, 0, "traces", 1);
	rows_expect_number(&r, 0, "generations", 2);
	rows_expect_number(&r, 0, "latency_s", 4 * SECOND);
	rows_expect_number(&r, 0, "first_time", 10 * SECOND);
	rows_expect_number(&r, 0, "last_time", 21 * SECOND);
	rows_expect_number(&r, 0, "span_s", 11 * SECOND);
	rows_expect_number(&r, 0, "total_tokens", 12);
	rows_expect_number(&r, 0, "cost_usd", USD);
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
		if (kind == ROWS_SESSIONS || kind == ROWS_SPANS || kind == ROWS_TOOLS ||
		    kind == ROWS_GROUPS || kind == ROWS_PARTS || kind == ROWS_ERRORS)
			continue;
		rows_build_all(&r, &f, (enum rows_kind)kind);
		assert_int_equal(r.n, 1);
		rows_expect_number(&r, 0, "input_tokens", ROWS_UNKNOWN);
		rows_expect_number(&r, 0, "output_tokens", ROWS_UNKNOWN);
		rows_expect_number(&r, 0, "total_tokens", ROWS_UNKNOWN);
		rows_expect_number(&r, 0, "cost_usd", ROWS_UNKNOWN);
		rows_free(&r);
	}
	rows_build_all(&r, &f, ROWS_TRACES);
	rows_expect_number(&r, 0, "start_time", ROWS_UNKNOWN);
	rows_expect_number(&r, 0, "wall_s", ROWS_UNKNOWN);
	rows_expect_number(&r, 0, "latency_s", ROWS_UNKNOWN);
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
	rows_build_all(&r, &f, ROWS_TRACES);
	assert_false(rows_value_of(&r, 0, "latency_s").partial);
	rows_free(&r);
	FIXTURE_ADD(&f, .kind = EVENT_GENERATION, .trace = "t", .time = 10, .flags = EVENT_RUNNING);
	rows_build_all(&r, &f, ROWS_TRACES);
	rows_expect_number(&r, 0, "latency_s", 4);
	assert_true(rows_value_of(&r, 0, "latency_s").partial);
	assert_true(rows_value_of(&r, 0, "wall_s").partial);
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
	rows_expect_column(&r, "trace_id", "three one zero");
	assert_true(rows_value_of(&r, 0, "cost_usd").number == (money)INT64_MAX * 3);
	rows_free(&r);
	fixture_fini(&f);
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
		cmocka_unit_test(total_tokens_are_those_known),
		cmocka_unit_test(the_session_of_an_event_is_its_own_or_its_traces),
		cmocka_unit_test(a_trace_adds_up),
		cmocka_unit_test(unknown_sums_are_not_zero),
		cmocka_unit_test(a_trace_that_runs_has_part_of_its_latency),
		cmocka_unit_test(money_is_wider_than_64_bits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
