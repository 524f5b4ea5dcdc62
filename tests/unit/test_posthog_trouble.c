/* Every status and shape that PostHog, a gateway before it or a stranger answers with: which trouble it
 * is, what people are told, whether it is tried again. */
#include "collect/posthog_trouble.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define US   "https://us.posthog.com"
#define EU   "https://eu.posthog.com"
#define OWN  "https://posthog.example.org"
#define KEY  "phx_secret_0123456789"
#define HTML "<!DOCTYPE html><html><body>Bad Gateway</body></html>"

static struct http_answer answered(int status, const char *body)
{
	return (struct http_answer){.end = HTTP_ANSWERED,
	                            .status = status,
	                            .body = str_of(body),
	                            .content_type = STR("application/json"),
	                            .retry_after = -1};
}

static struct posthog_verdict judge_at(const char *host, const struct http_answer *answer)
{
	struct posthog_asked asked = {.host = host, .key = STR(KEY)};
	struct posthog_verdict v;

	posthog_judge(&v, answer, &asked);
	assert_null(strstr(v.why.msg, KEY));
	return v;
}

static struct posthog_verdict judge(int status, const char *body)
{
	struct http_answer answer = answered(status, body);

	return judge_at(US, &answer);
}

static void says(const struct posthog_verdict *v, const char *text)
{
	if (!strstr(v->why.msg, text))
		fail_msg("'%s' is not in '%s'", text, v->why.msg);
}

static void says_not(const struct posthog_verdict *v, const char *text)
{
	if (strstr(v->why.msg, text))
		fail_msg("'%s' is in '%s'", text, v->why.msg);
}

static void test_statuses(void **state)
{
	static const struct {
		int status;
		enum posthog_trouble trouble;
		bool again;
	} cases[] = {
		{400, POSTHOG_BAD_QUERY, false},   {401, POSTHOG_NOT_ALLOWED, false},
		{402, POSTHOG_NOT_ALLOWED, false}, {403, POSTHOG_NOT_ALLOWED, false},
		{404, POSTHOG_NOT_FOUND, false},   {405, POSTHOG_AWAY, false},
		{408, POSTHOG_AWAY, true},         {413, POSTHOG_AWAY, false},
		{422, POSTHOG_BAD_QUERY, false},   {429, POSTHOG_LIMITED, true},
		{500, POSTHOG_AWAY, true},         {502, POSTHOG_AWAY, true},
		{503, POSTHOG_AWAY, true},         {504, POSTHOG_AWAY, true},
		{520, POSTHOG_AWAY, true},         {304, POSTHOG_AWAY, false},
		{204, POSTHOG_AWAY, false},        {999, POSTHOG_AWAY, true},
	};
	static const char *const bodies[] = {
		"",
		HTML,
		"{}",
		"[]",
		"no healthy upstream",
		"{\"detail\":\"Said so.\"}",
		"{\"detail\":",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		for (size_t k = 0; k < sizeof(bodies) / sizeof(bodies[0]); k++) {
			struct posthog_verdict v = judge(cases[i].status, bodies[k]);

			assert_int_equal(v.trouble, cases[i].trouble);
			assert_int_equal(v.again, cases[i].again);
			assert_int_equal(v.body.n, 0);
			assert_false(v.running);
			assert_int_not_equal(v.why.code, ERR_OK);
			assert_true(strlen(v.why.msg) > 20);
		}
	}
}

static void test_detail_is_shown(void **state)
{
	struct posthog_verdict v = judge(
		400, "{\"type\":\"validation_error\",\"code\":\"illegal_type\",\"detail\":"
		     "\"Unable to resolve field: \\u201cfoo\\u201d\",\"attr\":null}");

	(void)state;
	says(&v, "refuses the query (400): Unable to resolve field: \xE2\x80\x9C"
	         "foo\xE2\x80\x9D");
	v = judge(500, "{\"type\":\"server_error\",\"detail\":\"A server error occurred.\"}");
	says(&v, US " failed (500): A server error occurred.");
	v = judge(503, "upstream connect error");
	says(&v, "upstream connect error");
	v = judge(400, "{\"error\":\"Bad.\",\"detail\":\"Field x.\"}");
	says(&v, "Field x.");
	says_not(&v, "Bad.");
	/* A detail that is no text says nothing. */
	v = judge(400, "{\"detail\":{\"a\":\"zzz\"}}");
	says_not(&v, "zzz");
}

static void test_long_detail_is_cut(void **state)
{
	char body[700], detail[601];
	struct posthog_verdict v;

	(void)state;
	for (size_t i = 0; i < 600; i += 2)
		memcpy(detail + i, "\xC3\xA4", 2);
	detail[600] = '\0';
	snprintf(body, sizeof(body), "{\"detail\":\".%s\"}", detail);
	v = judge(400, body);
	says(&v, "\xC3\xA4... (482 bytes more)");
}

static void test_key_is_never_said(void **state)
{
	struct posthog_verdict v = judge(401, "{\"detail\":\"Unknown key " KEY "!\"}");
	char body[400];

	(void)state;
	says(&v, "Unknown key phx_***!");
	v = judge(500, "bad header: Bearer " KEY " " KEY);
	says(&v, "phx_*** phx_***");
	v = judge(200, "{\"error\":\"k\\u0065y " KEY "\"}");
	says(&v, "key phx_***");
	/* Hidden before it is cut, so that no part of it stays. */
	for (size_t before = 90; before < 130; before++) {
		snprintf(body, sizeof(body), "%0*d" KEY, (int)before, 0);
		v = judge(500, body);
		says_not(&v, "phx_s");
	}
}

static void test_key_not_accepted(void **state)
{
	struct http_answer answer = answered(
		401,
		"{\"type\":\"authentication_error\",\"detail\":\"Invalid personal API key.\"}");
	struct posthog_verdict v = judge_at(US, &answer);

	(void)state;
	says(&v, "does not accept the key: Invalid personal API key.: a key of the EU region needs "
	         "--host https://eu.posthog.com");
	v = judge_at(EU, &answer);
	says(&v, "a key of the US region needs --host https://us.posthog.com");
	v = judge_at(OWN, &answer);
	says(&v, "make a key at " OWN "/settings/user-api-keys");
	says_not(&v, "region");
}

static void test_scopes(void **state)
{
	struct posthog_verdict v = judge(
		403, "{\"type\":\"authentication_error\",\"code\":\"permission_denied\","
		     "\"detail\":\"API key missing required scope 'query:read'\"}");

	(void)state;
	says(&v, "the key lacks the scope query:read: add it to the key at " US
	         "/settings/user-api-keys");
	v = judge(403, "{\"detail\":\"API keys with scoped projects are only supported on "
	               "project-based endpoints.\"}");
	says(&v, "posthog:PROJECT_ID");
	v = judge(403, "{\"detail\":\"You don't have access to the project.\"}");
	says(&v, "You don't have access to the project.");
	/* A scope without end or of any length is only quoted. */
	v = judge(403, "{\"detail\":\"required scope 'x\"}");
	says(&v, "does not allow it: required scope 'x");
	v = judge(403, "{\"detail\":\"required scope ''\"}");
	says(&v, "does not allow it");
}

static void test_limits(void **state)
{
	struct http_answer answer = answered(429, "{\"detail\":\"Request was throttled. Expected "
	                                          "available in 12 seconds.\"}");
	struct posthog_verdict v = judge_at(US, &answer);

	(void)state;
	says(&v, "Expected available in 12 seconds.");
	answer = answered(429, "");
	answer.retry_after = 7;
	v = judge_at(US, &answer);
	says(&v, "try again in 7 s");
}

static void test_web_pages(void **state)
{
	struct http_answer answer = answered(200, "Please sign in");
	struct posthog_verdict v = judge(200, " \n" HTML);

	(void)state;
	assert_int_equal(v.trouble, POSTHOG_AWAY);
	assert_false(v.again);
	says(&v, "answered 200 with a web page: a captive portal or a proxy?");
	v = judge(504, HTML);
	says(&v, "answered 504 with a web page");
	assert_true(v.again);
	v = judge(403, HTML);
	says(&v, "answered 403 with a web page");
	answer.content_type = STR("Text/HTML; charset=utf-8");
	v = judge_at(US, &answer);
	says(&v, "web page");
	/* An error that is mislabelled is read all the same. */
	answer = answered(400, "{\"detail\":\"Real.\"}");
	answer.content_type = STR("text/html");
	v = judge_at(US, &answer);
	says(&v, "Real.");
}

static void test_senseless(void **state)
{
	static const char *const bodies[] = {
		"",  " \n", "[1]",  "null",        "\"x\"",          "true",   "hello",
		"{", "{]",  "{}{}", "{\"a\":nan}", "\xEF\xBB\xBF{}", "{\"a\"", "}"};

	(void)state;
	for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
		struct posthog_verdict v = judge(200, bodies[i]);

		if (v.trouble != POSTHOG_AWAY || v.again)
			fail_msg("%s: %d", bodies[i], v.trouble);
		assert_int_equal(v.body.n, 0);
	}
}

static void test_fine(void **state)
{
	static const char *const bodies[] = {
		"{}",
		" {\"results\":[],\"error\":null}",
		"{\"results\":[[1]],\"error\":\"a warning\"}",
		"{\"error\":\"\"}",
		"{\"error\":false}",
		"{\"Error\":\"another name\"}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
		struct posthog_verdict v = judge(200, bodies[i]);

		assert_int_equal(v.trouble, POSTHOG_FINE);
		assert_int_equal(v.why.code, ERR_OK);
		assert_true(str_eq(v.body, str_of(bodies[i])));
	}
}

static void test_error_inside(void **state)
{
	struct posthog_verdict v = judge(200, "{\"error\":\"Unknown table `x`\"}");

	(void)state;
	assert_int_equal(v.trouble, POSTHOG_BAD_QUERY);
	says(&v, "Unknown table `x`");
	v = judge(200, "{\"error\":{\"code\":1},\"results\":null}");
	assert_int_equal(v.trouble, POSTHOG_BAD_QUERY);
}

/* Only its beginning is looked at: whoever reads the rows checks the rest. */
static void test_big_body(void **state)
{
	struct buf body = {0};
	struct http_answer answer;
	struct posthog_verdict v;

	(void)state;
	buf_puts(&body, "{\"results\":[");
	buf_pad(&body, ' ', (size_t)1 << 20);
	answer = answered(200, "");
	answer.body = buf_str(&body);
	v = judge_at(US, &answer);
	assert_int_equal(v.trouble, POSTHOG_FINE);
	body.p[0] = '[';
	v = judge_at(US, &answer);
	assert_int_equal(v.trouble, POSTHOG_AWAY);
	answer.status = 500;
	v = judge_at(US, &answer);
	assert_int_equal(v.trouble, POSTHOG_AWAY);
	assert_true(v.again);
	buf_free(&body);
}

static void test_running(void **state)
{
	struct http_answer answer = answered(
		202, "{\"query_status\":{\"id\":\"x\",\"complete\":false}}");
	struct posthog_asked asked = {.host = US, .key = STR(KEY), .polled = true};
	struct posthog_verdict v;

	(void)state;
	posthog_judge(&v, &answer, &asked);
	assert_true(v.running);
	assert_int_equal(v.trouble, POSTHOG_FINE);
	answer = answered(200,
	                  "{\"query_status\":{\"complete\":true,\"results\":{\"results\":[]}}}");
	posthog_judge(&v, &answer, &asked);
	assert_false(v.running);
	assert_true(str_eq(v.body, STR("{\"results\":[]}")));
	answer = answered(200, "{\"query_status\":{\"complete\":true,\"results\":null}}");
	posthog_judge(&v, &answer, &asked);
	assert_int_equal(v.trouble, POSTHOG_AWAY);
	answer = answered(400, "{\"query_status\":{\"error_message\":\"No such column\"}}");
	posthog_judge(&v, &answer, &asked);
	assert_int_equal(v.trouble, POSTHOG_BAD_QUERY);
	says(&v, "No such column");
}

static void test_no_answer(void **state)
{
	static const struct {
		enum http_end end;
		enum posthog_trouble trouble;
		bool again;
	} cases[] = {
		{HTTP_BAD_URL, POSTHOG_BAD_HOST, false}, {HTTP_NO_NAME, POSTHOG_AWAY, true},
		{HTTP_NO_REPLY, POSTHOG_AWAY, true},     {HTTP_UNTRUSTED, POSTHOG_AWAY, false},
		{HTTP_TOO_SLOW, POSTHOG_AWAY, true},     {HTTP_TOO_BIG, POSTHOG_TOO_BIG, false},
		{HTTP_CUT, POSTHOG_AWAY, true},          {HTTP_REDIRECTED, POSTHOG_AWAY, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct http_answer answer = {.end = cases[i].end, .retry_after = -1};
		struct posthog_verdict v;

		snprintf(answer.says, sizeof(answer.says), "us.posthog.com: what it was");
		v = judge_at(US, &answer);
		assert_int_equal(v.trouble, cases[i].trouble);
		assert_int_equal(v.again, cases[i].again);
		says(&v, "us.posthog.com: what it was");
	}
}

static void test_pauses(void **state)
{
	static const uint64_t most[] = {2, 4, 8, 16, 30, 30, 30};
	uint64_t first = posthog_pause(0, 1000000);
	bool differs = false;

	(void)state;
	for (unsigned failures = 0; failures < sizeof(most) / sizeof(most[0]); failures++) {
		for (int i = 0; i < 200; i++) {
			uint64_t ms = posthog_pause(failures, 1000);

			assert_true(ms >= most[failures] * 500 && ms <= most[failures] * 1000);
		}
	}
	for (int i = 0; i < 20; i++)
		differs |= posthog_pause(0, 1000000) != first;
	assert_true(differs);
	assert_true(posthog_pause(4000000000U, 1000) <= 30000);
	assert_true(posthog_pause(0, 1) <= 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_statuses),
		cmocka_unit_test(test_detail_is_shown),
		cmocka_unit_test(test_long_detail_is_cut),
		cmocka_unit_test(test_key_is_never_said),
		cmocka_unit_test(test_key_not_accepted),
		cmocka_unit_test(test_scopes),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_web_pages),
		cmocka_unit_test(test_senseless),
		cmocka_unit_test(test_fine),
		cmocka_unit_test(test_error_inside),
		cmocka_unit_test(test_big_body),
		cmocka_unit_test(test_running),
		cmocka_unit_test(test_no_answer),
		cmocka_unit_test(test_pauses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
