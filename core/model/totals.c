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

static bool is_charged(uint32_t flags)
{
	uint32_t kind = flags & EVENT_KIND_MASK;

	return kind == EVENT_GENERATION || kind == EVENT_EMBEDDING;
}

void event_values_read(struct event_values *v, const struct events *events, uint32_t event)
{
	const struct event *e = events_get(events, event);

	v->flags = e->flags;
	if (!is_charged(e->flags))
		return;
	v->cost = e->cost;
	v->input = events_input(events, event);
	v->output = events_output(events, event);
	v->cache_read = events_cache_read(events, event);
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

static void count_cost(struct totals *t, const struct event_values *v)
{
	if (v->cost == EVENT_NO_COST) {
		t->unpriced++;
	} else if (v->flags & EVENT_COST_ESTIMATED) {
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
	if (!is_charged(v->flags))
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
	if (v->cost == EVENT_NO_COST) {
		t->unpriced--;
	} else if (v->flags & EVENT_COST_ESTIMATED) {
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
	if (!is_charged(v->flags))
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
	struct event_values v;

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

/* Every field of totals but the array of kinds. */
#define TOTALS_SUMS(X) X(input) X(output) X(cache_read) X(cache_write) X(reasoning)
#define TOTALS_COUNTS(X)                                                                        \
	X(input_known)                                                                          \
	X(output_known) X(cache_read_known) X(cache_write_known) X(reasoning_known) X(reported) \
		X(estimated) X(unpriced) X(events) X(errors) X(running) X(suspect)

void totals_differ(struct totals_difference *d, const struct totals *by, int sign)
{
#define ADD_SUM(field)   d->field += (money)by->field * sign;
#define ADD_COUNT(field) d->field += (int64_t)by->field * sign;
	d->cost_reported += by->cost_reported * sign;
	d->cost_estimated += by->cost_estimated * sign;
	TOTALS_SUMS(ADD_SUM)
	TOTALS_COUNTS(ADD_COUNT)
	for (int kind = 0; kind < EVENT_KINDS; kind++)
		ADD_COUNT(kinds[kind])
#undef ADD_SUM
#undef ADD_COUNT
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
#define WITH_SUM(field)   out->field = clamp_sum(t->field + d->field);
#define WITH_COUNT(field) out->field = clamp_count(t->field + d->field);
	out->cost_reported = t->cost_reported + d->cost_reported;
	out->cost_estimated = t->cost_estimated + d->cost_estimated;
	TOTALS_SUMS(WITH_SUM)
	TOTALS_COUNTS(WITH_COUNT)
	for (int kind = 0; kind < EVENT_KINDS; kind++)
		WITH_COUNT(kinds[kind])
#undef WITH_SUM
#undef WITH_COUNT
}

bool totals_cost(const struct totals *t, money *out)
{
	*out = t->cost_reported + t->cost_estimated;
	return t->reported || t->estimated;
}
