/* What the files of the detail pane share: each adds a part of the text to a reader. Nobody else includes it. */
#ifndef WIDGET_DETAIL_INTERNAL_H
#define WIDGET_DETAIL_INTERNAL_H

#include "explorer.h"
#include "widget/reader.h"

/* A few dense lines: what is in memory of an event. An error's text is read from its journal. */
void detail_add_facts(struct reader *r, const struct events *events, uint32_t event);
/* Totals, session, user, and the scores and feedback that belong to the trace (read at once, few of them). */
void detail_add_trace(struct reader *r, struct model *m, uint32_t trace);
/* Why there is none of the trace's own. Static text. */
struct str detail_no_event(const struct trace *t);
void detail_add_messages(struct reader *r, const struct messages *m, enum event_kind kind);
void detail_add_properties(struct reader *r, const struct detail *d);

/* Two blanks between facts. */
void detail_gap(struct buf *line);
void detail_add_line(struct reader *r, enum role role, struct buf *line); /* and empties it */

#endif
