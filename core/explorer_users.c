/* Parts of a breakdown as rows of users or groups; and what PostHog calls these. A server that does not know the words of that question leaves
 * them without. */
#include "explorer_users.h"

#include "base/mem.h"
#include "collect/posthog_figures.h"
#include "collect/posthog_hogql.h"
#include "collect/posthog_query.h"
#include "explorer_internal.h"
#include "query/memberships.h"

#include <string.h>

bool explorer_adds_up(enum rows_kind kind)
{
	return kind == ROWS_USERS || kind == ROWS_GROUPS;
}

struct figures_query explorer_added_up(enum rows_kind kind)
{
	bool groups = kind == ROWS_GROUPS;

	return (struct figures_query){.by = groups ? STR("@$groups") : STR("user"),
	                              .since = TIME_NONE,
	                              .until = TIME_NONE,
	                              .each_group = groups};
}

static uint32_t key_of(struct explorer *x, enum rows_kind kind, struct str told)
{
	struct str type, key;

	if (kind == ROWS_USERS)
		return told.n > 0 ? ids_add(explorer_ids(x), told) : 0;
	return posthog_read_group(told, &type, &key)
	               ? memberships_add(explorer_memberships(x), type, key)
	               : 0;
}

static struct group group_of(struct explorer *x, enum rows_kind kind, const struct split *s,
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
	struct buf told = {0};

	if (part->key != SPLIT_NONE)
		split_text(s, part->key, &told);
	g.key = key_of(x, kind, buf_str(&told));
	buf_free(&told);
	return g;
}

/* Only of users there is one without a name. */
uint32_t explorer_given(struct explorer *x, enum rows_kind kind, const struct figures *f,
                        struct group **out)
{
	const struct breakdown *b = figures_breakdown(f);
	const struct split *s = figures_split((struct figures *)(uintptr_t)f);
	uint32_t n = 0;

	*out = mem_alloc((size_t)breakdown_count(b) + 1, sizeof(**out));
	for (uint32_t i = 0; i < breakdown_count(b); i++) {
		(*out)[n] = group_of(x, kind, s, breakdown_part(b, i));
		n += kind == ROWS_USERS || (*out)[n].key != 0;
	}
	return n;
}

/* ---- who they are ---------------------------------------------------------------------------------------------------- */

struct people {
	struct explorer *explorer;
	struct group *rows;
	uint32_t n;
	int64_t since, until;
	struct hogql *hogql;
	uint32_t from, to; /* rows that are asked about; none: that was all */
};

/* About the next rows. */
static void ask(struct people *p)
{
	struct str *names = mem_alloc(PEOPLE_AT_ONCE, sizeof(*names));
	struct buf *texts = mem_zero(PEOPLE_AT_ONCE, sizeof(*texts)), body = {0};
	char query_id[POSTHOG_QUERY_ID];
	size_t n = 0;

	p->from = p->to;
	for (; p->to < p->n && n < PEOPLE_AT_ONCE; p->to++) {
		if (p->rows[p->to].key == 0)
			continue;
		ids_text(explorer_ids(p->explorer), p->rows[p->to].key, &texts[n]);
		names[n] = buf_str(&texts[n]);
		n++;
	}
	posthog_query_id(query_id);
	posthog_query_people(&body, names, n, p->since, p->until, query_id);
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
	p->n = n;
	p->hogql = hogql_new(explorer_posthog(x), changed != NULL ? changed : nothing, ctx);
	explorer_window(x, &first, &last);
	first = since != TIME_NONE ? since : first;
	p->since = first != TIME_NONE ? first : 0;
	last = until != TIME_NONE ? until : last;
	p->until = last != TIME_NONE ? last : time_now() + TIME_SECOND;
	ask(p);
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
	uint32_t key, i = p->from;
	bool found = false;

	hogql_text(answer, row, 0, &user);
	hogql_text(answer, row, 1, &person);
	key = ids_find(explorer_ids(p->explorer), buf_str(&user));
	while (i < p->to && p->rows[i].key != key)
		i++;
	if (i < p->to && key != 0 && person.n > 0) {
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

	if (p->from == p->to || p->hogql->state != HOGQL_DONE)
		return false;
	for (uint32_t row = 0; row < answer->rows && answer->n_columns == 2; row++)
		any |= take_row(p, answer, row);
	ask(p);
	return any;
}

void people_wait(struct people *p)
{
	do
		while (p->hogql->state == HOGQL_RUNNING &&
		       loop_step(explorer_loop(p->explorer), true))
			;
	while (people_take(p) || p->hogql->state == HOGQL_RUNNING);
}
