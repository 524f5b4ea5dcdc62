/* Sums over events. Tokens and cost are those of generations and embeddings alone, counts are of
 * every event. Token sums stop at INT64_MAX; money is 128 bits wide and cannot overflow. Which
 * events belong together is for others to say. */
#include "model/model_internal.h"

int64_t totals_add_clamped(int64_t a, int64_t b)
{
	int64_t sum;

	if (!__builtin_add_overflow(a, b, &sum))
		return sum;
	return b < 0 ? INT64_MIN + 1 : INT64_MAX;
}

static int64_t extra_or_unknown(const struct events *events, uint32_t event, enum event_field field)
{
	int64_t value;

	return events_extra(events, event, field, &value) ? value : EVENT_UNKNOWN;
}

void event_values_read(struct event_values *v, const struct events *events, uint32_t event)
{
	const struct event *e = events_get(events, event);

	v->flags = e->flags;
	if (!event_flags_call(e->flags))
		return;
	v->cost = e->cost;
	v->input = events_widened(events, event, e->input, EVENT_WIDE_INPUT);
	v->output = events_widened(events, event, e->output, EVENT_WIDE_OUTPUT);
	v->cache_read = events_widened(events, event, e->cache_read, EVENT_WIDE_CACHE_READ);
	v->cache_write = v->reasoning = EVENT_UNKNOWN;
	if (!(e->flags & EVENT_MORE_TOKENS))
		return;
	v->cache_write = extra_or_unknown(events, event, EVENT_CACHE_WRITE);
	v->reasoning = extra_or_unknown(events, event, EVENT_REASONING);
}

static void count_tokens(int64_t *sum, uint32_t *known, int64_t value)
{
	if (value < 0)
		return;
	*sum = totals_add_clamped(*sum, value);
	++*known;
}

/* All of it, or a part. */
static bool lacks_price(const struct event_values *v)
{
	return v->cost == EVENT_NO_COST || (v->flags & EVENT_COST_INCOMPLETE);
}

static void count_cost(struct totals *t, const struct event_values *v)
{
	t->unpriced += lacks_price(v);
	if (v->cost == EVENT_NO_COST)
		return;
	if (v->flags & EVENT_COST_ESTIMATED) {
		t->cost_estimated += v->cost;
		t->estimated++;
	} else {
		t->cost_reported += v->cost;
		t->reported++;
	}
}

void totals_count(struct totals *t, const struct event_values *v)
{
	t->events++;
	t->kinds[v->flags & EVENT_KIND_MASK]++;
	t->errors += (v->flags & EVENT_ERROR) != 0;
	t->running += (v->flags & EVENT_RUNNING) != 0;
	t->suspect += (v->flags & EVENT_SUSPECT) != 0;
	if (!event_flags_call(v->flags))
		return;
	count_cost(t, v);
	count_tokens(&t->input, &t->input_known, v->input);
	count_tokens(&t->output, &t->output_known, v->output);
	count_tokens(&t->cache_read, &t->cache_read_known, v->cache_read);
	count_tokens(&t->cache_write, &t->cache_write_known, v->cache_write);
	count_tokens(&t->reasoning, &t->reasoning_known, v->reasoning);
}

static void discount_tokens(int64_t *sum, uint32_t *known, int64_t value, bool *exact)
{
	if (value < 0)
		return;
	--*known;
	/* A sum that stopped at the limit stays there: what went beyond is not known. */
	if (*sum == INT64_MAX)
		*exact = false;
	else
		*sum -= value;
}

static void discount_cost(struct totals *t, const struct event_values *v)
{
	t->unpriced -= lacks_price(v);
	if (v->cost == EVENT_NO_COST)
		return;
	if (v->flags & EVENT_COST_ESTIMATED) {
		t->cost_estimated -= v->cost;
		t->estimated--;
	} else {
		t->cost_reported -= v->cost;
		t->reported--;
	}
}

bool totals_discount(struct totals *t, const struct event_values *v)
{
	bool exact = true;

	t->events--;
	t->kinds[v->flags & EVENT_KIND_MASK]--;
	t->errors -= (v->flags & EVENT_ERROR) != 0;
	t->running -= (v->flags & EVENT_RUNNING) != 0;
	t->suspect -= (v->flags & EVENT_SUSPECT) != 0;
	if (!event_flags_call(v->flags))
		return true;
	discount_cost(t, v);
	discount_tokens(&t->input, &t->input_known, v->input, &exact);
	discount_tokens(&t->output, &t->output_known, v->output, &exact);
	discount_tokens(&t->cache_read, &t->cache_read_known, v->cache_read, &exact);
	discount_tokens(&t->cache_write, &t->cache_write_known, v->cache_write, &exact);
	discount_tokens(&t->reasoning, &t->reasoning_known, v->reasoning, &exact);
	return exact;
}

void totals_add_event(struct totals *t, const struct events *events, uint32_t event)
{
	struct event_values v = {0};

	event_values_read(&v, events, event);
	totals_count(t, &v);
}

void totals_add(struct totals *t, const struct totals *more)
{
	t->cost_reported += more->cost_reported;
	t->cost_estimated += more->cost_estimated;
	t->input = totals_add_clamped(t->input, more->input);
	t->output = totals_add_clamped(t->output, more->output);
	t->cache_read = totals_add_clamped(t->cache_read, more->cache_read);
	t->cache_write = totals_add_clamped(t->cache_write, more->cache_write);
	t->reasoning = totals_add_clamped(t->reasoning, more->reasoning);
	t->input_known += more->input_known;
	t->output_known += more->output_known;
	t->cache_read_known += more->cache_read_known;
	t->cache_write_known += more->cache_write_known;
	t->reasoning_known += more->reasoning_known;
	t->reported += more->reported;
	t->estimated += more->estimated;
	t->unpriced += more->unpriced;
	for (int kind = 0; kind < EVENT_KINDS; kind++)
		t->kinds[kind] += more->kinds[kind];
	t->events += more->events;
	t->errors += more->errors;
	t->running += more->running;
	t->suspect += more->suspect;
}

/* ---- differences ---- */

void totals_differ(struct totals_difference *d, const struct totals *by, int sign)
{
	d->cost_reported += by->cost_reported * sign;
	d->cost_estimated += by->cost_estimated * sign;
	d->input += (money)by->input * sign;
	d->output += (money)by->output * sign;
	d->cache_read += (money)by->cache_read * sign;
	d->cache_write += (money)by->cache_write * sign;
	d->reasoning += (money)by->reasoning * sign;
	d->input_known += (int64_t)by->input_known * sign;
	d->output_known += (int64_t)by->output_known * sign;
	d->cache_read_known += (int64_t)by->cache_read_known * sign;
	d->cache_write_known += (int64_t)by->cache_write_known * sign;
	d->reasoning_known += (int64_t)by->reasoning_known * sign;
	d->reported += (int64_t)by->reported * sign;
	d->estimated += (int64_t)by->estimated * sign;
	d->unpriced += (int64_t)by->unpriced * sign;
	d->events += (int64_t)by->events * sign;
	d->errors += (int64_t)by->errors * sign;
	d->running += (int64_t)by->running * sign;
	d->suspect += (int64_t)by->suspect * sign;
	for (int kind = 0; kind < EVENT_KINDS; kind++)
		d->kinds[kind] += (int64_t)by->kinds[kind] * sign;
}

static int64_t clamp_sum(money sum)
{
	if (sum > INT64_MAX)
		return INT64_MAX;
	return sum < 0 ? 0 : (int64_t)sum;
}

static uint32_t clamp_count(int64_t count)
{
	if (count > UINT32_MAX)
		return UINT32_MAX;
	return count < 0 ? 0 : (uint32_t)count;
}

void totals_with(struct totals *out, const struct totals *t, const struct totals_difference *d)
{
	out->cost_reported = t->cost_reported + d->cost_reported;
	out->cost_estimated = t->cost_estimated + d->cost_estimated;
	out->input = clamp_sum(t->input + d->input);
	out->output = clamp_sum(t->output + d->output);
	out->cache_read = clamp_sum(t->cache_read + d->cache_read);
	out->cache_write = clamp_sum(t->cache_write + d->cache_write);
	out->reasoning = clamp_sum(t->reasoning + d->reasoning);
	out->input_known = clamp_count(t->input_known + d->input_known);
	out->output_known = clamp_count(t->output_known + d->output_known);
	out->cache_read_known = clamp_count(t->cache_read_known + d->cache_read_known);
	out->cache_write_known = clamp_count(t->cache_write_known + d->cache_write_known);
	out->reasoning_known = clamp_count(t->reasoning_known + d->reasoning_known);
	out->reported = clamp_count(t->reported + d->reported);
	out->estimated = clamp_count(t->estimated + d->estimated);
	out->unpriced = clamp_count(t->unpriced + d->unpriced);
	out->events = clamp_count(t->events + d->events);
	out->errors = clamp_count(t->errors + d->errors);
	out->running = clamp_count(t->running + d->running);
	out->suspect = clamp_count(t->suspect + d->suspect);
	for (int kind = 0; kind < EVENT_KINDS; kind++)
		out->kinds[kind] = clamp_count(t->kinds[kind] + d->kinds[kind]);
}

bool totals_cost(const struct totals *t, money *out)
{
	*out = t->cost_reported + t->cost_estimated;
	return t->reported || t->estimated;
}
