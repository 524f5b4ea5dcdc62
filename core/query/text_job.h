/* What a worker does of a text search: some events, read from their journals and looked through. Private to core/query. */
#ifndef QUERY_TEXT_JOB_H
#define QUERY_TEXT_JOB_H

#include "journal/journal.h"
#include "query/text_confirm.h"

#include <stdatomic.h>

struct text_item {
	struct journal *journal;
	uint64_t offset;
	uint32_t length;
	uint32_t event; /* its number */
	uint32_t flags; /* as in struct event */
};

struct text_job {
	/* asked for */
	const struct text_forms *forms; /* NULL: every event is to be confirmed */
	struct text_confirm *confirm;   /* its own */
	struct text_item *items;        /* best in the order of their places */
	uint32_t n, cap;

	/* found; kept until text_job_start */
	uint32_t next;   /* items before it were looked through */
	uint64_t bytes;  /* in them */
	uint32_t *found; /* events */
	uint32_t n_found, cap_found;
	uint32_t n_failed;
	struct errinfo error; /* of the first that failed */

	atomic_bool cancelled;

	/* scratch */
	struct buf piece;
	int64_t until;
};

void text_job_init(struct text_job *j);
void text_job_fini(struct text_job *j);
void text_job_start(struct text_job *j); /* with no items */
void text_job_add(struct text_job *j, struct text_item item);
/* Goes on at `next` for some milliseconds. Any thread, one at a time. */
void text_job_run(struct text_job *j);
/* It ends soon, and has its journals to itself until text_job_release, so that nobody waits for a read that takes long. Both
 * on the loop's thread. */
void text_job_cancel(struct text_job *j);
void text_job_release(struct text_job *j); /* after its end, where it was cancelled */

#endif
