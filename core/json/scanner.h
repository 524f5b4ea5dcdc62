/* JSON that comes in pieces: where values and keys begin and end. Nothing is kept of the text, so
 * memory does not grow with it.
 *
 * Brackets, commas, colons, quotes and escapes are checked as lexer.h does it; numbers and words only
 * byte by byte, so what was taken out must go through the lexer. Deeper than SCANNER_MAX_DEPTH only
 * brackets and strings are followed, so that what is too deep still has an end. The marks do not depend
 * on where the pieces are cut. Any thread. */
#ifndef JSON_SCANNER_H
#define JSON_SCANNER_H

#include "json/lexer.h"

/* Two levels for what is around an event. */
#define SCANNER_MAX_DEPTH (JSON_MAX_DEPTH + 2)

enum scanner_mark {
	SCANNER_MORE,    /* the piece is used up */
	SCANNER_BEGIN,   /* a value begins at the place given back; it is not passed yet */
	SCANNER_END,     /* a value ended before it */
	SCANNER_KEY,     /* a key's quote stands there; not passed yet */
	SCANNER_KEY_END, /* a key's closing quote stands before it */
	SCANNER_FAULT,   /* a byte that cannot stand there; the scanner is of no more use */
};

/* Zero-initialise, then set watch. One value is read; behind its end nothing may be scanned. */
struct json_scanner {
	unsigned
		watch; /* values with more than this many around them are checked but not told of */
	unsigned level; /* how many brackets are around the value or key that was just told of */
	/* private */
	uint64_t objects[(SCANNER_MAX_DEPTH + 63) / 64];
	unsigned depth;  /* brackets that are open */
	uint64_t deeper; /* and those beyond SCANNER_MAX_DEPTH */
	uint8_t place, after_string, digits;
	bool told;
};

/* Goes on to the next mark in piece. Gives how many bytes of it have been passed. */
size_t json_scan(struct json_scanner *s, struct str piece, enum scanner_mark *mark);

#endif
