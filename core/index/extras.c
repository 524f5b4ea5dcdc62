/* The bits of the fields that are there, then their values, by rising field. All are written as
 * seven bits a byte, the lowest first, of which the last has its high bit clear; a negative value
 * (no sender means one) takes ten bytes. */
#include "index/extras.h"

#define MORE 0x80

static uint8_t *write_number(uint8_t *at, uint64_t number)
{
	for (; number >= MORE; number >>= 7)
		*at++ = (uint8_t)(number | MORE);
	*at++ = (uint8_t)number;
	return at;
}

static const uint8_t *read_number(const uint8_t *at, uint64_t *number)
{
	uint64_t value = *at & (MORE - 1);

	for (unsigned shift = 7; *at++ & MORE; shift += 7)
		value |= (uint64_t)(*at & (MORE - 1)) << shift;
	*number = value;
	return at;
}

size_t extras_write(const struct event_extras *x, uint8_t *into)
{
	uint8_t *at = write_number(into, x->has);

	for (uint32_t left = x->has; left; left &= left - 1)
		at = write_number(at, (uint64_t)x->value[__builtin_ctz(left)]);
	return (size_t)(at - into);
}

void extras_read(struct event_extras *x, const uint8_t *from)
{
	uint64_t number;

	from = read_number(from, &number);
	x->has = (uint32_t)number;
	for (uint32_t left = x->has; left; left &= left - 1) {
		from = read_number(from, &number);
		x->value[__builtin_ctz(left)] = (int64_t)number;
	}
}

bool extras_find(const uint8_t *from, enum event_field field, int64_t *out)
{
	uint64_t number;
	uint32_t has, before;

	from = read_number(from, &number);
	has = (uint32_t)number;
	if (!(has >> field & 1))
		return false;
	before = has & ((UINT32_C(1) << field) - 1);
	for (; before; before &= before - 1)
		while (*from++ & MORE) {
		}
	read_number(from, &number);
	*out = (int64_t)number;
	return true;
}
