/* tracehog stats: totals of everything in the sources. */
#ifndef PRINT_STATS_H
#define PRINT_STATS_H

#include "explorer.h"
#include "print/options.h"

int print_stats(struct options *o); /* gives the exit code */
/* The same numbers as text, of what an explorer has loaded. */
void print_stats_text(struct explorer *x, const struct stats *s);

#endif
