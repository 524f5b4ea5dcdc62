/* The call before a call.
 *
 * The loop picks the generations of the trace that began earlier, a worker reads the call and then those, latest first, until
 * none of what is left can share more: one whose JSON is shorter than the texts already shared cannot. In a
 * conversation that grows that leaves one to read. Of what was read the fingerprints of its messages are kept, up to BYTES_MAX.
 * One job runs at a time, the call asked for last goes first.
 *
 * An answer stands while the same calls come before: what a growing trace adds behind it changes nothing. Answers and
 * fingerprints are in sets of WAYS entries; the entry of a set that nobody has asked for longest makes room. */
#include "explorer_internal.h"

#include "base/hash.h"
#include "base/mem.h"
#include "message/fingerprint.h"

#include <string.h>

#define ANSWER_SETS 64u
#define PRINT_SETS  512u
#define WAYS        8u
#define BYTES_MAX   ((size_t)16 << 20) /* of fingerprints that are kept */

/* ---- which calls come before ---- */

struct earlier {
	uint32_t events[PREVIOUS_CALLS]; /* by start, the latest last */
	uint32_t n;
};

static bool is_generation(const struct events *t, uint32_t event)
{
	return event_kind(events_get(t, event)) == EVENT_GENERATION;
}

/* Keeps the latest ones. */
static void earlier_add(struct earlier *e, const struct events *t, uint32_t event)
{
	uint32_t at = e->n;

	while (at > 0 && events_compare_start(t, event, e->events[at - 1]) < 0)
		at--;
	if (e->n < PREVIOUS_CALLS) {
		memmove(&e->events[at + 1], &e->events[at], (e->n - at) * sizeof(uint32_t));
		e->n++;
	} else if (at > 0) {
		at--;
		memmove(&e->events[0], &e->events[1], at * sizeof(uint32_t));
	} else {
		return;
	}
	e->events[at] = event;
}

static void earlier_find(struct earlier *e, const struct model *m, uint32_t event)
{
	const struct events *t = model_events(m);
	uint32_t trace = model_trace_of(m, event), at;

	e->n = 0;
	if (trace == MODEL_NONE || !is_generation(t, event))
		return;
	for (at = model_trace(m, trace)->first_event; at != EVENT_NONE;
	     at = model_next_event(m, at))
		if (is_generation(t, at) && at != event && events_compare_start(t, at, event) < 0)
			earlier_add(e, t, at);
}

static uint32_t trace_version(const struct model *m, uint32_t event)
{
	uint32_t trace = model_trace_of(m, event);

	return trace == MODEL_NONE ? 0 : model_trace(m, trace)->version;
}

static uint64_t earlier_digest(const struct earlier *e)
{
	return hash64((struct str){(const char *)e->events, e->n * sizeof(e->events[0])});
}

static uint32_t call_number(const struct model *m, uint32_t event)
{
	const struct events *t = model_events(m);
	uint32_t trace = model_trace_of(m, event), number = 1, at;

	if (trace == MODEL_NONE || !event_is_call(events_get(t, event)))
		return 0;
	for (at = model_trace(m, trace)->first_event; at != EVENT_NONE;
	     at = model_next_event(m, at))
		if (event_is_call(events_get(t, at)) && at != event &&
		    events_compare_start(t, at, event) < 0)
			number++;
	return number;
}

uint32_t explorer_call_number(struct explorer *x, uint32_t event)
{
	return call_number(explorer_model(x), event);
}

/* ---- the caches ---- */

struct answer {
	struct previous previous;
	uint32_t event, version; /* of the trace, when it was last looked at */
	uint64_t digest;         /* of the calls before */
	bool used, ready, wanted, running;
	uint64_t asked; /* in questions */
};

struct prints {
	struct fingerprints list;
	uint32_t event;
	bool used;
	uint64_t asked;
};

struct previous_cache {
	struct loop *loop;
	const struct model *model;
	loop_fn *changed;
	void *ctx;
	/* What was found last: a trace is gone through once for the question and the job that answers it. */
	struct earlier earlier;
	uint32_t earlier_of, earlier_version; /* of its trace */
	struct answer answers[ANSWER_SETS][WAYS];
	struct prints prints[PRINT_SETS][WAYS];
	size_t bytes;
	uint64_t questions;
	unsigned wanted;
	bool running, closing;
};

/* Lasts until it is asked about another call. */
static const struct earlier *earlier_of(struct previous_cache *c, uint32_t event)
{
	uint32_t version = trace_version(c->model, event);

	if (c->earlier_of != event || c->earlier_version != version)
		earlier_find(&c->earlier, c->model, event);
	c->earlier_of = event;
	c->earlier_version = version;
	return &c->earlier;
}

static struct answer *answer_find(struct previous_cache *c, uint32_t event)
{
	struct answer *set = c->answers[event % ANSWER_SETS];

	for (unsigned i = 0; i < WAYS; i++)
		if (set[i].used && set[i].event == event)
			return &set[i];
	return NULL;
}

static struct answer *answer_take(struct previous_cache *c, uint32_t event)
{
	struct answer *set = c->answers[event % ANSWER_SETS], *oldest = set;

	for (unsigned i = 1; i < WAYS; i++)
		if (set[i].asked < oldest->asked)
			oldest = &set[i];
	c->wanted -= oldest->wanted;
	*oldest = (struct answer){.event = event, .used = true};
	return oldest;
}

static struct prints *prints_find(struct previous_cache *c, uint32_t event)
{
	struct prints *set = c->prints[event % PRINT_SETS];

	for (unsigned i = 0; i < WAYS; i++)
		if (set[i].used && set[i].event == event)
			return &set[i];
	return NULL;
}

static size_t bytes_of(const struct fingerprints *f)
{
	return (f->n + (size_t)1) * (sizeof(*f->list) + sizeof(*f->ends));
}

static void prints_drop(struct previous_cache *c, struct prints *p)
{
	if (!p->used)
		return;
	c->bytes -= bytes_of(&p->list);
	fingerprints_free(&p->list);
	*p = (struct prints){.used = false};
}

static void prints_limit(struct previous_cache *c)
{
	while (c->bytes > BYTES_MAX) {
		struct prints *oldest = NULL;

		for (unsigned i = 0; i < PRINT_SETS * WAYS; i++) {
			struct prints *p = &c->prints[i / WAYS][i % WAYS];

			if (p->used && (!oldest || p->asked < oldest->asked))
				oldest = p;
		}
		prints_drop(c, oldest);
	}
}

/* Takes the list over. */
static void prints_keep(struct previous_cache *c, uint32_t event, struct fingerprints *list)
{
	struct prints *set = c->prints[event % PRINT_SETS], *oldest = set;

	for (unsigned i = 1; i < WAYS; i++)
		if (set[i].asked < oldest->asked)
			oldest = &set[i];
	prints_drop(c, oldest);
	*oldest = (struct prints){
		.list = *list, .event = event, .used = true, .asked = c->questions};
	c->bytes += bytes_of(list);
	*list = (struct fingerprints){0};
}

/* ---- the worker ---- */

/* A call that is compared. */
struct candidate {
	uint32_t event;
	struct place_of_event place;
	const struct fingerprints *known; /* of the cache, which stays as it is while a job runs */
	struct fingerprints read;         /* else, once it was read */
	bool was_read;
};

struct previous_job {
	struct previous_cache *cache;
	struct candidate
		calls[PREVIOUS_CALLS + 1]; /* the call itself, then those before, latest first */
	uint32_t n;
	uint64_t digest;
	uint32_t best, shared; /* best: number in calls, 0 for none */
	struct errinfo error;  /* of the first that could not be read */
};

static const struct fingerprints *prints_of(struct previous_job *job, struct candidate *call)
{
	struct detail d = {.state = DETAIL_LOADING};

	if (call->known)
		return call->known;
	detail_fill(&d, call->place);
	call->was_read = d.state == DETAIL_READY;
	if (call->was_read)
		fingerprints_read(&call->read, &d.messages);
	else if (job->error.code == ERR_OK)
		job->error = d.error;
	detail_fini(&d);
	return &call->read;
}

static void job_work(void *ctx)
{
	struct previous_job *job = ctx;
	const struct fingerprints *own = prints_of(job, &job->calls[0]);
	uint64_t budget = PREVIOUS_BYTES;

	for (uint32_t i = 1; i < job->n && job->shared < own->n; i++) {
		struct candidate *call = &job->calls[i];
		uint64_t least = job->shared > 0 ? own->ends[job->shared - 1] : 0;
		uint32_t shared;

		if (call->place.length <= least || (!call->known && call->place.length > budget))
			continue;
		if (!call->known)
			budget -= call->place.length;
		shared = fingerprints_shared(prints_of(job, call), own);
		if (shared > job->shared) {
			job->shared = shared;
			job->best = i;
		}
	}
}

/* ---- questions ---- */

static void start_next(struct previous_cache *c);

static uint32_t alike_before(const struct previous_job *job)
{
	const struct events *t = model_events(job->cache->model);
	const struct event *own = events_get(t, job->calls[0].event), *e;

	for (uint32_t i = 1; i < job->n; i++) {
		e = events_get(t, job->calls[i].event);
		if (e->model == own->model && e->name == own->name)
			return job->calls[i].event;
	}
	return EVENT_NONE;
}

static void keep_answer(struct previous_cache *c, struct answer *a, const struct previous_job *job)
{
	a->running = false;
	a->ready = true;
	a->digest = job->digest;
	a->previous = (struct previous){
		.event = EVENT_NONE, .alike = alike_before(job), .error = job->error};
	if (job->best == 0)
		return;
	a->previous.event = job->calls[job->best].event;
	a->previous.shared = job->shared;
	a->previous.number = call_number(c->model, a->previous.event);
}

static void job_done(void *ctx)
{
	struct previous_job *job = ctx;
	struct previous_cache *c = job->cache;
	struct answer *a = c->closing ? NULL : answer_find(c, job->calls[0].event);

	c->running = false;
	for (uint32_t i = 0; i < job->n; i++) {
		struct candidate *call = &job->calls[i];

		if (call->was_read && !c->closing && !prints_find(c, call->event))
			prints_keep(c, call->event, &call->read);
		fingerprints_free(&call->read);
	}
	prints_limit(c);
	if (a)
		keep_answer(c, a, job);
	mem_free(job);
	if (c->closing)
		return;
	start_next(c);
	if (a)
		c->changed(c->ctx);
}

static void add_call(struct previous_job *job, uint32_t event)
{
	struct previous_cache *c = job->cache;
	struct candidate *call = &job->calls[job->n++];
	struct prints *known = prints_find(c, event);

	call->event = event;
	call->place = explorer_place(model_events(c->model), event);
	if (!known)
		return;
	known->asked = c->questions;
	call->known = &known->list;
}

static void start(struct previous_cache *c, struct answer *a)
{
	struct previous_job *job = mem_zero(1, sizeof(*job));
	const struct earlier *earlier = earlier_of(c, a->event);

	job->cache = c;
	job->digest = earlier_digest(earlier);
	add_call(job, a->event);
	for (uint32_t i = earlier->n; i-- > 0;)
		add_call(job, earlier->events[i]);
	a->wanted = false;
	a->running = true;
	c->wanted--;
	c->running = true;
	loop_work(c->loop, job_work, job_done, job);
}

static void start_next(struct previous_cache *c)
{
	struct answer *next = NULL;

	if (c->running || c->wanted == 0)
		return;
	for (unsigned i = 0; i < ANSWER_SETS * WAYS; i++) {
		struct answer *a = &c->answers[i / WAYS][i % WAYS];

		if (a->wanted && (!next || a->asked > next->asked))
			next = a;
	}
	start(c, next);
}

/* The trace has changed, or nobody has asked yet. */
static void look_again(struct previous_cache *c, struct answer *a)
{
	const struct earlier *earlier = earlier_of(c, a->event);
	uint64_t digest = earlier_digest(earlier);

	if (a->ready && a->previous.event != EVENT_NONE)
		a->previous.number = call_number(c->model, a->previous.event);
	if (a->ready && a->digest == digest)
		return;
	if (earlier->n == 0) {
		a->ready = true;
		a->digest = digest;
		a->previous = (struct previous){.event = EVENT_NONE, .alike = EVENT_NONE};
		return;
	}
	a->wanted = true;
	c->wanted++;
	start_next(c);
}

static const struct previous *get(struct previous_cache *c, uint32_t event)
{
	uint32_t version = trace_version(c->model, event);
	struct answer *a = answer_find(c, event);
	bool is_new = !a;

	if (!a)
		a = answer_take(c, event);
	a->asked = ++c->questions;
	if ((is_new || a->version != version) && !a->wanted && !a->running) {
		a->version = version;
		look_again(c, a);
	}
	return a->ready ? &a->previous : NULL;
}

const struct previous *explorer_previous(struct explorer *x, uint32_t event)
{
	return get(explorer_caches(x)->previous, event);
}

struct previous_cache *previous_cache_new(struct loop *loop, const struct model *model,
                                          loop_fn *changed, void *ctx)
{
	struct previous_cache *c = mem_zero(1, sizeof(*c));

	c->loop = loop;
	c->model = model;
	c->changed = changed;
	c->ctx = ctx;
	c->earlier_of = EVENT_NONE;
	return c;
}

void previous_cache_free(struct previous_cache *c)
{
	c->closing = true;
	while (c->running)
		loop_step(c->loop, true);
	for (unsigned i = 0; i < PRINT_SETS * WAYS; i++)
		prints_drop(c, &c->prints[i / WAYS][i % WAYS]);
	mem_free(c);
}
