/* One file of events, read with pread. A user's NDJSON file is a journal as it stands. */
#ifndef JOURNAL_JOURNAL_H
#define JOURNAL_JOURNAL_H

#include "base/buf.h"

#define JOURNAL_MAX_LINE \
	((size_t)256 << 20) /* bytes; longer lines are skipped to their end and counted */

struct journal;

enum journal_change {
	JOURNAL_SAME,
	JOURNAL_GROWN,
	/* Truncated, or written anew from its start: what was taken in is gone. From now on
	 * journal_read_exact fails, and so does journal_check. */
	JOURNAL_SHRUNK,
	JOURNAL_GONE,     /* deleted or renamed: nothing stands at that path; it can be read on */
	JOURNAL_REPLACED, /* the same, and another file stands there */
};

/* Opens a regular file for reading (O_NOCTTY, O_CLOEXEC, never blocking on a FIFO). ERR_IO with one clear sentence for a
 * missing file, a directory, a device, a FIFO, a socket, no permission. The path is copied. */
enum err journal_open(struct journal **out, const char *path, struct errinfo *e) MUST_USE;
/* A file that is not there yet: an empty journal, which journal_check opens once there is one; until then it gives
 * JOURNAL_GONE. Opens nothing itself. */
struct journal *journal_await(const char *path);
bool journal_is_awaited(const struct journal *j); /* it is not open yet */
/* Why what stands at its path cannot be opened, as of the last journal_check; ERR_OK: nothing stands there. */
const struct errinfo *journal_why_awaited(const struct journal *j);
/* A regular file that is open for reading and need not have a name: taken over, closed also when this
 * fails (ERR_IO). name is for people. It is never gone. */
enum err journal_open_file(struct journal **out, int file, const char *name,
                           struct errinfo *e) MUST_USE;
void journal_close(struct journal *j);
/* For reads that are under way: past journal_close it stays, with its file, until as many were given back. Loop thread. */
void journal_hold(struct journal *j);
void journal_release(struct journal *j);
const char *journal_path(const struct journal *j); /* as given: clean it before showing */
/* Where the system tells of its changes. */
const char *journal_watched(const struct journal *j);
uint64_t journal_size(const struct journal *j); /* bytes, as of the last journal_check */
/* Looks again; loop thread. kept: so many bytes from its start were taken in. What follows them may be cut and
 * written anew, as a writer does that takes back a torn line: that is JOURNAL_SAME, with another size. */
enum journal_change journal_check(struct journal *j, uint64_t kept);
/* Closes the file for good, when nobody reads it just now (gives false then): for one that nothing can be added to any
 * more. It is JOURNAL_SAME from then on, and cannot be read. Loop thread. */
bool journal_let_go(struct journal *j);
/* A journal of what stands at the same path now. Errors as journal_open. */
enum err journal_open_again(struct journal **out, const struct journal *j,
                            struct errinfo *e) MUST_USE;

/* Reads up to n bytes at offset; gives how many (0 at the end), or -1 with errno. Any thread. */
int64_t journal_read(const struct journal *j, uint64_t offset, char *into, size_t n);
/* Exactly n bytes appended to out, or ERR_IO (also when the file ends before or was truncated meanwhile). Any thread. */
enum err journal_read_exact(const struct journal *j, uint64_t offset, size_t n, struct buf *out,
                            struct errinfo *e) MUST_USE;

/* The sentence for an event that is not what was loaded; json is what its JSON does wrong ("is empty"), or NULL. Gives code. Any
 * thread. */
enum err journal_changed(const struct journal *j, const char *json, enum err code,
                         struct errinfo *e);

/* What a file, or a text that is not shorter, begins with. Enough to tell are 4 bytes. */
#define JOURNAL_UTF16_BYTES 4
bool journal_is_utf16(struct str beginning);

#endif
