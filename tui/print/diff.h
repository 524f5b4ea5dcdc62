/* tracehog diff A B: what changed from one generation, or trace, to another. */
#ifndef PRINT_DIFF_H
#define PRINT_DIFF_H

#include "explorer.h"
#include "print/options.h"
#include "json/writer.h"

int print_diff(struct options *o); /* the exit code: 0 something differs, 1 nothing does */

/* The JSON document of two calls (print/diff_json.c). */
void print_diff_json(struct explorer *x, const struct compared *c, bool pretty);
/* Its keys `messages`, `output`, `tools`, `parameters`, `cache_break`, as counts alone. */
void print_diff_json_counts(struct json_writer *w, const struct comparison *c);

/* Two traces, their generations pairwise by start (print/diff_trace.c). Gives whether anything differs, and what
 * could not be read in *code. */
bool print_diff_traces(struct explorer *x, uint32_t before, uint32_t after,
                       enum output_format format, int *code);

/* What it says of a call: "gpt-5 #3  0199...". */
void print_diff_call(struct explorer *x, uint32_t event, struct buf *out);

#endif
