/* Traces and sessions as a listing has them: what stands on the screen until their events are here.
 *
 * How it works. A trace that some listing named has a listed_trace beside its own sums, which are
 * those of its events alone, always. The two are compared when somebody looks and something
 * changed: whichever knows of more events is shown. Only the six kinds that listings count are
 * compared; evaluations and events of other names are added from what arrived.
 *
 * Of several lines the newest that was fetched counts (then the last by place), so the order of
 * arrival never shows; one with counts stands above any without.
 *
 * The whole model's totals are those of its events and, in `listed`, the differences of the traces
 * that are shown by a listing. A trace whose difference may be another is queued until somebody
 * asks. */
#include "base/mem.h"
#include "model/model_internal.h"

static struct listed_trace *listed_at(const struct model *m, uint32_t listed)
{
	return model_pool_at(&m->listed_traces, listed);
}

static const struct event_listing *listing_at(const struct model *m, uint32_t listing)
{
	return &m->events->listings[listing];
}

/* ---- which line counts ---- */

static bool is_newer(const struct event_listing *a, const struct event_listing *b)
{
	if (a->fetched != b->fetched)
		return a->fetched > b->fetched; /* TIME_NONE is the least of all */
	return a->place > b->place;
}

static bool take(const struct model *m, uint32_t *best, uint32_t listing)
{
	if (*best != MODEL_NONE && !is_newer(listing_at(m, listing), listing_at(m, *best)))
		return false;
	*best = listing;
	return true;
}

/* One that says when its trace was stands above one that only says that it was opened. */
static bool take_plain(const struct model *m, uint32_t *best, uint32_t listing)
{
	bool timed = listing_at(m, listing)->first_time != TIME_NONE;

	if (*best != MODEL_NONE && timed != (listing_at(m, *best)->first_time != TIME_NONE)) {
		if (timed)
			*best = listing;
		return timed;
	}
	return take(m, best, listing);
}

static bool take_line(const struct model *m, struct listed_lines *lines, uint32_t listing)
{
	if (listing_at(m, listing)->counted)
		return take(m, &lines->counted, listing);
	return take_plain(m, &lines->plain, listing);
}

/* What a listing says beside counts: the counted one's, else the plain one's. */
static struct listed_facts facts_of(const struct model *m, const struct listed_lines *lines)
{
	struct listed_facts f = {.first_time = TIME_NONE, .last_time = TIME_NONE};
	const uint32_t order[] = {lines->counted, lines->plain};

	for (int i = 0; i < 2; i++) {
		const struct event_listing *l;

		if (order[i] == MODEL_NONE)
			continue;
		l = listing_at(m, order[i]);
		f.name = f.name ? f.name : l->name;
		f.user = f.user ? f.user : l->user;
		f.session = f.session ? f.session : l->session;
		f.first_time = f.first_time != TIME_NONE ? f.first_time : l->first_time;
		f.last_time = f.last_time != TIME_NONE ? f.last_time : l->last_time;
	}
	return f;
}

struct listed_facts listed_facts(const struct model *m, const struct trace_entry *t)
{
	if (t->listed == MODEL_NONE)
		return (struct listed_facts){.first_time = TIME_NONE, .last_time = TIME_NONE};
	return facts_of(m, &listed_at(m, t->listed)->lines);
}

static uint64_t count_kinds(const uint32_t *kinds)
{
	uint64_t events = 0;

	for (int kind = 0; kind < LISTING_KINDS; kind++)
		events += kinds[kind];
	return events;
}

uint32_t listed_origins(const struct model *m, const struct trace_entry *t)
{
	return t->listed != MODEL_NONE ? listed_at(m, t->listed)->origins : 0;
}

bool listed_knows_more(const struct model *m, const struct trace_entry *t)
{
	uint32_t counted;

	if (t->listed == MODEL_NONE)
		return false;
	counted = listed_at(m, t->listed)->lines.counted;
	if (counted != MODEL_NONE &&
	    count_kinds(listing_at(m, counted)->kinds) > count_kinds(t->shown.totals.kinds))
		return true;
	return t->shown.totals.events == 0;
}

/* ---- sums of a listing ---- */

static void take_tokens(int64_t *sum, uint32_t *known, int64_t value, uint32_t calls)
{
	if (value == EVENT_UNKNOWN)
		return;
	*sum = value;
	*known = calls;
}

/* own: what was counted from events. */
static void fill_totals(struct totals *t, const struct event_listing *l, const struct totals *own)
{
	uint32_t calls = l->kinds[EVENT_GENERATION] + l->kinds[EVENT_EMBEDDING];

	*t = (struct totals){.running = own->running, .suspect = own->suspect};
	for (int kind = 0; kind < EVENT_KINDS; kind++) {
		t->kinds[kind] = kind < LISTING_KINDS ? l->kinds[kind] : own->kinds[kind];
		t->events += t->kinds[kind];
	}
	t->errors = l->errors > own->errors ? l->errors : own->errors;
	t->unpriced = l->unpriced;
	if (l->cost != EVENT_NO_COST) {
		t->cost_reported = l->cost;
		t->reported = calls - l->unpriced;
	}
	take_tokens(&t->input, &t->input_known, l->input, calls);
	take_tokens(&t->output, &t->output_known, l->output, calls);
	take_tokens(&t->cache_read, &t->cache_read_known, l->cache_read, calls);
	take_tokens(&t->cache_write, &t->cache_write_known, l->cache_write, calls);
	take_tokens(&t->reasoning, &t->reasoning_known, l->reasoning, calls);
}

/* ---- traces ---- */

static void refresh(const struct model *m, const struct trace_entry *t, struct listed_trace *l)
{
	struct listed_facts facts = facts_of(m, &l->lines);
	struct trace *shown = &l->shown;

	l->shows = listed_knows_more(m, t);
	l->stale = false;
	if (!l->shows)
		return;
	*shown = t->shown;
	shown->listed = true;
	shown->counted = l->lines.counted != MODEL_NONE;
	shown->name = facts.name ? facts.name : shown->name;
	shown->user = facts.user ? facts.user : shown->user;
	model_range_add(&shown->first_time, &shown->last_time, facts.first_time, facts.last_time);
	model_range_add(&shown->start, &shown->end, facts.first_time, facts.last_time);
	shown->latency = EVENT_UNKNOWN;
	if (!shown->counted)
		return;
	shown->latency = listing_at(m, l->lines.counted)->latency;
	fill_totals(&shown->totals, listing_at(m, l->lines.counted), &t->shown.totals);
}

const struct trace *trace_shown(const struct model *m, uint32_t trace)
{
	const struct trace_entry *t = trace_at(m, trace);
	struct listed_trace *l;

	if (t->listed == MODEL_NONE)
		return &t->shown;
	l = listed_at(m, t->listed);
	if (l->stale)
		refresh(m, t, l);
	return l->shows ? &l->shown : &t->shown;
}

void listed_spoil(struct model *m, const struct trace_entry *t)
{
	struct listed_trace *l;

	if (t->listed == MODEL_NONE)
		return;
	l = listed_at(m, t->listed);
	l->stale = true;
	if (l->queued)
		return;
	l->queued = true;
	if (m->n_changed == m->cap_changed) {
		m->cap_changed = m->cap_changed ? m->cap_changed * 2 : 16;
		m->changed = mem_resize(m->changed, m->cap_changed, sizeof(*m->changed));
	}
	m->changed[m->n_changed++] = t->listed;
}

static struct listed_trace *listed_of(struct model *m, uint32_t trace)
{
	struct trace_entry *t = trace_at(m, trace);
	struct listed_trace *l;

	if (t->listed != MODEL_NONE)
		return listed_at(m, t->listed);
	t->listed = m->listed_traces.n;
	l = model_pool_add(&m->listed_traces);
	l->trace = trace;
	l->lines = (struct listed_lines){MODEL_NONE, MODEL_NONE};
	l->told = MODEL_NONE;
	return l;
}

/* Whether all of it was fetched, and where its bodies are. */
static bool take_opened(const struct model *m, struct listed_trace *l, struct trace *shown,
                        uint32_t listing)
{
	const struct event_listing *line = listing_at(m, listing);
	bool changed = false;

	if (!line->opened && line->bodies == BODIES_HERE)
		return false;
	if (line->opened && line->fetched > shown->opened) {
		shown->opened = line->fetched;
		changed = true;
	}
	if (!take(m, &l->told, listing))
		return changed;
	shown->bodies = line->bodies;
	return true;
}

static bool add_to_trace(struct model *m, uint32_t trace, uint32_t listing, uint32_t origin)
{
	struct trace_entry *t = trace_at(m, trace);
	struct listed_trace *l;
	bool changed;

	session_spoil(m, trace);
	l = listed_of(m, trace);
	changed = (l->origins & origin) == 0;
	l->origins |= origin;
	t->shown.origins |= origin;
	changed |= take_line(m, &l->lines, listing);
	changed |= take_opened(m, l, &t->shown, listing);
	if (!changed)
		return false;
	t->shown.version++;
	trace_relist(m, trace);
	listed_spoil(m, t);
	return true;
}

void model_add_listing(struct model *m, uint32_t listing)
{
	const struct event_listing *l = listing_at(m, listing);
	uint32_t origin = 1u << events_origin(m->events, l->place);
	struct session_entry *s;
	bool changed;

	if (l->is_session) {
		s = session_at(m, session_of_id(m, l->session));
		changed = take_line(m, &s->lines, listing) || (s->origins & origin) == 0;
		s->origins |= origin;
		s->dirty |= changed;
	} else {
		changed = add_to_trace(m, trace_of_id_or_new(m, l->trace), listing, origin);
	}
	model_range_add(&m->listed_first, &m->listed_last, l->first_time, l->last_time);
	m->version += changed;
}

/* ---- sessions ---- */

/* False if s, summed up over its traces, knows as much. */
static bool session_knows_less(const struct session *s, const struct event_listing *l)
{
	return l->kinds[EVENT_TRACE] > s->traces ||
	       l->kinds[EVENT_GENERATION] > s->totals.kinds[EVENT_GENERATION];
}

static void show_session(struct session *s, const struct event_listing *l)
{
	struct totals own = s->totals;

	s->listed = s->counted = true;
	if (l->kinds[EVENT_TRACE] > s->traces)
		s->traces = l->kinds[EVENT_TRACE];
	fill_totals(&s->totals, l, &own);
	/* Of a session that count is of traces, of which not each has an event of its own. */
	s->totals.events -= s->totals.kinds[EVENT_TRACE];
	s->totals.kinds[EVENT_TRACE] = own.kinds[EVENT_TRACE];
	s->totals.events += own.kinds[EVENT_TRACE];
	s->latency = l->latency;
}

void listed_session(const struct model *m, const struct session_entry *entry, struct session *s)
{
	struct listed_facts facts = facts_of(m, &entry->lines);
	uint32_t counted = entry->lines.counted;

	if (counted != MODEL_NONE &&
	    (s->traces == 0 || session_knows_less(s, listing_at(m, counted)))) {
		show_session(s, listing_at(m, counted));
	} else if (s->traces == 0) {
		s->listed = entry->lines.plain != MODEL_NONE;
		s->counted = !s->listed;
	}
	s->origins |= entry->origins;
	if (s->listed) {
		model_range_add(&s->first_time, &s->last_time, facts.first_time, facts.last_time);
		s->user = facts.user ? facts.user : s->user;
	}
}

/* ---- everything ---- */

static void settle_changed(struct model *m)
{
	while (m->n_changed > 0) {
		struct listed_trace *l = listed_at(m, m->changed[--m->n_changed]);
		const struct trace_entry *t = trace_at(m, l->trace);
		const struct trace *shown;

		trace_settle(m, l->trace);
		shown = trace_shown(m, l->trace);
		l->queued = false;
		if (l->gives) {
			totals_differ(&m->listed, &l->given, -1);
			totals_differ(&m->listed, &l->hidden, 1);
		}
		l->gives = l->shows;
		if (!l->gives)
			continue;
		l->given = shown->totals;
		l->hidden = t->shown.totals;
		totals_differ(&m->listed, &l->given, 1);
		totals_differ(&m->listed, &l->hidden, -1);
	}
}

const struct totals *listed_totals(const struct model *shown)
{
	struct model *m = (struct model *)shown;

	if (m->listed_traces.n == 0)
		return &m->totals;
	settle_changed(m);
	totals_with(&m->totals_listed, &m->totals, &m->listed);
	return &m->totals_listed;
}
