/* The capture endpoint: a request ends up in the journal, one process listens, the next takes over,
 * and what it says when that cannot be. */
#include "base/time.h"
#include "collect/endpoint.h"
#include "collect/folder.h"
#include "support/place.h"
#include "support/wire.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static atomic_uint syncs;

int fdatasync(int fd)
{
	syncs++;
	return (int)syscall(SYS_fdatasync, fd);
}

struct test {
	struct place place;
	struct loop *loop;
	struct loop_timer *pulse; /* no step of the loop takes longer */
	struct endpoint *closes;  /* in taken */
	unsigned taken;
};

static void nothing(void *ctx)
{
	(void)ctx;
}

static void on_taken(void *ctx)
{
	struct test *test = ctx;

	test->taken++;
	endpoint_close(test->closes);
	test->closes = NULL;
}

static int enter(void **state)
{
	struct test *test = calloc(1, sizeof(*test));

	place_make(&test->place);
	test->loop = loop_new();
	test->pulse = loop_timer_new(test->loop, nothing, NULL);
	loop_timer_start(test->pulse, 10, 10);
	*state = test;
	return 0;
}

static int leave(void **state)
{
	struct test *test = *state;

	loop_free(test->loop);
	place_remove(&test->place);
	free(test);
	return 0;
}

static void turn(struct test *test, int64_t ms)
{
	for (int64_t from = time_monotonic(); wire_ms_since(from) < ms;)
		loop_step(test->loop, true);
}

static bool becomes(struct test *test, const struct endpoint *p, enum endpoint_state wanted)
{
	for (int64_t from = time_monotonic(); wire_ms_since(from) < 10000;) {
		if (endpoint_state(p) == wanted)
			return true;
		loop_step(test->loop, true);
	}
	return false;
}

static enum err open_at(struct test *test, struct endpoint **p, const char *address,
                        struct errinfo *e)
{
	struct endpoint_options options = {.folder = test->place.folder,
	                                   .listener = {.address = address}};

	return endpoint_open(p, test->loop, &options, on_taken, test, e);
}

static struct endpoint *open_endpoint(struct test *test, const char *address)
{
	struct endpoint *p;
	struct errinfo e = {0};

	if (open_at(test, &p, address, &e) != ERR_OK)
		fail_msg("%s", e.msg);
	return p;
}

static uint16_t port_of(const char *url)
{
	return (uint16_t)strtoul(strrchr(url, ':') + 1, NULL, 10);
}

/* Sends one event of that name; gives the answer's status. */
static int send_event(const char *url, const char *name)
{
	char body[200], request[400];
	int fd = wire_connect(AF_INET, port_of(url)), status;

	assert_true(fd >= 0);
	snprintf(body, sizeof(body),
	         "{\"api_key\":\"phc_x\",\"event\":\"%s\",\"distinct_id\":\"u\",\"properties\":{}}",
	         name);
	snprintf(request, sizeof(request),
	         "POST /i/v0/e/ HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
	         "Content-Length: %zu\r\n\r\n%s",
	         strlen(body), body);
	assert_true(wire_give(fd, request));
	status = wire_status(fd);
	close(fd);
	return status;
}

/* How many events of that name the journal holds. */
static int count_events(const struct test *test, const char *name)
{
	struct buf all = {0}, wanted = {0};
	size_t at = 0;
	int n = 0;

	place_read_journal(test->place.folder, &all);
	buf_printf(&wanted, "\"event\":\"%s\"", name);
	while ((at = str_find(buf_str(&all), buf_str(&wanted), at, false)) != SIZE_MAX) {
		at += wanted.n;
		n++;
	}
	buf_free(&all);
	buf_free(&wanted);
	return n;
}

/* A listening socket of somebody else. */
static int take_port(uint16_t *port)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof(at);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	assert_int_equal(bind(fd, (struct sockaddr *)&at, size), 0);
	assert_int_equal(listen(fd, 1), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &size), 0);
	*port = ntohs(at.sin_port);
	return fd;
}

/* ---- listening ---- */

static void test_writes_what_comes(void **state)
{
	struct test *test = *state;
	struct endpoint *p = open_endpoint(test, ":0");
	struct capture_counts counts;
	struct buf note = {0};
	uint16_t port;

	assert_int_equal(endpoint_state(p), ENDPOINT_LISTENING);
	assert_true(endpoint_is_loopback(p));
	assert_string_equal(endpoint_folder(p), test->place.folder);
	assert_true(folder_read_url(test->place.folder, &note));
	assert_string_equal(buf_text(&note), endpoint_url(p));
	for (int i = 0; i < 5; i++)
		assert_int_equal(send_event(endpoint_url(p), "$ai_generation"), 200);
	/* In the journal before the answer; then the loop is told, once for all of them. */
	assert_int_equal(count_events(test, "$ai_generation"), 5);
	assert_int_equal(test->taken, 0);
	loop_step(test->loop, true);
	turn(test, 50);
	assert_int_equal(test->taken, 1);
	endpoint_counts(p, &counts);
	assert_int_equal(counts.events, 5);
	assert_false(endpoint_failing(p, NULL));
	port = port_of(endpoint_url(p));
	endpoint_close(p);
	endpoint_close(NULL);
	assert_int_equal(wire_connect(AF_INET, port), -1);
	assert_false(place_has(test->place.folder, ".port"));
	buf_free(&note);
}

static void test_syncs_only_what_was_written(void **state)
{
	struct test *test = *state;
	struct endpoint *p = open_endpoint(test, ":0");

	syncs = 0;
	turn(test, 1300);
	assert_int_equal(syncs, 0);
	assert_int_equal(send_event(endpoint_url(p), "one"), 200);
	for (int64_t from = time_monotonic(); syncs == 0 && wire_ms_since(from) < 10000;)
		loop_step(test->loop, true);
	turn(test, 1300);
	assert_int_equal(syncs, 1);
	endpoint_close(p);
}

static void test_limits_hold_from_the_start(void **state)
{
	struct test *test = *state;
	struct endpoint_options options = {.folder = test->place.folder,
	                                   .writer = {.segment = 4, .keep_bytes = 4},
	                                   .listener = {.address = ":0"}};
	const char *old = "20200101T000000Z-0001.ndjson";
	struct endpoint *p;
	struct errinfo e;

	assert_int_equal(mkdir(test->place.folder, 0700), 0);
	place_write(test->place.folder, old, "{\"old\":1}\n");
	assert_int_equal(endpoint_open(&p, test->loop, &options, on_taken, test, &e), ERR_OK);
	for (int64_t from = time_monotonic();
	     place_has(test->place.folder, old) && wire_ms_since(from) < 10000;)
		loop_step(test->loop, true);
	assert_false(place_has(test->place.folder, old));
	/* Nobody looks again before something is written. */
	place_write(test->place.folder, old, "{\"old\":1}\n");
	turn(test, 1300);
	assert_true(place_has(test->place.folder, old));
	endpoint_close(p);
}

static void test_full_disk(void **state)
{
	struct test *test = *state;
	struct endpoint *p = open_endpoint(test, ":0");
	struct rlimit before, small;
	struct errinfo e = {0};

	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	small = (struct rlimit){.rlim_cur = 10, .rlim_max = before.rlim_max};
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	assert_int_equal(send_event(endpoint_url(p), "lost"), 503);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_true(endpoint_failing(p, &e));
	assert_int_equal(e.code, ERR_IO);
	assert_non_null(strstr(e.msg, test->place.folder));
	assert_int_equal(send_event(endpoint_url(p), "kept"), 200);
	assert_false(endpoint_failing(p, NULL));
	assert_int_equal(count_events(test, "lost"), 0);
	assert_int_equal(count_events(test, "kept"), 1);
	endpoint_close(p);
}

static void test_closed_in_taken(void **state)
{
	struct test *test = *state;
	struct endpoint *p = open_endpoint(test, ":0");

	test->closes = p;
	assert_int_equal(send_event(endpoint_url(p), "$ai_span"), 200);
	turn(test, 50);
	assert_int_equal(test->taken, 1);
	assert_null(test->closes);
	assert_int_equal(count_events(test, "$ai_span"), 1);
}

/* ---- what cannot be ---- */

static void test_refuses(void **state)
{
	struct test *test = *state;
	struct endpoint_options options = {.folder = "/proc/nothing/journal"};
	struct journal_writer *w;
	struct endpoint *p;
	struct errinfo e;
	char address[32];
	uint16_t port;
	int other = take_port(&port);

	assert_int_equal(open_at(test, &p, "nowhere", &e), ERR_USAGE);
	assert_null(p);
	assert_int_equal(endpoint_open(&p, test->loop, &options, on_taken, test, &e), ERR_IO);
	assert_non_null(strstr(e.msg, "/proc/nothing/journal"));
	snprintf(address, sizeof(address), "127.0.0.1:%u", port);
	assert_int_equal(open_at(test, &p, address, &e), ERR_BUSY);
	assert_null(p);
	assert_non_null(strstr(e.msg, address + strlen("127.0.0.1:")));
	assert_non_null(strstr(e.msg, "--listen"));
	/* Nobody is kept from the journal by that, nor told of a URL. */
	assert_int_equal(journal_writer_open(&w, test->place.folder, &options.writer, &e), ERR_OK);
	assert_false(place_has(test->place.folder, ".port"));
	journal_writer_close(w);
	close(other);
	assert_int_equal(test->taken, 0);
}

static void test_default_folder(void **state)
{
	struct test *test = *state;
	struct endpoint_options options = {.listener = {.address = ":0"}};
	struct endpoint *p;
	struct errinfo e;
	char folder[128];

	setenv("XDG_STATE_HOME", test->place.top, 1);
	snprintf(folder, sizeof(folder), "%s/tracehog/journal", test->place.top);
	assert_int_equal(endpoint_open(&p, test->loop, &options, on_taken, test, &e), ERR_OK);
	assert_string_equal(endpoint_folder(p), folder);
	assert_true(place_has(folder, ".lock"));
	endpoint_close(p);
}

/* ---- following ---- */

static void test_takes_over(void **state)
{
	struct test *test = *state;
	struct endpoint *first = open_endpoint(test, ":0"), *second;
	struct capture_counts counts;
	char address[32];
	int64_t closed;
	uint16_t port = port_of(endpoint_url(first));

	snprintf(address, sizeof(address), "127.0.0.1:%u", port);
	second = open_endpoint(test, address);
	assert_int_equal(endpoint_state(second), ENDPOINT_FOLLOWING);
	assert_null(endpoint_url(second));
	assert_int_equal(send_event(endpoint_url(first), "before"), 200);
	turn(test, 700);
	assert_int_equal(endpoint_state(second), ENDPOINT_FOLLOWING);
	assert_false(endpoint_failing(second, NULL));
	assert_true(place_has(test->place.folder, ".port"));
	endpoint_counts(second, &counts);
	assert_int_equal(counts.events, 0);
	test->taken = 0;
	endpoint_close(first);
	closed = time_monotonic();
	assert_true(becomes(test, second, ENDPOINT_LISTENING));
	assert_true(wire_ms_since(closed) < 5000);
	assert_int_equal(test->taken, 1);
	assert_int_equal(port_of(endpoint_url(second)), port);
	assert_int_equal(send_event(endpoint_url(second), "after"), 200);
	assert_int_equal(count_events(test, "before"), 1);
	assert_int_equal(count_events(test, "after"), 1);
	endpoint_close(second);
}

static void test_takes_over_from_the_killed(void **state)
{
	struct test *test = *state;
	struct endpoint *p;
	struct buf note = {0};
	int status;
	pid_t child = fork();

	if (child == 0) {
		alarm(30);
		test->loop = loop_new();
		p = open_endpoint(test, ":0");
		_exit(send_event(endpoint_url(p), "before") == 200 ? pause() : 1);
	}
	while (count_events(test, "before") == 0)
		turn(test, 10);
	p = open_endpoint(test, ":0");
	assert_int_equal(endpoint_state(p), ENDPOINT_FOLLOWING);
	kill(child, SIGKILL);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(becomes(test, p, ENDPOINT_LISTENING));
	assert_int_equal(send_event(endpoint_url(p), "after"), 200);
	assert_int_equal(count_events(test, "before"), 1);
	assert_int_equal(count_events(test, "after"), 1);
	assert_true(folder_read_url(test->place.folder, &note));
	assert_string_equal(buf_text(&note), endpoint_url(p));
	endpoint_close(p);
	buf_free(&note);
}

/* The journal is free but the port is not: it goes on trying, says why, and keeps nobody else from
 * the journal. */
static void test_port_taken_while_following(void **state)
{
	struct test *test = *state;
	struct journal_writer_options options = {0};
	struct journal_writer *w;
	struct endpoint *p;
	struct errinfo e = {0};
	char address[32];
	uint16_t port;
	int other = take_port(&port);

	assert_int_equal(journal_writer_open(&w, test->place.folder, &options, &e), ERR_OK);
	snprintf(address, sizeof(address), "127.0.0.1:%u", port);
	p = open_endpoint(test, address);
	turn(test, 700);
	assert_false(endpoint_failing(p, NULL));
	assert_int_equal(test->taken, 0);
	journal_writer_close(w);
	for (int64_t from = time_monotonic(); test->taken == 0 && wire_ms_since(from) < 10000;)
		loop_step(test->loop, true);
	turn(test, 700);
	assert_int_equal(test->taken, 1);
	assert_int_equal(endpoint_state(p), ENDPOINT_FOLLOWING);
	assert_true(endpoint_failing(p, &e));
	assert_int_equal(e.code, ERR_BUSY);
	assert_int_equal(journal_writer_open(&w, test->place.folder, &options, &e), ERR_OK);
	journal_writer_close(w);
	close(other);
	assert_true(becomes(test, p, ENDPOINT_LISTENING));
	assert_false(endpoint_failing(p, NULL));
	assert_int_equal(test->taken, 2);
	endpoint_close(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_writes_what_comes, enter, leave),
		cmocka_unit_test_setup_teardown(test_syncs_only_what_was_written, enter, leave),
		cmocka_unit_test_setup_teardown(test_limits_hold_from_the_start, enter, leave),
		cmocka_unit_test_setup_teardown(test_full_disk, enter, leave),
		cmocka_unit_test_setup_teardown(test_closed_in_taken, enter, leave),
		cmocka_unit_test_setup_teardown(test_refuses, enter, leave),
		cmocka_unit_test_setup_teardown(test_default_folder, enter, leave),
		cmocka_unit_test_setup_teardown(test_takes_over, enter, leave),
		cmocka_unit_test_setup_teardown(test_takes_over_from_the_killed, enter, leave),
		cmocka_unit_test_setup_teardown(test_port_taken_while_following, enter, leave),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
