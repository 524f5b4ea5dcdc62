/* The values of a field that events have, with how many have each: for completion. Counted in slices. Loop thread. */
#ifndef QUERY_SEEN_H
#define QUERY_SEEN_H

#include "model/model.h"
#include "query/field.h"
#include "query/property.h"

struct seen_value {
	struct str text;
	uint32_t events;
};
#define SEEN_MAX    100  /* that are told, the most frequent first */
#define SEEN_SAMPLE 200u /* events that are read for names of properties */

struct seen;
/* NULL: the field's values are not counted (words, numbers, times, texts of messages). name: of @name and person.name; if it is
 * empty the values are those names themselves, of SEEN_SAMPLE events at most, the last that came. */
struct seen *seen_new(struct model *m, struct properties *p, const struct field *field,
                      struct str name);
void seen_free(struct seen *s);
/* Only values that begin so, whatever their case; from then on, or again. */
void seen_look(struct seen *s, struct str begins);
/* Goes on until that time_monotonic. True: nothing is left to do now, though a property's column may still be read. */
bool seen_step(struct seen *s, int64_t until);
unsigned seen_percent(const struct seen *s); /* of the events */
/* Of how many events, the last that came; 0: of all. */
uint32_t seen_sample(const struct seen *s);
/* Texts last until the next step. */
const struct seen_value *seen_values(const struct seen *s, uint32_t *n);

#endif
