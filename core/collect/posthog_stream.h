/* PostHog's live stream: server-sent events (WHATWG HTML, section 9.2) of a project's AI events as they
 * are captured, reconnecting by itself. Loop thread.
 *
 * The server ends a stream after 30 minutes: it is opened again at once. After errors, and when a stream
 * ended within 5 s, it waits 1..30 s, doubling, with jitter. 401 and 403 end it for good (the token is
 * no longer good: ask for a new one), and so does a host that is none. What is sent while it is closed is
 * lost. PostHog sends nothing, not even a header, before the first event. */
#ifndef COLLECT_POSTHOG_STREAM_H
#define COLLECT_POSTHOG_STREAM_H

#include "base/loop.h"
#include "base/str.h"
#include "collect/http.h"

#define POSTHOG_STREAM_LINE ((size_t)16 << 20) /* bytes; a longer line is skipped and counted */

enum posthog_stream_state {
	POSTHOG_STREAM_CONNECTING, /* asked for, and not refused; it may be open already */
	POSTHOG_STREAM_OPEN,       /* something came */
	POSTHOG_STREAM_WAITING,    /* before it tries again */
	POSTHOG_STREAM_REFUSED,    /* for good */
};

struct posthog_stream_options {
	const char *host; /* "https://live.us.posthog.com" */
	struct str token; /* live_events_token; copied, wiped */
	uint32_t pace_ms; /* unit of the waits, for tests; 0: 1000 */
};
/* The stream may be freed in either. Neither is called from within the functions below. */
struct posthog_stream_events {
	void (*message)(void *ctx, struct str json); /* data of one message */
	void (*changed)(void *ctx);                  /* the state */
	void *ctx;
};

struct posthog_stream;
/* http is borrowed, events are copied. */
struct posthog_stream *posthog_stream_new(struct loop *l, struct http *http,
                                          const struct posthog_stream_options *options,
                                          const struct posthog_stream_events *events);
void posthog_stream_free(struct posthog_stream *s); /* NULL is allowed */
enum posthog_stream_state posthog_stream_state(const struct posthog_stream *s);
uint64_t posthog_stream_skipped(const struct posthog_stream *s); /* lines that were too long */
/* Why it waits or was refused, for people; empty if it does neither. Not clean, never the token. */
const char *posthog_stream_why(const struct posthog_stream *s);
/* The live host of a PostHog host: us and eu (also app.posthog.com), else NULL: it must be told. */
const char *posthog_live_host(const char *host);

/* ---- the parser, for tests and fuzzing ---- */

/* Zero-initialise, then set message and ctx. Data is never longer than POSTHOG_STREAM_LINE; a message
 * that lost a line, or is longer in sum, is left out whole. */
struct posthog_sse {
	struct buf line, data;
	bool skipping, after_cr, started;
	uint64_t skipped; /* lines over POSTHOG_STREAM_LINE, and those that made a message longer */
	void (*message)(void *ctx, struct str data); /* must not free the parser */
	void *ctx;
};
void posthog_sse_feed(struct posthog_sse *s, struct str bytes); /* in pieces of any size */
/* The end of a stream: a message that has not ended is dropped, memory is given back. What was skipped
 * stays counted, and the parser is ready for the next stream. */
void posthog_sse_free(struct posthog_sse *s);

#endif
