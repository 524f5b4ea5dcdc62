/* See the header for how they are written. */
#include "index/extras.h"

size_t extras_write(const struct event_extras *x, uint8_t *into)
{
	uint8_t *at = extras_write_number(into, x->has);

	for (uint32_t left = x->has; left; left &= left - 1) {
		int field = __builtin_ctz(left);
		int64_t value = x->value[field];

		at = extras_write_number(at, extras_is_amount(field) ? extras_pack_amount(value)
		                                                     : (uint64_t)value);
	}
	return (size_t)(at - into);
}

void extras_read(struct event_extras *x, const uint8_t *from)
{
	uint64_t number;

	from = extras_read_number(from, &number);
	x->has = (uint32_t)number;
	for (uint32_t left = x->has; left; left &= left - 1) {
		int field = __builtin_ctz(left);

		from = extras_read_number(from, &number);
		x->value[field] = extras_is_amount(field) ? extras_unpack_amount(number)
		                                          : (int64_t)number;
	}
}

bool extras_find(const uint8_t *from, enum event_field field, int64_t *out)
{
	uint64_t number;
	uint32_t has, before;

	from = extras_read_number(from, &number);
	has = (uint32_t)number;
	if (!(has >> field & 1))
		return false;
	before = has & ((UINT32_C(1) << field) - 1);
	for (; before; before &= before - 1)
		while (*from++ & EXTRAS_MORE) {
		}
	extras_read_number(from, &number);
	*out = extras_is_amount((int)field) ? extras_unpack_amount(number) : (int64_t)number;
	return true;
}
