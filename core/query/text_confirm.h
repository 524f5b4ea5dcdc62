/* Whether an event holds what a text search wants, told from its JSON alone. One thread at a time; each worker has one. */
#ifndef QUERY_TEXT_CONFIRM_H
#define QUERY_TEXT_CONFIRM_H

#include "journal/journal.h"
#include "query/text_rule.h"
#include "query/text_search.h"

/* wanted->value is copied. forms: what its bytes must hold, borrowed; NULL where nothing is certain. ERR_USAGE as
 * text_rule_new. */
struct text_confirm;
enum err text_confirm_new(struct text_confirm **out, const struct text_wanted *wanted,
                          const struct text_forms *forms, struct errinfo *e) MUST_USE;
void text_confirm_free(struct text_confirm *c); /* NULL is allowed */

/* json: the event as it stands in its journal, which is named in messages; from: no hit is before it; flags: as in struct
 * event. TEXT_UNREADABLE with e: it is no JSON any more, or there is not enough memory. */
enum text_verdict text_confirm(struct text_confirm *c, const struct journal *journal,
                               struct str json, size_t from, uint32_t flags, struct errinfo *e);

#endif
