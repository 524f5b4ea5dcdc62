/* What a filter lets through: worked out over all events of a model, in jobs over snapshots and in slices of the loop, and kept
 * up as events arrive. Loop thread.
 *
 * What it is asked about is a row: an event, a trace or a session. Of an event a term speaks of that event. Of a trace or a
 * session a term speaks of the row's own value where a list of them has one (id, name, user, session, cost, tokens, in, out,
 * cache, reasoning, latency, gens, tools, errors, status, is:error, is:running, is:done, is:slow, since, until, at); else it
 * holds if it holds of any event in it. Rows that add up events (users, models, tools) are made of the events that pass.
 * An id is meant by what is all of it, else by what it begins with: id: of an event looks among the uuids and span ids of
 * events, trace: and session: (and id: of such rows) among those of traces and sessions. What is all of an id that comes later
 * means that one from then on.
 * is:loop is said of a call of a tool that is one of ALIKE_LOOP or more that are alike (model/alike.h).
 * gens, tools, errors and count(...) of an event are what stands below it in its trace. An event without a trace is in no
 * trace(...) and no session(...); all(...) holds of nothing that has no events. */
#ifndef QUERY_FILTERED_H
#define QUERY_FILTERED_H

#include "base/loop.h"
#include "model/model.h"
#include "query/filter.h"
#include "query/property.h"

enum filtered_of {
	FILTERED_EVENTS,
	FILTERED_TRACES,
	FILTERED_SESSIONS,
};

enum filtered_word {
	FILTERED_LOOK, /* nobody else knows */
	FILTERED_NO,
	FILTERED_YES,
};

/* What is known only to who asks: is:starred, is:marked, is:new, has:note; and names of sources. NULL functions: such a
 * term is an error that says where it can be used. number: of the event, trace or session; each is asked about once. */
struct errors;
struct filtered_context {
	struct loop *loop;
	struct model *model;
	struct properties *properties;
	struct errors *errors; /* NULL: error.like is such a term, too */
	bool (*is)(void *ctx, enum field_is what, enum filtered_of of, uint32_t number);
	bool (*has_note)(void *ctx, enum filtered_of of, uint32_t number);
	const char *(*source)(void *ctx, uint32_t journal); /* its path */
	/* Of traces and sessions of which events are missing here, a server's word for a part of the filter that it knows all
	 * about (judges). NULL: there is none. */
	bool (*judges)(void *ctx, const struct filter_node *node, enum filtered_of of);
	enum filtered_word (*judged)(void *ctx, enum filtered_of of, uint32_t number);
	/* is:loop holds of the call that makes a loop of a repeat and of those after it, not of those before: for who waits for
	 * one. */
	bool loops_once_made;
	/* On the loop's thread: filtered_step has something to do; not from within filtered_new. What properties_on_change
	 * and errors_on_change tell are such reasons, too. */
	loop_fn *changed;
	void *ctx;
};

/* f is borrowed until filtered_free. ERR_USAGE: it asks what cannot be asked here (is:marked without marks); pos is the byte
 * of f's text. */
struct filtered;
enum err filtered_new(struct filtered **out, const struct filter *f, enum filtered_of of,
                      const struct filtered_context *with, struct errinfo *e) MUST_USE;
void filtered_free(struct filtered *d); /* also while jobs run; NULL is allowed */

/* Goes on until that time_monotonic, or a little beyond. False: there is more that can be done now (call it again soon). True:
 * nothing is left but to wait for `changed` (filtered_done is false), or all is known. Takes in what has arrived since. */
bool filtered_step(struct filtered *d, int64_t until);
/* Every row that there was at the last filtered_step is judged. */
bool filtered_done(const struct filtered *d);
/* Every row that there was at the first filtered_step has been; more may have arrived since. */
bool filtered_judged(const struct filtered *d);
/* For commands that print: runs the loop until it is done. */
void filtered_wait(struct filtered *d);
unsigned filtered_percent(const struct filtered *d); /* about how much is done */
uint32_t filtered_version(
	const struct filtered *d); /* changes whenever filtered_has may answer differently */

/* The lowest number of which the answer has changed since it had that version; UINT32_MAX: none has. */
uint32_t filtered_changed_since(const struct filtered *d, uint32_t version);

/* Whether it passes. False for what is not judged yet. */
bool filtered_has(const struct filtered *d, uint32_t number);
uint32_t filtered_count(const struct filtered *d); /* that pass so far */
/* What it could not judge: events that cannot be read, a regular expression that gave up. */
uint32_t filtered_failed(const struct filtered *d, struct errinfo *e);

#endif
