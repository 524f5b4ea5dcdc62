/* Accepts in one thread, serves each connection in another. */
#include "support/http_server.h"

#include "base/mem.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#define MAX_CONNECTIONS 256
#define DRIP_MS         20
#define NOT_FOUND       STR("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")

struct connection {
	struct http_server *server;
	pthread_t thread;
	int fd;
};

struct http_server {
	const struct http_server_scene *scenes;
	int fd;
	uint16_t port;
	pthread_t accepts;
	pthread_mutex_t lock; /* for what follows */
	struct connection connections[MAX_CONNECTIONS];
	unsigned count, requests, over;
	struct buf heard;
};

static bool give(int fd, struct str s)
{
	while (s.n > 0) {
		ssize_t sent = send(fd, s.p, s.n, MSG_NOSIGNAL);

		if (sent <= 0)
			return false;
		s = str_sub(s, (size_t)sent, SIZE_MAX);
	}
	return true;
}

/* False when the other end is gone within ms; what it says is read away. */
static bool stays(int fd, int ms)
{
	struct pollfd ready = {.fd = fd, .events = POLLIN};
	char bytes[4096];

	if (poll(&ready, 1, ms) == 0)
		return true;
	return recv(fd, bytes, sizeof(bytes), 0) > 0;
}

static bool drip(int fd, struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (!give(fd, str_sub(s, i, 1)) || !stays(fd, DRIP_MS))
			return false;
	}
	return true;
}

static size_t body_length(struct str head)
{
	size_t at = str_find(head, STR("\r\nContent-Length: "), 0, true);

	return at == SIZE_MAX ? 0 : strtoul(head.p + at + strlen("\r\nContent-Length: "), NULL, 10);
}

/* One request with its body; false when none comes any more. */
static bool take(int fd, struct buf *out)
{
	size_t end, wanted = SIZE_MAX;
	char bytes[4096];

	buf_clear(out);
	while (out->n < wanted) {
		ssize_t n = recv(fd, bytes, sizeof(bytes), 0);

		if (n <= 0)
			return false;
		buf_append(out, (struct str){bytes, (size_t)n});
		end = str_find(buf_str(out), STR("\r\n\r\n"), 0, false);
		if (end != SIZE_MAX)
			wanted = end + 4 + body_length(buf_str(out));
	}
	return true;
}

/* The scene for a request; NULL if there is none. */
static const struct http_server_scene *scene_for(const struct http_server *s, struct str request)
{
	size_t from = str_find(request, STR(" "), 0, false) + 1;
	size_t to = str_find(request, STR(" "), from, false);
	struct str path = str_sub(request, from, to - from);

	for (const struct http_server_scene *scene = s->scenes; scene->path; scene++) {
		if (str_eq(path, str_of(scene->path)))
			return scene;
	}
	return NULL;
}

/* False when the connection is over. */
static bool play(int fd, const struct http_server_scene *scene)
{
	static const struct linger at_once = {.l_onoff = 1, .l_linger = 0};

	if (!give(fd, scene->text))
		return false;
	switch (scene->then) {
	case HTTP_SERVER_KEEP:
		return true;
	case HTTP_SERVER_CLOSE:
		return false;
	case HTTP_SERVER_RESET:
		setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
		return false;
	case HTTP_SERVER_HANG:
		while (stays(fd, -1))
			;
		return false;
	case HTTP_SERVER_REPEAT:
		while (give(fd, scene->again) && stays(fd, 0))
			;
		return false;
	case HTTP_SERVER_DRIP:
		while (drip(fd, scene->again))
			;
		return false;
	}
	return false;
}

static void *serve(void *ctx)
{
	struct connection *c = ctx;
	struct http_server *s = c->server;
	struct buf request = {0};
	bool more = true;

	while (more && take(c->fd, &request)) {
		const struct http_server_scene *scene = scene_for(s, buf_str(&request));

		pthread_mutex_lock(&s->lock);
		s->requests++;
		buf_clear(&s->heard);
		buf_append(&s->heard, buf_str(&request));
		pthread_mutex_unlock(&s->lock);
		more = scene ? play(c->fd, scene) : give(c->fd, NOT_FOUND);
	}
	buf_free(&request);
	pthread_mutex_lock(&s->lock);
	close(c->fd);
	c->fd = -1;
	s->over++;
	pthread_mutex_unlock(&s->lock);
	return NULL;
}

static void *accept_all(void *ctx)
{
	struct http_server *s = ctx;
	int fd;

	while ((fd = accept4(s->fd, NULL, NULL, SOCK_CLOEXEC)) >= 0) {
		struct connection *c;

		pthread_mutex_lock(&s->lock);
		if (s->count == MAX_CONNECTIONS)
			abort();
		c = &s->connections[s->count++];
		*c = (struct connection){.server = s, .fd = fd};
		if (pthread_create(&c->thread, NULL, serve, c) != 0)
			abort();
		pthread_mutex_unlock(&s->lock);
	}
	return NULL;
}

struct http_server *http_server_start(const struct http_server_scene *scenes)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct http_server *s = mem_zero(1, sizeof(*s));
	socklen_t size = sizeof(at);

	s->scenes = scenes;
	pthread_mutex_init(&s->lock, NULL);
	s->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_true(s->fd >= 0);
	assert_int_equal(bind(s->fd, (struct sockaddr *)&at, sizeof(at)), 0);
	assert_int_equal(listen(s->fd, 128), 0);
	assert_int_equal(getsockname(s->fd, (struct sockaddr *)&at, &size), 0);
	s->port = ntohs(at.sin_port);
	assert_int_equal(pthread_create(&s->accepts, NULL, accept_all, s), 0);
	return s;
}

void http_server_stop(struct http_server *s)
{
	shutdown(s->fd, SHUT_RDWR); /* wakes accept */
	pthread_join(s->accepts, NULL);
	close(s->fd);
	pthread_mutex_lock(&s->lock);
	for (unsigned i = 0; i < s->count; i++) {
		if (s->connections[i].fd >= 0)
			shutdown(s->connections[i].fd, SHUT_RDWR);
	}
	pthread_mutex_unlock(&s->lock);
	for (unsigned i = 0; i < s->count; i++)
		pthread_join(s->connections[i].thread, NULL);
	pthread_mutex_destroy(&s->lock);
	buf_free(&s->heard);
	mem_free(s);
}

uint16_t http_server_port(const struct http_server *s)
{
	return s->port;
}

static unsigned read_count(struct http_server *s, const unsigned *count)
{
	unsigned value;

	pthread_mutex_lock(&s->lock);
	value = *count;
	pthread_mutex_unlock(&s->lock);
	return value;
}

unsigned http_server_connections(struct http_server *s)
{
	return read_count(s, &s->count);
}

unsigned http_server_requests(struct http_server *s)
{
	return read_count(s, &s->requests);
}

unsigned http_server_open(struct http_server *s)
{
	return read_count(s, &s->count) - read_count(s, &s->over);
}

void http_server_heard(struct http_server *s, struct buf *out)
{
	pthread_mutex_lock(&s->lock);
	buf_append(out, buf_str(&s->heard));
	pthread_mutex_unlock(&s->lock);
}
