/* The event loop: timers, descriptors, signals, file watching, worker jobs and child processes. Only
 * its .c files know libuv. Everything runs on the loop's thread but work functions. Any object may be
 * freed in any callback, its own too; _free takes NULL. */
#ifndef BASE_LOOP_H
#define BASE_LOOP_H

#include "base/err.h"
#include "base/str.h"

#include <stdbool.h>

struct loop;
typedef void loop_fn(void *ctx);

/* Starts the workers. ERR_IO with a sentence where the system gives too few threads or descriptors for a loop: to be asked
 * before the first one, since nothing but the end is left to it then. */
enum err loop_probe(struct errinfo *e) MUST_USE;
/* Sets the worker pool to cores + 1 before libuv's first use (unless UV_THREADPOOL_SIZE is set), so
 * the first one comes before other threads start. NULL if the system gives no descriptors. */
struct loop *loop_new(void);
/* Waits for running jobs, calls off those that have not begun; no done function runs. Frees what of
 * the objects below is left; they are gone then. Not from a callback. */
void loop_free(struct loop *l);
void loop_run(struct loop *l); /* until loop_stop, or nothing is left to wait for */
void loop_stop(struct loop *l);
bool loop_step(struct loop *l, bool wait); /* one turn; false when nothing is left to wait for */

/* Timers. Created stopped; loop_timer_start restarts a running one. repeat_ms 0: once. */
struct loop_timer;
struct loop_timer *loop_timer_new(struct loop *l, loop_fn *fn, void *ctx);
void loop_timer_start(struct loop_timer *t, uint64_t after_ms, uint64_t repeat_ms);
void loop_timer_stop(struct loop_timer *t);
bool loop_timer_active(const struct loop_timer *t);
void loop_timer_free(struct loop_timer *t);

/* Runs fn once per loop turn while started, without blocking (for work in slices). */
struct loop_idle;
struct loop_idle *loop_idle_new(struct loop *l, loop_fn *fn, void *ctx);
void loop_idle_start(struct loop_idle *i);
void loop_idle_stop(struct loop_idle *i);
void loop_idle_free(struct loop_idle *i);

/* fn when fd is readable or at its end. fd must be pollable (tty, pipe, socket), else NULL. Free it
 * before closing fd. Whether fd blocks stays as it is. */
struct loop_reader;
struct loop_reader *loop_reader_new(struct loop *l, int fd, loop_fn *fn, void *ctx);
void loop_reader_free(struct loop_reader *r);

/* The same for a descriptor that others read and write: fn as long as it is ready for what
 * loop_poll_set asked for; at an error or its end for all of that. Created asking for nothing. */
struct loop_poll;
typedef void loop_poll_fn(void *ctx, bool readable, bool writable);
struct loop_poll *loop_poll_new(struct loop *l, int fd, loop_poll_fn *fn, void *ctx);
void loop_poll_set(struct loop_poll *p, bool readable, bool writable);
void loop_poll_free(struct loop_poll *p);

/* NULL if there is no such signal to catch. */
struct loop_signal;
struct loop_signal *loop_signal_new(struct loop *l, int signum, loop_fn *fn, void *ctx);
void loop_signal_free(struct loop_signal *s);

/* fn when the file or something about it may have changed: the system's events on it, and a poll
 * every second where events do not come. The file may be missing, vanish or be replaced. fn looks
 * for itself. */
struct loop_watch;
struct loop_watch *loop_watch_new(struct loop *l, const char *path, loop_fn *fn, void *ctx);
void loop_watch_free(struct loop_watch *w);

/* fn on the loop's thread soon after loop_wake_send was called on any thread; sends that come
 * together wake once. */
struct loop_wake;
struct loop_wake *loop_wake_new(struct loop *l, loop_fn *fn, void *ctx);
void loop_wake_send(struct loop_wake *w);
void loop_wake_free(struct loop_wake *w); /* no send may come after; NULL is allowed */

/* A program that runs beside us: argv[0] is looked for in PATH, its environment is ours and env
 * (NAME=value, NULL-terminated; wins over ours, and NAME alone takes ours away), its standard input and
 * output are ours, its standard error is error_fd, which the caller may close afterwards.
 * ended(ctx, status, signum) once on the loop's thread: signum is 0 or the signal that ended it.
 * ERR_NOT_FOUND if there is no such program, ERR_IO if it cannot be started. */
struct loop_child;
typedef void loop_child_fn(void *ctx, int status, int signum);
enum err loop_child_new(struct loop_child **out, struct loop *l, char *const *argv,
                        const char *const *env, int error_fd, loop_child_fn *ended, void *ctx,
                        struct errinfo *e) MUST_USE;
/* One that is given a text and is not listened to: as above, but input (copied) and then its end are
 * its standard input, and what it says is lost. It has a session of its own, so that no key and no
 * terminal that closes ends it. The caller ignores SIGPIPE: it may end without reading. */
enum err loop_child_feed(struct loop_child **out, struct loop *l, char *const *argv,
                         struct str input, loop_child_fn *ended, void *ctx,
                         struct errinfo *e) MUST_USE;
/* Likewise, but it is listened to: env as above, its standard output is output_fd, its standard error
 * and its session are ours. */
enum err loop_child_give(struct loop_child **out, struct loop *l, char *const *argv,
                         const char *const *env, struct str input, int output_fd,
                         loop_child_fn *ended, void *ctx, struct errinfo *e) MUST_USE;
void loop_child_signal(struct loop_child *c, int signum); /* nothing once it has ended */
void loop_child_free(struct loop_child *c);               /* leaves it running */

/* work(ctx) in a worker thread, then done(ctx) on the loop's thread (NULL: nothing). ctx belongs to
 * the job until done. */
void loop_work(struct loop *l, loop_fn *work, loop_fn *done, void *ctx);
/* The same, for a job whose owner may be gone before it: dropped(ctx) in the place of done when the loop is freed first. */
void loop_work_alone(struct loop *l, loop_fn *work, loop_fn *done, loop_fn *dropped, void *ctx);
unsigned loop_workers(void); /* how many workers there are */

#endif
