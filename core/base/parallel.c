/* As many jobs as there are workers, each of which takes units until there are none.
 *
 * A job that was called off before it began touches nothing but this structure, which therefore lives until the last of them has
 * come back to the loop, or was dropped by it. */
#include "base/parallel.h"

#include "base/mem.h"

#include <pthread.h>
#include <stdatomic.h>

struct parallel {
	parallel_fn *unit;
	loop_fn *done;
	void *ctx;
	uint32_t n;
	uint32_t waiting; /* jobs that have not come back to the loop */
	bool stopped;
	atomic_uint next;
	atomic_bool off;
	pthread_mutex_t lock; /* around working */
	pthread_cond_t rested;
	unsigned working;
};

static void destroy(struct parallel *p)
{
	pthread_mutex_destroy(&p->lock);
	pthread_cond_destroy(&p->rested);
	mem_free(p);
}

/* In a worker. False: it was called off. */
static bool begin(struct parallel *p)
{
	bool off;

	pthread_mutex_lock(&p->lock);
	off = atomic_load(&p->off);
	p->working += !off;
	pthread_mutex_unlock(&p->lock);
	return !off;
}

static void end(struct parallel *p)
{
	pthread_mutex_lock(&p->lock);
	if (--p->working == 0)
		pthread_cond_signal(&p->rested);
	pthread_mutex_unlock(&p->lock);
}

static void work(void *ctx)
{
	struct parallel *p = ctx;
	uint32_t unit;

	if (!begin(p))
		return;
	while (!atomic_load(&p->off) && (unit = atomic_fetch_add(&p->next, 1)) < p->n)
		p->unit(p->ctx, unit);
	end(p);
}

static void on_done(void *ctx)
{
	struct parallel *p = ctx;

	if (--p->waiting > 0)
		return;
	if (p->stopped)
		destroy(p);
	else
		p->done(p->ctx);
}

static void on_dropped(void *ctx)
{
	struct parallel *p = ctx;

	if (--p->waiting == 0 && p->stopped)
		destroy(p);
}

struct parallel *parallel_start(struct loop *l, uint32_t n, parallel_fn *unit, loop_fn *done,
                                void *ctx)
{
	struct parallel *p = mem_zero(1, sizeof(*p));
	unsigned workers = loop_workers();

	p->unit = unit;
	p->done = done;
	p->ctx = ctx;
	p->n = n;
	pthread_mutex_init(&p->lock, NULL);
	pthread_cond_init(&p->rested, NULL);
	p->waiting = n == 0 ? 1 : n < workers ? n : workers;
	for (uint32_t i = p->waiting; i > 0; i--)
		loop_work_alone(l, work, on_done, on_dropped, p);
	return p;
}

void parallel_stop(struct parallel *p)
{
	if (p == NULL)
		return;
	pthread_mutex_lock(&p->lock);
	atomic_store(&p->off, true);
	while (p->working > 0)
		pthread_cond_wait(&p->rested, &p->lock);
	pthread_mutex_unlock(&p->lock);
	p->stopped = true;
	if (p->waiting == 0)
		destroy(p);
}
