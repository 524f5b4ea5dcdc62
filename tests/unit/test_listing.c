/* Lines of a listing: what is read of them, how they come over from a batch, and what the loader tells. */
#include "index/loader.h"
#include "support/listing_bench.h"
#include "support/loader_bench.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct event_listing *read_one(struct listing_bench *b, const char *line)
{
	events_clear(&b->batch);
	listing_bench_read(b, line);
	assert_int_equal(b->batch.n_listings, 1);
	return &b->batch.listings[0];
}

/* ---- lines ---- */

static void a_listed_trace_is_read(void **state)
{
	struct listing_bench *b = *state;
	const struct event_listing *l = read_one(b, COUNTED);

	assert_int_equal(b->counts.lines, 1);
	assert_int_equal(b->counts.other_events, 0);
	assert_int_equal(b->batch.n, 0);
	assert_false(l->is_session);
	assert_true(l->counted);
	assert_false(l->opened);
	assert_int_equal(l->bodies, BODIES_HERE);
	assert_int_equal(l->trace, ids_find(&b->batch.ids, STR("T")));
	assert_int_equal(l->session, ids_find(&b->batch.ids, STR("S")));
	assert_int_equal(l->user, ids_find(&b->batch.ids, STR("ann")));
	assert_true(str_eq(strings_get(&b->batch.strings, l->name), STR("chat")));
	assert_true(l->fetched == time_parse(STR(FETCHED)));
	assert_true(l->first_time == time_parse(STR(FIRST)));
	assert_true(l->last_time == time_parse(STR(LAST)));
	assert_int_equal(l->kinds[EVENT_GENERATION], 3);
	assert_int_equal(l->kinds[EVENT_SPAN], 1);
	assert_int_equal(l->kinds[EVENT_TRACE], 1);
	assert_int_equal(l->errors, 1);
	assert_int_equal(l->unpriced, 1);
	assert_int_equal(l->input, 300);
	assert_int_equal(l->output, 70);
	assert_int_equal(l->cache_read, 20);
	assert_int_equal(l->cache_write, 4);
	assert_int_equal(l->reasoning, 9);
	assert_true(l->cost == USD / 4);
	assert_int_equal(l->latency, 4500000);
}

static void what_is_absent_is_unknown(void **state)
{
	struct listing_bench *b = *state;
	const struct event_listing *l = read_one(
		b, LISTED("trace", FETCHED, "\"$ai_trace_id\":\"T\"," COUNTS(1, 0, 0)));

	assert_true(l->counted);
	assert_true(l->first_time == TIME_NONE && l->last_time == TIME_NONE);
	assert_true(l->input == EVENT_UNKNOWN && l->output == EVENT_UNKNOWN);
	assert_true(l->cost == EVENT_NO_COST && l->latency == EVENT_UNKNOWN);
	assert_int_equal(l->session | l->name, 0);
	l = read_one(b, OPENED);
	assert_true(l->opened && !l->counted);
	assert_int_equal(l->bodies, BODIES_LATER);
	l = read_one(b,
	             LISTED("session", FETCHED, "\"$ai_session_id\":\"S\",\"$ai_trace_id\":\"T\""));
	assert_true(l->is_session && !l->counted);
	assert_int_equal(l->trace, 0);
}

/* Each makes the line one without counts. */
static void counts_that_cannot_be_are_left_out(void **state)
{
	static const char *const lines[] = {
		LISTED("trace", FETCHED, "\"$ai_trace_id\":\"T\"," SUMS),
		LISTED("trace", FETCHED, "\"$ai_trace_id\":\"T\",\"generations\":1," SUMS),
		LISTED("trace", FETCHED, "\"$ai_trace_id\":\"T\"," SUMS "," COUNTS(-1, 0, 0)),
		LISTED("trace", FETCHED, "\"$ai_trace_id\":\"T\"," SUMS "," COUNTS(1.5, 0, 0)),
		LISTED("trace", FETCHED, "\"$ai_trace_id\":\"T\"," SUMS "," COUNTS(1e300, 0, 0)),
		LISTED("trace", FETCHED,
	               "\"$ai_trace_id\":\"T\"," SUMS "," COUNTS(4294967299, 0, 0)),
		LISTED("trace", FETCHED, "\"$ai_trace_id\":\"T\"," SUMS "," COUNTS("many", 0, 0)),
		LISTED("trace", FETCHED, "\"$ai_trace_id\":\"T\"," SUMS "," COUNTS(null, 0, 0)),
		LISTED("trace", FETCHED, "\"$ai_trace_id\":\"T\"," SUMS "," COUNTS([1], 0, 0)),
		LISTED("trace", FETCHED, "\"$ai_trace_id\":\"T\"," SUMS "," COUNTS(1, 9, 0)),
		LISTED("trace", FETCHED, "\"$ai_trace_id\":\"T\"," SUMS "," COUNTS(1, 0, 2)),
	};
	struct listing_bench *b = *state;

	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		const struct event_listing *l = read_one(b, lines[i]);

		assert_false(l->counted);
		for (int kind = 0; kind < LISTING_KINDS; kind++)
			assert_int_equal(l->kinds[kind], 0);
		assert_int_equal(l->errors | l->unpriced, 0);
		assert_true(l->input == EVENT_UNKNOWN && l->cost == EVENT_NO_COST);
		assert_true(l->latency == EVENT_UNKNOWN);
	}
}

static void sums_that_cannot_be_are_left_out(void **state)
{
	static const char *const wrong[] = {"-1", "\"much\"", "1e18", "1e400",
	                                    "{}", "true",     "null"};
	struct listing_bench *b = *state;
	struct buf line = {0};

	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		const struct event_listing *l;

		buf_clear(&line);
		buf_printf(&line,
		           "{\"event\":\"$listed_trace\",\"timestamp\":%s,\"properties\":{\"$ai_"
		           "trace_id\":\"T\",\"first_time\":%s,\"$ai_input_tokens\":%s,\"$ai_total_"
		           "cost_usd\":%s,\"$ai_latency\":%s,\"opened\":%s,\"bodies\":%s," COUNTS(
				   2, 0, 0) "}}",
		           strcmp(wrong[i], "1e18") == 0 ? "null" : wrong[i],
		           strcmp(wrong[i], "1e18") == 0 ? "null" : wrong[i], wrong[i], wrong[i],
		           wrong[i], strcmp(wrong[i], "true") == 0 ? "1" : wrong[i], wrong[i]);
		l = read_one(b, buf_text(&line));
		assert_true(l->counted && !l->opened);
		assert_true(l->fetched == TIME_NONE || wrong[i][0] == '-');
		assert_true(l->input == EVENT_UNKNOWN);
		assert_true(l->cost == EVENT_NO_COST);
		assert_true(l->latency == EVENT_UNKNOWN);
		assert_int_equal(l->bodies, BODIES_HERE);
	}
	buf_free(&line);
}

static void sums_of_no_calls_are_none(void **state)
{
	struct listing_bench *b = *state;
	const struct event_listing *l = read_one(
		b, LISTED("trace", FETCHED, "\"$ai_trace_id\":\"T\"," SUMS "," COUNTS(0, 0, 0)));

	assert_true(l->counted);
	assert_true(l->input == EVENT_UNKNOWN && l->cost == EVENT_NO_COST);
	l = read_one(b,
	             LISTED("trace", FETCHED, "\"$ai_trace_id\":\"T\"," SUMS "," COUNTS(2, 0, 2)));
	assert_true(l->input == 300 && l->cost == EVENT_NO_COST);
}

static void a_line_of_nothing_lists_nothing(void **state)
{
	struct listing_bench *b = *state;

	listing_bench_feed(b,
	                   LISTED("trace", FETCHED, "\"$ai_session_id\":\"S\"," COUNTS(1, 0, 0)));
	listing_bench_feed(b,
	                   LISTED("session", FETCHED, "\"$ai_trace_id\":\"T\"," COUNTS(1, 0, 0)));
	listing_bench_feed(b, "{\"event\":\"$listed_trace\",\"properties\":\"{}\"}");
	listing_bench_feed(b, "{\"event\":\"$listed_trace\"}");
	assert_int_equal(b->counts.lines, 4);
	assert_int_equal(b->counts.other_events, 0);
	assert_int_equal(b->f.events.n_listings, 0);
	listing_bench_feed(b, "{\"event\":\"$listed_traces\"}");
	assert_int_equal(b->counts.other_events, 1);
}

/* ---- batches ---- */

static void listings_come_over_from_batches(void **state)
{
	struct listing_bench *b = *state;
	const struct event_listing *l;
	size_t before = events_bytes(&b->f.events);

	/* So that numbers differ between batch and table. */
	listing_bench_feed(
		b,
		"{\"event\":\"$ai_span\",\"uuid\":\"u\",\"properties\":{\"$ai_span_name\":\"x\"}}");
	listing_bench_read(b, GENERATION("a", "01"));
	listing_bench_read(b, COUNTED);
	listing_bench_read(b, PLAIN);
	listing_bench_take(b);
	listing_bench_feed(b, OPENED);
	assert_int_equal(b->f.events.n_listings, 3);
	assert_int_equal(b->f.events.n, 2);
	l = &b->f.events.listings[0];
	assert_int_equal(l->trace, ids_find(&b->f.events.ids, STR("T")));
	assert_int_equal(l->session, ids_find(&b->f.events.ids, STR("S")));
	assert_int_equal(l->user, ids_find(&b->f.events.ids, STR("ann")));
	assert_true(str_eq(strings_get(&b->f.events.strings, l->name), STR("chat")));
	assert_true(str_eq(strings_get(&b->f.events.strings, l[1].name), STR("plain")));
	assert_true(l[2].opened);
	assert_true(events_bytes(&b->f.events) >= before + 3 * sizeof(*l));
}

static void count_listing(void *ctx, uint32_t listing)
{
	assert_int_equal(listing, (*(uint32_t *)ctx)++);
}

static void the_loader_tells_of_each(void **state)
{
	struct loader_bench b = {0}, *made;
	struct loader_events notify = {.listed = count_listing};
	struct events table;
	struct journal *journal;
	struct loader *loader;
	void *bench_state;
	uint32_t told = 0;

	(void)state;
	loader_bench_enter(&bench_state);
	made = bench_state;
	b = *made;
	for (int i = 0; i < 500; i++)
		loader_bench_append(&b, COUNTED "\n" GENERATION("a", "01") "\n" PLAIN "\n");
	notify.ctx = &told;
	assert_int_equal(journal_open(&journal, b.path, NULL), ERR_OK);
	events_init(&table);
	events_add_journal(&table, journal);
	loader = loader_new(b.loop, &table, journal, 0, &notify);
	loader_set_piece(loader, 3000);
	loader_start(loader, false);
	while (loader_status(loader)->state == LOADER_LOADING && loop_step(b.loop, true))
		;
	assert_int_equal(told, 1000);
	assert_int_equal(table.n_listings, 1000);
	assert_int_equal(table.n, 500);
	assert_int_equal(loader_status(loader)->counts.lines, 1500);
	assert_int_equal(loader_status(loader)->counts.other_events, 0);
	for (uint32_t i = 1; i < table.n_listings; i++)
		assert_true(table.listings[i].place > table.listings[i - 1].place);
	loader_free(loader);
	events_fini(&table);
	journal_close(journal);
	loader_bench_leave(&bench_state);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, listing_bench_enter, listing_bench_leave)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_listed_trace_is_read),
		TEST(what_is_absent_is_unknown),
		TEST(counts_that_cannot_be_are_left_out),
		TEST(sums_that_cannot_be_are_left_out),
		TEST(sums_of_no_calls_are_none),
		TEST(a_line_of_nothing_lists_nothing),
		TEST(listings_come_over_from_batches),
		cmocka_unit_test(the_loader_tells_of_each),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
