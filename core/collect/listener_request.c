/* One HTTP request of the capture endpoint, as libmicrohttpd tells of it: judged when its header
 * is there, its body collected, handed to the capture, answered.
 *
 * A request is refused before its body is read where that can be: libmicrohttpd then answers and
 * closes, and listener.c reads the rest away so that the client sees the answer and no reset. A
 * body that turns out too big, or comes while too much is in memory, is read to its end and
 * dropped, so that the connection stays usable; past LISTENER_DRAIN_MAX it is cut off. No page
 * of the browser learns anything of an answer unless its Origin was let in. */
#include "base/time.h"
#include "collect/listener_internal.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

struct field {
	struct str name;
	size_t at; /* in struct listener_header */
	bool once; /* two readers might believe different ones */
};

#define FIELD(name, member, once)                                                        \
	{                                                                                \
		{name, sizeof(name) - 1}, offsetof(struct listener_header, member), once \
	}
static const struct field fields[] = {
	FIELD("Host", host, true),
	FIELD("Origin", origin, true),
	FIELD("Content-Length", content_length, true),
	FIELD("Transfer-Encoding", transfer_encoding, true),
	FIELD("Sec-Fetch-Site", fetch_site, true),
	FIELD("Expect", expect, false),
	FIELD("Access-Control-Request-Headers", wanted_headers, false),
	FIELD("Content-Type", content_type, false),
	FIELD("Content-Encoding", content_encoding, false),
	FIELD("Authorization", authorization, false),
	FIELD("PostHog-Sdk-Info", sdk_info, false),
	FIELD("PostHog-Request-Id", request_id, false),
	FIELD("If-None-Match", none_match, false),
};

/* A refusal: its status and what the person at the other end should read. */
struct verdict {
	int status; /* 0: let in */
	const char *text;
};

static bool same(struct str a, struct str b)
{
	return a.n == b.n && str_find(a, b, 0, true) == 0;
}

static enum MHD_Result note_field(void *ctx, enum MHD_ValueKind kind, const char *name,
                                  size_t name_size, const char *value, size_t value_size)
{
	struct listener_header *h = ctx;

	(void)kind;
	if (memchr(name, ' ', name_size) || memchr(name, '\t', name_size))
		h->malformed = true;
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		struct str *slot = (struct str *)(void *)((char *)h + fields[i].at);

		if (!same((struct str){name, name_size}, fields[i].name))
			continue;
		if (slot->p)
			h->malformed |= fields[i].once;
		else
			*slot = str_trim((struct str){value ? value : "", value ? value_size : 0});
	}
	return MHD_YES;
}

/* A line of struct capture_request's headers. What would be several is none. */
static enum MHD_Result note_line(void *ctx, enum MHD_ValueKind kind, const char *name,
                                 size_t name_size, const char *value, size_t value_size)
{
	struct buf *lines = ctx;

	(void)kind;
	if (!value || memchr(value, '\n', value_size) || memchr(name, '\n', name_size))
		return MHD_YES;
	buf_append(lines, (struct str){name, name_size});
	buf_puts(lines, ": ");
	buf_append(lines, (struct str){value, value_size});
	buf_add(lines, '\n');
	return MHD_YES;
}

/* Deciding */

static struct verdict judge_framing(struct MHD_Connection *connection,
                                    const struct listener_header *h, const char *version)
{
	const union MHD_ConnectionInfo *size = MHD_get_connection_info(
		connection, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);

	if (size && size->header_size > LISTENER_HEADER_MAX)
		return (struct verdict){431, "the header is over 16 kB\n"};
	if (h->malformed)
		return (struct verdict){400, "a header is malformed or stands twice\n"};
	if (h->transfer_encoding.p && h->content_length.p)
		return (struct verdict){400, "both Content-Length and Transfer-Encoding\n"};
	if (h->transfer_encoding.p && !same(h->transfer_encoding, STR("chunked")))
		return (struct verdict){400, "the only known Transfer-Encoding is chunked\n"};
	if (!h->host.p && strcmp(version, MHD_HTTP_VERSION_1_1) == 0)
		return (struct verdict){400, "no Host header\n"};
	return (struct verdict){0};
}

static struct verdict judge_sender(const struct listener *l, const struct listener_header *h)
{
	if (h->host.p && !listener_host_allowed(h->host, (const char *const *)l->allow_hosts))
		return (struct verdict){403, "this Host is not let in; --allow-host lets it in\n"};
	if (h->origin.p &&
	    !listener_origin_allowed(h->origin, (const char *const *)l->allow_origins))
		return (struct verdict){403,
		                        "this Origin is not let in; --allow-origin lets it in\n"};
	if (!h->origin.p && same(h->fetch_site, STR("cross-site")))
		return (struct verdict){403, "a cross-site request without an Origin\n"};
	return (struct verdict){0};
}

static struct verdict judge_method(const char *method)
{
	static const char *const known[] = {"GET", "POST", "HEAD", "OPTIONS"};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strcmp(method, known[i]) == 0)
			return (struct verdict){0};
	return (struct verdict){405, "the methods are GET, POST, HEAD and OPTIONS\n"};
}

/* Whoever waits for "100 Continue" can be told at once; others may be sending already, and the
 * connection is worth keeping. */
static struct verdict judge_length(const struct listener_header *h)
{
	int64_t length;

	if (!h->content_length.p || !str_to_i64(h->content_length, &length))
		return (struct verdict){0};
	if ((uint64_t)length > LISTENER_DRAIN_MAX ||
	    ((uint64_t)length > CAPTURE_MAX_WIRE && h->expect.p))
		return (struct verdict){413, NULL};
	return (struct verdict){0};
}

/* What needs no header to be told apart: a refusal that was put off to the body's end. */
static const char *refusal_text(int status)
{
	return status == 413 ? "the body is over 28 MiB\n" : "too much at once: please retry\n";
}

/* Answering. What HEAD asks for, libmicrohttpd sends without its body. */

static void add_header(struct MHD_Response *r, const char *name, struct str value)
{
	char text[1024];

	/* libmicrohttpd itself refuses line ends in the value. */
	if (!value.p || value.n >= sizeof(text) || memchr(value.p, '\0', value.n))
		return;
	memcpy(text, value.p, value.n);
	text[value.n] = '\0';
	MHD_add_response_header(r, name, text);
}

static void add_cors(struct MHD_Response *r, const struct listener_header *h, bool preflight)
{
	add_header(r, "Access-Control-Allow-Origin", h->origin);
	add_header(r, "Access-Control-Allow-Credentials", STR("true"));
	add_header(r, "Vary", STR("Origin"));
	if (!preflight)
		return;
	add_header(r, "Access-Control-Allow-Methods", STR("GET, POST, OPTIONS"));
	add_header(r, "Access-Control-Allow-Headers", h->wanted_headers);
}

static struct MHD_Response *make_response(const struct listener_client *c,
                                          const struct capture_answer *a, bool preflight)
{
	struct MHD_Response *r = MHD_create_response_from_buffer(
		a->body.n, a->body.p ? a->body.p : "", MHD_RESPMEM_MUST_COPY);
	char seconds[16];

	if (!r)
		return NULL;
	if (a->content_type)
		add_header(r, "Content-Type", str_of(a->content_type));
	if (a->request_id.n)
		add_header(r, "PostHog-Request-Id", a->request_id);
	if (a->retry_after > 0) {
		snprintf(seconds, sizeof(seconds), "%d", a->retry_after);
		add_header(r, "Retry-After", str_of(seconds));
	}
	if (a->allow)
		add_header(r, "Allow", str_of(a->allow));
	if (a->etag)
		add_header(r, "ETag", str_of(a->etag));
	if (c->cors)
		add_cors(r, &c->header, preflight);
	if (atomic_load(&c->listener->stopping))
		add_header(r, "Connection", STR("close"));
	return r;
}

/* Whether it is CAPTURE_TAKEN without a header of its own. */
static bool is_usual(const struct listener_client *c, const struct capture_answer *a)
{
	return str_eq(buf_str(&a->body), STR(CAPTURE_TAKEN)) && !a->request_id.n &&
	       !a->retry_after && !a->allow && !a->etag && !c->cors &&
	       !atomic_load(&c->listener->stopping);
}

static enum MHD_Result answer(struct listener_client *c, struct MHD_Connection *connection,
                              const struct capture_answer *a, bool preflight)
{
	bool usual = is_usual(c, a);
	struct MHD_Response *r = usual ? c->listener->usual : NULL;
	enum MHD_Result done;

	if (!r)
		r = make_response(c, a, preflight);
	if (!r)
		return MHD_NO;
	c->phase = LISTENER_ANSWER;
	c->since = time_monotonic();
	done = MHD_queue_response(connection, (unsigned)a->status, r);
	if (usual)
		c->listener->usual = r;
	else
		MHD_destroy_response(r);
	return done;
}

static enum MHD_Result answer_text(struct listener_client *c, struct MHD_Connection *connection,
                                   int status, const char *text)
{
	struct capture_answer a = {.status = status,
	                           .content_type = "text/plain; charset=utf-8",
	                           .allow = status == 405 ? "GET, POST, HEAD, OPTIONS" : NULL,
	                           .retry_after = status == 503 ? 1 : 0};
	enum MHD_Result done;

	buf_puts(&a.body, text);
	done = answer(c, connection, &a, false);
	buf_free(&a.body);
	return done;
}

static enum MHD_Result answer_preflight(struct listener_client *c,
                                        struct MHD_Connection *connection)
{
	struct capture_answer a = {.status = 200};

	return answer(c, connection, &a, true);
}

static void drop_body(struct listener_client *c)
{
	c->listener->held -= c->body.n;
	buf_free(&c->body);
}

static void take(struct listener_client *c, const char *method)
{
	const struct listener_header *h = &c->header;
	struct str target = buf_str(&c->target);
	size_t mark = str_find(target, STR("?"), 0, false);
	struct capture_request r = {
		.method = str_of(method),
		.path = str_sub(target, 0, mark),
		.query = mark == SIZE_MAX ? STR_EMPTY : str_sub(target, mark + 1, SIZE_MAX),
		.content_type = h->content_type.p ? h->content_type : STR_EMPTY,
		.content_encoding = h->content_encoding.p ? h->content_encoding : STR_EMPTY,
		.authorization = h->authorization.p ? h->authorization : STR_EMPTY,
		.sdk_info = h->sdk_info.p ? h->sdk_info : STR_EMPTY,
		.request_id = h->request_id.p ? h->request_id : STR_EMPTY,
		.none_match = h->none_match.p ? h->none_match : STR_EMPTY,
		.body = c->body.n ? buf_str(&c->body) : STR_EMPTY,
		.headers = c->headers.n ? buf_str(&c->headers) : STR_EMPTY,
		.now = time_now(),
	};
	bool waits = capture_take(c->listener->capture, &r, &c->answer);

	c->phase = waits ? LISTENER_TAKEN : LISTENER_SETTLED;
	c->since = time_monotonic();
	drop_body(c);
	if (capture_waiting(c->listener->capture) >= LISTENER_WAIT_MAX)
		listener_settle(c->listener);
}

bool listener_settle(struct listener *l)
{
	bool any = capture_waiting(l->capture) > 0, written = capture_flush(l->capture);

	for (struct listener_client *c = any ? l->clients : NULL; c; c = c->next) {
		if (c->phase != LISTENER_TAKEN)
			continue;
		if (!written)
			capture_take_back(l->capture, &c->answer);
		c->phase = LISTENER_SETTLED;
	}
	return any;
}

void listener_send_status(const struct listener_client *c, int status)
{
	const char *text = status == 413 ? "HTTP/1.1 413 Content Too Large\r\n"
	                                   "Connection: close\r\nContent-Length: 0\r\n\r\n"
	                                 : "HTTP/1.1 408 Request Timeout\r\n"
	                                   "Connection: close\r\nContent-Length: 0\r\n\r\n";

	/* Who cannot be told is only cut off. */
	(void)send(c->fd, text, strlen(text), MSG_NOSIGNAL | MSG_DONTWAIT);
}

/* The three steps */

struct listener_client *listener_client_of(struct MHD_Connection *connection)
{
	return MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT)
	        ->socket_context;
}

void *listener_on_target(void *cls, const char *target, struct MHD_Connection *connection)
{
	struct listener_client *c = listener_client_of(connection);

	(void)cls;
	if (c->phase == LISTENER_WAITING) {
		c->phase = LISTENER_HEADER;
		c->since = time_monotonic();
	}
	/* libmicrohttpd decodes its own copy; the capture wants what was sent. */
	buf_puts(&c->target, target ? target : "");
	return NULL;
}

static enum MHD_Result begin(struct listener_client *c, struct MHD_Connection *connection,
                             const char *method, const char *version)
{
	struct listener_header *h = &c->header;
	struct verdict v;

	MHD_get_connection_values_n(connection, MHD_HEADER_KIND, note_field, h);
	if (capture_wants_headers(c->listener->capture))
		MHD_get_connection_values_n(connection, MHD_HEADER_KIND, note_line, &c->headers);
	v = judge_framing(connection, h, version);
	c->phase = LISTENER_BODY;
	if (!v.status)
		v = judge_sender(c->listener, h);
	c->cors = !v.status && h->origin.p;
	if (!v.status)
		v = judge_method(method);
	if (!v.status)
		v = judge_length(h);
	if (!v.status)
		return MHD_YES;
	/* With a body to come libmicrohttpd closes after the answer. */
	c->complete = !h->transfer_encoding.p &&
	              (!h->content_length.p || same(h->content_length, STR("0")));
	return answer_text(c, connection, v.status, v.text ? v.text : refusal_text(v.status));
}

static enum MHD_Result collect(struct listener_client *c, struct str part)
{
	c->taken += part.n;
	if (!c->refusal && c->taken > CAPTURE_MAX_WIRE)
		c->refusal = 413;
	else if (!c->refusal && c->listener->held + part.n > LISTENER_HELD_MAX)
		c->refusal = 503;
	if (!c->refusal) {
		buf_append(&c->body, part);
		c->listener->held += part.n;
		return MHD_YES;
	}
	drop_body(c);
	if (c->taken <= LISTENER_DRAIN_MAX)
		return MHD_YES;
	/* In the middle of a body libmicrohttpd takes no answer. */
	listener_send_status(c, 413);
	return MHD_NO;
}

enum MHD_Result listener_on_request(void *cls, struct MHD_Connection *connection, const char *url,
                                    const char *method, const char *version, const char *upload,
                                    size_t *upload_size, void **state)
{
	struct listener_client *c = listener_client_of(connection);
	struct str part = {upload, *upload_size};

	(void)cls, (void)url, (void)state;
	if (c->phase == LISTENER_HEADER)
		return begin(c, connection, method, version);
	if (part.n) {
		*upload_size = 0;
		return collect(c, part);
	}
	c->complete = true;
	if (c->refusal)
		return answer_text(c, connection, c->refusal, refusal_text(c->refusal));
	if (strcmp(method, "OPTIONS") == 0)
		return answer_preflight(c, connection);
	if (c->phase == LISTENER_BODY)
		take(c, method);
	/* Otherwise libmicrohttpd asks again in its next turn. */
	return c->phase == LISTENER_SETTLED ? answer(c, connection, &c->answer, false) : MHD_YES;
}

void listener_on_completed(void *cls, struct MHD_Connection *connection, void **state,
                           enum MHD_RequestTerminationCode code)
{
	struct listener_client *c = listener_client_of(connection);

	(void)cls, (void)state, (void)code;
	drop_body(c);
	buf_free(&c->answer.body);
	c->answer = (struct capture_answer){0};
	c->header = (struct listener_header){0};
	buf_clear(&c->target);
	buf_clear(&c->headers);
	if (c->complete && c->phase == LISTENER_ANSWER) {
		c->phase = LISTENER_WAITING;
		c->since = time_monotonic();
	}
	c->taken = 0;
	c->refusal = 0;
	c->cors = c->complete = false;
}
