/* Brings a journal into the event table: pieces of it are parsed by workers, and their batches are merged on the loop in
 * slices, in the order of the file, or its end first. Goes on when the journal grows. */
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
	LOADER_DONE,    /* all there is; a growing file goes back to loading */
	LOADER_AWAITED, /* the file is not there yet */
	/* The file was truncated or written anew: what was loaded is gone, and no more of it is. */
	LOADER_SHRUNK,
	LOADER_GONE,     /* deleted or renamed, and nothing stands at its path: read to its end */
	LOADER_REPLACED, /* the same, and another file stands there */
	LOADER_FAILED,   /* reading failed: see error */
};

struct loader_status {
	enum loader_state state;
	int64_t since; /* wall clock when it got into that state; TIME_NONE while it never changed */
	bool succeeded;   /* what stands at its path now is a source of its own */
	bool loaded_once; /* all that stood there when loading began was looked at */
	bool end_loaded;  /* the end is in, and the rest waits for loader_start */
	struct record_counts counts;
	uint64_t bytes;  /* size of the journal */
	uint64_t loaded; /* bytes merged so far */
	int64_t began;   /* time_monotonic() when this load began; 0: none has, or the rest waits */
	uint64_t began_at; /* `loaded` of that moment */
	uint64_t pending;  /* bytes of a last line that is not finished yet */
	uint64_t too_long; /* lines over JOURNAL_MAX_LINE, skipped (they are bad lines too) */
	const struct bad_line *
		bad; /* the first LOADER_BAD_LINES_KEPT bad and irregular lines, by place; those of an
		         end that was loaded first come last, once their numbers are known */
	uint32_t n_bad;
	struct errinfo
		error; /* also why what stands at the path now could not succeed it, or is not what is awaited */
};

/* Called on the loop's thread. */
struct loader_events {
	void (*added)(void *ctx, uint32_t event);    /* once an event, in order of adding */
	void (*listed)(void *ctx, uint32_t listing); /* likewise of the table's listings */
	void (*changed)(
		void *ctx); /* at most once a slice: something arrived or the state changed */
	/* The file was truncated, deleted, replaced, or is there now: state says which. Once each time. */
	void (*happened)(void *ctx, uint32_t number);
	/* Something else stands at its path, and all of what was there is loaded: says whether it was taken on
	 * as a journal of its own. If not, e says why, and it is asked again when the file changes. NULL: it
	 * never is. */
	bool (*succeed)(void *ctx, uint32_t number, struct errinfo *e);
	void *ctx;
};

struct loader;
/* Borrows all of them. Loading starts with loader_start; with follow it goes on as the file grows. */
struct loader *loader_new(struct loop *loop, struct events *table, struct journal *journal,
                          uint32_t number, const struct loader_events *notify);
void loader_start(struct loader *l, bool follow);
/* Loads the end of a long journal, some MiB, now, and the rest from loader_start on, which must wait until status says
 * end_loaded or another state than loading. Events are numbered as they come, so those of the end come first. False:
 * there is nothing to be loaded ahead. */
bool loader_load_end(struct loader *l);
/* Bytes of every piece, for tests; before anything is loaded. Otherwise about 512 KiB each. */
void loader_set_piece(struct loader *l, uint64_t bytes);
/* l reads what stands at before's path now: lines that a writer still adds to the old file are looked for whenever
 * the new one changes. Before loader_start. */
void loader_succeed(struct loader *l, struct loader *before);
/* A line that is no JSON is a log line, not a bad one. Before loader_start. */
void loader_take_logs(struct loader *l);
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
