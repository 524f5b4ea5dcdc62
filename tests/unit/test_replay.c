/* Calls that are sent again: what is heard of each provider's stream and of each way in which it fails, and the event that is made
 * of it. The servers are real ones, on loopback. */
#include "collect/replay.h"
#include "message/message.h"
#include "support/provider_scenes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define BODY "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"six by seven?\"}]}"

struct sent {
	struct loop *loop;
	struct http *http;
	struct http_server *server;
	struct provider_request request;
	struct replay_address address;
	struct replay *replay;
	const char *key;
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

	s = (struct sent){.key = PROVIDER_KEY};
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
	                             .key = str_of(s->key),
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

/* One that is longer than what is shown of an answer that is none. */
static void test_echo_of_a_long_key(void **state)
{
	struct sent *s = *state;

	s->key = PROVIDER_LONG_KEY;
	assert_end(s, "echo_page", REPLAY_BROKEN, 200, "it begins: Not a key: ****");
	assert_null(strstr(replay_state(s->replay)->says.p, "sk-a"));
}

static void test_key_of_stars(void **state)
{
	struct sent *s = *state;
	const struct replay_state *r;

	s->key = PROVIDER_STARS;
	r = ask_chat(s, "stars");
	assert_int_equal(r->end, REPLAY_ANSWERED);
	assert_string_equal(r->text.p, "Your key is " PROVIDER_STARS);
}

/* What a server of one's own is content with as a key is no secret, and words of an answer are not taken for one. */
static void test_words_as_keys(void **state)
{
	static const char *const keys[] = {"null", "is", "IS", "choices"};
	static const char *const scenes[] = {"ok", "plain"};
	struct sent *s = *state;

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		for (size_t scene = 0; scene < sizeof(scenes) / sizeof(scenes[0]); scene++) {
			s->key = keys[i];
			assert_int_equal(ask_chat(s, scenes[scene])->end, REPLAY_ANSWERED);
			assert_true(str_eq(answered(s, PART_TEXT, 0)->text, STR("It is 42.")));
		}
}

static void test_keys_are_case_sensitive(void **state)
{
	struct sent *s = *state;

	s->key = "SK-A0123456789ABCDEF";
	assert_end(s, "echo_page", REPLAY_BROKEN, 200, "Not a key: sk-a0123456789abcdef");
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
		TEST(test_chat),
		TEST(test_responses),
		TEST(test_anthropic),
		TEST(test_gemini),
		TEST(test_other_answers),
		TEST(test_failures),
		TEST(test_echo),
		TEST(test_echo_of_a_long_key),
		TEST(test_key_of_stars),
		TEST(test_words_as_keys),
		TEST(test_keys_are_case_sensitive),
		TEST(test_no_server),
		TEST(test_taken_back),
		TEST(test_silence),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
