/* See standin_sql.h: a SELECT answered whole, in the shape that PostHog's API has. */
#include "standin_groups.h"
#include "standin_sql.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* qsort has no context: the query whose rows are put in order. */
static const struct sql_select *sorted;

static struct sql_value column_of(const struct sql_value *row, const struct sql_expr *e)
{
	for (int i = 0; i < sorted->n; i++)
		if (e->kind == SQL_COLUMN && strcmp(sorted->names[i], e->name) == 0)
			return row[i];
	/* ifNull(column, constant) */
	if (e->kind == SQL_CALL && e->n == 2) {
		struct sql_value v = column_of(row, e->args[0]);

		return v.type != SQL_NULL ? v : e->args[1]->value;
	}
	return (struct sql_value){0};
}

static int by_orders(const void *left, const void *right)
{
	const struct sql_value *const *a = left, *const *b = right;

	for (int i = 0; i < sorted->n_orders; i++) {
		struct sql_value x = column_of(*a, sorted->orders[i]);
		struct sql_value y = column_of(*b, sorted->orders[i]);
		bool known;
		int by = x.type == SQL_NULL || y.type == SQL_NULL
		                 ? (x.type == SQL_NULL) - (y.type == SQL_NULL)
		                 : sql_order(x, y, &known);

		if (by != 0)
			return sorted->falling[i] ? -by : by;
	}
	return 0;
}

static cJSON *time_json(double time)
{
	struct buf out = {0};
	cJSON *made;

	time_append_rfc3339(&out, (int64_t)time);
	made = cJSON_CreateString(buf_text(&out));
	buf_free(&out);
	return made;
}

static cJSON *cell_json(const char *name, struct sql_value v)
{
	size_t n = strlen(name);

	if (v.type == SQL_NULL)
		return cJSON_CreateNull();
	if (v.type == SQL_TEXT)
		return cJSON_CreateString(v.text);
	if (n > 5 && strcmp(name + n - 5, "_time") == 0)
		return time_json(v.number);
	return cJSON_CreateNumber(v.number);
}

char *sql_answer(const struct standin *s, const char *sql, const cJSON *values, const char **wrong)
{
	struct arena a = {0};
	const struct sql_select *q = sql_parse_select(&a, sql, values, wrong);
	cJSON *root = cJSON_CreateObject(), *columns, *results;
	struct sql_rows rows = {0};
	char *out;

	columns = cJSON_AddArrayToObject(root, "columns");
	results = cJSON_AddArrayToObject(root, "results");
	if (*wrong == NULL)
		rows = sql_rows(&a, q, s);
	sorted = q;
	if (rows.n > 0)
		qsort(rows.values, rows.n, sizeof(*rows.values), by_orders);
	for (int c = 0; c < q->n; c++)
		cJSON_AddItemToArray(columns, cJSON_CreateString(q->names[c]));
	for (size_t i = 0; i < rows.n && (q->limit == 0 || i < q->limit); i++) {
		cJSON *row = cJSON_CreateArray();

		for (int c = 0; c < q->n; c++)
			cJSON_AddItemToArray(row, cell_json(q->names[c], rows.values[i][c]));
		cJSON_AddItemToArray(results, row);
	}
	out = cJSON_PrintUnformatted(root);
	cJSON_Delete(root);
	arena_free(&a);
	return out;
}
