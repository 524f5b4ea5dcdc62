/* `tracehog hogql`: a query that a person wrote, asked of PostHog, and its result printed. */
#ifndef PRINT_HOGQL_H
#define PRINT_HOGQL_H

#include "print/options.h"

int print_hogql(const struct options *o); /* the exit code */

#endif
