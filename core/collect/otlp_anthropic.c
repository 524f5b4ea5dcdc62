/* Anthropic's agents (PostHog's anthropic.ts): usage with the cache's tokens in the input, tools by
 * the names of the GenAI conventions. */
#include "collect/otlp_internal.h"

#include "collect/raw.h"

#include <inttypes.h>
#include <string.h>

static const char *const marks[] = {"anthropic.", NULL};
static const struct otlp_rename session[] = {
	{"anthropic.session.id", "$ai_session_id"},
	{NULL, NULL},
};
static const struct otlp_rename absent[] = {
	{"gen_ai.usage.cache_write.input_tokens", "$ai_cache_creation_input_tokens"},
	{"gen_ai.usage.reasoning.output_tokens", "$ai_reasoning_tokens"},
	{"gen_ai.request.max_tokens", "$ai_max_tokens"},
	{"gen_ai.request.stream", "$ai_stream"},
	{"anthropic.message.stop_reason", "$ai_stop_reason"},
	{"anthropic.session.turn.stop_reason", "$ai_stop_reason"},
	{NULL, NULL},
};
static const char minutes[] = "anthropic.usage.cache_creation.ephemeral_5m_input_tokens";
static const char hour[] = "anthropic.usage.cache_creation.ephemeral_1h_input_tokens";

static void set_number(struct otlp_event *e, const char *name, int64_t value)
{
	buf_printf(&e->o->scratch, "%" PRId64, value);
	otlp_set(e, name, otlp_made(e));
}

static bool tokens_of(const struct otlp_event *e, const char *name, int64_t *out)
{
	return otlp_integer_of(e, name, out) && *out >= 0 && *out < INT32_MAX;
}

/* How long what was written to the cache stays there, where that adds up to what was written. */
static void split_cache_writes(struct otlp_event *e)
{
	int64_t short_lived = 0, long_lived = 0, total;
	bool has_short = tokens_of(e, minutes, &short_lived),
	     has_long = tokens_of(e, hour, &long_lived);

	if ((!has_short && !has_long) || otlp_get(e, "$ai_cache_creation_5m_input_tokens") ||
	    otlp_get(e, "$ai_cache_creation_1h_input_tokens"))
		return;
	if (tokens_of(e, "$ai_cache_creation_input_tokens", &total) &&
	    total != short_lived + long_lived)
		return;
	set_number(e, "$ai_cache_creation_input_tokens", short_lived + long_lived);
	set_number(e, "$ai_cache_creation_5m_input_tokens", short_lived);
	set_number(e, "$ai_cache_creation_1h_input_tokens", long_lived);
	otlp_remove(e, minutes);
	otlp_remove(e, hour);
}

/* What was spent on making the context smaller is not in the span's usage. */
static void add_compaction(struct otlp_event *e, const char *spent, const char *reported)
{
	int64_t more, tokens;

	if (tokens_of(e, spent, &more) && more > 0 && tokens_of(e, reported, &tokens))
		set_number(e, reported, tokens + more);
}

/* Only calls that the provider ran itself have such an id; a tool of one's own may have the name. */
static bool is_web_search(struct str part)
{
	struct str id = raw_inside(otlp_member(part, "id"));

	return (otlp_member_is(part, "type", "tool_call") ||
	        otlp_member_is(part, "type", "server_tool_call")) &&
	       otlp_member_is(part, "name", "web_search") && str_starts(id, STR("srvtoolu_"));
}

static void count_searches(struct otlp_event *e)
{
	const struct otlp_value *answers = otlp_get(e, "$ai_output_choices");
	struct raw_walk walk, inside;
	struct str key, message, part;
	int64_t count = 0;

	if (e->kind != OTLP_GENERATION || !answers || otlp_begin(*answers) != '[' ||
	    otlp_get(e, "$ai_web_search_count"))
		return;
	for (raw_open(&walk, answers->text); raw_next(&walk, &key, &message);) {
		if (!raw_open(&inside, otlp_member(message, "parts")) || inside.object)
			continue;
		while (raw_next(&inside, &key, &part))
			count += is_web_search(part);
	}
	if (count > 0)
		set_number(e, "$ai_web_search_count", count);
}

static void before(struct otlp_event *e)
{
	struct str id;

	/* Wider than the conversation, which would count otherwise. */
	if (otlp_string_of(e, "anthropic.session.id", &id))
		otlp_rename_absent(e, session);
}

static void after(struct otlp_event *e)
{
	static const struct otlp_rename name[] = {{"gen_ai.tool.name", "$ai_span_name"},
	                                          {NULL, NULL}};

	otlp_rename_absent(e, absent);
	if (otlp_get(e, "$ai_input_tokens"))
		otlp_default(e, "$ai_cache_reporting_exclusive", otlp_json(STR("false")));
	split_cache_writes(e);
	add_compaction(e, "anthropic.usage.compaction.input_tokens", "$ai_input_tokens");
	add_compaction(e, "anthropic.usage.compaction.output_tokens", "$ai_output_tokens");
	if (otlp_was_sent(e, "gen_ai.operation.name", "execute_tool")) {
		otlp_rename(e, name);
		otlp_take_state(e, "gen_ai.tool.call.arguments", "$ai_input_state");
		otlp_take_state(e, "anthropic.tool_result.content", "$ai_output_state");
	}
	count_searches(e);
}

const struct otlp_dialect otlp_anthropic = {
	.library = "\"opentelemetry/anthropic\"",
	.marks = marks,
	.before = before,
	.after = after,
};
