/* Inside forwarding: a request as a record, and the queue of records. */
#ifndef COLLECT_FORWARD_INTERNAL_H
#define COLLECT_FORWARD_INTERNAL_H

#include "collect/forward.h"
#include "collect/http.h"

/* ---- forward_record.c: a request to bytes and back. No state. ---- */

#define FORWARD_HEADERS 100 /* of one request; more are kept back */

/* A POST that a tracehog did not make by itself, as the lines of `run` are. */
bool forward_is_meant(const struct capture_request *r);
/* NULL, or why the request must not go (static text). via: our own name in it. */
const char *forward_objection(const struct capture_request *r, const struct capture_taken *taken,
                              struct str via);
/* Appends the text of a record: the path and query, header lines, an empty line, the body. */
void forward_record_append(struct buf *out, const struct capture_request *r, struct str via);

struct forward_request {
	struct str target; /* path and query */
	struct str bearer; /* of an Authorization: Bearer; else empty */
	struct http_header headers[FORWARD_HEADERS];
	size_t n_headers;
	struct str body;
};
/* Borrows the text, and writes NULs into it. False for what no forward_record_append has made. */
bool forward_record_read(struct forward_request *out, char *text, size_t n);

/* ---- forward_queue.c: records in files. Which thread calls what stands at each function. ---- */

struct forward_queue;
struct forward_segment;

struct forward_item {
	struct forward_segment *segment;
	uint64_t at; /* where the record begins in it */
	struct buf text;
};

/* Makes the folder if need be. ERR_IO, also for one that is a link, not ours or that others can write. */
enum err forward_queue_open(struct forward_queue **out, const char *folder, uint64_t limit,
                            uint64_t segment, struct errinfo *e) MUST_USE;
/* Syncs. NULL is allowed; nobody else may use it any more. */
void forward_queue_close(struct forward_queue *q);
/* Makes room for a record's head in out; the text goes behind it, then _end_record. */
size_t forward_queue_begin_record(struct buf *out);
void forward_queue_end_record(struct buf *out, size_t began);
/* Appends count whole records, or none of them: ERR_LIMIT when the queue is full, ERR_IO. Listener. */
enum err forward_queue_append(struct forward_queue *q, struct str records, size_t count,
                              struct errinfo *e) MUST_USE;
/* Takes over files of processes that are gone. What is broken is counted in *broken (files), and why in e
 * the newest. Reader: one thread at a time, may wait for the disk. */
void forward_queue_adopt(struct forward_queue *q, struct errinfo *e);
/* The next record that waits; the text is the caller's. False: none. Reader. e as above. */
bool forward_queue_next(struct forward_queue *q, struct forward_item *out, struct errinfo *e);
/* Ends a record: it is not read again, by no later process either; or puts it behind all others. Any thread. */
void forward_queue_done(struct forward_queue *q, const struct forward_item *item);
void forward_queue_again(struct forward_queue *q, const struct forward_item *item);
uint64_t forward_queue_waiting(struct forward_queue *q); /* any thread */
/* Syncs, removes files that are done, sets broken ones aside. Any one thread. */
void forward_queue_tick(struct forward_queue *q);

#endif
