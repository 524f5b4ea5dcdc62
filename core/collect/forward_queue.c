/* Records in append-only files of one folder. A record is a head of 16 bytes and a text; all numbers are
 * this machine's. Whoever has the flock on a file owns it: the process that began it, or one that found it
 * when that was gone. So several processes share a folder, and what one left behind another one sends.
 *
 * A record is noted as done in its head. A file goes when all of them are; one in which something cannot
 * be read is renamed to NAME.broken then, for a person to look at, and is not read again. A record that is
 * cut off at the end of a file is none: whoever sent it got no answer.
 *
 * Three threads: the listener appends, a reader adopts and reads, the keeper syncs and removes. A segment
 * stays as long as a record of it waits or somebody reads it.
 *
 * Left to others: what a record says (forward_record.c), when it is sent (forward.c). */
#include "collect/forward_internal.h"

#include "base/mem.h"
#include "base/time.h"
#include "journal/writer.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#define MAGIC     UINT32_C(0x31716674) /* "tfq1" */
#define SUFFIX    ".queue"
#define NAME_SIZE sizeof("0001795304622360000.queue")
#define NAMES     100 /* that are tried for a new file */

#define SYNCED_AT_ONCE 8 /* files; others wait for the next time */

enum state { WAITS = 0, DONE = 0x656e6f64 };

struct head {
	uint32_t mark;  /* MAGIC ^ size: one vouches for the other */
	uint32_t state; /* enum state */
	uint32_t size;  /* of the text */
	uint32_t check; /* crc32 of size and text */
};

struct forward_segment {
	struct forward_segment *next; /* a newer one */
	char name[NAME_SIZE];
	int fd;
	uint64_t size;      /* up to where there are records */
	uint64_t at;        /* up to where they were read */
	uint32_t left, out; /* records that wait: not read yet, and read but not done */
	bool dirty;         /* written since the last sync */
	bool is_read;       /* by the reader, at the moment */
	bool is_broken;     /* something in it cannot be read */
	bool is_written;    /* it is the one that grows */
};

/* A record that comes after all those that were not read yet. */
struct later {
	struct later *next;
	struct forward_segment *segment;
	uint64_t at;
};

struct forward_queue {
	char *folder;
	int folder_fd;
	uint64_t limit, segment_size;
	pthread_mutex_t mutex;                 /* around all that follows */
	struct forward_segment *first, **last; /* by age */
	struct later *later, **later_last;
	uint64_t bytes, waiting;
};

static enum err failed(const struct forward_queue *q, const char *doing, struct errinfo *e)
{
	return err_set(e, ERR_IO, "%s the queue %.150s: %s", doing, q->folder, strerror(errno));
}

/* ---- records ---- */

size_t forward_queue_begin_record(struct buf *out)
{
	struct head head = {0};
	size_t began = out->n;

	buf_append(out, (struct str){(const char *)&head, sizeof(head)});
	return began;
}

static uint32_t check_of(uint32_t size, const char *text)
{
	uLong check = crc32(0, (const Bytef *)&size, sizeof(size));

	return (uint32_t)crc32(check, (const Bytef *)text, size);
}

void forward_queue_end_record(struct buf *out, size_t began)
{
	const char *text = out->p + began + sizeof(struct head);
	struct head head = {.state = WAITS};

	head.size = (uint32_t)(out->n - began - sizeof(head));
	head.mark = MAGIC ^ head.size;
	head.check = check_of(head.size, text);
	memcpy(out->p + began, &head, sizeof(head));
}

static bool read_all(int fd, void *out, size_t n, uint64_t at)
{
	char *p = out;

	while (n > 0) {
		ssize_t got = pread(fd, p, n, (off_t)at);

		if (got == 0 || (got < 0 && errno != EINTR))
			return false;
		if (got < 0)
			continue;
		p += got;
		n -= (size_t)got;
		at += (uint64_t)got;
	}
	return true;
}

/* Of a record before end; false if none can be read there. */
static bool read_head(int fd, uint64_t at, uint64_t end, struct head *head)
{
	memset(head, 0, sizeof(*head));
	return end - at >= sizeof(*head) && read_all(fd, head, sizeof(*head), at) &&
	       head->mark == (MAGIC ^ head->size) && (head->state == WAITS || head->state == DONE);
}

/* ---- files ---- */

/* name has NAME_SIZE bytes. */
static struct forward_segment *segment_new(int fd, const char *name)
{
	struct forward_segment *s = mem_zero(1, sizeof(*s));

	s->fd = fd;
	memcpy(s->name, name, NAME_SIZE);
	return s;
}

static void segment_free(struct forward_segment *s)
{
	close(s->fd);
	mem_free(s);
}

static void add_segment(struct forward_queue *q, struct forward_segment *s)
{
	*q->last = s;
	q->last = &s->next;
	q->bytes += s->size;
	q->waiting += s->left;
}

/* Whoever looked into the folder before us may have taken it for a file that was left behind. */
static bool is_mine(int fd)
{
	struct stat about;

	return flock(fd, LOCK_EX | LOCK_NB) == 0 && fstat(fd, &about) == 0 &&
	       S_ISREG(about.st_mode) && about.st_nlink > 0;
}

static enum err begin_segment(struct forward_queue *q, struct forward_segment **out,
                              struct errinfo *e)
{
	int64_t now = time_now();
	char name[NAME_SIZE];

	for (int i = 0; i < NAMES; i++) {
		int fd;

		snprintf(name, sizeof(name), "%019lld" SUFFIX, (long long)now + i);
		fd = openat(q->folder_fd, name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
		            0600);
		if (fd >= 0 && is_mine(fd)) {
			*out = segment_new(fd, name);
			(*out)->is_written = true;
			add_segment(q, *out);
			return ERR_OK;
		}
		if (fd < 0 && errno != EEXIST)
			break;
		if (fd >= 0)
			close(fd);
	}
	return failed(q, "making a file in", e);
}

/* The one that grows, if it has room. */
static enum err choose_segment(struct forward_queue *q, size_t more, struct forward_segment **out,
                               struct errinfo *e)
{
	for (*out = q->first; *out && !(*out)->is_written; *out = (*out)->next)
		;
	if (*out && ((*out)->size == 0 || (*out)->size + more <= q->segment_size))
		return ERR_OK;
	if (*out)
		(*out)->is_written = false;
	return begin_segment(q, out, e);
}

static enum err write_at_end(const struct forward_queue *q, const struct forward_segment *s,
                             struct str records, struct errinfo *e)
{
	uint64_t at = s->size;

	while (records.n > 0) {
		ssize_t n = pwrite(s->fd, records.p, records.n, (off_t)at);

		if (n <= 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			failed(q, "writing", e);
			/* If that fails, too, it is cut off for who reads it. */
			(void)!ftruncate(s->fd, (off_t)s->size);
			return ERR_IO;
		}
		at += (uint64_t)n;
		records = str_sub(records, (size_t)n, SIZE_MAX);
	}
	return ERR_OK;
}

static enum err append(struct forward_queue *q, struct str records, size_t count, struct errinfo *e)
{
	struct forward_segment *s;
	enum err err;

	if (q->bytes + records.n > q->limit)
		return err_set(e, ERR_LIMIT, "the queue %.150s is full (%llu MB)", q->folder,
		               (unsigned long long)(q->limit >> 20));
	err = choose_segment(q, records.n, &s, e);
	if (err == ERR_OK)
		err = write_at_end(q, s, records, e);
	if (err != ERR_OK)
		return err;
	s->dirty = true;
	s->size += records.n;
	s->left += (uint32_t)count;
	q->bytes += records.n;
	q->waiting += count;
	return ERR_OK;
}

enum err forward_queue_append(struct forward_queue *q, struct str records, size_t count,
                              struct errinfo *e)
{
	enum err err;

	pthread_mutex_lock(&q->mutex);
	err = append(q, records, count, e);
	pthread_mutex_unlock(&q->mutex);
	return err;
}

/* ---- files that others left behind ---- */

static void say_broken(const struct forward_queue *q, const struct forward_segment *s, uint64_t at,
                       struct errinfo *e)
{
	err_set(e, ERR_PARSE, "%.150s/%s is broken at byte %llu: it is set aside as %s.broken",
	        q->folder, s->name, (unsigned long long)at, s->name);
}

/* Counts what waits in it, up to where it can be read. */
static void scan(const struct forward_queue *q, struct forward_segment *s, struct errinfo *e)
{
	uint64_t end = s->size, at = 0;
	struct head head;
	bool whole;

	while ((whole = read_head(s->fd, at, end, &head)) && head.size <= end - at - sizeof(head)) {
		s->left += head.state == WAITS;
		at += sizeof(head) + head.size;
	}
	s->size = at;
	if (whole || end - at < sizeof(head))
		return; /* cut off, at most */
	s->is_broken = true;
	say_broken(q, s, at, e);
}

static bool has_segment(struct forward_queue *q, const char *name)
{
	bool has = false;

	pthread_mutex_lock(&q->mutex);
	for (const struct forward_segment *s = q->first; s && !has; s = s->next)
		has = strcmp(s->name, name) == 0;
	pthread_mutex_unlock(&q->mutex);
	return has;
}

static void adopt(struct forward_queue *q, const char *name, struct errinfo *e)
{
	int fd = openat(q->folder_fd, name, O_RDWR | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
	struct forward_segment *s;
	struct stat about;

	if (fd < 0 || !is_mine(fd) || fstat(fd, &about) != 0) {
		if (fd >= 0)
			close(fd);
		return;
	}
	s = segment_new(fd, name);
	s->size = (uint64_t)about.st_size;
	scan(q, s, e);
	pthread_mutex_lock(&q->mutex);
	add_segment(q, s);
	pthread_mutex_unlock(&q->mutex);
}

static int is_queue(const struct dirent *entry)
{
	struct str name = str_of(entry->d_name);

	return name.n == NAME_SIZE - 1 && str_ends(name, STR(SUFFIX));
}

void forward_queue_adopt(struct forward_queue *q, struct errinfo *e)
{
	struct dirent **names = NULL;
	int n = scandirat(q->folder_fd, ".", &names, is_queue, alphasort);

	for (int i = 0; i < n; i++) {
		if (!has_segment(q, names[i]->d_name))
			adopt(q, names[i]->d_name, e);
		free(names[i]);
	}
	free(names);
}

/* ---- reading ---- */

/* What comes next, and after that what was put off. Its segment stays until `settle`. */
static bool choose_next(struct forward_queue *q, struct forward_item *item, uint64_t *end)
{
	struct later *later = q->later;
	struct forward_segment *s = q->first;

	while (s && s->left == 0)
		s = s->next;
	if (s) {
		*item = (struct forward_item){.segment = s, .at = s->at};
	} else if (later) {
		*item = (struct forward_item){.segment = later->segment, .at = later->at};
		q->later = later->next;
		if (!q->later)
			q->later_last = &q->later;
		mem_free(later);
	} else {
		return false;
	}
	item->segment->is_read = true;
	*end = item->segment->size;
	return true;
}

enum found { FOUND, PASSED, NO_TEXT, NO_HEAD };

static enum found read_record(struct forward_item *item, uint64_t end, struct head *head)
{
	int fd = item->segment->fd;

	if (!read_head(fd, item->at, end, head) || head->size > end - item->at - sizeof(*head))
		return NO_HEAD;
	if (head->state == DONE)
		return PASSED;
	if (!buf_reserve(&item->text, head->size) ||
	    !read_all(fd, item->text.p, head->size, item->at + sizeof(*head)))
		return NO_TEXT;
	item->text.n = head->size;
	return check_of(head->size, item->text.p) == head->check ? FOUND : NO_TEXT;
}

/* What cannot be read waits no longer: without a head, neither does what is behind it. */
static void settle(struct forward_queue *q, const struct forward_item *item, enum found found,
                   const struct head *head)
{
	struct forward_segment *s = item->segment;
	bool first_time = item->at == s->at;
	uint32_t lost = 0;

	if (found == NO_HEAD)
		lost = first_time ? s->left : 1;
	else if (found == NO_TEXT)
		lost = 1;
	if (first_time) {
		s->at = found == NO_HEAD ? s->size : s->at + sizeof(*head) + head->size;
		s->left -= found == FOUND ? 1 : lost;
		s->out += found == FOUND;
	} else {
		s->out -= lost;
	}
	q->waiting -= lost;
	s->is_broken = s->is_broken || lost > 0;
	s->is_read = false;
}

bool forward_queue_next(struct forward_queue *q, struct forward_item *out, struct errinfo *e)
{
	enum found found = PASSED;
	struct head head;
	uint64_t end;

	do {
		pthread_mutex_lock(&q->mutex);
		if (!choose_next(q, out, &end)) {
			pthread_mutex_unlock(&q->mutex);
			return false;
		}
		pthread_mutex_unlock(&q->mutex);
		found = read_record(out, end, &head);
		if (found == NO_TEXT || found == NO_HEAD)
			say_broken(q, out->segment, out->at, e);
		if (found != FOUND)
			buf_free(&out->text);
		pthread_mutex_lock(&q->mutex);
		settle(q, out, found, &head);
		pthread_mutex_unlock(&q->mutex);
	} while (found != FOUND);
	return true;
}

void forward_queue_done(struct forward_queue *q, const struct forward_item *item)
{
	uint32_t done = DONE;

	/* If it cannot be noted, a later process sends it again. */
	(void)!pwrite(item->segment->fd, &done, sizeof(done),
	              (off_t)(item->at + offsetof(struct head, state)));
	pthread_mutex_lock(&q->mutex);
	item->segment->out--;
	q->waiting--;
	pthread_mutex_unlock(&q->mutex);
}

void forward_queue_again(struct forward_queue *q, const struct forward_item *item)
{
	struct later *later = mem_zero(1, sizeof(*later));

	*later = (struct later){.segment = item->segment, .at = item->at};
	pthread_mutex_lock(&q->mutex);
	*q->later_last = later;
	q->later_last = &later->next;
	pthread_mutex_unlock(&q->mutex);
}

uint64_t forward_queue_waiting(struct forward_queue *q)
{
	uint64_t waiting;

	pthread_mutex_lock(&q->mutex);
	waiting = q->waiting;
	pthread_mutex_unlock(&q->mutex);
	return waiting;
}

/* ---- the keeper ---- */

/* Out of the list, those that are done; the others' descriptors that are to be synced. */
static struct forward_segment *cut_done(struct forward_queue *q, int *fds, size_t *n)
{
	struct forward_segment **at = &q->first, *s, *done = NULL;

	for (*n = 0; (s = *at) != NULL;) {
		if (s->left + s->out == 0 && !s->is_read) {
			*at = s->next;
			q->bytes -= s->size;
			s->next = done;
			done = s;
			continue;
		}
		if (s->dirty && *n < SYNCED_AT_ONCE) {
			s->dirty = false;
			fds[(*n)++] = fcntl(s->fd, F_DUPFD_CLOEXEC, 0);
		}
		at = &s->next;
	}
	q->last = at;
	return done;
}

static void remove_segment(const struct forward_queue *q, struct forward_segment *s)
{
	char aside[NAME_SIZE + sizeof(".broken")];

	snprintf(aside, sizeof(aside), "%s.broken", s->name);
	if (s->is_broken)
		(void)renameat(q->folder_fd, s->name, q->folder_fd, aside);
	else
		unlinkat(q->folder_fd, s->name, 0);
	segment_free(s);
}

void forward_queue_tick(struct forward_queue *q)
{
	struct forward_segment *done, *next;
	int fds[SYNCED_AT_ONCE];
	size_t n;

	pthread_mutex_lock(&q->mutex);
	done = cut_done(q, fds, &n);
	pthread_mutex_unlock(&q->mutex);
	for (; done; done = next) {
		next = done->next;
		remove_segment(q, done);
	}
	for (size_t i = 0; i < n; i++) {
		if (fds[i] < 0)
			continue;
		fdatasync(fds[i]);
		close(fds[i]);
	}
}

/* ---- the folder ---- */

static enum err open_folder(struct forward_queue *q, struct errinfo *e)
{
	struct stat about;

	journal_make_folder(q->folder);
	q->folder_fd = open(q->folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (q->folder_fd < 0 || fstat(q->folder_fd, &about) != 0)
		return failed(q, "opening", e);
	if (about.st_uid != geteuid() || (about.st_mode & (S_IWGRP | S_IWOTH)))
		return err_set(e, ERR_IO,
		               "the queue %.150s belongs to another user, or others can write it: "
		               "run chmod go-w on it, or remove it",
		               q->folder);
	return ERR_OK;
}

enum err forward_queue_open(struct forward_queue **out, const char *folder, uint64_t limit,
                            uint64_t segment, struct errinfo *e)
{
	struct forward_queue *q = mem_zero(1, sizeof(*q));
	enum err err;

	*out = NULL;
	q->folder = mem_copy_text(folder, strlen(folder));
	q->folder_fd = -1;
	q->limit = limit;
	q->segment_size = segment;
	q->last = &q->first;
	q->later_last = &q->later;
	pthread_mutex_init(&q->mutex, NULL);
	err = open_folder(q, e);
	if (err == ERR_OK)
		*out = q;
	else
		forward_queue_close(q);
	return err;
}

void forward_queue_close(struct forward_queue *q)
{
	struct forward_segment *s, *next;
	struct later *later;

	if (!q)
		return;
	forward_queue_tick(q);
	for (s = q->first; s; s = next) {
		next = s->next;
		segment_free(s);
	}
	while ((later = q->later) != NULL) {
		q->later = later->next;
		mem_free(later);
	}
	if (q->folder_fd >= 0)
		close(q->folder_fd);
	pthread_mutex_destroy(&q->mutex);
	mem_free(q->folder);
	mem_free(q);
}
