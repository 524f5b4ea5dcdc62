/* PostHog's HTTP API with manners: at most two requests in flight, retries and back-off by its rules,
 * cancelling on the server. Loop thread.
 *
 * 429 and 5xx, dead, cut and slow answers are tried again: once in one-shot commands (after Retry-After
 * up to 60 s, else 1-2 s; a longer one ends at once all that has not been sent), without end in the
 * explorer and tail (1..30 s doubling, with jitter; a known Retry-After wins, up to 5 minutes). While it
 * waits nothing is sent but cancels. 400, 401, 403, 404 never. A query that fails time after time waits
 * longer than the others. */
#ifndef COLLECT_POSTHOG_API_H
#define COLLECT_POSTHOG_API_H

#include "base/buf.h"
#include "base/loop.h"

#define POSTHOG_IN_FLIGHT 2 /* requests, cancels among them */
#define POSTHOG_TRY_MS \
	40000 /* PostHog itself ends a query after 10 s, having queued it up to 30 s */
#define POSTHOG_TOTAL_MS 85000

struct posthog_api_options {
	const char *host; /* "https://us.posthog.com"; a slash at its end is cut */
	struct str key;   /* copied, wiped at the end */
	uint32_t project; /* 0: the key's own, asked for first */
	bool patient;     /* explorer and tail */
	/* For tests; 0: as it stands here. */
	uint32_t pace_ms; /* unit of the waits above; 1000 */
	uint32_t try_ms;  /* within which a request is answered; POSTHOG_TRY_MS */
	uint32_t
		total_ms; /* not patient: from the beginning, within which all ends; POSTHOG_TOTAL_MS */
};

/* Why a question has no answer; decides the exit code (CLI.md). */
enum posthog_trouble {
	POSTHOG_FINE,
	POSTHOG_BAD_QUERY,   /* 400: exit 2 */
	POSTHOG_BAD_HOST,    /* exit 2 */
	POSTHOG_NOT_ALLOWED, /* 401, 403, no key: exit 3 */
	POSTHOG_NOT_FOUND,   /* 404: exit 4 */
	POSTHOG_LIMITED,     /* 429: exit 5 */
	POSTHOG_AWAY,        /* 5xx, redirects, dead, slow, senseless: exit 4 */
	POSTHOG_TOO_BIG,     /* an answer over the cap: ask for less */
};

struct posthog_answer {
	enum posthog_trouble trouble;
	struct str body;   /* JSON that begins like an object; lasts until done returns */
	struct buf *store; /* body lies in it; may be taken over, and zeroed, instead of copied */
	/* For people: what PostHog said (detail) or what happened, and what to do: a missing scope by its
	 * name, a key for certain projects only, a key of the other region, a page in HTML (a captive
	 * portal?). Not clean. */
	struct errinfo why;
	/* Of a query that PostHog refuses (POSTHOG_BAD_QUERY), else empty and ERR_NO_POS: its own words, not clean,
	 * and the character of the query that it names beside them. */
	struct str said;
	uint64_t start;
};
typedef void posthog_done_fn(void *ctx, const struct posthog_answer *answer);

struct posthog_api_status {
	uint32_t in_flight, queued;
	int64_t wait_until; /* monotonic microseconds: nothing is sent before; 0: not waiting */
	bool limited;       /* it waits because PostHog said so (429) */
	enum posthog_trouble trouble; /* of the last answer */
	struct errinfo why;
	uint64_t requests, bytes; /* since the start; bytes of bodies on the wire */
};

struct posthog_api;
struct posthog_call;

/* changed(ctx) soon after anything in the status changed, never from within. ERR_USAGE for a host that
 * is none (scheme, path, http to another machine). */
enum err posthog_api_new(struct posthog_api **out, struct loop *l,
                         const struct posthog_api_options *options, loop_fn *changed, void *ctx,
                         struct errinfo *e) MUST_USE;
void posthog_api_free(struct posthog_api *a); /* cancels; not from a callback; NULL is allowed */

/* A fresh client_query_id, 36 characters. */
#define POSTHOG_QUERY_ID 37
void posthog_query_id(char out[POSTHOG_QUERY_ID]);

/* POST .../query/. body is copied; query_id is the one in it. Waits until the project is known. urgent
 * goes before all that waits and is not urgent (what a person looks at now); else in order. done once,
 * never from within. The call is valid until done returns or it is cancelled. */
struct posthog_call *posthog_api_query(struct posthog_api *a, struct str body, const char *query_id,
                                       bool urgent, posthog_done_fn *done, void *ctx);
/* A query that fails twice is answered with that, also where the API is patient: for what a person waits for. */
void posthog_api_try_twice(struct posthog_call *c);
/* GET host/path ("/api/projects/@current/"). */
struct posthog_call *posthog_api_get(struct posthog_api *a, const char *path, posthog_done_fn *done,
                                     void *ctx);
/* done is not called; a query in flight is also cancelled on the server (DELETE .../query/ID/, before
 * all that waits, one at a time). */
void posthog_api_cancel(struct posthog_call *c);
/* Once known (by options, or from the answer to /api/projects/@current/). */
void posthog_api_set_project(struct posthog_api *a, uint32_t project);
void posthog_api_status(const struct posthog_api *a, struct posthog_api_status *out);

#endif
