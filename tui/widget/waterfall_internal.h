/* What the files of the waterfall share. Nobody else includes it. */
#ifndef WIDGET_WATERFALL_INTERNAL_H
#define WIDGET_WATERFALL_INTERNAL_H

#include "widget/waterfall.h"

#define WATERFALL_SMALL 2000 /* events: far less than a slice */
#define WATERFALL_SLICE 4000 /* microseconds */

/* Whether the node hides its children now: never in a flat list. */
bool waterfall_hides(const struct waterfall *w, uint32_t node);

/* Whether the fold of a node is shut, in a tree that need not be the one that is seen. */
bool waterfall_shut(const struct waterfall *w, const struct tree *t, uint32_t node);
/* Whether the trace has an error of its own. */
bool waterfall_own_error(const struct waterfall *w, const struct model *m);
/* Row of a node, or of the fold that hides it. */
uint32_t waterfall_row(const struct waterfall *w, const struct model *m, uint32_t node);
/* Node of an event, or WATERFALL_ROOT. */
uint32_t waterfall_node(const struct waterfall *w, const struct model *m, uint32_t event);
void waterfall_take_cursor(struct waterfall *w);
uint32_t waterfall_cursor_node(const struct waterfall *w);
/* Place of a node, from 0 at the trace, among the rows with every fold open; and the other way round. */
uint32_t waterfall_place(const struct waterfall *w, const struct model *m, uint32_t node);
uint32_t waterfall_node_at(const struct waterfall *w, uint64_t place);
void waterfall_go_to_node(struct waterfall *w, const struct model *m, uint32_t node);

/* Whether repeats leave the node out, in a tree that need not be the one that is seen. */
bool waterfall_leaves_out(const struct waterfall *w, const struct tree *t, const struct alike *a,
                          uint32_t node);
/* What is folded into the node's row, or NULL. */
const struct alike_repeat *waterfall_repeat(const struct waterfall *w, uint32_t node);
/* The node whose row the node is folded into, or itself. */
uint32_t waterfall_stand_in(const struct waterfall *w, uint32_t node);
bool waterfall_open_repeats(struct waterfall *w,
                            uint32_t node); /* that leave it out; false: none */
/* Of a first call; false: it is none, or is so already. */
bool waterfall_turn_repeat(struct waterfall *w, uint32_t node, bool open);
uint32_t waterfall_repeats(const struct waterfall *w, uint32_t node); /* for "x3"; 0: nothing */

bool waterfall_find_namesake(struct waterfall *w, const struct model *m, int direction);
bool waterfall_find_slow(struct waterfall *w, const struct model *m, int direction);
bool waterfall_find_dearest(struct waterfall *w, const struct model *m);
void waterfall_find_more(struct waterfall *w, const struct model *m);  /* a slice of it */
void waterfall_find_again(struct waterfall *w, const struct model *m); /* in another tree */
/* After a fold: rows anew, a slice of it at once. The cursor goes to the node, or the fold that now hides it; `goes`: as a
 * movement, else its row stays where it is on the screen. */
void waterfall_rebuild_rows(struct waterfall *w, const struct model *m, uint32_t node, bool goes);
void waterfall_turn_path(struct waterfall *w,
                         const struct model *m); /* shows the critical path, or not */
bool waterfall_path_goes_on(const struct waterfall *w);
void waterfall_find_path(struct waterfall *w, const struct model *m); /* a slice of it */
void waterfall_drop_path(struct waterfall *w);                        /* it was another tree's */
unsigned waterfall_percent(const struct waterfall *w);                /* of what is being built */
void waterfall_build_drop(struct waterfall_build *b);                 /* NULL is allowed */

struct waterfall_layout {
	int name, duration, cost, input, share,
		bars;  /* columns each, 0: not there; numbers have a blank before them */
	int first_bar; /* column */
};

/* One drawing of a waterfall. */
struct waterfall_drawing {
	const struct waterfall *w;
	const struct model *m;
	const struct events *events;
	const struct trace *trace;
	struct surface *s;
	struct area a; /* the rows, without the titles */
	struct waterfall_layout at;
	uint32_t call; /* number of the row's generation in the insight, or INSIGHT_NONE */
	struct buf text, clean;
};

struct waterfall_bar {
	enum role role;
	enum glyph mark;
	int64_t start, latency, first_token; /* EVENT_UNKNOWN */
	bool running;
};

uint64_t waterfall_span(const struct waterfall *w); /* microseconds from its start to its end */
void waterfall_draw_scale(struct waterfall_drawing *d, struct area title);
void waterfall_draw_bar(struct waterfall_drawing *d, int row, const struct waterfall_bar *b);
void waterfall_draw_event_bar(struct waterfall_drawing *d, int row, uint32_t event);

#endif
