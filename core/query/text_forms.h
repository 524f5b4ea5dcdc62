/* A text as it stands in the JSON of an event: what encoders make of it. Tells where raw bytes may hold it, so that only there
 * something has to be decoded; what is not told is in no text of the event. Any thread.
 *
 * What encoders do is what counts (of Python, JavaScript, Go, PHP, Ruby, .NET, Java; and JSON or Python's repr in strings
 * of those, however deep): none escapes an ASCII letter or digit, each may escape anything else. */
#ifndef QUERY_TEXT_FORMS_H
#define QUERY_TEXT_FORMS_H

#include "base/find_bytes.h"

#define TEXT_FORMS_MAX 8

struct text_forms {
	/* A run of the text's characters, without backslashes, folded if case is ignored. What is decoded never puts it
	 * together of what stands apart. */
	uint32_t *codes;
	uint32_t n;
	bool fold;
	bool whole; /* it is all of the text */
	/* Rows of bytes, of which one there must be; each is the run's characters from..to. */
	struct find_bytes rows[TEXT_FORMS_MAX];
	unsigned n_rows, n_as_said; /* the first ones are not escapes */
	uint32_t from, to;
};

/* False: nothing is certain of the text's bytes, and f holds nothing. */
bool text_forms_init(struct text_forms *f, struct str text, bool fold);
void text_forms_fini(struct text_forms *f);

/* Goes through raw bytes. Zero-initialise but for the first two. */
struct text_hits {
	const struct text_forms *forms; /* with rows */
	struct str raw;
	size_t from, to; /* where the run stands that was told last */
	bool as_said;    /* the row there is no escape */
	/* private */
	bool begun;
	struct text_hit {
		size_t row, from, to;
	} next[TEXT_FORMS_MAX]; /* of each row */
};
/* The first byte of a row at or after from around which raw may hold the run; SIZE_MAX if there is none. from never falls. */
size_t text_hits_next(struct text_hits *h, size_t from);
/* Whether the text is there as it stands, without an escape, in a string that begins at `start`. */
bool text_hits_is_literal(const struct text_hits *h, size_t start);

#endif
