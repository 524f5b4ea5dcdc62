/* What an event costs, and what of it is kept: core/cost works it out from what usage.c read. */
#include "index/draft.h"

static void set_flag(struct draft *d, enum event_flags flag, bool on)
{
	if (on)
		d->event.flags |= (uint32_t)flag;
}

/* ---- its parts ---- */

#define INPUT_LINES  COST_BITS(COST_TEXT_INPUT, COST_IMAGE_INPUT)
#define OUTPUT_LINES COST_BITS(COST_TEXT_OUTPUT, COST_IMAGE_OUTPUT)
#define CACHE_LINES                                        \
	(COST_BITS(COST_CACHE_READ, COST_CACHE_WRITE_1H) | \
	 COST_BITS(COST_AUDIO_CACHE, COST_AUDIO_CACHE))

/* Of those that are in the sum; false if there are none, or if theirs is absurd. */
static bool sum_lines(const struct cost *c, uint32_t lines, int64_t *out)
{
	money sum = 0;

	lines &= c->lines;
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
	int64_t cache;

	keep_part(d, c, INPUT_LINES, u->sent_input, EVENT_COST_INPUT);
	keep_part(d, c, OUTPUT_LINES, u->sent_output, EVENT_COST_OUTPUT);
	keep_part(d, c, COST_BITS(COST_REQUESTS, COST_REQUESTS), u->sent_request,
	          EVENT_COST_REQUEST);
	keep_part(d, c, COST_BITS(COST_SEARCHES, COST_SEARCHES), u->sent_search, EVENT_COST_SEARCH);
	if (sum_lines(c, CACHE_LINES, &cache))
		extras_set(&d->extras, EVENT_COST_CACHE, cache);
}

/* ---- all of it ---- */

static void keep_cost(struct draft *d, const struct cost *c, const struct cost_usage *u)
{
	keep_parts(d, c, u);
	/* A negative amount is a doubt by now; the rest that can be wrong with a sum is its tokens. */
	if (c->suspect && !(d->suspect & SUSPECT_COST))
		d->suspect |= SUSPECT_TOKENS;
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
}

static struct str string_of(const struct draft *d, uint32_t number)
{
	return number ? strings_get(&d->batch->strings, number) : STR_EMPTY;
}

static int64_t known(int64_t count)
{
	return count == COST_UNKNOWN ? 0 : count;
}

/* As far as prices_find asks. How caches are counted matters only where all tokens together are that many. */
static int64_t prompt_tokens(const struct cost_usage *u)
{
	int64_t most = known(u->input) + known(u->cache_read) + known(u->cache_write) +
	               known(u->cache_write_5m) + known(u->cache_write_1h);

	return most > PRICES_LARGE ? cost_prompt_tokens(u) : most;
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
		                          u->service_tier, prompt_tokens(u));
	cost_compute_sound(&c, u, choice);
	/* Of what most events have usage.c left out whatever cannot be, and took a negative amount for a doubt. */
	if (draft_found(d, DRAFT_RARE))
		c.suspect |= cost_usage_suspect(u);
	set_flag(d, EVENT_CACHE_EXCLUSIVE, c.exclusive);
	keep_cost(d, &c, u);
}

void draft_price(struct draft *d, struct cost_usage *u)
{
	struct cost c;

	d->event.cost = EVENT_NO_COST;
	if (draft_is_charged(d)) {
		price_call(d, u);
	} else if (draft_found(d, DRAFT_COSTS)) {
		u->own_price[PRICE_PROMPT] = PRICE_NONE;
		cost_compute_sound(&c, u, &(struct price_choice){0});
		keep_cost(d, &c, u);
	}
}
