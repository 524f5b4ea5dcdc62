/* Filters that are pushed to PostHog: over random events the little ClickHouse of the stand-in lets through what the filter
 * does here, and no less where it cannot say all of it. Nothing that was typed is part of the HogQL. */
#include "collect/posthog_filter.h"

#include "collect/posthog_paste.h"
#include "collect/posthog_query.h"
#include "posthog/standin_sql.h"
#include "support/filter_bench.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define FILTERS "data/posthog/filters.txt"
#define EVENTS  150
#define SEEDS   4
#define RANDOM  80 /* filters a seed */
#define NOWHERE "00000000-0000-4000-8000-000000000000"

static const char *const hostile[] = {"'",
                                      "\\",
                                      "\\'",
                                      "' OR 1=1 --",
                                      "{f0}",
                                      "{since}",
                                      "}",
                                      "/* */",
                                      "-- x",
                                      "`x`",
                                      "\"",
                                      "%",
                                      "_",
                                      "\n",
                                      "\t'",
                                      "\xe2\x80\xa8",
                                      "\xf0\x9f\x92\xa9",
                                      "a\\%b",
                                      "$ai_model', '')",
                                      "'); DROP TABLE events; --"};
#define HOSTILE (sizeof(hostile) / sizeof(hostile[0]))

static uint64_t seed;

static uint32_t any(uint32_t below)
{
	seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (uint32_t)(seed >> 33) % below;
}

static const char *one_of(const char *const *list, uint32_t n)
{
	return list[any(n)];
}
#define ONE_OF(...)                                \
	one_of((const char *const[]){__VA_ARGS__}, \
	       sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))

/* ---- events ---- */

/* A value is any JSON: most of one kind, some of another. */
static void maybe(cJSON *to, const char *name, const char *json)
{
	if (any(3) == 0)
		return;
	if (any(25) == 0)
		json = ONE_OF("null", "\"\"", "true", "false", "{}", "[]", "12", "\"12\"",
		              "{\"a\":\"gpt boom\"}", "\"x\\ngpt\"", "-1", "\"Infinity\"");
	cJSON_AddItemToObject(to, name, cJSON_Parse(json));
}

static void maybe_text(cJSON *to, const char *name, const char *text)
{
	if (any(12) == 0)
		text = hostile[any(HOSTILE)];
	if (any(3) > 0)
		cJSON_AddStringToObject(to, name, text);
}

static void add_call(cJSON *p)
{
	maybe_text(p, "$ai_model",
	           ONE_OF("gpt-5", "gpt-5-mini", "Claude-Opus", "gemini", "50%_off", "x\ngpt"));
	maybe_text(p, "$ai_provider", ONE_OF("openai", "OpenAI", "anthropic", "google"));
	maybe(p, "$ai_input_tokens", ONE_OF("12", "60", "120", "0", "\"90\"", "8000000000"));
	maybe(p, "$ai_output_tokens", ONE_OF("10", "50", "99", "12.5"));
	maybe(p, "$ai_cache_read_input_tokens", ONE_OF("0", "5", "40"));
	maybe(p, "$ai_reasoning_tokens", ONE_OF("0", "2"));
	maybe(p, "$ai_total_cost_usd", ONE_OF("0.25", "1.5", "1", "0.30000000000000004", "0"));
	maybe(p, "$ai_time_to_first_token", ONE_OF("0.2", "1", "2.5"));
	maybe(p, "$ai_stop_reason", ONE_OF("\"stop\"", "\"length\"", "\"Tool_Use\""));
	maybe(p, "$ai_stream", ONE_OF("true", "false", "\"true\""));
	maybe(p, "$ai_model_parameters",
	      ONE_OF("{\"stream\":true}", "{\"temperature\":1,\"max_tokens\":2000}", "{}"));
}

static void add_others(cJSON *p)
{
	maybe(p, "release", ONE_OF("\"2.14\"", "\"2.15-beta\"", "3", "true", "\"v3\""));
	maybe(p, "$set", ONE_OF("{\"plan\":\"pro\",\"age\":31}", "{\"plan\":3}", "{\"plan\":{}}"));
	maybe(p, "ok", ONE_OF("true", "false", "1", "0", "\"true\""));
	maybe(p, "latency_ms", ONE_OF("250", "2500", "90000", "\"150\"", "\"fast\""));
	maybe(p, "shape", ONE_OF("{\"kind\":\"square\"}", "[\"square\",1]", "\"round\""));
	maybe(p, "environment", ONE_OF("\"prod\"", "\"staging\""));
	maybe(p, "env", ONE_OF("\"dev\"", "\"prod\""));
	maybe(p, "deployment.environment", "\"prod\"");
	maybe(p, "$groups",
	      ONE_OF("{\"company\":\"acme\",\"team\":3}", "{\"company\":\"\",\"it's\":\"x\"}"));
	maybe(p, "$ai_temperature", ONE_OF("0.5", "1", "\"1.5\""));
	maybe(p, "$ai_base_url", "\"https://api.example.com/v1\"");
	maybe_text(p, "odd key's", "x");
	maybe_text(p, "' OR 1=1 --", "x");
}

static void add_judgement(cJSON *p, const char *kind)
{
	if (strcmp(kind, "$ai_evaluation") == 0) {
		maybe(p, "$ai_evaluation_name", ONE_OF("\"relevance\"", "\"Tone\""));
		maybe(p, "$ai_evaluation_score_value", ONE_OF("0.5", "1"));
		maybe(p, "$ai_evaluation_result", ONE_OF("true", "false"));
	}
	if (strcmp(kind, "$ai_feedback") == 0)
		maybe(p, "$ai_feedback_text", ONE_OF("\"Great answer\"", "\"no use\""));
}

/* A trace is of one session, which not all of its events name. */
static void add_ids(cJSON *p, uint32_t i)
{
	uint32_t trace = any(12);
	char text[16];

	snprintf(text, sizeof(text), "sp%03u", i);
	cJSON_AddStringToObject(p, "$ai_span_id", text);
	if (trace == 0)
		return;
	snprintf(text, sizeof(text), "tr%02u", trace);
	cJSON_AddStringToObject(p, "$ai_trace_id", text);
	snprintf(text, sizeof(text), "se%u", trace % 4);
	if (trace % 3 == 1 && any(2) == 0)
		cJSON_AddStringToObject(p, "$ai_session_id", text);
}

static cJSON *new_event(uint32_t i)
{
	const char *kind = ONE_OF("$ai_generation", "$ai_generation", "$ai_span", "$ai_span",
	                          "$ai_embedding", "$ai_trace", "$ai_metric", "$ai_feedback",
	                          "$ai_evaluation");
	cJSON *event = cJSON_CreateObject(), *p;
	char text[64];

	snprintf(text, sizeof(text), "01990000-0000-7000-8000-%012u", i);
	cJSON_AddStringToObject(event, "uuid", text);
	cJSON_AddStringToObject(event, "event", kind);
	cJSON_AddStringToObject(event, "distinct_id",
	                        any(9) == 0 ? hostile[any(HOSTILE)]
	                                    : ONE_OF("u_1", "U_1", "u_2", "o'brien"));
	snprintf(text, sizeof(text), "2026-11-22T10:%02u:%02uZ", any(60), any(60));
	cJSON_AddStringToObject(event, "timestamp", text);
	p = cJSON_AddObjectToObject(event, "properties");
	add_ids(p, i);
	maybe_text(p, "$ai_span_name",
	           ONE_OF("agent", "search", "Plan", "say \"hi\"", "M\xc3\x9cNCHEN"));
	maybe_text(p, "$ai_trace_name", ONE_OF("agent", "whole"));
	maybe(p, "$ai_span_type", ONE_OF("\"tool\"", "\"retriever\"", "\"llm\"", "\"mcp_tools\""));
	maybe(p, "$ai_latency", ONE_OF("0.5", "1.5", "2", "2.0000004", "3.5", "\"2.5\"", "6"));
	maybe(p, "$ai_http_status", ONE_OF("200", "429", "500"));
	maybe(p, "$ai_lib", ONE_OF("\"posthog-python\"", "\"posthog-js\""));
	if (any(4) == 0)
		maybe(p, "$ai_is_error", ONE_OF("true", "\"true\"", "false"));
	if (any(4) == 0)
		maybe(p, "$ai_error",
		      ONE_OF("\"it went boom\"", "{\"message\":\"timeout\"}", "false", "{}",
		             "\"line\\nnext\"", "\"false\""));
	if (strcmp(kind, "$ai_generation") == 0 || strcmp(kind, "$ai_embedding") == 0)
		add_call(p);
	add_judgement(p, kind);
	add_others(p);
	return event;
}

/* ---- there and here ---- */

struct both {
	struct filter_bench here;
	struct standin there;
	struct buf lines;
};

static void open_both(struct both *b)
{
	*b = (struct both){0};
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

static void close_both(struct both *b)
{
	filter_bench_close(&b->here);
	for (size_t i = 0; i < b->there.n_events; i++)
		cJSON_Delete(b->there.events[i]);
	free(b->there.events);
	buf_free(&b->lines);
}

/* The body that PostHog is sent, as JSON. */
static cJSON *asked(const struct posthog_filter *p)
{
	const struct posthog_page page = {
		.until = INT64_C(4000000000000000), .limit = 1, .filter = p};
	struct buf body = {0};
	cJSON *json;

	if (p->of == FILTERED_EVENTS)
		posthog_query_spans(&body, &page, NOWHERE);
	else if (p->of == FILTERED_TRACES)
		posthog_query_traces(&body, &page, NOWHERE);
	else
		posthog_query_sessions(&body, &page, NOWHERE);
	json = cJSON_ParseWithLength(body.p, body.n);
	assert_non_null(json);
	buf_free(&body);
	return json;
}

static const cJSON *query_of(const cJSON *body, const char *name)
{
	return cJSON_GetObjectItemCaseSensitive(cJSON_GetObjectItemCaseSensitive(body, "query"),
	                                        name);
}

static bool passes_there(const struct both *b, const struct where *w, enum filtered_of of,
                         uint32_t number)
{
	struct model *m = b->here.model;
	struct buf id = {0};
	bool passes;

	if (of == FILTERED_EVENTS)
		return where_event(w, b->there.events[number]);
	ids_text(&b->here.events.ids,
	         of == FILTERED_TRACES ? model_trace(m, number)->id : model_session(m, number)->id,
	         &id);
	passes = where_id(w, buf_text(&id));
	buf_free(&id);
	return passes;
}

static uint32_t count_of(const struct both *b, enum filtered_of of)
{
	if (of == FILTERED_EVENTS)
		return EVENTS;
	return of == FILTERED_TRACES ? model_trace_count(b->here.model)
	                             : model_session_count(b->here.model);
}

static void compare_rows(const struct both *b, const struct filtered *d, const struct where *w,
                         const struct posthog_filter *p, const char *text)
{
	static const char *const names[] = {"event", "trace", "session"};

	for (uint32_t i = 0; i < count_of(b, p->of); i++) {
		bool here = filtered_has(d, i), there = passes_there(b, w, p->of, i);

		if (here && !there)
			fail_msg("%s: %s %u is lost: %s%s", text, names[p->of], i,
			         buf_text(&(struct buf){p->where.p, p->where.n, 0, 0, false}),
			         p->facts.n > 0 ? p->facts.p : "");
		if (!here && there && p->here.n == 0)
			fail_msg("%s: %s %u is too much: %s%s", text, names[p->of], i, p->where.p,
			         p->facts.n > 0 ? p->facts.p : "");
	}
}

/* How it was pushed: x exactly, m what lets more through, - not at all. */
static char compare(struct both *b, const char *text, enum filtered_of of)
{
	struct filter *f = filter_bench_parse(text);
	struct filtered *d = filter_bench_new(&b->here, f, of);
	struct posthog_filter p = {0};
	cJSON *body;
	struct where *w;
	const char *wrong;
	char how;

	filtered_wait(d);
	posthog_filter_make(&p, f, of);
	body = asked(&p);
	w = where_new(&b->there, cJSON_GetStringValue(query_of(body, "query")),
	              query_of(body, "values"), &wrong);
	if (wrong != NULL)
		fail_msg("%s: cannot be read at %.60s", text, wrong);
	assert_int_equal(w != NULL, p.where.n > 0);
	compare_rows(b, d, w, &p, text);
	how = p.here.n == 0 ? 'x' : p.where.n > 0 ? 'm' : '-';
	where_free(w);
	cJSON_Delete(body);
	posthog_filter_free(&p);
	filtered_free(d);
	filter_free(f);
	return how;
}

/* ---- the table ---- */

/* Each line: how it is pushed for events, traces and sessions, a blank, and the filter. */
static void test_table(void **state)
{
	FILE *file = fopen(FILTERS, "r");
	char line[512], how[4] = "";
	struct both b;
	int lines = 0;

	assert_non_null(file);
	(void)state;
	for (uint32_t round = 1; round <= 3; round++) {
		seed = round;
		open_both(&b);
		rewind(file);
		while (fgets(line, sizeof(line), file) != NULL) {
			line[strcspn(line, "\n")] = '\0';
			if (line[0] == '#')
				continue;
			lines++;
			for (int of = 0; of < 3; of++)
				how[of] = compare(&b, line + 4, (enum filtered_of)of);
			if (strncmp(how, line, 3) != 0)
				fail_msg("%s: pushed %s", line, how);
		}
		close_both(&b);
	}
	assert_true(lines >= 300);
	fclose(file);
}

/* ---- random ones ---- */

static const char *some_term(void)
{
	static char lines[256][128];
	static uint32_t n;
	FILE *file;

	if (n == 0) {
		file = fopen(FILTERS, "r");
		assert_non_null(file);
		while (n < 256 && fgets(lines[n], sizeof(lines[n]), file) != NULL) {
			lines[n][strcspn(lines[n], "\n")] = '\0';
			n += lines[n][0] != '#' && strstr(lines[n], " > ") == NULL;
		}
		fclose(file);
	}
	return lines[any(n > 0 ? n : 1)] + 4;
}

static void add_filter(struct buf *out, uint32_t depth)
{
	switch (depth == 0 ? 0 : any(9)) {
	case 1:
	case 2:
		add_filter(out, depth - 1);
		buf_add(out, ' ');
		add_filter(out, depth - 1);
		break;
	case 3:
	case 4:
		buf_add(out, '(');
		add_filter(out, depth - 1);
		buf_puts(out, " OR ");
		add_filter(out, depth - 1);
		buf_add(out, ')');
		break;
	case 5:
		buf_puts(out, "-(");
		add_filter(out, depth - 1);
		buf_add(out, ')');
		break;
	case 6:
		buf_puts(out, ONE_OF("trace(", "session(", "any(", "all(", "none(", "span("));
		add_filter(out, depth - 1);
		buf_add(out, ')');
		break;
	case 7:
		buf_puts(out, "count(");
		add_filter(out, depth - 1);
		buf_puts(out, ONE_OF("):>1", "):0", "):2..4"));
		break;
	default:
		buf_printf(out, "(%s)", some_term());
	}
}

static void test_random(void **state)
{
	uint32_t pushed = 0;
	struct both b;

	(void)state;
	for (uint32_t round = 0; round < SEEDS; round++) {
		seed = round * 7919 + 17;
		open_both(&b);
		for (uint32_t i = 0; i < RANDOM; i++) {
			struct buf text = {0};

			add_filter(&text, 3);
			for (int of = 0; of < 3; of++)
				pushed += compare(&b, buf_text(&text), (enum filtered_of)of) != '-';
			buf_free(&text);
		}
		close_both(&b);
	}
	assert_true(pushed > SEEDS * RANDOM);
}

/* ---- what was typed ---- */

static void make_term(struct buf *out, enum field_number field, const char *name, const char *value)
{
	filter_append_term(out, &fields[field], str_of(name), str_of(value));
}

static char *hogql_of(const char *text, enum filtered_of of)
{
	struct filter *f = filter_bench_parse(text);
	struct posthog_filter p = {0};
	cJSON *body;
	char *out;

	posthog_filter_make(&p, f, of);
	body = asked(&p);
	out = strdup(cJSON_GetStringValue(query_of(body, "query")));
	cJSON_Delete(body);
	posthog_filter_free(&p);
	filter_free(f);
	return out;
}

static bool has_capital(const char *text)
{
	return strpbrk(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != NULL;
}

/* Whatever is typed, the HogQL is that of a plain word. */
static void test_injection(void **state)
{
	static const enum field_number texts[] = {FIELD_MODEL, FIELD_PROVIDER, FIELD_NAME,
	                                          FIELD_USER,  FIELD_ERROR,    FIELD_TRACE,
	                                          FIELD_ENV,   FIELD_PROPERTY, FIELD_PERSON};
	struct both b;

	(void)state;
	seed = 3;
	open_both(&b);
	for (size_t i = 0; i < HOSTILE; i++) {
		for (size_t k = 0; k < sizeof(texts) / sizeof(texts[0]); k++) {
			struct buf plain = {0}, odd = {0};
			char *wanted, *got;

			make_term(&plain, texts[k], "odd key's",
			          has_capital(hostile[i]) ? "Word" : "word");
			make_term(&odd, texts[k],
			          strpbrk(hostile[i], ".") == NULL ? hostile[i] : "odd key's",
			          hostile[i]);
			for (int of = 0; of < 3; of++) {
				(void)compare(&b, buf_text(&odd), (enum filtered_of)of);
				wanted = hogql_of(buf_text(&plain), (enum filtered_of)of);
				got = hogql_of(buf_text(&odd), (enum filtered_of)of);
				assert_string_equal(got, wanted);
				free(wanted);
				free(got);
			}
			buf_free(&plain);
			buf_free(&odd);
		}
	}
	close_both(&b);
}

static void test_literal(void **state)
{
	struct buf out = {0};

	(void)state;
	posthog_append_literal(&out, STR("it's \\ a\nline\0\t{x}\r"));
	assert_string_equal(buf_text(&out), "'it\\'s \\\\ a\\nline\\0\\t{x}\\r'");
	buf_free(&out);
}

/* The pasted text has no placeholder, and lets the same through. */
static void test_paste(void **state)
{
	static const char *const typed[] = {"model:\"'; DROP TABLE events; --\"", "user:\"{f0}\"",
	                                    "\"@it's {since}\":x latency:>2s",
	                                    "model:gpt -is:error"};
	struct both b;

	(void)state;
	seed = 11;
	open_both(&b);
	for (size_t i = 0; i < sizeof(typed) / sizeof(typed[0]); i++) {
		struct filter *f = filter_bench_parse(typed[i]);
		struct posthog_filter p = {0};
		struct where *with, *without;
		struct buf out = {0};
		const char *wrong;
		cJSON *body;
		char *text;

		posthog_filter_make(&p, f, FILTERED_TRACES);
		body = asked(&p);
		text = cJSON_PrintUnformatted(body);
		posthog_paste(str_of(text), &out);
		with = where_new(&b.there, cJSON_GetStringValue(query_of(body, "query")),
		                 query_of(body, "values"), &wrong);
		assert_null(wrong);
		without = where_new(&b.there, buf_text(&out), NULL, &wrong);
		assert_null(wrong);
		for (uint32_t k = 0; k < count_of(&b, FILTERED_TRACES); k++)
			assert_int_equal(passes_there(&b, with, FILTERED_TRACES, k),
			                 passes_there(&b, without, FILTERED_TRACES, k));
		where_free(with);
		where_free(without);
		cJSON_free(text);
		cJSON_Delete(body);
		buf_free(&out);
		posthog_filter_free(&p);
		filter_free(f);
	}
	close_both(&b);
}

/* What the little ClickHouse itself does, where it matters most. */
static void test_semantics(void **state)
{
	static const struct {
		const char *sql;
		bool holds;
	} cases[] = {
		{"properties.absent = 'x' OR 1 = 1", true},
		{"properties.absent = 'x'", false},
		{"NOT properties.absent = 'x'", false}, /* NULL */
		{"NOT ifNull(properties.absent = 'x', 0)", true},
		{"isNull(properties.empty)",
	         false}, /* only JSON's null and nothing are NULL here */
		{"properties.text = 'a\\\\nb'", true}, /* as JSON has it */
		{"JSONExtractString(properties, 'text') LIKE 'a_b'", true},
		{"toFloat(properties.junk) > 0", false},
		{"isNull(toFloat(properties.junk))", true},
		{"toFloat(properties.number) = 12.5", true},
		{"properties.number = '12.5'", true},
		{"JSONExtractString(properties, 'number') = ''", true},
		{"JSONExtractRaw(properties, 'flag') = 'true'", true},
		{"'50%' LIKE '50\\\\%'", true},
		{"'50x' LIKE '50\\\\%'", false},
		{"'ABC' ILIKE '%b%'", true},
		{"'ABC' LIKE '%b%'", false},
		{"'x' NOT IN ('x', 'y')", false},
		{"if(properties.absent = 'x', 1, 0) = 0", true},
	};
	cJSON *event = cJSON_Parse("{\"event\":\"$ai_span\",\"properties\":{\"text\":\"a\\nb\","
	                           "\"junk\":\"12 apples\",\"number\":12.5,\"flag\":true,"
	                           "\"empty\":\"\"}}");
	struct arena room = {0};
	const char *wrong;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct sql_expr *e = sql_parse_expr(&room, cases[i].sql, NULL, &wrong);
		if (wrong != NULL)
			fail_msg("%s: at %s", cases[i].sql, wrong);
		if (sql_holds(&room, e, event) != cases[i].holds)
			fail_msg("%s", cases[i].sql);
	}
	arena_free(&room);
	cJSON_Delete(event);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_semantics), cmocka_unit_test(test_table),
		cmocka_unit_test(test_random),    cmocka_unit_test(test_injection),
		cmocka_unit_test(test_literal),   cmocka_unit_test(test_paste),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
