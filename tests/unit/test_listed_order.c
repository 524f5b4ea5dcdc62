/* Listings and events in any order, looked at in between or not: what is shown at the end is the same. */
#include "support/listing_bench.h"
#include "support/model_sample.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void dump(const struct listing_bench *b, struct buf *out)
{
	static const char *const sessions[] = {"S", "R", "Q"};
	uint32_t at = listing_bench_number(b, "T");

	if (at != MODEL_NONE) {
		const struct trace *t = model_trace(b->f.model, at);

		buf_printf(out, "T name %.*s user ",
		           STR_ARG(strings_get(&b->f.events.strings, t->name)));
		ids_text(&b->f.events.ids, t->user, out);
		buf_printf(out, " times %lld %lld %lld %lld latency %lld opened %lld %d %d %d",
		           (long long)t->first_time, (long long)t->last_time, (long long)t->start,
		           (long long)t->end, (long long)t->latency, (long long)t->opened,
		           t->bodies, t->listed, t->counted);
		sample_dump_totals(out, &t->totals);
	}
	for (size_t i = 0; i < sizeof(sessions) / sizeof(*sessions); i++) {
		const struct session *s = listing_bench_session(b, sessions[i]);

		if (!s)
			continue;
		buf_printf(out, "%s listed %d counted %d ", sessions[i], s->listed, s->counted);
		sample_dump_session(out, b->f.model, model_find_session(b->f.model, s->id));
	}
	sample_dump_totals(out, model_totals(b->f.model));
}

/* Feeds those lines of which the bit is set, each at its own place. */
static void feed_shuffled(struct listing_bench *b, uint32_t set, unsigned *seed)
{
	static const char *const lines[] = {
		GENERATION("a", "01"),
		GENERATION("b", "02"),
		GENERATION("a", "07"),
		EVENT("span", "d", "04", ",\"$ai_span_name\":\"step\""),
		EVENT("trace", "e", "05", ",\"$ai_span_name\":\"own\",\"$ai_session_id\":\"Q\""),
		"{\"event\":\"$ai_span\",\"uuid\":\"b\",\"properties\":{\"$ai_session_id\":\"S\","
		"\"$ai_trace_id\":\"U\"}}",
		COUNTED,
		PLAIN,
		OPENED,
		LISTED("trace", LATER, "\"$ai_trace_id\":\"T\"," TIMES "," COUNTS(1, 0, 0)),
		LISTED("trace", FETCHED,
	               "\"$ai_trace_id\":\"T\",\"bodies\":\"gone\"," COUNTS(2, 0, 0)),
		LISTED("trace", FETCHED, "\"$ai_trace_id\":\"U\",\"$ai_session_id\":\"S\"," TIMES),
		SESSION(FETCHED, SESSION_COUNTS(2, 2)),
		SESSION(LATER, ""),
	};
	enum { LINES = sizeof(lines) / sizeof(*lines) };
	uint32_t order[LINES] = {0};

	for (uint32_t i = 0; i < LINES; i++) {
		uint32_t other = (uint32_t)rand_r(seed) % (i + 1);

		order[i] = order[other];
		order[other] = i;
	}
	for (uint32_t i = 0; i < LINES; i++) {
		if (!(set >> order[i] & 1))
			continue;
		b->offset = UINT64_C(1000) * order[i];
		listing_bench_feed(b, lines[order[i]]);
		if (rand_r(seed) % 2)
			listing_bench_check_sums(b);
	}
}

static void the_order_of_arrival_never_shows(void **state)
{
	struct listing_bench *b = *state;
	struct buf first = {0}, other = {0};
	unsigned seed = 1;

	for (int round = 0; round < 400; round++) {
		uint32_t set = (uint32_t)rand_r(&seed);

		buf_clear(&first);
		for (int again = 0; again < 4; again++) {
			listing_bench_empty(b);
			feed_shuffled(b, set, &seed);
			buf_clear(&other);
			dump(b, again ? &other : &first);
			if (again)
				assert_string_equal(buf_text(&first), buf_text(&other));
		}
	}
	buf_free(&first);
	buf_free(&other);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_order_of_arrival_never_shows,
	                                        listing_bench_enter, listing_bench_leave),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
