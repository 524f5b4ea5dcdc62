/* Sends events to a capture endpoint of this machine as an SDK does: POST /batch/, in the order in which they came. A request at
 * a time, made by a worker; what cannot be reached is tried again for a few seconds. Loop thread. */
#ifndef COLLECT_SENDER_H
#define COLLECT_SENDER_H

#include "base/loop.h"
#include "base/str.h"

struct sender;

/* url is the endpoint's ("http://127.0.0.1:8765"), copied. moved(ctx) after a batch was taken or given up. */
struct sender *sender_new(struct loop *l, const char *url, loop_fn *moved, void *ctx);
/* Waits for the request under way by turning the loop: not from a callback of it. What was not sent yet is dropped. NULL is
 * allowed. */
void sender_free(struct sender *s);
void sender_add(struct sender *s, struct str event); /* the JSON of one event; copied */
size_t sender_waiting(const struct sender *s);       /* bytes that are not taken yet; 0: idle */
/* ERR_OK, or why events were given up (the newest reason). */
enum err sender_error(const struct sender *s, struct errinfo *e);

#endif
