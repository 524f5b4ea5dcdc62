/* Opening a trace: TraceQuery first; where a server does not know it or finds nothing, the rows of
 * posthog.ai_events; then those of events, which have no bodies on new servers. A trace that is too big
 * for one answer comes without bodies, which are fetched one by one when somebody looks.
 *
 * Also here, because it is the same pages of events: every event of a time. */
#include "collect/posthog_internal.h"

#include <string.h>

#define A_YEAR (366 * POSTHOG_DAY) /* where nothing is known: as PostHog's own page */
#define AROUND (600 * TIME_SECOND) /* an event whose time is known */

#define BODIES_MAX 4u /* inputs and outputs that are asked for at once */
#define SHRUNK_MAX 9u /* then a page is one event */

/* In the order of trying; behind a TraceQuery come the $ai_trace events that it leaves out. POSTHOG_TOO_BIG goes from the first two to LIGHT; a server that has no
 * posthog.ai_events goes on to OLD, in pages as small as it takes. */
enum step {
	STEP_QUERY,
	STEP_ROWS,
	STEP_OLD,
	STEP_LIGHT,
	STEP_EXPLICIT,
	STEP_EXPLICIT_OLD,
};

static enum posthog_table table_of(enum step step)
{
	if (step == STEP_LIGHT)
		return POSTHOG_AI_EVENTS_LIGHT;
	return step == STEP_ROWS ? POSTHOG_AI_EVENTS : POSTHOG_EVENTS;
}

static bool goes_on(const struct ask *a)
{
	const struct posthog_found *page = &a->page;

	if (page->last_uuid.n == 0)
		return false;
	return a->uuid.n == 0 || page->last_time > a->time ||
	       (page->last_time == a->time &&
	        str_cmp(buf_str(&page->last_uuid), buf_str(&a->uuid)) > 0);
}

/* Behind what was noted. */
static void send_rows(struct ask *a, enum posthog_table table)
{
	struct posthog_events_page page = {.trace = buf_str(&a->id),
	                                   .since = a->since,
	                                   .until = a->until,
	                                   .after_time = a->time,
	                                   .after_uuid = buf_str(&a->uuid)};
	char query_id[POSTHOG_QUERY_ID];
	struct buf body = {0};

	a->limit = table == POSTHOG_AI_EVENTS ? POSTHOG_PAGE_BODY : POSTHOG_PAGE_EVENT;
	a->limit >>= a->shrunk;
	page.limit = a->limit;
	posthog_query_id(query_id);
	posthog_query_events(&body, table, &page, query_id);
	ask_send(a, &body, query_id);
}

bool ask_goes_on(struct ask *a)
{
	if (!goes_on(a)) {
		ask_fail_in_circles(a);
		return false;
	}
	a->time = a->page.last_time;
	buf_clear(&a->uuid);
	buf_append(&a->uuid, buf_str(&a->page.last_uuid));
	return true;
}

/* The page behind the one that came. */
static void send_next(struct ask *a, enum posthog_table table)
{
	if (ask_goes_on(a))
		send_rows(a, table);
}

/* The same page again in a smaller size; false if it was as small as can be. */
static bool shrink(struct ask *a, enum posthog_table table)
{
	if (a->shrunk == SHRUNK_MAX)
		return false;
	a->shrunk++;
	send_rows(a, table);
	return true;
}

static void send_step(struct ask *a, enum step step)
{
	char query_id[POSTHOG_QUERY_ID];
	struct buf body = {0};

	a->step = (int)step;
	a->events = 0;
	a->bodies = false;
	a->shrunk = 0;
	buf_clear(&a->uuid);
	if (step != STEP_QUERY) {
		send_rows(a, table_of(step));
		return;
	}
	posthog_query_id(query_id);
	posthog_query_trace(&body, buf_str(&a->id), a->since, a->until, query_id);
	ask_send(a, &body, query_id);
}

static void send_explicit(struct ask *a, enum step step)
{
	char query_id[POSTHOG_QUERY_ID];
	struct buf body = {0};

	a->step = (int)step;
	a->limit = POSTHOG_MAX_EXPLICIT;
	posthog_query_id(query_id);
	posthog_query_trace_event(&body, step == STEP_EXPLICIT ? POSTHOG_AI_EVENTS : POSTHOG_EVENTS,
	                          buf_str(&a->id), a->since, a->until, query_id);
	ask_send(a, &body, query_id);
}

static bool is_explicit(const struct ask *a)
{
	return a->step == STEP_EXPLICIT || a->step == STEP_EXPLICIT_OLD;
}

/* What became of its inputs and outputs. */
static const char *bodies_of(const struct ask *a)
{
	if (a->step == STEP_LIGHT)
		return "later";
	if (!a->bodies && a->until - POSTHOG_LATER < a->now - POSTHOG_BODY_DAYS * POSTHOG_DAY)
		return "gone";
	return NULL;
}

static enum err read_trace(struct ask *a, struct errinfo *e)
{
	struct str answer = buf_str(&a->answer), id = buf_str(&a->id);
	enum err err;

	posthog_found_free(&a->page);
	err = a->step == STEP_QUERY
	              ? posthog_read_trace(answer, id, a->now, &a->lines, &a->page, e)
	              : posthog_read_events(answer, a->limit, a->now, &a->lines, &a->page, e);

	if (err != ERR_OK)
		return err;
	a->events += a->page.events;
	a->bodies |= a->page.has_bodies;
	if (a->step == STEP_QUERY) {
		buf_clear(&a->folded);
		buf_append(&a->folded, buf_str(&a->page.folded));
		return ERR_OK;
	}
	if (a->page.events == 0 && a->step == STEP_EXPLICIT)
		return ERR_OK;
	if (a->page.events == 0 && a->step == STEP_EXPLICIT_OLD && a->folded.n > 0) {
		buf_append(&a->lines, buf_str(&a->folded));
		a->events++;
	}
	if (!a->page.more && a->events > 0)
		posthog_write_opened(id, bodies_of(a), a->events, a->now, &a->lines);
	return ERR_OK;
}

static void use_trace(struct ask *a)
{
	struct errinfo e = {0};

	if (a->step == STEP_QUERY && a->events > 0) {
		send_explicit(a, STEP_EXPLICIT);
	} else if (a->step == STEP_EXPLICIT && a->page.events == 0) {
		send_explicit(a, STEP_EXPLICIT_OLD);
	} else if (is_explicit(a)) {
		ask_end(a);
	} else if (a->page.more) {
		send_next(a, table_of((enum step)a->step));
	} else if (a->events > 0 || a->step == STEP_LIGHT) {
		ask_end(a);
	} else if (a->step < STEP_OLD) {
		send_step(a, (enum step)(a->step + 1));
	} else {
		err_set(&e, ERR_NOT_FOUND, "PostHog has no trace %.*s in that time",
		        (int)(a->id.n < 100 ? a->id.n : 100), a->id.p);
		ask_fail(a, POSTHOG_NOT_FOUND, &e);
	}
}

static void step_down(struct ask *a)
{
	if (a->step == STEP_ROWS)
		a->posthog->old = true;
	send_step(a, (enum step)(a->step + 1));
}

static void refuse_trace(struct ask *a, enum posthog_trouble trouble, const struct errinfo *why)
{
	enum step step = (enum step)a->step;

	if (trouble == POSTHOG_BAD_QUERY && step == STEP_EXPLICIT)
		send_explicit(a, STEP_EXPLICIT_OLD);
	else if (is_explicit(a))
		ask_fail(a, trouble, why);
	else if (trouble == POSTHOG_TOO_BIG && step < STEP_OLD)
		send_step(a, STEP_LIGHT);
	else if (trouble == POSTHOG_TOO_BIG && shrink(a, table_of(step)))
		return;
	else if (trouble == POSTHOG_BAD_QUERY && step == STEP_LIGHT)
		send_step(a, STEP_OLD);
	/* The server does not know this kind of question, or the table. */
	else if (trouble == POSTHOG_BAD_QUERY && a->step < STEP_OLD)
		step_down(a);
	/* What TraceQuery says may be of a version not known here. */
	else if (a->step == STEP_QUERY && why->code == ERR_PARSE)
		send_step(a, STEP_ROWS);
	else
		ask_fail(a, trouble, why);
}

void posthog_trace(struct posthog *p, struct str trace, int64_t since, int64_t until)
{
	int64_t now = time_now();
	struct ask *a;

	if (trace.n == 0 || ask_find(p, ASK_TRACE, trace) || ask_finds_traces(p, trace))
		return;
	a = ask_new(p, ASK_TRACE, read_trace, use_trace);
	a->refused = refuse_trace;
	a->urgent = true;
	a->since = since == TIME_NONE ? now - A_YEAR : since - POSTHOG_SOONER;
	a->until = until == TIME_NONE ? now + POSTHOG_LATER : until + POSTHOG_LATER;
	buf_append(&a->id, trace);
	send_step(a, STEP_QUERY);
}

void posthog_trace_url(const struct posthog *p, struct str trace, struct buf *out)
{
	if (p->project == 0)
		return;
	buf_append(out, buf_str(&p->host));
	buf_printf(out, "/project/%u/%s/traces/", p->project,
	           p->old ? "llm-analytics" : "ai-observability");
	for (size_t i = 0; i < trace.n; i++) {
		unsigned char c = (unsigned char)trace.p[i];

		/* RFC 3986, unreserved */
		if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		    (c != '\0' && strchr("-._~", c) != NULL))
			buf_add(out, (char)c);
		else
			buf_printf(out, "%%%02X", c);
	}
}

/* ---- one body ---- */

static enum err read_events(struct ask *a, struct errinfo *e)
{
	posthog_found_free(&a->page);
	return posthog_read_events(buf_str(&a->answer), a->limit, a->now, &a->lines, &a->page, e);
}

/* A cursor that runs down a tree asks for more than anybody looks at. */
static void end_oldest_body(struct posthog *p)
{
	struct ask *oldest = NULL;
	unsigned n = 0;

	for (struct ask *a = p->asks; a; a = a->next)
		if (a->kind == ASK_BODY) {
			oldest = a;
			n++;
		}
	if (n == BODIES_MAX)
		ask_end(oldest);
}

void posthog_body(struct posthog *p, struct str trace, struct str uuid, int64_t time)
{
	char query_id[POSTHOG_QUERY_ID];
	struct buf body = {0};
	struct ask *a;

	if (uuid.n == 0 || ask_find(p, ASK_BODY, uuid))
		return;
	end_oldest_body(p);
	a = ask_new(p, ASK_BODY, read_events, ask_end);
	a->limit = 1;
	a->urgent = true;
	buf_append(&a->id, uuid);
	posthog_query_id(query_id);
	posthog_query_body(&body, trace, uuid, time - AROUND, time + AROUND, query_id);
	ask_send(a, &body, query_id);
}

/* ---- every event of a time ---- */

static void use_events(struct ask *a)
{
	if (a->page.more) {
		send_next(a, POSTHOG_EVENTS);
		return;
	}
	if (a->for_tail)
		a->posthog->seen = a->until - POSTHOG_AHEAD;
	else
		a->posthog->all = true;
	ask_end(a);
}

/* Older servers send inputs and outputs along. */
static void refuse_events(struct ask *a, enum posthog_trouble trouble, const struct errinfo *why)
{
	if (trouble != POSTHOG_TOO_BIG || !shrink(a, POSTHOG_EVENTS))
		ask_fail(a, trouble, why);
}

void posthog_ask_events(struct posthog *p, int64_t since, int64_t until, bool for_tail)
{
	struct ask *a = ask_new(p, ASK_EVENTS, read_events, use_events);

	a->refused = refuse_events;
	a->known = false;
	a->for_tail = for_tail;
	a->since = since;
	a->until = until;
	send_rows(a, POSTHOG_EVENTS);
}

/* "Until now" moves on between two calls. */
static bool is_of_time(const struct ask *a, int64_t since, int64_t until)
{
	return a->since == since && until - a->until < POSTHOG_AHEAD && until >= a->until;
}

void posthog_events(struct posthog *p, int64_t since, int64_t until)
{
	for (struct ask *a = p->asks; a; a = a->next) {
		if (a->kind != ASK_EVENTS || a->for_tail)
			continue;
		if (is_of_time(a, since, until))
			return;
		ask_end(a);
		break;
	}
	p->all = false;
	posthog_ask_events(p, since, until, false);
}
