/* A query that a person wrote: what is sent, what comes of every answer, two tries, and taking it back. */
#include "collect/posthog_hogql.h"

#include "base/mem.h"
#include "base/time.h"
#include "support/source_bench.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define QUERY "POST /api/projects/7/query/"
#define ONE_ROW \
	"{\"columns\":[\"a\"],\"types\":[[\"a\",\"UInt8\"]],\"results\":[[7]],\"hasMore\":false}"

struct bench {
	struct source_bench *source;
	struct hogql *hogql;
	unsigned changes;
	struct buf text;
};

static void on_change(void *ctx)
{
	((struct bench *)ctx)->changes++;
}

static int enter(void **state)
{
	struct bench *b = mem_zero(1, sizeof(*b));
	void *source = NULL;

	source_bench_enter(&source);
	b->source = source;
	*state = b;
	return 0;
}

static int leave(void **state)
{
	struct bench *b = *state;
	void *source = b->source;
	int failed;

	hogql_free(b->hogql);
	buf_free(&b->text);
	mem_free(b);
	failed = source_bench_leave(&source);
	return failed;
}

static void open_ready(struct bench *b)
{
	source_bench_open_ready(b->source);
	b->hogql = hogql_new(b->source->posthog, on_change, b);
}

static void ask(struct bench *b, const char *query)
{
	hogql_ask(b->hogql, str_of(query));
	assert_int_equal(b->hogql->state, HOGQL_RUNNING);
}

static void until_over(struct bench *b)
{
	while (b->hogql->state == HOGQL_RUNNING)
		assert_true(loop_step(b->source->loop, true));
}

static const char *cell(struct bench *b, uint32_t row)
{
	buf_clear(&b->text);
	hogql_text(b->hogql->result, row, 0, &b->text);
	return buf_text(&b->text);
}

/* ---- asking ---- */

static void test_what_is_sent(void **state)
{
	struct bench *b = *state;
	struct str request;

	open_ready(b);
	ask(b, "SELECT '\"', 1\nFROM {events} \xff");
	request = manual_server_request(b->source->server, source_bench_wait(b->source, QUERY));
	assert_int_not_equal(str_find(request,
	                              STR("{\"query\":{\"kind\":\"HogQLQuery\",\"query\":\"SELECT "
	                                  "'\\\"', 1\\nFROM {events} \xef\xbf\xbd\"},"
	                                  "\"refresh\":\"force_blocking\",\"client_query_id\":\""),
	                              0, false),
	                     SIZE_MAX);
	assert_true(str_ends(request, STR("\",\"name\":\"tracehog:hogql\"}")));
	source_bench_answer(b->source, QUERY, 200, ONE_ROW);
	until_over(b);
	assert_int_equal(b->hogql->state, HOGQL_DONE);
	assert_int_equal(b->changes, 1);
	assert_int_equal(b->hogql->version, 1);
	assert_true(b->hogql->took >= 0);
	assert_string_equal(cell(b, 0), "7");
	/* Nothing of it goes into the journal. */
	assert_string_equal(source_bench_lines(b->source), "");
}

static void test_refused(void **state)
{
	struct bench *b = *state;

	open_ready(b);
	ask(b, "SELECT 1");
	source_bench_answer(b->source, QUERY, 200, ONE_ROW);
	until_over(b);
	ask(b, "SELECT a FORM b");
	source_bench_answer(b->source, QUERY, 400,
	                    "{\"detail\":\"Syntax error at line 1, column 9: no " SOURCE_BENCH_KEY
	                    "\"}");
	until_over(b);
	assert_int_equal(b->hogql->state, HOGQL_FAILED);
	assert_int_equal(b->hogql->trouble, POSTHOG_BAD_QUERY);
	assert_int_equal(b->hogql->why.pos, 9);
	assert_string_equal(buf_text(&b->hogql->said),
	                    "Syntax error at line 1, column 9: no phx_***");
	/* The last result stays, and lists know of no trouble. */
	assert_string_equal(cell(b, 0), "7");
	assert_int_equal(posthog_last_trouble(b->source->posthog, NULL), POSTHOG_FINE);
	ask(b, "SELECT nothing");
	assert_int_equal(b->hogql->said.n, 0);
	source_bench_answer(
		b->source, QUERY, 400,
		"{\"detail\":\"Unable to resolve\",\"extra\":{\"start\":7,\"end\":14}}");
	until_over(b);
	assert_int_equal(b->hogql->why.pos, 7);
	ask(b, "SELECT nothing");
	source_bench_answer(b->source, QUERY, 400, "{\"detail\":\"?\",\"start\":3}");
	until_over(b);
	assert_int_equal(b->hogql->why.pos, 3);
	ask(b, "SELECT nothing");
	source_bench_answer(b->source, QUERY, 400, "{\"detail\":\"?\",\"start\":-3}");
	until_over(b);
	assert_true(b->hogql->why.pos == ERR_NO_POS);
}

static void test_senseless(void **state)
{
	struct bench *b = *state;

	open_ready(b);
	ask(b, "SELECT 1");
	source_bench_answer(b->source, QUERY, 200, "{\"columns\":[\"a\"]}");
	until_over(b);
	assert_int_equal(b->hogql->state, HOGQL_FAILED);
	assert_int_equal(b->hogql->trouble, POSTHOG_AWAY);
	assert_null(b->hogql->result);
}

/* Also where all else is tried without end. */
static void test_two_tries(void **state)
{
	struct bench *b = *state;

	open_ready(b);
	ask(b, "SELECT 1");
	source_bench_answer(b->source, QUERY, 500, "{\"detail\":\"oh\"}");
	source_bench_answer(b->source, QUERY, 500, "{\"detail\":\"oh\"}");
	until_over(b);
	assert_int_equal(b->hogql->state, HOGQL_FAILED);
	assert_int_equal(b->hogql->trouble, POSTHOG_AWAY);
	assert_false(source_bench_is_asked(b->source, QUERY));
}

static void test_key_refused(void **state)
{
	struct bench *b = *state;

	source_bench_open(b->source, (struct posthog_options){.patient = true});
	b->hogql = hogql_new(b->source->posthog, on_change, b);
	ask(b, "SELECT 1");
	source_bench_answer(b->source, "GET /api/projects/@current/", 401,
	                    "{\"detail\":\"Invalid\"}");
	until_over(b);
	assert_int_equal(b->hogql->state, HOGQL_FAILED);
	assert_int_equal(b->hogql->trouble, POSTHOG_NOT_ALLOWED);
	/* And the next one asks for the project again. */
	ask(b, "SELECT 1");
	source_bench_answer(b->source, "GET /api/projects/@current/", 200, "{\"id\":7}");
	source_bench_answer(b->source, QUERY, 200, ONE_ROW);
	until_over(b);
	assert_int_equal(b->hogql->state, HOGQL_DONE);
}

/* ---- taking back ---- */

static void test_cancel(void **state)
{
	struct bench *b = *state;

	open_ready(b);
	assert_false(hogql_cancel(b->hogql));
	ask(b, "SELECT 1");
	source_bench_wait(b->source, QUERY);
	assert_true(hogql_cancel(b->hogql));
	assert_int_equal(b->hogql->state, HOGQL_CANCELLED);
	source_bench_answer(b->source, "DELETE /api/projects/7/query/", 200, "{}");
	source_bench_settle(b->source);
	assert_int_equal(b->changes, 0);
	assert_null(b->hogql->result);
}

static void test_cancelled_with_all(void **state)
{
	struct bench *b = *state;

	open_ready(b);
	ask(b, "SELECT 1");
	assert_int_equal(source_bench_status(b->source).waiting, 1);
	assert_true(posthog_cancel(b->source->posthog));
	assert_int_equal(b->hogql->state, HOGQL_CANCELLED);
	assert_int_equal(b->changes, 1);
}

/* The one before is taken back. */
static void test_another_one(void **state)
{
	struct bench *b = *state;

	open_ready(b);
	ask(b, "SELECT 1");
	source_bench_wait(b->source, "SELECT 1");
	ask(b, "SELECT 2");
	source_bench_answer(b->source, "DELETE /api/projects/7/query/", 200, "{}");
	source_bench_answer(b->source, "SELECT 2", 200, ONE_ROW);
	until_over(b);
	assert_int_equal(b->hogql->state, HOGQL_DONE);
	assert_int_equal(b->changes, 1);
}

/* While a worker has the answer, or another query comes then, nothing is lost or used twice. */
static void test_while_it_is_read(void **state)
{
	struct bench *b = *state;
	struct buf many = {0};

	open_ready(b);
	buf_puts(&many, "{\"columns\":[\"a\"],\"results\":[[0]");
	for (unsigned i = 1; i < 20000; i++)
		buf_printf(&many, ",[%u]", i);
	buf_puts(&many, "]}");
	ask(b, "SELECT many");
	source_bench_answer(b->source, "SELECT many", 200, buf_text(&many));
	while (b->hogql->ask)
		assert_true(loop_step(b->source->loop, true));
	ask(b, "SELECT 1");
	source_bench_answer(b->source, "SELECT 1", 200, ONE_ROW);
	until_over(b);
	assert_string_equal(cell(b, 0), "7");
	assert_int_equal(b->hogql->result->rows, 1);
	ask(b, "SELECT many");
	source_bench_answer(b->source, "SELECT many", 200, buf_text(&many));
	while (b->hogql->ask)
		assert_true(loop_step(b->source->loop, true));
	/* Left while it is read. */
	buf_free(&many);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, enter, leave)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_what_is_sent),       TEST(test_refused),     TEST(test_senseless),
		TEST(test_two_tries),          TEST(test_key_refused), TEST(test_cancel),
		TEST(test_cancelled_with_all), TEST(test_another_one), TEST(test_while_it_is_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
