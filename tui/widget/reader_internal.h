/* What the reader's files share. Nobody else includes it. */
#ifndef WIDGET_READER_INTERNAL_H
#define WIDGET_READER_INTERNAL_H

#include "widget/reader.h"

#define READER_NONE  UINT32_MAX
#define READER_SLICE 4000 /* microseconds that a search, or going to a line, takes of a drawing */

/* ---- reader_lines.c: texts to lines ---- */

/* The lines of a piece as it is shown now, at least one. */
struct reader_lines *reader_lines_of(struct reader *r, uint32_t piece);
/* The lines of the unfolded text, for searching: in *scratch, to be freed with reader_lines_free, unless the piece has them. */
struct reader_lines *reader_lines_unfolded(struct reader *r, uint32_t piece,
                                           struct reader_lines *scratch);
/* The line's text, clean. */
struct str reader_line_text(struct reader_lines *l, uint32_t line);
void reader_drop(struct reader_piece *p); /* its lines and counts */
/* Bytes of a text's start that stand in one piece: whole lines, or a part of a line that is longer. */
size_t reader_part_end(struct str text);

/* ---- reader_rows.c: places ---- */

/* Makes rows for the width of the last drawing; the text that was first stays first. Before all of the below. */
void reader_lay_out(struct reader *r);
int reader_label_column(const struct reader *r);
int reader_gutter(const struct reader *r); /* columns before it */
int reader_labels(const struct reader *r); /* columns of the label column */
int reader_text_column(const struct reader *r, const struct reader_piece *p, int indent);
int reader_text_width(const struct reader *r, const struct reader_piece *p, int indent);
/* The piece that the text of this one began in; itself. */
uint32_t reader_head(const struct reader *r, uint32_t piece);
bool reader_hidden(const struct reader *r, uint32_t piece);
uint32_t reader_line_rows(struct reader *r, uint32_t piece, uint32_t line);
/* Byte at which a row of a line starts; rows past the last are the last. */
size_t reader_row_start(struct reader *r, struct reader_place p);
uint32_t reader_row_of_byte(struct reader *r, uint32_t piece, uint32_t line, size_t at);
/* One row on; false at the end. */
bool reader_step(struct reader *r, struct reader_place *p, int direction);
/* The first row of the first piece from p on that is shown; p itself if it is. False: none is shown. */
bool reader_settle(struct reader *r, struct reader_place *p);
/* Brings top into range, with no empty rows below the text while there are rows above. */
void reader_settle_top(struct reader *r);
int reader_compare(struct reader_place a, struct reader_place b);
/* Rows of everything shown and those above top, estimated where texts are large. */
void reader_extent(struct reader *r, uint64_t *above, uint64_t *all);
/* Folds or unfolds, and forgets what that makes wrong. */
void reader_set_open(struct reader *r, uint32_t piece, bool open);

/* ---- reader.c ---- */

void reader_go_on(struct reader *r); /* to the line that is being gone to, for some milliseconds */

/* ---- reader_find.c ---- */

/* Goes on with what is under way, for some milliseconds. */
void reader_find_more(struct reader *r);
/* At another width what is laid out has other lines: they are counted and looked through again. */
void reader_find_again(struct reader *r);

#endif
