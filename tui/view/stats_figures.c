/* From events to what the screen of figures shows. A set of figures is worked out in the background, of one filter, range and choice of
 * parts; those from before stay until all of it that belongs together is done, its rows sorted. Events that come make them stale: they
 * are worked out anew at most once a second, and at most a tenth of the time.
 *
 * Invariant: `next` is of `filters`, `shown` of `former` where there is one, else of `filters`; rows are of `shown`. */
#include "view/stats.h"

#include "base/mem.h"
#include "base/time.h"

#include <string.h>

#define SLICE     4000 /* microseconds of a draw */
#define SHARE     10   /* one part in ten of the time */
#define AGAIN_MIN TIME_SECOND
#define HUNDRED   100u

/* ---- filters --------------------------------------------------------------------------------------------------------- */

static void free_filters(struct stats_filters *f)
{
	if (f == NULL)
		return;
	view_filter_free(&f->passing);
	view_filter_free(&f->mismatch);
	view_filter_free(&f->loops);
	mem_free(f);
}

/* by: is what is split by here, sort: a column of the parts. */
static bool check(const struct filter *f, struct errinfo *e)
{
	if (f->by.n > 0 && split_check(f->by, e) != ERR_OK) {
		e->pos = f->by_at;
		return false;
	}
	if (f->sort.n == 0 || rows_column_of(ROWS_PARTS, f->sort) != NULL)
		return true;
	err_set(e, ERR_USAGE, "no column \"%.*s\" here: s lists them",
	        STR_ARG(str_sub(f->sort, 0, 40)));
	e->pos = f->sort_at;
	return false;
}

static bool begin(struct view_filter *f, struct world *w, struct str text, struct errinfo *e)
{
	if (!view_filter_read(f, w, text, e))
		return false;
	if (f->filter == NULL ||
	    (check(f->filter, e) && view_filter_begin(f, w, FILTERED_EVENTS, e)))
		return true;
	view_filter_free(f);
	return false;
}

/* The world's filter, and that word. */
static bool begin_of(struct view_filter *f, struct world *w, const char *word, struct errinfo *e)
{
	struct buf text = {0};
	bool good;

	view_append_filter(w, &text);
	buf_puts(&text, text.n > 0 ? " " : "");
	buf_puts(&text, word);
	good = begin(f, w, buf_str(&text), e);
	buf_free(&text);
	return good;
}

static struct stats_filters *make_filters(struct world *w, struct str text, struct errinfo *e)
{
	struct stats_filters *f = mem_zero(1, sizeof(*f));

	if (begin(&f->passing, w, text, e) && begin_of(&f->mismatch, w, "is:mismatch", e) &&
	    begin_of(&f->loops, w, "is:loop", e))
		return f;
	free_filters(f);
	return NULL;
}

static void take_order(struct stats_view *v)
{
	const struct filter *f = v->filters->passing.filter;

	buf_clear(&v->said_by);
	if (f == NULL)
		return;
	buf_append(&v->said_by, f->by);
	if (f->sort.n == 0)
		return;
	v->sort = rows_column_of(ROWS_PARTS, f->sort);
	v->ascending = !f->descending;
}

/* ---- sets ------------------------------------------------------------------------------------------------------------ */

static void free_set(struct stats_set *set)
{
	loop_costs_free(set->loops);
	for (int i = 0; i < STATS_OF; i++)
		figures_free(set->of[i]);
	*set = (struct stats_set){0};
}

static void drop_next(struct stats_view *v)
{
	if (v->sorts_next) {
		rows_drop(v->sorting);
		v->sorting = NULL;
	}
	v->sorts_next = false;
	free_set(&v->next);
	v->has_next = false;
}

static void redraw(void *ctx)
{
	const struct world *w = ctx;

	if (w->redraw != NULL)
		w->redraw(w->redraw_ctx);
}

/* The range as it was asked, as far as it was: of what is open all there is, at round times. */
static void choose_slots(const struct stats_view *v, struct plot_slots *out)
{
	struct model *m = explorer_model(v->view.world->explorer);
	int64_t since = v->range.since, until = v->range.until, last = model_last_time(m), length;

	*out = (struct plot_slots){0};
	since = since != TIME_NONE ? since : model_first_time(m);
	if (until == TIME_NONE && last != TIME_NONE)
		until = last + 1;
	if (v->range.since != TIME_NONE && v->range.until == TIME_NONE)
		until = until > v->view.world->now ? until : v->view.world->now;
	if (since == TIME_NONE || until == TIME_NONE || since >= until)
		return;
	plot_slots(out, since, until, v->range.slots);
	length = plot_slot_time(out, 1) - out->since;
	if (v->range.since != TIME_NONE) {
		out->since = since;
		out->n = (int)((until - since + length - 1) / length);
		out->until = since + out->n * length;
	}
	if (v->range.until != TIME_NONE)
		out->until = until;
}

static const struct view_filter *filter_of(const struct stats_view *v, enum stats_of of)
{
	if (of == STATS_MISMATCH)
		return &v->filters->mismatch;
	return of > STATS_MISMATCH ? &v->filters->loops : &v->filters->passing;
}

static void begin_one(struct stats_view *v, struct stats_set *set, enum stats_of of)
{
	const struct view_filter *f = filter_of(v, of);
	struct world *w = v->view.world;
	struct figures_query q = {.filtered = f->filtered,
	                          .filter = f->filter,
	                          .since = v->range.since,
	                          .until = v->range.until};
	struct errinfo e = {0};

	if (of == STATS_PARTS)
		q.by = stats_by(v);
	if (of == STATS_TOOLS || of == STATS_LOOP_TOOLS)
		q.by = STR("tool");
	if (of == STATS_LOOPS)
		q.by = STR("trace");
	if (of == STATS_TIMES) {
		q.slices = (uint32_t)set->slots.n;
		q.since = set->slots.since;
		q.until = set->slots.until;
	}
	set->of[of] = figures_new(w->explorer, &q, redraw, w, &e);
}

static bool is_wanted(const struct stats_view *v, const struct stats_set *set, int of)
{
	if (of == STATS_TIMES)
		return set->slots.n > 0;
	return of < STATS_NEEDED || v->range.extras;
}

static bool is_done(const struct stats_view *v, const struct stats_set *set, int n)
{
	for (int i = 0; i < n; i++)
		if (is_wanted(v, set, i) &&
		    (set->of[i] == NULL || figures_breakdown(set->of[i]) == NULL))
			return false;
	return n < STATS_OF || !v->range.extras || set->loops_known;
}

static bool is_judged(const struct view_filter *f)
{
	return f->filtered == NULL || filtered_done(f->filtered);
}

/* PostHog is asked for no more than it must. */
static bool is_of_server(const struct stats_set *set)
{
	struct figures_status status = {0};

	if (set->of[STATS_TOTAL] != NULL)
		figures_read_status(set->of[STATS_TOTAL], &status);
	return status.from == FIGURES_SERVER;
}

/* False: there is more that can be done now. */
static bool step_loops(struct stats_view *v, struct stats_set *set, int64_t until)
{
	const struct figures *traces = set->of[STATS_LOOPS], *tools = set->of[STATS_LOOP_TOOLS];

	if (traces == NULL || tools == NULL || !figures_breakdown(traces) ||
	    !figures_breakdown(tools))
		return true;
	if (set->loops == NULL)
		set->loops = loop_costs_new(&(struct loop_costs_of){
			.model = explorer_model(v->view.world->explorer),
			.calls = v->filters->loops.filtered,
			.since = v->range.since,
			.until = v->range.until,
			.traces = figures_breakdown(traces),
			.by_trace = figures_split(traces),
			.by_tool = figures_split(tools),
		});
	set->loops_known = loop_costs_step(set->loops, until);
	return set->loops_known;
}

static bool step_set(struct stats_view *v, struct stats_set *set, int64_t until)
{
	bool rests = true;

	for (int i = 0; i < STATS_OF && rests; i++) {
		if (!is_wanted(v, set, i) || (i >= STATS_NEEDED && is_of_server(set)) ||
		    (i >= STATS_MISMATCH && !is_judged(filter_of(v, (enum stats_of)i))))
			continue;
		if (set->of[i] == NULL)
			begin_one(v, set, (enum stats_of)i);
		rests = set->of[i] == NULL || figures_step(set->of[i], until);
	}
	return rests && (set->loops_known || step_loops(v, set, until));
}

/* ---- rows ------------------------------------------------------------------------------------------------------------ */

static void start_sorting(struct stats_view *v, const struct figures *parts)
{
	struct world *w = v->view.world;
	struct query q;

	query_init(&q, ROWS_PARTS);
	q.breakdown = figures_breakdown(parts);
	q.split = figures_split(parts);
	q.sort = v->sort;
	q.ascending = v->ascending;
	if (v->filters->passing.filter != NULL)
		q.limit = v->filters->passing.filter->limit;
	rows_drop(v->sorting);
	v->sorting = rows_start(explorer_model(w->explorer), &q, NULL);
	rows_on_workers(v->sorting, explorer_loop(w->explorer), redraw, w);
}

void stats_resort(struct stats_view *v)
{
	if (v->has_shown && !v->sorts_next)
		start_sorting(v, v->shown.of[STATS_PARTS]);
	else if (v->sorts_next)
		start_sorting(v, v->next.of[STATS_PARTS]);
}

void stats_split(struct stats_view *v, struct str by)
{
	drop_next(v);
	buf_clear(&v->by);
	buf_append(&v->by, by);
	v->list = (struct list){.count = v->list.count, .height = v->list.height};
	v->asked = true;
}

/* Looked for from where it was: parts seldom go far. */
static uint64_t row_of_text(const struct stats_view *v, struct str text, uint64_t from)
{
	struct buf other = {0};
	uint64_t found = UINT64_MAX, n = v->rows.n;

	from = from < n ? from : n;
	for (uint64_t away = 0; found == UINT64_MAX && (from + away < n || away < from); away++) {
		uint64_t rows[2] = {from + away, from - away - 1};

		for (int i = 0; i < 2 && found == UINT64_MAX; i++) {
			if (rows[i] >= n)
				continue;
			buf_clear(&other);
			stats_part_text(v, rows[i], &other);
			found = str_eq(buf_str(&other), text) ? rows[i] : UINT64_MAX;
		}
	}
	buf_free(&other);
	return found;
}

static void take_rows(struct stats_view *v)
{
	struct buf text = {0};
	struct rows before = v->rows, rows = {0};
	uint64_t row = UINT64_MAX;
	bool had = v->list.cursor < before.n;

	if (had)
		stats_part_text(v, v->list.cursor, &text);
	rows_take(v->sorting, &rows);
	v->sorting = NULL;
	v->rows = rows;
	if (had)
		row = row_of_text(v, buf_str(&text), v->list.cursor);
	v->list.count = v->rows.n;
	if (row != UINT64_MAX)
		list_place(&v->list, row);
	list_set(&v->list, v->rows.n, v->list.height);
	rows_free(&before);
	buf_free(&text);
}

/* Of slots of which nothing is known nothing is said: those that have not begun, and those without events where some are missing. */
static void take_values(struct stats_view *v)
{
	const struct breakdown *b = stats_breakdown(v, STATS_TIMES);
	const struct plot_slots *slots = &v->shown.slots;
	struct figures_status status = {0};

	memset(v->values, 0, sizeof(v->values));
	if (b == NULL)
		return;
	figures_read_status(v->shown.of[STATS_TIMES], &status);
	for (int f = 0; f < STATS_FIGURES; f++) {
		const struct column *c = rows_column(ROWS_PARTS, str_of(stats_figures[f].column));

		for (int i = 0; i < slots->n; i++)
			if (stats_figures[f].adds_up && status.from != FIGURES_PARTLY &&
			    plot_slot_time(slots, i) <= v->view.world->now)
				v->values[f][i] = (struct value){.type = c->type};
		for (uint32_t i = 0; i < breakdown_count(b); i++) {
			uint32_t slot = breakdown_part(b, i)->key - 1;

			if (slot < (uint32_t)slots->n)
				v->values[f][slot] = stats_value(b, i, stats_figures[f].column);
		}
	}
}

static void take_next(struct stats_view *v)
{
	struct stats_set before = v->shown;

	v->shown = v->next;
	v->next = (struct stats_set){0};
	v->has_next = v->asked = v->sorts_next = false;
	take_rows(v);
	free_set(&before);
	free_filters(v->former);
	v->former = NULL;
	v->has_shown = true;
	if (v->slot >= v->shown.slots.n)
		v->slot = v->shown.slots.n > 0 ? v->shown.slots.n - 1 : 0;
	take_values(v);
	v->again_after = time_monotonic() +
	                 (v->spent * SHARE > AGAIN_MIN ? v->spent * SHARE : AGAIN_MIN);
}

/* ---- with every draw --------------------------------------------------------------------------------------------------- */

static void use_filters(struct stats_view *v, struct stats_filters *made)
{
	drop_next(v);
	if (v->has_shown && v->former == NULL)
		v->former = v->filters;
	else
		free_filters(v->filters);
	v->filters = made;
	v->asked = true;
	take_order(v);
}

static void follow_filter(struct stats_view *v)
{
	struct world *w = v->view.world;
	struct str wanted = buf_str(&w->filter);
	struct stats_filters *made;

	if (v->filters != NULL && str_eq(buf_str(&v->filters->passing.text), wanted)) {
		buf_clear(&v->refused);
		return;
	}
	if (v->refused.n > 0 && str_eq(buf_str(&v->refused), wanted))
		return;
	buf_clear(&v->refused);
	v->error = (struct errinfo){.pos = ERR_NO_POS};
	made = make_filters(w, wanted, &v->error);
	if (made != NULL) {
		use_filters(v, made);
		return;
	}
	buf_append(&v->refused, wanted);
	if (!w->typing)
		buf_printf(&w->message, "the filter is not for this screen: %s", v->error.msg);
	if (v->filters == NULL)
		v->filters = mem_zero(1, sizeof(*v->filters));
}

static void follow_range(struct stats_view *v)
{
	const struct world *w = v->view.world;
	struct stats_range wanted = v->wanted;

	wanted.since = w->since;
	wanted.until = w->until;
	if (wanted.since == v->range.since && wanted.until == v->range.until &&
	    wanted.slots == v->range.slots && wanted.extras == v->range.extras)
		return;
	drop_next(v);
	v->range = wanted;
	v->asked = true;
}

static void look_again(struct stats_view *v, int64_t after)
{
	if (v->view.draw_again_us == 0 || after < v->view.draw_again_us)
		v->view.draw_again_us = after;
}

/* True: all is judged. */
static bool step_filter(struct stats_view *v, struct filtered *d, int64_t until)
{
	if (d == NULL)
		return true;
	if (!filtered_step(d, until))
		look_again(v, VIEW_AT_ONCE);
	else if (!filtered_done(d))
		look_again(v, VIEW_LOOK);
	return filtered_done(d);
}

static bool is_current(const struct stats_view *v)
{
	for (int i = 0; i < STATS_OF; i++)
		if (v->shown.of[i] != NULL && !figures_is_current(v->shown.of[i]))
			return false;
	return true;
}

static bool wants_next(struct stats_view *v)
{
	int64_t now = time_monotonic();

	if (v->has_next)
		return false;
	if (v->asked || !v->has_shown)
		return true;
	if (!v->view.world->follow || is_current(v))
		return false;
	if (now < v->again_after)
		look_again(v, v->again_after - now);
	return now >= v->again_after;
}

/* What somebody waits for is shown as soon as it can be, what only is newer all at once. */
static void finish_next(struct stats_view *v)
{
	bool waited_for = v->asked || !v->has_shown || is_of_server(&v->next);

	if (v->sorts_next || !is_done(v, &v->next, waited_for ? STATS_NEEDED : STATS_OF))
		return;
	start_sorting(v, v->next.of[STATS_PARTS]);
	v->sorts_next = true;
}

static void step_rows(struct stats_view *v, int64_t until)
{
	if (v->sorting == NULL)
		return;
	if (!rows_step(v->sorting, until))
		look_again(v, rows_waits(v->sorting) ? VIEW_LOOK : VIEW_AT_ONCE);
	else if (v->sorts_next)
		take_next(v);
	else
		take_rows(v);
}

static void step_figures(struct stats_view *v, int64_t until)
{
	struct stats_set *set = v->has_next ? &v->next : &v->shown;
	int64_t before = time_monotonic();

	if (!v->has_next && (!v->has_shown || v->asked))
		return;
	if (!step_set(v, set, until))
		look_again(v, VIEW_AT_ONCE);
	else if (!is_done(v, set, is_of_server(set) ? STATS_NEEDED : STATS_OF))
		look_again(v, is_of_server(set) ? TIME_SECOND : VIEW_LOOK);
	v->spent += time_monotonic() - before;
}

void stats_follow(struct stats_view *v)
{
	int64_t until = time_monotonic() + SLICE;
	bool judged;

	v->view.draw_again_us = 0;
	follow_filter(v);
	follow_range(v);
	judged = step_filter(v, v->filters->passing.filtered, until);
	if (v->range.extras) {
		step_filter(v, v->filters->mismatch.filtered, until);
		step_filter(v, v->filters->loops.filtered, until);
	}
	if (judged && wants_next(v)) {
		v->has_next = true;
		v->spent = 0;
		choose_slots(v, &v->next.slots);
	}
	step_figures(v, until);
	if (v->has_next)
		finish_next(v);
	step_rows(v, until);
}

void stats_forget(struct stats_view *v)
{
	rows_drop(v->sorting);
	rows_free(&v->rows);
	free_set(&v->next);
	free_set(&v->shown);
	free_filters(v->filters);
	free_filters(v->former);
}

/* ---- asked ----------------------------------------------------------------------------------------------------------- */

struct str stats_by(const struct stats_view *v)
{
	return v->said_by.n > 0 ? buf_str(&v->said_by) : buf_str(&v->by);
}

const struct breakdown *stats_breakdown(const struct stats_view *v, enum stats_of of)
{
	return v->shown.of[of] != NULL ? figures_breakdown(v->shown.of[of]) : NULL;
}

struct value stats_value(const struct breakdown *b, uint32_t place, const char *column)
{
	struct rows r = {.at = &place, .n = 1, .total = 1};
	struct value v = {0};
	struct buf scratch = {0};

	query_init(&r.query, ROWS_PARTS);
	r.query.breakdown = b;
	if (b != NULL && place < breakdown_count(b))
		rows_column(ROWS_PARTS, str_of(column))->get(&r, 0, &v, &scratch);
	buf_free(&scratch);
	return v;
}

const struct breakdown_part *stats_part(const struct stats_view *v)
{
	const struct breakdown *b = stats_breakdown(v, STATS_PARTS);

	if (b == NULL || v->list.cursor >= v->rows.n)
		return NULL;
	return breakdown_part(b, v->rows.at[v->list.cursor]);
}

void stats_part_text(const struct stats_view *v, uint64_t row, struct buf *out)
{
	const struct query *q = &v->rows.query;

	split_text(q->split, breakdown_part(q->breakdown, v->rows.at[row])->key, out);
}

unsigned stats_percent(const struct stats_view *v)
{
	unsigned sum = 0, n = 0;

	if (!v->has_next)
		return HUNDRED;
	for (int i = 0; i < STATS_NEEDED; i++) {
		struct figures_status status = {0};

		if (!is_wanted(v, &v->next, i))
			continue;
		if (v->next.of[i] != NULL)
			figures_read_status(v->next.of[i], &status);
		sum += status.percent;
		n++;
	}
	return sum / n < HUNDRED ? sum / n : HUNDRED - 1;
}
