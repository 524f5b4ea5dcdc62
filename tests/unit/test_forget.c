/* An explorer that lets go of its events, and goes on where it was. */
#include "explorer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

struct bench {
	struct loop *loop;
	struct explorer *explorer;
	char path[64];
};

static int enter(void **state)
{
	static struct bench bench;
	int fd;

	bench = (struct bench){.loop = loop_new(), .path = "/tmp/forget-XXXXXX"};
	fd = mkstemp(bench.path);
	assert_true(fd >= 0);
	close(fd);
	bench.explorer = explorer_new(bench.loop);
	*state = &bench;
	return 0;
}

static int leave(void **state)
{
	struct bench *b = *state;

	explorer_free(b->explorer);
	loop_free(b->loop);
	unlink(b->path);
	return 0;
}

/* Events from..to, each in the trace of its last digit, and waits until they are loaded. */
static void add(struct bench *b, int from, int to)
{
	FILE *f = fopen(b->path, "a");

	assert_non_null(f);
	for (int i = from; i <= to; i++)
		fprintf(f,
		        "{\"event\":\"$ai_generation\",\"uuid\":\"00000000-0000-4000-8000-%012d\","
		        "\"properties\":{\"$ai_trace_id\":\"trace %d\",\"$ai_model\":\"model %d\","
		        "\"$ai_input_tokens\":%d}}\n",
		        i, i % 10, i % 7, i);
	assert_int_equal(fclose(f), 0);
	explorer_check(b->explorer);
	explorer_load(b->explorer);
}

static void start(struct bench *b)
{
	struct errinfo e;

	assert_int_equal(explorer_add_file(b->explorer, b->path, &e), ERR_OK);
	explorer_start(b->explorer, false);
	explorer_load(b->explorer);
}

static void test_goes_on_from_there(void **state)
{
	struct bench *b = *state;
	const struct events *events = explorer_events(b->explorer);

	start(b);
	add(b, 1, 20000);
	assert_int_equal(events->n, 20000);
	explorer_forget(b->explorer);
	assert_int_equal(events->n, 0);
	assert_int_equal(model_trace_count(explorer_model(b->explorer)), 0);
	add(b, 20001, 20025);
	assert_int_equal(events->n, 25);
	assert_int_equal(model_trace_count(explorer_model(b->explorer)), 10);
	for (uint32_t i = 0; i < 25; i++)
		assert_int_equal(events_input(events, i), 20001 + (int)i);
	assert_string_equal(events_model(events, 2).p, "model 4");
	assert_non_null(explorer_detail(b->explorer, 3));
}

static void test_memory_is_bounded(void **state)
{
	struct bench *b = *state;
	const struct events *events = explorer_events(b->explorer);
	size_t bytes = 0;

	start(b);
	for (int i = 0; i < 20; i++) {
		add(b, i * 5000 + 1, (i + 1) * 5000);
		explorer_forget(b->explorer);
		if (i == 1)
			bytes = events_bytes(events);
	}
	assert_int_equal(events_bytes(events), bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_goes_on_from_there, enter, leave),
		cmocka_unit_test_setup_teardown(test_memory_is_bounded, enter, leave),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
