/* Sends what is in the queue: a few requests at a time, one while the other side is in trouble, and then
 * after a pause that grows. A request that has to be sent again goes behind all others, so that one that
 * never works holds up nothing.
 *
 * Three threads: the listener's puts requests into the queue; a worker reads them from the disk; the loop's
 * sends them and hears the answers. While the worker is at it, `reading` is its own.
 *
 * Left to others: which requests go and as what (forward_record.c), the disk (forward_queue.c), where a
 * request may go and its deadlines (http.h). */
#include "collect/forward_internal.h"

#include "base/mem.h"
#include "base/time.h"
#include "collect/http_internal.h"
#include "collect/posthog_trouble.h"
#include "config/config.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#define AT_ONCE       8                  /* requests under way */
#define BYTES_AT_ONCE ((size_t)16 << 20) /* of them; one may have more */
#define PACE_MS       1000
#define LOOK_UNITS    5 /* of pauses, between two looks for what other processes left behind */
#define REQUEST_MS    120000
#define ANSWER_MAX    ((size_t)1 << 20)
#define LONGEST_WAIT  INT64_C(3600)     /* seconds that a Retry-After counts for at most */
#define KEPT          ((size_t)4 << 20) /* bytes of memory that are kept between flushes */
#define NAMES         "forward"         /* the folder of all queues */

struct sending {
	struct forward *forward; /* NULL: free */
	struct forward_item item;
	size_t size;
};

struct reading {
	struct forward_item items[AT_ONCE];
	size_t wanted, n;
	bool adopts;
	struct errinfo trouble;
};

struct forward {
	struct loop *loop;
	loop_fn *changed;
	void *ctx;
	struct forward_queue *queue;
	struct buf url;  /* without a slash at its end */
	struct buf host; /* for people, and the queue's name */
	char via[48];
	uint64_t pace_ms;

	/* The loop's. */
	struct http *http;
	struct loop_timer *pause, *look;
	struct sending sendings[AT_ONCE];
	size_t under_way, bytes;
	unsigned failures; /* one after the other */
	int64_t pause_end; /* monotonic; while `pause` is active */
	bool is_reading, look_again, closing;
	struct reading reading;

	/* The listener's: records of requests whose events are not in the journal yet. */
	struct buf records;
	size_t n_records;

	pthread_mutex_t mutex; /* around what follows */
	struct forward_counts counts;
};

/* ---- what is known ------------------------------------------------------------------------------- */

static void note(struct forward *f, uint64_t *count, uint64_t more, const struct errinfo *trouble)
{
	pthread_mutex_lock(&f->mutex);
	*count += more;
	if (trouble)
		f->counts.trouble = *trouble;
	pthread_mutex_unlock(&f->mutex);
}

static void note_stuck(struct forward *f, const struct errinfo *trouble)
{
	pthread_mutex_lock(&f->mutex);
	f->counts.trouble = trouble ? *trouble : (struct errinfo){0};
	f->counts.stuck = trouble != NULL;
	pthread_mutex_unlock(&f->mutex);
}

void forward_counts(struct forward *f, struct forward_counts *out)
{
	pthread_mutex_lock(&f->mutex);
	*out = f->counts;
	pthread_mutex_unlock(&f->mutex);
	out->waiting = forward_queue_waiting(f->queue);
}

/* ---- the listener's side ------------------------------------------------------------------------- */

static void keep_back(struct forward *f, uint64_t requests, const char *why)
{
	struct errinfo e;

	err_set(&e, ERR_USAGE, "not forwarded: %.200s", why);
	note(f, &f->counts.kept_back, requests, &e);
}

void forward_take(struct forward *f, const struct capture_request *r,
                  const struct capture_taken *taken)
{
	const char *why;
	size_t began;

	if (!f || !forward_is_meant(r))
		return;
	why = forward_objection(r, taken, str_of(f->via));
	if (why) {
		keep_back(f, 1, why);
		return;
	}
	began = forward_queue_begin_record(&f->records);
	forward_record_append(&f->records, r, str_of(f->via));
	forward_queue_end_record(&f->records, began);
	f->n_records++;
}

void forward_flush(struct forward *f, bool kept)
{
	struct errinfo e;

	if (!f || f->n_records == 0)
		return;
	if (kept &&
	    forward_queue_append(f->queue, buf_str(&f->records), f->n_records, &e) != ERR_OK)
		keep_back(f, f->n_records, e.msg);
	buf_clear(&f->records);
	if (f->records.cap > KEPT)
		buf_free(&f->records);
	f->n_records = 0;
}

/* ---- answers ------------------------------------------------------------------------------------- */

enum verdict { SENT, REFUSED, AGAIN };

/* A status counts even if what came behind it was cut: the request was heard. */
static enum verdict judge(const struct http_answer *answer)
{
	int status = answer->status;

	if (answer->end == HTTP_BAD_URL)
		return REFUSED;
	if (answer->end == HTTP_REDIRECTED || status == 0)
		return AGAIN;
	if (status >= 200 && status < 300)
		return SENT;
	return status == 408 || status == 429 || status >= 500 ? AGAIN : REFUSED;
}

static void explain(const struct forward *f, const struct http_answer *answer, const char *then,
                    struct errinfo *e)
{
	if (answer->end == HTTP_ANSWERED)
		err_set(e, ERR_IO, "%.120s answered %d: %s", f->host.p, answer->status, then);
	else
		err_set(e, ERR_IO, "%.200s: %s", answer->says, then);
}

/* Requests that were under way together and came back together are one trouble; the longest wait that one of them asked for
 * counts. */
static void pause_for(struct forward *f, int64_t retry_after)
{
	bool paused = loop_timer_active(f->pause);
	uint64_t ms = posthog_pause(f->failures - paused, (uint32_t)f->pace_ms), asked = 0;
	int64_t end;

	if (retry_after > 0)
		asked = (uint64_t)(retry_after < LONGEST_WAIT ? retry_after : LONGEST_WAIT) * 1000;
	ms = asked > ms ? asked : ms;
	end = time_monotonic() + (int64_t)ms * 1000;
	if (paused && end <= f->pause_end)
		return;
	f->failures += !paused;
	f->pause_end = end;
	loop_timer_start(f->pause, ms, 0);
}

static void on_answer(void *ctx, const struct http_answer *answer)
{
	struct sending *s = ctx;
	struct forward *f = s->forward;
	struct errinfo e;

	s->forward = NULL;
	f->under_way--;
	f->bytes -= s->size;
	switch (judge(answer)) {
	case SENT:
		forward_queue_done(f->queue, &s->item);
		note(f, &f->counts.sent, 1, NULL);
		note_stuck(f, NULL);
		f->failures = 0;
		break;
	case REFUSED:
		explain(f, answer, "a request was refused for good", &e);
		forward_queue_done(f->queue, &s->item);
		note_stuck(f, NULL);
		note(f, &f->counts.refused, 1, &e);
		f->failures = 0;
		break;
	case AGAIN:
		explain(f, answer, "requests wait for another try", &e);
		forward_queue_again(f->queue, &s->item);
		note_stuck(f, &e);
		pause_for(f, answer->retry_after);
		break;
	}
	forward_look(f);
	f->changed(f->ctx);
}

/* ---- requests ------------------------------------------------------------------------------------ */

static struct sending *free_sending(struct forward *f)
{
	struct sending *s = f->sendings;

	while (s->forward)
		s++;
	return s;
}

/* What no record of ours says is answered for: nobody else could do more about it. */
static void drop(struct forward *f, const struct forward_item *item)
{
	struct errinfo e;

	err_set(&e, ERR_PARSE, "a request in the queue cannot be read: it is dropped");
	forward_queue_done(f->queue, item);
	note(f, &f->counts.kept_back, 1, &e);
}

static void send_item(struct forward *f, struct forward_item *item)
{
	struct forward_request r;
	struct http_request request = {.method = "POST", .done = on_answer};
	struct sending *s = free_sending(f);
	struct buf url = {0};

	if (!forward_record_read(&r, item->text.p, item->text.n)) {
		drop(f, item);
		buf_free(&item->text);
		return;
	}
	*s = (struct sending){.forward = f, .size = item->text.n};
	s->item = (struct forward_item){.segment = item->segment, .at = item->at};
	f->under_way++;
	f->bytes += s->size;
	buf_append(&url, buf_str(&f->url));
	buf_append(&url, r.target);
	request.url = buf_text(&url);
	request.bearer = r.bearer;
	request.headers = r.headers;
	request.n_headers = r.n_headers;
	request.body = r.body;
	request.max_answer = ANSWER_MAX;
	request.total_ms = REQUEST_MS;
	request.ctx = s;
	http_send(f->http, &request);
	buf_free(&url);
	buf_free(&item->text);
}

/* ---- reading ------------------------------------------------------------------------------------- */

static void free_all(struct forward *f)
{
	for (size_t i = 0; i < f->reading.n; i++)
		buf_free(&f->reading.items[i].text);
	forward_queue_close(f->queue);
	pthread_mutex_destroy(&f->mutex);
	buf_free(&f->records);
	buf_free(&f->url);
	buf_free(&f->host);
	mem_free(f);
}

/* In a worker. */
static void read_queue(void *ctx)
{
	struct forward *f = ctx;
	struct reading *r = &f->reading;
	size_t bytes = 0;

	if (r->adopts)
		forward_queue_adopt(f->queue, &r->trouble);
	while (r->n < r->wanted && bytes < BYTES_AT_ONCE &&
	       forward_queue_next(f->queue, &r->items[r->n], &r->trouble))
		bytes += r->items[r->n++].text.n;
}

static void on_read(void *ctx)
{
	struct forward *f = ctx;
	struct reading r = f->reading;

	f->is_reading = false;
	if (f->closing) {
		free_all(f);
		return;
	}
	f->reading.n = 0;
	for (size_t i = 0; i < r.n; i++)
		send_item(f, &r.items[i]);
	if (r.trouble.code != ERR_OK)
		note(f, &f->counts.kept_back, 0, &r.trouble);
	if (f->look_again || r.n > 0 || r.adopts)
		forward_look(f);
	if ((r.adopts && forward_queue_waiting(f->queue) > 0) || r.trouble.code != ERR_OK)
		f->changed(f->ctx);
}

static void on_dropped(void *ctx)
{
	free_all(ctx);
}

static void read_more(struct forward *f, size_t wanted, bool adopts)
{
	f->reading = (struct reading){.wanted = wanted, .adopts = adopts};
	f->is_reading = true;
	f->look_again = false;
	loop_work_alone(f->loop, read_queue, on_read, on_dropped, f);
}

/* How many requests may be under way beside those that are. */
static size_t room(const struct forward *f)
{
	size_t most = f->failures > 0 ? 1 : AT_ONCE;

	if (loop_timer_active(f->pause) || f->bytes >= BYTES_AT_ONCE)
		return 0;
	return f->under_way < most ? most - f->under_way : 0;
}

void forward_look(struct forward *f)
{
	if (!f)
		return;
	f->look_again = true;
	if (!f->is_reading && room(f) > 0 && forward_queue_waiting(f->queue) > f->under_way)
		read_more(f, room(f), false);
}

static void on_pause(void *ctx)
{
	forward_look(ctx);
}

static void on_look(void *ctx)
{
	struct forward *f = ctx;

	if (!f->is_reading)
		read_more(f, room(f), true);
}

void forward_tick(struct forward *f)
{
	if (f)
		forward_queue_tick(f->queue);
}

/* ---- beginning and end --------------------------------------------------------------------------- */

/* Behind it, a request's path is put. */
static enum err read_url(struct http_target *target, const char *what, const char *url,
                         struct errinfo *e)
{
	char says[HTTP_SAYS] = "";

	if (!http_target_read(target, url, says))
		return err_set(e, ERR_USAGE,
		               "%s: %.150s: use something like https://us.i.posthog.com", what,
		               says);
	if (strpbrk(url, "?#"))
		return err_set(e, ERR_USAGE,
		               "%s: nothing may follow its path: use something like "
		               "https://us.i.posthog.com",
		               what);
	return ERR_OK;
}

enum err forward_url_check(const char *what, const char *url, struct errinfo *e)
{
	struct http_target target;
	enum err err = read_url(&target, what, url, e);

	http_target_free(&target);
	return err;
}

static void use_url(struct forward *f, const struct http_target *target)
{
	struct str url = buf_str(&target->url), origin = buf_str(&target->origin);

	while (url.n > 0 && url.p[url.n - 1] == '/')
		url.n--;
	buf_append(&f->url, url);
	buf_append(&f->host, str_sub(origin, str_find(origin, STR("://"), 0, false) + 3, SIZE_MAX));
}

/* Each host's requests are in a folder of their own: a key is for nobody else. "127.0.0.1_8000". */
static enum err choose_folder(const struct forward *f, const char *folder, struct buf *out,
                              struct errinfo *e)
{
	enum err err = ERR_OK;

	if (folder)
		buf_puts(out, folder);
	else
		err = config_folder(out, CONFIG_STATE, e);
	if (!folder)
		buf_puts(out, "/" NAMES);
	buf_add(out, '/');
	for (size_t i = 0; i < f->host.n; i++) {
		char c = f->host.p[i];
		bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
		             (c == '.' && i > 0);

		buf_add(out, plain ? c : '_');
	}
	return err;
}

static enum err open_queue(struct forward *f, const struct forward_options *o, struct errinfo *e)
{
	struct buf folder = {0};
	enum err err = choose_folder(f, o->folder, &folder, e);

	if (err == ERR_OK)
		err = forward_queue_open(&f->queue, buf_text(&folder),
		                         o->limit ? o->limit : FORWARD_LIMIT,
		                         o->segment ? o->segment : FORWARD_SEGMENT, e);
	buf_free(&folder);
	return err;
}

/* Two of us never have the same, so that each knows what was its own. */
static void choose_name(struct forward *f)
{
	uint64_t number = 0;

	if (getrandom(&number, sizeof(number), 0) != (ssize_t)sizeof(number))
		number = (uint64_t)(uintptr_t)f;
	snprintf(f->via, sizeof(f->via), "1.1 tracehog-%016" PRIx64, number);
}

enum err forward_open(struct forward **out, struct loop *loop,
                      const struct forward_options *options, loop_fn *changed, void *ctx,
                      struct errinfo *e)
{
	struct forward *f = mem_zero(1, sizeof(*f));
	struct http_target target;
	enum err err = read_url(&target, "--forward", options->url, e);

	*out = NULL;
	f->loop = loop;
	f->changed = changed;
	f->ctx = ctx;
	f->pace_ms = options->pace_ms ? options->pace_ms : PACE_MS;
	pthread_mutex_init(&f->mutex, NULL);
	choose_name(f);
	if (err == ERR_OK)
		use_url(f, &target);
	http_target_free(&target);
	if (err == ERR_OK)
		err = open_queue(f, options, e);
	if (err != ERR_OK) {
		free_all(f);
		return err;
	}
	f->http = http_new(loop);
	f->pause = loop_timer_new(loop, on_pause, f);
	f->look = loop_timer_new(loop, on_look, f);
	loop_timer_start(f->look, LOOK_UNITS * f->pace_ms, LOOK_UNITS * f->pace_ms);
	read_more(f, AT_ONCE, true);
	*out = f;
	return ERR_OK;
}

void forward_close(struct forward *f)
{
	if (!f)
		return;
	http_free(f->http);
	loop_timer_free(f->pause);
	loop_timer_free(f->look);
	f->closing = true;
	/* Else the worker's end frees it. */
	if (!f->is_reading)
		free_all(f);
}
