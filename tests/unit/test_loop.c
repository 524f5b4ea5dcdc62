/* The loop: timers, idle functions, descriptors, signals, jobs, watched files. What is waited for
 * ends the wait, and a timer bounds it; only to see that nothing more comes is time let pass. */
#include "base/loop.h"
#include "base/time.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define PATIENCE_MS 10000

/* What a callback touches. */
struct probe {
	struct loop *loop;
	struct loop_timer *timer;
	struct loop_idle *idle;
	struct loop_reader *reader;
	struct loop_signal *signal;
	struct loop_watch *watch;
	int fd;
	int calls;
	int stop_at; /* calls after which the loop stops */
	bool free_own;
};

static void count(struct probe *p)
{
	if (++p->calls >= p->stop_at)
		loop_stop(p->loop);
}

static void on_patience(void *ctx)
{
	(void)ctx;
	fail_msg("waited too long");
}

/* Runs until a probe stops the loop. */
static void run_patiently(struct loop *l)
{
	struct loop_timer *patience = loop_timer_new(l, on_patience, NULL);

	loop_timer_start(patience, PATIENCE_MS, 0);
	loop_run(l);
	loop_timer_free(patience);
}

static void on_timer(void *ctx)
{
	struct probe *p = ctx;

	if (p->free_own)
		loop_timer_free(p->timer);
	count(p);
}

static void timers_fire(void **state)
{
	struct loop *l = loop_new();
	struct probe once = {.loop = l, .stop_at = 99}, often = {.loop = l, .stop_at = 3};

	(void)state;
	once.timer = loop_timer_new(l, on_timer, &once);
	often.timer = loop_timer_new(l, on_timer, &often);
	assert_false(loop_timer_active(once.timer));
	assert_false(loop_step(l, true));
	loop_timer_start(once.timer, 60000, 0);
	loop_timer_start(once.timer, 1, 0);
	loop_timer_start(often.timer, 2, 2);
	assert_true(loop_timer_active(often.timer));
	run_patiently(l);
	assert_int_equal(once.calls, 1);
	assert_int_equal(often.calls, 3);
	assert_false(loop_timer_active(once.timer));
	loop_timer_stop(often.timer);
	assert_false(loop_timer_active(often.timer));
	assert_false(loop_step(l, false));
	loop_timer_free(once.timer);
	loop_timer_free(often.timer);
	loop_timer_free(NULL);
	loop_free(l);
}

static void timers_count_from_their_start(void **state)
{
	struct loop *l = loop_new();
	struct probe p = {.loop = l, .stop_at = 1};
	int64_t start;

	(void)state;
	p.timer = loop_timer_new(l, on_timer, &p);
	/* The loop does not know yet how late it is. */
	for (start = time_monotonic(); time_monotonic() < start + 30000;)
		;
	start = time_monotonic();
	loop_timer_start(p.timer, 20, 0);
	run_patiently(l);
	assert_true(time_monotonic() - start >= 18000);
	loop_free(l);
}

static void timer_may_free_itself(void **state)
{
	struct loop *l = loop_new();
	struct probe p = {.loop = l, .stop_at = 1, .free_own = true};

	(void)state;
	p.timer = loop_timer_new(l, on_timer, &p);
	loop_timer_start(p.timer, 0, 1);
	run_patiently(l);
	while (loop_step(l, false))
		;
	assert_int_equal(p.calls, 1);
	loop_free(l);
}

static void on_idle(void *ctx)
{
	struct probe *p = ctx;

	count(p);
	if (p->calls == p->stop_at)
		loop_idle_free(p->idle);
}

static void idle_runs_every_turn(void **state)
{
	struct loop *l = loop_new();
	struct probe p = {.loop = l, .stop_at = 5};

	(void)state;
	p.idle = loop_idle_new(l, on_idle, &p);
	assert_false(loop_step(l, false));
	assert_int_equal(p.calls, 0);
	loop_idle_start(p.idle);
	assert_true(loop_step(l, true));
	assert_int_equal(p.calls, 1);
	loop_idle_stop(p.idle);
	assert_false(loop_step(l, false));
	assert_int_equal(p.calls, 1);
	loop_idle_start(p.idle);
	run_patiently(l);
	assert_int_equal(p.calls, 5);
	loop_free(l);
}

static void on_reader(void *ctx)
{
	struct probe *p = ctx;
	char c;

	if (read(p->fd, &c, 1) == 0) {
		p->calls += 100;
		loop_reader_free(p->reader);
		loop_stop(p->loop);
		return;
	}
	p->calls++;
}

static void reader_sees_bytes_and_the_end(void **state)
{
	struct loop *l = loop_new();
	struct probe p = {.loop = l};
	int ends[2], flags;

	(void)state;
	assert_int_equal(pipe(ends), 0);
	flags = fcntl(ends[0], F_GETFL);
	p.fd = ends[0];
	p.reader = loop_reader_new(l, ends[0], on_reader, &p);
	assert_non_null(p.reader);
	/* A terminal's output shares its flags with the input. */
	assert_int_equal(fcntl(ends[0], F_GETFL), flags);
	assert_int_equal(write(ends[1], "ab", 2), 2);
	close(ends[1]);
	run_patiently(l);
	assert_int_equal(p.calls, 102);
	loop_free(l);
	close(ends[0]);
}

/* What a poll was told, and how often. */
struct poll_probe {
	struct loop *loop;
	struct loop_poll *poll;
	int readable, writable, calls;
	bool free_own;
};

static void on_ready(void *ctx, bool readable, bool writable)
{
	struct poll_probe *p = ctx;

	p->readable += readable;
	p->writable += writable;
	p->calls++;
	if (p->free_own)
		loop_poll_free(p->poll);
	loop_stop(p->loop);
}

static void poll_sees_what_was_asked_for(void **state)
{
	struct loop *l = loop_new();
	struct poll_probe p = {.loop = l};
	int ends[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
	p.poll = loop_poll_new(l, ends[0], on_ready, &p);
	assert_non_null(p.poll);
	assert_int_equal(write(ends[1], "x", 1), 1);
	assert_false(loop_step(l, true)); /* nothing was asked for */
	loop_poll_set(p.poll, false, true);
	run_patiently(l);
	assert_int_equal(p.writable, 1);
	assert_int_equal(p.readable, 0);
	loop_poll_set(p.poll, true, false);
	run_patiently(l);
	run_patiently(l); /* still there to be read */
	assert_int_equal(p.writable, 1);
	assert_int_equal(p.readable, 2);
	loop_poll_set(p.poll, false, false);
	assert_false(loop_step(l, true));
	assert_int_equal(p.calls, 3);
	loop_poll_set(p.poll, true, true);
	p.free_own = true;
	run_patiently(l);
	assert_int_equal(p.readable, 3);
	assert_int_equal(p.writable, 2);
	assert_null(loop_poll_new(l, -1, on_ready, &p));
	loop_free(l);
	close(ends[0]);
	close(ends[1]);
}

/* A connection that is refused. */
static void poll_tells_an_error_again(void **state)
{
	struct sockaddr_in nobody = {.sin_family = AF_INET,
	                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof(nobody);
	struct loop *l = loop_new();
	struct poll_probe p = {.loop = l};
	int taken = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	(void)state;
	assert_int_equal(bind(taken, (struct sockaddr *)&nobody, sizeof(nobody)), 0);
	assert_int_equal(getsockname(taken, (struct sockaddr *)&nobody, &size), 0);
	connect(fd, (struct sockaddr *)&nobody, sizeof(nobody)); /* refused sooner or later */
	p.poll = loop_poll_new(l, fd, on_ready, &p);
	loop_poll_set(p.poll, true, true);
	run_patiently(l);
	run_patiently(l);
	assert_int_equal(p.calls, 2);
	assert_int_equal(p.readable, 2);
	assert_int_equal(p.writable, 2);
	loop_free(l); /* takes the poll along */
	close(fd);
	close(taken);
}

static void reader_refuses_what_cannot_be_polled(void **state)
{
	struct loop *l = loop_new();
	FILE *file = tmpfile();

	(void)state;
	assert_null(loop_reader_new(l, -1, on_reader, NULL));
	assert_null(loop_reader_new(l, fileno(file), on_reader, NULL));
	fclose(file);
	loop_free(l);
}

static void on_signal(void *ctx)
{
	struct probe *p = ctx;

	loop_signal_free(p->signal);
	count(p);
}

static void signals_arrive(void **state)
{
	struct loop *l = loop_new();
	struct probe p = {.loop = l, .stop_at = 1};

	(void)state;
	p.signal = loop_signal_new(l, SIGUSR1, on_signal, &p);
	raise(SIGUSR1);
	run_patiently(l);
	assert_int_equal(p.calls, 1);
	assert_null(loop_signal_new(l, SIGKILL, on_signal, &p));
	loop_free(l);
}

/* Jobs */

struct task {
	struct probe probe;
	pthread_t main;
	atomic_int works;
	atomic_bool elsewhere;
	atomic_bool *gate; /* work waits until it opens */
};

static void work(void *ctx)
{
	struct task *t = ctx;

	atomic_store(&t->elsewhere, !pthread_equal(pthread_self(), t->main));
	atomic_fetch_add(&t->works, 1);
	while (t->gate && !atomic_load(t->gate))
		usleep(1000);
}

static void work_done(void *ctx)
{
	struct task *t = ctx;

	assert_true(pthread_equal(pthread_self(), t->main));
	count(&t->probe);
}

static void jobs_run_in_workers(void **state)
{
	struct loop *l = loop_new();
	struct task t = {.probe = {.loop = l, .stop_at = 1}, .main = pthread_self()};

	(void)state;
	loop_work(l, work, NULL, &t);
	while (loop_step(l, true))
		;
	loop_work(l, work, work_done, &t);
	run_patiently(l);
	assert_true(atomic_load(&t.elsewhere));
	assert_int_equal(atomic_load(&t.works), 2);
	assert_int_equal(t.probe.calls, 1);
	loop_free(l);
}

static void worker_count_is_cores_and_one(void **state)
{
	(void)state;
	assert_true(loop_workers() >= 2);
	assert_int_equal(loop_workers(), strtol(getenv("UV_THREADPOOL_SIZE"), NULL, 10));
}

static void *open_gate(void *gate)
{
	usleep(200000);
	atomic_store((atomic_bool *)gate, true);
	return NULL;
}

static void freeing_waits_for_jobs(void **state)
{
	struct loop *l = loop_new();
	atomic_bool gate = false;
	struct task t = {.probe = {.loop = l, .stop_at = 1}, .main = pthread_self(), .gate = &gate};
	pthread_t opener;
	int begun;

	(void)state;
	for (unsigned i = 0; i < loop_workers() + 50; i++)
		loop_work(l, work, work_done, &t);
	while (atomic_load(&t.works) == 0)
		usleep(1000);
	assert_int_equal(pthread_create(&opener, NULL, open_gate, &gate), 0);
	loop_stop(l); /* a stop that nobody ran into must not cut the waiting short */
	loop_free(l);
	begun = atomic_load(&t.works);
	assert_true(atomic_load(&gate));
	assert_true(begun >= 1 && (unsigned)begun <= loop_workers());
	assert_int_equal(t.probe.calls, 0);
	pthread_join(opener, NULL);
}

static void freeing_takes_what_is_left(void **state)
{
	struct loop *l = loop_new();
	struct probe p = {.loop = l};
	struct loop_timer *timer = loop_timer_new(l, on_timer, &p);
	int ends[2];

	(void)state;
	assert_int_equal(pipe(ends), 0);
	loop_timer_start(timer, 0, 1);
	loop_timer_free(loop_timer_new(l, on_timer, &p));
	loop_idle_start(loop_idle_new(l, on_idle, &p));
	assert_non_null(loop_reader_new(l, ends[0], on_reader, &p));
	assert_non_null(loop_signal_new(l, SIGUSR2, on_signal, &p));
	assert_non_null(loop_watch_new(l, "/", on_timer, &p));
	assert_non_null(loop_watch_new(l, "/nowhere/at/all", on_timer, &p));
	loop_watch_free(loop_watch_new(l, "/tmp", on_timer, &p));
	loop_free(l);
	assert_int_equal(p.calls, 0);
	close(ends[0]);
	close(ends[1]);
	loop_free(NULL);
}

/* Watched files */

struct place {
	char folder[64];
	char file[96], other[96];
};

static void make_place(struct place *place)
{
	snprintf(place->folder, sizeof(place->folder), "/tmp/test_loop.XXXXXX");
	assert_non_null(mkdtemp(place->folder));
	snprintf(place->file, sizeof(place->file), "%s/file", place->folder);
	snprintf(place->other, sizeof(place->other), "%s/other", place->folder);
}

static void remove_place(const struct place *place)
{
	unlink(place->file);
	unlink(place->other);
	rmdir(place->folder);
}

static void append(const char *path, const char *text)
{
	FILE *file = fopen(path, "a");

	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static void on_watch(void *ctx)
{
	struct probe *p = ctx;

	if (p->free_own)
		loop_watch_free(p->watch);
	count(p);
}

/* Turns until something was said since calls was 0. */
static void expect_call(struct probe *p)
{
	p->calls = 0;
	p->stop_at = 1;
	run_patiently(p->loop);
	assert_true(p->calls >= 1);
}

/* Lets everything that is under way be said. */
static void settle(struct probe *p, int64_t milliseconds)
{
	struct probe end = {.loop = p->loop, .stop_at = 1};

	p->stop_at = 1000000;
	end.timer = loop_timer_new(p->loop, on_timer, &end);
	loop_timer_start(end.timer, (uint64_t)milliseconds, 0);
	run_patiently(p->loop);
	loop_timer_free(end.timer);
}

static void watch_follows_its_name(void **state)
{
	struct loop *l = loop_new();
	struct probe p = {.loop = l};
	struct place place;

	(void)state;
	make_place(&place);
	p.watch = loop_watch_new(l, place.file, on_watch, &p);
	append(place.file, "appears\n");
	expect_call(&p);
	settle(&p, 50);
	append(place.file, "grows\n");
	expect_call(&p);
	settle(&p, 50);
	append(place.other, "replaces\n");
	assert_int_equal(rename(place.other, place.file), 0);
	expect_call(&p);
	settle(&p, 1200); /* by now the new file's events are asked for */
	append(place.file, "grows again\n");
	expect_call(&p);
	settle(&p, 50);
	assert_int_equal(unlink(place.file), 0);
	expect_call(&p);
	settle(&p, 1200);
	append(place.file, "comes back\n");
	expect_call(&p);
	settle(&p, 1200);
	p.calls = 0;
	settle(&p, 1200);
	assert_int_equal(p.calls, 0); /* nothing happened, nothing said */
	loop_watch_free(p.watch);
	loop_free(l);
	remove_place(&place);
}

static void watch_may_free_itself(void **state)
{
	struct loop *l = loop_new();
	struct probe p = {.loop = l, .free_own = true};
	struct place place;

	(void)state;
	make_place(&place);
	append(place.file, "a");
	p.watch = loop_watch_new(l, place.file, on_watch, &p);
	/* Many events at once: only the first is told. */
	append(place.other, "b");
	assert_int_equal(chmod(place.file, 0600), 0);
	assert_int_equal(rename(place.other, place.file), 0);
	expect_call(&p);
	while (loop_step(l, true))
		;
	assert_int_equal(p.calls, 1);
	loop_free(l);
	remove_place(&place);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(timers_fire),
		cmocka_unit_test(timers_count_from_their_start),
		cmocka_unit_test(timer_may_free_itself),
		cmocka_unit_test(idle_runs_every_turn),
		cmocka_unit_test(reader_sees_bytes_and_the_end),
		cmocka_unit_test(poll_sees_what_was_asked_for),
		cmocka_unit_test(poll_tells_an_error_again),
		cmocka_unit_test(reader_refuses_what_cannot_be_polled),
		cmocka_unit_test(signals_arrive),
		cmocka_unit_test(jobs_run_in_workers),
		cmocka_unit_test(worker_count_is_cores_and_one),
		cmocka_unit_test(freeing_waits_for_jobs),
		cmocka_unit_test(freeing_takes_what_is_left),
		cmocka_unit_test(watch_follows_its_name),
		cmocka_unit_test(watch_may_free_itself),
	};

	unsetenv("UV_THREADPOOL_SIZE");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
