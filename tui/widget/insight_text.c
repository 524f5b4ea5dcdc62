/* The sentences. Names come from outside: they are cleaned here, and cut. */
#include "widget/insight_text.h"

#include "draw/format.h"
#include "widget/waterfall.h"

#define NAME_COLUMNS 32
#define LINES_MAX    1000u /* of a path, told for the clipboard */
#define INDENT_MAX   40u

/* ---- names and numbers ---------------------------------------------------------------------- */

static void add_name(struct buf *out, struct str name)
{
	struct value v = {.type = VALUE_TEXT, .text = name};

	format_value(out, &v, NAME_COLUMNS, 0);
}

/* Its name, else of a call its model. */
static void add_label(struct buf *out, const struct events *events, uint32_t event)
{
	struct buf label = {0};

	if (events_get(events, event)->name == 0 && events_model(events, event).n > 0)
		buf_append(&label, events_model(events, event));
	else
		waterfall_label(events, event, &label);
	add_name(out, buf_str(&label));
	buf_free(&label);
}

static void add_call(struct buf *out, const struct events *events, const struct insight *s,
                     uint32_t event)
{
	uint32_t call = insight_call_of(s, events, event);

	add_label(out, events, event);
	if (call != INSIGHT_NONE)
		buf_printf(out, " #%u", call + 1);
}

/* " (66%)"; nothing if it is not known. What is not nothing never reads 0. */
static void add_share(struct buf *out, money part, money whole)
{
	if (whole <= 0 || part < 0)
		return;
	if (part * 100 < whole)
		buf_puts(out, " (<1%)");
	else
		buf_printf(out, " (%d%%)", (int)(part >= whole ? 100 : part * 100 / whole));
}

/* Less than a tenth of the whole is nothing to look at first. */
static bool stands_out(money part, money whole)
{
	return whole <= 0 || part >= whole / 10;
}

/* ---- the verdict ---------------------------------------------------------------------------- */

static void add_moment(struct buf *out, const struct events *events, const struct insight *s)
{
	int64_t end = events_end(events, s->error);

	if (end == TIME_NONE || s->start == TIME_NONE || end < s->start)
		return;
	buf_puts(out, " at +");
	format_seconds(out, end - s->start);
}

static void add_error(struct buf *out, const struct events *events, const struct insight *s)
{
	int64_t status;

	add_label(out, events, s->error);
	if (events_extra(events, s->error, EVENT_HTTP_STATUS, &status))
		buf_printf(out, " HTTP %lld", (long long)status);
	else
		buf_puts(out, " failed");
	add_moment(out, events, s);
	if (s->tries > 1 && s->after != INSIGHT_WORKED)
		buf_printf(out, ", %u tries", s->tries);
}

static void add_answer(struct buf *out, const struct events *events, const struct insight *s)
{
	if (event_kind(events_get(events, s->error)) != EVENT_GENERATION) {
		buf_puts(out, ", then answered without it");
		return;
	}
	buf_puts(out, ", then ");
	add_call(out, events, s, s->answer);
	buf_puts(out, " answered");
}

static void add_after(struct buf *out, const struct events *events, const struct insight *s)
{
	switch (s->after) {
	case INSIGHT_NOTHING:
		buf_puts(out, ", nothing came after it");
		break;
	case INSIGHT_RUNNING:
		buf_puts(out, ", still running");
		break;
	case INSIGHT_WENT_ON:
		buf_puts(out, ", no answer came after it");
		break;
	case INSIGHT_ANSWERED:
		add_answer(out, events, s);
		break;
	case INSIGHT_WORKED:
		buf_printf(out, ", worked on try %u", s->tries);
		break;
	}
}

static void add_other_errors(struct buf *out, const struct insight *s)
{
	uint32_t told = s->after == INSIGHT_WORKED ? s->tries - 1 : s->tries;

	if (s->errors > told)
		buf_printf(out, " (+%u other error%s)", s->errors - told,
		           s->errors - told == 1 ? "" : "s");
}

static void add_failure(struct buf *out, const struct events *events, const struct insight *s)
{
	if (event_kind(events_get(events, s->error)) > EVENT_SPAN) {
		buf_puts(out, "the trace failed, none of its spans did");
		return;
	}
	add_error(out, events, s);
	add_after(out, events, s);
	add_other_errors(out, s);
}

/* That the same was tried again after it had failed is told there. */
static bool is_told(const struct events *events, const struct insight *s)
{
	return s->error != EVENT_NONE &&
	       events_get(events, s->error)->name == events_get(events, s->looped)->name;
}

static void add_loop(struct buf *out, const struct events *events, const struct insight *s)
{
	const struct tree_sum *sum = &s->loop.sum;
	struct value cost = value_of_sum_cost(sum);

	add_label(out, events, s->looped);
	buf_printf(out, " x%u same arguments", s->loop.calls);
	if (sum->latency_known) {
		buf_puts(out, ", ");
		format_seconds(out, sum->latency);
	}
	/* A tool has no cost; a call without one has an unknown cost. */
	if (sum->cost_known || sum->unpriced > 0) {
		buf_puts(out, ", ");
		format_value(out, &cost, 0, 0);
	}
}

void insight_verdict(struct buf *out, const struct events *events, const struct insight *s)
{
	bool looped = s->looped != EVENT_NONE && !is_told(events, s);

	if (s->error != EVENT_NONE)
		add_failure(out, events, s);
	if (s->error != EVENT_NONE && looped)
		buf_puts(out, "; ");
	if (looped) {
		add_loop(out, events, s);
	} else if (s->error == EVENT_NONE && s->cut != EVENT_NONE) {
		add_call(out, events, s, s->cut);
		buf_puts(out, " was cut off at its limit of tokens");
	}
}

/* ---- the facts ------------------------------------------------------------------------------ */

static void add_dearest(struct buf *out, const struct events *events, const struct trace *t,
                        const struct insight *s)
{
	const struct event *e;
	money sum = 0;

	if (s->dearest == EVENT_NONE || s->n_calls < 2)
		return;
	e = events_get(events, s->dearest);
	if (totals_cost(&t->totals, &sum) && !stands_out(e->cost, sum))
		return;
	buf_puts(out, "hot ");
	add_call(out, events, s, s->dearest);
	buf_add(out, ' ');
	format_event_cost(out, e);
	add_share(out, e->cost, sum);
}

static void add_longest(struct buf *out, const struct events *events, const struct insight *s)
{
	int64_t whole = s->start != TIME_NONE ? s->end - s->start : 0;
	int64_t latency;

	if (s->longest == EVENT_NONE)
		return;
	latency = events_latency(events, s->longest);
	if (!stands_out(latency, whole))
		return;
	buf_puts(out, "wait ");
	add_label(out, events, s->longest);
	buf_add(out, ' ');
	format_seconds(out, latency);
	add_share(out, latency, whole);
}

static void add_context(struct buf *out, const struct events *events, const struct insight *s)
{
	int64_t from, to;

	if (s->widest == INSIGHT_NONE)
		return;
	from = events_prompt(events, s->calls[s->narrow].event);
	to = events_prompt(events, s->calls[s->widest].event);
	if (from < 0 || to - from <= from / 10)
		return;
	buf_puts(out, "ctx ");
	format_tokens(out, from);
	buf_add(out, '>');
	format_tokens(out, to);
}

static void add_lost(struct buf *out, const struct events *events, const struct insight *s)
{
	const struct insight_call *call;

	if (s->lost == INSIGHT_NONE)
		return;
	call = &s->calls[s->lost];
	buf_printf(out, "cache %d%% > %d%% on #%u",
	           insight_cached(events, s->calls[call->before].event),
	           insight_cached(events, call->event), s->lost + 1);
}

void insight_fact(struct buf *out, const struct model *m, uint32_t trace, const struct insight *s,
                  int number)
{
	const struct events *events = model_events(m);

	switch (number) {
	case 0:
		add_dearest(out, events, model_trace(m, trace), s);
		break;
	case 1:
		add_longest(out, events, s);
		break;
	case 2:
		add_context(out, events, s);
		break;
	default:
		add_lost(out, events, s);
		break;
	}
}

void insight_facts(struct buf *out, const struct model *m, uint32_t trace, const struct insight *s)
{
	struct buf fact = {0};
	size_t from = out->n;

	for (int i = 0; i < INSIGHT_FACTS; i++) {
		buf_clear(&fact);
		insight_fact(&fact, m, trace, s, i);
		if (fact.n > 0)
			buf_puts(out, out->n > from ? "  " : "");
		buf_append(out, buf_str(&fact));
	}
	buf_free(&fact);
}

/* ---- one call ------------------------------------------------------------------------------- */

void insight_call_text(struct buf *out, const struct events *events, const struct insight *s,
                       uint32_t call)
{
	int64_t growth = insight_growth(s, events, call);
	uint32_t before = s->calls[call].before, event = s->calls[call].event;

	if (growth == EVENT_UNKNOWN)
		return;
	buf_puts(out, "in ");
	format_tokens(out, events_prompt(events, event));
	buf_puts(out, growth < 0 ? " (-" : " (+");
	format_tokens(out, growth < 0 ? -growth : growth);
	buf_puts(out, insight_jumped(s, events, call) ? ", a jump)" : ")");
	if (insight_lost(s, events, call) > 0)
		buf_printf(out, "  cache %d%% (#%u %d%%)", insight_cached(events, event),
		           before + 1, insight_cached(events, s->calls[before].event));
}

void insight_failed_text(struct buf *out, const struct events *events, const struct insight *s,
                         uint32_t call)
{
	if (s->calls[call].failed == EVENT_NONE)
		return;
	buf_puts(out, "! answered after ");
	add_label(out, events, s->calls[call].failed);
	buf_puts(out, " failed");
}

/* ---- the critical path ---------------------------------------------------------------------- */

void insight_path_text(struct buf *out, const struct insight_path *p, uint32_t nodes)
{
	buf_puts(out, "critical path ");
	format_count(out, p->n);
	buf_puts(out, " of ");
	format_count(out, nodes);
	buf_puts(out, nodes == 1 ? " span, " : " spans, ");
	format_seconds(out, p->covered);
	buf_puts(out, " of ");
	format_seconds(out, p->whole);
}

static void add_line(struct buf *out, const struct events *events, const struct tree_node *node,
                     int64_t first)
{
	int64_t start = events_start(events, node->event);
	int64_t latency = events_latency(events, node->event);
	size_t from = out->n;

	buf_add(out, '+');
	if (start == TIME_NONE)
		buf_add(out, '?');
	else
		format_seconds(out, start - first);
	buf_pad(out, ' ', out->n - from < 8 ? 8 - (out->n - from) : 1);
	if (latency == EVENT_UNKNOWN)
		buf_add(out, '-');
	else
		format_seconds(out, latency);
	buf_pad(out, ' ', out->n - from < 16 ? 16 - (out->n - from) : 1);
	buf_pad(out, ' ', 2 * (node->depth < INDENT_MAX ? node->depth : INDENT_MAX));
	add_label(out, events, node->event);
	if (events_get(events, node->event)->flags & EVENT_ERROR)
		buf_puts(out, " !");
	buf_add(out, '\n');
}

void insight_path_lines(struct buf *out, const struct events *events, const struct tree *t,
                        const struct insight_path *p)
{
	int64_t first = t->n > 0 ? events_start(events, t->nodes[t->by_start[0]].event) : TIME_NONE;
	uint32_t told = 0;

	for (uint32_t i = 0; i < t->n && told < LINES_MAX; i++) {
		if (!bits_get(&p->nodes, i))
			continue;
		add_line(out, events, &t->nodes[i], first);
		told++;
	}
	if (told < p->n)
		buf_printf(out, "... +%u more spans\n", p->n - told);
}
