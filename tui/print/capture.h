/* tracehog capture: the endpoint without a screen; and what the commands that listen have in common. */
#ifndef PRINT_CAPTURE_H
#define PRINT_CAPTURE_H

#include "collect/endpoint.h"
#include "print/options.h"

int print_capture(struct options *o); /* gives the exit code */

/* The folder of the journal: --journal or the config's, else the default. o NULL: no options. ERR_IO. */
enum err capture_folder(struct buf *out, const struct options *o, struct errinfo *e) MUST_USE;
/* What the options ask of an endpoint on that folder; borrows both. */
void capture_endpoint_options(struct endpoint_options *out, const struct options *o,
                              const char *folder);
/* A line on stderr if other machines can reach the endpoint. */
void capture_warn(const struct endpoint *p);

#endif
