/* The working of a call's cost as JSON: every line of the sum, both subtotals, the prices and how they were found. */
#include "draw/cost_text.h"
#include "print/output.h"
#include "print/prices.h"
#include "print/show.h"

static void key_known_money(struct json_writer *w, const char *key, bool known, money amount)
{
	if (known) {
		output_key_money(w, key, amount);
		return;
	}
	json_write_key(w, key);
	json_write_null(w);
}

static void key_bool(struct json_writer *w, const char *key, bool value)
{
	json_write_key(w, key);
	json_write_bool(w, value);
}

static void key_text(struct json_writer *w, const char *key, struct str text)
{
	json_write_key(w, key);
	if (text.n > 0)
		json_write_text(w, text);
	else
		json_write_null(w);
}

static void write_lines(struct json_writer *w, const struct cost *c)
{
	json_write_key(w, "lines");
	json_begin_array(w);
	for (int line = 0; line < COST_LINES; line++) {
		const struct cost_part *part = &c->parts[line];

		if (part->count == COST_UNKNOWN)
			continue;
		json_begin_object(w);
		key_text(w, "name", str_of(cost_line_name((enum cost_line)line)));
		output_key_int(w, "count", part->count);
		json_write_key(w, "price_usd");
		json_write_decimal(w, part->price, PRICE_SCALE);
		output_key_money(w, "cost_usd", part->amount);
		key_bool(w, "price_by_rule", part->by_default);
		json_end_object(w);
	}
	json_end_array(w);
}

static void write_side(struct json_writer *w, const char *key, int64_t sent, bool computed,
                       money amount)
{
	json_write_key(w, key);
	json_begin_object(w);
	key_known_money(w, "reported_usd", sent != COST_UNKNOWN, sent);
	key_known_money(w, "computed_usd", computed, amount);
	json_end_object(w);
}

static bool any_part(const struct cost *c, enum cost_line first, enum cost_line last)
{
	for (int line = (int)first; line <= (int)last; line++)
		if (c->parts[line].count != COST_UNKNOWN)
			return true;
	return false;
}

static void write_sides(struct json_writer *w, const struct cost_working *work)
{
	const struct cost_usage *u = &work->usage;
	const struct cost *c = &work->cost;

	write_side(w, "input", u->sent_input, any_part(c, COST_TEXT_INPUT, COST_IMAGE_INPUT),
	           c->computed_input);
	write_side(w, "output", u->sent_output, any_part(c, COST_TEXT_OUTPUT, COST_IMAGE_OUTPUT),
	           c->computed_output);
	write_side(w, "requests", u->sent_request, any_part(c, COST_REQUESTS, COST_REQUESTS),
	           c->parts[COST_REQUESTS].amount);
	write_side(w, "web_searches", u->sent_search, any_part(c, COST_SEARCHES, COST_SEARCHES),
	           c->parts[COST_SEARCHES].amount);
}

static void write_cache(struct json_writer *w, const struct cost *c)
{
	money saved, took;
	bool known = cost_cache_saved(c, &saved, &took);

	json_write_key(w, "cache");
	json_begin_object(w);
	key_text(w, "counting", c->exclusive ? STR("exclusive") : STR("inclusive"));
	key_bool(w, "guessed", c->exclusive_guessed);
	key_known_money(w, "reads_saved_usd", known, saved);
	key_known_money(w, "writes_took_usd", known, took);
	json_end_object(w);
}

static void write_suspects(struct json_writer *w, const struct cost_working *work)
{
	struct buf names = {0};

	cost_working_doubts(work, &names);
	key_bool(w, "suspect", work->cost.suspect || work->suspect != 0);
	key_text(w, "suspect_properties", buf_str(&names));
	buf_free(&names);
}

void print_json_cost(struct json_writer *w, const struct prices *p, const struct cost_working *work)
{
	const struct cost *c = &work->cost;
	static const char *const sources[] = {"reported", "estimated", "unpriced"};

	json_begin_object(w);
	key_text(w, "source", str_of(sources[c->source]));
	key_known_money(w, "total_usd", c->source != COST_UNPRICED, c->total);
	key_bool(w, "incomplete", c->incomplete);
	key_known_money(w, "reported_usd", c->source == COST_REPORTED, c->total);
	key_known_money(w, "computed_usd", c->computed, c->computed_total);
	key_bool(w, "computed_partial", c->computed_partial);
	key_bool(w, "differs", cost_differs(c));
	key_text(w, "cause", str_of(cost_cause_text(work->cause)));
	write_lines(w, c);
	write_sides(w, work);
	key_bool(w, "own_prices", c->own_prices);
	print_json_price_choice(w, p, &c->choice);
	json_write_key(w, "prompt_tokens");
	if (c->prompt_tokens != COST_UNKNOWN)
		json_write_int(w, c->prompt_tokens);
	else
		json_write_null(w);
	key_text(w, "service_tier", work->usage.service_tier);
	write_cache(w, c);
	write_suspects(w, work);
	json_end_object(w);
}
