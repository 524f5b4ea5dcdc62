/* Requests that the endpoint took, sent on to PostHog in the background: the bytes and headers that came,
 * to the same path of one origin, but OpenTelemetry's usual ones (/v1/traces, /v1/logs) to PostHog's,
 * /i/v0/ai/otel. Off unless asked for.
 *
 * What goes: a POST to a route that takes events, once its events are in the journal. It must carry a
 * project key (phc_...; not phc_local, which is nobody's); a request with a personal one (phx_...) where a
 * key may stand is kept back. What a tracehog sends by itself (the stderr of `run`) is passed over. Headers
 * go as they came, but for those of the connection and cookies (forward_record.c); a Via names us, so that
 * what comes round is not sent again.
 *
 * A queue on disk holds what is not answered yet: STATE/tracehog/forward/HOST, 0700, its files 0600, since
 * real keys stand there. As the journal: 200 means that write(2) returned; fdatasync about once a second
 * and at close. A file is removed within about a second of its last answer. When the queue is full the
 * oldest are kept, newer ones are kept back and counted; the capture itself goes on.
 *
 * A request is sent again if its answer was not received, or was 408, 429 or 5xx, or led elsewhere:
 * nothing is followed. 2xx ends it, any other status does, too, and is counted as refused. So each is sent
 * at least once, with the same bytes: an event that has a uuid counts once however often it comes. No uuid
 * is added: events without one count again if the answer to them was lost, or we were killed before it was
 * noted. */
#ifndef COLLECT_FORWARD_H
#define COLLECT_FORWARD_H

#include "base/loop.h"
#include "collect/capture.h"

#define FORWARD_LIMIT   ((uint64_t)1 << 30)  /* bytes of a queue */
#define FORWARD_SEGMENT ((uint64_t)16 << 20) /* bytes of a file of it; then the next one is begun */

struct forward_options {
	/* "https://us.i.posthog.com"; a path in it goes before every request's; http for loopback only.
	 * NULL: nothing is forwarded. */
	const char *url;
	const char *folder;      /* of all queues; NULL: STATE/tracehog/forward */
	uint64_t limit, segment; /* bytes; 0: those above */
	/* The unit of pauses (posthog_pause); every five of them what another process left behind is
	 * looked for. 0: a second. */
	uint32_t pace_ms;
};

/* Requests since the start, but for waiting. */
struct forward_counts {
	uint64_t waiting;   /* in the queue, those under way too */
	uint64_t sent;      /* answered with 2xx */
	uint64_t refused;   /* by PostHog, for good */
	uint64_t kept_back; /* never queued: their keys, or the queue */
	/* Why requests wait, or one was refused or kept back since the newest that was sent; ERR_OK: all is
	 * well. Never a key; not clean. */
	struct errinfo trouble;
	bool stuck; /* the newest answer was none, or one that says to try again */
};

struct forward;

/* ERR_USAGE, naming `what`, for a URL that forward_open would refuse. */
enum err forward_url_check(const char *what, const char *url, struct errinfo *e) MUST_USE;

/* What is in the queue from before, and no other process has, is sent first. changed(ctx) on the loop's
 * thread when counts have changed there; it must not close. ERR_USAGE for the URL, ERR_IO. Loop thread. */
enum err forward_open(struct forward **out, struct loop *loop,
                      const struct forward_options *options, loop_fn *changed, void *ctx,
                      struct errinfo *e) MUST_USE;
/* What is under way counts as not answered. Nothing else may use it any more. NULL is allowed. Loop thread. */
void forward_close(struct forward *f);
/* Sends what was queued since. NULL is allowed. Loop thread. */
void forward_look(struct forward *f);
void forward_counts(struct forward *f, struct forward_counts *out); /* any thread */

/* On the listener's thread, NULL is allowed: a request that was taken waits in memory until its events
 * are in the journal, or (kept: false) could not be written. headers of r are lines, see
 * struct capture_request. */
void forward_take(struct forward *f, const struct capture_request *r,
                  const struct capture_taken *taken);
void forward_flush(struct forward *f, bool kept);

/* Syncs, and removes what was sent: to be called about once a second while something changes, where a slow
 * disk holds nobody. Any one thread. NULL is allowed. */
void forward_tick(struct forward *f);

#endif
