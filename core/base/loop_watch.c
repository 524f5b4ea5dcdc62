/* Watching a file over libuv: events on the inode, and a stat every second in a worker (a dead network
 * disk must not hold the screen). An inode's events say nothing about the file that takes its name,
 * so they are asked for anew when the name leads elsewhere. A file that is written to all the time
 * would give an event each time: after one there are none for a while, and then a stat. What a
 * watched file holds is for whoever watches it. */
#include "base/loop_internal.h"
#include "base/mem.h"

#include <string.h>

#define WATCH_POLL_MS  1000
#define WATCH_PAUSE_MS 10

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

void loop_close_watches(uv_handle_t *handle, void *unused)
{
	(void)unused;
	if (handle->type == UV_FS_EVENT)
		close_watch(handle->data);
}
