/* Parts of a breakdown as rows of users; and what PostHog calls these. A server that does not know the words of that question leaves
 * them without. */
#include "explorer_users.h"

#include "base/mem.h"
#include "collect/posthog_hogql.h"
#include "collect/posthog_query.h"
#include "explorer_internal.h"

#include <string.h>

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

/* ---- who they are ---------------------------------------------------------------------------------------------------- */

struct people {
	struct explorer *explorer;
	struct group *rows;
	uint32_t n;
	struct hogql *hogql;
	bool taken;
};

static void ask(struct people *p, int64_t since, int64_t until)
{
	struct str *names = mem_alloc((size_t)p->n + 1, sizeof(*names));
	struct buf *texts = mem_zero((size_t)p->n + 1, sizeof(*texts)), body = {0};
	char query_id[POSTHOG_QUERY_ID];
	size_t n = 0;

	for (uint32_t i = 0; i < p->n; i++) {
		if (p->rows[i].key == 0)
			continue;
		ids_text(explorer_ids(p->explorer), p->rows[i].key, &texts[n]);
		names[n] = buf_str(&texts[n]);
		n++;
	}
	posthog_query_id(query_id);
	posthog_query_people(&body, names, n, since, until, query_id);
	if (n > 0)
		hogql_send(p->hogql, &body, query_id);
	for (size_t i = 0; i < n; i++)
		buf_free(&texts[i]);
	buf_free(&body);
	mem_free(texts);
	mem_free(names);
}

static void nothing(void *ctx)
{
	(void)ctx;
}

struct people *people_new(struct explorer *x, struct group *rows, uint32_t n, int64_t since,
                          int64_t until, loop_fn *changed, void *ctx)
{
	struct people *p = mem_zero(1, sizeof(*p));
	int64_t first, last;

	p->explorer = x;
	p->rows = rows;
	p->n = n < PEOPLE_MAX ? n : PEOPLE_MAX;
	p->hogql = hogql_new(explorer_posthog(x), changed != NULL ? changed : nothing, ctx);
	explorer_window(x, &first, &last);
	first = since != TIME_NONE ? since : first;
	last = until != TIME_NONE ? until : last;
	ask(p, first != TIME_NONE ? first : 0, last != TIME_NONE ? last : time_now() + TIME_SECOND);
	return p;
}

void people_free(struct people *p)
{
	if (p == NULL)
		return;
	hogql_free(p->hogql);
	mem_free(p);
}

static bool take_row(struct people *p, const struct hogql_result *answer, uint32_t row)
{
	struct buf user = {0}, person = {0};
	uint32_t key, i = 0;
	bool found = false;

	hogql_text(answer, row, 0, &user);
	hogql_text(answer, row, 1, &person);
	key = ids_find(explorer_ids(p->explorer), buf_str(&user));
	while (i < p->n && p->rows[i].key != key)
		i++;
	if (i < p->n && key != 0 && person.n > 0) {
		p->rows[i].person = ids_add(explorer_ids(p->explorer), buf_str(&person));
		found = true;
	}
	buf_free(&user);
	buf_free(&person);
	return found;
}

bool people_take(struct people *p)
{
	const struct hogql_result *answer = p->hogql->result;
	bool any = false;

	if (p->taken || p->hogql->state != HOGQL_DONE)
		return false;
	p->taken = true;
	for (uint32_t row = 0; row < answer->rows && answer->n_columns == 2; row++)
		any |= take_row(p, answer, row);
	return any;
}

void people_wait(struct people *p)
{
	while (p->hogql->state == HOGQL_RUNNING && loop_step(explorer_loop(p->explorer), true))
		;
	(void)people_take(p);
}
