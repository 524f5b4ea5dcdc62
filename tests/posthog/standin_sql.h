/* A little ClickHouse, as HogQL has it: the expressions and the SELECTs by group that tracehog's filters are made of, over the
 * stand-in's events. Written from what those do and not from what writes them: NULL is neither true nor false, a text that
 * is no number is NULL as one, a property is its JSON without quotes, NULL where that is empty or null. */
#ifndef STANDIN_SQL_H
#define STANDIN_SQL_H

#include "standin.h"

#include "base/arena.h"

/* ---- what was asked, standin_sql_parse.c ---- */

enum sql_kind {
	SQL_CONSTANT,
	SQL_COLUMN,   /* name: timestamp, c0, properties.$ai_model */
	SQL_CALL,     /* name(args...) */
	SQL_OPERATOR, /* name: AND OR NOT = != < <= > >= LIKE ILIKE + * IN; of IN the second argument is a list or a SELECT */
	SQL_LIST,     /* of args, or a list of JSON texts as its value */
	SQL_SELECTED,
};

enum sql_type { SQL_NULL, SQL_NUMBER, SQL_TEXT, SQL_JSON, SQL_ARRAY };
struct sql_value {
	enum sql_type type;
	double number; /* of an array how long it is */
	const char *text;
	const cJSON *json;
	struct sql_value *list;
};

#define SQL_ARGS 64
struct sql_select;
struct sql_expr {
	enum sql_kind kind;
	const char *name;
	struct sql_value value;
	struct sql_expr *args[SQL_ARGS];
	int n;
	struct sql_select *select;
};

#define SQL_COLUMNS 96
#define SQL_ORDERS  4
struct sql_select {
	struct sql_expr *columns[SQL_COLUMNS];
	const char *names[SQL_COLUMNS];
	int n;
	struct sql_select *from; /* NULL: events */
	struct sql_expr *where, *having;
	const char *group, *then;            /* names of columns; NULL: none */
	struct sql_expr *orders[SQL_ORDERS]; /* ORDER BY, of the outermost */
	bool falling[SQL_ORDERS];
	int n_orders;
	size_t limit; /* 0: none */
};

/* Reads what begins at sql; *wrong gets the byte that cannot be, or NULL. Placeholders are values. What is made lasts as
 * long as the arena. */
struct sql_expr *sql_parse_expr(struct arena *a, const char *sql, const cJSON *values,
                                const char **wrong);
struct sql_select *sql_parse_select(struct arena *a, const char *sql, const cJSON *values,
                                    const char **wrong);

/* ---- answering, standin_sql_eval.c ---- */

/* Whether it is true of an event. */
bool sql_holds(struct arena *a, const struct sql_expr *e, const cJSON *event);
/* The texts of its first column, to be freed; in the arena. */
const char **sql_texts(struct arena *a, const struct sql_select *q, const struct standin *s,
                       size_t *n);
/* All of it, as PostHog answers a query; to be freed. What is named ..._time is a time. */
char *sql_answer(const struct standin *s, const char *sql, const cJSON *values, const char **wrong);

/* ---- single values, standin_sql_value.c ---- */

bool sql_like(const char *text, const char *pattern, bool fold);
/* JSONExtractKeysAndValuesRaw; empty of what is no object. */
struct sql_value sql_members(struct arena *a, const cJSON *object);
/* JSONExtractString of a whole text; "" of what is no string. */
const char *sql_unquoted(struct arena *a, const char *json);
const char *sql_substring(struct arena *a, const char *text, double from, double n); /* from 1 */
struct sql_value sql_to_float(struct sql_value v);
const char *sql_lower(struct arena *a, const char *text);
const char *sql_number_text(struct arena *a, double number);

/* What a SELECT gave, standin_sql_eval.c. */
struct sql_rows {
	const struct sql_value **values; /* by row and column */
	size_t n;
};
struct sql_rows sql_rows(struct arena *a, const struct sql_select *q, const struct standin *s);
/* Of two that are not NULL; *known is false if they cannot be compared. */
int sql_order(struct sql_value a, struct sql_value b, bool *known);

/* ---- aggregates, standin_sql_sum.c ---- */

bool sql_is_aggregate(const char *name);
/* Over its arguments in each row, two of each; NULL where there are less. */
struct sql_value sql_aggregate(struct arena *a, const char *name, const struct sql_value (*args)[2],
                               size_t n);

/* ---- the filters in our queries, standin_where.c ---- */

struct where;
/* NULL: the query has none. *wrong: it has one that cannot be read. */
struct where *where_new(const struct standin *s, const char *sql, const cJSON *values,
                        const char **wrong);
void where_free(struct where *w);                            /* NULL is allowed */
bool where_event(const struct where *w, const cJSON *event); /* NULL lets everything through */
bool where_id(const struct where *w, const char *id);        /* of a trace or session; likewise */

#endif
