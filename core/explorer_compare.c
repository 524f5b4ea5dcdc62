/* Two calls side by side, for who owns them: read and compared by a worker. The second may be an answer that stands in no source.
 * So are the parts of two traces. One that is ended while a worker has it is freed when
 * that is done. */
#include "explorer_internal.h"
#include "explorer_replay.h"

#include "base/mem.h"

#include <assert.h>

struct compares {
	struct loop *loop;
	const struct events *events;
	loop_fn *changed;
	void *ctx;
	unsigned jobs;
};

/* What a worker is told. */
struct sides {
	struct place_of_event before, after;
	struct buf answer; /* in place of after, if there is one */
	const struct prices *prices;
};

struct compare_job {
	struct compared shown; /* first: what its owner has */
	struct compared read;  /* the worker's, until it is done */
	struct sides sides;
	struct compares *all;
	bool running, ended;
};

/* ---- the worker ---- */

static struct call call_of(const struct detail *d)
{
	return (struct call){.messages = &d->messages,
	                     .tools = &d->tools,
	                     .tree = detail_properties(d),
	                     .properties = d->properties};
}

static void fill_answer(struct detail *d, const struct sides *s)
{
	detail_fill_line(d, buf_str(&s->answer));
	if (d->state == DETAIL_READY && s->prices != NULL)
		d->has_cost = cost_working_read(&d->cost, s->prices, buf_str(&d->line));
}

static void fill(struct compared *c, const struct sides *s)
{
	struct call a, b;

	detail_fill(&c->before, s->before);
	if (s->answer.n > 0)
		fill_answer(&c->after, s);
	else
		detail_fill(&c->after, s->after);
	c->state = DETAIL_FAILED;
	c->error = c->before.state == DETAIL_FAILED ? c->before.error : c->after.error;
	if (c->before.state == DETAIL_FAILED || c->after.state == DETAIL_FAILED)
		return;
	a = call_of(&c->before);
	b = call_of(&c->after);
	comparison_make(&c->comparison, &a, &b);
	c->state = DETAIL_READY;
}

static void fini(struct compared *c)
{
	comparison_free(&c->comparison);
	detail_fini(&c->before);
	detail_fini(&c->after);
}

static void job_work(void *ctx)
{
	struct compare_job *job = ctx;

	fill(&job->read, &job->sides);
}

/* ---- the loop ---- */

static void job_free(struct compare_job *job)
{
	fini(&job->shown);
	buf_free(&job->sides.answer);
	mem_free(job);
}

static void job_done(void *ctx)
{
	struct compare_job *job = ctx;
	struct compares *all = job->all;

	all->jobs--;
	job->running = false;
	job->shown = job->read;
	if (job->ended)
		job_free(job);
	else
		all->changed(all->ctx);
}

static const struct compared *start(struct compares *all, const struct sides *sides,
                                    uint32_t before, uint32_t after)
{
	struct compare_job *job = mem_zero(1, sizeof(*job));

	job->all = all;
	job->sides = *sides;
	job->shown.state = DETAIL_LOADING;
	job->read.before.event = before;
	job->read.after.event = after;
	job->running = true;
	all->jobs++;
	loop_work(all->loop, job_work, job_done, job);
	return &job->shown;
}

const struct compared *explorer_compare(struct explorer *x, uint32_t before, uint32_t after)
{
	struct compares *all = explorer_caches(x)->compares;
	struct sides sides = {.before = explorer_place(all->events, before),
	                      .after = explorer_place(all->events, after)};

	return start(all, &sides, before, after);
}

static struct sides sides_of_answer(const struct events *events, uint32_t before, struct str answer)
{
	struct sides sides = {.before = explorer_place(events, before), .prices = events->prices};

	buf_append(&sides.answer, answer);
	return sides;
}

const struct compared *explorer_compare_answer(struct explorer *x, uint32_t before,
                                               struct str answer)
{
	struct compares *all = explorer_caches(x)->compares;
	struct sides sides = sides_of_answer(all->events, before, answer);

	return start(all, &sides, before, EVENT_NONE);
}

void explorer_compare_end(struct explorer *x, const struct compared *c)
{
	struct compare_job *job = (struct compare_job *)c;

	(void)x; /* without asserts */
	assert(!c || job->all == explorer_caches(x)->compares);
	if (!c)
		return;
	job->ended = true;
	if (!job->running)
		job_free(job);
}

/* ---- two traces ---- */

#define PAIRED_AT_ONCE 1000 /* keys: far less than a slice, however they differ */

struct pair_job {
	struct paired shown; /* first: what its owner has */
	struct alike_sequence sides[2];
	struct compares *all;
	bool running, ended;
};

static void pair_work(void *ctx)
{
	struct pair_job *job = ctx;

	alike_pair_up(&job->shown.pairs, job->sides);
}

static void pair_free(struct pair_job *job)
{
	mem_free(job->sides[0].keys);
	mem_free(job->sides[1].keys);
	alike_pairs_free(&job->shown.pairs);
	mem_free(job);
}

static void pair_done(void *ctx)
{
	struct pair_job *job = ctx;
	struct compares *all = job->all;

	all->jobs--;
	job->running = false;
	job->shown.ready = true;
	if (job->ended)
		pair_free(job);
	else
		all->changed(all->ctx);
}

const struct paired *explorer_pair_up(struct explorer *x, const struct alike_sequence sides[2])
{
	struct pair_job *job = mem_zero(1, sizeof(*job));

	job->all = explorer_caches(x)->compares;
	job->sides[0] = sides[0];
	job->sides[1] = sides[1];
	if (sides[0].n + (uint64_t)sides[1].n <= PAIRED_AT_ONCE) {
		pair_work(job);
		job->shown.ready = true;
		return &job->shown;
	}
	job->running = true;
	job->all->jobs++;
	loop_work(job->all->loop, pair_work, pair_done, job);
	return &job->shown;
}

void explorer_pair_end(struct explorer *x, const struct paired *p)
{
	struct pair_job *job = (struct pair_job *)p;

	(void)x; /* without asserts */
	assert(!p || job->all == explorer_caches(x)->compares);
	if (!p)
		return;
	job->ended = true;
	if (!job->running)
		pair_free(job);
}

/* ---- at once ---- */

static struct compared *read_now(const struct sides *sides, uint32_t before, uint32_t after)
{
	struct compared *c = mem_zero(1, sizeof(*c));

	c->before.event = before;
	c->after.event = after;
	fill(c, sides);
	return c;
}

struct compared *compared_read(const struct events *events, uint32_t before, uint32_t after)
{
	struct sides sides = {.before = explorer_place(events, before),
	                      .after = explorer_place(events, after)};

	return read_now(&sides, before, after);
}

struct compared *compared_read_answer(const struct events *events, uint32_t before,
                                      struct str answer)
{
	struct sides sides = sides_of_answer(events, before, answer);
	struct compared *c = read_now(&sides, before, EVENT_NONE);

	buf_free(&sides.answer);
	return c;
}

void compared_free(struct compared *c)
{
	if (!c)
		return;
	fini(c);
	mem_free(c);
}

struct compares *compares_new(struct loop *loop, const struct events *events, loop_fn *changed,
                              void *ctx)
{
	struct compares *c = mem_zero(1, sizeof(*c));

	c->loop = loop;
	c->events = events;
	c->changed = changed;
	c->ctx = ctx;
	return c;
}

void compares_free(struct compares *c)
{
	while (c->jobs > 0)
		loop_step(c->loop, true);
	mem_free(c);
}
