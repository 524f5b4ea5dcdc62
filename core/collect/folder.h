/* What stands beside the segments of a journal: the note of who listens for it; and journals that live no longer than the
 * program. */
#ifndef COLLECT_FOLDER_H
#define COLLECT_FOLDER_H

#include "base/buf.h"

/* FOLDER/.port holds the URL of the endpoint that has the journal. It means something only while somebody holds the journal's
 * lock: a killed process leaves its note behind. Where it cannot be written there is none. */
void folder_note_url(const char *folder, const char *url);
void folder_forget_url(const char *folder);
bool folder_read_url(const char *folder, struct buf *url); /* false: no note, or no note of ours */

/* Makes an empty 0700 folder under $TMPDIR or /tmp; its name is appended to path. ERR_IO. */
enum err folder_make_temporary(struct buf *path, struct errinfo *e) MUST_USE;
/* Removes a folder that folder_make_temporary made, and the files in it. */
void folder_remove_temporary(const char *path);

#endif
