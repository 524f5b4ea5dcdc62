/* The capture endpoint as the commands use it: journal writer, capture and listener together, and
 * taking over when another tracehog that had the journal ends. Loop thread. */
#ifndef COLLECT_ENDPOINT_H
#define COLLECT_ENDPOINT_H

#include "base/loop.h"
#include "collect/forward.h"
#include "collect/listener.h"
#include "journal/writer.h"

struct endpoint;

enum endpoint_state {
	ENDPOINT_LISTENING,
	ENDPOINT_FOLLOWING, /* another process writes this journal: we read along and take over
	                       within a second when it ends */
};

struct endpoint_options {
	const char *folder; /* the journal; NULL: journal_folder */
	struct journal_writer_options writer;
	struct listener_options listener; /* what it points to outlives the endpoint */
	struct forward_options forward;   /* what is taken while it listens; so does this */
};

/* taken(ctx) on the loop's thread after events came in (several may come together), and after the
 * state, a reason why it cannot take over or what is forwarded changed; it may close the endpoint. Not called before
 * endpoint_open has returned. While listening, FOLDER/.port says where (folder.h). ERR_IO,
 * ERR_USAGE; ERR_BUSY when the port is taken by something that is not a tracehog on this journal.
 * Once it follows, such things are no end: it tries again until it is closed. */
enum err endpoint_open(struct endpoint **out, struct loop *loop,
                       const struct endpoint_options *options, loop_fn *taken, void *ctx,
                       struct errinfo *e) MUST_USE;
/* Answers what is under way, and syncs. NULL is allowed. */
void endpoint_close(struct endpoint *p);
enum endpoint_state endpoint_state(const struct endpoint *p);
const char *endpoint_url(const struct endpoint *p);    /* NULL while following */
bool endpoint_is_loopback(const struct endpoint *p);   /* true while following */
const char *endpoint_folder(const struct endpoint *p); /* as given */
/* Since it listens; zeros while following. */
void endpoint_counts(const struct endpoint *p, struct capture_counts *out);
/* False while it forwards nothing: it was not asked to, or follows. */
bool endpoint_forwards(const struct endpoint *p, struct forward_counts *out);
/* True while the journal cannot be written, or cannot be taken over though nobody else has it. */
bool endpoint_failing(const struct endpoint *p, struct errinfo *e);

#endif
