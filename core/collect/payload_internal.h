/* Inside decoding: what the files of payload*.c share. Any thread; nothing is kept. */
#ifndef COLLECT_PAYLOAD_INTERNAL_H
#define COLLECT_PAYLOAD_INTERNAL_H

#include "collect/capture.h"

/* Fills e and gives status, so that `return payload_refuse(...)` reads well. */
int payload_refuse(struct errinfo *e, int status, const char *fmt, ...) PRINTF_LIKE(3, 4);

/* ---- payload_inflate.c: compressed bytes ---- */

enum payload_coding {
	PAYLOAD_AS_IS, /* base64, too: the bytes show that better than any name */
	PAYLOAD_GZIP,
	PAYLOAD_DEFLATE, /* with zlib's header, as HTTP has it, or bare, as some send it */
	PAYLOAD_ZSTD,
	PAYLOAD_LZ64, /* lz-string's text */
};

/* What a Content-Encoding or ?compression= names; false, and AS_IS, for any other name. */
bool payload_coding_of(struct str name, enum payload_coding *coding);
bool payload_is_gzip(struct str bytes);
bool payload_is_json(struct str bytes); /* seems to be, by its first byte */
/* *bytes inflated into *out, which they must not lie in; then they do. Gzip's first bytes win over
 * what the coding says; what is plain JSON stays as it is. `what` names the bytes in refusals,
 * "body"; max is of the result. 0, 400, 413 or 503. */
int payload_inflate(enum payload_coding coding, const char *what, size_t max, struct buf *out,
                    struct str *bytes, struct errinfo *e);

/* ---- payload_lz64.c ---- */

/* Appends what the text stands for as UTF-8, into an empty buffer. ERR_PARSE for what makes no sense
 * or ends early, ERR_LIMIT for more than max bytes (half of a pair is 3) or the buffer's cap. */
enum err payload_inflate_lz64(struct str in, size_t max, struct buf *out);

#endif
