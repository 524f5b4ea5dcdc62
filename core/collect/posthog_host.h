/* What a person gives as PostHog's address. */
#ifndef COLLECT_POSTHOG_HOST_H
#define COLLECT_POSTHOG_HOST_H

#include "base/buf.h"
#include "base/err.h"

#define POSTHOG_HOST_US "https://us.posthog.com" /* without --host */

/* Appends scheme, host and port of the URL, the host in lower case, without a slash at its end. what
 * names it in a message ("--host"), which does not repeat the URL. ERR_USAGE for what is none: another
 * scheme than https (http to this machine is taken), a user, a path, a query. */
enum err posthog_host_read(struct buf *out, const char *what, const char *url,
                           struct errinfo *e) MUST_USE;

#endif
