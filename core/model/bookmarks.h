/* Bookmarks: traces, sessions, events and users that a person wants to come back to, each with a note. They are kept in a file, by ids as
 * they were sent, so that they hold whatever is loaded and in whatever order. Loop thread. */
#ifndef MODEL_BOOKMARKS_H
#define MODEL_BOOKMARKS_H

#include "base/err.h"
#include "index/ids.h"

enum bookmark_of {
	BOOKMARK_TRACE,
	BOOKMARK_SESSION,
	BOOKMARK_EVENT, /* by its uuid */
	BOOKMARK_USER,
	BOOKMARK_KINDS,
};
const char *bookmark_of_name(enum bookmark_of of); /* "trace" */

#define BOOKMARKS_MAX     10000u
#define BOOKMARK_NOTE_MAX 2000u /* bytes */

/* All texts as they came: clean before showing. */
struct bookmark {
	enum bookmark_of of;
	struct str id;
	struct str name; /* what it was called then; may be empty */
	struct str note; /* may be empty */
	int64_t time;    /* when it was set, microseconds since 1970 */
	uint32_t number; /* of the id; 0: nothing that is loaded has it */
};

struct bookmarks;
/* path NULL: none are kept. What cannot be read gives no bookmarks and e; nothing is written over it then. A file that is not
 * there is an empty one. Never fails otherwise. */
struct bookmarks *bookmarks_open(const char *path, struct errinfo *e);
void bookmarks_free(struct bookmarks *b); /* NULL is allowed */

/* Adds one, or gives one another note. The file is read again first: other processes may have changed it. ERR_LIMIT over
 * BOOKMARKS_MAX, or of an id or note with a NUL or a note that is too long; else as own_file.h, ERR_PARSE. */
enum err bookmarks_set(struct bookmarks *b, const struct bookmark *new, struct errinfo *e) MUST_USE;
/* ERR_NOT_FOUND: another process did. */
enum err bookmarks_remove(struct bookmarks *b, enum bookmark_of of, struct str id,
                          struct errinfo *e) MUST_USE;

uint32_t bookmarks_count(const struct bookmarks *b);
/* The newest first. As long as b is not changed. */
const struct bookmark *bookmarks_at(const struct bookmarks *b, uint32_t at);
/* Looks up the ids that had no number yet. Cheap where none came. */
void bookmarks_resolve(struct bookmarks *b, const struct ids *ids);
/* By the number of its id, as of the last bookmarks_resolve; NULL if it is none. */
const struct bookmark *bookmarks_find(const struct bookmarks *b, enum bookmark_of of,
                                      uint32_t number);

#endif
