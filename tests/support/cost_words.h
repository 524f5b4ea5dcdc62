/* Calls told in words: "plain openai input=1000 output=100 total=0.003" is a model, a provider and what else the call says.
 * Prices are those of tests/data/cost/prices.tsv, before the built-in table. */
#ifndef SUPPORT_COST_WORDS_H
#define SUPPORT_COST_WORDS_H

#include "base/buf.h"
#include "cost/cost.h"

/* All of them end the test with a message where something cannot be read. */
struct str cost_words_file(const char *path, struct buf *out);
struct str cost_words_field(struct str *rest, char mark); /* up to the mark, which is taken too */
struct prices *cost_words_prices(void);
/* Adds what words say; texts point into them. */
void cost_words_say(struct cost_usage *u, struct str words);
/* The sum, by the row that prices_find gives. */
void cost_words_compute(struct cost *out, const struct prices *p, const struct cost_usage *u);

#endif
