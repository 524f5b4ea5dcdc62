/* Private to the HTTP client: its parts, where a request may go, and what an end of libcurl's means. */
#ifndef COLLECT_HTTP_INTERNAL_H
#define COLLECT_HTTP_INTERNAL_H

#include "collect/http.h"

#include <curl/curl.h>
#include <sys/socket.h>
#include <zlib.h>

#define HTTP_SAYS sizeof(((struct http_answer *)NULL)->says)

/* Zero-initialise; http_target_free after any http_target_read. */
struct http_target {
	struct buf url;    /* as libcurl writes it */
	struct buf host;   /* in lower case */
	struct buf origin; /* scheme, host, and port unless it is the scheme's own */
	bool secure;       /* https */
	bool loopback;
};

/* False, and why in says, for a URL that is none or that nothing may be sent to. What says holds has
 * no user name and no path. */
bool http_target_read(struct http_target *t, const char *url, char says[HTTP_SAYS]);
void http_target_free(struct http_target *t);
/* An address of this machine: 127.0.0.0/8 and ::1. */
bool http_address_is_loopback(const struct sockaddr *address);

/* A body as it was sent to what it holds. Zero-initialise: hands on what it gets. */
struct http_inflate {
	z_stream z;
	bool on;
	bool whole;  /* a stream ended with the last byte */
	bool broken; /* feed failed by itself */
};

/* False for an encoding that was not asked for. */
bool http_inflate_start(struct http_inflate *in, const char *encoding);
/* False if take was, or if the bytes are broken. bytes is not empty. */
bool http_inflate_feed(struct http_inflate *in, struct str bytes,
                       bool (*take)(void *ctx, struct str bytes), void *ctx);
void http_inflate_end(struct http_inflate *in); /* also before the next start */

/* What is wrong with the headers that are asked for; NULL: nothing. */
const char *http_headers_refusal(const struct http_request *request);
/* The call's headers and secrets, from a request without such a fault. */
void http_headers_make(struct http_call *c, const struct http_request *request);
/* A server may say our key back to us: stars stand for it then. */
void http_secrets_hide(const struct http_call *c, char *text);
void http_strings_wipe(struct curl_slist **list); /* overwritten, freed, and empty */

struct http {
	struct loop *loop;
	CURLM *multi;
	struct loop_timer *timer; /* libcurl's */
	struct loop_timer *kick;  /* starts what waits */
	struct http_call *first, *last;
	uint64_t sent;
	bool inside, closing;
	bool has_cancelled;
	bool resolves; /* names without blocking */
};

struct http_call {
	struct http *http;
	struct http_call *previous, *next;
	uint64_t number; /* in the order of http_send */
	bool started;    /* libcurl has it, or it has ended */
	bool cancelled, ended;
	void (*part)(void *ctx, struct str bytes);
	void (*done)(void *ctx, const struct http_answer *answer);
	void *ctx;
	size_t max_answer; /* as asked */
	uint32_t total_ms, idle_ms;
	char *method, *url;
	struct buf sent; /* the body */
	struct http_target target;
	CURL *easy;                 /* NULL: not started */
	struct curl_slist *headers; /* as lines */
	struct curl_slist *secrets; /* their values that are in no message */
	const char *refused;        /* what is wrong with the headers; NULL: nothing */
	struct loop_timer *deadline;
	int64_t began, heard; /* monotonic: sent at, last byte of an answer */
	int redirects;
	/* Of the answer under way: */
	size_t header_bytes;
	bool answered; /* its header is whole */
	bool too_big;
	struct http_inflate inflate;
	uint64_t received, taken; /* bytes of the body, as sent and inflated */
	struct buf body;
	uint64_t wire_bytes; /* of the answers before it */
	char curl_says[CURL_ERROR_SIZE];
	char says[HTTP_SAYS];
};

/* Everything of request is copied; not in the client's list yet. */
struct http_call *http_call_new(struct http *h, const struct http_request *request);
/* The call's turn: from here on it is libcurl's, or it ends at once. */
void http_call_begin(struct http_call *c);
/* libcurl is done with it: it ends, or follows a redirect. */
void http_call_over(struct http_call *c, CURLcode code);
void http_call_free(struct http_call *c); /* done is not called; not from within libcurl */
/* After whatever called done or libcurl, with inside set: what was cancelled or freed meanwhile goes. */
void http_leave(struct http *h);

/* What became of a request that libcurl ended with code; answered: a status came. */
enum http_end http_end_of(CURLcode code, bool answered);
/* Seconds of a Retry-After, at most a day; -1 for what is neither a number nor a date. */
int64_t http_retry_after(struct str value);

#endif
