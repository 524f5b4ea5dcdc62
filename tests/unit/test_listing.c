/* Lines of a listing: what is read of them, and what a trace or a session shows when its listing, its events or both are
 * here, in every order of arrival. */
#include "index/loader.h"
#include "index/record.h"
#include "model/tree.h"
#include "query/lookup.h"
#include "query/stats.h"
#include "support/loader_bench.h"
#include "support/rows_check.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define USD     INT64_C(1000000000000)
#define FETCHED "2026-11-22T10:00:00Z"
#define LATER   "2026-11-22T11:00:00Z"
#define FIRST   "2026-11-22T09:00:00Z"
#define LAST    "2026-11-22T09:00:30Z"

#define LISTED(what, fetched, properties)                          \
	"{\"event\":\"$listed_" what "\",\"timestamp\":\"" fetched \
	"\",\"distinct_id\":\"ann\",\"properties\":{" properties "}}"
#define COUNTS(generations, errors, unpriced)                                       \
	"\"generations\":" #generations                                             \
	",\"embeddings\":0,\"spans\":1,\"traces\":1,\"metrics\":0,\"feedbacks\":0," \
	"\"errors\":" #errors ",\"unpriced\":" #unpriced
#define TIMES "\"first_time\":\"" FIRST "\",\"last_time\":\"" LAST "\""
#define SUMS                                                                                       \
	"\"$ai_input_tokens\":300,\"$ai_output_tokens\":70,\"$ai_cache_read_input_tokens\":20,"    \
	"\"$ai_cache_creation_input_tokens\":4,\"$ai_reasoning_tokens\":9,\"$ai_total_cost_usd\":" \
	"0.25,\"$ai_latency\":4.5"

/* Of trace T, in session S: three generations, a span, a $ai_trace. */
#define COUNTED                                                                                    \
	LISTED("trace", FETCHED,                                                                   \
	       "\"$ai_trace_id\":\"T\",\"$ai_session_id\":\"S\",\"$ai_span_name\":\"chat\"," TIMES \
	       "," COUNTS(3, 1, 1) "," SUMS)
#define PLAIN                  \
	LISTED("trace", LATER, \
	       "\"$ai_trace_id\":\"T\",\"$ai_session_id\":\"R\",\"$ai_span_name\":\"plain\"," TIMES)
#define OPENED LISTED("trace", LATER, "\"$ai_trace_id\":\"T\",\"opened\":true,\"bodies\":\"later\"")
#define EVENT(kind, uuid, time, properties)                                                        \
	"{\"event\":\"$ai_" kind "\",\"uuid\":\"" uuid "\",\"distinct_id\":\"bob\",\"timestamp\":" \
	"\"2026-11-22T09:00:" time "Z\",\"properties\":{\"$ai_trace_id\":\"T\"" properties "}}"
#define GENERATION(uuid, time)          \
	EVENT("generation", uuid, time, \
	      ",\"$ai_input_tokens\":100,\"$ai_total_cost_usd\":0.5,\"$ai_latency\":2")

struct bench {
	struct fixture f;
	struct record_reader *reader;
	struct events batch;
	struct record_counts counts;
	uint64_t offset;
};

static int setup(void **state)
{
	struct bench *b = calloc(1, sizeof(*b));

	fixture_init(&b->f);
	events_init(&b->batch);
	b->reader = record_reader_new();
	*state = b;
	return 0;
}

static int teardown(void **state)
{
	struct bench *b = *state;

	record_reader_free(b->reader);
	events_fini(&b->batch);
	fixture_fini(&b->f);
	free(b);
	return 0;
}

static void empty(struct bench *b)
{
	fixture_fini(&b->f);
	fixture_init(&b->f);
}

static void read_line(struct bench *b, const char *line)
{
	struct json_report report;
	const char *why;

	assert_true(record_line(b->reader, &b->batch, 0, b->offset, str_of(line), &b->counts,
	                        &report, &why));
	b->offset += strlen(line) + 1;
}

/* Takes the batch in and tells the model, as the explorer does. */
static void take(struct bench *b)
{
	struct events *t = &b->f.events;
	uint32_t event = t->n, listing = t->n_listings;
	struct events_map map = {0};

	while (!events_merge(t, &b->batch, &map, 1))
		;
	events_clear(&b->batch);
	for (; event < t->n; event++)
		model_add(b->f.model, event);
	for (; listing < t->n_listings; listing++)
		model_add_listing(b->f.model, listing);
}

static void feed(struct bench *b, const char *line)
{
	read_line(b, line);
	take(b);
}

static const struct event_listing *read_one(struct bench *b, const char *line)
{
	events_clear(&b->batch);
	read_line(b, line);
	assert_int_equal(b->batch.n_listings, 1);
	return &b->batch.listings[0];
}

static uint32_t number(const struct bench *b, const char *id)
{
	return model_find_trace(b->f.model, ids_find(&b->f.events.ids, str_of(id)));
}

static const struct trace *trace(const struct bench *b)
{
	uint32_t at = number(b, "T");

	assert_int_not_equal(at, MODEL_NONE);
	return model_trace(b->f.model, at);
}

static const struct session *session(const struct bench *b, const char *id)
{
	uint32_t at = model_find_session(b->f.model, ids_find(&b->f.events.ids, str_of(id)));

	return at == MODEL_NONE ? NULL : model_session(b->f.model, at);
}

static void assert_name(const struct bench *b, const char *name)
{
	assert_true(str_eq(strings_get(&b->f.events.strings, trace(b)->name), str_of(name)));
}

static void assert_user(const struct bench *b, uint32_t user, const char *name)
{
	assert_int_equal(user, ids_find(&b->f.events.ids, str_of(name)));
}

/* ---- lines ---- */

static void a_listed_trace_is_read(void **state)
{
	struct bench *b = *state;
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
	struct bench *b = *state;
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
	struct bench *b = *state;

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
	struct bench *b = *state;
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
	struct bench *b = *state;
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
	struct bench *b = *state;

	feed(b, LISTED("trace", FETCHED, "\"$ai_session_id\":\"S\"," COUNTS(1, 0, 0)));
	feed(b, LISTED("session", FETCHED, "\"$ai_trace_id\":\"T\"," COUNTS(1, 0, 0)));
	feed(b, "{\"event\":\"$listed_trace\",\"properties\":\"{}\"}");
	feed(b, "{\"event\":\"$listed_trace\"}");
	assert_int_equal(b->counts.lines, 4);
	assert_int_equal(b->counts.other_events, 0);
	assert_int_equal(b->f.events.n_listings, 0);
	feed(b, "{\"event\":\"$listed_traces\"}");
	assert_int_equal(b->counts.other_events, 1);
}

/* ---- batches ---- */

static void listings_come_over_from_batches(void **state)
{
	struct bench *b = *state;
	const struct event_listing *l;
	size_t before = events_bytes(&b->f.events);

	/* So that numbers differ between batch and table. */
	feed(b, "{\"event\":\"$ai_span\",\"uuid\":\"u\",\"properties\":{\"$ai_span_name\":\"x\"}}");
	read_line(b, GENERATION("a", "01"));
	read_line(b, COUNTED);
	read_line(b, PLAIN);
	take(b);
	feed(b, OPENED);
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

/* ---- what a trace shows ---- */

static void assert_listed(const struct bench *b)
{
	const struct trace *t = trace(b);
	money cost;

	assert_true(t->listed && t->counted);
	assert_name(b, "chat");
	assert_user(b, t->user, "ann");
	assert_true(t->first_time == time_parse(STR(FIRST)));
	assert_true(t->last_time == time_parse(STR(LAST)));
	assert_int_equal(t->latency, 4500000);
	assert_int_equal(t->totals.events, 5);
	assert_int_equal(t->totals.kinds[EVENT_GENERATION], 3);
	assert_int_equal(t->totals.errors, 1);
	assert_int_equal(t->totals.unpriced, 1);
	assert_int_equal(t->totals.reported, 2);
	assert_int_equal(t->totals.input, 300);
	assert_true(t->totals.input_known > 0);
	assert_true(totals_cost(&t->totals, &cost) && cost == USD / 4);
	assert_non_null(session(b, "S"));
	assert_int_equal(session(b, "S")->traces, 1);
	assert_int_equal(session(b, "S")->totals.input, 300);
}

/* Rows and the head line agree, whatever was looked at before. */
static void assert_sums_agree(struct bench *b)
{
	struct totals sum = {0};
	const struct totals *all = model_totals(b->f.model);
	struct rows r;

	rows_build_all(&r, &b->f, ROWS_TRACES);
	for (uint32_t row = 0; row < r.n; row++)
		totals_add(&sum, &model_trace(b->f.model, r.at[row])->totals);
	assert_memory_equal(&sum, all, sizeof(sum));
	rows_free(&r);
}

static void a_listed_trace_is_a_trace(void **state)
{
	struct bench *b = *state;
	struct tree tree;

	feed(b, COUNTED);
	assert_listed(b);
	assert_int_equal(trace(b)->first_event, EVENT_NONE);
	assert_int_equal(trace(b)->explicit_event, EVENT_NONE);
	assert_true(trace(b)->opened == TIME_NONE);
	assert_true(model_first_time(b->f.model) == time_parse(STR(FIRST)));
	assert_true(model_last_time(b->f.model) == time_parse(STR(LAST)));
	assert_sums_agree(b);
	tree_build(&tree, b->f.model, number(b, "T"));
	assert_int_equal(tree.n + tree.n_attached, 0);
	tree_free(&tree);
}

static const char *const all_events[] = {
	GENERATION("a", "01"),
	GENERATION("b", "02"),
	GENERATION("c", "03"),
	EVENT("span", "d", "04", ",\"$ai_span_name\":\"step\""),
	EVENT("trace", "e", "05", ",\"$ai_span_name\":\"own\",\"$ai_session_id\":\"Q\""),
};
#define ALL_EVENTS 5

static void assert_from_events(const struct bench *b)
{
	const struct trace *t = trace(b);
	money cost;

	assert_true(!t->listed && t->counted);
	assert_name(b, "own");
	assert_user(b, t->user, "bob");
	assert_int_equal(t->totals.events, 5);
	assert_int_equal(t->totals.errors, 0);
	assert_int_equal(t->totals.input, 300);
	assert_true(totals_cost(&t->totals, &cost) && cost == 3 * USD / 2);
	assert_int_equal(t->latency, 6000000);
	assert_non_null(session(b, "Q"));
	assert_null(session(b, "S"));
}

/* The listing comes before, between and behind the events, each event twice, looked at or not after each. */
static void until_all_events_are_here_the_listing_shows(void **state)
{
	struct bench *b = *state;

	for (int at = 0; at <= ALL_EVENTS; at++) {
		for (int looks = 0; looks < 2; looks++) {
			empty(b);
			for (int i = 0; i <= ALL_EVENTS; i++) {
				if (i == at)
					feed(b, COUNTED);
				if (looks && i >= at && i < ALL_EVENTS) {
					assert_listed(b);
					assert_sums_agree(b);
				}
				if (i < ALL_EVENTS) {
					feed(b, all_events[i]);
					feed(b, all_events[i]);
				}
			}
			assert_from_events(b);
			assert_sums_agree(b);
			assert_int_equal(model_duplicates(b->f.model), ALL_EVENTS);
		}
	}
}

/* An event that loses to one of another trace is not here any more: the listing shows again. */
static void the_listing_shows_again_when_an_event_leaves(void **state)
{
	struct bench *b = *state;

	feed(b, COUNTED);
	for (int i = 0; i < ALL_EVENTS; i++)
		feed(b, all_events[i]);
	assert_sums_agree(b);
	assert_from_events(b);
	feed(b, "{\"event\":\"$ai_span\",\"uuid\":\"d\",\"properties\":{\"$ai_trace_id\":\"U\"}}");
	assert_sums_agree(b);
	assert_true(trace(b)->listed);
	assert_listed(b);
}

static void other_kinds_do_not_count_against_it(void **state)
{
	struct bench *b = *state;

	feed(b, COUNTED);
	for (int i = 0; i < ALL_EVENTS - 1; i++)
		feed(b, all_events[i]);
	feed(b, EVENT("evaluation", "x", "06", ""));
	assert_true(trace(b)->listed);
	assert_int_equal(trace(b)->totals.events, 6);
	assert_int_equal(trace(b)->totals.kinds[EVENT_EVALUATION], 1);
	assert_sums_agree(b);
	feed(b, all_events[ALL_EVENTS - 1]);
	assert_false(trace(b)->listed);
	assert_sums_agree(b);
}

/* More generations than were listed of $ai_trace events: what is allocated goes by what is here. */
static void a_tree_has_the_events_that_are_here(void **state)
{
	struct bench *b = *state;
	struct tree tree;

	feed(b, LISTED("trace", FETCHED, "\"$ai_trace_id\":\"T\"," COUNTS(90, 0, 0)));
	feed(b, EVENT("trace", "a", "01", ""));
	feed(b, EVENT("trace", "b", "02", ""));
	feed(b, EVENT("trace", "c", "03", ""));
	feed(b, GENERATION("d", "04"));
	assert_true(trace(b)->listed);
	tree_build(&tree, b->f.model, number(b, "T"));
	assert_int_equal(tree.n, 1);
	assert_int_equal(tree.n_attached, 2);
	tree_free(&tree);
}

static void the_newest_counted_line_wins(void **state)
{
	static const char *const lines[] = {
		COUNTED,
		PLAIN,
		OPENED,
		LISTED("trace", LATER, "\"$ai_trace_id\":\"T\"," TIMES "," COUNTS(7, 0, 0)),
		LISTED("trace", "2026-11-22T09:30:00Z", "\"$ai_trace_id\":\"T\"," COUNTS(90, 0, 0)),
	};
	static const int orders[][5] = {{0, 1, 2, 3, 4},
	                                {4, 3, 2, 1, 0},
	                                {3, 0, 4, 2, 1},
	                                {1, 2, 3, 4, 0},
	                                {2, 4, 0, 1, 3}};
	struct bench *b = *state;

	for (size_t i = 0; i < sizeof(orders) / sizeof(*orders); i++) {
		empty(b);
		for (int k = 0; k < 5; k++)
			feed(b, lines[orders[i][k]]);
		assert_int_equal(trace(b)->totals.kinds[EVENT_GENERATION], 7);
		assert_true(trace(b)->listed && trace(b)->counted);
		assert_name(b, "plain");
		assert_true(trace(b)->opened == time_parse(STR(LATER)));
		assert_int_equal(trace(b)->bodies, BODIES_LATER);
		assert_non_null(session(b, "R"));
		assert_null(session(b, "S"));
		assert_sums_agree(b);
	}
}

/* The same moment: the line behind wins, in whatever order they come. */
static void of_one_moment_the_last_line_wins(void **state)
{
	struct bench *b = *state;
	uint64_t offset = b->offset;

	b->offset = offset + 5000;
	feed(b, LISTED("trace", FETCHED, "\"$ai_trace_id\":\"T\"," COUNTS(8, 0, 0)));
	b->offset = offset;
	feed(b, COUNTED);
	assert_int_equal(trace(b)->totals.kinds[EVENT_GENERATION], 8);
}

static void a_line_that_changes_nothing_is_no_new_version(void **state)
{
	struct bench *b = *state;
	uint32_t version, of_trace;

	feed(b, COUNTED);
	feed(b, OPENED);
	version = model_version(b->f.model);
	of_trace = trace(b)->version;
	feed(b,
	     LISTED("trace", "2026-11-22T09:30:00Z", "\"$ai_trace_id\":\"T\"," COUNTS(90, 0, 0)));
	assert_int_equal(model_version(b->f.model), version);
	assert_int_equal(trace(b)->version, of_trace);
	feed(b, LISTED("trace", LATER, "\"$ai_trace_id\":\"T\"," COUNTS(9, 0, 0)));
	assert_int_not_equal(model_version(b->f.model), version);
	assert_int_not_equal(trace(b)->version, of_trace);
}

static void without_counts_all_totals_are_unknown(void **state)
{
	static const char *const unknown[] = {
		"generations",  "events",     "errors",   "input_tokens", "output_tokens",
		"cost_usd",     "latency_s",  "explicit", "wall_s",       "cache_read_tokens",
		"total_tokens", "embeddings", "spans",
	};
	struct bench *b = *state;
	struct rows r;

	feed(b, PLAIN);
	assert_true(trace(b)->listed && !trace(b)->counted);
	rows_build_all(&r, &b->f, ROWS_TRACES);
	assert_int_equal(r.n, 1);
	for (size_t i = 0; i < sizeof(unknown) / sizeof(*unknown); i++) {
		rows_expect_number(&r, 0, unknown[i], ROWS_UNKNOWN);
		assert_false(rows_value_of(&r, 0, unknown[i]).partial);
	}
	rows_expect_text(&r, 0, "name", "plain");
	rows_expect_text(&r, 0, "user", "ann");
	rows_expect_text(&r, 0, "session_id", "R");
	rows_expect_number(&r, 0, "start_time", time_parse(STR(FIRST)));
	rows_expect_number(&r, 0, "end_time", time_parse(STR(LAST)));
	rows_free(&r);
	rows_build_all(&r, &b->f, ROWS_SESSIONS);
	assert_int_equal(r.n, 1);
	rows_expect_number(&r, 0, "traces", 1);
	rows_expect_number(&r, 0, "generations", ROWS_UNKNOWN);
	rows_expect_number(&r, 0, "errors", ROWS_UNKNOWN);
	rows_expect_number(&r, 0, "cost_usd", ROWS_UNKNOWN);
	rows_expect_number(&r, 0, "latency_s", ROWS_UNKNOWN);
	rows_free(&r);
	assert_sums_agree(b);
	feed(b, GENERATION("a", "01"));
	assert_true(!trace(b)->listed && trace(b)->counted);
	assert_name(b, "plain"); /* no event has one */
	assert_user(b, trace(b)->user, "bob");
	assert_sums_agree(b);
	feed(b, COUNTED);
	assert_listed(b);
	assert_sums_agree(b);
}

static void counted_columns(void **state)
{
	struct bench *b = *state;
	struct rows r;

	feed(b, COUNTED);
	rows_build_all(&r, &b->f, ROWS_TRACES);
	rows_expect_number(&r, 0, "generations", 3);
	rows_expect_number(&r, 0, "events", 5);
	rows_expect_number(&r, 0, "errors", 1);
	rows_expect_number(&r, 0, "total_tokens", 370);
	rows_expect_number(&r, 0, "cost_usd", USD / 4);
	rows_expect_number(&r, 0, "explicit", 1);
	rows_expect_number(&r, 0, "wall_s", ROWS_UNKNOWN);
	assert_true(rows_value_of(&r, 0, "cost_usd").partial);
	rows_free(&r);
}

/* ---- sessions ---- */

#define SESSION(fetched, properties) \
	LISTED("session", fetched, "\"$ai_session_id\":\"S\"," TIMES properties)
#define SESSION_COUNTS(generations, traces)                                                      \
	",\"generations\":" #generations ",\"embeddings\":0,\"spans\":4,\"traces\":" #traces "," \
	"\"metrics\":0,\"feedbacks\":0,\"errors\":2,\"unpriced\":0,\"$ai_total_cost_usd\":7"

static void a_listed_session_is_a_session(void **state)
{
	struct bench *b = *state;
	struct rows r;

	feed(b, SESSION(FETCHED, ""));
	rows_build_all(&r, &b->f, ROWS_SESSIONS);
	assert_int_equal(r.n, 1);
	rows_expect_text(&r, 0, "session_id", "S");
	rows_expect_text(&r, 0, "user", "ann");
	rows_expect_number(&r, 0, "traces", ROWS_UNKNOWN);
	rows_expect_number(&r, 0, "generations", ROWS_UNKNOWN);
	rows_expect_number(&r, 0, "errors", ROWS_UNKNOWN);
	rows_expect_number(&r, 0, "cost_usd", ROWS_UNKNOWN);
	rows_expect_number(&r, 0, "last_time", time_parse(STR(LAST)));
	rows_free(&r);
	feed(b, SESSION(FETCHED, SESSION_COUNTS(9, 3)));
	rows_build_all(&r, &b->f, ROWS_SESSIONS);
	rows_expect_number(&r, 0, "traces", 3);
	rows_expect_number(&r, 0, "generations", 9);
	rows_expect_number(&r, 0, "errors", 2);
	rows_expect_number(&r, 0, "cost_usd", 7 * USD);
	rows_free(&r);
	assert_int_equal(session(b, "S")->first_trace, MODEL_NONE);
}

static void a_session_knows_what_its_traces_do_not(void **state)
{
	struct bench *b = *state;

	feed(b, SESSION(FETCHED, SESSION_COUNTS(9, 3)));
	feed(b, COUNTED);
	assert_true(session(b, "S")->listed);
	assert_int_equal(session(b, "S")->traces, 3);
	assert_int_equal(session(b, "S")->totals.kinds[EVENT_GENERATION], 9);
	assert_int_not_equal(session(b, "S")->first_trace, MODEL_NONE);
	/* A newer one that knows no more than the trace. */
	feed(b, SESSION(LATER, SESSION_COUNTS(3, 1)));
	assert_false(session(b, "S")->listed);
	assert_true(session(b, "S")->counted);
	assert_int_equal(session(b, "S")->traces, 1);
	assert_int_equal(session(b, "S")->totals.input, 300);
}

static void a_trace_without_counts_leaves_its_session_without(void **state)
{
	struct bench *b = *state;

	feed(b, LISTED("trace", FETCHED, "\"$ai_trace_id\":\"U\",\"$ai_session_id\":\"S\""));
	feed(b, COUNTED);
	assert_false(session(b, "S")->counted);
	assert_int_equal(session(b, "S")->traces, 2);
	assert_user(b, session(b, "S")->user, "ann");
	feed(b, LISTED("trace", FETCHED, "\"$ai_trace_id\":\"U\"," COUNTS(1, 0, 0)));
	assert_true(session(b, "S")->counted);
	assert_int_equal(session(b, "S")->totals.kinds[EVENT_GENERATION], 4);
}

static void a_trace_moves_with_what_is_shown(void **state)
{
	struct bench *b = *state;

	feed(b, all_events[4]); /* says Q */
	assert_non_null(session(b, "Q"));
	feed(b, COUNTED);
	assert_null(session(b, "Q"));
	assert_int_equal(session(b, "S")->traces, 1);
	feed(b, LISTED("trace", LATER,
	               "\"$ai_trace_id\":\"T\",\"$ai_session_id\":\"R\"," COUNTS(4, 0, 0)));
	assert_null(session(b, "S"));
	assert_int_equal(session(b, "R")->totals.kinds[EVENT_GENERATION], 4);
	assert_sums_agree(b);
}

/* Sums as large as they get: nothing overflows, and what stops at a limit comes back. */
static void huge_sums_are_added_and_taken_away(void **state)
{
	struct bench *b = *state;
	struct buf line = {0};

	for (int i = 0; i < 60; i++) {
		buf_clear(&line);
		buf_printf(&line,
		           "{\"event\":\"$listed_trace\",\"timestamp\":\"" FETCHED
		           "\",\"properties\":{"
		           "\"$ai_trace_id\":\"h%d\",\"$ai_session_id\":\"S\",\"$ai_input_tokens\":"
		           "1000000000000000,\"$ai_total_cost_usd\":9000000," COUNTS(100000000, 0,
		                                                                     0) "}}",
		           i);
		feed(b, buf_text(&line));
		model_totals(b->f.model);
	}
	assert_int_equal(model_totals(b->f.model)->kinds[EVENT_GENERATION], UINT32_MAX);
	assert_true(model_totals(b->f.model)->cost_reported == (money)60 * 9000000 * USD);
	for (int i = 0; i < 60; i++) {
		buf_clear(&line);
		buf_printf(&line,
		           "{\"event\":\"$listed_trace\",\"timestamp\":\"" LATER
		           "\",\"properties\":{"
		           "\"$ai_trace_id\":\"h%d\"," COUNTS(2, 0, 2) "}}",
		           i);
		feed(b, buf_text(&line));
	}
	assert_int_equal(model_totals(b->f.model)->kinds[EVENT_GENERATION], 120);
	assert_true(model_totals(b->f.model)->cost_reported == 0);
	assert_int_equal(model_totals(b->f.model)->input, 0);
	assert_sums_agree(b);
	buf_free(&line);
}

/* ---- who asks ---- */

static void look_ups_find_what_is_listed(void **state)
{
	struct bench *b = *state;
	struct lookup found;
	struct errinfo e;

	feed(b, COUNTED);
	feed(b, SESSION(FETCHED, ""));
	assert_int_equal(lookup_find(&found, b->f.model, STR("T"), &e), ERR_OK);
	assert_int_equal(found.kind, LOOKUP_TRACE);
	assert_int_equal(lookup_find(&found, b->f.model, STR("S"), &e), ERR_OK);
	assert_int_equal(found.kind, LOOKUP_SESSION);
	assert_int_equal(lookup_find(&found, b->f.model, STR("last"), &e), ERR_OK);
	assert_int_equal(found.kind, LOOKUP_TRACE);
	assert_int_equal(lookup_find(&found, b->f.model, STR("last:error"), &e), ERR_OK);
	feed(b, LISTED("trace", LATER, "\"$ai_trace_id\":\"T\"," COUNTS(3, 0, 0)));
	assert_int_equal(lookup_find(&found, b->f.model, STR("last:error"), &e), ERR_NOT_FOUND);
}

static void stats_and_groups_are_of_events(void **state)
{
	struct bench *b = *state;
	struct stats s;
	struct rows r;

	feed(b, COUNTED);
	stats_build(&s, b->f.model, TIME_NONE, TIME_NONE);
	assert_int_equal(s.traces + s.sessions + s.users, 0);
	assert_int_equal(s.totals.events, 0);
	stats_free(&s);
	rows_build_all(&r, &b->f, ROWS_USERS);
	assert_int_equal(r.n, 0);
	rows_free(&r);
	feed(b, GENERATION("a", "01"));
	stats_build(&s, b->f.model, TIME_NONE, TIME_NONE);
	assert_int_equal(s.traces, 1);
	assert_int_equal(s.totals.events, 1);
	stats_free(&s);
	rows_build_all(&r, &b->f, ROWS_MODELS);
	assert_int_equal(r.n, 1);
	rows_expect_number(&r, 0, "generations", 1);
	rows_free(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_listed_trace_is_read, setup, teardown),
		cmocka_unit_test_setup_teardown(what_is_absent_is_unknown, setup, teardown),
		cmocka_unit_test_setup_teardown(counts_that_cannot_be_are_left_out, setup,
	                                        teardown),
		cmocka_unit_test_setup_teardown(sums_that_cannot_be_are_left_out, setup, teardown),
		cmocka_unit_test_setup_teardown(sums_of_no_calls_are_none, setup, teardown),
		cmocka_unit_test_setup_teardown(a_line_of_nothing_lists_nothing, setup, teardown),
		cmocka_unit_test_setup_teardown(listings_come_over_from_batches, setup, teardown),
		cmocka_unit_test(the_loader_tells_of_each),
		cmocka_unit_test_setup_teardown(a_listed_trace_is_a_trace, setup, teardown),
		cmocka_unit_test_setup_teardown(until_all_events_are_here_the_listing_shows, setup,
	                                        teardown),
		cmocka_unit_test_setup_teardown(the_listing_shows_again_when_an_event_leaves, setup,
	                                        teardown),
		cmocka_unit_test_setup_teardown(other_kinds_do_not_count_against_it, setup,
	                                        teardown),
		cmocka_unit_test_setup_teardown(a_tree_has_the_events_that_are_here, setup,
	                                        teardown),
		cmocka_unit_test_setup_teardown(the_newest_counted_line_wins, setup, teardown),
		cmocka_unit_test_setup_teardown(of_one_moment_the_last_line_wins, setup, teardown),
		cmocka_unit_test_setup_teardown(a_line_that_changes_nothing_is_no_new_version,
	                                        setup, teardown),
		cmocka_unit_test_setup_teardown(without_counts_all_totals_are_unknown, setup,
	                                        teardown),
		cmocka_unit_test_setup_teardown(counted_columns, setup, teardown),
		cmocka_unit_test_setup_teardown(a_listed_session_is_a_session, setup, teardown),
		cmocka_unit_test_setup_teardown(a_session_knows_what_its_traces_do_not, setup,
	                                        teardown),
		cmocka_unit_test_setup_teardown(a_trace_without_counts_leaves_its_session_without,
	                                        setup, teardown),
		cmocka_unit_test_setup_teardown(a_trace_moves_with_what_is_shown, setup, teardown),
		cmocka_unit_test_setup_teardown(huge_sums_are_added_and_taken_away, setup,
	                                        teardown),
		cmocka_unit_test_setup_teardown(look_ups_find_what_is_listed, setup, teardown),
		cmocka_unit_test_setup_teardown(stats_and_groups_are_of_events, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
