/* One request at a time whose answer never ends by our will. Its bytes go through the parser
 * (posthog_sse.c); how it ended decides when the next one is made.
 *
 * There is no heartbeat, so silence means nothing here: a connection that died unseen is found by TCP's
 * keep-alive (http.c). Left to others: what a message means, and what was sent in between. */
#include "collect/posthog_stream.h"

#include "base/mem.h"
#include "base/time.h"
#include "collect/posthog_trouble.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#define LASTING 5 /* units; a stream that was open so long was a good one */
#define EVENTS                                                                               \
	"/events?eventType=%24ai_generation%2C%24ai_span%2C%24ai_trace%2C%24ai_embedding%2C" \
	"%24ai_metric%2C%24ai_feedback%2C%24ai_evaluation"

struct posthog_stream {
	struct http *http;
	struct loop_timer *timer; /* the next try */
	struct buf url, token;
	uint32_t pace_ms;
	struct posthog_stream_events events;
	enum posthog_stream_state state;
	struct http_call *call;
	struct posthog_sse sse;
	int64_t began;     /* monotonic */
	unsigned failures; /* in a row */
	bool feeding;      /* the parser runs */
	bool gone;         /* freed meanwhile */
	char why[sizeof(((struct http_answer *)NULL)->says)];
};

static void destroy(struct posthog_stream *s)
{
	posthog_sse_free(&s->sse);
	if (s->token.p)
		explicit_bzero(s->token.p, s->token.n);
	buf_free(&s->token);
	buf_free(&s->url);
	mem_free(s);
}

/* Last in whatever calls it: the stream may be freed by then. */
static void enter(struct posthog_stream *s, enum posthog_stream_state state)
{
	if (s->state == state)
		return;
	s->state = state;
	s->events.changed(s->events.ctx);
}

/* ---- a stream comes in --------------------------------------------------------------------------- */

static void on_message(void *ctx, struct str data)
{
	struct posthog_stream *s = ctx;

	if (!s->gone)
		s->events.message(s->events.ctx, data);
}

static void on_part(void *ctx, struct str bytes)
{
	struct posthog_stream *s = ctx;

	s->feeding = true;
	enter(s, POSTHOG_STREAM_OPEN);
	if (!s->gone)
		posthog_sse_feed(&s->sse, bytes);
	s->feeding = false;
	if (s->gone)
		destroy(s);
}

/* ---- how it ends, and the next one --------------------------------------------------------------- */

static void wait_for_next(struct posthog_stream *s)
{
	loop_timer_start(s->timer, posthog_pause(s->failures++, s->pace_ms), 0);
	enter(s, POSTHOG_STREAM_WAITING);
}

static void explain(struct posthog_stream *s, const struct http_answer *answer)
{
	if (answer->end != HTTP_ANSWERED)
		memcpy(s->why, answer->says, sizeof(s->why));
	else if (answer->status == 200)
		snprintf(s->why, sizeof(s->why), "the live stream ends as soon as it begins");
	else
		snprintf(s->why, sizeof(s->why), "the live stream's server answered %d",
		         answer->status);
}

static bool is_refused(const struct http_answer *answer)
{
	if (answer->end == HTTP_ANSWERED)
		return answer->status == 401 || answer->status == 403;
	return answer->end == HTTP_BAD_URL;
}

static void connect_stream(void *ctx);

static void on_end(void *ctx, const struct http_answer *answer)
{
	struct posthog_stream *s = ctx;
	bool lasted = time_monotonic() - s->began >= (int64_t)LASTING * s->pace_ms * 1000;

	s->call = NULL;
	posthog_sse_free(&s->sse);
	if (lasted)
		s->failures = 0;
	if (lasted && answer->end == HTTP_ANSWERED && answer->status == 200) {
		connect_stream(s);
		return;
	}
	explain(s, answer);
	if (is_refused(answer))
		enter(s, POSTHOG_STREAM_REFUSED);
	else
		wait_for_next(s);
}

static void connect_stream(void *ctx)
{
	struct posthog_stream *s = ctx;
	struct http_request request = {.method = "GET",
	                               .url = buf_text(&s->url),
	                               .bearer = buf_str(&s->token),
	                               .accept = "text/event-stream",
	                               .total_ms = HTTP_NO_LIMIT,
	                               .part = on_part,
	                               .done = on_end,
	                               .ctx = s};

	s->began = time_monotonic();
	s->why[0] = '\0';
	s->call = http_send(s->http, &request);
	enter(s, POSTHOG_STREAM_CONNECTING);
}

/* ---- beginning and end --------------------------------------------------------------------------- */

struct posthog_stream *posthog_stream_new(struct loop *l, struct http *http,
                                          const struct posthog_stream_options *options,
                                          const struct posthog_stream_events *events)
{
	struct posthog_stream *s = mem_zero(1, sizeof(*s));

	s->http = http;
	s->events = *events;
	s->pace_ms = options->pace_ms ? options->pace_ms : 1000;
	s->state = POSTHOG_STREAM_CONNECTING;
	s->sse.message = on_message;
	s->sse.ctx = s;
	s->timer = loop_timer_new(l, connect_stream, s);
	buf_puts(&s->url, options->host);
	buf_puts(&s->url, EVENTS);
	buf_append(&s->token, options->token);
	connect_stream(s);
	return s;
}

void posthog_stream_free(struct posthog_stream *s)
{
	if (!s || s->gone)
		return;
	if (s->call)
		http_cancel(s->call);
	loop_timer_free(s->timer);
	s->gone = true;
	if (!s->feeding)
		destroy(s);
}

enum posthog_stream_state posthog_stream_state(const struct posthog_stream *s)
{
	return s->state;
}

uint64_t posthog_stream_skipped(const struct posthog_stream *s)
{
	return s->sse.skipped;
}

const char *posthog_stream_why(const struct posthog_stream *s)
{
	return s->why;
}

const char *posthog_live_host(const char *host)
{
	static const char *const known[][2] = {
		{"https://us.posthog.com", "https://live.us.posthog.com"},
		{"https://app.posthog.com", "https://live.us.posthog.com"},
		{"https://eu.posthog.com", "https://live.eu.posthog.com"},
	};
	size_t n = strlen(host);

	if (n > 0 && host[n - 1] == '/')
		n--;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (n == strlen(known[i][0]) && strncasecmp(host, known[i][0], n) == 0)
			return known[i][1];
	}
	return NULL;
}
