/* A call that is sent again: where it may go, with which key, and the answer as it comes. Loop thread.
 *
 * Manners (SECURITY.md): it goes to the provider's own address, out of message/request's table, or to one that a
 * person named, never to one that an event names; https, http to this machine only; no redirect is followed. The
 * key goes there alone, in a header; it is in nothing that is given out here, even if the provider says it back, and
 * wiped at the end. Nothing is tried again. */
#ifndef COLLECT_REPLAY_H
#define COLLECT_REPLAY_H

#include "collect/http.h"
#include "config/config.h"
#include "message/answer.h"
#include "message/request.h"

#define REPLAY_MAX_ANSWER ((size_t)64 << 20) /* bytes after inflating */
#define REPLAY_IDLE_MS    300000 /* silence after which an answer is given up: models think long */

/* What a run of the program has to say of it; borrowed. */
struct replay_settings {
	const struct config *config; /* NULL: none */
	const char *base_url;        /* --base-url; NULL: not given */
	int64_t (*clock)(void);      /* microseconds, for tests; NULL: time_monotonic */
};

/* ---- before ---------------------------------------------------------------------------------------- */

struct replay_address {
	struct buf url;
	struct buf
		origin; /* "https://api.openai.com": to be shown, and what no key but this one's goes to */
	bool loopback;
};
/* base_url: the address that a person named, by --base-url or in the config, as what stands before "/chat/completions";
 * NULL: the provider's own. named: the address that the event names, without a scheme one of https; or empty. ERR_USAGE, with
 * a sentence: base_url is none that anything is sent to; or there is none, and the provider's is not known, or the event names
 * another host. Free with replay_address_free in any case. */
enum err replay_address(struct replay_address *out, const struct provider_request *request,
                        struct str named, const char *base_url, struct errinfo *e) MUST_USE;
void replay_address_free(struct replay_address *a);
/* What the config has as a provider's address; NULL: nothing. config NULL: there is none. */
const char *replay_base_url(const struct config *config, const char *provider);

/* Appends the key that the environment variable holds; from then on no core is written of this process
 * (posthog_key_protect). ERR_NOT_FOUND: it is not set, unless the address is of this machine: key stays empty then.
 * ERR_USAGE: it holds what no key does. Wipe with posthog_key_wipe. */
enum err replay_key(struct buf *key, const char *variable, const struct replay_address *address,
                    struct errinfo *e) MUST_USE;

/* Whether a text is a JSON object, as a body has to be; ERR_PARSE says where it is not. */
enum err replay_check_body(struct str body, struct errinfo *e) MUST_USE;

/* ---- the call -------------------------------------------------------------------------------------- */

enum replay_end {
	REPLAY_UNDER_WAY,
	REPLAY_ANSWERED,
	REPLAY_REFUSED,     /* the provider does not take the request: 400, 413, 422 */
	REPLAY_NOT_ALLOWED, /* the key: 401, 403 */
	REPLAY_LIMITED,     /* 429 */
	REPLAY_BROKEN, /* no whole answer: network, 404, 5xx, a stream that was cut or makes no sense */
};

struct replay_state {
	enum replay_end end;
	int status;      /* HTTP; 0: none came */
	int64_t latency; /* microseconds, so far or to the end */
	int64_t first;   /* to the first piece of the answer; -1: none came */
	struct answer_usage usage;
	struct buf text; /* of the answer, as far as it has come; not clean */
	struct buf reasoning;
	struct buf says; /* why it did not end well, for people; not clean, without the key */
};

struct replay_order {
	const struct provider_request *request;
	const struct replay_address *address;
	struct str body;        /* what is sent: a JSON object (replay_check_body) */
	struct str key;         /* empty: none is sent */
	uint32_t idle_ms;       /* for tests; 0: REPLAY_IDLE_MS */
	int64_t (*clock)(void); /* for tests; NULL: time_monotonic */
	/* Something came: state has more text. Then, once, that it is over. Neither is called from within replay_send;
	 * the replay may be freed in done. */
	void (*came)(void *ctx);
	void (*done)(void *ctx);
	void *ctx;
};

struct replay;
/* http is borrowed; everything of the order is copied. */
struct replay *replay_send(struct http *http, const struct replay_order *order);
/* Takes the request back if it is under way. NULL is allowed. */
void replay_free(struct replay *r);
/* Takes it back, and keeps what came: it is REPLAY_BROKEN then. done is not called. */
void replay_stop(struct replay *r);
const struct replay_state *replay_state(const struct replay *r);
/* Appends what was sent and what came as an event, as an SDK would have sent it to PostHog: a line of JSON without its newline.
 * That is how an answer gets its messages, its cost and its differences. After done. */
void replay_event(const struct replay *r, struct buf *line);

#endif
