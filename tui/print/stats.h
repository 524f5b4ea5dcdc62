/* tracehog stats: totals of everything in the sources. */
#ifndef PRINT_STATS_H
#define PRINT_STATS_H

#include "explorer.h"
#include "print/options.h"

int print_stats(struct options *o); /* gives the exit code */
/* The same numbers as text, of what an explorer has loaded. all: how old the prices are, too, whether that matters or not. */
void print_stats_text(struct explorer *x, const struct stats *s, bool all);

#endif
