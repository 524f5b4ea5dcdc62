/* Error codes and the optional explanation that travels with them. */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include <stddef.h>
#include <stdint.h>

#define MUST_USE               __attribute__((warn_unused_result))
#define PRINTF_LIKE(fmt, args) __attribute__((format(printf, fmt, args)))

enum err {
	ERR_OK = 0,
	ERR_USAGE,     /* the person asked for something that cannot be: exit 2 */
	ERR_AMBIGUOUS, /* an id prefix fits several things: exit 2 */
	ERR_NOT_FOUND, /* nothing of that name: exit 1 */
	ERR_IO,        /* cannot be opened, read or written: exit 6 */
	ERR_PARSE,     /* malformed input */
	ERR_RANGE,     /* a value that does not fit */
	ERR_BUSY,      /* somebody else has it: the port, the journal's lock: exit 4 */
	ERR_LIMIT,     /* over a stated limit (depth, length) */
};

/* What went wrong, for people. pos is a byte offset into the thing named by msg, or ERR_NO_POS. */
#define ERR_NO_POS UINT64_MAX
struct errinfo {
	enum err code;
	uint64_t pos;
	char msg[256];
};

/* Fills e (may be NULL) and returns code, so that `return err_set(...)` reads well. The text may
 * hold bytes from outside; whoever prints it cleans it. */
enum err err_set(struct errinfo *e, enum err code, const char *fmt, ...) PRINTF_LIKE(3, 4);

#endif
