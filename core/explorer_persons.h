/* What PostHog projects know of the persons of the events that are here, which say nothing of them: for columns of person.NAME. Loop
 * thread. */
#ifndef EXPLORER_PERSONS_H
#define EXPLORER_PERSONS_H

#include "explorer.h"
#include "query/property.h"

struct persons;
/* For properties_ask_persons of p; both are borrowed. */
struct persons *persons_new(struct explorer *x, struct properties *p);
void persons_free(struct persons *p); /* calls off what is under way; NULL is allowed */

#endif
