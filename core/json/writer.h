/* JSON output, streamed: an explicit stack instead of a tree, so that a million rows or 10,000
 * levels cost nothing. */
#ifndef JSON_WRITER_H
#define JSON_WRITER_H

#include "base/decimal.h"

/* Writes into out; when flush is set it is called with what has gathered (about 64 kB) and at
 * json_writer_end, and out is cleared. Zero-initialise, then set out, flush, ctx, pretty. */
struct json_writer {
	struct buf *out;
	void (*flush)(void *ctx, struct str bytes);
	void *ctx;
	bool pretty; /* two blanks a level, 64 at most; else everything on one line */
	/* private */
	struct buf stack;
	bool after_key;
};

void json_begin_object(struct json_writer *w);
void json_end_object(struct json_writer *w);
void json_begin_array(struct json_writer *w);
void json_end_array(struct json_writer *w);
void json_write_key(struct json_writer *w, const char *key);
void json_write_key_text(struct json_writer *w, struct str key); /* any bytes, as json_write_text */
/* Any bytes: invalid UTF-8 becomes U+FFFD (the output is always valid JSON), control bytes are
 * escaped, and so are DEL, C1, bidi controls and other invisible characters, so that JSON on a
 * terminal acts on nothing. */
void json_write_text(struct json_writer *w, struct str text);
void json_write_int(struct json_writer *w, int64_t value);
void json_write_decimal(struct json_writer *w, money value, int scale); /* value * 10^-scale */
void json_write_bool(struct json_writer *w, bool value);
void json_write_null(struct json_writer *w);
/* JSON as sent, checked before by the lexer. Control bytes, invalid UTF-8 and what json_write_text
 * escapes are escaped. */
void json_write_raw(struct json_writer *w, struct str json);
void json_writer_end(struct json_writer *w); /* frees the stack, flushes */

#endif
