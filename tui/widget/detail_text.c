/* The payload of an event as text: the conversation, and the properties as they were sent. */
#include "draw/format.h"
#include "widget/detail_internal.h"
#include "widget/json_text.h"

#include <string.h>

#define PART_BYTES    200000
#define VALUE_BYTES   2000
#define RESULT_INLINE 60 /* bytes of a tool's result that stand behind its name */
#define NAME_COLUMNS  29

/* Cuts at most so many bytes off text, between characters. */
static struct str cut(struct str text, size_t bytes)
{
	if (text.n <= bytes)
		return text;
	while (bytes > 0 && ((unsigned char)text.p[bytes] & 0xC0) == 0x80)
		bytes--;
	return str_sub(text, 0, bytes);
}

static void add_more(struct reader *r, size_t bytes, const char *where)
{
	struct buf line = {0};

	buf_puts(&line, "... +");
	format_bytes(&line, bytes);
	buf_puts(&line, where);
	reader_add(r, ROLE_DIM, 0, ROLE_TEXT, STR_EMPTY, buf_str(&line));
	buf_free(&line);
}

/* ---- messages --------------------------------------------------------------------------------------- */

struct teller {
	struct reader *r;
	uint32_t message; /* of the part before; UINT32_MAX: none */
	struct str label; /* of the part before */
	struct buf text;
	bool states; /* a span's input and output: said by nobody */
};

struct voice {
	struct str label;
	enum role role;
};

static struct voice voice_of(const struct part *p)
{
	static const struct {
		const char *name, *label;
		enum role role;
	} roles[] = {
		{"system", "system", ROLE_SYSTEM},   {"developer", "develop", ROLE_SYSTEM},
		{"user", "user", ROLE_USER},         {"assistant", "asst", ROLE_ASSISTANT},
		{"tool", "tool", ROLE_TOOL_MESSAGE}, {"", "-", ROLE_DIM},
	};

	if (p->type == PART_REASONING)
		return (struct voice){STR("think"), ROLE_REASONING};
	if (p->type == PART_TOOL_CALL)
		return (struct voice){STR("call"), ROLE_TOOL};
	if (p->type == PART_TOOL_RESULT)
		return (struct voice){p->failed ? STR("tool !") : STR("tool"),
		                      p->failed ? ROLE_ERROR : ROLE_TOOL_MESSAGE};
	for (size_t i = 0; i < sizeof(roles) / sizeof(roles[0]); i++)
		if (str_eq(p->role, str_of(roles[i].name)))
			return (struct voice){str_of(roles[i].label), roles[i].role};
	return (struct voice){p->role, ROLE_LABEL};
}

/* The label stands once for what one message says in one voice. */
static void say(struct teller *t, const struct part *p, enum role role, int indent, struct str text)
{
	bool nobody = t->states && (p->type == PART_TEXT || p->type == PART_UNKNOWN);
	struct voice voice = nobody ? (struct voice){STR_EMPTY, ROLE_TEXT} : voice_of(p);
	bool same = t->message == p->message && str_eq(t->label, voice.label);
	struct str shown = cut(text, PART_BYTES);

	reader_add(t->r, role, indent, voice.role, same ? STR_EMPTY : voice.label, shown);
	if (shown.n < text.n)
		add_more(t->r, text.n - shown.n, " more (Raw tab shows all)");
	t->message = p->message;
	t->label = voice.label;
}

static void say_call(struct teller *t, const struct part *p)
{
	buf_append(&t->text, p->name.n > 0 ? p->name : STR("?"));
	buf_add(&t->text, '(');
	if (p->arguments.n <= PART_BYTES)
		json_text_compact(&t->text, p->arguments);
	else
		buf_append(&t->text, p->arguments);
	buf_add(&t->text, ')');
	say(t, p, ROLE_TOOL, 0, buf_str(&t->text));
}

static void say_json(struct teller *t, const struct part *p, enum role plain, int indent,
                     struct str text)
{
	bool json = text.n > 0 && (text.p[0] == '{' || text.p[0] == '[');

	buf_clear(&t->text);
	if (!json || text.n > PART_BYTES) {
		say(t, p, plain, indent, text);
		return;
	}
	json = json_text_pretty(&t->text, text);
	say(t, p, json && plain == ROLE_TEXT ? ROLE_CODE : plain, indent, buf_str(&t->text));
}

static void say_result(struct teller *t, const struct part *p)
{
	bool inline_ = p->result.n <= RESULT_INLINE &&
	               str_find(p->result, STR("\n"), 0, false) == SIZE_MAX;
	enum role role = p->failed ? ROLE_ERROR : ROLE_TOOL_MESSAGE;

	buf_puts(&t->text, p->failed ? "! " : "");
	buf_append(&t->text, p->name.n > 0 ? p->name : p->id.n > 0 ? p->id : STR("?"));
	buf_puts(&t->text, inline_ ? " -> " : " ->");
	if (inline_)
		buf_append(&t->text, p->result.n > 0 ? p->result : STR("(empty)"));
	say(t, p, role, 0, buf_str(&t->text));
	if (!inline_)
		say_json(t, p, p->failed ? ROLE_ERROR : ROLE_TEXT, 2, p->result);
}

static void say_thing(struct teller *t, const struct part *p)
{
	buf_add(&t->text, '[');
	buf_puts(&t->text, part_type_name(p->type));
	detail_gap(&t->text);
	buf_append(&t->text, p->name);
	if (p->name.n > 0 && p->text.n > 0)
		detail_gap(&t->text);
	buf_append(&t->text, p->text);
	buf_add(&t->text, ']');
	say(t, p, ROLE_DIM, 0, buf_str(&t->text));
}

static void say_part(struct teller *t, const struct part *p)
{
	buf_clear(&t->text);
	switch (p->type) {
	case PART_TEXT:
		say(t, p, ROLE_TEXT, 0, p->text);
		break;
	case PART_REASONING:
		say(t, p, ROLE_REASONING, 0, p->text);
		break;
	case PART_REFUSAL:
		buf_puts(&t->text, "refused: ");
		buf_append(&t->text, p->text);
		say(t, p, ROLE_WARNING, 0, buf_str(&t->text));
		break;
	case PART_TOOL_CALL:
		say_call(t, p);
		break;
	case PART_TOOL_RESULT:
		say_result(t, p);
		break;
	case PART_IMAGE:
	case PART_AUDIO:
	case PART_FILE:
	case PART_SOURCE:
		say_thing(t, p);
		break;
	case PART_UNKNOWN:
	case PART_TYPES:
		say_json(t, p, ROLE_CODE, 0, p->text);
		break;
	}
}

/* Nothing sent and something withheld are not the same. */
static void say_none(struct reader *r, const char *side, bool withheld)
{
	struct buf line = {0};

	buf_puts(&line, withheld ? side : "no ");
	buf_puts(&line, withheld ? " withheld: privacy mode" : side);
	reader_add_across(r, withheld ? ROLE_WARNING : ROLE_DIM, buf_str(&line));
	buf_free(&line);
}

static void say_side(struct teller *t, const struct messages *m, enum part_side side, bool withheld)
{
	bool any = false;

	for (uint32_t i = 0; i < m->n; i++) {
		if (m->parts[i].side != side)
			continue;
		say_part(t, &m->parts[i]);
		any = true;
	}
	if (!any || withheld)
		say_none(t->r, side == SIDE_INPUT ? "input" : "output", withheld);
}

/* What stands for a state: one part a side, of the side's own role. */
static bool are_states(const struct messages *m)
{
	for (uint32_t i = 0; i < m->n; i++)
		if (i > 0 && m->parts[i].side == m->parts[i - 1].side)
			return false;
	return true;
}

void detail_add_messages(struct reader *r, const struct messages *m, enum event_kind kind)
{
	bool call = kind == EVENT_GENERATION || kind == EVENT_EMBEDDING;
	struct teller t = {.r = r, .message = UINT32_MAX, .states = !call && are_states(m)};

	reader_add_across(r, ROLE_RULE, STR("---- input ----"));
	say_side(&t, m, SIDE_INPUT, m->input_withheld);
	t.message = UINT32_MAX;
	reader_add_across(r, ROLE_RULE, STR("---- output ----"));
	/* SDKs send null for an embedding's output: there is none to withhold. */
	say_side(&t, m, SIDE_OUTPUT, m->output_withheld && kind != EVENT_EMBEDDING);
	buf_free(&t.text);
}

/* ---- properties ------------------------------------------------------------------------------------- */

/* The start of a string's raw text, not ending inside an escape. */
static struct str cut_raw(struct str raw, size_t bytes)
{
	size_t at = 0;

	while (at < raw.n && at < bytes) {
		bool escape = raw.p[at] == '\\' && at + 1 < raw.n;

		at += !escape ? 1 : raw.p[at + 1] == 'u' ? 6 : 2;
	}
	return cut(raw, at < raw.n ? at : raw.n);
}

static void value_text(const struct json_tree *t, uint32_t at, struct str raw, struct buf *out)
{
	if (json_type_of(t, at) == JSON_STRING)
		json_unescape(out, raw);
	else
		buf_append(out, raw);
}

static void add_property(struct reader *r, const struct json_tree *t, uint32_t at)
{
	struct str raw = json_raw(t, at), shown;
	struct buf name = {0}, value = {0};

	shown = json_type_of(t, at) == JSON_STRING ? cut_raw(raw, VALUE_BYTES)
	                                           : cut(raw, VALUE_BYTES);
	json_key(t, at, &name);
	buf_puts(&value, "= ");
	value_text(t, at, shown, &value);
	if (name.n >= NAME_COLUMNS - 1) {
		reader_add_across(r, ROLE_LABEL, buf_str(&name));
		buf_clear(&name);
	}
	reader_add(r, json_type_of(t, at) == JSON_NULL ? ROLE_UNKNOWN : ROLE_TEXT, 0, ROLE_LABEL,
	           buf_str(&name), buf_str(&value));
	if (shown.n < raw.n)
		add_more(r, raw.n - shown.n, " (Raw)");
	buf_free(&name);
	buf_free(&value);
}

static bool is_payload(const struct json_tree *t, uint32_t at)
{
	static const char *const names[] = {
		"$ai_input", "$ai_output_choices", "$ai_output",
		"$ai_tools", "$ai_input_state",    "$ai_output_state",
	};
	struct str key = str_sub(t->doc, t->nodes[at].key_off, t->nodes[at].key_len);

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (str_eq(key, str_of(names[i])))
			return true;
	return false;
}

static void add_members(struct reader *r, const struct json_tree *t, uint32_t object, bool payload)
{
	for (uint32_t at = json_first(t, object); at != JSON_NO_NODE; at = json_next(t, object, at))
		if (is_payload(t, at) == payload)
			add_property(r, t, at);
}

void detail_add_properties(struct reader *r, const struct detail *d)
{
	const struct json_tree *t = &d->tree;
	uint32_t own = json_member(t, 0, STR("properties"));

	r->label_width = NAME_COLUMNS;
	for (uint32_t at = json_first(t, 0); at != JSON_NO_NODE; at = json_next(t, 0, at))
		if (at != own || d->properties == JSON_NO_NODE)
			add_property(r, t, at);
	if (d->properties == JSON_NO_NODE)
		return;
	reader_add_across(r, ROLE_RULE, STR("---- properties ----"));
	add_members(r, detail_properties(d), d->properties, false);
	add_members(r, detail_properties(d), d->properties, true);
}
