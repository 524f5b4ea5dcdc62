/* What the files of the waterfall share. Nobody else includes it. */
#ifndef WIDGET_WATERFALL_INTERNAL_H
#define WIDGET_WATERFALL_INTERNAL_H

#include "widget/waterfall.h"

/* Whether the node hides its children now: never in a flat list. */
bool waterfall_hides(const struct waterfall *w, uint32_t node);

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
