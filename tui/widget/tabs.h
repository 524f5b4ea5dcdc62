/* A line of tabs, and which of them is shown. */
#ifndef WIDGET_TABS_H
#define WIDGET_TABS_H

#include "draw/surface.h"

/* Columns that n tabs need at least; their names are of printable ASCII. */
int tabs_width(const char *const *names, int n);
/* In the first row of a: "[ Chat ]-- In -- Out" where there is room, else "[Chat] In Out", else the tabs from a later one on,
 * at the latest the one shown. focused: the line is marked. Gives the columns used. */
int tabs_draw(struct surface *s, struct area a, const char *const *names, int n, int shown,
              bool focused);

#endif
