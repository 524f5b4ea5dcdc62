/* What a command without a screen asks of PostHog before it prints. */
#ifndef PRINT_FETCH_H
#define PRINT_FETCH_H

#include "explorer.h"
#include "print/options.h"

/* For lists of PostHog sources without --since: a day. Does nothing where the words name another source, too. */
void fetch_bound(struct options *o, char *const *words, int n);
/* Asks every project of the explorer for what the command prints, and waits until all of it is there, 95 s at most: trouble
 * of one holds up no other. Gives the exit code so far; what went wrong was said. The explorer has been started. */
int fetch_all(struct explorer *x, const struct options *o, int code);

/* Of stats, once all went well: there is too much to fetch, which PostHog is to add up. */
bool fetch_left_out(const struct explorer *x);
/* Every event of the options' time, where PostHog did not add them up. Gives the exit code; what went wrong was said. */
int fetch_events(struct explorer *x, const struct options *o);

#endif
