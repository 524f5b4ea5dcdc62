/* The explorer's PostHog projects: what a person looks at becomes something asked for, unless the journal
 * has it. What is asked for lands in the project's folder, which is read as any journal is. Lists are of all
 * projects, each with pages of its own; a trace or session is asked of those that it is from.
 *
 * A trace is fetched when it is opened, again while it may still grow, and its totals again when events
 * of it came by the tail. */
#include "collect/posthog_pushed.h"
#include "explorer_pushed.h"
#include "explorer_remote.h"

#include "base/mem.h"
#include "base/time.h"

#include <string.h>

#define AGAIN  (30 * TIME_SECOND)  /* before what may still grow is fetched again */
#define RECENT (600 * TIME_SECOND) /* what the tail brings is no older */

/* ---- what the source asks of us ---- */

static void on_written(void *ctx)
{
	struct remote *r = ctx;

	/* Within posthog_open it has no name yet. */
	if (!r->posthog)
		return;
	if (!r->reading && posthog_folder(r->posthog))
		r->reading = origin_add_folder(r->origin, posthog_folder(r->posthog), NULL) ==
		             ERR_OK;
	origin_check(r->origin);
}

bool remote_is_from(const struct remote *r, uint32_t origins)
{
	return (origins >> r->origin->number & 1) != 0;
}

/* What arrived just now is not yet where totals are counted: those are asked for once more. */
static void keep_recent(struct remote *r, int64_t now)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < r->n_stale; i++)
		if (now - r->stale[i].arrived < AGAIN)
			r->stale[n++] = r->stale[i];
	r->n_stale = n;
}

/* Of a trace that no list named, the first event here may not be its first. */
static int64_t earliest(const struct remote *r, int64_t first, int64_t now)
{
	int64_t since = r->since > now - POSTHOG_DAY ? r->since : now - POSTHOG_DAY;

	return first < since ? first : since;
}

static void refresh_totals(struct remote *r, int64_t now)
{
	struct model *m = explorer_model(r->explorer);
	struct str names[STALE_MAX];
	struct buf texts[STALE_MAX];
	int64_t first = TIME_NONE, wall = time_now();

	memset(texts, 0, sizeof(texts));
	for (uint32_t i = 0; i < r->n_stale; i++) {
		const struct trace *t = model_trace(m, r->stale[i].trace);

		if (first == TIME_NONE || (t->first_time != TIME_NONE && t->first_time < first))
			first = t->first_time;
		ids_text(&explorer_events(r->explorer)->ids, t->id, &texts[i]);
		names[i] = buf_str(&texts[i]);
	}
	if (first != TIME_NONE)
		posthog_totals(r->posthog, names, r->n_stale, earliest(r, first, wall),
		               wall + TIME_SECOND);
	for (uint32_t i = 0; i < r->n_stale; i++)
		buf_free(&texts[i]);
	keep_recent(r, now);
	r->refreshed = now;
}

static void on_changed(void *ctx)
{
	struct remote *r = ctx;
	int64_t now = time_monotonic();

	if (!r->posthog)
		return;
	/* Each answer is a change: without a pause one question would follow the other. */
	if (r->n_stale > 0 && now - r->refreshed >= AGAIN && !explorer_loading(r->explorer))
		refresh_totals(r, now);
	explorer_changed(r->explorer);
}

static bool is_behind(void *ctx)
{
	const struct remote *r = ctx;
	const struct explorer *x = r->explorer;

	for (uint32_t i = 0; i < explorer_source_count(x); i++) {
		const struct loader_status *s = explorer_source(x, i);

		if (explorer_origin_of(x, i) != r->origin->number)
			continue;
		if (s->state == LOADER_LOADING || (s->state == LOADER_DONE && s->loaded < s->bytes))
			return true;
	}
	return false;
}

/* One that another source has, too, is written here as well: the cache is read alone at other times. */
static bool has_event(void *ctx, struct str uuid)
{
	const struct remote *r = ctx;

	return bits_get(&r->has, ids_find(&explorer_events(r->explorer)->ids, uuid));
}

/* What came by the tail alone does not add up to a total. */
static bool has_totals(void *ctx, enum posthog_list list, struct str id, int64_t last)
{
	const struct remote *r = ctx;
	struct model *m = explorer_model(r->explorer);
	uint32_t number = ids_find(&explorer_events(r->explorer)->ids, id);
	uint32_t trace = list == POSTHOG_TRACES ? model_find_trace(m, number) : MODEL_NONE;
	uint32_t session = list == POSTHOG_SESSIONS ? model_find_session(m, number) : MODEL_NONE;

	if (trace != MODEL_NONE) {
		const struct trace *t = model_trace(m, trace);

		return remote_is_from(r, t->origins) &&
		       ((t->listed && t->counted) || t->opened != TIME_NONE) &&
		       t->last_time >= last;
	}
	if (session != MODEL_NONE) {
		const struct session *s = model_session(m, session);

		return remote_is_from(r, s->origins) && s->listed && s->counted &&
		       s->last_time >= last;
	}
	return false;
}

/* ---- lists ---- */

int64_t remote_until(const struct remote *r)
{
	return r->until == TIME_NONE ? time_now() + TIME_SECOND : r->until;
}

static void list(struct remote *r)
{
	posthog_list(r->posthog, POSTHOG_TRACES, r->since, remote_until(r), 0);
	posthog_list(r->posthog, POSTHOG_SESSIONS, r->since, remote_until(r), 0);
	for (int list = POSTHOG_GENERATIONS; list < POSTHOG_LISTS; list++)
		if (posthog_is_pushed(r->posthog, (enum posthog_list)list))
			posthog_list(r->posthog, (enum posthog_list)list, r->since, remote_until(r),
			             0);
}

static void tail(struct remote *r, bool on)
{
	r->tailing = on;
	posthog_set_tail(r->posthog, on);
}

/* ---- beginning and end ---- */

enum err explorer_add_posthog(struct explorer *x, const struct posthog_options *options,
                              struct errinfo *e)
{
	struct remote *r = mem_zero(1, sizeof(*r));
	struct posthog_reader reader = {.written = on_written,
	                                .changed = on_changed,
	                                .is_behind = is_behind,
	                                .has_event = has_event,
	                                .has_totals = has_totals,
	                                .ctx = r};
	const struct remote *other = explorer_remote(x);
	enum err err;

	r->explorer = x;
	r->refreshed = time_monotonic() - AGAIN;
	r->since = other != NULL ? other->since : time_now() - POSTHOG_DAY;
	r->until = other != NULL ? other->until : TIME_NONE;
	err = origins_of_project(&r->origin, explorer_origins(x), e);
	if (err == ERR_OK)
		err = posthog_open(&r->posthog, explorer_loop(x), options, &reader, e);
	if (err != ERR_OK) {
		mem_free(r);
		return err;
	}
	r->origin->remote = r;
	on_written(r);
	if (!explorer_started(x))
		return ERR_OK;
	list(r);
	tail(r, explorer_follows(x));
	return ERR_OK;
}

struct remote *remote_next(const struct remote *r)
{
	return origins_project(explorer_origins(r->explorer), r->origin->number + 1);
}

struct remote *explorer_remote(const struct explorer *x)
{
	return origins_project(explorer_origins(x), 0);
}

void remote_free(struct remote *r)
{
	if (!r)
		return;
	loop_timer_free(r->typed);
	posthog_close(r->posthog);
	mem_free(r->has.words);
	mem_free(r);
}

/* A trace that was not fetched whole: what came of it now is not all that there is. */
void remote_added(struct remote *r, uint32_t event)
{
	struct model *m = explorer_model(r->explorer);
	const struct event *e = events_get(explorer_events(r->explorer), event);
	uint32_t trace = model_trace_of(m, event), i = 0;
	uint32_t uuid = events_uuid(explorer_events(r->explorer), event);

	if (uuid != 0) {
		bits_reach(&r->has, uuid + 1);
		bits_set(&r->has, uuid, true);
	}
	if (!r->tailing || trace == MODEL_NONE || e->time == TIME_NONE ||
	    time_now() - e->time > RECENT || model_trace(m, trace)->opened != TIME_NONE)
		return;
	while (i < r->n_stale && r->stale[i].trace != trace)
		i++;
	if (i == STALE_MAX)
		return;
	r->stale[i] = (struct stale){trace, time_monotonic()};
	r->n_stale += i == r->n_stale;
}

void explorer_tail(struct explorer *x, bool on)
{
	for (struct remote *r = explorer_remote(x); r != NULL; r = remote_next(r))
		tail(r, on);
}

struct posthog *explorer_origin_posthog(const struct explorer *x, uint32_t origin)
{
	const struct remote *r = explorer_origins(x)->list[origin]->remote;

	return r != NULL ? r->posthog : NULL;
}

struct posthog *explorer_posthog(const struct explorer *x)
{
	const struct origins *o = explorer_origins(x);
	const struct remote *r = explorer_remote(x);

	if (o->n > 0 && o->list[o->chosen]->remote != NULL)
		r = o->list[o->chosen]->remote;
	return r != NULL ? r->posthog : NULL;
}

void explorer_choose_posthog(struct explorer *x, uint32_t origin)
{
	explorer_origins(x)->chosen = origin;
}

struct posthog *explorer_project(const struct explorer *x, uint32_t project)
{
	const struct remote *r = explorer_remote(x);

	while (r != NULL && project-- > 0)
		r = remote_next(r);
	return r != NULL ? r->posthog : NULL;
}

static struct posthog *first_of(const struct explorer *x, uint32_t origins)
{
	const struct remote *r = explorer_remote(x);

	while (r != NULL && !remote_is_from(r, origins))
		r = remote_next(r);
	return r != NULL ? r->posthog : NULL;
}

struct posthog *explorer_trace_project(const struct explorer *x, uint32_t trace)
{
	return first_of(x, model_trace(explorer_model((struct explorer *)x), trace)->origins);
}

struct posthog *explorer_event_project(const struct explorer *x, uint32_t event)
{
	const struct events *events = explorer_events(x);

	return first_of(x, 1u << events_origin(events, events_get(events, event)->place));
}

/* ---- what a person looks at ---- */

void explorer_set_window(struct explorer *x, int64_t since, int64_t until)
{
	for (struct remote *r = explorer_remote(x); r != NULL; r = remote_next(r)) {
		r->all &= since >= r->since && until == r->until;
		r->since = since;
		r->until = until;
		list(r);
	}
}

bool remote_has_all(const struct remote *r)
{
	struct posthog_status status;

	posthog_read_status(r->posthog, &status);
	return r->all && status.all;
}

void explorer_window(const struct explorer *x, int64_t *since, int64_t *until)
{
	const struct remote *r = explorer_remote(x);

	*since = r ? r->since : TIME_NONE;
	*until = r ? r->until : TIME_NONE;
}

void explorer_want_rows(struct explorer *x, enum rows_kind kind, int64_t time)
{
	enum posthog_list list;
	struct posthog_status status;

	if (!explorer_list_of(kind, &list))
		return;
	for (struct remote *r = explorer_remote(x); r != NULL; r = remote_next(r)) {
		posthog_read_status(r->posthog, &status);
		/* Rows that came and are still to be read may be enough. */
		if (status.more[list] && !status.listing[list] && !is_behind(r) &&
		    (time == TIME_NONE || time <= status.frontier[list]))
			posthog_more(r->posthog, list);
	}
}

bool explorer_has_more(const struct explorer *x, enum rows_kind kind)
{
	enum posthog_list list;
	struct posthog_status status;

	if (!explorer_list_of(kind, &list))
		return false;
	for (const struct remote *r = explorer_remote(x); r != NULL; r = remote_next(r)) {
		posthog_read_status(r->posthog, &status);
		if (status.more[list] || status.listing[list])
			return true;
	}
	return false;
}

void explorer_want_events(struct explorer *x)
{
	for (struct remote *r = explorer_remote(x); r != NULL; r = remote_next(r)) {
		r->all = true;
		posthog_events(r->posthog, r->since, remote_until(r));
	}
}

bool explorer_is_partial(const struct explorer *x)
{
	for (const struct remote *r = explorer_remote(x); r != NULL; r = remote_next(r))
		if (!remote_has_all(r))
			return true;
	return false;
}

void explorer_want_session(struct explorer *x, uint32_t session)
{
	const struct session *s = model_session(explorer_model(x), session);
	struct buf id = {0};

	ids_text(&explorer_events(x)->ids, s->id, &id);
	for (struct remote *r = explorer_remote(x); r != NULL; r = remote_next(r))
		if (remote_is_from(r, s->origins))
			posthog_list_session(r->posthog, buf_str(&id), r->since, remote_until(r));
	buf_free(&id);
}

/* Fetched whole, and nothing more can have come, or not for long. */
static bool is_fetched(const struct trace *t, int64_t now)
{
	if (t->opened == TIME_NONE)
		return false;
	return now - t->opened < AGAIN || t->last_time == TIME_NONE ||
	       t->opened - t->last_time > POSTHOG_SETTLED;
}

bool explorer_is_behind(struct explorer *x)
{
	for (struct remote *r = explorer_remote(x); r != NULL; r = remote_next(r))
		if (is_behind(r))
			return true;
	return false;
}

/* Of one project: those of the traces that it has and that are not here. */
static void want_traces_of(struct remote *r, struct explorer *x, const uint32_t *traces, uint32_t n,
                           bool again)
{
	int64_t now = time_now(), since = INT64_MAX, until = INT64_MIN;
	struct buf text = {0};
	struct str *ids = mem_alloc(n, sizeof(*ids));
	const char *at;
	size_t wanted = 0;

	for (uint32_t i = 0; i < n; i++) {
		const struct trace *t = model_trace(explorer_model(x), traces[i]);
		size_t before = text.n;

		if (!remote_is_from(r, t->origins) || (!again && is_fetched(t, now)))
			continue;
		ids_text(&explorer_events(x)->ids, t->id, &text);
		ids[wanted++].n = text.n - before;
		since = t->first_time < since ? t->first_time : since;
		until = t->last_time > until ? t->last_time : until;
	}
	at = text.p;
	for (size_t i = 0; i < wanted; at += ids[i++].n)
		ids[i].p = at;
	if (wanted > 0)
		posthog_traces(r->posthog, ids, wanted, since, until);
	mem_free(ids);
	buf_free(&text);
}

void explorer_want_traces(struct explorer *x, const uint32_t *traces, uint32_t n, bool again)
{
	for (struct remote *r = explorer_remote(x); r != NULL && n > 0; r = remote_next(r))
		want_traces_of(r, x, traces, n, again);
}

void explorer_want_trace(struct explorer *x, uint32_t trace, bool again)
{
	explorer_want_traces(x, &trace, 1, again);
}

void explorer_want_body(struct explorer *x, uint32_t event)
{
	struct posthog *posthog = explorer_event_project(x, event);
	struct model *m = explorer_model(x);
	const struct events *events = explorer_events(x);
	const struct event *e = events_get(events, event);
	uint32_t trace = model_trace_of(m, event), uuid = events_uuid(events, event);
	struct buf id = {0}, name = {0};

	if (!posthog || trace == MODEL_NONE || uuid == 0 || e->time == TIME_NONE ||
	    model_trace(m, trace)->bodies != BODIES_LATER ||
	    e->flags & (EVENT_HAS_INPUT | EVENT_HAS_OUTPUT))
		return;
	ids_text(&events->ids, model_trace(m, trace)->id, &id);
	ids_text(&events->ids, uuid, &name);
	posthog_body(posthog, buf_str(&id), buf_str(&name), e->time);
	buf_free(&id);
	buf_free(&name);
}
