/* A large session keeps its sums: looked at after any event or listing they are those of its traces, added up, and those of a
 * model that looks but once. */
#include "support/listing_bench.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define TRACES   400
#define STEPS    2500
#define LINE_MAX 800

static const char *const sessions[] = {"S", "R"};

static unsigned below(unsigned *seed, unsigned n)
{
	return (unsigned)rand_r(seed) % n;
}

/* Most events have a uuid that came before, in its trace or in another. */
static void make_event(char *line, unsigned *seed, unsigned step)
{
	static const char *const kinds[] = {"generation", "span", "trace", "embedding"};
	static const char *const more[] = {
		"",
		",\"$ai_input_tokens\":9223372036854775807",
		",\"$ai_input_tokens\":7,\"$ai_output_tokens\":3,\"$ai_total_cost_usd\":0.125",
		",\"$ai_latency\":2.5,\"$ai_is_error\":true",
		",\"$ai_latency\":9000000000000",
	};
	char time[64] = "";

	if (below(seed, 10) > 0)
		snprintf(time, sizeof(time), "\"timestamp\":\"2026-11-22T09:%02u:%02uZ\",",
		         below(seed, 8), below(seed, 60));
	snprintf(line, LINE_MAX,
	         "{\"event\":\"$ai_%s\",\"uuid\":\"u%u\",\"distinct_id\":\"p%u\",%s"
	         "\"properties\":{\"$ai_trace_id\":\"t%u\",\"$ai_session_id\":\"%s\"%s}}",
	         kinds[below(seed, 4)], below(seed, 3) > 0 ? below(seed, 900) : 1000 + step,
	         below(seed, 50), time, below(seed, TRACES), sessions[below(seed, 8) == 0],
	         more[below(seed, 5)]);
}

static void make_listing(char *line, unsigned *seed)
{
	char counts[256] = "";

	if (below(seed, 2))
		snprintf(counts, sizeof(counts),
		         ",\"generations\":%u,\"embeddings\":0,\"spans\":1,\"traces\":1,"
		         "\"metrics\":0,\"feedbacks\":0,\"errors\":1,\"unpriced\":0,"
		         "\"$ai_input_tokens\":300,\"$ai_total_cost_usd\":0.25,\"$ai_latency\":4.5",
		         below(seed, 6));
	snprintf(line, LINE_MAX,
	         "{\"event\":\"$listed_trace\",\"timestamp\":\"2026-11-22T10:00:%02uZ\","
	         "\"distinct_id\":\"l%u\",\"properties\":{\"$ai_trace_id\":\"t%u\","
	         "\"$ai_session_id\":\"%s\",\"first_time\":\"2026-11-22T09:0%u:00Z\","
	         "\"last_time\":\"2026-11-22T09:0%u:30Z\"%s}}",
	         below(seed, 60), below(seed, 20), below(seed, TRACES),
	         sessions[below(seed, 8) == 0], below(seed, 4), 4 + below(seed, 5), counts);
}

static bool is_later(const struct model *m, uint32_t a, uint32_t b)
{
	int64_t x = model_trace(m, a)->last_time, y = model_trace(m, b)->last_time;

	return x != y ? x > y : a > b;
}

static int64_t added(int64_t a, int64_t b)
{
	return a > INT64_MAX - b ? INT64_MAX : a + b;
}

/* What the session must show, from its traces alone. user is not compared here. */
static void add_up(struct model *m, const struct session *shown, struct session *out)
{
	*out = (struct session){.id = shown->id,
	                        .user = shown->user,
	                        .first_trace = shown->first_trace,
	                        .latest_trace = MODEL_NONE,
	                        .first_time = TIME_NONE,
	                        .last_time = TIME_NONE,
	                        .latency = EVENT_UNKNOWN,
	                        .counted = true};
	for (uint32_t at = shown->first_trace; at != MODEL_NONE; at = model_next_trace(m, at)) {
		const struct trace *t = model_trace(m, at);

		out->traces++;
		out->counted &= t->counted;
		totals_add(&out->totals, &t->totals);
		if (t->first_time != TIME_NONE &&
		    (out->first_time == TIME_NONE || t->first_time < out->first_time))
			out->first_time = t->first_time;
		if (t->last_time > out->last_time)
			out->last_time = t->last_time;
		if (t->latency != EVENT_UNKNOWN)
			out->latency = added(out->latency == EVENT_UNKNOWN ? 0 : out->latency,
			                     t->latency);
		if (out->latest_trace == MODEL_NONE || is_later(m, at, out->latest_trace))
			out->latest_trace = at;
	}
}

static void assert_totals(const struct totals *a, const struct totals *b)
{
	assert_true(a->cost_reported == b->cost_reported);
	assert_true(a->cost_estimated == b->cost_estimated);
	assert_true(a->input == b->input && a->input_known == b->input_known);
	assert_true(a->output == b->output && a->output_known == b->output_known);
	assert_true(a->cache_read == b->cache_read && a->cache_write == b->cache_write);
	assert_true(a->reasoning == b->reasoning);
	assert_memory_equal(a->kinds, b->kinds, sizeof(a->kinds));
	assert_int_equal(a->events, b->events);
	assert_int_equal(a->errors, b->errors);
	assert_int_equal(a->unpriced, b->unpriced);
	assert_int_equal(a->reported, b->reported);
	assert_int_equal(a->estimated, b->estimated);
	assert_int_equal(a->running, b->running);
	assert_int_equal(a->suspect, b->suspect);
}

static void assert_same(const struct session *a, const struct session *b)
{
	assert_int_equal(a->traces, b->traces);
	assert_int_equal(a->counted, b->counted);
	assert_true(a->first_time == b->first_time);
	assert_true(a->last_time == b->last_time);
	assert_true(a->latency == b->latency);
	assert_totals(&a->totals, &b->totals);
}

static void check(const struct listing_bench *b)
{
	for (size_t i = 0; i < sizeof(sessions) / sizeof(*sessions); i++) {
		const struct session *s = listing_bench_session(b, sessions[i]);
		struct session all;

		if (s == NULL)
			continue;
		add_up(b->f.model, s, &all);
		assert_same(s, &all);
		assert_int_equal(s->latest_trace, all.latest_trace);
	}
}

static void assert_same_user(const struct listing_bench *a, uint32_t user,
                             const struct listing_bench *b, uint32_t other)
{
	struct buf x = {0}, y = {0};

	ids_text(&a->f.events.ids, user, &x);
	ids_text(&b->f.events.ids, other, &y);
	assert_string_equal(buf_text(&x), buf_text(&y));
	buf_free(&x);
	buf_free(&y);
}

/* all has been fed the same, and is looked at for the first time. */
static void check_against(const struct listing_bench *b, const struct listing_bench *all)
{
	for (size_t i = 0; i < sizeof(sessions) / sizeof(*sessions); i++) {
		const struct session *s = listing_bench_session(b, sessions[i]);
		const struct session *other = listing_bench_session(all, sessions[i]);

		assert_int_equal(s != NULL, other != NULL);
		if (s == NULL)
			continue;
		assert_same(s, other);
		assert_same_user(b, s->user, all, other->user);
	}
}

static void sums_are_those_of_the_traces(void **state)
{
	char(*lines)[LINE_MAX] = calloc(STEPS, sizeof(*lines));
	struct listing_bench *b = *state, *all;
	void *fresh;

	for (unsigned round = 1; round <= 6; round++) {
		unsigned seed = round;

		listing_bench_empty(b);
		for (unsigned step = 0; step < STEPS; step++) {
			if (below(&seed, round) > 3)
				make_listing(lines[step], &seed);
			else
				make_event(lines[step], &seed, step);
			b->offset = UINT64_C(1000) * step;
			listing_bench_feed(b, lines[step]);
			if (below(&seed, round * round * 4) == 0)
				check(b);
			if (step % 500 != 499)
				continue;
			listing_bench_enter(&fresh);
			all = fresh;
			for (unsigned i = 0; i <= step; i++) {
				all->offset = UINT64_C(1000) * i;
				listing_bench_feed(all, lines[i]);
			}
			check_against(b, all);
			listing_bench_leave(&fresh);
		}
		check(b);
	}
	free(lines);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(sums_are_those_of_the_traces, listing_bench_enter,
	                                        listing_bench_leave),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
