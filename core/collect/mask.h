/* Project tokens, and text without them. */
#ifndef COLLECT_MASK_H
#define COLLECT_MASK_H

#include "base/buf.h"

#define MASK_TOKENS 16

struct mask {
	struct str tokens[MASK_TOKENS]; /* borrowed */
	size_t n;
	size_t common; /* bytes that all of them begin with; a few are enough */
	bool project;  /* one was a project's key; phc_local, which is nobody's, is none */
	bool personal; /* one was a personal API key, or cannot be told from one */
};

/* Remembers a token, as it stands in JSON or in a header. Only what looks like one of PostHog's
 * (phc_..., phx_...) can be told from other text; the rest is masked where a token is expected. */
void mask_add(struct mask *m, struct str token);
/* The value that stands where a token is expected: "phc_***". */
void mask_append_token(struct buf *out, struct str token);
/* The text with every remembered token masked. */
void mask_append(const struct mask *m, struct buf *out, struct str text);

#endif
