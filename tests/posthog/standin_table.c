/* Tables of answers, in the shape that PostHog's API has. */
#include "standin_table.h"

#include <stdio.h>
#include <string.h>

bool question_names(const struct question *q, const char *id)
{
	const cJSON *each;

	cJSON_ArrayForEach(each, get(q->values, "ids"))
	{
		if (strcmp(text(each), id) == 0)
			return true;
	}
	return false;
}

bool question_is_behind(const struct question *q, int64_t time, const char *id)
{
	const char *before = text(get(q->values, "before_id"));
	int64_t before_time = parse(text(get(q->values, "before_time")));

	return time < before_time || (time == before_time && strcmp(id, before) < 0);
}

struct table table_new(void)
{
	struct table t = {.root = cJSON_CreateObject()};

	t.columns = cJSON_AddArrayToObject(t.root, "columns");
	t.results = cJSON_AddArrayToObject(t.root, "results");
	cJSON_AddArrayToObject(t.root, "types");
	cJSON_AddArrayToObject(t.root, "timings");
	cJSON_AddNullToObject(t.root, "error");
	cJSON_AddStringToObject(t.root, "hogql", "SELECT ...");
	cJSON_AddBoolToObject(t.root, "is_cached", false);
	return t;
}

void table_row(struct table *t)
{
	t->named = cJSON_GetArraySize(t->results) > 0;
	t->row = cJSON_CreateArray();
	cJSON_AddItemToArray(t->results, t->row);
}

void put(struct table *t, const char *column, cJSON *value)
{
	if (!t->named)
		cJSON_AddItemToArray(t->columns, cJSON_CreateString(column));
	cJSON_AddItemToArray(t->row, value);
}

void put_text(struct table *t, const char *column, const char *value)
{
	put(t, column, *value != '\0' ? cJSON_CreateString(value) : cJSON_CreateNull());
}

void put_number(struct table *t, const char *column, double value)
{
	put(t, column, cJSON_CreateNumber(value));
}

void put_sum(struct table *t, const char *column, struct sum sum)
{
	put(t, column, sum.known ? cJSON_CreateNumber(sum.value) : cJSON_CreateNull());
}

void put_time(struct table *t, const char *column, int64_t time)
{
	struct buf out = {0};

	time_append_rfc3339(&out, time);
	put_text(t, column, buf_text(&out));
	buf_free(&out);
}

char *table_print(struct table *t)
{
	char *out = cJSON_PrintUnformatted(t->root);

	cJSON_Delete(t->root);
	return out;
}
