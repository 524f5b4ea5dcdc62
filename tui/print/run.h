/* tracehog run: a program that sends its events to us. */
#ifndef PRINT_RUN_H
#define PRINT_RUN_H

#include "print/options.h"

int print_run(struct options *o); /* gives the program's exit code */

#endif
