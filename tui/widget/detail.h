/* What a pane shows of one event: a header of facts, then by tab the conversation, the properties, or the raw line. */
#ifndef WIDGET_DETAIL_H
#define WIDGET_DETAIL_H

#include "explorer.h"
#include "widget/reader.h"

enum detail_tab {
	DETAIL_CHAT, /* messages with their roles, input then output; states of spans */
	DETAIL_PROPERTIES,
	DETAIL_RAW, /* the event's line as it stands in the journal */
	DETAIL_TABS,
};

struct detail_pane {
	uint32_t event; /* EVENT_NONE: the trace below */
	uint32_t
		trace; /* MODEL_NONE: none; shown when event is EVENT_NONE: its totals, scores, feedback */
	enum detail_tab tab;
	struct reader reader;
	enum detail_state shown; /* state that the reader's text was made from */
	uint32_t trace_version;
	bool stale;
};

void detail_pane_init(struct detail_pane *d);
void detail_pane_fini(struct detail_pane *d);
/* What to show; the position is kept if it is the same thing. */
void detail_pane_event(struct detail_pane *d, uint32_t event);
void detail_pane_trace(struct detail_pane *d, uint32_t trace);
/* Brings the text up to date (asks the explorer for the payload), then draws tabs and text. focused: the tab line is marked. */
void detail_pane_draw(struct detail_pane *d, struct explorer *x, struct surface *s, struct area a,
                      bool focused);
/* NEXT_TAB PREVIOUS_TAB, else as the reader's. */
bool detail_pane_act(struct detail_pane *d, enum action action);

#endif
