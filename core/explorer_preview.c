/* What traces were asked and answered, for the rows of a list: read by workers, a few thousand
 * kept.
 *
 * The loop picks the events in which question and answer may stand, a worker reads them one after
 * the other until both are found. A trace that changed is read again when somebody asks, but not
 * more often than every REST_US; a timer tells when that time is over, so that the last change is
 * seen too. At most JOBS_MAX are being read at a time, the one asked for last goes first.
 *
 * The cache is SETS sets of WAYS entries; the entry of a set that nobody has asked for longest
 * makes room. */
#include "explorer_internal.h"

#include "base/mem.h"
#include "base/time.h"

#include <string.h>

#define SETS       512u
#define WAYS       8u
#define JOBS_MAX   2
#define REST_US    INT64_C(200000)
#define TRIED_MAX  4                    /* events that are read for a question, or for an answer */
#define EVENT_MAX  ((uint32_t)64 << 20) /* bytes; larger events are not read for a line of text */
#define LINE_MAX_N ((size_t)400)        /* bytes of a line that are kept */

struct picked {
	struct place_of_event places[TRIED_MAX];
	uint32_t events[TRIED_MAX];
	unsigned n;
};

struct preview_job {
	struct preview_cache *cache;
	uint32_t trace, version;
	struct picked inputs, outputs;
	struct buf asked, answered;
};

struct entry {
	struct preview preview;
	struct buf asked, answered;
	uint32_t trace;
	bool used, ready, wanted, running;
	int64_t started;   /* when it was last read; monotonic */
	uint64_t asked_at; /* in questions */
};

struct preview_cache {
	struct loop *loop;
	const struct model *model;
	loop_fn *changed;
	void *ctx;
	struct loop_timer *rest;
	struct entry entries[SETS][WAYS];
	uint64_t questions;
	unsigned jobs, wanted;
	bool closing;
};

/* ---- the worker ---- */

/* One line: runs of blanks and line ends become a blank, and what is long is cut between
 * characters. */
static void keep_line(struct buf *out, struct str text)
{
	for (size_t i = 0; i < text.n && out->n < LINE_MAX_N; i++) {
		bool blank = strchr(" \t\r\n", text.p[i]) != NULL && text.p[i] != '\0';

		if (!blank)
			buf_add(out, text.p[i]);
		else if (out->n > 0 && out->p[out->n - 1] != ' ')
			buf_add(out, ' ');
	}
	if (out->n < LINE_MAX_N)
		return;
	while (out->n > 0 && ((unsigned char)out->p[out->n - 1] & 0xc0) == 0x80)
		out->n--;
	if (out->n > 0 && (unsigned char)out->p[out->n - 1] >= 0xc0)
		out->n--;
}

static void read_one(struct preview_job *job, struct place_of_event place, bool input, bool output)
{
	struct detail d = {.state = DETAIL_LOADING};

	detail_fill(&d, place);
	if (input && d.state == DETAIL_READY)
		keep_line(&job->asked, messages_asked(&d.messages));
	if (output && d.state == DETAIL_READY)
		keep_line(&job->answered, messages_answered(&d.messages));
	detail_fini(&d);
}

static void job_work(void *ctx)
{
	struct preview_job *job = ctx;
	const struct picked *in = &job->inputs, *out = &job->outputs;
	unsigned read = 0; /* of the outputs */

	for (unsigned i = 0; i < in->n && job->asked.n == 0; i++) {
		/* A trace of one generation is read once. */
		bool both = out->n > 0 && read == 0 && in->events[i] == out->events[0];

		read_one(job, in->places[i], true, both);
		read += both;
	}
	for (; read < out->n && job->answered.n == 0; read++)
		read_one(job, out->places[read], false, true);
}

/* ---- picking ---- */

/* Generations say most; the trace's own event and the rest only speak where there is no
 * generation. */
static unsigned rank_of(const struct event *e)
{
	switch (event_kind(e)) {
	case EVENT_GENERATION:
		return 0;
	case EVENT_TRACE:
		return 1;
	case EVENT_SPAN:
	case EVENT_EMBEDDING:
		return 2;
	default:
		return 3;
	}
}

/* direction 1: earliest first, -1: latest first. */
static int compare(const struct events *t, uint32_t a, uint32_t b, int direction)
{
	unsigned rank_a = rank_of(events_get(t, a)), rank_b = rank_of(events_get(t, b));

	if (rank_a != rank_b)
		return rank_a < rank_b ? -1 : 1;
	return direction * events_compare_start(t, a, b);
}

static void pick(struct picked *p, const struct events *t, uint32_t event, int direction)
{
	unsigned at = p->n;

	if (at == TRIED_MAX && compare(t, event, p->events[at - 1], direction) >= 0)
		return;
	if (at == TRIED_MAX)
		at--;
	else
		p->n++;
	for (; at > 0 && compare(t, event, p->events[at - 1], direction) < 0; at--)
		p->events[at] = p->events[at - 1];
	p->events[at] = event;
}

static void find_places(struct picked *p, const struct events *t)
{
	for (unsigned i = 0; i < p->n; i++)
		p->places[i] = explorer_place(t, p->events[i]);
}

static void pick_events(struct preview_job *job, const struct model *m)
{
	const struct events *t = model_events(m);
	uint32_t event = model_trace(m, job->trace)->first_event;

	for (; event != EVENT_NONE; event = model_next_event(m, event)) {
		const struct event *e = events_get(t, event);

		if (e->length > EVENT_MAX || rank_of(e) > 2)
			continue;
		if (e->flags & EVENT_HAS_INPUT)
			pick(&job->inputs, t, event, 1);
		if (e->flags & EVENT_HAS_OUTPUT)
			pick(&job->outputs, t, event, -1);
	}
	find_places(&job->inputs, t);
	find_places(&job->outputs, t);
}

/* ---- the cache ---- */

static struct entry *set_of(struct preview_cache *c, uint32_t trace)
{
	return c->entries[trace * UINT32_C(2654435769) >> 23];
}
_Static_assert(SETS == 1 << (32 - 23), "the hash gives a set");

static struct entry *find(struct preview_cache *c, uint32_t trace)
{
	struct entry *set = set_of(c, trace);

	for (unsigned i = 0; i < WAYS; i++) {
		if (set[i].used && set[i].trace == trace)
			return &set[i];
	}
	return NULL;
}

static void drop(struct preview_cache *c, struct entry *e)
{
	c->wanted -= e->wanted;
	buf_free(&e->asked);
	buf_free(&e->answered);
	*e = (struct entry){.used = false};
}

static struct entry *take(struct preview_cache *c, uint32_t trace)
{
	struct entry *set = set_of(c, trace), *oldest = set;

	for (unsigned i = 0; i < WAYS; i++) {
		if (!set[i].used || set[i].asked_at < oldest->asked_at)
			oldest = &set[i];
		if (!oldest->used)
			break;
	}
	drop(c, oldest);
	oldest->used = true;
	oldest->trace = trace;
	return oldest;
}

static void start_next(struct preview_cache *c);

static void keep_result(struct entry *e, struct preview_job *job)
{
	buf_free(&e->asked);
	buf_free(&e->answered);
	e->asked = job->asked;
	e->answered = job->answered;
	job->asked = job->answered = (struct buf){0};
	e->preview = (struct preview){.asked = buf_str(&e->asked),
	                              .answered = buf_str(&e->answered),
	                              .version = job->version};
	e->ready = true;
	e->running = false;
}

static void job_done(void *ctx)
{
	struct preview_job *job = ctx;
	struct preview_cache *c = job->cache;
	struct entry *e = c->closing ? NULL : find(c, job->trace);

	c->jobs--;
	if (e)
		keep_result(e, job);
	buf_free(&job->asked);
	buf_free(&job->answered);
	mem_free(job);
	if (c->closing)
		return;
	start_next(c);
	if (e)
		c->changed(c->ctx);
}

static void start(struct preview_cache *c, struct entry *e)
{
	struct preview_job *job = mem_zero(1, sizeof(*job));

	job->cache = c;
	job->trace = e->trace;
	job->version = model_trace(c->model, e->trace)->version;
	pick_events(job, c->model);
	e->wanted = false;
	e->running = true;
	e->started = time_monotonic();
	c->wanted--;
	c->jobs++;
	loop_work(c->loop, job_work, job_done, job);
}

static void start_next(struct preview_cache *c)
{
	while (c->jobs < JOBS_MAX && c->wanted > 0) {
		struct entry *next = NULL;

		for (unsigned i = 0; i < SETS * WAYS; i++) {
			struct entry *e = &c->entries[i / WAYS][i % WAYS];

			if (e->wanted && (!next || e->asked_at > next->asked_at))
				next = e;
		}
		start(c, next);
	}
}

static void rested(void *ctx)
{
	struct preview_cache *c = ctx;

	c->changed(c->ctx);
}

static void want(struct preview_cache *c, struct entry *e)
{
	int64_t rest = e->started + REST_US - time_monotonic();

	if (e->ready && rest > 0) {
		if (!loop_timer_active(c->rest))
			loop_timer_start(c->rest, (uint64_t)rest / 1000 + 1, 0);
		return;
	}
	e->wanted = true;
	c->wanted++;
	start_next(c);
}

static const struct preview *preview_cache_get(struct preview_cache *c, uint32_t trace)
{
	uint32_t version = model_trace(c->model, trace)->version;
	struct entry *e = find(c, trace);

	if (!e)
		e = take(c, trace);
	e->asked_at = ++c->questions;
	if (!e->wanted && !e->running && (!e->ready || e->preview.version != version))
		want(c, e);
	return e->ready ? &e->preview : NULL;
}

const struct preview *explorer_preview(struct explorer *x, uint32_t trace)
{
	return preview_cache_get(explorer_caches(x)->previews, trace);
}

struct preview_cache *preview_cache_new(struct loop *loop, const struct model *model,
                                        loop_fn *changed, void *ctx)
{
	struct preview_cache *c = mem_zero(1, sizeof(*c));

	c->loop = loop;
	c->model = model;
	c->changed = changed;
	c->ctx = ctx;
	c->rest = loop_timer_new(loop, rested, c);
	return c;
}

void preview_cache_free(struct preview_cache *c)
{
	c->closing = true;
	loop_timer_free(c->rest);
	while (c->jobs > 0)
		loop_step(c->loop, true);
	for (unsigned i = 0; i < SETS * WAYS; i++)
		drop(c, &c->entries[i / WAYS][i % WAYS]);
	mem_free(c);
}
