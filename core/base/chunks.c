/* The first chunks are allocated one by one, so that a small table is small; from CHUNKS_LARGE
 * bytes on, as many at a time as fill one large page. */
#include "base/chunks.h"

#include "base/mem.h"

#include <assert.h>
#include <stdbool.h>

#define FIRST_CHUNKS 4u

/* How many chunks a large page has. */
static uint32_t per_page(const struct chunks *c)
{
	uint32_t count = c->size > 0 ? (uint32_t)(CHUNKS_LARGE / c->size) : 0;

	assert(count > 0);
	return count;
}

/* True if the memory of chunk `at` was allocated for it, or for it and those behind it. */
static bool begins_memory(const struct chunks *c, uint32_t at)
{
	uint32_t count = per_page(c);

	return at < count || at % count == 0;
}

static void *new_chunk(const struct chunks *c, uint32_t at)
{
	if (at < per_page(c))
		return mem_alloc(1, c->size);
	if (begins_memory(c, at))
		return mem_large(CHUNKS_LARGE);
	return (char *)c->list[at - 1] + c->size;
}

void *chunks_add(struct chunks *c)
{
	if (c->n == c->cap) {
		c->cap = c->cap ? c->cap * 2 : FIRST_CHUNKS;
		c->list = mem_resize(c->list, c->cap, sizeof(*c->list));
	}
	c->list[c->n] = new_chunk(c, c->n);
	return c->list[c->n++];
}

void chunks_cut(struct chunks *c, uint32_t n)
{
	uint32_t left = c->n;

	/* Memory goes as a whole, with its first chunk. */
	for (uint32_t at = c->n; at-- > n;)
		if (begins_memory(c, at)) {
			mem_free(c->list[at]);
			left = at;
		}
	c->n = left;
}

size_t chunks_bytes(const struct chunks *c)
{
	size_t large = c->n > per_page(c) ? (c->n - 1) / per_page(c) : 0;
	size_t small = c->n < per_page(c) ? c->n : per_page(c);

	return small * c->size + large * CHUNKS_LARGE + c->cap * sizeof(*c->list);
}

void chunks_free(struct chunks *c)
{
	if (c->n > 0)
		chunks_cut(c, 0);
	mem_free(c->list);
	*c = (struct chunks){.size = c->size};
}
