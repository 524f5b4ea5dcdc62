/* tracehog replay ID: the request of a generation as a command with curl. Nothing is sent. */
#ifndef PRINT_REPLAY_H
#define PRINT_REPLAY_H

#include "print/options.h"

int print_replay(struct options *o); /* gives the exit code */

#endif
