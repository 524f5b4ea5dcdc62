/* The same random events here, and behind the little ClickHouse of PostHog's stand-in: for what PostHog adds up. A test that uses it
 * is linked with standin_sql*.c. */
#ifndef SUPPORT_FIGURES_BOTH_H
#define SUPPORT_FIGURES_BOTH_H

#include "collect/hogql_result.h"
#include "posthog/standin.h"
#include "support/filter_bench.h"

struct figures_both {
	struct filter_bench here;
	struct standin there;
	struct buf lines;
};
/* Events of 2026-11-22T10:00Z to 11:00Z; the same for the same seed. */
void figures_both_open(struct figures_both *b, uint64_t seed);
void figures_both_close(struct figures_both *b);
/* What PostHog says to a body; the test fails if it makes no sense. Free it with hogql_result_drop. */
struct hogql_result *figures_both_answer(const struct figures_both *b, const struct buf *body);

#endif
