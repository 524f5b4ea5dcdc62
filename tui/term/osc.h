/* Control sequences that draw nothing (OSC), as they reach the terminal from within tmux or GNU screen. Any thread. */
#ifndef TERM_OSC_H
#define TERM_OSC_H

#include "base/buf.h"

enum osc_way {
	OSC_PLAIN,
	OSC_TMUX,   /* tmux passes it through, where it may (allow-passthrough) */
	OSC_SCREEN, /* GNU screen does */
};
enum osc_way osc_way(void); /* by TMUX and STY */
/* By TERM and TERM_PROGRAM: a terminal that would print it, or takes none. Within tmux and screen it is theirs to know. */
bool osc_is_refused(void);

/* Appends the sequence of that body ("52;c;..."), which holds no control character. It ends in ST (ESC \), but in screen's
 * wrapper, where ST would end the wrapper, in BEL. */
void osc_append(struct buf *out, enum osc_way way, struct str body);

/* The notice of a desktop (OSC 9) with that text: clean, cut to OSC_NOTICE_MAX bytes. Nothing where it is refused. */
#define OSC_NOTICE_MAX 160u
void osc_append_notice(struct buf *out, struct str text);

#endif
