/* See record_bench.h. */
#include "support/record_bench.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

int bench_enter(void **state)
{
	struct bench *b = calloc(1, sizeof(*b));

	b->reader = record_reader_new();
	events_init(&b->batch);
	*state = b;
	return 0;
}

int bench_leave(void **state)
{
	struct bench *b = *state;

	record_reader_free(b->reader);
	events_fini(&b->batch);
	free(b);
	return 0;
}

void bench_read(struct bench *b, struct str line)
{
	b->good = record_line(b->reader, &b->batch, BENCH_JOURNAL, BENCH_OFFSET, line, &b->counts,
	                      &b->report, &b->why);
}

void bench_line(struct bench *b, const char *text)
{
	events_fini(&b->batch);
	events_init(&b->batch);
	b->counts = (struct record_counts){0};
	bench_read(b, str_of(text));
}

const struct event *bench_event(struct bench *b, const char *name, const char *properties)
{
	static char text[128 << 10];

	snprintf(text, sizeof(text),
	         "{\"uuid\":\"u\",\"event\":\"%s\",\"distinct_id\":\"me\","
	         "\"timestamp\":\"2026-01-01T00:00:01Z\",\"properties\":{%s}}",
	         name, properties);
	bench_line(b, text);
	assert_true(b->good);
	assert_int_equal(b->batch.n, 1);
	return events_get(&b->batch, 0);
}

const struct event *bench_generation(struct bench *b, const char *properties)
{
	return bench_event(b, "$ai_generation", properties);
}

int64_t bench_extra(struct bench *b, enum event_field field)
{
	int64_t value;

	return events_extra(&b->batch, 0, field, &value) ? value : EVENT_UNKNOWN;
}

void bench_extra_is(struct bench *b, enum event_field field, const char *text)
{
	int64_t value = bench_extra(b, field);

	assert_int_not_equal(value, EVENT_UNKNOWN);
	assert_true(str_eq(strings_get(&b->batch.strings, (uint32_t)value), str_of(text)));
}

uint32_t bench_suspect(struct bench *b)
{
	int64_t why = bench_extra(b, EVENT_SUSPECT_WHY);
	uint32_t bits = why == EVENT_UNKNOWN ? 0 : (uint32_t)why;

	assert_int_equal((events_get(&b->batch, 0)->flags & EVENT_SUSPECT) != 0, bits != 0);
	assert_int_equal(b->counts.suspect, bits != 0);
	return bits;
}

void bench_id_is(struct bench *b, uint32_t number, const char *text)
{
	struct buf out = {0};

	ids_text(&b->batch.ids, number, &out);
	assert_string_equal(buf_text(&out), text);
	buf_free(&out);
}
