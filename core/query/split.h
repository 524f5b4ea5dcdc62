/* What figures are split by: model, user, @release, time. It tells of every event which value it has, as a number. Loop thread, but
 * for what is said of records. */
#ifndef QUERY_SPLIT_H
#define QUERY_SPLIT_H

#include "model/model.h"
#include "query/field.h"
#include "query/property.h"

#define SPLIT_NONE 0u         /* the event has no such value */
#define SPLIT_OUT  UINT32_MAX /* the event has no part in this: of model, a span */

struct split;
/* by: "model", "provider", "user", "session", "trace", "name", "tool", "status", "kind", "finish", "code", "lib", "env", "version",
 * "url", "eval", "feedback", "$groups.TYPE", "@PROPERTY", "person.PROPERTY". Model and properties are borrowed. ERR_USAGE with a sentence that names what was probably meant. */
enum err split_new(struct split **out, struct str by, struct model *m, struct properties *p,
                   struct errinfo *e) MUST_USE;
/* The same without anything to split: what is wrong with by, if anything. */
enum err split_check(struct str by, struct errinfo *e) MUST_USE;
/* The same of values that are told, and not those of events: others have split them. */
enum err split_told(struct split **out, struct str by, struct model *m, struct errinfo *e) MUST_USE;
uint32_t split_tell(struct split *s, struct str value); /* gives its key, from 1 */
/* By timestamps: n equal parts of since <= t < until (microseconds, since < until), numbered from 1. Events outside have no part in
 * it. */
struct split *split_by_time(struct model *m, int64_t since, int64_t until, uint32_t n);
void split_free(struct split *s); /* NULL is allowed */

/* Of an event: SPLIT_NONE, SPLIT_OUT, or a number from 1 up that is good as long as the split. */
uint32_t split_key(struct split *s, uint32_t event);

/* What keys of records are told by. Workers have a snapshot of the table, since it grows, and arrays instead of the model, in
 * which numbers are the model's + 1; 0: none. */
struct split_records {
	const struct events *events; /* chunks and models are looked at */
	struct model *model;         /* NULL: there are the arrays */
	const uint32_t *traces;      /* numbers, by the trace's id */
	const uint32_t *sessions;    /* numbers, by the trace's */
	const uint32_t *session_ids; /* by the session's number */
};
/* Whether keys stand in records: then split_record_key gives what split_key would have, in any thread. */
bool split_is_of_records(const struct split *s);
uint32_t split_record_key(const struct split *s, const struct split_records *r, uint32_t event);

/* Appends the value's text as sent; nothing for SPLIT_NONE. Of time when the part begins, RFC 3339. */
void split_text(const struct split *s, uint32_t key, struct buf *out);
/* False while a column of properties is being read: what is not read yet has no value. */
bool split_ready(const struct split *s);
/* The field that a filter says such a value with, and the name where it is one of properties; NULL of time. */
const struct field *split_field(const struct split *s, struct str *name);
/* Whether the latency of every event counts, and not of generations and embeddings alone: tools, names, kinds. */
bool split_times_all(const struct split *s);
/* What can be split by, for completion: "model"...; "@" and "person." stand for all that begin so. NULL past the last. */
const char *split_word(size_t i);

#endif
