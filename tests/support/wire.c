/* A raw HTTP client. Whatever it waits for comes within PATIENCE_MS, or the test fails. */
#include "support/wire.h"

#include "base/time.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#define PATIENCE_MS 15000

struct wire wire_open(const struct listener_options *options)
{
	struct listener_options o = options ? *options : (struct listener_options){0};
	struct wire s = {.capture = capture_new(NULL, NULL, NULL)};
	struct errinfo e = {0};

	if (!o.address)
		o.address = ":0";
	if (listener_start(&s.listener, s.capture, &o, &e) != ERR_OK)
		fail_msg("%s", e.msg);
	return s;
}

void wire_close(struct wire *s)
{
	listener_stop(s->listener);
	capture_free(s->capture);
}

int64_t wire_ms_since(int64_t from)
{
	return (time_monotonic() - from) / 1000;
}

/* A client */

int wire_connect(int family, uint16_t port)
{
	struct sockaddr_in four = {.sin_family = AF_INET,
	                           .sin_port = htons(port),
	                           .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct sockaddr_in6 six = {.sin6_family = AF_INET6,
	                           .sin6_port = htons(port),
	                           .sin6_addr = IN6ADDR_LOOPBACK_INIT};
	int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int failed = family == AF_INET6 ? connect(fd, (struct sockaddr *)&six, sizeof(six))
	                                : connect(fd, (struct sockaddr *)&four, sizeof(four));

	if (!failed)
		return fd;
	close(fd);
	return -1;
}

int wire_dial(const struct wire *s)
{
	int fd = wire_connect(AF_INET, listener_port(s->listener));

	assert_true(fd >= 0);
	return fd;
}

/* False when the other end does not take it any more. */
bool wire_give_bytes(int fd, const char *p, size_t n)
{
	while (n) {
		ssize_t sent = send(fd, p, n, MSG_NOSIGNAL);

		if (sent <= 0)
			return false;
		p += sent;
		n -= (size_t)sent;
	}
	return true;
}

bool wire_give(int fd, const char *text)
{
	return wire_give_bytes(fd, text, strlen(text));
}

/* The next byte; -1 at the end, also after a reset. */
int wire_take_byte(int fd)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};
	unsigned char c;

	if (poll(&p, 1, PATIENCE_MS) != 1)
		fail_msg("nothing came");
	return recv(fd, &c, 1, 0) == 1 ? c : -1;
}

/* One answer's head; 0 at the end of the connection. Its body is read away. */
int wire_take_answer(int fd, char *head, size_t size)
{
	size_t n = 0;
	const char *length;
	int c;

	head[0] = '\0';
	while (!strstr(head, "\r\n\r\n")) {
		c = wire_take_byte(fd);
		if (c < 0)
			return 0;
		assert_true(n + 1 < size);
		head[n++] = (char)c;
		head[n] = '\0';
	}
	assert_int_equal(strncmp(head, "HTTP/1.1 ", 9), 0);
	length = strstr(head, "Content-Length: ");
	for (long left = length ? strtol(length + 16, NULL, 10) : 0; left > 0; left--)
		assert_true(wire_take_byte(fd) >= 0);
	return (int)strtol(head + 9, NULL, 10);
}

int wire_status(int fd)
{
	char head[8192];

	return wire_take_answer(fd, head, sizeof(head));
}

bool wire_at_end(int fd)
{
	return wire_take_byte(fd) < 0;
}

/* One request on its own connection. */
int wire_ask(const struct wire *s, const char *request, char *head, size_t size)
{
	int fd = wire_dial(s), status;

	assert_true(wire_give(fd, request));
	status = wire_take_answer(fd, head, size);
	close(fd);
	return status;
}

int wire_ask_status(const struct wire *s, const char *request)
{
	char head[8192];

	return wire_ask(s, request, head, sizeof(head));
}

/* A body of n times 'x' in pieces; false when the other end went away. */
bool wire_give_waste(int fd, size_t n)
{
	static char waste[1 << 16];

	memset(waste, 'x', sizeof(waste));
	for (; n; n -= n < sizeof(waste) ? n : sizeof(waste))
		if (!wire_give_bytes(fd, waste, n < sizeof(waste) ? n : sizeof(waste)))
			return false;
	return true;
}
