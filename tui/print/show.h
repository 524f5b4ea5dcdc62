/* tracehog show ID and tree ID: one session, trace, span or generation. */
#ifndef PRINT_SHOW_H
#define PRINT_SHOW_H

#include "explorer_text.h"
#include "print/options.h"
#include "json/writer.h"

int print_show(struct options *o); /* both give the exit code */
int print_tree(struct options *o);

/* A trace's tree with bars on standard output, as wide as the terminal, else 120 columns.
 * fold_repeats: a tool called again with the same arguments is one row. */
void print_trace_tree(struct explorer *x, uint32_t trace, bool fold_repeats);

/* Appends the link to where PostHog shows a trace; nothing if it is not from there. */
void print_trace_link(struct explorer *x, uint32_t trace, struct buf *out);

/* The JSON documents, on one line unless pretty, without a newline at the end (print/show_json.c). */
void print_json_session(struct explorer *x, uint32_t session, bool pretty);
void print_json_trace(struct explorer *x, uint32_t trace, bool pretty);
int print_json_event(struct explorer *x, uint32_t event, bool pretty); /* the exit code */
void print_json_part(struct json_writer *w, const struct part *p);     /* one of `messages` */
/* The working of a call's cost, an object (print/show_cost.c). */
void print_json_cost(struct json_writer *w, const struct prices *p,
                     const struct cost_working *work);

/* What an id, a prefix of one, `last` or FILE:LINE names, as in query/lookup.h; errors are lookup_find's. */
enum err print_find(struct explorer *x, struct str text, struct lookup *out,
                    struct errinfo *e) MUST_USE;
/* What the explorer gives away of it, cleaned; gives the exit code. */
int print_explorer_text(struct explorer *x, const struct lookup *found, enum text_form form);

#endif
