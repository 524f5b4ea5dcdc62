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
/* For the clipboard: text as it was sent, neither cut nor clean, appended to out. DETAIL_LOADING: it is being read, ask again
 * when the explorer says that something has changed; DETAIL_FAILED: out has the reason (clean it).
 * exchange: the last user text and what was answered, with the error if there is one; of an event that is no call its output,
 * else its input. tab: what the tab is about, the conversation, the properties as JSON, the line. */
enum detail_state detail_copy_exchange(struct explorer *x, uint32_t event, struct buf *out);
enum detail_state detail_copy_tab(const struct detail_pane *d, struct explorer *x, struct buf *out);
/* NEXT_TAB PREVIOUS_TAB, else as the reader's. */
bool detail_pane_act(struct detail_pane *d, enum action action);

#endif
