/* The HTTP client against servers that are slow, broken, endless or gone. Deadlines are those of the
 * requests; nothing else is waited for by the clock. */
#include "support/http_client.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include <cmocka.h>

#define SHORT_MS 200
#define CAP      ((size_t)1 << 20)
#define BOMB     ((size_t)32 << 20) /* inflated */
#define HEAD     "HTTP/1.1 200 OK\r\n"
#define CHUNKED  HEAD "Transfer-Encoding: chunked\r\n\r\n"

#define CLOSES .then = HTTP_SERVER_CLOSE

static const struct http_server_scene plain_scenes[] = {
	{.path = "/hello", .text = STR(HEAD "Content-Length: 5\r\n\r\nhello")},
	/* slow */
	{.path = "/silent", .text = STR(""), .then = HTTP_SERVER_HANG},
	{.path = "/half-header", .text = STR(HEAD "Content-"), .then = HTTP_SERVER_HANG},
	{.path = "/half-body",
         .text = STR(HEAD "Content-Length: 9\r\n\r\nhell"),
         .then = HTTP_SERVER_HANG},
	{.path = "/drip-header",
         .text = STR(HEAD),
         .then = HTTP_SERVER_DRIP,
         .again = STR("X: y\r\n")},
	{.path = "/drip-body",
         .text = STR(HEAD "Content-Length: 999999\r\n\r\n"),
         .then = HTTP_SERVER_DRIP,
         .again = STR("data ")},
	/* cut */
	{.path = "/cut", .text = STR(HEAD "Content-Length: 9\r\n\r\nhell"), CLOSES},
	{.path = "/cut-reset",
         .text = STR(HEAD "Content-Length: 9\r\n\r\nhell"),
         .then = HTTP_SERVER_RESET},
	{.path = "/cut-chunk", .text = STR(CHUNKED "5\r\nhel"), CLOSES},
	{.path = "/cut-chunks", .text = STR(CHUNKED "5\r\nhello\r\n"), CLOSES},
	{.path = "/bad-chunk", .text = STR(CHUNKED "zz\r\nhello\r\n0\r\n\r\n"), CLOSES},
	{.path = "/huge-chunk", .text = STR(CHUNKED "fffffffffffffffff\r\nhello"), CLOSES},
	{.path = "/cut-header", .text = STR(HEAD "Content-Length: 5\r\n"), CLOSES},
	{.path = "/cut-line", .text = STR("HTTP/1.1 200 OK\r\nConte"), CLOSES},
	{.path = "/cut-status", .text = STR("HTTP/1.1 2"), CLOSES},
	{.path = "/only-early", .text = STR("HTTP/1.1 100 Continue\r\n\r\n"), CLOSES},
	/* gone, or no HTTP */
	{.path = "/close", .text = STR(""), CLOSES},
	{.path = "/reset", .text = STR(""), .then = HTTP_SERVER_RESET},
	{.path = "/old", .text = STR("<html>hello</html>"), CLOSES},
	{.path = "/ssh", .text = STR("SSH-2.0-OpenSSH_9.2 phx_secret\r\n"), CLOSES},
	{.path = "/odd-status", .text = STR("HTTP/1.1 phx_secret OK\r\n\r\n"), CLOSES},
	/* lies */
	{.path = "/longer",
         .text = STR(HEAD "Content-Length: 5\r\n\r\nhelloHTTP/1.1 500 No\r\n\r\n")},
	{.path = "/negative", .text = STR(HEAD "Content-Length: -5\r\n\r\nhello"), CLOSES},
	{.path = "/two-lengths",
         .text = STR(HEAD "Content-Length: 5\r\nContent-Length: 3\r\n\r\nhello"),
         CLOSES},
	{.path = "/huge",
         .text = STR(HEAD "Content-Length: 99999999999999999999\r\n\r\nhello"),
         CLOSES},
	/* endless */
	{.path = "/endless-header",
         .text = STR(HEAD),
         .then = HTTP_SERVER_REPEAT,
         .again = STR("X-Header: yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy\r\n")},
	{.path = "/endless-line",
         .text = STR(HEAD "X: "),
         .then = HTTP_SERVER_REPEAT,
         .again = STR("yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy")},
	{.path = "/endless-early",
         .text = STR(""),
         .then = HTTP_SERVER_REPEAT,
         .again = STR("HTTP/1.1 100 Continue\r\nX: yyyyyyyyyyyyyyyyyyyyyyyyy\r\n\r\n")},
	{.path = "/endless-trailer",
         .text = STR(CHUNKED "5\r\nhello\r\n0\r\n"),
         .then = HTTP_SERVER_REPEAT,
         .again = STR("X-Trailer: yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy\r\n")},
	{.path = "/endless",
         .text = STR(HEAD "\r\n"),
         .then = HTTP_SERVER_REPEAT,
         .again = STR("hello hello hello hello hello hello hello hello hello hello ")},
	{.path = "/endless-chunks",
         .text = STR(CHUNKED),
         .then = HTTP_SERVER_REPEAT,
         .again = STR("20\r\nhello hello hello hello hello he\r\n")},
	{.path = "/endless-refusal",
         .text = STR("HTTP/1.1 401 No\r\nRetry-After: 9\r\n\r\n"),
         .then = HTTP_SERVER_REPEAT,
         .again = STR("hello hello hello hello hello hello hello hello hello hello ")},
	{.path = "/odd-encoding",
         .text = STR(HEAD "Content-Encoding: phx\r\nContent-Length: 5\r\n\r\nhello")},
	{.path = "/no-gzip",
         .text = STR(HEAD "Content-Encoding: gzip\r\nContent-Length: 5\r\n\r\nhello")},
};

#define PLAIN (sizeof(plain_scenes) / sizeof(plain_scenes[0]))

#define MADE 4 /* of zlib's bytes */

static struct http_server_scene scenes[PLAIN + MADE + 1];
static struct buf made[MADE];

/* ---- what is made once --------------------------------------------------------------------------- */

static void add_gzip(struct buf *out, size_t zeros)
{
	static const char block[1 << 16];
	Bytef bytes[1 << 14];
	z_stream z = {0};
	int state = Z_OK;

	assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
	while (state != Z_STREAM_END) {
		if (z.avail_in == 0 && zeros > 0) {
			z.next_in = (Bytef *)(uintptr_t)block;
			z.avail_in = (uInt)(zeros < sizeof(block) ? zeros : sizeof(block));
			zeros -= z.avail_in;
		}
		z.next_out = bytes;
		z.avail_out = sizeof(bytes);
		state = deflate(&z, zeros == 0 ? Z_FINISH : Z_NO_FLUSH);
		buf_append(out, (struct str){(char *)bytes, sizeof(bytes) - z.avail_out});
	}
	deflateEnd(&z);
}

static void make_answer(struct buf *out, const struct buf *body, size_t n)
{
	buf_printf(out, HEAD "Content-Encoding: gzip\r\nContent-Length: %zu\r\n\r\n", n);
	buf_append(out, str_sub(buf_str(body), 0, n));
}

static void add_scene(size_t at, const char *path, struct buf *answer, struct buf *packed, size_t n)
{
	make_answer(answer, packed, n);
	scenes[PLAIN + at] = (struct http_server_scene){.path = path, .text = buf_str(answer)};
}

static int make_scenes(void **state)
{
	struct buf packed = {0}, two = {0};

	(void)state;
	memcpy(scenes, plain_scenes, sizeof(plain_scenes));
	add_gzip(&packed, BOMB);
	add_scene(0, "/whole-gzip", &made[0], &packed, packed.n);
	add_scene(1, "/cut-gzip", &made[1], &packed, packed.n / 2);
	buf_append(&two, buf_str(&packed));
	buf_append(&two, buf_str(&packed));
	add_scene(2, "/two-gzips", &made[2], &two, two.n);
	packed.p[packed.n - 8] ^= 1; /* of the checksum */
	add_scene(3, "/wrong-gzip", &made[3], &packed, packed.n);
	buf_free(&packed);
	buf_free(&two);
	return 0;
}

static int drop_scenes(void **state)
{
	(void)state;
	for (size_t i = 0; i < MADE; i++)
		buf_free(&made[i]);
	return 0;
}

/* ---- one fault each ------------------------------------------------------------------------------ */

static const struct {
	const char *path;
	enum http_end end;
	int status;
} faults[] = {
	{"/cut", HTTP_CUT, 200},
	{"/cut-reset", HTTP_CUT, 200},
	{"/cut-chunk", HTTP_CUT, 200},
	{"/cut-chunks", HTTP_CUT, 200},
	{"/bad-chunk", HTTP_CUT, 200},
	{"/huge-chunk", HTTP_CUT, 200},
	{"/cut-header", HTTP_NO_REPLY, 0},
	{"/cut-line", HTTP_NO_REPLY, 0},
	{"/cut-status", HTTP_NO_REPLY, 0},
	{"/only-early", HTTP_NO_REPLY, 0},
	{"/close", HTTP_NO_REPLY, 0},
	{"/reset", HTTP_NO_REPLY, 0},
	{"/old", HTTP_NO_REPLY, 0},
	{"/ssh", HTTP_NO_REPLY, 0},
	{"/odd-status", HTTP_NO_REPLY, 0},
	{"/negative", HTTP_NO_REPLY, 0},
	{"/huge", HTTP_TOO_BIG, 0},
	{"/endless-header", HTTP_TOO_BIG, 0},
	{"/endless-line", HTTP_TOO_BIG, 0},
	{"/endless-early", HTTP_TOO_BIG, 0},
	{"/endless-trailer", HTTP_TOO_BIG, 200},
	{"/endless", HTTP_TOO_BIG, 200},
	{"/endless-chunks", HTTP_TOO_BIG, 200},
	{"/endless-refusal", HTTP_TOO_BIG, 401},
	{"/whole-gzip", HTTP_TOO_BIG, 200},
	{"/cut-gzip", HTTP_CUT, 200},
	{"/wrong-gzip", HTTP_CUT, 200},
	{"/no-gzip", HTTP_CUT, 200},
	{"/odd-encoding", HTTP_CUT, 200},
};

static void test_faults(void **state)
{
	struct client *t = *state;
	struct http_request r;
	bool wrong = false;

	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		const struct outcome *o = &t->outcome;

		r = client_request(t, faults[i].path);
		r.bearer = STR("phx_secret");
		r.max_answer = faults[i].end == HTTP_CUT ? 2 * BOMB : CAP;
		client_ask(t, &r);
		if (o->end != faults[i].end || o->status != faults[i].status ||
		    strstr(o->says, "phx_secret") || !strstr(o->says, "127.0.0.1") ||
		    o->body_bytes > 0) {
			print_error("%s: end %d, status %d: %s (%zu)\n", faults[i].path, o->end,
			            o->status, o->says, o->body_bytes);
			wrong = true;
		}
	}
	assert_false(wrong);
	assert_string_equal(client_get(t, "/hello")->body, "hello");
}

static void test_gzip_of_size(void **state)
{
	struct client *t = *state;
	struct http_request r = client_request(t, "/whole-gzip");

	r.max_answer = BOMB;
	client_ask(t, &r);
	assert_int_equal(t->outcome.end, HTTP_ANSWERED);
	assert_int_equal(t->outcome.body_bytes, BOMB);
	assert_true(t->outcome.bytes < BOMB / 100);
	r.max_answer = BOMB - 1;
	assert_int_equal(client_ask(t, &r)->end, HTTP_TOO_BIG);
	r.max_answer = 0;
	r.url = client_url(t, "/two-gzips");
	assert_int_equal(client_ask(t, &r)->end, HTTP_ANSWERED);
	assert_int_equal(t->outcome.body_bytes, 2 * BOMB);
	r.part = client_part;
	assert_int_equal(client_ask(t, &r)->end, HTTP_ANSWERED);
	assert_int_equal(t->parts.n, 2 * BOMB);
}

static void test_limits(void **state)
{
	struct client *t = *state;
	struct http_request r = client_request(t, "/hello");

	r.max_answer = 5;
	assert_int_equal(client_ask(t, &r)->end, HTTP_ANSWERED);
	r.max_answer = 4;
	assert_int_equal(client_ask(t, &r)->end, HTTP_TOO_BIG);
	r.part = client_part;
	assert_int_equal(client_ask(t, &r)->end, HTTP_TOO_BIG);
	assert_int_equal(t->parts.n, 0);
	/* A refusal has its own limit, and its status is told. */
	r.max_answer = 0;
	r.url = client_url(t, "/endless-refusal");
	assert_int_equal(client_ask(t, &r)->end, HTTP_TOO_BIG);
	assert_int_equal(t->outcome.status, 401);
	assert_int_equal(t->outcome.retry_after, 9);
	assert_non_null(strstr(t->outcome.says, "over 65536 bytes"));
}

/* What is beyond the length that was told is no part of this answer, nor of the next. */
static void test_lies_about_length(void **state)
{
	struct client *t = *state;

	for (int i = 0; i < 3; i++) {
		assert_string_equal(client_get(t, "/longer")->body, "hello");
		assert_string_equal(client_get(t, "/hello")->body, "hello");
	}
	assert_true(client_get(t, "/two-lengths")->body_bytes <= 5);
	assert_string_equal(client_get(t, "/hello")->body, "hello");
}

/* ---- slow ---------------------------------------------------------------------------------------- */

static void test_deadlines(void **state)
{
	static const char *const paths[] = {"/silent", "/half-header", "/half-body", "/drip-header",
	                                    "/drip-body"};
	struct client *t = *state;

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		struct http_request r = client_request(t, paths[i]);

		r.total_ms = SHORT_MS;
		r.idle_ms = HTTP_TOTAL_MS;
		assert_int_equal(client_ask(t, &r)->end, HTTP_TOO_SLOW);
		assert_string_equal(t->outcome.says, "127.0.0.1: no whole answer within 0.2 s");
		assert_int_equal(t->outcome.body_bytes, 0);
	}
	for (size_t i = 0; i < 3; i++) {
		struct http_request r = client_request(t, paths[i]);

		r.total_ms = HTTP_NO_LIMIT;
		r.idle_ms = SHORT_MS;
		r.part = client_part;
		assert_int_equal(client_ask(t, &r)->end, HTTP_TOO_SLOW);
		assert_string_equal(t->outcome.says, "127.0.0.1: silent for 0.2 s");
	}
	assert_string_equal(client_get(t, "/hello")->body, "hello");
}

static bool has_many_parts(struct client *t)
{
	return t->parts.n >= 100;
}

/* 100 bytes, 20 ms apart, take longer than a stream may be silent. */
static void test_drip_is_not_silence(void **state)
{
	struct client *t = *state;
	struct http_request r = client_request(t, "/drip-body");

	r.total_ms = HTTP_NO_LIMIT;
	r.idle_ms = 1500;
	r.part = client_part;
	client_send(t, &r);
	client_until(t, has_many_parts);
	assert_int_equal(t->ended, 0);
	http_cancel(t->call);
}

/* ---- gone ---------------------------------------------------------------------------------------- */

static void test_nobody(void **state)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	socklen_t size = sizeof(at);
	struct client *t = *state;
	struct http_request r = client_request(t, "/hello");
	char url[64];

	assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof(at)), 0); /* but nobody listens */
	assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &size), 0);
	snprintf(url, sizeof(url), "http://localhost:%u/", ntohs(at.sin_port));
	r.url = url;
	assert_int_equal(client_ask(t, &r)->end, HTTP_NO_REPLY);
	assert_non_null(strstr(t->outcome.says, "localhost: no answer: Failed to connect"));
	close(fd);
}

static void test_no_such_name(void **state)
{
	struct client *t = *state;
	struct http_request r = client_request(t, "/hello");

	r.url = "https://nowhere.invalid/";
	assert_int_equal(client_ask(t, &r)->end, HTTP_NO_NAME);
	assert_string_equal(t->outcome.says, "nowhere.invalid: no such host is known");
	client_send(t, &r);
	loop_step(t->loop, true);
	http_cancel(t->call); /* while it is looked up */
}

static void assert_loopback(int family, const char *text, bool loopback)
{
	struct sockaddr_in four = {.sin_family = AF_INET};
	struct sockaddr_in6 six = {.sin6_family = AF_INET6};
	struct sockaddr *address = family == AF_INET ? (struct sockaddr *)&four
	                                             : (struct sockaddr *)&six;

	inet_pton(family, text,
	          family == AF_INET ? (void *)&four.sin_addr : (void *)&six.sin6_addr);
	if (http_address_is_loopback(address) != loopback)
		fail_msg("%s", text);
}

static void test_loopback_addresses(void **state)
{
	(void)state;
	assert_loopback(AF_INET, "127.0.0.1", true);
	assert_loopback(AF_INET, "127.9.9.9", true);
	assert_loopback(AF_INET, "128.0.0.1", false);
	assert_loopback(AF_INET, "192.0.2.1", false);
	assert_loopback(AF_INET, "0.0.0.0", false);
	assert_loopback(AF_INET6, "::1", true);
	assert_loopback(AF_INET6, "::", false);
	assert_loopback(AF_INET6, "::ffff:127.0.0.1", false);
	assert_loopback(AF_INET6, "fe80::1", false);
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
		TEST(test_faults),
		TEST(test_gzip_of_size),
		TEST(test_limits),
		TEST(test_lies_about_length),
		TEST(test_deadlines),
		TEST(test_drip_is_not_silence),
		TEST(test_nobody),
		TEST(test_no_such_name),
		cmocka_unit_test(test_loopback_addresses),
	};

	return cmocka_run_group_tests(tests, make_scenes, drop_scenes);
}
