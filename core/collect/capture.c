/* Requests in, answers out: finds the route, decodes, flattens, writes, answers.
 *
 * What the status codes mean to SDKs decides everything here. Exactly 200 is success (python and
 * browsers send again after 201 or 204), 4xx is dropped for good, 503 makes them keep the data and
 * try again, 429 is never said. So 200 is answered only when the lines are in the journal, and 503
 * whenever the fault is on this side.
 *
 * One line costs a write about as much as a hundred do, so lines wait until all that is there at
 * the moment was taken.
 *
 * Invariant: a request's lines are appended all together or not at all; what waits is whole
 * requests.
 *
 * Threads: requests are handled on the listener's; counts and failing are read by others. */
#include "collect/capture.h"

#include "base/mem.h"
#include "collect/forward.h"
#include "collect/otlp.h"
#include "collect/route.h"
#include "journal/writer.h"
#include "json/writer.h"

#include <pthread.h>
#include <string.h>

#define RETRY_AFTER 5                 /* seconds */
#define KEPT        ((size_t)4 << 20) /* bytes of memory for lines that is kept between flushes */

struct capture {
	struct journal_writer *writer;
	struct forward *forward; /* NULL: nothing is forwarded */
	void (*taken)(void *ctx);
	void *ctx;
	struct flattener *flattener;
	struct buf lines;            /* that wait to be written */
	struct capture_taken within; /* what they are */
	pthread_mutex_t lock;        /* around all that follows */
	struct capture_counts counts;
	bool failing;
	struct errinfo failure;
};

struct capture *capture_new(struct journal_writer *writer, void (*taken)(void *ctx), void *ctx)
{
	struct capture *c = mem_zero(1, sizeof(*c));

	c->writer = writer;
	c->taken = taken;
	c->ctx = ctx;
	c->flattener = flattener_new();
	pthread_mutex_init(&c->lock, NULL);
	return c;
}

void capture_free(struct capture *c)
{
	if (!c)
		return;
	pthread_mutex_destroy(&c->lock);
	flattener_free(c->flattener);
	buf_free(&c->lines);
	mem_free(c);
}

void capture_set_forward(struct capture *c, struct forward *f)
{
	c->forward = f;
}

bool capture_wants_headers(const struct capture *c)
{
	return c->forward != NULL;
}

void capture_counts(struct capture *c, struct capture_counts *out)
{
	pthread_mutex_lock(&c->lock);
	*out = c->counts;
	pthread_mutex_unlock(&c->lock);
}

bool capture_failing(struct capture *c, struct errinfo *e)
{
	bool failing;

	pthread_mutex_lock(&c->lock);
	failing = c->failing;
	if (failing && e)
		*e = c->failure;
	pthread_mutex_unlock(&c->lock);
	return failing;
}

/* ---- answers ---- */

static void answer_text(struct capture_answer *answer, int status, const char *type,
                        const char *text)
{
	answer->status = status;
	answer->content_type = type;
	buf_clear(&answer->body);
	buf_puts(&answer->body, text);
}

static void answer_json(struct capture_answer *answer, int status, const char *text)
{
	answer_text(answer, status, "application/json", text);
}

/* The tag that capture v1 gives to an error, by its status or the begin of its text. */
static const char *tag_of(int status, const char *text)
{
	static const struct {
		int status;
		const char *begin, *tag;
	} tags[] = {
		{413, "", "payload_too_large"},
		{415, "", "unsupported_encoding"},
		{503, "", "service_unavailable"},
		{400, "failed to decode", "request_decoding_error"},
		{400, "failed to parse", "request_parsing_error"},
		{400, "request missing", "empty_body"},
		{400, "request holds", "empty_batch"},
		{400, "event submitted with an empty", "missing_event_name"},
	};

	for (size_t i = 0; i < sizeof(tags) / sizeof(tags[0]); i++)
		if (tags[i].status == status && str_starts(str_of(text), str_of(tags[i].begin)))
			return tags[i].tag;
	return "invalid_batch";
}

static void answer_v1_error(struct capture_answer *answer, int status, const char *text)
{
	struct json_writer w = {.out = &answer->body};

	answer_json(answer, status, "");
	json_begin_object(&w);
	json_write_key(&w, "error");
	json_write_text(&w, str_of(tag_of(status, text)));
	json_write_key(&w, "error_description");
	json_write_text(&w, str_of(text));
	json_write_key(&w, "error_uri");
	json_write_text(&w, STR("https://posthog.com/docs/api"));
	json_end_object(&w);
	json_writer_end(&w);
}

static void refuse(struct capture *c, struct capture_answer *answer, int status, const char *text)
{
	if (status == 503)
		answer->retry_after = RETRY_AFTER;
	if (answer->v1)
		answer_v1_error(answer, status, text);
	else
		answer_text(answer, status, "text/plain; charset=utf-8", text);
	pthread_mutex_lock(&c->lock);
	c->counts.refused++;
	pthread_mutex_unlock(&c->lock);
}

/* ---- events ---- */

/* Only the first n bytes wait; memory that a large request has left behind goes. */
static void keep_lines(struct capture *c, size_t n)
{
	c->lines.n = n;
	c->lines.full = false;
	if (n == 0 && c->lines.cap > KEPT)
		buf_free(&c->lines);
}

static bool is_otel(const struct route *route)
{
	return route->dialect == CAPTURE_OTEL || route->dialect == CAPTURE_OTEL_LOGS ||
	       route->dialect == CAPTURE_OTEL_METRICS;
}

/* What OpenTelemetry sends as a batch; *json is empty if there is no event in it. */
static int decode_otel(const struct route *route, const struct capture_request *r,
                       struct buf *batch, struct str *json, struct capture_taken *taken,
                       struct errinfo *e)
{
	struct otlp_counts counts = {0};
	struct buf inflated = {0};
	struct str bytes;
	int status = capture_inflate(r, &inflated, &bytes, e);

	if (route->dialect == CAPTURE_OTEL_METRICS)
		counts.skipped = 1;
	else if (status == 0)
		status = otlp_batch(r, bytes, route->dialect, batch, &counts, e);
	buf_free(&inflated);
	taken->skipped = counts.skipped;
	*json = counts.events > 0 ? buf_str(batch) : STR_EMPTY;
	return status;
}

/* The JSON of a body; 0 or the status to answer with. */
static int decode(const struct route *route, const struct capture_request *r, struct buf *decoded,
                  struct str *json, struct capture_taken *taken, struct buf *results,
                  struct errinfo *e)
{
	if (is_otel(route))
		return decode_otel(route, r, decoded, json, taken, e);
	if (route->dialect == CAPTURE_MULTIPART && capture_is_multipart(r))
		return capture_multipart(r, decoded, json, results, e);
	return capture_decode(r, decoded, json, e);
}

/* All the way from body to lines; 0 or the status to answer with. */
static int flatten(struct capture *c, const struct route *route, const struct capture_request *r,
                   struct buf *results, struct errinfo *e)
{
	struct capture_taken taken = {0};
	struct buf decoded = {0};
	size_t before = c->lines.n;
	struct str json;
	int status = decode(route, r, &decoded, &json, &taken, results, e);

	c->lines.max = before + CAPTURE_MAX_LINES;
	if (status == 0 && json.n > 0)
		status = capture_flatten(c->flattener, json, r, route->dialect, &c->lines, &taken,
		                         route->dialect == CAPTURE_V1 ? results : NULL, e);
	buf_free(&decoded);
	if (status != 0) {
		keep_lines(c, before);
		return status;
	}
	if (taken.events == 0) { /* nothing waits */
		pthread_mutex_lock(&c->lock);
		c->counts.skipped += taken.skipped;
		pthread_mutex_unlock(&c->lock);
		return 0;
	}
	c->within.events += taken.events;
	c->within.ai_events += taken.ai_events;
	c->within.skipped += taken.skipped;
	forward_take(c->forward, r, &taken);
	return 0;
}

static bool is_beacon(const struct capture_request *r)
{
	struct buf value = {0};
	bool beacon = capture_field(r->query, STR("beacon"), &value) &&
	              str_eq(buf_str(&value), STR("1"));

	buf_free(&value);
	return beacon;
}

static bool has_data(const struct capture_request *r)
{
	struct buf value = {0};
	bool data = r->body.n > 0 || capture_field(r->query, STR("data"), &value);

	buf_free(&value);
	return data;
}

/* Flattening may have made the body already. */
static void answer_taken(const struct route *route, const struct capture_request *r,
                         struct capture_answer *answer)
{
	answer->status = 200;
	answer->content_type = "application/json";
	if (answer->body.n > 0)
		return;
	if (is_otel(route) && otlp_is_protobuf(r)) /* a message without fields has no bytes */
		answer->content_type = "application/x-protobuf";
	else if (is_otel(route))
		answer_json(answer, 200, "{}");
	else if (is_beacon(r))
		answer_text(answer, 204, NULL, "");
	else
		answer_json(answer, 200, CAPTURE_TAKEN);
}

/* True if the answer is one for when the lines are written. */
static bool take_events(struct capture *c, const struct route *route,
                        const struct capture_request *r, struct capture_answer *answer)
{
	size_t before = c->lines.n;
	struct errinfo e = {0};
	int status = flatten(c, route, r, &answer->body, &e);

	if (status != 0) {
		refuse(c, answer, status, e.msg);
		return false;
	}
	answer_taken(route, r, answer);
	return c->lines.n > before;
}

/* ---- requests ---- */

/* Whether the list "GET, HEAD" holds the method. */
static bool allows(const char *methods, struct str method)
{
	bool word = method.n > 0 && !memchr(method.p, ',', method.n);
	size_t at = word ? str_find(str_of(methods), method, 0, false) : SIZE_MAX;
	char behind = at == SIZE_MAX ? 'x' : methods[at + method.n];

	return (behind == '\0' || behind == ',') && (at == 0 || methods[at - 1] == ' ');
}

/* Whether an If-None-Match names the tag, or any. */
static bool names_tag(struct str tags, const char *tag)
{
	while (tags.n > 0) {
		size_t comma = str_find(tags, STR(","), 0, false);
		struct str one = str_trim(str_sub(tags, 0, comma));

		if (str_starts(one, STR("W/")))
			one = str_sub(one, 2, SIZE_MAX);
		if (str_eq(one, STR("*")) || str_eq(one, str_of(tag)))
			return true;
		tags = comma == SIZE_MAX ? STR_EMPTY : str_sub(tags, comma + 1, SIZE_MAX);
	}
	return false;
}

/* SDKs that evaluate flags themselves ask every half minute whether anything has changed. */
static void answer_route(const struct route *route, struct str segment,
                         const struct capture_request *r, struct capture_answer *answer)
{
	bool reads = str_eq(r->method, STR("GET")) || str_eq(r->method, STR("HEAD"));

	answer->etag = route->etag;
	if (route->etag && reads && names_tag(r->none_match, route->etag)) {
		answer->status = 304;
		return;
	}
	answer_json(answer, route->status, "");
	answer->content_type = route->content_type;
	route_answer(route, segment, r->now, &answer->body);
}

static bool take(struct capture *c, const struct capture_request *r, struct capture_answer *answer)
{
	struct str segment;
	const struct route *route = route_find(r->path, &segment);
	bool reads = str_eq(r->method, STR("GET"));

	if (!route) {
		answer_json(answer, 404, "{\"detail\":\"not found\"}");
		return false;
	}
	if (!allows(route->methods, r->method)) {
		answer_json(answer, 405, "{\"detail\":\"method not allowed\"}");
		answer->allow = route->methods;
		return false;
	}
	answer->v1 = route->dialect == CAPTURE_V1;
	if (answer->v1)
		answer->request_id = r->request_id;
	if (route->kind == ROUTE_ANSWER) {
		answer_route(route, segment, r, answer);
		return false;
	}
	if (str_eq(r->method, STR("POST")) || (reads && has_data(r)))
		return take_events(c, route, r, answer);
	answer_json(answer, 200, CAPTURE_TAKEN); /* somebody looks whether we are here */
	return false;
}

bool capture_take(struct capture *c, const struct capture_request *r, struct capture_answer *answer)
{
	bool waits;

	pthread_mutex_lock(&c->lock);
	c->counts.requests++;
	c->counts.bytes += r->body.n;
	pthread_mutex_unlock(&c->lock);
	waits = take(c, r, answer);
	answer->drop_body = str_eq(r->method, STR("HEAD"));
	return waits;
}

size_t capture_waiting(const struct capture *c)
{
	return c->lines.n;
}

bool capture_flush(struct capture *c)
{
	struct errinfo e = {0};
	enum err rc;

	if (c->lines.n == 0)
		return true;
	if (c->writer)
		rc = journal_writer_append(c->writer, buf_str(&c->lines), &e);
	else
		rc = err_set(&e, ERR_IO, "there is no journal to write to");
	pthread_mutex_lock(&c->lock);
	c->failing = rc != ERR_OK;
	c->failure = e;
	if (rc == ERR_OK) {
		c->counts.events += c->within.events;
		c->counts.ai_events += c->within.ai_events;
		c->counts.skipped += c->within.skipped;
	}
	pthread_mutex_unlock(&c->lock);
	c->within = (struct capture_taken){0};
	keep_lines(c, 0);
	forward_flush(c->forward, rc == ERR_OK);
	if (c->taken)
		c->taken(c->ctx);
	return rc == ERR_OK;
}

void capture_take_back(struct capture *c, struct capture_answer *answer)
{
	refuse(c, answer, 503, "transient error, please retry");
}

void capture_handle(struct capture *c, const struct capture_request *r,
                    struct capture_answer *answer)
{
	if (capture_take(c, r, answer) && !capture_flush(c))
		capture_take_back(c, answer);
}
