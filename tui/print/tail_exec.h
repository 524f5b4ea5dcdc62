/* tail --exec: a command a match, one after the other while tail goes on. Loop thread. */
#ifndef PRINT_TAIL_EXEC_H
#define PRINT_TAIL_EXEC_H

#include "base/loop.h"
#include "index/events.h"

#define TAIL_EXEC_WAITING 10000u /* matches, at most */

struct tail_exec;
/* Run by /bin/sh -c in our environment but for the keys of PostHog. Its standard input is the event as it was sent, a line of
 * JSON; its standard output is output_fd. All is borrowed. From here on SIGPIPE is ignored: a command need not read. */
struct tail_exec *tail_exec_new(struct loop *l, const struct events *events, const char *command,
                                int output_fd);
/* Leaves one running that runs; says on stderr how many were left out. NULL is allowed. */
void tail_exec_free(struct tail_exec *x);
/* Behind those that wait; left out, and said, when they are too many. */
void tail_exec_add(struct tail_exec *x, uint32_t event);
bool tail_exec_is_full(const struct tail_exec *x); /* the next would be left out */
bool tail_exec_is_busy(const struct tail_exec *x);
/* As a shell has it, of the last that ended: 128 and more after a signal, 127 if it could not be started. */
int tail_exec_status(const struct tail_exec *x);

#endif
