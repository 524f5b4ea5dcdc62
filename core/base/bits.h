/* Bits by number, as many as there are things; all start as 0. */
#ifndef BASE_BITS_H
#define BASE_BITS_H

#include <stdbool.h>
#include <stdint.h>

#define WORD_BITS 64u

/* Those behind its words are 0. Zeroed it is empty; words are freed with mem_free. */
struct bits {
	uint64_t *words;
	uint32_t n; /* words */
};
void bits_reach(struct bits *b, uint32_t count); /* room for so many bits */
void bits_clear(struct bits *b);
static inline bool bits_get(const struct bits *b, uint32_t at)
{
	return at / WORD_BITS < b->n && (b->words[at / WORD_BITS] >> at % WORD_BITS & 1);
}
static inline void bits_set(struct bits *b, uint32_t at, bool bit)
{
	uint64_t one = UINT64_C(1) << at % WORD_BITS, *word = &b->words[at / WORD_BITS];

	*word = bit ? *word | one : *word & ~one;
}
/* The bits of word number `at` that are below count. */
static inline uint64_t bits_below(uint32_t at, uint32_t count)
{
	if (count / WORD_BITS > at)
		return UINT64_MAX;
	return count / WORD_BITS < at ? 0 : (UINT64_C(1) << count % WORD_BITS) - 1;
}
static inline uint32_t bits_words(uint32_t count)
{
	return count / WORD_BITS + (count % WORD_BITS != 0);
}

#endif
