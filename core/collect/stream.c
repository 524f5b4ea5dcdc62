/* A descriptor into a temporary journal, on a thread of its own.
 *
 * How it works. The thread waits for the input and for word to stop (a pipe, so that poll ends). What it
 * reads goes through stream_inflate, a document and the limit of a line into `out`, which is written when
 * it is full and whenever all that was read has been taken. The loop is told by a wake, and looks at the
 * journal's size for itself: the two share nothing but `done`, what is not changed after it, and
 * the counts that tell how far it is.
 *
 * Left to others: what the lines mean (index), which events stand in a document (document.c). */
#include "collect/stream.h"

#include "base/mem.h"
#include "base/time.h"
#include "collect/document.h"
#include "collect/stream_internal.h"
#include "journal/writer.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/vfs.h>
#endif

#define READ_BYTES ((size_t)256 << 10)
#define OUT_BYTES  ((size_t)256 << 10) /* written at once */
#define TELL       INT64_C(10000)      /* microseconds */

struct stream {
	/* the loop's */
	char *name;
	struct journal *journal;
	struct buf notice;
	struct loop_wake *wake;
	loop_fn *changed;
	void *ctx;
	pthread_t thread;
	bool running, ended, finite;
	uint64_t size;
	int64_t began;

	/* shared */
	int stop_pipe[2];
	atomic_bool stop, done;
	_Atomic uint64_t taken, written;
	_Atomic int64_t last; /* time_monotonic() of the last read */

	/* the thread's while it runs */
	int fd, file;
	uint64_t max_bytes, inflated;
	struct stream_inflate inflate;
	struct document *document;
	char head[JOURNAL_UTF16_BYTES];
	size_t n_head;
	bool begun;    /* the head has been taken */
	bool refused;  /* for its head */
	uint64_t line; /* bytes of the line so far */
	struct buf out;
	struct errinfo failure; /* of writing */
	struct errinfo error;
	int64_t told;
	bool news; /* since then */
};

/* ---- what has to be streamed ----------------------------------------------------------------- */

/* In place can be read what stands there as lines, uncompressed. */
static bool is_in_place(int fd)
{
	char *bytes = mem_alloc(1, DOCUMENT_BEGINNING);
	ssize_t n = pread(fd, bytes, DOCUMENT_BEGINNING, 0);
	struct str beginning = {bytes, n > 0 ? (size_t)n : 0};
	enum stream_format format = stream_format_of(str_sub(beginning, 0, STREAM_MAGIC_BYTES));
	bool in_place = format != STREAM_GZIP && format != STREAM_ZSTD &&
	                (journal_is_utf16(beginning) || document_is_lines(beginning));

	mem_free(bytes);
	return in_place;
}

bool stream_is_needed(int fd)
{
	struct stat status;

	if (fstat(fd, &status) != 0 || S_ISDIR(status.st_mode) || S_ISBLK(status.st_mode))
		return false;
	return !S_ISREG(status.st_mode) || !is_in_place(fd);
}

int stream_open_file(const char *path)
{
	/* O_NONBLOCK: a FIFO without a writer would hold open() for ever. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

	if (fd >= 0 && stream_is_needed(fd))
		return fd;
	if (fd >= 0)
		close(fd);
	return -1;
}

/* ---- the temporary journal ------------------------------------------------------------------- */

static int make_unnamed(char *folder)
{
	struct buf path = {0};
	int file = -1;

#ifdef O_TMPFILE
	file = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC | O_EXCL, 0600);
#endif
	if (file >= 0)
		return file;
	/* Not every file system can. */
	buf_printf(&path, "%s/tracehog-XXXXXX", folder);
	file = mkstemp(path.p);
	if (file >= 0) {
		unlink(path.p);
		(void)fcntl(file, F_SETFD, FD_CLOEXEC);
	}
	buf_free(&path);
	return file;
}

static bool is_in_memory(int file)
{
#ifdef __linux__
	struct statfs about;

	/* tmpfs and ramfs */
	return fstatfs(file, &about) == 0 &&
	       (about.f_type == 0x01021994 || (unsigned long)about.f_type == 0x858458f6UL);
#else
	(void)file;
	return false;
#endif
}

static enum err open_temporary(struct stream *s, const char *name, struct errinfo *e)
{
	char *folder = mem_copy_text(name, strlen(name));
	enum err err = ERR_OK;

	journal_make_folder(folder);
	s->file = make_unnamed(folder);
	if (s->file < 0 && (errno == EMFILE || errno == ENFILE))
		err = err_set(e, ERR_IO, "too many open files, raise `ulimit -n`: %s", s->name);
	else if (s->file < 0)
		err = err_set(e, ERR_IO,
		              "no temporary journal can be made (%s): %s: set XDG_CACHE_HOME",
		              strerror(errno), folder);
	else
		err = journal_open_file(&s->journal, s->file, s->name, e);
	if (err == ERR_OK && is_in_memory(s->file))
		buf_printf(&s->notice,
		           "%s is kept in memory, up to %llu MiB: %s is no folder on a disk: "
		           "set XDG_CACHE_HOME to one",
		           s->name, (unsigned long long)(s->max_bytes >> 20), folder);
	mem_free(folder);
	return err;
}

/* ---- from lines to the file ------------------------------------------------------------------ */

static void flush(struct stream *s)
{
	struct str rest = buf_str(&s->out);
	uint64_t room = s->max_bytes - atomic_load(&s->written);

	if (rest.n > room) {
		rest = str_sub(rest, 0, (size_t)room);
		err_set(&s->failure, ERR_LIMIT, "its events need over %llu MiB",
		        (unsigned long long)(s->max_bytes >> 20));
	}
	while (rest.n > 0) {
		ssize_t n = write(s->file, rest.p, rest.n);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			err_set(&s->failure, ERR_IO, "the temporary journal cannot be written (%s)",
			        strerror(errno));
			break;
		}
		atomic_fetch_add(&s->written, (uint64_t)n);
		rest = str_sub(rest, (size_t)n, SIZE_MAX);
	}
	buf_clear(&s->out);
}

static void put(struct stream *s, struct str bytes)
{
	while (bytes.n > 0 && s->failure.code == ERR_OK) {
		struct str part = str_sub(bytes, 0, OUT_BYTES - s->out.n);

		buf_append(&s->out, part);
		bytes = str_sub(bytes, part.n, SIZE_MAX);
		if (s->out.n == OUT_BYTES)
			flush(s);
	}
}

/* Who reads a line counts what is longer than JOURNAL_MAX_LINE: more than that is not kept. */
static void take_lines(void *ctx, struct str bytes)
{
	const uint64_t most = (uint64_t)JOURNAL_MAX_LINE + 1;
	struct stream *s = ctx;

	while (bytes.n > 0) {
		const char *newline = memchr(bytes.p, '\n', bytes.n);
		size_t n = newline != NULL ? (size_t)(newline - bytes.p) : bytes.n;
		uint64_t room = s->line < most ? most - s->line : 0;

		put(s, str_sub(bytes, 0, n < room ? n : (size_t)room));
		s->line += n;
		if (newline != NULL) {
			put(s, STR("\n"));
			s->line = 0;
			n++;
		}
		bytes = str_sub(bytes, n, SIZE_MAX);
	}
}

/* ---- from the input to lines ----------------------------------------------------------------- */

static enum err take_text(struct stream *s, struct str bytes, struct errinfo *e)
{
	document_feed(s->document, bytes, time_now());
	if (s->failure.code == ERR_OK)
		return ERR_OK;
	*e = s->failure;
	return e->code;
}

static enum err begin(struct stream *s, struct errinfo *e)
{
	struct str head = {s->head, s->n_head};

	s->begun = true;
	s->refused = journal_is_utf16(head);
	if (s->refused)
		return err_set(e, ERR_PARSE, "UTF-16, not UTF-8: convert it first");
	return take_text(s, head, e);
}

static enum err take_inflated(void *ctx, struct str bytes, struct errinfo *e)
{
	struct stream *s = ctx;
	uint64_t room = s->max_bytes - s->inflated;
	bool over = bytes.n > room;
	enum err err = ERR_OK;

	if (atomic_load(&s->stop))
		return err_set(e, ERR_BUSY, "it was stopped");
	atomic_store(&s->taken, s->inflate.taken);
	atomic_store(&s->last, time_monotonic());
	if (over)
		bytes = str_sub(bytes, 0, (size_t)room);
	s->inflated += bytes.n;
	while (!s->begun && bytes.n > 0 && err == ERR_OK) {
		s->head[s->n_head++] = bytes.p[0];
		bytes = str_sub(bytes, 1, SIZE_MAX);
		if (s->n_head == sizeof(s->head))
			err = begin(s, e);
	}
	if (err == ERR_OK)
		err = take_text(s, bytes, e);
	if (err == ERR_OK && over)
		err = err_set(e, ERR_LIMIT, "over %llu MiB",
		              (unsigned long long)(s->max_bytes >> 20));
	return err;
}

/* ---- the thread ------------------------------------------------------------------------------ */

static void tell(struct stream *s)
{
	s->told = time_monotonic();
	s->news = false;
	loop_wake_send(s->wake);
}

/* Until there is something to read; news are not held back meanwhile. False: it was stopped. */
static bool wait_for_input(struct stream *s)
{
	struct pollfd both[2] = {{.fd = s->fd, .events = POLLIN},
	                         {.fd = s->stop_pipe[0], .events = POLLIN}};

	for (;;) {
		int64_t left = s->told + TELL - time_monotonic();
		int ready;

		if (s->news && left <= 0)
			tell(s);
		ready = poll(both, 2, s->news ? (int)(left / 1000) + 1 : -1);
		if (atomic_load(&s->stop) || (ready < 0 && errno != EINTR && errno != EAGAIN))
			return false;
		if (ready > 0)
			return true;
	}
}

/* Gives how much was read, or what ended it in e. */
static size_t read_some(struct stream *s, char *bytes, struct errinfo *e)
{
	while (wait_for_input(s)) {
		ssize_t n = read(s->fd, bytes, READ_BYTES);

		if (n >= 0) {
			s->news = true;
			return (size_t)n;
		}
		if (errno != EINTR && errno != EAGAIN) {
			err_set(e, ERR_IO, "it cannot be read (%s)", strerror(errno));
			return 0;
		}
	}
	err_set(e, ERR_BUSY, "it was stopped");
	return 0;
}

/* What was held back, now that nothing follows. */
static enum err take_end(struct stream *s, struct errinfo *e)
{
	enum err err = stream_inflate_end(&s->inflate, e);

	if (err == ERR_OK && !s->begun)
		err = begin(s, e);
	return err;
}

static void finish(struct stream *s, enum err err, const struct errinfo *why)
{
	document_end(s->document, time_now());
	if (s->failure.code == ERR_OK)
		flush(s);
	if (err == ERR_OK && s->failure.code != ERR_OK) {
		err = s->failure.code;
		why = &s->failure;
	}
	if (err != ERR_OK && s->refused)
		err_set(&s->error, err, "%s: %s", why->msg, s->name);
	else if (err != ERR_OK)
		err_set(&s->error, err, "cut at byte %llu: %s: %s",
		        (unsigned long long)s->inflate.taken, why->msg, s->name);
	s->error.pos = s->inflate.taken;
	atomic_store(&s->done, true);
	loop_wake_send(s->wake);
}

static void *read_all(void *ctx)
{
	struct stream *s = ctx;
	char *bytes = mem_alloc(1, READ_BYTES);
	struct errinfo why = {0};
	enum err err = ERR_OK;

	while (err == ERR_OK) {
		size_t n = read_some(s, bytes, &why);

		err = why.code;
		if (err == ERR_OK && n == 0) {
			err = take_end(s, &why);
			break;
		}
		if (err == ERR_OK)
			err = stream_inflate_feed(&s->inflate, (struct str){bytes, n}, &why);
		if (err == ERR_OK && s->out.n > 0)
			flush(s);
		atomic_store(&s->taken, s->inflate.taken);
	}
	mem_free(bytes);
	finish(s, err, &why);
	return NULL;
}

/* ---- the loop -------------------------------------------------------------------------------- */

enum err stream_new(struct stream **out, int fd, const struct stream_options *options,
                    struct errinfo *e)
{
	struct stream *s = mem_zero(1, sizeof(*s));
	struct document_options lines = {.write = take_lines, .ctx = s, .logs = options->logs};
	struct stat status;
	enum err err;

	*out = NULL;
	s->name = mem_copy_text(options->name, strlen(options->name));
	s->fd = fd;
	s->stop_pipe[0] = s->stop_pipe[1] = s->file = -1;
	s->max_bytes = options->max_bytes > 0 ? options->max_bytes : STREAM_MAX_BYTES;
	s->finite = fstat(fd, &status) == 0 && S_ISREG(status.st_mode);
	s->size = s->finite ? (uint64_t)status.st_size : 0;
	s->inflate = (struct stream_inflate){.take = take_inflated, .ctx = s};
	s->document = document_new(&lines);
	err = open_temporary(s, options->folder, e);
	if (err != ERR_OK) {
		stream_free(s);
		return err;
	}
	*out = s;
	return ERR_OK;
}

struct journal *stream_journal(const struct stream *s)
{
	return s->journal;
}

const char *stream_notice(const struct stream *s)
{
	return s->notice.n > 0 ? s->notice.p : NULL;
}

bool stream_is_finite(const struct stream *s)
{
	return s->finite;
}

void stream_read_status(const struct stream *s, struct stream_status *out)
{
	*out = (struct stream_status){
		.taken = atomic_load(&s->taken),
		.size = s->size,
		.written = atomic_load(&s->written),
		.began = s->began,
		.last = atomic_load(&s->last),
		.ended = s->ended,
	};
}

static void close_end(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

/* The thread has nothing more to do, or was told so. */
static void clear_up(struct stream *s)
{
	if (s->running)
		pthread_join(s->thread, NULL);
	s->running = false;
	loop_wake_free(s->wake);
	s->wake = NULL;
	close_end(&s->fd);
	close_end(&s->stop_pipe[0]);
	close_end(&s->stop_pipe[1]);
	stream_inflate_free(&s->inflate);
	document_free(s->document);
	s->document = NULL;
	buf_free(&s->out);
}

static void on_wake(void *ctx)
{
	struct stream *s = ctx;

	if (!s->ended && atomic_load(&s->done)) {
		clear_up(s);
		s->ended = true;
	}
	s->changed(s->ctx);
}

/* Signals are for the thread that has the loop; SIGPIPE is for nobody. */
static int start_thread(struct stream *s)
{
	sigset_t all, before;
	int error;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	error = pthread_create(&s->thread, NULL, read_all, s);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	s->running = error == 0;
	return error;
}

void stream_start(struct stream *s, struct loop *loop, loop_fn *changed, void *ctx)
{
	int error = 0;

	s->changed = changed;
	s->ctx = ctx;
	s->began = time_monotonic();
	s->wake = loop_wake_new(loop, on_wake, s);
	if (s->finite)
		(void)lseek(s->fd, 0, SEEK_SET);
	if (pipe2(s->stop_pipe, O_CLOEXEC) != 0)
		error = errno;
	if (error == 0)
		error = start_thread(s);
	if (error == 0)
		return;
	err_set(&s->error, ERR_IO, "it cannot be read (%s): %s", strerror(error), s->name);
	atomic_store(&s->done, true);
	loop_wake_send(s->wake);
}

bool stream_ended(const struct stream *s)
{
	return s->ended;
}

const struct errinfo *stream_error(const struct stream *s)
{
	return s->ended && s->error.code != ERR_OK ? &s->error : NULL;
}

void stream_stop(struct stream *s)
{
	atomic_store(&s->stop, true);
	if (s->running && write(s->stop_pipe[1], "", 1) != 1)
		atomic_store(&s->stop, true); /* the pipe is full of this word already */
	clear_up(s);
	s->ended = true;
}

void stream_free(struct stream *s)
{
	if (!s)
		return;
	stream_stop(s);
	/* The journal has the file. */
	journal_close(s->journal);
	buf_free(&s->notice);
	mem_free(s->name);
	mem_free(s);
}
