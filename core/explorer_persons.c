/* Persons of projects, by users and names of properties: asked for when a column comes to their first event, some hundred users a
 * question. A user whom PostHog does not know of, or a question that it does not answer, leaves what events set themselves.
 *
 * A value may have been another at other times: of those that the event lies among the one counts that began last. */
#include "explorer_persons.h"

#include "base/mem.h"
#include "base/utf8.h"
#include "collect/posthog_hogql.h"
#include "collect/posthog_person.h"
#include "collect/posthog_query.h"
#include "explorer_internal.h"

#include <string.h>

struct span {
	int64_t first, last;
	uint32_t told;
};

enum user_state { USER_NEW, USER_WAITS, USER_ASKED, USER_TOLD };
struct user {
	enum user_state state;
	uint32_t from, n; /* spans */
};

/* One name in one project. */
struct known {
	struct persons *persons;
	struct known *next;
	char *name;
	size_t name_length;
	uint32_t origin;
	struct user *users; /* by number of the id */
	uint32_t n_users;
	struct span *spans;
	uint32_t n_spans, cap_spans;
	uint32_t *asking; /* ids: USER_WAITS, then USER_ASKED */
	uint32_t n_asking, cap_asking, n_asked;
	int64_t since, until; /* of the events of those that wait */
	struct hogql *hogql;
};

struct persons {
	struct explorer *explorer;
	struct properties *properties;
	struct property_persons says;
	struct strings told;
	struct known *known;
};

/* ---- asking ---- */

static void ask(struct known *k)
{
	struct ids *all = explorer_ids(k->persons->explorer);
	struct buf *texts = mem_zero(POSTHOG_PERSONS, sizeof(*texts)), body = {0};
	struct str *ids = mem_alloc(POSTHOG_PERSONS, sizeof(*ids));
	char query_id[POSTHOG_QUERY_ID];
	uint32_t n = 0;

	for (; n < POSTHOG_PERSONS && n < k->n_asking; n++) {
		ids_text(all, k->asking[n], &texts[n]);
		ids[n] = buf_str(&texts[n]);
		k->users[k->asking[n]].state = USER_ASKED;
	}
	k->n_asked = n;
	posthog_query_id(query_id);
	if (posthog_query_person(&body, (struct str){k->name, k->name_length}, ids, n, k->since,
	                         k->until + 1, query_id))
		hogql_send(k->hogql, &body, query_id);
	for (uint32_t i = 0; i < n; i++)
		buf_free(&texts[i]);
	buf_free(&body);
	mem_free(texts);
	mem_free(ids);
}

static void add_span(struct known *k, uint32_t user, const struct span *span)
{
	struct user *u = &k->users[user];

	/* Rows of a user that do not come together say no more of them. */
	if (u->n > 0 && u->from + u->n != k->n_spans)
		return;
	if (k->n_spans == k->cap_spans) {
		k->cap_spans = k->cap_spans > 0 ? k->cap_spans * 2 : 64;
		k->spans = mem_resize(k->spans, k->cap_spans, sizeof(*k->spans));
	}
	if (u->n == 0)
		u->from = k->n_spans;
	k->spans[k->n_spans++] = *span;
	u->n++;
}

static void take_rows(struct known *k)
{
	const struct hogql_result *answer = k->hogql->result;
	struct posthog_person row = {{0}, {0}, 0, 0};

	for (uint32_t i = 0; i < answer->rows; i++) {
		struct span span;
		uint32_t user;

		if (!posthog_read_person(answer, i, &row))
			continue;
		user = ids_find(explorer_ids(k->persons->explorer), buf_str(&row.user));
		if (user == 0 || user >= k->n_users || k->users[user].state != USER_ASKED)
			continue;
		span = (struct span){row.first, row.last,
		                     strings_add(&k->persons->told, buf_str(&row.told))};
		add_span(k, user, &span);
	}
	buf_free(&row.user);
	buf_free(&row.told);
}

static void on_answer(void *ctx)
{
	struct known *k = ctx;

	if (k->hogql->state == HOGQL_RUNNING || k->n_asked == 0)
		return;
	if (k->hogql->state == HOGQL_DONE)
		take_rows(k);
	for (uint32_t i = 0; i < k->n_asked; i++)
		k->users[k->asking[i]].state = USER_TOLD;
	k->n_asking -= k->n_asked;
	memmove(k->asking, k->asking + k->n_asked, k->n_asking * sizeof(*k->asking));
	k->n_asked = 0;
	if (k->n_asking > 0)
		ask(k);
	properties_resume(k->persons->properties);
}

/* ---- what is known ---- */

static struct known *find(const struct persons *p, struct str name, uint32_t origin)
{
	struct known *k = p->known;

	while (k != NULL &&
	       (k->origin != origin || !str_eq((struct str){k->name, k->name_length}, name)))
		k = k->next;
	return k;
}

static struct known *make(struct persons *p, struct str name, uint32_t origin,
                          struct posthog *posthog)
{
	struct known *k = mem_zero(1, sizeof(*k));

	k->persons = p;
	k->name = mem_copy_text(name.p, name.n);
	k->name_length = name.n;
	k->origin = origin;
	k->since = INT64_MAX;
	k->until = INT64_MIN;
	k->hogql = hogql_new(posthog, on_answer, k);
	k->next = p->known;
	p->known = k;
	return k;
}

static uint32_t origin_of(const struct persons *p, const struct event *e)
{
	return events_origin(explorer_events(p->explorer), e->place);
}

static void want(struct known *k, uint32_t user)
{
	if (k->n_asking == k->cap_asking) {
		k->cap_asking = k->cap_asking > 0 ? k->cap_asking * 2 : 64;
		k->asking = mem_resize(k->asking, k->cap_asking, sizeof(*k->asking));
	}
	k->asking[k->n_asking++] = user;
	k->users[user].state = USER_WAITS;
}

static struct user *user_of(struct known *k, uint32_t user)
{
	if (user >= k->n_users) {
		uint32_t n = explorer_ids(k->persons->explorer)->n + 1;

		k->users = mem_resize(k->users, n, sizeof(*k->users));
		memset(k->users + k->n_users, 0, (n - k->n_users) * sizeof(*k->users));
		k->n_users = n;
	}
	return &k->users[user];
}

/* Whether all is known of the event's person. */
static bool is_known(struct persons *p, struct str name, const struct event *e)
{
	uint32_t origin = origin_of(p, e);
	struct posthog *posthog = explorer_origin_posthog(p->explorer, origin);
	struct known *k;

	if (posthog == NULL || e->user == 0 || e->time == TIME_NONE)
		return true;
	k = find(p, name, origin);
	if (k == NULL)
		k = make(p, name, origin, posthog);
	if (user_of(k, e->user)->state == USER_TOLD)
		return true;
	k->since = e->time < k->since ? e->time : k->since;
	k->until = e->time > k->until ? e->time : k->until;
	if (k->users[e->user].state == USER_NEW)
		want(k, e->user);
	return false;
}

static bool ready(void *ctx, struct str name, uint32_t from, uint32_t n)
{
	struct persons *p = ctx;
	bool all = true;

	/* No question can have it, and no person. */
	if (!utf8_valid(name))
		return true;
	for (uint32_t i = 0; i < n; i++)
		all &= is_known(p, name, events_get(explorer_events(p->explorer), from + i));
	for (struct known *k = p->known; k != NULL; k = k->next)
		if (k->n_asked == 0 && k->n_asking > 0)
			ask(k);
	return all;
}

static uint32_t told(void *ctx, struct str name, uint32_t event)
{
	struct persons *p = ctx;
	const struct event *e = events_get(explorer_events(p->explorer), event);
	const struct known *k = find(p, name, origin_of(p, e));
	const struct user *u = k != NULL && e->user < k->n_users ? &k->users[e->user] : NULL;
	uint32_t before = 0, then = 0;

	for (uint32_t i = 0; u != NULL && i < u->n; i++) {
		const struct span *span = &k->spans[u->from + i];

		if (before == 0 || span->first <= e->time)
			before = span->told;
		if (span->first <= e->time && e->time <= span->last)
			then = span->told;
	}
	return then != 0 ? then : before;
}

static struct str text(void *ctx, uint32_t number)
{
	const struct persons *p = ctx;

	return strings_get(&p->told, number);
}

/* ---- beginning and end ---- */

struct persons *persons_new(struct explorer *x, struct properties *properties)
{
	struct persons *p = mem_zero(1, sizeof(*p));

	p->explorer = x;
	p->properties = properties;
	strings_init(&p->told);
	p->says = (struct property_persons){ready, told, text, p};
	properties_ask_persons(properties, &p->says);
	return p;
}

void persons_free(struct persons *p)
{
	if (p == NULL)
		return;
	properties_ask_persons(p->properties, NULL);
	for (struct known *k = p->known, *next; k != NULL; k = next) {
		next = k->next;
		hogql_free(k->hogql);
		mem_free(k->name);
		mem_free(k->users);
		mem_free(k->spans);
		mem_free(k->asking);
		mem_free(k);
	}
	strings_fini(&p->told);
	mem_free(p);
}
