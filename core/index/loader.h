/* Brings a journal into the event table: pieces of it are parsed by workers, and their batches are merged on the loop in
 * slices, in the order of the file. Goes on when the journal grows. */
#ifndef INDEX_LOADER_H
#define INDEX_LOADER_H

#include "base/loop.h"
#include "index/record.h"

#define LOADER_BAD_LINES_KEPT 1000

struct bad_line {
	uint64_t
		line; /* number in the file, from 1; blank lines count here, as editors count them */
	uint64_t offset; /* byte where the line starts */
	uint64_t length; /* bytes; of a line that is too long: those that were looked at */
	uint64_t pos;    /* byte within the line where the trouble stands, from 0 */
	const char *why; /* static text */
	bool irregular;  /* kept as an event all the same */
};

enum loader_state {
	LOADER_LOADING,
	LOADER_DONE,   /* all there is; a growing file goes back to loading */
	LOADER_SHRUNK, /* the file was truncated: no longer followed */
	LOADER_GONE,
	LOADER_FAILED, /* reading failed: see error */
};

struct loader_status {
	enum loader_state state;
	bool loaded_once; /* all that stood there when loading began was looked at */
	struct record_counts counts;
	uint64_t bytes;    /* size of the journal */
	uint64_t loaded;   /* bytes merged so far */
	uint64_t pending;  /* bytes of a last line that is not finished yet */
	uint64_t too_long; /* lines over JOURNAL_MAX_LINE, skipped (they are bad lines too) */
	const struct bad_line
		*bad; /* the first LOADER_BAD_LINES_KEPT bad and irregular lines, by place */
	uint32_t n_bad;
	struct errinfo error;
};

/* Called on the loop's thread. */
struct loader_events {
	void (*added)(void *ctx, uint32_t event);    /* once an event, in order of adding */
	void (*listed)(void *ctx, uint32_t listing); /* likewise of the table's listings */
	void (*changed)(
		void *ctx); /* at most once a slice: something arrived or the state changed */
	void *ctx;
};

struct loader;
/* Borrows all of them. Loading starts with loader_start; with follow it goes on as the file grows. */
struct loader *loader_new(struct loop *loop, struct events *table, struct journal *journal,
                          uint32_t number, const struct loader_events *notify);
void loader_start(struct loader *l, bool follow);
/* Bytes of every piece, for tests; before loader_start. Otherwise a small first one, then about 1 MiB each. */
void loader_set_piece(struct loader *l, uint64_t bytes);
/* The journal grows until loader_end, and only loader_check tells so. Before loader_start, which then
 * does not follow. */
void loader_feed(struct loader *l);
/* It has all it will ever have. why (NULL: it is whole): how it came to an early end; once all is
 * loaded the state is LOADER_FAILED with that error. */
void loader_end(struct loader *l, const struct errinfo *why);
/* Passes over what is in the file now: its lines are neither loaded nor counted. Before loader_start. */
void loader_skip(struct loader *l);
/* Looks at the file now and loads what was appended (a watch does so by itself while following). */
void loader_check(struct loader *l);
const struct loader_status *loader_status(const struct loader *l);
void loader_free(
	struct loader *l); /* waits for its jobs by turning the loop: not from a callback of it */

#endif
