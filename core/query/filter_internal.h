/* What the files of the filter language share: a text that is being read. */
#ifndef QUERY_FILTER_INTERNAL_H
#define QUERY_FILTER_INTERNAL_H

#include "query/filter.h"

struct filter_reader {
	struct str text;
	size_t at;
	const struct filter_reading *how;
	struct filter *f;
	struct errinfo *e;
	enum filter_state
		state; /* FILTER_VALID until something goes wrong; the first mistake counts */
	unsigned depth;
	uint32_t terms;
	bool in_span;
	enum field_role role; /* waits for its text */
	bool milliseconds;    /* what the values of the property count that is being read */
	/* Values of the term that is being read. */
	struct filter_value *values;
	uint32_t n_values, cap_values;
};

/* ---- letters and texts, filter_text.c -------------------------------------------------------- */

/* Both return false. wrong: the byte at `at` cannot be; wants: something has to follow, which may be typed yet if the text ends
 * there. */
bool filter_wrong(struct filter_reader *r, size_t at, const char *fmt, ...) PRINTF_LIKE(3, 4);
bool filter_wants(struct filter_reader *r, const char *fmt, ...) PRINTF_LIKE(2, 3);
bool filter_over(struct filter_reader *r, size_t at, const char *what); /* a limit; likewise */
#define FILTER_SHOWN 48 /* bytes of a text that a message repeats */

int filter_peek(const struct filter_reader *r); /* the next byte; -1 at the end */
bool filter_is_blank(int c);
void filter_skip_blanks(struct filter_reader *r);
bool filter_ends_word(int c);                                        /* what no bare text holds */
bool filter_ends_value(int c);                                       /* nor a bare value */
bool filter_at_word(const struct filter_reader *r, struct str word); /* OR and the like */
/* The bare text from here on. */
struct str filter_take_bare(struct filter_reader *r, bool ends(int));
bool filter_take_quoted(struct filter_reader *r,
                        struct str *out); /* at its first quote; into the arena */
bool filter_take_regex(struct filter_reader *r, struct filter_value *out);
bool filter_take_fuzzy(struct filter_reader *r, bool ends(int), struct filter_value *out);
bool filter_count_terms(struct filter_reader *r, uint32_t n); /* within the limit */

/* ---- the grammar, filter_read.c -------------------------------------------------------------- */

#define FILTER_SCOPES_AT 4 /* in filter_word, in the order of enum filter_scope; then count */
/* The field of a name before a colon; *name gets what is left of it behind "@" and "person.". NULL: there is none. */
const struct field *filter_field_of(struct str *name);
/* Reads the whole text into r->f. False: r->state and r->e say what is wrong. */
bool filter_read(struct filter_reader *r);

/* ---- values, filter_value.c ------------------------------------------------------------------ */

/* All values after the colon, into n: a term of a field, or a count. */
bool filter_read_values(struct filter_reader *r, struct filter_node *n);
/* Makes it n's one value. */
bool filter_set_value(struct filter_reader *r, struct filter_node *n, struct filter_value *v);
/* One value that came from elsewhere: nothing in it is special. */
bool filter_plain_value(struct filter_reader *r, struct filter_node *n, struct str text, size_t at);
/* Whether the text is a number of a field that takes them. */
bool filter_is_number(const struct field *f, struct str text);
/* Whether the text, typed bare after the field's colon, reads as this value. */
bool filter_reads_bare(const struct field *field, const struct filter_value *v);

#endif
