/* The event loop over libuv. Every object here owns its handles; freeing one stops it at once and
 * gives its memory back when libuv has let go of the handles, so that any object may be freed in
 * any callback, its own too. Jobs are kept in a list, so that loop_free can call back those that
 * have not begun. What a watched file holds is for whoever watches it. */
#include "base/loop_internal.h"
#include "base/mem.h"

#include <assert.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORKERS_MAX    1024 /* libuv's */
#define WATCH_POLL_MS  1000
#define WATCH_PAUSE_MS 10

struct job {
	uv_work_t request; /* data is the job */
	struct loop *loop;
	struct job *previous, *next;
	loop_fn *work, *done;
	void *ctx;
};

/* The handle's data is the object around it; the handle is its first member. */
static void free_object(uv_handle_t *handle)
{
	mem_free(handle->data);
}

void loop_close_object(uv_handle_t *handle)
{
	if (!uv_is_closing(handle))
		uv_close(handle, free_object);
}

/* Workers */

static pthread_once_t workers_once = PTHREAD_ONCE_INIT;

/* libuv reads the variable once, when the first job comes. */
static void decide_workers(void)
{
	char text[16];

	snprintf(text, sizeof(text), "%u", uv_available_parallelism() + 1);
	setenv("UV_THREADPOOL_SIZE", text, 0);
}

unsigned loop_workers(void)
{
	const char *text;
	long count;

	pthread_once(&workers_once, decide_workers);
	text = getenv("UV_THREADPOOL_SIZE");
	count = text ? strtol(text, NULL, 10) : 1;
	if (count < 1)
		return 1;
	return count > WORKERS_MAX ? WORKERS_MAX : (unsigned)count;
}

static void job_work(uv_work_t *request)
{
	struct job *job = request->data;

	job->work(job->ctx);
}

static void job_done(uv_work_t *request, int status)
{
	struct job *job = request->data;
	struct loop *l = job->loop;

	if (job->next)
		job->next->previous = job->previous;
	if (job->previous)
		job->previous->next = job->next;
	else
		l->jobs = job->next;
	if (!l->closing && status == 0 && job->done)
		job->done(job->ctx);
	mem_free(job);
}

void loop_work(struct loop *l, loop_fn *work, loop_fn *done, void *ctx)
{
	struct job *job = mem_zero(1, sizeof(*job));
	int failed;

	*job = (struct job){.loop = l, .next = l->jobs, .work = work, .done = done, .ctx = ctx};
	job->request.data = job;
	if (l->jobs)
		l->jobs->previous = job;
	l->jobs = job;
	failed = uv_queue_work(&l->uv, &job->request, job_work, job_done);
	assert(!failed); /* only without a work function */
	(void)failed;
}

/* The loop itself */

struct loop *loop_new(void)
{
	struct loop *l = mem_zero(1, sizeof(*l));

	pthread_once(&workers_once, decide_workers);
	if (uv_loop_init(&l->uv) != 0) {
		mem_free(l);
		return NULL;
	}
	return l;
}

static void close_watches(uv_handle_t *handle, void *unused);

static void close_leftover(uv_handle_t *handle, void *unused)
{
	(void)unused;
	loop_close_object(handle);
}

void loop_free(struct loop *l)
{
	int busy;

	if (!l)
		return;
	l->closing = true;
	for (struct job *job = l->jobs; job; job = job->next)
		uv_cancel((uv_req_t *)&job->request);
	/* What its owner left. Watches have two handles, so they go first. */
	uv_walk(&l->uv, close_watches, NULL);
	uv_walk(&l->uv, close_leftover, NULL);
	uv_run(&l->uv, UV_RUN_DEFAULT);
	/* A loop_stop that was still pending ends the first run early. */
	while ((busy = uv_loop_close(&l->uv)) == UV_EBUSY)
		uv_run(&l->uv, UV_RUN_ONCE);
	assert(!busy);
	mem_free(l);
}

void loop_run(struct loop *l)
{
	uv_run(&l->uv, UV_RUN_DEFAULT);
}

void loop_stop(struct loop *l)
{
	uv_stop(&l->uv);
}

bool loop_step(struct loop *l, bool wait)
{
	return uv_run(&l->uv, wait ? UV_RUN_ONCE : UV_RUN_NOWAIT) != 0;
}

/* Timers */

struct loop_timer {
	uv_timer_t handle;
	loop_fn *fn;
	void *ctx;
};

static void on_timer(uv_timer_t *handle)
{
	struct loop_timer *t = handle->data;

	t->fn(t->ctx);
}

struct loop_timer *loop_timer_new(struct loop *l, loop_fn *fn, void *ctx)
{
	struct loop_timer *t = mem_zero(1, sizeof(*t));

	t->fn = fn;
	t->ctx = ctx;
	uv_timer_init(&l->uv, &t->handle);
	t->handle.data = t;
	return t;
}

void loop_timer_start(struct loop_timer *t, uint64_t after_ms, uint64_t repeat_ms)
{
	/* libuv's idea of now is as old as the turn; a long callback would make the timer early. */
	uv_update_time(t->handle.loop);
	uv_timer_start(&t->handle, on_timer, after_ms, repeat_ms);
}

void loop_timer_stop(struct loop_timer *t)
{
	uv_timer_stop(&t->handle);
}

bool loop_timer_active(const struct loop_timer *t)
{
	return uv_is_active((const uv_handle_t *)&t->handle);
}

void loop_timer_free(struct loop_timer *t)
{
	if (t)
		loop_close_object((uv_handle_t *)&t->handle);
}

/* Idle functions */

struct loop_idle {
	uv_idle_t handle;
	loop_fn *fn;
	void *ctx;
};

static void on_idle(uv_idle_t *handle)
{
	struct loop_idle *i = handle->data;

	i->fn(i->ctx);
}

struct loop_idle *loop_idle_new(struct loop *l, loop_fn *fn, void *ctx)
{
	struct loop_idle *i = mem_zero(1, sizeof(*i));

	i->fn = fn;
	i->ctx = ctx;
	uv_idle_init(&l->uv, &i->handle);
	i->handle.data = i;
	return i;
}

void loop_idle_start(struct loop_idle *i)
{
	uv_idle_start(&i->handle, on_idle);
}

void loop_idle_stop(struct loop_idle *i)
{
	uv_idle_stop(&i->handle);
}

void loop_idle_free(struct loop_idle *i)
{
	if (i)
		loop_close_object((uv_handle_t *)&i->handle);
}

/* Wakes */

struct loop_wake {
	uv_async_t handle;
	loop_fn *fn;
	void *ctx;
};

static void on_wake(uv_async_t *handle)
{
	struct loop_wake *w = handle->data;

	w->fn(w->ctx);
}

struct loop_wake *loop_wake_new(struct loop *l, loop_fn *fn, void *ctx)
{
	struct loop_wake *w = mem_zero(1, sizeof(*w));

	w->fn = fn;
	w->ctx = ctx;
	uv_async_init(&l->uv, &w->handle, on_wake);
	w->handle.data = w;
	return w;
}

void loop_wake_send(struct loop_wake *w)
{
	uv_async_send(&w->handle);
}

void loop_wake_free(struct loop_wake *w)
{
	if (w)
		loop_close_object((uv_handle_t *)&w->handle);
}

/* Descriptors */

struct loop_reader {
	uv_poll_t handle;
	loop_fn *fn;
	void *ctx;
};

/* An error is for fn too: its read tells which. */
static void on_readable(uv_poll_t *handle, int status, int events)
{
	struct loop_reader *r = handle->data;

	(void)status;
	(void)events;
	r->fn(r->ctx);
}

struct loop_reader *loop_reader_new(struct loop *l, int fd, loop_fn *fn, void *ctx)
{
	struct loop_reader *r = mem_zero(1, sizeof(*r));
	int flags = fcntl(fd, F_GETFL);

	r->fn = fn;
	r->ctx = ctx;
	if (flags < 0 || uv_poll_init(&l->uv, &r->handle, fd) != 0) {
		mem_free(r);
		return NULL;
	}
	/* libuv makes the descriptor non-blocking, and with a terminal that would be our output and
	 * the shell's input as well. */
	fcntl(fd, F_SETFL, flags);
	r->handle.data = r;
	uv_poll_start(&r->handle, UV_READABLE, on_readable);
	return r;
}

void loop_reader_free(struct loop_reader *r)
{
	if (r)
		loop_close_object((uv_handle_t *)&r->handle);
}

/* Signals */

struct loop_signal {
	uv_signal_t handle;
	loop_fn *fn;
	void *ctx;
};

static void on_signal(uv_signal_t *handle, int signum)
{
	struct loop_signal *s = handle->data;

	(void)signum;
	s->fn(s->ctx);
}

struct loop_signal *loop_signal_new(struct loop *l, int signum, loop_fn *fn, void *ctx)
{
	struct loop_signal *s = mem_zero(1, sizeof(*s));

	s->fn = fn;
	s->ctx = ctx;
	uv_signal_init(&l->uv, &s->handle);
	s->handle.data = s;
	if (uv_signal_start(&s->handle, on_signal, signum) != 0) {
		loop_signal_free(s);
		return NULL;
	}
	return s;
}

void loop_signal_free(struct loop_signal *s)
{
	if (s)
		loop_close_object((uv_handle_t *)&s->handle);
}

/* Watching a file: events on the inode, and a stat every second in a worker (a dead network disk
 * must not hold the screen). An inode's events say nothing about the file that takes its name, so
 * they are asked for anew when the name leads elsewhere. A file that is written to all the time
 * would give an event each time: after one there are none for a while, and then a stat. */

struct loop_watch {
	uv_timer_t poll;
	uv_fs_event_t event;
	uv_fs_t request; /* the stat under way */
	bool looking;    /* it is */
	bool known;      /* seen holds what the last stat found; otherwise there was no file */
	bool stale;      /* the events have to be asked for anew */
	uv_stat_t seen;
	unsigned holders; /* the handles and the request; the last one frees */
	char *path;
	loop_fn *fn;
	void *ctx;
};

static void release(struct loop_watch *w)
{
	if (--w->holders > 0)
		return;
	mem_free(w->path);
	mem_free(w);
}

static void watch_closed(uv_handle_t *handle)
{
	release(handle->data);
}

static bool same_file(const uv_stat_t *a, const uv_stat_t *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

static bool same_time(uv_timespec_t a, uv_timespec_t b)
{
	return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

static bool same_content(const uv_stat_t *a, const uv_stat_t *b)
{
	return same_file(a, b) && a->st_size == b->st_size && same_time(a->st_mtim, b->st_mtim) &&
	       same_time(a->st_ctim, b->st_ctim);
}

static void look(struct loop_watch *w);
static void on_poll(uv_timer_t *handle);

static void pause_events(struct loop_watch *w)
{
	uv_fs_event_stop(&w->event);
	w->stale = true;
	uv_timer_start(&w->poll, on_poll, WATCH_PAUSE_MS, WATCH_POLL_MS);
}

static void on_event(uv_fs_event_t *handle, const char *name, int events, int status)
{
	struct loop_watch *w = handle->data;

	(void)name;
	/* Moved or deleted: a file of that name may be there already. */
	if (status != 0 || (events & UV_RENAME)) {
		w->stale = true;
		look(w);
	}
	pause_events(w);
	w->fn(w->ctx);
}

static void ask_for_events(struct loop_watch *w)
{
	uv_fs_event_stop(&w->event);
	w->stale = uv_fs_event_start(&w->event, on_event, w->path, 0) != 0;
}

/* Takes over what a stat found and says whether anything is different. */
static bool take_result(struct loop_watch *w, bool found, const uv_stat_t *stat)
{
	bool was_known = w->known;
	uv_stat_t before = w->seen;

	w->known = found;
	if (!found) {
		w->stale = true;
		return was_known;
	}
	w->seen = *stat;
	if (w->stale || !was_known || !same_file(&before, stat))
		ask_for_events(w);
	return !was_known || !same_content(&before, stat);
}

static void on_stat(uv_fs_t *request)
{
	struct loop_watch *w = request->data;
	bool closing = uv_is_closing((uv_handle_t *)&w->poll);
	bool changed = !closing && take_result(w, request->result == 0, &request->statbuf);

	w->looking = false;
	uv_fs_req_cleanup(request);
	if (changed)
		w->fn(w->ctx);
	release(w);
}

static void look(struct loop_watch *w)
{
	if (w->looking)
		return;
	w->request.data = w;
	if (uv_fs_stat(w->poll.loop, &w->request, w->path, on_stat) != 0)
		return;
	w->looking = true;
	w->holders++;
}

static void on_poll(uv_timer_t *handle)
{
	struct loop_watch *w = handle->data;

	if (w->stale)
		ask_for_events(w); /* before the stat: nothing falls between */
	look(w);
}

struct loop_watch *loop_watch_new(struct loop *l, const char *path, loop_fn *fn, void *ctx)
{
	struct loop_watch *w = mem_zero(1, sizeof(*w));
	uv_fs_t first;

	w->path = mem_copy_text(path, strlen(path));
	w->fn = fn;
	w->ctx = ctx;
	w->holders = 2;
	uv_timer_init(&l->uv, &w->poll);
	uv_fs_event_init(&l->uv, &w->event);
	w->poll.data = w->event.data = w;
	ask_for_events(w);
	/* Looked at here and now: what changes from this moment on is noticed. */
	take_result(w, uv_fs_stat(&l->uv, &first, path, NULL) == 0, &first.statbuf);
	uv_fs_req_cleanup(&first);
	uv_timer_start(&w->poll, on_poll, WATCH_POLL_MS, WATCH_POLL_MS);
	return w;
}

static void close_watch(struct loop_watch *w)
{
	if (uv_is_closing((uv_handle_t *)&w->poll))
		return;
	uv_close((uv_handle_t *)&w->poll, watch_closed);
	uv_close((uv_handle_t *)&w->event, watch_closed);
}

void loop_watch_free(struct loop_watch *w)
{
	if (w)
		close_watch(w);
}

static void close_watches(uv_handle_t *handle, void *unused)
{
	(void)unused;
	if (handle->type == UV_FS_EVENT)
		close_watch(handle->data);
}
