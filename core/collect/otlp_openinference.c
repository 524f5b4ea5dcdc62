/* Arize's OpenInference: messages and tools as attributes of their own, the whole payload beside
 * them (PostHog's openinference.ts). */
#include "collect/otlp_internal.h"

#include <stddef.h>

static const char *const marks[] = {"openinference.span.kind", NULL};
static const char *const stripped[] = {
	"openinference.span.kind",
	"input.value",
	"input.mime_type",
	"output.value",
	"output.mime_type",
	"llm.token_count.total",
	"llm.invocation_parameters",
	"metadata",
	NULL,
};
static const struct otlp_rename absent[] = {
	{"llm.model_name", "$ai_model"},
	{"llm.provider", "$ai_provider"},
	{"llm.system", "$ai_provider"},
	{"llm.token_count.prompt", "$ai_input_tokens"},
	{"llm.token_count.completion", "$ai_output_tokens"},
	{"llm.token_count.prompt_details.cache_read", "$ai_cache_read_input_tokens"},
	{"llm.token_count.prompt_details.cache_write", "$ai_cache_creation_input_tokens"},
	{"llm.finish_reason", "$ai_stop_reason"},
	{"session.id", "$ai_session_id"},
	{NULL, NULL},
};
static const char *const of_message[] = {"role", "content", "tool_call_id", "name", NULL};
static const char *const of_tool[] = {"tool.json_schema", NULL};

static void gather(struct otlp_event *e, const char *name, const char *prefix)
{
	struct otlp_indexed form = {.prefix = prefix,
	                            .inner = "message.",
	                            .members = of_message,
	                            .calls = "tool_calls.",
	                            .call = "tool_call.",
	                            .parts = "contents.",
	                            .part = "message_content."};

	otlp_gather(e, name, &form);
}

/* Each definition is JSON in a string. */
static void gather_tools(struct otlp_event *e)
{
	static const struct otlp_indexed form = {
		.prefix = "llm.tools.", .members = of_tool, .bare = true};

	if (otlp_gather(e, "$ai_tools", &form))
		otlp_set(e, "$ai_tools", otlp_parsed_list(e, *otlp_get(e, "$ai_tools")));
}

/* Where there are no messages the whole payload is one. */
static void take_payload(struct otlp_event *e, const char *from, const char *to, const char *role)
{
	const struct otlp_value *value = otlp_get(e, from);
	struct str text;

	if (!otlp_string(e, value, &text) || otlp_get(e, to))
		return;
	buf_add(&e->o->scratch, '[');
	otlp_put_message(&e->o->scratch, role, *value);
	buf_add(&e->o->scratch, ']');
	otlp_set(e, to, otlp_made(e));
}

static void after(struct otlp_event *e)
{
	const struct otlp_value *parameters;
	struct otlp_value parsed;

	otlp_rename_absent(e, absent);
	gather(e, "$ai_input", "llm.input_messages.");
	gather(e, "$ai_output_choices", "llm.output_messages.");
	gather_tools(e);
	take_payload(e, "input.value", "$ai_input", "user");
	take_payload(e, "output.value", "$ai_output_choices", "assistant");
	parameters = otlp_get(e, "llm.invocation_parameters");
	parsed = parameters ? otlp_parsed(e, *parameters) : otlp_text(STR_EMPTY);
	if (otlp_begin(parsed) == '{')
		otlp_default(e, "$ai_model_parameters", parsed);
	otlp_strip(e, stripped);
}

const struct otlp_dialect otlp_openinference = {
	.library = "\"opentelemetry/openinference\"",
	.marks = marks,
	.after = after,
};
