/* What PostHog is asked: bodies read back with another JSON library. */
#include "collect/posthog_query.h"

#include "collect/posthog_person.h"

#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <cjson/cJSON.h>
#include <cmocka.h>

#define QUERY_ID "0199aaaa-bbbb-4ccc-8ddd-eeeeffff0000"
#define SINCE    INT64_C(1795255200000000) /* 2026-11-21T10:00:00Z */
#define UNTIL    (SINCE + 3600 * TIME_SECOND + 1)

static const char *const hostile[] = {
	"'; DROP TABLE events --", "{since}", "\\') OR 1=1 --", "\"},\"query\":{\"kind\":\"x\"",
	"\xF0\x9F\x92\xA9\n\t`",
};

static cJSON *at(const cJSON *object, const char *name)
{
	cJSON *found = cJSON_GetObjectItemCaseSensitive(object, name);

	if (!found)
		fail_msg("no %s", name);
	return found;
}

static const char *string_at(const cJSON *object, const char *name)
{
	const char *text = cJSON_GetStringValue(at(object, name));

	if (!text)
		fail_msg("%s is no string", name);
	return text;
}

static bool is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '$' || c == '.';
}

/* Of whole words, whatever their case. */
static size_t count(const char *text, const char *word)
{
	size_t n = 0, length = strlen(word);

	for (const char *p = text; (p = strcasestr(p, word)) != NULL; p += length)
		n += (p == text || !is_word(p[-1])) && !is_word(p[length]);
	return n;
}

/* Each {name} has a value, each value is used. */
static void check_placeholders(const char *text, const cJSON *values)
{
	cJSON *value;

	for (const char *p = text; (p = strchr(p, '{')) != NULL; p++) {
		size_t n = strcspn(p + 1, "}");
		char name[32] = "";

		assert_true(n < sizeof(name));
		memcpy(name, p + 1, n);
		at(values, name);
	}
	cJSON_ArrayForEach(value, values)
	{
		char name[34];

		snprintf(name, sizeof(name), "{%s}", value->string);
		if (!strstr(text, name))
			fail_msg("%s is not used", name);
	}
}

/* What the header promises of every text. */
static void check_text(const char *text)
{
	static const char *const never[] = {"OFFSET", "JOIN", "OVER", "ARRAY", "now", "UNION"};
	const char *limit = strstr(text, "LIMIT ");

	for (size_t i = 0; i < sizeof(never) / sizeof(never[0]); i++)
		if (count(text, never[i]) > 0)
			fail_msg("%s in %s", never[i], text);
	assert_non_null(limit);
	assert_in_range(strtoul(limit + 6, NULL, 10), 1, POSTHOG_MAX_ROWS + 1);
	for (const char *p = text; (p = strstr(p, "WHERE")) != NULL; p++) {
		const char *end = strstr(p, "GROUP BY");
		const char *bound = strstr(p, "timestamp >= toDateTime({since}) AND "
		                              "timestamp < toDateTime({until})");

		/* The one over rows that were bounded inside. */
		if (strncmp(p, "WHERE isNotNull(session_id)", 27) == 0)
			continue;
		if (!bound || (end && bound > end))
			fail_msg("no bound of time: %.80s", p);
	}
}

/* Takes the body; gives the whole, to be deleted. */
static cJSON *read_back(struct buf *body, const char *name)
{
	cJSON *all = cJSON_ParseWithOpts(buf_text(body), NULL, 1), *query;

	if (!all)
		fail_msg("no JSON: %s", buf_text(body));
	assert_null(strchr(buf_text(body), '\n'));
	assert_string_equal(string_at(all, "name"), name);
	assert_string_equal(string_at(all, "refresh"), "force_blocking");
	assert_string_equal(string_at(all, "client_query_id"), QUERY_ID);
	query = at(all, "query");
	if (strcmp(string_at(query, "kind"), "HogQLQuery") == 0) {
		check_text(string_at(query, "query"));
		check_placeholders(string_at(query, "query"), at(query, "values"));
	} else {
		assert_string_equal(string_at(query, "kind"), "TraceQuery");
	}
	buf_free(body);
	return all;
}

static const char *value(const cJSON *all, const char *name)
{
	return string_at(at(at(all, "query"), "values"), name);
}

static const char *text_of(const cJSON *all)
{
	return string_at(at(all, "query"), "query");
}

/* ---- lists ---- */

static void test_first_page_of_traces(void **state)
{
	struct posthog_page page = {.since = SINCE, .until = UNTIL, .limit = 50};
	struct buf body = {0};
	cJSON *all;

	(void)state;
	posthog_query_traces(&body, &page, QUERY_ID);
	all = read_back(&body, "tracehog:traces");
	assert_string_equal(value(all, "since"), "2026-11-21T10:00:00.000000Z");
	assert_string_equal(value(all, "until"), "2026-11-21T11:00:00.000001Z");
	/* Behind a row that would be the very first. */
	assert_string_equal(value(all, "before_time"), value(all, "until"));
	assert_string_equal(value(all, "before_id"), "");
	assert_non_null(strstr(text_of(all), "ORDER BY first_time DESC, trace_id DESC\nLIMIT 51"));
	assert_null(strstr(text_of(all), "{session}"));
	cJSON_Delete(all);
}

static void test_next_page_in_hostile_words(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(hostile) / sizeof(hostile[0]); i++) {
		struct posthog_page page = {.since = SINCE,
		                            .until = UNTIL,
		                            .before_time = SINCE + 7,
		                            .before_id = str_of(hostile[i]),
		                            .limit = POSTHOG_MAX_ROWS,
		                            .session = str_of(hostile[i])};
		struct buf body = {0};
		cJSON *all, *plain;

		posthog_query_traces(&body, &page, QUERY_ID);
		all = read_back(&body, "tracehog:traces");
		assert_string_equal(value(all, "before_time"), "2026-11-21T10:00:00.000007Z");
		assert_string_equal(value(all, "before_id"), hostile[i]);
		assert_string_equal(value(all, "session"), hostile[i]);
		page.before_id = page.session = STR("x");
		posthog_query_traces(&body, &page, QUERY_ID);
		plain = read_back(&body, "tracehog:traces");
		assert_string_equal(text_of(all), text_of(plain));
		cJSON_Delete(all);
		cJSON_Delete(plain);
	}
}

static void test_sessions(void **state)
{
	struct posthog_page page = {.since = SINCE,
	                            .until = UNTIL,
	                            .before_time = SINCE + 9,
	                            .before_id = STR("s-1"),
	                            .limit = 1};
	struct buf body = {0};
	cJSON *all;

	(void)state;
	posthog_query_sessions(&body, &page, QUERY_ID);
	all = read_back(&body, "tracehog:sessions");
	assert_string_equal(value(all, "before_id"), "s-1");
	assert_non_null(strstr(text_of(all), "ORDER BY last_time DESC, session_id DESC\nLIMIT 2"));
	cJSON_Delete(all);
}

/* A NUL and bytes that are no UTF-8 neither cut an id nor make the body no JSON. */
static void test_bytes_that_json_has_not(void **state)
{
	struct posthog_page page = {
		.since = SINCE, .until = UNTIL, .before_id = {"a\0b\xFF", 4}, .limit = 1};
	struct buf body = {0};

	(void)state;
	posthog_query_traces(&body, &page, QUERY_ID);
	assert_non_null(strstr(buf_text(&body), "\"before_id\":\"a\\u0000b\xEF\xBF\xBD\""));
	buf_free(&body);
}

/* ---- totals ---- */

static void check_totals(const cJSON *all, const char *since, const char *by)
{
	const cJSON *ids = at(at(at(all, "query"), "values"), "ids");

	assert_int_equal(cJSON_GetArraySize(ids), sizeof(hostile) / sizeof(hostile[0]));
	for (int i = 0; i < cJSON_GetArraySize(ids); i++)
		assert_string_equal(cJSON_GetStringValue(cJSON_GetArrayItem(ids, i)), hostile[i]);
	assert_string_equal(value(all, "since"), since);
	assert_string_equal(value(all, "until"), "2026-11-21T11:00:00.000001Z");
	assert_non_null(strstr(text_of(all), by));
	assert_null(strstr(text_of(all), "DROP"));
}

static void test_totals(void **state)
{
	struct str ids[sizeof(hostile) / sizeof(hostile[0])];
	struct buf body = {0};
	cJSON *all;

	(void)state;
	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++)
		ids[i] = str_of(hostile[i]);
	posthog_query_trace_totals(&body, ids, sizeof(ids) / sizeof(ids[0]), SINCE, UNTIL,
	                           QUERY_ID);
	all = read_back(&body, "tracehog:trace-totals");
	/* It may have begun ten minutes before what was asked for. */
	check_totals(all, "2026-11-21T09:50:00.000000Z", "properties.$ai_trace_id IN {ids}");
	cJSON_Delete(all);
	posthog_query_session_totals(&body, ids, sizeof(ids) / sizeof(ids[0]), SINCE, UNTIL,
	                             QUERY_ID);
	all = read_back(&body, "tracehog:session-totals");
	check_totals(all, "2026-11-21T10:00:00.000000Z", "HAVING session_id IN {ids}");
	cJSON_Delete(all);
}

/* ---- one trace ---- */

static void test_trace(void **state)
{
	struct buf body = {0};
	cJSON *all;

	(void)state;
	posthog_query_trace(&body, str_of(hostile[3]), SINCE, UNTIL, QUERY_ID);
	all = read_back(&body, "tracehog:trace");
	assert_string_equal(string_at(at(all, "query"), "kind"), "TraceQuery");
	assert_string_equal(string_at(at(all, "query"), "traceId"), hostile[3]);
	assert_string_equal(string_at(at(at(all, "query"), "dateRange"), "date_from"),
	                    "2026-11-21T10:00:00.000000Z");
	assert_string_equal(string_at(at(at(all, "query"), "dateRange"), "date_to"),
	                    "2026-11-21T11:00:00.000001Z");
	cJSON_Delete(all);
}

static void test_events_by_table(void **state)
{
	static const struct {
		enum posthog_table table;
		const char *name, *from;
		bool heavy;
	} tables[] = {
		{POSTHOG_AI_EVENTS, "tracehog:trace-ai-events", "FROM posthog.ai_events\n", true},
		{POSTHOG_AI_EVENTS_LIGHT, "tracehog:trace-ai-events-light",
	         "FROM posthog.ai_events\n", false},
		{POSTHOG_EVENTS, "tracehog:trace-events", "FROM events\n", false},
	};
	struct posthog_events_page page = {
		.trace = str_of(hostile[0]), .since = SINCE, .until = UNTIL, .limit = 200};
	struct buf body = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
		cJSON *all;

		posthog_query_events(&body, tables[i].table, &page, QUERY_ID);
		all = read_back(&body, tables[i].name);
		assert_non_null(strstr(text_of(all), tables[i].from));
		assert_int_equal(count(text_of(all), "output_choices"), tables[i].heavy);
		assert_string_equal(value(all, "trace"), hostile[0]);
		assert_string_equal(value(all, "after_time"), value(all, "since"));
		assert_string_equal(value(all, "after_uuid"), "");
		assert_non_null(strstr(text_of(all), "LIMIT 201"));
		cJSON_Delete(all);
	}
}

static void test_events_of_several_traces(void **state)
{
	struct str ids[] = {str_of(hostile[0]), str_of(hostile[1])};
	struct posthog_events_page page = {
		.traces = ids, .n_traces = 2, .since = SINCE, .until = UNTIL, .limit = 200};
	struct buf body = {0};
	cJSON *all;

	(void)state;
	posthog_query_events(&body, POSTHOG_AI_EVENTS, &page, QUERY_ID);
	all = read_back(&body, "tracehog:traces-ai-events");
	assert_non_null(strstr(text_of(all), "trace_id IN {ids}"));
	for (int i = 0; i < 2; i++) {
		const cJSON *values = cJSON_GetObjectItem(
			cJSON_GetObjectItem(cJSON_GetObjectItem(all, "query"), "values"), "ids");

		assert_string_equal(cJSON_GetStringValue(cJSON_GetArrayItem(values, i)),
		                    hostile[i]);
	}
	cJSON_Delete(all);
}

static void test_events_of_all_traces(void **state)
{
	struct posthog_events_page page = {.since = SINCE,
	                                   .until = UNTIL,
	                                   .after_time = SINCE + 3,
	                                   .after_uuid = STR("0199"),
	                                   .limit = 10};
	struct buf body = {0};
	cJSON *all;

	(void)state;
	posthog_query_events(&body, POSTHOG_EVENTS, &page, QUERY_ID);
	all = read_back(&body, "tracehog:events");
	assert_string_equal(value(all, "after_time"), "2026-11-21T10:00:00.000003Z");
	assert_string_equal(value(all, "after_uuid"), "0199");
	assert_null(strstr(text_of(all), "{trace}"));
	cJSON_Delete(all);
}

/* The value that PostHog puts together is JSON whatever the name is, and the HogQL the same. */
static void test_persons(void **state)
{
	struct str plain_ids[] = {STR("a")};

	(void)state;
	for (size_t i = 0; i < sizeof(hostile) / sizeof(hostile[0]); i++) {
		struct str ids[] = {str_of(hostile[i])};
		struct buf body = {0}, began = {0};
		cJSON *all, *plain, *set;

		posthog_query_person(&body, ids[0], ids, 1, SINCE, UNTIL, QUERY_ID);
		all = read_back(&body, "tracehog:person");
		assert_string_equal(value(all, "v2"), hostile[i]);
		buf_printf(&began, "%s1%s", value(all, "v1"), value(all, "v3"));
		set = cJSON_Parse(buf_text(&began));
		assert_non_null(at(at(set, "$set"), hostile[i]));
		posthog_query_person(&body, STR("plan"), plain_ids, 1, SINCE, UNTIL, QUERY_ID);
		plain = read_back(&body, "tracehog:person");
		assert_string_equal(text_of(all), text_of(plain));
		cJSON_Delete(set);
		cJSON_Delete(all);
		cJSON_Delete(plain);
		buf_free(&began);
	}
}

static void test_names_of_persons(void **state)
{
	struct str ids[] = {STR("a")};
	struct buf body = {0}, began = {0};
	cJSON *all, *set;

	(void)state;
	posthog_query_person(&body, STR("a.b.c"), ids, 1, SINCE, UNTIL, QUERY_ID);
	all = read_back(&body, "tracehog:person");
	assert_string_equal(value(all, "v2"), "a");
	assert_string_equal(value(all, "v4"), "a.b.c");
	buf_printf(&began, "%s1%s2%s", value(all, "v1"), value(all, "v5"), value(all, "v3"));
	set = cJSON_Parse(buf_text(&began));
	assert_int_equal(at(at(set, "$set"), "a")->valueint, 1);
	assert_int_equal(at(at(set, "$set"), "a.b.c")->valueint, 2);
	cJSON_Delete(set);
	cJSON_Delete(all);
	buf_free(&began);
}

static void test_one_body(void **state)
{
	struct buf body = {0};
	cJSON *all;

	(void)state;
	posthog_query_body(&body, str_of(hostile[1]), str_of(hostile[2]), SINCE, UNTIL, QUERY_ID);
	all = read_back(&body, "tracehog:body");
	assert_string_equal(value(all, "trace"), hostile[1]);
	assert_string_equal(value(all, "uuid"), hostile[2]);
	assert_non_null(strstr(text_of(all), "LIMIT 1"));
	cJSON_Delete(all);
}

static void test_trace_event(void **state)
{
	static const struct {
		enum posthog_table table;
		const char *from;
	} cases[] = {{POSTHOG_AI_EVENTS, "FROM posthog.ai_events\n"},
	             {POSTHOG_EVENTS, "FROM events\n"}};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct buf body = {0};
		cJSON *all;

		posthog_query_trace_event(&body, cases[i].table, str_of(hostile[1]), SINCE, UNTIL,
		                          QUERY_ID);
		all = read_back(&body, "tracehog:trace-event");
		assert_string_equal(value(all, "trace"), hostile[1]);
		assert_non_null(strstr(text_of(all), cases[i].from));
		assert_non_null(strstr(text_of(all), "event = '$ai_trace'"));
		assert_non_null(strstr(text_of(all), "LIMIT 100"));
		cJSON_Delete(all);
	}
}

static void test_find(void **state)
{
	struct buf body = {0};

	(void)state;
	for (int prefix = 0; prefix < 2; prefix++) {
		cJSON *all;

		posthog_query_find(&body, str_of(hostile[0]), prefix, SINCE, UNTIL, QUERY_ID);
		all = read_back(&body, "tracehog:find");
		assert_string_equal(value(all, "id"), hostile[0]);
		assert_int_equal(count(text_of(all), "startsWith"), prefix ? 5 : 0);
		assert_non_null(strstr(text_of(all), "LIMIT 20"));
		cJSON_Delete(all);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_first_page_of_traces),
		cmocka_unit_test(test_next_page_in_hostile_words),
		cmocka_unit_test(test_sessions),
		cmocka_unit_test(test_bytes_that_json_has_not),
		cmocka_unit_test(test_totals),
		cmocka_unit_test(test_trace),
		cmocka_unit_test(test_events_by_table),
		cmocka_unit_test(test_events_of_several_traces),
		cmocka_unit_test(test_events_of_all_traces),
		cmocka_unit_test(test_one_body),
		cmocka_unit_test(test_trace_event),
		cmocka_unit_test(test_persons),
		cmocka_unit_test(test_names_of_persons),
		cmocka_unit_test(test_find),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
