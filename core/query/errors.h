/* Which error each event has: texts of one form (error_text.h) are one. What a sender took it for ($ai_error_type, $ai_error_normalized)
 * is not asked: the same text is the same error, whoever sent it. Texts are read from their journals by workers, from errors_begin
 * on, and kept up as events arrive. Loop thread. */
#ifndef QUERY_ERRORS_H
#define QUERY_ERRORS_H

#include "base/loop.h"
#include "index/events.h"

struct errors;
struct errors *errors_new(struct loop *loop, const struct events *t); /* borrowed */
void errors_free(struct errors *e); /* also while workers are at it; NULL is allowed */
/* fn (may be NULL) on the loop's thread when more is known. */
void errors_on_change(struct errors *e, loop_fn *fn, void *ctx);
/* Somebody wants to know: reading begins with the next turn of the loop. */
void errors_begin(struct errors *e);
/* New events have come: goes on reading, if it has begun. */
void errors_refresh(struct errors *e);

/* Of events 0..known-1 all is known; the others read as without an error. */
uint32_t errors_known(const struct errors *e);
bool errors_done(const struct errors *e); /* with the events that there are */
/* Number of the event's error, from 1, good as long as e; 0: it has none. */
uint32_t errors_of(const struct errors *e, uint32_t event);
uint32_t errors_count(const struct errors *e); /* numbers are 1..this */
/* Number of the error that has this form; 0: no event has it yet. */
uint32_t errors_find(const struct errors *e, struct str form);
/* Its form; empty of the one that stands for events without a text. */
struct str errors_text(const struct errors *e, uint32_t error);
/* The HTTP status that its text tells of; 0: none. */
unsigned errors_status(const struct errors *e, uint32_t error);
/* Events whose text could not be read: they have no number. */
uint32_t errors_failed(const struct errors *e);
const struct errinfo *errors_failure(const struct errors *e); /* of the first of them */

#endif
