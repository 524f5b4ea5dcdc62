/* The explorer over a file of recorded events and over small files that grow, shrink and change
 * under it. */
#include "base/mem.h"
#include "base/time.h"
#include "explorer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define RECORDED "data/real_events.ndjson"
#define DEADLINE (10 * TIME_SECOND)

struct bench {
	struct loop *loop;
	struct loop_timer *tick; /* so that waiting for something that never comes ends */
	struct explorer *explorer;
	char path[64]; /* of a file of its own, or empty */
	unsigned changes, events;
};

static void nothing(void *ctx)
{
	(void)ctx;
}

static void count_change(void *ctx)
{
	((struct bench *)ctx)->changes++;
}

static void count_event(void *ctx, uint32_t event)
{
	struct bench *b = ctx;

	assert_int_equal(event, b->events);
	assert_true(event < explorer_events(b->explorer)->n);
	b->events++;
}

static void bench_open(struct bench *b, const char *path)
{
	struct errinfo e;

	b->loop = loop_new();
	b->tick = loop_timer_new(b->loop, nothing, NULL);
	loop_timer_start(b->tick, 20, 20);
	b->explorer = explorer_new(b->loop);
	explorer_on_change(b->explorer, count_change, b);
	explorer_on_event(b->explorer, count_event, b);
	assert_int_equal(explorer_add_file(b->explorer, path, &e), ERR_OK);
}

static void bench_close(struct bench *b)
{
	explorer_free(b->explorer);
	loop_timer_free(b->tick);
	loop_free(b->loop);
	if (b->path[0])
		unlink(b->path);
}

static void append(const char *path, const char *text)
{
	FILE *f = fopen(path, "ab");

	assert_non_null(f);
	assert_int_equal(fwrite(text, 1, strlen(text), f), strlen(text));
	assert_int_equal(fclose(f), 0);
}

/* A bench over a file with that text. */
static struct bench bench_of(const char *text)
{
	struct bench b = {.path = "/tmp/test_explorer.XXXXXX"};
	int fd = mkstemp(b.path);

	assert_true(fd >= 0);
	close(fd);
	append(b.path, text);
	return b;
}

static const struct detail *wait_detail(struct bench *b, uint32_t event)
{
	int64_t end = time_monotonic() + DEADLINE;
	const struct detail *d;

	while ((d = explorer_detail(b->explorer, event))->state == DETAIL_LOADING) {
		assert_true(time_monotonic() < end);
		loop_step(b->loop, true);
	}
	assert_int_equal(d->event, event);
	return d;
}

static uint32_t trace_of(struct bench *b, const char *id)
{
	uint32_t number = ids_find(&explorer_events(b->explorer)->ids, str_of(id));
	uint32_t trace = model_find_trace(explorer_model(b->explorer), number);

	assert_int_not_equal(trace, MODEL_NONE);
	return trace;
}

/* Of the trace as it is now. */
static const struct preview *wait_preview(struct bench *b, const char *id)
{
	int64_t end = time_monotonic() + DEADLINE;
	uint32_t trace = trace_of(b, id);
	const struct preview *p;

	for (;;) {
		p = explorer_preview(b->explorer, trace);
		if (p && p->version == model_trace(explorer_model(b->explorer), trace)->version)
			return p;
		assert_true(time_monotonic() < end);
		loop_step(b->loop, true);
	}
}

static void assert_text(struct str text, const char *expected)
{
	if (!str_eq(text, str_of(expected)))
		fail_msg("'%.*s' is not '%s'", STR_ARG(text), expected);
}

#define GENERATION(uuid, trace, time, input, output)                                             \
	"{\"event\":\"$ai_generation\",\"uuid\":\"" uuid                                         \
	"\",\"timestamp\":\"2026-01-01T00:00:" time                                              \
	"Z\",\"distinct_id\":\"u\",\"properties\":{\"$ai_trace_id\":\"" trace "\"," input output \
	"\"$ai_model\":\"m\"}}\n"
#define INPUT(text)  "\"$ai_input\":[{\"role\":\"user\",\"content\":\"" text "\"}],"
#define OUTPUT(text) "\"$ai_output_choices\":[{\"role\":\"assistant\",\"content\":\"" text "\"}],"
#define UUID(n)      "00000000-0000-4000-8000-00000000000" n

/* ---- loading ---- */

static void loads_a_recorded_file(void **state)
{
	struct bench b = {.path = ""};
	uint64_t loaded, bytes;

	(void)state;
	bench_open(&b, RECORDED);
	explorer_load(b.explorer);
	assert_false(explorer_loading(b.explorer));
	assert_int_equal(explorer_source_count(b.explorer), 1);
	assert_string_equal(explorer_source_path(b.explorer, 0), RECORDED);
	assert_int_equal(explorer_source(b.explorer, 0)->state, LOADER_DONE);
	assert_int_equal(explorer_source(b.explorer, 0)->counts.lines, 137);
	explorer_progress(b.explorer, &loaded, &bytes);
	assert_int_equal(bytes, 153222);
	assert_int_equal(loaded, bytes);
	assert_int_equal(b.events, explorer_events(b.explorer)->n);
	assert_int_equal(model_totals(explorer_model(b.explorer))->kinds[EVENT_GENERATION] +
	                         model_duplicates(explorer_model(b.explorer)),
	                 104);
	assert_true(b.changes > 0);
	bench_close(&b);
}

static void names_what_cannot_be_opened(void **state)
{
	struct loop *loop = loop_new();
	struct explorer *x = explorer_new(loop);
	struct errinfo e;

	(void)state;
	assert_int_equal(explorer_add_file(x, "data/there is no such file", &e), ERR_IO);
	assert_non_null(strstr(e.msg, "there is no such file"));
	assert_int_equal(explorer_source_count(x), 0);
	explorer_load(x);
	explorer_free(x);
	explorer_free(NULL);
	loop_free(loop);
}

/* All at once would take memory, and time in every turn of the loop, for each. */
static void loads_one_source_after_the_other(void **state)
{
	struct bench b = bench_of("");
	const struct events *events;
	struct buf text = {0};
	struct errinfo e;

	(void)state;
	for (int i = 0; i < 100000; i++)
		buf_puts(&text, "{\"event\":\"$ai_span\",\"properties\":{}}\n");
	append(b.path, buf_text(&text));
	bench_open(&b, b.path);
	for (int i = 0; i < 2; i++)
		assert_int_equal(explorer_add_file(b.explorer, b.path, &e), ERR_OK);
	explorer_load(b.explorer);
	events = explorer_events(b.explorer);
	assert_int_equal(events->n, 300000);
	for (uint32_t i = 1; i < events->n; i++)
		assert_true(events_get(events, i - 1)->place < events_get(events, i)->place);
	bench_close(&b);
	buf_free(&text);
}

static void follows_a_file(void **state)
{
	struct bench b = bench_of(GENERATION(UUID("1"), "t", "01", INPUT("one"), ""));
	int64_t end = time_monotonic() + DEADLINE;

	(void)state;
	bench_open(&b, b.path);
	explorer_start(b.explorer, true);
	explorer_load(b.explorer);
	assert_int_equal(b.events, 1);
	assert_text(wait_preview(&b, "t")->asked, "one");
	assert_text(wait_preview(&b, "t")->answered, "");
	append(b.path, GENERATION(UUID("2"), "t", "02", INPUT("two"), OUTPUT("an answer"))
	                       GENERATION(UUID("3"), "s", "03", INPUT("three"), ""));
	while (b.events < 3) {
		assert_true(time_monotonic() < end);
		loop_step(b.loop, true);
	}
	assert_text(wait_preview(&b, "t")->asked, "one");
	assert_text(wait_preview(&b, "t")->answered, "an answer");
	assert_text(wait_preview(&b, "s")->asked, "three");
	bench_close(&b);
}

/* ---- payloads ---- */

static void opens_every_event(void **state)
{
	struct bench b = {.path = ""};
	unsigned with_messages = 0;

	(void)state;
	bench_open(&b, RECORDED);
	explorer_load(b.explorer);
	for (uint32_t i = 0; i < b.events; i++) {
		const struct detail *d = wait_detail(&b, i);
		struct detail *same = detail_read(explorer_events(b.explorer), i);
		const struct event *event = events_get(explorer_events(b.explorer), i);

		assert_int_equal(d->state, DETAIL_READY);
		assert_int_equal(d->line.n, event->length);
		assert_int_not_equal(d->properties, JSON_NO_NODE);
		assert_int_equal(json_type_of(detail_properties(d), d->properties), JSON_OBJECT);
		assert_true(str_eq(buf_str(&same->line), buf_str(&d->line)));
		assert_int_equal(same->messages.n, d->messages.n);
		if (event->flags & EVENT_HAS_INPUT)
			assert_true(d->messages.n > 0);
		with_messages += d->messages.n > 0;
		for (uint32_t k = 0; k < d->messages.n; k++)
			if (event_kind(event) == EVENT_GENERATION)
				assert_int_not_equal(d->messages.parts[k].type, PART_UNKNOWN);
		detail_free(same);
	}
	assert_true(with_messages > 100);
	bench_close(&b);
}

static void reads_properties_in_a_string(void **state)
{
	struct bench b = bench_of(
		"{\"event\":\"$ai_generation\",\"properties\":"
		"\"{\\\"$ai_trace_id\\\":\\\"t\\\",\\\"$ai_input\\\":\\\"hi\\\"}\"}\n");
	const struct detail *d;

	(void)state;
	bench_open(&b, b.path);
	explorer_load(b.explorer);
	d = wait_detail(&b, 0);
	assert_int_equal(d->state, DETAIL_READY);
	assert_int_equal(d->properties, 0);
	assert_text(messages_asked(&d->messages), "hi");
	bench_close(&b);
}

static void says_that_the_file_shrank(void **state)
{
	struct bench b = bench_of(GENERATION(UUID("1"), "t", "01", INPUT("one"), ""));
	const struct detail *d;
	struct detail *at_once;

	(void)state;
	bench_open(&b, b.path);
	explorer_load(b.explorer);
	assert_int_equal(truncate(b.path, 10), 0);
	d = wait_detail(&b, 0);
	assert_int_equal(d->state, DETAIL_FAILED);
	assert_non_null(strstr(d->error.msg, b.path));
	assert_int_equal(d->messages.n, 0);
	at_once = detail_read(explorer_events(b.explorer), 0);
	assert_int_equal(at_once->state, DETAIL_FAILED);
	detail_free(at_once);
	assert_text(wait_preview(&b, "t")->asked, "");
	bench_close(&b);
}

static void says_that_the_file_changed(void **state)
{
	struct bench b = bench_of(GENERATION(UUID("1"), "t", "01", INPUT("one"), ""));
	const struct detail *d;
	FILE *f;

	(void)state;
	bench_open(&b, b.path);
	explorer_load(b.explorer);
	f = fopen(b.path, "r+b");
	assert_non_null(f);
	assert_int_equal(fwrite("[1,}", 1, 4, f), 4);
	fclose(f);
	d = wait_detail(&b, 0);
	assert_int_equal(d->state, DETAIL_FAILED);
	assert_non_null(strstr(d->error.msg, "changed"));
	bench_close(&b);
}

/* Only what was asked for last is read when many events are asked for at once. */
static void forgets_what_has_scrolled_by(void **state)
{
	struct bench b = {.path = ""};
	int64_t end = time_monotonic() + DEADLINE;
	const struct detail *d = NULL;

	(void)state;
	bench_open(&b, RECORDED);
	explorer_load(b.explorer);
	b.changes = 0;
	for (uint32_t i = 0; i < b.events; i++)
		d = explorer_detail(b.explorer, i);
	while (d && d->state == DETAIL_LOADING) {
		assert_true(time_monotonic() < end);
		loop_step(b.loop, true);
	}
	assert_non_null(d);
	assert_true(d->line.n > 0);
	assert_true(b.changes < 20);
	assert_int_equal(explorer_detail(b.explorer, b.events - 1)->state, DETAIL_READY);
	assert_int_equal(explorer_detail(b.explorer, 0)->state, DETAIL_LOADING);
	bench_close(&b);
}

/* ---- previews ---- */

static void previews_recorded_traces(void **state)
{
	struct bench b = {.path = ""};

	(void)state;
	bench_open(&b, RECORDED);
	explorer_load(b.explorer);
	assert_text(wait_preview(&b, "trace_id_here")->asked, "Tell me a fun fact about hedgehogs");
	assert_text(wait_preview(&b, "trace_id_here")->answered,
	            "Hedgehogs have around 5,000 to 7,000 spines on their backs!");
	/* By start: the call that ended last took longest and began first. */
	assert_text(wait_preview(&b, "many-3")->asked, "question 51");
	assert_text(wait_preview(&b, "many-3")->answered, "answer 3");
	for (uint32_t i = 0; i < model_trace_count(explorer_model(b.explorer)); i++)
		explorer_preview(b.explorer, i);
	bench_close(&b);
}

static void previews_skip_what_says_nothing(void **state)
{
	struct bench b = bench_of(
		GENERATION(UUID("4"), "t", "04", "",
	                   OUTPUT("")) GENERATION(UUID("2"), "t", "02", INPUT("two\\n  lines"), "")
			GENERATION(UUID("1"), "t", "01", INPUT(""), "")
				GENERATION(UUID("3"), "t", "03", INPUT("three"), OUTPUT("done")));

	(void)state;
	bench_open(&b, b.path);
	explorer_load(b.explorer);
	assert_text(wait_preview(&b, "t")->asked, "two lines");
	assert_text(wait_preview(&b, "t")->answered, "done");
	bench_close(&b);
}

static void previews_are_short(void **state)
{
	struct buf text = {0};
	struct bench b;
	struct str asked;

	(void)state;
	buf_puts(&text, "{\"event\":\"$ai_generation\",\"properties\":{\"$ai_trace_id\":\"t\","
	                "\"$ai_input\":\"x");
	for (int i = 0; i < 100000; i++)
		buf_puts(&text, "\xc3\xa4");
	buf_puts(&text, "\"}}\n");
	b = bench_of(buf_text(&text));
	buf_free(&text);
	bench_open(&b, b.path);
	explorer_load(b.explorer);
	asked = wait_preview(&b, "t")->asked;
	assert_true(asked.n > 300 && asked.n <= 400);
	assert_int_equal(asked.n % 2, 1);
	bench_close(&b);
}

/* ---- ending ---- */

static void ends_while_jobs_run(void **state)
{
	(void)state;
	for (int turns = 0; turns < 12; turns++) {
		struct bench b = {.path = ""};
		uint32_t n;

		bench_open(&b, RECORDED);
		explorer_start(b.explorer, turns % 2 == 0);
		for (int i = 0; i < turns; i++)
			loop_step(b.loop, false);
		n = explorer_events(b.explorer)->n;
		for (uint32_t i = 0; i < n; i++)
			explorer_detail(b.explorer, i);
		n = model_trace_count(explorer_model(b.explorer));
		for (uint32_t i = 0; i < n; i++)
			explorer_preview(b.explorer, i);
		bench_close(&b);
	}
	for (int turns = 0; turns < 6; turns++) {
		struct bench b = {.path = ""};

		bench_open(&b, RECORDED);
		explorer_load(b.explorer);
		for (uint32_t i = 0; i < b.events; i++)
			explorer_detail(b.explorer, i);
		for (uint32_t i = 0; i < model_trace_count(explorer_model(b.explorer)); i++)
			explorer_preview(b.explorer, i);
		explorer_errors(b.explorer);
		explorer_properties(b.explorer);
		for (int i = 0; i < turns; i++)
			loop_step(b.loop, false);
		bench_close(&b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(loads_a_recorded_file),
		cmocka_unit_test(names_what_cannot_be_opened),
		cmocka_unit_test(loads_one_source_after_the_other),
		cmocka_unit_test(follows_a_file),
		cmocka_unit_test(opens_every_event),
		cmocka_unit_test(reads_properties_in_a_string),
		cmocka_unit_test(says_that_the_file_shrank),
		cmocka_unit_test(says_that_the_file_changed),
		cmocka_unit_test(forgets_what_has_scrolled_by),
		cmocka_unit_test(previews_recorded_traces),
		cmocka_unit_test(previews_skip_what_says_nothing),
		cmocka_unit_test(previews_are_short),
		cmocka_unit_test(ends_while_jobs_run),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
