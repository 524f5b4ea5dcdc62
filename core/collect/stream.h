/* What can only be read from its beginning to its end: compressed files, pipes, terminals, and documents whose events do not
 * stand a line each. A thread reads it, inflates it (gzip and zstd by their first bytes), makes lines of events of it
 * (document.h), and appends them to a temporary journal: a file without a name, mode 0600, which is gone with us.
 *
 * Limits: of what is inflated, and of the journal, max_bytes are taken; a line is taken up to
 * JOURNAL_MAX_LINE and a byte, so that its reader counts it as too long. A zstd frame may ask for a window of
 * 128 MiB. UTF-16 is refused. Memory is bounded, whatever is read.
 *
 * All functions on the loop's thread. */
#ifndef COLLECT_STREAM_H
#define COLLECT_STREAM_H

#include "base/loop.h"
#include "journal/journal.h"

#define STREAM_MAX_BYTES ((uint64_t)8 << 30)

struct stream;
struct stream_options {
	const char *name;   /* for people: the path, or "-" */
	const char *folder; /* where the journal lies; it is made if need be */
	uint64_t max_bytes; /* 0: STREAM_MAX_BYTES */
	bool logs;          /* lines that are no JSON are log lines (document.h) */
};

/* Opens what has to be streamed, never waiting for anybody; -1 for what can be read in place, cannot be
 * read at all or cannot be opened: journal_open says which. */
int stream_open_file(const char *path);
/* The same of a descriptor, which stays as it is but for its position: whether it has to be streamed. */
bool stream_is_needed(int fd);

/* Takes fd over, also when it fails: ERR_IO where no temporary journal can be made. Reads nothing yet. */
enum err stream_new(struct stream **out, int fd, const struct stream_options *options,
                    struct errinfo *e) MUST_USE;
/* Owned by the stream. It grows, and is whole when the stream has ended. */
struct journal *stream_journal(const struct stream *s);
/* Something to say about where the journal lies, or NULL: it is in memory. */
const char *stream_notice(const struct stream *s);
/* False for pipes and terminals: they may go on for ever. */
bool stream_is_finite(const struct stream *s);

struct stream_status {
	uint64_t taken;   /* bytes of the input that were read */
	uint64_t size;    /* of all there are; 0: not known */
	uint64_t written; /* of the journal */
	int64_t began;    /* time_monotonic(); 0: it has not */
	int64_t last;     /* likewise when it read something; 0: it has not */
	bool ended;
};
void stream_read_status(const struct stream *s, struct stream_status *out);

/* Begins to read. changed: something was read or the stream has ended; at most every 10 ms. */
void stream_start(struct stream *s, struct loop *loop, loop_fn *changed, void *ctx);
bool stream_ended(const struct stream *s);
/* Of one that has ended: how it came to an early end ("cut at byte N: why: NAME"; N counts the bytes of the
 * input, and is in pos), or NULL. What came before is in the journal. Of what
 * is refused for its beginning it is "why: NAME". */
const struct errinfo *stream_error(const struct stream *s);
/* Ends the thread at once; changed is not called any more. The journal stays until stream_free. */
void stream_stop(struct stream *s);
void stream_free(struct stream *s); /* NULL is allowed */

#endif
