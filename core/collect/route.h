/* The table of paths: what is spoken here, and what is answered so that SDKs are content. */
#ifndef COLLECT_ROUTE_H
#define COLLECT_ROUTE_H

#include "collect/capture.h"

enum route_kind {
	ROUTE_CAPTURE, /* takes events */
	ROUTE_ANSWER,  /* says what the table says, whatever was sent */
};

struct route {
	const char *path; /* '*' is one segment */
	const char *methods;
	enum route_kind kind;
	enum capture_dialect dialect; /* of ROUTE_CAPTURE */
	int status;                   /* of ROUTE_ANSWER, as is all that follows */
	const char *content_type;
	const char *text; /* in it, %u is a new uuid, %t the segment that '*' stood for, as JSON */
	const char *etag; /* with its quotes; NULL: none. Who changes the text changes it, too */
};

/* The route whose path the end of `path` is (slashes at the end do not count), or NULL. *segment,
 * if the route has a '*', is what its first one stands for. */
const struct route *route_find(struct str path, struct str *segment);
/* Appends what a ROUTE_ANSWER says. */
void route_answer(const struct route *route, struct str segment, int64_t now, struct buf *out);

#endif
