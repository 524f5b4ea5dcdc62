/* Room for bits grows by a quarter of what it is, so that what comes one by one moves it seldom. */
#include "base/bits.h"

#include "base/mem.h"

#include <string.h>

#define STEP 64u /* words */

void bits_reach(struct bits *b, uint32_t count)
{
	uint32_t words = bits_words(count);

	if (words <= b->n)
		return;
	words = (words + words / 4 + STEP) / STEP * STEP;
	b->words = mem_resize(b->words, words, sizeof(*b->words));
	memset(b->words + b->n, 0, (words - b->n) * sizeof(*b->words));
	b->n = words;
}

void bits_clear(struct bits *b)
{
	if (b->n > 0)
		memset(b->words, 0, b->n * sizeof(*b->words));
}
