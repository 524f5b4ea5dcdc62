/* Growing byte buffers with a cap. A piece that does not fit is left out whole and `full` says
 * so, so that no half character and no half number ever appears. A slice of the buffer itself
 * must not be appended to it. */
#include "base/buf.h"
#include "base/mem.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define SMALLEST 64 /* bytes of the first allocation */

void buf_free(struct buf *b)
{
	mem_free(b->p);
	*b = (struct buf){0};
}

void buf_clear(struct buf *b)
{
	b->n = 0;
	b->full = false;
	if (b->p)
		b->p[0] = '\0';
}

bool buf_reserve(struct buf *b, size_t n)
{
	size_t max = b->max ? b->max : BUF_MAX;
	size_t cap;

	if (b->n > max || n > max - b->n) {
		b->full = true;
		return false;
	}
	if (b->cap > b->n + n) /* cap counts the NUL */
		return true;
	cap = b->cap < SMALLEST ? SMALLEST : b->cap + b->cap / 2;
	if (cap < b->n + n + 1)
		cap = b->n + n + 1;
	if (cap > max + 1)
		cap = max + 1;
	b->p = mem_resize(b->p, cap, 1);
	b->cap = cap;
	b->p[b->n] = '\0';
	return true;
}

void buf_append(struct buf *b, struct str s)
{
	if (!buf_reserve(b, s.n))
		return;
	if (s.n)
		memcpy(b->p + b->n, s.p, s.n);
	b->n += s.n;
	b->p[b->n] = '\0';
}

void buf_add(struct buf *b, char c)
{
	if (!buf_reserve(b, 1))
		return;
	b->p[b->n++] = c;
	b->p[b->n] = '\0';
}

void buf_puts(struct buf *b, const char *text)
{
	buf_append(b, str_of(text));
}

void buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list args;
	int n;

	va_start(args, fmt);
	n = vsnprintf(NULL, 0, fmt, args);
	va_end(args);
	if (n < 0 || !buf_reserve(b, (size_t)n))
		return;
	va_start(args, fmt);
	vsnprintf(b->p + b->n, (size_t)n + 1, fmt, args);
	va_end(args);
	b->n += (size_t)n;
}

void buf_pad(struct buf *b, char c, size_t count)
{
	if (!buf_reserve(b, count))
		return;
	memset(b->p + b->n, c, count);
	b->n += count;
	b->p[b->n] = '\0';
}

struct str buf_str(const struct buf *b)
{
	return b->n ? (struct str){b->p, b->n} : STR_EMPTY;
}

const char *buf_text(struct buf *b)
{
	return b->p ? b->p : "";
}
