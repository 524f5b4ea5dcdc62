/* The request that a call was, made anew from its event, as a shell command: for OpenAI (chat completions and
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

/* Appends a command for a POSIX shell that sends the request with curl: lines of comment that say what cannot be
 * repeated, then the command, its body in a quoted here-document. Values stand in the body as they were sent, where
 * the provider takes them so; other shapes are written anew in the provider's. The address is the provider's own, out of
 * a table, never one of the event; the key is the name of an environment variable, for the shell to expand. Nothing in it acts
 * on a terminal or a shell.
 *
 * ERR_NOT_FOUND, with a sentence: no input was sent or it was withheld, or no address is known for the provider. */
enum err request_curl(struct buf *out, const struct request_event *from,
                      struct errinfo *e) MUST_USE;

#endif
