/* Parts of a breakdown as rows of users. */
#include "explorer_users.h"

#include "base/mem.h"
#include "explorer_internal.h"

static struct group group_of(struct explorer *x, const struct split *s,
                             const struct breakdown_part *part)
{
	struct group g = {.traces = part->traces,
	                  .sessions = part->sessions,
	                  .totals = part->totals,
	                  .last_time = part->last,
	                  .latency = EVENT_UNKNOWN,
	                  .p50 = EVENT_UNKNOWN,
	                  .p95 = EVENT_UNKNOWN,
	                  .first_token_p50 = EVENT_UNKNOWN};
	struct buf user = {0};

	if (part->key != SPLIT_NONE)
		split_text(s, part->key, &user);
	if (user.n > 0)
		g.key = ids_add(explorer_ids(x), buf_str(&user));
	buf_free(&user);
	return g;
}

uint32_t explorer_users(struct explorer *x, const struct figures *f, struct group **out)
{
	const struct breakdown *b = figures_breakdown(f);
	const struct split *s = figures_split((struct figures *)(uintptr_t)f);
	uint32_t n = breakdown_count(b);

	*out = mem_alloc((size_t)n + 1, sizeof(**out));
	for (uint32_t i = 0; i < n; i++)
		(*out)[i] = group_of(x, s, breakdown_part(b, i));
	return n;
}
