/* The Cost tab. Of a call the working of its cost, from draw/cost_text.c; of a trace or a span what its calls cost together, and the
 * dearest of them, with a cursor. */
#include "base/time.h"
#include "draw/cost_text.h"
#include "draw/format.h"
#include "draw/width.h"
#include "widget/detail_internal.h"
#include "widget/waterfall.h"

#define SUM_SLICE     4000 /* microseconds of a draw */
#define COUNT_COLUMNS 12
#define SHARE_COLUMNS 6
#define MONEY_ONE     INT64_C(1000000000000) /* as VALUE_PERCENT has it */

/* A sum that is too long for the row goes on with what it comes to. */
static void lay_sum(struct reader_lines *out, struct str text, enum role role, int columns)
{
	size_t at = width_text(text) > columns ? str_find(text, STR(" = "), 0, false) : SIZE_MAX;

	reader_lines_add(out, role, 0, str_sub(text, 0, at));
	if (at != SIZE_MAX)
		reader_lines_add(out, role, 2, str_sub(text, at + 1, SIZE_MAX));
}

static void add_line(void *ctx, const char *label, enum role role, struct str text)
{
	struct reader *r = ctx;

	if (label == NULL) {
		reader_add_across(r, role, text);
		return;
	}
	reader_add_piece(r, &(struct reader_piece){.text = reader_keep(r, text),
	                                           .label = str_of(label),
	                                           .label_role = ROLE_LABEL,
	                                           .role = (uint8_t)role,
	                                           .lay = role == ROLE_COST ? lay_sum : NULL});
}

void detail_add_cost(struct reader *r, struct explorer *x, const struct detail *d)
{
	struct cost_text t = {.line = add_line, .ctx = r, .prices = explorer_prices(x)};

	r->label_width = COST_TEXT_LABELS;
	cost_text(&t, &d->cost);
}

/* ---- of a trace or a span ------------------------------------------------------------------------------------------ */

bool detail_has_sum(const struct detail_pane *d, const struct events *events)
{
	return d->event == EVENT_NONE || event_kind(events_get(events, d->event)) > EVENT_EMBEDDING;
}

static uint32_t trace_of(const struct detail_pane *d, const struct model *m)
{
	return d->event == EVENT_NONE ? d->trace : model_trace_of(m, d->event);
}

/* The trace, or the event that stands for it. */
static bool is_of_trace(const struct detail_pane *d, const struct model *m)
{
	return trace_of(d, m) != MODEL_NONE &&
	       (d->event == EVENT_NONE ||
	        event_kind(events_get(model_events(m), d->event)) == EVENT_TRACE);
}

void detail_sum_drop(struct detail_pane *d)
{
	calls_drop(d->sum.build);
	d->sum = (struct detail_sum){0};
}

static void begin(struct detail_pane *d, struct model *m, uint32_t version)
{
	bool of_trace = is_of_trace(d, m);

	d->sum.build = calls_start(m, of_trace ? CALLS_OF_TRACE : CALLS_OF_SPAN,
	                           of_trace ? trace_of(d, m) : d->event);
	d->sum.begun = version;
}

bool detail_sum_step(struct detail_pane *d, struct model *m)
{
	uint32_t trace = trace_of(d, m);
	uint32_t version = trace != MODEL_NONE ? model_trace(m, trace)->version : 0;
	struct detail_sum *s = &d->sum;

	if (s->build == NULL && (!s->known || s->version != version))
		begin(d, m, version);
	if (s->build == NULL || !calls_step(s->build, time_monotonic() + SUM_SLICE))
		return false;
	calls_take(s->build, &s->calls);
	s->build = NULL;
	s->version = s->begun;
	s->known = true;
	return true;
}

static void add_count(struct reader *r, const char *label, uint32_t calls, enum role role,
                      struct buf *cost)
{
	struct buf text = {0};

	if (calls > 0) {
		format_count(&text, calls);
		buf_puts(&text, calls == 1 ? " call" : " calls");
		buf_pad(&text, ' ', text.n < COUNT_COLUMNS ? COUNT_COLUMNS - text.n : 1);
		buf_append(&text, buf_str(cost));
		reader_add(r, role, 0, ROLE_LABEL, str_of(label), buf_str(&text));
	}
	buf_clear(cost);
	buf_free(&text);
}

/* Where a part of a call has no price, it counts as estimated and as unpriced. */
static uint32_t priced_in_part(const struct totals *t)
{
	uint32_t calls = t->kinds[EVENT_GENERATION] + t->kinds[EVENT_EMBEDDING];
	uint32_t counted = t->reported + t->estimated + t->unpriced;

	return counted > calls ? counted - calls : 0;
}

static void add_counts(struct reader *r, const struct totals *t)
{
	uint32_t in_part = priced_in_part(t);
	struct buf cost = {0};

	format_amount(&cost, t->cost_reported);
	add_count(r, "reported", t->reported, ROLE_COST, &cost);
	buf_add(&cost, '~');
	format_amount(&cost, t->cost_estimated);
	add_count(r, "estimated", t->estimated, ROLE_ESTIMATE, &cost);
	buf_puts(&cost, "$?");
	if (in_part > 0)
		buf_printf(&cost, "  (%u in part)", in_part);
	add_count(r, "unpriced", t->unpriced, ROLE_UNKNOWN, &cost);
	buf_free(&cost);
}

/* Its share of what is known of the sum, and what it is called. */
static void add_dear(struct reader *r, const struct events *events, uint32_t event, money sum)
{
	const struct event *e = events_get(events, event);
	struct value share = {.type = VALUE_PERCENT};
	struct buf cost = {0}, text = {0};

	format_event_cost(&cost, e);
	share.number = sum > 0 ? (money)e->cost * 100 * MONEY_ONE / sum : 0;
	if (share.number * 20 < MONEY_ONE)
		buf_puts(&text, "<0.1%");
	else
		format_value(&text, &share, 0, 0);
	buf_pad(&text, ' ', text.n < SHARE_COLUMNS ? SHARE_COLUMNS - text.n : 1);
	waterfall_label(events, event, &text);
	reader_add(r, ROLE_TEXT, 0, ROLE_COST, buf_str(&cost), buf_str(&text));
	r->pieces[r->n - 1].begins = true;
	buf_free(&cost);
	buf_free(&text);
}

static void add_dearest(struct detail_pane *d, const struct events *events, const struct totals *t)
{
	const struct calls *c = &d->sum.calls;
	struct reader *r = &d->reader;
	money sum = t->cost_reported + t->cost_estimated;

	if (c->n_dearest == 0)
		return;
	reader_add_across(r, ROLE_TEXT, STR_EMPTY);
	reader_add_across(r, ROLE_DIM, STR("the dearest (Enter opens)"));
	d->sum.first = r->n;
	for (uint32_t i = 0; i < c->n_dearest; i++)
		add_dear(r, events, c->dearest[i], sum);
	r->current = d->sum.first;
	if (c->totals.reported + c->totals.estimated > c->n_dearest)
		reader_addf(r, ROLE_DIM, 0, "... +%u more calls with a price ($ in the tree)",
		            c->totals.reported + c->totals.estimated - c->n_dearest);
}

void detail_add_sum(struct detail_pane *d, struct model *m)
{
	bool of_trace = is_of_trace(d, m);
	const struct totals *t = of_trace ? &model_trace(m, trace_of(d, m))->totals
	                                  : &d->sum.calls.totals;
	struct reader *r = &d->reader;
	struct buf text = {0};
	enum role role;

	r->label_width = COST_TEXT_LABELS;
	r->marks = true;
	d->sum.first = 0;
	if (!d->sum.known) {
		reader_add_across(r, ROLE_DIM, STR("adding up ..."));
		return;
	}
	if (t->reported + t->estimated + t->unpriced == 0) {
		reader_add_across(r, ROLE_DIM, STR("no call, and so no cost"));
		return;
	}
	role = format_cost(&text, t, 0);
	buf_puts(&text, of_trace ? " for all calls of the trace" : " for the calls below this");
	reader_add_across(r, role, buf_str(&text));
	buf_free(&text);
	reader_add_across(r, ROLE_TEXT, STR_EMPTY);
	add_counts(r, t);
	add_dearest(d, model_events(m), t);
}

/* ---- the cursor among the dearest ---------------------------------------------------------------------------------- */

uint32_t detail_pane_call(const struct detail_pane *d)
{
	uint32_t at = d->reader.current - d->sum.first;

	if (d->tab != DETAIL_COST || d->sum.first == 0 || d->reader.current < d->sum.first)
		return EVENT_NONE;
	return at < d->sum.calls.n_dearest ? d->sum.calls.dearest[at] : EVENT_NONE;
}

void detail_sum_go(struct detail_pane *d, uint32_t call)
{
	for (uint32_t i = 0; call != EVENT_NONE && i < d->sum.calls.n_dearest; i++)
		if (d->sum.calls.dearest[i] == call)
			d->reader.current = d->sum.first + i;
}

bool detail_sum_act(struct detail_pane *d, enum action action)
{
	struct reader *r = &d->reader;
	uint32_t step = action == ACTION_UP ? UINT32_MAX : 1, before = r->current;

	if ((action != ACTION_UP && action != ACTION_DOWN) || detail_pane_call(d) == EVENT_NONE)
		return false;
	r->current += step;
	if (detail_pane_call(d) != EVENT_NONE) {
		reader_show_piece(r, r->current);
		return true;
	}
	r->current = before;
	return false;
}
