/* A growing byte buffer with a cap. */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include "base/err.h"
#include "base/str.h"

#define BUF_MAX ((size_t)1 << 30) /* bytes; the cap of a zeroed buffer */

/* Zero-initialise ({0}) to start. Always NUL-terminated once something was appended (the NUL is
 * not counted). */
struct buf {
	char *p;
	size_t n, cap;
	size_t max; /* own cap in bytes; 0 means BUF_MAX */
	bool full;  /* sticky: something did not fit and was left out whole */
};

void buf_free(struct buf *b);  /* frees and zeroes */
void buf_clear(struct buf *b); /* n = 0, memory kept, full reset */
/* Room for n more bytes; false (and full) if the cap forbids. */
bool buf_reserve(struct buf *b, size_t n);
void buf_append(struct buf *b, struct str s);
void buf_add(struct buf *b, char c);
void buf_puts(struct buf *b, const char *text);
void buf_printf(struct buf *b, const char *fmt, ...) PRINTF_LIKE(2, 3);
void buf_pad(struct buf *b, char c, size_t count);
struct str buf_str(const struct buf *b);
const char *buf_text(struct buf *b); /* NUL-terminated, never NULL */

#endif
