/* The walk through a property's value: lists, messages, envelopes around messages, JSON in strings.
 *
 * No recursion. What is open is a frame on a stack of READER_DEPTH: a list, with the element that
 * comes next, or the tail of a message (the members that come after its content). One turn of the
 * loop reads one element; whoever reads it may push more frames, which are read first. A list that
 * finds no room stays JSON in an unknown part, as everything does that is not recognised. A list's
 * elements after PARTS_MAX parts stay together as one.
 *
 * Left to others: what a block means (blocks.c, media.c), which properties there are
 * (message.c). */
#include "message/reader.h"

#include <string.h>

#define PARTS_MAX    (1u << 18)
#define DECODE_MAX   3 /* documents in strings of documents in ... */
#define ENVELOPE_MAX 4

/* ---- frames ---- */

bool reader_full(const struct reader *r)
{
	return r->depth == READER_DEPTH || r->out->n >= PARTS_MAX;
}

static struct frame *push(struct reader *r, const struct context *c)
{
	struct frame *f = &r->stack[r->depth++];

	*f = (struct frame){.context = *c, .child = JSON_NO_NODE};
	return f;
}

void reader_list(struct reader *r, const struct context *c, struct place list,
                 const struct block *hint)
{
	struct frame *f;

	if (json_first(list.tree, list.at) == JSON_NO_NODE)
		return;
	if (reader_full(r)) {
		reader_unknown(r, c, list);
		return;
	}
	f = push(r, c);
	f->parent = list;
	f->child = json_first(list.tree, list.at);
	f->hint = hint;
}

static void pop(struct reader *r)
{
	decoded_free(r->stack[--r->depth].decoded);
}

/* ---- shapes ---- */

/* Members that carry what a message says. */
static const char *const body_names[] = {"content", "parts", NULL};
static const char *const said_names[] = {"content",           "parts",     "tool_calls",
                                         "function_call",     "refusal",   "audio",
                                         "reasoning_content", "reasoning", NULL};

static bool has_type_of_speaker(struct place at)
{
	struct place type = place_member(at, "type");

	return place_type(type) == JSON_STRING && role_known(json_raw(type.tree, type.at));
}

/* {"messages": [...]} and nothing else. */
static bool is_messages_alone(struct place at)
{
	return at.tree->nodes[at.at].count == 1 &&
	       place_type(place_member(at, "messages")) == JSON_ARRAY;
}

struct envelope {
	const char *member;
	enum json_type type;
	const char *only_with; /* a member that has to be there too, or NULL */
};
static const struct envelope envelopes[] = {
	{"choices", JSON_ARRAY, NULL},  {"candidates", JSON_ARRAY, NULL},
	{"message", JSON_OBJECT, NULL}, {"delta", JSON_OBJECT, NULL},
	{"kwargs", JSON_OBJECT, "lc"},  {"lc_kwargs", JSON_OBJECT, NULL},
	{"data", JSON_OBJECT, "type"},  {"output", JSON_ARRAY, "object"},
	{"messages", JSON_ARRAY, NULL}, {"content", JSON_OBJECT, NULL},
};

static struct place envelope_of(struct place at)
{
	for (size_t i = 0; i < sizeof(envelopes) / sizeof(envelopes[0]); i++) {
		const struct envelope *e = &envelopes[i];
		struct place inner = place_member(at, e->member);

		if (place_type(inner) != e->type)
			continue;
		if (e->only_with && place_type(place_member(at, e->only_with)) == JSON_ABSENT)
			continue;
		if (strcmp(e->member, "messages") == 0 && !is_messages_alone(at))
			continue;
		if (strcmp(e->member, "data") == 0 && !has_type_of_speaker(at))
			continue;
		return inner;
	}
	return (struct place){at.tree, JSON_NO_NODE};
}

static bool is_message(struct place at)
{
	if (place_type(place_member(at, "role")) == JSON_STRING)
		return place_type(place_any(at, said_names)) != JSON_ABSENT ||
		       place_type(place_member(at, "content")) == JSON_NULL;
	if (has_type_of_speaker(at) || place_is(place_member(at, "type"), STR("message")))
		return place_type(place_any(at, said_names)) != JSON_ABSENT;
	return false;
}

static bool is_shaped(struct place at)
{
	struct place inner;

	if (place_type(at) != JSON_OBJECT)
		return false;
	return is_message(at) || block_of(at, &inner) != NULL ||
	       place_type(envelope_of(at)) != JSON_ABSENT;
}

/* A list of which every element is a message or a block; or, where strings count, a string. */
static bool is_shaped_list(struct place at, bool strings)
{
	uint32_t child = json_first(at.tree, at.at);

	if (place_type(at) != JSON_ARRAY || child == JSON_NO_NODE)
		return false;
	for (; child != JSON_NO_NODE; child = json_next(at.tree, at.at, child)) {
		struct place element = {at.tree, child};

		if (!is_shaped(element) && !(strings && place_type(element) == JSON_STRING))
			return false;
	}
	return true;
}

/* Token arrays: nothing in them is a message. */
static bool is_plain_list(struct place at)
{
	uint32_t child = json_first(at.tree, at.at);
	bool filled = child != JSON_NO_NODE;

	for (; child != JSON_NO_NODE; child = json_next(at.tree, at.at, child)) {
		if (json_type_of(at.tree, child) >= JSON_STRING)
			return false;
	}
	return filled;
}

/* ---- JSON in strings ---- */

static struct decoded *decode(const struct reader *r, struct place at)
{
	uint32_t open = 0;

	for (uint32_t i = 0; i < r->depth; i++)
		open += r->stack[i].decoded != NULL;
	return open >= DECODE_MAX || reader_full(r) ? NULL : decoded_new(at);
}

/* Reads the string's JSON in its place if it is a message, a block or a list of such. */
static bool read_decoded(struct reader *r, const struct context *c, struct place at)
{
	struct decoded *d = decode(r, at);
	struct place value;
	struct frame *f;

	if (!d)
		return false;
	value = (struct place){&d->tree, 0};
	if (!(c->inside ? is_shaped_list(value, false)
	                : is_shaped(value) || is_shaped_list(value, true))) {
		decoded_free(d);
		return false;
	}
	f = push(r, c);
	f->decoded = d;
	f->parent = (struct place){&d->tree, place_type(value) == JSON_ARRAY ? 0 : JSON_NO_NODE};
	f->child = place_type(value) == JSON_ARRAY ? json_first(&d->tree, 0) : 0;
	return true;
}

/* ---- messages ---- */

static void enter(struct reader *r, struct context *c)
{
	if (c->inside)
		return;
	c->inside = true;
	c->message = r->next_message++;
}

static void read_string(struct reader *r, struct context c, struct place at)
{
	bool thought = str_eq(c.role, STR("thinking"));

	if (c.skip_text || read_decoded(r, &c, at))
		return;
	enter(r, &c);
	if (thought)
		c.role = STR("assistant");
	reader_part(r, &c, thought ? PART_REASONING : PART_TEXT)->text = reader_text(r, at);
}

static void read_refusal(struct reader *r, const struct context *c, struct place at)
{
	reader_part(r, c, PART_REFUSAL)->text = reader_text(r, at);
}

static void read_reasoning(struct reader *r, const struct context *c, struct place at)
{
	reader_part(r, c, PART_REASONING)->text = reader_text(r, at);
}

static void read_audio(struct reader *r, const struct context *c, struct place at)
{
	if (!block_media(r, c, at, block_find(STR("audio"))))
		reader_unknown(r, c, at);
}

static void read_call(struct reader *r, const struct context *c, struct place at)
{
	if (!block_call(r, c, at, block_find(STR("tool_call"))))
		reader_unknown(r, c, at);
}

static void read_calls(struct reader *r, const struct context *c, struct place at)
{
	if (place_type(at) == JSON_ARRAY)
		reader_list(r, c, at, block_find(STR("tool_call")));
	else
		reader_unknown(r, c, at);
}

static void read_sources(struct reader *r, const struct context *c, struct place at)
{
	if (place_type(at) == JSON_ARRAY)
		reader_list(r, c, at, block_find(STR("source")));
	else
		reader_unknown(r, c, at);
}

struct member {
	const char *name;
	void (*read)(struct reader *r, const struct context *c, struct place at);
};
static const struct member head_members[] = {
	{"reasoning_content", read_reasoning},
	{"reasoning", read_reasoning},
};
static const struct member tail_members[] = {
	{"refusal", read_refusal},    {"audio", read_audio},
	{"tool_calls", read_calls},   {"invalid_tool_calls", read_calls},
	{"function_call", read_call}, {"annotations", read_sources},
};
#define TAIL_MEMBERS (sizeof(tail_members) / sizeof(tail_members[0]))

static void read_tail(struct reader *r)
{
	struct frame *f = &r->stack[r->depth - 1];
	struct context c = f->context;
	struct place message = f->parent, at;
	struct place content = place_member(message, "content");

	if (f->step < TAIL_MEMBERS) {
		const struct member *member = &tail_members[f->step++];

		at = place_member(message, member->name);
		if (place_filled(at))
			member->read(r, &c, at);
		return;
	}
	if (r->out->n == f->parts_then && place_type(content) == JSON_STRING)
		reader_part(r, &c, PART_TEXT);
	else if (r->out->n == f->parts_then)
		reader_unknown(r, &c, message);
	pop(r);
}

/* A message of role tool whose content is the result itself, and not a list of blocks that say
 * so. */
static bool is_result(struct place message, struct str role)
{
	struct place content = place_member(message, "content");
	uint32_t child = json_first(content.tree, content.at);

	if (!str_eq(role, STR("tool")) && !str_eq(role, STR("function")) &&
	    !str_eq(role, STR("tool_result")))
		return false;
	if (place_type(content) == JSON_ABSENT)
		return false;
	if (place_type(content) != JSON_ARRAY)
		return true;
	for (; child != JSON_NO_NODE; child = json_next(content.tree, content.at, child)) {
		struct place inner;
		const struct block *b = block_of((struct place){content.tree, child}, &inner);

		if (b && b->part == PART_TOOL_RESULT)
			return false;
	}
	return true;
}

static void read_body(struct reader *r, const struct context *c, struct place body)
{
	if (place_type(body) == JSON_STRING) {
		read_string(r, *c, body);
	} else if (place_type(body) == JSON_ARRAY) {
		reader_list(r, c, body, NULL);
	} else if (!reader_full(r)) {
		struct frame *f = push(r, c);

		f->parent = (struct place){body.tree, JSON_NO_NODE};
		f->child = body.at;
	} else {
		reader_unknown(r, c, body);
	}
}

static void read_message(struct reader *r, struct context c, struct place at)
{
	struct place body = place_any(at, body_names);
	uint32_t parts_then = r->out->n;
	struct frame *f;

	enter(r, &c);
	if (is_result(at, c.role) && block_result(r, &c, at, block_find(STR("tool_result"))))
		return;
	if (reader_full(r)) {
		reader_unknown(r, &c, at);
		return;
	}
	for (size_t i = 0; i < sizeof(head_members) / sizeof(head_members[0]); i++) {
		struct place head = place_member(at, head_members[i].name);

		if (place_type(head) == JSON_STRING && place_filled(head))
			head_members[i].read(r, &c, head);
	}
	f = push(r, &c);
	f->tail = true;
	f->parent = at;
	f->parts_then = parts_then;
	if (!place_filled(body))
		body = place_member(at, "parts");
	if (place_filled(body))
		read_body(r, &c, body);
}

/* ---- elements ---- */

/* ["langchain_core", "messages", "HumanMessage"] -> user */
static struct str role_of_class(struct reader *r, struct place id)
{
	uint32_t child = json_first(id.tree, id.at), last = child;

	if (place_type(id) != JSON_ARRAY)
		return STR_EMPTY;
	for (; child != JSON_NO_NODE; child = json_next(id.tree, id.at, child))
		last = child;
	if (json_type_of(id.tree, last) != JSON_STRING || !role_known(json_raw(id.tree, last)))
		return STR_EMPTY;
	return role_of(&r->out->arena, json_raw(id.tree, last));
}

static void take_role(struct reader *r, struct context *c, struct place at)
{
	struct place role = place_member(at, "role"), type = place_member(at, "type");
	struct str word;

	if (place_type(role) == JSON_STRING)
		word = role_of(&r->out->arena, reader_text(r, role));
	else if (has_type_of_speaker(at))
		word = role_of(&r->out->arena, json_raw(type.tree, type.at));
	else
		word = role_of_class(r, place_member(at, "id"));
	if (word.n > 0)
		c->role = word;
}

/* {"content": ...} and the like, without role and type: only if nothing else in it says
 * anything. */
static struct place bare_body(struct place at)
{
	static const char *const names[] = {"content", "text", "message", NULL};
	static const char *const quiet[] = {"index", "finish_reason", "logprobs", "id", "name",
	                                    "role",  "stop_reason",   "metadata", NULL};
	struct place body = place_any(at, names);
	uint32_t known = 1;

	for (size_t i = 0; quiet[i]; i++)
		known += place_type(place_member(at, quiet[i])) != JSON_ABSENT;
	if (at.tree->nodes[at.at].count > known)
		body.at = JSON_NO_NODE;
	return body;
}

static bool read_block(struct reader *r, const struct context *c, struct place at,
                       const struct block *hint)
{
	struct context own = *c;
	struct place inner = at;
	const struct block *b = block_of(at, &inner);

	if (!b) {
		b = hint;
		inner = at;
	}
	if (!b)
		return false;
	enter(r, &own);
	if (own.skip_text && b->read == block_text)
		return true;
	if (b->read(r, &own, inner, b))
		return true;
	if (!c->inside)
		r->next_message--;
	return false;
}

/* Message, list of messages, or nothing known. */
static bool read_plain(struct reader *r, const struct context *c, struct place at, bool wrapped)
{
	struct place content = place_member(at, "content"), bare = bare_body(at);

	if (is_message(at) || (wrapped && place_type(content) >= JSON_STRING) ||
	    (place_type(content) == JSON_ARRAY && place_type(bare) == JSON_ARRAY))
		read_message(r, *c, at);
	else if (place_type(envelope_of(at)) == JSON_ARRAY)
		reader_list(r, c, envelope_of(at), NULL);
	else if (place_type(bare) == JSON_STRING)
		read_string(r, *c, bare);
	else
		return false;
	return true;
}

static void read_object(struct reader *r, struct context c, struct place at,
                        const struct block *hint)
{
	struct context outer = c;
	struct place inner = at;

	for (int i = 0; i < ENVELOPE_MAX && place_type(inner) == JSON_OBJECT; i++) {
		take_role(r, &c, inner);
		if (read_block(r, &c, inner, hint) || read_plain(r, &c, inner, i > 0))
			return;
		inner = envelope_of(inner);
	}
	take_role(r, &outer, at);
	enter(r, &outer);
	reader_unknown(r, &outer, at);
}

static void read_element(struct reader *r, struct context c, struct place at,
                         const struct block *hint)
{
	switch (place_type(at)) {
	case JSON_STRING:
		read_string(r, c, at);
		break;
	case JSON_OBJECT:
		read_object(r, c, at, hint);
		break;
	case JSON_ARRAY:
		if (!is_plain_list(at)) {
			reader_list(r, &c, at, hint);
			break;
		}
		enter(r, &c);
		reader_unknown(r, &c, at);
		break;
	default:
		enter(r, &c);
		reader_unknown(r, &c, at);
	}
}

/* Everything from a list's next element to its end, as it stands. */
static void read_rest(struct reader *r, struct frame *f)
{
	const struct json_slice *list = &f->parent.tree->nodes[f->parent.at].value;
	const struct json_slice *next = &f->parent.tree->nodes[f->child].value;
	uint32_t from = next->off - (next->type == JSON_STRING);
	struct str rest = str_sub(f->parent.tree->doc, from, list->off + list->len - from);
	struct context c = f->context;

	enter(r, &c);
	reader_part(r, &c, PART_UNKNOWN)->text = arena_copy(&r->out->arena, rest);
	f->child = JSON_NO_NODE;
}

static void read_next(struct reader *r)
{
	struct frame *f = &r->stack[r->depth - 1];
	struct place at = {f->parent.tree, f->child};

	if (f->tail) {
		read_tail(r);
		return;
	}
	if (f->child == JSON_NO_NODE) {
		pop(r);
		return;
	}
	if (f->parent.at == JSON_NO_NODE) {
		f->child = JSON_NO_NODE;
	} else if (r->out->n >= PARTS_MAX) {
		read_rest(r, f);
		return;
	} else {
		f->child = json_next(f->parent.tree, f->parent.at, f->child);
	}
	read_element(r, f->context, at, f->hint);
}

static void read_all(struct reader *r)
{
	while (r->depth > 0)
		read_next(r);
}

void reader_value(struct reader *r, enum part_side side, struct place at)
{
	struct context c = {.role = STR_EMPTY, .side = side};

	read_element(r, c, at, NULL);
	read_all(r);
}

/* States are any JSON: only what is made of messages throughout is taken for messages. */
void reader_state(struct reader *r, enum part_side side, struct place at)
{
	struct context c = {.role = STR_EMPTY, .side = side};

	bool empty = place_type(at) == JSON_ARRAY && !place_filled(at);

	if (place_type(at) == JSON_STRING || empty || is_shaped(at) || is_shaped_list(at, false)) {
		reader_value(r, side, at);
		return;
	}
	enter(r, &c);
	reader_unknown(r, &c, at);
}
