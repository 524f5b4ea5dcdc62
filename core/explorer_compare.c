/* Two calls side by side, for who owns them: read and compared by a worker. One that is ended while a worker has it is freed when
 * that is done. */
#include "explorer_internal.h"

#include "base/mem.h"

#include <assert.h>

struct compares {
	struct loop *loop;
	const struct events *events;
	loop_fn *changed;
	void *ctx;
	unsigned jobs;
};

struct compare_job {
	struct compared shown; /* first: what its owner has */
	struct compared read;  /* the worker's, until it is done */
	struct place_of_event before, after;
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

static void fill(struct compared *c, struct place_of_event before, struct place_of_event after)
{
	struct call a, b;

	detail_fill(&c->before, before);
	detail_fill(&c->after, after);
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

	fill(&job->read, job->before, job->after);
}

/* ---- the loop ---- */

static void job_free(struct compare_job *job)
{
	fini(&job->shown);
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

const struct compared *explorer_compare(struct explorer *x, uint32_t before, uint32_t after)
{
	struct compares *all = explorer_caches(x)->compares;
	struct compare_job *job = mem_zero(1, sizeof(*job));

	job->all = all;
	job->before = explorer_place(all->events, before);
	job->after = explorer_place(all->events, after);
	job->shown.state = DETAIL_LOADING;
	job->read.before.event = before;
	job->read.after.event = after;
	job->running = true;
	all->jobs++;
	loop_work(all->loop, job_work, job_done, job);
	return &job->shown;
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

struct compared *compared_read(const struct events *events, uint32_t before, uint32_t after)
{
	struct compared *c = mem_zero(1, sizeof(*c));

	c->before.event = before;
	c->after.event = after;
	fill(c, explorer_place(events, before), explorer_place(events, after));
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
