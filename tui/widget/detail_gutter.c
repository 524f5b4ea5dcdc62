/* Before each message of a call: how much of what the input cost it stands for, and how many calls of the session were sent it.
 * All of it is an estimate, but the count. */
#include "widget/detail_chat.h"

#include "draw/format.h"

#define SHARE_COLS 5 /* "~100%" */
#define CALLS_COLS 5 /* "1.2kx" */

static int64_t extra_or_unknown(const struct chat *c, enum event_field field)
{
	int64_t value;

	return events_extra(c->events, c->d->event, field, &value) ? value : EVENT_UNKNOWN;
}

static int64_t known(int64_t n)
{
	return n > 0 ? n : 0;
}

static int64_t add(int64_t a, int64_t b)
{
	int64_t sum;

	return __builtin_add_overflow(a, b, &sum) ? INT64_MAX : sum;
}

/* Tokens of the prompt, and how many of them a cache had. */
struct prompt {
	int64_t tokens, cached; /* tokens: EVENT_UNKNOWN */
};

static struct prompt prompt_of(const struct chat *c)
{
	struct prompt p = {.tokens = events_prompt(c->events, c->d->event)};

	p.cached = add(known(events_cache_read(c->events, c->d->event)),
	               known(extra_or_unknown(c, EVENT_CACHE_WRITE)));
	return p;
}

/* What is read from a cache or written to it is taken to be the prompt's beginning. */
static struct shares_cache cache_of(const struct chat *c)
{
	struct prompt p = prompt_of(c);
	int64_t cost = extra_or_unknown(c, EVENT_COST_INPUT);
	int64_t of_cache = extra_or_unknown(c, EVENT_COST_CACHE);

	if (p.cached == 0 || p.tokens <= 0 || cost <= 0 || of_cache < 0 || of_cache > cost)
		return (struct shares_cache){0};
	return (struct shares_cache){(double)p.cached / (double)p.tokens,
	                             (double)of_cache / (double)cost};
}

static void append_title(const struct chat *c, struct buf *out)
{
	const struct event *e = events_get(c->events, c->d->event);
	struct prompt p = prompt_of(c);
	struct value cost = {.type = VALUE_MONEY,
	                     .number = extra_or_unknown(c, EVENT_COST_INPUT),
	                     .estimate = event_cost_computed(e, EVENT_COST_INPUT)};

	buf_puts(out, "of ");
	format_value(out, &cost, 0, 0);
	buf_puts(out, " for the input, ");
	if (p.tokens == EVENT_UNKNOWN)
		buf_add(out, '?');
	else
		format_count(out, p.tokens);
	buf_puts(out, " tok");
	if (p.cached == 0)
		return;
	buf_puts(out, ", ");
	format_count(out, p.cached);
	buf_puts(out, " of them cached");
}

void chat_gutter_begin(struct chat *c, struct explorer *x)
{
	struct chat_gutter *g = &c->gutter;
	struct buf head = {0};

	shares_read(&g->shares, &c->d->messages, &c->d->tools, cache_of(c));
	g->counts = event_kind(events_get(c->events, c->d->event)) == EVENT_GENERATION;
	g->shown = g->shares.n > 0 || g->shares.tools > 0;
	if (!g->shown)
		return;
	if (g->counts) {
		fingerprints_read(&g->prints, &c->d->messages);
		g->repeats = explorer_repeats(x, c->d->event);
	}
	buf_printf(&head, "%*s %*s", SHARE_COLS, "~$%", CALLS_COLS, g->counts ? "paid" : "");
	buf_clear(&c->text);
	append_title(c, &c->text);
	reader_add_piece(c->r, &(struct reader_piece){.gutter = reader_keep(c->r, buf_str(&head)),
	                                              .label = STR("ROLE"),
	                                              .label_role = ROLE_DIM,
	                                              .text = reader_keep(c->r, buf_str(&c->text)),
	                                              .role = ROLE_DIM});
	buf_free(&head);
}

void chat_gutter_end(struct chat *c)
{
	shares_free(&c->gutter.shares);
	fingerprints_free(&c->gutter.prints);
}

/* What is not nothing never reads 0. */
static void append_percent(struct buf *out, int percent, bool any)
{
	struct buf text = {0};

	buf_printf(&text, percent == 0 && any ? "<1%%" : "~%d%%", percent);
	buf_printf(out, "%*s", SHARE_COLS, buf_text(&text));
	buf_free(&text);
}

/* The number of a part's message among those of the input. Parts are asked for in their order. */
static uint32_t number_of(struct chat *c, uint32_t at)
{
	const struct part *parts = c->d->messages.parts;
	struct chat_gutter *g = &c->gutter;

	for (; g->part < at; g->part++)
		g->number += parts[g->part + 1].message != parts[g->part].message;
	return g->number;
}

static void append_calls(struct chat *c, uint32_t at, struct buf *out)
{
	const struct chat_gutter *g = &c->gutter;
	uint32_t calls = 0;
	struct buf text = {0};

	if (g->repeats != NULL)
		calls = repeats_of(g->repeats, g->prints.list[number_of(c, at)]);
	if (calls > 0) {
		format_tokens(&text, calls);
		buf_puts(&text, repeats_are_partial(g->repeats) ? "x+" : "x");
	} else {
		buf_add(&text, '?');
	}
	buf_printf(out, " %*s", CALLS_COLS, buf_text(&text));
	buf_free(&text);
}

static struct str keep(struct chat *c, struct buf *text)
{
	struct str kept = reader_keep(c->r, buf_str(text));

	buf_free(text);
	return kept;
}

struct str chat_gutter_group(struct chat *c, uint32_t at, uint32_t end)
{
	const struct shares *s = &c->gutter.shares;
	struct buf text = {0};

	if (!c->gutter.shown || end > s->n)
		return STR_EMPTY;
	append_percent(&text, shares_percent(s, at, end), shares_any(s, at, end));
	return keep(c, &text);
}

struct str chat_gutter_message(struct chat *c, uint32_t at, uint32_t end)
{
	const struct shares *s = &c->gutter.shares;
	struct buf text = {0};

	if (!c->gutter.shown || end > s->n)
		return STR_EMPTY;
	append_percent(&text, shares_percent(s, at, end), shares_any(s, at, end));
	if (c->gutter.counts)
		append_calls(c, at, &text);
	return keep(c, &text);
}

struct str chat_gutter_tools(struct chat *c)
{
	const struct shares *s = &c->gutter.shares;
	struct buf text = {0};

	if (!c->gutter.shown)
		return STR_EMPTY;
	append_percent(&text, shares_tools_percent(s), s->tools > 0);
	return keep(c, &text);
}
