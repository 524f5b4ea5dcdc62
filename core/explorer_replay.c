/* Requests made of events, for who owns them. One that is ended while a worker has it is freed when that is done. */
#include "explorer_replay.h"

#include "base/mem.h"
#include "explorer_internal.h"

struct prepares {
	struct loop *loop;
	const struct events *events;
	loop_fn *changed;
	void *ctx;
	unsigned jobs;
};

struct prepare_job {
	struct prepared shown; /* first: what its owner has */
	struct prepared made;  /* the worker's, until it is done */
	struct place_of_event place;
	struct prepares *all;
	bool running, ended;
};

/* ---- the worker ---- */

/* Where the call went; of one through a private gateway only the URL of the request may say so. */
static void read_named(struct buf *named, const struct json_tree *t, uint32_t properties)
{
	static const char *const names[] = {"$ai_base_url", "$ai_request_url"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]) && named->n == 0; i++) {
		uint32_t at = json_member(t, properties, str_of(names[i]));

		if (json_type_of(t, at) == JSON_STRING)
			json_text(t, at, named);
	}
}

static void make(struct prepared *p, const struct detail *d)
{
	const struct json_tree *t = detail_properties(d);
	struct request_event from = {.tree = t,
	                             .properties = d->properties,
	                             .messages = &d->messages,
	                             .tools = &d->tools};

	read_named(&p->named, t, d->properties);
	if (request_make(&p->request, &from, REQUEST_STREAMED | REQUEST_ELSEWHERE, &p->error) ==
	    ERR_OK)
		p->state = DETAIL_READY;
}

static void fill(struct prepared *p, struct place_of_event place)
{
	struct detail d = {0};

	p->state = DETAIL_FAILED;
	detail_fill(&d, place);
	if (d.state == DETAIL_READY)
		make(p, &d);
	else
		p->error = d.error;
	detail_fini(&d);
}

static void fini(struct prepared *p)
{
	request_free(&p->request);
	buf_free(&p->named);
}

static void job_work(void *ctx)
{
	struct prepare_job *job = ctx;

	fill(&job->made, job->place);
}

/* ---- the loop ---- */

static void job_free(struct prepare_job *job)
{
	fini(&job->shown);
	mem_free(job);
}

static void job_done(void *ctx)
{
	struct prepare_job *job = ctx;
	struct prepares *all = job->all;

	all->jobs--;
	job->running = false;
	job->shown = job->made;
	if (job->ended)
		job_free(job);
	else
		all->changed(all->ctx);
}

const struct prepared *explorer_prepare(struct explorer *x, uint32_t event)
{
	struct prepares *all = explorer_caches(x)->prepares;
	struct prepare_job *job = mem_zero(1, sizeof(*job));

	job->all = all;
	job->place = explorer_place(all->events, event);
	job->shown.state = DETAIL_LOADING;
	job->running = true;
	all->jobs++;
	loop_work(all->loop, job_work, job_done, job);
	return &job->shown;
}

void explorer_prepare_end(const struct prepared *p)
{
	struct prepare_job *job = (struct prepare_job *)p;

	if (!p)
		return;
	job->ended = true;
	if (!job->running)
		job_free(job);
}

struct prepares *prepares_new(struct loop *loop, const struct events *events, loop_fn *changed,
                              void *ctx)
{
	struct prepares *p = mem_zero(1, sizeof(*p));

	p->loop = loop;
	p->events = events;
	p->changed = changed;
	p->ctx = ctx;
	return p;
}

void prepares_free(struct prepares *p)
{
	while (p->jobs > 0)
		loop_step(p->loop, true);
	mem_free(p);
}

struct prepared *prepared_read(const struct events *events, uint32_t event)
{
	struct prepared *p = mem_zero(1, sizeof(*p));

	fill(p, explorer_place(events, event));
	return p;
}

void prepared_free(struct prepared *p)
{
	if (!p)
		return;
	fini(p);
	mem_free(p);
}
