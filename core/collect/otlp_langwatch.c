/* LangWatch: {"type":"json","value":...} around what a provider was sent and answered (PostHog's
 * langwatch.ts). What an OpenAI response holds besides its messages is left out. */
#include "collect/otlp_internal.h"

#include "collect/raw.h"

#include <string.h>

static const char *const marks[] = {"langwatch.", NULL};
static const char *const stripped[] = {
	"langwatch.", "http.request.method",       "http.response.status_code",
	"url.path",   "gen_ai.usage.total_tokens", NULL,
};

/* What is in the wrapper; text is empty if it is none. */
static struct otlp_value unwrap(const struct otlp_event *e, const char *name)
{
	const struct otlp_value *value = otlp_get(e, name);
	struct otlp_value parsed;

	if (!value)
		return otlp_json(STR_EMPTY);
	parsed = otlp_parsed(e, *value);
	return otlp_json(otlp_begin(parsed) == '{' ? otlp_member(parsed.text, "value") : STR_EMPTY);
}

static void set_one_message(struct otlp_event *e, const char *name, const char *role,
                            struct otlp_value text)
{
	buf_add(&e->o->scratch, '[');
	otlp_put_message(&e->o->scratch, role, text);
	buf_add(&e->o->scratch, ']');
	otlp_default(e, name, otlp_made(e));
}

static void take_input(struct otlp_event *e)
{
	struct otlp_value input = unwrap(e, "langwatch.input");

	if (otlp_begin(input) == '[')
		otlp_default(e, "$ai_input", input);
	else if (otlp_begin(input) == '"')
		set_one_message(e, "$ai_input", "user", input);
}

/* ---- answers ---- */

/* Go's client writes every member of a message, most of them empty: those that say something. */
static void put_message(struct buf *out, struct str message)
{
	static const char *const texts[] = {"tool_call_id", "name", "reasoning_content", "refusal"};
	static const char *const any[] = {"role", "content", "tool_calls"};

	otlp_separate(out);
	buf_add(out, '{');
	for (size_t i = 0; i < sizeof(any) / sizeof(any[0]); i++) {
		struct str value = otlp_member(message, any[i]);

		if (value.n > 0 &&
		    !(i == 2 && otlp_pick_message(otlp_json(value), OTLP_LAST).n == 0))
			otlp_put_member(out, any[i], value);
	}
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct str value = otlp_member(message, texts[i]);

		if (raw_inside(value).n > 0)
			otlp_put_member(out, texts[i], value);
	}
	buf_add(out, '}');
}

static void put_choices(struct otlp_event *e, struct buf *out, struct str choices)
{
	struct raw_walk walk;
	struct str key, choice, reason;

	for (raw_open(&walk, choices); raw_next(&walk, &key, &choice);) {
		put_message(out, otlp_member(choice, "message"));
		reason = otlp_member(choice, "finish_reason");
		if (raw_inside(reason).n > 0)
			otlp_default(e, "$ai_stop_reason", otlp_json(reason));
	}
}

/* The texts of the parts, joined. */
static void put_joined(struct otlp_event *e, struct buf *out, struct str parts)
{
	struct buf joined = {0};
	struct raw_walk walk;
	struct str key, part, text;

	for (raw_open(&walk, parts); raw_next(&walk, &key, &part);) {
		struct otlp_value value = otlp_json(otlp_member(part, "text"));

		if (otlp_string(e, &value, &text))
			buf_append(&joined, text);
	}
	otlp_put(out, otlp_text(buf_str(&joined)));
	buf_free(&joined);
}

static void put_response_message(struct otlp_event *e, struct buf *out, struct str item)
{
	struct str role = otlp_member(item, "role"), content = otlp_member(item, "content");

	otlp_separate(out);
	buf_add(out, '{');
	otlp_put_member(out, "role", role.n > 0 ? role : STR("\"assistant\""));
	buf_puts(out, ",\"content\":");
	if (content.n > 0 && content.p[0] == '[')
		put_joined(e, out, content);
	else
		buf_append(out, content.n > 0 ? content : STR("null"));
	buf_add(out, '}');
}

static void put_response_call(struct buf *out, struct str item)
{
	struct str id = otlp_member(item, "call_id");

	if (id.n == 0)
		id = otlp_member(item, "id");
	otlp_separate(out);
	buf_puts(out, "{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{");
	otlp_put_member(out, "id", id);
	otlp_put_member(out, "type", STR("\"function\""));
	buf_puts(out, ",\"function\":{");
	otlp_put_member(out, "name", otlp_member(item, "name"));
	otlp_put_member(out, "arguments", otlp_member(item, "arguments"));
	buf_puts(out, "}}]}");
}

static void put_items(struct otlp_event *e, struct buf *out, struct str items)
{
	struct raw_walk walk;
	struct str key, item;

	for (raw_open(&walk, items); raw_next(&walk, &key, &item);) {
		if (otlp_member_is(item, "type", "message"))
			put_response_message(e, out, item);
		else if (otlp_member_is(item, "type", "function_call"))
			put_response_call(out, item);
	}
}

static void take_output(struct otlp_event *e)
{
	struct otlp_value output = unwrap(e, "langwatch.output"), made;
	struct buf list = {0};
	struct str choices, items;

	if (otlp_get(e, "$ai_output_choices"))
		return;
	if (output.text.n > 0 && otlp_begin(output) == '"')
		set_one_message(e, "$ai_output_choices", "assistant", output);
	if (otlp_begin(output) != '{')
		return;
	choices = otlp_member(output.text, "choices");
	items = otlp_member(output.text, "output");
	buf_add(&list, '[');
	if (choices.n > 0 && choices.p[0] == '[')
		put_choices(e, &list, choices);
	else if (items.n > 0 && items.p[0] == '[')
		put_items(e, &list, items);
	buf_add(&list, ']');
	made = otlp_json(arena_copy(&e->o->made, buf_str(&list)));
	buf_free(&list);
	if (made.text.n > 2)
		otlp_set(e, "$ai_output_choices", made);
}

static void after(struct otlp_event *e)
{
	struct str instructions;

	take_input(e);
	take_output(e);
	if (otlp_string_of(e, "langwatch.instructions", &instructions))
		otlp_lead_with_system(e, instructions);
	otlp_strip(e, stripped);
}

const struct otlp_dialect otlp_langwatch = {
	.library = "\"opentelemetry/langwatch\"",
	.marks = marks,
	.after = after,
};
