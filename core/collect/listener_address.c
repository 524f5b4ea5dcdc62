/* Where the capture endpoint listens. Loopback means both families on one port, so that
 * `localhost` never reaches somebody else's server on the other one: if either is taken, the port
 * is. SO_REUSEADDR only passes over connections of an earlier run that are still closing; a second
 * listener is refused by the kernel (at bind, or at listen when two start at once). Names other
 * than localhost are not looked up. */
#include "collect/listener_internal.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define PORT_TRIES 16 /* for a port that is free in both families */

union address {
	struct sockaddr any;
	struct sockaddr_in four;
	struct sockaddr_in6 six;
};

static bool parse_port(struct str text, uint16_t *port)
{
	int64_t number;

	if (!str_to_i64(text, &number) || number < 0 || number > UINT16_MAX || text.p[0] == '-')
		return false;
	*port = (uint16_t)number;
	return true;
}

static bool parse_host(struct str host, union address *out)
{
	char text[INET6_ADDRSTRLEN];
	bool six = str_starts(host, STR("[")) && str_ends(host, STR("]"));

	if (six)
		host = str_sub(host, 1, host.n - 2);
	if (host.n >= sizeof(text) || memchr(host.p, '\0', host.n))
		return false;
	memcpy(text, host.p, host.n);
	text[host.n] = '\0';
	memset(out, 0, sizeof(*out));
	out->any.sa_family = six ? AF_INET6 : AF_INET;
	return inet_pton(out->any.sa_family, text,
	                 six ? (void *)&out->six.sin6_addr : (void *)&out->four.sin_addr) == 1;
}

static void set_port(union address *at, uint16_t port)
{
	if (at->any.sa_family == AF_INET6)
		at->six.sin6_port = htons(port);
	else
		at->four.sin_port = htons(port);
}

static bool is_loopback(const union address *at)
{
	if (at->any.sa_family == AF_INET6)
		return IN6_IS_ADDR_LOOPBACK(&at->six.sin6_addr);
	return ntohl(at->four.sin_addr.s_addr) >> 24 == 127;
}

/* -1 with errno. */
static int listen_on(const union address *at)
{
	bool six = at->any.sa_family == AF_INET6;
	int fd = socket(at->any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int on = 1, error;

	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (six)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
	if (bind(fd, &at->any, six ? sizeof(at->six) : sizeof(at->four)) == 0 &&
	    listen(fd, SOMAXCONN) == 0)
		return fd;
	error = errno;
	close(fd);
	errno = error;
	return -1;
}

static uint16_t port_of(int fd)
{
	union address at;
	socklen_t size = sizeof(at);

	if (getsockname(fd, &at.any, &size) != 0)
		return 0;
	return ntohs(at.any.sa_family == AF_INET6 ? at.six.sin6_port : at.four.sin_port);
}

static enum err failed(struct str host, uint16_t port, struct errinfo *e)
{
	if (errno == EADDRINUSE)
		return err_set(e, ERR_BUSY,
		               "port %u of %.*s is taken by another program: end it, or listen "
		               "elsewhere with --listen %.*s:PORT (0 picks a free one)",
		               port, STR_ARG(host), STR_ARG(host));
	return err_set(e, ERR_IO, "cannot listen on %.*s:%u: %s", STR_ARG(host), port,
	               strerror(errno));
}

static enum err bind_one(struct listener_sockets *s, union address *at, struct str host,
                         struct errinfo *e)
{
	int fd;

	set_port(at, s->port);
	fd = listen_on(at);
	if (fd < 0)
		return failed(host, s->port, e);
	s->fds[s->count++] = fd;
	s->port = port_of(fd);
	return ERR_OK;
}

/* A machine without ::1 is served on 127.0.0.1 alone. */
static enum err bind_pair(struct listener_sockets *s, struct errinfo *e)
{
	union address four, six;
	enum err code;

	parse_host(STR("127.0.0.1"), &four);
	parse_host(STR("[::1]"), &six);
	code = bind_one(s, &four, STR("127.0.0.1"), e);
	if (code != ERR_OK)
		return code;
	code = bind_one(s, &six, STR("[::1]"), e);
	return code == ERR_BUSY ? code : ERR_OK;
}

static enum err bind_loopback(struct listener_sockets *s, struct errinfo *e)
{
	uint16_t wanted = s->port;
	enum err code = bind_pair(s, e);

	for (int i = 1; code == ERR_BUSY && wanted == 0 && i < PORT_TRIES; i++) {
		listener_unbind(s);
		s->port = 0;
		code = bind_pair(s, e);
	}
	return code;
}

static bool means_loopback(struct str host)
{
	return host.n == 0 || str_eq(host, STR("localhost")) || str_eq(host, STR("127.0.0.1")) ||
	       str_eq(host, STR("[::1]"));
}

enum err listener_bind(struct listener_sockets *out, const char *address, struct errinfo *e)
{
	struct str text = str_of(address ? address : "127.0.0.1:8765"), host;
	const char *colon = text.n ? memrchr(text.p, ':', text.n) : NULL;
	union address at;
	enum err code;

	_Static_assert(LISTENER_PORT == 8765, "the default address names the default port");
	*out = (struct listener_sockets){0};
	host = str_sub(text, 0, colon ? (size_t)(colon - text.p) : text.n);
	if (!colon || !parse_port(str_sub(text, host.n + 1, SIZE_MAX), &out->port) ||
	    (!means_loopback(host) && !parse_host(host, &at)))
		return err_set(e, ERR_USAGE,
		               "%s is no address to listen on: write ADDRESS:PORT, as in "
		               "127.0.0.1:8765 or [::1]:8765",
		               text.n ? text.p : "an empty text");
	out->loopback = means_loopback(host) || is_loopback(&at);
	if (means_loopback(host)) {
		host = STR("127.0.0.1");
		code = bind_loopback(out, e);
	} else {
		code = bind_one(out, &at, host, e);
	}
	snprintf(out->url, sizeof(out->url), "http://%.*s:%u", STR_ARG(host), out->port);
	if (code != ERR_OK)
		listener_unbind(out);
	return code;
}

void listener_unbind(struct listener_sockets *s)
{
	for (int i = 0; i < s->count; i++)
		close(s->fds[i]);
	s->count = 0;
}
