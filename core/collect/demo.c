/* The demo's events in order of arrival, its own journal, and the player that writes the one
 * into the other.
 *
 * Invariants: events are sorted by arrival, then as they were told; lines live in the demo's
 * arena. The player writes each line once, whole and in order; after a failed write it never
 * writes again.
 *
 * Left to others: what happens in the demo (demo_story.c and the story). */
#include "collect/demo.h"

#include "base/loop.h"
#include "base/mem.h"
#include "base/time.h"
#include "collect/demo_story.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- events ---- */

struct told {
	struct demo_event event;
	int64_t arrival; /* microseconds from the start, before it negative */
	size_t order;
};

struct demo {
	struct arena arena;
	struct told *told;
	size_t n, cap;
};

void demo_add(struct demo *d, int64_t arrival_us, struct str line)
{
	if (d->n == d->cap) {
		d->cap = d->cap ? d->cap * 2 : 256;
		d->told = mem_resize(d->told, d->cap, sizeof *d->told);
	}
	d->told[d->n] = (struct told){
		.event = {.after_us = arrival_us > 0 ? arrival_us : 0,
	                  .line = arena_copy(&d->arena, line)},
		.arrival = arrival_us,
		.order = d->n,
	};
	d->n++;
}

static int by_arrival(const void *left, const void *right)
{
	const struct told *a = left, *b = right;
	if (a->arrival != b->arrival)
		return a->arrival < b->arrival ? -1 : 1;
	return a->order < b->order ? -1 : 1;
}

struct demo *demo_new(int64_t now_us, uint64_t seed)
{
	struct demo *d = mem_zero(1, sizeof *d);
	story_tell(d, now_us, seed);
	qsort(d->told, d->n, sizeof *d->told, by_arrival);
	return d;
}

void demo_free(struct demo *d)
{
	if (!d)
		return;
	mem_free(d->told);
	arena_free(&d->arena);
	mem_free(d);
}

size_t demo_count(const struct demo *d)
{
	return d->n;
}

const struct demo_event *demo_event(const struct demo *d, size_t at)
{
	assert(at < d->n);
	return &d->told[at].event;
}

/* ---- the journal ---- */

#define FILE_NAME "/demo.ndjson"

static const char *temporary_folder(void)
{
	const char *folder = getenv("TMPDIR");
	return folder && folder[0] == '/' ? folder : "/tmp";
}

enum err demo_file(char *path, size_t size, int *fd, struct errinfo *e)
{
	const char *folder = temporary_folder();
	int n = snprintf(path, size, "%s/tracehog-demo-XXXXXX", folder);
	if (n < 0 || (size_t)n + sizeof FILE_NAME > size)
		return err_set(e, ERR_RANGE,
		               "the name of the folder for temporary files is too long: %s",
		               folder);
	if (!mkdtemp(path))
		return err_set(e, ERR_IO,
		               "making a folder in %s: %s: set TMPDIR to one that can be written",
		               folder, strerror(errno));
	memcpy(path + n, FILE_NAME, sizeof FILE_NAME);
	*fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (*fd < 0) {
		int why = errno;
		path[n] = '\0';
		rmdir(path);
		return err_set(e, ERR_IO, "making the demo's journal in %s: %s", folder,
		               strerror(why));
	}
	return ERR_OK;
}

void demo_file_remove(const char *path)
{
	size_t n = strlen(path), tail = sizeof FILE_NAME - 1;
	char *folder;
	/* Only what demo_file made: never somebody's own journal. */
	if (n < tail || strcmp(path + n - tail, FILE_NAME) != 0)
		return;
	unlink(path);
	folder = mem_copy_text(path, n - tail);
	rmdir(folder);
	mem_free(folder);
}

/* ---- the player ---- */

struct demo_player {
	const struct demo *demo;
	struct loop_timer *timer;
	int fd;
	size_t next;
	int64_t start; /* monotonic microseconds */
	struct errinfo error;
};

static void write_all(struct demo_player *p, struct str bytes)
{
	while (bytes.n) {
		ssize_t n = write(p->fd, bytes.p, bytes.n);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			err_set(&p->error, ERR_IO, "writing the demo's journal: %s",
			        strerror(errno));
			return;
		}
		bytes = str_sub(bytes, (size_t)n, bytes.n);
	}
}

static void write_due(struct demo_player *p, int64_t played_us)
{
	struct buf lines = {0};
	while (p->next < p->demo->n && p->demo->told[p->next].event.after_us <= played_us) {
		buf_append(&lines, p->demo->told[p->next++].event.line);
		buf_add(&lines, '\n');
	}
	write_all(p, buf_str(&lines));
	buf_free(&lines);
}

static void play(void *ctx)
{
	struct demo_player *p = ctx;
	int64_t played_us = time_monotonic() - p->start, left;
	write_due(p, played_us);
	if (demo_player_done(p))
		return;
	left = p->demo->told[p->next].event.after_us - played_us;
	loop_timer_start(p->timer, (uint64_t)(left + 999) / 1000, 0);
}

struct demo_player *demo_player_new(struct loop *l, const struct demo *d, int fd)
{
	struct demo_player *p = mem_zero(1, sizeof *p);
	p->demo = d;
	p->fd = fd;
	p->start = time_monotonic();
	p->timer = loop_timer_new(l, play, p);
	play(p);
	return p;
}

void demo_player_free(struct demo_player *p)
{
	if (!p)
		return;
	loop_timer_free(p->timer);
	mem_free(p);
}

void demo_player_rush(struct demo_player *p)
{
	loop_timer_stop(p->timer);
	if (!demo_player_done(p))
		write_due(p, INT64_MAX);
}

bool demo_player_done(const struct demo_player *p)
{
	return p->error.code || p->next == p->demo->n;
}

enum err demo_player_error(const struct demo_player *p, struct errinfo *e)
{
	if (e)
		*e = p->error;
	return p->error.code;
}
