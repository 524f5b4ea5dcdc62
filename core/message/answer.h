/* What a provider's answer says while it comes: event by event of a stream, or all at once. For OpenAI (chat completions and
 * Responses), those who answer as the former, Anthropic and Gemini. What the whole answer is, messages_read says. Any thread. */
#ifndef MESSAGE_ANSWER_H
#define MESSAGE_ANSWER_H

#include "base/buf.h"
#include "json/tree.h"

#define ANSWER_UNKNOWN INT64_MIN

/* Tokens, as the answer's usage tells them; ANSWER_UNKNOWN. */
struct answer_usage {
	int64_t input, output, cache_read, cache_write, reasoning;
};

struct answer {
	struct answer_usage usage;
	struct buf
		usage_json; /* the usage as it was sent, for what is not above; empty: none was */
	struct buf trouble; /* what the provider says went wrong; not clean; empty: nothing */
	bool ended;         /* it has said that this is all */
	bool model_spoke;   /* a piece came: text, reasoning or a tool call */
	bool keeps_usage;   /* usage_json stays: at the start Anthropic says most of it */
};

void answer_init(struct answer *a);
void answer_free(struct answer *a);
/* One event of a stream: appends what it adds to the answer's text and to its reasoning, unescaped, not clean. Of several
 * choices that is the first's. */
void answer_take(struct answer *a, const struct json_tree *event, struct buf *text,
                 struct buf *reasoning);
/* An answer that came whole: its usage, and that it ended. */
void answer_take_whole(struct answer *a, const struct json_tree *answer);
/* Appends what an error's body says went wrong; nothing if it does not. */
void answer_trouble(const struct json_tree *body, struct buf *out);

#endif
