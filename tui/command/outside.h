/* What takes the terminal for a while: text printed on it, an editor, a command that a person typed. The screen has given the
 * terminal back before, and takes it again afterwards; its modes are as they were whatever a program left them as.
 * Waits until it is over: nothing else happens meanwhile, but what listener and workers do. */
#ifndef COMMAND_OUTSIDE_H
#define COMMAND_OUTSIDE_H

#include "command/app.h"

/* text is as it was sent: printed and for the pager it is cleaned, an editor and a command have it as it is. argument: the
 * command, run by `sh -c`; empty: $PAGER, else less. The editor is $VISUAL, else $EDITOR, else vi: a program and
 * its arguments between blanks, no shell's words; its file is 0600 in a 0700 folder under TMPDIR or /tmp, removed
 * afterwards. Neither has the PostHog key in its environment. Appends a line to say; nothing if all went well and
 * was seen. */
void outside_take(enum app_taker by, struct str text, const char *argument, struct buf *line);

#endif
