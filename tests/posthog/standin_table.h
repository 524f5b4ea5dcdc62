/* What the stand-in's answers are made of: the question, taken apart, and the table that answers it. */
#ifndef STANDIN_TABLE_H
#define STANDIN_TABLE_H

#include "standin_groups.h"
#include "standin_sql.h"

struct question {
	const struct standin *standin;
	const char *name, *sql;
	const cJSON *values;
	int64_t since, until;
	size_t limit;
	const struct where *where; /* its filter */
};

/* Whether the id is one of its {ids}. */
bool question_names(const struct question *q, const char *id);
/* Whether a row comes after the last one of the page before. */
bool question_is_behind(const struct question *q, int64_t time, const char *id);

/* ---- the answer ---- */

struct table {
	cJSON *root, *columns, *results, *row;
	bool named; /* the columns are known: the first row gives them */
};

struct table table_new(void);
void table_row(struct table *t);    /* begins one; what is put is of the last that was begun */
char *table_print(struct table *t); /* frees the table; to be freed */
void put(struct table *t, const char *column, cJSON *value);
void put_text(struct table *t, const char *column, const char *value); /* "" is null */
void put_number(struct table *t, const char *column, double value);
void put_sum(struct table *t, const char *column, struct sum sum);
void put_time(struct table *t, const char *column, int64_t time);

/* ---- standin_events.c ---- */

char *list_events(const struct question *q);
/* TraceQuery: a trace with its events. */
char *query_trace(const struct standin *s, const cJSON *query);

#endif
