/* The one cleaner that everything from outside passes before a surface or stdout. */
#ifndef BASE_CLEAN_H
#define BASE_CLEAN_H

#include "base/buf.h"

enum clean_flags {
	CLEAN_LINES = 1, /* newlines stay (for text that is split into lines later) */
	CLEAN_TABS = 2,  /* tabs stay */
};

/* Appends text with everything that could act on a terminal or hide made visible:
 * C0, DEL and C1 (raw or as UTF-8) as \n \r \t \xNN, invalid bytes as \xNN; bidi controls, tag
 * characters, zero-width and all other format characters, separators U+2028/2029, private use and
 * unassigned characters as \u{HEX} (upper case, no leading zeros).
 * Inside emoji sequences (Unicode UAX 29 clusters, and keycaps) joiners, variation selectors and
 * skin tones are left out, so that what is drawn is a row of base characters. At most 4 combining
 * marks follow one base; more are escaped; a mark without a base (first, after a blank, after
 * something escaped) is escaped. In a locale that is not UTF-8 (see clean_ascii) every non-ASCII
 * character is escaped. A backslash in the text stays as it is. Cleaning twice changes nothing.
 * If out's cap is reached, the rest of text is left out (out->full). */
void clean_append(struct buf *out, struct str text, unsigned flags);

/* Whether output must be ASCII only. Set once at start from the locale; default false. */
void clean_set_ascii(bool ascii);
bool clean_ascii(void);

#endif
