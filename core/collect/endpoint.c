/* The capture endpoint: who has the journal's lock writes it and listens, all others follow and try
 * for the lock twice a second. Invariant: writer, keeper, forward, capture, listener and the note of the URL
 * are there together (listening) or not at all (following); the lock is never held without a port,
 * so that it is free for whoever has one.
 *
 * Three threads: the listener's appends; the keeper, which is here, syncs and tidies the journal,
 * because a slow disk must hold neither the screen nor an answer; the loop's does the rest. What
 * the journal holds is for whoever reads it. */
#include "collect/endpoint.h"

#include "base/mem.h"
#include "collect/folder.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <time.h>

#define RETRY_MS 500
#define PAUSE_MS 10 /* between two times that taken is told: each makes it read the journal */

/* Ticks the writer and the forwarder a second after something was written; sleeps otherwise. */
struct keeper {
	struct journal_writer *writer;
	struct forward *forward;
	pthread_t thread;
	pthread_mutex_t mutex; /* around what follows */
	pthread_cond_t changed;
	bool written, stopping;
};

struct endpoint {
	struct loop *loop;
	struct endpoint_options options;
	struct buf folder;
	loop_fn *taken;
	void *ctx;
	struct loop_wake *wake;
	struct loop_timer *retry, *pause;
	atomic_bool untold; /* something came in since taken was told */
	enum endpoint_state state;
	struct errinfo trouble; /* why the last try to take over failed, if not for the lock */
	struct journal_writer *writer;
	struct forward *forward; /* NULL: nothing is forwarded */
	struct keeper *keeper;
	struct capture *capture;
	struct listener *listener;
};

/* ---- the keeper ---- */

static void wait_a_second(struct keeper *k)
{
	struct timespec until;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec++;
	while (!k->stopping && pthread_cond_timedwait(&k->changed, &k->mutex, &until) == 0)
		;
}

static void *keep(void *ctx)
{
	struct keeper *k = ctx;

	pthread_mutex_lock(&k->mutex);
	while (!k->stopping) {
		if (!k->written) {
			pthread_cond_wait(&k->changed, &k->mutex);
			continue;
		}
		wait_a_second(k);
		if (k->stopping)
			break;
		k->written = false;
		pthread_mutex_unlock(&k->mutex);
		journal_writer_tick(k->writer);
		forward_tick(k->forward);
		pthread_mutex_lock(&k->mutex);
	}
	pthread_mutex_unlock(&k->mutex);
	return NULL;
}

static void keeper_free(struct keeper *k)
{
	pthread_cond_destroy(&k->changed);
	pthread_mutex_destroy(&k->mutex);
	mem_free(k);
}

/* NULL if there is no thread to be had. */
static struct keeper *keeper_start(struct journal_writer *writer, struct forward *forward)
{
	struct keeper *k = mem_zero(1, sizeof(*k));
	pthread_condattr_t clock;
	sigset_t all, before;
	int error;

	k->writer = writer;
	k->forward = forward;
	k->written = true; /* the limits may be less than last time */
	pthread_mutex_init(&k->mutex, NULL);
	pthread_condattr_init(&clock);
	pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
	pthread_cond_init(&k->changed, &clock);
	pthread_condattr_destroy(&clock);
	/* Signals are for the thread that has the loop. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	error = pthread_create(&k->thread, NULL, keep, k);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (!error)
		return k;
	keeper_free(k);
	return NULL;
}

static void keeper_written(struct keeper *k)
{
	pthread_mutex_lock(&k->mutex);
	if (!k->written)
		pthread_cond_signal(&k->changed);
	k->written = true;
	pthread_mutex_unlock(&k->mutex);
}

/* What is not synced yet is for journal_writer_close. NULL is allowed. */
static void keeper_stop(struct keeper *k)
{
	if (!k)
		return;
	pthread_mutex_lock(&k->mutex);
	k->stopping = true;
	pthread_cond_signal(&k->changed);
	pthread_mutex_unlock(&k->mutex);
	pthread_join(k->thread, NULL);
	keeper_free(k);
}

/* ---- listening ---- */

/* On the listener's thread, and for what is forwarded on the loop's. */
static void on_appended(void *ctx)
{
	struct endpoint *p = ctx;

	keeper_written(p->keeper);
	if (!atomic_exchange(&p->untold, true))
		loop_wake_send(p->wake);
}

static void tell(struct endpoint *p)
{
	atomic_store(&p->untold, false);
	loop_timer_start(p->pause, PAUSE_MS, 0);
	forward_look(p->forward);
	/* Last: it may close the endpoint. */
	p->taken(p->ctx);
}

static void on_wake(void *ctx)
{
	struct endpoint *p = ctx;

	if (!loop_timer_active(p->pause))
		tell(p);
}

static void on_pause(void *ctx)
{
	struct endpoint *p = ctx;

	if (atomic_load(&p->untold))
		tell(p);
}

/* The listener first: it uses the others. The lock last: whoever gets it finds the port free. */
static void stop_listening(struct endpoint *p)
{
	listener_stop(p->listener);
	if (p->state == ENDPOINT_LISTENING)
		folder_forget_url(buf_text(&p->folder));
	keeper_stop(p->keeper);
	capture_free(p->capture);
	forward_close(p->forward);
	journal_writer_close(p->writer);
	p->listener = NULL;
	p->keeper = NULL;
	p->forward = NULL;
	p->capture = NULL;
	p->writer = NULL;
	p->state = ENDPOINT_FOLLOWING;
}

/* With the lock had. */
static enum err listen_on_journal(struct endpoint *p, struct errinfo *e)
{
	enum err err = ERR_OK;

	if (p->options.forward.url)
		err = forward_open(&p->forward, p->loop, &p->options.forward, on_appended, p, e);
	if (err != ERR_OK)
		return err;
	p->keeper = keeper_start(p->writer, p->forward);
	if (!p->keeper)
		return err_set(e, ERR_IO, "starting the capture endpoint: no thread can be made");
	p->capture = capture_new(p->writer, on_appended, p);
	capture_set_forward(p->capture, p->forward);
	err = listener_start(&p->listener, p->capture, &p->options.listener, e);
	if (err == ERR_OK) {
		folder_note_url(buf_text(&p->folder), listener_url(p->listener));
		p->state = ENDPOINT_LISTENING;
	}
	return err;
}

/* *locked: somebody else has the journal. */
static enum err try_to_listen(struct endpoint *p, bool *locked, struct errinfo *e)
{
	enum err err = journal_writer_open(&p->writer, buf_text(&p->folder), &p->options.writer, e);

	*locked = err == ERR_BUSY;
	if (err == ERR_OK)
		err = listen_on_journal(p, e);
	if (err != ERR_OK)
		stop_listening(p);
	return err;
}

/* ---- following ---- */

/* That the port is still taken may pass: the process that had the lock may be just ending. */
static void on_retry(void *ctx)
{
	struct endpoint *p = ctx;
	enum err before = p->trouble.code;
	struct errinfo e = {0};
	bool locked;
	enum err err = try_to_listen(p, &locked, &e);

	if (locked)
		memset(&e, 0, sizeof(e));
	p->trouble = e;
	if (err == ERR_OK)
		loop_timer_stop(p->retry);
	/* Last: it may close the endpoint. */
	if (err == ERR_OK || e.code != before)
		p->taken(p->ctx);
}

static void follow(struct endpoint *p)
{
	p->retry = loop_timer_new(p->loop, on_retry, p);
	loop_timer_start(p->retry, RETRY_MS, RETRY_MS);
}

/* ---- what others call ---- */

static enum err choose_folder(struct endpoint *p, const char *folder, struct errinfo *e)
{
	if (!folder)
		return journal_folder(&p->folder, e);
	buf_puts(&p->folder, folder);
	return ERR_OK;
}

enum err endpoint_open(struct endpoint **out, struct loop *loop,
                       const struct endpoint_options *options, loop_fn *taken, void *ctx,
                       struct errinfo *e)
{
	struct endpoint *p = mem_zero(1, sizeof(*p));
	bool locked = false;
	enum err err;

	*out = NULL;
	p->loop = loop;
	p->options = *options;
	p->taken = taken;
	p->ctx = ctx;
	p->state = ENDPOINT_FOLLOWING;
	p->wake = loop_wake_new(loop, on_wake, p);
	p->pause = loop_timer_new(loop, on_pause, p);
	err = choose_folder(p, options->folder, e);
	if (err == ERR_OK)
		err = try_to_listen(p, &locked, e);
	if (err != ERR_OK && !locked) {
		endpoint_close(p);
		return err;
	}
	if (locked)
		follow(p);
	*out = p;
	return ERR_OK;
}

void endpoint_close(struct endpoint *p)
{
	if (!p)
		return;
	stop_listening(p);
	loop_timer_free(p->retry);
	loop_timer_free(p->pause);
	loop_wake_free(p->wake);
	buf_free(&p->folder);
	mem_free(p);
}

enum endpoint_state endpoint_state(const struct endpoint *p)
{
	return p->state;
}

const char *endpoint_url(const struct endpoint *p)
{
	return p->listener ? listener_url(p->listener) : NULL;
}

bool endpoint_is_loopback(const struct endpoint *p)
{
	return !p->listener || listener_is_loopback(p->listener);
}

const char *endpoint_folder(const struct endpoint *p)
{
	return p->folder.p;
}

void endpoint_counts(const struct endpoint *p, struct capture_counts *out)
{
	*out = (struct capture_counts){0};
	if (p->capture)
		capture_counts(p->capture, out);
}

bool endpoint_forwards(const struct endpoint *p, struct forward_counts *out)
{
	*out = (struct forward_counts){0};
	if (p->forward)
		forward_counts(p->forward, out);
	return p->forward != NULL;
}

bool endpoint_failing(const struct endpoint *p, struct errinfo *e)
{
	if (p->capture)
		return capture_failing(p->capture, e);
	if (p->trouble.code == ERR_OK)
		return false;
	if (e)
		*e = p->trouble;
	return true;
}
