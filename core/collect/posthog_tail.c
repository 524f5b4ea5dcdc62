/* The tail: PostHog's live stream where there is a token and a host for it, and in any case a query
 * now and then for what the stream dropped and what came while it was down. The stream shows events as
 * they were captured; events are written once, whoever brings them first. */
#include "collect/posthog_internal.h"

#define CATCH_UP 30                  /* in units of pace_ms between two queries */
#define OVERLAP  (120 * TIME_SECOND) /* events are stamped when they end, and arrive late */

static void on_message(void *ctx, struct str json)
{
	struct posthog *p = ctx;
	struct buf lines = {0};
	struct errinfo e = {0};

	/* What makes no sense comes with the next query. */
	if (posthog_read_live(json, time_now(), &lines, &e) == ERR_OK)
		posthog_write_new(p, &lines);
	buf_free(&lines);
}

static void on_stream(void *ctx)
{
	posthog_changed(ctx);
}

static bool catching_up(const struct posthog *p)
{
	for (const struct ask *a = p->asks; a; a = a->next)
		if (a->kind == ASK_EVENTS && a->for_tail)
			return true;
	return false;
}

static void catch_up(void *ctx)
{
	struct posthog *p = ctx;
	/* What was asked for counts as seen once it is here. */
	if (!catching_up(p))
		posthog_ask_events(p, p->seen - OVERLAP, time_now() + POSTHOG_AHEAD, true);
}

static void start_stream(struct posthog *p)
{
	struct posthog_stream_options options = {.host = buf_text(&p->live_host),
	                                         .token = buf_str(&p->token),
	                                         .pace_ms = p->pace_ms};
	struct posthog_stream_events events = {
		.message = on_message, .changed = on_stream, .ctx = p};

	if (p->stream || p->token.n == 0 || p->live_host.n == 0)
		return;
	if (!p->http)
		p->http = http_new(p->loop);
	if (p->http)
		p->stream = posthog_stream_new(p->loop, p->http, &options, &events);
}

void posthog_tail_start(struct posthog *p)
{
	start_stream(p);
	if (p->timer)
		return;
	p->seen = time_now();
	p->timer = loop_timer_new(p->loop, catch_up, p);
	loop_timer_start(p->timer, 0, (uint64_t)p->pace_ms * CATCH_UP);
}

void posthog_tail_stop(struct posthog *p)
{
	posthog_stream_free(p->stream);
	loop_timer_free(p->timer);
	p->stream = NULL;
	p->timer = NULL;
}

enum posthog_tail posthog_tail_now(const struct posthog *p)
{
	if (!p->tailing)
		return POSTHOG_TAIL_OFF;
	if (!p->stream)
		return POSTHOG_TAIL_POLLING;
	/* A stream says nothing at all before its first event. */
	switch (posthog_stream_state(p->stream)) {
	case POSTHOG_STREAM_CONNECTING:
	case POSTHOG_STREAM_OPEN:
		return POSTHOG_TAIL_STREAM;
	default:
		return POSTHOG_TAIL_POLLING;
	}
}

void posthog_set_tail(struct posthog *p, bool on)
{
	if (p->tailing == on)
		return;
	p->tailing = on;
	if (!on)
		posthog_tail_stop(p);
	else if (p->ready && !p->offline)
		posthog_tail_start(p);
	posthog_changed(p);
}
