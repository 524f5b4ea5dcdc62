/* What PostHog was asked, as a text that does the same in its SQL editor. Any thread. */
#ifndef COLLECT_POSTHOG_PASTE_H
#define COLLECT_POSTHOG_PASTE_H

#include "base/buf.h"

/* Appends a text as a literal of HogQL, whatever it holds. */
void posthog_append_literal(struct buf *out, struct str text);
/* Appends the HogQL of a body (posthog_query.h) with its values in the places of their placeholders; nothing of a body that
 * has none. */
void posthog_paste(struct str body, struct buf *out);

#endif
