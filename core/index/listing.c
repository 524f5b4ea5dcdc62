/* Lines of a listing. Their numbers are sums over events, so what cannot be is left out and never
 * guessed: a line with a count that is missing or cannot be is one without counts. */
#include "index/draft.h"

#define COUNT_MAX   INT64_C(100000000)        /* events; more is absurd */
#define TOKENS_MAX  INT64_C(1000000000000000) /* likewise */
#define LATENCY_MAX (INT64_C(10) * 366 * 86400 * TIME_SECOND)

static bool read_count(struct draft *d, enum property which, uint32_t *out)
{
	int64_t value = 0;

	*out = 0;
	if (value_count(&d->reader->values, d->properties, draft_property(d, which), &value) !=
	            VALUE_OK ||
	    value > COUNT_MAX)
		return false;
	*out = (uint32_t)value;
	return true;
}

static bool read_counts(struct draft *d, struct event_listing *l)
{
	static const enum property kinds[LISTING_KINDS] = {
		[EVENT_GENERATION] = PROPERTY_GENERATIONS,
		[EVENT_EMBEDDING] = PROPERTY_EMBEDDINGS,
		[EVENT_SPAN] = PROPERTY_SPANS,
		[EVENT_TRACE] = PROPERTY_TRACES,
		[EVENT_METRIC] = PROPERTY_METRICS,
		[EVENT_FEEDBACK] = PROPERTY_FEEDBACKS,
	};
	uint64_t events = 0;
	bool good = true;

	for (int kind = 0; kind < LISTING_KINDS; kind++) {
		good &= read_count(d, kinds[kind], &l->kinds[kind]);
		events += l->kinds[kind];
	}
	good &= read_count(d, PROPERTY_ERRORS, &l->errors);
	good &= read_count(d, PROPERTY_UNPRICED, &l->unpriced);
	return good && l->errors <= events &&
	       l->unpriced <= l->kinds[EVENT_GENERATION] + l->kinds[EVENT_EMBEDDING];
}

static int64_t at_most(int64_t value, int64_t limit, int64_t unknown)
{
	return value >= 0 && value <= limit ? value : unknown;
}

static int64_t read_tokens(struct draft *d, enum property which)
{
	return at_most(draft_tokens(d, which), TOKENS_MAX, EVENT_UNKNOWN);
}

static void read_sums(struct draft *d, struct event_listing *l)
{
	uint32_t calls = l->kinds[EVENT_GENERATION] + l->kinds[EVENT_EMBEDDING];

	l->latency = at_most(draft_duration(d, PROPERTY_LATENCY, SUSPECT_LATENCY), LATENCY_MAX,
	                     EVENT_UNKNOWN);
	if (calls == 0)
		return;
	l->input = read_tokens(d, PROPERTY_INPUT_TOKENS);
	l->output = read_tokens(d, PROPERTY_OUTPUT_TOKENS);
	l->cache_read = read_tokens(d, PROPERTY_CACHE_READ);
	l->cache_write = read_tokens(d, PROPERTY_CACHE_WRITE);
	l->reasoning = read_tokens(d, PROPERTY_REASONING);
	if (l->unpriced < calls)
		l->cost = at_most(draft_amount(d, PROPERTY_COST_TOTAL), INT64_MAX, EVENT_NO_COST);
}

static uint8_t read_bodies(struct draft *d)
{
	struct str text = draft_text(d, PROPERTY_BODIES);

	if (str_eq(text, STR("gone")))
		return BODIES_GONE;
	return str_eq(text, STR("later")) ? BODIES_LATER : BODIES_HERE;
}

static int64_t read_time(struct draft *d, enum property which)
{
	return time_parse(draft_text(d, which));
}

static void clear_counts(struct event_listing *l)
{
	for (int kind = 0; kind < LISTING_KINDS; kind++)
		l->kinds[kind] = 0;
	l->errors = l->unpriced = 0;
}

void draft_read_listing(struct draft *d, uint64_t place, bool is_session)
{
	struct event_listing l = {
		.place = place,
		.latency = EVENT_UNKNOWN,
		.input = EVENT_UNKNOWN,
		.output = EVENT_UNKNOWN,
		.cache_read = EVENT_UNKNOWN,
		.cache_write = EVENT_UNKNOWN,
		.reasoning = EVENT_UNKNOWN,
		.cost = EVENT_NO_COST,
		.is_session = is_session,
	};

	l.trace = is_session ? 0 : draft_id(d, PROPERTY_TRACE);
	l.session = draft_id(d, PROPERTY_SESSION);
	if (!(is_session ? l.session : l.trace))
		return;
	l.user = draft_user(d);
	l.name = draft_string(d, PROPERTY_SPAN_NAME);
	l.fetched = draft_timestamp(d);
	l.first_time = read_time(d, PROPERTY_FIRST_TIME);
	l.last_time = read_time(d, PROPERTY_LAST_TIME);
	l.opened = value_true(d->properties, draft_property(d, PROPERTY_OPENED));
	l.bodies = read_bodies(d);
	l.counted = read_counts(d, &l);
	if (l.counted)
		read_sums(d, &l);
	else
		clear_counts(&l);
	events_add_listing(d->batch, &l);
}
