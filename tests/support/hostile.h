/* Events that mean harm: what acts on a terminal, hides, breaks columns, or is a word of some language, in every field that an
 * event has. */
#ifndef SUPPORT_HOSTILE_H
#define SUPPORT_HOSTILE_H

#include <stdio.h>

/* Nobody else writes these: they are in every text that acts on a terminal, behind the sequence that would act. */
#define HOSTILE_MARK "PWNED"

/* How many texts there are. Each is what may stand between the quotes of a JSON string, raw bytes included. */
size_t hostile_count(void);
const char *hostile_text(size_t i);

/* Several lines for each text, in which every field is that text. */
void hostile_write(FILE *out);
/* The same for each string of the Big List of Naughty Strings: those that stand as models in the file at path. */
void hostile_write_list(FILE *out, FILE *list);

#endif
