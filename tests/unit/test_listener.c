/* The capture endpoint's socket side, with real sockets: where it listens, who may speak to it, and
 * requests of every shape. */
#include "collect/listener_internal.h"
#include "support/wire.h"

#include <netinet/in.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

/* Where it listens */

static void test_both_families(void **state)
{
	struct wire s = wire_open(NULL);
	int six = wire_connect(AF_INET6, listener_port(s.listener));
	char url[64];

	(void)state;
	assert_int_not_equal(listener_port(s.listener), 0);
	assert_true(listener_is_loopback(s.listener));
	snprintf(url, sizeof(url), "http://127.0.0.1:%u", listener_port(s.listener));
	assert_string_equal(listener_url(s.listener), url);
	assert_int_equal(wire_ask_status(&s, WIRE_HELLO), 200);
	if (six >= 0) { /* a machine may have no IPv6 */
		assert_true(wire_give(six, "GET / HTTP/1.1\r\nHost: [::1]:1\r\n\r\n"));
		assert_int_equal(wire_status(six), 200);
		close(six);
	}
	wire_close(&s);
}

static void test_addresses(void **state)
{
	static const char *const bad[] = {
		"",         "8765",         "127.0.0.1",   "127.0.0.1:",
		"a.b:1",    "127.0.0.1:-1", "[::1:80",     "127.0.0.1:65536",
		"1.2.3:80", "::1:80",       "[1.2.3.4]:1", ":80x"};
	static const char *const loopback[] = {"127.0.0.1:0", "localhost:0", "[::1]:0",
	                                       "127.0.0.2:0"};
	struct listener_sockets sockets;
	struct errinfo e;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (listener_bind(&sockets, bad[i], &e) != ERR_USAGE)
			fail_msg("%s was taken", bad[i]);
		assert_non_null(strstr(e.msg, bad[i]));
	}
	for (size_t i = 0; i < sizeof(loopback) / sizeof(loopback[0]); i++) {
		assert_int_equal(listener_bind(&sockets, loopback[i], &e), ERR_OK);
		assert_true(sockets.loopback);
		listener_unbind(&sockets);
	}
	assert_int_equal(listener_bind(&sockets, "0.0.0.0:0", &e), ERR_OK);
	assert_false(sockets.loopback);
	listener_unbind(&sockets);
	/* TEST-NET-1 is on no machine. */
	assert_int_equal(listener_bind(&sockets, "192.0.2.1:0", &e), ERR_IO);
}

static void assert_busy(uint16_t port)
{
	char address[32], number[16];
	struct listener *l;
	struct errinfo e;

	snprintf(address, sizeof(address), "127.0.0.1:%u", port);
	snprintf(number, sizeof(number), "port %u", port);
	assert_int_equal(
		listener_start(&l, NULL, &(struct listener_options){.address = address}, &e),
		ERR_BUSY);
	assert_null(l);
	assert_non_null(strstr(e.msg, number));
}

static void test_port_taken(void **state)
{
	struct wire s = wire_open(NULL);
	uint16_t port = listener_port(s.listener);
	struct listener_sockets one;
	struct errinfo e;
	char address[32];

	(void)state;
	assert_busy(port);
	assert_int_equal(wire_ask_status(&s, WIRE_HELLO), 200);
	wire_close(&s);
	/* Free again at once, though connections of the last run still close. */
	snprintf(address, sizeof(address), "127.0.0.1:%u", port);
	s = wire_open(&(struct listener_options){.address = address});
	wire_close(&s);
	/* The other family's port counts as well. */
	assert_int_equal(listener_bind(&one, "0.0.0.0:0", &e), ERR_OK);
	assert_busy(one.port);
	listener_unbind(&one);
}

static void test_port_taken_in_six(void **state)
{
	struct sockaddr_in6 at = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
	socklen_t size = sizeof(at);
	int fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);

	(void)state;
	if (fd < 0 || bind(fd, (struct sockaddr *)&at, sizeof(at)) != 0)
		skip();
	assert_int_equal(listen(fd, 1), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &size), 0);
	assert_busy(ntohs(at.sin6_port));
	close(fd);
}

/* Who may speak */

struct sender {
	const char *header; /* lines after the request line */
	int status;
};

static const struct sender senders[] = {
	{"Host: localhost\r\n", 200},
	{"Host: LocalHost:1\r\n", 200},
	{"Host: 127.0.0.1\r\n", 200},
	{"Host: 127.0.0.1:65535\r\n", 200},
	{"Host: [::1]\r\n", 200},
	{"Host: [::1]:8765\r\n", 200},
	{"Host: box.lan:9\r\n", 200},
	{"", 400},
	{"Host: \r\n", 403},
	{"Host: evil.example\r\n", 403},
	{"Host: localhost.evil.example\r\n", 403},
	{"Host: evil.example:localhost\r\n", 403},
	{"Host: localhost:80:80\r\n", 403},
	{"Host: localhost.\r\n", 403},
	{"Host: 127.0.0.2\r\n", 403},
	{"Host: [::1\r\n", 403},
	{"Host: [::1].evil.example\r\n", 403},
	{"Host: user@localhost\r\n", 403},
	{"Host: localhost\r\nHost: localhost\r\n", 400},
	{"Host : localhost\r\n", 400},
	{"Host: localhost\r\nOrigin: http://localhost\r\n", 200},
	{"Host: localhost\r\nOrigin: http://localhost:5173\r\n", 200},
	{"Host: localhost\r\nOrigin: https://127.0.0.1:1\r\n", 200},
	{"Host: localhost\r\nOrigin: http://[::1]:3000\r\n", 200},
	{"Host: localhost\r\nOrigin: https://app.example\r\n", 200},
	{"Host: localhost\r\nOrigin: http://app.example\r\n", 403},
	{"Host: localhost\r\nOrigin: null\r\n", 403},
	{"Host: localhost\r\nOrigin: \r\n", 403},
	{"Host: localhost\r\nOrigin: localhost\r\n", 403},
	{"Host: localhost\r\nOrigin: ftp://localhost\r\n", 403},
	{"Host: localhost\r\nOrigin: http://localhost.evil.example\r\n", 403},
	{"Host: localhost\r\nOrigin: http://localhost/\r\n", 403},
	{"Host: localhost\r\nOrigin: http://evil.example#http://localhost\r\n", 403},
	{"Host: localhost\r\nOrigin: http://localhost\r\nOrigin: http://e.example\r\n", 400},
	{"Host: localhost\r\nSec-Fetch-Site: cross-site\r\n", 403},
	{"Host: localhost\r\nSec-Fetch-Site: same-origin\r\n", 200},
	{"Host: localhost\r\nSec-Fetch-Site: none\r\n", 200},
	{"Host: localhost\r\nOrigin: http://localhost:1\r\nSec-Fetch-Site: cross-site\r\n", 200},
	{"Host: evil.example\r\nOrigin: http://localhost\r\n", 403},
};

static void test_senders(void **state)
{
	static const char *const hosts[] = {"box.lan", NULL};
	static const char *const origins[] = {"https://app.example", NULL};
	struct wire s = wire_open(
		&(struct listener_options){.allow_hosts = hosts, .allow_origins = origins});
	char request[512], head[4096];

	(void)state;
	for (size_t i = 0; i < sizeof(senders) / sizeof(senders[0]); i++) {
		const char *origin = strstr(senders[i].header, "Origin: ");
		int status;

		snprintf(request, sizeof(request), "GET / HTTP/1.1\r\n%s\r\n", senders[i].header);
		status = wire_ask(&s, request, head, sizeof(head));
		if (status != senders[i].status)
			fail_msg("%d for %s", status, request);
		if ((strstr(head, "Access-Control-Allow-Origin") != NULL) !=
		    (origin && status == 200))
			fail_msg("CORS wrong for %s%s", request, head);
	}
	assert_int_equal(wire_ask_status(&s, "GET / HTTP/1.0\r\n\r\n"), 200);
	wire_close(&s);
}

static void test_preflight(void **state)
{
	struct wire s = wire_open(NULL);
	char head[4096];

	(void)state;
	assert_int_equal(wire_ask(&s,
	                          "OPTIONS /e/ HTTP/1.1\r\nHost: localhost\r\n"
	                          "Origin: http://localhost:3000\r\n"
	                          "Access-Control-Request-Method: POST\r\n"
	                          "Access-Control-Request-Private-Network: true\r\n"
	                          "Access-Control-Request-Headers: content-type, x-a\r\n\r\n",
	                          head, sizeof(head)),
	                 200);
	assert_non_null(strstr(head, "Access-Control-Allow-Origin: http://localhost:3000\r\n"));
	assert_non_null(strstr(head, "Access-Control-Allow-Credentials: true\r\n"));
	assert_non_null(strstr(head, "Access-Control-Allow-Methods: GET, POST, OPTIONS\r\n"));
	assert_non_null(strstr(head, "Access-Control-Allow-Headers: content-type, x-a\r\n"));
	assert_non_null(strstr(head, "Vary: Origin\r\n"));
	assert_null(strstr(head, "Private-Network"));
	assert_int_equal(
		wire_ask(&s, "OPTIONS /e/ HTTP/1.1\r\nHost: localhost\r\n\r\n", head, sizeof(head)),
		200);
	assert_null(strstr(head, "Access-Control"));
	assert_int_equal(wire_ask(&s,
	                          "OPTIONS /e/ HTTP/1.1\r\nHost: localhost\r\nOrigin: null\r\n\r\n",
	                          head, sizeof(head)),
	                 403);
	assert_null(strstr(head, "Access-Control"));
	wire_close(&s);
}

/* Requests of every shape */

static void test_methods(void **state)
{
	static const char *const refused[] = {"PUT", "DELETE", "PATCH", "TRACE", "CONNECT", "get"};
	struct wire s = wire_open(NULL);
	char request[128], head[4096];

	(void)state;
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		snprintf(request, sizeof(request), "%s / HTTP/1.1\r\nHost: localhost\r\n\r\n",
		         refused[i]);
		assert_int_equal(wire_ask(&s, request, head, sizeof(head)), 405);
		assert_non_null(strstr(head, "Allow: "));
	}
	wire_close(&s);
}

static void test_head(void **state)
{
	struct wire s = wire_open(NULL);
	int fd = wire_dial(&s);

	(void)state;
	assert_true(
		wire_give(fd, "HEAD / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"));
	for (int seen = 0; seen < 4;) { /* the blank line ends it, whatever length is told */
		int c = wire_take_byte(fd);

		assert_true(c >= 0);
		seen = c == (seen % 2 ? '\n' : '\r') ? seen + 1 : 0;
	}
	assert_true(wire_at_end(fd));
	close(fd);
	wire_close(&s);
}

static void test_etag(void **state)
{
	struct wire s = wire_open(NULL);
	int fd = wire_dial(&s);
	char request[256], head[4096], *tag;

	(void)state;
	assert_true(wire_give(fd, "GET /flags/definitions HTTP/1.1\r\nHost: localhost\r\n\r\n"));
	assert_int_equal(wire_take_answer(fd, head, sizeof(head)), 200);
	tag = strstr(head, "ETag: ");
	assert_non_null(tag);
	*strchr(tag, '\r') = '\0';
	snprintf(request, sizeof(request),
	         "GET /flags/definitions HTTP/1.1\r\nHost: localhost\r\nif-none-match: %s\r\n\r\n",
	         tag + strlen("ETag: "));
	for (int i = 0; i < 2; i++) { /* the connection stays usable */
		assert_true(wire_give(fd, request));
		assert_int_equal(wire_take_answer(fd, head, sizeof(head)), 304);
		assert_non_null(strstr(head, "ETag: "));
		assert_null(strstr(head, "Content-Type: "));
	}
	close(fd);
	wire_close(&s);
}

static void test_bodies(void **state)
{
	struct wire s = wire_open(NULL);
	int fd = wire_dial(&s);
	char request[512];

	(void)state;
	snprintf(request, sizeof(request),
	         "POST /batch/ HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
	         "Content-Length: %zu\r\n\r\n" WIRE_EVENT,
	         sizeof(WIRE_EVENT) - 1);
	assert_true(wire_give(fd, request));
	assert_int_equal(wire_status(fd), 503);
	/* A byte at a time, and what came before is not in it. */
	for (const char *p = request; *p; p++)
		assert_true(wire_give_bytes(fd, p, 1));
	assert_int_equal(wire_status(fd), 503);
	assert_true(wire_give(
		fd, "POST /batch/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\n"
		    "{\"a\":"));
	assert_int_equal(wire_status(fd), 400);
	assert_true(wire_give(
		fd, "POST /batch/ HTTP/1.1\r\nHost: localhost\r\n"
		    "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"));
	for (const char *p = WIRE_EVENT; *p; p++) {
		snprintf(request, sizeof(request), "1;x=y\r\n%c\r\n", *p);
		assert_true(wire_give(fd, request));
	}
	assert_true(wire_give(fd, "0\r\nTrailer: x\r\n\r\n"));
	assert_int_equal(wire_status(fd), 503);
	close(fd);
	wire_close(&s);
}

static void test_pipelined(void **state)
{
	struct wire s = wire_open(NULL);
	int fd = wire_dial(&s);

	(void)state;
	for (int i = 0; i < 100; i++)
		assert_true(wire_give(
			fd, WIRE_HELLO
			"POST /batch/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n\r\n{"
			"GET /nowhere HTTP/1.1\r\nHost: localhost\r\n\r\n"));
	for (int i = 0; i < 100; i++) {
		assert_int_equal(wire_status(fd), 200);
		assert_int_equal(wire_status(fd), 400);
		assert_int_equal(wire_status(fd), 404);
	}
	close(fd);
	wire_close(&s);
}

_Static_assert(sizeof(WIRE_EVENT) - 1 == 0x38, "the size of the chunk in test_framing");

static void test_framing(void **state)
{
	struct wire s = wire_open(NULL);

	(void)state;
	assert_int_equal(wire_ask_status(&s,
	                                 "POST /batch/ HTTP/1.1\r\nHost: localhost\r\n"
	                                 "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n"
	                                 "38\r\n" WIRE_EVENT "\r\n"
	                                 "0\r\n\r\n"),
	                 400);
	assert_int_equal(wire_ask_status(&s, "POST /batch/ HTTP/1.1\r\nHost: localhost\r\n"
	                                     "Content-Length: 4\r\nContent-Length: 5\r\n\r\nabcd"),
	                 400);
	assert_int_equal(wire_ask_status(&s, "POST /batch/ HTTP/1.1\r\nHost: localhost\r\n"
	                                     "Content-Length: -4\r\n\r\nabcd"),
	                 400);
	assert_int_equal(wire_ask_status(&s, "POST /batch/ HTTP/1.1\r\nHost: localhost\r\n"
	                                     "Content-Length: 99999999999999999999\r\n\r\nabcd"),
	                 413);
	assert_int_equal(wire_ask_status(&s, "POST /batch/ HTTP/1.1\r\nHost: localhost\r\n"
	                                     "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"),
	                 400);
	assert_int_equal(wire_ask_status(&s, "POST /batch/ HTTP/1.1\r\nHost: localhost\r\n"
	                                     "Transfer-Encoding: chunked\r\n\r\nzz\r\n"),
	                 400);
	assert_int_equal(wire_ask_status(&s, WIRE_HELLO), 200);
	wire_close(&s);
}

static void assert_header_size(struct wire *s, size_t n, int status)
{
	int fd = wire_dial(s);
	static const char start[] = "GET / HTTP/1.1\r\nHost: localhost\r\nX: ";

	assert_true(wire_give(fd, start));
	wire_give_waste(fd, n - (sizeof(start) - 1) - 4);
	wire_give(fd, "\r\n\r\n");
	assert_int_equal(wire_status(fd), status);
	close(fd);
}

static void test_header_sizes(void **state)
{
	struct wire s = wire_open(NULL);

	(void)state;
	assert_header_size(&s, 1000, 200);
	assert_header_size(&s, 16000, 200);
	assert_header_size(&s, 16700, 431);
	assert_header_size(&s, 70000, 431);
	assert_header_size(&s, 1000000, 431);
	wire_close(&s);
}

static void test_expect(void **state)
{
	struct wire s = wire_open(NULL);
	int fd = wire_dial(&s);
	char request[256];

	(void)state;
	snprintf(request, sizeof(request),
	         "POST /batch/ HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\n"
	         "Content-Length: %zu\r\n\r\n",
	         sizeof(WIRE_EVENT) - 1);
	assert_true(wire_give(fd, request));
	assert_int_equal(wire_status(fd), 100);
	assert_true(wire_give(fd, WIRE_EVENT));
	assert_int_equal(wire_status(fd), 503);
	close(fd);
	/* Bad ones hear it before they send. */
	assert_int_equal(wire_ask_status(&s, "POST /batch/ HTTP/1.1\r\nHost: evil.example\r\n"
	                                     "Expect: 100-continue\r\nContent-Length: 9\r\n\r\n"),
	                 403);
	assert_int_equal(
		wire_ask_status(&s, "POST /batch/ HTTP/1.1\r\nHost: localhost\r\nOrigin: null\r\n"
	                            "Expect: 100-continue\r\nContent-Length: 9\r\n\r\n"),
		403);
	assert_int_equal(
		wire_ask_status(&s, "POST /batch/ HTTP/1.1\r\nHost: localhost\r\n"
	                            "Expect: 100-continue\r\nContent-Length: 29360129\r\n\r\n"),
		413);
	wire_close(&s);
}

/* A refusal comes before the body, and outlives a client that sends all of it first. */
static void test_refused_body(void **state)
{
	struct wire s = wire_open(NULL);
	int fd = wire_dial(&s);

	(void)state;
	assert_true(wire_give(fd, "POST /batch/ HTTP/1.1\r\nHost: evil.example\r\n"
	                          "Content-Length: 8000000\r\n\r\n"));
	assert_int_equal(wire_status(fd), 403);
	close(fd);
	fd = wire_dial(&s);
	assert_true(wire_give(fd, "POST /batch/ HTTP/1.1\r\nHost: evil.example\r\n"
	                          "Content-Length: 8000000\r\n\r\n"));
	assert_true(wire_give_waste(fd, 8000000));
	assert_int_equal(wire_status(fd), 403);
	assert_true(wire_at_end(fd));
	close(fd);
	wire_close(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_both_families), cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_port_taken),    cmocka_unit_test(test_port_taken_in_six),
		cmocka_unit_test(test_senders),       cmocka_unit_test(test_preflight),
		cmocka_unit_test(test_methods),       cmocka_unit_test(test_head),
		cmocka_unit_test(test_etag),          cmocka_unit_test(test_bodies),
		cmocka_unit_test(test_pipelined),     cmocka_unit_test(test_framing),
		cmocka_unit_test(test_header_sizes),  cmocka_unit_test(test_expect),
		cmocka_unit_test(test_refused_body),
	};

	signal(SIGPIPE, SIG_DFL);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
