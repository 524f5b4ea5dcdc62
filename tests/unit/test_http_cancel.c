/* HTTP calls that are taken back in every state, and from every callback; the key is gone when one ends. */
#include "support/http_client.h"

#include <netdb.h>
#include <semaphore.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define HEAD   "HTTP/1.1 200 OK\r\n"
#define COPIES 4 /* of a key in a call: the header and the secret, and a line while each is made */

static const struct http_server_scene scenes[] = {
	{.path = "/hello", .text = STR(HEAD "Content-Length: 5\r\n\r\nhello")},
	{.path = "/silent", .text = STR(""), .then = HTTP_SERVER_HANG},
	{.path = "/half-body",
         .text = STR(HEAD "Content-Length: 9\r\n\r\nhell"),
         .then = HTTP_SERVER_HANG},
	{.path = "/drip-body",
         .text = STR(HEAD "Content-Length: 999999\r\n\r\n"),
         .then = HTTP_SERVER_DRIP,
         .again = STR("data ")},
	{.path = "/endless",
         .text = STR(HEAD "Transfer-Encoding: chunked\r\n\r\n"),
         .then = HTTP_SERVER_REPEAT,
         .again = STR("20\r\nhello hello hello hello hello he\r\n")},
	{.path = NULL},
};

static unsigned wiped; /* texts with the key in them */
static struct http_call *other;

/* Stands before the C library's. */
void explicit_bzero(void *p, size_t n)
{
	if (n > 0 && str_find((struct str){p, n}, STR("phx_secret"), 0, false) != SIZE_MAX)
		wiped++;
	memset(p, 0, n);
	__asm__ __volatile__("" : : "r"(p) : "memory");
}

static atomic_uint looked_up, found; /* names */
static sem_t answer;                 /* of the DNS */

/* Stands before the C library's: a DNS that is silent for as long as the test wants. */
int getaddrinfo(const char *host, const char *service, const struct addrinfo *hints,
                struct addrinfo **out)
{
	(void)host;
	(void)service;
	(void)hints;
	*out = NULL;
	looked_up++;
	while (sem_wait(&answer) != 0)
		;
	found++;
	return EAI_NONAME;
}

static bool was_heard(struct client *t)
{
	return http_server_requests(t->server) > 0;
}

static bool is_answered(struct client *t)
{
	return t->call->answered;
}

static bool has_parts(struct client *t)
{
	return t->parts.n > 0;
}

static bool is_over_at_the_server(struct client *t)
{
	return http_server_open(t->server) == 0;
}

/* The connection that is kept. */
static bool is_one_left(struct client *t)
{
	return http_server_open(t->server) == 1;
}

static void test_cancel_in_each_state(void **state)
{
	struct client *t = *state;
	struct http_request r = client_request(t, "/half-body");

	r.bearer = STR("phx_secret");
	http_cancel(client_send(t, &r)); /* not begun */
	assert_int_equal(wiped, COPIES);
	client_send(t, &r);
	loop_step(t->loop, true); /* begun */
	http_cancel(t->call);
	client_send(t, &r);
	client_until(t, was_heard);
	http_cancel(t->call);
	client_send(t, &r);
	client_until(t, is_answered);
	http_cancel(t->call);
	r.part = client_part;
	client_send(t, &r);
	client_until(t, has_parts);
	http_cancel(t->call);
	client_until(t, is_over_at_the_server); /* it hears of it */
	assert_int_equal(t->ended, 0);
	assert_int_equal(wiped, 5 * COPIES);
	r.url = client_url(t, "/hello");
	assert_int_equal(client_ask(t, &r)->end, HTTP_ANSWERED);
	assert_int_equal(wiped, 6 * COPIES);
}

static void cancel_both(struct client *t)
{
	http_cancel(t->call);
	if (other)
		http_cancel(other);
	other = NULL;
}

static void test_cancel_within_part(void **state)
{
	struct client *t = *state;
	struct http_request r = client_request(t, "/endless");
	size_t first;

	t->on_part = cancel_both;
	r.part = client_part;
	other = client_send(t, &r);
	client_send(t, &r);
	client_until(t, has_parts);
	first = t->parts.n;
	assert_null(t->http->first);
	client_until(t, is_over_at_the_server);
	assert_int_equal(t->parts.n, first);
	assert_int_equal(t->ended, 0);
}

static void test_cancel_within_done(void **state)
{
	struct client *t = *state;
	struct http_request r = client_request(t, "/silent");

	t->on_done = cancel_both;
	other = client_send(t, &r);
	client_get(t, "/hello");
	assert_null(t->http->first);
	client_until(t, is_one_left);
	assert_int_equal(t->ended, 1);
}

static void send_more(struct client *t)
{
	struct http_request r = client_request(t, "/hello");

	if (t->sent > 20)
		return;
	client_send(t, &r);
	r.url = "http://192.0.2.1/"; /* ends at once, but not here */
	client_send(t, &r);
}

static bool have_all_ended(struct client *t)
{
	return t->ended == t->sent;
}

static void test_send_from_callbacks(void **state)
{
	struct client *t = *state;
	struct http_request r = client_request(t, "/hello");

	t->on_part = t->on_done = send_more;
	r.part = client_part;
	client_send(t, &r);
	client_until(t, have_all_ended);
	assert_in_range(t->sent, 21, 22);
	t->seen = t->ended;
}

static void free_client(struct client *t)
{
	http_free(t->http);
	t->http = NULL;
}

static bool is_freed(struct client *t)
{
	return !t->http;
}

static void test_free_within_part(void **state)
{
	struct client *t = *state;
	struct http_request r = client_request(t, "/silent");

	t->on_part = free_client;
	client_send(t, &r);
	r.url = client_url(t, "/endless");
	r.part = client_part;
	client_send(t, &r);
	client_until(t, is_freed);
	assert_int_equal(t->ended, 0);
}

static void test_free_within_done(void **state)
{
	struct client *t = *state;
	struct http_request r = client_request(t, "/silent");

	t->on_done = free_client;
	client_send(t, &r);
	client_get(t, "/hello");
	assert_null(t->http);
	t->http = http_new(t->loop);
	r.url = "ftp://127.0.0.1/";
	client_send(t, &r);
	client_send(t, &r);
	client_until(t, is_freed);
	t->seen = t->ended;
	assert_int_equal(t->ended, 2);
	t->http = http_new(t->loop);
	r.url = client_url(t, "/silent");
	r.total_ms = 50;
	client_send(t, &r);
	client_until(t, is_freed);
	t->seen = t->ended;
	assert_int_equal(t->outcome.end, HTTP_TOO_SLOW);
}

static void test_free_with_calls_under_way(void **state)
{
	static const char *const paths[] = {"/silent", "/half-body", "/drip-body", "/endless"};
	struct client *t = *state;
	struct http_request r;

	for (unsigned i = 0; i < 20; i++) {
		r = client_request(t, paths[i % 4]);
		r.bearer = STR("phx_secret");
		r.part = client_part;
		client_send(t, &r);
	}
	client_until(t, has_parts);
	client_send(t, &r); /* one that has not begun */
	http_free(t->http);
	t->http = NULL;
	assert_int_equal(wiped, 21 * COPIES);
	client_until(t, is_over_at_the_server);
	assert_int_equal(t->ended, 0);
	http_free(NULL);
}

static bool was_looked_up(struct client *t)
{
	(void)t;
	return looked_up > 0;
}

static bool have_all_been_found(struct client *t)
{
	(void)t;
	return found == 3;
}

/* Taken back, too late, and freed: nothing waits for the DNS. */
static void test_look_up_that_hangs(void **state)
{
	struct client *t = *state;
	struct http_request r = client_request(t, "/");

	sem_init(&answer, 0, 0);
	r.url = "https://slow.example/";
	client_send(t, &r);
	client_until(t, was_looked_up);
	http_cancel(t->call);
	r.total_ms = 50;
	assert_int_equal(client_ask(t, &r)->end, HTTP_TOO_SLOW);
	r.total_ms = 0;
	looked_up = 0;
	client_send(t, &r);
	client_until(t, was_looked_up);
	http_free(t->http);
	t->http = NULL;
	assert_int_equal(found, 0);
	for (int i = 0; i < 3; i++)
		sem_post(&answer);
	client_until(t, have_all_been_found);
}

static int enter(void **state)
{
	wiped = 0;
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
		TEST(test_cancel_in_each_state),      TEST(test_cancel_within_part),
		TEST(test_cancel_within_done),        TEST(test_send_from_callbacks),
		TEST(test_free_within_part),          TEST(test_free_within_done),
		TEST(test_free_with_calls_under_way), TEST(test_look_up_that_hangs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
