/* What is said stands here, what is true in core/cost: nothing is computed but differences and shares. Amounts and prices have
 * all their digits, so that whoever doubts a sum can add it up. */
#include "draw/cost_text_internal.h"
#include "draw/format.h"

#define PERCENT INT64_C(1000000000000) /* as VALUE_PERCENT has it */
#define TIMES   10                     /* from so many on no percent are told */

void cost_text_say(const struct cost_text *t, const char *label, enum role role, struct buf *text)
{
	t->line(t->ctx, label, role, buf_str(text));
	buf_clear(text);
}

void cost_text_say_blank(const struct cost_text *t)
{
	t->line(t->ctx, NULL, ROLE_TEXT, STR_EMPTY);
}

void cost_text_percent(struct buf *out, money part, money whole)
{
	struct value v = {.type = VALUE_PERCENT, .number = part * 100 * PERCENT / whole};

	format_value(out, &v, 0, 0);
}

/* ---- what it comes to --------------------------------------------------------------------------------------------- */

/* By how much what was reported is more or less. */
static void put_difference(struct buf *out, money a, money b)
{
	money more = a > b ? a - b : b - a;

	if (more == 0)
		return;
	if (b > 0 && a / TIMES >= b) {
		format_count(out, a / b > INT64_MAX ? INT64_MAX : (int64_t)(a / b));
		buf_puts(out, " times as much");
		return;
	}
	if (b > 0)
		cost_text_percent(out, more, b);
	else
		format_amount(out, more);
	buf_puts(out, a > b ? " more" : " less");
}

static enum role put_reported(struct buf *out, const struct cost_working *w)
{
	const struct cost *c = &w->cost;

	format_amount(out, c->total);
	buf_puts(out, " reported, ");
	if (!c->computed) {
		buf_puts(out, "$? recomputed");
		return ROLE_COST;
	}
	format_amount(out, c->computed_total);
	buf_puts(out, c->computed_partial ? " recomputed of what is known" : " recomputed");
	buf_puts(out, cost_differs(c) || c->computed_partial ? "" : ": ok");
	if (c->total != c->computed_total)
		buf_puts(out, cost_differs(c) ? ": reported is " : ", reported is ");
	put_difference(out, c->total, c->computed_total);
	if (c->computed_partial && !cost_differs(c))
		return ROLE_COST;
	return cost_differs(c) ? ROLE_WARNING : ROLE_GOOD;
}

static bool has_sent(const struct cost_usage *u)
{
	return is_known(u->sent_input) || is_known(u->sent_output) || is_known(u->sent_request) ||
	       is_known(u->sent_search);
}

static enum role put_estimated(struct buf *out, const struct cost_working *w)
{
	buf_puts(out, w->cost.incomplete ? ">=~" : "~");
	format_amount(out, w->cost.total);
	if (w->cost.incomplete)
		buf_puts(out, " estimated: what is $? below is left out");
	else if (has_sent(&w->usage))
		buf_puts(out, " estimated: in part as it was sent, the rest computed");
	else
		buf_puts(out, " estimated: no cost was sent, this is computed");
	return ROLE_ESTIMATE;
}

static enum role put_verdict(struct buf *out, const struct cost_working *w)
{
	switch (w->cost.source) {
	case COST_REPORTED:
		return put_reported(out, w);
	case COST_ESTIMATED:
		return put_estimated(out, w);
	case COST_UNPRICED:
		break;
	}
	buf_puts(out, "$? no cost was sent, and none can be computed");
	return ROLE_UNKNOWN;
}

static void say_verdict(const struct cost_text *t, const struct cost_working *w)
{
	struct buf text = {0};
	enum role role = put_verdict(&text, w);

	cost_text_say(t, NULL, role, &text);
	buf_puts(&text, cost_cause_text(w->cause));
	if (text.n > 0)
		cost_text_say(t, "cause", ROLE_WARNING, &text);
	buf_free(&text);
}

/* ---- the sum ------------------------------------------------------------------------------------------------------ */

static enum price_of price_of_line(enum cost_line line)
{
	if (line == COST_REQUESTS)
		return PRICE_REQUEST;
	return line == COST_SEARCHES ? PRICE_WEB_SEARCH : PRICE_PROMPT;
}

static void put_price(struct buf *out, const struct cost *c, enum cost_line line)
{
	format_price(out, price_of_line(line), c->parts[line].price);
}

/* The columns of a table, so that digits stand below one another. */
struct widths {
	size_t count, price;
};

static struct widths widths_of(const struct cost *c)
{
	struct widths w = {0};
	struct buf text = {0};

	for (int at = 0; at < COST_LINES; at++) {
		enum cost_line line = (enum cost_line)at;

		if (!has_part(c, line))
			continue;
		buf_clear(&text);
		format_count(&text, c->parts[line].count);
		w.count = text.n > w.count ? text.n : w.count;
		buf_clear(&text);
		put_price(&text, c, line);
		w.price = text.n > w.price ? text.n : w.price;
	}
	buf_free(&text);
	return w;
}

/* Puts what was appended since `start` at the right of a column. */
static void align(struct buf *out, size_t start, size_t width)
{
	size_t n = out->n - start;

	if (n >= width)
		return;
	buf_pad(out, ' ', width - n);
	memmove(out->p + start + width - n, out->p + start, n);
	memset(out->p + start, ' ', width - n);
}

/* Where the row has no price of its own, which share of another one the rule takes. */
static void put_rule(struct buf *out, const struct cost *c, enum cost_line line)
{
	bool of_input = line < COST_TEXT_OUTPUT;
	enum cost_line base = of_input ? COST_TEXT_INPUT : COST_TEXT_OUTPUT;

	buf_puts(out, "  (no price of its own");
	if (has_part(c, base) && c->parts[base].price > 0) {
		buf_puts(out, ": ");
		cost_text_percent(out, c->parts[line].price, c->parts[base].price);
		buf_puts(out, of_input ? " of fresh input" : " of output");
	}
	buf_add(out, ')');
}

static void say_part(const struct cost_text *t, const struct cost *c, enum cost_line line,
                     struct widths widths)
{
	struct buf text = {0};
	size_t start;

	format_count(&text, c->parts[line].count);
	align(&text, 0, widths.count);
	buf_puts(&text, " x ");
	start = text.n;
	put_price(&text, c, line);
	align(&text, start, widths.price);
	buf_puts(&text, " = ");
	format_amount(&text, c->parts[line].amount);
	if (c->parts[line].by_default)
		put_rule(&text, c, line);
	cost_text_say(t, cost_line_name(line), ROLE_COST, &text);
	buf_free(&text);
}

/* What was sent, and is not in the sum. */
static void say_left_out(const struct cost_text *t, const struct cost_working *w)
{
	const struct cost_usage *u = &w->usage;
	const struct {
		const char *name;
		enum cost_line line;
		int64_t count;
	} counts[] = {
		{"input", COST_TEXT_INPUT, u->input},
		{"cache read", COST_CACHE_READ, u->cache_read},
		{"cache write", COST_CACHE_WRITE, u->cache_write},
		{"output", COST_TEXT_OUTPUT, u->output},
		{"web searches", COST_SEARCHES, u->searches},
	};
	bool first = !w->cost.computed;
	struct buf text = {0};

	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		if (counts[i].count <= 0 || has_part(&w->cost, counts[i].line))
			continue;
		if (first)
			cost_text_say_blank(t);
		first = false;
		format_count(&text, counts[i].count);
		buf_puts(&text, " x $? = $?");
		cost_text_say(t, counts[i].name, ROLE_UNKNOWN, &text);
	}
	buf_free(&text);
}

static void say_sum(const struct cost_text *t, const struct cost_working *w)
{
	struct widths widths = widths_of(&w->cost);

	if (w->cost.computed)
		cost_text_say_blank(t);
	for (int line = 0; line < COST_LINES; line++)
		if (has_part(&w->cost, (enum cost_line)line))
			say_part(t, &w->cost, (enum cost_line)line, widths);
	say_left_out(t, w);
}

/* ---- subtotals ---------------------------------------------------------------------------------------------------- */

enum origin {
	COMPUTED,
	SENT,
	ORIGINS,
};
#define SIDES 5
struct side {
	const char *name;
	bool known[ORIGINS];
	money amount[ORIGINS];
};

static struct side side_of(const char *name, bool computed, money amount, int64_t sent)
{
	return (struct side){name, {computed, is_known(sent)}, {amount, sent}};
}

static bool any_part(const struct cost *c, enum cost_line first, enum cost_line last)
{
	for (int line = (int)first; line <= (int)last; line++)
		if (has_part(c, (enum cost_line)line))
			return true;
	return false;
}

static void take_sides(struct side sides[SIDES], const struct cost_working *w)
{
	const struct cost *c = &w->cost;
	const struct cost_usage *u = &w->usage;

	sides[0] = side_of("input", any_part(c, COST_TEXT_INPUT, COST_IMAGE_INPUT),
	                   c->computed_input, u->sent_input);
	sides[1] = side_of("output", any_part(c, COST_TEXT_OUTPUT, COST_IMAGE_OUTPUT),
	                   c->computed_output, u->sent_output);
	sides[2] = side_of("requests", has_part(c, COST_REQUESTS), c->parts[COST_REQUESTS].amount,
	                   u->sent_request);
	sides[3] = side_of("web searches", has_part(c, COST_SEARCHES),
	                   c->parts[COST_SEARCHES].amount, u->sent_search);
	sides[4] = (struct side){
		"total", {c->computed, c->source == COST_REPORTED}, {c->computed_total, c->total}};
}

static void put_cell(struct buf *out, const struct side *side, enum origin column)
{
	if (side->known[column])
		format_amount(out, side->amount[column]);
	else
		buf_add(out, '-');
}

/* 0: nothing stands in the column. */
static size_t column_width(const struct side sides[SIDES], enum origin column, const char *title)
{
	struct buf text = {0};
	size_t width = strlen(title);
	bool any = false;

	for (int i = 0; i < SIDES; i++) {
		any = any || sides[i].known[column];
		buf_clear(&text);
		put_cell(&text, &sides[i], column);
		width = text.n > width ? text.n : width;
	}
	buf_free(&text);
	return any ? width : 0;
}

static void say_side(const struct cost_text *t, const struct side *side,
                     const size_t widths[ORIGINS], bool doubted)
{
	bool differs = side->known[COMPUTED] && side->known[SENT] &&
	               side->amount[COMPUTED] != side->amount[SENT];
	struct buf text = {0};

	for (int column = 0; column < ORIGINS; column++) {
		size_t start = text.n;

		if (widths[column] == 0)
			continue;
		put_cell(&text, side, (enum origin)column);
		align(&text, start, widths[column] + (start > 0 ? 2 : 0));
	}
	cost_text_say(t, side->name, doubted && differs ? ROLE_WARNING : ROLE_COST, &text);
	buf_free(&text);
}

static void say_sides(const struct cost_text *t, const struct cost_working *w)
{
	const char *titles[ORIGINS] = {"computed", "reported"};
	struct side sides[SIDES];
	size_t widths[ORIGINS];
	struct buf text = {0};

	take_sides(sides, w);
	widths[SENT] = column_width(sides, SENT, titles[SENT]);
	if (widths[SENT] > 0)
		titles[COMPUTED] = "recomputed";
	widths[COMPUTED] = column_width(sides, COMPUTED, titles[COMPUTED]);
	for (int column = 0; column < ORIGINS; column++) {
		size_t start = text.n;

		if (widths[column] == 0)
			continue;
		buf_puts(&text, titles[column]);
		align(&text, start, widths[column] + (start > 0 ? 2 : 0));
	}
	if (text.n > 0) {
		cost_text_say_blank(t);
		cost_text_say(t, "", ROLE_DIM, &text);
	}
	for (int i = 0; i < SIDES; i++)
		if (sides[i].known[COMPUTED] || sides[i].known[SENT])
			say_side(t, &sides[i], widths, cost_differs(&w->cost));
	buf_free(&text);
}

/* ---- what cannot be ----------------------------------------------------------------------------------------------- */

static void say_suspects(const struct cost_text *t, const struct cost_working *w)
{
	struct buf text = {0};

	cost_working_doubts(w, &text);
	if (text.n > 0)
		buf_puts(&text, ": no count, or an amount below $0");
	else if (w->suspect & (SUSPECT_TOKENS | SUSPECT_COST))
		buf_puts(&text, "$ai_usage: a count that is none, left out");
	else if (w->cost.suspect)
		buf_puts(&text, "the parts are more than the whole: the rest counts as none");
	if (text.n > 0)
		cost_text_say(t, "suspect", ROLE_WARNING, &text);
	buf_free(&text);
}

void cost_text(const struct cost_text *t, const struct cost_working *w)
{
	say_verdict(t, w);
	say_sum(t, w);
	say_sides(t, w);
	cost_text_say_prices(t, w);
	cost_text_say_cache(t, w);
	say_suspects(t, w);
}

static void append_plain(void *ctx, const char *label, enum role role, struct str text)
{
	struct buf *out = ctx;
	size_t start = out->n;

	(void)role;
	if (label != NULL) {
		buf_puts(out, label);
		buf_pad(out, ' ', start + COST_TEXT_LABELS - out->n);
	}
	buf_append(out, text);
	buf_add(out, '\n');
}

void cost_text_plain(struct buf *out, const struct prices *prices, const struct cost_working *w)
{
	cost_text(&(struct cost_text){append_plain, out, prices}, w);
}
