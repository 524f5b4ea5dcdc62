/* Forwarding: what goes to the other side, byte by byte; what does not; what its answers do; and what becomes
 * of requests that were not answered. The other side is a server of the test's own. */
#include "base/time.h"
#include "collect/forward_internal.h"
#include "support/capture_bench.h"
#include "support/http_server.h"
#include "support/place.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <dirent.h>

#define EMPTY    "Content-Length: 0\r\n\r\n"
#define KEY      "phc_ThisIsTheKeyOfAProject0123456789"
#define PERSONAL "phx_ThisIsAPersonalKey0123456789"
#define BODY     "{\"api_key\":\"" KEY "\",\"event\":\"$ai_span\",\"distinct_id\":\"u\"}"

static const struct http_server_scene scenes[] = {
	{.path = "/batch/", .text = STR("HTTP/1.1 200 OK\r\n" EMPTY)},
	{.path = "/ok/batch/", .text = STR("HTTP/1.1 200 OK\r\n" EMPTY)},
	{.path = "/ok/batch/?compression=gzip-js&_=1",
         .text = STR("HTTP/1.1 204 No Content\r\n\r\n")},
	{.path = "/cut/batch/",
         .text = STR("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"),
         .then = HTTP_SERVER_CLOSE},
	{.path = "/400/batch/", .text = STR("HTTP/1.1 400 Bad\r\n" EMPTY)},
	{.path = "/401/batch/", .text = STR("HTTP/1.1 401 No\r\n" EMPTY)},
	{.path = "/413/batch/", .text = STR("HTTP/1.1 413 Big\r\n" EMPTY)},
	{.path = "/408/batch/", .text = STR("HTTP/1.1 408 Slow\r\n" EMPTY)},
	{.path = "/429/batch/", .text = STR("HTTP/1.1 429 Busy\r\n" EMPTY)},
	{.path = "/wait/batch/", .text = STR("HTTP/1.1 429 Busy\r\nRetry-After: 3600\r\n" EMPTY)},
	{.path = "/500/batch/", .text = STR("HTTP/1.1 500 Oh\r\n" EMPTY)},
	{.path = "/503/batch/", .text = STR("HTTP/1.1 503 Oh\r\n" EMPTY)},
	{.path = "/moved/batch/",
         .text = STR("HTTP/1.1 307 Moved\r\nLocation: https://evil.example/batch/\r\n" EMPTY)},
	{.path = "/hang/batch/", .text = STR(""), .then = HTTP_SERVER_HANG},
	{.path = "/reset/batch/", .text = STR(""), .then = HTTP_SERVER_RESET},
	{.path = NULL},
};

struct test {
	struct place place;
	struct loop *loop;
	struct loop_timer *pulse; /* no step of the loop takes longer */
	struct http_server *server;
	struct forward *forward;
	uint64_t limit;
	struct buf heard;
};

static void nothing(void *ctx)
{
	(void)ctx;
}

static int enter(void **state)
{
	struct test *t = calloc(1, sizeof(*t));

	place_make(&t->place);
	t->loop = loop_new();
	t->pulse = loop_timer_new(t->loop, nothing, NULL);
	loop_timer_start(t->pulse, 10, 10);
	t->server = http_server_start(scenes);
	*state = t;
	return 0;
}

static void close_forward(struct test *t)
{
	forward_close(t->forward);
	t->forward = NULL;
}

static int leave(void **state)
{
	struct test *t = *state;

	close_forward(t);
	http_server_stop(t->server);
	loop_free(t->loop);
	place_remove(&t->place);
	buf_free(&t->heard);
	free(t);
	return 0;
}

/* To that path of the server. */
static void open_forward(struct test *t, const char *path)
{
	struct forward_options options = {
		.folder = t->place.folder, .pace_ms = 1, .limit = t->limit};
	struct errinfo e = {0};
	char url[100];

	snprintf(url, sizeof(url), "http://127.0.0.1:%u%s", http_server_port(t->server), path);
	options.url = url;
	if (forward_open(&t->forward, t->loop, &options, nothing, t, &e) != ERR_OK)
		fail_msg("%s", e.msg);
}

/* A request whose events are in the journal, or (kept: false) are not. */
static void take(struct test *t, const struct capture_request *r, bool kept)
{
	struct flattener *flattener = flattener_new();
	struct capture_taken taken = {0};
	struct buf decoded = {0}, lines = {0};
	struct errinfo e = {0};
	struct str json;

	assert_int_equal(capture_decode(r, &decoded, &json, &e), 0);
	assert_int_equal(capture_flatten(flattener, json, r, CAPTURE_V0, &lines, &taken, NULL, &e),
	                 0);
	forward_take(t->forward, r, &taken);
	forward_flush(t->forward, kept);
	forward_look(t->forward);
	flattener_free(flattener);
	buf_free(&decoded);
	buf_free(&lines);
}

static void take_body(struct test *t, const char *path, const char *body)
{
	struct capture_request r = bench_post(path, str_of(body));

	take(t, &r, true);
}

static struct forward_counts counts(struct test *t)
{
	struct forward_counts c;

	forward_counts(t->forward, &c);
	return c;
}

static void turn(struct test *t, int64_t ms)
{
	for (int64_t from = time_monotonic(); (time_monotonic() - from) / 1000 < ms;)
		loop_step(t->loop, true);
}

/* Until so many were answered for good and nothing waits. */
static void wait_done(struct test *t, uint64_t sent, uint64_t refused)
{
	for (int64_t from = time_monotonic(); time_monotonic() - from < 20 * TIME_SECOND;) {
		struct forward_counts c = counts(t);

		if (c.sent == sent && c.refused == refused && c.waiting == 0)
			return;
		loop_step(t->loop, true);
	}
	fail_msg("sent %llu, refused %llu, waiting %llu", (unsigned long long)counts(t).sent,
	         (unsigned long long)counts(t).refused, (unsigned long long)counts(t).waiting);
}

/* Until the server was asked so often. */
static void wait_requests(struct test *t, unsigned n)
{
	for (int64_t from = time_monotonic(); time_monotonic() - from < 20 * TIME_SECOND;) {
		if (http_server_requests(t->server) >= n)
			return;
		loop_step(t->loop, true);
	}
	fail_msg("%u requests", http_server_requests(t->server));
}

static struct str heard(struct test *t)
{
	buf_clear(&t->heard);
	http_server_heard(t->server, &t->heard);
	return buf_str(&t->heard);
}

static bool has(struct str text, const char *what)
{
	return str_find(text, str_of(what), 0, false) != SIZE_MAX;
}

/* All files of the queue. */
static void read_queue(const struct test *t, struct buf *out)
{
	char folder[200], path[500];
	struct dirent *entry;
	DIR *list;

	snprintf(folder, sizeof(folder), "%s/127.0.0.1_%u", t->place.folder,
	         http_server_port(t->server));
	list = opendir(folder);
	assert_non_null(list);
	while ((entry = readdir(list)) != NULL) {
		snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
		if (entry->d_name[0] != '.')
			place_read(path, out);
	}
	closedir(list);
}

/* ---- what goes ---- */

static void test_original_bytes(void **state)
{
	struct test *t = *state;
	struct buf body = {0};
	struct capture_request r;
	struct str said;

	bench_gzip(&body, STR(BODY));
	r = bench_post("/batch/", buf_str(&body));
	r.query = STR("compression=gzip-js&_=1");
	r.authorization = STR("Bearer " KEY);
	r.headers = STR(
		"Host: 127.0.0.1:8765\nContent-Type: text/plain\ncontent-encoding: gzip\n"
		"Authorization: Bearer " KEY "\nUser-Agent: posthog-python/6.7\n"
		"PostHog-Sdk-Info: x/1\nPostHog-Request-Id: 12\nContent-Length: 9\n"
		"Expect: 100-continue\nConnection: keep-alive, X-Hop\nX-Hop: 1\nX-Stays: 2\n"
		"Proxy-Authorization: Basic x\nTransfer-Encoding: chunked\nTE: trailers\n"
		"Accept-Encoding: br\nCookie: session=secret\nVia: 1.1 proxy\nX-Empty: \n");
	open_forward(t, "/ok");
	take(t, &r, true);
	wait_done(t, 1, 0);
	said = heard(t);
	assert_true(str_starts(said, STR("POST /ok/batch/?compression=gzip-js&_=1 HTTP/1.1\r\n")));
	assert_true(has(said, "\r\nContent-Type: text/plain\r\n"));
	assert_true(has(said, "\r\ncontent-encoding: gzip\r\n"));
	assert_true(has(said, "\r\nAuthorization: Bearer " KEY "\r\n"));
	assert_true(has(said, "\r\nUser-Agent: posthog-python/6.7\r\n"));
	assert_true(has(said, "\r\nPostHog-Sdk-Info: x/1\r\nPostHog-Request-Id: 12\r\n"));
	assert_true(has(said, "\r\nX-Stays: 2\r\n"));
	assert_true(has(said, "\r\nVia: 1.1 proxy, 1.1 tracehog-"));
	assert_false(has(said, "8765") || has(said, "X-Hop") || has(said, "secret") ||
	             has(said, "Expect") || has(said, "Proxy-") || has(said, "chunked") ||
	             has(said, "TE:") || has(said, "br\r\n"));
	assert_true(str_ends(said, buf_str(&body)));
	assert_int_equal(http_server_requests(t->server), 1);
	assert_int_equal(counts(t).trouble.code, ERR_OK);
	buf_free(&body);
}

static void test_nothing_is_left_of_it(void **state)
{
	struct test *t = *state;
	struct buf files = {0};

	open_forward(t, "/hang");
	take_body(t, "/batch/", BODY);
	wait_requests(t, 1);
	forward_tick(t->forward);
	read_queue(t, &files);
	assert_true(has(buf_str(&files), KEY));
	buf_clear(&files);
	close_forward(t);
	open_forward(t, "/ok");
	wait_done(t, 1, 0);
	forward_tick(t->forward);
	read_queue(t, &files);
	assert_int_equal(files.n, 0);
	buf_free(&files);
}

/* ---- what does not ---- */

static void expect_kept_back(struct test *t, const char *why)
{
	struct forward_counts c = counts(t);

	assert_int_equal(c.kept_back, 1);
	assert_int_equal(c.waiting, 0);
	if (!strstr(c.trouble.msg, why))
		fail_msg("says %s", c.trouble.msg);
	assert_null(strstr(c.trouble.msg, "Personal"));
	turn(t, 30);
	assert_int_equal(http_server_requests(t->server), 0);
	close_forward(t);
	open_forward(t, "/ok");
}

static void test_personal_keys(void **state)
{
	struct test *t = *state;
	static const char *const bodies[] = {
		"{\"api_key\":\"" PERSONAL "\",\"event\":\"a\"}",
		"{\"token\":\" " PERSONAL "\",\"api_key\":\"" KEY
		"\",\"batch\":[{\"event\":\"a\"}]}",
		"{\"api_key\":\"" KEY
		"\",\"batch\":[{\"event\":\"a\"},{\"event\":\"b\",\"$token\":\"" PERSONAL "\"}]}",
		"{\"api_key\":\"" KEY "\",\"batch\":[{\"event\":\"a\"},{\"token\":\"" PERSONAL
		"\"}]}",
		"{\"api_key\":\"" KEY "\",\"event\":\"a\",\"properties\":{\"token\":\"" PERSONAL
		"\"}}",
		"{\"api_key\":\"" KEY
		"\",\"event\":\"a\",\"token\":\"ph\\u0078_ThisIsAPersonalKey0123\"}",
		"api_key=" PERSONAL "&data={\"api_key\":\"" KEY "\",\"event\":\"a\"}",
	};
	struct capture_request r = bench_post("/batch/", STR(BODY));
	struct buf form = {0};

	open_forward(t, "/ok");
	for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
		struct capture_request one = bench_post("/batch/", str_of(bodies[i]));

		if (bodies[i][0] == 'a')
			one.content_type = STR("application/x-www-form-urlencoded; charset=utf-8");
		take(t, &one, true);
		expect_kept_back(t, "personal API key");
	}
	r.query = STR("x=1&api_key=" PERSONAL);
	take(t, &r, true);
	expect_kept_back(t, "personal API key");
	r.query = STR("token=" PERSONAL);
	take(t, &r, true);
	expect_kept_back(t, "personal API key");
	r.query = STR_EMPTY;
	r.authorization = STR("bearer  " PERSONAL);
	take(t, &r, true);
	expect_kept_back(t, "personal API key");
	r.authorization = STR_EMPTY;
	r.headers = STR("X-Api-Key: " PERSONAL "\n");
	take(t, &r, true);
	expect_kept_back(t, "personal API key");
	r.headers = STR_EMPTY;
	bench_gzip(&form, STR("data={\"api_key\":\"" KEY "\",\"event\":\"a\"}&api_key=" PERSONAL));
	r.body = buf_str(&form);
	r.content_type = STR("text/plain");
	r.content_encoding = STR("gzip");
	take(t, &r, true);
	expect_kept_back(t, "personal API key");
	buf_free(&form);
	/* One that is only spoken of is no key. */
	take_body(t, "/batch/",
	          "{\"api_key\":\"" KEY
	          "\",\"event\":\"a\",\"properties\":{\"$ai_input\":\"" PERSONAL "\"}}");
	wait_done(t, 1, 0);
}

static void test_no_key(void **state)
{
	struct test *t = *state;
	struct capture_request r = bench_post("/batch/", STR("[{\"event\":\"a\"}]"));

	open_forward(t, "/ok");
	take(t, &r, true);
	expect_kept_back(t, "without a project key");
	take_body(t, "/batch/", "{\"api_key\":\"phc_local\",\"event\":\"a\"}");
	expect_kept_back(t, "without a project key");
	take_body(t, "/batch/", "{\"api_key\":\"anything\",\"event\":\"a\"}");
	expect_kept_back(t, "without a project key");
	r.authorization = STR("Bearer " KEY);
	take(t, &r, true);
	wait_done(t, 1, 0);
}

static void test_what_cannot_go(void **state)
{
	struct test *t = *state;
	struct capture_request r = bench_post("@evil.example/batch/", STR(BODY));
	struct buf many = {0};

	open_forward(t, "/ok");
	take(t, &r, true);
	expect_kept_back(t, "path");
	r.path = STR("/batch/ HTTP/1.1");
	take(t, &r, true);
	expect_kept_back(t, "path");
	r.path = STR("/batch/");
	for (int i = 0; i < FORWARD_HEADERS; i++)
		buf_printf(&many, "X-%d: 1\n", i);
	r.headers = buf_str(&many);
	take(t, &r, true);
	expect_kept_back(t, "headers");
	r.headers = STR_EMPTY;
	/* Its events are not in the journal: whoever sent it is told to try again. */
	take(t, &r, false);
	r.method = STR("GET");
	take(t, &r, true);
	r.method = STR("POST");
	r.headers = STR("User-Agent: tracehog/0.1.0\n");
	take(t, &r, true);
	turn(t, 30);
	assert_int_equal(counts(t).waiting + counts(t).kept_back + counts(t).sent, 0);
	assert_int_equal(http_server_requests(t->server), 0);
	buf_free(&many);
}

static void test_what_comes_round(void **state)
{
	struct test *t = *state;
	struct capture_request r = bench_post("/batch/", STR(BODY));
	struct buf headers = {0};
	struct str said;
	size_t at, end;

	open_forward(t, "/ok");
	take(t, &r, true);
	wait_done(t, 1, 0);
	said = heard(t);
	at = str_find(said, STR("\r\nVia: "), 0, false) + 2;
	end = str_find(said, STR("\r\n"), at, false);
	buf_append(&headers, str_sub(said, at, end - at));
	buf_add(&headers, '\n');
	r.headers = buf_str(&headers);
	take(t, &r, true);
	assert_int_equal(counts(t).kept_back, 1);
	assert_non_null(strstr(counts(t).trouble.msg, "leads back here"));
	/* Another's is nothing. */
	headers.p[headers.n - 2] ^= 1;
	take(t, &r, true);
	wait_done(t, 2, 0);
	buf_free(&headers);
}

static void test_full(void **state)
{
	struct test *t = *state;

	t->limit = 400;
	open_forward(t, "/503");
	take_body(t, "/batch/", BODY);
	take_body(t, "/batch/", BODY);
	take_body(t, "/batch/", BODY);
	assert_int_equal(counts(t).waiting, 2);
	assert_int_equal(counts(t).kept_back, 1);
	assert_non_null(strstr(counts(t).trouble.msg, "full"));
	close_forward(t);
	open_forward(t, "/ok");
	wait_done(t, 2, 0);
}

/* ---- answers ---- */

static void test_refused_for_good(void **state)
{
	struct test *t = *state;

	open_forward(t, "");
	take_body(t, "/400/batch/", BODY);
	take_body(t, "/401/batch/", BODY);
	take_body(t, "/413/batch/", BODY);
	wait_done(t, 0, 3);
	turn(t, 50);
	assert_int_equal(http_server_requests(t->server), 3);
	assert_non_null(strstr(counts(t).trouble.msg, "refused for good"));
	assert_null(strstr(counts(t).trouble.msg, "phc_"));
	assert_false(counts(t).stuck);
}

/* An answer that was heard is one, whatever came behind its header. */
static void test_cut_answer(void **state)
{
	struct test *t = *state;

	open_forward(t, "/cut");
	take_body(t, "/batch/", BODY);
	wait_done(t, 1, 0);
	turn(t, 50);
	assert_int_equal(http_server_requests(t->server), 1);
}

static void try_again(struct test *t, const char *path, const char *says)
{
	unsigned before = http_server_requests(t->server);

	open_forward(t, path);
	take_body(t, "/batch/", BODY);
	wait_requests(t, before + 3);
	assert_int_equal(counts(t).waiting, 1);
	assert_int_equal(counts(t).sent + counts(t).refused, 0);
	for (int64_t from = time_monotonic();
	     !counts(t).stuck && time_monotonic() - from < 20 * TIME_SECOND;)
		loop_step(t->loop, true);
	if (!strstr(counts(t).trouble.msg, says))
		fail_msg("says %s", counts(t).trouble.msg);
	close_forward(t);
	/* What was left is sent by the next one. */
	open_forward(t, "/ok");
	wait_done(t, 1, 0);
	assert_int_equal(counts(t).trouble.code, ERR_OK);
	close_forward(t);
}

static void test_tried_again(void **state)
{
	struct test *t = *state;

	try_again(t, "/503", "answered 503: requests wait");
	try_again(t, "/500", "answered 500");
	try_again(t, "/408", "answered 408");
	try_again(t, "/429", "answered 429");
	try_again(t, "/reset", "no answer");
	try_again(t, "/moved", "redirects to https://evil.example");
}

static void test_retry_after(void **state)
{
	struct test *t = *state;

	open_forward(t, "/wait");
	take_body(t, "/batch/", BODY);
	for (int64_t from = time_monotonic();
	     !counts(t).stuck && time_monotonic() - from < 20 * TIME_SECOND;)
		loop_step(t->loop, true);
	take_body(t, "/batch/", BODY);
	turn(t, 200);
	assert_int_equal(http_server_requests(t->server), 1);
	assert_int_equal(counts(t).waiting, 2);
}

/* One that never works holds up no other. */
static void test_goes_on(void **state)
{
	struct test *t = *state;

	open_forward(t, "");
	take_body(t, "/500/batch/", BODY);
	for (int i = 0; i < 20; i++)
		take_body(t, "/ok/batch/", BODY);
	for (int64_t from = time_monotonic();
	     counts(t).waiting > 1 && time_monotonic() - from < 20 * TIME_SECOND;)
		loop_step(t->loop, true);
	assert_int_equal(counts(t).sent, 20);
	assert_int_equal(counts(t).waiting, 1);
}

/* ---- beginning and end ---- */

static void test_urls(void **state)
{
	static const char *const bad[] = {
		"us.i.posthog.com:0:0",
		"http://us.i.posthog.com",
		"https://a:b@us.i.posthog.com",
		"https://us.i.posthog.com/?a=b",
		"https://us.i.posthog.com/#a",
		"ftp://localhost",
		"",
	};
	struct errinfo e;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(forward_url_check("--forward", bad[i], &e), ERR_USAGE);
		assert_non_null(strstr(e.msg, "--forward: "));
	}
	assert_int_equal(forward_url_check("x", "https://us.i.posthog.com", &e), ERR_OK);
	assert_int_equal(forward_url_check("x", "https://ph.example.com/ingest/", &e), ERR_OK);
	assert_int_equal(forward_url_check("x", "http://localhost:8000", &e), ERR_OK);
}

static void test_closed_at_once(void **state)
{
	struct test *t = *state;

	for (int i = 0; i < 20; i++) {
		open_forward(t, "/hang");
		take_body(t, "/batch/", BODY);
		if (i % 2)
			turn(t, 5);
		close_forward(t);
	}
	forward_close(NULL);
	turn(t, 20);
	open_forward(t, "/ok");
	wait_done(t, 20, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_original_bytes, enter, leave),
		cmocka_unit_test_setup_teardown(test_nothing_is_left_of_it, enter, leave),
		cmocka_unit_test_setup_teardown(test_personal_keys, enter, leave),
		cmocka_unit_test_setup_teardown(test_no_key, enter, leave),
		cmocka_unit_test_setup_teardown(test_what_cannot_go, enter, leave),
		cmocka_unit_test_setup_teardown(test_what_comes_round, enter, leave),
		cmocka_unit_test_setup_teardown(test_full, enter, leave),
		cmocka_unit_test_setup_teardown(test_refused_for_good, enter, leave),
		cmocka_unit_test_setup_teardown(test_cut_answer, enter, leave),
		cmocka_unit_test_setup_teardown(test_tried_again, enter, leave),
		cmocka_unit_test_setup_teardown(test_retry_after, enter, leave),
		cmocka_unit_test_setup_teardown(test_goes_on, enter, leave),
		cmocka_unit_test_setup_teardown(test_urls, enter, leave),
		cmocka_unit_test_setup_teardown(test_closed_at_once, enter, leave),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
