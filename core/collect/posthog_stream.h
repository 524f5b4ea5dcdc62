/* PostHog's live stream: server-sent events (WHATWG HTML, section 9.2) of a project's AI events as they
 * are captured, reconnecting by itself. Loop thread.
 *
 * The server ends a stream after 30 minutes: it is opened again at once. After errors it waits 1..30 s,
 * doubling, with jitter. 401 and 403 end it for good (the token is no longer good: ask for a new one). */
#ifndef COLLECT_POSTHOG_STREAM_H
#define COLLECT_POSTHOG_STREAM_H

#include "base/loop.h"
#include "base/str.h"
#include "collect/http.h"

#define POSTHOG_STREAM_LINE ((size_t)16 << 20) /* bytes; a longer line is skipped and counted */

enum posthog_stream_state {
	POSTHOG_STREAM_CONNECTING,
	POSTHOG_STREAM_OPEN,
	POSTHOG_STREAM_WAITING, /* before it tries again */
	POSTHOG_STREAM_REFUSED, /* for good */
};

struct posthog_stream_options {
	const char *host; /* "https://live.us.posthog.com" */
	struct str token; /* live_events_token; copied, wiped */
	uint32_t pace_ms; /* unit of the waits, for tests; 0: 1000 */
};
struct posthog_stream_events {
	void (*message)(void *ctx, struct str json); /* data of one message */
	void (*changed)(void *ctx);                  /* the state */
	void *ctx;
};

struct posthog_stream;
/* http is borrowed. */
struct posthog_stream *posthog_stream_new(struct loop *l, struct http *http,
                                          const struct posthog_stream_options *options,
                                          const struct posthog_stream_events *events);
void posthog_stream_free(struct posthog_stream *s); /* NULL is allowed */
enum posthog_stream_state posthog_stream_state(const struct posthog_stream *s);
uint64_t posthog_stream_skipped(const struct posthog_stream *s); /* lines that were too long */
/* The live host of a PostHog host: us and eu (also app.posthog.com), else NULL: it must be told. */
const char *posthog_live_host(const char *host);

/* ---- the parser, for tests and fuzzing ---- */
struct posthog_sse {
	struct buf line, data;
	bool skipping, after_cr, started;
	uint64_t skipped;
	void (*message)(void *ctx, struct str data);
	void *ctx;
};
void posthog_sse_feed(struct posthog_sse *s, struct str bytes); /* in pieces of any size */
void posthog_sse_free(struct posthog_sse *s);

#endif
