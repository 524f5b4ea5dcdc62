/* -f and --fail-if: their texts read, what they let through worked out, and mistakes shown where they are. */
#ifndef PRINT_FILTER_H
#define PRINT_FILTER_H

#include "explorer.h"
#include "print/options.h"
#include "query/filtered.h"

/* What is wrong with an option's text: a sentence, the text, and a caret below the byte, on stderr. */
void filter_tell(const char *option, struct str text, const struct errinfo *e);

/* Whether the option's text can be read; false with what is wrong on stderr. */
bool filter_is_right(const char *option, struct str text);
/* All of -f as one text, appended: nothing if there is none. EXIT_BAD_USAGE, with what is wrong on stderr, or EXIT_OK. */
int filter_text_of_options(struct buf *out, const struct options *o);
/* As a filter; *out is NULL if there is none. */
int filter_of_options(struct filter **out, const struct options *o);
/* What a filter says of a list is an error for a command that has none: EXIT_BAD_USAGE with a sentence on stderr, or
 * EXIT_OK. An order is not: where there is none it changes nothing. */
int filter_without_list(const struct filter *f, const char *command);
/* What of the things that x knows passes; NULL with what is wrong on stderr. changed (may be NULL): see filtered.h. x, f are
 * borrowed until filtered_free. */
struct filtered *filter_start(struct explorer *x, const struct filter *f, enum filtered_of of,
                              loop_fn *changed, void *ctx);
/* What rows of that kind are asked about. */
enum filtered_of filter_rows(enum rows_kind kind);
/* EXIT_UNREADABLE, with how many events could not be judged and why on stderr, or code. */
int filter_code(const struct filtered *d, int code);

/* --fail-if cost>1. */
struct condition {
	const struct field *field; /* NULL: there is none, and it never holds */
	struct filter *filter;     /* of one term */
	bool differs;              /* != */
};
/* EXIT_BAD_USAGE, with what is wrong on stderr, or EXIT_OK. Free with condition_free in any case. */
int condition_of_options(struct condition *c, const struct options *o);
void condition_free(struct condition *c);
/* Whether rows of that kind have such a value; false with a sentence on stderr. */
bool condition_fits(const struct condition *c, enum rows_kind kind);
bool condition_holds(const struct condition *c, const struct value *v);
bool condition_holds_row(const struct condition *c, const struct rows *r, uint32_t row);

#endif
