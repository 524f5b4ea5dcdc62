/* Screens as they must be, in files. */
#ifndef SUPPORT_GOLDEN_H
#define SUPPORT_GOLDEN_H

#include "base/str.h"

/* Fails, and prints the first lines that differ, unless golden/NAME.txt holds this. With UPDATE=1 in the environment it is
 * written instead: look at it before it is committed. */
void golden_compare(const char *name, struct str screen);

#endif
