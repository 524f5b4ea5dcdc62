/* Any JSON input turned into lines of events (NDJSON), byte by byte as it comes: from a pipe, a
 * decompressor or a file. Nothing is sought, nothing is read twice.
 *
 * Lines stay lines: every byte is given on as it came, bad lines, CRLF and blank lines too. All else
 * becomes one line an event, in order, without the blanks outside strings, values as sent:
 *   - objects over several lines, one or many
 *   - an array: its elements
 *   - an object with an array `batch` (what SDKs send): its elements
 *   - an object with an array `results` (PostHog's answers): rows by their `columns`, traces by their
 *     `events`, as posthog_rows.h says; events of other answers as they are
 * An object that has its `event` before those is an event. What is no event becomes a line too, so that
 * readers count it as bad. A line end inside a string becomes its escape.
 *
 * How it is told. Each line is looked at until one decides (the first, nearly always):
 *   - a whole object or array that is not empty: lines, all to the end of input. But an object with
 *     `results` and no `event` is a document.
 *   - an object or array that goes on behind the line's end: a document
 *   - of a line over DOCUMENT_BEGINNING bytes that much decides: an array is a document, an object is
 *     if a `batch`, or a member that only answers have, stands in there before any `event`
 *   - anything else decides nothing and is given on as it stands.
 *
 * What is broken. A byte that cannot stand there ends a document. The event it is in is given on as it
 * stands, from its first byte to the end of the line before that byte; the line with that byte is looked
 * at as the first line was (but `{..},` alone on a line counts as a value then). In an event's own first
 * line, the rest of that line goes with it; between events, only what follows is looked at. So a file of
 * lines whose first line is cut loses that line alone, and an array with an event a line loses that
 * event. Wrong numbers and words, and depth over JSON_MAX_DEPTH, end nothing: they cost their own event.
 * An input that ends inside an event has that given on as it stands, with a line end.
 *
 * Memory: one event (of an answer with traces, one trace), of JOURNAL_MAX_LINE at most, and for a
 * broken one that much again: a longer one flows through as one line without being held. Rows that come
 * before their columns are kept up to DOCUMENT_ROWS bytes; from then on rows are given on as they stand.
 *
 * Logs (for standard input): a line that is no JSON becomes a `$log` event with the time of reading and
 * the line as `text`: quotes, backslashes and control bytes escaped, invalid UTF-8 as it came. One over
 * DOCUMENT_LOG_LINE bytes goes on in the next. Blank lines stay.
 *
 * Not here: UTF-16, compression. One thread at a time. */
#ifndef COLLECT_DOCUMENT_H
#define COLLECT_DOCUMENT_H

#include "base/str.h"

#define DOCUMENT_BEGINNING ((size_t)64 << 10) /* bytes that decide */
#define DOCUMENT_ROWS      ((size_t)64 << 20) /* bytes of rows before their columns */
#define DOCUMENT_LOG_LINE  ((size_t)64 << 10)

struct document_options {
	/* Lines in pieces of any size; must not call back. */
	void (*write)(void *ctx, struct str bytes);
	void *ctx;
	bool logs;
};

struct document;
struct document *document_new(const struct document_options *options); /* copied */
void document_free(struct document *d);                                /* NULL is allowed */
/* now: microseconds, the time of reading: `received_at` of PostHog's events, `timestamp` of log lines.
 * What is given on does not depend on where the pieces are cut. All that can be given on has been when
 * it returns. */
void document_feed(struct document *d, struct str bytes, int64_t now);
/* The end of input; then only document_free. */
void document_end(struct document *d, int64_t now);

/* Whether a file can be read in place as lines. beginning: its first DOCUMENT_BEGINNING bytes, or all
 * of it if it has fewer. False: feed it to a document, which gives the right lines in any case. */
bool document_is_lines(struct str beginning);

#endif
