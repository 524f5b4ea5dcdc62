/* HTTP requests through libcurl's multi interface on the loop. Nothing here blocks a turn, retries, or
 * knows PostHog. Loop thread.
 *
 * Manners (SECURITY.md): https with certificates and names verified, http to loopback addresses only;
 * a redirect is followed within its origin (GET, three times) and refused elsewhere; gzip and deflate
 * are inflated under the same cap; proxies as libcurl reads them from the environment, never for
 * loopback. A key is sent in a header to the origin asked and nowhere else, and wiped afterwards. */
#ifndef COLLECT_HTTP_H
#define COLLECT_HTTP_H

#include "base/buf.h"
#include "base/loop.h"

#define HTTP_MAX_ANSWER \
	((size_t)64 << 20) /* bytes of a body after inflating, unless asked otherwise */
#define HTTP_TOTAL_MS   60000
#define HTTP_CONNECT_MS 10000
#define HTTP_NO_LIMIT   UINT32_MAX

/* How a request ended. */
enum http_end {
	HTTP_ANSWERED,   /* a whole answer, whatever its status */
	HTTP_BAD_URL,    /* no URL of ours: scheme, host; http to another machine */
	HTTP_NO_NAME,    /* DNS knows no such host */
	HTTP_NO_REPLY,   /* no connection, or it ended before an answer */
	HTTP_UNTRUSTED,  /* TLS: certificate or handshake */
	HTTP_TOO_SLOW,   /* a deadline passed */
	HTTP_TOO_BIG,    /* over max_answer */
	HTTP_CUT,        /* the answer ended too early, or could not be inflated */
	HTTP_REDIRECTED, /* to another origin, or in circles */
};

struct http_answer {
	enum http_end end;
	int status;              /* 0: none came */
	struct str body;         /* lasts until done returns; empty where part took it */
	struct str content_type; /* as sent, or empty; lasts until done returns */
	int64_t retry_after; /* seconds, from Retry-After as a number or an HTTP date (RFC 9110); -1: none */
	uint64_t bytes; /* of the body on the wire */
	char says[256]; /* why, for people: names the host, never the key; not clean */
};

struct http_request {
	const char *method; /* "GET", "POST", "DELETE" */
	const char *url;
	struct str bearer;  /* Authorization: Bearer; empty: none */
	struct str body;    /* sent as application/json; empty: none */
	const char *accept; /* NULL: application/json */
	size_t max_answer;  /* 0: HTTP_MAX_ANSWER; with part: no limit */
	uint32_t total_ms;  /* 0: HTTP_TOTAL_MS; HTTP_NO_LIMIT for streams */
	uint32_t idle_ms;   /* without a byte of the answer; 0: only total_ms counts */
	/* Not NULL: takes the body of an answer with status 200 as it comes, instead of answer.body. */
	void (*part)(void *ctx, struct str bytes);
	/* Once, never from within http_send; it may send and cancel. */
	void (*done)(void *ctx, const struct http_answer *answer);
	void *ctx;
};

struct http;
struct http_call;

struct http *http_new(struct loop *l);
/* Calls are cancelled. Not from a callback. NULL is allowed. */
void http_free(struct http *h);
/* Everything is copied. The call is valid until done returns or it is cancelled. */
struct http_call *http_send(struct http *h, const struct http_request *request);
void http_cancel(struct http_call *c); /* done is not called; also from within part */

#endif
