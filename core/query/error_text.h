/* What an error says, whoever it happened to and whenever: texts that differ in numbers, ids, addresses and times alone have one
 * form. Pure functions of the text: no locale, no clock. Any thread. */
#ifndef QUERY_ERROR_TEXT_H
#define QUERY_ERROR_TEXT_H

#include "base/buf.h"

#define ERROR_TEXT_MAX 2048u /* bytes that decide: of a traceback from its last exception on */
#define ERROR_FORM_MAX 480u  /* bytes of a form */

/* Appends the form of a text: one line of valid UTF-8, empty where there is none. Numbers become N (durations Ns), ids, mail
 * addresses and keys ID, network and memory addresses ADDR, times TIME; long quotations are left out ('...'), so are queries of
 * URLs and stacks. Of an error in JSON, or printed by Python or Node, stays what it says: its code or type, and its message.
 * HTTP statuses and what is part of a name (gpt-4o, python3) stay as they are. The form of a form is itself.
 * status (may be NULL): the HTTP status that it tells of, 400..599; 0: none. */
void error_form(struct str text, struct buf *out, unsigned *status);

/* The steps of it, for error_*.c alone. Each appends at most what it is given, or ERROR_FORM_MAX bytes. */

/* What of a text decides: not the stack. */
void error_lines(struct str text, struct buf *out);
/* Documents in it read: {"error": {"code": "x", "message": "y"}} says x: y. */
void error_said(struct str text, struct buf *out);
/* Words folded, white space to single blanks. */
void error_fold(struct str text, struct buf *out, unsigned *status);

#endif
