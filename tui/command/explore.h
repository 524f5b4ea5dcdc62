/* The commands that take the terminal: the explorer itself and the demo. Without a terminal they print instead. */
#ifndef COMMAND_EXPLORE_H
#define COMMAND_EXPLORE_H

#include "print/options.h"

int explore_run(struct options *o); /* both give the exit code */
int explore_demo(struct options *o);

#endif
