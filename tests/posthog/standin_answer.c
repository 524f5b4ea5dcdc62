/* What the stand-in answers: the questions by their names, over the file's events, in the shapes that
 * PostHog's API has. */
#include "standin_groups.h"
#include "standin_sql.h"

#include <stdio.h>
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

/* ---- answers ---- */

struct table {
	cJSON *root, *columns, *results, *row;
	bool named; /* the columns are known: the first row gives them */
};

static struct table new_table(void)
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

static void begin_row(struct table *t)
{
	t->named = cJSON_GetArraySize(t->results) > 0;
	t->row = cJSON_CreateArray();
	cJSON_AddItemToArray(t->results, t->row);
}

static void put(struct table *t, const char *column, cJSON *value)
{
	if (!t->named)
		cJSON_AddItemToArray(t->columns, cJSON_CreateString(column));
	cJSON_AddItemToArray(t->row, value);
}

static void put_text(struct table *t, const char *column, const char *value)
{
	put(t, column, *value != '\0' ? cJSON_CreateString(value) : cJSON_CreateNull());
}

static void put_number(struct table *t, const char *column, double value)
{
	put(t, column, cJSON_CreateNumber(value));
}

static void put_sum(struct table *t, const char *column, struct sum sum)
{
	put(t, column, sum.known ? cJSON_CreateNumber(sum.value) : cJSON_CreateNull());
}

static void put_time(struct table *t, const char *column, int64_t time)
{
	struct buf out = {0};

	time_append_rfc3339(&out, time);
	put_text(t, column, buf_text(&out));
	buf_free(&out);
}

static char *print_table(struct table *t)
{
	char *out = cJSON_PrintUnformatted(t->root);

	cJSON_Delete(t->root);
	return out;
}

struct question {
	const struct standin *standin;
	const char *name, *sql;
	const cJSON *values;
	int64_t since, until;
	size_t limit;
	const struct where *where; /* its filter */
};

static bool is_behind(const struct question *q, int64_t time, const char *id)
{
	const char *before = text(get(q->values, "before_id"));
	int64_t before_time = parse(text(get(q->values, "before_time")));

	return time < before_time || (time == before_time && strcmp(id, before) < 0);
}

static bool is_wanted(const struct question *q, const char *id)
{
	const cJSON *each;

	cJSON_ArrayForEach(each, get(q->values, "ids"))
	{
		if (strcmp(text(each), id) == 0)
			return true;
	}
	return false;
}

static char *list_traces(const struct question *q)
{
	struct groups all = traces_of(q->standin, q->since, q->until);
	const char *session = text(get(q->values, "session"));
	struct table t = new_table();
	size_t n = 0;

	if (all.n > 0)
		qsort(all.at, all.n, sizeof(*all.at), by_first);
	for (size_t i = 0; i < all.n && n < q->limit; i++) {
		const struct group *g = &all.at[i];

		if (!is_behind(q, g->first, g->id) || !where_id(q->where, g->id) ||
		    (*session != '\0' && strcmp(g->session, session) != 0))
			continue;
		n++;
		begin_row(&t);
		put_text(&t, "trace_id", g->id);
		put_time(&t, "first_time", g->first);
		put_time(&t, "last_time", g->last);
		put_text(&t, "name", g->name);
		put_text(&t, "session_id", g->session);
		put_text(&t, "user", g->user);
	}
	traces_free(&all);
	return print_table(&t);
}

static char *list_sessions(const struct question *q)
{
	struct groups traces = traces_of(q->standin, q->since, q->until);
	struct groups all = sessions_of(&traces);
	struct table t = new_table();
	size_t n = 0;

	if (all.n > 0)
		qsort(all.at, all.n, sizeof(*all.at), by_last);
	for (size_t i = 0; i < all.n && n < q->limit; i++) {
		if (!is_behind(q, all.at[i].last, all.at[i].id) ||
		    !where_id(q->where, all.at[i].id))
			continue;
		n++;
		begin_row(&t);
		put_text(&t, "session_id", all.at[i].id);
		put_time(&t, "last_time", all.at[i].last);
		put_text(&t, "user", all.at[i].user);
	}
	traces_free(&all);
	traces_free(&traces);
	return print_table(&t);
}

static char *total_traces(const struct question *q)
{
	struct groups all = traces_of(q->standin, q->since, q->until);
	struct table t = new_table();

	for (size_t i = 0; i < all.n; i++) {
		const struct group *g = &all.at[i];

		if (!is_wanted(q, g->id))
			continue;
		begin_row(&t);
		put_text(&t, "trace_id", g->id);
		put_time(&t, "first_time", g->first);
		put_time(&t, "last_time", g->last);
		put_text(&t, "name", g->name);
		put_text(&t, "session_id", g->session);
		put_text(&t, "user", g->user);
		put_number(&t, "generations", g->counts[GENERATION]);
		put_number(&t, "embeddings", g->counts[EMBEDDING]);
		put_number(&t, "spans", g->counts[SPAN]);
		put_number(&t, "metrics", g->counts[METRIC]);
		put_number(&t, "feedbacks", g->counts[FEEDBACK]);
		put_number(&t, "traces", g->counts[TRACE]);
		put_number(&t, "errors", g->errors);
		put_number(&t, "unpriced", g->unpriced);
		put_sum(&t, "input_tokens", g->input);
		put_sum(&t, "output_tokens", g->output);
		put_sum(&t, "cache_read_tokens", g->reads);
		put_sum(&t, "cache_write_tokens", g->writes);
		put_sum(&t, "reasoning_tokens", g->reasoning);
		put_sum(&t, "cost_usd", g->cost);
		put_sum(&t, "trace_latency", g->trace_latency);
		put_number(&t, "other_latencies", g->other_latencies);
		put_sum(&t, "generation_latency", g->generation_latency);
		put_sum(&t, "top_latency", g->top_latency);
	}
	traces_free(&all);
	return print_table(&t);
}

static char *total_sessions(const struct question *q)
{
	struct groups traces = traces_of(q->standin, q->since, q->until);
	struct groups all = sessions_of(&traces);
	struct table t = new_table();

	for (size_t i = 0; i < all.n; i++) {
		const struct group *g = &all.at[i];

		if (!is_wanted(q, g->id))
			continue;
		begin_row(&t);
		put_text(&t, "session_id", g->id);
		put_time(&t, "start_time", g->first);
		put_time(&t, "end_time", g->last);
		put_text(&t, "person", g->user);
		put_number(&t, "trace_count", g->members);
		put_number(&t, "generation_count", g->counts[GENERATION]);
		put_number(&t, "embedding_count", g->counts[EMBEDDING]);
		put_number(&t, "span_count", g->counts[SPAN]);
		put_number(&t, "metric_count", g->counts[METRIC]);
		put_number(&t, "feedback_count", g->counts[FEEDBACK]);
		put_number(&t, "error_count", g->errors);
		put_number(&t, "unpriced_count", g->unpriced);
		put_sum(&t, "input_sum", g->input);
		put_sum(&t, "output_sum", g->output);
		put_sum(&t, "cache_read_sum", g->reads);
		put_sum(&t, "cache_write_sum", g->writes);
		put_sum(&t, "reasoning_sum", g->reasoning);
		put_sum(&t, "cost_sum", g->cost);
		put_sum(&t, "latency_sum", g->latency);
	}
	traces_free(&all);
	traces_free(&traces);
	return print_table(&t);
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

	begin_row(t);
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
		return is_listed(q, kind_of(event)) && is_behind(q, t, text(get(event, "uuid")));
	if (strstr(q->sql, "posthog.ai_events") != NULL && !is_kept(event))
		return false;
	if (strstr(q->sql, "event = '$ai_trace'") != NULL)
		return kind_of(event) == TRACE &&
		       strcmp(property_text(event, "$ai_trace_id"), trace) == 0;
	if (*trace != '\0' && strcmp(property_text(event, "$ai_trace_id"), trace) != 0)
		return false;
	if (*uuid != '\0')
		return strcmp(text(get(event, "uuid")), uuid) == 0;
	return t > parse(after) ||
	       (t == parse(after) &&
	        strcmp(text(get(event, "uuid")), text(get(q->values, "after_uuid"))) > 0);
}

/* By the user or the group that is asked for. */
static bool is_owned(const struct question *q, const cJSON *event)
{
	const char *user = text(get(q->values, "user")), *group = text(get(q->values, "group"));

	return (*group == '\0' || is_in_group(event, text(get(q->values, "group_type")), group)) &&
	       (*user == '\0' || strcmp(user, text(get(event, "distinct_id"))) == 0);
}

static char *list_events(const struct question *q)
{
	const struct standin *s = q->standin;
	cJSON **sorted = malloc((s->n_events + 1) * sizeof(cJSON *));
	struct table t = new_table();
	size_t n = 0;

	memcpy(sorted, s->events, s->n_events * sizeof(cJSON *));
	qsort(sorted, s->n_events, sizeof(cJSON *), by_time);
	for (size_t i = 0; i < s->n_events && n < q->limit; i++) {
		const cJSON *event = sorted[is_newest_first(q) ? s->n_events - 1 - i : i];

		if (!is_asked_for(q, event) || !where_event(q->where, event) || !is_owned(q, event))
			continue;
		n++;
		put_event(&t, q, event);
	}
	free(sorted);
	return print_table(&t);
}

/* ---- what an id belongs to ---- */

static bool bears(const cJSON *event, const char *id, bool prefix)
{
	const char *const names[] = {"$ai_trace_id", "$ai_session_id", "$ai_span_id",
	                             "$ai_generation_id"};
	size_t n = strlen(id);

	for (int i = -1; i < 4; i++) {
		const char *own = i < 0 ? text(get(event, "uuid")) : property_text(event, names[i]);

		if (prefix ? strncmp(own, id, n) == 0 : strcmp(own, id) == 0)
			return true;
	}
	return false;
}

static char *find_id(const struct question *q)
{
	struct groups all = traces_of(q->standin, q->since, q->until);
	const char *id = text(get(q->values, "id"));
	bool prefix = strstr(q->sql, "startsWith") != NULL;
	struct table t = new_table();

	if (all.n > 0)
		qsort(all.at, all.n, sizeof(*all.at), by_first);
	for (size_t i = 0; i < all.n; i++) {
		bool found = false;

		for (size_t k = 0; k < q->standin->n_events && !found; k++)
			found = bears(q->standin->events[k], id, prefix) &&
			        strcmp(property_text(q->standin->events[k], "$ai_trace_id"),
			               all.at[i].id) == 0;
		if (!found)
			continue;
		begin_row(&t);
		put_text(&t, "trace_id", all.at[i].id);
		put_text(&t, "session_id", all.at[i].session);
		put_time(&t, "first_time", all.at[i].first);
		put_time(&t, "last_time", all.at[i].last);
	}
	traces_free(&all);
	return print_table(&t);
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

static char *query_trace(const struct standin *s, const cJSON *query)
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

/* ---- the questions ---- */

static const struct {
	const char *name;
	char *(*answer)(const struct question *q);
} questions[] = {
	{"tracehog:traces", list_traces},
	{"tracehog:sessions", list_sessions},
	{"tracehog:trace-totals", total_traces},
	{"tracehog:session-totals", total_sessions},
	{"tracehog:trace-ai-events", list_events},
	{"tracehog:trace-ai-events-light", list_events},
	{"tracehog:trace-events", list_events},
	{"tracehog:events", list_events},
	{"tracehog:generations", list_events},
	{"tracehog:spans", list_events},
	{"tracehog:trace-event", list_events},
	{"tracehog:body", list_events},
	{"tracehog:find", find_id},
};

/* What PostHog adds up, and who users are, is no list of things: the little ClickHouse answers all of it. The file's events may
 * have person_properties beside properties. */
static char *answer_figures(const struct question *q, int *status)
{
	const char *wrong;
	struct table many = new_table();
	char *out = sql_answer(q->standin, q->sql, q->values, &wrong);

	begin_row(&many);
	put_number(&many, "events", q->standin->many);
	if (wrong == NULL && q->standin->many > 0 &&
	    strcmp(q->name, "tracehog:figures-events") == 0) {
		free(out);
		return print_table(&many);
	}
	cJSON_Delete(many.root);
	if (wrong == NULL)
		return out;
	free(out);
	*status = 400;
	return answer_error("validation_error", "syntax_error", wrong);
}

static size_t limit_of(const char *sql)
{
	const char *last = NULL;

	for (const char *at = strstr(sql, "LIMIT "); at != NULL; at = strstr(at + 1, "LIMIT "))
		last = at;
	return last ? strtoul(last + 6, NULL, 10) : 0;
}

size_t answer_limit(const cJSON *body)
{
	return limit_of(text(get(get(body, "query"), "query")));
}

/* With the filter that it has. */
static char *answer_filtered(struct question *q, char *(*answer)(const struct question *q),
                             int *status)
{
	const char *wrong;
	struct where *where = where_new(q->standin, q->sql, q->values, &wrong);
	char *out;

	q->where = where;
	if (wrong == NULL) {
		out = answer(q);
	} else {
		*status = 400;
		out = answer_error("validation_error", "syntax_error", wrong);
	}
	where_free(where);
	return out;
}

char *answer_query(const struct standin *s, const cJSON *body, int *status)
{
	const cJSON *query = get(body, "query");
	struct question q = {.standin = s,
	                     .name = text(get(body, "name")),
	                     .sql = text(get(query, "query")),
	                     .values = get(query, "values")};

	*status = 200;
	if (strcmp(q.name, "tracehog:hogql") == 0)
		return answer_hogql(s, q.sql, status);
	if (strcmp(text(get(query, "kind")), "TraceQuery") == 0 && s->age == SERVER_NEW)
		return query_trace(s, query);
	if (strncmp(q.name, "tracehog:figures", 16) == 0 || strcmp(q.name, "tracehog:people") == 0)
		return answer_figures(&q, status);
	q.since = parse(text(get(q.values, "since")));
	q.until = parse(text(get(q.values, "until")));
	q.limit = limit_of(q.sql);
	if (s->age != SERVER_OLDER || strstr(q.sql, "posthog.ai_events") == NULL)
		for (size_t i = 0; i < sizeof(questions) / sizeof(questions[0]); i++)
			if (strcmp(q.name, questions[i].name) == 0 && *q.sql != '\0')
				return answer_filtered(&q, questions[i].answer, status);
	*status = 400;
	return answer_error("validation_error", "invalid_input",
	                    *q.sql ? "Unknown table `posthog.ai_events`."
	                           : "Input tag 'TraceQuery' found using 'kind' does not match");
}
