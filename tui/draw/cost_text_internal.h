/* What the files of cost_text share. Nobody else includes it. */
#ifndef DRAW_COST_TEXT_INTERNAL_H
#define DRAW_COST_TEXT_INTERNAL_H

#include "draw/cost_text.h"

/* A line; text is cleared. */
void cost_text_say(const struct cost_text *t, const char *label, enum role role, struct buf *text);
void cost_text_say_blank(const struct cost_text *t);
/* "12%"; whole is not 0. */
void cost_text_percent(struct buf *out, money part, money whole);

static inline bool is_known(int64_t n)
{
	return n != COST_UNKNOWN;
}

static inline bool has_part(const struct cost *c, enum cost_line line)
{
	return is_known(c->parts[line].count);
}

/* Of cost_text_prices.c: which prices and tiers; how cache tokens are counted, and what they saved. */
void cost_text_say_prices(const struct cost_text *t, const struct cost_working *w);
void cost_text_say_cache(const struct cost_text *t, const struct cost_working *w);

#endif
