/* Files and their loaders side by side with the plain way of reading them: what fuzz_follow.c compares. A source whose
 * bytes changed under its reader, or unnoticeably, is only looked at for its bounds. Aborts at what does not hold. */
#ifndef FUZZ_FOLLOW_H
#define FUZZ_FOLLOW_H

#include "base/mem.h"
#include "index/loader.h"
#include "index/value.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST_FILES   24u
#define MOST_SOURCES 24u
#define HEAD_BYTES   256u /* by which a journal knows a file that was written anew */

enum mode { FOLLOWED, AWAITED, SKIPPED, FED, END_FIRST, MODES };

/* One that was made, whatever its name is now. */
struct file {
	int fd;
	struct buf text;
};

/* What the plain way has read of a file. */
struct plain {
	struct events events;
	struct record_counts counts;
	struct bad_line bad[LOADER_BAD_LINES_KEPT];
	uint32_t n_bad;
	size_t at;
	uint64_t newlines, pending;
	bool torn; /* what is pending was changed since */
	bool failed;
};

struct source {
	struct journal *journal;
	struct loader *loader;
	struct file *file; /* NULL: awaited */
	struct plain plain;
	int64_t began;   /* the load that the plain way has followed */
	struct buf seen; /* the file's bytes when it was last looked at for certain */
	bool cut;        /* some of what was taken in was changed since */
	bool loose;      /* it cannot be told what it has to hold */
	bool shrunk;
	uint32_t n_when_shrunk;
};

struct bench {
	const uint8_t *script;
	size_t n_script;
	struct loop *loop;
	struct events table;
	struct record_reader *reader;
	enum mode mode;
	uint64_t piece;
	char path[64], aside[64], fresh[64];
	struct file files[MOST_FILES];
	unsigned n_files;
	struct file *here, *moved; /* what stands at path and at aside; NULL: nothing */
	struct file *old;          /* the one before `here` */
	struct source sources[MOST_SOURCES];
	unsigned n_sources;
	uint32_t added, loads;
	struct buf lines; /* to be appended, and how much has been */
	size_t n_written;
	time_t clock; /* every change of a file has a time of its own */
};

#define CHECK(condition)                                                                 \
	do {                                                                             \
		if (!(condition)) {                                                      \
			fprintf(stderr, "%s:%d: %s does not hold\n", __FILE__, __LINE__, \
			        #condition);                                             \
			abort();                                                         \
		}                                                                        \
	} while (0)

/* ---- the plain way ------------------------------------------------------------------------------- */

static inline void plain_line(struct bench *b, struct source *s, struct str line)
{
	struct plain *p = &s->plain;
	struct json_report report;
	const char *why;
	bool good = record_line(b->reader, &p->events, 0, p->at, line, &p->counts, &report, &why);

	if ((good && !why && !report.irregular) || p->n_bad == LOADER_BAD_LINES_KEPT)
		return;
	p->bad[p->n_bad++] = (struct bad_line){.line = p->newlines + 1,
	                                       .offset = p->at,
	                                       .length = line.n,
	                                       .pos = report.pos,
	                                       .irregular = good && !why};
}

/* Whether a last line that no newline ends counts: a whole object or array, or nothing at all. */
static inline bool is_whole(struct bench *b, struct str line)
{
	struct record_counts counts = {0};
	struct json_report report;
	struct events events;
	const char *why;

	while (line.n > 0 && value_is_blank(*line.p))
		line = str_sub(line, 1, SIZE_MAX);
	if (line.n == 0)
		return true;
	if (*line.p != '{' && *line.p != '[')
		return false;
	events_init(&events);
	record_line(b->reader, &events, 0, 0, line, &counts, &report, &why);
	events_fini(&events);
	return report.fault == JSON_OK;
}

static inline void plain_lines(struct bench *b, struct source *s, struct str text)
{
	struct plain *p = &s->plain;

	while (p->at < text.n) {
		const char *newline = memchr(text.p + p->at, '\n', text.n - p->at);
		size_t end = newline ? (size_t)(newline - text.p) : text.n;
		struct str line = str_sub(text, p->at, end - p->at);

		if (!newline && !is_whole(b, line)) {
			p->pending = line.n;
			return;
		}
		plain_line(b, s, line);
		p->newlines += newline != NULL;
		p->at = newline ? end + 1 : end;
	}
	p->pending = 0;
}

/* A load begins: all that the file holds now is to be read. */
static inline void plain_load(struct bench *b, struct source *s)
{
	struct str text = buf_str(&s->file->text);

	s->loose = s->loose || s->cut;
	if (s->loose || s->plain.failed)
		return;
	s->plain.torn = false;
	if (s->plain.at == 0 && journal_is_utf16(text))
		s->plain.failed = true;
	if (s->plain.at == 0 && str_starts(text, STR("\xEF\xBB\xBF")))
		s->plain.at = 3;
	if (!s->plain.failed)
		plain_lines(b, s, text);
}

/* ---- sources ------------------------------------------------------------------------------------- */

static inline uint32_t count_events(const struct bench *b, unsigned source)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < b->table.n; i++)
		n += event_journal(events_get(&b->table, i)) == source;
	return n;
}

static inline void on_added(void *ctx, uint32_t event)
{
	struct bench *b = ctx;

	CHECK(event == b->added++);
}

static inline void remember(struct source *s)
{
	buf_clear(&s->seen);
	buf_append(&s->seen, buf_str(&s->file->text));
}

static inline void open_file(struct bench *b, struct source *s)
{
	s->file = b->here;
	remember(s);
}

static inline bool on_succeed(void *ctx, uint32_t number, struct errinfo *e);

static inline struct source *add_source(struct bench *b, struct journal *journal)
{
	struct loader_events notify = {.added = on_added, .succeed = on_succeed, .ctx = b};
	struct source *s = &b->sources[b->n_sources++];

	s->journal = journal;
	if (!journal_is_awaited(journal))
		open_file(b, s);
	events_init(&s->plain.events);
	s->loader = loader_new(b->loop, &b->table, journal, events_add_journal(&b->table, journal),
	                       &notify);
	if (b->piece > 0)
		loader_set_piece(s->loader, b->piece);
	return s;
}

static inline bool on_succeed(void *ctx, uint32_t number, struct errinfo *e)
{
	struct bench *b = ctx;
	struct journal *journal;
	struct source *s;

	CHECK(number + 1 == b->n_sources); /* only the newest has a successor to come */
	if (b->n_sources == MOST_SOURCES) {
		err_set(e, ERR_LIMIT, "too many");
		return false;
	}
	if (journal_open_again(&journal, b->sources[number].journal, e) != ERR_OK)
		return false;
	s = add_source(b, journal);
	loader_succeed(s->loader, b->sources[number].loader);
	loader_start(s->loader, true);
	return true;
}

/* Whether pieces of it may be under way. A file that comes back while it is read on is taken for done. */
static inline bool is_loading(const struct source *s)
{
	const struct loader_status *status = loader_status(s->loader);
	enum loader_state state = status->state;
	bool over = state == LOADER_AWAITED || state == LOADER_SHRUNK || state == LOADER_FAILED;

	return state == LOADER_LOADING || (!over && status->loaded < status->bytes);
}

static inline void observe_source(struct bench *b, unsigned number)
{
	struct source *s = &b->sources[number];
	const struct loader_status *status = loader_status(s->loader);

	if (!s->file && status->state != LOADER_AWAITED)
		open_file(b, s);
	if (status->began != s->began) {
		s->began = status->began;
		b->loads++;
		plain_load(b, s);
	}
	CHECK(status->state != LOADER_SHRUNK || s->cut);
	if (status->state == LOADER_SHRUNK && !s->shrunk) {
		s->shrunk = true;
		s->n_when_shrunk = count_events(b, number);
	}
}

/* After everything that may have made the loaders look: no file changes before the next. */
static inline void observe(struct bench *b)
{
	CHECK(b->added == b->table.n);
	for (unsigned i = 0; i < b->n_sources; i++)
		observe_source(b, i);
}

/* ---- what a source must have come to --------------------------------------------------------------- */

static inline int by_place(const void *a, const void *b)
{
	const struct event *one = *(const struct event *const *)a;
	const struct event *other = *(const struct event *const *)b;

	return (one->place > other->place) - (one->place < other->place);
}

static inline const struct event **events_by_place(const struct events *t, uint32_t number,
                                                   uint32_t n)
{
	const struct event **events = mem_alloc(n + 1, sizeof(*events));
	uint32_t found = 0;

	for (uint32_t i = 0; i < t->n; i++)
		if (event_journal(events_get(t, i)) == number)
			events[found++] = events_get(t, i);
	CHECK(found == n);
	qsort(events, n, sizeof(*events), by_place);
	return events;
}

static inline void compare_events(const struct bench *b, unsigned number)
{
	const struct events *plain = &b->sources[number].plain.events;
	uint32_t n = count_events(b, number);
	const struct event **got, **want;

	CHECK(n == plain->n);
	got = events_by_place(&b->table, number, n);
	want = events_by_place(plain, 0, n);
	for (uint32_t i = 0; i < n; i++) {
		CHECK(event_offset(got[i]) == event_offset(want[i]));
		CHECK(got[i]->length == want[i]->length && got[i]->input == want[i]->input);
		CHECK(got[i]->flags == want[i]->flags && got[i]->time == want[i]->time);
	}
	mem_free(got);
	mem_free(want);
}

static inline void compare_bad_lines(const struct loader_status *status, const struct plain *plain)
{
	CHECK(status->n_bad == plain->n_bad);
	for (uint32_t i = 0; i < plain->n_bad; i++) {
		const struct bad_line *got = &status->bad[i], *want = &plain->bad[i];

		CHECK(got->line == want->line && got->offset == want->offset);
		CHECK(got->length == want->length && got->pos == want->pos);
		CHECK(got->irregular == want->irregular && got->why != NULL);
	}
}

static inline void compare(const struct bench *b, unsigned number)
{
	const struct source *s = &b->sources[number];
	const struct loader_status *status = loader_status(s->loader);

	CHECK(status->n_bad <= LOADER_BAD_LINES_KEPT);
	if (s->shrunk)
		CHECK(count_events(b, number) == s->n_when_shrunk);
	if (s->loose)
		return;
	compare_events(b, number);
	CHECK(memcmp(&status->counts, &s->plain.counts, sizeof(status->counts)) == 0);
	compare_bad_lines(status, &s->plain);
	if (s->plain.failed)
		CHECK(status->state == LOADER_FAILED && status->error.code == ERR_PARSE);
	if (s->plain.failed || s->shrunk)
		return;
	CHECK(status->loaded == status->bytes);
	CHECK(s->plain.torn || status->pending == s->plain.pending);
}

/* The first and the last event as they are read again. */
static inline void compare_payloads(const struct bench *b, uint32_t event)
{
	const struct event *e = events_get(&b->table, event);
	const struct source *s = &b->sources[event_journal(e)];
	struct str text = buf_str(&s->file->text);
	struct buf got = {0};
	enum err err = events_read(&b->table, event, &got, NULL);

	if (s->shrunk)
		CHECK(err == ERR_IO);
	else if (!s->loose && !s->cut)
		CHECK(err == ERR_OK &&
		      str_eq(buf_str(&got), str_sub(text, event_offset(e), e->length)));
	buf_free(&got);
}

/* Whether a look at the file tells that it was written anew. */
static inline bool is_noticeable(const struct source *s)
{
	struct str now = buf_str(&s->file->text), seen = buf_str(&s->seen);

	size_t kept = s->plain.at;

	return (now.n < seen.n && now.n < kept) ||
	       !str_starts(now, str_sub(seen, 0, kept < HEAD_BYTES ? kept : HEAD_BYTES));
}

static inline enum loader_state expected_state(const struct bench *b, const struct source *s)
{
	if (!s->file)
		return LOADER_AWAITED;
	if (s->plain.failed && !s->loose)
		return LOADER_FAILED;
	if (s->shrunk)
		return LOADER_SHRUNK;
	if (b->mode == FED || b->here == s->file)
		return LOADER_DONE;
	return b->here ? LOADER_REPLACED : LOADER_GONE;
}

/* The file that stood at the path before is read on, and nothing is left of it. */
static inline void check_before(const struct source *s)
{
	const struct loader_status *status = loader_status(s->loader);

	if (status->state == LOADER_GONE || status->state == LOADER_REPLACED)
		CHECK(s->cut || status->bytes == s->file->text.n);
}

static inline void check_settled(struct bench *b)
{
	struct source *s = &b->sources[b->n_sources - 1];
	enum loader_state state = loader_status(s->loader)->state;

	if (s->cut && !s->shrunk && state != LOADER_FAILED) {
		CHECK(!is_noticeable(s));
		s->loose = true;
	}
	if (!s->loose || state != LOADER_FAILED)
		CHECK(state == expected_state(b, s));
	for (unsigned i = 0; i < b->n_sources; i++)
		compare(b, i);
	if (b->n_sources > 1)
		check_before(s - 1);
	if (b->table.n > 0) {
		compare_payloads(b, 0);
		compare_payloads(b, b->table.n - 1);
	}
	if (s->file)
		remember(s);
}

#endif
