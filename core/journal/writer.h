/* The local journal: a folder of append-only NDJSON segments that one process writes. A line is
 * handed to the kernel with write(2) before anybody is told that it was taken: it survives kill -9
 * (at most a torn last line, which is no event and is ended with a newline on the next start), not
 * a power cut; fdatasync at most once a second and at close. */
#ifndef JOURNAL_WRITER_H
#define JOURNAL_WRITER_H

#include "base/buf.h"

#define JOURNAL_SEGMENT      ((uint64_t)256 << 20) /* bytes; then a new segment is begun */
#define JOURNAL_KEEP_BYTES   ((uint64_t)4 << 30)
#define JOURNAL_KEEP_SECONDS ((int64_t)30 * 24 * 3600)

struct journal_writer_options {
	uint64_t segment;     /* bytes of a segment; 0: JOURNAL_SEGMENT */
	uint64_t keep_bytes;  /* of all segments; the oldest closed ones go first; 0: no limit */
	int64_t keep_seconds; /* since a closed segment was last written; 0: no limit */
};

struct journal_writer;

/* Makes the folder (0700, with its parents), takes its lock (flock on FOLDER/.lock) and opens the
 * newest segment if it has room, else a new one: named by UTC time and a number
 * (20261122T021901Z-0001.ndjson) so that names sort by age, 0600, O_APPEND, O_NOFOLLOW, O_CLOEXEC.
 * A folder that is a symbolic link, not ours, or that others can write, is refused. ERR_BUSY when
 * somebody else holds the lock (then they write, and we only read); ERR_IO. */
enum err journal_writer_open(struct journal_writer **out, const char *folder,
                             const struct journal_writer_options *options,
                             struct errinfo *e) MUST_USE;
/* Appends whole lines (each ends with a newline), all to one segment. Either all of them are in the
 * journal when it returns ERR_OK, or none of them is an event there: what a failed write left behind
 * is cut off again; where the system refuses even that, the torn line is ended before the next one.
 * ERR_IO when the disk is full or the file cannot be written: later calls try again. Any thread,
 * also while another one ticks: a mutex in the writer keeps them apart. */
enum err journal_writer_append(struct journal_writer *w, struct str lines,
                               struct errinfo *e) MUST_USE;
/* To be called about once a second while lines come: syncs what was written, removes segments that
 * are over the limits, never others' files. May take as long as the disk does, so not on the loop's
 * thread; appends wait for it only for a moment. Any one thread. */
void journal_writer_tick(struct journal_writer *w);
/* Of the open segment; until the next append, on the thread that appends. */
const char *journal_writer_path(const struct journal_writer *w);
void journal_writer_close(struct journal_writer *w); /* syncs; NULL is allowed */

/* With those above it, modes 0700; failure shows when something is to be made in it. The path is as before. */
void journal_make_folder(char *path);
/* ${XDG_STATE_HOME:-~/.local/state}/tracehog/journal. ERR_IO if neither is set. */
enum err journal_folder(struct buf *out, struct errinfo *e) MUST_USE;

#endif
