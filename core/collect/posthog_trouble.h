/* One answer of PostHog's judged: what it means, what people are told, whether another try makes sense;
 * and how long to wait before that. Bodies are hostile. No state, any thread.
 *
 * Status and sentence by reference: PostHog's errors are {"type","code","detail","attr"}; gateways before
 * it answer with web pages. */
#ifndef COLLECT_POSTHOG_TROUBLE_H
#define COLLECT_POSTHOG_TROUBLE_H

#include "collect/http.h"
#include "collect/posthog_api.h"

#define POSTHOG_SAID 2000 /* bytes of what PostHog said that are kept */

struct posthog_verdict {
	enum posthog_trouble trouble;
	struct errinfo why; /* empty for POSTHOG_FINE; never the key, even if it was sent back */
	struct str body;    /* POSTHOG_FINE: the object to hand on, within the answer's body */
	struct buf *store;  /* the answer's */
	char said
		[POSTHOG_SAID +
	         32]; /* POSTHOG_BAD_QUERY: as in posthog_answer; a longer one says how much is left out */
	uint64_t start;
	bool again;   /* the same request may go better later: 429, 5xx, dead, cut, slow */
	bool running; /* 202: PostHog works on it; trouble is POSTHOG_FINE, body is empty */
};

struct posthog_asked {
	const char *host; /* as in posthog_api_options */
	struct str key;
	/* Asked how a query that answered 202 is getting on: its result lies in query_status.results. */
	bool polled;
};

/* Small bodies are checked whole; of those over 64 kB only that they begin like an object. */
void posthog_judge(struct posthog_verdict *out, const struct http_answer *answer,
                   const struct posthog_asked *asked);

/* Milliseconds to wait after so many failures before this one, with jitter: 1..2 units, then 2..4, up to
 * 15..30. pace_ms is the unit, over 0. */
uint64_t posthog_pause(unsigned failures, uint32_t pace_ms);

#endif
