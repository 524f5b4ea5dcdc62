/* Lines of a listing. Their numbers are sums over events, so what cannot be is left out and never
 * guessed: a line with a count that is missing or cannot be is one without counts. */
#include "index/draft.h"

#define COUNT_MAX   INT64_C(100000000)        /* events; more is absurd */
#define TOKENS_MAX  INT64_C(1000000000000000) /* likewise */
#define LATENCY_MAX (INT64_C(10) * 366 * 86400 * TIME_SECOND)

/* Its own members: the properties that events have, too, are the draft's. */
struct lister {
	struct draft *draft;
	struct str doc;
	struct json_slice member[LISTED];
};

static void read_members(struct lister *l, struct draft *d)
{
	struct json_want want = {.outer = d->reader->listed};
	struct json_report report;
	enum json_type top;

	l->draft = d;
	l->doc = json_slice_str(d->doc, d->reader->member[MEMBER_PROPERTIES]);
	json_skim(l->doc, &want, l->member, NULL, &top, &report);
}

static bool read_count(struct lister *l, enum listed which, uint32_t *out)
{
	int64_t value = 0;

	*out = 0;
	if (value_count(&l->draft->reader->values, l->doc, l->member[which], &value) != VALUE_OK ||
	    value > COUNT_MAX)
		return false;
	*out = (uint32_t)value;
	return true;
}

static bool read_counts(struct lister *from, struct event_listing *l)
{
	static const enum listed kinds[LISTING_KINDS] = {
		[EVENT_GENERATION] = LISTED_GENERATIONS,
		[EVENT_EMBEDDING] = LISTED_EMBEDDINGS,
		[EVENT_SPAN] = LISTED_SPANS,
		[EVENT_TRACE] = LISTED_TRACES,
		[EVENT_METRIC] = LISTED_METRICS,
		[EVENT_FEEDBACK] = LISTED_FEEDBACKS,
	};
	uint64_t events = 0;
	bool good = true;

	for (int kind = 0; kind < LISTING_KINDS; kind++) {
		good &= read_count(from, kinds[kind], &l->kinds[kind]);
		events += l->kinds[kind];
	}
	good &= read_count(from, LISTED_ERRORS, &l->errors);
	good &= read_count(from, LISTED_UNPRICED, &l->unpriced);
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

static struct str text_of(struct lister *l, enum listed which)
{
	return value_text(&l->draft->reader->values, l->doc, l->member[which]);
}

static uint8_t read_bodies(struct lister *l)
{
	struct str text = text_of(l, LISTED_BODIES);

	if (str_eq(text, STR("gone")))
		return BODIES_GONE;
	return str_eq(text, STR("later")) ? BODIES_LATER : BODIES_HERE;
}

static int64_t read_time(struct lister *l, enum listed which)
{
	return time_parse(text_of(l, which));
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
	struct lister own;

	l.trace = is_session ? 0 : draft_id(d, PROPERTY_TRACE);
	l.session = draft_id(d, PROPERTY_SESSION);
	if (!(is_session ? l.session : l.trace))
		return;
	l.user = draft_user(d);
	l.name = draft_string(d, PROPERTY_SPAN_NAME);
	l.fetched = draft_timestamp(d);
	read_members(&own, d);
	l.first_time = read_time(&own, LISTED_FIRST_TIME);
	l.last_time = read_time(&own, LISTED_LAST_TIME);
	l.opened = value_true(own.doc, own.member[LISTED_OPENED]);
	l.bodies = read_bodies(&own);
	l.counted = read_counts(&own, &l);
	if (l.counted)
		read_sums(d, &l);
	else
		clear_counts(&l);
	events_add_listing(d->batch, &l);
}
