/* From the lowest digit to the highest, each pass stable. A digit is of the number's distance from the smallest one; what is
 * unknown is one further than the largest. One look over all keys tells how many digits there are, and whether the keys stand
 * nearly in order: then merging what is in order has less to do. */
#include "query/sort_digits.h"
#include "base/mem.h"

#define BITS   11u
#define VALUES (1u << BITS)
#define PASSES 6u /* 66 bits: more than there are */
#define ORDER  64 /* nearly in order: fewer than one in so many is smaller than the one before */

struct digits {
	enum { LOOK, COUNT, MOVE } stage;
	size_t n, at;
	size_t falls; /* keys that are smaller than the one before */
	bool any;     /* is known */
	money low, high;
	uint64_t unknown; /* its distance */
	unsigned pass, passes;
	uint32_t places[PASSES][VALUES]; /* how many; then where the next one goes */
};

struct digits *digits_start(size_t n)
{
	struct digits *d;

	if (n < DIGITS_MIN || n > UINT32_MAX)
		return NULL;
	d = mem_zero(1, sizeof(*d));
	d->n = n;
	return d;
}

void digits_free(struct digits *d)
{
	mem_free(d);
}

static bool look(struct digits *d, const struct sort_key *keys, struct slice *slice)
{
	for (; d->at < d->n; d->at++) {
		const struct sort_key *key = &keys[d->at];

		if (slice_over(slice))
			return false;
		if (d->at > 0 && sort_by_number(NULL, key - 1, key) > 0)
			d->falls++;
		if (!key->known)
			continue;
		if (!d->any || key->number < d->low)
			d->low = key->number;
		if (!d->any || key->number > d->high)
			d->high = key->number;
		d->any = true;
	}
	return true;
}

/* False: merging is the better way, or the only one. */
static bool begin_counting(struct digits *d)
{
	unsigned __int128 range;

	if (d->falls < d->n / ORDER)
		return false;
	range = (unsigned __int128)d->high - (unsigned __int128)d->low;
	if (range >= UINT64_MAX)
		return false;
	d->unknown = (uint64_t)range + 1;
	for (uint64_t rest = d->unknown; rest > 0; rest >>= BITS)
		d->passes++;
	d->stage = COUNT;
	d->at = 0;
	return true;
}

static uint64_t distance(const struct digits *d, const struct sort_key *key)
{
	return key->known ? (uint64_t)(key->number - d->low) : d->unknown;
}

static bool count(struct digits *d, const struct sort_key *keys, struct slice *slice)
{
	for (; d->at < d->n; d->at++) {
		uint64_t rest;

		if (slice_over(slice))
			return false;
		rest = distance(d, &keys[d->at]);
		for (unsigned pass = 0; pass < d->passes; pass++, rest >>= BITS)
			d->places[pass][rest % VALUES]++;
	}
	return true;
}

/* A digit that all keys have alike moves none. */
static bool is_needed(const struct digits *d, const struct sort_key *keys)
{
	return d->places[d->pass][distance(d, keys) >> d->pass * BITS & (VALUES - 1)] < d->n;
}

static void begin_moving(struct digits *d, const struct sort_key *keys)
{
	uint32_t sum = 0;

	d->stage = MOVE;
	d->at = 0;
	while (d->pass < d->passes && !is_needed(d, keys))
		d->pass++;
	for (unsigned value = 0; d->pass < d->passes && value < VALUES; value++) {
		uint32_t here = d->places[d->pass][value];

		d->places[d->pass][value] = sum;
		sum += here;
	}
}

static bool move(struct digits *d, const struct sort_key *keys, struct sort_key *other,
                 struct slice *slice)
{
	uint32_t *places = d->places[d->pass];

	for (; d->at < d->n; d->at++) {
		const struct sort_key *key = &keys[d->at];

		if (slice_over(slice))
			return false;
		other[places[distance(d, key) >> d->pass * BITS & (VALUES - 1)]++] = *key;
	}
	return true;
}

static enum digits_end move_all(struct digits *d, struct sort_key **keys, struct sort_key **other,
                                struct slice *slice)
{
	if (*other == NULL)
		*other = mem_alloc(d->n, sizeof(**other));
	while (d->pass < d->passes) {
		struct sort_key *from = *keys;

		if (!move(d, from, *other, slice))
			return DIGITS_MORE;
		*keys = *other;
		*other = from;
		d->pass++;
		begin_moving(d, *keys);
	}
	return DIGITS_SORTED;
}

enum digits_end digits_step(struct digits *d, struct sort_key **keys, struct sort_key **other,
                            struct slice *slice)
{
	if (d->stage == LOOK) {
		if (!look(d, *keys, slice))
			return DIGITS_MORE;
		if (!begin_counting(d))
			return DIGITS_MERGE;
	}
	if (d->stage == COUNT) {
		if (!count(d, *keys, slice))
			return DIGITS_MORE;
		begin_moving(d, *keys);
	}
	return move_all(d, keys, other, slice);
}

/* Nothing while it is not known whether digits are of use: what is shown must not fall. */
unsigned digits_percent(const struct digits *d)
{
	unsigned part = (unsigned)(d->at * 100 / d->n);

	if (d->stage != MOVE)
		return d->stage == LOOK ? 0 : part / 10;
	return 10 + (d->pass * 90 + part * 90 / 100) / d->passes;
}
