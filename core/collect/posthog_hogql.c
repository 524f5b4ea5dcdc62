/* One question of posthog.h's kind, but its answer becomes a table in memory and no lines of a journal. The answer is taken
 * over where it lies and read by a worker, since it may have many megabytes.
 *
 * Invariants: while HOGQL_RUNNING there is either an ask (at PostHog) or a reading (at a worker), else neither. A
 * reading that nobody waits for has no owner, and frees what it made. */
#include "collect/posthog_hogql.h"

#include "base/mem.h"
#include "collect/posthog_internal.h"

#include <stdio.h>

struct hogql_read {
	struct hogql *owner; /* NULL: nobody waits for it */
	struct loop *loop;
	struct buf text;
	struct str answer; /* in text */
	struct hogql_result *result;
	enum err err;
	struct errinfo e;
};

static void end(struct hogql *h, enum hogql_state state)
{
	h->state = state;
	h->took = time_monotonic() - h->began;
	h->changed(h->ctx);
}

static void fail(struct hogql *h, enum posthog_trouble trouble, const struct errinfo *why)
{
	h->trouble = trouble;
	h->why = *why;
	h->why.pos = ERR_NO_POS;
	end(h, HOGQL_FAILED);
}

/* ---- reading ---- */

static void read_answer(void *ctx)
{
	struct hogql_read *r = ctx;

	r->err = hogql_result_read(&r->result, &r->text, r->answer, &r->e);
}

static void free_read(void *ctx)
{
	struct hogql_read *r = ctx;

	buf_free(&r->text);
	hogql_result_drop(r->result, r->loop);
	mem_free(r);
}

/* The loop is being freed. */
static void drop_read(void *ctx)
{
	struct hogql_read *r = ctx;

	r->loop = NULL;
	free_read(r);
}

static void take_result(struct hogql *h, struct hogql_read *r)
{
	hogql_result_drop(h->result, r->loop);
	h->result = r->result;
	h->version++;
	r->result = NULL;
}

static void on_read(void *ctx)
{
	struct hogql_read *r = ctx;
	struct hogql *h = r->owner;

	if (h) {
		h->reading = NULL;
		if (r->err == ERR_OK) {
			take_result(h, r);
			end(h, HOGQL_DONE);
		} else {
			fail(h, r->err == ERR_LIMIT ? POSTHOG_TOO_BIG : POSTHOG_AWAY, &r->e);
		}
	}
	free_read(r);
}

static void start_reading(struct hogql *h, const struct posthog_answer *answer)
{
	struct hogql_read *r = mem_zero(1, sizeof(*r));

	r->owner = h;
	r->loop = h->posthog->loop;
	r->text = *answer->store;
	*answer->store = (struct buf){0};
	r->answer = answer->body;
	h->reading = r;
	loop_work_alone(r->loop, read_answer, on_read, drop_read, r);
}

/* ---- asking ---- */

static void let_go(struct hogql *h)
{
	struct ask *a = h->ask;

	h->ask = NULL;
	if (a) {
		a->stopped = NULL;
		ask_end(a);
	}
	if (h->reading)
		h->reading->owner = NULL;
	h->reading = NULL;
}

static void on_stopped(struct ask *a, enum posthog_trouble trouble, const struct errinfo *why)
{
	struct hogql *h = a->owner;

	h->ask = NULL;
	if (trouble == POSTHOG_FINE)
		end(h, HOGQL_CANCELLED);
	else
		fail(h, trouble, why);
}

static void refuse(struct hogql *h, const struct posthog_answer *answer)
{
	h->trouble = answer->trouble;
	h->why = answer->why;
	h->why.pos = ERR_NO_POS;
	buf_append(&h->said, answer->said);
	if (answer->trouble == POSTHOG_BAD_QUERY)
		h->why.pos = hogql_place(buf_str(&h->query), answer->said, answer->start);
	end(h, HOGQL_FAILED);
}

static void on_answer(void *ctx, const struct posthog_answer *answer)
{
	struct ask *a = ctx;
	struct hogql *h = a->owner;
	struct posthog *p = h->posthog;

	a->call = NULL;
	let_go(h);
	if (answer->trouble == POSTHOG_FINE)
		start_reading(h, answer);
	else
		refuse(h, answer);
	posthog_changed(p);
}

void hogql_send(struct hogql *h, const struct buf *body, const char *query_id)
{
	struct posthog *p = h->posthog;
	struct ask *a = ask_new(p, ASK_HOGQL, NULL, NULL);

	let_go(h);
	buf_clear(&h->query);
	buf_clear(&h->said);
	h->why = (struct errinfo){.pos = ERR_NO_POS};
	h->trouble = POSTHOG_FINE;
	h->state = HOGQL_RUNNING;
	h->began = time_monotonic();
	h->ask = a;
	a->owner = h;
	a->stopped = on_stopped;
	a->call = posthog_api_query(p->api, buf_str(body), query_id, true, on_answer, a);
	posthog_api_try_twice(a->call);
	posthog_want_project(p);
}

void hogql_ask(struct hogql *h, struct str query)
{
	char query_id[POSTHOG_QUERY_ID];
	struct buf body = {0};

	posthog_query_id(query_id);
	posthog_query_hogql(&body, query, query_id);
	hogql_send(h, &body, query_id);
	buf_append(&h->query, query);
	buf_free(&body);
}

bool hogql_cancel(struct hogql *h)
{
	if (h->state != HOGQL_RUNNING)
		return false;
	let_go(h);
	h->state = HOGQL_CANCELLED;
	h->took = time_monotonic() - h->began;
	return true;
}

/* ---- beginning and end ---- */

struct hogql *hogql_new(struct posthog *p, loop_fn *changed, void *ctx)
{
	struct hogql *h = mem_zero(1, sizeof(*h));

	h->posthog = p;
	h->changed = changed;
	h->ctx = ctx;
	return h;
}

void hogql_free(struct hogql *h)
{
	if (!h)
		return;
	let_go(h);
	hogql_result_drop(h->result, h->posthog->loop);
	buf_free(&h->query);
	buf_free(&h->said);
	mem_free(h);
}
