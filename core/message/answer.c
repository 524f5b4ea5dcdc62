/* One function a dialect, each of which knows its own events and passes over the others'. */
#include "message/answer.h"

#include "message/place.h"

void answer_init(struct answer *a)
{
	const int64_t unknown = ANSWER_UNKNOWN;

	*a = (struct answer){.usage = {unknown, unknown, unknown, unknown, unknown}};
}

void answer_free(struct answer *a)
{
	buf_free(&a->usage_json);
	buf_free(&a->trouble);
}

static struct place first_of(struct place list)
{
	uint32_t at = place_type(list) == JSON_ARRAY ? json_first(list.tree, list.at)
	                                             : JSON_NO_NODE;

	return (struct place){list.tree, at};
}

static struct place member_of(struct place at, const char *outer, const char *inner)
{
	return place_member(place_member(at, outer), inner);
}

/* ---- tokens ---------------------------------------------------------------------------------------------------------- */

static void take_count(int64_t *out, struct place value)
{
	int64_t n;

	if (place_type(value) == JSON_NUMBER && str_to_i64(place_json(value), &n) && n >= 0)
		*out = n;
}

/* Several events may tell; what a later one does not repeat stays. */
static void take_usage(struct answer *a, struct place usage)
{
	struct answer_usage *u = &a->usage;

	if (place_type(usage) != JSON_OBJECT)
		return;
	take_count(&u->input, place_member(usage, "prompt_tokens"));
	take_count(&u->input, place_member(usage, "input_tokens"));
	take_count(&u->input, place_member(usage, "promptTokenCount"));
	take_count(&u->output, place_member(usage, "completion_tokens"));
	take_count(&u->output, place_member(usage, "output_tokens"));
	take_count(&u->output, place_member(usage, "candidatesTokenCount"));
	take_count(&u->cache_read, member_of(usage, "prompt_tokens_details", "cached_tokens"));
	take_count(&u->cache_read, member_of(usage, "input_tokens_details", "cached_tokens"));
	take_count(&u->cache_read, place_member(usage, "cache_read_input_tokens"));
	take_count(&u->cache_read, place_member(usage, "cachedContentTokenCount"));
	take_count(&u->cache_write, place_member(usage, "cache_creation_input_tokens"));
	take_count(&u->reasoning,
	           member_of(usage, "completion_tokens_details", "reasoning_tokens"));
	take_count(&u->reasoning, member_of(usage, "output_tokens_details", "reasoning_tokens"));
	take_count(&u->reasoning, place_member(usage, "thoughtsTokenCount"));
	if (a->keeps_usage)
		return;
	buf_clear(&a->usage_json);
	buf_append(&a->usage_json, place_json(usage));
}

static void take_usages(struct answer *a, struct place event)
{
	struct place begun = member_of(event, "message", "usage");

	take_usage(a, place_member(event, "usage"));
	take_usage(a, member_of(event, "response", "usage"));
	take_usage(a, place_member(event, "usageMetadata"));
	take_usage(a, begun);
	a->keeps_usage = a->keeps_usage || place_type(begun) == JSON_OBJECT;
}

/* ---- what went wrong ------------------------------------------------------------------------------------------------- */

static void trouble_of(struct place at, struct buf *out)
{
	static const char *const names[] = {"error", "message", "detail", NULL};

	/* A sentence, or an object that holds one, at most as deep as any provider has it. */
	for (int depth = 0; depth < 3; depth++) {
		if (place_type(at) == JSON_ARRAY)
			at = first_of(at);
		if (place_type(at) == JSON_OBJECT)
			at = place_any(at, names);
	}
	if (place_type(at) == JSON_STRING)
		json_text(at.tree, at.at, out);
}

void answer_trouble(const struct json_tree *body, struct buf *out)
{
	trouble_of((struct place){body, 0}, out);
}

/* "error" as a type is Anthropic's and that of Responses; chat completions and Gemini have it as a member. */
static void take_trouble(struct answer *a, struct place event)
{
	struct place error = place_member(event, "error");

	if (place_type(error) <= JSON_NULL)
		error = member_of(event, "response", "error");
	if (place_type(error) <= JSON_NULL && place_is(place_member(event, "type"), STR("error")))
		error = event;
	if (place_type(error) <= JSON_NULL || a->trouble.n > 0)
		return;
	trouble_of(error, &a->trouble);
	if (a->trouble.n == 0)
		buf_puts(&a->trouble, "an error without a sentence");
}

/* ---- dialects -------------------------------------------------------------------------------------------------------- */

static void add_piece(struct answer *a, struct place piece, struct buf *out)
{
	if (!place_filled(piece))
		return;
	a->model_spoke = true;
	if (place_type(piece) == JSON_STRING)
		json_text(piece.tree, piece.at, out);
}

static void take_chat(struct answer *a, struct place event, struct buf *text, struct buf *reasoning)
{
	struct place choice = first_of(place_member(event, "choices"));
	struct place index = place_member(choice, "index");
	struct place delta = place_member(choice, "delta");

	if (place_type(index) == JSON_NUMBER && !str_eq(place_json(index), STR("0")))
		return;
	add_piece(a, place_member(delta, "content"), text);
	add_piece(a, place_member(delta, "refusal"), text);
	add_piece(a, place_member(delta, "reasoning_content"), reasoning);
	add_piece(a, place_member(delta, "reasoning"), reasoning);
	a->model_spoke = a->model_spoke || place_filled(place_member(delta, "tool_calls"));
	a->ended = a->ended || place_filled(place_member(choice, "finish_reason"));
}

static void take_responses(struct answer *a, struct place event, struct buf *text,
                           struct buf *reasoning)
{
	struct place type = place_member(event, "type"), delta = place_member(event, "delta");

	if (place_is(type, STR("response.output_text.delta")) ||
	    place_is(type, STR("response.refusal.delta")))
		add_piece(a, delta, text);
	else if (place_is(type, STR("response.reasoning_text.delta")) ||
	         place_is(type, STR("response.reasoning_summary_text.delta")))
		add_piece(a, delta, reasoning);
	else if (place_is(type, STR("response.function_call_arguments.delta")))
		a->model_spoke = true;
	else if (place_is(type, STR("response.completed")) ||
	         place_is(type, STR("response.incomplete")))
		a->ended = true;
}

static void take_anthropic(struct answer *a, struct place event, struct buf *text,
                           struct buf *reasoning)
{
	struct place type = place_member(event, "type"), delta = place_member(event, "delta");

	if (place_is(type, STR("message_stop")))
		a->ended = true;
	if (place_is(type, STR("content_block_start")))
		add_piece(a, member_of(event, "content_block", "text"), text);
	if (!place_is(type, STR("content_block_delta")))
		return;
	add_piece(a, place_member(delta, "text"), text);
	add_piece(a, place_member(delta, "thinking"), reasoning);
	a->model_spoke = true;
}

static void take_gemini(struct answer *a, struct place event, struct buf *text,
                        struct buf *reasoning)
{
	struct place candidate = first_of(place_member(event, "candidates"));
	struct place parts = member_of(candidate, "content", "parts");

	a->ended = a->ended || place_filled(place_member(candidate, "finishReason")) ||
	           place_filled(member_of(event, "promptFeedback", "blockReason"));
	if (place_type(parts) != JSON_ARRAY)
		return;
	for (uint32_t at = json_first(parts.tree, parts.at); at != JSON_NO_NODE;
	     at = json_next(parts.tree, parts.at, at)) {
		struct place part = {parts.tree, at};
		bool thought = place_type(place_member(part, "thought")) == JSON_TRUE;

		add_piece(a, place_member(part, "text"), thought ? reasoning : text);
		a->model_spoke = true;
	}
}

void answer_take(struct answer *a, const struct json_tree *event, struct buf *text,
                 struct buf *reasoning)
{
	struct place at = {event, 0};

	if (place_type(at) != JSON_OBJECT)
		return;
	take_trouble(a, at);
	take_usages(a, at);
	take_chat(a, at, text, reasoning);
	take_responses(a, at, text, reasoning);
	take_anthropic(a, at, text, reasoning);
	take_gemini(a, at, text, reasoning);
}

void answer_take_whole(struct answer *a, const struct json_tree *answer)
{
	struct place at = {answer, 0};

	if (place_type(at) == JSON_ARRAY) /* Gemini's stream without events */
		for (uint32_t i = json_first(answer, 0); i != JSON_NO_NODE;
		     i = json_next(answer, 0, i))
			take_usages(a, (struct place){answer, i});
	take_trouble(a, at);
	take_usages(a, at);
	a->ended = true;
	a->model_spoke = true;
}
