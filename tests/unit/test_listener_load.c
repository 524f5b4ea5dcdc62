/* The capture endpoint under clients that send too much, too slowly, too many at once, or when it is
 * told to stop. */
#include "base/time.h"
#include "journal/writer.h"
#include "support/place.h"
#include "support/wire.h"

#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#define CROWD 1000

static void test_oversize(void **state)
{
	struct wire s = wire_open(NULL);
	char request[256];
	int fd = wire_dial(&s);
	int64_t start;

	(void)state;
	/* Exactly the cap is read, and is no JSON. */
	snprintf(request, sizeof(request),
	         "POST /batch/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: %zu\r\n\r\n",
	         CAPTURE_MAX_WIRE);
	assert_true(wire_give(fd, request) && wire_give_waste(fd, CAPTURE_MAX_WIRE));
	assert_int_equal(wire_status(fd), 400);
	/* One more is drained, and the connection goes on. */
	snprintf(request, sizeof(request),
	         "POST /batch/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: %zu\r\n\r\n",
	         CAPTURE_MAX_WIRE + 1);
	assert_true(wire_give(fd, request) && wire_give_waste(fd, CAPTURE_MAX_WIRE + 1));
	assert_int_equal(wire_status(fd), 413);
	assert_true(wire_give(fd, WIRE_HELLO));
	assert_int_equal(wire_status(fd), 200);
	close(fd);
	/* Past the limit of draining it hears it at once, or when that is reached. */
	assert_int_equal(wire_ask_status(&s, "POST /batch/ HTTP/1.1\r\nHost: localhost\r\n"
	                                     "Content-Length: 67108865\r\n\r\n"),
	                 413);
	start = time_monotonic();
	fd = wire_dial(&s);
	assert_true(wire_give(fd, "POST /batch/ HTTP/1.1\r\nHost: localhost\r\n"
	                          "Transfer-Encoding: chunked\r\n\r\n"));
	for (int i = 0; i < 66; i++)
		assert_true(wire_give(fd, "100000\r\n") && wire_give_waste(fd, 1 << 20) &&
		            wire_give(fd, "\r\n"));
	assert_int_equal(wire_status(fd), 413);
	assert_in_range(wire_ms_since(start), 0, 5000); /* and not at the deadline */
	close(fd);
	assert_int_equal(wire_ask_status(&s, WIRE_HELLO), 200);
	wire_close(&s);
}

/* Half-sent bodies do not fill the memory: the ones that are too many hear 503. A slow machine is no
 * slow client. */
static void test_many_bodies(void **state)
{
	struct listener_options patient = {.body_ms = 600000};
	struct wire s = wire_open(&patient);
	enum { BODIES = 12 }; /* of 27 MB */
	int fds[BODIES], refused = 0;

	(void)state;
	for (int i = 0; i < BODIES; i++) {
		fds[i] = wire_dial(&s);
		assert_true(wire_give(fds[i], "POST /batch/ HTTP/1.1\r\nHost: localhost\r\n"
		                              "Content-Length: 27000001\r\n\r\n"));
		assert_true(wire_give_waste(fds[i], 27000000));
	}
	assert_int_equal(wire_ask_status(&s, WIRE_HELLO), 200); /* by now all of it has been read */
	for (int i = 0; i < BODIES; i++)
		assert_true(wire_give(fds[i], "x"));
	for (int i = 0; i < BODIES; i++) {
		int status = wire_status(fds[i]);

		assert_true(status == 400 || status == 503);
		refused += status == 503;
		close(fds[i]);
	}
	assert_in_range(refused, 1, BODIES - 1);
	wire_close(&s);
}

/* Slow clients */

/* Sends text again and again, a byte every 20 ms, until an answer comes; its status. */
static int drip(int fd, const char *text)
{
	for (size_t i = 0; i < 1000; i++) {
		struct pollfd p = {.fd = fd, .events = POLLIN};

		if (poll(&p, 1, 20) == 1)
			return wire_status(fd);
		wire_give_bytes(fd, &text[i % strlen(text)], 1);
	}
	return 0;
}

static void test_slow(void **state)
{
	struct wire s = wire_open(&(struct listener_options){.header_ms = 300, .body_ms = 600});
	int64_t start = time_monotonic();
	int fd = wire_dial(&s), idle = wire_dial(&s), used = wire_dial(&s);

	(void)state;
	assert_true(wire_give(used, WIRE_HELLO));
	assert_int_equal(wire_status(used), 200);
	assert_true(wire_give(fd, "GET / HTTP/1.1\r\nHost: localhost\r\n"));
	assert_int_equal(drip(fd, "X: y\r\n"), 408);
	assert_in_range(wire_ms_since(start), 250, 3000);
	assert_true(wire_at_end(fd));
	close(fd);
	/* Also within the request line, and on a connection that was used before. */
	fd = wire_dial(&s);
	start = time_monotonic();
	assert_int_equal(drip(fd, "G"), 408);
	assert_in_range(wire_ms_since(start), 250, 3000);
	close(fd);
	start = time_monotonic();
	assert_int_equal(drip(used, "GET /"), 408);
	assert_in_range(wire_ms_since(start), 250, 3000);
	close(used);
	fd = wire_dial(&s);
	start = time_monotonic();
	assert_true(wire_give(fd, "POST /batch/ HTTP/1.1\r\nHost: localhost\r\n"
	                          "Content-Length: 1000\r\n\r\n"));
	assert_int_equal(drip(fd, "x"), 408);
	assert_in_range(wire_ms_since(start), 550, 3000);
	close(fd);
	fd = wire_dial(&s);
	start = time_monotonic();
	assert_true(wire_give(fd, "POST /batch/ HTTP/1.1\r\nHost: localhost\r\n"
	                          "Transfer-Encoding: chunked\r\n\r\n"));
	assert_int_equal(drip(fd, "1\r\nx\r\n"), 408);
	assert_in_range(wire_ms_since(start), 550, 3000);
	close(fd);
	/* A connection without a request has no such deadline. */
	assert_true(wire_give(idle, WIRE_HELLO));
	assert_int_equal(wire_status(idle), 200);
	close(idle);
	wire_close(&s);
}

/* Sends requests and reads no answer, then is gone: nobody else notices. */
static void test_deaf(void **state)
{
	struct wire s = wire_open(NULL);
	struct linger reset = {.l_onoff = 1};
	int fd;

	(void)state;
	for (int i = 0; i < 20; i++) {
		fd = wire_dial(&s);
		for (int k = 0; k < 200; k++)
			assert_true(wire_give(fd, WIRE_HELLO));
		setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
		close(fd);
	}
	assert_int_equal(wire_ask_status(&s, WIRE_HELLO), 200);
	wire_close(&s);
}

/* Many */

static void test_crowd(void **state)
{
	struct wire s = wire_open(NULL);
	static int fds[CROWD];
	struct rlimit files;

	(void)state;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &files), 0);
	files.rlim_cur = files.rlim_max;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &files), 0);
	if (files.rlim_cur < 2 * CROWD)
		skip();
	for (int i = 0; i < CROWD; i++) {
		fds[i] = wire_dial(&s);
		assert_true(wire_give(fds[i], WIRE_HELLO));
	}
	/* All of them stay open: those that have their answer make room for the others. */
	for (int i = 0; i < CROWD; i++)
		assert_int_equal(wire_status(fds[i]), 200);
	for (int i = 0; i < CROWD; i++)
		close(fds[i]);
	assert_int_equal(wire_ask_status(&s, WIRE_HELLO), 200);
	wire_close(&s);
}

struct load {
	uint16_t port;
	atomic_bool over;
	int answered;
};

static void *load(void *ctx)
{
	struct load *load = ctx;
	char head[1024];

	while (!atomic_load(&load->over)) {
		int fd = wire_connect(AF_INET, load->port);

		while (fd >= 0 && wire_give(fd, WIRE_HELLO)) {
			if (recv(fd, head, sizeof(head), 0) <= 0)
				break;
			load->answered++;
		}
		if (fd >= 0)
			close(fd);
		else
			return NULL; /* it has ended */
	}
	return NULL;
}

static void test_stop_under_load(void **state)
{
	struct wire s = wire_open(NULL);
	struct load loads[4];
	pthread_t threads[4];
	int half = wire_dial(&s), body = wire_dial(&s), idle = wire_dial(&s);
	int64_t start;

	(void)state;
	assert_true(wire_give(half, "GET / HT"));
	assert_true(wire_give(body,
	                      "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\nx"));
	for (int i = 0; i < 4; i++) {
		loads[i] = (struct load){.port = listener_port(s.listener)};
		assert_int_equal(pthread_create(&threads[i], NULL, load, &loads[i]), 0);
	}
	for (int i = 0; i < 100; i++)
		assert_int_equal(wire_ask_status(&s, WIRE_HELLO), 200);
	start = time_monotonic();
	wire_close(&s);
	assert_in_range(wire_ms_since(start), 0, 1500);
	for (int i = 0; i < 4; i++) {
		atomic_store(&loads[i].over, true);
		pthread_join(threads[i], NULL);
		assert_true(loads[i].answered > 0);
	}
	assert_true(wire_at_end(half) && wire_at_end(body) && wire_at_end(idle));
	close(half);
	close(body);
	close(idle);
}

/* A request that is being sent when the end comes still gets its answer. */
static void *finish_body(void *ctx)
{
	usleep(100000);
	wire_give(*(int *)ctx, "{");
	return NULL;
}

static void test_stop_answers(void **state)
{
	struct wire s = wire_open(NULL);
	int fd = wire_dial(&s);
	pthread_t thread;

	(void)state;
	assert_true(wire_give(fd,
	                      "POST /batch/ HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\n"
	                      "Content-Length: 1\r\n\r\n"));
	assert_int_equal(wire_status(fd), 100);
	assert_int_equal(pthread_create(&thread, NULL, finish_body, &fd), 0);
	wire_close(&s);
	pthread_join(thread, NULL);
	assert_int_equal(wire_status(fd), 400);
	assert_true(wire_at_end(fd));
	close(fd);
	listener_stop(NULL);
}

/* Holds the listener's thread in its first write, and counts the writes. */
struct gate {
	sem_t entered, open;
	atomic_int writes;
};

static void pass_gate(void *ctx)
{
	struct gate *g = ctx;

	if (atomic_fetch_add(&g->writes, 1) > 0)
		return;
	sem_post(&g->entered);
	sem_wait(&g->open);
}

#define EVENT_REQUEST \
	"POST /batch/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 56\r\n\r\n" WIRE_EVENT

/* What comes while a write is under way is written together, and each hears how that went. */
static void come_together(struct journal_writer *writer, int status)
{
	struct gate g = {.writes = 0};
	struct wire s = {.capture = capture_new(writer, pass_gate, &g)};
	struct capture_counts counts;
	struct errinfo e;
	int first, fds[8];

	sem_init(&g.entered, 0, 0);
	sem_init(&g.open, 0, 0);
	assert_int_equal(listener_start(&s.listener, s.capture,
	                                &(struct listener_options){.address = ":0"}, &e),
	                 ERR_OK);
	first = wire_dial(&s);
	for (int i = 0; i < 8; i++) {
		fds[i] = wire_dial(&s);
		assert_true(wire_give(fds[i], WIRE_HELLO));
		assert_int_equal(wire_status(fds[i]), 200);
	}
	assert_true(wire_give(first, EVENT_REQUEST));
	sem_wait(&g.entered);
	for (int i = 0; i < 8; i++)
		assert_true(wire_give(fds[i], EVENT_REQUEST));
	sem_post(&g.open);
	assert_int_equal(wire_status(first), status);
	for (int i = 0; i < 8; i++) {
		assert_int_equal(wire_status(fds[i]), status);
		assert_true(wire_give(fds[i], WIRE_HELLO));
		assert_int_equal(wire_status(fds[i]), 200);
		close(fds[i]);
	}
	close(first);
	assert_int_equal(atomic_load(&g.writes), 2);
	capture_counts(s.capture, &counts);
	assert_int_equal(counts.events, status == 200 ? 9 : 0);
	wire_close(&s);
	sem_destroy(&g.entered);
	sem_destroy(&g.open);
}

static void test_together(void **state)
{
	char folder[] = "/tmp/listener-XXXXXX";
	struct journal_writer *writer;
	struct errinfo e;

	(void)state;
	assert_non_null(mkdtemp(folder));
	assert_int_equal(
		journal_writer_open(&writer, folder, &(struct journal_writer_options){0}, &e),
		ERR_OK);
	come_together(writer, 200);
	journal_writer_close(writer);
	place_remove_folder(folder);
	come_together(NULL, 503);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_oversize),     cmocka_unit_test(test_many_bodies),
		cmocka_unit_test(test_slow),         cmocka_unit_test(test_deaf),
		cmocka_unit_test(test_crowd),        cmocka_unit_test(test_stop_under_load),
		cmocka_unit_test(test_stop_answers), cmocka_unit_test(test_together),
	};

	signal(SIGPIPE, SIG_DFL);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
