/* What became of a source, in words. */
#ifndef DRAW_SOURCE_TEXT_H
#define DRAW_SOURCE_TEXT_H

#include "collect/forward.h"
#include "collect/stream.h"
#include "draw/role.h"
#include "index/loader.h"

/* What tells the source of that number, in the order in which they were named, from its neighbours; its name does, too. */
enum role source_role(uint32_t origin);
/* "loaded", "truncated at 05:12:03, read again from its start". nameless: events that have no uuid, so that nobody can
 * tell which of them are in a truncated file again. Not clean: an error may name a path. Gives the role it is to be
 * drawn with. */
enum role source_state_text(struct buf *out, const struct loader_status *s, uint32_t nameless);
/* "41% of 1.2 GB   212 MB/s   3.1s left" of a source that is being loaded; now: time_monotonic(). The rate is left out
 * while it cannot be told. Nothing if it has not begun. */
void source_progress_text(struct buf *out, const struct loader_status *s, int64_t now);
/* "   212 MB/s   3.1s left" of bytes that were done in took microseconds, and how many are left; 0: not known. Nothing
 * while it cannot be told. */
void source_rate_text(struct buf *out, uint64_t done, uint64_t left, int64_t took);
/* How far a stream is: "41% of 1.2 GB read   212 MB/s   3.1s left   temporary journal 3.4 GB". The percentage and the time
 * left where it is known how much there is; neither they nor the rate once all was read. */
void source_stream_text(struct buf *out, const struct stream_status *s);
/* "forward 12 waiting, 3 refused, 1 kept back"; of the last two what there is. */
void source_forward_text(struct buf *out, const struct forward_counts *c);
/* Where a bad line is and what is wrong with it: "PATH:12: bad: is not JSON at byte 0 of the line (3 of the file)". Not
 * clean either. */
void source_bad_line_text(struct buf *out, const char *path, const struct bad_line *b);

#endif
