/* What PostHog knows of the persons of events: asked for when a column comes to them, some thousand a question, and forgotten when
 * the column has it.
 *
 * Invariants: one stretch of events at a time is asked about, under one name, by one question at a time; the next one is sent by
 * `ready`, which a turn of the loop calls. */
#include "explorer_persons.h"

#include "base/mem.h"
#include "base/utf8.h"
#include "collect/posthog_hogql.h"
#include "collect/posthog_person.h"
#include "collect/posthog_query.h"
#include "explorer_internal.h"

#include <string.h>

#define AGAIN    (30 * TIME_SECOND)
#define AGAIN_MS UINT64_C(30000)
#define RECENT   (120 * TIME_SECOND) /* PostHog may not have taken it in yet */

enum state { SETTLED, WAITS, ASKED, LATER, FAILED };
struct asked_event {
	enum state state;
	uint32_t told; /* SETTLED: number in told; 0: nobody knows */
};

/* A project that did not answer is not asked before then. */
struct refusal {
	int64_t until; /* monotonic */
	struct errinfo why;
};

struct persons {
	struct explorer *explorer;
	struct properties *properties;
	struct property_persons says;
	struct strings told;
	uint32_t nothing;    /* in told */
	struct buf name;     /* of the stretch */
	uint32_t from, n;    /* its events; n 0: there is none yet */
	int64_t began;       /* wall clock */
	struct hogql *hogql; /* the last question; NULL: none */
	uint32_t origin;     /* whom it went to */
	uint32_t first, end; /* of the stretch: between them lie those that it is about */
	struct loop_timer *again;
	struct refusal refusals[EVENTS_ORIGINS];
	struct asked_event asked[EVENTS_CHUNK];
};

static const struct event *event_at(const struct persons *p, uint32_t i)
{
	return events_get(explorer_events(p->explorer), p->from + i);
}

static uint32_t uuid_at(const struct persons *p, uint32_t i)
{
	return events_uuid(explorer_events(p->explorer), p->from + i);
}

static uint32_t origin_at(const struct persons *p, uint32_t i)
{
	return events_origin(explorer_events(p->explorer), event_at(p, i)->place);
}

/* ---- asking ---- */

/* The first that waits and those of its project. */
static void ask(struct persons *p, uint32_t first)
{
	struct buf *texts = mem_zero(POSTHOG_PERSONS, sizeof(*texts)), body = {0};
	struct str *uuids = mem_alloc(POSTHOG_PERSONS, sizeof(*uuids));
	int64_t since = INT64_MAX, until = INT64_MIN;
	char query_id[POSTHOG_QUERY_ID];
	uint32_t n = 0;

	p->first = p->end = first;
	for (uint32_t i = first; i < p->n && n < POSTHOG_PERSONS; i++) {
		int64_t time = event_at(p, i)->time;

		if (p->asked[i].state != WAITS || origin_at(p, i) != p->origin)
			continue;
		p->asked[i].state = ASKED;
		p->end = i + 1;
		ids_text(explorer_ids(p->explorer), uuid_at(p, i), &texts[n]);
		uuids[n] = buf_str(&texts[n]);
		n++;
		since = time < since ? time : since;
		until = time > until ? time : until;
	}
	posthog_query_id(query_id);
	posthog_query_person(&body, buf_str(&p->name), uuids, n, since, until + 1, query_id);
	hogql_send(p->hogql, &body, query_id);
	for (uint32_t i = 0; i < n; i++)
		buf_free(&texts[i]);
	buf_free(&body);
	mem_free(texts);
	mem_free(uuids);
}

/* An event may be here more than once. */
static void settle(struct persons *p, const struct posthog_person *row)
{
	uint32_t uuid = ids_find(explorer_ids(p->explorer), buf_str(&row->uuid));
	uint32_t told = strings_add(&p->told, buf_str(&row->told));

	for (uint32_t i = p->first; uuid != 0 && i < p->end; i++)
		if (p->asked[i].state == ASKED && uuid_at(p, i) == uuid)
			p->asked[i] = (struct asked_event){SETTLED, told};
}

static void take_rows(struct persons *p)
{
	struct posthog_person row = {{0}, {0}};

	for (uint32_t i = 0; i < p->hogql->result->rows; i++)
		if (posthog_read_person(p->hogql->result, i, &row))
			settle(p, &row);
	buf_free(&row.uuid);
	buf_free(&row.told);
}

static bool is_recent(const struct persons *p, uint32_t i)
{
	return event_at(p, i)->time > p->began - RECENT && time_now() < p->began + RECENT;
}

static void refuse(struct persons *p)
{
	struct refusal *r = &p->refusals[p->origin];

	r->until = time_monotonic() + AGAIN;
	if (p->hogql->state == HOGQL_FAILED)
		r->why = p->hogql->why;
	else
		err_set(&r->why, ERR_IO, "The question about persons was cancelled.");
}

static void on_answer(void *ctx)
{
	struct persons *p = ctx;
	bool answered = p->hogql->state == HOGQL_DONE;

	if (p->hogql->state == HOGQL_RUNNING)
		return;
	if (answered)
		take_rows(p);
	else
		refuse(p);
	for (uint32_t i = p->first; i < p->end; i++) {
		struct asked_event *e = &p->asked[i];

		if (e->state != ASKED)
			continue;
		*e = (struct asked_event){SETTLED, p->nothing};
		if (!answered || is_recent(p, i))
			e->state = answered ? LATER : FAILED;
	}
	properties_resume(p->properties);
}

static void on_again(void *ctx)
{
	struct persons *p = ctx;

	properties_resume(p->properties);
}

/* ---- a stretch of events ---- */

static struct asked_event begin_event(const struct persons *p, uint32_t i)
{
	const struct event *e = event_at(p, i);

	if (explorer_origin_posthog(p->explorer, origin_at(p, i)) == NULL || uuid_at(p, i) == 0 ||
	    (e->flags & EVENT_NO_UUID) != 0 || e->time == TIME_NONE)
		return (struct asked_event){SETTLED, 0};
	if (!utf8_valid(buf_str(&p->name)))
		return (struct asked_event){SETTLED, p->nothing};
	return (struct asked_event){WAITS, 0};
}

static void begin(struct persons *p, struct str name, uint32_t from, uint32_t n)
{
	buf_clear(&p->name);
	buf_append(&p->name, name);
	p->from = from;
	p->n = n;
	p->began = time_now();
	for (uint32_t i = 0; i < n; i++)
		p->asked[i] = begin_event(p, i);
}

/* Sends the next question; false: nothing waits for one. */
static bool ask_next(struct persons *p)
{
	for (uint32_t i = 0; i < p->n; i++) {
		if (p->asked[i].state != WAITS)
			continue;
		p->origin = origin_at(p, i);
		if (time_monotonic() < p->refusals[p->origin].until) {
			p->asked[i].state = FAILED;
			continue;
		}
		hogql_free(p->hogql);
		p->hogql = hogql_new(explorer_origin_posthog(p->explorer, p->origin), on_answer, p);
		ask(p, i);
		return true;
	}
	return false;
}

/* Those without a row wait for another question. */
static bool ask_later(struct persons *p)
{
	bool any = false;

	for (uint32_t i = 0; i < p->n; i++) {
		if (p->asked[i].state != LATER)
			continue;
		p->asked[i].state = WAITS;
		any = true;
	}
	if (any)
		loop_timer_start(p->again, AGAIN_MS, 0);
	return any;
}

static bool ready(void *ctx, struct str name, uint32_t from, uint32_t n)
{
	struct persons *p = ctx;

	assert(n <= EVENTS_CHUNK);
	if (p->n != n || p->from != from || !str_eq(buf_str(&p->name), name))
		begin(p, name, from, n);
	if (p->hogql != NULL && p->hogql->state == HOGQL_RUNNING)
		return false;
	return !loop_timer_active(p->again) && !ask_next(p) && !ask_later(p);
}

static uint32_t told(void *ctx, uint32_t event, struct errinfo *why)
{
	const struct persons *p = ctx;
	const struct asked_event *e = &p->asked[event - p->from];

	assert(event - p->from < p->n);
	if (e->state == FAILED)
		*why = p->refusals[origin_at(p, event - p->from)].why;
	return e->state == FAILED ? PROPERTY_NOT_TOLD : e->told;
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
	p->nothing = strings_add(&p->told, STR("{\"$set\":{}}"));
	p->again = loop_timer_new(explorer_loop(x), on_again, p);
	p->says = (struct property_persons){ready, told, text, p};
	properties_ask_persons(properties, &p->says);
	return p;
}

void persons_free(struct persons *p)
{
	if (p == NULL)
		return;
	properties_ask_persons(p->properties, NULL);
	hogql_free(p->hogql);
	loop_timer_free(p->again);
	buf_free(&p->name);
	strings_fini(&p->told);
	mem_free(p);
}
