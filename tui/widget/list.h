/* A cursor in a list of rows and the part of it that is seen. Knows numbers of rows only: the view keeps the cursor on its id
 * by calling list_place after rows changed. */
#ifndef WIDGET_LIST_H
#define WIDGET_LIST_H

#include "draw/surface.h"
#include "widget/action.h"

struct list {
	uint64_t cursor, top; /* rows from 0 */
	uint64_t count;       /* rows there are */
	int height;           /* rows seen */
};

/* Number of rows and how many are seen; the cursor and the top are brought into range, the cursor into sight. */
void list_set(struct list *l, uint64_t count, int height);
/* The cursor to a row, the rows above it on the screen staying as many as they were (for rows that moved). */
void list_place(struct list *l, uint64_t cursor);
void list_go(struct list *l, uint64_t cursor); /* moves and scrolls as little as needed */
/* DOWN UP PAGE_* HALF_* FIRST LAST; false for any other action. */
bool list_act(struct list *l, enum action action);
/* "1-10/213" */
void list_position(const struct list *l, struct buf *out);

#endif
