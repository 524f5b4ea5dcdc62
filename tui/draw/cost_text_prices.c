/* By which prices a call was computed, how they were found, and how its cache tokens were taken. */
#include "cost/prices_files.h"
#include "draw/cost_text_internal.h"
#include "draw/format.h"

/* ---- which prices ------------------------------------------------------------------------------------------------- */

const char *cost_text_match(enum price_match match)
{
	static const char *const texts[] = {
		[MATCH_NONE] = "no row",
		[MATCH_OWN] = "your own row of this name",
		[MATCH_MANUAL] = "a row of PostHog's own of this name",
		[MATCH_EXACT] = "the row of this name",
		[MATCH_FREE] = "a name with OpenRouter's :free at its end: it costs nothing",
		[MATCH_DATED] = "the row of this name without its date",
		[MATCH_INSIDE] = "the longest name in this one",
		[MATCH_AROUND] = "the first name that this one is a part of",
	};

	return texts[match];
}

void cost_text_row(struct buf *out, const struct prices *p, const struct price_row *row)
{
	static const char *const tables[] = {
		[PRICES_BUILTIN] = "built-in",
		[PRICES_FETCHED] = "fetched",
		[PRICES_OWN] = "own",
	};
	struct str date = prices_date(p, row->table);

	buf_append(out, row->model);
	if (row->provider.n > 0) {
		buf_puts(out, ", ");
		buf_append(out, row->provider);
	}
	if (row->line == 0)
		return;
	buf_printf(out, " (line %u of the %s table", row->line, tables[row->table]);
	if (date.n > 0) {
		buf_puts(out, ", ");
		buf_append(out, date);
	}
	buf_add(out, ')');
}

void cost_text_remedy(struct buf *out)
{
	struct buf path = {0};

	buf_puts(out, "`tracehog prices update` fetches newer prices");
	if (prices_path(&path, PRICES_OWN, NULL) == ERR_OK) {
		buf_puts(out, "; your own stand in ");
		buf_append(out, buf_str(&path));
	}
	buf_free(&path);
}

/* In and out, at the length that this prompt has. */
static void put_prices(struct buf *out, const struct price_row *row, int64_t prompt_tokens)
{
	format_price(out, PRICE_PROMPT, price_at(row, PRICE_PROMPT, prompt_tokens));
	buf_puts(out, " in, ");
	format_price(out, PRICE_COMPLETION, price_at(row, PRICE_COMPLETION, prompt_tokens));
	buf_puts(out, " out");
}

static void say_posthog(const struct cost_text *t, const struct cost *c)
{
	struct buf text = {0};

	if (c->choice.posthog == c->choice.row)
		return;
	if (c->choice.posthog == NULL) {
		buf_puts(&text, "has no price for it");
	} else {
		buf_puts(&text, "would price it by ");
		cost_text_row(&text, t->prices, c->choice.posthog);
		buf_puts(&text, ": ");
		put_prices(&text, c->choice.posthog, c->prompt_tokens);
	}
	cost_text_say(t, "PostHog", ROLE_TEXT, &text);
	buf_free(&text);
}

static void say_model(const struct cost_text *t, const struct cost_usage *u)
{
	struct buf text = {0};

	if (u->model.n == 0) {
		buf_puts(&text, "the event names no model");
	} else {
		buf_puts(&text, "none for ");
		buf_append(&text, str_sub(u->model, 0, PRICES_MODEL_MAX));
		if (u->provider.n > 0) {
			buf_puts(&text, ", ");
			buf_append(&text, str_sub(u->provider, 0, PRICES_MODEL_MAX));
		}
	}
	cost_text_say(t, "prices", ROLE_UNKNOWN, &text);
	cost_text_remedy(&text);
	if (u->model.n > 0)
		cost_text_say(t, "", ROLE_DIM, &text);
	buf_free(&text);
}

static void say_row(const struct cost_text *t, const struct cost *c)
{
	const struct price_choice *choice = &c->choice;
	struct buf text = {0};

	cost_text_row(&text, t->prices, choice->row);
	cost_text_say(t, "prices", ROLE_TEXT, &text);
	buf_puts(&text, cost_text_match(choice->match));
	if (choice->matched != choice->row) {
		buf_puts(&text, ", ");
		cost_text_row(&text, t->prices, choice->matched);
		buf_puts(&text, "; its provider's prices count");
	}
	cost_text_say(t, "found as", ROLE_TEXT, &text);
	buf_free(&text);
}

static void say_which(const struct cost_text *t, const struct cost_working *w)
{
	const struct cost *c = &w->cost;
	struct buf text = {0};

	cost_text_say_blank(t);
	if (c->own_prices) {
		buf_puts(&text, "sent with the event ($ai_input_token_price and its like)");
		cost_text_say(t, "prices", ROLE_TEXT, &text);
	} else if (c->choice.row == NULL) {
		say_model(t, &w->usage);
	} else {
		say_row(t, c);
	}
	if (!c->computed && (c->own_prices || c->choice.row != NULL)) {
		buf_puts(&text, "none: the event says of no tokens that have a price");
		cost_text_say(t, "tokens", ROLE_UNKNOWN, &text);
	}
	buf_free(&text);
	say_posthog(t, c);
}

/* Two kinds of tiers: by the length of the prompt, and of the service. */
static void say_tiers(const struct cost_text *t, const struct cost_working *w)
{
	const struct price_row *row = w->cost.choice.row;
	struct str tier = str_sub(w->usage.service_tier, 0, PRICES_MODEL_MAX);
	int64_t above = -1, prompt = w->cost.prompt_tokens;
	struct buf text = {0};

	for (uint32_t i = 0; row != NULL && i < row->n_tiers; i++)
		if (row->tiers[i].above < prompt && row->tiers[i].above > above)
			above = row->tiers[i].above;
	if (above >= 0) {
		buf_puts(&text, "prices above ");
		format_count(&text, above);
		buf_puts(&text, " prompt tokens: there are ");
		format_count(&text, prompt);
		cost_text_say(t, "tier", ROLE_TEXT, &text);
	}
	if (tier.n > 0) {
		buf_append(&text, tier);
		if (row != NULL && str_ends(row->provider, STR("-flex")))
			buf_puts(&text, ": has prices of its own");
		cost_text_say(t, "service tier", ROLE_TEXT, &text);
	}
	buf_free(&text);
}

void cost_text_say_prices(const struct cost_text *t, const struct cost_working *w)
{
	say_which(t, w);
	say_tiers(t, w);
}

/* ---- the cache ---------------------------------------------------------------------------------------------------- */

static void put_saved(struct buf *out, const struct cost *c)
{
	money reads, writes;

	if (!cost_cache_saved(c, &reads, &writes))
		return;
	if (reads != 0) {
		buf_puts(out, ": ");
		format_amount(out, reads);
		buf_puts(out, " saved against fresh input");
	}
	if (writes > 0) {
		buf_puts(out, "; writing took ");
		format_amount(out, writes);
		buf_puts(out, " more");
	}
}

static void say_share(const struct cost_text *t, const struct cost_working *w)
{
	const struct cost *c = &w->cost;
	int64_t read = w->usage.cache_read;
	struct buf text = {0};

	if (read < 0 || read > COST_COUNT_MAX || c->prompt_tokens <= 0)
		return;
	if (read > c->prompt_tokens)
		buf_puts(&text, "?");
	else
		cost_text_percent(&text, read, c->prompt_tokens);
	buf_puts(&text, " of the prompt read from it");
	put_saved(&text, c);
	cost_text_say(t, "cache", ROLE_TEXT, &text);
	buf_free(&text);
}

static void say_counting(const struct cost_text *t, const struct cost_working *w)
{
	const struct cost *c = &w->cost;
	struct buf text = {0};

	if (w->usage.cache_read <= 0 && w->usage.cache_write <= 0 && w->usage.cache_write_5m <= 0 &&
	    w->usage.cache_write_1h <= 0)
		return;
	buf_puts(&text, c->exclusive ? "cache tokens stand beside the input (exclusive), "
	                             : "cache tokens are in the input (inclusive), ");
	if (w->usage.exclusive_known)
		buf_puts(&text, "as $ai_cache_reporting_exclusive says");
	else if (c->exclusive_guessed)
		buf_puts(&text, "a guess: there are more of them than of input");
	else
		buf_puts(&text, c->exclusive ? "as Anthropic counts" : "as most count");
	cost_text_say(t, "counting", ROLE_TEXT, &text);
	buf_free(&text);
}

void cost_text_say_cache(const struct cost_text *t, const struct cost_working *w)
{
	say_counting(t, w);
	say_share(t, w);
}
