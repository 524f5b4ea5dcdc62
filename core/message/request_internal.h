/* Private to message/request*.c: a request that is being written. */
#ifndef MESSAGE_REQUEST_INTERNAL_H
#define MESSAGE_REQUEST_INTERNAL_H

#include "message/place.h"
#include "message/request.h"
#include "json/writer.h"

enum api {
	API_CHAT, /* OpenAI's chat completions, and who takes the same */
	API_RESPONSES,
	API_ANTHROPIC,
	API_GEMINI,
	APIS,
};

struct provider {
	const char *name; /* as $ai_provider begins, in small letters */
	enum api api;
	const char *address; /* up to the path of the call */
	const char *key;     /* the environment variable */
	bool asked_for_usage; /* in a stream it tells what was used when asked to; others always, or refuse to be asked */
};

struct request {
	const struct request_event *from;
	struct provider_request *out;
	bool streamed, elsewhere; /* REQUEST_STREAMED, REQUEST_ELSEWHERE */
	const struct provider *provider;
	enum api api;
	struct json_writer json;
	uint32_t n_calls, n_results; /* written anew so far: their ids, where none was sent */
	uint32_t left_out;           /* parts that the provider does not take as they are */
};

struct place request_property(const struct request *r, const char *name);
void request_note(struct request *r, const char *text, struct str outside); /* outside: cleaned */
/* Text that is JSON, an object where one is needed; else empty_object, or as a string. */
void request_json(struct request *r, struct str text, bool object);
/* Members of the object that is open. */
void request_messages(struct request *r);
void request_tools(struct request *r);
/* Whether the input is a list of messages or items as this interface takes them. */
bool request_is_native(const struct request *r, enum api api);

#endif
