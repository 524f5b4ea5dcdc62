/* The table of the filter language's fields, and what was probably meant by a name that is none. */
#include "query/field.h"

static const char *const status_words[] = {"ok", "error", "running", NULL};
static const char *const role_words[] = {"user", "assistant", "system", "tool", NULL};
static const char *const is_words[IS_WORDS + 1] = {
	[IS_ERROR] = "error",      [IS_SLOW] = "slow",         [IS_RUNNING] = "running",
	[IS_DONE] = "done",        [IS_CACHED] = "cached",     [IS_UNCACHED] = "uncached",
	[IS_LOOP] = "loop",        [IS_ORPHAN] = "orphan",     [IS_TRUNCATED] = "truncated",
	[IS_STARRED] = "starred",  [IS_MARKED] = "marked",     [IS_NEW] = "new",
	[IS_PRICED] = "priced",    [IS_UNPRICED] = "unpriced", [IS_STREAMED] = "streamed",
	[IS_PSEUDO] = "pseudo",    [IS_PRIVATE] = "private",   [IS_SUSPECT] = "suspect",
	[IS_MISMATCH] = "mismatch"};
static const char *const has_words[HAS_WORDS + 1] = {
	[HAS_TOOL] = "tool",           [HAS_IMAGE] = "image",         [HAS_AUDIO] = "audio",
	[HAS_REASONING] = "reasoning", [HAS_FEEDBACK] = "feedback",   [HAS_EVAL] = "eval",
	[HAS_NOTE] = "note",           [HAS_EMBEDDING] = "embedding", [HAS_JSON] = "json"};
static const char *const kind_words[KIND_WORDS + 1] = {[KIND_TRACE] = "trace",
                                                       [KIND_GENERATION] = "generation",
                                                       [KIND_SPAN] = "span",
                                                       [KIND_EMBEDDING] = "embedding",
                                                       [KIND_TOOL] = "tool",
                                                       [KIND_RETRIEVAL] = "retrieval",
                                                       [KIND_METRIC] = "metric",
                                                       [KIND_FEEDBACK] = "feedback",
                                                       [KIND_EVALUATION] = "evaluation"};

const struct field fields[FIELDS] = {
	{FIELD_ANYTHING, "", FIELD_TEXT, NULL, "text in messages, tools, names, ids and errors"},
	{FIELD_THING_ID, "id", FIELD_ID, NULL, "any id of it, whole or its beginning"},
	{FIELD_TRACE, "trace", FIELD_ID, NULL, "the trace's id"},
	{FIELD_SESSION, "session", FIELD_ID, NULL, "the session's id"},
	{FIELD_USER, "user", FIELD_TEXT, NULL, "who it was done for"},
	{FIELD_NAME, "name", FIELD_TEXT, NULL, "name of the trace, span or call"},
	{FIELD_MODEL, "model", FIELD_TEXT, NULL, "the model that answered"},
	{FIELD_PROVIDER, "provider", FIELD_WORD, NULL, "who runs the model"},
	{FIELD_STATUS, "status", FIELD_WORD, status_words, "how it ended"},
	{FIELD_ERROR, "error", FIELD_TEXT, NULL, "text of the error"},
	{FIELD_ERROR_LIKE, "error.like", FIELD_TEXT, NULL,
         "an error that says the same as this text, whatever its numbers, ids and times"},
	{FIELD_CODE, "code", FIELD_COUNT, NULL, "HTTP status"},
	{FIELD_FINISH, "finish", FIELD_TEXT, NULL, "why the model stopped"},
	{FIELD_COST, "cost", FIELD_MONEY, NULL, "USD in all"},
	{FIELD_COST_IN, "cost.in", FIELD_MONEY, NULL, "USD for the input"},
	{FIELD_COST_OUT, "cost.out", FIELD_MONEY, NULL, "USD for the output"},
	{FIELD_COST_CACHE, "cost.cache", FIELD_MONEY, NULL, "USD for the cache"},
	{FIELD_TOKENS, "tokens", FIELD_COUNT, NULL, "input and output tokens"},
	{FIELD_IN, "in", FIELD_COUNT, NULL, "input tokens; or text in the input"},
	{FIELD_OUT, "out", FIELD_COUNT, NULL, "output tokens; or text in the output"},
	{FIELD_CACHE, "cache", FIELD_COUNT, NULL, "tokens read from the cache"},
	{FIELD_CACHE_SHARE, "cache%", FIELD_PERCENT, NULL, "their share of all input"},
	{FIELD_REASONING, "reasoning", FIELD_COUNT, NULL, "reasoning tokens"},
	{FIELD_LATENCY, "latency", FIELD_SECONDS, NULL, "how long it took"},
	{FIELD_TTFT, "ttft", FIELD_SECONDS, NULL, "time to the first token"},
	{FIELD_TPS, "tps", FIELD_NUMBER, NULL, "output tokens a second"},
	{FIELD_DEPTH, "depth", FIELD_COUNT, NULL, "how deep in its trace"},
	{FIELD_GENS, "gens", FIELD_COUNT, NULL, "model calls in it"},
	{FIELD_TOOLS, "tools", FIELD_COUNT, NULL, "tool calls in it"},
	{FIELD_ERRORS, "errors", FIELD_COUNT, NULL, "errors in it"},
	{FIELD_TOOL, "tool", FIELD_TEXT, NULL, "name of a tool that was called"},
	{FIELD_EVAL, "eval", FIELD_TEXT, NULL, "name of an evaluation"},
	{FIELD_SCORE, "score", FIELD_NUMBER, NULL, "what an evaluation gave"},
	{FIELD_FEEDBACK, "feedback", FIELD_TEXT, NULL, "what a person said of it"},
	{FIELD_ENV, "env", FIELD_TEXT, NULL, "environment"},
	{FIELD_VERSION, "version", FIELD_TEXT, NULL, "version of the app"},
	{FIELD_LIB, "lib", FIELD_TEXT, NULL, "SDK that sent it"},
	{FIELD_SOURCE, "source", FIELD_TEXT, NULL, "source or file that it is from"},
	{FIELD_URL, "url", FIELD_TEXT, NULL, "where the model was called"},
	{FIELD_TEMP, "temp", FIELD_NUMBER, NULL, "temperature"},
	{FIELD_MAX, "max", FIELD_NUMBER, NULL, "most output tokens allowed"},
	{FIELD_SYSTEM, "system", FIELD_TEXT, NULL, "text in the system prompt"},
	{FIELD_TOOL_ARGS, "tool.args", FIELD_TEXT, NULL, "text in a tool's arguments"},
	{FIELD_TOOL_RESULT, "tool.result", FIELD_TEXT, NULL, "text in a tool's result"},
	{FIELD_THINK, "think", FIELD_TEXT, NULL, "text in the reasoning"},
	{FIELD_ROLE, "role", FIELD_WORD, role_words, "the text after it, in that role only"},
	{FIELD_IS, "is", FIELD_WORD, is_words, "what it is"},
	{FIELD_HAS, "has", FIELD_WORD, has_words, "what there is in it"},
	{FIELD_KIND, "kind", FIELD_WORD, kind_words, "kind of event"},
	{FIELD_SINCE, "since", FIELD_TIME, NULL, "not before: 2h, 14:00, today, 2026-11-20"},
	{FIELD_UNTIL, "until", FIELD_TIME, NULL, "before that time"},
	{FIELD_AT, "at", FIELD_TIME, NULL, "went on then: 14:00, 14:00..14:05"},
	{FIELD_PROPERTY, "@", FIELD_VALUE, NULL, "any property of the event"},
	{FIELD_PERSON, "person.", FIELD_VALUE, NULL, "any property of the person"},
};

const struct field *field_named(struct str name)
{
	for (size_t i = FIELD_ANYTHING + 1; i < FIELD_PROPERTY; i++)
		if (str_eq(name, str_of(fields[i].name)))
			return &fields[i];
	return NULL;
}

int field_word(const struct field *f, struct str word)
{
	for (int i = 0; f->words && f->words[i]; i++)
		if (str_eq(word, str_of(f->words[i])))
			return i;
	return -1;
}

size_t field_distance(struct str typed, const char *name)
{
	size_t edits;

	if (typed.n == 0)
		return SIZE_MAX;
	if (str_starts(str_of(name), typed))
		return 0;
	/* Half of the letters, and something else was meant. */
	edits = typed.n > STR_EDITS_MAX ? SIZE_MAX : str_edits(typed, str_of(name));
	return edits <= typed.n / 2 ? edits : SIZE_MAX;
}

const struct field *field_nearest(struct str name)
{
	const struct field *best = NULL;
	size_t least = SIZE_MAX;

	for (size_t i = FIELD_ANYTHING + 1; i < FIELD_PROPERTY; i++) {
		size_t distance = field_distance(name, fields[i].name);

		if (distance >= least)
			continue;
		least = distance;
		best = &fields[i];
	}
	return best;
}
