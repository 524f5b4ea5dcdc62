/* Traceloop's OpenLLMetry: messages as attributes of their own, under gen_ai. in Python and under
 * llm. in Go (PostHog's traceloop.ts). */
#include "collect/otlp_internal.h"

#include <stddef.h>

static const char *const marks[] = {"llm.request.type", "traceloop.span.kind",
                                    "traceloop.entity.name", NULL};
static const char *const stripped[] = {
	"traceloop.span.kind",
	"traceloop.entity.name",
	"traceloop.entity.path",
	"traceloop.workflow.name",
	"traceloop.entity.input",
	"traceloop.entity.output",
	"llm.is_streaming",
	"llm.usage.total_tokens",
	"llm.response.stop_reason",
	"llm.response.finish_reason",
	"traceloop.association.properties.",
	NULL,
};
static const struct otlp_rename absent[] = {
	{"llm.response.model", "$ai_model"},
	{"llm.request.model", "$ai_model"},
	{"llm.usage.prompt_tokens", "$ai_input_tokens"},
	{"llm.usage.completion_tokens", "$ai_output_tokens"},
	{"llm.vendor", "$ai_provider"},
	{"llm.response.stop_reason", "$ai_stop_reason"},
	{"llm.response.finish_reason", "$ai_stop_reason"},
	{NULL, NULL},
};
static const char *const of_message[] = {"role", "content", "tool_call_id", "finish_reason", NULL};
static const char *const of_tool[] = {"name", "description", "parameters", NULL};

static void gather(struct otlp_event *e, const char *name, const char *prefix)
{
	struct otlp_indexed form = {
		.prefix = prefix, .members = of_message, .calls = "tool_calls."};

	otlp_gather(e, name, &form);
}

static void after(struct otlp_event *e)
{
	static const struct otlp_indexed tools = {.prefix = "llm.request.functions.",
	                                          .members = of_tool};

	gather(e, "$ai_input", "gen_ai.prompt.");
	gather(e, "$ai_input", "llm.prompts.");
	gather(e, "$ai_output_choices", "gen_ai.completion.");
	gather(e, "$ai_output_choices", "llm.completions.");
	otlp_gather(e, "$ai_tools", &tools);
	otlp_rename_absent(e, absent);
	otlp_lift_stop_reason(e);
	otlp_take_state(e, "traceloop.entity.input", "$ai_input_state");
	otlp_take_state(e, "traceloop.entity.output", "$ai_output_state");
	otlp_strip(e, stripped);
}

const struct otlp_dialect otlp_traceloop = {
	.library = "\"opentelemetry/traceloop\"",
	.marks = marks,
	.after = after,
};
