/* The rows of the live screen: blocks of traces and log lines in order of arrival, the oldest dropped when they are above the
 * screen; a dropped trace that goes on arrives again. Drawing and keys are live.c's. */
#include "view/live.h"

#include "base/mem.h"

#include <string.h>

#define LIVE_BLOCKS 100  /* kept, and what stands on the screen */
#define LIVE_BEHIND 5000 /* events: what came before the last so many is not looked at */

struct model *live_model(struct live_view *l)
{
	return explorer_model(l->view.world->explorer);
}

struct live_block *live_block_at(const struct live_view *l, uint64_t row)
{
	uint32_t low = 0, high = l->n_blocks;

	while (high - low > 1) {
		uint32_t middle = low + (high - low) / 2;
		if (l->blocks[middle].first <= row)
			low = middle;
		else
			high = middle;
	}
	return low < l->n_blocks ? &l->blocks[low] : NULL;
}

uint64_t live_block_rows(const struct live_block *b)
{
	if (b->left_out)
		return 0;
	return b->logs > 0 ? b->logs : b->waterfall.n_rows;
}

struct live_place live_place_at(const struct live_view *l, uint64_t row)
{
	const struct live_block *b = live_block_at(l, row);
	struct live_place p = {MODEL_NONE, EVENT_NONE, LIVE_NO_LOG};

	if (b == NULL || row >= l->list.count)
		return p;
	if (b->logs > 0) {
		p.log = b->log + (uint32_t)(row - b->first);
	} else {
		p.trace = b->waterfall.trace;
		p.event = waterfall_event(&b->waterfall, row - b->first);
	}
	return p;
}

static uint64_t row_in_block(struct live_view *l, const struct live_block *b, struct live_place p)
{
	if (b->logs > 0)
		return b->first + (p.log - b->log);
	return b->first + waterfall_row_of(&b->waterfall, live_model(l), p.event);
}

static bool block_holds(const struct live_block *b, struct live_place p)
{
	if (b->left_out)
		return false;
	if (b->logs > 0)
		return p.log != LIVE_NO_LOG && p.log >= b->log && p.log - b->log < b->logs;
	return p.log == LIVE_NO_LOG && b->waterfall.trace == p.trace;
}

uint64_t live_row_of(struct live_view *l, struct live_place p)
{
	for (uint32_t i = 0; i < l->n_blocks; i++)
		if (block_holds(&l->blocks[i], p))
			return row_in_block(l, &l->blocks[i], p);
	return UINT64_MAX;
}

static struct live_block *add_block(struct live_view *l)
{
	if (l->blocks == NULL || l->n_blocks == l->cap_blocks) {
		l->cap_blocks = l->cap_blocks ? l->cap_blocks * 2 : LIVE_BLOCKS;
		l->blocks = mem_resize(l->blocks, l->cap_blocks, sizeof(*l->blocks));
	}
	l->blocks[l->n_blocks] = (struct live_block){0};
	return &l->blocks[l->n_blocks++];
}

/* What is fetched comes in the order of the questions: there a block stands by the time of its trace, and no trace is new
 * that is older than all of a full screen. */
static void add_trace(struct live_view *l, uint32_t trace, bool fetched)
{
	struct model *m = live_model(l);
	int64_t time = model_trace(m, trace)->last_time;
	uint32_t at = l->n_blocks;

	while (fetched && at > 0 &&
	       model_trace(m, l->blocks[at - 1].waterfall.trace)->last_time > time)
		at--;
	if (fetched && at == 0 && l->n_blocks >= LIVE_BLOCKS)
		return;
	add_block(l);
	memmove(l->blocks + at + 1, l->blocks + at, (l->n_blocks - 1 - at) * sizeof(*l->blocks));
	l->blocks[at] = (struct live_block){0};
	waterfall_init(&l->blocks[at].waterfall, trace);
}

static void take_log(struct live_view *l)
{
	struct live_block *last = l->n_blocks > 0 ? &l->blocks[l->n_blocks - 1] : NULL;

	if (last == NULL || last->logs == 0) {
		last = add_block(l);
		waterfall_init(&last->waterfall, MODEL_NONE);
		last->log = l->next_log;
	}
	last->logs++;
	l->next_log++;
}

/* What was loaded behind the end of a source is older than all that stands here. */
static uint32_t past_older(uint32_t next, uint32_t early, uint32_t late)
{
	return next >= early && next < late ? late : next;
}

/* The first of the last LIVE_BLOCKS traces. */
static uint32_t first_shown(uint32_t next, uint32_t early, uint32_t late, uint32_t traces)
{
	if (next < early && traces - late < LIVE_BLOCKS)
		return early - next > LIVE_BLOCKS ? early - LIVE_BLOCKS : next;
	if (next < late)
		next = late;
	return traces - next > LIVE_BLOCKS ? traces - LIVE_BLOCKS : next;
}

/* Traces and log lines, each in order of arrival: a line comes after the traces that had begun before it. */
static void take_new(struct live_view *l)
{
	const struct events *e = model_events(live_model(l));
	uint32_t traces = model_trace_count(live_model(l));
	bool fetched = explorer_posthog(l->view.world->explorer) != NULL;
	struct explorer_counts early, late;

	explorer_arrival(l->view.world->explorer, &early, &late);
	if (!fetched)
		l->next_trace = first_shown(l->next_trace, early.traces, late.traces, traces);
	for (;;) {
		l->next_trace = past_older(l->next_trace, early.traces, late.traces);
		l->next_log = past_older(l->next_log, early.logs, late.logs);
		if (l->next_trace == traces && l->next_log == e->n_logs)
			break;
		uint32_t first = l->next_trace < traces
		                         ? model_trace(live_model(l), l->next_trace)->first_event
		                         : EVENT_NONE;
		if (l->next_trace < traces && first == EVENT_NONE)
			l->next_trace++; /* of a listed one nothing came yet */
		else if (l->next_log < e->n_logs &&
		         (l->next_trace == traces || e->logs[l->next_log].before <= first))
			take_log(l);
		else
			add_trace(l, l->next_trace++, fetched);
	}
}

static bool has_block(const struct live_view *l, uint32_t trace)
{
	for (uint32_t i = l->n_blocks; i-- > 0;)
		if (l->blocks[i].logs == 0 && l->blocks[i].waterfall.trace == trace)
			return true;
	return false;
}

/* Traces whose block was dropped, or that were old when the screen was opened, and that have got new events. */
static void take_again(struct live_view *l)
{
	struct model *m = live_model(l);
	uint32_t events = model_events(m)->n, seen = MODEL_NONE;
	bool fetched = explorer_posthog(l->view.world->explorer) != NULL;
	struct explorer_counts early, late;

	explorer_arrival(l->view.world->explorer, &early, &late);
	if (l->next_event > events)
		l->next_event = events;
	l->next_event = past_older(l->next_event, early.events, late.events);
	if (events - l->next_event > LIVE_BEHIND)
		l->next_event = events - LIVE_BEHIND;
	for (; l->next_event < events; l->next_event++) {
		uint32_t trace = model_trace_of(m, l->next_event);

		if (trace == seen || trace == MODEL_NONE || trace >= l->next_trace)
			continue;
		seen = trace;
		if (!has_block(l, trace))
			add_trace(l, trace, fetched);
	}
}

/* The oldest beyond the limit that end above the screen. */
static void drop_old(struct live_view *l)
{
	uint32_t drop = 0;

	while (l->n_blocks - drop > LIVE_BLOCKS && drop + 1 < l->n_blocks &&
	       l->blocks[drop + 1].first <= l->list.top)
		waterfall_fini(&l->blocks[drop++].waterfall);
	if (drop == 0)
		return;
	l->n_blocks -= drop;
	memmove(l->blocks, l->blocks + drop, l->n_blocks * sizeof(*l->blocks));
}

uint64_t live_number_rows(struct live_view *l)
{
	uint64_t rows = 0;

	for (uint32_t i = 0; i < l->n_blocks; i++) {
		l->blocks[i].first = rows;
		l->blocks[i].left_out = !live_passes(l, &l->blocks[i]);
		rows += live_block_rows(&l->blocks[i]);
	}
	return rows;
}

/* True if a search in the tree came to its end, and so moved its cursor. */
static bool update_block(struct live_view *l, struct live_block *b, bool follow)
{
	bool searched = search_goes_on(&b->waterfall.sought.search);
	int64_t again = b->logs > 0 ? 0 : waterfall_update(&b->waterfall, live_model(l), follow);

	if (again != 0 && (l->unfinished == 0 || again < l->unfinished))
		l->unfinished = again;
	if (!searched || search_goes_on(&b->waterfall.sought.search))
		return false;
	if (b->waterfall.sought.missed)
		buf_puts(&l->view.world->message, "nothing found in this trace");
	return !b->waterfall.sought.missed;
}

/* Gives what a search found, or `on`. */
static struct live_place update_blocks(struct live_view *l, bool follow, struct live_place on)
{
	l->unfinished = 0;
	for (uint32_t i = 0; i < l->n_blocks; i++)
		if (update_block(l, &l->blocks[i], follow))
			on = (struct live_place){l->blocks[i].waterfall.trace,
			                         waterfall_cursor(&l->blocks[i].waterfall),
			                         LIVE_NO_LOG};
	return on;
}

static bool is_same(struct live_place a, struct live_place b)
{
	return a.trace == b.trace && a.event == b.event && a.log == b.log;
}

void live_rebuild(struct live_view *l, bool follow)
{
	struct live_place was = live_place_at(l, l->list.cursor), on;
	bool at_end = l->list.count == 0 || l->list.cursor + 1 >= l->list.count;
	uint64_t before = l->list.count, rows, row;

	if (follow) {
		drop_old(l);
		take_again(l);
		take_new(l);
	}
	on = update_blocks(l, follow, was);
	rows = live_number_rows(l);
	l->list.count = rows;
	if (at_end && is_same(on, was)) {
		l->waiting = 0;
		list_go(&l->list, rows);
		return;
	}
	l->waiting += rows > before ? rows - before : 0;
	row = live_row_of(l, on);
	if (row == UINT64_MAX)
		return;
	if (is_same(on, was))
		list_place(&l->list, row);
	else
		list_go(&l->list, row);
}

void live_refilter(struct live_view *l)
{
	struct live_place was = live_place_at(l, l->list.cursor);
	bool at_end = l->list.count == 0 || l->list.cursor + 1 >= l->list.count;
	uint64_t rows = live_number_rows(l), row;

	l->list.count = rows;
	l->waiting = 0;
	row = at_end ? rows : live_row_of(l, was);
	list_go(&l->list, row != UINT64_MAX ? row : l->list.cursor);
}

void live_take_in(struct live_view *l, uint32_t trace)
{
	live_rebuild(l, true);
	if (trace == MODEL_NONE || has_block(l, trace))
		return;
	add_trace(l, trace, explorer_posthog(l->view.world->explorer) != NULL);
	live_rebuild(l, true);
}

void live_resume(struct live_view *l)
{
	l->waiting = 0;
	list_go(&l->list, l->list.count);
}

uint64_t live_arrived(const struct live_view *l)
{
	const struct events *e = model_events(explorer_model(l->view.world->explorer));

	return (uint64_t)e->n + e->n_logs;
}

void live_rows_free(struct live_view *l)
{
	for (uint32_t i = 0; i < l->n_blocks; i++)
		waterfall_fini(&l->blocks[i].waterfall);
	mem_free(l->blocks);
}
