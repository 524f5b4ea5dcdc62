/* Batches wait in a list; the first one is under way while `busy`. It belongs to the worker until its job is done, and is tried
 * again with the same bytes: an event that was taken twice has one uuid and counts once.
 *
 * Left to others: what an event is (whoever adds it must give it a uuid), and who listens. */
#include "collect/sender.h"

#include "base/buf.h"
#include "base/mem.h"

#include <curl/curl.h>
#include <string.h>

#define BATCH_BYTES ((size_t)1 << 20) /* a batch that has as much takes no more events */
#define TRIES       20
#define AGAIN_MS    250
#define CONNECT_MS  2000L
#define REQUEST_MS  10000L

#define HEAD STR("{\"api_key\":\"phc_local\",\"batch\":[")

struct batch {
	struct buf body;
	struct batch *next;
};

struct sender {
	struct loop *loop;
	loop_fn *moved;
	void *ctx;
	struct loop_timer *timer;
	struct batch *first, *last;
	size_t waiting;
	bool busy, closing;
	int tries; /* of the first batch that failed */
	struct buf url;
	CURL *curl; /* the worker's while busy */
	struct curl_slist *headers;
	char curl_says[CURL_ERROR_SIZE];
	bool taken, hopeless; /* how the request ended; neither: try again */
	struct errinfo failure, error;
};

/* ---- one request, in a worker -------------------------------------------------------------------- */

static size_t ignore_answer(char *bytes, size_t size, size_t n, void *ctx)
{
	(void)bytes;
	(void)ctx;
	return size * n;
}

static void post(void *ctx)
{
	struct sender *s = ctx;
	struct buf *body = &s->first->body;
	long status = 0;
	CURLcode code;

	s->taken = s->hopeless = false;
	s->curl_says[0] = '\0';
	curl_easy_setopt(s->curl, CURLOPT_POSTFIELDS, body->p);
	curl_easy_setopt(s->curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)body->n);
	code = curl_easy_perform(s->curl);
	if (code != CURLE_OK) {
		err_set(&s->failure, ERR_IO, "sending events to %s: %s", buf_text(&s->url),
		        s->curl_says[0] != '\0' ? s->curl_says : curl_easy_strerror(code));
		return;
	}
	curl_easy_getinfo(s->curl, CURLINFO_RESPONSE_CODE, &status);
	s->taken = status >= 200 && status < 300;
	s->hopeless = status < 500 && !s->taken;
	if (!s->taken)
		err_set(&s->failure, ERR_IO, "sending events to %s: it answered %ld",
		        buf_text(&s->url), status);
}

/* ---- the list ------------------------------------------------------------------------------------ */

static void send_next(void *ctx);

static void batch_free(struct batch *b)
{
	buf_free(&b->body);
	mem_free(b);
}

static void drop_first(struct sender *s)
{
	struct batch *b = s->first;

	s->waiting -= b->body.n;
	s->first = b->next;
	if (s->first == NULL)
		s->last = NULL;
	s->tries = 0;
	batch_free(b);
}

static void on_posted(void *ctx)
{
	struct sender *s = ctx;

	s->busy = false;
	if (s->closing)
		return;
	if (!s->taken && !s->hopeless && ++s->tries < TRIES) {
		loop_timer_start(s->timer, AGAIN_MS, 0);
		return;
	}
	if (!s->taken)
		s->error = s->failure;
	drop_first(s);
	if (s->first != NULL)
		loop_timer_start(s->timer, 0, 0);
	s->moved(s->ctx);
}

static void send_next(void *ctx)
{
	struct sender *s = ctx;
	struct batch *b = s->first;

	if (s->busy || b == NULL)
		return;
	if (s->tries == 0) {
		buf_puts(&b->body, "]}");
		s->waiting += 2;
	}
	s->busy = true;
	loop_work(s->loop, post, on_posted, s);
}

static struct batch *batch_new(struct sender *s)
{
	struct batch *b = mem_zero(1, sizeof(*b));

	if (s->last != NULL)
		s->last->next = b;
	else
		s->first = b;
	s->last = b;
	buf_append(&b->body, HEAD);
	s->waiting += b->body.n;
	return b;
}

/* A batch that was sent once stays as it is. */
static bool takes_more(const struct sender *s)
{
	return s->last != NULL && s->last->body.n < BATCH_BYTES &&
	       (s->last != s->first || (!s->busy && s->tries == 0));
}

void sender_add(struct sender *s, struct str event)
{
	struct batch *b = takes_more(s) ? s->last : batch_new(s);
	size_t before = b->body.n;

	if (before > HEAD.n)
		buf_add(&b->body, ',');
	buf_append(&b->body, event);
	s->waiting += b->body.n - before;
	/* In the next turn, with what is added in this one. */
	if (!s->busy && !loop_timer_active(s->timer))
		loop_timer_start(s->timer, 0, 0);
}

size_t sender_waiting(const struct sender *s)
{
	return s->waiting;
}

enum err sender_error(const struct sender *s, struct errinfo *e)
{
	if (e)
		*e = s->error;
	return s->error.code;
}

/* ---- beginning and end --------------------------------------------------------------------------- */

static void set_up(struct sender *s)
{
	CURL *curl = s->curl;

	curl_easy_setopt(curl, CURLOPT_URL, buf_text(&s->url));
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http");
	curl_easy_setopt(curl, CURLOPT_PROXY, ""); /* never one from the environment */
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_USERAGENT, "tracehog/" TRACEHOG_VERSION);
	curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_MS);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, REQUEST_MS);
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, s->headers);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, ignore_answer);
	curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, s->curl_says);
}

struct sender *sender_new(struct loop *l, const char *url, loop_fn *moved, void *ctx)
{
	struct sender *s = mem_zero(1, sizeof(*s));

	s->loop = l;
	s->moved = moved;
	s->ctx = ctx;
	s->timer = loop_timer_new(l, send_next, s);
	buf_printf(&s->url, "%s/batch/", url);
	s->curl = curl_easy_init();
	s->headers = curl_slist_append(NULL, "Content-Type: application/json");
	s->headers = curl_slist_append(s->headers, "Expect:");
	set_up(s);
	return s;
}

void sender_free(struct sender *s)
{
	if (!s)
		return;
	s->closing = true;
	while (s->busy)
		loop_step(s->loop, true);
	while (s->first != NULL)
		drop_first(s);
	loop_timer_free(s->timer);
	curl_easy_cleanup(s->curl);
	curl_slist_free_all(s->headers);
	buf_free(&s->url);
	mem_free(s);
}
