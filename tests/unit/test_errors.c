/* query/errors.h and the list that they add up to: which error each event has, read from journals; counts against a naive loop; what
 * arrives later. */
#include "query/errors.h"

#include "explorer.h"
#include "query/error_text.h"
#include "query/filtered.h"
#include "support/rows_check.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#define SECOND INT64_C(1000000)

struct bench {
	char path[64];
	FILE *file;
	struct loop *loop;
	struct explorer *explorer;
	struct errors *errors;
};

static void open_file(struct bench *b)
{
	*b = (struct bench){.path = "/tmp/tracehog-errors-XXXXXX", .loop = loop_new()};
	b->file = fdopen(mkstemp(b->path), "w");
	b->explorer = explorer_new(b->loop);
}

static void load(struct bench *b, bool follow)
{
	struct errinfo e = {0};

	fflush(b->file);
	assert_int_equal(explorer_add_file(b->explorer, b->path, &e), ERR_OK);
	explorer_start(b->explorer, follow);
	explorer_load(b->explorer);
	b->errors = explorer_errors(b->explorer);
	errors_begin(b->errors);
}

static void read_errors(struct bench *b)
{
	while (!errors_done(b->errors))
		loop_step(b->loop, true);
}

static void close_bench(struct bench *b)
{
	explorer_free(b->explorer);
	loop_free(b->loop);
	fclose(b->file);
	unlink(b->path);
}

/* properties: what else there is among them, with a comma before. */
static void write_event(struct bench *b, unsigned at, const char *name, const char *properties)
{
	fprintf(b->file,
	        "{\"uuid\":\"%u\",\"event\":\"%s\",\"timestamp\":%u,\"distinct_id\":\"u%u\","
	        "\"properties\":{\"$ai_trace_id\":\"t%u\",\"$ai_session_id\":\"s%u\"%s}}\n",
	        at, name, 1000 + at, at % 3, at / 2, at / 8, properties);
}

static void build(struct bench *b, struct rows *r, enum rows_kind kind, uint32_t error)
{
	struct query q;

	query_init(&q, kind);
	q.errors = b->errors;
	q.error = error;
	rows_build(r, explorer_model(b->explorer), &q);
}

static void expect_error(struct bench *b, uint32_t event, const char *text)
{
	uint32_t error = errors_of(b->errors, event);
	struct buf form = {0};

	assert_int_equal(error != 0, text != NULL);
	if (text != NULL) {
		buf_append(&form, errors_text(b->errors, error));
		assert_string_equal(buf_text(&form), text);
		assert_int_equal(errors_find(b->errors, buf_str(&form)), error);
	}
	buf_free(&form);
}

/* ---- texts ----------------------------------------------------------------------------------------------------------- */

static void texts_are_read_however_they_were_sent(void **state)
{
	struct bench b;

	(void)state;
	open_file(&b);
	write_event(&b, 0, "$ai_generation", ",\"$ai_error\":\"caf\\u00e9 8841\\n closed\"");
	write_event(&b, 1, "$ai_span", ",\"$ai_error\":{\"code\":\"x\",\"message\":\"m 7\"}");
	write_event(&b, 2, "$ai_generation", ",\"$ai_is_error\":true");
	write_event(&b, 3, "$ai_generation", "");
	write_event(&b, 4, "$ai_trace", ",\"$ai_error\":\"caf\\u00e9 12 closed\"");
	write_event(&b, 5, "$ai_generation", ",\"$ai_error\":\"\",\"$ai_is_error\":\"true\"");
	write_event(&b, 6, "$ai_generation", ",\"$ai_is_error\":false,\"$ai_error\":null");
	fputs("{\"uuid\":\"7\",\"event\":\"$ai_span\",\"properties\":"
	      "\"{\\\"$ai_error\\\":\\\"caf\\u00e9 3 closed\\\"}\"}\n",
	      b.file);
	load(&b, false);
	assert_int_equal(errors_known(b.errors), 0);
	expect_error(&b, 0, NULL);
	read_errors(&b);
	expect_error(&b, 0, "caf\xc3\xa9 N closed");
	expect_error(&b, 1, "x: m N");
	expect_error(&b, 2, "");
	expect_error(&b, 3, NULL);
	expect_error(&b, 4, "caf\xc3\xa9 N closed");
	expect_error(&b, 5, "");
	expect_error(&b, 6, NULL);
	expect_error(&b, 7, "caf\xc3\xa9 N closed");
	assert_int_equal(errors_count(b.errors), 3);
	assert_int_equal(errors_failed(b.errors), 0);
	close_bench(&b);
}

static void a_file_that_was_cut_is_counted(void **state)
{
	struct bench b;

	(void)state;
	open_file(&b);
	write_event(&b, 0, "$ai_generation", ",\"$ai_error\":\"a\"");
	write_event(&b, 1, "$ai_generation", ",\"$ai_error\":\"b\"");
	load(&b, false);
	assert_int_equal(ftruncate(fileno(b.file), 8), 0);
	read_errors(&b);
	assert_int_equal(errors_failed(b.errors), 2);
	expect_error(&b, 0, NULL);
	close_bench(&b);
}

/* ---- sums ------------------------------------------------------------------------------------------------------------ */

static void errors_add_up(void **state)
{
	struct bench b;
	struct rows r;

	(void)state;
	open_file(&b);
	write_event(&b, 0, "$ai_generation",
	            ",\"$ai_error\":\"a 1\",\"$ai_model\":\"m1\",\"$ai_http_status\":500");
	write_event(&b, 1, "$ai_generation", ",\"$ai_error\":\"a 2\",\"$ai_model\":\"m2\"");
	write_event(&b, 2, "$ai_generation",
	            ",\"$ai_error\":\"a 3\",\"$ai_model\":\"m2\",\"$ai_http_status\":503");
	write_event(&b, 3, "$ai_span", ",\"$ai_error\":\"a 4\",\"$ai_http_status\":503");
	write_event(&b, 4, "$ai_span", ",\"$ai_error\":\"HTTP 404 b\"");
	write_event(&b, 5, "$ai_span", ",\"$ai_error\":\"c\"");
	write_event(&b, 6, "$ai_span", "");
	load(&b, false);
	read_errors(&b);
	build(&b, &r, ROWS_ERRORS, 0);
	rows_expect_text(&r, 0, "error", "a N");
	rows_expect_text(&r, 1, "error", "c");
	rows_expect_text(&r, 2, "error", "HTTP 404 b");
	assert_int_equal(r.n, 3);
	rows_expect_number(&r, 0, "count", 4);
	rows_expect_number(&r, 0, "first_time", 1000 * SECOND);
	rows_expect_number(&r, 0, "last_time", 1003 * SECOND);
	rows_expect_text(&r, 0, "models", "m2 +1");
	rows_expect_text(&r, 1, "models", NULL);
	rows_expect_number(&r, 0, "users", 3);
	rows_expect_number(&r, 0, "traces", 2);
	rows_expect_number(&r, 0, "status_code", 503);
	rows_expect_number(&r, 1, "status_code", ROWS_UNKNOWN);
	rows_expect_number(&r, 2, "status_code", 404);
	rows_expect_text(&r, 0, "example", "a 4");
	rows_free(&r);
	build(&b, &r, ROWS_GENERATIONS, errors_of(b.errors, 0));
	rows_expect_column(&r, "uuid", "3 2 1 0");
	rows_free(&r);
	close_bench(&b);
}

/* ---- the filter ------------------------------------------------------------------------------------------------------ */

static void expect_like(struct bench *b, const char *text, uint32_t count)
{
	const struct filter_reading how = {0};
	const struct filtered_context with = {
		.loop = b->loop, .model = explorer_model(b->explorer), .errors = b->errors};
	struct filtered *d;
	struct filter *f;

	assert_int_equal(filter_parse(&f, str_of(text), &how, NULL), FILTER_VALID);
	assert_int_equal(filtered_new(&d, f, FILTERED_EVENTS, &with, NULL), ERR_OK);
	filtered_wait(d);
	assert_int_equal(filtered_count(d), count);
	assert_int_equal(filtered_failed(d, NULL), 0);
	filtered_free(d);
	filter_free(f);
}

/* Before and after the texts are read. */
static void errors_are_found_by_what_they_say(void **state)
{
	struct bench b;

	(void)state;
	open_file(&b);
	write_event(&b, 0, "$ai_span", ",\"$ai_error\":\"no order 8841\"");
	write_event(&b, 1, "$ai_span", ",\"$ai_error\":\"no  order 12\"");
	write_event(&b, 2, "$ai_span",
	            ",\"$ai_error\":{\"code\":\"c\",\"message\":\"no order 1\"}");
	write_event(&b, 3, "$ai_span", ",\"$ai_is_error\":true");
	write_event(&b, 4, "$ai_span", "");
	load(&b, false);
	for (unsigned turn = 0; turn < 2; turn++) {
		expect_like(&b, "error.like:\"no order 7\"", 2);
		expect_like(&b, "error.like:\"no order N\"", 2);
		expect_like(&b, "error.like:\"no order\"", 0);
		expect_like(&b, "error.like:\"{'message': 'no order 3', 'code': 'c'}\"", 1);
		expect_like(&b, "error.like:/order/", 3);
		expect_like(&b, "error.like:*", 3);
		expect_like(&b, "is:error -error.like:*", 1);
		expect_like(&b, "-error.like:\"no order 1\"", 3);
	}
	close_bench(&b);
}

static void errors_cannot_be_asked_everywhere(void **state)
{
	const struct filter_reading how = {0};
	struct filtered_context with = {0};
	struct errinfo e = {0};
	struct filtered *d;
	struct filter *f;
	struct bench b;

	(void)state;
	open_file(&b);
	load(&b, false);
	with.loop = b.loop;
	with.model = explorer_model(b.explorer);
	assert_int_equal(filter_parse(&f, STR("error.like:a"), &how, NULL), FILTER_VALID);
	assert_int_equal(filtered_new(&d, f, FILTERED_EVENTS, &with, &e), ERR_USAGE);
	assert_string_equal(e.msg, "errors cannot be compared here");
	filter_free(f);
	close_bench(&b);
}

/* ---- held against a plain loop --------------------------------------------------------------------------------------- */

#define EVENTS 6000u

static uint32_t random_state = 1;

static uint32_t below(uint32_t n)
{
	random_state = random_state * 1664525u + 1013904223u;
	return (random_state >> 8) % n;
}

/* Of an event that has one its text, which says the same as that of others. */
static const struct {
	const char *before, *after; /* a number */
} texts[] = {{"timeout after ", " ms"},
             {"no order ", ""},
             {"HTTP 502 from 10.0.0.", ""},
             {"{\\\"message\\\":\\\"limit ", "\\\",\\\"code\\\":\\\"rate\\\"}"}};
#define TEXTS (sizeof(texts) / sizeof(texts[0]))
static const char *const forms[TEXTS] = {"timeout after N ms", "no order N", "HTTP 502 from ADDR",
                                         "rate: limit N"};

struct plain {
	uint32_t count, users, traces, first, last;
	bool user[8];
	uint32_t trace; /* the last one counted, and 1 */
};

static void write_random(struct bench *b, unsigned at, struct plain plain[TEXTS])
{
	uint32_t which = below(TEXTS * 3), user = below(8);
	struct plain *p;

	if (which >= TEXTS) {
		write_event(b, at, "$ai_span", "");
		return;
	}
	p = &plain[which];
	fprintf(b->file,
	        "{\"uuid\":\"%u\",\"event\":\"$ai_span\",\"timestamp\":%u,\"distinct_id\":\"u%u\","
	        "\"properties\":{\"$ai_trace_id\":\"t%u\",\"$ai_error\":\"%s%u%s\"}}\n",
	        at, 1000 + at, user, at / 7, texts[which].before, 100 + below(100),
	        texts[which].after);
	p->first = p->count == 0 ? at : p->first;
	p->last = at;
	p->count++;
	p->users += !p->user[user];
	p->user[user] = true;
	p->traces += p->trace != at / 7 + 1;
	p->trace = at / 7 + 1;
}

static void expect_plain(const struct rows *r, const struct plain plain[TEXTS])
{
	assert_int_equal(r->n, TEXTS);
	for (uint32_t row = 0; row < TEXTS; row++) {
		size_t which = 0;
		struct value v = {0};
		struct buf scratch = {0};

		rows_column(ROWS_ERRORS, STR("error"))->get(r, row, &v, &scratch);
		while (which < TEXTS && !str_eq(v.text, str_of(forms[which])))
			which++;
		assert_true(which < TEXTS);
		rows_expect_number(r, row, "count", plain[which].count);
		rows_expect_number(r, row, "users", plain[which].users);
		rows_expect_number(r, row, "traces", plain[which].traces);
		rows_expect_number(r, row, "first_time", (1000 + plain[which].first) * SECOND);
		rows_expect_number(r, row, "last_time", (1000 + plain[which].last) * SECOND);
		buf_free(&scratch);
	}
}

/* Over several batches and chunks. */
static void counts_are_those_of_a_plain_loop(void **state)
{
	struct plain plain[TEXTS] = {{0}};
	struct bench b;
	struct rows r;

	(void)state;
	open_file(&b);
	for (unsigned i = 0; i < EVENTS; i++)
		write_random(&b, i, plain);
	load(&b, false);
	read_errors(&b);
	build(&b, &r, ROWS_ERRORS, 0);
	expect_plain(&r, plain);
	rows_free(&r);
	close_bench(&b);
}

/* ---- what arrives ---------------------------------------------------------------------------------------------------- */

static void arrive(struct bench *b, uint32_t events)
{
	fflush(b->file);
	explorer_check(b->explorer);
	while (explorer_events(b->explorer)->n < events || !errors_done(b->errors))
		loop_step(b->loop, true);
}

static void what_arrives_is_read_too(void **state)
{
	struct plain plain[TEXTS] = {{0}};
	struct bench b;
	struct rows r;

	(void)state;
	open_file(&b);
	write_event(&b, 0, "$ai_span", "");
	load(&b, true);
	read_errors(&b);
	assert_int_equal(errors_count(b.errors), 0);
	for (unsigned i = 1; i < 400; i++) {
		write_random(&b, i, plain);
		if (i % 97 == 0)
			arrive(&b, i + 1);
	}
	arrive(&b, 400);
	build(&b, &r, ROWS_ERRORS, 0);
	expect_plain(&r, plain);
	rows_free(&r);
	close_bench(&b);
}

/* An event that is sent again counts once, as it was sent last. */
static void what_was_sent_again_counts_once(void **state)
{
	struct bench b;
	struct rows r;

	(void)state;
	open_file(&b);
	write_event(&b, 0, "$ai_span", ",\"$ai_error\":\"a 1\"");
	write_event(&b, 0, "$ai_span", ",\"$ai_error\":\"b 1\"");
	write_event(&b, 1, "$ai_span", ",\"$ai_error\":\"a 2\"");
	write_event(&b, 1, "$ai_span", "");
	load(&b, false);
	read_errors(&b);
	build(&b, &r, ROWS_ERRORS, 0);
	assert_int_equal(r.n, 1);
	rows_expect_text(&r, 0, "error", "b N");
	rows_expect_number(&r, 0, "count", 1);
	rows_free(&r);
	close_bench(&b);
}

/* While workers are at it. */
static void let_go_of_at_any_time(void **state)
{
	struct plain plain[TEXTS] = {{0}};
	struct bench b;

	(void)state;
	open_file(&b);
	for (unsigned i = 0; i < EVENTS; i++)
		write_random(&b, i, plain);
	load(&b, false);
	for (unsigned turns = 0; turns < 4; turns++)
		loop_step(b.loop, false);
	close_bench(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts_are_read_however_they_were_sent),
		cmocka_unit_test(a_file_that_was_cut_is_counted),
		cmocka_unit_test(errors_add_up),
		cmocka_unit_test(errors_are_found_by_what_they_say),
		cmocka_unit_test(errors_cannot_be_asked_everywhere),
		cmocka_unit_test(counts_are_those_of_a_plain_loop),
		cmocka_unit_test(what_arrives_is_read_too),
		cmocka_unit_test(what_was_sent_again_counts_once),
		cmocka_unit_test(let_go_of_at_any_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
