/* tracehog capture: the endpoint without a screen; and what the commands that listen have in common. */
#ifndef PRINT_CAPTURE_H
#define PRINT_CAPTURE_H

#define CAPTURE_END_MS 5000 /* for capture_end_forward, where no person waits at a screen */

#include "collect/endpoint.h"
#include "print/options.h"

int print_capture(struct options *o); /* gives the exit code */

/* The folder of the journal: --journal or the config's, else the default. o NULL: no options. ERR_IO. */
enum err capture_folder(struct buf *out, const struct options *o, struct errinfo *e) MUST_USE;
/* What the options ask of an endpoint on that folder; borrows both. */
void capture_endpoint_options(struct endpoint_options *out, const struct options *o,
                              const char *folder);
/* Before the endpoint closes: gives what is forwarded so many milliseconds to get there, unless it is in trouble,
 * and says on stderr what waits on. Turns the loop: not from a callback. */
void capture_end_forward(struct loop *loop, const struct endpoint *p, uint64_t ms);
/* A line on stderr if other machines can reach the endpoint. */
void capture_warn(const struct endpoint *p);

#endif
