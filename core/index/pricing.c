/* What an event costs, and what of it is kept: core/cost works it out from what usage.c read. Generations and embeddings are
 * priced; anything else has the costs that were sent with it, which no sum counts (PostHog's rule). */
#include "index/draft.h"

#define COSTS                                                                 \
	(DRAFT_BIT(PROPERTY_COST_TOTAL) | DRAFT_BIT(PROPERTY_COST_INPUT) |    \
	 DRAFT_BIT(PROPERTY_COST_OUTPUT) | DRAFT_BIT(PROPERTY_COST_REQUEST) | \
	 DRAFT_BIT(PROPERTY_COST_SEARCH))

static void set_flag(struct draft *d, enum event_flags flag, bool on)
{
	if (on)
		d->event.flags |= (uint32_t)flag;
}

static bool is_charged(const struct draft *d)
{
	return event_kind(&d->event) == EVENT_GENERATION ||
	       event_kind(&d->event) == EVENT_EMBEDDING;
}

/* ---- its parts ---- */

#define LINE(line)   (1u << (line))
#define UP_TO(line)  (LINE((line) + 1) - 1)
#define INPUT_LINES  UP_TO(COST_IMAGE_INPUT)
#define OUTPUT_LINES (UP_TO(COST_IMAGE_OUTPUT) & ~INPUT_LINES)
#define CACHE_LINES                                                                   \
	(LINE(COST_CACHE_READ) | LINE(COST_CACHE_WRITE) | LINE(COST_CACHE_WRITE_1H) | \
	 LINE(COST_AUDIO_CACHE))

/* Those that are in the sum. */
static uint32_t lines_of(const struct cost *c)
{
	uint32_t lines = 0;

	for (unsigned line = 0; line < COST_LINES; line++)
		lines |= (uint32_t)(c->parts[line].count != COST_UNKNOWN) << line;
	return lines;
}

/* False if there are none, or if their sum is absurd. */
static bool sum_lines(const struct cost *c, uint32_t lines, int64_t *out)
{
	money sum = 0;

	for (uint32_t left = lines; left; left &= left - 1)
		sum += c->parts[__builtin_ctz(left)].amount;
	*out = (int64_t)sum;
	return lines != 0 && sum <= INT64_MAX;
}

static void keep_part(struct draft *d, const struct cost *c, uint32_t lines, int64_t sent,
                      enum event_field field)
{
	/* The flags stand in the order of the fields. */
	uint32_t computed = (uint32_t)EVENT_COST_INPUT_COMPUTED << (field - EVENT_COST_INPUT);

	if (sent == COST_UNKNOWN) {
		if (!sum_lines(c, lines, &sent))
			return;
		d->event.flags |= computed;
	}
	extras_set(&d->extras, field, sent);
}

static void keep_parts(struct draft *d, const struct cost *c, const struct cost_usage *u)
{
	uint32_t lines = lines_of(c);
	int64_t cache;

	keep_part(d, c, lines & INPUT_LINES, u->sent_input, EVENT_COST_INPUT);
	keep_part(d, c, lines & OUTPUT_LINES, u->sent_output, EVENT_COST_OUTPUT);
	keep_part(d, c, lines & LINE(COST_REQUESTS), u->sent_request, EVENT_COST_REQUEST);
	keep_part(d, c, lines & LINE(COST_SEARCHES), u->sent_search, EVENT_COST_SEARCH);
	if (sum_lines(c, lines & CACHE_LINES, &cache))
		extras_set(&d->extras, EVENT_COST_CACHE, cache);
}

/* ---- all of it ---- */

static void keep_cost(struct draft *d, const struct cost *c, const struct cost_usage *u)
{
	keep_parts(d, c, u);
	if (c->source == COST_UNPRICED)
		return;
	if (c->total > INT64_MAX || c->total <= INT64_MIN) {
		d->suspect |= SUSPECT_COST;
		return;
	}
	d->event.cost = (int64_t)c->total;
	set_flag(d, EVENT_COST_ESTIMATED, c->source == COST_ESTIMATED);
	set_flag(d, EVENT_COST_INCOMPLETE, c->incomplete);
	set_flag(d, EVENT_COST_MISMATCH, cost_differs(c));
	/* A negative amount is a doubt by now; the rest that can be wrong with a sum is its tokens. */
	if (c->suspect && !(d->suspect & SUSPECT_COST))
		d->suspect |= SUSPECT_TOKENS;
}

static struct str string_of(const struct draft *d, uint32_t number)
{
	return number ? strings_get(&d->batch->strings, number) : STR_EMPTY;
}

static void price_call(struct draft *d, struct cost_usage *u)
{
	static const struct price_choice no_row;
	const struct model_pair *pair = &d->batch->models[d->event.model];
	const struct price_choice *choice = &no_row;
	struct cost c;

	u->model = string_of(d, pair->model);
	u->provider = string_of(d, pair->provider);
	u->framework = string_of(d, d->framework);
	u->service_tier = draft_text(d, PROPERTY_SERVICE_TIER);
	if (d->batch->prices != NULL && u->model.n > 0)
		choice = prices_memo_find(d->reader->memo, d->batch->prices, u->model, u->provider,
		                          u->service_tier, cost_prompt_tokens(u));
	cost_compute(&c, u, choice);
	keep_cost(d, &c, u);
}

void draft_price(struct draft *d, struct cost_usage *u)
{
	struct cost c;

	d->event.cost = EVENT_NO_COST;
	if (is_charged(d)) {
		price_call(d, u);
	} else if (draft_found(d, COSTS)) {
		u->own_price[PRICE_PROMPT] = PRICE_NONE;
		cost_compute(&c, u, &(struct price_choice){0});
		keep_cost(d, &c, u);
	}
}
