/* How often the messages of a session were sent.
 *
 * The loop picks the session's calls, a worker reads them and counts their messages' fingerprints. Of one session at a time the
 * counts are kept; when it grows the worker reads what is new and adds that to them. They are made anew when a call has left. */
#include "explorer_internal.h"

#include "base/mem.h"
#include "message/fingerprint.h"

#include <stdlib.h>
#include <string.h>

#define EVENTS_MAX 20000u            /* and traces of a session that are looked at for its calls */
#define PRINTS_MAX ((size_t)1 << 20) /* messages of all calls */
#define NO_SUBJECT ((struct subject){MODEL_NONE, MODEL_NONE})

/* ---- counts ---------------------------------------------------------------------------------- */

struct print_count {
	uint64_t print;
	uint32_t calls;
};

struct repeats {
	struct print_count *list; /* rising by fingerprint */
	size_t n;
	uint32_t version;
	bool unread; /* some calls were too many, or could not be read */
	bool more;   /* there may be others than those that are here */
};

uint32_t repeats_of(const struct repeats *r, uint64_t fingerprint)
{
	size_t low = 0, high = r->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (r->list[middle].print < fingerprint)
			low = middle + 1;
		else
			high = middle;
	}
	return low < r->n && r->list[low].print == fingerprint ? r->list[low].calls : 0;
}

bool repeats_are_partial(const struct repeats *r)
{
	return r->unread || r->more;
}

uint32_t repeats_version(const struct repeats *r)
{
	return r != NULL ? r->version : 0;
}

static int compare_prints(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

/* What was counted, and one more for each number of a sorted list. */
static void repeats_make(struct repeats *r, const struct repeats *before, const uint64_t *prints,
                         size_t n)
{
	size_t at = 0, old = 0;

	r->list = mem_alloc(before->n + n + 1, sizeof(*r->list));
	while (at < n || old < before->n) {
		bool known = at == n || (old < before->n && before->list[old].print <= prints[at]);
		struct print_count c = {known ? before->list[old].print : prints[at], 0};

		if (known)
			c.calls = before->list[old++].calls;
		for (; at < n && prints[at] == c.print; at++)
			c.calls++;
		r->list[r->n++] = c;
	}
}

/* ---- the worker ------------------------------------------------------------------------------ */

/* What the counts are of: a session, or a trace that is in none. */
struct subject {
	uint32_t session, trace;
};

struct repeats_job {
	struct repeats_cache *cache;
	uint32_t *events; /* all calls that are counted then, rising */
	uint32_t n_events;
	struct place_of_event *places; /* those of them that are not counted yet */
	uint32_t n_places;
	const struct repeats *before; /* the cache's, which stays as it is while a job runs */
	struct repeats counts;
};

struct prints {
	uint64_t *list;
	size_t n, cap;
};

/* A message that stands in a call twice is one that was sent with one call. */
static void add_call(struct prints *p, struct fingerprints *f)
{
	size_t first = p->n;

	if (p->n + f->n > p->cap) {
		p->cap = p->cap * 2 + f->n;
		p->list = mem_resize(p->list, p->cap, sizeof(*p->list));
	}
	if (f->n > 0)
		qsort(f->list, f->n, sizeof(*f->list), compare_prints);
	for (uint32_t i = 0; i < f->n; i++)
		if (p->n == first || p->list[p->n - 1] != f->list[i])
			p->list[p->n++] = f->list[i];
}

/* False: it cannot be read. */
static bool read_call(struct prints *p, struct place_of_event place)
{
	struct detail d = {.state = DETAIL_LOADING};
	struct fingerprints f = {0};
	bool ready;

	detail_fill(&d, place);
	ready = d.state == DETAIL_READY;
	if (ready)
		fingerprints_read(&f, &d.messages);
	add_call(p, &f);
	fingerprints_free(&f);
	detail_fini(&d);
	return ready;
}

static void job_work(void *ctx)
{
	struct repeats_job *job = ctx;
	struct prints all = {0};
	uint64_t budget = REPEATS_BYTES;

	for (uint32_t i = 0; i < job->n_places; i++) {
		uint32_t length = job->places[i].length;
		bool room = length <= budget && all.n + job->before->n < PRINTS_MAX;

		budget -= room ? length : 0;
		if (!room || !read_call(&all, job->places[i]))
			job->counts.unread = true;
	}
	if (all.n > 0)
		qsort(all.list, all.n, sizeof(*all.list), compare_prints);
	repeats_make(&job->counts, job->before, all.list, all.n);
	mem_free(all.list);
}

/* ---- the loop -------------------------------------------------------------------------------- */

struct repeats_cache {
	struct loop *loop;
	struct model *model;
	loop_fn *changed;
	void *ctx;
	struct subject subject; /* of counts */
	uint32_t version;       /* of the subject, when it was last looked at */
	struct repeats counts;
	uint32_t *events; /* that are counted, rising */
	uint32_t n_events, versions;
	bool ready, running, closing;
};

static struct subject subject_of(const struct model *m, uint32_t event)
{
	uint32_t trace = model_trace_of(m, event), session;

	if (trace == MODEL_NONE)
		return NO_SUBJECT;
	session = model_trace(m, trace)->session;
	return (struct subject){session, session == MODEL_NONE ? trace : MODEL_NONE};
}

static bool is_same(struct subject a, struct subject b)
{
	return a.session == b.session && a.trace == b.trace;
}

static uint32_t version_of(struct model *m, struct subject s)
{
	return s.session != MODEL_NONE ? model_session(m, s.session)->version
	                               : model_trace(m, s.trace)->version;
}

struct calls {
	uint32_t *events;
	uint32_t n, cap, looked;
};

static void add_trace(struct calls *c, const struct model *m, uint32_t trace)
{
	const struct events *t = model_events(m);
	uint32_t at = model_trace(m, trace)->first_event;

	c->looked++;
	for (; at != EVENT_NONE && c->looked < EVENTS_MAX; at = model_next_event(m, at)) {
		c->looked++;
		if (event_kind(events_get(t, at)) != EVENT_GENERATION)
			continue;
		if (c->n == c->cap) {
			c->cap = c->cap ? c->cap * 2 : 64;
			c->events = mem_resize(c->events, c->cap, sizeof(*c->events));
		}
		c->events[c->n++] = at;
	}
}

static int compare_numbers(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

/* The calls there are, rising. */
static struct calls calls_of(struct model *m, struct subject s)
{
	struct calls c = {0};
	uint32_t trace = s.trace;

	if (s.session != MODEL_NONE)
		trace = model_session(m, s.session)->first_trace;
	for (; trace != MODEL_NONE && c.looked < EVENTS_MAX;
	     trace = s.session != MODEL_NONE ? model_next_trace(m, trace) : MODEL_NONE)
		add_trace(&c, m, trace);
	if (c.n > 0)
		qsort(c.events, c.n, sizeof(*c.events), compare_numbers);
	return c;
}

static bool is_listed(struct model *m, struct subject s)
{
	return s.session != MODEL_NONE ? model_session(m, s.session)->listed
	                               : model_trace(m, s.trace)->listed;
}

/* Puts calls that are not counted yet into places. False: one that is counted has left. */
static bool pick_new(const struct repeats_cache *c, struct repeats_job *job)
{
	uint32_t known = 0;

	job->places = mem_alloc(job->n_events + (size_t)1, sizeof(*job->places));
	for (uint32_t i = 0; i < job->n_events; i++) {
		uint32_t event = job->events[i];

		if (known < c->n_events && c->events[known] == event)
			known++;
		else
			job->places[job->n_places++] = explorer_place(model_events(c->model),
			                                              event);
	}
	return known == c->n_events;
}

static void cache_clear(struct repeats_cache *c)
{
	mem_free(c->counts.list);
	mem_free(c->events);
	c->counts = (struct repeats){0};
	c->events = NULL;
	c->n_events = 0;
	c->ready = false;
}

static void job_free(struct repeats_job *job)
{
	mem_free(job->counts.list);
	mem_free(job->events);
	mem_free(job->places);
	mem_free(job);
}

static void job_done(void *ctx)
{
	struct repeats_job *job = ctx;
	struct repeats_cache *c = job->cache;

	c->running = false;
	cache_clear(c);
	c->counts = job->counts;
	c->counts.version = ++c->versions;
	c->events = job->events;
	c->n_events = job->n_events;
	c->ready = true;
	job->counts = (struct repeats){0};
	job->events = NULL;
	job_free(job);
	if (!c->closing)
		c->changed(c->ctx);
}

static void count_anew(struct repeats_cache *c)
{
	struct calls calls = calls_of(c->model, c->subject);
	struct repeats_job *job = mem_zero(1, sizeof(*job));

	job->cache = c;
	job->events = calls.events;
	job->n_events = calls.n;
	if (!pick_new(c, job)) {
		cache_clear(c);
		job->n_places = 0;
		mem_free(job->places);
		(void)pick_new(c, job);
	}
	job->before = &c->counts;
	job->counts.unread = c->counts.unread;
	job->counts.more = calls.looked >= EVENTS_MAX || is_listed(c->model, c->subject);
	if (c->ready && job->n_places == 0) {
		if (c->counts.more != job->counts.more)
			c->counts.version = ++c->versions;
		c->counts.more = job->counts.more;
		job_free(job);
		return;
	}
	c->running = true;
	loop_work(c->loop, job_work, job_done, job);
}

const struct repeats *explorer_repeats(struct explorer *x, uint32_t event)
{
	struct repeats_cache *c = explorer_caches(x)->repeats;
	struct subject s = subject_of(c->model, event);
	bool other = !is_same(s, c->subject);

	if ((s.session == MODEL_NONE && s.trace == MODEL_NONE) || (other && c->running))
		return NULL;
	if (other)
		cache_clear(c);
	c->subject = s;
	if (!c->running && (!c->ready || c->version != version_of(c->model, s))) {
		c->version = version_of(c->model, s);
		count_anew(c);
	}
	return c->ready ? &c->counts : NULL;
}

struct repeats_cache *repeats_cache_new(struct loop *loop, struct model *model, loop_fn *changed,
                                        void *ctx)
{
	struct repeats_cache *c = mem_zero(1, sizeof(*c));

	c->loop = loop;
	c->model = model;
	c->changed = changed;
	c->ctx = ctx;
	c->subject = NO_SUBJECT;
	return c;
}

void repeats_cache_free(struct repeats_cache *c)
{
	c->closing = true;
	while (c->running)
		loop_step(c->loop, true);
	cache_clear(c);
	mem_free(c);
}
