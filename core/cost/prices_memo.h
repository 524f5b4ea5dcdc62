/* What prices_find gave, kept for the next call of the same model: events name few models, and looking for one takes longer than
 * reading an event. For one thread. */
#ifndef COST_PRICES_MEMO_H
#define COST_PRICES_MEMO_H

#include "cost/prices.h"

struct prices_memo;
struct prices_memo *prices_memo_new(void);
void prices_memo_free(struct prices_memo *m);
/* As prices_find, and good until the next. Remembers the last thousands of models, whoever makes up more of them; with other
 * prices than before it begins anew. */
const struct price_choice *prices_memo_find(struct prices_memo *m, const struct prices *p,
                                            struct str model, struct str provider,
                                            struct str service_tier, int64_t prompt_tokens);

#endif
