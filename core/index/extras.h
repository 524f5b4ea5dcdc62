/* The sparse extras of one event (enum event_field) as bytes: most are small numbers, and most events have the same few.
 * The bits of the fields that are there, then their values, by rising field; all as seven bits a byte, the lowest
 * first, of which the last has its high bit clear. A negative value (no sender means one) takes ten bytes. Amounts of money
 * are mostly whole thousands of their unit, or millions of it, and are written as such. Private to core/index. */
#ifndef INDEX_EXTRAS_H
#define INDEX_EXTRAS_H

#include "index/event.h"

struct event_extras {
	uint32_t has; /* bit f: field f is there */
	int64_t value[EVENT_FIELDS];
};
_Static_assert(EVENT_FIELDS <= 32, "a bit for every field");

static inline void extras_set(struct event_extras *x, enum event_field field, int64_t value)
{
	x->has |= UINT32_C(1) << field;
	x->value[field] = value;
}

#define EXTRAS_MORE 0x80
static inline uint8_t *extras_write_number(uint8_t *at, uint64_t number)
{
	for (; number >= EXTRAS_MORE; number >>= 7)
		*at++ = (uint8_t)(number | EXTRAS_MORE);
	*at++ = (uint8_t)number;
	return at;
}
static inline const uint8_t *extras_read_number(const uint8_t *at, uint64_t *number)
{
	uint64_t value = *at & (EXTRAS_MORE - 1);

	for (unsigned shift = 7; *at++ & EXTRAS_MORE; shift += 7)
		value |= (uint64_t)(*at & (EXTRAS_MORE - 1)) << shift;
	*number = value;
	return at;
}

static inline bool extras_is_amount(int field)
{
	return field >= EVENT_COST_INPUT && field <= EVENT_COST_CACHE;
}
/* Amounts from here on, USD 1,152,921, and those that are negative have their lowest three bits cut off. */
#define EXTRAS_LARGE (INT64_C(1) << 60)
#define EXTRAS_CUT   7
static inline uint64_t extras_pack_amount(int64_t amount)
{
	unsigned thousands = 0;

	if (amount < 0 || amount >= EXTRAS_LARGE)
		return (uint64_t)amount | EXTRAS_CUT;
	for (; thousands < 4 && amount > 0 && amount % 1000 == 0; amount /= 1000)
		thousands++;
	return (uint64_t)amount << 3 | thousands;
}
static inline int64_t extras_unpack_amount(uint64_t packed)
{
	static const int64_t units[EXTRAS_CUT] = {1, 1000, 1000000, 1000000000, 1000000000000};

	if ((packed & EXTRAS_CUT) == EXTRAS_CUT)
		return (int64_t)(packed & ~(uint64_t)EXTRAS_CUT);
	return (int64_t)(packed >> 3) * units[packed & EXTRAS_CUT];
}

#define EXTRAS_MAX (5 + 10 * EVENT_FIELDS) /* bytes that are written at most */
/* Gives the number of bytes; a single 0 if there is none. */
size_t extras_write(const struct event_extras *x, uint8_t *into);
void extras_read(struct event_extras *x, const uint8_t *from);
bool extras_find(const uint8_t *from, enum event_field field, int64_t *out);

#endif
