/* Writes the local journal: a folder of segments, of which the newest by name is open. What holds:
 * only who has the folder's lock changes anything in it; every append starts at the beginning of a
 * line; a segment's name sorts after those of all older ones, also when the clock was set back.
 * Who listens, and what a line says, is for the callers. */
#include "journal/writer.h"
#include "base/mem.h"
#include "base/time.h"
#include "config/config.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define STAMP      "%Y%m%dT%H%M%SZ"
#define STAMP_SIZE sizeof("20261122T021901Z")
#define NAME_SIZE  sizeof("20261122T021901Z-0001.ndjson")
#define NUMBERS    9999 /* of segments that bear the same second */

struct segment {
	char name[NAME_SIZE];
	uint64_t size;
	int64_t written; /* microseconds */
	bool regular;
};

struct journal_writer {
	struct journal_writer_options options;
	char *folder;           /* without slashes at its end; for messages and the path */
	int folder_fd, lock_fd; /* -1: not yet */
	pthread_mutex_t mutex;  /* threads append, another one ticks; guards all below */
	int fd;                 /* the open segment; -1: none yet */
	char name[NAME_SIZE];   /* its name */
	struct buf path;        /* folder and name */
	uint64_t size;          /* its bytes when the last append looked */
	bool torn;              /* it ends amidst a line */
	bool dirty;             /* written since the last sync */
};

static enum err failed(struct errinfo *e, const char *doing, const char *what, int why)
{
	switch (why) {
	case ENOSPC:
		return err_set(e, ERR_IO, "%s %s: the disk is full", doing, what);
	case EDQUOT:
		return err_set(e, ERR_IO, "%s %s: your disk quota is used up", doing, what);
	case EFBIG:
		return err_set(e, ERR_IO, "%s %s: no file may grow larger (ulimit -f)", doing,
		               what);
	default:
		return err_set(e, ERR_IO, "%s %s: %s", doing, what, strerror(why));
	}
}

/* ---- the names of segments ---- */

static bool name_write(char name[NAME_SIZE], time_t second, unsigned number)
{
	char stamp[STAMP_SIZE];
	struct tm tm;

	if (!gmtime_r(&second, &tm) || strftime(stamp, sizeof(stamp), STAMP, &tm) == 0)
		return false;
	return snprintf(name, NAME_SIZE, "%s-%04u.ndjson", stamp, number) == NAME_SIZE - 1;
}

/* True for what name_write makes, and for nothing else. */
static bool name_read(const char *name, time_t *second, unsigned *number)
{
	char again[NAME_SIZE];
	struct tm tm = {0};
	const char *rest = strptime(name, STAMP "-", &tm);

	if (!rest)
		return false;
	*second = timegm(&tm);
	*number = (unsigned)strtoul(rest, NULL, 10);
	return *number <= NUMBERS && name_write(again, *second, *number) && !strcmp(again, name);
}

/* The name of a segment begun now, when newest ("": none) is there. */
static bool name_next(char name[NAME_SIZE], const char *newest)
{
	time_t now = (time_t)(time_now() / TIME_SECOND), second;
	unsigned number;

	if (!name_read(newest, &second, &number) || second < now) {
		second = now;
		number = 0;
	}
	if (number >= NUMBERS) {
		second++;
		number = 0;
	}
	return name_write(name, second, number + 1);
}

static int by_name(const void *left, const void *right)
{
	const struct segment *a = left, *b = right;

	return strcmp(a->name, b->name);
}

static bool segment_look(const struct journal_writer *w, const char *name, struct segment *s)
{
	struct stat about;
	time_t second;
	unsigned number;

	if (!name_read(name, &second, &number) ||
	    fstatat(w->folder_fd, name, &about, AT_SYMLINK_NOFOLLOW) != 0)
		return false;
	memcpy(s->name, name, sizeof(s->name));
	s->size = (uint64_t)about.st_size;
	s->written = (int64_t)about.st_mtime * TIME_SECOND;
	s->regular = S_ISREG(about.st_mode);
	return true;
}

/* All there are, oldest first; *out is the caller's to free. */
static size_t segments_list(const struct journal_writer *w, struct segment **out)
{
	int fd = openat(w->folder_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *folder = fd < 0 ? NULL : fdopendir(fd);
	struct segment *all = NULL, one;
	struct dirent *entry;
	size_t n = 0;

	*out = NULL;
	if (!folder) {
		if (fd >= 0)
			close(fd);
		return 0;
	}
	while ((entry = readdir(folder))) {
		if (!segment_look(w, entry->d_name, &one))
			continue;
		if ((n & (n - 1)) == 0)
			all = mem_resize(all, n ? n * 2 : 1, sizeof(*all));
		all[n++] = one;
	}
	closedir(folder);
	if (n)
		qsort(all, n, sizeof(*all), by_name);
	*out = all;
	return n;
}

/* The greater of the open segment's name and those in the folder; "" if there are none. */
static void newest_name(const struct journal_writer *w, char name[NAME_SIZE])
{
	struct segment *all;
	size_t n = segments_list(w, &all);

	memcpy(name, w->name, NAME_SIZE);
	if (n && strcmp(all[n - 1].name, name) > 0)
		memcpy(name, all[n - 1].name, NAME_SIZE);
	mem_free(all);
}

/* ---- the open segment ---- */

/* Gives 0 or what write(2) failed with; *written is how much is in the file either way. */
static int write_all(int fd, struct str s, size_t *written)
{
	*written = 0;
	while (*written < s.n) {
		ssize_t n = write(fd, s.p + *written, s.n - *written);

		if (n == 0)
			return EIO;
		if (n < 0 && errno != EINTR)
			return errno;
		if (n > 0)
			*written += (size_t)n;
	}
	return 0;
}

static void use_segment(struct journal_writer *w, int fd, const char *name)
{
	if (w->fd >= 0) {
		fdatasync(w->fd);
		close(w->fd);
	}
	w->fd = fd;
	w->size = 0;
	w->torn = w->dirty = false;
	memcpy(w->name, name, sizeof(w->name));
	buf_clear(&w->path);
	buf_printf(&w->path, "%s/%s", w->folder, name);
}

static enum err begin_segment(struct journal_writer *w, struct errinfo *e)
{
	char newest[NAME_SIZE], name[NAME_SIZE];
	int fd;

	newest_name(w, newest);
	if (!name_next(name, newest))
		return err_set(e, ERR_IO, "no name comes after %s: move it out of %s", newest,
		               w->folder);
	fd = openat(w->folder_fd, name,
	            O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0 && errno == ENOENT)
		return err_set(e, ERR_IO, "the journal %s is gone: start tracehog again",
		               w->folder);
	if (fd < 0)
		return failed(e, "making a file in", w->folder, errno);
	use_segment(w, fd, name);
	return ERR_OK;
}

/* What stands there is its own line from here on. */
static int end_torn(struct journal_writer *w)
{
	size_t written;
	int why = w->torn ? write_all(w->fd, STR("\n"), &written) : 0;

	if (w->torn && !why) {
		w->torn = false;
		w->dirty = true;
		w->size++;
	}
	return why;
}

static enum err continue_segment(struct journal_writer *w, const char *name, struct errinfo *e)
{
	/* Readable too: its last byte is looked at. Not blocking: a pipe of that name is refused. */
	int fd = openat(w->folder_fd, name,
	                O_RDWR | O_APPEND | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
	struct stat about;
	char last;

	if (fd < 0 && errno == ELOOP)
		return err_set(e, ERR_IO, "%s in the journal is a symbolic link: move it out of %s",
		               name, w->folder);
	if (fd < 0)
		return err_set(e, ERR_IO, "opening %s in %s: %s", name, w->folder, strerror(errno));
	if (fstat(fd, &about) != 0 || !S_ISREG(about.st_mode)) {
		close(fd);
		return err_set(e, ERR_IO, "%s in the journal is no regular file: move it out of %s",
		               name, w->folder);
	}
	if ((uint64_t)about.st_size >= w->options.segment) {
		close(fd);
		return begin_segment(w, e);
	}
	use_segment(w, fd, name);
	w->size = (uint64_t)about.st_size;
	w->torn = w->size > 0 && (pread(fd, &last, 1, about.st_size - 1) != 1 || last != '\n');
	/* On a full disk it stays torn: the first append that finds room ends it. */
	end_torn(w);
	return ERR_OK;
}

/* ---- the folder ---- */

static char *copy_folder(const char *path)
{
	size_t n = strlen(path);

	/* With a slash behind it, a symbolic link would be followed. */
	while (n > 1 && path[n - 1] == '/')
		n--;
	return mem_copy_text(path, n);
}

/* What cannot be made shows when the folder is opened. */
void journal_make_folder(char *path)
{
	for (char *p = path; *p; p++) {
		if (*p != '/' || p == path)
			continue;
		*p = '\0';
		(void)mkdir(path, 0700);
		*p = '/';
	}
	(void)mkdir(path, 0700);
}

static enum err open_folder(struct journal_writer *w, struct errinfo *e)
{
	struct stat about;

	journal_make_folder(w->folder);
	if (lstat(w->folder, &about) == 0 && S_ISLNK(about.st_mode))
		return err_set(e, ERR_IO,
		               "the journal %s is a symbolic link: name the folder itself",
		               w->folder);
	w->folder_fd = open(w->folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (w->folder_fd < 0 || fstat(w->folder_fd, &about) != 0)
		return failed(e, "opening the journal", w->folder, errno);
	if (about.st_uid != geteuid())
		return err_set(
			e, ERR_IO,
			"the journal %s belongs to another user: choose a folder of yours with "
			"--journal",
			w->folder);
	if (about.st_mode & (S_IWGRP | S_IWOTH))
		return err_set(e, ERR_IO,
		               "the journal %s can be written by others: run chmod go-w on it",
		               w->folder);
	return ERR_OK;
}

static enum err take_lock(struct journal_writer *w, struct errinfo *e)
{
	w->lock_fd = openat(w->folder_fd, ".lock",
	                    O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK, 0600);
	if (w->lock_fd < 0)
		return failed(e, "making .lock in", w->folder, errno);
	if (flock(w->lock_fd, LOCK_EX | LOCK_NB) == 0)
		return ERR_OK;
	if (errno == EWOULDBLOCK)
		return err_set(e, ERR_BUSY, "another tracehog writes the journal %s", w->folder);
	return failed(e, "locking", w->folder, errno);
}

/* ---- limits ---- */

static bool too_old(const struct journal_writer *w, const struct segment *s)
{
	/* In seconds: a limit in microseconds could overflow. */
	return w->options.keep_seconds > 0 &&
	       (time_now() - s->written) / TIME_SECOND > w->options.keep_seconds;
}

/* Removes what is over the limits of what is older than the segment open. */
static void remove_old(const struct journal_writer *w, const char *open_name)
{
	struct segment *all;
	uint64_t total = 0;
	size_t n;

	if (!w->options.keep_bytes && w->options.keep_seconds <= 0)
		return;
	n = segments_list(w, &all);
	for (size_t i = 0; i < n; i++)
		total += all[i].regular ? all[i].size : 0;
	for (size_t i = 0; i < n && strcmp(all[i].name, open_name) < 0; i++) {
		bool over = w->options.keep_bytes && total > w->options.keep_bytes;

		if (!all[i].regular || !(over || too_old(w, &all[i])))
			continue;
		if (unlinkat(w->folder_fd, all[i].name, 0) == 0)
			total -= all[i].size;
	}
	mem_free(all);
}

/* ---- what others call ---- */

enum err journal_writer_open(struct journal_writer **out, const char *folder,
                             const struct journal_writer_options *options, struct errinfo *e)
{
	struct journal_writer *w = mem_zero(1, sizeof(*w));
	char newest[NAME_SIZE];
	enum err err;

	*out = NULL;
	w->options = *options;
	if (!w->options.segment)
		w->options.segment = JOURNAL_SEGMENT;
	w->folder = copy_folder(folder);
	w->folder_fd = w->lock_fd = w->fd = -1;
	pthread_mutex_init(&w->mutex, NULL);
	err = open_folder(w, e);
	if (!err)
		err = take_lock(w, e);
	if (!err) {
		newest_name(w, newest);
		err = newest[0] ? continue_segment(w, newest, e) : begin_segment(w, e);
	}
	if (err) {
		journal_writer_close(w);
		return err;
	}
	*out = w;
	return ERR_OK;
}

/* Sees to it that lines go to a segment that has room for them and that a reader can find. */
static enum err choose_segment(struct journal_writer *w, size_t more, struct errinfo *e)
{
	struct stat about;
	enum err err;

	if (fstat(w->fd, &about) != 0)
		return failed(e, "writing", buf_text(&w->path), errno);
	w->size = (uint64_t)about.st_size;
	if (about.st_nlink > 0 && (w->size == 0 || w->size + more <= w->options.segment))
		return ERR_OK;
	err = begin_segment(w, e);
	/* A segment that grows too large is better than lost events. */
	return about.st_nlink > 0 ? ERR_OK : err;
}

static enum err append(struct journal_writer *w, struct str lines, struct errinfo *e)
{
	enum err err = choose_segment(w, lines.n, e);
	size_t written;
	int why;

	if (err)
		return err;
	why = end_torn(w);
	if (why)
		return failed(e, "writing", buf_text(&w->path), why);
	why = write_all(w->fd, lines, &written);
	if (!why) {
		w->dirty = true;
		return ERR_OK;
	}
	if (written && ftruncate(w->fd, (off_t)w->size) != 0)
		w->torn = true;
	return failed(e, "writing", buf_text(&w->path), why);
}

enum err journal_writer_append(struct journal_writer *w, struct str lines, struct errinfo *e)
{
	enum err err;

	if (lines.n == 0)
		return ERR_OK;
	assert(lines.p[lines.n - 1] == '\n');
	pthread_mutex_lock(&w->mutex);
	err = append(w, lines, e);
	pthread_mutex_unlock(&w->mutex);
	return err;
}

void journal_writer_tick(struct journal_writer *w)
{
	char name[NAME_SIZE];
	int fd = -1;

	pthread_mutex_lock(&w->mutex);
	memcpy(name, w->name, sizeof(name));
	if (w->dirty) {
		w->dirty = false;
		fd = fcntl(w->fd, F_DUPFD_CLOEXEC, 0);
		if (fd < 0)
			fdatasync(w->fd);
	}
	pthread_mutex_unlock(&w->mutex);
	/* A sync may take its time: appends go on meanwhile. */
	if (fd >= 0) {
		fdatasync(fd);
		close(fd);
	}
	remove_old(w, name);
}

const char *journal_writer_path(const struct journal_writer *w)
{
	return w->path.p;
}

void journal_writer_close(struct journal_writer *w)
{
	if (!w)
		return;
	if (w->fd >= 0) {
		fdatasync(w->fd);
		close(w->fd);
	}
	if (w->lock_fd >= 0)
		close(w->lock_fd);
	if (w->folder_fd >= 0)
		close(w->folder_fd);
	pthread_mutex_destroy(&w->mutex);
	buf_free(&w->path);
	mem_free(w->folder);
	mem_free(w);
}

enum err journal_folder(struct buf *out, struct errinfo *e)
{
	enum err err = config_folder(out, CONFIG_STATE, NULL);

	if (err != ERR_OK)
		return err_set(
			e, err,
			"neither XDG_STATE_HOME nor HOME is set: name a folder with --journal");
	buf_puts(out, "/journal");
	return ERR_OK;
}
