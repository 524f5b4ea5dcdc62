/* From the lowest digit to the highest, each pass stable. How often a digit has which value is counted for all of them in one
 * pass; a digit that all keys have alike moves none. */
#include "query/radix.h"

#include "base/mem.h"

#define BITS   11u
#define VALUES (1u << BITS)
#define DIGITS 6u /* 66 bits: more than there are */

static unsigned digit(uint64_t key, unsigned which)
{
	return key >> which * BITS & (VALUES - 1);
}

static void count(const struct radix_item *items, size_t n, size_t counts[DIGITS][VALUES])
{
	for (size_t i = 0; i < n; i++)
		for (unsigned which = 0; which < DIGITS; which++)
			counts[which][digit(items[i].key, which)]++;
}

/* What was counted becomes where the next one of a value goes. */
static void move(const struct radix_item *from, struct radix_item *into, size_t n, unsigned which,
                 size_t places[VALUES])
{
	size_t sum = 0;

	for (unsigned value = 0; value < VALUES; value++) {
		size_t here = places[value];

		places[value] = sum;
		sum += here;
	}
	for (size_t i = 0; i < n; i++)
		into[places[digit(from[i].key, which)]++] = from[i];
}

struct radix_item *radix_sort(struct radix_item *items, struct radix_item *other, size_t n,
                              const atomic_bool *off)
{
	size_t(*counts)[VALUES] = mem_zero(DIGITS, sizeof(*counts));

	count(items, n, counts);
	for (unsigned which = 0; which < DIGITS && n > 0 && !atomic_load(off); which++) {
		struct radix_item *from = items;

		if (counts[which][digit(from[0].key, which)] == n)
			continue;
		move(from, other, n, which, counts[which]);
		items = other;
		other = from;
	}
	mem_free(counts);
	return atomic_load(off) ? NULL : items;
}
