/* multipart/form-data (RFC 7578) that is in memory whole, taken apart into slices of it. Nothing is
 * allocated; any bytes are safe. Any thread. */
#ifndef COLLECT_MULTIPART_H
#define COLLECT_MULTIPART_H

#include "base/str.h"

#define MULTIPART_BOUNDARY_MAX 70                 /* bytes, by RFC 2046 */
#define MULTIPART_HEADER_MAX   ((size_t)16 << 10) /* bytes of a part's header */

struct multipart {
	struct str rest;                       /* not read yet */
	char mark[4 + MULTIPART_BOUNDARY_MAX]; /* what stands between parts */
	size_t n_mark;
	bool last;         /* the mark that was passed is the last one */
	const char *fault; /* static: what is wrong, "a part has no end"; NULL: nothing so far */
};

/* Of an absent header p is NULL. */
struct multipart_part {
	struct str name;           /* escapes in quotes as sent */
	struct str type, encoding; /* Content-Type and Content-Encoding, as sent */
	struct str body;
};

/* Whether a Content-Type is that of multipart/form-data. */
bool multipart_is(struct str content_type);
/* Starts before the first part. False, with fault, if the type names no boundary or it does not stand
 * in the body, which must stay as long as the parts are used. */
bool multipart_open(struct multipart *m, struct str content_type, struct str body);
/* The next part; false behind the last one, or where fault says what is wrong. */
bool multipart_next(struct multipart *m, struct multipart_part *part);

#endif
