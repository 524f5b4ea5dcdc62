/* Inside flattening: what its two files share. */
#ifndef COLLECT_FLATTEN_INTERNAL_H
#define COLLECT_FLATTEN_INTERNAL_H

#include "base/hash.h"
#include "collect/capture.h"
#include "collect/mask.h"
#include "collect/uuid.h"
#include "json/lexer.h"

/* The members of an event that are known here. */
enum member {
	UUID,
	EVENT,
	DISTINCT_ID,
	TIMESTAMP,
	PROPERTIES,
	RECEIVED_AT,
	WRITTEN_FIRST, /* those before are written by name, the rest is copied behind them */
	SESSION_ID = WRITTEN_FIRST,
	WINDOW_ID,
	OPTIONS,
	LIFTED, /* those before go into the properties in v1 */
	TOKEN = LIFTED,
	DOLLAR_TOKEN,
	API_KEY,
	DOLLAR_DISTINCT_ID,
	OFFSET,
	DOLLAR_LIB,
	MEMBERS
};

/* Their values in one event, whole; empty if absent. */
struct parts {
	struct str of[MEMBERS];
	struct str inside[MEMBERS]; /* of the properties */
	bool others;                /* some are not written by name */
};

/* The members of a payload that are known here. */
enum wrapped { WRAPPED_TOKEN, WRAPPED_DOLLAR_TOKEN, WRAPPED_API_KEY, WRAPPED_BATCH, WRAPPED };

struct flattener {
	struct json_keys *wrapped;
	struct buf sent, line, made, verdicts; /* sent: the line but for its line ends and tokens */

	/* Of one payload. */
	const struct capture_request *r;
	enum capture_dialect dialect;
	bool checked; /* the payload was accepted by the lexer as a whole */
	struct json_slice found[WRAPPED];
	struct buf *lines;
	struct capture_taken *taken;
	struct mask mask; /* the request's tokens */
	struct hash_index by_uuid;
	const char *skipped; /* why the last event that was no event was skipped */
};

/* flatten_line.c: one event to the text of its line. */

/* The member of that name, as sent; MEMBERS: none of them. */
enum member flatten_member(struct str key);
/* Absent or null. */
bool flatten_is_absent(struct str value);
/* Appends the line of an event to f->sent, without a newline; name is whole, with its quotes. uuid
 * is the one that was sent or, where there is none, made. */
void flatten_line(struct flattener *f, struct str event, const struct parts *parts, struct str name,
                  uint8_t uuid[UUID_BYTES]);

#endif
