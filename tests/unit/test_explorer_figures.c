/* Figures of a range out of the events that are here or as PostHog tells them, and the terms that say their parts. */
#include "base/slice.h"
#include "base/time.h"
#include "explorer_figures.h"
#include "support/manual_server.h"
#include "support/place.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define CALL(minute, properties)                                                        \
	"{\"event\":\"$ai_generation\",\"timestamp\":\"2026-03-01T10:" minute ":00Z\"," \
	"\"distinct_id\":\"anna\",\"properties\":{" properties "}}\n"

/* Values that mean others, too, unless they are said with care. */
static const char lines[] = CALL(
	"00", "\"$ai_model\":\"gpt-4o\",\"$ai_total_cost_usd\":1,\"release\":\"1.0\"")
	CALL("05", "\"$ai_model\":\"gpt-4o-mini\",\"$ai_total_cost_usd\":2,\"release\":\"1.0.1\"") CALL(
		"10", "\"$ai_model\":\"GPT-4o\",\"$ai_provider\":\"open ai\",\"release\":\"a\\nb\"")
		CALL("15",
                     "\"$ai_model\":\"a/b+c (d)\",\"$ai_provider\":\"azure\",\"release\":\"a\\nbc\"")
			CALL("20", "\"$ai_model\":\"xa/b+c (d)\",\"$groups\":{\"company\":\"acme\"}") CALL(
				"25",
				"\"$ai_is_error\":true,\"$ai_trace_id\":\"t1\",\"$ai_session_id\":\"s1\"") "{\"event\":\"$ai_span\",\"timestamp\":\"2026-03-01T10:30:00Z\",\"distinct_id\":\"bob\","
													   "\"properties\":{\"$ai_span_name\":\"say \\\"hi\\\"\",\"$ai_trace_id\":\"t1\"}}\n";

struct bench {
	struct loop *loop;
	struct explorer *explorer;
	char path[64];
};

static int open_with(void **state, const char *text)
{
	static struct bench b;
	FILE *file;

	b = (struct bench){.path = "/tmp/tracehog-figures-XXXXXX"};
	place_make_file(b.path);
	file = fopen(b.path, "w");
	fputs(text, file);
	fclose(file);
	b.loop = loop_new();
	b.explorer = explorer_new(b.loop);
	assert_int_equal(explorer_add_file(b.explorer, b.path, NULL), ERR_OK);
	explorer_start(b.explorer, false);
	explorer_load(b.explorer);
	*state = &b;
	return 0;
}

static int open_bench(void **state)
{
	return open_with(state, lines);
}

static int open_many(void **state)
{
	struct buf text = {0};

	for (int i = 0; i < 2000; i++)
		buf_printf(&text,
		           "{\"event\":\"$ai_span\",\"properties\":{\"$ai_span_name\":\"n%d\"}}\n",
		           10000 + i);
	open_with(state, buf_text(&text));
	buf_free(&text);
	return 0;
}

static int close_bench(void **state)
{
	struct bench *b = *state;

	explorer_free(b->explorer);
	loop_free(b->loop);
	place_remove_file(b->path);
	return 0;
}

static struct figures *figures_of(struct bench *b, const struct figures_query *q)
{
	struct errinfo e;
	struct figures *f = figures_new(b->explorer, q, NULL, NULL, &e);

	assert_non_null(f);
	figures_wait(f);
	assert_non_null(figures_breakdown(f));
	assert_true(figures_is_current(f));
	return f;
}

static struct figures *figures_by(struct bench *b, const char *by, struct filtered *filtered)
{
	return figures_of(b, &(struct figures_query){.by = str_of(by),
	                                             .filtered = filtered,
	                                             .since = TIME_NONE,
	                                             .until = TIME_NONE});
}

/* ---- terms ---- */

static struct filtered *filtered_of(struct bench *b, const char *text, struct filter **filter)
{
	struct filtered_context with = {.loop = b->loop,
	                                .model = explorer_model(b->explorer),
	                                .properties = explorer_properties(b->explorer)};
	struct filter_reading how = {.now = time_now()};
	struct filtered *d = NULL;
	struct errinfo e;

	if (filter_parse(filter, str_of(text), &how, &e) != FILTER_VALID ||
	    filtered_new(&d, *filter, FILTERED_EVENTS, &with, &e) != ERR_OK)
		fail_msg("%s: %s", text, e.msg);
	filtered_wait(d);
	return d;
}

/* What its term lets through is the part, and nothing else of its kind. */
static void expect_part_said(struct bench *b, const char *by, struct figures *f,
                             const struct breakdown_part *part)
{
	struct buf term = {0};
	struct filter *filter;
	struct filtered *d;
	struct figures *said;
	const struct breakdown_part *only;

	assert_true(figures_append_term(f, part, &term));
	d = filtered_of(b, buf_text(&term), &filter);
	said = figures_by(b, by, d);
	if (breakdown_count(figures_breakdown(said)) != 1)
		fail_msg("%s: %s says %u parts", by, buf_text(&term),
		         breakdown_count(figures_breakdown(said)));
	only = breakdown_part(figures_breakdown(said), 0);
	assert_memory_equal(&only->totals, &part->totals, sizeof(part->totals));
	figures_free(said);
	filtered_free(d);
	filter_free(filter);
	buf_free(&term);
}

static void a_term_says_its_part_alone(void **state)
{
	static const char *const by[] = {"model", "provider", "user",     "session",        "trace",
	                                 "name",  "status",   "@release", "$groups.company"};
	struct bench *b = *state;

	for (size_t i = 0; i < sizeof(by) / sizeof(by[0]); i++) {
		struct figures *f = figures_by(b, by[i], NULL);
		const struct breakdown *parts = figures_breakdown(f);

		assert_true(breakdown_count(parts) > 1);
		for (uint32_t at = 0; at < breakdown_count(parts); at++)
			expect_part_said(b, by[i], f, breakdown_part(parts, at));
		figures_free(f);
	}
}

static void plain_where_it_can_be(void **state)
{
	struct bench *b = *state;
	struct figures *f = figures_by(b, "model", NULL);
	struct buf terms = {0};

	for (uint32_t i = 0; i < breakdown_count(figures_breakdown(f)); i++) {
		figures_append_term(f, breakdown_part(figures_breakdown(f), i), &terms);
		buf_add(&terms, '\n');
	}
	assert_string_equal(buf_text(&terms), "model:gpt-4o-mini\n"
	                                      "model:/(?-i)^gpt-4o$/\n"
	                                      "model:/(?-i)^GPT-4o$/\n"
	                                      "model:/^a\\/b\\+c \\(d\\)$/\n"
	                                      "model:\"xa/b+c (d)\"\n"
	                                      "-model:*\n");
	buf_free(&terms);
	figures_free(f);
}

/* Then no other is looked at. */
static void as_an_expression_where_there_are_many(void **state)
{
	struct bench *b = *state;
	struct figures *f = figures_by(b, "name", NULL);
	const struct breakdown_part *part = breakdown_part(figures_breakdown(f), 1999);
	struct buf term = {0};

	assert_true(figures_append_term(f, part, &term));
	assert_string_equal(buf_text(&term), "name:/(?-i)^n11999$/");
	expect_part_said(b, "name", f, part);
	buf_free(&term);
	figures_free(f);
}

/* ---- time, and all of it ---- */

static int64_t at_minute(int minute)
{
	return (INT64_C(1772359200) + minute * 60) * TIME_SECOND;
}

static void slices_of_time(void **state)
{
	struct bench *b = *state;
	struct figures *f = figures_of(b, &(struct figures_query){.slices = 4,
	                                                          .since = at_minute(0),
	                                                          .until = at_minute(40)});
	const struct breakdown *parts = figures_breakdown(f);
	struct buf term = {0};

	assert_int_equal(breakdown_count(parts), 4);
	assert_int_equal(breakdown_part(parts, 0)->calls, 2);
	assert_int_equal(breakdown_part(parts, 2)->failed, 1);
	assert_int_equal(breakdown_part(parts, 3)->calls, 0);
	figures_append_term(f, breakdown_part(parts, 3), &term);
	assert_string_equal(buf_text(&term), "since:2026-03-01T10:30:00.000000Z "
	                                     "until:2026-03-01T10:40:00.000000Z");
	for (uint32_t i = 0; i < 4; i++) {
		const struct breakdown_part *part = breakdown_part(parts, i);
		struct filter *filter;
		struct filtered *d;

		buf_clear(&term);
		figures_append_term(f, part, &term);
		d = filtered_of(b, buf_text(&term), &filter);
		assert_int_equal(filtered_count(d), part->totals.events);
		filtered_free(d);
		filter_free(filter);
	}
	buf_free(&term);
	figures_free(f);
}

static void all_of_it(void **state)
{
	struct bench *b = *state;
	struct figures *f = figures_by(b, "", NULL);
	struct figures_status status;
	struct buf term = {0};

	assert_int_equal(breakdown_count(figures_breakdown(f)), 1);
	assert_int_equal(breakdown_part(figures_breakdown(f), 0)->totals.events, 7);
	assert_null(figures_split(f));
	assert_false(figures_append_term(f, breakdown_part(figures_breakdown(f), 0), &term));
	figures_read_status(f, &status);
	assert_int_equal(status.from, FIGURES_HERE);
	assert_true(status.done);
	assert_int_equal(status.percent, 100);
	assert_int_equal(status.left_out, 0);
	buf_free(&term);
	figures_free(f);
}

static void what_is_none(void **state)
{
	struct bench *b = *state;
	struct errinfo e;

	assert_null(figures_new(b->explorer, &(struct figures_query){.by = STR("modle")}, NULL,
	                        NULL, &e));
	assert_int_equal(e.code, ERR_USAGE);
	assert_non_null(strstr(e.msg, "model"));
	figures_free(NULL);
}

/* ---- PostHog ---- */

/* A project whose parts are more than it is asked for; the test answers. */
struct project {
	struct loop *loop;
	struct manual_server *server;
	struct explorer *explorer;
	struct figures *figures;
};

static int open_project(void **state)
{
	static struct project p;
	struct posthog_options options = {
		.key = STR("phx_secret_0123456789"), .project = 7, .pace_ms = 1};
	struct figures_query q = {.by = STR("name"), .since = TIME_NONE, .until = TIME_NONE};
	struct errinfo e;

	p.loop = loop_new();
	p.server = manual_server_new(p.loop);
	p.explorer = explorer_new(p.loop);
	options.host = manual_server_url(p.server);
	assert_int_equal(explorer_add_posthog(p.explorer, &options, &e), ERR_OK);
	explorer_start(p.explorer, false);
	p.figures = figures_new(p.explorer, &q, NULL, NULL, &e);
	assert_non_null(p.figures);
	*state = &p;
	return 0;
}

static int close_project(void **state)
{
	struct project *p = *state;

	figures_free(p->figures);
	explorer_free(p->explorer);
	manual_server_free(p->server);
	loop_free(p->loop);
	return 0;
}

static bool is_asked(const struct project *p, const char *text, unsigned *out)
{
	for (*out = 0; *out < manual_server_count(p->server); (*out)++)
		if (manual_server_waits(p->server, *out) &&
		    str_find(manual_server_request(p->server, *out), str_of(text), 0, false) !=
		            SIZE_MAX)
			return true;
	return false;
}

static void answer(struct project *p, const char *text, int status, const char *body)
{
	unsigned request;

	while (!is_asked(p, text, &request)) {
		figures_step(p->figures, SLICE_WHOLE);
		loop_step(p->loop, true);
	}
	manual_server_answer(p->server, request, status, "", body);
}

/* Rows foo<from> to foo<to>, each at a dollar. */
static void answer_rows(struct project *p, unsigned from, unsigned to)
{
	struct buf body = {0};

	buf_puts(&body, "{\"results\":[");
	for (unsigned i = from; i <= to; i++) {
		buf_printf(&body, "%s[\"foo%u\"", i > from ? "," : "", i);
		for (unsigned column = 1; column < 60; column++)
			buf_puts(&body, ",1");
		buf_add(&body, ']');
	}
	buf_puts(&body, "],\"columns\":[\"part\"");
	for (unsigned column = 1; column < 60; column++)
		buf_printf(&body, ",\"c%u\"", column);
	buf_puts(&body, "]}");
	answer(p, "\"tracehog:figures\"", 200, buf_text(&body));
	buf_free(&body);
}

/* One row more than the parts that are wanted. */
static void answer_parts(struct project *p)
{
	answer(p, "GET /api/projects/7/", 200, "{\"id\":7,\"name\":\"Hogs\"}");
	answer_rows(p, 0, FIGURES_PARTS);
}

/* There are others: nobody knows what all of them cost, or which of them contain a value. */
static void expect_cut(struct project *p, uint32_t left_out, bool at_least)
{
	const struct breakdown *b;
	struct figures_status status;
	struct buf term = {0};
	money all;

	figures_wait(p->figures);
	figures_read_status(p->figures, &status);
	assert_int_equal(status.from, FIGURES_SERVER);
	assert_int_equal(status.left_out, left_out);
	assert_int_equal(status.at_least, at_least);
	b = figures_breakdown(p->figures);
	assert_int_equal(breakdown_count(b), FIGURES_PARTS);
	assert_false(breakdown_cost(b, &all));
	assert_true(figures_append_term(p->figures, breakdown_part(b, FIGURES_PARTS - 1), &term));
	assert_string_equal(buf_text(&term), "name:/(?-i)^foo999$/");
	buf_free(&term);
}

static void the_others_are_counted(void **state)
{
	answer_parts(*state);
	answer(*state, "\"tracehog:figures-parts\"", 200,
	       "{\"results\":[[1234]],\"columns\":[\"parts\"]}");
	expect_cut(*state, 234, false);
}

/* The dearest of too many are better than the first by name. */
static void too_many_stay_left_out(void **state)
{
	struct project *p = *state;
	struct figures_status status;

	answer_parts(p);
	answer(p, "\"tracehog:figures-parts\"", 200,
	       "{\"results\":[[11001]],\"columns\":[\"parts\"]}");
	expect_cut(p, FIGURES_LATER + 1, false);
	figures_want_all(p->figures);
	figures_read_status(p->figures, &status);
	assert_false(status.can_want_all || status.fetching || status.by_value);
}

static void the_count_makes_no_sense(void **state)
{
	answer_parts(*state);
	answer(*state, "\"tracehog:figures-parts\"", 200,
	       "{\"results\":[[900]],\"columns\":[\"parts\"]}");
	expect_cut(*state, 1, true);
}

static void the_count_fails(void **state)
{
	answer_parts(*state);
	answer(*state, "\"tracehog:figures-parts\"", 400, "{\"detail\":\"no\"}");
	expect_cut(*state, 1, true);
}

static void count_others(struct project *p)
{
	struct figures_status status;

	answer_parts(p);
	answer(p, "\"tracehog:figures-parts\"", 200,
	       "{\"results\":[[1234]],\"columns\":[\"parts\"]}");
	expect_cut(p, 234, false);
	figures_read_status(p->figures, &status);
	assert_true(status.can_want_all && !status.by_value);
	assert_int_equal(status.told, 1);
	figures_want_all(p->figures);
}

static void wait_fetched(struct project *p, struct figures_status *status)
{
	do {
		figures_step(p->figures, SLICE_WHOLE);
		figures_read_status(p->figures, status);
	} while (status->fetching && loop_step(p->loop, true));
}

/* In the order of their values, whatever came before; those that were there stay until then. */
static void the_others_come(void **state)
{
	struct project *p = *state;
	struct figures_status status;
	money all;

	count_others(p);
	figures_read_status(p->figures, &status);
	assert_true(status.done && status.fetching && !status.can_want_all);
	assert_int_equal(breakdown_count(figures_breakdown(p->figures)), FIGURES_PARTS);
	answer_rows(p, 1000, 3000);
	answer_rows(p, 3000, 3233);
	wait_fetched(p, &status);
	assert_int_equal(status.told, 2);
	assert_int_equal(status.left_out, 0);
	assert_int_equal(breakdown_count(figures_breakdown(p->figures)), 2234);
	assert_true(breakdown_cost(figures_breakdown(p->figures), &all));
	figures_want_all(p->figures);
	figures_read_status(p->figures, &status);
	assert_false(status.fetching);
}

/* Those that were there stay, and it is not tried for ever. */
static void the_others_are_refused(void **state)
{
	struct project *p = *state;
	struct figures_status status;

	count_others(p);
	answer(p, "\"tracehog:figures\"", 400, "{\"detail\":\"no\"}");
	wait_fetched(p, &status);
	assert_int_equal(status.told, 1);
	assert_int_not_equal(status.why.code, ERR_OK);
	assert_false(status.can_want_all || status.by_value);
	expect_cut(p, 234, false);
	figures_want_all(p->figures);
	figures_read_status(p->figures, &status);
	assert_false(status.fetching);
}

/* A server that gives the same page again. */
static void the_others_do_not_end(void **state)
{
	struct project *p = *state;
	struct figures_status status;

	count_others(p);
	answer_rows(p, 1000, 3000);
	answer_rows(p, 1000, 3000);
	wait_fetched(p, &status);
	assert_true(status.at_least && status.by_value);
	assert_false(status.can_want_all);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_term_says_its_part_alone, open_bench,
	                                        close_bench),
		cmocka_unit_test_setup_teardown(plain_where_it_can_be, open_bench, close_bench),
		cmocka_unit_test_setup_teardown(slices_of_time, open_bench, close_bench),
		cmocka_unit_test_setup_teardown(all_of_it, open_bench, close_bench),
		cmocka_unit_test_setup_teardown(what_is_none, open_bench, close_bench),
		cmocka_unit_test_setup_teardown(the_others_are_counted, open_project,
	                                        close_project),
		cmocka_unit_test_setup_teardown(too_many_stay_left_out, open_project,
	                                        close_project),
		cmocka_unit_test_setup_teardown(the_count_makes_no_sense, open_project,
	                                        close_project),
		cmocka_unit_test_setup_teardown(the_count_fails, open_project, close_project),
		cmocka_unit_test_setup_teardown(the_others_come, open_project, close_project),
		cmocka_unit_test_setup_teardown(the_others_are_refused, open_project,
	                                        close_project),
		cmocka_unit_test_setup_teardown(the_others_do_not_end, open_project, close_project),
		cmocka_unit_test_setup_teardown(as_an_expression_where_there_are_many, open_many,
	                                        close_bench),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
