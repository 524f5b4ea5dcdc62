/* How the plan of a filter is made; for filtered_plan.c, _term.c, _word.c and _make.c alone. Nodes are made in the part that is being
 * built. What fails is remembered, and the plan made is not to be used then. */
#ifndef QUERY_FILTERED_BUILD_H
#define QUERY_FILTERED_BUILD_H

#include "message/message.h"
#include "query/filtered_internal.h"

struct building;
typedef struct plan *build_fn(struct building *b, const struct filter_node *node);

struct building {
	struct filtered *d;
	struct plan_part *part;
	build_fn *inside; /* what build_any and build_count are to build of events */
	int word;         /* of the field's words, for who builds one after the other */
	struct errinfo *e;
	enum err err;
};

struct plan *build_node(struct building *b, enum plan_kind kind);
void build_add(struct plan *p, struct plan *child);
struct plan *build_end(struct building *b, struct plan *p); /* after the last child */
struct plan *build_both(struct building *b, enum plan_kind kind, struct plan *one,
                        struct plan *other);
struct plan *build_not(struct building *b, struct plan *child);
struct plan *build_nothing(struct building *b);
enum err build_fail(struct building *b, const struct filter_node *node, const char *why);

/* What another part says, of which build makes the top. */
struct plan *build_look(struct building *b, enum plan_kind kind, enum filtered_of of,
                        const struct filter_node *node, build_fn *build);
/* In a part of traces or sessions: of any event of the row. */
struct plan *build_any(struct building *b, const struct filter_node *node, build_fn *build);
/* How many events of the row, or below the event, against the values of node. */
struct plan *build_count(struct building *b, const struct filter_node *node, build_fn *build);

build_fn build_event, build_row;       /* any node, of an event; of a row */
build_fn build_term, build_row_term;   /* filtered_term.c */
build_fn build_words, build_row_words; /* filtered_word.c */

/* filtered_make.c: leaves. */
struct plan *build_record(struct building *b, record_fill *fill, enum record_rank rank);
struct plan *build_flag(struct building *b, uint32_t mask, uint32_t flags);
struct plan *build_kind(struct building *b, enum event_kind is);
struct plan *build_number(struct building *b, const struct filter_node *node, record_fill *fill,
                          int64_t scale);
struct plan *build_extra(struct building *b, const struct filter_node *node,
                         enum event_field field);
struct plan *build_within(struct building *b, record_fill *fill, unsigned field,
                          const struct range *range);
struct table *build_table(struct building *b, enum table_of of, const struct filter_node *node);
struct plan *build_text_of(struct building *b, const struct filter_node *node, record_fill *fill,
                           enum table_of of);
struct plan *build_extra_text(struct building *b, const struct filter_node *node,
                              enum event_field field, bool whole);
struct plan *build_search(struct building *b, const struct filter_node *node,
                          const struct text_wanted *what);
struct plan *build_parts(struct building *b, const struct filter_node *node, enum part_type type);
build_fn build_own; /* of a row; of its field's words the one that b stands at */

#endif
