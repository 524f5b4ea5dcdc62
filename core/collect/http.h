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
	HTTP_ANSWERED, /* a whole answer, whatever its status */
	/* Nothing was sent: no URL of ours (scheme, host, a user name in it; http to another machine),
	 * or a key or a header that cannot be sent as one. */
	HTTP_BAD_URL,
	HTTP_NO_NAME,    /* DNS knows no such host */
	HTTP_NO_REPLY,   /* no connection, or no HTTP answer on it */
	HTTP_UNTRUSTED,  /* TLS: certificate or handshake */
	HTTP_TOO_SLOW,   /* a deadline passed */
	HTTP_TOO_BIG,    /* over max_answer, or a header over 64 kB */
	HTTP_CUT,        /* the answer ended too early, or could not be inflated */
	HTTP_REDIRECTED, /* to another origin, in circles, or what was no GET */
};

struct http_answer {
	enum http_end end;
	int status;        /* 0: no whole header came; also told with other ends */
	struct str body;   /* whole, or empty; empty where part took it; as long as done */
	struct buf *store; /* body lies in it; may be taken over, and zeroed, instead of copied */
	struct str content_type; /* as sent, or empty; its first 128 bytes; as long as done */
	/* Seconds, from Retry-After as a number or an HTTP date (RFC 9110); a day at most; -1: none. */
	int64_t retry_after;
	uint64_t bytes; /* of the bodies on the wire, redirects' too */
	char says[256]; /* why, for people: names the host, never the key; not clean */
};

/* A header that the caller adds. Host, lengths and encodings of the transfer are the client's own. */
struct http_header {
	const char *name; /* a token (RFC 9110) */
	struct str value; /* no control byte but tab */
	bool secret;      /* as the bearer: it is in no answer's says */
};

struct http_request {
	const char *method; /* "GET", "POST", "DELETE" */
	const char *url;
	struct str bearer;  /* Authorization: Bearer; empty: none */
	struct str body;    /* empty: none */
	const char *accept; /* NULL: application/json */
	/* Beside ours; an Accept or a Content-Type (else application/json, with a body) replaces ours. */
	const struct http_header *headers;
	size_t n_headers;
	size_t max_answer; /* 0: HTTP_MAX_ANSWER; with part: no limit */
	uint32_t total_ms; /* 0: HTTP_TOTAL_MS; HTTP_NO_LIMIT for streams */
	uint32_t idle_ms;  /* without a byte of the answer; 0: only total_ms counts */
	/* Not NULL: takes the body of an answer with status 200 as it comes, instead of answer.body;
	 * other bodies may have 64 kB then. */
	void (*part)(void *ctx, struct str bytes);
	/* Once, never from within http_send; it may send and cancel. */
	void (*done)(void *ctx, const struct http_answer *answer);
	void *ctx;
};

struct http;
struct http_call;

struct http *http_new(struct loop *l);
/* Calls are cancelled. Also from within part and done. NULL is allowed. */
void http_free(struct http *h);
/* Everything is copied. The call is valid until done returns or it is cancelled. */
struct http_call *http_send(struct http *h, const struct http_request *request);
/* done is not called, nor part again. Also from within part and done, of this call or another. */
void http_cancel(struct http_call *c);

#endif
