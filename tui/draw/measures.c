/* EVENT_UNKNOWN, ANSWER_UNKNOWN and COST_UNKNOWN are one number. */
#include "draw/measures.h"

#include "draw/format.h"

void measures_of_event(struct measures *out, const struct events *t, uint32_t event)
{
	*out = (struct measures){.latency = events_latency(t, event),
	                         .first = EVENT_UNKNOWN,
	                         .input = events_input(t, event),
	                         .cache_read = events_cache_read(t, event),
	                         .output = events_output(t, event),
	                         .cost = value_of_event_cost(events_get(t, event))};
	if (!events_extra(t, event, EVENT_FIRST_TOKEN, &out->first))
		out->first = EVENT_UNKNOWN;
}

static struct value value_of_working(const struct cost_working *w)
{
	const struct cost *c = &w->cost;

	if (c->source == COST_UNPRICED)
		return (struct value){.type = VALUE_UNKNOWN, .partial = true};
	return (struct value){.type = VALUE_MONEY,
	                      .number = c->total,
	                      .estimate = c->source == COST_ESTIMATED,
	                      .partial = c->incomplete};
}

void measures_of_working(struct measures *out, const struct cost_working *w)
{
	*out = (struct measures){.latency = EVENT_UNKNOWN,
	                         .first = EVENT_UNKNOWN,
	                         .input = w ? w->usage.input : EVENT_UNKNOWN,
	                         .cache_read = w ? w->usage.cache_read : EVENT_UNKNOWN,
	                         .output = w ? w->usage.output : EVENT_UNKNOWN,
	                         .cost = {.type = VALUE_UNKNOWN}};
	if (w != NULL)
		out->cost = value_of_working(w);
}

void measures_of_answer(struct measures *out, const struct replay_state *r,
                        const struct cost_working *cost)
{
	measures_of_working(out, cost);
	out->latency = r->latency;
	out->first = r->first >= 0 ? r->first : EVENT_UNKNOWN;
	out->input = r->usage.input;
	out->cache_read = r->usage.cache_read;
	out->output = r->usage.output;
}

static void append_tokens(struct buf *out, int64_t n, const char *what)
{
	if (n == EVENT_UNKNOWN)
		buf_add(out, '?');
	else
		format_count(out, n);
	buf_puts(out, what);
}

void measures_append(struct buf *out, const struct measures *m)
{
	if (m->latency == EVENT_UNKNOWN)
		buf_add(out, '?');
	else
		format_seconds(out, m->latency);
	if (m->first != EVENT_UNKNOWN) {
		buf_puts(out, " (ttft ");
		format_seconds(out, m->first);
		buf_add(out, ')');
	}
	buf_puts(out, "  ");
	append_tokens(out, m->input, " in ");
	append_tokens(out, m->output, " out  ");
	format_value(out, &m->cost, 0, 0);
}

static void append_sign(struct buf *out, size_t from, const char *about, bool less)
{
	buf_puts(out, out->n > from ? "  " : "");
	buf_puts(out, about);
	buf_add(out, less ? '-' : '+');
}

static void append_token_change(struct buf *out, size_t from, int64_t before, int64_t after,
                                const char *what)
{
	if (before == EVENT_UNKNOWN || after == EVENT_UNKNOWN || before == after)
		return;
	append_sign(out, from, "", after < before);
	format_count(out, after < before ? before - after : after - before);
	buf_puts(out, what);
}

static void append_cost_change(struct buf *out, size_t from, const struct value *before,
                               const struct value *after)
{
	bool less = after->number < before->number;

	if (before->type != VALUE_MONEY || after->type != VALUE_MONEY ||
	    before->number == after->number)
		return;
	append_sign(out, from, before->estimate || after->estimate ? "~" : "", less);
	format_money(out, less ? before->number - after->number : after->number - before->number);
}

void measures_append_change(struct buf *out, const struct measures *before,
                            const struct measures *after)
{
	int64_t longer = after->latency - before->latency;
	size_t from = out->n;

	if (before->latency != EVENT_UNKNOWN && longer != 0) {
		append_sign(out, from, "", longer < 0);
		format_seconds(out, longer < 0 ? -longer : longer);
	}
	append_token_change(out, from, before->input, after->input, " in");
	append_token_change(out, from, before->output, after->output, " out");
	append_cost_change(out, from, &before->cost, &after->cost);
	if (out->n == from)
		buf_puts(out, "as long and as dear");
}
