/* Traces, sessions and totals as events arrive: earliest, duplicates, latency, what is unknown. */
#include "support/model_sample.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define UUID_A "00000000-0000-4000-8000-00000000000a"
#define UUID_B "00000000-0000-4000-8000-00000000000b"
#define UUID_C "00000000-0000-4000-8000-00000000000c"

struct fixture {
	struct events events;
	struct model *model;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	events_init(&f->events);
	f->model = model_new(&f->events);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	model_free(f->model);
	events_fini(&f->events);
	free(f);
	return 0;
}

static uint32_t add(struct fixture *f, struct sample s)
{
	uint32_t event = sample_add(&f->events, &s);

	model_add(f->model, event);
	return event;
}

/* ADD(f, .trace = "T", ...) */
#define ADD(f, ...)     add(f, (struct sample){__VA_ARGS__})
#define AT(seconds)     .has_time = true, .time = (seconds)
#define TOOK(seconds)   .has_latency = true, .latency = (seconds)
#define COST(amount)    .has_cost = true, .cost = (amount)
#define TOKENS(in, out) .has_input = true, .input = (in), .has_output = true, .output = (out)

static uint32_t id(const struct fixture *f, const char *text)
{
	return ids_find(&f->events.ids, str_of(text));
}

static const struct trace *trace(const struct fixture *f, const char *text)
{
	uint32_t number = model_find_trace(f->model, id(f, text));

	return number == MODEL_NONE ? NULL : model_trace(f->model, number);
}

static const struct session *session(const struct fixture *f, const char *text)
{
	uint32_t number = model_find_session(f->model, id(f, text));

	return number == MODEL_NONE ? NULL : model_session(f->model, number);
}

static void assert_name(const struct fixture *f, uint32_t name, const char *text)
{
	assert_true(str_eq(strings_get(&f->events.strings, name), str_of(text)));
}

static void an_empty_model(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(model_trace_count(f->model), 0);
	assert_int_equal(model_session_count(f->model), 0);
	assert_int_equal(model_totals(f->model)->events, 0);
	assert_true(model_first_time(f->model) == TIME_NONE);
	assert_int_equal(model_find_trace(f->model, 0), MODEL_NONE);
	assert_int_equal(model_find_session(f->model, 0), MODEL_NONE);
}

static void tokens_and_cost_are_of_generations_and_embeddings(void **state)
{
	struct fixture *f = *state;
	const struct totals *t;
	money cost;

	ADD(f, .kind = EVENT_GENERATION, .trace = "T", TOKENS(10, 20), COST(7));
	ADD(f, .kind = EVENT_EMBEDDING, .trace = "T", .has_input = true, .input = 5);
	ADD(f, .kind = EVENT_GENERATION, .trace = "T", COST(3), .flags = EVENT_COST_ESTIMATED,
	    .has_cache_write = true, .cache_write = 9);
	ADD(f, .kind = EVENT_SPAN, .trace = "T", TOKENS(1000, 1000), COST(1000));
	ADD(f, .kind = EVENT_TRACE, .trace = "T", TOKENS(1000, 1000), COST(1000));
	t = &trace(f, "T")->totals;
	assert_int_equal(t->input, 15);
	assert_int_equal(t->input_known, 2);
	assert_int_equal(t->output, 20);
	assert_int_equal(t->output_known, 1);
	assert_int_equal(t->cache_write, 9);
	assert_int_equal(t->cache_write_known, 1);
	assert_int_equal(t->reasoning_known, 0);
	assert_true(t->cost_reported == 7 && t->cost_estimated == 3);
	assert_int_equal(t->reported, 1);
	assert_int_equal(t->estimated, 1);
	assert_int_equal(t->unpriced, 1);
	assert_true(totals_cost(t, &cost) && cost == 10);
	assert_int_equal(t->events, 5);
	assert_int_equal(t->kinds[EVENT_GENERATION], 2);
}

/* What is known of it counts, and it is among those that lack a price; superseded it is neither. */
static void an_incomplete_cost_is_estimated_and_unpriced(void **state)
{
	struct fixture *f = *state;
	const struct totals *t;

	ADD(f, .kind = EVENT_GENERATION, .trace = "T", .uuid = UUID_A, .place = 8, COST(3),
	    .flags = EVENT_COST_ESTIMATED | EVENT_COST_INCOMPLETE);
	ADD(f, .kind = EVENT_GENERATION, .trace = "T", COST(7));
	t = &trace(f, "T")->totals;
	assert_true(t->cost_estimated == 3 && t->cost_reported == 7);
	assert_int_equal(t->reported, 1);
	assert_int_equal(t->estimated, 1);
	assert_int_equal(t->unpriced, 1);
	ADD(f, .kind = EVENT_GENERATION, .trace = "T", .uuid = UUID_A, .place = 9, COST(5));
	t = &trace(f, "T")->totals;
	assert_true(t->cost_estimated == 0 && t->cost_reported == 12);
	assert_int_equal(t->estimated, 0);
	assert_int_equal(t->unpriced, 0);
}

static void unknown_is_not_zero(void **state)
{
	struct fixture *f = *state;
	money cost;

	ADD(f, .kind = EVENT_GENERATION, .trace = "T");
	assert_false(totals_cost(&trace(f, "T")->totals, &cost));
	assert_int_equal(trace(f, "T")->totals.input_known, 0);
	assert_true(trace(f, "T")->latency == EVENT_UNKNOWN);
	assert_true(trace(f, "T")->start == TIME_NONE);
	ADD(f, .kind = EVENT_GENERATION, .trace = "T", COST(0), TOKENS(0, 0), TOOK(0));
	assert_true(totals_cost(&trace(f, "T")->totals, &cost) && cost == 0);
	assert_int_equal(trace(f, "T")->totals.input_known, 1);
	assert_int_equal(trace(f, "T")->latency, 0);
}

static void sums_stop_at_the_largest_number(void **state)
{
	struct fixture *f = *state;

	for (uint64_t i = 0; i < 3; i++)
		ADD(f, .kind = EVENT_GENERATION, .trace = "T", TOKENS(INT64_MAX, 1), .uuid = UUID_A,
		    .place = i);
	ADD(f, .kind = EVENT_GENERATION, .trace = "T", TOKENS(INT64_MAX, 1));
	assert_true(trace(f, "T")->totals.input == INT64_MAX);
	assert_true(model_totals(f->model)->input == INT64_MAX);
	ADD(f, .kind = EVENT_GENERATION, .trace = "T", TOKENS(5, 1), .uuid = UUID_A, .place = 9);
	assert_true(model_totals(f->model)->input == INT64_MAX);
	assert_int_equal(model_totals(f->model)->output, 2);
}

static void sums_come_back_from_the_largest_number(void **state)
{
	struct fixture *f = *state;
	static const char *const uuids[] = {UUID_A, UUID_B, UUID_C};

	for (uint64_t i = 0; i < 6; i++)
		ADD(f, .kind = EVENT_GENERATION, .trace = "T", TOKENS(i < 3 ? INT64_MAX : 1, 0),
		    .uuid = uuids[i % 3], .place = i);
	assert_int_equal(model_totals(f->model)->input, 3);
	assert_int_equal(trace(f, "T")->totals.input, 3);
}

static void name_and_user_of_the_explicit_trace(void **state)
{
	struct fixture *f = *state;

	ADD(f, .kind = EVENT_SPAN, .trace = "T", AT(5), .name = "late", .user = "u-late");
	assert_name(f, trace(f, "T")->name, "late");
	ADD(f, .kind = EVENT_SPAN, .trace = "T", AT(2), .user = "u-first");
	assert_name(f, trace(f, "T")->name, "late");
	assert_int_equal(trace(f, "T")->user, id(f, "u-first"));
	ADD(f, .kind = EVENT_SPAN, .trace = "T", AT(3), .name = "earlier");
	assert_name(f, trace(f, "T")->name, "earlier");
	assert_int_equal(trace(f, "T")->explicit_event, EVENT_NONE);
	ADD(f, .kind = EVENT_TRACE, .trace = "T", AT(9), .name = "second", .user = "u-2");
	uint32_t first = ADD(f, .kind = EVENT_TRACE, .trace = "T", AT(8), .name = "first",
	                     .user = "u-1", .flags = EVENT_PERSONLESS);
	assert_name(f, trace(f, "T")->name, "first");
	assert_int_equal(trace(f, "T")->user, id(f, "u-1"));
	assert_true(trace(f, "T")->personless);
	assert_int_equal(trace(f, "T")->explicit_event, first);
}

static void a_trace_event_without_name_leaves_it_to_the_others(void **state)
{
	struct fixture *f = *state;

	ADD(f, .kind = EVENT_TRACE, .trace = "T", AT(1));
	ADD(f, .kind = EVENT_SPAN, .trace = "T", AT(2), .name = "a span", .user = "u");
	assert_name(f, trace(f, "T")->name, "a span");
	assert_int_equal(trace(f, "T")->user, 0);
}

static void times_of_a_trace(void **state)
{
	struct fixture *f = *state;

	ADD(f, .kind = EVENT_SPAN, .trace = "T");
	ADD(f, .kind = EVENT_SPAN, .trace = "T", AT(10), TOOK(4));
	ADD(f, .kind = EVENT_SPAN, .trace = "T", AT(8), TOOK(5), .flags = EVENT_OTEL);
	assert_int_equal(trace(f, "T")->first_time, 8 * TIME_SECOND);
	assert_int_equal(trace(f, "T")->last_time, 10 * TIME_SECOND);
	assert_int_equal(trace(f, "T")->start, 6 * TIME_SECOND);
	assert_int_equal(trace(f, "T")->end, 13 * TIME_SECOND);
	assert_int_equal(model_first_time(f->model), 8 * TIME_SECOND);
	assert_int_equal(model_last_time(f->model), 10 * TIME_SECOND);
}

static void latency_by_the_newest_rule(void **state)
{
	struct fixture *f = *state;

	ADD(f, .kind = EVENT_GENERATION, .trace = "T", .parent = "x", TOOK(1));
	ADD(f, .kind = EVENT_GENERATION, .trace = "T", .parent = "x", TOOK(2));
	ADD(f, .kind = EVENT_SPAN, .trace = "T", TOOK(0));
	ADD(f, .kind = EVENT_EVALUATION, .trace = "T", TOOK(100));
	assert_int_equal(trace(f, "T")->latency, 3 * TIME_SECOND);
	ADD(f, .kind = EVENT_SPAN, .trace = "T", .parent = "T", TOOK(10));
	ADD(f, .kind = EVENT_SPAN, .trace = "T", .parent = "x", TOOK(20));
	ADD(f, .kind = EVENT_GENERATION, .trace = "T", TOOK(5));
	assert_int_equal(trace(f, "T")->latency, 15 * TIME_SECOND);
	ADD(f, .kind = EVENT_TRACE, .trace = "T", TOOK(0));
	assert_int_equal(trace(f, "T")->latency, 15 * TIME_SECOND);
	ADD(f, .kind = EVENT_TRACE, .trace = "T", TOOK(7));
	ADD(f, .kind = EVENT_TRACE, .trace = "T", TOOK(6));
	assert_int_equal(trace(f, "T")->latency, 7 * TIME_SECOND);
}

static void events_without_a_trace(void **state)
{
	struct fixture *f = *state;
	uint32_t event = ADD(f, .kind = EVENT_GENERATION, TOKENS(1, 2), .session = "S");

	assert_int_equal(model_trace_of(f->model, event), MODEL_NONE);
	assert_int_equal(model_trace_count(f->model), 0);
	assert_int_equal(model_session_count(f->model), 0);
	assert_int_equal(model_totals(f->model)->input, 1);
}

static void the_later_duplicate_wins(void **state)
{
	struct fixture *f = *state;
	uint32_t first, last;

	first = ADD(f, .kind = EVENT_GENERATION, .trace = "T", .uuid = UUID_A, TOKENS(10, 0),
	            .place = 5, AT(1));
	last = ADD(f, .kind = EVENT_GENERATION, .trace = "T", .uuid = UUID_A, TOKENS(20, 0),
	           .place = UINT64_C(1) << 48, AT(4), .flags = EVENT_ERROR);
	uint32_t between = ADD(f, .kind = EVENT_GENERATION, .trace = "T", .uuid = UUID_A,
	                       TOKENS(30, 0), .place = 9, AT(0));
	assert_true(model_superseded(f->model, first));
	assert_false(model_superseded(f->model, last));
	assert_true(model_superseded(f->model, between));
	assert_int_equal(model_duplicates(f->model), 2);
	assert_int_equal(trace(f, "T")->totals.input, 20);
	assert_int_equal(trace(f, "T")->totals.events, 1);
	assert_int_equal(trace(f, "T")->first_event, last);
	assert_int_equal(model_next_event(f->model, last), EVENT_NONE);
	assert_int_equal(model_totals(f->model)->input, 20);
	assert_int_equal(model_totals(f->model)->errors, 1);
	assert_int_equal(model_first_time(f->model), 4 * TIME_SECOND);
	assert_int_equal(trace(f, "T")->first_time, 4 * TIME_SECOND);
}

static void a_duplicate_may_be_of_another_trace(void **state)
{
	struct fixture *f = *state;

	ADD(f, .kind = EVENT_SPAN, .trace = "T", .uuid = UUID_A, .session = "S", .place = 1);
	assert_int_equal(session(f, "S")->traces, 1);
	ADD(f, .kind = EVENT_SPAN, .trace = "U", .uuid = UUID_A, .session = "S", .place = 2);
	assert_null(trace(f, "T"));
	assert_int_equal(trace(f, "U")->totals.events, 1);
	assert_int_equal(session(f, "S")->traces, 1);
	ADD(f, .kind = EVENT_SPAN, .trace = "V", .uuid = UUID_A, .session = "S", .place = 0);
	assert_null(trace(f, "V"));
	ADD(f, .kind = EVENT_SPAN, .uuid = UUID_A, .session = "S", .place = 3);
	assert_null(trace(f, "U"));
	assert_null(session(f, "S"));
	assert_int_equal(model_session_count(f->model), 1);
	assert_int_equal(model_session(f->model, 0)->traces, 0);
	assert_int_equal(model_totals(f->model)->events, 1);
	ADD(f, .kind = EVENT_SPAN, .trace = "T", .uuid = UUID_A, .place = 4);
	assert_int_equal(trace(f, "T")->totals.events, 1);
}

static void no_uuid_is_never_a_duplicate(void **state)
{
	struct fixture *f = *state;

	ADD(f, .kind = EVENT_SPAN, .trace = "T", .place = 1);
	ADD(f, .kind = EVENT_SPAN, .trace = "T", .place = 2);
	assert_int_equal(trace(f, "T")->totals.events, 2);
	assert_int_equal(model_duplicates(f->model), 0);
}

static void a_session_follows_the_earliest_event_that_has_one(void **state)
{
	struct fixture *f = *state;

	ADD(f, .kind = EVENT_SPAN, .trace = "T", AT(1));
	assert_int_equal(trace(f, "T")->session, MODEL_NONE);
	ADD(f, .kind = EVENT_SPAN, .trace = "T", AT(9), .session = "late");
	assert_int_equal(session(f, "late")->traces, 1);
	ADD(f, .kind = EVENT_SPAN, .trace = "T", AT(5), .session = "early");
	ADD(f, .kind = EVENT_SPAN, .trace = "T", AT(7), .session = "between");
	assert_null(session(f, "late"));
	assert_null(session(f, "between"));
	assert_int_equal(session(f, "early")->traces, 1);
	assert_int_equal(session(f, "early")->totals.events, 4);
	assert_ptr_equal(trace(f, "T"), model_trace(f->model, session(f, "early")->first_trace));
}

static void sums_of_a_session(void **state)
{
	struct fixture *f = *state;
	uint32_t seen = 0;

	ADD(f, .kind = EVENT_GENERATION, .trace = "T", AT(3), .session = "S", .user = "second",
	    TOKENS(1, 2), TOOK(1));
	ADD(f, .kind = EVENT_GENERATION, .trace = "U", AT(1), .session = "S", .user = "first",
	    TOKENS(10, 20), TOOK(2));
	ADD(f, .kind = EVENT_SPAN, .trace = "V", .session = "S");
	const struct session *s = session(f, "S");
	assert_int_equal(s->traces, 3);
	assert_int_equal(s->totals.input, 11);
	assert_int_equal(s->latency, 3 * TIME_SECOND);
	assert_int_equal(s->first_time, 1 * TIME_SECOND);
	assert_int_equal(s->last_time, 3 * TIME_SECOND);
	assert_int_equal(s->user, id(f, "first"));
	for (uint32_t t = s->first_trace; t != MODEL_NONE; t = model_next_trace(f->model, t))
		seen++;
	assert_int_equal(seen, 3);
	ADD(f, .kind = EVENT_GENERATION, .trace = "U", AT(2), TOKENS(100, 0));
	assert_int_equal(session(f, "S")->totals.input, 111);
}

static void duplicates_before_others_looked(void **state)
{
	struct fixture *f = *state;

	ADD(f, .kind = EVENT_SPAN, .trace = "T", .uuid = UUID_A, .place = 1, .session = "a", AT(1));
	ADD(f, .kind = EVENT_SPAN, .trace = "T", .uuid = UUID_B, .place = 2, .session = "b", AT(2));
	ADD(f, .kind = EVENT_SPAN, .trace = "T", .uuid = UUID_A, .place = 3, .session = "c", AT(3));
	ADD(f, .kind = EVENT_SPAN, .trace = "T", .uuid = UUID_C, .place = 4, .session = "d", AT(4));
	assert_null(session(f, "a"));
	assert_null(session(f, "c"));
	assert_int_equal(session(f, "b")->totals.events, 3);
}

static void versions_change_with_changes(void **state)
{
	struct fixture *f = *state;

	ADD(f, .kind = EVENT_SPAN, .trace = "T", .uuid = UUID_A, .place = 1);
	ADD(f, .kind = EVENT_SPAN, .trace = "U");
	uint32_t whole = model_version(f->model);
	uint32_t t = trace(f, "T")->version, u = trace(f, "U")->version;
	ADD(f, .kind = EVENT_SPAN, .trace = "U", .uuid = UUID_A, .place = 2);
	assert_int_not_equal(model_version(f->model), whole);
	assert_int_not_equal(trace(f, "U")->version, u);
	assert_int_not_equal(model_trace(f->model, 0)->version, t);
}

static void pointers_last_while_traces_come(void **state)
{
	struct fixture *f = *state;
	char text[32];

	ADD(f, .kind = EVENT_SPAN, .trace = "T", .name = "kept");
	const struct trace *kept = trace(f, "T");
	for (int i = 0; i < 3000; i++) {
		snprintf(text, sizeof(text), "trace %d", i);
		ADD(f, .kind = EVENT_SPAN, .trace = text, .session = text, TOKENS(i, 0));
	}
	assert_name(f, kept->name, "kept");
	assert_int_equal(model_trace_count(f->model), 3001);
	assert_int_equal(model_session_count(f->model), 3000);
	assert_int_equal(model_find_trace(f->model, id(f, "trace 2999")), 3000);
	assert_int_equal(session(f, "trace 1234")->traces, 1);
	assert_true(model_bytes(f->model) > 3000 * sizeof(struct trace));
}

static void every_event_resent_many_times(void **state)
{
	struct fixture *f = *state;
	char uuid[40];

	for (uint32_t round = 0; round < 20; round++)
		for (uint32_t i = 0; i < 5000; i++) {
			snprintf(uuid, sizeof(uuid), "00000000-0000-4000-8000-%012x", i);
			ADD(f, .kind = EVENT_GENERATION, .trace = "T", .uuid = uuid, TOKENS(1, 1),
			    .place = round * 5000 + i, AT(round * 5000 + i));
		}
	assert_int_equal(trace(f, "T")->totals.input, 5000);
	assert_int_equal(model_totals(f->model)->input, 5000);
	assert_int_equal(model_duplicates(f->model), 19 * 5000);
	assert_int_equal(model_first_time(f->model), 19 * 5000 * TIME_SECOND);
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(an_empty_model),
		TEST(tokens_and_cost_are_of_generations_and_embeddings),
		TEST(an_incomplete_cost_is_estimated_and_unpriced),
		TEST(unknown_is_not_zero),
		TEST(sums_stop_at_the_largest_number),
		TEST(sums_come_back_from_the_largest_number),
		TEST(name_and_user_of_the_explicit_trace),
		TEST(a_trace_event_without_name_leaves_it_to_the_others),
		TEST(times_of_a_trace),
		TEST(latency_by_the_newest_rule),
		TEST(events_without_a_trace),
		TEST(the_later_duplicate_wins),
		TEST(a_duplicate_may_be_of_another_trace),
		TEST(no_uuid_is_never_a_duplicate),
		TEST(a_session_follows_the_earliest_event_that_has_one),
		TEST(sums_of_a_session),
		TEST(duplicates_before_others_looked),
		TEST(versions_change_with_changes),
		TEST(pointers_last_while_traces_come),
		TEST(every_event_resent_many_times),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
