/* The conversation of an event: who said what, which tools were called, and what came of it. */
#include "draw/format.h"
#include "widget/detail_internal.h"
#include "widget/json_text.h"

#include <string.h>

#define PART_BYTES    200000
#define RESULT_INLINE 60 /* bytes of a tool's result that stand behind its name */

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

void detail_add_chat(struct reader *r, struct explorer *x, const struct detail *d,
                     enum chat_preset preset, bool as_sent)
{
	const struct messages *m = &d->messages;
	enum event_kind kind = event_kind(events_get(explorer_events(x), d->event));
	bool call = kind == EVENT_GENERATION || kind == EVENT_EMBEDDING;
	struct teller t = {.r = r, .message = UINT32_MAX, .states = !call && are_states(m)};

	(void)preset;
	(void)as_sent;
	reader_add_across(r, ROLE_RULE, STR("---- input ----"));
	say_side(&t, m, SIDE_INPUT, m->input_withheld);
	t.message = UINT32_MAX;
	reader_add_across(r, ROLE_RULE, STR("---- output ----"));
	/* SDKs send null for an embedding's output: there is none to withhold. */
	say_side(&t, m, SIDE_OUTPUT, m->output_withheld && kind != EVENT_EMBEDDING);
	buf_free(&t.text);
}
