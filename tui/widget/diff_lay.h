/* How rows of a comparison are laid out for reading: one below the other, or in two columns. */
#ifndef WIDGET_DIFF_LAY_H
#define WIDGET_DIFF_LAY_H

#include "widget/diff.h"
#include "widget/reader.h"

#define DIFF_LABELS 13 /* columns of the labels */

/* Adds a row's piece, and gives its number. Its texts are borrowed. Side by side what was stands left, what is right, but for
 * very long texts, which go over both. fold: the piece of the fold that the row is inside of, and 1; 0: none. */
uint32_t diff_lay_row(struct reader *r, const struct diff_row *row, uint32_t fold,
                      bool side_by_side);

#endif
