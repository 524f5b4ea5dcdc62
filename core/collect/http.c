/* libcurl tells which sockets it waits for and for how long; the loop's polls and a timer stand for
 * that, and call it back.
 *
 * libcurl may not be entered from its own callbacks, of which `part` is one. So a call that is sent
 * waits for the next turn, and one that is cancelled (or a client that is freed) while `inside` goes
 * when libcurl has returned. done is called outside, when the call's request is out of libcurl. */
#include "collect/http_internal.h"

#include "base/mem.h"

#include <string.h>

struct http_socket {
	struct http *http;
	curl_socket_t fd;
	struct loop_poll *poll;
};

/* ---- libcurl and the loop ------------------------------------------------------------------------ */

static void take_messages(struct http *h)
{
	CURLMsg *message;
	int left;

	while (!h->closing && (message = curl_multi_info_read(h->multi, &left)) != NULL) {
		struct http_call *c = NULL;
		CURLcode code = message->data.result;

		if (message->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &c);
		if (!c->cancelled)
			http_call_over(c, code);
	}
}

static void destroy(struct http *h)
{
	while (h->first)
		http_call_free(h->first);
	curl_multi_cleanup(h->multi);
	loop_timer_free(h->timer);
	loop_timer_free(h->kick);
	mem_free(h);
}

void http_leave(struct http *h)
{
	struct http_call *next;

	h->inside = false;
	if (h->closing) {
		destroy(h);
		return;
	}
	if (!h->has_cancelled)
		return;
	h->has_cancelled = false;
	for (struct http_call *c = h->first; c; c = next) {
		next = c->next;
		if (c->cancelled)
			http_call_free(c);
	}
}

static void act(struct http *h, curl_socket_t fd, int events)
{
	int running;

	h->inside = true;
	curl_multi_socket_action(h->multi, fd, events, &running);
	take_messages(h);
	http_leave(h);
}

static void on_ready(void *ctx, bool readable, bool writable)
{
	const struct http_socket *s = ctx;

	act(s->http, s->fd, (readable ? CURL_CSELECT_IN : 0) | (writable ? CURL_CSELECT_OUT : 0));
}

static void on_timer(void *ctx)
{
	act(ctx, CURL_SOCKET_TIMEOUT, 0);
}

static void on_kick(void *ctx)
{
	struct http *h = ctx;
	uint64_t before = h->sent; /* what is sent meanwhile waits for its own turn */
	struct http_call *c;

	h->inside = true;
	for (;;) {
		for (c = h->first; c && (c->started || c->cancelled); c = c->next)
			;
		if (!c || c->number >= before || h->closing)
			break;
		http_call_begin(c);
	}
	http_leave(h);
}

static int on_wish_for_time(CURLM *multi, long ms, void *ctx)
{
	struct http *h = ctx;

	(void)multi;
	if (ms < 0)
		loop_timer_stop(h->timer);
	else /* a timer of 0 that is set again each time would never let the loop go on */
		loop_timer_start(h->timer, ms == 0 ? 1 : (uint64_t)ms, 0);
	return 0;
}

static int on_wish_for_socket(CURL *easy, curl_socket_t fd, int what, void *ctx, void *known)
{
	struct http *h = ctx;
	struct http_socket *s = known;

	(void)easy;
	if (what == CURL_POLL_REMOVE) {
		if (s)
			loop_poll_free(s->poll);
		mem_free(s);
		curl_multi_assign(h->multi, fd, NULL);
		return 0;
	}
	if (!s) {
		s = mem_zero(1, sizeof(*s));
		*s = (struct http_socket){.http = h, .fd = fd};
		s->poll = loop_poll_new(h->loop, fd, on_ready, s);
		curl_multi_assign(h->multi, fd, s);
	}
	if (s->poll)
		loop_poll_set(s->poll, (what & CURL_POLL_IN) != 0, (what & CURL_POLL_OUT) != 0);
	return s->poll ? 0 : -1;
}

/* ---- beginning and end --------------------------------------------------------------------------- */

struct http *http_new(struct loop *l)
{
	struct http *h = mem_zero(1, sizeof(*h));

	h->loop = l;
	h->timer = loop_timer_new(l, on_timer, h);
	h->kick = loop_timer_new(l, on_kick, h);
	h->multi = curl_multi_init();
	h->resolves = (curl_version_info(CURLVERSION_NOW)->features & CURL_VERSION_ASYNCHDNS) != 0;
	curl_multi_setopt(h->multi, CURLMOPT_SOCKETFUNCTION, on_wish_for_socket);
	curl_multi_setopt(h->multi, CURLMOPT_SOCKETDATA, h);
	curl_multi_setopt(h->multi, CURLMOPT_TIMERFUNCTION, on_wish_for_time);
	curl_multi_setopt(h->multi, CURLMOPT_TIMERDATA, h);
	return h;
}

void http_free(struct http *h)
{
	if (!h)
		return;
	h->closing = true;
	for (struct http_call *c = h->first; c; c = c->next)
		c->cancelled = true;
	if (!h->inside)
		destroy(h);
}

struct http_call *http_send(struct http *h, const struct http_request *request)
{
	struct http_call *c = http_call_new(h, request);

	c->number = h->sent++;
	c->previous = h->last;
	if (h->last)
		h->last->next = c;
	else
		h->first = c;
	h->last = c;
	if (!loop_timer_active(h->kick))
		loop_timer_start(h->kick, h->inside ? 1 : 0, 0);
	return c;
}

void http_cancel(struct http_call *c)
{
	if (c->ended || c->cancelled)
		return;
	if (!c->http->inside) {
		http_call_free(c);
		return;
	}
	c->cancelled = true;
	c->http->has_cancelled = true;
}
