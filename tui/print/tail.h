/* tracehog tail: a line per event as it arrives. */
#ifndef PRINT_TAIL_H
#define PRINT_TAIL_H

#include "explorer.h"
#include "print/options.h"

int print_tail(struct options *o); /* gives the exit code */
/* One event as a line of tail, or of tail --json. */
void print_event(struct explorer *x, uint32_t event, bool json);

#endif
