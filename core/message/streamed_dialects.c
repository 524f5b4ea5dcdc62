/* The events of streams: OpenAI's chunks, Anthropic's events, those of the Responses API, Gemini's answers in part. A dialect is
 * an entry in the table at the end: what an event is, and what it adds to which part.
 *
 * Left to others: how the pieces are kept and read (streamed.c). */
#include "message/streamed_parts.h"

#define ITEM_PARTS 16 /* of an item, that are looked for in what it ended as */

static void add_said(struct streamed *s, uint32_t turn, uint64_t place, enum part_type type,
                     struct place text)
{
	if (place_type(text) == JSON_STRING && place_filled(text))
		streamed_add(s, &streamed_part_of(s, turn, place, type)->text, text);
}

/* Some send a name with every piece, others send it in pieces. */
static void add_name(struct streamed *s, struct streamed_part *p, struct place name)
{
	bool again = p->name.first != STREAMED_NONE &&
	             place_same(streamed_place(s, s->pieces[p->name.first].node), name);

	streamed_add(s, again ? &p->again : &p->name, name);
}

static bool is_one_of(struct place type, const char *const *names)
{
	for (; *names; names++)
		if (place_is(type, str_of(*names)))
			return true;
	return false;
}

/* ---- OpenAI's chunks ---- */

static bool is_choice(struct place at)
{
	return place_type(place_member(at, "delta")) == JSON_OBJECT &&
	       place_type(place_member(at, "type")) == JSON_ABSENT;
}

static bool is_chunk(struct place at)
{
	struct place choices = place_member(at, "choices");
	uint32_t child = json_first(choices.tree, choices.at);

	if (place_type(choices) != JSON_ARRAY)
		return is_choice(at);
	for (; child != JSON_NO_NODE; child = json_next(choices.tree, choices.at, child))
		if (!is_choice((struct place){choices.tree, child}))
			return false;
	return true;
}

/* Calls are told apart by their index, or by the id alone. */
static void take_call(struct streamed *s, uint32_t turn, uint64_t place, struct place call)
{
	static const char *const bodies[] = {"function", "custom", NULL};
	static const char *const arguments[] = {"arguments", "input", NULL};
	struct place body = place_any(call, bodies), id = place_member(call, "id");
	struct streamed_part *p = streamed_part_of(s, turn, place, PART_TOOL_CALL);

	if (place_type(body) != JSON_OBJECT)
		body = call;
	if (place_filled(id) && p->id != JSON_NO_NODE && !place_same(streamed_place(s, p->id), id))
		p = streamed_part_begin(s, turn, place, PART_TOOL_CALL);
	if (place_filled(id))
		p->id = id.at;
	add_name(s, p, place_member(body, "name"));
	streamed_add(s, &p->text, place_any(body, arguments));
}

static void take_calls(struct streamed *s, uint32_t turn, struct place calls)
{
	uint32_t child = json_first(calls.tree, calls.at);

	if (place_type(calls) != JSON_ARRAY)
		return;
	for (; child != JSON_NO_NODE; child = json_next(calls.tree, calls.at, child)) {
		struct place call = {calls.tree, child};

		if (place_type(call) == JSON_OBJECT)
			take_call(s, turn, streamed_key(place_member(call, "index")), call);
	}
}

/* A thought may stand in a delta twice: *said is the first text. */
static void take_thought(struct streamed *s, uint32_t turn, struct place text, uint32_t *said)
{
	if (place_type(text) != JSON_STRING || !place_filled(text))
		return;
	if (*said != JSON_NO_NODE && place_same(streamed_place(s, *said), text)) {
		streamed_add(s, &s->again, text);
		return;
	}
	*said = *said == JSON_NO_NODE ? text.at : *said;
	add_said(s, turn, 0, PART_REASONING, text);
}

static void take_thoughts(struct streamed *s, uint32_t turn, struct place delta)
{
	static const char *const texts[] = {"text", "thinking", "summary", NULL};
	struct place details = place_member(delta, "reasoning_details");
	uint32_t said = JSON_NO_NODE, child;

	take_thought(s, turn, place_member(delta, "reasoning_content"), &said);
	take_thought(s, turn, place_member(delta, "reasoning"), &said);
	if (place_type(details) != JSON_ARRAY)
		details = place_member(delta, "thinking_blocks");
	child = json_first(details.tree, details.at);
	for (; child != JSON_NO_NODE && place_type(details) == JSON_ARRAY;
	     child = json_next(details.tree, details.at, child))
		take_thought(s, turn, place_any((struct place){details.tree, child}, texts), &said);
}

static void take_choice(struct streamed *s, struct place choice)
{
	uint32_t turn = streamed_turn_of(s, streamed_key(place_member(choice, "index")));
	struct place delta = place_member(choice, "delta");
	struct place call = place_member(delta, "function_call");
	struct place audio = place_member(delta, "audio");
	struct place role = place_member(delta, "role");

	if (place_filled(role) && s->turns[turn].role == JSON_NO_NODE)
		s->turns[turn].role = role.at;
	take_thoughts(s, turn, delta);
	add_said(s, turn, 0, PART_TEXT, place_member(delta, "content"));
	add_said(s, turn, 0, PART_REFUSAL, place_member(delta, "refusal"));
	add_said(s, turn, 0, PART_AUDIO, place_member(audio, "data"));
	add_said(s, turn, 1, PART_TEXT, place_member(audio, "transcript"));
	take_calls(s, turn, place_member(delta, "tool_calls"));
	if (place_type(call) == JSON_OBJECT)
		take_call(s, turn, UINT64_MAX, call);
}

static void take_chunk(struct streamed *s, struct place chunk)
{
	struct place choices = place_member(chunk, "choices");
	uint32_t child = json_first(choices.tree, choices.at);

	if (place_type(choices) != JSON_ARRAY)
		take_choice(s, chunk);
	for (; child != JSON_NO_NODE; child = json_next(choices.tree, choices.at, child))
		take_choice(s, (struct place){choices.tree, child});
}

/* ---- Anthropic's events ---- */

/* The Claude Agent SDK wraps them. */
static struct place event_in(struct place at)
{
	return place_is(place_member(at, "type"), STR("stream_event")) ? place_member(at, "event")
	                                                               : at;
}

static bool is_block_event(struct place at)
{
	static const char *const types[] = {"message_start",
	                                    "content_block_start",
	                                    "content_block_delta",
	                                    "content_block_stop",
	                                    "message_delta",
	                                    "message_stop",
	                                    "ping",
	                                    "error",
	                                    NULL};

	return is_one_of(place_member(event_in(at), "type"), types);
}

static bool comes_in_pieces(struct place block, const struct block *b)
{
	if (!b || place_filled(place_member(block, "data"))) /* redacted */
		return false;
	return b->read == block_call || b->part == PART_TEXT || b->part == PART_REASONING;
}

static void begin_block(struct streamed *s, uint32_t turn, uint64_t place, struct place block)
{
	static const char *const texts[] = {"text", "thinking", "input", NULL};
	struct place type = place_member(block, "type"), id = place_member(block, "id");
	const struct block *b = block_find(json_raw(type.tree, type.at));
	struct streamed_part *p;

	if (place_type(block) != JSON_OBJECT)
		return;
	if (!comes_in_pieces(block, b)) {
		streamed_add_whole(s, turn, block, NULL);
		return;
	}
	p = streamed_part_begin(s, turn, place, b->part);
	streamed_add(s, &p->text, place_any(block, texts));
	streamed_add(s, &p->name, place_member(block, "name"));
	if (place_filled(id))
		p->id = id.at;
}

static void add_to_block(struct streamed *s, uint32_t turn, uint64_t place, struct place delta)
{
	struct place citation = place_member(delta, "citation");

	add_said(s, turn, place, PART_TEXT, place_member(delta, "text"));
	add_said(s, turn, place, PART_REASONING, place_member(delta, "thinking"));
	add_said(s, turn, place, PART_TOOL_CALL, place_member(delta, "partial_json"));
	if (place_type(citation) == JSON_OBJECT)
		streamed_add_whole(s, turn, citation, "source");
}

static void take_block_event(struct streamed *s, struct place at)
{
	struct place event = event_in(at), type = place_member(event, "type");
	struct place role = place_member(place_member(event, "message"), "role");
	uint64_t place = streamed_key(place_member(event, "index"));
	uint32_t turn;

	if (s->n_turns == 0 || place_is(type, STR("message_start")))
		streamed_turn_new(s);
	turn = s->n_turns - 1;
	if (place_filled(role))
		s->turns[turn].role = role.at;
	if (place_is(type, STR("content_block_start")))
		begin_block(s, turn, place, place_member(event, "content_block"));
	else if (place_is(type, STR("content_block_delta")))
		add_to_block(s, turn, place, place_member(event, "delta"));
}

/* ---- the Responses API's events ---- */

static bool is_response_event(struct place at)
{
	struct place type = place_member(at, "type");

	return place_type(type) == JSON_STRING &&
	       str_starts(json_raw(type.tree, type.at), STR("response."));
}

static const struct {
	const char *type; /* between "response." and ".delta" or ".done" */
	enum part_type part;
} response_texts[] = {
	{"output_text", PART_TEXT},
	{"refusal", PART_REFUSAL},
	{"reasoning_text", PART_REASONING},
	{"reasoning_summary_text", PART_REASONING},
	{"function_call_arguments", PART_TOOL_CALL},
	{"custom_tool_call_input", PART_TOOL_CALL},
	{"mcp_call_arguments", PART_TOOL_CALL},
	{"code_interpreter_call_code", PART_TOOL_CALL},
	{"audio", PART_AUDIO},
	{"audio.transcript", PART_TEXT},
};

/* The text as it ended, which stands in two events. */
static void look_in(struct streamed *s, uint32_t turn, uint64_t place, struct place event)
{
	for (int type = 0; type < PART_TYPES; type++) {
		struct streamed_part *p = streamed_part_find(s, turn, place, (enum part_type)type);
		uint32_t text = p ? streamed_look(s, p, event) : JSON_NO_NODE;

		if (text != JSON_NO_NODE)
			streamed_add(s, &p->again, streamed_place(s, text));
	}
}

/* Of an item's texts: summaries are counted apart. */
static uint64_t place_in_item(struct place event)
{
	struct place summary = place_member(event, "summary_index");

	return place_filled(summary) ? ~streamed_key(summary)
	                             : streamed_key(place_member(event, "content_index"));
}

static void add_to_item(struct streamed *s, uint32_t turn, struct place event, struct str type)
{
	uint64_t place = place_in_item(event);

	type = str_sub(type, sizeof("response.") - 1, SIZE_MAX);
	if (str_ends(type, STR(".done"))) {
		look_in(s, turn, place, event);
		return;
	}
	if (!str_ends(type, STR(".delta")))
		return;
	type = str_sub(type, 0, type.n - (sizeof(".delta") - 1));
	for (size_t i = 0; i < sizeof(response_texts) / sizeof(response_texts[0]); i++)
		if (str_eq(type, str_of(response_texts[i].type)))
			add_said(s, turn, place, response_texts[i].part,
			         place_member(event, "delta"));
}

static void begin_item(struct streamed *s, uint32_t turn, struct place item)
{
	static const char *const types[] = {"function_call", "custom_tool_call", "mcp_call", NULL};
	static const char *const ids[] = {"call_id", "id", NULL};
	struct place id = place_any(item, ids);
	struct streamed_part *p;

	if (!is_one_of(place_member(item, "type"), types))
		return;
	p = streamed_part_of(s, turn, 0, PART_TOOL_CALL);
	add_name(s, p, place_member(item, "name"));
	if (place_filled(id))
		p->id = id.at;
}

/* The item as it ended stands for its pieces, if all that they say is in it. */
static void end_item(struct streamed *s, uint32_t turn, struct place item)
{
	struct streamed_turn *t = &s->turns[turn];

	if (place_type(item) != JSON_OBJECT || t->ended || t->n > ITEM_PARTS)
		return;
	t->ended = true;
	for (uint32_t i = t->first; i != STREAMED_NONE; i = s->parts[i].next)
		if (s->parts[i].text.first != STREAMED_NONE &&
		    streamed_look(s, &s->parts[i], item) == JSON_NO_NODE)
			return;
	for (uint32_t i = t->first; i != STREAMED_NONE; i = s->parts[i].next)
		s->parts[i].replaced = true;
	t->whole = item.at;
	streamed_add_whole(s, turn, item, NULL);
}

/* Items by their number, some of which have ended already. */
static void end_response(struct streamed *s, struct place response)
{
	struct place output = place_member(response, "output");
	uint32_t child = json_first(output.tree, output.at), number = 0;
	struct buf text = {0};

	if (place_type(output) != JSON_ARRAY)
		child = JSON_NO_NODE;
	for (; child != JSON_NO_NODE; child = json_next(output.tree, output.at, child)) {
		struct place item = {output.tree, child};
		uint32_t turn;

		buf_clear(&text);
		buf_printf(&text, "%u", number);
		turn = streamed_turn_of(s, number++ > 0 ? hash64(buf_str(&text)) : 0);
		if (s->turns[turn].whole != JSON_NO_NODE &&
		    place_same(streamed_place(s, s->turns[turn].whole), item))
			streamed_add(s, &s->again, item);
		else
			end_item(s, turn, item);
	}
	buf_free(&text);
}

/* What it was when it began is in what it became. */
static void take_response(struct streamed *s, struct place type, struct place response)
{
	static const char *const begins[] = {"response.created", "response.queued",
	                                     "response.in_progress", NULL};

	if (s->begun != JSON_NO_NODE)
		streamed_add(s, &s->again, streamed_place(s, s->begun));
	s->begun = is_one_of(type, begins) ? response.at : JSON_NO_NODE;
	s->response = response.at;
	if (s->begun == JSON_NO_NODE)
		end_response(s, response);
}

static void take_response_event(struct streamed *s, struct place event)
{
	struct place type = place_member(event, "type"), item = place_member(event, "item");
	struct place response = place_member(event, "response");
	struct place annotation = place_member(event, "annotation");
	uint32_t turn;

	if (place_type(response) == JSON_OBJECT) {
		take_response(s, type, response);
		return;
	}
	turn = streamed_turn_of(s, streamed_key(place_member(event, "output_index")));
	if (place_is(type, STR("response.output_item.added")))
		begin_item(s, turn, item);
	else if (place_is(type, STR("response.output_item.done")))
		end_item(s, turn, item);
	else if (place_type(annotation) == JSON_OBJECT)
		streamed_add_whole(s, turn, annotation, "source");
	else
		add_to_item(s, turn, event, json_raw(type.tree, type.at));
}

/* ---- Gemini's answers in part ---- */

static bool is_partial_answer(struct place at)
{
	return place_type(place_member(at, "candidates")) == JSON_ARRAY ||
	       (place_type(place_member(at, "usageMetadata")) == JSON_OBJECT &&
	        place_type(place_member(at, "modelVersion")) == JSON_STRING);
}

static void take_piece(struct streamed *s, uint32_t turn, struct place piece)
{
	struct place text = place_member(piece, "text");
	bool thought = place_type(place_member(piece, "thought")) == JSON_TRUE;

	if (place_type(text) == JSON_STRING)
		add_said(s, turn, 0, thought ? PART_REASONING : PART_TEXT, text);
	else if (place_type(piece) == JSON_OBJECT)
		streamed_add_whole(s, turn, piece, NULL);
}

static void take_candidate(struct streamed *s, struct place candidate)
{
	uint32_t turn = streamed_turn_of(s, streamed_key(place_member(candidate, "index")));
	struct place content = place_member(candidate, "content");
	struct place pieces = place_member(content, "parts"), role = place_member(content, "role");
	uint32_t child = json_first(pieces.tree, pieces.at);

	if (place_filled(role) && s->turns[turn].role == JSON_NO_NODE)
		s->turns[turn].role = role.at;
	for (; child != JSON_NO_NODE && place_type(pieces) == JSON_ARRAY;
	     child = json_next(pieces.tree, pieces.at, child))
		take_piece(s, turn, (struct place){pieces.tree, child});
}

static void take_partial_answer(struct streamed *s, struct place answer)
{
	struct place candidates = place_member(answer, "candidates");
	uint32_t child = json_first(candidates.tree, candidates.at);

	for (; child != JSON_NO_NODE && place_type(candidates) == JSON_ARRAY;
	     child = json_next(candidates.tree, candidates.at, child))
		take_candidate(s, (struct place){candidates.tree, child});
}

/* ---- the table ---- */

const struct streamed_dialect streamed_dialects[] = {
	{is_chunk, take_chunk},
	{is_block_event, take_block_event},
	{is_response_event, take_response_event},
	{is_partial_answer, take_partial_answer},
};
const size_t streamed_n_dialects = sizeof(streamed_dialects) / sizeof(streamed_dialects[0]);
