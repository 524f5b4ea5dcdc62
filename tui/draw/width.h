/* How many columns text takes: wcwidth's opinion, as curses has it. */
#ifndef DRAW_WIDTH_H
#define DRAW_WIDTH_H

#include "base/buf.h"

/* Columns of one cluster as utf8_cluster gives it: 1 or 2; 0 if wcwidth refuses it (then it must be drawn escaped). */
int width_cluster(struct str cluster);
/* A cluster that width_cluster refuses as it is drawn: \u{HEX} for each of its characters. Gives the columns. */
#define WIDTH_SPELLED 64 /* bytes, with the NUL; more is left out */
int width_spell(struct str cluster, char out[WIDTH_SPELLED]);
/* Below, such a cluster counts as it is spelled. */
int width_text(struct str clean); /* of clean text without newlines */
/* Bytes of clean that fit into width columns, cut between clusters; *used gets their columns. */
size_t width_fit(struct str clean, int width, int *used);
/* Where to break clean for a line of width columns: after the last blank that fits, else between clusters. At least one
 * cluster is taken. *next gets where the next line starts (blanks at the break are skipped, and not in the line). */
size_t width_wrap(struct str clean, int width, size_t *next);

#endif
