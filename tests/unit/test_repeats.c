/* How many calls of a session were sent each message of a call. */
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

/* A call with a message for each letter. */
static void write_call(struct bench *b, const char *trace, const char *session, unsigned number,
                       const char *letters)
{
	FILE *f = fopen(b->path, "ab");

	assert_non_null(f);
	fprintf(f,
	        "{\"uuid\":\"00000000-0000-4000-8000-%012u\",\"event\":\"$ai_generation\",\"timestamp\":"
	        "\"2026-11-01T00:00:%02uZ\",\"properties\":{\"$ai_trace_id\":\"%s\",",
	        number, number, trace);
	if (session != NULL)
		fprintf(f, "\"$ai_session_id\":\"%s\",", session);
	fputs("\"$ai_input\":[", f);
	for (const char *c = letters; *c; c++)
		fprintf(f, "%s{\"role\":\"user\",\"content\":\"message %c\"}",
		        c == letters ? "" : ",", *c);
	fputs("],\"$ai_output_choices\":[{\"role\":\"assistant\",\"content\":\"yes\"}]}}\n", f);
	assert_int_equal(fclose(f), 0);
}

static void open_bench(struct bench *b)
{
	int fd;

	*b = (struct bench){.path = "/tmp/test_repeats.XXXXXX"};
	fd = mkstemp(b->path);
	assert_true(fd >= 0);
	close(fd);
	b->loop = loop_new();
	b->tick = loop_timer_new(b->loop, nothing, NULL);
	loop_timer_start(b->tick, 20, 20);
	b->explorer = explorer_new(b->loop);
}

static void load(struct bench *b)
{
	struct errinfo e;

	assert_int_equal(explorer_add_file(b->explorer, b->path, &e), ERR_OK);
	explorer_start(b->explorer, true);
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

	snprintf(uuid, sizeof(uuid), "00000000-0000-4000-8000-%012u", number);
	return model_event_of_uuid(explorer_model(b->explorer), ids_find(&t->ids, str_of(uuid)));
}

/* Other counts than those of that version. */
static const struct repeats *wait_repeats(struct bench *b, uint32_t event, uint32_t other_than)
{
	int64_t end = time_monotonic() + DEADLINE;

	for (;;) {
		const struct repeats *r = explorer_repeats(b->explorer, event);

		if (repeats_version(r) != other_than && r != NULL)
			return r;
		assert_true(time_monotonic() < end);
		loop_step(b->loop, true);
	}
}

/* Of the messages of a call, in their order. */
static void assert_counts(struct bench *b, const struct repeats *r, unsigned number,
                          const uint32_t *expected)
{
	struct detail *d = detail_read(explorer_events(b->explorer), event_of(b, number));
	struct fingerprints prints;

	fingerprints_read(&prints, &d->messages);
	for (uint32_t i = 0; i < prints.n; i++)
		assert_int_equal(repeats_of(r, prints.list[i]), expected[i]);
	fingerprints_free(&prints);
	detail_free(d);
}

static void calls_of_a_session_are_counted(void **state)
{
	const struct repeats *r;
	struct bench b;

	(void)state;
	open_bench(&b);
	write_call(&b, "t1", "s", 1, "ab");
	write_call(&b, "t1", "s", 2, "abcc");
	write_call(&b, "t2", "s", 3, "ad");
	write_call(&b, "t3", "other", 4, "abcd");
	load(&b);
	r = wait_repeats(&b, event_of(&b, 2), 0);
	assert_false(repeats_are_partial(r));
	/* a stands in three calls, b in two, c twice in one. */
	assert_counts(&b, r, 2, (uint32_t[]){3, 2, 1, 1});
	assert_counts(&b, r, 3, (uint32_t[]){3, 1});
	assert_int_equal(repeats_of(r, 1), 0);
	r = wait_repeats(&b, event_of(&b, 4), repeats_version(r));
	assert_counts(&b, r, 4, (uint32_t[]){1, 1, 1, 1});
	close_bench(&b);
}

static void without_a_session_those_of_the_trace(void **state)
{
	struct bench b;

	(void)state;
	open_bench(&b);
	write_call(&b, "t1", NULL, 1, "a");
	write_call(&b, "t1", NULL, 2, "ab");
	write_call(&b, "t2", NULL, 3, "ab");
	load(&b);
	assert_counts(&b, wait_repeats(&b, event_of(&b, 2), 0), 2, (uint32_t[]){2, 1});
	close_bench(&b);
}

static void a_session_grows_and_a_call_is_sent_again(void **state)
{
	const struct repeats *r;
	struct bench b;

	(void)state;
	open_bench(&b);
	write_call(&b, "t1", "s", 1, "ab");
	load(&b);
	r = wait_repeats(&b, event_of(&b, 1), 0);
	assert_counts(&b, r, 1, (uint32_t[]){1, 1});
	write_call(&b, "t2", "s", 2, "ac");
	r = wait_repeats(&b, event_of(&b, 1), repeats_version(r));
	assert_counts(&b, r, 1, (uint32_t[]){2, 1});
	assert_counts(&b, r, 2, (uint32_t[]){2, 1});
	/* In the place of the second one. */
	write_call(&b, "t2", "s", 2, "bd");
	r = wait_repeats(&b, event_of(&b, 1), repeats_version(r));
	assert_counts(&b, r, 1, (uint32_t[]){1, 2});
	close_bench(&b);
}

static void what_cannot_be_read_is_told(void **state)
{
	const struct repeats *r;
	struct bench b;

	(void)state;
	open_bench(&b);
	write_call(&b, "t1", "s", 1, "ab");
	write_call(&b, "t1", "s", 2, "ab");
	load(&b);
	assert_int_equal(truncate(b.path, 300), 0);
	r = explorer_repeats(b.explorer, event_of(&b, 1));
	if (r == NULL)
		r = wait_repeats(&b, event_of(&b, 1), 0);
	assert_true(repeats_are_partial(r));
	close_bench(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(calls_of_a_session_are_counted),
		cmocka_unit_test(without_a_session_those_of_the_trace),
		cmocka_unit_test(a_session_grows_and_a_call_is_sent_again),
		cmocka_unit_test(what_cannot_be_read_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
