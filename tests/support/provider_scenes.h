/* What model providers answer, event by event as their interfaces stream it, and how that fails: scenes of an HTTP server. The
 * base URL of a replay chooses: http://127.0.0.1:PORT/ok/v1, and in the place of `ok` a fault.
 *
 *   ok         a whole answer: of chat completions, Responses, Anthropic and Gemini, each at its own path
 *   plain      a document in place of a stream, though one was asked for
 *   tools      two tool calls
 *   think      reasoning, then text
 *   harm       a text that means harm to terminals
 *   400 401 429 500 elsewhere (a redirect)
 *   cut        ends in the middle of its declared length
 *   short      ends properly, but before the answer does
 *   trouble    an error in the middle of the stream
 *   garbage    a message that is no JSON
 *   html       a page
 *   slow       begins, then is silent until the other end closes
 *   echo       says the key of the tests back, in the answer; echo401 in a refusal; echo_page, the long one, in plain text
 *   stars      says PROVIDER_STARS, as if it were a key that is hidden */
#ifndef SUPPORT_PROVIDER_SCENES_H
#define SUPPORT_PROVIDER_SCENES_H

#include "support/http_server.h"

#define PROVIDER_KEY "sk-KeyOfTheTests0123456789"
#define PROVIDER_LONG_KEY                                              \
	"sk-a0123456789abcdef0123456789abcdef0123456789abcdef01234567" \
	"89abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123" \
	"456789abcdef0123456789abcdef0123456789abcdef"
#define PROVIDER_STARS "********************"

extern const struct http_server_scene provider_scenes[];

#endif
