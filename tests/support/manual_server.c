/* One reader a connection; nothing is freed before the end, so that a number stays a request. */
#include "support/manual_server.h"

#include "base/mem.h"

#include <arpa/inet.h>
#include <netinet/in.h>
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

#define MAX_CONNECTIONS 200
#define MAX_REQUESTS    200

struct connection {
	struct manual_server *server;
	struct loop_reader *reader;
	int fd; /* -1: over */
	struct buf heard;
};

struct request {
	struct connection *connection;
	struct buf text;
	bool answered;
};

struct manual_server {
	struct loop *loop;
	struct loop_reader *reader;
	int fd;
	char url[40];
	struct connection connections[MAX_CONNECTIONS];
	struct request requests[MAX_REQUESTS];
	unsigned connection_count, count, most;
};

bool manual_server_waits(const struct manual_server *s, unsigned i)
{
	return i < s->count && !s->requests[i].answered && s->requests[i].connection->fd >= 0;
}

static void end_connection(struct connection *c)
{
	if (c->fd < 0)
		return;
	loop_reader_free(c->reader);
	close(c->fd);
	c->fd = -1;
}

/* Bytes of the first whole request; 0 if there is none yet. */
static size_t whole_request(struct str heard)
{
	const char *length = "\r\nContent-Length: ";
	size_t head = str_find(heard, STR("\r\n\r\n"), 0, false);
	size_t at = str_find(heard, str_of(length), 0, true);
	size_t whole;

	if (head == SIZE_MAX)
		return 0;
	whole = head + 4;
	if (at < head)
		whole += strtoul(heard.p + at + strlen(length), NULL, 10);
	return whole <= heard.n ? whole : 0;
}

static void take_request(struct connection *c)
{
	struct manual_server *s = c->server;
	size_t whole = whole_request(buf_str(&c->heard));
	unsigned waiting = 0;

	if (whole == 0)
		return;
	assert_true(s->count < MAX_REQUESTS);
	s->requests[s->count].connection = c;
	buf_append(&s->requests[s->count++].text, str_sub(buf_str(&c->heard), 0, whole));
	assert_int_equal(c->heard.n, whole); /* nobody sends a second one before the answer */
	buf_clear(&c->heard);
	for (unsigned i = 0; i < s->count; i++)
		waiting += manual_server_waits(s, i);
	if (waiting > s->most)
		s->most = waiting;
}

static void on_bytes(void *ctx)
{
	struct connection *c = ctx;
	char bytes[4096];
	ssize_t n = recv(c->fd, bytes, sizeof(bytes), MSG_DONTWAIT);

	if (n <= 0) {
		end_connection(c);
		return;
	}
	buf_append(&c->heard, (struct str){bytes, (size_t)n});
	take_request(c);
}

static void on_connection(void *ctx)
{
	struct manual_server *s = ctx;
	struct connection *c;
	int fd = accept4(s->fd, NULL, NULL, SOCK_CLOEXEC);

	if (fd < 0)
		return;
	assert_true(s->connection_count < MAX_CONNECTIONS);
	c = &s->connections[s->connection_count++];
	*c = (struct connection){.server = s, .fd = fd};
	c->reader = loop_reader_new(s->loop, fd, on_bytes, c);
	assert_non_null(c->reader);
}

struct manual_server *manual_server_new(struct loop *l)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct manual_server *s = mem_zero(1, sizeof(*s));
	socklen_t size = sizeof(at);

	s->loop = l;
	s->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_true(s->fd >= 0);
	assert_int_equal(bind(s->fd, (struct sockaddr *)&at, sizeof(at)), 0);
	assert_int_equal(listen(s->fd, 128), 0);
	assert_int_equal(getsockname(s->fd, (struct sockaddr *)&at, &size), 0);
	snprintf(s->url, sizeof(s->url), "http://127.0.0.1:%u", (unsigned)ntohs(at.sin_port));
	s->reader = loop_reader_new(l, s->fd, on_connection, s);
	assert_non_null(s->reader);
	return s;
}

void manual_server_free(struct manual_server *s)
{
	for (unsigned i = 0; i < s->connection_count; i++) {
		end_connection(&s->connections[i]);
		buf_free(&s->connections[i].heard);
	}
	for (unsigned i = 0; i < s->count; i++)
		buf_free(&s->requests[i].text);
	loop_reader_free(s->reader);
	close(s->fd);
	mem_free(s);
}

const char *manual_server_url(const struct manual_server *s)
{
	return s->url;
}

unsigned manual_server_count(const struct manual_server *s)
{
	return s->count;
}

struct str manual_server_request(const struct manual_server *s, unsigned i)
{
	assert_true(i < s->count);
	return buf_str(&s->requests[i].text);
}

bool manual_server_begins(const struct manual_server *s, unsigned i, const char *text)
{
	return str_starts(manual_server_request(s, i), str_of(text));
}

unsigned manual_server_most(const struct manual_server *s)
{
	return s->most;
}

void manual_server_give(struct manual_server *s, unsigned i, struct str bytes)
{
	assert_true(i < s->count);
	while (bytes.n > 0) {
		ssize_t n = send(s->requests[i].connection->fd, bytes.p, bytes.n, MSG_NOSIGNAL);

		assert_true(n > 0);
		bytes = str_sub(bytes, (size_t)n, SIZE_MAX);
	}
}

void manual_server_answer(struct manual_server *s, unsigned i, int status, const char *headers,
                          const char *body)
{
	struct buf text = {0};

	assert_true(manual_server_waits(s, i));
	buf_printf(&text, "HTTP/1.1 %d Status\r\n%sContent-Length: %zu\r\n\r\n%s", status, headers,
	           strlen(body), body);
	s->requests[i].answered = true;
	manual_server_give(s, i, buf_str(&text));
	buf_free(&text);
}

void manual_server_close(struct manual_server *s, unsigned i)
{
	assert_true(i < s->count);
	end_connection(s->requests[i].connection);
}
