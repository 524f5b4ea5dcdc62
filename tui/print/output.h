/* What the printing commands share: stdout that notices failure, text from outside cleaned, values in every format, and
 * the sources of the command line. */
#ifndef PRINT_OUTPUT_H
#define PRINT_OUTPUT_H

#include "explorer.h"
#include "print/options.h"
#include "print/source.h"
#include "json/writer.h"

/* Writes to stdout; after a failure writes nothing more. A closed pipe ends the program by SIGPIPE, quietly. */
void output_write(struct str bytes);
/* EXIT_UNREADABLE with a sentence on stderr if anything could not be written, else code. */
int output_end(int code);
/* Exit code of a command that found n rows, once its sources gave `code`. held: the condition of --fail-if does. */
int output_exit(const struct options *o, uint64_t n, bool held, int code);
/* A writer to stdout: set up with `out` as its buffer. */
void output_json(struct json_writer *w, struct buf *out, bool pretty);

/* "tracehog: TEXT" on stderr, cleaned. */
void output_error(const char *text);
/* Where in a text something is wrong: the line with that byte, and a caret below it, on stderr; nothing for ERR_NO_POS. */
void output_place(struct str text, uint64_t pos);

/* A value in JSON: unknown is null, times are RFC 3339, amounts exact decimals. */
void output_value(struct json_writer *w, const struct value *v);
/* Key and value of every column of r's row. */
void output_row(struct json_writer *w, const struct rows *r, uint32_t row);
void output_key_int(struct json_writer *w, const char *key, int64_t value);
void output_key_money(struct json_writer *w, const char *key, money value);
/* The keys `tokens` and `cost`, as in stats. */
void output_totals(struct json_writer *w, const struct totals *t);
/* A row set of one event, for the columns of generations. Free with rows_free. */
void output_event_rows(struct rows *r, struct model *m, uint32_t event);

/* Adds the sources that the words name (print/source.h; none: the local journal), loads them, and gives the explorer;
 * NULL with an exit code in *code when none could be opened, or the words cannot stand together. *code is EXIT_UNREADABLE
 * if one of several failed, or what PostHog's answers say. o NULL: no options. */
struct explorer *output_load(struct loop *loop, const struct options *o, char *const *words, int n,
                             int *code);
/* The same without loading, for what follows: unless o says that it does not, it waits for files that are not there
 * yet. */
struct explorer *output_open(struct loop *loop, const struct options *o, char *const *words, int n,
                             int *code);
/* Adds all that o's words name but the local journal, which is open. False: the words cannot stand together. */
bool output_add_beside(struct explorer *x, const struct options *o, int *code);
/* The exit code of what PostHog answered; EXIT_OK for POSTHOG_FINE. */
int output_trouble_code(enum posthog_trouble trouble);
/* EXIT_UNREADABLE and a sentence if a source failed while loading, else code. */
int output_sources_code(const struct explorer *x, int code);

#endif
