/* What a PostHog SDK sends, turned into journal lines, and what it wants to hear back. No sockets
 * here: a request that has been read whole goes in, an answer comes out. Every rule is PostHog's
 * (capture's Rust service); the route table is the one place where a path is known. */
#ifndef COLLECT_CAPTURE_H
#define COLLECT_CAPTURE_H

#include "base/buf.h"

#define CAPTURE_MAX_WIRE     ((size_t)28 << 20)         /* bytes of a body as it comes */
#define CAPTURE_MAX_INFLATED ((size_t)100 << 20)        /* bytes after decompression */
#define CAPTURE_MAX_LINES    (2 * CAPTURE_MAX_INFLATED) /* bytes of one request's journal lines */

#define CAPTURE_TAKEN "{\"status\":1}" /* what nearly all hear, as JSON */

struct capture_request {
	struct str method; /* "POST" */
	struct str path;   /* without query, as sent; a prefix before a known route is allowed */
	struct str query;  /* without '?', still percent-encoded */
	struct str content_type, content_encoding, authorization, sdk_info, request_id,
		none_match; /* header values, empty if absent */
	struct str body;
	struct str
		headers; /* all of them, lines "Name: value\n"; empty unless capture_wants_headers */
	int64_t now;     /* wall clock, microseconds: received_at */
};

struct capture_answer {
	int status;               /* 200, 204, 304, 400, 401, 404, 405, 413, 415, 503 */
	const char *content_type; /* static; NULL with 204 and 304 */
	struct buf body;          /* owned by who called */
	const char *allow;        /* static: the Allow header's value; NULL: no such header */
	const char *etag;         /* static: the ETag header's value; NULL: no such header */
	struct str request_id;    /* borrowed from the request: the value of a PostHog-Request-Id
	                             header; empty: no such header */
	int retry_after;          /* seconds for a Retry-After header; 0: none */
	bool drop_body;           /* HEAD: the length of body is sent, its bytes are not */
	bool v1;                  /* what is wrong is told as capture v1 does, in JSON */
};

/* What is known of all requests; numbers only grow. */
struct capture_counts {
	uint64_t requests;
	uint64_t events, ai_events; /* that are in the journal */
	uint64_t refused; /* requests to capture routes that were answered with 4xx or 503 */
	uint64_t skipped; /* members of accepted batches that were no events */
	uint64_t bytes;   /* of bodies, as they came */
};

struct forward;
struct journal_writer;
struct capture;
/* writer may be NULL (then every event is refused with 503); borrowed. taken, if not NULL, is
 * called on the caller's thread after lines are in the journal, or could not be written. */
struct capture *capture_new(struct journal_writer *writer, void (*taken)(void *ctx), void *ctx);
void capture_free(struct capture *c); /* NULL is allowed */
/* What is taken goes to f, too; borrowed, NULL: nowhere. Before the first request. */
void capture_set_forward(struct capture *c, struct forward *f);
bool capture_wants_headers(const struct capture *c);                /* all those of a request */
void capture_counts(struct capture *c, struct capture_counts *out); /* any thread */
/* True when the last append failed (disk full): shown in red until one succeeds. Any thread. */
bool capture_failing(struct capture *c, struct errinfo *e);

/* A request in three steps, so that one write to the journal serves several requests. One thread at
 * a time; answer must be zeroed.
 *
 * capture_take decodes and flattens. True: the request's lines wait in memory, and the answer must
 * not be given before capture_flush has been called; false: the answer is final. */
bool capture_take(struct capture *c, const struct capture_request *r,
                  struct capture_answer *answer);
size_t capture_waiting(const struct capture *c); /* bytes of lines that wait */
/* Appends all lines that wait, or none of them. True: they are in the journal, the answers hold;
 * false: capture_take_back makes of each what is to be said then, 503. */
bool capture_flush(struct capture *c);
void capture_take_back(struct capture *c, struct capture_answer *answer);
/* The three at once, for a single request. */
void capture_handle(struct capture *c, const struct capture_request *r,
                    struct capture_answer *answer);

/* ---- the pieces, for tests ---- */

/* The body without what Content-Encoding names (gzip, deflate, zstd, lz64), or gzip's first bytes
 * show; JSON under such a name stays as it is. Nothing else is undone: no form, no base64. At most
 * CAPTURE_MAX_INFLATED bytes. *bytes lies in *out, whose memory may be used again, or in r. Gives 0,
 * or the status to answer with (400, 413, 415 for br and what nobody knows, 503) and a text in e.
 * Any thread. */
int capture_inflate(const struct capture_request *r, struct buf *out, struct str *bytes,
                    struct errinfo *e);

/* The payload's JSON bytes out of a body (or ?data=): what capture_inflate undoes, then form, base64
 * (also twice), and what a hint names. *json lies in *out or in r. Gives 0, or the status to answer
 * with and a text in e. */
int capture_decode(const struct capture_request *r, struct buf *out, struct str *json,
                   struct errinfo *e);

/* Whether the body is a form of parts, and its one event's JSON: the part `event`, and the parts
 * `event.properties.NAME` among its properties. *json lies in *out; answer gets the body that its
 * sender wants to hear. Gives 0, or the status to answer with (401 without a Bearer) and a text in e;
 * the outputs are then of no use. Any thread. */
bool capture_is_multipart(const struct capture_request *r);
int capture_multipart(const struct capture_request *r, struct buf *out, struct str *json,
                      struct buf *answer, struct errinfo *e);

/* Whether ?name= stands in a query or form; its value, decoded, is appended to out. */
bool capture_field(struct str form, struct str name, struct buf *out);

enum capture_dialect {
	CAPTURE_V0,
	CAPTURE_ENGAGE, /* as v0; an event without a name is $identify */
	CAPTURE_V1,
	CAPTURE_MULTIPART, /* one event in parts; anything else as v0 */
	CAPTURE_OTEL, /* spans; these and log records become a batch of v0 first (collect/otlp.h) */
	CAPTURE_OTEL_LOGS,
	CAPTURE_OTEL_METRICS, /* taken and thrown away: no event is made of them */
};

struct capture_taken {
	uint64_t events, ai_events, skipped;
	bool project_key, personal_key; /* one stood where a payload has a key */
};

/* What flattening needs and keeps from one payload to the next: memory, and the names it looks for.
 * One thread at a time. */
struct flattener;
struct flattener *flattener_new(void);
void flattener_free(struct flattener *f); /* NULL is allowed */

/* Appends one journal line per event of a payload (single, array, batch wrapper, v1 envelope): uuid
 * event distinct_id timestamp properties received_at, then the other top-level keys as sent. Values
 * are the bytes that were sent; bare NaN and Infinity become null; the project token's value is
 * masked wherever it stands. uuid (v7) and timestamp are made when missing. An event that is nested
 * deeper than JSON_MAX_DEPTH becomes a line as it was sent, which readers report. results, if not
 * NULL, gets the v1 answer's body. Gives 0, or the status to answer with and a text in e; the
 * outputs are then of no use. */
int capture_flatten(struct flattener *f, struct str json, const struct capture_request *r,
                    enum capture_dialect dialect, struct buf *lines, struct capture_taken *taken,
                    struct buf *results, struct errinfo *e);

#endif
