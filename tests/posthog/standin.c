/* A stand-in for PostHog's API: HTTP on 127.0.0.1, on a free port or N, a thread a
 * connection.
 *
 *   posthog_standin --events FILE [--key KEY] [--project N] [--age new|old|older] [--latency MS]
 *                   [--live FILE] [--log FILE] [--fault SPEC,SPEC...] [--port N] [--capture FILE]
 *                   [--many N]
 *
 * Prints "listening on http://127.0.0.1:PORT". A SPEC is N:WHAT, for the Nth query (from 1) or, with *,
 * for each: a status (400 403 404 429 500 502), 429+S with Retry-After: S, html504, html200 (a captive
 * portal), cut, senseless, bomb (gzip), endless, drip, close, elsewhere (a redirect), hang. p:WHAT is for
 * the project's request. The log has a line of JSON for each request; a query that is not as it should be
 * is answered with 400 and noted as "wrong". The live stream is the lines of a file as it grows; a line
 * `end` ends it, for the Nth stream the Nth such line.
 *
 * With --many it says that there are N events, if it is only asked how many (tracehog:figures-events).
 *
 * With --capture it takes events: what is posted to any path outside of /api is put into that file, a body
 * a line, and answered with 200; requests that a SPEC fails are not. They count as queries do. */
#include "standin.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include <zlib.h>

#define HEAD_MAX 16384
#define TOKEN    "live-token-for-tests"
#define BOMB     ((size_t)300000000)
#define GIGABYTE ((size_t)1 << 30)

static struct standin self = {.key = "phx_test", .fault = "", .project = 12};
static FILE *request_log;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int in_flight, most_in_flight, queries;

struct request {
	char method[16], path[1024], head[HEAD_MAX];
	char *body;
	size_t body_size;
};

/* ---- HTTP ---- */

static bool send_all(int fd, const char *bytes, size_t n)
{
	while (n > 0) {
		ssize_t sent = send(fd, bytes, n, MSG_NOSIGNAL);

		if (sent <= 0)
			return false;
		bytes += sent;
		n -= (size_t)sent;
	}
	return true;
}

static const char *reason_of(int status)
{
	return status == 200 ? "OK" : status < 400 ? "Found" : "Trouble";
}

static bool respond(int fd, int status, const char *type, const char *extra, const char *body)
{
	char head[512];
	int n = snprintf(head, sizeof(head),
	                 "HTTP/1.1 %d %s\r\nContent-Type: %s\r\nContent-Length: %zu\r\n%s\r\n",
	                 status, reason_of(status), type, strlen(body), extra);

	return send_all(fd, head, (size_t)n) && send_all(fd, body, strlen(body));
}

static const char *header(const struct request *r, const char *name, char *out, size_t size)
{
	const char *line = r->head;
	size_t n = strlen(name);

	out[0] = '\0';
	while ((line = strstr(line, "\r\n")) != NULL) {
		line += 2;
		if (strncasecmp(line, name, n) == 0 && line[n] == ':') {
			line += n + 1 + strspn(line + n + 1, " ");
			snprintf(out, size, "%.*s", (int)strcspn(line, "\r"), line);
			break;
		}
	}
	return out;
}

/* A whole request, or false when the client is gone. */
static bool receive(int fd, struct request *r)
{
	size_t n = 0, head, want;
	char length[32], *end = NULL;

	memset(r, 0, sizeof(*r));
	while (end == NULL) {
		ssize_t got = n < HEAD_MAX - 1 ? recv(fd, r->head + n, HEAD_MAX - 1 - n, 0) : 0;

		if (got <= 0)
			return false;
		n += (size_t)got;
		r->head[n] = '\0';
		end = strstr(r->head, "\r\n\r\n");
	}
	head = (size_t)(end - r->head) + 4;
	want = strtoul(header(r, "Content-Length", length, sizeof(length)), NULL, 10);
	r->body = calloc(1, want + 1);
	r->body_size = n - head < want ? n - head : want;
	memcpy(r->body, r->head + head, r->body_size);
	r->head[head] = '\0';
	while (r->body_size < want) {
		ssize_t got = recv(fd, r->body + r->body_size, want - r->body_size, 0);

		if (got <= 0)
			return false;
		r->body_size += (size_t)got;
	}
	end = strchr(r->head, ' ');
	if (end == NULL || (size_t)(end - r->head) >= sizeof(r->method))
		return false;
	memcpy(r->method, r->head, (size_t)(end - r->head));
	snprintf(r->path, sizeof(r->path), "%.*s", (int)strcspn(end + 1, " "), end + 1);
	return true;
}

/* ---- faults ---- */

static void pause_ms(int ms)
{
	struct timespec t = {ms / 1000, (long)(ms % 1000) * 1000000};

	nanosleep(&t, NULL);
}

/* The fault for that query (0: the project's request); "" if there is none. */
static void find_fault(int query, char *out, size_t size)
{
	char which[16];
	const char *at = self.fault;

	out[0] = '\0';
	snprintf(which, sizeof(which), query ? "%d:" : "p:", query);
	while (*at != '\0') {
		size_t n = strcspn(at, ",");

		if (strncmp(at, which, strlen(which)) == 0)
			snprintf(out, size, "%.*s", (int)(n - strlen(which)), at + strlen(which));
		else if (query && strncmp(at, "*:", 2) == 0)
			snprintf(out, size, "%.*s", (int)(n - 2), at + 2);
		at += n + (at[n] == ',');
	}
}

static void status_fault(int fd, const char *what)
{
	int status = (int)strtol(what, NULL, 10);
	const char *plus = strchr(what, '+');
	char extra[64] = "", *body;

	if (plus != NULL)
		snprintf(extra, sizeof(extra), "Retry-After: %s\r\n", plus + 1);
	if (status == 429)
		body = answer_error("throttled_error", "throttled", "Request was throttled.");
	else if (status == 403)
		body = answer_error("authentication_error", "permission_denied",
		                    "API key missing required scope 'query:read'");
	else if (status == 400)
		body = answer_error("validation_error", "illegal_type",
		                    "Unable to resolve field: \033[31mnothing\033[0m");
	else
		body = answer_error("server_error", "error", "A server error occurred.");
	respond(fd, status, "application/json", extra, body);
	free(body);
}

/* 300 MB of brackets, gzipped, in 0.3. */
static void send_bomb(int fd)
{
	static const char head[] = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
				   "Content-Encoding: gzip\r\nConnection: close\r\n\r\n";
	static const char brackets[] = "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[";
	unsigned char out[65536];
	z_stream z = {0};
	bool going = send_all(fd, head, strlen(head));

	if (deflateInit2(&z, 9, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY) != Z_OK)
		return;
	for (size_t sent = 0; going && sent < BOMB;) {
		z.next_out = out;
		z.avail_out = sizeof(out);
		while (z.avail_out > 0 && sent < BOMB) {
			z.next_in = (unsigned char *)brackets;
			z.avail_in = sizeof(brackets) - 1;
			deflate(&z, Z_NO_FLUSH);
			sent += sizeof(brackets) - 1 - z.avail_in;
		}
		going = send_all(fd, (char *)out, sizeof(out) - z.avail_out);
	}
	deflateEnd(&z);
}

static void send_endless(int fd, int each_ms)
{
	static const char head[] = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
				   "Connection: close\r\n\r\n{\"results\":[";
	char bytes[65536];
	size_t n = each_ms ? 1 : sizeof(bytes);

	memset(bytes, ' ', sizeof(bytes));
	send_all(fd, head, strlen(head));
	for (size_t sent = 0; sent < GIGABYTE && send_all(fd, bytes, n); sent += n)
		if (each_ms)
			pause_ms(each_ms);
}

/* True if the connection is of no further use. */
static bool commit_fault(int fd, const char *what)
{
	if (strcmp(what, "html504") == 0)
		return !respond(fd, 504, "text/html", "",
		                "<html><h1>504 Gateway Time-out</h1></html>");
	if (strcmp(what, "html200") == 0)
		return !respond(fd, 200, "text/html", "",
		                "<html><body>Log in to the WLAN</body></html>");
	if (strcmp(what, "senseless") == 0)
		return !respond(fd, 200, "application/json", "", "{\"results\":{\"a\":[1,2");
	if (strcmp(what, "elsewhere") == 0)
		return !respond(fd, 302, "text/html", "Location: http://127.0.0.2:1/steal\r\n", "");
	if (what[0] >= '0' && what[0] <= '9') {
		status_fault(fd, what);
		return false;
	}
	if (strcmp(what, "bomb") == 0)
		send_bomb(fd);
	else if (strcmp(what, "endless") == 0)
		send_endless(fd, 0);
	else if (strcmp(what, "drip") == 0)
		send_endless(fd, 100);
	else if (strcmp(what, "hang") == 0)
		pause_ms(600000);
	else if (strcmp(what, "cut") == 0)
		send_all(fd, "HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n{\"res", 46);
	return true; /* "close": without a word */
}

/* ---- the live stream ---- */

static void stream(int fd)
{
	static const char head[] = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
				   "Connection: close\r\n\r\n: hello\n\n";
	static atomic_int streams;
	FILE *file = fopen(self.live, "r");
	char *line = NULL;
	size_t size = 0;
	int ends = atomic_fetch_add(&streams, 1); /* that were others' */

	if (file == NULL || !send_all(fd, head, strlen(head)))
		return;
	for (;;) {
		ssize_t n = getline(&line, &size, file);

		if (n > 0 && strcmp(line, "end\n") == 0) {
			if (ends-- == 0)
				break;
			continue;
		}
		if (n > 0 && line[n - 1] == '\n') {
			if (!send_all(fd, "data: ", 6) || !send_all(fd, line, (size_t)n) ||
			    !send_all(fd, "\n", 1))
				break;
			continue;
		}
		if (n > 0)
			fseek(file, -(long)n, SEEK_CUR); /* not whole yet */
		clearerr(file);
		pause_ms(20);
		if (recv(fd, &(char){0}, 1, MSG_DONTWAIT | MSG_PEEK) == 0)
			break;
	}
	free(line);
	fclose(file);
}

/* ---- requests ---- */

/* What the log says of a request. */
struct noted {
	const char *name, *wrong; /* or NULL */
	int status;
	size_t rows, bytes; /* that a query asks for, at most; of the answer's body */
};

static void note(const struct request *r, struct noted n)
{
	cJSON *line = cJSON_CreateObject();
	char *text;

	cJSON_AddStringToObject(line, "method", r->method);
	cJSON_AddStringToObject(line, "path", r->path);
	if (n.name != NULL)
		cJSON_AddStringToObject(line, "name", n.name);
	if (n.wrong != NULL)
		cJSON_AddStringToObject(line, "wrong", n.wrong);
	cJSON_AddNumberToObject(line, "status", n.status);
	if (n.rows > 0)
		cJSON_AddNumberToObject(line, "rows", (double)n.rows);
	if (n.bytes > 0)
		cJSON_AddNumberToObject(line, "bytes", (double)n.bytes);
	cJSON_AddNumberToObject(line, "most_in_flight", most_in_flight);
	text = cJSON_PrintUnformatted(line);
	pthread_mutex_lock(&lock);
	if (request_log != NULL) {
		fprintf(request_log, "%s\n", text);
		fflush(request_log);
	}
	pthread_mutex_unlock(&lock);
	free(text);
	cJSON_Delete(line);
}

static bool is_allowed(const struct request *r, const char *token)
{
	char given[256], wanted[256];

	header(r, "Authorization", given, sizeof(given));
	snprintf(wanted, sizeof(wanted), "Bearer %s", token);
	return strcmp(given, wanted) == 0;
}

static bool say_project(int fd, const struct request *r)
{
	char body[512], token[64] = "";

	if (self.live != NULL)
		snprintf(token, sizeof(token), ",\"live_events_token\":\"%s\"", TOKEN);
	snprintf(body, sizeof(body),
	         "{\"id\":%d,\"uuid\":\"0190c1c0-0000-7000-8000-000000000000\",\"name\":\"Acme "
	         "agents\",\"api_token\":\"phc_stand_in\",\"timezone\":\"UTC\"%s}",
	         self.project, token);
	note(r, (struct noted){.name = "project", .status = 200, .bytes = strlen(body)});
	return respond(fd, 200, "application/json", "", body);
}

/* Before the answer goes out: whoever has it may ask the next one at once. */
static void leave(void)
{
	pthread_mutex_lock(&lock);
	in_flight--;
	pthread_mutex_unlock(&lock);
}

static bool say_answer(int fd, const struct request *r)
{
	cJSON *body = cJSON_ParseWithLength(r->body, r->body_size);
	const char *wrong = body ? check_query(body) : "the body is no JSON";
	const char *name = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(body, "name"));
	int status = 400;
	char *answer = wrong ? answer_error("validation_error", "check", wrong)
	                     : answer_query(&self, body, &status);
	bool sent;

	note(r, (struct noted){name, wrong, status, answer_limit(body), strlen(answer)});
	leave();
	sent = respond(fd, status, "application/json", "", answer);
	free(answer);
	cJSON_Delete(body);
	return sent;
}

static bool serve_query(int fd, const struct request *r)
{
	char fault[32];

	pthread_mutex_lock(&lock);
	find_fault(++queries, fault, sizeof(fault));
	if (++in_flight > most_in_flight)
		most_in_flight = in_flight;
	pthread_mutex_unlock(&lock);
	pause_ms(self.latency_ms);
	if (fault[0] != '\0') {
		note(r, (struct noted){.name = fault});
		leave();
		return !commit_fault(fd, fault);
	}
	return say_answer(fd, r);
}

static bool serve_project(int fd, const struct request *r)
{
	char fault[32];

	find_fault(0, fault, sizeof(fault));
	pause_ms(self.latency_ms);
	if (fault[0] == '\0')
		return say_project(fd, r);
	note(r, (struct noted){.name = fault});
	return !commit_fault(fd, fault);
}

static bool refuse(int fd, const struct request *r, int status, const char *detail)
{
	char *body = answer_error("authentication_error", "refused", detail);
	bool sent = respond(fd, status, "application/json", "", body);

	note(r, (struct noted){.wrong = detail, .status = status});
	free(body);
	return sent;
}

static bool serve_capture(int fd, const struct request *r)
{
	char fault[32];
	FILE *taken;

	pthread_mutex_lock(&lock);
	find_fault(++queries, fault, sizeof(fault));
	pthread_mutex_unlock(&lock);
	pause_ms(self.latency_ms);
	if (fault[0] != '\0') {
		note(r, (struct noted){.name = fault});
		return !commit_fault(fd, fault);
	}
	pthread_mutex_lock(&lock);
	taken = fopen(self.taken, "a");
	fwrite(r->body, 1, r->body_size, taken);
	fputc('\n', taken);
	fclose(taken);
	pthread_mutex_unlock(&lock);
	note(r, (struct noted){.name = "capture", .status = 200});
	return respond(fd, 200, "application/json", "", "{\"status\":\"Ok\"}");
}

/* False when the connection is to be closed. */
static bool serve(int fd, const struct request *r)
{
	char query[64], project[64];

	snprintf(query, sizeof(query), "/api/projects/%d/query/", self.project);
	snprintf(project, sizeof(project), "/api/projects/%d/", self.project);
	if (self.live != NULL && strncmp(r->path, "/events?", 8) == 0) {
		if (!is_allowed(r, TOKEN))
			return refuse(fd, r, 401, "wrong token");
		note(r, (struct noted){.name = "stream", .status = 200});
		stream(fd);
		return false;
	}
	if (self.taken != NULL && strcmp(r->method, "POST") == 0 &&
	    strncmp(r->path, "/api/", 5) != 0)
		return serve_capture(fd, r);
	if (!is_allowed(r, self.key))
		return refuse(fd, r, 401, "Invalid personal API key.");
	if (strcmp(r->method, "DELETE") == 0 && strncmp(r->path, query, strlen(query)) == 0) {
		note(r, (struct noted){.name = "cancel", .status = 200});
		return respond(fd, 200, "application/json", "", "{}");
	}
	if (strcmp(r->method, "POST") == 0 && strcmp(r->path, query) == 0)
		return serve_query(fd, r);
	if (strcmp(r->method, "GET") == 0 &&
	    (strcmp(r->path, "/api/projects/@current/") == 0 || strcmp(r->path, project) == 0))
		return serve_project(fd, r);
	return refuse(fd, r, 404, "Not found.");
}

static void *connection(void *ctx)
{
	int fd = (int)(intptr_t)ctx;
	struct request *r = malloc(sizeof(*r));
	bool going = true;

	while (going && receive(fd, r)) {
		going = serve(fd, r);
		free(r->body);
		r->body = NULL;
	}
	free(r->body);
	free(r);
	close(fd);
	return NULL;
}

/* ---- start ---- */

static void read_events(const char *path)
{
	FILE *file = fopen(path, "r");
	char *line = NULL;
	size_t size = 0;

	if (file == NULL) {
		perror(path);
		exit(2);
	}
	while (getline(&line, &size, file) > 0) {
		cJSON *event = cJSON_Parse(line);

		if (event == NULL)
			continue;
		self.events = realloc(self.events, (self.n_events + 1) * sizeof(cJSON *));
		self.events[self.n_events++] = event;
	}
	free(line);
	fclose(file);
}

static void read_option(const char *name, char *value)
{
	if (strcmp(name, "--events") == 0)
		read_events(value);
	else if (strcmp(name, "--key") == 0)
		self.key = value;
	else if (strcmp(name, "--project") == 0)
		self.project = (int)strtol(value, NULL, 10);
	else if (strcmp(name, "--latency") == 0)
		self.latency_ms = (int)strtol(value, NULL, 10);
	else if (strcmp(name, "--live") == 0)
		self.live = value;
	else if (strcmp(name, "--capture") == 0)
		self.taken = value;
	else if (strcmp(name, "--fault") == 0)
		self.fault = value;
	else if (strcmp(name, "--many") == 0)
		self.many = (int)strtol(value, NULL, 10);
	else if (strcmp(name, "--port") == 0)
		self.port = (int)strtol(value, NULL, 10);
	else if (strcmp(name, "--log") == 0)
		request_log = fopen(value, "a"); /* scripts empty it */
	else if (strcmp(name, "--age") == 0)
		self.age = strcmp(value, "older") == 0 ? SERVER_OLDER
		           : strcmp(value, "old") == 0 ? SERVER_OLD
		                                       : SERVER_NEW;
}

int main(int argc, char **argv)
{
	struct sockaddr_in address = {.sin_family = AF_INET};
	socklen_t size = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	for (int i = 1; i + 1 < argc; i += 2)
		read_option(argv[i], argv[i + 1]);
	signal(SIGPIPE, SIG_IGN);
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	address.sin_port = htons((uint16_t)self.port);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &(int){1}, sizeof(int));
	if (bind(fd, (struct sockaddr *)&address, size) != 0 || listen(fd, 64) != 0 ||
	    getsockname(fd, (struct sockaddr *)&address, &size) != 0) {
		perror("posthog_standin");
		return 2;
	}
	printf("listening on http://127.0.0.1:%d\n", ntohs(address.sin_port));
	fflush(stdout);
	for (;;) {
		int client = accept4(fd, NULL, NULL, SOCK_CLOEXEC);
		pthread_t thread;

		/* An answer is sent in two pieces. */
		setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
		if (client >= 0 &&
		    pthread_create(&thread, NULL, connection, (void *)(intptr_t)client) == 0)
			pthread_detach(thread);
	}
}
