/* A search: which events are looked through next, and what is known of those that were.
 *
 * How it works. What is to be looked through is a queue of ranges of numbers. A job takes the next events of it, as many as
 * make some milliseconds; their places are copied, so that workers see nothing of the event table. When a job comes back, what it
 * found is entered here, and it goes on with what it left or with the next events. Events are taken in the order of
 * their numbers, which nearly always is that of their places, so nothing is sorted.
 *
 * Freeing. A job that is under way cannot be called back, and its read may take as long as a disk likes. It is cancelled, and
 * keeps its journals; the search lives on, without an owner, until the last job is back.
 *
 * Left to others: reading and looking (text_job.c). */
#include "query/text_search.h"

#include "base/mem.h"
#include "query/text_job.h"

#include <assert.h>

#define JOBS_MAX   16u
#define JOB_BYTES  ((uint64_t)8 << 20)
#define JOB_EVENTS 8192u
#define SAMPLES    64u /* events of a range whose size tells about the rest */

struct text_range {
	uint32_t first, n;
	uint64_t *among; /* NULL: all of them */
	uint32_t at;     /* the next, from first on */
};

struct search_job {
	struct text_search *search;
	struct text_job job;
	bool busy;
};

struct text_search {
	struct loop *loop;
	const struct events *events;
	loop_fn *changed;
	void *ctx;
	struct text_forms forms;
	bool certain; /* there are forms */
	struct search_job *jobs;
	unsigned n_jobs, n_busy;
	bool freed;
	struct text_range *ranges;
	uint32_t next_range, n_ranges, cap_ranges;
	uint64_t *found; /* a bit an event */
	uint32_t words, n_found, n_failed;
	struct errinfo error;
	uint64_t left;               /* events in ranges */
	uint64_t done, taken;        /* bytes */
	uint64_t known, known_bytes; /* events whose size is known, and theirs */
};

/* ---- the queue ---- */

static bool is_among(const struct text_range *r, uint32_t at)
{
	return !r->among || (r->among[at / 64] & UINT64_C(1) << at % 64);
}

/* Moves on to the next event of the range; false at its end. */
static bool seek(struct text_range *r)
{
	while (r->at < r->n && !is_among(r, r->at)) {
		bool none = r->at % 64 == 0 && r->among[r->at / 64] == 0;

		r->at += none ? 64 : 1;
	}
	return r->at < r->n;
}

static uint32_t count(const struct text_range *r)
{
	uint32_t events = 0;

	if (!r->among)
		return r->n;
	for (uint32_t at = 0; at < r->n; at += 64) {
		uint64_t word = r->among[at / 64];

		if (r->n - at < 64)
			word &= (UINT64_C(1) << (r->n - at)) - 1;
		events += (uint32_t)__builtin_popcountll(word);
	}
	return events;
}

static void drop_range(struct text_search *s)
{
	mem_free(s->ranges[s->next_range].among);
	s->next_range++;
	if (s->next_range == s->n_ranges)
		s->next_range = s->n_ranges = 0;
}

static struct text_item item_of(const struct events *t, uint32_t event)
{
	const struct event *e = events_get(t, event);

	return (struct text_item){.journal = t->journals[event_journal(e)],
	                          .offset = event_offset(e),
	                          .length = e->length,
	                          .event = event,
	                          .flags = e->flags};
}

/* The next events go to the job; false if there are none. */
static bool take(struct text_search *s, struct text_job *job)
{
	uint64_t bytes = 0;

	text_job_start(job);
	while (s->next_range < s->n_ranges && bytes < JOB_BYTES && job->n < JOB_EVENTS) {
		struct text_range *r = &s->ranges[s->next_range];

		if (!seek(r)) {
			drop_range(s);
			continue;
		}
		text_job_add(job, item_of(s->events, r->first + r->at++));
		bytes += job->items[job->n - 1].length;
	}
	s->left -= job->n;
	s->taken += bytes;
	s->known += job->n;
	s->known_bytes += bytes;
	return job->n > 0;
}

/* ---- what came out ---- */

static void find(struct text_search *s, uint32_t event)
{
	uint32_t word = event / 64;

	if (word >= s->words) {
		uint32_t words = s->words * 2 > word ? s->words * 2 : word + 64;

		s->found = mem_resize(s->found, words, sizeof(*s->found));
		memset(s->found + s->words, 0, (words - s->words) * sizeof(*s->found));
		s->words = words;
	}
	s->n_found += !text_search_has(s, event);
	s->found[word] |= UINT64_C(1) << event % 64;
}

static void enter(struct text_search *s, struct text_job *job)
{
	for (uint32_t i = 0; i < job->n_found; i++)
		find(s, job->found[i]);
	if (s->n_failed == 0 && job->n_failed > 0)
		s->error = job->error;
	s->n_failed += job->n_failed;
	s->done += job->bytes;
	job->n_found = job->n_failed = 0;
	job->bytes = 0;
}

/* ---- jobs ---- */

static void destroy(struct text_search *s)
{
	for (unsigned i = 0; i < s->n_jobs; i++)
		text_job_fini(&s->jobs[i].job);
	while (s->next_range < s->n_ranges)
		drop_range(s);
	text_forms_fini(&s->forms);
	mem_free(s->ranges);
	mem_free(s->found);
	mem_free(s->jobs);
	mem_free(s);
}

static void work(void *ctx)
{
	struct search_job *j = ctx;

	text_job_run(&j->job);
}

static void job_dropped(void *ctx)
{
	struct search_job *j = ctx;
	struct text_search *s = j->search;

	j->busy = false;
	s->n_busy--;
	if (!s->freed)
		return;
	text_job_release(&j->job);
	if (s->n_busy == 0)
		destroy(s);
}

static void job_done(void *ctx);

/* What it has left, else the next events. */
static void start(struct text_search *s, struct search_job *j)
{
	if (j->job.next == j->job.n && !take(s, &j->job))
		return;
	j->busy = true;
	s->n_busy++;
	loop_work_alone(s->loop, work, job_done, job_dropped, j);
}

static void job_done(void *ctx)
{
	struct search_job *j = ctx;
	struct text_search *s = j->search;

	if (s->freed) {
		job_dropped(j);
		return;
	}
	j->busy = false;
	s->n_busy--;
	enter(s, &j->job);
	start(s, j);
	/* Who is told may free the search. */
	s->changed(s->ctx);
}

static void start_all(struct text_search *s)
{
	for (unsigned i = 0; i < s->n_jobs; i++) {
		if (!s->jobs[i].busy)
			start(s, &s->jobs[i]);
	}
}

/* ---- the search ---- */

/* One a worker, so that none waits for the loop. */
static enum err make_jobs(struct text_search *s, const struct text_wanted *wanted,
                          struct errinfo *e)
{
	unsigned n = loop_workers() < JOBS_MAX ? loop_workers() : JOBS_MAX;
	enum err err = ERR_OK;

	s->jobs = mem_zero(n, sizeof(*s->jobs));
	for (s->n_jobs = 0; s->n_jobs < n && !err; s->n_jobs++) {
		struct search_job *j = &s->jobs[s->n_jobs];

		j->search = s;
		text_job_init(&j->job);
		j->job.forms = s->certain ? &s->forms : NULL;
		err = text_confirm_new(&j->job.confirm, wanted, j->job.forms, e);
	}
	return err;
}

enum err text_search_new(struct text_search **out, struct loop *loop, const struct events *t,
                         const struct text_wanted *wanted, loop_fn *changed, void *ctx,
                         struct errinfo *e)
{
	struct text_search *s = mem_zero(1, sizeof(*s));
	enum err err;

	s->loop = loop;
	s->events = t;
	s->changed = changed;
	s->ctx = ctx;
	s->certain = wanted->value && text_rule_forms(wanted->value, &s->forms);
	err = make_jobs(s, wanted, e);
	if (err) {
		destroy(s);
		s = NULL;
	}
	*out = s;
	return err;
}

void text_search_free(struct text_search *s)
{
	if (!s)
		return;
	s->freed = true;
	for (unsigned i = 0; i < s->n_jobs; i++)
		if (s->jobs[i].busy)
			text_job_cancel(&s->jobs[i].job);
	if (s->n_busy == 0)
		destroy(s);
}

/* How long the events of a range are, told by a few. */
static void sample(struct text_search *s, struct text_range r)
{
	uint32_t step = r.n / SAMPLES + 1;

	for (r.at = 0; seek(&r); r.at += step) {
		s->known++;
		s->known_bytes += events_get(s->events, r.first + r.at)->length;
	}
}

void text_search_add(struct text_search *s, uint32_t first, uint32_t n, const uint64_t *among)
{
	struct text_range r = {.first = first, .n = n};
	size_t words = (n + 63) / 64;

	if (n == 0)
		return;
	assert(n <= s->events->n && first <= s->events->n - n);
	if (among) {
		r.among = mem_alloc(words, sizeof(*among));
		memcpy(r.among, among, words * sizeof(*among));
	}
	if (s->n_ranges == s->cap_ranges) {
		s->cap_ranges = s->cap_ranges ? s->cap_ranges * 2 : 8;
		s->ranges = mem_resize(s->ranges, s->cap_ranges, sizeof(*s->ranges));
	}
	s->ranges[s->n_ranges++] = r;
	s->left += count(&r);
	sample(s, r);
	start_all(s);
}

bool text_search_done(const struct text_search *s)
{
	return s->n_busy == 0;
}

void text_search_progress(const struct text_search *s, uint64_t *done, uint64_t *bytes)
{
	uint64_t mean = s->known > 0 ? s->known_bytes / s->known : 0;

	*done = s->done;
	*bytes = s->taken + s->left * mean;
}

bool text_search_has(const struct text_search *s, uint32_t event)
{
	return event / 64 < s->words && (s->found[event / 64] & UINT64_C(1) << event % 64);
}

uint32_t text_search_found(const struct text_search *s)
{
	return s->n_found;
}

uint32_t text_search_failed(const struct text_search *s, struct errinfo *e)
{
	if (e)
		*e = s->error;
	return s->n_failed;
}
