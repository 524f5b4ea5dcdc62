/* The request that a call was, made anew from its event, to be sent or as a shell command: for OpenAI (chat completions and
 * Responses), those who take the former, Anthropic and Gemini. Any thread. */
#ifndef MESSAGE_REQUEST_H
#define MESSAGE_REQUEST_H

#include "message/tools.h"

/* What a request is made from; all borrowed. */
struct request_event {
	const struct json_tree *tree;
	uint32_t properties; /* of tree: an object */
	const struct messages *messages;
	const struct tools *tools;
};

/* A request that can be sent. Texts are static, or belong to it. */
struct provider_request {
	const char *provider; /* "openai"; NULL: one that is not known */
	const char *address;  /* "https://api.openai.com/v1", out of a table; NULL: none is known */
	const char *key_variable;            /* of the environment: "OPENAI_API_KEY" */
	const char *key_header, *key_before; /* "Authorization", "Bearer " */
	const char *version; /* of the header anthropic-version; NULL: it has none */
	struct buf model;    /* as the event names it */
	struct buf path;     /* behind the address: "/chat/completions" */
	struct buf body;     /* a JSON object, laid out */
	struct buf notes;    /* what cannot be repeated: lines that begin with #, clean */
};

enum request_option {
	REQUEST_STREAMED =
		1, /* the answer is asked for as server-sent events, whatever the event says */
	/* Its address will be another one: a provider that is not known is taken to speak as OpenAI does. */
	REQUEST_ELSEWHERE = 2,
};

/* Makes the request of a call. Values stand in the body as they were sent, where the provider takes them so; other shapes are
 * written anew in the provider's. The address is the provider's own, out of a table, never one of the event. *out is free for
 * request_free whatever this gives.
 *
 * ERR_NOT_FOUND, with a sentence: no input was sent or it was withheld, or no address is known for the provider. */
enum err request_make(struct provider_request *out, const struct request_event *from,
                      unsigned options, struct errinfo *e) MUST_USE;
void request_free(struct provider_request *r);

/* Appends a command for a POSIX shell that sends the request with curl: lines of comment that say what cannot be
 * repeated, then the command, its body in a quoted here-document. The key is the name of an environment variable, for the
 * shell to expand. Nothing in it acts on a terminal or a shell. Fails as request_make. */
enum err request_curl(struct buf *out, const struct request_event *from,
                      struct errinfo *e) MUST_USE;

#endif
