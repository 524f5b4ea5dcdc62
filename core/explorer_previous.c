/* The call before a call. */
#include "explorer.h"

const struct previous *explorer_previous(struct explorer *x, uint32_t event)
{
	static const struct previous none = {.event = EVENT_NONE};

	(void)x;
	(void)event;
	return &none;
}
