/* The result of a query in HogQL that a person wrote: a table with columns and values of any kind, each as it was sent. Input
 * is hostile. It is read by a worker and does not change afterwards, so that any thread may look at it.
 *
 * The text is kept once, and a cell is a place in it. A row that has not one cell a column is left out and counted. */
#ifndef COLLECT_HOGQL_RESULT_H
#define COLLECT_HOGQL_RESULT_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/loop.h"
#include "json/lexer.h"

#define HOGQL_COLUMNS_MAX 1000

struct hogql_column {
	struct str name;  /* any bytes */
	struct str key;   /* the same, but for a second column of that name name_2, and so on */
	struct str type;  /* ClickHouse's ("Nullable(UInt64)"); empty: not told */
	bool numeric;     /* by its type, or, if that is not told, by its values */
	uint32_t longest; /* bytes of its longest value, as sent */
	uint32_t numbers,
		others; /* private: values that are numbers, and that are not; null is neither */
};

struct hogql_cell {
	uint32_t at, n; /* bytes of the text */
};

struct hogql_result {
	struct hogql_column *columns;
	uint32_t n_columns, rows;
	uint32_t left_out; /* rows that made no sense */
	bool more;         /* the server has further rows: the query has no LIMIT */
	/* private */
	uint32_t users;
	struct buf text;
	struct hogql_cell *cells; /* row by row */
	struct arena names;
};

/* Reads answer, which lies in *text; that is taken over, also after an error. Takes its time: for a worker. ERR_PARSE, or
 * ERR_LIMIT for more columns than HOGQL_COLUMNS_MAX. Free it with hogql_result_drop. */
enum err hogql_result_read(struct hogql_result **out, struct buf *text, struct str answer,
                           struct errinfo *e) MUST_USE;
/* For who uses it as well; then there is a drop more. */
struct hogql_result *hogql_result_share(struct hogql_result *r);
/* The last one frees it, by a worker, since giving back what is large takes its time; without a loop at
 * once. r NULL is allowed. Loop thread. */
void hogql_result_drop(struct hogql_result *r, struct loop *loop);

enum json_type hogql_type(const struct hogql_result *r, uint32_t row, uint32_t column);
/* The value as sent, strings with their quotes. Borrowed from r. */
struct str hogql_json(const struct hogql_result *r, uint32_t row, uint32_t column);
/* Appends it for people and other programs: a string is its text, anything else is as sent; nothing for null. Not clean. */
void hogql_text(const struct hogql_result *r, uint32_t row, uint32_t column, struct buf *out);
/* The same, but of no more than its first max bytes as sent: for a screen, which has no room for more. */
void hogql_text_start(const struct hogql_result *r, uint32_t row, uint32_t column, size_t max,
                      struct buf *out);

/* The rows in the order of a column, numbers as numbers and before texts, null last in either direction; what is alike stays as
 * it was sent. The caller's, to be freed with mem_free. Takes its time: for a worker. */
uint32_t *hogql_order(const struct hogql_result *r, uint32_t column, bool falling);

/* Where PostHog says that a query is wrong: by the place that its words name ("line 1, column 8": the first line, behind its
 * eighth character), else by start, a number of characters or ERR_NO_POS. A byte of the query, at most its length;
 * ERR_NO_POS if neither says. */
uint64_t hogql_place(struct str query, struct str said, uint64_t start);

#endif
