/* Vercel's AI SDK (PostHog's vercel-ai.ts). Of a call it records the prompt twice, in the span of the
 * function and in that of the request; tools and tool calls, which PostHog drops, are kept. */
#include "collect/otlp_internal.h"

#include "collect/raw.h"

#include <string.h>

static const char *const marks[] = {"ai.operationId", "ai.telemetry.functionId", NULL};
static const char *const stripped[] = {
	"ai.operationId",
	"ai.telemetry.functionId",
	"ai.model.id",
	"ai.model.provider",
	"ai.settings.maxRetries",
	"ai.settings.maxOutputTokens",
	"ai.settings.output",
	"ai.usage.promptTokens",
	"ai.usage.completionTokens",
	"ai.usage.tokens",
	"ai.usage.inputTokenDetails.noCacheTokens",
	"ai.usage.outputTokenDetails.textTokens",
	"ai.response.id",
	"ai.response.model",
	"ai.response.timestamp",
	"ai.response.providerMetadata",
	"ai.response.avgCompletionTokensPerSecond",
	"ai.response.msToFirstChunk",
	"ai.response.msToFinish",
	"ai.response.reasoning",
	"ai.response.object",
	"ai.response.toolCalls",
	"ai.response.finishReason",
	"ai.response.text",
	"ai.prompt",
	"ai.prompt.messages",
	"ai.prompt.tools",
	"ai.prompt.toolChoice",
	"ai.value",
	"ai.embedding",
	"ai.values",
	"ai.embeddings",
	"ai.schema",
	"ai.schema.name",
	"ai.schema.description",
	"operation.name",
	"resource.name",
	"gen_ai.request.max_tokens",
	"gen_ai.response.id",
	"gen_ai.response.finish_reasons",
	"ai.telemetry.metadata.",
	"ai.request.headers.",
	NULL,
};

/* ---- before the general mapping ---- */

static void put_if_text(struct buf *out, struct str object, const char *member, const char *role)
{
	struct str value = otlp_member(object, member);

	if (raw_inside(value).n == 0)
		return;
	otlp_separate(out);
	otlp_put_message(out, role, otlp_json(value));
}

/* {"system":...,"messages":[...]} or with "prompt", as messages. */
static void put_prompt(struct buf *out, struct str object)
{
	struct str messages = otlp_member(object, "messages"), key, message;
	struct raw_walk walk;

	put_if_text(out, object, "system", "system");
	if (!raw_open(&walk, messages) || walk.object) {
		put_if_text(out, object, "prompt", "user");
		return;
	}
	while (raw_next(&walk, &key, &message)) {
		otlp_separate(out);
		buf_append(out, message);
	}
}

/* Of the function's span: an object, messages, or a text. */
static void take_prompt(struct otlp_event *e)
{
	const struct otlp_value *sent = otlp_get(e, "ai.prompt");
	struct buf *out = &e->o->scratch;
	struct otlp_value prompt;
	char begin;

	if (!sent)
		return;
	prompt = otlp_parsed(e, *sent);
	begin = otlp_begin(prompt);
	if (begin == '[') {
		otlp_set(e, "gen_ai.input.messages", prompt);
		return;
	}
	buf_add(out, '[');
	if (begin == '{')
		put_prompt(out, prompt.text);
	else if (begin == '"')
		otlp_put_message(out, "user", prompt);
	buf_add(out, ']');
	prompt = otlp_made(e);
	if (prompt.text.n > 2)
		otlp_set(e, "gen_ai.input.messages", prompt);
}

/* Each as a part of the answer: {"type":"tool-call",... as sent}. */
static void put_calls(struct buf *out, struct otlp_value calls)
{
	struct raw_walk walk;
	struct str key, call;

	if (otlp_begin(calls) != '[' || !raw_open(&walk, calls.text))
		return;
	while (raw_next(&walk, &key, &call)) {
		if (call.p[0] != '{')
			continue;
		call = str_trim(str_sub(call, 1, SIZE_MAX));
		otlp_separate(out);
		buf_puts(out, "{\"type\":\"tool-call\"");
		buf_puts(out, call.p[0] == '}' ? "" : ",");
		buf_append(out, call);
	}
}

static void take_answer(struct otlp_event *e)
{
	const struct otlp_value *text = otlp_get(e, "ai.response.text");
	const struct otlp_value *sent = otlp_get(e, "ai.response.toolCalls");
	struct otlp_value calls = sent ? otlp_parsed(e, *sent) : otlp_text(STR_EMPTY);
	struct buf *out = &e->o->scratch;
	bool has_calls = otlp_begin(calls) == '[' && otlp_pick_message(calls, OTLP_LAST).n > 0;

	if (otlp_get(e, "gen_ai.output.messages") || (!text && !has_calls))
		return;
	buf_puts(out, "[{\"role\":\"assistant\",\"content\":");
	if (!has_calls) {
		otlp_put(out, *text);
	} else {
		buf_add(out, '[');
		if (text && text->text.n > (text->json ? 2 : 0)) {
			buf_puts(out, "{\"type\":\"text\",\"text\":");
			otlp_put(out, *text);
			buf_add(out, '}');
		}
		put_calls(out, calls);
		buf_add(out, ']');
	}
	buf_puts(out, "}]");
	otlp_set(e, "gen_ai.output.messages", otlp_made(e));
}

static void default_from(struct otlp_event *e, const char *to, const char *from)
{
	const struct otlp_value *value = otlp_get(e, from);

	if (value)
		otlp_default(e, to, *value);
}

static void before(struct otlp_event *e)
{
	static const char *const cached[] = {"gen_ai.usage.cache_read.input_tokens",
	                                     "gen_ai.usage.cache_creation.input_tokens",
	                                     "ai.usage.inputTokenDetails.noCacheTokens", NULL};
	const struct otlp_value *tools;

	if (otlp_list_has_any(e->properties, cached))
		otlp_default(e, "$ai_cache_reporting_exclusive", otlp_json(STR("false")));
	default_from(e, "gen_ai.input.messages", "ai.prompt.messages");
	if (!otlp_get(e, "gen_ai.input.messages"))
		take_prompt(e);
	take_answer(e);
	tools = otlp_get(e, "ai.prompt.tools");
	if (tools)
		otlp_default(e, "$ai_tools", otlp_parsed_list(e, *tools));
	default_from(e, "$groups", "ai.telemetry.metadata.$groups");
}

/* ---- behind it ---- */

static void set_state(struct otlp_event *e, const char *to, const char *from, enum otlp_pick pick)
{
	const struct otlp_value *messages = otlp_get(e, from);
	struct str message = messages ? otlp_pick_message(*messages, pick) : STR_EMPTY;

	if (message.n > 0)
		otlp_default(e, to, otlp_json(message));
}

/* The span of the function that was called, as a name for all of the trace. */
static void map_function(struct otlp_event *e)
{
	struct str name;

	set_state(e, "$ai_input_state", "$ai_input", OTLP_LAST_USER);
	set_state(e, "$ai_output_state", "$ai_output_choices", OTLP_LAST);
	if (otlp_string_of(e, "ai.telemetry.functionId", &name))
		otlp_set(e, "$ai_span_name", *otlp_get(e, "ai.telemetry.functionId"));
}

static void map_tool(struct otlp_event *e)
{
	static const struct otlp_rename name[] = {{"ai.toolCall.name", "$ai_span_name"},
	                                          {NULL, NULL}};

	otlp_rename(e, name);
	otlp_take_state(e, "ai.toolCall.args", "$ai_input_state");
	otlp_take_state(e, "ai.toolCall.result", "$ai_output_state");
	otlp_remove(e, "ai.toolCall.id");
}

static bool is_function(const struct otlp_event *e)
{
	static const char *const functions[] = {"ai.generateText", "ai.streamText",
	                                        "ai.generateObject", "ai.streamObject"};

	for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++)
		if (otlp_is(e, "ai.operationId", functions[i]))
			return e->kind != OTLP_GENERATION;
	return e->kind == OTLP_TRACE;
}

/* What the caller said in experimental_telemetry's metadata. */
static void take_metadata(struct otlp_event *e)
{
#define METADATA "ai.telemetry.metadata."
	static const char *const texts[][2] = {
		{METADATA "posthog_distinct_id", "posthog_distinct_id"},
		{METADATA "$ai_session_id", "$ai_session_id"},
		{"ai.settings.context.$ai_session_id", "$ai_session_id"},
		{"eve.session.id", "$ai_session_id"},
		{METADATA "$ai_prompt_name", "$ai_prompt_name"},
		{METADATA "$ai_prompt_version", "$ai_prompt_version"},
		{"ai.telemetry.functionId", "functionId"},
	};
	int64_t version;
	struct str text;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (otlp_string_of(e, texts[i][0], &text))
			otlp_default(e, texts[i][1], *otlp_get(e, texts[i][0]));
	if (otlp_integer_of(e, METADATA "$ai_prompt_version", &version) && version > 0)
		default_from(e, "$ai_prompt_version", METADATA "$ai_prompt_version");
	if (otlp_string_of(e, METADATA "$ai_span_name", &text))
		otlp_set(e, "$ai_span_name", *otlp_get(e, METADATA "$ai_span_name"));
#undef METADATA
}

static void set_stop_reason(struct otlp_event *e)
{
	const struct otlp_value *reasons;
	struct raw_walk walk;
	struct str key, first;

	default_from(e, "$ai_stop_reason", "ai.response.finishReason");
	reasons = otlp_get(e, "gen_ai.response.finish_reasons");
	if (reasons && otlp_begin(*reasons) == '[' && raw_open(&walk, reasons->text) &&
	    raw_next(&walk, &key, &first))
		otlp_default(e, "$ai_stop_reason", otlp_json(first));
}

static void after(struct otlp_event *e)
{
	if (is_function(e))
		map_function(e);
	if (otlp_is(e, "ai.operationId", "ai.toolCall"))
		map_tool(e);
	take_metadata(e);
	set_stop_reason(e);
	otlp_default(e, "$ai_framework", otlp_json(STR("\"vercel\"")));
	default_from(e, "$ai_reasoning_tokens", "ai.usage.outputTokenDetails.reasoningTokens");
	otlp_strip(e, stripped);
}

const struct otlp_dialect otlp_vercel = {
	.library = "\"opentelemetry/vercel-ai\"",
	.marks = marks,
	.before = before,
	.after = after,
};
