/* The loader gives the same events, counts and bad lines whatever the size of the pieces, whether
 * the end comes first, and however the file grew: compared with a plain loop over its lines. */
#include "support/loader_bench.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define FILES 1000
#define TRIES 10 /* of each file */

/* What can be told apart. */
struct outcome {
	uint32_t events;
	uint64_t hash; /* of every event's place, length, tokens and uuid, by place */
	struct record_counts counts;
	uint64_t pending;
	uint32_t n_bad;
	uint64_t bad_hash; /* of every bad line's number, place, length and position */
};

static uint64_t mix(uint64_t hash, uint64_t value)
{
	return (hash ^ value) * UINT64_C(0x9E3779B97F4A7C15) + (hash >> 29);
}

static uint64_t mix_bad(uint64_t hash, const struct bad_line *bad)
{
	hash = mix(mix(hash, bad->line), bad->offset);
	return mix(mix(mix(hash, bad->length), bad->pos), bad->irregular);
}

static void add_event(struct outcome *o, const struct events *t, uint32_t event)
{
	const struct event *e = events_get(t, event);
	struct buf uuid = {0};

	ids_text(&t->ids, events_uuid(t, event), &uuid);
	o->hash = mix(mix(mix(o->hash, e->place), e->length), e->input);
	for (size_t k = 0; k < uuid.n; k++)
		o->hash = mix(o->hash, (uint8_t)uuid.p[k]);
	buf_free(&uuid);
}

static int by_place(const void *a, const void *b, void *table)
{
	uint64_t x = events_get(table, *(const uint32_t *)a)->place;
	uint64_t y = events_get(table, *(const uint32_t *)b)->place;

	return (x > y) - (x < y);
}

static void add_events(struct outcome *o, struct events *t)
{
	uint32_t *order = calloc(t->n + 1, sizeof(*order));

	for (uint32_t i = 0; i < t->n; i++)
		order[i] = i;
	qsort_r(order, t->n, sizeof(*order), by_place, t);
	o->events = t->n;
	for (uint32_t i = 0; i < t->n; i++)
		add_event(o, t, order[i]);
	free(order);
}

/* ---- the plain way ---- */

static void add_plain_line(struct outcome *o, struct record_reader *r, struct events *t,
                           uint64_t at, struct str line, uint64_t number)
{
	struct json_report report;
	const char *why;
	bool good = record_line(r, t, 0, at, line, &o->counts, &report, &why);
	struct bad_line bad = {.line = number,
	                       .offset = at,
	                       .length = line.n,
	                       .pos = report.pos,
	                       .irregular = good && !why};

	if (good && !why && !report.irregular)
		return;
	o->n_bad++;
	o->bad_hash = mix_bad(o->bad_hash, &bad);
}

/* Whether a last line without newline counts: a whole object or array, or nothing. */
static bool counts_unended(struct record_reader *r, struct str line)
{
	struct record_counts counts = {0};
	struct json_report report;
	struct events t;
	const char *why;
	struct str trimmed = str_trim(line);

	if (trimmed.n == 0)
		return true;
	if (trimmed.p[0] != '{' && trimmed.p[0] != '[')
		return false;
	events_init(&t);
	record_line(r, &t, 0, 0, line, &counts, &report, &why);
	events_fini(&t);
	return report.fault == JSON_OK;
}

static struct outcome plain(struct str text)
{
	struct outcome o = {0};
	struct record_reader *r = record_reader_new();
	struct events t;
	size_t at = str_starts(text, STR("\xEF\xBB\xBF")) ? 3 : 0;

	events_init(&t);
	for (uint64_t number = 1; at < text.n; number++) {
		const char *newline = memchr(text.p + at, '\n', text.n - at);
		size_t end = newline ? (size_t)(newline - text.p) : text.n;
		struct str line = str_sub(text, at, end - at);

		if (!newline && !counts_unended(r, line)) {
			o.pending = line.n;
			break;
		}
		add_plain_line(&o, r, &t, at, line, number);
		at = end + 1;
	}
	add_events(&o, &t);
	events_fini(&t);
	record_reader_free(r);
	return o;
}

static struct outcome outcome(struct loader_bench *b)
{
	const struct loader_status *s = loader_status(b->loader);
	struct outcome o = {.counts = s->counts, .pending = s->pending, .n_bad = s->n_bad};

	assert_int_equal(b->added, b->table.n);
	assert_int_equal(s->state, LOADER_DONE);
	assert_int_equal(s->loaded, s->bytes);
	add_events(&o, &b->table);
	for (uint32_t i = 0; i < s->n_bad; i++) {
		assert_non_null(s->bad[i].why);
		o.bad_hash = mix_bad(o.bad_hash, &s->bad[i]);
	}
	return o;
}

static void same(const struct outcome *a, const struct outcome *b)
{
	assert_int_equal(a->events, b->events);
	assert_int_equal(a->counts.lines, b->counts.lines);
	assert_int_equal(a->counts.bad_lines, b->counts.bad_lines);
	assert_int_equal(a->pending, b->pending);
	assert_memory_equal(a, b, sizeof(*a));
}

/* ---- random files ---- */

static void random_line(struct buf *out, int number)
{
	switch (rand() % 12) {
	case 0:
		buf_puts(out, rand() % 2 ? "" : " \t");
		return;
	case 1:
		buf_puts(out, "{\"event\":\"$ai_span\",\"uuid\":\"cut");
		return;
	case 2:
		buf_puts(out, "[1,2,3]");
		return;
	case 3:
		buf_puts(out, "12:00 not json at all");
		return;
	case 4:
		buf_printf(out, "[{\"event\":\"$ai_span\",\"uuid\":\"a%d\"},7,{\"event\":\"x\"}]",
		           number);
		return;
	case 5:
		buf_printf(out, "{\"event\":\"$ai_span\",\"uuid\":\"\xff%d\"}", number);
		return;
	default:
		buf_printf(out,
		           "{\"event\":\"$ai_generation\",\"uuid\":\"%d\",\"properties\":"
		           "{\"$ai_input_tokens\":%d,\"$ai_input\":\"",
		           number, rand() % 100);
		buf_pad(out, 'x', (size_t)(rand() % 10 ? rand() % 50 : rand() % 700));
		buf_puts(out, "\"}}");
	}
}

static void random_file(struct buf *out)
{
	int lines = rand() % 30;

	buf_clear(out);
	if (rand() % 4 == 0)
		buf_puts(out, "\xEF\xBB\xBF");
	for (int i = 0; i < lines; i++) {
		random_line(out, i);
		if (i + 1 < lines || rand() % 2)
			buf_puts(out, rand() % 5 ? "\n" : "\r\n");
	}
}

/* Tiny ones now and then: they take a job for every few bytes. */
static uint64_t random_piece(void)
{
	static const uint64_t most[] = {50, 200, 1000, 5000};

	return 1 + (uint64_t)rand() % (rand() % 16 ? most[rand() % 4] : 8);
}

/* A whole line that stands at the end for a moment counts even if more follows on it, so that a
 * growing file may only stop where that cannot happen. */
static size_t random_stop(struct str text, size_t from)
{
	size_t at = from + (size_t)rand() % (text.n - from + 1);

	if (rand() % 2 == 0)
		return at < text.n && text.p[at] == '\r' ? at + 1 : at;
	while (at < text.n && text.p[at] != '\n')
		at++;
	return at < text.n ? at + 1 : at;
}

static void load_end_first(struct loader_bench *b, uint64_t piece)
{
	loader_bench_open(b);
	loader_set_piece(b->loader, piece);
	if (loader_load_end(b->loader))
		while (!loader_status(b->loader)->end_loaded)
			loop_step(b->loop, true);
	loader_start(b->loader, false);
	loader_bench_wait(b);
}

static void load(struct loader_bench *b, uint64_t piece, bool end_first)
{
	if (end_first)
		load_end_first(b, piece);
	else
		loader_bench_load(b, piece);
}

static void grow(struct loader_bench *b, struct str text)
{
	size_t at = random_stop(text, 0);

	loader_bench_write(b, O_TRUNC, str_sub(text, 0, at));
	load(b, random_piece(), rand() % 2);
	while (at < text.n) {
		size_t end = random_stop(text, at);

		loader_bench_write(b, O_APPEND, str_sub(text, at, end - at));
		at = end;
		loader_check(b->loader);
		loader_bench_wait(b);
	}
}

static void test_any_piece_size(void **state)
{
	struct loader_bench *b = *state;
	struct buf text = {0};

	srand(11);
	for (int file = 0; file < FILES; file++) {
		struct outcome want;

		random_file(&text);
		want = plain(buf_str(&text));
		loader_bench_write(b, O_TRUNC, buf_str(&text));
		for (int i = 0; i < TRIES; i++) {
			struct outcome got;

			if (i % 5 == 4)
				grow(b, buf_str(&text));
			else
				load(b, random_piece(), i % 2);
			got = outcome(b);
			same(&got, &want);
			loader_bench_close(b);
		}
	}
	buf_free(&text);
}

static void test_real_events(void **state)
{
	struct loader_bench *b = *state;
	FILE *f = fopen("data/real_events.ndjson", "r");
	struct buf text = {0};
	struct outcome want, got;

	assert_non_null(f);
	buf_reserve(&text, 1 << 20);
	text.n = fread(text.p, 1, 1 << 20, f);
	fclose(f);
	loader_bench_write(b, O_TRUNC, buf_str(&text));
	want = plain(buf_str(&text));
	assert_int_equal(want.events, 133);
	for (uint64_t piece = 0; piece < 5000; piece += 1234) {
		loader_bench_load(b, piece);
		got = outcome(b);
		same(&got, &want);
		loader_bench_close(b);
	}
	buf_free(&text);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, loader_bench_enter, loader_bench_leave)
	const struct CMUnitTest tests[] = {
		TEST(test_any_piece_size),
		TEST(test_real_events),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
