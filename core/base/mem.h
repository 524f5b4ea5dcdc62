/* Memory that is there or the program ends with a sentence. */
#ifndef BASE_MEM_H
#define BASE_MEM_H

#include <stddef.h>

/* Never return NULL: on failure the handler runs (which gives the terminal back and prints), then
 * the process exits with 6. Sizes are count * size, checked for overflow. mem_zero is
 * zero-filled. Any thread. */
void *mem_alloc(size_t count, size_t size) __attribute__((malloc, returns_nonnull));
void *mem_zero(size_t count, size_t size) __attribute__((malloc, returns_nonnull));
void *mem_resize(void *p, size_t count, size_t size) __attribute__((returns_nonnull));
char *mem_copy_text(const char *p, size_t n); /* n bytes and a NUL */
void mem_free(void *p);                       /* NULL is allowed */
/* Gives what is free back to the system, where the C library would keep it: after something large was let go of. It
 * looks at every free page, so not often. */
void mem_give_back(void);

/* Large pages, where the system has them, make large tables cost less. Memory of a multiple of 2 MiB, which begins on a
 * large page and holds anything; the other asks for them for what lies within p's n bytes. */
void *mem_large(size_t size) __attribute__((malloc, returns_nonnull));
void mem_ask_large(void *p, size_t n);

/* For sizes that outside data decides (a 256 MiB line): NULL on failure. */
void *mem_try(size_t size);

/* From now on large blocks go back to the system as soon as they are freed. Before threads start. */
void mem_start(void);
/* Called once, before exit, when memory runs out. Set before threads start. */
void mem_on_failure(void (*handler)(void));

#endif
