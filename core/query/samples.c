/* A sort by counting. What is added stands in chunks: one block that grows would be moved now and then, which takes longer than
 * a slice. ends is first how many values a group has, two places further; then, one place
 * further, where its next value goes; so that, when all are placed, it is where the next group
 * begins. */
#include "query/samples.h"
#include "base/mem.h"

#define DRAINED ((size_t)65536) /* values that are let go of at a time */

struct sample {
	int64_t value;
	uint32_t group;
};

#define CHUNK ((size_t)4096) /* values */

static struct sample *sample_at(const struct samples *s, size_t at)
{
	struct sample *chunk = s->list.list[at / CHUNK];

	return &chunk[at % CHUNK];
}

void samples_add(struct samples *s, uint32_t group, int64_t value)
{
	if (s->n % CHUNK == 0) {
		s->list.size = CHUNK * sizeof(struct sample);
		chunks_add(&s->list);
	}
	*sample_at(s, s->n++) = (struct sample){value, group};
}

static void next_stage(struct samples *s)
{
	s->stage++;
	s->at = 0;
}

static bool count(struct samples *s, struct slice *slice)
{
	for (; s->at < s->n; s->at++) {
		if (slice_over(slice))
			return false;
		s->ends[sample_at(s, s->at)->group + 2]++;
	}
	next_stage(s);
	return true;
}

static bool sum(struct samples *s, uint32_t n_groups, struct slice *slice)
{
	for (; s->at < n_groups; s->at++) {
		if (slice_over(slice))
			return false;
		s->ends[s->at + 1] += s->ends[s->at];
	}
	next_stage(s);
	s->values = mem_alloc(s->n + 1, sizeof(*s->values));
	return true;
}

static bool place(struct samples *s, struct slice *slice)
{
	for (; s->at < s->n; s->at++) {
		const struct sample *sample = sample_at(s, s->at);

		if (slice_over(slice))
			return false;
		s->values[s->ends[sample->group + 1]++] = sample->value;
	}
	return true;
}

bool samples_step(struct samples *s, uint32_t n_groups, struct slice *slice)
{
	if (s->ends == NULL)
		s->ends = mem_zero((size_t)n_groups + 2, sizeof(*s->ends));
	if (s->stage == SAMPLES_COUNT && !count(s, slice))
		return false;
	if (s->stage == SAMPLES_SUM && !sum(s, n_groups, slice))
		return false;
	return place(s, slice);
}

int64_t *samples_of(const struct samples *s, uint32_t group, size_t *n)
{
	*n = s->ends[group + 1] - s->ends[group];
	return s->values + s->ends[group];
}

void samples_fini(struct samples *s)
{
	chunks_free(&s->list);
	mem_free(s->values);
	mem_free(s->ends);
	*s = (struct samples){0};
}

bool samples_drain(struct samples *s, struct slice *slice)
{
	while (s->n > DRAINED) {
		s->n -= DRAINED;
		chunks_cut(&s->list, (uint32_t)((s->n + CHUNK - 1) / CHUNK));
		if (s->values != NULL)
			s->values = mem_resize(s->values, s->n, sizeof(*s->values));
		slice_was_large(slice);
		if (slice_over(slice))
			return false;
	}
	samples_fini(s);
	return true;
}
