/* Fills the explanation that travels with an error code. A message that is too long is cut, never
 * lost. */
#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>

enum err err_set(struct errinfo *e, enum err code, const char *fmt, ...)
{
	va_list args;

	if (!e)
		return code;
	e->code = code;
	e->pos = ERR_NO_POS;
	va_start(args, fmt);
	if (vsnprintf(e->msg, sizeof(e->msg), fmt, args) < 0)
		e->msg[0] = '\0';
	va_end(args);
	return code;
}
