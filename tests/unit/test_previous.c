/* The call before a call: which one it is, how much both share, and what becomes of that while a trace grows. */
#include "base/mem.h"
#include "base/time.h"
#include "explorer.h"
#include "message/fingerprint.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define DEADLINE (20 * TIME_SECOND)

struct bench {
	struct loop *loop;
	struct loop_timer *tick; /* so that waiting for something that never comes ends */
	struct explorer *explorer;
	char path[64];
};

static void nothing(void *ctx)
{
	(void)ctx;
}

/* A call of a trace that began at that second, with a message for each letter. */
static void write_call(struct bench *b, const char *trace, unsigned number, unsigned second,
                       const char *letters)
{
	FILE *f = fopen(b->path, "ab");

	assert_non_null(f);
	fprintf(f,
	        "{\"uuid\":\"00000000-0000-4000-8000-%012u\",\"event\":\"$ai_generation\",\"timestamp\":"
	        "\"2026-11-01T00:%02u:%02uZ\",\"properties\":{\"$ai_trace_id\":\"%s\",\"$ai_input\":[",
	        number, second / 60, second % 60, trace);
	for (const char *c = letters; *c; c++)
		fprintf(f, "%s{\"role\":\"user\",\"content\":\"message %c\"}",
		        c == letters ? "" : ",", *c);
	fputs("]}}\n", f);
	assert_int_equal(fclose(f), 0);
}

static void open_bench(struct bench *b)
{
	int fd;

	*b = (struct bench){.path = "/tmp/test_previous.XXXXXX"};
	fd = mkstemp(b->path);
	assert_true(fd >= 0);
	close(fd);
	b->loop = loop_new();
	b->tick = loop_timer_new(b->loop, nothing, NULL);
	loop_timer_start(b->tick, 20, 20);
	b->explorer = explorer_new(b->loop);
}

static void load(struct bench *b, bool follow)
{
	struct errinfo e;

	assert_int_equal(explorer_add_file(b->explorer, b->path, &e), ERR_OK);
	explorer_start(b->explorer, follow);
	explorer_load(b->explorer);
}

static void close_bench(struct bench *b)
{
	explorer_free(b->explorer);
	loop_timer_free(b->tick);
	loop_free(b->loop);
	unlink(b->path);
}

static uint32_t event_of(struct bench *b, unsigned number)
{
	const struct events *t = explorer_events(b->explorer);
	char uuid[40];
	uint32_t id, event;

	snprintf(uuid, sizeof(uuid), "00000000-0000-4000-8000-%012u", number);
	id = ids_find(&t->ids, str_of(uuid));
	event = model_event_of_uuid(explorer_model(b->explorer), id);
	assert_int_not_equal(event, EVENT_NONE);
	return event;
}

static struct previous wait_previous(struct bench *b, unsigned number)
{
	int64_t end = time_monotonic() + DEADLINE;
	uint32_t event = event_of(b, number);
	const struct previous *p;

	while (!(p = explorer_previous(b->explorer, event))) {
		assert_true(time_monotonic() < end);
		loop_step(b->loop, true);
	}
	return *p;
}

static void wait_events(struct bench *b, uint32_t n)
{
	int64_t end = time_monotonic() + DEADLINE;

	while (explorer_events(b->explorer)->n < n) {
		assert_true(time_monotonic() < end);
		loop_step(b->loop, true);
	}
}

static void assert_previous(struct bench *b, unsigned of, unsigned expected, uint32_t shared,
                            uint32_t number)
{
	struct previous p = wait_previous(b, of);

	if (expected == 0) {
		assert_int_equal(p.event, EVENT_NONE);
		return;
	}
	assert_int_equal(p.event, event_of(b, expected));
	assert_int_equal(p.shared, shared);
	assert_int_equal(p.number, number);
}

static struct previous slow_previous(struct model *m, uint32_t event)
{
	const struct events *t = model_events(m);
	struct previous best = {.event = EVENT_NONE};
	uint32_t trace = model_trace_of(m, event), at;
	struct detail *own = detail_read(t, event);
	struct fingerprints prints;

	fingerprints_read(&prints, &own->messages);
	at = trace == MODEL_NONE || event_kind(events_get(t, event)) != EVENT_GENERATION
	             ? EVENT_NONE
	             : model_trace(m, trace)->first_event;
	for (; at != EVENT_NONE; at = model_next_event(m, at)) {
		struct detail *d = detail_read(t, at);
		struct fingerprints other;
		uint32_t shared;

		fingerprints_read(&other, &d->messages);
		shared = fingerprints_shared(&prints, &other);
		if (event_kind(events_get(t, at)) == EVENT_GENERATION && shared > 0 &&
		    events_compare_start(t, at, event) < 0 &&
		    (shared > best.shared ||
		     (shared == best.shared && events_compare_start(t, at, best.event) > 0)))
			best = (struct previous){.event = at, .shared = shared};
		fingerprints_free(&other);
		detail_free(d);
	}
	fingerprints_free(&prints);
	detail_free(own);
	return best;
}

static void the_longest_shared_beginning_decides(void **state)
{
	struct bench b;

	(void)state;
	open_bench(&b);
	write_call(&b, "t", 1, 1, "a");
	write_call(&b, "t", 2, 2, "abc");
	write_call(&b, "t", 3, 3, "x");
	write_call(&b, "t", 4, 4, "abcde");
	write_call(&b, "t", 5, 5, "xy");
	write_call(&b, "t", 6, 6, "abz");
	write_call(&b, "t", 7, 7, "q");
	write_call(&b, "other", 8, 1, "q");
	load(&b, false);
	assert_previous(&b, 1, 0, 0, 0);
	assert_previous(&b, 2, 1, 1, 1);
	assert_previous(&b, 3, 0, 0, 0);
	assert_previous(&b, 4, 2, 3, 2);
	assert_previous(&b, 5, 3, 1, 3);
	assert_previous(&b, 6, 4, 2, 4); /* 2 shares as many: the latest counts */
	assert_previous(&b, 7, 0, 0, 0); /* what another trace has does not count */
	assert_int_equal(explorer_call_number(b.explorer, event_of(&b, 6)), 6);
	close_bench(&b);
}

static void order_is_by_start_not_by_arrival(void **state)
{
	struct bench b;

	(void)state;
	open_bench(&b);
	write_call(&b, "t", 3, 30, "abc");
	write_call(&b, "t", 1, 10, "a");
	write_call(&b, "t", 2, 20, "ab");
	load(&b, false);
	assert_previous(&b, 3, 2, 2, 2);
	assert_previous(&b, 2, 1, 1, 1);
	close_bench(&b);
}

static void it_stands_until_an_earlier_call_arrives_late(void **state)
{
	struct bench b;
	int64_t end = time_monotonic() + DEADLINE;

	(void)state;
	open_bench(&b);
	write_call(&b, "t", 1, 10, "a");
	write_call(&b, "t", 3, 30, "abc");
	load(&b, true);
	assert_previous(&b, 3, 1, 1, 1);
	write_call(&b, "t", 4, 40, "abc");
	wait_events(&b, 3);
	/* At once: nothing is looked for again. */
	assert_non_null(explorer_previous(b.explorer, event_of(&b, 3)));
	assert_previous(&b, 3, 1, 1, 1);
	assert_previous(&b, 4, 3, 3, 2);
	write_call(&b, "t", 2, 20, "ab");
	wait_events(&b, 4);
	/* What was known is given until the new one is. */
	assert_non_null(explorer_previous(b.explorer, event_of(&b, 3)));
	while (wait_previous(&b, 3).event != event_of(&b, 2)) {
		assert_true(time_monotonic() < end);
		loop_step(b.loop, true);
	}
	assert_previous(&b, 3, 2, 2, 2);
	assert_previous(&b, 4, 3, 3, 3); /* the same call, of another number */
	close_bench(&b);
}

static void of_a_long_trace_the_calls_just_before_count(void **state)
{
	struct bench b;

	(void)state;
	open_bench(&b);
	write_call(&b, "t", 1, 1, "abc");
	for (unsigned i = 0; i < PREVIOUS_CALLS; i++)
		write_call(&b, "t", 2 + i, 2 + i, i == 0 ? "ab" : "x");
	write_call(&b, "t", 999, 999, "abc");
	load(&b, false);
	assert_previous(&b, 999, 2, 2, 2);
	close_bench(&b);
}

/* What every call of the recorded events has before it, looked for without bounds or haste. */
static void recorded_calls_have_the_right_one_before_them(void **state)
{
	struct bench b;
	struct errinfo e;
	const struct events *t;
	struct model *m;
	unsigned found = 0;

	(void)state;
	open_bench(&b);
	assert_int_equal(explorer_add_file(b.explorer, "data/real_events.ndjson", &e), ERR_OK);
	explorer_start(b.explorer, false);
	explorer_load(b.explorer);
	m = explorer_model(b.explorer);
	t = model_events(m);
	for (uint32_t event = 0; event < t->n; event++) {
		struct previous expected = slow_previous(m, event);
		const struct previous *p;

		while (!(p = explorer_previous(b.explorer, event)))
			loop_step(b.loop, true);
		assert_int_equal(p->event, expected.event);
		if (p->event != EVENT_NONE)
			assert_int_equal(p->shared, expected.shared);
		found += p->event != EVENT_NONE;
	}
	assert_true(found > 3);
	close_bench(&b);
}

static void a_file_that_is_gone_shares_nothing(void **state)
{
	struct bench b;

	(void)state;
	open_bench(&b);
	write_call(&b, "t", 1, 1, "a");
	write_call(&b, "t", 2, 2, "ab");
	load(&b, false);
	assert_int_equal(truncate(b.path, 0), 0);
	assert_previous(&b, 2, 0, 0, 0);
	close_bench(&b);
}

static void closing_does_not_wait_for_answers_that_nobody_needs(void **state)
{
	struct bench b;

	(void)state;
	open_bench(&b);
	for (unsigned i = 1; i < 50; i++)
		write_call(&b, "t", i, i, "ab");
	load(&b, false);
	for (unsigned i = 1; i < 50; i++)
		explorer_previous(b.explorer, event_of(&b, i));
	close_bench(&b);
}

/* ---- fingerprints ---------------------------------------------------------------------------- */

static uint64_t print_of(struct part p)
{
	return fingerprint_part(0, &p);
}

static void every_field_is_in_a_fingerprint(void **state)
{
	const struct part base = {.role = STR("user"), .text = STR("ab"), .name = STR("c")};
	struct part parts[8];

	(void)state;
	for (size_t i = 0; i < 8; i++)
		parts[i] = base;
	parts[0].type = PART_REASONING;
	parts[1].role = STR("tool");
	parts[2].text = STR("a");
	parts[3].name = STR("bc");
	parts[4].id = STR("1");
	parts[5].arguments = STR("{}");
	parts[6].result = STR("{}");
	parts[7].failed = true;
	assert_int_equal(print_of(base), print_of(base));
	for (size_t i = 0; i < 8; i++)
		for (size_t j = 0; j < i; j++)
			assert_int_not_equal(print_of(parts[i]), print_of(parts[j]));
	for (size_t i = 0; i < 8; i++)
		assert_int_not_equal(print_of(parts[i]), print_of(base));
}

static void read_prints(const char *properties, struct fingerprints *f)
{
	struct json_report report;
	struct json_tree t;
	struct messages m;

	assert_int_equal(json_tree_parse(&t, str_of(properties), &report), ERR_OK);
	messages_read(&m, &t, 0);
	fingerprints_read(f, &m);
	messages_free(&m);
	json_tree_free(&t);
}

static void what_is_around_a_message_is_not_in_it(void **state)
{
	struct fingerprints a, b;

	(void)state;
	read_prints(
		"{\"$ai_input\":[{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"x\"}]},"
		"{\"role\":\"assistant\",\"content\":\"y\"}],\"$ai_output_choices\":[{\"role\":"
		"\"assistant\",\"content\":\"z\"}]}",
		&a);
	read_prints(
		"{\"$ai_input\":[{\"content\":[{\"text\":\"x\",\"type\":\"text\",\"cache_control\":"
		"{\"type\":\"ephemeral\"}}],\"role\":\"user\"}]}",
		&b);
	assert_int_equal(a.n, 2); /* the output is none of them */
	assert_int_equal(b.n, 1);
	assert_int_equal(fingerprints_shared(&a, &b), 1);
	assert_int_equal(a.ends[1], 2);
	fingerprints_free(&a);
	fingerprints_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_longest_shared_beginning_decides),
		cmocka_unit_test(order_is_by_start_not_by_arrival),
		cmocka_unit_test(it_stands_until_an_earlier_call_arrives_late),
		cmocka_unit_test(of_a_long_trace_the_calls_just_before_count),
		cmocka_unit_test(recorded_calls_have_the_right_one_before_them),
		cmocka_unit_test(a_file_that_is_gone_shares_nothing),
		cmocka_unit_test(closing_does_not_wait_for_answers_that_nobody_needs),
		cmocka_unit_test(every_field_is_in_a_fingerprint),
		cmocka_unit_test(what_is_around_a_message_is_not_in_it),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
