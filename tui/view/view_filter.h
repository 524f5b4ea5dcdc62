/* What a screen lets through of its events, traces or sessions. Loop thread. */
#ifndef VIEW_VIEW_FILTER_H
#define VIEW_VIEW_FILTER_H

#include "query/filtered.h"
#include "view/view.h"

/* May be copied while what is in it has one owner. */
struct view_filter {
	struct buf text;
	struct filter *filter;     /* NULL: there was no text */
	struct filtered *filtered; /* NULL: everything passes */
};

/* What a filter asks of the program; w is borrowed. */
struct filtered_context view_filter_context(struct world *w);
/* Reads it; false: e says why not, and nothing is to be freed. */
bool view_filter_read(struct view_filter *f, const struct world *w, struct str text,
                      struct errinfo *e);
/* Begins to work out what of w it lets through, if it says anything of that; w is borrowed. False: likewise. */
bool view_filter_begin(struct view_filter *f, struct world *w, enum filtered_of of,
                       struct errinfo *e);
/* It asks for what is known only here, such as marks: no command line can. NULL is allowed. */
bool view_filter_asks_here(const struct filter *f);
void view_filter_free(struct view_filter *f); /* zeroed, and ready for another */

#endif
