/* Pydantic AI, as Logfire sends it (PostHog's pydantic-ai.ts). */
#include "collect/otlp_internal.h"

#include <stddef.h>

static const char *const marks[] = {"pydantic_ai.all_messages", "logfire.msg",
                                    "logfire.json_schema", "model_request_parameters", NULL};
static const char *const stripped[] = {
	"logfire.json_schema",
	"logfire.msg",
	"operation.cost",
	"model_request_parameters",
	"model_name",
	"gen_ai.usage.details.input_tokens",
	"gen_ai.usage.details.output_tokens",
	NULL,
};
static const char *const of_agents[] = {"pydantic_ai.all_messages", "final_result", "agent_name",
                                        "gen_ai.agent.name", NULL};
static const char *const of_tools[] = {"gen_ai.tool.call.arguments",
                                       "gen_ai.tool.call.result",
                                       "tool_arguments",
                                       "tool_response",
                                       "gen_ai.tool.name",
                                       "gen_ai.tool.call.id",
                                       NULL};

static void set_message(struct otlp_event *e, const char *name, struct str message)
{
	if (message.n > 0)
		otlp_set(e, name, otlp_json(message));
}

/* A run of an agent: what it was asked first, and what came out. */
static void map_agent(struct otlp_event *e)
{
	const struct otlp_value *all = otlp_get(e, "pydantic_ai.all_messages");
	const struct otlp_value *result = otlp_get(e, "final_result");
	struct otlp_value messages = all ? otlp_parsed(e, *all) : otlp_text(STR_EMPTY), parsed;

	if (result) {
		parsed = otlp_parsed(e, *result);
		if (otlp_begin(parsed) == '{' || otlp_begin(parsed) == '[')
			otlp_set(e, "$ai_output_state", parsed);
		else
			otlp_set(e, "$ai_output_state", *result);
	} else {
		set_message(e, "$ai_output_state", otlp_pick_message(messages, OTLP_LAST_ANSWER));
	}
	set_message(e, "$ai_input_state", otlp_pick_message(messages, OTLP_FIRST_USER));
	if (otlp_get(e, "gen_ai.agent.name"))
		otlp_set(e, "$ai_span_name", *otlp_get(e, "gen_ai.agent.name"));
	else if (otlp_get(e, "agent_name"))
		otlp_set(e, "$ai_span_name", *otlp_get(e, "agent_name"));
	if (otlp_get(e, "model_name"))
		otlp_default(e, "$ai_model", *otlp_get(e, "model_name"));
	otlp_strip(e, of_agents);
}

/* Both names of both: version 3 of its instrumentation took those of the GenAI conventions. */
static void map_tool(struct otlp_event *e)
{
	otlp_take_state(e, "tool_arguments", "$ai_input_state");
	otlp_take_state(e, "gen_ai.tool.call.arguments", "$ai_input_state");
	otlp_take_state(e, "tool_response", "$ai_output_state");
	otlp_take_state(e, "gen_ai.tool.call.result", "$ai_output_state");
	if (otlp_get(e, "gen_ai.tool.name"))
		otlp_set(e, "$ai_span_name", *otlp_get(e, "gen_ai.tool.name"));
	otlp_strip(e, of_tools);
}

static void after(struct otlp_event *e)
{
	if (otlp_get(e, "logfire.msg"))
		otlp_default(e, "$ai_span_name", *otlp_get(e, "logfire.msg"));
	otlp_lift_stop_reason(e);
	if (e->kind == OTLP_TRACE || otlp_get(e, "pydantic_ai.all_messages"))
		map_agent(e);
	if (e->kind == OTLP_SPAN)
		map_tool(e);
	otlp_strip(e, stripped);
}

const struct otlp_dialect otlp_pydantic = {
	.library = "\"opentelemetry/pydantic-ai\"",
	.marks = marks,
	.after = after,
};
