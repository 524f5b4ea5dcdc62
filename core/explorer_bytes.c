/* Bytes of a source as they stand, for who wants to see a line that is no event: read by a worker, since a file may lie
 * on a disk that does not answer. The last range that was asked for is kept.
 *
 * One job runs at a time; what it read is kept if it is still asked for, otherwise the next one starts. */
#include "explorer_internal.h"

#include "base/mem.h"

struct range {
	const struct journal *journal;
	uint64_t offset;
	size_t n;
};

struct bytes_cache {
	struct loop *loop;
	loop_fn *changed;
	void *ctx;
	struct range wanted;
	struct source_bytes bytes; /* of wanted */
	bool running, closing;
};

struct bytes_job {
	struct bytes_cache *cache;
	struct range range;
	struct source_bytes bytes;
};

static bool same_range(const struct range *a, const struct range *b)
{
	return a->journal == b->journal && a->offset == b->offset && a->n == b->n;
}

static void job_work(void *ctx)
{
	struct bytes_job *job = ctx;
	struct source_bytes *b = &job->bytes;

	b->state = DETAIL_READY;
	if (journal_read_exact(job->range.journal, job->range.offset, job->range.n, &b->bytes,
	                       &b->error) != ERR_OK)
		b->state = DETAIL_FAILED;
}

static void start(struct bytes_cache *c);

static void job_done(void *ctx)
{
	struct bytes_job *job = ctx;
	struct bytes_cache *c = job->cache;
	bool wanted = !c->closing && same_range(&job->range, &c->wanted);

	c->running = false;
	if (wanted)
		c->bytes = job->bytes;
	else
		buf_free(&job->bytes.bytes);
	mem_free(job);
	if (c->closing)
		return;
	if (wanted)
		c->changed(c->ctx);
	else
		start(c);
}

static void start(struct bytes_cache *c)
{
	struct bytes_job *job = mem_zero(1, sizeof(*job));

	job->cache = c;
	job->range = c->wanted;
	c->running = true;
	loop_work(c->loop, job_work, job_done, job);
}

static const struct source_bytes *get(struct bytes_cache *c, struct range range)
{
	if (same_range(&range, &c->wanted))
		return &c->bytes;
	buf_free(&c->bytes.bytes);
	c->bytes = (struct source_bytes){.state = DETAIL_LOADING};
	c->wanted = range;
	if (!c->running)
		start(c);
	return &c->bytes;
}

const struct source_bytes *explorer_source_bytes(struct explorer *x, uint32_t source,
                                                 uint64_t offset, size_t n)
{
	const struct journal *journal = explorer_events(x)->journals[source];

	return get(explorer_caches(x)->bytes,
	           (struct range){.journal = journal, .offset = offset, .n = n});
}

struct bytes_cache *bytes_cache_new(struct loop *loop, loop_fn *changed, void *ctx)
{
	struct bytes_cache *c = mem_zero(1, sizeof(*c));

	c->loop = loop;
	c->changed = changed;
	c->ctx = ctx;
	return c;
}

void bytes_cache_free(struct bytes_cache *c)
{
	c->closing = true;
	while (c->running)
		loop_step(c->loop, true);
	buf_free(&c->bytes.bytes);
	mem_free(c);
}
