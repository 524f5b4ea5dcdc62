/* Chooses the rows of a list and sorts them, in steps. First come the rows that fit, in the kind's own order, which is total;
 * then a stable sort by the column asked for, by a worker if there is one; then the limit.
 * What rows have kept of their own order is where others begin: those of another order have nothing to choose while the model
 * is the same, and those of events, which do not change and come to the end of their table, take in what is new.
 * Which rows fit is left to choose.c, the own order to own_order.c, adding up to groups.c, sorting to sort.c and sort_job.c.
 *
 * Invariant: keys are computed once and sorted as they are, whatever the model does meanwhile. */
#include "base/mem.h"
#include "query/choose.h"
#include "query/columns.h"
#include "query/filtered.h"
#include "query/groups.h"
#include "query/own_order.h"
#include "query/sort_job.h"

#include <assert.h>
#include <string.h>

#define BLOCK 4096u /* rows that are looked at without a look at the clock */
#define AHEAD 16u

enum phase {
	PHASE_GROUP,
	PHASE_CHOOSE, /* rows that fit, with their own keys */
	PHASE_SORT,
	PHASE_MERGE, /* with the former rows */
	PHASE_TAKE,
	PHASE_DRAIN,  /* what sorting took */
	PHASE_GATHER, /* values of the column */
	PHASE_WAIT,   /* until they are sorted */
	PHASE_FIND,   /* the row that is watched */
	PHASE_DONE,
};

struct rows_build {
	struct rows rows;          /* being made */
	const struct rows *former; /* that are kept up, or NULL */
	enum phase phase;
	struct grouping *grouping;
	choose_fits *fit;
	uint32_t first, count; /* the numbers chosen from */
	uint32_t next;         /* of what the phase goes through */
	uint32_t left;         /* of the former, while merging */
	bool may_lose;         /* some of the former are none any more */
	struct sort_key *keys;
	uint32_t n_keys, cap_keys;
	struct sorting sorting;
	struct sort_job *job;
	struct buf scratch;
	struct loop *loop; /* NULL: nobody sorts but us */
	loop_fn *changed;
	void *ctx;
};

/* ---- choosing -------------------------------------------------------------- */

static bool is_of_events(enum rows_kind kind)
{
	return kind == ROWS_GENERATIONS || kind == ROWS_SPANS;
}

static void begin_choosing(struct rows_build *b)
{
	b->fit = choose_by(b->rows.query.kind);
	b->count = b->next = choose_count(&b->rows);
}

static void add_key(struct rows_build *b, struct sort_key key)
{
	if (b->n_keys >= b->cap_keys) {
		b->cap_keys = b->cap_keys ? b->cap_keys * 2 : 64;
		b->keys = mem_resize(b->keys, b->cap_keys, sizeof(*b->keys));
	}
	assert(b->keys != NULL);
	b->keys[b->n_keys++] = key;
}

static bool wants_sum(const struct query *q)
{
	return q->kind == ROWS_TRACES &&
	       (q->filter != NULL || q->since != TIME_NONE || q->until != TIME_NONE);
}

/* The newest of what arrived first: mostly that is nearly the order wanted. */
static bool choose(struct rows_build *b, struct slice *slice)
{
	for (; b->next > b->first; b->next--) {
		if (slice_over(slice))
			return false;
		if (!b->fit(&b->rows, b->next - 1))
			continue;
		add_key(b, own_key(&b->rows, b->next - 1));
		if (wants_sum(&b->rows.query))
			totals_add(&b->rows.sum, &model_trace(b->rows.model, b->next - 1)->totals);
	}
	return true;
}

/* ---- in the own order ------------------------------------------------------ */

static void put(struct rows *r, uint32_t number)
{
	r->at[r->n++] = number;
}

/* Into r->at. */
static void begin_taking(struct rows_build *b, uint32_t n)
{
	b->next = b->left = 0;
	b->rows.at = mem_alloc((size_t)n + 1, sizeof(*b->rows.at));
}

static bool take(struct rows_build *b, struct slice *slice)
{
	struct rows *r = &b->rows;

	while (r->n < b->n_keys) {
		if (slice_over(slice))
			return false;
		put(r, b->sorting.keys[r->n].row);
	}
	return true;
}

/* Many at a time. */
static void keep_some(struct rows_build *b)
{
	uint32_t left = b->former->total - b->left, n = left < BLOCK ? left : BLOCK;

	memcpy(b->rows.at + b->rows.n, b->former->own + b->left, n * sizeof(*b->rows.at));
	b->rows.n += n;
	b->left += n;
}

/* Events from the first on were chosen anew. */
static bool stays(const struct rows_build *b, uint32_t former)
{
	return former < b->first && !(b->may_lose && model_superseded(b->rows.model, former));
}

static bool is_new_next(const struct rows_build *b, uint32_t former)
{
	struct sort_key key = own_key(&b->rows, former);

	return own_compare(&b->rows, &b->sorting.keys[b->next], &key) < 0;
}

/* The former rows and the new ones. */
static bool merge(struct rows_build *b, struct slice *slice)
{
	struct rows *r = &b->rows;

	while (b->left < b->former->total) {
		uint32_t former = b->former->own[b->left];

		if (slice_over(slice))
			return false;
		if (b->next == b->n_keys && !b->may_lose) {
			keep_some(b);
			slice_was_large(slice);
			continue;
		}
		if (b->next < b->n_keys && is_new_next(b, former)) {
			put(r, b->sorting.keys[b->next++].row);
			continue;
		}
		if (stays(b, former))
			put(r, former);
		b->left++;
	}
	for (; b->next < b->n_keys; b->next++) {
		if (slice_over(slice))
			return false;
		put(r, b->sorting.keys[b->next].row);
	}
	return true;
}

/* ---- by a column ----------------------------------------------------------- */

/* Events lie in memory as they came, not as rows stand: each would be waited for. */
static void fetch_ahead(const struct rows *r, uint32_t row)
{
	const struct event *e;

	if (r->n - row <= AHEAD || !is_of_events(r->query.kind))
		return;
	e = events_get(model_events(r->model), r->at[row + AHEAD]);
	__builtin_prefetch(&e->time);
	__builtin_prefetch(&e->model);
}

static bool gather(struct rows_build *b, struct slice *slice)
{
	const struct rows *r = &b->rows;
	struct value value;

	for (; b->next < r->n; b->next++) {
		if (slice_over(slice))
			return false;
		fetch_ahead(r, b->next);
		columns_sorted(r, r->query.sort, b->next, &value, &b->scratch);
		sort_job_add(b->job, r->at[b->next], &value);
	}
	return true;
}

/* ---- the row that is watched ----------------------------------------------- */

/* Its number; UINT32_MAX: there is none. */
static uint32_t number_of(const struct rows *r, uint32_t id)
{
	uint32_t group = 0;

	if (r->groups == NULL)
		return id;
	while (group < r->n_groups && r->groups[group].key != id)
		group++;
	return group < r->n_groups ? group : UINT32_MAX;
}

static bool find_watched(struct rows_build *b, struct slice *slice)
{
	struct rows *r = &b->rows;
	uint32_t number = number_of(r, r->watched_id);

	while (b->next < r->n && r->watched == UINT32_MAX) {
		uint32_t end = r->n - b->next < BLOCK ? r->n : b->next + BLOCK;

		if (slice_over(slice))
			return false;
		while (b->next < end && r->at[b->next] != number)
			b->next++;
		if (b->next < end)
			r->watched = b->next;
		slice_was_large(slice);
	}
	return true;
}

/* ---- all of it ------------------------------------------------------------- */

static void begin(struct rows_build *b, enum phase phase)
{
	struct rows *r = &b->rows;

	b->phase = phase;
	switch (phase) {
	case PHASE_CHOOSE:
		begin_choosing(b);
		break;
	case PHASE_SORT:
		sorting_start_numbers(&b->sorting, b->keys, b->n_keys, own_compare, r);
		b->keys = NULL; /* they are the sorting's now */
		b->cap_keys = 0;
		break;
	case PHASE_MERGE:
		begin_taking(b, b->former->total + b->n_keys);
		break;
	case PHASE_TAKE:
		begin_taking(b, b->n_keys);
		break;
	case PHASE_DRAIN:
		r->own = r->at;
		r->total = r->n;
		break;
	case PHASE_GATHER:
		b->next = 0;
		b->job = sort_job_new(r->n, !r->query.ascending);
		break;
	case PHASE_WAIT:
		sort_job_start(b->job, b->loop, b->changed, b->ctx);
		break;
	case PHASE_FIND:
		b->next = 0;
		if (b->job != NULL)
			r->at = sort_job_take(b->job);
		break;
	default:
		break;
	}
}

/* True: done. */
static bool run(struct rows_build *b, struct slice *slice)
{
	switch (b->phase) {
	case PHASE_GROUP:
		return groups_step(b->grouping, slice);
	case PHASE_CHOOSE:
		return choose(b, slice);
	case PHASE_SORT:
		return sorting_step(&b->sorting, slice);
	case PHASE_MERGE:
		return merge(b, slice);
	case PHASE_TAKE:
		return take(b, slice);
	case PHASE_DRAIN:
		return sorting_drain(&b->sorting, slice);
	case PHASE_GATHER:
		return gather(b, slice);
	case PHASE_WAIT:
		return sort_job_is_done(b->job);
	case PHASE_FIND:
		return find_watched(b, slice);
	case PHASE_DONE:
		break;
	}
	return true;
}

static enum phase phase_after(struct rows_build *b)
{
	switch (b->phase) {
	case PHASE_SORT:
		return b->former != NULL ? PHASE_MERGE : PHASE_TAKE;
	case PHASE_MERGE:
		return PHASE_DRAIN;
	case PHASE_DRAIN:
		return b->rows.query.sort != NULL ? PHASE_GATHER : PHASE_FIND;
	default:
		return b->phase + 1;
	}
}

bool rows_step(struct rows_build *b, int64_t until)
{
	struct slice slice = {.until = until};

	while (b->phase != PHASE_DONE) {
		if (!run(b, &slice))
			return false;
		begin(b, phase_after(b));
	}
	return true;
}

bool rows_waits(const struct rows_build *b)
{
	return b->phase == PHASE_WAIT && !sort_job_is_done(b->job);
}

/* ---- what former rows are good for ----------------------------------------- */

/* In whatever order. Who is in a group or has which error is learnt by and by, without a change of the model. */
static bool has_same_rows(const struct query *a, const struct query *b)
{
	return a->kind == b->kind && a->filter == b->filter && a->since == b->since &&
	       a->until == b->until && a->session == b->session && a->trace == b->trace &&
	       a->user == b->user && a->anonymous == b->anonymous &&
	       a->model_pair == b->model_pair && a->tool == b->tool && a->group == 0 &&
	       b->group == 0 && a->error == 0 && b->error == 0 && a->errors_only == b->errors_only;
}

/* From that number on rows are chosen, all others are kept as they are. 0: nothing can be kept. */
static uint32_t first_to_choose(const struct rows *former, const struct rows *r)
{
	const struct query *q = &r->query;
	uint32_t changed = UINT32_MAX;

	if (former == NULL || former->model != r->model || rows_add_up(q->kind) ||
	    q->kind == ROWS_PARTS || !has_same_rows(&former->query, q))
		return 0;
	if (q->filter != NULL)
		changed = filtered_changed_since(q->filter, former->filter_version);
	if (former->version == r->version && changed == UINT32_MAX)
		return UINT32_MAX;
	/* A trace may come to belong to another session. */
	if (!is_of_events(q->kind) || q->session != MODEL_NONE)
		return 0;
	return changed < former->events ? changed : former->events;
}

struct rows_build *rows_start(struct model *m, const struct query *q, const struct rows *former)
{
	struct rows_build *b = mem_zero(1, sizeof(*b));

	b->rows = (struct rows){.query = *q,
	                        .model = m,
	                        .events = model_events(m)->n,
	                        .version = model_version(m),
	                        .duplicates = model_duplicates(m),
	                        .watched_id = MODEL_NONE,
	                        .watched = UINT32_MAX};
	if (q->filter != NULL)
		b->rows.filter_version = filtered_version(q->filter);
	b->first = first_to_choose(former, &b->rows);
	if (b->first > 0) {
		b->former = former;
		b->rows.sum = former->sum;
		b->may_lose = b->first < former->events || former->duplicates != b->rows.duplicates;
	}
	if (rows_add_up(q->kind))
		b->grouping = groups_start(&b->rows);
	begin(b, b->grouping != NULL ? PHASE_GROUP : PHASE_CHOOSE);
	return b;
}

void rows_on_workers(struct rows_build *b, struct loop *loop, loop_fn *changed, void *ctx)
{
	b->loop = loop;
	b->changed = changed;
	b->ctx = ctx;
}

void rows_watch(struct rows_build *b, uint32_t id)
{
	if (b->phase < PHASE_FIND)
		b->rows.watched_id = id;
}

static unsigned part_of(uint64_t done, uint64_t all)
{
	return all > 0 ? (unsigned)(done * 100 / all) : 100;
}

/* Half of it is the own order, half that of a column. */
static unsigned percent_of_order(const struct rows_build *b)
{
	switch (b->phase) {
	case PHASE_CHOOSE:
		return b->count > b->first
		               ? part_of(b->count - b->next, b->count - b->first) * 20 / 100
		               : 20;
	case PHASE_SORT:
		return 20 + sorting_percent(&b->sorting) * 20 / 100;
	case PHASE_GATHER:
		return 50 + part_of(b->next, b->rows.n) * 20 / 100;
	case PHASE_WAIT:
		return 70 + sort_job_percent(b->job) * 25 / 100;
	case PHASE_FIND:
		return b->job != NULL ? 95 : 45;
	default:
		return 40;
	}
}

unsigned rows_percent(const struct rows_build *b)
{
	unsigned percent = percent_of_order(b);

	if (b->phase == PHASE_DONE)
		return 100;
	if (b->phase == PHASE_GROUP)
		return groups_percent(b->grouping) * 80 / 100;
	if (b->rows.query.sort == NULL)
		percent *= 2;
	return b->grouping != NULL ? 80 + percent / 5 : percent;
}

static void free_means(struct rows_build *b)
{
	groups_free(b->grouping);
	mem_free(b->keys);
	sorting_free(&b->sorting);
	sort_job_free(b->job);
	buf_free(&b->scratch);
	mem_free(b);
}

void rows_take(struct rows_build *b, struct rows *r)
{
	*r = b->rows;
	if (r->query.limit != 0 && r->n > r->query.limit)
		r->n = r->query.limit;
	if (r->watched >= r->n)
		r->watched = UINT32_MAX;
	free_means(b);
}

void rows_drop(struct rows_build *b)
{
	if (b == NULL)
		return;
	rows_free(&b->rows);
	free_means(b);
}

void rows_build(struct rows *r, struct model *m, const struct query *q)
{
	struct rows_build *b = rows_start(m, q, NULL);

	while (!rows_step(b, SLICE_WHOLE))
		;
	rows_take(b, r);
}
