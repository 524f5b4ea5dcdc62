/* The live stream: when it is opened again, waits, or is refused, against a server that answers when the
 * test says so. Its parser: test_posthog_sse.c. */
#include "base/time.h"
#include "collect/posthog_stream.h"
#include "support/manual_server.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#define TOKEN   "eyJ.live.token"
#define GIVE_UP (20 * TIME_SECOND)
#define FOREVER (UINT32_MAX / 100) /* a pace at which no wait ends */
#define OK_HEAD "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
#define CHUNKED OK_HEAD "Transfer-Encoding: chunked\r\n\r\n"

struct test {
	struct loop *loop;
	struct loop_timer *pulse; /* no step of the loop takes longer */
	struct manual_server *server;
	struct http *http;
	struct posthog_stream *stream;
	struct buf messages, states;
	bool free_at_message, free_at_change;
};

static void nothing(void *ctx)
{
	(void)ctx;
}

static int enter(void **state)
{
	struct test *test = calloc(1, sizeof(*test));

	test->loop = loop_new();
	test->pulse = loop_timer_new(test->loop, nothing, NULL);
	loop_timer_start(test->pulse, 5, 5);
	test->server = manual_server_new(test->loop);
	test->http = http_new(test->loop);
	*state = test;
	return 0;
}

static int leave(void **state)
{
	struct test *test = *state;

	posthog_stream_free(test->stream);
	http_free(test->http);
	manual_server_free(test->server);
	loop_free(test->loop);
	buf_free(&test->messages);
	buf_free(&test->states);
	free(test);
	return 0;
}

static void free_stream(struct test *test)
{
	posthog_stream_free(test->stream);
	test->stream = NULL;
}

static void collect(struct buf *out, struct str data)
{
	buf_add(out, '<');
	buf_append(out, data);
	buf_add(out, '>');
}

static void on_message(void *ctx, struct str json)
{
	struct test *test = ctx;

	collect(&test->messages, json);
	if (test->free_at_message)
		free_stream(test);
}

static void on_changed(void *ctx)
{
	struct test *test = ctx;

	buf_add(&test->states, "cowr"[posthog_stream_state(test->stream)]);
	assert_null(strstr(posthog_stream_why(test->stream), TOKEN));
	if (test->free_at_change)
		free_stream(test);
}

static void open_at(struct test *test, const char *host, uint32_t pace_ms)
{
	struct posthog_stream_options options = {
		.host = host, .token = STR(TOKEN), .pace_ms = pace_ms};
	struct posthog_stream_events events = {on_message, on_changed, test};

	test->stream = posthog_stream_new(test->loop, test->http, &options, &events);
	assert_int_equal(posthog_stream_state(test->stream), POSTHOG_STREAM_CONNECTING);
	assert_int_equal(test->states.n, 0);
}

static void open_stream(struct test *test, uint32_t pace_ms)
{
	open_at(test, manual_server_url(test->server), pace_ms);
}

static void until_requests(struct test *test, unsigned n)
{
	for (int64_t from = time_monotonic(); manual_server_count(test->server) < n;) {
		assert_true(time_monotonic() - from < GIVE_UP);
		loop_step(test->loop, true);
	}
	assert_int_equal(manual_server_count(test->server), n);
}

/* The states it went through begin so. */
static void until_states(struct test *test, const char *states)
{
	for (int64_t from = time_monotonic(); test->states.n < strlen(states);) {
		assert_true(time_monotonic() - from < GIVE_UP);
		loop_step(test->loop, true);
	}
	assert_true(str_starts(buf_str(&test->states), str_of(states)));
}

static void until_messages(struct test *test, const char *messages)
{
	for (int64_t from = time_monotonic(); test->messages.n < strlen(messages);) {
		assert_true(time_monotonic() - from < GIVE_UP);
		loop_step(test->loop, true);
	}
	assert_string_equal(buf_text(&test->messages), messages);
}

static void settle(struct test *test)
{
	for (int i = 0; i < 20; i++)
		loop_step(test->loop, true);
}

static void give_chunk(struct test *test, unsigned i, const char *text)
{
	struct buf chunk = {0};

	buf_printf(&chunk, "%zx\r\n%s\r\n", strlen(text), text);
	manual_server_give(test->server, i, buf_str(&chunk));
	buf_free(&chunk);
}

static void test_request(void **state)
{
	struct test *test = *state;
	struct str request;

	open_stream(test, FOREVER);
	until_requests(test, 1);
	request = manual_server_request(test->server, 0);
	assert_true(manual_server_begins(
		test->server, 0,
		"GET /events?eventType=%24ai_generation%2C%24ai_span%2C%24ai_trace%2C%24ai_"
		"embedding%2C%24ai_metric%2C%24ai_feedback%2C%24ai_evaluation HTTP/1.1\r\n"));
	assert_true(str_find(request, STR("\r\nAuthorization: Bearer " TOKEN "\r\n"), 0, false) !=
	            SIZE_MAX);
	assert_true(str_find(request, STR("\r\nAccept: text/event-stream\r\n"), 0, false) !=
	            SIZE_MAX);
}

/* The other end of the client's connection; 0: fd is none of its sockets. */
static unsigned port_of_peer(int fd)
{
	struct sockaddr_in peer = {0};
	socklen_t size = sizeof(peer);

	if (getpeername(fd, (struct sockaddr *)&peer, &size) != 0 || peer.sin_family != AF_INET)
		return 0;
	return ntohs(peer.sin_port);
}

/* Nothing is sent for minutes, so that only TCP can find out that the other end is gone. */
static void test_keep_alive(void **state)
{
	struct test *test = *state;
	unsigned port = (unsigned)strtoul(strrchr(manual_server_url(test->server), ':') + 1, NULL,
	                                  10);
	unsigned found = 0;

	open_stream(test, FOREVER);
	until_requests(test, 1);
	for (int fd = 0; fd < 256; fd++) {
		int on = 0;
		socklen_t size = sizeof(on);

		if (port_of_peer(fd) != port)
			continue;
		found++;
		assert_int_equal(getsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, &size), 0);
		assert_int_equal(on, 1);
	}
	assert_int_equal(found, 1);
}

static void test_stream(void **state)
{
	struct test *test = *state;

	open_stream(test, FOREVER);
	until_requests(test, 1);
	manual_server_give(test->server, 0, STR(CHUNKED));
	settle(test);
	assert_int_equal(posthog_stream_state(test->stream), POSTHOG_STREAM_CONNECTING);
	give_chunk(test, 0, "data: {\"a\"");
	until_states(test, "o");
	give_chunk(test, 0, ":1}\n\ndata: 2\n\ndata: 3");
	until_messages(test, "<{\"a\":1}><2>");
	give_chunk(test, 0, "\n\n");
	until_messages(test, "<{\"a\":1}><2><3>");
	assert_int_equal(posthog_stream_skipped(test->stream), 0);
	assert_string_equal(buf_text(&test->states), "o");
}

/* A stream that lasted is opened again at once: no wait would end at this pace. */
static void test_again_at_once(void **state)
{
	struct test *test = *state;

	open_stream(test, 1);
	until_requests(test, 1);
	manual_server_give(test->server, 0, STR(CHUNKED));
	give_chunk(test, 0, "data: 1\n\ndata: half\n");
	until_messages(test, "<1>");
	/* At least the five units that make it a stream that lasted. */
	for (int64_t from = time_monotonic(); time_monotonic() - from < TIME_SECOND / 20;)
		loop_step(test->loop, true);
	manual_server_give(test->server, 0, STR("0\r\n\r\n"));
	until_requests(test, 2);
	assert_string_equal(buf_text(&test->states), "oc");
	/* The half message is gone with its stream. */
	manual_server_give(test->server, 1, STR(CHUNKED));
	give_chunk(test, 1, "data: 2\n\n");
	until_messages(test, "<1><2>");
}

/* A server that closes at once is not asked again and again. */
static void test_short_stream_waits(void **state)
{
	struct test *test = *state;

	open_stream(test, FOREVER);
	until_requests(test, 1);
	manual_server_answer(test->server, 0, 200, "", "data: 1\n\n");
	until_states(test, "ow");
	assert_string_equal(buf_text(&test->messages), "<1>");
	assert_non_null(strstr(posthog_stream_why(test->stream), "as soon as it begins"));
	settle(test);
	until_requests(test, 1);
}

static void test_waits_and_tries_again(void **state)
{
	struct test *test = *state;
	static const int statuses[] = {500, 503, 404, 429, 204, 302, 400};
	struct buf states = {0};
	unsigned n = sizeof(statuses) / sizeof(statuses[0]);

	open_stream(test, 1);
	for (unsigned i = 0; i < n; i++) {
		until_requests(test, i + 1);
		manual_server_answer(test->server, i, statuses[i], "", "");
		buf_puts(&states, "w");
		until_states(test, buf_text(&states));
		buf_puts(&states, "c");
		until_requests(test, i + 2);
	}
	manual_server_close(test->server, n);
	until_requests(test, n + 2);
	manual_server_give(test->server, n + 1, STR(CHUNKED));
	give_chunk(test, n + 1, "data: 1\n\n");
	until_messages(test, "<1>");
	manual_server_close(test->server, n + 1); /* cut */
	until_requests(test, n + 3);
	buf_free(&states);
}

static void test_refused(void **state)
{
	struct test *test = *state;
	static const int statuses[] = {401, 403};

	for (unsigned i = 0; i < 2; i++) {
		buf_clear(&test->states);
		open_stream(test, 1);
		until_requests(test, i + 1);
		manual_server_answer(test->server, i, statuses[i], "",
		                     "{\"message\":\"" TOKEN "\"}");
		until_states(test, "r");
		settle(test);
		until_requests(test, i + 1);
		assert_int_equal(posthog_stream_state(test->stream), POSTHOG_STREAM_REFUSED);
		free_stream(test);
	}
	buf_clear(&test->states);
	open_at(test, "http://example.org", 1);
	until_states(test, "r");
}

static void test_freed_in_message(void **state)
{
	struct test *test = *state;

	test->free_at_message = true;
	open_stream(test, FOREVER);
	until_requests(test, 1);
	manual_server_answer(test->server, 0, 200, "", "data: 1\n\ndata: 2\n\n");
	until_messages(test, "<1>");
	settle(test);
	assert_string_equal(buf_text(&test->messages), "<1>");
}

static void test_freed_in_change(void **state)
{
	struct test *test = *state;

	test->free_at_change = true;
	open_stream(test, FOREVER);
	until_requests(test, 1);
	manual_server_answer(test->server, 0, 200, "", "data: 1\n\n");
	until_states(test, "o");
	assert_int_equal(test->messages.n, 0);
	buf_clear(&test->states);
	open_stream(test, 1);
	until_requests(test, 2);
	manual_server_answer(test->server, 1, 500, "", "");
	until_states(test, "w");
	buf_clear(&test->states);
	test->free_at_change = false;
	open_stream(test, 1);
	until_requests(test, 3);
	free_stream(test);
	settle(test);
	assert_false(manual_server_waits(test->server, 2));
	posthog_stream_free(NULL);
}

static void test_live_hosts(void **state)
{
	(void)state;
	assert_string_equal(posthog_live_host("https://us.posthog.com"),
	                    "https://live.us.posthog.com");
	assert_string_equal(posthog_live_host("https://app.posthog.com/"),
	                    "https://live.us.posthog.com");
	assert_string_equal(posthog_live_host("https://EU.posthog.com"),
	                    "https://live.eu.posthog.com");
	assert_null(posthog_live_host("https://posthog.example.org"));
	assert_null(posthog_live_host("https://us.posthog.com.example.org"));
	assert_null(posthog_live_host("http://us.posthog.com"));
	assert_null(posthog_live_host(""));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, enter, leave)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_request),
		TEST(test_keep_alive),
		TEST(test_stream),
		TEST(test_again_at_once),
		TEST(test_short_stream_waits),
		TEST(test_waits_and_tries_again),
		TEST(test_refused),
		TEST(test_freed_in_message),
		TEST(test_freed_in_change),
		cmocka_unit_test(test_live_hosts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
