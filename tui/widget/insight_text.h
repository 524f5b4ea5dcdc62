/* What core/model/insight.h found, in words: one line each, clean. */
#ifndef WIDGET_INSIGHT_TEXT_H
#define WIDGET_INSIGHT_TEXT_H

#include "model/insight.h"
#include "model/insight_path.h"

/* "refund_tool HTTP 500 at +7.9s, then answered without it"; nothing where nothing is wrong. */
void insight_verdict(struct buf *out, const struct events *events, const struct insight *s);
/* One of them: "hot gpt-5 #4 $0.121 (66%)"; nothing if there is none. */
#define INSIGHT_FACTS 4
void insight_fact(struct buf *out, const struct model *m, uint32_t trace, const struct insight *s,
                  int number);
/* "hot gpt-5 #4 $0.121 (66%)  wait refund_tool 6.1s (49%)  ctx 3k>11k  cache 84% > 0% on #4": what there is of it; a share of less than a
 * tenth is not said. */
void insight_facts(struct buf *out, const struct model *m, uint32_t trace, const struct insight *s);
/* Of one call what it sent more than the one before, and what of its cache it lost: "in 11.2k (+6.1k, a jump)  cache 0% (#3
 * 84%)". Nothing where there is none before it, or its prompt is not known. */
void insight_call_text(struct buf *out, const struct events *events, const struct insight *s,
                       uint32_t call);
/* "! answered after refund_tool failed", if it did. */
void insight_failed_text(struct buf *out, const struct events *events, const struct insight *s,
                         uint32_t call);
/* "critical path 7 of 12 spans, 12.0s of 12.4s". */
void insight_path_text(struct buf *out, const struct insight_path *p, uint32_t nodes);
/* Its spans in the order of the tree, a line each; of very many the first, and how many are left out. */
void insight_path_lines(struct buf *out, const struct events *events, const struct tree *t,
                        const struct insight_path *p);

#endif
