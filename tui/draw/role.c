/* The names of roles: the only words that theme files and screens share. */
#include "draw/role.h"

static const char *const role_names[ROLE_COUNT] = {
	[ROLE_TEXT] = "text",
	[ROLE_DIM] = "dim",
	[ROLE_STRONG] = "strong",
	[ROLE_HEAD] = "head",
	[ROLE_HEAD_STRONG] = "head_strong",
	[ROLE_COLUMN] = "column",
	[ROLE_RULE] = "rule",
	[ROLE_STATUS] = "status",
	[ROLE_KEY] = "key",
	[ROLE_PROMPT] = "prompt",
	[ROLE_MARKER] = "marker",
	[ROLE_CURSOR] = "cursor",
	[ROLE_ERROR] = "error",
	[ROLE_WARNING] = "warning",
	[ROLE_GOOD] = "good",
	[ROLE_ESTIMATE] = "estimate",
	[ROLE_UNKNOWN] = "unknown",
	[ROLE_TIME] = "time",
	[ROLE_NAME] = "name",
	[ROLE_MODEL] = "model",
	[ROLE_TOKENS] = "tokens",
	[ROLE_LATENCY] = "latency",
	[ROLE_COST] = "cost",
	[ROLE_GENERATION] = "generation",
	[ROLE_EMBEDDING] = "embedding",
	[ROLE_SPAN] = "span",
	[ROLE_TOOL] = "tool",
	[ROLE_BAR] = "bar",
	[ROLE_BAR_GENERATION] = "bar_generation",
	[ROLE_BAR_TOOL] = "bar_tool",
	[ROLE_BAR_WAIT] = "bar_wait",
	[ROLE_BAR_ERROR] = "bar_error",
	[ROLE_SYSTEM] = "system",
	[ROLE_USER] = "user",
	[ROLE_ASSISTANT] = "assistant",
	[ROLE_TOOL_MESSAGE] = "tool_message",
	[ROLE_REASONING] = "reasoning",
	[ROLE_LABEL] = "label",
	[ROLE_CODE] = "code",
	[ROLE_MATCH] = "match",
	[ROLE_ESCAPED] = "escaped",
	[ROLE_SCROLL] = "scroll",
};

const char *role_name(enum role role)
{
	return role_names[role];
}
