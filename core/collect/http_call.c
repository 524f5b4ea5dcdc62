/* One call, from its request to its end: what libcurl is told, what it hands in, deadlines, redirects.
 * Redirects are followed here and not by libcurl, which would go to other origins. */
#include "collect/http_internal.h"

#include "base/mem.h"
#include "base/time.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#define MAX_HEADER      ((size_t)64 << 10) /* bytes; of all the headers of one answer */
#define MAX_REFUSAL     ((size_t)64 << 10) /* body of an answer that part does not take */
#define MAX_REDIRECTS   3
#define FIRST_FINAL     200 /* statuses below come before the answer */
#define STATUS_OK       200
#define MICROSECONDS_MS 1000

/* ---- ends ---------------------------------------------------------------------------------------- */

/* Takes the request out of libcurl; what the caller gave us in secret is gone then. */
static void let_go(struct http_call *c)
{
	if (c->easy) {
		curl_multi_remove_handle(c->http->multi, c->easy);
		curl_easy_cleanup(c->easy);
		c->easy = NULL;
	}
	http_strings_wipe(&c->headers);
	http_inflate_end(&c->inflate);
	loop_timer_free(c->deadline);
	c->deadline = NULL;
}

static void unlink_call(struct http_call *c)
{
	struct http *h = c->http;

	if (c->previous)
		c->previous->next = c->next;
	else
		h->first = c->next;
	if (c->next)
		c->next->previous = c->previous;
	else
		h->last = c->previous;
}

void http_call_free(struct http_call *c)
{
	let_go(c);
	http_strings_wipe(&c->secrets);
	unlink_call(c);
	mem_free(c->method);
	mem_free(c->url);
	buf_free(&c->sent);
	buf_free(&c->body);
	http_target_free(&c->target);
	mem_free(c);
}

/* 0: none yet. */
static long status_of(const struct http_call *c)
{
	long status = 0;

	curl_easy_getinfo(c->easy, CURLINFO_RESPONSE_CODE, &status);
	return status;
}

static void fill_answer(struct http_call *c, enum http_end end, struct http_answer *answer)
{
	struct curl_header *header = NULL;
	curl_off_t on_wire = 0;
	char *type = NULL;

	*answer = (struct http_answer){.end = end, .body = STR_EMPTY, .content_type = STR_EMPTY};
	answer->store = &c->body;
	answer->retry_after = -1;
	if (c->easy)
		curl_easy_getinfo(c->easy, CURLINFO_SIZE_DOWNLOAD_T, &on_wire);
	answer->bytes = c->wire_bytes + (uint64_t)on_wire;
	if (!c->answered)
		return;
	answer->status = (int)status_of(c);
	curl_easy_getinfo(c->easy, CURLINFO_CONTENT_TYPE, &type);
	answer->content_type = str_of(type);
	if (curl_easy_header(c->easy, "Retry-After", 0, CURLH_HEADER, -1, &header) == CURLHE_OK)
		answer->retry_after = http_retry_after(str_of(header->value));
	if (end == HTTP_ANSWERED)
		answer->body = buf_str(&c->body);
}

/* The end of a call, its cause in c->says. Not from within libcurl. */
static void finish(struct http_call *c, enum http_end end)
{
	struct http_answer answer;
	char type[128];

	assert(!c->ended);
	fill_answer(c, end, &answer);
	answer.content_type = str_sub(answer.content_type, 0, sizeof(type));
	memcpy(type, answer.content_type.p, answer.content_type.n);
	answer.content_type.p = type;
	memcpy(answer.says, c->says, sizeof(answer.says));
	let_go(c);
	c->started = c->ended = true;
	c->done(c->ctx, &answer);
	http_call_free(c);
}

static const char *host_of(const struct http_call *c)
{
	return c->target.host.n > 0 ? c->target.host.p : "the host";
}

/* ---- deadlines ----------------------------------------------------------------------------------- */

static int64_t ms_left(int64_t from, uint32_t ms)
{
	int64_t gone = (time_monotonic() - from) / MICROSECONDS_MS;

	return (int64_t)ms - gone;
}

static void on_deadline(void *ctx)
{
	struct http_call *c = ctx;
	struct http *h = c->http;
	uint32_t total = c->total_ms, idle = c->idle_ms;
	int64_t left = INT64_MAX, silence = INT64_MAX;

	if (total != HTTP_NO_LIMIT)
		left = ms_left(c->began, total);
	if (idle != 0)
		silence = ms_left(c->heard, idle);
	if (left > 0 && silence > 0) {
		loop_timer_start(c->deadline, (uint64_t)(left < silence ? left : silence), 0);
		return;
	}
	if (left <= 0)
		snprintf(c->says, HTTP_SAYS, "%.120s: no whole answer within %g s", host_of(c),
		         total / 1000.0);
	else
		snprintf(c->says, HTTP_SAYS, "%.120s: silent for %g s", host_of(c), idle / 1000.0);
	h->inside = true;
	finish(c, HTTP_TOO_SLOW);
	http_leave(h);
}

static void start_deadline(struct http_call *c)
{
	c->began = c->heard = time_monotonic();
	if (c->total_ms == HTTP_NO_LIMIT && c->idle_ms == 0)
		return;
	c->deadline = loop_timer_new(c->http->loop, on_deadline, c);
	loop_timer_start(c->deadline,
	                 c->idle_ms != 0 && c->idle_ms < c->total_ms ? c->idle_ms : c->total_ms, 0);
}

/* ---- an answer comes in, within libcurl ---------------------------------------------------------- */

static bool is_taken_by_part(const struct http_call *c)
{
	return c->part && status_of(c) == STATUS_OK;
}

/* What the whole header says about the body. */
static bool start_body(struct http_call *c)
{
	struct curl_header *header;

	c->answered = true;
	if (curl_easy_header(c->easy, "Content-Encoding", 0, CURLH_HEADER, -1, &header) !=
	    CURLHE_OK)
		return true;
	return header->amount == 1 && http_inflate_start(&c->inflate, header->value);
}

static size_t on_header(char *bytes, size_t size, size_t n, void *ctx)
{
	struct http_call *c = ctx;

	n *= size;
	c->heard = time_monotonic();
	c->header_bytes += n;
	if (c->cancelled)
		return 0;
	if (c->header_bytes > MAX_HEADER) {
		c->too_big = true;
		return 0;
	}
	/* The empty line. Headers of 1xx come before, trailers after it. */
	if ((bytes[0] == '\r' || bytes[0] == '\n') && !c->answered && status_of(c) >= FIRST_FINAL &&
	    !start_body(c)) {
		c->inflate.broken = true;
		return 0;
	}
	return n;
}

static size_t body_limit(const struct http_call *c, bool parts)
{
	if (c->part && !parts)
		return MAX_REFUSAL;
	if (c->max_answer != 0)
		return c->max_answer;
	return parts ? SIZE_MAX : HTTP_MAX_ANSWER;
}

static bool take_body(void *ctx, struct str bytes)
{
	struct http_call *c = ctx;
	bool parts = is_taken_by_part(c);

	c->taken += bytes.n;
	if (c->taken > body_limit(c, parts)) {
		c->too_big = true;
		return false;
	}
	if (parts)
		c->part(c->ctx, bytes);
	else
		buf_append(&c->body, bytes);
	if (c->body.full)
		c->too_big = true;
	return !c->cancelled && !c->body.full;
}

static size_t on_body(char *bytes, size_t size, size_t n, void *ctx)
{
	struct http_call *c = ctx;

	n *= size;
	c->heard = time_monotonic();
	if (c->cancelled)
		return 0;
	c->received += n;
	return n == 0 || http_inflate_feed(&c->inflate, (struct str){bytes, n}, take_body, c) ? n
	                                                                                      : 0;
}

/* Nothing goes to another machine unencrypted, whatever localhost resolves to; children do not get
 * the socket. */
static curl_socket_t on_open(void *ctx, curlsocktype purpose, struct curl_sockaddr *address)
{
	const struct http_call *c = ctx;

	(void)purpose;
	if (!c->target.secure && !http_address_is_loopback(&address->addr))
		return CURL_SOCKET_BAD;
	return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

/* ---- a request goes out -------------------------------------------------------------------------- */

static void set_method(struct http_call *c)
{
	bool is_get = strcmp(c->method, "GET") == 0;

	if (!is_get)
		curl_easy_setopt(c->easy, CURLOPT_CUSTOMREQUEST, c->method);
	if (c->sent.n > 0 || strcmp(c->method, "POST") == 0) {
		curl_easy_setopt(c->easy, CURLOPT_POST, 1L);
		curl_easy_setopt(c->easy, CURLOPT_POSTFIELDS, buf_text(&c->sent));
		curl_easy_setopt(c->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)c->sent.n);
	}
}

static void set_target(struct http_call *c)
{
	curl_easy_setopt(c->easy, CURLOPT_URL, buf_text(&c->target.url));
	curl_easy_setopt(c->easy, CURLOPT_PROTOCOLS_STR, c->target.secure ? "https" : "http");
	if (c->target.loopback)
		curl_easy_setopt(c->easy, CURLOPT_PROXY, "");
}

static void set_up(struct http_call *c)
{
	CURL *easy = c->easy;

	curl_easy_setopt(easy, CURLOPT_PRIVATE, c);
	curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, c->curl_says);
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	/* Else a look-up that hangs is waited for when its request is taken back. */
	curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
	curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
	curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	curl_easy_setopt(easy, CURLOPT_HTTPHEADER, c->headers);
	/* No key for a proxy. */
	curl_easy_setopt(easy, CURLOPT_HEADEROPT, (long)CURLHEADER_SEPARATE);
	curl_easy_setopt(easy, CURLOPT_USERAGENT, "tracehog/" TRACEHOG_VERSION);
	curl_easy_setopt(easy, CURLOPT_HTTP_CONTENT_DECODING, 0L);
	/* Without a limit it passes a length over that for none. */
	curl_easy_setopt(easy, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)INT64_MAX);
	curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
	curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)HTTP_CONNECT_MS);
	/* A stream may be silent for long: that its server is gone, TCP finds out within two minutes. */
	curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
	curl_easy_setopt(easy, CURLOPT_TCP_KEEPIDLE, 30L);
	curl_easy_setopt(easy, CURLOPT_TCP_KEEPINTVL, 10L);
	curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
	curl_easy_setopt(easy, CURLOPT_HEADERDATA, c);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, c);
	curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, on_open);
	curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, c);
	set_target(c);
	set_method(c);
}

struct http_call *http_call_new(struct http *h, const struct http_request *request)
{
	struct http_call *c = mem_zero(1, sizeof(*c));

	*c = (struct http_call){.http = h,
	                        .part = request->part,
	                        .done = request->done,
	                        .ctx = request->ctx,
	                        .max_answer = request->max_answer,
	                        .total_ms = request->total_ms,
	                        .idle_ms = request->idle_ms};
	if (c->total_ms == 0)
		c->total_ms = HTTP_TOTAL_MS;
	c->method = mem_copy_text(request->method, strlen(request->method));
	if (request->url)
		c->url = mem_copy_text(request->url, strlen(request->url));
	buf_append(&c->sent, request->body);
	c->refused = http_headers_refusal(request);
	if (!c->refused)
		http_headers_make(c, request);
	return c;
}

/* False, and why, if libcurl does not get it. */
static bool start(struct http_call *c, enum http_end *end)
{
	*end = HTTP_BAD_URL;
	if (!http_target_read(&c->target, c->url, c->says))
		return false;
	if (c->refused) {
		snprintf(c->says, HTTP_SAYS, "%s", c->refused);
		return false;
	}
	*end = HTTP_NO_REPLY;
	if (!c->http->resolves) {
		snprintf(c->says, HTTP_SAYS, "this libcurl looks up names without a thread");
		return false;
	}
	c->easy = curl_easy_init();
	set_up(c);
	if (curl_multi_add_handle(c->http->multi, c->easy) != CURLM_OK) {
		snprintf(c->says, HTTP_SAYS, "libcurl cannot begin");
		return false;
	}
	start_deadline(c);
	return true;
}

void http_call_begin(struct http_call *c)
{
	enum http_end end;

	c->started = true;
	if (!start(c, &end))
		finish(c, end);
}

/* ---- the end of a request ------------------------------------------------------------------------ */

/* The limit that an answer was over. */
static size_t size_limit(const struct http_call *c, CURLcode code)
{
	if (c->header_bytes > MAX_HEADER || (!c->answered && code != CURLE_FILESIZE_EXCEEDED))
		return MAX_HEADER;
	return body_limit(c, is_taken_by_part(c));
}

/* Why a call ended as it did, in a sentence. */
static void explain(struct http_call *c, enum http_end end, CURLcode code)
{
	const char *curl = c->curl_says[0] != '\0' ? c->curl_says : curl_easy_strerror(code);
	const char *host = host_of(c);

	http_secrets_hide(c, c->curl_says);
	switch (end) {
	case HTTP_NO_NAME:
		snprintf(c->says, HTTP_SAYS, "%.120s: no such host is known", host);
		break;
	case HTTP_UNTRUSTED:
		snprintf(c->says, HTTP_SAYS, "%.80s cannot be trusted: %.150s", host, curl);
		break;
	case HTTP_TOO_SLOW:
		snprintf(c->says, HTTP_SAYS, "%.120s: too slow: %.100s", host, curl);
		break;
	case HTTP_TOO_BIG:
		snprintf(c->says, HTTP_SAYS, "%.120s: its answer is too big: over %zu bytes", host,
		         size_limit(c, code));
		break;
	case HTTP_CUT:
		snprintf(c->says, HTTP_SAYS, "%.80s: its answer is broken: %.150s", host, curl);
		break;
	case HTTP_NO_REPLY:
		snprintf(c->says, HTTP_SAYS, "%.80s: no answer: %.150s", host, curl);
		break;
	default:
		if (code != CURLE_OK)
			snprintf(c->says, HTTP_SAYS, "%.80s: %.150s", host, curl);
		break;
	}
}

/* Where the answer sends a request, valid as long as it; NULL: nowhere. */
static const char *redirect_of(const struct http_call *c)
{
	char *url = NULL;

	curl_easy_getinfo(c->easy, CURLINFO_REDIRECT_URL, &url);
	return url;
}

static void forget_answer(struct http_call *c)
{
	curl_off_t on_wire = 0;

	curl_easy_getinfo(c->easy, CURLINFO_SIZE_DOWNLOAD_T, &on_wire);
	c->wire_bytes += (uint64_t)on_wire;
	c->header_bytes = 0;
	c->received = c->taken = 0;
	http_inflate_end(&c->inflate);
	c->answered = false;
	buf_clear(&c->body);
}

static void refuse_redirect(struct http_call *c, struct http_target *next)
{
	const char *host = host_of(c), *origin = next->origin.n > 0 ? next->origin.p : "no URL";

	if (next->origin.n > 0)
		http_secrets_hide(c, next->origin.p);
	if (strcmp(c->method, "GET") != 0)
		snprintf(c->says, HTTP_SAYS,
		         "%.80s redirects to %.80s; a %s is not sent on: use that host", host,
		         origin, c->method);
	else if (c->redirects >= MAX_REDIRECTS)
		snprintf(c->says, HTTP_SAYS, "%.80s redirects more than %d times, at last to %.80s",
		         host, MAX_REDIRECTS, origin);
	else
		snprintf(c->says, HTTP_SAYS,
		         "%.80s redirects to %.80s, where nothing is sent: use that host", host,
		         origin);
	finish(c, HTTP_REDIRECTED);
}

static void follow(struct http_call *c, const char *url)
{
	struct http_target next;
	char says[HTTP_SAYS];
	bool good = http_target_read(&next, url, says);

	if (!good || strcmp(c->method, "GET") != 0 || c->redirects >= MAX_REDIRECTS ||
	    !str_eq(buf_str(&next.origin), buf_str(&c->target.origin))) {
		refuse_redirect(c, &next);
		http_target_free(&next);
		return;
	}
	c->redirects++;
	curl_multi_remove_handle(c->http->multi, c->easy);
	forget_answer(c);
	http_target_free(&c->target);
	c->target = next;
	set_target(c);
	if (curl_multi_add_handle(c->http->multi, c->easy) != CURLM_OK) {
		snprintf(c->says, HTTP_SAYS, "libcurl cannot go on");
		finish(c, HTTP_NO_REPLY);
	}
}

/* What libcurl's end of a request means to us. Its cause goes to curl_says where libcurl has none. */
static enum http_end end_of(struct http_call *c, CURLcode code)
{
	const char *says = NULL;
	enum http_end end = http_end_of(code, c->answered);

	if (c->too_big || code == CURLE_FILESIZE_EXCEEDED)
		return HTTP_TOO_BIG;
	if (code == CURLE_OUT_OF_MEMORY && !c->answered)
		return HTTP_TOO_BIG; /* a header line without an end */
	if (c->inflate.broken)
		says = "it cannot be inflated";
	else if (code == CURLE_OK && !c->answered)
		says = "it ended in its header";
	else if (code == CURLE_OK && c->inflate.on && c->received > 0 && !c->inflate.whole)
		says = "it ended in the middle of what was to be inflated";
	if (says) {
		snprintf(c->curl_says, sizeof(c->curl_says), "%s", says);
		end = c->answered ? HTTP_CUT : HTTP_NO_REPLY;
	}
	return end;
}

void http_call_over(struct http_call *c, CURLcode code)
{
	const char *redirect = redirect_of(c);
	enum http_end end = end_of(c, code);

	if (end == HTTP_ANSWERED && redirect) {
		follow(c, redirect);
		return;
	}
	explain(c, end, code);
	finish(c, end);
}
