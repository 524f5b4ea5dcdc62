/* Each alternative is a filter over events or traces that is kept up as they arrive; a step looks at what has changed its answer.
 *
 * Invariant: what must not hit any more is noted: an event by its number and its uuid, a trace for its alternative. A trace that
 * passes though nothing new came to it did so before. */
#include "query/breakpoint.h"

#include "base/bits.h"
#include "base/mem.h"
#include "base/slice.h"

#include <assert.h>
#include <stdlib.h>

struct alternative {
	struct filter filter; /* a part of the whole: its nodes are borrowed */
	struct filtered *passing;
	enum filtered_of of;
	uint32_t version;   /* of what passes, as it was looked at */
	bool judged;        /* everything was, once */
	struct bits traces; /* noted */
};

struct breakpoint {
	struct model *model;
	const struct events *events;
	uint32_t first;       /* the first event that is new */
	uint32_t first_trace; /* likewise */
	int64_t since;
	struct alternative alternatives[BREAKPOINT_ALTERNATIVES];
	uint32_t n;
	struct bits noted, uuids; /* events; numbers of ids */
	uint32_t next_known; /* the first event whose uuid is not noted though it came before */
	struct breakpoint_hit *hits;
	uint32_t n_hits, cap_hits;
};

/* ---- what it asks ---------------------------------------------------------------------------------------------------- */

static bool speaks_of_traces(const struct filter_node *node)
{
	if (node->kind == FILTER_COUNT)
		return true;
	if (node->kind == FILTER_SCOPE)
		return node->scope != SCOPE_SPAN;
	if (node->kind != FILTER_AND && node->kind != FILTER_OR && node->kind != FILTER_NOT)
		return false;
	for (const struct filter_node *at = node->first; at != NULL; at = at->next)
		if (!speaks_of_traces(at))
			return false;
	return true;
}

static enum err add_alternative(struct breakpoint *b, const struct filter *f,
                                const struct filter_node *root, const struct filtered_context *with,
                                struct errinfo *e)
{
	struct alternative *a = &b->alternatives[b->n++];

	a->filter = (struct filter){.root = root, .text = f->text};
	a->of = speaks_of_traces(root) ? FILTERED_TRACES : FILTERED_EVENTS;
	return filtered_new(&a->passing, &a->filter, a->of, with, e);
}

static uint32_t count_children(const struct filter_node *node)
{
	uint32_t n = 0;

	for (const struct filter_node *at = node->first; at != NULL; at = at->next)
		n++;
	return n;
}

static enum err add_all(struct breakpoint *b, const struct filter *f,
                        const struct filtered_context *with, struct errinfo *e)
{
	const struct filter_node *root = f->root;
	enum err err = ERR_OK;

	if (root->kind != FILTER_OR || count_children(root) > BREAKPOINT_ALTERNATIVES)
		return add_alternative(b, f, root, with, e);
	for (const struct filter_node *at = root->first; at != NULL && err == ERR_OK; at = at->next)
		err = add_alternative(b, f, at, with, e);
	return err;
}

static enum err refuse(struct errinfo *e, const char *why, uint32_t pos)
{
	err_set(e, ERR_USAGE, "%s", why);
	if (e != NULL)
		e->pos = pos;
	return ERR_USAGE;
}

/* What is said of a list. */
static enum err check(const struct filter *f, struct errinfo *e)
{
	if (f->sort.n > 0)
		return refuse(e, "sort: orders lists, and a breakpoint has none", f->sort_at);
	if (f->by.n > 0)
		return refuse(e, "by: groups lists, and a breakpoint has none", f->by_at);
	if (f->limit > 0)
		return refuse(e, "limit: cuts lists, and a breakpoint has none", f->limit_at);
	return f->root != NULL ? ERR_OK : refuse(e, "nothing to wait for", 0);
}

/* ---- hits ------------------------------------------------------------------------------------------------------------ */

static void note(struct bits *b, uint32_t number)
{
	bits_reach(b, number + 1);
	bits_set(b, number, true);
}

static bool is_new(const struct breakpoint *b, uint32_t event)
{
	return event >= b->first &&
	       (b->since == TIME_NONE || events_get(b->events, event)->time >= b->since);
}

static void add_hit(struct breakpoint *b, uint32_t event, uint32_t alternative)
{
	if (bits_get(&b->noted, event))
		return;
	note(&b->noted, event);
	if (b->n_hits == b->cap_hits) {
		b->cap_hits = b->cap_hits > 0 ? b->cap_hits * 2 : 16;
		b->hits = mem_resize(b->hits, b->cap_hits, sizeof(*b->hits));
	}
	b->hits[b->n_hits++] = (struct breakpoint_hit){event, alternative};
}

static void take_event(struct breakpoint *b, uint32_t event, uint32_t alternative)
{
	uint32_t uuid = events_uuid(b->events, event);

	if (!is_new(b, event) || (uuid != 0 && bits_get(&b->uuids, uuid)))
		return;
	if (uuid != 0)
		note(&b->uuids, uuid);
	add_hit(b, event, alternative);
}

/* EVENT_NONE: nothing new came to it. */
static uint32_t newest_event(const struct breakpoint *b, uint32_t trace)
{
	uint32_t newest = EVENT_NONE, at = model_trace(b->model, trace)->first_event;

	for (; at != EVENT_NONE; at = model_next_event(b->model, at))
		if (is_new(b, at))
			newest = at;
	return newest;
}

static void take_trace(struct breakpoint *b, uint32_t trace, uint32_t alternative)
{
	struct alternative *a = &b->alternatives[alternative];
	uint32_t event;

	if (bits_get(&a->traces, trace))
		return;
	note(&a->traces, trace);
	/* It may have passed before anything new came to it. */
	if (!a->judged && trace < b->first_trace)
		return;
	event = newest_event(b, trace);
	if (event != EVENT_NONE)
		add_hit(b, event, alternative);
}

/* What passes now of what has changed. */
static void take_changes(struct breakpoint *b, uint32_t alternative)
{
	struct alternative *a = &b->alternatives[alternative];
	bool traces = a->of == FILTERED_TRACES;
	uint32_t n = traces ? model_trace_count(b->model) : b->events->n;
	uint32_t at = filtered_changed_since(a->passing, a->version);

	a->version = filtered_version(a->passing);
	if (!traces && at < b->first)
		at = b->first;
	for (; at < n; at++) {
		if (!filtered_has(a->passing, at))
			continue;
		if (traces)
			take_trace(b, at, alternative);
		else
			take_event(b, at, alternative);
	}
	a->judged = filtered_judged(a->passing);
}

/* ---- steps ----------------------------------------------------------------------------------------------------------- */

static bool know_uuids(struct breakpoint *b, struct slice *slice)
{
	for (; b->next_known < b->first; b->next_known++) {
		if (slice_over(slice))
			return false;
		note(&b->uuids, events_uuid(b->events, b->next_known));
	}
	return true;
}

static int by_arrival(const void *one, const void *other)
{
	const struct breakpoint_hit *a = one, *b = other;

	return a->event < b->event ? -1 : a->event > b->event;
}

bool breakpoint_step(struct breakpoint *b, int64_t until)
{
	struct slice slice = {.until = until};
	uint32_t before = b->n_hits;
	bool rests = true;

	if (!know_uuids(b, &slice))
		return false;
	for (uint32_t i = 0; i < b->n; i++)
		rests &= filtered_step(b->alternatives[i].passing, until);
	for (uint32_t i = 0; i < b->n; i++)
		take_changes(b, i);
	if (b->n_hits > before)
		qsort(b->hits + before, b->n_hits - before, sizeof(*b->hits), by_arrival);
	return rests;
}

uint32_t breakpoint_count(const struct breakpoint *b)
{
	return b->n_hits;
}

struct breakpoint_hit breakpoint_hit(const struct breakpoint *b, uint32_t at)
{
	assert(at < b->n_hits);
	return b->hits[at];
}

struct str breakpoint_alternative(const struct breakpoint *b, uint32_t alternative)
{
	const struct filter *f = &b->alternatives[alternative].filter;

	return str_sub(f->text, f->root->at, f->root->length);
}

/* ---- all of it ------------------------------------------------------------------------------------------------------- */

enum err breakpoint_new(struct breakpoint **out, const struct filter *f, int64_t since,
                        const struct filtered_context *with, struct errinfo *e)
{
	struct filtered_context asked = *with;
	struct breakpoint *b;
	enum err err = check(f, e);

	if (err != ERR_OK)
		return err;
	b = mem_zero(1, sizeof(*b));
	b->model = with->model;
	b->events = model_events(with->model);
	b->first = b->events->n;
	b->first_trace = model_trace_count(b->model);
	b->since = since;
	asked.loops_once_made = true;
	err = add_all(b, f, &asked, e);
	if (err == ERR_OK)
		*out = b;
	else
		breakpoint_free(b);
	return err;
}

void breakpoint_free(struct breakpoint *b)
{
	if (b == NULL)
		return;
	for (uint32_t i = 0; i < b->n; i++) {
		filtered_free(b->alternatives[i].passing);
		mem_free(b->alternatives[i].traces.words);
	}
	mem_free(b->noted.words);
	mem_free(b->uuids.words);
	mem_free(b->hits);
	mem_free(b);
}
