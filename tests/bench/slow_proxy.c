/* slow_proxy: a TCP proxy on a free port of 127.0.0.1 that is as far away and as narrow as one wishes.
 *
 *   cc -O2 -o slow_proxy slow_proxy.c
 *   slow_proxy --to 127.0.0.1:PORT [--latency MS] [--mbit N]
 *
 * Prints "listening on http://127.0.0.1:PORT". Of the latency, half lies on each way; N megabits a second
 * are shared by all connections, each way. A new connection costs a round trip, as TCP's handshake does. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define CONNECTIONS 64
#define CHUNK       4096
#define QUEUE_MAX   (1 << 20) /* bytes on one way: more stay with the sender */

struct chunk {
	struct chunk *next;
	int64_t due; /* microseconds; 0 bytes then: the end */
	size_t n, sent;
	char bytes[CHUNK];
};

struct way {
	int from, to; /* -1: closed */
	struct chunk *first, *last;
	size_t queued;
	bool ended; /* nothing more comes; the end is in the queue */
	int64_t not_before;
};

struct connection {
	bool used;
	struct way ways[2]; /* up, down */
};

static struct connection connections[CONNECTIONS];
static int64_t line_free[2]; /* when the line each way has sent all it was given */
static int64_t half_latency = 100000;
static double megabits = 10;

static int64_t now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static void take_in(struct way *w, int direction)
{
	struct chunk *c = calloc(1, sizeof(*c));
	ssize_t n = recv(w->from, c->bytes, CHUNK, MSG_DONTWAIT);
	int64_t now = now_us();

	if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
		free(c);
		return;
	}
	c->n = n > 0 ? (size_t)n : 0;
	w->ended = c->n == 0;
	if (line_free[direction] < now)
		line_free[direction] = now;
	line_free[direction] += (int64_t)((double)c->n * 8 / megabits);
	c->due = line_free[direction] + half_latency;
	if (c->due < w->not_before)
		c->due = w->not_before;
	if (w->last)
		w->last->next = c;
	else
		w->first = c;
	w->last = c;
	w->queued += c->n;
}

/* False when the way is at its end. */
static bool give_out(struct way *w, int64_t now)
{
	while (w->first && w->first->due <= now) {
		struct chunk *c = w->first;
		ssize_t n = c->n ? send(w->to, c->bytes + c->sent, c->n - c->sent,
		                        MSG_DONTWAIT | MSG_NOSIGNAL)
		                 : 0;

		if (c->n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
			return false;
		if (n < 0)
			return true;
		c->sent += (size_t)n;
		if (c->sent < c->n)
			return true;
		w->queued -= c->n;
		w->first = c->next;
		if (!w->first)
			w->last = NULL;
		free(c);
	}
	return true;
}

static void end_connection(struct connection *c)
{
	for (int i = 0; i < 2; i++)
		while (c->ways[i].first) {
			struct chunk *next = c->ways[i].first->next;

			free(c->ways[i].first);
			c->ways[i].first = next;
		}
	close(c->ways[0].from);
	close(c->ways[0].to);
	c->used = false;
}

static void accept_one(int listener, const struct sockaddr_in *to)
{
	int client = accept4(listener, NULL, NULL, SOCK_CLOEXEC), one = 1;
	int server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	for (int i = 0; client >= 0 && i < CONNECTIONS; i++) {
		struct connection *c = &connections[i];

		if (c->used)
			continue;
		if (connect(server, (const struct sockaddr *)to, sizeof(*to)) != 0)
			break;
		setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
		setsockopt(server, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
		*c = (struct connection){.used = true};
		c->ways[0] = (struct way){.from = client, .to = server};
		c->ways[1] = (struct way){.from = server, .to = client};
		/* Loopback's own handshake took no time: the first bytes wait for it. */
		c->ways[0].not_before = now_us() + 3 * half_latency;
		return;
	}
	close(client);
	close(server);
}

static int64_t next_due(void)
{
	int64_t due = INT64_MAX;

	for (int i = 0; i < CONNECTIONS; i++)
		for (int k = 0; connections[i].used && k < 2; k++)
			if (connections[i].ways[k].first && connections[i].ways[k].first->due < due)
				due = connections[i].ways[k].first->due;
	return due;
}

static void wait_for(int listener, struct pollfd *fds)
{
	int64_t due = next_due(), now = now_us(), left = due > now ? due - now : 1000;
	struct timespec limit = {left / 1000000, left % 1000000 * 1000};

	fds[0] = (struct pollfd){.fd = listener, .events = POLLIN};
	for (int i = 0; i < CONNECTIONS * 2; i++) {
		const struct connection *c = &connections[i / 2];
		const struct way *w = &c->ways[i % 2];
		bool reads = c->used && !w->ended && w->queued < QUEUE_MAX;

		fds[i + 1] = (struct pollfd){.fd = reads ? w->from : -1, .events = POLLIN};
	}
	ppoll(fds, CONNECTIONS * 2 + 1, due == INT64_MAX ? NULL : &limit, NULL);
}

static void serve(int listener, const struct sockaddr_in *to)
{
	static struct pollfd fds[CONNECTIONS * 2 + 1];

	for (;;) {
		wait_for(listener, fds);
		for (int i = 0; i < CONNECTIONS * 2; i++)
			if (fds[i + 1].revents)
				take_in(&connections[i / 2].ways[i % 2], i % 2);
		for (int i = 0; i < CONNECTIONS; i++)
			for (int k = 0; connections[i].used && k < 2; k++)
				if (!give_out(&connections[i].ways[k], now_us()))
					end_connection(&connections[i]);
		if (fds[0].revents)
			accept_one(listener, to);
	}
}

static void read_option(const char *name, char *value, struct sockaddr_in *to)
{
	char *colon = strchr(value, ':');

	if (strcmp(name, "--latency") == 0)
		half_latency = atoi(value) * 500;
	else if (strcmp(name, "--mbit") == 0)
		megabits = atof(value);
	else if (strcmp(name, "--to") == 0 && colon)
		to->sin_port = htons((uint16_t)atoi(colon + 1));
}

int main(int argc, char **argv)
{
	struct sockaddr_in to = {.sin_family = AF_INET}, own = {.sin_family = AF_INET};
	socklen_t size = sizeof(own);
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	to.sin_addr.s_addr = own.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	for (int i = 1; i + 1 < argc; i += 2)
		read_option(argv[i], argv[i + 1], &to);
	signal(SIGPIPE, SIG_IGN);
	if (to.sin_port == 0 || megabits <= 0 ||
	    bind(listener, (struct sockaddr *)&own, size) != 0 || listen(listener, 64) != 0 ||
	    getsockname(listener, (struct sockaddr *)&own, &size) != 0) {
		fprintf(stderr, "slow_proxy --to 127.0.0.1:PORT [--latency MS] [--mbit N]\n");
		return 2;
	}
	printf("listening on http://127.0.0.1:%d\n", ntohs(own.sin_port));
	fflush(stdout);
	serve(listener, &to);
}
