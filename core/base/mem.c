/* Allocation that succeeds or ends the program with a sentence. The sentence is written with
 * write(2), since stdio may itself want memory. What outside data sizes goes through mem_try and
 * may fail. */
#include "base/mem.h"

#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#ifdef __GLIBC__
#include <malloc.h>
#endif

/* Process-wide by nature: there is one terminal to give back. Atomic, so that two threads that
 * fail at once run the handler once. */
static _Atomic(void (*)(void)) failure_handler;

#define EXIT_NO_MEMORY 6
#define LARGE_BLOCK    (1 << 20) /* bytes */

static _Noreturn void fail(void)
{
	static const char text[] = "tracehog: out of memory\n";
	void (*handler)(void) = atomic_exchange(&failure_handler, NULL);
	ssize_t written;

	if (handler)
		handler();
	written = write(STDERR_FILENO, text, sizeof(text) - 1);
	(void)written;
	_exit(EXIT_NO_MEMORY);
}

static size_t total(size_t count, size_t size)
{
	size_t bytes;

	/* Beyond PTRDIFF_MAX pointer differences are undefined; malloc refuses it too. */
	if (__builtin_mul_overflow(count, size, &bytes) || bytes > PTRDIFF_MAX)
		fail();
	return bytes ? bytes : 1;
}

void *mem_alloc(size_t count, size_t size)
{
	void *p = malloc(total(count, size));

	if (!p)
		fail();
	return p;
}

void *mem_zero(size_t count, size_t size)
{
	void *p = calloc(1, total(count, size));

	if (!p)
		fail();
	return p;
}

void *mem_resize(void *p, size_t count, size_t size)
{
	void *moved = realloc(p, total(count, size));

	if (!moved)
		fail();
	return moved;
}

#define LARGE_PAGE ((size_t)2 << 20)
#define SMALL_PAGE ((uintptr_t)4096)

void mem_ask_large(void *p, size_t n)
{
#ifdef MADV_HUGEPAGE
	uintptr_t from = ((uintptr_t)p + SMALL_PAGE - 1) & ~(SMALL_PAGE - 1);
	uintptr_t to = ((uintptr_t)p + n) & ~(SMALL_PAGE - 1);

	/* It is a wish: who does not grant it does no harm. */
	if (n >= LARGE_PAGE)
		(void)madvise((void *)from, to - from, MADV_HUGEPAGE);
#else
	(void)p;
	(void)n;
#endif
}

void *mem_large(size_t size)
{
	void *p = aligned_alloc(LARGE_PAGE, size);

	if (!p)
		fail();
	mem_ask_large(p, size);
	return p;
}

char *mem_copy_text(const char *p, size_t n)
{
	char *copy;

	if (n == SIZE_MAX)
		fail();
	copy = mem_alloc(n + 1, 1);
	if (n)
		memcpy(copy, p, n);
	copy[n] = '\0';
	return copy;
}

void mem_free(void *p)
{
	free(p);
}

/* The C library would raise the limit by itself to what was freed last, and then keep such blocks. */
void mem_start(void)
{
#ifdef __GLIBC__
	mallopt(M_MMAP_THRESHOLD, LARGE_BLOCK);
#endif
}

void mem_give_back(void)
{
#ifdef __GLIBC__
	malloc_trim(0);
#endif
}

void *mem_try(size_t size)
{
	return size > PTRDIFF_MAX ? NULL : malloc(size ? size : 1);
}

void mem_on_failure(void (*handler)(void))
{
	atomic_store(&failure_handler, handler);
}
