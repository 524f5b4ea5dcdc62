/* tracehog replay ID: the request of a generation as a command with curl, or sent again. */
#ifndef PRINT_REPLAY_H
#define PRINT_REPLAY_H

#include "explorer.h"
#include "print/options.h"

int print_replay(struct options *o); /* gives the exit code */

/* Sends the call `event` again and prints the answer as it comes, then what it took beside the original on standard error;
 * with --json one document at the end. Gives the exit code (print/replay_send.c). */
int print_replay_send(struct explorer *x, uint32_t event, const struct options *o);

#endif
