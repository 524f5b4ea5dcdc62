/* tracehog tail: a line per event as it arrives. */
#ifndef PRINT_TAIL_H
#define PRINT_TAIL_H

#include "print/options.h"

int print_tail(struct options *o); /* gives the exit code */

#endif
