/* What the stand-in answers of events: page by page, and with their trace. */
#include "standin_table.h"

#include <stdlib.h>
#include <string.h>

static const char *const heavy[] = {"$ai_input",       "$ai_output",       "$ai_output_choices",
                                    "$ai_input_state", "$ai_output_state", "$ai_tools"};
static const char *const heavy_columns[] = {"input",       "output",       "output_choices",
                                            "input_state", "output_state", "tools"};
#define HEAVY (sizeof(heavy) / sizeof(heavy[0]))

/* posthog.ai_events, which has the inputs and outputs, forgets. */
static bool is_kept(const cJSON *event)
{
	return when(event) > time_now() - 30 * 24 * 3600 * TIME_SECOND;
}

/* Properties as JSON text; without what newer servers keep elsewhere. */
static char *properties_text(const struct standin *s, const cJSON *event)
{
	cJSON *copy = cJSON_Duplicate(get(event, "properties"), true);
	char *out;

	for (size_t i = 0; s->age != SERVER_OLDER && i < HEAVY; i++)
		cJSON_DeleteItemFromObjectCaseSensitive(copy, heavy[i]);
	out = cJSON_PrintUnformatted(copy);
	cJSON_Delete(copy);
	return out;
}

static void put_heavy(struct table *t, const cJSON *event)
{
	for (size_t i = 0; i < HEAVY; i++) {
		const cJSON *value = property(event, heavy[i]);
		char *out = value ? cJSON_PrintUnformatted(value) : NULL;

		put(t, heavy_columns[i], out ? cJSON_CreateString(out) : cJSON_CreateNull());
		free(out);
	}
}

static void put_event(struct table *t, const struct question *q, const cJSON *event)
{
	char *properties = properties_text(q->standin, event);

	table_row(t);
	if (get(q->values, "ids") != NULL)
		put_text(t, "trace_id", property_text(event, "$ai_trace_id"));
	put_text(t, "uuid", text(get(event, "uuid")));
	put_text(t, "event", text(get(event, "event")));
	put_time(t, "timestamp", when(event));
	put_text(t, "distinct_id", text(get(event, "distinct_id")));
	put_text(t, "properties", properties);
	if (strstr(q->sql, "output_choices") != NULL)
		put_heavy(t, event);
	free(properties);
}

static int by_time(const void *left, const void *right)
{
	const cJSON *a = *(cJSON *const *)left, *b = *(cJSON *const *)right;
	int64_t x = when(a), y = when(b);

	return x != y ? (x < y ? -1 : 1) : strcmp(text(get(a, "uuid")), text(get(b, "uuid")));
}

static bool is_newest_first(const struct question *q)
{
	return get(q->values, "before_id") != NULL;
}

static bool is_listed(const struct question *q, int kind)
{
	return strcmp(q->name, "tracehog:spans") == 0 ? kind == SPAN
	                                              : kind == GENERATION || kind == EMBEDDING;
}

static bool is_asked_for(const struct question *q, const cJSON *event)
{
	const char *trace = text(get(q->values, "trace")), *uuid = text(get(q->values, "uuid"));
	const char *after = text(get(q->values, "after_time"));
	int64_t t = when(event);

	if (!is_ai(event) || t < q->since || t >= q->until)
		return false;
	if (is_newest_first(q))
		return is_listed(q, kind_of(event)) &&
		       question_is_behind(q, t, text(get(event, "uuid")));
	if (strstr(q->sql, "posthog.ai_events") != NULL && !is_kept(event))
		return false;
	if (strstr(q->sql, "event = '$ai_trace'") != NULL)
		return kind_of(event) == TRACE &&
		       strcmp(property_text(event, "$ai_trace_id"), trace) == 0;
	if (*trace != '\0' && strcmp(property_text(event, "$ai_trace_id"), trace) != 0)
		return false;
	if (get(q->values, "ids") != NULL &&
	    !question_names(q, property_text(event, "$ai_trace_id")))
		return false;
	if (*uuid != '\0')
		return strcmp(text(get(event, "uuid")), uuid) == 0;
	return t > parse(after) ||
	       (t == parse(after) &&
	        strcmp(text(get(event, "uuid")), text(get(q->values, "after_uuid"))) > 0);
}

char *list_events(const struct question *q)
{
	const struct standin *s = q->standin;
	cJSON **sorted = malloc((s->n_events + 1) * sizeof(cJSON *));
	struct table t = table_new();
	size_t n = 0;

	memcpy(sorted, s->events, s->n_events * sizeof(cJSON *));
	qsort(sorted, s->n_events, sizeof(cJSON *), by_time);
	for (size_t i = 0; i < s->n_events && n < q->limit; i++) {
		const cJSON *event = sorted[is_newest_first(q) ? s->n_events - 1 - i : i];

		if (!is_asked_for(q, event) || !where_event(q->where, event))
			continue;
		n++;
		put_event(&t, q, event);
	}
	free(sorted);
	return table_print(&t);
}

/* ---- TraceQuery ---- */

static void add_trace_event(cJSON *events, const cJSON *event)
{
	cJSON *one = cJSON_CreateObject(), *properties;

	cJSON_AddStringToObject(one, "id", text(get(event, "uuid")));
	cJSON_AddStringToObject(one, "event", text(get(event, "event")));
	cJSON_AddStringToObject(one, "createdAt", text(get(event, "timestamp")));
	properties = cJSON_Duplicate(get(event, "properties"), true);
	for (size_t i = 0; !is_kept(event) && i < HEAVY; i++)
		cJSON_DeleteItemFromObjectCaseSensitive(properties, heavy[i]);
	cJSON_AddItemToObject(one, "properties", properties);
	cJSON_AddItemToArray(events, one);
}

static void copy_state(cJSON *trace, const char *name, const cJSON *event, const char *from)
{
	if (property(event, from) && is_kept(event))
		cJSON_AddItemToObject(trace, name, cJSON_Duplicate(property(event, from), true));
}

char *query_trace(const struct standin *s, const cJSON *query)
{
	cJSON *root = cJSON_CreateObject(), *trace = cJSON_CreateObject();
	cJSON *results = cJSON_AddArrayToObject(root, "results"), *events;
	const char *id = text(get(query, "traceId"));
	struct groups all = traces_of(s, parse(text(get(get(query, "dateRange"), "date_from"))),
	                              parse(text(get(get(query, "dateRange"), "date_to"))));
	struct group *g = group_of(&all, id);
	char *out;

	cJSON_AddStringToObject(trace, "id", id);
	events = cJSON_AddArrayToObject(trace, "events");
	if (*g->name != '\0')
		cJSON_AddStringToObject(trace, "traceName", g->name);
	if (*g->session != '\0')
		cJSON_AddStringToObject(trace, "aiSessionId", g->session);
	cJSON_AddStringToObject(trace, "distinctId", g->user);
	for (size_t i = 0; i < s->n_events; i++) {
		const cJSON *event = s->events[i];

		if (!is_ai(event) || strcmp(property_text(event, "$ai_trace_id"), id) != 0)
			continue;
		if (!get(trace, "createdAt"))
			cJSON_AddStringToObject(trace, "createdAt", text(get(event, "timestamp")));
		if (kind_of(event) != TRACE) {
			add_trace_event(events, event);
			continue;
		}
		copy_state(trace, "inputState", event, "$ai_input_state");
		copy_state(trace, "outputState", event, "$ai_output_state");
	}
	if (g->last != INT64_MIN)
		cJSON_AddItemToArray(results, trace);
	else
		cJSON_Delete(trace);
	cJSON_AddArrayToObject(root, "columns");
	cJSON_AddBoolToObject(root, "hasMore", false);
	traces_free(&all);
	out = cJSON_PrintUnformatted(root);
	cJSON_Delete(root);
	return out;
}
