/* The filter of a list: it follows the world's, as the time range does. What it lets through is worked out in slices, one with
 * every draw, and in the background; until the first rows of it are known those from before stay. While a filter is being
 * typed, the one that was kept goes on beside it, so that leaving brings its rows back at once.
 *
 * Left to others: the language (query/filter.h), what passes (query/filtered.h, view_filter.c), the line that is typed (command/). */
#include "view/table.h"

#include "base/clean.h"
#include "draw/format.h"
#include "explorer_pushed.h"

#define WHERE_MAX 60u /* bytes of what is said of where it is judged */

/* ---- using one ------------------------------------------------------------------------------------------------------- */

static const struct view_filter *in_use(const struct table *t)
{
	return t->has_typed ? &t->typed : &t->kept;
}

const struct view_filter *table_filter_in_use(const struct table *t)
{
	return in_use(t);
}

enum filtered_of table_filtered_of(enum rows_kind kind)
{
	return kind == ROWS_TRACES     ? FILTERED_TRACES
	       : kind == ROWS_SESSIONS ? FILTERED_SESSIONS
	                               : FILTERED_EVENTS;
}

/* Its order and limit, if it says any, are the list's. */
static bool check_order(struct table *t, const struct filter *f, struct errinfo *e)
{
	const char *nearest;

	if (f->by.n > 0) {
		err_set(e, ERR_USAGE,
		        "by: is for tracehog stats: here # counts what a column holds");
		e->pos = f->by_at;
		return false;
	}
	if (f->sort.n == 0 || table_order_named(t, f->sort) != NULL)
		return true;
	nearest = rows_key_nearest(t->query.kind, f->sort);
	err_set(e, ERR_USAGE, "no column \"%.*s\" here: %s%s", STR_ARG(str_sub(f->sort, 0, 40)),
	        nearest != NULL ? "did you mean " : "s lists them", nearest != NULL ? nearest : "");
	e->pos = f->sort_at;
	return false;
}

static bool make(struct table *t, struct view_filter *out, struct str text, struct errinfo *e)
{
	if (!view_filter_read(out, t->view.world, text, e))
		return false;
	if (check_order(t, out->filter, e))
		return view_filter_begin(out, t->view.world, table_filtered_of(t->query.kind), e);
	view_filter_free(out);
	return false;
}

/* ---- following the world's ------------------------------------------------------------------------------------------- */

/* The order that was there before a filter said one comes back with one that says none. */
static void use_order(struct table *t)
{
	const struct filter *f = in_use(t)->filter;
	bool says = f != NULL && f->sort.n > 0;

	if (says && !t->sort_is_filters) {
		t->own_sort = t->query.sort;
		t->own_ascending = t->query.ascending;
	}
	if (says) {
		t->query.sort = table_order_named(t, f->sort);
		t->query.ascending = !f->descending;
		t->turned = true;
	} else if (t->sort_is_filters) {
		t->query.sort = t->own_sort;
		t->query.ascending = t->own_ascending;
		t->turned = true;
	}
	t->sort_is_filters = says;
	t->query.limit = f != NULL ? f->limit : 0;
}

bool table_is_narrowed(const struct table *t)
{
	const struct query *q = &t->query;

	return q->user != 0 || q->anonymous || q->model_pair != 0 || q->tool != MODEL_NONE ||
	       q->error != 0 || q->group != 0;
}

/* Errors are of events of any kind, which PostHog has no list of. */
static const struct filter *within(struct table *t)
{
	const struct filter_reading how = {0};
	struct buf text = {0};

	if (t->within != NULL || !table_is_of_events(t) || !table_is_narrowed(t) ||
	    t->query.error != 0)
		return t->within;
	if (table_append_restriction(t, &text) &&
	    filter_parse(&t->within, buf_str(&text), &how, NULL) != FILTER_VALID)
		t->within = NULL;
	buf_free(&text);
	return t->within;
}

static void push(struct table *t)
{
	struct explorer *x = t->view.world->explorer;

	if (explorer_posthog(x) != NULL)
		explorer_push_filter(x, t->query.kind, in_use(t)->filter, within(t));
}

/* The rows from before must not be taken for rows of it. */
static void use(struct table *t)
{
	use_order(t);
	t->query.filter = in_use(t)->filtered;
	t->rows.query.filter = NULL;
	t->refilter = true;
	push(t);
	t->said = explorer_said(t->view.world->explorer, table_filtered_of(t->query.kind));
	table_ask(t);
}

static void forget_typed(struct table *t)
{
	view_filter_free(&t->typed);
	t->has_typed = false;
}

/* Rows that are being built look at it. */
static void take_new(struct table *t, struct view_filter *made)
{
	rows_drop(t->next);
	t->next = NULL;
	table_figures_drop(t);
	forget_typed(t);
	if (t->view.world->typing) {
		t->typed = *made;
		t->has_typed = true;
	} else {
		view_filter_free(&t->kept);
		t->kept = *made;
	}
	use(t);
}

static void take_back(struct table *t)
{
	rows_drop(t->next);
	t->next = NULL;
	table_figures_drop(t);
	forget_typed(t);
	use(t);
}

/* PostHog has said more: what was judged by its word is judged anew. */
static void follow_said(struct table *t)
{
	uint32_t said = explorer_said(t->view.world->explorer, table_filtered_of(t->query.kind));

	if (said == t->said || in_use(t)->filtered == NULL)
		return;
	t->said = said;
	buf_clear(t->has_typed ? &t->typed.text : &t->kept.text);
}

static void follow_text(struct table *t)
{
	const struct world *w = t->view.world;
	struct str wanted = buf_str(&w->filter);
	struct view_filter made;

	if (t->has_typed && !w->typing && str_eq(buf_str(&t->typed.text), wanted)) {
		view_filter_free(&t->kept);
		t->kept = t->typed;
		t->typed = (struct view_filter){0};
		t->has_typed = false;
	}
	if (t->refused.n > 0 && str_eq(buf_str(&t->refused), wanted))
		return;
	buf_clear(&t->refused);
	follow_said(t);
	if (str_eq(buf_str(&in_use(t)->text), wanted))
		return;
	if (str_eq(buf_str(&t->kept.text), wanted)) {
		take_back(t);
	} else if (make(t, &made, wanted, &t->filter_error)) {
		take_new(t, &made);
	} else {
		buf_append(&t->refused, wanted);
		/* Without the bar nobody would see why the list is another's. */
		if (!w->typing)
			buf_printf(&t->view.world->message, "the filter is not for this list: %s",
			           t->filter_error.msg);
	}
}

void table_filter_follow(struct table *t)
{
	follow_text(t);
	/* Another list of such rows, which are of somebody else, may have been there. */
	if (table_is_of_events(t))
		push(t);
}

/* Its next drawing finds it to be none that it has. */
void table_filter_renew(struct table *t)
{
	if (!t->has_typed)
		buf_clear(&t->kept.text);
}

/* ---- working it out -------------------------------------------------------------------------------------------------- */

bool table_filter_step(struct table *t)
{
	struct filtered *d = in_use(t)->filtered;

	if (d == NULL)
		return true;
	if (!filtered_step(d, time_monotonic() + t->slice))
		t->view.draw_again_us = VIEW_AT_ONCE;
	else if (!filtered_done(d))
		t->view.draw_again_us = VIEW_LOOK;
	return filtered_done(d) || filtered_count(d) > 0;
}

bool table_filter_changed(const struct table *t)
{
	const struct filtered *d = in_use(t)->filtered;

	return d != NULL && filtered_version(d) != t->filtered_version;
}

const struct rows *table_filter_begin(struct table *t)
{
	const struct filtered *d = in_use(t)->filtered;
	bool anew = t->refilter || t->built == 0;

	t->filtered_version = d != NULL ? filtered_version(d) : 0;
	t->filter_settled = d == NULL || filtered_done(d);
	t->refilter = false;
	return anew ? NULL : &t->rows;
}

/* ---- what is said of it ---------------------------------------------------------------------------------------------- */

/* Of events that pass those that are here are all of the pages so far, whatever else is here. */
bool table_is_pushed(const struct table *t)
{
	return table_is_of_events(t) && explorer_is_partial(t->view.world->explorer) &&
	       explorer_is_pushed(t->view.world->explorer, t->query.kind);
}

/* Of how many; false where a restriction other than the filter makes them fewer. */
static bool total(const struct table *t, int64_t *out)
{
	struct model *m = explorer_model(t->view.world->explorer);
	const struct query *q = &t->query;
	const uint32_t *kinds = model_totals(m)->kinds;

	if (q->since != TIME_NONE || q->until != TIME_NONE || q->session != MODEL_NONE ||
	    table_is_narrowed(t))
		return false;
	switch (q->kind) {
	case ROWS_TRACES:
		*out = model_trace_count(m);
		return true;
	case ROWS_SESSIONS:
		*out = model_session_count(m);
		return true;
	case ROWS_GENERATIONS:
		*out = (int64_t)kinds[EVENT_GENERATION] + kinds[EVENT_EMBEDDING];
		return true;
	case ROWS_SPANS:
		*out = kinds[EVENT_SPAN];
		return true;
	default:
		return false;
	}
}

void table_filter_count(const struct table *t, struct buf *out)
{
	const struct filtered *d = in_use(t)->filtered;
	struct str name = str_of(rows_kind_name(t->query.kind));
	int64_t of = t->rows.n;
	unsigned percent;

	if (d != NULL && !filtered_done(d)) {
		buf_puts(out, ">= ");
		format_count(out, t->refilter ? 0 : t->rows.total);
		buf_printf(out, ", %u %%", filtered_percent(d));
		return;
	}
	if (t->refilter || table_counting(t, &percent)) {
		buf_puts(out, "...");
		return;
	}
	format_count(out, t->rows.n);
	if (d != NULL && table_is_pushed(t)) {
		if (explorer_has_more(t->view.world->explorer, t->query.kind))
			buf_add(out, '+');
	} else if (d != NULL && total(t, &of)) {
		buf_puts(out, " of ");
		format_count(out, of);
	}
	buf_add(out, ' ');
	buf_append(out, str_sub(name, 0, name.n - (of == 1))); /* "1 trace" */
}

bool table_passed(struct view *v, struct buf *out, struct errinfo *e)
{
	const struct table *t = (const struct table *)v;

	if (t->refused.n > 0) {
		*e = t->filter_error;
		return false;
	}
	table_filter_count(t, out);
	return true;
}

void table_filter_head(const struct table *t, struct buf *out)
{
	const struct buf *filter = &t->view.world->filter;

	buf_puts(out, t->refused.n > 0 ? "f: not here: " : "f: ");
	clean_append(out, filter->n > 0 ? buf_str(filter) : STR("(none)"), 0);
}

/* Where it is judged, if not all of it is here. */
static void say_where(const struct table *t, struct buf *out)
{
	const struct explorer *x = t->view.world->explorer;
	struct buf where = {0};

	if ((in_use(t)->filter != NULL || t->within != NULL) &&
	    (!table_is_of_events(t) || explorer_is_partial(x)))
		explorer_pushed_status(x, t->query.kind, &where);
	if (where.n > 0) {
		clean_append(out, str_sub(buf_str(&where), 0, WHERE_MAX), 0);
		buf_puts(out, where.n > WHERE_MAX ? "...  " : "  ");
	}
	buf_free(&where);
}

void table_filter_status(const struct table *t, struct buf *out)
{
	struct errinfo e = {0};
	uint32_t n = in_use(t)->filtered != NULL ? filtered_failed(in_use(t)->filtered, &e) : 0;

	if (n > 0)
		buf_printf(out, "%u not judged: %s  ", n, e.msg);
	say_where(t, out);
}

bool table_filter_is_printable(const struct table *t)
{
	const struct filter *f = in_use(t)->filter;

	return t->refused.n == 0 && !view_filter_asks_here(f);
}

void table_terms(struct view *v, struct terms *out)
{
	const struct table *t = (const struct table *)v;

	if (t->list.cursor < t->rows.n)
		terms_of_row(out, &t->rows, (uint32_t)t->list.cursor);
}

/* ---- orders before --------------------------------------------------------------------------------------------------- */

void table_sort_remember(struct table *t)
{
	undo_push(&t->view.world->undos, (struct undo){.what = UNDO_SORT,
	                                               .view = &t->view,
	                                               .sort = t->query.sort,
	                                               .ascending = t->query.ascending});
}

void table_undo(struct view *v, const struct undo *step)
{
	struct table *t = (struct table *)v;

	t->query.sort = step->sort;
	t->query.ascending = step->ascending;
	t->turned = true;
	table_ask(t);
}
