/* Requests made anew: each interface's body, whose address and key, what is refused; and the command as a real shell runs it, with
 * everything in it that means harm to shells. */
#include "base/clean.h"
#include "message/request.h"
#include "support/http_server.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

struct sample {
	struct buf command, body;
	struct errinfo error;
	enum err err;
};

static void make(struct sample *s, struct str properties)
{
	struct json_report report;
	struct json_tree tree;
	struct messages messages;
	struct tools tools;

	*s = (struct sample){0};
	assert_int_equal(json_tree_parse(&tree, properties, &report), ERR_OK);
	messages_read(&messages, &tree, 0);
	tools_read(&tools, &tree, 0);
	s->err = request_curl(&s->command, &(struct request_event){&tree, 0, &messages, &tools},
	                      &s->error);
	tools_free(&tools);
	messages_free(&messages);
	json_tree_free(&tree);
}

static void sample_free(struct sample *s)
{
	buf_free(&s->command);
	buf_free(&s->body);
}

/* JSON without the blanks between its tokens. */
static void append_compact(struct buf *out, struct str json)
{
	bool inside = false;

	for (size_t i = 0; i < json.n; i++) {
		char c = json.p[i];

		if (inside && c == '\\') {
			buf_add(out, c);
			c = json.p[++i];
		} else if (c == '"') {
			inside = !inside;
		} else if (!inside && (c == ' ' || c == '\n')) {
			continue;
		}
		buf_add(out, c);
	}
}

/* What stands between the two marks. */
static struct str body_of(const struct sample *s)
{
	struct str text = buf_str(&s->command), mark;
	size_t from = str_find(text, STR("<<'"), 0, false) + 3, end;

	end = str_find(text, STR("'\n"), from, false);
	mark = str_sub(text, from, end - from);
	assert_true(str_ends(text, STR("\n")));
	assert_true(str_ends(str_sub(text, 0, text.n - 1), mark));
	return str_sub(text, end + 2, text.n - 1 - mark.n - end - 2);
}

static bool has(const struct sample *s, const char *text)
{
	return str_find(buf_str(&s->command), str_of(text), 0, false) != SIZE_MAX;
}

static void expect_text(const struct sample *s, const char *text)
{
	if (!has(s, text))
		fail_msg("lacks %s:\n%s", text, s->command.p);
}

/* ---- interfaces ------------------------------------------------------------------------------------------------------ */

#define LOOK_CHAT                                                                        \
	"[{\"type\":\"function\",\"function\":{\"name\":\"look\",\"description\":\"d\"," \
	"\"parameters\":{\"type\":\"object\"}}}]"

/* clang-format off */
static const struct {
	const char *name, *properties, *address, *key, *body;
} cases[] = {
	{"chat, as it was sent",
	 "{\"$ai_provider\":\"openai\",\"$ai_model\":\"gpt-4o\",\"$ai_input\":[{\"role\":\"system\",\"content\":\"s\"},"
	 "{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"hi\"},{\"type\":\"image_url\",\"image_url\":{\"url\":\"https://x/y.png\"}}]},"
	 "{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{\"id\":\"c\",\"type\":\"function\",\"function\":{\"name\":\"look\",\"arguments\":\"{}\"}}]},"
	 "{\"role\":\"tool\",\"tool_call_id\":\"c\",\"content\":\"9\"}],\"$ai_tools\":" LOOK_CHAT ","
	 "\"$ai_model_parameters\":{\"temperature\":0.10,\"max_tokens\":64,\"top_p\":null,\"stream\":true}}",
	 "https://api.openai.com/v1/chat/completions ", "\"Authorization: Bearer $OPENAI_API_KEY\"",
	 "{\"model\":\"gpt-4o\",\"temperature\":0.10,\"max_tokens\":64,\"stream\":true,"
	 "\"messages\":[{\"role\":\"system\",\"content\":\"s\"},"
	 "{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"hi\"},{\"type\":\"image_url\",\"image_url\":{\"url\":\"https://x/y.png\"}}]},"
	 "{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{\"id\":\"c\",\"type\":\"function\",\"function\":{\"name\":\"look\",\"arguments\":\"{}\"}}]},"
	 "{\"role\":\"tool\",\"tool_call_id\":\"c\",\"content\":\"9\"}],\"tools\":" LOOK_CHAT "}"},
	{"chat, of LangChain: results name no call",
	 "{\"$ai_provider\":\"openai\",\"$ai_model\":\"m\",\"$ai_input\":[{\"role\":\"user\",\"content\":\"hi\"},"
	 "{\"role\":\"assistant\",\"content\":\"\",\"tool_calls\":[{\"type\":\"function\",\"function\":{\"name\":\"look\",\"arguments\":\"{\\\"q\\\": 1}\"}}]},"
	 "{\"role\":\"tool\",\"content\":\"42\"}]}",
	 "https://api.openai.com/v1/chat/completions ", "$OPENAI_API_KEY",
	 "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"},"
	 "{\"role\":\"assistant\",\"tool_calls\":[{\"type\":\"function\",\"id\":\"call_0\",\"function\":{\"name\":\"look\",\"arguments\":\"{\\\"q\\\": 1}\"}}]},"
	 "{\"role\":\"tool\",\"tool_call_id\":\"call_0\",\"content\":\"42\"}]}"},
	{"chat, of Vercel: a text and calls in parallel",
	 "{\"$ai_provider\":\"openai\",\"$ai_model\":\"m\",\"$ai_input\":[{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"hi\"}]},"
	 "{\"role\":\"assistant\",\"content\":[{\"type\":\"reasoning\",\"text\":\"hm\"},{\"type\":\"text\",\"text\":\"ok\"},"
	 "{\"type\":\"tool-call\",\"toolCallId\":\"a\",\"toolName\":\"look\",\"input\":{\"q\":1}},"
	 "{\"type\":\"tool-call\",\"toolCallId\":\"b\",\"toolName\":\"look\",\"input\":{\"q\":2}}]},"
	 "{\"role\":\"tool\",\"content\":[{\"type\":\"tool-result\",\"toolCallId\":\"a\",\"toolName\":\"look\",\"output\":{\"type\":\"text\",\"value\":\"x\"}},"
	 "{\"type\":\"tool-result\",\"toolCallId\":\"b\",\"toolName\":\"look\",\"output\":{\"type\":\"text\",\"value\":\"y\"}}]},"
	 "{\"role\":\"assistant\",\"content\":[{\"type\":\"tool-call\",\"toolCallId\":\"c\",\"toolName\":\"look\",\"input\":{}}]}]}",
	 "https://api.openai.com/v1/chat/completions ", "$OPENAI_API_KEY",
	 "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"},"
	 "{\"role\":\"assistant\",\"content\":\"ok\",\"tool_calls\":["
	 "{\"type\":\"function\",\"id\":\"a\",\"function\":{\"name\":\"look\",\"arguments\":\"{\\\"q\\\":1}\"}},"
	 "{\"type\":\"function\",\"id\":\"b\",\"function\":{\"name\":\"look\",\"arguments\":\"{\\\"q\\\":2}\"}}]},"
	 "{\"role\":\"tool\",\"tool_call_id\":\"a\",\"content\":\"x\"},{\"role\":\"tool\",\"tool_call_id\":\"b\",\"content\":\"y\"},"
	 "{\"role\":\"assistant\",\"tool_calls\":[{\"type\":\"function\",\"id\":\"c\",\"function\":{\"name\":\"look\",\"arguments\":\"{}\"}}]}]}"},
	{"chat, one text, another provider",
	 "{\"$ai_provider\":\"groq\",\"$ai_model\":\"llama\",\"$ai_base_url\":\"http://evil/v1\",\"$ai_input\":\"why\",\"$ai_temperature\":1}",
	 "https://api.groq.com/openai/v1/chat/completions ", "$GROQ_API_KEY",
	 "{\"model\":\"llama\",\"temperature\":1,\"messages\":[{\"role\":\"user\",\"content\":\"why\"}]}"},
	{"Responses, as it was sent",
	 "{\"$ai_model\":\"gpt-5\",\"$ai_input\":[{\"role\":\"user\",\"content\":[{\"type\":\"input_text\",\"text\":\"hi\"}]},"
	 "{\"type\":\"function_call\",\"call_id\":\"c\",\"name\":\"look\",\"arguments\":\"{}\"},"
	 "{\"type\":\"function_call_output\",\"call_id\":\"c\",\"output\":\"42\"}],\"$ai_tools\":" LOOK_CHAT ","
	 "\"$ai_model_parameters\":{\"max_tokens\":5,\"reasoning\":{\"effort\":\"low\"}}}",
	 "https://api.openai.com/v1/responses ", "$OPENAI_API_KEY",
	 "{\"model\":\"gpt-5\",\"max_output_tokens\":5,\"reasoning\":{\"effort\":\"low\"},\"input\":[{\"role\":\"user\",\"content\":[{\"type\":\"input_text\",\"text\":\"hi\"}]},"
	 "{\"type\":\"function_call\",\"call_id\":\"c\",\"name\":\"look\",\"arguments\":\"{}\"},"
	 "{\"type\":\"function_call_output\",\"call_id\":\"c\",\"output\":\"42\"}],"
	 "\"tools\":[{\"type\":\"function\",\"name\":\"look\",\"description\":\"d\",\"parameters\":{\"type\":\"object\"}}]}"},
	{"Anthropic, as it was sent",
	 "{\"$ai_provider\":\"anthropic\",\"$ai_model\":\"claude-4\",\"$ai_input\":[{\"role\":\"system\",\"content\":[{\"type\":\"text\",\"text\":\"Rules\"}]},"
	 "{\"role\":\"user\",\"content\":\"hi\"},{\"role\":\"assistant\",\"content\":[{\"type\":\"thinking\",\"thinking\":\"t\",\"signature\":\"E\"},"
	 "{\"type\":\"tool_use\",\"id\":\"u\",\"name\":\"look\",\"input\":{}}]},"
	 "{\"role\":\"user\",\"content\":[{\"type\":\"tool_result\",\"tool_use_id\":\"u\",\"content\":\"9\"}]}],"
	 "\"$ai_tools\":[{\"name\":\"look\",\"input_schema\":{}}],\"$ai_model_parameters\":{\"max_tokens\":10}}",
	 "https://api.anthropic.com/v1/messages ", "\"x-api-key: $ANTHROPIC_API_KEY\"",
	 "{\"model\":\"claude-4\",\"max_tokens\":10,\"system\":[{\"type\":\"text\",\"text\":\"Rules\"}],\"messages\":["
	 "{\"role\":\"user\",\"content\":\"hi\"},{\"role\":\"assistant\",\"content\":[{\"type\":\"thinking\",\"thinking\":\"t\",\"signature\":\"E\"},"
	 "{\"type\":\"tool_use\",\"id\":\"u\",\"name\":\"look\",\"input\":{}}]},"
	 "{\"role\":\"user\",\"content\":[{\"type\":\"tool_result\",\"tool_use_id\":\"u\",\"content\":\"9\"}]}],"
	 "\"tools\":[{\"name\":\"look\",\"input_schema\":{}}]}"},
	{"Anthropic, from the parts of another shape",
	 "{\"$ai_provider\":\"anthropic\",\"$ai_model\":\"claude-4\",\"$ai_input\":[{\"role\":\"system\",\"parts\":[{\"type\":\"text\",\"content\":\"Rules\"}]},"
	 "{\"role\":\"user\",\"parts\":[{\"type\":\"text\",\"content\":\"hi\"}]},"
	 "{\"role\":\"assistant\",\"parts\":[{\"type\":\"reasoning\",\"content\":\"hm\"},{\"type\":\"tool_call\",\"id\":\"u\",\"name\":\"look\",\"arguments\":{\"q\":1}}]},"
	 "{\"role\":\"tool\",\"parts\":[{\"type\":\"tool_call_response\",\"id\":\"u\",\"response\":{\"a\":1}}]}],\"$ai_tools\":" LOOK_CHAT "}",
	 "https://api.anthropic.com/v1/messages ", "$ANTHROPIC_API_KEY",
	 "{\"model\":\"claude-4\",\"max_tokens\":4096,\"system\":\"Rules\",\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"hi\"}]},"
	 "{\"role\":\"assistant\",\"content\":[{\"type\":\"tool_use\",\"id\":\"u\",\"name\":\"look\",\"input\":{\"q\":1}}]},"
	 "{\"role\":\"user\",\"content\":[{\"type\":\"tool_result\",\"tool_use_id\":\"u\",\"content\":\"{\\\"a\\\":1}\"}]}],"
	 "\"tools\":[{\"name\":\"look\",\"description\":\"d\",\"input_schema\":{\"type\":\"object\"}}]}"},
	{"Gemini",
	 "{\"$ai_provider\":\"gemini\",\"$ai_model\":\"models/gemini 2/../x\",\"$ai_input\":[{\"role\":\"system\",\"content\":\"Rules\"},"
	 "{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"hi\"}]},"
	 "{\"role\":\"model\",\"content\":[{\"type\":\"function\",\"function\":{\"name\":\"look\",\"arguments\":{\"q\":\"x\"}}}]},"
	 "{\"role\":\"user\",\"content\":[{\"type\":\"function\",\"tool_name\":\"look\",\"content\":{\"answer\":42}}]}],"
	 "\"$ai_model_parameters\":{\"temperature\":0,\"max_output_tokens\":9},\"$ai_tools\":" LOOK_CHAT "}",
	 "https://generativelanguage.googleapis.com/v1beta/models/gemini%202%2F..%2Fx:generateContent ", "\"x-goog-api-key: $GEMINI_API_KEY\"",
	 "{\"generationConfig\":{\"temperature\":0,\"maxOutputTokens\":9},\"systemInstruction\":{\"parts\":[{\"text\":\"Rules\"}]},"
	 "\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\"hi\"}]},"
	 "{\"role\":\"model\",\"parts\":[{\"functionCall\":{\"name\":\"look\",\"args\":{\"q\":\"x\"}}}]},"
	 "{\"role\":\"user\",\"parts\":[{\"functionResponse\":{\"name\":\"look\",\"response\":{\"result\":{\"answer\":42}}}}]}],"
	 "\"tools\":[{\"functionDeclarations\":[{\"name\":\"look\",\"description\":\"d\",\"parameters\":{\"type\":\"object\"}}]}]}"},
};
/* clang-format on */

static void bodies_are_those_of_the_interface(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct sample s;

		make(&s, str_of(cases[i].properties));
		if (s.err != ERR_OK)
			fail_msg("%s: %s", cases[i].name, s.error.msg);
		append_compact(&s.body, body_of(&s));
		if (strcmp(s.body.p, cases[i].body) != 0)
			fail_msg("%s:\n%s\nnot\n%s", cases[i].name, s.body.p, cases[i].body);
		expect_text(&s, cases[i].address);
		expect_text(&s, cases[i].key);
		sample_free(&s);
	}
}

/* ---- what cannot be -------------------------------------------------------------------------------------------------- */

/* Events may have any number of properties. */
static void many_properties(void **state)
{
	struct buf event = {0};
	struct sample s;

	(void)state;
	buf_puts(&event, "{\"$ai_provider\":\"openai\",\"$ai_model\":\"gpt-4o\",");
	for (int i = 0; i < 2000; i++)
		buf_printf(&event, "\"p%d\":%d,", i, i);
	buf_puts(&event, "\"$ai_input\":[{\"role\":\"user\",\"content\":\"hi\"}]}");
	make(&s, buf_str(&event));
	assert_int_equal(s.err, ERR_OK);
	expect_text(&s, "\"model\": \"gpt-4o\"");
	assert_false(has(&s, "written anew"));
	sample_free(&s);
	buf_free(&event);
}

static void refused(const char *properties, const char *why)
{
	struct sample s;

	make(&s, str_of(properties));
	assert_int_equal(s.err, ERR_NOT_FOUND);
	if (strstr(s.error.msg, why) == NULL)
		fail_msg("%s, not %s", s.error.msg, why);
	assert_int_equal(s.command.n, 0);
	sample_free(&s);
}

static void what_cannot_be_repeated_is_refused(void **state)
{
	(void)state;
	refused("{\"$ai_provider\":\"openai\",\"$ai_model\":\"m\",\"$ai_input\":null}", "withheld");
	refused("{\"$ai_provider\":\"openai\",\"$ai_model\":\"m\"}", "no input was sent");
	refused("{\"$ai_provider\":\"azure\",\"$ai_model\":\"gpt-4o\",\"$ai_input\":\"x\","
	        "\"$ai_base_url\":\"https://api.openai.com\"}",
	        "no public address is known");
	refused("{\"$ai_provider\":\"openai-ish\\u0000\",\"$ai_model\":\"\",\"$ai_input\":[]}",
	        "no input");
	refused("{\"$ai_provider\":\"openaix\",\"$ai_model\":\"m\",\"$ai_input\":\"x\"}",
	        "no public address");
	refused("{\"$ai_provider\":\"openai-compatible\",\"$ai_model\":\"m\",\"$ai_input\":\"x\"}",
	        "no public address");
	refused("{\"$ai_provider\":\"OpenAI_Compatible\",\"$ai_model\":\"m\",\"$ai_input\":\"x\"}",
	        "no public address");
	refused("{\"$ai_model\":\"mystery\",\"$ai_input\":\"x\"}", "names no provider");
	refused("{\"$ai_provider\":\"google_vertexai\",\"$ai_model\":\"m\",\"$ai_input\":\"x\"}",
	        "no public address");
}

static void what_is_lost_is_said(void **state)
{
	struct sample s;

	(void)state;
	make(&s,
	     STR("{\"$ai_model\":\"claude-4\",\"$ai_input\":[{\"role\":\"user\",\"content\":["
	         "{\"type\":\"text\",\"text\":\"see\"},{\"type\":\"reasoning\",\"text\":\"hm\"},"
	         "{\"type\":\"text\",\"text\":\"[base64 image redacted] ... [truncated]\"}]}],"
	         "\"$ai_model_parameters\":{\"lang\\nuage\":1,\"stop\":\"x\",\"stream\":false}}"));
	assert_int_equal(s.err, ERR_OK);
	expect_text(&s, "# the provider was not sent: taken from the model's name\n");
	expect_text(&s, "# max_tokens was not sent: a value of ours\n");
	expect_text(&s, "# parameters that are left out: lang\\nuage, stop\n");
	expect_text(&s, "# the messages were sent in another shape: written anew\n");
	expect_text(&s, "# images or files that the SDK left out, put them back: 1\n");
	expect_text(&s, "# parts that cannot be sent again (reasoning, media, unknown): 1\n");
	expect_text(&s, "# the SDK cut something off: look for [truncated]\n");
	sample_free(&s);
}

/* ---- a real shell ---------------------------------------------------------------------------------------------------- */

#define ANSWER "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"

/* Its address is the server's. */
static void append_local(struct buf *out, struct str command, uint16_t port)
{
	struct str there = STR("https://api.openai.com");
	size_t at = str_find(command, there, 0, false);

	assert_true(at != SIZE_MAX);
	buf_append(out, str_sub(command, 0, at));
	buf_printf(out, "http://127.0.0.1:%u", port);
	buf_append(out, str_sub(command, at + there.n, SIZE_MAX));
}

static void run_in_shell(const char *shell, struct str script)
{
	FILE *pipe = popen(shell, "w");

	assert_non_null(pipe);
	assert_int_equal(fwrite(script.p, 1, script.n, pipe), script.n);
	assert_int_equal(pclose(pipe), 0);
}

/* What the server heard is the body, byte by byte, and the key's value. */
static void arrives(const char *shell, struct str properties)
{
	static const struct http_server_scene scenes[] = {
		{"/v1/chat/completions", STR(ANSWER), HTTP_SERVER_KEEP, STR_EMPTY},
		{NULL, STR_EMPTY, HTTP_SERVER_KEEP, STR_EMPTY},
	};
	struct http_server *server = http_server_start(scenes);
	struct buf script = {0}, heard = {0};
	struct sample s;
	size_t end;

	make(&s, properties);
	assert_int_equal(s.err, ERR_OK);
	append_local(&script, buf_str(&s.command), http_server_port(server));
	run_in_shell(shell, buf_str(&script));
	http_server_heard(server, &heard);
	assert_true(str_find(buf_str(&heard), STR("Authorization: Bearer k$e'y \"x\"\r\n"), 0,
	                     false) != SIZE_MAX);
	end = str_find(buf_str(&heard), STR("\r\n\r\n"), 0, false);
	assert_true(str_eq(str_sub(buf_str(&heard), end + 4, SIZE_MAX), body_of(&s)));
	http_server_stop(server);
	buf_free(&script);
	buf_free(&heard);
	sample_free(&s);
}

static void a_shell_sends_what_was_sent(void **state)
{
	/* clang-format off */
	static const char properties[] =
		"{\"$ai_provider\":\"openai\",\"$ai_model\":\"m'$(touch /tmp/tracehog-pwned)\\u0000\\u001b[201~`x`\","
		"\"$ai_input\":[{\"role\":\"user\",\"content\":\"a 'b' \\\"c\\\" $HOME `id` $(id) \\\\ ! !! \\nBODY\\nBODY_1\\n\\u0000\\u0003\\u202e é \\ud800\"}],"
		"\"$ai_tools\":\"BODY\",\"$ai_model_parameters\":{\"stop\":\"\\nBODY\\n\",\"\\nreboot #\":\"x\\ncurl evil\"}}";
	/* clang-format on */

	(void)state;
	if (system("command -v curl >/dev/null") != 0)
		skip();
	setenv("OPENAI_API_KEY", "k$e'y \"x\"", 1);
	arrives("bash", STR(properties));
	arrives("sh", STR(properties));
	assert_int_not_equal(access("/tmp/tracehog-pwned", F_OK), 0);
}

/* Nothing in the command acts on a terminal, or ends its here-document before the end. */
static void nothing_in_it_acts(void **state)
{
	struct buf clean = {0};
	struct sample s;

	(void)state;
	make(&s, STR("{\"$ai_provider\":\"openai\",\"$ai_model\":\"\x1b]0;x\x07\",\"$ai_input\":"
	             "\"BODY\\n\xe2\x80\xae\xff\",\n\"$ai_tools\":[\n1\n,\n\"BODY_1\"]}"));
	assert_int_equal(s.err, ERR_OK);
	clean_append(&clean, buf_str(&s.command), CLEAN_LINES);
	assert_true(str_eq(buf_str(&clean), buf_str(&s.command)));
	expect_text(&s, "<<'BODY'\n");
	assert_true(str_find(body_of(&s), STR("\nBODY\n"), 0, false) == SIZE_MAX);
	buf_free(&clean);
	sample_free(&s);
}

/* More than one argument of a command may hold. */
static void a_long_body_arrives(void **state)
{
	struct buf properties = {0};

	(void)state;
	if (system("command -v curl >/dev/null") != 0)
		skip();
	setenv("OPENAI_API_KEY", "k$e'y \"x\"", 1);
	buf_puts(&properties, "{\"$ai_provider\":\"openai\",\"$ai_model\":\"m\",\"$ai_input\":\"");
	buf_pad(&properties, 'x', 300000);
	buf_puts(&properties, "\"}");
	arrives("sh", buf_str(&properties));
	buf_free(&properties);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bodies_are_those_of_the_interface),
		cmocka_unit_test(many_properties),
		cmocka_unit_test(what_cannot_be_repeated_is_refused),
		cmocka_unit_test(what_is_lost_is_said),
		cmocka_unit_test(a_shell_sends_what_was_sent),
		cmocka_unit_test(nothing_in_it_acts),
		cmocka_unit_test(a_long_body_arrives),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
