/* Calls stand in one list, urgent ones first, each group in order; a call stays in its place while it is
 * in flight, so that one that is tried again keeps its turn. Everything that happens ends in `soon`, and
 * `pump` in the next turn sends what may be sent, so done is never called from within a function of the
 * caller's.
 *
 * Invariants: at most POSTHOG_IN_FLIGHT requests are in flight, cancels counted. Before wait_until
 * nothing but a cancel is sent. Unless patient, nothing is in the list after ends_at.
 *
 * Left to others: HTTP (http.c), what an answer means and how long a pause is (posthog_trouble.c). */
#include "collect/posthog_api.h"

#include "base/mem.h"
#include "base/time.h"
#include "collect/http.h"
#include "collect/posthog_host.h"
#include "collect/posthog_trouble.h"
#include "collect/uuid.h"

#include <string.h>

#define CANCELS        8  /* that wait; PostHog ends what is older by itself */
#define CANCEL_SECONDS 10 /* time for a DELETE */
#define LONG_ONCE      60 /* units of Retry-After that a command waits for */
#define LONG_PATIENT   300
#define POLLS          40 /* of a query that answered 202, one a unit */
#define MS             INT64_C(1000)

enum call_state {
	CALL_WAITS,
	CALL_FLIES,
	CALL_ENDED, /* its done is running */
};

struct posthog_call {
	struct posthog_api *api;
	struct posthog_call *next;
	uint64_t number; /* in the order of asking */
	enum call_state state;
	struct buf path, body;           /* a GET has a path, a query a body */
	char query_id[POSTHOG_QUERY_ID]; /* empty for a GET */
	bool urgent;
	bool twice; /* no third try */
	struct http_call *http;
	unsigned failures;  /* tries of its own that failed */
	unsigned polls;     /* over 0: PostHog has the query and is asked for its result */
	int64_t not_before; /* monotonic microseconds */
	posthog_done_fn *done;
	void *ctx;
};

struct posthog_api {
	struct http *http;
	struct loop_timer *timer; /* the next pump */
	struct buf host, key;
	uint32_t project, pace_ms, try_ms;
	bool patient;
	int64_t ends_at; /* not patient: monotonic microseconds */
	struct posthog_call *calls;
	uint64_t asked;
	char cancels[CANCELS][POSTHOG_QUERY_ID];
	uint32_t cancel_count;
	bool cancelling;
	uint32_t in_flight;
	unsigned failures; /* since the last answer that was none */
	int64_t wait_until;
	bool limited;
	enum posthog_trouble trouble;
	struct errinfo why;
	uint64_t requests, bytes;
	loop_fn *changed;
	void *ctx;
};

static void soon(struct posthog_api *a)
{
	loop_timer_start(a->timer, 0, 0);
}

static int64_t units(const struct posthog_api *a, int64_t n)
{
	return n * a->pace_ms * MS;
}

/* ---- calls --------------------------------------------------------------------------------------- */

static void unlink_call(struct posthog_call *c)
{
	struct posthog_call **at = &c->api->calls;

	while (*at != c)
		at = &(*at)->next;
	*at = c->next;
}

static void link_call(struct posthog_call *c)
{
	struct posthog_call **at = &c->api->calls;

	while (*at && ((*at)->urgent || !c->urgent))
		at = &(*at)->next;
	c->next = *at;
	*at = c;
}

static void call_free(struct posthog_call *c)
{
	buf_free(&c->path);
	buf_free(&c->body);
	mem_free(c);
}

/* Takes it out of HTTP's hands. */
static void ground(struct posthog_call *c)
{
	if (c->state != CALL_FLIES)
		return;
	http_cancel(c->http);
	c->http = NULL;
	c->state = CALL_WAITS;
	c->api->in_flight--;
}

static void finish(struct posthog_call *c, const struct posthog_verdict *v)
{
	struct posthog_answer answer = {.trouble = v->trouble,
	                                .body = v->body,
	                                .store = v->store,
	                                .why = v->why,
	                                .said = str_of(v->said),
	                                .start = v->start};

	ground(c);
	unlink_call(c);
	c->state = CALL_ENDED;
	c->done(c->ctx, &answer);
	call_free(c);
}

/* Ends all that was asked for until now; what the callbacks ask for anew stays. */
static void finish_all(struct posthog_api *a, const struct posthog_verdict *v, bool flying_too)
{
	uint64_t until = a->asked;
	struct posthog_call *c = a->calls;

	while (c) {
		if (c->number <= until && (flying_too || c->state == CALL_WAITS)) {
			finish(c, v);
			c = a->calls; /* its done may have cancelled any of them */
		} else {
			c = c->next;
		}
	}
}

/* ---- waiting ------------------------------------------------------------------------------------- */

/* Microseconds until another try; -1: there is none. */
static int64_t pause_before(const struct posthog_call *c, int64_t after, int64_t now)
{
	const struct posthog_api *a = c->api;
	int64_t longest = a->patient ? LONG_PATIENT : LONG_ONCE;
	int64_t own = (int64_t)posthog_pause(a->patient ? a->failures : 0, a->pace_ms) * MS;

	if (c->twice && c->failures > 1)
		return -1;
	if (a->patient && after <= 0) /* 0 must not make a loop of it */
		return now < a->wait_until ? a->wait_until - now : own;
	if (a->patient)
		return units(a, after < longest ? after : longest);
	if (c->failures > 1 || after > longest)
		return -1;
	return after < 0 ? own : units(a, after);
}

/* False if the call is not tried again. */
static bool try_again(struct posthog_call *c, const struct posthog_verdict *v, int64_t after)
{
	struct posthog_api *a = c->api;
	int64_t now = time_monotonic(), pause;

	c->failures++;
	pause = pause_before(c, after, now);
	if (pause < 0 || (!a->patient && now + pause >= a->ends_at))
		return false;
	c->not_before = now + pause;
	/* It fails while others do not: they need not wait for that. */
	if (a->patient && after <= 0 && c->failures > a->failures + 1)
		c->not_before = now + (int64_t)posthog_pause(c->failures - 1, a->pace_ms) * MS;
	if (now >= a->wait_until) /* two that failed together count once */
		a->failures++;
	if (now + pause > a->wait_until)
		a->wait_until = now + pause;
	if (v->trouble == POSTHOG_LIMITED)
		a->limited = true;
	return true;
}

static bool poll_later(struct posthog_call *c, struct posthog_verdict *v)
{
	if (c->query_id[0] != '\0' && c->polls < POLLS) {
		c->polls++;
		c->not_before = time_monotonic() + units(c->api, 1);
		return true;
	}
	v->trouble = POSTHOG_AWAY;
	err_set(&v->why, ERR_IO, "%.80s does not finish what it was asked (202): try again later",
	        buf_text(&c->api->host));
	return false;
}

/* ---- answers ------------------------------------------------------------------------------------- */

static void note(struct posthog_api *a, const struct posthog_verdict *v)
{
	a->trouble = v->trouble;
	a->why = v->why;
	if (!v->again)
		a->failures = 0;
}

static void on_answer(void *ctx, const struct http_answer *answer)
{
	struct posthog_call *c = ctx;
	struct posthog_api *a = c->api;
	struct posthog_asked asked = {buf_text(&a->host), buf_str(&a->key), c->polls > 0};
	struct posthog_verdict v;

	c->http = NULL;
	c->state = CALL_WAITS;
	a->in_flight--;
	a->bytes += answer->bytes;
	posthog_judge(&v, answer, &asked);
	note(a, &v);
	soon(a);
	if (v.running && poll_later(c, &v))
		return;
	if (v.again && try_again(c, &v, answer->retry_after))
		return;
	finish(c, &v);
	/* Sending the rest would only be refused again. */
	if (!a->patient && v.trouble == POSTHOG_LIMITED)
		finish_all(a, &v, false);
}

static void on_cancelled(void *ctx, const struct http_answer *answer)
{
	struct posthog_api *a = ctx;

	a->cancelling = false;
	a->in_flight--;
	a->bytes += answer->bytes;
	soon(a);
}

/* ---- sending ------------------------------------------------------------------------------------- */

static uint32_t ms_for_try(const struct posthog_api *a, int64_t now)
{
	int64_t left = (a->ends_at - now) / MS;

	if (a->patient || left > a->try_ms)
		return a->try_ms;
	return left > 1 ? (uint32_t)left : 1;
}

static void append_url(struct buf *url, const struct posthog_api *a, const char *query_id)
{
	buf_printf(url, "%s/api/projects/%u/query/", buf_text((struct buf *)&a->host), a->project);
	if (query_id)
		buf_printf(url, "%s/", query_id);
}

static struct http_call *send_request(struct posthog_api *a, struct buf *url,
                                      struct http_request *request)
{
	struct http_call *http;

	request->url = buf_text(url);
	request->bearer = buf_str(&a->key);
	http = http_send(a->http, request);
	a->in_flight++;
	a->requests++;
	buf_free(url);
	return http;
}

static void send_call(struct posthog_call *c, int64_t now)
{
	struct posthog_api *a = c->api;
	bool posts = c->query_id[0] != '\0' && c->polls == 0;
	struct http_request request = {.method = posts ? "POST" : "GET",
	                               .body = posts ? buf_str(&c->body) : STR_EMPTY,
	                               .total_ms = ms_for_try(a, now),
	                               .done = on_answer,
	                               .ctx = c};
	struct buf url = {0};

	if (c->path.n > 0)
		buf_printf(&url, "%s%s", buf_text(&a->host), buf_text(&c->path));
	else
		append_url(&url, a, posts ? NULL : c->query_id);
	c->http = send_request(a, &url, &request);
	c->state = CALL_FLIES;
}

static void send_cancel(struct posthog_api *a)
{
	struct http_request request = {.method = "DELETE",
	                               .total_ms = CANCEL_SECONDS * 1000,
	                               .done = on_cancelled,
	                               .ctx = a};
	struct buf url = {0};

	append_url(&url, a, a->cancels[0]);
	a->cancel_count--;
	memmove(a->cancels, a->cancels + 1, a->cancel_count * sizeof(a->cancels[0]));
	a->cancelling = true;
	send_request(a, &url, &request);
}

static bool may_go(const struct posthog_call *c)
{
	return c->state == CALL_WAITS && (c->path.n > 0 || c->api->project != 0);
}

static void send_what_may(struct posthog_api *a, int64_t now)
{
	if (a->cancel_count > 0 && !a->cancelling && a->in_flight < POSTHOG_IN_FLIGHT)
		send_cancel(a);
	if (now < a->wait_until)
		return;
	a->wait_until = 0;
	a->limited = false;
	for (struct posthog_call *c = a->calls; c && a->in_flight < POSTHOG_IN_FLIGHT;
	     c = c->next) {
		if (may_go(c) && now >= c->not_before)
			send_call(c, now);
	}
}

/* What is over is said by answers; this is when time alone changes something. */
static void set_alarm(struct posthog_api *a, int64_t now)
{
	int64_t at = a->wait_until > 0 ? a->wait_until : INT64_MAX;

	for (struct posthog_call *c = a->calls; c; c = c->next) {
		if (!a->patient && a->ends_at < at)
			at = a->ends_at;
		if (may_go(c) && c->not_before > now && c->not_before < at)
			at = c->not_before;
	}
	if (at != INT64_MAX)
		loop_timer_start(a->timer, at > now ? (uint64_t)((at - now) / MS) + 1 : 1, 0);
}

static void give_up(struct posthog_api *a)
{
	struct posthog_verdict v = {.trouble = POSTHOG_AWAY, .start = ERR_NO_POS};

	err_set(&v.why, ERR_IO, "%.80s took too long: ask for a shorter time, or try again later",
	        buf_text(&a->host));
	note(a, &v);
	finish_all(a, &v, true);
}

static void pump(void *ctx)
{
	struct posthog_api *a = ctx;
	int64_t now = time_monotonic();

	if (!a->patient && now >= a->ends_at)
		give_up(a);
	else
		send_what_may(a, now);
	set_alarm(a, now);
	a->changed(a->ctx);
}

/* ---- asking -------------------------------------------------------------------------------------- */

void posthog_query_id(char out[POSTHOG_QUERY_ID])
{
	uint8_t uuid[UUID_BYTES];
	struct buf text = {0};

	uuid_make(time_now(), uuid);
	uuid_append(&text, uuid);
	memcpy(out, buf_text(&text), POSTHOG_QUERY_ID);
	buf_free(&text);
}

static struct posthog_call *call_new(struct posthog_api *a, posthog_done_fn *done, void *ctx)
{
	struct posthog_call *c = mem_zero(1, sizeof(*c));

	c->api = a;
	c->number = ++a->asked;
	c->done = done;
	c->ctx = ctx;
	return c;
}

struct posthog_call *posthog_api_query(struct posthog_api *a, struct str body, const char *query_id,
                                       bool urgent, posthog_done_fn *done, void *ctx)
{
	struct posthog_call *c = call_new(a, done, ctx);
	struct str id = str_sub(str_of(query_id), 0, POSTHOG_QUERY_ID - 1);

	buf_append(&c->body, body);
	memcpy(c->query_id, id.p, id.n);
	c->urgent = urgent;
	link_call(c);
	soon(a);
	return c;
}

void posthog_api_try_twice(struct posthog_call *c)
{
	c->twice = true;
}

struct posthog_call *posthog_api_get(struct posthog_api *a, const char *path, posthog_done_fn *done,
                                     void *ctx)
{
	struct posthog_call *c = call_new(a, done, ctx);

	buf_puts(&c->path, path);
	link_call(c);
	soon(a);
	return c;
}

static void cancel_later(struct posthog_api *a, const char *query_id)
{
	if (a->cancel_count == CANCELS) {
		a->cancel_count--;
		memmove(a->cancels, a->cancels + 1, a->cancel_count * sizeof(a->cancels[0]));
	}
	memcpy(a->cancels[a->cancel_count++], query_id, POSTHOG_QUERY_ID);
}

void posthog_api_cancel(struct posthog_call *c)
{
	struct posthog_api *a = c->api;

	if (c->state == CALL_ENDED)
		return;
	if (c->query_id[0] != '\0' && (c->state == CALL_FLIES || c->polls > 0))
		cancel_later(a, c->query_id);
	ground(c);
	unlink_call(c);
	call_free(c);
	soon(a);
}

void posthog_api_set_project(struct posthog_api *a, uint32_t project)
{
	a->project = project;
	soon(a);
}

void posthog_api_status(const struct posthog_api *a, struct posthog_api_status *out)
{
	*out = (struct posthog_api_status){.in_flight = a->in_flight,
	                                   .wait_until = a->wait_until,
	                                   .limited = a->limited,
	                                   .trouble = a->trouble,
	                                   .why = a->why,
	                                   .requests = a->requests,
	                                   .bytes = a->bytes};
	for (const struct posthog_call *c = a->calls; c; c = c->next)
		out->queued += c->state == CALL_WAITS;
}

/* ---- beginning and end --------------------------------------------------------------------------- */

enum err posthog_api_new(struct posthog_api **out, struct loop *l,
                         const struct posthog_api_options *options, loop_fn *changed, void *ctx,
                         struct errinfo *e)
{
	struct posthog_api *a;
	struct buf host = {0};
	enum err err = posthog_host_read(&host, "--host", options->host, e);

	*out = NULL;
	if (err != ERR_OK) {
		buf_free(&host);
		return err;
	}
	a = mem_zero(1, sizeof(*a));
	a->host = host;
	buf_append(&a->key, options->key);
	a->project = options->project;
	a->patient = options->patient;
	a->pace_ms = options->pace_ms ? options->pace_ms : 1000;
	a->try_ms = options->try_ms ? options->try_ms : POSTHOG_TRY_MS;
	a->ends_at = time_monotonic() +
	             (options->total_ms ? options->total_ms : POSTHOG_TOTAL_MS) * MS;
	a->changed = changed;
	a->ctx = ctx;
	a->http = http_new(l);
	a->timer = loop_timer_new(l, pump, a);
	*out = a;
	return ERR_OK;
}

void posthog_api_free(struct posthog_api *a)
{
	struct posthog_call *next;

	if (!a)
		return;
	http_free(a->http);
	loop_timer_free(a->timer);
	for (struct posthog_call *c = a->calls; c; c = next) {
		next = c->next;
		call_free(c);
	}
	if (a->key.p)
		explicit_bzero(a->key.p, a->key.n);
	buf_free(&a->key);
	buf_free(&a->host);
	mem_free(a);
}
