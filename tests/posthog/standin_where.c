/* The filters in tracehog's queries: a condition on events behind the bounds of time, or a SELECT of the traces or sessions
 * that pass. Judged by standin_sql*.c. */
#include "standin_sql.h"

#include <stdlib.h>
#include <string.h>

#define OF_EVENTS "timestamp < toDateTime({until})\n  AND ("
#define OF_ROWS   " IN (\nSELECT "

struct where {
	struct arena arena;
	const struct sql_expr *condition; /* of events; NULL: of ids */
	const char **ids;                 /* sorted */
	size_t n;
};

static int by_text(const void *left, const void *right)
{
	return strcmp(*(const char *const *)left, *(const char *const *)right);
}

static void select_ids(struct where *w, const struct standin *s, const char *sql,
                       const cJSON *values, const char **wrong)
{
	const struct sql_select *q = sql_parse_select(&w->arena, sql, values, wrong);

	if (*wrong != NULL)
		return;
	w->ids = sql_texts(&w->arena, q, s, &w->n);
	if (w->n > 0)
		qsort(w->ids, w->n, sizeof(*w->ids), by_text);
}

/* What is behind the page before. */
static bool is_paging(const char *condition)
{
	return strncmp(condition, "timestamp > ", 12) == 0 ||
	       strncmp(condition, "timestamp < toDateTime({before_time})", 37) == 0;
}

struct where *where_new(const struct standin *s, const char *sql, const cJSON *values,
                        const char **wrong)
{
	const char *rows = strstr(sql, OF_ROWS), *events = strstr(sql, OF_EVENTS);
	struct where *w;

	*wrong = NULL;
	if (rows == NULL && (events == NULL || strstr(sql, "GROUP BY") != NULL))
		return NULL;
	if (rows == NULL && is_paging(events + strlen(OF_EVENTS)))
		return NULL;
	w = calloc(1, sizeof(*w));
	if (rows != NULL)
		select_ids(w, s, rows + strlen(" IN (\n"), values, wrong);
	else
		w->condition = sql_parse_expr(&w->arena, events + strlen(OF_EVENTS), values, wrong);
	return w;
}

void where_free(struct where *w)
{
	if (w == NULL)
		return;
	arena_free(&w->arena);
	free(w);
}

bool where_event(const struct where *w, const cJSON *event)
{
	struct arena room = {0};
	bool holds;

	if (w == NULL || w->condition == NULL)
		return true;
	holds = sql_holds(&room, w->condition, event);
	arena_free(&room);
	return holds;
}

bool where_id(const struct where *w, const char *id)
{
	return w == NULL || w->condition != NULL ||
	       (w->n > 0 && bsearch(&id, w->ids, w->n, sizeof(*w->ids), by_text) != NULL);
}
