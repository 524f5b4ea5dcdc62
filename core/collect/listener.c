/* The capture endpoint's socket side. One thread of our own does all: it accepts, lets
 * libmicrohttpd (in its external epoll mode) parse and answer, runs the capture, and watches the
 * clock. So nothing here is shared but the `stopping` flag, and the capture has one caller.
 *
 * Deadlines. libmicrohttpd's timeout counts idleness only, and it does not tell when a request's
 * first byte came. So our poll(2) looks at the connections that wait for a request beside
 * libmicrohttpd's epoll descriptor: one that becomes readable has begun a request, and its clock
 * runs from there, whatever drips in. A byte that slips in between our poll and libmicrohttpd's is
 * caught by the next byte, or at the latest by WAIT_TIME, which runs from the last answer. Over
 * the deadline we answer 408 on the socket ourselves (libmicrohttpd takes no answer at such a
 * time, and writes nothing then) and shut the socket down, which makes libmicrohttpd let go of it.
 *
 * Groups. A turn takes the requests of all connections that have one, then writes their lines
 * together (listener_request.c), and only then answers: 200 means that write(2) has returned.
 * Where the handler of a whole request queues no response, libmicrohttpd calls it again in its next
 * turn, and says by a timeout of 0 that it wants one.
 *
 * Crowds. With LISTENER_CLIENTS connections open, newcomers stay in the backlog, and the
 * connection that has waited longest for its next request makes room.
 *
 * Lingering. Closing a socket with unread bytes resets it, and the client loses the answer. So the
 * socket of a request that was not read to its end is duplicated when libmicrohttpd closes it,
 * and read away until its client closes, LISTENER_DRAIN_MAX or LINGER_TIME. */
#include "base/mem.h"
#include "base/time.h"
#include "collect/listener_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#define MS            INT64_C(1000)
#define DEADLINE_MS   10000              /* of header and body unless options say otherwise */
#define WAIT_TIME     (60 * TIME_SECOND) /* without a request on an open connection */
#define ANSWER_TIME   (10 * TIME_SECOND) /* for a client to take its answer */
#define LINGER_TIME   (10 * TIME_SECOND)
#define CROWD_TIME    (1 * TIME_SECOND) /* what a waiting connection has before it makes room */
#define CROWD_POLL_MS 100
#define STOP_TIME     (500 * MS) /* for what is under way when we stop */
#define ACCEPT_PAUSE  (100 * MS) /* after descriptors ran out */

/* A connection's pool holds its header and the pieces in which a body is read. libmicrohttpd clears it
 * for each request. */
#define CONNECTION_MEMORY ((size_t)32 << 10)

/* Connections */

static void unlink_client(struct listener_client *c)
{
	struct listener *l = c->listener;

	if (c->previous)
		c->previous->next = c->next;
	else
		l->clients = c->next;
	if (c->next)
		c->next->previous = c->previous;
	l->count--;
	buf_free(&c->target);
	buf_free(&c->headers);
	mem_free(c);
}

static void link_client(struct listener *l, struct MHD_Connection *connection, void **context)
{
	struct listener_client *c = mem_zero(1, sizeof(*c));

	*c = (struct listener_client){
		.listener = l,
		.next = l->clients,
		.fd = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)
	                      ->connect_fd,
		.since = time_monotonic(),
		.body.max = CAPTURE_MAX_WIRE,
	};
	if (l->clients)
		l->clients->previous = c;
	l->clients = c;
	l->count++;
	*context = c;
}

/* libmicrohttpd closes its descriptor when this returns. */
static void part_with(struct listener_client *c)
{
	bool whole = c->phase == LISTENER_WAITING || c->phase == LISTENER_ENDING;
	int copy = whole ? -1 : fcntl(c->fd, F_DUPFD_CLOEXEC, 0);

	if (copy < 0) {
		unlink_client(c);
		return;
	}
	c->fd = copy;
	c->phase = LISTENER_LINGER;
	c->since = time_monotonic();
	c->taken = 0;
}

static void on_connection(void *cls, struct MHD_Connection *connection, void **context,
                          enum MHD_ConnectionNotificationCode code)
{
	if (code == MHD_CONNECTION_NOTIFY_STARTED)
		link_client(cls, connection, context);
	else if (*context)
		part_with(*context);
}

static void end(struct listener_client *c)
{
	if (c->phase == LISTENER_LINGER) {
		close(c->fd);
		unlink_client(c);
		return;
	}
	shutdown(c->fd, SHUT_RDWR);
	c->phase = LISTENER_ENDING;
	c->since = time_monotonic();
}

static void linger(struct listener_client *c)
{
	char waste[16384];
	ssize_t n = recv(c->fd, waste, sizeof(waste), MSG_DONTWAIT);

	if (n > 0)
		c->taken += (size_t)n;
	if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR) || c->taken > LISTENER_DRAIN_MAX)
		end(c);
}

/* The clock */

static int64_t deadline(const struct listener_client *c)
{
	switch (c->phase) {
	case LISTENER_WAITING:
		return c->since + WAIT_TIME;
	case LISTENER_HEADER:
		return c->since + c->listener->header_time;
	case LISTENER_BODY:
		return c->since + c->listener->body_time;
	case LISTENER_TAKEN:
	case LISTENER_SETTLED:
	case LISTENER_ANSWER:
		return c->since + ANSWER_TIME;
	case LISTENER_LINGER:
		return c->since + LINGER_TIME;
	case LISTENER_ENDING:
		break;
	}
	return INT64_MAX;
}

static void end_late(struct listener *l)
{
	int64_t now = time_monotonic();
	struct listener_client *next;

	for (struct listener_client *c = l->clients; c; c = next) {
		next = c->next;
		if (deadline(c) > now)
			continue;
		if (c->phase == LISTENER_HEADER || c->phase == LISTENER_BODY)
			listener_send_status(c, c->refusal == 413 ? 413 : 408);
		end(c);
	}
}

static int64_t first_deadline(const struct listener *l)
{
	int64_t first = INT64_MAX;

	for (const struct listener_client *c = l->clients; c; c = c->next)
		if (deadline(c) < first)
			first = deadline(c);
	return first;
}

/* New connections */

static struct listener_client *longest_waiting(const struct listener *l)
{
	struct listener_client *oldest = NULL;

	for (struct listener_client *c = l->clients; c; c = c->next)
		if (c->phase == LISTENER_WAITING && (!oldest || c->since < oldest->since))
			oldest = c;
	return oldest;
}

static void make_room(struct listener *l)
{
	struct listener_client *c = longest_waiting(l);

	if (c && time_monotonic() - c->since >= CROWD_TIME)
		end(c);
}

static bool accept_one(struct listener *l, int fd)
{
	struct sockaddr_storage from;
	socklen_t size = sizeof(from);
	int client = accept4(fd, (struct sockaddr *)&from, &size, SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (client >= 0) /* which closes it when it fails */
		return MHD_add_connection(l->daemon, client, (struct sockaddr *)&from, size) ==
		       MHD_YES;
	if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
		make_room(l);
		l->accept_from = time_monotonic() + ACCEPT_PAUSE;
	}
	return errno == ECONNABORTED || errno == EINTR;
}

static void accept_from(struct listener *l, int fd)
{
	while (l->count < LISTENER_CLIENTS && accept_one(l, fd))
		;
	if (l->count >= LISTENER_CLIENTS)
		make_room(l);
}

/* The thread */

enum { AT_WAKE, AT_DAEMON, AT_SOCKETS, AT_CLIENTS = AT_SOCKETS + 2 };

struct watched {
	struct pollfd fds[AT_CLIENTS + LISTENER_CLIENTS];
	struct listener_client *clients[LISTENER_CLIENTS];
	nfds_t count; /* of fds */
};

static bool has_room(const struct listener *l)
{
	const struct listener_client *c;

	if (time_monotonic() < l->accept_from)
		return false;
	if (l->count < LISTENER_CLIENTS)
		return true;
	c = longest_waiting(l);
	return c && time_monotonic() - c->since >= CROWD_TIME;
}

static void gather(struct listener *l, struct watched *w)
{
	bool room = has_room(l);

	w->fds[AT_WAKE] = (struct pollfd){.fd = l->wake, .events = POLLIN};
	w->fds[AT_DAEMON] = (struct pollfd){
		.fd = MHD_get_daemon_info(l->daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd,
		.events = POLLIN};
	for (int i = 0; i < 2; i++)
		w->fds[AT_SOCKETS + i] = (struct pollfd){
			.fd = room && i < l->sockets.count ? l->sockets.fds[i] : -1,
			.events = POLLIN};
	w->count = AT_CLIENTS;
	for (struct listener_client *c = l->clients; c; c = c->next) {
		if (c->phase != LISTENER_WAITING && c->phase != LISTENER_LINGER)
			continue;
		w->clients[w->count - AT_CLIENTS] = c;
		w->fds[w->count++] = (struct pollfd){.fd = c->fd, .events = POLLIN};
	}
}

/* until is a monotonic time. */
static int wait_ms(struct listener *l, int64_t until)
{
	int64_t left = first_deadline(l), now = time_monotonic();
	MHD_UNSIGNED_LONG_LONG pending;

	if (MHD_get_timeout(l->daemon, &pending) == MHD_YES && pending == 0)
		return 0;
	if (until < left)
		left = until;
	left = left <= now ? 0 : (left - now) / MS + 1;
	if ((l->count >= LISTENER_CLIENTS || l->accept_from > now) && left > CROWD_POLL_MS)
		return CROWD_POLL_MS;
	return left > DEADLINE_MS ? DEADLINE_MS : (int)left;
}

static void turn(struct listener *l, struct watched *w, int64_t until)
{
	uint64_t wakes;

	gather(l, w);
	if (poll(w->fds, w->count, wait_ms(l, until)) < 0)
		return; /* interrupted: nothing is marked ready */
	if (w->fds[AT_WAKE].revents && read(l->wake, &wakes, sizeof(wakes)) < 0)
		return;
	for (nfds_t i = AT_CLIENTS; i < w->count; i++) {
		struct listener_client *c = w->clients[i - AT_CLIENTS];

		if (w->fds[i].revents && c->phase == LISTENER_LINGER) {
			linger(c);
		} else if (w->fds[i].revents) {
			c->phase = LISTENER_HEADER;
			c->since = time_monotonic();
		}
	}
	for (int i = 0; i < l->sockets.count; i++)
		if (w->fds[AT_SOCKETS + i].revents)
			accept_from(l, l->sockets.fds[i]);
	MHD_run(l->daemon);
	if (listener_settle(l)) {
		MHD_run(l->daemon); /* fetches the answers */
		MHD_run(l->daemon); /* sends them */
	}
	end_late(l);
}

static bool under_way(const struct listener *l)
{
	for (const struct listener_client *c = l->clients; c; c = c->next)
		if (c->phase != LISTENER_WAITING && c->phase != LISTENER_ENDING)
			return true;
	return false;
}

static void *serve(void *ctx)
{
	struct listener *l = ctx;
	struct watched *w = mem_zero(1, sizeof(*w));
	int64_t until;

	while (!atomic_load(&l->stopping))
		turn(l, w, INT64_MAX);
	turn(l, w, 0); /* what has been sent by now is under way */
	listener_unbind(&l->sockets);
	until = time_monotonic() + STOP_TIME;
	while (under_way(l) && time_monotonic() < until)
		turn(l, w, until);
	MHD_stop_daemon(l->daemon);
	while (l->clients) /* libmicrohttpd has parted with all: they linger */
		end(l->clients);
	mem_free(w);
	return NULL;
}

/* Starting and stopping */

static char **copy_list(const char *const *list)
{
	size_t n = 0;
	char **copy;

	while (list && list[n])
		n++;
	copy = mem_zero(n + 1, sizeof(*copy));
	for (size_t i = 0; i < n; i++)
		copy[i] = mem_copy_text(list[i], strlen(list[i]));
	return copy;
}

static void free_list(char **list)
{
	for (size_t i = 0; list[i]; i++)
		mem_free(list[i]);
	mem_free(list);
}

static void free_listener(struct listener *l)
{
	listener_unbind(&l->sockets);
	if (l->usual)
		MHD_destroy_response(l->usual);
	if (l->wake >= 0)
		close(l->wake);
	free_list(l->allow_origins);
	free_list(l->allow_hosts);
	mem_free(l);
}

static struct MHD_Daemon *start_daemon(struct listener *l)
{
	return MHD_start_daemon(MHD_USE_EPOLL | MHD_USE_NO_LISTEN_SOCKET, 0, NULL, NULL,
	                        listener_on_request, l, MHD_OPTION_CONNECTION_LIMIT,
	                        (unsigned)LISTENER_CLIENTS, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
	                        CONNECTION_MEMORY, MHD_OPTION_URI_LOG_CALLBACK, listener_on_target,
	                        l, MHD_OPTION_NOTIFY_COMPLETED, listener_on_completed, l,
	                        MHD_OPTION_NOTIFY_CONNECTION, on_connection, l, MHD_OPTION_END);
}

/* Signals are for the thread that has the loop; SIGPIPE is for nobody. */
static int start_thread(struct listener *l)
{
	sigset_t all, before;
	int error;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	error = pthread_create(&l->thread, NULL, serve, l);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return error;
}

static enum err start(struct listener *l, struct errinfo *e)
{
	int error;

	l->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (l->wake < 0)
		return err_set(e, ERR_IO, "starting the capture endpoint: %s", strerror(errno));
	l->daemon = start_daemon(l);
	if (!l->daemon)
		return err_set(e, ERR_IO, "starting the capture endpoint: %s", strerror(errno));
	error = start_thread(l);
	if (!error)
		return ERR_OK;
	MHD_stop_daemon(l->daemon);
	return err_set(e, ERR_IO, "starting the capture endpoint: %s", strerror(error));
}

enum err listener_start(struct listener **out, struct capture *capture,
                        const struct listener_options *options, struct errinfo *e)
{
	struct listener *l = mem_zero(1, sizeof(*l));
	enum err code;

	*out = NULL;
	l->capture = capture;
	l->wake = -1;
	l->allow_origins = copy_list(options->allow_origins);
	l->allow_hosts = copy_list(options->allow_hosts);
	l->header_time = MS * (options->header_ms ? options->header_ms : DEADLINE_MS);
	l->body_time = MS * (options->body_ms ? options->body_ms : DEADLINE_MS);
	code = listener_bind(&l->sockets, options->address, e);
	if (code == ERR_OK)
		code = start(l, e);
	if (code != ERR_OK) {
		free_listener(l);
		return code;
	}
	*out = l;
	return ERR_OK;
}

uint16_t listener_port(const struct listener *l)
{
	return l->sockets.port;
}

bool listener_is_loopback(const struct listener *l)
{
	return l->sockets.loopback;
}

const char *listener_url(const struct listener *l)
{
	return l->sockets.url;
}

void listener_stop(struct listener *l)
{
	uint64_t one = 1;

	if (!l)
		return;
	atomic_store(&l->stopping, true);
	while (write(l->wake, &one, sizeof(one)) < 0 && errno == EINTR)
		;
	pthread_join(l->thread, NULL);
	free_listener(l);
}
