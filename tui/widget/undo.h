/* The last changes of what lists show, to be taken back one after the other: the filter, the time range, the order. */
#ifndef WIDGET_UNDO_H
#define WIDGET_UNDO_H

#include "model/bookmarks.h"
#include "query/rows.h"

enum undo_what {
	UNDO_FILTER,   /* text: the filter before */
	UNDO_RANGE,    /* since, until; text: how that is said on a command line */
	UNDO_SORT,     /* of one view: sort, ascending */
	UNDO_FOLDS,    /* of one view: text, see waterfall_folds */
	UNDO_BOOKMARK, /* text: its id; had: there was one, as it is here */
};
struct view;
struct undo {
	enum undo_what what;
	struct buf text;
	int64_t since, until;
	struct view *view;
	const struct column *sort;
	bool ascending;
	enum bookmark_of of;
	bool had;
	struct buf name, note;
	int64_t time;
};
void undo_free(struct undo *step);

#define UNDO_MAX 32
struct undos {
	struct undo list[UNDO_MAX]; /* the oldest first */
	unsigned n;
};
void undo_push(struct undos *u, struct undo step); /* takes its texts over; the oldest may leave */
bool undo_pop(struct undos *u, struct undo *out);  /* whoever takes it frees it */
void undo_forget(struct undos *u, const struct view *v); /* it is gone */
void undos_fini(struct undos *u);

#endif
