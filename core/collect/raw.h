/* JSON text taken apart and put together as bytes: no value is ever read and printed again. Any
 * bytes are safe here, but only text that the lexer has accepted is taken apart rightly. */
#ifndef COLLECT_RAW_H
#define COLLECT_RAW_H

#include "base/buf.h"

struct raw_walk {
	const char *at, *end;
	const char *behind; /* inside another walk: where this one ends, if that was sought first */
	bool object, first, inside;
	bool broken; /* the text is no JSON; what was given so far means little */
};

/* Starts over the members of an object or the elements of an array; false for anything else. */
bool raw_open(struct raw_walk *w, struct str json);
/* The next member or element; false when there is none, or the text is broken. key is without
 * quotes (empty in arrays), value is whole: strings with their quotes. */
bool raw_next(struct raw_walk *w, struct str *key, struct str *value);

/* The same in steps, so that what is looked into is gone through once: after raw_key, which stops
 * before the value, either raw_value; or raw_enter, raw_next of *inside until there is none (a
 * value that is no object or array has none), and raw_leave. checked: the lexer has accepted the
 * text. Otherwise the value's end is found by its brackets beforehand, so that what is broken in
 * there breaks nothing behind it. */
bool raw_key(struct raw_walk *w, struct str *key);
bool raw_value(struct raw_walk *w, struct str *value);
void raw_enter(const struct raw_walk *w, struct raw_walk *inside, bool checked);
bool raw_leave(struct raw_walk *w, const struct raw_walk *inside, struct str *value);

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
