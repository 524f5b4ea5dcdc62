/* Base64. Reading takes either alphabet (+ and / or - and _), blanks for pluses, as forms leave them,
 * line ends and tabs anywhere, and no padding or all of it. Any thread. */
#ifndef BASE_BASE64_H
#define BASE_BASE64_H

#include "base/buf.h"

/* The value of a digit, 0 to 63; BASE64_PADDING; BASE64_BLANK for what counts for nothing; -1 for what
 * cannot stand in base64. */
enum { BASE64_PADDING = 64, BASE64_BLANK = 65 };
int base64_digit(char c);
/* Whether the whole of text is base64. */
bool base64_is(struct str text);
/* Appends the bytes; what is no digit is passed over. */
void base64_decode(struct buf *out, struct str text);
/* Appends the text, padded, on one line; all or, where the buffer's cap forbids, nothing. */
void base64_encode(struct buf *out, struct str bytes);

#endif
