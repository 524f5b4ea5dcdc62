/* Shares are sums from the beginning of the prompt on, so that rounding them cannot lose a per cent between two parts. */
#include "message/shares.h"

#include "base/mem.h"

static uint64_t bytes_of_part(const struct part *p)
{
	return (uint64_t)p->text.n + p->name.n + p->arguments.n + p->result.n;
}

static uint64_t bytes_of_tools(const struct tools *t)
{
	uint64_t bytes = 0;

	for (uint32_t i = 0; i < t->n; i++)
		bytes += t->list[i].json.n;
	return bytes;
}

/* The cost of the prompt's beginning, `tokens` of it long. */
static double cost_up_to(struct shares_cache cache, double tokens)
{
	if (tokens < cache.tokens)
		return cache.cost * tokens / cache.tokens;
	if (cache.tokens >= 1)
		return 1;
	return cache.cost + (1 - cache.cost) * (tokens - cache.tokens) / (1 - cache.tokens);
}

void shares_read(struct shares *s, const struct messages *m, const struct tools *t,
                 struct shares_cache cache)
{
	uint64_t all = bytes_of_tools(t), bytes = all;

	*s = (struct shares){0};
	for (uint32_t i = 0; i < m->n && m->parts[i].side == SIDE_INPUT; i++, s->n++)
		all += bytes_of_part(&m->parts[i]);
	if (all == 0)
		s->n = 0;
	if (all == 0)
		return;
	s->tools = cost_up_to(cache, (double)bytes / (double)all);
	s->ends = mem_alloc(s->n + (size_t)1, sizeof(*s->ends));
	for (uint32_t i = 0; i < s->n; i++) {
		bytes += bytes_of_part(&m->parts[i]);
		s->ends[i] = cost_up_to(cache, (double)bytes / (double)all);
	}
}

void shares_free(struct shares *s)
{
	mem_free(s->ends);
	*s = (struct shares){0};
}

static int rounded(double share)
{
	return (int)(share * 100 + 0.5);
}

static double before(const struct shares *s, uint32_t part)
{
	return part > 0 ? s->ends[part - 1] : s->tools;
}

int shares_percent(const struct shares *s, uint32_t from, uint32_t end)
{
	return rounded(before(s, end)) - rounded(before(s, from));
}

int shares_tools_percent(const struct shares *s)
{
	return rounded(s->tools);
}

bool shares_any(const struct shares *s, uint32_t from, uint32_t end)
{
	return before(s, end) > before(s, from);
}
