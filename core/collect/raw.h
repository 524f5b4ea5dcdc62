/* JSON text taken apart and put together as bytes: no value is ever read and printed again. Any
 * bytes are safe here, but only text that the lexer has accepted is taken apart rightly. */
#ifndef COLLECT_RAW_H
#define COLLECT_RAW_H

#include "base/buf.h"

struct raw_walk {
	const char *at, *end;
	bool object, first;
	bool broken; /* the text is no JSON; what was given so far means little */
};

/* Starts over the members of an object or the elements of an array; false for anything else. */
bool raw_open(struct raw_walk *w, struct str json);
/* The next member or element; false when there is none, or the text is broken. key is without
 * quotes (empty in arrays), value is whole: strings with their quotes. */
bool raw_next(struct raw_walk *w, struct str *key, struct str *value);

/* Whether the key, as sent, stands for name; escapes are undone. */
bool raw_key_is(struct str key, struct str name);
/* What stands between the quotes, as sent; the empty slice if the value is no string. */
struct str raw_inside(struct str value);
/* The text as sent but on one line: raw line ends in strings become \n and \r, others blanks. */
void raw_append(struct buf *out, struct str text);
/* Appends json with bare NaN, Infinity and -Infinity as null. False if there is none: out then is
 * as it was. */
bool raw_repair(struct buf *out, struct str json);

#endif
