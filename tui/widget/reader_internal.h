/* What reader.c and reader_show.c share: rows. Nobody else includes it. */
#ifndef WIDGET_READER_INTERNAL_H
#define WIDGET_READER_INTERNAL_H

#include "widget/reader.h"

/* Makes rows for the width of the last drawing; the text that was first stays first. Before all of the below. */
void reader_lay_out(struct reader *r);
int reader_labels(const struct reader *r); /* columns of the label column */
int reader_text_column(const struct reader *r, const struct reader_line *l);
int reader_text_width(const struct reader *r, const struct reader_line *l);
/* Byte at which a row of a paragraph starts; rows past the last are the last. */
size_t reader_row_start(struct reader *r, uint32_t line, uint32_t row);
uint32_t reader_row_of_byte(struct reader *r, uint32_t line, size_t at);
uint32_t reader_rows(const struct reader *r); /* of all paragraphs */
/* The row of all that is seen first; there must be a paragraph. */
uint32_t reader_top(const struct reader *r);
/* Puts a row (of all) at the top, but no empty rows below the text while there are rows above. */
void reader_set_top(struct reader *r, uint64_t row);

#endif
