/* Figures that PostHog adds up: over random events the little ClickHouse of the stand-in gives what a breakdown gives here, by
 * every field and under every filter that is judged there. Nothing that was typed is part of the HogQL. */
#include "collect/posthog_figures.h"

#include "base/utf8.h"
#include "collect/posthog_query.h"
#include "posthog/standin_sql.h"
#include "query/stats.h"
#include "support/filter_bench.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define FILTERS "data/posthog/filters.txt" /* see there */
#define EVENTS  120
#define NOWHERE "00000000-0000-4000-8000-000000000000"
#define MINUTE  (60 * TIME_SECOND)
#define BEGIN   (INT64_C(1795341600) * TIME_SECOND) /* 2026-11-22T10:00Z */

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

static struct hogql_result *answer_of(const struct both *b, const struct buf *body)
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

/* The part of that value; NULL: there is none. */
static const struct breakdown_part *find(const struct breakdown *b, const struct split *s,
                                         struct str value, bool none)
{
	struct buf text = {0};
	const struct breakdown_part *found = NULL;

	for (uint32_t i = 0; i < breakdown_count(b) && found == NULL; i++) {
		const struct breakdown_part *p = breakdown_part(b, i);

		buf_clear(&text);
		if (s != NULL)
			split_text(s, p->key, &text);
		if (s == NULL || ((p->key == SPLIT_NONE) == none && str_eq(buf_str(&text), value)))
			found = p;
	}
	buf_free(&text);
	return found;
}

/* What PostHog cannot know is left out of it: what runs, what is suspect. Its money is in doubles. */
static void expect_part(const char *what, struct breakdown_part here, struct breakdown_part there)
{
	money off = here.totals.cost_reported - there.totals.cost_reported;

	if (off > 1000 || off < -1000)
		fail_msg("%s: cost is off by %lld", what, (long long)off);
	here.key = there.key;
	here.totals.cost_reported = there.totals.cost_reported;
	here.totals.running = here.totals.suspect = 0;
	for (size_t at = 0; at < sizeof(here); at++)
		if (((char *)&here)[at] != ((char *)&there)[at])
			fail_msg("%s: differs at byte %zu (calls %u and %u, prompt %lld and %lld)",
			         what, at, here.calls, there.calls, (long long)here.prompt,
			         (long long)there.prompt);
}

struct case_of {
	const char *by, *filter; /* NULL: not split; no filter */
	uint32_t slices;
};

static struct split *split_of(const struct both *b, const struct case_of *c, bool told)
{
	struct split *s = NULL;
	struct errinfo e;

	if (c->slices > 0)
		return split_by_time(b->here.model, BEGIN + 5 * MINUTE, BEGIN + 50 * MINUTE,
		                     c->slices);
	if (c->by == NULL)
		return NULL;
	assert_int_equal(told ? split_told(&s, str_of(c->by), b->here.model, &e)
	                      : split_new(&s, str_of(c->by), b->here.model, b->here.properties, &e),
	                 ERR_OK);
	while (!told && !split_ready(s) && loop_step(b->here.loop, true))
		;
	return s;
}

static void compare_parts(const struct case_of *c, const struct breakdown *here,
                          const struct split *s, const struct hogql_result *r, struct split *told)
{
	struct buf value = {0}, what = {0};

	if (r->rows != breakdown_count(here))
		fail_msg("by %s, %s: %u parts here, %u there", c->by, c->filter,
		         breakdown_count(here), r->rows);
	for (uint32_t row = 0; row < r->rows; row++) {
		const struct breakdown_part *part;
		struct breakdown_part there;

		assert_true(posthog_read_figures(r, row, told, &there));
		buf_clear(&value);
		buf_clear(&what);
		if (told != NULL)
			split_text(told, there.key, &value);
		buf_printf(&what, "by %s, %s, %s", c->by, c->filter, buf_text(&value));
		part = find(here, s, buf_str(&value), there.key == SPLIT_NONE);
		if (part == NULL)
			fail_msg("%s: is not here", buf_text(&what));
		else
			expect_part(buf_text(&what), *part, there);
	}
	buf_free(&value);
	buf_free(&what);
}

/* False: its filter is not judged there. */
static bool compare(struct both *b, const struct case_of *c)
{
	struct filter *f = filter_bench_parse(c->filter != NULL ? c->filter : "");
	struct filtered *d = filter_bench_new(&b->here, f, FILTERED_EVENTS);
	struct split *s = split_of(b, c, false), *told = split_of(b, c, true);
	struct breakdown_query q = {b->here.model, s, d, BEGIN + 5 * MINUTE, BEGIN + 50 * MINUTE};
	struct breakdown *here;
	struct posthog_filter p = {0};
	struct posthog_figures figures = {told, c->slices, q.since, q.until, &p, 500};
	struct buf body = {0};
	bool judged;

	filtered_wait(d);
	here = breakdown_new(b->here.loop, &q, NULL, NULL);
	breakdown_wait(here);
	posthog_filter_make(&p, f, FILTERED_EVENTS);
	judged = p.here.n == 0;
	if (judged) {
		struct hogql_result *r;

		assert_true(posthog_query_figures(&body, &figures, NOWHERE));
		r = answer_of(b, &body);
		compare_parts(c, here, s, r, told);
		hogql_result_drop(r, NULL);
	}
	buf_free(&body);
	posthog_filter_free(&p);
	breakdown_free(here);
	split_free(s);
	split_free(told);
	filtered_free(d);
	filter_free(f);
	return judged;
}

static const char *const by[] = {
	NULL,       "model",           "provider",       "user", "session", "trace", "name",
	"tool",     "status",          "finish",         "code", "lib",     "env",   "version",
	"@release", "@odd key's {v0}", "$groups.company"};
#define BY (sizeof(by) / sizeof(by[0]))

static void by_every_field(void **state)
{
	struct both b;

	(void)state;
	for (seed = 1; seed < 3; seed++) {
		uint64_t round = seed;

		open_both(&b);
		for (size_t i = 0; i < BY; i++)
			compare(&b, &(struct case_of){by[i], NULL, 0});
		compare(&b, &(struct case_of){NULL, NULL, 7});
		close_both(&b);
		seed = round;
	}
}

static void under_every_filter(void **state)
{
	FILE *file = fopen(FILTERS, "r");
	char line[512];
	size_t judged = 0;
	struct both b;

	(void)state;
	assert_non_null(file);
	seed = 7;
	open_both(&b);
	while (fgets(line, sizeof(line), file) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		if (line[0] != 'x' || judged >= 60)
			continue;
		judged += compare(
			&b, &(struct case_of){by[judged % BY], line + 4, judged % 9 == 0 ? 5 : 0});
	}
	assert_true(judged > 20);
	fclose(file);
	close_both(&b);
}

/* ---- what is left out ---- */

static void the_dearest_and_how_many(void **state)
{
	struct both b;
	struct split *told;
	struct posthog_figures f = {.until = BEGIN + 60 * MINUTE, .limit = 2};
	struct breakdown_part first, second;
	struct hogql_result *r;
	struct buf body = {0};
	uint32_t n;

	(void)state;
	seed = 3;
	open_both(&b);
	told = split_of(&b, &(struct case_of){"trace", NULL, 0}, true);
	f.split = told;
	assert_true(posthog_query_figures(&body, &f, NOWHERE));
	r = answer_of(&b, &body);
	assert_int_equal(r->rows, 3);
	assert_true(posthog_read_figures(r, 0, told, &first));
	assert_true(posthog_read_figures(r, 1, told, &second));
	assert_true(first.totals.cost_reported >= second.totals.cost_reported);
	hogql_result_drop(r, NULL);
	buf_clear(&body);
	assert_true(posthog_query_figures_parts(&body, &f, NOWHERE));
	r = answer_of(&b, &body);
	assert_true(posthog_read_figures_count(r, &n));
	assert_int_equal(n, 12);
	hogql_result_drop(r, NULL);
	buf_free(&body);
	split_free(told);
	close_both(&b);
}

/* ---- what was typed ---- */

static const char *const hostile[] = {
	"'",    "\\",  "' OR 1=1 --", "{v0}", "{since}", "}",    "/* */",
	"-- x", "`x`", "\"",          "%",    "\n",      "a.b'", "a.'); DROP TABLE events; --"};

/* The HogQL is the same whatever the name: it stands among the values. */
static void names_are_values(void **state)
{
	struct filter_bench b;
	char *plain[2] = {NULL, NULL};
	struct errinfo e;

	(void)state;
	filter_bench_open(&b, STR("{\"event\":\"$ai_span\"}\n"));
	for (size_t i = 0; i < 2 * sizeof(hostile) / sizeof(hostile[0]); i++) {
		struct buf name = {0}, body = {0};
		struct posthog_figures f = {.until = MINUTE, .limit = 1};
		struct split *s;
		cJSON *json, *query;
		char *sql;
		bool path;

		buf_puts(&name, i % 2 ? "$groups." : "@");
		buf_puts(&name, hostile[i / 2]);
		path = str_find(buf_str(&name), STR("."), i % 2 ? 8 : 0, false) != SIZE_MAX;
		assert_int_equal(split_told(&s, buf_str(&name), b.model, &e), ERR_OK);
		f.split = s;
		assert_true(posthog_query_figures(&body, &f, NOWHERE));
		json = cJSON_ParseWithLength(body.p, body.n);
		query = cJSON_GetObjectItemCaseSensitive(json, "query");
		sql = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(query, "query"));
		if (!path && plain[i % 2] == NULL)
			plain[i % 2] = strdup(sql);
		else if (!path)
			assert_string_equal(sql, plain[i % 2]);
		assert_null(strstr(sql, "DROP"));
		cJSON_Delete(json);
		split_free(s);
		buf_free(&body);
		buf_free(&name);
	}
	free(plain[0]);
	free(plain[1]);
	filter_bench_close(&b);
}

static void what_it_cannot_split_by(void **state)
{
	static const char *const words[] = {"kind", "person.plan"};
	struct filter_bench b;
	struct errinfo e;

	(void)state;
	filter_bench_open(&b, STR("{\"event\":\"$ai_span\"}\n"));
	for (size_t i = 0; i < 2; i++) {
		struct posthog_figures f = {.until = MINUTE, .limit = 1};
		struct buf body = {0};
		struct split *s;

		assert_int_equal(split_told(&s, str_of(words[i]), b.model, &e), ERR_OK);
		f.split = s;
		assert_false(posthog_query_figures(&body, &f, NOWHERE));
		assert_int_equal(body.n, 0);
		split_free(s);
	}
	filter_bench_close(&b);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(by_every_field),           cmocka_unit_test(under_every_filter),
		cmocka_unit_test(the_dearest_and_how_many), cmocka_unit_test(names_are_values),
		cmocka_unit_test(what_it_cannot_split_by),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
