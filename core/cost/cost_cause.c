/* Why a reported cost is not the one computed here: each mistake that senders are known to make is tried on the sum, and the
 * first that gives what was reported is named. Where both sides were sent each must fit, else the total. */
#include "cost/cost.h"

#define DIFFERS 100              /* by more than a hundredth */
#define FITS    200              /* within half a hundredth */
#define LIKELY  ((money)1 << 55) /* USD 36,000; no product of amounts below it overflows */

const char *cost_cause_text(enum cost_cause cause)
{
	static const char *const texts[] = {
		[CAUSE_NONE] = "",
		[CAUSE_UNKNOWN_MODEL] = "no price for this model",
		[CAUSE_CACHE_TWICE] = "cache tokens paid twice: as input, too",
		[CAUSE_CACHE_TAKEN_OFF] = "cache tokens taken off an input without them",
		[CAUSE_CACHE_AS_FRESH] = "cache read paid as fresh input",
		[CAUSE_CACHE_WRITE_MISSING] = "cache write not paid as such",
		[CAUSE_REASONING_MISSING] = "reasoning not paid",
		[CAUSE_REASONING_TWICE] = "reasoning paid twice",
		[CAUSE_PRICE_CHANGED] = "another price",
		[CAUSE_OTHER] = "no known cause",
	};

	return texts[cause];
}

static money size_of(money amount)
{
	return amount < 0 ? -amount : amount;
}

/* Within one part in so many of the larger one. */
static bool is_near(money a, money b, money parts)
{
	money larger = size_of(a) > size_of(b) ? size_of(a) : size_of(b);

	return size_of(a - b) * parts <= larger;
}

bool cost_differs(const struct cost *c)
{
	if (c->source != COST_REPORTED || !c->computed ||
	    is_near(c->total, c->computed_total, DIFFERS))
		return false;
	/* What is missing in the sum may be what was paid for. */
	return !c->computed_partial || c->total < c->computed_total;
}

/* ---- what a mistake would change ------------------------------------------------- */

static money priced(int64_t count, int64_t price)
{
	return ((money)count * price + 500000) / 1000000;
}

static money amount_in(const struct cost *c, enum cost_line line)
{
	return c->parts[line].count == COST_UNKNOWN ? 0 : c->parts[line].amount;
}

/* What one line's tokens would cost as fresh input. */
static money as_input(const struct cost *c, enum cost_line line)
{
	const struct cost_part *part = &c->parts[line], *input = &c->parts[COST_TEXT_INPUT];

	if (part->count == COST_UNKNOWN || input->count == COST_UNKNOWN)
		return 0;
	return priced(part->count, input->price);
}

bool cost_cache_saved(const struct cost *c, money *reads_saved, money *writes_took)
{
	*reads_saved = as_input(c, COST_CACHE_READ) + as_input(c, COST_AUDIO_CACHE) -
	               amount_in(c, COST_CACHE_READ) - amount_in(c, COST_AUDIO_CACHE);
	*writes_took = amount_in(c, COST_CACHE_WRITE) + amount_in(c, COST_CACHE_WRITE_1H) -
	               as_input(c, COST_CACHE_WRITE) - as_input(c, COST_CACHE_WRITE_1H);
	return c->parts[COST_TEXT_INPUT].count != COST_UNKNOWN;
}

static int64_t take_tokens(int64_t *count, int64_t tokens)
{
	int64_t taken = *count > 0 ? *count : 0;

	if (taken > tokens)
		taken = tokens;
	*count -= taken;
	return taken;
}

bool cost_cache_missed(const struct cost *c, const struct cost_usage *u, int64_t tokens,
                       money *more)
{
	struct cost_usage with = *u;
	struct cost read;
	int64_t written, split;

	if (!c->computed || u->input == COST_UNKNOWN || tokens < 0 || tokens > COST_COUNT_MAX)
		return false;
	with.exclusive_known = true;
	with.exclusive = c->exclusive;
	with.cache_read = (u->cache_read > 0 ? u->cache_read : 0) + tokens;
	written = take_tokens(&with.cache_write, tokens);
	split = take_tokens(&with.cache_write_5m, tokens);
	split += take_tokens(&with.cache_write_1h, tokens - split);
	if (c->exclusive)
		take_tokens(&with.input, tokens - (split > written ? split : written));
	cost_compute(&read, &with, &c->choice);
	*more = c->computed_input - read.computed_input;
	return read.computed;
}

static money reasoning_amount(const struct cost *c, const struct cost_usage *u)
{
	const struct cost_part *output = &c->parts[COST_TEXT_OUTPUT];

	if (output->count == COST_UNKNOWN || u->reasoning <= 0 || u->reasoning > COST_COUNT_MAX)
		return 0;
	return priced(u->reasoning, output->price);
}

static bool both_sides_sent(const struct cost_usage *u)
{
	return u->sent_input != COST_UNKNOWN && u->sent_output != COST_UNKNOWN;
}

static bool fits(const struct cost *c, const struct cost_usage *u, money input, money output)
{
	if (input == 0 && output == 0)
		return false;
	if (both_sides_sent(u))
		return is_near(u->sent_input, c->computed_input + input, FITS) &&
		       is_near(u->sent_output, c->computed_output + output, FITS);
	return is_near(c->total, c->computed_total + input + output, FITS);
}

static bool is_likely(money amount)
{
	return amount > 0 && amount < LIKELY;
}

static bool is_one_factor(const struct cost *c, const struct cost_usage *u)
{
	if (!both_sides_sent(u) || !is_likely(u->sent_input) || !is_likely(u->sent_output) ||
	    !is_likely(c->computed_input) || !is_likely(c->computed_output))
		return false;
	return is_near((money)u->sent_input * c->computed_output,
	               (money)u->sent_output * c->computed_input, FITS);
}

/* ---- which it was ---------------------------------------------------------------- */

static enum cost_cause cause_by_cache(const struct cost *c, const struct cost_usage *u)
{
	money read = amount_in(c, COST_CACHE_READ);
	money read_fresh = as_input(c, COST_CACHE_READ);
	money writes = amount_in(c, COST_CACHE_WRITE) + amount_in(c, COST_CACHE_WRITE_1H);
	money writes_fresh = as_input(c, COST_CACHE_WRITE) + as_input(c, COST_CACHE_WRITE_1H);
	money all_fresh = read_fresh + writes_fresh;

	if (read > 0 &&
	    (fits(c, u, read_fresh - read, 0) || fits(c, u, all_fresh - read - writes, 0)))
		return CAUSE_CACHE_AS_FRESH;
	if (fits(c, u, read_fresh, 0) || fits(c, u, all_fresh, 0))
		return CAUSE_CACHE_TWICE;
	if (c->exclusive && (fits(c, u, -read_fresh, 0) || fits(c, u, -all_fresh, 0)))
		return CAUSE_CACHE_TAKEN_OFF;
	if (fits(c, u, -writes, 0) || fits(c, u, writes_fresh - writes, 0))
		return CAUSE_CACHE_WRITE_MISSING;
	return CAUSE_NONE;
}

enum cost_cause cost_cause(const struct cost *c, const struct cost_usage *u)
{
	enum cost_cause cause;
	money reasoning;

	if (c->choice.row == NULL && !c->own_prices)
		return CAUSE_UNKNOWN_MODEL;
	if (!cost_differs(c))
		return CAUSE_NONE;
	cause = cause_by_cache(c, u);
	if (cause != CAUSE_NONE)
		return cause;
	reasoning = reasoning_amount(c, u);
	if (fits(c, u, 0, -reasoning))
		return CAUSE_REASONING_MISSING;
	if (fits(c, u, 0, reasoning))
		return CAUSE_REASONING_TWICE;
	return is_one_factor(c, u) ? CAUSE_PRICE_CHANGED : CAUSE_OTHER;
}
