/* One file of events, opened for reading and looked at again when it may have changed.
 *
 * Invariants: `file` is a regular file, or -1 while it is awaited and when it was let go;
 * `size` never exceeds SIZE_LIMIT, so that every place in a journal fits 48 bits. Reads are pread
 * only: they share no position and may come from any thread. Only journal_check and journal_let_go
 * write to the struct; `file` changes under the lock that who reads holds.
 *
 * A file that was truncated and has grown past its old size again looks as if it had only grown: so
 * its first bytes are remembered, and compared whenever it was written to.
 *
 * Left to others: what the bytes mean (index), watching for changes (base/loop). */
#include "journal/journal.h"

#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SIZE_LIMIT ((UINT64_C(1) << 48) - 1)
#define HEAD_BYTES 256u /* an event's first fields: its uuid and time are among them */

struct journal {
	char *path;
	char *watched; /* NULL: the path; otherwise the path is only a name */
	int file;
	pthread_rwlock_t reading; /* held by who reads, so that the file is not closed meanwhile */
	unsigned holders;         /* but for its owner */
	bool closed;
	atomic_bool let_go;
	dev_t device;
	ino_t inode;
	uint64_t size;
	struct timespec written; /* as of the last journal_check */
	char head[HEAD_BYTES];   /* the first bytes */
	size_t n_head;
	atomic_bool rewritten; /* what was read from it is gone */
	struct errinfo why;    /* what is awaited cannot be opened */
};

static uint64_t size_of(const struct stat *status)
{
	uint64_t size = status->st_size > 0 ? (uint64_t)status->st_size : 0;

	return size < SIZE_LIMIT ? size : SIZE_LIMIT;
}

static const char *kind_text(mode_t mode)
{
	if (S_ISDIR(mode))
		return "a folder";
	if (S_ISFIFO(mode))
		return "a pipe";
	if (S_ISSOCK(mode))
		return "a socket";
	if (S_ISCHR(mode) || S_ISBLK(mode))
		return "a device";
	return "not a file";
}

/* What cannot be opened at all: a socket, or a terminal that this process has not. */
static const char *kind_of(const char *path)
{
	struct stat status;

	return stat(path, &status) == 0 ? kind_text(status.st_mode) : "not a file";
}

/* The reason stands before the path: a long path is cut, the reason is not. */
static enum err open_error(const char *path, int error, struct errinfo *e)
{
	switch (error) {
	case ENOENT:
		return err_set(e, ERR_IO, "no such file: %s", path);
	case EACCES:
		return err_set(e, ERR_IO, "no permission to read: %s", path);
	case ENXIO:
		return err_set(e, ERR_IO, "%s, not a regular file: %s", kind_of(path), path);
	default:
		return err_set(e, ERR_IO, "cannot be opened (%s): %s", strerror(error), path);
	}
}

/* Closes what is none. */
static enum err check_regular(int file, const char *path, struct stat *status, struct errinfo *e)
{
	if (fstat(file, status) != 0) {
		int error = errno;

		close(file);
		return open_error(path, error, e);
	}
	if (!S_ISREG(status->st_mode)) {
		close(file);
		return err_set(e, ERR_IO, "%s, not a regular file: %s", kind_text(status->st_mode),
		               path);
	}
	return ERR_OK;
}

static enum err open_regular(const char *path, int *out, struct stat *status, struct errinfo *e)
{
	/* O_NONBLOCK: a FIFO without a writer would hold open() for ever. */
	int file = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

	*out = file;
	return file < 0 ? open_error(path, errno, e) : check_regular(file, path, status, e);
}

static size_t read_head(const struct journal *j, char *into)
{
	int64_t got = journal_read(j, 0, into, j->size < HEAD_BYTES ? j->size : HEAD_BYTES);

	return got > 0 ? (size_t)got : 0;
}

static void set_file(struct journal *j, int file)
{
	pthread_rwlock_wrlock(&j->reading);
	j->file = file;
	pthread_rwlock_unlock(&j->reading);
}

static void take_file(struct journal *j, int file, const struct stat *status)
{
	set_file(j, file);
	j->device = status->st_dev;
	j->inode = status->st_ino;
	j->size = size_of(status);
	j->written = status->st_mtim;
	j->n_head = read_head(j, j->head);
}

struct journal *journal_await(const char *path)
{
	struct journal *j = mem_zero(1, sizeof(*j));

	j->path = mem_copy_text(path, strlen(path));
	j->file = -1;
	pthread_rwlock_init(&j->reading, NULL);
	return j;
}

bool journal_is_awaited(const struct journal *j)
{
	return j->file < 0 && !atomic_load(&j->let_go);
}

const struct errinfo *journal_why_awaited(const struct journal *j)
{
	return &j->why;
}

enum err journal_open(struct journal **out, const char *path, struct errinfo *e)
{
	struct stat status = {0};
	int file;
	enum err err = open_regular(path, &file, &status, e);

	*out = NULL;
	if (err)
		return err;
	*out = journal_await(path);
	take_file(*out, file, &status);
	return ERR_OK;
}

enum err journal_open_file(struct journal **out, int file, const char *name, struct errinfo *e)
{
	struct stat status = {0};
	enum err err = check_regular(file, name, &status, e);
	char watched[32];

	*out = NULL;
	if (err)
		return err;
	*out = journal_await(name);
	take_file(*out, file, &status);
	snprintf(watched, sizeof(watched), "/dev/fd/%d", file);
	(*out)->watched = mem_copy_text(watched, strlen(watched));
	return ERR_OK;
}

enum err journal_open_again(struct journal **out, const struct journal *j, struct errinfo *e)
{
	return journal_open(out, j->path, e);
}

static void destroy(struct journal *j)
{
	if (j->file >= 0)
		close(j->file);
	pthread_rwlock_destroy(&j->reading);
	mem_free(j->path);
	mem_free(j->watched);
	mem_free(j);
}

void journal_close(struct journal *j)
{
	if (!j)
		return;
	j->closed = true;
	if (j->holders == 0)
		destroy(j);
}

void journal_hold(struct journal *j)
{
	j->holders++;
}

void journal_release(struct journal *j)
{
	j->holders--;
	if (j->closed && j->holders == 0)
		destroy(j);
}

const char *journal_path(const struct journal *j)
{
	return j->path;
}

const char *journal_watched(const struct journal *j)
{
	return j->watched ? j->watched : j->path;
}

uint64_t journal_size(const struct journal *j)
{
	return j->size;
}

/* Whether some of what is kept was written to. Takes more of the first bytes as there are more. */
static bool is_rewritten(struct journal *j, const struct stat *status, uint64_t kept)
{
	size_t n_kept = kept < j->n_head ? (size_t)kept : j->n_head, n;
	char head[HEAD_BYTES];

	if (size_of(status) < j->size && size_of(status) < kept)
		return true;
	if (size_of(status) == j->size && status->st_mtim.tv_sec == j->written.tv_sec &&
	    status->st_mtim.tv_nsec == j->written.tv_nsec)
		return false;
	j->size = size_of(status);
	j->written = status->st_mtim;
	n = read_head(j, head);
	if (n < n_kept || memcmp(head, j->head, n_kept) != 0)
		return true;
	memcpy(j->head, head, n);
	j->n_head = n;
	return false;
}

static enum journal_change look_for_file(struct journal *j)
{
	struct stat status = {0};
	int file;

	if (open_regular(j->path, &file, &status, &j->why) != ERR_OK) {
		if (stat(j->path, &status) != 0 && errno == ENOENT)
			j->why = (struct errinfo){0};
		return JOURNAL_GONE;
	}
	take_file(j, file, &status);
	return j->size > 0 ? JOURNAL_GROWN : JOURNAL_SAME;
}

enum journal_change journal_check(struct journal *j, uint64_t kept)
{
	uint64_t before = j->size;
	struct stat status;

	if (atomic_load(&j->rewritten))
		return JOURNAL_SHRUNK;
	if (atomic_load(&j->let_go))
		return JOURNAL_SAME;
	if (j->file < 0)
		return look_for_file(j);
	if (fstat(j->file, &status) != 0)
		return JOURNAL_GONE;
	if (is_rewritten(j, &status, kept)) {
		atomic_store(&j->rewritten, true);
		j->size = size_of(&status);
		return JOURNAL_SHRUNK;
	}
	if (j->watched)
		return j->size > before ? JOURNAL_GROWN : JOURNAL_SAME;
	if (stat(j->path, &status) != 0)
		return JOURNAL_GONE;
	if (status.st_dev != j->device || status.st_ino != j->inode)
		return JOURNAL_REPLACED;
	return j->size > before ? JOURNAL_GROWN : JOURNAL_SAME;
}

bool journal_let_go(struct journal *j)
{
	if (pthread_rwlock_trywrlock(&j->reading) != 0)
		return false;
	if (j->file >= 0)
		close(j->file);
	j->file = -1;
	atomic_store(&j->let_go, true);
	pthread_rwlock_unlock(&j->reading);
	return true;
}

int64_t journal_read(const struct journal *j, uint64_t offset, char *into, size_t n)
{
	/* Reading changes nothing but this. */
	pthread_rwlock_t *reading = (pthread_rwlock_t *)(uintptr_t)&j->reading;
	ssize_t got = 0;
	int error;

	if (offset > SIZE_LIMIT)
		return 0;
	pthread_rwlock_rdlock(reading);
	do
		got = j->file >= 0 ? pread(j->file, into, n, (off_t)offset) : 0;
	while (got < 0 && errno == EINTR);
	error = errno;
	pthread_rwlock_unlock(reading);
	errno = error;
	return got;
}

enum err journal_changed(const struct journal *j, const char *json, enum err code,
                         struct errinfo *e)
{
	if (json == NULL)
		return err_set(e, code, "the file has changed since it was loaded: %s", j->path);
	return err_set(e, code,
	               "the file has changed since it was loaded (the event's JSON %s): %s", json,
	               j->path);
}

enum err journal_read_exact(const struct journal *j, uint64_t offset, size_t n, struct buf *out,
                            struct errinfo *e)
{
	size_t before = out->n;

	if (atomic_load(&j->rewritten))
		return journal_changed(j, NULL, ERR_IO, e);
	if (!buf_reserve(out, n))
		return err_set(e, ERR_IO, "more than fits into memory at once: %s", j->path);
	while (out->n < before + n) {
		int64_t got = journal_read(j, offset + (out->n - before), out->p + out->n,
		                           before + n - out->n);

		if (got <= 0) {
			out->n = before;
			out->p[before] = '\0';
			if (got < 0)
				return err_set(e, ERR_IO, "cannot be read (%s): %s",
				               strerror(errno), j->path);
			if (atomic_load(&j->let_go))
				return err_set(e, ERR_IO, "rotated away, and others after it: %s",
				               j->path);
			return err_set(e, ERR_IO, "ends before what was read earlier: %s", j->path);
		}
		out->n += (size_t)got;
	}
	if (n)
		out->p[out->n] = '\0';
	return ERR_OK;
}

/* A text begins with ASCII: as UTF-16 every second byte of it is a NUL. */
bool journal_is_utf16(struct str beginning)
{
	const char *p = beginning.p;

	if (str_starts(beginning, STR("\xFF\xFE")) || str_starts(beginning, STR("\xFE\xFF")))
		return true;
	return beginning.n >= JOURNAL_UTF16_BYTES &&
	       ((p[0] && !p[1] && p[2] && !p[3]) || (!p[0] && p[1] && !p[2] && p[3]));
}
