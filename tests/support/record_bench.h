/* What the tests of record.c share: one reader, one batch, and questions about the last line. */
#ifndef SUPPORT_RECORD_BENCH_H
#define SUPPORT_RECORD_BENCH_H

#include "index/record.h"

#define BENCH_JOURNAL 3u
#define BENCH_OFFSET  1000u

struct bench {
	struct record_reader *reader;
	struct events batch;
	struct record_counts counts;
	struct json_report report; /* what the last line gave, as the two below */
	const char *why;
	bool good;
};

/* Setup and teardown of a test; *state is the bench. */
int bench_enter(void **state);
int bench_leave(void **state);

/* Reads one more line. */
void bench_read(struct bench *b, struct str line);
/* Starts anew with one line. */
void bench_line(struct bench *b, const char *text);
/* Starts anew with one event of that name with these properties (members of the object). */
const struct event *bench_event(struct bench *b, const char *name, const char *properties);
const struct event *bench_generation(struct bench *b, const char *properties);

/* Of the first event. EVENT_UNKNOWN if it has none. */
int64_t bench_extra(struct bench *b, enum event_field field);
void bench_extra_is(struct bench *b, enum event_field field, const char *text);
/* Its enum event_suspect bits, which flag and count must agree with. */
uint32_t bench_suspect(struct bench *b);
void bench_id_is(struct bench *b, uint32_t number, const char *text);

#endif
