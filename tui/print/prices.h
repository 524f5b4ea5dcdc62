/* `tracehog prices`: the price used for a model, and why; which tables there are; a newer one fetched. */
#ifndef PRINT_PRICES_H
#define PRINT_PRICES_H

#include "cost/prices.h"
#include "print/options.h"
#include "json/writer.h"

int print_prices(struct options *o); /* the exit code */
/* The keys `match`, `row` and `posthog` of an object. */
void print_json_price_choice(struct json_writer *w, const struct prices *p,
                             const struct price_choice *choice);

#endif
