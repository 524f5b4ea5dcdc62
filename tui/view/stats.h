/* Private to the screen of figures: what the files of stats*.c share. */
#ifndef VIEW_STATS_H
#define VIEW_STATS_H

#include "draw/plot.h"
#include "explorer_figures.h"
#include "query/loops.h"
#include "view/view_filter.h"
#include "widget/list.h"
#include "widget/search.h"

#define STATS_SLOTS   200 /* of the plot, at most */
#define STATS_COLUMNS 20  /* of the parts, at most */

/* What figures are asked for. */
enum stats_of {
	STATS_TOTAL,
	STATS_TIMES,    /* by slots of the plot */
	STATS_PARTS,    /* by what was chosen; these three are there together */
	STATS_TOOLS,    /* this and what follows where there is room to show it */
	STATS_MISMATCH, /* of what is:mismatch alone */
	STATS_LOOPS,    /* of what is:loop alone, by trace and by tool */
	STATS_LOOP_TOOLS,
	STATS_OF
};
#define STATS_NEEDED STATS_TOOLS /* so many, the first */

struct stats_filters {
	struct view_filter passing, mismatch, loops; /* the world's; that and a word more */
};

/* Figures of one moment, filter and range. */
struct stats_set {
	struct figures *of[STATS_OF]; /* NULL: not asked for */
	struct loop_costs *loops;     /* of both figures of loops; NULL likewise */
	bool loops_known;             /* what they cost */
	struct plot_slots slots;      /* n == 0: there are no times */
};

/* What a set depends on besides the filter. */
struct stats_range {
	int64_t since, until; /* of the world */
	int slots;            /* at most so many */
	bool extras;          /* all that is asked for where there is room */
};

/* A value over time that can be plotted. */
struct stats_figure {
	const char *name;   /* "cost" */
	const char *column; /* of ROWS_PARTS */
	enum role role;
	bool adds_up; /* of a slot without events it is 0, and not unknown */
};
#define STATS_FIGURES 7
extern const struct stats_figure stats_figures[STATS_FIGURES];

enum stats_focus { STATS_TABLE, STATS_PLOT, STATS_PANEL };

/* A line of the panel that can be opened: what of. */
struct stats_line {
	enum { STATS_BIN, STATS_TOOL, STATS_CHECK, STATS_LOOP, STATS_LOOP_TOOL } kind;
	uint32_t number; /* the first bin, the part, the check */
	uint32_t end;    /* of bins: behind the last */
};
#define STATS_LINES 512 /* bins, as many tools as a terminal has rows, checks */

struct stats_view {
	struct view view;
	struct buf by, said_by;        /* what a person chose; what the filter says in its place */
	struct stats_filters *filters; /* the world's */
	struct stats_filters *former;  /* that `shown` is of, if it is another */
	struct buf refused;            /* the world's filter, which cannot be used here: */
	struct errinfo error;

	struct stats_set shown, next; /* of the last that was done; of what is being worked out */
	bool has_shown, has_next, asked;
	struct stats_range range;   /* that next, or else shown, was asked for */
	int64_t spent, again_after; /* microseconds on next; not before */

	struct rows rows;           /* of the parts of shown */
	struct rows_build *sorting; /* NULL: they are as they should be */
	bool sorts_next;            /* the parts of next, which is shown with them */
	const struct column *sort;  /* NULL: as the breakdown has them */
	bool ascending;
	struct list list;
	struct search search;
	struct buf needle;
	bool menu; /* of what to sort by, in: */
	struct list menu_list;

	enum stats_focus focus;
	bool zoomed, panel_visible;
	unsigned figure;
	int slot;                  /* of the plot, under the cursor */
	struct stats_range wanted; /* by the last layout */
	struct stats_line lines[STATS_LINES];
	struct list panel;                               /* of them */
	struct value values[STATS_FIGURES][STATS_SLOTS]; /* of shown.slots */
};

/* stats_figures.c: from events to figures. */
void stats_follow(struct stats_view *v); /* with every draw: a slice of it */
void stats_forget(struct stats_view *v);
void stats_resort(struct stats_view *v);
void stats_split(struct stats_view *v, struct str by); /* one that split_check lets pass */
struct str stats_by(const struct stats_view *v);
/* The one whose parts are shown; NULL: nothing yet. */
const struct breakdown *stats_breakdown(const struct stats_view *v, enum stats_of of);
/* A column's value of a part, NULL: unknown. */
struct value stats_value(const struct breakdown *b, uint32_t place, const char *column);
const struct breakdown_part *stats_part(const struct stats_view *v); /* under the cursor; NULL */
void stats_part_text(const struct stats_view *v, uint64_t row, struct buf *out);
unsigned stats_percent(
	const struct stats_view *v); /* of what is being worked out; 100: nothing is */

/* stats_table.c: the parts. */
void stats_draw_table(struct stats_view *v, struct surface *s, struct area a);
bool stats_table_act(struct stats_view *v, enum action action);
bool stats_find(struct view *view, struct str needle, int direction);
bool stats_find_more(struct stats_view *v); /* with every draw; true: work is left */

/* stats_draw.c: all else that is seen. */
/* What there is room for, before stats_follow: which figures are wanted depends on it. */
void stats_measure(struct stats_view *v, struct area a);
void stats_draw(struct stats_view *v, struct surface *s, struct area a);
void stats_slot_text(const struct stats_view *v, struct buf *out);

/* stats_panel.c: latencies of a part, tools, what is odd about costs, calls of tools that loop. */
void stats_draw_panel(struct stats_view *v, struct surface *s, struct area a);
bool stats_panel_is_of_spans(
	const struct stats_view *v); /* what the line under its cursor counts */
/* Appends what a filter says of that line. False: nothing can. */
bool stats_panel_term(const struct stats_view *v, struct buf *out);

#endif
