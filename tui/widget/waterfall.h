/* A trace's tree as rows with bars on a time line, folds and a cursor on the event, not on the row. */
#ifndef WIDGET_WATERFALL_H
#define WIDGET_WATERFALL_H

#include "base/bits.h"
#include "explorer.h"
#include "model/insight.h"
#include "model/insight_path.h"
#include "query/slow.h"
#include "widget/list.h"
#include "widget/search.h"

struct waterfall_build; /* waterfall_build.c */

/* Rising numbers. */
struct waterfall_places {
	uint32_t *at, n, cap;
};

/* A call with a price. */
struct waterfall_call {
	uint32_t node; /* WATERFALL_ROOT: none */
	int64_t cost;
};

/* What is looked for among the nodes, with every fold open. */
struct waterfall_sought {
	struct search search;
	enum { SOUGHT_TEXT, SOUGHT_NAMESAKE, SOUGHT_SLOW, SOUGHT_DEAREST } what;
	struct buf needle;
	uint32_t event;                          /* whose namesake; or the last of the dearest */
	struct waterfall_call last, next, first; /* that call, who comes after it, who of all */
	bool missed;      /* it went on in drawings and found nothing; until the next action */
	const char *said; /* of the last jump, see waterfall_say; NULL: nothing */
};

struct waterfall {
	uint32_t trace;
	uint32_t version; /* of the trace that the tree was built from */
	int64_t start,
		end; /* of the time line: nodes and the $ai_trace event, for feedback may come days
	                       later; TIME_NONE */
	struct tree tree;
	struct list list; /* over the rows seen: row 0 is the trace itself */
	uint32_t *rows;   /* node numbers, WATERFALL_ROOT for row 0; NULL: not built yet */
	uint32_t n_rows;
	bool rows_stale; /* a fold was turned since they were listed */
	struct waterfall_places errors,
		flat_errors;           /* nodes with an error of their own: by node, and by start */
	struct waterfall_build *build; /* the next tree or rows, or NULL */
	int64_t build_after;           /* not before: when a large tree may be built again */
	uint32_t cursor_event;         /* EVENT_NONE: the trace's own row */
	/* Nodes from this depth on are folded, and those are not as they would be that have a bit here, by event number, so that
	 * folds outlive a rebuilt tree. */
	uint32_t fold_depth;
	uint8_t *turned;
	uint32_t turned_bytes;
	bool root_folded;
	struct alike alike;       /* of the tree */
	bool folds_repeats;       /* calls that are alike, into the row of the first */
	struct bits open_repeats; /* but for those: events, of first calls */
	uint32_t dearest;         /* event that DEAREST went to last, or EVENT_NONE */
	bool flat;                /* no tree: by start */
	bool clock;               /* clock times instead of offsets in the scale */
	int name_scroll;          /* columns the names are scrolled left by H and L */
	struct waterfall_sought sought;
	struct slow *
		slow; /* borrowed; NULL: nothing is marked, NEXT_SLOW and PREVIOUS_SLOW find nothing */
	struct insight insight; /* of the tree */
	/* The critical path: asked for; of the tree, once it is found. */
	bool shows_path, path_found;
	struct insight_path path;
	struct insight_path_build *path_build; /* or NULL */
};
#define WATERFALL_ROOT UINT32_MAX

void waterfall_init(struct waterfall *w, uint32_t trace);
void waterfall_fini(struct waterfall *w);
/* What a node is called: its name, else of a call "model (provider)", else its kind. Appends, not clean. */
void waterfall_label(const struct events *events, uint32_t event, struct buf *out);
/* Brings the tree up to date; the cursor stays on its event. Call before drawing. A large tree is built in slices, and until it
 * is done the former stays. follow false: the tree that is there need not be new, what was begun is finished. Gives 0, or after
 * how many microseconds it wants to be called again: 1 at once, since work is left. */
int64_t waterfall_update(struct waterfall *w, struct model *m, bool follow);
/* All of it now, for who shows it once. */
void waterfall_complete(struct waterfall *w, struct model *m);
/* Column titles with the time scale, then the rows; with_cursor false: no cursor (a preview). Under about 50 columns the bars go,
 * then cost, then duration. */
void waterfall_draw(struct waterfall *w, struct model *m, struct surface *s, struct area a,
                    bool with_cursor);
/* For a view that stacks several: the rows from `from` on without titles, cursor and scroll bar; and the
 * titles alone, without a scale. */
void waterfall_draw_rows(const struct waterfall *w, struct model *m, struct surface *s,
                         struct area a, uint64_t from);
void waterfall_draw_titles(struct surface *s, struct area a);
/* Event of a row, EVENT_NONE for the trace's own row. row < n_rows. */
uint32_t waterfall_event(const struct waterfall *w, uint64_t row);
/* Row of an event, or of the fold that hides it; 0 if it is not there. */
uint64_t waterfall_row_of(const struct waterfall *w, const struct model *m, uint32_t event);
/* Movement, folds (toggle, none, all, level with argument), LEFT (fold, else parent; false at the root), OPEN on a folded node
 * or repeat unfolds (else false), FOLD_REPEATS, NEXT/PREVIOUS_ERROR, _SLOW, DEAREST, NEXT/PREVIOUS_SAME_NAME, FLAT, CLOCK, PATH, SCROLL_LEFT/RIGHT; CANCEL
 * while a search goes on, which any other action ends, too. Gives false if it was not for it, or found nothing. */
bool waterfall_act(struct waterfall *w, struct model *m, enum action action, int argument);
uint32_t waterfall_cursor(const struct waterfall *w); /* event, or EVENT_NONE for the trace */
bool waterfall_go(struct waterfall *w, struct model *m,
                  uint32_t event); /* unfolds the path to it */
/* All repeats, or none; the rows follow when they are made anew. */
void waterfall_fold_repeats(struct waterfall *w, bool fold);
/* Whether the action may fold or unfold something. */
bool waterfall_can_fold(enum action action);
/* Appends how it is folded, as bytes for waterfall_refold: which gives false, and does nothing, if they are of another trace. */
void waterfall_folds(const struct waterfall *w, struct buf *out);
bool waterfall_refold(struct waterfall *w, const struct model *m, struct str folds);
/* Appends what is to be said of a jump that found something, once: that it wrapped. After an action and after waterfall_update. */
void waterfall_say(struct waterfall *w, struct buf *message);
/* Next row (direction 1 or -1) whose name, model or id holds the needle, also in folds; false if none. Wraps around. In a large
 * tree it goes on in waterfall_update, as do DEAREST, _SLOW and SAME_NAME; the titles say how far it is, and that nothing was found. */
bool waterfall_find(struct waterfall *w, struct model *m, struct str needle, int direction);

/* How many calls of the tool with the same arguments go right before this one; 0 also while its row is not there. */
uint32_t waterfall_same_before(const struct waterfall *w, const struct model *m, uint32_t event);

#endif
