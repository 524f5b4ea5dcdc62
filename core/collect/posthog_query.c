/* The questions that tracehog asks PostHog, each as the text that goes there.
 *
 * The HogQL stands here whole and never changes but for the number behind LIMIT and for filters
 * (posthog_filter.c); what varies is in `values`, which PostHog parses as constants. Functions are such that every version of HogQL has
 * them. Times are RFC 3339 with their Z, so that toDateTime() reads the same moment whatever zone the
 * project has. An array in `values` becomes an array literal, which IN takes.
 *
 * A first page is asked for with the same text as the next ones, behind a row that is before all of
 * them: (until, "") falling, (since, "") rising.
 *
 * cJSON builds the body. It would cut a text at a NUL and let invalid UTF-8 through, so texts are put
 * in as our own writer escapes them.
 *
 * Left to others: sending (posthog_api.c), what the columns mean (posthog_rows.c). */
#include "collect/posthog_query.h"

#include "collect/posthog_filter.h"
#include "json/writer.h"

#include <assert.h>
#include <cjson/cJSON.h>
#include <stdio.h>

/* Before `since`, of traces, which may have begun there: as PostHog's own TraceQuery looks around. */
#define MARGIN (600 * TIME_SECOND)

/* ---- HogQL ---- */

#define SHAPING                                                                          \
	"('$ai_span', '$ai_generation', '$ai_embedding', '$ai_metric', '$ai_feedback', " \
	"'$ai_trace')"

#define HAS_TRACE "isNotNull(properties.$ai_trace_id) AND properties.$ai_trace_id != ''"

#define LABEL \
	"coalesce(nullIf(properties.$ai_span_name, ''), nullIf(properties.$ai_trace_name, ''))"

/* Up to the end of WHERE, where a filter may stand; and what follows. */
static const char traces[] =
	"SELECT properties.$ai_trace_id AS trace_id,\n"
	"  min(timestamp) AS first_time,\n"
	"  max(timestamp) AS last_time,\n"
	"  coalesce(argMinIf(" LABEL ", timestamp, event = '$ai_trace'),\n"
	"    argMin(" LABEL ", timestamp)) AS name,\n"
	"  argMin(nullIf(properties.$ai_session_id, ''), timestamp) AS session_id,\n"
	"  coalesce(nullIf(argMinIf(distinct_id, timestamp, event = '$ai_trace'), ''),\n"
	"    argMin(distinct_id, timestamp)) AS user\n"
	"FROM events\n"
	"WHERE event IN " SHAPING "\n"
	"  AND " HAS_TRACE "\n"
	"  AND timestamp >= toDateTime({since}) AND timestamp < toDateTime({until})\n";
#define TRACES_END                                         \
	"GROUP BY trace_id\n"                              \
	"HAVING (first_time < toDateTime({before_time})\n" \
	"  OR (first_time = toDateTime({before_time}) AND trace_id < {before_id}))\n"
static const char traces_end[] = TRACES_END "ORDER BY first_time DESC, trace_id DESC\n";
static const char traces_of_session_end[] = TRACES_END "  AND session_id = {session}\n"
						       "ORDER BY first_time DESC, trace_id DESC\n";

/* The session of a trace is that of its earliest event with one; it need not be on the others. */
static const char sessions[] =
	"SELECT session_id, max(last_seen) AS last_time, argMin(trace_user, first_seen) AS user\n"
	"FROM (\n"
	"  SELECT properties.$ai_trace_id AS trace_id,\n"
	"    argMin(nullIf(properties.$ai_session_id, ''), timestamp) AS session_id,\n"
	"    min(timestamp) AS first_seen,\n"
	"    max(timestamp) AS last_seen,\n"
	"    coalesce(nullIf(argMinIf(distinct_id, timestamp, event = '$ai_trace'), ''),\n"
	"      argMin(distinct_id, timestamp)) AS trace_user\n"
	"  FROM events\n"
	"  WHERE event IN " SHAPING "\n"
	"    AND " HAS_TRACE "\n"
	"    AND timestamp >= toDateTime({since}) AND timestamp < toDateTime({until})\n"
	"  GROUP BY trace_id\n"
	")\n"
	"WHERE isNotNull(session_id)\n";
static const char sessions_end[] =
	"GROUP BY session_id\n"
	"HAVING last_time < toDateTime({before_time})\n"
	"  OR (last_time = toDateTime({before_time}) AND session_id < {before_id})\n"
	"ORDER BY last_time DESC, session_id DESC\n";

/* The facts of a filter by trace; of any AI event, as here, in the time that totals are of. */
#define FACTS                                           \
	"SELECT properties.$ai_trace_id AS trace_id,\n" \
	"  argMin(nullIf(properties.$ai_session_id, ''), timestamp) AS session_id"
#define FACTS_END(since)                                                                 \
	"\nFROM events\n"                                                                \
	"WHERE event LIKE '$ai_%'\n"                                                     \
	"  AND " HAS_TRACE "\n"                                                          \
	"  AND timestamp >= toDateTime(" since ") AND timestamp < toDateTime({until})\n" \
	"GROUP BY trace_id\n"                                                            \
	")\n"
static const struct {
	const char *start, *facts, *where;
} filter_texts[] = {
	[FILTERED_EVENTS] = {"  AND (", NULL, NULL},
	[FILTERED_TRACES] = {"  AND properties.$ai_trace_id IN (\nSELECT trace_id FROM (\n", FACTS,
                             FACTS_END("{facts_since}") "WHERE "},
	[FILTERED_SESSIONS] = {"  AND session_id IN (\nSELECT session_id FROM (\n", FACTS,
                               FACTS_END("{since}") "WHERE isNotNull(session_id)\n"
                                                    "GROUP BY session_id\nHAVING "},
};

/* An event a row: what counts of it, as numbers. Only calls (generations, embeddings) have tokens and
 * cost; at_top are those that PostHog takes for children of the trace. */
#define EVENT_ROWS_SELECT                                                                      \
	"SELECT properties.$ai_trace_id AS trace_id,\n"                                        \
	"  timestamp AS time,\n"                                                               \
	"  event AS kind,\n"                                                                   \
	"  distinct_id AS event_user,\n"                                                       \
	"  nullIf(properties.$ai_session_id, '') AS session,\n"                                \
	"  " LABEL " AS label,\n"                                                              \
	"  if(isNull(nullIf(properties.$ai_parent_id, ''))\n"                                  \
	"    OR properties.$ai_parent_id = properties.$ai_trace_id, 1, 0) AS at_top,\n"        \
	"  if(properties.$ai_is_error = 'true'\n"                                              \
	"    OR coalesce(properties.$ai_error, '') != '', 1, 0) AS failed,\n"                  \
	"  toFloat(properties.$ai_latency) AS latency,\n"                                      \
	"  if(event IN ('$ai_generation', '$ai_embedding'), 1, 0) AS is_call,\n"               \
	"  if(is_call = 1, toFloat(properties.$ai_input_tokens), NULL) AS input,\n"            \
	"  if(is_call = 1, toFloat(properties.$ai_output_tokens), NULL) AS output,\n"          \
	"  if(is_call = 1, toFloat(properties.$ai_cache_read_input_tokens), NULL) AS reads,\n" \
	"  if(is_call = 1, toFloat(properties.$ai_cache_creation_input_tokens), NULL)\n"       \
	"    AS writes,\n"                                                                     \
	"  if(is_call = 1, toFloat(properties.$ai_reasoning_tokens), NULL) AS reasoning,\n"    \
	"  if(is_call = 1, toFloat(properties.$ai_total_cost_usd), NULL) AS cost\n"            \
	"FROM events\n"                                                                        \
	"WHERE event IN " SHAPING "\n"                                                         \
	"  AND timestamp >= toDateTime({since}) AND timestamp < toDateTime({until})\n"

/* A trace a row. A sum of what no event has is NULL and not 0. */
#define TRACE_ROWS_SELECT                                                                       \
	"SELECT trace_id,\n"                                                                    \
	"  min(time) AS first_time,\n"                                                          \
	"  max(time) AS last_time,\n"                                                           \
	"  coalesce(argMinIf(label, time, kind = '$ai_trace'), argMin(label, time)) AS name,\n" \
	"  argMin(session, time) AS session_id,\n"                                              \
	"  coalesce(nullIf(argMinIf(event_user, time, kind = '$ai_trace'), ''),\n"              \
	"    argMin(event_user, time)) AS user,\n"                                              \
	"  countIf(kind = '$ai_generation') AS generations,\n"                                  \
	"  countIf(kind = '$ai_embedding') AS embeddings,\n"                                    \
	"  countIf(kind = '$ai_span') AS spans,\n"                                              \
	"  countIf(kind = '$ai_metric') AS metrics,\n"                                          \
	"  countIf(kind = '$ai_feedback') AS feedbacks,\n"                                      \
	"  countIf(kind = '$ai_trace') AS traces,\n"                                            \
	"  sum(failed) AS errors,\n"                                                            \
	"  countIf(is_call = 1 AND isNull(cost)) AS unpriced,\n"                                \
	"  if(count(input) = 0, NULL, sum(input)) AS input_tokens,\n"                           \
	"  if(count(output) = 0, NULL, sum(output)) AS output_tokens,\n"                        \
	"  if(count(reads) = 0, NULL, sum(reads)) AS cache_read_tokens,\n"                      \
	"  if(count(writes) = 0, NULL, sum(writes)) AS cache_write_tokens,\n"                   \
	"  if(count(reasoning) = 0, NULL, sum(reasoning)) AS reasoning_tokens,\n"               \
	"  if(count(cost) = 0, NULL, sum(cost)) AS cost_usd,\n"                                 \
	"  if(countIf(kind = '$ai_trace' AND latency > 0) = 0, NULL,\n"                         \
	"    maxIf(latency, kind = '$ai_trace' AND latency > 0)) AS trace_latency,\n"           \
	"  countIf(kind != '$ai_generation' AND latency > 0) AS other_latencies,\n"             \
	"  if(countIf(kind = '$ai_generation' AND latency > 0) = 0, NULL,\n"                    \
	"    sumIf(latency, kind = '$ai_generation' AND latency > 0)) AS generation_latency,\n" \
	"  if(countIf(at_top = 1 AND isNotNull(latency)) = 0, NULL,\n"                          \
	"    sumIf(latency, at_top = 1)) AS top_latency\n"                                      \
	"FROM (\n"

static const char trace_totals[] = TRACE_ROWS_SELECT EVENT_ROWS_SELECT
	"  AND properties.$ai_trace_id IN {ids}\n"
	")\n"
	"GROUP BY trace_id\n";

/* Latency: the sum of what posthog_rows.h says of each trace. */
static const char session_totals[] =
	"SELECT session_id,\n"
	"  min(first_time) AS start_time,\n"
	"  max(last_time) AS end_time,\n"
	"  argMin(user, first_time) AS person,\n"
	"  count() AS trace_count,\n"
	"  sum(generations) AS generation_count,\n"
	"  sum(embeddings) AS embedding_count,\n"
	"  sum(spans) AS span_count,\n"
	"  sum(metrics) AS metric_count,\n"
	"  sum(feedbacks) AS feedback_count,\n"
	"  sum(errors) AS error_count,\n"
	"  sum(unpriced) AS unpriced_count,\n"
	"  if(count(input_tokens) = 0, NULL, sum(input_tokens)) AS input_sum,\n"
	"  if(count(output_tokens) = 0, NULL, sum(output_tokens)) AS output_sum,\n"
	"  if(count(cache_read_tokens) = 0, NULL, sum(cache_read_tokens)) AS cache_read_sum,\n"
	"  if(count(cache_write_tokens) = 0, NULL, sum(cache_write_tokens)) AS cache_write_sum,\n"
	"  if(count(reasoning_tokens) = 0, NULL, sum(reasoning_tokens)) AS reasoning_sum,\n"
	"  if(count(cost_usd) = 0, NULL, sum(cost_usd)) AS cost_sum,\n"
	"  if(count(latency) = 0, NULL, sum(latency)) AS latency_sum\n"
	"FROM (\n"
	"SELECT session_id, first_time, last_time, user, generations, embeddings, spans, metrics,\n"
	"  feedbacks, errors, unpriced, input_tokens, output_tokens, cache_read_tokens,\n"
	"  cache_write_tokens, reasoning_tokens, cost_usd,\n"
	"  coalesce(trace_latency,\n"
	"    if(other_latencies = 0, generation_latency, NULL), top_latency) AS latency\n"
	"FROM (\n" TRACE_ROWS_SELECT EVENT_ROWS_SELECT "  AND " HAS_TRACE "\n"
	")\n"
	"GROUP BY trace_id\n"
	"HAVING session_id IN {ids}\n"
	")\n"
	")\n"
	"GROUP BY session_id\n";

/* The order of uuids as text is the same everywhere; that of ClickHouse's UUIDs is its own. */
#define EVENTS_TAIL                                                                          \
	"  AND (timestamp > toDateTime({after_time})\n"                                      \
	"    OR (timestamp = toDateTime({after_time}) AND toString(uuid) > {after_uuid}))\n" \
	"ORDER BY timestamp, toString(uuid)\n"

#define IN_TIME "timestamp >= toDateTime({since}) AND timestamp < toDateTime({until})\n"

static const char trace_ai_events[] =
	"SELECT uuid, event, timestamp, distinct_id, properties,\n"
	"  input, output, output_choices, input_state, output_state, tools\n"
	"FROM posthog.ai_events\n"
	"WHERE trace_id = {trace} AND " IN_TIME EVENTS_TAIL;
static const char traces_ai_events[] =
	"SELECT trace_id, uuid, event, timestamp, distinct_id, properties,\n"
	"  input, output, output_choices, input_state, output_state, tools\n"
	"FROM posthog.ai_events\n"
	"WHERE trace_id IN {ids} AND " IN_TIME EVENTS_TAIL;
static const char trace_ai_events_light[] =
	"SELECT uuid, event, timestamp, distinct_id, properties\n"
	"FROM posthog.ai_events\n"
	"WHERE trace_id = {trace} AND " IN_TIME EVENTS_TAIL;
static const char trace_events[] =
	"SELECT uuid, event, timestamp, distinct_id, properties\n"
	"FROM events\n"
	"WHERE event LIKE '$ai_%' AND properties.$ai_trace_id = {trace}\n"
	"  AND " IN_TIME EVENTS_TAIL;
static const char all_events[] = "SELECT uuid, event, timestamp, distinct_id, properties\n"
				 "FROM events\n"
				 "WHERE event LIKE '$ai_%' AND " IN_TIME EVENTS_TAIL;
/* Pages of events that pass a filter. */
#define LISTED_EVENTS                                              \
	"SELECT uuid, event, timestamp, distinct_id, properties\n" \
	"FROM events\n"
static const char generations[] = LISTED_EVENTS
	"WHERE event IN ('$ai_generation', '$ai_embedding') AND " IN_TIME;
static const char spans[] = LISTED_EVENTS "WHERE event = '$ai_span' AND " IN_TIME;
static const char listed_events_end[] =
	"  AND (timestamp < toDateTime({before_time})\n"
	"    OR (timestamp = toDateTime({before_time}) AND toString(uuid) < {before_id}))\n"
	"ORDER BY timestamp DESC, toString(uuid) DESC\n";
static const char people[] =
	"SELECT distinct_id AS user,\n"
	"  argMax(coalesce(nullIf(JSONExtractString(person.properties, 'email'), ''),\n"
	"    nullIf(JSONExtractString(person.properties, 'name'), '')), timestamp) AS person\n"
	"FROM events\n"
	"WHERE event LIKE '$ai_%' AND distinct_id IN {ids} AND " IN_TIME "GROUP BY user\n";
static const char explicit_ai_events[] =
	"SELECT uuid, event, timestamp, distinct_id, properties,\n"
	"  input, output, output_choices, input_state, output_state, tools\n"
	"FROM posthog.ai_events\n"
	"WHERE trace_id = {trace} AND event = '$ai_trace' AND " IN_TIME "ORDER BY timestamp\n";
static const char explicit_events[] =
	"SELECT uuid, event, timestamp, distinct_id, properties\n"
	"FROM events\n"
	"WHERE event = '$ai_trace' AND properties.$ai_trace_id = {trace} AND " IN_TIME
	"ORDER BY timestamp\n";
static const char body_of_event[] =
	"SELECT uuid, event, timestamp, distinct_id, properties,\n"
	"  input, output, output_choices, input_state, output_state, tools\n"
	"FROM posthog.ai_events\n"
	"WHERE trace_id = {trace} AND toString(uuid) = {uuid} AND " IN_TIME;

/* Over whole traces, so that first_time and last_time are theirs and not the event's. */
#define FIND(matches)                                                                 \
	"SELECT properties.$ai_trace_id AS trace_id,\n"                               \
	"  argMin(nullIf(properties.$ai_session_id, ''), timestamp) AS session_id,\n" \
	"  min(timestamp) AS first_time,\n"                                           \
	"  max(timestamp) AS last_time\n"                                             \
	"FROM events\n"                                                               \
	"WHERE event LIKE '$ai_%'\n"                                                  \
	"  AND " HAS_TRACE "\n"                                                       \
	"  AND " IN_TIME "GROUP BY trace_id\n"                                        \
	"HAVING countIf(" matches ") > 0\n"                                           \
	"ORDER BY first_time DESC, trace_id DESC\n"

static const char find_exactly[] = FIND("toString(uuid) = {id}\n"
                                        "  OR properties.$ai_span_id = {id}\n"
                                        "  OR properties.$ai_generation_id = {id}\n"
                                        "  OR properties.$ai_session_id = {id}\n"
                                        "  OR properties.$ai_trace_id = {id}");
static const char find_beginning[] = FIND(
	"startsWith(toString(uuid), {id})\n"
	"  OR startsWith(coalesce(properties.$ai_span_id, ''), {id})\n"
	"  OR startsWith(coalesce(properties.$ai_generation_id, ''), {id})\n"
	"  OR startsWith(coalesce(properties.$ai_session_id, ''), {id})\n"
	"  OR startsWith(coalesce(properties.$ai_trace_id, ''), {id})");

/* ---- bodies ---- */

static cJSON *checked(cJSON *made)
{
	assert(made);
	return made;
}

static void add(cJSON *object, const char *name, cJSON *value)
{
	cJSON_AddItemToObject(object, name, checked(value));
}

/* Any bytes as a JSON string. */
static cJSON *text(struct str sent)
{
	struct buf out = {0};
	struct json_writer writer = {.out = &out};
	cJSON *made;

	json_write_text(&writer, sent);
	json_writer_end(&writer);
	made = cJSON_CreateRaw(buf_text(&out));
	buf_free(&out);
	return made;
}

static cJSON *moment(int64_t time)
{
	struct buf out = {0};
	cJSON *made;

	time_append_rfc3339(&out, time);
	made = cJSON_CreateString(buf_text(&out));
	buf_free(&out);
	return made;
}

static cJSON *texts(const struct str *all, size_t n)
{
	cJSON *array = checked(cJSON_CreateArray());

	for (size_t i = 0; i < n; i++)
		cJSON_AddItemToArray(array, checked(text(all[i])));
	return array;
}

static cJSON *range(int64_t since, int64_t until)
{
	cJSON *values = checked(cJSON_CreateObject());

	add(values, "since", moment(since));
	add(values, "until", moment(until));
	return values;
}

/* Takes the query. */
static void write_body(struct buf *body, cJSON *query, const char *name, const char *query_id)
{
	cJSON *all = checked(cJSON_CreateObject());
	char *printed;

	add(all, "query", query);
	add(all, "refresh", cJSON_CreateString("force_blocking"));
	add(all, "client_query_id", cJSON_CreateString(query_id));
	add(all, "name", cJSON_CreateString(name));
	printed = cJSON_PrintUnformatted(all);
	assert(printed);
	buf_puts(body, printed);
	cJSON_free(printed);
	cJSON_Delete(all);
}

/* Of placeholders of that letter, by number. */
static void add_values(cJSON *values, char letter, const struct posthog_value *all, uint32_t n)
{
	char name[16];

	for (uint32_t i = 0; i < n; i++) {
		const struct buf *value = &all[i].text;

		snprintf(name, sizeof(name), "%c%u", letter, i);
		add(values, name,
		    all[i].is_number ? cJSON_CreateRaw(value->p) : text(buf_str(value)));
	}
}

/* Where the rows are bounded already. */
static void write_filter(struct buf *hogql, const struct posthog_filter *p, int64_t since,
                         cJSON *values)
{
	if (p == NULL || p->where.n == 0)
		return;
	if (p->of == FILTERED_TRACES)
		add(values, "facts_since", moment(time_add(since, -MARGIN)));
	buf_puts(hogql, filter_texts[p->of].start);
	if (p->of != FILTERED_EVENTS) {
		buf_puts(hogql, filter_texts[p->of].facts);
		buf_append(hogql, buf_str(&p->facts));
		buf_puts(hogql, filter_texts[p->of].where);
	}
	buf_append(hogql, buf_str(&p->where));
	buf_puts(hogql, ")\n");
	add_values(values, 'f', p->values, p->n_values);
}

/* Takes the values. */
static void write_hogql(struct buf *body, const char *hogql, size_t limit, cJSON *values,
                        const char *name, const char *query_id)
{
	cJSON *query = checked(cJSON_CreateObject());
	struct buf whole = {0};

	buf_puts(&whole, hogql);
	buf_printf(&whole, "LIMIT %zu", limit);
	add(query, "kind", cJSON_CreateString("HogQLQuery"));
	add(query, "query", cJSON_CreateString(buf_text(&whole)));
	add(query, "values", values);
	write_body(body, query, name, query_id);
	buf_free(&whole);
}

static void write_page(struct buf *body, const char *start, const char *end,
                       const struct posthog_page *page, const char *name, const char *query_id)
{
	cJSON *values = range(page->since, page->until);
	bool first = page->before_id.n == 0;
	struct buf hogql = {0};

	assert(page->limit >= 1 && page->limit <= POSTHOG_MAX_ROWS);
	add(values, "before_time", moment(first ? page->until : page->before_time));
	add(values, "before_id", text(page->before_id));
	if (end == traces_of_session_end)
		add(values, "session", text(page->session));
	buf_puts(&hogql, start);
	write_filter(&hogql, page->filter, page->since, values);
	buf_puts(&hogql, end);
	write_hogql(body, buf_text(&hogql), page->limit + 1, values, name, query_id);
	buf_free(&hogql);
}

void posthog_query_traces(struct buf *body, const struct posthog_page *page, const char *query_id)
{
	write_page(body, traces, page->session.n > 0 ? traces_of_session_end : traces_end, page,
	           "tracehog:traces", query_id);
}

void posthog_query_sessions(struct buf *body, const struct posthog_page *page, const char *query_id)
{
	write_page(body, sessions, sessions_end, page, "tracehog:sessions", query_id);
}

void posthog_query_generations(struct buf *body, const struct posthog_page *page,
                               const char *query_id)
{
	write_page(body, generations, listed_events_end, page, "tracehog:generations", query_id);
}

void posthog_query_spans(struct buf *body, const struct posthog_page *page, const char *query_id)
{
	write_page(body, spans, listed_events_end, page, "tracehog:spans", query_id);
}

static void write_totals(struct buf *body, const char *hogql, cJSON *ids, int64_t since,
                         int64_t until, const char *name, const char *query_id)
{
	cJSON *values = range(since, until);

	assert(cJSON_GetArraySize(ids) <= POSTHOG_MAX_ROWS);
	add(values, "ids", ids);
	write_hogql(body, hogql, POSTHOG_MAX_ROWS + 1, values, name, query_id);
}

void posthog_query_trace_totals(struct buf *body, const struct str *ids, size_t n, int64_t since,
                                int64_t until, const char *query_id)
{
	write_totals(body, trace_totals, texts(ids, n), time_add(since, -MARGIN), until,
	             "tracehog:trace-totals", query_id);
}

void posthog_query_session_totals(struct buf *body, const struct str *ids, size_t n, int64_t since,
                                  int64_t until, const char *query_id)
{
	write_totals(body, session_totals, texts(ids, n), since, until, "tracehog:session-totals",
	             query_id);
}

void posthog_query_people(struct buf *body, const struct str *ids, size_t n, int64_t since,
                          int64_t until, const char *query_id)
{
	cJSON *values = range(since, until);

	add(values, "ids", texts(ids, n));
	write_hogql(body, people, POSTHOG_MAX_ROWS + 1, values, "tracehog:people", query_id);
}

void posthog_query_trace(struct buf *body, struct str trace, int64_t since, int64_t until,
                         const char *query_id)
{
	cJSON *query = checked(cJSON_CreateObject()), *dates = checked(cJSON_CreateObject());

	add(dates, "date_from", moment(since));
	add(dates, "date_to", moment(until));
	add(query, "kind", cJSON_CreateString("TraceQuery"));
	add(query, "traceId", text(trace));
	add(query, "dateRange", dates);
	write_body(body, query, "tracehog:trace", query_id);
}

void posthog_query_events(struct buf *body, enum posthog_table table,
                          const struct posthog_events_page *page, const char *query_id)
{
	static const struct {
		const char *hogql, *name;
	} of[] = {
		[POSTHOG_AI_EVENTS] = {trace_ai_events, "tracehog:trace-ai-events"},
		[POSTHOG_AI_EVENTS_LIGHT] = {trace_ai_events_light,
	                                     "tracehog:trace-ai-events-light"},
		[POSTHOG_EVENTS] = {trace_events, "tracehog:trace-events"},
	};
	cJSON *values = range(page->since, page->until);
	bool first = page->after_uuid.n == 0, several = page->n_traces > 0;
	const char *hogql = of[table].hogql, *name = of[table].name;

	assert(page->limit >= 1 && page->limit <= POSTHOG_MAX_ROWS);
	add(values, "after_time", moment(first ? page->since : page->after_time));
	add(values, "after_uuid", text(page->after_uuid));
	if (several) {
		assert(table == POSTHOG_AI_EVENTS && page->n_traces <= POSTHOG_MAX_TRACES);
		add(values, "ids", texts(page->traces, page->n_traces));
		hogql = traces_ai_events;
		name = "tracehog:traces-ai-events";
	} else if (page->trace.n > 0) {
		add(values, "trace", text(page->trace));
	} else {
		assert(table == POSTHOG_EVENTS);
		hogql = all_events;
		name = "tracehog:events";
	}
	write_hogql(body, hogql, page->limit + 1, values, name, query_id);
}

void posthog_query_trace_event(struct buf *body, enum posthog_table table, struct str trace,
                               int64_t since, int64_t until, const char *query_id)
{
	cJSON *values = range(since, until);

	add(values, "trace", text(trace));
	write_hogql(body, table == POSTHOG_EVENTS ? explicit_events : explicit_ai_events,
	            POSTHOG_MAX_EXPLICIT, values, "tracehog:trace-event", query_id);
}

void posthog_query_body(struct buf *body, struct str trace, struct str uuid, int64_t since,
                        int64_t until, const char *query_id)
{
	cJSON *values = range(since, until);

	add(values, "trace", text(trace));
	add(values, "uuid", text(uuid));
	write_hogql(body, body_of_event, 1, values, "tracehog:body", query_id);
}

void posthog_query_find(struct buf *body, struct str id, bool prefix, int64_t since, int64_t until,
                        const char *query_id)
{
	cJSON *values = range(since, until);

	add(values, "id", text(id));
	write_hogql(body, prefix ? find_beginning : find_exactly, POSTHOG_MAX_FOUND, values,
	            "tracehog:find", query_id);
}

void posthog_query_question(struct buf *body, const struct posthog_question *q,
                            const char *query_id)
{
	cJSON *values = range(q->since, q->until);
	struct buf hogql = {0};

	buf_puts(&hogql, q->start);
	write_filter(&hogql, q->filter, q->since, values);
	buf_puts(&hogql, q->end);
	add_values(values, 'v', q->values, q->n_values);
	write_hogql(body, buf_text(&hogql), q->limit, values, q->name, query_id);
	buf_free(&hogql);
}

void posthog_query_hogql(struct buf *body, struct str query, const char *query_id)
{
	cJSON *object = checked(cJSON_CreateObject());

	add(object, "kind", cJSON_CreateString("HogQLQuery"));
	add(object, "query", text(query));
	write_body(body, object, "tracehog:hogql", query_id);
}
