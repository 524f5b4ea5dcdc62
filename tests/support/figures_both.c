/* See figures_both.h. */
#include "support/figures_both.h"

#include "posthog/standin_sql.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define EVENTS 120

static uint64_t state;

static uint32_t any(uint32_t below)
{
	state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (uint32_t)(state >> 33) % below;
}

static const char *one_of(const char *const *list, uint32_t n)
{
	return list[any(n)];
}
#define ONE_OF(...)                                \
	one_of((const char *const[]){__VA_ARGS__}, \
	       sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))

/* ---- events ---- */

static void maybe(cJSON *to, const char *name, const char *json)
{
	if (any(4) > 0)
		cJSON_AddItemToObject(to, name, cJSON_Parse(json));
}

static void add_call(cJSON *p)
{
	maybe(p, "$ai_model", ONE_OF("\"gpt-5\"", "\"gpt-5-mini\"", "\"Claude-Opus\"", "\"it's\""));
	maybe(p, "$ai_provider", ONE_OF("\"openai\"", "\"Anthropic\"", "\"gateway\""));
	maybe(p, "$ai_framework", ONE_OF("\"vercel\"", "\"langchain\""));
	maybe(p, "$ai_input_tokens", ONE_OF("12", "60", "120", "0", "\"90\"", "-3", "1.5"));
	maybe(p, "$ai_output_tokens", ONE_OF("10", "50", "99", "8000000000"));
	maybe(p, "$ai_cache_read_input_tokens", ONE_OF("0", "5", "40", "200"));
	maybe(p, "$ai_cache_creation_input_tokens", ONE_OF("0", "7", "300"));
	maybe(p, "$ai_cache_reporting_exclusive", ONE_OF("true", "false", "\"true\""));
	maybe(p, "$ai_reasoning_tokens", ONE_OF("0", "2"));
	maybe(p, "$ai_total_cost_usd", ONE_OF("0.25", "1.5", "0.1", "0.0000123", "0"));
	maybe(p, "$ai_time_to_first_token", ONE_OF("0.2", "1", "2.5", "-1"));
	maybe(p, "$ai_stop_reason", ONE_OF("\"stop\"", "\"length\"", "\"Tool_Use\""));
}

static void add_values(cJSON *p)
{
	cJSON *groups;

	maybe(p, "release", ONE_OF("\"2.14\"", "3", "\"3\"", "true", "\"a\\nb\"", "{\"a\":1}"));
	maybe(p, "env", ONE_OF("\"dev\"", "\"prod\""));
	maybe(p, "environment", ONE_OF("\"prod\"", "\"staging\""));
	maybe(p, "app_version", "\"1.0\"");
	maybe(p, "odd key's {v0}", ONE_OF("\"' OR 1=1 --\"", "\"}\""));
	maybe(p, "$ai_lib", ONE_OF("\"posthog-python\"", "\"posthog-js\""));
	if (any(3) == 0)
		return;
	groups = cJSON_AddObjectToObject(p, "$groups");
	cJSON_AddStringToObject(groups, "company", ONE_OF("acme", "umbrella", "o'brien & sons"));
	maybe(groups, ONE_OF("team", "it's: {v0}\\", "2:x"),
	      ONE_OF("\"acme\"", "7", "\"7\"", "true", "\"\"", "null", "{\"a\":1}", "[]",
	             "\"a \\\"b\\\"\\n\""));
}

/* What an event sets of a person is what PostHog knows of them then. */
static void add_person(cJSON *p)
{
	cJSON *person = cJSON_AddObjectToObject(p, "$set");

	maybe(person, "plan", ONE_OF("\"pro\"", "\"free\"", "3", "{\"a\":1}", "\"\""));
	maybe(person, "it's", ONE_OF("{\"deep\":\"yes\"}", "{\"deep\":2}"));
}

/* All events of a trace name its session. */
static void add_ids(cJSON *p)
{
	uint32_t trace = any(12);
	char text[16];

	if (trace == 0)
		return;
	snprintf(text, sizeof(text), "tr%02u", trace);
	cJSON_AddStringToObject(p, "$ai_trace_id", text);
	snprintf(text, sizeof(text), "se%u", trace % 4);
	if (trace % 3 > 0)
		cJSON_AddStringToObject(p, "$ai_session_id", text);
}

static cJSON *new_event(uint32_t i)
{
	const char *kind = ONE_OF("$ai_generation", "$ai_generation", "$ai_span", "$ai_span",
	                          "$ai_embedding", "$ai_trace", "$ai_metric", "$ai_feedback",
	                          "$ai_evaluation", "$ai_summary");
	cJSON *event = cJSON_CreateObject(), *p;
	char text[64];

	snprintf(text, sizeof(text), "01990000-0000-7000-8000-%012u", i);
	cJSON_AddStringToObject(event, "uuid", text);
	cJSON_AddStringToObject(event, "event", kind);
	cJSON_AddStringToObject(event, "distinct_id", ONE_OF("u_1", "U_1", "u_2", "o'brien"));
	snprintf(text, sizeof(text), "2026-11-22T10:%02u:%02u.%06uZ", any(60), any(60),
	         any(1000000));
	cJSON_AddStringToObject(event, "timestamp", text);
	p = cJSON_AddObjectToObject(event, "properties");
	add_ids(p);
	maybe(p, "$ai_span_name", ONE_OF("\"agent\"", "\"search\"", "\"say \\\"hi\\\"\""));
	maybe(p, "$ai_trace_name", ONE_OF("\"agent\"", "\"whole\""));
	maybe(p, "$ai_span_type", ONE_OF("\"tool\"", "\"retriever\"", "\"mcp_tools\""));
	maybe(p, "$ai_latency", ONE_OF("0.5", "1.5", "2", "0.01", "3.5", "\"2.5\"", "6000"));
	maybe(p, "$ai_http_status", ONE_OF("200", "429", "500"));
	if (any(4) == 0)
		maybe(p, "$ai_is_error", ONE_OF("true", "\"true\"", "false"));
	if (any(4) == 0)
		maybe(p, "$ai_error", ONE_OF("\"it went boom\"", "{\"message\":\"timeout\"}"));
	if (any(9) == 0)
		cJSON_AddBoolToObject(p, "$process_person_profile", false);
	if (strcmp(kind, "$ai_generation") == 0 || strcmp(kind, "$ai_embedding") == 0)
		add_call(p);
	add_values(p);
	add_person(p);
	return event;
}

/* ---- there and here ---- */

void figures_both_open(struct figures_both *b, uint64_t seed)
{
	state = seed;
	*b = (struct figures_both){0};
	b->there.events = calloc(EVENTS, sizeof(cJSON *));
	for (uint32_t i = 0; i < EVENTS; i++) {
		cJSON *event = b->there.events[b->there.n_events++] = new_event(i);
		char *line = cJSON_PrintUnformatted(event);

		buf_puts(&b->lines, line);
		buf_add(&b->lines, '\n');
		cJSON_free(line);
	}
	filter_bench_open(&b->here, buf_str(&b->lines));
	filter_bench_feed_all(&b->here);
}

void figures_both_close(struct figures_both *b)
{
	filter_bench_close(&b->here);
	for (size_t i = 0; i < b->there.n_events; i++)
		cJSON_Delete(b->there.events[i]);
	free(b->there.events);
	buf_free(&b->lines);
}

struct hogql_result *figures_both_answer(const struct figures_both *b, const struct buf *body)
{
	cJSON *json = cJSON_ParseWithLength(body->p, body->n);
	const cJSON *query = cJSON_GetObjectItemCaseSensitive(json, "query");
	const char *sql, *wrong;
	struct hogql_result *result;
	struct buf text = {0};
	struct errinfo e;
	char *answer;

	sql = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(query, "query"));
	answer = sql_answer(&b->there, sql, cJSON_GetObjectItemCaseSensitive(query, "values"),
	                    &wrong);
	if (wrong != NULL)
		fail_msg("cannot be read at %.80s", wrong);
	buf_puts(&text, answer);
	free(answer);
	if (hogql_result_read(&result, &text, buf_str(&text), &e) != ERR_OK)
		fail_msg("%s", e.msg);
	cJSON_Delete(json);
	return result;
}
