/* The table of model prices, and which of its rows is for a model. Built in is model-prices.tsv, a dated table that says where
 * it comes from; rows that were fetched (prices update) come before it, and a person's own before both. How a model is matched
 * is PostHog's rule (cost-model-matching.ts), but that a date at its end is cut off before names are looked for inside it, and
 * that a name which is not quite the row's counts for a provider's own row only where the event names that provider.
 * Rows never change once added, so that any thread may look while nobody adds. */
#ifndef COST_PRICES_H
#define COST_PRICES_H

#include "base/err.h"
#include "base/str.h"

/* Prices are integers of 1e-18 USD for one token, request or search. */
#define PRICE_SCALE 18
#define PRICE_NONE  INT64_MIN /* not published */

enum price_of {
	PRICE_PROMPT,
	PRICE_COMPLETION,
	PRICE_CACHE_READ,
	PRICE_CACHE_WRITE,
	PRICE_CACHE_WRITE_1H,
	PRICE_REQUEST,
	PRICE_WEB_SEARCH,
	PRICE_IMAGE,
	PRICE_IMAGE_OUTPUT,
	PRICE_AUDIO,
	PRICE_AUDIO_OUTPUT,
	PRICE_AUDIO_CACHE,
	PRICES,
};
const char *price_name(enum price_of of); /* the column's name: "cache_read" */

/* Above so many prompt tokens a price is another. */
struct price_tier {
	int64_t above;
	enum price_of of;
	int64_t price;
};

enum price_table {
	PRICES_BUILTIN,
	PRICES_FETCHED,
	PRICES_OWN,
};
struct price_row {
	struct str model, provider; /* lower case; provider is empty where the row is for any */
	enum price_table table;
	uint32_t line;                  /* of its file, from 1; 0: it is of none */
	int64_t price[PRICES];          /* PRICE_NONE */
	const struct price_tier *tiers; /* rising by `above` */
	uint32_t n_tiers;
};
/* The price for a call with so many prompt tokens; PRICE_NONE. */
int64_t price_at(const struct price_row *row, enum price_of of, int64_t prompt_tokens);

/* Prompt tokens above which one model has a row of its own: all that prices_find asks of them. */
#define PRICES_LARGE     200000
#define PRICES_MODEL_MAX 512 /* bytes of a model name that is looked for */
struct prices;
struct prices *prices_new(void); /* with the built-in table */
void prices_free(struct prices *p);
/* Adds the rows of a TSV: lines that begin with # are remarks, the first other line names the columns (model, provider, the
 * names of prices, tiers: `prompt>200000=0.000006;...`), a blank field is not published, columns of other names are passed
 * over. ERR_PARSE with the line in pos and the reason: nothing is added then. text is copied. A price must be a number from 0
 * to 9 USD; a row without a model, or without any price, is an error. */
enum err prices_add(struct prices *p, enum price_table table, struct str text,
                    struct errinfo *e) MUST_USE;
/* What the remarks of a table say of its date: the newest date (YYYY-MM-DD) in them; empty if there is none. */
struct str prices_date(const struct prices *p, enum price_table table);
size_t prices_count(const struct prices *p); /* rows of all tables */
size_t prices_count_of(const struct prices *p, enum price_table table);

/* How a row was found. */
enum price_match {
	MATCH_NONE,
	MATCH_OWN,    /* a person's own row of that name */
	MATCH_MANUAL, /* PostHog's own rows: the name, or what stands after its last slash */
	MATCH_EXACT,  /* the name; or but for its vendor, dots and dashes */
	MATCH_FREE,   /* OpenRouter's ":free" at its end */
	MATCH_DATED,  /* the name without the date at its end */
	MATCH_INSIDE, /* the longest name that stands in the model's */
	MATCH_AROUND, /* the first name that the model's stands in */
};
struct price_choice {
	const struct price_row *row; /* whose prices count; NULL: no row is for this model */
	const struct price_row
		*matched; /* whose name was matched: row, or the one of its default prices */
	const struct price_row *posthog; /* what PostHog's rule would have given; NULL: none */
	enum price_match match;
};
/* For a model and provider as sent, in any case. prompt_tokens matters for one model alone (gemini-2.5-pro-preview above
 * 200,000, PostHog's rule); service_tier "flex" asks for a provider's -flex key. Takes a few microseconds, some 50 for a long
 * name that is no row's: keep what it gives. */
void prices_find(const struct prices *p, struct str model, struct str provider,
                 struct str service_tier, int64_t prompt_tokens, struct price_choice *out);

#endif
