/* UTF-8 decoding, and the one cleaner that everything from outside passes before a surface or stdout. */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include "base/buf.h"

/* Decodes the character at s.p[*at] and moves *at past it. Returns -1 for a byte that starts no well-formed
 * sequence (RFC 3629: no surrogates, nothing overlong, at most U+10FFFF); *at then moves by 1. *at < s.n. */
int32_t utf8_next(struct str s, size_t *at);
void utf8_append(struct buf *out, uint32_t code); /* code must be a scalar value */
bool utf8_valid(struct str s);

enum clean_flags {
	CLEAN_LINES = 1, /* newlines stay (for text that is split into lines later) */
	CLEAN_TABS = 2,  /* tabs stay */
};

/* Appends text with everything that could act on a terminal or hide made visible:
 * C0, DEL and C1 (raw or as UTF-8) as \n \r \t \xNN, invalid bytes as \xNN, bidi controls, tag characters, zero-width
 * and other invisible format characters, separators U+2028/2029, private use and unassigned characters as \u{HEX}.
 * Inside emoji sequences (Unicode UAX 29 clusters) joiners, variation selectors and skin tones are left out, so that what
 * is drawn is a row of base characters. At most 4 combining marks follow one base; more are escaped; a mark without
 * a base is escaped. In a locale that is not UTF-8 (see clean_ascii) every non-ASCII character is escaped.
 * A backslash in the text stays as it is. */
void clean_append(struct buf *out, struct str text, unsigned flags);

/* Whether output must be ASCII only. Set once at start from the locale; default false. */
void clean_set_ascii(bool ascii);
bool clean_ascii(void);

/* The next cell's worth of already clean text at *at: one base character with its combining marks. Moves *at. */
struct str utf8_cluster(struct str clean, size_t *at);

/* Simple case folding of one character (for find): utf8proc's. */
uint32_t utf8_fold(uint32_t code);
/* Offset of needle in hay at or after from, or SIZE_MAX. Smart case: needle without capitals ignores case.
 * *len gets the number of bytes of hay that matched. */
size_t utf8_find(struct str hay, struct str needle, size_t from, size_t *len);

#endif
