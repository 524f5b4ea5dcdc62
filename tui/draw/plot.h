/* Plots in block characters: heights in eighths of a row where the locale has such blocks, else in ".:-=+*#". A slot of which
 * nothing is known is left blank; what is 0 is a dim line at the bottom; what is more than 0 never looks like 0, and what is below
 * (a cost that was sent so) is drawn as 0. All of it is whole numbers. */
#ifndef DRAW_PLOT_H
#define DRAW_PLOT_H

#include "draw/surface.h"
#include "query/rows.h"

/* n values of one type, a column each, from 0 to the largest of them, on one row. */
void plot_spark(struct surface *s, struct area a, int row, int col, enum role role,
                const struct value *values, int n);
/* How much of whole part is, in width columns from the left. */
void plot_bar(struct surface *s, struct area a, int row, int col, int width, enum role role,
              money part, money whole);

/* Stretches of time of one length, which begin at round local times where their length allows it. */
struct plot_slots {
	int64_t since, until; /* microseconds; since < until */
	int n;
};
/* At most so many (1 or more) that hold since <= t < until. */
void plot_slots(struct plot_slots *out, int64_t since, int64_t until, int most);
int64_t plot_slot_time(const struct plot_slots *slots, int slot); /* when it begins; of n the end */

struct plot {
	const struct value *values; /* one a slot */
	enum value_type type;       /* of those that are known */
	struct plot_slots slots;
	int cursor; /* the slot that is painted; -1: none */
	enum role role;
};
/* On several rows: a scale of round values at the left, a line under what is known, and times under that. */
void plot_draw(struct surface *s, struct area a, const struct plot *p);
int plot_room(int cols); /* slots that it has room for in so many columns; 0: none */

struct plot_bin {
	char label[16]; /* "1-2s" */
	uint64_t count;
};
/* Lines of label, bar and count, as many as there is room for. */
void plot_histogram(struct surface *s, struct area a, enum role role, const struct plot_bin *bins,
                    int n);

/* The times below a plot: in `width` columns from col on, of `cols_a_slot` each. */
void plot_times(struct surface *s, struct area a, int row, int col, const struct plot_slots *slots,
                int cols_a_slot);

#endif
