/* Separated values for other programs. Any thread. */
#ifndef BASE_CSV_H
#define BASE_CSV_H

#include "base/buf.h"

/* Appends a text clean and on one line, with an apostrophe before what a spreadsheet would take for a formula. escaped: a
 * backslash is two, so that what was escaped can be told. */
void csv_guarded(struct buf *out, struct str text, bool escaped);
/* Appends clean text as a field of RFC 4180, in quotes if it needs them. */
void csv_field(struct buf *out, struct str clean);

#endif
