/* Columns of any property: what events say under one name, read from their journals by jobs when somebody first asks, kept
 * up as events arrive. For @name, person.name, $groups and the fields that no record holds; for the columns of lists, tables
 * of frequency, groups. Loop thread, but for what is said of a snapshot. */
#ifndef QUERY_PROPERTY_H
#define QUERY_PROPERTY_H

#include "base/decimal.h"
#include "base/loop.h"
#include "index/events.h"

enum property_of {
	/* properties.NAME; a name with dots that is no property of its own is a path into objects, which may have come as JSON
	 * strings. Likewise below. */
	PROPERTY_OF_EVENT,
	PROPERTY_OF_PERSON, /* $set.NAME, else $set_once.NAME, of the properties or of the event itself */
	PROPERTY_OF_GROUPS, /* properties.$groups.NAME */
};

enum property_type {
	PROPERTY_ABSENT, /* also null */
	PROPERTY_BOOL,
	PROPERTY_NUMBER, /* below 9.2e18 either way; a larger one is a text */
	PROPERTY_TEXT,   /* unescaped; of an object or list its JSON; cut at PROPERTY_MAX bytes */
};
#define PROPERTY_MAX 4096
struct property_value {
	enum property_type type;
	bool has_number; /* of a number, a boolean, and a text that is a number: senders put those into strings */
	bool composite; /* a text that is an object or a list */
	bool cut;       /* its text goes on, see property_read */
	money number;   /* * 1e12; of a boolean 0 or 1 */
	uint32_t
		text; /* number of the value among those of its column, from 1; every type has one (how it was written) */
};

struct properties; /* the columns of one event table */
struct properties *properties_new(struct loop *loop, const struct events *t);
void properties_free(struct properties *p); /* also while jobs run */

/* The column of that name, made if it is not there; it stays until properties_free. Reading begins with the next turn of the
 * loop: columns that are asked for together are read together. changed (may be NULL) is called on the loop's thread when
 * more of any column is known. */
struct property;
struct property *properties_column(struct properties *p, enum property_of of, struct str name);
void properties_on_change(struct properties *p, loop_fn *changed, void *ctx);
/* New events have come: goes on reading for every column that was asked for. */
void properties_refresh(struct properties *p);

/* Who knows more of persons than events say: then its word counts, and not what an event sets. What it says is an event as JSON,
 * which sets of its person what is known under that name; texts are numbered from 1, and stay. */
#define PROPERTY_NOT_TOLD UINT32_MAX
struct property_persons {
	/* Whether all that will be known of the persons of these events is. If not it is asked for, and properties_resume called
	 * when there is more. */
	bool (*ready)(void *ctx, struct str name, uint32_t from, uint32_t n);
	/* Of an event of those that were ready last. 0: it knows nothing; PROPERTY_NOT_TOLD: it would, but could not be asked,
	 * and *why says why. */
	uint32_t (*told)(void *ctx, uint32_t event, struct errinfo *why);
	struct str (*text)(void *ctx, uint32_t told);
	void *ctx;
};
/* Before the first column; borrowed. NULL: nobody does any more. */
void properties_ask_persons(struct properties *p, const struct property_persons *persons);
void properties_resume(struct properties *p);

struct str property_name(const struct property *c);
/* Of events 0..known-1 all is known; the others read as absent. */
uint32_t property_known(const struct property *c);
bool property_done(const struct property *c); /* with the events that there are */
/* Bytes read and in all; they are the same when it is done. */
void property_progress(const struct property *c, uint64_t *done, uint64_t *bytes);
struct property_value property_get(const struct property *c, uint32_t event);
struct str property_text(const struct property *c,
                         uint32_t text);           /* by a value's number; lasts as long as c */
uint32_t property_texts(const struct property *c); /* different values; numbers are 1..this */
/* Events that could not be read, or whose persons nobody could be asked about. */
uint32_t property_failed(const struct property *c);
const struct errinfo *property_failure(const struct property *c); /* of the first of them */
/* Appends an event's value whole, as JSON as it was sent, from its journal; null if it is absent. ERR_IO if it cannot be read
 * any more. */
enum err property_read(const struct property *c, uint32_t event, struct buf *out,
                       struct errinfo *e) MUST_USE;

/* The property that a field of the filter language stands for (env, version, url, temp, max, eval, score, feedback), first
 * named first: the first that an event has counts. n 0: the field is none of these. */
#define PROPERTY_NAMES 4
uint32_t property_names_of(unsigned field, const char *names[PROPERTY_NAMES]);

#endif
