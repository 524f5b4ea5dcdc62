/* Judges the records of events: those of full chunks by workers, a chunk at a time; few, and those of the chunk that still grows,
 * on the loop, since the extras of that chunk move.
 *
 * Workers read chunks, which never change, the plan, and the tables of the filter, which the loop leaves alone meanwhile. So who
 * frees the filter, or the events after it, waits until none is at work. */
#include "base/mem.h"
#include "base/parallel.h"
#include "query/filtered_internal.h"

#define FEW_CHUNKS 4u /* up to which workers are not asked */

struct sweep {
	struct filtered *d;
	struct parallel *work;
	struct plan **plans;
	uint32_t n_plans;
	const struct event_chunk **chunks;
	uint32_t first, n_chunks; /* number of the first */
	uint64_t *yes;            /* of a plan all chunks, then of the next */
};

/* ---- in workers ---- */

static void judge_block(const struct plan *p, const struct event_chunk *chunk, uint32_t from,
                        uint32_t n, uint64_t *yes)
{
	const struct block block = {chunk->events + from, chunk->uuids + from,
	                            chunk->sessions + from, chunk->extras_at + from, chunk->extras};
	uint64_t among[BLOCK_WORDS];

	for (uint32_t word = 0; word < BLOCK_WORDS; word++)
		among[word] = bits_below(word, n);
	record_judge(p, &block, among, yes);
}

static void judge_chunk(void *ctx, uint32_t at)
{
	struct sweep *s = ctx;

	for (uint32_t word = 0; word < CHUNK_WORDS; word += BLOCK_WORDS)
		for (uint32_t i = 0; i < s->n_plans; i++)
			judge_block(s->plans[i], s->chunks[at], word * WORD_BITS,
			            BLOCK_WORDS * WORD_BITS,
			            s->yes + ((size_t)i * s->n_chunks + at) * CHUNK_WORDS + word);
}

/* ---- on the loop ---- */

static bool is_judged_here(const struct plan *p)
{
	return p->record && p->of == FILTERED_EVENTS;
}

/* Bits of events first..first+n-1, of whose words the last may be cut. */
static void take_words(struct plan *p, uint32_t first, uint32_t n, const uint64_t *yes)
{
	uint64_t *at_yes = p->v.yes.words + first / WORD_BITS;
	uint64_t *at_known = p->v.known.words + first / WORD_BITS;
	bool flipped = false;

	for (uint32_t i = 0; i < bits_words(n); i++) {
		uint64_t among = bits_below(i, n);

		flipped |= (at_known[i] & among & (at_yes[i] ^ yes[i])) != 0;
		at_known[i] |= among;
		at_yes[i] = (at_yes[i] & ~among) | (yes[i] & among);
	}
	p->version++;
	p->flips += flipped;
}

static void reach(struct filtered *d, uint32_t count)
{
	for (uint32_t i = 0; i < d->n_order; i++)
		if (is_judged_here(d->order[i])) {
			bits_reach(&d->order[i]->v.yes, count);
			bits_reach(&d->order[i]->v.known, count);
		}
}

static void take_results(struct filtered *d, struct sweep *s)
{
	uint32_t first = s->first * EVENTS_CHUNK, n = s->n_chunks * EVENTS_CHUNK;

	reach(d, first + n);
	for (uint32_t i = 0; i < s->n_plans; i++)
		take_words(s->plans[i], first, n, s->yes + (size_t)i * s->n_chunks * CHUNK_WORDS);
	d->n_records = first + n;
}

static void on_judged(void *ctx)
{
	struct sweep *s = ctx;
	struct filtered *d = s->d;

	take_results(d, s);
	sweep_free(d);
	filtered_changed(d);
}

static void start_sweep(struct filtered *d, uint32_t first, uint32_t n)
{
	struct sweep *s = mem_zero(1, sizeof(*s));

	*s = (struct sweep){.d = d, .first = first, .n_chunks = n};
	s->plans = mem_alloc(d->n_order, sizeof(struct plan *));
	for (uint32_t i = 0; i < d->n_order; i++)
		if (is_judged_here(d->order[i]))
			s->plans[s->n_plans++] = d->order[i];
	s->chunks = mem_alloc(n, sizeof(struct event_chunk *));
	for (uint32_t i = 0; i < n; i++)
		s->chunks[i] = events_chunk(d->events, (first + i) * EVENTS_CHUNK);
	s->yes = mem_alloc((size_t)s->n_plans * n * CHUNK_WORDS, sizeof(uint64_t));
	s->work = parallel_start(d->with.loop, n, judge_chunk, on_judged, s);
	d->sweep = s;
}

/* One block, or what is left of it. */
static void judge_here(struct filtered *d)
{
	uint32_t from = d->n_records / WORD_BITS * WORD_BITS, to, n;
	uint64_t yes[BLOCK_WORDS];

	/* Within one chunk. */
	to = from + BLOCK_WORDS * WORD_BITS;
	if (to / EVENTS_CHUNK != from / EVENTS_CHUNK)
		to = (from / EVENTS_CHUNK + 1) * EVENTS_CHUNK;
	n = (to < d->n[FILTERED_EVENTS] ? to : d->n[FILTERED_EVENTS]) - from;
	reach(d, from + n);
	for (uint32_t i = 0; i < d->n_order; i++)
		if (is_judged_here(d->order[i])) {
			judge_block(d->order[i], events_chunk(d->events, from), from % EVENTS_CHUNK,
			            n, yes);
			take_words(d->order[i], from, n, yes);
		}
	d->n_records = from + n;
}

/* Chunks from there on that do not change any more: the extras of the last one, and those of one that is just full, move
 * when the next event comes. */
static uint32_t full_chunks(const struct filtered *d, uint32_t from)
{
	uint32_t full = d->events->chunks.n > 0 ? d->events->chunks.n - 1 : 0;

	if (full > d->n[FILTERED_EVENTS] / EVENTS_CHUNK)
		full = d->n[FILTERED_EVENTS] / EVENTS_CHUNK;
	return full > from ? full - from : 0;
}

bool sweep_step(struct filtered *d, struct slice *slice)
{
	if (!d->has_records)
		d->n_records = d->n[FILTERED_EVENTS];
	while (d->sweep == NULL && d->n_records < d->n[FILTERED_EVENTS]) {
		uint32_t chunk = d->n_records / EVENTS_CHUNK, full = full_chunks(d, chunk);

		if (full > FEW_CHUNKS) {
			start_sweep(d, chunk, full);
			break;
		}
		if (slice_over(slice))
			return false;
		judge_here(d);
		slice_was_large(slice);
	}
	return d->sweep == NULL;
}

void sweep_free(struct filtered *d)
{
	struct sweep *s = d->sweep;

	if (s == NULL)
		return;
	parallel_stop(s->work);
	mem_free(s->plans);
	mem_free(s->chunks);
	mem_free(s->yes);
	mem_free(s);
	d->sweep = NULL;
}
