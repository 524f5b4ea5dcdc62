/* https with a server of the test's own (openssl s_server): whom the HTTP client trusts. */
#include "support/http_client.h"
#include "support/place.h"

#include <dlfcn.h>
#include <netinet/in.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define SHORT_MS 300

static const struct http_server_scene scenes[] = {
	{.path = "/hello", .text = STR("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello")},
	{.path = NULL},
};

static struct place place;
static pid_t server;
static unsigned port; /* 0: there is no openssl */
static bool trusted;  /* its certificate is */

/* Stands before libcurl's: the certificate is for this test alone. */
CURLMcode curl_multi_add_handle(CURLM *multi, CURL *easy)
{
	CURLMcode (*real)(CURLM *, CURL *);
	char path[128];

	*(void **)&real = dlsym(RTLD_NEXT, "curl_multi_add_handle");
	snprintf(path, sizeof(path), "%s/cert.pem", place.top);
	if (trusted)
		curl_easy_setopt(easy, CURLOPT_CAINFO, path);
	return real(multi, easy);
}

/* Runs openssl in the test's folder with its standard output in out. */
static pid_t start(int out, const char *const *arguments)
{
	pid_t child = fork();

	if (child != 0)
		return child;
	dup2(out, STDOUT_FILENO);
	dup2(out, STDERR_FILENO);
	if (chdir(place.top) == 0)
		execvp("openssl", (char *const *)(uintptr_t)arguments);
	_exit(127);
}

static bool make_certificate(int out)
{
	static const char *const arguments[] = {"openssl",  "req",
	                                        "-x509",    "-newkey",
	                                        "rsa:2048", "-nodes",
	                                        "-keyout",  "key.pem",
	                                        "-out",     "cert.pem",
	                                        "-days",    "1",
	                                        "-subj",    "/CN=tracehog test",
	                                        "-addext",  "subjectAltName=IP:127.0.0.1",
	                                        NULL};
	int status = -1;

	waitpid(start(out, arguments), &status, 0);
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static int start_server(void **state)
{
	static const char *const arguments[] = {"openssl", "s_server", "-accept", "127.0.0.1:0",
	                                        "-key",    "key.pem",  "-cert",   "cert.pem",
	                                        "-www",    NULL};
	FILE *said = tmpfile();
	char line[128];
	int ends[2];
	FILE *out;

	(void)state;
	place_make(&place);
	if (!make_certificate(fileno(said))) {
		print_message("skipped: there is no openssl that makes certificates\n");
		fclose(said);
		return 0;
	}
	fclose(said);
	assert_int_equal(pipe(ends), 0);
	server = start(ends[1], arguments);
	close(ends[1]);
	out = fdopen(ends[0], "r");
	while (port == 0 && fgets(line, sizeof(line), out)) {
		if (strncmp(line, "ACCEPT ", 7) == 0)
			port = (unsigned)strtoul(strrchr(line, ':') + 1, NULL, 10);
	}
	assert_int_not_equal(port, 0);
	return 0; /* out stays open: s_server writes on */
}

static int stop_server(void **state)
{
	(void)state;
	if (server > 0) {
		kill(server, SIGTERM);
		waitpid(server, NULL, 0);
	}
	place_remove(&place);
	return 0;
}

static const struct outcome *ask(struct client *t, const char *host, unsigned at)
{
	struct http_request r = client_request(t, "/");
	char url[64];

	snprintf(url, sizeof(url), "https://%s:%u/", host, at);
	r.url = url;
	r.bearer = STR("phx_secret");
	r.total_ms = 10000;
	return client_ask(t, &r);
}

static void test_trusted(void **state)
{
	const struct outcome *o;

	if (port == 0)
		skip();
	trusted = true;
	o = ask(*state, "127.0.0.1", port);
	if (o->end != HTTP_ANSWERED)
		fail_msg("%s", o->says);
	assert_int_equal(o->status, 200);
	assert_non_null(strstr(o->body, "<HTML>"));
}

static void test_unknown_certificate(void **state)
{
	const struct outcome *o;

	if (port == 0)
		skip();
	trusted = false;
	o = ask(*state, "127.0.0.1", port);
	assert_int_equal(o->end, HTTP_UNTRUSTED);
	assert_non_null(strstr(o->says, "127.0.0.1 cannot be trusted: SSL certificate problem"));
}

/* A good certificate, but of another host. */
static void test_wrong_name(void **state)
{
	const struct outcome *o;

	if (port == 0)
		skip();
	trusted = true;
	o = ask(*state, "localhost", port);
	assert_int_equal(o->end, HTTP_UNTRUSTED);
	assert_non_null(strstr(o->says, "localhost cannot be trusted: SSL: no alternative"));
}

/* Answers a handshake with what is none. */
static void *answer_in_clear(void *ctx)
{
	static const char text[] = "HTTP/1.1 400 Bad Request\r\n\r\n";
	const int *listening = ctx;
	char hello[1024];
	int fd = accept(*listening, NULL, NULL);

	if (recv(fd, hello, sizeof(hello), 0) > 0)
		send(fd, text, strlen(text), MSG_NOSIGNAL);
	close(fd);
	return NULL;
}

static void test_no_tls(void **state)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof(at);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	pthread_t thread;

	trusted = false;
	assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &size), 0);
	assert_int_equal(listen(fd, 1), 0);
	assert_int_equal(pthread_create(&thread, NULL, answer_in_clear, &fd), 0);
	assert_int_equal(ask(*state, "127.0.0.1", ntohs(at.sin_port))->end, HTTP_UNTRUSTED);
	pthread_join(thread, NULL);
	close(fd);
}

/* The server waits for an end of line that no handshake has. */
static void test_handshake_without_answer(void **state)
{
	struct client *t = *state;
	struct http_request r = client_request(t, "/");
	char url[64];

	snprintf(url, sizeof(url), "https://127.0.0.1:%u/", http_server_port(t->server));
	r.url = url;
	r.total_ms = SHORT_MS;
	client_ask(t, &r);
	assert_int_equal(t->outcome.end, HTTP_TOO_SLOW);
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
		TEST(test_trusted), TEST(test_unknown_certificate),      TEST(test_wrong_name),
		TEST(test_no_tls),  TEST(test_handshake_without_answer),
	};

	return cmocka_run_group_tests(tests, start_server, stop_server);
}
