/* query/error_text.h: what errors are taken for one. Texts as SDKs and servers write them, each with its form. */
#include "query/error_text.h"

#include "base/utf8.h"

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* clang-format off */
static const struct {
	unsigned status;
	const char *text, *form;
} cases[] = {
	{429,
	 "Error code: 429 - {'error': {'message': 'Rate limit reached for gpt-4o"
	 " in organization org-JhsTvPGzUHbqNb2pZ4nVv1kC on tokens per min (TPM):"
	 " Limit 30000, Used 29500, Requested 1200. Please try again in 1.4s. Vi"
	 "sit https://platform.openai.com/account/rate-limits to learn more.', '"
	 "type': 'tokens', 'param': None, 'code': 'rate_limit_exceeded'}}",
	 "Error code: 429 - rate_limit_exceeded: Rate limit reached for gpt-4o i"
	 "n organization ID on tokens per min (TPM): Limit N, Used N, Requested "
	 "N. Please try again in Ns. Visit https://platform.openai.com/account/r"
	 "ate-limits to learn more."},
	{429,
	 "Error code: 429 - {'error': {'message': 'You exceeded your current quo"
	 "ta, please check your plan and billing details. For more information o"
	 "n this error, read the docs: https://platform.openai.com/docs/guides/e"
	 "rror-codes/api-errors.', 'type': 'insufficient_quota', 'param': None, "
	 "'code': 'insufficient_quota'}}",
	 "Error code: 429 - insufficient_quota: You exceeded your current quota,"
	 " please check your plan and billing details. For more information on t"
	 "his error, read the docs: https://platform.openai.com/docs/guides/erro"
	 "r-codes/api-errors."},
	{400,
	 "Error code: 400 - {'error': {'message': \"This model's maximum context"
	 " length is 128000 tokens. However, your messages resulted in 131072 to"
	 "kens (130000 in the messages, 1072 in the functions). Please reduce th"
	 "e length of the messages or functions.\", 'type': 'invalid_request_err"
	 "or', 'param': 'messages', 'code': 'context_length_exceeded'}}",
	 "Error code: 400 - context_length_exceeded: This model's maximum contex"
	 "t length is N tokens. However, your messages resulted in N tokens (N i"
	 "n the messages, N in the functions). Please reduce the length of the m"
	 "essages or functions."},
	{401,
	 "Error code: 401 - {'error': {'message': 'Incorrect API key provided: s"
	 "k-proj-********************abcd. You can find your API key at https://"
	 "platform.openai.com/account/api-keys.', 'type': 'invalid_request_error"
	 "', 'param': None, 'code': 'invalid_api_key'}}",
	 "Error code: 401 - invalid_api_key: Incorrect API key provided: ID. You"
	 " can find your API key at https://platform.openai.com/account/api-keys"
	 "."},
	{400,
	 "Error code: 400 - {'error': {'message': \"An assistant message with 't"
	 "ool_calls' must be followed by tool messages responding to each 'tool_"
	 "call_id'. The following tool_call_ids did not have response messages: "
	 "call_9SbXcCbXJaGv1NwnY2mQxQ0h\", 'type': 'invalid_request_error', 'par"
	 "am': 'messages.[3].role', 'code': None}}",
	 "Error code: 400 - invalid_request_error: An assistant message with 'to"
	 "ol_calls' must be followed by tool messages responding to each 'tool_c"
	 "all_id'. The following tool_call_ids did not have response messages: I"
	 "D"},
	{404,
	 "Error code: 404 - {'error': {'message': 'The model `gpt-5-turbo` does "
	 "not exist or you do not have access to it.', 'type': 'invalid_request_"
	 "error', 'param': None, 'code': 'model_not_found'}}",
	 "Error code: 404 - model_not_found: The model `gpt-5-turbo` does not ex"
	 "ist or you do not have access to it."},
	{500,
	 "Error code: 500 - {'error': {'message': 'The server had an error while"
	 " processing your request. Sorry about that! (request ID 6a1f8c1e0b3d4d"
	 "1f9c6e2b7a8d9e0f1a in your message.)', 'type': 'server_error', 'param'"
	 ": None, 'code': None}}",
	 "Error code: 500 - server_error: The server had an error while processi"
	 "ng your request. Sorry about that! (request ID ID in your message.)"},
	{400,
	 "Error code: 400 - {'error': {'message': \"Invalid schema for function "
	 "'refund_tool': In context=('properties', 'order'), 'additionalProperti"
	 "es' is required to be supplied and to be false.\", 'type': 'invalid_re"
	 "quest_error', 'param': 'tools[0].function.parameters', 'code': 'invali"
	 "d_function_parameters'}}",
	 "Error code: 400 - invalid_function_parameters: Invalid schema for func"
	 "tion 'refund_tool': In context=('properties', 'order'), 'additionalPro"
	 "perties' is required to be supplied and to be false."},
	{429,
	 "429 Rate limit reached for gpt-4o-mini in organization org-abc123DEF45"
	 "6 on requests per min (RPM): Limit 500, Used 500, Requested 1. Please "
	 "try again in 120ms. Visit https://platform.openai.com/account/rate-lim"
	 "its to learn more.",
	 "429 Rate limit reached for gpt-4o-mini in organization ID on requests "
	 "per min (RPM): Limit N, Used N, Requested N. Please try again in Ns. V"
	 "isit https://platform.openai.com/account/rate-limits to learn more."},
	{400,
	 "400 This model's maximum context length is 16385 tokens. However, your"
	 " messages resulted in 17012 tokens. Please reduce the length of the me"
	 "ssages.",
	 "400 This model's maximum context length is N tokens. However, your mes"
	 "sages resulted in N tokens. Please reduce the length of the messages."},
	{401,
	 "Error: 401 Incorrect API key provided: sk-abcde***************vwxyz. Y"
	 "ou can find your API key at https://platform.openai.com/account/api-ke"
	 "ys.",
	 "Error: 401 Incorrect API key provided: ID. You can find your API key a"
	 "t https://platform.openai.com/account/api-keys."},
	{0,
	 "Request timed out.",
	 "Request timed out."},
	{0,
	 "Connection error.",
	 "Connection error."},
	{400,
	 "Error code: 400 - {'error': {'message': \"Invalid 'messages[2].tool_ca"
	 "lls[0].id': string too long. Expected a string with maximum length 40,"
	 " but got a string with length 53 instead.\", 'type': 'invalid_request_"
	 "error', 'param': 'messages[2].tool_calls[0].id', 'code': 'string_above"
	 "_max_length'}}",
	 "Error code: 400 - string_above_max_length: Invalid 'messages[N].tool_c"
	 "alls[N].id': string too long. Expected a string with maximum length N,"
	 " but got a string with length N instead."},
	{404,
	 "Error code: 404 - {'error': {'message': \"Item 'rs_68a0f3c1b2d48191a3b"
	 "9f0e1d2c3b4a50011223344556677' of type 'reasoning' was provided withou"
	 "t its required following item.\", 'type': 'invalid_request_error', 'pa"
	 "ram': 'input', 'code': None}}",
	 "Error code: 404 - invalid_request_error: Item 'ID' of type 'reasoning'"
	 " was provided without its required following item."},
	{529,
	 "Error code: 529 - {'type': 'error', 'error': {'type': 'overloaded_erro"
	 "r', 'message': 'Overloaded'}, 'request_id': 'req_011CSHoEeqs5C35K2UUqR"
	 "7Fy'}",
	 "Error code: 529 - overloaded_error: Overloaded"},
	{529,
	 "529 {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"mes"
	 "sage\":\"Overloaded\"},\"request_id\":\"req_011CSHoEeqs5C35K2UUqR7Fy\""
	 "}",
	 "529 overloaded_error: Overloaded"},
	{429,
	 "Error code: 429 - {'type': 'error', 'error': {'type': 'rate_limit_erro"
	 "r', 'message': 'This request would exceed your organization\xe2\x80\x99"""
	 "s rate limit of 40,000 input tokens per minute (org: 1f0b4a52-6b9e-4a8"
	 "b-9d1b-0d7a3f6c2e11, model: claude-sonnet-4-5-20250929). For details, "
	 "refer to: https://docs.claude.com/en/api/rate-limits.'}, 'request_id':"
	 " 'req_011CTabc'}",
	 "Error code: 429 - rate_limit_error: This request would exceed your org"
	 "anization\xe2\x80\x99""s rate limit of N input tokens per minute (org:"
	 " ID, model: claude-sonnet-4-5-20250929). For details, refer to: https:"
	 "//docs.claude.com/en/api/rate-limits."},
	{400,
	 "Error code: 400 - {'type': 'error', 'error': {'type': 'invalid_request"
	 "_error', 'message': 'prompt is too long: 210345 tokens > 200000 maximu"
	 "m'}}",
	 "Error code: 400 - invalid_request_error: prompt is too long: N tokens "
	 "> N maximum"},
	{400,
	 "Error code: 400 - {'type': 'error', 'error': {'type': 'invalid_request"
	 "_error', 'message': 'messages.4: `tool_use` ids were found without `to"
	 "ol_result` blocks immediately after: toolu_01A09q90qw90lq917835lq9. Ea"
	 "ch `tool_use` block must have a corresponding `tool_result` block in t"
	 "he next message.'}}",
	 "Error code: 400 - invalid_request_error: messages.N: `tool_use` ids we"
	 "re found without `tool_result` blocks immediately after: ID. Each `too"
	 "l_use` block must have a corresponding `tool_result` block in the next"
	 " message."},
	{0,
	 "{\"type\":\"error\",\"error\":{\"type\":\"authentication_error\",\"mes"
	 "sage\":\"invalid x-api-key\"}}",
	 "authentication_error: invalid x-api-key"},
	{0,
	 "{\"type\":\"error\",\"error\":{\"type\":\"api_error\",\"message\":\"In"
	 "ternal server error\"},\"request_id\":null}",
	 "api_error: Internal server error"},
	{400,
	 "400 {\"type\":\"error\",\"error\":{\"type\":\"invalid_request_error\","
	 "\"message\":\"Your credit balance is too low to access the Anthropic A"
	 "PI. Please go to Plans & Billing to upgrade or purchase credits.\"}}",
	 "400 invalid_request_error: Your credit balance is too low to access th"
	 "e Anthropic API. Please go to Plans & Billing to upgrade or purchase c"
	 "redits."},
	{413,
	 "Error code: 413 - {'error': {'type': 'request_too_large', 'message': '"
	 "Request exceeds the maximum size'}}",
	 "Error code: 413 - request_too_large: Request exceeds the maximum size"},
	{400,
	 "Error code: 400 - {'type': 'error', 'error': {'type': 'invalid_request"
	 "_error', 'message': 'max_tokens: 128000 > 64000, which is the maximum "
	 "allowed number of output tokens for claude-sonnet-4-5-20250929'}}",
	 "Error code: 400 - invalid_request_error: max_tokens: N > N, which is t"
	 "he maximum allowed number of output tokens for claude-sonnet-4-5-20250"
	 "929"},
	{429,
	 "429 RESOURCE_EXHAUSTED. {'error': {'code': 429, 'message': 'You exceed"
	 "ed your current quota, please check your plan and billing details. * Q"
	 "uota exceeded for metric: generativelanguage.googleapis.com/generate_c"
	 "ontent_free_tier_requests, limit: 50\\nPlease retry in 38.123456789s.'"
	 ", 'status': 'RESOURCE_EXHAUSTED', 'details': [{'@type': 'type.googleap"
	 "is.com/google.rpc.QuotaFailure'}]}}",
	 "429 RESOURCE_EXHAUSTED. You exceeded your current quota, please check "
	 "your plan and billing details. * Quota exceeded for metric: generative"
	 "language.googleapis.com/generate_content_free_tier_requests, limit: N "
	 "Please retry in Ns."},
	{503,
	 "{\"error\":{\"code\":503,\"message\":\"The model is overloaded. Please"
	 " try again later.\",\"status\":\"UNAVAILABLE\"}}",
	 "HTTP 503 UNAVAILABLE: The model is overloaded. Please try again later."},
	{429,
	 "[GoogleGenerativeAI Error]: Error fetching from https://generativelang"
	 "uage.googleapis.com/v1beta/models/gemini-1.5-pro:streamGenerateContent"
	 "?alt=sse: [429 Too Many Requests] Resource has been exhausted (e.g. ch"
	 "eck quota).",
	 "[GoogleGenerativeAI Error]: Error fetching from https://generativelang"
	 "uage.googleapis.com/v1beta/models/gemini-1.5-pro:streamGenerateContent"
	 ": [429 Too Many Requests] Resource has been exhausted (e.g. check quot"
	 "a)."},
	{400,
	 "400 INVALID_ARGUMENT. {'error': {'code': 400, 'message': 'The input to"
	 "ken count (1048901) exceeds the maximum number of tokens allowed (1048"
	 "575).', 'status': 'INVALID_ARGUMENT'}}",
	 "400 INVALID_ARGUMENT. The input token count (N) exceeds the maximum nu"
	 "mber of tokens allowed (N)."},
	{503,
	 "503 UNAVAILABLE. {'error': {'code': 503, 'message': 'This model is cur"
	 "rently experiencing high demand. Spikes in demand are usually temporar"
	 "y. Please try again later.', 'status': 'UNAVAILABLE'}}",
	 "503 UNAVAILABLE. This model is currently experiencing high demand. Spi"
	 "kes in demand are usually temporary. Please try again later."},
	{403,
	 "403 PERMISSION_DENIED. {'error': {'code': 403, 'message': \"Permission"
	 " 'aiplatform.endpoints.predict' denied on resource '//aiplatform.googl"
	 "eapis.com/projects/my-project-123456/locations/us-central1/publishers/"
	 "google/models/gemini-2.0-flash' (or it may not exist).\", 'status': 'P"
	 "ERMISSION_DENIED'}}",
	 "403 PERMISSION_DENIED. Permission 'aiplatform.endpoints.predict' denie"
	 "d on resource '...' (or it may not exist)."},
	{504,
	 "google.api_core.exceptions.DeadlineExceeded: 504 Deadline Exceeded",
	 "google.api_core.exceptions.DeadlineExceeded: 504 Deadline Exceeded"},
	{0,
	 "litellm.RateLimitError: RateLimitError: OpenAIException - Rate limit r"
	 "eached for gpt-4o in organization org-JhsTvPGzUHbqNb2pZ4nVv1kC on toke"
	 "ns per min (TPM): Limit 30000, Used 28211, Requested 3100. Please try "
	 "again in 2.622s.",
	 "litellm.RateLimitError: RateLimitError: OpenAIException - Rate limit r"
	 "eached for gpt-4o in organization ID on tokens per min (TPM): Limit N,"
	 " Used N, Requested N. Please try again in Ns."},
	{0,
	 "litellm.RateLimitError: AnthropicException - {\"type\":\"error\",\"err"
	 "or\":{\"type\":\"rate_limit_error\",\"message\":\"Number of request to"
	 "kens has exceeded your per-minute rate limit\"},\"request_id\":\"req_0"
	 "11CSHoEeqs5C35K2UUqR7Fy\"}",
	 "litellm.RateLimitError: AnthropicException - rate_limit_error: Number "
	 "of request tokens has exceeded your per-minute rate limit"},
	{0,
	 "litellm.BadRequestError: AnthropicException - b'{\"type\":\"error\",\""
	 "error\":{\"type\":\"invalid_request_error\",\"message\":\"messages: te"
	 "xt content blocks must be non-empty\"}}'",
	 "litellm.BadRequestError: AnthropicException - invalid_request_error: m"
	 "essages: text content blocks must be non-empty"},
	{0,
	 "litellm.ContextWindowExceededError: litellm.BadRequestError: ContextWi"
	 "ndowExceededError: OpenAIException - This model's maximum context leng"
	 "th is 8192 tokens. However, your messages resulted in 9001 tokens.\n"
	 "Received Model Group=gpt-4\n"
	 "Available Model Group Fallbacks=None",
	 "litellm.ContextWindowExceededError: litellm.BadRequestError: ContextWi"
	 "ndowExceededError: OpenAIException - This model's maximum context leng"
	 "th is N tokens. However, your messages resulted in N tokens. Received "
	 "Model Group=gpt-4 Available Model Group Fallbacks=None"},
	{0,
	 "litellm.Timeout: APITimeoutError - Request timed out. Error_str: Reque"
	 "st timed out. - timeout value=600.000000, time taken=601.23 seconds",
	 "litellm.Timeout: APITimeoutError - Request timed out. Error_str: Reque"
	 "st timed out. - timeout value=N, time taken=N seconds"},
	{500,
	 "litellm.InternalServerError: VertexAIException - {\n"
	 "  \"error\": {\n"
	 "    \"code\": 500,\n"
	 "    \"message\": \"Internal error encountered.\",\n"
	 "    \"status\": \"INTERNAL\"\n"
	 "  }\n"
	 "}\n",
	 "litellm.InternalServerError: VertexAIException - HTTP 500 INTERNAL: In"
	 "ternal error encountered."},
	{0,
	 "litellm.APIConnectionError: OllamaException - [Errno 111] Connection r"
	 "efused",
	 "litellm.APIConnectionError: OllamaException - [Errno N] Connection ref"
	 "used"},
	{404,
	 "Client error '404 Not Found' for url 'http://localhost:11434/api/chat'"
	 "\n"
	 "For more information check: https://developer.mozilla.org/en-US/docs/W"
	 "eb/HTTP/Status/404",
	 "Client error '404 Not Found' for url 'http://localhost:N/api/chat' For"
	 " more information check: https://developer.mozilla.org/en-US/docs/Web/"
	 "HTTP/Status/N"},
	{502,
	 "Server error '502 Bad Gateway' for url 'https://api.example.com/v1/run"
	 "?trace=abc123'\n"
	 "For more information check: https://developer.mozilla.org/en-US/docs/W"
	 "eb/HTTP/Status/502",
	 "Server error '502 Bad Gateway' for url 'https://api.example.com/v1/run"
	 "' For more information check: https://developer.mozilla.org/en-US/docs"
	 "/Web/HTTP/Status/N"},
	{0,
	 "httpx.ReadTimeout: The read operation timed out",
	 "httpx.ReadTimeout: The read operation timed out"},
	{0,
	 "httpx.ConnectError: [Errno -2] Name or service not known",
	 "httpx.ConnectError: [Errno -N] Name or service not known"},
	{0,
	 "httpx.RemoteProtocolError: peer closed connection without sending comp"
	 "lete message body (incomplete chunked read)",
	 "httpx.RemoteProtocolError: peer closed connection without sending comp"
	 "lete message body (incomplete chunked read)"},
	{0,
	 "httpcore.ConnectTimeout: timed out",
	 "httpcore.ConnectTimeout: timed out"},
	{0,
	 "HTTPSConnectionPool(host='api.openai.com', port=443): Max retries exce"
	 "eded with url: /v1/chat/completions (Caused by NewConnectionError('<ur"
	 "llib3.connection.HTTPSConnection object at 0x7f8b1c2d3e50>: Failed to "
	 "establish a new connection: [Errno 111] Connection refused'))",
	 "HTTPSConnectionPool(host='api.openai.com', port=N): Max retries exceed"
	 "ed with url: /v1/chat/completions (Caused by NewConnectionError('<urll"
	 "ib3.connection.HTTPSConnection object at ADDR>: Failed to establish a "
	 "new connection: [Errno N] Connection refused'))"},
	{0,
	 "HTTPConnectionPool(host='10.0.3.17', port=8080): Read timed out. (read"
	 " timeout=30)",
	 "HTTPConnectionPool(host='ADDR', port=N): Read timed out. (read timeout"
	 "=N)"},
	{429,
	 "429 Client Error: Too Many Requests for url: https://api.search.exampl"
	 "e.com/search?q=red+shoes&key=AIzaSyA1b2C3d4",
	 "429 Client Error: Too Many Requests for url: https://api.search.exampl"
	 "e.com/search"},
	{500,
	 "500 Server Error: Internal Server Error for url: http://192.168.1.4:50"
	 "00/orders/8841/refund",
	 "500 Server Error: Internal Server Error for url: http://ADDR/orders/N/"
	 "refund"},
	{0,
	 "('Connection aborted.', RemoteDisconnected('Remote end closed connecti"
	 "on without response'))",
	 "('Connection aborted.', RemoteDisconnected('Remote end closed connecti"
	 "on without response'))"},
	{0,
	 "TypeError: fetch failed",
	 "TypeError: fetch failed"},
	{0,
	 "FetchError: request to https://api.example.com/v1/items/42?page=3 fail"
	 "ed, reason: connect ECONNREFUSED 127.0.0.1:8080",
	 "FetchError: request to https://api.example.com/v1/items/N failed, reas"
	 "on: connect ECONNREFUSED ADDR"},
	{0,
	 "connect ECONNREFUSED ::1:5432",
	 "connect ECONNREFUSED ADDR"},
	{0,
	 "Error: listen EADDRINUSE: address already in use :::3000\n"
	 "    at Server.setupListenHandle [as _listen2] (node:net:1817:16)\n"
	 "    at listenInCluster (node:net:1865:12)",
	 "Error: listen EADDRINUSE: address already in use ADDR"},
	{0,
	 "getaddrinfo ENOTFOUND api.internal.example.com",
	 "getaddrinfo ENOTFOUND api.internal.example.com"},
	{0,
	 "getaddrinfo EAI_AGAIN db-7f9c4d5b6-x2lqp.prod.svc",
	 "getaddrinfo EAI_AGAIN ID"},
	{0,
	 "read ECONNRESET",
	 "read ECONNRESET"},
	{0,
	 "socket hang up",
	 "socket hang up"},
	{503,
	 "AxiosError: Request failed with status code 503",
	 "AxiosError: Request failed with status code 503"},
	{404,
	 "Request failed with status code 404",
	 "Request failed with status code 404"},
	{0,
	 "AbortError: This operation was aborted",
	 "AbortError: This operation was aborted"},
	{0,
	 "Unexpected token '<', \"<!DOCTYPE \"... is not valid JSON",
	 "Unexpected token '<', \"<!DOCTYPE \"... is not valid JSON"},
	{0,
	 "Unexpected token } in JSON at position 1042",
	 "Unexpected token } in JSON at position N"},
	{0,
	 "SyntaxError: Unterminated string in JSON at position 2048 (line 1 colu"
	 "mn 2049)",
	 "SyntaxError: Unterminated string in JSON at position N (line N column "
	 "N)"},
	{0,
	 "Expecting value: line 1 column 1 (char 0)",
	 "Expecting value: line N column N (char N)"},
	{0,
	 "json.decoder.JSONDecodeError: Expecting ',' delimiter: line 37 column "
	 "12 (char 1204)",
	 "json.decoder.JSONDecodeError: Expecting ',' delimiter: line N column N"
	 " (char N)"},
	{0,
	 "Failed to parse JSON: {\"name\": \"refund\", \"arguments\": {\"order\""
	 ": 8841}}",
	 "Failed to parse JSON: {...}"},
	{0,
	 "Traceback (most recent call last):\n"
	 "  File \"/usr/lib/python3.11/site-packages/agents/run.py\", line 231, "
	 "in run\n"
	 "    result = await self._call(order=8841)\n"
	 "  File \"/app/tools/refund.py\", line 17, in _call\n"
	 "    raise ValueError(f\"order {order} is not refundable\")\n"
	 "ValueError: order 8841 is not refundable\n",
	 "ValueError: order N is not refundable"},
	{429,
	 "Traceback (most recent call last):\n"
	 "  File \"a.py\", line 1, in <module>\n"
	 "KeyError: 'order'\n"
	 "\n"
	 "During handling of the above exception, another exception occurred:\n"
	 "\n"
	 "Traceback (most recent call last):\n"
	 "  File \"b.py\", line 9, in run\n"
	 "openai.RateLimitError: Error code: 429 - {'error': {'message': 'Rate l"
	 "imit reached', 'type': 'requests', 'code': 'rate_limit_exceeded'}}",
	 "openai.RateLimitError: Error code: 429 - rate_limit_exceeded: Rate lim"
	 "it reached"},
	{0,
	 "TypeError: Cannot read properties of undefined (reading 'choices')\n"
	 "    at parse (/srv/app/dist/llm.js:42:17)\n"
	 "    at process.processTicksAndRejections (node:internal/process/task_q"
	 "ueues:95:5)",
	 "TypeError: Cannot read properties of undefined (reading 'choices')"},
	{0,
	 "panic: runtime error: index out of range [5] with length 3\n"
	 "\n"
	 "goroutine 17 [running]:\n"
	 "main.run(0xc000012345)\n"
	 "\t/app/main.go:42 +0x1d",
	 "panic: runtime error: index out of range [N] with length N"},
	{0,
	 "thread 'main' panicked at src/main.rs:14:5: called `Option::unwrap()` "
	 "on a `None` value",
	 "thread 'main' panicked at src/main.rs:N:N: called `Option::unwrap()` o"
	 "n a `None` value"},
	{0,
	 "2 validation errors for RefundArgs\n"
	 "order\n"
	 "  Input should be a valid integer, unable to parse string as an intege"
	 "r [type=int_parsing, input_value='eighty-eight forty-one and more and "
	 "more words here', input_type=str]\n"
	 "    For further information visit https://errors.pydantic.dev/2.9/v/in"
	 "t_parsing\n"
	 "amount\n"
	 "  Field required [type=missing, input_value={'order': 'x'}, input_type"
	 "=dict]",
	 "N validation errors for RefundArgs order Input should be a valid integ"
	 "er, unable to parse string as an integer [type=int_parsing, input_valu"
	 "e='...', input_type=str] For further information visit https://errors."
	 "pydantic.dev/N/v/int_parsing amount Field required [type=missing, inpu"
	 "t_value={...}, input_type=dict]"},
	{0,
	 "[{\"code\":\"invalid_type\",\"expected\":\"string\",\"received\":\"und"
	 "efined\",\"path\":[\"city\"],\"message\":\"Required\"}]",
	 "[invalid_type: Required]"},
	{0,
	 "{\"detail\":[{\"type\":\"missing\",\"loc\":[\"body\",\"messages\"],\"m"
	 "sg\":\"Field required\",\"input\":null}]}",
	 "missing: Field required"},
	{0,
	 "{\"detail\":\"Not Found\"}",
	 "Not Found"},
	{0,
	 "{\"error\":\"invalid_grant\",\"error_description\":\"Token has been ex"
	 "pired or revoked.\"}",
	 "invalid_grant: Token has been expired or revoked."},
	{0,
	 "{\"error\":\"model 'llama3.2:3b' not found\"}",
	 "model 'llama3.2:Nb' not found"},
	{0,
	 "{\"message\":\"Too many tokens, please wait before trying again.\"}",
	 "Too many tokens, please wait before trying again."},
	{0,
	 "An error occurred (ThrottlingException) when calling the InvokeModel o"
	 "peration (reached max retries: 4): Too many requests, please wait befo"
	 "re trying again.",
	 "An error occurred (ThrottlingException) when calling the InvokeModel o"
	 "peration (reached max retries: N): Too many requests, please wait befo"
	 "re trying again."},
	{0,
	 "An error occurred (ValidationException) when calling the Converse oper"
	 "ation: The model returned the following errors: Input is too long for "
	 "requested model.",
	 "An error occurred (ValidationException) when calling the Converse oper"
	 "ation: The model returned the following errors: Input is too long for "
	 "requested model."},
	{0,
	 "AccessDeniedException: User: arn:aws:sts::123456789012:assumed-role/pr"
	 "od/i-0abc123def4567890 is not authorized to perform: bedrock:InvokeMod"
	 "el",
	 "AccessDeniedException: User: arn:aws:sts::N:assumed-role/prod/ID is no"
	 "t authorized to perform: bedrock:InvokeModel"},
	{0,
	 "Azure has not provided the response due to a content filter being trig"
	 "gered",
	 "Azure has not provided the response due to a content filter being trig"
	 "gered"},
	{400,
	 "Error code: 400 - {'error': {'message': \"The response was filtered du"
	 "e to the prompt triggering Azure OpenAI's content management policy. P"
	 "lease modify your prompt and retry.\", 'type': None, 'param': 'prompt'"
	 ", 'code': 'content_filter', 'status': 400, 'innererror': {'code': 'Res"
	 "ponsibleAIPolicyViolation', 'content_filter_result': {'hate': {'filter"
	 "ed': False, 'severity': 'safe'}}}}}",
	 "Error code: 400 - content_filter: The response was filtered due to the"
	 " prompt triggering Azure OpenAI's content management policy. Please mo"
	 "dify your prompt and retry."},
	{429,
	 "Error code: 429 - {'error': {'code': '429', 'message': 'Requests to th"
	 "e ChatCompletions_Create Operation under Azure OpenAI API version 2024"
	 "-08-01-preview have exceeded token rate limit of your current OpenAI S"
	 "0 pricing tier. Please retry after 27 seconds.'}}",
	 "Error code: 429 - Requests to the ChatCompletions_Create Operation und"
	 "er Azure OpenAI API version 2024-08-01-preview have exceeded token rat"
	 "e limit of your current OpenAI S0 pricing tier. Please retry after N s"
	 "econds."},
	{400,
	 "Error code: 400 - {'error': {'message': 'Failed to call a function. Pl"
	 "ease adjust your prompt.', 'type': 'invalid_request_error', 'code': 't"
	 "ool_use_failed', 'failed_generation': '<function=get_weather>{\"city\""
	 ": \"Paris\"}</function>'}}",
	 "Error code: 400 - tool_use_failed: Failed to call a function. Please a"
	 "djust your prompt."},
	{0,
	 "Rate limit exceeded: free-models-per-day. Add 10 credits to unlock 100"
	 "0 free model requests per day {\"code\":429,\"metadata\":{\"headers\":"
	 "{\"X-RateLimit-Reset\":\"1763769600000\"}}}",
	 "Rate limit exceeded: free-models-per-day. Add N credits to unlock N fr"
	 "ee model requests per day {...}"},
	{502,
	 "{ error: { message: 'Provider returned error', code: 502, metadata: { "
	 "provider_name: 'Chutes', raw: 'upstream 0a1b2c3d4e' } } }",
	 "HTTP 502 Provider returned error"},
	{500,
	 "Tool refund_tool failed: HTTP 500 {\"error\":\"timeout\",\"trace\":\"9"
	 "c1f2ab34de2\"}",
	 "Tool refund_tool failed: HTTP 500 timeout"},
	{429,
	 "HTTP/1.1 429 Too Many Requests",
	 "HTTP/N 429 Too Many Requests"},
	{0,
	 "upstream connect error or disconnect/reset before headers. reset reaso"
	 "n: connection timeout",
	 "upstream connect error or disconnect/reset before headers. reset reaso"
	 "n: connection timeout"},
	{502,
	 "<html><head><title>502 Bad Gateway</title></head><body><center><h1>502"
	 " Bad Gateway</h1></center><hr><center>cloudflare</center></body></html"
	 ">",
	 "<html><head><title>502 Bad Gateway</title></head><body><center><h1>502"
	 " Bad Gateway</h1></center><hr><center>cloudflare</center></body></html"
	 ">"},
	{0,
	 "Command '['python', 'main.py', '--seed', '48213']' returned non-zero e"
	 "xit status 1.",
	 "Command '['python', 'main.py', '--seed', 'N']' returned non-zero exit "
	 "status N."},
	{0,
	 "[Errno 2] No such file or directory: '/tmp/agent-8f3a21bc/out.csv'",
	 "[Errno N] No such file or directory: '/tmp/ID/out.csv'"},
	{0,
	 "ENOENT: no such file or directory, open '/var/folders/zz/T/tmp-4821-ab"
	 "c/result.json'",
	 "ENOENT: no such file or directory, open '/var/folders/zz/T/tmp-4821-ab"
	 "c/result.json'"},
	{0,
	 "duplicate key value violates unique constraint \"users_pkey\" DETAIL: "
	 "Key (id)=(48213) already exists.",
	 "duplicate key value violates unique constraint \"users_pkey\" DETAIL: "
	 "Key (id)=(N) already exists."},
	{0,
	 "relation \"orders_2024\" does not exist at character 15",
	 "relation \"orders_2024\" does not exist at character N"},
	{0,
	 "deadlock detected: Process 18213 waits for ShareLock on transaction 99"
	 "1823; blocked by process 18219.",
	 "deadlock detected: Process N waits for ShareLock on transaction N; blo"
	 "cked by process N."},
	{0,
	 "Query failed at 2026-11-20T22:14:01.123Z: timeout of 30000ms exceeded",
	 "Query failed at TIME: timeout of Ns exceeded"},
	{0,
	 "2026-11-20 22:14:01,123 ERROR worker 7: job 550e8400-e29b-41d4-a716-44"
	 "6655440000 failed",
	 "TIME ERROR worker N: job ID failed"},
	{0,
	 "User anna.smith@example.com not found",
	 "User ID not found"},
	{0,
	 "Recursion limit of 25 reached without hitting a stop condition. You ca"
	 "n increase the limit by setting the `recursion_limit` config key.\n"
	 "For troubleshooting, visit: https://python.langchain.com/docs/troubles"
	 "hooting/errors/GRAPH_RECURSION_LIMIT",
	 "Recursion limit of N reached without hitting a stop condition. You can"
	 " increase the limit by setting the `recursion_limit` config key. For t"
	 "roubleshooting, visit: https://python.langchain.com/docs/troubleshooti"
	 "ng/errors/GRAPH_RECURSION_LIMIT"},
	{0,
	 "Max turns (10) exceeded",
	 "Max turns (N) exceeded"},
	{0,
	 "CUDA out of memory. Tried to allocate 2.50 GiB (GPU 0; 23.69 GiB total"
	 " capacity; 20.11 GiB already allocated)",
	 "CUDA out of memory. Tried to allocate N GiB (GPU N; N GiB total capaci"
	 "ty; N GiB already allocated)"},
	{0,
	 "Model tried to call unavailable tool 'serch'. Available tools: search,"
	 " refund.",
	 "Model tried to call unavailable tool 'serch'. Available tools: search,"
	 " refund."},
	{0,
	 "AI_APICallError: Invalid JSON response",
	 "AI_APICallError: Invalid JSON response"},
	{0,
	 "AI_RetryError: Failed after 3 attempts. Last error: Overloaded",
	 "AI_RetryError: Failed after N attempts. Last error: Overloaded"},
	{0,
	 "No object generated: could not parse the response.",
	 "No object generated: could not parse the response."},
	{0,
	 "Invalid tool arguments: Type validation failed: Value: {\"city\":12}.\n"
	 "Error message: [{\"code\":\"invalid_type\",\"message\":\"Expected stri"
	 "ng, received number\"}]",
	 "Invalid tool arguments: Type validation failed: Value: {...}. Error me"
	 "ssage: [invalid_type: Expected string, received number]"},
	{0,
	 "image/jpeg;base64,/9j/4AAQSkZJRgABAQEASABIAAD2wBDAAgGBgcGBQgHBwcJCQgKD"
	 "BQNDAsLDBkSEw8UHRofHh0a could not be decoded",
	 "image/jpeg;base64,ID could not be decoded"},
	{0,
	 "Zeit\xc3\xbc""berschreitung nach 30 Sekunden: Bestellung Nr. 8841",
	 "Zeit\xc3\xbc""berschreitung nach N Sekunden: Bestellung Nr. N"},
	{0,
	 "  \n"
	 "\t  ",
	 ""},
	{0,
	 "error",
	 "error"},
	{400,
	 "Error code: 400 - {'error': {'message': 'Invalid base64 image_url.', '"
	 "type': 'invalid_request_error', 'param': ",
	 "Error code: 400 - invalid_request_error: Invalid base64 image_url."},
};
/* clang-format on */

static void expect_form(struct str text, const char *form, unsigned status)
{
	struct buf once = {0}, twice = {0};
	unsigned found;

	error_form(text, &once, &found);
	assert_string_equal(buf_text(&once), form);
	assert_int_equal(found, status);
	error_form(buf_str(&once), &twice, NULL);
	assert_string_equal(buf_text(&twice), form);
	buf_free(&once);
	buf_free(&twice);
}

static void texts_have_their_forms(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		expect_form(str_of(cases[i].text), cases[i].form, cases[i].status);
}

static void a_locale_changes_nothing(void **state)
{
	(void)state;
	setlocale(LC_ALL, "C");
	texts_have_their_forms(NULL);
	setlocale(LC_ALL, "tr_TR.UTF-8");
	texts_have_their_forms(NULL);
	setlocale(LC_ALL, "C.UTF-8");
}

static bool same_form(const char *a, const char *b)
{
	struct buf x = {0}, y = {0};
	bool same;

	error_form(str_of(a), &x, NULL);
	error_form(str_of(b), &y, NULL);
	same = str_eq(buf_str(&x), buf_str(&y));
	buf_free(&x);
	buf_free(&y);
	return same;
}

/* What differs from one request to the next is no difference; what went wrong is. */
static void some_texts_are_one_error(void **state)
{
	static const struct {
		const char *a, *b;
		bool same;
	} pairs[] = {
		{"try again in 340ms", "try again in 7m12s", true},
		{"try again in 20s", "try again in 1.337s", true},
		{"Limit 30,000", "Limit 500", true},
		{"req_011CSHoEeqs5C35K2UUqR7Fy failed", "req_9f3kd02jf failed", true},
		{"at 0x7f8b1c2d3e50", "at 0x1", true},
		{"to 10.0.0.1:80", "to [fe80::1]:8080", true},
		{"a\n  b", "a b", true},
		{"{\"error\":{\"message\":\"m\",\"code\":\"c\"},\"request_id\":\"req_1\"}",
	         "{'error': {'code': 'c', 'message': 'm', 'param': None}}", true},
		{"Error code: 429 - x", "Error code: 500 - x", false},
		{"HTTP 502", "HTTP 503", false},
		{"no access to gpt-4o", "no access to gpt-4o-mini", false},
		{"claude-3-5-sonnet-20241022", "claude-3-5-sonnet-20240620", false},
		{"unknown tool 'search'", "unknown tool 'refund'", false},
		{"{\"code\":\"a\",\"message\":\"m\"}", "{\"code\":\"b\",\"message\":\"m\"}", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
		assert_int_equal(same_form(pairs[i].a, pairs[i].b), pairs[i].same);
}

static void long_texts_are_bounded(void **state)
{
	struct buf text = {0}, longer = {0}, form = {0}, form_of_longer = {0};

	(void)state;
	for (unsigned i = 0; i < 4000; i++)
		buf_printf(&text, "word%c\xc3\xa9 ", 'a' + (int)(i % 26));
	buf_append(&longer, buf_str(&text));
	buf_puts(&longer, "end");
	error_form(buf_str(&text), &form, NULL);
	error_form(buf_str(&longer), &form_of_longer, NULL);
	assert_in_range(form.n, ERROR_FORM_MAX - 10, ERROR_FORM_MAX);
	assert_string_equal(buf_text(&form), buf_text(&form_of_longer));
	assert_true(utf8_valid(buf_str(&form)));
	buf_free(&text);
	buf_free(&longer);
	buf_free(&form);
	buf_free(&form_of_longer);
}

/* Its last exception stands behind all of its frames. */
static void long_tracebacks_say_what_they_end_with(void **state)
{
	struct buf text = {0};

	(void)state;
	buf_puts(&text, "Traceback (most recent call last):\n");
	for (unsigned i = 0; i < 500; i++)
		buf_printf(&text, "  File \"/app/a.py\", line %u, in f\n    f(%u)\n", i, i);
	buf_puts(&text, "RecursionError: maximum recursion depth exceeded");
	expect_form(buf_str(&text), "RecursionError: maximum recursion depth exceeded", 0);
	buf_free(&text);
}

static void bytes_that_are_no_text(void **state)
{
	(void)state;
	expect_form(STR("bad \xff\xc3 byte\0s"), "bad \xef\xbf\xbd\xef\xbf\xbd byte s", 0);
	expect_form(STR("\x1b[31mred\x1b[0m"), "red", 0);
	expect_form(STR(""), "", 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts_have_their_forms),
		cmocka_unit_test(a_locale_changes_nothing),
		cmocka_unit_test(some_texts_are_one_error),
		cmocka_unit_test(long_texts_are_bounded),
		cmocka_unit_test(long_tracebacks_say_what_they_end_with),
		cmocka_unit_test(bytes_that_are_no_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
