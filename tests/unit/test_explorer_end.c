/* The explorer with the end of the last source loaded first: lists, trees, totals and bad lines are those of a load in
 * the order of the files, and it is said which numbers came when. */
#include "base/mem.h"
#include "explorer.h"
#include "support/model_sample.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

#define LINES      9000 /* some of 400 bytes: longer than what is loaded ahead */
#define PATH_BYTES 32

struct bench {
	struct loop *loop;
	struct explorer *explorer;
	char paths[2][PATH_BYTES];
};

/* ---- the files ---- */

static void random_line(FILE *f, int line)
{
	int trace = rand() % 300, kind = rand() % 20;

	if (kind == 0) {
		fputs(rand() % 2 ? "{\"event\":\"$ai_span\",\n" : "{\"event\":\"$pageview\"}\n", f);
		return;
	}
	if (kind == 1) {
		fprintf(f, "{\"event\":\"$log\",\"properties\":{\"text\":\"line %d\"}}\n", line);
		return;
	}
	fprintf(f,
	        "{\"event\":\"$ai_%s\",\"uuid\":\"u%d\",\"distinct_id\":\"p%d\",\"timestamp\":"
	        "\"2026-01-01T%02d:%02d:%02d\",\"properties\":{\"$ai_trace_id\":\"t%d\",",
	        kind < 12   ? "generation"
	        : kind < 18 ? "span"
	                    : "trace",
	        rand() % (LINES * 3 / 4), trace % 40, line / 3600, line / 60 % 60, line % 60,
	        trace);
	fprintf(f,
	        "\"$ai_span_id\":\"s%d\",\"$ai_parent_id\":\"s%d\",\"$ai_session_id\":\"c%d\","
	        "\"$ai_model\":\"m%d\",\"$ai_latency\":%d,\"$ai_input_tokens\":%d,"
	        "\"$ai_total_cost_usd\":0.%d,\"$ai_is_error\":%s,\"x\":\"%*d\"}}\n",
	        rand() % 900, rand() % 900, trace % 90, rand() % 7, rand() % 100, rand() % 1000,
	        rand() % 999 + 1, rand() % 30 ? "false" : "true", 50 + rand() % 200, line);
}

static void write_file(char *path, int first)
{
	FILE *f;
	int file;

	snprintf(path, PATH_BYTES, "/tmp/explorer-end-XXXXXX");
	file = mkstemp(path);
	assert_true(file >= 0);
	f = fdopen(file, "w");
	for (int line = first; line < first + LINES; line++)
		random_line(f, line);
	fputs("{\"event\":\"$ai_span\",\"uuid\":\"cut", f);
	assert_int_equal(fclose(f), 0);
}

static void bench_open(struct bench *b, int n_files, bool end_first)
{
	b->loop = loop_new();
	b->explorer = explorer_new(b->loop);
	for (int i = 0; i < n_files; i++)
		assert_int_equal(explorer_add_file(b->explorer, b->paths[i], NULL), ERR_OK);
	if (end_first)
		explorer_load_end_first(b->explorer);
}

static void bench_close(struct bench *b)
{
	explorer_free(b->explorer);
	loop_free(b->loop);
}

/* ---- what is there, as text ---- */

static void dump_row(struct buf *out, const struct rows *r, uint32_t row, struct buf *scratch)
{
	size_t n;
	const struct column *c = rows_columns(r->query.kind, &n);

	for (size_t i = 0; i < n; i++) {
		struct value v = {0};

		c[i].get(r, row, &v, scratch);
		if (v.type == VALUE_TEXT)
			buf_append(out, v.text);
		else if (v.type != VALUE_UNKNOWN)
			money_append(out, v.number);
		buf_add(out, '|');
	}
	buf_add(out, '\n');
}

static void dump_rows(struct buf *out, struct model *m, enum rows_kind kind)
{
	struct buf scratch = {0};
	struct query q;
	struct rows r;

	query_init(&q, kind);
	rows_build(&r, m, &q);
	for (uint32_t row = 0; row < r.n; row++) {
		dump_row(out, &r, row, &scratch);
		if (kind == ROWS_TRACES)
			sample_dump_trace(out, m, r.at[row]);
	}
	rows_free(&r);
	buf_free(&scratch);
}

static void dump_source(struct buf *out, const struct loader_status *s)
{
	const struct record_counts *c = &s->counts;

	buf_printf(out, "state %d bytes %llu of %llu pending %llu lines %llu bad %llu other %llu\n",
	           (int)s->state, (unsigned long long)s->loaded, (unsigned long long)s->bytes,
	           (unsigned long long)s->pending, (unsigned long long)c->lines,
	           (unsigned long long)c->bad_lines, (unsigned long long)c->other_events);
	for (uint32_t i = 0; i < s->n_bad; i++)
		buf_printf(out, "bad %llu at %llu\n", (unsigned long long)s->bad[i].line,
		           (unsigned long long)s->bad[i].offset);
}

static void dump(struct buf *out, struct explorer *x)
{
	struct model *m = explorer_model(x);

	for (int kind = 0; kind < ROWS_KINDS; kind++)
		dump_rows(out, m, (enum rows_kind)kind);
	for (uint32_t i = 0; i < explorer_source_count(x); i++)
		dump_source(out, explorer_source(x, i));
	buf_printf(out, "whole %llu", (unsigned long long)model_duplicates(m));
	sample_dump_totals(out, model_totals(m));
}

/* ---- the tests ---- */

static void same_whatever_comes_first(struct bench *b, int n_files)
{
	struct buf want = {0}, got = {0};

	bench_open(b, n_files, false);
	explorer_load(b->explorer);
	dump(&want, b->explorer);
	bench_close(b);
	bench_open(b, n_files, true);
	explorer_load(b->explorer);
	dump(&got, b->explorer);
	assert_true(want.n > 100000);
	assert_true(str_eq(buf_str(&want), buf_str(&got)));
	bench_close(b);
	buf_free(&want);
	buf_free(&got);
}

static void one_source_is_the_same(void **state)
{
	same_whatever_comes_first(*state, 1);
}

static void two_sources_are_the_same(void **state)
{
	same_whatever_comes_first(*state, 2);
}

static uint64_t place(const struct bench *b, uint32_t event)
{
	return events_get(explorer_events(b->explorer), event)->place;
}

/* The end of the last source is seen before anything else is, and its numbers are said. */
static void the_end_comes_first(void **state)
{
	struct bench *b = *state;
	struct explorer_counts early, late;

	bench_open(b, 2, true);
	explorer_start(b->explorer, false);
	do {
		loop_step(b->loop, true);
		explorer_arrival(b->explorer, &early, &late);
	} while (early.events == 0);
	assert_int_equal(event_journal(events_get(explorer_events(b->explorer), 0)), 1);
	assert_true(early.traces > 0 && early.logs > 0);
	explorer_load(b->explorer);
	explorer_arrival(b->explorer, &early, &late);
	assert_int_equal(late.events, explorer_events(b->explorer)->n);
	assert_int_equal(late.traces, model_trace_count(explorer_model(b->explorer)));
	for (uint32_t i = 1; i < late.events; i++) {
		if (i == early.events)
			assert_int_equal(event_journal(events_get(explorer_events(b->explorer), i)),
			                 0);
		else
			assert_true(place(b, i) > place(b, i - 1));
	}
	assert_true(place(b, 0) > place(b, late.events - 1));
	bench_close(b);
}

static void a_short_source_has_no_end(void **state)
{
	struct bench *b = *state;
	struct explorer_counts early, late;

	assert_int_equal(truncate(b->paths[0], 100000), 0);
	bench_open(b, 1, true);
	explorer_load(b->explorer);
	explorer_arrival(b->explorer, &early, &late);
	assert_int_equal(early.events, 0);
	assert_int_equal(late.events, 0);
	assert_true(explorer_events(b->explorer)->n > 0);
	bench_close(b);
}

static int enter(void **state)
{
	struct bench *b = calloc(1, sizeof(*b));

	srand(7);
	write_file(b->paths[0], 0);
	write_file(b->paths[1], LINES);
	*state = b;
	return 0;
}

static int leave(void **state)
{
	struct bench *b = *state;

	unlink(b->paths[0]);
	unlink(b->paths[1]);
	free(b);
	return 0;
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, enter, leave)
	const struct CMUnitTest tests[] = {
		TEST(one_source_is_the_same),
		TEST(two_sources_are_the_same),
		TEST(the_end_comes_first),
		TEST(a_short_source_has_no_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
