/* What each word of a field says, for help and completion. */
#include "query/field.h"

static const struct {
	enum field_number field;
	const char *word, *help;
} lines[] = {
	{FIELD_STATUS, "ok", "ended without an error"},
	{FIELD_STATUS, "error", "the same as is:error"},
	{FIELD_STATUS, "running", "the same as is:running"},
	{FIELD_ROLE, "user", "what a person or program asked"},
	{FIELD_ROLE, "assistant", "what the model said"},
	{FIELD_ROLE, "system", "the system prompt"},
	{FIELD_ROLE, "tool", "what tools gave back"},
	{FIELD_IS, "error", "failed, or has the text of an error"},
	{FIELD_IS, "slow", "took longer than 95 % of its name, of 20 or more"},
	{FIELD_IS, "running", "has not ended yet"},
	{FIELD_IS, "done", "has ended"},
	{FIELD_IS, "cached", "tokens were read from the cache"},
	{FIELD_IS, "uncached", "a call that read none from the cache"},
	{FIELD_IS, "loop", "a tool called 3 times or more with the same arguments"},
	{FIELD_IS, "orphan", "its parent is missing"},
	{FIELD_IS, "truncated", "the answer was cut off: finish is length, max_tokens or the like"},
	{FIELD_IS, "starred", "bookmarked (M); in the explorer alone"},
	{FIELD_IS, "marked", "marked (Space); in the explorer alone"},
	{FIELD_IS, "new", "came since the explorer was opened; there alone"},
	{FIELD_IS, "priced", "its cost is known"},
	{FIELD_IS, "unpriced", "a call whose cost is not known"},
	{FIELD_IS, "mismatch", "the cost that was sent is not what its tokens come to"},
	{FIELD_IS, "streamed", "the answer came in pieces"},
	{FIELD_IS, "pseudo", "a trace without an event of its own, made from its parts"},
	{FIELD_IS, "private", "input and output were withheld (privacy mode)"},
	{FIELD_IS, "suspect", "has a value that cannot be, such as a negative count"},
	{FIELD_HAS, "tool", "a tool was called"},
	{FIELD_HAS, "image", "an image in its messages"},
	{FIELD_HAS, "audio", "sound in its messages"},
	{FIELD_HAS, "reasoning", "reasoning, or tokens of it"},
	{FIELD_HAS, "feedback", "somebody said what they think of it"},
	{FIELD_HAS, "eval", "an evaluation"},
	{FIELD_HAS, "note", "a bookmark with a note; in the explorer alone"},
	{FIELD_HAS, "embedding", "an embedding"},
	{FIELD_HAS, "json", "JSON in its messages"},
	{FIELD_KIND, "trace", "the event of a trace itself"},
	{FIELD_KIND, "generation", "a call of a model"},
	{FIELD_KIND, "span", "a span; tool calls are spans, too"},
	{FIELD_KIND, "embedding", "a call of an embedding model"},
	{FIELD_KIND, "tool", "a span that is a tool call"},
	{FIELD_KIND, "retrieval", "a span that looked something up"},
	{FIELD_KIND, "metric", "a number sent of a trace"},
	{FIELD_KIND, "feedback", "what a person said of a trace"},
	{FIELD_KIND, "evaluation", "what a judge gave"},
};

const char *field_word_help(const struct field *f, struct str word)
{
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		if (lines[i].field == f->number && str_eq(word, str_of(lines[i].word)))
			return lines[i].help;
	return NULL;
}
