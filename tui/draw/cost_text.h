/* The working of what a call costs, in words: the sum line by line, by which prices, and why what was reported is another. The
 * Cost tab shows it, `show` prints it. */
#ifndef DRAW_COST_TEXT_H
#define DRAW_COST_TEXT_H

#include "draw/role.h"
#include "index/usage.h"

/* Takes the lines. label: what a line is about, static; "": the same as the one before; NULL: it goes across, and is blank if text
 * is empty. text: good until it returns, not clean, since it may name a model. */
struct cost_text {
	void (*line)(void *ctx, const char *label, enum role role, struct str text);
	void *ctx;
	const struct prices *prices; /* that w was made with */
};
#define COST_TEXT_LABELS 13 /* columns that every label fits in */
void cost_text(const struct cost_text *t, const struct cost_working *w);

/* All of them as plain text, labels padded, not clean. */
void cost_text_plain(struct buf *out, const struct prices *prices, const struct cost_working *w);

/* "gpt-5, openai (line 812 of the built-in table, 2026-08-21)": not clean. */
void cost_text_row(struct buf *out, const struct prices *p, const struct price_row *row);
const char *cost_text_match(enum price_match match); /* "the row of this name" */
/* What to do about a model that no table has: not clean, names a path. */
void cost_text_remedy(struct buf *out);

#endif
