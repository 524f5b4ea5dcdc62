/* The HTTP client with a real server: what it asks, what it takes for an answer, where it goes and
 * where not. What a broken server does to it: test_http_faults.c. */
#include "support/http_client.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#define OK(head, body)                                                     \
	{                                                                  \
		"HTTP/1.1 200 OK\r\n" head "\r\n" body,                    \
			sizeof("HTTP/1.1 200 OK\r\n" head "\r\n" body) - 1 \
	}
#define MOVED(status, to) \
	STR("HTTP/1.1 " status " Moved\r\nLocation: " to "\r\nContent-Length: 4\r\n\r\ngone")

/* "hello" by gzip, and by zlib. */
#define GZIP "\x1f\x8b\x08\0\0\0\0\0\0\3\xcb\x48\xcd\xc9\xc9\x07\0\x86\xa6\x10\x36\5\0\0\0"
#define ZLIB "\x78\x9c\xcb\x48\xcd\xc9\xc9\x07\0\6\x2c\2\x15"

static const struct http_server_scene scenes[] = {
	{.path = "/hello",
         .text = OK("Content-Length: 5\r\nContent-Type: text/plain; charset=utf-8\r\n", "hello")},
	{.path = "/chunked",
         .text = OK("Transfer-Encoding: chunked\r\n",
                    "2\r\nhe\r\n3;x=y\r\nllo\r\n0\r\nTrailer: x\r\n\r\n")},
	{.path = "/until-close", .text = OK("", "hello"), .then = HTTP_SERVER_CLOSE},
	{.path = "/nothing", .text = STR("HTTP/1.1 204 No Content\r\n\r\n")},
	{.path = "/early",
         .text = STR("HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\n"
                     "Content-Length: 5\r\n\r\nhello")},
	{.path = "/gzip", .text = OK("Content-Encoding: gzip\r\nContent-Length: 25\r\n", GZIP)},
	{.path = "/deflate",
         .text = OK("Content-Encoding: deflate\r\nContent-Length: 13\r\n", ZLIB)},
	{.path = "/empty", .text = OK("Content-Length: 0\r\n", "")},
	{.path = "/limited",
         .text = STR("HTTP/1.1 429 Slow Down\r\nRetry-After: 12\r\nContent-Length: 2\r\n\r\n{}")},
	{.path = "/moved", .text = MOVED("302", "/hello")},
	{.path = "/moved-3", .text = MOVED("301", "/moved-2")},
	{.path = "/moved-2", .text = MOVED("308", "moved")},
	{.path = "/moved-4", .text = MOVED("307", "/moved-3")},
	{.path = "/circle", .text = MOVED("302", "/circle")},
	{.path = "/elsewhere", .text = MOVED("302", "https://phx_secret.evil.example/steal?a=b")},
	{.path = "/other-port", .text = MOVED("302", "http://127.0.0.1:1/hello")},
	{.path = "/other-name", .text = MOVED("302", "//localhost/hello")},
	{.path = "/with-user", .text = MOVED("302", "http://me:phx_secret@127.0.0.1/")},
	{.path = "/file", .text = MOVED("302", "file:///etc/passwd")},
	{.path = "/no-url", .text = MOVED("302", "http://[::")},
	{.path = "/nowhere", .text = STR("HTTP/1.1 302 Found\r\nContent-Length: 5\r\n\r\nhello")},
	{.path = NULL},
};

static void assert_hello(struct client *t, const char *path)
{
	const struct outcome *o = client_get(t, path);

	if (o->end != HTTP_ANSWERED || o->status != 200)
		fail_msg("%s: end %d, status %d, %s", path, o->end, o->status, o->says);
	assert_string_equal(o->body, "hello");
	assert_string_equal(o->says, "");
}

/* ---- requests ------------------------------------------------------------------------------------ */

static bool was_sent(struct client *t, const char *text)
{
	struct buf heard = {0};
	bool found;

	http_server_heard(t->server, &heard);
	found = str_find(buf_str(&heard), str_of(text), 0, true) != SIZE_MAX;
	buf_free(&heard);
	return found;
}

static void test_get(void **state)
{
	struct client *t = *state;
	const struct outcome *o;

	assert_hello(t, "/hello");
	o = &t->outcome;
	assert_string_equal(o->type, "text/plain; charset=utf-8");
	assert_int_equal(o->bytes, 5);
	assert_int_equal(o->retry_after, -1);
	assert_true(was_sent(t, "GET /hello HTTP/1.1\r\n"));
	assert_true(was_sent(t, "\r\nAccept: application/json\r\n"));
	assert_true(was_sent(t, "\r\nAccept-Encoding: gzip, deflate\r\n"));
	assert_true(was_sent(t, "\r\nUser-Agent: tracehog/"));
	assert_false(was_sent(t, "Authorization"));
	assert_false(was_sent(t, "Content-Type"));
	assert_false(was_sent(t, "Cookie"));
}

static void test_post(void **state)
{
	struct client *t = *state;
	struct http_request r = client_request(t, "/hello");

	r.method = "POST";
	r.body = STR("{\"query\":1}");
	r.bearer = STR("phx_secret");
	r.accept = "text/event-stream";
	assert_int_equal(client_ask(t, &r)->end, HTTP_ANSWERED);
	assert_true(was_sent(t, "POST /hello HTTP/1.1\r\n"));
	assert_true(was_sent(t, "\r\nAuthorization: Bearer phx_secret\r\n"));
	assert_true(was_sent(t, "\r\nContent-Type: application/json\r\n"));
	assert_true(was_sent(t, "\r\nAccept: text/event-stream\r\n"));
	assert_true(was_sent(t, "\r\nContent-Length: 11\r\n"));
	assert_true(was_sent(t, "\r\n\r\n{\"query\":1}"));
	assert_false(was_sent(t, "Expect"));
	r.body = STR_EMPTY;
	assert_int_equal(client_ask(t, &r)->end, HTTP_ANSWERED);
	assert_true(was_sent(t, "\r\nContent-Length: 0\r\n"));
	r.method = "DELETE";
	assert_int_equal(client_ask(t, &r)->end, HTTP_ANSWERED);
	assert_true(was_sent(t, "DELETE /hello HTTP/1.1\r\n"));
}

static void test_headers(void **state)
{
	struct client *t = *state;
	struct http_request r = client_request(t, "/hello");
	struct http_header headers[] = {
		{.name = "x-api-key", .value = STR("sk_secret"), .secret = true},
		{.name = "content-type", .value = STR("a/b; c=\"d\te\"")},
		{.name = "Accept", .value = STR("text/event-stream")},
		{.name = "X-Empty", .value = STR_EMPTY}};

	r.method = "POST";
	r.body = STR("{}");
	r.accept = "c/d";
	r.headers = headers;
	r.n_headers = 4;
	client_send(t, &r);
	memset(headers, 0, sizeof(headers));
	assert_int_equal(client_wait(t)->status, 200);
	assert_true(was_sent(t, "\r\nx-api-key: sk_secret\r\n"));
	assert_true(was_sent(t, "\r\ncontent-type: a/b; c=\"d\te\"\r\n"));
	assert_true(was_sent(t, "\r\nAccept: text/event-stream\r\n"));
	assert_true(was_sent(t, "\r\nX-Empty:\r\n"));
	assert_true(was_sent(t, "\r\nAccept-Encoding: gzip, deflate\r\n"));
	assert_false(was_sent(t, "application/json"));
	assert_false(was_sent(t, "c/d"));
}

static void test_headers_that_are_none(void **state)
{
	static const struct http_header bad[] = {
		{.name = "", .value = STR("x")},
		{.name = "X Y", .value = STR("x")},
		{.name = "X:", .value = STR("x")},
		{.name = "X\r\nY", .value = STR("x")},
		{.name = "X\x80", .value = STR("x")},
		{.name = "X", .value = STR("x\r\nY: z")},
		{.name = "X", .value = STR("x\n")},
		{.name = "X", .value = STR("x\0y")},
		{.name = "X", .value = STR("x\x7f")},
		{.name = "X", .value = STR("two words"), .secret = true},
	};
	struct client *t = *state;
	struct http_request r = client_request(t, "/hello");

	r.n_headers = 1;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		r.headers = &bad[i];
		assert_int_equal(client_ask(t, &r)->end, HTTP_BAD_URL);
		assert_string_not_equal(t->outcome.says, "");
		assert_null(strstr(t->outcome.says, "words"));
	}
	assert_int_equal(http_server_requests(t->server), 0);
}

/* More than a socket takes at once. */
static void test_big_post(void **state)
{
	struct client *t = *state;
	struct http_request r = client_request(t, "/hello");
	struct buf body = {0}, heard = {0};

	buf_pad(&body, 'x', (size_t)8 << 20);
	r.method = "POST";
	r.body = buf_str(&body);
	assert_int_equal(client_ask(t, &r)->status, 200);
	http_server_heard(t->server, &heard);
	assert_true(str_ends(buf_str(&heard), buf_str(&body)));
	buf_free(&body);
	buf_free(&heard);
}

/* Its texts are the caller's again when http_send returns. */
static void test_everything_is_copied(void **state)
{
	struct client *t = *state;
	char url[64], method[] = "POST", key[] = "phx_secret", body[] = "{}", accept[] = "a/b";
	struct http_request r = client_request(t, "/hello");

	snprintf(url, sizeof(url), "%s", r.url);
	r.url = url;
	r.method = method;
	r.accept = accept;
	r.bearer = str_of(key);
	r.body = str_of(body);
	client_send(t, &r);
	memset(url, 'x', sizeof(url));
	memset(method, 'x', sizeof(method));
	memset(key, 'x', sizeof(key));
	memset(body, 'x', sizeof(body));
	memset(accept, 'x', sizeof(accept));
	memset(&r, 0, sizeof(r));
	assert_int_equal(client_wait(t)->status, 200);
	assert_true(was_sent(t, "POST /hello "));
	assert_true(was_sent(t, "Bearer phx_secret\r\n"));
	assert_true(was_sent(t, "Accept: a/b\r\n"));
	assert_true(was_sent(t, "\r\n\r\n{}"));
}

static void test_connection_is_kept(void **state)
{
	struct client *t = *state;

	for (int i = 0; i < 5; i++)
		assert_hello(t, "/hello");
	assert_hello(t, "/gzip");
	assert_hello(t, "/chunked");
	assert_int_equal(http_server_connections(t->server), 1);
	assert_int_equal(http_server_requests(t->server), 7);
}

static void test_many_at_once(void **state)
{
	enum { MANY = 50 };
	struct client *t = *state;
	struct http_request r = client_request(t, "/hello");

	for (int i = 0; i < MANY; i++)
		client_send(t, &r);
	for (int i = 0; i < MANY; i++) {
		assert_int_equal(client_wait(t)->status, 200);
		assert_string_equal(t->outcome.body, "hello");
	}
	assert_int_equal(http_server_requests(t->server), MANY);
}

/* ---- answers ------------------------------------------------------------------------------------- */

static void test_bodies(void **state)
{
	struct client *t = *state;

	assert_hello(t, "/chunked");
	assert_hello(t, "/until-close");
	assert_hello(t, "/early");
	assert_hello(t, "/deflate");
	assert_hello(t, "/gzip");
	assert_int_equal(t->outcome.bytes, 25);
	assert_int_equal(client_get(t, "/nothing")->status, 204);
	assert_string_equal(t->outcome.body, "");
	assert_string_equal(t->outcome.type, "");
	assert_int_equal(client_get(t, "/empty")->status, 200);
	assert_int_equal(client_get(t, "/unknown")->status, 404);
	assert_int_equal(t->outcome.end, HTTP_ANSWERED);
	assert_int_equal(client_get(t, "/limited")->status, 429);
	assert_int_equal(t->outcome.retry_after, 12);
	assert_string_equal(t->outcome.body, "{}");
}

static void test_parts(void **state)
{
	struct client *t = *state;
	struct http_request r = client_request(t, "/chunked");

	r.part = client_part;
	assert_int_equal(client_ask(t, &r)->end, HTTP_ANSWERED);
	assert_string_equal(t->outcome.body, "");
	assert_string_equal(buf_text(&t->parts), "hello");
	buf_clear(&t->parts);
	r.url = client_url(t, "/limited");
	assert_int_equal(client_ask(t, &r)->status, 429);
	assert_string_equal(t->outcome.body, "{}");
	assert_int_equal(t->parts.n, 0);
}

static void test_retry_after(void **state)
{
	static const struct {
		const char *text;
		int64_t least, most;
	} cases[] = {
		{"0", 0, 0},
		{"30", 30, 30},
		{" 7 ", 7, 7},
		{"86400", 86400, 86400},
		{"86401", 86400, 86400},
		{"99999999999999999999999999", 86400, 86400},
		{"-1", -1, -1},
		{"", -1, -1},
		{"1.5", -1, -1},
		{"soon", -1, -1},
		{"Fri, 31 Dec 1999 23:59:59 GMT", 0, 0},
		{"Sunday, 06-Nov-94 08:49:37 GMT", 0, 0},
		{"Sun Nov  6 08:49:37 1994", 0, 0},
		{"Fri, 31 Dec 2100 23:59:59 GMT", 86400, 86400},
	};
	char date[64];
	time_t then = time(NULL) + 3600;
	struct tm tm;
	int64_t wait;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		wait = http_retry_after(str_of(cases[i].text));
		if (wait < cases[i].least || wait > cases[i].most)
			fail_msg("'%s' gives %lld", cases[i].text, (long long)wait);
	}
	strftime(date, sizeof(date), "%a, %d %b %Y %H:%M:%S GMT", gmtime_r(&then, &tm));
	wait = http_retry_after(str_of(date));
	assert_in_range(wait, 3000, 3600); /* this test may be slow */
}

/* ---- redirects ----------------------------------------------------------------------------------- */

static void test_redirects_within(void **state)
{
	struct client *t = *state;
	struct http_request r = client_request(t, "/moved-3");

	assert_hello(t, "/moved");
	assert_int_equal(t->outcome.bytes, 9);
	assert_hello(t, "/moved-3");
	assert_int_equal(http_server_requests(t->server), 6);
	r.part = client_part;
	assert_int_equal(client_ask(t, &r)->status, 200);
	assert_string_equal(buf_text(&t->parts), "hello");
	assert_hello(t, "/moved");
	/* No Location: an answer like any other. */
	assert_int_equal(client_get(t, "/nowhere")->end, HTTP_ANSWERED);
	assert_int_equal(t->outcome.status, 302);
}

static void assert_refused(struct client *t, const char *path, const char *word)
{
	struct http_request r = client_request(t, path);

	r.bearer = STR("phx_secret");
	client_ask(t, &r);
	if (t->outcome.end != HTTP_REDIRECTED || !strstr(t->outcome.says, word))
		fail_msg("%s: end %d, says '%s'", path, t->outcome.end, t->outcome.says);
	assert_null(strstr(t->outcome.says, "phx_secret"));
	assert_string_equal(t->outcome.body, "");
}

static void test_redirects_elsewhere(void **state)
{
	struct client *t = *state;
	unsigned before;

	assert_refused(t, "/elsewhere", "redirects to https://**********.evil.example,");
	assert_refused(t, "/other-port", "http://127.0.0.1:1,");
	assert_refused(t, "/other-name", "http://localhost,");
	assert_refused(t, "/with-user", "no URL");
	assert_refused(t, "/file", "file://");
	assert_refused(t, "/no-url", "no URL");
	before = http_server_requests(t->server);
	assert_refused(t, "/circle", "more than 3 times");
	assert_int_equal(http_server_requests(t->server), before + 4);
	assert_refused(t, "/moved-4", "more than 3 times");
}

static void test_secret_header_is_in_no_message(void **state)
{
	static const struct http_header key = {
		.name = "x-api-key", .value = STR("phx_secret"), .secret = true};
	struct client *t = *state;
	struct http_request r = client_request(t, "/elsewhere");

	r.headers = &key;
	r.n_headers = 1;
	assert_int_equal(client_ask(t, &r)->end, HTTP_REDIRECTED);
	assert_non_null(strstr(t->outcome.says, "https://**********.evil.example"));
}

static void test_redirects_of_a_post(void **state)
{
	struct client *t = *state;
	struct http_request r = client_request(t, "/moved");

	r.method = "POST";
	r.body = STR("{}");
	assert_int_equal(client_ask(t, &r)->end, HTTP_REDIRECTED);
	assert_non_null(strstr(t->outcome.says, "a POST is not sent on"));
	assert_int_equal(http_server_requests(t->server), 1);
	assert_int_equal(t->outcome.status, 302);
}

/* ---- URLs ---------------------------------------------------------------------------------------- */

static void test_refused_urls(void **state)
{
	static const struct {
		const char *url, *word;
	} cases[] = {
		{NULL, "no URL"},
		{"", "no URL"},
		{"us.posthog.com", "no URL"},
		{"https://", "no URL"},
		{"https://a b/", "no URL"},
		{"https://a.example:99999/", "no URL"},
		{"https://a.example/\r\nX: y", "no URL"},
		{"ftp://127.0.0.1/", "only https"},
		{"file:///etc/passwd", "without a host"},
		{"gopher://127.0.0.1/", "only https"},
		{"http://us.posthog.com/", "use https for us.posthog.com"},
		{"http://192.0.2.1/", "use https"},
		{"http://0.0.0.0/", "use https"},
		{"http://128.0.0.1/", "use https"},
		{"http://localhost.evil.example/", "use https"},
		{"http://127.0.0.1.evil.example/", "use https"},
		{"http://127.0.0.1\\@evil.example/", "a URL"},
		{"http://[::2]/", "use https"},
		{"http://[::ffff:192.0.2.1]/", "use https"},
		{"http://3232235777/", "use https"},
		{"https://me@us.posthog.com/", "user name"},
		{"https://me:phx_secret@us.posthog.com/", "user name"},
		{"https://@us.posthog.com/", "user name"},
		{"http://127.0.0.1@evil.example/", "user name"},
	};
	struct http_target target;
	char says[HTTP_SAYS];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		memset(says, 0, sizeof(says));
		if (http_target_read(&target, cases[i].url, says) || !strstr(says, cases[i].word))
			fail_msg("%s: '%s'", cases[i].url, says);
		assert_null(strstr(says, "phx_secret"));
		http_target_free(&target);
	}
}

static void test_good_urls(void **state)
{
	static const struct {
		const char *url, *origin;
		bool loopback;
	} cases[] = {
		{"https://us.posthog.com", "https://us.posthog.com", false},
		{"HTTPS://US.PostHog.com:443/api/?a=b#c", "https://us.posthog.com", false},
		{"https://us.posthog.com:8443/", "https://us.posthog.com:8443", false},
		{"https://[2001:db8::1]/", "https://[2001:db8::1]", false},
		{"https://127.0.0.1/", "https://127.0.0.1", true},
		{"http://127.0.0.1:8000/", "http://127.0.0.1:8000", true},
		{"http://127.255.0.9/", "http://127.255.0.9", true},
		{"http://2130706433/", "http://127.0.0.1", true},
		{"http://LOCALHOST:80/", "http://localhost", true},
		{"http://[::1]:80/", "http://[::1]", true},
	};
	struct http_target target;
	char says[HTTP_SAYS];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (!http_target_read(&target, cases[i].url, says))
			fail_msg("%s: '%s'", cases[i].url, says);
		assert_string_equal(target.origin.p, cases[i].origin);
		assert_int_equal(target.loopback, cases[i].loopback);
		http_target_free(&target);
	}
}

static void test_bad_requests(void **state)
{
	static const char *const keys[] = {"phx_a\r\nX-Evil: 1", "phx a", "phx_\x7f", "phx_\xff"};
	struct client *t = *state;
	struct http_request r = client_request(t, "/hello");

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		r.bearer = str_of(keys[i]);
		assert_int_equal(client_ask(t, &r)->end, HTTP_BAD_URL);
		assert_null(strstr(t->outcome.says, "phx"));
	}
	r.bearer = (struct str){"phx_\0_secret", 12};
	assert_int_equal(client_ask(t, &r)->end, HTTP_BAD_URL);
	r.bearer = STR_EMPTY;
	r.url = "http://192.0.2.1/";
	assert_int_equal(client_ask(t, &r)->end, HTTP_BAD_URL);
	assert_int_equal(t->outcome.status, 0);
	assert_int_equal(http_server_connections(t->server), 0);
}

static int enter(void **state)
{
	*state = client_new(scenes);
	return 0;
}

static int leave(void **state)
{
	client_free(*state);
	return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, enter, leave)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_get),
		TEST(test_post),
		TEST(test_headers),
		TEST(test_headers_that_are_none),
		TEST(test_secret_header_is_in_no_message),
		TEST(test_big_post),
		TEST(test_everything_is_copied),
		TEST(test_connection_is_kept),
		TEST(test_many_at_once),
		TEST(test_bodies),
		TEST(test_parts),
		cmocka_unit_test(test_retry_after),
		TEST(test_redirects_within),
		TEST(test_redirects_elsewhere),
		TEST(test_redirects_of_a_post),
		cmocka_unit_test(test_refused_urls),
		cmocka_unit_test(test_good_urls),
		TEST(test_bad_requests),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
