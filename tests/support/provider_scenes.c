#include "support/provider_scenes.h"

#define STREAM "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
#define REFUSAL(status, more, body)                                                               \
	STR("HTTP/1.1 " status "\r\nContent-Type: application/json\r\nConnection: close\r\n" more \
	    "\r\n" body)

/* ---- chat completions ------------------------------------------------------------------------------------------------ */

#define CHUNK(delta, finish)                                                               \
	"data: {\"id\":\"chatcmpl-1\",\"object\":\"chat.completion.chunk\",\"created\":1," \
	"\"model\":\"gpt-4o-2024-08-06\",\"choices\":[{\"index\":0,\"delta\":" delta       \
	",\"logprobs\":null,\"finish_reason\":" finish "}],\"usage\":null}\n\n"
#define CHAT_BEGIN CHUNK("{\"role\":\"assistant\",\"content\":\"\",\"refusal\":null}", "null")
#define SAYS(text) CHUNK("{\"content\":\"" text "\"}", "null")
#define CHAT_USAGE                                                                                 \
	"data: {\"id\":\"chatcmpl-1\",\"object\":\"chat.completion.chunk\",\"created\":1,"         \
	"\"model\":\"gpt-4o-2024-08-06\",\"choices\":[],\"usage\":{\"prompt_tokens\":812,"         \
	"\"completion_tokens\":96,\"total_tokens\":908,\"prompt_tokens_details\":{\"cached_tokens" \
	"\":512},\"completion_tokens_details\":{\"reasoning_tokens\":0}}}\n\n"
#define CHAT_END CHUNK("{}", "\"stop\"") CHAT_USAGE "data: [DONE]\n\n"

#define CALL(n, id, name, text)                                                                 \
	CHUNK("{\"tool_calls\":[{\"index\":" n ",\"id\":\"" id "\",\"type\":\"function\","      \
	      "\"function\":{\"name\":\"" name "\",\"arguments\":\"\"}}]}",                     \
	      "null")                                                                           \
	CHUNK("{\"tool_calls\":[{\"index\":" n ",\"function\":{\"arguments\":\"" text "\"}}]}", \
	      "null")

/* ---- the others ------------------------------------------------------------------------------------------------------ */

#define RESPONSES                                                                                \
	"event: response.created\ndata: {\"type\":\"response.created\",\"sequence_number\":0,"   \
	"\"response\":{\"id\":\"resp_1\",\"object\":\"response\",\"status\":\"in_progress\","    \
	"\"error\":null,\"model\":\"gpt-5\",\"output\":[],\"usage\":null}}\n\n"                  \
	"event: response.output_item.added\ndata: {\"type\":\"response.output_item.added\","     \
	"\"sequence_number\":1,\"output_index\":0,\"item\":{\"id\":\"msg_1\",\"type\":"          \
	"\"message\",\"status\":\"in_progress\",\"content\":[],\"role\":\"assistant\"}}\n\n"     \
	"event: response.output_text.delta\ndata: {\"type\":\"response.output_text.delta\","     \
	"\"sequence_number\":2,\"item_id\":\"msg_1\",\"output_index\":0,\"content_index\":0,"    \
	"\"delta\":\"It is \"}\n\n"                                                              \
	"event: response.output_text.delta\ndata: {\"type\":\"response.output_text.delta\","     \
	"\"sequence_number\":3,\"item_id\":\"msg_1\",\"output_index\":0,\"content_index\":0,"    \
	"\"delta\":\"42.\"}\n\n"                                                                 \
	"event: response.output_text.done\ndata: {\"type\":\"response.output_text.done\","       \
	"\"sequence_number\":4,\"item_id\":\"msg_1\",\"output_index\":0,\"content_index\":0,"    \
	"\"text\":\"It is 42.\"}\n\n"                                                            \
	"event: response.completed\ndata: {\"type\":\"response.completed\",\"sequence_number\":" \
	"5,\"response\":{\"id\":\"resp_1\",\"object\":\"response\",\"status\":\"completed\","    \
	"\"error\":null,\"model\":\"gpt-5\",\"output\":[{\"id\":\"msg_1\",\"type\":\"message\"," \
	"\"status\":\"completed\",\"content\":[{\"type\":\"output_text\",\"text\":"              \
	"\"It is 42.\"}],\"role\":\"assistant\"}],\"usage\":{\"input_tokens\":20,"               \
	"\"input_tokens_details\":{\"cached_tokens\":0},\"output_tokens\":70,"                   \
	"\"output_tokens_details\":{\"reasoning_tokens\":64},\"total_tokens\":90}}}\n\n"

#define ANTHROPIC                                                                                \
	"event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"id\":\"msg_1\"," \
	"\"type\":\"message\",\"role\":\"assistant\",\"model\":\"claude-sonnet-4-5\","           \
	"\"content\":[],\"stop_reason\":null,\"usage\":{\"input_tokens\":10,"                    \
	"\"cache_creation_input_tokens\":100,\"cache_read_input_tokens\":2000,"                  \
	"\"cache_creation\":{\"ephemeral_5m_input_tokens\":0,\"ephemeral_1h_input_tokens\":"     \
	"100},\"output_tokens\":1}}}\n\n"                                                        \
	"event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":0,"       \
	"\"content_block\":{\"type\":\"thinking\",\"thinking\":\"\",\"signature\":\"\"}}\n\n"    \
	"event: ping\ndata: {\"type\": \"ping\"}\n\n"                                            \
	"event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,"       \
	"\"delta\":{\"type\":\"thinking_delta\",\"thinking\":\"Six by seven.\"}}\n\n"            \
	"event: content_block_stop\ndata: {\"type\":\"content_block_stop\",\"index\":0}\n\n"     \
	"event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":1,"       \
	"\"content_block\":{\"type\":\"text\",\"text\":\"\"}}\n\n"                               \
	"event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":1,"       \
	"\"delta\":{\"type\":\"text_delta\",\"text\":\"It is \"}}\n\n"                           \
	"event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":1,"       \
	"\"delta\":{\"type\":\"text_delta\",\"text\":\"42.\"}}\n\n"                              \
	"event: content_block_stop\ndata: {\"type\":\"content_block_stop\",\"index\":1}\n\n"     \
	"event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":2,"       \
	"\"content_block\":{\"type\":\"tool_use\",\"id\":\"toolu_1\",\"name\":\"look\","         \
	"\"input\":{}}}\n\n"                                                                     \
	"event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":2,"       \
	"\"delta\":{\"type\":\"input_json_delta\",\"partial_json\":\"{\\\"q\\\": 6}\"}}\n\n"     \
	"event: content_block_stop\ndata: {\"type\":\"content_block_stop\",\"index\":2}\n\n"     \
	"event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":"    \
	"\"tool_use\",\"stop_sequence\":null},\"usage\":{\"output_tokens\":33}}\n\n"             \
	"event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n"

#define GEMINI                                                                                  \
	"data: {\"candidates\": [{\"content\": {\"parts\": [{\"text\": \"Six by seven.\","      \
	"\"thought\": true}],\"role\": \"model\"},\"index\": 0}],\"usageMetadata\": {"          \
	"\"promptTokenCount\": 8},\"modelVersion\": \"gemini-2.5-flash\"}\r\n\r\n"              \
	"data: {\"candidates\": [{\"content\": {\"parts\": [{\"text\": \"It is \"}],\"role\": " \
	"\"model\"},\"index\": 0}],\"modelVersion\": \"gemini-2.5-flash\"}\r\n\r\n"             \
	"data: {\"candidates\": [{\"content\": {\"parts\": [{\"text\": \"42.\"}],\"role\": "    \
	"\"model\"},\"finishReason\": \"STOP\",\"index\": 0}],\"usageMetadata\": {"             \
	"\"promptTokenCount\": 8,\"candidatesTokenCount\": 4,\"totalTokenCount\": 31,"          \
	"\"thoughtsTokenCount\": 19},\"modelVersion\": \"gemini-2.5-flash\"}\r\n\r\n"

#define DOCUMENT                                                                                 \
	"{\"id\":\"chatcmpl-1\",\"object\":\"chat.completion\",\"model\":\"gpt-4o\",\"choices\"" \
	":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"It is 42.\"},"         \
	"\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":8,\"completion_tokens\":4}}"

/* ---- what means harm ------------------------------------------------------------------------------------------------- */

#define HARM "\\u001b]0;owned\\u0007\\u001b[31m\\u202e\\u200bit\\u009b2J\\r\\nis"

/* ---- all of them ----------------------------------------------------------------------------------------------------- */

#define CHAT(fault) "/" fault "/v1/chat/completions"
#define ERROR(text) \
	"{\"error\":{\"message\":\"" text "\",\"type\":\"t\",\"param\":null,\"code\":null}}"

const struct http_server_scene provider_scenes[] = {
	{.path = CHAT("ok"),
         .text = STR(STREAM "\r\n" CHAT_BEGIN SAYS("It is ") SAYS("42.") CHAT_END),
         .then = HTTP_SERVER_CLOSE},
	{.path = "/ok/v1/responses",
         .text = STR(STREAM "\r\n" RESPONSES),
         .then = HTTP_SERVER_CLOSE},
	{.path = "/ok/v1/messages",
         .text = STR(STREAM "\r\n" ANTHROPIC),
         .then = HTTP_SERVER_CLOSE},
	{.path = "/ok/v1/models/gemini-2.5-flash:streamGenerateContent?alt=sse",
         .text = STR(STREAM "\r\n" GEMINI),
         .then = HTTP_SERVER_CLOSE},
	{.path = CHAT("plain"),
         .text = STR("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n" DOCUMENT),
         .then = HTTP_SERVER_CLOSE},
	{.path = CHAT("tools"),
         .text = STR(STREAM "\r\n" CHAT_BEGIN CALL("0", "call_a", "look", "{\\\"q\\\":1}")
                             CALL("1", "call_b", "refund", "{\\\"to\\\":\\\"ann\\\"}")
                                     CHUNK("{}", "\"tool_calls\"") CHAT_USAGE "data: [DONE]\n\n"),
         .then = HTTP_SERVER_CLOSE},
	{.path = CHAT("think"),
         .text = STR(STREAM "\r\n" CHAT_BEGIN CHUNK("{\"reasoning_content\":\"Six by seven.\"}",
                                                    "null") SAYS("It is 42.") CHAT_END),
         .then = HTTP_SERVER_CLOSE},
	{.path = CHAT("harm"),
         .text = STR(STREAM "\r\n" CHAT_BEGIN SAYS(HARM) CHAT_END),
         .then = HTTP_SERVER_CLOSE},
	{.path = CHAT("400"),
         .text = REFUSAL("400 Bad Request", "", ERROR("temperature is \\u001b[31mtoo high")),
         .then = HTTP_SERVER_CLOSE},
	{.path = CHAT("401"),
         .text = REFUSAL("401 Unauthorized", "", ERROR("Incorrect API key provided")),
         .then = HTTP_SERVER_CLOSE},
	{.path = CHAT("429"),
         .text = REFUSAL("429 Too Many Requests", "Retry-After: 7\r\n",
                         ERROR("Rate limit reached")),
         .then = HTTP_SERVER_CLOSE},
	{.path = CHAT("500"),
         .text = REFUSAL("500 Internal Server Error", "", "<html>oops</html>"),
         .then = HTTP_SERVER_CLOSE},
	{.path = CHAT("elsewhere"),
         .text = STR("HTTP/1.1 307 Moved\r\nLocation: http://127.0.0.1:1/ok/v1/chat/completions"
                     "\r\nContent-Length: 0\r\n\r\n")},
	{.path = CHAT("cut"),
         .text = STR(STREAM "Content-Length: 100000\r\n\r\n" CHAT_BEGIN SAYS("It is ")),
         .then = HTTP_SERVER_CLOSE},
	{.path = CHAT("short"),
         .text = STR(STREAM "\r\n" CHAT_BEGIN SAYS("It is ")),
         .then = HTTP_SERVER_CLOSE},
	{.path = CHAT("trouble"),
         .text = STR(STREAM "\r\n" CHAT_BEGIN SAYS("It is ") "data: " ERROR(
		 "The server had an error") "\n\ndata: [DONE]\n\n"),
         .then = HTTP_SERVER_CLOSE},
	{.path = CHAT("garbage"),
         .text = STR(STREAM "\r\n" CHAT_BEGIN SAYS("It is ") "data: {\"choices\":[{\n\n" SAYS("42.")
                             CHAT_END),
         .then = HTTP_SERVER_CLOSE},
	{.path = CHAT("html"),
         .text = STR("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<html>\x1b[31mWelcome "
                     "to the hotel</html>"),
         .then = HTTP_SERVER_CLOSE},
	{.path = CHAT("slow"),
         .text = STR(STREAM "\r\n" CHAT_BEGIN SAYS("It is ")),
         .then = HTTP_SERVER_HANG},
	{.path = CHAT("echo"),
         .text = STR(STREAM "\r\n" CHAT_BEGIN SAYS("Your key is " PROVIDER_KEY) CHAT_END),
         .then = HTTP_SERVER_CLOSE},
	{.path = CHAT("echo401"),
         .text = REFUSAL("401 Unauthorized", "", ERROR("Not a key: " PROVIDER_KEY)),
         .then = HTTP_SERVER_CLOSE},
	{.path = CHAT("echo_page"),
         .text = STR(
		 "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\nNot a key: " PROVIDER_LONG_KEY
		 " (ask for one)"),
         .then = HTTP_SERVER_CLOSE},
	{.path = CHAT("stars"),
         .text = STR(STREAM "\r\n" CHAT_BEGIN SAYS("Your key is " PROVIDER_STARS) CHAT_END),
         .then = HTTP_SERVER_CLOSE},
	{.path = NULL},
};
