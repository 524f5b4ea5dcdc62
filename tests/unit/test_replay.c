/* Calls that are sent again: where they may go, with which key, what is heard of each provider's stream and of each way in which it
 * fails, and the event that is made of it. The servers are real ones, on loopback. */
#include "base/time.h"
#include "collect/http_internal.h"
#include "collect/posthog_key.h"
#include "collect/replay.h"
#include "message/message.h"
#include "support/provider_scenes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define BODY "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"six by seven?\"}]}"

/* ---- addresses ------------------------------------------------------------------------------------------------------- */

static enum err address_of(struct buf *url, const char *named, const char *base_url,
                           struct errinfo *e)
{
	struct provider_request request = {.address = "https://api.openai.com/v1"};
	struct replay_address address;
	enum err err;

	buf_puts(&request.path, "/chat/completions");
	err = replay_address(&address, &request, str_of(named), base_url, e);
	buf_clear(url);
	buf_append(url, buf_str(&address.url));
	replay_address_free(&address);
	request_free(&request);
	return err;
}

static void test_addresses_of_events(void **state)
{
	static const struct {
		const char *named;
		bool same;
	} cases[] = {
		{"", true},
		{"https://api.openai.com/v1", true},
		{"https://api.openai.com/v1/", true},
		{"https://api.openai.com", true},
		{"https://API.OpenAI.com/v1", true},
		{"https://api.openai.com:443/v1", true},
		{"https://api.openai.com:8443/v1", false},
		{"http://api.openai.com/v1", false},
		{"https://api.openai.com./v1", false},
		{"https://api.openai.com@evil.example/v1", false},
		{"https://evil.example@api.openai.com/v1", false},
		{"https://api.openai.com:pass@evil.example", false},
		{"https://api.openai.com.evil.example/v1", false},
		{"https://evil.example/api.openai.com", false},
		{"https://evil.example#api.openai.com", false},
		{"https://evil.example?api.openai.com", false},
		{"https://evil.example\\@api.openai.com", false},
		{"https://xapi.openai.com/v1", false},
		{"https://eu.api.openai.com/v1", false},
		{"https://openai.com/v1", false},
		{"https://\xd0\xb0pi.openai.com/v1", false},
		{"https://api.openai\xe3\x80\x82"
	         "com/v1",
	         false},
		{"https://api%2eopenai%2ecom.evil.example", false},
		{"https://127.0.0.1/v1", false},
		{"http://localhost:11434/v1", false},
		{"https://x.openai.azure.com/openai", false},
		{"file:///etc/passwd", false},
		{"api.openai.com", false},
		{"https://api.openai.com\r\n.evil.example", false},
		{" ", false},
	};
	struct buf url = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct errinfo e = {0};
		enum err err = address_of(&url, cases[i].named, NULL, &e);

		if ((err == ERR_OK) != cases[i].same)
			fail_msg("%s: %d, %s", cases[i].named, err, e.msg);
		if (cases[i].same)
			assert_string_equal(url.p, "https://api.openai.com/v1/chat/completions");
		else
			assert_non_null(strstr(e.msg, "--base-url"));
	}
	buf_free(&url);
}

static void test_address_after_a_nul(void **state)
{
	static const char named[] = "https://api.openai.com\0.evil.example";
	struct provider_request request = {.address = "https://api.openai.com/v1"};
	struct replay_address address;
	struct errinfo e;

	(void)state;
	assert_int_equal(replay_address(&address, &request, (struct str){named, sizeof(named) - 1},
	                                NULL, &e),
	                 ERR_USAGE);
	replay_address_free(&address);
}

static void test_addresses_of_persons(void **state)
{
	static const struct {
		const char *base, *url; /* url NULL: refused */
	} cases[] = {
		{"https://gate.example/v1", "https://gate.example/v1/chat/completions"},
		{"https://gate.example/v1///", "https://gate.example/v1/chat/completions"},
		{"https://gate.example", "https://gate.example/chat/completions"},
		{"http://127.0.0.1:11434/v1", "http://127.0.0.1:11434/v1/chat/completions"},
		{"http://localhost:1/", "http://localhost:1/chat/completions"},
		{"http://gate.example/v1", NULL},
		{"https://me:secret@gate.example/v1", NULL},
		{"https://gate.example/v1?key=1", NULL},
		{"https://gate.example/v1#x", NULL},
		{"ftp://gate.example", NULL},
		{"gate.example", NULL},
		{"", NULL},
	};
	struct buf url = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct errinfo e = {0};
		/* What the event names does not count then. */
		enum err err = address_of(&url, "https://evil.example", cases[i].base, &e);

		if ((err == ERR_OK) != (cases[i].url != NULL))
			fail_msg("%s: %d, %s", cases[i].base, err, e.msg);
		if (cases[i].url != NULL)
			assert_string_equal(url.p, cases[i].url);
		else
			assert_null(strstr(e.msg, "secret"));
	}
	buf_free(&url);
}

static void test_no_address(void **state)
{
	struct provider_request request = {.address = NULL};
	struct replay_address address;
	struct errinfo e;

	(void)state;
	assert_int_equal(replay_address(&address, &request, STR("https://evil.example"), NULL, &e),
	                 ERR_USAGE);
	replay_address_free(&address);
}

/* ---- keys and bodies ------------------------------------------------------------------------------------------------- */

static enum err key_of(struct buf *key, const char *value, bool loopback, struct errinfo *e)
{
	struct replay_address address = {.loopback = loopback};
	enum err err;

	posthog_key_wipe(key);
	buf_puts(&address.origin, "https://api.openai.com");
	if (value != NULL)
		setenv("A_KEY", value, 1);
	else
		unsetenv("A_KEY");
	err = replay_key(key, "A_KEY", &address, e);
	replay_address_free(&address);
	return err;
}

static void test_keys(void **state)
{
	struct buf key = {0};
	struct errinfo e;

	(void)state;
	assert_int_equal(key_of(&key, "sk-1", false, &e), ERR_OK);
	assert_string_equal(key.p, "sk-1");
	assert_int_equal(key_of(&key, " sk-1\n", false, &e), ERR_OK);
	assert_string_equal(key.p, "sk-1");
	assert_int_equal(key_of(&key, NULL, false, &e), ERR_NOT_FOUND);
	assert_non_null(strstr(e.msg, "A_KEY"));
	assert_int_equal(key_of(&key, "", false, &e), ERR_NOT_FOUND);
	assert_int_equal(key_of(&key, NULL, true, &e), ERR_OK);
	assert_int_equal(key.n, 0);
	assert_int_equal(key_of(&key, "sk-1", true, &e), ERR_OK);
	assert_int_equal(key.n, 4);
	assert_int_equal(key_of(&key, "sk-1\r\nX: y", false, &e), ERR_USAGE);
	assert_null(strstr(e.msg, "sk-1"));
	assert_int_equal(key_of(&key, "sk-\xc3\xa9", true, &e), ERR_USAGE);
	posthog_key_wipe(&key);
}

static void test_bodies(void **state)
{
	struct errinfo e;

	(void)state;
	assert_int_equal(replay_check_body(STR(BODY), &e), ERR_OK);
	assert_int_equal(replay_check_body(STR("[]"), &e), ERR_PARSE);
	assert_int_equal(replay_check_body(STR(""), &e), ERR_PARSE);
	assert_int_equal(replay_check_body(STR("{\n\"a\":1,\n}"), &e), ERR_PARSE);
	assert_non_null(strstr(e.msg, "line 3"));
}

/* ---- answers --------------------------------------------------------------------------------------------------------- */

struct sent {
	struct loop *loop;
	struct http *http;
	struct http_server *server;
	struct provider_request request;
	struct replay_address address;
	struct replay *replay;
	unsigned came, done;
	struct buf event, heard;
	struct json_tree tree; /* of the event */
	struct messages messages;
};

static void on_came(void *ctx)
{
	((struct sent *)ctx)->came++;
}

static void on_done(void *ctx)
{
	struct sent *s = ctx;

	s->done++;
	loop_stop(s->loop);
}

static int enter(void **state)
{
	static struct sent s;

	s = (struct sent){0};
	s.loop = loop_new();
	s.http = http_new(s.loop);
	s.server = http_server_start(provider_scenes);
	*state = &s;
	return 0;
}

static void forget(struct sent *s)
{
	replay_free(s->replay);
	replay_address_free(&s->address);
	request_free(&s->request);
	messages_free(&s->messages);
	json_tree_free(&s->tree);
	buf_free(&s->event);
	buf_free(&s->heard);
	s->came = s->done = 0;
}

static int leave(void **state)
{
	struct sent *s = *state;

	forget(s);
	http_free(s->http);
	loop_free(s->loop);
	http_server_stop(s->server);
	return 0;
}

/* As request_make has it of that provider's calls. */
static void prepare(struct sent *s, const char *provider, const char *path)
{
	bool anthropic = strcmp(provider, "anthropic") == 0,
	     gemini = strcmp(provider, "gemini") == 0;

	s->request = (struct provider_request){
		.provider = provider,
		.key_header = anthropic ? "x-api-key"
	                      : gemini  ? "x-goog-api-key"
	                                : "Authorization",
		.key_before = anthropic || gemini ? "" : "Bearer ",
		.version = anthropic ? "2023-06-01" : NULL,
	};
	buf_puts(&s->request.model, "gemini-2.5-flash");
	buf_puts(&s->request.path, path);
}

static void begin(struct sent *s, const char *base, const char *body)
{
	struct replay_order order = {.request = &s->request,
	                             .address = &s->address,
	                             .body = str_of(body),
	                             .key = STR(PROVIDER_KEY),
	                             .came = on_came,
	                             .done = on_done,
	                             .ctx = s};
	char url[128];

	snprintf(url, sizeof(url), "http://127.0.0.1:%u/%s/v1", http_server_port(s->server), base);
	assert_int_equal(replay_address(&s->address, &s->request, STR_EMPTY, url, NULL), ERR_OK);
	s->replay = replay_send(s->http, &order);
	assert_int_equal(s->done, 0);
}

static void read_event(struct sent *s)
{
	struct json_report report;
	uint32_t properties;

	replay_event(s->replay, &s->event);
	assert_int_equal(json_tree_parse(&s->tree, buf_str(&s->event), &report), ERR_OK);
	properties = json_member(&s->tree, 0, STR("properties"));
	messages_read(&s->messages, &s->tree, properties);
	assert_null(strstr(s->event.p, PROVIDER_KEY));
}

static const struct replay_state *ask(struct sent *s, const char *base, const char *body)
{
	begin(s, base, body);
	loop_run(s->loop);
	assert_int_equal(s->done, 1);
	http_server_heard(s->server, &s->heard);
	read_event(s);
	assert_null(strstr(buf_text((struct buf *)&replay_state(s->replay)->says), PROVIDER_KEY));
	return replay_state(s->replay);
}

static const struct replay_state *ask_chat(struct sent *s, const char *base)
{
	forget(s);
	prepare(s, "openai", "/chat/completions");
	return ask(s, base, BODY);
}

static void assert_property(const struct sent *s, const char *name, const char *json)
{
	uint32_t properties = json_member(&s->tree, 0, STR("properties"));
	struct str value = json_raw(&s->tree, json_member(&s->tree, properties, str_of(name)));

	if (!str_eq(value, str_of(json)))
		fail_msg("%s: %.*s, not %s", name, (int)value.n, value.p, json);
}

static const struct part *answered(const struct sent *s, enum part_type type, uint32_t number)
{
	for (uint32_t i = 0; i < s->messages.n; i++)
		if (s->messages.parts[i].side == SIDE_OUTPUT && s->messages.parts[i].type == type &&
		    number-- == 0)
			return &s->messages.parts[i];
	fail_msg("no such part: %s", s->event.p);
	return NULL;
}

static void assert_answer(struct sent *s, const struct replay_state *r)
{
	assert_string_equal(buf_text((struct buf *)&r->says), "");
	assert_int_equal(r->end, REPLAY_ANSWERED);
	assert_int_equal(r->status, 200);
	assert_string_equal(r->text.p, "It is 42.");
	assert_true(r->first >= 0 && r->first <= r->latency);
	assert_true(str_eq(answered(s, PART_TEXT, 0)->text, STR("It is 42.")));
	assert_property(s, "$ai_is_error", "false");
}

static bool was_heard(const struct sent *s, const char *text)
{
	return strstr(s->heard.p, text) != NULL;
}

static void test_chat(void **state)
{
	struct sent *s = *state;
	const struct replay_state *r = ask_chat(s, "ok");

	assert_answer(s, r);
	assert_true(s->came > 0);
	assert_int_equal(r->usage.input, 812);
	assert_int_equal(r->usage.output, 96);
	assert_int_equal(r->usage.cache_read, 512);
	assert_int_equal(r->usage.cache_write, ANSWER_UNKNOWN);
	assert_property(s, "$ai_model", "m");
	assert_property(s, "$ai_input_tokens", "812");
	assert_property(s, "$ai_cache_read_input_tokens", "512");
	assert_true(was_heard(s, "POST /ok/v1/chat/completions HTTP/1.1\r\n"));
	assert_true(was_heard(s, "\r\nAuthorization: Bearer " PROVIDER_KEY "\r\n"));
	assert_true(was_heard(s, "\r\nContent-Type: application/json\r\n"));
	assert_true(was_heard(s, "\r\n\r\n" BODY));
	assert_true(str_eq(messages_asked(&s->messages), STR("six by seven?")));
}

static void test_responses(void **state)
{
	struct sent *s = *state;
	const struct replay_state *r;

	prepare(s, "openai", "/responses");
	r = ask(s, "ok", "{\"model\":\"gpt-5\",\"input\":\"six by seven?\",\"temperature\":1}");
	assert_answer(s, r);
	assert_int_equal(r->usage.input, 20);
	assert_int_equal(r->usage.output, 70);
	assert_int_equal(r->usage.reasoning, 64);
	assert_property(s, "$ai_model_parameters", "{\"temperature\":1}");
}

static void test_anthropic(void **state)
{
	struct sent *s = *state;
	const struct replay_state *r;

	prepare(s, "anthropic", "/messages");
	r = ask(s, "ok", BODY);
	assert_answer(s, r);
	assert_string_equal(r->reasoning.p, "Six by seven.");
	assert_int_equal(r->usage.input, 10);
	assert_int_equal(r->usage.output, 33);
	assert_int_equal(r->usage.cache_read, 2000);
	assert_int_equal(r->usage.cache_write, 100);
	assert_non_null(strstr(s->event.p, "\"ephemeral_1h_input_tokens\":100"));
	assert_true(str_eq(answered(s, PART_TOOL_CALL, 0)->arguments, STR("{\"q\": 6}")));
	assert_true(was_heard(s, "\r\nx-api-key: " PROVIDER_KEY "\r\n"));
	assert_true(was_heard(s, "\r\nanthropic-version: 2023-06-01\r\n"));
	assert_false(was_heard(s, "Authorization"));
}

static void test_gemini(void **state)
{
	struct sent *s = *state;
	const struct replay_state *r;

	prepare(s, "gemini", "/models/gemini-2.5-flash:streamGenerateContent?alt=sse");
	r = ask(s, "ok",
	        "{\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\"6*7?\"}]}],"
	        "\"generationConfig\":{\"topK\":4}}");
	assert_answer(s, r);
	assert_string_equal(r->reasoning.p, "Six by seven.");
	assert_int_equal(r->usage.input, 8);
	assert_int_equal(r->usage.output, 4);
	assert_int_equal(r->usage.reasoning, 19);
	assert_property(s, "$ai_model", "gemini-2.5-flash");
	assert_property(s, "$ai_model_parameters", "{\"topK\":4}");
	assert_true(was_heard(s, "\r\nx-goog-api-key: " PROVIDER_KEY "\r\n"));
}

/* A server that does not stream; calls without a text; reasoning of its own. */
static void test_other_answers(void **state)
{
	struct sent *s = *state;
	const struct replay_state *r = ask_chat(s, "plain");

	assert_int_equal(r->end, REPLAY_ANSWERED);
	assert_int_equal(r->usage.output, 4);
	assert_true(str_eq(answered(s, PART_TEXT, 0)->text, STR("It is 42.")));
	r = ask_chat(s, "tools");
	assert_int_equal(r->end, REPLAY_ANSWERED);
	assert_int_equal(r->text.n, 0);
	assert_true(r->first >= 0);
	assert_true(str_eq(answered(s, PART_TOOL_CALL, 1)->name, STR("refund")));
	r = ask_chat(s, "think");
	assert_int_equal(r->end, REPLAY_ANSWERED);
	assert_string_equal(r->reasoning.p, "Six by seven.");
	assert_string_equal(r->text.p, "It is 42.");
}

static void assert_end(struct sent *s, const char *fault, enum replay_end end, int status,
                       const char *word)
{
	const struct replay_state *r = ask_chat(s, fault);

	if (r->end != end || r->status != status || r->says.n == 0 || !strstr(r->says.p, word))
		fail_msg("%s: end %d, status %d: %s", fault, r->end, r->status,
		         buf_text((struct buf *)&r->says));
	assert_property(s, "$ai_is_error", "true");
}

static void test_failures(void **state)
{
	struct sent *s = *state;

	assert_end(s, "400", REPLAY_REFUSED, 400, "too high");
	assert_end(s, "401", REPLAY_NOT_ALLOWED, 401, "Incorrect API key provided");
	assert_end(s, "429", REPLAY_LIMITED, 429, "not before 7 s from now): Rate limit");
	assert_end(s, "500", REPLAY_BROKEN, 500, "answered 500");
	assert_end(s, "unknown", REPLAY_BROKEN, 404, "answered 404");
	assert_end(s, "elsewhere", REPLAY_BROKEN, 307, "not sent on");
	assert_end(s, "html", REPLAY_BROKEN, 200, "no answer of a model: it begins: <html>");
	assert_end(s, "trouble", REPLAY_BROKEN, 200, "The server had an error");
	assert_string_equal(replay_state(s->replay)->text.p, "It is ");
	assert_end(s, "garbage", REPLAY_BROKEN, 200, "is no JSON: number 3");
	assert_string_equal(replay_state(s->replay)->text.p, "It is 42.");
	assert_end(s, "cut", REPLAY_BROKEN, 200, "broken");
	assert_string_equal(replay_state(s->replay)->text.p, "It is ");
	assert_true(str_eq(answered(s, PART_TEXT, 0)->text, STR("It is ")));
	assert_end(s, "short", REPLAY_BROKEN, 200, "its stream ended before the answer did");
	assert_string_equal(replay_state(s->replay)->text.p, "It is ");
}

/* A provider that says the key back: ask asserts that nothing holds it. */
static void test_echo(void **state)
{
	struct sent *s = *state;
	const struct replay_state *r = ask_chat(s, "echo");

	assert_int_equal(r->end, REPLAY_ANSWERED);
	assert_non_null(strstr(r->text.p, "Your key is ****"));
	assert_end(s, "echo401", REPLAY_NOT_ALLOWED, 401, "Not a key: ****");
}

static void test_no_server(void **state)
{
	struct sent *s = *state;
	struct replay_order order = {
		.request = &s->request, .address = &s->address, .done = on_done, .ctx = s};

	prepare(s, "openai", "/chat/completions");
	order.body = STR(BODY);
	assert_int_equal(
		replay_address(&s->address, &s->request, STR_EMPTY, "http://127.0.0.1:1/v1", NULL),
		ERR_OK);
	s->replay = replay_send(s->http, &order);
	loop_run(s->loop);
	assert_int_equal(replay_state(s->replay)->end, REPLAY_BROKEN);
	assert_int_equal(replay_state(s->replay)->status, 0);
}

static void test_taken_back(void **state)
{
	struct sent *s = *state;

	prepare(s, "openai", "/chat/completions");
	begin(s, "slow", BODY);
	while (replay_state(s->replay)->text.n == 0)
		loop_step(s->loop, true);
	assert_string_equal(replay_state(s->replay)->text.p, "It is ");
	assert_int_equal(replay_state(s->replay)->end, REPLAY_UNDER_WAY);
	replay_free(s->replay);
	s->replay = NULL;
	while (http_server_open(s->server) > 0)
		loop_step(s->loop, false);
	assert_int_equal(s->done, 0);
}

static void test_silence(void **state)
{
	struct sent *s = *state;
	struct replay_order order = {.request = &s->request,
	                             .address = &s->address,
	                             .idle_ms = 50,
	                             .body = STR(BODY),
	                             .done = on_done,
	                             .ctx = s};
	char url[128];

	prepare(s, "openai", "/chat/completions");
	snprintf(url, sizeof(url), "http://127.0.0.1:%u/slow/v1", http_server_port(s->server));
	assert_int_equal(replay_address(&s->address, &s->request, STR_EMPTY, url, NULL), ERR_OK);
	s->replay = replay_send(s->http, &order);
	loop_run(s->loop);
	assert_int_equal(replay_state(s->replay)->end, REPLAY_BROKEN);
	assert_non_null(strstr(replay_state(s->replay)->says.p, "silent for 0.05 s"));
	http_server_heard(s->server, &s->heard);
	assert_false(was_heard(s, "Authorization"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, enter, leave)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_addresses_of_events),
		cmocka_unit_test(test_address_after_a_nul),
		cmocka_unit_test(test_addresses_of_persons),
		cmocka_unit_test(test_no_address),
		cmocka_unit_test(test_keys),
		cmocka_unit_test(test_bodies),
		TEST(test_chat),
		TEST(test_responses),
		TEST(test_anthropic),
		TEST(test_gemini),
		TEST(test_other_answers),
		TEST(test_failures),
		TEST(test_echo),
		TEST(test_no_server),
		TEST(test_taken_back),
		TEST(test_silence),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
