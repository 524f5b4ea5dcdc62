/* JSON for reading: as it was sent, with other white space. */
#ifndef WIDGET_JSON_TEXT_H
#define WIDGET_JSON_TEXT_H

#include "base/buf.h"

/* Both append text as it stands and give false if it is no JSON. */
bool json_text_pretty(struct buf *out, struct str text);  /* two blanks a level */
bool json_text_compact(struct buf *out, struct str text); /* on one line */

#endif
