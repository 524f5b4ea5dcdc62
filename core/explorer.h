/* The one API that tui/ uses: owns the journals, the event table, the model and the reading of
 * payloads. Loop thread only. */
#ifndef EXPLORER_H
#define EXPLORER_H

#include "base/loop.h"
#include "collect/posthog.h"
#include "collect/stream.h"
#include "cost/prices.h"
#include "index/loader.h"
#include "index/usage.h"
#include "message/compare.h"
#include "message/message.h"
#include "message/tools.h"
#include "model/alike_pairs.h"
#include "model/tree.h"
#include "query/lookup.h"
#include "query/rows.h"
#include "query/stats.h"

struct explorer;

struct explorer *explorer_new(struct loop *loop); /* loop is borrowed */
/* Runs turns of the loop until its jobs have ended: not from within a callback of the loop. */
void explorer_free(struct explorer *x);
/* A file by its path, compressed or not; a pipe or a terminal too. What cannot be read in place is streamed
 * (collect/stream.h) from explorer_start on. ERR_IO with one clear sentence. Sources may also come after explorer_start;
 * the order of their origins decides which duplicate wins. */
enum err explorer_add_file(struct explorer *x, const char *path, struct errinfo *e) MUST_USE;
/* A file that is not there yet: an empty source until it is, for who follows. ERR_LIMIT. */
enum err explorer_await_file(struct explorer *x, const char *path, struct errinfo *e) MUST_USE;
/* Standard input, or a copy of it, which is taken over, also when this fails: what is no JSON in a stream is a log
 * line. A regular file is read as a file, from its beginning. */
enum err explorer_add_stdin(struct explorer *x, int fd, struct errinfo *e) MUST_USE;
/* What is added from now on is of an origin of that name, copied: what a person named, and what rows are told apart by. Without
 * it each file is one of its own, named by its path. Beyond EVENTS_ORIGINS all are of the last. Gives its number. */
uint32_t explorer_begin_origin(struct explorer *x, const char *name);
/* Takes back the origin that was begun last, if nothing came to be of it. */
void explorer_drop_origin(struct explorer *x);
uint32_t explorer_origin_count(const struct explorer *x);
const char *explorer_origin_name(const struct explorer *x,
                                 uint32_t origin); /* clean before showing */
uint32_t explorer_origin_of(const struct explorer *x, uint32_t source);
uint32_t explorer_origin_events(const struct explorer *x,
                                uint32_t origin); /* that came, duplicates too */
struct posthog *explorer_origin_posthog(const struct explorer *x,
                                        uint32_t origin); /* NULL: no project */
/* A journal folder: its *.ndjson segments (closed ones also .gz or .zst) by name, and while following those that come later. A folder
 * that is not there yet is an empty one. At most one an origin, and no project beside it: else ERR_LIMIT. */
enum err explorer_add_folder(struct explorer *x, const char *path, struct errinfo *e) MUST_USE;
/* Passes over what is in the sources now, for who wants only what comes. Before explorer_start. */
void explorer_skip(struct explorer *x);
/* The end of the last source is loaded ahead of all else, for who shows what is newest. Before explorer_start. */
void explorer_load_end_first(struct explorer *x);
void explorer_start(struct explorer *x, bool follow);
/* Runs the loop until every source is loaded (for commands that print and end). */
void explorer_load(struct explorer *x);
bool explorer_loading(const struct explorer *x);
/* Looks at the newest source of each origin and at the folders now, for when it is known that something was written. */
void explorer_check(struct explorer *x);
/* Lets go of all events, for who needs each but once; those that come are numbered from 0 again. Not
 * while explorer_loading, nor while a payload or preview is asked for. */
void explorer_forget(struct explorer *x);
/* fn after anything changed: events, a source's state, a payload that is ready. At most once per
 * slice. */
void explorer_on_change(struct explorer *x, loop_fn *fn, void *ctx);
/* fn once per event as it is added, after the model knows it (for tail). */
void explorer_on_event(struct explorer *x, void (*fn)(void *ctx, uint32_t event), void *ctx);

/* fn when a file that is followed was truncated, deleted or replaced, or is there now: explorer_source says which.
 * What stands at its path then is a further source of the same path, and what of it was read before counts
 * once by its uuid. */
void explorer_on_source(struct explorer *x, void (*fn)(void *ctx, uint32_t source), void *ctx);

struct loop *explorer_loop(struct explorer *x);
/* The tables that events are priced by: what is built in, what was fetched, and the person's own. */
const struct prices *explorer_prices(const struct explorer *x);
/* Why one of them is left out (clean before showing), or NULL. */
const char *explorer_prices_notice(const struct explorer *x);
struct model *explorer_model(struct explorer *x);
const struct events *explorer_events(const struct explorer *x);
uint32_t explorer_source_count(const struct explorer *x);
const char *explorer_source_path(const struct explorer *x,
                                 uint32_t source); /* clean before showing */
/* Something to say about a source before it is loaded (clean before showing), or NULL. */
const char *explorer_source_notice(const struct explorer *x, uint32_t source);
/* Its events arrive while it is read: it is a pipe or a terminal. */
bool explorer_source_arrives(const struct explorer *x, uint32_t source);
/* Nothing more can come, followed or not: all sources were streams, and are loaded. */
bool explorer_ended(const struct explorer *x);
const struct loader_status *explorer_source(const struct explorer *x, uint32_t source);
/* Of one that is streamed, how far it is; false for the others. */
bool explorer_source_stream(const struct explorer *x, uint32_t source, struct stream_status *out);
/* Events of a source that have no uuid: when it is truncated and they are in it again, they count twice. */
uint32_t explorer_source_nameless(const struct explorer *x, uint32_t source);
/* Bytes of all sources: of one that is streamed those of its input, if it is known how many there are. */
void explorer_progress(const struct explorer *x, uint64_t *loaded, uint64_t *bytes);

/* The columns of its events' properties (query/property.h), kept up as events arrive. They are gone after explorer_forget. */
struct properties;
struct properties *explorer_properties(struct explorer *x);
/* The groups that events are in, for queries of groups; likewise. */
struct memberships *explorer_memberships(struct explorer *x);
/* The errors that events have, for queries of errors; likewise, from errors_begin on. */
struct errors;
struct errors *explorer_errors(struct explorer *x);

struct explorer_counts {
	uint32_t events, traces, logs;
};
/* Numbers are given as things arrive, but where the end was loaded first: then those below early are its, those from
 * there up to late of what stands before it, and later ones came afterwards. Both are 0 if nothing was. */
void explorer_arrival(const struct explorer *x, struct explorer_counts *early,
                      struct explorer_counts *late);

/* A PostHog project; at most one an origin, and no folder beside it there: else ERR_LIMIT. What its API is asked for lands in
 * a folder of its own, which is read like any other; while it is open the loop runs. The functions do
 * nothing where there is no such source, and where what they want is there or under way. Lists are asked of each
 * project, things of those that their events or listings are from. Added after explorer_start it is listed at once. */
enum err explorer_add_posthog(struct explorer *x, const struct posthog_options *options,
                              struct errinfo *e) MUST_USE;
/* The one that is asked what no other can be told for, as HogQL: the chosen one, else the first; NULL: none. */
struct posthog *explorer_posthog(const struct explorer *x);
void explorer_choose_posthog(struct explorer *x, uint32_t origin);
/* By number from 0, in the order of their origins; NULL behind the last. */
struct posthog *explorer_project(const struct explorer *x, uint32_t project);
/* The first that the trace, session or event is from; NULL: none. */
struct posthog *explorer_trace_project(const struct explorer *x, uint32_t trace);
struct posthog *explorer_event_project(const struct explorer *x, uint32_t event);
/* What lists cover (microseconds; until TIME_NONE: now), and lists them. A day before. */
void explorer_set_window(struct explorer *x, int64_t since, int64_t until);
void explorer_window(const struct explorer *x, int64_t *since, int64_t *until);
/* The list's rows up to that time are seen (TIME_NONE: all there are): the next page, if there is one
 * and it begins there. */
void explorer_want_rows(struct explorer *x, enum rows_kind kind, int64_t time);
/* Every event of the window, without inputs and outputs: for lists that are made from events. */
void explorer_want_events(struct explorer *x);
/* Lists made from events leave out those of the window that were neither fetched nor arrived. */
bool explorer_is_partial(const struct explorer *x);
/* The list has further pages in the window, or is not there yet. */
bool explorer_has_more(const struct explorer *x, enum rows_kind kind);
void explorer_want_session(struct explorer *x, uint32_t session); /* its traces */
/* Its events, unless they were fetched and none can have come since; again: in any case. */
void explorer_want_trace(struct explorer *x, uint32_t trace, bool again);
/* The same of n traces, with as few questions as can be. */
void explorer_want_traces(struct explorer *x, const uint32_t *traces, uint32_t n, bool again);
/* Something that was fetched is not read yet: who asks with every frame waits for it. */
bool explorer_is_behind(struct explorer *x);
/* Input and output of an event of a trace that was too big to be fetched with them. */
void explorer_want_body(struct explorer *x, uint32_t event);
void explorer_tail(struct explorer *x, bool on);

/* The payload of one event, read and parsed by a worker. A few are kept; asking for one starts
 * it. The result stays valid until the next explorer_detail for another event has been answered, or something
 * held is released (hold no pointers across turns of the loop). */
enum detail_state {
	DETAIL_LOADING,
	DETAIL_READY,
	DETAIL_FAILED, /* see error: the journal changed or is gone */
};
/* Bytes as they stand in a source now, read by a worker. One range is kept: the result is valid until another one
 * is asked for. DETAIL_FAILED if they cannot be read, or it was truncated. */
struct source_bytes {
	enum detail_state state;
	struct errinfo error;
	struct buf bytes;
};
const struct source_bytes *explorer_source_bytes(struct explorer *x, uint32_t source,
                                                 uint64_t offset, size_t n);

struct detail {
	uint32_t event;
	enum detail_state state;
	struct errinfo error;
	struct buf line;            /* the event's JSON as it stands in the journal */
	struct json_tree tree;      /* of line */
	uint32_t properties;        /* node, or JSON_NO_NODE; of properties_tree if it is set */
	struct buf properties_text; /* properties that came as a JSON string, decoded */
	struct json_tree properties_tree;
	struct messages messages;
	struct tools tools;
	bool has_cost; /* it is a call: explorer_detail, not detail_read, fills: */
	struct cost_working cost;
};
const struct detail *explorer_detail(struct explorer *x, uint32_t event);
/* The same, but it stays where it is, and what is in it once it is ready, until it was released as often as it was held: for
 * who borrows its texts. A large one gives its memory back when it is released. */
const struct detail *explorer_detail_hold(struct explorer *x, uint32_t event);
void explorer_detail_release(struct explorer *x, uint32_t event);
/* The tree that d->properties is a node of. */
const struct json_tree *detail_properties(const struct detail *d);
/* What a metric, feedback or an evaluation says, in a line; nothing of other kinds. Any thread. */
void detail_note(const struct detail *d, enum event_kind kind, struct buf *out);
/* Reads and parses at once, for commands that print. Free with detail_free. */
struct detail *detail_read(const struct events *events, uint32_t event);
void detail_free(struct detail *d);

/* The call before a call: the generation of the same trace, begun earlier, whose input shares the longest run of messages from
 * the first one on (of several the latest). Looked for by workers, kept; NULL while it is not known yet. It stands while the
 * trace grows, unless a call arrives late that began earlier: then it may change, and the one from before is
 * given until the new one is known. Of a long trace the PREVIOUS_CALLS before are looked at, and of those, latest first, no
 * more than PREVIOUS_BYTES of JSON. The result is valid until the next explorer_previous. */
#define PREVIOUS_CALLS 200
#define PREVIOUS_BYTES (UINT64_C(256) << 20)
struct previous {
	uint32_t event;  /* EVENT_NONE: none shares any */
	uint32_t shared; /* messages of the input, from the first, that both have */
	uint32_t number; /* the previous one's explorer_call_number */
	uint32_t alike;  /* the latest of those before with its model and name; EVENT_NONE */
	/* Why the call, or the latest of those before, could not be read (code ERR_OK: all could): it counts as one that shares
	 * none. */
	struct errinfo error;
};
const struct previous *explorer_previous(struct explorer *x, uint32_t event);
/* Which generation or embedding of its trace it is, by start, from 1; 0 if it is none or has no trace. Looks at the whole
 * trace. */
uint32_t explorer_call_number(struct explorer *x, uint32_t event);

/* For messages of a call, how many calls of its session (of its trace, if that is in none) were sent them: read by a worker,
 * kept for one session; NULL while it is not known yet, or the event has no trace. Of a session that grows the counts are those
 * from before until the new ones are known. At most REPEATS_BYTES of JSON are read at a time. The result is valid until the next
 * turn of the loop. */
#define REPEATS_BYTES (UINT64_C(256) << 20)
struct repeats;
const struct repeats *explorer_repeats(struct explorer *x, uint32_t event);
uint32_t repeats_of(const struct repeats *r, uint64_t fingerprint); /* message/fingerprint.h */
/* Calls are left out: too much of them, unreadable, or not here. */
bool repeats_are_partial(const struct repeats *r);
uint32_t repeats_version(const struct repeats *r); /* other counts have another one; 0: NULL */

/* Two calls and what changed from one to the other, read and compared by a worker: from DETAIL_LOADING to what it stays.
 * Owned by who asked, until explorer_compare_end, which comes before explorer_free and explorer_forget. */
struct compared {
	enum detail_state state;
	struct errinfo error;         /* why one of them cannot be read */
	struct detail before, after;  /* once it is ready */
	struct comparison comparison; /* likewise; its texts are theirs */
};
const struct compared *explorer_compare(struct explorer *x, uint32_t before, uint32_t after);
void explorer_compare_end(struct explorer *x, const struct compared *c);
/* Reads and compares at once, for commands that print. Free with compared_free. */
struct compared *compared_read(const struct events *events, uint32_t before, uint32_t after);
void compared_free(struct compared *c);

/* Two sequences paired by a worker; small ones are at once. The keys are taken over. Owned and ended as what explorer_compare
 * gives. */
struct paired {
	bool ready;
	struct alike_pairs pairs; /* once it is */
};
const struct paired *explorer_pair_up(struct explorer *x, const struct alike_sequence sides[2]);
void explorer_pair_end(struct explorer *x, const struct paired *p);

/* What a trace was asked and what it answered: one line each, not clean, from its earliest
 * generation with a user text and its latest with an answer. Read by workers, kept; NULL while
 * it is not there yet. */
struct preview {
	struct str asked, answered;
	uint32_t version; /* of the trace it was made from */
};
const struct preview *explorer_preview(struct explorer *x, uint32_t trace);

#endif
