/* One answer of PostHog, taken apart. Private to posthog_rows*.c. */
#ifndef COLLECT_POSTHOG_ROWS_INTERNAL_H
#define COLLECT_POSTHOG_ROWS_INTERNAL_H

#include "collect/posthog_rows.h"
#include "collect/raw.h"
#include "json/lexer.h"

#define POSTHOG_COLUMNS 128 /* more are not looked at */

struct posthog_answer_rows {
	struct str answer;  /* the text that is read: as it was sent, or repaired */
	struct str results; /* the array */
	struct str columns[POSTHOG_COLUMNS]; /* as sent, without quotes */
	size_t n_columns;
	bool checked; /* the lexer accepted all of it; else it is too deep somewhere */
	struct raw_walk walk;
	uint64_t bad; /* rows that were left out */
	struct buf repaired;
};

/* answer is borrowed. with_columns: rows are arrays, and without names for their cells there is
 * nothing to be read. ERR_PARSE otherwise. Close in any case. */
enum err posthog_rows_open(struct posthog_answer_rows *a, struct str answer, bool with_columns,
                           struct errinfo *e) MUST_USE;
/* Tells *e of rows that were left out. */
void posthog_rows_close(struct posthog_answer_rows *a, struct errinfo *e);
/* The next element of the results; false behind the last. */
bool posthog_rows_next(struct posthog_answer_rows *a, struct str *row);
/* Its cells by column; false if it is no row of these columns. deep: it may be too deep. */
bool posthog_rows_cells(const struct posthog_answer_rows *a, struct str row, bool deep,
                        struct str cells[POSTHOG_COLUMNS]);
/* The cell of that column; empty if there is none, or it is null. */
struct str posthog_rows_cell(const struct posthog_answer_rows *a, const struct str *cells,
                             struct str column);
/* The member of an object, the last of that name, under the same rule. */
struct str posthog_rows_member(struct str object, struct str name);

enum json_fault posthog_rows_fault(struct str json);
/* "key":value, both as sent; a comma if something stands before. */
void posthog_rows_put(struct buf *out, struct str key, struct str value);
void posthog_rows_put_time(struct buf *out, struct str key, int64_t time);
/* Appends a line that was put together, its line ends escaped. */
void posthog_rows_end_line(struct buf *lines, struct str line);

#endif
