/* What one call costs: PostHog's formulae (its ingestion's costs/), and every step of them, so that a person can follow the sum.
 * Pure: no thread, no state. */
#ifndef COST_COST_H
#define COST_COST_H

#include "base/decimal.h"
#include "cost/prices.h"

#define COST_UNKNOWN INT64_MIN /* of counts, prices and amounts */

/* What a generation or embedding says of itself. Counts are whole numbers, COST_UNKNOWN if absent; amounts USD * 1e12; prices
 * USD * 1e18, as in cost/prices.h. Texts are borrowed, in any case, empty if absent. */
struct cost_usage {
	struct str model, provider, framework, service_tier;
	int64_t input, output, cache_read, cache_write; /* tokens */
	int64_t cache_write_5m, cache_write_1h;
	int64_t reasoning;
	int64_t audio_input, image_input, cache_read_audio;
	int64_t text_output, audio_output, image_output;
	int64_t requests, searches;
	int64_t sent_input, sent_output, sent_request, sent_search, sent_total; /* amounts */
	int64_t own_price[PRICES];       /* sent with the event; PRICE_NONE */
	bool exclusive, exclusive_known; /* $ai_cache_reporting_exclusive */
};
void cost_usage_init(struct cost_usage *u); /* nothing is known */

/* A line of the sum. */
enum cost_line {
	COST_TEXT_INPUT,
	COST_CACHE_READ,
	COST_CACHE_WRITE,
	COST_CACHE_WRITE_1H,
	COST_AUDIO_INPUT,
	COST_AUDIO_CACHE,
	COST_IMAGE_INPUT,
	COST_TEXT_OUTPUT,
	COST_REASONING, /* added to the output, for models that do not count it in there */
	COST_AUDIO_OUTPUT,
	COST_IMAGE_OUTPUT,
	COST_REQUESTS,
	COST_SEARCHES,
	COST_LINES,
};
const char *cost_line_name(enum cost_line line); /* "cache read" */

struct cost_part {
	int64_t count;   /* COST_UNKNOWN: this line is not in the sum */
	int64_t price;   /* USD * 1e18 for one */
	money amount;    /* count * price, in USD * 1e12 */
	bool by_default; /* the row has no such price: the rule's share of another one */
};

enum cost_source {
	COST_REPORTED,  /* the total, or both sides, were sent */
	COST_ESTIMATED, /* some of it was computed, or only one side was sent */
	COST_UNPRICED,  /* nothing is known */
};
/* Of several lines in their order, a bit each. */
#define COST_BITS(first, last) ((2u << (last)) - (1u << (first)))
struct cost {
	enum cost_source source;
	money total; /* what counts; 0 if COST_UNPRICED */
	bool incomplete; /* COST_ESTIMATED, and some of it has no price: tokens of a side that was not sent */
	/* The sum as computed here, whatever was sent. */
	bool computed;         /* there is one */
	bool computed_partial; /* of tokens that were not sent, or have no price, it knows nothing */
	money computed_total, computed_input, computed_output;
	struct cost_part parts[COST_LINES];
	uint32_t lines;             /* those that are in the sum, a bit each */
	struct price_choice choice; /* row NULL: no row, or own prices */
	bool own_prices;            /* those that were sent with the event */
	bool exclusive;             /* cache tokens were taken to be beside the input */
	bool exclusive_guessed;     /* since they are more than the input */
	/* A count or price that cannot be was left out, an amount was sent that is negative (it counts), or text tokens came
	 * out negative. */
	bool suspect;
	int64_t prompt_tokens; /* that tiers go by; COST_UNKNOWN */
};
#define COST_COUNT_MAX INT64_C(1000000000000) /* a count above it is none */

/* choice is what prices_find gave for the model, provider and service tier. */
void cost_compute(struct cost *out, const struct cost_usage *u, const struct price_choice *choice);
/* As cost_compute, of a usage that is known not to be suspect, or of which that is told elsewhere: `suspect` tells of text
 * tokens alone. */
void cost_compute_sound(struct cost *out, const struct cost_usage *u,
                        const struct price_choice *choice);
/* Whether it has a count or price that cannot be, or an amount that is negative. */
bool cost_usage_suspect(const struct cost_usage *u);
/* How many tokens the prompt is long: what prices_find and tiers go by; COST_UNKNOWN. */
int64_t cost_prompt_tokens(const struct cost_usage *u);

/* What reads from the cache cost less than as fresh input, and what writes to it cost more; either may be negative. False:
 * the price of fresh input is not known. */
bool cost_cache_saved(const struct cost *c, money *reads_saved, money *writes_took);

/* What `tokens` of its prompt cost more for not being read from the cache: an estimate, since it supposes that those written to
 * it come first, then fresh input. False: prices, or the input, are not known. */
bool cost_cache_missed(const struct cost *c, const struct cost_usage *u, int64_t tokens,
                       money *more);

/* Whether what was reported and the sum computed here differ by more than 1 %. False if one of them is not known. */
bool cost_differs(const struct cost *c);

/* Why they do, as far as a rule tells; or why there is no sum to compare with, or none at all. */
enum cost_cause {
	CAUSE_NONE,                /* they agree, or tokens are not known */
	CAUSE_UNKNOWN_MODEL,       /* no table has a price for it */
	CAUSE_CACHE_TWICE,         /* cache tokens were counted inside the input and beside it */
	CAUSE_CACHE_TAKEN_OFF,     /* they were subtracted from an input that they are not in */
	CAUSE_CACHE_AS_FRESH,      /* cache reads were paid as fresh input */
	CAUSE_CACHE_WRITE_MISSING, /* cache writes were paid as fresh input, or not at all */
	CAUSE_REASONING_MISSING,
	CAUSE_REASONING_TWICE,
	CAUSE_PRICE_CHANGED, /* all of it is by one factor */
	CAUSE_OTHER,
};
/* A short phrase: "cache read paid as fresh input"; "" for CAUSE_NONE. */
const char *cost_cause_text(enum cost_cause cause);
enum cost_cause cost_cause(const struct cost *c, const struct cost_usage *u);

#endif
