/* Reading and writing that fails, is interrupted or does little at a time: what was read stays, the rest is told with the
 * reason and the name, and nothing waits for ever. The calls themselves are those below. */
#include "collect/stream.h"
#include "support/loader_bench.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define EVENT  "{\"event\":\"$ai_span\",\"uuid\":\"%06d\",\"properties\":{\"x\":\"0123456789\"}}\n"
#define EVENTS 400

#define MANY_EVENTS 8000
#define PIECE       10000
#define READ_ON     (64 << 10) /* for the end of a line behind a piece */

/* ---- the calls ----------------------------------------------------------------------------------- */

/* Zero: as the system has it. */
static struct faults {
	atomic_int reading, writing, opening, looking, watching, piping, starting; /* errno */
	atomic_int making, naming; /* of temporary files without a name, and with one */
	atomic_ullong after;       /* of reading and writing: bytes before that come and go */
	atomic_ullong most;        /* bytes at once */
	atomic_bool interrupting;
	atomic_int fd;               /* of read(); -1: none */
	atomic_ullong n_read, turns; /* counted here */
} faults = {.fd = -1};

static void heal(void)
{
	faults = (struct faults){.fd = -1};
}

#define REAL(name) ((__typeof__(&name))real(#name))

static void *real(const char *name)
{
	void *found = dlsym(RTLD_NEXT, name);

	if (!found)
		abort();
	return found;
}

static bool fails(int error)
{
	if (error)
		errno = error;
	return error != 0;
}

/* Every second call is interrupted. */
static bool is_interrupted(void)
{
	return faults.interrupting && atomic_fetch_add(&faults.turns, 1) % 2 == 0 && fails(EINTR);
}

/* How much of n bytes may be moved at a place; 0: it fails. */
static size_t allowed(unsigned long long at, size_t n, int error)
{
	unsigned long long left = at < faults.after ? faults.after - at : 0;

	if (faults.most > 0 && n > faults.most)
		n = (size_t)faults.most;
	return !error || n <= left ? n : (size_t)left;
}

ssize_t pread(int fd, void *into, size_t n, off_t at)
{
	size_t some = allowed((unsigned long long)at, n, faults.reading);

	if (is_interrupted() || (some == 0 && n > 0 && fails(faults.reading)))
		return -1;
	return REAL(pread)(fd, into, some, at);
}

ssize_t read(int fd, void *into, size_t n)
{
	size_t some;
	ssize_t got;

	if (fd != faults.fd)
		return REAL(read)(fd, into, n);
	some = allowed(faults.n_read, n, faults.reading);
	if (is_interrupted() || (some == 0 && n > 0 && fails(faults.reading)))
		return -1;
	got = REAL(read)(fd, into, some);
	faults.n_read += got > 0 ? (unsigned long long)got : 0;
	return got;
}

static bool is_file(int fd)
{
	struct stat status;

	return REAL(fstat)(fd, &status) == 0 && S_ISREG(status.st_mode);
}

ssize_t write(int fd, const void *from, size_t n)
{
	size_t some;

	if (!is_file(fd))
		return REAL(write)(fd, from, n);
	some = allowed((unsigned long long)lseek(fd, 0, SEEK_CUR), n, faults.writing);
	if (is_interrupted() || (some == 0 && n > 0 && fails(faults.writing)))
		return -1;
	return REAL(write)(fd, from, some);
}

/* What the program does is without a name, or for reading; the test makes files. */
int open(const char *path, int flags, ...)
{
	bool unnamed = (flags & O_TMPFILE) == O_TMPFILE;
	mode_t mode = 0;
	va_list rest;

	va_start(rest, flags);
	if (unnamed || (flags & O_CREAT))
		mode = va_arg(rest, mode_t);
	va_end(rest);
	if (unnamed ? fails(faults.making) : !(flags & O_CREAT) && fails(faults.opening))
		return -1;
	return REAL(open)(path, flags, mode);
}

int mkstemp(char *path)
{
	return fails(faults.naming) ? -1 : REAL(mkstemp)(path);
}

int fstat(int fd, struct stat *status)
{
	return fails(faults.looking) ? -1 : REAL(fstat)(fd, status);
}

int inotify_add_watch(int fd, const char *path, uint32_t mask)
{
	return fails(faults.watching) ? -1 : REAL(inotify_add_watch)(fd, path, mask);
}

int pipe2(int ends[2], int flags)
{
	return fails(faults.piping) ? -1 : REAL(pipe2)(ends, flags);
}

int pthread_create(pthread_t *thread, const pthread_attr_t *how, void *(*run)(void *), void *ctx)
{
	return faults.starting ? faults.starting : REAL(pthread_create)(thread, how, run, ctx);
}

/* ---- a journal ----------------------------------------------------------------------------------- */

static int enter(void **state)
{
	heal();
	return loader_bench_enter(state);
}

static int leave(void **state)
{
	heal();
	return loader_bench_leave(state);
}

static void add_events(struct buf *out, int from, int to)
{
	for (int i = from; i < to; i++)
		buf_printf(out, EVENT, i);
}

static void write_events(const struct loader_bench *b, int flags, int from, int to)
{
	struct buf text = {0};

	add_events(&text, from, to);
	loader_bench_write(b, flags, buf_str(&text));
	buf_free(&text);
}

static uint64_t event_size(void)
{
	struct buf text = {0};
	size_t n;

	add_events(&text, 0, 1);
	n = text.n;
	buf_free(&text);
	return n;
}

/* Every event of its number from 0 on. */
static void assert_events(const struct loader_bench *b, uint32_t n)
{
	assert_int_equal(b->table.n, n);
	assert_int_equal(b->added, n);
	for (uint32_t i = 0; i < n; i++)
		assert_int_equal(event_offset(events_get(&b->table, i)), i * event_size());
}

static void assert_told(const char *told, const char *why, const char *name)
{
	if (!strcasestr(told, why) || !strstr(told, name))
		fail_msg("<%s> lacks <%s> or <%s>", told, why, name);
}

static void what_was_read_before_an_error_stays(void **state)
{
	struct loader_bench *b = *state;
	const struct loader_status *s;

	write_events(b, O_TRUNC, 0, MANY_EVENTS);
	for (uint64_t after = 0; after < MANY_EVENTS * event_size(); after += 50000) {
		uint64_t lost = PIECE + READ_ON + event_size();

		faults.reading = EIO;
		faults.after = after;
		loader_bench_load(b, PIECE);
		s = loader_status(b->loader);
		assert_int_equal(s->state, LOADER_FAILED);
		assert_int_equal(s->error.code, ERR_IO);
		assert_told(s->error.msg, "cannot be read (Input/output error)", b->path);
		assert_true(b->table.n * event_size() <= after);
		assert_true(b->table.n * event_size() + lost >= after);
		assert_events(b, b->table.n);
		/* It is not tried again. */
		heal();
		loader_check(b->loader);
		loop_step(b->loop, false);
		assert_int_equal(s->state, LOADER_FAILED);
		loader_bench_close(b);
	}
}

static void interrupted_and_short_reads_are_no_errors(void **state)
{
	struct loader_bench *b = *state;

	write_events(b, O_TRUNC, 0, EVENTS);
	for (unsigned long long most = 0; most < 10; most += 3) {
		faults.most = most;
		faults.interrupting = most != 3;
		loader_bench_load(b, 1000);
		assert_int_equal(loader_status(b->loader)->state, LOADER_DONE);
		assert_events(b, EVENTS);
		loader_bench_close(b);
	}
}

static void a_payload_that_cannot_be_read_is_told(void **state)
{
	struct loader_bench *b = *state;
	struct errinfo e = {0};
	struct buf text = {0};

	write_events(b, O_TRUNC, 0, 10);
	loader_bench_load(b, 0);
	faults.reading = EIO;
	assert_int_equal(events_read(&b->table, 5, &text, &e), ERR_IO);
	assert_told(e.msg, "Input/output error", b->path);
	assert_int_equal(text.n, 0);
	faults.after = 5 * event_size() + 10;
	faults.most = 1;
	assert_int_equal(events_read(&b->table, 5, &text, &e), ERR_IO);
	assert_int_equal(text.n, 0);
	assert_int_equal(events_read(&b->table, 4, &text, &e), ERR_OK);
	assert_int_equal(text.n, events_get(&b->table, 4)->length);
	loader_bench_close(b);
	buf_free(&text);
}

static void what_cannot_be_opened_is_told(void **state)
{
	static const int errors[] = {EMFILE, ENFILE, EIO, ENOMEM, ELOOP, ESTALE};
	struct loader_bench *b = *state;
	struct errinfo e;

	for (size_t i = 0; i < sizeof(errors) / sizeof(*errors); i++) {
		faults.opening = errors[i];
		assert_int_equal(journal_open(&b->journal, b->path, &e), ERR_IO);
		assert_told(e.msg, strerror(errors[i]), b->path);
		assert_int_equal(stream_open_file(b->path), -1);
		heal();
		faults.looking = errors[i];
		assert_int_equal(journal_open(&b->journal, b->path, &e), ERR_IO);
		assert_told(e.msg, strerror(errors[i]), b->path);
		heal();
	}
}

/* A disk that is away for a moment: what comes later is read. */
static void a_look_that_fails_is_not_the_end(void **state)
{
	struct loader_bench *b = *state;

	write_events(b, O_TRUNC, 0, 10);
	loader_bench_load(b, 0);
	faults.looking = EIO;
	write_events(b, O_APPEND, 10, 20);
	loader_check(b->loader);
	heal();
	loader_check(b->loader);
	while (b->table.n < 20)
		loop_step(b->loop, true);
	assert_events(b, 20);
	assert_int_equal(loader_status(b->loader)->state, LOADER_DONE);
	loader_bench_close(b);
}

/* By looking once in a while. */
static void without_watches_a_file_is_followed(void **state)
{
	struct loader_bench *b = *state;

	faults.watching = ENOSPC;
	write_events(b, O_TRUNC, 0, 10);
	loader_bench_open(b);
	loader_start(b->loader, true);
	while (b->table.n < 10)
		loop_step(b->loop, true);
	write_events(b, O_APPEND, 10, 20);
	while (b->table.n < 20)
		loop_step(b->loop, true);
	assert_events(b, 20);
	loader_bench_close(b);
}

/* ---- a stream ------------------------------------------------------------------------------------ */

static void on_change(void *ctx)
{
	(void)ctx;
}

struct run {
	struct buf got;
	struct errinfo error;
};

static void run_free(struct run *r)
{
	buf_free(&r->got);
	*r = (struct run){0};
}

static void run_stream(struct loader_bench *b, struct run *r)
{
	struct stream_options options = {.name = b->path, .folder = "/tmp"};
	int fd = open(b->path, O_RDONLY | O_CREAT, 0600);
	struct errinfo e = {0};
	struct stream *s;

	run_free(r);
	faults.n_read = 0;
	faults.fd = fd;
	if (stream_new(&s, fd, &options, &r->error) != ERR_OK)
		return;
	stream_start(s, b->loop, on_change, NULL);
	while (!stream_ended(s))
		loop_step(b->loop, true);
	if (stream_error(s))
		r->error = *stream_error(s);
	heal();
	(void)journal_check(stream_journal(s), 0);
	assert_int_equal(journal_read_exact(stream_journal(s), 0, journal_size(stream_journal(s)),
	                                    &r->got, &e),
	                 ERR_OK);
	stream_free(s);
}

/* The beginning of what was to come, so much of it. */
static void assert_beginning(const struct run *r, uint64_t n)
{
	struct buf text = {0};

	add_events(&text, 0, EVENTS);
	assert_int_equal(r->got.n, n);
	assert_true(str_starts(buf_str(&text), buf_str(&r->got)));
	buf_free(&text);
}

static void a_stream_that_breaks_off_keeps_what_came(void **state)
{
	struct loader_bench *b = *state;
	struct run r = {0};

	write_events(b, O_TRUNC, 0, EVENTS);
	for (unsigned long long after = 0; after < 20000; after += 3000) {
		faults.reading = EIO;
		faults.after = after;
		run_stream(b, &r);
		assert_int_equal(r.error.code, ERR_IO);
		assert_told(r.error.msg, "it cannot be read (Input/output error)", b->path);
		assert_beginning(&r, after);
	}
	run_free(&r);
}

static void a_stream_takes_interrupted_and_short_reads_and_writes(void **state)
{
	struct loader_bench *b = *state;
	struct run r = {0};

	write_events(b, O_TRUNC, 0, EVENTS);
	for (unsigned long long most = 0; most < 10; most += 3) {
		faults.most = most;
		faults.interrupting = most != 3;
		run_stream(b, &r);
		assert_int_equal(r.error.code, ERR_OK);
		assert_beginning(&r, EVENTS * event_size());
	}
	run_free(&r);
}

static void a_stream_that_cannot_be_kept_is_told(void **state)
{
	static const int errors[] = {ENOSPC, EDQUOT, EFBIG, EIO};
	struct loader_bench *b = *state;
	struct run r = {0};

	write_events(b, O_TRUNC, 0, EVENTS);
	for (size_t i = 0; i < sizeof(errors) / sizeof(*errors); i++) {
		faults.writing = errors[i];
		faults.after = 4000 * i;
		run_stream(b, &r);
		assert_int_equal(r.error.code, ERR_IO);
		assert_told(r.error.msg, "the temporary journal cannot be written", b->path);
		assert_told(r.error.msg, strerror(errors[i]), b->path);
		assert_beginning(&r, 4000 * i);
	}
	run_free(&r);
}

static void a_temporary_journal_that_cannot_be_made_is_told(void **state)
{
	static const int errors[] = {EMFILE, ENOSPC, EROFS, EACCES};
	struct loader_bench *b = *state;
	struct run r = {0};

	write_events(b, O_TRUNC, 0, EVENTS);
	for (size_t i = 0; i < sizeof(errors) / sizeof(*errors); i++) {
		faults.making = EOPNOTSUPP;
		faults.naming = errors[i];
		run_stream(b, &r);
		assert_int_equal(r.error.code, ERR_IO);
		assert_told(r.error.msg, strerror(errors[i]), "/tmp");
		heal();
	}
	/* Where only such with a name can be made. */
	faults.making = EOPNOTSUPP;
	run_stream(b, &r);
	assert_int_equal(r.error.code, ERR_OK);
	assert_beginning(&r, EVENTS * event_size());
	run_free(&r);
}

static void a_stream_that_cannot_be_started_is_told(void **state)
{
	struct loader_bench *b = *state;
	struct run r = {0};

	write_events(b, O_TRUNC, 0, EVENTS);
	loader_bench_load(b, 0); /* the workers are there */
	loader_bench_close(b);
	faults.piping = EMFILE;
	run_stream(b, &r);
	assert_int_equal(r.error.code, ERR_IO);
	assert_told(r.error.msg, "Too many open files", b->path);
	assert_int_equal(r.got.n, 0);
	faults.starting = EAGAIN;
	run_stream(b, &r);
	assert_int_equal(r.error.code, ERR_IO);
	assert_told(r.error.msg, "Resource temporarily unavailable", b->path);
	run_free(&r);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, enter, leave)
	const struct CMUnitTest tests[] = {
		TEST(what_was_read_before_an_error_stays),
		TEST(interrupted_and_short_reads_are_no_errors),
		TEST(a_payload_that_cannot_be_read_is_told),
		TEST(what_cannot_be_opened_is_told),
		TEST(a_look_that_fails_is_not_the_end),
		TEST(without_watches_a_file_is_followed),
		TEST(a_stream_that_breaks_off_keeps_what_came),
		TEST(a_stream_takes_interrupted_and_short_reads_and_writes),
		TEST(a_stream_that_cannot_be_kept_is_told),
		TEST(a_temporary_journal_that_cannot_be_made_is_told),
		TEST(a_stream_that_cannot_be_started_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
