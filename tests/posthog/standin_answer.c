/* What the stand-in answers: the questions by their names, over the file's events, in the shapes that
 * PostHog's API has. */
#include "standin_table.h"

#include <stdlib.h>
#include <string.h>

static char *list_traces(const struct question *q)
{
	struct groups all = traces_of(q->standin, q->since, q->until);
	const char *session = text(get(q->values, "session"));
	struct table t = table_new();
	size_t n = 0;

	if (all.n > 0)
		qsort(all.at, all.n, sizeof(*all.at), by_first);
	for (size_t i = 0; i < all.n && n < q->limit; i++) {
		const struct group *g = &all.at[i];

		if (!question_is_behind(q, g->first, g->id) || !where_id(q->where, g->id) ||
		    (*session != '\0' && strcmp(g->session, session) != 0))
			continue;
		n++;
		table_row(&t);
		put_text(&t, "trace_id", g->id);
		put_time(&t, "first_time", g->first);
		put_time(&t, "last_time", g->last);
		put_text(&t, "name", g->name);
		put_text(&t, "session_id", g->session);
		put_text(&t, "user", g->user);
	}
	traces_free(&all);
	return table_print(&t);
}

static char *list_sessions(const struct question *q)
{
	struct groups traces = traces_of(q->standin, q->since, q->until);
	struct groups all = sessions_of(&traces);
	struct table t = table_new();
	size_t n = 0;

	if (all.n > 0)
		qsort(all.at, all.n, sizeof(*all.at), by_last);
	for (size_t i = 0; i < all.n && n < q->limit; i++) {
		if (!question_is_behind(q, all.at[i].last, all.at[i].id) ||
		    !where_id(q->where, all.at[i].id))
			continue;
		n++;
		table_row(&t);
		put_text(&t, "session_id", all.at[i].id);
		put_time(&t, "last_time", all.at[i].last);
		put_text(&t, "user", all.at[i].user);
	}
	traces_free(&all);
	traces_free(&traces);
	return table_print(&t);
}

static char *total_traces(const struct question *q)
{
	struct groups all = traces_of(q->standin, q->since, q->until);
	struct table t = table_new();

	for (size_t i = 0; i < all.n; i++) {
		const struct group *g = &all.at[i];

		if (!question_names(q, g->id))
			continue;
		table_row(&t);
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
	return table_print(&t);
}

static char *total_sessions(const struct question *q)
{
	struct groups traces = traces_of(q->standin, q->since, q->until);
	struct groups all = sessions_of(&traces);
	struct table t = table_new();

	for (size_t i = 0; i < all.n; i++) {
		const struct group *g = &all.at[i];

		if (!question_names(q, g->id))
			continue;
		table_row(&t);
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
	return table_print(&t);
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
	struct table t = table_new();

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
		table_row(&t);
		put_text(&t, "trace_id", all.at[i].id);
		put_text(&t, "session_id", all.at[i].session);
		put_time(&t, "first_time", all.at[i].first);
		put_time(&t, "last_time", all.at[i].last);
	}
	traces_free(&all);
	return table_print(&t);
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
	{"tracehog:traces-ai-events", list_events},
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
	struct table many = table_new();
	char *out = sql_answer(q->standin, q->sql, q->values, &wrong);

	table_row(&many);
	put_number(&many, "events", q->standin->many);
	if (wrong == NULL && q->standin->many > 0 &&
	    strcmp(q->name, "tracehog:figures-events") == 0) {
		free(out);
		return table_print(&many);
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
	if (strncmp(q.name, "tracehog:figures", 16) == 0 ||
	    strcmp(q.name, "tracehog:people") == 0 || strcmp(q.name, "tracehog:person") == 0)
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
