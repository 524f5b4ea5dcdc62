/* Values of numbered groups, brought together group by group in steps (base/slice.h). */
#ifndef QUERY_SAMPLES_H
#define QUERY_SAMPLES_H

#include "base/chunks.h"
#include "base/slice.h"

/* All zeros is one without values. */
struct samples {
	struct chunks list; /* in the order of adding */
	size_t n;
	int64_t *values; /* by group */
	size_t *ends; /* group g's values are values[ends[g]..ends[g + 1]) once they are placed */
	size_t at;
	enum { SAMPLES_COUNT, SAMPLES_SUM, SAMPLES_PLACE } stage;
};
void samples_add(struct samples *s, uint32_t group, int64_t value);
/* After the last was added. True: done. Groups are 0..n_groups-1. */
bool samples_step(struct samples *s, uint32_t n_groups, struct slice *slice);
/* The values of a group in no order, to be put into another; afterwards. */
int64_t *samples_of(const struct samples *s, uint32_t group, size_t *n);
void samples_fini(struct samples *s);
/* The same in steps, since giving much memory back takes its time. True: done. */
bool samples_drain(struct samples *s, struct slice *slice);

#endif
